package store

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"example.org/hotline/area"
	"example.org/hotline/internal/act"
	"example.org/hotline/ticket"
)

// deliveryRow is a claimed delivery.
type deliveryRow struct {
	ID         int64
	Ref        string
	Attempt    int
	Forgiven   int
	Unknown    bool
	Void       bool
	Resent     bool
	Queries    int
	TicketID   *int64
	Citizen    bool
	Alarm      bool
	Template   string
	Fields     []byte
	Callback   *int64
	Urgent     bool
	StaffID    *int64
	MethodID   *int64
	ProviderID string
	Begun      *time.Time
}

// dueDeliveries are what may be taken on a channel, urgent ones first. One is
// void when its ticket has moved on, or when its reader has read the same
// notice before this rung's time. The time stands in a subselect, or no index serves.
const dueDeliveries = `SELECT d.id, coalesce(d.staff_id, 0) AS staff_id, d.exempt, d.paced, d.state = 'unknown' AS unknown,
		coalesce(n.epoch < t.epoch, false) OR d.rung > 0 AND EXISTS (SELECT 1 FROM deliveries r
			WHERE r.notice_id = d.notice_id AND r.staff_id = d.staff_id AND r.state = 'read') AS void
	FROM deliveries d JOIN notices n ON n.id = d.notice_id LEFT JOIN tickets t ON t.id = n.ticket_id
	WHERE d.channel = ? AND d.state IN ('queued', 'unknown') AND d.not_before <= (SELECT clock_timestamp()) AND d.id <> ALL(?::bigint[])
		AND coalesce(d.staff_id, 0) <> ALL(?::bigint[])
	ORDER BY n.urgent DESC, d.exempt DESC, d.not_before, d.id LIMIT ? FOR UPDATE OF d SKIP LOCKED`

// deliveryColumns are what a deliveryRow needs.
const deliveryColumns = `d.id, d.ref, d.attempt, d.attempts_from AS forgiven, d.resent, d.queries, n.ticket_id, n.post_id IS NULL AND NOT n.alarm AS citizen,
		n.alarm, n.template, n.fields, n.callback_id AS callback, n.urgent, d.staff_id, d.method_id, coalesce(d.provider_id, '') AS provider_id,
		d.begun_at AS begun`

// claimDeliveries takes what was chosen. An unknown one keeps its state and is
// only put off, a void one ends here, any other is being sent.
const claimDeliveries = `UPDATE deliveries d SET
		state = CASE WHEN due.unknown THEN 'unknown' WHEN due.void THEN 'void' ELSE 'sending' END,
		attempt = d.attempt + CASE WHEN due.unknown OR due.void THEN 0 ELSE 1 END,
		begun_at = CASE WHEN due.unknown OR due.void THEN d.begun_at ELSE clock_timestamp() END,
		send_deadline = clock_timestamp() + ? * interval '1 microsecond',
		not_before = clock_timestamp() + ? * interval '1 microsecond', updated_at = ?
	FROM jsonb_to_recordset(?::jsonb) AS due(id bigint, "unknown" boolean, void boolean) JOIN deliveries x ON x.id = due.id JOIN notices n ON n.id = x.notice_id
	WHERE d.id = due.id RETURNING due.unknown, due.void, ` + deliveryColumns

// ClaimDeliveries takes deliveries of a channel, urgent ones first, and voids
// those whose ticket has moved on. What the throttles do not let pass is put
// off to its turn. What another process took and did not come back with is
// unknown: it may have gone out.
func (db *DB) ClaimDeliveries(ctx context.Context, c ticket.Claim) (list []ticket.Delivery, err error) {
	err = db.InTx(ctx, act.SystemDispatch, func(tx *Tx) error {
		// A process that is stopped here must not keep the account's turn from all others for long.
		var idle string
		if err := tx.scan(ctx, "bound a claim", `SELECT set_config('idle_in_transaction_session_timeout', '5s', true)`, nil, &idle); err != nil {
			return err
		}
		if _, err := tx.exec(ctx, "find lost deliveries", `UPDATE deliveries SET state = 'unknown', not_before = clock_timestamp(), updated_at = ?
			WHERE channel = ? AND state = 'sending' AND send_deadline < clock_timestamp()`, tx.now, c.Channel); err != nil {
			return err
		}
		chosen, err := tx.chooseDue(ctx, c)
		if err != nil || len(chosen) == 0 {
			return err
		}
		taken, err := json.Marshal(chosen)
		if err != nil {
			return fmt.Errorf("write a claim: %w", err)
		}
		var rows []deliveryRow
		length := c.Length.Microseconds()
		if err := tx.find(ctx, "claim deliveries", &rows, claimDeliveries, length, length, tx.now, string(taken)); err != nil {
			return err
		}
		list, err = tx.deliveries(ctx, rows, c.Channel, c.Alarm)
		return err
	})
	if err != nil { // also where it did not commit: then nothing is claimed
		return nil, err
	}
	return list, nil
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
		if err == nil {
			err = tx.keepAddress(ctx, d)
		}
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

// keepAddress notes which number a message goes to, blindly, so that a reply
// from there finds its sender.
func (tx *Tx) keepAddress(ctx context.Context, d ticket.Delivery) error {
	if d.Channel != "sms" || d.Address == "" {
		return nil
	}
	_, err := tx.exec(ctx, "note an address", `UPDATE deliveries SET address_index = ? WHERE id = ?`, tx.db.sealer.Index(contactColumn, d.Address), d.ID)
	return err
}

// delivery completes a claimed row with whom it goes to.
func (tx *Tx) delivery(ctx context.Context, r deliveryRow, channel, alarmNumber string) (ticket.Delivery, error) {
	d := ticket.Delivery{ID: r.ID, Ref: r.Ref, Channel: channel, Attempt: r.Attempt, Forgiven: r.Forgiven, Unknown: r.Unknown, Void: r.Void, Resent: r.Resent,
		Queries: r.Queries, Citizen: r.Citizen, Template: r.Template, Urgent: r.Urgent, Method: deref(r.MethodID), Provider: r.ProviderID, Begun: deref(r.Begun)}
	if err := json.Unmarshal(r.Fields, &d.Fields); err != nil {
		return d, fmt.Errorf("read notice fields: %w: %w", errBroken, err)
	}
	if r.Callback != nil {
		of := ticket.Delivery{Channel: "sms"}
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
	case r.StaffID != nil:
		d.Staff = area.StaffID(*r.StaffID)
		return d, tx.staffAddress(ctx, *r.StaffID, &d)
	case r.Alarm:
		d.Address = alarmNumber
	case r.Citizen:
		phone, err := tx.citizenPhone(ctx, ticket.ID(deref(r.TicketID)))
		d.Address = phone.E164
		return d, err
	}
	return d, nil
}

// staffAddress finds the address of a member of staff: that of the method, or
// the register's telephone.
func (tx *Tx) staffAddress(ctx context.Context, staff int64, d *ticket.Delivery) (err error) {
	var sealed []byte
	var where string
	if err := tx.scan(ctx, "load who is written to", `SELECT s.login, s.phone_sealed, s.area_code, coalesce(c.language, '') FROM staff s LEFT JOIN contact_settings c ON c.staff_id = s.id WHERE s.id = ?`,
		[]any{staff}, &d.Login, &sealed, &where, &d.Language); err != nil {
		return err
	}
	if d.Area == "" {
		d.Area = area.Code(where)
	}
	switch {
	case d.Method != 0:
		d.Address, err = tx.contactAddress(ctx, d.Method)
		return err
	case d.Channel != "sms" && d.Channel != "voice" || sealed == nil:
		return nil
	}
	phone, err := tx.db.sealer.Open(staffPhoneContext(d.Login), sealed)
	d.Address = string(phone)
	return err
}

// SettleDelivery records how an attempt ended. The result of an attempt that
// somebody else has settled meanwhile is dropped. A delivery that reached
// nobody is told in its ticket's timeline, and the next rung takes its time.
func (db *DB) SettleDelivery(ctx context.Context, d ticket.Delivery, r ticket.DeliveryResult) error {
	return db.InTx(ctx, act.SystemDispatch, func(tx *Tx) error {
		if r.ProviderID != "" {
			if err := tx.lockReceipts(ctx, d.Channel, r.ProviderID); err != nil {
				return err
			}
		}
		var poll *int64
		if r.Poll > 0 {
			us := r.Poll.Microseconds()
			poll = &us
		}
		n, err := tx.exec(ctx, "settle delivery", `UPDATE deliveries SET state = ?, provider_id = coalesce(?, provider_id), error = ?,
			not_before = clock_timestamp() + ? * interval '1 microsecond', queries = CASE WHEN ? = 'sent' THEN 0 ELSE queries + ? END, resent = resent OR ?,
			paced = least(paced, 1), poll_at = clock_timestamp() + ?::bigint * interval '1 microsecond', updated_at = ?
			WHERE id = ? AND attempt = ? AND state IN ('sending', 'unknown')`,
			r.State, nonZero(r.ProviderID), nonZero(r.Error), r.After.Microseconds(), r.State, boolInt(r.Queried), r.Resend, poll, tx.now, d.ID, d.Attempt)
		if err != nil || n == 0 {
			return err
		}
		if r.Gone && d.Method != 0 {
			if err := tx.dropContact(ctx, d.Method); err != nil {
				return err
			}
		}
		switch r.State {
		case ticket.DeliverySent:
			return tx.earlyReceipts(ctx, d, r.ProviderID)
		case ticket.DeliveryFailed, ticket.DeliveryDead:
			return tx.undelivered(ctx, d, r.State)
		case ticket.DeliveryUnknown:
			return tx.hastenRung(ctx, d.ID)
		case ticket.DeliveryQueued, ticket.DeliverySending, ticket.DeliveryVoid, ticket.DeliveryDelivered, ticket.DeliveryRead:
		}
		return nil
	})
}

// undelivered hands the minute of a delivery that reached nobody to the next
// rung, and tells of it in its ticket's timeline.
func (tx *Tx) undelivered(ctx context.Context, d ticket.Delivery, state ticket.DeliveryState) error {
	if err := tx.hastenRung(ctx, d.ID); err != nil || d.Ticket == "" {
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
		Data: map[string]any{"channel": d.Channel, "template": d.Template, "to": d.Login, "citizen": d.Citizen, "state": string(state)}})
}

// hastenRung brings the next rung of the same notice and reader forward, unless
// another delivery of the rung before it is still on its way.
func (tx *Tx) hastenRung(ctx context.Context, delivery int64) error {
	_, err := tx.exec(ctx, "hasten the next rung", `UPDATE deliveries x SET not_before = least(x.not_before, clock_timestamp()) FROM deliveries d
		WHERE d.id = ? AND d.staff_id IS NOT NULL AND x.notice_id = d.notice_id AND x.staff_id = d.staff_id AND x.state = 'queued' AND x.attempt = 0 AND x.rung > d.rung
		AND x.rung = (SELECT min(y.rung) FROM deliveries y WHERE y.notice_id = d.notice_id AND y.staff_id = d.staff_id AND y.state = 'queued' AND y.rung > d.rung)
		AND NOT EXISTS (SELECT 1 FROM deliveries z WHERE z.notice_id = d.notice_id AND z.staff_id = d.staff_id AND z.rung = d.rung AND z.id <> d.id
			AND z.channel NOT IN ('live', 'webpush') AND z.state IN ('queued', 'sending', 'sent', 'delivered', 'read'))`, delivery)
	if err == nil {
		tx.noticed = true // wakes the channels
	}
	return err
}

func boolInt(b bool) int {
	if b {
		return 1
	}
	return 0
}

// ReadNotice notes that the actor has seen a notice: what the ladder still
// holds for them of it is not sent any more.
func (tx *Tx) ReadNotice(ctx context.Context, ref string) error {
	n, err := tx.exec(ctx, "note a read notice", `UPDATE deliveries SET state = 'read', poll_at = NULL, updated_at = ?
		WHERE ref::text = ? AND staff_id = ? AND state IN ('sending', 'sent', 'delivered', 'unknown')`, tx.now, ref, tx.actor.StaffID)
	if err != nil || n > 0 {
		return err
	}
	var there bool
	err = tx.scan(ctx, "find a notice", `SELECT true FROM deliveries WHERE ref::text = ? AND staff_id = ?`, []any{ref, tx.actor.StaffID}, &there)
	if errors.Is(err, act.ErrNotFound) {
		return act.NotFound("notice")
	}
	return err
}
