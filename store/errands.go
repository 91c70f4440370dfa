package store

import (
	"context"
	"errors"
	"time"

	"example.org/hotline/internal/act"
	"example.org/hotline/internal/failpoint"
	"example.org/hotline/ledger/rail"
	"example.org/hotline/relief"
)

// AddErrand lets a released batch be carried to its bank by the program.
func (tx *Tx) AddErrand(ctx context.Context, b relief.Batch) error {
	_, err := tx.exec(ctx, "add an errand", `INSERT INTO bank_errands (batch_id, area_code, bank, step, due_at, begun_at) VALUES (?, ?, ?, ?, clock_timestamp(), clock_timestamp())`,
		int64(b.ID), b.County, b.Bank, relief.ErrandSend)
	return err
}

type errandRow struct {
	PublicID, Step string
	Tries          int
	Claim          int64
	Since          float64
}

// ClaimErrand takes what has been due longest. Its claim is its lease: until it
// has run out nobody else takes it.
func (db *DB) ClaimErrand(ctx context.Context, bank string, lease time.Duration) (e relief.Errand, due bool, err error) {
	err = db.InTx(ctx, act.SystemBank, func(tx *Tx) error {
		r, err := one[errandRow](ctx, tx, "errand", `UPDATE bank_errands e SET claim = claim + 1, due_at = clock_timestamp() + ? * interval '1 microsecond',
				step = CASE step WHEN 'send' THEN 'sending' WHEN 'sending' THEN 'ask' ELSE step END,
				tries = CASE step WHEN 'sending' THEN 1 ELSE tries + 1 END
			FROM bank_batches b WHERE b.id = e.batch_id AND e.batch_id = (SELECT batch_id FROM bank_errands WHERE bank = ? AND step <> 'done' AND due_at <= (SELECT clock_timestamp())
				ORDER BY due_at, batch_id LIMIT 1 FOR UPDATE SKIP LOCKED)
			RETURNING b.public_id, e.step, e.tries, e.claim, extract(epoch FROM clock_timestamp() - e.begun_at)::float8 AS since`, lease.Microseconds(), bank)
		if errors.Is(err, act.ErrNotFound) {
			return nil
		}
		due = err == nil
		e = relief.Errand{Batch: r.PublicID, Step: relief.ErrandStep(r.Step), Tries: r.Tries, Claim: r.Claim, Since: time.Duration(r.Since * float64(time.Second))}
		return err
	})
	return e, due && err == nil, err
}

// BatchFile is the file that was released.
func (db *DB) BatchFile(ctx context.Context, batch string) (f rail.File, err error) {
	err = db.InTx(ctx, act.SystemBank, func(tx *Tx) error {
		var id string
		err := tx.scan(ctx, "look for a batch's file", `SELECT f.public_id FROM bank_files f JOIN bank_batches b ON b.id = f.batch_id WHERE b.public_id = ? AND f.direction = 'out'`, []any{batch}, &id)
		if err != nil {
			return err
		}
		kept, err := tx.BankFileBody(ctx, id)
		f = rail.File{Batch: batch, Name: kept.Name, Type: kept.Type, Body: kept.Body}
		return err
	})
	return f, err
}

// SettleErrand writes down what came of a request. The errand is locked before the
// batch; nothing else takes both.
func (db *DB) SettleErrand(ctx context.Context, e relief.Errand, do func(context.Context, relief.Tx) error, next func(open int) relief.ErrandNext) error {
	return db.inTx(ctx, act.SystemBank, func(tx *Tx) error {
		var id int64
		err := tx.scan(ctx, "lock an errand", `SELECT e.batch_id FROM bank_errands e JOIN bank_batches b ON b.id = e.batch_id WHERE b.public_id = ? AND e.claim = ? FOR UPDATE OF e`, []any{e.Batch, e.Claim}, &id)
		if errors.Is(err, act.ErrNotFound) {
			return act.Conflict("errand_taken", "Another node has taken the errand over.")
		}
		if err != nil {
			return err
		}
		if do != nil {
			if err := do(ctx, tx); err != nil {
				return err
			}
		}
		open := 0
		if err := tx.scan(ctx, "count what is open", `SELECT count(*) FROM disbursement_attempts WHERE batch_id = ? AND state IN ('sent', 'acked', 'unknown')`, []any{id}, &open); err != nil {
			return err
		}
		n, tries := next(open), 0
		if n.Again {
			tries = e.Tries
		}
		_, err = tx.exec(ctx, "settle an errand", `UPDATE bank_errands SET step = ?, tries = ?, due_at = clock_timestamp() + ? * interval '1 microsecond', said = ?, said_at = ?, claim = claim + 1 WHERE batch_id = ?`,
			n.Step, tries, n.Wait.Microseconds(), n.Said, tx.now, id)
		return err
	}, func() { failpoint.Hit(failpoint.BankBeforeCommit) })
}
