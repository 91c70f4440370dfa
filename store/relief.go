package store

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"example.org/hotline/area"
	"example.org/hotline/internal/act"
	"example.org/hotline/ledger"
	"example.org/hotline/relief"
	"example.org/hotline/relief/people"
	"example.org/hotline/ticket"
)

var _ relief.Tx = (*Tx)(nil)

// IdentityIndex is the blind index under which an identity is found again, in
// findings, limits and the relatives register alike.
func (tx *Tx) IdentityIndex(number string) []byte { return tx.db.sealer.Index("identity", number) }

// StaffPosts lists the own posts of the active staff who hold a role in an area.
func (tx *Tx) StaffPosts(ctx context.Context, place area.Code, role area.Role) (posts []area.PostID, err error) {
	return once(tx, staffedIn{place, role, "staff"}, func() (posts []area.PostID, err error) {
		err = tx.aside(ctx, "find posts", &posts, `SELECT post_id FROM staff WHERE area_code = ? AND role = ? AND active ORDER BY post_id`, string(place), string(role))
		return posts, err
	})
}

// StaffName is the name of a member of staff, active or not.
func (tx *Tx) StaffName(ctx context.Context, id area.StaffID) (name string, err error) {
	err = tx.scan(ctx, "find staff", `SELECT name FROM staff WHERE id = ?`, []any{int64(id)}, &name)
	return name, err
}

// sealText seals a citizen's text for its row and column; empty becomes NULL.
func (tx *Tx) sealText(column, publicID string, text relief.Private) ([]byte, error) {
	if text == "" {
		return nil, nil
	}
	sealed, err := tx.db.sealer.Seal(column+"|"+publicID, []byte(text))
	if err != nil {
		return nil, fmt.Errorf("seal %s: %w", column, err)
	}
	return sealed, nil
}

// openText is the inverse of sealText.
func (tx *Tx) openText(column, publicID string, sealed []byte) (relief.Private, error) {
	if len(sealed) == 0 {
		return "", nil
	}
	plain, err := tx.db.sealer.Open(column+"|"+publicID, sealed)
	if err != nil {
		return "", fmt.Errorf("open %s of %s: %w", column, publicID, err)
	}
	return relief.Private(plain), nil
}

// listJSON writes a list as a jsonb parameter.
func listJSON(list []string) (string, error) {
	if list == nil {
		list = []string{}
	}
	b, err := json.Marshal(list)
	if err != nil {
		return "", fmt.Errorf("write list: %w", err)
	}
	return string(b), nil
}

// readList is the inverse of listJSON.
func readList(raw []byte) ([]string, error) {
	list := []string{}
	if err := json.Unmarshal(raw, &list); err != nil {
		return nil, fmt.Errorf("read list: %w", err)
	}
	return list, nil
}

// AddVisit writes a visit.
func (tx *Tx) AddVisit(ctx context.Context, v *relief.Visit) error {
	place, err := tx.sealText("visits.place", v.PublicID, v.Place)
	if err != nil {
		return err
	}
	facts, err := tx.sealText("visits.facts", v.PublicID, v.Facts)
	if err != nil {
		return err
	}
	visitors, err := listJSON(v.Visitors)
	if err != nil {
		return err
	}
	photos, err := listJSON(v.Photos)
	if err != nil {
		return err
	}
	return tx.insert(ctx, "visit", &v.ID, `INSERT INTO visits (public_id, ticket_id, mode, arrived_at, recorded_at, place_sealed, facts_sealed, visitors, photos, staff_id)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?::jsonb, ?::jsonb, ?) ON CONFLICT (public_id) DO NOTHING RETURNING id`,
		v.PublicID, int64(v.Ticket), v.Mode, v.ArrivedAt, v.RecordedAt, place, facts, visitors, photos, int64(v.By))
}

// insert runs an INSERT … RETURNING id whose client-made public id may exist already.
func (tx *Tx) insert(ctx context.Context, noun string, id *int64, sql string, args ...any) error {
	created, err := tx.insertNew(ctx, noun, id, sql, args...)
	if err == nil && !created {
		return &act.Fault{Kind: act.ErrKeyReused, Code: "id_reused", Field: "id", Detail: "This id already names another " + noun + "; reload before writing again."}
	}
	return err
}

func (tx *Tx) insertNew(ctx context.Context, noun string, id *int64, sql string, args ...any) (created bool, err error) {
	var ids []int64
	if err := tx.find(ctx, "add "+noun, &ids, sql, args...); err != nil {
		return false, err
	}
	if len(ids) == 0 {
		return false, nil
	}
	*id = ids[0]
	return true, nil
}

// AddFindings writes findings with their sealed parts.
func (tx *Tx) AddFindings(ctx context.Context, f *relief.Findings) error {
	declared, err := json.Marshal(f.Declared)
	if err != nil {
		return fmt.Errorf("write declared facts: %w", err)
	}
	var sealed [4][]byte
	for i, part := range []struct {
		column string
		text   relief.Private
	}{{"findings.declared", relief.Private(declared)}, {"findings.applicant", f.Applicant}, {"findings.id", f.Identity.Number}, {"findings.note", f.Note}} {
		if sealed[i], err = tx.sealText(part.column, f.PublicID, part.text); err != nil {
			return err
		}
	}
	needs, err := listJSON(f.Needs)
	if err != nil {
		return err
	}
	warnings, err := listJSON(f.Warnings)
	if err != nil {
		return err
	}
	return tx.insert(ctx, "findings", &f.ID, `INSERT INTO findings (public_id, ticket_id, at, staff_id, cause, household_size, affected, needs, declared_sealed,
		applicant_sealed, id_type, id_sealed, id_reason, note_sealed, payee_index, household_index, warnings)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?::jsonb, ?, ?, ?, ?, ?, ?, ?, ?, ?::jsonb) ON CONFLICT (public_id) DO NOTHING RETURNING id`,
		f.PublicID, int64(f.Ticket), f.At, int64(f.By), f.Cause, f.HouseholdSize, f.Affected, needs, sealed[0], sealed[1], f.Identity.Type, sealed[2],
		f.Identity.Reason, sealed[3], f.Payee, f.Household, warnings)
}

// findingsRow is a row of findings.
type findingsRow struct {
	ID, TicketID, StaffID                                 int64
	PublicID, Cause, IDType, IDReason                     string
	At                                                    time.Time
	HouseholdSize, Affected                               int
	Needs, Warnings                                       []byte
	DeclaredSealed, ApplicantSealed, IDSealed, NoteSealed []byte
	PayeeIndex, HouseholdIndex                            []byte
	Staff                                                 string // of pages only
}

const findingsColumns = `f.id, f.public_id, f.ticket_id, f.at, f.staff_id, f.cause, f.household_size, f.affected, f.needs, f.declared_sealed, f.applicant_sealed,
	f.id_type, f.id_sealed, f.id_reason, f.note_sealed, f.payee_index, f.household_index, f.warnings`

func (tx *Tx) findings(r findingsRow) (f relief.Findings, err error) {
	f = relief.Findings{ID: r.ID, PublicID: r.PublicID, Ticket: ticket.ID(r.TicketID), At: r.At.UTC(), By: area.StaffID(r.StaffID), Cause: ticket.Cause(r.Cause),
		HouseholdSize: r.HouseholdSize, Affected: r.Affected, Payee: r.PayeeIndex, Household: r.HouseholdIndex,
		Identity: people.Identity{Type: people.IdentityType(r.IDType), Reason: r.IDReason}}
	if f.Needs, err = readList(r.Needs); err != nil {
		return f, err
	}
	if f.Warnings, err = readList(r.Warnings); err != nil {
		return f, err
	}
	var declared relief.Private
	for _, part := range []struct {
		column string
		sealed []byte
		to     *relief.Private
	}{{"findings.declared", r.DeclaredSealed, &declared}, {"findings.applicant", r.ApplicantSealed, &f.Applicant},
		{"findings.id", r.IDSealed, &f.Identity.Number}, {"findings.note", r.NoteSealed, &f.Note}} {
		if *part.to, err = tx.openText(part.column, r.PublicID, part.sealed); err != nil {
			return f, err
		}
	}
	if err := json.Unmarshal([]byte(declared), &f.Declared); err != nil {
		return f, fmt.Errorf("read declared facts: %w", err)
	}
	return f, nil
}

// NewestFindings are those a decision rests on.
func (tx *Tx) NewestFindings(ctx context.Context, id ticket.ID) (relief.Findings, error) {
	r, err := one[findingsRow](ctx, tx, "findings", `SELECT `+findingsColumns+` FROM findings f WHERE f.ticket_id = ? ORDER BY f.id DESC LIMIT 1`, int64(id))
	if err != nil {
		return relief.Findings{}, err
	}
	return tx.findings(r)
}

// decisionRow is a row of decisions.
type decisionRow struct {
	ID, TicketID, FindingsID, Fen, DecidedBy, Version                   int64
	RulingID                                                            *int64
	PublicID, Track, State, AidKind, Level, Reason, Policy, DecidedRole string
	PayeeIndex, HouseholdIndex, MissingPapers, WitnessSealed            []byte
	IdentitySeen, PhoneReached                                          bool
	DecidedAt                                                           time.Time
	CountyFrom, ApprovedAt                                              *time.Time
	ApprovedBy                                                          *int64
}

const decisionColumns = `d.id, d.public_id, d.ticket_id, d.findings_id, d.ruling_id, d.track, d.state, d.aid_kind, d.fen, d.level, d.reason, d.payee_index, d.household_index,
	d.missing_papers, d.identity_seen, d.phone_reached, d.witness_sealed, d.policy, d.decided_by, d.decided_role, d.decided_at, d.county_from,
	d.approved_by, d.approved_at, d.version`

func (tx *Tx) decision(r decisionRow) (d relief.Decision, err error) {
	d = relief.Decision{ID: ledger.DecisionID(r.ID), PublicID: r.PublicID, Ticket: ticket.ID(r.TicketID), Findings: r.FindingsID, Ruling: deref(r.RulingID),
		Track: relief.Track(r.Track),
		State: relief.DecisionState(r.State), AidKind: r.AidKind, Fen: r.Fen, Level: ledger.Level(r.Level), Reason: r.Reason, Payee: r.PayeeIndex,
		Household: r.HouseholdIndex, Check: relief.ShortCheck{IdentitySeen: r.IdentitySeen, PhoneReached: r.PhoneReached}, Policy: r.Policy,
		By: area.StaffID(r.DecidedBy), ByRole: area.Role(r.DecidedRole), At: r.DecidedAt.UTC(), CountyMayApprove: orZero(r.CountyFrom),
		ApprovedBy: area.StaffID(deref(r.ApprovedBy)), ApprovedAt: orZero(r.ApprovedAt), Version: r.Version}
	if d.Missing, err = readList(r.MissingPapers); err != nil {
		return d, err
	}
	d.Check.Witness, err = tx.openText("decisions.witness", r.PublicID, r.WitnessSealed)
	return d, err
}

// AddDecision writes a decision.
func (tx *Tx) AddDecision(ctx context.Context, d *relief.Decision) (created bool, err error) {
	missing, err := listJSON(d.Missing)
	if err != nil {
		return false, err
	}
	witness, err := tx.sealText("decisions.witness", d.PublicID, d.Check.Witness)
	if err != nil {
		return false, err
	}
	var id int64
	created, err = tx.insertNew(ctx, "decision", &id, `INSERT INTO decisions (public_id, ticket_id, findings_id, ruling_id, track, state, aid_kind, fen, level, reason, payee_index,
		household_index, missing_papers, identity_seen, phone_reached, witness_sealed, policy, decided_by, decided_role, decided_at, county_from, approved_by,
		approved_at, version) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?::jsonb, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (public_id) DO NOTHING RETURNING id`,
		d.PublicID, int64(d.Ticket), d.Findings, nonZero(d.Ruling), d.Track, d.State, d.AidKind, d.Fen, d.Level, d.Reason, d.Payee, d.Household, missing, d.Check.IdentitySeen,
		d.Check.PhoneReached, witness, d.Policy, int64(d.By), d.ByRole, d.At, null(d.CountyMayApprove), nonZero(int64(d.ApprovedBy)), null(d.ApprovedAt), d.Version)
	d.ID = ledger.DecisionID(id)
	return created, err
}

// DecisionByRef resolves a decision's public id.
func (tx *Tx) DecisionByRef(ctx context.Context, publicID string) (ledger.DecisionID, ticket.ID, error) {
	id, of, err := tx.byRef(ctx, "decisions", "decision", publicID)
	return ledger.DecisionID(id), ticket.ID(of), err
}

// DecisionForUpdate locks and loads a decision.
func (tx *Tx) DecisionForUpdate(ctx context.Context, id ledger.DecisionID) (relief.Decision, error) {
	if d, known := tx.loaded.decisions[id]; known {
		delete(tx.loaded.decisions, id) // whoever asks again wants what has changed
		return d, nil
	}
	r, err := one[decisionRow](ctx, tx, "decision", `SELECT `+decisionColumns+` FROM decisions d WHERE d.id = ? FOR UPDATE`, int64(id))
	if err != nil {
		return relief.Decision{}, err
	}
	return tx.decision(r)
}

// LoadAhead locks decisions in the order of their ids, and reads the papers of tickets, at once.
func (tx *Tx) LoadAhead(ctx context.Context, decisions []ledger.DecisionID, tickets []ticket.ID) error {
	var rows []decisionRow
	err := tx.find(ctx, "lock decisions", &rows, `SELECT `+decisionColumns+` FROM decisions d WHERE d.id = ANY(?::bigint[]) ORDER BY d.id FOR UPDATE`, bigints(decisions))
	if err != nil {
		return err
	}
	tx.loaded.decisions, tx.loaded.papers = make(map[ledger.DecisionID]relief.Decision, len(rows)), make(map[ticket.ID][]relief.Paper, len(tickets))
	for _, r := range rows {
		d, err := tx.decision(r)
		if err != nil {
			return err
		}
		tx.loaded.decisions[d.ID] = d
	}
	var papers []paperRow
	if err := tx.find(ctx, "list the papers of tickets", &papers, `SELECT `+paperColumns+` FROM papers p WHERE p.ticket_id = ANY(?::bigint[]) ORDER BY p.id`, bigints(tickets)); err != nil {
		return err
	}
	for _, id := range tickets {
		tx.loaded.papers[id] = []relief.Paper{}
	}
	for _, r := range papers {
		p, err := r.paper()
		if err != nil {
			return err
		}
		tx.loaded.papers[p.Ticket] = append(tx.loaded.papers[p.Ticket], p)
	}
	return nil
}

// PendingDecisions locks the decisions that wait for a second person.
func (tx *Tx) PendingDecisions(ctx context.Context, id ticket.ID) ([]relief.Decision, error) {
	var rows []decisionRow
	err := tx.find(ctx, "list pending decisions", &rows, `SELECT `+decisionColumns+` FROM decisions d WHERE d.ticket_id = ?
		AND d.state IN ('registered','short_check') ORDER BY d.id FOR UPDATE`, int64(id))
	if err != nil {
		return nil, err
	}
	pending := make([]relief.Decision, 0, len(rows))
	for _, r := range rows {
		d, err := tx.decision(r)
		if err != nil {
			return nil, err
		}
		pending = append(pending, d)
	}
	return pending, nil
}

// SaveDecision writes what may change of a decision, guarded by its version.
func (tx *Tx) SaveDecision(ctx context.Context, d *relief.Decision) error {
	witness, err := tx.sealText("decisions.witness", d.PublicID, d.Check.Witness)
	if err != nil {
		return err
	}
	if tx.later != nil && tx.later.whole {
		tx.later.decisions.save(int64(d.ID), d.Version, map[string]any{"state": d.State, "identity_seen": d.Check.IdentitySeen, "phone_reached": d.Check.PhoneReached, "witness_sealed": octets(witness),
			"approved_by": nonZero(int64(d.ApprovedBy)), "approved_at": null(d.ApprovedAt)})
		d.Version++
		return nil
	}
	n, err := tx.exec(ctx, "save decision", `UPDATE decisions SET state = ?, identity_seen = ?, phone_reached = ?, witness_sealed = ?, approved_by = ?, approved_at = ?,
		version = version + 1 WHERE id = ? AND version = ?`, d.State, d.Check.IdentitySeen, d.Check.PhoneReached, witness, nonZero(int64(d.ApprovedBy)),
		null(d.ApprovedAt), int64(d.ID), d.Version)
	if err == nil && n == 0 {
		return act.Conflict("stale_version", staleDecision)
	}
	d.Version++
	return err
}
