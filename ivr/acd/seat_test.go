package acd

import (
	"errors"
	"testing"
)

// Every state with every event: what is not in the picture is refused and
// changes nothing.
func TestEveryStateWithEveryEvent(t *testing.T) {
	want := map[State]map[SeatEvent]State{
		StateIdle:    {SeatOffer: StateRinging, SeatLose: StateAway},
		StateRinging: {SeatAnswer: StateTalking, SeatWithdraw: StateIdle, SeatReject: StateDelayed, SeatNoAnswer: StateDelayed, SeatLose: StateAway},
		StateTalking: {SeatHangUp: StateWrapUp, SeatBreak: StateIdle, SeatLose: StateAway},
		StateWrapUp:  {SeatDone: StateIdle, SeatDue: StateIdle, SeatLose: StateAway},
		StateDelayed: {SeatDue: StateIdle, SeatReady: StateIdle, SeatLose: StateAway},
		StateAway: {SeatReturn: StateIdle, SeatReturnToCall: StateTalking, SeatReturnToWrapUp: StateWrapUp, SeatReturnToDelay: StateDelayed,
			SeatHangUp: StateAway, SeatBreak: StateAway, SeatDue: StateAway},
	}
	pairs := 0
	for _, s := range append(States(), "", "unknown") {
		for _, ev := range append(SeatEvents(), "") {
			pairs++
			next, err := s.Next(ev)
			if expected, ok := want[s][ev]; ok {
				if err != nil || next != expected {
					t.Errorf("%s + %s = %s (%v), want %s", s, ev, next, err, expected)
				}
				continue
			}
			if !errors.Is(err, ErrSeat) || next != s {
				t.Errorf("%s + %s = %s (%v), want a refusal", s, ev, next, err)
			}
		}
	}
	if pairs != 8*16 {
		t.Errorf("%d pairs looked at", pairs)
	}
}

// Whoever is idle got there, and from every state there is a way back to idle.
func TestNoStateIsATrap(t *testing.T) {
	for _, s := range States() {
		reached := map[State]bool{s: true}
		for grew := true; grew; {
			grew = false
			for from := range reached {
				for _, to := range seatTransitions[from] {
					if !reached[to] {
						reached[to], grew = true, true
					}
				}
			}
		}
		if len(reached) != len(States()) {
			t.Errorf("from %s only %d states can be reached", s, len(reached))
		}
	}
}
