package store

import (
	"slices"
	"testing"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"example.org/hotline/area"
	"example.org/hotline/relief/people"
	"example.org/hotline/relief/rule"
	"example.org/hotline/relief/statistics"
	"example.org/hotline/ticket"
)

// written runs statements as nobody of the program: a past that a test lays out by hand.
func written(t *testing.T, super *pgx.Conn, sql string, args ...any) {
	t.Helper()
	if _, err := super.Exec(t.Context(), sql, args...); err != nil {
		t.Fatal(err)
	}
}

// Deadlines of a small past, counted by hand: what was kept, what was breached and stays so, what came by late evidence, what
// is past and what rests. Months and townships add up to the whole (DOMAIN 1, 6).
func TestDeadlinesOfASmallPast(t *testing.T) {
	m := newTill(t, 5_000_000)
	super := connect(t, m.urls.SuperURL)
	var tk []ticket.Ticket
	for n := range 7 {
		tk = append(tk, m.found(t, n+1))
	}
	written(t, super, `DELETE FROM clocks`)
	clock := func(n int, kind, due string, stopped, reported, breached, paused, proof any) {
		t.Helper()
		written(t, super, `INSERT INTO clocks (ticket_id, kind, started_at, due_at, first_due_at, stopped_at, reported_at, breached_at, paused_at, proof) VALUES ($1, $2, '2025-10-01', $3::text::timestamptz, $3::text::timestamptz, $4::text::timestamptz, $5::text::timestamptz, $6::text::timestamptz, $7::text::timestamptz, $8)`,
			int64(tk[n].ID), kind, due, stopped, reported, breached, paused, proof)
	}
	clock(0, "day", "2025-10-05 12:00+08", "2025-10-05 11:00+08", nil, nil, nil, "receipt")                                     // kept
	clock(1, "day", "2025-10-06 12:00+08", "2025-10-06 13:00+08", "2025-10-06 11:00+08", "2025-10-06 12:00+08", nil, "receipt") // late; the device was in time
	clock(2, "day", "2025-10-07 12:00+08", "2025-10-06 12:00+08", nil, "2025-10-05 12:00+08", nil, "bank")                      // breached before its deadline was moved
	clock(3, "day", "2025-10-08 12:00+08", nil, nil, "2025-10-08 12:00+08", nil, nil)                                           // past
	clock(4, "day", "2025-10-09 12:00+08", "2025-10-08 12:00+08", nil, nil, nil, "merged")                                      // the other's clock runs
	clock(5, "day", "2090-01-01 12:00+08", nil, nil, nil, nil, nil)                                                             // to come
	clock(5, "decide", "2025-11-01 00:30+08", nil, nil, nil, "2025-10-20 12:00+08", nil)                                        // rests; of November in Shanghai
	clock(6, "two_hour", "2025-10-31 23:30+08", "2025-10-31 23:30+08", nil, nil, nil, "receipt")                                // kept to the second; of October
	const near = area.Code("990101102000")
	written(t, super, `INSERT INTO divisions (code, name) VALUES ($1, '丙镇')`, string(near))
	written(t, super, `UPDATE tickets SET area_code = $1 WHERE id = $2`, string(near), int64(tk[6].ID))
	paper := func(n int, kind, state, due string, closed any) {
		t.Helper()
		written(t, super, `DELETE FROM papers WHERE ticket_id = $1 AND kind = $2`, int64(tk[n].ID), kind)
		written(t, super, `INSERT INTO papers (public_id, ticket_id, kind, state, counted, due_at, added_at, closed_at, reason, version) VALUES ($1, $2, $3, $4, true, $5::text::timestamptz, '2025-10-01', $6::text::timestamptz, 'why', 1)`,
			uuid.NewString(), int64(tk[n].ID), kind, state, due, closed)
	}
	paper(0, "id_copy", "verified", "2025-10-10 00:00+08", "2025-10-09 00:00+08")
	paper(1, "id_copy", "verified", "2025-10-10 00:00+08", "2025-10-11 00:00+08")
	paper(2, "id_copy", "overdue", "2025-10-10 00:00+08", nil)
	paper(3, "id_copy", "waived", "2025-10-10 00:00+08", "2025-10-12 00:00+08")
	of := m.registered(t, tk[0], family(1))
	m.must(t, "worker1", func(tx *Tx) error { assessed(t, tx, tk[0], of, rule.Inputs{}, true); return nil })
	written(t, super, `UPDATE rulings SET letter_due_at = '2025-10-15 12:00+08', letter_at = '2025-10-15 13:00+08', letter_way = 'handed'`)

	r := m.counted(t, "finance", statistics.Filter{Area: testCounty, From: "2025-10-01", To: "2090-12-31"})
	want := []statistics.ClockLine{
		{Clock: ticket.ClockTwoHour, Due: 1, InTime: 1},
		{Clock: ticket.ClockDay, Due: 5, InTime: 1, Late: 2, Overdue: 1, Running: 1, LateEvidence: 1},
		{Clock: ticket.ClockDecide, Due: 1, Running: 1},
		{Clock: statistics.PromiseLetter, Due: 1, Late: 1},
		{Clock: statistics.PromisePaper, Due: 3, InTime: 1, Late: 1, Overdue: 1},
	}
	if !slices.Equal(r.Clocks, want) {
		t.Errorf("deadlines %+v, want %+v", r.Clocks, want)
	}
	parts := map[ticket.ClockKind]statistics.ClockLine{}
	for _, l := range r.OnTime {
		sum := parts[l.Clock]
		parts[l.Clock] = statistics.ClockLine{Clock: l.Clock, Due: sum.Due + l.Due, InTime: sum.InTime + l.InTime, Late: sum.Late + l.Late, Overdue: sum.Overdue + l.Overdue, Running: sum.Running + l.Running, LateEvidence: sum.LateEvidence + l.LateEvidence}
	}
	for _, w := range want {
		if parts[w.Clock] != w {
			t.Errorf("months and townships of %s add up to %+v, want %+v", w.Clock, parts[w.Clock], w)
		}
	}
	month := func(kind ticket.ClockKind, month string, where area.Code) (n int) {
		for _, l := range r.OnTime {
			if l.Clock == kind && l.Month == month && l.Area == where {
				n += l.Due
			}
		}
		return n
	}
	if month(ticket.ClockDecide, "2025-11", testTownship) != 1 || month(ticket.ClockTwoHour, "2025-10", near) != 1 || month(ticket.ClockDay, "2025-10", testTownship) != 4 {
		t.Errorf("by month and township: %+v", r.OnTime)
	}
	// October alone, in one township, and for somebody of the other.
	if r := m.counted(t, "head", statistics.Filter{Area: testTownship, From: "2025-10-01", To: "2025-10-31"}); len(r.Clocks) != 3 || r.Clocks[0] != (statistics.ClockLine{Clock: ticket.ClockDay, Due: 4, InTime: 1, Late: 2, Overdue: 1, LateEvidence: 1}) {
		t.Errorf("October of the township: %+v", r.Clocks)
	}
	if r := m.counted(t, "stranger", statistics.Filter{Area: testTownship, From: "2025-10-01", To: "2025-10-31"}); len(r.Clocks) != 0 || len(r.OnTime) != 0 {
		t.Errorf("a stranger counts %+v", r.Clocks)
	}
}

// Ways to offices, measures of work, targets, town and country: each from rows that are counted by hand (DOMAIN 1, 14, 29, 52, 55).
func TestWaysWorkTargetsAndTowns(t *testing.T) {
	m := newTill(t, 5_000_000)
	super := connect(t, m.urls.SuperURL)
	tk, h := m.helpedFamily(t, 10_000, 1, 2)
	other, _ := m.decided(t, 3, 20_000)
	m.found(t, 4) // nothing was decided, and nobody went anywhere
	me := int64(m.worker(t))

	var mandate int64
	if err := super.QueryRow(t.Context(), `INSERT INTO mandates (public_id, ticket_id, errands, consent, staff_id, at) VALUES ($1, $2, '{apply}', 'spoken', $3, now()) RETURNING id`, uuid.NewString(), int64(tk.ID), me).Scan(&mandate); err != nil {
		t.Fatal(err)
	}
	for _, way := range []struct {
		of   ticket.Ticket
		ours any
	}{{tk, nil}, {tk, mandate}, {tk, mandate}, {other, nil}, {other, nil}} {
		written(t, super, `INSERT INTO trips (public_id, ticket_id, made_on, place, errand, mandate_id, staff_id, at) VALUES ($1, $2, '2026-01-01', 'township', 'apply', $3, $4, now())`, uuid.NewString(), int64(way.of.ID), way.ours, me)
	}
	for _, item := range []struct {
		work          bool
		state         string
		result, ended any
	}{{true, "open", nil, nil}, {true, "done", "employed", "2026-03-05 10:00+08"}, {true, "done", "employed", "2026-03-06 10:00+08"}, {true, "dropped", nil, "2026-03-07 10:00+08"}, {false, "done", "solved", "2026-03-05 10:00+08"}, {true, "done", "no_work", "2026-04-01 00:30+08"}} {
		written(t, super, `INSERT INTO plan_items (public_id, ticket_id, catalogue, need, measure, work, due_on, state, result, created_by, created_at, done_at, version) VALUES ($1, $2, 'care-test', 'work', 'placement', $3, '2026-06-01', $4, $5, $6, '2026-03-01 08:00+08', $7::text::timestamptz, 1)`,
			uuid.NewString(), int64(tk.ID), item.work, item.state, item.result, me, item.ended)
	}
	march := m.counted(t, "finance", statistics.Filter{Area: testCounty, From: "2026-03-01", To: "2026-03-31"})
	if w := march.Work; w.Planned != 5 || w.Dropped != 1 || !slices.Equal(w.Results, []statistics.WorkLine{{Result: "employed", Measures: 2, Households: 1}}) {
		t.Errorf("work in March: %+v", w)
	}
	if march.Trips != (statistics.TripSum{}) {
		t.Errorf("ways of cases that came in later: %+v", march.Trips)
	}
	var today area.Date
	m.must(t, "head", func(tx *Tx) error { today = area.DateOf(tx.Now()); return nil })
	if r := m.counted(t, "head", statistics.Filter{Area: testTownship, From: today, To: today}); r.Trips != (statistics.TripSum{Cases: 2, Citizens: 3, Ours: 2, AtMostOne: 1}) {
		t.Errorf("ways: %+v", r.Trips)
	}

	// An application that met all three, and one that met none.
	third := m.found(t, 5)
	m.must(t, "worker1", func(tx *Tx) error { assessed(t, tx, tk, h, rule.Inputs{}, true); return nil })
	late := m.registered(t, third, family(7))
	m.must(t, "worker1", func(tx *Tx) error { assessed(t, tx, third, late, rule.Inputs{}, true); return nil })
	for _, a := range []struct {
		of                               ticket.Ticket
		accepted, due, visited, proposed string
		noticed                          string
	}{
		{tk, "2026-05-04 23:00+08", "2026-05-05", "2026-05-05 09:00+08", "2026-05-05 17:00+08", "2026-05-06 10:00+08"},
		{third, "2026-05-10 09:00+08", "2026-05-11", "2026-05-12 00:10+08", "2026-05-13 09:00+08", "2026-05-15 10:00+08"},
	} {
		written(t, super, `UPDATE applications SET accepted_at = $2::text::timestamptz, visit_due_on = $3::text::date, visited_at = $4::text::timestamptz WHERE ticket_id = $1`, int64(a.of.ID), a.accepted, a.due, a.visited)
		written(t, super, `UPDATE rulings SET proposed_at = $2::text::timestamptz WHERE ticket_id = $1`, int64(a.of.ID), a.proposed)
		written(t, super, `INSERT INTO public_notices (public_id, ticket_id, application_id, ruling_id, state, village, people, aid, fen, phone, posted_at, starts_on, ends_on, closes_at, photo, rules, staff_id, ended_at, version)
			SELECT gen_random_uuid(), r.ticket_id, r.application_id, r.id, 'withdrawn', $2, 1, 'dibao', 1, '1', $3::text::timestamptz, '2026-05-06', '2026-05-12', now(), gen_random_uuid(), 'x', $4, now(), 1 FROM rulings r WHERE r.ticket_id = $1`, int64(a.of.ID), string(testTownship), a.noticed, me)
	}
	may := m.counted(t, "finance", statistics.Filter{Area: testCounty, From: "2026-05-01", To: "2026-05-31"})
	if want := []statistics.TargetLine{{Target: statistics.TargetVisit, Reached: 2, Met: 1}, {Target: statistics.TargetFile, Reached: 2, Met: 1}, {Target: statistics.TargetNotice, Reached: 2, Met: 1}}; !slices.Equal(may.Targets, want) {
		t.Errorf("targets %+v, want %+v", may.Targets, want)
	}

	// A residents' committee, a villagers' committee, and a place that is no village.
	m.must(t, "worker1", func(tx *Tx) error {
		h, err := tx.HouseholdForUpdate(t.Context(), h.ID)
		if err != nil {
			return err
		}
		return people.Enter(t.Context(), tx, &h, people.RegisterEntry{Kind: people.RegisterDibao, From: "2026-05-01", Version: "law-test", Ticket: tk.ID, Reason: "decided"},
			[]people.PersonID{h.Members[0].Person.ID, h.Members[1].Person.ID}, registerRules.Monitoring)
	})
	village := testTownship[:9]
	for code, want := range map[area.Code]statistics.Settlement{village + "001": statistics.SettlementTown, village + "201": statistics.SettlementCountry, testTownship: statistics.SettlementUnknown} {
		written(t, super, `INSERT INTO divisions (code, name) VALUES ($1, '某村') ON CONFLICT DO NOTHING`, string(code))
		written(t, super, `UPDATE register_entries SET area_code = $1`, string(code))
		r := m.counted(t, "finance", statistics.Filter{Area: testCounty, From: "2026-05-01", To: "2026-05-31"})
		if !slices.Equal(r.Settled, []statistics.SettledLine{{Register: people.RegisterDibao, Settlement: want, Persons: 2, Households: 1}}) {
			t.Errorf("%s: %+v, want %s", code, r.Settled, want)
		}
	}
}
