package sim

import (
	"context"
	"fmt"
	"slices"
	"time"

	"example.org/hotline/area"
	"example.org/hotline/internal/act"
	"example.org/hotline/ticket"
)

var _ ticket.MoveTx = (*Tx)(nil)

// moves is what the moves of a ticket have written.
type moves struct {
	pauses []pause
	merge  *ticket.Merge
}

type pause struct {
	ticket.Pause
	ended time.Time
}

// changeMoves takes a copy before what the moves have written changes.
func (tx *Tx) changeMoves(id ticket.ID) *moves {
	r := tx.m.tickets[id]
	before := r.moves
	tx.undo(func() { r.moves = before })
	r.moves.pauses = slices.Clone(before.pauses)
	return &r.moves
}

// OwnedSince is when the present owner took a ticket.
func (tx *Tx) OwnedSince(_ context.Context, id ticket.ID) (time.Time, error) {
	return tx.m.tickets[id].owned, nil
}

// Conflicted finds nobody: simulated people have no relatives.
func (tx *Tx) Conflicted(context.Context, ticket.ID, []area.StaffID) (map[area.StaffID]bool, error) {
	return map[area.StaffID]bool{}, nil
}

// Workloads tells how many tickets some posts have in hand.
func (tx *Tx) Workloads(_ context.Context, id ticket.ID, posts []area.PostID) (map[area.PostID]ticket.Workload, error) {
	loads := make(map[area.PostID]ticket.Workload, len(posts))
	for _, post := range posts {
		n := tx.m.inHand[post]
		if t := tx.m.tickets[id].t; t.Owner == post && inHand(t) {
			n--
		}
		loads[post] = ticket.Workload{Open: n}
	}
	return loads, nil
}

// AskedAt lists the posts that a step has asked under the ticket's present epoch,
// and those that have declined before.
func (tx *Tx) AskedAt(_ context.Context, id ticket.ID, loop, step int) (posts []area.PostID, err error) {
	r := tx.m.tickets[id]
	since := r.t.TriagedAt
	if since.IsZero() {
		since = r.t.InvitedAt
	}
	for _, o := range r.offers {
		if o.Loop == loop && o.Step == step && (o.epoch == r.t.Epoch || o.outcome == "declined" && !o.ended.Before(since)) {
			posts = append(posts, o.Post)
		}
	}
	return posts, nil
}

// WarnOnce marks a warning before a deadline as told; false where it was before.
func (tx *Tx) WarnOnce(_ context.Context, id ticket.ID, kind ticket.ClockKind, due time.Time, percent int) (bool, error) {
	r, key := tx.m.tickets[id], fmt.Sprintf("%s:%d:%d", kind, due.UnixNano(), percent)
	if r.warned[key] {
		return false, nil
	}
	r.warned[key] = true
	tx.undo(func() { delete(r.warned, key) })
	return true, nil
}

// AddPause writes a pause.
func (tx *Tx) AddPause(_ context.Context, p ticket.Pause) error {
	m := tx.changeMoves(p.Ticket)
	m.pauses = append(m.pauses, pause{Pause: p})
	return nil
}

// PauseAt is the pause that began under an epoch and has not ended.
func (tx *Tx) PauseAt(_ context.Context, id ticket.ID, epoch int64) (ticket.Pause, error) {
	for _, p := range tx.m.tickets[id].moves.pauses {
		if p.Epoch == epoch && p.ended.IsZero() {
			return p.Pause, nil
		}
	}
	return ticket.Pause{}, act.NotFound("pause")
}

// EndPause writes when the ladder went on.
func (tx *Tx) EndPause(_ context.Context, p ticket.Pause, at time.Time) error {
	m := tx.changeMoves(p.Ticket)
	for i := range m.pauses {
		if m.pauses[i].Epoch == p.Epoch {
			m.pauses[i].ended = at
		}
	}
	return nil
}

// PausedFor is how long a ticket was paused before.
func (tx *Tx) PausedFor(_ context.Context, id ticket.ID) (sum time.Duration, err error) {
	for _, p := range tx.m.tickets[id].moves.pauses {
		until := p.ended
		if until.IsZero() {
			until = p.Until
		}
		sum += until.Sub(p.From)
	}
	return sum, nil
}

// AddMerge keeps what a ticket was before it was joined to another.
func (tx *Tx) AddMerge(_ context.Context, m ticket.Merge) error {
	tx.changeMoves(m.Ticket).merge = &m
	return nil
}

// MergeOf is what a joined ticket was before.
func (tx *Tx) MergeOf(_ context.Context, id ticket.ID) (ticket.Merge, error) {
	if m := tx.m.tickets[id].moves.merge; m != nil {
		return *m, nil
	}
	return ticket.Merge{}, act.NotFound("merge")
}

// EndMerge writes that a ticket was split from the other again.
func (tx *Tx) EndMerge(_ context.Context, m ticket.Merge) error {
	tx.changeMoves(m.Ticket).merge = nil
	return nil
}

// Joined lists the tickets that are joined to one now.
func (tx *Tx) Joined(_ context.Context, into ticket.ID) (ids []ticket.ID, err error) {
	for id, r := range tx.m.tickets {
		if r.t.MergedInto == into {
			ids = append(ids, id)
		}
	}
	slices.Sort(ids)
	return ids, nil
}

// AliveCallbacks loads the call-backs of a ticket that are not over.
func (tx *Tx) AliveCallbacks(_ context.Context, id ticket.ID) (list []ticket.Callback, err error) {
	for _, c := range tx.m.tickets[id].callbacks {
		if one := tx.m.callbacks[c]; one.State.Alive() {
			list = append(list, one.Callback)
		}
	}
	return list, nil
}

// GiveCallback puts a call-back to another ticket.
func (tx *Tx) GiveCallback(_ context.Context, id ticket.CallbackID, to ticket.ID) error {
	m := tx.m
	c := m.callbacks[id]
	from := c.Ticket
	give := func(from, to ticket.ID) {
		c.Ticket = to
		m.tickets[from].callbacks = slices.DeleteFunc(slices.Clone(m.tickets[from].callbacks), func(one ticket.CallbackID) bool { return one == id })
		m.tickets[to].callbacks = append(slices.Clone(m.tickets[to].callbacks), id)
	}
	give(from, to)
	tx.undo(func() { give(to, from) })
	return nil
}

// AddSplitOff writes a ticket of another's call.
func (tx *Tx) AddSplitOff(_ context.Context, t *ticket.Ticket) error {
	m := tx.m
	of := m.tickets[t.SplitFrom]
	m.nextTicket++
	t.ID, t.PublicID = m.nextTicket, fmt.Sprintf("ticket-%d", m.nextTicket)
	t.Number = ticket.NewNumber(t.InvitedAt, int(m.nextTicket))
	t.CallID, t.CallEnded = of.t.CallID, of.t.CallEnded
	id := t.ID
	r := newRow(*t, of.call)
	r.t.Clocks = slices.Clone(t.Clocks)
	m.tickets[id] = r
	m.inHand[t.Owner]++
	tx.undo(func() {
		m.inHand[t.Owner]--
		delete(m.tickets, id)
	})
	return nil
}
