package queue

import (
	"example.org/hotline/area"
	"example.org/hotline/ivr/acd"
	"example.org/hotline/ticket"
)

// Seat is one agent's seat, held by whoever holds the agent's leg.
type Seat struct {
	hub *Hub
	id  area.StaffID
	box *mailbox[acd.SeatChange]

	agent acd.Agent // as last seen in the room; Hub.mu
}

// SignOn takes an agent's seat; who, areas, queues and skills come from a. An
// agent who is signed on already, here or at another node, moves here with call,
// wrap-up and status; the seat they had is told that it is signed off. Fails with
// ErrStopped.
func (h *Hub) SignOn(a acd.Agent) (*Seat, error) {
	a.Node = h.node
	s := &Seat{hub: h, id: a.ID, box: newMailbox[acd.SeatChange](), agent: a}
	err := h.ask(func(tx *acd.Tx) error { a.Closing = h.closing.Load(); s.agent = tx.SignOn(a); return nil }, func() {
		if old := h.seats[a.ID]; old != nil {
			old.end(old.agent)
		}
		h.seats[a.ID] = s
	})
	if err != nil {
		s.box.end()
		return nil, err
	}
	return s, nil
}

// Changes tells what happens to the seat, in order. It is closed after SignOff,
// or when the agent has signed on elsewhere.
func (s *Seat) Changes() <-chan acd.SeatChange { return s.box.out }

// Agent is the seat as it is now.
func (s *Seat) Agent() acd.Agent {
	s.hub.mu.RLock()
	defer s.hub.mu.RUnlock()
	return s.agent
}

// Answer takes the offered caller. It fails with acd.ErrCallerLeft,
// acd.ErrElsewhere or acd.ErrOfferOver where that came first; then the agent is
// not connected to anybody. Answering again is no error.
func (s *Seat) Answer(offer acd.OfferID) error {
	return s.ask(func(tx *acd.Tx) error { return tx.Answer(s.id, offer) })
}

// Reject refuses an offer: the caller waits on, the agent rests for the queue's delay.
func (s *Seat) Reject(offer acd.OfferID) {
	s.hub.tell(func(tx *acd.Tx) { tx.Reject(s.id, offer, false) })
}

// Busy refuses an offer for a telephone that is in another call.
func (s *Seat) Busy(offer acd.OfferID) {
	s.hub.tell(func(tx *acd.Tx) { tx.Reject(s.id, offer, true) })
}

// SetStatus changes what the agent has chosen. A pause needs a reason of the
// city's list. A call or wrap-up goes on all the same.
func (s *Seat) SetStatus(status acd.Status, why acd.PauseReason) error {
	if status == acd.StatusPaused && !s.hub.pauseKnown(why) {
		return acd.ErrPause
	}
	return s.ask(func(tx *acd.Tx) error { return tx.SetStatus(s.id, status, why) })
}

// WrapUpDone ends the wrap-up before its time; outside of one it does nothing.
func (s *Seat) WrapUpDone() {
	s.hub.tell(func(tx *acd.Tx) { _ = tx.WrapUpDone(s.id) })
}

// Away tells that the agent's leg is lost (true) or back (false). Ringing stops
// at once. A conversation stays the agent's until its call gives it up (Place.Lost),
// a wrap-up until it is over. Say it before AgentLeg.Gone is closed.
func (s *Seat) Away(away bool) {
	s.hub.tell(func(tx *acd.Tx) {
		if !s.seated(tx) {
			return
		}
		if away {
			tx.Away(s.id)
		} else {
			tx.Present(s.id)
		}
	})
}

// Join tells which conversation the agent listens to as a supervisor, "" for
// none any more: no other is offered to them meanwhile.
func (s *Seat) Join(call ticket.CallID) {
	s.hub.tell(func(tx *acd.Tx) {
		if s.seated(tx) {
			tx.Join(s.id, call)
		}
	})
}

// SignOff gives the seat up; during a call, when it is over. It returns at once.
func (s *Seat) SignOff() {
	s.hub.tell(func(tx *acd.Tx) {
		if s.seated(tx) {
			tx.SignOff(s.id)
		}
	})
}

// seated reports whether the agent still sits here and not at another node.
func (s *Seat) seated(tx *acd.Tx) bool {
	a, ok := tx.Agent(s.id)
	return ok && a.Node == s.hub.node
}

func (s *Seat) ask(do func(tx *acd.Tx) error) error {
	return fault(s.hub.ask(func(tx *acd.Tx) error {
		if !s.seated(tx) {
			return acd.ErrNotSignedOn
		}
		return do(tx)
	}, nil))
}

func (h *Hub) pauseKnown(why acd.PauseReason) bool {
	return h.config.PauseKnown(why) || why == acd.PauseDisconnected || why == acd.PauseUnanswered
}

// Force sets an agent's status for them, wherever they sit.
func (h *Hub) Force(agent area.StaffID, status acd.Status, why acd.PauseReason) error {
	if status == acd.StatusPaused && !h.pauseKnown(why) {
		return acd.ErrPause
	}
	return fault(h.ask(func(tx *acd.Tx) error { return tx.SetStatus(agent, status, why) }, nil))
}

// AskJoin tells the node that holds a conversation that somebody wants to come
// in (acd.PlaceJoinAsked); node is where their leg is. It fails with acd.ErrNoCall.
func (h *Hub) AskJoin(call ticket.CallID, agent area.StaffID, node string, mode acd.JoinMode) error {
	return fault(h.ask(func(tx *acd.Tx) error {
		if !tx.AskJoin(call, agent, node, mode) {
			return acd.ErrNoCall
		}
		return nil
	}, nil))
}

// agentChanged derives what to tell a seat, and who seizes one, from what has
// changed in the room. Hub.mu is held.
func (h *Hub) agentChanged(old, now *acd.Agent) {
	h.seizureChanged(old, now)
	id := area.StaffID(0)
	if now != nil {
		id = now.ID
	} else if old != nil {
		id = old.ID
	}
	s := h.seats[id]
	if s == nil {
		return
	}
	if now == nil || now.Node != h.node {
		if old != nil {
			s.stopRinging(*old, nil)
			s.end(*old)
		}
		delete(h.seats, id)
		return
	}
	s.agent = *now
	rang := old != nil && old.State == acd.StateRinging
	if rang && (now.State != acd.StateRinging || now.Offer != old.Offer) && now.State != acd.StateTalking {
		s.stopRinging(*old, now)
	}
	if now.State == acd.StateRinging && (!rang || now.Offer != old.Offer) {
		s.box.put(acd.SeatChange{Kind: acd.SeatOffered, Offer: h.agentOffer(*now), Agent: *now})
		return
	}
	s.box.put(acd.SeatChange{Kind: acd.SeatChanged, Agent: *now})
}

// stopRinging tells a seat that an offer is over; now is nil where the seat is, too.
func (s *Seat) stopRinging(old acd.Agent, now *acd.Agent) {
	if old.State != acd.StateRinging {
		return
	}
	change := acd.SeatChange{Kind: acd.SeatWithdrawn, Offer: s.hub.agentOffer(old), Agent: old, Why: acd.EndedForced}
	if now != nil {
		change.Agent, change.Why = *now, now.Ended
	}
	s.box.put(change)
}

// end tells a seat that it is signed off.
func (s *Seat) end(last acd.Agent) {
	last.Status, last.Reason = acd.StatusSignedOff, ""
	s.agent = last
	s.box.put(acd.SeatChange{Kind: acd.SeatChanged, Agent: last})
	s.box.end()
}

// agentOffer describes the offer an agent is rung with. Hub.mu is held.
func (h *Hub) agentOffer(a acd.Agent) acd.Offer {
	c := h.room.Callers[a.Call]
	return acd.Offer{ID: a.Offer, Call: a.Call, Ticket: c.Ticket, Queue: a.Queue, CallerNode: a.CallNode, Agent: a.ID, AgentNode: a.Node,
		Priority: c.Priority, At: a.Since, Expires: a.Until}
}
