package acd

import (
	"time"

	"example.org/hotline/area"
	"example.org/hotline/ticket"
)

// Event is one line of the distribution's own record, from which its figures
// are made. Recording one twice changes nothing: an Entered or Left is known by
// call and turn, a Span by agent and From.
type Event struct {
	Kind EventKind
	At   time.Time

	// Of Entered and Left.
	Call   ticket.CallID // also of a Span in a conversation or its wrap-up
	Turn   int
	Ticket ticket.Number
	Queue  string        // also of such a Span
	From   time.Time     // when this wait began; of a Span, when it began
	Again  bool          // back in the same queue: counted once in its figures
	Reason LeaveReason   // of Left
	Agent  area.StaffID  // of Left for an answered one, and of every Span
	InTime bool          // of Left: answered within the service level's time
	Waited time.Duration // of Left
	Node   string        // of Entered

	// Of Span: the agent was so from From to At.
	Area   area.Code
	Queues []string
	Status Status
	Pause  PauseReason
	State  State
	// Final tells that a conversation of the agent ended with this span, which a
	// mere change of status in mid-call does not do.
	Final bool
}

// EventKind names an Event.
type EventKind string

// The kinds.
const (
	EventEntered EventKind = "entered" // a caller began to wait
	EventLeft    EventKind = "left"    // … waits no more
	EventSpan    EventKind = "span"    // an agent was in one status and state until now
)

// ShortWait is the wait under which somebody who hangs up is counted apart: a
// wrong number, not an abandoned caller.
const ShortWait = 5 * time.Second
