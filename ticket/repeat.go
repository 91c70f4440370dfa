package ticket

import (
	"context"

	"example.org/hotline/internal/act"
)

// DecideRepeat is a person's word on whether a call from the number of an open
// ticket is the same matter. "Yes" merges it: its clocks keep their history
// and its timers stop. "No" starts its own ladder at once.
func DecideRepeat(ctx context.Context, tx MoveTx, id ID, same bool, r MoveRules) (Ticket, error) {
	t, err := tx.Ticket(ctx, id)
	if err != nil {
		return Ticket{}, err
	}
	if !t.repeatAsked() {
		return Ticket{}, noRepeat()
	}
	if same {
		t, original, err := lockBoth(ctx, tx, id, t.RepeatOf)
		if err != nil {
			return Ticket{}, err
		}
		if !t.repeatAsked() {
			return Ticket{}, noRepeat()
		}
		return t, join(ctx, tx, &t, &original, "", r)
	}
	if t, err = tx.TicketForUpdate(ctx, id); err != nil {
		return Ticket{}, err
	}
	if !t.repeatAsked() {
		return Ticket{}, noRepeat()
	}
	held := t.RepeatState == RepeatSuggested && !t.WithAgent // the agent who has it says next where it is
	t.RepeatState = RepeatDenied
	if held {
		if err := restartLadder(ctx, tx, &t); err != nil {
			return Ticket{}, err
		}
	}
	return t, record(ctx, tx, &t, change{kind: "ticket.repeat_denied", data: map[string]any{"by": tx.Actor().Name}})
}

// repeatAsked reports whether somebody is yet to say whether it is a repeat.
func (t Ticket) repeatAsked() bool {
	return t.RepeatState == RepeatSuggested || t.RepeatState == RepeatLapsed
}

func noRepeat() error {
	return act.Refused("no_repeat", "No earlier ticket is suggested for this one, or it has been decided.")
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
