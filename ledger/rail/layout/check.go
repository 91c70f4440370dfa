package layout

import (
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"time"

	"example.org/hotline/area"
	"example.org/hotline/internal/act"
	"example.org/hotline/ledger/rail"
)

var (
	layoutName = regexp.MustCompile(`^[a-z][a-z0-9_]*$`)
	dateForm   = regexp.MustCompile(`^YYYY[-/.]?MM[-/.]?DD$`)
)

const (
	delimiters = "|;,^~"
	mostWidth  = 255
	mostCell   = 512 // bytes of a cell in UTF-8, which has up to twice a field's
	mostDigits = 18  // of a number of fixed width: more would not fit an int64
)

// Validate reports every fault of the layout, each an *act.Fault with its path.
func (l *Layout) Validate() error {
	c := &layoutCheck{}
	c.that(layoutName.MatchString(l.Name), "name", "must be a-z, 0-9 and _")
	c.that(l.Bank != "", "bank", "must say whose files these are")
	c.that(l.FileName.Sound(), "file_name", rail.FileNameRule)
	shape(c, "batch", &l.Batch, batchControl, batchLine, neededInBatchLine)
	shape(c, "return", &l.Return, returnControl, returnLine, neededInReturnLine)
	l.words(c)
	return errors.Join(c.faults...)
}

// words looks at the bank's words.
func (l *Layout) words(c *layoutCheck) {
	for _, word := range slices.Sorted(maps.Keys(l.Results)) {
		c.that(slices.Contains(rail.Statuses(), l.Results[word]), "results."+word, "must be accepted, pending, succeeded or failed")
		c.word("results."+word, word, &l.Return)
		c.fits("results."+word, word, &l.Return, "result")
	}
	for _, needed := range []rail.Status{rail.Succeeded, rail.Failed} {
		c.that(slices.Contains(slices.Collect(maps.Values(l.Results)), needed), "results", "needs the bank's word for %s", needed)
	}
	for _, word := range slices.Sorted(maps.Keys(l.Reasons)) {
		c.that(slices.Contains(rail.Reasons(), l.Reasons[word]), "reasons."+word, "must be one of %v", rail.Reasons())
		c.word("reasons."+word, word, &l.Return)
	}
	types := map[rail.IDType]bool{}
	for _, word := range slices.Sorted(maps.Keys(l.IDTypes)) {
		kind := l.IDTypes[word]
		c.that(slices.Contains(rail.IDTypes(), kind), "id_types."+word, "must be one of %v", rail.IDTypes())
		c.that(!types[kind], "id_types."+word, "has two words; which one would be written?")
		c.word("id_types."+word, word, &l.Batch)
		c.fits("id_types."+word, word, &l.Batch, "id_type")
		types[kind] = true
	}
	if slices.ContainsFunc(l.Batch.Line, func(f Field) bool { return f.Name == "id_type" }) {
		c.that(len(types) > 0, "id_types", "is missing although the line has id_type")
	}
}

type layoutCheck struct{ faults []error }

func (c *layoutCheck) that(ok bool, path, format string, args ...any) {
	if !ok {
		c.faults = append(c.faults, act.Invalid(path, "layout", fmt.Sprintf(format, args...)))
	}
}

// word looks at a text that stands in a file as it is.
func (c *layoutCheck) word(path, word string, s *Shape) {
	c.that(word != "" && strings.TrimSpace(word) == word && plain(word) == "", path, "must be a word without blanks around it, and no formula")
	c.that(s.fixed() || s.Delimiter == "" || !strings.Contains(word, s.Delimiter), path, "holds the delimiter")
}

// fits looks whether a word has room in the field where it stands.
func (c *layoutCheck) fits(path, word string, s *Shape, field string) {
	for _, f := range s.Line {
		raw, ok := s.encode(word)
		if f.Name == field {
			c.that(ok && (f.Width == 0 || len(raw) <= f.Width), path, "has no room in the field %s: it has %d bytes", field, len(raw))
		}
	}
}

// shape looks at one file's form.
func shape[L any](c *layoutCheck, path string, s *Shape, ctl slots[control], line slots[L], needed []string) {
	c.that(s.Form == "delimited" || s.fixed(), path+".form", "must be delimited or fixed")
	c.that(s.Encoding == "utf-8" || s.gb18030(), path+".encoding", "must be utf-8 or gb18030")
	c.that(s.LineEnd == "lf" || s.LineEnd == "crlf", path+".line_end", "must be lf or crlf")
	if s.fixed() {
		c.that(s.Delimiter == "", path+".delimiter", "a fixed file has none")
	} else {
		c.that(len(s.Delimiter) == 1 && strings.Contains(delimiters, s.Delimiter), path+".delimiter", "must be one of %s", delimiters)
	}
	c.that(len(s.Header)+len(s.Trailer) > 0, path, "needs a header or a trailer that counts and sums the lines")
	c.that(len(s.Line) > 0, path+".line", "is missing")
	// What the two control records say must not be said twice: which one would hold?
	said := map[string]bool{}
	record(c, path+".header", s, s.Header, ctl, said)
	record(c, path+".trailer", s, s.Trailer, ctl, said)
	require(c, path, said, neededInControl)
	said = map[string]bool{}
	record(c, path+".line", s, s.Line, line, said)
	require(c, path+".line", said, needed)
}

func require(c *layoutCheck, path string, said map[string]bool, needed []string) {
	for _, name := range needed {
		c.that(said[name], path, "needs a field %s", name)
	}
}

// record looks at the fields of one record and notes their names.
func record[T any](c *layoutCheck, path string, s *Shape, fields []Field, names slots[T], said map[string]bool) {
	width := 0
	for i, f := range fields {
		at := fmt.Sprintf("%s[%d]", path, i)
		c.field(at, s, f)
		width += f.Width
		switch {
		case f.Name == blank:
		case (f.Name == "") == (f.Constant == ""):
			c.that(false, at, "needs either a name or a constant; the name blank is for an empty field")
		case f.Constant != "":
			c.word(at+".constant", f.Constant, s)
			raw, ok := s.encode(f.Constant)
			c.that(ok && (!s.fixed() || len(raw) <= f.Width), at+".width", "the constant has %d bytes", len(raw))
		case names[f.Name] == nil:
			c.that(false, at+".name", "is unknown here; known are blank, %s", strings.Join(names.names(), ", "))
		case said[f.Name]:
			c.that(false, at+".name", "stands there twice")
		default:
			said[f.Name] = true
			c.value(at, s, f, names[f.Name](new(T)))
		}
	}
	c.that(width <= rail.MostLineBytes, path, "is wider than %d bytes", rail.MostLineBytes)
}

// field looks at what every field has.
func (c *layoutCheck) field(at string, s *Shape, f Field) {
	if s.fixed() {
		c.that(f.Width >= 1 && f.Width <= mostWidth, at+".width", "must lie between 1 and %d bytes", mostWidth)
		c.that(f.Align == "" || f.Align == "left" || f.Align == "right", at+".align", "must be left or right")
		c.that(f.Pad == "" || f.Pad == " " || f.Pad == "0", at+".pad", "must be a blank or 0")
		return
	}
	c.that(f.Width >= 0 && f.Width <= mostWidth, at+".width", "must lie between 0 (any) and %d bytes", mostWidth)
	c.that(f.Align == "" && f.Pad == "", at, "align and pad are for files of fixed width")
}

// value looks at what a field has by the type of its value.
func (c *layoutCheck) value(at string, s *Shape, f Field, place any) {
	number := false
	switch place.(type) {
	case *int64:
		number = true
		c.that(f.Format == "" || f.Format == "yuan" || f.Format == "fen", at+".format", "must be yuan or fen")
	case *area.Date:
		c.that(f.Format == "" || dateForm.MatchString(f.Format), at+".format", "must be YYYYMMDD, YYYY-MM-DD, YYYY/MM/DD or YYYY.MM.DD")
		c.that(!s.fixed() || f.Width >= len(time.Time{}.Format(f.datePattern())), at+".width", "is too narrow for the date")
	default:
		_, number = place.(*int)
		c.that(f.Format == "", at+".format", "is for amounts and dates")
	}
	if f.zeroPadded() {
		c.that(number && f.rightmost(), at+".pad", "0 is for numbers and amounts that stand on the right; elsewhere a 0 at the edge could not be told from it")
	}
	c.that(!number || f.Width <= mostDigits, at+".width", "a number has at most %d digits", mostDigits)
}
