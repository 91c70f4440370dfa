package softphone_test

import (
	"testing"

	"example.org/hotline/area"
	"example.org/hotline/ivr"
	"example.org/hotline/ivr/acd"
	"example.org/hotline/ivr/media"
	"example.org/hotline/ivr/softphone"
	"example.org/hotline/ticket"
)

// agent is somebody at their desk, signed on and connected.
type agent struct {
	h       *house
	login   string
	cookie  string
	tab     *tab
	browser *browser
	id      area.StaffID
	place   ivr.Place // of the call they are in
}

const firstTab = "tab-one-0001"

// seatAgent signs somebody in, on and connects their browser.
func (h *house) seatAgent(login string) *agent {
	h.t.Helper()
	a := &agent{h: h, login: login, cookie: h.signIn(login)}
	a.tab = h.open(a.cookie)
	a.tab.must(softphone.Request{Type: "hello", Tab: firstTab})
	a.tab.must(softphone.Request{Type: "sign_on"})
	a.browser = connect(h.t, a.tab)
	a.id = h.awaitState(login, acd.StateIdle).ID
	return a
}

// leg is what a call would take.
func (a *agent) leg() ivr.AgentLeg {
	a.h.t.Helper()
	l, ok := a.h.phone.Leg(a.id)
	if !ok {
		a.h.t.Fatalf("%s has no leg", a.login)
	}
	return l
}

const testCall = ticket.CallID("019ab000-0000-7000-8000-000000000001")

// talk rings the agent, has the call answered and joins it to a citizen, as the call loop does.
func (a *agent) talk(c *citizen) ivr.AgentLeg {
	a.h.t.Helper()
	a.place = a.h.enter(testCall)
	ring := a.tab.awaitType("ring")
	a.tab.must(softphone.Request{Type: "accept", Offer: ring.Offer.ID})
	if got := placed(a.h.t, a.place, acd.PlaceConnected); got.Offer.Agent != a.id {
		a.h.t.Fatalf("connected with %+v", got)
	}
	leg := a.leg()
	join(leg, c.line)
	leg.Tell(ivr.AgentNews{State: ivr.CallTalking, Call: testCall, Ticket: "2611240000017", Recorded: true})
	a.tab.awaitType("call")
	return leg
}

func join(one, other media.Party) {
	one.Hear(other.Say)
	other.Hear(one.Say)
}

const (
	citizenHz = 500.0
	agentHz   = 1100.0
	musicHz   = 800.0
)

func tonePrompt(hz float64) media.Prompt {
	return media.NewPrompt(media.Tone(hz, 8000, media.SampleRate))
}

// An agent signs on, is rung with what the page needs to look the caller up,
// answers, and both hear one another; keys reach the call; news reach the page.
func TestAgentTalksWithCitizen(t *testing.T) {
	h := newHouse(t)
	a, c := h.seatAgent("agent0"), newCitizen(t)
	place := h.enter(testCall)
	ring := a.tab.awaitType("ring")
	if ring.Offer.Ticket != "2611240000017" || ring.Offer.Call != testCall {
		t.Errorf("rung with %+v", ring.Offer)
	}
	a.tab.must(softphone.Request{Type: "accept", Offer: ring.Offer.ID})
	placed(t, place, acd.PlaceConnected)
	leg := a.leg()
	join(leg, c.line)
	leg.Tell(ivr.AgentNews{State: ivr.CallTalking, Call: testCall, Recorded: true})
	if m := a.tab.awaitType("call"); m.Call.State != ivr.CallTalking {
		t.Errorf("the page was told %+v", m.Call)
	}
	a.browser.say(agentHz)
	c.phone.Loop(tonePrompt(citizenHz))
	a.browser.awaitTone(citizenHz)
	c.awaitTone(agentHz)

	a.tab.must(softphone.Request{Type: "command", Verb: ivr.VerbConsult, Target: &ivr.Target{Kind: ivr.TargetAgent, Login: "agent0"}})
	if cmd := <-leg.Commands(); cmd.Verb != ivr.VerbConsult || cmd.Target.Agent != a.id || cmd.Target.Login != "agent0" {
		t.Errorf("the call was asked for %+v", cmd)
	}
	a.tab.must(softphone.Request{Type: "command", Verb: ivr.VerbKey, Key: "5"})
	if cmd := <-leg.Commands(); cmd.Verb != ivr.VerbKey || cmd.Key != '5' {
		t.Errorf("the call was asked for %+v", cmd)
	}
	leg.Tell(ivr.AgentNews{State: ivr.CallEnded, Call: testCall})
	a.tab.await("the end", func(m softphone.Message) bool { return m.Type == "call" && m.Call.State == ivr.CallEnded })
	leg.Release()
	place.Leave(acd.LeftAnswered)
	a.tab.await("the wrap-up", func(m softphone.Message) bool { return m.Type == "seat" && m.Seat.State == acd.StateWrapUp })
	a.tab.refused(softphone.Request{Type: "command", Verb: ivr.VerbHold}, "no_call")
	a.tab.must(softphone.Request{Type: "wrap_up_done"})
	h.awaitState("agent0", acd.StateIdle)
	a.tab.must(softphone.Request{Type: "status", Status: acd.StatusPaused, Reason: "meal"})
	h.awaitAgent("agent0", "paused", func(a *acd.Agent) bool { return a.Status == acd.StatusPaused && a.Reason == "meal" })
	a.tab.refused(softphone.Request{Type: "status", Status: acd.StatusPaused, Reason: "none-such"}, "unknown_pause")
	a.tab.must(softphone.Request{Type: "sign_off"})
	h.awaitSignedOff("agent0")
	wait(t, leg.Gone(), "the leg's end")
	if _, ok := h.phone.Leg(leg.Agent()); ok {
		t.Error("the leg of an agent who has signed off is still found")
	}
}
