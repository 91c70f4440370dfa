package store

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/google/uuid"

	"example.org/hotline/internal/act"
	"example.org/hotline/relief/people"
	"example.org/hotline/ticket"
)

var _ people.MergeTx = (*Tx)(nil)

// SavePerson writes a person and keeps what was written.
func (tx *Tx) SavePerson(ctx context.Context, p *people.Person, of ticket.ID) error {
	sealed, err := tx.sealPerson(*p)
	if err != nil {
		return err
	}
	identity, phone, nameBirth := tx.personIndexes(*p)
	n, err := tx.exec(ctx, "save a person", `UPDATE persons SET area_code = ?, hukou_area = ?, identity_type = ?, identity_reason = ?, identity_index = ?, phone_index = ?,
		name_birth_index = ?, died_on = ?::date, sealed = ?, version = version + 1 WHERE id = ? AND version = ? AND merged_into IS NULL`,
		string(p.Area), string(p.Hukou), p.Identity.Type, p.Identity.Reason, identity, phone, nameBirth, day(p.Died), sealed, int64(p.ID), p.Version)
	if violates(err, "persons_one_number") {
		return numberTaken()
	}
	if err == nil && n == 0 {
		err = act.Conflict("stale_version", "The person's record changed while you were looking at it; reload and write again.")
	}
	if err != nil {
		return err
	}
	p.Version++
	return tx.addPersonHistory(ctx, *p, of, sealed)
}

// SaveHousehold writes where a household lives, and that its people do.
func (tx *Tx) SaveHousehold(ctx context.Context, h *people.Household) error {
	address, err := tx.sealText("households.address", h.PublicID, h.Address)
	if err != nil {
		return err
	}
	n, err := tx.exec(ctx, "save a household", `UPDATE households SET area_code = ?, register_area = ?, address_sealed = ?, version = version + 1 WHERE id = ? AND version = ?`,
		string(h.Area), string(h.Register), address, int64(h.ID), h.Version)
	if err == nil && n == 0 {
		err = act.Conflict("stale_version", "The household changed while you were looking at it; reload and write again.")
	}
	if err != nil {
		return err
	}
	h.Version++
	_, err = tx.exec(ctx, "move people with their household", `UPDATE persons SET area_code = ? WHERE id IN (SELECT person_id FROM memberships WHERE household_id = ? AND until IS NULL)`,
		string(h.Area), int64(h.ID))
	return err
}

// BelongsTo is the household that somebody belongs to now.
func (tx *Tx) BelongsTo(ctx context.Context, p people.PersonID) (h people.HouseholdID, err error) {
	err = tx.scan(ctx, "find a person's household", `SELECT household_id FROM memberships WHERE person_id = ? AND until IS NULL`, []any{int64(p)}, (*int64)(&h))
	return h, err
}

// LeftBehind are the indexes of households that somebody left as their head or as the last.
func (tx *Tx) LeftBehind(ctx context.Context, p people.PersonID) (list [][]byte, err error) {
	var rows []struct{ LimitIndex []byte }
	err = tx.find(ctx, "list households left", &rows, `SELECT DISTINCT h.limit_index FROM memberships m JOIN households h ON h.id = m.household_id
		WHERE m.person_id = ? AND m.ended_why IN ('moved','married','corrected') AND (m.relation = 'head'
		   OR NOT EXISTS (SELECT 1 FROM memberships n WHERE n.household_id = h.id AND n.until IS NULL))`, int64(p))
	for _, r := range rows {
		list = append(list, r.LimitIndex)
	}
	return list, err
}

// EndMember ends somebody's belonging to a household.
func (tx *Tx) EndMember(ctx context.Context, membership int64, until ticket.Date, why people.EndedWhy) error {
	n, err := tx.exec(ctx, "end a membership", `UPDATE memberships SET until = ?::date, ended_why = ? WHERE id = ? AND until IS NULL`, string(until), why, membership)
	if err == nil && n == 0 {
		err = act.Conflict("household_changed", "The household's records were joined or parted at this moment; try again. Nothing was written.")
	}
	return err
}

// PersonByID loads a person.
func (tx *Tx) PersonByID(ctx context.Context, id people.PersonID) (people.Person, error) {
	r, err := one[personRow](ctx, tx, "person", `SELECT `+personColumns+` FROM persons p WHERE p.id = ?`, int64(id))
	if err != nil {
		return people.Person{}, err
	}
	return tx.person(r)
}

// PersonForUpdate locks and loads a person.
func (tx *Tx) PersonForUpdate(ctx context.Context, id people.PersonID) (people.Person, error) {
	r, err := one[personRow](ctx, tx, "person", `SELECT `+personColumns+` FROM persons p WHERE p.id = ? FOR UPDATE`, int64(id))
	if err != nil {
		return people.Person{}, err
	}
	return tx.person(r)
}

// PersonAt is what was written of a person in a version of theirs.
func (tx *Tx) PersonAt(ctx context.Context, id people.PersonID, version int64) (people.Person, error) {
	r, err := one[personRow](ctx, tx, "person", `SELECT p.id AS person_id, p.public_id AS person_public_id, p.area_code AS person_area, p.hukou_area, 'none' AS identity_type, '' AS identity_reason,
		h.sealed, p.merged_into AS person_merged, h.version AS person_version FROM persons p JOIN person_history h ON h.person_id = p.id WHERE p.id = ? AND h.version = ?`, int64(id), version)
	if err != nil {
		return people.Person{}, err
	}
	p, err := tx.person(r)
	if p.Identity.Number != "" {
		p.Identity.Type = people.IdentityResident
	}
	return p, err
}

// RelationBefore is what somebody last was to the head of a household that they left.
func (tx *Tx) RelationBefore(ctx context.Context, p people.PersonID, h people.HouseholdID) (r people.Relation, err error) {
	err = tx.scan(ctx, "find a relation of before", `SELECT relation FROM memberships WHERE person_id = ? AND household_id = ? AND until IS NOT NULL ORDER BY id DESC LIMIT 1`,
		[]any{int64(p), int64(h)}, (*string)(&r))
	return r, err
}

// AddAct writes a joining or parting.
func (tx *Tx) AddAct(ctx context.Context, a *people.RecordAct, where people.Household) error {
	moved, err := json.Marshal(a.Moved)
	if err != nil {
		return fmt.Errorf("write what moved: %w", err)
	}
	return tx.insert(ctx, "act", &a.ID, `INSERT INTO people_acts (public_id, kind, kept_id, other_id, area_code, undoes, moved, reason, staff_id, at)
		VALUES (?, ?, ?, ?, ?, ?, ?::jsonb, ?, ?, ?) ON CONFLICT (public_id) DO NOTHING RETURNING id`,
		a.PublicID, a.Kind, a.Kept, a.Other, string(where.Area), nonZero(a.Undoes), string(moved), a.Reason, int64(tx.actor.StaffID), tx.now)
}

// ActByRef loads an act by its public id.
func (tx *Tx) ActByRef(ctx context.Context, publicID string) (people.RecordAct, error) {
	if uuid.Validate(publicID) != nil {
		return people.RecordAct{}, act.NotFound("act")
	}
	r, err := one[struct {
		ID, KeptID, OtherID    int64
		PublicID, Kind, Reason string
		Moved                  []byte
		Undone                 bool
	}](ctx, tx, "act", `SELECT a.id, a.public_id, a.kind, a.kept_id, a.other_id, a.moved, a.reason, EXISTS (SELECT 1 FROM people_acts u WHERE u.undoes = a.id) AS undone
		FROM people_acts a WHERE a.public_id = ?`, publicID)
	if err != nil {
		return people.RecordAct{}, err
	}
	a := people.RecordAct{ID: r.ID, PublicID: r.PublicID, Kind: people.ActKind(r.Kind), Kept: r.KeptID, Other: r.OtherID, Reason: r.Reason, Undone: r.Undone}
	if err := json.Unmarshal(r.Moved, &a.Moved); err != nil {
		return a, fmt.Errorf("read what moved: %w", err)
	}
	return a, nil
}

// PointHousehold writes which household stands for one.
func (tx *Tx) PointHousehold(ctx context.Context, h *people.Household, into people.HouseholdID) error {
	_, err := tx.exec(ctx, "join a household", `UPDATE households SET merged_into = ?, version = version + 1 WHERE id = ?`, nonZero(int64(into)), int64(h.ID))
	h.MergedInto = into
	h.Version++
	return err
}

// PointPerson writes which record stands for one.
func (tx *Tx) PointPerson(ctx context.Context, p *people.Person, into people.PersonID) error {
	_, err := tx.exec(ctx, "join a person", `UPDATE persons SET merged_into = ? WHERE id = ?`, nonZero(int64(into)), int64(p.ID))
	if violates(err, "persons_one_number") {
		return numberTaken()
	}
	p.MergedInto = into
	return err
}

// RetireTier ends the tier of a household that was joined to another.
func (tx *Tx) RetireTier(ctx context.Context, h people.HouseholdID) error {
	_, err := tx.exec(ctx, "end a tier", `UPDATE household_tiers SET until = ? WHERE household_id = ? AND until IS NULL`, tx.now, int64(h))
	return err
}

// OldTier is the last tier that a household had.
func (tx *Tx) OldTier(ctx context.Context, h people.HouseholdID) (t people.Tier, err error) {
	err = tx.scan(ctx, "find a tier of before", `SELECT tier, rule_version FROM household_tiers WHERE household_id = ? ORDER BY id DESC LIMIT 1`, []any{int64(h)}, &t.Tier, &t.Version)
	return t, err
}

// MoveLinks points cases of one household to another.
func (tx *Tx) MoveLinks(ctx context.Context, from, to people.HouseholdID, basis people.Basis, only []ticket.ID) (moved []ticket.ID, err error) {
	where, args := "", []any{nonZero(int64(tx.actor.StaffID)), tx.now, "records " + string(basis), int64(from)}
	if only != nil {
		ids := make([]int64, 0, len(only))
		for _, id := range only {
			ids = append(ids, int64(id))
		}
		where, args = ` AND ticket_id IN ?`, append(args, ids)
	}
	var rows []struct{ TicketID int64 }
	err = tx.find(ctx, "move cases", &rows, `UPDATE case_households SET unlinked_by = ?, unlinked_at = ?, reason = ? WHERE household_id = ? AND unlinked_at IS NULL`+where+` RETURNING ticket_id`, args...)
	if err != nil {
		return nil, err
	}
	for _, r := range rows {
		moved = append(moved, ticket.ID(r.TicketID))
		if err := tx.AddLink(ctx, ticket.ID(r.TicketID), to, basis); err != nil {
			return nil, err
		}
	}
	return moved, nil
}
