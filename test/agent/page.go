package agent

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/fasthttp/websocket"

	"example.org/hotline/ivr"
	"example.org/hotline/ivr/acd"
	"example.org/hotline/ivr/softphone"
)

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
