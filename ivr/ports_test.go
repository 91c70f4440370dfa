package ivr_test

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"example.org/hotline/ivr"
	"example.org/hotline/ivr/media"
	"example.org/hotline/ticket"
)

// tapeRack is a Recorder that counts what it is told.
type tapeRack struct {
	mu    sync.Mutex
	tapes []*testTape
}

func newTapeRack() *tapeRack { return &tapeRack{} }

func (r *tapeRack) Begin(m ivr.RecordingMeta) ivr.Recording {
	t := &testTape{meta: m}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.tapes = append(r.tapes, t)
	return t
}

func (r *tapeRack) all() []*testTape {
	r.mu.Lock()
	defer r.mu.Unlock()
	return append([]*testTape(nil), r.tapes...)
}

// of finds the recordings of a leg.
func (r *tapeRack) of(leg string) (found []*testTape) {
	for _, t := range r.all() {
		if t.meta.Leg == leg {
			found = append(found, t)
		}
	}
	return found
}

type testTape struct {
	meta   ivr.RecordingMeta
	ears        // what was said
	other  ears // what was heard
	paused atomic.Bool
	quiet  atomic.Int64 // packets while paused
	ended  atomic.Int64
	pauses atomic.Int64
}

func (t *testTape) Said(f media.Frame, _ time.Time) {
	if t.paused.Load() {
		t.quiet.Add(1)
		return
	}
	t.hear(media.PCMA.Decode(f.ALaw))
}

func (t *testTape) Heard(f media.Frame, _ time.Time) {
	if !t.paused.Load() {
		t.other.hear(media.PCMA.Decode(f.ALaw))
	}
}

func (t *testTape) ID() string { return "tape of " + t.meta.Leg }

func (t *testTape) Pause(time.Time) {
	t.paused.Store(true)
	t.pauses.Add(1)
}

func (t *testTape) Resume(time.Time) { t.paused.Store(false) }

func (t *testTape) End(at time.Time) time.Duration {
	t.ended.Add(1)
	return at.Sub(t.meta.StartedAt)
}

// exchange is where the line's own calls go, and who is on duty.
type exchange struct {
	t *testing.T

	mu     sync.Mutex
	duty   map[string][]ivr.Contact // by level
	facts  ivr.CallerFacts
	dialed []ivr.OutboundCall
	given  int // rang and were given up
	answer map[string]chan *phoneLeg
}

func newExchange(t *testing.T) *exchange {
	return &exchange{t: t, duty: map[string][]ivr.Contact{}, answer: map[string]chan *phoneLeg{}}
}

var errBusy = errors.New("busy here")

// phone is a telephone that can be rung; put its leg into the channel to answer, nil to refuse.
func (x *exchange) phone(number string) chan *phoneLeg {
	x.mu.Lock()
	defer x.mu.Unlock()
	c := make(chan *phoneLeg, 1)
	x.answer[number] = c
	return c
}

func (x *exchange) Dial(ctx context.Context, o ivr.OutboundCall) (ivr.PhoneLeg, error) {
	x.mu.Lock()
	x.dialed = append(x.dialed, o)
	answer := x.answer[o.To]
	x.mu.Unlock()
	select {
	case leg := <-answer:
		if leg == nil {
			return nil, errBusy
		}
		return leg, nil
	case <-ctx.Done():
		x.mu.Lock()
		x.given++
		x.mu.Unlock()
		return nil, ctx.Err()
	}
}

func (x *exchange) rang() []ivr.OutboundCall {
	x.mu.Lock()
	defer x.mu.Unlock()
	return append([]ivr.OutboundCall(nil), x.dialed...)
}

func (x *exchange) DutyPhones(_ context.Context, _ ticket.CallID, level string) ([]ivr.Contact, error) {
	x.mu.Lock()
	defer x.mu.Unlock()
	return x.duty[level], nil
}

func (x *exchange) StaffPhone(_ context.Context, login string) (ivr.Contact, error) {
	if login != "worker" {
		return ivr.Contact{}, errors.New("may not be rung")
	}
	return ivr.Contact{Staff: 77, Name: "worker", Phone: "+8613900000077"}, nil
}

func (x *exchange) Caller(context.Context, ticket.Call) (ivr.CallerFacts, error) {
	x.mu.Lock()
	defer x.mu.Unlock()
	return x.facts, nil
}

// phoneLeg is a telephone that has answered.
type phoneLeg struct {
	*voice
	ended  chan struct{}
	hungUp chan struct{}
	keys   chan media.Digit // what is pressed there
	once   sync.Once
	end    sync.Once
}

// newPhoneLeg is a telephone at which somebody presses 1 at once.
func newPhoneLeg(t *testing.T, hz float64) *phoneLeg {
	p := newMailbox(t, hz)
	p.keys <- media.Digit{Key: '1'}
	return p
}

// newMailbox is a telephone that answers and presses nothing.
func newMailbox(t *testing.T, hz float64) *phoneLeg {
	p := &phoneLeg{voice: newVoice(hz), ended: make(chan struct{}), hungUp: make(chan struct{}), keys: make(chan media.Digit, 1)}
	t.Cleanup(p.silence)
	return p
}

func (p *phoneLeg) Ended() <-chan struct{}     { return p.ended }
func (p *phoneLeg) Digits() <-chan media.Digit { return p.keys }
func (p *phoneLeg) HangUp()                    { p.once.Do(func() { close(p.hungUp) }) }

// leave hangs up at the far end.
func (p *phoneLeg) leave() { p.end.Do(func() { close(p.ended) }) }
