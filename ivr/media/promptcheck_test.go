package media

import (
	"errors"
	"testing"
)

func TestCheckFindsWhatIsNotFitToBeHeard(t *testing.T) {
	clipped := Tone(440, 32767, SampleRate)
	for i := range clipped { // a square wave is what an overdriven recorder leaves
		if clipped[i] > 0 {
			clipped[i] = 32767
		} else {
			clipped[i] = -32768
		}
	}
	for _, c := range []struct {
		name string
		pcm  []int16
		want error
	}{
		{"speech level", Tone(440, 4600, SampleRate), nil},
		{"loud and whole", Tone(440, 30000, SampleRate), nil},
		{"one loud word in silence", append(make([]int16, 5*SampleRate), Tone(440, 4600, SampleRate)...), nil},
		{"silence", make([]int16, SampleRate), ErrPromptQuiet},
		{"recorded far too low", Tone(440, 100, SampleRate), ErrPromptQuiet},
		{"clipped", clipped, ErrPromptClipped},
		{"a click", Tone(440, 4600, SampleRate/50), ErrPromptLength},
		{"a speech", Tone(440, 4600, 61*SampleRate), ErrPromptLength},
	} {
		if err := NewPrompt(c.pcm).Check(); !errors.Is(err, c.want) {
			t.Errorf("%s: Check = %v, want %v", c.name, err, c.want)
		}
	}
}
