package store

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"example.org/hotline/area"
	"example.org/hotline/dispatch/duty"
	"example.org/hotline/ticket"
)

// DutyAt tells who is on duty for a role in an area at an instant, and why.
// Position zero asks for everybody. It is three statements, each by index. A
// roster that cannot be read has nobody on duty: whoever asks goes on to the
// next level or to a whole desk, and no ticket waits until it is mended. The
// watch over holes tells people of it.
func (tx *Tx) DutyAt(ctx context.Context, where area.Code, role area.Role, position int, at time.Time) (duty.Answer, error) {
	var schedule *duty.Schedule
	var err error
	if tx.ahead != nil && at.Equal(tx.now) {
		schedule, err = tx.ahead.schedule(ctx, tx, where, role, position)
	} else {
		var roster duty.Roster
		if roster, err = tx.Roster(ctx, duty.Key{Area: where, Role: role}, at, at); err == nil {
			schedule = tx.schedule(roster)
		}
	}
	if err != nil {
		return duty.Answer{}, err
	}
	if schedule == nil {
		return duty.Answer{Damaged: true}, nil
	}
	return schedule.Who(at, position), nil
}

// schedule makes a roster answer; nil for one that cannot be read.
func (tx *Tx) schedule(r duty.Roster) *duty.Schedule {
	s, err := duty.New(r, tx.db.calendar.Day)
	if err != nil {
		return nil
	}
	return s
}

// Roster loads what touches the time from from to to, both included.
func (tx *Tx) Roster(ctx context.Context, k duty.Key, from, to time.Time) (duty.Roster, error) {
	rosters, err := tx.rosters(ctx, from, to, `x.area_code = ? AND x.role = ?`, string(k.Area), string(k.Role))
	if err != nil || len(rosters) == 0 {
		return duty.Roster{Key: k}, err
	}
	return rosters[0], nil
}

// RosterForUpdate is Roster, and lets nobody else change it until commit.
func (tx *Tx) RosterForUpdate(ctx context.Context, k duty.Key, from, to time.Time) (duty.Roster, error) {
	if _, err := tx.exec(ctx, "lock roster", `SELECT pg_advisory_xact_lock(hashtextextended(?, 0))`, "duty|"+string(k.Area)+"|"+string(k.Role)); err != nil {
		return duty.Roster{}, err
	}
	return tx.Roster(ctx, k, from, to)
}

// Rosters loads those of all areas at or below one, in the order of their keys.
func (tx *Tx) Rosters(ctx context.Context, under area.Code, from, to time.Time) ([]duty.Roster, error) {
	return tx.rosters(ctx, from, to, `starts_with(x.area_code, ?)`, under.Prefix())
}

// rosterParts is everything of some rosters that touches a span of time, as one
// row for each piece, a roster's pieces together. Of the plan it is the versions
// in force within the span and the next one after it, which ends the last.
const rosterParts = `SELECT x.area_code, x.role, 'version' AS kind,
		jsonb_build_object('number', x.number, 'from', x.valid_from, 'plan', x.plan) AS data
	FROM duty_versions x WHERE %[1]s
	  AND x.valid_from >= coalesce((SELECT max(o.valid_from) FROM duty_versions o WHERE o.area_code = x.area_code AND o.role = x.role AND o.valid_from <= ?), '-infinity')
	  AND x.valid_from <= coalesce((SELECT min(o.valid_from) FROM duty_versions o WHERE o.area_code = x.area_code AND o.role = x.role AND o.valid_from > ?), 'infinity')
	UNION ALL SELECT x.area_code, x.role, CASE x.kind WHEN 'temporary' THEN 'temporary' ELSE 'override' END, ` + changeJSON + `
	FROM duty_changes x WHERE %[1]s AND x.ends_at > ? AND x.starts_at <= ? AND (x.ended_at IS NULL OR x.ended_at > ?)
	UNION ALL SELECT x.area_code, x.role, 'shift', jsonb_build_object('id', x.id, 'position', x.position, 'post', x.post_id, 'from', x.starts_at, 'to', x.ends_at)
	FROM shifts x WHERE %[1]s AND x.ends_at > ? AND x.starts_at <= ? ORDER BY 1, 2`

// changeJSON writes a row of duty_changes x as duty.Override and duty.Temporary are read.
const changeJSON = `jsonb_strip_nulls(jsonb_build_object('id', x.id, 'kind', x.kind, 'remove', x.remove_post, 'add', x.add_post, 'position', x.position,
		'from', x.starts_at, 'to', x.ends_at, 'ended_at', x.ended_at, 'reason', x.reason, 'name', x.name, 'places', x.places))`

// rosters loads the rosters that a condition on x.area_code and x.role names,
// with the people and absences of all of them. One that cannot be read says so
// and does not keep the others from being read.
func (tx *Tx) rosters(ctx context.Context, from, to time.Time, where string, args ...any) ([]duty.Roster, error) {
	var all []any
	for _, times := range [][]any{{from, to}, {from, to, from}, {from, to}} {
		all = append(append(all, args...), times...)
	}
	var rows []struct {
		AreaCode, Role, Kind string
		Data                 []byte
	}
	if err := tx.aside(ctx, "load rosters", &rows, fmt.Sprintf(rosterParts, where), all...); err != nil {
		return nil, err
	}
	var rosters []duty.Roster
	var named [][]area.PostID // in each of them
	for _, row := range rows {
		k := duty.Key{Area: area.Code(row.AreaCode), Role: area.Role(row.Role)}
		if n := len(rosters); n == 0 || rosters[n-1].Key != k {
			rosters, named = append(rosters, duty.Roster{Key: k}), append(named, nil)
		}
		last := len(rosters) - 1
		posts, err := addPart(&rosters[last], row.Kind, row.Data)
		rosters[last].Damage = cmp.Or(rosters[last].Damage, err)
		named[last] = append(named[last], posts...)
	}
	if len(rosters) == 0 {
		return nil, nil
	}
	people, err := tx.rosterPeople(ctx, slices.Concat(named...), from, to)
	if err != nil {
		return nil, err
	}
	for i := range rosters {
		people.join(&rosters[i], named[i])
	}
	return rosters, nil
}

// addPart puts one piece into its roster and tells whom it names.
func addPart(r *duty.Roster, kind string, data []byte) ([]area.PostID, error) {
	switch kind {
	case "version":
		var v duty.Version
		err := json.Unmarshal(data, &v)
		v.From = v.From.UTC()
		r.Versions = append(r.Versions, v)
		return v.Plan.People(), err
	case "temporary":
		t, err := readTemporary(data)
		r.Temporaries = append(r.Temporaries, t)
		return t.People(), err
	case "override":
		o, err := readOverride(data)
		r.Overrides = append(r.Overrides, o)
		return []area.PostID{o.Remove, o.Add}, err
	default:
		var s struct {
			ID       int64       `json:"id"`
			Position int         `json:"position"`
			Post     area.PostID `json:"post"`
			From     time.Time   `json:"from"`
			To       time.Time   `json:"to"`
		}
		err := json.Unmarshal(data, &s)
		r.Shifts = append(r.Shifts, duty.Shift{ID: s.ID, Position: s.Position, Post: s.Post, Starts: s.From.UTC(), Ends: s.To.UTC()})
		return []area.PostID{s.Post}, err
	}
}

func readOverride(data []byte) (o duty.Override, err error) {
	err = json.Unmarshal(data, &o)
	o.Starts, o.Ends, o.EndedAt = o.Starts.UTC(), o.Ends.UTC(), o.EndedAt.UTC()
	return o, err
}

func readTemporary(data []byte) (t duty.Temporary, err error) {
	err = json.Unmarshal(data, &t)
	t.Starts, t.Ends, t.EndedAt = t.Starts.UTC(), t.Ends.UTC(), t.EndedAt.UTC()
	return t, err
}

// rosterPeople are people that rosters name, with their absences.
type rosterPeople map[area.PostID]struct {
	person   duty.Person
	away     []duty.Absence
	deputies []duty.Deputy
}

// join gives a roster those that it names.
func (p rosterPeople) join(r *duty.Roster, named []area.PostID) {
	r.People = make(map[area.PostID]duty.Person, len(named))
	for _, post := range named {
		if !p.joinOne(r, post) {
			continue
		}
		r.Deputies = append(r.Deputies, p[post].deputies...)
	}
	for _, d := range r.Deputies {
		p.joinOne(r, d.Post)
	}
}

// joinOne gives a roster one person with their absences, once.
func (p rosterPeople) joinOne(r *duty.Roster, post area.PostID) bool {
	one, known := p[post]
	if _, joined := r.People[post]; !known || joined {
		return false
	}
	r.People[post] = one.person
	r.Absences = append(r.Absences, one.away...)
	return true
}

// rosterDeputies loads who stands in for people in a span of time.
func (tx *Tx) rosterDeputies(ctx context.Context, posts []area.PostID, from, to time.Time) ([]duty.Deputy, error) {
	var rows []struct {
		ID, Of, Post int64
		Position     int
		StartsAt     time.Time
		EndsAt       *time.Time
	}
	err := tx.aside(ctx, "load the deputies of rosters", &rows, `SELECT d.id, s.post_id AS of, w.post_id AS post, d.position, d.starts_at, d.ends_at
		FROM staff s JOIN deputies d ON d.staff_id = s.id JOIN staff w ON w.id = d.deputy_id
		WHERE s.post_id = ANY(?::bigint[]) AND d.starts_at <= ? AND (d.ends_at IS NULL OR d.ends_at > ?)`, bigints(posts), to, from)
	deputies := make([]duty.Deputy, 0, len(rows))
	for _, r := range rows {
		deputies = append(deputies, duty.Deputy{ID: r.ID, Of: area.PostID(r.Of), Post: area.PostID(r.Post), Position: r.Position, Starts: r.StartsAt.UTC(), Ends: orZero(r.EndsAt)})
	}
	return deputies, err
}

func (tx *Tx) rosterPeople(ctx context.Context, posts []area.PostID, from, to time.Time) (rosterPeople, error) {
	deputies, err := tx.rosterDeputies(ctx, posts, from, to)
	if err != nil {
		return nil, err
	}
	for _, d := range deputies {
		posts = append(posts, d.Post)
	}
	slices.Sort(posts)
	var rows []struct {
		ID     int64
		Name   string
		Active bool
		Away   []byte
	}
	err = tx.aside(ctx, "load the people of rosters", &rows, `SELECT p.id, p.name, coalesce(w.active, false) AS active,
			coalesce((SELECT jsonb_agg(jsonb_build_object('reason', a.reason, 'from', a.starts_at, 'to', a.ends_at) ORDER BY a.id)
			          FROM absences a WHERE a.post_id = p.id AND a.ends_at > ? AND a.starts_at <= ?), '[]') AS away
		FROM posts p LEFT JOIN staff w ON w.post_id = p.id WHERE p.id = ANY(?::bigint[])`, from, to, bigints(slices.Compact(posts)))
	people := make(rosterPeople, len(rows))
	for _, row := range rows {
		var away []struct {
			Reason   string
			From, To time.Time
		}
		if err := json.Unmarshal(row.Away, &away); err != nil {
			return nil, fmt.Errorf("read absences: %w", err)
		}
		one := people[area.PostID(row.ID)]
		one.person = duty.Person{Name: row.Name, Active: row.Active}
		for _, a := range away {
			one.away = append(one.away, duty.Absence{Post: area.PostID(row.ID), Reason: a.Reason, Starts: a.From.UTC(), Ends: a.To.UTC()})
		}
		people[area.PostID(row.ID)] = one
	}
	for _, d := range deputies {
		of := people[d.Of]
		of.deputies = append(of.deputies, d)
		people[d.Of] = of
	}
	return people, err
}

// LastHeard is when a person last did something to a ticket; zero if nobody has.
func (tx *Tx) LastHeard(ctx context.Context, id ticket.ID) (time.Time, error) {
	var at *time.Time
	err := tx.scan(ctx, "look for the last act", `SELECT max(at) FROM timeline WHERE ticket_id = ? AND actor_id IS NOT NULL`, []any{int64(id)}, &at)
	return orZero(at), err
}
