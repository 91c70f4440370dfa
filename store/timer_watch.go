package store

import (
	"context"

	"example.org/hotline/internal/act"
)

// UntimedTickets counts open tickets that nothing would ever wake again, up to
// 100. It only reads; AuditTimers heals them.
func (db *DB) UntimedTickets(ctx context.Context) (n int, err error) {
	err = db.InTx(ctx, act.SystemDispatch, func(tx *Tx) error {
		return tx.scan(ctx, "count tickets without a timer", `SELECT count(*) FROM (`+untimedTickets+` LIMIT 100) u`, nil, &n)
	})
	return n, err
}
