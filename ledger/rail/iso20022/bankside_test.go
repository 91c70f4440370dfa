package iso20022_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"example.org/hotline/ledger"
	"example.org/hotline/ledger/rail"
	"example.org/hotline/ledger/rail/iso20022"
)

var bankTime = time.Date(2026, 10, 13, 1, 0, 0, 0, time.UTC)

// What a bank writes of a batch is read as it was meant, every status and reason.
func TestAStatusReportComesBack(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		sent := rail.Return{Batch: "20261012-0001", Made: "2026-10-13", Group: rapid.SampledFrom([]rail.Status{"", rail.Accepted, rail.Pending, rail.Failed}).Draw(rt, "group")}
		if sent.Group == rail.Failed {
			sent.GroupReason = rapid.SampledFrom(rail.Reasons()).Draw(rt, "group reason")
		}
		for n := range rapid.IntRange(0, 5).Draw(rt, "payouts") {
			i := rail.ReturnItem{Seq: n + 1, Reference: fmt.Sprintf("a%d-1", n), Fen: rapid.Int64Range(0, ledger.MaxFen).Draw(rt, "fen"), Status: rapid.SampledFrom(rail.Statuses()).Draw(rt, "status")}
			if sent.Group == rail.Failed {
				i.Status = rail.Failed
			}
			if i.Status == rail.Failed {
				i.Reason = rapid.SampledFrom(rail.Reasons()).Draw(rt, "reason")
			}
			sent.Items = append(sent.Items, i)
		}
		file, err := iso20022.WriteStatus(sent, bankTime)
		if err != nil {
			rt.Fatal(err)
		}
		got, err := iso20022.ReadStatus(bytes.NewReader(file))
		if err != nil {
			rt.Fatalf("%v\n%s", err, file)
		}
		if got.Batch != sent.Batch || got.Made != sent.Made || got.Group != sent.Group || known(got.GroupReason) != known(sent.GroupReason) || len(got.Items) != len(sent.Items) {
			rt.Fatalf("%+v\nwant %+v", got, sent)
		}
		for n, i := range got.Items {
			want := sent.Items[n]
			if i.Reference != want.Reference || i.Seq != want.Seq || i.Fen != want.Fen || i.Status != want.Status || known(i.Reason) != known(want.Reason) {
				rt.Errorf("%+v\nwant %+v", i, want)
			}
		}
	})
}

// known are the reasons that the standard has a code for; it tells no more of a
// document than of a name.
func known(r rail.Reason) rail.Reason {
	if r == rail.ReasonIDMismatch {
		return rail.ReasonOther
	}
	return r
}

func TestAStatementComesBack(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		s := rail.Statement{ID: "20261013", Account: "990100200300400", From: "2026-10-13", To: "2026-10-13", Opening: rapid.Int64Range(-rail.MostFen, rail.MostFen).Draw(rt, "opening")}
		for n := range rapid.IntRange(0, 5).Draw(rt, "lines") {
			l := rail.StatementLine{Date: "2026-10-13", Fen: rapid.Int64Range(1, ledger.MaxFen).Draw(rt, "fen"), Direction: rapid.SampledFrom([]rail.Direction{rail.Debit, rail.Credit}).Draw(rt, "direction"),
				Reference: rapid.SampledFrom([]string{"", "a1-1"}).Draw(rt, "reference"), BankReference: fmt.Sprintf("B-%d", n), Reversal: rapid.Bool().Draw(rt, "reversal")}
			if l.Returned = l.Reference != "" && rapid.Bool().Draw(rt, "returned"); l.Returned {
				l.Reason = rail.ReasonAccountClosed
			}
			s.Lines = append(s.Lines, l)
		}
		s.Closing = s.Opening + s.Moved()
		file, err := iso20022.WriteStatements("M-1", bankTime, []rail.Statement{s})
		if err != nil {
			rt.Fatal(err)
		}
		got, err := iso20022.ReadStatements(bytes.NewReader(file))
		if err != nil || len(got) != 1 {
			rt.Fatalf("%v\n%s", err, file)
		}
		for n := range got[0].Lines {
			got[0].Lines[n].Line, got[0].Lines[n].Code = 0, ""
		}
		if a, b := fmt.Sprintf("%+v", got[0]), fmt.Sprintf("%+v", s); a != b || got[0].Account != s.Account {
			rt.Errorf("%s\nwant %s", a, b)
		}
	})
}

func TestAPayoutWithoutAStatusIsNotWritten(t *testing.T) {
	_, err := iso20022.WriteStatus(rail.Return{Batch: "b", Items: []rail.ReturnItem{{Reference: "a1-1"}}}, bankTime)
	if err == nil || !strings.Contains(err.Error(), "without a status") {
		t.Error(err)
	}
}
