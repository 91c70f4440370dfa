package acd

import (
	"errors"
	"slices"
	"testing"
	"time"

	"example.org/hotline/area"
	"example.org/hotline/ticket"
)

func TestOrderOfCallers(t *testing.T) {
	due := func(d time.Duration) time.Time { return noon.Add(d) }
	c := func(name string, p ticket.Priority, dueAt, entered time.Duration, front bool) Caller {
		c := Caller{Call: ticket.CallID(name), Priority: p, EnteredAt: noon.Add(entered), Front: front}
		if dueAt != 0 {
			c.DueAt = due(dueAt)
		}
		return c
	}
	want := []Caller{
		c("lost their agent, though only asking", ticket.PInfo, 0, 90*time.Second, true),
		c("P1, nearest deadline", ticket.P1, time.Hour, 60*time.Second, false),
		c("P1, later deadline", ticket.P1, 2*time.Hour, 10*time.Second, false),
		c("P1, no deadline known", ticket.P1, 0, 5*time.Second, false),
		c("P2, earlier", ticket.P2, 24*time.Hour, time.Second, false),
		c("P2, a", ticket.P2, 24*time.Hour, 2*time.Second, false),
		c("P2, b", ticket.P2, 24*time.Hour, 2*time.Second, false),
		c("P3", ticket.P3, 0, 0, false),
		c("INFO, first of all to enter", ticket.PInfo, 0, -time.Minute, false),
	}
	got := slices.Clone(want)
	slices.Reverse(got)
	slices.SortFunc(got, Before)
	for i := range want {
		if got[i].Call != want[i].Call {
			t.Errorf("place %d: %s, want %s", i, got[i].Call, want[i].Call)
		}
	}
	for _, a := range want {
		for _, b := range want {
			if Before(a, b) != -Before(b, a) {
				t.Errorf("%s and %s come in no order", a.Call, b.Call)
			}
		}
	}
	if Before(c("unset", "", 0, 0, false), c("P3", ticket.P3, 0, 0, false)) >= 0 {
		t.Error("a call nobody has looked at may be an emergency: it comes before P3")
	}
}

func TestStrategies(t *testing.T) {
	for _, c := range []struct {
		strategy Strategy
		want     []area.StaffID // who is rung for calls 1, 2, 3, …, each answered and ended in turn
	}{
		{LongestIdle, []area.StaffID{1, 2, 3, 1, 2, 3}},
		{RoundRobin, []area.StaffID{1, 2, 3, 1, 2, 3}},
		{Linear, []area.StaffID{3, 3, 3, 3}},
		{FewestCalls, []area.StaffID{2, 2, 1, 2, 3}},
	} {
		h := newHall(t, func(q *Queue) { q.Strategy, q.WrapUp = c.strategy, 0 })
		for id := area.StaffID(1); id <= 3; id++ {
			h.now = h.now.Add(time.Second)
			h.do(signOn(id, func(a *Agent) { a.Priority = -int(id) }))
		}
		if c.strategy == FewestCalls {
			for id, calls := range map[area.StaffID]int{1: 2, 2: 0, 3: 4} {
				a := h.room.Agents[id]
				a.Calls = calls
				h.room.Agents[id] = a
			}
			c.want = []area.StaffID{2, 2, 1, 2, 1}
		}
		for i, want := range c.want {
			h.later(time.Second)
			h.do(enter(i))
			if h.rings(i, want); h.ringing(i) != want {
				t.Fatalf("%s: call %d went wrong", c.strategy, i)
			}
			h.answer(want)
			h.later(time.Second)
			h.do(leave(i, LeftAnswered))
		}
	}
}

func TestRingAllRingsAllAndTheFirstToAnswerHasIt(t *testing.T) {
	h := newHall(t, func(q *Queue) { q.Strategy = RingAll })
	h.do(signOn(1), signOn(2), enter(1), enter(2))
	h.is(1, StateRinging)
	h.is(2, StateRinging)
	h.rings(2, 0)
	h.do(signOn(3)) // who becomes free joins in
	if h.is(3, StateRinging); h.room.Agents[3].Offer != h.room.Agents[1].Offer {
		t.Error("the third agent rings for another offer")
	}
	h.reject(3)
	h.is(3, StateDelayed)
	h.answer(2)
	h.is(2, StateTalking)
	if a := h.room.Agents[1]; a.Ended != EndedElsewhere || a.Call != call(2) || a.State != StateRinging {
		t.Errorf("the first agent should hear that a colleague answered and ring for the next: %+v", a)
	}
	h.do(func(tx *Tx) {
		if err := tx.Answer(1, "offer-1"); !errors.Is(err, ErrElsewhere) {
			t.Errorf("a late answer to the first offer: %v", err)
		}
	})
}

// PHONE complaint 4: one agent who cannot, or will not, answer holds up nobody.
func TestAnUnavailableAgentBlocksNobody(t *testing.T) {
	h := newHall(t, func(q *Queue) { q.Strategy, q.RejectDelay = Linear, 0 })
	h.do(signOn(1), signOn(2), enter(1))
	h.rings(1, 1)
	h.reject(1) // without a delay: the same caller must not come back to the same telephone first
	h.rings(1, 2)
	h.do(enter(2))
	h.rings(2, 1)

	h = newHall(t, nil)
	h.do(signOn(1, func(a *Agent) { a.Skills = Skills{"field:medical": 1} }), signOn(2, func(a *Agent) { a.Skills = Skills{"field:medical": 9} }),
		func(tx *Tx) { _ = tx.SetStatus(2, StatusPaused, "meal"); _ = tx.SetStatus(2, StatusAvailable, "") }, enter(9))
	h.do(func(tx *Tx) { tx.Away(2) })
	h.do(enter(1, func(c *Caller) { c.Wants = Skills{"field:medical": 8} }), enter(2))
	h.rings(9, 1)
	h.answer(1)
	h.do(leave(9, LeftAnswered), func(tx *Tx) { _ = tx.WrapUpDone(1) })
	h.rings(1, 0) // for whom nobody fits
	h.rings(2, 1) // goes on behind them
}

func TestSkillsRelaxAsTheWaitGrows(t *testing.T) {
	wants := func(c *Caller) { c.Wants = Skills{"dialect:local": 8} }
	h := newHall(t, nil)
	expert := func(a *Agent) { a.Skills = Skills{"dialect:local": 9} }
	h.do(signOn(1, expert), signOn(2, func(a *Agent) { a.Skills = Skills{"dialect:local": 5} }), signOn(3))
	h.do(enter(8))
	h.rings(8, 1) // nothing asked for, all idle equally long
	h.do(enter(1, wants))
	h.rings(1, 0) // the expert is busy, and the others are not good enough yet
	if next := h.room.Next(h.rules, h.now, func(string) bool { return true }); !next.Equal(h.now.Add(20 * time.Second)) {
		t.Errorf("the next look is at %s", next)
	}
	h.answer(1)
	h.later(19 * time.Second)
	h.rings(1, 0)
	h.later(time.Second)
	h.rings(1, 2)
	h.reject(2)
	h.later(4 * time.Second)
	h.rings(1, 0)
	h.later(21 * time.Second)
	h.rings(1, 3) // anybody will do, and agent 2 has let it ring once

	h = newHall(t, nil)
	h.do(signOn(3), enter(1, wants))
	h.rings(1, 3) // nobody on duty speaks it: it is not waited for
}

func TestQueuesOfAgents(t *testing.T) {
	h := newHall(t, nil)
	h.do(signOn(1, func(a *Agent) { a.Queues = []string{"other"} }), enter(1))
	h.rings(1, 0)
	if h.room.AgentsOn("aid", "") != 0 || h.room.AgentsOn("other", "") != 1 {
		t.Error("agents are counted for queues they do not serve")
	}
	h.do(signOn(2))
	h.rings(1, 2)
}

func TestACallerIsKeptForTheAgentWhoseBrowserReloads(t *testing.T) {
	h := newHall(t, nil)
	h.do(signOn(1), enter(1))
	h.answer(1)
	h.do(signOn(2), enter(2))
	h.answer(2)
	h.do(leave(2, LeftAnswered), func(tx *Tx) { _ = tx.WrapUpDone(2) })
	h.do(func(tx *Tx) { tx.Away(1) })
	h.do(func(tx *Tx) { tx.Lost(call(1)) })
	h.rings(1, 0) // agent 2 is free, but agent 1 is just coming back
	h.later(2 * time.Second)
	h.do(func(tx *Tx) { tx.Present(1) })
	h.rings(1, 1)
	h.answer(1)

	h.do(func(tx *Tx) { tx.Away(1) }, func(tx *Tx) { tx.Lost(call(1)) }, enter(3, func(c *Caller) { c.Priority = ticket.P1 }))
	h.rings(3, 2)
	h.do(leave(3, LeftAbandoned))
	h.later(5 * time.Second)
	h.rings(1, 2) // long enough: whoever is free
}

func TestRoundRobinGoesOnWhereItStood(t *testing.T) {
	for _, c := range []struct {
		last area.StaffID
		want area.StaffID
	}{{0, 3}, {3, 5}, {4, 5}, {5, 9}, {9, 3}, {12, 3}} {
		got := Queue{Strategy: RoundRobin}.pick(Caller{}, []*Agent{{ID: 9}, {ID: 3}, {ID: 5}}, c.last)
		if got.ID != c.want {
			t.Errorf("after %d comes %d, want %d", c.last, got.ID, c.want)
		}
	}
}

// The formula is in the comment of Position.
func TestPositionAndExpectedWait(t *testing.T) {
	h := newHall(t, nil)
	at := func(i int) Position { return h.room.Position(h.room.Callers[call(i)], 2*time.Minute) }
	h.do(enter(1))
	if got := at(1); got != (Position{Ahead: 0, Wait: -1, Staff: 0}) {
		t.Errorf("nobody there: %+v", got)
	}
	h.do(signOn(1), signOn(2))
	h.answer(h.ringing(1))
	for i := 2; i <= 6; i++ {
		h.now = h.now.Add(time.Second)
		h.do(enter(i))
	}
	// One agent talks, the other rings for call 2; two of staff.
	for i, want := range map[int]Position{
		2: {Ahead: 0, Wait: 0, Staff: 2},
		3: {Ahead: 1, Wait: time.Minute, Staff: 2},
		4: {Ahead: 2, Wait: 2 * time.Minute, Staff: 2},
		6: {Ahead: 4, Wait: 4 * time.Minute, Staff: 2},
	} {
		if got := at(i); got != want {
			t.Errorf("call %d: %+v, want %+v", i, got, want)
		}
	}
	h.do(func(tx *Tx) { tx.Raise(call(6), ticket.P1, time.Time{}) })
	if got := at(6); got.Ahead != 0 {
		t.Errorf("raised to P1: %+v", got)
	}
}

func BenchmarkMatch200AgentsAnd500Waiting(b *testing.B) {
	room := NewRoom()
	for i := range 500 {
		c := Caller{Call: call(i), Queue: "aid", Priority: ticket.P2, EnteredAt: noon.Add(time.Duration(i) * time.Second)}
		if i%3 == 0 {
			c.Wants = Skills{"dialect:local": 1 + i%10}
		}
		room.Callers[c.Call] = c
	}
	for i := range 200 {
		id := area.StaffID(i + 1)
		room.Agents[id] = Agent{ID: id, Status: StatusAvailable, State: StateIdle, IdleSince: noon, Skills: Skills{"dialect:local": i % 11}}
	}
	rules := newHall(nil, nil).rules
	b.ReportAllocs()
	for b.Loop() {
		tx := room.Begin(rules, noon.Add(10*time.Minute), func() OfferID { return "o" })
		tx.Match()
	}
}
