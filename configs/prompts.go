package configs

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"slices"
	"strings"
)

// PromptText is what one spoken prompt says.
type PromptText struct {
	Name   string `yaml:"name"` // of the WAV file, without .wav
	Zh     string `yaml:"zh"`
	En     string `yaml:"en"`
	Pinyin string `yaml:"pinyin"` // what `make prompts` speaks; a recording needs none
	Sound  string `yaml:"sound"`  // what is no speech: pause, pause_long, beep, hold_music
}

// Prompts is all prompts: the WAV files, for media.LoadPrompts, and what they say.
type Prompts struct {
	Files        fs.FS
	Texts        []PromptText
	Placeholders int // spoken prompts that the city's folder does not replace
}

// promptTexts is the file that says what the WAV files beside it say.
const promptTexts = "prompts.yaml"

// LoadPrompts reads the built-in prompts and, where dir is not empty, puts those
// of the folder in their place: a WAV file of the same name replaces one, an
// entry of its prompts.yaml changes a text or adds a prompt. Every text must have
// its WAV file and every WAV file its text. Whether the sound is right is for
// media.LoadPrompts and Prompt.Check to say.
func LoadPrompts(dir string) (Prompts, error) {
	files, err := fs.Sub(builtIn, "prompts")
	if err != nil {
		return Prompts{}, err
	}
	texts, err := readTexts(files, "prompts/"+promptTexts)
	if err != nil {
		return Prompts{}, err
	}
	if dir == "" {
		p := Prompts{Files: files, Texts: texts}
		return p, p.checkFiles(nil)
	}
	own := os.DirFS(dir)
	names, err := fs.Glob(own, "*.wav")
	if err != nil {
		return Prompts{}, err
	}
	if _, err := fs.Stat(own, promptTexts); err == nil {
		added, err := readTexts(own, promptTexts)
		if err != nil {
			return Prompts{}, err
		}
		texts = replaceTexts(texts, added)
	} else if len(names) == 0 {
		return Prompts{}, &Fault{File: promptTexts, Detail: "sip.prompts_dir holds neither this file nor a .wav file: correct the folder, or leave the setting empty"}
	}
	p := Prompts{Files: overlay{own, files}, Texts: texts}
	return p, p.checkFiles(names)
}

// readTexts reads one prompts.yaml.
func readTexts(files fs.FS, file string) ([]PromptText, error) {
	data, err := fs.ReadFile(files, promptTexts)
	if err != nil {
		return nil, &Fault{File: file, Detail: err.Error()}
	}
	var list struct {
		Prompts []PromptText `yaml:"prompts"`
	}
	l := decode(file, data, &list)
	seen := map[string]bool{}
	for i, text := range list.Prompts {
		if text.Name == "" || text.Zh == "" || text.En == "" || seen[text.Name] {
			l.at(fmt.Sprintf("prompts[%d]", i), "needs a name of its own, and its text in zh and en")
		}
		seen[text.Name] = true
	}
	return list.Prompts, l.err()
}

// replaceTexts puts the entries of one list over those of another.
func replaceTexts(texts, over []PromptText) []PromptText {
	all := slices.Clone(texts)
	for _, text := range over {
		if i := slices.IndexFunc(all, func(t PromptText) bool { return t.Name == text.Name }); i >= 0 {
			all[i] = text
		} else {
			all = append(all, text)
		}
	}
	return all
}

// checkFiles holds the texts against the files, of which own are the city's.
func (p *Prompts) checkFiles(own []string) error {
	var all faultList
	texts := map[string]bool{}
	for _, text := range p.Texts {
		file := text.Name + ".wav"
		texts[file] = true
		if _, err := fs.Stat(p.Files, file); errors.Is(err, fs.ErrNotExist) {
			all.keep(&Fault{File: promptTexts, Path: text.Name, Detail: file + " is missing beside this file"})
		}
		if text.Sound == "" && !slices.Contains(own, file) {
			p.Placeholders++
		}
	}
	for _, file := range own {
		if !texts[file] {
			all.keep(&Fault{File: file, Detail: "no prompt has this name: correct it, or add its text to " + promptTexts})
		}
	}
	return all.err()
}

// overlay is one folder of files over another.
type overlay struct{ over, under fs.FS }

// Open opens the upper file of that name.
func (o overlay) Open(name string) (fs.File, error) {
	file, err := o.over.Open(name)
	if errors.Is(err, fs.ErrNotExist) {
		return o.under.Open(name)
	}
	return file, err
}

// ReadDir lists both folders, each name once.
func (o overlay) ReadDir(name string) ([]fs.DirEntry, error) {
	entries := map[string]fs.DirEntry{}
	for _, files := range []fs.FS{o.under, o.over} {
		list, err := fs.ReadDir(files, name)
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return nil, err
		}
		for _, entry := range list {
			entries[entry.Name()] = entry
		}
	}
	return slices.SortedFunc(maps.Values(entries), func(a, b fs.DirEntry) int { return strings.Compare(a.Name(), b.Name()) }), nil
}
