package duty_test

import (
	"fmt"
	"reflect"
	"slices"
	"sort"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"example.org/hotline/area"
	"example.org/hotline/dispatch/duty"
	"example.org/hotline/ticket"
)

// A model decides every minute anew from what a clock on the wall has shown so
// far. It shares no arithmetic with the package: a local time has come once the
// clock has shown it or more.
type model struct {
	r     duty.Roster
	days  map[ticket.Date]ticket.Day
	from  time.Time
	shown map[string][]time.Time // by zone and minute after from
}

func (m model) clock(t time.Time, zone string) time.Time {
	return m.shown[zone][int(t.Sub(m.from)/time.Minute)]
}

// shown lists for each minute the latest local time that a clock has shown by
// then: it may have been put back meanwhile, by no more than three hours.
func shown(from, to time.Time, loc *time.Location) []time.Time {
	var all []time.Time
	var latest time.Time
	for t := from.Add(-3 * time.Hour); t.Before(to); t = t.Add(time.Minute) {
		l := t.In(loc)
		if n := time.Date(l.Year(), l.Month(), l.Day(), l.Hour(), l.Minute(), 0, 0, time.UTC); n.After(latest) {
			latest = n
		}
		all = append(all, latest)
	}
	return all[180:]
}

func (m model) day(d time.Time) ticket.Day {
	date := ticket.Date(d.Format(time.DateOnly))
	if special, ok := m.days[date]; ok {
		return special
	}
	if d.Weekday() == time.Saturday || d.Weekday() == time.Sunday {
		return ticket.Day{Date: date, Kind: ticket.DayRest}
	}
	return ticket.Day{Date: date, Kind: ticket.DayWorking}
}

func (m model) version(t time.Time) *duty.Version {
	var best *duty.Version
	for i := range m.r.Versions {
		v := &m.r.Versions[i]
		if !v.From.After(t) && (best == nil || v.From.After(best.From) || v.From.Equal(best.From) && v.Number > best.Number) {
			best = v
		}
	}
	return best
}

func holds(class duty.DayClass, d ticket.Day) bool {
	switch class {
	case duty.Workday:
		return d.Kind == ticket.DayWorking || d.Kind == ticket.DayMakeUp
	case duty.RestDay:
		return d.Kind == ticket.DayRest
	case duty.Holiday:
		return d.Kind == ticket.DayHoliday
	default:
		return true
	}
}

// turn walks from the anchor, turn by turn.
func turn(r duty.Rotation, clock time.Time) int {
	anchor, _ := time.Parse("2006-01-02T15:04", r.Anchor.String())
	start := func(k int) time.Time {
		switch n := k * r.Length; r.Unit {
		case duty.Hourly:
			return anchor.Add(time.Duration(n) * time.Hour)
		case duty.Daily:
			return anchor.AddDate(0, 0, n)
		case duty.Weekly:
			return anchor.AddDate(0, 0, 7*n)
		default:
			y, month, d := anchor.Date()
			for day := d; ; day-- {
				t := time.Date(y, month+time.Month(n), day, anchor.Hour(), anchor.Minute(), 0, 0, time.UTC)
				if t.Day() == day {
					return t
				}
			}
		}
	}
	k := 0
	for start(k).After(clock) {
		k--
	}
	for !start(k + 1).After(clock) {
		k++
	}
	return k
}

type seat struct {
	post     area.PostID
	position int
}

// usual is who the plan and the shifts put on duty, in no order.
func (m model) usual(t time.Time) []seat {
	var seats []seat
	if v := m.version(t); v != nil {
		now := m.clock(t, v.Plan.Zone)
		for _, r := range v.Plan.Rules {
			for back := range 3 {
				day := now.Truncate(24*time.Hour).AddDate(0, 0, 1-back)
				end := day.Add(time.Duration(r.End) * time.Minute)
				if r.End <= r.Start {
					end = end.AddDate(0, 0, 1)
				}
				if day.Add(time.Duration(r.Start)*time.Minute).After(now) || !end.After(now) || !r.Days.Has(day.Weekday()) || !holds(r.Class, m.day(day)) {
					continue
				}
				post := r.Post
				for _, rotation := range v.Plan.Rotations {
					if rotation.Name == r.Rotation {
						n := len(rotation.Members)
						post = rotation.Members[((turn(rotation, now)+r.Ahead)%n+n)%n]
					}
				}
				seats = append(seats, seat{post, r.Position})
			}
		}
	}
	for _, s := range m.r.Shifts {
		if during(t, s.Starts, s.Ends, time.Time{}) {
			seats = append(seats, seat{s.Post, s.Position})
		}
	}
	return seats
}

func during(t, from, to, ended time.Time) bool {
	return !t.Before(from) && t.Before(to) && (ended.IsZero() || t.Before(ended))
}

// at lists who is on duty in a minute: "1:4 2:7" is post 4 first and post 7 second.
func (m model) at(t time.Time) []seat {
	seats := m.usual(t)
	var temporary *duty.Temporary
	for i := range m.r.Temporaries {
		if x := &m.r.Temporaries[i]; during(t, x.Starts, x.Ends, x.EndedAt) && (temporary == nil || x.ID > temporary.ID) {
			temporary = x
		}
	}
	since := int64(0)
	if temporary != nil {
		seats, since = nil, temporary.ID
		for _, p := range temporary.Places {
			if during(t, p.Starts, p.Ends, time.Time{}) {
				seats = append(seats, seat{p.Post, p.Position})
			}
		}
	}
	overrides := slices.Clone(m.r.Overrides)
	sort.Slice(overrides, func(i, j int) bool { return overrides[i].ID < overrides[j].ID })
	gone := map[area.PostID]bool{}
	for _, o := range overrides {
		switch {
		case !during(t, o.Starts, o.Ends, o.EndedAt):
		case o.Kind == duty.Leave:
			gone[o.Remove] = true
		case o.ID < since:
		case o.Kind == duty.Cover:
			seats = append(seats, seat{o.Add, o.Position})
		default:
			for i := range seats {
				if seats[i].post == o.Remove {
					seats[i].post = o.Add
				}
			}
		}
	}
	for _, a := range m.r.Absences {
		gone[a.Post] = gone[a.Post] || during(t, a.Starts, a.Ends, time.Time{})
	}
	best := map[area.PostID]int{}
	for _, s := range seats {
		if first, ok := best[s.post]; m.r.People[s.post].Active && !gone[s.post] && (!ok || s.position < first) {
			best[s.post] = s.position
		}
	}
	var on []seat
	for post, position := range best {
		on = append(on, seat{post, position})
	}
	slices.SortFunc(on, compareSeats)
	return on
}

func compareSeats(a, b seat) int {
	if a.position != b.position {
		return a.position - b.position
	}
	return int(a.post - b.post)
}

// seasons are times at which something happens to clocks or months.
var seasons = []struct{ zone, around string }{
	{"Asia/Shanghai", "2026-10-01T00:00:00Z"}, {"Asia/Shanghai", "2026-02-28T12:00:00Z"}, {"Asia/Shanghai", "1988-04-16T12:00:00Z"}, {"Asia/Shanghai", "1988-09-10T12:00:00Z"},
	{"America/New_York", "2026-03-08T02:00:00Z"}, {"America/New_York", "2026-11-01T00:00:00Z"}, {"America/New_York", "2028-02-28T20:00:00Z"},
	{"Australia/Lord_Howe", "2026-04-04T06:00:00Z"}, {"Australia/Lord_Howe", "2026-10-03T06:00:00Z"}, {"Australia/Lord_Howe", "2026-05-31T00:00:00Z"},
	{"America/St_Johns", "2010-11-07T00:00:00Z"}, // put back from 00:01 to 23:01 of the day before
}

const maxPost = 6

func drawRoster(t *rapid.T) (duty.Roster, map[ticket.Date]ticket.Day, time.Time, time.Time) {
	season := rapid.SampledFrom(seasons).Draw(t, "season")
	around, _ := time.Parse(time.RFC3339, season.around)
	from := around.Add(-time.Duration(rapid.IntRange(0, 36).Draw(t, "before")) * time.Hour)
	to := from.Add(72 * time.Hour)
	instant := func(label string) time.Time {
		return from.Add(time.Duration(rapid.IntRange(-600, 72*60).Draw(t, label)) * time.Minute)
	}
	post := func(label string) area.PostID { return area.PostID(rapid.IntRange(1, maxPost).Draw(t, label)) }
	position := func() int { return rapid.IntRange(1, 3).Draw(t, "position") }
	span := func(label string) (time.Time, time.Time) {
		starts := instant(label)
		return starts, starts.Add(time.Duration(rapid.IntRange(1, 2000).Draw(t, "length")) * time.Minute)
	}
	ended := func(starts time.Time) time.Time {
		if rapid.IntRange(0, 3).Draw(t, "ended") > 0 {
			return time.Time{}
		}
		return starts.Add(time.Duration(rapid.IntRange(-60, 1000).Draw(t, "after")) * time.Minute)
	}
	clock := func() duty.Clock {
		return duty.Clock(rapid.SampledFrom([]int{0, 60, 90, 120, 135, 150, 480, 540, 1080, 1410, rapid.IntRange(0, 1439).Draw(t, "any")}).Draw(t, "clock"))
	}
	r := duty.Roster{Key: duty.Key{Area: town, Role: area.RoleWorker}, People: map[area.PostID]duty.Person{}}
	for p := area.PostID(1); p <= maxPost; p++ {
		r.People[p] = duty.Person{Name: fmt.Sprint("p", p), Active: p != maxPost || rapid.Bool().Draw(t, "works here")}
	}
	for n := range rapid.IntRange(0, 3).Draw(t, "versions") {
		plan := duty.Plan{Zone: rapid.SampledFrom([]string{season.zone, season.zone, season.zone, "Asia/Shanghai"}).Draw(t, "zone")}
		if rapid.Bool().Draw(t, "requires") {
			plan.Required = []int{1, 2}
		}
		for i := range rapid.IntRange(1, 3).Draw(t, "rotations") {
			anchor := from.AddDate(0, rapid.IntRange(-3, 2).Draw(t, "months"), rapid.IntRange(-3, 3).Draw(t, "days"))
			if rapid.Bool().Draw(t, "month's end") {
				anchor = time.Date(anchor.Year(), time.January, 31, 0, 0, 0, 0, time.UTC)
			}
			rotation := duty.Rotation{Name: fmt.Sprint("t", i), Unit: rapid.SampledFrom([]duty.Unit{duty.Hourly, duty.Daily, duty.Weekly, duty.Monthly}).Draw(t, "unit"),
				Length: rapid.IntRange(1, 5).Draw(t, "n"), Anchor: duty.LocalTime{Date: ticket.Date(anchor.Format(time.DateOnly)), Clock: clock()}}
			for range rapid.IntRange(1, 4).Draw(t, "members") {
				rotation.Members = append(rotation.Members, post("member"))
			}
			plan.Rotations = append(plan.Rotations, rotation)
		}
		for i := range rapid.IntRange(0, 5).Draw(t, "rules") {
			rule := duty.Rule{Name: fmt.Sprint("r", i), Position: position(), Days: duty.Weekdays(rapid.IntRange(0, 127).Draw(t, "weekdays")),
				Class: rapid.SampledFrom([]duty.DayClass{"", duty.AnyDay, duty.Workday, duty.RestDay, duty.Holiday}).Draw(t, "class"), Start: clock(), End: clock()}
			if rapid.Bool().Draw(t, "person") {
				rule.Post = post("whom")
			} else {
				rule.Rotation, rule.Ahead = rapid.SampledFrom(plan.Rotations).Draw(t, "rotation").Name, rapid.IntRange(0, 2).Draw(t, "ahead")
			}
			plan.Rules = append(plan.Rules, rule)
		}
		v := duty.Version{Number: n + 1, From: instant("version from"), Plan: plan}
		if n == 0 {
			v.From = from.Add(-100 * time.Hour)
		}
		r.Versions = append(r.Versions, v)
	}
	id := int64(0)
	for range rapid.IntRange(0, 6).Draw(t, "changes") {
		id++
		starts, ends := span("change")
		switch kind := rapid.SampledFrom([]string{"leave", "swap", "cover", "hand_over", "temporary"}).Draw(t, "kind"); kind {
		case "temporary":
			x := duty.Temporary{ID: id, Name: "flood", Starts: starts, Ends: ends, EndedAt: ended(starts)}
			for range rapid.IntRange(0, 3).Draw(t, "places") {
				at, until := span("place")
				x.Places = append(x.Places, duty.Place{Position: position(), Post: post("placed"), Starts: at, Ends: until})
			}
			r.Temporaries = append(r.Temporaries, x)
		default:
			o := duty.Override{ID: id, Kind: duty.Kind(kind), Starts: starts, Ends: ends, EndedAt: ended(starts)}
			if kind != "cover" {
				o.Remove = post("removed")
			}
			if kind != "leave" {
				o.Add = post("added")
			}
			if kind == "cover" {
				o.Position = position()
			}
			r.Overrides = append(r.Overrides, o)
		}
	}
	for i := range rapid.IntRange(0, 3).Draw(t, "shifts") {
		starts, ends := span("shift")
		r.Shifts = append(r.Shifts, duty.Shift{ID: int64(i), Position: position(), Post: post("on shift"), Starts: starts, Ends: ends})
	}
	for range rapid.IntRange(0, 2).Draw(t, "absences") {
		starts, ends := span("absence")
		r.Absences = append(r.Absences, duty.Absence{Post: post("absent"), Reason: "ill", Starts: starts, Ends: ends})
	}
	days := map[ticket.Date]ticket.Day{}
	for range rapid.IntRange(0, 3).Draw(t, "special days") {
		d := from.AddDate(0, 0, rapid.IntRange(-1, 4).Draw(t, "special"))
		kind := ticket.DayHoliday
		if d.Weekday() == time.Saturday || d.Weekday() == time.Sunday {
			kind = rapid.SampledFrom([]ticket.DayKind{ticket.DayHoliday, ticket.DayMakeUp}).Draw(t, "day")
		}
		date := ticket.Date(d.Format(time.DateOnly))
		days[date] = ticket.Day{Date: date, Kind: kind}
	}
	return r, days, from, to
}

// Who, Shifts, Holes and NextChange all say what the model says, in every minute.
func TestScheduleAgreesWithTheMinuteByMinuteModel(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		roster, days, from, to := drawRoster(t)
		m := model{r: roster, days: days, from: from, shown: map[string][]time.Time{}}
		for _, v := range roster.Versions {
			loc, err := time.LoadLocation(v.Plan.Zone)
			if err != nil {
				t.Fatal(err)
			}
			m.shown[v.Plan.Zone] = shown(from, to, loc)
		}
		s, err := duty.New(roster, ticket.Calendar{Special: days}.Day)
		if err != nil {
			t.Fatal(err)
		}
		spans, holes, relieved := s.Shifts(from, to), s.Holes(from, to), s.Relieved(1, from, to)
		var before []seat
		next, changes := s.NextChange(from, to)
		changed := false
		for at := from; at.Before(to); at = at.Add(time.Minute) {
			want := m.at(at)
			var who, span []seat
			answer := s.Who(at, 0)
			checkRelieved(t, at, answer, relieved)
			for _, d := range answer.OnDuty {
				who = append(who, seat{d.Post, d.Position})
				if at.Before(d.Starts) || !at.Before(d.Ends) {
					t.Fatalf("%s: post %d is on duty from %s to %s", at, d.Post, d.Starts, d.Ends)
				}
			}
			for _, x := range spans {
				if during(at, x.Starts, x.Ends, time.Time{}) {
					span = append(span, seat{x.Post, x.Position})
					checkReason(t, at, answer, x)
				}
			}
			slices.SortFunc(who, compareSeats)
			slices.SortFunc(span, compareSeats)
			if !slices.Equal(who, want) || !slices.Equal(span, want) {
				t.Fatalf("%s: Who says %v, Shifts say %v, the model %v", at, who, span, want)
			}
			checkHoles(t, m, at, want, holes)
			if at != from && !changed && !slices.Equal(before, want) {
				changed = true
				if !changes || !next.Equal(at) {
					t.Fatalf("the first change is at %s, NextChange says %s, %v", at, next, changes)
				}
			}
			before = want
		}
		if !changed && changes && next.Before(to) {
			t.Fatalf("NextChange says %s, and nothing changes before %s", next, to)
		}
	})
}

// checkReason holds the reason that a span gives for an instant to what Who says.
func checkReason(t *rapid.T, at time.Time, answer duty.Answer, x duty.Span) {
	var passed []duty.Skipped
	for _, s := range answer.Skipped {
		if s.Position == x.Position {
			passed = append(passed, s)
		}
	}
	given := 0
	for _, r := range x.Reasons {
		if !during(at, r.Starts, r.Ends, time.Time{}) {
			continue
		}
		given++
		i := slices.IndexFunc(answer.OnDuty, func(d duty.OnDuty) bool { return d.Post == x.Post && d.Position == x.Position })
		if i < 0 || !reflect.DeepEqual(r.Why, answer.OnDuty[i].Why) || !slices.Equal(r.Passed, passed) {
			t.Fatalf("%s: post %d is there because of %+v, past %+v; Who says %+v", at, x.Post, r.Why, r.Passed, answer)
		}
	}
	if given != 1 {
		t.Fatalf("%s: %d reasons of post %d", at, given, x.Post)
	}
}

// checkRelieved holds the times of which post 1 is relieved to what Who says.
func checkRelieved(t *rapid.T, at time.Time, answer duty.Answer, relieved []duty.Relief) {
	var want, got []duty.Skipped
	for _, s := range answer.Skipped {
		if s.Post == 1 && !slices.Contains(want, s) && !slices.ContainsFunc(answer.OnDuty, func(d duty.OnDuty) bool { return d.Post == 1 }) {
			want = append(want, s)
		}
	}
	for _, r := range relieved {
		if during(at, r.Starts, r.Ends, time.Time{}) {
			got = append(got, r.Skipped)
		}
	}
	for _, s := range want {
		if !slices.Contains(got, s) || len(got) != len(want) {
			t.Fatalf("%s: relieved are %+v, want %+v", at, got, want)
		}
	}
	if len(want) == 0 && len(got) > 0 {
		t.Fatalf("%s: relieved are %+v, want none", at, got)
	}
}

func checkHoles(t *rapid.T, m model, at time.Time, on []seat, holes []duty.Hole) {
	required := []int{0}
	if v := m.version(at); v == nil {
		if !slices.ContainsFunc(m.r.Shifts, func(s duty.Shift) bool { return !s.Starts.After(at) }) {
			required = nil
		}
	} else if len(v.Plan.Required) > 0 {
		required = v.Plan.Required
	}
	var want, got []string
	for _, p := range required {
		if !slices.ContainsFunc(on, func(s seat) bool { return p == 0 || s.position == p }) {
			want = append(want, fmt.Sprint(p))
		}
	}
	for _, h := range holes {
		if during(at, h.Starts, h.Ends, time.Time{}) {
			got = append(got, fmt.Sprint(h.Position))
		}
	}
	slices.Sort(got)
	if strings.Join(got, " ") != strings.Join(want, " ") {
		t.Fatalf("%s: holes in %v, want %v", at, got, want)
	}
}
