package duty

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"example.org/hotline/ticket"
)

// Clock is a time of the local clock in minutes after midnight, written 08:30.
type Clock int

const dayMinutes = 24 * 60

// ErrBadClock marks a string that is not a time of day.
var ErrBadClock = errors.New("a time of day is written HH:MM, from 00:00 to 24:00")

// UnmarshalText reads HH:MM. 24:00 is 00:00: an end of day.
func (c *Clock) UnmarshalText(text []byte) error {
	s := string(text)
	if s == "24:00" {
		*c = 0
		return nil
	}
	t, err := time.Parse("15:04", s)
	if err != nil || len(s) != 5 {
		return ErrBadClock
	}
	*c = Clock(t.Hour()*60 + t.Minute())
	return nil
}

// MarshalText writes HH:MM.
func (c Clock) MarshalText() ([]byte, error) { return []byte(c.String()), nil }

// String is HH:MM.
func (c Clock) String() string { return fmt.Sprintf("%02d:%02d", int(c)/60, int(c)%60) }

// LocalTime is a date and a time of the local clock, written 2026-10-01T08:30.
type LocalTime struct {
	Date  ticket.Date
	Clock Clock
}

// ErrBadLocalTime marks a string that is not a date with a time of day.
var ErrBadLocalTime = errors.New("a local time is written YYYY-MM-DDTHH:MM")

const localLayout = "2006-01-02T15:04"

// UnmarshalText reads YYYY-MM-DDTHH:MM.
func (l *LocalTime) UnmarshalText(text []byte) error {
	t, err := time.Parse(localLayout, string(text))
	if err != nil || t.Year() < 1 {
		return ErrBadLocalTime
	}
	*l = LocalTime{Date: ticket.Date(t.Format(time.DateOnly)), Clock: Clock(t.Hour()*60 + t.Minute())}
	return nil
}

// MarshalText writes YYYY-MM-DDTHH:MM.
func (l LocalTime) MarshalText() ([]byte, error) { return []byte(l.String()), nil }

// String is YYYY-MM-DDTHH:MM.
func (l LocalTime) String() string { return string(l.Date) + "T" + l.Clock.String() }

// Weekdays is a set of days of the week; the zero set means every day.
type Weekdays uint8

var weekdayNames = [...]string{"sun", "mon", "tue", "wed", "thu", "fri", "sat"} // as time.Weekday counts

// On is the set of the given days.
func On(days ...time.Weekday) (w Weekdays) {
	for _, d := range days {
		w |= 1 << d
	}
	return w
}

// Has reports whether the set holds on d.
func (w Weekdays) Has(d time.Weekday) bool { return w == 0 || w&(1<<d) != 0 }

// ErrBadWeekdays marks a string that is not a set of days of the week.
var ErrBadWeekdays = errors.New("days of the week are written mon,tue,…; all of them: every")

// UnmarshalText reads "mon,wed" or "every".
func (w *Weekdays) UnmarshalText(text []byte) error {
	*w = 0
	if s := strings.ToLower(strings.TrimSpace(string(text))); s != "every" && s != "" {
		for _, word := range strings.Split(s, ",") {
			day := -1
			for i, name := range weekdayNames {
				if strings.TrimSpace(word) == name {
					day = i
				}
			}
			if day < 0 {
				return ErrBadWeekdays
			}
			*w |= 1 << day
		}
	}
	return nil
}

// MarshalText writes what UnmarshalText reads, Monday first.
func (w Weekdays) MarshalText() ([]byte, error) {
	if w == 0 || w == 1<<7-1 {
		return []byte("every"), nil
	}
	var names []string
	for i := range 7 {
		if d := (i + 1) % 7; w&(1<<d) != 0 {
			names = append(names, weekdayNames[d])
		}
	}
	return []byte(strings.Join(names, ",")), nil
}

// A wall time is what a clock on the wall shows, in minutes after 1970-01-01
// 00:00 of that same clock. It knows nothing of zones, so that adding to it is
// clock arithmetic.
type wall int64

// wallOf is what a clock in loc shows at t, to the minute.
func wallOf(t time.Time, loc *time.Location) wall {
	_, offset := t.In(loc).Zone()
	return wall(floorDiv(t.Unix()+int64(offset), 60))
}

// day counts days after 1970-01-01.
func (w wall) day() int64 { return floorDiv(int64(w), dayMinutes) }

// date is the day the wall time lies on.
func (w wall) date() ticket.Date { return ticket.Date(w.utc().Format(time.DateOnly)) }

// weekday is the day of the week it lies on; 1970-01-01 was a Thursday.
func (w wall) weekday() time.Weekday { return time.Weekday(floorMod(w.day()+4, 7)) }

// utc is the instant at which a clock in Greenwich shows it.
func (w wall) utc() time.Time { return time.Unix(int64(w)*60, 0).UTC() }

// wallAt is a local time as a wall time.
func wallAt(l LocalTime) wall {
	t, err := time.Parse(time.DateOnly, string(l.Date))
	if err != nil {
		return 0 // only of a LocalTime that Faults refuses
	}
	return wall(floorDiv(t.Unix(), 60)) + wall(l.Clock)
}

// in is the first instant at which a clock in loc shows w, or has gone past it
// where the clocks were put forward over it. Where they are put back and w comes
// twice, it is the first time.
func (w wall) in(loc *time.Location) time.Time {
	u := w.utc()
	t := time.Date(u.Year(), u.Month(), u.Day(), u.Hour(), u.Minute(), 0, 0, loc)
	starts, ends := t.ZoneBounds()
	_, offset := t.Zone()
	if wallOf(t, loc) != w { // there is no such time: the clocks are changed where it would be
		if !starts.IsZero() && (ends.IsZero() || t.Sub(starts) < ends.Sub(t)) {
			return starts
		}
		return ends
	}
	if !starts.IsZero() {
		_, before := starts.Add(-1).Zone()
		if first := t.Add(time.Duration(offset-before) * time.Second); before > offset && first.Before(starts) {
			return first
		}
	}
	return t
}

// addMonths goes to the same day of the month n months on, or to the month's
// last day where it has no such day. The 31st of January is followed by the last
// of February and the 31st of March.
func (w wall) addMonths(n int64) wall {
	u := w.utc()
	first := time.Date(u.Year(), u.Month()+time.Month(n), 1, 0, 0, 0, 0, time.UTC)
	last := time.Date(first.Year(), first.Month()+1, 0, 0, 0, 0, 0, time.UTC).Day()
	return wall(floorDiv(first.Unix(), 60)) + wall(min(u.Day(), last)-1)*dayMinutes + wall(floorMod(int64(w), dayMinutes))
}

func floorDiv(a, b int64) int64 {
	q := a / b
	if a%b < 0 {
		q--
	}
	return q
}

func floorMod(a, b int64) int64 { return a - b*floorDiv(a, b) }
