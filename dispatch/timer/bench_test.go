package timer_test

import (
	"testing"
	"time"

	"example.org/hotline/dispatch/timer"
	"example.org/hotline/test/servers"
)

// BenchmarkFireLag fires timers on a beat while 100,000 others are pending, and
// reports how late the transactions that fired them began. An op is one timer.
//
//	go test ./dispatch/timer -run '^$' -bench FireLag -benchtime 5000x
func BenchmarkFireLag(b *testing.B) {
	for name, url := range map[string]func() string{"redis": func() string { return servers.Redis(b).AppURL }, "sweep": func() string { return "" }} {
		b.Run(name, func(b *testing.B) {
			h := newHouse(b)
			h.fill(100_000, h.now().Add(time.Hour), time.Millisecond)
			h.exec(`UPDATE timers SET subject_id = subject_id + 1000000`)
			h.exec(`VACUUM ANALYZE timers`)
			e, _ := h.engine("bench", h.redis(url()), func(o *timer.Options) { *o = timer.Options{Node: o.Node, Now: o.Now, Scale: o.Scale} }, nil)
			h.await("the first leases", func() bool {
				return h.count(`SELECT count(*) FROM timer_shards WHERE expires_at > clock_timestamp()`) == 16
			})
			b.ResetTimer()
			h.fill(b.N, h.now().Add(1500*time.Millisecond), time.Millisecond) // 1,000 a second
			e.ClockMoved()                                                    // as OnArmed would, had they not come in one statement past it
			h.awaitFired(b.N)
			b.StopTimer()
			for q, unit := range map[string]string{"0.5": "p50-ms", "0.99": "p99-ms", "1": "max-ms"} {
				b.ReportMetric(float64(h.count(`SELECT (1000 * percentile_cont(`+q+`) WITHIN GROUP (ORDER BY extract(epoch FROM ended_at - due_at)))::int FROM timer_log`)), unit)
			}
			b.ReportMetric(float64(h.count(`SELECT count(*) FROM timer_log WHERE path = 'sweep'`)), "swept")
		})
	}
}
