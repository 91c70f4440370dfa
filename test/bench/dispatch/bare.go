package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"sync"
	"sync/atomic"
	"time"

	"github.com/hibiken/asynq"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
	"github.com/riverqueue/river/rivermigrate"

	"example.org/hotline/test/bench/figures"
	"example.org/hotline/ticket"
)

// The effect of one bare timer, for the rivals: the row that our handler emits.
const (
	effectTable = `CREATE TABLE outbox (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, kind text NOT NULL, subject_kind text NOT NULL, subject_id bigint NOT NULL,
		ticket text NOT NULL DEFAULT '', area_code text NOT NULL, data jsonb NOT NULL, created_at timestamptz NOT NULL)`
	effect = `INSERT INTO outbox (kind, subject_kind, subject_id, area_code, data, created_at) VALUES ('bench.fired', 'probe', $1, '990101101000', '{}', now())`
)

// drained is one drain: so many a second, and how early the earliest was.
type drained struct {
	perSecond float64
	earliest  time.Duration
}

// rival drains n timers that all fall due at one instant.
type rival struct {
	name  string
	drain func(ctx context.Context, n int) (drained, error)
}

// benchBare drains the same timers by each in turn.
func benchBare(ctx context.Context, s *stand, o options) ([]figures.Line, error) {
	mine, err := s.ours(ctx, "bare", ticket.Calendar{})
	if err != nil {
		return nil, err
	}
	defer mine.db.Close() //nolint:errcheck // the end of the bench
	rivalURL, err := s.database(ctx, "rivals")
	if err != nil {
		return nil, err
	}
	if err := s.exec(ctx, rivalURL, effectTable); err != nil {
		return nil, err
	}
	config, err := pgxpool.ParseConfig(rivalURL)
	if err != nil {
		return nil, err
	}
	config.MaxConns = 40
	pool, err := pgxpool.NewWithConfig(ctx, config)
	if err != nil {
		return nil, err
	}
	defer pool.Close()
	migrator, err := rivermigrate.New(riverpgxv5.New(pool), &rivermigrate.Config{Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		return nil, err
	}
	if _, err := migrator.Migrate(ctx, rivermigrate.DirectionUp, nil); err != nil {
		return nil, err
	}
	rivals := []rival{
		{"hotline", func(ctx context.Context, n int) (drained, error) { return drainOurs(ctx, mine, n) }},
		{"asynq 0.26 tuned", func(ctx context.Context, n int) (drained, error) { return drainAsynq(ctx, s, pool, n) }},
		{"river 0.51.2 tuned", func(ctx context.Context, n int) (drained, error) { return drainRiver(ctx, pool, n) }},
	}
	rates, early := make([][]float64, len(rivals)), make([]time.Duration, len(rivals))
	for round := range o.rounds {
		for i := range rivals {
			k := (i + round) % len(rivals) // nobody is always first
			d, err := rivals[k].drain(ctx, o.n)
			if err != nil {
				return nil, fmt.Errorf("%s: %w", rivals[k].name, err)
			}
			rates[k] = append(rates[k], d.perSecond)
			early[k] = min(early[k], d.earliest)
		}
	}
	how := []string{"settings of a real line: batches of the engine, one transaction each: row ended, logged, effect written",
		"64 workers, looks each 20 and 50 ms; a handler commits the effect",
		"1 ms cooldown, 20 ms poll, 2,000 workers on 40 connections; a worker commits the effect, river completes in batches"}
	var lines []figures.Line
	for k, r := range rivals {
		note := fmt.Sprintf("%s; runs: %s", how[k], each(rates[k]))
		if early[k] < 0 {
			note += fmt.Sprintf("; up to %s ms early", figures.Milliseconds(-early[k]))
		}
		lines = append(lines, figures.Line{What: fmt.Sprintf("bare fire with commit, %d due at one instant: %s", o.n, r.name), Value: fmt.Sprintf("%.0f/s", figures.Median(rates[k])), Note: note})
	}
	ratio := func(k int) float64 {
		var list []float64
		for i := range rates[0] {
			list = append(list, rates[0][i]/rates[k][i])
		}
		return figures.Median(list)
	}
	return append(lines, figures.Line{What: "hotline ÷ asynq, hotline ÷ river", Value: fmt.Sprintf("%.1f, %.1f", ratio(1), ratio(2)), Gate: "1 / 5", Note: "median of the paired runs' ratios"}), nil
}

// prepare is how long before the instant its timers are armed.
func prepare(n int) time.Duration { return 6*time.Second + time.Duration(n)*200*time.Microsecond }

func drainOurs(ctx context.Context, o *ours, n int) (drained, error) {
	if err := o.empty(ctx); err != nil {
		return drained{}, err
	}
	due := o.clock.Now().Add(prepare(n)).Truncate(time.Millisecond)
	if err := o.fill(ctx, n, due, 0); err != nil {
		return drained{}, err
	}
	r, err := o.run(ctx, nil, nil)
	if err != nil {
		return drained{}, err
	}
	defer r.stop()
	if err := until(ctx, "our timers", func() (bool, error) { return r.count() >= n, nil }); err != nil {
		return drained{}, err
	}
	if r.count() != n {
		return drained{}, fmt.Errorf("%d of %d fired", r.count(), n)
	}
	return drained{float64(n) / r.last.Sub(due).Seconds(), min(0, figures.Percentile(r.lags, 0))}, nil
}

// tally counts effects of a rival against the instant.
type tally struct {
	due      time.Time
	n        int64
	done     atomic.Int64
	mu       sync.Mutex
	earliest time.Duration
	last     time.Time
	ended    chan struct{}
}

func newTally(due time.Time, n int) *tally {
	return &tally{due: due, n: int64(n), ended: make(chan struct{})}
}

func (t *tally) count(begun time.Time) {
	t.mu.Lock()
	t.earliest = min(t.earliest, begun.Sub(t.due))
	t.last = time.Now()
	t.mu.Unlock()
	if t.done.Add(1) == t.n {
		close(t.ended)
	}
}

func (t *tally) result(ctx context.Context) (drained, error) {
	select {
	case <-t.ended:
	case <-ctx.Done():
		return drained{}, context.Cause(ctx)
	case <-time.After(10 * time.Minute):
		return drained{}, fmt.Errorf("%d of %d in ten minutes", t.done.Load(), t.n)
	}
	return drained{float64(t.n) / t.last.Sub(t.due).Seconds(), t.earliest}, nil
}

var errLateStart = errors.New("arming took longer than the time before the instant: raise it")

func drainAsynq(ctx context.Context, s *stand, pool *pgxpool.Pool, n int) (drained, error) {
	at, err := url.Parse(s.servers.Redis.AdminURL)
	if err != nil {
		return drained{}, err
	}
	password, _ := at.User.Password()
	redis := asynq.RedisClientOpt{Addr: at.Host, Username: at.User.Username(), Password: password, DB: 2}
	due := time.Now().Add(prepare(n)).Truncate(time.Second) // its score has whole seconds
	t := newTally(due, n)
	client := asynq.NewClient(redis)
	defer client.Close() //nolint:errcheck // the end of the run
	var wg sync.WaitGroup
	errs := make(chan error, 16)
	for w := range 16 {
		wg.Go(func() {
			for i := w; i < n; i += 16 {
				if _, err := client.EnqueueContext(ctx, asynq.NewTask("bench", fmt.Appendf(nil, "%d", i)), asynq.ProcessAt(due), asynq.MaxRetry(0)); err != nil {
					errs <- err
					return
				}
			}
		})
	}
	wg.Wait()
	select {
	case err := <-errs:
		return drained{}, err
	default:
	}
	if time.Now().After(due) {
		return drained{}, errLateStart
	}
	server := asynq.NewServer(redis, asynq.Config{Concurrency: 64, TaskCheckInterval: 20 * time.Millisecond, DelayedTaskCheckInterval: 50 * time.Millisecond,
		LogLevel: asynq.FatalLevel})
	if err := server.Start(asynq.HandlerFunc(func(ctx context.Context, task *asynq.Task) error {
		begun := time.Now()
		var id int64
		if _, err := fmt.Sscan(string(task.Payload()), &id); err != nil {
			return err
		}
		if _, err := pool.Exec(ctx, effect, id); err != nil {
			return err
		}
		t.count(begun)
		return nil
	})); err != nil {
		return drained{}, err
	}
	defer server.Shutdown()
	return t.result(ctx)
}

type bareArgs struct {
	ID int64 `json:"id"`
}

func (bareArgs) Kind() string { return "bare" }

type bareWorker struct {
	river.WorkerDefaults[bareArgs]
	pool *pgxpool.Pool
	t    *tally
}

func (w *bareWorker) Work(ctx context.Context, job *river.Job[bareArgs]) error {
	begun := time.Now()
	if _, err := w.pool.Exec(ctx, effect, job.Args.ID); err != nil {
		return err
	}
	w.t.count(begun)
	return nil
}

func drainRiver(ctx context.Context, pool *pgxpool.Pool, n int) (drained, error) {
	if _, err := pool.Exec(ctx, `TRUNCATE river_job`); err != nil {
		return drained{}, err
	}
	due := time.Now().Add(prepare(n)).Truncate(time.Millisecond)
	t := newTally(due, n)
	workers := river.NewWorkers()
	river.AddWorker(workers, &bareWorker{pool: pool, t: t})
	client, err := river.NewClient[pgx.Tx](riverpgxv5.New(pool), &river.Config{FetchCooldown: time.Millisecond, FetchPollInterval: 20 * time.Millisecond,
		Queues: map[string]river.QueueConfig{river.QueueDefault: {MaxWorkers: 2000}}, Workers: workers, Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		return drained{}, err
	}
	for from := 0; from < n; from += 5000 {
		var many []river.InsertManyParams
		for i := from; i < min(n, from+5000); i++ {
			many = append(many, river.InsertManyParams{Args: bareArgs{ID: int64(i)}, InsertOpts: &river.InsertOpts{ScheduledAt: due}})
		}
		if _, err := client.InsertManyFast(ctx, many); err != nil {
			return drained{}, err
		}
	}
	if time.Now().After(due) {
		return drained{}, errLateStart
	}
	if err := client.Start(ctx); err != nil {
		return drained{}, err
	}
	d, err := t.result(ctx)
	stopping, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Minute)
	defer cancel()
	return d, errors.Join(err, client.Stop(stopping))
}
