package discovery

import (
	"testing"

	"example.org/hotline/ticket"
)

func TestAPeriodHoldsItsDay(t *testing.T) {
	for _, c := range []struct {
		every            Cadence
		day, first, last ticket.Date
	}{
		{EveryMonth, "2026-02-14", "2026-02-01", "2026-02-28"},
		{EveryMonth, "2028-02-29", "2028-02-01", "2028-02-29"},
		{EveryMonth, "2026-12-31", "2026-12-01", "2026-12-31"},
		{EveryQuarter, "2026-01-01", "2026-01-01", "2026-03-31"},
		{EveryQuarter, "2026-06-30", "2026-04-01", "2026-06-30"},
		{EveryQuarter, "2026-11-05", "2026-10-01", "2026-12-31"},
		{EveryYear, "2026-07-09", "2026-01-01", "2026-12-31"},
	} {
		if first, last := c.every.Period(c.day); first != c.first || last != c.last {
			t.Errorf("%s of %s: %s to %s, want %s to %s", c.every, c.day, first, last, c.first, c.last)
		}
	}
}

// Due days lie within what is left of the period, in order, and the last is its last day.
func TestVisitsAreSpreadOverWhatIsLeft(t *testing.T) {
	for _, today := range []ticket.Date{"2026-11-20", "2026-12-01", "2026-12-28", "2026-12-31"} {
		for of := 1; of <= 40; of++ {
			before := max(today, "2026-12-01")
			for i := range of {
				due := dueOn(today, "2026-12-01", "2026-12-31", i, of)
				if due < before || due > "2026-12-31" {
					t.Fatalf("from %s, %d of %d: due %s after %s", today, i, of, due, before)
				}
				before = due
			}
			if before != "2026-12-31" {
				t.Errorf("from %s, the last of %d is due %s", today, of, before)
			}
		}
	}
}

func TestRulesOfVisitsAreChecked(t *testing.T) {
	for what, v := range map[string]Visits{
		"no line": {}, "an unknown line": {Lines: []VisitLine{{Line: "tier9", Every: EveryMonth}}}, "an unknown cadence": {Lines: []VisitLine{{Line: LineTier1, Every: "week"}}},
		"a line twice": {Lines: []VisitLine{{Line: LineTier1, Every: EveryMonth}, {Line: LineTier1, Every: EveryYear}}},
		"too many":     {Lines: []VisitLine{{Line: LineOthers, Every: EveryYear, Most: 1001}}},
	} {
		if len(v.faults()) == 0 {
			t.Errorf("%s is taken", what)
		}
	}
	if faults := (Visits{Lines: []VisitLine{{Line: LineTier2, Every: EveryMonth}, {Line: LineOthers, Every: EveryYear, Most: 24}}}).faults(); len(faults) > 0 {
		t.Error(faults)
	}
}
