package courier

import (
	"context"
	"errors"
	"log/slog"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"example.org/hotline/ledger/rail"
	"example.org/hotline/ledger/rail/bankhttp"
	"example.org/hotline/relief"
)

func TestPace(t *testing.T) {
	p := DefaultPace()
	for tries, want := range map[int]time.Duration{0: 5 * time.Second, 1: 5 * time.Second, 2: 10 * time.Second, 3: 20 * time.Second, 7: 320 * time.Second, 8: 10 * time.Minute, 1000: 10 * time.Minute} {
		if got := p.after(tries); got != want {
			t.Errorf("after %d tries: %s, want %s", tries, got, want)
		}
	}
	old := relief.Errand{Step: relief.ErrandAsk, Tries: 2, Since: p.Until}
	if got := p.again(old, bankhttp.Answer{Outcome: bankhttp.Unknown}); got.Wait != p.Watch || got.Step != relief.ErrandAsk {
		t.Errorf("an old one is asked about again in %s", got.Wait)
	}
}

// Every answer to every request, and how the errand goes on.
func TestHowAnErrandGoesOn(t *testing.T) {
	p := DefaultPace()
	accepted, refused, unknown, notSent := bankhttp.Answer{Outcome: bankhttp.Accepted}, bankhttp.Answer{Outcome: bankhttp.Refused, Code: "SUM"},
		bankhttp.Answer{Outcome: bankhttp.Unknown, Code: bankhttp.WhyTimeout}, bankhttp.Answer{Outcome: bankhttp.NotSent, Code: bankhttp.WhyDial}
	missing := bankhttp.Answer{Outcome: bankhttp.Unknown, Code: bankhttp.WhyNotThere}
	at := func(step relief.ErrandStep, tries int) relief.Errand { return relief.Errand{Step: step, Tries: tries} }
	for name, test := range map[string]struct {
		got  relief.ErrandNext
		want relief.ErrandNext
	}{
		"taken":                   {p.afterSending(at(relief.ErrandSending, 1), accepted), relief.ErrandNext{Step: relief.ErrandFetch, Wait: p.First, Said: "accepted"}},
		"refused":                 {p.afterSending(at(relief.ErrandSending, 1), refused), relief.ErrandNext{Step: relief.ErrandDone, Said: "refused SUM"}},
		"may have left":           {p.afterSending(at(relief.ErrandSending, 1), unknown), relief.ErrandNext{Step: relief.ErrandAsk, Wait: p.First, Said: "unknown timeout"}},
		"has not left":            {p.afterSending(at(relief.ErrandSending, 2), notSent), relief.ErrandNext{Step: relief.ErrandSend, Again: true, Wait: 2 * p.First, Said: "not_sent no_connection"}},
		"it has it":               {p.afterAsking(at(relief.ErrandAsk, 1), accepted, true), relief.ErrandNext{Step: relief.ErrandFetch, Wait: p.First, Said: "accepted"}},
		"it refuses it":           {p.afterAsking(at(relief.ErrandAsk, 1), refused, true), relief.ErrandNext{Step: relief.ErrandDone, Said: "refused SUM"}},
		"it says nothing":         {p.afterAsking(at(relief.ErrandAsk, 9), unknown, true), relief.ErrandNext{Step: relief.ErrandAsk, Again: true, Wait: p.Most, Said: "unknown timeout"}},
		"it is away":              {p.afterAsking(at(relief.ErrandAsk, 1), notSent, true), relief.ErrandNext{Step: relief.ErrandAsk, Again: true, Wait: p.First, Said: "not_sent no_connection"}},
		"not there yet":           {p.afterAsking(at(relief.ErrandAsk, 2), missing, true), relief.ErrandNext{Step: relief.ErrandAsk, Again: true, Wait: 2 * p.First, Said: "unknown not_there"}},
		"not there":               {p.afterAsking(at(relief.ErrandAsk, 3), missing, true), relief.ErrandNext{Step: relief.ErrandSend, Said: "unknown not_there"}},
		"not there, nothing said": {p.afterAsking(at(relief.ErrandAsk, 99), missing, false), relief.ErrandNext{Step: relief.ErrandAsk, Again: true, Wait: p.Most, Said: "unknown not_there"}},
		"some are open":           {p.afterLoading(at(relief.ErrandFetch, 1), accepted, 1), relief.ErrandNext{Step: relief.ErrandFetch, Again: true, Wait: p.First, Said: "accepted"}},
		"all is said":             {p.afterLoading(at(relief.ErrandFetch, 1), accepted, 0), relief.ErrandNext{Step: relief.ErrandWatch, Wait: p.Watch, Said: "accepted"}},
		"it thinks again":         {p.afterLoading(at(relief.ErrandWatch, 1), accepted, 1), relief.ErrandNext{Step: relief.ErrandFetch, Wait: p.First, Said: "accepted"}},
		"days later":              {p.afterLoading(relief.Errand{Step: relief.ErrandWatch, Since: p.Until}, accepted, 0), relief.ErrandNext{Step: relief.ErrandDone, Said: "accepted"}},
		"days later, away":        {p.watching(relief.Errand{Step: relief.ErrandWatch, Since: p.Until}, notSent), relief.ErrandNext{Step: relief.ErrandDone, Said: "not_sent no_connection"}},
	} {
		if test.got != test.want {
			t.Errorf("%s: %+v, want %+v", name, test.got, test.want)
		}
	}
}

// idle is a store with nothing to do, which fails at first.
type idle struct{ asked atomic.Int64 }

func (s *idle) ClaimErrand(context.Context, string, time.Duration) (relief.Errand, bool, error) {
	if s.asked.Add(1) == 1 {
		return relief.Errand{}, false, errors.New("away")
	}
	return relief.Errand{}, false, nil
}
func (*idle) BatchFile(context.Context, string) (rail.File, error) { return rail.File{}, nil }
func (*idle) SettleErrand(context.Context, relief.Errand, func(context.Context, relief.Tx) error, func(int) relief.ErrandNext) error {
	return nil
}

type named struct{ Bank }

func (named) ID() string              { return "b" }
func (named) Patience() time.Duration { return time.Second }

// The courier outlives a database that is away, looks at its pace, and stops when it is told.
func TestRun(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		s, done := &idle{}, make(chan error, 1)
		go func() {
			done <- New(s, Options{Banks: []Bank{named{}}, Poll: time.Second, Logger: slog.New(slog.DiscardHandler)}).Run(ctx)
		}()
		time.Sleep(10*time.Second + time.Millisecond) // of the bubble's clock
		cancel()
		if err := <-done; err != nil || s.asked.Load() != 11 {
			t.Errorf("looked %d times: %v", s.asked.Load(), err)
		}
	})
}
