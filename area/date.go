package area

import (
	"errors"
	"fmt"
	"strings"
	"time"
)

// Date is a calendar day in Shanghai as "2026-10-01", so that dates compare
// like their text. Empty means that there is none.
type Date string

// Founding is since when a place counts that no file gives a beginning.
const Founding Date = "1949-10-01"

// china has kept eight hours ahead of UTC since before any call was taken.
var china = time.FixedZone("CST", 8*60*60)

// DateOf is the day in Shanghai at an instant.
func DateOf(t time.Time) Date { return Date(t.In(china).Format(time.DateOnly)) }

// ParseDate reads 2026-10-01, and 2026/10/1 as spreadsheets write it.
func ParseDate(s string) (Date, error) {
	for _, form := range []string{time.DateOnly, "2006-1-2", "2006/1/2"} {
		if t, err := time.Parse(form, strings.TrimSpace(s)); err == nil && t.Year() >= 1900 && t.Year() < 2200 {
			return Date(t.Format(time.DateOnly)), nil
		}
	}
	return "", fmt.Errorf("%w: write a day as 2026-10-01", ErrBadDate)
}

// ErrBadDate marks a text that is no day.
var ErrBadDate = errors.New("not a date")
