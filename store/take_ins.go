package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"example.org/hotline/area"
	"example.org/hotline/internal/act"
	"example.org/hotline/ticket"
)

var _ ticket.TakeInTx = (*Tx)(nil)

// takenIn is what of a matter that was taken in is sealed: what people said, and who spoke.
type takenIn struct {
	Said    string `json:"said"`
	Speaker string `json:"speaker,omitempty"`
}

// AddTakenIn writes what was taken in and its ticket, with the clocks. The telephone is
// sealed and found again as a caller's is.
func (tx *Tx) AddTakenIn(ctx context.Context, t *ticket.Ticket, in ticket.TakeIn) error {
	phone, err := tx.addUncalled(ctx, t, in.Phone)
	if err != nil {
		return err
	}
	plain, err := json.Marshal(takenIn{Said: in.Said, Speaker: in.Speaker})
	if err != nil {
		return fmt.Errorf("write what was said: %w", err)
	}
	said, err := tx.db.sealer.Seal(saidContext(in.PublicID), plain)
	if err != nil {
		return err
	}
	_, err = tx.exec(ctx, "add what was taken in", `INSERT INTO intakes (id, ticket_id, source, staff_id, phone_sealed, said_sealed, relation, office, their_number, refused_service, area_code, taken_at)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`, in.PublicID, int64(t.ID), in.Source, int64(tx.actor.StaffID), phone, said, in.Relation, in.Office, in.TheirNumber, in.Refused, string(in.Area), t.InvitedAt)
	if violates(err, "intakes_pkey") {
		return act.Conflict("taken_in_already", "This was taken in before; look for it in the list of tickets.")
	}
	return err
}

func saidContext(id string) string { return "intakes.said|" + id }

// takenInView is what was taken in that a ticket was born from; nil where something else was.
func (tx *Tx) takenInView(ctx context.Context, id ticket.CallID) (*ticket.TakeInView, error) {
	r, err := one[struct {
		By, Role, Relation, Office, TheirNumber, RefusedService string
		SaidSealed                                              []byte
	}](ctx, tx, "intake", `SELECT s.name AS by, s.role, i.relation, i.office, i.their_number, i.refused_service, i.said_sealed FROM intakes i JOIN staff s ON s.id = i.staff_id WHERE i.id = ?`, string(id))
	if errors.Is(err, act.ErrNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	plain, err := tx.db.sealer.Open(saidContext(string(id)), r.SaidSealed)
	if err != nil {
		return nil, fmt.Errorf("open what was said: %w", err)
	}
	var what takenIn
	if err := json.Unmarshal(plain, &what); err != nil {
		return nil, fmt.Errorf("read what was said: %w", err)
	}
	return &ticket.TakeInView{By: r.By, Role: area.Role(r.Role), Said: what.Said, Speaker: what.Speaker, Relation: ticket.Relation(r.Relation), Office: r.Office, TheirNumber: r.TheirNumber,
		Refused: r.RefusedService}, nil
}
