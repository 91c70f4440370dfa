// Package source asks other departments what they know of a household (家庭经济
// 状况核对): one act asks every data source about everybody whom the consent
// names, all at once, and what each says is shown as it comes.
//
// It is pure domain over a transaction that store provides. How a source is
// spoken to is connect's affair, and asking is what waits for them.
//
// What a source has not said is unknown. An Answer gives its data out through
// Look alone, which tells "answered, and there is nothing" from "nobody knows";
// no caller can read one as the other (DOMAIN 43, 社会救助法 Art 40, 62).
package source

import (
	"time"

	"example.org/hotline/internal/act"
	"example.org/hotline/relief/people"
	"example.org/hotline/ticket"
)

// Status is what came of asking one source about one person.
type Status string

// The statuses (DOMAIN 43). Only OK and EMPTY are knowledge.
const (
	Asking  Status = "asking"
	OK      Status = "ok"      // answered, with data
	Empty   Status = "empty"   // answered: there is nothing on this person
	Timeout Status = "timeout" // no answer in time
	Error   Status = "error"   // an answer that is none, or the question could not leave
	Stale   Status = "stale"   // answered, but as of a day too long ago
)

// Statuses lists every Status.
func Statuses() []Status { return []Status{Asking, OK, Empty, Timeout, Error, Stale} }

// Known reports whether the source has said what is so.
func (s Status) Known() bool { return s == OK || s == Empty }

// Event moves the answer that is waited for.
type Event string

// The events.
const (
	SaysData    Event = "says_data"
	SaysNothing Event = "says_nothing"
	SaysOld     Event = "says_old"
	Fails       Event = "fails"
	Lapses      Event = "lapses" // its time is over, or the node that asked has died
)

// Events lists every Event.
func Events() []Event { return []Event{SaysData, SaysNothing, SaysOld, Fails, Lapses} }

// transitions is the whole life of an answer. What came first stays: a source
// that speaks after its time is over changes nothing.
//
//	asking ─says_data▶ ok   ─says_nothing▶ empty   ─says_old▶ stale   ─fails▶ error   ─lapses▶ timeout
var transitions = map[Status]map[Event]Status{
	Asking:  {SaysData: OK, SaysNothing: Empty, SaysOld: Stale, Fails: Error, Lapses: Timeout},
	OK:      {},
	Empty:   {},
	Timeout: {},
	Error:   {},
	Stale:   {},
}

// Next is the pure transition. A refused pair is an act.ErrRefused that names both.
func (s Status) Next(ev Event) (Status, error) {
	if next, ok := transitions[s][ev]; ok {
		return next, nil
	}
	return "", act.NotInState("answer", s, ev)
}

// Why there is no answer, or none that counts: these stand in Code. None repeats
// a word of what a source wrote.
const (
	WhyNoIdentity   = "no_identity"   // the person has no identity number to ask by
	WhyNotConnected = "not_connected" // hotline.yaml says no way to the source
	WhyBreaker      = "breaker_open"  // it failed so often that it is left alone for a while
	WhyConnection   = "no_connection"
	WhyStatus       = "server_error"
	WhyRefused      = "refused" // the source refuses the question
	WhySignature    = "wrong_signature"
	WhyTooLarge     = "answer_too_large"
	WhyUnclear      = "answer_unclear" // not in the form that was agreed
	WhyOtherPerson  = "other_person"   // about somebody else
	WhyLate         = "no_answer"      // nothing within the time
	WhyOld          = "too_old"
	WhyWithdrawn    = "consent_withdrawn" // the consent was taken back before the source had spoken
	WhyNotAsked     = "not_asked"         // whether the consent still stands could not be made sure of, so nothing has left
)

// Reading is one answer as it was read.
type Reading struct {
	Status Status
	Code   string        // of those above; empty for OK and Empty
	AsOf   ticket.Date   // the day that the source says its data is of; empty where it says none
	Counts time.Duration // how long it counts from now on; zero where nothing is known. Sources live in real time, cases by the line's clock
	Data   Data
	Tries  int
	Took   time.Duration
}

// failed is a reading that tells nothing.
func failed(code string) Reading { return Reading{Status: Error, Code: code} }

// Failed is a reading that tells nothing, for whoever speaks to sources.
func Failed(code string) Reading { return failed(code) }

// Late is the reading of a source that did not answer in time.
func Late() Reading { return Reading{Status: Timeout, Code: WhyLate} }

// Question is what leaves: nothing but what the source's request has a place for.
type Question struct {
	Source  string // code
	Request string // random, another one for each question; the source keeps it with what it logs
	Number  act.Private
	Name    act.Private
}

// Asked is one question with where its answer goes.
type Asked struct {
	Answer   int64 // row
	Question Question
}

// Claim is a check that one node asks for.
type Claim struct {
	Check     int64
	PublicID  string
	Left      time.Duration // real time
	Questions []Asked
}

// Answer is what is known of one person from one source.
type Answer struct {
	Source    string
	Person    people.PersonID
	PersonRef string // public id
	Status    Status
	Code      string
	AskedAt   time.Time
	Answered  time.Time // zero while it is waited for
	Took      time.Duration
	Tries     int
	AsOf      ticket.Date
	Until     time.Time // to when what it says counts; zero where nothing is known

	data *Data
}

// WithData is the answer with what the source said.
func (a Answer) WithData(d Data) Answer {
	a.data = &d
	return a
}

// Look gives out what is known at a moment. known is false for everything but an
// answer that is fresh: then nobody knows, and data must not be read. With known
// and no data in it the source has said that there is nothing.
func (a Answer) Look(now time.Time) (data Data, known bool) {
	if !a.Status.Known() || now.After(a.Until) {
		return Data{}, false
	}
	if a.data != nil {
		data = *a.data
	}
	return data, true
}

// Shown is what the source said, fresh or old, for a person to read with its
// status beside it; nil where it said nothing. Nothing is decided by it.
func (a Answer) Shown() *Data { return a.data }

// Private is a text about a person that asks for them: a name, an identity number.
type Private = act.Private
