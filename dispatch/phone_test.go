package dispatch_test

import (
	"errors"
	"testing"
	"time"

	"example.org/hotline/internal/act"
	"example.org/hotline/store"
	"example.org/hotline/ticket"
)

// newLine is the small city with agents who are given time to answer.
func newLine(t *testing.T) *house {
	t.Helper()
	h := newHouse(t)
	h.rules.Holds, h.rules.Callback = h.ladder.Holds(), h.ladder.Callback.Rules()
	h.intake = store.NewIntake(h.db, h.rules)
	h.run(h.intake.Run)
	return h
}

func (h *house) callRules() ticket.CallRules {
	return ticket.CallRules{Terms: h.rules.Terms, Holds: h.rules.Holds, Callback: h.rules.Callback}
}

func (h *house) callOf(id ticket.ID) ticket.CallID {
	h.t.Helper()
	return ticket.CallID(h.texts(`SELECT call_id::text FROM tickets WHERE id = $1`, int64(id))[0])
}

// happens tells of a step of a ticket's call, now; told twice, as a replay would.
func (h *house) happens(id ticket.ID, e ticket.CallEvent) {
	h.t.Helper()
	call := h.callOf(id)
	h.do(act.SystemIVR, func(tx *store.Tx) error {
		e.At = tx.Now()
		return errors.Join(tx.CallHappened(h.t.Context(), call, e, h.callRules()), tx.CallHappened(h.t.Context(), call, e, h.callRules()))
	})
}

func (h *house) agentEvent(id ticket.ID, kind ticket.CallEventKind, login string) {
	h.t.Helper()
	h.happens(id, ticket.CallEvent{Kind: kind, Leg: "agent:" + login, Agent: h.actor(login).StaffID})
}

func (h *house) ends(id ticket.ID, reason ticket.EndReason) {
	h.t.Helper()
	call := h.callOf(id)
	h.do(act.SystemIVR, func(tx *store.Tx) error {
		return tx.CallEnded(h.t.Context(), call, tx.Now(), reason, h.callRules())
	})
}

func (h *house) owner(id ticket.ID) string {
	h.t.Helper()
	return h.texts(`SELECT p.name FROM tickets t JOIN posts p ON p.id = t.owner_id WHERE t.id = $1`, int64(id))[0]
}

func (h *house) triage(id ticket.ID, login string, p ticket.Priority) {
	h.t.Helper()
	version := int64(h.count(`SELECT version FROM tickets WHERE id = $1`, int64(id)))
	h.do(h.actor(login), func(tx *store.Tx) error {
		_, err := ticket.DoTriage(h.t.Context(), tx, id, ticket.Triage{Version: version, Area: township, Priority: p, Kind: ticket.KindAid, Terms: h.rules.Terms})
		return err
	})
}

// An agent answers in the fifth second: nobody else hears of the call until the
// agent has said where it is; then the township's ladder starts from there.
func TestAnAnsweredCallIsTheAgentsAlone(t *testing.T) {
	h := newLine(t)
	id := h.call("12349", "13812345678", invited)
	h.after(5 * time.Second)
	h.agentEvent(id, ticket.CallRangAgent, "agent")
	h.agentEvent(id, ticket.CallConnected, "agent")
	if got := h.owner(id); got != "agent" {
		t.Errorf("%s owns the ticket", got)
	}
	h.after(4 * time.Minute)
	h.ends(id, ticket.EndCallerHung)
	h.settled()
	equal(t, "offered while the agent has it", h.offered(id), nil)
	h.after(6 * time.Minute)
	h.triage(id, "agent", ticket.P1)
	h.climbs(id, climb{{6 * time.Minute, []string{"+6m0s worker1"}}, {9 * time.Minute, []string{"+9m0s worker2"}}})
	if n := h.count(`SELECT count(*) FROM clocks WHERE kind = 'two_hour' AND due_at = $1`, invited.Add(2*time.Hour)); n != 0 {
		t.Error("raised after the call: the two hours count from the act")
	}
	if n := h.count(`SELECT count(*) FROM callbacks`); n != 0 {
		t.Errorf("%d call-backs for one who spoke to an agent", n)
	}
	if n := h.count(`SELECT count(*) FROM timeline WHERE kind = 'call.connected' AND data->>'by' = 'agent'`); n != 1 {
		t.Errorf("the answer stands %d times in the timeline", n)
	}
	h.after(45 * time.Minute)
	h.await("the warning that nobody is on site", func() bool { return len(h.told(id, "warning")) > 0 })
}

// Nobody answers: the ladder starts when an agent's time is over, and its next steps keep their minutes from the INVITE.
func TestTheLadderWaitsForAnAgent(t *testing.T) {
	h := newLine(t)
	id := h.call(townLine, "", invited)
	h.climbs(id, climb{{40 * time.Second, nil}, {45 * time.Second, []string{"+45s worker1"}}, {15 * time.Minute, []string{"+15m0s worker2"}}})
}

// What ends the wait before its time: the call's end, key 1, key 2, voicemail.
func TestWhatStartsTheLadderAtOnce(t *testing.T) {
	for name, step := range map[string]func(*house, ticket.ID){
		"the call ends": func(h *house, id ticket.ID) { h.ends(id, ticket.EndAbandoned) },
		"key 1":         func(h *house, id ticket.ID) { h.urgent(id) },
		"key 2":         func(h *house, id ticket.ID) { h.happens(id, ticket.CallEvent{Kind: ticket.CallbackAsked}) },
		"voicemail":     func(h *house, id ticket.ID) { h.happens(id, ticket.CallEvent{Kind: ticket.CallVoicemail, Seconds: 9}) },
		"the flow marks P1": func(h *house, id ticket.ID) {
			h.happens(id, ticket.CallEvent{Kind: ticket.CallMarked, Priority: ticket.P1})
		},
	} {
		t.Run(name, func(t *testing.T) {
			h := newLine(t)
			id := h.call(townLine, "13812345678", invited)
			h.after(20 * time.Second)
			step(h, id)
			h.await("the first offer", func() bool { return len(h.offered(id)) > 0 })
			h.settled()
			equal(t, "offered", h.offered(id), []string{"+20s worker1"})
		})
	}
}

// The ladder has begun when an agent answers after all: its offers are
// withdrawn. Whoever has accepted stays the owner.
func TestALateAnswerWithdrawsTheOffers(t *testing.T) {
	h := newLine(t)
	id := h.call(townLine, "", invited)
	h.climbs(id, climb{{time.Minute, []string{"+1m0s worker1"}}})
	h.agentEvent(id, ticket.CallConnected, "agent")
	if n := h.count(`SELECT count(*) FROM offers WHERE outcome = 'withdrawn'`); n != 1 || h.owner(id) != "agent" {
		t.Errorf("%d withdrawn offers, owner %s", n, h.owner(id))
	}
	h.after(18 * time.Minute)
	h.settled()
	equal(t, "offered meanwhile", h.offered(id), []string{"+1m0s worker1"})

	h.after(19 * time.Minute)
	other := h.call(townLine, "", invited.Add(19*time.Minute))
	h.after(20 * time.Minute)
	h.await("the other's offer", func() bool { return len(h.offered(other)) == 1 })
	h.do(h.actor("worker1"), func(tx *store.Tx) error { _, err := ticket.Accept(t.Context(), tx, other); return err })
	h.agentEvent(other, ticket.CallConnected, "agent")
	if h.owner(other) != "worker1" || h.count(`SELECT count(*) FROM tickets WHERE call_taker_id IS NOT NULL`) != 2 {
		t.Errorf("owner %s", h.owner(other))
	}
}

// A ticket never stays with an agent who says nothing of it.
func TestAnAgentWhoForgets(t *testing.T) {
	for name, story := range map[string]func(*house, ticket.ID) time.Duration{
		"after the call": func(h *house, id ticket.ID) time.Duration {
			h.after(4 * time.Minute)
			h.ends(id, ticket.EndCompleted)
			return 9 * time.Minute
		},
		"in a call without end": func(*house, ticket.ID) time.Duration { return 20*time.Minute + 10*time.Second },
	} {
		t.Run(name, func(t *testing.T) {
			h := newLine(t)
			id := h.call(townLine, "", invited)
			h.after(10 * time.Second)
			h.agentEvent(id, ticket.CallConnected, "agent")
			due := story(h, id)
			h.after(due - time.Second)
			h.settled()
			equal(t, "offered before", h.offered(id), nil)
			h.after(due)
			h.await("the ladder", func() bool { return len(h.offered(id)) > 0 })
			h.settled()
			if got := h.offered(id)[0]; got != "+"+due.String()+" worker1" || h.owner(id) != "agent" {
				t.Errorf("offered %q, owner %s", got, h.owner(id))
			}
			if n := h.count(`SELECT count(*) FROM timeline WHERE kind = 'ticket.agent_lapsed'`); n != 1 {
				t.Errorf("told %d times", n)
			}
		})
	}
}

// The audit of timers leaves a ticket alone that an agent has, and frees one whose timer is lost.
func TestTheAuditKnowsAgents(t *testing.T) {
	h := newLine(t)
	id := h.call(townLine, "", invited)
	h.agentEvent(id, ticket.CallConnected, "agent")
	if healed, err := h.db.AuditTimers(t.Context()); err != nil || len(healed) != 0 {
		t.Fatalf("mended %v, %v", healed, err)
	}
	h.do(act.SystemDispatch, func(tx *store.Tx) error { return tx.Cancel(t.Context(), ticket.SubjectOf(id), ticket.TimerAgent) })
	if healed, err := h.db.AuditTimers(t.Context()); err != nil || len(healed) != 1 {
		t.Fatalf("mended %v, %v", healed, err)
	}
	h.await("the ladder", func() bool { return len(h.offered(id)) > 0 })
}

// Handed on to another agent the ticket is theirs; a ladder that a triage has started goes on.
func TestTheNextAgentOwns(t *testing.T) {
	h := newLine(t)
	id := h.call(townLine, "", invited)
	h.after(5 * time.Second)
	h.agentEvent(id, ticket.CallConnected, "agent")
	h.agentEvent(id, ticket.CallAgentLeft, "agent")
	h.agentEvent(id, ticket.CallConnected, "supervisor")
	if got := h.owner(id); got != "supervisor" {
		t.Errorf("%s owns it", got)
	}
	h.triage(id, "supervisor", ticket.P2)
	h.await("the ladder", func() bool { return len(h.offered(id)) == 1 })
	h.after(20 * time.Second)
	h.agentEvent(id, ticket.CallConnected, "agent")
	if n := h.count(`SELECT count(*) FROM offers WHERE ended_at IS NULL`); n != 1 || h.owner(id) != "agent" {
		t.Errorf("%d offers open, owner %s", n, h.owner(id))
	}
	if n := h.count(`SELECT count(*) FROM tickets t JOIN staff s ON s.id = t.call_taker_id WHERE s.login = 'agent'`); n != 1 {
		t.Error("the first agent took the call")
	}
}

func (h *house) callback() (id ticket.CallbackID, state string, due time.Time) {
	h.t.Helper()
	var n int64
	err := h.look.QueryRow(h.t.Context(), `SELECT id, state, due_at FROM callbacks ORDER BY id DESC LIMIT 1`).Scan(&n, &state, &due)
	if err != nil {
		h.t.Fatal(err)
	}
	return ticket.CallbackID(n), state, due.UTC()
}

func (h *house) tries(login string, id ticket.CallbackID, result ticket.TryResult) {
	h.t.Helper()
	h.do(h.actor(login), func(tx *store.Tx) error {
		if _, err := ticket.ClaimCallback(h.t.Context(), tx, id, h.rules.Callback); err != nil {
			return err
		}
		_, err := ticket.TryCallback(h.t.Context(), tx, id, result, "", h.rules.Callback)
		return err
	})
}

// A missed call is rung back: three tries at their times, then a message and a visit.
func TestAMissedCallIsRungBack(t *testing.T) { // PHONE complaints 6 and 14
	h := newLine(t)
	id := h.call(townLine, "13812345678", invited)
	h.happens(id, ticket.CallEvent{Kind: ticket.CallQueued, Queue: "main"})
	h.after(30 * time.Second)
	h.ends(id, ticket.EndAbandoned)
	back, state, due := h.callback()
	if state != "open" || !due.Round(time.Second).Equal(invited.Add(30*time.Second+time.Hour)) { // the clock all but stands still
		t.Fatalf("%s, due %s", state, due)
	}
	if n := h.count(`SELECT count(*) FROM callbacks WHERE date_trunc('second', entered_at) = $1`, invited); n != 1 {
		t.Error("the place in the queue is lost")
	}
	h.after(61 * time.Minute)
	h.await("that it is late", func() bool { return len(h.told(id, "callback_late")) > 0 })
	h.settled()
	equal(t, "told that it is late", h.told(id, "callback_late"), []string{"甲县值班台"})

	h.tries("agent", back, ticket.TryNoAnswer)
	first := 61 * time.Minute
	if err := h.db.InTx(t.Context(), h.actor("agent"), func(tx *store.Tx) error {
		_, err := ticket.ClaimCallback(t.Context(), tx, back, h.rules.Callback)
		return err
	}); err == nil {
		t.Error("rung again at once")
	}
	h.after(first + 10*time.Minute + time.Second)
	h.await("the next try in the lists", func() bool {
		return h.count(`SELECT count(*) FROM events WHERE kind = 'callback.ready'`)+h.count(`SELECT count(*) FROM outbox WHERE kind = 'callback.ready'`) == 1
	})
	h.tries("agent", back, ticket.TryBusy)
	h.after(first + 30*time.Minute + time.Second)
	h.settled()
	h.tries("agent", back, ticket.TryNoAnswer)
	if _, state, _ := h.callback(); state != "visit" {
		t.Errorf("after the last try: %s", state)
	}
	equal(t, "who goes there", h.told(id, "callback_visit"), []string{"worker1"})
	equal(t, "who is written to", h.told(id, "callback_missed"), []string{"citizen"})
	h.do(h.actor("agent"), func(tx *store.Tx) error {
		_, err := ticket.ReportVisit(t.Context(), tx, back, ticket.VisitReached, "spoken at the door", h.rules.Callback)
		return err
	})
	if n := h.count(`SELECT count(*) FROM timers WHERE subject_kind = 'callback'`); n != 0 {
		t.Errorf("%d timers of a call-back that is over", n)
	}
}

// One number is one task: a second missed call joins it, keeps the place and may make it urgent; a call that reaches a person ends it.
func TestOneCallbackForANumber(t *testing.T) { // PHONE complaint 14: duplicate call-backs
	h := newLine(t)
	first := h.call(townLine, "13812345678", invited)
	h.happens(first, ticket.CallEvent{Kind: ticket.CallbackAsked}) // key 2, and nobody answers before the end
	h.ends(first, ticket.EndCallerHung)
	h.after(5 * time.Minute)
	second := h.call(townLine, "13812345678", invited.Add(5*time.Minute))
	h.urgent(second)
	h.ends(second, ticket.EndAbandoned)
	if n := h.count(`SELECT count(*) FROM callbacks`); n != 1 {
		t.Fatalf("%d tasks for one number", n)
	}
	if n := h.count(`SELECT count(*) FROM callbacks WHERE urgent AND calls = 2 AND origin = 'asked' AND date_trunc('second', entered_at) = $1 AND date_trunc('second', due_at) = $2`, invited, invited.Add(20*time.Minute)); n != 1 {
		t.Errorf("the second call did not join as it should\n%v", h.texts(`SELECT row(b)::text FROM callbacks b`))
	}
	third := h.call(townLine, "13812345678", invited.Add(6*time.Minute))
	h.after(6 * time.Minute)
	h.agentEvent(third, ticket.CallConnected, "agent")
	if n := h.count(`SELECT count(*) FROM callbacks WHERE state = 'done' AND outcome = 'called_again'`); n != 1 {
		t.Errorf("a caller who has reached a person is still rung back\n%v", h.texts(`SELECT row(b)::text FROM callbacks b`))
	}
	h.ends(third, ticket.EndCompleted)
	if n := h.count(`SELECT count(*) FROM callbacks`); n != 1 {
		t.Errorf("%d tasks", n)
	}
}

// Whom nobody rings back: withheld numbers, foreign ones, and who left a message.
func TestWhoIsNotRungBack(t *testing.T) {
	h := newLine(t)
	for from, reason := range map[string]string{"": "withheld", "0012025550100": "foreign"} {
		id := h.call(townLine, from, invited)
		h.ends(id, ticket.EndAbandoned)
		equal(t, "why "+from+" is not rung back", h.texts(`SELECT data->>'reason' FROM timeline WHERE ticket_id = $1 AND kind = 'callback.impossible'`, int64(id)), []string{reason})
	}
	spoke := h.call(townLine, "13812345678", invited)
	h.happens(spoke, ticket.CallEvent{Kind: ticket.CallVoicemail, Recording: "r", Seconds: 20})
	h.ends(spoke, ticket.EndCompleted)
	duty := h.call(townLine, "13912345678", invited)
	h.happens(duty, ticket.CallEvent{Kind: ticket.CallRangDuty, To: "county", Reason: ticket.DutyAnswered})
	h.ends(duty, ticket.EndCompleted)
	if n := h.count(`SELECT count(*) FROM callbacks`); n != 0 {
		t.Errorf("%d call-backs", n)
	}
	if n := h.count(`SELECT count(*) FROM tickets WHERE voicemail`); n != 1 {
		t.Errorf("%d tickets with a message", n)
	}
}

// Rung back, the citizen speaks to the agent: the task is over, the agent owns the ticket and has a little time to triage.
func TestACallbackReaches(t *testing.T) {
	h := newLine(t)
	id := h.call(townLine, "13812345678", invited)
	h.ends(id, ticket.EndAbandoned)
	h.await("the ladder", func() bool { return len(h.offered(id)) == 1 })
	back, _, _ := h.callback()
	h.after(2 * time.Minute)
	h.do(h.actor("agent"), func(tx *store.Tx) error {
		_, err := ticket.ClaimCallback(t.Context(), tx, back, h.rules.Callback)
		return err
	})
	h.agentEvent(id, ticket.CallConnected, "agent")
	h.do(h.actor("agent"), func(tx *store.Tx) error {
		_, err := ticket.TryCallback(t.Context(), tx, back, ticket.TryReached, "", h.rules.Callback)
		return err
	})
	if n := h.count(`SELECT count(*) FROM callbacks WHERE state = 'done' AND outcome = 'reached'`); n != 1 || h.owner(id) != "agent" {
		t.Errorf("%d over, owner %s", n, h.owner(id))
	}
	h.after(4 * time.Minute)
	h.agentEvent(id, ticket.CallAgentLeft, "agent")
	h.after(9 * time.Minute)
	h.await("the ladder again", func() bool { return len(h.offered(id)) == 2 })
}

// A claim that brings no result goes back to the list.
func TestAClaimLapses(t *testing.T) {
	h := newLine(t)
	id := h.call(townLine, "13812345678", invited)
	h.ends(id, ticket.EndAbandoned)
	back, _, _ := h.callback()
	h.do(h.actor("agent"), func(tx *store.Tx) error {
		_, err := ticket.ClaimCallback(t.Context(), tx, back, h.rules.Callback)
		return err
	})
	if err := h.db.InTx(t.Context(), h.actor("supervisor"), func(tx *store.Tx) error {
		_, err := ticket.ClaimCallback(t.Context(), tx, back, h.rules.Callback)
		return err
	}); !errors.Is(err, act.ErrConflict) {
		t.Errorf("two people ring one citizen: %v", err)
	}
	h.after(10 * time.Minute)
	h.await("the claim to lapse", func() bool { _, state, _ := h.callback(); return state == "open" })
}
