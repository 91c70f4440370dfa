package store

import (
	"context"
	"reflect"
	"slices"

	"example.org/hotline/ledger"
	"example.org/hotline/relief"
	"example.org/hotline/ticket"
)

// loaded is what a transaction has read of tickets and need not read or write again.
type loaded struct {
	tickets map[ticket.ID]ticket.Ticket  // locked together, not yet asked for
	clocks  map[ticket.ID][]ticket.Clock // as the database has them
	epochs  map[ticket.ID]int64          // as they were loaded or saved last

	decisions map[ledger.DecisionID]relief.Decision // locked together, not yet asked for
	papers    map[ticket.ID][]relief.Paper
}

// loadFree locks those tickets of ids that nobody else holds, in the order
// everybody locks them, and loads them and their clocks in two statements for
// all: a batch of timers would otherwise take two for each.
func (tx *Tx) loadFree(ctx context.Context, ids []int64) (map[ticket.ID]bool, error) {
	round, err := tx.loadTogether(ctx, ids, " SKIP LOCKED")
	if err != nil {
		return nil, err
	}
	held := make(map[ticket.ID]bool, len(round))
	for _, t := range round {
		held[t.ID] = true
	}
	tx.ahead = newAhead(round)
	return held, nil
}

// LockTickets locks tickets in the order of their ids and loads all of them at once: TicketForUpdate then
// gives each without another look.
func (tx *Tx) LockTickets(ctx context.Context, ids []ticket.ID) error {
	plain := make([]int64, 0, len(ids))
	for _, id := range ids {
		plain = append(plain, int64(id))
	}
	_, err := tx.loadTogether(ctx, plain, "")
	return err
}

func (tx *Tx) loadTogether(ctx context.Context, ids []int64, held string) ([]ticket.Ticket, error) {
	var rows []ticketRow
	if err := tx.find(ctx, "lock tickets", &rows, `SELECT `+ticketColumns+` FROM tickets WHERE id = ANY(?::bigint[]) ORDER BY id FOR UPDATE`+held, bigints(ids)); err != nil {
		return nil, err
	}
	round := make([]ticket.Ticket, 0, len(rows))
	free := make([]ticket.ID, 0, len(rows))
	for _, r := range rows {
		round, free = append(round, r.ticket()), append(free, ticket.ID(r.ID))
	}
	clocks, err := tx.clocks(ctx, free...)
	if err != nil {
		return nil, err
	}
	tx.loaded.tickets = make(map[ticket.ID]ticket.Ticket, len(round))
	for i := range round {
		t := &round[i]
		t.Clocks = clocks[t.ID]
		tx.loaded.tickets[t.ID] = *t
		tx.note(*t)
	}
	return round, nil
}

// takeLoaded gives a ticket that was loaded with others, once: whoever asks again wants what has changed.
func (tx *Tx) takeLoaded(id ticket.ID) (ticket.Ticket, bool) {
	t, ok := tx.loaded.tickets[id]
	delete(tx.loaded.tickets, id)
	return t, ok
}

// note remembers the clocks and the epoch of a ticket as they were loaded or saved.
func (tx *Tx) note(t ticket.Ticket) {
	if tx.loaded.clocks == nil {
		tx.loaded.clocks, tx.loaded.epochs = map[ticket.ID][]ticket.Clock{}, map[ticket.ID]int64{}
	}
	tx.loaded.clocks[t.ID], tx.loaded.epochs[t.ID] = slices.Clone(t.Clocks), t.Epoch
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
