package sim

import (
	"maps"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"

	"example.org/hotline/configs"
)

func historyOptions(t *testing.T) Options {
	t.Helper()
	policies, err := configs.LoadPolicies("")
	if err != nil {
		t.Fatal(err)
	}
	return Options{Policies: policies.Ladders, Policy: "ladder-2026", Calendar: policies.Calendar}
}

// number reads an environment variable.
func number(t *testing.T, name string, otherwise int64) int64 {
	t.Helper()
	text := os.Getenv(name)
	if text == "" {
		return otherwise
	}
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		t.Fatalf("%s must be a number, not %q", name, text)
	}
	return n
}

// Seeded stories full of faults: nothing is lost, fired twice, early or without
// anything that would wake it. HOTLINE_TEST_HISTORIES says how many (200),
// HOTLINE_TEST_SEED which is the first (1).
func TestFaultHistories(t *testing.T) {
	o, first := historyOptions(t), number(t, "HOTLINE_TEST_SEED", 1)
	faults, fired, calls := map[string]int{}, 0, 0
	many := number(t, "HOTLINE_TEST_HISTORIES", 200)
	for seed := first; seed < first+many; seed++ {
		h, err := RunHistory(t.Context(), o, seed)
		if err != nil {
			t.Fatal(err)
		}
		if len(h.Failures) > 0 {
			t.Errorf("history %d: %s\nplay it again with HOTLINE_TEST_SEED=%d HOTLINE_TEST_HISTORIES=1 go test -run TestFaultHistories ./dispatch/sim",
				seed, strings.Join(h.Failures, "\n  "), seed)
		}
		for name, n := range h.Faults {
			faults[name] += n
		}
		fired, calls = fired+h.Fired, calls+h.Calls
	}
	if many < 100 {
		return
	}
	for _, name := range []string{"node killed", "node paused", "owner split", "index flushed", "index failed over", "index away or back", "database away or back", "clock step",
		"hint lost", "hint late", "hint twice", "killed after claim", "killed before commit", "killed after commit", "acknowledgement lost", "row locked",
		"intake died before commit", "intake died after commit", "killed before an act's commit", "killed after an act's commit"} {
		if faults[name] == 0 {
			t.Errorf("no history had the fault %q", name)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(faults)) {
		t.Logf("%6d %s", faults[name], name)
	}
	t.Logf("%d histories, %d calls, %d timers fired", many, calls, fired)
}

// The same seed is the same history.
func TestAHistoryCanBePlayedAgain(t *testing.T) {
	o := historyOptions(t)
	one, err := RunHistory(t.Context(), o, 7)
	if err != nil {
		t.Fatal(err)
	}
	two, err := RunHistory(t.Context(), o, 7)
	if err != nil || one.Fired != two.Fired || one.Calls != two.Calls || !maps.Equal(one.Faults, two.Faults) {
		t.Errorf("%+v and %+v (%v)", one, two, err)
	}
}

// The checks find an engine that is broken in any one way.
func TestTheChecksFindABrokenEngine(t *testing.T) {
	o := historyOptions(t)
	for name, broken := range map[string]flaw{"fires what has ended": firesTwice, "never sweeps": neverSweeps, "a replayed call is a new one": noUnique} {
		found := false
		for seed := int64(1); seed <= 30 && !found; seed++ {
			h, err := runHistory(t.Context(), o, seed, broken)
			if err != nil {
				t.Fatal(err)
			}
			found = len(h.Failures) > 0
		}
		if !found {
			t.Errorf("an engine that %s passed 30 histories", name)
		}
	}
}
