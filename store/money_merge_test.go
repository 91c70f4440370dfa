package store

import (
	"testing"

	"github.com/google/uuid"

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

// A payout that was begun before a merger hangs on the old township's float: its
// people's is the successor now, so the county calls it off, which frees the sum,
// and it begins anew there.
func TestAPayoutBegunBeforeAMerger(t *testing.T) {
	m := newTill(t, 500_000)
	_, d := m.decided(t, 1, 60_000)
	p := m.started(t, "worker1", d)
	m.mergeTownship(t)
	m.refuse(t, "worker2", "other_township", issuing(t, p))
	m.must(t, "county", func(tx *Tx) error {
		_, err := relief.CancelPayout(t.Context(), tx, p.PublicID, "the township was merged")
		return err
	})
	if n := m.count(t, `SELECT pending_out_fen FROM accounts WHERE kind = 'float' AND area_code = ?`, string(testTownship)); n != 0 {
		t.Errorf("%d fen are still held in the old float", n)
	}
	m.must(t, "finance", func(tx *Tx) error { return ledger.FundFloat(t.Context(), tx, mergedInto, 200_000, "v2") })
	m.must(t, "worker2", issuing(t, m.started(t, "worker1", d)))
}
