package timer

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// WatchStore is what the watch asks the database.
type WatchStore interface {
	// OldestOverdue is for how long, in real time, the oldest pending timer has been due.
	OldestOverdue(ctx context.Context) (time.Duration, error)
	// UntimedTickets counts open tickets that nothing would ever wake, up to some bound.
	UntimedTickets(ctx context.Context) (int, error)
}

// WatchOptions of NewWatch. Zero durations mean the default named beside them.
type WatchOptions struct {
	Logger     *slog.Logger
	Registerer prometheus.Registerer // nil: no metrics are kept

	// URL is called each time all is well, so that whoever listens there raises the alarm when the calls stop:
	// also where this machine, its network or its database are gone. Empty: nobody is called.
	URL    string
	Method string        // GET or POST; default POST
	Every  time.Duration // 1 min
	Limit  time.Duration // 30 s: how long a timer may be overdue while all is well
}

// Watch looks from outside at whether timers fire. It asks the database alone
// and shares nothing with the engine, which may have died: it runs on every
// node, also on those that fire none.
type Watch struct {
	store  WatchStore
	o      WatchOptions
	client *http.Client

	untimed  prometheus.Gauge
	answered prometheus.Gauge

	mu   sync.Mutex
	last error     // of the last look or call
	at   time.Time // real time of the last call that was answered
}

// callLimit bounds one call of the dead man's URL.
const callLimit = 10 * time.Second

// NewWatch prepares a watch; Run begins it.
func NewWatch(store WatchStore, o WatchOptions) *Watch {
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	if o.Method == "" {
		o.Method = http.MethodPost
	}
	if o.Every <= 0 {
		o.Every = time.Minute
	}
	if o.Limit <= 0 {
		o.Limit = 30 * time.Second
	}
	gauge := func(name, help string) prometheus.Gauge {
		return prometheus.NewGauge(prometheus.GaugeOpts{Namespace: "hotline", Subsystem: "dispatch", Name: name, Help: help})
	}
	w := &Watch{store: store, o: o,
		untimed:  gauge("untimed_tickets", "Open tickets without a pending timer at the last look. Any for two minutes is an alarm."),
		answered: gauge("dead_man_answered_seconds", "Unix time of the last call of the dead man's URL that was answered with success; 0: none yet."),
		// Only the address of the settings is ever called: whoever answers there leads us nowhere else.
		client: &http.Client{Timeout: callLimit, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }},
	}
	if o.Registerer != nil {
		o.Registerer.MustRegister(w.untimed, w.answered, prometheus.NewGaugeFunc(prometheus.GaugeOpts{Namespace: "hotline", Subsystem: "dispatch",
			Name: "oldest_overdue_seconds", Help: "For how long the oldest pending timer has been due, by the database; -1 when it does not answer."}, w.overdueSeconds))
	}
	return w
}

func (w *Watch) overdueSeconds() float64 {
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	age, err := w.store.OldestOverdue(ctx)
	if err != nil {
		return -1
	}
	return age.Seconds()
}

// Overdue tells how long the oldest pending timer has been due, and an error
// where that is longer than it may be or the database does not answer.
func (w *Watch) Overdue(ctx context.Context) (time.Duration, error) {
	age, err := w.store.OldestOverdue(ctx)
	if err == nil && age > w.o.Limit {
		err = fmt.Errorf("timers fire late: the oldest has been due for %s", age.Round(time.Second))
	}
	return age, err
}

// DeadMan tells when the URL last answered, and what was wrong at the last look
// or call. Both are zero before the first, and without a URL.
func (w *Watch) DeadMan() (answered time.Time, fault error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.at, w.last
}

// Run looks each minute until ctx ends, and returns nil.
func (w *Watch) Run(ctx context.Context) error {
	every(ctx, w.o.Every, func() {
		err := w.look(ctx)
		if ctx.Err() != nil {
			return
		}
		answered := time.Time{}
		if err != nil {
			w.o.Logger.Error("the watch over timers found a fault; the dead man's URL is not called", "alarm", true, "error", err)
		} else if w.o.URL != "" {
			if err = w.call(ctx); err != nil && ctx.Err() == nil {
				w.o.Logger.Warn("the dead man's URL did not answer: whoever listens there will raise the alarm", "error", err)
			} else if err == nil {
				answered = time.Now() //nolint:forbidigo // of the world outside
				w.answered.Set(float64(answered.Unix()))
			}
		}
		w.note(answered, err)
	})
	return nil
}

func (w *Watch) note(answered time.Time, err error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if !answered.IsZero() {
		w.at = answered
	}
	w.last = err
}

// look fails unless no timer is overdue and every open ticket has one.
func (w *Watch) look(ctx context.Context) error {
	if _, err := w.Overdue(ctx); err != nil {
		return err
	}
	n, err := w.store.UntimedTickets(ctx)
	if err != nil {
		return err
	}
	w.untimed.Set(float64(n))
	if n > 0 {
		return fmt.Errorf("%d open tickets have no pending timer", n)
	}
	return nil
}

// call tells the world that all is well. The URL may hold a token and is in no error.
func (w *Watch) call(ctx context.Context) error {
	r, err := http.NewRequestWithContext(ctx, w.o.Method, w.o.URL, http.NoBody)
	if err != nil {
		return errors.New("the address is no URL")
	}
	answer, err := w.client.Do(r)
	if err != nil {
		return fmt.Errorf("no answer: %w", errors.Unwrap(err)) // without the *url.Error, which repeats the address
	}
	defer answer.Body.Close()                                     //nolint:errcheck // nothing of it is used
	_, _ = io.Copy(io.Discard, io.LimitReader(answer.Body, 4096)) // so that the connection can be used again
	if answer.StatusCode < 200 || answer.StatusCode > 299 {
		return fmt.Errorf("it answered %s", answer.Status)
	}
	return nil
}
