package record

import (
	"fmt"

	"github.com/prometheus/client_golang/prometheus"
)

// counters are what the node's metrics tell of recordings.
type counters struct {
	begun, damaged prometheus.Counter
}

func newCounters(registerer prometheus.Registerer) (counters, error) {
	c := counters{
		begun:   prometheus.NewCounter(prometheus.CounterOpts{Name: "hotline_recordings_begun_total", Help: "Recordings begun on this node."}),
		damaged: prometheus.NewCounter(prometheus.CounterOpts{Name: "hotline_recordings_damaged_total", Help: "Recordings that the disk did not take or give back whole."}),
	}
	if registerer == nil {
		return c, nil
	}
	for _, counter := range []prometheus.Counter{c.begun, c.damaged} {
		if err := registerer.Register(counter); err != nil {
			return c, fmt.Errorf("register a metric of recordings: %w", err)
		}
	}
	return c, nil
}
