package store

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"example.org/hotline/area"
	"example.org/hotline/internal/act"
	"example.org/hotline/relief/referral"
	"example.org/hotline/ticket"
)

var _ referral.Tx = (*Tx)(nil)

// referralRow is a row of referrals.
type referralRow struct {
	ID, TicketID, FirstOwnerID, CreatedBy, Version int64
	PublicID, Catalogue, Item, Department, State   string
	Result, Consent                                *string
	RequestSealed, LetterSealed, Fields            []byte
	CreatedAt                                      time.Time
	DueAt                                          *time.Time
	Extended                                       bool
	Late                                           int
}

const referralColumns = `r.id, r.public_id, r.ticket_id, r.catalogue, r.item, r.department, r.state, r.result, r.request_sealed, r.consent, r.first_owner_id,
	r.created_by, r.created_at, r.fields, r.letter_sealed, r.due_at, r.extended, r.late, r.version`

func (tx *Tx) referral(row referralRow) (r referral.Referral, err error) {
	r = referral.Referral{ID: referral.ID(row.ID), PublicID: row.PublicID, Ticket: ticket.ID(row.TicketID), Catalogue: row.Catalogue, Item: row.Item,
		Department: row.Department, State: referral.State(row.State), Result: referral.Result(deref(row.Result)), Consent: referral.ConsentKind(deref(row.Consent)),
		FirstOwner: area.PostID(row.FirstOwnerID), By: area.StaffID(row.CreatedBy), At: row.CreatedAt.UTC(), DueAt: orZero(row.DueAt), Extended: row.Extended,
		Late: row.Late, Version: row.Version}
	if r.Request, err = tx.openText("referrals.request", r.PublicID, row.RequestSealed); err != nil {
		return r, err
	}
	if err := json.Unmarshal(row.Fields, &r.Fields); err != nil {
		return r, fmt.Errorf("read the fields of a referral: %w", err)
	}
	letter, err := tx.openText("referrals.letter", r.PublicID, row.LetterSealed)
	if err != nil || letter == "" {
		return r, err
	}
	if err := json.Unmarshal([]byte(letter), &r.Letter); err != nil {
		return r, fmt.Errorf("read a letter: %w", err)
	}
	return r, nil
}

// AddReferral writes a referral. One live referral of an item is enough for a ticket.
func (tx *Tx) AddReferral(ctx context.Context, r *referral.Referral) error {
	request, err := tx.sealText("referrals.request", r.PublicID, r.Request)
	if err != nil {
		return err
	}
	var id int64
	err = tx.insert(ctx, "referral", &id, `INSERT INTO referrals (public_id, ticket_id, catalogue, item, department, state, request_sealed, consent, first_owner_id,
			created_by, created_at, due_at, version) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (public_id) DO NOTHING RETURNING id`,
		r.PublicID, int64(r.Ticket), r.Catalogue, r.Item, r.Department, r.State, request, nonZero(string(r.Consent)), int64(r.FirstOwner), int64(r.By), r.At,
		null(r.DueAt), r.Version)
	if violates(err, "referrals_once") {
		return act.Refused("referred_already", "This item is with its department already. Wait for the answer, or withdraw it first.")
	}
	r.ID = referral.ID(id)
	return err
}

// ReferralByRef resolves a referral's public id.
func (tx *Tx) ReferralByRef(ctx context.Context, publicID string) (referral.ID, ticket.ID, error) {
	id, of, err := tx.byRef(ctx, "referrals", "referral", publicID)
	return referral.ID(id), ticket.ID(of), err
}

// ReferralTicket is the ticket of a referral.
func (tx *Tx) ReferralTicket(ctx context.Context, id referral.ID) (ticket.ID, error) {
	var of int64
	err := tx.scan(ctx, "find referral", `SELECT ticket_id FROM referrals WHERE id = ?`, []any{int64(id)}, &of)
	return ticket.ID(of), err
}

// ReferralForUpdate locks and loads a referral.
func (tx *Tx) ReferralForUpdate(ctx context.Context, id referral.ID) (referral.Referral, error) {
	row, err := one[referralRow](ctx, tx, "referral", `SELECT `+referralColumns+` FROM referrals r WHERE r.id = ? FOR UPDATE`, int64(id))
	if err != nil {
		return referral.Referral{}, err
	}
	return tx.referral(row)
}

// TicketReferrals lists the referrals of a ticket, oldest first. The ticket's lock keeps them as they are.
func (tx *Tx) TicketReferrals(ctx context.Context, id ticket.ID) ([]referral.Referral, error) {
	var rows []referralRow
	if err := tx.find(ctx, "list referrals", &rows, `SELECT `+referralColumns+` FROM referrals r WHERE r.ticket_id = ? ORDER BY r.id`, int64(id)); err != nil {
		return nil, err
	}
	list := make([]referral.Referral, 0, len(rows))
	for _, row := range rows {
		r, err := tx.referral(row)
		if err != nil {
			return nil, err
		}
		list = append(list, r)
	}
	return list, nil
}

// SaveReferral writes what may change of a referral, guarded by its version.
func (tx *Tx) SaveReferral(ctx context.Context, r *referral.Referral) error {
	names := make([]string, 0, len(r.Fields))
	for _, f := range r.Fields {
		names = append(names, string(f))
	}
	fields, err := listJSON(names)
	if err != nil {
		return err
	}
	var letter []byte
	if r.State != referral.StateCreated {
		plain, err := json.Marshal(r.Letter)
		if err != nil {
			return fmt.Errorf("write a letter: %w", err)
		}
		if letter, err = tx.sealText("referrals.letter", r.PublicID, act.Private(plain)); err != nil {
			return err
		}
	}
	n, err := tx.exec(ctx, "save referral", `UPDATE referrals SET state = ?, result = ?, fields = ?::jsonb, letter_sealed = ?, due_at = ?, extended = ?, late = ?,
		version = version + 1 WHERE id = ? AND version = ?`, r.State, nonZero(string(r.Result)), fields, letter, null(r.DueAt), r.Extended, r.Late, int64(r.ID), r.Version)
	if err == nil && n == 0 {
		return act.Conflict("stale_version", "The referral changed while you were looking at it; reload and decide again.")
	}
	r.Version++
	return err
}

// AddReferralStep appends to the history of a referral.
func (tx *Tx) AddReferralStep(ctx context.Context, r referral.Referral, s referral.Step) error {
	said, err := tx.sealText("referral_steps.said_by", r.PublicID, s.SaidBy)
	if err != nil {
		return err
	}
	reason, err := tx.sealText("referral_steps.reason", r.PublicID, s.Reason)
	if err != nil {
		return err
	}
	result := ""
	if s.Event == referral.EventResult || s.Event == referral.EventConfirm {
		result = string(r.Result)
	}
	_, err = tx.exec(ctx, "add a step of a referral", `INSERT INTO referral_steps (referral_id, ticket_id, event, result, at, staff_id, via, said_by_sealed, said_on, reason_sealed)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, nullif(?, '')::date, ?)`,
		int64(r.ID), int64(r.Ticket), s.Event, nonZero(result), s.At, int64(s.By), nonZero(string(s.Via)), said, string(s.SaidOn), reason)
	return err
}
