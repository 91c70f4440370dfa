package agent

import (
	"sync"

	"example.org/hotline/ivr/media"
)

// window is how much of what was heard last counts as now: a fifth of a second.
const window = media.SampleRate / 5

// Ears keep what somebody has heard lately.
type Ears struct {
	mu    sync.Mutex
	last  []int16         // the latest window
	tones map[float64]int // packets with each of the tones listened for
}

// ListenFor counts the packets with a tone from now on; see Heard.
func (e *Ears) ListenFor(hz float64) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.tones == nil {
		e.tones = map[float64]int{}
	}
	e.tones[hz] = 0
}

func (e *Ears) hear(pcm []int16) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.last = append(e.last, pcm...)
	e.last = e.last[max(0, len(e.last)-window):]
	for hz := range e.tones {
		if media.ToneShare(pcm, hz) > 0.15 {
			e.tones[hz]++
		}
	}
}

// Heard is in how many packets a tone sounded since ListenFor.
func (e *Ears) Heard(hz float64) int {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.tones[hz]
}

// Hears reports whether a fifth of a second of one tone and nearly nothing else
// was heard last.
func (e *Ears) Hears(hz float64) bool { return e.Share(hz) > 0.9 }

// HearsBoth reports whether two tones, and nearly nothing else, were heard last.
func (e *Ears) HearsBoth(one, other float64) bool {
	a, b := e.Share(one), e.Share(other)
	return a > 0.15 && b > 0.15 && a+b > 0.9
}

// HearsMusic reports whether something sounded last that is none of these tones.
func (e *Ears) HearsMusic(but ...float64) bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	if len(e.last) < window || media.Level(e.last) < -50 {
		return false
	}
	for _, hz := range but {
		if media.ToneShare(e.last, hz) > 0.15 {
			return false
		}
	}
	return true
}

// Share is which part of what was heard last is one tone, 0 to 1.
func (e *Ears) Share(hz float64) float64 {
	e.mu.Lock()
	defer e.mu.Unlock()
	if len(e.last) < window {
		return 0
	}
	return media.ToneShare(e.last, hz)
}

// Forget makes what was heard count no more, so that what is heard next is new.
func (e *Ears) Forget() {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.last = nil
}
