package dispatch

import (
	"context"
	"fmt"
	"time"

	"example.org/hotline/internal/act"
	"example.org/hotline/ticket"
)

// askAfterSilence looks at an accepted ticket again and again: if nobody has
// been heard of for too long, people are asked to look after it. It begins
// with the acceptance and ends with the clocks.
func (s *Service) askAfterSilence(ctx context.Context, tx Tx, timer act.Timer) error {
	t, err := tx.TicketForUpdate(ctx, ticket.ID(timer.Subject.ID))
	if err != nil || t.Epoch != timer.Epoch {
		return err
	}
	rules := s.ladder(t).Silence
	if rules == nil || t.Status.Waiting() || !t.Status.Open() || relieved(t) {
		return nil
	}
	heard, err := tx.LastHeard(ctx, t.ID)
	if err != nil {
		return err
	}
	if t.AcceptedAt.After(heard) {
		heard = t.AcceptedAt
	}
	next := heard.Add(rules.After)
	if !next.After(tx.Now()) {
		next = tx.Now().Add(rules.After)
		if err := s.tellSilence(ctx, tx, t, heard, timer, rules.Tell); err != nil {
			return err
		}
	}
	return tx.Arm(ctx, act.Timer{Subject: t.Subject(), Kind: ticket.TimerSilence, Step: timer.Step + 1, Epoch: t.Epoch, DueAt: next})
}

func relieved(t ticket.Ticket) bool {
	for _, c := range t.Clocks {
		if c.Running() {
			return false
		}
	}
	return true
}

func (s *Service) tellSilence(ctx context.Context, tx Tx, t ticket.Ticket, heard time.Time, timer act.Timer, targets []Target) error {
	owner, err := tx.Post(ctx, t.Owner)
	if err != nil {
		return err
	}
	err = ticket.Tell(ctx, tx, &t, "ticket.silent", "", map[string]any{"owner": owner.Name, "since": heard.UTC().Format(time.RFC3339)})
	if err != nil {
		return err
	}
	fill := map[string]string{"number": string(t.Number), "worker": owner.Name}
	what := fmt.Sprintf("silence:%d:%d", timer.Epoch, timer.Step)
	return s.tell(ctx, tx, t, targets, notice{what: what, template: "silence", fields: fill, mustReach: true})
}
