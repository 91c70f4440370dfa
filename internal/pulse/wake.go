package pulse

import (
	"context"
	"sync"
	"time"
)

// Listener hears the wake-ups of one channel. Many wake-ups before the next
// Take become one, so a slow listener blocks nobody.
type Listener struct {
	// C is ready when there is something to take.
	C <-chan struct{}

	hub      *hub
	channel  string
	ready    chan struct{}
	mu       sync.Mutex
	payloads map[string]bool
	all      bool
}

// mostPayloads bounds what a listener that never takes can pile up.
const mostPayloads = 64

// Take returns the payloads since the last Take. all means that some may be
// missing (a reconnection, too many to keep): look at everything.
func (l *Listener) Take() (payloads []string, all bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for p := range l.payloads {
		payloads = append(payloads, p)
	}
	all = l.all
	l.payloads, l.all = map[string]bool{}, false
	return payloads, all
}

// Close ends the listening.
func (l *Listener) Close() { l.hub.remove(l) }

func (l *Listener) put(payload string, all bool) {
	l.mu.Lock()
	if all || len(l.payloads) >= mostPayloads {
		l.all = true
	} else {
		l.payloads[payload] = true
	}
	l.mu.Unlock()
	select {
	case l.ready <- struct{}{}:
	default:
	}
}

// hub hands a wake-up to the listeners within this process.
type hub struct {
	mu        sync.Mutex
	listeners map[string][]*Listener
}

func (h *hub) add(channel string) *Listener {
	ready := make(chan struct{}, 1)
	l := &Listener{C: ready, hub: h, channel: channel, ready: ready, payloads: map[string]bool{}}
	h.mu.Lock()
	defer h.mu.Unlock()
	h.listeners[channel] = append(h.listeners[channel], l)
	return l
}

func (h *hub) remove(gone *Listener) {
	h.mu.Lock()
	defer h.mu.Unlock()
	var kept []*Listener
	for _, l := range h.listeners[gone.channel] {
		if l != gone {
			kept = append(kept, l)
		}
	}
	h.listeners[gone.channel] = kept
}

func (h *hub) wake(channel, payload string, all bool) {
	h.mu.Lock()
	listeners := h.listeners[channel]
	h.mu.Unlock()
	for _, l := range listeners {
		l.put(payload, all)
	}
}

func (h *hub) wakeAll() {
	h.mu.Lock()
	var channels []string
	for channel := range h.listeners {
		channels = append(channels, channel)
	}
	h.mu.Unlock()
	for _, channel := range channels {
		h.wake(channel, "", true)
	}
}

// Listen hears a channel from now on, from this process and from others.
func (c *Client) Listen(channel string) *Listener { return c.hub.add(channel) }

// WakeLocal wakes the listeners of this process only.
func (c *Client) WakeLocal(channel, payload string) { c.hub.wake(channel, payload, false) }

// Wake wakes the listeners of this process at once, Redis or not, and those of
// others as far as Redis carries it. It never waits long.
func (c *Client) Wake(ctx context.Context, channel, payload string) {
	c.hub.wake(channel, payload, false)
	_ = c.do(func() error { return c.rdb.Publish(ctx, channel, payload).Err() }) // a lost hint costs a poll's length
}

// receive keeps one subscription for the whole process.
func (c *Client) receive(ctx context.Context) {
	for ctx.Err() == nil {
		if c.Up() {
			c.receiveUntilCut(ctx)
		}
		select {
		case <-ctx.Done():
		case <-time.After(c.check / 4): // not a wait for a result: the pace of reconnection
		}
	}
}

func (c *Client) receiveUntilCut(ctx context.Context) {
	sub := c.rdb.Subscribe(ctx, WakeTimers, WakeEvents, WakeNotices, WakePlaces, WakeQueue)
	defer func() { _ = sub.Close() }()
	if _, err := sub.Receive(ctx); err != nil {
		return
	}
	c.hub.wakeAll() // whatever was said while we did not listen
	messages := sub.Channel()
	for {
		select {
		case <-ctx.Done():
			return
		case m, ok := <-messages:
			if !ok {
				return
			}
			c.hub.wake(m.Channel, m.Payload, false)
		}
	}
}
