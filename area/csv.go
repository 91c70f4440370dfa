package area

import (
	"bytes"
	"encoding/csv"
	"errors"
	"io"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/encoding/simplifiedchinese"
)

// Column is one that a table may have.
type Column struct {
	Name     string
	Also     []string // other names in the header, such as the Chinese one
	Required bool     // in the header; cells are looked at by whoever takes them
}

// Sheet is a table as it was read: the lines that could be read, and every fault
// of those that could not.
type Sheet struct {
	Lines  []Line
	Faults []LineFault
	has    map[string]bool
}

// Has reports whether the header names a column.
func (s *Sheet) Has(column string) bool { return s.has[column] }

// Line is one line below the header.
type Line struct {
	Number int // of the line in the file where it begins, from 1
	cells  map[string]string
}

// Cell is what stands in a column, without blanks around it; empty where the
// file has no such column.
func (l Line) Cell(column string) string { return l.cells[column] }

// MostLines is as many lines as one file may have.
const MostLines = 100_000

// ReadSheet reads a CSV file with a header line, in UTF-8 (with or without BOM)
// or GB18030, which spreadsheets in China write. It goes on after a fault, so
// that all of them are told at once.
func ReadSheet(raw []byte, columns []Column) Sheet {
	var s Sheet
	text, ok := s.decode(raw)
	if !ok {
		return s
	}
	r := csv.NewReader(bytes.NewReader(text))
	r.FieldsPerRecord = -1
	header, err := r.Read()
	if err != nil {
		code := "quotes"
		if errors.Is(err, io.EOF) {
			code = "file_empty"
		}
		s.fault(0, "", code, nil)
		return s
	}
	line, _ := r.FieldPos(0)
	names := s.header(line, header, columns)
	if names != nil {
		s.body(r, names)
	}
	sortFaults(s.Faults)
	return s
}

func (s *Sheet) fault(line int, column, code string, args map[string]any) {
	s.Faults = append(s.Faults, fault(line, column, code, args))
}

// decode makes UTF-8 of the file's bytes.
func (s *Sheet) decode(raw []byte) ([]byte, bool) {
	text, marked := bytes.CutPrefix(raw, []byte("\uFEFF"))
	switch {
	case bytes.HasPrefix(raw, []byte{0xFF, 0xFE}), bytes.HasPrefix(raw, []byte{0xFE, 0xFF}):
		s.fault(0, "", "file_utf16", nil)
		return nil, false
	case bytes.IndexByte(raw, 0) >= 0:
		s.fault(0, "", "file_binary", nil)
		return nil, false
	case marked || utf8.Valid(text):
		return text, s.whole(text)
	}
	text, err := simplifiedchinese.GB18030.NewDecoder().Bytes(raw)
	if err != nil {
		s.fault(0, "", "text_encoding", nil)
		return nil, false
	}
	return text, s.whole(text)
}

// whole looks for bytes that stand for no character, or what a decoder puts in
// their place, and tells their lines.
func (s *Sheet) whole(text []byte) bool {
	for i, line := range bytes.Split(text, []byte("\n")) {
		if !utf8.Valid(line) || bytes.ContainsRune(line, unicode.ReplacementChar) {
			s.fault(i+1, "", "text_encoding", nil)
		}
	}
	return len(s.Faults) == 0
}

// header finds which column is which; nil where the lines below make no sense.
func (s *Sheet) header(line int, cells []string, columns []Column) []string {
	known := make([]string, 0, len(columns))
	for _, c := range columns {
		known = append(known, c.Name)
	}
	all := strings.Join(known, ", ")
	if len(cells) == 1 && strings.ContainsAny(cells[0], ";\t，") {
		s.fault(line, "", "file_separator", nil)
		return nil
	}
	s.has = map[string]bool{}
	names := make([]string, len(cells))
	for i, cell := range cells {
		heading := strings.ToLower(trim(cell))
		at := slices.IndexFunc(columns, func(c Column) bool { return c.Name == heading || slices.Contains(c.Also, heading) })
		switch {
		case heading == "" && i == len(cells)-1: // a comma at the end of each line
		case at < 0:
			s.fault(line, short(heading), "column_unknown", map[string]any{"names": all})
		case s.has[columns[at].Name]:
			s.fault(line, columns[at].Name, "column_twice", nil)
		default:
			names[i] = columns[at].Name
			s.has[columns[at].Name] = true
		}
	}
	missing := false
	for _, c := range columns {
		if c.Required && !s.has[c.Name] {
			s.fault(line, c.Name, "column_missing", map[string]any{"names": all})
			missing = true
		}
	}
	if missing {
		return nil
	}
	return names
}

// body reads every line below the header.
func (s *Sheet) body(r *csv.Reader, names []string) {
	for {
		cells, err := r.Read()
		switch {
		case errors.Is(err, io.EOF):
			if len(s.Lines) == 0 && len(s.Faults) == 0 {
				s.fault(0, "", "file_empty", nil)
			}
			return
		case err != nil:
			line := 0
			if at, ok := errors.AsType[*csv.ParseError](err); ok {
				line = at.StartLine
			}
			s.fault(line, "", "quotes", nil)
			continue
		}
		line, _ := r.FieldPos(0)
		if blank(cells) {
			continue
		}
		if len(cells) != len(names) {
			s.fault(line, "", "cell_count", map[string]any{"got": len(cells), "want": len(names)})
			continue
		}
		if len(s.Lines) == MostLines {
			s.fault(line, "", "file_too_large", map[string]any{"most": MostLines})
			return
		}
		row := Line{Number: line, cells: make(map[string]string, len(names))}
		for i, name := range names {
			if name != "" {
				row.cells[name] = trim(cells[i])
			}
		}
		s.Lines = append(s.Lines, row)
	}
}

// blank is a line in which a spreadsheet has left nothing but commas.
func blank(cells []string) bool {
	return !slices.ContainsFunc(cells, func(c string) bool { return trim(c) != "" })
}

// trim also takes the wide blank and the no-break space.
func trim(s string) string { return strings.TrimFunc(s, unicode.IsSpace) }

// short keeps a heading that somebody made up from filling the screen.
func short(s string) string {
	if runes := []rune(s); len(runes) > 20 {
		return string(runes[:20]) + "…"
	}
	return s
}

// PlainCell looks at a text that people will read: there, not too long, and in
// one line. Its fault is nil where all is well.
func PlainCell(line Line, column string, most int) *LineFault {
	text := line.Cell(column)
	var f LineFault
	switch {
	case text == "":
		f = fault(line.Number, column, "cell_empty", nil)
	case utf8.RuneCountInString(text) > most:
		f = fault(line.Number, column, "cell_too_long", map[string]any{"most": most})
	case strings.ContainsFunc(text, func(r rune) bool { return !unicode.IsPrint(r) }):
		f = fault(line.Number, column, "cell_not_plain", nil)
	default:
		return nil
	}
	return &f
}

// DateCell reads a day; empty where the cell is.
func DateCell(line Line, column string) (Date, *LineFault) {
	text := line.Cell(column)
	if text == "" {
		return "", nil
	}
	d, err := ParseDate(text)
	if err != nil {
		f := fault(line.Number, column, "date_form", nil)
		return "", &f
	}
	return d, nil
}

// CodeCell reads a division's code. A spreadsheet that takes it for a number
// rounds it, which is worth a word of its own.
func CodeCell(line Line, column string) (Code, *LineFault) {
	text := line.Cell(column)
	code, err := ParseCode(text)
	if err == nil {
		return code, nil
	}
	name := "code_form"
	switch {
	case text == "":
		name = "cell_empty"
	case strings.ContainsAny(text, "eE") && strings.ContainsAny(text, "+.") && strings.Trim(text, "0123456789eE+.") == "":
		name = "number_in_powers"
	}
	f := fault(line.Number, column, name, nil)
	return "", &f
}
