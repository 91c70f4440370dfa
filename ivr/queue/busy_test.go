package queue_test

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"testing"

	"github.com/redis/go-redis/v9"

	"example.org/hotline/area"
	"example.org/hotline/ivr"
	"example.org/hotline/ivr/acd"
	"example.org/hotline/ivr/queue"
	"example.org/hotline/test/servers"
	"example.org/hotline/ticket"
)

// TestTwoNodesNeverOfferTwice lets callers and agents meet on two nodes at once.
func TestTwoNodesNeverOfferTwice(t *testing.T) {
	url := servers.RedisOfKind(t).AppURL
	l := newLine(t, func(q *acd.Queue) { q.WrapUp = 0 })
	nodes := []*node{l.start("n1", url), l.start("n2", url)}
	served := newServed(t)
	served.staff(nodes, 10)
	const callers = 200
	for i := range callers {
		served.follow(nodes[i%2].Enter(caller(i)))
	}
	served.wait(callers)
}

// Redis is cleared again and again while callers come and agents answer: each
// caller is served, once.
func TestFlushesWhileEverybodyIsBusy(t *testing.T) {
	r := servers.Redis(t)
	l := newLine(t, func(q *acd.Queue) { q.WrapUp = 0 })
	nodes := []*node{l.start("n1", r.AppURL), l.start("n2", r.AppURL), l.start("n3", r.AppURL)}
	served := newServed(t)
	served.staff(nodes, 9)
	const callers = 600
	for i := range callers {
		served.follow(nodes[i%3].Enter(caller(i)))
		if i%60 == 59 {
			flush(t, r.AdminURL)
		}
	}
	served.wait(callers)
	for _, n := range nodes {
		n.sees(t, 9, 0)
		if alarms := n.Board().Alarms; len(alarms) > 0 {
			t.Errorf("alarms: %v", alarms)
		}
	}
	for _, n := range nodes { // and nobody is stuck in a call that is over
		n.allIdle(t)
	}
}

// Redis dies and comes back empty, twice, while callers come and agents answer.
func TestRedisRestartsWhileEverybodyIsBusy(t *testing.T) {
	r := servers.Redis(t)
	l := newLine(t, func(q *acd.Queue) { q.WrapUp = 0 })
	nodes := []*node{l.start("n1", r.AppURL), l.start("n2", r.AppURL)}
	served := newServed(t)
	served.staff(nodes, 6)
	const callers = 300
	for i := range callers {
		served.follow(nodes[i%2].Enter(caller(i)))
		switch i {
		case 100, 200:
			r.Kill()
		case 150, 250:
			if err := r.Start(context.Background()); err != nil {
				t.Fatal(err)
			}
			await(t, "the nodes share again", func() bool {
				return len(nodes[0].Board().Agents) == 6 && len(nodes[1].Board().Agents) == 6
			})
		}
	}
	served.wait(callers)
	for _, n := range nodes {
		n.sees(t, 6, 0)
		n.allIdle(t)
	}
}

// TestFlushUnderFiftyWaiting: judged item 6. Redis is cleared while 50 wait and
// some talk; all are served, in the order in which they entered.
func TestFlushUnderFiftyWaiting(t *testing.T) {
	r := servers.Redis(t)
	inOrderOver(t, r.AppURL, func(*node, *node) { flush(t, r.AdminURL) })
}

// The same over a real restart of Redis, which comes back empty.
func TestRedisRestartUnderFiftyWaiting(t *testing.T) {
	r := servers.Redis(t)
	inOrderOver(t, r.AppURL, func(n1, n2 *node) {
		r.Kill()
		await(t, "both nodes have noticed", func() bool {
			return slices.Contains(n1.Board().Alarms, queue.AlarmAlone) && slices.Contains(n2.Board().Alarms, queue.AlarmAlone)
		})
		if err := r.Start(context.Background()); err != nil {
			t.Fatal(err)
		}
		await(t, "both nodes share again", func() bool {
			return len(n1.Board().Alarms) == 0 && len(n2.Board().Alarms) == 0
		})
	})
}

func flush(t *testing.T, url string) {
	t.Helper()
	opts, err := redis.ParseURL(url)
	if err != nil {
		t.Fatal(err)
	}
	c := redis.NewClient(opts)
	defer func() { _ = c.Close() }()
	if err := c.FlushAll(t.Context()).Err(); err != nil {
		t.Fatal(err)
	}
}

func (n *node) allIdle(t *testing.T) {
	t.Helper()
	await(t, "all are idle", func() bool {
		return !slices.ContainsFunc(n.Board().Agents, func(a acd.Agent) bool { return a.State != acd.StateIdle })
	})
}

// served keeps book of who talks with whom, and complains of twos.
type served struct {
	t  *testing.T
	wg sync.WaitGroup

	mu      sync.Mutex
	done    chan struct{}
	count   int
	order   []ticket.CallID
	offered map[acd.OfferID]area.StaffID
	places  map[ticket.CallID]chan ticket.CallID // closed when the agent has hung up
}

func newServed(t *testing.T) *served {
	s := &served{t: t, done: make(chan struct{}), offered: map[acd.OfferID]area.StaffID{}, places: map[ticket.CallID]chan ticket.CallID{}}
	t.Cleanup(func() { close(s.done); s.wg.Wait() })
	return s
}

// staff signs so many agents on, spread over the nodes, who answer whatever rings.
func (s *served) staff(nodes []*node, agents int) {
	s.t.Helper()
	for id := 1; id <= agents; id++ {
		s.serve(nodes[id%len(nodes)].signOn(s.t, id))
	}
}

// serve answers whatever rings at a seat.
func (s *served) serve(seat *queue.Seat) {
	s.wg.Go(func() {
		for {
			select {
			case <-s.done:
				return
			case c, ok := <-seat.Changes():
				if !ok {
					return
				}
				if c.Kind != acd.SeatOffered {
					continue
				}
				s.mu.Lock()
				if other, twice := s.offered[c.Offer.ID]; twice && other != c.Agent.ID {
					s.t.Errorf("offer %s rings at agents %d and %d", c.Offer.ID, other, c.Agent.ID)
				}
				s.offered[c.Offer.ID] = c.Agent.ID
				s.mu.Unlock()
				_ = seat.Answer(c.Offer.ID)
			}
		}
	})
}

// follow waits until a caller is connected, notes the order, and hangs up.
func (s *served) follow(p ivr.Place) {
	s.wg.Go(func() {
		for {
			select {
			case <-s.done:
				return
			case c, ok := <-p.Changes():
				if !ok {
					return
				}
				if c.Kind == acd.PlaceConnected {
					s.mu.Lock()
					if slices.Contains(s.order, c.Offer.Call) {
						s.t.Errorf("%s was connected twice", c.Offer.Call)
					}
					s.order = append(s.order, c.Offer.Call)
					s.count++
					s.mu.Unlock()
					p.Leave(acd.LeftAnswered)
					return
				}
			}
		}
	})
}

func (s *served) wait(n int) {
	s.t.Helper()
	await(s.t, fmt.Sprintf("%d callers are served", n), func() bool {
		s.mu.Lock()
		defer s.mu.Unlock()
		return s.count >= n
	})
}

func inOrderOver(t *testing.T, url string, fault func(n1, n2 *node)) {
	l := newLine(t, func(q *acd.Queue) { q.WrapUp = 0 })
	n1, n2 := l.start("n1", url), l.start("n2", url)
	talking := n2.signOn(t, 7)
	n1.sees(t, 1, 0)
	conversation := n1.Enter(caller(99))
	answerNext(t, talking)
	next(t, conversation, acd.PlaceConnected)

	served := newServed(t)
	var want []ticket.CallID
	places := map[int]ivr.Place{}
	for i := range 50 { // alternately at the two nodes, each entering a second after the other
		places[i] = []*node{n1, n2}[i%2].Enter(caller(i))
		want = append(want, caller(i).Call)
	}
	n1.sees(t, 1, 50)
	n2.sees(t, 1, 50)
	fault(n1, n2)
	n1.sees(t, 1, 50)
	n2.sees(t, 1, 50)
	if a := talking.Agent(); a.State != acd.StateTalking || a.Call != caller(99).Call {
		t.Errorf("who talked does so no more: %+v", a)
	}
	for i := range places {
		served.follow(places[i])
	}
	served.serve(n1.signOn(t, 1)) // one agent: the order of service is the order of offers
	served.wait(50)
	if !slices.Equal(served.order, want) {
		t.Errorf("served in the order %v", served.order)
	}
	conversation.Leave(acd.LeftAnswered)
	nextSeatThat(t, talking, "idle after the call", func(c acd.SeatChange) bool { return c.Agent.State == acd.StateIdle })
}
