package store

import (
	"context"
	"time"

	"example.org/hotline/area"
	"example.org/hotline/internal/act"
	"example.org/hotline/relief/statistics"
	"example.org/hotline/ticket"
)

// What waits in a place, one row a thing: an open ticket by its stage (statistics.StageOf says the same), and what belongs to
// an open ticket by its own state. It takes the place's pattern six times.
const waiting = `SELECT 'ticket' AS part, CASE WHEN t.kind <> 'aid' THEN 'inform' WHEN t.status IN ('new','triaged','reopened') THEN 'discover' WHEN t.status IN ('offered','accepted','on_site') THEN 'respond'
		WHEN t.status IN ('findings','aid_decided') THEN 'relieve' ELSE 'follow' END AS state, t.id, t.public_id AS ref, t.id AS ticket_id, t.area_code, t.owner_id, coalesce(t.status_since, t.invited_at) AS since
	FROM tickets t WHERE t.status NOT IN ('closed','duplicate') AND t.area_code LIKE ?
	UNION ALL SELECT 'application', a.state, a.id, a.public_id, t.id, t.area_code, t.owner_id, coalesce(a.state_since, a.made_at)
	FROM applications a JOIN tickets t ON t.id = a.ticket_id WHERE a.state IN ('draft','submitted','supplement','accepted','investigating','hearing','reviewed','notice','objection') AND t.area_code LIKE ?
	UNION ALL SELECT 'decision', d.state, d.id, d.public_id, t.id, t.area_code, t.owner_id, coalesce(d.approved_at, d.decided_at)
	FROM decisions d JOIN tickets t ON t.id = d.ticket_id WHERE d.state IN ('registered','short_check','approved') AND t.area_code LIKE ?
	UNION ALL SELECT 'payout', p.state, p.id, p.public_id, t.id, t.area_code, t.owner_id, greatest(p.submitted_at, p.checked_at, p.reserved_at, p.issued_at, p.receipted_at, (SELECT max(e.at) FROM ledger_entries e WHERE e.disbursement_id = p.id))
	FROM disbursements p JOIN tickets t ON t.id = p.ticket_id WHERE p.state IN ('submitted','checked','reserved','cash_issued','batched','sent','acked','failed','unknown','fixed') AND t.area_code LIKE ?
	UNION ALL SELECT 'referral', r.state, r.id, r.public_id, t.id, t.area_code, t.owner_id, greatest(r.created_at, (SELECT max(s.at) FROM referral_steps s WHERE s.referral_id = r.id))
	FROM referrals r JOIN tickets t ON t.id = r.ticket_id WHERE r.state NOT IN ('confirmed','withdrawn') AND t.area_code LIKE ?
	UNION ALL SELECT 'follow_up', f.state, f.id, f.public_id, t.id, t.area_code, t.owner_id, f.next_on::timestamp AT TIME ZONE 'Asia/Shanghai'
	FROM follow_ups f JOIN tickets t ON t.id = f.ticket_id WHERE f.state <> 'ended' AND t.area_code LIKE ?`

// aged is what waits, with how long it has and how long is usual. It takes the usual days as JSON, now, and the pattern six times.
const aged = `WITH usual AS (SELECT * FROM jsonb_to_recordset(?::jsonb) AS u(part text, state text, days integer)),
	x AS (SELECT w.*, u.days AS usual, greatest(0, extract(epoch FROM ?::timestamptz - w.since) / 86400)::double precision AS age FROM (` + waiting + `) w JOIN usual u USING (part, state))`

func (tx *Tx) agedArgs(place area.Code, r *statistics.StageRules) []any {
	type days struct {
		Part  statistics.Part `json:"part"`
		State string          `json:"state"`
		Days  int             `json:"days"`
	}
	var usual []days
	for _, part := range statistics.Parts() {
		for _, state := range statistics.StatesOf(part) {
			usual = append(usual, days{part, state, r.UsualDays[part][state]})
		}
	}
	args := []any{jsonOf(usual), tx.now}
	for range statistics.Parts() {
		args = append(args, place.Prefix()+"%")
	}
	return args
}

// Stuck counts what waits in a place, within the actor's scope, by where it stands, where it is and whose it is.
func (tx *Tx) Stuck(ctx context.Context, place area.Code, rules *statistics.StageRules) (statistics.StuckReport, error) {
	r := statistics.StuckReport{Area: place, MadeAt: tx.now, Rules: rules.Version, Lines: []statistics.StuckLine{}, Places: []statistics.StuckLine{}, Owners: []statistics.StuckLine{}}
	if err := tx.scan(ctx, "name the place", `SELECT name FROM divisions WHERE code = ?`, []any{string(place)}, &r.AreaName); err != nil {
		return r, err
	}
	return r, tx.throughout(ctx, place, func() error { return tx.countWaiting(ctx, &r, rules) })
}

func (tx *Tx) countWaiting(ctx context.Context, r *statistics.StuckReport, rules *statistics.StageRules) error {
	var rows []struct {
		Part, State          string
		Area, AreaName       *string
		Owner                *int64
		OwnerName            *string
		Count, Beyond, Usual int
		Median, Oldest       float64
	}
	err := tx.find(ctx, "count what waits", &rows, aged+` SELECT g.part, g.state, g.place AS area, n.name AS area_name, g.owner_id AS owner, p.name AS owner_name, g.count, g.median, g.oldest, g.usual, g.beyond
		FROM (SELECT y.part, y.state, y.place, y.owner_id, count(*) AS count, percentile_cont(0.5) WITHIN GROUP (ORDER BY y.age) AS median, max(y.age) AS oldest, max(y.usual) AS usual,
				count(*) FILTER (WHERE y.age > y.usual) AS beyond
			FROM (SELECT x.*, rpad(substr(x.area_code, 1, 9), 12, '0') AS place FROM x) y GROUP BY GROUPING SETS ((y.part, y.state), (y.part, y.state, y.place), (y.part, y.state, y.owner_id))) g
		LEFT JOIN divisions n ON n.code = g.place LEFT JOIN posts p ON p.id = g.owner_id ORDER BY g.place, g.count DESC, g.owner_id`, tx.agedArgs(r.Area, rules)...)
	for _, row := range rows {
		line := statistics.StuckLine{Part: statistics.Part(row.Part), State: row.State, Area: area.Code(deref(row.Area)), AreaName: deref(row.AreaName), Owner: deref(row.Owner), OwnerName: deref(row.OwnerName),
			Count: row.Count, MedianDays: row.Median, OldestDays: row.Oldest, UsualDays: row.Usual, Beyond: row.Beyond}
		switch {
		case row.Area != nil:
			r.Places = append(r.Places, line)
		case row.Owner != nil:
			r.Owners = append(r.Owners, line)
		default:
			r.Lines = append(r.Lines, line)
		}
	}
	r.Sort()
	return err
}

// StuckCases lists what stands in one state, the longest first, and tells where the next page begins.
func (tx *Tx) StuckCases(ctx context.Context, f statistics.StuckFilter, rules *statistics.StageRules) ([]statistics.StuckCase, ticket.Cursor, error) {
	if _, known := rules.UsualDays[f.Part][f.State]; !known {
		return nil, ticket.Cursor{}, act.Invalid("state", "unknown_state", "Nothing waits in such a state.")
	}
	var rows []struct {
		ID                                                    int64
		TicketPublicID, Number, Part, Ref, State, Name, Owner string
		Since                                                 time.Time
		Age                                                   float64
		Usual                                                 int
	}
	err := tx.find(ctx, "list what waits", &rows, aged+` SELECT x.id, t.public_id AS ticket_public_id, t.number, x.part, x.ref, x.state, d.name, p.name AS owner, x.since, x.age, x.usual
		FROM x JOIN tickets t ON t.id = x.ticket_id JOIN divisions d ON d.code = x.area_code JOIN posts p ON p.id = x.owner_id
		WHERE x.part = ? AND x.state = ? AND (? = 0 OR x.owner_id = ?) AND (NOT ?::boolean OR x.age > x.usual) AND (? = 0 OR (x.since, x.id) > (?, ?))
		ORDER BY x.since, x.id LIMIT ?`, append(tx.agedArgs(f.Area, rules), string(f.Part), f.State, f.Owner, f.Owner, f.Beyond, f.After.ID, f.After.At, f.After.ID, f.Limit+1)...)
	var next ticket.Cursor
	if len(rows) > f.Limit {
		rows = rows[:f.Limit]
		next = ticket.Cursor{At: rows[f.Limit-1].Since, ID: rows[f.Limit-1].ID}
	}
	list := make([]statistics.StuckCase, 0, len(rows))
	for _, r := range rows {
		list = append(list, statistics.StuckCase{Ticket: r.TicketPublicID, Number: ticket.Number(r.Number), Part: statistics.Part(r.Part), Ref: r.Ref, State: r.State, AreaName: r.Name, OwnerName: r.Owner,
			Since: r.Since.UTC(), Days: r.Age, UsualDays: r.Usual, Beyond: r.Age > float64(r.Usual)})
	}
	return list, next, err
}
