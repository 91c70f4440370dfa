package ledger

import (
	"context"

	"github.com/google/uuid"

	"example.org/hotline/area"
	"example.org/hotline/internal/act"
)

// Reimbursement is what a county repays a float at once, against the receipts of payouts.
type Reimbursement struct {
	PublicID string
	Float    area.Code // whose
	Fen      int64
	Voucher  string
	Items    []ReimbursementItem
}

// ReimbursementItem is one payout of it.
type ReimbursementItem struct {
	Disbursement DisbursementID
	SetOff       bool // repaid once and taken back since: it is set off
	Fen          int64
}

// ReimburseTx is what reimbursements need beside the rest.
type ReimburseTx interface {
	Tx
	// LockReimbursements makes reimbursements of one float wait for each other.
	LockReimbursements(ctx context.Context, float area.Code) error
	// Unclaimed lists what a float has paid out and was not repaid, and what was repaid and is taken back since.
	Unclaimed(ctx context.Context, float area.Code) ([]ReimbursementItem, error)
	ReconcileTx
	// AddReimbursement writes a reimbursement with its items. act.ErrConflict where its voucher was booked already.
	AddReimbursement(ctx context.Context, c Reimbursement) error
}

// Reimburse repays a float what citizens have received out of it and was not repaid
// before, from the county's fund.
func Reimburse(ctx context.Context, tx ReimburseTx, float area.Code, voucher string) (Reimbursement, error) {
	c := Reimbursement{PublicID: uuid.NewString(), Float: float, Voucher: voucher}
	if !tx.Actor().May(area.RoleCountyFinance) {
		return c, act.NotFound("account")
	}
	if voucher == "" {
		return c, act.Invalid("voucher", "voucher_required", "Give the voucher's number, so that it counts once.")
	}
	if err := tx.LockReimbursements(ctx, float); err != nil {
		return c, err
	}
	items, err := tx.Unclaimed(ctx, float)
	if err != nil {
		return c, err
	}
	c.Items = items
	for _, i := range items {
		if i.SetOff {
			c.Fen -= i.Fen
		} else {
			c.Fen += i.Fen
		}
	}
	if c.Fen <= 0 {
		return c, act.Refused("nothing_to_claim", "Nothing was paid out of this float that the county has not repaid.")
	}
	if err := tx.AddReimbursement(ctx, c); err != nil {
		return c, err
	}
	county := float.At(area.LevelCounty)
	if _, err := tx.ReconcilePayouts(ctx, county); err != nil {
		return c, err
	}
	return c, book(ctx, tx, entry("reimburse:"+string(float)+":"+voucher, EventClaimRepaid, county, AccountRef{Kind: Float, Area: float}, AccountRef{Kind: Fund, Area: county}, c.Fen), voucher, c.Fen)
}
