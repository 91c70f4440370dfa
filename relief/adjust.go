package relief

import (
	"context"

	"example.org/hotline/internal/failpoint"
	"example.org/hotline/ledger"
)

// AdjustTx is what adjustments need beside the rest.
type AdjustTx interface {
	StatementTx
	ledger.AdjustTx
}

// ProposeAdjustment is the act of the first of two people of county finance.
func ProposeAdjustment(ctx context.Context, tx AdjustTx, in ledger.AdjustInput) (ledger.Adjustment, error) {
	if err := lengths([]text{{"note", in.Note, 1000}, {"voucher", in.Voucher, 60}}, "", nil, 0); err != nil {
		return ledger.Adjustment{}, err
	}
	return ledger.ProposeAdjustment(ctx, tx, in)
}

// AnswerAdjustment is the act of the second. What was booked may be what a line of the
// bank's statement waits for.
func AnswerAdjustment(ctx context.Context, tx AdjustTx, publicID string, o ledger.AdvanceOutcome, note string) (ledger.Adjustment, error) {
	if err := lengths([]text{{"reason", note, 1000}}, "", nil, 0); err != nil {
		return ledger.Adjustment{}, err
	}
	a, err := ledger.AnswerAdjustment(ctx, tx, publicID, o, note)
	if err != nil || o != ledger.AdvanceSigned {
		return a, err
	}
	if _, err := tx.MatchStatementLines(ctx, a.County); err != nil {
		return a, err
	}
	if _, err := tx.ReconcilePayouts(ctx, a.County); err != nil {
		return a, err
	}
	failpoint.Hit(failpoint.PayoutBeforeCommit)
	return a, nil
}
