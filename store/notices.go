package store

import (
	"context"
	"errors"
	"fmt"
	"strings"

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
	Offer    bool // of a P1 ticket, which may be accepted: by telephone too (DOMAIN 0a.4)
}

// reader is one person who gets a notice. A citizen and the alarm number have no staff id.
type reader struct {
	ID     int64
	Phone  bool  // has a number that takes SMS
	Rings  bool  // has a number that our line may ring
	Broken error // has a number that does not open
}

// ExpandNotices turns up to limit notices into deliveries on the channels that
// exist here, and tells how many it took. A notice to a person's post goes to
// its holder, one to a desk to whoever is on duty there (with nobody on duty,
// to everybody of that desk), one to the citizen to the number the call came
// from if it is a mobile. What reaches nobody is kept as a dead delivery.
func (db *DB) ExpandNotices(ctx context.Context, channels []string, alarm bool, limit int) (taken int, err error) {
	err = db.InTx(ctx, act.SystemDispatch, func(tx *Tx) error {
		var rows []noticeRow
		err := tx.find(ctx, "load notices", &rows, `SELECT n.id, n.ticket_id, n.post_id, n.alarm, coalesce(n.epoch < t.epoch, false) AS void,
			coalesce(t.priority = 'P1' AND n.epoch IS NOT NULL AND n.post_id IS NOT NULL, false) AS offer
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
			if err := tx.addDeliveries(ctx, n, r, channels); err != nil {
				return err
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

// addDeliveries queues a notice to one reader on every channel that reaches them.
// Only the offer of a P1 ticket is brought by voice: whoever is woken can accept it there.
func (tx *Tx) addDeliveries(ctx context.Context, n noticeRow, r reader, channels []string) error {
	for _, channel := range channels {
		state, why := ticket.DeliveryQueued, ""
		switch {
		case channel == "sms" && r.Broken != nil:
			state, why = ticket.DeliveryDead, r.Broken.Error()
		case channel == "sms" && !r.Phone, channel == "live" && r.ID == 0, channel == "voice" && (!n.Offer || !r.Rings):
			continue
		}
		if err := tx.addDelivery(ctx, n.ID, r.ID, channel, state, why); err != nil {
			return err
		}
	}
	return nil
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
	return tx.staffReaders(ctx, posts)
}

// staffReaders are the active holders of posts.
func (tx *Tx) staffReaders(ctx context.Context, posts []int64) ([]reader, error) {
	var rows []struct {
		ID          int64
		Login       string
		PhoneSealed []byte
	}
	err := tx.find(ctx, "load readers", &rows, `SELECT id, login, phone_sealed FROM staff WHERE post_id = ANY(?::bigint[]) AND active ORDER BY id`, bigints(posts))
	readers := make([]reader, len(rows))
	for i, r := range rows {
		readers[i].ID = r.ID
		if r.PhoneSealed != nil {
			phone, err := tx.db.sealer.Open(staffPhoneContext(r.Login), r.PhoneSealed)
			number := ticket.ParsePhone(string(phone))
			readers[i].Phone, readers[i].Rings, readers[i].Broken = number.Mobile, strings.HasPrefix(number.E164, "+86"), err
		}
	}
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
