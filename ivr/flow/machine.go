// Package flow is the language of the call flow: what a caller hears, may
// press, and whom they reach. A flow is a YAML file, compiled and checked when
// it is loaded; a Machine walks one caller through it. The machine is pure: it
// says what to do next and is told what came of it, so that the same machine
// serves a call, a dry run in the terminal and the proof that every caller
// reaches a person or a voicemail.
package flow

import (
	"time"

	"example.org/hotline/ticket"
)

// Facts is what a flow may branch on. They are read once, when the caller
// enters the flow, and again for each question about the time.
type Facts struct {
	Number      string        // service number dialled
	Ticket      ticket.Number // spoken to the caller
	Known       bool          // the number is bound to a household
	Withheld    bool          // no number was sent
	OpenTicket  bool          // the same number has a ticket that is not closed
	CallsToday  int           // of the same number, this one included
	CallbackDue bool          // a call-back to this number is owed
	Now         func() time.Time
	Holiday     func(time.Time) bool   // a rest day of the line's calendar: weekends and holidays less make-up days
	AgentsOn    func(queue string) int // agents signed on who serve it
}

// EventKind says what came of an instruction.
type EventKind string

// PromptBeep is the tone before a voicemail.
const PromptBeep = "beep"

// The events.
const (
	EventDone     EventKind = "done"     // played to the end, marked, recorded, asked
	EventKey      EventKind = "key"      // one key, of Wait or while queueing
	EventDigits   EventKind = "digits"   // of Gather; may be too few
	EventTimeout  EventKind = "timeout"  // no key; the longest wait is over
	EventAnswered EventKind = "answered" // a person was reached, and that conversation is over
	EventFailed   EventKind = "failed"   // nobody answered, nothing recorded, refused
	EventNoAgent  EventKind = "no_agent" // of Queue: nobody who serves it is signed on
)

// Event is what came of an instruction.
type Event struct {
	Kind   EventKind
	Key    rune   // of EventKey
	Digits string // of EventDigits
}

// Instruction is what the call has to do next. Only Hangup ends the flow; the
// caller may leave it at any moment by hanging up.
type Instruction interface{ instruction() }

// Play speaks prompts one after the other. A key among Keys cuts them short and
// is reported at once, other keys are ignored; with no Keys, keys pressed
// meanwhile are kept for what comes next.
type Play struct {
	Prompts []string // names of recordings, numbers already taken apart into fragments
	Keys    string   // "" none, "*" any
}

// Wait waits for one key.
type Wait struct {
	Keys string // those that are choices; others are reported too, and counted as wrong by the machine
	For  time.Duration
}

// Gather collects digits until Max, the Terminator, or silence.
type Gather struct {
	Prompts    []string
	Min, Max   int
	Terminator rune          // 0 none
	First      time.Duration // until the first digit, after the prompts
	Between    time.Duration // between digits
	Secret     bool          // the recording is paused, the digits are shown nowhere
}

// Queue puts the caller in a queue and lets them wait there: while they wait
// Opening is played once (agents ring already), then Music, broken by the
// Announcements. It ends with EventAnswered, EventTimeout, EventNoAgent or, for a
// key of Keys, EventKey.
//
// After a key the place is kept through Play, Wait, Gather and Mark until Resume
// goes on waiting; any other instruction gives it up. An agent may answer
// meanwhile: that cuts those short, and the machine is told EventAnswered once
// that conversation is over. When the longest wait is over meanwhile, Resume ends
// with EventTimeout at once.
type Queue struct {
	Name          string
	Opening       []string
	Music         string
	MaxWait       time.Duration
	Keys          string // keys that mean something now, among them those of the offered choices
	Announcements []Announcement
	Wants         map[string]int // skills asked for, by level
	Again         bool           // the caller was in this queue before and keeps the time of entry
}

// Announcement is spoken to who waits, interruptible by a key and by the answer.
type Announcement struct {
	After, Every time.Duration // first time, then again; Every 0 once
	Prompts      []string
	Position     bool // first "you are number N", from fragments
	Wait         bool // then "about N minutes", from fragments, where it can be told
}

// Resume goes on waiting in the queue after a key.
type Resume struct {
	Prompts  []string
	Priority ticket.Priority // "" unchanged
}

// Ring rings the duty phones of an area's level one after the other and joins
// the first that answers: EventAnswered when that conversation is over,
// EventFailed when nobody answered.
type Ring struct {
	Duty    []string // "township", "county", "city", in this order
	Each    time.Duration
	Music   string
	Prompts []string // before ringing
}

// Transfer joins a number of the flow's own list (110, 119, 120) and never one
// that a caller has keyed in.
type Transfer struct {
	To      string // name in the list
	Prompts []string
}

// Voicemail speaks, beeps (PromptBeep) and records the caller: EventDone with
// something to hear, EventFailed without.
type Voicemail struct {
	Prompts []string
	Longest time.Duration
	Silence time.Duration // ends it
}

// Callback asks for a call-back on the same ticket: EventDone once it is on disk
// and Prompts have been said, EventFailed where it cannot be kept. A place in the
// queue is left with acd.LeftCallback.
type Callback struct {
	Prompts []string // said after it is on disk
}

// Mark sets priority or kind of the ticket. It is followed by EventDone at once:
// nobody waits for the disk.
type Mark struct {
	Priority ticket.Priority
	Kind     ticket.Kind
	Key      rune // the key that said so, 0 for none
}

// Survey asks for one key about how it went; the score is on the ticket. It is
// always followed by EventDone.
type Survey struct {
	Prompts []string
	Scores  map[rune]int
	For     time.Duration
}

// Hangup speaks the last prompts and ends the call.
type Hangup struct{ Prompts []string }

func (Play) instruction()      {}
func (Wait) instruction()      {}
func (Gather) instruction()    {}
func (Queue) instruction()     {}
func (Resume) instruction()    {}
func (Ring) instruction()      {}
func (Transfer) instruction()  {}
func (Voicemail) instruction() {}
func (Callback) instruction()  {}
func (Mark) instruction()      {}
func (Survey) instruction()    {}
func (Hangup) instruction()    {}
