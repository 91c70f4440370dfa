package application

import "example.org/hotline/internal/act"

// State is where an application stands.
type State string

// The states (DOMAIN 2.3). Zero is never valid.
const (
	StateDraft         State = "draft"
	StateSubmitted     State = "submitted"
	StateSupplement    State = "supplement"    // papers were asked for, once and all (材料补正)
	StateAccepted      State = "accepted"      // the working days run
	StateInvestigating State = "investigating" // sources are asked and the home is visited, side by side
	StateHearing       State = "hearing"       // disputed: the committee is asked (民主评议)
	StateReviewed      State = "reviewed"      // somebody has proposed what to decide
	StateNotice        State = "notice"        // the village reads it (公示)
	StateObjection     State = "objection"     // somebody objects: it is looked into anew
	StateConfirmed     State = "confirmed"     // another person has decided; the first month has not begun
	StatePaying        State = "paying"
	StateAdjusted      State = "adjusted" // paid, with another sum than at first
	StateSuspended     State = "suspended"
	StateExited        State = "exited"
	StateGranted       State = "granted" // aid that is given once: the ledger pays it
	StateRefused       State = "refused"
	StateWithdrawn     State = "withdrawn" // by the applicant
)

// States lists every State.
func States() []State {
	return []State{StateDraft, StateSubmitted, StateSupplement, StateAccepted, StateInvestigating, StateHearing, StateReviewed, StateNotice, StateObjection,
		StateConfirmed, StatePaying, StateAdjusted, StateSuspended, StateExited, StateGranted, StateRefused, StateWithdrawn}
}

// Undecided reports whether somebody still owes the applicant an answer.
func (s State) Undecided() bool {
	switch s {
	case StateDraft, StateSubmitted, StateSupplement, StateAccepted, StateInvestigating, StateHearing, StateReviewed, StateNotice, StateObjection:
		return true
	default:
		return false
	}
}

// Running reports whether the household is, or was until further notice, entitled by it.
func (s State) Running() bool {
	return s == StateConfirmed || s == StatePaying || s == StateAdjusted || s == StateSuspended
}

// Event moves an application.
type Event string

// The events.
const (
	EventSubmit      Event = "submit"
	EventAskPapers   Event = "ask_papers"
	EventSupply      Event = "supply"
	EventAccept      Event = "accept"
	EventInvestigate Event = "investigate"
	EventDispute     Event = "dispute"
	EventHear        Event = "hear"
	EventReview      Event = "review"
	EventDecline     Event = "decline" // the second person says no to what was proposed
	EventPost        Event = "post"
	EventObject      Event = "object"
	EventConfirm     Event = "confirm"
	EventGrant       Event = "grant" // instead of confirm, of aid that is given once
	EventPay         Event = "pay"
	EventAdjust      Event = "adjust"
	EventSuspend     Event = "suspend"
	EventResume      Event = "resume"
	EventExit        Event = "exit"
	EventRefuse      Event = "refuse"
	EventOverturn    Event = "overturn" // a review has set the refusal aside (复议)
	EventWithdraw    Event = "withdraw"
)

// Events lists every Event.
func Events() []Event {
	return []Event{EventSubmit, EventAskPapers, EventSupply, EventAccept, EventInvestigate, EventDispute, EventHear, EventReview, EventDecline, EventPost, EventObject,
		EventConfirm, EventGrant, EventPay, EventAdjust, EventSuspend, EventResume, EventExit, EventRefuse, EventOverturn, EventWithdraw}
}

// transitions is the whole life of an application. A pair not listed is refused.
//
//	draft ─submit▶ submitted ─accept▶ accepted ─investigate▶ investigating ─review▶ reviewed ─post▶ notice ─confirm▶ confirmed ─pay▶ paying
//	                │   ▲                                     │ ▲    ▲        │ │                    │ ▲                              │
//	       ask_papers   supply                          dispute hear └─decline┘ └──confirm (no notice │ │                    adjust▶ adjusted
//	                ▼   │                                     ▼ │                  is needed)──▶      │ └─post─ reviewed    suspend▶ suspended ─resume▶ paying
//	              supplement                                hearing                            object ▼     ▲                exit▶ exited
//	                                                                                          objection ─review┘
//	     where a grant may be confirmed, of aid that is given once ─grant▶ granted
//	     whatever is undecided ─refuse▶ refused ─overturn▶ investigating          ─withdraw▶ withdrawn
//
// A refusal is proposed in the state in which it is found out, and what is proposed
// waits there. A suspended household may leave, too.
var transitions = map[State]map[Event]State{
	StateDraft:         {EventSubmit: StateSubmitted, EventWithdraw: StateWithdrawn},
	StateSubmitted:     {EventAskPapers: StateSupplement, EventAccept: StateAccepted, EventRefuse: StateRefused, EventWithdraw: StateWithdrawn},
	StateSupplement:    {EventSupply: StateSubmitted, EventRefuse: StateRefused, EventWithdraw: StateWithdrawn},
	StateAccepted:      {EventInvestigate: StateInvestigating, EventRefuse: StateRefused, EventWithdraw: StateWithdrawn},
	StateInvestigating: {EventInvestigate: StateInvestigating, EventDispute: StateHearing, EventReview: StateReviewed, EventRefuse: StateRefused, EventWithdraw: StateWithdrawn},
	StateHearing:       {EventInvestigate: StateHearing, EventHear: StateInvestigating, EventRefuse: StateRefused, EventWithdraw: StateWithdrawn},
	StateReviewed:      {EventReview: StateReviewed, EventDecline: StateInvestigating, EventPost: StateNotice, EventConfirm: StateConfirmed, EventGrant: StateGranted, EventRefuse: StateRefused, EventWithdraw: StateWithdrawn},
	StateNotice:        {EventObject: StateObjection, EventDecline: StateInvestigating, EventConfirm: StateConfirmed, EventGrant: StateGranted, EventWithdraw: StateWithdrawn},
	StateObjection:     {EventInvestigate: StateObjection, EventObject: StateObjection, EventDispute: StateHearing, EventReview: StateReviewed, EventRefuse: StateRefused, EventWithdraw: StateWithdrawn},
	StateConfirmed:     {EventPay: StatePaying, EventAdjust: StateAdjusted, EventSuspend: StateSuspended, EventExit: StateExited},
	StatePaying:        {EventAdjust: StateAdjusted, EventSuspend: StateSuspended, EventExit: StateExited},
	StateAdjusted:      {EventAdjust: StateAdjusted, EventSuspend: StateSuspended, EventExit: StateExited},
	StateSuspended:     {EventResume: StatePaying, EventExit: StateExited},
	StateExited:        {},
	StateGranted:       {},
	StateRefused:       {EventOverturn: StateInvestigating},
	StateWithdrawn:     {},
}

// Next is the pure transition. A refused pair is an act.ErrRefused that names both.
func (s State) Next(ev Event) (State, error) {
	if next, ok := transitions[s][ev]; ok {
		return next, nil
	}
	return "", act.NotInState("application", s, ev)
}

// takes reports whether an event is possible.
func (s State) takes(ev Event) bool { _, ok := transitions[s][ev]; return ok }
