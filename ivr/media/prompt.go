package media

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"strings"
	"time"

	"github.com/zaf/g711"
)

// Prompt is recorded speech ready to be sent: whole 20 ms frames in both laws,
// encoded once when it is loaded so that nothing is converted during a call.
// The zero Prompt plays nothing.
type Prompt struct {
	alaw, ulaw []byte
}

// NewPrompt makes a prompt of 8 kHz samples; the last frame is filled up with silence.
func NewPrompt(pcm []int16) Prompt { return newAlawPrompt(PCMA.Encode(pcm)) }

func newAlawPrompt(alaw []byte) Prompt {
	for len(alaw)%FrameSamples != 0 {
		alaw = append(alaw, PCMA.Silence())
	}
	return Prompt{alaw: alaw, ulaw: g711.Alaw2Ulaw(alaw)}
}

// Duration is how long the prompt sounds.
func (p Prompt) Duration() time.Duration {
	return time.Duration(len(p.alaw)/FrameSamples) * FrameTime
}

// octets returns the whole prompt in the law of c.
func (p Prompt) octets(c Codec) []byte {
	if c == PCMU {
		return p.ulaw
	}
	return p.alaw
}

// PromptSet is prompts by name.
type PromptSet map[string]Prompt

// Prompt returns the prompt of that name and whether there is one.
func (s PromptSet) Prompt(name string) (Prompt, bool) {
	p, ok := s[name]
	return p, ok
}

// LoadPrompts reads every .wav file at the top of fsys; a prompt's name is its
// file's name without the extension. Every faulty file is reported, joined.
func LoadPrompts(fsys fs.FS) (PromptSet, error) {
	names, err := fs.Glob(fsys, "*.wav")
	if err != nil {
		return nil, fmt.Errorf("list prompts: %w", err)
	}
	set := make(PromptSet, len(names))
	var faults []error
	for _, name := range names {
		p, err := loadPrompt(fsys, name)
		if err != nil {
			faults = append(faults, err)
			continue
		}
		set[strings.TrimSuffix(path.Base(name), ".wav")] = p
	}
	return set, errors.Join(faults...)
}

func loadPrompt(fsys fs.FS, name string) (Prompt, error) {
	data, err := fs.ReadFile(fsys, name)
	if err != nil {
		return Prompt{}, fmt.Errorf("read prompt: %w", err)
	}
	p, err := ReadPrompt(data)
	if err != nil {
		return Prompt{}, fmt.Errorf("prompt %s: %w", name, err)
	}
	return p, nil
}
