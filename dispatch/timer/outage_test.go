package timer_test

import (
	"context"
	"os"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"example.org/hotline/internal/localservers"
	"example.org/hotline/store"
	"example.org/hotline/test/servers"
)

// roundsEnv asks for the sizes of `make faults`, as in test/faults.
const roundsEnv = "HOTLINE_TEST_ROUNDS"

// drainRate is the rate that a backlog must be worked off with at least: what the line promises to hold.
const drainRate = 1000

// settles is how long it may take until work goes on after an outage: connections, leases, the first sweep. What was
// claimed as the outage began may also wait for the end of its claim, which is claimEnds.
const (
	settles   = 15 * time.Second
	claimEnds = 30 * time.Second
)

// ownHouse is a house on a PostgreSQL of the test's own.
func ownHouse(t *testing.T, urls servers.URLs) *house {
	t.Helper()
	if err := store.Migrate(t.Context(), urls.OwnerURL); err != nil {
		t.Fatal(err)
	}
	return openHouse(t, urls)
}

// lookAgain is a connection to the database that is there now.
func (h *house) lookAgain() {
	h.t.Helper()
	h.await("the database to be there", func() bool {
		look, err := pgx.Connect(h.t.Context(), h.urls.SuperURL)
		if err != nil {
			return false
		}
		h.t.Cleanup(func() { _ = look.Close(context.Background()) })
		h.look = look
		return true
	})
}

// The primary is lost under load and its standby promoted, three times over
// while timers fall due: none is lost, none fires twice, and all that fell due
// meanwhile fires within seconds of the promotion.
func TestPostgresFailsOverToItsStandby(t *testing.T) {
	pair := servers.Pair(t)
	h := ownHouse(t, servers.URLs{OwnerURL: pair.OwnerURL, AppURL: pair.AppURL, InspectURL: pair.InspectURL, SuperURL: pair.SuperURL})
	client := h.redis(servers.RedisOrNone(t).AppURL)
	h.engine("a", client, nil, nil)
	h.engine("b", client, nil, nil)
	const n = 1000
	h.fill(n, h.now(), 5*time.Millisecond)
	h.awaitFired(n / 10)
	before := h.count(`SELECT count(*) FROM timer_log WHERE outcome = 'fired'`) // what the primary has acknowledged
	if err := pair.FailOver(t.Context()); err != nil {
		t.Fatal(err)
	}
	h.lookAgain()
	back := h.now()
	if kept := h.count(`SELECT count(*) FROM timer_log WHERE outcome = 'fired'`); kept < before {
		t.Errorf("%d had fired, the standby knows of %d", before, kept)
	}
	if h.count(`SELECT count(*) FROM timers`) == 0 {
		t.Error("all had fired before the fail-over: it was no test")
	}
	h.awaitFired(n)
	h.onceEach(n)
	// Compared with the promotion, or with the due time where that is later: what waits longer than that waits for us.
	var worst time.Duration
	if err := h.look.QueryRow(t.Context(), `SELECT max(ended_at - greatest(due_at, $1)) FROM timer_log WHERE ended_at > $1`, back).Scan(&worst); err != nil {
		t.Fatal(err)
	}
	t.Logf("the last that waited for the standby fired %s after the promotion or its due time", worst.Round(time.Millisecond))
	if worst > settles {
		t.Errorf("one fired %s late, the bound is %s", worst, settles)
	}
}

// backlog is how many timers fall due during an outage, and how long that is at least.
func backlog() (n int, outage time.Duration) {
	if os.Getenv(roundsEnv) != "" {
		return 50_000, time.Minute
	}
	return 5000, 2 * time.Second
}

// The database is away for a minute in which 50,000 timers fall due.
func TestABacklogDrainsAfterPostgresWasAway(t *testing.T) {
	s := servers.Private(t)
	super, err := localservers.InDatabase(s.Postgres.SuperURL, localservers.DatabaseName)
	if err != nil {
		t.Fatal(err)
	}
	h := ownHouse(t, servers.URLs{OwnerURL: s.Postgres.OwnerURL, AppURL: s.Postgres.AppURL, InspectURL: s.Postgres.InspectURL, SuperURL: super})
	n, outage := backlog()
	const ahead = 5 * time.Second // of the first that falls due: the index knows them all before
	h.fill(n, h.now().Add(ahead), outage/time.Duration(n))
	server := servers.RedisOrNone(t)
	client := h.redis(server.AppURL)
	h.engine("a", client, usual, nil)
	h.awaitShards()
	if server.Kind != "off" {
		h.await("all to be indexed, or due", func() bool { return indexed(t, client) == n || h.count(`SELECT count(*) FROM timer_log`) > 0 })
	}
	h.await("the first to fire", func() bool { return h.count(`SELECT count(*) FROM timer_log`) > 0 })
	s.Postgres.Kill()
	<-time.After(outage) // the outage itself
	if err := s.Postgres.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	h.lookAgain()
	h.drains(n, h.now())
}

// No process was there for a minute in which 50,000 timers fell due.
func TestABacklogDrainsAfterTheProcessWasAway(t *testing.T) {
	h := newHouse(t)
	n, outage := backlog()
	h.fill(n, h.now().Add(-outage), outage/time.Duration(n))
	back := h.now()
	h.engine("a", h.redis(servers.RedisOrNone(t).AppURL), usual, nil)
	h.drains(n, back)
}

// drains waits for a backlog to be worked off: each once, the oldest first, and all within the bound.
func (h *house) drains(n int, back time.Time) {
	h.t.Helper()
	h.awaitFired(n)
	h.onceEach(n)
	var took, oldest, newest time.Duration
	if err := h.look.QueryRow(h.t.Context(), `SELECT max(ended_at) - $1, avg(ended_at - $1) FILTER (WHERE place <= 0.1), avg(ended_at - $1) FILTER (WHERE place > 0.9)
		FROM (SELECT ended_at, percent_rank() OVER (ORDER BY due_at) AS place FROM timer_log WHERE outcome = 'fired') l`, back).Scan(&took, &oldest, &newest); err != nil {
		h.t.Fatal(err)
	}
	h.t.Logf("%d fired within %s, %.0f a second; the oldest tenth after %s, the newest after %s", n, took.Round(time.Millisecond), float64(n)/took.Seconds(),
		oldest.Round(time.Millisecond), newest.Round(time.Millisecond))
	if bound := claimEnds + time.Duration(n)*time.Second/drainRate; took > bound {
		h.t.Errorf("the backlog took %s, the bound is %s", took, bound)
	}
	if oldest >= newest {
		h.t.Error("the oldest did not come first")
	}
}
