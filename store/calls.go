package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"example.org/hotline/internal/act"
	"example.org/hotline/ticket"
)

// caller is the sealed half of a call: who it came from.
type caller struct {
	Raw  string `json:"raw"`
	E164 string `json:"e164,omitempty"`
}

// callerContext names the place of a sealed caller, so that it opens nowhere else.
func callerContext(id ticket.CallID) string { return "calls.caller|" + string(id) }

// sealCaller seals who called; nil where the number was withheld.
func (db *DB) sealCaller(c ticket.Call) ([]byte, error) {
	if c.FromRaw == "" && c.FromE164 == "" {
		return nil, nil
	}
	plain, err := json.Marshal(caller{Raw: c.FromRaw, E164: c.FromE164})
	if err != nil {
		return nil, fmt.Errorf("write caller: %w", err)
	}
	return db.sealer.Seal(callerContext(c.ID), plain)
}

// callerIndex finds the open tickets of a number without storing the number; nil where withheld.
func (db *DB) callerIndex(c ticket.Call) []byte {
	if c.FromE164 == "" {
		return nil
	}
	return db.sealer.Index("calls.caller", c.FromE164)
}

// Call loads the call, or the report, that a ticket was born from, with its caller
// opened. Whoever shows the number to a person must mask it or write an audit
// record of the look-up.
func (tx *Tx) Call(ctx context.Context, id ticket.CallID) (ticket.Call, error) {
	c := ticket.Call{ID: id}
	var sealed []byte
	var answered, ended *time.Time
	var reason *string
	err := tx.scan(ctx, "load call", `SELECT c.node_id, c.trunk, c.sip_call_id, c.caller_sealed, c.dialled, c.invited_at, c.answered_at, c.ended_at,
		c.end_reason, t.number FROM calls c JOIN tickets t ON t.id = c.ticket_id WHERE c.id = ?`, []any{string(id)},
		&c.NodeID, &c.Trunk, &c.SIPCallID, &sealed, &c.To, &c.InvitedAt, &answered, &ended, &reason, &c.Number)
	if errors.Is(err, act.ErrNotFound) {
		return c, tx.reported(ctx, &c)
	}
	if err != nil {
		return ticket.Call{}, err
	}
	c.InvitedAt, c.AnsweredAt, c.EndedAt, c.EndReason = c.InvitedAt.UTC(), orZero(answered), orZero(ended), ticket.EndReason(deref(reason))
	err = tx.db.openCaller(&c, sealed)
	return c, err
}

// openCaller fills in who called; nobody where the number was withheld.
func (db *DB) openCaller(c *ticket.Call, sealed []byte) error {
	if sealed == nil {
		return nil
	}
	plain, err := db.sealer.Open(callerContext(c.ID), sealed)
	if err != nil {
		return fmt.Errorf("open caller of call %s: %w", c.ID, err)
	}
	var from caller
	if err := json.Unmarshal(plain, &from); err != nil {
		return fmt.Errorf("read caller of call %s: %w", c.ID, err)
	}
	c.FromRaw, c.FromE164 = from.Raw, from.E164
	return nil
}

// ticketOfCall resolves and locks the ticket of a call.
func (tx *Tx) ticketOfCall(ctx context.Context, id ticket.CallID) (ticket.Ticket, error) {
	return tx.loadTicket(ctx, `SELECT `+ticketColumns+` FROM tickets WHERE call_id = ? AND split_from IS NULL FOR UPDATE`, string(id))
}

// CallAnswered records the answer. A second report of it changes nothing. A
// call that was refused and came again with the same Call-ID goes on from here:
// how it ends is still to come.
func (tx *Tx) CallAnswered(ctx context.Context, id ticket.CallID, at time.Time) error {
	n, err := tx.exec(ctx, "record answer", `UPDATE calls SET answered_at = greatest(?, invited_at), ended_at = NULL, end_reason = NULL WHERE id = ? AND answered_at IS NULL`, at, string(id))
	if err != nil || n == 0 {
		return err
	}
	t, err := tx.ticketOfCall(ctx, id)
	if err != nil {
		return err
	}
	if _, err := tx.exec(ctx, "the call's time goes on", `UPDATE tickets SET call_ended = false WHERE id = ? AND call_ended`, int64(t.ID)); err != nil {
		return err
	}
	return tx.callEntry(ctx, &t, ticket.Entry{Kind: "call.answered", At: at})
}

// CallKeyed records a digit. The digit itself is kept only where it is the
// urgent key, which makes the ticket P1; anything else a caller types may be a
// number of theirs.
func (tx *Tx) CallKeyed(ctx context.Context, id ticket.CallID, digit string, at time.Time, terms ticket.Terms) error {
	t, err := tx.ticketOfCall(ctx, id)
	if err != nil {
		return err
	}
	if digit != string(ticket.UrgentKey) {
		return tx.callEntry(ctx, &t, ticket.Entry{Kind: "call.keyed", At: at})
	}
	if err := tx.callEntry(ctx, &t, ticket.Entry{Kind: "call.keyed", At: at, Data: map[string]any{"key": digit}}); err != nil {
		return err
	}
	return ticket.RaiseByKey(ctx, tx, t.ID, at, terms)
}

// CallEnded records how a call ended, once; the first reason stays. The last
// thing a call does for its ticket is to end the time in which a priority
// counts from the INVITE, and to put on the ladder, and on the list of those to
// be rung back, whoever reached no person.
func (tx *Tx) CallEnded(ctx context.Context, id ticket.CallID, at time.Time, reason ticket.EndReason, rules ticket.CallRules) error {
	n, err := tx.exec(ctx, "record call end", `UPDATE calls SET ended_at = greatest(?, invited_at), end_reason = ? WHERE id = ? AND ended_at IS NULL`,
		at, reason, string(id))
	if err != nil || n == 0 {
		return err
	}
	t, err := tx.ticketOfCall(ctx, id)
	if err != nil {
		return err
	}
	// Not SaveTicket: the version is for what people decide, and an agent may be deciding while the caller hangs up.
	if _, err := tx.exec(ctx, "end the call's time", `UPDATE tickets SET call_ended = true WHERE id = ?`, int64(t.ID)); err != nil {
		return err
	}
	if err := tx.callEntry(ctx, &t, ticket.Entry{Kind: "call.ended", At: at, Data: map[string]any{"reason": string(reason)}}); err != nil {
		return err
	}
	t.CallEnded = true
	if err := tx.agentsLeft(ctx, id, 0, at); err != nil {
		return err
	}
	if err := ticket.EndCall(ctx, tx, &t, at, rules.Holds); err != nil {
		return err
	}
	return tx.missed(ctx, t, id, at, rules.Callback)
}

// callEntry tells of a step of the call in the timeline and to live lists.
func (tx *Tx) callEntry(ctx context.Context, t *ticket.Ticket, e ticket.Entry) error {
	if err := tx.AddEntry(ctx, t, e); err != nil {
		return err
	}
	return tx.Emit(ctx, act.Event{Kind: e.Kind, Subject: t.Subject(), Ticket: t.PublicID, Area: t.Area, Data: e.Data})
}
