package duty

import (
	"cmp"
	"fmt"
	"slices"
	"sync"
	"time"
	_ "time/tzdata" // a roster's zone is known on a node without a zone database too

	"example.org/hotline/area"
	"example.org/hotline/ticket"
)

// Schedule is a Roster that answers. It is never changed after New and is safe
// for concurrent use. What it tells of a time is right as far as the roster it
// was made of holds everything that touches that time.
type Schedule struct {
	key         Key
	days        Days
	versions    []version   // by From, of one instant the one that holds
	temporaries []Temporary // the newest first
	overrides   []Override  // by ID
	shifts      []Shift
	absences    map[area.PostID][]Absence
	deputies    map[area.PostID][]Deputy // the first to be asked first
	people      map[area.PostID]Person
}

// version is a Version made ready to answer.
type version struct {
	number    int
	from      time.Time
	until     time.Time // when the next one is in force; zero for the last
	loc       *time.Location
	required  []int
	rules     []rule
	rotations []rotation
}

type rule struct {
	Rule
	turns *rotation // nil: Post
}

// New makes a roster answer. The error lists every Fault of its plans.
func New(r Roster, days Days) (*Schedule, error) {
	if r.Damage != nil {
		return nil, fmt.Errorf("the roster of %s in %s cannot be read: %w", r.Role, r.Area, r.Damage)
	}
	s := &Schedule{key: r.Key, days: days, people: r.People,
		shifts: slices.Clone(r.Shifts), temporaries: slices.Clone(r.Temporaries), overrides: slices.Clone(r.Overrides)}
	for _, v := range inForce(r.Versions) {
		ready, err := v.ready()
		if err != nil {
			return nil, fmt.Errorf("version %d of the roster of %s in %s: %w", v.Number, r.Role, r.Area, err)
		}
		if n := len(s.versions); n > 0 {
			s.versions[n-1].until = ready.from
		}
		s.versions = append(s.versions, ready)
	}
	slices.SortFunc(s.shifts, func(a, b Shift) int { return cmp.Compare(a.ID, b.ID) })
	slices.SortFunc(s.temporaries, func(a, b Temporary) int { return cmp.Compare(b.ID, a.ID) })
	slices.SortFunc(s.overrides, func(a, b Override) int { return cmp.Compare(a.ID, b.ID) })
	if len(r.Absences) > 0 {
		s.absences = map[area.PostID][]Absence{}
		for _, a := range r.Absences {
			s.absences[a.Post] = append(s.absences[a.Post], a)
		}
	}
	if len(r.Deputies) > 0 {
		s.deputies = map[area.PostID][]Deputy{}
		for _, d := range slices.SortedFunc(slices.Values(r.Deputies), func(a, b Deputy) int { return cmp.Compare(a.Position, b.Position) }) {
			s.deputies[d.Of] = append(s.deputies[d.Of], d)
		}
	}
	return s, nil
}

// Key names the roster the schedule was made of.
func (s *Schedule) Key() Key { return s.key }

// inForce sorts versions by the instant they are in force from, and leaves out
// those that another of the same instant took the place of.
func inForce(versions []Version) []Version {
	sorted := slices.SortedFunc(slices.Values(versions), func(a, b Version) int {
		if c := a.From.Compare(b.From); c != 0 {
			return c
		}
		return cmp.Compare(a.Number, b.Number)
	})
	var kept []Version
	for _, v := range sorted {
		if n := len(kept); n > 0 && kept[n-1].From.Equal(v.From) {
			kept[n-1] = v
		} else {
			kept = append(kept, v)
		}
	}
	return kept
}

func (v Version) ready() (version, error) {
	if err := v.Plan.Check(); err != nil {
		return version{}, err
	}
	loc, err := zone(v.Plan.Zone)
	if err != nil {
		return version{}, err
	}
	ready := version{number: v.Number, from: v.From, loc: loc, required: v.Plan.Required}
	if len(ready.required) == 0 {
		ready.required = []int{0}
	}
	for _, r := range v.Plan.Rotations {
		ready.rotations = append(ready.rotations, rotation{Rotation: r, loc: loc, anchor: wallAt(r.Anchor)})
	}
	for _, r := range v.Plan.Rules {
		one := rule{Rule: r}
		for i := range ready.rotations {
			if ready.rotations[i].Name == r.Rotation {
				one.turns = &ready.rotations[i]
			}
		}
		ready.rules = append(ready.rules, one)
	}
	return ready, nil
}

// zones keeps what was read from the zone database, which is slow and never changes.
var zones sync.Map // name → *time.Location

func zone(name string) (*time.Location, error) {
	if loc, ok := zones.Load(name); ok {
		return loc.(*time.Location), nil //nolint:errcheck,forcetypeassert // only this function stores
	}
	loc, err := time.LoadLocation(name)
	if err != nil || name == "" || name == "Local" {
		return nil, fmt.Errorf("%q is no IANA time zone; Chinese rosters use Asia/Shanghai", name)
	}
	zones.Store(name, loc)
	return loc, nil
}

// Who tells who is on duty at an instant, and why; position zero asks for
// everybody. A post with several places counts once, by its first; two posts may
// share a position.
func (s *Schedule) Who(at time.Time, position int) Answer {
	a := asking{s: s, at: at}
	a.gather()
	a.override()
	return a.answer(position)
}

// asking is one question on its way to an answer.
type asking struct {
	s       *Schedule
	at      time.Time
	version *version
	since   int64 // overrides older than this spoke of another plan
	places  []place
	skipped []Skipped
	idle    []Idle
}

// place is somebody's place on the roster at the instant.
type place struct {
	post         area.PostID
	position     int
	starts, ends time.Time
	why          Why
}

func (s *Schedule) versionAt(at time.Time) *version {
	for i := len(s.versions) - 1; i >= 0; i-- {
		if !s.versions[i].from.After(at) {
			return &s.versions[i]
		}
	}
	return nil
}

// gather takes the places from the temporary roster in force, else from plan and shifts.
func (a *asking) gather() {
	a.version = a.s.versionAt(a.at)
	if a.version != nil {
		for i := range a.version.rules {
			a.rule(&a.version.rules[i])
		}
	}
	for _, shift := range a.s.shifts {
		if covers(shift.Starts, shift.Ends, a.at) {
			a.places = append(a.places, place{post: shift.Post, position: shift.Position, starts: shift.Starts, ends: shift.Ends,
				why: Why{Source: FromShift, Shift: shift.ID}})
		}
	}
	for i := range a.s.temporaries {
		if t := &a.s.temporaries[i]; covers(t.Starts, t.until(), a.at) {
			a.replace(t)
			return
		}
	}
}

// replace puts a temporary roster in the place of everything gathered so far.
func (a *asking) replace(t *Temporary) {
	usual := a.places
	a.places, a.idle, a.since = nil, nil, t.ID
	for _, p := range t.Places {
		starts, ends := within(p.Starts, p.Ends, t.Starts, t.until())
		if covers(starts, ends, a.at) {
			a.places = append(a.places, place{post: p.Post, position: p.Position, starts: starts, ends: ends,
				why: Why{Source: FromTemporary, Temporary: t.ID, TemporaryName: t.Name}})
		}
	}
	for _, p := range usual {
		if !a.has(p.post) {
			a.skip(p, Skipped{Reason: SkipReplaced, Detail: t.Name, Override: t.ID, Until: t.until()})
		}
	}
}

func (a *asking) has(post area.PostID) bool {
	return slices.ContainsFunc(a.places, func(p place) bool { return p.post == post })
}

// rule adds whom a rule puts on duty. Its hours may have begun today or, over
// midnight, yesterday; where a change of the clocks stretches them, both.
func (a *asking) rule(r *rule) {
	loc := a.version.loc
	today := wall(wallOf(a.at, loc).day() * dayMinutes)
	for _, midnight := range [...]wall{today - dayMinutes, today, today + dayMinutes} {
		starts, ends := r.hours(midnight, loc)
		if !covers(starts, ends, a.at) {
			continue
		}
		day := a.s.days(midnight.date())
		if reason := r.refuses(midnight.weekday(), day); reason != "" {
			a.idle = append(a.idle, Idle{Rule: r.Name, Position: r.Position, Reason: reason, Day: day})
			continue
		}
		p := place{post: r.Post, position: r.Position, why: Why{Source: FromRule, Version: a.version.number, Rule: r.Name, Day: day}}
		p.starts, p.ends = within(starts, ends, a.version.from, a.version.until)
		if r.turns != nil {
			turn := r.turns.turnAt(a.at)
			p.post = r.turns.member(turn, r.Ahead)
			p.why.Rotation = r.Rotation
			p.why.Turn = Turn{Number: turn, Ahead: r.Ahead, Starts: r.turns.start(turn).UTC(), Ends: r.turns.start(turn + 1).UTC()}
			p.starts, p.ends = within(p.starts, p.ends, p.why.Turn.Starts, p.why.Turn.Ends)
		}
		a.places = append(a.places, p)
		return // once, however its hours lie
	}
}

// hours are when a rule's hours of a day begin and end, whether or not it holds on that day.
func (r *rule) hours(midnight wall, loc *time.Location) (starts, ends time.Time) {
	end := midnight + wall(r.End)
	if r.End <= r.Start {
		end += dayMinutes
	}
	return (midnight + wall(r.Start)).in(loc), end.in(loc)
}

// refuses says why a rule does not hold on a day; empty where it does.
func (r *rule) refuses(weekday time.Weekday, day ticket.Day) string {
	switch {
	case !r.Days.Has(weekday):
		return "weekday"
	case r.Class != "" && r.Class != AnyDay && r.Class != ClassOf(day):
		return "day_class"
	default:
		return ""
	}
}

// override applies swaps, hand-overs and covers in the order of writing.
func (a *asking) override() {
	for i := range a.s.overrides {
		o := &a.s.overrides[i]
		if o.ID < a.since || o.Kind == Leave || !covers(o.Starts, o.until(), a.at) {
			continue
		}
		if o.Kind == Cover {
			a.places = append(a.places, place{post: o.Add, position: o.Position, starts: o.Starts, ends: o.until(),
				why: Why{Source: FromCover, Overrides: []Applied{{ID: o.ID, Kind: o.Kind}}}})
			continue
		}
		a.swap(o)
	}
}

func (a *asking) swap(o *Override) {
	for i := range a.places {
		p := &a.places[i]
		if p.post != o.Remove {
			continue
		}
		reason := SkipSwapped
		if o.Kind == HandOver {
			reason = SkipHandedOver
		}
		a.skip(*p, Skipped{Reason: reason, By: a.s.people[o.Add].Name, Override: o.ID, Until: o.until()})
		p.why.Overrides = append(slices.Clip(p.why.Overrides), Applied{ID: o.ID, Kind: o.Kind, Instead: a.s.people[o.Remove].Name})
		p.post = o.Add
		p.starts, p.ends = within(p.starts, p.ends, o.Starts, o.until())
	}
}

// skip notes who would have had a place.
func (a *asking) skip(p place, s Skipped) {
	s.Post, s.Name, s.Position = p.post, a.s.people[p.post].Name, p.position
	a.skipped = append(a.skipped, s)
}

// answer takes out who is not there, and names the others.
func (a *asking) answer(position int) Answer {
	slices.SortStableFunc(a.places, func(x, y place) int {
		if c := cmp.Compare(x.position, y.position); c != 0 {
			return c
		}
		return x.starts.Compare(y.starts)
	})
	var answer Answer
	for i := range a.places {
		p := &a.places[i]
		if slices.ContainsFunc(a.places[:i], func(before place) bool { return before.post == p.post }) {
			continue
		}
		if away, ok := a.away(p.post); ok && !a.standIn(p, away) {
			a.skip(*p, away)
			continue
		}
		if position == 0 || p.position == position {
			answer.OnDuty = append(answer.OnDuty, OnDuty{Post: p.post, Name: a.s.people[p.post].Name, Position: p.position,
				Starts: p.starts.UTC(), Ends: p.ends.UTC(), Why: p.why})
		}
	}
	for _, s := range a.skipped {
		if position == 0 || s.Position == position {
			answer.Skipped = append(answer.Skipped, s)
		}
	}
	for _, i := range a.idle {
		if position == 0 || i.Position == position {
			answer.Idle = append(answer.Idle, i)
		}
	}
	return answer
}

// away says why a post is not there, if so. Of several reasons the one that ends
// last is told.
func (a *asking) away(post area.PostID) (s Skipped, away bool) {
	if !a.s.people[post].Active {
		return Skipped{Reason: SkipLeft}, true
	}
	for i := range a.s.overrides {
		if o := &a.s.overrides[i]; o.Kind == Leave && o.Remove == post && covers(o.Starts, o.until(), a.at) && o.until().After(s.Until) {
			s = Skipped{Reason: SkipLeave, Detail: o.Reason, Override: o.ID, Until: o.until()}
		}
	}
	for _, b := range a.s.absences[post] {
		if covers(b.Starts, b.Ends, a.at) && b.Ends.After(s.Until) {
			s = Skipped{Reason: SkipAbsent, Detail: b.Reason, Until: b.Ends}
		}
	}
	return s, s.Reason != ""
}

// until is when an override ends: early, or as it was written.
func (o *Override) until() time.Time { return earlier(o.Ends, o.EndedAt) }

func (t *Temporary) until() time.Time { return earlier(t.Ends, t.EndedAt) }

// earlier is ends, or ended where that is known and before it.
func earlier(ends, ended time.Time) time.Time {
	if !ended.IsZero() && ended.Before(ends) {
		return ended
	}
	return ends
}

// covers is half open, so that at a hand-over exactly one of two shifts holds.
func covers(starts, ends, at time.Time) bool { return !at.Before(starts) && at.Before(ends) }

// within cuts a span to bounds; a zero upper bound is none.
func within(starts, ends, low, high time.Time) (time.Time, time.Time) {
	if low.After(starts) {
		starts = low
	}
	if !high.IsZero() && high.Before(ends) {
		ends = high
	}
	return starts, ends
}
