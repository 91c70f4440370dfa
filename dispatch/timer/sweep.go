package timer

import (
	"context"
	"time"

	"example.org/hotline/internal/act"
)

func (e *Engine[T]) wakeSweep() {
	select {
	case e.sweepNow <- struct{}{}:
	default:
	}
}

// wakeSweepAll also takes back the grace for one pass: the clock was moved, and
// what fell due by that may lie beyond what the index holds.
func (e *Engine[T]) wakeSweepAll() {
	e.graceOff.Store(true)
	e.wakeSweep()
}

// sweep asks the database for what is overdue. With Redis that is little: what
// the index has lost or not yet learned. Without Redis it is all there is, and
// comes round many times a second.
func (e *Engine[T]) sweep(ctx context.Context) {
	for ctx.Err() == nil {
		interval, grace := e.o.SweepEvery, e.app(e.o.SweepGrace)
		if !e.redis.Up() {
			interval, grace = e.o.SweepEveryDown, 0
		}
		if e.graceOff.Swap(false) {
			grace = 0
		}
		if e.sweepOnce(ctx, grace) {
			continue
		}
		rest(ctx, interval, e.sweepNow)
	}
}

// sweepOnce fires one batch of overdue timers, oldest first, and reports
// whether there may be more.
func (e *Engine[T]) sweepOnce(ctx context.Context, grace time.Duration) (more bool) {
	leases := map[int16]act.Lease{}
	var mine []int16
	for _, s := range e.shards {
		if l, ok := s.held(); ok {
			leases[s.number] = l
			mine = append(mine, s.number)
		}
	}
	if len(mine) == 0 {
		return false
	}
	timers, err := e.store.OverdueTimers(ctx, mine, grace, e.o.Batch)
	if err != nil {
		return false
	}
	byShard := map[int16][]int64{}
	for _, t := range timers {
		n := shardOf(t.Subject)
		byShard[n] = append(byShard[n], t.ID)
	}
	waited := false
	for n, ids := range byShard {
		if e.fire(ctx, leases[n], PathSweep, ids) > 0 {
			waited = true
		}
	}
	return len(timers) == e.o.Batch && !waited && ctx.Err() == nil
}
