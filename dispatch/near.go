package dispatch

import (
	"context"
	"fmt"
	"time"

	"example.org/hotline/internal/act"
	"example.org/hotline/ticket"
)

// nearStep keeps the warnings before a deadline apart from those of the ladder,
// which count up from one: the clock's ordinal times this, and the percent.
const nearStep = 1000

// armNear arms the warnings before the deadlines that are promises.
func (s *Service) armNear(ctx context.Context, tx Tx, t ticket.Ticket) error {
	for _, c := range t.Clocks {
		if !c.Ticking() || !c.BreachedAt.IsZero() {
			continue
		}
		for _, n := range s.nearOf(t, c.Kind) {
			err := tx.Arm(ctx, act.Timer{Subject: t.Subject(), Kind: ticket.TimerWarning, Step: c.Kind.Ordinal()*nearStep + n.Percent,
				Epoch: t.ClockRevision(), DueAt: NearAt(c, n.Percent, s.calendar)})
			if err != nil {
				return err
			}
		}
	}
	return nil
}

// nearOf is the warnings before a clock's deadline; none where its passing is no breach.
func (s *Service) nearOf(t ticket.Ticket, kind ticket.ClockKind) []Near {
	ladder := s.ladderOf(t, kind)
	if rules, _ := ladder.Clock(kind); !rules.Breach || kind.Ordinal() == 0 {
		return nil
	}
	return ladder.Near
}

// NearAt is when so much of a clock is used up. On the wall clock it is that
// part of its length before the deadline that holds now; of a clock that counts
// working days it is the opening of the day on which that part is used up, so
// that nobody is warned at night.
func NearAt(c ticket.Clock, percent int, cal ticket.Calendar) time.Time {
	var worked []ticket.Day
	for _, day := range c.Counted {
		if day.Counted {
			worked = append(worked, day)
		}
	}
	if len(worked) > 0 {
		return worked[min(len(worked)*percent/100, len(worked)-1)].Date.At(cal.Opens)
	}
	length := c.Span().Wall
	return c.DueAt.Add(-length + length*time.Duration(percent)/100)
}

// near warns that so much of a clock is used up: once for each deadline, and of
// several that have passed unseen only the last. A deadline that has passed
// speaks for itself.
func (s *Service) near(ctx context.Context, tx Tx, t ticket.Ticket, step int) error {
	c := t.Clock(ticket.ClockByOrdinal(step / nearStep))
	if c == nil || !c.Ticking() || !c.DueAt.After(tx.Now()) {
		return nil
	}
	all := s.nearOf(t, c.Kind)
	var now *Near
	for i, n := range all {
		if !NearAt(*c, n.Percent, s.calendar).After(tx.Now()) {
			now = &all[i]
		}
	}
	if now == nil || now.Percent != step%nearStep {
		return nil
	}
	if first, err := tx.WarnOnce(ctx, t.ID, c.Kind, c.DueAt, now.Percent); err != nil || !first {
		return err
	}
	data := map[string]any{"clock": string(c.Kind), "percent": now.Percent, "due_at": c.DueAt.UTC().Format(time.RFC3339)}
	if err := ticket.Tell(ctx, tx, &t, "ticket.deadline_near", "", data); err != nil {
		return err
	}
	fill := map[string]string{"priority": string(t.Priority), "number": string(t.Number), "due": ticket.InWords(c.DueAt), "percent": fmt.Sprint(now.Percent)}
	what := fmt.Sprintf("near:%s:%d:%d", c.Kind, c.DueAt.Unix(), now.Percent)
	return s.tell(ctx, tx, t, now.Tell, notice{what: what, template: "deadline_near", fields: fill, mustReach: true})
}
