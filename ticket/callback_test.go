package ticket

import (
	"errors"
	"testing"

	"example.org/hotline/internal/act"
)

// The table as a person would read it: each state with what it takes.
var callbackTakes = map[CallbackState][]CallbackEvent{
	CallbackOpen:      {CallbackClaim, CallbackAgain, CallbackMeet, CallbackCancel},
	CallbackClaimed:   {CallbackRelease, CallbackReach, CallbackMiss, CallbackExhaust, CallbackAgain, CallbackMeet, CallbackCancel},
	CallbackVisit:     {CallbackAgain, CallbackMeet, CallbackFinish, CallbackUnmet, CallbackSend, CallbackCancel},
	CallbackDone:      {},
	CallbackCancelled: {},
}

func TestEveryCallbackStateTimesEveryEvent(t *testing.T) {
	for _, s := range CallbackStates() {
		takes := map[CallbackEvent]bool{}
		for _, ev := range callbackTakes[s] {
			takes[ev] = true
		}
		for _, ev := range CallbackEvents() {
			next, err := s.Next(ev)
			switch {
			case takes[ev] && (err != nil || next == ""):
				t.Errorf("%s × %s is refused: %v", s, ev, err)
			case !takes[ev] && !errors.Is(err, act.ErrRefused):
				t.Errorf("%s × %s leads to %q, %v; want a refusal", s, ev, next, err)
			}
		}
		if s.Alive() != (len(callbackTakes[s]) > 0) {
			t.Errorf("%s: alive is %v", s, s.Alive())
		}
	}
	if _, err := CallbackState("").Next(CallbackClaim); err == nil {
		t.Error("the zero state takes an event")
	}
}

func TestCallable(t *testing.T) {
	for from, want := range map[string]string{"+8619900000001": "", "+865370001234": "", "": "withheld", "+12025550100": "foreign"} {
		if ok, why := Callable(Call{FromE164: from}); ok != (want == "") || why != want {
			t.Errorf("Callable(%q) = %v, %q; want %q", from, ok, why, want)
		}
	}
}

func TestEveryCallEventHasAName(t *testing.T) {
	for _, k := range CallEventKinds() {
		if !k.Valid() || CallEventKind("").Valid() {
			t.Errorf("%q", k)
		}
	}
	person := map[CallEventKind]bool{CallConnected: true}
	for _, k := range CallEventKinds() {
		if got := (CallEvent{Kind: k}).ReachesPerson(); got != person[k] {
			t.Errorf("%s reaches a person: %v", k, got)
		}
	}
	if !(CallEvent{Kind: CallRangDuty, Reason: DutyAnswered}).ReachesPerson() {
		t.Error("an answered duty telephone is a person")
	}
}
