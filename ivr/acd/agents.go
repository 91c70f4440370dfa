package acd

import (
	"time"

	"example.org/hotline/area"
	"example.org/hotline/internal/act"
	"example.org/hotline/ticket"
)

// Why an agent's wish was refused. The codes reach the console, which has the words.
var (
	ErrCallerLeft  = act.Refused("caller_left", "The caller has hung up.")
	ErrElsewhere   = act.Refused("answered_elsewhere", "A colleague has answered.")
	ErrOfferOver   = act.Refused("offer_over", "This offer is over; the caller is rung elsewhere.")
	ErrNotSignedOn = act.Refused("not_signed_on", "The agent is not signed on.")
	ErrNotFree     = act.Refused("agent_not_free", "The agent is not free: in a call, in wrap-up, paused or away.")
	ErrUnanswered  = act.Refused("agent_unanswered", "The agent did not answer.")
	ErrNoWrapUp    = act.Refused("no_wrap_up", "There is no wrap-up to end.")
	ErrNoCall      = act.Refused("no_such_conversation", "That conversation is over.")
	ErrPause       = act.Invalid("reason", "unknown_pause", "Choose one of the reasons in the list.")
	ErrStatus      = act.Invalid("status", "unknown_status", "Use available, paused or signed_off.")
)

// SignOn takes an agent's seat. Who is signed on already, perhaps at another
// node, keeps call, wrap-up and counts; only an offer that rang there is over.
func (tx *Tx) SignOn(a Agent) Agent {
	if known, ok := tx.Agent(a.ID); ok {
		if known.State == StateRinging {
			tx.stopRinging(known, SeatWithdraw, EndedAway, 0)
			known, _ = tx.Agent(a.ID)
		}
		known.Login, known.Name, known.Area, known.Node = a.Login, a.Name, a.Area, a.Node
		known.Queues, known.Skills, known.Priority, known.Seated, known.Closing = a.Queues, a.Skills, a.Priority, tx.now, a.Closing
		known.Joined = "" // of the seat before
		if known.Status == StatusSignedOff {
			known.Status = StatusAvailable
		}
		tx.putAgent(known)
		if known.State == StateAway {
			tx.Present(a.ID)
		}
		known, _ = tx.Agent(a.ID)
		return known
	}
	if a.Status == "" || a.Status == StatusSignedOff {
		a.Status, a.Reason = StatusAvailable, ""
	}
	a.State, a.Seated, a.IdleSince, a.Calls, a.Missed, a.Ended = StateIdle, tx.now, tx.now, 0, 0, ""
	a.release()
	tx.putAgent(a)
	a, _ = tx.Agent(a.ID)
	return a
}

// SignOff gives the seat up: at once, or when the call they are in is over.
func (tx *Tx) SignOff(id area.StaffID) {
	a, ok := tx.Agent(id)
	if !ok {
		return
	}
	if a.State == StateRinging {
		tx.stopRinging(a, SeatWithdraw, EndedAway, 0)
		a, _ = tx.Agent(id)
	}
	a.Status, a.Reason = StatusSignedOff, ""
	tx.putAgent(a)
}

// SetStatus changes what an agent has chosen. The state stays: a wrap-up or a
// call goes on, only ringing stops for who pauses, and a delay for who asks for calls.
func (tx *Tx) SetStatus(id area.StaffID, s Status, why PauseReason) error {
	a, ok := tx.Agent(id)
	if !ok {
		return ErrNotSignedOn
	}
	switch s {
	case StatusAvailable:
		a.Status, a.Reason, a.Missed = s, "", 0
		if a.State == StateDelayed {
			_ = move(&a, SeatReady)
			a.release()
		}
		tx.putAgent(a)
	case StatusPaused:
		if why == "" {
			return ErrPause
		}
		if a.State == StateRinging {
			tx.stopRinging(a, SeatWithdraw, EndedForced, 0)
			a, _ = tx.Agent(id)
		}
		a.Status, a.Reason = s, why
		tx.putAgent(a)
	case StatusSignedOff:
		tx.SignOff(id)
	default:
		return ErrStatus
	}
	return nil
}

// Answer joins an agent and the caller they are rung for. Exactly one of the
// agent's answer, another's, and the caller's leaving comes first; the others
// learn it here. Answering twice changes nothing.
func (tx *Tx) Answer(id area.StaffID, offer OfferID) error {
	a, ok := tx.Agent(id)
	if !ok {
		return ErrNotSignedOn
	}
	if a.Offer == offer && a.State == StateTalking {
		return nil
	}
	if a.Offer != offer || a.State != StateRinging {
		return whyOver(a)
	}
	if !a.Seized {
		c, ok := tx.Caller(a.Call)
		if !ok || !c.Waiting() || c.Offer != offer {
			tx.stopRinging(a, SeatWithdraw, EndedCallerLeft, 0)
			return ErrCallerLeft
		}
		for _, other := range tx.agentsOf(c.Call) {
			if other.ID != id && other.State == StateRinging && other.Offer == offer {
				tx.stopRinging(other, SeatWithdraw, EndedElsewhere, 0)
			}
		}
		tx.connect(c, id)
	}
	a.Until, a.Missed, a.Ended = time.Time{}, 0, ""
	a.Calls++
	_ = move(&a, SeatAnswer)
	tx.putAgent(a)
	return nil
}

// connect ends a caller's wait with an agent.
func (tx *Tx) connect(c Caller, agent area.StaffID) {
	c.Agent, c.Answered, c.Front, c.Prefer, c.Tried = agent, tx.now, false, 0, nil
	tx.left(c, LeftAnswered)
	tx.putCaller(c)
}

// whyOver tells why an offer cannot be answered any more.
func whyOver(a Agent) error {
	switch a.Ended {
	case EndedCallerLeft:
		return ErrCallerLeft
	case EndedElsewhere:
		return ErrElsewhere
	default:
		return ErrOfferOver
	}
}

// Reject refuses an offer; busy tells that a telephone did so by itself. An
// offer that is over is refused already.
func (tx *Tx) Reject(id area.StaffID, offer OfferID, busy bool) {
	a, ok := tx.Agent(id)
	if !ok || a.Offer != offer || a.State != StateRinging {
		return
	}
	q := tx.rules.Queue(a.Queue)
	if busy {
		tx.stopRinging(a, SeatReject, EndedBusy, q.BusyDelay)
		return
	}
	tx.stopRinging(a, SeatReject, EndedRejected, q.RejectDelay)
}

// noAnswer ends an offer whose ring time is over.
func (tx *Tx) noAnswer(a Agent) {
	q := tx.rules.Queue(a.Queue)
	a.Missed++
	if q.AutoPause > 0 && a.Missed >= q.AutoPause {
		a.Status, a.Reason = StatusPaused, PauseUnanswered
	}
	tx.stopRinging(a, SeatNoAnswer, EndedNoAnswer, q.NoAnswerDelay)
}

// stopRinging takes an agent off an offer; the caller waits on where nobody else
// is rung for them.
func (tx *Tx) stopRinging(a Agent, ev SeatEvent, why string, delay time.Duration) {
	call, offer, seized := a.Call, a.Offer, a.Seized
	_ = move(&a, ev) // ringing knows every ev that is used here
	a.release()
	a.Ended = why
	if a.State == StateDelayed {
		if delay > 0 {
			a.Until = tx.now.Add(delay)
		} else {
			_ = move(&a, SeatDue)
		}
	}
	tx.putAgent(a)
	c, ok := tx.Caller(call)
	if seized || !ok || c.Offer != offer || !c.Waiting() {
		return
	}
	if why != EndedCallerLeft && why != EndedElsewhere {
		c.tried(a.ID)
	}
	ringing := false
	for _, other := range tx.agentsOf(call) {
		ringing = ringing || other.State == StateRinging && other.Offer == offer
	}
	if !ringing {
		c.Offer, c.Agent = "", 0
	}
	tx.putCaller(c)
}

// WrapUpDone ends an agent's wrap-up before its time.
func (tx *Tx) WrapUpDone(id area.StaffID) error {
	a, ok := tx.Agent(id)
	if !ok {
		return ErrNotSignedOn
	}
	if move(&a, SeatDone) != nil {
		return ErrNoWrapUp
	}
	a.release()
	tx.putAgent(a)
	return nil
}

// Away tells that an agent's browser or telephone is not connected. Ringing
// stops at once; a call or wrap-up waits for their return.
func (tx *Tx) Away(id area.StaffID) {
	a, ok := tx.Agent(id)
	if !ok || a.State == StateAway {
		return
	}
	if a.State == StateRinging {
		tx.stopRinging(a, SeatWithdraw, EndedAway, 0)
		if a, ok = tx.Agent(id); !ok {
			return
		}
	}
	a.Was = a.State
	_ = move(&a, SeatLose)
	tx.putAgent(a)
}

// Present tells that an agent who was away is back, with what they were doing.
func (tx *Tx) Present(id area.StaffID) {
	a, ok := tx.Agent(id)
	if !ok || a.State != StateAway {
		return
	}
	ev := SeatReturn
	switch {
	case a.Was == StateTalking:
		ev = SeatReturnToCall
	case a.Was == StateWrapUp && tx.now.Before(a.Until):
		ev = SeatReturnToWrapUp
	case a.Was == StateDelayed && tx.now.Before(a.Until):
		ev = SeatReturnToDelay
	}
	_ = move(&a, ev)
	a.Was = ""
	if ev == SeatReturn {
		a.release()
	}
	tx.putAgent(a)
}

// Seize rings an agent for a call from outside the queue: a consult or a
// transfer. It fails where the agent is not free.
func (tx *Tx) Seize(id area.StaffID, o Offer) (Offer, error) {
	a, ok := tx.Agent(id)
	if !ok {
		return Offer{}, ErrNotSignedOn
	}
	if a.Joined == o.Call {
		a.Joined = "" // they take over the call that they listen to
	}
	if !a.Free() || !a.Reaches(o.CallerNode) {
		return Offer{}, ErrNotFree
	}
	if o.ID == "" {
		o.ID = tx.newID()
	}
	ring := o.Expires.Sub(tx.now)
	if ring <= 0 {
		ring = tx.rules.Queue(o.Queue).Ring
	}
	_ = move(&a, SeatOffer)
	a.Offer, a.Call, a.Queue, a.CallNode, a.Seized, a.Until = o.ID, o.Call, o.Queue, o.CallerNode, true, tx.now.Add(ring)
	tx.putAgent(a)
	return o, nil
}

// Join notes which conversation an agent listens to as a supervisor, "" for none
// any more: a leg is in one conversation, so no other is offered. Ringing stops.
func (tx *Tx) Join(id area.StaffID, call ticket.CallID) {
	a, ok := tx.Agent(id)
	if !ok || a.Joined == call {
		return
	}
	if call != "" && a.State == StateRinging {
		tx.stopRinging(a, SeatWithdraw, EndedAway, 0)
		if a, ok = tx.Agent(id); !ok {
			return
		}
	}
	a.Joined = call
	tx.putAgent(a)
}

// Close takes the agents of a node that is stopping away from the callers of
// others, who could not be joined to them any more: ringing stops, and
// conversations go on. The node's own callers are served to the end.
func (tx *Tx) Close(node string) {
	for _, a := range tx.agentsThat(func(a Agent) bool { return a.Node == node && !a.Closing }) {
		if a.State == StateRinging && a.CallNode != node {
			tx.stopRinging(a, SeatWithdraw, EndedAway, 0)
			a, _ = tx.Agent(a.ID)
		}
		a.Closing = true
		tx.putAgent(a)
	}
}

// Free takes an agent off a call: the conversation, or a consult that still
// rings. Another agent who is in the call keeps it.
func (tx *Tx) Free(id area.StaffID, call ticket.CallID) {
	a, ok := tx.Agent(id)
	if !ok || a.Call != call {
		return
	}
	tx.part(a, EndedCancelled)
	c, ok := tx.Caller(call)
	if !ok || c.Agent != id || c.Answered.IsZero() {
		return
	}
	c.Agent = 0
	for _, other := range tx.agentsOf(call) {
		if other.ID != id && other.State == StateTalking {
			c.Agent, c.Offer = other.ID, other.Offer
		}
	}
	tx.putCaller(c)
}
