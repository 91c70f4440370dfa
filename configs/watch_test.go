package configs

import (
	"bytes"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// watchedFile is a file whose text is watched; "bad" is faulty.
type watchedFile struct {
	*Watched[string]
	path string
	log  bytes.Buffer
	at   time.Time
}

func watchFile(t *testing.T) *watchedFile {
	t.Helper()
	w := &watchedFile{path: filepath.Join(t.TempDir(), "a.yaml"), at: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)}
	w.write(t, "first")
	var err error
	w.Watched, err = Watch("the text", slog.New(slog.NewTextHandler(&w.log, nil)), func(string) (string, error) {
		data, err := os.ReadFile(w.path)
		if string(data) == "bad" {
			return "", errors.New("line 1 is bad")
		}
		return string(data), err
	}, filepath.Dir(w.path), "")
	if err != nil {
		t.Fatal(err)
	}
	return w
}

// write changes the file, its time included: two writes may fall into one tick of the disk's clock.
func (w *watchedFile) write(t *testing.T, text string) {
	t.Helper()
	if err := os.WriteFile(w.path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	w.at = w.at.Add(time.Second)
	if err := os.Chtimes(w.path, w.at, w.at); err != nil {
		t.Fatal(err)
	}
}

func TestAChangeIsTakenOverOnceItKeepsStill(t *testing.T) {
	w := watchFile(t)
	w.write(t, "half")
	settling := w.look("")
	if w.Now() != "first" || settling == "" {
		t.Fatalf("in force %q at once", w.Now())
	}
	w.write(t, "second")
	settling = w.look(settling)
	if w.Now() != "first" {
		t.Fatalf("in force %q while it still changes", w.Now())
	}
	if w.look(settling); w.Now() != "second" {
		t.Fatalf("in force %q, want second", w.Now())
	}
	if w.look(""); strings.Count(w.log.String(), "changed") != 1 {
		t.Errorf("told more than once:\n%s", w.log.String())
	}
}

func TestAFaultyChangeIsAnAlarmOnceAndTheOldOneStays(t *testing.T) {
	w := watchFile(t)
	w.write(t, "bad")
	for range 3 {
		w.look(w.look(""))
	}
	if w.Now() != "first" {
		t.Fatalf("in force %q", w.Now())
	}
	if log := w.log.String(); strings.Count(log, "ALARM") != 1 || !strings.Contains(log, "line 1 is bad") {
		t.Errorf("log:\n%s", log)
	}
	if err := w.Reload(); err == nil {
		t.Error("Reload took it")
	}
	w.write(t, "mended")
	if w.look(w.look("")); w.Now() != "mended" {
		t.Errorf("in force %q, want mended", w.Now())
	}
}

func TestAFolderThatVanishesLeavesWhatIsInForce(t *testing.T) {
	w := watchFile(t)
	if err := os.RemoveAll(filepath.Dir(w.path)); err != nil {
		t.Fatal(err)
	}
	if w.look(w.look("")); w.Now() != "first" || !strings.Contains(w.log.String(), "ALARM") {
		t.Errorf("in force %q, log:\n%s", w.Now(), w.log.String())
	}
}
