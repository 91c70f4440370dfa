package source

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"example.org/hotline/ticket"
)

// WriteAnswer writes what a source would say in the agreed form, so that Read gives
// back the same: the source's half, for the simulator and for tests. Data of
// another kind than the source's says that there is nothing.
func (s Source) WriteAnswer(d Data, asOf ticket.Date, q Question) ([]byte, error) {
	raw, err := json.Marshal(d)
	if err != nil {
		return nil, fmt.Errorf("write an answer: %w", err)
	}
	var lists map[string][]map[string]any
	dec := json.NewDecoder(strings.NewReader(string(raw)))
	dec.UseNumber()
	if err := dec.Decode(&lists); err != nil {
		return nil, fmt.Errorf("write an answer: %w", err)
	}
	form, root := s.Answer, map[string]any{}
	records := []any{}
	for _, record := range lists[s.Kind] {
		one := map[string]any{}
		for _, f := range schema[s.Kind] {
			if value, there := record[f.name]; there && form.Fields[f.name].At != "" {
				if err := put(one, form.Fields[f.name].At, f.write(value, form.Fields[f.name])); err != nil {
					return nil, err
				}
			}
		}
		records = append(records, one)
	}
	says := form.OK
	if len(records) == 0 && form.Empty.At != "" {
		says = form.Empty
	}
	if err := put(root, says.At, plain(says.Is[0])); err != nil {
		return nil, err
	}
	var list any = records
	if strings.HasPrefix(form.Echo, form.Records+"/") { // the one record repeats the number
		list = map[string]any{}
		if len(records) > 0 {
			list = records[0]
		}
	}
	if err := put(root, form.Records, list); err != nil {
		return nil, err
	}
	if form.Echo != "" {
		if err := put(root, form.Echo, string(q.Number)); err != nil {
			return nil, err
		}
	}
	if form.AsOf.At != "" {
		if err := put(root, form.AsOf.At, writeDate(string(asOf), form.AsOf.Form)); err != nil {
			return nil, err
		}
	}
	return json.Marshal(root)
}

// plain writes a truth value as one.
func plain(text string) any {
	switch text {
	case "true":
		return true
	case "false":
		return false
	default:
		return text
	}
}

// put puts a value where a pointer leads.
func put(in map[string]any, pointer string, value any) error {
	parts := steps(pointer)
	for i, step := range parts {
		if i == len(parts)-1 {
			in[step] = value
			return nil
		}
		if in[step] == nil {
			in[step] = map[string]any{}
		}
		next, ok := in[step].(map[string]any)
		if !ok {
			return errors.New("a value lies within another")
		}
		in = next
	}
	return nil
}

// write is the inverse of read.
func (f field) write(value any, form FieldForm) any {
	text, _ := scalar(value)
	switch f.kind {
	case typeDate:
		return writeDate(text, form.Form)
	case typeMonth:
		return rewrite(text, "2006-01", monthForms[form.Form])
	case typeMoney:
		return writeMoney(text, moneyForms[form.Form])
	default:
		theirs := make([]string, 0, len(form.Values))
		for word, ours := range form.Values {
			if ours == text && word != "*" {
				theirs = append(theirs, word)
			}
		}
		if len(theirs) > 0 {
			return slices.Min(theirs)
		}
		return text
	}
}

func writeDate(text, form string) string { return rewrite(text, time.DateOnly, dateForms[form]) }

func rewrite(text, from, to string) string {
	at, err := time.Parse(from, text)
	if err != nil {
		return text
	}
	return at.Format(to)
}

// writeMoney puts the point where a unit has it.
func writeMoney(fen string, places int) string {
	n, err := strconv.ParseInt(fen, 10, 64)
	if err != nil || places == 0 {
		return fen
	}
	digits := fmt.Sprintf("%0*d", places+1, n)
	return digits[:len(digits)-places] + "." + digits[len(digits)-places:]
}
