// Package agent plays the people of a conversation against the real program: an
// agent at a desk, with the page's WebSocket and its WebRTC audio, who comes
// back by themselves when the line is lost; and a citizen with a telephone.
package agent

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
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
	times   int // how often the page has been connected
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

// stay connects again and again until Leave.
func (a *Agent) stay() {
	defer close(a.ended)
	for {
		err := a.sit()
		a.mu.Lock()
		a.lastErr = err
		old := a.browser
		a.conn, a.browser, a.seat, a.ring = nil, nil, acd.Agent{}, nil
		a.tell()
		a.mu.Unlock()
		if old != nil {
			old.close()
		}
		select {
		case <-a.end:
			return
		case <-time.After(200 * time.Millisecond): // the page's own pause
		}
	}
}

// sit is one socket from its beginning to its end.
func (a *Agent) sit() error {
	dialer := websocket.Dialer{HandshakeTimeout: Patience}
	conn, res, err := dialer.Dial("ws"+strings.TrimPrefix(a.o.URL, "http")+"/api/v1/softphone", http.Header{"Cookie": {a.o.Cookie}, "Origin": {a.o.Origin}})
	if res != nil && res.Body != nil {
		defer res.Body.Close() //nolint:errcheck // the handshake's
	}
	if err != nil {
		return fmt.Errorf("connect: %w", err)
	}
	defer conn.Close() //nolint:errcheck // it has ended by then
	a.mu.Lock()
	a.conn = conn
	a.mu.Unlock()
	select {
	case <-a.end:
		return nil
	default:
	}
	over := make(chan struct{})
	var work sync.WaitGroup
	defer work.Wait()
	defer close(over)
	work.Go(func() { a.ping(over) })
	work.Go(func() {
		if err := a.signOn(over); err != nil {
			a.mu.Lock()
			a.lastErr = err
			a.mu.Unlock()
			_ = conn.NetConn().Close()
		}
	})
	for {
		_, data, err := conn.ReadMessage()
		if err != nil {
			return fmt.Errorf("read: %w", err)
		}
		var m softphone.Message
		if err := json.Unmarshal(data, &m); err != nil {
			return fmt.Errorf("read a message: %w", err)
		}
		a.take(m)
	}
}

// ping keeps the socket, as the page does.
func (a *Agent) ping(over <-chan struct{}) {
	every := time.NewTicker(10 * time.Second)
	defer every.Stop()
	for {
		select {
		case <-over:
			return
		case <-every.C:
			_ = a.say(softphone.Request{Type: "ping"}) // the reader sees a socket that ended
		}
	}
}

// signOn says hello, signs on and connects the audio.
func (a *Agent) signOn(over <-chan struct{}) error {
	steps := []softphone.Request{{Type: "hello", Tab: a.tab, TakeOver: true}, {Type: "sign_on"}}
	if a.o.Watch {
		steps[1] = softphone.Request{Type: "watch", On: true}
	}
	for _, r := range steps {
		if _, err := a.ask(r, over); err != nil {
			return err
		}
	}
	if a.o.Watch {
		return nil
	}
	b, err := newBrowser(a.o.Hz, a.hear)
	if err != nil {
		return err
	}
	a.mu.Lock()
	a.browser = b
	a.mu.Unlock()
	sdp, err := b.offer()
	if err != nil {
		return err
	}
	answer, err := a.ask(softphone.Request{Type: "offer", SDP: sdp}, over)
	if err == nil {
		err = b.accept(answer.SDP)
	}
	if err != nil {
		return err
	}
	select {
	case <-b.up:
	case <-over:
		return errors.New("the socket ended")
	}
	a.mu.Lock()
	a.times++
	a.tell()
	a.mu.Unlock()
	return nil
}

// take notes one message.
func (a *Agent) take(m softphone.Message) {
	var accept, hangUp, written bool
	var offer acd.OfferID
	a.mu.Lock()
	if m.ID != "" {
		a.answers[m.ID] = m
	}
	switch m.Type {
	case "seat", "welcome":
		if m.Seat != nil {
			a.seat = *m.Seat
			written = a.o.Quick && a.seat.State == acd.StateWrapUp
		}
		if m.Type == "welcome" && m.Call != nil {
			a.news = *m.Call
		}
	case "ring":
		a.ring, offer, accept = m.Offer, m.Offer.ID, a.o.Answer
		a.news = ivr.AgentNews{}
		if len(a.offers) == 0 || a.offers[len(a.offers)-1].ID != offer {
			a.offers = append(a.offers, *m.Offer)
		}
	case "board":
		a.board = m.Board
	case "stop":
		a.ring = nil
	case "call":
		a.news, a.ring = *m.Call, nil
		hangUp = a.o.Brief && a.news.State == ivr.CallTalking
	}
	a.tell()
	a.mu.Unlock()
	switch { // errors: the caller may have left meanwhile
	case accept:
		_ = a.say(softphone.Request{Type: "accept", Offer: offer})
	case hangUp:
		_ = a.say(softphone.Request{Type: "command", Verb: ivr.VerbHangUp})
	case written:
		_ = a.say(softphone.Request{Type: "wrap_up_done"})
	}
}

// tell wakes who waits; under the lock.
func (a *Agent) tell() {
	close(a.changed)
	a.changed = make(chan struct{})
}

func (a *Agent) say(r softphone.Request) error {
	data, err := json.Marshal(r)
	if err != nil {
		return err
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.conn == nil {
		return errors.New("not connected")
	}
	return a.conn.WriteMessage(websocket.TextMessage, data)
}

// ask says something and waits for its answer, or until over.
func (a *Agent) ask(r softphone.Request, over <-chan struct{}) (softphone.Message, error) {
	r.ID = a.o.Login + "-" + strconv.FormatInt(a.number.Add(1), 10)
	if err := a.say(r); err != nil {
		return softphone.Message{}, err
	}
	limit := time.After(Patience)
	for {
		a.mu.Lock()
		m, found := a.answers[r.ID]
		changed := a.changed
		a.mu.Unlock()
		switch {
		case found && m.Type == "error":
			return m, fmt.Errorf("%s was answered %s: %s", r.Type, m.Code, m.Detail)
		case found:
			return m, nil
		}
		select {
		case <-changed:
		case <-over:
			return m, errors.New("the socket ended")
		case <-limit:
			return m, fmt.Errorf("no answer to %s", r.Type)
		}
	}
}

// Ask asks for something that must be done.
func (a *Agent) Ask(r softphone.Request) {
	a.t.Helper()
	if _, err := a.ask(r, nil); err != nil {
		a.t.Fatalf("%s: %v", a.o.Login, err)
	}
}

// TryAsk asks for something that nobody may live to do.
func (a *Agent) TryAsk(r softphone.Request) { _ = a.say(r) }

// Do wants something done with the call.
func (a *Agent) Do(verb ivr.AgentVerb, to ...ivr.Target) {
	a.t.Helper()
	r := softphone.Request{Type: "command", Verb: verb}
	if len(to) > 0 {
		r.Target = &to[0]
	}
	a.Ask(r)
}

// Until waits until what the page knows is as wanted; done is called under the
// agent's lock and may look at nothing else of theirs.
func (a *Agent) Until(what string, done func() bool) {
	a.t.Helper()
	limit := time.After(Patience)
	for {
		a.mu.Lock()
		ok, changed := done(), a.changed
		seat, news, lastErr := a.seat, a.news, a.lastErr
		a.mu.Unlock()
		if ok {
			return
		}
		select {
		case <-changed:
		case <-limit:
			a.t.Fatalf("%s: it never came true that the agent %s; seat %s %s at %s, call %s, last error %v", a.o.Login, what, seat.Status, seat.State, seat.Node,
				news.State, lastErr)
		}
	}
}

// Is waits until the seat is in a state.
func (a *Agent) Is(state acd.State) {
	a.t.Helper()
	a.Until("is "+string(state), func() bool { return a.seat.State == state })
}

// SitsAt waits until the seat is idle at a node, by its id.
func (a *Agent) SitsAt(node string) {
	a.t.Helper()
	a.Until("sits at "+node, func() bool {
		return a.seat.Node == node && a.seat.State == acd.StateIdle && a.seat.Status == acd.StatusAvailable
	})
}

// Rings waits for a call that rings.
func (a *Agent) Rings() (o acd.Offer) {
	a.t.Helper()
	a.Until("is rung", func() bool {
		if a.ring == nil {
			return false
		}
		o = *a.ring
		return true
	})
	return o
}

// Accept answers the call that rings, and waits until the two talk.
func (a *Agent) Accept() ivr.AgentNews {
	a.t.Helper()
	o := a.Rings()
	a.Ask(softphone.Request{Type: "accept", Offer: o.ID})
	return a.Told(ivr.CallTalking)
}

// Told waits until the call stands so.
func (a *Agent) Told(state ivr.CallState) (n ivr.AgentNews) {
	a.t.Helper()
	a.Until("is told "+string(state), func() bool { n = a.news; return n.State == state })
	return n
}

// WriteUp ends the wrap-up.
func (a *Agent) WriteUp() {
	a.t.Helper()
	a.Is(acd.StateWrapUp)
	a.Ask(softphone.Request{Type: "wrap_up_done"})
	a.Is(acd.StateIdle)
}

// Sees waits until the board that a supervisor watches (request watch) is as wanted.
func (a *Agent) Sees(what string, fits func(acd.Board) bool) {
	a.t.Helper()
	a.Until("sees "+what, func() bool { return a.board != nil && fits(*a.board) })
}

// SeesSeat waits until the board shows an agent's seat as wanted.
func (a *Agent) SeesSeat(login, what string, fits func(acd.Agent) bool) {
	a.t.Helper()
	a.Sees(login+" "+what, func(b acd.Board) bool {
		i := slices.IndexFunc(b.Agents, func(s acd.Agent) bool { return s.Login == login })
		return i >= 0 && fits(b.Agents[i])
	})
}

// Serve answers every call at once from now on, and ends and writes it up at once.
func (a *Agent) Serve() {
	a.mu.Lock()
	a.o.Answer, a.o.Brief, a.o.Quick = true, true, true
	ring, talking, written := a.ring, a.news.State == ivr.CallTalking, a.seat.State == acd.StateWrapUp
	a.mu.Unlock()
	switch { // errors: what comes next shows
	case ring != nil:
		_ = a.say(softphone.Request{Type: "accept", Offer: ring.ID})
	case talking:
		_ = a.say(softphone.Request{Type: "command", Verb: ivr.VerbHangUp})
	case written:
		_ = a.say(softphone.Request{Type: "wrap_up_done"})
	}
}

// Offers lists every offer that has rung here, in order.
func (a *Agent) Offers() []acd.Offer {
	a.mu.Lock()
	defer a.mu.Unlock()
	return append([]acd.Offer(nil), a.offers...)
}

// Connections is how often the page has been connected with its audio.
func (a *Agent) Connections() int {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.times
}
