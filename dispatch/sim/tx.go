package sim

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"example.org/hotline/area"
	"example.org/hotline/dispatch"
	"example.org/hotline/dispatch/duty"
	"example.org/hotline/internal/act"
	"example.org/hotline/ticket"
)

var _ dispatch.Tx = (*Tx)(nil)

// Tx is one transaction on a Memory.
type Tx struct {
	m     *Memory
	actor act.Actor
	back  []func() // takes back what was written, the last first
	then  []func() // effects that travel after the commit
}

func (tx *Tx) undo(fn func())  { tx.back = append(tx.back, fn) }
func (tx *Tx) after(fn func()) { tx.then = append(tx.then, fn) }

func (tx *Tx) rollback() {
	for _, fn := range slices.Backward(tx.back) {
		fn()
	}
}

func (tx *Tx) commit() {
	for _, fn := range tx.then {
		fn()
	}
}

// Now is the clock of the memory.
func (tx *Tx) Now() time.Time { return tx.m.now }

// Actor is who the transaction acts for.
func (tx *Tx) Actor() act.Actor { return tx.actor }

// Audit keeps no chain: no figure of a simulation hangs on it.
func (tx *Tx) Audit(context.Context, act.Record) error { return nil }

// Emit tells nobody: there are no live pages.
func (tx *Tx) Emit(context.Context, act.Event) error { return nil }

// TicketForUpdate loads a ticket in the actor's scope.
func (tx *Tx) TicketForUpdate(ctx context.Context, id ticket.ID) (ticket.Ticket, error) {
	return tx.Ticket(ctx, id)
}

// Ticket loads a ticket in the actor's scope.
func (tx *Tx) Ticket(_ context.Context, id ticket.ID) (ticket.Ticket, error) {
	r := tx.m.tickets[id]
	if r == nil || !sees(tx.actor, r.t.Area) && (tx.actor.PostID == 0 || r.t.Owner != tx.actor.PostID) {
		return ticket.Ticket{}, act.NotFound("ticket")
	}
	t := r.t
	t.Clocks = slices.Clone(t.Clocks)
	slices.SortFunc(t.Clocks, byDue)
	return t, nil
}

// TicketByRef resolves a public id or a number.
func (tx *Tx) TicketByRef(_ context.Context, ref string) (ticket.ID, error) {
	for id, r := range tx.m.tickets {
		if r.t.PublicID == ref || string(r.t.Number) == ref {
			return id, nil
		}
	}
	return 0, act.NotFound("ticket")
}

// SaveTicket writes the row guarded by its version.
func (tx *Tx) SaveTicket(_ context.Context, t *ticket.Ticket) error {
	r := tx.m.tickets[t.ID]
	if r == nil || r.t.Version != t.Version {
		return act.Conflict("stale_version", "The ticket changed while you were looking at it; reload and decide again.")
	}
	before, owned := r.t, r.owned
	tx.undo(func() {
		tx.m.weigh(r.t, before)
		r.t, r.owned = before, owned
	})
	t.Version++
	tx.m.weigh(before, *t)
	r.t = *t
	r.t.Clocks = clocksOf(t.Clocks)
	return nil
}

// clocksOf keeps one clock of each kind, as the table's key has it: a later one
// of the same kind overwrites what changes, and leaves what it was born with.
func clocksOf(clocks []ticket.Clock) (kept []ticket.Clock) {
	for _, c := range clocks {
		i := slices.IndexFunc(kept, func(k ticket.Clock) bool { return k.Kind == c.Kind })
		if i < 0 {
			kept = append(kept, c)
			continue
		}
		c.StartedAt, c.FirstDueAt, c.Counted = kept[i].StartedAt, kept[i].FirstDueAt, kept[i].Counted
		kept[i] = c
	}
	return kept
}

// AddEntry notes who was heard; the lines of a timeline are not kept.
func (tx *Tx) AddEntry(_ context.Context, t *ticket.Ticket, e ticket.Entry) error {
	r := tx.m.tickets[t.ID]
	heard, owned := r.heard, r.owned
	tx.undo(func() { r.heard, r.owned = heard, owned })
	if tx.actor.StaffID != 0 && e.At.After(r.heard) {
		r.heard = e.At
	}
	if e.Kind == "ticket.accepted" || e.Kind == "ticket.pulled" || e.Kind == "ticket.assigned" {
		r.owned = e.At
	}
	return nil
}

// Notify queues a notice; the same key twice is a no-op.
func (tx *Tx) Notify(_ context.Context, n ticket.Notice) error {
	if (n.Post == 0) != (n.Citizen || n.Alarm) {
		return fmt.Errorf("notice %s must go to a post, to the citizen or to the alarm number", n.Key)
	}
	tx.notify(n)
	return nil
}

func (tx *Tx) notify(n ticket.Notice) {
	r := tx.m.tickets[n.Ticket]
	if r == nil {
		return
	}
	if _, twice := r.notices[n.Key]; twice {
		return
	}
	kept := ticket.Notice{}
	if tx.m.keep {
		kept = n
	}
	r.notices[n.Key] = kept
	tx.undo(func() { delete(r.notices, n.Key) })
	if told := tx.m.onNotice; told != nil {
		tx.after(func() { told(n) })
	}
}

// OpenOffers lists the offers that can still be accepted.
func (tx *Tx) OpenOffers(_ context.Context, id ticket.ID) (open []ticket.Offer, err error) {
	for _, o := range tx.m.tickets[id].offers {
		if o.outcome == "" {
			open = append(open, o.Offer)
		}
	}
	return open, nil
}

// AddOffer writes an offer under the ticket's present epoch.
func (tx *Tx) AddOffer(_ context.Context, o ticket.Offer) error {
	r := tx.m.tickets[o.Ticket]
	for _, was := range r.offers {
		if was.epoch == r.t.Epoch && was.Loop == o.Loop && was.Step == o.Step && was.Post == o.Post {
			return nil
		}
	}
	tx.changeOffers(r)
	r.offers = append(r.offers, offer{Offer: o, epoch: r.t.Epoch})
	if made := tx.m.onOffer; made != nil {
		tx.after(func() { made(o) })
	}
	return nil
}

// changeOffers takes a copy before the offers of a ticket change.
func (tx *Tx) changeOffers(r *row) {
	before := r.offers
	tx.undo(func() { r.offers = before })
	r.offers = slices.Clone(before)
}

// CloseOffers ends the open offers; winner zero means they were withdrawn.
func (tx *Tx) CloseOffers(_ context.Context, id ticket.ID, winner area.PostID) error {
	r := tx.m.tickets[id]
	tx.changeOffers(r)
	won := -1
	for i, o := range r.offers {
		if o.outcome == "" && o.Post == winner {
			won = i
		}
	}
	for i := range r.offers {
		o := &r.offers[i]
		switch {
		case o.outcome != "":
			continue
		case winner == 0:
			o.outcome = "withdrawn"
		case i == won:
			o.outcome = "accepted"
		default:
			o.outcome = "taken"
		}
		o.ended = tx.m.now
	}
	return nil
}

// DeclineOffer ends the open offers to a post whose people cannot come.
func (tx *Tx) DeclineOffer(_ context.Context, id ticket.ID, post area.PostID) error {
	r := tx.m.tickets[id]
	tx.changeOffers(r)
	for i := range r.offers {
		if o := &r.offers[i]; o.outcome == "" && o.Post == post {
			o.outcome, o.ended = "declined", tx.m.now
		}
	}
	return nil
}

// Post loads a post.
func (tx *Tx) Post(_ context.Context, id area.PostID) (area.Post, error) {
	p, ok := tx.m.city.Posts[id]
	if !ok {
		return area.Post{}, act.NotFound("post")
	}
	return p, nil
}

// Desk is the shared desk of an area for a role.
func (tx *Tx) Desk(ctx context.Context, where area.Code, role area.Role) (area.Post, error) {
	id, ok := tx.m.city.desks[duty.Key{Area: where, Role: role}]
	if !ok {
		return area.Post{}, act.NotFound("post")
	}
	return tx.Post(ctx, id)
}

// Division loads one node of the tree.
func (tx *Tx) Division(_ context.Context, c area.Code) (area.Division, error) {
	d, ok := tx.m.city.divisions[c]
	if !ok {
		return area.Division{}, act.NotFound("area")
	}
	return d, nil
}

// Call loads the call a ticket was born from.
func (tx *Tx) Call(_ context.Context, id ticket.CallID) (ticket.Call, error) {
	r := tx.m.tickets[tx.m.byCall[id]]
	if r == nil {
		return ticket.Call{}, act.NotFound("call")
	}
	return r.call, nil
}

// DutyAt tells who is on duty, from the real rosters in memory.
func (tx *Tx) DutyAt(_ context.Context, where area.Code, role area.Role, position int, at time.Time) (duty.Answer, error) {
	return tx.m.city.Board.Who(duty.Question{Area: where, Role: role, Position: position, At: at}), nil
}

// OnDuty lists who is on duty for a role in exactly that area now.
func (tx *Tx) OnDuty(ctx context.Context, where area.Code, role area.Role) ([]area.Post, error) {
	answer, err := tx.DutyAt(ctx, where, role, 0, tx.m.now)
	var posts []area.Post
	for _, d := range answer.OnDuty {
		if p, known := tx.m.city.Posts[d.Post]; known {
			posts = append(posts, p)
		}
	}
	return posts, err
}

// Covers reports whether the actor stands in for a village. In a simulated city nobody does.
func (tx *Tx) Covers(context.Context, area.Code) (bool, error) { return false, nil }

// Assistants lists the village assistants of exactly that area. A simulated city has none.
func (tx *Tx) Assistants(context.Context, area.Code) ([]area.Post, error) { return nil, nil }

// LastHeard is when a person last did something to the ticket.
func (tx *Tx) LastHeard(_ context.Context, id ticket.ID) (time.Time, error) {
	return tx.m.tickets[id].heard, nil
}

// WaitingSince is when the caller first stood in a queue.
func (tx *Tx) WaitingSince(_ context.Context, call ticket.CallID) (time.Time, error) {
	r := tx.m.tickets[tx.m.byCall[call]]
	if r == nil {
		return time.Time{}, act.NotFound("call")
	}
	return r.queuedAt, nil
}

// CallbackByRef resolves a public id.
func (tx *Tx) CallbackByRef(_ context.Context, publicID string) (ticket.CallbackID, error) {
	var id ticket.CallbackID
	if _, err := fmt.Sscanf(strings.TrimPrefix(publicID, "callback-"), "%d", &id); err != nil || tx.m.callbacks[id] == nil {
		return 0, act.NotFound("callback")
	}
	return id, nil
}

// CallbackForUpdate loads a call-back in the scope of its ticket.
func (tx *Tx) CallbackForUpdate(ctx context.Context, id ticket.CallbackID) (ticket.Callback, error) {
	c := tx.m.callbacks[id]
	if c == nil {
		return ticket.Callback{}, act.NotFound("callback")
	}
	if _, err := tx.Ticket(ctx, c.Ticket); err != nil {
		return ticket.Callback{}, act.NotFound("callback")
	}
	return c.Callback, nil
}

// AliveCallback loads the call-back of a call's number that is not over.
func (tx *Tx) AliveCallback(_ context.Context, call ticket.CallID) (ticket.Callback, error) {
	r := tx.m.tickets[tx.m.byCall[call]]
	if r == nil || r.call.FromE164 == "" {
		return ticket.Callback{}, act.NotFound("callback")
	}
	id, ok := tx.m.alive[r.call.FromE164]
	if !ok {
		return ticket.Callback{}, act.NotFound("callback")
	}
	return tx.m.callbacks[id].Callback, nil
}

// AddCallback writes a new call-back; not added where its number has one already.
func (tx *Tx) AddCallback(_ context.Context, c *ticket.Callback) (added bool, err error) {
	m := tx.m
	caller := m.tickets[m.byCall[c.Call]].call.FromE164
	if _, has := m.alive[caller]; has {
		return false, nil
	}
	m.nextCallback++
	c.ID, c.PublicID = m.nextCallback, fmt.Sprintf("callback-%d", m.nextCallback)
	id, r := c.ID, m.tickets[c.Ticket]
	m.callbacks[id] = &callback{Callback: *c, caller: caller, ended: map[timerKey]string{}}
	m.alive[caller] = id
	before := r.callbacks
	r.callbacks = append(slices.Clone(before), id)
	tx.undo(func() {
		delete(m.callbacks, id)
		delete(m.alive, caller)
		r.callbacks = before
	})
	return true, nil
}

// SaveCallback writes a call-back that was loaded.
func (tx *Tx) SaveCallback(_ context.Context, c *ticket.Callback) error {
	m, row := tx.m, tx.m.callbacks[c.ID]
	before, was := row.Callback, m.alive[row.caller]
	tx.undo(func() {
		row.Callback = before
		if was != 0 {
			m.alive[row.caller] = was
		}
	})
	row.Callback = *c
	if !c.State.Alive() && was == c.ID {
		delete(m.alive, row.caller)
	}
	return nil
}
