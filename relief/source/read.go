package source

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"example.org/hotline/ticket"
)

// What an answer is believed to hold at most.
const (
	MostAnswerBytes = 1 << 20
	mostRecords     = 200
	mostText        = 200 // characters
)

// Read reads the answer to a question. Whatever is not plainly in the agreed form
// is an error: never "nothing there", and never half of the records.
func (s Source) Read(body []byte, q Question, now time.Time) Reading {
	form := s.Answer
	dec := json.NewDecoder(bytes.NewReader(body))
	dec.UseNumber()
	var whole any
	if len(body) > MostAnswerBytes {
		return failed(WhyTooLarge)
	}
	if err := dec.Decode(&whole); err != nil || !utf8.Valid(body) {
		return failed(WhyUnclear)
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return failed(WhyUnclear)
	}
	empty := form.Empty.holds(whole)
	if !empty && !form.OK.holds(whole) {
		return failed(WhyRefused)
	}
	if form.Echo != "" {
		at, _ := find(whole, form.Echo)
		if number, ok := scalar(at); !ok || !strings.EqualFold(number, string(q.Number)) {
			return failed(WhyOtherPerson)
		}
	}
	r := Reading{Status: Empty}
	if form.AsOf.At != "" {
		at, _ := find(whole, form.AsOf.At)
		text, dated := scalar(at)
		if dated {
			r.AsOf, dated = readDate(text, form.AsOf.Form)
		}
		if !dated && !empty { // who says that there is nothing says it as of now
			return failed(WhyUnclear)
		}
	}
	if !empty {
		records, ok := form.records(whole)
		if !ok {
			return failed(WhyUnclear)
		}
		if len(records) > 0 {
			if r.Data, ok = s.data(records); !ok {
				return failed(WhyUnclear)
			}
			r.Status = OK
		}
	}
	if r.AsOf != "" && s.old(r.AsOf, now) {
		r.Status, r.Code = Stale, WhyOld
		return r
	}
	r.Counts = s.until(r.AsOf, now).Sub(now)
	return r
}

// old reports whether data of a day is too old to count; a day to come is no day that data can be of.
func (s Source) old(asOf ticket.Date, now time.Time) bool {
	return now.After(s.until(asOf, now)) || asOf > ticket.DateOf(now)
}

// until is to when an answer counts: fresh_days from the day that its data is of, or from now where it says none.
func (s Source) until(asOf ticket.Date, now time.Time) time.Time {
	if asOf == "" {
		return now.AddDate(0, 0, s.FreshDays)
	}
	return asOf.At(0).AddDate(0, 0, s.FreshDays+1)
}

func (m Means) holds(whole any) bool {
	if m.At == "" && len(m.Is) == 0 {
		return false
	}
	at, found := find(whole, m.At)
	text, ok := scalar(at)
	return found && ok && slices.Contains(m.Is, text)
}

// records are the list, or the one record as a list of one. A list that is not there is no empty list.
func (a AnswerForm) records(whole any) ([]any, bool) {
	at, found := find(whole, a.Records)
	if !found {
		return nil, false
	}
	switch at := at.(type) {
	case []any:
		return at, len(at) <= mostRecords
	case map[string]any:
		return []any{at}, true
	default:
		return nil, false
	}
}

// data maps every record; one that does not fit makes the whole answer unclear.
func (s Source) data(records []any) (d Data, ok bool) {
	list := make([]map[string]any, 0, len(records))
	for _, record := range records {
		if _, object := record.(map[string]any); !object {
			return Data{}, false
		}
		one := map[string]any{}
		for _, f := range schema[s.Kind] {
			form, given := s.Answer.Fields[f.name]
			if !given {
				continue
			}
			at, found := find(record, form.At)
			text, plain := scalar(at)
			if !found || at == nil || plain && text == "" {
				if f.required {
					return Data{}, false
				}
				continue
			}
			value, ok := f.read(text, form)
			if !plain || !ok {
				return Data{}, false
			}
			one[f.name] = value
		}
		list = append(list, one)
	}
	written, err := json.Marshal(map[string]any{s.Kind: list})
	if err != nil || json.Unmarshal(written, &d) != nil {
		return Data{}, false
	}
	return d, true
}

// read is one value in our form.
func (f field) read(text string, form FieldForm) (any, bool) {
	if len(form.Values) > 0 {
		ours, known := form.Values[text]
		if !known {
			ours, known = form.Values["*"]
		}
		if !known {
			return nil, false
		}
		text = ours
	}
	switch f.kind {
	case typeMoney:
		fen, ok := readMoney(text, moneyForms[form.Form])
		return fen, ok
	case typeNumber:
		n, err := strconv.Atoi(text)
		return n, err == nil && n >= 0 && n <= math.MaxInt32
	case typeDate:
		d, ok := readDate(text, form.Form)
		return d, ok
	case typeMonth:
		at, err := time.Parse(monthForms[form.Form], text)
		return at.Format("2006-01"), err == nil
	default:
		fits := utf8.RuneCountInString(text) <= mostText && !strings.ContainsFunc(text, func(r rune) bool { return r < ' ' || r == 0x7f })
		return text, fits && (len(f.choices) == 0 || slices.Contains(f.choices, text))
	}
}

func readDate(text, form string) (ticket.Date, bool) {
	at, err := time.Parse(dateForms[form], text)
	if err != nil || at.Year() < 1800 || at.Year() > 2200 {
		return "", false
	}
	return ticket.Date(at.Format(time.DateOnly)), true
}

// mostFen bounds one sum: 100 billion yuan.
const mostFen = 100_000_000_000_00

// readMoney reads a decimal number exactly, of a unit that has so many decimal
// places to a fen. What is below a fen, a sign, an exponent or a separator is refused.
func readMoney(text string, places int) (int64, bool) {
	whole, part, point := strings.Cut(text, ".")
	if whole == "" || point && part == "" || len(whole) > 15 || strings.Trim(whole+part, "0123456789") != "" {
		return 0, false
	}
	if len(part) > places {
		if strings.Trim(part[places:], "0") != "" {
			return 0, false
		}
		part = part[:places]
	}
	fen, err := strconv.ParseInt(whole+part+strings.Repeat("0", places-len(part)), 10, 64)
	return fen, err == nil && fen <= mostFen
}
