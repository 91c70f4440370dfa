package acceptance

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"example.org/hotline/test/city"
)

// browserLimit is how long the whole story may take in the browser; every wait
// within it has a limit of its own that says what did not happen.
const browserLimit = 5 * time.Minute

// The story at the screens: an agent and a supervisor at desks, two workers
// with phones, the head, the auditor, each in a browser of their own, around
// one real call. Pictures of every page stay in the test's artifacts
// (go test -artifacts). Nothing may be written to a browser's console.
func TestBrowser(t *testing.T) {
	consoleIsBuilt(t)
	c := city.Start(t, city.At(clock(1, "23:30:00")))
	passwords := map[string]string{}
	for name, user := range c.Users {
		passwords[name] = user.Password
	}
	screens := &screens{t: t, c: c, workers: []string{"town2-worker1", "town2-worker2"}, call: make(chan error, 1)}
	// The two take turns at being first; the roster tells whose turn it is.
	c.Query(`SELECT array_agg(s.login ORDER BY d.position) FROM shifts d JOIN staff s ON s.post_id = d.post_id
		WHERE s.login = ANY($1) AND d.starts_at <= $2 AND d.ends_at > $2`, []any{screens.workers, clock(1, "23:40:00")}, &screens.workers)
	screens.play(map[string]any{"api": c.API, "passwords": passwords, "workers": screens.workers, "pictures": t.ArtifactDir()})

	var onTime bool
	c.Query(`SELECT (data->>'on_time')::bool FROM timeline WHERE kind = 'ticket.clock_stopped'`, nil, &onTime)
	if !onTime {
		t.Error("help came late")
	}
	checkMoney(t, c, 1)
}

// screens plays the story in Chromium, and does for it what no browser can.
type screens struct {
	t       *testing.T
	c       *city.City
	workers []string // who is asked first, who second
	ref     string   // the ticket, once there is one
	call    chan error
}

// play runs the story and answers what it asks, until it ends.
func (s *screens) play(begin map[string]any) {
	s.t.Helper()
	ctx, cancel := context.WithTimeout(s.t.Context(), browserLimit)
	defer cancel()
	node := exec.CommandContext(ctx, "node", "browser_story.mjs")
	node.WaitDelay = 5 * time.Second // for Chromium, which holds the pipes too
	var stderr strings.Builder
	node.Stderr = &stderr
	stdin, err := node.StdinPipe()
	if err != nil {
		s.t.Fatal(err)
	}
	stdout, err := node.StdoutPipe()
	if err != nil {
		s.t.Fatal(err)
	}
	if err := node.Start(); err != nil {
		s.t.Fatal(err)
	}
	answers := json.NewEncoder(stdin)
	sendErr := answers.Encode(begin)
	for lines := bufio.NewScanner(stdout); sendErr == nil && lines.Scan(); {
		if what, asked := strings.CutPrefix(lines.Text(), "? "); asked {
			sendErr = answers.Encode(s.answer(what))
		} else {
			s.t.Log(lines.Text())
		}
	}
	if err := node.Wait(); err != nil || sendErr != nil {
		s.t.Fatalf("the browser's story: %v %v\n%s\npictures: %s", err, sendErr, stderr.String(), begin["pictures"])
	}
}

// answer does what the story asks for.
func (s *screens) answer(what string) any {
	s.t.Helper()
	switch verb, detail, _ := strings.Cut(what, ": "); verb {
	case "call":
		s.c.SetClock(clock(1, "23:40:00"))
		go func() {
			r, err := s.c.TryCall(city.Township, "+8619900000077", map[rune]time.Duration{'1': time.Second})
			if err == nil && !r.Answered() {
				err = fmt.Errorf("the call: %+v", r)
			}
			s.call <- err
		}()
		s.c.Until("the call is an urgent ticket", func() bool {
			return s.c.TryQuery(`SELECT number FROM tickets WHERE priority = 'P1'`, nil, &s.ref) == nil
		})
		var names []string
		s.c.Query(`SELECT array_agg(name ORDER BY array_position($1, login)) FROM staff WHERE login = ANY($1)`, []any{s.workers}, &names)
		return map[string]any{"number": s.ref, "names": names}
	case "end of call":
		if err := <-s.call; err != nil {
			s.t.Fatal(err)
		}
		return map[string]any{}
	case "clock":
		at, err := time.Parse("2006-01-02 15:04:05 -0700", detail+" +0800")
		if err != nil {
			s.t.Fatal(err)
		}
		s.c.SetClock(at)
		return map[string]any{}
	default:
		s.t.Fatalf("the story asks for %q", what)
		return nil
	}
}

// consoleIsBuilt fails where the program would be built with no console in it,
// or with an old one.
func consoleIsBuilt(t *testing.T) {
	t.Helper()
	root := filepath.Join("..", "..", "console")
	built, err := os.Stat(filepath.Join(root, "dist", "index.html"))
	if err != nil {
		t.Fatal("the console is not built: run `make console` first (`make test` does)")
	}
	err = filepath.WalkDir(filepath.Join(root, "src"), func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if info, err := entry.Info(); err != nil || info.ModTime().After(built.ModTime()) {
			return fmt.Errorf("%s is newer than console/dist: run `make console` first (`make test` does)", path)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}
