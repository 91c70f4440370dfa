package sim

import (
	"maps"
	"math"
	"slices"
	"time"

	"example.org/hotline/ticket"
)

// Report is what a simulation came to. The names of its JSON fields are stable.
type Report struct {
	Scenario Scenario         `json:"scenario"`
	From     string           `json:"from"` // first day
	Days     int              `json:"days"`
	Cities   int              `json:"cities"`
	Load     float64          `json:"load"`
	Seed     int64            `json:"seed"`
	Policy   string           `json:"policy"`
	Checks   Checks           `json:"checks"`
	Calls    int64            `json:"calls"`
	Closed   int64            `json:"closed"`
	Open     int64            `json:"open"` // still, 60 days after the last call
	Promises []Figures        `json:"promises"`
	Breaches []Breaches       `json:"breaches"`
	Workers  Workers          `json:"workers"`
	Line     Line             `json:"line"`
	Offers   int64            `json:"offers"`
	Notices  int64            `json:"notices"`
	Refused  int64            `json:"refused"` // acts of people that came too late
	Timers   map[string]int64 `json:"timers"`  // fired, by kind
	PerDay   []PerDay         `json:"per_day"`
}

// Checks must all be zero.
type Checks struct {
	Lost       int64 `json:"lost"`       // calls without a ticket
	Duplicates int64 `json:"duplicates"` // timers fired, offers or notices made a second time; calls with two tickets
	Orphans    int64 `json:"orphans"`    // open tickets without an owner or without a timer that would wake them, looked for every hour
}

// Sound reports whether the checks found nothing.
func (c Checks) Sound() bool { return c == Checks{} }

// Figures are those of a priority.
type Figures struct {
	Priority   ticket.Priority `json:"priority"`
	Tickets    int64           `json:"tickets"`
	OnTime     int64           `json:"on_time"`
	OnTimePart float64         `json:"on_time_part"`
	Acceptance Waits           `json:"acceptance"` // from the INVITE, as the others
	Arrival    Waits           `json:"arrival"`
	Relief     Waits           `json:"relief"`
}

// Waits are seconds that half, nine tenths and 99 of 100 waited at most.
type Waits struct {
	Count int64 `json:"count"`
	P50   int64 `json:"p50_seconds"`
	P90   int64 `json:"p90_seconds"`
	P99   int64 `json:"p99_seconds"`
}

func (w waits) figures() Waits {
	return Waits{Count: w.count(), P50: w.at(0.50), P90: w.at(0.90), P99: w.at(0.99)}
}

// Breaches are broken promises of a priority for one reason.
type Breaches struct {
	Priority ticket.Priority `json:"priority"`
	Reason   Reason          `json:"reason"`
	Count    int64           `json:"count"`
}

// Workers is how the work falls on people: those who have accepted anything.
type Workers struct {
	Count int          `json:"count"`
	Mean  float64      `json:"mean"` // tickets
	Most  int64        `json:"most"`
	Gini  float64      `json:"gini"` // 0: all have the same; 1: one has all
	Top   []WorkerLoad `json:"top"`  // the ten with most
}

// WorkerLoad is what one of them has accepted.
type WorkerLoad struct {
	Name    string `json:"name"`
	Tickets int64  `json:"tickets"`
	Urgent  int64  `json:"urgent"`
}

// Line is how the calls were answered.
type Line struct {
	Answered       Waits   `json:"answered"` // seconds in the queue, of those who were answered
	Abandoned      int64   `json:"abandoned"`
	AnsweredInTime int64   `json:"answered_in_time"`
	InTimePart     float64 `json:"in_time_part"` // of all calls
	Within         int     `json:"within_seconds"`
	Target         float64 `json:"target_part"`
	City           Needed  `json:"city"` // of one city in its busiest ordinary hour
	All            Needed  `json:"all"`  // of all cities as one queue
}

// Needed is how many agents the target takes: by Erlang A, and what they achieve
// by the formula and in a simulation of the same queue.
type Needed struct {
	Rate      float64 `json:"calls_per_hour"`
	Agents    int     `json:"agents"`
	Formula   float64 `json:"formula_part"`
	Simulated float64 `json:"simulated_part"`
}

// PerDay is one day's urgent calls.
type PerDay struct {
	Day    ticket.Date `json:"day"`
	Urgent int64       `json:"urgent"`
	OnTime int64       `json:"on_time"`
}

func (t *tally) report(o Options) Report {
	r := Report{Scenario: o.Scenario, From: string(ticket.DateOf(o.From)), Days: o.Days, Cities: t.Cities, Load: o.Load, Seed: o.Seed, Policy: o.Policy,
		Calls: t.Calls, Closed: t.Closed, Open: t.Open, Offers: t.Offers, Notices: t.Notices, Refused: t.Refused, Timers: t.Timers,
		Promises: []Figures{}, Breaches: []Breaches{}}
	r.Checks = Checks{Lost: max(0, t.Calls-t.Closed-t.Open), Duplicates: t.Duplicates + max(0, t.Closed+t.Open-t.Calls), Orphans: t.Orphans}
	for _, p := range ticket.Priorities() {
		c := t.Priorities[p]
		n := c.Closed + c.Open
		r.Promises = append(r.Promises, Figures{Priority: p, Tickets: n, OnTime: c.OnTime, OnTimePart: part(c.OnTime, n),
			Acceptance: c.Acceptance.figures(), Arrival: c.Arrival.figures(), Relief: c.Relief.figures()})
		for _, reason := range []Reason{NobodyOnDuty, AllDeclined, NobodyAnswered, AcceptedLate, WorkerBusy, HelpTooSlow} {
			if n := c.Reasons[reason]; n > 0 {
				r.Breaches = append(r.Breaches, Breaches{Priority: p, Reason: reason, Count: n})
			}
		}
	}
	r.Workers, r.Line = t.load(), t.line(o)
	for i, d := range t.Days {
		r.PerDay = append(r.PerDay, PerDay{Day: ticket.DateOf(o.From.AddDate(0, 0, i)), Urgent: d.Urgent, OnTime: d.OnTime})
	}
	return r
}

// part is a share to four digits, so that it reads the same everywhere.
func part(n, of int64) float64 {
	if of == 0 {
		return 0
	}
	return math.Round(float64(n)/float64(of)*1e4) / 1e4
}

func round4(x float64) float64 { return math.Round(x*1e4) / 1e4 }

func (t *tally) load() Workers {
	w := Workers{Top: append([]WorkerLoad{}, t.Top...)}
	var sum, ranked, below float64 // below: people with less
	for _, tickets := range slices.Sorted(maps.Keys(t.Loads)) {
		people := float64(t.Loads[tickets])
		sum += people * float64(tickets)
		ranked += float64(tickets) * people * (below + (people+1)/2) // by rank, the least loaded first
		below += people
		w.Most = tickets
	}
	if w.Count = int(below); below > 0 {
		w.Mean, w.Gini = round4(sum/below), round4(2*ranked/(below*sum)-(below+1)/below)
	}
	return w
}

func (t *tally) line(o Options) Line {
	l := Line{Answered: t.Answered.figures(), Abandoned: t.Abandoned, AnsweredInTime: t.AnsweredInTime, InTimePart: part(t.AnsweredInTime, t.Calls),
		Within: int(answerBy / time.Second), Target: answerFor}
	w := world{o: o, rules: Rules{Calendar: o.Calendar}}
	w.o.Scenario = Month
	busiest := 0.0
	for h := range 24 * o.Days {
		busiest = max(busiest, w.perHour(o.From.Add(time.Duration(h)*time.Hour)))
	}
	l.City, l.All = needed(busiest, o.Seed), needed(busiest*float64(o.Cities), o.Seed)
	return l
}

// needed asks Erlang A for the agents of a rate, and tries them.
func needed(rate float64, seed int64) Needed {
	if rate == 0 {
		return Needed{}
	}
	q := queueOf(rate)
	n := q.Agents(answerFor, answerBy)
	return Needed{Rate: round4(rate), Agents: n, Formula: round4(q.Served(n, answerBy)), Simulated: round4(q.simulate(n, answerBy, triedCalls, newRandom(seed, "erlang")))}
}

// triedCalls is how many calls a tried queue gets.
const triedCalls = 200_000
