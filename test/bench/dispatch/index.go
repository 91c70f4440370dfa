package main

import (
	"context"
	"fmt"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/redis/go-redis/v9"

	"example.org/hotline/dispatch/timer"
	"example.org/hotline/internal/pulse"
	"example.org/hotline/test/bench/figures"
	"example.org/hotline/ticket"
)

func (s *stand) boss() (*redis.Client, error) {
	options, err := redis.ParseURL(s.servers.Redis.AdminURL)
	if err != nil {
		return nil, err
	}
	return redis.NewClient(options), nil
}

// benchMemory fills the index and asks Redis what it takes.
func benchMemory(ctx context.Context, s *stand, o options) ([]figures.Line, error) {
	boss, err := s.boss()
	if err != nil {
		return nil, err
	}
	defer boss.Close() //nolint:errcheck // the end of the part
	if err := boss.FlushAll(ctx).Err(); err != nil {
		return nil, err
	}
	before, err := usedMemory(ctx, boss)
	if err != nil {
		return nil, err
	}
	client, err := pulse.Open(pulse.Options{URL: s.servers.Redis.AppURL})
	if err != nil {
		return nil, err
	}
	defer client.Close() //nolint:errcheck // the end of the part
	inner, cancel := context.WithCancel(ctx)
	defer cancel()
	go func() { _ = client.Run(inner) }()
	if err := until(ctx, "Redis", func() (bool, error) { return client.Up(), nil }); err != nil {
		return nil, err
	}
	from := time.Now()
	for first := 1; first <= o.pending; first += 16_000 {
		for shard := range int16(pulse.Shards) {
			var page []pulse.Due
			for id := first + int(shard); id < min(first+16_000, o.pending+1); id += pulse.Shards {
				page = append(page, pulse.Due{ID: int64(id), At: from.Add(time.Duration(id) * 20 * time.Millisecond)})
			}
			if err := client.AddTimers(ctx, shard, page); err != nil {
				return nil, err
			}
		}
	}
	after, err := usedMemory(ctx, boss)
	if err != nil {
		return nil, err
	}
	return []figures.Line{{What: fmt.Sprintf("Redis bytes for each of %d pending timers", o.pending), Value: fmt.Sprintf("%.1f", float64(after-before)/float64(o.pending)), Gate: "120 / 105",
		Note: "used_memory after less before, 16 shards"}}, boss.FlushAll(ctx).Err()
}

func usedMemory(ctx context.Context, c *redis.Client) (int64, error) {
	info, err := c.Info(ctx, "memory").Result()
	if err != nil {
		return 0, err
	}
	for l := range strings.Lines(info) {
		if text, ok := strings.CutPrefix(strings.TrimSpace(l), "used_memory:"); ok {
			return strconv.ParseInt(text, 10, 64)
		}
	}
	return 0, fmt.Errorf("Redis does not tell its memory")
}

// benchHeld streams timers beside a transaction that somebody forgot, and without it.
func benchHeld(ctx context.Context, s *stand, o options) ([]figures.Line, error) {
	mine, err := s.ours(ctx, "held", ticket.Calendar{})
	if err != nil {
		return nil, err
	}
	defer mine.db.Close() //nolint:errcheck // the end of the bench
	var ratios, with, without []float64
	for range o.rounds {
		control, err := streamed(ctx, mine, o, false)
		if err != nil {
			return nil, err
		}
		held, err := streamed(ctx, mine, o, true)
		if err != nil {
			return nil, err
		}
		without, with = append(without, float64(control.Microseconds())/1000), append(with, float64(held.Microseconds())/1000)
		ratios = append(ratios, float64(held)/float64(control))
	}
	return []figures.Line{{What: fmt.Sprintf("one transaction held open for %s, %d timers a second: p99 ÷ control", o.held, o.stream), Value: fmt.Sprintf("%.2f", figures.Median(ratios)), Gate: "2 / 1.2",
		Note: fmt.Sprintf("median of %d pairs; p99 with %s ms, without %s ms", o.rounds, each(with), each(without))}}, nil
}

func streamed(ctx context.Context, o *ours, opt options, hold bool) (time.Duration, error) {
	if err := o.empty(ctx); err != nil {
		return 0, err
	}
	n := opt.stream * int(opt.held/time.Second)
	from := o.clock.Now().Add(5 * time.Second)
	if err := o.fill(ctx, n, from, time.Second/time.Duration(opt.stream)); err != nil {
		return 0, err
	}
	if hold {
		conn, err := pgx.Connect(ctx, o.url)
		if err != nil {
			return 0, err
		}
		defer conn.Close(ctx) //nolint:errcheck // the end of the run
		if _, err := conn.Exec(ctx, `BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT count(*) FROM timer_shards`); err != nil {
			return 0, err
		}
	}
	r, err := o.run(ctx, nil, nil)
	if err != nil {
		return 0, err
	}
	defer r.stop()
	if err := until(ctx, "the stream", func() (bool, error) { return r.count() >= n, nil }); err != nil {
		return 0, err
	}
	return figures.Percentile(r.lags, 99), nil
}

// benchRebuild empties Redis under a full index.
func benchRebuild(ctx context.Context, s *stand, o options) ([]figures.Line, error) {
	mine, err := s.ours(ctx, "rebuild", ticket.Calendar{})
	if err != nil {
		return nil, err
	}
	defer mine.db.Close() //nolint:errcheck // the end of the bench
	boss, err := s.boss()
	if err != nil {
		return nil, err
	}
	defer boss.Close() //nolint:errcheck // the end of the part
	if err := mine.fill(ctx, o.pending, mine.clock.Now().Add(time.Hour), 10*time.Millisecond); err != nil {
		return nil, err
	}
	if err := s.exec(ctx, mine.url, `VACUUM ANALYZE timers`); err != nil {
		return nil, err
	}
	r, err := mine.run(ctx, func(t *timer.Options) { t.SweepGrace = time.Hour }, nil) // the index must do it alone
	if err != nil {
		return nil, err
	}
	defer r.stop()
	if err := until(ctx, "the first index", func() (bool, error) { return indexed(ctx, boss, o.pending) }); err != nil {
		return nil, err
	}
	// In every shard one falls due each 50 ms while the index is built again.
	const beat, beats = 50 * time.Millisecond, 400
	start := mine.clock.Now().Add(2 * time.Second)
	if err := s.exec(ctx, mine.url, `INSERT INTO timers (subject_kind, subject_id, kind, step, epoch, due_at, shard)
		SELECT 'probe', s, $1, 1 + b, 0, $2::timestamptz + b * interval '50 milliseconds', s FROM generate_series(0, 15) s, generate_series(0, $3::int - 1) b`, probe, start, beats); err != nil {
		return nil, err
	}
	r.engine.ClockMoved() // as OnArmed would tell, had they not come past it
	if err := at(ctx, start.Add(beats*beat/4), mine.clock.Now); err != nil {
		return nil, err
	}
	flushed := time.Now()
	if err := boss.FlushAll(ctx).Err(); err != nil {
		return nil, err
	}
	if err := until(ctx, "the index to be whole again", func() (bool, error) { return indexed(ctx, boss, o.pending) }); err != nil {
		return nil, err
	}
	whole := time.Since(flushed)
	if err := until(ctx, "the beat", func() (bool, error) { return r.count() >= beats*pulse.Shards, nil }); err != nil {
		return nil, err
	}
	return []figures.Line{
		{What: fmt.Sprintf("rebuild of %d timers after FLUSHALL", o.pending), Value: fmt.Sprintf("%.1f s", whole.Seconds()), Gate: "15 / 6 s", Note: "until all are in the index again, while 320 a second fire"},
		{What: "the next due live again", Value: figures.Milliseconds(figures.Percentile(r.lags, 100)) + " ms", Gate: "1 / 0.2 s", Note: fmt.Sprintf("worst lag of %d timers due throughout, p99 %s ms, %d by the sweep", len(r.lags), figures.Milliseconds(figures.Percentile(r.lags, 99)), r.swept)},
	}, nil
}

// indexed reports whether so many timers are waiting in the index.
func indexed(ctx context.Context, boss *redis.Client, want int) (bool, error) {
	n := 0
	for shard := range pulse.Shards {
		c, err := boss.ZCard(ctx, fmt.Sprintf("%s{s%d}:due", pulse.KeyPrefix, shard)).Result()
		if err != nil {
			return false, err
		}
		n += int(c)
	}
	return n >= want, nil
}

var perAnswer = regexp.MustCompile(`([0-9.]+) µs/answer`)

// benchmark runs one benchmark of the program itself, in its own module with what
// its tests need, and finds its figures.
func benchmark(ctx context.Context, name, room string, figure *regexp.Regexp, args ...string) ([]string, error) {
	cmd := exec.CommandContext(ctx, "go", append([]string{"test", "-run", "^$", "-bench", "^" + name + "$", "example.org/hotline/" + room}, args...)...) //nolint:gosec // G204: names of our own
	cmd.Dir = filepath.Join("..", "..", "..")
	out, err := cmd.CombinedOutput()
	found := figure.FindStringSubmatch(string(out))
	if err != nil || found == nil {
		return nil, fmt.Errorf("%s of %s: %w\n%s", name, room, err, out)
	}
	return found, nil
}

var offerLags = regexp.MustCompile(`([0-9.]+) p50-ms\s.*?([0-9.]+) p99-ms`)

// benchOffer measures the whole program: an agent's triage, the ladder, the relay, the worker's stream.
func benchOffer(ctx context.Context, _ *stand, o options) ([]figures.Line, error) {
	found, err := benchmark(ctx, "BenchmarkOfferOnTheWorkersStream", "test/acceptance", offerLags, "-benchtime", strconv.Itoa(o.offers)+"x")
	if err != nil {
		return nil, err
	}
	return []figures.Line{{What: "offer on the worker's event stream after an agent's triage, 20 tickets a second", Value: fmt.Sprintf("p50 %s, p99 %s ms", found[1], found[2]), Gate: "1,000 / 300 ms",
		Note: fmt.Sprintf("%d tickets of the whole program; from sending the triage until the event has come", o.offers)}}, nil
}

// benchDuty runs the roster's own benchmark.
func benchDuty(ctx context.Context, _ *stand, _ options) ([]figures.Line, error) {
	found, err := benchmark(ctx, "BenchmarkWhoIsOnDutyInTenThousandAreas", "dispatch/duty", perAnswer)
	if err != nil {
		return nil, err
	}
	return []figures.Line{{What: "“who is on duty” among 10,000 areas, from memory", Value: found[1] + " µs", Gate: "100 / 10 µs", Note: "BenchmarkWhoIsOnDutyInTenThousandAreas of dispatch/duty"}}, nil
}
