package ledger

import (
	"errors"
	"slices"
	"testing"

	"example.org/hotline/internal/act"
)

// TestEveryStateAndStep walks every pair: a listed one moves, any other is
// refused by name, and nothing leaves a state that is over.
func TestEveryStateAndStep(t *testing.T) {
	if len(transitions) != len(States()) {
		t.Errorf("the table has %d states, want %d", len(transitions), len(States()))
	}
	for _, s := range append(States(), "") {
		for _, step := range append(Steps(), "") {
			next, err := s.Next(step)
			want, listed := transitions[s][step]
			switch {
			case listed && (err != nil || next != want || !slices.Contains(States(), next)):
				t.Errorf("%s × %s = %s, %v", s, step, next, err)
			case !listed && (!errors.Is(err, act.ErrRefused) || next != ""):
				t.Errorf("%s × %s = %s, %v, want a refusal", s, step, next, err)
			}
		}
	}
	for _, over := range []State{StateCancelled, StateReversed} {
		if len(transitions[over]) != 0 {
			t.Errorf("%s has a way out", over)
		}
	}
}

// Every state can be reached, and every state that is not over has a way to an end.
func TestStatesAreReachable(t *testing.T) {
	reached := map[State]bool{}
	var walk func(State)
	walk = func(s State) {
		if reached[s] {
			return
		}
		reached[s] = true
		for _, next := range transitions[s] {
			walk(next)
		}
	}
	walk(StateDraft)
	for _, s := range States() {
		if !reached[s] {
			t.Errorf("%s is never reached", s)
		}
	}
}

// Once money may have left, a payout cannot be called off; what is unknown is never paid again by itself.
func TestNoWayBack(t *testing.T) {
	for _, s := range []State{StateCashIssued, StateReceipted, StateSent, StateAcked, StateUnknown, StateSucceeded} {
		if _, err := s.Next(StepCancel); err == nil {
			t.Errorf("%s can be cancelled", s)
		}
	}
	for _, step := range []Step{StepReserve, StepIssueCash, StepBatch, StepSend} {
		if _, err := StateUnknown.Next(step); err == nil {
			t.Errorf("unknown can be paid again by %s", step)
		}
	}
	for _, s := range []State{StateReceipted, StateReconciled} {
		_, err := s.Next(StepReceipt)
		var fault *act.Fault
		if !errors.As(err, &fault) || fault.Code != "already_receipted" {
			t.Errorf("a second receipt on %s: %v", s, err)
		}
	}
}
