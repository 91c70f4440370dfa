package application

import (
	"slices"
	"testing"
)

// Every state answers every event as the picture says: where a pair is listed the next
// state is one that exists, and where it is not the error names both.
func TestEveryStateAndEvent(t *testing.T) {
	for _, s := range States() {
		moves, known := transitions[s]
		if !known {
			t.Errorf("%s stands in no line of the table", s)
		}
		for _, ev := range Events() {
			next, err := s.Next(ev)
			want, listed := moves[ev]
			if listed != (err == nil) || next != want || listed && !slices.Contains(States(), next) {
				t.Errorf("%s ─%s▶ %q (%v), want %q", s, ev, next, err, want)
			}
		}
	}
	if _, err := State("").Next(EventSubmit); err == nil {
		t.Error("the zero state moves")
	}
}

// Whoever is undecided can be refused or is still a draft or hangs on a notice; whoever
// is decided cannot; and nothing is paid of what nobody has confirmed.
func TestWhatIsDecidedStaysSo(t *testing.T) {
	for _, s := range States() {
		if s.Undecided() && s.Running() {
			t.Errorf("%s is undecided and runs", s)
		}
		if refusable := s.takes(EventRefuse); refusable && !s.Undecided() || s.Undecided() && !refusable && s != StateDraft && s != StateNotice {
			t.Errorf("%s: undecided %v, may be refused %v", s, s.Undecided(), refusable)
		}
		if next := transitions[s][EventPay]; next != "" && s != StateConfirmed {
			t.Errorf("%s is paid", s)
		}
	}
}

// Each kind of ruling has its reasons, and each change its event.
func TestEveryRulingHasItsReasons(t *testing.T) {
	for _, k := range RulingKinds() {
		if len(reasonsOf[k]) == 0 {
			t.Errorf("nobody can say why for %s", k)
		}
		if ev, change := changeEvents[k]; change && !slices.Contains(Events(), ev) {
			t.Errorf("%s moves nothing", k)
		}
	}
}
