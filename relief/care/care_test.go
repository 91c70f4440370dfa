package care

import (
	"errors"
	"testing"

	"example.org/hotline/internal/act"
	"example.org/hotline/ticket"
)

// every walks each state × event, the empty ones too, against the table.
func every[S, E ~string](t *testing.T, states []S, events []E, table map[S]map[E]S, next func(S, E) (S, error)) {
	t.Helper()
	for _, s := range append(states, "") {
		for _, ev := range append(events, "") {
			got, err := next(s, ev)
			want, listed := table[s][ev]
			if listed && (err != nil || got != want) || !listed && (!errors.Is(err, act.ErrRefused) || got != "") {
				t.Errorf("%s × %s = %s, %v", s, ev, got, err)
			}
		}
	}
}

func TestEveryFollowStateAndEvent(t *testing.T) {
	every(t, FollowStates(), FollowEvents(), followTransitions, FollowState.Next)
}

func TestEveryOrderStateAndEvent(t *testing.T) {
	every(t, OrderStates(), OrderEvents(), orderTransitions, OrderState.Next)
}

func TestEveryPlanStateAndEvent(t *testing.T) {
	every(t, PlanStates(), PlanEvents(), planTransitions, PlanState.Next)
}

// The next day is the one that was named, else the catalogue's: after all is well the
// usual one, or none; else one that is near.
func TestTheNextLook(t *testing.T) {
	once, often := FollowUp{Every: 0, Again: 7}, FollowUp{Every: 30, Again: 7}
	const today = ticket.Date("2026-11-30")
	for _, tt := range []struct {
		in   LookInput
		kind FollowUp
		want ticket.Date
		ok   bool
	}{
		{LookInput{Outcome: LookFine}, once, "", true},
		{LookInput{Outcome: LookFine}, often, "2026-12-30", true},
		{LookInput{Outcome: LookFine, End: true}, often, "", true},
		{LookInput{Outcome: LookFine, NextOn: "2027-01-15"}, once, "2027-01-15", true},
		{LookInput{Outcome: LookNotEnough}, once, "2026-12-07", true},
		{LookInput{Outcome: LookNotMet}, often, "2026-12-07", true},
		{LookInput{Outcome: LookNotMet, NextOn: "2026-12-01"}, often, "2026-12-01", true},
		{LookInput{Outcome: LookFine, NextOn: "2026-11-30"}, often, "", false}, // today is no next day
		{LookInput{Outcome: LookFine, NextOn: "2029-01-01"}, often, "", false},
	} {
		if got, err := tt.in.next(tt.kind, today); got != tt.want || (err == nil) != tt.ok {
			t.Errorf("%+v: %q, %v", tt.in, got, err)
		}
	}
}

// What the page offers is what the machine takes, and each side does its own part.
func TestWhoDoesWhatWithAnOrder(t *testing.T) {
	for state, want := range map[OrderState][2]int{OrderOrdered: {1, 2}, OrderAccepted: {1, 2}, OrderReturned: {2, 0}, OrderFinished: {0, 0}, OrderCancelled: {0, 0}} {
		o := Order{State: state}
		if owner, station := o.NextActs(true, false), o.NextActs(false, true); len(owner) != want[0] || len(station) != want[1] {
			t.Errorf("%s: owner %v, station %v", state, owner, station)
		}
		if none := o.NextActs(false, false); len(none) != 0 {
			t.Errorf("%s: anybody %v", state, none)
		}
	}
}
