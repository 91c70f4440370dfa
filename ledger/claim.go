package ledger

import (
	"context"

	"example.org/hotline/area"
	"example.org/hotline/internal/act"
)

// recovered writes a claim. A reversed payout that is paid back whole does not count
// against its limits any more.
func recovered(ctx context.Context, tx Tx, c *Claim) error {
	if c.Why == ClaimReversed && c.Recovered >= c.Fen {
		if err := tx.ReleaseLimitUse(ctx, c.Disbursement); err != nil {
			return err
		}
	}
	return tx.SaveClaim(ctx, c)
}

// Recover books what a payee has paid back of a claim. voucher makes it happen once.
func Recover(ctx context.Context, tx Tx, c *Claim, fen int64, voucher string) error {
	switch {
	case !tx.Actor().May(area.RoleCountyFinance):
		return act.NotFound("claim")
	case voucher == "":
		return act.Invalid("voucher", "voucher_required", "Give the voucher's number, so that it counts once.")
	}
	if err := CheckAmount("amount_fen", fen); err != nil {
		return err
	}
	if left := c.Fen - c.Recovered; fen > left {
		return &act.Fault{Kind: act.ErrInvalid, Code: "above_claim", Field: "amount_fen", Detail: "This is more than is still to be paid back.", Args: map[string]any{"left_fen": left}}
	}
	county := c.Area
	c.Recovered += fen
	if err := recovered(ctx, tx, c); err != nil {
		return err
	}
	e := entry("claim:"+c.PublicID+":"+voucher, EventRecovered, county, AccountRef{Kind: Fund, Area: county}, AccountRef{Kind: Recovery, Area: county}, fen)
	if err := post(ctx, tx, e); err != nil {
		return err
	}
	return tx.Audit(ctx, act.Record{Action: "ledger.recovered", Subject: act.Subject{Kind: "claim", ID: int64(c.ID)}, Area: county,
		Data: map[string]any{"claim": c.PublicID, "voucher": voucher, "amount_fen": fen}})
}
