package ticket

import (
	"context"
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
