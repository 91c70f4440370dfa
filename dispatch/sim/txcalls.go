package sim

import (
	"context"

	"example.org/hotline/area"
	"example.org/hotline/ticket"
)

// What a step of a call does to its ticket, as the store's transaction has it.

// connect is an agent's answer. Whoever was to ring that number back need not.
func (tx *Tx) connect(ctx context.Context, id ticket.ID, agent area.Post, rules Rules) error {
	r := tx.m.tickets[id]
	if !r.reached {
		r.reached = true
		tx.undo(func() { r.reached = false })
	}
	if err := ticket.Connect(ctx, tx, id, agent, tx.Now(), rules.Holds); err != nil {
		return err
	}
	return ticket.MeetCaller(ctx, tx, r.call.ID)
}

// endCall is the end of a call: the ladder starts, and whoever has reached
// nobody is to be rung back.
func (tx *Tx) endCall(ctx context.Context, id ticket.ID, rules Rules) error {
	r := tx.m.tickets[id]
	if !r.call.EndedAt.IsZero() {
		return nil
	}
	call, ended := r.call, r.t.CallEnded
	tx.undo(func() { r.call, r.t.CallEnded = call, ended })
	r.call.EndedAt = tx.Now()
	r.t.CallEnded = true // without a new version, which is for what people decide
	t, err := tx.Ticket(ctx, id)
	if err != nil {
		return err
	}
	if err := ticket.EndCall(ctx, tx, &t, tx.Now(), rules.Holds); err != nil {
		return err
	}
	if r.reached || !t.Status.Open() {
		return nil
	}
	return ticket.AskCallback(ctx, tx, t, r.call, ticket.CallbackMissed, tx.Now(), rules.Ladder.Callback.Rules())
}
