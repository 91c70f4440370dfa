// Package timer fires appointments with the future, each exactly once.
//
// The rows of timers in PostgreSQL decide. A timer is armed in the transaction
// of the act that needs it, and fires in one transaction that checks again
// that it is pending and due, moves it to the log and writes its effects. Redis
// only says when to look: a sorted set per shard, claimed under a lease.
// Whatever Redis loses, delays, doubles or invents is caught: doubles by the
// row, losses by a sweep of the database. So without Redis timers are seconds
// late, never lost and never fired twice. docs/adr has the reasons.
package timer

import (
	"context"
	"log/slog"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"example.org/hotline/internal/act"
)

// Store is what the engine needs of the database. Errors wrap act's kinds.
type Store[T act.Tx] interface {
	// LeaseShards renews this owner's shards, evens them out among the living nodes and takes what is free.
	LeaseShards(ctx context.Context, owner string, length time.Duration) ([]act.Lease, error)
	// ReleaseShards gives all of them back.
	ReleaseShards(ctx context.Context, owner string) error
	// FireTimers fires those of ids that are pending and due, effects included. They may be of several shards, whose
	// leases are given; act.ErrConflict where one is lost.
	FireTimers(ctx context.Context, leases []act.Lease, path string, ids []int64, handle func(context.Context, T, act.Timer) error) (act.Fired, error)
	// FailTimer counts a failure and lets the timer rest; with the dead-th it moves to the log as dead.
	FailTimer(ctx context.Context, id int64, cause string, dead int) (died bool, err error)
	// OverdueTimers lists pending timers that fell due at least grace ago, oldest first.
	OverdueTimers(ctx context.Context, shards []int16, grace time.Duration, limit int) ([]act.Timer, error)
	// UpcomingTimers lists pending timers due before until, after the place (due time, id).
	UpcomingTimers(ctx context.Context, shard int16, until, afterDue time.Time, afterID int64, limit int) ([]act.Timer, error)
	// AuditTimers finds open subjects that nothing would ever wake, arms a timer for them and lists them.
	AuditTimers(ctx context.Context) ([]act.Subject, error)
}

// Handler fires one kind of timer, within the transaction that ends it. It
// must find out by itself whether the timer still means anything (its epoch),
// do nothing but database work, and lock a ticket before anything of it.
type Handler[T act.Tx] func(ctx context.Context, tx T, t act.Timer) error

// The ways a timer comes to fire, as in timer_log.path and the lag's label.
const (
	PathRedis = "redis"
	PathSweep = "sweep"
)

// Options of New. Node, Now and Scale must be given. Zero durations and numbers mean the default named beside them.
type Options struct {
	Node       string // name of this machine's data folder; one process at a time uses it
	Logger     *slog.Logger
	Registerer prometheus.Registerer // nil: no metrics are kept

	// Now is application time as this node knows it, and Scale how many of its seconds pass in a real one.
	// They only tell when to look: whether a timer is due, PostgreSQL decides.
	Now   func() time.Time
	Scale func() float64

	LeaseLength    time.Duration // 10 s: how long a dead process keeps its shards
	LeaseEvery     time.Duration // 2 s: with the length, shards have moved within 12 s of a death
	ClaimLease     time.Duration // 30 s: after that a claimed timer is claimed again
	Horizon        time.Duration // 6 h: what falls due later is not in Redis yet
	TopUpEvery     time.Duration // 5 min
	SweepEvery     time.Duration // 2 s, with Redis
	SweepGrace     time.Duration // 3 s: what the sweep leaves to Redis
	SweepEveryDown time.Duration // 100 ms, without Redis
	AuditEvery     time.Duration // 1 min
	Batch          int           // 100: most timers of one transaction, which holds their tickets until it commits
	Workers        int           // 4: firing transactions at a time
	Dead           int           // 12: failures after which a timer is given up, some eight minutes
}

func (o *Options) fill() {
	orDuration := func(d *time.Duration, def time.Duration) {
		if *d <= 0 {
			*d = def
		}
	}
	orInt := func(n *int, def int) {
		if *n <= 0 {
			*n = def
		}
	}
	orDuration(&o.LeaseLength, 10*time.Second)
	orDuration(&o.LeaseEvery, 2*time.Second)
	orDuration(&o.ClaimLease, 30*time.Second)
	orDuration(&o.Horizon, 6*time.Hour)
	orDuration(&o.TopUpEvery, 5*time.Minute)
	orDuration(&o.SweepEvery, 2*time.Second)
	orDuration(&o.SweepGrace, 3*time.Second)
	orDuration(&o.SweepEveryDown, 100*time.Millisecond)
	orDuration(&o.AuditEvery, time.Minute)
	orInt(&o.Batch, 100)
	orInt(&o.Workers, 4)
	orInt(&o.Dead, 12)
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
}
