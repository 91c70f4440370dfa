package media

import (
	"errors"
	"fmt"
	"time"
)

// Why a recording is not fit to be a prompt.
var (
	ErrPromptLength  = errors.New("a prompt lasts 0.1 to 60 s")
	ErrPromptQuiet   = errors.New("too quiet: bring speech to about -20 dBFS")
	ErrPromptClipped = errors.New("clipped: record it with less gain")
)

// The bounds of a prompt's sound. Speech is levelled to about -20 dBFS mean; a
// file below quietest is silence or was recorded far too low, and one in which
// many samples stand at the end of the scale was recorded far too high.
const (
	shortestPrompt = 100 * time.Millisecond
	longestPrompt  = time.Minute
	quietest       = -45.0 // dBov, mean of the loudest half second
	fullScale      = 32_000
	mostClipped    = 0.002 // share of samples at full scale
)

// Check reports what is wrong with the sound: ErrPromptLength, ErrPromptQuiet or
// ErrPromptClipped. A pause is not meant to sound: check only its Duration.
func (p Prompt) Check() error {
	if d := p.Duration(); d < shortestPrompt || d > longestPrompt {
		return fmt.Errorf("%.2f s: %w", d.Seconds(), ErrPromptLength)
	}
	pcm := PCMA.Decode(p.alaw)
	if level := loudest(pcm); level < quietest {
		return fmt.Errorf("%.0f dBFS at its loudest: %w", level, ErrPromptQuiet)
	}
	clipped := 0
	for _, s := range pcm {
		if s >= fullScale || s <= -fullScale {
			clipped++
		}
	}
	if share := float64(clipped) / float64(len(pcm)); share > mostClipped {
		return fmt.Errorf("%.1f %% of it at full scale: %w", 100*share, ErrPromptClipped)
	}
	return nil
}

// loudest is the level of the loudest half second.
func loudest(pcm []int16) float64 {
	const window = SampleRate / 2
	best := Level(pcm[:min(window, len(pcm))])
	for at := window; at < len(pcm); at += window {
		best = max(best, Level(pcm[at:min(at+window, len(pcm))]))
	}
	return best
}
