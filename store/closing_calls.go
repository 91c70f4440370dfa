package store

import (
	"context"
	"time"

	"example.org/hotline/internal/act"
	"example.org/hotline/relief/loop"
	"example.org/hotline/ticket"
)

var _ loop.ClosingTx = (*Tx)(nil)

// openThings are the ends of a case that have not come, each by its code and public id.
const openThings = `
	SELECT 'clock' AS code, kind AS ref FROM clocks WHERE ticket_id = @id AND stopped_at IS NULL
	UNION ALL SELECT 'life_danger', t.number FROM tickets t WHERE t.id = @id AND t.life_danger
		AND NOT EXISTS (SELECT 1 FROM timeline l WHERE l.ticket_id = t.id AND l.kind IN ('call.transferred','call.conferenced') AND l.data->>'to' ~ '^(110|119|120|police|fire|ambulance)( |$)')
	UNION ALL SELECT 'callback', public_id::text FROM callbacks WHERE ticket_id = @id AND state NOT IN ('done','cancelled')
	UNION ALL SELECT 'application', public_id::text FROM applications WHERE ticket_id = @id
		AND state IN ('draft','submitted','supplement','accepted','investigating','hearing','reviewed','notice','objection')
	UNION ALL SELECT 'notice', public_id::text FROM public_notices WHERE ticket_id = @id AND state IN ('posted','objected')
	UNION ALL SELECT 'referral', public_id::text FROM referrals WHERE ticket_id = @id AND state NOT IN ('confirmed','withdrawn')
	UNION ALL SELECT 'task', public_id::text FROM case_tasks WHERE ticket_id = @id AND state <> 'done'
	UNION ALL SELECT 'follow_up', public_id::text FROM follow_ups WHERE ticket_id = @id AND holds AND state <> 'ended'
	UNION ALL SELECT 'service', public_id::text FROM service_orders WHERE ticket_id = @id AND state NOT IN ('done','cancelled')
	UNION ALL SELECT 'paper', public_id::text FROM papers WHERE ticket_id = @id AND state NOT IN ('verified','waived')
	UNION ALL SELECT 'decision', public_id::text FROM decisions WHERE ticket_id = @id AND state IN ('registered','short_check','approved')
	UNION ALL SELECT 'payout', public_id::text FROM disbursements WHERE ticket_id = @id AND state NOT IN ('receipted','succeeded','reconciled','cancelled','reversed')
	UNION ALL SELECT 'second_signature', public_id::text FROM disbursements WHERE ticket_id = @id AND second_due IS NOT NULL AND second_at IS NULL AND state NOT IN ('cancelled','reversed')
	UNION ALL SELECT 'after_review', d.public_id::text FROM disbursements d JOIN after_reviews r ON r.disbursement_id = d.id WHERE d.ticket_id = @id AND r.outcome IS NULL`

// CaseFacts is what a case has that may keep it open.
func (tx *Tx) CaseFacts(ctx context.Context, id ticket.ID) (f loop.Facts, err error) {
	var rows, waived []struct{ Code, Ref string }
	args := map[string]any{"id": int64(id)}
	if err := tx.find(ctx, "list what is open", &rows, openThings, args); err != nil {
		return f, err
	}
	if err := tx.find(ctx, "list waivers", &waived, `SELECT code, ref FROM loop_waivers WHERE ticket_id = ?`, int64(id)); err != nil {
		return f, err
	}
	for _, r := range rows {
		f.Things = append(f.Things, loop.Thing{Code: loop.Code(r.Code), Ref: r.Ref})
	}
	for _, r := range waived {
		f.Waived = append(f.Waived, loop.Thing{Code: loop.Code(r.Code), Ref: r.Ref})
	}
	err = tx.scan(ctx, "ask whether aid was paid", `SELECT EXISTS (SELECT 1 FROM disbursements WHERE ticket_id = ? AND state IN ('receipted','succeeded','reconciled'))`,
		[]any{int64(id)}, &f.Paid)
	return f, err
}

// ClosingCalls lists the calls before closing, oldest first.
func (tx *Tx) ClosingCalls(ctx context.Context, id ticket.ID) ([]loop.Past, error) {
	var rows []struct {
		At                               time.Time
		Name                             string
		Reached                          bool
		Received, AmountRight, Satisfied *bool
	}
	err := tx.find(ctx, "list closing calls", &rows, `SELECT c.at, s.name, c.reached, c.received, c.amount_right, c.satisfied FROM closing_calls c JOIN staff s ON s.id = c.staff_id
		WHERE c.ticket_id = ? ORDER BY c.id`, int64(id))
	list := make([]loop.Past, 0, len(rows))
	for _, r := range rows {
		list = append(list, loop.Past{At: r.At.UTC(), By: r.Name, Reached: r.Reached, Received: r.Received, AmountRight: r.AmountRight, Satisfied: r.Satisfied})
	}
	return list, err
}

// AddClosingCall writes a call before closing down.
func (tx *Tx) AddClosingCall(ctx context.Context, id ticket.ID, c loop.Call) error {
	_, err := tx.exec(ctx, "add a closing call", `INSERT INTO closing_calls (ticket_id, at, staff_id, reached, received, amount_right, satisfied) VALUES (?, ?, ?, ?, ?, ?, ?)`,
		int64(id), tx.now, int64(tx.actor.StaffID), c.Reached, c.Received, c.AmountRight, c.Satisfied)
	return err
}

// AddWaiver lets a thing go that keeps a case open.
func (tx *Tx) AddWaiver(ctx context.Context, id ticket.ID, publicID string, what loop.Thing, reason act.Private) error {
	sealed, err := tx.sealText("loop_waivers.reason", publicID, reason)
	if err != nil {
		return err
	}
	_, err = tx.exec(ctx, "add a waiver", `INSERT INTO loop_waivers (public_id, ticket_id, code, ref, reason_sealed, staff_id, at) VALUES (?, ?, ?, ?, ?, ?, ?)`,
		publicID, int64(id), string(what.Code), what.Ref, sealed, int64(tx.actor.StaffID), tx.now)
	if violates(err, "loop_waivers_ticket_id_code_ref_key") {
		return act.Refused("waived_already", "This was let go before.")
	}
	return err
}
