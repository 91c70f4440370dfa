package ticket

import (
	"context"
	"errors"

	"example.org/hotline/internal/act"
)

// DecideRepeat is a person's word on whether a call from the number of an open
// ticket is the same matter. "Yes" merges it: its clocks keep their history
// and its timers stop. "No" starts its own ladder at once.
func DecideRepeat(ctx context.Context, tx Tx, id ID, same bool) (Ticket, error) {
	t, err := tx.TicketForUpdate(ctx, id)
	if err != nil {
		return Ticket{}, err
	}
	if t.RepeatState != RepeatSuggested && t.RepeatState != RepeatLapsed {
		return Ticket{}, act.Refused("no_repeat", "No earlier ticket is suggested for this one, or it has been decided.")
	}
	if !same {
		held := t.RepeatState == RepeatSuggested && !t.WithAgent // the agent who has it says next where it is
		t.RepeatState = RepeatDenied
		if held {
			if err := restartLadder(ctx, tx, &t); err != nil {
				return Ticket{}, err
			}
		}
		return t, record(ctx, tx, &t, change{kind: "ticket.repeat_denied", data: map[string]any{"by": tx.Actor().Name}})
	}
	// A merged ticket's clocks stop: somebody must still be at work on the other.
	original, err := tx.TicketForUpdate(ctx, t.RepeatOf)
	if err != nil && !errors.Is(err, act.ErrNotFound) {
		return Ticket{}, err
	}
	if err != nil || !original.Status.Open() {
		return Ticket{}, act.Refused("original_not_open", "The earlier ticket is closed, or is another area's; this one needs help of its own.")
	}
	if t.Status, err = t.Status.Next(EventMerge); err != nil {
		return Ticket{}, err
	}
	t.RepeatState, t.MergedInto, t.Epoch, t.WithAgent = RepeatConfirmed, t.RepeatOf, t.Epoch+1, false
	stopRunning(&t, StoppedBy{Proof: ProofMerged}, tx.Now())
	if err := tx.CloseOffers(ctx, id, 0); err != nil {
		return Ticket{}, err
	}
	if err := tx.Cancel(ctx, t.Subject()); err != nil {
		return Ticket{}, err
	}
	return t, record(ctx, tx, &t, change{kind: "ticket.merged", data: map[string]any{"by": tx.Actor().Name}})
}

// LapseRepeat is the end of the three minutes: nobody has decided, so the
// ticket's own ladder starts.
func LapseRepeat(ctx context.Context, tx Tx, t *Ticket) error {
	if t.RepeatState != RepeatSuggested || !t.Status.Waiting() {
		return nil
	}
	if err := restartLadder(ctx, tx, t); err != nil {
		return err
	}
	return record(ctx, tx, t, change{kind: "ticket.repeat_lapsed"})
}
