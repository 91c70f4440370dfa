package queue

import (
	"time"

	"example.org/hotline/ivr/acd"
)

// Sleep makes the hub do nothing, as a machine that hangs, until wake.
func (h *Hub) Sleep() (wake func()) {
	asleep, awake := make(chan struct{}), make(chan struct{})
	h.inbox.put(wish{do: func(*acd.Tx) error { close(asleep); <-awake; return nil }})
	<-asleep
	return func() { close(awake) }
}

// Do has the hub change the room by hand.
func (h *Hub) Do(do func(tx *acd.Tx)) error {
	return h.ask(func(tx *acd.Tx) error { do(tx); return nil }, nil)
}

// AwaitNobody makes the hub offer nothing until a node that never comes has joined.
func (h *Hub) AwaitNobody() {
	_ = h.ask(func(*acd.Tx) error {
		h.link.awaited = map[string]bool{"nobody": true}
		h.link.joined = time.Now().Add(time.Hour)
		return nil
	}, nil)
}

// Watch looks once, as the watchdog does, at a real time.
func (h *Hub) Watch(at time.Time) {
	h.watch.looking.Lock()
	defer h.watch.looking.Unlock()
	h.watchOnce(at)
}

// Stuck lists who waits beside a fitting free agent.
func (h *Hub) Stuck() []acd.Caller {
	h.mu.RLock()
	defer h.mu.RUnlock()
	return h.room.Stuck(h.config, h.now())
}
