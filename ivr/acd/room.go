package acd

import (
	"fmt"
	"maps"
	"time"

	"example.org/hotline/area"
	"example.org/hotline/ticket"
)

// Room is the whole state of the distribution at one moment. It is changed by a
// Tx alone.
type Room struct {
	Callers map[ticket.CallID]Caller
	Agents  map[area.StaffID]Agent
	Turns   map[string]area.StaffID // by queue: whom round robin offered to last
}

// NewRoom is an empty room.
func NewRoom() *Room {
	return &Room{Callers: map[ticket.CallID]Caller{}, Agents: map[area.StaffID]Agent{}, Turns: map[string]area.StaffID{}}
}

// Tx is a group of changes to a Room, seen by those that follow in the group and
// by nobody else until Apply. It never touches what it began on, so that a group
// whose commit came too late is simply decided again on the newer room.
type Tx struct {
	room  *Room
	rules Config
	now   time.Time
	newID func() OfferID

	callers map[ticket.CallID]*Caller // nil: removed
	agents  map[area.StaffID]*Agent
	turns   map[string]area.StaffID
	events  []Event
}

// Begin starts a group of changes at a time. newID makes a name for each offer
// that no other offer has.
func (r *Room) Begin(rules Config, now time.Time, newID func() OfferID) *Tx {
	return &Tx{room: r, rules: rules, now: now, newID: newID,
		callers: map[ticket.CallID]*Caller{}, agents: map[area.StaffID]*Agent{}, turns: map[string]area.StaffID{}}
}

// Changes is what a group has changed: nil means removed.
type Changes struct {
	Callers map[ticket.CallID]*Caller
	Agents  map[area.StaffID]*Agent
	Turns   map[string]area.StaffID
}

// Empty reports whether nothing has changed.
func (c Changes) Empty() bool { return len(c.Callers) == 0 && len(c.Agents) == 0 && len(c.Turns) == 0 }

// Changes returns what the group has changed.
func (tx *Tx) Changes() Changes {
	return Changes{Callers: tx.callers, Agents: tx.agents, Turns: tx.turns}
}

// Events returns what is to be recorded once the group has been committed.
func (tx *Tx) Events() []Event { return tx.events }

// Now is the time of the group.
func (tx *Tx) Now() time.Time { return tx.now }

// Apply writes changes into the room.
func (r *Room) Apply(c Changes) {
	for id, caller := range c.Callers {
		if caller == nil {
			delete(r.Callers, id)
		} else {
			r.Callers[id] = *caller
		}
	}
	for id, agent := range c.Agents {
		if agent == nil {
			delete(r.Agents, id)
		} else {
			r.Agents[id] = *agent
		}
	}
	maps.Copy(r.Turns, c.Turns)
}

// Caller returns a caller as the group sees them.
func (tx *Tx) Caller(id ticket.CallID) (Caller, bool) {
	if c, ok := tx.callers[id]; ok {
		if c == nil {
			return Caller{}, false
		}
		return *c, true
	}
	c, ok := tx.room.Callers[id]
	return c, ok
}

// Agent returns an agent as the group sees them.
func (tx *Tx) Agent(id area.StaffID) (Agent, bool) {
	if a, ok := tx.agents[id]; ok {
		if a == nil {
			return Agent{}, false
		}
		return *a, true
	}
	a, ok := tx.room.Agents[id]
	return a, ok
}

// callersThat lists those the group sees that match, in no order.
func (tx *Tx) callersThat(match func(Caller) bool) []Caller {
	var found []Caller
	for id, c := range tx.room.Callers {
		if _, changed := tx.callers[id]; !changed && match(c) {
			found = append(found, c)
		}
	}
	for _, c := range tx.callers {
		if c != nil && match(*c) {
			found = append(found, *c)
		}
	}
	return found
}

// agentsThat lists those the group sees that match, in no order.
func (tx *Tx) agentsThat(match func(Agent) bool) []Agent {
	var found []Agent
	for id, a := range tx.room.Agents {
		if _, changed := tx.agents[id]; !changed && match(a) {
			found = append(found, a)
		}
	}
	for _, a := range tx.agents {
		if a != nil && match(*a) {
			found = append(found, *a)
		}
	}
	return found
}

// agentsOf lists the agents who ring for a call or are in it.
func (tx *Tx) agentsOf(call ticket.CallID) []Agent {
	return tx.agentsThat(func(a Agent) bool { return a.Call == call && (a.State == StateRinging || a.inCall()) })
}

func (tx *Tx) putCaller(c Caller)            { tx.callers[c.Call] = &c }
func (tx *Tx) dropCaller(call ticket.CallID) { tx.callers[call] = nil }

// putAgent writes an agent. Whatever changes their status or state ends a span,
// which is recorded. Who has signed off goes as soon as no call holds them.
func (tx *Tx) putAgent(a Agent) {
	was, known := tx.Agent(a.ID)
	if known && (was.Status != a.Status || was.Reason != a.Reason) || !known {
		a.Statused = tx.now
	}
	if known && was.State != a.State || !known {
		a.Since = tx.now
	}
	switch {
	case !known:
		a.SpanFrom = tx.now
	case was.Status != a.Status || was.Reason != a.Reason || was.State != a.State || was.Call != a.Call && was.State == StateTalking:
		tx.endSpan(was, a.inCall() && a.Call == was.Call)
		a.SpanFrom = tx.now
	}
	if a.Status == StatusSignedOff && !a.inCall() {
		tx.agents[a.ID] = nil
		return
	}
	tx.agents[a.ID] = &a
}

// dropAgent removes an agent at once, whatever they were doing.
func (tx *Tx) dropAgent(a Agent) {
	tx.endSpan(a, false)
	tx.agents[a.ID] = nil
}

// endSpan records what an agent has been until now. inCall tells whether the
// conversation they were in goes on.
func (tx *Tx) endSpan(a Agent, inCall bool) {
	ev := a.Span(tx.now)
	ev.Final = a.inCall() && !inCall
	if ev.Final || tx.now.After(a.SpanFrom) {
		tx.events = append(tx.events, ev)
	}
}

// Span is what an agent has been since SpanFrom, as if it ended at a time: live
// figures know of a conversation before it is over.
func (a Agent) Span(at time.Time) Event {
	return Event{Kind: EventSpan, At: at, From: a.SpanFrom, Agent: a.ID, Area: a.Area, Queues: a.Queues, Status: a.Status,
		Pause: a.Reason, State: a.State, Call: a.Call, Queue: a.Queue}
}

// inCall reports whether an agent is in a conversation, even if their browser is
// just reconnecting.
func (a *Agent) inCall() bool {
	return a.State == StateTalking || a.State == StateAway && a.Was == StateTalking
}

// move puts an agent into the state that follows an event. The pairs are
// checked before, so a refusal is a fault of this package, told as an error.
func move(a *Agent, ev SeatEvent) error {
	next, err := a.State.Next(ev)
	if err != nil {
		return fmt.Errorf("seat of agent %d: %w", a.ID, err)
	}
	a.State = next
	return nil
}

// release clears what ties an agent to a call.
func (a *Agent) release() {
	a.Call, a.Offer, a.Queue, a.CallNode, a.Seized, a.Until, a.Was = "", "", "", "", false, time.Time{}, ""
}
