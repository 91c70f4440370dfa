package timer

import (
	"context"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/google/uuid"

	"example.org/hotline/internal/act"
	"example.org/hotline/internal/failpoint"
	"example.org/hotline/internal/pulse"
)

// shard is one part of the timers, and whether this process looks after it.
type shard struct {
	number int16
	nudge  chan struct{}
	load   atomic.Bool // fill the index from the beginning

	mu    sync.Mutex
	lease act.Lease
	until time.Time // real time; zero when not held

	// Of the shard's own goroutine:
	gen    string // generation of the index as we know it
	filler filler
}

// filler is one pass over the pending timers of a shard, a page at a time.
type filler struct {
	running bool
	due     time.Time
	id      int64
}

func (s *shard) name() string { return strconv.Itoa(int(s.number)) }

func (s *shard) wake() {
	select {
	case s.nudge <- struct{}{}:
	default:
	}
}

// setLease notes what we hold and reports whether that is news.
func (s *shard) setLease(l act.Lease, held bool, until time.Time) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	was := s.lease
	if !held {
		s.lease, s.until = act.Lease{}, time.Time{}
		return false
	}
	s.lease, s.until = l, until
	if was == l {
		return false
	}
	s.load.Store(true)
	return true
}

// held is the lease, and false where another looks after the shard.
func (s *shard) held() (act.Lease, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.lease, time.Now().Before(s.until) //nolint:forbidigo // a lease runs in real time
}

func (s *shard) drop() { s.setLease(act.Lease{}, false, time.Time{}) }

const (
	longestSleep  = time.Second           // the clock may be moved, a wake-up lost
	shortestSleep = 50 * time.Millisecond // after a claim that came too early, so that it cannot spin
	fillPage      = 1000
	fillers       = 2 // shards that fill at a time, beyond their first page
)

// runShard claims from the index what is due, sleeps until the next is, and
// fills the index where it has gaps. Without Redis or the lease it waits; the
// sweep does the work.
func (e *Engine[T]) runShard(ctx context.Context, s *shard) {
	for ctx.Err() == nil {
		sleep := e.turn(ctx, s)
		if sleep <= 0 {
			continue
		}
		rest(ctx, sleep, s.nudge)
	}
}

// rest waits for the time, a nudge or the end of ctx, whichever comes first.
func rest(ctx context.Context, length time.Duration, nudge <-chan struct{}) {
	wait := time.NewTimer(length)
	defer wait.Stop()
	select {
	case <-ctx.Done():
	case <-nudge:
	case <-wait.C:
	}
}

// turn is one look at the shard. It returns for how long there is nothing to do.
func (e *Engine[T]) turn(ctx context.Context, s *shard) time.Duration {
	lease, held := s.held()
	now := e.o.Now()
	if !held || !e.redis.Up() {
		return longestSleep
	}
	if s.load.Swap(false) {
		s.filler = filler{running: true}
	}
	filled, err := e.fillInTurn(ctx, s, now)
	if err != nil {
		return longestSleep
	}
	claim, err := e.redis.ClaimTimers(ctx, s.number, s.gen, now, e.o.Batch, e.o.ClaimLease)
	switch {
	case err != nil:
		return longestSleep
	case claim.Stale:
		e.metrics.rebuilds.Inc()
		e.log.Warn("the index of timers was lost; filling it again", "shard", s.number)
		s.filler = filler{running: true}
		return 0
	case len(claim.IDs) > 0:
		failpoint.Hit(failpoint.TimerAfterClaim)
		return e.fire(ctx, lease, PathRedis, claim.IDs)
	case s.filler.running && filled:
		return 0
	case s.filler.running:
		return shortestSleep // others fill
	case claim.Next.IsZero():
		return longestSleep
	default:
		return min(longestSleep, max(time.Millisecond, e.real(claim.Next.Sub(now))))
	}
}

// fillInTurn fills where there is something to fill and room to do so. Few
// shards at a time: what is due now must not wait for what is due in hours. The
// first page, which holds the soonest, waits for nobody.
func (e *Engine[T]) fillInTurn(ctx context.Context, s *shard, now time.Time) (filled bool, err error) {
	if !s.filler.running {
		return false, nil
	}
	if !s.filler.due.IsZero() {
		select {
		case e.filling <- struct{}{}:
			defer func() { <-e.filling }()
		default:
			return false, nil
		}
	}
	return true, e.fill(ctx, s, now)
}

// fill brings one page of pending timers into the index.
// The soonest come first and claims go on in between, so that a rebuild of a
// million delays nothing that is due.
func (e *Engine[T]) fill(ctx context.Context, s *shard, now time.Time) error {
	f := &s.filler
	if f.due.IsZero() {
		gen, _, err := e.redis.Generation(ctx, s.number, uuid.NewString())
		if err != nil {
			return err
		}
		s.gen = gen
	}
	timers, err := e.store.UpcomingTimers(ctx, s.number, now.Add(max(e.o.Horizon, e.app(2*e.o.TopUpEvery))), f.due, f.id, fillPage)
	if err != nil {
		return err
	}
	if err := e.redis.AddTimers(ctx, s.number, entries(timers)); err != nil {
		return err
	}
	if len(timers) < fillPage {
		*f = filler{}
		return nil
	}
	last := timers[len(timers)-1]
	f.due, f.id = last.DueAt, last.ID
	return nil
}

func entries(timers []act.Timer) []pulse.Due {
	due := make([]pulse.Due, len(timers))
	for i, t := range timers {
		due[i] = pulse.Due{ID: t.ID, At: t.DueAt}
	}
	return due
}
