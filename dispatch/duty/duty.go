// Package duty answers who is on duty for an area, a role and a position at an
// instant, and why: which rule, turn of a rotation, shift, temporary roster or
// override put them there, and who was passed over for what reason. It also
// lays out shifts, finds the holes in them, and reads and writes CSV and iCal.
// It is pure: rosters come in as values.
//
// Whoever is away is stood in for by their deputy, if one was named; it looks for
// no other substitute. Who is asked when nobody is on duty is the ladder's business.
//
// Who is on duty at an instant comes about in this order:
//
//  1. the version of the plan in force gives the rules whose day and hours hold,
//     and concrete shifts are added; or a temporary roster replaces all of that;
//  2. swaps, hand-overs and covers are applied in the order they were written
//     (those older than the temporary roster spoke of another plan and are not);
//  3. whoever is on leave, absent or has left is taken out, whatever else says; a
//     deputy who is there takes the place of one who is on leave or absent.
package duty

import (
	"time"

	"example.org/hotline/area"
	"example.org/hotline/ticket"
)

// Question asks for the duty of one role in one area at one instant.
type Question struct {
	Area     area.Code
	Role     area.Role
	Position int // zero asks for everybody on duty
	At       time.Time
}

// OnDuty is one post on duty, and what put it there. Starts and Ends bound that
// one reason (a rule's hours, a turn, a shift); Schedule.Shifts joins them.
type OnDuty struct {
	Post     area.PostID `json:"-"`
	Name     string      `json:"name"`
	Position int         `json:"position"`
	Starts   time.Time   `json:"from"`
	Ends     time.Time   `json:"to"`
	Why      Why         `json:"why"`
}

// Source is what a place on the roster comes from.
type Source string

// The sources.
const (
	FromRule      Source = "rule"
	FromShift     Source = "shift"     // a concrete shift that was imported
	FromTemporary Source = "temporary" // a temporary roster
	FromCover     Source = "cover"     // an override that adds somebody
)

// Why is the machine-readable reason for one place on the roster. What does not
// apply is zero.
type Why struct {
	Source        Source     `json:"source"`
	Version       int        `json:"version,omitempty"` // of the plan that was in force
	Rule          string     `json:"rule,omitempty"`
	Day           ticket.Day `json:"day,omitzero"` // on which the rule's hours began
	Rotation      string     `json:"rotation,omitempty"`
	Turn          Turn       `json:"turn,omitzero"`
	Shift         int64      `json:"shift,omitempty"`
	Temporary     int64      `json:"temporary,omitempty"`
	TemporaryName string     `json:"temporary_name,omitempty"`
	Overrides     []Applied  `json:"overrides,omitempty"` // in the order they were applied
}

// Turn is one member's turn in a rotation.
type Turn struct {
	Number int64     `json:"number"`          // counted from the anchor; negative before it
	Ahead  int       `json:"ahead,omitempty"` // this many members after the one whose turn it is
	Starts time.Time `json:"from"`
	Ends   time.Time `json:"to"`
}

// Applied is one override that changed who has a place.
type Applied struct {
	ID      int64  `json:"id"`
	Kind    Kind   `json:"kind"`
	Instead string `json:"instead,omitempty"` // name of who had the place before
}

// SkipReason says why a post with a place on the roster is not on duty.
type SkipReason string

// The reasons.
const (
	SkipAbsent     SkipReason = "absent"      // an absence covers the instant
	SkipLeft       SkipReason = "left"        // no longer works here
	SkipLeave      SkipReason = "leave"       // an override takes them out of this roster
	SkipSwapped    SkipReason = "swapped"     // somebody else does it
	SkipHandedOver SkipReason = "handed_over" // has handed the duty over
	SkipReplaced   SkipReason = "replaced"    // a temporary roster takes the place of the usual one
)

// Away reports whether the person is not there, rather than relieved by another.
func (r SkipReason) Away() bool { return r == SkipAbsent || r == SkipLeft || r == SkipLeave }

// Skipped is a post that would be on duty.
type Skipped struct {
	Post     area.PostID `json:"-"`
	Name     string      `json:"name"`
	Position int         `json:"position"`
	Reason   SkipReason  `json:"reason"`
	Detail   string      `json:"detail,omitempty"`   // the absence's own reason, or the temporary roster's name
	By       string      `json:"by,omitempty"`       // who does it instead
	Override int64       `json:"override,omitempty"` // the override, or the temporary roster, that says so
	Until    time.Time   `json:"until,omitzero"`     // when that ends; zero for SkipLeft
}

// Idle is a rule whose hours hold and whose day does not: why the weekday's
// worker is not on duty on a holiday.
type Idle struct {
	Rule     string     `json:"rule"`
	Position int        `json:"position"`
	Reason   string     `json:"reason"` // "weekday" or "day_class"
	Day      ticket.Day `json:"day"`
}

// Answer is who is on duty, first position first, who was passed over, and
// which rules do not hold on this day. With all three empty the roster has
// nobody at that time.
type Answer struct {
	OnDuty  []OnDuty
	Skipped []Skipped
	Idle    []Idle
	Damaged bool // the roster cannot be read, so that nobody is known to be on duty
}
