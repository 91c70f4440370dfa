package agent

import (
	"testing"

	"example.org/hotline/ivr/media"
)

// What the tests of conversations conclude from is that ears tell tones apart.
func TestEarsTellWhoSpeaks(t *testing.T) {
	const one, two, music = 1000.0, 1700.0, 600.0
	e := &Ears{}
	e.ListenFor(one)
	say := func(tones ...float64) {
		sum := make([]int16, window)
		for _, hz := range tones {
			for i, v := range media.Tone(hz, 8000, window) {
				sum[i] += v
			}
		}
		for at := 0; at < window; at += media.FrameSamples {
			e.hear(sum[at : at+media.FrameSamples])
		}
	}
	if e.Hears(one) || e.HearsMusic() {
		t.Error("something was heard before anybody spoke")
	}
	say(one)
	if !e.Hears(one) || e.Hears(two) || e.HearsBoth(one, two) || e.HearsMusic(one, two) {
		t.Error("one speaks")
	}
	say(one, two)
	if !e.HearsBoth(one, two) || e.Hears(one) || e.HearsMusic(one) {
		t.Error("both speak")
	}
	say(music)
	if !e.HearsMusic(one, two) || e.Hears(one) {
		t.Error("music sounds")
	}
	if n, want := e.Heard(one), 2*window/media.FrameSamples; n != want {
		t.Errorf("the tone sounded in %d packets, want %d", n, want)
	}
	say()
	if e.HearsMusic() {
		t.Error("silence is music")
	}
	if e.Forget(); e.Hears(one) || e.Share(music) != 0 {
		t.Error("what was forgotten is heard")
	}
}
