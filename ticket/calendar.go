package ticket

import (
	"errors"
	"fmt"
	"time"

	"example.org/hotline/area"
)

// Shanghai is the zone every date of the line is told in.
var Shanghai = area.Shanghai

// Date is a calendar day in Shanghai, written 2026-10-01. As a string it sorts
// by time and serves as a map key.
type Date string

// ErrBadDate marks a string that is not a day of the calendar.
var ErrBadDate = errors.New("date must be a real day written YYYY-MM-DD")

// ParseDate checks that s is a real day.
func ParseDate(s string) (Date, error) {
	if t, err := time.Parse(time.DateOnly, s); err != nil || t.Year() < 1 {
		return "", ErrBadDate
	}
	return Date(s), nil
}

// DateOf is the day on which t falls in Shanghai.
func DateOf(t time.Time) Date { return Date(t.In(Shanghai).Format(time.DateOnly)) }

// At is the instant of the day that lies clock after midnight in Shanghai.
func (d Date) At(clock time.Duration) time.Time {
	t, err := time.ParseInLocation(time.DateOnly, string(d), Shanghai)
	if err != nil {
		return time.Time{} // only a Date that ParseDate or DateOf did not make
	}
	return t.Add(clock)
}

// Next is the day after d.
func (d Date) Next() Date { return DateOf(d.At(0).AddDate(0, 0, 1)) }

// Before is the day before d.
func (d Date) Before() Date { return DateOf(d.At(0).AddDate(0, 0, -1)) }

// UnmarshalText reads a Date from a file, with the check of ParseDate.
func (d *Date) UnmarshalText(text []byte) error {
	parsed, err := ParseDate(string(text))
	*d = parsed
	return err
}

// InWords writes an instant as people in Shanghai say it: 10月1日 23:40.
func InWords(t time.Time) string { return t.In(Shanghai).Format(inWords) }

const inWords = "1月2日 15:04"

// InEnglish turns what InWords wrote into 1 Oct 23:40; any other text stays.
func InEnglish(words string) string {
	t, err := time.Parse(inWords, words)
	if err != nil {
		return words
	}
	return t.Format("2 Jan 15:04")
}

// DayKind says why a day is worked or not.
type DayKind string

// The kinds of day. Holiday and MakeUp come from the State Council's yearly
// notice (国务院办公厅节假日安排); the others follow from the day of the week.
const (
	DayWorking DayKind = "working" // Monday to Friday
	DayRest    DayKind = "rest"    // Saturday or Sunday
	DayHoliday DayKind = "holiday" // a public holiday, whatever the day of the week
	DayMakeUp  DayKind = "make_up" // 调休: a Saturday or Sunday that is worked
)

// Working reports whether a day of this kind counts.
func (k DayKind) Working() bool { return k == DayWorking || k == DayMakeUp }

// Day is one day as the calendar sees it.
type Day struct {
	Date    Date    `json:"date"`
	Kind    DayKind `json:"kind"`
	Name    string  `json:"name,omitempty"` // of the holiday, in Chinese
	Counted bool    `json:"counted"`        // it used up one working day of the Count it belongs to
}

// Calendar knows which days are worked. It is data (configs/calendar), never
// changed after it was loaded, and safe for concurrent use.
type Calendar struct {
	Version string
	Opens   time.Duration // start of office hours after midnight in Shanghai
	Closes  time.Duration // end of office hours: when a working-day deadline falls
	Years   map[int]bool  // years whose State Council notice is in Special
	Special map[Date]Day  // holidays and make-up days only
}

// Count is a deadline in working days with its arithmetic, so that a person can
// check it: every day that was walked, and whether it counted.
type Count struct {
	From    time.Time `json:"from"`
	Due     time.Time `json:"due"`
	Days    []Day     `json:"days,omitempty"`
	Assumed bool      `json:"assumed,omitempty"` // a year without its notice was walked: weekends only
}

// Day looks up one day.
func (c Calendar) Day(d Date) Day {
	if day, ok := c.Special[d]; ok {
		return day
	}
	if weekend(d) {
		return Day{Date: d, Kind: DayRest}
	}
	return Day{Date: d, Kind: DayWorking}
}

// AddWorkingDays is Count without the days that did not count: when n working
// days from from are over, and the midnights (Shanghai) of the days counted.
func (c Calendar) AddWorkingDays(from time.Time, n int) (due time.Time, counted []time.Time) {
	count := c.Count(from, n)
	for _, day := range count.Days {
		if day.Counted {
			counted = append(counted, day.Date.At(0))
		}
	}
	return count.Due, counted
}

// Count counts n working days on from the day after from: the day of the event
// itself is not counted (Civil Code Art 201). The deadline falls when the office
// closes on the last of them (Art 203). With n below 1 it is from itself. A year
// whose notice is missing is counted by its weekends, and Assumed says so: a
// deadline that may be a day off is better than none.
func (c Calendar) Count(from time.Time, n int) Count {
	count := Count{From: from, Due: from}
	for d := DateOf(from); n > 0; {
		d = d.Next()
		day := c.Day(d)
		if !c.Years[d.At(0).Year()] {
			count.Assumed = true
		}
		if day.Kind.Working() {
			day.Counted = true
			n--
		}
		count.Days = append(count.Days, day)
		count.Due = d.At(c.Closes)
	}
	return count
}

// Faults lists everything that is wrong with the calendar, nil if nothing is.
func (c Calendar) Faults() []error {
	var faults []error
	if c.Version == "" {
		faults = append(faults, errors.New("calendar: version is missing"))
	}
	if c.Opens < 0 || c.Opens >= c.Closes || c.Closes > 24*time.Hour {
		faults = append(faults, fmt.Errorf("calendar: office hours %s to %s are not within one day", c.Opens, c.Closes))
	}
	for d, day := range c.Special {
		switch {
		case !c.Years[d.At(0).Year()]:
			faults = append(faults, fmt.Errorf("calendar: %s lies outside the years of the calendar", d))
		case day.Kind == DayMakeUp && !weekend(d):
			faults = append(faults, fmt.Errorf("calendar: make-up day %s is not a Saturday or Sunday", d))
		case day.Kind != DayMakeUp && day.Kind != DayHoliday:
			faults = append(faults, fmt.Errorf("calendar: %s must be a holiday or a make-up day", d))
		}
	}
	return faults
}

func weekend(d Date) bool {
	w := d.At(0).Weekday()
	return w == time.Saturday || w == time.Sunday
}
