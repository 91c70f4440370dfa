package timer

import (
	"context"
	"time"

	"example.org/hotline/internal/act"
	"example.org/hotline/internal/pulse"
)

// shardOf is the shard that the rows of a subject's timers carry.
func shardOf(s act.Subject) int16 { return int16(s.ID & (pulse.Shards - 1)) }

// Armed takes note of timers that a transaction has just committed. It never
// blocks: what does not fit is found by the sweep.
func (e *Engine[T]) Armed(timers []act.Timer) {
	select {
	case e.armed <- timers:
	default:
	}
}

// index brings newly armed timers into the index and wakes whoever looks after
// their shards.
func (e *Engine[T]) index(ctx context.Context, timers []act.Timer) {
	now := e.o.Now()
	byShard, soon := map[int16][]act.Timer{}, map[int16]bool{}
	for _, t := range timers {
		if t.DueAt.After(now.Add(e.o.Horizon)) {
			continue // the top-up brings it in time
		}
		n := shardOf(t.Subject)
		byShard[n] = append(byShard[n], t)
		// Whoever looks after the shard looks at least that often by itself.
		soon[n] = soon[n] || t.DueAt.Before(now.Add(e.app(longestSleep+100*time.Millisecond)))
	}
	for n, list := range byShard {
		_ = e.redis.AddTimers(ctx, n, entries(list)) // the sweep finds what is lost here
		if !soon[n] {
			continue
		}
		if _, mine := e.shards[n].held(); mine {
			e.shards[n].wake()
			if !e.redis.Up() {
				e.wakeSweep()
			}
			continue
		}
		e.redis.Wake(ctx, pulse.WakeTimers, e.shards[n].name())
	}
}
