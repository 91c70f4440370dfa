package ticket

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Span is a length of time as a policy writes it: "3m" or "2h" on the wall
// clock, "5wd" for the close of the fifth working day, "1wd@open" for the
// opening of the next working day. The zero Span is "at once".
type Span struct {
	Wall        time.Duration // wall clock, nights and holidays included; zero if WorkingDays is set
	WorkingDays int           // days of the Calendar, the first being the one after the start
	AtOpening   bool          // the last day's opening rather than its close
}

// ErrBadSpan marks a text that is not a Span.
var ErrBadSpan = errors.New(`span must be a duration such as "3m" or "2h", or working days such as "5wd" or "1wd@open"`)

// ParseSpan reads a Span. Negative lengths are refused.
func ParseSpan(s string) (Span, error) {
	if days, opening, ok := strings.Cut(s, "wd"); ok {
		n, err := strconv.Atoi(days)
		if err != nil || n < 1 || n > 366 || (opening != "" && opening != "@open") {
			return Span{}, fmt.Errorf("%w: %q", ErrBadSpan, s)
		}
		return Span{WorkingDays: n, AtOpening: opening != ""}, nil
	}
	d, err := time.ParseDuration(s)
	if err != nil || d < 0 {
		return Span{}, fmt.Errorf("%w: %q", ErrBadSpan, s)
	}
	return Span{Wall: d}, nil
}

// String is the form ParseSpan reads.
func (s Span) String() string {
	switch {
	case s.AtOpening:
		return strconv.Itoa(s.WorkingDays) + "wd@open"
	case s.WorkingDays > 0:
		return strconv.Itoa(s.WorkingDays) + "wd"
	default:
		return s.Wall.String()
	}
}

// MarshalText writes the form ParseSpan reads.
func (s Span) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// UnmarshalText reads a Span from a file.
func (s *Span) UnmarshalText(text []byte) error {
	parsed, err := ParseSpan(string(text))
	*s = parsed
	return err
}

// Due is the end of a Span that began at from, with its arithmetic.
func (s Span) Due(from time.Time, cal Calendar) Count {
	if s.WorkingDays == 0 {
		return Count{From: from, Due: from.Add(s.Wall)}
	}
	count := cal.Count(from, s.WorkingDays)
	if s.AtOpening {
		count.Due = DateOf(count.Due).At(cal.Opens)
	}
	return count
}

// Before orders two Spans of one ladder. Any working-day Span is longer than any
// wall-clock Span, and an opening comes before the close of the same day.
func (s Span) Before(other Span) bool {
	if s.WorkingDays != other.WorkingDays {
		return s.WorkingDays < other.WorkingDays
	}
	if s.WorkingDays > 0 {
		return s.AtOpening && !other.AtOpening
	}
	return s.Wall < other.Wall
}
