package store

import (
	"errors"
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"

	"example.org/hotline/area"
	"example.org/hotline/internal/act"
	"example.org/hotline/ivr/acd"
	"example.org/hotline/ticket"
)

func (h house) staffID(t *testing.T, login string) (id area.StaffID) {
	t.Helper()
	err := h.db.InTx(t.Context(), act.SystemIVR, func(tx *Tx) error {
		s, err := tx.StaffByLogin(t.Context(), login)
		id = s.ID
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return id
}

func (h house) anyLogin(t *testing.T) (login string) {
	t.Helper()
	err := h.db.InTx(t.Context(), act.SystemIVR, func(tx *Tx) error {
		return tx.scan(t.Context(), "find staff", `SELECT login FROM staff WHERE active ORDER BY id LIMIT 1`, nil, &login)
	})
	if err != nil {
		t.Fatal(err)
	}
	return login
}

func TestWhatAnAgentBringsToTheirSeat(t *testing.T) {
	h := newHouse(t)
	login := h.anyLogin(t)
	id := h.staffID(t, login)
	a, err := h.db.AgentSeat(t.Context(), id)
	if err != nil || a.Login != login || len(a.Queues) != 0 || len(a.Skills) != 0 || a.Priority != 100 || !a.Serves("aid") {
		t.Errorf("without a profile: %+v (%v)", a, err)
	}
	for _, p := range []acd.Profile{{Login: login, Priority: 5}, {Login: login, Queues: []string{"aid", "night"}, Priority: 3}} {
		if err := h.db.ImportAgents(t.Context(), []acd.Profile{p}); err != nil {
			t.Fatal(err)
		}
		a, err := h.db.AgentSeat(t.Context(), id)
		if err != nil || !slices.Equal(a.Queues, p.Queues) || a.Priority != p.Priority {
			t.Errorf("profile %+v became %+v (%v)", p, a, err)
		}
	}
	if _, err := connect(t, h.urls.SuperURL).Exec(t.Context(), `UPDATE staff SET skills = '{"dialect:local": 8}' WHERE id = $1`, int64(id)); err != nil {
		t.Fatal(err)
	}
	if a, err := h.db.AgentSeat(t.Context(), id); err != nil || !maps.Equal(a.Skills, acd.Skills{"dialect:local": 8}) {
		t.Errorf("what they know: %+v (%v)", a, err)
	}
	if err := h.db.ImportAgents(t.Context(), []acd.Profile{{Login: "nobody-here"}}); !errors.Is(err, act.ErrNotFound) {
		t.Errorf("a profile of nobody: %v", err)
	}
	if _, err := h.db.AgentSeat(t.Context(), 999_999); !errors.Is(err, act.ErrNotFound) {
		t.Errorf("the seat of nobody: %v", err)
	}
}

// shift is an hour of a queue with one agent, as the hub records it.
func shift(ten time.Time, agent area.StaffID, town area.Code, calls map[int]ticket.Call) []acd.Event {
	at := func(d time.Duration) time.Time { return ten.Add(d) }
	wait := func(n int, entered, waited time.Duration, why acd.LeaveReason, again bool) []acd.Event {
		e := acd.Event{Kind: acd.EventEntered, At: at(entered), Call: calls[n].ID, Turn: 1, Ticket: calls[n].Number, Queue: "aid", From: at(entered), Node: "n1", Again: again}
		if again {
			e.Turn = 2
		}
		l := e
		l.Kind, l.At, l.Reason, l.Waited = acd.EventLeft, at(entered+waited), why, waited
		if why == acd.LeftAnswered {
			l.Agent, l.InTime = agent, waited <= 20*time.Second
		}
		return []acd.Event{e, l}
	}
	span := func(from, to time.Duration, s acd.Status, state acd.State, n int, final bool) acd.Event {
		ev := acd.Event{Kind: acd.EventSpan, At: at(to), From: at(from), Agent: agent, Area: town, Status: s, State: state, Final: final}
		if n > 0 {
			ev.Call, ev.Queue = calls[n].ID, "aid"
		}
		return ev
	}
	m := time.Minute
	return slices.Concat(
		wait(1, 110*time.Second, 10*time.Second, acd.LeftAnswered, false),
		wait(2, 3*m, 3*time.Second, acd.LeftShort, false),
		wait(3, 4*m, 90*time.Second, acd.LeftAbandoned, false),
		wait(4, 16*m, 30*time.Second, acd.LeftAnswered, false),
		wait(4, 20*m, 5*time.Second, acd.LeftAnswered, true), // put back, and answered again
		wait(5, 31*m, time.Minute, acd.LeftCallback, false),
		[]acd.Event{
			span(0, 2*m, acd.StatusAvailable, acd.StateIdle, 0, false),
			span(2*m, 12*m, acd.StatusAvailable, acd.StateTalking, 1, true),
			span(12*m, 13*m, acd.StatusAvailable, acd.StateWrapUp, 1, false),
			span(13*m, 17*m, acd.StatusAvailable, acd.StateIdle, 0, false),
			span(17*m, 18*m, acd.StatusAvailable, acd.StateTalking, 4, false), // pauses in mid-call
			span(18*m, 19*m, acd.StatusPaused, acd.StateTalking, 4, true),
			span(19*m, 50*m, acd.StatusPaused, acd.StateIdle, 0, false),
		})
}

func (h house) hour(t *testing.T) (ten time.Time, agent area.StaffID, calls map[int]ticket.Call) {
	t.Helper()
	in := h.runIntake(t)
	ten = time.Date(2026, 10, 1, 2, 0, 0, 0, time.UTC) // in Shanghai
	agent = h.staffID(t, h.anyLogin(t))
	calls = map[int]ticket.Call{}
	for n := 1; n <= 5; n++ {
		calls[n] = newCall("12349001", "+8619900000009", time.Now(), n)
		if _, err := in.Register(t.Context(), calls[n]); err != nil {
			t.Fatal(err)
		}
	}
	calls[5] = ticket.Call{ID: ticket.CallID(uuid.NewString()), Number: "2610010000999"} // still in a node's journal
	events := shift(ten, agent, testTownship, calls)
	for range 2 { // told twice, kept once
		if err := h.db.RecordQueue(t.Context(), events); err != nil {
			t.Fatal(err)
		}
	}
	return ten, agent, calls
}

func TestFiguresByInterval(t *testing.T) {
	h := newHouse(t)
	ten, agent, calls := h.hour(t)
	var got []acd.Figures
	err := h.db.InTx(t.Context(), act.SystemIVR, func(tx *Tx) error {
		sums, err := tx.QueueTallies(t.Context(), ten, ten.Add(time.Hour), 15*time.Minute, []string{"aid"})
		got = acd.FiguresOf(sums, 15*time.Minute)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	m := time.Minute
	slot := func(n int, f acd.Figures) acd.Figures {
		f.Queue, f.From, f.To = "aid", ten.Add(time.Duration(n)*15*m), ten.Add(time.Duration(n+1)*15*m)
		return f
	}
	want := []acd.Figures{
		slot(0, acd.Figures{Entered: 3, Answered: 1, InTime: 1, Abandoned: 1, Short: 1, ServiceLevel: 0.5, AverageWait: 10 * time.Second, LongestWait: 90 * time.Second,
			AverageTalk: 10 * m, AverageHandle: 11 * m, Occupancy: 11.0 / 15}),
		slot(1, acd.Figures{Entered: 1, Answered: 1, ServiceLevel: 0, AverageWait: 30 * time.Second, LongestWait: 30 * time.Second,
			AverageTalk: 2 * m, AverageHandle: 2 * m, Occupancy: 2.0 / 4}), // two idle, two busy; the pause counts for nothing
		slot(2, acd.Figures{Entered: 1, CalledBack: 1, ServiceLevel: 1, LongestWait: time.Minute}),
		slot(3, acd.Figures{ServiceLevel: 1}),
	}
	if !slices.Equal(got, want) {
		t.Errorf("figures\n%+v, want\n%+v", got, want)
	}
	var talk, wrap int64
	err = h.db.InTx(t.Context(), act.SystemIVR, func(tx *Tx) error {
		return tx.scan(t.Context(), "read the call", `SELECT talk_ms, wrap_up_ms FROM queue_calls WHERE call_id = ? AND agent_id = ?`,
			[]any{string(calls[1].ID), int64(agent)}, &talk, &wrap)
	})
	if err != nil || talk != 600_000 || wrap != 60_000 {
		t.Errorf("the call's own: %d ms of talk, %d of wrap-up (%v)", talk, wrap, err)
	}
}

// PHONE complaint 6: each abandoned call is in a list that lasts, with its times
// and its ticket, and not only part of a percentage.
func TestAbandonedCallsAreAList(t *testing.T) {
	h := newHouse(t)
	ten, _, calls := h.hour(t)
	list := func(who act.Actor, short bool, limit int, before ticket.Cursor) (rows []acd.AbandonedRow, next ticket.Cursor) {
		t.Helper()
		f := acd.AbandonedFilter{From: ten, To: ten.Add(time.Hour), Short: short, Limit: limit, Before: before}
		err := h.db.InTx(t.Context(), who, func(tx *Tx) (err error) {
			rows, next, err = tx.AbandonedCalls(t.Context(), f)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		return rows, next
	}
	rows, _ := list(act.SystemIVR, false, 10, ticket.Cursor{})
	if len(rows) != 1 || rows[0].Call != string(calls[3].ID) || rows[0].Ticket != string(calls[3].Number) || rows[0].TicketID == "" ||
		rows[0].WaitedMs != 90_000 || !rows[0].EnteredAt.Equal(ten.Add(4*time.Minute)) || !rows[0].LeftAt.Equal(ten.Add(330*time.Second)) {
		t.Errorf("abandoned: %+v", rows)
	}
	first, next := list(act.SystemIVR, true, 1, ticket.Cursor{})
	second, end := list(act.SystemIVR, true, 1, next)
	if len(first) != 1 || len(second) != 1 || second[0].Reason != acd.LeftShort || end.ID != 0 {
		t.Errorf("page by page: %+v, %+v", first, second)
	}
	if got, _ := list(act.Actor{StaffID: 1, Role: area.RoleSupervisor, Area: "990102000000"}, true, 10, ticket.Cursor{}); len(got) != 0 {
		t.Errorf("another county sees %+v", got)
	}
}

// A node that was taken for dead and was not tells the true end; nothing else is
// ever told otherwise.
func TestTheTrueEndReplacesALostNodes(t *testing.T) {
	h := newHouse(t)
	now := time.Date(2026, 10, 1, 2, 0, 0, 0, time.UTC)
	left := func(why acd.LeaveReason, waited time.Duration) acd.Event {
		return acd.Event{Kind: acd.EventLeft, At: now.Add(waited), Call: "c1", Turn: 1, Ticket: "t", Queue: "aid", From: now, Reason: why, Waited: waited}
	}
	for _, step := range []struct {
		ev   acd.Event
		want acd.LeaveReason
	}{{left(acd.LeftNodeLost, 5*time.Second), acd.LeftNodeLost}, {left(acd.LeftAnswered, 9*time.Second), acd.LeftAnswered}, {left(acd.LeftNodeLost, 10*time.Second), acd.LeftAnswered}} {
		if err := h.db.RecordQueue(t.Context(), []acd.Event{step.ev}); err != nil {
			t.Fatal(err)
		}
		var reason string
		err := h.db.InTx(t.Context(), act.SystemIVR, func(tx *Tx) error {
			return tx.scan(t.Context(), "read", `SELECT reason FROM queue_calls WHERE call_id = 'c1'`, nil, &reason)
		})
		if err != nil || acd.LeaveReason(reason) != step.want {
			t.Errorf("%s: on record is %s (%v)", step.ev.Reason, reason, err)
		}
	}
}

func TestSpansOfAgents(t *testing.T) {
	h := newHouse(t)
	ten, _, _ := h.hour(t)
	var states []acd.State
	var pages int
	f := acd.SpanFilter{From: ten.Add(12 * time.Minute), To: ten.Add(18 * time.Minute), Login: h.anyLogin(t), Limit: 2}
	for more := true; more; pages++ {
		err := h.db.InTx(t.Context(), act.SystemIVR, func(tx *Tx) error {
			rows, next, err := tx.AgentSpans(t.Context(), f)
			for _, r := range rows {
				states = append(states, r.State)
			}
			f.Before, more = next, next.ID != 0
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if want := []acd.State{acd.StateTalking, acd.StateIdle, acd.StateWrapUp}; !slices.Equal(states, want) || pages != 2 {
		t.Errorf("newest first: %v in %d pages, want %v", states, pages, want)
	}
}

// The database's lists of words are those of the domain.
func TestQueueEnumsAreTheDatabases(t *testing.T) {
	h := newHouse(t)
	now := time.Date(2026, 10, 1, 2, 0, 0, 0, time.UTC)
	var events []acd.Event
	for i, why := range acd.LeaveReasons() {
		events = append(events, acd.Event{Kind: acd.EventLeft, At: now, Call: "c", Turn: i + 1, Queue: "aid", From: now, Reason: why})
	}
	for i, s := range acd.States() {
		for _, status := range []acd.Status{acd.StatusAvailable, acd.StatusPaused, acd.StatusSignedOff} {
			events = append(events, acd.Event{Kind: acd.EventSpan, Agent: area.StaffID(i + 1), At: now.Add(time.Second), From: now, State: s, Status: status})
		}
	}
	if err := h.db.RecordQueue(t.Context(), events); err != nil {
		t.Fatal(err)
	}
	for _, ev := range []acd.Event{{Kind: acd.EventLeft, Call: "d", Turn: 1, Reason: "bored"}, {Kind: acd.EventSpan, Agent: 1, Status: "here", State: acd.StateIdle}} {
		if err := h.db.RecordQueue(t.Context(), []acd.Event{ev}); err == nil {
			t.Errorf("kept %+v", ev)
		}
	}
}
