package sim

import (
	"maps"
	"slices"
	"time"

	"example.org/hotline/internal/act"
)

// node is one process of the dispatcher.
type node struct {
	name   string
	alive  bool
	paused bool          // stopped in the middle of what it does, and unaware of it
	offset time.Duration // of its clock
	leases map[int]lease // what it believes to hold
	gens   map[int]int   // of the index as it knows it
	batch  []claimed     // claimed, and not yet fired
}

type lease struct {
	fence int64
	until time.Time
}

type claimed struct {
	shard int
	id    int64
	lease lease
}

// ownership is a row of the database's table of shards.
type ownership struct {
	owner string
	fence int64
	until time.Time
}

// die is kill -9: what was in memory is gone; the index still holds the claims.
func (n *node) die() {
	n.alive, n.paused, n.batch = false, false, nil
	n.leases, n.gens = map[int]lease{}, map[int]int{}
}

// act is one of the node's steps.
func (n *node) act(h *history) {
	if !n.alive || n.paused {
		return
	}
	shard := h.random.intn(historyShards)
	if held := slices.Sorted(maps.Keys(n.leases)); len(held) > 0 {
		shard = held[h.random.intn(len(held))]
	}
	switch h.random.intn(8) {
	case 0, 1:
		n.lease(h)
	case 2, 3, 4:
		n.claim(h, shard)
	case 5, 6:
		n.fire(h)
	default:
		n.sweep(h, shard)
	}
}

// lease renews what the node holds and takes what is free, up to its share.
func (n *node) lease(h *history) {
	if !n.alive || n.paused || !h.databaseUp {
		return
	}
	share, mine := (historyShards+historyNodes-1)/historyNodes, 0
	for shard := range historyShards {
		o := &h.owners[shard]
		free := !o.until.After(h.m.now)
		if !free && o.owner != n.name || free && mine >= share && !h.quiet {
			delete(n.leases, shard)
			continue
		}
		if o.owner != n.name || free {
			o.owner, o.fence = n.name, o.fence+1
		}
		o.until = h.m.now.Add(leaseLasts)
		n.leases[shard] = lease{fence: o.fence, until: o.until}
		mine++
	}
}

// held is a lease as the node believes to have it.
func (n *node) held(h *history, shard int) (lease, bool) {
	l, ok := n.leases[shard]
	return l, ok && l.until.After(h.m.now)
}

// claim takes what is due from the index, by the node's own clock.
func (n *node) claim(h *history, shard int) {
	l, held := n.held(h, shard)
	if !n.alive || n.paused || !held || !h.index.up {
		return
	}
	s := h.index.shards[shard]
	if n.gens[shard] != s.gen { // lost, or new to this node: it is filled from the database
		if !h.databaseUp {
			return
		}
		n.gens[shard] = s.gen
		for _, p := range h.m.pending {
			if shardOf(p.Subject) == shard {
				h.index.add(shard, p.ID, p.DueAt)
			}
		}
		return
	}
	for _, id := range s.claim(h.m.now.Add(n.offset), h.m.now) {
		n.batch = append(n.batch, claimed{shard: shard, id: id, lease: l})
	}
	if h.fault("killed after claim", 0.03) {
		n.die()
	}
}

// fire fires what was claimed.
func (n *node) fire(h *history) {
	for len(n.batch) > 0 && n.alive && !n.paused {
		c := n.batch[0]
		n.batch = n.batch[1:]
		settled, alive := h.fireOne(n, c.lease, c.shard, c.id)
		if !alive {
			return
		}
		if settled && h.index.up && !h.fault("acknowledgement lost", 0.1) {
			delete(h.index.shards[c.shard].flight, c.id)
		}
		if !h.quiet && h.random.chance(0.3) {
			return // something else happens in between
		}
	}
}

// sweep fires what the database says is overdue.
func (n *node) sweep(h *history, shard int) {
	l, held := n.held(h, shard)
	if !n.alive || n.paused || !held || !h.databaseUp || h.broken == neverSweeps {
		return
	}
	grace := sweepGrace
	if !h.index.up {
		grace = 0
	}
	var overdue []int64
	for _, p := range h.m.pending {
		if shardOf(p.Subject) == shard && h.m.now.Sub(p.DueAt) >= grace {
			overdue = append(overdue, p.ID)
		}
	}
	slices.Sort(overdue)
	for _, id := range overdue {
		if _, alive := h.fireOne(n, l, shard, id); !alive {
			return
		}
	}
}

func shardOf(s act.Subject) int { return int(s.ID) % historyShards }

// index is Redis: it says when to look, and may say anything.
type index struct {
	up     bool
	shards [historyShards]*indexShard
}

type indexShard struct {
	gen    int
	due    map[int64]time.Time
	flight map[int64]time.Time // claimed until
	gone   map[int64]time.Time // acknowledged lately; a replica may still have them
}

func newIndex() *index {
	x := &index{up: true}
	for n := range x.shards {
		x.shards[n] = &indexShard{gen: 1, due: map[int64]time.Time{}, flight: map[int64]time.Time{}, gone: map[int64]time.Time{}}
	}
	return x
}

func (x *index) add(shard int, id int64, at time.Time) {
	s := x.shards[shard]
	if _, claimed := s.flight[id]; !claimed {
		s.due[id] = at
	}
}

// give brings a claimed one back with another time.
func (x *index) give(shard int, id int64, at time.Time) {
	if x.up {
		delete(x.shards[shard].flight, id)
		x.shards[shard].due[id] = at
	}
}

// flush is FLUSHALL.
func (x *index) flush() {
	for _, s := range x.shards {
		s.gen++
		s.due, s.flight = map[int64]time.Time{}, map[int64]time.Time{}
	}
}

// failOver is a replica that takes over: the tail of what was written is missing,
// and what was removed is there again. Nobody is told.
func (x *index) failOver(r *random) {
	for _, s := range x.shards {
		for _, id := range slices.Sorted(maps.Keys(s.due)) {
			if r.chance(0.3) {
				delete(s.due, id)
			}
		}
		for _, id := range slices.Sorted(maps.Keys(s.gone)) {
			if r.chance(0.5) {
				s.due[id] = s.gone[id]
			}
		}
	}
}

// claim moves what is due into flight; claims whose lease has ended are due again.
func (s *indexShard) claim(looked, now time.Time) (ids []int64) {
	for id, until := range s.flight {
		if !until.After(now) {
			delete(s.flight, id)
			s.due[id] = now
		}
	}
	for _, id := range slices.Sorted(maps.Keys(s.due)) {
		if len(ids) < claimBatch && !s.due[id].After(looked) {
			s.gone[id] = s.due[id]
			delete(s.due, id)
			s.flight[id] = now.Add(claimLasts)
			ids = append(ids, id)
		}
	}
	return ids
}
