package timer

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"example.org/hotline/internal/act"
)

// metrics are what an operator watches of a dispatcher: how late timers fire,
// and what went wrong. Whether any do not fire at all, the Watch tells.
type metrics struct {
	lag      *prometheus.HistogramVec
	rebuilds prometheus.Counter
	dead     prometheus.Counter
	failed   prometheus.Counter
	mended   prometheus.Counter
}

func newMetrics(r prometheus.Registerer) *metrics {
	counter := func(name, help string) prometheus.Counter {
		return prometheus.NewCounter(prometheus.CounterOpts{Namespace: "hotline", Subsystem: "timer", Name: name, Help: help})
	}
	m := &metrics{
		lag: prometheus.NewHistogramVec(prometheus.HistogramOpts{Namespace: "hotline", Subsystem: "timer", Name: "fire_lag_seconds",
			Help:    "Real time from a timer's due time to the transaction that fired it, by the path it came.",
			Buckets: []float64{.005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 15, 60, 300}}, []string{"path"}),
		rebuilds: counter("index_rebuilds_total", "How often a shard's index in Redis was lost and filled again."),
		dead:     counter("dead_total", "Timers given up after repeated failures. Any is an alarm."),
		failed:   counter("failures_total", "Failures of single timers."),
		mended:   counter("mended_total", "Open tickets found without a pending timer. Any is an alarm."),
	}
	if r == nil {
		return m
	}
	r.MustRegister(m.lag, m.rebuilds, m.dead, m.failed, m.mended)
	return m
}

func (m *metrics) fired(path string, r act.Fired, real func(time.Duration) time.Duration) {
	for _, t := range r.Fired {
		m.lag.WithLabelValues(path).Observe(real(r.At.Sub(t.DueAt)).Seconds())
	}
}
