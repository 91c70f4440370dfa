package queue

import (
	"time"

	"example.org/hotline/area"
	"example.org/hotline/ivr"
	"example.org/hotline/ivr/acd"
	"example.org/hotline/ticket"
)

// place is one caller's place. Its fields are guarded by Hub.mu.
type place struct {
	hub    *Hub
	call   ticket.CallID
	box    *mailbox[acd.PlaceChange]
	last   acd.Caller // as last seen in the room; before that, as entered
	inRoom bool       // was in the room at least once
	left   bool
	why    acd.LeaveReason // of left
	alone  bool            // has been told that nobody is there
	joins  int             // the latest wish to come in that was handed on
}

// Enter puts a call into its queue and returns at once. A call that has a place
// keeps it. The caller's EnteredAt is kept where it is set (a call-back, a
// hand-over), and is now otherwise.
func (h *Hub) Enter(c acd.Caller) ivr.Place {
	c.Node = h.node
	if c.EnteredAt.IsZero() {
		c.EnteredAt = h.now()
	}
	h.mu.Lock()
	if p, ok := h.places[c.Call]; ok && !p.left {
		h.mu.Unlock()
		return p
	}
	p := &place{hub: h, call: c.Call, box: newMailbox[acd.PlaceChange](), last: c}
	h.places[c.Call] = p
	h.mu.Unlock()
	if !h.inbox.put(wish{do: func(tx *acd.Tx) error { tx.Enter(c); return nil }}) {
		p.box.end()
	}
	return p
}

// Changes tells what happens to the place, in order.
func (p *place) Changes() <-chan acd.PlaceChange { return p.box.out }

// Position tells where the caller stands now.
func (p *place) Position() acd.Position {
	h := p.hub
	h.mu.RLock()
	defer h.mu.RUnlock()
	return h.room.Position(p.last, h.handle(p.last.Queue))
}

// Raise changes the urgency.
func (p *place) Raise(to ticket.Priority, due time.Time) {
	p.hub.tell(func(tx *acd.Tx) { tx.Raise(p.call, to, due) })
}

// Lost puts the caller back at the front, for the same agent if they come back.
func (p *place) Lost() { p.hub.tell(func(tx *acd.Tx) { tx.Lost(p.call) }) }

// PutBack puts the caller into a queue at the front.
func (p *place) PutBack(queue string, prefer area.StaffID) {
	p.hub.tell(func(tx *acd.Tx) { tx.PutBack(p.call, queue, prefer) })
}

// Leave ends the place. It may be called again.
func (p *place) Leave(why acd.LeaveReason) {
	h := p.hub
	h.mu.Lock()
	again := p.left
	if !again {
		p.left, p.why = true, why
	}
	h.mu.Unlock()
	if again {
		return
	}
	p.box.end()
	h.inbox.put(wish{
		do:     func(tx *acd.Tx) error { tx.Leave(p.call, why); return nil },
		commit: func() { h.forget(p) },
	})
}

// forget strikes a place out. Hub.mu is held.
func (h *Hub) forget(p *place) {
	if h.places[p.call] == p {
		delete(h.places, p.call)
	}
}

// changed derives what to tell from what has changed in the room. Hub.mu is held.
func (p *place) changed(old, now acd.Caller, here bool) {
	if p.left {
		return
	}
	if !here { // others took this node for dead; the reconciler puts the caller back
		if p.inRoom && old.Waiting() && old.Offer != "" {
			p.tell(acd.PlaceUnanswered, old)
		}
		return
	}
	p.last, p.inRoom = now, true
	rang := old.Waiting() && old.Offer != "" && old.Turn == now.Turn
	if rang && now.Offer != old.Offer {
		p.tell(acd.PlaceUnanswered, old)
	}
	switch {
	case now.Waiting() && now.Offer != "" && (!rang || now.Offer != old.Offer):
		p.tell(acd.PlaceRinging, now)
	case !now.Answered.IsZero() && !now.Answered.Equal(old.Answered):
		p.tell(acd.PlaceConnected, now)
	}
	for _, j := range now.Joins {
		if j.Seq > p.joins {
			p.joins = j.Seq
			p.box.put(acd.PlaceChange{Kind: acd.PlaceJoinAsked, Agent: j.Agent, Node: j.Node, Mode: j.Mode})
		}
	}
}

func (p *place) tell(kind acd.PlaceKind, c acd.Caller) {
	p.box.put(acd.PlaceChange{Kind: kind, Offer: p.hub.offer(c)})
}

// offer describes the offer a caller is in. Hub.mu is held.
func (h *Hub) offer(c acd.Caller) acd.Offer {
	a := h.room.Agents[c.Agent]
	return acd.Offer{ID: c.Offer, Call: c.Call, Ticket: c.Ticket, Queue: c.Queue, CallerNode: c.Node, Agent: c.Agent, AgentNode: a.Node,
		Priority: c.Priority, At: h.now(), Expires: a.Until}
}

// tellAlone tells waiting callers of queues that nobody serves any more. Hub.mu is held.
func (h *Hub) tellAlone() {
	if !h.aloneKnown() {
		return
	}
	on := map[string]bool{}
	for _, p := range h.places {
		if p.left || !p.inRoom || !p.last.Waiting() {
			continue
		}
		queue := p.last.Queue
		if _, counted := on[queue]; !counted {
			on[queue] = h.room.AgentsOn(queue, h.node) > 0
		}
		if !on[queue] && !p.alone {
			p.box.put(acd.PlaceChange{Kind: acd.PlaceAlone})
		}
		p.alone = !on[queue]
	}
}

// aloneKnown reports whether the room can tell that nobody is there: not while
// it is being rebuilt, and not in the first seconds without Redis.
func (h *Hub) aloneKnown() bool {
	if h.slate == nil {
		return true
	}
	if h.link.sharing {
		return h.settled()
	}
	return !h.link.alone.IsZero() && time.Since(h.link.alone) > aloneFor
}

// AgentsOn counts the agents signed on, on all nodes, who serve a queue, are not
// paused and can be reached from here.
func (h *Hub) AgentsOn(queue string) int {
	h.mu.RLock()
	defer h.mu.RUnlock()
	return h.room.AgentsOn(queue, h.node)
}

// reconcile compares the room with the calls and seats that are really here
// (PHONE complaint 2: entries that outlive their call).
func (h *Hub) reconcile(tx *acd.Tx) error {
	h.mu.RLock()
	defer h.mu.RUnlock()
	for id, c := range h.room.Callers {
		switch p := h.places[id]; {
		case c.Node != h.node:
		case p == nil:
			tx.Leave(id, acd.LeftNodeLost)
		case p.left:
			tx.Leave(id, p.why)
		}
	}
	for id, a := range h.room.Agents {
		if a.Node == h.node && h.seats[id] == nil {
			tx.Drop(a)
		}
	}
	for id, p := range h.places {
		switch _, ok := h.room.Callers[id]; {
		case ok || p.left:
		case p.inRoom:
			tx.Restore(p.last)
		default:
			tx.Enter(p.last)
		}
	}
	for id, s := range h.seats {
		if _, ok := h.room.Agents[id]; !ok && s.agent.Status != acd.StatusSignedOff {
			tx.RestoreAgent(s.agent)
		}
	}
	return nil
}
