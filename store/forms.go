package store

import (
	"context"

	"example.org/hotline/internal/act"
	"example.org/hotline/relief/form"
	"example.org/hotline/relief/people"
	"example.org/hotline/ticket"
)

// partyRow is whom a form is about.
type partyRow struct {
	TicketID                           int64
	Number, FindingsID, IDType, Office string
	ApplicantSealed, IDSealed          []byte
}

// partySQL joins a ticket t, findings f and the division o that gives the aid.
const partySQL = `t.id AS ticket_id, t.number, f.public_id AS findings_id, f.id_type, o.name AS office, f.applicant_sealed, f.id_sealed`

func (tx *Tx) party(r partyRow) (form.Party, error) {
	p := form.Party{Ticket: ticket.ID(r.TicketID), Number: ticket.Number(r.Number), Office: r.Office}
	var err error
	if p.Name, err = tx.openText("findings.applicant", r.FindingsID, r.ApplicantSealed); err != nil {
		return p, err
	}
	identity := people.Identity{Type: people.IdentityType(r.IDType)}
	identity.Number, err = tx.openText("findings.id", r.FindingsID, r.IDSealed)
	p.Identity = identity.Masked()
	return p, err
}

// ReceiptFacts are what the payee of a payout in scope signs for.
func (tx *Tx) ReceiptFacts(ctx context.Context, disbursement string) (form.ReceiptFacts, error) {
	type row struct {
		Party   partyRow `gorm:"embedded"`
		Fen     int64
		AidKind string
		Payer   string
	}
	r, err := one[row](ctx, tx, "disbursement", `SELECT `+partySQL+`, d.fen, d.aid_kind, s.name AS payer
		FROM disbursements d JOIN tickets t ON t.id = d.ticket_id JOIN decisions x ON x.id = d.decision_id JOIN findings f ON f.id = x.findings_id
		JOIN divisions o ON o.code = d.area_code JOIN staff s ON s.id = coalesce(d.payer_id, d.maker_id) WHERE d.public_id = ?`, disbursement)
	if err != nil {
		return form.ReceiptFacts{}, err
	}
	facts := form.ReceiptFacts{Fen: r.Fen, AidKind: r.AidKind, Payer: r.Payer}
	facts.Party, err = tx.party(r.Party)
	return facts, err
}

// RefusalFacts are what a refused person in scope is told.
func (tx *Tx) RefusalFacts(ctx context.Context, decision string) (form.RefusalFacts, error) {
	type row struct {
		Party  partyRow `gorm:"embedded"`
		Reason string
	}
	r, err := one[row](ctx, tx, "decision", `SELECT `+partySQL+`, x.reason FROM decisions x JOIN tickets t ON t.id = x.ticket_id JOIN findings f ON f.id = x.findings_id
		JOIN divisions o ON o.code = t.area_code WHERE x.public_id = ? AND x.state = 'refused'`, decision)
	if err != nil {
		return form.RefusalFacts{}, err
	}
	facts := form.RefusalFacts{Reason: r.Reason}
	facts.Party, err = tx.party(r.Party)
	return facts, err
}

// PersonParty is a form's party for somebody of the household that a case in scope is about.
func (tx *Tx) PersonParty(ctx context.Context, id ticket.ID, person string) (form.Party, error) {
	h, err := tx.TicketHousehold(ctx, id)
	if err != nil {
		return form.Party{}, err
	}
	for _, m := range h.Members {
		if m.Person.PublicID != person {
			continue
		}
		p := form.Party{Ticket: id, Name: m.Person.Name, Identity: m.Person.Identity.Masked()}
		err := tx.scan(ctx, "find the office of a form", `SELECT t.number, o.name FROM tickets t JOIN divisions o ON o.code = t.area_code WHERE t.id = ?`, []any{int64(id)}, &p.Number, &p.Office)
		return p, err
	}
	return form.Party{}, act.NotFound("person")
}
