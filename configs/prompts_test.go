package configs

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func promptFolder(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func TestACityReplacesAPromptByAFileOfTheSameName(t *testing.T) {
	dir := promptFolder(t, map[string]string{
		"greeting.wav": "the city's", "flood.wav": "the city's too",
		"prompts.yaml": "prompts:\n  - {name: flood, zh: 防汛热线, en: Flood line}\n  - {name: goodbye, zh: 再会, en: Farewell}\n",
	})
	built, err := LoadPrompts("")
	if err != nil {
		t.Fatal(err)
	}
	p, err := LoadPrompts(dir)
	if err != nil {
		t.Fatal(err)
	}
	if len(p.Texts) != len(built.Texts)+1 {
		t.Errorf("%d texts, want one more than %d", len(p.Texts), len(built.Texts))
	}
	for name, want := range map[string]string{"greeting.wav": "the city's", "flood.wav": "the city's too"} {
		if data, err := fs.ReadFile(p.Files, name); string(data) != want {
			t.Errorf("%s is %q, %v", name, data, err)
		}
	}
	for _, name := range []string{"goodbye.wav", "flood.wav"} {
		if names, err := fs.Glob(p.Files, "*.wav"); err != nil || !strings.Contains(strings.Join(names, " "), name) {
			t.Errorf("%s is not listed: %v", name, err)
		}
	}
	for _, text := range p.Texts {
		if text.Name == "goodbye" && text.Zh != "再会" {
			t.Errorf("the text of goodbye is %s", text.Zh)
		}
	}
	if p.Placeholders == 0 {
		t.Error("no placeholder is left, and nearly all are")
	}
}

func TestAFolderOfPromptsTellsWhatIsWrongWithIt(t *testing.T) {
	for want, files := range map[string]map[string]string{
		"prompts.yaml: sip.prompts_dir holds neither":         {},
		"greetng.wav: no prompt has this name":                {"greetng.wav": "x"},
		"prompts.yaml: flood: flood.wav is missing":           {"prompts.yaml": "prompts:\n  - {name: flood, zh: 汛, en: x}\n"},
		"prompts.yaml:2: prompts[0]: needs a name of its own": {"prompts.yaml": "prompts:\n  - {name: flood, zh: 汛}\n"},
		"prompts.yaml:3: prompts[1]: needs a name of its own": {"prompts.yaml": "prompts:\n  - {name: goodbye, zh: 汛, en: x}\n  - {name: goodbye, zh: 汛, en: x}\n"},
	} {
		if _, err := LoadPrompts(promptFolder(t, files)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("LoadPrompts = %v\nwant %s", err, want)
		}
	}
}
