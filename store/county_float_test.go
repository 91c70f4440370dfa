package store

import (
	"testing"
	"time"

	"github.com/google/uuid"

	"example.org/hotline/area"
	"example.org/hotline/ledger"
	"example.org/hotline/relief"
)

// floatOf is what lies in a float and what of it is held.
func (m *till) floatOf(t *testing.T, place area.Code) [2]int {
	t.Helper()
	return [2]int{m.count(t, `SELECT coalesce(sum(posted_fen), 0) FROM accounts WHERE kind = 'float' AND area_code = ?`, string(place)),
		m.count(t, `SELECT coalesce(sum(pending_out_fen), 0) FROM accounts WHERE kind = 'float' AND area_code = ?`, string(place))}
}

// Where the township's float is empty the county's pays, all the way and back, though
// nobody of the township sees it; county finance is told.
func TestTheCountysFloatPays(t *testing.T) {
	m := newTill(t, 50_000)
	tk, d := m.decided(t, 1, 80_000)
	m.refuse(t, "worker1", "float_empty", starting(t, d, uuid.NewString(), nil))
	if n := m.count(t, `SELECT count(*) FROM accounts WHERE kind = 'float'`); n != 1 {
		t.Errorf("%d floats: a refused payout has opened one", n)
	}
	m.must(t, "finance", func(tx *Tx) error { return ledger.FundFloat(t.Context(), tx, testCounty, 500_000, "county 1") })

	p := m.started(t, "worker1", d)
	if p.Source != testCounty || p.State != ledger.StateReserved {
		t.Fatalf("payout %+v", p)
	}
	_, small := m.decided(t, 2, 40_000)
	if q := m.started(t, "worker1", small); q.Source != testTownship {
		t.Errorf("what the township has, the township pays: %+v", q)
	}
	if town, county := m.floatOf(t, testTownship), m.floatOf(t, testCounty); town != [2]int{50_000, 40_000} || county != [2]int{500_000, 80_000} {
		t.Errorf("held: township %v, county %v", town, county)
	}
	if n := m.count(t, `SELECT count(*) FROM notices n JOIN staff s ON s.post_id = n.post_id WHERE n.template = 'county_float_used' AND s.login = 'finance' AND n.fields->>'amount' = '800.00'`); n != 1 {
		t.Errorf("county finance heard of it %d times", n)
	}
	m.must(t, "worker1", func(tx *Tx) error {
		b, err := tx.TrialBalance(t.Context(), time.Time{})
		for _, a := range b.Accounts {
			if a.Area == string(testCounty) {
				t.Errorf("the worker sees %+v", a)
			}
		}
		v, viewErr := tx.DisbursementView(t.Context(), p.PublicID)
		if v.SourceArea != string(testCounty) || viewErr != nil {
			t.Errorf("the page says %+v (%v)", v, viewErr)
		}
		return err
	})
	town, county, other := ledger.FloatOf(testTownship), ledger.FloatOf(testCounty), ledger.FloatOf("990101102000")
	for what, refs := range map[string][]ledger.AccountRef{"the county's float alone": {county}, "another township's beside it": {town, county, other}} {
		if err := m.as(t, "worker1", func(tx *Tx) error { _, err := tx.LockAccounts(t.Context(), refs); return err }); codeOf(err) != "not_found" {
			t.Errorf("the worker locks %s: %v", what, err)
		}
	}

	m.must(t, "worker1", issuing(t, p))
	m.must(t, "worker1", func(tx *Tx) error {
		_, err := relief.ReturnCash(t.Context(), tx, p.PublicID, "nobody at home")
		return err
	})
	if got := m.floatOf(t, testCounty); got != [2]int{500_000, 80_000} {
		t.Errorf("brought back: county %v", got)
	}
	m.must(t, "worker2", issuing(t, p))
	m.must(t, "worker2", m.receiving(t, "worker2", tk, p, ""))
	if inTown, inCounty := m.floatOf(t, testTownship), m.floatOf(t, testCounty); inTown != [2]int{50_000, 40_000} || inCounty != [2]int{420_000, 0} {
		t.Errorf("received: township %v, county %v", inTown, inCounty)
	}
	m.must(t, "finance", func(tx *Tx) error {
		_, err := relief.ReversePayout(t.Context(), tx, p.PublicID, "the receipt is another person's")
		return err
	})

	// Above the solo limit the float is chosen when the head checks; called off, the county has it again.
	_, large := m.decided(t, 3, 300_000)
	r := m.started(t, "worker1", large)
	if r.Source != testTownship {
		t.Errorf("nothing is held yet: %+v", r)
	}
	m.must(t, "head", checking(t, r, r.Content))
	if got := m.floatOf(t, testCounty); got != [2]int{420_000, 300_000} {
		t.Errorf("checked: county %v", got)
	}
	m.must(t, "worker1", func(tx *Tx) error {
		_, err := relief.CancelPayout(t.Context(), tx, r.PublicID, "not needed any more", moneyRules())
		return err
	})
	if got := m.floatOf(t, testCounty); got != [2]int{420_000, 0} {
		t.Errorf("called off: county %v", got)
	}
	m.sound(t)
}

// Many who reserve at the same time: the county's float
// is never handed out twice, and what is left is still paid.
func TestTheCountysFloatUnderRace(t *testing.T) {
	m := newTill(t, 100_000)
	m.must(t, "finance", func(tx *Tx) error { return ledger.FundFloat(t.Context(), tx, testCounty, 200_000, "county 1") })
	acts := make([]func(*Tx) error, 8)
	for i := range acts {
		_, d := m.decided(t, i+1, 80_000)
		acts[i] = starting(t, d, uuid.NewString(), nil)
	}
	ended := map[string]int{}
	for _, err := range m.together(t, "worker1", acts) {
		if err != nil && codeOf(err) == "" {
			t.Error(err)
		}
		ended[codeOf(err)]++
	}
	if ended[""] != 3 || ended["float_empty"] != 5 {
		t.Errorf("ended %v, want one from the township, two from the county, five refused", ended)
	}
	if town, county := m.floatOf(t, testTownship), m.floatOf(t, testCounty); town != [2]int{100_000, 80_000} || county != [2]int{200_000, 160_000} {
		t.Errorf("township %v, county %v", town, county)
	}
	m.sound(t)
}
