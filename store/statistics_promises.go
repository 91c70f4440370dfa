package store

import (
	"context"

	"example.org/hotline/area"
	"example.org/hotline/relief/statistics"
	"example.org/hotline/ticket"
)

// clocks counts deadlines that fell into the time: those of clocks, of letters and of papers, in one reading for the whole and
// for each month and township, so that these add up to it.
func (c counting) clocks(ctx context.Context, r *statistics.Report) error {
	var rows []struct {
		Clock                                             string
		Month, Area, AreaName                             *string
		Due, InTime, Late, Overdue, Running, LateEvidence int
	}
	err := c.tx.find(ctx, "count deadlines", &rows, `SELECT g.*, coalesce(n.name, g.area) AS area_name FROM (
		SELECT x.kind AS clock, x.month, x.area, count(*) AS due, count(*) FILTER (WHERE x.ended AND NOT x.missed) AS in_time, count(*) FILTER (WHERE x.ended AND x.missed) AS late,
			count(*) FILTER (WHERE NOT x.ended AND x.missed) AS overdue, count(*) FILTER (WHERE NOT x.ended AND NOT x.missed) AS running, count(*) FILTER (WHERE x.ended AND x.missed AND x.said) AS late_evidence
		FROM (SELECT k.kind, to_char(k.due_at AT TIME ZONE 'Asia/Shanghai', 'YYYY-MM') AS month, rpad(substr(t.area_code, 1, 9), 12, '0') AS area, k.stopped_at IS NOT NULL AS ended,
				k.breached_at IS NOT NULL OR (k.paused_at IS NULL AND coalesce(k.stopped_at, ?) > k.due_at) AS missed, coalesce(k.reported_at <= k.due_at, false) AS said
			FROM clocks k JOIN tickets t ON t.id = k.ticket_id WHERE k.due_at >= ? AND k.due_at < ? AND t.area_code LIKE ? AND coalesce(k.proof, '') NOT IN ('merged', 'retriaged')
			UNION ALL SELECT 'letter', to_char(r.letter_due_at AT TIME ZONE 'Asia/Shanghai', 'YYYY-MM'), rpad(substr(t.area_code, 1, 9), 12, '0'), r.letter_at IS NOT NULL, coalesce(r.letter_at, ?) > r.letter_due_at, false
			FROM rulings r JOIN tickets t ON t.id = r.ticket_id WHERE r.letter_due_at >= ? AND r.letter_due_at < ? AND t.area_code LIKE ?
			UNION ALL SELECT 'paper', to_char(p.due_at AT TIME ZONE 'Asia/Shanghai', 'YYYY-MM'), rpad(substr(t.area_code, 1, 9), 12, '0'), p.closed_at IS NOT NULL, coalesce(p.closed_at, ?) > p.due_at, false
			FROM papers p JOIN tickets t ON t.id = p.ticket_id WHERE p.due_at >= ? AND p.due_at < ? AND t.area_code LIKE ? AND p.state <> 'waived') x
		GROUP BY GROUPING SETS ((x.kind), (x.kind, x.month, x.area))) g LEFT JOIN divisions n ON n.code = g.area ORDER BY g.month, g.area`,
		c.tx.now, c.from, c.until, c.within, c.tx.now, c.from, c.until, c.within, c.tx.now, c.from, c.until, c.within)
	for _, row := range rows {
		line := statistics.ClockLine{Clock: ticket.ClockKind(row.Clock), Due: row.Due, InTime: row.InTime, Late: row.Late, Overdue: row.Overdue, Running: row.Running, LateEvidence: row.LateEvidence}
		if row.Month == nil {
			r.Clocks = append(r.Clocks, line)
			continue
		}
		r.OnTime = append(r.OnTime, statistics.OnTimeLine{Month: *row.Month, Area: area.Code(deref(row.Area)), AreaName: deref(row.AreaName), ClockLine: line})
	}
	r.SortPromises()
	return err
}

// targets counts applications by the day on which they reached a step: the visit, the first proposal after it, the first notice.
func (c counting) targets(ctx context.Context, r *statistics.Report) error {
	return c.tx.find(ctx, "count targets", &r.Targets, `WITH a AS (SELECT a.id, (a.accepted_at AT TIME ZONE 'Asia/Shanghai')::date AS accepted, (a.visited_at AT TIME ZONE 'Asia/Shanghai')::date AS visited, a.visit_due_on,
				(SELECT min(r.proposed_at AT TIME ZONE 'Asia/Shanghai')::date FROM rulings r WHERE r.application_id = a.id AND r.kind IN ('grant', 'refuse')) AS filed,
				(SELECT min(n.posted_at AT TIME ZONE 'Asia/Shanghai')::date FROM public_notices n WHERE n.application_id = a.id) AS noticed
			FROM applications a JOIN tickets t ON t.id = a.ticket_id WHERE a.accepted_at IS NOT NULL AND a.accepted_at < ? AND t.area_code LIKE ?)
		SELECT 'visit' AS target, count(*) AS reached, count(*) FILTER (WHERE a.visited <= a.visit_due_on) AS met FROM a WHERE a.visited BETWEEN ?::date AND ?::date
		UNION ALL SELECT 'file', count(*), count(*) FILTER (WHERE a.filed <= a.visited) FROM a WHERE a.filed BETWEEN ?::date AND ?::date AND a.visited IS NOT NULL
		UNION ALL SELECT 'notice', count(*), count(*) FILTER (WHERE a.noticed <= a.accepted + 2) FROM a WHERE a.noticed BETWEEN ?::date AND ?::date`,
		c.until, c.within, c.first, c.last, c.first, c.last, c.first, c.last)
}

func (c counting) trips(ctx context.Context, r *statistics.Report) error {
	return c.tx.scan(ctx, "count ways to offices", `SELECT count(*), coalesce(sum(x.own), 0)::bigint, coalesce(sum(x.ours), 0)::bigint, count(*) FILTER (WHERE x.own <= 1)
		FROM (SELECT (SELECT count(*) FROM trips w WHERE w.ticket_id = t.id AND w.mandate_id IS NULL) AS own, (SELECT count(*) FROM trips w WHERE w.ticket_id = t.id AND w.mandate_id IS NOT NULL) AS ours
			FROM tickets t WHERE t.invited_at >= ? AND t.invited_at < ? AND t.area_code LIKE ? AND t.status <> 'duplicate'
			AND t.id IN (SELECT d.ticket_id FROM decisions d UNION SELECT a.ticket_id FROM applications a UNION SELECT w.ticket_id FROM trips w)) x`,
		[]any{c.from, c.until, c.within}, &r.Trips.Cases, &r.Trips.Citizens, &r.Trips.Ours, &r.Trips.AtMostOne)
}

func (c counting) work(ctx context.Context, r *statistics.Report) error {
	err := c.tx.scan(ctx, "count measures of work", `SELECT count(*) FILTER (WHERE i.created_at >= ? AND i.created_at < ?), count(*) FILTER (WHERE i.state = 'dropped' AND i.done_at >= ? AND i.done_at < ?)
		FROM plan_items i JOIN tickets t ON t.id = i.ticket_id WHERE i.work AND t.area_code LIKE ?`, []any{c.from, c.until, c.from, c.until, c.within}, &r.Work.Planned, &r.Work.Dropped)
	if err != nil {
		return err
	}
	return c.tx.find(ctx, "count results of work", &r.Work.Results, `SELECT i.result, count(*) AS measures, count(DISTINCT coalesce((SELECT min(h.household_id) FROM case_households h WHERE h.ticket_id = t.id AND h.unlinked_at IS NULL), -t.id)) AS households
		FROM plan_items i JOIN tickets t ON t.id = i.ticket_id
		WHERE i.work AND i.state = 'done' AND i.done_at >= ? AND i.done_at < ? AND t.area_code LIKE ? GROUP BY 1 ORDER BY 2 DESC, 1`, c.from, c.until, c.within)
}

// settled counts who was in a register, by what the village of the household is: its code's last three digits say so.
func (c counting) settled(ctx context.Context, r *statistics.Report) error {
	return c.tx.find(ctx, "count town and country", &r.Settled, `SELECT x.kind AS register, x.settlement, count(DISTINCT x.person_id) AS persons, count(DISTINCT x.household_id) AS households
		FROM (SELECT e.kind, e.person_id, coalesce(m.household_id, e.household_id) AS household_id, CASE WHEN substr(e.area_code, 10, 3) BETWEEN '001' AND '199' THEN 'town' WHEN substr(e.area_code, 10, 3) BETWEEN '200' AND '399' THEN 'country' ELSE 'unknown' END AS settlement
			FROM register_entries e LEFT JOIN memberships m ON m.person_id = e.person_id AND m.since <= ?::date AND coalesce(m.until, 'infinity') > ?::date
			WHERE e.since <= ?::date AND coalesce(e.until, 'infinity') >= ?::date AND e.area_code LIKE ?) x GROUP BY 1, 2 ORDER BY 1, 2 DESC`,
		c.last, c.last, c.last, c.last, c.within)
}
