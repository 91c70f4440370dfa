package agent

import (
	"context"
	"sync/atomic"
	"time"

	"example.org/hotline/ivr/caller"
	"example.org/hotline/ivr/media"
)

// Citizen is somebody with a telephone: they call, say a tone and listen until
// the line hangs up or they do.
type Citizen struct {
	Ears
	From   string
	callID atomic.Pointer[string]
	hangUp context.CancelFunc
	done   chan struct{}
	result caller.Result
	err    error
}

// Tone is a WAV file with so much of a tone, for Citizens of one kind to share.
func Tone(hz float64, d time.Duration) []byte {
	return media.EncodeWAV(media.Tone(hz, 8000, int(d*media.SampleRate/time.Second)))
}

// Call lets a citizen call "number@host:port". They press keys so long after the
// answer, and play the WAV file voice (nil: silence) once.
func Call(target, from string, voice []byte, keys ...caller.Press) *Citizen {
	c := &Citizen{From: from, done: make(chan struct{})}
	ctx, cancel := context.WithCancel(context.Background())
	c.hangUp = cancel
	go func() {
		defer close(c.done)
		c.result, c.err = caller.Dial(ctx, caller.Options{Target: target, From: from, PlayWAV: voice, Digits: keys, MaxDuration: time.Hour,
			OnSound: c.hear, OnEvent: func(e caller.Event) {
				if e.Kind == caller.EventCalling {
					c.callID.Store(&e.CallID)
				}
			}})
	}()
	return c
}

// CallID is the Call-ID header of the call, empty before its INVITE.
func (c *Citizen) CallID() string {
	if id := c.callID.Load(); id != nil {
		return *id
	}
	return ""
}

// HangUp ends the call, whether it was answered or not, and tells what became of it.
func (c *Citizen) HangUp() (caller.Result, error) {
	c.hangUp()
	return c.Wait()
}

// Wait waits until the call has ended.
func (c *Citizen) Wait() (caller.Result, error) {
	<-c.done
	c.hangUp()
	return c.result, c.err
}
