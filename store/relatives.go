package store

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"

	"example.org/hotline/area"
	"example.org/hotline/internal/act"
	"example.org/hotline/ticket"
)

// relativeRow is a row of relative_declarations.
type relativeRow struct {
	ID, StaffID         int64
	PublicID, Relation  string
	Sealed              []byte
	DeclaredAt          time.Time
	EndedAt             *time.Time
	EndedBy, Login      string
	EndReason, AreaCode string
}

// particulars are what is sealed of a declaration.
type particulars struct {
	Name     string `json:"name"`
	Identity string `json:"identity"`
	Phone    string `json:"phone,omitempty"`
}

func relativeContext(publicID string) string { return "relative|" + publicID }

// DeclareRelative registers a relative of a member of staff, or, as RelationSelf, their
// own identity number. From then on they neither make, check, pay nor sign what goes to
// its bearer, in any area.
func (tx *Tx) DeclareRelative(ctx context.Context, staff area.StaffID, r area.Relative) error {
	id := uuid.NewString()
	plain, err := json.Marshal(particulars{Name: r.Name, Identity: r.Identity, Phone: r.Phone})
	if err != nil {
		return fmt.Errorf("write a declaration: %w", err)
	}
	sealed, err := tx.db.sealer.Seal(relativeContext(id), plain)
	if err != nil {
		return fmt.Errorf("seal a declaration: %w", err)
	}
	n, err := tx.exec(ctx, "declare a relative", `INSERT INTO relative_declarations (public_id, staff_id, relation, identity_index, sealed, declared_by, declared_at)
		VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`, id, int64(staff), r.Relation, tx.IdentityIndex(r.Identity), sealed, nonZero(int64(tx.actor.StaffID)), tx.now)
	if err != nil {
		return err
	}
	if n == 0 {
		return act.Refused("relative_declared", "This number is declared already, or your own is; nothing was written.")
	}
	var login string
	if err := tx.scan(ctx, "find staff", `SELECT login FROM staff WHERE id = ?`, []any{int64(staff)}, &login); err != nil {
		return err
	}
	return tx.auditStaff(ctx, "relative.declared", login, "", map[string]any{"relative": id, "relation": r.Relation})
}

// DeclareRelativeOf is DeclareRelative by login.
func (tx *Tx) DeclareRelativeOf(ctx context.Context, login string, r area.Relative) error {
	m, err := tx.member(ctx, login)
	if err != nil {
		return err
	}
	return tx.DeclareRelative(ctx, area.StaffID(m.ID), r)
}

// OwnRelatives lists what the actor has declared, what has ended too.
func (tx *Tx) OwnRelatives(ctx context.Context) ([]area.RelativeRow, error) {
	return tx.relatives(ctx, int64(tx.actor.StaffID))
}

// RelativesOf lists what somebody of the actor's area has declared.
func (tx *Tx) RelativesOf(ctx context.Context, login string) ([]area.RelativeRow, error) {
	rows, err := tx.staffRows(ctx, `s.login = ?`, login)
	if err != nil {
		return nil, err
	}
	if len(rows) == 0 {
		return nil, act.NotFound("member of staff")
	}
	return tx.relatives(ctx, rows[0].ID)
}

func (tx *Tx) relatives(ctx context.Context, staff int64) ([]area.RelativeRow, error) {
	var rows []relativeRow
	err := tx.find(ctx, "list declarations", &rows, `SELECT r.id, r.public_id, r.relation, r.sealed, r.declared_at, r.ended_at, coalesce(r.end_reason, '') AS end_reason,
			coalesce((SELECT s.name FROM staff s WHERE s.id = r.ended_by), '') AS ended_by
		FROM relative_declarations r WHERE r.staff_id = ? ORDER BY r.ended_at IS NOT NULL, r.relation <> 'self', r.id`, staff)
	if err != nil {
		return nil, err
	}
	list := make([]area.RelativeRow, 0, len(rows))
	for _, r := range rows {
		v, err := tx.shownRelative(r)
		if err != nil {
			return nil, err
		}
		list = append(list, v)
	}
	return list, nil
}

// shownRelative is a declaration as lists show it.
func (tx *Tx) shownRelative(r relativeRow) (area.RelativeRow, error) {
	plain, err := tx.db.sealer.Open(relativeContext(r.PublicID), r.Sealed)
	if err != nil {
		return area.RelativeRow{}, fmt.Errorf("open declaration %s: %w", r.PublicID, err)
	}
	var p particulars
	if err := json.Unmarshal(plain, &p); err != nil {
		return area.RelativeRow{}, fmt.Errorf("read declaration %s: %w", r.PublicID, err)
	}
	shown := max(len(p.Identity)-4, 0)
	v := area.RelativeRow{ID: r.PublicID, Relation: area.Relation(r.Relation), Name: ticket.MaskName(p.Name), Identity: strings.Repeat("*", shown) + p.Identity[shown:],
		Phone: ticket.MaskPhone(p.Phone), DeclaredAt: r.DeclaredAt.UTC(), EndedBy: r.EndedBy, EndReason: r.EndReason}
	if r.EndedAt != nil {
		at := r.EndedAt.UTC()
		v.EndedAt = &at
	}
	return v, nil
}

// EndRelative ends a declaration that does not hold any more, or never did. Whoever
// declared it cannot; it stays in the history.
func (tx *Tx) EndRelative(ctx context.Context, id, reason string) error {
	if reason == "" {
		return act.Invalid("reason", "reason_required", "Say why.")
	}
	if uuid.Validate(id) != nil {
		return act.NotFound("declaration")
	}
	r, err := one[relativeRow](ctx, tx, "declaration", `SELECT r.id, r.staff_id, r.ended_at, s.login FROM relative_declarations r JOIN staff s ON s.id = r.staff_id WHERE r.public_id = ?`, id)
	switch {
	case err != nil:
		return err
	case r.StaffID == int64(tx.actor.StaffID):
		return act.Refused("own_declaration", "Your own declaration is ended by somebody else: your leader, or the security administrator.")
	}
	n, err := tx.exec(ctx, "end a declaration", `UPDATE relative_declarations SET ended_by = ?, ended_at = ?, end_reason = ? WHERE id = ? AND ended_at IS NULL`,
		int64(tx.actor.StaffID), tx.now, reason, r.ID)
	if err != nil {
		return err
	}
	if n == 0 {
		return act.Refused("declaration_ended", "This declaration has ended already; nothing was done.")
	}
	return tx.auditStaff(ctx, "relative.ended", r.Login, reason, map[string]any{"relative": id})
}
