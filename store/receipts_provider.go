package store

import (
	"context"
	"errors"
	"time"

	"example.org/hotline/internal/act"
	"example.org/hotline/ticket"
)

// KeepReceipt records what a provider told of a message, once, and takes its
// delivery further; a late or doubled one changes nothing. One that comes before
// the answer to the sending waits for it.
func (db *DB) KeepReceipt(ctx context.Context, r ticket.Receipt) (moved bool, err error) {
	err = db.InTx(ctx, act.SystemDispatch, func(tx *Tx) error {
		key := r.Message
		if key == "" {
			key = r.Ref
		}
		if err := tx.lockReceipts(ctx, r.Channel, key); err != nil {
			return err
		}
		var told *time.Time
		if !r.At.IsZero() {
			told = &r.At
		}
		var receipt int64
		err := tx.scan(ctx, "keep a receipt", `INSERT INTO provider_receipts (provider, message_id, status, seq, detail, told_at, received_at)
			VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (provider, message_id, status)
			DO UPDATE SET seq = greatest(provider_receipts.seq, excluded.seq) WHERE provider_receipts.delivery_id IS NULL RETURNING id`,
			[]any{r.Channel, key, r.Status, r.Seq, r.Detail, told, tx.now}, &receipt)
		if errors.Is(err, act.ErrNotFound) {
			return nil // told before, and its delivery had it
		}
		if err != nil {
			return err
		}
		var delivery int64
		err = tx.scan(ctx, "find a receipt's delivery", `SELECT id FROM deliveries WHERE channel = ? AND (? <> '' AND provider_id = ? OR ? <> '' AND ref::text = ?)
			ORDER BY id LIMIT 1 FOR UPDATE`, []any{r.Channel, r.Message, r.Message, r.Ref, r.Ref}, &delivery)
		if errors.Is(err, act.ErrNotFound) {
			return nil // early, or of somebody else's message
		}
		if err != nil {
			return err
		}
		moved, err = tx.applyReceipt(ctx, receipt, delivery, r)
		return err
	})
	return moved, err
}

// lockReceipts lets the answer to a sending and the receipt of the same message
// wait for one another: each looks for what the other writes, and side by side
// neither would see it.
func (tx *Tx) lockReceipts(ctx context.Context, channel, message string) error {
	_, err := tx.exec(ctx, "lock a message's receipts", `SELECT pg_advisory_xact_lock(hashtextextended(?, 0))`, "receipt|"+channel+"|"+message)
	return err
}

// applyReceipt takes a locked delivery further.
func (tx *Tx) applyReceipt(ctx context.Context, receipt, delivery int64, r ticket.Receipt) (moved bool, err error) {
	if _, err := tx.exec(ctx, "attach a receipt", `UPDATE provider_receipts SET delivery_id = ? WHERE id = ?`, delivery, receipt); err != nil {
		return false, err
	}
	var state ticket.DeliveryState
	var seq int64
	if err := tx.scan(ctx, "load a delivery's state", `SELECT state, provider_seq FROM deliveries WHERE id = ?`, []any{delivery}, &state, &seq); err != nil {
		return false, err
	}
	if r.Seq > 0 && r.Seq < seq || !r.Moves(state) {
		return false, nil
	}
	if _, err := tx.exec(ctx, "apply a receipt", `UPDATE deliveries SET state = ?, provider_seq = greatest(provider_seq, ?), provider_id = coalesce(provider_id, ?), error = CASE WHEN ? = 'failed' THEN ? END,
		poll_at = CASE WHEN ? = 'sent' THEN poll_at END, updated_at = ? WHERE id = ?`,
		r.Status, r.Seq, nonZero(r.Message), r.Status, "the provider could not deliver it: "+r.Detail, r.Status, tx.now, delivery); err != nil {
		return false, err
	}
	if r.Status != ticket.DeliveryFailed {
		return true, nil
	}
	rows, err := tx.loadDeliveries(ctx, `WHERE d.id = ?`, delivery)
	if err != nil || len(rows) == 0 {
		return true, err
	}
	d, err := tx.delivery(ctx, rows[0], r.Channel, "")
	if err != nil && !unreadable(err) {
		return true, err
	}
	return true, tx.undelivered(ctx, d, ticket.DeliveryFailed)
}

func (tx *Tx) loadDeliveries(ctx context.Context, where string, args ...any) (rows []deliveryRow, err error) {
	err = tx.find(ctx, "load deliveries", &rows, `SELECT false AS unknown, false AS void, `+deliveryColumns+` FROM deliveries d JOIN notices n ON n.id = d.notice_id `+where, args...)
	return rows, err
}

// earlyReceipts applies what a provider told before it had answered the sending.
func (tx *Tx) earlyReceipts(ctx context.Context, d ticket.Delivery, providerID string) error {
	var rows []struct {
		ID        int64
		MessageID string
		Status    ticket.DeliveryState
		Seq       int64
		Detail    string
	}
	err := tx.find(ctx, "load early receipts", &rows, `SELECT id, message_id, status, seq, detail FROM provider_receipts
		WHERE provider = ? AND message_id IN ? AND delivery_id IS NULL ORDER BY seq, id`, d.Channel, []string{providerID, d.Ref})
	for _, r := range rows {
		if r.MessageID == "" {
			continue
		}
		if _, err := tx.applyReceipt(ctx, r.ID, d.ID, ticket.Receipt{Channel: d.Channel, Message: providerID, Status: r.Status, Seq: r.Seq, Detail: r.Detail}); err != nil {
			return err
		}
	}
	return err
}

// ClaimPolls takes sent deliveries of a channel of which nothing was heard, for
// the provider to be asked; again after the given time, at most so often.
func (db *DB) ClaimPolls(ctx context.Context, channel string, limit, most int, again time.Duration) (list []ticket.Delivery, err error) {
	err = db.InTx(ctx, act.SystemDispatch, func(tx *Tx) error {
		var ids []int64
		err := tx.find(ctx, "claim polls", &ids, `UPDATE deliveries SET queries = queries + 1,
			poll_at = CASE WHEN queries + 1 < ? THEN clock_timestamp() + ? * interval '1 microsecond' * (queries + 1) END
			WHERE id IN (SELECT id FROM deliveries WHERE channel = ? AND state = 'sent' AND poll_at <= (SELECT clock_timestamp()) ORDER BY poll_at LIMIT ? FOR UPDATE SKIP LOCKED)
			RETURNING id`, most, again.Microseconds(), channel, limit)
		if err != nil || len(ids) == 0 {
			return err
		}
		rows, err := tx.loadDeliveries(ctx, `WHERE d.id = ANY(?::bigint[])`, bigints(ids))
		if err != nil {
			return err
		}
		list, err = tx.deliveries(ctx, rows, channel, "")
		return err
	})
	return list, err
}
