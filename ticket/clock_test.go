package ticket

import (
	"testing"
	"time"
)

var (
	testTerms = Terms{TwoHour: 2 * time.Hour, Day: 24 * time.Hour, WorkingDays: 5}
	invited   = time.Date(2026, 10, 1, 23, 40, 0, 0, Shanghai)
)

func TestClocksOfABirth(t *testing.T) {
	tests := map[Priority]map[ClockKind]time.Duration{
		P1: {ClockTwoHour: 2 * time.Hour, ClockDay: 24 * time.Hour},
		P2: {ClockTwoHour: 2 * time.Hour, ClockDay: 24 * time.Hour},
	}
	for p, want := range tests {
		clocks := NewClocks(p, invited, testTerms, Calendar{})
		if len(clocks) != len(want) {
			t.Fatalf("%s has %d clocks", p, len(clocks))
		}
		for _, c := range clocks {
			if c.DueAt.Sub(invited) != want[c.Kind] || !c.FirstDueAt.Equal(c.DueAt) || !c.Running() {
				t.Errorf("%s: %+v", p, c)
			}
		}
	}
	for _, p := range []Priority{P3, PInfo} {
		clocks := NewClocks(p, invited, testTerms, Calendar{Closes: 17 * time.Hour})
		if len(clocks) != 1 || len(clocks[0].Counted) < 5 {
			t.Errorf("%s: %+v", p, clocks)
		}
	}
}

// DOMAIN 0a.2: raised to P1 later, the 2 h deadline is min(24 h deadline, act + 2 h).
func TestRaisedDue(t *testing.T) {
	dayDue := invited.Add(24 * time.Hour)
	tests := []struct{ act, want time.Duration }{
		{30 * time.Minute, 2*time.Hour + 30*time.Minute},
		{22 * time.Hour, 24 * time.Hour},
		{23 * time.Hour, 24 * time.Hour},
	}
	for _, tt := range tests {
		if got := RaisedDue(invited.Add(tt.act), dayDue, testTerms); got.Sub(invited) != tt.want {
			t.Errorf("raised after %s: due after %s, want %s", tt.act, got.Sub(invited), tt.want)
		}
	}
}

func TestOnTime(t *testing.T) {
	stopped := func(p Priority, after time.Duration) Ticket {
		tk := Ticket{Priority: p, InvitedAt: invited, Clocks: NewClocks(p, invited, testTerms, Calendar{})}
		stopRunning(&tk, StoppedBy{Proof: ProofReceipt}, invited.Add(after))
		return tk
	}
	tests := []struct {
		priority Priority
		after    time.Duration
		want     bool
	}{
		{P1, 85 * time.Minute, true}, {P1, 121 * time.Minute, false}, {P1, 120 * time.Minute, true},
		{P2, 3 * time.Hour, true}, {P2, 25 * time.Hour, false}, // at P2 two hours are a rise, no breach
	}
	for _, tt := range tests {
		if got := OnTime(stopped(tt.priority, tt.after)); got != tt.want {
			t.Errorf("%s relieved after %s: on time %v, want %v", tt.priority, tt.after, got, tt.want)
		}
	}
	late := stopped(P1, 85*time.Minute)
	late.Clocks[0].BreachedAt = invited.Add(2 * time.Hour)
	if OnTime(late) {
		t.Error("a breach that fired is never taken back")
	}
}

func TestClockOrdinals(t *testing.T) {
	seen := map[int]bool{}
	for _, k := range []ClockKind{ClockTwoHour, ClockDay, ClockAnswer, ClockAccepted} {
		n := k.Ordinal()
		if n == 0 || seen[n] || ClockByOrdinal(n) != k {
			t.Errorf("%s has ordinal %d", k, n)
		}
		seen[n] = true
	}
	if ClockByOrdinal(99) != "" {
		t.Error("an unknown ordinal names a clock")
	}
}
