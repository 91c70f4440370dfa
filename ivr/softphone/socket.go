package softphone

import (
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"example.org/hotline/area"
	"example.org/hotline/internal/act"
)

// How a socket is held.
const (
	helloWithin  = 10 * time.Second // the first message must come
	silenceOn    = 30 * time.Second // a signed-on browser that says nothing is broken
	silenceOff   = 90 * time.Second // before: browsers slow the timers of hidden pages down to one a minute
	ratePerSec   = 50
	rateBurst    = 100
	outgoingRoom = 128 // messages that may wait; a browser that reads none is broken
)

var (
	errSilent  = errors.New("the browser has fallen silent")
	errSlow    = errors.New("the browser does not read")
	errStopped = errors.New("the softphone has stopped")
)

// socket is one tab of a browser. Its desk and the reader of Serve write to it;
// neither waits.
type socket struct {
	staff area.Staff
	now   func() time.Time
	out   chan []byte
	fail  func(error)
	leads atomic.Bool // its tab leads

	mu     sync.Mutex
	closed bool
	rate   bucket
}

// say queues a message. One that cannot be queued ends the socket.
func (k *socket) say(m Message) {
	m.At = k.now()
	data, err := json.Marshal(m)
	if err != nil {
		k.fail(fmt.Errorf("write a %s message: %w", m.Type, err))
		return
	}
	k.write(data)
}

func (k *socket) write(data []byte) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.closed {
		return
	}
	select {
	case k.out <- data:
	default:
		k.fail(errSlow)
	}
}

// answer says how a request went. One without an id asked for no answer, but is
// told errors all the same.
func (k *socket) answer(id string, err error) {
	if err == nil {
		if id != "" {
			k.say(Message{Type: "ok", ID: id})
		}
		return
	}
	r := asRefusal(err)
	k.say(Message{Type: "error", ID: id, Code: r.code, Detail: r.detail})
}

func (k *socket) close() {
	k.mu.Lock()
	defer k.mu.Unlock()
	if !k.closed {
		k.closed = true
		close(k.out)
	}
}

// pump sends what was queued until the socket is closed; what is in the queue
// then is sent first.
func (k *socket) pump(send func([]byte) error) {
	for data := range k.out {
		if err := send(data); err != nil {
			k.fail(fmt.Errorf("send to the browser: %w", err))
			for range k.out {
				// until it is closed; nobody hears it
			}
			return
		}
	}
}

// bucket is a token bucket on the real clock. It is used by one goroutine.
type bucket struct {
	tokens float64
	at     time.Time
}

func (b *bucket) take(now time.Time) bool {
	if b.at.IsZero() {
		b.tokens = rateBurst
	} else {
		b.tokens = min(rateBurst, b.tokens+now.Sub(b.at).Seconds()*ratePerSec)
	}
	b.at = now
	if b.tokens < 1 {
		return false
	}
	b.tokens--
	return true
}

// asRefusal finds what the page is told of an error; what the line itself could
// not do is told without its reason, which is for the log.
func asRefusal(err error) *refusal {
	var r *refusal
	if errors.As(err, &r) {
		return r
	}
	if f, ok := errors.AsType[*act.Fault](err); ok {
		return refuse(f.Code, f.Detail)
	}
	return refuse(codeFailed, "try again")
}
