package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5/pgconn"

	"example.org/hotline/area"
	"example.org/hotline/dispatch/duty"
	"example.org/hotline/internal/act"
)

// LastVersion is the number of the newest version of a roster's plan; zero for none.
func (tx *Tx) LastVersion(ctx context.Context, k duty.Key) (number int, err error) {
	err = tx.scan(ctx, "look for the last version", `SELECT coalesce(max(number), 0) FROM duty_versions WHERE area_code = ? AND role = ?`,
		[]any{string(k.Area), string(k.Role)}, &number)
	return number, err
}

// AddVersion writes the next version of a plan and tells its row's id.
func (tx *Tx) AddVersion(ctx context.Context, k duty.Key, v duty.Version, reason string) (id int64, err error) {
	plan, err := json.Marshal(v.Plan)
	if err != nil {
		return 0, fmt.Errorf("write a plan: %w", err)
	}
	err = tx.scan(ctx, "add version", `INSERT INTO duty_versions (area_code, role, number, valid_from, plan, reason, created_by, created_by_id)
		VALUES (?, ?, ?, ?, ?::jsonb, ?, ?, ?) RETURNING id`,
		[]any{string(k.Area), string(k.Role), v.Number, v.From, string(plan), reason, tx.actor.Name, nonZero(int64(tx.actor.StaffID))}, &id)
	return id, inThePast(err)
}

// AddChange writes an override or a temporary roster, with the note of a hand-over.
func (tx *Tx) AddChange(ctx context.Context, c duty.Change) (id int64, err error) {
	o, name, places := c.Override, (*string)(nil), (*string)(nil)
	kind := "temporary"
	if c.Temporary != nil {
		list, err := json.Marshal(c.Temporary.Places)
		if err != nil {
			return 0, fmt.Errorf("write places: %w", err)
		}
		text := string(list)
		o, name, places = &duty.Override{Starts: c.Temporary.Starts, Ends: c.Temporary.Ends}, &c.Temporary.Name, &text
	} else {
		kind = string(o.Kind)
	}
	err = tx.scan(ctx, "add a change of a roster", `INSERT INTO duty_changes (area_code, role, kind, remove_post, add_post, position, name, places,
			reason, starts_at, ends_at, created_by, created_by_id)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?::jsonb, ?, ?, ?, ?, ?) RETURNING id`,
		[]any{string(c.Area), string(c.Role), kind, nonZero(int64(o.Remove)), nonZero(int64(o.Add)), nonZero(o.Position), name, places,
			o.Reason, o.Starts, o.Ends, tx.actor.Name, nonZero(int64(tx.actor.StaffID))}, &id)
	if err != nil || c.HandOver == nil {
		return id, inThePast(err)
	}
	_, err = tx.exec(ctx, "add the note of a hand-over", `INSERT INTO duty_handovers (change_id, area_code, note, cash_fen, handed_over_by) VALUES (?, ?, ?, ?, ?)`,
		id, string(c.Area), c.HandOver.Text, c.HandOver.CashFen, c.HandOver.HandedOverBy)
	return id, err
}

// EndChange ends an override or a temporary roster early; once.
func (tx *Tx) EndChange(ctx context.Context, id int64, at time.Time, reason string) error {
	n, err := tx.exec(ctx, "end a change of a roster", `UPDATE duty_changes SET ended_at = ?, ended_by = ?, end_reason = ? WHERE id = ? AND ended_at IS NULL`,
		at, tx.actor.Name, reason, id)
	if err == nil && n == 0 {
		return act.NotFound("override")
	}
	return inThePast(err)
}

// ConfirmHandOver writes what the one who took over has counted; once.
func (tx *Tx) ConfirmHandOver(ctx context.Context, id, countedFen int64) error {
	n, err := tx.exec(ctx, "confirm a hand-over", `UPDATE duty_handovers SET counted_fen = ?, confirmed_by = ?, confirmed_at = ?
		WHERE change_id = ? AND confirmed_at IS NULL`, countedFen, tx.actor.Name, tx.now, id)
	if err == nil && n == 0 {
		return act.NotFound("hand-over")
	}
	return err
}

// inThePast turns the database's own refusal to rewrite the past into a Fault.
// The commands refuse first; this one holds whoever writes.
func inThePast(err error) error {
	if pg, ok := errors.AsType[*pgconn.PgError](err); ok {
		switch pg.ConstraintName {
		case "duty_versions_not_in_the_past", "duty_changes_not_in_the_past", "duty_changes_end_once":
			return act.Refused("in_the_past", "The past is not rewritten: let it begin, or end, now or later.")
		}
	}
	return err
}

// RosterPosts loads posts with the areas they belong to, and whether their
// holders still work here. Unknown ids are missing.
func (tx *Tx) RosterPosts(ctx context.Context, ids []area.PostID) (map[area.PostID]duty.Candidate, error) {
	var rows []struct {
		ID                         int64
		Kind, AreaCode, Role, Name string
		StaffID                    int64
		Active                     bool
	}
	err := tx.find(ctx, "load the posts of a roster", &rows, `SELECT p.id, p.kind, p.area_code, p.role, p.name, coalesce(w.id, 0) AS staff_id,
			coalesce(w.active, false) AS active
		FROM posts p LEFT JOIN staff w ON w.post_id = p.id WHERE p.id = ANY(?::bigint[])`, bigints(ids))
	posts := make(map[area.PostID]duty.Candidate, len(rows))
	for _, r := range rows {
		posts[area.PostID(r.ID)] = duty.Candidate{Post: area.Post{ID: area.PostID(r.ID), Kind: area.PostKind(r.Kind), Area: area.Code(r.AreaCode),
			Role: area.Role(r.Role), Name: r.Name, StaffID: area.StaffID(r.StaffID)}, Active: r.Active}
	}
	return posts, err
}
