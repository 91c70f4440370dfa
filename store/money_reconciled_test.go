package store

import (
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"example.org/hotline/area"
	"example.org/hotline/ledger"
	"example.org/hotline/ledger/rail"
	"example.org/hotline/relief"
	"example.org/hotline/ticket"
)

func (m *till) stateOf(t *testing.T, p ledger.Disbursement) (s ledger.State) {
	t.Helper()
	m.must(t, "finance", func(tx *Tx) error {
		d, err := tx.DisbursementForUpdate(t.Context(), p.ID)
		s = d.State
		return err
	})
	return s
}

// yesterday closes the day before.
func yesterday(t *testing.T) func(*Tx) error {
	return func(tx *Tx) error {
		_, err := ledger.Close(t.Context(), tx, ledger.CloseDay, area.DateOf(tx.Now().Add(-24*time.Hour)), "", false)
		return err
	}
}

// Cash is reconciled when its voucher is repaid or its day is closed, where the float comes to what filled it. It is still
// signed for, and taken back, from there.
func TestCashIsReconciled(t *testing.T) {
	m := newTill(t, 5_000_000)
	repaid := m.paid(t, 1, 80_000)
	if _, err := m.claims(t, "c1"); err != nil {
		t.Fatal(err)
	}
	counted := m.paid(t, 2, 30_000)
	if is := [2]ledger.State{m.stateOf(t, repaid), m.stateOf(t, counted)}; is != [2]ledger.State{ledger.StateReconciled, ledger.StateReceipted} {
		t.Errorf("after the claim: %v", is)
	}
	m.signed(t, repaid)
	m.moveClock(t, 24*time.Hour)
	m.must(t, "finance", yesterday(t))
	if m.stateOf(t, counted) != ledger.StateReconciled {
		t.Errorf("its day is closed, and it is %s", m.stateOf(t, counted))
	}
	m.imprest(t)
	m.sound(t)
	for _, p := range []ledger.Disbursement{repaid, counted} {
		m.reversed(t, p)
	}
	m.refuse(t, "finance", "not_in_this_state", func(tx *Tx) error {
		_, err := relief.ReversePayout(t.Context(), tx, repaid.PublicID, "again")
		return err
	})
	m.imprest(t)
	m.sound(t)
	err := m.as(t, "finance", func(tx *Tx) error {
		_, err := tx.exec(t.Context(), "go back", `UPDATE disbursements SET state = 'receipted', version = version + 1`)
		return err
	})
	if !violates(err, "disbursements_terminal") {
		t.Errorf("what is over goes back: %v", err)
	}
}

// What somebody acts on meanwhile is reconciled the next time: nobody waits for it.
func TestReconcilingWaitsForNobody(t *testing.T) {
	m := newTill(t, 5_000_000)
	busy, free := m.paid(t, 1, 80_000), m.paid(t, 2, 30_000)
	m.moveClock(t, 24*time.Hour)
	m.must(t, "head", func(tx *Tx) error {
		if _, err := tx.DisbursementForUpdate(t.Context(), busy.ID); err != nil {
			return err
		}
		m.must(t, "finance", yesterday(t))
		return nil
	})
	if is := [2]ledger.State{m.stateOf(t, busy), m.stateOf(t, free)}; is != [2]ledger.State{ledger.StateReceipted, ledger.StateReconciled} {
		t.Errorf("%v", is)
	}
	m.must(t, "finance", func(tx *Tx) error {
		n, err := tx.ReconcilePayouts(t.Context(), testCounty)
		if n != 1 {
			t.Errorf("%d the next time", n)
		}
		return err
	})
}

// What stood on a statement may come back: it is failed then, and repaired as ever.
func TestAReconciledPayoutComesBack(t *testing.T) {
	m := newBankTill(t)
	_, p := m.paying(t, 1, 80_000, cardNumber)
	b := m.sent(t)
	ref := m.references(t, b)[0]
	m.loaded(t, b, m.says(t, b, nil, rail.Succeeded))
	if got, err := m.takes(t, m.statement(t, "out", rail.StatementLine{Fen: 80_000, Direction: rail.Debit, Reference: ref})); err != nil || got.Matched != 1 || m.state(t, p) != ledger.StateReconciled {
		t.Fatalf("%+v, the payout is %s (%v)", got, m.state(t, p), err)
	}
	m.moveClock(t, 24*time.Hour)
	back := m.statement(t, "back", rail.StatementLine{Fen: 80_000, Direction: rail.Credit, Reference: ref, Returned: true, Reason: rail.ReasonAccountClosed, Code: "AC04"})
	if _, err := m.takes(t, back); codeOf(err) != "statement_gap" { // it begins at zero, and the one before has ended elsewhere
		t.Fatalf("%v", err)
	}
	m.loaded(t, b, m.says(t, b, nil, rail.Failed))
	if m.state(t, p) != ledger.StateFailed {
		t.Errorf("come back, it is %s", m.state(t, p))
	}
	m.stands(t, "came back", map[ledger.Kind]int{ledger.Fund: fundAtFirst, ledger.Returned: -80_000})
}

// A ticket that has moved to another county takes its payout's money nowhere: the county that paid makes the batch, loads the
// return and the statement, and sees the try; the other county's people do not.
func TestATicketThatMovedLeavesItsPayoutWhereItIs(t *testing.T) {
	m := newBankTill(t)
	tk, p := m.paying(t, 1, 80_000, cardNumber)
	_, other := m.paying(t, 2, 30_000, otherCard)
	super := connect(t, m.urls.SuperURL)
	if _, err := super.Exec(t.Context(), `UPDATE tickets SET area_code = '990102000000' WHERE id = $1`, int64(tk.ID)); err != nil {
		t.Fatal(err)
	}
	m.must(t, "finance", func(tx *Tx) error {
		if _, err := tx.Ticket(t.Context(), tk.ID); err == nil {
			t.Error("the ticket has not moved out of sight: this proves nothing")
		}
		waiting, err := tx.WaitingForBank(t.Context(), 10)
		if len(waiting) != 2 {
			t.Errorf("%d payouts wait", len(waiting))
		}
		return err
	})
	b := m.sent(t)
	if b.Payouts != 2 || b.Fen != 110_000 {
		t.Fatalf("batch %+v", b)
	}
	m.must(t, "finance", func(tx *Tx) error {
		items, err := tx.BatchItemViews(t.Context(), b.PublicID)
		if len(items) != 2 {
			t.Errorf("%d of the batch's payouts are shown", len(items))
		}
		return err
	})
	m.must(t, "stranger", func(tx *Tx) error {
		waiting, err := tx.WaitingForBank(t.Context(), 10)
		if len(waiting) != 0 {
			t.Errorf("another county sees %d", len(waiting))
		}
		if items, err := tx.BatchItemViews(t.Context(), b.PublicID); err == nil {
			t.Errorf("another county sees the batch: %+v", items)
		}
		return err
	})
	if got := m.loaded(t, b, m.says(t, b, nil, rail.Succeeded, rail.Failed)); got.Succeeded != 1 || got.Failed != 1 {
		t.Errorf("the return: %+v", got)
	}
	if m.state(t, p) != ledger.StateSucceeded || m.state(t, other) != ledger.StateFailed {
		t.Errorf("payouts %s, %s", m.state(t, p), m.state(t, other))
	}
	if n := m.count(t, `SELECT count(*) FROM notices WHERE template = 'payment_citizen'`); n != 1 {
		t.Errorf("%d citizens were told", n)
	}
	m.must(t, "supervisor", func(tx *Tx) error {
		got, err := tx.Ticket(t.Context(), tk.ID)
		if err == nil && got.Status != ticket.StatusFollowUp {
			t.Errorf("the moved ticket is %s", got.Status)
		}
		return err
	})
	m.must(t, "finance", func(tx *Tx) error { _, err := relief.CloseBatch(t.Context(), tx, m.bank, b.PublicID); return err })
	m.sound(t)
}

// A statement over many batches holds no account while it waits for the payouts of the next one.
func TestAStatementLocksPayoutsBeforeAccounts(t *testing.T) {
	m := newBankTill(t)
	var batches []relief.Batch
	var lines []rail.StatementLine
	for person := 1; person <= 2; person++ {
		m.paying(t, person, 80_000, cardNumber[:18]+string(rune('0'+person)))
		batches = append(batches, m.sent(t))
	}
	for _, b := range batches {
		lines = append(lines, rail.StatementLine{Fen: 80_000, Direction: rail.Debit, Reference: m.references(t, b)[0]})
	}
	statement, returned := m.statement(t, "both", lines...), m.says(t, batches[1], nil, rail.Succeeded)
	super := connect(t, m.urls.SuperURL)
	taken := make(chan error, 1)
	m.must(t, "finance2", func(tx *Tx) error { // who loads the return of the second batch, slowly
		if _, err := tx.BatchForUpdate(t.Context(), batches[1].PublicID); err != nil {
			return err
		}
		if _, err := tx.BatchLines(t.Context(), batches[1].ID); err != nil {
			return err
		}
		go func() { _, err := m.takes(t, statement); taken <- err }()
		waitForOne(t, super)
		var out relief.Loaded
		return m.loading(t, batches[1], returned, &out)(tx)
	})
	if err := <-taken; err != nil {
		t.Errorf("the statement: %v", err)
	}
	m.stands(t, "both", map[ledger.Kind]int{ledger.Fund: fundAtFirst - 160_000, ledger.InTransit: 0})
}

// waitForOne returns when a session waits for another's lock.
func waitForOne(t *testing.T, super *pgx.Conn) {
	t.Helper()
	for {
		var waiting bool
		if err := super.QueryRow(t.Context(), `SELECT EXISTS (SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND cardinality(pg_blocking_pids(pid)) > 0)`).Scan(&waiting); err != nil {
			t.Fatal(err)
		}
		if waiting {
			return
		}
	}
}
