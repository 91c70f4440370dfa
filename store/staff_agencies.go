package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"

	"example.org/hotline/area"
	"example.org/hotline/internal/act"
	"example.org/hotline/ticket"
)

// agencyRow is a row of agencies with its people.
type agencyRow struct {
	ID                                          int64
	PublicID, Name, AreaCode, AreaName, Contact string
	ContractFrom, ContractUntil                 string
	People                                      []byte
}

const agencySQL = `SELECT g.id, g.public_id, g.name, g.area_code, d.name AS area_name, g.contact, g.contract_from::text AS contract_from, g.contract_until::text AS contract_until,
	coalesce((SELECT jsonb_agg(jsonb_build_object('login', s.login, 'name', s.name, 'active', s.active, 'opened', (SELECT count(*) FROM agency_access a
		WHERE a.staff_id = s.id AND a.ended_at IS NULL AND a.starts_at <= ? AND a.ends_at > ?)) ORDER BY s.login) FROM staff s WHERE s.agency_id = g.id), '[]') AS people
	FROM agencies g JOIN divisions d ON d.code = g.area_code WHERE `

func (r agencyRow) agency() (area.Agency, error) {
	g := area.Agency{ID: r.PublicID, Name: r.Name, Area: area.Code(r.AreaCode), AreaName: r.AreaName, Contact: r.Contact,
		ContractFrom: area.Date(r.ContractFrom), ContractUntil: area.Date(r.ContractUntil)}
	if err := json.Unmarshal(r.People, &g.People); err != nil {
		return g, fmt.Errorf("read the people of an agency: %w", err)
	}
	return g, nil
}

// Agencies lists those of the actor's area, those whose contract ends last first.
func (tx *Tx) Agencies(ctx context.Context) ([]area.Agency, error) {
	var rows []agencyRow
	if err := tx.find(ctx, "list agencies", &rows, agencySQL+`true ORDER BY g.contract_until DESC, g.name LIMIT 500`, tx.now, tx.now); err != nil {
		return nil, err
	}
	list := make([]area.Agency, 0, len(rows))
	for _, r := range rows {
		g, err := r.agency()
		if err != nil {
			return nil, err
		}
		list = append(list, g)
	}
	return list, nil
}

func (tx *Tx) agencyRow(ctx context.Context, id string) (agencyRow, error) {
	if uuid.Validate(id) != nil {
		return agencyRow{}, act.NotFound("agency")
	}
	return one[agencyRow](ctx, tx, "agency", agencySQL+`g.public_id = ?`, tx.now, tx.now, id)
}

// AddAgency writes down an organisation and its contract.
func (tx *Tx) AddAgency(ctx context.Context, g area.Agency) (area.Agency, error) {
	if g.ContractUntil < g.ContractFrom {
		return g, act.Invalid("contract_until", "ends_before_it_begins", "The contract ends before it begins. Correct one of the two days.")
	}
	if err := tx.within(ctx, g.Area); err != nil {
		return g, err
	}
	if err := tx.lockText(ctx, "agency|"+string(g.Area)+"|"+g.Name); err != nil {
		return g, err
	}
	id := uuid.NewString()
	n, err := tx.exec(ctx, "add an agency", `INSERT INTO agencies (public_id, name, area_code, contact, contract_from, contract_until, created_by, created_at)
		SELECT ?, ?, ?, ?, ?::date, ?::date, ?, ? WHERE NOT EXISTS (SELECT 1 FROM agencies x WHERE x.area_code = ? AND x.name = ?)`,
		id, g.Name, string(g.Area), g.Contact, string(g.ContractFrom), string(g.ContractUntil), nonZero(int64(tx.actor.StaffID)), tx.now, string(g.Area), g.Name)
	if err != nil {
		return g, err
	}
	if n == 0 {
		return g, act.Invalid("name", "agency_known", "There is an agency of this name. Prolong its contract instead.")
	}
	return tx.toldAgency(ctx, id, "agency.added", "")
}

// within finds a place of the actor's.
func (tx *Tx) within(ctx context.Context, code area.Code) error {
	if tx.actor.System == "" && !tx.actor.Area.Contains(code) {
		return act.NotFound("area")
	}
	_, err := tx.Division(ctx, code)
	return err
}

// toldAgency leaves a record of an act on an agency and shows it.
func (tx *Tx) toldAgency(ctx context.Context, id, action, reason string) (area.Agency, error) {
	r, err := tx.agencyRow(ctx, id)
	if err != nil {
		return area.Agency{}, err
	}
	g, err := r.agency()
	if err != nil {
		return g, err
	}
	return g, tx.Audit(ctx, act.Record{Action: action, Subject: act.Subject{Kind: "agency", ID: r.ID}, Area: g.Area, Reason: reason,
		Data: map[string]any{"name": g.Name, "from": string(g.ContractFrom), "until": string(g.ContractUntil)}})
}

// ChangeAgency corrects an agency's name, or whom to ask there.
func (tx *Tx) ChangeAgency(ctx context.Context, id string, change func(*area.Agency)) (area.Agency, error) {
	r, err := tx.agencyRow(ctx, id)
	if err != nil {
		return area.Agency{}, err
	}
	g, err := r.agency()
	if err != nil {
		return g, err
	}
	change(&g)
	if err := tx.lockText(ctx, "agency|"+string(g.Area)+"|"+g.Name); err != nil {
		return g, err
	}
	n, err := tx.exec(ctx, "change an agency", `UPDATE agencies SET name = ?, contact = ? WHERE id = ?
		AND NOT EXISTS (SELECT 1 FROM agencies x WHERE x.area_code = ? AND x.name = ? AND x.id <> ?)`, g.Name, g.Contact, r.ID, string(g.Area), g.Name, r.ID)
	if err != nil {
		return g, err
	}
	if n == 0 {
		return g, act.Invalid("name", "agency_name_taken", "Another agency here has this name. Choose one that tells them apart.")
	}
	return tx.toldAgency(ctx, id, "agency.changed", "")
}

// EndContract sets the last day of a contract: later, or earlier. What is open to
// its people beyond that day closes with it; a contract that is over has no
// people, so they leave.
func (tx *Tx) EndContract(ctx context.Context, id string, until area.Date, reason string) (area.Agency, error) {
	r, err := tx.agencyRow(ctx, id)
	if err != nil {
		return area.Agency{}, err
	}
	switch {
	case reason == "":
		return area.Agency{}, act.Invalid("reason", "reason_required", "Say why.")
	case string(until) < r.ContractFrom:
		return area.Agency{}, act.Invalid("until", "ends_before_it_begins", "The contract would end before it begins. Correct the day.")
	}
	if _, err := tx.exec(ctx, "set the end of a contract", `UPDATE agencies SET contract_until = ?::date WHERE id = ?`, string(until), r.ID); err != nil {
		return area.Agency{}, err
	}
	// An access that was given already keeps its end; what would outlast the contract ends now.
	_, err = tx.exec(ctx, "end accesses", `UPDATE agency_access a SET ended_by = ?, ended_at = ?, end_reason = ? FROM staff s
		WHERE s.id = a.staff_id AND s.agency_id = ? AND a.ended_at IS NULL AND a.ends_at > ? AND a.ends_at > (?::date + 1)::timestamp AT TIME ZONE 'Asia/Shanghai'`,
		nonZero(int64(tx.actor.StaffID)), tx.now, reason, r.ID, tx.now, string(until))
	if err != nil {
		return area.Agency{}, err
	}
	if until < area.DateOf(tx.now) {
		g, err := r.agency()
		if err != nil {
			return g, err
		}
		for _, p := range g.People {
			if !p.Active {
				continue
			}
			if _, err := tx.LeaveStaff(ctx, p.Login, reason); err != nil {
				return g, err
			}
		}
	}
	return tx.toldAgency(ctx, id, "agency.contract", reason)
}

// AddAgencySeat makes an account for somebody of an agency. They see no ticket
// until one is opened to them.
func (tx *Tx) AddAgencySeat(ctx context.Context, tree *area.Tree, id string, p area.Person) (area.Agency, error) {
	r, err := tx.agencyRow(ctx, id)
	if err != nil {
		return area.Agency{}, err
	}
	if r.ContractUntil < string(area.DateOf(tx.now)) {
		return area.Agency{}, act.Refused("contract_over", "The contract is over. Prolong it first; nothing was done.")
	}
	p.Role, p.Area = area.RoleAgency, area.Code(r.AreaCode)
	if err := firstFault(tx.namer(tree).Check(0, p)); err != nil {
		return area.Agency{}, err
	}
	if err := tx.insertStaff(ctx, p, r.ID); err != nil {
		return area.Agency{}, err
	}
	return tx.toldAgency(ctx, id, "agency.seat_added", "")
}

const accessSQL = `SELECT a.public_id, a.ticket_id, coalesce(t.public_id::text, '') AS ticket, coalesce(t.number, '') AS number, a.area_code, s.login, s.name, g.name AS agency,
	a.starts_at, a.ends_at, a.reason, coalesce(w.name, '') AS granted_by, a.ended_at
	FROM agency_access a JOIN staff s ON s.id = a.staff_id LEFT JOIN agencies g ON g.id = s.agency_id LEFT JOIN staff w ON w.id = a.granted_by
	LEFT JOIN tickets t ON t.id = a.ticket_id WHERE `

type accessRow struct {
	TicketID                                        int64
	PublicID, Ticket, Number, AreaCode, Login, Name string
	Agency                                          *string
	Reason, GrantedBy                               string
	StartsAt, EndsAt                                time.Time
	EndedAt                                         *time.Time
}

func (r accessRow) access() area.AgencyAccess {
	a := area.AgencyAccess{ID: r.PublicID, Ticket: r.Ticket, Number: r.Number, Login: r.Login, Name: r.Name, Agency: deref(r.Agency),
		From: r.StartsAt.UTC(), Until: r.EndsAt.UTC(), Reason: r.Reason, GrantedBy: r.GrantedBy}
	if r.EndedAt != nil {
		at := r.EndedAt.UTC()
		a.EndedAt = &at
	}
	return a
}

// Accesses lists what is open to people of agencies, what ends first before the
// rest; with over also what is over.
func (tx *Tx) Accesses(ctx context.Context, over bool, limit int) ([]area.AgencyAccess, error) {
	return tx.accesses(ctx, `(? OR (a.ended_at IS NULL AND a.ends_at > ?)) ORDER BY a.ended_at DESC NULLS FIRST, a.ends_at LIMIT ?`, over, tx.now, limit)
}

func (tx *Tx) accesses(ctx context.Context, where string, args ...any) ([]area.AgencyAccess, error) {
	var rows []accessRow
	err := tx.find(ctx, "list accesses", &rows, accessSQL+where, args...)
	list := make([]area.AgencyAccess, 0, len(rows))
	for _, r := range rows {
		list = append(list, r.access())
	}
	return list, err
}

// OwnAccesses lists what is open to the actor, of an agency, what ends first before
// the rest.
func (tx *Tx) OwnAccesses(ctx context.Context) ([]area.AgencyAccess, error) {
	return tx.accesses(ctx, `a.staff_id = ? AND a.ended_at IS NULL AND a.starts_at <= ? AND a.ends_at > ? ORDER BY a.ends_at, a.id LIMIT 500`, int64(tx.actor.StaffID), tx.now, tx.now)
}

// OwnAccess is an access of the actor's, also one that is over: then it names no
// ticket.
func (tx *Tx) OwnAccess(ctx context.Context, id string) (area.AgencyAccess, error) {
	if uuid.Validate(id) != nil {
		return area.AgencyAccess{}, act.NotFound("access")
	}
	r, err := one[accessRow](ctx, tx, "access", accessSQL+`a.public_id = ? AND a.staff_id = ?`, id, int64(tx.actor.StaffID))
	return r.access(), err
}

// GrantAccess opens a ticket to somebody of an agency, for at most thirty days
// and no longer than the contract. It stands in the ticket's timeline.
func (tx *Tx) GrantAccess(ctx context.Context, ref ticket.ID, login string, until time.Time, reason string) (area.AgencyAccess, error) {
	reason = strings.TrimSpace(reason)
	switch {
	case reason == "":
		return area.AgencyAccess{}, act.Invalid("reason", "reason_required", "Say what they are to do on the ticket.")
	case !until.After(tx.now):
		return area.AgencyAccess{}, act.Invalid("until", "already_past", "It must end in the future.")
	case until.After(tx.now.Add(area.LongestAccess)):
		return area.AgencyAccess{}, act.Invalid("until", "access_too_long", "A ticket is open to an agency for at most 30 days. Name an earlier end; it can be opened again.")
	}
	t, err := tx.TicketForUpdate(ctx, ref)
	if err != nil {
		return area.AgencyAccess{}, err
	}
	if !t.Status.Open() {
		return area.AgencyAccess{}, act.Refused("ticket_closed", "The ticket is closed; nothing was done.")
	}
	var who struct {
		ID    int64
		Name  string
		Until string
	}
	err = tx.scan(ctx, "find somebody of an agency", `SELECT s.id, s.name, g.contract_until::text FROM staff s JOIN agencies g ON g.id = s.agency_id WHERE s.login = ? AND s.active`,
		[]any{login}, &who.ID, &who.Name, &who.Until)
	if errors.Is(err, act.ErrNotFound) {
		return area.AgencyAccess{}, act.Invalid("login", "no_agency_seat", "Nobody of an agency has this login. Tickets are opened to people of agencies only.")
	}
	if err != nil {
		return area.AgencyAccess{}, err
	}
	if area.DateOf(until.Add(-time.Second)) > area.Date(who.Until) {
		fault := act.Invalid("until", "beyond_contract", "The contract ends before. Name an earlier end, or prolong the contract.")
		fault.Args = map[string]any{"until": who.Until}
		return area.AgencyAccess{}, fault
	}
	id := uuid.NewString()
	_, err = tx.exec(ctx, "open a ticket to an agency", `INSERT INTO agency_access (public_id, ticket_id, staff_id, area_code, starts_at, ends_at, reason, granted_by, granted_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		id, int64(t.ID), who.ID, string(t.Area), tx.now, until, reason, nonZero(int64(tx.actor.StaffID)), tx.now)
	if err != nil {
		return area.AgencyAccess{}, err
	}
	data := map[string]any{"to": who.Name, "until": until.UTC().Format(time.RFC3339)}
	if err := ticket.Tell(ctx, tx, &t, "ticket.opened_to_agency", reason, data); err != nil {
		return area.AgencyAccess{}, err
	}
	return tx.accessByID(ctx, id)
}

func (tx *Tx) accessByID(ctx context.Context, id string) (area.AgencyAccess, error) {
	list, err := tx.accesses(ctx, `a.public_id = ?`, id)
	if err == nil && len(list) == 0 {
		err = act.NotFound("access")
	}
	if err != nil {
		return area.AgencyAccess{}, err
	}
	return list[0], nil
}

// EndAccess closes a ticket to somebody of an agency at once.
func (tx *Tx) EndAccess(ctx context.Context, id, reason string) (area.AgencyAccess, error) {
	if reason == "" {
		return area.AgencyAccess{}, act.Invalid("reason", "reason_required", "Say why.")
	}
	if uuid.Validate(id) != nil {
		return area.AgencyAccess{}, act.NotFound("access")
	}
	r, err := one[accessRow](ctx, tx, "access", accessSQL+`a.public_id = ? AND a.ended_at IS NULL AND a.ends_at > ?`, id, tx.now)
	if err != nil {
		return area.AgencyAccess{}, err
	}
	n, err := tx.exec(ctx, "close a ticket to an agency", `UPDATE agency_access SET ended_by = ?, ended_at = ?, end_reason = ? WHERE public_id = ? AND ended_at IS NULL`,
		nonZero(int64(tx.actor.StaffID)), tx.now, reason, id)
	if err == nil && n == 0 {
		err = act.NotFound("access")
	}
	if err != nil {
		return area.AgencyAccess{}, err
	}
	err = tx.everywhere(ctx, func() error { // the ticket may lie elsewhere by now
		t, err := tx.TicketForUpdate(ctx, ticket.ID(r.TicketID))
		if err != nil {
			return err
		}
		return ticket.Tell(ctx, tx, &t, "ticket.closed_to_agency", reason, map[string]any{"to": r.Name})
	})
	if err != nil {
		return area.AgencyAccess{}, err
	}
	return tx.accessByID(ctx, id)
}
