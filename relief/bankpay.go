package relief

import (
	"context"

	"example.org/hotline/area"
	"example.org/hotline/ledger"
	"example.org/hotline/ticket"
)

// FixPayout names the account that a payout is to be tried on next, after the bank
// has said that the last try is dead.
func FixPayout(ctx context.Context, tx Tx, publicID, account string, p *Policy) (ledger.Disbursement, error) {
	return payoutAct(ctx, tx, publicID, func(t ticket.Ticket, d *ledger.Disbursement) error {
		to, err := tx.PayeeAccountByRef(ctx, account)
		if err != nil {
			return err
		}
		if err := ledger.Fix(ctx, tx, d, to.PayeeAccount, p.Limits.Ledger(p.Version)); err != nil {
			return err
		}
		return told(ctx, tx, t, *d, "disbursement.fixed", "", map[string]any{"account": to.PublicID})
	})
}

// ReissuePayout makes the next try at a repaired payout, under a new end-to-end id.
func ReissuePayout(ctx context.Context, tx Tx, publicID string) (ledger.Disbursement, error) {
	return payoutAct(ctx, tx, publicID, func(t ticket.Ticket, d *ledger.Disbursement) error {
		to, err := tx.PayeeAccount(ctx, d.Account)
		if err != nil {
			return err
		}
		if err := ledger.Reissue(ctx, tx, d, to.PayeeAccount); err != nil {
			return err
		}
		if err := told(ctx, tx, t, *d, "disbursement.reissued", "", map[string]any{"try": d.Attempt}); err != nil {
			return err
		}
		return tellWaiting(ctx, tx, t, *d)
	})
}

// tellWaiting tells county finance that a sum is held for the next batch.
func tellWaiting(ctx context.Context, tx Tx, t ticket.Ticket, d ledger.Disbursement) error {
	_, err := tellRole(ctx, tx, t, d.Area.At(area.LevelCounty), area.RoleCountyFinance, aboutTry("bank_waiting", d))
	return err
}

// aboutTry is a message about the present try at a payout, once for each.
func aboutTry(template string, d ledger.Disbursement) message {
	return message{template, d.PublicID + ":" + itoa(d.Attempt), map[string]string{"amount": ledger.Yuan(d.Fen)}}
}
