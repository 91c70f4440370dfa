package store

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"example.org/hotline/internal/act"
	"example.org/hotline/ticket"
)

// Promise 1: every call has a ticket, with an owner and running clocks, in one commit.
func TestCallBecomesTicket(t *testing.T) {
	h := newHouse(t)
	in := h.runIntake(t)
	at := time.Date(2026, 10, 1, 15, 40, 0, 0, time.UTC)
	call := newCall("12349001", "13812345678", at, 7)
	receipt, err := in.Register(t.Context(), call)
	if err != nil {
		t.Fatal(err)
	}
	if receipt.Repeat || receipt.Number != call.Number || receipt.ID != call.ID {
		t.Fatalf("receipt %+v does not name the call", receipt)
	}
	var tk ticket.Ticket
	err = h.db.InTx(t.Context(), act.SystemDispatch, func(tx *Tx) error {
		id, err := tx.TicketByRef(t.Context(), string(call.Number))
		if err != nil {
			return err
		}
		tk, err = tx.Ticket(t.Context(), id)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if tk.Owner == 0 || tk.Priority != ticket.P2 || tk.Status != ticket.StatusNew || tk.Area != testTownship || !tk.InvitedAt.Equal(at) {
		t.Errorf("ticket %+v", tk)
	}
	if c := tk.Clock(ticket.ClockTwoHour); c == nil || !c.Running() || !c.DueAt.Equal(at.Add(2*time.Hour)) {
		t.Errorf("two-hour clock %+v", c)
	}
	if c := tk.Clock(ticket.ClockDay); c == nil || !c.Running() || !c.DueAt.Equal(at.Add(24*time.Hour)) {
		t.Errorf("day clock %+v", c)
	}
	if n := h.count(t, `SELECT count(*) FROM timers WHERE subject_id = ?`, int64(tk.ID)); n != 3 {
		t.Errorf("%d timers, want route and two deadlines", n)
	}
	again, err := in.Register(t.Context(), call)
	if err != nil || !again.Repeat || again.Number != call.Number {
		t.Errorf("a second Register gave %+v, %v", again, err)
	}
	retransmitted := newCall("12349001", "13812345678", at, 8)
	retransmitted.SIPCallID = call.SIPCallID
	if r, err := in.Register(t.Context(), retransmitted); err != nil || !r.Repeat || r.ID != call.ID || r.Number != call.Number {
		t.Errorf("the same Call-ID after a crash gave %+v, %v", r, err)
	}
	if n := h.count(t, `SELECT count(*) FROM tickets`); n != 1 {
		t.Errorf("%d tickets, want 1", n)
	}
}

// Many INVITEs at once share commits and lose none.
func TestCallsInGroups(t *testing.T) {
	h := newHouse(t)
	in := h.runIntake(t)
	const calls = 300
	var wg sync.WaitGroup
	for i := range calls {
		wg.Go(func() {
			if _, err := in.Register(t.Context(), newCall("12349001", "", time.Now(), i)); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if n := h.count(t, `SELECT count(*) FROM calls c JOIN tickets t ON t.id = c.ticket_id WHERE t.owner_id > 0`); n != calls {
		t.Errorf("%d calls with a ticket, want %d", n, calls)
	}
	if n := h.count(t, `SELECT count(*) FROM clocks WHERE stopped_at IS NULL`); n != 2*calls {
		t.Errorf("%d running clocks, want %d", n, 2*calls)
	}
	faults, records, err := h.db.VerifyAudit(t.Context(), nil)
	if err != nil || len(faults) > 0 || records < calls {
		t.Errorf("audit: %d records, %v, %v", records, faults, err)
	}
}

// A call from the number of an open ticket is suggested as a repeat; a withheld number never is.
func TestRepeatIsSuggested(t *testing.T) {
	h := newHouse(t)
	in := h.runIntake(t)
	register := func(from string, n int) (tk ticket.Ticket) {
		call := newCall("12349001", from, time.Now(), n)
		if _, err := in.Register(t.Context(), call); err != nil {
			t.Fatal(err)
		}
		err := h.db.InTx(t.Context(), act.SystemDispatch, func(tx *Tx) (err error) {
			tk, err = tx.ticketOfCall(t.Context(), call.ID)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		return tk
	}
	first, second := register("+86 138-1234-5678", 1), register("013812345678", 2)
	if first.RepeatOf != 0 || second.RepeatOf != first.ID || second.RepeatState != ticket.RepeatSuggested {
		t.Errorf("first %+v, second %+v", first, second)
	}
	if n := h.count(t, `SELECT count(*) FROM timers WHERE subject_id = ? AND kind = 'route'`, int64(second.ID)); n != 0 {
		t.Error("a suggested repeat's own ladder must wait")
	}
	register("anonymous", 3)
	if withheld := register("anonymous", 4); withheld.RepeatOf != 0 {
		t.Error("withheld numbers were linked")
	}
}

// Two people accept at the same instant: one owner, the other is told who has it.
func TestAcceptByTwoAtOnce(t *testing.T) {
	h := newHouse(t)
	in := h.runIntake(t)
	call := newCall("12349001", "", time.Now(), 1)
	if _, err := in.Register(t.Context(), call); err != nil {
		t.Fatal(err)
	}
	one, two := h.actor(t, "worker1"), h.actor(t, "worker2")
	var id ticket.ID
	err := h.db.InTx(t.Context(), act.SystemDispatch, func(tx *Tx) error {
		tk, err := tx.ticketOfCall(t.Context(), call.ID)
		if err != nil {
			return err
		}
		id = tk.ID
		for _, a := range []act.Actor{one, two} {
			if err := tx.AddOffer(t.Context(), ticket.Offer{Ticket: id, Post: a.PostID, Role: a.Role, OfferedAt: tx.Now()}); err != nil {
				return err
			}
		}
		return ticket.Advance(t.Context(), tx, &tk, ticket.EventOffer, "ticket.offered", "", nil)
	})
	if err != nil {
		t.Fatal(err)
	}
	results := make(chan error, 2)
	for _, a := range []act.Actor{one, two} {
		go func() {
			results <- h.db.InTx(context.Background(), a, func(tx *Tx) error {
				_, err := ticket.Accept(context.Background(), tx, id)
				return err
			})
		}()
	}
	won, lost := <-results, <-results
	if won != nil {
		won, lost = lost, won
	}
	var fault *act.Fault
	if won != nil || !errors.As(lost, &fault) || fault.Code != "already_taken" || fault.Args["owner"] == "" {
		t.Fatalf("won %v, lost %v", won, lost)
	}
	if n := h.count(t, `SELECT count(*) FROM offers WHERE outcome = 'accepted'`); n != 1 {
		t.Errorf("%d accepted offers", n)
	}
}

// Promise 8: what lies outside the actor's area does not exist for them.
func TestScope(t *testing.T) {
	h := newHouse(t)
	in := h.runIntake(t)
	call := newCall("12349001", "13812345678", time.Now(), 1)
	if _, err := in.Register(t.Context(), call); err != nil {
		t.Fatal(err)
	}
	visible := func(a act.Actor) (n int) {
		err := h.db.InTx(t.Context(), a, func(tx *Tx) error {
			return tx.scan(t.Context(), "count", `SELECT (SELECT count(*) FROM tickets) + (SELECT count(*) FROM calls) + (SELECT count(*) FROM timeline)
				+ (SELECT count(*) FROM clocks)`, nil, &n)
		})
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	if n := visible(h.actor(t, "worker1")); n != 5 {
		t.Errorf("the township's worker sees %d rows, want 5", n)
	}
	if n := visible(h.actor(t, "stranger")); n != 0 {
		t.Errorf("another township's worker sees %d rows", n)
	}
	if n := visible(act.Actor{}); n != 0 {
		t.Errorf("nobody sees %d rows", n)
	}
}

// A call that was refused and came again with the same Call-ID is one call:
// its record tells the answer and the end that followed it.
func TestARefusedCallIsAnsweredLater(t *testing.T) {
	h := newHouse(t)
	in := h.runIntake(t)
	at := time.Date(2026, 10, 1, 15, 40, 0, 0, time.UTC)
	call := newCall("12349001", "13812345678", at, 7)
	if _, err := in.Register(t.Context(), call); err != nil {
		t.Fatal(err)
	}
	ended := func(after time.Duration, reason ticket.EndReason) func(*Tx) error {
		return func(tx *Tx) error {
			return tx.CallEnded(t.Context(), call.ID, at.Add(after), reason, testRules().call())
		}
	}
	answered := func(tx *Tx) error { return tx.CallAnswered(t.Context(), call.ID, at.Add(2*time.Second)) }
	for _, step := range []func(*Tx) error{ended(time.Second, ticket.EndBadSDP), answered, ended(9*time.Second, ticket.EndCompleted), answered} {
		if err := h.db.InTx(t.Context(), act.SystemIVR, step); err != nil {
			t.Fatal(err)
		}
	}
	if n := h.count(t, `SELECT count(*) FROM calls JOIN tickets t ON t.call_id = calls.id WHERE end_reason = 'completed' AND ended_at = ? AND call_ended`, at.Add(9*time.Second)); n != 1 {
		t.Error("the record does not tell how the call ended in the end")
	}
	if n := h.count(t, `SELECT count(*) FROM timeline WHERE kind IN ('call.ended', 'call.answered')`); n != 3 {
		t.Errorf("%d steps in the timeline, want 3", n)
	}
}
