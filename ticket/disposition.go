package ticket

import (
	"context"
	"errors"
	"slices"

	"example.org/hotline/internal/act"
)

// DispositionTx is what a disposition needs of a transaction.
type DispositionTx interface {
	Tx
	// HadCall finds the ticket of a call that the actor spoke with the caller of; act.ErrNotFound where they did not.
	HadCall(ctx context.Context, call CallID) (ID, error)
	// SaveDisposition writes what a call was, over what was said before.
	SaveDisposition(ctx context.Context, call CallID, code, note string) error
}

// CutOffTx is what a conversation that broke off needs of a transaction.
type CutOffTx interface {
	DispositionTx
	CallbackTx
	// Wherever runs fn with everything in sight: the number may have a call-back in another place.
	Wherever(ctx context.Context, fn func() error) error
}

// RingBackCutOff has the caller rung back whom an agent did not hear, or lost; and has it
// called off again where the agent corrects what they said. Who said it had the call
// (Dispose).
func RingBackCutOff(ctx context.Context, tx CutOffTx, call CallID, cutOff bool, r CallbackRules) error {
	id, err := tx.HadCall(ctx, call)
	if err != nil {
		return err
	}
	t, err := tx.TicketForUpdate(ctx, id)
	if err != nil {
		return err
	}
	return tx.Wherever(ctx, func() error {
		if !cutOff {
			return endCutOff(ctx, tx, t, call)
		}
		if !t.Status.Open() || t.callbackMoot() {
			return nil
		}
		c, err := tx.Call(ctx, call)
		if err != nil {
			return err
		}
		return AskCallback(ctx, tx, t, c, CallbackCutOff, tx.Now(), r)
	})
}

// endCutOff ends the call-back that a call has only because it was said to have broken off.
func endCutOff(ctx context.Context, tx CutOffTx, t Ticket, call CallID) error {
	c, err := tx.AliveCallback(ctx, call)
	if errors.Is(err, act.ErrNotFound) || err == nil && (c.Call != call || c.Origin != CallbackCutOff || c.Ticket != t.ID) {
		return nil
	}
	if err != nil {
		return err
	}
	return endCallback(ctx, tx, t, c, CallbackMeet, OutcomeMoot, "")
}

// Dispose is the agent's word on what a call was, by one of the codes of the
// policy (codes empty: any). Only an agent who had the call may say it; said
// again, the newest counts and both stand in the timeline.
func Dispose(ctx context.Context, tx DispositionTx, call CallID, code, note string, codes []string) error {
	if code == "" || len(codes) > 0 && !slices.Contains(codes, code) {
		return act.Invalid("code", "unknown_disposition", "Use one of the codes of the policy.")
	}
	if err := PlainText("note", note); err != nil {
		return err
	}
	id, err := tx.HadCall(ctx, call)
	if err != nil {
		return err
	}
	t, err := tx.TicketForUpdate(ctx, id)
	if err != nil {
		return err
	}
	if err := tx.SaveDisposition(ctx, call, code, note); err != nil {
		return err
	}
	return tell(ctx, tx, &t, change{kind: "call.disposed", reason: note, data: map[string]any{"by": tx.Actor().Name, "code": code}})
}
