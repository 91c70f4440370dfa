package ledger

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"example.org/hotline/area"
	"example.org/hotline/internal/act"
)

// Somebody who is gone can neither give back nor count what they carry. The township's
// head, or the county's duty officer, says what was handed back in their name; county
// finance signs. What is missing is claimed from the person until it is paid back.

// inTheirName reports whether the act is done in the name of somebody who is gone.
func (a AdvanceAct) inTheirName() bool { return a.Kind == AdvanceSettle || a.Kind == AdvanceRepay }

// ClaimOn is the account of what is to be had from a person for cash that they did not
// hand back, by the float that it came out of.
func ClaimOn(place area.Code, staff area.StaffID) AccountRef {
	return AccountRef{Kind: Recovery, Area: place, Holder: AdvanceOf(place, staff).Holder}
}

// mayActFor says whether this person may begin an act in somebody's name.
func (in OfferInput) mayActFor(who act.Actor) error {
	level := in.Area.Level()
	switch {
	case !who.May(signers...) || !who.Area.Contains(in.Area):
		return act.NotFound("advance")
	case in.Kind == AdvanceSettle && level != area.LevelTownship || level != area.LevelTownship && level != area.LevelCounty:
		return act.Invalid("area", "wrong_level", "A standing advance comes out of a township's float; name the township.")
	case in.Holder == 0:
		return act.Invalid("holder", "unknown_staff", "Name the person who is gone, by their sign-in name.")
	case in.Holder == who.StaffID:
		return act.Invalid("holder", "own_hands", "Nobody settles what they carry themself; give it back, or let a colleague settle it.")
	case in.Note == "":
		return act.Invalid("note", "reason_required", "Say why it is done in their name, and who handed the money over.")
	case in.Kind == AdvanceRepay:
		return CheckAmount("amount_fen", in.Fen)
	case in.Fen < 0 || in.Fen > MaxFen:
		return act.Invalid("returned_fen", "bad_amount", "Count the cash again: it is an amount in fen, zero where there is none.")
	default:
		return nil
	}
}

// fitsClaim refuses a repayment of more than is still claimed.
func (a AdvanceAct) fitsClaim(ctx context.Context, tx Tx) error {
	claim, err := tx.AccountNow(ctx, ClaimOn(a.Area, a.Holder))
	if err != nil {
		return err
	}
	if a.Fen > claim.Posted {
		return overLimit("above_claim", "This is more than is still claimed from the person; nothing was written.", max(claim.Posted, 0))
	}
	return nil
}

// carried is what the books say that the person carries: their standing advance and the
// cash of single payouts.
func (a AdvanceAct) carried(ctx context.Context, tx Tx) (advance, cash Account, err error) {
	if err := a.nothingWaits(ctx, tx); err != nil {
		return advance, cash, err
	}
	if advance, err = tx.AccountNow(ctx, a.holder()); err != nil {
		return advance, cash, err
	}
	cash, err = tx.AccountNow(ctx, CashOf(a.Area, a.Holder))
	if err == nil && cash.PendingOut != 0 { // of a reversed receipt, offered and not signed for
		err = somethingWaits()
	}
	return advance, cash, err
}

// weigh looks up what the books say of somebody who is gone. What waits for a signature
// is ended first, and there must be something to settle.
func (a *AdvanceAct) weigh(ctx context.Context, tx Tx) error {
	advance, cash, err := a.carried(ctx, tx)
	if err != nil {
		return err
	}
	payouts, err := tx.TakenOn(ctx, a.Area, a.Holder)
	if err != nil {
		return err
	}
	a.BookFen = advance.Posted + cash.Posted
	if a.BookFen == 0 && len(payouts) == 0 {
		return act.Refused("nothing_carried", "The person carries no cash of this township and has taken on no payout; there is nothing to settle.")
	}
	return nil
}

// nothingWaits refuses while another act with the person's advance waits for its answer.
func (a AdvanceAct) nothingWaits(ctx context.Context, tx Tx) error {
	waiting, err := tx.WaitingAdvanceActs(ctx, a.Area, a.whose())
	if err != nil {
		return err
	}
	if slices.ContainsFunc(waiting, func(w AdvanceAct) bool { return w.PublicID != a.PublicID }) {
		return somethingWaits()
	}
	return nil
}

func somethingWaits() error {
	return act.Refused("advance_waits", "Something of this advance still waits for a signature; have it signed, declined or withdrawn, then count.")
}

// settlement are the entries of a settlement that was signed: the payouts that the person
// had taken on wait for a colleague again, what was handed back goes into the floats that it
// came out of, and the rest is claimed.
func (a *AdvanceAct) settlement(ctx context.Context, tx Tx) ([]Entry, error) {
	advance, cash, err := a.carried(ctx, tx)
	if err != nil {
		return nil, err
	}
	if advance.Posted+cash.Posted != a.BookFen {
		return nil, act.Conflict("settlement_changed", "Since this was written the person has paid out, or money has moved. Withdraw or decline it, and settle what the books say now.")
	}
	var before, after []Entry // of the money's way back
	ofSource := map[area.Code]int64{a.Area: cash.Posted}
	for _, d := range slices.Concat(a.GivenBack, a.reversed) {
		if d.Channel == ChannelCash {
			ofSource[d.Source] += d.Fen
			ofSource[a.Area] -= d.Fen
		}
	}
	for i := range a.GivenBack {
		d := &a.GivenBack[i]
		release, hold, err := d.leave(ctx, tx)
		if err != nil {
			return nil, err
		}
		before, after = append(before, release...), append(after, hold...)
	}
	parts := []part{{EventAdvanceReturned, a.holder(), a.Area, advance.Posted}}
	for _, source := range slices.Sorted(maps.Keys(ofSource)) {
		parts = append(parts, part{EventCashReturned, CashOf(a.Area, a.Holder), source, ofSource[source]})
	}
	return slices.Concat(before, a.handedBack(parts), after), nil
}

// part is what somebody carries of one float.
type part struct {
	back  Event // by which it comes back
	from  AccountRef
	float area.Code
	fen   int64
}

// handedBack spreads what was handed back over the floats that it came out of; what is
// too much is booked as a count would, what is missing is claimed.
func (a AdvanceAct) handedBack(parts []part) (entries []Entry) {
	if over := a.Difference(); over > 0 {
		entries = append(entries, entry(a.key("over"), EventCashOver, a.Area, a.holder(), a.suspense(), over))
		parts[0].fen += over
	}
	left := a.Fen
	for i, p := range parts {
		back := min(left, p.fen)
		left -= back
		if back > 0 {
			entries = append(entries, entry(a.key(fmt.Sprintf("back:%d", i)), p.back, a.Area, FloatOf(p.float), p.from, back))
		}
		if p.fen > back {
			entries = append(entries, entry(a.key(fmt.Sprintf("claim:%d", i)), EventAdvanceClaimed, a.Area, ClaimOn(p.float, a.Holder), p.from, p.fen-back))
		}
	}
	return entries
}

// leave takes a payout from a payer who is gone, so that a colleague may take it on: release
// ends what was held for it, hold keeps the next attempt's sum. The money itself goes
// its own way (settlement).
func (d *Disbursement) leave(ctx context.Context, tx Tx) (release, hold []Entry, err error) {
	if d.State, err = d.State.Next(StepReturn); err != nil {
		return nil, nil, err
	}
	if d.Channel == ChannelAdvance {
		free, err := d.release(ctx, tx)
		if err != nil {
			return nil, nil, err
		}
		release = append(release, free)
	}
	if d.Channel != ChannelGoods { // of which the hold goes on
		d.Attempt++
	}
	d.Payer, d.ReservedAt = 0, tx.Now()
	if d.Channel == ChannelCash {
		hold = append(hold, d.reservation())
	}
	return release, hold, nil
}

// lockTakenOn locks the payouts that the person has taken on, and those whose receipt was reversed.
func (a *AdvanceAct) lockTakenOn(ctx context.Context, tx Tx) error {
	taken, err := tx.TakenOn(ctx, a.Area, a.Holder)
	if err != nil {
		return err
	}
	for _, t := range taken {
		d, err := tx.DisbursementForUpdate(ctx, t.ID)
		if err != nil {
			return err
		}
		if d.State == StateCashIssued && d.Payer == a.Holder {
			a.GivenBack = append(a.GivenBack, d)
		} else if d.State == StateReversed {
			a.reversed = append(a.reversed, d)
		}
	}
	return nil
}

// Taken is a payout that somebody has taken on.
type Taken struct {
	ID   DisbursementID
	Case CaseID
}
