package queue_test

import (
	"context"
	"errors"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"example.org/hotline/ivr/acd"
	"example.org/hotline/ivr/queue"
	"example.org/hotline/test/servers"
)

// PHONE complaint 15: the caller is at one node, the agent at another.
func TestACallerOfOneNodeIsAnsweredAtAnother(t *testing.T) {
	_, n1, n2 := twoNodes(t, nil)
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
	l, n1, n2 := twoNodes(t, func(q *acd.Queue) { q.WrapUp = 0 })
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
	answerNext(t, s)
	next(t, own, acd.PlaceConnected)
	s1 := n1.signOn(t, 2)
	answerNext(t, s1)
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
	_, n1, n2 := twoNodes(t, nil)
	s := n1.signOn(t, 1)
	n2.sees(t, 1, 0)
	p := n2.Enter(caller(1))
	answerNext(t, s)
	next(t, p, acd.PlaceConnected)
	waiting := n2.Enter(caller(2))
	n1.sees(t, 1, 1)
	wake := n2.Sleep()
	nextSeatThat(t, s, "wrap-up after the dead node's call", func(c acd.SeatChange) bool { return c.Agent.State == acd.StateWrapUp })
	n1.sees(t, 1, 0)
	wake()
	n1.sees(t, 1, 1)
	s2 := n1.signOn(t, 2)
	answerNext(t, s2)
	if c := next(t, waiting, acd.PlaceConnected); c.Offer.Agent != 2 {
		t.Errorf("the caller of the node that slept: %+v", c)
	}
}

// A node that is started again under its name ends what its earlier run held.
func TestARestartedNodeEndsWhatItHeld(t *testing.T) {
	url := servers.RedisOfKind(t).AppURL
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
	_, n1, n2 := twoNodes(t, nil)
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
	_, n1, n2 := twoNodes(t, func(q *acd.Queue) { q.WrapUp = 0 })
	talking, ringing := n2.signOn(t, 1), n2.signOn(t, 2)
	n1.sees(t, 2, 0)
	p1 := n1.Enter(caller(1))
	answerNext(t, talking)
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
