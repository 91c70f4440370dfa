package ivr

import (
	"sync/atomic"
	"time"

	"example.org/hotline/ivr/flow"
	"example.org/hotline/ivr/media"
	"example.org/hotline/ticket"
)

const (
	// audible is the level from which a packet is speech; line noise lies well below.
	audible = -45 // dBov
	// leastSpoken is how much has to be audible for a message to be one.
	leastSpoken = 500 * time.Millisecond
	// longestMessage bounds a message where the flow does not.
	longestMessage = 3 * time.Minute
)

// beep asks to speak: 1 kHz, as answering machines sound.
var beep = media.NewPrompt(media.Tone(1000, 8000, media.SampleRate*2/5))

// voicemail records the caller after a tone until key #, silence, the longest
// time or the hang-up. What was said until a hang-up is a message too.
func (c *call) voicemail(i flow.Voicemail) flow.Event {
	if c.tapes.recorder == nil {
		c.log.Error("ALARM: a caller is to leave a message and this line has no recorder")
		return flow.Event{Kind: flow.EventFailed}
	}
	c.show(StageVoicemail)
	c.say(i.Prompts...)
	c.sayThis(beep)
	if !c.alive() {
		return flow.Event{}
	}
	c.early = nil // pressed while we spoke: the message has not begun yet
	ear := &messageEar{}
	ear.last.Store(time.Now().UnixNano())
	message := c.tapes.begin(c.audio, legCitizen, true)
	c.audio.Tap(manyTaps(c.tape.tap(), message, ear))
	why := c.listen(i, ear)
	length := c.tapes.end(message)
	c.audio.Tap(c.tape.tap())
	if ear.spoken() < leastSpoken {
		return flow.Event{Kind: flow.EventFailed}
	}
	c.happened(ticket.CallEvent{Kind: ticket.CallVoicemail, Recording: message.ID(), Seconds: int(length.Round(time.Second).Seconds()), Reason: why})
	return flow.Event{Kind: flow.EventDone}
}

// listen waits for the end of the message and tells what ended it.
func (c *call) listen(i flow.Voicemail, ear *messageEar) (why string) {
	longest := i.Longest
	if longest <= 0 {
		longest = longestMessage
	}
	until := time.Now().Add(longest)
	for c.alive() {
		now, wake := time.Now(), until
		if i.Silence > 0 {
			quiet := ear.lastHeard().Add(i.Silence)
			if !now.Before(quiet) {
				return "silence"
			}
			if quiet.Before(wake) {
				wake = quiet
			}
		}
		if !now.Before(until) {
			return "longest"
		}
		timer := time.NewTimer(wake.Sub(now))
		w := c.next(waits{after: timer.C, keys: true})
		timer.Stop()
		if w.key == '#' {
			return "key"
		}
	}
	return "hung_up"
}

// sayThis plays a prompt of ours to its end.
func (c *call) sayThis(p media.Prompt) {
	if !c.alive() {
		return
	}
	sound := c.audio.Play(p)
	defer sound.Stop()
	c.next(waits{played: sound.Done()})
}

// messageEar tells when the caller was last heard. Its methods are those of a
// Tap, called on the media's goroutine, and of the call's loop.
type messageEar struct {
	last atomic.Int64 // unix nanoseconds
	loud atomic.Int64 // samples that were audible
}

// Said implements media.Tap.
func (e *messageEar) Said(f media.Frame, _ time.Time) {
	if media.Level(media.PCMA.Decode(f.ALaw)) > audible {
		e.last.Store(time.Now().UnixNano())
		e.loud.Add(int64(len(f.ALaw)))
	}
}

// Heard implements media.Tap.
func (e *messageEar) Heard(media.Frame, time.Time) {}

func (e *messageEar) lastHeard() time.Time { return time.Unix(0, e.last.Load()) }

func (e *messageEar) spoken() time.Duration {
	return time.Duration(e.loud.Load()) * time.Second / media.SampleRate
}

// taps tells several taps.
type taps []media.Tap

func manyTaps(all ...media.Tap) media.Tap {
	var some taps
	for _, t := range all {
		if t != nil {
			some = append(some, t)
		}
	}
	return some
}

// Said implements media.Tap.
func (all taps) Said(f media.Frame, at time.Time) {
	for _, t := range all {
		t.Said(f, at)
	}
}

// Heard implements media.Tap.
func (all taps) Heard(f media.Frame, at time.Time) {
	for _, t := range all {
		t.Heard(f, at)
	}
}
