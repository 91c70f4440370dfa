package area

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"golang.org/x/text/encoding/simplifiedchinese"
)

var testColumns = []Column{{Name: "code", Also: []string{"代码"}, Required: true}, {Name: "name", Also: []string{"名称"}, Required: true}, {Name: "note"}}

// told writes faults as "line column code".
func told(faults []LineFault) []string {
	list := []string{}
	for _, f := range faults {
		list = append(list, strings.TrimSpace(fmt.Sprintf("%d %s %s", f.Line, f.Column, f.Code)))
	}
	return list
}

func TestASheetIsReadInEveryEncodingItComesIn(t *testing.T) {
	text := "代码,名称\r\n990101101000, 石桥镇　\r\n,\r\n990101101001,\"第一\n社区\"\r\n990101101002,龘\r\n"
	gb, err := simplifiedchinese.GB18030.NewEncoder().String(text)
	if err != nil {
		t.Fatal(err)
	}
	for name, raw := range map[string]string{"UTF-8": text, "with BOM": "\uFEFF" + text, "GB18030": gb} {
		s := ReadSheet([]byte(raw), testColumns)
		if len(s.Faults) > 0 || len(s.Lines) != 3 {
			t.Errorf("%s: %d lines, %v", name, len(s.Lines), told(s.Faults))
			continue
		}
		if first := s.Lines[0]; first.Number != 2 || first.Cell("name") != "石桥镇" || first.Cell("note") != "" {
			t.Errorf("%s: the first line is %+v", name, first)
		}
		if last := s.Lines[2]; last.Number != 6 || last.Cell("name") != "龘" { // the cell above it has two lines
			t.Errorf("%s: the last line is %+v", name, last)
		}
		if !s.Has("code") || s.Has("note") {
			t.Errorf("%s: has the wrong columns", name)
		}
	}
}

func TestEveryFaultOfASheetNamesItsLine(t *testing.T) {
	for text, want := range map[string][]string{
		"":                           {"0  file_empty"},
		"code,name\n":                {"0  file_empty"},
		"\xff\xfec\x00":              {"0  file_utf16"},
		"PK\x03\x04\x00\x00":         {"0  file_binary"},
		"code;name\n1;2\n":           {"1  file_separator"},
		"code\tname\n1\t2\n":         {"1  file_separator"},
		"code,nom,code\n1,2,3\n":     {"1 nom column_unknown", "1 code column_twice", "1 name column_missing"},
		"code,name\n1,2,3\n4,5\n6\n": {"2  cell_count", "4  cell_count"},
		"code,name\n1,\"a\"b\n2,c\n": {"2  quotes"},
		"code,name\n1,\xff\xff\xff\n2,\xff\xff\n": {"2  text_encoding", "3  text_encoding"},
		"\uFEFFcode,name\n1,\xb2\xe2\n":           {"2  text_encoding"},
	} {
		for i := range want {
			want[i] = strings.ReplaceAll(want[i], "  ", " ")
		}
		got := told(ReadSheet([]byte(text), testColumns).Faults)
		for i := range got {
			got[i] = strings.ReplaceAll(got[i], "  ", " ")
		}
		if !slices.Equal(got, want) {
			t.Errorf("%q: %v, want %v", text, got, want)
		}
	}
}

func TestCellsThatCannotBeTaken(t *testing.T) {
	line := func(text string) Line { return Line{Number: 7, cells: map[string]string{"x": text}} }
	for text, want := range map[string]string{"": "7 x cell_empty", "9.90101E+11": "7 x number_in_powers", "99010110100": "7 x code_form", "99010110100x": "7 x code_form"} {
		if _, f := CodeCell(line(text), "x"); f == nil || told([]LineFault{*f})[0] != want {
			t.Errorf("the code %q: %v, want %s", text, f, want)
		}
	}
	for text, want := range map[string]string{"": "7 x cell_empty", "一二三四五六": "7 x cell_too_long", "a\nb": "7 x cell_not_plain", "a\u200bb": "7 x cell_not_plain"} {
		if f := PlainCell(line(text), "x", 5); f == nil || told([]LineFault{*f})[0] != want {
			t.Errorf("the text %q: %v, want %s", text, f, want)
		}
	}
	for text, want := range map[string]Date{"": "", "2026-01-02": "2026-01-02", "2026/1/2": "2026-01-02"} {
		if d, f := DateCell(line(text), "x"); f != nil || d != want {
			t.Errorf("the day %q: %s %v", text, d, f)
		}
	}
	for _, text := range []string{"2026-02-30", "46024", "02.01.2026", "0001-01-01"} {
		if _, f := DateCell(line(text), "x"); f == nil || f.Code != "date_form" {
			t.Errorf("%q is taken for a day", text)
		}
	}
}

// A code without words would leave the reader with a number.
func TestEveryFaultHasWords(t *testing.T) {
	for _, known := range []map[string]words{sheetWords, divisionWords} {
		for code, w := range known {
			if w.what == "" || w.remedy == "" || !strings.HasSuffix(w.what, ".") || !strings.HasSuffix(w.remedy, ".") {
				t.Errorf("%s: %+v", code, w)
			}
		}
	}
}
