package ledger

import (
	"context"
	"fmt"
	"slices"

	"example.org/hotline/area"
	"example.org/hotline/internal/act"
)

// Line is a payout together with the try at it that a bank has or is to get.
type Line struct {
	Payout  *Disbursement
	Attempt *Attempt
}

// PutInBatch takes payouts that are reserved for the bank into a batch, in the order given.
// Who makes the batch has had no hand in them.
func PutInBatch(ctx context.Context, tx Tx, batch BatchID, lines []Line) (err error) {
	for i, l := range lines {
		if err := l.Payout.mayLetGo(tx.Actor().StaffID); err != nil {
			return err
		}
		if l.Payout.Channel != ChannelBank {
			return act.Refused("not_by_bank", "Only payouts that go through a bank can be batched.")
		}
		if l.Payout.State, err = l.Payout.State.Next(StepBatch); err != nil {
			return err
		}
		l.Attempt.State, l.Attempt.Batch, l.Attempt.Seq = l.Payout.State, batch, i+1
	}
	return saveAll(ctx, tx, lines)
}

// TakeOutOfBatch undoes PutInBatch: nothing has left, and the sums stay reserved.
func TakeOutOfBatch(ctx context.Context, tx Tx, lines []Line) (err error) {
	for _, l := range lines {
		if l.Payout.State, err = l.Payout.State.Next(StepUnbatch); err != nil {
			return err
		}
		l.Attempt.State, l.Attempt.Batch, l.Attempt.Seq = l.Payout.State, 0, 0
	}
	return saveAll(ctx, tx, lines)
}

// SendToBank books that the payouts of a batch leave: nothing is owed any longer,
// and the sums are on their way, held in the fund until the bank says where they are.
// Nobody who acts has had a hand in one of them, or is a relative of a payee.
func SendToBank(ctx context.Context, tx Tx, lines []Line, people ...area.StaffID) error {
	if err := maySend(ctx, tx, lines, people); err != nil {
		return err
	}
	releases, err := holdsOf(ctx, tx, lines, Disbursement.reservation)
	if err != nil {
		return err
	}
	var entries []Entry
	for _, l := range lines {
		d := l.Payout
		release, err := d.endHeld(releases, d.reservation(), fmt.Sprintf("release:%d", d.Attempt))
		if err != nil {
			return err
		}
		if d.State, err = d.State.Next(StepSend); err != nil {
			return err
		}
		l.Attempt.State = d.State
		entries = append(entries, release, d.entry(fmt.Sprintf("send:%d", d.Attempt), EventBankSent, d.payable(), d.inTransit()), d.transitHold())
	}
	if err := post(ctx, tx, entries...); err != nil {
		return err
	}
	return saveAll(ctx, tx, lines)
}

// maySend says whether these people may let the lines go, and whether each is still to be paid.
func maySend(ctx context.Context, tx Tx, lines []Line, people []area.StaffID) error {
	kin := make([]Kinship, 0, len(lines))
	for _, l := range lines {
		if err := l.Payout.mayLetGo(people...); err != nil {
			return err
		}
		kin = append(kin, Kinship{l.Payout.Payee, people})
		arrived, err := earlierArrived(ctx, tx, *l.Payout, l.Payout.Attempt)
		if err != nil {
			return err
		}
		if arrived {
			return &act.Fault{Kind: act.ErrRefused, Code: "arrived_before", Detail: "An earlier try of a payout in this batch has arrived after all; sending it would pay twice. Discard the batch and call that payout off.",
				Args: map[string]any{"payout": l.Payout.PublicID}}
		}
	}
	related, err := tx.RelatedOf(ctx, kin)
	if err != nil || !slices.Contains(related, true) {
		return err
	}
	return isRelative()
}

// holdsOf finds the entries that hold the sums of lines, by key.
func holdsOf(ctx context.Context, tx Tx, lines []Line, hold func(Disbursement) Entry) (map[string]EntryID, error) {
	keys := make([]string, 0, len(lines))
	for _, l := range lines {
		d := *l.Payout
		d.Attempt = l.Attempt.Number
		keys = append(keys, hold(d).Key)
	}
	return tx.LedgerEntriesByKey(ctx, keys)
}

// endHeld mirrors a hold that was found with others.
func (d Disbursement) endHeld(found map[string]EntryID, hold Entry, effect string) (Entry, error) {
	held, there := found[hold.Key]
	if !there {
		return Entry{}, act.NotFound("entry")
	}
	out := hold.mirror(d.key(effect), EventReleased, Released)
	out.Resolves = held
	return out, nil
}

// dead refuses to try a payout anew while any try at it, however old, may still arrive or has arrived.
func (d Disbursement) dead(tries []Attempt) error {
	for _, a := range tries {
		switch a.State {
		case StateFailed, StateCancelled:
		case StateSucceeded:
			return act.Refused("arrived_already", "An earlier try of this payout has arrived after all; another would pay twice. Call the payout off.")
		default:
			return act.Refused("earlier_alive", "An earlier try of this payout may still arrive; ask the bank what became of it, and wait for its answer.")
		}
	}
	return nil
}

// triesOf locks and loads every try at a payout, the oldest first.
func triesOf(ctx context.Context, tx Tx, d Disbursement) (tries []Attempt, err error) {
	for number := 1; number <= d.Attempt; number++ {
		a, err := tx.AttemptForUpdate(ctx, d.ID, number)
		if err != nil {
			return nil, err
		}
		tries = append(tries, a)
	}
	return tries, nil
}

// earlierArrived reports whether a try before the one of a number has arrived after all.
func earlierArrived(ctx context.Context, tx Tx, d Disbursement, before int) (bool, error) {
	for number := 1; number < before; number++ {
		earlier, err := tx.AttemptForUpdate(ctx, d.ID, number)
		if err != nil || earlier.State == StateSucceeded {
			return err == nil, err
		}
	}
	return false, nil
}

// LoseAnswer marks what the bank has not answered in time: nobody knows, and
// nothing of it is paid again by itself.
func LoseAnswer(ctx context.Context, tx Tx, lines []Line) (lost []Line, err error) {
	for _, l := range lines {
		if l.Attempt.Number != l.Payout.Attempt {
			continue
		}
		next, refused := l.Payout.State.Next(StepLose)
		if refused != nil {
			continue // answered
		}
		l.Payout.State, l.Attempt.State = next, next
		lost = append(lost, l)
	}
	return lost, saveAll(ctx, tx, lost)
}

// Fix names the account that a failed payout is to be tried on next, as often as it
// takes before that try is made. Every try before is dead. Where the bank
// found fault with the account in any of them, it is another version, entered by one
// person and verified by another.
func Fix(ctx context.Context, tx Tx, d *Disbursement, to PayeeAccount, l Limits) (err error) {
	if err := d.mayFix(tx.Actor()); err != nil {
		return err
	}
	if err := to.payable(d.Case, d.Payee); err != nil {
		return err
	}
	tries, err := triesOf(ctx, tx, *d)
	if err != nil {
		return err
	}
	if err := d.dead(tries); err != nil {
		return err
	}
	if slices.ContainsFunc(tries, func(a Attempt) bool { return a.Account == to.ID && accountAtFault(a.Reason) }) {
		return act.Refused("same_account", "The bank found fault with this very account; enter it anew, and have another person verify it.")
	}
	if err := noKin(ctx, tx, *d, tx.Actor().StaffID, to.EnteredBy, to.VerifiedBy); err != nil {
		return err
	}
	if d.State, err = d.State.Next(StepFix); err != nil {
		return err
	}
	d.Account, d.AccountIndex = to.ID, to.Index
	if err := countAccount(ctx, tx, *d, l); err != nil {
		return err
	}
	return tx.SaveDisbursement(ctx, d)
}

// accountAtFault reports whether the same account would fail again.
func accountAtFault(reason string) bool {
	return slices.Contains([]string{"name_mismatch", "account_unknown", "account_blocked", "account_closed", "id_mismatch"}, reason)
}

// countAccount counts a payout under the account that it is tried on next, too. An
// account that it was tried on before stays counted: its money may still arrive there.
func countAccount(ctx context.Context, tx Tx, d Disbursement, l Limits) error {
	key := d.accountKey()
	if err := tx.LockLimits(ctx, []LimitKey{key}); err != nil {
		return err
	}
	counted, err := tx.CountedUnder(ctx, d.ID, key)
	if err != nil || counted {
		return err
	}
	if err := accountCap(ctx, tx, d, l); err != nil {
		return err
	}
	return tx.AddLimitUse(ctx, d.ID, []LimitKey{key}, d.Fen)
}

// Reissue makes the next try at a payout, with a new end-to-end id, once the one
// before is proved dead and the account is repaired. Who entered the account or
// verified it cannot send the money there.
func Reissue(ctx context.Context, tx Tx, d *Disbursement, to PayeeAccount) error {
	me := tx.Actor()
	if err := d.mayReissue(me); err != nil {
		return err
	}
	if err := to.payable(d.Case, d.Payee); err != nil {
		return err
	}
	if me.StaffID == to.EnteredBy || me.StaffID == to.VerifiedBy {
		return act.Refused("own_account", "Who entered or verified the account cannot send the money there; a colleague must.")
	}
	if err := noKin(ctx, tx, *d, me.StaffID); err != nil {
		return err
	}
	tries, err := triesOf(ctx, tx, *d)
	if err != nil {
		return err
	}
	if err := d.dead(tries); err != nil {
		return err
	}
	owed := d.entry(fmt.Sprintf("reissue:%d", d.Attempt), EventReissued, d.returned(), d.payable())
	return reserveAfter(ctx, tx, d, owed)
}

// transitHold is the hold on the fund while a sum is with the bank.
func (d Disbursement) transitHold() Entry {
	return d.entry(fmt.Sprintf("transit:%d", d.Attempt), EventReserved, d.inTransit(), d.fund())
}

// The accounts a bank payout moves between are the county's.
func (d Disbursement) fund() AccountRef      { return d.county(Fund) }
func (d Disbursement) inTransit() AccountRef { return d.county(InTransit) }
func (d Disbursement) returned() AccountRef  { return d.county(Returned) }
func (d Disbursement) recovery() AccountRef  { return d.county(Recovery) }
func (d Disbursement) county(k Kind) AccountRef {
	return AccountRef{Kind: k, Area: d.Area.At(area.LevelCounty)}
}

// saveAll writes lines, each a payout of its own.
func saveAll(ctx context.Context, tx Tx, lines []Line) error {
	payouts, tries := make([]*Disbursement, 0, len(lines)), make([]*Attempt, 0, len(lines))
	for _, l := range lines {
		payouts, tries = append(payouts, l.Payout), append(tries, l.Attempt)
	}
	if err := tx.SaveDisbursements(ctx, payouts); err != nil {
		return err
	}
	return tx.SaveAttempts(ctx, tries)
}
