// Package asking waits for checks and asks the sources, all at once. Any number of
// nodes may run one: each check is claimed by one of them, once. What a source says
// is written down as it comes, each answer in a transaction of its own. A node that
// dies leaves answers that nobody waits for any more; the check's timer ends them as
// unanswered, and they stay unknown.
package asking

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"example.org/hotline/internal/act"
	"example.org/hotline/relief/source"
)

// Store is what asking needs of the database.
type Store interface {
	// ClaimCheck takes the oldest check that nobody has taken; false where there is none.
	ClaimCheck(ctx context.Context, node string) (source.Claim, bool, error)
	// StillAsked reports whether an answer is waited for still: false once the consent was taken back.
	StillAsked(ctx context.Context, answer int64) (bool, error)
	// CheckEnded reports whether a check has ended.
	CheckEnded(ctx context.Context, check int64) (bool, error)
	// SaveAnswer writes what a source said; act.ErrConflict where the answer is waited for no longer.
	SaveAnswer(ctx context.Context, c source.Claim, a source.Asked, r source.Reading) error
	// EndCheck ends a check.
	EndCheck(ctx context.Context, check int64) error
	// SaveBreakers writes how this node's breakers stand, by source.
	SaveBreakers(ctx context.Context, node string, states map[string]string) error
}

// Source is a source that can be asked.
type Source interface {
	Ask(ctx context.Context, q source.Question) source.Reading
	OnChange(fn func(source, state string))
}

// Options of New.
type Options struct {
	Node       string
	Sources    map[string]Source // by code; what is missing is not connected
	Parallel   int               // questions to one source at a time
	Poll       time.Duration     // 500 ms: how often it looks for checks
	Logger     *slog.Logger
	Registerer prometheus.Registerer // nil: no metrics are kept
}

// Asker asks.
type Asker struct {
	store   Store
	o       Options
	asked   *prometheus.CounterVec
	took    *prometheus.HistogramVec
	slots   map[string]chan struct{}
	breaks  sync.Mutex
	states  map[string]string
	changed chan struct{}
}

// New is an asker; Run starts it.
func New(store Store, o Options) *Asker {
	if o.Poll == 0 {
		o.Poll = 500 * time.Millisecond
	}
	a := &Asker{store: store, o: o, slots: map[string]chan struct{}{}, states: map[string]string{}, changed: make(chan struct{}, 1),
		asked: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "hotline_source_answers_total", Help: "Answers of data sources, by source, status and code."}, []string{"source", "status", "code"}),
		took: prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: "hotline_source_seconds", Help: "How long data sources took to answer, tries included.",
			Buckets: []float64{.05, .1, .25, .5, 1, 2.5, 5, 10, 20, 30}}, []string{"source"})}
	if o.Registerer != nil {
		o.Registerer.MustRegister(a.asked, a.took)
	}
	for code, s := range o.Sources {
		a.slots[code], a.states[code] = make(chan struct{}, max(o.Parallel, 1)), "closed"
		s.OnChange(a.breaker)
	}
	return a
}

// breaker notes that a breaker has changed; it is written down by Run.
func (a *Asker) breaker(code, state string) {
	a.breaks.Lock()
	a.states[code] = state
	a.breaks.Unlock()
	select {
	case a.changed <- struct{}{}:
	default:
	}
	a.o.Logger.Warn("the breaker of a data source has changed", "source", code, "state", state)
}

// Run asks until ctx ends. One check that is slow holds no other one up.
func (a *Asker) Run(ctx context.Context) error {
	var wg sync.WaitGroup
	defer wg.Wait()
	tick := time.NewTicker(a.o.Poll)
	defer tick.Stop()
	a.saveBreakers(ctx)
	for {
		for ctx.Err() == nil {
			claim, due, err := a.store.ClaimCheck(ctx, a.o.Node)
			if err != nil && ctx.Err() == nil {
				a.o.Logger.Warn("checks cannot be looked for; it is tried again", "error", err)
			}
			if err != nil || !due {
				break
			}
			wg.Go(func() { a.Check(ctx, claim) })
		}
		select {
		case <-ctx.Done():
			return nil
		case <-a.changed:
			a.saveBreakers(ctx)
		case <-tick.C:
		}
	}
}

func (a *Asker) saveBreakers(ctx context.Context) {
	a.breaks.Lock()
	states := make(map[string]string, len(a.states))
	for code, state := range a.states {
		states[code] = state
	}
	a.breaks.Unlock()
	if err := a.store.SaveBreakers(ctx, a.o.Node, states); err != nil && ctx.Err() == nil {
		a.o.Logger.Warn("how the breakers stand was not written down", "error", err)
	}
}

// Check asks every question of a claim, all sources at once, and ends the check.
func (a *Asker) Check(ctx context.Context, c source.Claim) {
	asking, cancel := context.WithTimeout(ctx, c.Left)
	defer cancel()
	go a.watch(asking, c, cancel)
	var wg sync.WaitGroup
	for _, one := range c.Questions {
		wg.Go(func() {
			r := a.ask(asking, one)
			a.asked.WithLabelValues(one.Question.Source, string(r.Status), r.Code).Inc()
			a.took.WithLabelValues(one.Question.Source).Observe(r.Took.Seconds())
			err := a.store.SaveAnswer(context.WithoutCancel(ctx), c, one, r) // also when the program is stopping: the source has answered
			switch {
			case errors.Is(err, act.ErrConflict):
				a.o.Logger.Info("an answer came too late and was not used", "source", one.Question.Source, "check", c.PublicID)
			case err != nil:
				a.o.Logger.Error("an answer could not be written down; it stays unknown", "source", one.Question.Source, "check", c.PublicID, "error", err)
			}
		})
	}
	wg.Wait()
	if err := a.store.EndCheck(context.WithoutCancel(ctx), c.Check); err != nil {
		a.o.Logger.Warn("a check could not be ended; its timer does it", "check", c.PublicID, "error", err)
	}
}

// watch stops whatever is being asked, tries again included, once the check has ended
// before its time: the consent was taken back, and nothing more leaves.
func (a *Asker) watch(asking context.Context, c source.Claim, stop func()) {
	tick := time.NewTicker(a.o.Poll)
	defer tick.Stop()
	for {
		select {
		case <-asking.Done():
			return
		case <-tick.C:
		}
		if ended, err := a.store.CheckEnded(asking, c.Check); err == nil && ended {
			stop()
			return
		}
	}
}

// ask asks one question when the source has a place free, if it may still leave then.
func (a *Asker) ask(ctx context.Context, one source.Asked) source.Reading {
	q := one.Question
	began := time.Now() //nolint:forbidigo // how long it really took
	to, connected := a.o.Sources[q.Source]
	switch {
	case !connected:
		return source.Failed(source.WhyNotConnected)
	case q.Number == "":
		return source.Failed(source.WhyNoIdentity)
	}
	select {
	case a.slots[q.Source] <- struct{}{}:
		defer func() { <-a.slots[q.Source] }()
	case <-ctx.Done():
		r := source.Late()
		r.Took = time.Since(began)
		return r
	}
	switch asked, err := a.store.StillAsked(ctx, one.Answer); {
	case err != nil:
		a.o.Logger.Warn("whether a question may still leave could not be made sure of; it stays here", "source", q.Source, "error", err)
		return source.Failed(source.WhyNotAsked)
	case !asked:
		return source.Failed(source.WhyWithdrawn)
	}
	return to.Ask(ctx, q)
}
