package acd

import (
	"errors"
	"fmt"
)

// SeatEvent is what happens to a seat.
type SeatEvent string

// The events.
const (
	SeatOffer          SeatEvent = "offer"             // a caller is offered
	SeatAnswer         SeatEvent = "answer"            // the agent answers
	SeatWithdraw       SeatEvent = "withdraw"          // the caller left or somebody else answered
	SeatReject         SeatEvent = "reject"            // the agent, or a busy telephone, refuses
	SeatNoAnswer       SeatEvent = "no_answer"         // the ring time is over
	SeatHangUp         SeatEvent = "hang_up"           // the conversation is over
	SeatBreak          SeatEvent = "break"             // the leg broke: the caller is taken away without wrap-up
	SeatDone           SeatEvent = "done"              // the agent has written everything down
	SeatDue            SeatEvent = "due"               // the wrap-up's or delay's time is over
	SeatReady          SeatEvent = "ready"             // the agent asks for calls during a delay
	SeatLose           SeatEvent = "lose"              // browser or telephone is not connected any more
	SeatReturn         SeatEvent = "return"            // it is back, and the agent has nothing to do
	SeatReturnToCall   SeatEvent = "return_to_call"    // … and their call is still there
	SeatReturnToWrapUp SeatEvent = "return_to_wrap_up" // … and their wrap-up is not over
	SeatReturnToDelay  SeatEvent = "return_to_delay"   // … and their delay is not over
)

// SeatEvents lists every SeatEvent.
func SeatEvents() []SeatEvent {
	return []SeatEvent{SeatOffer, SeatAnswer, SeatWithdraw, SeatReject, SeatNoAnswer, SeatHangUp, SeatBreak, SeatDone, SeatDue,
		SeatReady, SeatLose, SeatReturn, SeatReturnToCall, SeatReturnToWrapUp, SeatReturnToDelay}
}

// States lists every State.
func States() []State {
	return []State{StateIdle, StateRinging, StateTalking, StateWrapUp, StateDelayed, StateAway}
}

// ErrSeat marks an event that a seat's state does not know.
var ErrSeat = errors.New("the seat is in another state")

// seatTransitions is all that can happen to a seat. A pair not listed is refused.
//
//	   ┌────withdraw────┐      ┌──────break───────┐
//	   ▼                │      ▼                  │
//	┌─idle───offer──▶ ringing ──answer──▶ talking─┤
//	│  ▲ ▲              │                    │    │
//	│  │ └─due, ready─ delayed ◀─reject,     │ hang_up
//	│  │                    no_answer        ▼
//	│  └──────due, done─────────────────── wrap_up
//	│
//	└─lose─▶ away ─return─▶ idle      lose leads to away from everywhere (ringing by way of a
//	                                  withdrawal), return_to_… leads back; while away, hang_up,
//	                                  break and due keep it away
//
// A status chosen meanwhile never moves a state: a wrap-up ends when it is done
// or over, and not because somebody pressed "pause" or "available".
var seatTransitions = map[State]map[SeatEvent]State{
	StateIdle:    {SeatOffer: StateRinging, SeatLose: StateAway},
	StateRinging: {SeatAnswer: StateTalking, SeatWithdraw: StateIdle, SeatReject: StateDelayed, SeatNoAnswer: StateDelayed, SeatLose: StateAway},
	StateTalking: {SeatHangUp: StateWrapUp, SeatBreak: StateIdle, SeatLose: StateAway},
	StateWrapUp:  {SeatDone: StateIdle, SeatDue: StateIdle, SeatLose: StateAway},
	StateDelayed: {SeatDue: StateIdle, SeatReady: StateIdle, SeatLose: StateAway},
	StateAway: {SeatReturn: StateIdle, SeatReturnToCall: StateTalking, SeatReturnToWrapUp: StateWrapUp, SeatReturnToDelay: StateDelayed,
		SeatHangUp: StateAway, SeatBreak: StateAway, SeatDue: StateAway},
}

// Next is the state after an event. It fails with ErrSeat.
func (s State) Next(ev SeatEvent) (State, error) {
	if next, ok := seatTransitions[s][ev]; ok {
		return next, nil
	}
	return s, fmt.Errorf("%s while %s: %w", ev, s, ErrSeat)
}

// Why an offer ended without an answer: SeatChange.Why and Agent.Ended.
const (
	EndedCallerLeft = "caller_left"
	EndedElsewhere  = "answered_elsewhere"
	EndedNoAnswer   = "no_answer"
	EndedRejected   = "rejected"
	EndedBusy       = "busy"
	EndedForced     = "forced"    // a supervisor, or the agent's own pause
	EndedAway       = "away"      // the agent's browser or telephone went
	EndedCancelled  = "cancelled" // a consult was given up
	EndedLost       = "lost"      // the caller's node is out of reach
)
