package ticket

import (
	"context"
	"errors"
	"fmt"
	"time"

	"example.org/hotline/internal/act"
)

// Pause is a time in which a ticket's ladder and the watch for silence rest.
// Its clocks never do. It is over when anything raises the ticket's epoch.
type Pause struct {
	Ticket ID
	Epoch  int64 // of the ticket when the pause began
	From   time.Time
	Until  time.Time
	Reason string
	By     string
}

// DoPause lets the ladder of a ticket, or once it is accepted the watch for
// silence, rest for a while: nobody else is asked meanwhile. Whoever was asked
// may still accept. Deadlines and their warnings stay as they are.
func DoPause(ctx context.Context, tx MoveTx, id ID, rest time.Duration, reason string, r MoveRules) (Ticket, error) {
	if err := reasoned(reason, "Say why nobody else is to be asked for now."); err != nil {
		return Ticket{}, err
	}
	t, err := tx.TicketForUpdate(ctx, id)
	if err != nil {
		return Ticket{}, err
	}
	if err := r.mayRest(ctx, tx, t, rest); err != nil {
		return Ticket{}, err
	}
	if t.RepeatState == RepeatSuggested {
		t.RepeatState = RepeatLapsed
	}
	t.Epoch++
	p := Pause{Ticket: id, Epoch: t.Epoch, From: tx.Now(), Until: tx.Now().Add(rest), Reason: reason, By: tx.Actor().Name}
	if err := tx.Cancel(ctx, t.Subject(), TimerRoute, TimerOffer, TimerRepeat, TimerSilence, TimerResume); err != nil {
		return Ticket{}, err
	}
	for _, timer := range []act.Timer{
		{Subject: t.Subject(), Kind: TimerResume, Epoch: t.Epoch, DueAt: p.Until},
		{Subject: t.Subject(), Kind: TimerPaused, Epoch: t.Epoch, DueAt: tx.Now()},
		{Subject: t.Subject(), Kind: TimerWarnings, Epoch: t.ClockRevision(), DueAt: tx.Now()}, // the ladder, which plans them, may not have begun
	} {
		if err := tx.Arm(ctx, timer); err != nil {
			return Ticket{}, err
		}
	}
	if err := tx.AddPause(ctx, p); err != nil {
		return Ticket{}, err
	}
	return t, record(ctx, tx, &t, change{kind: "ticket.paused", reason: reason, data: map[string]any{"by": tx.Actor().Name, "until": p.Until.UTC().Format(time.RFC3339)}})
}

// mayRest refuses a pause of what does not run, and one that is too long.
func (r MoveRules) mayRest(ctx context.Context, tx MoveTx, t Ticket, rest time.Duration) error {
	running, most := false, r.PauseMost[t.Priority]
	for _, c := range t.Clocks {
		running = running || c.Running()
	}
	if t.WithAgent || !t.Status.Open() || !t.Status.Waiting() && !running {
		return act.Refused("nothing_to_pause", "Nobody is being asked and nobody is waited for: there is nothing to pause.")
	}
	if _, err := tx.PauseAt(ctx, t.ID, t.Epoch); !errors.Is(err, act.ErrNotFound) {
		if err == nil {
			err = act.Refused("already_paused", "The ladder is resting already; let it go on first.")
		}
		return err
	}
	before, err := tx.PausedFor(ctx, t.ID)
	if err != nil {
		return err
	}
	if rest < time.Minute || before+rest > most {
		return &act.Fault{Kind: act.ErrInvalid, Field: "minutes", Code: "pause_too_long",
			Detail: fmt.Sprintf("A %s ticket may be paused for %s in all, and has been for %s; a pause is at least one minute.", t.Priority, most, before),
			Args:   map[string]any{"most_minutes": r.PauseLeft(t.Priority, before)}}
	}
	return nil
}

// PauseLeft is how many whole minutes a ticket that was paused for so long may
// still be paused.
func (r MoveRules) PauseLeft(p Priority, paused time.Duration) int {
	return int(max(0, r.PauseMost[p]-paused) / time.Minute)
}

// Resume lets a paused ladder go on where it stood: its later steps come as much
// later as it rested. silence is when to ask after an accepted ticket on which
// nothing was heard since; zero lets the watch find out by itself.
func Resume(ctx context.Context, tx MoveTx, id ID, silence time.Duration) (Ticket, error) {
	t, err := tx.TicketForUpdate(ctx, id)
	if err != nil {
		return Ticket{}, err
	}
	p, err := tx.PauseAt(ctx, id, t.Epoch)
	if errors.Is(err, act.ErrNotFound) {
		return Ticket{}, act.Refused("not_paused", "The ladder of this ticket does not rest.")
	}
	if err != nil {
		return Ticket{}, err
	}
	t.Epoch++
	if err := tx.EndPause(ctx, p, tx.Now()); err != nil {
		return Ticket{}, err
	}
	if err := tx.Cancel(ctx, t.Subject(), TimerResume); err != nil {
		return Ticket{}, err
	}
	next := act.Timer{Subject: t.Subject(), Kind: TimerSilence, Epoch: t.Epoch, DueAt: tx.Now().Add(silence)}
	if t.Status.Waiting() {
		from := t.LadderFrom
		if from.IsZero() {
			from = t.InvitedAt
		}
		t.LadderFrom = from.Add(tx.Now().Sub(p.From))
		next.Kind, next.DueAt = TimerRoute, tx.Now() // the ladder knows its step; a timer of that step's own is armed by it
	}
	if err := tx.Arm(ctx, next); err != nil {
		return Ticket{}, err
	}
	return t, record(ctx, tx, &t, change{kind: "ticket.resumed", data: map[string]any{"by": tx.Actor().Name}})
}
