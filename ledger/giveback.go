package ledger

import (
	"context"

	"example.org/hotline/internal/act"
)

// Where the receipt of a cash payout was reversed, its payer answers for the cash, until
// they have brought it to the float that it came from and whoever keeps that has signed.

// ofReversed makes the act that of a reversed payout's cash: all of it, by its payer.
func (a *AdvanceAct) ofReversed(ctx context.Context, tx Tx, payout string) error {
	if !tx.Actor().May(payers...) {
		return act.NotFound("advance")
	}
	id, _, err := tx.DisbursementByRef(ctx, payout)
	if err != nil {
		return err
	}
	d, err := tx.DisbursementForUpdate(ctx, id)
	if err != nil {
		return err
	}
	switch {
	case d.State != StateReversed || d.Channel != ChannelCash:
		return act.Refused("not_reversed", "Only the cash of a receipt that was reversed is given back here.")
	case d.Payer != a.By:
		return act.Refused("not_payer", "Only the person who took the cash can hand it over or bring it back.")
	case a.Receipt == "":
		return act.Invalid("receipt", "receipt_required", "Give the number of the receipt that the float's keeper writes for the cash.")
	}
	done, err := tx.GivenBack(ctx, d.ID)
	if err != nil {
		return err
	}
	if done {
		return act.Refused("given_back", "The cash of this payout was given back already, or waits for a signature; reload to see it.")
	}
	a.Area, a.Source, a.Payout, a.Fen = d.Area, d.Source, d.ID, d.Fen
	return nil
}

// givenBack is the entry by which the cash lies in the float again.
func (a AdvanceAct) givenBack() Entry {
	e := entry(a.key("move"), EventCashReturned, a.Area, FloatOf(a.Source), CashOf(a.Area, a.By), a.Fen)
	e.Disbursement = a.Payout
	return e
}
