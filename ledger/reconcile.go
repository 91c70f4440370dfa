package ledger

import (
	"context"

	"example.org/hotline/area"
)

// ReconcileTx is what bringing payouts to their last state needs.
type ReconcileTx interface {
	// ReconcilePayouts makes those payouts of a county reconciled that agree by now with something outside the books, and tells how many: by bank where a
	// line of a statement tells the same, out of a float where the county has repaid the voucher, and otherwise where the day of the receipt is closed and
	// the float agrees with what filled it. Payouts that somebody acts on meanwhile wait for the next time, so that nobody waits here.
	ReconcilePayouts(ctx context.Context, county area.Code) (int, error)
}
