package ticket

import (
	"testing"
	"time"

	"pgregory.net/rapid"
)

// october is the National Day of an invented year: holidays 1–7 October, made
// up on the Saturday after.
func october() Calendar {
	c := Calendar{Version: "test", Opens: 9 * time.Hour, Closes: 17 * time.Hour, Years: map[int]bool{2026: true}, Special: map[Date]Day{}}
	for d := Date("2026-10-01"); d <= "2026-10-07"; d = d.Next() {
		c.Special[d] = Day{Date: d, Kind: DayHoliday, Name: "国庆节"}
	}
	c.Special["2026-10-10"] = Day{Date: "2026-10-10", Kind: DayMakeUp, Name: "国庆节"}
	return c
}

func TestAddWorkingDays(t *testing.T) {
	c := october()
	tests := []struct {
		name string
		from time.Time
		n    int
		want time.Time
	}{
		{"over the holiday", Date("2026-09-30").At(10 * time.Hour), 1, Date("2026-10-08").At(17 * time.Hour)},
		{"made-up Saturday counts", Date("2026-09-30").At(10 * time.Hour), 3, Date("2026-10-10").At(17 * time.Hour)},
		{"plain Sunday does not", Date("2026-09-30").At(10 * time.Hour), 4, Date("2026-10-12").At(17 * time.Hour)},
		{"called on a holiday night", Date("2026-10-01").At(23*time.Hour + 40*time.Minute), 1, Date("2026-10-08").At(17 * time.Hour)},
		{"none is at once", Date("2026-10-01").At(time.Hour), 0, Date("2026-10-01").At(time.Hour)},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			due, counted := c.AddWorkingDays(tt.from, tt.n)
			if !due.Equal(tt.want) || len(counted) != tt.n {
				t.Errorf("AddWorkingDays = %s with %d days, want %s with %d", due, len(counted), tt.want, tt.n)
			}
		})
	}
}

// TestCountAgainstModel compares with a model that walks hour by hour and
// decides each day from first principles.
func TestCountAgainstModel(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := Calendar{Opens: 9 * time.Hour, Closes: 17 * time.Hour, Years: map[int]bool{2026: true}, Special: map[Date]Day{}}
		for range rapid.IntRange(0, 60).Draw(t, "specials") {
			d := Date("2026-01-01").At(0).AddDate(0, 0, rapid.IntRange(0, 364).Draw(t, "day"))
			kind := DayHoliday
			if w := d.Weekday(); (w == time.Saturday || w == time.Sunday) && rapid.Bool().Draw(t, "make_up") {
				kind = DayMakeUp
			}
			c.Special[DateOf(d)] = Day{Date: DateOf(d), Kind: kind}
		}
		from := time.Unix(rapid.Int64Range(1_767_196_800, 1_798_732_800).Draw(t, "from"), 0) // within 2026
		n := rapid.IntRange(1, 40).Draw(t, "n")
		got := c.Count(from, n)

		worked := map[Date]bool{}
		var last Date
		for at := from; len(worked) < n; at = at.Add(time.Hour) {
			d := DateOf(at)
			special, ok := c.Special[d]
			w := d.At(0).Weekday()
			counts := w != time.Saturday && w != time.Sunday
			if ok {
				counts = special.Kind == DayMakeUp
			}
			if d != DateOf(from) && counts {
				worked[d], last = true, d
			}
		}
		if want := last.At(17 * time.Hour); !got.Due.Equal(want) {
			t.Fatalf("%d working days from %s end %s, the model says %s", n, from, got.Due, want)
		}
		for _, day := range got.Days {
			if day.Counted != worked[day.Date] {
				t.Fatalf("day %s counted %v, the model says %v", day.Date, day.Counted, worked[day.Date])
			}
		}
		if last >= "2027-01-01" != got.Assumed {
			t.Fatalf("Assumed = %v for a count that ends %s", got.Assumed, last)
		}
	})
}

func TestSpan(t *testing.T) {
	c := october()
	from := Date("2026-09-30").At(23 * time.Hour)
	tests := []struct {
		text string
		want time.Time
	}{
		{"3m", from.Add(3 * time.Minute)},
		{"0s", from},
		{"1wd@open", Date("2026-10-08").At(9 * time.Hour)},
		{"2wd", Date("2026-10-09").At(17 * time.Hour)},
	}
	for _, tt := range tests {
		s, err := ParseSpan(tt.text)
		if err != nil {
			t.Fatalf("ParseSpan(%q): %v", tt.text, err)
		}
		if got := s.Due(from, c).Due; !got.Equal(tt.want) {
			t.Errorf("%s from %s = %s, want %s", tt.text, from, got, tt.want)
		}
		if back, err := ParseSpan(s.String()); err != nil || back != s {
			t.Errorf("ParseSpan(%q) = %v, %v, want the same span", s.String(), back, err)
		}
	}
	for _, bad := range []string{"", "3", "-3m", "wd", "0wd", "1wd@close", "367wd", "1.5wd"} {
		if _, err := ParseSpan(bad); err == nil {
			t.Errorf("ParseSpan(%q) succeeded", bad)
		}
	}
}

func TestSpanOrder(t *testing.T) {
	order := []string{"0s", "3m", "24h", "1wd@open", "1wd", "2wd@open", "20wd"}
	for i, a := range order {
		for j, b := range order {
			sa, _ := ParseSpan(a)
			sb, _ := ParseSpan(b)
			if got := sa.Before(sb); got != (i < j) {
				t.Errorf("%s before %s = %v, want %v", a, b, got, i < j)
			}
		}
	}
}

func TestCalendarFaults(t *testing.T) {
	c := october()
	if faults := c.Faults(); faults != nil {
		t.Errorf("a sound calendar has faults: %v", faults)
	}
	c.Special["2026-10-12"] = Day{Kind: DayMakeUp}  // a Monday
	c.Special["2030-01-01"] = Day{Kind: DayHoliday} // a year without its notice
	c.Opens = 18 * time.Hour
	if faults := c.Faults(); len(faults) != 3 {
		t.Errorf("faults = %v, want 3", faults)
	}
}
