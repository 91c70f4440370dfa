package rail_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"

	"example.org/hotline/internal/act"
	"example.org/hotline/ledger"
	"example.org/hotline/ledger/rail"
)

func batch() rail.Batch {
	return rail.Batch{ID: "0192f3a1b2c37d4e8f90a1b2c3d4e5f6", Unit: "9901001", UnitName: "示例县民政局", DebitAccount: "990100200300400", AgentBank: "990100000017",
		Execute: "2026-10-12", Created: time.Date(2026, 10, 11, 9, 0, 0, 0, time.UTC), Items: []rail.Item{
			{Seq: 1, Reference: "a1-1", Account: "6200000000000000017", Holder: "张示例", Fen: 90_000, Memo: "急难救助 2026-10", IDType: rail.IDResident, IDNumber: "990101199001010010"},
			{Seq: 2, Reference: "a2-1", Account: "6200000000000000025", Holder: "阿依·示例", Fen: 1, Memo: "临时救助 2026-10"},
		}}
}

func TestCountAndControlSum(t *testing.T) {
	b := batch()
	if b.Count() != 2 || b.ControlSum() != 90_001 {
		t.Errorf("%d payouts of %d fen", b.Count(), b.ControlSum())
	}
	if err := b.Validate(); err != nil {
		t.Error(err)
	}
}

func TestWhatDoesNotLeave(t *testing.T) {
	for _, test := range []struct {
		name   string
		spoil  func(*rail.Batch)
		fields []string
	}{
		{"no items", func(b *rail.Batch) { b.Items = nil }, []string{"items"}},
		{"too many", func(b *rail.Batch) { b.Items = make([]rail.Item, rail.MostItems+1) }, []string{"items"}},
		{"id too long", func(b *rail.Batch) { b.ID = strings.Repeat("a", 36) }, []string{"id"}},
		{"id with a delimiter", func(b *rail.Batch) { b.ID = "a|b" }, []string{"id"}},
		{"nobody", func(b *rail.Batch) { b.Unit, b.UnitName, b.DebitAccount, b.AgentBank = "", "", "", "" }, []string{"unit", "unit_name", "debit_account", "agent_bank"}},
		{"a formula as name", func(b *rail.Batch) { b.UnitName = "=HYPERLINK(1)" }, []string{"unit_name"}},
		{"no day", func(b *rail.Batch) { b.Execute = "2026-02-30" }, []string{"execute"}},
		{"a day in another form", func(b *rail.Batch) { b.Execute = "2026/10/12" }, []string{"execute"}},
		{"never made", func(b *rail.Batch) { b.Created = time.Time{} }, []string{"created"}},
		{"paid twice", func(b *rail.Batch) { b.Items[1].Reference = "a1-1" }, []string{"items[1].reference"}},
		{"a gap", func(b *rail.Batch) { b.Items[1].Seq = 3 }, []string{"items[1].seq"}},
		{"nothing", func(b *rail.Batch) { b.Items[0].Fen = 0 }, []string{"items[0].fen"}},
		{"less than nothing", func(b *rail.Batch) { b.Items[0].Fen = -1 }, []string{"items[0].fen"}},
		{"too much", func(b *rail.Batch) { b.Items[0].Fen = ledger.MaxFen + 1 }, []string{"items[0].fen"}},
		{"an account with blanks", func(b *rail.Batch) { b.Items[0].Account = "6200 0000 0000 0017" }, []string{"items[0].account"}},
		{"full-width digits", func(b *rail.Batch) { b.Items[0].Account = "６２００００００" }, []string{"items[0].account"}},
		{"a number as name", func(b *rail.Batch) { b.Items[0].Holder = "张3" }, []string{"items[0].holder"}},
		{"a line end in a name", func(b *rail.Batch) { b.Items[0].Holder = "张\n三" }, []string{"items[0].holder"}},
		{"a dot at the end", func(b *rail.Batch) { b.Items[0].Holder = "阿依·" }, []string{"items[0].holder"}},
		{"broken bytes", func(b *rail.Batch) { b.Items[0].Holder = "张\xff三" }, []string{"items[0].holder"}},
		{"half a document", func(b *rail.Batch) { b.Items[0].IDNumber = "" }, []string{"items[0].id_number", "items[0].id_number"}},
		{"an unknown document", func(b *rail.Batch) { b.Items[0].IDType = "club_card" }, []string{"items[0].id_type"}},
		{"an illness", func(b *rail.Batch) { b.Items[0].Memo = "癌症救助 2026-10" }, []string{"items[0].memo"}},
		{"more than the month", func(b *rail.Batch) { b.Items[0].Memo = "急难救助 2026-10 癌症" }, []string{"items[0].memo"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			b := batch()
			test.spoil(&b)
			err := b.Validate()
			var fields []string
			if many, ok := err.(interface{ Unwrap() []error }); ok {
				for _, one := range many.Unwrap() {
					if fault, ok := errors.AsType[*act.Fault](one); ok {
						fields = append(fields, fault.Field)
					}
				}
			}
			if !slices.Equal(fields, test.fields) {
				t.Errorf("faults of %v, want %v:\n%v", fields, test.fields, err)
			}
			for _, private := range []string{"620000", "张", "990101199001010010", "990100200300400"} {
				if strings.Contains(fmt.Sprint(err), private) {
					t.Errorf("the fault tells %q", private)
				}
			}
		})
	}
}

// Every way in which a batch could reach a log hides people and accounts.
func TestNothingPrivateIsPrinted(t *testing.T) {
	b := batch()
	r := rail.Return{Batch: b.ID, Items: []rail.ReturnItem{{Account: b.Items[0].Account, Holder: b.Items[0].Holder, Text: "户名 张示例 不符"}}}
	s := rail.Statement{Account: b.DebitAccount, Lines: []rail.StatementLine{{Text: "张示例"}}}
	res := rail.Result{Item: b.Items[0], Text: "张示例"}
	var out bytes.Buffer
	for _, v := range []any{b, &b, r, &r, s, &s, res, b.Items[0].Account, []rail.Private{b.Items[0].Holder}, map[string]rail.Private{"a": b.Items[0].IDNumber}} {
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d", "%T %[1]v", "%!"} {
			fmt.Fprintf(&out, verb+"\n", v)
		}
		if err := json.NewEncoder(&out).Encode(v); err != nil {
			t.Fatal(err)
		}
		slog.New(slog.NewTextHandler(&out, nil)).Info("batch", "of", v)
		slog.New(slog.NewJSONHandler(&out, nil)).Info("batch", "of", v)
	}
	for _, private := range []string{"6200000000000000017", "张", "阿依", "990101199001010010", "990100200300400",
		fmt.Sprintf("%x", "张示例"), fmt.Sprintf("%x", "6200000000000000017")} {
		if strings.Contains(out.String(), private) {
			t.Errorf("%q was printed", private)
		}
	}
}

func TestMemoOfAKindOfAid(t *testing.T) {
	month := time.Date(2026, 10, 1, 0, 0, 0, 0, time.UTC)
	for _, kind := range []string{"urgent", "temporary", "living", "special", "anything"} {
		b := batch()
		b.Items[0].Memo = rail.NewMemo(kind, month)
		if err := b.Validate(); err != nil {
			t.Errorf("%s: %v", kind, err)
		}
	}
}
