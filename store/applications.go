package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"example.org/hotline/area"
	"example.org/hotline/internal/act"
	"example.org/hotline/ledger"
	"example.org/hotline/relief"
	"example.org/hotline/relief/application"
	"example.org/hotline/relief/people"
	"example.org/hotline/relief/rule"
	"example.org/hotline/ticket"
)

var _ application.Tx = (*Tx)(nil)

// sealJSON seals a value for its row and column.
func (tx *Tx) sealJSON(column, publicID string, value any) ([]byte, error) {
	b, err := json.Marshal(value)
	if err != nil {
		return nil, fmt.Errorf("write %s: %w", column, err)
	}
	return tx.sealText(column, publicID, relief.Private(b))
}

// openJSON is the inverse of sealJSON.
func (tx *Tx) openJSON(column, publicID string, sealed []byte, value any) error {
	text, err := tx.openText(column, publicID, sealed)
	if err != nil {
		return err
	}
	if err := json.Unmarshal([]byte(text), value); err != nil {
		return fmt.Errorf("read %s of %s: %w", column, publicID, err)
	}
	return nil
}

// day writes a date parameter, NULL for none.
func day(d ticket.Date) *string { return nonZero(string(d)) }

// applicationRow is a row of applications.
type applicationRow struct {
	ID, TicketID, HouseholdID, MadeBy, Version                           int64
	PublicID, Aid, State, Payee, Village, Rules, PauseReason             string
	HouseholdIndex, PayeeIndex, Gaps                                     []byte
	Disputed                                                             bool
	MadeAt                                                               time.Time
	GapsNoticedAt, SubmittedAt, AcceptedAt, CheckedAt, VisitedAt, Decide *time.Time
	VisitDueOn                                                           *time.Time
	CheckID                                                              *int64
	FirstMonth                                                           *string
}

// applicationColumns: the household is the one that stands for it today, which its record may have been joined to since.
const applicationColumns = `a.id, a.public_id, a.ticket_id, a.aid, a.state, standing_household(a.household_id) AS household_id, a.household_index, a.payee_index, a.payee, a.village, a.rules, a.gaps, a.gaps_noticed_at,
	a.submitted_at, a.accepted_at, a.checked_at, a.check_id, a.visited_at, a.visit_due_on, a.disputed, a.pause_reason, a.decided_at AS decide, a.first_month, a.made_by, a.made_at, a.version`

func (r applicationRow) application() (application.Application, error) {
	gaps, err := readList(r.Gaps)
	return application.Application{ID: application.ID(r.ID), PublicID: r.PublicID, Ticket: ticket.ID(r.TicketID), Aid: r.Aid, State: application.State(r.State),
		Household: people.HouseholdID(r.HouseholdID), Index: r.HouseholdIndex, Payee: r.PayeeIndex, Person: r.Payee, Village: area.Code(r.Village), Rules: r.Rules,
		Gaps: gaps, GapsNoticedAt: orZero(r.GapsNoticedAt), SubmittedAt: orZero(r.SubmittedAt), AcceptedAt: orZero(r.AcceptedAt), CheckedAt: orZero(r.CheckedAt), Check: deref(r.CheckID),
		VisitedAt: orZero(r.VisitedAt), VisitDueOn: dayOf(r.VisitDueOn), Disputed: r.Disputed, PauseReason: application.Pause(r.PauseReason), DecidedAt: orZero(r.Decide),
		FirstMonth: rule.Month(deref(r.FirstMonth)), By: area.StaffID(r.MadeBy), At: r.MadeAt.UTC(), Version: r.Version}, err
}

// AddApplication writes an application.
func (tx *Tx) AddApplication(ctx context.Context, a *application.Application) error {
	err := tx.insert(ctx, "application", (*int64)(&a.ID), `INSERT INTO applications (public_id, ticket_id, aid, state, household_id, household_index, payee_index, payee, village, made_by, made_at, version)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (public_id) DO NOTHING RETURNING id`,
		a.PublicID, int64(a.Ticket), a.Aid, a.State, int64(a.Household), a.Index, a.Payee, a.Person, string(a.Village), int64(a.By), a.At, a.Version)
	if violates(err, "applications_once") {
		return act.Refused("applied_already", "The household has applied for this aid already; go on with that application.")
	}
	return err
}

// ApplicationByRef resolves a public id.
func (tx *Tx) ApplicationByRef(ctx context.Context, publicID string) (application.ID, ticket.ID, error) {
	id, of, err := tx.byRef(ctx, "applications", "application", publicID)
	return application.ID(id), ticket.ID(of), err
}

// ApplicationForUpdate locks and loads an application.
func (tx *Tx) ApplicationForUpdate(ctx context.Context, id application.ID) (application.Application, error) {
	r, err := one[applicationRow](ctx, tx, "application", `SELECT `+applicationColumns+` FROM applications a WHERE a.id = ? FOR UPDATE`, int64(id))
	if err != nil {
		return application.Application{}, err
	}
	return r.application()
}

// ApplicationTicket is the ticket of an application.
func (tx *Tx) ApplicationTicket(ctx context.Context, id application.ID) (of ticket.ID, err error) {
	err = tx.scan(ctx, "find application", `SELECT ticket_id FROM applications WHERE id = ?`, []any{int64(id)}, (*int64)(&of))
	return of, err
}

// TicketApplications lists the applications of a case.
func (tx *Tx) TicketApplications(ctx context.Context, id ticket.ID) ([]application.Application, error) {
	var rows []applicationRow
	if err := tx.find(ctx, "list applications", &rows, `SELECT `+applicationColumns+` FROM applications a WHERE a.ticket_id = ? ORDER BY a.id`, int64(id)); err != nil {
		return nil, err
	}
	list := make([]application.Application, 0, len(rows))
	for _, r := range rows {
		a, err := r.application()
		if err != nil {
			return nil, err
		}
		list = append(list, a)
	}
	return list, nil
}

// SaveApplication writes what may change of an application, guarded by its version.
func (tx *Tx) SaveApplication(ctx context.Context, a *application.Application) error {
	gaps, err := listJSON(a.Gaps)
	if err != nil {
		return err
	}
	n, err := tx.exec(ctx, "save application", `UPDATE applications SET state = ?, rules = ?, gaps = ?::jsonb, gaps_noticed_at = ?, submitted_at = ?, accepted_at = ?, checked_at = ?, check_id = ?,
		visited_at = ?, visit_due_on = ?::date, disputed = ?, pause_reason = ?, decided_at = ?, first_month = ?, version = version + 1 WHERE id = ? AND version = ?`,
		a.State, a.Rules, gaps, null(a.GapsNoticedAt), null(a.SubmittedAt), null(a.AcceptedAt), null(a.CheckedAt), nonZero(a.Check), null(a.VisitedAt), day(a.VisitDueOn), a.Disputed,
		string(a.PauseReason), null(a.DecidedAt), nonZero(string(a.FirstMonth)), int64(a.ID), a.Version)
	if err == nil && n == 0 {
		return act.Conflict("stale_version", "The application changed while you were looking at it; reload and decide again.")
	}
	a.Version++
	return err
}

// AddDeclaration writes what a household declares.
func (tx *Tx) AddDeclaration(ctx context.Context, d *application.Declaration) error {
	said, err := tx.sealJSON("declarations.said", d.PublicID, d.Said)
	if err != nil {
		return err
	}
	return tx.insert(ctx, "declaration", &d.ID, `INSERT INTO declarations (public_id, ticket_id, application_id, said_sealed, staff_id, at) VALUES (?, ?, ?, ?, ?, ?)
		ON CONFLICT (public_id) DO NOTHING RETURNING id`, d.PublicID, int64(d.Ticket), int64(d.Application), said, int64(d.By), d.At)
}

// declarationRow is a row of declarations.
type declarationRow struct {
	ID, TicketID, ApplicationID, StaffID int64
	PublicID                             string
	SaidSealed                           []byte
	At                                   time.Time
}

// NewestDeclaration is the one that counts.
func (tx *Tx) NewestDeclaration(ctx context.Context, id application.ID) (application.Declaration, error) {
	r, err := one[declarationRow](ctx, tx, "declaration", `SELECT id, public_id, ticket_id, application_id, said_sealed, staff_id, at FROM declarations WHERE application_id = ? ORDER BY id DESC LIMIT 1`, int64(id))
	if err != nil {
		return application.Declaration{}, err
	}
	d := application.Declaration{ID: r.ID, PublicID: r.PublicID, Ticket: ticket.ID(r.TicketID), Application: id, By: area.StaffID(r.StaffID), At: r.At.UTC()}
	return d, tx.openJSON("declarations.said", r.PublicID, r.SaidSealed, &d.Said)
}

// AddHomeVisit writes what the visit of an application has beside any other.
func (tx *Tx) AddHomeVisit(ctx context.Context, v application.HomeVisit) error {
	gps, err := tx.sealText("home_visits.gps", v.PublicID, v.GPS)
	if err != nil {
		return err
	}
	_, err = tx.exec(ctx, "add home visit", `INSERT INTO home_visits (visit_id, ticket_id, application_id, left_at, gps_sealed, signature, signature_note, signed_image) VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
		v.Visit, int64(v.Ticket), int64(v.Application), v.LeftAt, gps, v.Signature, v.Note, nonZero(v.SignedImage))
	return err
}

// AddStatement writes what somebody said.
func (tx *Tx) AddStatement(ctx context.Context, s *application.Statement) error {
	name, err := tx.sealText("statements.name", s.PublicID, s.Name)
	if err != nil {
		return err
	}
	text, err := tx.sealText("statements.text", s.PublicID, s.Text)
	if err != nil {
		return err
	}
	photos, err := listJSON(s.Photos)
	if err != nil {
		return err
	}
	return tx.insert(ctx, "statement", &s.ID, `INSERT INTO statements (public_id, ticket_id, application_id, role, name_sealed, text_sealed, said_at, photos, staff_id, at)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?::jsonb, ?, ?) ON CONFLICT (public_id) DO NOTHING RETURNING id`,
		s.PublicID, int64(s.Ticket), int64(s.Application), s.Role, name, text, s.SaidAt, photos, int64(s.By), s.At)
}

// StatementCounts tells how many statements of each role there are.
func (tx *Tx) StatementCounts(ctx context.Context, id application.ID) (map[application.StatementRole]int, error) {
	var rows []struct {
		Role string
		N    int
	}
	if err := tx.find(ctx, "count statements", &rows, `SELECT role, count(*) AS n FROM statements WHERE application_id = ? GROUP BY role`, int64(id)); err != nil {
		return nil, err
	}
	counts := map[application.StatementRole]int{}
	for _, r := range rows {
		counts[application.StatementRole(r.Role)] = r.N
	}
	return counts, nil
}

// AddAssessment writes an assessment with its inputs.
func (tx *Tx) AddAssessment(ctx context.Context, a *application.Assessment) error {
	in, err := tx.sealJSON("assessments.inputs", a.PublicID, a.Inputs)
	if err != nil {
		return err
	}
	out, err := tx.sealJSON("assessments.result", a.PublicID, a.Result)
	if err != nil {
		return err
	}
	return tx.insert(ctx, "assessment", &a.ID, `INSERT INTO assessments (public_id, ticket_id, application_id, rules, inputs_sealed, result_sealed, tier, monthly_fen, staff_id, at)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (public_id) DO NOTHING RETURNING id`,
		a.PublicID, int64(a.Ticket), int64(a.Application), a.Result.Version, in, out, fmt.Sprint(a.Result.Tier), a.Due.Fen, int64(a.By), a.At)
}

// assessmentRow is a row of assessments with the aid that was applied for.
type assessmentRow struct {
	ID, TicketID, ApplicationID, StaffID int64
	PublicID, Aid                        string
	InputsSealed, ResultSealed           []byte
	At                                   time.Time
	Staff                                string // of pages only
}

const assessmentSQL = `SELECT s.id, s.public_id, s.ticket_id, s.application_id, s.inputs_sealed, s.result_sealed, s.staff_id, s.at, a.aid, w.name AS staff
	FROM assessments s JOIN applications a ON a.id = s.application_id JOIN staff w ON w.id = s.staff_id `

func (tx *Tx) assessment(r assessmentRow) (application.Assessment, error) {
	a := application.Assessment{ID: r.ID, PublicID: r.PublicID, Ticket: ticket.ID(r.TicketID), Application: application.ID(r.ApplicationID), By: area.StaffID(r.StaffID), At: r.At.UTC()}
	err := errors.Join(tx.openJSON("assessments.inputs", r.PublicID, r.InputsSealed, &a.Inputs), tx.openJSON("assessments.result", r.PublicID, r.ResultSealed, &a.Result))
	a.Due = a.Result.Due(r.Aid)
	return a, err
}

// NewestAssessment is the one that counts.
func (tx *Tx) NewestAssessment(ctx context.Context, id application.ID) (application.Assessment, error) {
	r, err := one[assessmentRow](ctx, tx, "assessment", assessmentSQL+`WHERE s.application_id = ? ORDER BY s.id DESC LIMIT 1`, int64(id))
	if err != nil {
		return application.Assessment{}, err
	}
	return tx.assessment(r)
}

// VerifiedAccount is the newest verified account of a payee on a case.
func (tx *Tx) VerifiedAccount(ctx context.Context, id ticket.ID, payee []byte) (account ledger.PayeeAccountID, err error) {
	err = tx.scan(ctx, "find a payee's account", `SELECT id FROM payee_accounts WHERE ticket_id = ? AND payee_index = ?::bytea AND verified_by IS NOT NULL ORDER BY id DESC LIMIT 1`,
		[]any{int64(id), payee}, (*int64)(&account))
	if errors.Is(err, act.ErrNotFound) {
		return 0, nil
	}
	return account, err
}
