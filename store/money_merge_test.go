package store

import (
	"testing"

	"github.com/google/uuid"

	"example.org/hotline/ledger"
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
