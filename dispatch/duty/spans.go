package duty

import (
	"reflect"
	"slices"
	"time"

	"example.org/hotline/area"
)

// Span is one post on duty in one position without a break.
type Span struct {
	Post     area.PostID `json:"-"`
	Name     string      `json:"name"`
	Position int         `json:"position"`
	Starts   time.Time   `json:"from"`
	Ends     time.Time   `json:"to"`
	Reasons  []Reason    `json:"reasons"` // one after the other, together as long as the span
}

// Reason is why somebody is on duty for a part of a span, and who of that
// position is passed over meanwhile: at each of its instants what Who says.
type Reason struct {
	Starts time.Time `json:"from"`
	Ends   time.Time `json:"to"`
	Why    Why       `json:"why"`
	Passed []Skipped `json:"passed,omitempty"`
}

// Relief is a time in which somebody has a place and does not serve, with the reason.
type Relief struct {
	Starts time.Time `json:"from"`
	Ends   time.Time `json:"to"`
	Skipped
}

// Hole is a time in which a position that must have somebody has nobody.
type Hole struct {
	Position int       `json:"position"` // zero: nobody at all
	Starts   time.Time `json:"from"`
	Ends     time.Time `json:"to"`
	Away     []Skipped `json:"away,omitempty"` // who would be there as it begins
}

// Shifts lists who is on duty from from until to, cut to that time, in the order
// of their beginning; what follows on without a break and a change of position
// is one span, with every reason within it.
func (s *Schedule) Shifts(from, to time.Time) []Span {
	var all []Span
	open := map[placeKey]int{} // the span that is running, by its place in all
	s.walk(from, to, func(at, next time.Time) bool {
		still := map[placeKey]int{}
		answer := s.Who(at, 0)
		for _, d := range answer.OnDuty {
			key := placeKey{d.Post, d.Position}
			i, running := open[key]
			if !running {
				i = len(all)
				all = append(all, Span{Post: d.Post, Name: d.Name, Position: d.Position, Starts: at.UTC()})
			}
			all[i].reach(next.UTC(), Reason{Starts: at.UTC(), Why: d.Why, Passed: answer.passedAt(d.Position)})
			still[key] = i
		}
		open = still
		return true
	})
	return all
}

// reach lets a span go on until next, for a reason that may be the one before.
func (s *Span) reach(next time.Time, r Reason) {
	s.Ends = next
	if n := len(s.Reasons); n > 0 && reflect.DeepEqual(s.Reasons[n-1].Why, r.Why) && slices.Equal(s.Reasons[n-1].Passed, r.Passed) {
		s.Reasons[n-1].Ends = next
		return
	}
	r.Ends = next
	s.Reasons = append(s.Reasons, r)
}

// passedAt lists who is passed over in a position.
func (a Answer) passedAt(position int) (passed []Skipped) {
	for _, s := range a.Skipped {
		if s.Position == position {
			passed = append(passed, s)
		}
	}
	return passed
}

// Relieved lists the times in which a post has a place and does not serve, nor
// in another place: on leave, swapped, handed over, replaced.
func (s *Schedule) Relieved(post area.PostID, from, to time.Time) []Relief {
	var all []Relief
	s.walk(from, to, func(at, next time.Time) bool {
		answer := s.Who(at, 0)
		if slices.ContainsFunc(answer.OnDuty, func(d OnDuty) bool { return d.Post == post }) {
			return true
		}
		for _, skipped := range answer.Skipped {
			if skipped.Post != post {
				continue
			}
			before := slices.IndexFunc(all, func(r Relief) bool { return r.Skipped == skipped && !r.Ends.Before(at) })
			if before >= 0 {
				all[before].Ends = next.UTC()
				continue
			}
			all = append(all, Relief{Starts: at.UTC(), Ends: next.UTC(), Skipped: skipped})
		}
		return true
	})
	return all
}

type placeKey struct {
	post     area.PostID
	position int
}

// Holes lists when a position that the plan in force requires has nobody. Where
// no plan is in force, a time without anybody is a hole from the first shift on.
func (s *Schedule) Holes(from, to time.Time) []Hole { return s.holes(from, to, s.requiredAt) }

// Nobody lists when nobody at all is on duty, whatever is required.
func (s *Schedule) Nobody(from, to time.Time) []Hole {
	return s.holes(from, to, func(time.Time) []int { return anybody })
}

func (s *Schedule) holes(from, to time.Time, required func(time.Time) []int) []Hole {
	var all []Hole
	open := map[int]int{} // the hole that is running, by position
	s.walk(from, to, func(at, next time.Time) bool {
		still := map[int]int{}
		for _, position := range required(at) {
			answer := s.Who(at, position)
			if len(answer.OnDuty) > 0 {
				continue
			}
			i, running := open[position]
			if !running {
				i = len(all)
				all = append(all, Hole{Position: position, Starts: at.UTC(), Away: answer.Skipped})
			}
			all[i].Ends = next.UTC()
			still[position] = i
		}
		open = still
		return true
	})
	slices.SortStableFunc(all, func(a, b Hole) int { return a.Starts.Compare(b.Starts) })
	return all
}

// anybody is what is required where no plan says more.
var anybody = []int{0}

func (s *Schedule) requiredAt(at time.Time) []int {
	if v := s.versionAt(at); v != nil {
		return v.required
	}
	if slices.ContainsFunc(s.shifts, func(shift Shift) bool { return !shift.Starts.After(at) }) {
		return anybody
	}
	return nil
}

// NextChange is the first instant after at and not after until at which other
// people, or the same in other positions, are on duty; false where there is none.
func (s *Schedule) NextChange(at, until time.Time) (time.Time, bool) {
	var change time.Time
	now := s.Who(at, 0).OnDuty
	s.walk(at, until.Add(1), func(from, _ time.Time) bool {
		same := slices.EqualFunc(now, s.Who(from, 0).OnDuty, func(a, b OnDuty) bool { return a.Post == b.Post && a.Position == b.Position })
		if !same {
			change = from.UTC()
		}
		return same
	})
	return change, !change.IsZero()
}

// stride is how much time walk looks at in one go: long enough that the
// gathering costs little, short enough that a walk may end early.
const stride = 8 * 24 * time.Hour

// walk cuts the time from from until to at every instant at which an answer may
// change and hands over the pieces in order, until visit says that it has enough.
// Between two such instants the answer is one and the same.
func (s *Schedule) walk(from, to time.Time, visit func(at, next time.Time) bool) {
	for at := from; at.Before(to); {
		end := at.Add(stride)
		if end.After(to) {
			end = to
		}
		for _, next := range s.instants(at, end) {
			if !visit(at, next) {
				return
			}
			at = next
		}
	}
}

// instants are those after from and before to at which an answer may change, in
// order, and to.
func (s *Schedule) instants(from, to time.Time) []time.Time {
	all := []time.Time{to}
	add := func(t time.Time) {
		if t.After(from) && t.Before(to) {
			all = append(all, t)
		}
	}
	for i := range s.versions {
		s.versions[i].instants(from, to, add)
	}
	for i := range s.temporaries {
		t := &s.temporaries[i]
		add(t.Starts)
		add(t.until())
		for _, p := range t.Places {
			add(p.Starts)
			add(p.Ends)
		}
	}
	for i := range s.overrides {
		add(s.overrides[i].Starts)
		add(s.overrides[i].until())
	}
	for _, shift := range s.shifts {
		add(shift.Starts)
		add(shift.Ends)
	}
	for _, absences := range s.absences {
		for _, a := range absences {
			add(a.Starts)
			add(a.Ends)
		}
	}
	for _, deputies := range s.deputies {
		for _, d := range deputies {
			add(d.Starts)
			add(d.Ends)
		}
	}
	slices.SortFunc(all, time.Time.Compare)
	return slices.CompactFunc(all, time.Time.Equal)
}

// instants adds those of a plan: itself, its rules' hours, its rotations' turns.
func (v *version) instants(from, to time.Time, add func(time.Time)) {
	add(v.from)
	from, to = within(from, to, v.from, v.until)
	if !from.Before(to) {
		return
	}
	first, last := wallOf(from, v.loc).day()-1, wallOf(to, v.loc).day()+1
	for i := range v.rules {
		for day := first; day <= last; day++ {
			starts, ends := v.rules[i].hours(wall(day*dayMinutes), v.loc)
			add(starts)
			add(ends)
		}
	}
	for _, r := range v.rotations {
		for turn := r.turnAt(from) + 1; ; turn++ {
			start := r.start(turn)
			if !start.Before(to) {
				break
			}
			add(start)
		}
	}
}
