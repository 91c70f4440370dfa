package relief

import (
	"context"
	"slices"

	"example.org/hotline/internal/act"
	"example.org/hotline/ledger"
	"example.org/hotline/ticket"
)

// Close is ticket.Close for somebody whose work the case is not.
func Close(ctx context.Context, tx Tx, id ticket.ID, version int64, outcome, note string) (ticket.Ticket, error) {
	t, err := tx.TicketForUpdate(ctx, id)
	if err != nil {
		return ticket.Ticket{}, err
	}
	if err := OthersWork(ctx, tx, t); err != nil {
		return ticket.Ticket{}, err
	}
	return ticket.Close(ctx, tx, id, version, outcome, note)
}

// OthersWork refuses the owner and those who handed the money over: whoever says that it
// arrived does not ask the citizen whether it did.
func OthersWork(ctx context.Context, tx Tx, t ticket.Ticket) error {
	if t.Owner == tx.Actor().PostID {
		return act.Refused("own_work", "Someone other than the worker must ask the citizen before the ticket closes.")
	}
	payouts, err := tx.CaseDisbursements(ctx, ledger.CaseID(t.ID))
	if err != nil {
		return err
	}
	for _, d := range payouts {
		if slices.Contains(d.HandedOver(), tx.Actor().StaffID) {
			return act.Refused("own_work", "Someone other than those who handed the money over must ask the citizen before the ticket closes.")
		}
	}
	return nil
}
