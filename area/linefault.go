package area

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// LineFault is one thing that is wrong in one cell of an imported file. It
// names the place and the remedy and never repeats what stands there, which may
// be somebody's telephone number.
type LineFault struct { //nolint:errname // a fault, as everywhere here
	Line   int            `json:"line" doc:"Counted from 1, the header's; 0 where the whole file is at fault"`
	Column string         `json:"column,omitempty" doc:"Name of the column; absent where the whole line is at fault"`
	Code   string         `json:"code" doc:"Stable; pages translate it"`
	What   string         `json:"what" doc:"What is wrong, in English"`
	Remedy string         `json:"remedy" doc:"What to do, in English"`
	Args   map[string]any `json:"args,omitempty" doc:"Facts for the translated message"`
}

// Error says where it is, what is wrong and what to do.
func (f LineFault) Error() string {
	where := "the file"
	if f.Line > 0 {
		where = fmt.Sprintf("line %d", f.Line)
	}
	if f.Column != "" {
		where += ", " + f.Column
	}
	return where + ": " + f.What + " " + f.Remedy
}

// words are a fault's text; {name} stands for an argument.
type words struct{ what, remedy string }

// fault fills in the words of a code. A code without words is a mistake of
// ours, and a test looks for it.
func fault(line int, column, code string, args map[string]any) LineFault {
	w := wordsOf(code)
	return NewLineFault(line, column, code, w.what, w.remedy, args)
}

// NewLineFault is a fault in the words of another kind of file, in which {name}
// stands for an argument.
func NewLineFault(line int, column, code, what, remedy string, args map[string]any) LineFault {
	return LineFault{Line: line, Column: column, Code: code, What: fill(what, args), Remedy: fill(remedy, args), Args: args}
}

// wordsOf looks a code up among the words of tables and of each kind of import.
func wordsOf(code string) words {
	for _, known := range []map[string]words{sheetWords, divisionWords, staffWords} {
		if w, ok := known[code]; ok {
			return w
		}
	}
	return words{}
}

func fill(text string, args map[string]any) string {
	for name, value := range args {
		text = strings.ReplaceAll(text, "{"+name+"}", fmt.Sprint(value))
	}
	return text
}

// sortFaults brings faults into the order of the file.
func sortFaults(faults []LineFault) {
	slices.SortStableFunc(faults, func(a, b LineFault) int { return cmp.Compare(a.Line, b.Line) })
}

// sheetWords are the faults of reading a table; each kind of import has its own
// beside its rules.
var sheetWords = map[string]words{
	"file_empty":       {"There is no line in it.", "Choose the file again; it begins with a header line."},
	"file_too_large":   {"It holds more than {most} lines.", "Split it, each part with its own header line."},
	"file_utf16":       {"It is written in UTF-16.", "Save it as \"CSV UTF-8\"."},
	"file_binary":      {"It is not a text file.", "Save the sheet as CSV; a workbook (.xlsx) cannot be read."},
	"file_separator":   {"Its columns are not separated by commas.", "Save it as CSV with commas."},
	"text_encoding":    {"It holds bytes that are neither UTF-8 nor GB18030.", "Save the file as \"CSV UTF-8\" and look at this line."},
	"quotes":           {"A quotation mark is out of place.", "Put the whole cell in \"…\" and write \"\" for a mark within it."},
	"cell_count":       {"It has {got} cells, the header has {want}.", "Put cells that hold a comma in \"…\", and let every line have as many commas as the header."},
	"column_missing":   {"The column is not there.", "Add it to the header line: {names}."},
	"column_twice":     {"The column is there twice.", "Leave one of them."},
	"column_unknown":   {"No such column is known.", "Use {names}, or remove it."},
	"cell_empty":       {"It is empty.", "Fill it in."},
	"cell_too_long":    {"It has more than {most} characters.", "Shorten it."},
	"cell_not_plain":   {"It holds a line break or a character that cannot be shown.", "Type it anew."},
	"number_in_powers": {"The spreadsheet has turned it into a rounded number.", "Format the column as text, fill in the codes again and save."},
	"code_form":        {"It is no code of 12 digits.", "Write all 12 digits; a place above village level is filled up with zeros."},
	"date_form":        {"It is no date.", "Write a day as 2026-10-01."},
}
