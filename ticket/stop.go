package ticket

import (
	"context"
	"time"

	"example.org/hotline/internal/act"
)

// StopClocks stops every running clock on proof that help has arrived, or that
// none is due (promise 5). Server time stops them; an earlier device time is
// kept beside it. A breach that fired stays.
func StopClocks(ctx context.Context, tx Tx, t *Ticket, by StoppedBy) error {
	if !stopRunning(t, by, tx.Now()) {
		return nil
	}
	if err := ended(ctx, tx, t); err != nil {
		return err
	}
	return record(ctx, tx, t, change{kind: "ticket.clock_stopped", data: map[string]any{
		"proof": string(by.Proof), "ref": by.Ref, "minutes": int(tx.Now().Sub(t.InvitedAt) / time.Minute), "on_time": OnTime(*t)}})
}

// ended takes the timers of stopped clocks away; silence is watched until the ticket
// is closed. What still runs gets its own anew.
func ended(ctx context.Context, tx Tx, t *Ticket) error {
	if t.nextDue().IsZero() {
		return tx.Cancel(ctx, t.Subject(), TimerDeadline, TimerWarning)
	}
	return rearm(ctx, tx, t)
}

// stopRunning stops what runs and reports whether anything did. The days of an
// application end with its own decision: urgent aid does not decide it.
func stopRunning(t *Ticket, by StoppedBy, now time.Time) bool {
	stopped := false
	for i := range t.Clocks {
		if c := &t.Clocks[i]; c.Running() && (c.Kind != ClockDecide || by.Proof == ProofMerged) {
			c.StoppedAt, c.ReportedAt, c.Proof, c.ProofRef = now, by.ReportedAt, by.Proof, by.Ref
			stopped = true
		}
	}
	return stopped
}

// OnTime reports whether no clock of the ticket has breached or is past due.
func OnTime(t Ticket) bool {
	for _, c := range t.Clocks {
		if !c.BreachedAt.IsZero() || (!c.Running() && c.StoppedAt.After(c.DueAt) && t.breaches(c.Kind)) {
			return false
		}
	}
	return true
}

// breaches tells a deadline from a mere rise: at P2 the two hours only take
// the ticket to the county.
func (t Ticket) breaches(k ClockKind) bool { return k != ClockTwoHour || t.Priority == P1 }

// DueResult is what a deadline did when it came.
type DueResult int

// The results of a deadline.
const (
	DueStale  DueResult = iota // stopped, moved or already fired: nothing happened
	DueRose                    // P2 at two hours: up to the county, no breach
	DueBreach                  // told once, recorded for ever
)

// Due marks a clock whose deadline has come. It never fires twice: a clock
// carries its breach, and a moved deadline its revision.
func Due(ctx context.Context, tx Tx, t *Ticket, k ClockKind, revision int64) (DueResult, error) {
	c := t.Clock(k)
	if c == nil || !c.Ticking() || c.Revision != revision || !t.Status.Open() {
		return DueStale, nil
	}
	if !t.breaches(k) {
		if !c.RoseAt.IsZero() {
			return DueStale, nil
		}
		c.RoseAt = tx.Now()
		return DueRose, record(ctx, tx, t, change{kind: "ticket.rose", data: map[string]any{"clock": string(k), "due_at": c.DueAt.Format(time.RFC3339)}})
	}
	if !c.BreachedAt.IsZero() {
		return DueStale, nil
	}
	c.BreachedAt = tx.Now()
	return DueBreach, record(ctx, tx, t, change{kind: "ticket.breached", data: map[string]any{"clock": string(k), "due_at": c.DueAt.Format(time.RFC3339)}})
}

// SubjectOf names a ticket in timers and records, for callers that have not loaded the row.
func SubjectOf(id ID) act.Subject { return act.Subject{Kind: "ticket", ID: int64(id)} }
