package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"example.org/hotline/area"
	"example.org/hotline/internal/act"
	"example.org/hotline/internal/seal"
	"example.org/hotline/ticket"
)

// noticeRow is a notice that has not been turned into deliveries.
type noticeRow struct {
	ID       int64
	TicketID *int64
	PostID   *int64
	Alarm    bool
	Void     bool
}

// reader is one person who gets a notice. A citizen and the alarm number have no staff id.
type reader struct {
	ID    int64
	Phone bool // has a number that takes SMS
}

// ExpandNotices turns up to limit notices into deliveries on the channels that
// exist here, and tells how many it took. A notice to a person's post goes to
// its holder, one to a desk to whoever is on duty there (with nobody on duty,
// to everybody of that desk), one to the citizen to the number the call came
// from if it is a mobile. What reaches nobody is kept as a dead delivery.
func (db *DB) ExpandNotices(ctx context.Context, channels []string, alarm bool, limit int) (taken int, err error) {
	err = db.InTx(ctx, act.SystemDispatch, func(tx *Tx) error {
		var rows []noticeRow
		err := tx.find(ctx, "load notices", &rows, `SELECT n.id, n.ticket_id, n.post_id, n.alarm, coalesce(n.epoch < t.epoch, false) AS void
			FROM notices n LEFT JOIN tickets t ON t.id = n.ticket_id WHERE n.done_at IS NULL ORDER BY n.id LIMIT ? FOR UPDATE OF n SKIP LOCKED`, limit)
		if err != nil {
			return err
		}
		for _, n := range rows {
			if err := tx.expandNotice(ctx, n, channels, alarm); err != nil {
				return fmt.Errorf("expand notice %d: %w", n.ID, err)
			}
		}
		taken = len(rows)
		return nil
	})
	return taken, err
}

func (tx *Tx) expandNotice(ctx context.Context, n noticeRow, channels []string, alarm bool) error {
	if !n.Void {
		readers, err := tx.readers(ctx, n, alarm)
		if unreadable(err) {
			return tx.giveNoticeUp(ctx, n, err)
		}
		if err != nil {
			return err
		}
		for _, r := range readers {
			for _, channel := range channels {
				if (channel == "sms" && !r.Phone) || (channel == "live" && r.ID == 0) {
					continue
				}
				if err := tx.addDelivery(ctx, n.ID, r.ID, channel, ticket.DeliveryQueued, ""); err != nil {
					return err
				}
			}
		}
		if len(readers) == 0 && n.PostID != nil {
			if err := tx.addDelivery(ctx, n.ID, 0, "live", ticket.DeliveryDead, "nobody holds this post"); err != nil {
				return err
			}
		}
	}
	_, err := tx.exec(ctx, "finish notice", `UPDATE notices SET done_at = ? WHERE id = ?`, tx.now, n.ID)
	return err
}

// unreadable reports whether a sealed number does not open, which no repetition mends.
func unreadable(err error) bool {
	return errors.Is(err, seal.ErrTampered) || errors.Is(err, seal.ErrUnknownKey)
}

func (tx *Tx) giveNoticeUp(ctx context.Context, n noticeRow, why error) error {
	if err := tx.addDelivery(ctx, n.ID, 0, "sms", ticket.DeliveryDead, why.Error()); err != nil {
		return err
	}
	_, err := tx.exec(ctx, "finish notice", `UPDATE notices SET done_at = ? WHERE id = ?`, tx.now, n.ID)
	return err
}

func (tx *Tx) addDelivery(ctx context.Context, notice, staff int64, channel string, state ticket.DeliveryState, why string) error {
	_, err := tx.exec(ctx, "add delivery", `INSERT INTO deliveries (notice_id, staff_id, channel, state, not_before, error, updated_at)
		VALUES (?, ?, ?, ?, clock_timestamp(), ?, ?) ON CONFLICT DO NOTHING`, notice, nonZero(staff), channel, state, nonZero(why), tx.now)
	return err
}

// readers are the people a notice is for.
func (tx *Tx) readers(ctx context.Context, n noticeRow, alarm bool) ([]reader, error) {
	switch {
	case n.Alarm && alarm:
		return []reader{{Phone: true}}, nil
	case n.Alarm:
		return nil, nil
	case n.PostID == nil:
		phone, err := tx.citizenPhone(ctx, ticket.ID(deref(n.TicketID)))
		if err != nil || !phone.Mobile {
			return nil, err
		}
		return []reader{{Phone: true}}, nil
	}
	post, err := tx.Post(ctx, area.PostID(*n.PostID))
	if err != nil {
		return nil, err
	}
	posts := []int64{int64(post.ID)}
	if post.Kind == area.PostDesk {
		if posts, err = tx.servingAt(ctx, post); err != nil {
			return nil, err
		}
	}
	var readers []reader
	err = tx.find(ctx, "load readers", &readers, `SELECT id, phone_sealed IS NOT NULL AS phone FROM staff
		WHERE post_id = ANY(?::bigint[]) AND active ORDER BY id`, bigints(posts))
	return readers, err
}

// servingAt are the posts of those on duty at a desk, of all its people where
// the roster has nobody: a desk never goes untold.
func (tx *Tx) servingAt(ctx context.Context, desk area.Post) ([]int64, error) {
	answer, err := tx.DutyAt(ctx, desk.Area, desk.Role, 0, tx.now)
	if err != nil {
		return nil, err
	}
	var posts []int64
	for _, d := range answer.OnDuty {
		posts = append(posts, int64(d.Post))
	}
	if len(posts) > 0 {
		return posts, nil
	}
	err = tx.find(ctx, "load the people of a desk", &posts, `SELECT post_id FROM staff WHERE area_code = ? AND role = ? AND active`, string(desk.Area), string(desk.Role))
	return posts, err
}

// citizenPhone is the number the call of a ticket came from.
func (tx *Tx) citizenPhone(ctx context.Context, id ticket.ID) (ticket.Phone, error) {
	t, err := tx.Ticket(ctx, id)
	if err != nil {
		return ticket.Phone{}, err
	}
	call, err := tx.Call(ctx, t.CallID)
	if err != nil {
		return ticket.Phone{}, err
	}
	return ticket.ParsePhone(call.FromE164), nil
}

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
	Urgent   bool
	StaffID  *int64
}

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
		err := tx.find(ctx, "claim deliveries", &rows, `WITH due AS (
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
				n.alarm, n.template, n.fields, n.urgent, d.staff_id`, channel, limit, length.Microseconds(), length.Microseconds(), tx.now)
		if err != nil {
			return err
		}
		for _, r := range rows {
			if r.Void && !r.Unknown {
				continue
			}
			d, err := tx.delivery(ctx, r, channel, alarmNumber)
			if unreadable(err) { // one number that does not open must not hold up the rest
				if _, err := tx.exec(ctx, "give a delivery up", `UPDATE deliveries SET state = 'dead', error = ? WHERE id = ?`, err.Error(), r.ID); err != nil {
					return err
				}
				continue
			}
			if err != nil {
				return fmt.Errorf("load delivery %d: %w", r.ID, err)
			}
			list = append(list, d)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	// UPDATE returns in no order; the urgent go first.
	slices.SortStableFunc(list, func(a, b ticket.Delivery) int {
		if a.Urgent != b.Urgent {
			if a.Urgent {
				return -1
			}
			return 1
		}
		return int(a.ID - b.ID)
	})
	return list, nil
}

// delivery completes a claimed row with whom it goes to.
func (tx *Tx) delivery(ctx context.Context, r deliveryRow, channel, alarmNumber string) (ticket.Delivery, error) {
	d := ticket.Delivery{ID: r.ID, Ref: r.Ref, Channel: channel, Attempt: r.Attempt, Unknown: r.Unknown, Void: r.Void, Resent: r.Resent, Queries: r.Queries,
		Citizen: r.Citizen, Template: r.Template, Urgent: r.Urgent}
	if err := json.Unmarshal(r.Fields, &d.Fields); err != nil {
		return d, fmt.Errorf("read notice fields: %w", err)
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
	if d.Channel != "sms" || sealed == nil {
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
