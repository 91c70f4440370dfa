package layout_test

import (
	"bytes"
	"errors"
	"io"
	"os"
	"reflect"
	"strings"
	"testing"
	"testing/iotest"

	"example.org/hotline/ledger/rail"
)

// Every kind of bad file is told by line, field and code, and nothing of it is used.
func TestBadReturnsByLine(t *testing.T) {
	all := banks(t)
	rural, city := read(t, "demo_rural.return"), read(t, "demo_city.return")
	type told struct {
		line   int
		column string
		code   string
	}
	for _, test := range []struct {
		name, bank, file string
		want             []told
	}{
		{"empty", "demo_rural", "", []told{{0, "", "file_empty"}}},
		{"without its last byte", "demo_rural", rural[:len(rural)-1], []told{{4, "", "file_truncated"}}},
		{"cut within a line", "demo_city", city[:200], []told{{3, "", "file_truncated"}}},
		{"header alone", "demo_city", city[:strings.Index(city, "\n")+1], []told{{0, "", "no_control"}}},
		{"too large", "demo_rural", strings.Repeat("a", rail.MostFileBytes+1), []told{{0, "", "file_too_large"}}},
		{"too many lines", "demo_rural", strings.Repeat("\n", rail.MostItems+3), []told{{rail.MostItems + 3, "", "too_many_lines"}}},
		{"a line without end", "demo_rural", swap(t, rural, "户名不符", strings.Repeat("户", 2000)), []told{{3, "", "line_too_long"}}},
		{"a long cell", "demo_rural", swap(t, rural, "户名不符", strings.Repeat("户", 200)), []told{{3, "text", "cell_too_long"}}},
		{"UTF-8 in GB18030's place", "demo_city", swap(t, city, "\xb3\xc9\xb9\xa6", "成功"), []told{{2, "", "line_length"}}},
		{"GB18030 in UTF-8's place", "demo_rural", swap(t, rural, "成功", "\xb3\xc9\xb9\xa6"), []told{{2, "", "text_encoding"}}},
		{"half a character", "demo_city", swap(t, city, "\xb3\xc9\xb9\xa6", "\xb3\xc9\xb9 "), []told{{2, "result", "text_encoding"}}},
		{"UTF-16", "demo_rural", "\xff\xfeR\x00|\x00\n\x00", []told{{2, "", "file_truncated"}}},
		{"a byte order mark", "demo_rural", "\uFEFF" + rural, []told{{1, "", "cell_constant"}}},
		{"lines of another system", "demo_rural", strings.ReplaceAll(rural, "\n", "\r\n"), []told{{1, "", "line_end"}, {2, "", "line_end"}, {3, "", "line_end"}, {4, "", "line_end"}}},
		{"NUL", "demo_rural", swap(t, rural, "户名不符", "户\x00不符"), []told{{3, "text", "cell_not_plain"}}},
		{"an escape", "demo_rural", swap(t, rural, "户名不符", "\x1b[2J"), []told{{3, "text", "cell_not_plain"}}},
		{"text turned round", "demo_rural", swap(t, rural, "户名不符", "\u202e不符"), []told{{3, "text", "cell_not_plain"}}},
		{"a formula", "demo_rural", swap(t, rural, "户名不符", "=HYPERLINK(1)"), []told{{3, "text", "cell_formula"}}},
		{"blanks", "demo_rural", swap(t, rural, "|a2-1", "| a2-1"), []told{{3, "reference", "cell_blank"}}},
		{"a field more", "demo_rural", swap(t, rural, "|a2-1", "|x|a2-1"), []told{{3, "", "cell_count"}}},
		{"no reference", "demo_rural", swap(t, rural, "|a2-1", "|"), []told{{3, "reference", "cell_empty"}}},
		{"a reference twice", "demo_rural", swap(t, rural, "|a3-2", "|a2-1"), []told{{4, "reference", "reference_twice"}}},
		{"a word of no layout", "demo_rural", swap(t, rural, "成功", "大概"), []told{{2, "result", "word_unknown"}}},
		{"success with a reason", "demo_rural", swap(t, rural, "成功||", "成功|户名不符|"), []told{{2, "result", "contradiction"}}},
		{"a negative amount", "demo_rural", swap(t, rural, "|0.01|失败|", "|-0.01|失败|"), []told{{3, "amount", "amount_form"}}},
		{"below a fen", "demo_rural", swap(t, rural, "|0.01|失败|", "|0.011|失败|"), []told{{3, "amount", "amount_form"}}},
		{"a jiao", "demo_rural", swap(t, rural, "|0.01|失败|", "|0.1|失败|"), []told{{3, "amount", "amount_form"}}},
		{"nothing", "demo_rural", swap(t, rural, "|0.01|失败|", "|0.00|失败|"), []told{{3, "amount", "amount_range"}}},
		{"more than any payout", "demo_rural", swap(t, rural, "|0.01|失败|", "|9999999999999999.99|失败|"), []told{{3, "amount", "amount_range"}}},
		{"one fen off", "demo_rural", swap(t, rural, "|900.00|成功", "|900.01|成功"), []told{{1, "sum", "sum_differs"}}},
		{"one payout off", "demo_city", swap(t, city, "9000003", "9000004"), []told{{5, "count", "count_differs"}}},
		{"successes miscounted", "demo_rural", swap(t, rural, "|1|900.00|2|", "|2|900.00|1|"), []told{{1, "succeeded_count", "count_differs"}, {1, "failed_count", "count_differs"}}},
		{"another bank's file", "demo_rural", city, []told{{1, "", "line_end"}, {2, "", "line_end"}, {3, "", "line_end"}, {4, "", "line_end"}, {5, "", "line_end"}}},
		{"several at once", "demo_rural", swap(t, swap(t, rural, "成功", "大概"), "|a3-2", "|"), []told{{2, "result", "word_unknown"}, {4, "reference", "cell_empty"}}},
	} {
		t.Run(test.name, func(t *testing.T) {
			got, err := all[test.bank].ReadReturn(strings.NewReader(test.file))
			refused, _ := errors.AsType[rail.Refused](err)
			var list []told
			for _, f := range refused {
				list = append(list, told{f.Line, f.Column, f.Code})
			}
			if !reflect.DeepEqual(list, test.want) || !reflect.DeepEqual(got, rail.Return{}) {
				t.Errorf("%v, want %v; read %v", list, test.want, got)
			}
			tellsNothing(t, err)
		})
	}
}

// tellsNothing holds an error to its promise: no account, name or reference.
func tellsNothing(t *testing.T, err error) {
	t.Helper()
	for _, private := range []string{"6200000000000000017", "张", "阿依", "a2-1", "HYPERLINK", "大概"} {
		if err != nil && strings.Contains(err.Error(), private) {
			t.Errorf("the error tells %q: %v", private, err)
		}
	}
}

func TestAFileThatCannotBeReadToItsEnd(t *testing.T) {
	file := read(t, "demo_rural.return")
	broken := io.MultiReader(strings.NewReader(file[:100]), iotest.ErrReader(io.ErrUnexpectedEOF))
	_, err := banks(t)["demo_rural"].ReadReturn(broken)
	if refused, _ := errors.AsType[rail.Refused](err); len(refused) != 1 || refused[0].Code != "file_unread" {
		t.Error(err)
	}
}

func TestABatchOutOfOrderIsNotRead(t *testing.T) {
	file := read(t, "demo_rural.batch")
	_, err := banks(t)["demo_rural"].ReadBatch(strings.NewReader(swap(t, file, "D|2|", "D|3|")))
	if refused, _ := errors.AsType[rail.Refused](err); len(refused) != 1 || refused[0].Code != "seq_order" || refused[0].Line != 3 {
		t.Error(err)
	}
}

func read(t testing.TB, name string) string {
	t.Helper()
	file, err := os.ReadFile("testdata/" + name)
	if err != nil {
		t.Fatal(err)
	}
	return string(file)
}

// A batch that was read can be written: what a field has no room for is not read.
func TestACellWiderThanItsField(t *testing.T) {
	file := read(t, "demo_rural.batch")
	_, err := banks(t)["demo_rural"].ReadBatch(strings.NewReader(swap(t, file, "张示例", strings.Repeat("张", 41))))
	if refused, _ := errors.AsType[rail.Refused](err); len(refused) != 1 || refused[0].Code != "cell_too_long" || refused[0].Column != "holder" || refused[0].Args["most"] != 120 {
		t.Error(err)
	}
}

// swap replaces what must be there.
func swap(t *testing.T, text, from, to string) string {
	t.Helper()
	if !strings.Contains(text, from) {
		t.Fatalf("nothing to replace: %s", from)
	}
	return strings.Replace(text, from, to, 1)
}

// FuzzLayout: whatever a bank sends is read whole or refused with a line; what is
// read is written and read again the same.
func FuzzLayout(f *testing.F) {
	all := banks(f)
	for _, name := range []string{"demo_rural", "demo_city"} {
		f.Add(name == "demo_city", []byte(read(f, name+".return")))
		f.Add(name == "demo_city", []byte(read(f, name+".batch")))
	}
	f.Fuzz(func(t *testing.T, city bool, file []byte) {
		l := all["demo_rural"]
		if city {
			l = all["demo_city"]
		}
		if b, err := l.ReadBatch(bytes.NewReader(file)); err == nil {
			if b.Created = b.Created.Add(1); b.Validate() == nil {
				if again, err := l.WriteBatch(b); err != nil || len(again) == 0 {
					t.Fatalf("a sound batch was read and cannot be written: %v", err)
				}
			}
		}
		r, err := l.ReadReturn(bytes.NewReader(file))
		if err != nil {
			refused, ok := errors.AsType[rail.Refused](err)
			if !ok || len(refused) == 0 || refused[0].What == "" || !reflect.DeepEqual(r, rail.Return{}) {
				t.Fatalf("refused with %v, and yet %v", err, r)
			}
			return
		}
		var sum int64
		for _, i := range r.Items {
			sum += i.Fen
		}
		if sum != r.Fen || len(r.Items) != r.Count {
			t.Fatal("read, and yet it does not add up")
		}
		again, err := l.WriteReturn(r)
		if err != nil {
			t.Fatalf("read and cannot be written: %v", err)
		}
		if back, err := l.ReadReturn(bytes.NewReader(again)); err != nil || !reflect.DeepEqual(back, r) {
			t.Fatalf("written and read otherwise: %v", err)
		}
	})
}
