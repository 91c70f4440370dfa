package integrity

import "example.org/hotline/internal/act"

// State is where an entry stands.
type State string

// The states (DOMAIN 2.3). Zero is never valid.
const (
	StateReported State = "reported"
	StateEvidence State = "evidence" // there is proof
	StateNotified State = "notified" // the person was told, and may answer
	StateCleared  State = "cleared"  // decided: nothing of it stands
	StateActive   State = "active"   // decided: it stands until its day
	StateAppealed State = "appealed" // the person does not agree
	StateRepaired State = "repaired"
	StateExpired  State = "expired"
)

// States lists every State.
func States() []State {
	return []State{StateReported, StateEvidence, StateNotified, StateCleared, StateActive, StateAppealed, StateRepaired, StateExpired}
}

// Event moves an entry.
type Event string

// The events.
const (
	EventProve    Event = "prove"
	EventNotify   Event = "notify"
	EventAnswer   Event = "answer"   // the person's word is written down
	EventClear    Event = "clear"    // decided: none
	EventSanction Event = "sanction" // decided: light or serious
	EventPraise   Event = "praise"   // a kept promise is confirmed
	EventRepair   Event = "repair"
	EventAppeal   Event = "appeal"
	EventUphold   Event = "uphold"
	EventOverturn Event = "overturn"
	EventLapse    Event = "lapse" // its day has come
)

// Events lists every Event.
func Events() []Event {
	return []Event{EventProve, EventNotify, EventAnswer, EventClear, EventSanction, EventPraise, EventRepair, EventAppeal, EventUphold, EventOverturn, EventLapse}
}

// transitions is the whole life of an entry. A pair not listed is refused.
//
//	reported ─prove▶ evidence ↺ ─notify▶ notified (answer ↺) ─clear▶ cleared
//	                    │                    └─sanction▶ active ─repair▶ repaired
//	                    └────────praise──────────────────▲ │  └─lapse▶ expired
//	                                    uphold ─ appealed ◀┘ appeal
//	                                               └─overturn▶ cleared, ─lapse▶ expired
var transitions = map[State]map[Event]State{
	StateReported: {EventProve: StateEvidence},
	StateEvidence: {EventProve: StateEvidence, EventNotify: StateNotified, EventPraise: StateActive},
	StateNotified: {EventAnswer: StateNotified, EventClear: StateCleared, EventSanction: StateActive},
	StateActive:   {EventRepair: StateRepaired, EventAppeal: StateAppealed, EventLapse: StateExpired},
	StateAppealed: {EventUphold: StateActive, EventOverturn: StateCleared, EventLapse: StateExpired},
	StateCleared:  {},
	StateRepaired: {},
	StateExpired:  {},
}

// Next is the pure transition. A refused pair is an act.ErrRefused that names both.
func (s State) Next(ev Event) (State, error) {
	if next, ok := transitions[s][ev]; ok {
		return next, nil
	}
	return "", act.NotInState("integrity entry", s, ev)
}
