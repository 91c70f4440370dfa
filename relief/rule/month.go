package rule

import (
	"time"

	"example.org/hotline/internal/act"
	"example.org/hotline/ticket"
)

// Month is a calendar month in China as "2026-12", so that months compare like their text.
type Month string

// monthForm is how a month is written.
const monthForm = "2006-01"

// MonthOf is the month of a day.
func MonthOf(d ticket.Date) Month { return Month(d[:min(len(d), len(monthForm))]) }

// ParseMonth reads 2026-12.
func ParseMonth(text string) (Month, error) {
	if at, err := time.Parse(monthForm, text); err != nil || at.Year() < 1900 {
		return "", act.Invalid("month", "bad_month", "Write a month as 2026-12.")
	}
	return Month(text), nil
}

// UnmarshalText reads a month of a file.
func (m *Month) UnmarshalText(text []byte) (err error) {
	*m, err = ParseMonth(string(text))
	return err
}

// Add is so many months later, or earlier.
func (m Month) Add(n int) Month {
	at, err := time.Parse(monthForm, string(m))
	if err != nil {
		return m
	}
	return Month(at.AddDate(0, n, 0).Format(monthForm))
}

// First is the month's first day.
func (m Month) First() ticket.Date { return ticket.Date(m) + "-01" }

// Last is its last day.
func (m Month) Last() ticket.Date { return ticket.DateOf(m.Add(1).First().At(0).AddDate(0, 0, -1)) }
