package area

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
)

// people is who is known before a file of people comes in.
func people() StaffBounds {
	tree := NewTree([]Division{{Code: "990100000000", Name: "晴川市"}, {Code: "990101000000", Name: "甲县"}, {Code: "990101101000", Name: "甲镇"},
		{Code: "990101101201", Name: "甲村"}, {Code: "990101101202", Name: "旧村", ValidTo: "2026-01-01"}, {Code: "990102000000", Name: "乙县"}, {Code: "990102101000", Name: "乙镇"}})
	known := func(login string, role Role, where Code, tickets int) Member {
		return Member{Person: Person{Login: login, Name: login, Role: role, Area: where, Phone: "+8619900000001"}, Active: true, Tickets: tickets}
	}
	gone := known("gone", RoleWorker, "990101101000", 0)
	gone.Active = false
	return StaffBounds{Namer: Namer{Tree: tree, Within: "990101000000", Today: "2026-10-01", Roles: MayName(RoleSystemAdmin),
		Skills: KnownSkills{"field:medical": "field:medical", "医疗救助": "field:medical", "dialect:local": "dialect:local"}},
		Members: map[string]Member{"worker": known("worker", RoleWorker, "990101101000", 0), "busy": known("busy", RoleWorker, "990101101000", 2),
			"far": known("far", RoleWorker, "990102101000", 0), "admin": known("admin", RoleSystemAdmin, "990101000000", 0), "gone": gone},
		Phone: func(text string) (string, bool) {
			return "+86" + text, len(text) == 11 && strings.Trim(text, "0123456789") == ""
		}}
}

func toldOf(faults []LineFault) (list []string) {
	for _, f := range faults {
		if f.What == "" || f.Remedy == "" {
			list = append(list, "no words for "+f.Code)
		}
		list = append(list, fmt.Sprintf("%d %s %s", f.Line, f.Column, f.Code))
	}
	return list
}

func TestEveryFaultOfAFileOfPeopleIsToldByLine(t *testing.T) {
	plan := PlanStaff([]byte(`账号,姓名,角色,区划代码,电话,代理人
ok,好,协理员,990101101201,19900000002,worker
Bad Login,坏,协理员,990101101201,,
ok,又,协理员,990101101201,,
x1,某,皇帝,990101101201,,
x2,某,audit_admin,990101000000,,
x3,某,worker,990101101202,,
x4,某,worker,990102101000,,
x5,某,worker,990101101201,,
x6,某,worker,990101101000,12345,
x7,某,worker,990101101000,1.99E+10,
gone,某,worker,990101101000,,
busy,某,township_head,990101101000,,
far,某,worker,990101101000,,
admin,某,worker,990101101000,,
x8,某,agency,990101000000,,
x9,,worker,99010110,,
y1,某,worker,990101101000,,nobody
y2,某,worker,990101101000,,y2
y3,某,worker,990101101000,,ok
`), people())
	want := []string{"3 login login_form", "4 login login_twice", "5 role role_unknown", "6 role role_not_yours", "7 area no_such_place", "8 area place_not_yours",
		"9 area wrong_level", "10 phone phone_form", "11 phone number_in_powers", "12 login has_left", "13 role still_has_work", "14 login login_taken", "15 login login_taken",
		"16 role role_by_agency", "17 name cell_empty", "17 area code_form", "18 deputies deputy_unknown", "19 deputies deputy_oneself", "20 deputies deputy_role"}
	if got := toldOf(plan.Faults); !slices.Equal(got, want) {
		t.Errorf("faults\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	if plan.Counts.Faults != len(want) || plan.Counts.Lines != 19 {
		t.Errorf("counts %+v", plan.Counts)
	}
}

// What a file changes is told; a column that it has not says nothing; the same file again changes nothing.
func TestWhatAFileOfPeopleChanges(t *testing.T) {
	b := people()
	plan := PlanStaff([]byte("login,name,role,area,deputies\nworker,新名,worker,990101101000,new\nnew,某,township_head,990101101000,\nbusy,busy,worker,990101101000,\n"), b)
	if len(plan.Faults) > 0 {
		t.Fatal(toldOf(plan.Faults))
	}
	if want := (StaffCounts{Lines: 3, Same: 1, New: 1, Changed: 1}); plan.Counts != want {
		t.Errorf("counts %+v, want %+v", plan.Counts, want)
	}
	if c := plan.Changes[0]; !slices.Equal(c.Changed, []string{"name", "deputies"}) || plan.Write[0].Phone != "+8619900000001" || !slices.Equal(plan.SetDeputies, []string{"worker"}) {
		t.Errorf("the first change: %+v, deputies of %v", c, plan.SetDeputies)
	}
	for _, p := range plan.Write {
		b.Members[p.Login] = Member{Person: p, Active: true}
	}
	again := PlanStaff([]byte("login,name,role,area,deputies\nworker,新名,worker,990101101000,new\nnew,某,township_head,990101101000,\n"), b)
	if again.Counts.Same != 2 || len(again.Write) != 0 {
		t.Errorf("the same file again: %+v", again.Counts)
	}
}

// A file names skills by their keys or as the office calls them, with a level each.
func TestSkillsOfAFile(t *testing.T) {
	for _, tt := range []struct {
		cell  string
		want  Skills
		fault string
	}{
		{"field:medical=8; dialect:local 6", Skills{"field:medical": 8, "dialect:local": 6}, ""},
		{"医疗救助＝10；", Skills{"field:medical": 10}, ""},
		{"", Skills{}, ""},
		{"医疗救助=8；field:medical=3", nil, "skill_twice"},
		{"field:medical", nil, "skill_form"},
		{"field:medical=0", nil, "skill_level"},
		{"field:medical=11", nil, "skill_level"},
		{"juggling=3", nil, "skill_unknown"},
	} {
		plan := PlanStaff([]byte("login,name,role,area,特长\nworker,worker,worker,990101101000,"+tt.cell+"\n"), people())
		switch {
		case tt.fault != "":
			if len(plan.Faults) != 1 || plan.Faults[0].Code != tt.fault || plan.Faults[0].What == "" {
				t.Errorf("%q: %v, want %s", tt.cell, toldOf(plan.Faults), tt.fault)
			}
		case len(tt.want) == 0:
			if len(plan.Faults)+len(plan.Write) != 0 {
				t.Errorf("%q: %v, %d changes", tt.cell, toldOf(plan.Faults), len(plan.Write))
			}
		case len(plan.Faults) != 0 || len(plan.Write) != 1 || !maps.Equal(plan.Write[0].Skills, tt.want) || !slices.Equal(plan.Changes[0].Changed, []string{"skills"}):
			t.Errorf("%q: %v %+v", tt.cell, toldOf(plan.Faults), plan.Write)
		}
	}
	b := people()
	skilled := b.Members["worker"]
	skilled.Skills = Skills{"field:medical": 4}
	b.Members["worker"] = skilled
	if plan := PlanStaff([]byte("login,name,role,area\nworker,worker,worker,990101101000\n"), b); len(plan.Write) != 0 {
		t.Error("a file without the column takes skills away")
	}
	if plan := PlanStaff([]byte("login,name,role,area,skills\nworker,worker,worker,990101101000,\n"), b); len(plan.Write) != 1 || len(plan.Write[0].Skills) != 0 {
		t.Error("an empty cell leaves them")
	}
}

func TestWhoMayStandInForWhom(t *testing.T) {
	p := func(login string, role Role, where Code) Person { return Person{Login: login, Role: role, Area: where} }
	of := p("a", RoleWorker, "990101101000")
	for _, tt := range []struct {
		deputy Person
		want   string
	}{
		{p("a", RoleWorker, "990101101000"), "deputy_oneself"},
		{p("b", RoleWorker, "990101101000"), ""},
		{p("b", RoleTownshipHead, "990101101000"), ""},
		{p("b", RoleCountyDuty, "990101000000"), "deputy_role"},
		{p("b", RoleSystemAdmin, "990101000000"), "deputy_role"},
		{p("b", RoleWorker, "990101102000"), "deputy_elsewhere"},
	} {
		got := ""
		if f := Stands(0, of, tt.deputy); f != nil {
			got = f.Code
		}
		if got != tt.want {
			t.Errorf("%+v: %q, want %q", tt.deputy, got, tt.want)
		}
	}
}

func TestAnAssistantKeepsTwentyHouseholdsOfTheirOwnVillages(t *testing.T) {
	a := Person{Login: "a", Role: RoleVillageAssistant, Area: "990101101201"}
	for _, tt := range []struct {
		who     Person
		village Code
		already int
		want    string
	}{
		{a, "990101101201", 19, ""}, {a, "990101101201", 20, "households_full"}, {a, "990101101202", 0, "household_elsewhere"},
		{a, "990101101000", 0, "household_elsewhere"}, {Person{Role: RoleWorker, Area: "990101101000"}, "990101101201", 0, "no_assistant"},
		{Person{Role: RoleVillageAssistant, Area: "990101101000"}, "990101101202", 0, ""},
	} {
		got := ""
		if f := Keeps(tt.who, tt.village, tt.already); f != nil {
			got = f.Code
		}
		if got != tt.want {
			t.Errorf("%+v in %s with %d: %q, want %q", tt.who, tt.village, tt.already, got, tt.want)
		}
	}
}

// Whoever manages accounts makes no administrator, and a township's head only people of the villages.
func TestWhoMayNameWhom(t *testing.T) {
	for _, role := range Roles() {
		for _, given := range MayName(role) {
			if given.Administrator() || role == RoleTownshipHead && given != RoleVillageAssistant && given != RoleVolunteer {
				t.Errorf("%s makes a %s", role, given)
			}
			if len(standing[given]) == 0 {
				t.Errorf("%s stands nowhere", given)
			}
		}
		if n := len(MayName(role)); n > 0 && role != RoleSystemAdmin && role != RoleTownshipHead {
			t.Errorf("%s names %d roles", role, n)
		}
	}
}
