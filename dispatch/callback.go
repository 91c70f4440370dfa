package dispatch

import (
	"context"
	"fmt"
	"time"

	"example.org/hotline/internal/act"
	"example.org/hotline/ticket"
)

// lapseAgent puts a ticket on the ladder that an agent has had for too long
// without saying what and where it is.
func (s *Service) lapseAgent(ctx context.Context, tx Tx, timer act.Timer) error {
	t, err := tx.TicketForUpdate(ctx, ticket.ID(timer.Subject.ID))
	if err != nil || t.Epoch != timer.Epoch {
		return err
	}
	return ticket.LapseAgent(ctx, tx, &t)
}

// callbackLate tells people, once for each try, that a citizen has not been rung back in time.
func (s *Service) callbackLate(ctx context.Context, tx Tx, timer act.Timer) error {
	c, t, late, err := ticket.DueCallback(ctx, tx, ticket.CallbackID(timer.Subject.ID), timer.Epoch)
	if err != nil || !late {
		return err
	}
	data := map[string]any{"callback": c.PublicID, "due_at": c.DueAt.Format(time.RFC3339)}
	if err := ticket.Tell(ctx, tx, &t, "callback.late", "", data); err != nil {
		return err
	}
	fill := map[string]string{"number": string(t.Number), "due": ticket.InWords(c.DueAt)}
	what := fmt.Sprintf("callback_late:%d:%d", c.ID, c.Epoch)
	return s.tell(ctx, tx, t, s.policy(t).Callback.Tell, notice{what: what, template: "callback_late", fields: fill, mustReach: true})
}

// callbackReady shows in the lists that the next try may be made.
func (s *Service) callbackReady(ctx context.Context, tx Tx, timer act.Timer) error {
	return ticket.ReadyCallback(ctx, tx, ticket.CallbackID(timer.Subject.ID), timer.Epoch)
}

// callbackClaim takes a call-back back from somebody who gave no result.
func (s *Service) callbackClaim(ctx context.Context, tx Tx, timer act.Timer) error {
	return ticket.LapseClaim(ctx, tx, ticket.CallbackID(timer.Subject.ID), timer.Epoch, s.current.Callback.Rules())
}

// visitLate follows up a visit without a result in time. The township was told
// by the first: from the second on those hear of it who are told of late call-backs.
func (s *Service) visitLate(ctx context.Context, tx Tx, timer act.Timer) error {
	c, t, rises, err := ticket.DueVisit(ctx, tx, ticket.CallbackID(timer.Subject.ID), timer.Epoch, s.current.Callback.Rules())
	if err != nil || !rises {
		return err
	}
	fill, err := fields(ctx, tx, t)
	if err != nil {
		return err
	}
	fill["due"] = ticket.InWords(timer.DueAt)
	what := fmt.Sprintf("visit_late:%d:%d", c.ID, timer.Epoch)
	return s.tell(ctx, tx, t, s.policy(t).Callback.Tell, notice{what: what, template: "visit_late", fields: fill, mustReach: true})
}
