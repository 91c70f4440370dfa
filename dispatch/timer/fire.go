package timer

import (
	"context"
	"errors"
	"fmt"
	"math"
	"time"

	"example.org/hotline/internal/act"
	"example.org/hotline/internal/pulse"
)

// errNoHandler marks a kind that this build does not know. Another node's may:
// such a timer is kept, however often it fails.
var errNoHandler = errors.New("no handler for this kind of timer")

// handle calls the handler of a timer's kind. A panic is an error of that timer alone.
func (e *Engine[T]) handle(ctx context.Context, tx T, t act.Timer) (err error) {
	h, ok := e.handlers[t.Kind]
	if !ok {
		return fmt.Errorf("%w: %s", errNoHandler, t.Kind)
	}
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic in the handler of %s: %v", t.Kind, p)
		}
	}()
	return h(ctx, tx, t)
}

// fire fires a batch, and where that fails each of it alone, so that one bad
// timer holds up only itself. It returns how long to wait before looking again.
func (e *Engine[T]) fire(ctx context.Context, lease act.Lease, path string, ids []int64) time.Duration {
	done, err := e.shoot(ctx, lease, path, ids)
	left := e.settle(ctx, lease.Shard, path, ids, done)
	switch {
	case err == nil:
		e.comeBack(ctx, lease.Shard, path, left)
		if len(done.Later) > 0 || len(left) > 0 {
			return shortestSleep
		}
		return 0
	case isLeaseLost(err):
		e.shards[lease.Shard].drop()
		return longestSleep
	case errors.Is(err, act.ErrUnavailable) || ctx.Err() != nil:
		return shortestSleep // the database is away: nothing has happened to them
	case len(left) == 1:
		e.fail(ctx, lease.Shard, path, left[0], err)
		return shortestSleep
	}
	for _, id := range left {
		e.fireAlone(ctx, lease, path, id)
	}
	return shortestSleep
}

func isLeaseLost(err error) bool {
	fault, ok := errors.AsType[*act.Fault](err)
	return ok && fault.Code == "lease_lost"
}

func (e *Engine[T]) fireAlone(ctx context.Context, lease act.Lease, path string, id int64) {
	ids := []int64{id}
	done, err := e.store.FireTimers(ctx, []act.Lease{lease}, path, ids, e.handle)
	left := e.settle(ctx, lease.Shard, path, ids, done)
	switch {
	case err == nil:
		e.comeBack(ctx, lease.Shard, path, left)
	case isLeaseLost(err), errors.Is(err, act.ErrUnavailable), ctx.Err() != nil:
	default:
		e.fail(ctx, lease.Shard, path, id, err)
	}
}

// settle tells the index what became of a batch, and returns what is still
// pending and due.
func (e *Engine[T]) settle(ctx context.Context, shard int16, path string, ids []int64, done act.Fired) (left []int64) {
	e.metrics.fired(path, done, e.real)
	ended := append([]int64(nil), done.Gone...)
	settled := map[int64]bool{}
	for _, t := range done.Fired {
		ended = append(ended, t.ID)
	}
	for _, id := range ended {
		settled[id] = true
	}
	for _, t := range done.Later {
		settled[t.ID] = true
	}
	// What the index does not learn now, its lease brings back, and the row says it has ended.
	_ = e.redis.AckTimers(ctx, shard, ended)
	_ = e.redis.ReturnTimers(ctx, shard, entries(done.Later))
	for _, id := range ids {
		if !settled[id] {
			left = append(left, id)
		}
	}
	return left
}

// comeBack returns timers to the index that somebody else's lock kept from firing.
func (e *Engine[T]) comeBack(ctx context.Context, shard int16, path string, ids []int64) {
	if len(ids) == 0 || path != PathRedis {
		return
	}
	now := e.o.Now()
	back := make([]pulse.Due, len(ids))
	for i, id := range ids {
		back[i] = pulse.Due{ID: id, At: now.Add(e.app(shortestSleep))}
	}
	_ = e.redis.ReturnTimers(ctx, shard, back)
}

// fail counts a failure of one timer. A lock that could not be had is none.
func (e *Engine[T]) fail(ctx context.Context, shard int16, path string, id int64, cause error) {
	if errors.Is(cause, act.ErrConflict) {
		e.comeBack(ctx, shard, path, []int64{id})
		return
	}
	dead := e.o.Dead
	if errors.Is(cause, errNoHandler) {
		dead = math.MaxInt16
	}
	e.metrics.failed.Inc()
	died, err := e.store.FailTimer(ctx, id, cause.Error(), dead)
	switch {
	case err != nil:
		e.log.Warn("a timer's failure could not be counted", "timer", id, "error", err, "cause", cause)
	case died:
		e.metrics.dead.Inc()
		e.log.Error("a timer was given up after repeated failures; see timer_log", "alarm", true, "timer", id, "error", cause)
	default:
		e.log.Error("a timer failed and will be tried again", "timer", id, "error", cause)
	}
	_ = e.redis.AckTimers(ctx, shard, []int64{id}) // it rests; the sweep brings it back
}
