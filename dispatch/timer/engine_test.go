package timer_test

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/prometheus/client_golang/prometheus"

	"example.org/hotline/dispatch/timer"
	"example.org/hotline/internal/act"
	"example.org/hotline/internal/localservers"
	"example.org/hotline/internal/pulse"
	"example.org/hotline/store"
	"example.org/hotline/test/servers"
)

// Whoever fires, and however often it is claimed: one end, one effect.
func TestTimersFireOnceUnderTwoEngines(t *testing.T) {
	h := newHouse(t)
	server := servers.RedisOrNone(t)
	const n = 2000
	h.fill(n, h.now().Add(300*time.Millisecond), 200*time.Microsecond)
	h.engine("a", h.redis(server.AppURL), nil, nil)
	h.engine("b", h.redis(server.AppURL), nil, nil)
	h.awaitFired(n)
	h.onceEach(n)
	h.await("both to have their share", func() bool {
		return h.count(`SELECT count(DISTINCT owner) FROM timer_shards WHERE expires_at > clock_timestamp()`) == 2
	})
	if server.Kind != "off" && h.count(`SELECT count(*) FROM timer_log WHERE path = 'redis'`) == 0 {
		t.Error("none came by the index")
	}
}

// Two processes that both believe they own every shard: the fence and the row
// decide, whatever they believe.
func TestAStaleOwnerWritesNothing(t *testing.T) {
	h := newHouse(t)
	const n = 50
	h.fill(n, h.now().Add(-time.Second), 0)
	stale, err := h.db.LeaseShards(t.Context(), "a/1", time.Minute)
	if err != nil || len(stale) != pulse.Shards {
		t.Fatalf("%d shards leased (%v)", len(stale), err)
	}
	fresh, err := h.db.LeaseShards(t.Context(), "a/2", time.Minute) // the same node's next incarnation
	if err != nil || len(fresh) != pulse.Shards || fresh[0].Fence != stale[0].Fence+1 {
		t.Fatalf("taken over with %+v (%v)", fresh, err)
	}
	var fault *act.Fault
	_, err = h.db.FireTimers(t.Context(), stale[1:2], timer.PathSweep, []int64{1}, effect)
	if !errors.As(err, &fault) || fault.Code != "lease_lost" {
		t.Errorf("the stale owner got %v", err)
	}
	if n := h.count(`SELECT count(*) FROM timer_log`); n != 0 {
		t.Errorf("the stale owner fired %d", n)
	}
}

func TestWithoutRedisTheSweepFires(t *testing.T) {
	h := newHouse(t)
	h.fill(1000, h.now(), time.Millisecond)
	h.engine("a", h.redis(""), nil, nil)
	h.awaitFired(1000)
	h.onceEach(1000)
}

// FLUSHALL loses the index, its scripts and the generation, and no timer.
func TestFlushAllLosesNothing(t *testing.T) {
	h := newHouse(t)
	server := servers.RedisOfKind(t)
	client := h.redis(server.AppURL)
	registry := prometheus.NewRegistry()
	h.engine("a", client, func(o *timer.Options) {
		o.Registerer = registry
		o.SweepGrace = time.Hour // the index must do it alone
	}, nil)
	const n = 1500
	h.fill(n, h.now().Add(time.Second), time.Millisecond)
	for fired := range 3 {
		h.awaitFired(fired * n / 3)
		server.Admin("FLUSHALL")
		server.Admin("SCRIPT", "FLUSH")
	}
	h.awaitFired(n)
	h.onceEach(n)
	h.lateBy(5 * time.Second)
	if n := h.count(`SELECT count(*) FROM timer_log WHERE path = 'sweep'`); n > 0 {
		t.Errorf("%d came by the sweep", n)
	}
	families, err := registry.Gather()
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range families {
		if f.GetName() == "hotline_timer_index_rebuilds_total" && f.GetMetric()[0].GetCounter().GetValue() == 0 {
			t.Error("no rebuild was counted")
		}
	}
}

func TestRedisStopsAndComesBack(t *testing.T) {
	h := newHouse(t)
	server := servers.RedisOfKind(t)
	client := h.redis(server.AppURL)
	h.engine("a", client, nil, nil)
	const n = 600
	h.fill(n, h.now(), 10*time.Millisecond)
	h.awaitFired(n / 6)
	server.Fail()
	h.awaitFired(n / 2)
	server.Recover()
	h.await("Redis to be used again", client.Up)
	h.awaitFired(n)
	h.onceEach(n)
	h.lateBy(sweepFinds)
}

// A timer that was armed a moment ago fires on time although no look at the
// database has seen it: the commit tells the engine.
func TestAnArmedTimerReachesTheIndex(t *testing.T) {
	h := newHouse(t)
	client := h.redis(servers.RedisOfKind(t).AppURL)
	e, _ := h.engine("a", client, func(o *timer.Options) { o.SweepGrace = time.Hour }, nil)
	h.db.OnArmed = e.Armed
	h.await("the first leases", func() bool {
		return h.count(`SELECT count(*) FROM timer_shards WHERE expires_at > clock_timestamp()`) == pulse.Shards
	})
	for i := range 5 {
		h.arm("probe", h.now())
		h.awaitFired(i + 1)
	}
	h.onceEach(5)
}

// Claimed by a process that died at once: the end of the claim brings it back
// where nothing sweeps, and with the settings of a real line the sweep is sooner.
func TestAClaimOfADeadProcessComesBack(t *testing.T) {
	for name, c := range map[string]struct {
		claim  time.Duration
		change func(*timer.Options)
		bound  time.Duration
	}{
		"the claim ends": {time.Second, func(o *timer.Options) { o.SweepGrace = time.Hour }, claimEnds},
		"the sweep":      {claimEnds, usual, sweepFinds},
	} {
		t.Run(name, func(t *testing.T) {
			h := newHouse(t)
			client := h.redis(servers.RedisOfKind(t).AppURL)
			h.deadClaims(client, c.claim)
			h.engine("a", client, c.change, nil)
			h.awaitFired(32)
			h.onceEach(32)
			h.lateBy(c.bound)
		})
	}
}

// deadClaims leaves 32 due timers claimed by a process that is no more.
func (h *house) deadClaims(client *pulse.Client, claim time.Duration) {
	h.t.Helper()
	h.fill(32, h.now(), 0)
	for shard := range int16(pulse.Shards) { // the index as a process left it that died after its claim
		gen, _, err := client.Generation(h.t.Context(), shard, "old")
		if err != nil {
			h.t.Fatal(err)
		}
		timers, err := h.db.UpcomingTimers(h.t.Context(), shard, h.now().Add(time.Hour), time.Time{}, 0, 100)
		if err != nil || len(timers) != 2 {
			h.t.Fatalf("%d timers in shard %d (%v)", len(timers), shard, err)
		}
		for _, one := range timers {
			if err := client.AddTimers(h.t.Context(), shard, []pulse.Due{{ID: one.ID, At: one.DueAt}}); err != nil {
				h.t.Fatal(err)
			}
		}
		if c, err := client.ClaimTimers(h.t.Context(), shard, gen, h.now(), 100, claim); err != nil || len(c.IDs) != 2 {
			h.t.Fatalf("claimed %v (%v)", c.IDs, err)
		}
	}
}

// The clock of a demonstration jumps by hours, beyond all that the index holds.
func TestAMovedClockFiresEverythingAtOnce(t *testing.T) {
	h := newHouse(t)
	client := h.redis(servers.RedisOfKind(t).AppURL)
	h.fill(100, h.now().Add(2*time.Hour), time.Minute)
	h.fillLater(100, h.now().Add(30*time.Hour))
	h.engine("a", client, nil, nil)
	h.await("the near ones to be indexed", func() bool { return indexed(t, client) == 100 })
	h.move(40 * time.Hour)
	h.awaitFired(200)
	h.onceEach(200)
}

func (h *house) fillLater(n int, at time.Time) {
	_, err := h.look.Exec(h.t.Context(), `INSERT INTO timers (subject_kind, subject_id, kind, step, epoch, due_at, shard)
		SELECT 'probe', 100000 + i, 'probe', 0, 0, $2::timestamptz, i & 15 FROM generate_series(1, $1::bigint) i`, n, at)
	if err != nil {
		h.t.Fatal(err)
	}
}

func indexed(t *testing.T, client *pulse.Client) (n int) {
	t.Helper()
	for shard := range int16(pulse.Shards) {
		one, err := client.Indexed(t.Context(), shard)
		if err != nil {
			t.Fatal(err)
		}
		n += int(one)
	}
	return n
}

// One whose handler always fails is tried alone, again and again, then given
// up; those beside it are not held up.
func TestAPoisonTimerHoldsUpNobody(t *testing.T) {
	h := newHouse(t)
	var calls atomic.Int32
	poison := func(context.Context, *store.Tx, act.Timer) error {
		calls.Add(1)
		return errors.New("a rule nobody thought of")
	}
	panics := func(context.Context, *store.Tx, act.Timer) error { panic("worse") }
	h.arm("poison", h.now())
	h.arm("panics", h.now())
	h.arm("unknown", h.now())
	h.arm("probe", h.now(), h.now(), h.now())
	h.engine("a", h.redis(""), func(o *timer.Options) { o.Dead = 2 }, map[string]timer.Handler[*store.Tx]{"poison": poison, "panics": panics})
	h.awaitFired(3)
	h.onceEach(3)
	h.await("both bad ones to be given up", func() bool {
		h.exec(`UPDATE timers SET retry_at = '-infinity'`) // they rest for seconds; the test does not
		return h.count(`SELECT count(*) FROM timer_log WHERE outcome = 'dead'`) == 2
	})
	if n := calls.Load(); n != 2 {
		t.Errorf("the poisoned one was tried %d times, want 2", n)
	}
	if n := h.count(`SELECT count(*) FROM timers WHERE kind = 'unknown' AND attempts > 0 AND last_error LIKE '%no handler%'`); n != 1 {
		t.Error("one that only another version's node can fire was not kept")
	}
}

func (h *house) exec(sql string) {
	h.t.Helper()
	if _, err := h.look.Exec(h.t.Context(), sql); err != nil {
		h.t.Fatal(err)
	}
}

// A wrong due time in the index (a clock that ran ahead) fires nothing early.
func TestTheDatabaseRefusesAnEarlyFire(t *testing.T) {
	h := newHouse(t)
	h.fill(16, h.now().Add(time.Hour), 0)
	leases, err := h.db.LeaseShards(t.Context(), "a/1", time.Minute)
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range leases {
		timers, err := h.db.UpcomingTimers(t.Context(), l.Shard, h.now().Add(2*time.Hour), time.Time{}, 0, 10)
		if err != nil || len(timers) != 1 {
			t.Fatalf("%d timers (%v)", len(timers), err)
		}
		done, err := h.db.FireTimers(t.Context(), []act.Lease{l}, timer.PathRedis, []int64{timers[0].ID, 99999}, effect)
		if err != nil || len(done.Fired) > 0 || len(done.Later) != 1 || len(done.Gone) != 1 || !done.Later[0].DueAt.Equal(timers[0].DueAt) {
			t.Errorf("%+v (%v)", done, err)
		}
	}
}

// An index whose times are wrong, as after a clock step: its claims come too
// early, are refused, and come again under the true time.
func TestAnIndexAheadOfTimeFiresNothingEarly(t *testing.T) {
	h := newHouse(t)
	client := h.redis(servers.RedisOfKind(t).AppURL)
	h.fill(32, h.now().Add(1500*time.Millisecond), 0)
	for shard := range int16(pulse.Shards) {
		timers, err := h.db.UpcomingTimers(t.Context(), shard, h.now().Add(time.Hour), time.Time{}, 0, 10)
		if err != nil {
			t.Fatal(err)
		}
		for _, one := range timers {
			if err := client.AddTimers(t.Context(), shard, []pulse.Due{{ID: one.ID, At: h.now().Add(-time.Hour)}}); err != nil {
				t.Fatal(err)
			}
		}
	}
	h.engine("a", client, func(o *timer.Options) { o.SweepGrace = time.Hour }, nil)
	h.awaitFired(32)
	h.onceEach(32)
}

// Pages by key bring every upcoming timer once, soonest first, ties included.
func TestUpcomingTimersComeInPages(t *testing.T) {
	h := newHouse(t)
	h.fillLater(160, h.now().Add(time.Hour)) // ten of one instant in each shard
	var due time.Time
	var id int64
	seen := map[int64]bool{}
	for {
		page, err := h.db.UpcomingTimers(t.Context(), 5, h.now().Add(2*time.Hour), due, id, 3)
		if err != nil {
			t.Fatal(err)
		}
		if len(page) == 0 {
			break
		}
		for _, one := range page {
			if seen[one.ID] {
				t.Fatalf("%d came twice", one.ID)
			}
			seen[one.ID], due, id = true, one.DueAt, one.ID
		}
	}
	if len(seen) != 10 {
		t.Errorf("%d timers, want 10", len(seen))
	}
}

// A node that dies frees its shards within a lease; the others even out.
func TestShardsMoveWithTheNodes(t *testing.T) {
	h := newHouse(t)
	a, err := h.db.LeaseShards(t.Context(), "a/1", time.Second)
	if err != nil || len(a) != 16 {
		t.Fatalf("alone: %d (%v)", len(a), err)
	}
	for _, step := range []struct {
		owner string
		want  int
	}{{"b/1", 0}, {"a/1", 8}, {"b/1", 8}, {"c/1", 0}, {"a/1", 6}, {"b/1", 6}, {"c/1", 4}} {
		got, err := h.db.LeaseShards(t.Context(), step.owner, time.Minute)
		if err != nil || len(got) != step.want {
			t.Fatalf("%s has %d shards (%v), want %d", step.owner, len(got), err, step.want)
		}
	}
	if err := h.db.ReleaseShards(t.Context(), "a/1"); err != nil {
		t.Fatal(err)
	}
	b, err := h.db.LeaseShards(t.Context(), "b/1", time.Minute)
	if err != nil || len(b) != 8 {
		t.Errorf("b has %d of 16 after a left (%v)", len(b), err)
	}
	if age, err := h.db.OldestOverdue(t.Context()); err != nil || age != 0 {
		t.Errorf("with no timers the oldest is %s overdue (%v)", age, err)
	}
}

// PostgreSQL goes away under the engine and comes back: nothing fires meanwhile, everything after.
func TestPostgresStopsAndComesBack(t *testing.T) {
	s := servers.Private(t)
	super, err := localservers.InDatabase(s.Postgres.SuperURL, localservers.DatabaseName)
	if err != nil {
		t.Fatal(err)
	}
	urls := servers.URLs{OwnerURL: s.Postgres.OwnerURL, AppURL: s.Postgres.AppURL, InspectURL: s.Postgres.InspectURL, SuperURL: super}
	if err := store.Migrate(t.Context(), urls.OwnerURL); err != nil {
		t.Fatal(err)
	}
	h := openHouse(t, urls)
	h.engine("a", h.redis(s.Redis.AppURL), nil, nil)
	const n = 300
	h.fill(n, h.now(), 10*time.Millisecond)
	h.awaitFired(20)
	s.Postgres.Kill()
	if err := s.Postgres.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	look, err := pgx.Connect(t.Context(), urls.SuperURL)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = look.Close(context.Background()) })
	h.look = look
	h.awaitFired(n)
	h.onceEach(n)
}
