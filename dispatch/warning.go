package dispatch

import (
	"context"
	"fmt"
	"time"

	"example.org/hotline/internal/act"
	"example.org/hotline/ticket"
)

// planWarnings fires after the clocks of a ticket have moved.
func (s *Service) planWarnings(ctx context.Context, tx Tx, timer act.Timer) error {
	t, err := tx.TicketForUpdate(ctx, ticket.ID(timer.Subject.ID))
	if err != nil || t.ClockRevision() != timer.Epoch {
		return err
	}
	return s.armWarnings(ctx, tx, t)
}

// armWarnings arms the reminders of the ladder. Those that count from another
// milestone than the INVITE are armed by whoever reaches it.
func (s *Service) armWarnings(ctx context.Context, tx Tx, t ticket.Ticket) error {
	from := t.InvitedAt // like the deadlines they warn of, wherever the ladder's minutes count from (ADR 9)
	if relieved(t) {
		from = ladderFrom(t) // reopened: no deadline runs any more
	}
	for i, w := range s.ladder(t).Warnings {
		begins := from
		if w.From == MilestoneAppOpened {
			begins = deciding(t)
		}
		if begins.IsZero() || reached(t, w.Until) {
			continue
		}
		due := w.After.Due(begins, s.calendar).Due
		err := tx.Arm(ctx, act.Timer{Subject: t.Subject(), Kind: ticket.TimerWarning, Step: i + 1, Epoch: t.ClockRevision(), DueAt: due})
		if err != nil {
			return err
		}
	}
	return s.armNear(ctx, tx, t)
}

// deciding is since when an application of the ticket is being decided; zero where
// none is, or its days rest.
func deciding(t ticket.Ticket) (since time.Time) {
	if c := t.Clock(ticket.ClockDecide); c != nil && c.Ticking() {
		since = c.StartedAt
	}
	return since
}

// relieved reports whether no clock of the ticket runs any more.
func relieved(t ticket.Ticket) bool {
	for _, c := range t.Clocks {
		if c.Running() {
			return false
		}
	}
	return true
}

// warn reminds people that a milestone has not been reached. It is no breach.
func (s *Service) warn(ctx context.Context, tx Tx, timer act.Timer) error {
	t, err := tx.TicketForUpdate(ctx, ticket.ID(timer.Subject.ID))
	if err != nil || t.ClockRevision() != timer.Epoch || !t.Status.Open() {
		return err
	}
	if timer.Step > nearStep {
		return s.near(ctx, tx, t, timer.Step)
	}
	warnings := s.ladder(t).Warnings
	if timer.Step < 1 || timer.Step > len(warnings) || reached(t, warnings[timer.Step-1].Until) {
		return nil
	}
	w := warnings[timer.Step-1]
	if err := ticket.Tell(ctx, tx, &t, "ticket.warned", "", map[string]any{"until": string(w.Until), "after": w.After.String()}); err != nil {
		return err
	}
	fill, err := fields(ctx, tx, t)
	if err != nil {
		return err
	}
	what := fmt.Sprintf("warning:%s:%d", w.Until, timer.Epoch)
	return s.tell(ctx, tx, t, w.Tell, notice{what: what, template: "warning", fields: fill, mustReach: true})
}

// reached reports whether a ticket has passed a milestone.
func reached(t ticket.Ticket, m Milestone) bool {
	stopped := func(k ticket.ClockKind) bool {
		c := t.Clock(k)
		return c != nil && !c.Running()
	}
	switch m {
	case MilestoneOnSite:
		return !t.Status.Waiting() && t.Status != ticket.StatusAccepted
	case MilestoneAidDecided:
		return !t.Status.Waiting() && t.Status != ticket.StatusAccepted && t.Status != ticket.StatusOnSite && t.Status != ticket.StatusFindings
	case MilestoneRelieved:
		return stopped(ticket.ClockTwoHour) || stopped(ticket.ClockDay)
	case MilestoneAnswered:
		return stopped(ticket.ClockAnswer)
	case MilestoneAppOpened:
		return stopped(ticket.ClockAccepted)
	case MilestoneAppDecided:
		return stopped(ticket.ClockDecide)
	default:
		return true
	}
}
