package people

import (
	"cmp"
	"context"
	"errors"
	"slices"

	"example.org/hotline/area"
	"example.org/hotline/internal/act"
	"example.org/hotline/ledger"
	"example.org/hotline/ticket"
)

// ChangeTx is what changing people and households needs beside the rest.
type ChangeTx interface {
	LookTx
	// SavePerson writes a person guarded by p.Version, raises it and keeps what was written; act.ErrRefused (already_registered) where the number is somebody else's.
	SavePerson(ctx context.Context, p *Person, of ticket.ID) error
	// SaveHousehold writes where a household lives, guarded by h.Version, and raises it; its people live there with it.
	SaveHousehold(ctx context.Context, h *Household) error
	// BelongsTo is the household that somebody belongs to now; act.ErrNotFound for none.
	BelongsTo(ctx context.Context, p PersonID) (HouseholdID, error)
	// EndEntriesOf ends all registers that somebody who has died stood in with their last day.
	EndEntriesOf(ctx context.Context, p PersonID, last ticket.Date, of ticket.ID) error
	// PaidByMonth lists the cases by which money is due to somebody each month, wherever they are.
	PaidByMonth(ctx context.Context, payee []byte) ([]MonthlyCase, error)
	// LeftBehind are the indexes of the households that somebody left as their head, or as the last.
	LeftBehind(ctx context.Context, p PersonID) ([][]byte, error)
	// EndMember ends somebody's belonging to a household on a day.
	EndMember(ctx context.Context, membership int64, until ticket.Date, why EndedWhy) error
}

// EditPerson writes down what is known of somebody by now, for the open case of their
// household. A number that comes to be known carries what was paid to it.
func EditPerson(ctx context.Context, tx ChangeTx, of ticket.ID, ref string, version int64, in PersonInput) (Person, error) {
	before, h, err := ofCase(ctx, tx, ref, of)
	if err != nil {
		return Person{}, err
	}
	p, err := in.keeping(before).read(before.Area, ticket.DateOf(tx.Now()))
	if err != nil {
		return Person{}, err
	}
	p.ID, p.PublicID, p.Version = before.ID, before.PublicID, version
	err = tx.Wherever(ctx, func() error {
		if err := lockPayees(ctx, tx, []Member{{Person: p}}); err != nil {
			return err
		}
		if h, err = tx.HouseholdForUpdate(ctx, h.ID); err != nil {
			return err
		}
		if err := tx.SavePerson(ctx, &p, of); err != nil {
			return err
		}
		if err := suggest(ctx, tx, p); err != nil {
			return err
		}
		return carryPerson(ctx, tx, h, p)
	})
	if err != nil {
		return Person{}, err
	}
	return p, tx.Audit(ctx, act.Record{Action: "person.changed", Subject: p.Subject(), Area: p.Area, Data: map[string]any{"person": p.PublicID, "household": h.PublicID, "version": p.Version}})
}

// keeping fills in what was shown masked and was not written anew: the number and the telephone.
func (in PersonInput) keeping(before Person) PersonInput {
	if in.Identity.Type == IdentityResident && in.Identity.Number == "" {
		in.Identity.Number = string(before.Identity.Number)
	}
	if in.Phone == "" {
		in.Phone = string(before.Phone.Raw)
	}
	if in.Phone == "-" { // they have none any more
		in.Phone = ""
	}
	return in
}

// carryPerson lets what somebody was paid in their own name count for a household.
func carryPerson(ctx context.Context, tx Tx, h Household, p Person) error {
	if p.Identity.Type != IdentityResident {
		return nil
	}
	return ledger.CountAlso(ctx, tx, h.Index, ledger.Past{Payee: tx.IdentityIndex(string(p.Identity.Number))})
}

// AddMember takes somebody into the household of an open case who is not in the register yet.
func AddMember(ctx context.Context, tx ChangeTx, of ticket.ID, in MemberInput) (Household, error) {
	today := ticket.DateOf(tx.Now())
	t, err := OpenCase(ctx, tx, of)
	if err != nil {
		return Household{}, err
	}
	h, err := tx.TicketHousehold(ctx, of)
	if err != nil {
		return Household{}, err
	}
	p, err := in.Person.read(h.Area, today)
	if err != nil {
		return Household{}, err
	}
	m, err := in.read(p, today)
	if err != nil {
		return Household{}, err
	}
	err = tx.Wherever(ctx, func() error {
		if err := lockPayees(ctx, tx, []Member{m}); err != nil {
			return err
		}
		if h, err = room(ctx, tx, h.ID); err != nil {
			return err
		}
		if err := join(ctx, tx, &h, &m, t.ID); err != nil {
			return err
		}
		h.Members = append(h.Members, m)
		return nil
	})
	if err != nil {
		return Household{}, err
	}
	return h, changed(ctx, tx, t, h, "household.member_added", map[string]any{"person": m.Person.PublicID, "relation": string(m.Relation)})
}

// room locks a household that has room for one more.
func room(ctx context.Context, tx Tx, id HouseholdID) (Household, error) {
	h, err := tx.HouseholdForUpdate(ctx, id)
	if err == nil && len(h.Members) >= MostMembers {
		err = householdFull()
	}
	return h, err
}

func householdFull() error {
	return act.Refused("household_full", "A household has at most 30 people; part it first.")
}

// MoveInput moves somebody who is in the register into the household of an open case.
type MoveInput struct {
	Person   string // public id: somebody that was looked up for the case
	Relation Relation
	On       string // first day; today where it is empty
	Why      EndedWhy
	Head     string // who is the head from then on in the household that they leave, where they were
}

// MoveIn moves somebody into the household of an open case, out of the one they belong to.
// They take along what was paid to them; whoever is its head, or the last of it, takes
// along all that it received (ADR 28).
func MoveIn(ctx context.Context, tx ChangeTx, of ticket.ID, in MoveInput) (Household, error) {
	if !slices.Contains([]EndedWhy{EndedMoved, EndedMarried, EndedCorrected}, in.Why) {
		return Household{}, act.Invalid("why", "unknown_reason", "Say moved, married or corrected.")
	}
	t, err := OpenCase(ctx, tx, of)
	if err != nil {
		return Household{}, err
	}
	h, err := tx.TicketHousehold(ctx, of)
	if err != nil {
		return Household{}, err
	}
	today := ticket.DateOf(tx.Now())
	m, err := MemberInput{Relation: in.Relation, From: in.On}.read(Person{}, today)
	if err != nil {
		return Household{}, err
	}
	err = tx.Wherever(ctx, func() error { h, err = moveIn(ctx, tx, t, h, m, in); return err })
	if err != nil {
		return Household{}, err
	}
	return h, changed(ctx, tx, t, h, "household.member_moved", map[string]any{"person": in.Person, "relation": string(in.Relation)})
}

func moveIn(ctx context.Context, tx ChangeTx, t ticket.Ticket, to Household, m Member, in MoveInput) (Household, error) {
	p, err := tx.PersonByRef(ctx, in.Person)
	if err != nil {
		return to, err
	}
	m.Person = p
	if err := lockPayees(ctx, tx, []Member{m}); err != nil {
		return to, err
	}
	from, err := tx.BelongsTo(ctx, p.ID)
	if errors.Is(err, act.ErrNotFound) {
		if to, err = room(ctx, tx, to.ID); err != nil {
			return to, err
		}
		return arrive(ctx, tx, to, m)
	}
	if err != nil {
		return to, err
	}
	if looked, err := tx.LookedUp(ctx, t.ID, from); err != nil {
		return to, err
	} else if !looked {
		return to, act.NotFound("person")
	}
	a, b, err := lockTwo(ctx, tx, from, to.ID)
	if err != nil {
		return to, err
	}
	if a.ID == b.ID {
		return to, act.Refused("belongs_already", "They belong to this household already.")
	}
	if len(b.Members) >= MostMembers {
		return to, householdFull()
	}
	if err := part(ctx, tx, a, p, m.From, in.Why, in.Head); err != nil {
		return to, err
	}
	return arrive(ctx, tx, b, m)
}

// part ends somebody's belonging to a locked household; another is its head then, where the head goes and others stay.
func part(ctx context.Context, tx ChangeTx, h Household, p Person, on ticket.Date, why EndedWhy, head string) error {
	m := h.Member(p.ID)
	if m == nil {
		return act.Conflict("household_changed", "The household's records were joined or parted at this moment; try again. Nothing was written.")
	}
	if on < m.From {
		return act.Invalid("on", "bad_date", "Nobody leaves before they came; read both days again.")
	}
	if err := tx.EndMember(ctx, m.ID, on, why); err != nil {
		return err
	}
	if m.Relation == RelationHead && len(h.Members) > 1 {
		return succeed(ctx, tx, h, head, on)
	}
	return nil
}

// arrive writes that somebody of the register belongs to a household now.
func arrive(ctx context.Context, tx ChangeTx, h Household, m Member) (Household, error) {
	if err := tx.AddMember(ctx, h.ID, &m, 0); err != nil {
		return h, err
	}
	if m.Person.Area != h.Area {
		m.Person.Area = h.Area
		if err := tx.SavePerson(ctx, &m.Person, 0); err != nil {
			return h, err
		}
	}
	h.Members = append(h.Members, m)
	left, err := tx.LeftBehind(ctx, m.Person.ID)
	if err != nil {
		return h, err
	}
	for _, index := range left {
		if err := ledger.CountAlso(ctx, tx, h.Index, ledger.Past{Household: index}); err != nil {
			return h, err
		}
	}
	return h, carryPerson(ctx, tx, h, m.Person)
}

// lockTwo locks two households in the order of their ids.
func lockTwo(ctx context.Context, tx Tx, one, other HouseholdID) (a, b Household, err error) {
	for _, id := range []HouseholdID{min(one, other), max(one, other)} {
		h, err := tx.HouseholdForUpdate(ctx, id)
		if err != nil {
			return a, b, err
		}
		if h.MergedInto != 0 {
			return a, b, goneElsewhere()
		}
		if id == one {
			a = h
		}
		if id == other {
			b = h
		}
	}
	return a, b, nil
}

// LeaveInput ends somebody's belonging to the household of an open case.
type LeaveInput struct {
	Person string
	On     string // first day on which they no longer belong to it; today where it is empty
	Why    EndedWhy
	Head   string // who is the head from then on, where the head leaves and others stay
}

// Leave writes that somebody belongs to the household of an open case no longer.
func Leave(ctx context.Context, tx ChangeTx, of ticket.ID, in LeaveInput) (Household, error) {
	if !slices.Contains([]EndedWhy{EndedMoved, EndedMarried, EndedDied, EndedCorrected}, in.Why) {
		return Household{}, act.Invalid("why", "unknown_reason", "Say moved, married, died or corrected.")
	}
	today := ticket.DateOf(tx.Now())
	on, err := optionalDay("on", in.On, today)
	if err != nil {
		return Household{}, err
	}
	if on == "" {
		on = today
	}
	p, h, err := ofCase(ctx, tx, in.Person, of)
	if err != nil {
		return Household{}, err
	}
	err = tx.Wherever(ctx, func() error { h, err = leave(ctx, tx, of, h.ID, p, on, in); return err })
	if err != nil {
		return Household{}, err
	}
	t, err := tx.TicketForUpdate(ctx, of)
	if err != nil {
		return Household{}, err
	}
	return h, changed(ctx, tx, t, h, "household.member_left", map[string]any{"person": p.PublicID, "why": string(in.Why)})
}

func leave(ctx context.Context, tx ChangeTx, of ticket.ID, id HouseholdID, p Person, on ticket.Date, in LeaveInput) (Household, error) {
	h, err := tx.HouseholdForUpdate(ctx, id)
	if err != nil {
		return h, err
	}
	if err := part(ctx, tx, h, p, on, in.Why, in.Head); err != nil {
		return h, err
	}
	if in.Why == EndedDied {
		p.Died = on
		if err := tx.SavePerson(ctx, &p, 0); err != nil {
			return h, err
		}
		if err := tx.EndEntriesOf(ctx, p.ID, on, of); err != nil {
			return h, err
		}
		if err := tellOfDeath(ctx, tx, p); err != nil {
			return h, err
		}
	}
	return tx.HouseholdForUpdate(ctx, id)
}

// tellOfDeath tells whoever has a case in hand from which somebody was paid by the month
// that nothing is paid to them any more, and that a ruling is due.
func tellOfDeath(ctx context.Context, tx ChangeTx, p Person) error {
	if p.Identity.Type != IdentityResident {
		return nil
	}
	cases, err := tx.PaidByMonth(ctx, tx.IdentityIndex(string(p.Identity.Number)))
	if err != nil {
		return err
	}
	for _, c := range cases {
		if err := tx.Notify(ctx, ticket.Notice{Key: "payee_died:" + p.PublicID + ":" + itoa(int64(c.Ticket)), Ticket: c.Ticket, Post: c.Owner, Template: "payee_died",
			Fields: map[string]string{"number": string(c.Number)}}); err != nil {
			return err
		}
	}
	return nil
}

// MonthlyCase is a case by which money is due each month, with who has it in hand.
type MonthlyCase struct {
	Ticket ticket.ID
	Number ticket.Number
	Owner  area.PostID
}

// succeed makes another member the head.
func succeed(ctx context.Context, tx ChangeTx, h Household, ref string, on ticket.Date) error {
	i := slices.IndexFunc(h.Members, func(m Member) bool { return m.Person.PublicID == ref && m.Relation != RelationHead })
	if i < 0 {
		return act.Invalid("head", "head_required", "Say who is the head from now on.")
	}
	next := h.Members[i]
	if err := tx.EndMember(ctx, next.ID, max(on, next.From), EndedRelation); err != nil {
		return err
	}
	next.Relation, next.From = RelationHead, max(on, next.From)
	return tx.AddMember(ctx, h.ID, &next, 0)
}

// Relocate writes where the household of an open case lives now.
func Relocate(ctx context.Context, tx ChangeTx, of ticket.ID, where, register area.Code, address string) (Household, error) {
	t, err := OpenCase(ctx, tx, of)
	if err != nil {
		return Household{}, err
	}
	h, err := tx.TicketHousehold(ctx, of)
	if err != nil {
		return Household{}, err
	}
	in := HouseholdInput{Area: where, Register: register, Address: address}
	if err := in.place(); err != nil {
		return Household{}, err
	}
	if _, err := tx.Division(ctx, where); err != nil {
		return Household{}, unknownPlace(err)
	}
	err = tx.Wherever(ctx, func() error {
		if h, err = tx.HouseholdForUpdate(ctx, h.ID); err != nil {
			return err
		}
		h.Area, h.Register, h.Address = where, cmp.Or(register, where), act.Private(address)
		return tx.SaveHousehold(ctx, &h)
	})
	if err != nil {
		return Household{}, err
	}
	return h, changed(ctx, tx, t, h, "household.relocated", map[string]any{"area": string(where)})
}

// changed writes a change of a household into the audit chain and the case's timeline.
func changed(ctx context.Context, tx Tx, t ticket.Ticket, h Household, kind string, data map[string]any) error {
	data["by"] = tx.Actor().Name
	if err := record(ctx, tx, h, kind, "", data); err != nil {
		return err
	}
	return ticket.Tell(ctx, tx, &t, kind, "", data)
}
