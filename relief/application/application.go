// Package application is the application for basic aid, from the counter to the monthly
// sum: what is declared, seen and computed, who decides, what the village reads, what the
// household gets, and what becomes of it (DOMAIN 2.3). It is pure domain over a transaction
// that store provides.
//
// An application hangs on a ticket, which is the case. Its story reads Open, Submit,
// Accept, Declare, RecordHomeVisit, Assess, Propose, Post, Confirm.
package application

import (
	"time"

	"example.org/hotline/area"
	"example.org/hotline/internal/act"
	"example.org/hotline/relief"
	"example.org/hotline/relief/people"
	"example.org/hotline/relief/rule"
	"example.org/hotline/relief/source"
	"example.org/hotline/ticket"
)

// ID is the internal number of an application; outside only PublicID is seen.
type ID int64

// Rules are what commands judge by.
type Rules struct {
	Versions rule.Versions // at least one
	Calendar ticket.Calendar
	Relief   relief.Versions // limits of what is paid; at least one
	Sources  *source.Catalogue
}

// Application is one household's application for one aid.
type Application struct {
	ID        ID
	PublicID  string
	Ticket    ticket.ID
	Aid       string // code of the catalogue
	State     State
	Household people.HouseholdID
	Index     []byte    // what the household's limits count under
	Payee     []byte    // blind index of who applies and is paid
	Person    string    // their public id
	Village   area.Code // where the household lives: there the notice hangs
	Rules     string    // version that it is judged by, from its acceptance on; empty before

	Gaps          []string  // papers that the one notice has asked for
	GapsNoticedAt time.Time // zero while none was given
	SubmittedAt   time.Time
	AcceptedAt    time.Time
	CheckedAt     time.Time   // the answers of the data check were looked at, and what nobody knew was let go
	Check         int64       // which it rests on; zero: on papers alone
	VisitedAt     time.Time   // two people were in the home
	VisitDueOn    ticket.Date // the day that is aimed at
	Disputed      bool        // the committee was asked (民主评议)
	PauseReason   Pause       // while the working days rest
	DecidedAt     time.Time
	FirstMonth    rule.Month // the first that is paid

	By      area.StaffID
	At      time.Time
	Version int64
}

// Subject names the application in timers.
func (a Application) Subject() act.Subject {
	return act.Subject{Kind: "application", ID: int64(a.ID)}
}

// The timers of an application.
const (
	TimerNotice     = "public_notice" // the term of its notice is over; Epoch is the notice
	TimerFirstMonth = "first_month"   // the first month that is paid has begun
	TimerLetter     = "ruling_letter" // of a ruling: the person should have it in writing by now
)

// version is the version that an application is judged by: the one of its acceptance,
// before that the one in force.
func (r Rules) version(a Application, now time.Time) (*rule.Version, error) {
	if a.Rules == "" {
		return r.Versions.At(now), nil
	}
	return r.Versions.Named(a.Rules)
}

// Pause is why the working days of an application rest.
type Pause string

// The reasons for which they may.
const (
	PauseNone      Pause = ""
	PauseAway      Pause = "away"      // the household cannot be met
	PauseIllness   Pause = "illness"   // an applicant is in hospital
	PauseSource    Pause = "source"    // a data source does not answer
	PauseElsewhere Pause = "elsewhere" // another place or department must answer
	PauseDisaster  Pause = "disaster"  // the office cannot work
	PauseConsent   Pause = "consent"   // the consent to the data check was taken back; set by that alone
)

// Pauses lists the reasons.
func Pauses() []Pause {
	return []Pause{PauseAway, PauseIllness, PauseSource, PauseElsewhere, PauseDisaster}
}
