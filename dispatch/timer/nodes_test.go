package timer_test

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"time"

	"example.org/hotline/dispatch/timer"
	"example.org/hotline/internal/act"
	"example.org/hotline/internal/pulse"
	"example.org/hotline/store"
)

// mortal is a process whose word no longer reaches the database once it is
// dead: it neither renews its shards nor gives them back.
type mortal struct {
	*store.DB
	dead atomic.Bool
}

var errDead = errors.New("dead")

func (m *mortal) LeaseShards(ctx context.Context, owner string, length time.Duration) ([]act.Lease, error) {
	if m.dead.Load() {
		return nil, errDead
	}
	return m.DB.LeaseShards(ctx, owner, length)
}

func (m *mortal) ReleaseShards(ctx context.Context, owner string) error {
	if m.dead.Load() {
		return errDead
	}
	return m.DB.ReleaseShards(ctx, owner)
}

// With the leases of a real line: whoever comes has its shards, and whoever
// dies has lost them, within 15 seconds; what falls due meanwhile fires once.
func TestShardsMoveWithinFifteenSeconds(t *testing.T) {
	h := newHouse(t)
	node := func(name string) *mortal {
		m := &mortal{DB: h.db}
		e := timer.New(m, h.redis(""), timer.Options{Node: name, Now: h.clock.Now, Scale: h.clock.Scale})
		e.Handle("probe", effect)
		run(t, e.Run)
		return m
	}
	held := func(name string) int {
		return h.count(`SELECT count(*) FROM timer_shards WHERE owner LIKE $1 || '/%' AND expires_at > clock_timestamp()`, name)
	}
	// within waits for the shares and compares by the database's clock.
	within := func(what string, from time.Time, want map[string]int) {
		t.Helper()
		h.await(what, func() bool {
			for name, n := range want {
				if held(name) != n {
					return false
				}
			}
			return true
		})
		if took := h.now().Sub(from); took > 15*time.Second {
			t.Errorf("%s took %s", what, took)
		}
	}
	node("a")
	within("the first node to have all", h.now(), map[string]int{"a": pulse.Shards})
	h.fill(200, h.now(), 100*time.Millisecond) // 20 s of them

	came := h.now()
	b := node("b")
	within("the second to have its share", came, map[string]int{"a": 8, "b": 8})

	died := h.now()
	b.dead.Store(true)
	within("the first to have the shards of the dead", died, map[string]int{"a": pulse.Shards})
	h.awaitFired(200)
	h.onceEach(200)
}
