// Package ticket is what a call becomes: the ticket with its owner, its
// clocks and its history. It is pure domain: rules and commands over a
// transaction that store provides, no I/O of its own.
//
// The story of a call begins in FromCall and ends in Close.
package ticket

import (
	"time"

	"example.org/hotline/area"
	"example.org/hotline/internal/act"
)

// ID is the internal number of a ticket; outside only PublicID and Number are seen.
type ID int64

// Ticket is one urgent matter, from the INVITE until nothing is left to do.
type Ticket struct {
	ID       ID
	PublicID string // random, in every URL
	Number   Number // what the citizen was told
	CallID   CallID // the call it was born from

	Kind         Kind
	Priority     Priority
	Cause        Cause
	Status       Status
	Area         area.Code // where it happened, as far as known; a county while the township is unknown
	Confidential bool
	LifeDanger   bool

	Owner     area.PostID  // never zero
	CallTaker area.StaffID // the agent who took the call, by answering it or by triage; zero before
	WithAgent bool         // an agent has the call or its wrap-up: the ladder rests until they have triaged

	InvitedAt  time.Time
	CallEnded  bool      // a priority set later counts from the act, not from the INVITE
	TriagedAt  time.Time // the first triage; zero while nobody has said what and where it is
	AcceptedAt time.Time
	ClosedAt   time.Time

	RepeatOf    ID // suggestion: an open ticket of the same caller
	RepeatState RepeatState
	MergedInto  ID
	SplitFrom   ID   // this is a second matter of that ticket's call; zero for the ticket that the call was born with
	Returned    bool // the township says that it is not theirs: the county is asked until somebody decides

	PendingPriority Priority // a lowering that a supervisor has yet to approve; empty for none
	PendingReason   string
	PendingBy       area.StaffID

	Policy     string    // ladder policy version, frozen at birth
	LadderFrom time.Time // what the ladder's minutes count from after a reopening, a township that became known or an agent's triage; zero means the INVITE
	Step       int       // next ladder step to offer
	Loop       int       // how often the ladder has looped
	Epoch      int64     // rises when somebody accepts or the ladder restarts; older timers are void

	Version int64
	Clocks  []Clock
}

// RepeatState says what became of the suggestion that two calls are one matter.
type RepeatState string

// The states of a repeat link.
const (
	RepeatNone      RepeatState = "none"
	RepeatSuggested RepeatState = "suggested" // its ladder is held until a person decides or three minutes pass
	RepeatConfirmed RepeatState = "confirmed" // same matter: merged
	RepeatDenied    RepeatState = "denied"    // another matter
	RepeatLapsed    RepeatState = "lapsed"    // nobody decided in time; its own ladder runs
)

// Subject names the ticket in timers, audit and events.
func (t Ticket) Subject() act.Subject { return act.Subject{Kind: "ticket", ID: int64(t.ID)} }

// AskedIn is where the ladder looks for people: where it happened, but no lower
// than the county for what its township has returned, and for a complaint, since
// it never goes to its subject or their subordinates (DOMAIN 0a.5).
func (t Ticket) AskedIn() area.Code {
	if (t.Kind == KindComplaint || t.Returned) && t.TownshipKnown() {
		return t.Area.At(area.LevelCounty)
	}
	return t.Area
}

// TownshipKnown reports whether the ladder can start in a township.
func (t Ticket) TownshipKnown() bool { return t.Area.Level() >= area.LevelTownship }

// nextDue is when the first running clock falls due, zero where none runs.
func (t Ticket) nextDue() (due time.Time) {
	for _, c := range t.Clocks {
		if c.Ticking() && (due.IsZero() || c.DueAt.Before(due)) {
			due = c.DueAt
		}
	}
	return due
}

// Clock finds a clock by kind, nil where the ticket has none.
func (t *Ticket) Clock(k ClockKind) *Clock {
	for i := range t.Clocks {
		if t.Clocks[i].Kind == k {
			return &t.Clocks[i]
		}
	}
	return nil
}

// The timer kinds of a ticket. Their handlers live in dispatch.
const (
	TimerRoute       = "route"        // start the ladder: at birth when agents have had their time to answer, else at once
	TimerAgent       = "agent"        // an agent has had the ticket too long without a triage; Step 0 from the answer, 1 from the call's end
	TimerRepeat      = "repeat"       // the three minutes in which a person may confirm a repeat
	TimerOffer       = "offer"        // next ladder step; Step is its position
	TimerWarning     = "warning"      // not yet on site, aid not yet decided, 50/75/90 % of a clock; Step tells which
	TimerWarnings    = "warnings"     // the clocks have moved: plan the warnings anew; due at once
	TimerDeadline    = "deadline"     // Step is the clock's ordinal, Epoch its revision
	TimerSilence     = "silence"      // accepted: look again and again whether anything was heard since; first due at once, to be planned
	TimerPaused      = "paused"       // due at once: tell whom the policy names that the ladder rests
	TimerResume      = "resume"       // the end of a pause
	TimerCalledAgain = "called_again" // due at birth of a suggested repeat: tell whoever has the original
)
