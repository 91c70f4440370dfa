package store

import (
	"context"
	"strings"
	"time"

	"github.com/google/uuid"

	"example.org/hotline/area"
	"example.org/hotline/internal/act"
)

// Households lists those that somebody looks after, at or below a place; all of
// one person's where login is not empty.
func (tx *Tx) Households(ctx context.Context, under area.Code, login string, limit int) ([]area.Household, error) {
	var rows []struct {
		PublicID, AreaCode, AreaName, Reference, Login, Name string
		EntrustedAt                                          time.Time
	}
	err := tx.find(ctx, "list households", &rows, `SELECT h.public_id, h.area_code, d.name AS area_name, h.reference, s.login, s.name, h.entrusted_at
		FROM households_entrusted h JOIN staff s ON s.id = h.staff_id JOIN divisions d ON d.code = h.area_code
		WHERE h.released_at IS NULL AND h.area_code LIKE ? AND (? = '' OR s.login = ?) ORDER BY h.area_code, h.reference LIMIT ?`, under.Prefix()+"%", login, login, limit)
	list := make([]area.Household, 0, len(rows))
	for _, r := range rows {
		list = append(list, area.Household{ID: r.PublicID, Area: area.Code(r.AreaCode), AreaName: r.AreaName, Reference: r.Reference, Login: r.Login, Name: r.Name, EntrustedAt: r.EntrustedAt.UTC()})
	}
	return list, err
}

// Entrust gives a household to an assistant: at most twenty to one, and each to one.
func (tx *Tx) Entrust(ctx context.Context, login string, village area.Code, reference string) (area.StaffRow, error) {
	reference = strings.TrimSpace(reference)
	if reference == "" {
		return area.StaffRow{}, act.Invalid("reference", "reference_required", "Write what the village calls the household: its door number, or its number in the village's register.")
	}
	r, err := tx.member(ctx, login)
	if err != nil {
		return area.StaffRow{}, err
	}
	if f := area.Keeps(r.person(""), village, r.Households); f != nil {
		return area.StaffRow{}, invalid(*f)
	}
	if err := tx.lockText(ctx, "household|"+string(village)+"|"+reference); err != nil {
		return area.StaffRow{}, err
	}
	var holder string
	err = tx.scan(ctx, "look who looks after a household", `SELECT coalesce((SELECT s.name FROM households_entrusted h JOIN staff s ON s.id = h.staff_id
		WHERE h.area_code = ? AND h.reference = ? AND h.released_at IS NULL), '')`, []any{string(village), reference}, &holder)
	if err != nil {
		return area.StaffRow{}, err
	}
	if holder != "" {
		fault := act.Refused("household_taken", "Somebody looks after this household already. Release it there first; nothing was done.")
		fault.Args = map[string]any{"name": holder}
		return area.StaffRow{}, fault
	}
	_, err = tx.exec(ctx, "entrust a household", `INSERT INTO households_entrusted (area_code, reference, staff_id, entrusted_by, entrusted_at) VALUES (?, ?, ?, ?, ?)`,
		string(village), reference, r.ID, nonZero(int64(tx.actor.StaffID)), tx.now)
	if err != nil {
		return area.StaffRow{}, err
	}
	if err := tx.auditStaff(ctx, "household.entrusted", login, "", map[string]any{"village": string(village), "households": r.Households + 1}); err != nil {
		return area.StaffRow{}, err
	}
	return tx.shownMember(ctx, login)
}

// Release takes a household out of somebody's hands.
func (tx *Tx) Release(ctx context.Context, id, reason string) (area.StaffRow, error) {
	if reason == "" {
		return area.StaffRow{}, act.Invalid("reason", "reason_required", "Say why.")
	}
	if uuid.Validate(id) != nil {
		return area.StaffRow{}, act.NotFound("household")
	}
	h, err := one[struct{ Login, AreaCode string }](ctx, tx, "household", `UPDATE households_entrusted h SET released_by = ?, released_at = ?, release_reason = ? FROM staff s
		WHERE h.public_id = ? AND h.released_at IS NULL AND s.id = h.staff_id RETURNING s.login, h.area_code`, nonZero(int64(tx.actor.StaffID)), tx.now, reason, id)
	if err != nil {
		return area.StaffRow{}, err
	}
	if err := tx.auditStaff(ctx, "household.released", h.Login, reason, map[string]any{"village": h.AreaCode}); err != nil {
		return area.StaffRow{}, err
	}
	return tx.shownMember(ctx, h.Login)
}
