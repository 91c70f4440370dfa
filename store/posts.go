package store

import (
	"context"

	"example.org/hotline/area"
)

// Serving lists the desks and people of the given roles that serve an area:
// its own and those of the areas it lies in, the nearest first, desks before
// people. Whoever is absent now is listed, with the time until which.
func (tx *Tx) Serving(ctx context.Context, where area.Code, roles []area.Role) ([]area.Serving, error) {
	above := make([]string, 0, where.Level())
	for level := where.Level(); level > 0; level-- {
		above = append(above, string(where.At(level)))
	}
	posts := []area.Serving{}
	err := tx.find(ctx, "list who serves an area", &posts, `SELECT p.kind, p.area_code AS area, d.name AS area_name, p.role, p.name,
			coalesce(s.login, '') AS login, (SELECT max(a.ends_at) FROM absences a WHERE a.post_id = p.id AND a.starts_at <= ? AND a.ends_at > ?) AS absent_until
		FROM posts p JOIN divisions d ON d.code = p.area_code LEFT JOIN staff s ON s.post_id = p.id
		WHERE p.area_code IN ? AND p.role IN ? AND (p.kind = 'desk' OR s.active)
		ORDER BY p.area_code DESC, p.kind, p.role, p.id`, tx.now, tx.now, above, roles)
	for i, p := range posts {
		if p.AbsentUntil != nil {
			until := p.AbsentUntil.UTC()
			posts[i].AbsentUntil = &until
		}
	}
	return posts, err
}
