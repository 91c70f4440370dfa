package timer_test

import (
	"context"
	"fmt"
	"log/slog"
	"path/filepath"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"example.org/hotline/dispatch/timer"
	"example.org/hotline/internal/act"
	"example.org/hotline/internal/pulse"
	"example.org/hotline/internal/seal"
	"example.org/hotline/store"
	"example.org/hotline/store/journal"
	"example.org/hotline/test/servers"
)

func TestMain(m *testing.M) { servers.Main(m) }

// patience bounds each wait. It is long since a busy machine is no reason to fail.
const patience = 60 * time.Second

// house is a database of one's own, with its clock, and a way to look into it.
type house struct {
	t     testing.TB
	urls  servers.URLs
	db    *store.DB
	clock *store.Clock
	look  *pgx.Conn // superuser
}

func newHouse(t testing.TB) *house {
	t.Helper()
	return openHouse(t, servers.Database(t, "hotline", store.Migrate))
}

func openHouse(t testing.TB, urls servers.URLs) *house {
	t.Helper()
	keys := filepath.Join(t.TempDir(), "keys")
	if err := seal.Generate(keys); err != nil {
		t.Fatal(err)
	}
	ring, err := seal.Load(keys)
	if err != nil {
		t.Fatal(err)
	}
	quiet := slog.New(slog.DiscardHandler)
	db, err := store.Open(store.Options{URL: urls.AppURL, Sealer: ring, Logger: quiet})
	if err != nil {
		t.Fatal(err)
	}
	offset, err := journal.OpenOffset(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	look, err := pgx.Connect(t.Context(), urls.SuperURL)
	if err != nil {
		t.Fatal(err)
	}
	h := &house{t: t, urls: urls, db: db, clock: store.NewClock(db, offset, quiet), look: look}
	t.Cleanup(func() {
		_ = look.Close(context.Background())
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	if err := h.clock.Measure(t.Context()); err != nil {
		t.Fatal(err)
	}
	return h
}

// run runs fn until the test ends, or until the returned function is called.
func run(t testing.TB, fns ...func(context.Context) error) (stop func()) {
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{}, len(fns))
	for _, fn := range fns {
		go func() {
			defer func() { done <- struct{}{} }()
			if err := fn(ctx); err != nil {
				t.Error(err)
			}
		}()
	}
	stopped := false
	stop = func() {
		if !stopped {
			stopped = true
			cancel()
			for range fns {
				<-done
			}
		}
	}
	t.Cleanup(stop)
	return stop
}

func (h *house) redis(url string) *pulse.Client {
	h.t.Helper()
	c, err := pulse.Open(pulse.Options{URL: url, Check: 20 * time.Millisecond})
	if err != nil {
		h.t.Fatal(err)
	}
	h.t.Cleanup(func() { _ = c.Close() })
	run(h.t, c.Run)
	if url != "" {
		h.await("Redis to be used", c.Up)
	}
	return c
}

// effect is a handler whose work can be counted: one event for each firing that committed.
func effect(ctx context.Context, tx *store.Tx, t act.Timer) error {
	return tx.Emit(ctx, act.Event{Kind: "probe.fired", Subject: t.Subject, Area: "990100000000", Data: map[string]any{"step": t.Step}})
}

// engine starts an engine whose kind "probe" has an effect that can be counted.
func (h *house) engine(node string, redis *pulse.Client, change func(*timer.Options), more map[string]timer.Handler[*store.Tx]) (e *timer.Engine[*store.Tx], stop func()) {
	h.t.Helper()
	o := timer.Options{Node: node, Now: h.clock.Now, Scale: h.clock.Scale, LeaseLength: 2 * time.Second, LeaseEvery: 300 * time.Millisecond,
		SweepEvery: 200 * time.Millisecond, SweepGrace: 300 * time.Millisecond, ClaimLease: time.Second}
	if change != nil {
		change(&o)
	}
	e = timer.New(h.db, redis, o)
	e.Handle("probe", effect)
	for kind, handler := range more {
		e.Handle(kind, handler)
	}
	stop = run(h.t, e.Run, func(ctx context.Context) error {
		return h.clock.Run(ctx, true)
	}, func(ctx context.Context) error {
		for {
			select {
			case <-ctx.Done():
				return nil
			case <-h.clock.Moved():
				e.ClockMoved()
			}
		}
	})
	return e, stop
}

// arm arms timers of the subject kind "probe", one for each due time.
func (h *house) arm(kind string, due ...time.Time) {
	h.t.Helper()
	err := h.db.InTx(h.t.Context(), act.SystemDispatch, func(tx *store.Tx) error {
		for i, at := range due {
			id := h.count(`SELECT coalesce(max(subject_id), 0) FROM (SELECT subject_id FROM timers UNION SELECT subject_id FROM timer_log) s`) + i + 1
			if err := tx.Arm(h.t.Context(), act.Timer{Subject: act.Subject{Kind: "probe", ID: int64(id)}, Kind: kind, DueAt: at}); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		h.t.Fatal(err)
	}
}

// fill arms n timers in one statement, from `from` on, one each `gap`.
func (h *house) fill(n int, from time.Time, gap time.Duration) {
	h.t.Helper()
	_, err := h.look.Exec(h.t.Context(), `INSERT INTO timers (subject_kind, subject_id, kind, step, epoch, due_at, shard)
		SELECT 'probe', i, 'probe', 0, 0, $2::timestamptz + i * $3 * interval '1 microsecond', i & 15 FROM generate_series(1, $1::bigint) i`, n, from, gap.Microseconds())
	if err != nil {
		h.t.Fatal(err)
	}
}

func (h *house) count(sql string, args ...any) (n int) {
	h.t.Helper()
	if err := h.look.QueryRow(h.t.Context(), sql, args...).Scan(&n); err != nil {
		h.t.Fatal(err)
	}
	return n
}

func (h *house) now() time.Time {
	h.t.Helper()
	var now time.Time
	if err := h.look.QueryRow(h.t.Context(), `SELECT app_now()`).Scan(&now); err != nil {
		h.t.Fatal(err)
	}
	return now
}

func (h *house) move(d time.Duration) {
	h.t.Helper()
	_, err := store.MoveClock(h.t.Context(), h.urls.OwnerURL, func(now time.Time, scale float64) (time.Time, float64) { return now.Add(d), scale })
	if err != nil {
		h.t.Fatal(err)
	}
}

func (h *house) await(what string, ok func() bool) {
	h.t.Helper()
	deadline := time.After(patience)
	for !ok() {
		select {
		case <-deadline:
			h.t.Fatalf("waited in vain: %s", what)
		case <-time.After(10 * time.Millisecond):
		}
	}
}

func (h *house) awaitFired(n int) {
	h.t.Helper()
	h.await(fmt.Sprintf("%d timers to fire", n), func() bool { return h.count(`SELECT count(*) FROM timer_log WHERE outcome = 'fired'`) >= n })
}

// onceEach fails unless n timers have fired, each with its effect exactly once and none before its time.
func (h *house) onceEach(n int) {
	h.t.Helper()
	for what, sql := range map[string]string{
		"fired timers":  `SELECT count(*) FROM timer_log WHERE outcome = 'fired'`,
		"effects":       `SELECT count(*) FROM outbox WHERE kind = 'probe.fired'`,
		"subjects told": `SELECT count(DISTINCT subject_id) FROM outbox WHERE kind = 'probe.fired'`,
	} {
		if got := h.count(sql); got != n {
			h.t.Errorf("%d %s, want %d", got, what, n)
		}
	}
	if early := h.count(`SELECT count(*) FROM timer_log WHERE outcome = 'fired' AND ended_at < due_at`); early > 0 {
		h.t.Errorf("%d timers fired early", early)
	}
}
