package rule

import (
	"slices"

	"example.org/hotline/ticket"
)

// NoticeStart says which day is the first of a public notice (公示).
type NoticeStart string

// The starts.
const (
	StartPosted   NoticeStart = "posted"    // the day on which it was put up
	StartDayAfter NoticeStart = "day_after" // the day after it
)

// Notice says how long the public may object. Its days are calendar days (DOMAIN 0.6).
type Notice struct {
	Days   int         `yaml:"days" json:"days"`
	Starts NoticeStart `yaml:"starts" json:"starts" enum:"posted,day_after"`
	Aids   []string    `yaml:"aids" json:"aids" doc:"The aids that need one"` // aids that need one; the fast track is none of them

	Nameless Nameless `yaml:"nameless" json:"nameless"`
}

// Nameless is how many objections without a name the page of one notice takes. Who gives a
// name, or says it to somebody of the office, is always heard.
type Nameless struct {
	Most   int `yaml:"most" json:"most" doc:"In all"`
	PerDay int `yaml:"per_day" json:"per_day" doc:"On one calendar day"`
}

// Notice is the notice that an aid needs before it is confirmed; false where it needs none.
func (v *Version) Notice(aid string) (Notice, bool) {
	return v.NoticeRules, slices.Contains(v.NoticeRules.Aids, aid)
}

// Span is the first and the last day of a notice that was put up on a day.
func (n Notice) Span(posted ticket.Date) (first, last ticket.Date) {
	first = posted
	if n.Starts == StartDayAfter {
		first = posted.Next()
	}
	return first, ticket.DateOf(first.At(0).AddDate(0, 0, n.Days-1))
}

// FirstPay says for which month a decision pays first.
type FirstPay string

// The answers.
const (
	PaySame FirstPay = "same" // the month of the decision
	PayNext FirstPay = "next" // the month after it
)

// FirstPayMonth is the first month that is paid for, of what was decided on a day.
func (v *Version) FirstPayMonth(decided ticket.Date) Month {
	if v.FirstPay == PayNext {
		return MonthOf(decided).Add(1)
	}
	return MonthOf(decided)
}
