package softphone_test

import (
	"bytes"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"github.com/pion/rtp"

	"example.org/hotline/ivr"
	"example.org/hotline/ivr/acd"
	"example.org/hotline/ivr/media"
	"example.org/hotline/ivr/softphone"
)

// One tab leads. A second is told so, and may take over; the call goes on with
// the new tab's browser.
func TestOneTabLeads(t *testing.T) {
	h := newHouse(t)
	a, c := h.seatAgent("agent0"), newCitizen(t)
	leg := a.talk(c)
	loop(t, leg, c)
	first, second := a.tab, h.open(a.cookie)
	const secondTab = "tab-two-0002"
	if m := second.ask(softphone.Request{Type: "hello", Tab: secondTab}); m.Type != "taken" {
		t.Fatalf("a second tab was answered %s", m.Type)
	}
	second.refused(softphone.Request{Type: "status", Status: acd.StatusAvailable}, "not_leader")
	if m := second.ask(softphone.Request{Type: "hello", Tab: secondTab, TakeOver: true}); m.Type != "welcome" || m.Seat == nil || m.Call == nil {
		t.Fatalf("the tab that takes over was answered %+v", m)
	}
	first.awaitType("taken")
	first.refused(softphone.Request{Type: "status", Status: acd.StatusAvailable}, "not_leader")
	old := a.browser
	a.tab, a.browser = second, connect(t, second)
	a.browser.say(agentHz)
	c.awaitTone(agentHz)
	c.phone.Loop(tonePrompt(citizenHz))
	a.browser.awaitTone(citizenHz)
	if a.leg() != leg {
		t.Error("the tab that took over has another leg")
	}
	old.say(agentHz + 300) // heard by nobody any more
	a.browser.say(agentHz - 100)
	c.awaitTone(agentHz - 100)
}

// The caller left: the ringing stops at once, and the call cannot be accepted
// any more. PHONE complaint 1.
func TestCallerWhoLeavesStopsTheRinging(t *testing.T) {
	h := newHouse(t)
	a := h.seatAgent("agent0")
	place := h.enter(testCall)
	ring := a.tab.awaitType("ring")
	place.Leave(acd.LeftAbandoned)
	if m := a.tab.awaitType("stop"); m.Offer.ID != ring.Offer.ID || m.Why != acd.EndedCallerLeft {
		t.Errorf("stopped with %+v", m)
	}
	a.tab.refused(softphone.Request{Type: "accept", Offer: ring.Offer.ID}, "unknown_offer")
	second := h.enter(testCall + "2")
	ring = a.tab.awaitType("ring")
	again := h.open(a.cookie) // a reload still shows who rings
	again.must(softphone.Request{Type: "hello", Tab: firstTab})
	if m := again.awaitType("ring"); m.Offer.ID != ring.Offer.ID {
		t.Errorf("the reloaded page is rung with %+v", m.Offer)
	}
	again.must(softphone.Request{Type: "reject", Offer: ring.Offer.ID})
	if m := again.awaitType("stop"); m.Why != acd.EndedRejected {
		t.Errorf("stopped with %+v", m)
	}
	placed(t, second, acd.PlaceUnanswered)
}

// What one says reaches the other octet for octet, both ways.
func TestALawIsUntouched(t *testing.T) {
	h := newHouse(t)
	a, c := h.seatAgent("agent0"), newCitizen(t)
	noise := make([]byte, 50*media.FrameSamples)
	random := rand.New(rand.NewPCG(1, 2))
	for i := range noise {
		noise[i] = byte(random.Uint32())
	}
	whole := func(frame []byte) bool {
		return len(frame) == media.FrameSamples && bytes.Contains(append(bytes.Clone(noise), noise...), frame)
	}
	there, back := make(chan struct{}), make(chan struct{})
	var thereOnce, backOnce sync.Once
	c.phone.Hear(func(f media.Frame) {
		if whole(f.ALaw) {
			thereOnce.Do(func() { close(there) })
		}
	})
	a.browser.mu.Lock()
	a.browser.tone = noise
	a.browser.onRTP = func(p *rtp.Packet) {
		if whole(p.Payload) {
			backOnce.Do(func() { close(back) })
		}
	}
	a.browser.mu.Unlock()
	a.talk(c)
	wait(t, there, "the agent's own octets at the citizen's telephone")
	// The phone plays the same octets as its own prompt.
	pcm := media.PCMA.Decode(noise)
	if !bytes.Equal(media.PCMA.Encode(pcm), noise) {
		t.Fatal("G.711 does not come back the same from linear")
	}
	c.phone.Loop(media.NewPrompt(pcm))
	wait(t, back, "the citizen's own octets in the agent's browser")
}

// insertDTMF: keys that the page sends as events reach the call as commands, once each.
func TestKeysOfThePage(t *testing.T) {
	h := newHouse(t)
	a := h.seatAgent("agent0")
	leg := a.talk(newCitizen(t))
	for i, event := range []byte{5, 11} {
		at := uint32(50_000 + 10_000*i)
		for n := range 5 {
			payload := []byte{event, 10, byte((n + 1) * 160 >> 8), byte((n + 1) * 160)}
			if n >= 2 {
				payload = []byte{event, 0x80 | 10, 3 * 160 >> 8, 3 * 160 & 0xFF}
			}
			p := rtp.Packet{Header: rtp.Header{Version: 2, PayloadType: 126, SequenceNumber: uint16(40_000 + 10*i + n), Timestamp: at, Marker: n == 0}, Payload: payload}
			a.browser.sendEvent(&p)
		}
		if c := wait(t, leg.Commands(), "a key"); c.Verb != ivr.VerbKey || c.Key != []rune("5#")[i] {
			t.Errorf("pressed %+v", c)
		}
	}
	select {
	case c := <-leg.Commands():
		t.Errorf("pressed %+v once more", c)
	default:
	}
}

// What the browser reports of our stream, and when our own reports came back, is
// on the leg: RTCP is read, and told by the stream's own number.
func TestBrowserReportsReachTheLeg(t *testing.T) {
	h := newHouse(t)
	leg := h.seatAgent("agent0").leg()
	limit := time.After(patience)
	for {
		if s := leg.Stats(); s.RoundTrip > 0 && s.Sent > 0 && s.Received > 0 {
			return
		}
		select {
		case <-time.After(5 * time.Millisecond):
		case <-limit:
			t.Fatalf("the leg knows only %+v", leg.Stats())
		}
	}
}

// What supervisors may, and agents may not.
func TestSupervisor(t *testing.T) {
	h := newHouse(t)
	a := h.seatAgent("agent0")
	for _, r := range []softphone.Request{{Type: "watch", On: true}, {Type: "force", Login: "agent0", Status: acd.StatusPaused, Reason: "meal"},
		{Type: "supervise", Call: string(testCall), Mode: acd.JoinListen}} {
		a.tab.refused(r, "forbidden")
	}
	b := h.open(h.signIn("supervisor"))
	b.must(softphone.Request{Type: "hello", Tab: firstTab})
	b.must(softphone.Request{Type: "watch", On: true})
	b.await("a board with the agent", func(m softphone.Message) bool { return m.Type == "board" && len(m.Board.Agents) == 1 })
	b.must(softphone.Request{Type: "force", Login: "agent0", Status: acd.StatusPaused, Reason: "meal"})
	h.awaitAgent("agent0", "paused", func(a *acd.Agent) bool { return a.Status == acd.StatusPaused && a.Reason == "meal" })
	b.refused(softphone.Request{Type: "force", Login: "nobody", Status: acd.StatusPaused, Reason: "meal"}, "nobody")
	b.refused(softphone.Request{Type: "supervise", Call: string(testCall), Mode: acd.JoinListen}, "not_signed_on")
	b.must(softphone.Request{Type: "sign_on"})
	b.refused(softphone.Request{Type: "supervise", Call: string(testCall), Mode: acd.JoinListen}, "no_audio")
	connect(t, b)
	supervisor := h.awaitState("supervisor", acd.StateIdle)
	b.refused(softphone.Request{Type: "supervise", Call: string(testCall), Mode: acd.JoinWhisper}, "no_such_conversation")
	b.must(softphone.Request{Type: "status", Status: acd.StatusPaused, Reason: "meal"})
	b.must(softphone.Request{Type: "force", Login: "agent0", Status: acd.StatusAvailable})
	a.talk(newCitizen(t))
	b.must(softphone.Request{Type: "supervise", Call: string(testCall), Mode: acd.JoinWhisper})
	if c := placed(t, a.place, acd.PlaceJoinAsked); c.Agent != supervisor.ID || c.Node != "node-a" || c.Mode != acd.JoinWhisper {
		t.Errorf("the call was asked %+v", c)
	}
	b.must(softphone.Request{Type: "force", Login: "agent0", Status: acd.StatusSignedOff})
	b.refused(softphone.Request{Type: "call_back", Task: "t1"}, "unavailable")
}

// A leg is in one conversation: who listens to one is offered no other call and
// comes into no other, until they have left it.
func TestSupervisorIsInOneConversation(t *testing.T) {
	h := newHouse(t)
	b := h.open(h.signIn("supervisor"))
	b.must(softphone.Request{Type: "hello", Tab: firstTab})
	b.must(softphone.Request{Type: "sign_on"})
	connect(t, b)
	who := h.awaitState("supervisor", acd.StateIdle)
	leg, ok := h.phone.Leg(who.ID)
	if !ok {
		t.Fatal("no leg")
	}
	leg.Tell(ivr.AgentNews{State: ivr.CallTalking, Call: "another", Joined: acd.JoinListen})
	b.awaitType("call")
	h.awaitAgent("supervisor", "in the conversation", func(a *acd.Agent) bool { return a.Joined == "another" })
	a := h.seatAgent("agent0")
	place := h.enter(testCall) // not held up by one who cannot answer
	a.tab.awaitType("ring")
	h.awaitAgent("supervisor", "idle", func(a *acd.Agent) bool { return a.State == acd.StateIdle })
	b.refused(softphone.Request{Type: "supervise", Call: string(testCall), Mode: acd.JoinListen}, "in_call")
	b.refused(softphone.Request{Type: "supervise", Call: "another", Mode: acd.JoinBarge}, "no_such_conversation") // asked of the queue
	leg.Tell(ivr.AgentNews{State: ivr.CallEnded, Call: "another"})
	b.awaitType("call")
	a.tab.must(softphone.Request{Type: "status", Status: acd.StatusPaused, Reason: "meal"})
	ring := b.awaitType("ring")
	b.must(softphone.Request{Type: "accept", Offer: ring.Offer.ID})
	placed(t, place, acd.PlaceConnected)
}

// A supervisor's powers end where their area does: they see no agent of another,
// change nobody's status there and hear no call of it.
func TestSupervisorOfAnotherCounty(t *testing.T) {
	h := newHouse(t)
	a := h.seatAgent("agent0")
	a.talk(newCitizen(t))
	b := h.open(h.signIn("far"))
	b.must(softphone.Request{Type: "hello", Tab: firstTab})
	b.must(softphone.Request{Type: "watch", On: true})
	if m := b.awaitType("board"); len(m.Board.Agents) != 0 {
		t.Errorf("the board shows agents of another county: %+v", m.Board.Agents)
	}
	b.refused(softphone.Request{Type: "force", Login: "agent0", Status: acd.StatusSignedOff}, "nobody")
	b.must(softphone.Request{Type: "sign_on"})
	connect(t, b)
	h.awaitState("far", acd.StateIdle)
	for _, mode := range []acd.JoinMode{acd.JoinListen, acd.JoinWhisper, acd.JoinBarge, acd.JoinTakeOver} {
		b.refused(softphone.Request{Type: "supervise", Call: string(testCall), Mode: mode}, "no_such_conversation")
	}
	b.await("the board with their own seat alone", func(m softphone.Message) bool {
		return m.Type == "board" && len(m.Board.Agents) == 1 && m.Board.Agents[0].Login == "far"
	})
}
