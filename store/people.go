package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"

	"example.org/hotline/area"
	"example.org/hotline/internal/act"
	"example.org/hotline/relief/people"
	"example.org/hotline/ticket"
)

var _ people.Tx = (*Tx)(nil)

// HouseholdIndex is what a household that is registered anew counts under.
func (tx *Tx) HouseholdIndex(publicID string) []byte {
	return tx.db.sealer.Index("household", publicID)
}

// LockPayee lets payouts to a person wait until the transaction ends.
func (tx *Tx) LockPayee(ctx context.Context, payee []byte) error {
	return tx.lockText(ctx, payeeLock(payee))
}

func payeeLock(payee []byte) string { return "payee|" + string(payee) }

// personFacts are what is sealed of a person, as JSON in one piece.
type personFacts struct {
	Name            string                `json:"name"`
	Number          string                `json:"number,omitempty"`
	IDReason        string                `json:"id_reason,omitempty"` // beside its column, for the history
	Born            ticket.Date           `json:"born,omitempty"`
	Sex             people.Sex            `json:"sex"`
	PhoneRaw        string                `json:"phone_raw,omitempty"`
	Phone           string                `json:"phone,omitempty"`
	Capacity        people.Capacity       `json:"capacity"`
	DisabilityGrade int                   `json:"disability_grade,omitempty"`
	DisabilityKind  people.DisabilityKind `json:"disability_kind,omitempty"`
	SevereIllness   bool                  `json:"severe_illness,omitempty"`
	Illness         string                `json:"illness,omitempty"`
	Student         bool                  `json:"student,omitempty"`
	School          string                `json:"school,omitempty"`
	WorkAbility     people.WorkAbility    `json:"work_ability"`
	Guardian        string                `json:"guardian,omitempty"`
	Died            ticket.Date           `json:"died,omitempty"`
}

// sealPerson seals all that names a person.
func (tx *Tx) sealPerson(p people.Person) ([]byte, error) {
	plain, err := json.Marshal(personFacts{Name: string(p.Name), Number: string(p.Identity.Number), IDReason: p.Identity.Reason, Born: p.Born, Sex: p.Sex, PhoneRaw: string(p.Phone.Raw),
		Phone: string(p.Phone.E164), Capacity: p.Capacity, DisabilityGrade: p.DisabilityGrade, DisabilityKind: p.DisabilityKind, SevereIllness: p.SevereIllness,
		Illness: string(p.Illness), Student: p.Student, School: string(p.School), WorkAbility: p.WorkAbility, Guardian: string(p.Guardian), Died: p.Died})
	if err != nil {
		return nil, fmt.Errorf("write a person: %w", err)
	}
	return tx.sealText("persons.sealed", p.PublicID, act.Private(plain))
}

// personRow is a row of persons.
type personRow struct {
	PersonID, PersonVersion                                             int64
	PersonPublicID, PersonArea, HukouArea, IdentityType, IdentityReason string
	Sealed                                                              []byte
	PersonMerged                                                        *int64
}

const personColumns = `p.id AS person_id, p.public_id AS person_public_id, p.area_code AS person_area, p.hukou_area, p.identity_type, p.identity_reason, p.sealed,
	p.merged_into AS person_merged, p.version AS person_version`

func (tx *Tx) person(r personRow) (people.Person, error) {
	plain, err := tx.openText("persons.sealed", r.PersonPublicID, r.Sealed)
	if err != nil {
		return people.Person{}, err
	}
	var f personFacts
	if err := json.Unmarshal([]byte(plain), &f); err != nil {
		return people.Person{}, fmt.Errorf("read person %s: %w", r.PersonPublicID, err)
	}
	if r.IdentityReason == "" {
		r.IdentityReason = f.IDReason
	}
	return people.Person{ID: people.PersonID(r.PersonID), PublicID: r.PersonPublicID, Area: area.Code(r.PersonArea), Hukou: area.Code(r.HukouArea),
		Identity: people.Identity{Type: people.IdentityType(r.IdentityType), Number: act.Private(f.Number), Reason: r.IdentityReason},
		Name:     act.Private(f.Name), Born: f.Born, Sex: f.Sex, Phone: people.Phone{Raw: act.Private(f.PhoneRaw), E164: act.Private(f.Phone)},
		Capacity: f.Capacity, DisabilityGrade: f.DisabilityGrade, DisabilityKind: f.DisabilityKind, SevereIllness: f.SevereIllness, Illness: act.Private(f.Illness),
		Student: f.Student, School: act.Private(f.School), WorkAbility: f.WorkAbility, Guardian: act.Private(f.Guardian), Died: f.Died,
		MergedInto: people.PersonID(deref(r.PersonMerged)), Version: r.PersonVersion}, nil
}

// personIndexes are the blind indexes that a person is found again by: number, phone, name with birth; nil for what is not known.
func (tx *Tx) personIndexes(p people.Person) (identity, phone, nameBirth []byte) {
	if p.Identity.Type == people.IdentityResident {
		identity = tx.IdentityIndex(string(p.Identity.Number))
	}
	phone = tx.db.callerIndex(ticket.Call{FromE164: string(p.Phone.E164)})
	return identity, phone, tx.db.sealer.Index("persons.name_birth", string(p.Name)+"|"+string(p.Born))
}

// AddPerson writes a person with the first line of their history.
func (tx *Tx) AddPerson(ctx context.Context, p *people.Person, of ticket.ID) error {
	sealed, err := tx.sealPerson(*p)
	if err != nil {
		return err
	}
	identity, phone, nameBirth := tx.personIndexes(*p)
	err = tx.insert(ctx, "person", (*int64)(&p.ID), `INSERT INTO persons (public_id, area_code, hukou_area, identity_type, identity_reason, identity_index, phone_index,
		name_birth_index, died_on, sealed, version, added_at, added_by) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?::date, ?, ?, ?, ?) ON CONFLICT (public_id) DO NOTHING RETURNING id`,
		p.PublicID, string(p.Area), string(p.Hukou), p.Identity.Type, p.Identity.Reason, identity, phone, nameBirth, day(p.Died), sealed, p.Version, tx.now, nonZero(int64(tx.actor.StaffID)))
	if violates(err, "persons_one_number") {
		return numberTaken()
	}
	if err != nil {
		return err
	}
	return tx.addPersonHistory(ctx, *p, of, sealed)
}

func numberTaken() error {
	return &act.Fault{Kind: act.ErrRefused, Code: "already_registered", Field: "id_number",
		Detail: "This identity number is in the register already. Look the person up by it; where they belong to another household now, move them. Nothing was written."}
}

func (tx *Tx) addPersonHistory(ctx context.Context, p people.Person, of ticket.ID, sealed []byte) error {
	_, err := tx.exec(ctx, "add a person's history", `INSERT INTO person_history (person_id, version, at, staff_id, ticket_id, sealed) VALUES (?, ?, ?, ?, ?, ?)`,
		int64(p.ID), p.Version, tx.now, nonZero(int64(tx.actor.StaffID)), nonZero(int64(of)), sealed)
	return err
}

// PersonByRef loads a person by their public id.
func (tx *Tx) PersonByRef(ctx context.Context, publicID string) (people.Person, error) {
	if uuid.Validate(publicID) != nil {
		return people.Person{}, act.NotFound("person")
	}
	r, err := one[personRow](ctx, tx, "person", `SELECT `+personColumns+` FROM persons p WHERE p.public_id = ?`, publicID)
	if err != nil {
		return people.Person{}, err
	}
	return tx.person(r)
}

// householdRow is a row of households with its tier of now.
type householdRow struct {
	ID, Version                       int64
	PublicID, AreaCode, RegisterArea  string
	AddressSealed, LimitIndex         []byte
	OpenedAt                          time.Time
	MergedInto                        *int64
	Tier                              *int
	RuleVersion, Because, Ref, Reason *string
	TierTicket, SetBy                 *int64
	Since                             *time.Time
}

const householdSQL = `SELECT h.id, h.public_id, h.area_code, h.register_area, h.address_sealed, h.limit_index, h.opened_at, h.merged_into, h.version,
	t.tier, t.rule_version, t.because, t.ticket_id AS tier_ticket, t.ref, t.reason, t.set_by, t.since
	FROM households h LEFT JOIN household_tiers t ON t.household_id = h.id AND t.until IS NULL `

// household opens a row and loads who belongs to it now.
func (tx *Tx) household(ctx context.Context, r householdRow) (h people.Household, err error) {
	h = people.Household{ID: people.HouseholdID(r.ID), PublicID: r.PublicID, Area: area.Code(r.AreaCode), Register: area.Code(r.RegisterArea), Index: r.LimitIndex,
		OpenedAt: r.OpenedAt.UTC(), MergedInto: people.HouseholdID(deref(r.MergedInto)), Version: r.Version}
	if r.Tier != nil {
		h.Tier = people.Tier{Tier: *r.Tier, Version: deref(r.RuleVersion), Because: people.TierWhy(deref(r.Because)), Ticket: ticket.ID(deref(r.TierTicket)),
			Ref: deref(r.Ref), Reason: deref(r.Reason), By: area.StaffID(deref(r.SetBy)), Since: r.Since.UTC()}
	}
	if h.Address, err = tx.openText("households.address", h.PublicID, r.AddressSealed); err != nil {
		return h, err
	}
	h.Members, err = tx.householdMembers(ctx, `m.household_id = ? AND m.until IS NULL ORDER BY (m.relation = 'head') DESC, m.since, m.id`, r.ID)
	return h, err
}

// memberRow is a row of memberships with the person.
type memberRow struct {
	ID       int64
	Relation string
	Since    time.Time
	Until    *time.Time
	EndedWhy *string
	Person   personRow `gorm:"embedded"`
}

func (tx *Tx) householdMembers(ctx context.Context, where string, args ...any) ([]people.Member, error) {
	var rows []memberRow
	err := tx.find(ctx, "list members", &rows, `SELECT m.id, m.relation, m.since, m.until, m.ended_why, `+personColumns+` FROM memberships m JOIN persons p ON p.id = m.person_id WHERE `+where, args...)
	if err != nil {
		return nil, err
	}
	list := make([]people.Member, 0, len(rows))
	for _, r := range rows {
		p, err := tx.person(r.Person)
		if err != nil {
			return nil, err
		}
		list = append(list, people.Member{ID: r.ID, Person: p, Relation: people.Relation(r.Relation), From: dayOf(&r.Since), Until: dayOf(r.Until), Ended: people.EndedWhy(deref(r.EndedWhy))})
	}
	return list, nil
}

// dayOf reads a date column.
func dayOf(t *time.Time) ticket.Date {
	if t == nil {
		return ""
	}
	return ticket.Date(t.Format(time.DateOnly))
}

// TicketHousehold is the household that a case is about.
func (tx *Tx) TicketHousehold(ctx context.Context, id ticket.ID) (people.Household, error) {
	r, err := one[householdRow](ctx, tx, "household", householdSQL+`JOIN case_households c ON c.household_id = h.id WHERE c.ticket_id = ? AND c.unlinked_at IS NULL`, int64(id))
	if err != nil {
		return people.Household{}, err
	}
	return tx.household(ctx, r)
}

// HouseholdByRef loads a household by its public id.
func (tx *Tx) HouseholdByRef(ctx context.Context, publicID string) (people.Household, error) {
	if uuid.Validate(publicID) != nil {
		return people.Household{}, act.NotFound("household")
	}
	r, err := one[householdRow](ctx, tx, "household", householdSQL+`WHERE h.public_id = ?`, publicID)
	if err != nil {
		return people.Household{}, err
	}
	return tx.household(ctx, r)
}

// HouseholdForUpdate locks a household, then reads it.
func (tx *Tx) HouseholdForUpdate(ctx context.Context, id people.HouseholdID) (people.Household, error) {
	if _, err := tx.exec(ctx, "lock household", `SELECT 1 FROM households WHERE id = ? FOR UPDATE`, int64(id)); err != nil {
		return people.Household{}, err
	}
	r, err := one[householdRow](ctx, tx, "household", householdSQL+`WHERE h.id = ?`, int64(id))
	if err != nil {
		return people.Household{}, err
	}
	return tx.household(ctx, r)
}

// AddHousehold writes a household.
func (tx *Tx) AddHousehold(ctx context.Context, h *people.Household) error {
	address, err := tx.sealText("households.address", h.PublicID, h.Address)
	if err != nil {
		return err
	}
	return tx.insert(ctx, "household", (*int64)(&h.ID), `INSERT INTO households (public_id, area_code, register_area, address_sealed, limit_index, opened_at, opened_by, version)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (public_id) DO NOTHING RETURNING id`,
		h.PublicID, string(h.Area), string(h.Register), address, h.Index, h.OpenedAt, nonZero(int64(tx.actor.StaffID)), h.Version)
}

// AddMember writes that somebody belongs to a household.
func (tx *Tx) AddMember(ctx context.Context, h people.HouseholdID, m *people.Member, byAct int64) error {
	err := tx.scan(ctx, "add a member", `INSERT INTO memberships (household_id, person_id, relation, since, act_id) VALUES (?, ?, ?, ?::date, ?) RETURNING id`,
		[]any{int64(h), int64(m.Person.ID), m.Relation, string(m.From), nonZero(byAct)}, &m.ID)
	switch {
	case violates(err, "memberships_one"), violates(err, "memberships_apart"):
		return act.Refused("another_household", "They belong to another household at that time. Move them from there, or give a later day; nothing was written.")
	case violates(err, "memberships_head"):
		return act.Refused("has_a_head", "The household has a head already; let that one be something else first. Nothing was written.")
	}
	return err
}

// AddTier ends the tier of now and writes the next.
func (tx *Tx) AddTier(ctx context.Context, h people.HouseholdID, t people.Tier) error {
	if _, err := tx.exec(ctx, "end a tier", `UPDATE household_tiers SET until = ? WHERE household_id = ? AND until IS NULL`, t.Since, int64(h)); err != nil {
		return err
	}
	_, err := tx.exec(ctx, "set a tier", `INSERT INTO household_tiers (household_id, tier, rule_version, because, ticket_id, ref, reason, set_by, since) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		int64(h), t.Tier, t.Version, t.Because, nonZero(int64(t.Ticket)), t.Ref, t.Reason, nonZero(int64(t.By)), t.Since)
	return err
}

// AddLink binds a case to a household.
func (tx *Tx) AddLink(ctx context.Context, id ticket.ID, h people.HouseholdID, basis people.Basis) error {
	_, err := tx.exec(ctx, "link a case", `INSERT INTO case_households (ticket_id, household_id, basis, linked_by, linked_at) VALUES (?, ?, ?, ?, ?)`,
		int64(id), int64(h), basis, nonZero(int64(tx.actor.StaffID)), tx.now)
	if violates(err, "case_households_one") {
		return act.Conflict("already_linked", "The case is linked to a household already; reload it. Nothing was written.")
	}
	return err
}

// EndLink ends what a case is bound to.
func (tx *Tx) EndLink(ctx context.Context, id ticket.ID, reason string) error {
	n, err := tx.exec(ctx, "unlink a case", `UPDATE case_households SET unlinked_by = ?, unlinked_at = ?, reason = ? WHERE ticket_id = ? AND unlinked_at IS NULL`,
		nonZero(int64(tx.actor.StaffID)), tx.now, reason, int64(id))
	if err == nil && n == 0 {
		return act.NotFound("household")
	}
	return err
}

// LimitIndex is what a payout on a case to a payee counts under. Whoever joins or
// parts records of them waits until this transaction ends, and this one for them.
func (tx *Tx) LimitIndex(ctx context.Context, id ticket.ID, payee []byte) (index []byte, err error) {
	if err := tx.LockPayee(ctx, payee); err != nil {
		return nil, err
	}
	err = tx.everywhere(ctx, func() error {
		for range 5 {
			h, err := tx.countsUnder(ctx, id, payee)
			if errors.Is(err, act.ErrNotFound) {
				index = payee
				return nil
			}
			if err != nil {
				return err
			}
			err = tx.scan(ctx, "hold a household", `SELECT limit_index FROM households WHERE id = ? AND merged_into IS NULL FOR SHARE`, []any{h}, &index)
			if !errors.Is(err, act.ErrNotFound) {
				return err
			}
		}
		return act.Conflict("household_changed", "The household's records were joined or parted at this moment; try again. Nothing was written.")
	})
	return index, err
}

// countsUnder is the household whose sums a payout adds to.
func (tx *Tx) countsUnder(ctx context.Context, id ticket.ID, payee []byte) (h int64, err error) {
	err = tx.scan(ctx, "find whom a payout counts for", `SELECT h FROM (
		SELECT 1 AS n, c.household_id AS h FROM case_households c WHERE c.ticket_id = ? AND c.unlinked_at IS NULL
		UNION ALL SELECT 2, m.household_id FROM persons p JOIN memberships m ON m.person_id = p.id AND m.until IS NULL WHERE p.identity_index = ? AND p.merged_into IS NULL) x
		ORDER BY n LIMIT 1`, []any{int64(id), payee}, &h)
	return h, err
}
