package duty

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"example.org/hotline/area"
	"example.org/hotline/ticket"
)

// PlanImport is how a table of standing rotations is read.
type PlanImport struct {
	Zone string // IANA name, of every plan
	// Refuses says why whoever imports cannot keep a roster, as the column and code of a fault
	// (no_duty_here, no_such_place, not_your_roster); empty where they can.
	Refuses func(Key) (column, code string)
	// Person finds a person of a roster by login or by name; false also where two are called so.
	Person func(k Key, text string) (area.PostID, bool)
}

// ImportedPlan is the whole plan of one roster, as the lines of a table make it.
type ImportedPlan struct {
	Key
	Plan  Plan
	Lines []int // of its rotations, in their order
}

// The columns of a table of standing rotations.
var planColumns = []area.Column{
	{Name: "area", Also: []string{"code", "区划", "区划代码", "代码"}, Required: true},
	{Name: "role", Also: []string{"岗位", "角色"}, Required: true},
	{Name: "rotation", Also: []string{"name", "轮班", "轮班名称", "名称"}, Required: true},
	{Name: "position", Also: []string{"顺位", "值班顺位"}},
	{Name: "handover", Also: []string{"交接时间", "交班时间", "交接班时间"}, Required: true},
	{Name: "length", Also: []string{"每班时长", "班次时长", "多久一换"}, Required: true},
	{Name: "first", Also: []string{"首班日期", "起始日期"}, Required: true},
	{Name: "members", Also: []string{"人员", "值班人员", "轮班人员"}, Required: true},
	{Name: "start", Also: []string{"上班", "开始"}},
	{Name: "end", Also: []string{"下班", "结束"}},
	{Name: "days", Also: []string{"日子", "哪类日子"}},
}

// mostPlans is as many rosters as one file may hold: a city's townships in three roles.
const mostPlans = 500

// ReadPlans reads a table of standing rotations, one a line: of which area and
// role, its name, position (1 where there is none), the time of day at which it
// changes hands, the length of a turn ("1 day", "12 h", "1周"), the day on which
// the first member's first turn begins, and the members in their order. Hours of
// duty and the kind of day may be given; without them it is day and night. The
// lines of one roster make one plan. It is all or nothing: with any fault there
// are no plans.
func ReadPlans(raw []byte, in PlanImport) ([]ImportedPlan, []area.LineFault) {
	sheet := area.ReadSheet(raw, planColumns)
	r := planReader{PlanImport: in, faults: sheet.Faults, at: map[Key]int{}}
	for _, line := range sheet.Lines {
		r.take(line)
	}
	if len(r.faults) > 0 {
		slices.SortStableFunc(r.faults, func(a, b area.LineFault) int { return a.Line - b.Line })
		return nil, r.faults
	}
	return r.plans, nil
}

type planReader struct {
	PlanImport
	plans  []ImportedPlan
	at     map[Key]int // in plans
	faults []area.LineFault
	line   area.Line // that is read
}

func (r *planReader) fault(column, code, what, remedy string, args map[string]any) {
	r.faults = append(r.faults, area.NewLineFault(r.line.Number, column, code, what, remedy, args))
}

// note keeps a fault that somebody else has found.
func (r *planReader) note(f *area.LineFault) bool {
	if f != nil {
		r.faults = append(r.faults, *f)
	}
	return f == nil
}

// take reads one line: one rotation, and the rule that lets it serve.
func (r *planReader) take(line area.Line) {
	r.line = line
	before := len(r.faults)
	key, known := r.key()
	rotation := Rotation{Name: line.Cell("rotation")}
	rule := Rule{Name: rotation.Name, Rotation: rotation.Name, Position: r.position(), Class: r.class()}
	r.note(area.PlainCell(line, "rotation", maxName))
	handover, told := r.clock("handover")
	rotation.Unit, rotation.Length = r.length()
	rotation.Anchor = LocalTime{Date: r.first(), Clock: handover}
	rule.Start, rule.End = r.hours(handover, told)
	if known { // whose names these are is known only then
		rotation.Members = r.members(key)
	}
	if len(r.faults) > before {
		return
	}
	r.add(key, rotation, rule)
}

// add puts a rotation into the plan of its roster.
func (r *planReader) add(key Key, rotation Rotation, rule Rule) {
	i, there := r.at[key]
	if !there {
		if len(r.plans) == mostPlans {
			r.fault("", "too_many_rosters", "The file holds more than {most} rosters.", "Split it.", map[string]any{"most": mostPlans})
			return
		}
		i = len(r.plans)
		r.at[key] = i
		r.plans = append(r.plans, ImportedPlan{Key: key, Plan: Plan{Zone: r.Zone}})
	}
	p := &r.plans[i]
	if n := slices.IndexFunc(p.Plan.Rotations, func(x Rotation) bool { return x.Name == rotation.Name }); n >= 0 {
		r.fault("rotation", "rotation_twice", "This roster has a rotation of that name already, in line {line}.", "Give one of the two another name.",
			map[string]any{"line": p.Lines[n]})
		return
	}
	if len(p.Plan.Rotations) == maxRotations {
		r.fault("", "too_many_rotations", "This roster has more than {most} rotations.", "Leave some out.", map[string]any{"most": maxRotations})
		return
	}
	p.Plan.Rotations, p.Plan.Rules, p.Lines = append(p.Plan.Rotations, rotation), append(p.Plan.Rules, rule), append(p.Lines, r.line.Number)
}

// key is the roster of a line; false where it is none that may be kept.
func (r *planReader) key() (Key, bool) {
	code, f := area.CodeCell(r.line, "area")
	if !r.note(f) {
		return Key{}, false
	}
	key := Key{Area: code, Role: area.RoleCell(r.line)}
	switch column, refused := r.Refuses(key); refused {
	case "":
		return key, true
	case "no_duty_here":
		r.fault(column, refused, "This role has no duty in such a place.", "Workers and heads serve in townships, county roles in counties, city roles in the city.", nil)
	case "no_such_place":
		r.fault(column, refused, "There is no such place, or it is no place any more.", "Check the twelve digits.", nil)
	default:
		r.fault(column, refused, "You keep no roster there.", "Take the line out, or ask whoever keeps it.", nil)
	}
	return Key{}, false
}

// first is the day on which the first member's first turn begins.
func (r *planReader) first() ticket.Date {
	first, f := area.DateCell(r.line, "first")
	switch {
	case !r.note(f):
	case first == "":
		r.fault("first", "cell_empty", "It is empty.", "Write the day on which the first member's first turn begins, such as 2026-10-01.", nil)
	case first < "1970-01-01":
		r.fault("first", "date_form", "It is no date.", "Write a day as 2026-10-01.", nil)
	}
	return ticket.Date(first)
}

func (r *planReader) position() int {
	text := r.line.Cell("position")
	if text == "" {
		return 1
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 || n > maxPosition {
		r.fault("position", "bad_position", "It is no position.", "Write 1 for who is asked first, 2 for the second, up to 9.", nil)
	}
	return n
}

// spokenClasses are the kinds of day as files name them.
var spokenClasses = map[string]DayClass{"": "", "any": AnyDay, "workday": Workday, "rest_day": RestDay, "holiday": Holiday,
	"每天": AnyDay, "工作日": Workday, "休息日": RestDay, "周末": RestDay, "节假日": Holiday}

func (r *planReader) class() DayClass {
	class, known := spokenClasses[strings.ToLower(r.line.Cell("days"))]
	if !known {
		r.fault("days", "days_form", "It is no kind of day.", "Write any, workday, rest_day or holiday, or leave it empty.", nil)
	}
	return class
}

// clock reads a time of day, with or without a leading zero; false where there is none.
func (r *planReader) clock(column string) (Clock, bool) {
	text := r.line.Cell(column)
	for _, layout := range []string{"15:04", "15:04:05"} {
		if t, err := time.Parse(layout, text); err == nil {
			return Clock(t.Hour()*60 + t.Minute()), true
		}
	}
	if text == "24:00" {
		return 0, true
	}
	r.fault(column, "clock_form", "It is no time of day.", "Write it as 08:00.", nil)
	return 0, false
}

// hours are those of duty on each day: as given, or from hand-over to hand-over.
func (r *planReader) hours(handover Clock, told bool) (start, end Clock) {
	given := [2]bool{r.line.Cell("start") != "", r.line.Cell("end") != ""}
	switch {
	case given[0] != given[1]:
		r.fault("start", "hours_half", "One of start and end is empty.", "Write both, or neither for day and night.", nil)
	case given[0]:
		start, _ = r.clock("start")
		end, _ = r.clock("end")
		return start, end
	case told:
		return handover, handover
	}
	return 0, 0
}

var lengthForm = regexp.MustCompile(`^([0-9]{0,3}) *[个每]?([a-z]+|[^ 0-9]+)$`)

// length reads how long a turn is: "1 day", "12h", "2周", "weekly".
func (r *planReader) length() (Unit, int) {
	m := lengthForm.FindStringSubmatch(strings.ToLower(r.line.Cell("length")))
	n := 1
	if m != nil && m[1] != "" {
		n, _ = strconv.Atoi(m[1]) // three digits at most
	}
	if m == nil || spokenUnits[m[2]] == "" || n < 1 || n > maxLength {
		r.fault("length", "length_form", "It is no length of a turn.", "Write it as 12 h, 1 day, 1 week or 1 month; at most 366 of them.", nil)
		return "", 0
	}
	return spokenUnits[m[2]], n
}

// spokenUnits are the lengths of a turn as files name them.
var spokenUnits = map[string]Unit{"h": Hourly, "hour": Hourly, "hours": Hourly, "hourly": Hourly, "小时": Hourly,
	"d": Daily, "day": Daily, "days": Daily, "daily": Daily, "天": Daily, "日": Daily,
	"w": Weekly, "week": Weekly, "weeks": Weekly, "weekly": Weekly, "周": Weekly, "星期": Weekly,
	"m": Monthly, "month": Monthly, "months": Monthly, "monthly": Monthly, "月": Monthly}

// members reads who takes turns, in their order. A fault tells which of them it
// is by number, for what is written may be anything.
func (r *planReader) members(key Key) (posts []Post) {
	names := strings.FieldsFunc(r.line.Cell("members"), func(c rune) bool { return strings.ContainsRune("、,，;；/|\n", c) })
	if len(names) == 0 || len(names) > maxMembers {
		r.fault("members", "members_count", "It names {got} people.", "Write 1 to {most} logins or names in the order of their turns, with 、 or ; between them.",
			map[string]any{"got": len(names), "most": maxMembers})
		return nil
	}
	for i, name := range names {
		post, known := r.Person(key, strings.TrimSpace(name))
		if !known {
			r.fault("members", "unknown_member", "Number {n} of the list is nobody who may serve there, or there are several of that name.", "Write the login of somebody who works there.",
				map[string]any{"n": i + 1})
			continue
		}
		posts = append(posts, post)
	}
	return posts
}
