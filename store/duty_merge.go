package store

import (
	"context"
	"slices"

	"example.org/hotline/area"
)

// succeedDuty lets the duty of a merged place go on in its successor: for the
// roles for which that has no plan of its own, the plan in force, later versions
// and shifts; and in any case what was entered for the time to come. What was
// stays as it was: who served the old place can be asked for ever. It tells how
// many overrides and temporary rosters went over.
func (tx *Tx) succeedDuty(ctx context.Context, from, to area.Code) (changes int, err error) {
	var own []string // roles for which the successor has a plan: its people serve by that
	if err := tx.find(ctx, "find the successor's plans", &own, `SELECT DISTINCT role FROM duty_versions WHERE area_code = ?`, string(to)); err != nil {
		return 0, err
	}
	args := map[string]any{"from": string(from), "to": string(to), "now": tx.now, "name": tx.actor.Name, "staff": nonZero(int64(tx.actor.StaffID))}
	for _, step := range []struct{ what, sql string }{
		{"let a plan of duty go on", `INSERT INTO duty_versions (area_code, role, number, valid_from, plan, reason, created_by, created_by_id, created_at)
			SELECT @to, v.role, row_number() OVER (PARTITION BY v.role ORDER BY v.valid_from, v.number), greatest(v.valid_from, @now), v.plan, 'merged from ' || @from,
			  @name, @staff, @now FROM duty_versions v
			WHERE v.area_code = @from AND NOT EXISTS (SELECT 1 FROM duty_versions x WHERE x.area_code = @to AND x.role = v.role) AND v.id IN (
			  SELECT l.id FROM duty_versions l WHERE l.area_code = @from AND l.valid_from > @now
			  UNION (SELECT DISTINCT ON (f.role) f.id FROM duty_versions f WHERE f.area_code = @from AND f.valid_from <= @now ORDER BY f.role, f.valid_from DESC, f.number DESC))`},
		{"let shifts go on", `INSERT INTO shifts (area_code, role, position, post_id, starts_at, ends_at)
			SELECT @to, s.role, s.position, s.post_id, greatest(s.starts_at, @now), s.ends_at FROM shifts s
			WHERE s.area_code = @from AND s.ends_at > @now AND NOT EXISTS (SELECT 1 FROM shifts x WHERE x.area_code = @to AND x.role = s.role AND x.ends_at > @now)`},
	} {
		if _, err := tx.exec(ctx, step.what, step.sql, args); err != nil {
			return 0, err
		}
	}
	return tx.succeedChanges(ctx, from, to, own)
}

// succeedChanges carries overrides and temporary rosters over, as far as they lie
// in the time to come, in the order of their writing, and ends them at the old
// place. A temporary roster replaces everybody: where the successor has a plan of
// its own, whose people it must not replace, each of its places becomes a cover
// beside that plan.
func (tx *Tx) succeedChanges(ctx context.Context, from, to area.Code, own []string) (int, error) {
	var open []struct {
		ID         int64
		Role, Kind string
	}
	err := tx.find(ctx, "find what changes a merged place's duty", &open, `SELECT id, role, kind FROM duty_changes
		WHERE area_code = ? AND ended_at IS NULL AND ends_at > ? ORDER BY id`, string(from), tx.now)
	if err != nil {
		return 0, err
	}
	for _, c := range open {
		args := map[string]any{"id": c.ID, "to": string(to), "now": tx.now, "name": tx.actor.Name}
		carry := `WITH carried AS (
			  INSERT INTO duty_changes (area_code, role, kind, remove_post, add_post, position, name, places, reason, starts_at, ends_at, created_by, created_by_id, created_at)
			  SELECT @to, x.role, x.kind, x.remove_post, x.add_post, x.position, x.name, x.places, x.reason, greatest(x.starts_at, @now), x.ends_at, x.created_by, x.created_by_id, @now
			  FROM duty_changes x WHERE x.id = @id RETURNING id)
			INSERT INTO duty_handovers (change_id, area_code, note, cash_fen, handed_over_by, counted_fen, confirmed_by, confirmed_at)
			SELECT c.id, @to, h.note, h.cash_fen, h.handed_over_by, h.counted_fen, h.confirmed_by, h.confirmed_at FROM carried c, duty_handovers h WHERE h.change_id = @id`
		if c.Kind == "temporary" && slices.Contains(own, c.Role) {
			carry = `INSERT INTO duty_changes (area_code, role, kind, add_post, position, reason, starts_at, ends_at, created_by, created_by_id, created_at)
			SELECT @to, x.role, 'cover', p.post, p.position, x.name, greatest(p."from", x.starts_at, @now), least(p."to", x.ends_at), x.created_by, x.created_by_id, @now
			FROM duty_changes x, jsonb_to_recordset(x.places) AS p(post bigint, position smallint, "from" timestamptz, "to" timestamptz)
			WHERE x.id = @id AND least(p."to", x.ends_at) > greatest(p."from", x.starts_at, @now)`
		}
		for _, sql := range []string{carry, `UPDATE duty_changes SET ended_at = @now, ended_by = @name, end_reason = 'merged into ' || @to WHERE id = @id`} {
			if _, err := tx.exec(ctx, "carry a change of duty over", sql, args); err != nil {
				return 0, err
			}
		}
	}
	return len(open), nil
}
