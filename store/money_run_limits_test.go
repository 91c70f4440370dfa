package store

import (
	"context"
	"slices"
	"sync"
	"testing"

	"github.com/google/uuid"

	"example.org/hotline/ledger"
	"example.org/hotline/relief"
)

// signed is a run of all that is due, with its second signature.
func (m *runTill) signed(t *testing.T, decisions ...relief.RunDecision) ledger.Run {
	t.Helper()
	r := m.listed(t, decisions...)
	m.must(t, "county2", signingRun(t, r))
	return r
}

// came compares what the lines of a run came to.
func (m *runTill) came(t *testing.T, r ledger.Run, want ...string) {
	t.Helper()
	if got := m.why(t, r); !slices.Equal(got, want) {
		t.Errorf("the lines came to %v, want %v", got, want)
	}
	m.sound(t)
}

const reservedLine = string(ledger.LineReserved)

// A line that passes a limit is left out with the reason and the sum that is left; the others go on.
func TestRunLeavesOutWhatPassesALimit(t *testing.T) {
	m := newRunTill(t)
	for range 3 {
		m.due(t, 1, 300_000, card(1))
	}
	m.due(t, 1, 300_000, card(1)) // 12,000.00 in all
	m.due(t, 1, 100_000, card(1)) // just what is left
	r := m.signed(t)
	m.carry(t)
	m.came(t, r, reservedLine, reservedLine, reservedLine, "household_cap", reservedLine)
	if n := m.count(t, `SELECT left_fen FROM run_lines WHERE state = 'left_out'`); n != 100_000 {
		t.Errorf("%d fen are said to be left, want 100000", n)
	}
	if n := m.count(t, `SELECT count(*) FROM timeline WHERE kind = 'run.left_out' AND data->>'why' = 'household_cap'`); n != 1 {
		t.Errorf("%d tickets tell that they were left out", n)
	}
	m.due(t, 2, 500_000, card(9))
	m.due(t, 3, 500_000, card(9))
	m.due(t, 4, 20_000, card(9)) // three people, one account
	r = m.signed(t)
	m.carry(t)
	m.came(t, r, "household_cap", reservedLine, reservedLine, "account_cap")
}

// Three people whose households were not known when the list was made turn out to be one family
// before it is carried out: they count as one, as a single payout would.
func TestARunCountsAFamilyThatWasRegisteredSince(t *testing.T) {
	m := newRunTill(t)
	for person := range 3 {
		m.due(t, person+1, 400_000, card(person+1))
	}
	r := m.signed(t)
	h := m.registered(t, m.found(t, 1), family(1, 2, 3))
	m.carry(t)
	m.came(t, r, reservedLine, reservedLine, "household_cap")
	if left := m.left(t, h.Index); left != 200_000 {
		t.Errorf("the family may still receive %d fen, want 200000", left)
	}
}

// The year's budget and the fund hold in a run as in a single act.
func TestRunBudgetAndFund(t *testing.T) {
	m := newRunTill(t)
	m.must(t, "finance", func(tx *Tx) error {
		return ledger.SetBudget(t.Context(), tx, ledger.Budget{County: testCounty, AidKind: "urgent", Year: tx.Now().Year(), Fen: 250_000, Voucher: "b"})
	})
	for n := 1; n <= 3; n++ {
		m.due(t, n, 100_000, card(n))
	}
	m.due(t, 4, 50_000, card(4))
	r := m.signed(t)
	m.carry(t)
	m.came(t, r, reservedLine, reservedLine, "budget_spent", reservedLine)
	m.must(t, "finance", func(tx *Tx) error {
		return ledger.SetBudget(t.Context(), tx, ledger.Budget{County: testCounty, AidKind: "urgent", Year: tx.Now().Year(), Fen: 10_000_000, Voucher: "b2"})
	})
	m.must(t, "finance", func(tx *Tx) error {
		return ledger.FundFloat(t.Context(), tx, testTownship, fundAtFirst-250_000-150_000, "all but 1,500.00")
	})
	m.due(t, 5, 80_000, card(5))
	m.due(t, 6, 50_000, card(6))
	r = m.signed(t)
	m.carry(t)
	m.came(t, r, reservedLine, "fund_empty", reservedLine) // the third of the first list among them
}

// What has changed since the list was made and signed is seen line by line.
func TestRunLooksAgain(t *testing.T) {
	m := newRunTill(t)
	_, paid := m.due(t, 1, 80_000, card(1))
	replaced, _ := m.due(t, 2, 80_000, card(2))
	m.due(t, 3, 80_000, card(3))
	m.due(t, 4, 80_000, card(4))
	m.due(t, 5, 80_000, card(5))
	m.declared(t, m.actor(t, "finance").StaffID, identity(5)) // who does not act
	r := m.signed(t)
	m.started(t, "worker1", paid)
	m.account(t, replaced, card(22))
	m.declared(t, m.actor(t, "head").StaffID, identity(3)) // who has verified the account
	m.must(t, "county", func(tx *Tx) error {
		_, err := tx.exec(t.Context(), "note who took the call", `UPDATE tickets SET call_taker_id = ? WHERE id = (SELECT ticket_id FROM run_lines WHERE seq = 4)`, int64(m.actor(t, "county2").StaffID))
		return err
	})
	m.carry(t)
	m.came(t, r, "payout_exists", "account_replaced", "relative", "call_taker_checks", reservedLine)
}

// Whoever is related to a payee neither makes nor signs the list.
func TestRunOfRelatives(t *testing.T) {
	m := newRunTill(t)
	m.due(t, 1, 80_000, card(1))
	m.due(t, 2, 80_000, card(2))
	m.declared(t, m.actor(t, "county").StaffID, identity(2))
	m.refuse(t, "county", "relative_in_run", making(t, uuid.NewString(), nil))
	var r ledger.Run
	m.must(t, "finance", making(t, uuid.NewString(), &r))
	m.refuse(t, "county", "relative_in_run", signingRun(t, r))
	m.must(t, "county2", signingRun(t, r))
	m.carry(t)
	m.came(t, r, reservedLine, reservedLine)
	m.refuse(t, "finance", "own_payout_in_batch", func(tx *Tx) error { // who made the list does not let it go
		_, err := relief.MakeBatch(t.Context(), tx, m.bank, relief.BatchInput{PublicID: uuid.NewString(), Execute: "2026-12-01"})
		return err
	})
}

// Two runs and single payouts of one household, all at the same time: together they stay within its limit.
func TestRunsUnderRaceWithSingleActs(t *testing.T) {
	m := newRunTill(t)
	of := func(n int) (list []relief.RunDecision) {
		for range n {
			_, d := m.due(t, 1, 200_000, card(1))
			list = append(list, relief.RunDecision{Decision: d.PublicID, Fen: d.Fen})
		}
		return list
	}
	first, second := m.signed(t, of(3)...), m.signed(t, of(3)...)
	acts := make([]func(*Tx) error, 4)
	for i := range acts {
		_, d := m.decided(t, 1, 200_000)
		acts[i] = starting(t, d, uuid.NewString(), nil)
	}
	var wg sync.WaitGroup
	for range 2 {
		wg.Go(func() {
			if _, err := m.step(context.WithoutCancel(t.Context())); err != nil {
				t.Error(err)
			}
		})
	}
	single := tally(m.together(t, "worker1", acts))
	wg.Wait()
	m.carry(t)
	done := single[""]
	for _, why := range append(m.why(t, first), m.why(t, second)...) {
		switch why {
		case reservedLine:
			done++
		case "household_cap":
		default:
			t.Errorf("a line came to %s", why)
		}
	}
	if done != 5 || single[""]+single["household_cap"] != len(acts) {
		t.Errorf("%d payouts of 2,000.00 under a cap of 10,000.00; single ones ended %v", done, single)
	}
	m.sound(t)
}

// A part of a run that is rolled back leaves the run where it was, and it goes on from there.
func TestRunGoesOn(t *testing.T) {
	m := newRunTill(t)
	for n := 1; n <= 3; n++ {
		m.due(t, n, 80_000, card(n))
	}
	r := m.signed(t)
	broken := context.Canceled
	_, err := m.db.CarryRun(t.Context(), func(ctx context.Context, tx relief.RunTx, run *ledger.Run) error {
		if err := relief.CarryRun(ctx, tx, run, 2, policyOf()); err != nil {
			return err
		}
		return broken
	})
	if err == nil {
		t.Fatal("nothing was rolled back")
	}
	m.came(t, r, "waits", "waits", "waits")
	if more, err := m.step(t.Context()); !more || err != nil {
		t.Fatalf("not carried on (%v)", err)
	}
	m.came(t, r, reservedLine, reservedLine, "waits") // where a crash may leave it
	m.carry(t)
	m.came(t, r, reservedLine, reservedLine, reservedLine)
	if more, err := m.step(t.Context()); more || err != nil {
		t.Errorf("a run that is through was taken up again (%v)", err)
	}
}
