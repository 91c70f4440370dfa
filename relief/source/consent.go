package source

import (
	"context"
	"slices"
	"time"

	"example.org/hotline/area"
	"example.org/hotline/internal/act"
	"example.org/hotline/ledger"
	"example.org/hotline/relief/people"
	"example.org/hotline/ticket"
)

// Form is how a consent was given.
type Form string

// The forms.
const (
	Written Form = "written" // signed on paper or on a screen
	Voice   Form = "voice"   // said on the telephone
	OnSite  Form = "on_site" // said to somebody's face
)

// Forms lists them.
func Forms() []Form { return []Form{Written, Voice, OnSite} }

// Giver is who consents for a person.
type Giver string

// The givers.
const (
	Self     Giver = "self"
	Guardian Giver = "guardian"
)

// Givers lists them.
func Givers() []Giver { return []Giver{Self, Guardian} }

// Consented is one person whom a consent covers.
type Consented struct {
	Person   people.PersonID
	Ref      string // public id
	By       Giver
	Guardian act.Private // the guardian's name; empty for Self
}

// Consent is a household's consent that the sources are asked about the persons it
// names, for one case and nothing else (社会救助法 Art 40, PIPL Art 29, 31).
type Consent struct {
	ID         int64
	PublicID   string
	Ticket     ticket.ID
	Household  people.HouseholdID
	Form       Form
	Persons    []Consented
	Photo      string    // upload of the signed paper; empty where there is none
	GivenAt    time.Time // as reported
	RecordedAt time.Time
	By         area.StaffID
	ByName     string

	WithdrawnAt  time.Time
	WithdrawnBy  area.StaffID
	WithdrawnWhy string
}

// ConsentInput is a consent as it is written down.
type ConsentInput struct {
	PublicID string
	Form     Form
	GivenAt  time.Time
	Photo    string
	Persons  []ConsentedInput
}

// ConsentedInput is one person of it.
type ConsentedInput struct {
	Person   string // public id
	By       Giver
	Guardian string // name
}

// Checkers may have the sources asked, and see what they say.
func Checkers() []area.Role {
	return []area.Role{area.RoleWorker, area.RoleTownshipHead, area.RoleCountyDuty}
}

// RecordConsent writes down that a household consents. Nothing leaves before it is there.
func RecordConsent(ctx context.Context, tx Tx, id ticket.ID, in ConsentInput, c *Catalogue) (Consent, error) {
	if err := in.check(tx.Now(), c); err != nil {
		return Consent{}, err
	}
	t, h, err := household(ctx, tx, id)
	if err != nil {
		return Consent{}, err
	}
	consent := Consent{PublicID: in.PublicID, Ticket: id, Household: h.ID, Form: in.Form, Photo: in.Photo, GivenAt: in.GivenAt, RecordedAt: tx.Now(), By: tx.Actor().StaffID, ByName: tx.Actor().Name}
	for _, p := range in.Persons {
		one, err := p.of(h, ticket.DateOf(tx.Now()), c)
		if err != nil {
			return Consent{}, err
		}
		consent.Persons = append(consent.Persons, one)
	}
	if in.Photo != "" {
		if err := paperOf(ctx, tx, id, in.Photo); err != nil {
			return Consent{}, err
		}
	}
	if err := tx.AddConsent(ctx, &consent); err != nil {
		return Consent{}, err
	}
	return consent, ticket.Tell(ctx, tx, &t, "consent.recorded", "", map[string]any{"by": tx.Actor().Name, "consent": consent.PublicID, "form": string(in.Form), "persons": len(consent.Persons)})
}

func (in ConsentInput) check(now time.Time, c *Catalogue) error {
	if err := ledger.CheckID("id", in.PublicID); err != nil {
		return err
	}
	seen := map[string]bool{}
	for _, p := range in.Persons {
		if seen[p.Person] {
			return act.Invalid("persons", "listed_twice", "One person is listed twice; leave one of the lines out.")
		}
		seen[p.Person] = true
	}
	switch {
	case !slices.Contains(Forms(), in.Form):
		return act.Invalid("form", "unknown_form", "Say written, voice or on_site.")
	case in.GivenAt.After(now.Add(5*time.Minute)) || in.GivenAt.Before(now.AddDate(0, 0, -c.ConsentDays)):
		return act.Invalid("given_at", "consent_too_old", "Give the time at which they consented: not in the future, and not so long ago that it no longer counts.")
	case len(in.Persons) == 0 || len(in.Persons) > people.MostMembers:
		return act.Invalid("persons", "persons_required", "Name everybody who consents, or for whom a guardian does.")
	default:
		return nil
	}
}

// of finds the person in the household and holds the consent to who may give it.
func (in ConsentedInput) of(h people.Household, today ticket.Date, c *Catalogue) (Consented, error) {
	for _, m := range h.Members {
		if m.Person.PublicID != in.Person {
			continue
		}
		age := m.Person.Age(today)
		switch {
		case !slices.Contains(Givers(), in.By):
			return Consented{}, act.Invalid("persons", "unknown_giver", "Say self or guardian.")
		case in.By == Self && (age >= 0 && age < c.GuardianUnder || m.Person.Capacity == people.CapacityNone):
			return Consented{}, act.Invalid("persons", "guardian_required", "A child, and whoever cannot act for themself, has a guardian who consents for them; name the guardian.")
		case in.By == Guardian && (in.Guardian == "" || len([]rune(in.Guardian)) > 80):
			return Consented{}, act.Invalid("persons", "guardian_name_required", "Write the name of the guardian who consents.")
		case in.By == Self && in.Guardian != "":
			return Consented{}, act.Invalid("persons", "guardian_not_expected", "Who consents for themself needs no guardian; leave the name out, or say guardian.")
		}
		return Consented{Person: m.Person.ID, Ref: m.Person.PublicID, By: in.By, Guardian: act.Private(in.Guardian)}, nil
	}
	return Consented{}, act.Invalid("persons", "not_a_member", "Somebody named here does not belong to the household of this case; correct the household first.")
}

// paperOf asks that a photo lies on the ticket and is whole.
func paperOf(ctx context.Context, tx Tx, id ticket.ID, ref string) error {
	u, err := tx.UploadByRef(ctx, ref)
	if err != nil || u.Ticket != id || u.State != "complete" {
		return act.Invalid("photo", "upload_incomplete", "Upload the photo of the signed paper on this ticket first, all of it.")
	}
	return nil
}

// household locks an open case of the actor and finds whom it is about.
func household(ctx context.Context, tx Tx, id ticket.ID) (t ticket.Ticket, h people.Household, err error) {
	if t, err = people.OpenCase(ctx, tx, id); err != nil {
		return t, h, err
	}
	err = tx.Wherever(ctx, func() error { h, err = tx.TicketHousehold(ctx, id); return err })
	if isMissing(err) {
		err = act.Refused("household_required", "Register the household on this case, or link the case to it, first: the sources are asked about its members.")
	}
	return t, h, err
}

// WithdrawConsent takes a consent back: nothing is asked by it any more. A check that
// rests on it and still runs ends at once: what has not left stays here, and what a source
// says from now on is not kept. What was answered before stays with the case (PIPL Art 15).
func WithdrawConsent(ctx context.Context, tx Tx, ref, reason string, cat *Catalogue) (ticket.ID, error) {
	if err := reasonGiven(reason); err != nil {
		return 0, err
	}
	found, err := tx.ConsentByRef(ctx, ref)
	if err != nil {
		return 0, err
	}
	t, err := people.OpenCase(ctx, tx, found.Ticket)
	if err != nil {
		return 0, err
	}
	c, err := tx.ConsentForUpdate(ctx, found.ID)
	if err != nil {
		return 0, err
	}
	if !c.WithdrawnAt.IsZero() {
		return 0, act.Refused("consent_withdrawn", "This consent was taken back before.")
	}
	c.WithdrawnAt, c.WithdrawnBy, c.WithdrawnWhy = tx.Now(), tx.Actor().StaffID, reason
	if err := tx.WithdrawConsent(ctx, c); err != nil {
		return 0, err
	}
	if err := ticket.Tell(ctx, tx, &t, "consent.withdrawn", reason, map[string]any{"by": tx.Actor().Name, "consent": c.PublicID}); err != nil {
		return 0, err
	}
	running, err := tx.ChecksUnderWay(ctx, c.ID)
	if err != nil {
		return 0, err
	}
	for _, check := range running {
		if err := tx.EndWithdrawn(ctx, check); err != nil {
			return 0, err
		}
		if err := Finish(ctx, tx, check, cat); err != nil {
			return 0, err
		}
	}
	return t.ID, nil
}

func reasonGiven(reason string) error {
	switch {
	case reason == "":
		return act.Invalid("reason", "reason_required", "Give the reason; it is kept.")
	case len([]rune(reason)) > 500:
		return act.Invalid("reason", "too_long", "Shorten this text.")
	default:
		return ticket.PlainText("reason", reason)
	}
}
