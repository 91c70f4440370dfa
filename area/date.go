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

// Shanghai is the zone in which days and years begin. It is a fixed offset because
// China has kept UTC+8 without summer time since 1991, and a node must tell the
// date without a zone database on its disk.
var Shanghai = time.FixedZone("Asia/Shanghai", 8*60*60)

// DateOf is the day in Shanghai at an instant.
func DateOf(t time.Time) Date { return Date(t.In(Shanghai).Format(time.DateOnly)) }

// Next is the day after; of what is no day it is that.
func (d Date) Next() Date {
	at, err := time.Parse(time.DateOnly, string(d))
	if err != nil {
		return d
	}
	return Date(at.AddDate(0, 0, 1).Format(time.DateOnly))
}

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
