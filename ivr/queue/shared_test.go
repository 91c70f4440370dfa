package queue_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"example.org/hotline/area"
	"example.org/hotline/ivr"
	"example.org/hotline/ivr/acd"
	"example.org/hotline/ivr/queue"
	"example.org/hotline/test/servers"
	"example.org/hotline/ticket"
)

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

// PHONE complaint 15: the caller is at one node, the agent at another.
func TestACallerOfOneNodeIsAnsweredAtAnother(t *testing.T) {
	url := servers.Redis(t).AppURL
	l := newLine(t, nil)
	n1, n2 := l.start("n1", url), l.start("n2", url)
	s := n2.signOn(t, 1)
	n1.sees(t, 1, 0)
	p := n1.Enter(caller(1))
	offered := nextSeat(t, s, acd.SeatOffered)
	if offered.Offer.CallerNode != "n1" || offered.Offer.AgentNode != "n2" || offered.Offer.Ticket != "T001" {
		t.Errorf("the offer does not tell where the call is: %+v", offered.Offer)
	}
	next(t, p, acd.PlaceRinging)
	if err := s.Answer(offered.Offer.ID); err != nil {
		t.Fatal(err)
	}
	if c := next(t, p, acd.PlaceConnected); c.Offer.AgentNode != "n2" || c.Offer.Agent != 1 || c.Offer.ID != offered.Offer.ID {
		t.Errorf("the call is told to join %+v", c.Offer)
	}
	if err := n2.AskJoin("call-001", 9, "n2", acd.JoinWhisper); err != nil {
		t.Fatal(err)
	}
	if j := next(t, p, acd.PlaceJoinAsked); j.Agent != 9 || j.Node != "n2" || j.Mode != acd.JoinWhisper {
		t.Errorf("who comes in: %+v", j)
	}
	p.Leave(acd.LeftAnswered)
	nextSeatThat(t, s, "wrap-up", func(c acd.SeatChange) bool { return c.Agent.State == acd.StateWrapUp })
	if err := n2.AskJoin("call-001", 9, "n2", acd.JoinWhisper); !errors.Is(err, acd.ErrNoCall) {
		t.Errorf("joined a conversation that is over: %v", err)
	}
}

// PHONE complaint 1, over nodes: the leaving and the answer race; exactly one is
// first, and the other side is told.
func TestLeavingAndAnsweringRaceAndOneWins(t *testing.T) {
	url := servers.Redis(t).AppURL
	l := newLine(t, func(q *acd.Queue) { q.WrapUp = 0 })
	n1, n2 := l.start("n1", url), l.start("n2", url)
	s := n2.signOn(t, 1)
	n1.sees(t, 1, 0)
	answered, left := 0, 0
	for i := range 1000 {
		p := n1.Enter(caller(i))
		offered := nextSeat(t, s, acd.SeatOffered)
		var wg sync.WaitGroup
		var err error
		wg.Go(func() { err = s.Answer(offered.Offer.ID) })
		wg.Go(func() {
			if rand.IntN(2) == 0 {
				n1.AgentsOn("12349") // the one or the other a little later
			}
			p.Leave(acd.LeftAbandoned)
		})
		wg.Wait()
		switch {
		case err == nil:
			answered++
		case errors.Is(err, acd.ErrCallerLeft):
			left++
		default:
			t.Fatalf("race %d: %v", i, err)
		}
		nextSeatThat(t, s, "idle again", func(c acd.SeatChange) bool { return c.Agent.State == acd.StateIdle })
	}
	t.Logf("%d answers came first, %d callers", answered, left)
	// What was recorded is what the agent was told.
	await(t, "the record of all races", func() bool {
		return len(l.recorded(func(ev acd.Event) bool { return ev.Kind == acd.EventLeft })) == 1000
	})
	if n := len(l.recorded(func(ev acd.Event) bool { return ev.Kind == acd.EventLeft && ev.Reason == acd.LeftAnswered })); n != answered {
		t.Errorf("%d answers are on record, agents were told of %d", n, answered)
	}
}

// TestTwoNodesNeverOfferTwice lets callers and agents meet on two nodes at once.
func TestTwoNodesNeverOfferTwice(t *testing.T) {
	url := servers.Redis(t).AppURL
	l := newLine(t, func(q *acd.Queue) { q.WrapUp = 0 })
	nodes := []*node{l.start("n1", url), l.start("n2", url)}
	served := newServed(t)
	for id := 1; id <= 10; id++ {
		served.serve(nodes[id%2].signOn(t, id))
	}
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
	for id := 1; id <= 9; id++ {
		served.serve(nodes[id%3].signOn(t, id))
	}
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
		await(t, "all are idle", func() bool {
			return !slices.ContainsFunc(n.Board().Agents, func(a acd.Agent) bool { return a.State != acd.StateIdle })
		})
	}
}

// Redis dies and comes back empty, twice, while callers come and agents answer.
func TestRedisRestartsWhileEverybodyIsBusy(t *testing.T) {
	r := servers.Redis(t)
	l := newLine(t, func(q *acd.Queue) { q.WrapUp = 0 })
	nodes := []*node{l.start("n1", r.AppURL), l.start("n2", r.AppURL)}
	served := newServed(t)
	for id := 1; id <= 6; id++ {
		served.serve(nodes[id%2].signOn(t, id))
	}
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
		await(t, "all are idle", func() bool {
			return !slices.ContainsFunc(n.Board().Agents, func(a acd.Agent) bool { return a.State != acd.StateIdle })
		})
	}
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

func inOrderOver(t *testing.T, url string, fault func(n1, n2 *node)) {
	l := newLine(t, func(q *acd.Queue) { q.WrapUp = 0 })
	n1, n2 := l.start("n1", url), l.start("n2", url)
	talking := n2.signOn(t, 7)
	n1.sees(t, 1, 0)
	conversation := n1.Enter(caller(99))
	if err := talking.Answer(nextSeat(t, talking, acd.SeatOffered).Offer.ID); err != nil {
		t.Fatal(err)
	}
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

// While Redis is away each node serves its own; whoever rang at another node
// waits on.
func TestEachNodeServesItsOwnWithoutRedis(t *testing.T) {
	r := servers.Redis(t)
	l := newLine(t, nil)
	n1, n2 := l.start("n1", r.AppURL), l.start("n2", r.AppURL)
	s := n2.signOn(t, 1)
	n1.sees(t, 1, 0)
	p := n1.Enter(caller(1))
	nextSeat(t, s, acd.SeatOffered)
	next(t, p, acd.PlaceRinging)
	r.Kill()
	next(t, p, acd.PlaceUnanswered)
	if c := nextSeat(t, s, acd.SeatWithdrawn); c.Why != acd.EndedLost {
		t.Errorf("the agent hears %q", c.Why)
	}
	own := n2.Enter(caller(2))
	offered := nextSeat(t, s, acd.SeatOffered)
	if err := s.Answer(offered.Offer.ID); err != nil {
		t.Fatal(err)
	}
	next(t, own, acd.PlaceConnected)
	s1 := n1.signOn(t, 2)
	if err := s1.Answer(nextSeat(t, s1, acd.SeatOffered).Offer.ID); err != nil {
		t.Fatal(err)
	}
	next(t, p, acd.PlaceConnected)
	if err := r.Start(context.Background()); err != nil {
		t.Fatal(err)
	}
	for _, n := range []*node{n1, n2} {
		n.sees(t, 2, 0)
		for _, a := range n.Board().Agents {
			if a.State != acd.StateTalking {
				t.Errorf("agent %d is %s after the return of Redis", a.ID, a.State)
			}
		}
	}
}

// A node that dies is removed by the other; one that only slept finds that out
// and is back with all it held.
func TestADeadNodesCallersAndAgentsAreRemoved(t *testing.T) {
	url := servers.Redis(t).AppURL
	l := newLine(t, nil)
	n1, n2 := l.start("n1", url), l.start("n2", url)
	s := n1.signOn(t, 1)
	n2.sees(t, 1, 0)
	p := n2.Enter(caller(1))
	if err := s.Answer(nextSeat(t, s, acd.SeatOffered).Offer.ID); err != nil {
		t.Fatal(err)
	}
	next(t, p, acd.PlaceConnected)
	waiting := n2.Enter(caller(2))
	n1.sees(t, 1, 1)
	wake := n2.Sleep()
	nextSeatThat(t, s, "wrap-up after the dead node's call", func(c acd.SeatChange) bool { return c.Agent.State == acd.StateWrapUp })
	n1.sees(t, 1, 0)
	wake()
	n1.sees(t, 1, 1)
	s2 := n1.signOn(t, 2)
	if err := s2.Answer(nextSeat(t, s2, acd.SeatOffered).Offer.ID); err != nil {
		t.Fatal(err)
	}
	if c := next(t, waiting, acd.PlaceConnected); c.Offer.Agent != 2 {
		t.Errorf("the caller of the node that slept: %+v", c)
	}
}

// A node that is started again under its name ends what its earlier run held.
func TestARestartedNodeEndsWhatItHeld(t *testing.T) {
	url := servers.Redis(t).AppURL
	l := newLine(t, nil)
	n1, n2 := l.start("n1", url), l.start("n2", url)
	n1.signOn(t, 1)
	n2.sees(t, 1, 0)
	n2.Enter(caller(1))
	n2.Enter(caller(2))
	n1.sees(t, 1, 2)
	t.Cleanup(n2.Sleep()) // until the test's end: as killed
	again := l.start("n2", url)
	again.sees(t, 1, 0)
	n1.sees(t, 1, 0)
	await(t, "the record of those it lost", func() bool {
		return len(l.recorded(func(ev acd.Event) bool { return ev.Reason == acd.LeftNodeLost })) == 2
	})
}

// A node that stops in order gives up what it holds at once.
func TestAStoppingNodeGivesUpWhatItHolds(t *testing.T) {
	url := servers.Redis(t).AppURL
	l := newLine(t, nil)
	n1, n2 := l.start("n1", url), l.start("n2", url)
	n1.signOn(t, 1)
	n2.signOn(t, 2)
	n1.sees(t, 2, 0)
	begun := time.Now()
	n2.stop()
	n1.sees(t, 1, 0)
	t.Logf("gone after %s", time.Since(begun))
	if _, err := n2.SignOn(acd.Agent{ID: 3}); !errors.Is(err, queue.ErrStopped) {
		t.Errorf("signed on at a node that has stopped: %v", err)
	}
}

// The agents of a draining node are not offered to callers of others, whose calls
// it would not join any more; conversations and its own callers go on.
func TestADrainingNodesAgentsAreNotOfferedToOthers(t *testing.T) {
	url := servers.Redis(t).AppURL
	l := newLine(t, func(q *acd.Queue) { q.WrapUp = 0 })
	n1, n2 := l.start("n1", url), l.start("n2", url)
	talking, ringing := n2.signOn(t, 1), n2.signOn(t, 2)
	n1.sees(t, 2, 0)
	p1 := n1.Enter(caller(1))
	if err := talking.Answer(nextSeat(t, talking, acd.SeatOffered).Offer.ID); err != nil {
		t.Fatal(err)
	}
	next(t, p1, acd.PlaceConnected)
	p2 := n1.Enter(caller(2))
	offered := nextSeat(t, ringing, acd.SeatOffered)
	next(t, p2, acd.PlaceRinging)
	if err := n2.Drain(); err != nil {
		t.Fatal(err)
	}
	if c := nextSeat(t, ringing, acd.SeatWithdrawn); c.Offer.ID != offered.Offer.ID {
		t.Errorf("withdrawn: %+v", c.Offer)
	}
	next(t, p2, acd.PlaceAlone)
	if a := talking.Agent(); a.State != acd.StateTalking || a.Call != "call-001" {
		t.Errorf("the conversation does not go on: %+v", a)
	}
	if err := n1.Engage(2, acd.Offer{Call: "call-009"}); !errors.Is(err, acd.ErrNotFree) {
		t.Errorf("taken from another node: %v", err)
	}
	n2.Enter(caller(3)) // one of its own is served
	if c := nextSeat(t, ringing, acd.SeatOffered); c.Offer.Call != "call-003" {
		t.Errorf("offered %+v", c.Offer)
	}
	late := n2.signOn(t, 3) // a browser that comes back meanwhile
	if !late.Agent().Closing {
		t.Error("who signs on at a draining node can be offered to others")
	}
	n1.signOn(t, 4)
	next(t, p2, acd.PlaceRinging)
}
