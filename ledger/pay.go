package ledger

import (
	"context"
	"fmt"

	"example.org/hotline/area"
	"example.org/hotline/internal/act"
)

// Check signs a payout as its second person and holds the sum in the float.
// The checker sends back the hash of what they read; another content is refused.
func Check(ctx context.Context, tx Tx, d *Disbursement, contentHash string) (err error) {
	me := tx.Actor()
	if err := d.mayCheck(me, tx.Now()); err != nil {
		return err
	}
	if !d.sameContent(contentHash) {
		return act.Conflict("content_changed", "What you signed is not what this payout says; reload it, read it and sign again.")
	}
	if err := noKin(ctx, tx, *d, d.Maker, me.StaffID); err != nil {
		return err
	}
	if d.State, err = d.State.Next(StepCheck); err != nil {
		return err
	}
	d.Checker, d.CheckedAt = me.StaffID, tx.Now()
	if err := tx.Cancel(ctx, d.Subject(), TimerCheckUnanswered); err != nil {
		return err
	}
	return reserve(ctx, tx, d, true)
}

// IssueCash hands the sum from the float to the actor, who becomes the payer.
// The hold ends in the same act.
func IssueCash(ctx context.Context, tx Tx, d *Disbursement, l Limits) (err error) {
	me := tx.Actor()
	if err := d.mayPay(me); err != nil {
		return err
	}
	if err := noKin(ctx, tx, *d, d.Maker, d.Checker, me.StaffID); err != nil {
		return err
	}
	if err := mayPayAlone(ctx, tx, *d, l); err != nil {
		return err
	}
	if d.State, err = d.State.Next(StepIssueCash); err != nil {
		return err
	}
	d.Payer, d.IssuedAt = me.StaffID, tx.Now()
	release, err := d.release(ctx, tx)
	if err != nil {
		return err
	}
	issue := d.entry(fmt.Sprintf("issue:%d", d.Attempt), EventCashIssued, d.cash(), d.float())
	if err := post(ctx, tx, release, issue); err != nil {
		return err
	}
	return tx.SaveDisbursement(ctx, d)
}

// mayPayAlone says whether the actor may take a solo payout's cash out: nobody who
// owes a second signature, and a colleague's payout only within one's own day.
func mayPayAlone(ctx context.Context, tx Tx, d Disbursement, l Limits) error {
	if !d.Solo() {
		return nil
	}
	me := tx.Actor().StaffID
	frozen, err := tx.LimitFrozen(ctx, me)
	if err != nil {
		return err
	}
	if frozen {
		return act.Refused("limit_frozen", "An earlier solo payout of yours lacks its second signature; the head must sign it before you pay alone again. A colleague can pay this one.")
	}
	if me == d.Maker {
		return nil // counted when it was made
	}
	if err := tx.LockLimits(ctx, []LimitKey{d.workerKey(me, tx.Now())}); err != nil {
		return err
	}
	over, err := overWorkerDay(ctx, tx, d, me, l)
	if err == nil && over {
		err = act.Refused("worker_day", "With this you would pay more alone in a day than one person may. A colleague can pay this one.")
	}
	return err
}

// Settle records that the citizen has the cash. Above the solo limit two
// people hand it over; companion is the second, zero for none. One payout in so
// many is drawn for a review.
func Settle(ctx context.Context, tx Tx, d *Disbursement, companion area.StaffID, review ReviewRule) (err error) {
	me := tx.Actor()
	if err := d.mayHold(me, StepReceipt); err != nil {
		return err
	}
	if companion == me.StaffID || (!d.Solo() && companion == 0) {
		return act.Invalid("companion", "two_people_required", "Cash above the solo limit is handed over by two people; name the colleague who was there with you.")
	}
	if err := noKin(ctx, tx, *d, d.Maker, d.Checker, me.StaffID, companion); err != nil {
		return err
	}
	if d.State, err = d.State.Next(StepReceipt); err != nil {
		return err
	}
	d.Companion, d.ReceiptedAt = companion, tx.Now()
	if err := post(ctx, tx, d.entry("receipt", EventReceipted, d.payable(), d.cash())); err != nil {
		return err
	}
	if err := draw(ctx, tx, d, review); err != nil {
		return err
	}
	return tx.SaveDisbursement(ctx, d)
}

// ReturnCash brings the cash back to the float, where it stays held for the
// same payout: it can be handed out again or the payout cancelled.
func ReturnCash(ctx context.Context, tx Tx, d *Disbursement) (err error) {
	if err := d.mayHold(tx.Actor(), StepReturn); err != nil {
		return err
	}
	if d.State, err = d.State.Next(StepReturn); err != nil {
		return err
	}
	back := d.entry(fmt.Sprintf("return:%d", d.Attempt), EventCashReturned, d.float(), d.cash())
	d.Attempt, d.Payer, d.ReservedAt = d.Attempt+1, 0, tx.Now()
	if err := post(ctx, tx, back, d.reservation()); err != nil {
		return err
	}
	return tx.SaveDisbursement(ctx, d)
}

// Cancel calls a payout off before money moved: the hold ends, nothing is owed
// any longer and the limits are free again.
func Cancel(ctx context.Context, tx Tx, d *Disbursement, reason string) (err error) {
	if reason == "" {
		return act.Invalid("reason", "reason_required", "Say why the payout is called off.")
	}
	if err := d.mayCancel(tx.Actor()); err != nil {
		return err
	}
	held := d.State == StateReserved
	if d.State, err = d.State.Next(StepCancel); err != nil {
		return err
	}
	d.CancelNote, d.EndedAt = reason, tx.Now()
	if held {
		release, err := d.release(ctx, tx)
		if err != nil {
			return err
		}
		if err := post(ctx, tx, release, d.entry("cancel", EventCancelled, d.payable(), d.expense())); err != nil {
			return err
		}
	}
	return end(ctx, tx, d)
}

// Reverse takes a receipted cash payout back by mirror entries: the receipt was
// wrong, so the payer still answers for the cash and nothing is owed.
func Reverse(ctx context.Context, tx Tx, d *Disbursement, reason string) (err error) {
	if reason == "" {
		return act.Invalid("reason", "reason_required", "Say why the receipt does not hold; the auditor reads it.")
	}
	if err := d.mayReverse(tx.Actor()); err != nil {
		return err
	}
	var mirrors []Entry
	for _, e := range []Entry{d.entry("receipt", EventReceipted, d.payable(), d.cash()), d.entry("approve", EventApproved, d.expense(), d.payable())} {
		posted, err := tx.LedgerEntryByKey(ctx, e.Key)
		if err != nil {
			return err
		}
		m := e.mirror(e.Key+":reverse", EventReversed, Posted)
		m.Reverses, m.Reason = posted, reason
		mirrors = append(mirrors, m)
	}
	if d.State, err = d.State.Next(StepReverse); err != nil {
		return err
	}
	d.CancelNote, d.EndedAt = reason, tx.Now()
	if err := post(ctx, tx, mirrors...); err != nil {
		return err
	}
	return end(ctx, tx, d)
}

// end frees what a dead payout was counted under, gives back the limits that its
// missing signature had frozen, since nobody can sign it any more, and stops its timers.
func end(ctx context.Context, tx Tx, d *Disbursement) error {
	if err := tx.ReleaseLimitUse(ctx, d.ID); err != nil {
		return err
	}
	if err := tx.LiftFreezes(ctx, d.ID); err != nil {
		return err
	}
	if err := tx.Cancel(ctx, d.Subject()); err != nil {
		return err
	}
	return tx.SaveDisbursement(ctx, d)
}
