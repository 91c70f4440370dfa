package queue

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"time"

	"example.org/hotline/internal/act"
	"example.org/hotline/internal/pulse"
	"example.org/hotline/ivr/acd"
)

// group is what one pass has decided and not yet committed.
type group struct {
	wishes  []wish
	errs    []error
	tx      *acd.Tx
	tallies map[string]dayTally // those that the group's events change
	mark    string
	mends   bool // a repair after a join is in it
	told    bool
}

// pass decides everything that has gathered.
func (h *Hub) pass(ctx context.Context) {
	h.watch.passed()
	h.connect(ctx)
	g := &group{wishes: h.inbox.take()}
	defer h.answer(g)
	if h.link.poll {
		h.link.poll, h.link.polled = false, time.Now()
		g.wishes = append([]wish{{do: h.reconcile}}, g.wishes...) // before a sign-on, whose seat is not in the books until its commit
	}
	for {
		h.decide(g)
		if g.tx.Changes().Empty() && len(g.tx.Events()) == 0 {
			h.committed(g, true)
			return
		}
		if !h.link.sharing {
			h.committed(g, true)
			return
		}
		if h.commit(ctx, g) {
			return
		}
	}
}

// decide works a group out on the room as it is.
func (h *Hub) decide(g *group) {
	g.tx = h.room.Begin(h.config, h.now(), h.newOffer)
	g.errs = make([]error, len(g.wishes))
	for i, w := range g.wishes {
		g.errs[i] = w.do(g.tx)
	}
	g.tx.Tick(h.mine)
	g.mends = false
	if h.settled() {
		if g.mends = h.link.repair; g.mends {
			g.tx.Repair(h.known)
		}
		g.tx.Match()
	}
	g.tallies = h.count(g.tx)
	g.mark = h.newName()
}

// commit writes a group on the slate. It reports false where the group must be
// decided again: somebody was quicker, the slate was lost, or Redis is away.
func (h *Hub) commit(ctx context.Context, g *group) bool {
	values := encode(g.tx.Changes())
	for key, t := range g.tallies {
		values[key] = text(t)
	}
	for _, w := range g.wishes {
		if w.buries != "" {
			values[keyDeath+w.buries] = "1"
		}
	}
	at, err := h.slate.Write(ctx, h.link.at, h.beat(), g.mark, values)
	switch {
	case err == nil:
		h.link.at = at
		h.committed(g, true)
		return true
	case errors.Is(err, pulse.ErrSlateMoved):
		h.meter.conflicts.Inc()
		h.look(ctx, nil)
	case errors.Is(err, pulse.ErrSlateLost):
		h.join(ctx)
	default: // it may have been carried out all the same: the next look tells by its mark
		h.look(ctx, g)
		return g.told
	}
	return false
}

// committed makes a group the truth of this node and tells everybody whom it concerns.
func (h *Hub) committed(g *group, apply bool) {
	h.mu.Lock()
	g.told = true
	for i, w := range g.wishes {
		if w.commit != nil && g.errs[i] == nil {
			w.commit()
		}
	}
	for key, t := range g.tallies {
		h.tallies[key] = t
	}
	if apply {
		h.apply(g.tx.Changes())
	}
	h.tellAlone()
	h.mu.Unlock()
	if g.mends {
		h.link.repair = false
	}
	h.book.put(g.tx.Events())
}

// answer tells those who wait for the end of their wish.
func (h *Hub) answer(g *group) {
	for i, w := range g.wishes {
		if w.done == nil {
			continue
		}
		var err error = ErrStopped // of a pass that broke off
		if g.told {
			err = g.errs[i]
		}
		w.done <- err
	}
}

// apply changes the room and tells places, seats and seizures what that means
// for them. h.mu is held.
func (h *Hub) apply(ch acd.Changes) {
	type callerChange struct {
		p        *place
		old, now acd.Caller
		here     bool
	}
	var places []callerChange
	for id, c := range ch.Callers {
		if p := h.places[id]; p != nil {
			change := callerChange{p: p, old: h.room.Callers[id], here: c != nil}
			if c != nil {
				change.now = *c
			}
			places = append(places, change)
		}
	}
	type agentChange struct{ old, now *acd.Agent }
	var agents []agentChange
	for id, a := range ch.Agents {
		var change agentChange
		if old, ok := h.room.Agents[id]; ok {
			change.old = &old
		}
		change.now = a
		agents = append(agents, change)
	}
	h.room.Apply(ch)
	for _, c := range places {
		c.p.changed(c.old, c.now, c.here)
	}
	for _, a := range agents {
		h.agentChanged(a.old, a.now)
	}
}

// safely runs one pass; a panic in it is an alarm and not the end of the queue
// (PHONE complaint 3: a dispatcher that silently stops).
func (h *Hub) safely(pass func()) {
	defer func() {
		if r := recover(); r != nil {
			h.alarm(AlarmStuck, fmt.Errorf("the queue's pass broke off: %v\n%s", r, debug.Stack()))
			h.link.rejoin = true
		}
	}()
	pass()
}

// leave ends the hub: nobody waits here any more, nobody sits here.
func (h *Hub) leave(ctx context.Context) {
	rest := h.inbox.close()
	h.safely(func() {
		g := &group{wishes: append(rest, wish{do: func(tx *acd.Tx) error { tx.Reap(h.node); return nil }})}
		defer h.answer(g)
		for {
			h.decide(g)
			if !h.link.sharing {
				h.committed(g, true)
				return
			}
			if h.commit(ctx, g) {
				return
			}
		}
	})
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, p := range h.places {
		p.box.end()
	}
	for _, s := range h.seats {
		s.box.end()
	}
	for _, c := range h.seizing {
		select {
		case c <- ErrStopped:
		default:
		}
	}
}

// fault turns any refusal of the core into one with a code for the console.
func fault(err error) error {
	if err == nil {
		return nil
	}
	if f, ok := errors.AsType[*act.Fault](err); ok {
		return f
	}
	return fmt.Errorf("the queue: %w", err)
}
