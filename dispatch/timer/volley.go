package timer

import (
	"context"
	"slices"

	"example.org/hotline/internal/act"
)

// volley is what one shard has to fire at once.
type volley struct {
	lease act.Lease
	path  string
	ids   []int64

	done  chan struct{} // closed when what follows is there
	fired act.Fired
	err   error
}

// shoot hands a shard's timers to whoever fires next, and waits for it.
func (e *Engine[T]) shoot(ctx context.Context, lease act.Lease, path string, ids []int64) (act.Fired, error) {
	v := &volley{lease: lease, path: path, ids: ids, done: make(chan struct{})}
	select {
	case e.volleys <- v:
	case <-ctx.Done():
		return act.Fired{}, context.Cause(ctx)
	}
	select {
	case <-v.done:
		return v.fired, v.err
	case <-ctx.Done():
		return act.Fired{}, context.Cause(ctx)
	}
}

// fireVolleys fires what waits, the timers of several shards in one transaction:
// a commit costs the same for one timer as for fifty, and sixteen shards that fire
// one each are how a busy city's timers come. While all are alone nobody waits.
func (e *Engine[T]) fireVolleys(ctx context.Context) {
	var next *volley // did not fit with those before
	for {
		first := next
		if first == nil {
			select {
			case first = <-e.volleys:
			case <-ctx.Done():
				return
			}
		}
		var together []*volley
		together, next = e.waiting(first)
		e.fireTogether(ctx, together)
	}
}

// waiting adds to a volley those that wait as well, as far as they go together
// with it; over is one that does not.
func (e *Engine[T]) waiting(first *volley) (together []*volley, over *volley) {
	together = []*volley{first}
	for n := len(first.ids); n < e.o.Batch; {
		select {
		case v := <-e.volleys:
			if v.path != first.path || n+len(v.ids) > e.o.Batch {
				return together, v
			}
			together, n = append(together, v), n+len(v.ids)
		default:
			return together, nil
		}
	}
	return together, nil
}

// fireTogether fires volleys in one transaction, and where that fails each in
// its own: a lost lease or a bad timer of one is none of the others'.
func (e *Engine[T]) fireTogether(ctx context.Context, together []*volley) {
	leases := make([]act.Lease, 0, len(together))
	var ids []int64
	for _, v := range together {
		if !slices.Contains(leases, v.lease) {
			leases = append(leases, v.lease)
		}
		ids = append(ids, v.ids...)
	}
	fired, err := e.store.FireTimers(ctx, leases, together[0].path, ids, e.handle)
	for _, v := range together {
		v.fired, v.err = v.part(fired), err
		if err != nil && len(together) > 1 {
			before := v.fired // of a group that was committed in parts, some may be through
			v.fired, v.err = e.store.FireTimers(ctx, []act.Lease{v.lease}, v.path, v.rest(before), e.handle)
			v.fired.Fired, v.fired.Gone = append(before.Fired, v.fired.Fired...), append(before.Gone, v.fired.Gone...)
		}
		close(v.done)
	}
}

// part is what of a result is the volley's.
func (v *volley) part(all act.Fired) act.Fired {
	mine := act.Fired{At: all.At}
	for _, t := range all.Fired {
		if slices.Contains(v.ids, t.ID) {
			mine.Fired = append(mine.Fired, t)
		}
	}
	for _, t := range all.Later {
		if slices.Contains(v.ids, t.ID) {
			mine.Later = append(mine.Later, t)
		}
	}
	for _, id := range all.Gone {
		if slices.Contains(v.ids, id) {
			mine.Gone = append(mine.Gone, id)
		}
	}
	return mine
}

// rest are the timers that a result has not settled.
func (v *volley) rest(done act.Fired) []int64 {
	return slices.DeleteFunc(slices.Clone(v.ids), func(id int64) bool {
		return slices.Contains(done.Gone, id) || slices.ContainsFunc(done.Fired, func(t act.Timer) bool { return t.ID == id })
	})
}
