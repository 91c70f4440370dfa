package rail_test

import (
	"errors"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"example.org/hotline/ledger/rail"
)

func answer(items ...rail.ReturnItem) rail.Return {
	return rail.Return{Batch: batch().ID, Items: items}
}

func TestResultsOfAReturn(t *testing.T) {
	paid := rail.ReturnItem{Line: 2, Reference: "a1-1", Fen: 90_000, Status: rail.Succeeded}
	refused := rail.Return{Batch: batch().ID, Group: rail.Failed, GroupReason: rail.ReasonNoFunds, GroupCode: "AM04"}
	pending := rail.Return{Batch: batch().ID, Group: rail.Pending}
	for _, test := range []struct {
		name   string
		r      rail.Return
		absent bool
		want   []rail.Result // of the two payouts, without the payout
	}{
		{"one told, silence is silence", answer(paid), false, []rail.Result{{Status: rail.Succeeded}, {}}},
		{"one told, silence is agreed", answer(paid), true, []rail.Result{{Status: rail.Succeeded}, {Status: rail.Accepted, Inferred: true}}},
		{"nothing told, silence is agreed", answer(), true, []rail.Result{{Status: rail.Accepted, Inferred: true}, {Status: rail.Accepted, Inferred: true}}},
		{"a failure", answer(rail.ReturnItem{Reference: "a2-1", Status: rail.Failed, Reason: rail.ReasonNameMismatch, Code: "E1"}), false,
			[]rail.Result{{}, {Status: rail.Failed, Reason: rail.ReasonNameMismatch, Code: "E1"}}},
		{"all refused", refused, true, []rail.Result{{Status: rail.Failed, Reason: rail.ReasonNoFunds, Code: "AM04"}, {Status: rail.Failed, Reason: rail.ReasonNoFunds, Code: "AM04"}}},
		{"all pending, agreed silence is not acceptance", pending, true, []rail.Result{{Status: rail.Pending}, {Status: rail.Pending}}},
	} {
		t.Run(test.name, func(t *testing.T) {
			got, err := test.r.Results(batch(), test.absent)
			if err != nil {
				t.Fatal(err)
			}
			for i := range got {
				if got[i].Item != batch().Items[i] {
					t.Errorf("result %d is of another payout", i)
				}
				got[i].Item = rail.Item{}
			}
			if !slices.Equal(got, test.want) {
				t.Errorf("%v, want %v", got, test.want)
			}
		})
	}
}

func TestReturnsThatAreNotOfTheBatch(t *testing.T) {
	paid := rail.ReturnItem{Line: 2, Reference: "a1-1", Fen: 90_000, Status: rail.Succeeded}
	with := func(change func(*rail.Return)) rail.Return {
		r := answer(paid)
		change(&r)
		return r
	}
	for _, test := range []struct{ name, code string }{{"batch", "other_batch"}, {"unit", "other_unit"}, {"stranger", "not_in_batch"}, {"twice", "reference_twice"},
		{"seq", "seq_differs"}, {"one fen", "amount_differs"}, {"account", "payee_differs"}, {"holder", "payee_differs"}, {"count", "batch_differs"}, {"sum", "batch_differs"}, {"group", "group_differs"}} {
		r := with(func(r *rail.Return) {
			switch test.name {
			case "batch":
				r.Batch = "another"
			case "unit":
				r.Unit = "another"
			case "stranger":
				r.Items[0].Reference = "x-1"
			case "twice":
				r.Items = append(r.Items, r.Items[0])
			case "seq":
				r.Items[0].Seq = 2
			case "one fen":
				r.Items[0].Fen++
			case "account":
				r.Items[0].Account = "6200000000000000025"
			case "holder":
				r.Items[0].Holder = "李示例"
			case "count":
				r.OfBatch = &rail.Totals{Count: 3}
			case "sum":
				r.OfBatch = &rail.Totals{Count: 2, Fen: 90_002}
			case "group":
				r.Group = rail.Failed
			}
		})
		got, err := r.Results(batch(), true)
		refused, ok := errors.AsType[rail.Refused](err)
		if got != nil || !ok || len(refused) != 1 || refused[0].Code != test.code {
			t.Errorf("%s: %v, %v, want %s alone", test.name, got, err, test.code)
		}
	}
}

func TestFaultsAreBounded(t *testing.T) {
	var faults rail.Faults
	for n := 200; n > 0; n-- {
		faults.Add(n, "", "cell_empty", nil)
	}
	refused, _ := errors.AsType[rail.Refused](faults.Err())
	if len(refused) != 101 || refused[0].Code != "more_faults" || !faults.Full() || refused[1].Line > refused[2].Line {
		t.Errorf("%d faults, first %v", len(refused), refused[0])
	}
}

// Every code that a reader of this room uses has words.
func TestEveryFaultHasWords(t *testing.T) {
	use := regexp.MustCompile(`(?:[fF]aults?\.Add|\.fault)\([^"\n]*(?:"[a-z0-9_.]*", )?"([a-z0-9_]+)", (?:nil|map)`)
	sources, _ := filepath.Glob("*.go")
	below, _ := filepath.Glob("*/*.go")
	found := 0
	for _, file := range append(sources, below...) {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range use.FindAllSubmatch(text, -1) {
			var faults rail.Faults
			faults.Add(1, "", string(m[1]), nil)
			found++
			if refused, _ := errors.AsType[rail.Refused](faults.Err()); refused[0].What == "" || !strings.HasSuffix(refused[0].Remedy, ".") {
				t.Errorf("%s: no words for %s", file, m[1])
			}
		}
	}
	if found < 9 {
		t.Errorf("only %d uses were found", found)
	}
}

func TestABalancedStatement(t *testing.T) {
	s := rail.Statement{Opening: 100, Closing: 40, Lines: []rail.StatementLine{{Fen: 90, Direction: rail.Debit}, {Fen: 30, Direction: rail.Credit}}}
	if !s.Balanced() {
		t.Errorf("moved %d", s.Moved())
	}
	if s.Closing++; s.Balanced() {
		t.Error("one fen off, and balanced")
	}
}
