package dispatch

import (
	"context"
	"fmt"
	"time"

	"example.org/hotline/internal/act"
	"example.org/hotline/ticket"
)

// askAfterSilence looks at a ticket that somebody has taken, again and again
// until it is closed: if nobody has been heard of for too long, people are asked
// to look after it. As long as help is wanted they are those who can bring it;
// then those who have to ask the citizen whether it came.
func (s *Service) askAfterSilence(ctx context.Context, tx Tx, timer act.Timer) error {
	t, err := tx.TicketForUpdate(ctx, ticket.ID(timer.Subject.ID))
	if err != nil || t.Epoch != timer.Epoch || t.Status.Waiting() || !t.Status.Open() {
		return err
	}
	next := tx.Now().Add(unwatched)
	if rules := s.silenceOf(t); rules != nil {
		if next, err = s.askIfSilent(ctx, tx, t, timer, *rules); err != nil {
			return err
		}
	}
	return tx.Arm(ctx, act.Timer{Subject: t.Subject(), Kind: ticket.TimerSilence, Step: timer.Step + 1, Epoch: t.Epoch, DueAt: next})
}

// unwatched is how often a ticket is looked at of which the policy asks nobody: it may yet come to a state of which it does.
const unwatched = 24 * time.Hour

// askIfSilent tells people where nobody was heard of for too long, and when to look again.
func (s *Service) askIfSilent(ctx context.Context, tx Tx, t ticket.Ticket, timer act.Timer, rules Silence) (next time.Time, err error) {
	heard, err := tx.LastHeard(ctx, t.ID)
	if err != nil {
		return next, err
	}
	if t.AcceptedAt.After(heard) {
		heard = t.AcceptedAt
	}
	if next = rules.After.Due(heard, s.calendar).Due; next.After(tx.Now()) {
		return next, nil
	}
	return rules.After.Due(tx.Now(), s.calendar).Due, s.tellSilence(ctx, tx, t, heard, timer, rules.Tell)
}

// silenceOf is the rules for a ticket as it stands.
func (s *Service) silenceOf(t ticket.Ticket) *Silence {
	if helped(t.Status) {
		return s.ladder(t).FollowUp
	}
	return s.ladder(t).Silence
}

// helped reports whether the worker's part is done, so that what is left is to ask the citizen.
func helped(s ticket.Status) bool {
	return s == ticket.StatusAidConfirmed || s == ticket.StatusRejected || s == ticket.StatusReferred || s == ticket.StatusFollowUp
}

func (s *Service) tellSilence(ctx context.Context, tx Tx, t ticket.Ticket, heard time.Time, timer act.Timer, targets []Target) error {
	owner, err := tx.Post(ctx, t.Owner)
	if err != nil {
		return err
	}
	kind, template := "ticket.silent", "silence"
	if helped(t.Status) {
		kind, template = "ticket.follow_up_late", "follow_up_late"
	}
	err = ticket.Tell(ctx, tx, &t, kind, "", map[string]any{"owner": owner.Name, "since": heard.UTC().Format(time.RFC3339)})
	if err != nil {
		return err
	}
	fill := map[string]string{"number": string(t.Number), "worker": owner.Name}
	what := fmt.Sprintf("silence:%d:%d", timer.Epoch, timer.Step)
	return s.tell(ctx, tx, t, targets, notice{what: what, template: template, fields: fill, mustReach: true})
}
