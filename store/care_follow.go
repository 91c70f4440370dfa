package store

import (
	"context"
	"time"

	"example.org/hotline/area"
	"example.org/hotline/internal/act"
	"example.org/hotline/relief/care"
	"example.org/hotline/ticket"
)

var _ care.Tx = (*Tx)(nil)

// followRow is a row of follow_ups.
type followRow struct {
	ID, TicketID, PostID, CreatedBy, Version int64
	PublicID, Catalogue, Kind, State, NextOn string
	Holds                                    bool
	ReasonSealed, EndSealed                  []byte
	CreatedAt                                time.Time
	EndedBy                                  *int64
	EndedAt                                  *time.Time
}

const followColumns = `f.id, f.public_id, f.ticket_id, f.catalogue, f.kind, f.holds, f.reason_sealed, f.post_id, f.next_on::text AS next_on, f.state, f.created_by, f.created_at,
	f.ended_by, f.ended_at, f.end_sealed, f.version`

func (tx *Tx) follow(r followRow) (f care.Follow, err error) {
	f = care.Follow{ID: care.FollowID(r.ID), PublicID: r.PublicID, Ticket: ticket.ID(r.TicketID), Catalogue: r.Catalogue, Kind: r.Kind, Holds: r.Holds, Post: area.PostID(r.PostID),
		NextOn: ticket.Date(r.NextOn), State: care.FollowState(r.State), By: area.StaffID(r.CreatedBy), At: r.CreatedAt.UTC(), EndedBy: area.StaffID(deref(r.EndedBy)),
		EndedAt: orZero(r.EndedAt), Version: r.Version}
	if f.Reason, err = tx.openText("follow_ups.reason", f.PublicID, r.ReasonSealed); err != nil {
		return f, err
	}
	f.EndReason, err = tx.openText("follow_ups.end", f.PublicID, r.EndSealed)
	return f, err
}

// AddFollow writes a plan to look again. One for a reason is enough.
func (tx *Tx) AddFollow(ctx context.Context, f *care.Follow) error {
	reason, err := tx.sealText("follow_ups.reason", f.PublicID, f.Reason)
	if err != nil {
		return err
	}
	var id int64
	err = tx.insert(ctx, "follow-up", &id, `INSERT INTO follow_ups (public_id, ticket_id, catalogue, kind, holds, reason_sealed, post_id, next_on, state, created_by, created_at, version)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?::date, ?, ?, ?, ?) ON CONFLICT (public_id) DO NOTHING RETURNING id`,
		f.PublicID, int64(f.Ticket), f.Catalogue, f.Kind, f.Holds, reason, int64(f.Post), string(f.NextOn), f.State, int64(f.By), f.At, f.Version)
	if violates(err, "follow_ups_once") {
		return act.Refused("planned_already", "There is a plan for this reason already. Look, and name the next day there.")
	}
	f.ID = care.FollowID(id)
	return err
}

// FollowByRef resolves a plan's public id.
func (tx *Tx) FollowByRef(ctx context.Context, publicID string) (care.FollowID, ticket.ID, error) {
	id, of, err := tx.byRef(ctx, "follow_ups", "follow-up", publicID)
	return care.FollowID(id), ticket.ID(of), err
}

// FollowTicket is the ticket of a plan.
func (tx *Tx) FollowTicket(ctx context.Context, id care.FollowID) (ticket.ID, error) {
	var of int64
	err := tx.scan(ctx, "find follow-up", `SELECT ticket_id FROM follow_ups WHERE id = ?`, []any{int64(id)}, &of)
	return ticket.ID(of), err
}

// FollowForUpdate locks and loads a plan.
func (tx *Tx) FollowForUpdate(ctx context.Context, id care.FollowID) (care.Follow, error) {
	r, err := one[followRow](ctx, tx, "follow-up", `SELECT `+followColumns+` FROM follow_ups f WHERE f.id = ? FOR UPDATE`, int64(id))
	if err != nil {
		return care.Follow{}, err
	}
	return tx.follow(r)
}

// SaveFollow writes what may change of a plan, guarded by its version.
func (tx *Tx) SaveFollow(ctx context.Context, f *care.Follow) error {
	ended, err := tx.sealText("follow_ups.end", f.PublicID, f.EndReason)
	if err != nil {
		return err
	}
	n, err := tx.exec(ctx, "save follow-up", `UPDATE follow_ups SET next_on = ?::date, state = ?, ended_by = ?, ended_at = ?, end_sealed = ?, version = version + 1 WHERE id = ? AND version = ?`,
		string(f.NextOn), f.State, nonZero(int64(f.EndedBy)), null(f.EndedAt), ended, int64(f.ID), f.Version)
	if err == nil && n == 0 {
		return act.Conflict("stale_version", "The plan changed while you were looking at it; reload and decide again.")
	}
	f.Version++
	return err
}

// AddFollowLook writes what somebody found.
func (tx *Tx) AddFollowLook(ctx context.Context, f care.Follow, l care.Look) error {
	found, err := tx.sealText("follow_looks.found", l.PublicID, l.Found)
	if err != nil {
		return err
	}
	_, err = tx.exec(ctx, "add a look", `INSERT INTO follow_looks (public_id, follow_up_id, ticket_id, way, outcome, found_sealed, due_on, next_on, staff_id, at)
		VALUES (?, ?, ?, ?, ?, ?, ?::date, nullif(?, '')::date, ?, ?)`,
		l.PublicID, int64(f.ID), int64(f.Ticket), l.Way, l.Outcome, found, string(l.DueOn), string(l.NextOn), int64(l.By), l.At)
	if violates(err, "follow_looks_public_id_key") {
		return act.ErrKeyReused
	}
	return err
}
