package relief

import (
	"errors"
	"slices"
	"testing"

	"example.org/hotline/internal/act"
)

// walkAll checks every pair of a state machine: a listed one moves, any other is refused.
func walkAll[S, E ~string](t *testing.T, table map[S]map[E]S, states []S, events []E, next func(S, E) (S, error)) {
	t.Helper()
	if len(table) != len(states) {
		t.Errorf("the table has %d states, want %d", len(table), len(states))
	}
	reached := map[S]bool{states[0]: true}
	for _, s := range append(slices.Clone(states), "") {
		for _, ev := range append(slices.Clone(events), "") {
			got, err := next(s, ev)
			want, listed := table[s][ev]
			if listed {
				reached[want] = true
			}
			switch {
			case listed && (err != nil || got != want || !slices.Contains(states, got)):
				t.Errorf("%s × %s = %s, %v", s, ev, got, err)
			case !listed && (!errors.Is(err, act.ErrRefused) || got != ""):
				t.Errorf("%s × %s = %s, %v, want a refusal", s, ev, got, err)
			}
		}
	}
	for _, s := range states {
		if !reached[s] {
			t.Errorf("%s is never reached", s)
		}
	}
}

func TestEveryDecisionStateAndEvent(t *testing.T) {
	walkAll(t, decisionTransitions, DecisionStates(), DecisionEvents(), DecisionState.Next)
}

func TestEveryPaperStateAndEvent(t *testing.T) {
	walkAll(t, paperTransitions, PaperStates(), PaperEvents(), PaperState.Next)
	for _, s := range PaperStates() {
		if s.Settled() != (len(paperTransitions[s]) == 0) {
			t.Errorf("%s: settled %v, %d ways out", s, s.Settled(), len(paperTransitions[s]))
		}
	}
}
