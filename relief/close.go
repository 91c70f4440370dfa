package relief

import (
	"context"
	"slices"

	"example.org/hotline/internal/act"
	"example.org/hotline/ledger"
	"example.org/hotline/ticket"
)

// Close is ticket.Close, and refuses those who handed the money over as well as
// the owner: whoever says that it arrived does not ask the citizen whether it did.
func Close(ctx context.Context, tx Tx, id ticket.ID, version int64, outcome, note string) (ticket.Ticket, error) {
	if _, err := tx.TicketForUpdate(ctx, id); err != nil {
		return ticket.Ticket{}, err
	}
	payouts, err := tx.CaseDisbursements(ctx, ledger.CaseID(id))
	if err != nil {
		return ticket.Ticket{}, err
	}
	for _, d := range payouts {
		if slices.Contains(d.HandedOver(), tx.Actor().StaffID) {
			return ticket.Ticket{}, act.Refused("own_work", "Someone other than those who handed the money over must ask the citizen before the ticket closes.")
		}
	}
	return ticket.Close(ctx, tx, id, version, outcome, note)
}
