package sim

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"time"

	"example.org/hotline/dispatch"
	"example.org/hotline/internal/act"
	"example.org/hotline/ticket"
)

// History is what a seeded story full of faults came to. The engine of
// dispatch/timer needs a real PostgreSQL and Redis, so what runs here is its
// contract, step by step and in random order: shards under a lease with a fence,
// an index that is claimed, filled and acknowledged, one transaction that ends a
// timer with its effects, a sweep. The handlers and commands are the program's own.
// A process may die between any two steps.
type History struct {
	Seed     int64
	Steps    int
	Calls    int
	Fired    int
	Faults   map[string]int // how often each was injected
	Failures []string       // empty: nothing was lost, doubled, early or orphaned
}

// The measures of a history, as those of the engine in production.
const (
	historyShards = 4
	historyNodes  = 3
	historySteps  = 800
	leaseLasts    = 10 * time.Second
	claimLasts    = 30 * time.Second
	sweepGrace    = 3 * time.Second
	claimBatch    = 4
	// healsWithin is how long after the last fault something may still be overdue:
	// a dead node's shards move when its lease ends, and one look of the sweep later
	// everything that was overdue has fired. That does not wait for a claim's lease.
	healsWithin = leaseLasts + 5*time.Second
)

// flaw takes something out of the engine, to see that the checks would notice.
type flaw int

const (
	sound       flaw = iota
	firesTwice       // does not look whether the row is still there
	neverSweeps      // believes the index
	noUnique         // a replayed call is a new one
)

// RunHistory plays one.
func RunHistory(ctx context.Context, o Options, seed int64) (History, error) {
	return runHistory(ctx, o, seed, sound)
}

func runHistory(ctx context.Context, o Options, seed int64, broken flaw) (History, error) {
	if err := o.fill(); err != nil {
		return History{}, err
	}
	service, err := dispatch.NewService(o.Policies, o.Policy, o.Calendar, slog.New(slog.DiscardHandler))
	if err != nil {
		return History{}, err
	}
	city, err := historyCity(o)
	if err != nil {
		return History{}, err
	}
	r := newRandom(seed, "history")
	h := &history{History: History{Seed: seed, Faults: map[string]int{}}, ctx: ctx, random: r, handlers: service.Handlers(), rules: NewRules(o.Policies[o.Policy], o.Calendar),
		broken: broken, fired: map[timerKey]bool{}, index: newIndex(), databaseUp: true}
	h.m = NewMemory(city, o.From.Add(h.start()))
	h.m.onArm = func(t act.Timer) { h.hints = append(h.hints, t) }
	for n := range historyNodes {
		h.nodes = append(h.nodes, &node{name: fmt.Sprintf("node %d", n), alive: true, leases: map[int]lease{}, gens: map[int]int{}})
	}
	h.play()
	return h.History, ctx.Err()
}

// history is one under way.
type history struct {
	History
	ctx      context.Context
	random   *random
	m        *Memory
	rules    Rules
	handlers map[string]dispatch.Handler
	broken   flaw

	nodes      []*node
	owners     [historyShards]ownership // the database's table of shards
	index      *index
	hints      []act.Timer // committed, and not yet told to the index
	databaseUp bool
	quiet      bool // no more faults

	fired   map[timerKey]bool
	journal []ticket.Call // calls of which nobody knows whether they were committed
	taken   []ticket.CallID
}

// play is the story: faults first, then peace, and then everything must be in order.
func (h *history) play() {
	for h.Steps = 0; h.Steps < historySteps && h.ctx.Err() == nil; h.Steps++ {
		h.step()
	}
	h.heal()
	h.settle(healsWithin)
	if n := h.overdue(); n > 0 {
		h.fail("%d timers are overdue %s after the last fault", n, healsWithin)
	}
	for range 30 { // and on through the night, healthy
		if len(h.m.pending) == 0 {
			break
		}
		h.m.now = later(h.m.now, h.m.pending[0].DueAt)
		h.settle(sweepGrace + 2*time.Second)
		if n := h.overdue(); n > 0 {
			h.fail("%d timers are overdue in a healthy engine", n)
		}
	}
	h.check()
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

func (h *history) fail(format string, args ...any) {
	h.Failures = append(h.Failures, fmt.Sprintf(format, args...))
}

// fault tells whether one is injected here.
func (h *history) fault(name string, p float64) bool {
	if h.quiet || !h.random.chance(p) {
		return false
	}
	h.Faults[name]++
	return true
}

// step is one thing that happens, anywhere.
func (h *history) step() {
	switch u := h.random.Float64(); {
	case u < 0.17:
		h.people()
	case u < 0.75:
		h.nodes[h.random.intn(len(h.nodes))].act(h)
	case u < 0.88:
		h.deliver()
	case u < 0.91:
		h.trouble()
	default:
		h.pass()
	}
}

// pass lets time go by: often a little, sometimes until something is due.
func (h *history) pass() {
	switch u := h.random.Float64(); {
	case u < 0.5:
		h.m.now = h.m.now.Add(time.Duration(h.random.intn(3000)) * time.Millisecond)
	case u < 0.9 && len(h.m.pending) > 0:
		h.m.now = later(h.m.now, h.m.pending[0].DueAt)
	default:
		h.m.now = h.m.now.Add(time.Duration(h.random.intn(600)) * time.Second)
	}
}

// deliver brings one hint to the index: in any order, or never, or twice.
func (h *history) deliver() {
	if len(h.hints) == 0 {
		return
	}
	i := h.random.intn(len(h.hints))
	t := h.hints[i]
	if h.fault("hint late", 0.1) {
		return
	}
	if !h.fault("hint twice", 0.1) {
		h.hints = slices.Delete(h.hints, i, i+1)
	}
	if h.fault("hint lost", 0.15) || !h.index.up {
		return
	}
	h.index.add(shardOf(t.Subject), t.ID, t.DueAt)
}

// trouble is a fault of the machinery as a whole.
func (h *history) trouble() {
	n := h.nodes[h.random.intn(len(h.nodes))]
	switch h.random.intn(12) {
	case 0:
		if h.fault("node killed", 1) {
			n.die()
		}
	case 1, 8, 9, 10:
		n.alive, n.paused = true, false // started again, or woken up
	case 2:
		if h.fault("node paused", 1) {
			n.paused = true
		}
	case 3:
		if h.fault("index flushed", 0.4) {
			h.index.flush()
		}
	case 4:
		if h.fault("index failed over", 0.5) {
			h.index.failOver(h.random)
		}
	case 5:
		h.index.up = !h.index.up
		h.Faults["index away or back"]++
	case 6:
		n.offset = []time.Duration{0, 0, time.Hour, -time.Hour, 2 * time.Second}[h.random.intn(5)]
		h.Faults["clock step"]++
	case 7:
		if h.fault("owner split", 1) { // the other takes the shard while the first still believes in its lease
			shard := h.random.intn(historyShards)
			h.owners[shard] = ownership{owner: n.name, fence: h.owners[shard].fence + 1, until: h.m.now.Add(leaseLasts)}
			n.leases[shard] = lease{fence: h.owners[shard].fence, until: h.m.now.Add(leaseLasts)}
		}
	default:
		h.databaseUp = !h.databaseUp
		h.Faults["database away or back"]++
	}
}

// heal ends all faults.
func (h *history) heal() {
	h.quiet, h.index.up, h.databaseUp = true, true, true
	for _, n := range h.nodes {
		n.alive, n.paused, n.offset = true, false, 0
	}
	h.replay()
}

// settle lets the engine work for a while, second by second.
func (h *history) settle(length time.Duration) {
	until := h.m.now.Add(length)
	for ; !h.m.now.After(until); h.m.now = h.m.now.Add(time.Second) {
		for len(h.hints) > 0 {
			h.deliver()
		}
		for _, n := range h.nodes {
			n.lease(h)
			for shard := range historyShards {
				n.claim(h, shard)
				n.fire(h)
				n.sweep(h, shard)
			}
		}
	}
}

// overdue counts pending timers that should have fired.
func (h *history) overdue() (n int) {
	for _, p := range h.m.pending {
		if h.m.now.Sub(p.DueAt) > sweepGrace+time.Second {
			n++
		}
	}
	return n
}

// check looks for what must not be.
func (h *history) check() {
	seen := map[ticket.CallID]int{}
	for id, r := range h.m.tickets {
		if r.t.SplitFrom == 0 {
			seen[r.call.ID]++
		}
		if r.orphan() {
			h.fail("orphan: ticket %d is %s, owner %d, with %d timers pending", id, r.t.Status, r.t.Owner, len(r.timers))
		}
		won := map[int64]int{}
		asked := map[[4]int64]int{}
		for _, o := range r.offers {
			if o.outcome == "accepted" {
				won[o.epoch]++
			}
			asked[[4]int64{o.epoch, int64(o.Loop), int64(o.Step), int64(o.Post)}]++
		}
		for epoch, n := range won {
			if n > 1 {
				h.fail("double: ticket %d was accepted %d times under epoch %d", id, n, epoch)
			}
		}
		for key, n := range asked {
			if n > 1 {
				h.fail("double: ticket %d made an offer %d times: %v", id, n, key)
			}
		}
	}
	for _, id := range h.taken {
		switch {
		case seen[id] == 0:
			h.fail("lost: call %s has no ticket", id)
		case seen[id] > 1:
			h.fail("double: call %s has %d tickets", id, seen[id])
		}
	}
	h.Calls = len(h.taken)
	slices.Sort(h.Failures)
}

// fireOne is the one transaction of a timer, which may die with its process
// before or after the commit.
func (h *history) fireOne(n *node, l lease, shard int, id int64) (settled, alive bool) {
	if !h.databaseUp {
		return false, true
	}
	o := h.owners[shard]
	if o.owner != n.name || o.fence != l.fence || !o.until.After(h.m.now) {
		delete(n.leases, shard)
		return false, true
	}
	p := h.m.timers[id]
	if p == nil {
		if h.broken == firesTwice {
			h.Failures = append(h.Failures, "double: a timer that had ended fired again")
		}
		return true, true
	}
	if p.DueAt.After(h.m.now) { // whoever thought so saw a wrong time
		h.index.give(shard, id, p.DueAt)
		return false, true
	}
	if h.fault("row locked", 0.05) {
		h.index.give(shard, id, h.m.now.Add(50*time.Millisecond))
		return false, true
	}
	key := keyOf(p.Timer)
	fired, err := h.m.Fire(h.ctx, id, h.handlers, func() error {
		if h.fault("killed before commit", 0.05) {
			return errKilled
		}
		return nil
	})
	switch {
	case errors.Is(err, errKilled):
		n.die()
		return false, false
	case err != nil:
		h.fail("a handler failed: %v", err)
	case fired:
		h.Fired++
		if h.fired[key] {
			h.fail("double: %v fired twice", key)
		}
		h.fired[key] = true
	}
	if h.fault("killed after commit", 0.05) {
		n.die()
		h.hints = nil // what was armed in it was never told to the index
		return false, false
	}
	return true, true
}

var errKilled = errors.New("killed")

// start is when a history begins: at any minute of a week.
func (h *history) start() time.Duration { return time.Duration(h.random.intn(7*24*60)) * time.Minute }
