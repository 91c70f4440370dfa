package softphone_test

import (
	"testing"
	"time"

	"example.org/hotline/ivr"
	"example.org/hotline/ivr/acd"
	"example.org/hotline/ivr/media"
	"example.org/hotline/ivr/softphone"
)

// loop does what a call does about its agent's absence: music for the citizen.
func loop(t testing.TB, leg ivr.AgentLeg, c *citizen) {
	t.Helper()
	ended := make(chan struct{})
	stopped := make(chan struct{})
	go func() {
		defer close(stopped)
		var music *media.Playback
		for {
			select {
			case here := <-leg.Present():
				if music != nil {
					music.Stop()
					music = nil
				}
				if !here {
					music = c.line.Loop(tonePrompt(musicHz))
				}
			case <-leg.Gone():
				return
			case <-ended:
				return
			}
		}
	}()
	t.Cleanup(func() { close(ended); <-stopped })
}

// come is how an agent comes back: on a new socket with a new browser.
func (a *agent) come(tabID string) softphone.Message {
	a.h.t.Helper()
	a.tab = a.h.open(a.cookie)
	welcome := a.tab.must(softphone.Request{Type: "hello", Tab: tabID})
	if welcome.Seat != nil {
		a.browser = connect(a.h.t, a.tab)
	}
	return welcome
}

// A browser that crashes in the middle of a call: the citizen hears music; the
// page is back within the grace, in the same seat, in the same call, with the
// same leg.
func TestCrashedBrowserRejoinsItsCall(t *testing.T) {
	h := newHouse(t)
	a, c := h.seatAgent("agent0"), newCitizen(t)
	leg := a.talk(c)
	loop(t, leg, c)
	a.browser.say(agentHz)
	c.awaitTone(agentHz)

	a.browser.mute() // no farewell: packets only stop
	a.tab.kill()
	c.awaitTone(musicHz)
	h.awaitState("agent0", acd.StateAway)
	welcome := a.come(firstTab)
	if welcome.Seat == nil || welcome.Call == nil || welcome.Call.Call != testCall || welcome.Call.State != ivr.CallTalking {
		t.Fatalf("welcomed back with seat %+v, call %+v", welcome.Seat, welcome.Call)
	}
	h.awaitState("agent0", acd.StateTalking)
	if again := a.leg(); again != leg {
		t.Error("the agent came back with another leg")
	}
	a.browser.say(agentHz + 200)
	c.awaitTone(agentHz + 200)
	c.phone.Loop(tonePrompt(citizenHz))
	a.browser.awaitTone(citizenHz)
	select {
	case <-leg.Gone():
		t.Error("the leg of an agent who is back is gone")
	default:
	}
}

// A reload says goodbye to the line, and the new page finds everything again.
func TestReloadedPageRejoinsItsCall(t *testing.T) {
	h := newHouse(t)
	a, c := h.seatAgent("agent0"), newCitizen(t)
	leg := a.talk(c)
	loop(t, leg, c)
	for range 3 {
		a.browser.close()
		a.tab.kill()
		c.awaitTone(musicHz)
		if welcome := a.come(firstTab); welcome.Call == nil {
			t.Fatal("welcomed back without the call")
		}
		a.browser.say(agentHz)
		c.awaitTone(agentHz)
	}
}

// Whoever does not come back within the grace is gone: the call puts the
// citizen first in the queue, and the seat is given up.
func TestBrowserThatStaysAwayIsGone(t *testing.T) {
	h := newHouse(t, func(o *houseOptions) { o.phone.Grace, o.phone.Quiet = 300*time.Millisecond, 200*time.Millisecond })
	a, c := h.seatAgent("agent0"), newCitizen(t)
	leg := a.talk(c)
	a.browser.close()
	a.tab.kill()
	if here := wait(t, leg.Present(), "the absence"); here {
		t.Error("the leg says the agent is there")
	}
	wait(t, leg.Gone(), "the leg's end")
	a.place.Lost() // as the call loop does
	h.awaitSignedOff("agent0")
	leg.Say(media.Frame{ALaw: make([]byte, 160)}) // a call may not have noticed yet
	leg.Release()
	if welcome := a.come(firstTab); welcome.Seat != nil || welcome.Call != nil {
		t.Errorf("welcomed with seat %+v, call %+v", welcome.Seat, welcome.Call)
	}
	a.tab.must(softphone.Request{Type: "sign_on"})
	a.browser = connect(t, a.tab)
	if ring := a.tab.awaitType("ring"); ring.Offer.Call != testCall { // first in the queue, with the agent they had
		t.Errorf("rung with %+v", ring.Offer)
	}
	if again := a.leg(); again == leg {
		t.Error("a leg that was gone came back")
	}
}

// A socket that breaks alone does not touch the conversation; when the call has
// ended the agent cannot be rung, and is back with the next socket.
func TestBrokenSocketDoesNotTouchTheConversation(t *testing.T) {
	h := newHouse(t, func(o *houseOptions) { o.phone.Grace = time.Hour })
	a, c := h.seatAgent("agent0"), newCitizen(t)
	leg := a.talk(c)
	a.tab.kill()
	a.tab.awaitEnd()
	a.browser.say(agentHz)
	c.awaitTone(agentHz)
	select {
	case here := <-leg.Present():
		t.Errorf("the call was told %v", here)
	default:
	}
	leg.Tell(ivr.AgentNews{State: ivr.CallEnded, Call: testCall})
	leg.Release()
	a.place.Leave(acd.LeftAnswered)
	h.awaitState("agent0", acd.StateAway)
	a.tab = h.open(a.cookie)
	if welcome := a.tab.must(softphone.Request{Type: "hello", Tab: firstTab}); welcome.Seat == nil || welcome.Call != nil {
		t.Errorf("welcomed with seat %+v, call %+v", welcome.Seat, welcome.Call)
	}
	h.awaitState("agent0", acd.StateWrapUp)
}

// A call that lets go of the leg without a word leaves nobody talking: PHONE complaint 2.
func TestReleasedLegShowsNoGhostCall(t *testing.T) {
	h := newHouse(t)
	a, c := h.seatAgent("agent0"), newCitizen(t)
	leg := a.talk(c)
	a.tab.must(softphone.Request{Type: "command", Verb: ivr.VerbHold})
	leg.Release()
	if m := a.tab.awaitType("call"); m.Call.State != ivr.CallEnded || m.Call.Call != testCall {
		t.Errorf("the page was told %+v", m.Call)
	}
	a.tab.refused(softphone.Request{Type: "command", Verb: ivr.VerbHold}, "no_call")
	select {
	case cmd := <-leg.Commands():
		t.Errorf("a command of the last call waits for the next: %+v", cmd)
	default:
	}
}

// An agent who is not connected is not rung, and cannot accept.
func TestNoAudioNoCall(t *testing.T) {
	h := newHouse(t, func(o *houseOptions) {
		o.phone.Connect = 300 * time.Millisecond
		o.phone.Grace = 300 * time.Millisecond
	})
	b := h.open(h.signIn("agent1"))
	b.must(softphone.Request{Type: "hello", Tab: firstTab})
	b.must(softphone.Request{Type: "sign_on"})
	place := h.enter(testCall)
	defer place.Leave(acd.LeftAbandoned)
	b.refused(softphone.Request{Type: "accept", Offer: "offer-1"}, "no_audio")
	if board := h.hub.Board(); len(board.Agents) != 0 {
		t.Errorf("the queue counts on %+v", board.Agents)
	}
	m := b.await("the end of the seat", func(m softphone.Message) bool { return m.Type == "seat" && m.Seat.Status == acd.StatusSignedOff })
	if m.Seat.Reason != acd.PauseDisconnected {
		t.Errorf("given up for %q", m.Seat.Reason)
	}
	b.refused(softphone.Request{Type: "accept", Offer: "offer-1"}, "not_signed_on")
}
