package store

import (
	"context"
	"time"

	"example.org/hotline/area"
	"example.org/hotline/ledger"
	"example.org/hotline/relief/statistics"
)

// Statistics counts what happened in a place between two days, within the actor's
// scope, and holds the money in it against the ledger's own reports.
func (tx *Tx) Statistics(ctx context.Context, f statistics.Filter) (statistics.Report, error) {
	r := statistics.Report{Area: f.Area, From: f.From, To: f.To, MadeAt: tx.now, Intake: []statistics.IntakeLine{}, Aid: []statistics.AidLine{},
		Kinds: []statistics.AidSum{}, Entries: []statistics.EntryLine{}, Covered: []statistics.CoverLine{}, Clocks: []statistics.ClockLine{},
		Survey: []statistics.SurveyLine{}, SurveyPlans: []statistics.SurveyPlan{}, Settled: []statistics.SettledLine{}, OnTime: []statistics.OnTimeLine{}, Targets: []statistics.TargetLine{}, Work: statistics.WorkSum{Results: []statistics.WorkLine{}}}
	if err := tx.scan(ctx, "name the place", `SELECT name FROM divisions WHERE code = ?`, []any{string(f.Area)}, &r.AreaName); err != nil {
		return r, err
	}
	return r, tx.throughout(ctx, f.Area, func() error {
		c := counting{tx: tx, first: string(f.From), last: string(f.To), from: startOf(f.From), until: startOf(f.To.Next()), within: f.Area.Prefix() + "%"}
		for _, count := range []func(context.Context, *statistics.Report) error{c.intake, c.aid, c.entries, c.covered, c.settled, c.visits, c.clocks, c.targets, c.trips, c.work, c.calls, c.survey, c.surveyPlans} {
			if err := count(ctx, &r); err != nil {
				return err
			}
		}
		counties, err := tx.countyReports(ctx, f)
		r.Compare(counties)
		return err
	})
}

// startOf is when a day begins in Shanghai.
func startOf(day area.Date) time.Time {
	t, err := time.ParseInLocation(time.DateOnly, string(day), area.Shanghai)
	if err != nil {
		return time.Time{} // no day: nothing lies after it
	}
	return t
}

// counting is one report's bounds.
type counting struct {
	tx          *Tx
	first, last string // days
	from, until time.Time
	within      string
}

func (c counting) intake(ctx context.Context, r *statistics.Report) error {
	return c.tx.find(ctx, "count tickets", &r.Intake, `SELECT to_char(t.invited_at AT TIME ZONE 'Asia/Shanghai', 'YYYY-MM') AS month,
			coalesce(i.source, CASE WHEN w.id IS NULL THEN 'call' ELSE 'report' END) AS source, t.kind, t.priority, count(*) AS tickets
		FROM tickets t LEFT JOIN reports w ON w.id = t.call_id LEFT JOIN intakes i ON i.id = t.call_id
		WHERE t.invited_at >= ? AND t.invited_at < ? AND t.area_code LIKE ? AND t.status <> 'duplicate' GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4`, c.from, c.until, c.within)
}

// aid counts payouts by what reached citizens, in one reading for all sums: who is
// counted once in a month is counted once in the whole, so that no sum is made of others.
func (c counting) aid(ctx context.Context, r *statistics.Report) error {
	var rows []struct {
		Month, Area, AreaName, AidKind              *string
		PersonTimes, Persons, Households, TakenBack int
		Fen, TakenBackFen                           int64
		ByMonth, ByKind                             bool
	}
	err := c.tx.find(ctx, "count aid", &rows, `SELECT x.month, x.place AS area, n.name AS area_name, x.aid_kind, x.person_times, x.persons, x.households, x.fen, x.taken_back, x.taken_back_fen,
			x.grouped = 0 AS by_month, x.grouped = 3 AS by_kind
		FROM (SELECT m.month, m.place, m.aid_kind, grouping(m.aid_kind, m.month, m.place) AS grouped,
				count(*) FILTER (WHERE m.paid) AS person_times, count(DISTINCT m.payee_index) FILTER (WHERE m.paid) AS persons, count(DISTINCT m.household_index) FILTER (WHERE m.paid) AS households,
				coalesce(sum(m.fen) FILTER (WHERE m.paid), 0)::bigint AS fen, count(*) FILTER (WHERE NOT m.paid) AS taken_back, coalesce(sum(m.fen) FILTER (WHERE NOT m.paid), 0)::bigint AS taken_back_fen
			FROM (SELECT to_char(e.at AT TIME ZONE 'Asia/Shanghai', 'YYYY-MM') AS month, rpad(substr(d.area_code, 1, 9), 12, '0') AS place, d.aid_kind, d.payee_index, d.household_index,
					e.event IN `+paidEvents+` AS paid, (SELECT sum(p.fen) FROM postings p WHERE p.entry_id = e.id AND p.layer = 'posted' AND p.fen > 0) AS fen
				FROM ledger_entries e LEFT JOIN ledger_entries o ON o.id = e.reverses JOIN disbursements d ON d.id = e.disbursement_id
				WHERE e.at >= ? AND e.at < ? AND d.area_code LIKE ? AND (e.event IN `+paidEvents+` OR e.event = 'bank_returned' OR o.event IN `+paidEvents+`)) m
			GROUP BY GROUPING SETS ((m.aid_kind, m.month, m.place), (m.aid_kind), ())) x LEFT JOIN divisions n ON n.code = x.place
		ORDER BY x.month, x.place, x.aid_kind`, c.from, c.until, c.within)
	for _, row := range rows {
		sum := statistics.AidSum{PersonTimes: row.PersonTimes, Persons: row.Persons, Households: row.Households, Fen: row.Fen, TakenBack: row.TakenBack, TakenBackFen: row.TakenBackFen}
		if row.AidKind != nil {
			sum.AidKind = *row.AidKind
		}
		switch {
		case row.ByMonth:
			line := statistics.AidLine{Month: *row.Month, Area: area.Code(*row.Area), AreaName: *row.Area, AidSum: sum}
			if row.AreaName != nil {
				line.AreaName = *row.AreaName
			}
			r.Aid = append(r.Aid, line)
		case row.ByKind:
			r.Kinds = append(r.Kinds, sum)
		default:
			r.Whole = sum
		}
	}
	return err
}

func (c counting) entries(ctx context.Context, r *statistics.Report) error {
	return c.tx.find(ctx, "count entries", &r.Entries, `SELECT x.month, x.place AS area, coalesce(n.name, x.place) AS area_name, x.kind AS register, sum(x.entered) AS entered, sum(x.gone) AS "left"
		FROM (SELECT to_char(e.since, 'YYYY-MM') AS month, rpad(substr(e.area_code, 1, 9), 12, '0') AS place, e.kind, 1 AS entered, 0 AS gone FROM register_entries e
				WHERE e.since BETWEEN ?::date AND ?::date AND e.area_code LIKE ? AND coalesce(e.until, e.since) >= e.since
			UNION ALL SELECT to_char(e.until, 'YYYY-MM'), rpad(substr(e.area_code, 1, 9), 12, '0'), e.kind, 0, 1 FROM register_entries e
				WHERE e.until BETWEEN ?::date AND ?::date AND e.area_code LIKE ? AND e.until >= e.since) x
		LEFT JOIN divisions n ON n.code = x.place GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 4`, c.first, c.last, c.within, c.first, c.last, c.within)
}

func (c counting) covered(ctx context.Context, r *statistics.Report) error {
	return c.tx.find(ctx, "count who is covered", &r.Covered, `SELECT coalesce(e.kind, '') AS register, count(DISTINCT e.person_id) AS persons, count(DISTINCT coalesce(m.household_id, e.household_id)) AS households
		FROM register_entries e LEFT JOIN memberships m ON m.person_id = e.person_id AND m.since <= ?::date AND coalesce(m.until, 'infinity') > ?::date
		WHERE e.since <= ?::date AND coalesce(e.until, 'infinity') >= ?::date AND e.area_code LIKE ? GROUP BY GROUPING SETS ((e.kind), ()) ORDER BY e.kind NULLS LAST`,
		c.last, c.last, c.last, c.last, c.within)
}

func (c counting) visits(ctx context.Context, r *statistics.Report) error {
	return c.tx.scan(ctx, "count visits", `SELECT count(*), count(*) FILTER (WHERE v.mode = 'on_site'), coalesce(sum(jsonb_array_length(v.visitors)), 0)::bigint, count(DISTINCT v.ticket_id)
		FROM visits v JOIN tickets t ON t.id = v.ticket_id WHERE v.recorded_at >= ? AND v.recorded_at < ? AND t.area_code LIKE ?`,
		[]any{c.from, c.until, c.within}, &r.Visits.Visits, &r.Visits.OnSite, &r.Visits.Visitors, &r.Visits.Cases)
}

func (c counting) calls(ctx context.Context, r *statistics.Report) error {
	err := c.tx.scan(ctx, "count calls", `SELECT count(*) FROM calls c JOIN tickets t ON t.id = c.ticket_id WHERE c.invited_at >= ? AND c.invited_at < ? AND t.area_code LIKE ?`,
		[]any{c.from, c.until, c.within}, &r.Calls.Calls)
	if err != nil {
		return err
	}
	return c.tx.scan(ctx, "count answers", `SELECT count(DISTINCT q.call_id), count(DISTINCT q.call_id) FILTER (WHERE q.reason = 'answered'),
			count(DISTINCT q.call_id) FILTER (WHERE q.reason = 'answered' AND q.in_time), count(DISTINCT q.call_id) FILTER (WHERE q.reason IN ('abandoned', 'node_lost'))
		FROM queue_calls q JOIN tickets t ON t.number = q.ticket WHERE q.entered_at >= ? AND q.entered_at < ? AND t.area_code LIKE ?`,
		[]any{c.from, c.until, c.within}, &r.Calls.Queued, &r.Calls.Answered, &r.Calls.InTime, &r.Calls.Abandoned)
}

// countyReports are the ledger's reports of the counties that a place lies in or holds.
func (tx *Tx) countyReports(ctx context.Context, f statistics.Filter) ([]ledger.MonthReport, error) {
	var counties []string
	err := tx.find(ctx, "list counties", &counties, `SELECT DISTINCT rpad(substr(d.code, 1, 6), 12, '0') FROM divisions d WHERE d.code LIKE ? AND substr(d.code, 5, 2) <> '00' ORDER BY 1`, f.Area.Prefix()+"%")
	reports := make([]ledger.MonthReport, 0, len(counties))
	for _, code := range counties {
		if err != nil {
			break
		}
		var report ledger.MonthReport
		report, err = tx.MonthReport(ctx, area.Code(code), f.From, f.To)
		reports = append(reports, report)
	}
	return reports, err
}
