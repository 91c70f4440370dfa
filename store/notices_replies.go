package store

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"example.org/hotline/area"
	"example.org/hotline/internal/act"
	"example.org/hotline/ticket"
)

// replyContext names the places of a sealed reply.
func replyContext(field, provider, message string) string {
	return "sms_replies." + field + "|" + provider + "|" + message
}

// KeepReply puts a reply down, once, before anything is made of it.
func (db *DB) KeepReply(ctx context.Context, r ticket.Reply) error {
	from := ticket.ParsePhone(r.From)
	number := from.E164
	if number == "" {
		number = from.Raw
	}
	sealedFrom, err := db.sealer.Seal(replyContext("from", r.Provider, r.Message), []byte(number))
	if err != nil {
		return fmt.Errorf("seal a reply: %w", err)
	}
	sealedText, err := db.sealer.Seal(replyContext("text", r.Provider, r.Message), []byte(r.Text))
	if err != nil {
		return fmt.Errorf("seal a reply: %w", err)
	}
	return db.InTx(ctx, act.SystemDispatch, func(tx *Tx) error {
		tx.noticed = true // wakes whoever answers
		_, err := tx.exec(ctx, "keep a reply", `INSERT INTO sms_replies (provider, message_id, from_sealed, from_masked, from_index, text_sealed, received_at)
			VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (provider, message_id) DO NOTHING`,
			r.Provider, r.Message, sealedFrom, ticket.MaskPhone(number), db.sealer.Index(contactColumn, number), sealedText, tx.now)
		return err
	})
}

// OpenReply is a reply that nobody has looked at, with whom its number belongs to.
type OpenReply struct {
	ID     int64
	Text   string
	Staff  area.StaffID // zero: not a number that a member of staff was written to at
	Ticket ticket.ID    // of the newest message to that number; zero: none
	Offers []ReplyOffer // what waited for an answer of this person when they wrote, newest first
	Babble bool         // their last messages were not understood either, and they were told so: it may be a machine that answers
}

// ReplyOffer is a ticket that waits for an answer.
type ReplyOffer struct {
	ID      ticket.ID
	Number  ticket.Number
	Written bool // a message about it went to the number that the reply came from
}

// replyMemory is how far back a message lies that a reply may answer.
const replyMemory = 7 * 24 * time.Hour

// OpenReplies loads replies that wait, oldest first. The number that a message
// went to tells who writes, as long as it is theirs still; where two people share
// it, nobody is taken for either. One that does not open is kept for a person.
func (db *DB) OpenReplies(ctx context.Context, limit int) (list []OpenReply, err error) {
	err = db.InTx(ctx, act.SystemDispatch, func(tx *Tx) error {
		var rows []struct {
			ID                    int64
			Provider, MessageID   string
			TextSealed, FromIndex []byte
			ReceivedAt            time.Time
		}
		if err := tx.find(ctx, "load replies", &rows, `SELECT id, provider, message_id, text_sealed, from_index, received_at FROM sms_replies WHERE handled_at IS NULL ORDER BY id LIMIT ?`, limit); err != nil {
			return err
		}
		for _, r := range rows {
			text, err := tx.db.sealer.Open(replyContext("text", r.Provider, r.MessageID), r.TextSealed)
			if err != nil && !unreadable(err) {
				return fmt.Errorf("open reply %d: %w", r.ID, err)
			}
			o := OpenReply{ID: r.ID, Text: string(text)} // no text is no command
			if err := tx.replySender(ctx, r.FromIndex, r.ReceivedAt, &o); err != nil {
				return err
			}
			list = append(list, o)
		}
		return nil
	})
	return list, err
}

func (tx *Tx) replySender(ctx context.Context, index []byte, at time.Time, o *OpenReply) error {
	var rows []struct {
		StaffID  int64
		TicketID int64
	}
	err := tx.find(ctx, "find who replies", &rows, `SELECT DISTINCT ON (staff_id) coalesce(d.staff_id, 0) AS staff_id, coalesce(n.ticket_id, 0) AS ticket_id
		FROM deliveries d JOIN notices n ON n.id = d.notice_id LEFT JOIN staff s ON s.id = d.staff_id
		WHERE d.address_index = ? AND d.updated_at > ? AND n.created_at <= ? AND (d.staff_id IS NULL OR s.active) ORDER BY staff_id, n.ticket_id IS NULL, d.id DESC`, index, tx.now.Add(-replyMemory), at)
	if err != nil || len(rows) == 0 {
		return err
	}
	staff := rows[:0:0]
	for _, r := range rows {
		if r.StaffID == 0 {
			continue
		}
		theirs, err := tx.hasNumber(ctx, r.StaffID, index)
		if err != nil {
			return err
		}
		if theirs {
			staff = append(staff, r)
		}
	}
	if len(staff) != 1 {
		if len(staff) == 0 {
			if rows[0].StaffID == 0 {
				o.Ticket = ticket.ID(rows[0].TicketID) // a citizen's
			}
		}
		return nil
	}
	o.Staff, o.Ticket = area.StaffID(staff[0].StaffID), ticket.ID(staff[0].TicketID)
	err = tx.find(ctx, "find what is asked of who replies", &o.Offers, `SELECT DISTINCT t.id, t.number, EXISTS (SELECT 1 FROM notices n JOIN deliveries d ON d.notice_id = n.id
			WHERE n.ticket_id = t.id AND d.staff_id = s.id AND d.address_index = ?) AS written
		FROM offers o JOIN tickets t ON t.id = o.ticket_id JOIN posts p ON p.id = o.post_id
		JOIN staff s ON s.id = ? WHERE o.ended_at IS NULL AND o.offered_at <= ? AND (p.id = s.post_id OR p.kind = 'desk' AND p.role = s.role
			AND p.area_code = s.area_code) ORDER BY t.id DESC LIMIT 200`, index, staff[0].StaffID, at)
	if err != nil {
		return err
	}
	return tx.scan(ctx, "count what was not understood", `SELECT count(*) >= ? FROM sms_replies WHERE from_index = ? AND outcome = 'unknown_text' AND received_at > ?`,
		[]any{mostUnknown, index, at.Add(-time.Hour)}, &o.Babble)
}

// mostUnknown is how often within an hour a number is told that it was not
// understood: two machines would go on answering each other.
const mostUnknown = 3

// hasNumber reports whether a number is still one that a member of staff is
// written to at. Whoever has it now does not speak for them.
func (tx *Tx) hasNumber(ctx context.Context, staff int64, index []byte) (bool, error) {
	var login string
	var sealed []byte
	var own bool
	err := tx.scan(ctx, "load the numbers of who replies", `SELECT s.login, s.phone_sealed, EXISTS (SELECT 1 FROM contact_methods c
		WHERE c.staff_id = s.id AND c.channel = 'sms' AND c.address_index = ? AND c.removed_at IS NULL AND c.verified_at IS NOT NULL) FROM staff s WHERE s.id = ?`,
		[]any{index, staff}, &login, &sealed, &own)
	if err != nil || own || sealed == nil {
		return own, err
	}
	phone, err := tx.db.sealer.Open(staffPhoneContext(login), sealed)
	if unreadable(err) {
		return false, nil
	}
	return err == nil && bytes.Equal(tx.db.sealer.Index(contactColumn, ticket.ParsePhone(string(phone)).E164), index), err
}

// ReplyAnswered makes the handling of a reply wait for any other of the same, and
// tells what that one has answered; empty: nothing yet. What was answered was
// done, since both are one commit.
func (tx *Tx) ReplyAnswered(ctx context.Context, reply int64) (ticket.ReplyOutcome, error) {
	key := replyKey(reply)
	if _, err := tx.exec(ctx, "take a reply", `SELECT pg_advisory_xact_lock(hashtextextended(?, 0))`, key); err != nil {
		return "", err
	}
	var template string
	err := tx.scan(ctx, "look for an answer", `SELECT template FROM notices WHERE key = ?`, []any{key}, &template)
	if errors.Is(err, act.ErrNotFound) {
		return "", nil
	}
	return ticket.ReplyOutcome(strings.TrimPrefix(template, replyTemplate)), err
}

// AnswerReply queues the answer to a reply of the actor's, by SMS alone.
func (tx *Tx) AnswerReply(ctx context.Context, reply int64, outcome ticket.ReplyOutcome, fields map[string]string) error {
	return tx.Notify(ctx, ticket.Notice{Key: replyKey(reply), Post: tx.actor.PostID, Template: replyTemplate + string(outcome), Only: "sms", Urgent: true, Fields: fields})
}

const replyTemplate = "reply_"

func replyKey(reply int64) string { return fmt.Sprintf("reply:%d", reply) }

// TicketByTail finds the newest ticket in the actor's scope whose number ends
// so, whoever has it; act.ErrNotFound where none of the last month does.
func (tx *Tx) TicketByTail(ctx context.Context, tail string) (id ticket.ID, number ticket.Number, err error) {
	err = tx.scan(ctx, "find a ticket by its tail", `SELECT t.id, t.number FROM tickets t JOIN offers o ON o.ticket_id = t.id
		WHERE t.invited_at > ? AND right(t.number, ?) = ? AND o.post_id = ? ORDER BY t.id DESC LIMIT 1`,
		[]any{tx.now.AddDate(0, -1, 0), len(tail), tail, tx.actor.PostID}, &id, &number)
	return id, number, err
}

// EndReply records what became of a reply.
func (db *DB) EndReply(ctx context.Context, o OpenReply, outcome ticket.ReplyOutcome) error {
	return db.InTx(ctx, act.SystemDispatch, func(tx *Tx) error {
		_, err := tx.exec(ctx, "end a reply", `UPDATE sms_replies r SET outcome = ?, staff_id = ?, ticket_id = ?, handled_at = ?,
			area_code = coalesce((SELECT area_code FROM tickets WHERE id = ?), (SELECT area_code FROM staff WHERE id = ?))
			WHERE r.id = ? AND r.handled_at IS NULL`,
			outcome, nonZero(int64(o.Staff)), nonZero(int64(o.Ticket)), tx.now, nonZero(int64(o.Ticket)), nonZero(int64(o.Staff)), o.ID)
		return err
	})
}

// Replies lists what was written to the line in the actor's scope, newest
// first; the zero Cursor ends the list.
func (tx *Tx) Replies(ctx context.Context, before ticket.Cursor, limit int) ([]ticket.ReplyView, ticket.Cursor, error) {
	if before.At.IsZero() {
		before = ticket.Cursor{At: tx.now.AddDate(1, 0, 0)}
	}
	var rows []struct {
		ID                             int64
		Provider, MessageID            string
		ReceivedAt                     time.Time
		FromMasked, Name, Ticket, Nums string
		TextSealed                     []byte
		Outcome                        string
	}
	err := tx.find(ctx, "list replies", &rows, `SELECT r.id, r.provider, r.message_id, r.received_at, r.from_masked, coalesce(s.name, '') AS name,
		coalesce(t.public_id::text, '') AS ticket, coalesce(t.number, '') AS nums, r.text_sealed, coalesce(r.outcome, '') AS outcome
		FROM sms_replies r LEFT JOIN staff s ON s.id = r.staff_id LEFT JOIN tickets t ON t.id = r.ticket_id
		WHERE (r.received_at, r.id) < (?, ?) ORDER BY r.received_at DESC, r.id DESC LIMIT ?`, before.At, before.ID, limit+1)
	if err != nil {
		return nil, ticket.Cursor{}, err
	}
	var next ticket.Cursor
	if len(rows) > limit {
		rows = rows[:limit]
		next = ticket.Cursor{At: rows[limit-1].ReceivedAt, ID: rows[limit-1].ID}
	}
	list := []ticket.ReplyView{}
	for _, r := range rows {
		text, err := tx.db.sealer.Open(replyContext("text", r.Provider, r.MessageID), r.TextSealed)
		if err != nil && !unreadable(err) { // what does not open stands there without its words
			return nil, next, fmt.Errorf("open reply %d: %w", r.ID, err)
		}
		list = append(list, ticket.ReplyView{At: r.ReceivedAt.UTC(), From: r.FromMasked, Name: r.Name, Ticket: r.Ticket, Number: r.Nums, Text: string(text),
			Outcome: ticket.ReplyOutcome(r.Outcome)})
	}
	return list, next, nil
}
