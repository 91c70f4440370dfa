package ticket

import (
	"context"
	"fmt"

	"example.org/hotline/internal/act"
)

// change is one act on a ticket, told three ways: timeline, audit, event.
type change struct {
	kind   string // message key, past tense: "ticket.accepted"
	reason string
	data   map[string]any
}

// record saves t and tells of the change in its timeline, in the audit chain
// and in the outbox, all in the transaction.
func record(ctx context.Context, tx Tx, t *Ticket, c change) error {
	if err := tx.SaveTicket(ctx, t); err != nil {
		return err
	}
	return tell(ctx, tx, t, c)
}

// tell is record without a save, for an act that leaves the row as it is.
func tell(ctx context.Context, tx Tx, t *Ticket, c change) error {
	if err := PlainText("reason", c.reason); err != nil {
		return err
	}
	data := map[string]any{}
	for k, v := range c.data {
		data[k] = v
	}
	if c.reason != "" {
		data["reason"] = c.reason
	}
	if err := tx.AddEntry(ctx, t, Entry{Kind: c.kind, At: tx.Now(), Data: data}); err != nil {
		return err
	}
	if err := tx.Audit(ctx, act.Record{Action: c.kind, Subject: t.Subject(), Area: t.Area, Reason: c.reason, Data: data}); err != nil {
		return err
	}
	return tx.Emit(ctx, act.Event{Kind: c.kind, Subject: t.Subject(), Ticket: t.PublicID, Area: t.Area,
		Data: map[string]any{"status": t.Status, "priority": t.Priority, "version": t.Version}})
}

// Tell records an act of another room on the ticket it belongs to: a line in
// the timeline, an audit record and an event. The row itself is not changed.
func Tell(ctx context.Context, tx Tx, t *Ticket, kind, reason string, data map[string]any) error {
	return tell(ctx, tx, t, change{kind: kind, reason: reason, data: data})
}

// noticeKey makes the key of a notice about a ticket.
func noticeKey(t Ticket, what string, n int64) string {
	return fmt.Sprintf("ticket:%d:%s:%d", t.ID, what, n)
}
