package store

import (
	"context"
	"fmt"
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
	ID      int64
	Text    string
	Staff   area.StaffID // zero: not a number that a member of staff was written to at
	Ticket  ticket.ID    // of the newest message to that number; zero: none
	Offers  []ticket.ID  // tickets that wait for an answer of this person, newest first
	Numbers []ticket.Number
}

// replyMemory is how far back a message lies that a reply may answer.
const replyMemory = 7 * 24 * time.Hour

// OpenReplies loads replies that wait, oldest first. The number that a message
// went to tells who writes; where two people share it, nobody is taken for either.
func (db *DB) OpenReplies(ctx context.Context, limit int) (list []OpenReply, err error) {
	err = db.InTx(ctx, act.SystemDispatch, func(tx *Tx) error {
		var rows []struct {
			ID                    int64
			Provider, MessageID   string
			TextSealed, FromIndex []byte
		}
		if err := tx.find(ctx, "load replies", &rows, `SELECT id, provider, message_id, text_sealed, from_index FROM sms_replies WHERE handled_at IS NULL ORDER BY id LIMIT ?`, limit); err != nil {
			return err
		}
		for _, r := range rows {
			text, err := tx.db.sealer.Open(replyContext("text", r.Provider, r.MessageID), r.TextSealed)
			if err != nil {
				return fmt.Errorf("open reply %d: %w", r.ID, err)
			}
			o := OpenReply{ID: r.ID, Text: string(text)}
			if err := tx.replySender(ctx, r.FromIndex, &o); err != nil {
				return err
			}
			list = append(list, o)
		}
		return nil
	})
	return list, err
}

func (tx *Tx) replySender(ctx context.Context, index []byte, o *OpenReply) error {
	var rows []struct {
		StaffID  int64
		TicketID int64
	}
	err := tx.find(ctx, "find who replies", &rows, `SELECT DISTINCT ON (staff_id) coalesce(d.staff_id, 0) AS staff_id, coalesce(n.ticket_id, 0) AS ticket_id
		FROM deliveries d JOIN notices n ON n.id = d.notice_id LEFT JOIN staff s ON s.id = d.staff_id
		WHERE d.address_index = ? AND d.updated_at > ? AND (d.staff_id IS NULL OR s.active) ORDER BY staff_id, n.ticket_id IS NULL, d.id DESC`, index, tx.now.Add(-replyMemory))
	if err != nil || len(rows) == 0 {
		return err
	}
	staff := rows[:0:0]
	for _, r := range rows {
		if r.StaffID != 0 {
			staff = append(staff, r)
		}
	}
	if len(staff) != 1 {
		if len(staff) == 0 {
			o.Ticket = ticket.ID(rows[0].TicketID) // a citizen's
		}
		return nil
	}
	o.Staff, o.Ticket = area.StaffID(staff[0].StaffID), ticket.ID(staff[0].TicketID)
	var open []struct {
		ID     int64
		Number string
	}
	err = tx.find(ctx, "find what is asked of who replies", &open, `SELECT DISTINCT t.id, t.number FROM offers o JOIN tickets t ON t.id = o.ticket_id JOIN posts p ON p.id = o.post_id
		JOIN staff s ON s.id = ? WHERE o.ended_at IS NULL AND (p.id = s.post_id OR p.kind = 'desk' AND p.role = s.role
			AND p.area_code = s.area_code) ORDER BY t.id DESC LIMIT 200`, staff[0].StaffID)
	for _, t := range open {
		o.Offers, o.Numbers = append(o.Offers, ticket.ID(t.ID)), append(o.Numbers, ticket.Number(t.Number))
	}
	return err
}

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
		if err != nil {
			return nil, next, fmt.Errorf("open reply %d: %w", r.ID, err)
		}
		list = append(list, ticket.ReplyView{At: r.ReceivedAt.UTC(), From: r.FromMasked, Name: r.Name, Ticket: r.Ticket, Number: r.Nums, Text: string(text),
			Outcome: ticket.ReplyOutcome(r.Outcome)})
	}
	return list, next, nil
}
