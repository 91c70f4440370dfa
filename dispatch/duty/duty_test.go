package duty_test

import (
	"fmt"
	"reflect"
	"testing"
	"time"

	"pgregory.net/rapid"

	"example.org/hotline/area"
	"example.org/hotline/dispatch/duty"
	"example.org/hotline/ticket"
)

const town area.Code = "990101101000"

var day = time.Date(2026, 10, 1, 0, 0, 0, 0, time.UTC)

func at(hours float64) time.Time { return day.Add(time.Duration(hours * float64(time.Hour))) }

func shift(id int64, post area.PostID, position int, from, to float64) duty.Shift {
	return duty.Shift{ID: id, Position: position, Post: post, Starts: at(from), Ends: at(to)}
}

// weekdays knows no holidays.
func weekdays(d ticket.Date) ticket.Day { return ticket.Calendar{}.Day(d) }

// who asks a roster of concrete shifts. Post 9 has left.
func who(t interface{ Fatal(...any) }, shifts []duty.Shift, absences []duty.Absence, position int, hour float64) duty.Answer {
	people := map[area.PostID]duty.Person{9: {Name: "9"}}
	for post := range area.PostID(9) {
		people[post] = duty.Person{Name: fmt.Sprint(post), Active: true}
	}
	s, err := duty.New(duty.Roster{Key: duty.Key{Area: town, Role: area.RoleWorker}, Shifts: shifts, Absences: absences, People: people}, weekdays)
	if err != nil {
		t.Fatal(err)
	}
	return s.Who(at(hour), position)
}

func TestWho(t *testing.T) {
	absence := func(post area.PostID, from, to float64) duty.Absence {
		return duty.Absence{Post: post, Reason: "leave", Starts: at(from), Ends: at(to)}
	}
	for _, c := range []struct {
		name     string
		shifts   []duty.Shift
		absences []duty.Absence
		position int
		at       float64
		on       []area.PostID
		skipped  map[area.PostID]duty.SkipReason
	}{
		{name: "empty roster", at: 1},
		{name: "first of two", shifts: []duty.Shift{shift(1, 1, 1, 0, 24), shift(2, 2, 2, 0, 24)}, position: 1, at: 1, on: []area.PostID{1}},
		{name: "second of two", shifts: []duty.Shift{shift(1, 1, 1, 0, 24), shift(2, 2, 2, 0, 24)}, position: 2, at: 1, on: []area.PostID{2}},
		{name: "everybody, first position first", shifts: []duty.Shift{shift(1, 2, 2, 0, 24), shift(2, 1, 1, 0, 24)}, at: 1, on: []area.PostID{1, 2}},
		{name: "begins at its first instant", shifts: []duty.Shift{shift(1, 1, 1, 8, 16)}, at: 8, on: []area.PostID{1}},
		{name: "has ended at its last", shifts: []duty.Shift{shift(1, 1, 1, 8, 16)}, at: 16},
		{name: "exactly one at a hand-over", shifts: []duty.Shift{shift(1, 1, 1, 0, 8), shift(2, 2, 1, 8, 16)}, at: 8, on: []area.PostID{2}},
		{name: "absent", shifts: []duty.Shift{shift(1, 1, 1, 0, 24)}, absences: []duty.Absence{absence(1, 0, 12)}, at: 1,
			skipped: map[area.PostID]duty.SkipReason{1: duty.SkipAbsent}},
		{name: "back from absence", shifts: []duty.Shift{shift(1, 1, 1, 0, 24)}, absences: []duty.Absence{absence(1, 0, 12)}, at: 12, on: []area.PostID{1}},
		{name: "one absent, one there", shifts: []duty.Shift{shift(1, 1, 1, 0, 24), shift(2, 2, 2, 0, 24)}, absences: []duty.Absence{absence(1, 0, 12)}, at: 1,
			on: []area.PostID{2}, skipped: map[area.PostID]duty.SkipReason{1: duty.SkipAbsent}},
		{name: "left", shifts: []duty.Shift{shift(9, 9, 1, 0, 24)}, at: 1, skipped: map[area.PostID]duty.SkipReason{9: duty.SkipLeft}},
		{name: "overlapping shifts of one person count once", shifts: []duty.Shift{shift(1, 1, 2, 0, 9), shift(2, 1, 1, 8, 24)}, at: 8.5, on: []area.PostID{1}},
		{name: "two share a position", shifts: []duty.Shift{shift(1, 1, 1, 0, 24), shift(2, 2, 1, 0, 24)}, position: 1, at: 1, on: []area.PostID{1, 2}},
	} {
		t.Run(c.name, func(t *testing.T) {
			answer := who(t, c.shifts, c.absences, c.position, c.at)
			var on []area.PostID
			for _, o := range answer.OnDuty {
				on = append(on, o.Post)
			}
			if !reflect.DeepEqual(on, c.on) {
				t.Errorf("on duty %v, want %v", on, c.on)
			}
			skipped := map[area.PostID]duty.SkipReason{}
			for _, s := range answer.Skipped {
				skipped[s.Post] = s.Reason
			}
			if len(skipped) != len(c.skipped) || len(c.skipped) > 0 && !reflect.DeepEqual(skipped, c.skipped) {
				t.Errorf("skipped %v, want %v", skipped, c.skipped)
			}
		})
	}
}

func TestTheLongestAbsenceIsTold(t *testing.T) {
	answer := who(t, []duty.Shift{shift(1, 1, 1, 0, 24)}, []duty.Absence{
		{Post: 1, Reason: "training", Starts: at(0), Ends: at(2)}, {Post: 1, Reason: "ill", Starts: at(0), Ends: at(20)}, {Post: 1, Reason: "leave", Starts: at(0), Ends: at(4)}}, 0, 1)
	if len(answer.Skipped) != 1 || answer.Skipped[0].Detail != "ill" || !answer.Skipped[0].Until.Equal(at(20)) {
		t.Errorf("skipped %+v", answer.Skipped)
	}
}

// Against the plainest model there is: a post is on duty when some shift of its
// covers the hour and no absence does; it is never both on duty and skipped.
func TestWhoAgreesWithTheModel(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		hour := rapid.IntRange(0, 24)
		var shifts []duty.Shift
		for i := range rapid.IntRange(0, 8).Draw(t, "shifts") {
			from := hour.Draw(t, "from")
			shifts = append(shifts, shift(int64(i), area.PostID(rapid.IntRange(1, 4).Draw(t, "post")), rapid.IntRange(1, 3).Draw(t, "position"),
				float64(from), float64(from+rapid.IntRange(1, 12).Draw(t, "length"))))
		}
		var absences []duty.Absence
		for range rapid.IntRange(0, 4).Draw(t, "absences") {
			from := hour.Draw(t, "away")
			absences = append(absences, duty.Absence{Post: area.PostID(rapid.IntRange(1, 4).Draw(t, "who")), Reason: "leave",
				Starts: at(float64(from)), Ends: at(float64(from + rapid.IntRange(1, 12).Draw(t, "for")))})
		}
		now := hour.Draw(t, "now")
		answer := who(t, shifts, absences, 0, float64(now))
		got := map[area.PostID]string{}
		for _, o := range answer.OnDuty {
			got[o.Post] += "on"
		}
		for _, s := range answer.Skipped {
			got[s.Post] += "skipped"
		}
		want := map[area.PostID]string{}
		for _, s := range shifts {
			if s.Starts.After(at(float64(now))) || !s.Ends.After(at(float64(now))) {
				continue
			}
			want[s.Post] = "on"
			for _, a := range absences {
				if a.Post == s.Post && !a.Starts.After(at(float64(now))) && a.Ends.After(at(float64(now))) {
					want[s.Post] = "skipped"
				}
			}
		}
		if !reflect.DeepEqual(got, want) {
			t.Fatalf("got %v, want %v", got, want)
		}
	})
}
