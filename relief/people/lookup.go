package people

import (
	"context"
	"errors"
	"time"

	"example.org/hotline/area"
	"example.org/hotline/internal/act"
	"example.org/hotline/ticket"
)

// LookKind is how somebody looked at people.
type LookKind string

// The kinds.
const (
	LookByIdentity LookKind = "by_identity"
	LookByPhone    LookKind = "by_phone"
	LookHousehold  LookKind = "household"       // the household's page, or its card on a case
	LookNumber     LookKind = "identity_number" // in full
	LookPhone      LookKind = "phone_number"    // in full
	LookWhoLooked  LookKind = "who_looked"      // the list that the citizen asked for
	LookMatch      LookKind = "match"           // two records side by side
)

// LookKinds lists them.
func LookKinds() []LookKind {
	return []LookKind{LookByIdentity, LookByPhone, LookHousehold, LookNumber, LookPhone, LookWhoLooked, LookMatch}
}

// Purpose is what a look was for (社会救助法 Art 70(6): for nothing else).
type Purpose string

// The purposes.
const (
	PurposeCase       Purpose = "case"       // an open case
	PurposeMonitoring Purpose = "monitoring" // the duty to look at households of the area again
	PurposeCorrection Purpose = "correction" // to say whether two records are one, to join or to part them
	PurposeRequest    Purpose = "request"    // the citizen's own
)

// Purposes lists them.
func Purposes() []Purpose {
	return []Purpose{PurposeCase, PurposeMonitoring, PurposeCorrection, PurposeRequest}
}

// Look is one look at people. It is kept for good, and the citizen may have it told.
type Look struct {
	Kind      LookKind
	Purpose   Purpose
	Ticket    ticket.ID // the case it was needed for; zero for none
	Note      string
	Household HouseholdID // zero: nobody was found
	Person    PersonID
}

// Found is somebody that a look-up came upon.
type Found struct {
	Person    Person
	Household *Household // that they belong to now; nil for none
}

// LookRow is a look as the citizen is told of it.
type LookRow struct {
	At      time.Time     `json:"at"`
	By      string        `json:"by"`
	Role    area.Role     `json:"role"`
	Office  string        `json:"office" doc:"The place they act for"`
	Kind    LookKind      `json:"kind" enum:"by_identity,by_phone,household,identity_number,phone_number,who_looked,match"`
	Purpose Purpose       `json:"purpose" enum:"case,monitoring,correction,request"`
	Number  ticket.Number `json:"ticket_number,omitempty" doc:"Of the case it was for"`
}

// LookTx is what looking needs beside the rest.
type LookTx interface {
	Tx
	// PersonsByIndex finds who stands under a number or a telephone, wherever they live; at most 20.
	PersonsByIndex(ctx context.Context, number, e164 string) ([]Found, error)
	// AddLook keeps a look; fresh is false where the same page was looked at before on this day.
	AddLook(ctx context.Context, l Look) (fresh bool, err error)
	// LooksAt lists who looked at a person or a household they belonged to while they did, the newest first.
	LooksAt(ctx context.Context, p PersonID, most int) ([]LookRow, error)
}

// FindByIdentity looks somebody up by their number, for an open case.
func FindByIdentity(ctx context.Context, tx LookTx, id ticket.ID, number string) ([]Found, error) {
	identity, _, err := ParseIdentity(IdentityInput{Type: IdentityResident, Number: number}, tx.Now())
	if err != nil {
		return nil, err
	}
	return find(ctx, tx, id, LookByIdentity, string(identity.Number), "")
}

// FindByPhone looks up who is known under a telephone, for an open case. Several may be; none is bound by it.
func FindByPhone(ctx context.Context, tx LookTx, id ticket.ID, raw string) ([]Found, error) {
	phone, err := ReadPhone(raw)
	if err != nil {
		return nil, err
	}
	if phone.E164 == "" {
		return nil, act.Invalid("phone", "bad_phone", "Give the telephone number.")
	}
	return find(ctx, tx, id, LookByPhone, "", string(phone.E164))
}

func find(ctx context.Context, tx LookTx, id ticket.ID, kind LookKind, number, e164 string) ([]Found, error) {
	t, err := OpenCase(ctx, tx, id)
	if err != nil {
		return nil, err
	}
	found, err := tx.PersonsByIndex(ctx, number, e164)
	if err != nil {
		return nil, err
	}
	looks := []Look{{Kind: kind, Purpose: PurposeCase, Ticket: t.ID}}
	for i, f := range found {
		look := Look{Kind: kind, Purpose: PurposeCase, Ticket: t.ID, Person: f.Person.ID}
		if f.Household != nil {
			look.Household = f.Household.ID
		}
		looks = append(looks[:i], look)
	}
	for _, l := range looks {
		if _, err := tx.AddLook(ctx, l); err != nil {
			return nil, err
		}
	}
	return found, tx.Audit(ctx, act.Record{Action: "people.looked_up", Subject: t.Subject(), Area: t.Area, Data: map[string]any{"ticket": t.PublicID, "kind": string(kind), "found": len(found)}})
}

// LookAt keeps a look at a household's page, for the case that is about it or by the duty to look
// at the households of one's area again.
func LookAt(ctx context.Context, tx LookTx, h Household, of ticket.ID) error {
	l := Look{Kind: LookHousehold, Purpose: PurposeMonitoring, Household: h.ID}
	if of == 0 {
		if !tx.Actor().May(area.RoleTownshipHead, area.RoleCountyDuty) && (h.Tier.Tier == TierEmergency || !tx.Actor().May(area.RoleWorker)) || !tx.Actor().Area.Contains(h.Area) {
			return act.Refused("case_required", "Open the household from the page of an open case that is about it.")
		}
	} else if _, err := caseAbout(ctx, tx, of, h); err != nil {
		return err
	} else {
		l.Purpose, l.Ticket = PurposeCase, of
	}
	fresh, err := tx.AddLook(ctx, l)
	if err != nil || !fresh {
		return err
	}
	return record(ctx, tx, h, "household.looked_at", "", map[string]any{"purpose": string(l.Purpose)})
}

// caseAbout locks an open case of the actor that is about a household.
func caseAbout(ctx context.Context, tx Tx, of ticket.ID, h Household) (ticket.Ticket, error) {
	t, err := OpenCase(ctx, tx, of)
	if err != nil {
		return ticket.Ticket{}, err
	}
	linked, err := tx.TicketHousehold(ctx, of)
	if err == nil && linked.ID == h.ID {
		return t, nil
	}
	if err != nil && !errors.Is(err, act.ErrNotFound) {
		return ticket.Ticket{}, err
	}
	return ticket.Ticket{}, act.Refused("other_household", "This case is not about that household; link them first.")
}

// InFull opens a person's identity number or telephone to somebody who works on the
// case of their household, and keeps that they looked, and what for.
func InFull(ctx context.Context, tx LookTx, ref string, of ticket.ID, kind LookKind, note string) (act.Private, error) {
	if kind != LookNumber && kind != LookPhone {
		return "", act.Invalid("what", "unknown_kind", "Say identity_number or phone_number.")
	}
	if err := reasonGiven(note); err != nil {
		return "", err
	}
	p, h, err := ofCase(ctx, tx, ref, of)
	if err != nil {
		return "", err
	}
	if _, err := tx.AddLook(ctx, Look{Kind: kind, Purpose: PurposeCase, Ticket: of, Note: note, Household: h.ID, Person: p.ID}); err != nil {
		return "", err
	}
	full := p.Identity.Number
	if kind == LookPhone {
		full = p.Phone.E164
	}
	return full, tx.Audit(ctx, act.Record{Action: "person.opened", Subject: p.Subject(), Area: p.Area, Reason: note, Data: map[string]any{"person": p.PublicID, "what": string(kind)}})
}

// ofCase is somebody of the household that an open case of the actor is about.
func ofCase(ctx context.Context, tx Tx, ref string, of ticket.ID) (Person, Household, error) {
	if _, err := OpenCase(ctx, tx, of); err != nil {
		return Person{}, Household{}, err
	}
	h, err := tx.TicketHousehold(ctx, of)
	if err != nil {
		return Person{}, Household{}, err
	}
	for _, m := range h.Members {
		if m.Person.PublicID == ref {
			return m.Person, h, nil
		}
	}
	return Person{}, Household{}, act.NotFound("person")
}

// mostLooks bounds the list that a citizen is given at once.
const mostLooks = 500

// WhoLooked is the list of who looked a citizen up, which is theirs to ask for. Whoever
// asks on the telephone or at the counter says their number first; where there is none,
// note says how they are known. Giving the list is a look itself.
func WhoLooked(ctx context.Context, tx LookTx, of ticket.ID, ref, number, note string) (Person, []LookRow, error) {
	t, err := OpenCase(ctx, tx, of)
	if err != nil {
		return Person{}, nil, err
	}
	var p Person
	err = tx.Wherever(ctx, func() error { p, err = tx.PersonByRef(ctx, ref); return err })
	if err != nil {
		return Person{}, nil, err
	}
	if err := verified(tx, p, number, note); err != nil {
		return Person{}, nil, err
	}
	rows, err := tx.LooksAt(ctx, p.ID, mostLooks)
	if err != nil {
		return Person{}, nil, err
	}
	if _, err := tx.AddLook(ctx, Look{Kind: LookWhoLooked, Purpose: PurposeRequest, Ticket: t.ID, Note: note, Person: p.ID}); err != nil {
		return Person{}, nil, err
	}
	if err := tx.Audit(ctx, act.Record{Action: "person.who_looked", Subject: p.Subject(), Area: p.Area, Data: map[string]any{"person": p.PublicID, "ticket": t.PublicID, "rows": len(rows)}}); err != nil {
		return Person{}, nil, err
	}
	return p, rows, ticket.Tell(ctx, tx, &t, "person.who_looked", "", map[string]any{"by": tx.Actor().Name, "rows": len(rows)})
}

// verified holds what the citizen said against the register; the answer to a wrong
// number tells nothing of the right one.
func verified(tx Tx, p Person, number, note string) error {
	if p.Identity.Type == IdentityNone {
		return reasonGiven(note)
	}
	said, _, err := ParseIdentity(IdentityInput{Type: IdentityResident, Number: number}, tx.Now())
	if err != nil {
		return err
	}
	if said.Number != p.Identity.Number {
		return act.Invalid("id_number", "not_verified", "This is not the number of the person whose list is asked for. Ask again, or do not give the list.")
	}
	return nil
}
