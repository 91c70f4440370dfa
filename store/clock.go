package store

import (
	"context"
	"fmt"
	"log/slog"
	"sync/atomic"
	"time"

	"example.org/hotline/store/journal"
)

// Clock is the node's view of app_now(): its own clock corrected by the last
// measured offset, which survives a restart with the database away. In
// production the scale is one and the offset a few milliseconds; tests and
// demonstrations move both.
type Clock struct {
	db     *DB
	offset *journal.Offset
	log    *slog.Logger
	state  atomic.Pointer[clockState]
	moved  chan struct{}
}

type clockState struct {
	node  time.Time // when it was measured, by the node's clock
	app   time.Time // app_now() at that moment
	scale float64
}

// How often the offset is measured again: rarely where clocks only drift, often
// where somebody may move the city's clock and act at once.
const (
	measureEvery     = time.Second
	measureEveryDemo = 100 * time.Millisecond
)

// clockNoise is what scheduling adds to the round trip.
const clockNoise = time.Millisecond

// clockJump is a difference that is no drift: somebody moved the clock.
const clockJump = 500 * time.Millisecond

// NewClock starts from the offset kept on disk.
func NewClock(db *DB, offset *journal.Offset, log *slog.Logger) *Clock {
	c := &Clock{db: db, offset: offset, log: log, moved: make(chan struct{}, 1)}
	now := time.Now()
	c.state.Store(&clockState{node: now, app: offset.Correct(now), scale: 1})
	return c
}

// Now is app_now() as this node knows it.
func (c *Clock) Now() time.Time {
	s := c.state.Load()
	return s.app.Add(time.Duration(float64(time.Since(s.node)) * s.scale)).UTC()
}

// Scale is how many seconds of the line pass in one real second.
func (c *Clock) Scale() float64 { return c.state.Load().scale }

// Moved gets a value when somebody has moved the clock.
func (c *Clock) Moved() <-chan struct{} { return c.moved }

// Run measures again and again until ctx ends. demo tells that the clock may be moved.
func (c *Clock) Run(ctx context.Context, demo bool) error {
	interval := measureEvery
	if demo {
		interval = measureEveryDemo
	}
	tick := time.NewTicker(interval)
	defer tick.Stop()
	for {
		if err := c.Measure(ctx); err != nil && ctx.Err() == nil {
			c.log.Debug("clock not measured", "error", err)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
	}
}

// Measure asks the database for its time and corrects by half the round trip,
// which is also how far the answer may be wrong: a difference within that is no
// news, and following it would let a call seem to be answered before it came.
func (c *Clock) Measure(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, 2*time.Second)
	defer cancel()
	var app time.Time
	var scale float64
	sent := time.Now()
	err := c.db.pool.QueryRowContext(ctx, `SELECT app_now(), scale FROM app_clock`).Scan(&app, &scale)
	if err != nil {
		return translate("measure clock", err)
	}
	received := time.Now()
	middle := sent.Add(received.Sub(sent) / 2)
	expected := c.Now().Add(-time.Duration(float64(time.Since(middle)) * c.Scale()))
	off := app.Sub(expected).Abs()
	if scale == c.Scale() && off <= time.Duration(float64(received.Sub(sent)/2+clockNoise)*max(scale, 1)) {
		return nil
	}
	jumped := off > time.Duration(float64(clockJump)*max(scale, 1))
	c.state.Store(&clockState{node: middle, app: app.UTC(), scale: scale})
	if err := c.offset.Set(app.Sub(middle), received); err != nil {
		c.log.Warn("clock offset not kept", "error", err)
	}
	if jumped {
		select {
		case c.moved <- struct{}{}:
		default:
		}
	}
	return nil
}

// MoveClock moves app_now() by d, or to a moment and scale, for tests and
// demonstrations. It needs the owner's connection: the application role cannot.
func MoveClock(ctx context.Context, ownerURL string, to func(now time.Time, scale float64) (time.Time, float64)) (time.Time, error) {
	db, err := openOwner(ownerURL)
	if err != nil {
		return time.Time{}, err
	}
	defer db.Close() //nolint:errcheck // a short-lived connection
	var now time.Time
	var scale float64
	if err := db.QueryRowContext(ctx, `SELECT app_now(), scale FROM app_clock`).Scan(&now, &scale); err != nil {
		return time.Time{}, fmt.Errorf("read clock: %w", err)
	}
	target, scale := to(now, scale)
	_, err = db.ExecContext(ctx, `UPDATE app_clock SET real_base = clock_timestamp(), app_base = $1, scale = $2`, target, scale)
	if err != nil {
		return time.Time{}, fmt.Errorf("move clock: %w", err)
	}
	return target, nil
}
