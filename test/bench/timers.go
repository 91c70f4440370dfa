package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"sync"
	"time"

	"example.org/hotline/dispatch/timer"
	"example.org/hotline/internal/act"
	"example.org/hotline/internal/pulse"
	"example.org/hotline/store"
	"example.org/hotline/store/journal"
	"example.org/hotline/test/bench/figures"
)

// lead is how long before the first due time the engine starts, so that the
// index has been filled by then, as it has on a line that runs.
const lead = 10 * time.Second

// benchTimers measures how late timers fire, with Redis and without.
func benchTimers(ctx context.Context, h *house, o options) (lines []figures.Line, err error) {
	d, err := h.database(ctx, "timers")
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, d.db.Close()) }()
	crowd := newCrowd(ctx, d.db, o.clients)
	defer crowd.close()
	due := int64(o.due) * int64(o.stream/time.Second)
	if _, err := crowd.registerN(ctx, max(due, 1000)); err != nil {
		return nil, err
	}
	for _, mode := range []struct{ name, redis string }{{"with Redis", h.servers.Redis.AppURL}, {"without Redis", ""}} {
		found, err := fireStream(ctx, h, d, o, mode.redis, due)
		if err != nil {
			return lines, fmt.Errorf("%s: %w", mode.name, err)
		}
		lines = append(lines, figures.Row("timer lag "+mode.name, fmt.Sprintf("%d due at %d a second beside %d pending; due time until the commit that fired it was known; %d by the index, %d by the sweep",
			len(found.lags), o.due, o.pending, found.byIndex, found.bySweep), "%s", figures.Spread(found.lags)))
	}
	return lines, nil
}

// firing is what one stream of timers did.
type firing struct {
	lags             []time.Duration
	byIndex, bySweep int
}

// fireStream arms the timers and lets the engine fire the stream.
func fireStream(ctx context.Context, h *house, d database, o options, redisURL string, due int64) (f firing, err error) {
	offset, err := journal.OpenOffset(filepath.Join(h.dir, "offset"))
	if err != nil {
		return f, err
	}
	clock := store.NewClock(d.db, offset, slog.New(slog.DiscardHandler))
	if err := clock.Measure(ctx); err != nil {
		return f, err
	}
	if err := arm(ctx, d, o, clock.Now().Add(lead), due); err != nil {
		return f, err
	}
	redis, err := pulse.Open(pulse.Options{URL: redisURL})
	if err != nil {
		return f, err
	}
	defer func() { err = errors.Join(err, redis.Close()) }()
	watched := &watchedStore{DB: d.db, now: clock.Now}
	engine := timer.New[*store.Tx](watched, redis, timer.Options{Node: "bench", Now: clock.Now, Scale: clock.Scale})
	engine.Handle(streamKind, func(ctx context.Context, tx *store.Tx, t act.Timer) error {
		return tx.Emit(ctx, act.Event{Kind: "bench.fired", Subject: t.Subject, Area: township})
	})
	running, stop := context.WithCancel(ctx)
	var wg sync.WaitGroup
	for _, run := range []func(context.Context) error{redis.Run, engine.Run, func(ctx context.Context) error { return clock.Run(ctx, false) }} {
		wg.Go(func() { _ = run(running) }) // they return nil
	}
	defer wg.Wait()
	defer stop()
	select {
	case <-time.After(lead + o.stream):
	case <-ctx.Done():
		return f, context.Cause(ctx)
	}
	if err := until(ctx, often, "the timers to fire", func() (bool, error) { return watched.count() >= due, nil }); err != nil {
		return f, err
	}
	return watched.result(), nil
}

const streamKind = "bench.due"

// arm fills the table: what lies ahead, spread over five hours, and the stream.
func arm(ctx context.Context, d database, o options, first time.Time, due int64) error {
	gap := time.Second / time.Duration(o.due)
	if err := d.exec(ctx, `TRUNCATE timers, timer_log, outbox`); err != nil {
		return err
	}
	if err := d.exec(ctx, `INSERT INTO timers (subject_kind, subject_id, kind, step, epoch, due_at, shard)
		SELECT 'ticket', t.id, 'bench.later', g.i, 0, $2::timestamptz + interval '1 hour' + random() * interval '4 hours', t.id & 15
		FROM generate_series(0, $1::bigint - 1) AS g(i), LATERAL (SELECT id FROM tickets WHERE id = 1 + g.i % (SELECT count(*) FROM tickets)) t`,
		o.pending, first); err != nil {
		return err
	}
	if err := d.exec(ctx, `INSERT INTO timers (subject_kind, subject_id, kind, step, epoch, due_at, shard)
		SELECT 'ticket', 1 + i, $3, 0, 0, $2::timestamptz + i * $4 * interval '1 microsecond', (1 + i) & 15 FROM generate_series(0, $1::bigint - 1) i`,
		due, first, streamKind, gap.Microseconds()); err != nil {
		return err
	}
	return d.exec(ctx, `VACUUM ANALYZE timers`)
}

// watchedStore notes when a firing was committed.
type watchedStore struct {
	*store.DB
	now func() time.Time

	mu    sync.Mutex
	fired firing
}

// FireTimers fires and takes the time.
func (w *watchedStore) FireTimers(ctx context.Context, leases []act.Lease, path string, ids []int64, handle func(context.Context, *store.Tx, act.Timer) error) (act.Fired, error) {
	done, err := w.DB.FireTimers(ctx, leases, path, ids, handle)
	at := w.now()
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, t := range done.Fired {
		w.fired.lags = append(w.fired.lags, at.Sub(t.DueAt))
		if path == timer.PathRedis {
			w.fired.byIndex++
		} else {
			w.fired.bySweep++
		}
	}
	return done, err
}

func (w *watchedStore) count() int64 {
	w.mu.Lock()
	defer w.mu.Unlock()
	return int64(len(w.fired.lags))
}

func (w *watchedStore) result() firing {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.fired
}
