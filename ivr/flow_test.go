package ivr_test

import (
	"bytes"
	"context"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"example.org/hotline/ivr"
	"example.org/hotline/ivr/acd"
	"example.org/hotline/ivr/caller"
	"example.org/hotline/ivr/media"
	"example.org/hotline/ticket"
)

// press makes a caller who is silent but for keys.
func press(presses ...caller.Press) func(*caller.Options) {
	return func(o *caller.Options) { o.PlayWAV, o.Digits = nil, presses }
}

func TestDutyPhonesAreRungInOrderWhenNobodyIsSignedOn(t *testing.T) {
	c := open(t)
	c.out.duty["township"] = []ivr.Contact{{Staff: 5, Name: "township duty", Phone: "+8613900000005"}}
	c.out.duty["county"] = []ivr.Contact{{Staff: 6, Name: "county duty", Phone: "+8613900000006"}}
	first, second := c.out.phone("+8613900000005"), c.out.phone("+8613900000006")
	leg := newPhoneLeg(t, phoneHz)
	p := c.call()
	only(t, "the citizen", &p.ears, musicHz)
	if p.heard(greetingHz) == 0 {
		t.Error("the greeting has to be heard also where nobody is signed on")
	}
	first <- nil
	second <- leg
	only(t, "the citizen", &p.ears, phoneHz)
	only(t, "the duty phone", &leg.ears, citizenHz)
	leg.leave()
	if r := p.ends(); r.EndedBy != caller.SideCallee || p.heard(goodbyeHz) == 0 {
		t.Errorf("after the duty phone the line has to go on: %+v", r)
	}
	l := c.log.endedAs(t, 1, ticket.EndCompleted)[0]
	var rang []string
	for _, e := range l.events {
		if e.Kind == ticket.CallRangDuty {
			rang = append(rang, e.To+" "+e.Reason)
		}
	}
	if !slices.Equal(rang, []string{"township duty failed", "county duty answered"}) {
		t.Errorf("rang %q", rang)
	}
	if e, _ := l.event(ticket.CallLeftQueue); e.Reason != string(acd.LeftNoAgent) {
		t.Errorf("left the queue: %+v", e)
	}
	if o := c.out.rang(); o[0].Purpose != "duty" || o[0].Ring != 25*time.Second || o[0].By != 0 {
		t.Errorf("dialled %+v", o)
	}
	if tape := c.tapes.of("third"); len(tape) != 1 || tape[0].ended.Load() != 1 {
		t.Error("the duty phone's leg is not recorded, or for ever")
	}
}

// stuckContacts do not answer as long as anybody waits for them.
type stuckContacts struct{ ivr.Contacts }

func (stuckContacts) DutyPhones(ctx context.Context, _ ticket.CallID, _ string) ([]ivr.Contact, error) {
	<-ctx.Done()
	return nil, ctx.Err()
}

// The database hangs while it is asked who is on duty: the caller can leave a
// message all the same.
func TestCallerIsNotHeldByAStuckDatabase(t *testing.T) {
	c := open(t, func(_ *ivr.Config, d *ivr.Deps) { d.Contacts = stuckContacts{d.Contacts} })
	p := c.call()
	only(t, "the citizen", &p.ears, musicHz)
	only(t, "the citizen", &p.ears, announceHz)
	p.hangUp()
	c.log.endedAs(t, 1, ticket.EndCallerHung)
}

// A mailbox has answered, and nobody is there: the next one is rung, and the
// citizen hears music all along.
func TestMailboxOfADutyPhoneDoesNotCountAsAnswered(t *testing.T) {
	c := open(t)
	c.out.duty["county"] = []ivr.Contact{{Staff: 5, Name: "first duty", Phone: "+8613900000005"}, {Staff: 6, Name: "second duty", Phone: "+8613900000006"}}
	first, second := c.out.phone("+8613900000005"), c.out.phone("+8613900000006")
	mailbox, leg := newMailbox(t, boHz), newPhoneLeg(t, phoneHz)
	p := c.call()
	first <- mailbox
	second <- leg
	only(t, "the citizen", &p.ears, phoneHz)
	select {
	case <-mailbox.hungUp:
	case <-time.After(patience):
		t.Error("the mailbox is not hung up")
	}
	if p.heard(boHz) != 0 {
		t.Error("the citizen has heard the mailbox")
	}
	leg.leave()
	p.ends()
	var rang []string
	for _, e := range c.log.endedAs(t, 1, ticket.EndCompleted)[0].events {
		if e.Kind == ticket.CallRangDuty {
			rang = append(rang, e.To+" "+e.Reason)
		}
	}
	if !slices.Equal(rang, []string{"first duty not_confirmed", "second duty answered"}) {
		t.Errorf("rang %q", rang)
	}
}

// A telephone that holds us hears no question: it is not waited for.
func TestAskKeyDoesNotWaitForATelephoneThatHolds(t *testing.T) {
	leg := newMailbox(t, phoneHz)
	leg.Update(media.Peer{Codec: media.PCMA, AudioType: 8, EventType: 101, Receive: true})
	if key, err := ivr.AskKey(t.Context(), leg, []media.Prompt{testPrompts()[ivr.PromptGreeting]}, 0, "1"); key != 0 || err != nil {
		t.Errorf("key %q, %v", key, err)
	}
}

func TestCallerWhoLeavesStopsTheRingingOfDutyPhones(t *testing.T) {
	c := open(t)
	c.out.duty["county"] = []ivr.Contact{{Staff: 6, Name: "county duty", Phone: "+8613900000006"}}
	c.out.phone("+8613900000006")
	p := c.call()
	await(t, "the ringing", func() bool { return len(c.out.rang()) == 1 })
	p.hangUp()
	await(t, "the ringing to be given up", func() bool {
		c.out.mu.Lock()
		defer c.out.mu.Unlock()
		return c.out.given == 1
	})
	c.log.endedAs(t, 1, ticket.EndCallerHung)
}

func TestVoicemailEndsWithSilenceKeyOrHangUp(t *testing.T) {
	t.Parallel()
	spoken := media.EncodeWAV(slices.Concat(make([]int16, 13*media.SampleRate/2), media.Tone(citizenHz, 8000, 2*media.SampleRate)))
	for name, test := range map[string]struct {
		change func(*caller.Options)
		why    string
		ended  ticket.EndReason
	}{
		"silence": {func(o *caller.Options) { o.PlayWAV = spoken }, "silence", ticket.EndCompleted},
		"key": {func(o *caller.Options) {
			o.PlayWAV, o.Digits = spoken, []caller.Press{{After: 8 * time.Second, Key: '#'}}
		}, "key", ticket.EndCompleted},
		"a key before the tone": {func(o *caller.Options) {
			o.Repeat, o.Digits = true, []caller.Press{{After: 3 * time.Second, Key: '#'}, {After: 9 * time.Second, Key: '#'}}
		}, "key", ticket.EndCompleted},
		"hang-up": {func(o *caller.Options) { o.PlayWAV, o.HangupAfter = spoken, 8*time.Second }, "hung_up", ticket.EndCallerHung},
		"nothing": {func(o *caller.Options) { o.PlayWAV = nil }, "", ticket.EndCompleted},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := open(t)
			c.call(test.change).ends()
			l := c.log.endedAs(t, 1, test.ended)[0]
			e, n := l.event(ticket.CallVoicemail)
			if (n == 1) != (test.why != "") || e.Reason != test.why {
				t.Fatalf("voicemail %d times: %+v", n, e)
			}
			tapes := c.tapes.of("citizen")
			if len(tapes) != 2 || !tapes[1].meta.Voicemail || tapes[0].ended.Load() != 1 || tapes[1].ended.Load() != 1 {
				t.Fatalf("%d recordings of the citizen", len(tapes))
			}
			if n == 1 && (e.Recording != tapes[1].ID() || e.Seconds == 0 || tapes[1].heard(citizenHz) == 0 || tapes[0].heard(citizenHz) == 0) {
				t.Errorf("the message is not on its recording, or not on the call's: %+v", e)
			}
		})
	}
}

func TestACallBackIsPromisedOnceItIsOnDisk(t *testing.T) {
	c := open(t)
	an := c.an()
	p := c.call(press(caller.Press{After: 200 * time.Millisecond, Key: '2'}))
	if r := p.ends(); r.EndedBy != caller.SideCallee {
		t.Errorf("result %+v", r)
	}
	an.in(acd.StateIdle)
	l := c.log.endedAs(t, 1, ticket.EndCompleted)[0]
	if _, n := l.event(ticket.CallbackAsked); n != 1 {
		t.Errorf("happened %v", l.happened())
	}
	if e, _ := l.event(ticket.CallLeftQueue); e.Reason != string(acd.LeftCallback) {
		t.Errorf("left the queue: %+v", e)
	}
}

func TestNobodyIsPromisedACallBackWhoseNumberIsUnknown(t *testing.T) {
	c := open(t)
	c.an()
	p := c.call(press(caller.Press{After: 200 * time.Millisecond, Key: '2'}), func(o *caller.Options) { o.From = "anonymous" })
	await(t, "the next way out", func() bool { s := c.Live(); return len(s) == 1 && s[0].Stage == ivr.StageVoicemail })
	p.hangUp()
	l := c.log.endedAs(t, 1, ticket.EndCallerHung)[0]
	if _, n := l.event(ticket.CallbackAsked); n != 0 {
		t.Errorf("happened %v", l.happened())
	}
}

func TestTheFlowTransfersToItsOwnListAlone(t *testing.T) {
	c := open(t)
	c.an()
	fire := c.out.phone("119")
	leg := newPhoneLeg(t, phoneHz)
	p := c.call(press(caller.Press{After: 200 * time.Millisecond, Key: '9'}))
	fire <- leg
	only(t, "the citizen", &p.ears, phoneHz)
	p.hangUp()
	<-leg.hungUp
	c.log.endedAs(t, 1, ticket.EndCallerHung)
	if o := c.out.rang(); len(o) != 1 || o[0].To != "119" || o[0].Purpose != "transfer" {
		t.Errorf("dialled %+v", o)
	}
}

// SECURITY T10: digits that are nobody's business leave no trace.
func TestSecretDigitsLeaveNoTrace(t *testing.T) {
	var log lockedBuffer
	c := open(t, func(_ *ivr.Config, d *ivr.Deps) {
		d.Logger = slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	})
	an := c.an()
	// With a star no clock, port or duration in the log can look like it.
	const canary = "4*0625"
	presses := []caller.Press{{After: 200 * time.Millisecond, Key: '3'}}
	for i, key := range canary {
		presses = append(presses, caller.Press{After: time.Second + time.Duration(i)*200*time.Millisecond, Key: key})
	}
	p := c.call(press(presses...))
	await(t, "the digits to be over", func() bool { return p.heard(musicHz) > 30 })
	an.answer()
	only(t, "the citizen", &p.ears, anHz)
	tape := c.tapes.of("citizen")[0]
	if tape.pauses.Load() != 1 || tape.quiet.Load() == 0 || tape.paused.Load() {
		t.Error("the recording has to be silent for the digits, and for them alone")
	}
	p.hangUp()
	l := c.log.endedAs(t, 1, ticket.EndCallerHung)[0]
	if _, n := l.event(ticket.CallSecretDigits); n != 1 {
		t.Errorf("happened %v", l.happened())
	}
	for _, digit := range l.keys {
		t.Errorf("key %q is on the record", digit)
	}
	if strings.Contains(log.String(), canary) || strings.Contains(log.String(), canary[:2]) {
		t.Error("the digits are in the log")
	}
}

// An agent who answers in the middle of the digits is recorded like any other.
func TestAnAnswerEndsTheSilenceOfTheRecording(t *testing.T) {
	c := open(t)
	an := c.an()
	p := c.call(press(caller.Press{After: 200 * time.Millisecond, Key: '3'}))
	tape := func() *testTape { return c.tapes.of("citizen")[0] }
	await(t, "the recording to pause", func() bool { return tape().paused.Load() })
	an.answer()
	only(t, "the citizen", &p.ears, anHz)
	await(t, "the agent on the recording", func() bool { return tape().other.heard(anHz) > 10 })
	p.hangUp()
	c.log.endedAs(t, 1, ticket.EndCallerHung)
}

func TestTheSurveyTakesOneKey(t *testing.T) {
	c := open(t, func(_ *ivr.Config, d *ivr.Deps) {
		d.Flows = flowOf(strings.Replace(agentFlow, "after_answer: number", "after_answer: survey", 1) +
			"  survey: {survey: {prompts: [number_please], timeout: 6s, next: number}}\n")
	})
	an := c.an()
	p := c.call(press(caller.Press{After: 3 * time.Second, Key: '4'}))
	an.answer()
	an.told(ivr.CallTalking)
	an.do(ivr.VerbHangUp)
	p.ends()
	l := c.log.endedAs(t, 1, ticket.EndCompleted)[0]
	if e, n := l.event(ticket.CallSurveyed); n != 1 || e.Score != 4 {
		t.Errorf("surveyed %d times: %+v", n, e)
	}
}

// PHONE complaint 15: the last word is not clipped.
func TestTheLastWordIsHeardToItsEnd(t *testing.T) {
	c := open(t)
	an := c.an()
	p := c.call(press())
	an.answer()
	an.told(ivr.CallTalking)
	an.do(ivr.VerbHangUp)
	p.ends()
	c.log.endedAs(t, 1, ticket.EndCompleted)
	if n := p.heard(goodbyeHz); n != 10 {
		t.Errorf("%d of the 10 packets of the last word were heard", n)
	}
}

// A line that lacks everything it may lack still greets, keeps and tells.
func TestALineWithoutAnythingElseStillServes(t *testing.T) {
	c := open(t, func(_ *ivr.Config, d *ivr.Deps) {
		d.Queue, d.Legs, d.Recorder, d.Outbound, d.Contacts = nil, nil, nil, nil, nil
	})
	p := c.call()
	if r := p.ends(); r.EndedBy != caller.SideCallee || p.heard(greetingHz) == 0 || p.heard(goodbyeHz) == 0 {
		t.Errorf("result %+v", r)
	}
	c.log.endedAs(t, 1, ticket.EndCompleted)
}

// lockedBuffer is a log that several goroutines write.
type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (b *lockedBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.Write(p)
}

func (b *lockedBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.String()
}

// PHONE complaint 9: who waits is told where they stand.
func TestThePositionInTheQueueIsAnnounced(t *testing.T) {
	c := open(t, func(_ *ivr.Config, d *ivr.Deps) {
		d.Flows = flowOf(strings.Replace(agentFlow, "prompts: [announcement]", "position: true, wait: true", 1))
		prompts := agentPrompts()
		for name, hz := range map[string]float64{"position_next": anHz, "position_ahead": boHz, "position_callers": bossHz} {
			prompts[name] = media.NewPrompt(media.Tone(hz, 8000, media.SampleRate/5))
		}
		d.Prompts = prompts
	})
	c.log.set(func() { c.log.unique = true })
	an := c.an()
	first := c.call()
	an.rung()
	second := c.call()
	await(t, "the first to hear that they are next", func() bool { return first.heard(anHz) >= 9 })
	await(t, "the second to hear how many are before them", func() bool { return second.heard(boHz) >= 9 && second.heard(bossHz) >= 9 })
	if first.heard(boHz) != 0 || second.heard(anHz) != 0 {
		t.Error("the callers heard one another's position")
	}
	only(t, "the first after it", &first.ears, musicHz)
	first.hangUp()
	second.hangUp()
	c.log.endedAs(t, 2, ticket.EndCallerHung)
}

// A flow may go by what is known of a caller; nobody is looked up where it does not.
func TestTheFlowBranchesOnWhatIsKnownOfTheCaller(t *testing.T) {
	c := open(t, func(_ *ivr.Config, d *ivr.Deps) {
		d.Flows = flowOf(strings.Replace(agentFlow, "start: wait", "start: known", 1) +
			"  known: {branch: {cases: [{when: {callback_due: true}, then: goodbye}], else: wait}}\n")
	})
	c.out.mu.Lock()
	c.out.facts.CallbackDue = true
	c.out.mu.Unlock()
	p := c.call()
	p.ends()
	if p.heard(goodbyeHz) == 0 || p.heard(greetingHz) != 0 {
		t.Error("the caller took the other branch")
	}
	c.log.endedAs(t, 1, ticket.EndCompleted)
}
