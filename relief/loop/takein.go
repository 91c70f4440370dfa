package loop

import (
	"context"
	"time"

	"example.org/hotline/ticket"
)

// TakeInTx is what taking a matter in needs of a transaction.
type TakeInTx interface {
	TaskTx
	ticket.TakeInTx
}

// TakeIn makes a ticket of what came over a counter or from another office. Where a
// service was refused there, its owner looks until due whether another aid is
// (DOMAIN 1, 7): whoever was turned away does not have to ask again.
func TakeIn(ctx context.Context, tx TakeInTx, in ticket.TakeIn, rules ticket.ReportRules, due time.Time) (ticket.Ticket, error) {
	t, err := ticket.DoTakeIn(ctx, tx, in, rules)
	if err != nil || in.Refused == "" {
		return t, err
	}
	return t, OpenTask(ctx, tx, t, TaskScreen, in.PublicID, t.Owner, due)
}
