package sim_test

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"strings"
	"testing"

	"example.org/hotline/configs"
	"example.org/hotline/dispatch/sim"
)

func options(t testing.TB) sim.Options {
	t.Helper()
	policies, err := configs.LoadPolicies("")
	if err != nil {
		t.Fatal(err)
	}
	return sim.Options{Policies: policies.Ladders, Policy: "ladder-2026", Calendar: policies.Calendar, Days: 30, Seed: 1}
}

func run(t testing.TB, o sim.Options) sim.Report {
	t.Helper()
	r, err := sim.Run(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	if !r.Checks.Sound() {
		t.Errorf("lost %d, duplicates %d, orphans %d", r.Checks.Lost, r.Checks.Duplicates, r.Checks.Orphans)
	}
	return r
}

// A month of one city: every call is a ticket, each is seen to its end, and the
// same seed tells the same story byte for byte.
func TestAMonth(t *testing.T) {
	r := run(t, options(t))
	var table bytes.Buffer
	if err := r.WriteTable(&table); err != nil || !strings.Contains(table.String(), "lost 0, duplicates 0, orphans 0: sound") {
		t.Errorf("%v: %s", err, table.String())
	}
	if r.Calls < 1500 || r.Open != 0 || r.Closed != r.Calls {
		t.Errorf("%d calls, %d closed, %d open", r.Calls, r.Closed, r.Open)
	}
	for _, f := range r.Promises {
		if f.Tickets == 0 || f.OnTimePart < 0.5 || f.Relief.Count != f.Tickets {
			t.Errorf("%s: %+v", f.Priority, f)
		}
	}
	again := run(t, options(t))
	one, _ := json.Marshal(r)
	two, _ := json.Marshal(again)
	if !bytes.Equal(one, two) {
		t.Error("the same seed told another story")
	}
	o := options(t)
	o.Seed = 2
	if other, _ := json.Marshal(run(t, o)); bytes.Equal(one, other) {
		t.Error("another seed told the same story")
	}
}

// A flood of 2,000 calls in one hour on a city that is staffed for an ordinary
// evening: promises break, for reasons that are told; nothing is lost.
func TestAFloodHour(t *testing.T) {
	o := options(t)
	o.Scenario, o.Days = sim.Flood, 1
	r := run(t, o)
	if r.Calls < 1800 || r.Open != 0 || r.Line.Abandoned < 1000 {
		t.Errorf("%d calls, %d open, %d abandoned", r.Calls, r.Open, r.Line.Abandoned)
	}
	late, told := int64(0), int64(0)
	for _, f := range r.Promises {
		late += f.Tickets - f.OnTime
	}
	for _, b := range r.Breaches {
		told += b.Count
	}
	if late == 0 || late != told {
		t.Errorf("%d broken promises, %d reasons", late, told)
	}
}

// Many cities add up, whatever order they end in, and each has its own story.
func TestCitiesAddUp(t *testing.T) {
	o := options(t)
	o.Days, o.Cities = 2, 20
	r := run(t, o)
	one, _ := json.Marshal(r)
	two, _ := json.Marshal(run(t, o))
	if !bytes.Equal(one, two) {
		t.Error("the same seed told another story")
	}
	o.Cities = 1
	if single := run(t, o); r.Calls < 15*single.Calls || r.Calls == 20*single.Calls {
		t.Errorf("%d calls in 20 cities, %d in one", r.Calls, single.Calls)
	}
}

// What cannot be simulated is refused with a reason.
func TestSettingsThatCannotBe(t *testing.T) {
	for name, change := range map[string]func(*sim.Options){
		"scenario": func(o *sim.Options) { o.Scenario = "storm" },
		"policy":   func(o *sim.Options) { o.Policy = "ladder-1999" },
		"load":     func(o *sim.Options) { o.Load = -1 },
		"city":     func(o *sim.Options) { o.City = sim.NewCity() },
	} {
		o := options(t)
		change(&o)
		if _, err := sim.Run(t.Context(), o); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

// The chart is well-formed and shows every priority and the checks.
func TestTheChart(t *testing.T) {
	o := options(t)
	o.Days = 2
	chart := run(t, o).SVG()
	var any struct {
		Title string `xml:"title"`
		Boxes []struct {
			Width float64 `xml:"width,attr"`
		} `xml:"rect"`
	}
	err := xml.Unmarshal([]byte(strings.Replace(chart, `width="100%"`, `width="1"`, 1)), &any)
	if err != nil || !strings.Contains(any.Title, "lost 0, duplicates 0, orphans 0") || len(any.Boxes) < 30 {
		t.Errorf("%v; title %q, %d boxes", err, any.Title, len(any.Boxes))
	}
	for _, b := range any.Boxes {
		if b.Width < 0 {
			t.Errorf("a box of width %g", b.Width)
		}
	}
	for _, want := range []string{"P1", "P2", "P3", "INFO"} {
		if !strings.Contains(chart, ">"+want+"<") {
			t.Errorf("no %s", want)
		}
	}
}
