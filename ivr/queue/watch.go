package queue

import (
	"context"
	"errors"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"example.org/hotline/ivr/acd"
	"example.org/hotline/ticket"
)

// The alarms, as message keys of the console.
const (
	AlarmStuck   = "alarm.queue_stuck"   // a caller waits beside a fitting free agent, or the queue does not decide
	AlarmAlone   = "alarm.queue_alone"   // Redis is away: this node distributes its own callers alone
	AlarmRecords = "alarm.queue_records" // events of the queue were lost
)

// How the watchdog looks, in real time.
const (
	watchEvery = 500 * time.Millisecond
	stuckAfter = 3 * time.Second
	alarmStays = time.Minute // on the board, after it was last raised
)

var errStuck = errors.New("a caller waits beside a free agent who fits")

// watch is what is known of the queue's health.
type watch struct {
	mu     sync.Mutex
	alarms map[string]time.Time // real time of the latest cause; zero: until cleared

	looking sync.Mutex
	since   map[ticket.CallID]time.Time // real time since when callers have been stuck; looking

	last   atomic.Int64 // real time of the last pass, ns
	rejoin atomic.Bool
}

func (w *watch) passed() { w.last.Store(time.Now().UnixNano()) }

func (w *watch) rejoinWanted() bool { return w.rejoin.Swap(false) }

// list names the alarms that stand.
func (w *watch) list() []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	names := []string{}
	for name, at := range w.alarms {
		if at.IsZero() || time.Since(at) < alarmStays {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

func (h *Hub) alarm(name string, why error) {
	h.watch.mu.Lock()
	at := time.Now()
	if name == AlarmAlone {
		at = time.Time{}
	}
	h.watch.alarms[name] = at
	h.watch.mu.Unlock()
	h.meter.alarms.WithLabelValues(name).Inc()
	h.log.Error("the queue needs attention", "alarm", true, "what", name, "error", why)
}

func (h *Hub) clear(name string) {
	h.watch.mu.Lock()
	defer h.watch.mu.Unlock()
	delete(h.watch.alarms, name)
}

// watchdog looks whether the queue does its work.
func (h *Hub) watchdog(ctx context.Context) {
	h.watch.passed()
	tick := time.NewTicker(watchEvery)
	defer tick.Stop()
	lost := 0
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		h.watch.looking.Lock()
		h.watchOnce(time.Now())
		h.watch.looking.Unlock()
		if n := h.book.lost(); n > lost {
			lost = n
			h.alarm(AlarmRecords, errors.New("events of the queue were dropped"))
		}
	}
}

// watchOnce raises the alarm for callers who have waited too long beside a free
// agent, and has the node join anew, which decides everything afresh. looking is held.
func (h *Hub) watchOnce(real time.Time) {
	h.mu.RLock()
	stuck := h.room.Stuck(h.config, h.now())
	h.mu.RUnlock()
	since, long := map[ticket.CallID]time.Time{}, false
	for _, c := range stuck {
		since[c.Call] = real
		if at, ok := h.watch.since[c.Call]; ok {
			since[c.Call] = at
		}
		long = long || real.Sub(since[c.Call]) >= stuckAfter
	}
	h.watch.since = since
	asleep := real.Sub(time.Unix(0, h.watch.last.Load())) > 3*stuckAfter
	if !long && !asleep {
		return
	}
	h.watch.since = nil // the cure gets its time before the alarm is raised again
	h.watch.passed()
	h.alarm(AlarmStuck, errStuck)
	h.watch.rejoin.Store(true)
	h.inbox.put(wish{do: func(*acd.Tx) error { return nil }})
}

// meter are the queue's metrics.
type meter struct {
	conflicts prometheus.Counter
	alarms    *prometheus.CounterVec
}

func (m *meter) register(r prometheus.Registerer, h *Hub) {
	m.conflicts = prometheus.NewCounter(prometheus.CounterOpts{Name: "hotline_queue_conflicts_total",
		Help: "Decisions made anew because another node was quicker."})
	m.alarms = prometheus.NewCounterVec(prometheus.CounterOpts{Name: "hotline_queue_alarms_total", Help: "Alarms of the queue."}, []string{"alarm"})
	if r == nil {
		return
	}
	gauge := func(name, help string, read func(*acd.Room) int) prometheus.Collector {
		return prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: name, Help: help}, func() float64 {
			h.mu.RLock()
			defer h.mu.RUnlock()
			return float64(read(h.room))
		})
	}
	r.MustRegister(m.conflicts, m.alarms,
		gauge("hotline_queue_waiting", "Callers who wait for an agent, on all nodes.", func(r *acd.Room) int {
			n := 0
			for _, c := range r.Callers {
				if c.Waiting() {
					n++
				}
			}
			return n
		}),
		gauge("hotline_queue_agents", "Agents signed on, on all nodes.", func(r *acd.Room) int { return len(r.Agents) }),
		gauge("hotline_queue_agents_free", "Agents who can be offered a call, on all nodes.", func(r *acd.Room) int {
			n := 0
			for _, a := range r.Agents {
				if a.Free() {
					n++
				}
			}
			return n
		}))
}
