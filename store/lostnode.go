package store

import (
	"context"
	"time"

	"example.org/hotline/internal/act"
	"example.org/hotline/ticket"
)

// EndLostOf ends the calls that another node was carrying when it died, as that
// node would at its next start, so that who waited there is rung back although
// it never starts again. Calls that came in from before on are not touched: the
// node may be back. It returns how many were ended.
func (l *CallLog) EndLostOf(ctx context.Context, nodeID string, before time.Time) (ended int, err error) {
	err = l.db.InTx(ctx, act.SystemIVR, func(tx *Tx) error {
		ended = 0
		var ids []string
		if err := tx.find(ctx, "find a dead node's calls", &ids, `SELECT id FROM calls WHERE node_id = ? AND ended_at IS NULL AND invited_at < ? ORDER BY id`,
			nodeID, before); err != nil {
			return err
		}
		for _, id := range ids {
			if err := tx.CallEnded(ctx, ticket.CallID(id), tx.now, ticket.EndNodeLost, l.intake.rules.call()); err != nil {
				return err
			}
		}
		ended = len(ids)
		return nil
	})
	return ended, err
}
