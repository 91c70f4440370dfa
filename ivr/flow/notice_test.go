package flow

import (
	"slices"
	"strings"
	"testing"
	"time"

	"example.org/hotline/ticket"
)

func TestAWorkerHearsTheEssentialsOfATicket(t *testing.T) {
	e := Essentials{Number: "2611250000018", Priority: ticket.P1, Cause: ticket.CauseFire, Area: "990101001000",
		Due: time.Date(2026, 11, 25, 6, 5, 0, 0, time.UTC)}
	known := append(NoticePrompts(), Fragments()...)
	got := e.Prompts(func(name string) bool { return strings.HasPrefix(name, "area_") })
	want := []string{"worker_hello", "pause", "worker_urgent", "area_990101001000", "cause_fire", "priority_P1", "worker_by",
		"num_10", "num_4", "time_oclock", "num_0", "num_5", "time_minute", "worker_before", "pause", "worker_number"}
	if !slices.Equal(got[:len(want)], want) {
		t.Errorf("spoken %v\nwant %v", got, want)
	}
	for _, name := range e.Prompts(func(string) bool { return false }) {
		if !slices.Contains(known, name) {
			t.Errorf("%s is not listed", name)
		}
	}
}
