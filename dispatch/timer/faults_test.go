package timer_test

import (
	"context"
	"errors"
	"io"
	"net"
	"net/url"
	"os"
	"sync"
	"testing"
	"time"

	"example.org/hotline/dispatch/timer"
	"example.org/hotline/internal/act"
	"example.org/hotline/internal/pulse"
	"example.org/hotline/store"
	"example.org/hotline/test/servers"
)

// Each fault that Redis, PostgreSQL or a process can do to a timer is a test
// here or beside it; docs/faults.md says which. Lags are by the database's clock.

// sweepFinds is how late a timer may be that the sweep alone finds: its grace, its beat, and a busy machine.
const sweepFinds = 3*time.Second + 2*time.Second + 2*time.Second

// lateBy fails if a timer fired later than the bound.
func (h *house) lateBy(bound time.Duration) {
	h.t.Helper()
	var worst time.Duration
	if err := h.look.QueryRow(h.t.Context(), `SELECT coalesce(max(ended_at - due_at), '0') FROM timer_log WHERE outcome = 'fired'`).Scan(&worst); err != nil {
		h.t.Fatal(err)
	}
	h.t.Logf("the latest fired %s after its time", worst.Round(time.Millisecond))
	if worst > bound {
		h.t.Errorf("one fired %s late, the bound is %s", worst, bound)
	}
}

// usual gives an engine the settings of a real line.
func usual(o *timer.Options) {
	*o = timer.Options{Node: o.Node, Now: o.Now, Scale: o.Scale}
}

func (h *house) awaitShards() {
	h.t.Helper()
	h.await("the first leases", func() bool {
		return h.count(`SELECT count(*) FROM timer_shards WHERE expires_at > clock_timestamp()`) == pulse.Shards
	})
}

// Killed after COMMIT, before the index learns of it: five seconds, by the sweep.
func TestATimerThatTheIndexNeverLearnedOfIsSwept(t *testing.T) {
	h := newHouse(t)
	h.engine("a", h.redis(servers.RedisOfKind(t).AppURL), usual, nil)
	h.awaitShards()
	h.await("the index to be filled for the first time", func() bool { return h.count(`SELECT count(*) FROM timers`) == 0 })
	h.fill(64, h.now().Add(2*time.Second), 10*time.Millisecond) // nobody is told
	h.awaitFired(64)
	h.onceEach(64)
	h.lateBy(sweepFinds)
}

// Two processes hold the same lease, as after a partition: one end, one effect.
func TestTwoOwnersOfOneShardFireOnce(t *testing.T) {
	h := newHouse(t)
	const n = 160
	h.fill(n, h.now().Add(-time.Second), 0)
	leases, err := h.db.LeaseShards(t.Context(), "a/1", time.Minute)
	if err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	for range 4 {
		for _, l := range leases {
			wg.Go(func() {
				due, err := h.db.OverdueTimers(t.Context(), []int16{l.Shard}, 0, 100)
				if err != nil {
					t.Error(err)
				}
				ids := make([]int64, len(due))
				for i, one := range due {
					ids[i] = one.ID
				}
				if _, err := h.db.FireTimers(t.Context(), []act.Lease{l}, timer.PathSweep, ids, effect); err != nil && !errors.Is(err, act.ErrConflict) {
					t.Error(err)
				}
			})
		}
	}
	wg.Wait()
	if left := h.count(`SELECT count(*) FROM timers`); left > 0 {
		t.Errorf("%d did not fire", left)
	}
	h.onceEach(n)
}

// A handler works longer than its claim lasts: others claim the timer again, and it fires once.
func TestAClaimThatEndsInTheMiddleOfTheWorkFiresOnce(t *testing.T) {
	h := newHouse(t)
	client := h.redis(servers.RedisOfKind(t).AppURL)
	slow := func(ctx context.Context, tx *store.Tx, one act.Timer) error {
		h.busy(ctx)
		return effect(ctx, tx, one)
	}
	brief := func(o *timer.Options) { o.ClaimLease = 50 * time.Millisecond }
	h.engine("a", client, brief, map[string]timer.Handler[*store.Tx]{"probe": slow})
	h.engine("b", client, brief, map[string]timer.Handler[*store.Tx]{"probe": slow})
	h.awaitShards()
	h.fill(32, h.now(), 0)
	h.awaitFired(32)
	h.onceEach(32)
}

// busy is as long as several claims of that test.
func (h *house) busy(ctx context.Context) {
	select {
	case <-ctx.Done():
	case <-time.After(200 * time.Millisecond): // the work itself, not a wait for anything
	}
}

// A node whose own clock is an hour wrong fires nothing early, and what it
// does not see in time the sweep fires: PostgreSQL's clock decides.
func TestANodeWithAWrongClockFiresNothingEarly(t *testing.T) {
	for name, wrong := range map[string]time.Duration{"ahead": time.Hour, "behind": -time.Hour} {
		t.Run(name, func(t *testing.T) {
			h := newHouse(t)
			h.engine("a", h.redis(servers.RedisOrNone(t).AppURL), func(o *timer.Options) {
				usual(o)
				now := o.Now
				o.Now = func() time.Time { return now().Add(wrong) }
			}, nil)
			h.awaitShards()
			h.fill(200, h.now().Add(time.Second), 10*time.Millisecond)
			h.awaitFired(200)
			h.onceEach(200)
			h.lateBy(sweepFinds)
		})
	}
}

// Everything of a district due in one millisecond: 10,000, and 100,000 in `make faults`.
func TestAHerdOfOneInstantFiresOnce(t *testing.T) {
	h := newHouse(t)
	n := 10_000
	if os.Getenv(roundsEnv) != "" {
		n = 100_000
	}
	h.fill(n, h.now().Add(time.Second), 0)
	client := h.redis(servers.RedisOrNone(t).AppURL)
	h.engine("a", client, usual, nil)
	h.engine("b", client, usual, nil)
	h.awaitFired(n)
	h.onceEach(n)
	h.lateBy(settles + time.Duration(n)*time.Second/drainRate)
}

// Somebody turns a Redis that is in use to another policy and fills it: whole
// shards vanish and no error tells of it. It is left alone as soon as it is looked
// at, and what it has lost fires all the same.
func TestAnEvictionLosesNothing(t *testing.T) {
	h := newHouse(t)
	server := servers.Redis(t)
	redis := servers.AdminOf(t, server)
	client := h.redis(server.AppURL)
	const near, far = 400, 60_000
	h.fill(near, h.now().Add(10*time.Second), 10*time.Millisecond)
	h.fillLater(far, h.now().Add(5*time.Hour))
	h.engine("a", client, usual, nil)
	h.await("all to be indexed, so that there is something to lose", func() bool { return indexed(t, client) == near+far })
	redis("CONFIG", "SET", "maxmemory-policy", "allkeys-random")
	redis("CONFIG", "SET", "maxmemory", "5mb") // it has more, and a write makes room first
	redis("SET", "one", "more")
	h.await("it to be left alone", func() bool { return client.State() == pulse.StateUnfit })
	redis("CONFIG", "SET", "maxmemory", "0")
	redis("CONFIG", "SET", "maxmemory-policy", "noeviction")
	h.await("Redis to be used again", client.Up)
	if n := indexed(t, client); n >= near+far {
		t.Fatalf("nothing was evicted: it was no test (%d entries)", n)
	}
	h.awaitFired(near)
	h.onceEach(near)
	h.lateBy(sweepFinds)
}

// Redis refuses writes because its disk is full (MISCONF): it counts as away, and timers fire by the sweep.
func TestARedisWhoseDiskIsFullIsLeftAlone(t *testing.T) {
	h := newHouse(t)
	server := servers.Redis(t)
	redis := servers.AdminOf(t, server)
	client := h.redis(server.AppURL)
	h.engine("a", client, nil, nil)
	h.awaitShards()
	redis("CONFIG", "SET", "save", "1 1")
	if err := os.RemoveAll(server.Folder()); err != nil { // as a full disk: nothing can be written there any more
		t.Fatal(err)
	}
	h.fill(300, h.now(), 10*time.Millisecond)
	h.await("Redis to refuse writes", func() bool {
		return client.AddTimers(t.Context(), 0, []pulse.Due{{ID: 1 << 40, At: h.now().Add(time.Hour)}}) != nil
	})
	h.awaitFired(300)
	h.onceEach(300)
	h.lateBy(5 * time.Second)
}

// Redis answers slowly, not at all, or half: the breaker opens and the sweep takes over.
func TestASlowOrCutOffRedisDelaysTimersBySeconds(t *testing.T) {
	for name, fault := range map[string]func(*wire){
		"slow":      func(w *wire) { w.delay = 2 * time.Second },
		"blackhole": func(w *wire) { w.swallow = true },
		"cut":       func(w *wire) { w.cutAll() },
	} {
		t.Run(name, func(t *testing.T) {
			h := newHouse(t)
			w := newWire(t, servers.Redis(t).AppURL)
			client := h.redis(w.url)
			h.engine("a", client, nil, nil)
			const n = 400
			h.fill(n, h.now(), 10*time.Millisecond)
			h.awaitFired(n / 4)
			w.change(fault)
			h.await("the fault to be noticed", func() bool { return !client.Up() })
			h.awaitFired(n * 3 / 4)
			w.change(func(w *wire) { w.delay, w.swallow, w.closed = 0, false, false })
			h.await("Redis to be used again", client.Up)
			h.awaitFired(n)
			h.onceEach(n)
			h.lateBy(time.Second + 2*time.Second) // and a busy machine
		})
	}
}

// wire lies between the program and Redis.
type wire struct {
	url string

	mu      sync.Mutex
	delay   time.Duration // of every answer
	swallow bool          // nothing passes, nothing is closed
	closed  bool          // no connection is taken or kept
	open    []net.Conn
}

func newWire(t *testing.T, target string) *wire {
	t.Helper()
	u, err := url.Parse(target)
	if err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	w, server := &wire{}, u.Host
	u.Host = l.Addr().String()
	w.url = u.String()
	done := make(chan struct{})
	go func() {
		defer close(done)
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			w.carry(c, server)
		}
	}()
	t.Cleanup(func() { _ = l.Close(); <-done; w.change((*wire).cutAll) })
	return w
}

func (w *wire) change(how func(*wire)) {
	w.mu.Lock()
	defer w.mu.Unlock()
	how(w)
}

func (w *wire) cutAll() {
	w.closed = true
	for _, c := range w.open {
		_ = c.Close()
	}
	w.open = nil
}

func (w *wire) carry(c net.Conn, server string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	s, err := net.Dial("tcp", server)
	if w.closed || err != nil {
		_ = c.Close()
		if err == nil {
			_ = s.Close()
		}
		return
	}
	w.open = append(w.open, c, s)
	go w.pass(s, c, false)
	go w.pass(c, s, true)
}

func (w *wire) pass(to, from net.Conn, answers bool) {
	defer func() { _ = to.Close(); _ = from.Close() }()
	buffer := make([]byte, 64<<10)
	for {
		n, err := from.Read(buffer)
		if err != nil {
			return
		}
		w.mu.Lock()
		delay, swallow := w.delay, w.swallow
		w.mu.Unlock()
		if answers && delay > 0 {
			<-time.After(delay) // the fault itself
		}
		if swallow {
			_, _ = io.Discard.Write(buffer[:n])
			continue
		}
		if _, err := to.Write(buffer[:n]); err != nil {
			return
		}
	}
}
