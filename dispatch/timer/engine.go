package timer

import (
	"context"
	"log/slog"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/google/uuid"

	"example.org/hotline/internal/act"
	"example.org/hotline/internal/pulse"
)

// Engine fires the timers of the shards that this process looks after.
type Engine[T act.Tx] struct {
	store    Store[T]
	redis    *pulse.Client
	o        Options
	log      *slog.Logger
	owner    string // node/incarnation
	metrics  *metrics
	handlers map[string]Handler[T]

	shards   [pulse.Shards]*shard
	volleys  chan *volley  // wait to be fired
	filling  chan struct{} // shards that fill their index at a time
	armed    chan []act.Timer
	sweepNow chan struct{}
	graceOff atomic.Bool // the next sweep leaves nothing to Redis
}

// New prepares an engine; Handle its kinds before Run.
func New[T act.Tx](store Store[T], redis *pulse.Client, o Options) *Engine[T] {
	o.fill()
	e := &Engine[T]{store: store, redis: redis, o: o, log: o.Logger, owner: o.Node + "/" + uuid.NewString()[:8],
		metrics: newMetrics(o.Registerer), handlers: map[string]Handler[T]{},
		volleys: make(chan *volley, pulse.Shards), filling: make(chan struct{}, fillers), armed: make(chan []act.Timer, 1024), sweepNow: make(chan struct{}, 1)}
	for i := range e.shards {
		e.shards[i] = &shard{number: int16(i), nudge: make(chan struct{}, 1)}
	}
	return e
}

// Handle registers what a kind of timer does. Not after Run has begun.
func (e *Engine[T]) Handle(kind string, h Handler[T]) { e.handlers[kind] = h }

// real turns a length of application time into real time.
func (e *Engine[T]) real(app time.Duration) time.Duration {
	return time.Duration(float64(app) / e.o.Scale())
}

// app turns a length of real time into application time.
func (e *Engine[T]) app(real time.Duration) time.Duration {
	return time.Duration(float64(real) * e.o.Scale())
}

// Run fires timers until ctx ends, then gives its shards back. It returns nil:
// with PostgreSQL away it goes on trying.
func (e *Engine[T]) Run(ctx context.Context) error {
	var wg sync.WaitGroup
	wg.Go(func() { e.keepLeases(ctx) })
	wg.Go(func() { e.sweep(ctx) })
	wg.Go(func() { e.audit(ctx) })
	wg.Go(func() { e.hearWakes(ctx) })
	wg.Go(func() { e.topUp(ctx) })
	wg.Go(func() { _ = e.RunArming(ctx) })
	for range e.o.Workers {
		wg.Go(func() { e.fireVolleys(ctx) })
	}
	for _, s := range e.shards {
		wg.Go(func() { e.runShard(ctx, s) })
	}
	wg.Wait()
	grace, cancel := context.WithTimeout(context.WithoutCancel(ctx), 2*time.Second)
	defer cancel()
	if err := e.store.ReleaseShards(grace, e.owner); err != nil {
		e.log.Warn("timer shards were not given back; they are free when their leases end", "error", err)
	}
	return nil
}

// RunArming only brings newly armed timers into the index. A node that fires
// none runs this instead of Run. It returns nil when ctx ends.
func (e *Engine[T]) RunArming(ctx context.Context) error {
	for {
		select {
		case <-ctx.Done():
			return nil
		case timers := <-e.armed:
			e.index(ctx, timers)
		}
	}
}

// every runs fn at once and then each interval, until ctx ends.
func every(ctx context.Context, interval time.Duration, fn func()) {
	tick := time.NewTicker(interval)
	defer tick.Stop()
	for {
		fn()
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// keepLeases renews this process's shards and learns of new and lost ones.
func (e *Engine[T]) keepLeases(ctx context.Context) {
	every(ctx, e.o.LeaseEvery, func() {
		asked := time.Now() //nolint:forbidigo // a lease runs in real time, which no step of the city's clock may stretch
		leases, err := e.store.LeaseShards(ctx, e.owner, e.o.LeaseLength)
		if err != nil {
			if ctx.Err() == nil {
				e.log.Warn("timer shards could not be leased", "error", err)
			}
			return
		}
		held := map[int16]act.Lease{}
		for _, l := range leases {
			held[l.Shard] = l
		}
		for _, s := range e.shards {
			l, ok := held[s.number]
			if s.setLease(l, ok, asked.Add(e.o.LeaseLength)) {
				s.wake()
			}
		}
		e.wakeSweep()
	})
}

// hearWakes passes wake-ups on to the shards they concern.
func (e *Engine[T]) hearWakes(ctx context.Context) {
	wakes := e.redis.Listen(pulse.WakeTimers)
	defer wakes.Close()
	for {
		select {
		case <-ctx.Done():
			return
		case <-wakes.C:
			payloads, all := wakes.Take()
			for _, s := range e.shards {
				if all { // nobody knows what was missed, nor what the index has lost
					s.load.Store(true)
				}
				if all || slices.Contains(payloads, s.name()) {
					s.wake()
				}
			}
			if all || !e.redis.Up() {
				e.wakeSweep()
			}
		}
	}
}

// ClockMoved looks at everything again: what lay in the future may be due.
func (e *Engine[T]) ClockMoved() {
	for _, s := range e.shards {
		s.load.Store(true) // the horizon has moved
		s.wake()
	}
	e.wakeSweepAll()
}

// topUp brings into the index what has come within the horizon.
func (e *Engine[T]) topUp(ctx context.Context) {
	every(ctx, e.o.TopUpEvery, func() {
		for _, s := range e.shards {
			s.load.Store(true)
			s.wake()
		}
	})
}

// audit looks for open subjects that nothing would ever wake.
func (e *Engine[T]) audit(ctx context.Context) {
	every(ctx, e.o.AuditEvery, func() {
		mended, err := e.store.AuditTimers(ctx)
		if err != nil && ctx.Err() == nil {
			e.log.Warn("the timers could not be audited", "error", err)
		}
		for _, s := range mended {
			e.metrics.mended.Inc()
			e.log.Error("an open ticket had no pending timer; it has one again", "alarm", true, s.Kind, s.ID)
		}
	})
}
