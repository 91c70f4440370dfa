// Package agent plays the people of a conversation against the real program: an
// agent at a desk, with the page's WebSocket and its WebRTC audio, who comes
// back by themselves when the line is lost; and a citizen with a telephone.
package agent

import (
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/fasthttp/websocket"

	"example.org/hotline/ivr"
	"example.org/hotline/ivr/acd"
	"example.org/hotline/ivr/softphone"
)

// Patience bounds every wait. Nothing is measured by it.
const Patience = 90 * time.Second

// Options say who sits down where.
type Options struct {
	URL    string  // of the API, or of what stands before several nodes: http://127.0.0.1:PORT
	Origin string  // the page's; empty: URL
	Cookie string  // of a session: "name=value"
	Login  string  // whose it is
	Hz     float64 // the tone that the microphone hears
	Answer bool    // every call is answered as soon as it rings
	Brief  bool    // every call that was answered is ended at once
	Quick  bool    // every call is written up at once
	Watch  bool    // a supervisor who only watches the board and is not signed on
}

// Agent is somebody at a desk. Their page connects again, on its own, whenever
// its socket ends, and is signed on each time.
type Agent struct {
	Ears
	o      Options
	t      testing.TB
	tab    string
	end    chan struct{}
	ended  chan struct{}
	number atomic.Int64

	mu      sync.Mutex
	changed chan struct{} // closed and made anew with each message
	conn    *websocket.Conn
	browser *browser
	seat    acd.Agent
	news    ivr.AgentNews
	ring    *acd.Offer
	board   *acd.Board  // of a supervisor who watches
	offers  []acd.Offer // in the order in which they rang; one that rings on after a reconnection once
	answers map[string]softphone.Message
	lastErr error
}

// SitDown opens an agent's page and returns when the queue counts on them.
func SitDown(t testing.TB, o Options) *Agent {
	t.Helper()
	if o.Origin == "" {
		o.Origin = o.URL
	}
	a := &Agent{o: o, t: t, tab: "tab-of-" + o.Login, end: make(chan struct{}), ended: make(chan struct{}),
		changed: make(chan struct{}), answers: map[string]softphone.Message{}}
	go a.stay()
	t.Cleanup(a.Leave)
	a.Until("is there", func() bool { return a.o.Watch && a.board != nil || a.seat.State != "" && a.seat.State != acd.StateAway })
	return a
}

// Leave closes the page, as a browser that ends.
func (a *Agent) Leave() {
	a.mu.Lock()
	select {
	case <-a.end:
	default:
		close(a.end)
	}
	if a.conn != nil {
		_ = a.conn.NetConn().Close() // stay sees it
	}
	a.mu.Unlock()
	<-a.ended
}
