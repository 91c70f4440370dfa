package sim

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"example.org/hotline/area"
	"example.org/hotline/dispatch"
	"example.org/hotline/internal/act"
	"example.org/hotline/ticket"
)

// Memory keeps what the transactions of dispatch and ticket write, as store does
// in PostgreSQL, and tells the time of its own clock. One transaction runs at a
// time; one that fails or is cut short leaves nothing behind. TestMemoryDoesWhatPostgreSQLDoes
// holds it to the real one. Not safe for concurrent use.
type Memory struct {
	city *City
	now  time.Time

	tickets   map[ticket.ID]*row
	byCall    map[ticket.CallID]ticket.ID
	open      map[string]ticket.ID // the newest open ticket of a caller
	callbacks map[ticket.CallbackID]*callback
	alive     map[string]ticket.CallbackID // of a caller
	inHand    map[area.PostID]int          // tickets that are theirs and not yet through
	pending   timerHeap
	timers    map[int64]*pending

	nextTicket   ticket.ID
	nextTimer    int64
	nextCallback ticket.CallbackID

	// The hooks hear of what was committed.
	onOffer  func(ticket.Offer)
	onArm    func(act.Timer)
	onNotice func(ticket.Notice)

	keep bool // ended offers, timers and notices, for those who compare
}

// row is a ticket with all that hangs on it.
type row struct {
	t         ticket.Ticket
	call      ticket.Call
	offers    []offer
	notices   map[string]ticket.Notice // by key; what it says is kept for those who compare
	timers    []*pending
	ended     map[timerKey]string // outcome of the timers that are over
	warned    map[string]bool
	heard     time.Time // the last act of a person
	owned     time.Time // since when the present owner has it
	queuedAt  time.Time
	reached   bool // the caller has spoken to a person
	callbacks []ticket.CallbackID
	moves     moves
}

// offer is a row of offers.
type offer struct {
	ticket.Offer
	epoch   int64
	ended   time.Time
	outcome string
}

// callback is a row of callbacks.
type callback struct {
	ticket.Callback
	caller  string
	pending []*pending
	ended   map[timerKey]string
}

// NewMemory is an empty store of a city at an instant.
func NewMemory(city *City, now time.Time) *Memory {
	return &Memory{city: city, now: now, tickets: map[ticket.ID]*row{}, byCall: map[ticket.CallID]ticket.ID{}, open: map[string]ticket.ID{},
		callbacks: map[ticket.CallbackID]*callback{}, alive: map[string]ticket.CallbackID{}, inHand: map[area.PostID]int{}, timers: map[int64]*pending{}}
}

// InTx runs fn in one transaction: an error takes back all that it has written.
func (m *Memory) InTx(ctx context.Context, actor act.Actor, fn func(*Tx) error) error {
	tx := m.begin(actor)
	if err := fn(tx); err != nil {
		tx.rollback()
		return err
	}
	tx.commit()
	return ctx.Err()
}

func (m *Memory) begin(actor act.Actor) *Tx { return &Tx{m: m, actor: actor} }

// Birth registers a call: its first commit, with its ticket. The same call again
// is the ticket it has.
func (m *Memory) Birth(c ticket.Call, line ticket.Line, rules Rules) ticket.ID {
	if id, known := m.byCall[c.ID]; known {
		return id
	}
	b := ticket.FromCall(c, line, rules.Ladder.Version, rules.Ladder.Terms(), rules.Holds, rules.Calendar, m.open[c.FromE164])
	tx := m.begin(act.SystemIVR)
	m.nextTicket++
	t := b.Ticket
	t.ID, t.PublicID = m.nextTicket, fmt.Sprintf("ticket-%d", m.nextTicket)
	m.tickets[t.ID] = newRow(t, c)
	m.inHand[t.Owner]++
	m.byCall[c.ID] = t.ID
	if c.FromE164 != "" {
		m.open[c.FromE164] = t.ID
	}
	for _, timer := range b.Timers {
		timer.Subject = t.Subject()
		tx.arm(timer)
	}
	for _, n := range b.Notices {
		n.Ticket = t.ID
		tx.notify(n)
	}
	tx.commit()
	return t.ID
}

func newRow(t ticket.Ticket, c ticket.Call) *row {
	return &row{t: t, call: c, notices: map[string]ticket.Notice{}, ended: map[timerKey]string{}, warned: map[string]bool{}, queuedAt: c.InvitedAt}
}

// inHand reports whether a ticket counts into its owner's load, as the store counts.
func inHand(t ticket.Ticket) bool { return t.Status.Open() && t.Status != ticket.StatusFollowUp }

// weigh keeps the load of owners as a ticket changes.
func (m *Memory) weigh(was, is ticket.Ticket) {
	if inHand(was) {
		m.inHand[was.Owner]--
	}
	if inHand(is) {
		m.inHand[is.Owner]++
	}
}

// Rules is what calls and tickets are judged by.
type Rules struct {
	Ladder   *dispatch.Policy
	Holds    ticket.Holds
	Calendar ticket.Calendar
}

// NewRules are those of a policy.
func NewRules(p *dispatch.Policy, cal ticket.Calendar) Rules {
	return Rules{Ladder: p, Holds: p.Holds(), Calendar: cal}
}

// forget drops a ticket that is through, with all that hangs on it: what is
// counted need not be kept.
func (m *Memory) forget(id ticket.ID) {
	r := m.tickets[id]
	m.weigh(r.t, ticket.Ticket{Status: ticket.StatusClosed})
	for _, p := range slices.Clone(r.timers) {
		m.pending.drop(p)
		delete(m.timers, p.ID)
	}
	for _, c := range r.callbacks {
		one := m.callbacks[c]
		if m.alive[one.caller] == c {
			delete(m.alive, one.caller)
		}
		for _, p := range slices.Clone(one.pending) {
			m.pending.drop(p)
			delete(m.timers, p.ID)
		}
		delete(m.callbacks, c)
	}
	if m.open[r.call.FromE164] == id {
		delete(m.open, r.call.FromE164)
	}
	delete(m.byCall, r.call.ID)
	delete(m.tickets, id)
}

// untimed reports whether an open ticket has nothing that would ever wake it, by
// the rules of the database's own audit: nobody has accepted and no ladder timer
// is pending, somebody has and silence is not watched, or a clock runs towards a
// deadline for which none is.
func (r *row) untimed() bool {
	has := func(match func(act.Timer) bool) bool {
		return slices.ContainsFunc(r.timers, func(p *pending) bool { return match(p.Timer) })
	}
	if r.t.Status.Waiting() && !has(func(t act.Timer) bool { return ladderKinds[t.Kind] }) {
		return true
	}
	if r.t.Status.Open() && !r.t.Status.Waiting() && !has(func(t act.Timer) bool {
		return (t.Kind == ticket.TimerSilence || t.Kind == ticket.TimerResume) && t.Epoch == r.t.Epoch
	}) {
		return true
	}
	for _, c := range r.t.Clocks {
		if !r.t.Status.Open() || !c.Running() || !c.BreachedAt.IsZero() || !c.RoseAt.IsZero() || c.Kind == ticket.ClockDecide {
			continue
		}
		if !has(func(t act.Timer) bool {
			return t.Kind == ticket.TimerDeadline && t.Step == c.Kind.Ordinal() && t.Epoch == c.Revision && t.DueAt.Equal(c.DueAt)
		}) {
			return true
		}
	}
	return false
}

// ladderKinds are the timers that can move a ladder on.
var ladderKinds = map[string]bool{ticket.TimerRoute: true, ticket.TimerOffer: true, ticket.TimerRepeat: true, ticket.TimerAgent: true, ticket.TimerResume: true}

// orphan reports whether an open ticket has nobody or nothing to look after it.
func (r *row) orphan() bool { return r.t.Status.Open() && (r.t.Owner == 0 || r.untimed()) }

// sees is the scope of row level security.
func sees(a act.Actor, where area.Code) bool {
	scope := a.Scope()
	return scope == "*" || scope != "" && strings.HasPrefix(string(where), scope)
}

// byDue orders clocks as the database loads them.
func byDue(a, b ticket.Clock) int {
	if c := a.DueAt.Compare(b.DueAt); c != 0 {
		return c
	}
	return strings.Compare(string(a.Kind), string(b.Kind))
}
