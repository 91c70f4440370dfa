package store

import (
	"testing"
	"time"

	"github.com/google/uuid"

	"example.org/hotline/ledger"
	"example.org/hotline/relief"
)

// dayRules are the demo city's with limits of a day that a test can reach.
func dayRules() relief.Rules {
	r := moneyRules()
	r.Policy.Limits.WorkerDayFen, r.Policy.Limits.TownshipDayFen = 200_000, 560_000
	r.Policy.Limits.AidKindFen = map[string]int64{relief.AidUrgent: 250_000}
	return r
}

// tillAtNoon is a till at noon in China, so that no test of a day crosses midnight.
func tillAtNoon(t *testing.T) *till {
	t.Helper()
	m := newTill(t, 5_000_000)
	now := time.Now().UTC()
	m.moveClock(t, time.Date(now.Year(), now.Month(), now.Day()+1, 4, 0, 0, 0, time.UTC).Sub(now))
	return m
}

// startedOfADay is a solo sum that worker1 starts for somebody, by the rules of days.
func (m *till) startedOfADay(t *testing.T, person int) (p ledger.Disbursement) {
	t.Helper()
	_, d := m.decided(t, person, 80_000)
	m.must(t, "worker1", startingUnder(t, dayRules(), d, uuid.NewString(), &p))
	return p
}

// Large sums of a day need more people: of one worker another's word, of a township
// the county's. Nobody is refused for it, and the next day begins anew.
func TestSumsOfADay(t *testing.T) {
	m := tillAtNoon(t)
	for i, want := range []struct {
		level ledger.Level
		why   ledger.LevelWhy
	}{
		{ledger.LevelSolo, ""}, {ledger.LevelSolo, ""}, {ledger.LevelTownship, ledger.WhyWorkerDay}, {ledger.LevelTownship, ledger.WhyWorkerDay}, {ledger.LevelTownship, ledger.WhyWorkerDay},
		{ledger.LevelTownship, ledger.WhyWorkerDay}, {ledger.LevelTownship, ledger.WhyWorkerDay}, {ledger.LevelCounty, ledger.WhyTownshipDay},
	} {
		p := m.startedOfADay(t, 10+i)
		if p.Level != want.level || p.LevelWhy != want.why {
			t.Errorf("payout %d of the day: %s because of %q, want %s, %q", i+1, p.Level, p.LevelWhy, want.level, want.why)
		}
		if p.Solo() {
			m.signed(t, p) // or the maker's limit would be frozen tomorrow
		}
	}
	m.moveClock(t, 24*time.Hour)
	if p := m.startedOfADay(t, 30); !p.Solo() {
		t.Errorf("the next day: %+v", p)
	}
	m.sound(t)
}

// Who pays out what a colleague has made alone pays within their own day.
func TestSumsOfAPayersDay(t *testing.T) {
	m := tillAtNoon(t)
	under := func(p ledger.Disbursement) func(*Tx) error {
		return func(tx *Tx) error {
			r := dayRules()
			_, err := relief.IssueCash(t.Context(), tx, p.PublicID, &r.Policy)
			return err
		}
	}
	first, second := m.startedOfADay(t, 1), m.startedOfADay(t, 2)
	m.must(t, "worker2", under(first))
	m.must(t, "worker2", under(second))
	m.signed(t, first)
	m.signed(t, second)
	r := dayRules()
	r.Policy.Limits.WorkerDayFen = 0 // the maker's own day is not what is looked at here
	_, d := m.decided(t, 3, 80_000)
	var third ledger.Disbursement
	m.must(t, "worker1", startingUnder(t, r, d, uuid.NewString(), &third))
	m.refuse(t, "worker2", "worker_day", under(third))
	m.must(t, "worker1", under(third))
	m.sound(t)
}

// At the same instant no more than the day holds is made alone.
func TestSumsOfADayUnderRace(t *testing.T) {
	m := tillAtNoon(t)
	acts, payouts := make([]func(*Tx) error, 6), make([]ledger.Disbursement, 6)
	for i := range acts {
		_, d := m.decided(t, 10+i, 80_000)
		acts[i] = startingUnder(t, dayRules(), d, uuid.NewString(), &payouts[i])
	}
	if got := tally(m.together(t, "worker1", acts)); got[""] != len(acts) {
		t.Fatalf("ended %v", got)
	}
	solo := 0
	for _, p := range payouts {
		if p.Solo() {
			solo++
		}
	}
	if solo != 2 {
		t.Errorf("%d of six at the same instant were made alone, want two", solo)
	}
	m.sound(t)
}

// One kind of aid has a cap of its own within the household's.
func TestCapOfAKindOfAid(t *testing.T) {
	m := tillAtNoon(t)
	for i, want := range []string{"", "", "", "aid_kind_cap"} {
		_, d := m.decided(t, 1, 80_000)
		err := m.as(t, "worker1", startingUnder(t, dayRules(), d, uuid.NewString(), nil))
		if codeOf(err) != want || want == "" && err != nil {
			t.Errorf("payout %d: %v, want %q", i+1, err, want)
		}
	}
}

// The year's budget of a county is set by its finance with a voucher, holds for all
// its townships, is never passed, and comes back with what is called off.
func TestTheBudgetOfAYear(t *testing.T) {
	m := tillAtNoon(t)
	budget := func(fen int64, voucher string) func(*Tx) error {
		return func(tx *Tx) error {
			return ledger.SetBudget(t.Context(), tx, ledger.Budget{County: testCounty, AidKind: relief.AidUrgent, Year: tx.Now().Add(8 * time.Hour).Year(), Fen: fen, Voucher: voucher})
		}
	}
	m.refuse(t, "head", "not_found", budget(1, "b0"))
	m.must(t, "finance", budget(100_000, "b1"))
	m.refuse(t, "finance", "already_booked", budget(900_000, "b1"))
	_, d := m.decided(t, 1, 80_000)
	var p ledger.Disbursement
	m.must(t, "worker1", starting(t, d, uuid.NewString(), &p))
	_, next := m.decided(t, 2, 80_000)
	m.refuse(t, "worker1", "budget_spent", starting(t, next, uuid.NewString(), nil))
	m.must(t, "worker1", func(tx *Tx) error {
		_, err := relief.CancelPayout(t.Context(), tx, p.PublicID, "not needed any more", moneyRules())
		return err
	})
	m.must(t, "worker1", starting(t, next, uuid.NewString(), nil))
	m.must(t, "finance", budget(400_000, "b2"))
	acts := make([]func(*Tx) error, 8)
	for i := range acts {
		_, d := m.decided(t, 10+i, 80_000)
		acts[i] = starting(t, d, uuid.NewString(), nil)
	}
	if got := tally(m.together(t, "worker1", acts)); got[""] != 4 || got["budget_spent"] != 4 {
		t.Errorf("ended %v, want four within the budget and four refused", got)
	}
	m.sound(t)
}
