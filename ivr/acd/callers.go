package acd

import (
	"maps"
	"time"

	"example.org/hotline/area"
	"example.org/hotline/ticket"
)

// Enter puts a caller into their queue. EnteredAt is kept where the caller
// brings one (called back, moved here), and is now otherwise. Entering again
// changes nothing; another place of the same ticket yields its time to this one.
func (tx *Tx) Enter(c Caller) {
	if known, ok := tx.Caller(c.Call); ok && known.Waiting() {
		return
	}
	if c.EnteredAt.IsZero() {
		c.EnteredAt = tx.now
	}
	for _, other := range tx.callersThat(func(o Caller) bool {
		return c.Ticket != "" && o.Ticket == c.Ticket && o.Call != c.Call && o.Waiting()
	}) {
		if other.EnteredAt.Before(c.EnteredAt) {
			c.EnteredAt = other.EnteredAt
		}
		tx.withdraw(other.Call, EndedElsewhere)
		other, _ = tx.Caller(other.Call)
		tx.left(other, LeftMoved)
		other.Yields = true
		tx.putCaller(other)
	}
	c.Offer, c.Agent, c.Answered, c.Tried, c.Joins, c.Yields = "", 0, time.Time{}, nil, nil, false
	c.Turn = 0
	tx.wait(c)
}

// wait begins a wait.
func (tx *Tx) wait(c Caller) {
	c.Turn++
	c.WaitFrom = tx.now
	tx.putCaller(c)
	tx.events = append(tx.events, Event{Kind: EventEntered, At: tx.now, Call: c.Call, Turn: c.Turn, Ticket: c.Ticket,
		Queue: c.Queue, From: c.WaitFrom, Again: c.Again, Node: c.Node})
}

// left records the end of a wait.
func (tx *Tx) left(c Caller, why LeaveReason) {
	waited := tx.now.Sub(c.WaitFrom)
	if why == LeftAbandoned && waited < ShortWait {
		why = LeftShort
	}
	ev := Event{Kind: EventLeft, At: tx.now, Call: c.Call, Turn: c.Turn, Ticket: c.Ticket, Queue: c.Queue, From: c.WaitFrom,
		Again: c.Again, Reason: why, Waited: waited}
	if why == LeftAnswered {
		ev.Agent, ev.InTime = c.Agent, waited <= tx.rules.Queue(c.Queue).ServiceLevel.Within
	}
	tx.events = append(tx.events, ev)
}

// Leave ends a caller's place: ringing stops, who was talking goes into wrap-up.
// Leaving twice changes nothing.
func (tx *Tx) Leave(call ticket.CallID, why LeaveReason) {
	c, ok := tx.Caller(call)
	if !ok {
		return
	}
	if c.Waiting() {
		tx.left(c, why)
	}
	for _, a := range tx.agentsOf(call) {
		tx.part(a, EndedCallerLeft)
	}
	tx.dropCaller(call)
}

// part takes an agent off a call that is over for them.
func (tx *Tx) part(a Agent, why string) {
	switch {
	case a.State == StateRinging:
		tx.stopRinging(a, SeatWithdraw, why, 0)
	case a.inCall():
		tx.hangUp(a)
	}
}

// hangUp ends an agent's conversation: wrap-up follows, also for one who is away
// and comes back before it is over.
func (tx *Tx) hangUp(a Agent) {
	wrapUp := tx.rules.Queue(a.Queue).WrapUp
	a.Until, a.Offer, a.Seized = tx.now.Add(wrapUp), "", false
	a.IdleSince = tx.now
	_ = move(&a, SeatHangUp) // talking and away know it
	switch {
	case a.State == StateAway:
		a.Was = StateWrapUp
	case wrapUp == 0:
		_ = move(&a, SeatDue)
		a.release()
	}
	tx.putAgent(a)
}

// withdraw ends the present offer of a call, for every agent it rings at.
func (tx *Tx) withdraw(call ticket.CallID, why string) {
	for _, a := range tx.agentsOf(call) {
		if a.State == StateRinging {
			tx.stopRinging(a, SeatWithdraw, why, 0)
		}
	}
	if c, ok := tx.Caller(call); ok && c.Waiting() && c.Offer != "" {
		c.Offer, c.Agent = "", 0
		tx.putCaller(c)
	}
}

// Raise changes a caller's urgency.
func (tx *Tx) Raise(call ticket.CallID, p ticket.Priority, due time.Time) {
	if c, ok := tx.Caller(call); ok {
		c.Priority, c.DueAt = p, due
		tx.putCaller(c)
	}
}

// Lost puts a caller whose agent's leg broke before everybody else, for that
// agent if they come back soon. No wrap-up follows: the conversation goes on.
func (tx *Tx) Lost(call ticket.CallID) {
	c, ok := tx.Caller(call)
	if !ok || c.Answered.IsZero() {
		return
	}
	if a, ok := tx.Agent(c.Agent); ok && a.Call == call && a.State != StateWrapUp {
		if move(&a, SeatBreak) == nil {
			a.release()
			tx.putAgent(a)
		}
	}
	c.Prefer, c.Again = c.Agent, true
	tx.back(c)
}

// PutBack puts a caller into a queue at the front. Whoever talked with them goes
// into wrap-up.
func (tx *Tx) PutBack(call ticket.CallID, queue string, prefer area.StaffID) {
	c, ok := tx.Caller(call)
	if !ok {
		return
	}
	if c.Waiting() {
		tx.withdraw(call, EndedElsewhere)
		c, _ = tx.Caller(call)
		tx.left(c, LeftMoved)
	}
	for _, a := range tx.agentsOf(call) {
		tx.part(a, EndedElsewhere)
	}
	c.Again = c.Queue == queue
	c.Queue, c.Prefer = queue, prefer
	tx.back(c)
}

func (tx *Tx) back(c Caller) {
	c.Offer, c.Agent, c.Answered, c.Tried, c.Front, c.Yields = "", 0, time.Time{}, nil, true, false
	tx.wait(c)
}

// AskJoin notes that somebody wants to come into a conversation. It reports
// false where there is none.
func (tx *Tx) AskJoin(call ticket.CallID, agent area.StaffID, node string, mode JoinMode) bool {
	c, ok := tx.Caller(call)
	if !ok || c.Answered.IsZero() {
		return false
	}
	seq := 1
	if n := len(c.Joins); n > 0 {
		seq = c.Joins[n-1].Seq + 1
	}
	joins := append([]Join(nil), c.Joins[max(0, len(c.Joins)-7):]...)
	c.Joins = append(joins, Join{Seq: seq, Agent: agent, Node: node, Mode: mode})
	tx.putCaller(c)
	return true
}

// tried counts an offer to an agent that went unanswered.
func (c *Caller) tried(agent area.StaffID) {
	counts := maps.Clone(c.Tried)
	if counts == nil {
		counts = map[area.StaffID]int{}
	}
	counts[agent]++
	c.Tried = counts
}
