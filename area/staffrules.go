package area

import (
	"regexp"
	"slices"
	"time"
)

// What the city has set for its field network (DOMAIN 1, D 34 and D 35).
const (
	// MostHouseholds is as many as one person looks after.
	MostHouseholds = 20
	// ManyHouseholds is from how many on it is told that a person is nearly full.
	ManyHouseholds = 18
	// LongestAccess is as long as a ticket is open to somebody of an agency in one go.
	LongestAccess = 30 * 24 * time.Hour
	// CoverDays is how far ahead it is looked whether somebody is on duty.
	CoverDays = 7
)

// administrators hold the three roles that exclude each other and everything
// else. Nobody who signs in makes one of them: whoever runs the machine does.
var administrators = []Role{RoleSystemAdmin, RoleSecurityAdmin, RoleAuditAdmin}

// Administrator reports whether a role is one of the three administrators'.
func (r Role) Administrator() bool { return slices.Contains(administrators, r) }

// standing is at which levels a role may serve.
var standing = map[Role][]Level{
	RoleAgent: {LevelCity, LevelCounty}, RoleSupervisor: {LevelCity, LevelCounty},
	RoleWorker: {LevelTownship}, RoleTownshipHead: {LevelTownship},
	RoleCountyDuty: {LevelCounty}, RoleCountyFinance: {LevelCounty},
	RoleCityDuty: {LevelCity}, RoleCityHead: {LevelCity},
	RoleVillageAssistant: {LevelVillage, LevelTownship}, RoleVolunteer: {LevelVillage, LevelTownship},
	RoleAgency:  {LevelCity, LevelCounty, LevelTownship},
	RoleAuditor: {LevelProvince, LevelCity, LevelCounty}, RoleSystemAdmin: {LevelProvince, LevelCity, LevelCounty},
	RoleSecurityAdmin: {LevelProvince, LevelCity, LevelCounty}, RoleAuditAdmin: {LevelProvince, LevelCity, LevelCounty},
}

// standsInFor lists, for a role, the roles whose people may stand in for its
// people. Whoever stands in acts by their own role: standing in gives nobody an
// authority that they have not.
var standsInFor = map[Role][]Role{
	RoleAgent: {RoleAgent, RoleSupervisor}, RoleSupervisor: {RoleSupervisor},
	RoleWorker: {RoleWorker, RoleTownshipHead}, RoleTownshipHead: {RoleTownshipHead, RoleWorker},
	RoleCountyDuty: {RoleCountyDuty}, RoleCountyFinance: {RoleCountyFinance},
	RoleCityDuty: {RoleCityDuty, RoleCityHead}, RoleCityHead: {RoleCityHead, RoleCityDuty},
	RoleVillageAssistant: {RoleVillageAssistant, RoleWorker},
}

var loginForm = regexp.MustCompile(`^[a-z0-9._-]{2,40}$`)

// Person is somebody who works with the line, as a file or a form gives them.
type Person struct {
	Login    string
	Name     string
	Role     Role
	Area     Code
	Phone    string   // E.164; empty: none
	Deputies []string // logins of who stands in for them, the first to be asked first
	Skills   Skills   // nil: nothing special
}

// Namer is whoever brings people in, and where they may.
type Namer struct {
	Tree   *Tree
	Within Code // empty: everywhere
	Today  Date
	Roles  []Role // that they may give and take
	Skills KnownSkills
}

// MayName lists the roles that a role may give people: who manages accounts
// gives all but the administrators', who are made where the line is run; a
// township's head names the assistants and volunteers of their own villages.
func MayName(by Role) []Role {
	switch by {
	case RoleSystemAdmin:
		return slices.DeleteFunc(Roles(), func(r Role) bool { return r.Administrator() })
	case RoleTownshipHead:
		return []Role{RoleVillageAssistant, RoleVolunteer}
	default:
		return nil
	}
}

// Check finds what is wrong with a person as somebody gives them. Columns are
// named as in a file, line is zero for a form.
func (n Namer) Check(line int, p Person) []LineFault {
	var faults []LineFault
	add := func(column, code string, args map[string]any) {
		faults = append(faults, fault(line, column, code, args))
	}
	if !loginForm.MatchString(p.Login) {
		add("login", "login_form", nil)
	}
	switch {
	case !p.Role.Valid():
		add("role", "role_unknown", nil)
	case !slices.Contains(n.Roles, p.Role):
		add("role", "role_not_yours", nil)
	}
	place, there := n.Tree.On(p.Area, n.Today)
	switch {
	case !there:
		add("area", "no_such_place", nil)
	case n.Within != "" && !n.Within.Contains(p.Area):
		add("area", "place_not_yours", map[string]any{"within": string(n.Within)})
	case p.Role.Valid() && !slices.Contains(standing[p.Role], place.Code.Level()):
		add("area", "wrong_level", nil)
	}
	return append(faults, n.Skills.check(line, p.Skills)...)
}

// Stands finds what keeps one person from standing in for another.
func Stands(line int, of, deputy Person) *LineFault {
	var code string
	switch {
	case of.Login == deputy.Login:
		code = "deputy_oneself"
	case !slices.Contains(standsInFor[of.Role], deputy.Role):
		code = "deputy_role"
	case !deputy.Area.Contains(of.Area) && !of.Area.At(LevelTownship).Contains(deputy.Area):
		code = "deputy_elsewhere"
	default:
		return nil
	}
	f := fault(line, "deputies", code, nil)
	return &f
}

// Keeps finds what keeps a person from being entrusted with one more household.
func Keeps(p Person, village Code, already int) *LineFault {
	var code string
	column := "login"
	switch {
	case p.Role != RoleVillageAssistant:
		code = "no_assistant"
	case village.Level() != LevelVillage || !p.Area.Contains(village):
		code, column = "household_elsewhere", "area"
	case already >= MostHouseholds:
		code = "households_full"
	default:
		return nil
	}
	f := fault(0, column, code, map[string]any{"most": MostHouseholds})
	return &f
}

// staffWords are the faults of people.
var staffWords = map[string]words{
	"login_twice":         {"The login stands in line {first} already.", "Leave one of the two lines, or give one of them another login."},
	"login_form":          {"It is no login.", "Use 2 to 40 small letters, digits, dots, hyphens or underscores."},
	"login_taken":         {"Somebody has this login.", "Choose another one."},
	"role_unknown":        {"No such role is known.", "Write worker (乡镇经办), village_assistant (协理员), volunteer (志愿者), township_head (乡镇负责人), county_duty (县值班), …"},
	"role_not_yours":      {"You may not give this role, or take it away.", "Leave the line to whoever may; administrators are made where the line is run."},
	"role_by_agency":      {"People of an agency belong to its contract.", "Add them at the agency and remove the line."},
	"no_such_place":       {"There is no such place today.", "Correct the code, or import the place first."},
	"place_not_yours":     {"It lies outside the area whose people you may change ({within}).", "Remove the line, or let somebody of that area import it."},
	"wrong_level":         {"This role does not serve in a place of that level.", "Workers serve in a township, assistants in a village, duty officers in their county or city."},
	"phone_form":          {"It is no telephone number.", "Write a mobile number of 11 digits, or a landline with its area code."},
	"has_left":            {"This person has left.", "Give whoever came a login of their own."},
	"still_has_work":      {"They own {tickets} open tickets and look after {households} households where they are.", "Hand these over first."},
	"deputy_unknown":      {"Nobody who works here, and no line of the file, has this login.", "Correct it, or add a line for the deputy."},
	"deputy_oneself":      {"Nobody stands in for themselves.", "Name somebody else."},
	"deputy_role":         {"Somebody of that role cannot stand in.", "Name somebody of the same role; worker and head of a township stand in for each other."},
	"deputy_elsewhere":    {"The deputy serves elsewhere.", "Name somebody of the same township, county or city."},
	"too_many_deputies":   {"There are more than {most} deputies.", "Name those who are really asked."},
	"skill_unknown":       {"The line knows no such skill.", "Use {known}, or let queues.yaml name it first."},
	"skill_level":         {"It is no level.", "Levels go from 1 (some) to {most} (best)."},
	"skill_form":          {"It is no list of skills with their levels.", "Write them as field:medical=8; dialect:local=6."},
	"skill_twice":         {"A skill is named twice.", "Leave one of them."},
	"no_assistant":        {"This person is no village assistant.", "Households are entrusted to assistants."},
	"household_elsewhere": {"The household does not lie where the assistant serves.", "Name a village of theirs by its code of 12 digits."},
	"households_full":     {"This person looks after {most} households, and nobody looks after more.", "Release one, or entrust it to somebody else."},
}
