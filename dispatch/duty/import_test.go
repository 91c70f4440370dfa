package duty_test

import (
	"bytes"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"example.org/hotline/area"
	"example.org/hotline/dispatch/duty"
	"example.org/hotline/ticket"
)

// byName finds the people of the small town.
func byName(zone *time.Location) duty.Import {
	return duty.Import{Zone: zone, Person: func(text string) (area.PostID, bool) {
		for post, name := range names {
			if text == name || text == fmt.Sprintf("w%d", post) {
				return post, true
			}
		}
		return 0, false
	}}
}

func TestAMonthsPlanIsReadFromATable(t *testing.T) {
	table := "\uFEFF值班人员,顺位,开始时间,结束时间\n甲,1,2026-10-01 08:00,2026-10-02 08:00\n\n乙,,2026/10/2 8:00,2026-10-03T08:00\n,,,\n"
	places, faults := duty.ReadCSV([]byte(table), byName(ticket.Shanghai))
	want := []duty.Place{{Position: 1, Post: 1, Starts: shanghai("2026-10-01 08:00").UTC(), Ends: shanghai("2026-10-02 08:00").UTC()},
		{Position: 1, Post: 2, Starts: shanghai("2026-10-02 08:00").UTC(), Ends: shanghai("2026-10-03 08:00").UTC()}}
	if len(faults) > 0 || !reflect.DeepEqual(places, want) {
		t.Errorf("places %+v, faults %v", places, faults)
	}
}

func TestEveryFaultOfATableIsToldByItsLine(t *testing.T) {
	table := "person,position,from,to\n甲,1,2026-10-01 08:00,2026-10-02 08:00\n无名,0,8 o'clock,2026-10-02 08:00\n乙,1,2026-10-01 18:00,2026-10-01 08:00\n甲,2,2026-10-02 07:00,2026-10-02 12:00\n乙,1,2026-10-05 08:00\n"
	places, faults := duty.ReadCSV([]byte(table), byName(ticket.Shanghai))
	got := map[string]bool{}
	for _, f := range faults {
		got[fmt.Sprintf("%d %s %s", f.Line, f.Column, f.Code)] = true
		if f.What == "" || f.Remedy == "" || strings.Contains(f.Error(), "o'clock") {
			t.Errorf("%v says not what to do, or repeats what was written", f)
		}
	}
	for _, want := range []string{"3 person unknown_person", "3 position bad_position", "3 from time_form", "4 to ends_before_it_begins", "5 from person_twice", "6  cell_count"} {
		if !got[want] {
			t.Errorf("nothing about %q: %v", want, got)
		}
	}
	if len(places) != 0 || len(got) != 6 {
		t.Errorf("places %v, faults %v", places, got)
	}
}

// What is written as a calendar is read back as it was.
func TestACalendarIsReadBack(t *testing.T) {
	s, err := duty.New(township(), national())
	if err != nil {
		t.Fatal(err)
	}
	from, to := shanghai("2026-09-28 00:00"), shanghai("2026-10-12 00:00")
	spans := s.Shifts(from, to)
	var out bytes.Buffer
	feed := duty.Feed{Name: "石桥镇值班", At: from, Login: func(p area.PostID) string { return fmt.Sprintf("w%d", p) },
		Parts: []duty.FeedPart{{Key: s.Key(), Spans: spans, Summary: func(s duty.Span) string {
			return "石桥镇人民政府民政办公室值班；" + s.Name + ", 第一顺位\n请保持电话畅通"
		}}}}
	if err := duty.WriteICal(&out, feed); err != nil {
		t.Fatal(err)
	}
	for _, line := range strings.Split(out.String(), "\r\n") {
		if len(line) > 75 || strings.Contains(line, "\n") {
			t.Errorf("a line of %d octets: %q", len(line), line)
		}
	}
	again := bytes.Buffer{}
	if err := duty.WriteICal(&again, feed); err != nil || again.String() != out.String() {
		t.Errorf("the same calendar is written in another way: %v", err)
	}
	places, faults := duty.ReadICal(out.Bytes(), byName(ticket.Shanghai), from, to)
	if len(faults) > 0 || len(places) != len(spans) || len(spans) < 20 {
		t.Fatalf("%d of %d places, faults %v", len(places), len(spans), faults)
	}
	for i, p := range places {
		if x := spans[i]; p != (duty.Place{Position: x.Position, Post: x.Post, Starts: x.Starts, Ends: x.Ends}) {
			t.Errorf("%+v became %+v", x, p)
		}
	}
	out.Reset()
	if err := duty.WriteICal(&out, duty.Feed{Name: "empty"}); err != nil || !strings.HasPrefix(out.String(), "BEGIN:VCALENDAR\r\n") {
		t.Errorf("an empty calendar: %q, %v", out.String(), err)
	}
}

func event(lines ...string) string {
	return "BEGIN:VEVENT\r\nUID:1\r\nDTSTAMP:20260901T000000Z\r\n" + strings.Join(lines, "\r\n") + "\r\nEND:VEVENT\r\n"
}

func calendar(events ...string) []byte {
	return []byte("BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\n" + strings.Join(events, "") + "END:VCALENDAR\r\n")
}

// Events of other programs repeat by the clock, over a change of it as well.
func TestOtherCalendarsAreRead(t *testing.T) {
	york, err := time.LoadLocation("America/New_York")
	if err != nil {
		t.Fatal(err)
	}
	from, to := time.Date(2026, 3, 6, 0, 0, 0, 0, york), time.Date(2026, 3, 11, 0, 0, 0, 0, york)
	places, faults := duty.ReadICal(calendar(
		event("DTSTART;TZID=America/New_York:20260301T180000", "DTEND;TZID=America/New_York:20260302T080000", "RRULE:FREQ=DAILY", "EXDATE;TZID=America/New_York:20260309T180000", "SUMMARY:甲"),
		event("DTSTART:20260307T120000Z", "DTEND:20260307T130000Z", "ATTENDEE;CN=乙:mailto:x@example.org", "SUMMARY:duty", "X-HOTLINE-POSITION:2"),
		event("DTSTART:20260307T120000Z", "DTEND:20260307T130000Z", "SUMMARY:丙", "STATUS:CANCELLED")), byName(york), from, to)
	if len(faults) > 0 {
		t.Fatal(faults)
	}
	var got []string
	for _, p := range places {
		got = append(got, fmt.Sprintf("%d:%d %s–%s", p.Position, p.Post, p.Starts.In(york).Format("02 15:04"), p.Ends.In(york).Format("02 15:04")))
	}
	want := "1:1 06 00:00–06 08:00, 1:1 06 18:00–07 08:00, 1:1 07 18:00–08 08:00, 1:1 08 18:00–09 08:00, 1:1 10 18:00–11 00:00, 2:2 07 07:00–07 08:00"
	if strings.Join(got, ", ") != want {
		t.Errorf("got  %s\nwant %s", strings.Join(got, ", "), want)
	}
}

func TestFaultsOfACalendar(t *testing.T) {
	times := []string{"DTSTART:20260307T120000Z", "DTEND:20260307T130000Z"}
	from, to := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC), time.Date(2026, 4, 1, 0, 0, 0, 0, time.UTC)
	for name, c := range map[string]struct {
		raw  []byte
		code string
	}{
		"no calendar":       {[]byte("hello"), "not_ical"},
		"nothing in it":     {calendar(), "event_count"},
		"nobody":            {calendar(event(append(times, "SUMMARY:nobody")...)), "unknown_person"},
		"no end":            {calendar(event("DTSTART:20260307T120000Z", "SUMMARY:甲")), "time_form"},
		"a zone of its own": {calendar(event("DTSTART;TZID=My Zone:20260307T120000", "DTEND;TZID=My Zone:20260307T130000", "SUMMARY:甲")), "time_form"},
		"a bad position":    {calendar(event(append(times, "SUMMARY:甲", "X-HOTLINE-POSITION:0")...)), "bad_position"},
		"every second":      {calendar(event(append(times, "SUMMARY:甲", "RRULE:FREQ=SECONDLY")...)), "bad_repetition"},
		"never":             {calendar(event(append(times, "SUMMARY:甲", "RRULE:FREQ=DAILY;BYMONTH=2;BYMONTHDAY=31")...)), "bad_repetition"},
		"for ever":          {calendar(event("DTSTART:18000101T000000Z", "DTEND:18000101T010000Z", "SUMMARY:甲", "RRULE:FREQ=DAILY")), "bad_repetition"},
	} {
		places, faults := duty.ReadICal(c.raw, byName(time.UTC), from, to)
		if len(places) != 0 || len(faults) != 1 || faults[0].Code != c.code || faults[0].Remedy == "" {
			t.Errorf("%s: places %v, faults %v", name, places, faults)
		}
	}
}

// Whatever is uploaded, reading it ends and does not panic.
func FuzzReadICal(f *testing.F) {
	f.Add(calendar(event("DTSTART:20260307T120000Z", "DTEND:20260307T130000Z", "SUMMARY:甲", "RRULE:FREQ=MONTHLY;BYDAY=1MO")))
	f.Add(calendar(strings.Repeat(event("DTSTART:20260307T120000Z", "DTEND:20260307T130000Z", "SUMMARY:甲", "RRULE:FREQ=DAILY;BYMONTH=2;BYMONTHDAY=31"), 100)))
	f.Add(calendar(event("DTSTART;VALUE=DATE:20260307", "DURATION:P1D", "SUMMARY:甲", "RDATE:20260308T000000Z")))
	f.Fuzz(func(_ *testing.T, raw []byte) {
		duty.ReadICal(raw, byName(time.UTC), time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC), time.Date(2026, 6, 1, 0, 0, 0, 0, time.UTC))
	})
}
