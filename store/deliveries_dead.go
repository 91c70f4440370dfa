package store

import (
	"context"
	"fmt"

	"example.org/hotline/internal/act"
	"example.org/hotline/ticket"
)

const deadLetters = ` FROM deliveries d JOIN notices n ON n.id = d.notice_id LEFT JOIN tickets t ON t.id = n.ticket_id LEFT JOIN staff s ON s.id = d.staff_id
	WHERE d.state IN ('failed', 'dead')`

// DeadLetters lists the deliveries in the actor's scope that reached nobody,
// newest first; the zero Cursor ends the list. channel and reason narrow it.
func (tx *Tx) DeadLetters(ctx context.Context, channel, reason string, before ticket.Cursor, limit int) ([]ticket.DeadLetter, ticket.Cursor, error) {
	filter, args := "", []any{}
	if channel != "" {
		filter, args = filter+" AND d.channel = ?", append(args, channel)
	}
	if reason != "" {
		filter, args = filter+" AND d.error = ?", append(args, reason)
	}
	if !before.At.IsZero() {
		filter, args = filter+" AND (d.updated_at, d.id) < (?, ?)", append(args, before.At, before.ID)
	}
	var rows []struct {
		ticket.DeadLetter
		RowID int64
	}
	err := tx.find(ctx, "list dead letters", &rows, `SELECT d.ref AS id, d.id AS row_id, d.updated_at AS at, d.state, d.channel, n.template, coalesce(t.public_id::text, '') AS ticket,
		coalesce(t.number, '') AS number, coalesce(s.name, '') AS name, n.post_id IS NULL AND NOT n.alarm AS citizen, d.attempt AS attempts, coalesce(d.error, '') AS reason,
		coalesce(n.epoch < t.epoch, false) AS void`+deadLetters+filter+` ORDER BY d.updated_at DESC, d.id DESC LIMIT ?`, append(args, limit+1)...)
	if err != nil {
		return nil, ticket.Cursor{}, err
	}
	var next ticket.Cursor
	if len(rows) > limit {
		rows = rows[:limit]
		next = ticket.Cursor{At: rows[limit-1].At, ID: rows[limit-1].RowID}
	}
	list := make([]ticket.DeadLetter, len(rows))
	for i, r := range rows {
		list[i] = r.DeadLetter
		list[i].At = r.At.UTC()
	}
	return list, next, nil
}

// DeadLetterCauses counts them by channel and reason, the most frequent first.
func (tx *Tx) DeadLetterCauses(ctx context.Context) ([]ticket.DeadLetterCause, error) {
	list := []ticket.DeadLetterCause{}
	err := tx.find(ctx, "count dead letters", &list, `SELECT d.channel, coalesce(d.error, '') AS reason, count(*) AS count`+deadLetters+`
		GROUP BY 1, 2 ORDER BY 3 DESC, 1, 2 LIMIT 100`)
	return list, err
}

// revive queues dead letters anew. Their attempts go on counting, so that a
// result of before still fits none of them; the throttle holds them as any other.
// Each has a new name at the provider: under the old one a provider that keeps
// to our names would take it for the message it has already failed to deliver.
const revive = `UPDATE deliveries d SET state = 'queued', ref = gen_random_uuid(), provider_id = NULL, provider_seq = 0, attempts_from = d.attempt, queries = 0, resent = false, paced = 0, error = NULL, not_before = clock_timestamp(), updated_at = ?
	FROM notices n LEFT JOIN tickets t ON t.id = n.ticket_id WHERE n.id = d.notice_id AND d.state IN ('failed', 'dead') AND NOT coalesce(n.epoch < t.epoch, false) AND (d.staff_id IS NOT NULL OR n.post_id IS NULL)`

// ResendDeadLetter sends one again. act.ErrNotFound where it is not in the
// actor's scope, or not dead.
func (tx *Tx) ResendDeadLetter(ctx context.Context, ref string) error {
	var d struct {
		ID        int64
		Channel   string
		Template  string
		Reachable bool
		Void      bool
	}
	err := tx.scan(ctx, "find a dead letter", `SELECT d.id, d.channel, n.template, d.staff_id IS NOT NULL OR n.post_id IS NULL, coalesce(n.epoch < t.epoch, false)`+deadLetters+` AND d.ref::text = ? FOR UPDATE OF d`,
		[]any{ref}, &d.ID, &d.Channel, &d.Template, &d.Reachable, &d.Void)
	switch {
	case err != nil:
		return err
	case !d.Reachable:
		return act.Refused("nobody_to_send_to", "Nobody held the post this notice was for; there is nobody to send it to. Call by hand.")
	case d.Void:
		return act.Refused("notice_void", "The ticket has moved on: this notice would only mislead its reader.")
	}
	if _, err := tx.exec(ctx, "send a dead letter again", revive+` AND d.id = ?`, tx.now, d.ID); err != nil {
		return err
	}
	tx.noticed = true
	return tx.Audit(ctx, act.Record{Action: "notice.resend", Subject: act.Subject{Kind: "delivery", ID: d.ID}, Area: tx.actor.Area,
		Data: map[string]any{"channel": d.Channel, "template": d.Template}})
}

// ResendDeadLetters sends all of one cause again, and tells how many they are.
func (tx *Tx) ResendDeadLetters(ctx context.Context, cause ticket.DeadLetterCause) (int, error) {
	n, err := tx.exec(ctx, "send dead letters again", revive+` AND d.channel = ? AND coalesce(d.error, '') = ?`, tx.now, cause.Channel, cause.Reason)
	if err != nil || n == 0 {
		return int(n), err
	}
	tx.noticed = true
	return int(n), tx.Audit(ctx, act.Record{Action: "notice.resend_all", Subject: act.Subject{Kind: "deliveries"}, Area: tx.actor.Area,
		Reason: fmt.Sprintf("%d of %s", n, cause.Channel), Data: map[string]any{"channel": cause.Channel, "count": n}})
}
