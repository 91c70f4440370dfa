package queue_test

import (
	"context"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"

	"example.org/hotline/area"
	"example.org/hotline/internal/pulse"
	"example.org/hotline/ivr"
	"example.org/hotline/ivr/acd"
	"example.org/hotline/ivr/queue"
	"example.org/hotline/test/servers"
	"example.org/hotline/ticket"
)

// world is a random history of callers and agents over one to three hubs, with
// what the history did kept beside what the hubs say.
type world struct {
	hubs   []*queue.Hub
	stops  []func()
	clock  *manual
	places map[ticket.CallID]ivr.Place
	homes  map[ticket.CallID]int // hub of each live call
	seats  map[area.StaffID]*queue.Seat
	flush  func()
	calls  int
}

// manual is a clock that moves when told, and else just enough that no two
// moments are one.
type manual struct {
	mu  sync.Mutex
	now time.Time
}

func (m *manual) Now() time.Time {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.now = m.now.Add(time.Microsecond)
	return m.now
}

func (m *manual) add(d time.Duration) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.now = m.now.Add(d)
}

// TestRandomHistoriesKeepTheInvariants: no caller with two agents, no agent with
// two callers, nobody beside a fitting free agent once it is quiet, what is
// first in order is rung first; over FLUSHALL too.
func TestRandomHistoriesKeepTheInvariants(t *testing.T) {
	redis := servers.Redis(t)
	client, err := pulse.Open(pulse.Options{URL: redis.AppURL, Check: 10 * time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	var wg sync.WaitGroup
	wg.Go(func() { _ = client.Run(ctx) })
	t.Cleanup(func() { cancel(); wg.Wait(); _ = client.Close() })
	await(t, "Redis", client.Up)
	rapid.Check(t, func(rt *rapid.T) {
		flush(t, redis.AdminURL)
		w := newWorld(rt, client, func() { flush(t, redis.AdminURL) })
		defer w.end()
		for range rapid.IntRange(5, 60).Draw(rt, "steps") {
			w.step(rt)
			w.check(rt, false)
		}
		w.quiet(rt)
		w.check(rt, true)
		w.drain(rt)
	})
}

func newWorld(rt *rapid.T, client *pulse.Client, flush func()) *world {
	w := &world{clock: &manual{now: noon}, places: map[ticket.CallID]ivr.Place{}, homes: map[ticket.CallID]int{},
		seats: map[area.StaffID]*queue.Seat{}, flush: flush}
	strategy := rapid.SampledFrom(acd.Strategies()).Draw(rt, "strategy")
	config := rules(func(q *acd.Queue) {
		q.Strategy, q.Ring, q.WrapUp, q.RejectDelay, q.NoAnswerDelay = strategy, 20*time.Second, 30*time.Second, 5*time.Second, 10*time.Second
		q.Relax = []acd.RelaxStep{{After: 20 * time.Second, Most: 5}, {After: 45 * time.Second, Most: 0}}
	})
	for i := range rapid.IntRange(1, 3).Draw(rt, "hubs") {
		h := queue.New(queue.Options{Node: fmt.Sprintf("n%d", i), Redis: client, Config: config, Now: w.clock.Now, Logger: slog.New(slog.DiscardHandler)})
		ctx, cancel := context.WithCancel(context.Background())
		var wg sync.WaitGroup
		wg.Go(func() { _ = h.Run(ctx) })
		w.hubs = append(w.hubs, h)
		w.stops = append(w.stops, func() { cancel(); wg.Wait() })
	}
	for _, h := range w.hubs {
		w.settle(h)
	}
	return w
}

func (w *world) end() {
	for _, stop := range w.stops {
		stop()
	}
}

// settle returns when a hub has decided everything that was asked of it so far.
func (w *world) settle(h *queue.Hub) { _ = h.Do(func(*acd.Tx) {}) }

// step does one random thing at a random hub.
func (w *world) step(rt *rapid.T) {
	i := rapid.IntRange(0, len(w.hubs)-1).Draw(rt, "hub")
	h := w.hubs[i]
	calls, agents := slices.Sorted(maps.Keys(w.places)), slices.Sorted(maps.Keys(w.seats))
	what := rapid.SampledFrom([]string{"enter", "enter", "enter", "sign on", "sign on", "answer", "answer", "answer", "reject", "leave", "leave", "later", "later",
		"pause", "available", "away", "back", "sign off", "lost", "put back", "raise", "done", "flush", "seize"}).Draw(rt, "what")
	agent := func() area.StaffID { return rapid.SampledFrom(agents).Draw(rt, "agent") }
	call := func() ticket.CallID { return rapid.SampledFrom(calls).Draw(rt, "call") }
	switch {
	case what == "enter":
		w.enter(rt, i)
	case what == "sign on":
		id := area.StaffID(rapid.IntRange(1, 6).Draw(rt, "who"))
		s, err := h.SignOn(acd.Agent{ID: id, Login: fmt.Sprint(id), Priority: int(id), Skills: acd.Skills{"s": rapid.IntRange(0, 10).Draw(rt, "skill")}})
		if err != nil {
			rt.Fatal(err)
		}
		w.seats[id] = s
	case what == "later":
		w.clock.add(time.Duration(rapid.IntRange(1, 40).Draw(rt, "seconds")) * time.Second)
		for _, h := range w.hubs {
			w.settle(h)
		}
	case what == "flush":
		w.flush()
	case len(agents) > 0 && slices.Contains([]string{"answer", "reject", "pause", "available", "away", "back", "sign off", "done", "seize"}, what):
		w.agentDoes(what, agent(), h)
	case len(calls) > 0 && slices.Contains([]string{"leave", "lost", "put back", "raise"}, what):
		w.callDoes(rt, what, call())
	}
	w.settle(h)
}

func (w *world) enter(rt *rapid.T, hub int) {
	w.calls++
	c := acd.Caller{Call: ticket.CallID(fmt.Sprintf("c%03d", w.calls)), Ticket: ticket.Number(fmt.Sprint(w.calls)), Queue: "12349",
		Priority: rapid.SampledFrom(ticket.Priorities()).Draw(rt, "priority")}
	if least := rapid.IntRange(-10, 10).Draw(rt, "wants"); least > 0 {
		c.Wants = acd.Skills{"s": least}
	}
	w.places[c.Call], w.homes[c.Call] = w.hubs[hub].Enter(c), hub
}

func (w *world) agentDoes(what string, id area.StaffID, elsewhere *queue.Hub) {
	s := w.seats[id]
	switch what {
	case "answer":
		_ = s.Answer(s.Agent().Offer)
	case "reject":
		s.Reject(s.Agent().Offer)
	case "pause":
		_ = s.SetStatus(acd.StatusPaused, "meal")
	case "available":
		_ = s.SetStatus(acd.StatusAvailable, "")
	case "away":
		s.Away(true)
	case "back":
		s.Away(false)
	case "done":
		s.WrapUpDone()
	case "sign off":
		s.SignOff()
	case "seize": // given up at once
		ctx, cancel := context.WithCancel(context.Background())
		cancel()
		_ = elsewhere.Seize(ctx, id, acd.Offer{Call: "consult", Queue: "12349"})
	}
	w.settle(w.hubs[0])
}

func (w *world) callDoes(rt *rapid.T, what string, id ticket.CallID) {
	p := w.places[id]
	switch what {
	case "leave":
		p.Leave(acd.LeftAbandoned)
		delete(w.places, id)
		w.settle(w.hubs[w.homes[id]])
		delete(w.homes, id)
	case "lost":
		p.Lost()
	case "put back":
		p.PutBack("12349", 0)
	case "raise":
		p.Raise(rapid.SampledFrom(ticket.Priorities()).Draw(rt, "to"), time.Time{})
	}
}

// check looks at each hub's board; at the end, when it is quiet, they agree.
func (w *world) check(rt *rapid.T, quiet bool) {
	for i, h := range w.hubs {
		b := h.Board()
		byCall := map[ticket.CallID]acd.Caller{}
		for _, c := range b.Callers {
			byCall[c.Call] = c
		}
		talking := map[ticket.CallID]area.StaffID{}
		for _, a := range b.Agents {
			if a.State == acd.StateTalking && !a.Seized {
				if other, twice := talking[a.Call]; twice {
					rt.Fatalf("hub %d: %s talks with agents %d and %d", i, a.Call, other, a.ID)
				}
				talking[a.Call] = a.ID
			}
			if !quiet {
				continue
			}
			c, ok := byCall[a.Call]
			if a.State == acd.StateRinging && (!ok || c.Offer != a.Offer || !c.Waiting()) {
				rt.Fatalf("hub %d: agent %d rings for %s, which is %+v", i, a.ID, a.Call, c)
			}
			if a.State == acd.StateTalking && (!ok || c.Agent != a.ID) {
				rt.Fatalf("hub %d: agent %d talks with %s, which is %+v", i, a.ID, a.Call, c)
			}
		}
		if !quiet {
			continue
		}
		if len(byCall) != len(w.places) {
			rt.Fatalf("hub %d knows %d callers, there are %d", i, len(byCall), len(w.places))
		}
		if stuck := h.Stuck(); len(stuck) > 0 {
			rt.Fatalf("hub %d: %s waits beside a free agent who fits", i, stuck[0].Call)
		}
	}
}

// quiet waits until all hubs have taken in what happened and agree.
func (w *world) quiet(rt *rapid.T) {
	if !holds(func() bool {
		for _, h := range w.hubs {
			w.settle(h)
		}
		return w.agree()
	}) {
		rt.Fatalf("the hubs never agree:\n%s", w.describe())
	}
}

func (w *world) agree() bool {
	want := ""
	for i, h := range w.hubs {
		got := boardText(h.Board())
		if i == 0 {
			want = got
		}
		if got != want || len(h.Stuck()) > 0 || len(h.Board().Callers) != len(w.places) {
			return false
		}
	}
	return true
}

func boardText(b acd.Board) string {
	text := ""
	for _, c := range b.Callers {
		text += fmt.Sprintf("%s %s agent %d offer %s answered %t\n", c.Call, c.Node, c.Agent, c.Offer, !c.Answered.IsZero())
	}
	for _, a := range b.Agents {
		text += fmt.Sprintf("agent %d %s %s %s %s %s\n", a.ID, a.Node, a.Status, a.State, a.Call, a.Offer)
	}
	return text
}

func (w *world) describe() string {
	text := ""
	for i, h := range w.hubs {
		text += fmt.Sprintf("hub %d\n%s", i, boardText(h.Board()))
	}
	return text
}

// drain serves everybody who is left by one agent who knows everything, and
// holds the order: nobody is rung for while somebody before them waits.
func (w *world) drain(rt *rapid.T) {
	for _, c := range w.hubs[0].Board().Callers { // those in a conversation end it
		if !c.Answered.IsZero() {
			w.places[c.Call].Leave(acd.LeftAnswered)
			delete(w.places, c.Call)
			w.settle(w.hubs[w.homes[c.Call]])
		}
	}
	w.quiet(rt)
	for _, s := range w.seats {
		s.SignOff()
	}
	w.quiet(rt)
	s, err := w.hubs[0].SignOn(acd.Agent{ID: 99, Login: "99", Skills: acd.Skills{"s": 10}})
	if err != nil {
		rt.Fatal(err)
	}
	w.quiet(rt)
	for len(w.places) > 0 {
		a := s.Agent()
		if a.State != acd.StateRinging {
			rt.Fatalf("%d wait and the agent is %s\n%s", len(w.places), a.State, w.describe())
		}
		board, rung := w.hubs[0].Board(), acd.Caller{}
		for _, c := range board.Callers {
			if c.Call == a.Call {
				rung = c
			}
		}
		for _, c := range board.Callers {
			if c.Waiting() && acd.Before(c, rung) < 0 {
				rt.Fatalf("%s is rung for while %s comes before\n%s", rung.Call, c.Call, w.describe())
			}
		}
		if err := s.Answer(a.Offer); err != nil {
			rt.Fatal(err)
		}
		w.places[a.Call].Leave(acd.LeftAnswered)
		delete(w.places, a.Call)
		w.settle(w.hubs[w.homes[a.Call]])
		w.settle(w.hubs[0])
		w.quietWrapUp(rt, s)
	}
}

func (w *world) quietWrapUp(rt *rapid.T, s *queue.Seat) {
	deadline := time.Now().Add(patience)
	for s.Agent().State != acd.StateWrapUp {
		if time.Now().After(deadline) {
			rt.Fatalf("the call is over and the agent is %s\n%s", s.Agent().State, w.describe())
		}
		w.settle(w.hubs[0])
	}
	s.WrapUpDone()
	w.quiet(rt)
}
