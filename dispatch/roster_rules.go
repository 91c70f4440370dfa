package dispatch

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"example.org/hotline/area"
	"example.org/hotline/dispatch/duty"
	"example.org/hotline/internal/act"
)

// grace is how far in the past something may begin that is meant to begin now:
// the time it takes to press a button.
const grace = 2 * time.Minute

// dutyPlace checks that a roster can be: the role serves at the area's level.
func dutyPlace(k duty.Key) error {
	level, ok := dutyLevels[k.Role]
	if !ok {
		return act.Invalid("role", "no_duty_role", "This role has no duty. Roles with one: worker, township_head, county_duty, county_finance, city_duty, city_head, supervisor.")
	}
	if k.Area.Level() != level {
		return act.Invalid("area", "wrong_level", "This role serves at another level: workers and township heads in townships, county roles in counties, city roles in cities.")
	}
	return nil
}

// mayKeep says who may write rosters: the head of a township that of the
// township, the duty officers of a county and a city and the supervisor those of
// everything below them.
func mayKeep(a act.Actor, k duty.Key) error {
	if err := dutyPlace(k); err != nil {
		return err
	}
	switch {
	case a.System != "":
		return nil
	case !a.Area.Contains(k.Area):
		return act.NotFound("roster")
	case !a.May(area.RoleTownshipHead, area.RoleCountyDuty, area.RoleCityDuty, area.RoleCityHead, area.RoleSupervisor):
		return act.Refused("not_a_roster_keeper", "Rosters are kept by the head of the township, the county's or city's duty officer and the supervisor; ask one of them.")
	}
	return nil
}

// begin is when something written now begins: at from, or now where none is
// given. The past is never rewritten.
func begin(tx act.Tx, from time.Time) (time.Time, error) {
	now := tx.Now().Truncate(time.Microsecond)
	from = from.UTC().Truncate(time.Microsecond)
	switch {
	case from.IsZero(), from.Before(now) && now.Sub(from) <= grace:
		return now, nil
	case from.Before(now):
		return time.Time{}, act.Invalid("from", "in_the_past", "The past is not rewritten: let it begin now or later.")
	case from.Sub(now) > longestChange:
		return time.Time{}, act.Invalid("from", "too_far", "That is more than a year away: plan it nearer to its time.")
	}
	return from, nil
}

// span is begin with an end.
func span(tx act.Tx, from, to time.Time) (time.Time, error) {
	from, err := begin(tx, from)
	switch {
	case err != nil:
		return time.Time{}, err
	case !to.After(from):
		return time.Time{}, act.Invalid("to", "ends_before_it_begins", "The end must come after the beginning, and after now.")
	case to.Sub(from) > longestChange:
		return time.Time{}, act.Invalid("to", "too_long", "That is more than a year: change the roster itself instead.")
	}
	return from, nil
}

// planFault turns what is wrong with a plan into a Fault that names all of it,
// at the field of the first.
func planFault(err error) error {
	if err == nil {
		return nil
	}
	first, ok := errors.AsType[*duty.PlanFault](err)
	if !ok {
		return err
	}
	detail := strings.ReplaceAll(err.Error(), "\n", "; ")
	return &act.Fault{Kind: act.ErrInvalid, Code: "bad_plan", Field: "plan." + first.Path, Detail: detail}
}

// servingRoles may be put on a roster; volunteers only report, and those who
// check or administer do not serve.
var servingRoles = []area.Role{area.RoleWorker, area.RoleTownshipHead, area.RoleCountyDuty, area.RoleCountyFinance, area.RoleCityDuty, area.RoleCityHead,
	area.RoleSupervisor, area.RoleAgent}

// people checks that everybody who is put on a roster may be there, and names
// them. Who keeps the rosters of several townships may lend people of one to another.
func (r *Rosters) people(ctx context.Context, tx RosterTx, k duty.Key, ids []area.PostID) (map[area.PostID]duty.Person, error) {
	posts, err := tx.RosterPosts(ctx, ids)
	if err != nil {
		return nil, err
	}
	people := map[area.PostID]duty.Person{}
	for _, id := range ids {
		post, known := posts[id]
		lent := tx.Actor().System != "" || tx.Actor().Area.Contains(post.Area)
		args := map[string]any{"name": post.Name}
		switch {
		case !known || post.Kind != area.PostPerson:
			return nil, act.Invalid("person", "unknown_person", "There is no such person. Choose somebody from the list.")
		case !k.Area.Contains(post.Area) && !lent:
			return nil, withArgs(act.Refused("person_not_in_area", "The person belongs to another area. Choose somebody of this one, or ask the county to lend them."), args)
		case !post.Active:
			return nil, withArgs(act.Refused("person_left", "The person does not work here any more. Choose somebody else."), args)
		case !slices.Contains(servingRoles, post.Role):
			return nil, withArgs(act.Refused("person_does_not_serve", "People of this role are not put on duty. Choose somebody else."), args)
		}
		people[id] = duty.Person{Name: post.Name, Active: true}
	}
	return people, nil
}

// change is what a command has written, for the record and for open pages.
type change struct {
	Result
	what    string // "roster_saved", "leave", "swap", "cover", "hand_over", "temporary", "ended"
	subject string
	reason  string
	data    map[string]any
}

// done records a change and tells the holes that there are now.
func (r *Rosters) done(ctx context.Context, tx RosterTx, roster duty.Roster, people map[area.PostID]duty.Person, c change) (Result, error) {
	for id, p := range people {
		if roster.People == nil {
			roster.People = map[area.PostID]duty.Person{}
		}
		roster.People[id] = p
	}
	schedule, err := duty.New(roster, r.days)
	if err != nil {
		return Result{}, err
	}
	until := c.To
	if most := c.From.Add(HolesAhead); until.After(most) {
		until = most
	}
	c.Holes = schedule.Holes(c.From, until)
	subject := act.Subject{Kind: c.subject, ID: c.ID}
	data := map[string]any{"role": string(roster.Role)}
	for k, v := range c.data {
		data[k] = v
	}
	if err := tx.Audit(ctx, act.Record{Action: "duty." + c.what, Subject: subject, Area: roster.Area, Reason: c.reason, Data: data}); err != nil {
		return Result{}, err
	}
	return c.Result, tx.Emit(ctx, act.Event{Kind: "duty.changed", Subject: subject, Area: roster.Area, Data: map[string]any{"role": string(roster.Role), "what": c.what}})
}

func overlap(aStarts, aEnds, bStarts, bEnds time.Time) bool {
	return aStarts.Before(bEnds) && bStarts.Before(aEnds)
}

// ended is when something ends: early, or as it was written.
func ended(ends, early time.Time) time.Time {
	if !early.IsZero() && early.Before(ends) {
		return early
	}
	return ends
}

func withArgs(f *act.Fault, args map[string]any) *act.Fault {
	f.Args = args
	return f
}
