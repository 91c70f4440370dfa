package referral

import "example.org/hotline/internal/act"

// State is where a referral stands.
type State string

// The states (DOMAIN 2.3, referral). Zero is never valid.
const (
	StateCreated    State = "created"     // written down, nothing has left
	StateSent       State = "sent"        // the department has it
	StateAccepted   State = "accepted"    // it says that the matter is its own
	StateReturned   State = "returned"    // it says, with the reason, that it is not: back to the first owner
	StateInProgress State = "in_progress" // it works on it
	StateResulted   State = "resulted"    // granted, refused or not needed
	StateConfirmed  State = "confirmed"   // the citizen was asked, and it is so
	StateWithdrawn  State = "withdrawn"   // called back, with the reason
)

// States lists every State.
func States() []State {
	return []State{StateCreated, StateSent, StateAccepted, StateReturned, StateInProgress, StateResulted, StateConfirmed, StateWithdrawn}
}

// Over reports whether nobody waits for anything any longer.
func (s State) Over() bool { return s == StateConfirmed || s == StateWithdrawn }

// Event moves a referral.
type Event string

// The events.
const (
	EventSend     Event = "send"
	EventAccept   Event = "accept"
	EventReturn   Event = "return"
	EventStart    Event = "start"
	EventExtend   Event = "extend" // the department asks for more time, once
	EventResult   Event = "result"
	EventConfirm  Event = "confirm"
	EventContest  Event = "contest" // the citizen says that it is not so: the department is asked again
	EventWithdraw Event = "withdraw"
)

// Events lists every Event.
func Events() []Event {
	return []Event{EventSend, EventAccept, EventReturn, EventStart, EventExtend, EventResult, EventConfirm, EventContest, EventWithdraw}
}

// transitions is the whole life of a referral. A pair not listed is refused.
//
//	created ─send▶ sent ─accept▶ accepted ─start▶ in_progress ─result▶ resulted ─confirm▶ confirmed
//	                │ ▲              └─────────result────────────────────▲ │
//	         return ▼ └─send─ returned      (extend: in place)             └─contest▶ in_progress
//	              returned                              whatever has no result yet ─withdraw▶ withdrawn
var transitions = map[State]map[Event]State{
	StateCreated:    {EventSend: StateSent, EventWithdraw: StateWithdrawn},
	StateSent:       {EventAccept: StateAccepted, EventReturn: StateReturned, EventWithdraw: StateWithdrawn},
	StateAccepted:   {EventStart: StateInProgress, EventExtend: StateAccepted, EventResult: StateResulted, EventWithdraw: StateWithdrawn},
	StateReturned:   {EventSend: StateSent, EventWithdraw: StateWithdrawn},
	StateInProgress: {EventExtend: StateInProgress, EventResult: StateResulted, EventWithdraw: StateWithdrawn},
	StateResulted:   {EventConfirm: StateConfirmed, EventContest: StateInProgress},
	StateConfirmed:  {},
	StateWithdrawn:  {},
}

// Next is the pure transition. A refused pair is an act.ErrRefused that names both.
func (s State) Next(ev Event) (State, error) {
	if next, ok := transitions[s][ev]; ok {
		return next, nil
	}
	return "", act.NotInState("referral", s, ev)
}

// Result is what the department decided.
type Result string

// The results.
const (
	ResultGranted   Result = "granted"
	ResultRefused   Result = "refused"
	ResultNotNeeded Result = "not_needed"
)

// Results lists every Result.
func Results() []Result { return []Result{ResultGranted, ResultRefused, ResultNotNeeded} }

// Via is how something went to a department, or came from one.
type Via string

// The ways. Wired is a department's own system by the API.
const (
	ViaLetter   Via = "letter"
	ViaPhone    Via = "phone"
	ViaInPerson Via = "in_person"
	ViaWired    Via = "wired"
)

// Vias lists every Via.
func Vias() []Via { return []Via{ViaLetter, ViaPhone, ViaInPerson, ViaWired} }

// ConsentKind is how the citizen agreed that a part of the case leaves.
type ConsentKind string

// The kinds of consent.
const (
	ConsentWritten  ConsentKind = "written"
	ConsentSpoken   ConsentKind = "spoken"   // before whoever writes it down
	ConsentRecorded ConsentKind = "recorded" // on the call's recording
	ConsentGuardian ConsentKind = "guardian" // a guardian's, in writing (PIPL Art 29, 31)
)

// ConsentKinds lists every ConsentKind.
func ConsentKinds() []ConsentKind {
	return []ConsentKind{ConsentWritten, ConsentSpoken, ConsentRecorded, ConsentGuardian}
}
