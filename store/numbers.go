package store

import (
	"context"

	"example.org/hotline/internal/act"
	"example.org/hotline/ticket"
)

// ReserveNumbers takes the next block of ticket sequences for a node, going
// round the ordinary range. It is the journal.Reserve of a node.
func (db *DB) ReserveNumbers(nodeID string) func(ctx context.Context, size int) (int, error) {
	return func(ctx context.Context, size int) (first int, err error) {
		err = db.InTx(ctx, act.SystemIVR, func(tx *Tx) (err error) {
			first, err = tx.reserveNumbers(ctx, nodeID, size)
			return err
		})
		return first, err
	}
}

func (tx *Tx) reserveNumbers(ctx context.Context, holder string, size int) (first int, err error) {
	if err := tx.scan(ctx, "take number block", `SELECT ((nextval('number_block_seq') - 1) * ? % ?)::integer`,
		[]any{size, ticket.OrdinarySequences}, &first); err != nil {
		return 0, err
	}
	if _, err := tx.exec(ctx, "free number block", `DELETE FROM number_blocks WHERE first = ?`, first); err != nil {
		return 0, err
	}
	_, err = tx.exec(ctx, "record number block", `INSERT INTO number_blocks (first, size, node_id, taken_at) VALUES (?, ?, ?, ?)`, first, size, holder, tx.now)
	return first, err
}
