package store

import (
	"errors"
	"testing"
	"time"

	"example.org/hotline/internal/act"
	"example.org/hotline/ticket"
)

// taken is a ticket that worker1 has accepted.
func (h house) taken(t *testing.T, in *Intake, number string, n int) ticket.Ticket {
	t.Helper()
	tk := h.offered(t, in, number, n, "worker1", "worker2")
	return h.do(t, "worker1", func(tx *Tx) (ticket.Ticket, error) { return ticket.Accept(t.Context(), tx, tk.ID) })
}

// offered is a fresh ticket that some people have been offered.
func (h house) offered(t *testing.T, in *Intake, number string, n int, logins ...string) (tk ticket.Ticket) {
	t.Helper()
	call := newCall(number, "", time.Now(), n)
	if _, err := in.Register(t.Context(), call); err != nil {
		t.Fatal(err)
	}
	var posts []act.Actor
	for _, login := range logins {
		posts = append(posts, h.actor(t, login))
	}
	err := h.db.InTx(t.Context(), act.SystemDispatch, func(tx *Tx) (err error) {
		if tk, err = tx.ticketOfCall(t.Context(), call.ID); err != nil {
			return err
		}
		for _, a := range posts {
			if err := tx.AddOffer(t.Context(), ticket.Offer{Ticket: tk.ID, Post: a.PostID, Role: a.Role, OfferedAt: tx.Now()}); err != nil {
				return err
			}
		}
		return ticket.Advance(t.Context(), tx, &tk, ticket.EventOffer, "ticket.offered", "", nil)
	})
	if err != nil {
		t.Fatal(err)
	}
	return tk
}

// do runs a command as somebody and expects it to succeed.
func (h house) do(t *testing.T, login string, fn func(*Tx) (ticket.Ticket, error)) ticket.Ticket {
	t.Helper()
	tk, err := h.try(t, login, fn)
	if err != nil {
		t.Fatalf("as %s: %v", login, err)
	}
	return tk
}

func (h house) try(t *testing.T, login string, fn func(*Tx) (ticket.Ticket, error)) (tk ticket.Ticket, err error) {
	t.Helper()
	err = h.db.InTx(t.Context(), h.actor(t, login), func(tx *Tx) (err error) {
		tk, err = fn(tx)
		return err
	})
	return tk, err
}

// refused expects a fault with a code.
func (h house) refused(t *testing.T, login, code string, fn func(*Tx) (ticket.Ticket, error)) {
	t.Helper()
	_, err := h.try(t, login, fn)
	var fault *act.Fault
	if !errors.As(err, &fault) || fault.Code != code {
		t.Errorf("as %s: %v, want %s", login, err, code)
	}
}

func triage(t *testing.T, id ticket.ID, r ticket.Triage) func(*Tx) (ticket.Ticket, error) {
	r.Terms = testRules().Terms
	r.Calendar = ticket.Calendar{Closes: 17 * time.Hour}
	return func(tx *Tx) (ticket.Ticket, error) { return ticket.DoTriage(t.Context(), tx, id, r) }
}

// A triage makes the agent the owner and the one who took the call, and starts the township's ladder.
func TestTriage(t *testing.T) {
	h := newHouse(t)
	in := h.runIntake(t)
	tk := h.offered(t, in, "12349", 1, "county")
	good := ticket.Triage{Version: tk.Version, Area: testTownship, Priority: ticket.P1, Kind: ticket.KindAid, Cause: ticket.CauseFire}

	stale := good
	stale.Version = 99
	h.refused(t, "agent", "stale_version", triage(t, tk.ID, stale))
	wide := good
	wide.Area = testCity
	h.refused(t, "agent", "area_too_wide", triage(t, tk.ID, wide))
	nowhere := good
	nowhere.Area = "990109101000"
	h.refused(t, "agent", "unknown_area", triage(t, tk.ID, nowhere))
	mixed := good
	mixed.Priority = ticket.PInfo
	h.refused(t, "agent", "info_is_not_aid", triage(t, tk.ID, mixed))
	h.refused(t, "stranger", "not_found", triage(t, tk.ID, good))

	got := h.do(t, "agent", triage(t, tk.ID, good))
	agent := h.actor(t, "agent")
	if got.Owner != agent.PostID || got.CallTaker != agent.StaffID || got.Area != testTownship || got.Priority != ticket.P1 || got.Epoch != tk.Epoch+1 {
		t.Errorf("after triage: %+v", got)
	}
	if c := got.Clock(ticket.ClockTwoHour); !c.DueAt.Equal(tk.InvitedAt.Add(2 * time.Hour)) {
		t.Errorf("a priority set during the call counts from the INVITE: %+v", c)
	}
	if n := h.count(t, `SELECT count(*) FROM timers WHERE subject_id = ? AND kind = 'route' AND epoch = ?`, int64(tk.ID), got.Epoch); n != 1 {
		t.Errorf("%d route timers for the township's ladder", n)
	}
	if n := h.count(t, `SELECT count(*) FROM timers WHERE subject_id = ? AND kind = 'deadline'`, int64(tk.ID)); n != 2 {
		t.Errorf("%d deadline timers", n)
	}
}

// The county's desk accepts before the township is known: once it is, the
// township's workers are asked, and the desk owns the ticket until one accepts.
func TestTownshipIsAskedAfterTheDeskAccepted(t *testing.T) {
	h := newHouse(t)
	in := h.runIntake(t)
	tk := h.offered(t, in, "12349", 1, "county")
	tk = h.do(t, "county", func(tx *Tx) (ticket.Ticket, error) { return ticket.Accept(t.Context(), tx, tk.ID) })
	got := h.do(t, "county", triage(t, tk.ID, ticket.Triage{Version: tk.Version, Area: testTownship, Priority: ticket.P1, Kind: ticket.KindAid}))
	if got.Owner != tk.Owner || !got.Status.Waiting() || got.LadderFrom.IsZero() {
		t.Errorf("after the place became known: %+v", got)
	}
	if n := h.count(t, `SELECT count(*) FROM timers WHERE subject_id = ? AND kind = 'route' AND epoch = ?`, int64(tk.ID), got.Epoch); n != 1 {
		t.Errorf("%d route timers for the township's ladder", n)
	}
	again := h.do(t, "county", triage(t, tk.ID, ticket.Triage{Version: got.Version, Area: testTownship, Priority: ticket.P1, Kind: ticket.KindAid, Cause: ticket.CauseFire}))
	if !again.LadderFrom.Equal(got.LadderFrom) {
		t.Error("a triage in the same township moved the ladder's minutes")
	}
}

// Raised after the call: two hours from the act, both deadlines kept.
func TestRaiseAfterTheCall(t *testing.T) {
	h := newHouse(t)
	in := h.runIntake(t)
	tk := h.taken(t, in, "12349001", 1)
	err := h.db.InTx(t.Context(), act.SystemIVR, func(tx *Tx) error {
		return tx.CallEnded(t.Context(), tk.CallID, time.Now(), ticket.EndCallerHung, testRules().call())
	})
	if err != nil {
		t.Fatal(err)
	}
	got := h.do(t, "worker1", triage(t, tk.ID, ticket.Triage{Version: tk.Version, Area: testTownship, Priority: ticket.P1, Kind: ticket.KindAid}))
	c := got.Clock(ticket.ClockTwoHour)
	if !c.DueAt.After(c.FirstDueAt) || !c.FirstDueAt.Equal(tk.InvitedAt.Add(2*time.Hour)) {
		t.Errorf("clock %+v", c)
	}
	if got.Owner != tk.Owner || got.Status != ticket.StatusAccepted {
		t.Errorf("the owner moved by a re-triage: %+v", got)
	}
}

// Lowering needs a reason and a supervisor who is not the owner; the old deadlines run until then.
func TestLowering(t *testing.T) {
	h := newHouse(t)
	in := h.runIntake(t)
	tk := h.taken(t, in, "12349001", 1)
	lower := ticket.Triage{Version: tk.Version, Area: testTownship, Priority: ticket.P3, Kind: ticket.KindAid}
	h.refused(t, "worker1", "reason_required", triage(t, tk.ID, lower))
	lower.Reason = "the bill is due next month"
	pending := h.do(t, "worker1", triage(t, tk.ID, lower))
	if pending.Priority != ticket.P2 || pending.PendingPriority != ticket.P3 || !pending.Clock(ticket.ClockDay).Running() {
		t.Fatalf("pending: %+v", pending)
	}
	approve := func(tx *Tx) (ticket.Ticket, error) {
		return ticket.ApproveLowering(t.Context(), tx, tk.ID, pending.Version, true, "agreed", testRules().Terms, ticket.Calendar{Closes: 17 * time.Hour})
	}
	h.refused(t, "worker1", "own_request", approve)
	got := h.do(t, "supervisor", approve)
	if got.Priority != ticket.P3 || got.Clock(ticket.ClockDay).Running() || got.Clock(ticket.ClockDay).Proof != ticket.ProofRetriaged || !got.Clock(ticket.ClockAccepted).Running() {
		t.Errorf("lowered: %+v", got)
	}
	h.refused(t, "supervisor", "stale_version", approve)
}

// The owner stays until the next one accepts (promise 3).
func TestHandover(t *testing.T) {
	h := newHouse(t)
	in := h.runIntake(t)
	tk := h.taken(t, in, "12349001", 1)
	two := h.actor(t, "worker2")
	offer := func(tx *Tx) (ticket.Ticket, error) {
		return ticket.OfferHandover(t.Context(), tx, tk.ID, two.PostID, "my shift ends")
	}
	h.refused(t, "worker2", "not_owner", offer)
	during := h.do(t, "worker1", offer)
	if during.Owner != tk.Owner {
		t.Error("the owner moved before the next one accepted")
	}
	got := h.do(t, "worker2", func(tx *Tx) (ticket.Ticket, error) { return ticket.Accept(t.Context(), tx, tk.ID) })
	if got.Owner != two.PostID || got.Status != ticket.StatusAccepted {
		t.Errorf("after the hand-over: %+v", got)
	}
}

// A ticket goes to nobody who could not accept it.
func TestHandoverToNobody(t *testing.T) {
	h := newHouse(t)
	in := h.runIntake(t)
	tk := h.taken(t, in, "12349001", 1)
	for _, login := range []string{"worker1", "auditor", "stranger"} {
		h.refused(t, "worker1", "cannot_own", func(tx *Tx) (ticket.Ticket, error) {
			return ticket.OfferHandover(t.Context(), tx, tk.ID, h.actor(t, login).PostID, "my shift ends")
		})
	}
}

// A call is merged into a ticket that somebody works on, or not at all.
func TestRepeatOfAClosedTicket(t *testing.T) {
	h := newHouse(t)
	in := h.runIntake(t)
	at := time.Now()
	var ids []ticket.ID
	for i := range 2 {
		call := newCall("12349001", "13812345678", at.Add(time.Duration(i)*time.Second), i)
		if _, err := in.Register(t.Context(), call); err != nil {
			t.Fatal(err)
		}
		err := h.db.InTx(t.Context(), act.SystemDispatch, func(tx *Tx) error {
			tk, err := tx.ticketOfCall(t.Context(), call.ID)
			ids = append(ids, tk.ID)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	err := h.db.InTx(t.Context(), act.SystemDispatch, func(tx *Tx) error {
		_, err := tx.exec(t.Context(), "close", `UPDATE tickets SET status = 'closed' WHERE id = ?`, int64(ids[0]))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	h.refused(t, "agent", "original_not_open", func(tx *Tx) (ticket.Ticket, error) {
		return ticket.DecideRepeat(t.Context(), tx, ids[1], true, ticket.MoveRules{})
	})
}

func TestRepeatDecided(t *testing.T) {
	h := newHouse(t)
	in := h.runIntake(t)
	at := time.Now()
	var ids []ticket.ID
	for i := range 3 {
		call := newCall("12349001", "13812345678", at.Add(time.Duration(i)*time.Second), i)
		if _, err := in.Register(t.Context(), call); err != nil {
			t.Fatal(err)
		}
		err := h.db.InTx(t.Context(), act.SystemDispatch, func(tx *Tx) error {
			tk, err := tx.ticketOfCall(t.Context(), call.ID)
			ids = append(ids, tk.ID)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	decide := func(id ticket.ID, same bool) func(*Tx) (ticket.Ticket, error) {
		return func(tx *Tx) (ticket.Ticket, error) {
			return ticket.DecideRepeat(t.Context(), tx, id, same, ticket.MoveRules{})
		}
	}
	merged := h.do(t, "agent", decide(ids[1], true))
	if merged.Status != ticket.StatusDuplicate || merged.MergedInto != ids[0] || len(merged.Clocks) != 2 || merged.Clocks[0].Running() {
		t.Errorf("merged: %+v", merged)
	}
	if n := h.count(t, `SELECT count(*) FROM timers WHERE subject_id = ?`, int64(ids[1])); n != 0 {
		t.Errorf("a merged ticket still has %d timers", n)
	}
	denied := h.do(t, "agent", decide(ids[2], false))
	if denied.RepeatState != ticket.RepeatDenied || h.count(t, `SELECT count(*) FROM timers WHERE subject_id = ? AND kind = 'route'`, int64(ids[2])) != 1 {
		t.Errorf("denied: %+v", denied)
	}
	h.refused(t, "agent", "no_repeat", decide(ids[0], true))
}

// A question is answered, its clock stops, and it can be closed by another.
func TestQuestionAnsweredAndClosed(t *testing.T) {
	h := newHouse(t)
	in := h.runIntake(t)
	tk := h.offered(t, in, "12349", 1, "county")
	asked := h.do(t, "agent", triage(t, tk.ID, ticket.Triage{Version: tk.Version, Area: testCounty, Priority: ticket.PInfo, Kind: ticket.KindConsultation, Reason: "asks about dibao"}))
	asked = h.do(t, "supervisor", func(tx *Tx) (ticket.Ticket, error) {
		return ticket.ApproveLowering(t.Context(), tx, tk.ID, asked.Version, true, "", testRules().Terms, ticket.Calendar{Closes: 17 * time.Hour})
	})
	answered := h.do(t, "agent", func(tx *Tx) (ticket.Ticket, error) {
		return ticket.Answer(t.Context(), tx, tk.ID, "told the standard and where to apply")
	})
	if answered.Status != ticket.StatusFollowUp || answered.Clock(ticket.ClockAnswer).Proof != ticket.ProofAnswered {
		t.Fatalf("answered: %+v", answered)
	}
	if n := h.count(t, `SELECT count(*) FROM offers WHERE ticket_id = ? AND ended_at IS NULL`, int64(tk.ID)); n != 0 {
		t.Errorf("%d people are still asked to take an answered question", n)
	}
	if n := h.count(t, `SELECT count(*) FROM timers WHERE subject_id = ? AND kind IN ('route','offer')`, int64(tk.ID)); n != 0 {
		t.Errorf("the ladder of an answered question climbs on: %d timers", n)
	}
	if n := h.count(t, `SELECT count(*) FROM timeline WHERE kind = 'ticket.answered' AND data->>'reason' = 'told the standard and where to apply'`); n != 1 {
		t.Error("what the caller was told is not kept")
	}
	closing := func(outcome string) func(*Tx) (ticket.Ticket, error) {
		return func(tx *Tx) (ticket.Ticket, error) {
			return ticket.Close(t.Context(), tx, tk.ID, answered.Version, outcome, "")
		}
	}
	h.refused(t, "agent", "own_work", closing("satisfied"))
	h.refused(t, "supervisor", "unknown_outcome", closing("fine"))
	closed := h.do(t, "supervisor", closing("satisfied"))
	if closed.Status != ticket.StatusClosed || h.count(t, `SELECT count(*) FROM timers WHERE subject_id = ?`, int64(tk.ID)) != 0 {
		t.Errorf("closed: %+v", closed)
	}
	reopened := h.do(t, "agent", func(tx *Tx) (ticket.Ticket, error) { return ticket.Reopen(t.Context(), tx, tk.ID, "called again") })
	if reopened.Status != ticket.StatusReopened || h.count(t, `SELECT count(*) FROM timers WHERE subject_id = ? AND kind = 'route'`, int64(tk.ID)) != 1 {
		t.Errorf("reopened: %+v", reopened)
	}
}
