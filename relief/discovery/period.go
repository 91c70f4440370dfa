package discovery

import (
	"slices"
	"strconv"
	"time"

	"example.org/hotline/internal/act"
	"example.org/hotline/ticket"
)

// Line is a part of a village's households that is visited as often.
type Line string

// The lines. A household belongs to one of them by its tier.
const (
	LineTier1  Line = "tier1"
	LineTier2  Line = "tier2"
	LineOthers Line = "others" // every other household that the village knows
)

// Lines lists them.
func Lines() []Line { return []Line{LineTier1, LineTier2, LineOthers} }

// LineOf is the line of a household's tier; zero for one that the register does not know.
func LineOf(tier int) Line {
	switch tier {
	case 1:
		return LineTier1
	case 2:
		return LineTier2
	default:
		return LineOthers
	}
}

// Cadence is how often a line is visited: once in each calendar period.
type Cadence string

// The cadences.
const (
	EveryMonth   Cadence = "month"
	EveryQuarter Cadence = "quarter"
	EveryYear    Cadence = "year"
)

// Cadences lists them.
func Cadences() []Cadence { return []Cadence{EveryMonth, EveryQuarter, EveryYear} }

// Period is the first and the last day of the cadence's period that holds a day.
func (c Cadence) Period(day ticket.Date) (first, last ticket.Date) {
	at := day.At(0)
	year, month, months := at.Year(), at.Month(), 1
	switch c {
	case EveryQuarter:
		month, months = month-(month-1)%3, 3
	case EveryYear:
		month, months = time.January, 12
	case EveryMonth:
	}
	begins := time.Date(year, month, 1, 0, 0, 0, 0, at.Location())
	return ticket.DateOf(begins), ticket.DateOf(begins.AddDate(0, months, -1))
}

// Visits are the rules of visits by plan.
type Visits struct {
	Lines []VisitLine `yaml:"lines"`
}

// VisitLine says how often the households of a line are visited.
type VisitLine struct {
	Line  Line    `yaml:"line"`
	Every Cadence `yaml:"every"`
	Most  int     `yaml:"most"` // at most so many of a village in a period, those not visited for longest; zero: all
}

func (v Visits) faults() (faults []error) {
	check := func(ok bool, path, detail string) {
		if !ok {
			faults = append(faults, act.Invalid(path, "out_of_range", detail))
		}
	}
	check(len(v.Lines) > 0, "visits.lines", "say which households a village visits, and how often")
	seen := map[Line]bool{}
	for i, l := range v.Lines {
		at := "visits.lines[" + strconv.Itoa(i) + "]"
		check(slices.Contains(Lines(), l.Line), at+".line", "must be tier1, tier2 or others")
		check(!seen[l.Line], at+".line", "stands twice: leave one of the two lines")
		check(slices.Contains(Cadences(), l.Every), at+".every", "must be month, quarter or year")
		check(l.Most >= 0 && l.Most <= 1000, at+".most", "must lie between 0 (all) and 1000 households of a village")
		seen[l.Line] = true
	}
	return faults
}

// dueOn spreads the visits of a period evenly over the days that are left of it: the last of
// them falls on its last day, so that nobody has to see everybody in its last week.
func dueOn(today, first, last ticket.Date, i, of int) ticket.Date {
	begins := max(today, first)
	days := int(last.At(0).Sub(begins.At(0)).Hours()/24) + 1
	return ticket.DateOf(begins.At(0).AddDate(0, 0, max(0, (i+1)*days/of-1)))
}
