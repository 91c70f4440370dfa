package integrity

import (
	"errors"
	"testing"

	"example.org/hotline/internal/act"
)

func TestEveryStateAndEventOfAnEntry(t *testing.T) {
	for _, s := range States() {
		for _, ev := range Events() {
			next, err := s.Next(ev)
			want, listed := transitions[s][ev]
			if next != want || listed != (err == nil) || err != nil && !errors.Is(err, act.ErrRefused) {
				t.Errorf("%s and %s: %s, %v", s, ev, next, err)
			}
		}
	}
	if _, err := State("").Next(EventProve); !errors.Is(err, act.ErrRefused) {
		t.Error("an entry without a state moves")
	}
	if len(transitions) != len(States()) {
		t.Error("a state is not in the table")
	}
	for _, end := range []State{StateCleared, StateRepaired, StateExpired} {
		if len(transitions[end]) != 0 {
			t.Errorf("%s is no end", end)
		}
	}
}
