package store

import (
	"testing"

	"github.com/google/uuid"

	"example.org/hotline/area"
	"example.org/hotline/ledger"
	"example.org/hotline/relief"
)

// What was decided before a merger is paid from the successor's float, once that
// holds something; the old township's stays as it lay.
func TestASuccessorPaysFromItsOwnFloat(t *testing.T) {
	m := newTill(t, 500_000)
	_, d := m.decided(t, 1, 60_000)
	m.mergeTownship(t)
	m.refuse(t, "worker1", "float_empty", starting(t, d, uuid.NewString(), nil))
	m.must(t, "finance", func(tx *Tx) error { return ledger.FundFloat(t.Context(), tx, mergedInto, 200_000, "v2") })
	p := m.started(t, "worker1", d)
	m.must(t, "worker2", issuing(t, p))
	for where, want := range map[string]int{string(testTownship): 500_000, string(mergedInto): 140_000} {
		if got := m.count(t, `SELECT posted_fen FROM accounts WHERE kind = 'float' AND area_code = ?`, where); got != want {
			t.Errorf("the float of %s holds %d fen, want %d", where, got, want)
		}
	}
}

// A payout that was begun before a merger is ended by the successor's people, out of the
// float on which it hangs; another township's still do nothing.
func TestAPayoutBegunBeforeAMerger(t *testing.T) {
	m := newTill(t, 500_000)
	_, d := m.decided(t, 1, 60_000)
	p := m.started(t, "worker1", d)
	m.mergeTownship(t)
	m.must(t, "worker2", issuing(t, p))
	m.must(t, "worker2", returning(t, p))
	m.must(t, "county", func(tx *Tx) error {
		_, err := relief.CancelPayout(t.Context(), tx, p.PublicID, "another way was found", moneyRules())
		return err
	})
	if n := m.count(t, `SELECT pending_out_fen FROM accounts WHERE kind = 'float' AND area_code = ?`, string(testTownship)); n != 0 {
		t.Errorf("%d fen are still held in the old float", n)
	}
	m.sound(t)
}

// Cash that was in somebody's hands when their township was merged is receipted, or brought back.
func TestCashInHandsAtAMerger(t *testing.T) {
	m := newTill(t, 500_000)
	m.advanced(t, "worker1", 100_000)
	tk, d := m.decided(t, 1, 60_000)
	p := m.started(t, "worker1", d)
	m.must(t, "worker1", issuing(t, p))
	other, e := m.decided(t, 2, 50_000)
	q := m.advancing(t, "worker1", e)
	_, f := m.decided(t, 3, 40_000)
	back := m.started(t, "worker1", f)
	m.must(t, "worker2", issuing(t, back))
	m.mergeTownship(t)
	m.must(t, "worker1", m.receiving(t, "worker1", tk, p, ""))
	m.must(t, "worker1", issuing(t, q)) // out of the advance of before
	m.must(t, "worker1", m.receiving(t, "worker1", other, q, ""))
	m.must(t, "worker2", returning(t, back))
	m.refuse(t, "head", "not_found", offering(t, ledger.AdvanceIssue, "worker2", 10_000, "", nil)) // nothing new out of the old float
	id := m.offered(t, "worker1", ledger.AdvanceHandOver, "worker2", 20_000, "")
	m.must(t, "worker2", answering(t, id, ledger.AdvanceSigned, ""))
	m.must(t, "head", answering(t, m.offered(t, "worker1", ledger.AdvanceReturn, "", 30_000, ""), ledger.AdvanceSigned, ""))
	m.must(t, "head", answering(t, m.offered(t, "worker2", ledger.AdvanceReturn, "", 20_000, ""), ledger.AdvanceSigned, ""))
	if cash := m.balance(t, ledger.Cash); cash != 0 {
		t.Errorf("%d fen are left in hands", cash)
	}
	m.sound(t)
}

// County finance moves a merged township's float to its successor, once for each voucher.
func TestAMergedFloatIsMoved(t *testing.T) {
	m := newTill(t, 500_000)
	moving := func(from string, fen int64, voucher string) func(*Tx) error {
		return func(tx *Tx) error {
			to, err := ledger.MoveFloat(t.Context(), tx, area.Code(from), fen, voucher)
			if err == nil && to != mergedInto {
				t.Errorf("moved to %s", to)
			}
			return err
		}
	}
	_, d := m.decided(t, 1, 60_000)
	m.refuse(t, "finance", "not_merged", moving(string(testTownship), 100_000, "v"))
	m.mergeTownship(t)
	m.refuse(t, "head", "not_found", moving(string(testTownship), 100_000, "v"))
	m.refuse(t, "finance", "float_empty", moving(string(testTownship), 600_000, "v"))
	m.must(t, "finance", moving(string(testTownship), 400_000, "v"))
	m.refuse(t, "finance", "already_booked", moving(string(testTownship), 100_000, "v"))
	m.must(t, "finance", moving(string(testTownship), 100_000, "v2"))
	m.must(t, "worker2", issuing(t, m.started(t, "worker1", d)))
	for where, want := range map[string]int{string(testTownship): 0, string(mergedInto): 440_000} {
		if got := m.count(t, `SELECT posted_fen FROM accounts WHERE kind = 'float' AND area_code = ?`, where); got != want {
			t.Errorf("the float of %s holds %d fen, want %d", where, got, want)
		}
	}
	m.sound(t)
}
