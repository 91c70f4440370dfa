package store

import (
	"context"
	"time"

	"example.org/hotline/area"
	"example.org/hotline/dispatch/duty"
)

// mostMembers is how many people one roster may choose from in a list.
const mostMembers = 500

const memberColumns = `SELECT p.id AS post, s.login, p.name, p.role, p.area_code AS area, coalesce(d.name, '') AS area_name
		FROM posts p JOIN staff s ON s.post_id = p.id LEFT JOIN divisions d ON d.code = p.area_code `

// RosterStaff lists who may be put on a roster: those of some roles who work at
// or below an area, the area's own first.
func (tx *Tx) RosterStaff(ctx context.Context, own, under area.Code, roles []area.Role) (members []duty.Member, err error) {
	err = tx.find(ctx, "list who may serve", &members, memberColumns+`WHERE starts_with(p.area_code, ?) AND p.role IN ? AND s.active
		ORDER BY p.area_code <> ?, p.area_code, p.role, p.id LIMIT ?`, under.Prefix(), roles, string(own), mostMembers)
	return members, err
}

// RosterMembers names posts of people. Unknown ids are missing.
func (tx *Tx) RosterMembers(ctx context.Context, ids []area.PostID) (map[area.PostID]duty.Member, error) {
	var rows []duty.Member
	err := tx.find(ctx, "name the people of rosters", &rows, memberColumns+`WHERE p.id = ANY(?::bigint[])`, bigints(ids))
	members := make(map[area.PostID]duty.Member, len(rows))
	for _, m := range rows {
		members[m.Post] = m
	}
	return members, err
}

// PostsOf finds the posts of people by their logins. Unknown ones are missing.
func (tx *Tx) PostsOf(ctx context.Context, logins []string) (map[string]area.PostID, error) {
	posts := make(map[string]area.PostID, len(logins))
	if len(logins) == 0 {
		return posts, nil
	}
	var rows []duty.Member
	err := tx.find(ctx, "find people by login", &rows, memberColumns+`WHERE s.login IN ?`, logins)
	for _, m := range rows {
		posts[m.Login] = m.Post
	}
	return posts, err
}

// RostersOf lists the rosters that name somebody for a time, or one whose deputy
// they are then, whoever asks within their scope.
func (tx *Tx) RostersOf(ctx context.Context, post area.PostID, from, to time.Time) ([]duty.Key, error) {
	var rows []struct{ AreaCode, Role string }
	err := tx.find(ctx, "list somebody's rosters", &rows, `WITH who AS MATERIALIZED (
			SELECT CAST(@post AS bigint) AS post
			UNION SELECT s.post_id FROM deputies d JOIN staff w ON w.id = d.deputy_id JOIN staff s ON s.id = d.staff_id
			WHERE w.post_id = @post AND d.starts_at <= @to AND (d.ends_at IS NULL OR d.ends_at > @from))
		SELECT v.area_code, v.role FROM duty_versions v, who WHERE v.valid_from <= @to
		  AND (v.plan->'rules' @> jsonb_build_array(jsonb_build_object('post', who.post))
		    OR v.plan->'rotations' @> jsonb_build_array(jsonb_build_object('members', jsonb_build_array(who.post))))
		UNION SELECT c.area_code, c.role FROM duty_changes c, who WHERE c.ends_at > @from AND c.starts_at <= @to
		  AND (c.add_post = who.post OR c.places @> jsonb_build_array(jsonb_build_object('post', who.post)))
		UNION SELECT x.area_code, x.role FROM shifts x, who WHERE x.post_id = who.post AND x.ends_at > @from AND x.starts_at <= @to
		ORDER BY 1, 2`, map[string]any{"post": int64(post), "from": from, "to": to})
	keys := make([]duty.Key, 0, len(rows))
	for _, r := range rows {
		keys = append(keys, duty.Key{Area: area.Code(r.AreaCode), Role: area.Role(r.Role)})
	}
	return keys, err
}
