package store

import (
	"context"
	"errors"

	"github.com/google/uuid"

	"example.org/hotline/internal/act"
	"example.org/hotline/relief/people"
	"example.org/hotline/ticket"
)

var (
	_ people.AlertTx = (*Tx)(nil)
	_ people.PlanTx  = (*Tx)(nil)
)

// AddAlert writes an alert.
func (tx *Tx) AddAlert(ctx context.Context, a *people.Alert) (created bool, err error) {
	note, err := tx.sealText("change_alerts.note", a.PublicID, a.Note)
	if err != nil {
		return false, err
	}
	return tx.insertNew(ctx, "alert", &a.ID, `INSERT INTO change_alerts (public_id, household_id, person_id, kind, source, source_ref, happened_on, note_sealed, raised_by, raised_at)
		VALUES (?, ?, ?, ?, ?, ?, ?::date, ?, ?, ?) ON CONFLICT DO NOTHING RETURNING id`,
		a.PublicID, int64(a.Household), nonZero(int64(a.Person)), a.Kind, a.Source, a.SourceRef, string(a.HappenedOn), note, nonZero(int64(tx.actor.StaffID)), tx.now)
}

// AlertForUpdate locks an alert.
func (tx *Tx) AlertForUpdate(ctx context.Context, publicID string) (a people.Alert, err error) {
	if uuid.Validate(publicID) != nil {
		return a, act.NotFound("change")
	}
	err = tx.scan(ctx, "find a change", `SELECT id, public_id, household_id, settled_at IS NOT NULL FROM change_alerts WHERE public_id = ? FOR UPDATE`, []any{publicID},
		&a.ID, &a.PublicID, (*int64)(&a.Household), &a.Settled)
	if errors.Is(err, act.ErrNotFound) {
		err = act.NotFound("change")
	}
	return a, err
}

// SettleAlert writes what came of a change.
func (tx *Tx) SettleAlert(ctx context.Context, a people.Alert, o people.AlertOutcome, of ticket.ID, reason string) error {
	_, err := tx.exec(ctx, "settle a change", `UPDATE change_alerts SET outcome = ?, ticket_id = coalesce(?, ticket_id), reason = ?, settled_by = ?, settled_at = ? WHERE id = ? AND settled_at IS NULL`,
		o, nonZero(int64(of)), reason, int64(tx.actor.StaffID), tx.now, a.ID)
	return err
}

// PlanByID locks a running plan.
func (tx *Tx) PlanByID(ctx context.Context, id int64) (people.Plan, error) {
	r, err := one[planRow](ctx, tx, "plan", `SELECT `+planColumns+` FROM monitoring_plans WHERE id = ? AND ended_at IS NULL FOR UPDATE`, id)
	return r.plan(), err
}
