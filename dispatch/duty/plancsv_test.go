package duty_test

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"

	"example.org/hotline/area"
	"example.org/hotline/dispatch/duty"
)

// standing reads tables for whoever keeps the small town's roster of workers.
func standing() duty.PlanImport {
	return duty.PlanImport{Zone: "Asia/Shanghai",
		Refuses: func(k duty.Key) (column, code string) {
			switch {
			case k.Role != area.RoleWorker:
				return "role", "no_duty_here"
			case k.Area != town:
				return "area", "not_your_roster"
			}
			return "", ""
		},
		Person: func(_ duty.Key, text string) (area.PostID, bool) { return byName(nil).Person(text) }}
}

// Two rotations of a town come in as one plan, and who serves when is what the
// table says.
func TestStandingRotationsAreReadFromATable(t *testing.T) {
	table := "\uFEFF区划代码,岗位,轮班名称,顺位,交接时间,每班时长,首班日期,人员,上班,下班,日子\n" +
		"990101101000,乡镇经办人,主班,,8:00,1天,2026/10/1,甲、w2；丙,,,\n" +
		"990101101000,worker,nights,2,18:00,1 week,2026-09-28,丁;所长,18:00,08:00,工作日\n"
	plans, faults := duty.ReadPlans([]byte(table), standing())
	if len(faults) > 0 || len(plans) != 1 {
		t.Fatalf("plans %+v, faults %v", plans, faults)
	}
	want := duty.ImportedPlan{Key: duty.Key{Area: town, Role: area.RoleWorker}, Lines: []int{2, 3}, Plan: duty.Plan{Zone: "Asia/Shanghai",
		Rules: []duty.Rule{{Name: "主班", Rotation: "主班", Position: 1, Start: clock("08:00"), End: clock("08:00")},
			{Name: "nights", Rotation: "nights", Position: 2, Class: duty.Workday, Start: clock("18:00"), End: clock("08:00")}},
		Rotations: []duty.Rotation{{Name: "主班", Unit: duty.Daily, Length: 1, Anchor: duty.LocalTime{Date: "2026-10-01", Clock: clock("08:00")}, Members: []duty.Post{1, 2, 3}},
			{Name: "nights", Unit: duty.Weekly, Length: 1, Anchor: duty.LocalTime{Date: "2026-09-28", Clock: clock("18:00")}, Members: []duty.Post{4, 5}}}}}
	if !reflect.DeepEqual(plans[0], want) {
		t.Errorf("got  %+v\nwant %+v", plans[0], want)
	}
	r := township()
	r.Versions = []duty.Version{{Number: 1, From: shanghai("2026-09-01 00:00"), Plan: plans[0].Plan}}
	s, err := duty.New(r, national())
	if err != nil {
		t.Fatal(err)
	}
	for at, who := range map[string]string{"2026-10-01 07:59": "丙 丁", "2026-10-01 08:00": "甲", "2026-10-01 20:00": "甲", "2026-10-02 12:00": "乙", "2026-09-28 20:00": "甲 丁", "2026-10-10 23:00": "甲 所长"} {
		var on []string
		for _, d := range s.Who(shanghai(at), 0).OnDuty {
			on = append(on, d.Name)
		}
		if strings.Join(on, " ") != who {
			t.Errorf("%s: %v, want %s", at, on, who)
		}
	}
}

func TestEveryLengthOfATurn(t *testing.T) {
	for text, want := range map[string]string{"12h": "12 hourly", "12 小时": "12 hourly", "8个小时": "8 hourly", "1 day": "1 daily", "2天": "2 daily", "weekly": "1 weekly", "每周": "1 weekly", "2 weeks": "2 weekly",
		"1个月": "1 monthly", "1 month": "1 monthly", "": "", "0 days": "", "400 d": "", "1 year": "", "a while": ""} {
		plans, faults := duty.ReadPlans([]byte("area,role,rotation,handover,length,first,members\n990101101000,worker,a,08:00,"+text+",2026-10-01,甲\n"), standing())
		got := ""
		if len(plans) == 1 {
			got = fmt.Sprint(plans[0].Plan.Rotations[0].Length, " ", plans[0].Plan.Rotations[0].Unit)
		}
		if got != want || want == "" && (len(faults) != 1 || faults[0].Code != "length_form") {
			t.Errorf("%q: %q, faults %v; want %q", text, got, faults, want)
		}
	}
}

func TestEveryFaultOfStandingRotationsIsToldByItsLine(t *testing.T) {
	table := strings.Join([]string{"area,role,rotation,position,handover,length,first,members,start,end,days",
		"990101101000,worker,a,1,08:00,1d,2026-10-01,甲,,,",
		"990101101000,worker,a,1,08:00,1d,2026-10-01,乙,,,",
		"990101102000,worker,b,1,08:00,1d,2026-10-01,甲,,,",
		"990101101000,county_duty,c,1,08:00,1d,2026-10-01,甲,,,",
		"9.90101E+11,worker,d,1,08:00,1d,2026-10-01,甲,,,",
		"990101101000,worker,,10,8 o'clock,long,tomorrow,甲、somebody、w2,08:00,,sunny",
		"990101101000,worker,e,1,08:00,1d,,,25:00,08:00,",
		"990101101000,worker,f,1,08:00"}, "\n") + "\n"
	plans, faults := duty.ReadPlans([]byte(table), standing())
	var got []string
	for _, f := range faults {
		got = append(got, fmt.Sprintf("%d %s %s", f.Line, f.Column, f.Code))
		if f.What == "" || f.Remedy == "" || strings.Contains(f.Error(), "o'clock") || strings.Contains(f.Error(), "somebody、") {
			t.Errorf("%v says not what to do, or repeats what was written", f)
		}
	}
	want := []string{"3 rotation rotation_twice", "4 area not_your_roster", "5 role no_duty_here", "6 area number_in_powers", "7 position bad_position", "7 days days_form",
		"7 rotation cell_empty", "7 handover clock_form", "7 length length_form", "7 first date_form", "7 start hours_half", "7 members unknown_member",
		"8 first cell_empty", "8 start clock_form", "8 members members_count", "9  cell_count"}
	if !slices.Equal(got, want) || len(plans) != 0 {
		t.Errorf("plans %v, faults\n%s\nwant\n%s", plans, strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	for _, f := range faults {
		if f.Code == "unknown_member" && f.Args["n"] != 2 {
			t.Errorf("which of the list it is: %+v", f)
		}
	}
}

// Whatever is uploaded, a plan that comes of it is one that can be kept.
func FuzzReadPlans(f *testing.F) {
	f.Add([]byte("area,role,rotation,position,handover,length,first,members,start,end,days\n990101101000,worker,a,9,24:00,366 d,2199-12-31,甲、乙,,,holiday\n"))
	f.Fuzz(func(t *testing.T, raw []byte) {
		plans, faults := duty.ReadPlans(raw, standing())
		if len(plans) > 0 == (len(faults) > 0) {
			t.Fatalf("plans %v, faults %v", plans, faults)
		}
		for _, p := range plans {
			if err := p.Plan.Check(); err != nil {
				t.Fatal(err)
			}
		}
	})
}
