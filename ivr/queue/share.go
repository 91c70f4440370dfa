package queue

import (
	"context"
	"errors"
	"maps"
	"strconv"
	"strings"
	"time"

	"example.org/hotline/area"
	"example.org/hotline/internal/pulse"
	"example.org/hotline/ivr/acd"
	"example.org/hotline/ticket"
)

// link is how a node stands with the others. Only the deciding goroutine touches it.
type link struct {
	listener *pulse.Listener
	sharing  bool
	at       pulse.SlatePoint
	beats    map[string]beat // of the others
	awaited  map[string]bool // known to live before the join, not heard of since
	joined   time.Time       // real time
	alone    time.Time       // real time since when Redis is away; zero: it is not
	repair   bool            // after a join: mend what does not fit together
	rejoin   bool            // the watchdog, or a pass that broke off, wants it

	poll, news bool // a second has passed; somebody has written
	polled     time.Time
}

// beat is a node's sign of life as last seen.
type beat struct {
	text  string
	seen  time.Time // real time of the last change
	fresh bool      // changed since this node joined: it shares the same slate
}

// How long nodes wait for one another, in real time.
const (
	deadAfter    = 5 * time.Second  // without a beat
	settleWithin = 3 * time.Second  // for the others to join a rebuilt slate
	aloneFor     = 10 * time.Second // without Redis until callers are told that nobody is there
)

// heard notes an announcement, unless it was this node's own.
func (l *link) heard() {
	payloads, all := l.listener.Take()
	for _, p := range payloads {
		all = all || p != ""
	}
	l.news = l.news || all
}

func (h *Hub) beat() string { return h.run + ":" + strconv.FormatInt(time.Now().UnixMilli(), 10) }

// beatAge is how old a beat says it is; a guess where clocks differ, used only
// to decide whom to wait for.
func beatAge(text string) time.Duration {
	_, ms, _ := strings.Cut(text, ":")
	at, err := strconv.ParseInt(ms, 10, 64)
	if err != nil {
		return time.Hour
	}
	return time.Since(time.UnixMilli(at)).Abs()
}

// connect brings the node's copy of the room up to date.
func (h *Hub) connect(ctx context.Context) {
	if h.slate == nil {
		return
	}
	wanted := h.watch.rejoinWanted()
	switch {
	case !h.link.sharing || h.link.rejoin || wanted:
		h.link.rejoin = false
		if h.slate.Up() {
			h.join(ctx)
		} else {
			h.isolate(pulse.ErrDown)
		}
	case h.link.news || h.link.poll:
		h.link.news = false
		h.look(ctx, nil)
	}
}

// look takes over what others have written. pending is a group whose write may
// have been carried out.
func (h *Hub) look(ctx context.Context, pending *group) {
	news, err := h.slate.Look(ctx, h.link.at, h.beat())
	switch {
	case errors.Is(err, pulse.ErrSlateLost):
		h.join(ctx)
		return
	case err != nil:
		h.isolate(err)
		return
	}
	s := decode(news.Values)
	if s.deaths[h.node] {
		h.log.Warn("other nodes took this one for dead; it joins anew")
		h.join(ctx)
		return
	}
	h.hear(news.Beats)
	if news.Whole {
		h.completeWhole(&s)
	}
	h.link.at = news.At
	if pending != nil && news.Mark == pending.mark {
		h.committed(pending, false) // what it changed is in the news
	}
	h.mu.Lock()
	maps.Copy(h.tallies, s.tallies)
	h.apply(s.changes)
	h.tellAlone()
	h.mu.Unlock()
	if h.link.poll {
		h.bury()
	}
}

// completeWhole adds the removal of what a whole slate does not have.
func (h *Hub) completeWhole(s *sheet) {
	for id := range h.room.Callers {
		if _, ok := s.changes.Callers[id]; !ok {
			s.changes.Callers[id] = nil
		}
	}
	for id := range h.room.Agents {
		if _, ok := s.changes.Agents[id]; !ok {
			s.changes.Agents[id] = nil
		}
	}
}

// hear notes who lives.
func (h *Hub) hear(beats map[string]string) {
	for node, text := range beats {
		if node == h.node {
			continue
		}
		known, ok := h.link.beats[node]
		if !ok || known.text != text {
			h.link.beats[node] = beat{text: text, seen: time.Now(), fresh: true}
			delete(h.link.awaited, node)
		}
	}
}

// known reports whether a node has spoken since this one joined.
func (h *Hub) known(node string) bool { return node == h.node || h.link.beats[node].fresh }

// settled reports whether offers may be made: nobody is awaited any more.
func (h *Hub) settled() bool {
	if !h.link.sharing || len(h.link.awaited) == 0 {
		return true
	}
	if time.Since(h.link.joined) < settleWithin {
		return false
	}
	h.link.awaited = nil
	return true
}

// bury removes what nodes held that have been silent for too long.
func (h *Hub) bury() {
	holders := map[string]bool{}
	for _, c := range h.room.Callers {
		holders[c.Node] = true
	}
	for _, a := range h.room.Agents {
		holders[a.Node] = true
	}
	delete(holders, h.node)
	for node := range holders {
		last := h.link.joined
		if b, ok := h.link.beats[node]; ok && b.seen.After(last) {
			last = b.seen
		}
		if time.Since(last) <= deadAfter {
			continue
		}
		h.log.Warn("a node is silent; its callers and agents are removed", "silent_node", node)
		if h.buried != nil {
			h.buried(node)
		}
		h.inbox.put(wish{buries: node, do: func(tx *acd.Tx) error { tx.Reap(node); return nil }})
	}
}

// isolate turns to this node's own callers and agents while Redis is away.
func (h *Hub) isolate(why error) {
	if !h.link.sharing && !h.link.alone.IsZero() {
		return
	}
	if h.link.sharing {
		h.alarm(AlarmAlone, why)
	}
	h.link.sharing, h.link.alone, h.link.awaited = false, time.Now(), nil
	g := &group{wishes: []wish{{do: func(tx *acd.Tx) error { tx.Isolate(h.node); return nil }}}}
	h.decideAlone(g)
}

// decideAlone carries a group out on this node.
func (h *Hub) decideAlone(g *group) {
	h.decide(g)
	h.committed(g, true)
}

// join brings the node's own part onto the slate, begun anew where it was lost,
// and the others' part into the room.
func (h *Hub) join(ctx context.Context) {
	err := h.tryJoin(ctx)
	for tries := 0; errors.Is(err, pulse.ErrSlateLost) && tries < 5; tries++ { // cleared between two commands
		err = h.tryJoin(ctx)
	}
	if err != nil {
		h.isolate(err)
	}
}

func (h *Hub) tryJoin(ctx context.Context) error {
	at, err := h.slate.Found(ctx, h.newName())
	if err != nil {
		return err
	}
	for {
		news, err := h.slate.Look(ctx, at, "")
		if err != nil {
			return err
		}
		s := decode(news.Values)
		now, err := h.slate.Write(ctx, news.At, h.beat(), h.newName(), h.ownPart(s))
		if errors.Is(err, pulse.ErrSlateMoved) {
			continue
		}
		if err != nil {
			return err
		}
		h.joinedAt(now, news.Beats, s)
		return nil
	}
}

// living lists the other nodes that have spoken lately.
func (h *Hub) living() map[string]bool {
	living := map[string]bool{}
	for node, b := range h.link.beats {
		if time.Since(b.seen) < deadAfter {
			living[node] = true
		}
	}
	return living
}

// ownPart is what this node writes on a slate it joins: its callers, seats and
// sums, and the end of whatever else stands there under its name. What an
// earlier run of this node has left is ended by the reconciler, with its record.
func (h *Hub) ownPart(s sheet) map[string]string {
	values := map[string]string{keyDeath + h.node: ""}
	if !h.link.joined.IsZero() {
		for id, c := range s.changes.Callers {
			if c != nil && c.Node == h.node {
				values[callerKey(id)] = ""
			}
		}
		for id, a := range s.changes.Agents {
			if a != nil && a.Node == h.node {
				values[agentKey(id)] = ""
			}
		}
	}
	for id, c := range h.room.Callers {
		if c.Node == h.node {
			values[callerKey(id)] = text(c)
		}
	}
	for id, a := range h.room.Agents {
		if a.Node == h.node && !movedAway(a, s.changes.Agents[id]) {
			values[agentKey(id)] = text(a)
		}
	}
	for queue, last := range h.room.Turns {
		if _, ok := s.changes.Turns[queue]; !ok {
			values[keyTurn+queue] = strconv.FormatInt(int64(last), 10)
		}
	}
	for key, t := range h.tallies {
		if _, ok := s.tallies[key]; !ok || nodeOfTally(key) == h.node && !h.link.joined.IsZero() {
			values[key] = text(t)
		}
	}
	return values
}

// movedAway reports whether an agent has signed on at another node since they
// did here.
func movedAway(here acd.Agent, there *acd.Agent) bool {
	return there != nil && there.Node != here.Node && there.Seated.After(here.Seated)
}

// joinedAt makes the joined slate the node's truth. beats are those found on it.
func (h *Hub) joinedAt(at pulse.SlatePoint, beats map[string]string, s sheet) {
	first, rebuilt := h.link.joined.IsZero(), h.link.at.Gen != "" && h.link.at.Gen != at.Gen
	awaited := h.living()
	h.link.beats = map[string]beat{}
	for node, text := range beats {
		if node == h.node {
			continue
		}
		// Whoever has a beat on a slate begun anew has joined it. On an old one it
		// may be the beat of a node that is away from Redis just now.
		h.link.beats[node] = beat{text: text, seen: time.Now(), fresh: rebuilt}
		if rebuilt {
			delete(awaited, node)
		} else if beatAge(text) < 2*deadAfter {
			awaited[node] = true
		}
	}
	if !h.link.sharing {
		h.log.Info("the queue is shared over nodes", "others", len(beats))
	}
	h.link.sharing, h.link.at, h.link.joined, h.link.awaited = true, at, time.Now(), awaited
	h.link.alone, h.link.repair, h.link.news, h.link.poll = time.Time{}, true, true, true
	h.clear(AlarmAlone)
	h.mu.Lock()
	defer h.mu.Unlock()
	for key, t := range s.tallies {
		if _, own := h.tallies[key]; !own || nodeOfTally(key) != h.node {
			h.tallies[key] = t
		} else if first {
			h.tallies[key] = h.tallies[key].and(t)
		}
	}
	h.apply(h.othersPart(s, first))
}

// othersPart is what changes in the room when the others' part of a joined slate
// replaces what was known of them. What is this node's own stays; at the first
// join that includes what an earlier run has left.
func (h *Hub) othersPart(s sheet, first bool) acd.Changes {
	ch := acd.Changes{Callers: map[ticket.CallID]*acd.Caller{}, Agents: map[area.StaffID]*acd.Agent{}, Turns: s.changes.Turns}
	for id, c := range h.room.Callers {
		if c.Node != h.node {
			ch.Callers[id] = nil
		}
	}
	for id, a := range h.room.Agents {
		if a.Node != h.node {
			ch.Agents[id] = nil
		}
	}
	for id, c := range s.changes.Callers {
		if known, ok := h.room.Callers[id]; c != nil && (first || c.Node != h.node) && (!ok || known.Node != h.node) {
			ch.Callers[id] = c
		}
	}
	for id, a := range s.changes.Agents {
		if known, ok := h.room.Agents[id]; a != nil && (first || a.Node != h.node) && (!ok || known.Node != h.node || movedAway(known, a)) {
			ch.Agents[id] = a
		}
	}
	return ch
}
