package layout_test

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"example.org/hotline/configs"
	"example.org/hotline/internal/act"
	"example.org/hotline/ledger"
	"example.org/hotline/ledger/rail"
	"example.org/hotline/ledger/rail/layout"
)

var update = flag.Bool("update", false, "write the golden files anew")

// banks are the example layouts: one delimited in UTF-8, one fixed in GB18030.
func banks(t testing.TB) map[string]*layout.Layout {
	t.Helper()
	p, err := configs.LoadPolicies("")
	if err != nil {
		t.Fatal(err)
	}
	if len(p.Banks) != 2 {
		t.Fatalf("%d banks", len(p.Banks))
	}
	return p.Banks
}

func batch() rail.Batch {
	return rail.Batch{ID: "20261012-0001", Unit: "9901001", UnitName: "示例县民政局", DebitAccount: "990100200300400", AgentBank: "990100000017",
		Execute: "2026-10-12", Created: time.Date(2026, 10, 11, 9, 0, 0, 0, time.UTC), Items: []rail.Item{
			{Seq: 1, Reference: "0192f3a1b2c37d4e8f90a1b2c3d4e5f6-1", Account: "6200000000000000017", Holder: "张示例", Fen: 90_000,
				Memo: "急难救助 2026-10", IDType: rail.IDResident, IDNumber: "990101199001010010"},
			{Seq: 2, Reference: "a2-1", Account: "0062000000000025", Holder: "阿依·示例", Bank: "990100000025", Fen: 1, Memo: "临时救助 2026-10"},
			{Seq: 3, Reference: "a3-2", Account: "62000000", Holder: "𠮷例", Fen: ledger.MaxFen, Memo: "急难救助 2026-10", IDType: rail.IDPassport, IDNumber: "E00000001"},
		}}
}

func answer() rail.Return {
	r := rail.Return{Batch: "20261012-0001", Unit: "9901001", Made: "2026-10-13", Items: []rail.ReturnItem{
		{Seq: 1, Reference: "0192f3a1b2c37d4e8f90a1b2c3d4e5f6-1", Fen: 90_000, Status: rail.Succeeded},
		{Seq: 2, Reference: "a2-1", Fen: 1, Status: rail.Failed, Reason: rail.ReasonNameMismatch, Text: "户名不符"},
		{Seq: 3, Reference: "a3-2", Fen: ledger.MaxFen, Status: rail.Failed, Reason: rail.ReasonOther, Code: "X77", Text: "其他"},
	}}
	for n, i := range batch().Items {
		r.Items[n].Account, r.Items[n].Holder = i.Account, i.Holder
	}
	return r
}

// TestGoldenFiles holds what is written to the bytes that were looked at.
func TestGoldenFiles(t *testing.T) {
	for name, l := range banks(t) {
		sent, err := l.WriteBatch(batch())
		if err != nil {
			t.Fatal(err)
		}
		golden(t, name+".batch", sent)
		back, err := l.WriteReturn(answer())
		if err != nil {
			t.Fatal(err)
		}
		golden(t, name+".return", back)
	}
}

func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	file := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(file, got, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil || !bytes.Equal(got, want) {
		t.Errorf("%s differs (%v):\n%q", file, err, got)
	}
}

func TestReturnsAreRead(t *testing.T) {
	for name, l := range banks(t) {
		file, err := os.ReadFile(filepath.Join("testdata", name+".return"))
		if err != nil {
			t.Fatal(err)
		}
		got, err := l.ReadReturn(bytes.NewReader(file))
		if err != nil {
			t.Fatal(err)
		}
		results, err := got.Results(batch(), false)
		if err != nil {
			t.Fatal(err)
		}
		var told []string
		for _, r := range results {
			told = append(told, fmt.Sprintf("%s %s", r.Status, r.Reason))
		}
		if want := []string{"succeeded ", "failed name_mismatch", "failed other"}; !slices.Equal(told, want) || got.Fen != ledger.MaxFen+90_001 || got.Count != 3 {
			t.Errorf("%s: %v, want %v", name, told, want)
		}
	}
}

func TestNameOfAFile(t *testing.T) {
	all := banks(t)
	if got := all["demo_rural"].FileName.Of(batch()); got != "DF_9901001_20261012_20261012-0001.txt" {
		t.Error(got)
	}
	if got := all["demo_city"].FileName.Of(batch()); got != "PAY990100120261012-20261012-0001.dat" {
		t.Error(got)
	}
}

// ofEachBank checks a property of each example layout.
func ofEachBank(t *testing.T, holds func(t *rapid.T, name string, l *layout.Layout)) {
	t.Helper()
	for name, l := range banks(t) {
		t.Run(name, func(t *testing.T) { rapid.Check(t, func(t *rapid.T) { holds(t, name, l) }) })
	}
}

func TestBatchesComeBack(t *testing.T) {
	ofEachBank(t, func(t *rapid.T, _ string, l *layout.Layout) {
		b := anyBatch(t)
		file, err := l.WriteBatch(b)
		if err != nil {
			t.Fatal(err)
		}
		got, err := l.ReadBatch(bytes.NewReader(file))
		if err != nil {
			t.Fatalf("%v\n%s", err, file)
		}
		if got.Created = b.Created; !reflect.DeepEqual(got, b) {
			t.Fatal("the batch came back otherwise")
		}
	})
}

func TestReturnsComeBack(t *testing.T) {
	ofEachBank(t, func(t *rapid.T, _ string, l *layout.Layout) {
		r := anyReturn(t, anyBatch(t), l)
		file, err := l.WriteReturn(r)
		if err != nil {
			t.Fatal(err)
		}
		got, err := l.ReadReturn(bytes.NewReader(file))
		if err != nil {
			t.Fatalf("%v\n%s", err, file)
		}
		if !reflect.DeepEqual(got, r) {
			t.Fatal("the return came back otherwise")
		}
	})
}

// One fen, one line or one byte less, and the whole file is refused.
func TestADamagedFileIsRefusedWhole(t *testing.T) {
	ofEachBank(t, func(t *rapid.T, name string, l *layout.Layout) {
		r := anyReturn(t, anyBatch(t), l)
		file, err := l.WriteReturn(r)
		if err != nil {
			t.Fatal(err)
		}
		lines := bytes.SplitAfter(file, []byte("\n"))
		lines = lines[:len(lines)-1]
		line := rapid.IntRange(1, len(r.Items)).Draw(t, "line") // a payout's, in both forms
		var damaged []byte
		switch kind := rapid.SampledFrom([]string{"fen", "line lost", "line twice", "cut"}).Draw(t, "kind"); kind {
		case "fen":
			damaged = bytes.Join(lines, nil)
			from := amountOf(r.Items[line-1].Fen, name)
			to := amountOf(r.Items[line-1].Fen+1, name)
			changed := bytes.Replace(lines[line], from, to, 1)
			if bytes.Equal(changed, lines[line]) {
				t.Fatal("no amount on the line")
			}
			damaged = bytes.Replace(damaged, lines[line], changed, 1)
		case "line lost":
			damaged = bytes.Join(slices.Delete(slices.Clone(lines), line, line+1), nil)
		case "line twice":
			damaged = bytes.Join(slices.Insert(slices.Clone(lines), line, lines[line]), nil)
		default:
			damaged = file[:rapid.IntRange(0, len(file)-1).Draw(t, "at")]
		}
		got, err := l.ReadReturn(bytes.NewReader(damaged))
		if _, ok := errors.AsType[rail.Refused](err); !ok || !reflect.DeepEqual(got, rail.Return{}) {
			t.Fatalf("read as %v, %v:\n%s", got, err, damaged)
		}
	})
}

// amountOf is an amount as it stands in the examples' files.
func amountOf(fen int64, bank string) []byte {
	if bank == "demo_rural" {
		return []byte("|" + ledger.Yuan(fen) + "|")
	}
	return fmt.Appendf(nil, "%015d", fen)
}

var letters = append([]rune("张王李赵示例阿依古丽䶮㛃𠮷𡋾𫖯abcXYZéü"), []rune(strings.Repeat("一二三四五六七八九十", 3))...)

func anyBatch(t *rapid.T) rail.Batch {
	b := rail.Batch{ID: rapid.StringMatching(`[0-9A-Za-z][0-9A-Za-z-]{0,34}`).Draw(t, "id"), Unit: rapid.StringMatching(`[0-9A-Za-z]{1,20}`).Draw(t, "unit"),
		UnitName: "示例县民政局", DebitAccount: "990100200300400", AgentBank: "990100000017", Execute: "2026-10-12", Created: time.Unix(1, 0)}
	for n := rapid.IntRange(1, 20).Draw(t, "items"); len(b.Items) < n; {
		b.Items = append(b.Items, anyItem(t, len(b.Items)+1))
	}
	return b
}

func anyItem(t *rapid.T, seq int) rail.Item {
	name := rapid.StringOfN(rapid.SampledFrom(letters), 1, 7, -1)
	i := rail.Item{Seq: seq, Reference: fmt.Sprintf("%s%d", rapid.StringMatching(`[0-9A-Za-z][0-9A-Za-z-]{0,30}-`).Draw(t, "reference"), seq),
		Account: rail.Private(rapid.StringMatching(`[0-9]{8,32}`).Draw(t, "account")), Holder: rail.Private(name.Draw(t, "family") + rapid.SampledFrom([]string{"", "·", " "}).Draw(t, "joint") + name.Draw(t, "given")),
		Fen:  rapid.OneOf(rapid.Int64Range(1, ledger.MaxFen), rapid.Just(int64(1)), rapid.Just(ledger.MaxFen)).Draw(t, "fen"),
		Memo: rail.NewMemo(rapid.SampledFrom([]string{"urgent", "living", "?"}).Draw(t, "aid"), time.Date(2026, 10, 1, 0, 0, 0, 0, time.UTC))}
	if i.IDType = rapid.SampledFrom([]rail.IDType{rail.IDNone, rail.IDResident, rail.IDOther}).Draw(t, "id type"); i.IDType != rail.IDNone {
		i.IDNumber = rail.Private(rapid.StringMatching(`[0-9]{17}[0-9X]`).Draw(t, "id number"))
	}
	i.Bank = rapid.SampledFrom([]string{"", "990100000025"}).Draw(t, "bank")
	return i
}

// anyReturn answers some of a batch, in the bank's words.
func anyReturn(t *rapid.T, b rail.Batch, l *layout.Layout) rail.Return {
	r := rail.Return{Batch: b.ID, Unit: b.Unit, Made: "2026-10-13"}
	for n, i := range b.Items[:rapid.IntRange(1, len(b.Items)).Draw(t, "answered")] {
		item := rail.ReturnItem{Line: n + 2, Seq: i.Seq, Reference: i.Reference, Fen: i.Fen, Status: rail.Succeeded}
		if l.Name == "demo_rural" {
			item.Account, item.Holder = i.Account, i.Holder
		}
		if rapid.Bool().Draw(t, "failed") {
			item.Status, item.Reason, item.Text = rail.Failed, rail.ReasonAccountUnknown, "账号不存在"
		}
		r.Items = append(r.Items, item)
		r.Count++
		r.Fen += i.Fen
	}
	return r
}

func TestWhatDoesNotFitIsNotWritten(t *testing.T) {
	l := banks(t)["demo_city"]
	long := batch()
	long.Items[1].Holder = rail.Private(strings.Repeat("张", 31)) // 62 bytes of GB18030
	_, err := l.WriteBatch(long)
	fault, ok := errors.AsType[*act.Fault](err)
	if !ok || fault.Field != "items[1].holder" || fault.Code != "layout_width" || strings.Contains(err.Error(), "张") {
		t.Errorf("%v", err)
	}
	if _, err := l.WriteBatch(rail.Batch{}); !errors.Is(err, act.ErrInvalid) {
		t.Errorf("an empty batch was written: %v", err)
	}
	pending := answer()
	pending.Items[0].Status = rail.Pending // the city bank has no word for it
	if _, err := l.WriteReturn(pending); !errors.Is(err, act.ErrInvalid) {
		t.Errorf("a status without a word was written: %v", err)
	}
}
