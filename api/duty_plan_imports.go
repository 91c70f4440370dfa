package api

import (
	"context"
	"maps"
	"slices"
	"time"

	"example.org/hotline/area"
	"example.org/hotline/dispatch"
	"example.org/hotline/dispatch/duty"
	"example.org/hotline/ticket"
)

type planImportInput struct {
	Body struct {
		Content []byte     `json:"content" doc:"The file as it is, in Base64: a CSV table (UTF-8 or GB18030), a line for each rotation, with the columns area, role, rotation, position, handover, length, first, members and, where it is not day and night, start, end, days"`
		From    time.Time  `json:"from,omitzero" required:"false" doc:"When the plans begin to hold. Default: now. Never before now"`
		Reason  string     `json:"reason,omitempty" maxLength:"200"`
		Looked  []LookedAt `json:"looked,omitempty" maxItems:"500" doc:"The rosters as the preview told of them: if one was saved meanwhile, nothing is brought in"`
	}
}

// LookedAt is a roster's newest version as somebody saw it.
type LookedAt struct {
	RosterKey
	Version int `json:"version" minimum:"0"`
}

// PlanImport is a table of standing rotations that was looked at or applied.
type PlanImport struct {
	From   time.Time        `json:"from" doc:"When the plans begin to hold"`
	Items  []ImportedRoster `json:"items"`
	Faults []area.LineFault `json:"faults" doc:"With any, nothing is brought in"`
}

// ImportedRoster is the plan of one roster as a table has it. It takes the place
// of the whole plan that was there.
type ImportedRoster struct {
	Area      area.Code          `json:"area"`
	AreaName  string             `json:"area_name"`
	Role      area.Role          `json:"role"`
	Version   int                `json:"version" doc:"Number of the plan whose place it takes; zero: there was none"`
	Rotations []ImportedRotation `json:"rotations"`
	Holes     []duty.Hole        `json:"holes" doc:"That there would be in the next 90 days"`
}

// ImportedRotation is one line of a table.
type ImportedRotation struct {
	Line     int     `json:"line"`
	Name     string  `json:"name"`
	Position int     `json:"position"`
	Members  []Named `json:"members" doc:"In the order of their turns"`
	First    string  `json:"first,omitempty" doc:"Name of who serves first once the plan holds; absent where nobody does within eight days"`
}

// importPlans reads a table of standing rotations and saves a new version of the
// plan of every roster that it names. With a fault in it nothing is done, and the
// faults are the answer: a preview ends here too.
func (s *Server) importPlans(ctx context.Context, tx Tx, in *planImportInput) (PlanImport, error) {
	out := PlanImport{From: in.Body.From.UTC(), Items: []ImportedRoster{}, Faults: []area.LineFault{}}
	if in.Body.From.IsZero() {
		out.From = tx.Now().UTC()
	}
	members := map[area.PostID]duty.Member{}
	var failed error
	plans, faults := duty.ReadPlans(in.Body.Content, duty.PlanImport{Zone: ticket.Shanghai.String(), Person: s.peopleOf(ctx, tx, members, &failed),
		Refuses: func(k duty.Key) (column, code string) { return s.refusesPlan(tx, k) }})
	if failed != nil {
		return out, failed
	}
	if len(faults) > 0 {
		out.Faults = faults
		return out, nil
	}
	for _, p := range plans {
		item, err := s.importPlan(ctx, tx, p, in, members)
		if err != nil {
			return out, err
		}
		out.Items = append(out.Items, item)
	}
	return out, nil
}

// refusesPlan tells why an actor keeps no roster, as the column and code of a fault.
func (s *Server) refusesPlan(tx Tx, k duty.Key) (column, code string) {
	_, is := s.deps.Places.Index().On(k.Area, area.DateOf(tx.Now()))
	switch {
	case !tx.Actor().Area.Contains(k.Area):
		return "area", "not_your_roster"
	case !is:
		return "area", "no_such_place"
	case !slices.Contains(dispatch.DutyRoles(k.Area.Level()), k.Role):
		return "role", "no_duty_here"
	case !dispatch.KeepsRoster(tx.Actor(), k):
		return "area", "not_your_roster"
	}
	return "", ""
}

// importPlan saves one plan. The positions that must have somebody stay, as far
// as the table has them.
func (s *Server) importPlan(ctx context.Context, tx Tx, p duty.ImportedPlan, in *planImportInput, members map[area.PostID]duty.Member) (ImportedRoster, error) {
	item := ImportedRoster{Area: p.Area, AreaName: s.placeName(p.Area), Role: p.Role}
	newest, err := tx.RosterVersions(ctx, p.Key, 1)
	if err != nil {
		return item, err
	}
	if len(newest) > 0 {
		item.Version = newest[0].Number
		p.Plan.Required = slices.DeleteFunc(slices.Clone(newest[0].Plan.Required), func(position int) bool {
			return !slices.ContainsFunc(p.Plan.Rules, func(r duty.Rule) bool { return r.Position == position })
		})
	}
	n := dispatch.NewVersion{Key: p.Key, From: in.Body.From, Plan: p.Plan, Reason: in.Body.Reason, Expected: item.Version}
	for _, seen := range in.Body.Looked {
		if seen.key() == p.Key {
			n.Expected = seen.Version
		}
	}
	done, err := s.rosters().SaveRoster(ctx, tx, n)
	if err != nil {
		return item, err
	}
	item.Holes = slices.Concat([]duty.Hole{}, done.Holes)
	first, err := s.firstOf(p, done.From, members)
	for i, r := range p.Plan.Rotations {
		row := ImportedRotation{Line: p.Lines[i], Name: r.Name, Position: p.Plan.Rules[i].Position, First: first[r.Name]}
		for _, post := range r.Members {
			row.Members = append(row.Members, *named(post, members))
		}
		item.Rotations = append(item.Rotations, row)
	}
	return item, err
}

// firstOf names who of each rotation serves first from an instant on: a table
// whose first day is wrong shows here.
func (s *Server) firstOf(p duty.ImportedPlan, from time.Time, members map[area.PostID]duty.Member) (map[string]string, error) {
	roster := duty.Roster{Key: p.Key, Versions: []duty.Version{{Number: 1, From: from, Plan: p.Plan}}, People: map[area.PostID]duty.Person{}}
	for _, post := range p.Plan.People() {
		roster.People[post] = duty.Person{Name: members[post].Name, Active: true}
	}
	first := map[string]string{}
	schedule, err := duty.New(roster, s.deps.Rules.Calendar.Day)
	if err != nil {
		return nil, err
	}
	for _, span := range schedule.Shifts(from, from.AddDate(0, 0, 8)) {
		for _, r := range span.Reasons {
			if _, told := first[r.Why.Rotation]; !told {
				first[r.Why.Rotation] = span.Name
			}
		}
	}
	return first, nil
}

// peopleOf finds the people of rosters, each area's list read once, and keeps
// whom it has found in members. What goes wrong on the way stands in failed.
func (s *Server) peopleOf(ctx context.Context, tx Tx, members map[area.PostID]duty.Member, failed *error) func(duty.Key, string) (area.PostID, bool) {
	lists := map[area.Code]duty.Import{}
	return func(k duty.Key, text string) (area.PostID, bool) {
		list, read := lists[k.Area]
		if !read {
			people, err := s.dutyPeople(ctx, tx, &dutyPeopleInput{Area: string(k.Area)})
			if err != nil {
				*failed = err
				return 0, false
			}
			var there map[area.PostID]duty.Member
			list, there = readerOf(people.Items, k.Area)
			maps.Copy(members, there)
			lists[k.Area] = list
		}
		return list.Person(text)
	}
}
