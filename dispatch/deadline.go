package dispatch

import (
	"context"
	"fmt"

	"example.org/hotline/internal/act"
	"example.org/hotline/ticket"
)

// deadline fires when a clock has run out: here a breach is recorded and told,
// once (promise 4). At P2 the two hours only take the ticket up to the county.
func (s *Service) deadline(ctx context.Context, tx Tx, timer act.Timer) error {
	t, err := tx.TicketForUpdate(ctx, ticket.ID(timer.Subject.ID))
	if err != nil {
		return err
	}
	kind := ticket.ClockByOrdinal(timer.Step)
	result, err := ticket.Due(ctx, tx, &t, kind, timer.Epoch)
	if err != nil || result == ticket.DueStale {
		return err
	}
	fill, err := fields(ctx, tx, t)
	if err != nil {
		return err
	}
	if c := t.Clock(kind); c != nil {
		fill["due"] = ticket.InWords(c.DueAt)
	}
	n := notice{what: "breach:" + string(kind), template: "breach", fields: fill, mustReach: true}
	if result == ticket.DueRose {
		n.what, n.template = fmt.Sprintf("rose:%s:%d", kind, timer.Epoch), "due_rise"
	}
	rules, _ := s.ladderOf(t, kind).Clock(kind)
	return s.tell(ctx, tx, t, rules.Tell, n)
}
