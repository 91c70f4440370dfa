package ticket

import (
	"context"
	"errors"
	"time"

	"example.org/hotline/internal/act"
)

// Merge is what a ticket was before it was joined to another.
type Merge struct {
	Ticket      ID
	Into        ID
	Status      Status
	RepeatState RepeatState
}

// Join says that a ticket is the same matter as another, which goes on for
// both. Its history stays, its clocks and timers stop, it never escalates; its
// call-backs follow. The other becomes as urgent as the more urgent of the two.
func Join(ctx context.Context, tx MoveTx, id, into ID, reason string, r MoveRules) (Ticket, error) {
	if err := reasoned(reason, "Say why both are one matter."); err != nil {
		return Ticket{}, err
	}
	if id == into {
		return Ticket{}, act.Invalid("into", "same_ticket", "Name another ticket than this one.")
	}
	t, other, err := lockBoth(ctx, tx, id, into)
	if err != nil {
		return Ticket{}, err
	}
	return t, join(ctx, tx, &t, &other, reason, r)
}

// lockBoth locks two tickets in the order in which everybody locks them.
func lockBoth(ctx context.Context, tx Tx, id, other ID) (t, o Ticket, err error) {
	for _, one := range []ID{min(id, other), max(id, other)} {
		got, err := tx.TicketForUpdate(ctx, one)
		switch {
		case one == other && errors.Is(err, act.ErrNotFound):
			return t, o, otherNotOpen()
		case err != nil:
			return t, o, err
		case one == id:
			t = got
		default:
			o = got
		}
	}
	return t, o, nil
}

func otherNotOpen() error {
	return act.Refused("original_not_open", "The earlier ticket is closed, or is another area's; this one needs help of its own.")
}

func join(ctx context.Context, tx MoveTx, t, into *Ticket, reason string, r MoveRules) error {
	if !into.Status.Open() { // a joined ticket's clocks stop: somebody must still be at work on the other
		return otherNotOpen()
	}
	m := Merge{Ticket: t.ID, Into: into.ID, Status: t.Status, RepeatState: t.RepeatState}
	next, err := t.Status.Next(EventMerge)
	if err != nil {
		return err
	}
	joined, err := tx.Joined(ctx, t.ID)
	if err != nil {
		return err
	}
	if len(joined) > 0 {
		return act.Refused("has_joined", "Others are joined to this ticket; join the other one to this, or split them off first.")
	}
	t.Status, t.MergedInto, t.Epoch, t.WithAgent = next, into.ID, t.Epoch+1, false
	if t.RepeatOf == into.ID {
		t.RepeatState = RepeatConfirmed
	}
	var due time.Time
	if c := t.Clock(ClockTwoHour); c != nil && c.Running() {
		due = c.DueAt
	}
	stopRunning(t, StoppedBy{Proof: ProofMerged, Ref: into.PublicID}, tx.Now())
	if err := tx.CloseOffers(ctx, t.ID, 0); err != nil {
		return err
	}
	if err := tx.Cancel(ctx, t.Subject()); err != nil {
		return err
	}
	if err := tx.AddMerge(ctx, m); err != nil {
		return err
	}
	if err := record(ctx, tx, t, change{kind: "ticket.merged", reason: reason, data: map[string]any{"by": tx.Actor().Name, "number": string(into.Number)}}); err != nil {
		return err
	}
	if err := giveCallbacks(ctx, tx, *t, *into, nil); err != nil {
		return err
	}
	return takeUrgency(ctx, tx, into, *t, due, r)
}

// takeUrgency makes the ticket that goes on as urgent as the one that was joined
// to it: its two hours end no later than the other's would have.
func takeUrgency(ctx context.Context, tx MoveTx, into *Ticket, from Ticket, due time.Time, r MoveRules) error {
	data := map[string]any{"by": tx.Actor().Name, "number": string(from.Number)}
	running := false
	for _, c := range into.Clocks {
		running = running || c.Running()
	}
	if !from.Priority.Above(into.Priority) || !running {
		return tell(ctx, tx, into, change{kind: "ticket.joined", data: data})
	}
	data["priority"], data["from_priority"] = string(from.Priority), string(into.Priority)
	if err := raise(ctx, tx, into, from.Priority, r.Terms); err != nil {
		return err
	}
	if c := into.Clock(ClockTwoHour); from.Priority == P1 && c != nil && c.Running() && !due.IsZero() && due.Before(c.DueAt) {
		if err := moveDue(c, due); err != nil {
			return err
		}
		if err := rearm(ctx, tx, into); err != nil {
			return err
		}
	}
	if into.Status.Waiting() && !into.WithAgent {
		if err := restartLadder(ctx, tx, into); err != nil {
			return err
		}
	}
	return record(ctx, tx, into, change{kind: "ticket.joined", data: data})
}

// giveCallbacks lets the call-backs of one ticket follow to another; which
// picks some of them, nil takes all.
func giveCallbacks(ctx context.Context, tx MoveTx, from, to Ticket, which func(Callback) bool) error {
	alive, err := tx.AliveCallbacks(ctx, from.ID)
	if err != nil {
		return err
	}
	for _, c := range alive {
		if which != nil && !which(c) {
			continue
		}
		if err := tx.GiveCallback(ctx, c.ID, to.ID); err != nil {
			return err
		}
		c.Ticket = to.ID
		if err := tellCallback(ctx, tx, to, c, "callback.followed", "", map[string]any{"number": string(from.Number)}); err != nil {
			return err
		}
	}
	return nil
}

// Split undoes a joining: the ticket stands where it stood, with its own
// deadlines. One that has passed meanwhile falls at once, and once.
func Split(ctx context.Context, tx MoveTx, id ID, reason string) (Ticket, error) {
	if err := reasoned(reason, "Say why these are two matters."); err != nil {
		return Ticket{}, err
	}
	m, err := tx.MergeOf(ctx, id)
	if errors.Is(err, act.ErrNotFound) {
		return Ticket{}, act.Refused("not_joined", "This ticket is not joined to another.")
	}
	if err != nil {
		return Ticket{}, err
	}
	t, other, err := lockBoth(ctx, tx, id, m.Into)
	if err != nil {
		return Ticket{}, err
	}
	if t.Status != StatusDuplicate || t.MergedInto != m.Into {
		return Ticket{}, act.Conflict("stale_version", "The ticket changed while you were looking at it; reload and decide again.")
	}
	t.Status, t.MergedInto, t.RepeatState = m.Status, 0, m.RepeatState
	if t.RepeatOf != 0 {
		t.RepeatState = RepeatDenied
	}
	for i := range t.Clocks {
		if c := &t.Clocks[i]; c.Proof == ProofMerged {
			c.StoppedAt, c.ReportedAt, c.Proof, c.ProofRef = time.Time{}, time.Time{}, "", ""
		}
	}
	if err := wake(ctx, tx, &t); err != nil {
		return Ticket{}, err
	}
	if err := tx.EndMerge(ctx, m); err != nil {
		return Ticket{}, err
	}
	if err := record(ctx, tx, &t, change{kind: "ticket.split", reason: reason, data: map[string]any{"by": tx.Actor().Name, "number": string(other.Number)}}); err != nil {
		return Ticket{}, err
	}
	if err := giveCallbacks(ctx, tx, other, t, func(c Callback) bool { return c.Call == t.CallID }); err != nil {
		return Ticket{}, err
	}
	return t, tell(ctx, tx, &other, change{kind: "ticket.split_away", data: map[string]any{"by": tx.Actor().Name, "number": string(t.Number)}})
}

// wake arms everything that a ticket which stood still must have: its
// deadlines, their warnings, and the ladder or the watch for silence.
func wake(ctx context.Context, tx Tx, t *Ticket) error {
	if err := rearm(ctx, tx, t); err != nil {
		return err
	}
	if t.Status.Waiting() {
		return restartLadder(ctx, tx, t)
	}
	return watchSilence(ctx, tx, t)
}
