package sim

import (
	"fmt"
	"time"

	"example.org/hotline/area"
	"example.org/hotline/ticket"
)

// Scenario is what happens in a simulated city.
type Scenario string

// The scenarios.
const (
	Month Scenario = "month" // ordinary days
	Flood Scenario = "flood" // on the first day 2,000 calls between 20:00 and 21:00, from three counties
)

// Calls of one city in a day of average size, by what they turn out to be. They
// are the project's planning figures, not statistics.
var callsPerDay = []struct {
	priority ticket.Priority
	kind     ticket.Kind
	number   float64
}{
	{ticket.P1, ticket.KindAid, 5}, {ticket.P2, ticket.KindAid, 13}, {ticket.P3, ticket.KindAid, 12},
	{ticket.PInfo, ticket.KindConsultation, 26}, {ticket.PInfo, ticket.KindProgress, 12}, {ticket.PInfo, ticket.KindComplaint, 2},
}

// hourly is how a day's calls fall on its hours, Shanghai time: urgent need comes
// at any hour, questions in office hours.
var hourly = map[bool][24]float64{
	true:  {2, 2, 1, 1, 1, 2, 3, 4, 5, 6, 6, 5, 5, 5, 5, 5, 5, 6, 7, 7, 6, 5, 3, 3},
	false: {0, 0, 0, 0, 0, 0, 1, 3, 10, 14, 13, 9, 5, 5, 9, 10, 9, 6, 2, 2, 1, 1, 0, 0},
}

// Days without an office: fewer questions, a little more need.
const (
	restQuestions = 0.35
	restNeed      = 1.1
)

// The flood.
const (
	floodCalls  = 2000
	floodHour   = 20
	floodUrgent = 0.6 // of its calls; a third of those are P1
)

// rate is how many calls of a sort come per hour around an instant.
func (w *world) rate(urgent bool, perDay float64, at time.Time) float64 {
	day := w.rules.Calendar.Day(ticket.DateOf(at))
	shape, sum := hourly[urgent], 0.0
	for _, share := range shape {
		sum += share
	}
	factor := 1.0
	if !day.Kind.Working() {
		factor = restQuestions
		if urgent {
			factor = restNeed
		}
	}
	return perDay * w.o.Load * factor * shape[at.In(ticket.Shanghai).Hour()] / sum
}

// perHour is how many calls come per hour around an instant, of every sort.
func (w *world) perHour(at time.Time) (sum float64) {
	for _, c := range callsPerDay {
		sum += w.rate(c.priority.Urgent(), c.number, at)
	}
	if w.inFlood(at) {
		sum += floodCalls
	}
	return sum
}

func (w *world) inFlood(at time.Time) bool {
	return w.o.Scenario == Flood && at.In(ticket.Shanghai).Hour() == floodHour && at.Sub(w.o.From) < 24*time.Hour
}

// arrivals is a Poisson process whose rate changes by the hour: candidates come
// at the highest rate there is and are kept by the rate that holds (thinning,
// Lewis and Shedler 1979). Only the next call is in memory.
func (w *world) arrivals() {
	highest := 0.0
	for h := range 24 * w.o.Days {
		highest = max(highest, w.perHour(w.o.From.Add(time.Duration(h)*time.Hour)))
	}
	if highest == 0 {
		return
	}
	var next func()
	next = func() {
		at := w.m.now.Add(w.calls.exp(time.Duration(float64(time.Hour) / highest)))
		if !at.Before(w.o.From.AddDate(0, 0, w.o.Days)) {
			return
		}
		w.at(at, func() {
			if w.calls.chance(w.perHour(at) / highest) {
				w.call(w.matter(at))
			}
			next()
		})
	}
	next()
}

// matter is what a call is about, which nobody knows before the citizen has spoken.
type matter struct {
	priority ticket.Priority
	kind     ticket.Kind
	where    area.Code // the township
	line     ticket.Line
	from     string // E.164, empty for a withheld number
}

// How callers come in.
const (
	dialsTownship = 0.35 // on the township's own number; the others on the county's
	withheld      = 0.03
	callsAgain    = 0.04 // from the number of the city's last callers
)

// matter draws one.
func (w *world) matter(at time.Time) matter {
	m := w.sort(at)
	towns := len(w.city.townships)
	if w.inFlood(at) {
		towns = min(towns, 3*towns/counties+1)
	}
	town := w.calls.intn(towns)
	m.where = w.city.townships[town]
	m.line = w.city.Lines[0]
	if w.calls.chance(dialsTownship) {
		m.line = w.city.lineOf(m.where, m.line)
	}
	switch {
	case w.calls.chance(withheld):
	case len(w.recent) > 0 && w.calls.chance(callsAgain):
		m.from = w.recent[w.calls.intn(len(w.recent))]
	default:
		w.callers++
		m.from = fmt.Sprintf("+86199%08d", w.callers%100_000_000)
		if w.recent = append(w.recent, m.from); len(w.recent) > 50 {
			w.recent = w.recent[1:]
		}
	}
	return m
}

// sort draws the sort of a call by the rates that hold.
func (w *world) sort(at time.Time) matter {
	drawn := w.calls.Float64() * w.perHour(at)
	for _, c := range callsPerDay {
		if drawn -= w.rate(c.priority.Urgent(), c.number, at); drawn < 0 {
			return matter{priority: c.priority, kind: c.kind}
		}
	}
	switch u := w.calls.Float64(); {
	case u < floodUrgent/3:
		return matter{priority: ticket.P1, kind: ticket.KindAid}
	case u < floodUrgent:
		return matter{priority: ticket.P2, kind: ticket.KindAid}
	default:
		return matter{priority: ticket.PInfo, kind: ticket.KindConsultation}
	}
}

// lineOf is the number of a township, or another where it has none.
func (c *City) lineOf(where area.Code, other ticket.Line) ticket.Line {
	for _, l := range c.Lines {
		if l.Area == where {
			return l
		}
	}
	return other
}
