// Package layout writes the files that agent banks in China take and reads what
// they give back. No two banks want the same one, so a bank's files are data
// (configs/bank/*.yaml): delimited or of fixed width, in UTF-8 or GB18030, with
// a control record that counts and sums the lines.
//
// A file is read whole or not at all: one fen or one payout off its control
// record, a byte that stands for no character, a word the layout does not know,
// and nothing of it is used.
package layout

import (
	"strings"

	"example.org/hotline/ledger/rail"
)

// Layout is the form of one bank's files.
type Layout struct {
	Name   string `yaml:"name"`
	Bank   string `yaml:"bank"`   // whose files these are, as people call it
	Source string `yaml:"source"` // where the form is described

	FileName rail.FileName          `yaml:"file_name"` // of a batch
	Batch    Shape                  `yaml:"batch"`     // what we send
	Return   Shape                  `yaml:"return"`    // what comes back
	Results  map[string]rail.Status `yaml:"results"`   // the bank's words for what became of a payout
	Reasons  map[string]rail.Reason `yaml:"reasons"`   // its codes or words for why it failed; any other is "other"
	IDTypes  map[string]rail.IDType `yaml:"id_types"`  // its codes for kinds of document
}

// Shape is the form of one file.
type Shape struct {
	Form      string  `yaml:"form"`      // delimited, or fixed
	Encoding  string  `yaml:"encoding"`  // utf-8, or gb18030
	Delimiter string  `yaml:"delimiter"` // of a delimited file: one of | ; , ^ ~
	LineEnd   string  `yaml:"line_end"`  // lf, or crlf
	OpenEnd   bool    `yaml:"open_end"`  // the last line has no line end
	Header    []Field `yaml:"header"`    // the first line; none: there is none
	Line      []Field `yaml:"line"`      // one for each payout
	Trailer   []Field `yaml:"trailer"`   // the last line; none: there is none
}

// Field is one field of a record: either one that has a name, or a constant.
type Field struct {
	Name     string `yaml:"name"`     // what stands there; "blank": nothing
	Constant string `yaml:"constant"` // this text, always
	Width    int    `yaml:"width"`    // bytes in the file's encoding: exactly so many where the form is fixed, at most so many else
	Align    string `yaml:"align"`    // of a fixed field: left (default), or right
	Pad      string `yaml:"pad"`      // of a fixed field: a blank (default), or 0 for numbers
	Format   string `yaml:"format"`   // of an amount: yuan (900.00, default), or fen; of a date: YYYYMMDD (default), YYYY-MM-DD …
}

const blank = "blank"

func (s *Shape) fixed() bool     { return s.Form == "fixed" }
func (s *Shape) gb18030() bool   { return s.Encoding == "gb18030" }
func (f Field) rightmost() bool  { return f.Align == "right" }
func (f Field) zeroPadded() bool { return f.Pad == "0" }

func (s *Shape) lineEnd() string {
	if s.LineEnd == "crlf" {
		return "\r\n"
	}
	return "\n"
}

// datePattern turns YYYYMMDD into what package time understands.
func (f Field) datePattern() string {
	if f.Format == "" {
		return "20060102"
	}
	return strings.NewReplacer("YYYY", "2006", "MM", "01", "DD", "02").Replace(f.Format)
}
