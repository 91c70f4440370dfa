package store

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/google/uuid"

	"example.org/hotline/area"
	"example.org/hotline/internal/act"
	"example.org/hotline/relief/care"
	"example.org/hotline/relief/referral"
	"example.org/hotline/ticket"
)

// planItemRow is a row of plan_items.
type planItemRow struct {
	ID, TicketID, CreatedBy, Version                 int64
	PublicID, Catalogue, Need, Measure, DueOn, State string
	PersonRef, Result                                *string
	Work                                             bool
	GoalSealed, CameSealed                           []byte
	CreatedAt                                        time.Time
	DoneBy                                           *int64
	DoneAt                                           *time.Time
}

const planItemColumns = `i.id, i.public_id, i.ticket_id, i.catalogue, i.person_ref, i.need, i.measure, i.work, i.goal_sealed, i.due_on::text AS due_on, i.state, i.result, i.came_sealed,
	i.created_by, i.created_at, i.done_by, i.done_at, i.version`

func (tx *Tx) planItem(r planItemRow) (p care.PlanItem, err error) {
	p = care.PlanItem{ID: r.ID, PublicID: r.PublicID, Ticket: ticket.ID(r.TicketID), Catalogue: r.Catalogue, Person: deref(r.PersonRef), Need: r.Need, Measure: r.Measure, Work: r.Work,
		DueOn: ticket.Date(r.DueOn), State: care.PlanState(r.State), Result: deref(r.Result), By: area.StaffID(r.CreatedBy), At: r.CreatedAt.UTC(), DoneBy: area.StaffID(deref(r.DoneBy)),
		DoneAt: orZero(r.DoneAt), Version: r.Version}
	if p.Goal, err = tx.openText("plan_items.goal", p.PublicID, r.GoalSealed); err != nil {
		return p, err
	}
	p.Came, err = tx.openText("plan_items.came", p.PublicID, r.CameSealed)
	return p, err
}

// AddPlanItem writes a line of a household's plan.
func (tx *Tx) AddPlanItem(ctx context.Context, p *care.PlanItem) error {
	goal, err := tx.sealText("plan_items.goal", p.PublicID, p.Goal)
	if err != nil {
		return err
	}
	return tx.insert(ctx, "line of a plan", &p.ID, `INSERT INTO plan_items (public_id, ticket_id, catalogue, person_ref, need, measure, work, goal_sealed, due_on, state, created_by, created_at, version)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?::date, ?, ?, ?, ?) ON CONFLICT (public_id) DO NOTHING RETURNING id`,
		p.PublicID, int64(p.Ticket), p.Catalogue, nonZero(p.Person), p.Need, p.Measure, p.Work, goal, string(p.DueOn), p.State, int64(p.By), p.At, p.Version)
}

// PlanItemByRef resolves the public id of a line of a plan.
func (tx *Tx) PlanItemByRef(ctx context.Context, publicID string) (int64, ticket.ID, error) {
	id, of, err := tx.byRef(ctx, "plan_items", "line of a plan", publicID)
	return id, ticket.ID(of), err
}

// PlanItemForUpdate locks and loads a line of a plan.
func (tx *Tx) PlanItemForUpdate(ctx context.Context, id int64) (care.PlanItem, error) {
	r, err := one[planItemRow](ctx, tx, "line of a plan", `SELECT `+planItemColumns+` FROM plan_items i WHERE i.id = ? FOR UPDATE`, id)
	if err != nil {
		return care.PlanItem{}, err
	}
	return tx.planItem(r)
}

// SavePlanItem writes what may change of a line of a plan, guarded by its version.
func (tx *Tx) SavePlanItem(ctx context.Context, p *care.PlanItem) error {
	came, err := tx.sealText("plan_items.came", p.PublicID, p.Came)
	if err != nil {
		return err
	}
	n, err := tx.exec(ctx, "save a line of a plan", `UPDATE plan_items SET state = ?, result = ?, came_sealed = ?, done_by = ?, done_at = ?, version = version + 1 WHERE id = ? AND version = ?`,
		p.State, nonZero(p.Result), came, nonZero(int64(p.DoneBy)), null(p.DoneAt), p.ID, p.Version)
	if err == nil && n == 0 {
		return act.Conflict("stale_version", "The plan changed while you were looking at it; reload and decide again.")
	}
	p.Version++
	return err
}

// AddTrip writes a way to an office.
func (tx *Tx) AddTrip(ctx context.Context, t care.Trip) error {
	_, err := tx.exec(ctx, "add a trip", `INSERT INTO trips (public_id, ticket_id, made_on, place, errand, mandate_id, staff_id, at)
		VALUES (?, ?, ?::date, ?, ?, (SELECT id FROM mandates WHERE public_id = nullif(?, '')::uuid), ?, ?)`,
		t.PublicID, int64(t.Ticket), string(t.On), t.Place, t.For, t.Mandate, int64(t.By), t.At)
	if violates(err, "trips_public_id_key") {
		return act.ErrKeyReused
	}
	return err
}

// AddMandate writes down that the citizen lets us go for them.
func (tx *Tx) AddMandate(ctx context.Context, m care.Mandate) error {
	errands := make([]string, 0, len(m.For))
	for _, e := range m.For {
		errands = append(errands, string(e))
	}
	var id int64
	return tx.insert(ctx, "mandate", &id, `INSERT INTO mandates (public_id, ticket_id, errands, consent, staff_id, at) VALUES (?, ?, string_to_array(?, ','), ?, ?, ?)
		ON CONFLICT (public_id) DO NOTHING RETURNING id`, m.PublicID, int64(m.Ticket), strings.Join(errands, ","), m.Consent, int64(m.By), m.At)
}

// mandateRow is a row of mandates.
type mandateRow struct {
	ID, TicketID               int64
	PublicID, Errands, Consent string
	Name                       string // of pages only
	At                         time.Time
	EndedAt                    *time.Time
}

const mandateColumns = `m.id, m.public_id, m.ticket_id, array_to_string(m.errands, ',') AS errands, m.consent, m.at, m.ended_at`

func (r mandateRow) errands() (list []care.Errand) {
	for e := range strings.SplitSeq(r.Errands, ",") {
		list = append(list, care.Errand(e))
	}
	return list
}

// MandateByRef loads a mandate by its public id.
func (tx *Tx) MandateByRef(ctx context.Context, publicID string) (care.Mandate, error) {
	if uuid.Validate(publicID) != nil {
		return care.Mandate{}, act.NotFound("mandate")
	}
	r, err := one[mandateRow](ctx, tx, "mandate", `SELECT `+mandateColumns+` FROM mandates m WHERE m.public_id = ?`, publicID)
	if errors.Is(err, act.ErrNotFound) {
		return care.Mandate{}, act.NotFound("mandate")
	}
	return care.Mandate{ID: r.ID, PublicID: r.PublicID, Ticket: ticket.ID(r.TicketID), For: r.errands(), Consent: referral.ConsentKind(r.Consent), At: r.At.UTC(), EndedAt: orZero(r.EndedAt)}, err
}

// EndMandate writes down that a mandate was taken back.
func (tx *Tx) EndMandate(ctx context.Context, m care.Mandate) error {
	_, err := tx.exec(ctx, "end a mandate", `UPDATE mandates SET ended_by = ?, ended_at = ? WHERE id = ? AND ended_at IS NULL`, int64(m.EndedBy), m.EndedAt, m.ID)
	return err
}
