package acd

import (
	"cmp"
	"slices"
	"time"

	"example.org/hotline/ticket"
)

// Profile is what an agent serves, as a city keeps it; what they know is kept with the person.
type Profile struct {
	Login    string
	Queues   []string // none: every queue
	Priority int      // place in linear order, lower first
}

// Slot is one interval of one queue.
type Slot struct {
	Queue string
	From  time.Time
}

// FiguresOf turns the sums of slots of a length into figures, by time and then
// by queue.
func FiguresOf(sums map[Slot]Tally, step time.Duration) []Figures {
	figures := make([]Figures, 0, len(sums))
	for slot, sum := range sums {
		figures = append(figures, sum.Figures(slot.Queue, slot.From, slot.From.Add(step)))
	}
	slices.SortFunc(figures, func(a, b Figures) int { return cmp.Or(a.From.Compare(b.From), cmp.Compare(a.Queue, b.Queue)) })
	return figures
}

// SpanFilter asks for spans of agents.
type SpanFilter struct {
	From, To time.Time     // that touch this time
	Login    string        // of one agent; empty: of all
	Before   ticket.Cursor // zero: from the newest
	Limit    int
}

// SpanRow is what an agent was from when till when.
type SpanRow struct {
	Login  string      `json:"login"`
	Name   string      `json:"name"`
	Status Status      `json:"status"`
	Reason PauseReason `json:"reason,omitempty"`
	State  State       `json:"state"`
	Call   string      `json:"call,omitempty"`
	Queue  string      `json:"queue,omitempty"`
	From   time.Time   `json:"from"`
	To     time.Time   `json:"to"`
}

// AbandonedFilter asks for calls that left the queue without an agent.
type AbandonedFilter struct {
	From, To time.Time     // when they left
	Queue    string        // empty: any
	Short    bool          // also those who hung up within ShortWait
	Before   ticket.Cursor // zero: from the newest
	Limit    int
}

// AbandonedRow is one call that nobody answered.
type AbandonedRow struct {
	Call      string      `json:"call"`
	Ticket    string      `json:"ticket"`              // its number
	TicketID  string      `json:"ticket_id,omitempty"` // empty while the call still lies in a node's journal
	Queue     string      `json:"queue"`
	Reason    LeaveReason `json:"reason"`
	EnteredAt time.Time   `json:"entered_at"`
	LeftAt    time.Time   `json:"left_at"`
	WaitedMs  int64       `json:"waited_ms"`
}
