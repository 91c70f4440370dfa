package store

import (
	"context"

	"example.org/hotline/area"
	"example.org/hotline/relief/statistics"
)

// visitedHomes are the households that somebody visited at home in a stretch of time: by a plan of the
// village, by a look that was due, or for a case. Its parameters are from and until, four times.
const visitedHomes = `SELECT v.household_id, v.entrusted_id FROM village_visits v WHERE v.visited_at >= ? AND v.visited_at < ? AND v.result <> 'not_met'
	UNION SELECT p.household_id, NULL FROM monitoring_checks c JOIN monitoring_plans p ON p.id = c.plan_id WHERE c.at >= ? AND c.at < ? AND c.way = 'visit' AND c.result <> 'not_met'
	UNION SELECT c.household_id, NULL FROM visits v JOIN case_households c ON c.ticket_id = v.ticket_id AND c.unlinked_at IS NULL WHERE v.recorded_at >= ? AND v.recorded_at < ? AND v.mode = 'on_site'
	UNION SELECT c.household_id, NULL FROM follow_looks l JOIN case_households c ON c.ticket_id = l.ticket_id AND c.unlinked_at IS NULL WHERE l.at >= ? AND l.at < ? AND l.way = 'visit' AND l.outcome <> 'not_met'`

// survey counts how many of the households that are known were visited, by the places right below.
func (c counting) survey(ctx context.Context, r *statistics.Report) error {
	digits := map[area.Level]int{area.LevelCity: 6, area.LevelCounty: 9}[r.Area.Level()]
	if digits == 0 {
		digits = 12
	}
	err := c.tx.find(ctx, "count who was surveyed", &r.Survey, `WITH seen AS (`+visitedHomes+`),
		homes AS (
			SELECT h.area_code, EXISTS (SELECT 1 FROM seen s WHERE s.household_id = h.id) AS visited FROM households h WHERE h.merged_into IS NULL AND h.opened_at < ? AND h.area_code LIKE ?
			UNION ALL SELECT e.area_code, EXISTS (SELECT 1 FROM seen s WHERE s.entrusted_id = e.id) FROM households_entrusted e
				WHERE e.household_id IS NULL AND e.entrusted_at < ? AND (e.released_at IS NULL OR e.released_at >= ?) AND e.area_code LIKE ?),
		known AS (SELECT area_code, count(*) AS registered, count(*) FILTER (WHERE visited) AS visited FROM homes GROUP BY 1),
		sizes AS (SELECT DISTINCT ON (area_code) area_code, households FROM village_figures WHERE as_of <= ?::date AND area_code LIKE ? ORDER BY area_code, as_of DESC, id DESC),
		places AS (SELECT code AS area_code, substr(code, 10) <> '000' AS village FROM divisions WHERE code LIKE ? AND valid_from <= ?::date AND coalesce(valid_to, 'infinity') > ?::date
			UNION SELECT area_code, substr(area_code, 10) <> '000' FROM known)
		SELECT rpad(substr(p.area_code, 1, ?), 12, '0') AS area, coalesce(d.name, '') AS area_name, coalesce(sum(k.registered), 0)::bigint AS registered, coalesce(sum(z.households), 0)::bigint AS counted,
			coalesce(sum(greatest(k.registered, z.households)), 0)::bigint AS known, coalesce(sum(k.visited), 0)::bigint AS visited,
			count(*) FILTER (WHERE p.village) AS villages, count(*) FILTER (WHERE p.village AND z.households IS NULL) AS without_size
		FROM places p LEFT JOIN known k ON k.area_code = p.area_code LEFT JOIN sizes z ON z.area_code = p.area_code
			LEFT JOIN divisions d ON d.code = rpad(substr(p.area_code, 1, ?), 12, '0')
		GROUP BY 1, 2 HAVING count(*) FILTER (WHERE p.village) > 0 OR sum(k.registered) > 0 ORDER BY 1`,
		c.from, c.until, c.from, c.until, c.from, c.until, c.from, c.until, c.until, c.within, c.until, c.until, c.within, c.last, c.within, c.within, c.last, c.last, digits, digits)
	r.Surveyed()
	return err
}

// surveyPlans counts the visits that the villages' plans asked for.
func (c counting) surveyPlans(ctx context.Context, r *statistics.Report) error {
	return c.tx.find(ctx, "count planned visits", &r.SurveyPlans, `SELECT p.line, count(*) AS to_visit, count(*) FILTER (WHERE s.state = 'done') AS done,
			count(*) FILTER (WHERE s.state = 'missed') AS missed, count(*) FILTER (WHERE s.state = 'open') AS open
		FROM visit_plans p JOIN visit_slots s ON s.plan_id = p.id
		WHERE s.state <> 'dropped' AND p.area_code LIKE ? AND p.first_on <= ?::date AND (p.last_on BETWEEN ?::date AND ?::date OR p.last_on > ?::date)
		GROUP BY 1 ORDER BY 1 DESC`, c.within, c.last, c.first, c.last, c.last)
}
