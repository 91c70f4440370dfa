package store

import (
	"context"
	"slices"
	"time"

	"example.org/hotline/area"
	"example.org/hotline/internal/act"
)

// SetDeputies says who stands in for somebody from now on, until a time or (zero)
// until it is said otherwise; the first who is there does.
func (tx *Tx) SetDeputies(ctx context.Context, login string, deputies []string, until time.Time) (area.StaffRow, error) {
	of, err := tx.member(ctx, login)
	if err != nil {
		return area.StaffRow{}, err
	}
	if !until.IsZero() && !until.After(tx.now) {
		return area.StaffRow{}, act.Invalid("until", "already_past", "It must end in the future.")
	}
	ids := make([]int64, 0, len(deputies))
	for i, name := range deputies {
		if slices.Contains(deputies[:i], name) {
			return area.StaffRow{}, act.Invalid("deputies", "deputy_unknown", "Somebody is named twice; name each once.")
		}
		deputy, err := tx.staffRows(ctx, `s.login = ? AND s.active`, name)
		if err != nil {
			return area.StaffRow{}, err
		}
		if len(deputy) == 0 {
			return area.StaffRow{}, act.Invalid("deputies", "deputy_unknown", "Nobody who works here has this login. Correct it.")
		}
		if f := area.Stands(0, of.person(""), deputy[0].person("")); f != nil {
			return area.StaffRow{}, invalid(*f)
		}
		ids = append(ids, deputy[0].ID)
	}
	if _, err := tx.exec(ctx, "end deputies", `UPDATE deputies SET ends_at = greatest(starts_at, ?) WHERE staff_id = ? AND (ends_at IS NULL OR ends_at > ?)`, tx.now, of.ID, tx.now); err != nil {
		return area.StaffRow{}, err
	}
	for i, id := range ids {
		if _, err := tx.exec(ctx, "name a deputy", `INSERT INTO deputies (staff_id, deputy_id, position, starts_at, ends_at, created_by, created_at) VALUES (?, ?, ?, ?, ?, ?, ?)`,
			of.ID, id, i+1, tx.now, null(until), nonZero(int64(tx.actor.StaffID)), tx.now); err != nil {
			return area.StaffRow{}, err
		}
	}
	data := map[string]any{"deputies": deputies}
	if !until.IsZero() {
		data["until"] = until.UTC().Format(time.RFC3339)
	}
	if err := tx.auditStaff(ctx, "staff.deputies", login, "", data); err != nil {
		return area.StaffRow{}, err
	}
	return tx.shownMember(ctx, login)
}
