package sim_test

import (
	"bytes"
	"encoding/json"
	"os"
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
	if os.Getenv("SHOW") != "" {
		_ = r.WriteTable(os.Stdout)
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
