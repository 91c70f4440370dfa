package ledger

import (
	"context"
	"fmt"

	"github.com/google/uuid"

	"example.org/hotline/area"
	"example.org/hotline/internal/act"
)

// Check signs a payout as its second person and holds the sum in the float.
// The checker sends back the hash of what they read; another content is refused.
func Check(ctx context.Context, tx Tx, d *Disbursement, contentHash string, to PayeeAccount) (err error) {
	me := tx.Actor()
	if err := d.mayCheck(me, tx.Now()); err != nil {
		return err
	}
	if !d.sameContent(contentHash) {
		return act.Conflict("content_changed", "What you signed is not what this payout says; reload it, read it and sign again.")
	}
	if d.Channel == ChannelBank {
		if err := to.payable(d.Case, d.Payee); err != nil {
			return err
		}
		if me.StaffID == to.EnteredBy || me.StaffID == to.VerifiedBy {
			return act.Refused("account_checker", "Who entered or verified the account cannot check the payout that goes to it; a third person must.")
		}
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
	return reserve(ctx, tx, d)
}

// IssueCash hands the sum from the float to the actor, who becomes the payer.
// The hold ends in the same act. Where a standing advance pays, the actor takes the
// payout on: the sum is held in what they carry.
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
	entries, err := d.issue(ctx, tx)
	if err != nil {
		return err
	}
	if err := post(ctx, tx, entries...); err != nil {
		return err
	}
	return tx.SaveDisbursement(ctx, d)
}

// issue are the entries by which the payer comes to have the sum.
func (d Disbursement) issue(ctx context.Context, tx Tx) ([]Entry, error) {
	switch d.Channel {
	case ChannelAdvance:
		return []Entry{d.reservation()}, tx.LockLimits(ctx, advanceKeys(d.Area, d.Payer))
	case ChannelGoods:
		return nil, nil // held in the books until the citizen has them
	default:
	}
	release, err := d.release(ctx, tx)
	return []Entry{release, d.entry(fmt.Sprintf("issue:%d", d.Attempt), EventCashIssued, d.cash(), d.float())}, err
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
	entries, err := d.receipt(ctx, tx)
	if err != nil {
		return err
	}
	if err := post(ctx, tx, entries...); err != nil {
		return err
	}
	if err := draw(ctx, tx, d, review); err != nil {
		return err
	}
	return tx.SaveDisbursement(ctx, d)
}

// receipt are the entries by which the sum leaves the payer's hands.
func (d Disbursement) receipt(ctx context.Context, tx Tx) ([]Entry, error) {
	switch d.Channel {
	case ChannelAdvance:
		release, err := d.letGo(ctx, tx)
		return []Entry{release, d.received()}, err
	case ChannelGoods:
		release, err := d.release(ctx, tx)
		return []Entry{release, d.received()}, err
	default:
		return []Entry{d.received()}, nil
	}
}

// received is the entry of the hand-over itself.
func (d Disbursement) received() Entry {
	if d.Channel == ChannelGoods {
		return d.entry("receipt", EventGoodsGiven, d.payable(), d.stock())
	}
	return d.entry("receipt", EventReceipted, d.payable(), d.cash())
}

// letGo ends the hold on the payer's standing advance.
func (d Disbursement) letGo(ctx context.Context, tx Tx) (Entry, error) {
	if err := tx.LockLimits(ctx, advanceKeys(d.Area, d.Payer)); err != nil {
		return Entry{}, err
	}
	return d.release(ctx, tx)
}

// ReturnCash brings the cash back to the float, where it stays held for the same
// payout: it can be handed out again or the payout cancelled. Where a standing advance
// was to pay, the payer gives the payout back and keeps their money; goods go back
// into the store.
func ReturnCash(ctx context.Context, tx Tx, d *Disbursement) (err error) {
	if err := d.mayHold(tx.Actor(), StepReturn); err != nil {
		return err
	}
	if d.State, err = d.State.Next(StepReturn); err != nil {
		return err
	}
	entries, err := d.giveBack(ctx, tx)
	if err != nil {
		return err
	}
	if d.Channel != ChannelGoods { // of which the hold went on
		d.Attempt++
	}
	d.Payer, d.ReservedAt = 0, tx.Now()
	if err := post(ctx, tx, entries...); err != nil {
		return err
	}
	return tx.SaveDisbursement(ctx, d)
}

// giveBack are the entries by which the payer no longer has the sum, which the next
// attempt may pay.
func (d Disbursement) giveBack(ctx context.Context, tx Tx) ([]Entry, error) {
	switch d.Channel {
	case ChannelAdvance:
		release, err := d.letGo(ctx, tx)
		return []Entry{release}, err
	case ChannelGoods:
		return nil, nil
	default:
	}
	back := d.entry(fmt.Sprintf("return:%d", d.Attempt), EventCashReturned, d.float(), d.cash())
	d.Attempt++
	return []Entry{back, d.reservation()}, nil
}

// Cancel calls a payout off before money moved: the hold ends, nothing is owed
// any longer and the limits are free again. Where an earlier try has arrived meanwhile,
// only the try that waits is called off: the payout has succeeded by that one.
func Cancel(ctx context.Context, tx Tx, d *Disbursement, reason string) (err error) {
	if reason == "" {
		return act.Invalid("reason", "reason_required", "Say why the payout is called off.")
	}
	if err := d.mayCancel(tx.Actor()); err != nil {
		return err
	}
	was := d.State
	if was == StateReserved && d.Channel == ChannelBank {
		if arrived, err := endSecondTry(ctx, tx, d); err != nil || arrived {
			return err
		}
	}
	if d.State, err = d.State.Next(StepCancel); err != nil {
		return err
	}
	d.CancelNote, d.EndedAt = reason, tx.Now()
	var entries []Entry
	switch was {
	case StateReserved:
		entries, err = d.unowe(ctx, tx)
	case StateFailed, StateFixed: // what came back is owed again, and then no longer
		entries = []Entry{d.entry(fmt.Sprintf("reissue:%d", d.Attempt), EventReissued, d.returned(), d.payable()), d.cancellation()}
	default: // nothing was held
	}
	if err != nil {
		return err
	}
	if err := tx.ReleaseLimitUse(ctx, d.ID); err != nil { // limits are locked before accounts
		return err
	}
	if len(entries) > 0 {
		if err := post(ctx, tx, entries...); err != nil {
			return err
		}
	}
	if was == StateReserved && d.Channel == ChannelBank {
		if err := endTry(ctx, tx, *d); err != nil {
			return err
		}
	}
	return still(ctx, tx, d)
}

// endSecondTry calls a try off that waits to be sent where an earlier one has arrived after
// all: the payee was paid once, by that one, and nothing is claimed back.
func endSecondTry(ctx context.Context, tx Tx, d *Disbursement) (arrived bool, err error) {
	earlier, err := endClaim(ctx, tx, *d, new(Hearing).attempt)
	if err != nil || earlier == nil {
		return false, err
	}
	release, err := d.release(ctx, tx)
	if err != nil {
		return true, err
	}
	if d.State, err = d.State.Next(StepSucceed); err != nil {
		return true, err
	}
	if err := endTry(ctx, tx, *d); err != nil {
		return true, err
	}
	if err := post(ctx, tx, release, d.netting(0, d.payable())); err != nil {
		return true, err
	}
	return true, tx.SaveDisbursement(ctx, d)
}

// unowe are the entries by which nothing is owed or held any longer.
func (d Disbursement) unowe(ctx context.Context, tx Tx) ([]Entry, error) {
	if d.Channel == ChannelAdvance {
		return []Entry{d.cancellation()}, nil // held only while somebody has taken it on
	}
	release, err := d.release(ctx, tx)
	return []Entry{release, d.cancellation()}, err
}

func (d Disbursement) cancellation() Entry {
	return d.entry("cancel", EventCancelled, d.payable(), d.expense())
}

// endTry ends the try of a payout that is called off before it left.
func endTry(ctx context.Context, tx Tx, d Disbursement) error {
	a, err := tx.AttemptForUpdate(ctx, d.ID, d.Attempt)
	if err != nil {
		return err
	}
	a.State = StateCancelled
	return tx.SaveAttempt(ctx, &a)
}

// Reverse takes a settled payout back. Cash by mirror entries: the receipt was wrong,
// so the payer still answers for the cash and nothing is owed. What a bank has paid
// is with the payee, who is to give it back.
func Reverse(ctx context.Context, tx Tx, d *Disbursement, reason string) (err error) {
	if reason == "" {
		return act.Invalid("reason", "reason_required", "Say why the receipt does not hold; the auditor reads it.")
	}
	if err := d.mayReverse(tx.Actor()); err != nil {
		return err
	}
	if d.Channel == ChannelBank {
		return claimBack(ctx, tx, d, reason)
	}
	var mirrors []Entry
	for _, e := range []Entry{d.received(), d.entry("approve", EventApproved, d.expense(), d.payable())} {
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
	if err := tx.ReleaseLimitUse(ctx, d.ID); err != nil { // limits are locked before accounts
		return err
	}
	if err := post(ctx, tx, mirrors...); err != nil {
		return err
	}
	return still(ctx, tx, d)
}

// claimBack opens the claim to what a bank has paid.
func claimBack(ctx context.Context, tx Tx, d *Disbursement, reason string) error {
	arrived, err := ArrivedTry(ctx, tx, *d)
	if err != nil {
		return err
	}
	if d.State, err = d.State.Next(StepReverse); err != nil {
		return err
	}
	d.CancelNote, d.EndedAt = reason, tx.Now()
	if err := post(ctx, tx, d.entry("recover", EventRecoveryOpened, d.recovery(), d.expense())); err != nil {
		return err
	}
	err = tx.AddClaim(ctx, &Claim{PublicID: uuid.NewString(), Disbursement: d.ID, Attempt: arrived.Number, Area: d.fund().Area, Fen: d.Fen, Why: ClaimReversed,
		Reason: reason, OpenedBy: tx.Actor().StaffID, OpenedAt: tx.Now(), Version: 1})
	if err != nil {
		return err
	}
	return still(ctx, tx, d) // the payee has the money until the claim is paid back: it goes on counting
}

// still gives back the limits that a dead payout's missing signature had frozen, since
// nobody can sign it any more, and stops its timers.
func still(ctx context.Context, tx Tx, d *Disbursement) error {
	if err := tx.LiftFreezes(ctx, d.ID); err != nil {
		return err
	}
	if err := tx.Cancel(ctx, d.Subject()); err != nil {
		return err
	}
	return tx.SaveDisbursement(ctx, d)
}
