package acd

import (
	"testing"
	"time"

	"example.org/hotline/area"
	"example.org/hotline/ticket"
)

// PHONE complaint 14: however often a ticket's call comes, or is called back, it
// has one place, and that of its first entering.
func TestOnePlaceForATicket(t *testing.T) {
	h := newHall(t, nil)
	h.do(enter(1))
	first := h.room.Callers[call(1)].EnteredAt
	h.later(time.Minute)
	h.do(enter(1)) // the same call again
	h.do(enter(2, func(c *Caller) { c.Ticket = "T1" }))
	waiting := 0
	for _, c := range h.room.Callers {
		if c.Waiting() {
			waiting++
		}
	}
	if c := h.room.Callers[call(2)]; waiting != 1 || !c.Waiting() || !c.EnteredAt.Equal(first) {
		t.Errorf("%d places wait, the latest from %s, want one from %s", waiting, c.EnteredAt, first)
	}
	h.do(leave(1, LeftAbandoned), signOn(1))
	h.rings(2, 1)

	h = newHall(t, nil) // called back: the place is the one from before
	h.do(enter(5))
	h.later(time.Minute)
	h.do(enter(6, func(c *Caller) { c.EnteredAt = noon.Add(-time.Hour) }), signOn(1))
	h.rings(6, 1)
	h.answer(1)
	h.do(leave(6, LeftAnswered), func(tx *Tx) { _ = tx.WrapUpDone(1) })
	h.rings(5, 1)
}

// PHONE complaint 7: a call that was handed on counts for each agent with their
// own part of it.
func TestTransferCountsEachAgentsOwnTime(t *testing.T) {
	h := newHall(t, nil)
	h.do(signOn(1), enter(1))
	h.answer(1)
	h.later(time.Minute)
	h.do(func(tx *Tx) { tx.PutBack(call(1), "aid", 2) }, signOn(2))
	h.rings(1, 2)
	h.later(4 * time.Second)
	h.answer(2)
	h.later(time.Hour)
	h.do(leave(1, LeftAnswered))
	h.later(30 * time.Second)
	talk := map[area.StaffID]time.Duration{}
	for _, ev := range h.recorded(EventSpan, func(ev Event) bool { return ev.State == StateTalking }) {
		talk[ev.Agent] += ev.At.Sub(ev.From)
	}
	if talk[1] != time.Minute || talk[2] != time.Hour {
		t.Errorf("talk by agent: %v", talk)
	}
	var sum Tally
	for _, ev := range h.events {
		sum.Count("aid", ev)
	}
	f := sum.Figures("aid", noon, h.now)
	if f.Entered != 1 || f.Answered != 1 || f.AverageTalk != (time.Minute+time.Hour)/2 || f.AverageWait != 0 {
		t.Errorf("one call, two conversations: %+v", f)
	}
}

func TestLostAgentPutsTheCallerFirst(t *testing.T) {
	h := newHall(t, nil)
	h.do(signOn(1), enter(1))
	h.answer(1)
	h.do(enter(2, func(c *Caller) { c.Priority = ticket.P1 }))
	h.do(func(tx *Tx) { tx.Away(1) }, func(tx *Tx) { tx.Lost(call(1)) })
	h.is(1, StateAway)
	h.do(func(tx *Tx) { tx.Present(1) })
	h.rings(1, 1) // before the P1, with the same agent, without a wrap-up between
	h.do(func(tx *Tx) { tx.Lost(call(2)) })
	if c := h.room.Callers[call(2)]; c.Front {
		t.Error("a caller who had no agent has lost one")
	}
}

func TestLeavingIsCountedByItsReason(t *testing.T) {
	h := newHall(t, nil)
	h.do(enter(1), enter(2), enter(3), enter(4), enter(5), enter(6))
	h.later(4999 * time.Millisecond)
	h.do(leave(1, LeftAbandoned))
	h.later(time.Millisecond)
	h.do(leave(2, LeftAbandoned), leave(3, LeftCallback), leave(4, LeftTimeout), leave(5, LeftKey), leave(5, LeftKey))
	h.do(signOn(1))
	h.later(16 * time.Second) // 21 s after entering: past the level's 20 s
	h.answer(1)
	var sum Tally
	for _, ev := range h.events {
		sum.Count("aid", ev)
	}
	got := sum.Figures("aid", noon, h.now)
	want := Figures{Queue: "aid", From: noon, To: h.now, Entered: 6, Answered: 1, Abandoned: 1, Short: 1, CalledBack: 1, TimedOut: 1,
		AverageWait: 21 * time.Second, LongestWait: 21 * time.Second}
	if got.Occupancy != 0 {
		t.Errorf("nobody has finished anything: %v", got.Occupancy)
	}
	if got != want {
		t.Errorf("figures\n%+v, want\n%+v", got, want)
	}
}

func TestFiguresOfADay(t *testing.T) {
	h := newHall(t, nil)
	h.do(signOn(1), signOn(2))
	h.do(func(tx *Tx) { _ = tx.SetStatus(2, StatusPaused, "meal") })
	h.later(time.Minute)
	h.do(enter(1))
	h.later(5 * time.Second)
	h.answer(1)
	h.later(3 * time.Minute)
	h.do(leave(1, LeftAnswered))
	h.later(30 * time.Second) // wrap-up to its end
	h.later(25 * time.Second)
	h.do(func(tx *Tx) { tx.SignOff(1) }, func(tx *Tx) { tx.SignOff(2) })
	var sum Tally
	for _, ev := range h.events {
		sum.Count("aid", ev)
	}
	f := sum.Figures("aid", noon, h.now)
	if f.ServiceLevel != 1 || f.AverageWait != 5*time.Second || f.AverageTalk != 3*time.Minute || f.AverageHandle != 210*time.Second {
		t.Errorf("%+v", f)
	}
	if want := 210.0 / 300; f.Occupancy != want { // five minutes signed on; the meal counts for nothing
		t.Errorf("occupancy %v, want %v", f.Occupancy, want)
	}
	if empty := (Tally{}).Figures("aid", noon, noon); empty.ServiceLevel != 1 || empty.Occupancy != 0 {
		t.Errorf("of nothing: %+v", empty)
	}
}

func TestADeadNodeIsRemoved(t *testing.T) {
	h := newHall(t, nil)
	elsewhere := func(a *Agent) { a.Node = "n2" }
	h.do(signOn(1, elsewhere), enter(1))                         // rings at n2
	h.do(signOn(2), enter(2, func(c *Caller) { c.Node = "n2" })) // of n2, rings here
	h.do(signOn(3, elsewhere), enter(3), signOn(4), enter(4, func(c *Caller) { c.Node = "n2" }))
	h.answer(4)
	h.do(func(tx *Tx) { tx.Reap("n2") })
	if len(h.room.Agents) != 2 || len(h.room.Callers) != 2 {
		t.Errorf("%d agents and %d callers are left, want two and two", len(h.room.Agents), len(h.room.Callers))
	}
	h.is(4, StateWrapUp)
	if h.ringing(1) != 2 {
		t.Error("who was rung at the dead node is not rung for here")
	}
	if n := len(h.recorded(EventLeft, func(ev Event) bool { return ev.Reason == LeftNodeLost })); n != 1 {
		t.Errorf("%d waiting callers were lost with the node, want one", n)
	}
}

func TestRepairMendsWhatDoesNotFit(t *testing.T) {
	all := func(string) bool { return true }
	h := newHall(t, nil)
	h.do(signOn(1), signOn(2), signOn(3), signOn(4), enter(1), enter(2), enter(3))
	h.answer(h.room.Callers[call(2)].Agent)
	talking := h.room.Callers[call(2)].Agent
	ringing := h.room.Callers[call(1)].Agent
	orphan := h.room.Callers[call(3)].Agent
	delete(h.room.Callers, call(3)) // its leaving was lost
	c := h.room.Callers[call(1)]
	c.Offer, c.Agent = "", 0 // its offer was lost
	h.room.Callers[call(1)] = c
	a := h.room.Agents[talking] // its answer was lost
	a.State = StateIdle
	a.release()
	h.room.Agents[talking] = a
	tx := h.room.Begin(h.rules, h.now, h.newID)
	tx.Repair(all)
	h.room.Apply(tx.Changes())
	h.is(talking, StateTalking)
	h.is(ringing, StateIdle)
	h.is(orphan, StateIdle)
	h.do()
	if h.ringing(1) == 0 {
		t.Error("the caller whose offer was lost is not offered again")
	}
	h.do(func(tx *Tx) { tx.Repair(func(node string) bool { return node != "n1" }) }) // nothing of a node that has not spoken

	h = newHall(t, nil) // the agent's node knows of the answer, the caller's does not
	h.do(signOn(1), enter(1))
	before := h.room.Callers[call(1)]
	h.answer(1)
	h.room.Callers[call(1)] = before
	h.do(func(tx *Tx) { tx.Repair(all) })
	if h.is(1, StateTalking); h.room.Callers[call(1)].Agent != 1 || h.room.Callers[call(1)].Waiting() {
		t.Error("the answer that was lost is not made good")
	}
}
