package pulse_test

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"testing"
	"time"

	"example.org/hotline/internal/pulse"
	"example.org/hotline/test/servers"
)

// patience bounds each wait. It is long since a busy machine is no reason to fail.
const patience = 30 * time.Second

// start opens a client that is being watched over, and waits for it to reach a state.
func start(t *testing.T, url string, want pulse.State) *pulse.Client {
	t.Helper()
	c, err := pulse.Open(pulse.Options{URL: url, Logger: slog.New(slog.DiscardHandler), Check: 10 * time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() { defer close(done); _ = c.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		<-done
		_ = c.Close()
	})
	await(t, string(want), func() bool { return c.State() == want })
	return c
}

func await(t *testing.T, what string, ok func() bool) {
	t.Helper()
	deadline := time.After(patience)
	for !ok() {
		select {
		case <-deadline:
			t.Fatalf("waited in vain: %s", what)
		case <-time.After(5 * time.Millisecond):
		}
	}
}

var noon = time.Date(2026, 10, 1, 12, 0, 0, 0, time.UTC)

const shard int16 = 3

func index(t *testing.T, c *pulse.Client, entries ...pulse.Due) (gen string) {
	t.Helper()
	gen, _, err := c.Generation(t.Context(), shard, "one")
	if err != nil {
		t.Fatal(err)
	}
	if err := c.AddTimers(t.Context(), shard, entries); err != nil {
		t.Fatal(err)
	}
	return gen
}

func claim(t *testing.T, c *pulse.Client, gen string, now time.Time, lease time.Duration) pulse.Claim {
	t.Helper()
	claim, err := c.ClaimTimers(t.Context(), shard, gen, now, 100, lease)
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(claim.IDs)
	return claim
}

func TestClaimTakesWhatIsDue(t *testing.T) {
	c := start(t, servers.RedisOfKind(t).AppURL, pulse.StateUp)
	gen := index(t, c, pulse.Due{ID: 1, At: noon}, pulse.Due{ID: 2, At: noon.Add(time.Minute)}, pulse.Due{ID: 3, At: noon.Add(-time.Hour)})
	if got := claim(t, c, gen, noon.Add(-time.Millisecond), time.Hour); !slices.Equal(got.IDs, []int64{3}) || !got.Next.Equal(noon) {
		t.Errorf("a millisecond early: %+v", got)
	}
	if got := claim(t, c, gen, noon, time.Hour); !slices.Equal(got.IDs, []int64{1}) || !got.Next.Equal(noon.Add(time.Minute)) {
		t.Errorf("at noon: %+v", got)
	}
	if got := claim(t, c, gen, noon, time.Hour); len(got.IDs) > 0 {
		t.Errorf("claimed twice: %+v", got)
	}
	if err := c.AckTimers(t.Context(), shard, []int64{1, 3}); err != nil {
		t.Fatal(err)
	}
	if n, err := c.Indexed(t.Context(), shard); err != nil || n != 1 {
		t.Errorf("%d entries are left (%v), want one", n, err)
	}
}

// A timer that is brought forward is due sooner; told of its first time again it stays so.
func TestBroughtForward(t *testing.T) {
	c := start(t, servers.RedisOfKind(t).AppURL, pulse.StateUp)
	gen := index(t, c, pulse.Due{ID: 1, At: noon.Add(time.Minute)})
	for _, at := range []time.Time{noon, noon.Add(time.Minute)} {
		if err := c.AddTimers(t.Context(), shard, []pulse.Due{{ID: 1, At: at}}); err != nil {
			t.Fatal(err)
		}
	}
	if got := claim(t, c, gen, noon, time.Hour); !slices.Equal(got.IDs, []int64{1}) {
		t.Errorf("at noon: %+v", got)
	}
}

// asynq truncates to seconds and so fires early; here even a microsecond counts.
func TestNothingIsClaimedEarly(t *testing.T) {
	c := start(t, servers.RedisOfKind(t).AppURL, pulse.StateUp)
	gen := index(t, c, pulse.Due{ID: 1, At: noon.Add(time.Microsecond)})
	if got := claim(t, c, gen, noon, time.Hour); len(got.IDs) > 0 {
		t.Error("claimed a microsecond early")
	}
	if got := claim(t, c, gen, noon.Add(time.Millisecond), time.Hour); len(got.IDs) != 1 {
		t.Error("not claimed in its millisecond")
	}
}

func TestAnEndedLeaseIsClaimedAgain(t *testing.T) {
	c := start(t, servers.RedisOfKind(t).AppURL, pulse.StateUp)
	gen := index(t, c, pulse.Due{ID: 1, At: noon})
	claim(t, c, gen, noon, time.Millisecond) // and its claimer dies
	await(t, "the entry to come back", func() bool { return len(claim(t, c, gen, noon, time.Hour).IDs) == 1 })
}

func TestReturnedEntriesKeepTheirTrueTime(t *testing.T) {
	c := start(t, servers.RedisOfKind(t).AppURL, pulse.StateUp)
	gen := index(t, c, pulse.Due{ID: 1, At: noon})
	claim(t, c, gen, noon, time.Hour)
	if err := c.ReturnTimers(t.Context(), shard, []pulse.Due{{ID: 1, At: noon.Add(time.Hour)}}); err != nil {
		t.Fatal(err)
	}
	if got := claim(t, c, gen, noon.Add(time.Minute), time.Hour); len(got.IDs) > 0 || !got.Next.Equal(noon.Add(time.Hour)) {
		t.Errorf("after the return: %+v", got)
	}
}

func TestLossIsNoticed(t *testing.T) {
	server := servers.RedisOfKind(t)
	c := start(t, server.AppURL, pulse.StateUp)
	gen := index(t, c, pulse.Due{ID: 1, At: noon})
	server.Admin("FLUSHALL")
	if !claim(t, c, gen, noon, time.Hour).Stale {
		t.Error("a claim after FLUSHALL found nothing missing")
	}
	gen, made, err := c.Generation(t.Context(), shard, "two")
	if err != nil || !made || gen != "two" {
		t.Errorf("the new generation is %q, %v (%v)", gen, made, err)
	}
	if gen, made, err = c.Generation(t.Context(), shard, "three"); err != nil || made || gen != "two" {
		t.Errorf("another builder takes %q, %v (%v), want the one that is there", gen, made, err)
	}
}

func TestScriptsSurviveScriptFlush(t *testing.T) {
	server := servers.RedisOfKind(t)
	c := start(t, server.AppURL, pulse.StateUp)
	gen := index(t, c, pulse.Due{ID: 1, At: noon})
	for range 5 {
		server.Admin("SCRIPT", "FLUSH")
		claim(t, c, gen, noon.Add(-time.Hour), time.Hour)
		if err := errors.Join(c.ReturnTimers(t.Context(), shard, []pulse.Due{{ID: 1, At: noon}}), c.AckTimers(t.Context(), shard, []int64{9})); err != nil {
			t.Fatal(err)
		}
	}
}

func TestLargeBatches(t *testing.T) {
	c := start(t, servers.RedisOfKind(t).AppURL, pulse.StateUp)
	var entries []pulse.Due
	for id := range int64(20_000) {
		entries = append(entries, pulse.Due{ID: id + 1, At: noon})
	}
	gen := index(t, c, entries...)
	seen := map[int64]bool{}
	for {
		got, err := c.ClaimTimers(t.Context(), shard, gen, noon, 1_000_000, time.Hour)
		if err != nil {
			t.Fatal(err)
		}
		if len(got.IDs) == 0 {
			break
		}
		if len(got.IDs) > pulse.MostClaimed {
			t.Fatalf("a claim of %d holds up all of Redis", len(got.IDs))
		}
		for _, id := range got.IDs {
			if seen[id] {
				t.Fatalf("%d claimed twice", id)
			}
			seen[id] = true
		}
	}
	if len(seen) != len(entries) {
		t.Errorf("%d of %d claimed", len(seen), len(entries))
	}
}

// A Redis that may evict forgets a whole shard at once and tells nobody.
func TestAnotherEvictionPolicyIsRefused(t *testing.T) {
	server := servers.RedisOfKind(t)
	server.Admin("CONFIG", "SET", "maxmemory-policy", "allkeys-lru")
	c := start(t, server.AppURL, pulse.StateUnfit)
	if _, _, err := c.Generation(t.Context(), shard, "x"); !errors.Is(err, pulse.ErrDown) {
		t.Errorf("an unfit Redis was used: %v", err)
	}
	if err := c.Ping(t.Context()); !errors.Is(err, pulse.ErrDown) {
		t.Errorf("its health is %v", err)
	}
	server.Admin("CONFIG", "SET", "maxmemory-policy", "noeviction")
	await(t, "the mended Redis to be used", c.Up)
}

func TestWithoutRedisEverythingReturns(t *testing.T) {
	for name, url := range map[string]string{"off": "", "absent": "redis://hotline:x@127.0.0.1:1/0"} {
		t.Run(name, func(t *testing.T) {
			want := pulse.StateDown
			if url == "" {
				want = pulse.StateOff
			}
			c := start(t, url, want)
			_, err := c.ClaimTimers(t.Context(), shard, "gen", noon, 10, time.Second)
			_, _, genErr := c.Generation(t.Context(), shard, "gen")
			for _, err := range []error{err, genErr, c.AddTimers(t.Context(), shard, []pulse.Due{{ID: 1, At: noon}}), c.AckTimers(t.Context(), shard, []int64{1}),
				c.ReturnTimers(t.Context(), shard, []pulse.Due{{ID: 1, At: noon}}), c.Ping(t.Context())} {
				if !errors.Is(err, pulse.ErrDown) {
					t.Errorf("got %v, want ErrDown", err)
				}
			}
			l := c.Listen(pulse.WakeTimers)
			defer l.Close()
			c.Wake(t.Context(), pulse.WakeTimers, "7")
			<-l.C
			if payloads, all := l.Take(); !all && !slices.Equal(payloads, []string{"7"}) {
				t.Errorf("took %v", payloads)
			}
		})
	}
}

func TestRedisGoesAndComesBack(t *testing.T) {
	server := servers.RedisOfKind(t)
	c := start(t, server.AppURL, pulse.StateUp)
	other := start(t, server.AppURL, pulse.StateUp)
	heard := other.Listen(pulse.WakeEvents)
	defer heard.Close()
	server.Fail()
	await(t, "the loss to be noticed", func() bool { return c.State() == pulse.StateDown })
	server.Recover()
	await(t, "the return to be noticed", c.Up)
	await(t, "a wake-up to cross from one process to the other", func() bool {
		heard.Take()
		c.Wake(t.Context(), pulse.WakeEvents, "crossed")
		payloads, _ := heard.Take()
		return slices.Contains(payloads, "crossed")
	})
}

func TestAListenerThatNeverTakesBlocksNobody(t *testing.T) {
	c := start(t, "", pulse.StateOff)
	l := c.Listen(pulse.WakeTimers)
	for i := range 10_000 {
		c.WakeLocal(pulse.WakeTimers, time.Duration(i).String())
	}
	if _, all := l.Take(); !all {
		t.Error("it was not told that some are missing")
	}
	l.Close()
	c.WakeLocal(pulse.WakeTimers, "gone")
	if payloads, all := l.Take(); all || len(payloads) > 0 {
		t.Error("a closed listener still hears")
	}
}

func TestABadAddressIsNotRepeated(t *testing.T) {
	for _, address := range []string{"http://user:secret@host", "redis+ring://user:secret@host", "http+cluster://user:secret@host", "redis+sentinel://user:secret@host",
		"redis+cluster://user:secret@host?no_such=1", "redis://user:secret@host:x"} {
		_, err := pulse.Open(pulse.Options{URL: address})
		if err == nil || len(err.Error()) == 0 || slices.Contains([]byte(err.Error()), '@') {
			t.Errorf("%s: got %v", address, err)
		}
	}
}
