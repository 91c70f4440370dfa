package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"

	"example.org/hotline/dispatch/timer"
	"example.org/hotline/internal/act"
	"example.org/hotline/internal/localservers"
	"example.org/hotline/internal/pulse"
	"example.org/hotline/internal/seal"
	"example.org/hotline/store"
	"example.org/hotline/store/journal"
	"example.org/hotline/ticket"
)

// stand is a private PostgreSQL and Redis, as durable as in production.
type stand struct {
	dir     string
	servers *localservers.Servers
	super   string // superuser, in the server's first database
}

func openStand(ctx context.Context) (*stand, error) {
	dir, err := os.MkdirTemp("", "hotline-bench-")
	if err != nil {
		return nil, err
	}
	if err := os.Chmod(dir, 0o755); err != nil { //nolint:gosec // user postgres must be able to pass through
		return nil, err
	}
	servers, err := localservers.Start(ctx, localservers.Options{Dir: filepath.Join(dir, "servers"), Durable: true})
	if err != nil {
		return nil, errors.Join(err, os.RemoveAll(dir))
	}
	return &stand{dir: dir, servers: servers, super: servers.Postgres.SuperURL}, nil
}

func (s *stand) close(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Minute)
	defer cancel()
	return errors.Join(s.servers.Stop(ctx), os.RemoveAll(s.dir))
}

func (s *stand) exec(ctx context.Context, url, sql string, args ...any) error {
	conn, err := pgx.Connect(ctx, url)
	if err != nil {
		return err
	}
	defer conn.Close(ctx) //nolint:errcheck // a short-lived connection
	_, err = conn.Exec(ctx, sql, args...)
	return err
}

func (s *stand) scan(ctx context.Context, url, sql string, to any) error {
	conn, err := pgx.Connect(ctx, url)
	if err != nil {
		return err
	}
	defer conn.Close(ctx) //nolint:errcheck // a short-lived connection
	return conn.QueryRow(ctx, sql).Scan(to)
}

// database makes an empty database and tells the superuser's address of it.
func (s *stand) database(ctx context.Context, name string) (string, error) {
	if err := localservers.CreateDatabase(ctx, s.super, name, "template1"); err != nil {
		return "", err
	}
	return localservers.InDatabase(s.super, name)
}

// ours is a migrated database of ours with its clock.
type ours struct {
	*stand
	url   string // superuser
	db    *store.DB
	clock *store.Clock
}

func (s *stand) ours(ctx context.Context, name string, calendar ticket.Calendar) (*ours, error) {
	super, err := s.database(ctx, name)
	if err != nil {
		return nil, err
	}
	owner, err := localservers.InDatabase(s.servers.Postgres.OwnerURL, name)
	if err != nil {
		return nil, err
	}
	app, err := localservers.InDatabase(s.servers.Postgres.AppURL, name)
	if err != nil {
		return nil, err
	}
	if err := store.Migrate(ctx, owner); err != nil {
		return nil, err
	}
	ring, err := seal.LoadOrGenerate(filepath.Join(s.dir, name+".keys"))
	if err != nil {
		return nil, err
	}
	quiet := slog.New(slog.DiscardHandler)
	db, err := store.Open(store.Options{URL: app, Sealer: ring, Calendar: calendar, Logger: quiet})
	if err != nil {
		return nil, err
	}
	offset, err := journal.OpenOffset(filepath.Join(s.dir, name+"-offset"))
	if err != nil {
		return nil, err
	}
	o := &ours{stand: s, url: super, db: db, clock: store.NewClock(db, offset, quiet)}
	return o, o.clock.Measure(ctx)
}

// watched is the store, with the lag of each timer until its commit was known.
type watched struct {
	*store.DB
	now func() time.Time

	mu    sync.Mutex
	lags  []time.Duration
	last  time.Time
	swept int
}

// FireTimers fires and takes the time.
func (w *watched) FireTimers(ctx context.Context, leases []act.Lease, path string, ids []int64, handle func(context.Context, *store.Tx, act.Timer) error) (act.Fired, error) {
	done, err := w.DB.FireTimers(ctx, leases, path, ids, handle)
	at := w.now()
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, t := range done.Fired {
		if !counts(t.Kind) {
			continue
		}
		w.lags, w.last = append(w.lags, at.Sub(t.DueAt)), at
		if path == timer.PathSweep {
			w.swept++
		}
	}
	return done, err
}

// counts leaves out what a step arms beside the timer that is measured.
func counts(kind string) bool {
	return kind == probe || kind == ticket.TimerRoute
}

func (w *watched) reset() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.lags, w.swept = nil, 0
}

func (w *watched) count() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return len(w.lags)
}

const probe = "bench.due"

// running is an engine at work on a line.
type running struct {
	*watched
	engine *timer.Engine[*store.Tx]
	redis  *pulse.Client
	stop   func()
}

func (o *ours) run(ctx context.Context, change func(*timer.Options), handlers map[string]timer.Handler[*store.Tx]) (*running, error) {
	redis, err := pulse.Open(pulse.Options{URL: o.servers.Redis.AppURL})
	if err != nil {
		return nil, err
	}
	w := &watched{DB: o.db, now: o.clock.Now}
	options := timer.Options{Node: "bench", Now: o.clock.Now, Scale: o.clock.Scale}
	if change != nil {
		change(&options)
	}
	e := timer.New[*store.Tx](w, redis, options)
	for kind, h := range handlers {
		e.Handle(kind, h)
	}
	e.Handle(probe, func(ctx context.Context, tx *store.Tx, t act.Timer) error {
		return tx.Emit(ctx, act.Event{Kind: "bench.fired", Subject: t.Subject, Area: township})
	})
	o.db.OnArmed = e.Armed
	inner, cancel := context.WithCancel(ctx)
	var wg sync.WaitGroup
	for _, run := range []func(context.Context) error{redis.Run, e.Run, func(ctx context.Context) error { return o.clock.Run(ctx, false) }} {
		wg.Go(func() { _ = run(inner) }) // they return nil
	}
	r := &running{watched: w, engine: e, redis: redis, stop: func() { cancel(); wg.Wait(); _ = redis.Close() }}
	if err := until(ctx, "Redis and the shards", func() (bool, error) {
		var n int
		err := o.scan(ctx, o.url, `SELECT count(*) FROM timer_shards WHERE expires_at > clock_timestamp()`, &n)
		return n == pulse.Shards && redis.Up(), err
	}); err != nil {
		r.stop()
		return nil, err
	}
	return r, nil
}

// fill arms n timers of kind probe, one each gap.
func (o *ours) fill(ctx context.Context, n int, from time.Time, gap time.Duration) error {
	return o.exec(ctx, o.url, `INSERT INTO timers (subject_kind, subject_id, kind, step, epoch, due_at, shard)
		SELECT 'probe', i, $4, 0, 0, $2::timestamptz + (i - 1) * $3 * interval '1 microsecond', i & 15 FROM generate_series(1, $1::bigint) i`, n, from, gap.Microseconds(), probe)
}

func (o *ours) empty(ctx context.Context) error {
	return o.exec(ctx, o.url, `TRUNCATE timers, timer_log, outbox`)
}

// until polls; it is no measure of anything.
func until(ctx context.Context, what string, ok func() (bool, error)) error {
	tick, limit := time.NewTicker(10*time.Millisecond), time.After(10*time.Minute)
	defer tick.Stop()
	for {
		if done, err := ok(); err != nil || done {
			return err
		}
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-limit:
			return fmt.Errorf("waited in vain for %s", what)
		case <-tick.C:
		}
	}
}

func at(ctx context.Context, when time.Time, now func() time.Time) error {
	select {
	case <-ctx.Done():
		return context.Cause(ctx)
	case <-time.After(when.Sub(now())):
		return nil
	}
}
