package configs

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
)

// PromptText is what one spoken prompt says.
type PromptText struct {
	Name   string `yaml:"name"` // of the WAV file, without .wav
	Zh     string `yaml:"zh"`
	En     string `yaml:"en"`
	Pinyin string `yaml:"pinyin"` // what `make prompts` speaks; a recording needs none
	Sound  string `yaml:"sound"`  // what is no speech: pause, pause_long, beep, hold_music
}

// Prompts is a folder of prompts: the WAV files, for media.LoadPrompts, and what
// they say.
type Prompts struct {
	Files fs.FS
	Texts []PromptText
}

// LoadPrompts reads prompts.yaml in dir, or the built-in one if dir is empty, and
// checks that every text has its WAV file. Whether the sound is right is for
// media.LoadPrompts to say.
func LoadPrompts(dir string) (Prompts, error) {
	files, err := fs.Sub(builtIn, "prompts")
	if dir != "" {
		files, err = os.DirFS(dir), nil
	}
	if err != nil {
		return Prompts{}, err
	}
	const file = "prompts.yaml"
	data, err := fs.ReadFile(files, file)
	if err != nil {
		return Prompts{}, &Fault{File: file, Detail: err.Error()}
	}
	var list struct {
		Prompts []PromptText `yaml:"prompts"`
	}
	l := decode(file, data, &list)
	seen := map[string]bool{}
	for i, text := range list.Prompts {
		at := fmt.Sprintf("prompts[%d]", i)
		if text.Name == "" || text.Zh == "" || text.En == "" || seen[text.Name] {
			l.at(at, "needs a name of its own, and its text in zh and en")
		}
		seen[text.Name] = true
		if _, err := fs.Stat(files, text.Name+".wav"); errors.Is(err, fs.ErrNotExist) {
			l.at(at, "%s.wav is missing beside this file", text.Name)
		}
	}
	return Prompts{Files: files, Texts: list.Prompts}, l.err()
}
