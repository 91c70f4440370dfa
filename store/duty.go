package store

import (
	"context"
	"time"

	"example.org/hotline/area"
	"example.org/hotline/dispatch/duty"
	"example.org/hotline/ticket"
)

// DutyAt tells who is on duty for a role in an area at an instant, and why.
// Position zero asks for everybody.
func (tx *Tx) DutyAt(ctx context.Context, where area.Code, role area.Role, position int, at time.Time) (duty.Answer, error) {
	var shifts []struct {
		ID       int64
		Position int
		PostID   int64
		Name     string
		Active   bool
		StartsAt time.Time
		EndsAt   time.Time
	}
	err := tx.find(ctx, "load shifts", &shifts, `SELECT s.id, s.position, s.post_id, p.name, coalesce(w.active, false) AS active, s.starts_at, s.ends_at
		FROM shifts s JOIN posts p ON p.id = s.post_id LEFT JOIN staff w ON w.post_id = p.id
		WHERE s.area_code = ? AND s.role = ? AND s.starts_at <= ? AND s.ends_at > ?`, string(where), string(role), at, at)
	if err != nil || len(shifts) == 0 {
		return duty.Answer{}, err
	}
	var away []struct {
		PostID   int64
		Reason   string
		StartsAt time.Time
		EndsAt   time.Time
	}
	posts := make([]int64, len(shifts))
	roster := duty.Roster{Key: duty.Key{Area: where, Role: role}, Shifts: make([]duty.Shift, len(shifts)), People: map[area.PostID]duty.Person{}}
	for i, s := range shifts {
		posts[i] = s.PostID
		roster.Shifts[i] = duty.Shift{ID: s.ID, Position: s.Position, Post: area.PostID(s.PostID), Starts: s.StartsAt.UTC(), Ends: s.EndsAt.UTC()}
		roster.People[area.PostID(s.PostID)] = duty.Person{Name: s.Name, Active: s.Active}
	}
	err = tx.find(ctx, "load absences", &away, `SELECT post_id, reason, starts_at, ends_at FROM absences
		WHERE post_id = ANY(?::bigint[]) AND starts_at <= ? AND ends_at > ?`, bigints(posts), at, at)
	if err != nil {
		return duty.Answer{}, err
	}
	for _, a := range away {
		roster.Absences = append(roster.Absences, duty.Absence{Post: area.PostID(a.PostID), Reason: a.Reason, Starts: a.StartsAt.UTC(), Ends: a.EndsAt.UTC()})
	}
	schedule, err := duty.New(roster, ticket.Calendar{}.Day)
	if err != nil {
		return duty.Answer{}, err
	}
	return schedule.Who(at, position), nil
}

// LastHeard is when a person last did something to a ticket; zero if nobody has.
func (tx *Tx) LastHeard(ctx context.Context, id ticket.ID) (time.Time, error) {
	var at *time.Time
	err := tx.scan(ctx, "look for the last act", `SELECT max(at) FROM timeline WHERE ticket_id = ? AND actor_id IS NOT NULL`, []any{int64(id)}, &at)
	return orZero(at), err
}
