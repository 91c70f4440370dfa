package ivr_test

import (
	"slices"
	"testing"
	"time"

	"example.org/hotline/ivr"
	"example.org/hotline/ivr/acd"
	"example.org/hotline/ivr/caller"
	"example.org/hotline/ticket"
)

func TestCitizenAndAgentTalkUntilTheAgentHangsUp(t *testing.T) {
	c := open(t)
	an := c.an()
	p := c.call()
	an.answer()
	only(t, "the citizen", &p.ears, anHz)
	only(t, "the agent", &an.ears, citizenHz)
	if n := an.told(ivr.CallTalking); n.Ticket != testNumber || !n.Recorded {
		t.Errorf("the agent was told %+v", n)
	}
	if live := c.Live(); len(live) != 1 || live[0].Stage != ivr.StageTalking || !slices.Equal(live[0].People, []string{"agent:an"}) || live[0].Queue != "aid" {
		t.Errorf("live calls: %+v", live)
	}
	an.do(ivr.VerbHangUp)
	an.told(ivr.CallEnded)
	an.in(acd.StateWrapUp)
	if r := p.ends(); r.EndedBy != caller.SideCallee || p.heard(goodbyeHz) == 0 {
		t.Errorf("after the agent the line has to go on: %+v", r)
	}
	l := c.log.endedAs(t, 1, ticket.EndCompleted)[0]
	want := []ticket.CallEventKind{ticket.CallFlowEntered, ticket.CallQueued, ticket.CallRangAgent, ticket.CallConnected, ticket.CallAgentLeft, ticket.CallLeftQueue}
	if !slices.Equal(l.happened(), want) {
		t.Errorf("happened %v, want %v", l.happened(), want)
	}
	if e, _ := l.event(ticket.CallConnected); e.Agent != an.id || e.Leg != "agent:an" || e.Queue != "aid" {
		t.Errorf("connected: %+v", e)
	}
	if e, _ := l.event(ticket.CallLeftQueue); e.Reason != string(acd.LeftAnswered) {
		t.Errorf("left the queue: %+v", e)
	}
	if len(l.quality) != 2 || l.quality[0].Received == 0 || l.quality[1].Received == 0 {
		t.Errorf("quality %+v, want one for each leg", l.quality)
	}
}

// PHONE complaint 1
func TestCallerWhoLeavesStopsTheRinging(t *testing.T) {
	c := open(t)
	an := c.an()
	p := c.call()
	an.rung()
	p.hangUp()
	an.until("the ringing to stop", func() bool { return len(an.withdrawn) == 1 })
	an.in(acd.StateIdle)
	l := c.log.endedAs(t, 1, ticket.EndCallerHung)[0]
	if e, _ := l.event(ticket.CallLeftQueue); e.Reason != string(acd.LeftShort) {
		t.Errorf("left the queue: %+v", e)
	}
	if _, connected := l.event(ticket.CallConnected); connected != 0 || an.released != 0 {
		t.Error("the agent got a dead call")
	}
}

// PHONE complaint 5
func TestTheAnswerInterruptsTheAnnouncement(t *testing.T) {
	c := open(t)
	an := c.an()
	p := c.call()
	await(t, "the announcement", func() bool { return p.heard(announceHz) > 20 })
	an.answer()
	only(t, "the citizen", &p.ears, anHz)
	only(t, "the agent", &an.ears, citizenHz)
	if n := p.heard(announceHz); n > 200 {
		t.Errorf("the announcement went on for %d of its 250 packets", n)
	}
	p.hangUp()
	c.log.endedAs(t, 1, ticket.EndCallerHung)
	an.in(acd.StateWrapUp)
}

// PHONE complaint 5
func TestAKeyInterruptsTheAnnouncement(t *testing.T) {
	c := open(t)
	an := c.an()
	p := c.call(func(o *caller.Options) {
		o.PlayWAV, o.Digits = nil, []caller.Press{{After: 6 * time.Second, Key: '1'}}
	})
	await(t, "the announcement", func() bool { return p.heard(announceHz) > 20 })
	only(t, "the citizen after the key", &p.ears, musicHz)
	an.answer()
	only(t, "the citizen", &p.ears, anHz)
	p.hangUp()
	l := c.log.endedAs(t, 1, ticket.EndCallerHung)[0]
	if !slices.Equal(l.keys, []rune{'1'}) {
		t.Errorf("keys %q", l.keys)
	}
	if n := p.heard(announceHz); n > 200 {
		t.Errorf("the announcement went on for %d of its 250 packets", n)
	}
}

func TestHoldIsMusicAndComesBack(t *testing.T) {
	c := open(t)
	an := c.an()
	p := c.call()
	an.answer()
	only(t, "the citizen", &p.ears, anHz)
	an.do(ivr.VerbHold)
	only(t, "the citizen", &p.ears, musicHz)
	only(t, "the agent", &an.ears)
	an.told(ivr.CallHolding)
	an.do(ivr.VerbSwap)
	if n := an.told(ivr.CallRefused); n.Reason != "not_now" {
		t.Errorf("refused: %+v", n)
	}
	an.do(ivr.VerbResume)
	only(t, "the citizen", &p.ears, anHz)
	only(t, "the agent", &an.ears, citizenHz)
	p.hangUp()
	an.told(ivr.CallEnded)
	l := c.log.endedAs(t, 1, ticket.EndCallerHung)[0]
	if _, n := l.event(ticket.CallHeld); n != 1 {
		t.Errorf("happened %v", l.happened())
	}
}

// PHONE complaint 10
func TestEveryLegIsRecordedThroughConsultAndTransfer(t *testing.T) {
	c := open(t)
	an := c.an()
	p := c.call()
	an.answer()
	only(t, "the citizen", &p.ears, anHz)
	bo := c.bo()

	an.do(ivr.VerbConsult, ivr.Target{Kind: ivr.TargetAgent, Agent: bo.id, Login: "bo"})
	only(t, "the citizen", &p.ears, musicHz)
	bo.answer()
	only(t, "the first agent", &an.ears, boHz)
	only(t, "the second agent", &bo.ears, anHz)
	only(t, "the citizen", &p.ears, musicHz)
	if n := an.told(ivr.CallConsulting); n.Third != "bo" {
		t.Errorf("consulting: %+v", n)
	}
	an.do(ivr.VerbSwap)
	only(t, "the citizen", &p.ears, anHz)
	only(t, "the second agent", &bo.ears, musicHz)
	an.do(ivr.VerbConference)
	only(t, "the citizen", &p.ears, anHz, boHz)
	only(t, "the first agent", &an.ears, citizenHz, boHz)
	only(t, "the second agent", &bo.ears, citizenHz, anHz)
	an.do(ivr.VerbTransfer)
	only(t, "the citizen", &p.ears, boHz)
	only(t, "the second agent", &bo.ears, citizenHz)
	an.in(acd.StateWrapUp)
	bo.in(acd.StateTalking)
	bo.do(ivr.VerbHangUp)
	p.ends()
	bo.in(acd.StateWrapUp)
	l := c.log.endedAs(t, 1, ticket.EndCompleted)[0]
	for _, leg := range []string{"citizen", "agent:an", "agent:bo"} {
		tapes := c.tapes.of(leg)
		if len(tapes) != 1 || tapes[0].ended.Load() != 1 || tapes[0].meta.Call != l.call.ID || tapes[0].meta.Ticket != testNumber {
			t.Fatalf("%d recordings of %s, of another call or still running", len(tapes), leg)
		}
	}
	if tape := c.tapes.of("citizen")[0]; tape.heard(citizenHz) == 0 || tape.other.heard(musicHz) == 0 || tape.other.heard(boHz) == 0 || tape.other.heard(goodbyeHz) == 0 {
		t.Error("the citizen's recording has holes")
	}
	if tape := c.tapes.of("agent:an")[0]; tape.heard(anHz) == 0 || tape.other.heard(boHz) == 0 {
		t.Error("the consult is not on the agent's recording")
	}
	if len(l.quality) != 3 {
		t.Errorf("quality of %d legs, want 3", len(l.quality))
	}
}

// PHONE complaint 7
func TestATransferCreditsEachAgentWithTheirOwnPart(t *testing.T) {
	c := open(t)
	an := c.an()
	p := c.call()
	an.answer()
	bo := c.bo()
	an.told(ivr.CallTalking)
	an.do(ivr.VerbTransfer, ivr.Target{Kind: ivr.TargetAgent, Agent: bo.id, Login: "bo"})
	an.told(ivr.CallEnded)
	an.in(acd.StateWrapUp) // at once, not when the call ends
	only(t, "the citizen", &p.ears, musicHz)
	bo.answer()
	only(t, "the citizen", &p.ears, boHz)
	p.hangUp()
	l := c.log.endedAs(t, 1, ticket.EndCallerHung)[0]
	bo.in(acd.StateWrapUp)
	var story []string
	for _, e := range l.events {
		switch e.Kind { //nolint:exhaustive // the rest is told elsewhere
		case ticket.CallConnected, ticket.CallAgentLeft, ticket.CallTransferred:
			story = append(story, string(e.Kind)+" "+e.Leg)
		}
	}
	want := []string{"connected agent:an", "agent_left agent:an", "transferred agent:an", "connected agent:bo", "agent_left agent:bo"}
	if !slices.Equal(story, want) {
		t.Errorf("story %q, want %q", story, want)
	}
}

func TestABlindTransferThatNobodyAnswersBringsTheCallerBackFirst(t *testing.T) {
	c := open(t)
	an := c.an()
	p := c.call()
	an.answer()
	bo := c.bo()
	an.told(ivr.CallTalking)
	an.do(ivr.VerbTransfer, ivr.Target{Kind: ivr.TargetAgent, Agent: bo.id, Login: "bo"})
	an.in(acd.StateWrapUp)
	bo.seat.Reject(bo.rung().ID)
	only(t, "the citizen", &p.ears, musicHz)
	an.seat.WrapUpDone()
	an.answer()
	only(t, "the citizen", &p.ears, anHz)
	p.hangUp()
	c.log.endedAs(t, 1, ticket.EndCallerHung)
	an.in(acd.StateWrapUp)
}

func TestAnAgentWhoseLegBreaksIsWaitedForWithMusic(t *testing.T) {
	c := open(t)
	an := c.an()
	p := c.call()
	an.answer()
	only(t, "the citizen", &p.ears, anHz)

	an.present <- false // a reload
	only(t, "the citizen", &p.ears, musicHz)
	an.present <- true
	only(t, "the citizen", &p.ears, anHz)
	an.told(ivr.CallTalking)

	an.seat.Away(true) // a crash: the leg is gone for good
	close(an.gone)
	only(t, "the citizen", &p.ears, musicHz)
	again := c.an()
	again.seat.Away(false)
	again.answer()
	only(t, "the citizen", &p.ears, anHz)
	again.told(ivr.CallReconnected)
	p.hangUp()
	an.silence()
	l := c.log.endedAs(t, 1, ticket.EndCallerHung)[0]
	_, lost := l.event(ticket.CallAgentLost)
	if held, _ := l.event(ticket.CallHeld); lost != 1 || held.Reason != "away" {
		t.Errorf("happened %v", l.happened())
	}
}

func TestASupervisorListensWhispersBargesAndTakesOver(t *testing.T) {
	c := open(t)
	an := c.an()
	p := c.call()
	call := an.answer().Call
	only(t, "the citizen", &p.ears, anHz)
	boss := c.signOn(9, "boss", bossHz)
	if err := boss.seat.SetStatus(acd.StatusPaused, acd.PauseDisconnected); err != nil {
		t.Fatal(err)
	}
	join := func(mode acd.JoinMode) {
		t.Helper()
		if err := c.hub.AskJoin(call, boss.id, "test", mode); err != nil {
			t.Fatal(err)
		}
	}
	join(acd.JoinListen)
	only(t, "who listens", &boss.ears, citizenHz, anHz)
	only(t, "the agent", &an.ears, citizenHz)
	join(acd.JoinWhisper)
	only(t, "the agent", &an.ears, citizenHz, bossHz)
	only(t, "the citizen", &p.ears, anHz)
	join(acd.JoinBarge)
	only(t, "the citizen", &p.ears, anHz, bossHz)
	join(acd.JoinLeave)
	only(t, "the citizen", &p.ears, anHz)
	boss.told(ivr.CallEnded)
	join(acd.JoinTakeOver)
	only(t, "the citizen", &p.ears, bossHz)
	only(t, "the supervisor", &boss.ears, citizenHz)
	an.told(ivr.CallEnded)
	an.in(acd.StateWrapUp)
	boss.do(ivr.VerbHangUp)
	p.ends()
	l := c.log.endedAs(t, 1, ticket.EndCompleted)[0]
	if _, n := l.event(ticket.CallSupervised); n != 5 {
		t.Errorf("happened %v", l.happened())
	}
}

// A supervisor who has come in is left with the citizen, whether the agent hangs up
// on hold or their leg is lost; nobody is sent back to the queue from a conversation.
func TestASupervisorWhoBargedInKeepsTheCitizen(t *testing.T) {
	for name, leave := range map[string]func(an *desk){
		"hangs up": func(an *desk) { an.do(ivr.VerbHangUp) },
		"is lost":  func(an *desk) { close(an.gone) },
	} {
		t.Run(name, func(t *testing.T) {
			c := open(t)
			an := c.an()
			p := c.call()
			call := an.answer().Call
			only(t, "the citizen", &p.ears, anHz)
			boss := c.signOn(9, "boss", bossHz)
			if err := boss.seat.SetStatus(acd.StatusPaused, acd.PauseDisconnected); err != nil {
				t.Fatal(err)
			}
			if err := c.hub.AskJoin(call, boss.id, "test", acd.JoinBarge); err != nil {
				t.Fatal(err)
			}
			only(t, "the citizen", &p.ears, anHz, bossHz)
			an.do(ivr.VerbHold)
			only(t, "the citizen", &p.ears, musicHz)
			leave(an)
			only(t, "the citizen", &p.ears, bossHz)
			only(t, "the supervisor", &boss.ears, citizenHz)
			an.in(acd.StateWrapUp)
			boss.do(ivr.VerbHangUp)
			p.ends()
			c.log.endedAs(t, 1, ticket.EndCompleted)
		})
	}
}

// An agent whose leg is lost in a conference has done with the call, which goes on.
func TestAnAgentLostInAConferenceIsFree(t *testing.T) {
	c := open(t)
	an := c.an()
	ambulance := c.out.phone("120")
	leg := newPhoneLeg(t, phoneHz)
	p := c.call()
	an.answer()
	an.told(ivr.CallTalking)
	an.do(ivr.VerbConsult, ivr.Target{Kind: ivr.TargetEmergency, Name: "120"})
	ambulance <- leg
	only(t, "the agent", &an.ears, phoneHz)
	an.do(ivr.VerbConference)
	only(t, "the ambulance", &leg.ears, citizenHz, anHz)
	close(an.gone)
	only(t, "the citizen", &p.ears, phoneHz)
	an.in(acd.StateWrapUp)
	leg.leave()
	p.ends()
	c.log.endedAs(t, 1, ticket.EndCompleted)
}

func TestAConferenceGoesOnWithoutTheAgent(t *testing.T) {
	c := open(t)
	an := c.an()
	ambulance := c.out.phone("120")
	leg := newPhoneLeg(t, phoneHz)
	p := c.call()
	an.answer()
	an.told(ivr.CallTalking)
	an.do(ivr.VerbConsult, ivr.Target{Kind: ivr.TargetEmergency, Name: "120"})
	ambulance <- leg
	only(t, "the agent", &an.ears, phoneHz)
	an.do(ivr.VerbConference)
	only(t, "the ambulance", &leg.ears, citizenHz, anHz)
	an.do(ivr.VerbHangUp)
	only(t, "the citizen", &p.ears, phoneHz)
	only(t, "the ambulance", &leg.ears, citizenHz)
	an.in(acd.StateWrapUp)
	leg.leave()
	p.ends()
	<-leg.hungUp
	c.log.endedAs(t, 1, ticket.EndCompleted)
	if o := c.out.rang(); len(o) != 1 || o[0].Purpose != "consult" || o[0].By != an.id || o[0].Ticket != testNumber {
		t.Errorf("dialled %+v", o)
	}
}

func TestAConsultThatFailsGoesBackToTheCitizen(t *testing.T) {
	c := open(t)
	an := c.an()
	worker := c.out.phone("+8613900000077")
	p := c.call()
	an.answer()
	an.told(ivr.CallTalking)
	an.do(ivr.VerbConsult, ivr.Target{Kind: ivr.TargetStaff, Login: "worker"})
	only(t, "the citizen", &p.ears, musicHz)
	worker <- nil
	only(t, "the citizen", &p.ears, anHz)
	an.do(ivr.VerbConsult, ivr.Target{Kind: ivr.TargetStaff, Login: "stranger"})
	only(t, "the citizen", &p.ears, anHz)
	an.do(ivr.VerbConsult, ivr.Target{Kind: ivr.TargetStaff, Login: "worker"})
	only(t, "the citizen", &p.ears, musicHz)
	p.hangUp()
	c.log.endedAs(t, 1, ticket.EndCallerHung)
	await(t, "the ringing to be given up", func() bool {
		c.out.mu.Lock()
		defer c.out.mu.Unlock()
		return c.out.given == 1
	})
}
