package area

import (
	"slices"
	"strings"
	"testing"
)

func plan(text string, change ...func(*Bounds)) DivisionPlan {
	b := Bounds{Today: "2026-11-30", Busy: map[Code]Busy{"990101102000": {Tickets: 2, Posts: 1}}, Tree: NewTree([]Division{
		{Code: "990100000000", Name: "晴川市"}, {Code: "990101000000", Name: "甲县"}, {Code: "990101101000", Name: "甲镇"}, {Code: "990101101201", Name: "甲村"},
		{Code: "990101102000", Name: "乙镇"}, {Code: "990101102201", Name: "乙村"}, {Code: "990101109000", Name: "老镇", ValidTo: "2026-01-01"},
		{Code: "990101108000", Name: "空镇"},
	})}
	for _, c := range change {
		c(&b)
	}
	return PlanDivisions([]byte(text), b)
}

const divisionHeader = "code,name,valid_from,valid_to,merged_into\n"

func TestEveryFaultOfAFileOfPlaces(t *testing.T) {
	for _, tt := range []struct {
		lines string
		want  []string
	}{
		{"990101101,甲镇,,,", []string{"2 code code_form"}},
		{"9.90101E+11,甲镇,,,", []string{"2 code number_in_powers"}},
		{",甲镇,,,\n990101101000,,,,", []string{"2 code cell_empty", "3 name cell_empty"}},
		{"990101103000,丙镇,2026-13-01,soon,99", []string{"2 valid_from date_form", "2 valid_to date_form", "2 merged_into code_form"}},
		{"990101103000,丙镇,,,\n990101103000,丁镇,,,", []string{"3 code code_twice"}},
		{"990100101000,丙镇,,,\n990101000201,丙村,,,", []string{"2 code bad_level", "3 code bad_level"}},
		{"990101103201,丙村,,,", []string{"2 code no_parent"}},
		{"990201101000,丙镇,,,", []string{"2 code no_parent"}},
		{"990101109201,丙村,,,", []string{"2 code parent_ended"}},
		{"990101109201,丙村,,2026-02-01,", []string{"2 code parent_ended"}},
		{"990101103000,丙镇,2026-06-01,,\n990101103201,丙村,2026-05-01,,", []string{"3 valid_from older_than_parent"}},
		{"990101108000,空镇,2026-01-01,2026-01-01,", []string{"2 valid_to ends_before_it_begins"}},
		{"990101108000,空镇,,,990101101000", []string{"2 valid_to merged_without_end"}},
		{"990101108000,空镇,,2026-06-01,990101108000", []string{"2 merged_into merged_into_itself"}},
		{"990101108000,空镇,,2026-06-01,990101199000", []string{"2 merged_into merged_into_nothing"}},
		{"990101108000,空镇,,2026-06-01,990101101201", []string{"2 merged_into merged_across_levels"}},
		{"990101108000,空镇,,2026-06-01,990101109000", []string{"2 merged_into merged_into_ended"}},
		{"990101108000,空镇,,2026-06-01,990101103000\n990101103000,丙镇,,2026-06-01,990101108000", []string{"2 merged_into merged_in_a_circle", "3 merged_into merged_in_a_circle"}},
		{"990101101000,甲镇,,2026-06-01,", []string{"2 valid_to children_left"}},
		{"990101102201,乙村,,2026-06-01,\n990101102000,乙镇,,2026-06-01,", []string{"3 valid_to still_busy"}},
		{"990101102000,乙镇,,2026-06-01,990101101000", []string{"2 valid_to children_left"}},
		{"990101103000,丙镇,,,,\n990101104000,丁镇\n990101105000,\"戊\"镇,,,\n990101106000,己镇,,,x", []string{"2  cell_count", "3  cell_count", "4  quotes", "5 merged_into code_form"}},
	} {
		got := plan(divisionHeader + tt.lines)
		if !slices.Equal(told(got.Faults), tt.want) {
			t.Errorf("%s\n  %v, want %v", tt.lines, told(got.Faults), tt.want)
		}
		if got.Counts.Faults != len(tt.want) {
			t.Errorf("%s\n  counts %d faults", tt.lines, got.Counts.Faults)
		}
		for _, f := range got.Faults {
			if f.What == "" || f.Remedy == "" || strings.ContainsAny(f.Error(), "{}") {
				t.Errorf("the fault reads %q", f.Error())
			}
		}
	}
	far := plan(divisionHeader+"990102000000,乙县,,,\n990101102201,乙村,,,\n990101108000,空镇,,2026-06-01,990102101000\n990102101000,远镇,,,", func(b *Bounds) { b.Within = "990101000000" })
	if want := []string{"2 code not_yours", "4 merged_into not_yours", "5 code not_yours"}; !slices.Equal(told(far.Faults), want) {
		t.Errorf("a file that reaches beyond the county: %v, want %v", told(far.Faults), want)
	}
}

func TestWhatAFileOfPlacesWouldChange(t *testing.T) {
	p := plan(divisionHeader + strings.Join([]string{
		"990101000000,甲县,,,",                       // as it is
		"990101101000,甲新镇,,,",                      // another name
		"990101102000,乙镇,,2026-12-31,990101101000", // merged, busy or not
		"990101102201,乙村,,2026-12-31,990101101202",
		"990101101202,乙村,2026-12-31,,", // new, under its new code
		"990101108000,空镇,,2026-12-31,", // closed
		"990101109000,老镇,,,",           // back again
	}, "\n"))
	if len(p.Faults) > 0 {
		t.Fatal(told(p.Faults))
	}
	if want := (Counts{Lines: 7, Same: 1, New: 1, Changed: 1, Reopened: 1, Closed: 1, Merged: 2}); p.Counts != want {
		t.Errorf("counts %+v, want %+v", p.Counts, want)
	}
	var kinds []string
	for _, c := range p.Changes {
		kinds = append(kinds, c.Kind)
	}
	if want := []string{"changed", "merged", "merged", "new", "closed", "reopened"}; !slices.Equal(kinds, want) {
		t.Errorf("changes %v, want %v", kinds, want)
	}
	if c := p.Changes[0]; c.Was != "甲镇" || c.Name != "甲新镇" || c.Line != 3 {
		t.Errorf("the first change: %+v", c)
	}
	if to, ok := p.After.Resolve("990101102201", "2026-12-31"); !ok || to != "990101101202" {
		t.Errorf("the merged village is answered by %s", to)
	}
}

// A file without the columns of dates says nothing about them.
func TestAbsentColumnsLeaveThingsAsTheyAre(t *testing.T) {
	p := plan("代码,名称\n990101109000,老镇\n990101101000,甲镇\n")
	if len(p.Faults) > 0 || p.Counts.Same != 2 {
		t.Errorf("%+v %v", p.Counts, told(p.Faults))
	}
}
