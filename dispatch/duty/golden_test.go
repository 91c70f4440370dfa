package duty_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"example.org/hotline/area"
	"example.org/hotline/dispatch/duty"
	"example.org/hotline/ticket"
)

// national is the National Day of 2026: off from the 1st to the 7th, the Sunday
// before and the Saturday after are worked for it.
func national() duty.Days {
	special := map[ticket.Date]ticket.Day{}
	for d := ticket.Date("2026-10-01"); d <= "2026-10-07"; d = d.Next() {
		special[d] = ticket.Day{Date: d, Kind: ticket.DayHoliday, Name: "国庆节"}
	}
	for _, d := range []ticket.Date{"2026-09-20", "2026-10-10"} {
		special[d] = ticket.Day{Date: d, Kind: ticket.DayMakeUp, Name: "国庆节"}
	}
	return ticket.Calendar{Special: special}.Day
}

func shanghai(s string) time.Time {
	t, err := time.ParseInLocation("2006-01-02 15:04", s, ticket.Shanghai)
	if err != nil {
		panic(err)
	}
	return t
}

func clock(s string) (c duty.Clock) {
	if err := c.UnmarshalText([]byte(s)); err != nil {
		panic(err)
	}
	return c
}

var names = map[area.PostID]string{1: "甲", 2: "乙", 3: "丙", 4: "丁", 5: "所长"}

// township is a small town: by day one person on workdays, another on rest days,
// the head on holidays; at night two take turns by the week, from Mondays 18:00.
func township() duty.Roster {
	r := duty.Roster{Key: duty.Key{Area: town, Role: area.RoleWorker}, People: map[area.PostID]duty.Person{}}
	for post, name := range names {
		r.People[post] = duty.Person{Name: name, Active: true}
	}
	r.Versions = []duty.Version{{Number: 1, From: shanghai("2026-09-01 00:00"), Plan: duty.Plan{Zone: "Asia/Shanghai", Required: []int{1}, Rules: []duty.Rule{
		{Name: "day", Position: 1, Class: duty.Workday, Start: clock("08:00"), End: clock("18:00"), Post: 1},
		{Name: "weekend", Position: 1, Class: duty.RestDay, Start: clock("08:00"), End: clock("18:00"), Post: 2},
		{Name: "holiday", Position: 1, Class: duty.Holiday, Start: clock("09:00"), End: clock("18:00"), Post: 5},
		{Name: "night", Position: 1, Start: clock("18:00"), End: clock("08:00"), Rotation: "nights"},
		{Name: "friday night", Position: 2, Days: duty.On(time.Friday), Start: clock("18:00"), End: clock("08:00"), Post: 2}},
		Rotations: []duty.Rotation{{Name: "nights", Unit: duty.Weekly, Length: 1, Anchor: duty.LocalTime{Date: "2026-09-07", Clock: clock("18:00")}, Members: []duty.Post{3, 4}}}}}}
	return r
}

// inWords tells an answer as a golden line.
func inWords(a duty.Answer) string {
	var parts []string
	for _, d := range a.OnDuty {
		why := string(d.Why.Source)
		switch {
		case d.Why.Rotation != "":
			why = fmt.Sprintf("%s: %s turn %d", d.Why.Rule, d.Why.Rotation, d.Why.Turn.Number)
		case d.Why.Rule != "":
			why = d.Why.Rule
		case d.Why.TemporaryName != "":
			why = d.Why.TemporaryName
		}
		if d.Why.Day.Kind != "" && d.Why.Day.Kind != ticket.DayWorking {
			why += ", " + string(d.Why.Day.Kind) + d.Why.Day.Name
		}
		for _, o := range d.Why.Overrides {
			why += fmt.Sprintf(", %s for %s", o.Kind, o.Instead)
		}
		parts = append(parts, fmt.Sprintf("%d %s (%s)", d.Position, d.Name, why))
	}
	for _, s := range a.Skipped {
		parts = append(parts, strings.TrimSpace(fmt.Sprintf("not %s: %s %s%s", s.Name, s.Reason, s.Detail, s.By)))
	}
	for _, i := range a.Idle {
		parts = append(parts, fmt.Sprintf("idle %s: %s %s", i.Rule, i.Reason, i.Day.Kind))
	}
	return strings.Join(parts, "; ")
}

func TestWhoIsOnDutyAndWhy(t *testing.T) {
	r := township()
	r.Overrides = []duty.Override{
		{ID: 1, Kind: duty.Leave, Remove: 1, Starts: shanghai("2026-09-15 00:00"), Ends: shanghai("2026-09-16 00:00"), Reason: "体检"},
		{ID: 2, Kind: duty.Swap, Remove: 3, Add: 2, Starts: shanghai("2026-09-22 18:00"), Ends: shanghai("2026-09-23 08:00")},
		{ID: 3, Kind: duty.HandOver, Remove: 2, Add: 4, Starts: shanghai("2026-09-22 23:00"), Ends: shanghai("2026-09-23 08:00")},
		{ID: 4, Kind: duty.Cover, Add: 5, Position: 2, Starts: shanghai("2026-10-01 09:00"), Ends: shanghai("2026-10-01 12:00")},
		{ID: 5, Kind: duty.Swap, Remove: 1, Add: 2, Starts: shanghai("2026-10-12 08:00"), Ends: shanghai("2026-10-20 18:00"), EndedAt: shanghai("2026-10-13 12:00")},
		{ID: 7, Kind: duty.Swap, Remove: 2, Add: 3, Starts: shanghai("2026-11-02 00:00"), Ends: shanghai("2026-11-03 00:00")},
	}
	r.Temporaries = []duty.Temporary{{ID: 6, Name: "防汛", Starts: shanghai("2026-11-01 00:00"), Ends: shanghai("2026-11-04 00:00"),
		Places: []duty.Place{{Position: 1, Post: 2, Starts: shanghai("2026-11-01 00:00"), Ends: shanghai("2026-11-03 00:00")}}}}
	r.Absences = []duty.Absence{{Post: 5, Reason: "ill", Starts: shanghai("2026-10-03 00:00"), Ends: shanghai("2026-10-04 00:00")}}
	s, err := duty.New(r, national())
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ at, want string }{
		{"2026-09-14 07:59", "1 丙 (night: nights turn 0, rest); idle friday night: weekday rest"}, // Sunday's night, and the turn of Monday 18:00 has not come
		{"2026-09-14 08:00", "1 甲 (day); idle weekend: day_class working"},
		{"2026-09-14 18:00", "1 丁 (night: nights turn 1); idle friday night: weekday working"},
		{"2026-09-15 09:00", "not 甲: leave 体检; idle weekend: day_class working; idle holiday: day_class working"},
		{"2026-09-19 02:00", "1 丁 (night: nights turn 1); 2 乙 (friday night)"},
		{"2026-09-20 10:00", "1 甲 (day, make_up国庆节); idle weekend: day_class make_up; idle holiday: day_class make_up"},
		{"2026-09-22 20:00", "1 乙 (night: nights turn 2, swap for 丙); not 丙: swapped 乙; idle friday night: weekday working"},
		{"2026-09-22 23:30", "1 丁 (night: nights turn 2, swap for 丙, hand_over for 乙); not 丙: swapped 乙; not 乙: handed_over 丁; idle friday night: weekday working"},
		{"2026-10-01 08:30", "idle day: day_class holiday; idle weekend: day_class holiday"},
		{"2026-10-01 10:00", "1 所长 (holiday, holiday国庆节); idle day: day_class holiday; idle weekend: day_class holiday"},
		{"2026-10-03 10:00", "not 所长: absent ill; idle day: day_class holiday; idle weekend: day_class holiday"},
		{"2026-10-13 11:59", "1 乙 (day, swap for 甲); not 甲: swapped 乙; idle weekend: day_class working; idle holiday: day_class working"},
		{"2026-10-13 12:00", "1 甲 (day); idle weekend: day_class working; idle holiday: day_class working"},
		{"2026-11-02 09:00", "1 丙 (防汛, swap for 乙); not 甲: replaced 防汛; not 乙: swapped 丙"},
		{"2026-11-03 09:00", "not 甲: replaced 防汛"},
		{"2026-11-04 00:00", "1 丙 (night: nights turn 8); idle friday night: weekday working"},
		{"2026-08-31 12:00", ""},
	} {
		if got := inWords(s.Who(shanghai(c.at), 0)); got != c.want {
			t.Errorf("%s:\n got %s\nwant %s", c.at, got, c.want)
		}
	}
	wantHoles := "2026-09-15 08:00–2026-09-15 18:00 甲, 2026-10-01 08:00–2026-10-01 09:00, 2026-10-02 08:00–2026-10-02 09:00, 2026-10-03 08:00–2026-10-03 18:00"
	var got []string
	for _, h := range s.Holes(shanghai("2026-09-07 18:00"), shanghai("2026-10-03 20:00")) {
		line := h.Starts.In(ticket.Shanghai).Format("2006-01-02 15:04") + "–" + h.Ends.In(ticket.Shanghai).Format("2006-01-02 15:04")
		for _, a := range h.Away {
			line += " " + a.Name
		}
		got = append(got, line)
	}
	if strings.Join(got, ", ") != wantHoles {
		t.Errorf("holes %s\nwant  %s", strings.Join(got, ", "), wantHoles)
	}
}

// A hand-off at 09:00 stays at 09:00 when the clocks change, and a turn that
// begins on the 31st begins on the last day of a shorter month.
func TestTurnsAreMeasuredByTheClock(t *testing.T) {
	roster := func(zone string, rotation duty.Rotation) *duty.Schedule {
		rotation.Name, rotation.Members = "t", []duty.Post{1, 2, 3}
		r := township()
		r.Versions = []duty.Version{{Number: 1, From: shanghai("2020-01-01 00:00"), Plan: duty.Plan{Zone: zone, Rotations: []duty.Rotation{rotation},
			Rules: []duty.Rule{{Name: "all", Position: 1, Rotation: "t"}}}}}
		s, err := duty.New(r, national())
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	for _, c := range []struct {
		zone     string
		rotation duty.Rotation
		from     string // UTC
		want     string // local beginnings
	}{
		{"America/New_York", duty.Rotation{Unit: duty.Daily, Length: 1, Anchor: duty.LocalTime{Date: "2026-01-01", Clock: clock("09:00")}}, "2026-03-07 15:00", "03-08 09:00 -0400, 03-09 09:00 -0400"},
		{"America/New_York", duty.Rotation{Unit: duty.Hourly, Length: 12, Anchor: duty.LocalTime{Date: "2026-01-01", Clock: clock("09:00")}}, "2026-10-31 14:00", "10-31 21:00 -0400, 11-01 09:00 -0500"},
		{"Australia/Lord_Howe", duty.Rotation{Unit: duty.Daily, Length: 1, Anchor: duty.LocalTime{Date: "2026-01-01", Clock: clock("02:15")}}, "2026-10-02 20:00", "10-04 02:30 +1100, 10-05 02:15 +1100"}, // 02:15 does not come: the clocks go from 02:00 to 02:30
		{"Asia/Shanghai", duty.Rotation{Unit: duty.Monthly, Length: 1, Anchor: duty.LocalTime{Date: "2026-01-31", Clock: clock("08:00")}}, "2026-02-10 00:00", "02-28 08:00 +0800, 03-31 08:00 +0800"},
	} {
		s := roster(c.zone, c.rotation)
		loc, err := time.LoadLocation(c.zone)
		if err != nil {
			t.Fatal(err)
		}
		at, err := time.Parse("2006-01-02 15:04", c.from)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for range 2 {
			next, ok := s.NextChange(at, at.AddDate(0, 3, 0))
			if !ok {
				t.Fatalf("%s: nothing changes", c.zone)
			}
			got, at = append(got, next.In(loc).Format("01-02 15:04 -0700")), next
		}
		if strings.Join(got, ", ") != c.want {
			t.Errorf("%s %s: turns begin at %s, want %s", c.zone, c.rotation.Unit, strings.Join(got, ", "), c.want)
		}
	}
}

func TestAPlanTellsAllItsFaults(t *testing.T) {
	p := duty.Plan{Zone: "Nowhere", Required: []int{1, 1}, Rules: []duty.Rule{{Name: "", Position: 10, Class: "sunny"}, {Name: "r", Position: 1, Rotation: "gone", Post: 0}},
		Rotations: []duty.Rotation{{Name: "t", Unit: "yearly", Anchor: duty.LocalTime{Date: "2026-02-30"}}}}
	err := p.Check()
	for _, want := range []string{"zone:", "required[1]", "rules[0].name", "rules[0].position", "rules[0].class", "rules[0]: must name", "rules[1].rotation", "rotations[0].unit", "rotations[0].length", "rotations[0].anchor", "rotations[0].members"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("nothing about %s: %v", want, err)
		}
	}
	if err := township().Versions[0].Plan.Check(); err != nil {
		t.Errorf("a sound plan: %v", err)
	}
}

// tenThousand is a board of as many townships, each with a plan of five rules, a
// swap, leave and an absence, asked at noon of a working day.
func tenThousand(tb testing.TB) (*duty.Board, []duty.Question) {
	tb.Helper()
	board, days := duty.NewBoard(), national()
	schedules := make([]*duty.Schedule, 0, 10_000)
	questions := make([]duty.Question, 0, 10_000)
	for i := range 10_000 {
		r := township()
		r.Key = duty.Key{Area: area.Code(fmt.Sprintf("99%04d%03d000", i/900+1, i%900+100)), Role: area.RoleWorker}
		r.Overrides = []duty.Override{{ID: 1, Kind: duty.Swap, Remove: 1, Add: 2, Starts: shanghai("2026-09-14 00:00"), Ends: shanghai("2026-09-16 00:00")},
			{ID: 2, Kind: duty.Leave, Remove: 4, Starts: shanghai("2026-09-14 00:00"), Ends: shanghai("2026-09-16 00:00")}}
		r.Absences = []duty.Absence{{Post: 3, Reason: "ill", Starts: shanghai("2026-09-14 00:00"), Ends: shanghai("2026-09-16 00:00")}}
		s, err := duty.New(r, days)
		if err != nil {
			tb.Fatal(err)
		}
		schedules = append(schedules, s)
		questions = append(questions, duty.Question{Area: r.Area, Role: r.Role, At: shanghai("2026-09-15 12:00").Add(time.Duration(i%720) * time.Minute)})
	}
	board.Replace(schedules)
	return board, questions
}

// BenchmarkWhoIsOnDutyInTenThousandAreas asks a board of 10,000 areas, one after
// the other; the time of one answer is reported.
func BenchmarkWhoIsOnDutyInTenThousandAreas(b *testing.B) {
	board, questions := tenThousand(b)
	b.ReportAllocs()
	n := 0
	for b.Loop() {
		q := questions[n%len(questions)]
		n++
		if a := board.Who(q); len(a.OnDuty)+len(a.Skipped) == 0 {
			b.Fatalf("nobody in %s", q.Area)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/1000/float64(b.N), "µs/answer")
}

// While somebody changes the board, every reader sees the old one or the new one.
func TestABoardIsReadWhileItIsWritten(t *testing.T) {
	board := duty.NewBoard()
	put := func(post duty.Post) {
		r := township()
		r.Versions[0].Plan.Rules = []duty.Rule{{Name: "all", Position: 1, Post: post}, {Name: "second", Position: 2, Post: post + 1}}
		s, err := duty.New(r, national())
		if err != nil {
			t.Error(err)
		}
		board.Put(s)
	}
	put(1)
	done := make(chan struct{})
	go func() {
		defer close(done)
		for i := range 200 {
			put(duty.Post(i%4 + 1))
		}
	}()
	q := duty.Question{Area: town, Role: area.RoleWorker, At: shanghai("2026-09-15 12:00")}
	for open := true; open; {
		select {
		case <-done:
			open = false
		default:
		}
		if a := board.Who(q); len(a.OnDuty) != 2 || a.OnDuty[1].Post != a.OnDuty[0].Post+1 {
			t.Fatalf("half a board: %+v", a.OnDuty)
		}
	}
	if a := board.Who(duty.Question{Area: town, Role: area.RoleCityDuty, At: q.At}); len(a.OnDuty) != 0 {
		t.Errorf("a roster nobody made: %+v", a)
	}
}
