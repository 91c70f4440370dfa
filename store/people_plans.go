package store

import (
	"context"
	"errors"
	"time"

	"example.org/hotline/internal/act"
	"example.org/hotline/relief/people"
)

// planRow is a row of monitoring_plans.
type planRow struct {
	ID, HouseholdID, Version int64
	PublicID                 string
	EveryDays                int
	NextOn                   time.Time
}

const planColumns = `id, public_id, household_id, every_days, next_on, version`

func (r planRow) plan() people.Plan {
	return people.Plan{ID: r.ID, PublicID: r.PublicID, Household: people.HouseholdID(r.HouseholdID), EveryDays: r.EveryDays, NextOn: dayOf(&r.NextOn), Version: r.Version}
}

// PlanForUpdate locks the running plan of a household.
func (tx *Tx) PlanForUpdate(ctx context.Context, h people.HouseholdID) (people.Plan, bool, error) {
	r, err := one[planRow](ctx, tx, "plan", `SELECT `+planColumns+` FROM monitoring_plans WHERE household_id = ? AND ended_at IS NULL FOR UPDATE`, int64(h))
	if errors.Is(err, act.ErrNotFound) {
		return people.Plan{}, false, nil
	}
	return r.plan(), err == nil, err
}

// AddPlan writes a plan.
func (tx *Tx) AddPlan(ctx context.Context, p *people.Plan) error {
	return tx.scan(ctx, "add a plan", `INSERT INTO monitoring_plans (household_id, every_days, next_on, started_by, started_at, version) VALUES (?, ?, ?::date, ?, ?, ?) RETURNING id, public_id`,
		[]any{int64(p.Household), p.EveryDays, string(p.NextOn), nonZero(int64(tx.actor.StaffID)), tx.now, p.Version}, &p.ID, &p.PublicID)
}

// SavePlan writes the next date, guarded by the version.
func (tx *Tx) SavePlan(ctx context.Context, p *people.Plan) error {
	n, err := tx.exec(ctx, "save a plan", `UPDATE monitoring_plans SET every_days = ?, next_on = ?::date, version = version + 1 WHERE id = ? AND version = ? AND ended_at IS NULL`,
		p.EveryDays, string(p.NextOn), p.ID, p.Version)
	if err == nil && n == 0 {
		return act.Conflict("stale_version", "The plan changed while you were looking at it; reload and write again.")
	}
	p.Version++
	return err
}

// EndPlan ends a plan.
func (tx *Tx) EndPlan(ctx context.Context, p people.Plan, why string) error {
	_, err := tx.exec(ctx, "end a plan", `UPDATE monitoring_plans SET ended_at = ?, ended_why = ?, version = version + 1 WHERE id = ? AND ended_at IS NULL`, tx.now, why, p.ID)
	return err
}

// AddCheck writes what was seen at a look.
func (tx *Tx) AddCheck(ctx context.Context, p people.Plan, c people.Check) error {
	note, err := tx.sealText("monitoring_checks.note", c.PublicID, c.Note)
	if err != nil {
		return err
	}
	var id int64
	return tx.insert(ctx, "look", &id, `INSERT INTO monitoring_checks (public_id, plan_id, way, result, note_sealed, due_on, staff_id, at) VALUES (?, ?, ?, ?, ?, ?::date, ?, ?)
		ON CONFLICT (public_id) DO NOTHING RETURNING id`, c.PublicID, p.ID, c.Way, c.Result, note, string(c.DueOn), int64(c.By), c.At)
}
