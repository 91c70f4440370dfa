package store

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"example.org/hotline/area"
	"example.org/hotline/internal/act"
	"example.org/hotline/ticket"
)

// deliveryRow is a claimed delivery.
type deliveryRow struct {
	ID       int64
	Ref      string
	Attempt  int
	Unknown  bool
	Void     bool
	Resent   bool
	Queries  int
	TicketID *int64
	Citizen  bool
	Alarm    bool
	Template string
	Fields   []byte
	Callback *int64
	Urgent   bool
	StaffID  *int64
}

// claimDeliveries takes what is due on a channel. An unknown one keeps its
// state and is only put off, a void one ends here, any other is being sent.
const claimDeliveries = `WITH due AS (
		SELECT d.id, n.id AS notice_id, coalesce(n.epoch < t.epoch, false) AS void, d.state = 'unknown' AS unknown
		FROM deliveries d JOIN notices n ON n.id = d.notice_id LEFT JOIN tickets t ON t.id = n.ticket_id
		WHERE d.channel = ? AND d.state IN ('queued', 'unknown') AND d.not_before <= clock_timestamp()
		ORDER BY n.urgent DESC, d.not_before, d.id LIMIT ? FOR UPDATE OF d SKIP LOCKED)
	UPDATE deliveries d SET
		state = CASE WHEN due.unknown THEN 'unknown' WHEN due.void THEN 'void' ELSE 'sending' END,
		attempt = d.attempt + CASE WHEN due.unknown OR due.void THEN 0 ELSE 1 END,
		send_deadline = clock_timestamp() + ? * interval '1 microsecond',
		not_before = clock_timestamp() + ? * interval '1 microsecond', updated_at = ?
	FROM due JOIN notices n ON n.id = due.notice_id WHERE d.id = due.id
	RETURNING d.id, d.ref, d.attempt, due.unknown, due.void, d.resent, d.queries, n.ticket_id, n.post_id IS NULL AND NOT n.alarm AS citizen,
		n.alarm, n.template, n.fields, n.callback_id AS callback, n.urgent, d.staff_id`

// ClaimDeliveries takes up to limit deliveries of a channel, urgent ones first,
// for length of real time, and voids those whose ticket has moved on. What
// another process took and did not come back with is unknown: it may have gone out.
func (db *DB) ClaimDeliveries(ctx context.Context, channel, alarmNumber string, limit int, length time.Duration) (list []ticket.Delivery, err error) {
	err = db.InTx(ctx, act.SystemDispatch, func(tx *Tx) error {
		if _, err := tx.exec(ctx, "find lost deliveries", `UPDATE deliveries SET state = 'unknown', not_before = clock_timestamp(), updated_at = ?
			WHERE channel = ? AND state = 'sending' AND send_deadline < clock_timestamp()`, tx.now, channel); err != nil {
			return err
		}
		var rows []deliveryRow
		if err := tx.find(ctx, "claim deliveries", &rows, claimDeliveries, channel, limit, length.Microseconds(), length.Microseconds(), tx.now); err != nil {
			return err
		}
		list, err = tx.deliveries(ctx, rows, channel, alarmNumber)
		return err
	})
	return list, err
}

// deliveries completes claimed rows, urgent ones first. One whose number does
// not open is given up, so that it holds up nobody else.
func (tx *Tx) deliveries(ctx context.Context, rows []deliveryRow, channel, alarmNumber string) (list []ticket.Delivery, err error) {
	slices.SortFunc(rows, func(a, b deliveryRow) int { // UPDATE returns in no order
		if a.Urgent == b.Urgent {
			return cmp.Compare(a.ID, b.ID)
		}
		if a.Urgent {
			return -1
		}
		return 1
	})
	for _, r := range rows {
		if r.Void && !r.Unknown {
			continue
		}
		d, err := tx.delivery(ctx, r, channel, alarmNumber)
		switch {
		case unreadable(err):
			if _, err := tx.exec(ctx, "give a delivery up", `UPDATE deliveries SET state = 'dead', error = ? WHERE id = ?`, err.Error(), r.ID); err != nil {
				return nil, err
			}
		case err != nil:
			return nil, fmt.Errorf("load delivery %d: %w", r.ID, err)
		default:
			list = append(list, d)
		}
	}
	return list, nil
}

// delivery completes a claimed row with whom it goes to.
func (tx *Tx) delivery(ctx context.Context, r deliveryRow, channel, alarmNumber string) (ticket.Delivery, error) {
	d := ticket.Delivery{ID: r.ID, Ref: r.Ref, Channel: channel, Attempt: r.Attempt, Unknown: r.Unknown, Void: r.Void, Resent: r.Resent, Queries: r.Queries,
		Citizen: r.Citizen, Template: r.Template, Urgent: r.Urgent}
	if err := json.Unmarshal(r.Fields, &d.Fields); err != nil {
		return d, fmt.Errorf("read notice fields: %w", err)
	}
	if r.Callback != nil {
		var of ticket.Delivery
		of.Channel = "sms"
		if err := tx.staffAddress(ctx, *r.Callback, &of); err != nil {
			return d, err
		}
		d.Fields["phone"] = of.Address
	}
	if r.TicketID != nil {
		t, err := tx.Ticket(ctx, ticket.ID(*r.TicketID))
		if err != nil {
			return d, err
		}
		d.Ticket, d.Area = t.PublicID, t.Area
	}
	switch {
	case r.Alarm:
		d.Address = alarmNumber
	case r.Citizen:
		phone, err := tx.citizenPhone(ctx, ticket.ID(deref(r.TicketID)))
		d.Address = phone.E164
		return d, err
	case r.StaffID != nil:
		return d, tx.staffAddress(ctx, *r.StaffID, &d)
	}
	return d, nil
}

func (tx *Tx) staffAddress(ctx context.Context, staff int64, d *ticket.Delivery) error {
	var sealed []byte
	var where string
	if err := tx.scan(ctx, "load staff phone", `SELECT login, phone_sealed, area_code FROM staff WHERE id = ?`, []any{staff}, &d.Login, &sealed, &where); err != nil {
		return err
	}
	if d.Area == "" {
		d.Area = area.Code(where)
	}
	if d.Channel == "live" || sealed == nil {
		return nil
	}
	phone, err := tx.db.sealer.Open(staffPhoneContext(d.Login), sealed)
	d.Address = string(phone)
	return err
}

// SettleDelivery records how an attempt ended. The result of an attempt that
// somebody else has settled meanwhile is dropped. A delivery that reached
// nobody is told in its ticket's timeline.
func (db *DB) SettleDelivery(ctx context.Context, d ticket.Delivery, r ticket.DeliveryResult) error {
	return db.InTx(ctx, act.SystemDispatch, func(tx *Tx) error {
		n, err := tx.exec(ctx, "settle delivery", `UPDATE deliveries SET state = ?, provider_id = coalesce(?, provider_id), error = ?,
			not_before = clock_timestamp() + ? * interval '1 microsecond', queries = queries + ?, resent = resent OR ?, updated_at = ?
			WHERE id = ? AND attempt = ? AND state IN ('sending', 'unknown')`,
			r.State, nonZero(r.ProviderID), nonZero(r.Error), r.After.Microseconds(), boolInt(r.Queried), r.Resend, tx.now, d.ID, d.Attempt)
		if err != nil || n == 0 || (r.State != ticket.DeliveryFailed && r.State != ticket.DeliveryDead) || d.Ticket == "" {
			return err
		}
		id, err := tx.TicketByRef(ctx, d.Ticket)
		if err != nil {
			return err
		}
		t, err := tx.Ticket(ctx, id)
		if err != nil {
			return err
		}
		return tx.callEntry(ctx, &t, ticket.Entry{Kind: "notice.undelivered", At: tx.now,
			Data: map[string]any{"channel": d.Channel, "template": d.Template, "to": d.Login, "citizen": d.Citizen, "state": string(r.State)}})
	})
}

func boolInt(b bool) int {
	if b {
		return 1
	}
	return 0
}

// UndeliveredNotices lists the newest deliveries that reached nobody.
func (db *DB) UndeliveredNotices(ctx context.Context, limit int) (list []ticket.Undelivered, err error) {
	err = db.InTx(ctx, act.SystemDispatch, func(tx *Tx) error {
		rows, err := tx.query(ctx, `SELECT d.updated_at, d.state, d.channel, n.template, coalesce(t.public_id::text, ''), coalesce(s.login, ''), d.attempt, coalesce(d.error, '')
			FROM deliveries d JOIN notices n ON n.id = d.notice_id LEFT JOIN tickets t ON t.id = n.ticket_id LEFT JOIN staff s ON s.id = d.staff_id
			WHERE d.state IN ('failed', 'dead') ORDER BY d.updated_at DESC, d.id DESC LIMIT ?`, limit).Rows()
		if err != nil {
			return translate("list undelivered notices", err)
		}
		defer rows.Close() //nolint:errcheck // the read's own error is returned
		for rows.Next() {
			var u ticket.Undelivered
			if err := rows.Scan(&u.At, &u.State, &u.Channel, &u.Template, &u.Ticket, &u.Login, &u.Attempts, &u.Error); err != nil {
				return translate("read undelivered notice", err)
			}
			u.At = u.At.UTC()
			list = append(list, u)
		}
		return translate("list undelivered notices", rows.Err())
	})
	return list, err
}
