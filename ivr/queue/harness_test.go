package queue_test

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
	"testing"
	"time"

	"example.org/hotline/area"
	"example.org/hotline/internal/pulse"
	"example.org/hotline/ivr"
	"example.org/hotline/ivr/acd"
	"example.org/hotline/ivr/queue"
	"example.org/hotline/test/servers"
	"example.org/hotline/ticket"
)

func TestMain(m *testing.M) { servers.Main(m) }

// patience bounds each wait. It is long since a busy machine is no reason to fail.
const patience = 30 * time.Second

// rules are a queue with times that no test reaches by itself.
func rules(change func(*acd.Queue)) acd.Config {
	q := acd.Queue{Key: "12349", Zh: "救助热线", En: "line", Ring: 2 * time.Minute, WrapUp: time.Hour, RejectDelay: 10 * time.Minute,
		BusyDelay: 10 * time.Minute, NoAnswerDelay: 10 * time.Minute, AutoPause: 3, PreferFor: 10 * time.Second}
	if change != nil {
		change(&q)
	}
	return acd.Config{Queues: []acd.Queue{q}, Pauses: []acd.Term{{Key: "meal", Zh: "用餐", En: "meal"}}}
}

// line is what the nodes of one test share.
type line struct {
	t      testing.TB
	config acd.Config

	mu     sync.Mutex
	events []acd.Event
}

func newLine(t *testing.T, change func(*acd.Queue)) *line {
	return &line{t: t, config: rules(change)}
}

// twoNodes are two hubs of a line of their own, which share their queue in Redis.
func twoNodes(t *testing.T, change func(*acd.Queue)) (l *line, n1, n2 *node) {
	t.Helper()
	url := servers.RedisOfKind(t).AppURL
	l = newLine(t, change)
	return l, l.start("n1", url), l.start("n2", url)
}

func (l *line) record(_ context.Context, events []acd.Event) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.events = append(l.events, events...)
	return nil
}

func (l *line) recorded(match func(acd.Event) bool) []acd.Event {
	l.mu.Lock()
	defer l.mu.Unlock()
	var found []acd.Event
	for _, ev := range l.events {
		if match(ev) {
			found = append(found, ev)
		}
	}
	return found
}

// node is one hub that runs; stop ends it in order.
type node struct {
	*queue.Hub
	redis *pulse.Client
	stop  func()
}

// start runs a hub. Without an address it is alone.
func (l *line) start(name, redisURL string) *node {
	l.t.Helper()
	return l.run(name, redisURL, nil)
}

// startWith runs a hub that is alone, with other options.
func (l *line) startWith(name string, change func(*queue.Options)) *node {
	l.t.Helper()
	return l.run(name, "", change)
}

func (l *line) run(name, redisURL string, change func(*queue.Options)) *node {
	l.t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	var wg sync.WaitGroup
	n := &node{}
	var err error
	n.redis, err = pulse.Open(pulse.Options{URL: redisURL, Check: 20 * time.Millisecond})
	if err != nil {
		l.t.Fatal(err)
	}
	wg.Go(func() { _ = n.redis.Run(ctx) })
	if redisURL != "" {
		await(l.t, "Redis", n.redis.Up)
	}
	log := slog.New(slog.DiscardHandler)
	options := queue.Options{Node: name, Redis: n.redis, Config: l.config, Logger: log, Record: l.record}
	if change != nil {
		change(&options)
	}
	n.Hub = queue.New(options)
	running, end := context.WithCancel(context.Background())
	var hub sync.WaitGroup
	hub.Go(func() { _ = n.Run(running) })
	n.stop = sync.OnceFunc(func() {
		end()
		hub.Wait()
		cancel()
		wg.Wait()
		_ = n.redis.Close()
	})
	l.t.Cleanup(n.stop)
	return n
}

func await(t testing.TB, what string, ok func() bool) {
	t.Helper()
	if !holds(ok) {
		t.Fatalf("waited in vain: %s", what)
	}
}

// holds looks again and again, and gives up after a long while.
func holds(ok func() bool) bool {
	deadline := time.NewTimer(patience)
	defer deadline.Stop()
	look := time.NewTicker(2 * time.Millisecond)
	defer look.Stop()
	for !ok() {
		select {
		case <-deadline.C:
			return false
		case <-look.C:
		}
	}
	return true
}

func caller(i int) acd.Caller {
	return acd.Caller{Call: ticket.CallID(fmt.Sprintf("call-%03d", i)), Ticket: ticket.Number(fmt.Sprintf("T%03d", i)), Number: "12349",
		Queue: "12349", Priority: ticket.P2, EnteredAt: noon.Add(time.Duration(i) * time.Second)}
}

var noon = time.Date(2026, 10, 1, 12, 0, 0, 0, time.UTC)

func (n *node) signOn(t *testing.T, id int) *queue.Seat {
	t.Helper()
	s, err := n.SignOn(acd.Agent{ID: area.StaffID(id), Login: fmt.Sprintf("agent%d", id), Name: "坐席", Area: "990101000000", Priority: id})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// sees waits until a node knows so many agents and waiting callers.
func (n *node) sees(t *testing.T, agents, waiting int) {
	t.Helper()
	await(t, fmt.Sprintf("a node sees %d agents and %d waiting", agents, waiting), func() bool {
		b := n.Board()
		w := 0
		for _, c := range b.Callers {
			if c.Waiting() {
				w++
			}
		}
		return len(b.Agents) == agents && w == waiting
	})
}

// answerNext answers the next offer to a seat.
func answerNext(t *testing.T, s *queue.Seat) acd.Offer {
	t.Helper()
	o := nextSeat(t, s, acd.SeatOffered).Offer
	if err := s.Answer(o.ID); err != nil {
		t.Fatal(err)
	}
	return o
}

// next waits for a change of a kind, past changes of other kinds.
func next(t *testing.T, p ivr.Place, kind acd.PlaceKind) acd.PlaceChange {
	t.Helper()
	deadline := time.After(patience)
	for {
		select {
		case c, ok := <-p.Changes():
			if !ok {
				t.Fatalf("the place ended before it was %s", kind)
			}
			if c.Kind == kind {
				return c
			}
		case <-deadline:
			t.Fatalf("the place was never %s", kind)
		}
	}
}

func nextSeat(t *testing.T, s *queue.Seat, kind acd.SeatKind) acd.SeatChange {
	t.Helper()
	return nextSeatThat(t, s, string(kind), func(c acd.SeatChange) bool { return c.Kind == kind })
}

func nextSeatThat(t *testing.T, s *queue.Seat, what string, match func(acd.SeatChange) bool) acd.SeatChange {
	t.Helper()
	deadline := time.After(patience)
	for {
		select {
		case c, ok := <-s.Changes():
			if !ok {
				t.Fatalf("the seat ended before: %s", what)
			}
			if match(c) {
				return c
			}
		case <-deadline:
			t.Fatalf("never came: %s", what)
		}
	}
}
