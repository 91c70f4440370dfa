package layout

import (
	"bytes"
	"cmp"
	"io"
	"slices"
	"strings"

	"example.org/hotline/ledger"
	"example.org/hotline/ledger/rail"
)

// ReadReturn reads what a bank says of a batch. The error is rail.Refused with
// every fault of the file by line; nothing of such a file is returned.
func (l *Layout) ReadReturn(from io.Reader) (rail.Return, error) {
	r := &reader{layout: l, shape: &l.Return}
	var ctl control
	lines := read(r, from, returnControl, &ctl, returnLine, func(line int, i *rail.ReturnItem) (string, int64) {
		i.Line = line
		r.judge(i)
		return i.Reference, i.Fen
	})
	if r.faults.Any() {
		return rail.Return{}, r.faults.Err()
	}
	r.outcomes(ctl, totals(lines))
	if r.faults.Any() {
		return rail.Return{}, r.faults.Err()
	}
	return rail.Return{Batch: ctl.batch, Unit: ctl.unit, Made: ctl.date, Count: ctl.count, Fen: ctl.sum, Items: lines}, nil
}

// ReadBatch reads a batch as the bank would: for the bank simulator, and to
// prove that what was written can be read. What a layout does not carry, such as
// the time at which the batch was made, stays empty.
func (l *Layout) ReadBatch(from io.Reader) (rail.Batch, error) {
	r := &reader{layout: l, shape: &l.Batch}
	var ctl control
	items := read(r, from, batchControl, &ctl, batchLine, func(line int, i *rail.Item) (string, int64) {
		if want := line - r.before(); i.Seq != want {
			r.faults.Add(line, "seq", "seq_order", nil)
		}
		return i.Reference, i.Fen
	})
	if r.faults.Any() {
		return rail.Batch{}, r.faults.Err()
	}
	return rail.Batch{ID: ctl.batch, Unit: ctl.unit, UnitName: ctl.unitName, AgentBank: ctl.agentBank, DebitAccount: ctl.debit, Execute: ctl.date, Items: items}, nil
}

// reader takes one file apart.
type reader struct {
	layout *Layout
	shape  *Shape
	faults rail.Faults
	places map[string]int // line of each control field
}

// before is how many lines stand before the first payout.
func (r *reader) before() int {
	if len(r.shape.Header) > 0 {
		return 1
	}
	return 0
}

// read takes a file's records. take is given every line that is sound in itself
// and says its reference and amount.
func read[T any](r *reader, from io.Reader, names slots[control], ctl *control, line slots[T], take func(int, *T) (string, int64)) []T {
	raw, ok := r.lines(from)
	if !ok {
		return nil
	}
	r.places = map[string]int{}
	body := raw[r.before():]
	if r.before() > 0 {
		ends(r, 1, raw[0], r.shape.Header, names, ctl)
	}
	if len(r.shape.Trailer) > 0 {
		body = body[:len(body)-1]
		ends(r, len(raw), raw[len(raw)-1], r.shape.Trailer, names, ctl)
	}
	items := make([]T, 0, len(body))
	first := make(map[string]int, len(body))
	var sum int64
	for n, text := range body {
		if r.faults.Full() {
			return nil
		}
		at := n + 1 + r.before()
		var item T
		if !readLine(r, at, text, r.shape.Line, line, &item) {
			continue
		}
		reference, fen := take(at, &item)
		if was, twice := first[reference]; twice {
			r.faults.Add(at, "reference", "reference_twice", map[string]any{"first": was})
		}
		if fen <= 0 || fen > ledger.MaxFen {
			r.faults.Add(at, "amount", "amount_range", nil)
			fen = 0
		}
		first[reference] = at
		sum += fen
		items = append(items, item)
	}
	r.control(*ctl, len(items), sum)
	return items
}

// control holds the file to its own count and sum. A file with other faults
// would only get two more of them.
func (r *reader) control(ctl control, count int, sum int64) {
	if r.faults.Any() {
		return
	}
	r.same("count", ctl.count, count)
	r.sameSum("sum", ctl.sum, sum)
}

// outcomes holds a return to what it says of successes and failures.
func (r *reader) outcomes(says, are control) {
	r.same("succeeded_count", says.succeeded, are.succeeded)
	r.sameSum("succeeded_sum", says.succeededSum, are.succeededSum)
	r.same("failed_count", says.failed, are.failed)
	r.sameSum("failed_sum", says.failedSum, are.failedSum)
}

func (r *reader) same(name string, says, are int) {
	if line, said := r.places[name]; said && says != are {
		r.faults.Add(line, name, "count_differs", map[string]any{"says": says, "are": are})
	}
}

func (r *reader) sameSum(name string, says, are int64) {
	if line, said := r.places[name]; said && says != are {
		r.faults.Add(line, name, "sum_differs", nil)
	}
}

// judge gives a failed payout its reason, and refuses one that both succeeded and failed.
func (r *reader) judge(i *rail.ReturnItem) {
	reason, ok := r.layout.Reasons[i.Code]
	if !ok {
		reason = r.layout.Reasons[string(i.Text)]
	}
	switch {
	case i.Status == rail.Failed && reason == rail.ReasonNone:
		i.Reason = rail.ReasonOther
	case i.Status == rail.Failed:
		i.Reason = reason
	case reason != rail.ReasonNone:
		r.faults.Add(i.Line, "result", "contradiction", nil)
	}
}

// lines reads a bounded file and parts it into lines without their ends.
func (r *reader) lines(from io.Reader) ([][]byte, bool) {
	raw, err := io.ReadAll(io.LimitReader(from, rail.MostFileBytes+1))
	end := []byte(r.shape.lineEnd())
	switch {
	case err != nil:
		r.faults.Add(0, "", "file_unread", nil)
		return nil, false
	case len(raw) > rail.MostFileBytes:
		r.faults.Add(0, "", "file_too_large", map[string]any{"most": rail.MostFileBytes})
		return nil, false
	case len(raw) == 0:
		r.faults.Add(0, "", "file_empty", nil)
		return nil, false
	case bytes.Count(raw, end) > rail.MostItems+2:
		r.faults.Add(rail.MostItems+3, "", "too_many_lines", map[string]any{"most": rail.MostItems + 2})
		return nil, false
	}
	lines := bytes.Split(raw, end)
	whole := len(lines[len(lines)-1]) == 0
	if !whole && !r.shape.OpenEnd {
		r.faults.Add(len(lines), "", "file_truncated", nil)
		return nil, false
	}
	if !r.shape.OpenEnd {
		lines = lines[:len(lines)-1]
	}
	controls := r.before() + min(1, len(r.shape.Trailer))
	if len(lines) < controls {
		r.faults.Add(0, "", "no_control", nil)
		return nil, false
	}
	return lines, true
}

// ends reads a control record and notes where each of its fields stands.
func ends(r *reader, line int, raw []byte, fields []Field, names slots[control], ctl *control) {
	readLine(r, line, raw, fields, names, ctl)
	for _, f := range fields {
		r.places[f.Name] = line
	}
}

// readLine reads one line into its values and reports whether it is sound.
func readLine[T any](r *reader, line int, raw []byte, fields []Field, names slots[T], into *T) bool {
	cells, ok := r.cells(line, raw, fields)
	if !ok {
		return false
	}
	sound := true
	for i, f := range fields {
		code := r.cell(f, cells[i], func(text string) string { return r.layout.read(f, text, names[f.Name](into)) })
		if code != "" {
			r.faults.Add(line, f.Name, code, map[string]any{"most": cmp.Or(f.Width, mostCell)})
			sound = false
		}
	}
	return sound
}

// cell looks at one cell and has its value read.
func (r *reader) cell(f Field, text string, value func(string) string) string {
	text = r.shape.unpad(f, text)
	switch {
	case f.Name == blank:
		return faultUnless(text == "", "cell_constant")
	case f.Constant != "":
		return faultUnless(text == f.Constant, "cell_constant")
	case text == "" && slices.Contains(mayBeEmpty, f.Name):
		return ""
	case text == "":
		return "cell_empty"
	case len(text) > mostCell || r.tooWide(f, text):
		return "cell_too_long"
	case strings.TrimSpace(text) != text:
		return "cell_blank"
	default:
		return value(text)
	}
}

// tooWide reports whether a delimited cell is longer than its field may be. A
// fixed one is as long as it must be.
func (r *reader) tooWide(f Field, text string) bool {
	if r.shape.fixed() || f.Width == 0 {
		return false
	}
	raw, ok := r.shape.encode(text)
	return !ok || len(raw) > f.Width
}

// cells parts a line. A delimiter's byte may be half of a character of GB18030,
// so delimited lines are decoded first; a fixed field is cut out of the bytes.
func (r *reader) cells(line int, raw []byte, fields []Field) ([]string, bool) {
	if len(raw) > rail.MostLineBytes {
		r.faults.Add(line, "", "line_too_long", map[string]any{"most": rail.MostLineBytes})
		return nil, false
	}
	if bytes.ContainsAny(raw, "\r\n") {
		r.faults.Add(line, "", "line_end", nil)
		return nil, false
	}
	if r.shape.fixed() {
		return r.cut(line, raw, fields)
	}
	text, ok := r.shape.decode(raw)
	if !ok {
		r.faults.Add(line, "", "text_encoding", nil)
		return nil, false
	}
	cells := strings.Split(text, r.shape.Delimiter)
	if len(cells) != len(fields) {
		r.faults.Add(line, "", "cell_count", map[string]any{"got": len(cells), "want": len(fields)})
		return nil, false
	}
	return cells, true
}

// cut takes the fields of fixed width out of a line.
func (r *reader) cut(line int, raw []byte, fields []Field) ([]string, bool) {
	want := 0
	for _, f := range fields {
		want += f.Width
	}
	if len(raw) != want {
		r.faults.Add(line, "", "line_length", map[string]any{"got": len(raw), "want": want})
		return nil, false
	}
	cells := make([]string, 0, len(fields))
	for _, f := range fields {
		text, ok := r.shape.decode(raw[:f.Width])
		if !ok {
			r.faults.Add(line, f.Name, "text_encoding", nil)
			return nil, false
		}
		cells, raw = append(cells, text), raw[f.Width:]
	}
	return cells, true
}
