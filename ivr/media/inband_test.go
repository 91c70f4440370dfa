package media

import (
	"math"
	"math/rand/v2"
	"testing"
	"time"
)

func TestKeysInTheSoundItself(t *testing.T) {
	noise := rand.New(rand.NewPCG(1, 2))
	for _, held := range []time.Duration{40 * time.Millisecond, 100 * time.Millisecond, time.Second} {
		for _, loud := range []float64{0.05, 0.3, 1.2} { // -35 to -7 dBov for both
			var d toneDetector
			var got string
			hear := func(pcm []int16) {
				for i := range pcm {
					pcm[i] = int16(max(-32768, min(32767, float64(pcm[i])*loud+noise.NormFloat64()*20)))
				}
				if key, pressed := d.take(PCMA.Encode(pcm)); pressed {
					got += string(key)
				}
			}
			for _, key := range eventKeys + "11" {
				tones := PCMA.Decode(keyTones(key, held).alaw)
				for len(tones) > 0 {
					n := min(len(tones), 160)
					hear(tones[:n])
					tones = tones[n:]
				}
			}
			if got != eventKeys+"11" {
				t.Errorf("held %s at %.2f: heard %s", held, loud, got)
			}
		}
	}
}

// One tone, other tones and noise are no keys.
func TestOtherSoundsAreNoKeys(t *testing.T) {
	noise := rand.New(rand.NewPCG(3, 4))
	sweep, hiss := make([]int16, 20*SampleRate), make([]int16, 20*SampleRate)
	phase := 0.0
	for i := range sweep {
		phase += 2 * math.Pi * (300 + 3000*float64(i)/float64(len(sweep))) / SampleRate
		sweep[i] = int16(12000 * math.Sin(phase))
		hiss[i] = int16(noise.NormFloat64() * 4000)
	}
	busy := Tone(450, 12000, SampleRate)
	for name, pcm := range map[string][]int16{"sweep": sweep, "hiss": hiss, "busy": busy, "row alone": Tone(770, 12000, SampleRate)} {
		var d toneDetector
		if key, pressed := d.take(PCMA.Encode(pcm)); pressed {
			t.Errorf("%s pressed %q", name, key)
		}
	}
}

// Two far ends that agreed on no telephone-event key each other all the same,
// in either law.
func TestKeysWithoutTelephoneEvent(t *testing.T) {
	for _, codec := range []Codec{PCMA, PCMU} {
		a, b := testSession(t, Limits{}), testSession(t, Limits{})
		joinBy(codec, a, b)
		for _, s := range []*Session{a, b} {
			mute := s.peer
			mute.EventType = NoEvents
			s.Update(mute)
		}
		for _, key := range "5#5" {
			if _, err := a.Press(key, 60*time.Millisecond); err != nil {
				t.Fatal(err)
			}
			if d := wait(t, b.Digits(), "a key as sound"); d.Key != key {
				t.Errorf("%s: heard %q, want %q", codec, d.Key, key)
			}
		}
	}
}
