package layout

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"

	"example.org/hotline/internal/act"
	"example.org/hotline/ledger/rail"
)

// WriteBatch is the file of a batch, byte for byte the same each time. What does
// not fit the bank's layout is refused, each an *act.Fault that names its field.
func (l *Layout) WriteBatch(b rail.Batch) ([]byte, error) {
	if err := b.Validate(); err != nil {
		return nil, err
	}
	w := &writer{layout: l, shape: &l.Batch}
	ctl := control{batch: b.ID, unit: b.Unit, unitName: b.UnitName, agentBank: b.AgentBank, debit: b.DebitAccount, date: b.Execute, count: b.Count(), sum: b.ControlSum()}
	put(w, "", l.Batch.Header, batchControl, &ctl)
	for i := range b.Items {
		put(w, fmt.Sprintf("items[%d].", i), l.Batch.Line, batchLine, &b.Items[i])
	}
	put(w, "", l.Batch.Trailer, batchControl, &ctl)
	return w.file()
}

// WriteReturn is the file in which a bank would give a return: for the bank
// simulator. Count and sum are those of the items.
func (l *Layout) WriteReturn(r rail.Return) ([]byte, error) {
	w := &writer{layout: l, shape: &l.Return}
	ctl := totals(r.Items)
	ctl.batch, ctl.unit, ctl.date = r.Batch, r.Unit, r.Made
	put(w, "", l.Return.Header, returnControl, &ctl)
	for i := range r.Items {
		put(w, fmt.Sprintf("items[%d].", i), l.Return.Line, returnLine, &r.Items[i])
	}
	put(w, "", l.Return.Trailer, returnControl, &ctl)
	return w.file()
}

// totals counts and sums a return's items.
func totals(items []rail.ReturnItem) control {
	ctl := control{count: len(items)}
	for _, i := range items {
		ctl.sum += i.Fen
		switch i.Status {
		case rail.Succeeded:
			ctl.succeeded++
			ctl.succeededSum += i.Fen
		case rail.Failed:
			ctl.failed++
			ctl.failedSum += i.Fen
		default:
		}
	}
	return ctl
}

// writer puts one file together.
type writer struct {
	layout *Layout
	shape  *Shape
	lines  [][]byte
	faults []error
}

func (w *writer) fault(field, code, detail string) {
	w.faults = append(w.faults, act.Invalid(field, code, detail))
}

// put adds one record.
func put[T any](w *writer, at string, fields []Field, names slots[T], of *T) {
	if len(fields) == 0 {
		return
	}
	cells := make([][]byte, 0, len(fields))
	for _, f := range fields {
		text, ok := f.Constant, true
		if f.Name != "" && f.Name != blank {
			text, ok = w.layout.write(f, names[f.Name](of))
		}
		if !ok {
			w.fault(at+f.Name, "layout_word", "The bank's layout has no word for it.")
			continue
		}
		cells = append(cells, w.cell(at, f, text))
	}
	line := bytes.Join(cells, []byte(w.shape.Delimiter))
	if len(line) > rail.MostLineBytes {
		w.fault(strings.TrimSuffix(at, "."), "layout_width", "The line is longer than any bank's.")
	}
	w.lines = append(w.lines, line)
}

// cell is one cell in the file's encoding and width.
func (w *writer) cell(at string, f Field, text string) []byte {
	raw, ok := w.shape.encode(text)
	padded, fits := w.shape.pad(f, raw)
	switch {
	case !ok || plain(text) != "" || strings.TrimSpace(text) != text:
		w.fault(at+f.Name, "layout_text", "It holds a character that cannot be written into the bank's file.")
	case !w.shape.fixed() && strings.Contains(text, w.shape.Delimiter):
		w.fault(at+f.Name, "layout_delimiter", "It holds the character that parts the bank's fields.")
	case text == "" && !slices.Contains(mayBeEmpty, f.Name):
		w.fault(at+f.Name, "layout_empty", "The bank's layout wants something there.")
	case !fits:
		w.fault(at+f.Name, "layout_width", fmt.Sprintf("The bank's layout has %d bytes for it, which is less.", f.Width))
	}
	return padded
}

// file is all lines with their ends.
func (w *writer) file() ([]byte, error) {
	if len(w.faults) > 0 {
		return nil, errors.Join(w.faults...)
	}
	file := bytes.Join(w.lines, []byte(w.shape.lineEnd()))
	if !w.shape.OpenEnd {
		file = append(file, w.shape.lineEnd()...)
	}
	return file, nil
}
