package store

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"example.org/hotline/area"
	"example.org/hotline/dispatch/duty"
)

// changeRow is a row of duty_changes with the note of a hand-over, where the
// reader may see it.
type changeRow struct {
	AreaCode, Role, Kind string
	Data                 []byte
	CreatedBy            string
	CreatedAt            time.Time
	EndedBy, EndReason   *string
	Note, HandedOverBy   *string
	CashFen, CountedFen  *int64
	ConfirmedBy          *string
	ConfirmedAt          *time.Time
}

const changeColumns = `x.area_code, x.role, x.kind, ` + changeJSON + ` AS data, x.created_by, x.created_at, x.ended_by, x.end_reason,
		h.note, h.handed_over_by, h.cash_fen, h.counted_fen, h.confirmed_by, h.confirmed_at
	FROM duty_changes x LEFT JOIN duty_handovers h ON h.change_id = x.id`

func (r changeRow) change() (c duty.Change, err error) {
	c.Key = duty.Key{Area: area.Code(r.AreaCode), Role: area.Role(r.Role)}
	if r.Kind == "temporary" {
		t, err := readTemporary(r.Data)
		c.Temporary = &t
		return c, err
	}
	o, err := readOverride(r.Data)
	c.Override = &o
	if r.Note != nil {
		c.HandOver = &duty.Note{Text: *r.Note, HandedOverBy: deref(r.HandedOverBy), CashFen: deref(r.CashFen), CountedFen: r.CountedFen,
			ConfirmedBy: deref(r.ConfirmedBy), ConfirmedAt: orZero(r.ConfirmedAt)}
	}
	return c, err
}

// ChangeByID finds the override or temporary roster of an id; act.ErrNotFound
// outside the actor's scope.
func (tx *Tx) ChangeByID(ctx context.Context, id int64) (duty.Change, error) {
	row, err := one[changeRow](ctx, tx, "override", `SELECT `+changeColumns+` WHERE x.id = ?`, id)
	if err != nil {
		return duty.Change{}, err
	}
	return row.change()
}

// RosterVersions lists the versions of a plan, newest first, with who wrote them
// and why.
func (tx *Tx) RosterVersions(ctx context.Context, k duty.Key, limit int) ([]duty.VersionView, error) {
	var rows []struct {
		Number               int
		ValidFrom, CreatedAt time.Time
		Plan                 []byte
		CreatedBy, Reason    string
	}
	err := tx.find(ctx, "list versions", &rows, `SELECT number, valid_from, plan, created_by, reason, created_at FROM duty_versions
		WHERE area_code = ? AND role = ? ORDER BY number DESC LIMIT ?`, string(k.Area), string(k.Role), limit)
	if err != nil {
		return nil, err
	}
	versions := make([]duty.VersionView, 0, len(rows))
	for _, r := range rows {
		v := duty.VersionView{Version: duty.Version{Number: r.Number, From: r.ValidFrom.UTC()}, By: r.CreatedBy, Reason: r.Reason, CreatedAt: r.CreatedAt.UTC()}
		if err := json.Unmarshal(r.Plan, &v.Plan); err != nil {
			return nil, fmt.Errorf("read version %d: %w", r.Number, err)
		}
		versions = append(versions, v)
	}
	return versions, nil
}

// RosterChanges lists overrides and temporary rosters that end after from, in
// the order of writing, with the names of their people.
func (tx *Tx) RosterChanges(ctx context.Context, k duty.Key, from time.Time, limit int) ([]duty.ChangeView, error) {
	var rows []changeRow
	err := tx.find(ctx, "list changes of a roster", &rows, `SELECT `+changeColumns+` WHERE x.area_code = ? AND x.role = ? AND x.ends_at > ? ORDER BY x.id LIMIT ?`,
		string(k.Area), string(k.Role), from, limit)
	if err != nil {
		return nil, err
	}
	changes := make([]duty.ChangeView, 0, len(rows))
	names := map[area.PostID]string{}
	for _, r := range rows {
		c, err := r.change()
		if err != nil {
			return nil, fmt.Errorf("read a change of a roster: %w", err)
		}
		for _, post := range c.People() {
			names[post] = ""
		}
		changes = append(changes, duty.ChangeView{Change: c, By: r.CreatedBy, CreatedAt: r.CreatedAt.UTC(), EndedBy: deref(r.EndedBy),
			EndReason: deref(r.EndReason), Names: names})
	}
	return changes, tx.nameRosterPosts(ctx, names)
}

// nameRosterPosts fills in the names of posts.
func (tx *Tx) nameRosterPosts(ctx context.Context, names map[area.PostID]string) error {
	ids := make([]area.PostID, 0, len(names))
	for id := range names {
		ids = append(ids, id)
	}
	posts, err := tx.RosterPosts(ctx, ids)
	for id, post := range posts {
		names[id] = post.Name
	}
	return err
}

// ToldHoles lists the holes that people were told of and that end after a time.
func (tx *Tx) ToldHoles(ctx context.Context, after time.Time) ([]duty.HoleOf, error) {
	var rows []struct {
		AreaCode, Role   string
		Position         int
		StartsAt, EndsAt time.Time
	}
	err := tx.find(ctx, "list holes", &rows, `SELECT area_code, role, position, starts_at, ends_at FROM duty_holes WHERE ends_at > ?`, after)
	holes := make([]duty.HoleOf, 0, len(rows))
	for _, r := range rows {
		holes = append(holes, duty.HoleOf{Key: duty.Key{Area: area.Code(r.AreaCode), Role: area.Role(r.Role)},
			Hole: duty.Hole{Position: r.Position, Starts: r.StartsAt.UTC(), Ends: r.EndsAt.UTC()}})
	}
	return holes, err
}

// AddHole keeps that people are told of a hole and gives it an id.
func (tx *Tx) AddHole(ctx context.Context, h duty.HoleOf) (id int64, err error) {
	err = tx.scan(ctx, "keep a hole", `INSERT INTO duty_holes (area_code, role, position, starts_at, ends_at, told_at) VALUES (?, ?, ?, ?, ?, ?) RETURNING id`,
		[]any{string(h.Area), string(h.Role), h.Position, h.Starts, h.Ends, tx.now}, &id)
	return id, err
}

// OnlyWatch lets one node at a time look for holes: it reports whether this one
// may, until commit.
func (tx *Tx) OnlyWatch(ctx context.Context) (mine bool, err error) {
	err = tx.scan(ctx, "look who watches the rosters", `SELECT pg_try_advisory_xact_lock(hashtextextended('duty|watch', 0))`, nil, &mine)
	return mine, err
}
