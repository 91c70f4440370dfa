package api

import (
	"context"
	"sync"
	"time"
)

// hub tells the event streams of this node to look at the log. It carries no
// events: the log in PostgreSQL does, so that a lost wake-up loses nothing.
type hub struct {
	mu      sync.Mutex
	streams map[chan struct{}]struct{}
	closed  chan struct{}
	once    sync.Once
}

func newHub() *hub { return &hub{streams: map[chan struct{}]struct{}{}, closed: make(chan struct{})} }

// join adds a stream. leave must be called once.
func (h *hub) join() (wakes <-chan struct{}, leave func()) {
	ch := make(chan struct{}, 1)
	h.mu.Lock()
	defer h.mu.Unlock()
	h.streams[ch] = struct{}{}
	return ch, func() {
		h.mu.Lock()
		defer h.mu.Unlock()
		delete(h.streams, ch)
	}
}

// wake tells every stream; one that has been told and has not looked yet is
// not told twice.
func (h *hub) wake() {
	h.mu.Lock()
	defer h.mu.Unlock()
	for ch := range h.streams {
		select {
		case ch <- struct{}{}:
		default:
		}
	}
}

func (h *hub) close() { h.once.Do(func() { close(h.closed) }) }

func (h *hub) size() int {
	h.mu.Lock()
	defer h.mu.Unlock()
	return len(h.streams)
}

// lookEvery is how late an event can be when its wake-up was lost.
const lookEvery = time.Second

// run passes wake-ups on until ctx ends, and looks at the log itself now and
// then: with Redis away there are no wake-ups.
func (h *hub) run(ctx context.Context, wakes <-chan struct{}, last func(context.Context) (int64, error)) {
	look := time.NewTicker(lookEvery)
	defer look.Stop()
	var seen int64
	for {
		select {
		case <-ctx.Done():
			return
		case _, open := <-wakes:
			if !open {
				wakes = nil
				continue
			}
			h.wake()
		case <-look.C:
			if h.size() == 0 {
				continue
			}
			if now, err := last(ctx); err == nil && now != seen {
				seen = now
				h.wake()
			}
		}
	}
}
