package duty

import (
	"slices"
	"time"

	"example.org/hotline/area"
	"example.org/hotline/ticket"
)

// Roster is all that is known of who serves in one role of one area, or that
// part of it that touches a span of time. Only Key and what is used must be
// given; New makes it answer.
type Roster struct {
	Key
	Versions    []Version
	Temporaries []Temporary
	Overrides   []Override
	Shifts      []Shift
	Absences    []Absence
	Deputies    []Deputy
	People      map[area.PostID]Person // whoever is named above; who is not in it has left
	Damage      error                  // why a part of it could not be read; nil: all of it is here
}

// Key names a roster.
type Key struct {
	Area area.Code `json:"area"`
	Role area.Role `json:"role"`
}

// Person is the holder of a post as rosters show them.
type Person struct {
	Name   string
	Active bool // still works here
}

// Version is a plan from the instant it is in force: until the next version's.
// Of two with the same From the higher number holds. A version is never
// changed, so that the past stays as it was.
type Version struct {
	Number int       `json:"number"` // 1, 2, …: in the order of writing
	From   time.Time `json:"from"`
	Plan   Plan      `json:"plan"`
}

// Plan is what people edit.
type Plan struct {
	Zone      string     `json:"zone"`                // IANA name, such as Asia/Shanghai
	Required  []int      `json:"required,omitempty"`  // positions that must have somebody; none given: anybody will do
	Rules     []Rule     `json:"rules"`               // each adds somebody
	Rotations []Rotation `json:"rotations,omitempty"` // that rules point at
}

// Rule puts somebody on duty on certain days between two times of the local
// clock. The day is the one on which the hours begin: a night from Friday 18:00
// to 08:00 belongs to Friday.
type Rule struct {
	Name     string   `json:"name"`               // unique within the plan
	Position int      `json:"position"`           // 1 is first on duty, 2 second, … up to 9
	Days     Weekdays `json:"days,omitzero"`      // none given: every day
	Class    DayClass `json:"class,omitempty"`    // none given: any. Swapped working days (调休) follow Class, not Days
	Start    Clock    `json:"start"`              // of the local clock
	End      Clock    `json:"end"`                // not after Start: on the next day. The same as Start: 24 hours by the clock
	Post     Post     `json:"post,omitempty"`     // this person, or
	Rotation string   `json:"rotation,omitempty"` // whoever's turn it is in this rotation
	Ahead    int      `json:"ahead,omitempty"`    // with Rotation: that many members further on, for a second who is first next time
}

// Post is the id of a person's post within a plan.
type Post = area.PostID

// DayClass is the kind of day a rule holds on.
type DayClass string

// The classes. A weekend day that is worked for a holiday is a workday.
const (
	AnyDay  DayClass = "any"
	Workday DayClass = "workday"
	RestDay DayClass = "rest_day"
	Holiday DayClass = "holiday"
)

// Days tells what a day of the calendar is; ticket.Calendar.Day is one.
type Days func(ticket.Date) ticket.Day

// ClassOf is the class of a calendar's day.
func ClassOf(d ticket.Day) DayClass {
	switch {
	case d.Kind.Working():
		return Workday
	case d.Kind == ticket.DayHoliday:
		return Holiday
	default:
		return RestDay
	}
}

// Unit is what the length of a rotation's turn is measured in.
type Unit string

// The units. All are steps of the local clock: a turn that ends at 09:00 ends at
// 09:00 also when the clocks were changed meanwhile.
const (
	Hourly  Unit = "hourly"
	Daily   Unit = "daily"
	Weekly  Unit = "weekly"
	Monthly Unit = "monthly" // to the same day of the month, or its last where it has no such day
)

// Rotation lets members take turns, for ever in both directions of time.
type Rotation struct {
	Name    string    `json:"name"` // unique within the plan
	Unit    Unit      `json:"unit"`
	Length  int       `json:"length"` // of a turn in units, at least 1
	Anchor  LocalTime `json:"anchor"` // when turn 0, the first member's, begins
	Members []Post    `json:"members"`
}

// Kind is what an override does.
type Kind string

// The kinds.
const (
	Leave    Kind = "leave"     // takes Remove out of this roster
	Swap     Kind = "swap"      // Add does what Remove would
	Cover    Kind = "cover"     // adds Add at Position
	HandOver Kind = "hand_over" // as Swap, with a note and the cash counted, to the end of the duty
)

// Override changes a roster from Starts until just before Ends. It is never
// changed; ending it early is written beside it.
type Override struct {
	ID       int64     `json:"id"` // rises in the order of writing, together with Temporary.ID
	Kind     Kind      `json:"kind"`
	Remove   Post      `json:"remove,omitempty"`
	Add      Post      `json:"add,omitempty"`
	Position int       `json:"position,omitempty"` // of a Cover
	Starts   time.Time `json:"from"`
	Ends     time.Time `json:"to"`
	EndedAt  time.Time `json:"ended_at,omitzero"` // before Ends: it holds until then only
	Reason   string    `json:"reason,omitempty"`
}

// Temporary is a fixed roster that replaces everything from Starts until just
// before Ends: plan, shifts, and overrides that were written before it, except
// leave. Where two overlap the later one holds.
type Temporary struct {
	ID      int64     `json:"id"` // as Override.ID
	Name    string    `json:"name"`
	Starts  time.Time `json:"from"`
	Ends    time.Time `json:"to"`
	EndedAt time.Time `json:"ended_at,omitzero"`
	Places  []Place   `json:"places"`
}

// Place is one post on a temporary roster.
type Place struct {
	Position int       `json:"position"`
	Post     Post      `json:"post"`
	Starts   time.Time `json:"from"`
	Ends     time.Time `json:"to"`
}

// Shift is a concrete one that was imported: a post on duty from Starts until
// just before Ends, beside what the rules give.
type Shift struct {
	ID       int64
	Position int
	Post     area.PostID
	Starts   time.Time
	Ends     time.Time
}

// Absence takes a post off duty everywhere from Starts until just before Ends.
type Absence struct {
	Post   area.PostID
	Reason string // "leave", "ill", "training", …: as it was entered
	Starts time.Time
	Ends   time.Time
}

// People lists everybody a plan names, each once, in the order of their ids.
func (p Plan) People() []area.PostID {
	var ids []area.PostID
	for _, r := range p.Rules {
		if r.Post != 0 {
			ids = append(ids, r.Post)
		}
	}
	for _, r := range p.Rotations {
		ids = append(ids, r.Members...)
	}
	slices.Sort(ids)
	return slices.Compact(ids)
}

// People lists everybody a temporary roster names.
func (t Temporary) People() []area.PostID {
	var ids []area.PostID
	for _, p := range t.Places {
		ids = append(ids, p.Post)
	}
	return ids
}
