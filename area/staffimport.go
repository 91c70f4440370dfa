package area

import (
	"maps"
	"slices"
	"strings"
	"time"
)

// staffColumns are the columns of a file of people.
var staffColumns = []Column{
	{Name: "login", Also: []string{"账号", "登录名"}, Required: true},
	{Name: "name", Also: []string{"姓名"}, Required: true},
	{Name: "role", Also: []string{"角色", "岗位"}, Required: true},
	{Name: "area", Also: []string{"代码", "区划代码"}, Required: true},
	{Name: "phone", Also: []string{"电话", "手机", "联系电话"}},
	{Name: "deputies", Also: []string{"代理人", "替岗人"}},
	{Name: "skills", Also: []string{"特长", "技能"}},
}

// spokenRoles are the roles as files in China name them.
var spokenRoles = map[string]Role{
	"话务员": RoleAgent, "坐席": RoleAgent, "班长": RoleSupervisor, "话务主管": RoleSupervisor, "经办人": RoleWorker, "乡镇经办": RoleWorker, "乡镇经办人": RoleWorker,
	"乡镇负责人": RoleTownshipHead, "县值班": RoleCountyDuty, "县级值班": RoleCountyDuty, "县财务": RoleCountyFinance, "县级财务": RoleCountyFinance,
	"市值班": RoleCityDuty, "市级值班": RoleCityDuty, "市负责人": RoleCityHead, "市级负责人": RoleCityHead, "协理员": RoleVillageAssistant, "村级协理员": RoleVillageAssistant,
	"志愿者": RoleVolunteer, "审计员": RoleAuditor,
}

// mostDeputies is as many as stand in for one person.
const mostDeputies = 9

// Member is somebody who is known, with what an import must look at.
type Member struct {
	Person
	Active     bool
	Tickets    int // open ones that they own
	Households int // that they look after
}

// StaffBounds is what an import of people is checked against.
type StaffBounds struct {
	Namer
	Members map[string]Member                        // by login, those who have left among them
	Phone   func(text string) (e164 string, ok bool) // reads a telephone number
}

// StaffChange is what one line of a file does.
type StaffChange struct {
	Line    int      `json:"line"`
	Kind    string   `json:"kind" enum:"new,changed"`
	Login   string   `json:"login"`
	Name    string   `json:"name"`
	Role    Role     `json:"role"`
	Area    Code     `json:"area"`
	Changed []string `json:"changed,omitempty" doc:"Which of name, role, area, phone, deputies and skills are others than before"`
}

// StaffCounts says how much an import would change.
type StaffCounts struct {
	Lines      int `json:"lines"`
	Same       int `json:"same" doc:"Lines that change nothing"`
	New        int `json:"new"`
	Changed    int `json:"changed"`
	Assistants int `json:"assistants" doc:"Lines of village assistants"`
	Faults     int `json:"faults"`
}

// StaffPlan is what a file of people would do. It may be carried out only where
// it has no fault. Write holds, line by line, the people to be written, with
// their telephones.
type StaffPlan struct {
	Counts  StaffCounts
	Faults  []LineFault
	Changes []StaffChange
	Write   []Person
	// SetDeputies are the logins whose deputies the file changes.
	SetDeputies []string
}

// StaffPreview is what a file of people would do, or has done.
type StaffPreview struct {
	ID      string        `json:"id" doc:"By which it is applied"`
	File    string        `json:"file"`
	Counts  StaffCounts   `json:"counts"`
	Faults  []LineFault   `json:"faults" doc:"The first 500; a file with a fault cannot be applied"`
	Changes []StaffChange `json:"changes" doc:"The first 500; telephones are not shown"`
	Applied *time.Time    `json:"applied,omitempty" doc:"When it was; absent where nothing was changed yet"`
}

// Preview shows a plan.
func (p StaffPlan) Preview(id, file string) StaffPreview {
	return StaffPreview{ID: id, File: file, Counts: p.Counts, Faults: first(p.Faults), Changes: first(p.Changes)}
}

// PlanStaff reads a file of people and finds out what it would change and every
// fault in it. Whoever the file does not name stays as they are; passwords are
// never in a file.
func PlanStaff(raw []byte, b StaffBounds) StaffPlan {
	sheet := ReadSheet(raw, staffColumns)
	p := &staffPlanner{StaffBounds: b, sheet: &sheet, faults: sheet.Faults, lineOf: map[string]int{}}
	for _, line := range sheet.Lines {
		p.take(line)
	}
	for i := range p.rows {
		p.checkDeputies(&p.rows[i])
	}
	sortFaults(p.faults)
	return p.plan()
}

type staffPlanner struct {
	StaffBounds
	sheet  *Sheet
	faults []LineFault
	rows   []staffRow
	lineOf map[string]int // where a login stands in rows, from one
}

// staffRow is a person as a line of the file gives them.
type staffRow struct {
	line   int
	before Member // the zero Member where they are new
	Person
}

func (p *staffPlanner) fault(line int, column, code string, args map[string]any) {
	p.faults = append(p.faults, fault(line, column, code, args))
}

// take reads one line.
func (p *staffPlanner) take(line Line) {
	note := func(f *LineFault) {
		if f != nil {
			p.faults = append(p.faults, *f)
		}
	}
	note(PlainCell(line, "name", 60))
	code, f := CodeCell(line, "area")
	note(f)
	row := staffRow{line: line.Number, Person: Person{Login: strings.ToLower(line.Cell("login")), Name: line.Cell("name"), Area: code, Role: RoleCell(line)}}
	if first, twice := p.lineOf[row.Login]; twice {
		p.fault(line.Number, "login", "login_twice", map[string]any{"first": p.rows[first-1].line})
		return
	}
	row.before = p.Members[row.Login]
	p.phone(&row, line)
	row.Deputies = row.before.Deputies
	if p.sheet.Has("deputies") {
		row.Deputies = strings.FieldsFunc(strings.ToLower(line.Cell("deputies")), func(r rune) bool { return strings.ContainsRune(" ,;，；、", r) })
	}
	row.Skills = row.before.Skills
	if p.sheet.Has("skills") {
		row.Skills, f = skillsCell(line, p.Skills)
		note(f)
	}
	for _, f := range p.Check(line.Number, row.Person) {
		if f.Column != "area" || code != "" { // a code that cannot be read was told of already
			p.faults = append(p.faults, f)
		}
	}
	p.checkBefore(&row)
	p.rows = append(p.rows, row)
	p.lineOf[row.Login] = len(p.rows)
}

// RoleCell reads a role, as it is called here or in an office.
func RoleCell(line Line) Role {
	text := line.Cell("role")
	if role, spoken := spokenRoles[text]; spoken {
		return role
	}
	return Role(strings.ToLower(text))
}

// phone reads a telephone; a file without the column says nothing about it.
func (p *staffPlanner) phone(row *staffRow, line Line) {
	text := line.Cell("phone")
	if text == "" {
		if !p.sheet.Has("phone") {
			row.Phone = row.before.Phone
		}
		return
	}
	var ok bool
	switch row.Phone, ok = p.Phone(text); {
	case ok:
	case strings.ContainsAny(text, "eE") && strings.Trim(text, "0123456789eE+.") == "":
		p.fault(line.Number, "phone", "number_in_powers", nil)
	default:
		p.fault(line.Number, "phone", "phone_form", nil)
	}
}

// checkBefore sees that a line does not take away what it must not.
func (p *staffPlanner) checkBefore(row *staffRow) {
	was := row.before
	switch {
	case row.Role == RoleAgency || was.Role == RoleAgency:
		p.fault(row.line, "role", "role_by_agency", nil)
	case was.Login == "":
	case !was.Active:
		p.fault(row.line, "login", "has_left", nil)
	case p.Within != "" && !p.Within.Contains(was.Area), !slices.Contains(p.Roles, was.Role):
		p.fault(row.line, "login", "login_taken", nil) // of somebody whom the importer has no business with
	case (was.Role != row.Role || was.Area != row.Area) && was.Tickets+was.Households > 0:
		p.fault(row.line, "role", "still_has_work", map[string]any{"tickets": was.Tickets, "households": was.Households})
	}
}

// checkDeputies looks at who stands in for one person, when all lines are read:
// the deputy may come further down.
func (p *staffPlanner) checkDeputies(row *staffRow) {
	if slices.Equal(row.Deputies, row.before.Deputies) && row.Role == row.before.Role && row.Area == row.before.Area {
		return
	}
	if len(row.Deputies) > mostDeputies {
		p.fault(row.line, "deputies", "too_many_deputies", map[string]any{"most": mostDeputies})
		return
	}
	for i, login := range row.Deputies {
		deputy, known := p.personOf(login)
		if !known || slices.Contains(row.Deputies[:i], login) {
			p.fault(row.line, "deputies", "deputy_unknown", nil)
			continue
		}
		if f := Stands(row.line, row.Person, deputy); f != nil {
			p.faults = append(p.faults, *f)
		}
	}
}

// personOf is somebody as they will be.
func (p *staffPlanner) personOf(login string) (Person, bool) {
	if at, found := p.lineOf[login]; found {
		return p.rows[at-1].Person, true
	}
	m, found := p.Members[login]
	return m.Person, found && m.Active && (p.Within == "" || p.Within.Contains(m.Area))
}

// plan counts what is left to do.
func (p *staffPlanner) plan() StaffPlan {
	plan := StaffPlan{Counts: StaffCounts{Lines: len(p.sheet.Lines), Faults: len(p.faults)}, Faults: p.faults}
	for _, r := range p.rows {
		if r.Role == RoleVillageAssistant {
			plan.Counts.Assistants++
		}
		c := StaffChange{Line: r.line, Kind: ChangeNew, Login: r.Login, Name: r.Name, Role: r.Role, Area: r.Area}
		if r.before.Login != "" {
			c.Kind, c.Changed = ChangeName, differs(r.before.Person, r.Person)
		}
		switch {
		case c.Kind == ChangeNew:
			plan.Counts.New++
		case len(c.Changed) == 0:
			plan.Counts.Same++
			continue
		default:
			plan.Counts.Changed++
		}
		plan.Changes, plan.Write = append(plan.Changes, c), append(plan.Write, r.Person)
		if !slices.Equal(r.Deputies, r.before.Deputies) {
			plan.SetDeputies = append(plan.SetDeputies, r.Login)
		}
	}
	return plan
}

// differs lists what of a person is another than before.
func differs(was, is Person) []string {
	var list []string
	for _, field := range []struct {
		name  string
		other bool
	}{{"name", was.Name != is.Name}, {"role", was.Role != is.Role}, {"area", was.Area != is.Area}, {"phone", was.Phone != is.Phone},
		{"deputies", !slices.Equal(was.Deputies, is.Deputies)}, {"skills", !maps.Equal(was.Skills, is.Skills)}} {
		if field.other {
			list = append(list, field.name)
		}
	}
	return list
}
