package duty

import (
	"strconv"
	"time"

	"example.org/hotline/area"
)

// Import is how a table or a calendar of somebody else's is read.
type Import struct {
	Zone   *time.Location
	Person func(text string) (area.PostID, bool) // finds a person by login or by name; false also where two are called so
}

// The columns of a table of shifts.
var shiftColumns = []area.Column{
	{Name: "person", Also: []string{"login", "name", "人员", "姓名", "值班人员", "账号"}, Required: true},
	{Name: "position", Also: []string{"顺位", "值班顺位"}},
	{Name: "from", Also: []string{"start", "开始", "开始时间"}, Required: true},
	{Name: "to", Also: []string{"end", "结束", "结束时间"}, Required: true},
}

// ReadCSV reads a table of shifts with the columns person, position (1 where
// there is none), from and to, such as an office's plan of a month. Times are of
// the local clock. It is all or nothing: with any fault there are no places.
func ReadCSV(raw []byte, in Import) ([]Place, []area.LineFault) {
	sheet := area.ReadSheet(raw, shiftColumns)
	faults := sheet.Faults
	var places []Place
	var lines []int
	for _, line := range sheet.Lines {
		p, found := in.place(line)
		if len(found) > 0 {
			faults = append(faults, found...)
			continue
		}
		for i, before := range places {
			if before.Post == p.Post && before.Starts.Before(p.Ends) && p.Starts.Before(before.Ends) {
				faults = append(faults, area.NewLineFault(line.Number, "from", "person_twice", "The person is on duty at that time already, by line {line}.",
					"Change one of the two.", map[string]any{"line": lines[i]}))
				break
			}
		}
		places, lines = append(places, p), append(lines, line.Number)
	}
	if len(faults) > 0 {
		return nil, faults
	}
	return places, nil
}

// place reads one line of a table.
func (in Import) place(line area.Line) (p Place, faults []area.LineFault) {
	fault := func(column, code, what, remedy string) {
		faults = append(faults, area.NewLineFault(line.Number, column, code, what, remedy, nil))
	}
	var known bool
	if p.Post, known = in.Person(line.Cell("person")); !known {
		fault("person", "unknown_person", "There is no such person, or there are several.", "Write the login of somebody who works here.")
	}
	p.Position = 1
	if text := line.Cell("position"); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil || n < 1 || n > maxPosition {
			fault("position", "bad_position", "It is no position.", "Write 1 for who is asked first, 2 for the second, up to 9.")
		}
		p.Position = n
	}
	var ok [2]bool
	for i, column := range []string{"from", "to"} {
		var at time.Time
		if at, ok[i] = in.local(line.Cell(column)); !ok[i] {
			fault(column, "time_form", "It is no time.", "Write it as 2026-10-01 08:00, of the local clock.")
		}
		if i == 0 {
			p.Starts = at
		} else {
			p.Ends = at
		}
	}
	if ok[0] && ok[1] && !p.Starts.Before(p.Ends) {
		fault("to", "ends_before_it_begins", "It is not after the beginning.", "A night ends on the next day: write that date.")
	}
	return p, faults
}

// local reads a time of the local clock, as people and spreadsheets write it.
func (in Import) local(text string) (time.Time, bool) {
	for _, layout := range []string{"2006-01-02 15:04", localLayout, "2006/1/2 15:04", "2006-01-02 15:04:05", "2006/1/2 15:04:05"} {
		if t, err := time.Parse(layout, text); err == nil && t.Year() >= 1970 {
			return wall(floorDiv(t.Unix(), 60)).in(in.Zone).UTC(), true
		}
	}
	return time.Time{}, false
}
