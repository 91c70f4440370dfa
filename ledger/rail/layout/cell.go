package layout

import (
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/encoding/simplifiedchinese"

	"example.org/hotline/area"
	"example.org/hotline/ledger"
	"example.org/hotline/ledger/rail"
)

// write is a value as it stands in a file, before padding; false where the
// layout has no word for it.
func (l *Layout) write(f Field, place any) (string, bool) {
	switch v := place.(type) {
	case *string:
		return *v, true
	case *rail.Private:
		return string(*v), true
	case *rail.Memo:
		return string(*v), true
	case *int:
		return strconv.Itoa(*v), *v >= 0
	case *int64:
		if f.Format == "fen" {
			return strconv.FormatInt(*v, 10), *v >= 0
		}
		return ledger.Yuan(*v), *v >= 0
	case *area.Date:
		day, err := time.Parse(time.DateOnly, string(*v))
		return day.Format(f.datePattern()), err == nil
	case *rail.Status:
		return wordFor(l.Results, *v)
	case *rail.IDType:
		if *v == rail.IDNone {
			return "", true
		}
		return wordFor(l.IDTypes, *v)
	default:
		return "", false
	}
}

// wordFor is the first of the bank's words that mean a value.
func wordFor[V comparable](words map[string]V, value V) (string, bool) {
	for _, word := range slices.Sorted(maps.Keys(words)) {
		if words[word] == value {
			return word, true
		}
	}
	return "", false
}

// read puts a cell's text into its place; the code of what is wrong, else empty.
func (l *Layout) read(f Field, text string, place any) (code string) {
	switch v := place.(type) {
	case *string:
		*v = text
		return plain(text)
	case *rail.Private:
		*v = rail.Private(text)
		return plain(text)
	case *rail.Memo:
		*v = rail.Memo(text)
		return plain(text)
	case *int:
		n, ok := rail.ParseFen(text)
		*v = int(n)
		return faultUnless(ok && n <= rail.MostItems, "number_form")
	case *int64:
		fen, ok := amount(f, text)
		*v = fen
		return faultUnless(ok, "amount_form")
	case *area.Date:
		day, err := time.Parse(f.datePattern(), text)
		*v = area.Date(day.Format(time.DateOnly))
		return faultUnless(err == nil, "date_form")
	case *rail.Status:
		return known(l.Results, text, v)
	case *rail.IDType:
		if text == "" {
			return ""
		}
		return known(l.IDTypes, text, v)
	default:
		return "word_unknown"
	}
}

func known[V any](words map[string]V, text string, into *V) string {
	value, ok := words[text]
	*into = value
	return faultUnless(ok, "word_unknown")
}

func faultUnless(ok bool, code string) string {
	if ok {
		return ""
	}
	return code
}

// amount reads yuan with exactly two decimals, or fen.
func amount(f Field, text string) (int64, bool) {
	if f.Format == "fen" {
		return rail.ParseFen(text)
	}
	if point := len(text) - 3; point < 1 || text[point] != '.' {
		return 0, false
	}
	return rail.ParseYuan(text)
}

// plain refuses what a person could not see, and what a spreadsheet would compute.
func plain(text string) string {
	switch {
	case strings.ContainsFunc(text, func(r rune) bool { return !unicode.IsPrint(r) }):
		return "cell_not_plain"
	case rail.Formula(text):
		return "cell_formula"
	default:
		return ""
	}
}

// encode is a text in the file's encoding; false where it would not come back.
func (s *Shape) encode(text string) ([]byte, bool) {
	if !s.gb18030() {
		return []byte(text), utf8.ValidString(text)
	}
	raw, err := simplifiedchinese.GB18030.NewEncoder().Bytes([]byte(text))
	if err != nil {
		return nil, false
	}
	back, ok := s.decode(raw)
	return raw, ok && back == text
}

// decode is the text of bytes; false where one of them stands for no character.
func (s *Shape) decode(raw []byte) (string, bool) {
	text := raw
	if s.gb18030() {
		var err error
		if text, err = simplifiedchinese.GB18030.NewDecoder().Bytes(raw); err != nil {
			return "", false
		}
	}
	return string(text), utf8.Valid(text) && !strings.ContainsRune(string(text), utf8.RuneError)
}

// pad brings an encoded cell to the field's width; false where it is too long.
func (s *Shape) pad(f Field, raw []byte) ([]byte, bool) {
	if !s.fixed() {
		return raw, f.Width == 0 || len(raw) <= f.Width
	}
	missing := f.Width - len(raw)
	if missing < 0 {
		return nil, false
	}
	fill := " "
	if f.zeroPadded() {
		fill = "0"
	}
	padding := []byte(strings.Repeat(fill, missing))
	if f.rightmost() {
		return append(padding, raw...), true
	}
	return append(raw, padding...), true
}

// unpad takes the blanks of a field of fixed width off; zeros before a number
// do not hurt it.
func (s *Shape) unpad(f Field, text string) string {
	switch {
	case !s.fixed():
		return text
	case f.rightmost():
		return strings.TrimLeft(text, " ")
	default:
		return strings.TrimRight(text, " ")
	}
}
