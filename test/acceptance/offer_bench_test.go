package acceptance

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"example.org/hotline/ivr/caller"
	"example.org/hotline/test/bench/figures"
	"example.org/hotline/test/city"
)

// triagesASecond is how often agents triage in the benchmark.
const triagesASecond = 20

// BenchmarkOfferOnTheWorkersStream measures, on the whole program, the time from
// when an agent sends the triage of a call until the offer stands on the event
// stream of the township's worker, at 20 tickets a second.
func BenchmarkOfferOnTheWorkersStream(b *testing.B) {
	c := city.Start(b, city.Durable(), city.KeyWindow(0), city.Setting("max_calls: 600"))
	ids := untriaged(c, b.N)
	agent, worker := c.As("agent1"), c.As("town2-worker1").Follow()
	sent, answered := make([]time.Time, b.N), make([]time.Time, b.N)
	var acts sync.WaitGroup
	b.ResetTimer()
	beat := time.NewTicker(time.Second / triagesASecond)
	defer beat.Stop()
	for i, id := range ids {
		<-beat.C
		acts.Go(func() {
			version := c.Count(`SELECT version FROM tickets WHERE public_id = $1`, id)
			sent[i] = time.Now()
			a, err := agent.Try(http.MethodPost, "/tickets/"+id+"/triage", uuid.NewString(),
				map[string]any{"version": version, "area": "990101101000", "priority": "P1", "kind": "aid", "cause": "illness"})
			answered[i] = time.Now()
			if err != nil || a.Status != http.StatusOK {
				b.Errorf("triage %d: %d %s (%v)", i, a.Status, a.Raw, err)
			}
		})
	}
	acts.Wait()
	lags, acting := make([]time.Duration, b.N), make([]time.Duration, b.N)
	for i, id := range ids {
		c.Until("the offer on the stream", func() bool { return !worker.Came("ticket.offered", id).IsZero() })
		lags[i], acting[i] = worker.Came("ticket.offered", id).Sub(sent[i]), answered[i].Sub(sent[i])
	}
	b.StopTimer()
	b.ReportMetric(float64(figures.Percentile(acting, 50).Microseconds())/1000, "p50-triage-ms")
	b.ReportMetric(float64(figures.Percentile(lags, 50).Microseconds())/1000, "p50-ms")
	b.ReportMetric(float64(figures.Percentile(lags, 99).Microseconds())/1000, "p99-ms")
}

// untriaged lets n people call the number without an area, and lists their tickets, which the county's desk has.
func untriaged(c *city.City, n int) []string {
	c.T.Helper()
	var calls sync.WaitGroup
	ten := make(chan struct{}, 10)
	for i := range n {
		calls.Go(func() {
			ten <- struct{}{}
			defer func() { <-ten }()
			o := caller.Options{Target: "sip:" + city.Line + "@" + c.SIP, From: fmt.Sprintf("0199%08d", i), HangupAfter: 20 * time.Millisecond, MaxDuration: time.Minute}
			if _, err := caller.Dial(context.Background(), o); err != nil {
				c.T.Errorf("call %d: %v", i, err)
			}
		})
	}
	calls.Wait()
	c.Until("every ticket with its first offer", func() bool {
		return c.Count(`SELECT count(DISTINCT t.id) FROM tickets t JOIN offers o ON o.ticket_id = t.id`) == n
	})
	var all string
	c.Query(`SELECT string_agg(public_id::text, ' ' ORDER BY id) FROM tickets`, nil, &all)
	return strings.Fields(all)
}
