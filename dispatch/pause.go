package dispatch

import (
	"context"
	"errors"
	"fmt"
	"time"

	"example.org/hotline/internal/act"
	"example.org/hotline/ticket"
)

// tellPaused tells whom the policy names that a ladder rests, for how long and by whose word.
func (s *Service) tellPaused(ctx context.Context, tx Tx, timer act.Timer) error {
	t, err := tx.TicketForUpdate(ctx, ticket.ID(timer.Subject.ID))
	if err != nil || t.Epoch != timer.Epoch {
		return err
	}
	p, err := tx.PauseAt(ctx, t.ID, t.Epoch)
	if errors.Is(err, act.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	fill := map[string]string{"priority": string(t.Priority), "number": string(t.Number), "worker": p.By, "due": ticket.InWords(p.Until)}
	return s.tell(ctx, tx, t, s.policy(t).Moves.TellPause, notice{what: fmt.Sprintf("paused:%d", p.Epoch), template: "paused", fields: fill, mustReach: true})
}

// resume is the end of a pause that nobody has ended before.
func (s *Service) resume(ctx context.Context, tx Tx, timer act.Timer) error {
	t, err := tx.TicketForUpdate(ctx, ticket.ID(timer.Subject.ID))
	if err != nil || t.Epoch != timer.Epoch {
		return err
	}
	var silence time.Duration
	if rules := s.silenceOf(t); rules != nil {
		silence = rules.After.Due(tx.Now(), s.calendar).Due.Sub(tx.Now())
	}
	_, err = ticket.Resume(ctx, tx, t.ID, silence)
	return err
}
