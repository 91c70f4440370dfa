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

// RostersOf lists the rosters that name somebody for a time, whoever asks within
// their scope.
func (tx *Tx) RostersOf(ctx context.Context, post area.PostID, from, to time.Time) ([]duty.Key, error) {
	id := int64(post)
	var rows []struct{ AreaCode, Role string }
	err := tx.find(ctx, "list somebody's rosters", &rows, `SELECT area_code, role FROM duty_versions WHERE valid_from <= ?
		  AND (plan->'rules' @> jsonb_build_array(jsonb_build_object('post', ?::bigint))
		    OR plan->'rotations' @> jsonb_build_array(jsonb_build_object('members', jsonb_build_array(?::bigint))))
		UNION SELECT area_code, role FROM duty_changes WHERE ends_at > ? AND starts_at <= ?
		  AND (add_post = ? OR places @> jsonb_build_array(jsonb_build_object('post', ?::bigint)))
		UNION SELECT area_code, role FROM shifts WHERE post_id = ? AND ends_at > ? AND starts_at <= ?
		ORDER BY area_code, role`, to, id, id, from, to, id, id, id, from, to)
	keys := make([]duty.Key, 0, len(rows))
	for _, r := range rows {
		keys = append(keys, duty.Key{Area: area.Code(r.AreaCode), Role: area.Role(r.Role)})
	}
	return keys, err
}
