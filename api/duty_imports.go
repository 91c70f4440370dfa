package api

import (
	"context"
	"slices"
	"time"

	"example.org/hotline/area"
	"example.org/hotline/dispatch"
	"example.org/hotline/dispatch/duty"
	"example.org/hotline/internal/act"
	"example.org/hotline/ticket"
)

type dutyImportInput struct {
	Body struct {
		RosterKey
		Name    string    `json:"name" minLength:"1" maxLength:"60" doc:"Of the temporary roster that it becomes"`
		Format  string    `json:"format" enum:"csv,ical"`
		Content []byte    `json:"content" doc:"The file as it is, in Base64. A table has the columns person, position, from, to (UTF-8 or GB18030), a line for each shift; standing rotations are for /duty/rosters/imports"`
		From    time.Time `json:"from,omitzero" required:"false" doc:"Default: the first beginning in a table; of a calendar now"`
		To      time.Time `json:"to,omitzero" required:"false" doc:"Default: the last end in a table; of a calendar 31 days after from"`
	}
}

// DutyImport is a file that was looked at or applied.
type DutyImport struct {
	From   time.Time        `json:"from" doc:"The time that it covers, and in which it replaces the usual roster"`
	To     time.Time        `json:"to"`
	Places []DutyPlace      `json:"places"`
	Faults []area.LineFault `json:"faults" doc:"With any, nothing is brought in"`
	Result *DutyResult      `json:"result,omitempty" doc:"Of a file without a fault: what it does, or in a preview would do"`
}

// calendarAhead is how far a calendar is laid out where no end is given.
const calendarAhead = 31

// importDuty reads a file and brings it in as a temporary roster. With a fault in
// it nothing is done, and the faults are the answer: a preview ends here too.
func (s *Server) importDuty(ctx context.Context, tx Tx, in *dutyImportInput) (DutyImport, error) {
	k, b := in.Body.key(), in.Body
	if !dispatch.KeepsRoster(tx.Actor(), k) {
		return DutyImport{}, act.NotFound("roster")
	}
	people, err := s.dutyPeople(ctx, tx, &dutyPeopleInput{Area: string(k.Area)})
	if err != nil {
		return DutyImport{}, err
	}
	reading, members := readerOf(people.Items, k.Area)
	out := DutyImport{From: b.From.UTC(), To: b.To.UTC(), Places: []DutyPlace{}, Faults: []area.LineFault{}}
	places, faults := readDuty(b.Format, b.Content, reading, &out, tx.Now())
	if len(faults) > 0 {
		out.Faults = faults
		return out, nil
	}
	out.Places = dutyPlaces(places, members)
	result, err := dutyResult(s.rosters().AddTemporary(ctx, tx, dispatch.NewTemporary{Key: k, Name: b.Name, From: out.From, To: out.To, Places: places}))
	out.Result = &result
	return out, err
}

// readDuty reads a table or a calendar, and settles which time it covers.
func readDuty(format string, content []byte, reading duty.Import, out *DutyImport, now time.Time) (places []duty.Place, faults []area.LineFault) {
	if format == "ical" {
		if out.From.IsZero() {
			out.From = now.UTC()
		}
		if out.To.IsZero() {
			out.To = out.From.AddDate(0, 0, calendarAhead)
		}
		return duty.ReadICal(content, reading, out.From, out.To)
	}
	places, faults = duty.ReadCSV(content, reading)
	for _, p := range places {
		if in := out.From; in.IsZero() || p.Starts.Before(in) {
			out.From = p.Starts
		}
		if in := out.To; in.IsZero() || p.Ends.After(in) {
			out.To = p.Ends
		}
	}
	return places, faults
}

// readerOf finds the people of a list by login or, where only one is called so,
// by name: in the area itself, else among all of the list.
func readerOf(list []duty.Member, own area.Code) (duty.Import, map[area.PostID]duty.Member) {
	byLogin, byName, members := map[string]area.PostID{}, map[string][]duty.Member{}, map[area.PostID]duty.Member{}
	for _, m := range list {
		byLogin[m.Login], byName[m.Name], members[m.Post] = m.Post, append(byName[m.Name], m), m
	}
	return duty.Import{Zone: ticket.Shanghai, Person: func(text string) (area.PostID, bool) {
		if post, known := byLogin[text]; known {
			return post, true
		}
		named := byName[text]
		if near := slices.DeleteFunc(slices.Clone(named), func(m duty.Member) bool { return !own.Contains(m.Area) }); len(near) > 0 {
			named = near
		}
		if len(named) == 1 {
			return named[0].Post, true
		}
		return 0, false
	}}, members
}
