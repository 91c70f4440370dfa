package acceptance

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"example.org/hotline/test/browser"
	"example.org/hotline/test/city"
)

// The story at the screens: an agent and a supervisor at desks, two workers
// with phones, the head, the auditor, each in a browser of their own, around
// one real call. Pictures of every page stay in the test's artifacts
// (go test -artifacts). Nothing may be written to a browser's console.
func TestBrowser(t *testing.T) {
	t.Parallel()
	browser.ConsoleIsBuilt(t)
	c := city.Start(t, city.At(clock(1, "23:30:00")))
	// The two take turns at being first; the calendar tells whose turn it is.
	screens := &screens{t: t, c: c, workers: onDuty(c, "town2-head", "990101101000", clock(1, "23:40:00")), call: make(chan error, 1)}
	browser.Play(t, "browser_story.mjs", map[string]any{"api": c.API, "passwords": browser.Passwords(c), "workers": screens.workers, "pictures": t.ArtifactDir()}, screens.answer)

	var onTime bool
	c.Query(`SELECT (data->>'on_time')::bool FROM timeline WHERE kind = 'ticket.clock_stopped'`, nil, &onTime)
	if !onTime {
		t.Error("help came late")
	}
	checkMoney(t, c, 1)
}

// screens does for the story in Chromium what no browser can.
type screens struct {
	t       *testing.T
	c       *city.City
	workers []string // who is asked first, who second
	ref     string   // the ticket, once there is one
	call    chan error
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
	case "after review": // the payout may be one of the five in a hundred that are drawn, which holds the case open
		var drawn string
		if s.c.TryQuery(`SELECT d.public_id::text FROM disbursements d JOIN after_reviews r ON r.disbursement_id = d.id WHERE r.outcome IS NULL`, nil, &drawn) == nil {
			s.c.As("county1-finance").Post("/disbursements/"+drawn+"/after-review", map[string]any{"outcome": "ok"})
		}
		return map[string]any{}
	default:
		s.t.Fatalf("the story asks for %q", what)
		return nil
	}
}
