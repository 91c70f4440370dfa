package ledger

import (
	"context"

	"example.org/hotline/internal/act"
)

// SecondSign is the second person's signature under a solo payout, of the exact
// content. It gives back a limit that its absence had frozen.
func SecondSign(ctx context.Context, tx Tx, d *Disbursement, contentHash string) error {
	me := tx.Actor()
	if err := d.maySecondSign(me); err != nil {
		return err
	}
	if !d.sameContent(contentHash) {
		return act.Conflict("content_changed", "What you signed is not what this payout says; reload it, read it and sign again.")
	}
	if err := noKin(ctx, tx, *d, me.StaffID); err != nil {
		return err
	}
	d.Second, d.SecondSignedAt = me.StaffID, tx.Now()
	if err := tx.LiftFreezes(ctx, d.ID); err != nil {
		return err
	}
	if err := tx.Cancel(ctx, d.Subject(), TimerSecondSignature); err != nil {
		return err
	}
	return tx.SaveDisbursement(ctx, d)
}

// LapseSecondSignature is what the timer does: the maker, and whoever paid,
// lose the solo limit until somebody signs. lapsed is false where the signature
// has come or the payout is dead.
func LapseSecondSignature(ctx context.Context, tx Tx, d Disbursement) (lapsed bool, err error) {
	if !d.Solo() || !d.State.Live() || !d.SecondSignedAt.IsZero() {
		return false, nil
	}
	if err := tx.FreezeLimit(ctx, d.Maker, d.ID); err != nil {
		return false, err
	}
	if d.Payer != 0 && d.Payer != d.Maker {
		return true, tx.FreezeLimit(ctx, d.Payer, d.ID)
	}
	return true, nil
}
