package sim

import (
	"cmp"
	"maps"
	"slices"
	"time"

	"example.org/hotline/ticket"
)

// tally is what a simulation counts as it goes: nothing in it grows with the
// number of calls.
type tally struct {
	Cities         int
	Calls          int64
	Closed         int64
	Open           int64
	Abandoned      int64
	AnsweredInTime int64
	Offers         int64
	Notices        int64
	Refused        int64 // acts of people that came too late
	Duplicates     int64
	Orphans        int64
	Answered       waits
	Timers         map[string]int64
	Priorities     map[ticket.Priority]*counted
	Loads          map[int64]int64 // how many people have accepted so many tickets
	Top            []WorkerLoad
	workers        map[string]*WorkerLoad // of the one city; see weighWorkers
	Days           []day
}

// counted is what became of the tickets of a priority.
type counted struct {
	Closed, Open, OnTime        int64
	Acceptance, Arrival, Relief waits
	Reasons                     map[Reason]int64
}

// day is one day of the calls.
type day struct{ Urgent, OnTime int64 }

func newTally(days int) *tally {
	t := &tally{Timers: map[string]int64{}, Priorities: map[ticket.Priority]*counted{}, Loads: map[int64]int64{}, workers: map[string]*WorkerLoad{}, Days: make([]day, days), Answered: waits{}}
	for _, p := range ticket.Priorities() {
		t.Priorities[p] = &counted{Acceptance: waits{}, Arrival: waits{}, Relief: waits{}, Reasons: map[Reason]int64{}}
	}
	return t
}

func (t *tally) worker(name string, p ticket.Priority) {
	l := t.workers[name]
	if l == nil {
		l = &WorkerLoad{Name: name}
		t.workers[name] = l
	}
	l.Tickets++
	if p.Urgent() {
		l.Urgent++
	}
}

// add takes over what another city has counted.
func (t *tally) add(o *tally) {
	t.Cities += o.Cities
	for _, sum := range []struct{ to, from *int64 }{{&t.Calls, &o.Calls}, {&t.Closed, &o.Closed}, {&t.Open, &o.Open}, {&t.Abandoned, &o.Abandoned},
		{&t.AnsweredInTime, &o.AnsweredInTime}, {&t.Offers, &o.Offers}, {&t.Notices, &o.Notices}, {&t.Refused, &o.Refused},
		{&t.Duplicates, &o.Duplicates}, {&t.Orphans, &o.Orphans}} {
		*sum.to += *sum.from
	}
	t.Answered.merge(o.Answered)
	for kind, n := range o.Timers {
		t.Timers[kind] += n
	}
	for p, c := range o.Priorities {
		mine := t.Priorities[p]
		mine.Closed, mine.Open, mine.OnTime = mine.Closed+c.Closed, mine.Open+c.Open, mine.OnTime+c.OnTime
		mine.Acceptance.merge(c.Acceptance)
		mine.Arrival.merge(c.Arrival)
		mine.Relief.merge(c.Relief)
		for r, n := range c.Reasons {
			mine.Reasons[r] += n
		}
	}
	for tickets, people := range o.Loads {
		t.Loads[tickets] += people
	}
	t.top(o.Top)
	for i, d := range o.Days {
		t.Days[i].Urgent, t.Days[i].OnTime = t.Days[i].Urgent+d.Urgent, t.Days[i].OnTime+d.OnTime
	}
}

// weighWorkers turns the people of a city into figures that do not grow.
func (t *tally) weighWorkers() {
	var all []WorkerLoad
	for _, l := range t.workers {
		t.Loads[l.Tickets]++
		all = append(all, *l)
	}
	t.workers = nil
	t.top(all)
}

// top keeps the ten who have most.
func (t *tally) top(more []WorkerLoad) {
	t.Top = slices.SortedFunc(slices.Values(append(t.Top, more...)), func(a, b WorkerLoad) int {
		return cmp.Or(cmp.Compare(b.Tickets, a.Tickets), cmp.Compare(a.Name, b.Name))
	})
	t.Top = t.Top[:min(10, len(t.Top))]
}

// waits counts lengths of time by the second up to ten minutes, by ten seconds
// up to six hours, and by the minute beyond: what rounds to the same is one entry.
type waits map[int64]int64

func (w waits) add(d time.Duration) {
	s := int64(d / time.Second)
	switch {
	case s < 600:
	case s < 6*3600:
		s -= s % 10
	default:
		s -= s % 60
	}
	w[s]++
}

func (w waits) merge(o waits) {
	for s, n := range o {
		w[s] += n
	}
}

func (w waits) count() (sum int64) {
	for _, n := range w {
		sum += n
	}
	return sum
}

// at is the length that a part of all stay below or meet.
func (w waits) at(part float64) int64 {
	left := int64(part*float64(w.count()) + 0.999999)
	for _, s := range slices.Sorted(maps.Keys(w)) {
		if left -= w[s]; left <= 0 {
			return s
		}
	}
	return 0
}

// Reason is why help came too late.
type Reason string

// The reasons.
const (
	NobodyOnDuty   Reason = "nobody_on_duty"  // nobody could be asked before the deadline
	AllDeclined    Reason = "all_declined"    // whoever was asked said that they cannot come
	NobodyAnswered Reason = "nobody_answered" // asked, and no answer
	AcceptedLate   Reason = "accepted_late"   // accepted after half of the time was gone
	WorkerBusy     Reason = "worker_busy"     // accepted in time, and then behind another case of theirs
	HelpTooSlow    Reason = "help_too_slow"   // the way, the decision or the payout took too long
)

// promises is the clock whose deadline is the promise of a priority.
var promises = map[ticket.Priority]ticket.ClockKind{ticket.P1: ticket.ClockTwoHour, ticket.P2: ticket.ClockDay, ticket.P3: ticket.ClockAccepted, ticket.PInfo: ticket.ClockAnswer}

// count is the end of a ticket: it goes into the figures and out of memory.
func (w *world) count(id ticket.ID) {
	w.tally.Closed++
	w.tally.Priorities[w.m.tickets[id].t.Priority].Closed++
	w.judge(id)
	w.m.forget(id)
	delete(w.journeys, id)
}

// settle counts what is still open at the end of a run.
func (w *world) settle() {
	for _, r := range w.m.tickets {
		if r.orphan() {
			w.tally.Orphans++
		}
	}
	w.tally.weighWorkers()
	w.tally.Open = int64(len(w.m.tickets))
	for id, r := range w.m.tickets {
		w.tally.Priorities[r.t.Priority].Open++
		w.judge(id)
	}
}

// judge holds a ticket against its promise.
func (w *world) judge(id ticket.ID) {
	t, j := w.m.tickets[id].t, w.journeys[id]
	c := w.tally.Priorities[t.Priority]
	wait := func(into waits, at time.Time) {
		if !at.IsZero() {
			into.add(at.Sub(t.InvitedAt))
		}
	}
	wait(c.Acceptance, j.acceptedAt)
	wait(c.Arrival, j.arrivedAt)
	wait(c.Relief, j.relievedAt)
	clock := t.Clock(promises[t.Priority])
	kept := clock != nil && clock.BreachedAt.IsZero() && !clock.StoppedAt.IsZero() && !clock.StoppedAt.After(clock.DueAt)
	if n := int(t.InvitedAt.Sub(w.o.From).Hours() / 24); t.Priority.Urgent() && n < len(w.tally.Days) {
		w.tally.Days[n].Urgent++
		if kept {
			w.tally.Days[n].OnTime++
		}
	}
	switch {
	case kept:
		c.OnTime++
	case clock != nil:
		c.Reasons[reasonOf(t, *clock, j)]++
	}
}

func reasonOf(t ticket.Ticket, c ticket.Clock, j *journey) Reason {
	length := c.DueAt.Sub(t.InvitedAt)
	switch {
	case j.acceptedAt.IsZero() || j.acceptedAt.After(c.DueAt):
		switch {
		case j.asked == 0:
			return NobodyOnDuty
		case j.declined == j.asked:
			return AllDeclined
		default:
			return NobodyAnswered
		}
	case j.acceptedAt.Sub(t.InvitedAt) > length/2:
		return AcceptedLate
	case j.queued > length/8:
		return WorkerBusy
	default:
		return HelpTooSlow
	}
}
