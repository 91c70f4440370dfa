package act

import "time"

// LoggedEvent is an event with its place in the event log.
type LoggedEvent struct {
	Seq int64 // without gaps over all areas; what Last-Event-ID holds
	At  time.Time
	Event
}

// EventPage is a stretch of the event log as one actor may see it.
type EventPage struct {
	Events []LoggedEvent
	UpTo   int64 // everything up to here has been looked at; ask on from here
	Reset  bool  // the place asked for is not in the log any more, or never was: reload everything, then ask on from UpTo
}
