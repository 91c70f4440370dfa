package store

import (
	"context"
	"reflect"
	"slices"

	"example.org/hotline/ticket"
)

// loaded is what a transaction has read of tickets and need not read or write again.
type loaded struct {
	tickets map[ticket.ID]ticket.Ticket  // locked together, not yet asked for
	clocks  map[ticket.ID][]ticket.Clock // as the database has them
}

// loadFree locks those tickets of ids that nobody else holds, in the order
// everybody locks them, and loads them and their clocks in two statements for
// all: a batch of timers would otherwise take two for each.
func (tx *Tx) loadFree(ctx context.Context, ids []int64) (map[ticket.ID]bool, error) {
	var rows []ticketRow
	if err := tx.find(ctx, "lock tickets", &rows, `SELECT `+ticketColumns+` FROM tickets WHERE id = ANY(?::bigint[]) ORDER BY id FOR UPDATE SKIP LOCKED`, bigints(ids)); err != nil {
		return nil, err
	}
	held := make(map[ticket.ID]bool, len(rows))
	free := make([]ticket.ID, 0, len(rows))
	tx.loaded.tickets = make(map[ticket.ID]ticket.Ticket, len(rows))
	for _, r := range rows {
		t := r.ticket()
		held[t.ID], tx.loaded.tickets[t.ID] = true, t
		free = append(free, t.ID)
	}
	clocks, err := tx.clocks(ctx, free...)
	if err != nil {
		return nil, err
	}
	for id, t := range tx.loaded.tickets {
		t.Clocks = clocks[id]
		tx.loaded.tickets[id] = t
		tx.noteClocks(t)
	}
	return held, nil
}

// takeLoaded gives a ticket that was loaded with others, once: whoever asks again wants what has changed.
func (tx *Tx) takeLoaded(id ticket.ID) (ticket.Ticket, bool) {
	t, ok := tx.loaded.tickets[id]
	delete(tx.loaded.tickets, id)
	return t, ok
}

// noteClocks remembers the clocks of a ticket as the database has them now.
func (tx *Tx) noteClocks(t ticket.Ticket) {
	if tx.loaded.clocks == nil {
		tx.loaded.clocks = map[ticket.ID][]ticket.Clock{}
	}
	tx.loaded.clocks[t.ID] = slices.Clone(t.Clocks)
}

// changedClocks are those that the database does not have as they are.
func (tx *Tx) changedClocks(t ticket.Ticket) (changed []ticket.Clock) {
	known := tx.loaded.clocks[t.ID]
	for _, c := range t.Clocks {
		if !slices.ContainsFunc(known, func(k ticket.Clock) bool { return reflect.DeepEqual(k, c) }) {
			changed = append(changed, c)
		}
	}
	return changed
}
