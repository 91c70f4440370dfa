package queue_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"example.org/hotline/ivr/acd"
	"example.org/hotline/ivr/queue"
	"example.org/hotline/test/servers"
	"example.org/hotline/ticket"
)

// PHONE complaint 1: the agent's telephone is silent the moment the caller is gone.
func TestCallerWhoLeavesStopsTheRinging(t *testing.T) {
	l := newLine(t, nil)
	n := l.start("n1", "")
	s := n.signOn(t, 1)
	p := n.Enter(caller(1))
	offered := nextSeat(t, s, acd.SeatOffered)
	p.Leave(acd.LeftAbandoned)
	p.Leave(acd.LeftAbandoned) // twice is as once
	if w := nextSeat(t, s, acd.SeatWithdrawn); w.Why != acd.EndedCallerLeft || w.Offer.ID != offered.Offer.ID {
		t.Errorf("withdrawn %+v", w)
	}
	if err := s.Answer(offered.Offer.ID); !errors.Is(err, acd.ErrCallerLeft) {
		t.Errorf("a late answer: %v", err)
	}
}

// PHONE complaint 2: what outlives its call or seat is found and ended.
func TestGhostEntriesAreEnded(t *testing.T) {
	_, n1, n2 := twoNodes(t, nil)
	real := n1.Enter(caller(1))
	n2.sees(t, 0, 1)
	// Places and seats of n1 that no call and no leg holds, and a place that is missing.
	n2.Do(func(tx *acd.Tx) {
		ghost := caller(2)
		ghost.Node = "n1"
		tx.Enter(ghost)
		tx.SignOn(acd.Agent{ID: 9, Node: "n1", Status: acd.StatusAvailable})
		tx.Leave("call-001", acd.LeftKey)
	})
	await(t, "only the true one is left", func() bool {
		b := n2.Board()
		return len(b.Agents) == 0 && len(b.Callers) == 1 && b.Callers[0].Call == "call-001" && b.Callers[0].EnteredAt.Equal(caller(1).EnteredAt)
	})
	s := n2.signOn(t, 1)
	answerNext(t, s)
	next(t, real, acd.PlaceConnected)
}

// PHONE complaint 3: a queue that does not offer although it could is seen, told,
// and healed.
func TestWatchdogHealsAQueueThatDoesNotOffer(t *testing.T) {
	url := servers.RedisOfKind(t).AppURL
	l := newLine(t, nil)
	n := l.start("n1", url)
	n.AwaitNobody() // waits for a node that will never come
	s := n.signOn(t, 1)
	n.Enter(caller(1))
	n.sees(t, 1, 1)
	begun := time.Now()
	n.Watch(begun)
	n.Watch(begun.Add(2900 * time.Millisecond))
	if len(n.Board().Alarms) != 0 {
		t.Error("alarmed before three seconds are over")
	}
	n.Watch(begun.Add(3 * time.Second))
	nextSeat(t, s, acd.SeatOffered)
	if !slices.Contains(n.Board().Alarms, queue.AlarmStuck) {
		t.Errorf("alarms: %v", n.Board().Alarms)
	}
}

// A pass that breaks off is an alarm; the next one goes on with all that is there.
func TestAPanicIsNotTheEndOfTheQueue(t *testing.T) {
	l := newLine(t, nil)
	n := l.start("n1", "")
	s := n.signOn(t, 1)
	if err := n.Do(func(*acd.Tx) { panic("planted") }); !errors.Is(err, queue.ErrStopped) {
		t.Errorf("what was asked in the broken pass: %v", err)
	}
	n.Enter(caller(1))
	nextSeat(t, s, acd.SeatOffered)
	if !slices.Contains(n.Board().Alarms, queue.AlarmStuck) {
		t.Errorf("alarms: %v", n.Board().Alarms)
	}
}

// PHONE complaint 8: the wrap-up is a state that the seat sees, and no choice of
// status ends it.
func TestWrapUpIsSeenAndOutlivesAPause(t *testing.T) {
	l := newLine(t, nil)
	n := l.start("n1", "")
	s := n.signOn(t, 1)
	p := n.Enter(caller(1))
	answerNext(t, s)
	p.Leave(acd.LeftAnswered)
	nextSeatThat(t, s, "wrap-up", func(c acd.SeatChange) bool { return c.Agent.State == acd.StateWrapUp && !c.Agent.Until.IsZero() })
	if err := s.SetStatus(acd.StatusPaused, "boredom"); !errors.Is(err, acd.ErrPause) {
		t.Errorf("a reason of one's own: %v", err)
	}
	for _, status := range []acd.Status{acd.StatusPaused, acd.StatusAvailable} {
		if err := s.SetStatus(status, "meal"); err != nil {
			t.Fatal(err)
		}
		if a := s.Agent(); a.State != acd.StateWrapUp || a.Status != status {
			t.Errorf("%s: %+v", status, a)
		}
	}
}

func TestSeizeRingsAnAgentOfAnotherNode(t *testing.T) {
	_, n1, n2 := twoNodes(t, nil)
	s := n2.signOn(t, 1)
	n1.sees(t, 1, 0)
	seize := func(ctx context.Context) chan error {
		done := make(chan error, 1)
		go func() { done <- n1.Seize(ctx, 1, acd.Offer{Call: "call-001", Ticket: "T001", Queue: "12349"}) }()
		return done
	}
	done := seize(t.Context())
	offered := nextSeat(t, s, acd.SeatOffered)
	if offered.Offer.CallerNode != "n1" || offered.Offer.Call != "call-001" {
		t.Errorf("rung for %+v", offered.Offer)
	}
	s.Reject(offered.Offer.ID)
	if err := <-done; !errors.Is(err, acd.ErrUnanswered) {
		t.Errorf("rejected: %v", err)
	}
	if err := <-seize(t.Context()); !errors.Is(err, acd.ErrNotFree) {
		t.Errorf("while resting: %v", err)
	}
	if err := s.SetStatus(acd.StatusAvailable, ""); err != nil {
		t.Fatal(err)
	}
	await(t, "the other node to see them free", func() bool {
		b := n1.Board()
		return len(b.Agents) == 1 && b.Agents[0].State == acd.StateIdle
	})
	ctx, cancel := context.WithCancelCause(t.Context())
	gone := errors.New("the consult was given up")
	done = seize(ctx)
	nextSeat(t, s, acd.SeatOffered)
	cancel(gone)
	if err := <-done; !errors.Is(err, gone) {
		t.Errorf("given up: %v", err)
	}
	if w := nextSeat(t, s, acd.SeatWithdrawn); w.Why != acd.EndedCancelled {
		t.Errorf("the ringing stopped with %q", w.Why)
	}
	done = seize(t.Context())
	answerNext(t, s)
	if err := <-done; err != nil {
		t.Errorf("answered: %v", err)
	}
	n1.Free(1, "call-001")
	nextSeatThat(t, s, "wrap-up", func(c acd.SeatChange) bool { return c.Agent.State == acd.StateWrapUp })
}

func TestASupervisorForcesAStatus(t *testing.T) {
	_, n1, n2 := twoNodes(t, nil)
	s := n2.signOn(t, 1)
	n1.sees(t, 1, 0)
	p := n1.Enter(caller(1))
	nextSeat(t, s, acd.SeatOffered)
	next(t, p, acd.PlaceRinging)
	if err := n1.Force(1, acd.StatusPaused, "meal"); err != nil {
		t.Fatal(err)
	}
	if w := nextSeat(t, s, acd.SeatWithdrawn); w.Why != acd.EndedForced || w.Agent.Status != acd.StatusPaused {
		t.Errorf("withdrawn %+v", w)
	}
	next(t, p, acd.PlaceUnanswered)
	next(t, p, acd.PlaceAlone)
	if n := n1.AgentsOn("12349"); n != 0 {
		t.Errorf("%d agents on", n)
	}
	if err := n1.Force(1, acd.StatusSignedOff, ""); err != nil {
		t.Fatal(err)
	}
	nextSeatThat(t, s, "signed off", func(c acd.SeatChange) bool { return c.Agent.Status == acd.StatusSignedOff })
	if _, open := <-s.Changes(); open {
		t.Error("a seat that is signed off goes on telling")
	}
	if err := n1.Force(1, acd.StatusPaused, "meal"); !errors.Is(err, acd.ErrNotSignedOn) {
		t.Errorf("forced somebody who is not there: %v", err)
	}
}

// An agent who signs on at another node moves there, with their conversation.
func TestAnAgentMovesToAnotherNode(t *testing.T) {
	_, n1, n2 := twoNodes(t, nil)
	old := n1.signOn(t, 1)
	p := n1.Enter(caller(1))
	answerNext(t, old)
	fresh := n2.signOn(t, 1)
	nextSeatThat(t, old, "signed off here", func(c acd.SeatChange) bool { return c.Agent.Status == acd.StatusSignedOff })
	if a := fresh.Agent(); a.State != acd.StateTalking || a.Call != "call-001" || a.Node != "n2" {
		t.Errorf("moved as %+v", a)
	}
	if err := old.SetStatus(acd.StatusPaused, "meal"); !errors.Is(err, acd.ErrNotSignedOn) {
		t.Errorf("the old seat still speaks for the agent: %v", err)
	}
	old.SignOff()
	p.Lost() // the old leg broke
	answerNext(t, fresh)
	again := nextSeatThat(t, fresh, "talking", func(c acd.SeatChange) bool { return c.Agent.State == acd.StateTalking })
	if again.Agent.Calls != 2 {
		t.Errorf("%d calls", again.Agent.Calls)
	}
	again2 := n2.signOn(t, 1) // and a second time at the same node
	nextSeatThat(t, fresh, "signed off by the newer seat", func(c acd.SeatChange) bool { return c.Agent.Status == acd.StatusSignedOff })
	if a := again2.Agent(); a.State != acd.StateTalking {
		t.Errorf("signed on again as %+v", a)
	}
}

// PHONE complaint 14: a ticket has one place, over nodes too.
func TestOnePlaceForATicketOverNodes(t *testing.T) {
	_, n1, n2 := twoNodes(t, nil)
	first := n1.Enter(caller(1))
	n2.sees(t, 0, 1)
	again := caller(2)
	again.Ticket = caller(1).Ticket
	second := n2.Enter(again)
	n1.sees(t, 0, 1)
	await(t, "one place with the first time", func() bool {
		for _, c := range n1.Board().Callers {
			if c.Waiting() {
				return c.Call == "call-002" && c.EnteredAt.Equal(caller(1).EnteredAt)
			}
		}
		return false
	})
	first.Leave(acd.LeftAbandoned)
	n2.sees(t, 0, 1)
	if p := second.Position(); p.Ahead != 0 {
		t.Errorf("position %+v", p)
	}
}

func TestTheBoardHasLiveFigures(t *testing.T) {
	_, n1, n2 := twoNodes(t, func(q *acd.Queue) { q.WrapUp = 0 })
	s := n2.signOn(t, 1)
	n1.sees(t, 1, 0)
	for i, n := range []*node{n1, n2, n1} {
		p := n.Enter(caller(i))
		answerNext(t, s)
		next(t, p, acd.PlaceConnected)
		p.Leave(acd.LeftAnswered)
		nextSeatThat(t, s, "idle", func(c acd.SeatChange) bool { return c.Agent.State == acd.StateIdle })
	}
	waiting := n1.Enter(acd.Caller{Call: "x", Queue: "12349", Priority: ticket.P1})
	nextSeat(t, s, acd.SeatOffered)
	for _, n := range []*node{n1, n2} {
		await(t, "the figures at both nodes", func() bool {
			b := n.Board()
			f := b.Figures[0]
			return f.Queue == "12349" && f.Entered == 4 && f.Answered == 3 && f.InTime == 3 && f.ServiceLevel == 1 && len(b.Callers) == 1 && len(b.Agents) == 1
		})
	}
	if p := waiting.Position(); p.Ahead != 0 || p.Staff != 1 || p.Wait != 0 {
		t.Errorf("position %+v", p)
	}
	waiting.Raise(ticket.P3, noon)
	await(t, "the lower urgency", func() bool { return n2.Board().Callers[0].Priority == ticket.P3 })
}

// The record waits for a database that is away, and keeps its order.
func TestTheRecordWaitsForTheDatabase(t *testing.T) {
	l := newLine(t, nil)
	var failing = make(chan bool, 1)
	failing <- true
	n := l.startWith("n1", func(o *queue.Options) {
		o.Record = func(ctx context.Context, events []acd.Event) error {
			select {
			case <-failing:
				return errors.New("the database is away")
			default:
				return l.record(ctx, events)
			}
		}
	})
	p := n.Enter(caller(1))
	p.Leave(acd.LeftKey)
	await(t, "both events, in order", func() bool {
		all := l.recorded(func(acd.Event) bool { return true })
		return len(all) == 2 && all[0].Kind == acd.EventEntered && all[1].Reason == acd.LeftKey
	})
}
