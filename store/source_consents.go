package store

import (
	"context"
	"time"

	"github.com/google/uuid"

	"example.org/hotline/area"
	"example.org/hotline/internal/act"
	"example.org/hotline/relief/people"
	"example.org/hotline/relief/source"
	"example.org/hotline/ticket"
)

var _ source.Tx = (*Tx)(nil)

// guardianPlace names the place of a guardian's name.
func guardianPlace(consent, person string) string { return consent + "|" + person }

// AddConsent writes a consent with the persons it covers.
func (tx *Tx) AddConsent(ctx context.Context, c *source.Consent) error {
	var upload *int64
	if c.Photo != "" {
		u, err := tx.UploadByRef(ctx, c.Photo)
		if err != nil {
			return err
		}
		upload = &u.ID
	}
	err := tx.insert(ctx, "consent", &c.ID, `INSERT INTO source_consents (public_id, ticket_id, household_id, form, upload_id, given_at, recorded_at, staff_id)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (public_id) DO NOTHING RETURNING id`,
		c.PublicID, int64(c.Ticket), int64(c.Household), c.Form, upload, c.GivenAt, c.RecordedAt, int64(c.By))
	if err != nil {
		return err
	}
	for _, p := range c.Persons {
		guardian, err := tx.sealText("source_consent_persons.guardian", guardianPlace(c.PublicID, p.Ref), p.Guardian)
		if err != nil {
			return err
		}
		_, err = tx.exec(ctx, "add whom a consent covers", `INSERT INTO source_consent_persons (consent_id, ticket_id, person_id, given_by, guardian_sealed) VALUES (?, ?, ?, ?, ?)`,
			c.ID, int64(c.Ticket), int64(p.Person), p.By, guardian)
		if err != nil {
			return err
		}
	}
	return nil
}

type consentRow struct {
	ID, TicketID, HouseholdID, StaffID      int64
	PublicID, Form, WithdrawnWhy, StaffName string
	Upload                                  *string
	GivenAt, RecordedAt                     time.Time
	WithdrawnAt                             *time.Time
	WithdrawnBy                             *int64
}

const consentSQL = `SELECT c.id, c.public_id, c.ticket_id, c.household_id, c.form, u.public_id AS upload, c.given_at, c.recorded_at, c.staff_id, s.name AS staff_name,
	c.withdrawn_at, c.withdrawn_by, c.withdrawn_why FROM source_consents c JOIN staff s ON s.id = c.staff_id LEFT JOIN uploads u ON u.id = c.upload_id WHERE `

func (tx *Tx) consent(ctx context.Context, r consentRow) (source.Consent, error) {
	c := source.Consent{ID: r.ID, PublicID: r.PublicID, Ticket: ticket.ID(r.TicketID), Household: people.HouseholdID(r.HouseholdID), Form: source.Form(r.Form), Photo: deref(r.Upload),
		GivenAt: r.GivenAt.UTC(), RecordedAt: r.RecordedAt.UTC(), By: area.StaffID(r.StaffID), ByName: r.StaffName, WithdrawnAt: orZero(r.WithdrawnAt),
		WithdrawnBy: area.StaffID(deref(r.WithdrawnBy)), WithdrawnWhy: r.WithdrawnWhy}
	var rows []struct {
		PersonID       int64
		Ref, GivenBy   string
		GuardianSealed []byte
	}
	err := tx.everywhere(ctx, func() error { // a member may live elsewhere by now
		return tx.find(ctx, "list whom a consent covers", &rows, `SELECT c.person_id, p.public_id AS ref, c.given_by, c.guardian_sealed FROM source_consent_persons c JOIN persons p ON p.id = c.person_id
			WHERE c.consent_id = ? ORDER BY c.person_id`, r.ID)
	})
	if err != nil {
		return c, err
	}
	for _, p := range rows {
		one := source.Consented{Person: people.PersonID(p.PersonID), Ref: p.Ref, By: source.Giver(p.GivenBy)}
		if one.Guardian, err = tx.openText("source_consent_persons.guardian", guardianPlace(c.PublicID, p.Ref), p.GuardianSealed); err != nil {
			return c, err
		}
		c.Persons = append(c.Persons, one)
	}
	return c, nil
}

// ConsentByRef loads a consent by its public id, in scope.
func (tx *Tx) ConsentByRef(ctx context.Context, publicID string) (source.Consent, error) {
	if uuid.Validate(publicID) != nil {
		return source.Consent{}, act.NotFound("consent")
	}
	r, err := one[consentRow](ctx, tx, "consent", consentSQL+`c.public_id = ?`, publicID)
	if err != nil {
		return source.Consent{}, err
	}
	return tx.consent(ctx, r)
}

// ConsentForUpdate locks and loads a consent.
func (tx *Tx) ConsentForUpdate(ctx context.Context, id int64) (source.Consent, error) {
	r, err := one[consentRow](ctx, tx, "consent", consentSQL+`c.id = ? FOR UPDATE OF c`, id)
	if err != nil {
		return source.Consent{}, err
	}
	return tx.consent(ctx, r)
}

// TicketConsents lists the consents of a ticket, the newest first.
func (tx *Tx) TicketConsents(ctx context.Context, id ticket.ID) ([]source.Consent, error) {
	var rows []consentRow
	if err := tx.find(ctx, "list consents", &rows, consentSQL+`c.ticket_id = ? ORDER BY c.id DESC`, int64(id)); err != nil {
		return nil, err
	}
	list := make([]source.Consent, 0, len(rows))
	for _, r := range rows {
		c, err := tx.consent(ctx, r)
		if err != nil {
			return nil, err
		}
		list = append(list, c)
	}
	return list, nil
}

// WithdrawConsent writes that a consent was taken back.
func (tx *Tx) WithdrawConsent(ctx context.Context, c source.Consent) error {
	_, err := tx.exec(ctx, "withdraw a consent", `UPDATE source_consents SET withdrawn_at = ?, withdrawn_by = ?, withdrawn_why = ? WHERE id = ? AND withdrawn_at IS NULL`,
		c.WithdrawnAt, int64(c.WithdrawnBy), c.WithdrawnWhy, c.ID)
	return err
}
