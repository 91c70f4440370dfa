package store

import (
	"context"
	"errors"
	"fmt"

	"example.org/hotline/internal/act"
	"example.org/hotline/ticket"
)

// untimedTickets finds open tickets that nothing would ever wake again: nobody
// has accepted and no ladder timer is pending, somebody has and silence is not
// watched, or a clock runs towards a deadline for which none is. It runs every
// minute on every node: each part begins at an index of what is open, since one
// condition over all three reads every ticket there ever was. The list is empty
// unless something went wrong.
const untimedTickets = `SELECT u.id FROM (
	SELECT t.id FROM tickets t WHERE t.status IN ('new', 'triaged', 'offered', 'reopened') AND t.status NOT IN ('closed', 'duplicate') AND NOT EXISTS (
		SELECT 1 FROM timers r WHERE r.subject_kind = 'ticket' AND r.subject_id = t.id AND r.kind IN ('route', 'offer', 'repeat', 'agent', 'resume'))
	UNION SELECT t.id FROM tickets t WHERE t.status NOT IN ('new', 'triaged', 'offered', 'reopened') AND t.status NOT IN ('closed', 'duplicate') AND NOT EXISTS (
		SELECT 1 FROM timers r WHERE r.subject_kind = 'ticket' AND r.subject_id = t.id AND r.kind IN ('silence', 'resume') AND r.epoch = t.epoch)
	UNION SELECT t.id FROM clocks c JOIN tickets t ON t.id = c.ticket_id WHERE c.stopped_at IS NULL AND c.breached_at IS NULL AND c.rose_at IS NULL AND c.paused_at IS NULL
		AND t.status NOT IN ('closed', 'duplicate') AND NOT EXISTS (
		SELECT 1 FROM timers d WHERE d.subject_kind = 'ticket' AND d.subject_id = t.id AND d.kind = 'deadline' AND d.epoch = c.revision AND d.due_at = c.due_at)) u`

// AuditTimers finds open tickets without a pending timer, gives them one, and
// tells which they were: each is a fault that somebody must look into. At most
// 100 at a time.
func (db *DB) AuditTimers(ctx context.Context) (healed []act.Subject, err error) {
	var ids []int64
	err = db.InTx(ctx, act.SystemDispatch, func(tx *Tx) error {
		return tx.find(ctx, "audit timers", &ids, untimedTickets+` ORDER BY u.id LIMIT 100`)
	})
	for _, id := range ids {
		did := false
		if err == nil {
			err = db.InTx(ctx, act.SystemDispatch, func(tx *Tx) (err error) {
				did, err = tx.heal(ctx, ticket.ID(id))
				return err
			})
		}
		if did && err == nil {
			healed = append(healed, ticket.SubjectOf(ticket.ID(id)))
		}
	}
	return healed, err
}

// heal looks again under the lock and arms what is missing.
func (tx *Tx) heal(ctx context.Context, id ticket.ID) (bool, error) {
	t, err := tx.TicketForUpdate(ctx, id)
	if err != nil {
		return false, err
	}
	var still []int64
	if err := tx.find(ctx, "audit timers", &still, `SELECT u.id FROM (`+untimedTickets+`) u WHERE u.id = ?`, int64(id)); err != nil || len(still) == 0 {
		return false, err
	}
	if err := tx.wakeAgain(ctx, t); err != nil {
		return false, err
	}
	if err := tx.Cancel(ctx, t.Subject(), ticket.TimerDeadline); err != nil {
		return false, err
	}
	for i := range t.Clocks {
		c := &t.Clocks[i]
		if !c.Running() || c.Kind.Ordinal() == 0 {
			continue
		}
		c.Revision++
		if err := tx.Arm(ctx, act.Timer{Subject: t.Subject(), Kind: ticket.TimerDeadline, Step: c.Kind.Ordinal(), Epoch: c.Revision, DueAt: c.DueAt}); err != nil {
			return false, err
		}
	}
	if err := tx.Arm(ctx, act.Timer{Subject: t.Subject(), Kind: ticket.TimerWarnings, Epoch: t.ClockRevision(), DueAt: tx.now}); err != nil {
		return false, err
	}
	if err := tx.SaveTicket(ctx, &t); err != nil {
		return false, err
	}
	return true, tx.Audit(ctx, act.Record{Action: "ticket.timers_mended", Subject: t.Subject(), Area: t.Area, Reason: fmt.Sprintf("no pending timer at %s", t.Status)})
}

// wakeAgain arms what moves a ticket on from where it stands.
func (tx *Tx) wakeAgain(ctx context.Context, t ticket.Ticket) error {
	kind, due := ticket.TimerSilence, tx.now
	pause, err := tx.PauseAt(ctx, t.ID, t.Epoch)
	switch {
	case err == nil:
		kind, due = ticket.TimerResume, pause.Until
	case !errors.Is(err, act.ErrNotFound):
		return err
	case t.WithAgent:
		kind = ticket.TimerAgent // the agent has had it too long, for all we know
	case t.Status.Waiting():
		kind = ticket.TimerRoute
	}
	if err := tx.Cancel(ctx, t.Subject(), kind); err != nil {
		return err
	}
	// An ended timer's key cannot be armed again, hence the minute as step.
	return tx.Arm(ctx, act.Timer{Subject: t.Subject(), Kind: kind, Step: int(tx.now.Unix() / 60), Epoch: t.Epoch, DueAt: due})
}
