package relief

import (
	"context"

	"example.org/hotline/area"
	"example.org/hotline/ledger"
	"example.org/hotline/ticket"
)

// FundFloat is ledger.FundFloat, and tells county finance where it leaves the fund low.
func FundFloat(ctx context.Context, tx Tx, place area.Code, fen int64, voucher string, l Limits) error {
	if err := ledger.FundFloat(ctx, tx, place, fen, voucher); err != nil {
		return err
	}
	return warnFund(ctx, tx, place.At(area.LevelCounty), 0, l)
}

// BuyGoods is ledger.BuyGoods, and tells county finance where it leaves the fund low.
func BuyGoods(ctx context.Context, tx Tx, in ledger.PurchaseInput, l Limits) error {
	if _, err := ledger.BuyGoods(ctx, tx, in); err != nil {
		return err
	}
	return warnFund(ctx, tx, tx.Actor().Area.At(area.LevelCounty), 0, l)
}

// ReimburseTx is what Reimburse needs.
type ReimburseTx interface {
	Tx
	ledger.ReimburseTx
}

// Reimburse is ledger.Reimburse, and tells county finance where it leaves the fund low.
func Reimburse(ctx context.Context, tx ReimburseTx, float area.Code, voucher string, l Limits) (ledger.Reimbursement, error) {
	c, err := ledger.Reimburse(ctx, tx, float, voucher)
	if err != nil {
		return c, err
	}
	return c, warnFund(ctx, tx, float.At(area.LevelCounty), 0, l)
}

// warnFund tells county finance, once a day, that their fund is below the alarm's
// share. about is what will go out of it and is not held yet.
func warnFund(ctx context.Context, tx Tx, county area.Code, about int64, l Limits) error {
	if l.FundFen == 0 {
		return nil
	}
	left, err := tx.FundLeft(ctx, county)
	left -= about
	if err != nil || !ledger.Low(left, l.FundFen, l.FundLowPercent) {
		return err
	}
	return tellLow(ctx, tx, ticket.Ticket{}, "fund_low", county, left)
}
