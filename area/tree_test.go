package area

import (
	"testing"
	"time"
)

func merged() *Tree {
	return NewTree([]Division{
		{Code: "990101000000", Name: "甲县"}, {Code: "990101103000", Name: "丙镇", ValidTo: "2026-03-01", MergedInto: "990101102000"},
		{Code: "990101102000", Name: "乙镇", ValidTo: "2026-06-01", MergedInto: "990101101000"}, {Code: "990101101000", Name: "甲镇"},
		{Code: "990101104000", Name: "丁镇", ValidFrom: "2026-06-01", ValidTo: "2026-09-01"}, {Code: "990101101201", Name: "甲村"},
		{Code: "990101105000", Name: "子镇", ValidTo: "2026-01-01", MergedInto: "990101106000"}, {Code: "990101106000", Name: "丑镇", ValidTo: "2026-01-01", MergedInto: "990101105000"},
		{Code: "990101107000", Name: "寅镇", ValidTo: "2026-01-01", MergedInto: "990101199000"},
	})
}

func TestWhoAnswersForAPlaceThatWasMerged(t *testing.T) {
	for _, tt := range []struct {
		code, want Code
		day        Date
	}{
		{"990101103000", "990101103000", "2026-02-28"}, {"990101103000", "990101102000", "2026-03-01"}, {"990101103000", "990101101000", "2026-06-01"},
		{"990101101000", "990101101000", "2030-01-01"}, {"990101104000", "", "2026-05-31"}, {"990101104000", "990101104000", "2026-06-01"},
		{"990101104000", "", "2026-09-01"}, {"990101105000", "", "2026-02-01"}, {"990101107000", "", "2026-02-01"}, {"990101199000", "", "2026-02-01"},
	} {
		if got, ok := merged().Resolve(tt.code, tt.day); got != tt.want || ok != (tt.want != "") {
			t.Errorf("%s on %s is answered by %q (%v), want %q", tt.code, tt.day, got, ok, tt.want)
		}
	}
}

func TestATreeOnADay(t *testing.T) {
	tree := merged()
	for day, want := range map[Date]int{"2026-02-01": 3, "2026-03-01": 2, "2026-06-01": 2, "2026-09-01": 1} {
		if got := tree.Children("990101000000", day); len(got) != want {
			t.Errorf("on %s the county has %d townships, want %d", day, len(got), want)
		}
		if f := tree.Figures("990101000000", day); f.Townships != want || f.Villages != 1 || f.Counties != 1 || f.Cities != 0 {
			t.Errorf("on %s the county counts %+v", day, f)
		}
	}
	if above := tree.Parents("990101101201"); len(above) != 2 || above[0].Code != "990101000000" || above[1].Code != "990101101000" {
		t.Errorf("the village lies in %v", above)
	}
	if f := tree.Figures("990101101000", "2026-02-01"); f.Townships != 1 || f.Villages != 1 {
		t.Errorf("a township counts %+v", f)
	}
	if d := DateOf(time.Date(2026, 5, 31, 16, 0, 0, 0, time.UTC)); d != "2026-06-01" {
		t.Errorf("the day in Shanghai is %s", d)
	}
}

func TestCodesThatHangInTheAir(t *testing.T) {
	for code, want := range map[Code]bool{"990000000000": true, "990100000000": true, "990101000000": true, "990101101000": true, "990101101201": true,
		"990100101000": false, "990101000201": false, "990001000000": false, "9901": false} {
		if code.Proper() != want {
			t.Errorf("%s is proper: %v", code, !want)
		}
	}
}
