package acd

import (
	"errors"
	"testing"
	"time"
)

// PHONE complaint 1: at the moment the caller leaves, nobody is rung any more,
// and an answer that comes after it is refused with the reason.
func TestCallerWhoLeavesStopsTheRinging(t *testing.T) {
	h := newHall(t, nil)
	h.do(signOn(1), enter(1))
	offer := h.room.Agents[1].Offer
	h.do(leave(1, LeftAbandoned))
	h.is(1, StateIdle)
	if a := h.room.Agents[1]; a.Ended != EndedCallerLeft || a.Missed != 0 {
		t.Errorf("the agent is told %q and charged with %d misses", a.Ended, a.Missed)
	}
	h.do(func(tx *Tx) {
		if err := tx.Answer(1, offer); !errors.Is(err, ErrCallerLeft) {
			t.Errorf("answered a caller who is gone: %v", err)
		}
	})
}

// PHONE complaint 8: a wrap-up is over when it is done or when its time is, and
// nothing else that anybody does makes the agent look free before.
func TestWrapUpNeverEndsEarly(t *testing.T) {
	for name, disturb := range map[string]func(tx *Tx){
		"pause":                 func(tx *Tx) { _ = tx.SetStatus(1, StatusPaused, "meal") },
		"pause and back":        func(tx *Tx) { _ = tx.SetStatus(1, StatusPaused, "meal"); _ = tx.SetStatus(1, StatusAvailable, "") },
		"available once more":   func(tx *Tx) { _ = tx.SetStatus(1, StatusAvailable, "") },
		"the call left again":   func(tx *Tx) { tx.Leave(call(1), LeftAnswered) },
		"freed again":           func(tx *Tx) { tx.Free(1, call(1)) },
		"signed on elsewhere":   func(tx *Tx) { tx.SignOn(Agent{ID: 1, Node: "n2"}) },
		"browser gone and back": func(tx *Tx) { tx.Away(1); tx.Present(1) },
		"a late reject":         func(tx *Tx) { tx.Reject(1, "offer-1", false) },
		"another caller":        func(tx *Tx) { enter(7)(tx) },
		"seized":                func(tx *Tx) { _, _ = tx.Seize(1, Offer{Call: call(8)}) },
		"repaired":              func(tx *Tx) { tx.Repair(func(string) bool { return true }) },
	} {
		h := newHall(t, nil)
		h.do(signOn(1), enter(1))
		h.answer(1)
		h.do(leave(1, LeftAnswered))
		h.later(10 * time.Second)
		h.do(disturb)
		h.later(19 * time.Second)
		if h.room.Agents[1].State != StateWrapUp {
			t.Errorf("%s: after 29 of 30 seconds the agent is %s", name, h.room.Agents[1].State)
		}
		h.later(time.Second)
		if s := h.room.Agents[1].State; s == StateWrapUp {
			t.Errorf("%s: the wrap-up is not over in time", name)
		}
	}
}

func TestAPauseInMidCallLeavesTheCallAndHoldsAfterIt(t *testing.T) {
	h := newHall(t, func(q *Queue) { q.WrapUp = 0 })
	h.do(signOn(1), enter(1))
	h.answer(1)
	h.later(time.Minute)
	h.do(func(tx *Tx) { _ = tx.SetStatus(1, StatusPaused, "meal") })
	h.is(1, StateTalking)
	h.later(time.Minute)
	h.do(leave(1, LeftAnswered), enter(2))
	h.is(1, StateIdle)
	h.rings(2, 0)
	finals, talk := 0, time.Duration(0)
	for _, ev := range h.recorded(EventSpan, func(ev Event) bool { return ev.State == StateTalking }) {
		talk += ev.At.Sub(ev.From)
		if ev.Final {
			finals++
		}
	}
	if finals != 1 || talk != 2*time.Minute {
		t.Errorf("one conversation of two minutes was recorded as %d of %s", finals, talk)
	}
}

func TestDelaysAndAutoPause(t *testing.T) {
	for _, c := range []struct {
		name  string
		act   func(h *hall)
		after time.Duration
		ended string
	}{
		{"reject", func(h *hall) { h.reject(1) }, 5 * time.Second, EndedRejected},
		{"busy", func(h *hall) { h.do(func(tx *Tx) { tx.Reject(1, h.room.Agents[1].Offer, true) }) }, 15 * time.Second, EndedBusy},
		{"no answer", func(h *hall) { h.later(20 * time.Second) }, 10 * time.Second, EndedNoAnswer},
	} {
		h := newHall(t, nil)
		h.do(signOn(1), enter(1))
		idle := h.room.Agents[1].IdleSince
		c.act(h)
		if h.is(1, StateDelayed); h.room.Agents[1].Ended != c.ended || !h.room.Agents[1].IdleSince.Equal(idle) {
			t.Errorf("%s: %+v", c.name, h.room.Agents[1])
		}
		h.later(c.after - time.Millisecond)
		h.is(1, StateDelayed)
		h.later(time.Millisecond)
		h.rings(1, 1)
	}
	h := newHall(t, nil)
	h.do(signOn(1), enter(1))
	for range 3 {
		h.later(20 * time.Second)
		h.later(10 * time.Second)
	}
	if a := h.room.Agents[1]; a.Status != StatusPaused || a.Reason != PauseUnanswered || a.State != StateIdle {
		t.Errorf("after three unanswered in a row: %+v", a)
	}
	h.do(func(tx *Tx) { _ = tx.SetStatus(1, StatusAvailable, "") })
	if h.rings(1, 1); h.room.Agents[1].Missed != 0 {
		t.Error("who is back starts from nought")
	}
	h.reject(1)
	h.do(func(tx *Tx) { _ = tx.SetStatus(1, StatusAvailable, "") }) // asks for calls before the delay is over
	h.rings(1, 1)
}

func TestSigningOff(t *testing.T) {
	h := newHall(t, nil)
	h.do(signOn(1), enter(1))
	h.do(func(tx *Tx) { tx.SignOff(1) }) // while it rings
	if _, there := h.room.Agents[1]; there || h.room.Callers[call(1)].Offer != "" {
		t.Error("the agent, or their offer, is still there")
	}
	h.do(signOn(1))
	h.answer(1)
	h.do(func(tx *Tx) { tx.SignOff(1) }) // in mid-call: when it is over
	h.is(1, StateTalking)
	h.do(leave(1, LeftAnswered))
	if _, there := h.room.Agents[1]; there {
		t.Error("the agent is still there after their last call")
	}
}

func TestSeizedForAConsult(t *testing.T) {
	h := newHall(t, nil)
	h.do(signOn(1), enter(1))
	h.answer(1)
	h.do(signOn(2))
	seize := func(id int, want error) {
		t.Helper()
		h.do(func(tx *Tx) {
			if _, err := tx.Seize(2, Offer{ID: OfferID(call(id)), Call: call(1), Queue: "aid", CallerNode: "n1"}); !errors.Is(err, want) {
				t.Errorf("seize: %v, want %v", err, want)
			}
		})
	}
	seize(1, nil)
	h.is(2, StateRinging)
	seize(2, ErrNotFree)
	h.do(func(tx *Tx) { tx.Free(2, call(1)) }) // given up while it rings
	if h.is(2, StateIdle); h.room.Agents[2].Ended != EndedCancelled {
		t.Error("a consult that was given up still shows")
	}
	seize(3, nil)
	h.answer(2)
	h.later(time.Minute)
	h.do(func(tx *Tx) { tx.Free(1, call(1)) }) // handed over: the first agent goes
	h.is(1, StateWrapUp)
	if h.is(2, StateTalking); h.room.Callers[call(1)].Agent != 2 {
		t.Error("the call is not the second agent's")
	}
	h.later(2 * time.Minute)
	h.do(leave(1, LeftAnswered))
	h.is(2, StateWrapUp)
	h.do(func(tx *Tx) {
		if _, err := tx.Seize(9, Offer{Call: call(1)}); !errors.Is(err, ErrNotSignedOn) {
			t.Errorf("seized somebody who is not there: %v", err)
		}
	})
}

func TestAwayAndBack(t *testing.T) {
	h := newHall(t, nil)
	away, back := func(tx *Tx) { tx.Away(1) }, func(tx *Tx) { tx.Present(1) }
	h.do(signOn(1), enter(1))
	h.do(away)
	if h.is(1, StateAway); h.room.Callers[call(1)].Offer != "" {
		t.Error("a browser that is gone goes on ringing")
	}
	h.do(back)
	h.answer(1)
	h.do(away)
	h.do(back)
	h.is(1, StateTalking) // the call kept them
	h.do(away, leave(1, LeftAnswered))
	h.is(1, StateAway)
	h.later(10 * time.Second)
	h.do(back)
	h.is(1, StateWrapUp) // what is left of it
	h.do(away)
	h.later(30 * time.Second)
	h.do(back)
	h.is(1, StateIdle)
	h.do(enter(2))
	h.reject(1)
	h.do(away)
	h.do(back)
	h.is(1, StateDelayed)
}

// Who listens as a supervisor is rung for no other call, and may still take over
// the one they listen to.
func TestASupervisorWhoListensIsOfferedNothing(t *testing.T) {
	h := newHall(t, nil)
	h.do(signOn(1), enter(1))
	h.do(func(tx *Tx) { tx.Join(1, call(5)) }) // while it rings
	h.is(1, StateIdle)
	if a := h.room.Agents[1]; a.Free() || a.Missed != 0 {
		t.Errorf("still free, or charged with a miss: %+v", a)
	}
	h.do(func(tx *Tx) {
		if _, err := tx.Seize(1, Offer{Call: call(6)}); !errors.Is(err, ErrNotFree) {
			t.Errorf("taken for another call: %v", err)
		}
	})
	h.do(func(tx *Tx) { tx.Join(1, "") })
	h.is(1, StateRinging)
	h.do(leave(1, LeftAbandoned), func(tx *Tx) { tx.Join(1, call(5)) })
	h.do(func(tx *Tx) {
		if _, err := tx.Seize(1, Offer{Call: call(5)}); err != nil {
			t.Errorf("take over: %v", err)
		}
	})
}
