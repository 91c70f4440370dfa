package queue

import (
	"slices"
	"strings"
	"time"

	"example.org/hotline/ivr/acd"
	"example.org/hotline/ticket"
)

// dayTally are one node's sums of one queue for one day.
type dayTally struct {
	Day   string    `json:"day"` // in the line's time zone
	Tally acd.Tally `json:"tally"`
}

// and adds up sums of the same day; of different days the later stays.
func (t dayTally) and(o dayTally) dayTally {
	switch {
	case t.Day > o.Day:
		return t
	case t.Day < o.Day:
		return o
	}
	t.Tally.Add(o.Tally)
	return t
}

func dayOf(at time.Time) string { return at.In(ticket.Shanghai).Format(time.DateOnly) }

// count adds the events of a group to this node's sums.
func (h *Hub) count(tx *acd.Tx) map[string]dayTally {
	events := tx.Events()
	if len(events) == 0 {
		return nil
	}
	day, counted := dayOf(tx.Now()), map[string]dayTally{}
	for _, q := range h.config.Queues {
		key := tallyKey(h.node, q.Key)
		t := h.tallies[key]
		if t.Day != day {
			t = dayTally{Day: day}
		}
		was := t.Tally
		for _, ev := range events {
			t.Tally.Count(q.Key, ev)
		}
		if t.Tally != was {
			counted[key] = t
		}
	}
	return counted
}

// today adds a queue's sums up over the nodes. h.mu is held.
func (h *Hub) today(queue string) acd.Tally {
	var sum acd.Tally
	day := dayOf(h.now())
	for key, t := range h.tallies {
		if t.Day == day && strings.HasSuffix(key, "/"+queue) {
			sum.Add(t.Tally)
		}
	}
	return sum
}

// handle is how long a conversation of a queue takes today. h.mu is held.
func (h *Hub) handle(queue string) time.Duration {
	return h.today(queue).Handle(h.config.Queue(queue))
}

// Board is the queue and the agents as they are now, on all nodes.
func (h *Hub) Board() acd.Board {
	alarms := h.watch.list()
	h.mu.RLock()
	defer h.mu.RUnlock()
	now := h.now()
	b := acd.Board{At: now, Alarms: alarms, Callers: []acd.Caller{}, Agents: []acd.Agent{}, Figures: []acd.Figures{}}
	for _, c := range h.room.Callers {
		b.Callers = append(b.Callers, c)
	}
	slices.SortFunc(b.Callers, func(x, y acd.Caller) int {
		if x.Waiting() != y.Waiting() {
			if x.Waiting() {
				return -1
			}
			return 1
		}
		return acd.Before(x, y)
	})
	for _, a := range h.room.Agents {
		b.Agents = append(b.Agents, a)
	}
	slices.SortFunc(b.Agents, func(x, y acd.Agent) int { return strings.Compare(x.Login, y.Login) })
	midnight := dayStart(now)
	for _, q := range h.config.Queues {
		sum := h.today(q.Key)
		for _, a := range b.Agents { // what is going on counts for the occupancy
			open := a.Span(now)
			if open.From.Before(midnight) {
				open.From = midnight
			}
			open.Queue = ""
			sum.Count(q.Key, open)
		}
		b.Figures = append(b.Figures, sum.Figures(q.Key, midnight, now))
	}
	return b
}

func dayStart(at time.Time) time.Time {
	y, m, d := at.In(ticket.Shanghai).Date()
	return time.Date(y, m, d, 0, 0, 0, 0, ticket.Shanghai)
}
