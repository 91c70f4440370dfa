package ticket

import (
	"context"
	"errors"
	"time"

	"example.org/hotline/internal/act"
)

// ApplicationAccepted notes on the case that an application was taken in: what was
// due for that ends, and the working days begin within which it is decided (0a.1).
// Where they run already for another application of the case, that earlier day stays.
func ApplicationAccepted(ctx context.Context, tx Tx, t *Ticket, ref string, days int, cal Calendar) error {
	if c := t.Clock(ClockAccepted); c != nil && c.Running() {
		c.StoppedAt, c.Proof, c.ProofRef = tx.Now(), ProofAccepted, ref
	}
	if c := t.Clock(ClockDecide); c == nil || !c.Running() {
		t.startDeciding(tx.Now(), days, cal)
	}
	return clocksMoved(ctx, tx, t, "ticket.application_clock_started", "", map[string]any{"application": ref, "working_days": days})
}

// startDeciding begins the working days anew. A breach of an earlier application of
// the case stays.
func (t *Ticket) startDeciding(now time.Time, days int, cal Calendar) {
	count := cal.Count(now, days)
	fresh := Clock{Kind: ClockDecide, StartedAt: now, DueAt: count.Due, FirstDueAt: count.Due, Counted: count.Days}
	c := t.Clock(ClockDecide)
	if c == nil {
		t.Clocks = append(t.Clocks, fresh)
		return
	}
	fresh.Revision, fresh.BreachedAt = c.Revision, c.BreachedAt
	*c = fresh
}

// ApplicationDecided stops what runs for an application that was confirmed, refused
// or withdrawn. others tells that another one of the case is still undecided.
func ApplicationDecided(ctx context.Context, tx Tx, t *Ticket, ref string, others bool) error {
	stopped := false
	for _, kind := range []ClockKind{ClockAccepted, ClockDecide} {
		if c := t.Clock(kind); c != nil && c.Running() && !others {
			c.StoppedAt, c.PausedAt, c.Proof, c.ProofRef = tx.Now(), time.Time{}, ProofDecided, ref
			stopped = true
		}
	}
	if !stopped {
		return nil
	}
	return clocksMoved(ctx, tx, t, "ticket.clock_stopped", "", map[string]any{"proof": string(ProofDecided), "ref": ref,
		"minutes": int(tx.Now().Sub(t.InvitedAt) / time.Minute), "on_time": OnTime(*t)})
}

// PauseApplication lets the working days rest: no day counts from tomorrow on.
func PauseApplication(ctx context.Context, tx Tx, t *Ticket, reason string) error {
	c := t.Clock(ClockDecide)
	if c == nil || !c.Running() || !c.PausedAt.IsZero() {
		return act.Refused("clock_stopped", "The working days of this application do not run; there is nothing to pause.")
	}
	c.PausedAt = tx.Now()
	return clocksMoved(ctx, tx, t, "ticket.application_clock_paused", reason, map[string]any{"by": tx.Actor().Name})
}

// ResumeApplication lets them go on with the days that were left.
func ResumeApplication(ctx context.Context, tx Tx, t *Ticket, cal Calendar) error {
	c := t.Clock(ClockDecide)
	if c == nil || !c.Running() || c.PausedAt.IsZero() {
		return act.Refused("not_paused", "The working days of this application are not paused.")
	}
	used, left := c.usedDays(DateOf(c.PausedAt))
	count := cal.Count(tx.Now(), max(left, 1))
	c.PausedAt, c.DueAt, c.Counted = time.Time{}, count.Due, append(used, count.Days...)
	return clocksMoved(ctx, tx, t, "ticket.application_clock_resumed", "", map[string]any{"by": tx.Actor().Name, "due_at": c.DueAt.Format(time.RFC3339)})
}

// usedDays are those walked up to a day, with how many of the counted ones are left.
func (c Clock) usedDays(until Date) (used []Day, left int) {
	for _, day := range c.Counted {
		switch {
		case day.Date <= until:
			used = append(used, day)
		case day.Counted:
			left++
		}
	}
	return used, left
}

// clocksMoved replaces the timers of the clocks and tells of what moved them.
func clocksMoved(ctx context.Context, tx Tx, t *Ticket, kind, reason string, data map[string]any) error {
	return errors.Join(ended(ctx, tx, t), record(ctx, tx, t, change{kind: kind, reason: reason, data: data}))
}
