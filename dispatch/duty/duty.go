// Package duty answers who is on duty for an area, a role and a position at an
// instant, and why: which shift put them there, and who was passed over for
// what reason. It is pure: shifts and absences come in as rows.
//
// It never looks for a substitute. Who is asked when nobody is on duty is the
// ladder's business.
package duty

import (
	"slices"
	"time"

	"example.org/hotline/area"
)

// Shift puts a post on duty from Starts until just before Ends.
type Shift struct {
	ID       int64
	Area     area.Code
	Role     area.Role
	Position int // 1 is first on duty, 2 second, …
	Post     area.PostID
	Name     string // of the post, for the explanation
	Active   bool   // its holder still works here
	Starts   time.Time
	Ends     time.Time
}

// Absence takes a post off duty from Starts until just before Ends.
type Absence struct {
	Post   area.PostID
	Reason string // "leave", "ill", "training", …: as it was entered
	Starts time.Time
	Ends   time.Time
}

// Question asks for the duty of one role in one area at one instant.
type Question struct {
	Area     area.Code
	Role     area.Role
	Position int // zero asks for everybody on duty
	At       time.Time
}

// OnDuty is one post on duty, and the shift that says so.
type OnDuty struct {
	Post     area.PostID
	Name     string
	Position int
	Starts   time.Time
	Ends     time.Time
}

// SkipReason says why a post with a shift is not on duty.
type SkipReason string

// The reasons.
const (
	SkipAbsent SkipReason = "absent" // an absence covers the instant
	SkipLeft   SkipReason = "left"   // no longer works here
)

// Skipped is a post that would be on duty.
type Skipped struct {
	Post     area.PostID
	Name     string
	Position int
	Reason   SkipReason
	Detail   string    // the absence's own reason
	Until    time.Time // when the absence ends, zero for SkipLeft
}

// Answer is who is on duty, first position first, and who was passed over.
// With both empty the roster has nobody at that time.
type Answer struct {
	OnDuty  []OnDuty
	Skipped []Skipped
}

// Who answers q from rows that may hold more than q asks for. A post with
// several shifts at that instant (an overlap at hand-over) counts once, by its
// first position; two posts may share a position.
func Who(q Question, shifts []Shift, absences []Absence) Answer {
	var here []Shift
	for _, s := range shifts {
		if s.Area == q.Area && s.Role == q.Role && (q.Position == 0 || s.Position == q.Position) && covers(s.Starts, s.Ends, q.At) {
			here = append(here, s)
		}
	}
	slices.SortStableFunc(here, func(a, b Shift) int {
		if a.Position != b.Position {
			return a.Position - b.Position
		}
		if c := a.Starts.Compare(b.Starts); c != 0 {
			return c
		}
		return int(a.ID - b.ID)
	})
	var answer Answer
	seen := map[area.PostID]bool{}
	for _, s := range here {
		if seen[s.Post] {
			continue
		}
		seen[s.Post] = true
		if away, ok := absent(s, absences, q.At); ok {
			answer.Skipped = append(answer.Skipped, away)
			continue
		}
		answer.OnDuty = append(answer.OnDuty, OnDuty{Post: s.Post, Name: s.Name, Position: s.Position, Starts: s.Starts, Ends: s.Ends})
	}
	return answer
}

// covers is half open, so that at a hand-over exactly one of two shifts holds.
func covers(starts, ends, at time.Time) bool { return !at.Before(starts) && at.Before(ends) }

// absent says why the post of a shift is not on duty, if so. Of several
// absences the one that ends last is told.
func absent(s Shift, absences []Absence, at time.Time) (Skipped, bool) {
	skip := Skipped{Post: s.Post, Name: s.Name, Position: s.Position}
	if !s.Active {
		skip.Reason = SkipLeft
		return skip, true
	}
	for _, a := range absences {
		if a.Post == s.Post && covers(a.Starts, a.Ends, at) && a.Ends.After(skip.Until) {
			skip.Reason, skip.Detail, skip.Until = SkipAbsent, a.Reason, a.Ends
		}
	}
	return skip, skip.Reason != ""
}
