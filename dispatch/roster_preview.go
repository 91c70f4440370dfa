package dispatch

import (
	"context"
	"maps"
	"slices"
	"time"

	"example.org/hotline/area"
	"example.org/hotline/dispatch/duty"
	"example.org/hotline/internal/act"
)

// previewShifts is how far a preview lays shifts out: two months' pages of a calendar
// at the most. Holes are looked for as far as ever.
const previewShifts = 42 * 24 * time.Hour

// Preview is what a new version of a plan would change. Nothing is written.
type Preview struct {
	From   time.Time // when the version would begin to hold
	Shifts time.Time // how far shifts are laid out
	To     time.Time // how far holes are looked for
	Before Picture
	After  Picture
}

// Picture is a roster as a calendar shows it.
type Picture struct {
	Spans []duty.Span
	Holes []duty.Hole
}

// edit is a version that may be written, with the roster it would change.
type edit struct {
	version duty.Version
	roster  duty.Roster // as it is, without the version
	people  map[area.PostID]duty.Person
}

// edited looks through an edit of a plan: who may, whether it is sound, whether
// its people may serve, and whether somebody else was faster.
func (r *Rosters) edited(ctx context.Context, tx RosterTx, n NewVersion) (edit, error) {
	if err := mayKeep(tx.Actor(), n.Key); err != nil {
		return edit{}, err
	}
	if err := planFault(n.Plan.Check()); err != nil {
		return edit{}, err
	}
	from, err := begin(tx, n.From)
	if err != nil {
		return edit{}, err
	}
	roster, err := tx.RosterForUpdate(ctx, n.Key, from, from.Add(HolesAhead))
	if err != nil {
		return edit{}, err
	}
	last, err := tx.LastVersion(ctx, n.Key)
	if err != nil {
		return edit{}, err
	}
	if last != n.Expected {
		return edit{}, act.Conflict("roster_changed", "Somebody saved this roster in the meantime. Nothing was saved; reload it and make your changes again.")
	}
	people, err := r.people(ctx, tx, n.Key, n.Plan.People())
	if err != nil {
		return edit{}, err
	}
	return edit{version: duty.Version{Number: last + 1, From: from, Plan: n.Plan}, roster: roster, people: people}, nil
}

// PreviewRoster tells what SaveRoster would change, and refuses what it would refuse.
func (r *Rosters) PreviewRoster(ctx context.Context, tx RosterTx, n NewVersion) (Preview, error) {
	e, err := r.edited(ctx, tx, n)
	if err != nil {
		return Preview{}, err
	}
	p := Preview{From: e.version.From, Shifts: e.version.From.Add(previewShifts), To: e.version.From.Add(HolesAhead)}
	if p.Before, err = r.picture(e.roster, p); err != nil {
		return Preview{}, err
	}
	after := e.roster
	after.Versions = append(slices.Clone(after.Versions), e.version)
	after.People = maps.Clone(after.People)
	if after.People == nil {
		after.People = map[area.PostID]duty.Person{}
	}
	maps.Copy(after.People, e.people)
	p.After, err = r.picture(after, p)
	return p, err
}

func (r *Rosters) picture(roster duty.Roster, p Preview) (Picture, error) {
	schedule, err := duty.New(roster, r.days)
	if err != nil {
		return Picture{}, err
	}
	return Picture{Spans: schedule.Shifts(p.From, p.Shifts), Holes: schedule.Holes(p.From, p.To)}, nil
}

// ServesDuty lists the roles that may be put on a roster.
func ServesDuty() []area.Role { return slices.Clone(servingRoles) }

// KeepsRoster reports whether an actor may write a roster.
func KeepsRoster(a act.Actor, k duty.Key) bool { return mayKeep(a, k) == nil }

// DutyRoles lists the roles that have a duty at a level of the tree.
func DutyRoles(level area.Level) []area.Role {
	var roles []area.Role
	for role, at := range dutyLevels {
		if at == level {
			roles = append(roles, role)
		}
	}
	slices.Sort(roles)
	return roles
}
