package store

import (
	"context"
	"time"

	"example.org/hotline/internal/act"
)

// RelayOutbox moves up to limit rows of the outbox into the event log, numbered
// without gaps, in one transaction. Relays of other nodes wait their turn, so
// that a number is never visible before a smaller one. It tells how many it moved.
func (db *DB) RelayOutbox(ctx context.Context, limit int) (moved int, err error) {
	err = db.InTx(ctx, act.SystemDispatch, func(tx *Tx) error {
		var waiting bool // asked first: an empty outbox, the usual case, needs no lock
		if err := tx.scan(ctx, "look into the outbox", `SELECT EXISTS (SELECT 1 FROM outbox)`, nil, &waiting); err != nil || !waiting {
			return err
		}
		if _, err := tx.exec(ctx, "take turns at the outbox", `SELECT pg_advisory_xact_lock(?)`, lockRelay); err != nil {
			return err
		}
		// The array makes it look rows up by id. A join would read the whole table, most of which is
		// rows already gone that no vacuum has removed yet.
		return tx.scan(ctx, "relay events", `WITH gone AS (
				DELETE FROM outbox WHERE id = ANY(ARRAY(SELECT id FROM outbox ORDER BY id LIMIT ?)) RETURNING *),
			head AS (UPDATE event_head SET seq = seq + (SELECT count(*) FROM gone) RETURNING seq - (SELECT count(*) FROM gone) AS before),
			moved AS (INSERT INTO events (seq, kind, subject_kind, subject_id, ticket, area_code, data, created_at)
			    SELECT head.before + row_number() OVER (ORDER BY gone.id), gone.kind, gone.subject_kind, gone.subject_id, gone.ticket,
			           gone.area_code, gone.data, gone.created_at
			    FROM gone, head)
			SELECT count(*) FROM gone`, []any{limit}, &moved)
	})
	return moved, err
}

// TrimEvents forgets events older than keep and tells how many. A stream that
// wants to resume from among them starts anew.
func (db *DB) TrimEvents(ctx context.Context, keep time.Duration) (gone int64, err error) {
	err = db.InTx(ctx, act.SystemDispatch, func(tx *Tx) error {
		gone, err = tx.exec(ctx, "trim events", `DELETE FROM events WHERE created_at < app_now() - ? * interval '1 second'`, keep.Seconds())
		return err
	})
	return gone, err
}
