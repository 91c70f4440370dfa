package store

import (
	"errors"
	"testing"
	"time"

	"github.com/google/uuid"

	"example.org/hotline/internal/act"
	"example.org/hotline/ledger"
	"example.org/hotline/relief"
)

// tally counts how acts ended by code; the empty code is success.
func tally(errs []error) map[string]int {
	n := map[string]int{}
	for _, err := range errs {
		code := codeOf(err)
		if err != nil && code == "" {
			code = err.Error()
		}
		n[code]++
	}
	return n
}

// Many who reserve at the same time: the float is never handed out twice.
func TestFloatUnderRace(t *testing.T) {
	m := newTill(t, 200_000)
	acts := make([]func(*Tx) error, 8)
	for i := range acts {
		_, d := m.decided(t, 10+i, 80_000)
		acts[i] = starting(t, d, uuid.NewString(), nil)
	}
	got := tally(m.together(t, "worker1", acts))
	if got[""] != 2 || got["float_empty"] != 6 {
		t.Errorf("ended %v, want 2 reserved and 6 refused as float_empty", got)
	}
	if n := m.count(t, `SELECT count(*) FROM notices n JOIN staff s ON s.post_id = n.post_id WHERE n.template = 'float_low' AND s.login = 'finance'`); n != 1 {
		t.Errorf("county finance heard %d times that the float is low, want once", n)
	}
	m.sound(t)
}

// A household's payouts at the same time, from several tickets: the cap of the period holds.
func TestHouseholdCapUnderRace(t *testing.T) {
	m := newTill(t, 5_000_000)
	acts := make([]func(*Tx) error, 5)
	for i := range acts {
		_, d := m.decided(t, 1, 300_000) // one person, five tickets, decided before any is paid
		acts[i] = starting(t, d, uuid.NewString(), nil)
	}
	got := tally(m.together(t, "worker1", acts))
	if got[""] != 3 || got["household_cap"] != 2 {
		t.Errorf("ended %v, want 3 and 2 refused by the cap of 10,000.00", got)
	}
	tk := m.found(t, 1)
	m.refuse(t, "worker1", "household_cap", func(tx *Tx) error {
		_, err := relief.Decide(t.Context(), tx, tk.ID, relief.DecideInput{PublicID: uuid.NewString(), Fen: 100_001, Reason: "r"}, moneyRules())
		return err
	})
	m.moveClock(t, 367*24*time.Hour)
	_, d := m.decided(t, 1, 300_000)
	m.must(t, "worker1", starting(t, d, uuid.NewString(), nil))
}

// Splitting a sum over tickets or decisions gains nothing: together they need the same word.
func TestSplitting(t *testing.T) {
	m := newTill(t, 5_000_000)
	_, d1 := m.decided(t, 1, 80_000)
	tk, d2 := m.decided(t, 1, 80_000)
	p := m.started(t, "worker1", d1)
	if p.Level != ledger.LevelSolo {
		t.Fatalf("first %+v", p)
	}
	m.signed(t, p) // or the worker's limit would be frozen below
	if p := m.started(t, "worker1", d2); p.Level != ledger.LevelTownship {
		t.Errorf("a second solo payout to the same person on another ticket: %+v", p)
	}
	m.moveClock(t, 48*time.Hour)
	if p := m.started(t, "worker1", m.decide(t, tk, 80_000)); p.Level != ledger.LevelTownship {
		t.Errorf("a further one on the same ticket, days later: %+v", p)
	}
	acts := make([]func(*Tx) error, 4)
	payouts := make([]ledger.Disbursement, 4)
	for i := range acts {
		_, d := m.decided(t, 2, 80_000)
		acts[i] = starting(t, d, uuid.NewString(), &payouts[i])
	}
	if got := tally(m.together(t, "worker1", acts)); got[""] != 4 {
		t.Fatalf("ended %v", got)
	}
	solo := 0
	for _, p := range payouts {
		if p.Level == ledger.LevelSolo {
			solo++
		}
	}
	if solo != 1 {
		t.Errorf("%d of four at the same instant were made alone, want one", solo)
	}
}

// The same id sent many times pays once; with other content it is refused.
func TestSameIDOnce(t *testing.T) {
	m := newTill(t, 5_000_000)
	_, d := m.decided(t, 1, 80_000)
	_, other := m.decided(t, 2, 80_000)
	id := uuid.NewString()
	acts := make([]func(*Tx) error, 12)
	for i := range acts {
		acts[i] = starting(t, d, id, nil)
	}
	if got := tally(m.together(t, "worker1", acts)); got[""] != len(acts) {
		t.Errorf("retries ended %v", got)
	}
	if n := m.count(t, `SELECT count(*) FROM disbursements`); n != 1 {
		t.Errorf("%d payouts", n)
	}
	err := m.as(t, "worker1", starting(t, other, id, nil))
	if !errors.Is(err, act.ErrKeyReused) {
		t.Errorf("the id of another payout: %v", err)
	}
	m.refuse(t, "worker1", "payout_exists", starting(t, d, uuid.NewString(), nil))
	odd := d
	odd.Fen = 70_000
	m.refuse(t, "worker1", "payout_exists", starting(t, odd, uuid.NewString(), nil))
	odd = other
	odd.Fen++
	m.refuse(t, "worker1", "amount_differs", starting(t, odd, uuid.NewString(), nil))
	odd.Fen = -1
	m.refuse(t, "worker1", "amount_not_positive", starting(t, odd, uuid.NewString(), nil))
	m.refuse(t, "worker1", "bad_id", starting(t, other, "1", nil))
	m.sound(t)
}

// Cash that could not be handed over comes back, goes out again, or is called
// off; a wrong receipt is taken back by mirrors.
func TestReturnCancelReverse(t *testing.T) {
	m := newTill(t, 5_000_000)
	tk, d := m.decided(t, 1, 80_000)
	p := m.started(t, "worker1", d)
	giveBack := func(tx *Tx) error {
		_, err := relief.ReturnCash(t.Context(), tx, p.PublicID, "nobody at home")
		return err
	}
	cancel := func(tx *Tx) error {
		_, err := relief.CancelPayout(t.Context(), tx, p.PublicID, "moved away", moneyRules())
		return err
	}
	m.must(t, "worker1", issuing(t, p))
	m.refuse(t, "worker1", "cash_is_out", cancel)
	m.refuse(t, "worker2", "not_payer", giveBack)
	m.must(t, "worker1", giveBack)
	m.must(t, "worker2", issuing(t, p))
	m.must(t, "worker2", giveBack)
	m.refuse(t, "worker2", "not_found", cancel)
	m.must(t, "worker1", cancel)
	m.refuse(t, "worker1", "not_in_this_state", issuing(t, p))
	m.sound(t)
	for kind, want := range map[ledger.Kind]int{ledger.Float: 5_000_000, ledger.Cash: 0, ledger.Payable: 0, ledger.Expense: 0} {
		if got := m.balance(t, kind); got != want {
			t.Errorf("after the cancellation %s stands at %d, want %d", kind, got, want)
		}
	}
	// The decision can be paid again, and the limit counts once.
	q := m.started(t, "worker1", d)
	if q.Level != ledger.LevelSolo {
		t.Errorf("the cancelled payout still counts: %+v", q)
	}
	m.must(t, "worker1", issuing(t, q))
	m.must(t, "worker1", m.receiving(t, "worker1", tk, q, ""))
	reverse := func(tx *Tx) error {
		_, err := relief.ReversePayout(t.Context(), tx, q.PublicID, "the photo shows another person")
		return err
	}
	m.refuse(t, "head", "not_found", reverse)
	m.must(t, "finance", reverse)
	m.refuse(t, "finance", "not_in_this_state", reverse)
	m.sound(t)
	for kind, want := range map[ledger.Kind]int{ledger.Float: 4_920_000, ledger.Cash: 80_000, ledger.Payable: 0, ledger.Expense: 0} {
		if got := m.balance(t, kind); got != want {
			t.Errorf("after the reversal %s stands at %d, want %d", kind, got, want)
		}
	}
}

// A voucher counts once, and only county finance books it.
func TestFunding(t *testing.T) {
	m := newTill(t, 5_000_000)
	fund := func(fen int64, key string) func(*Tx) error {
		return func(tx *Tx) error { return ledger.FundFloat(t.Context(), tx, testTownship, fen, key) }
	}
	m.refuse(t, "head", "not_found", fund(1, "v2"))
	m.refuse(t, "finance", "already_booked", fund(1, "v1"))
	m.refuse(t, "finance", "voucher_required", fund(1, ""))
	m.refuse(t, "finance", "fund_empty", fund(1_000_000_000, "v3"))
	m.refuse(t, "finance", "wrong_level", func(tx *Tx) error { return ledger.AllocateFund(t.Context(), tx, testTownship, 1, "v4") })
	m.must(t, "finance", fund(1, "v5"))
	m.sound(t)
	m.must(t, "head", func(tx *Tx) error {
		f, err := tx.Float(t.Context(), testTownship, 5_000_000, 30)
		if err != nil || f.AvailableFen != 5_000_001 || f.Low {
			t.Errorf("float %+v (%v)", f, err)
			return err
		}
		s, err := tx.AccountStatement(t.Context(), f.ID, ledger.StatementFilter{Limit: 1})
		if err != nil || len(s.Lines) != 1 || s.Next == "" || s.Lines[0].BalanceFen != 5_000_001 {
			t.Errorf("statement %+v (%v)", s, err)
			return err
		}
		s, err = tx.AccountStatement(t.Context(), f.ID, ledger.StatementFilter{Cursor: s.Next, Limit: 10})
		if err != nil || len(s.Lines) != 1 || s.Next != "" || s.Lines[0].BalanceFen != 5_000_000 || s.Lines[0].Event != ledger.EventFloatFunded {
			t.Errorf("second page %+v (%v)", s, err)
		}
		return err
	})
}
