package ivr_test

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/pion/rtp"

	"example.org/hotline/area"
	"example.org/hotline/internal/pulse"
	"example.org/hotline/ivr"
	"example.org/hotline/ivr/acd"
	"example.org/hotline/ivr/caller"
	"example.org/hotline/ivr/media"
	"example.org/hotline/ivr/queue"
	"example.org/hotline/ticket"
)

// Who speaks in these tests has a tone of their own, by which the others find
// them; so have music and announcements.
const (
	musicHz    = 600.0
	announceHz = 800.0
	citizenHz  = 1100.0
	anHz       = 1900.0 // agent an
	boHz       = 2300.0 // agent bo
	bossHz     = 2700.0
	phoneHz    = 3100.0
)

// ears keep what somebody has heard lately.
type ears struct {
	mu     sync.Mutex
	frames [][]int16
	total  map[float64]int // packets with the tone in it
}

// window is how many packets count as now.
const window = 6

func (e *ears) hear(pcm []int16) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.frames = append(e.frames, slices.Clone(pcm)); len(e.frames) > window {
		e.frames = e.frames[1:]
	}
	if e.total == nil {
		e.total = map[float64]int{}
	}
	for _, hz := range []float64{greetingHz, musicHz, announceHz, goodbyeHz, citizenHz, anHz, boHz, bossHz, phoneHz} {
		if media.ToneShare(pcm, hz) > 0.15 {
			e.total[hz]++
		}
	}
}

// heard counts the packets in which a tone has been heard.
func (e *ears) heard(hz float64) int {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.total[hz]
}

// hears tells whether exactly these tones have sounded in each of the last packets.
func (e *ears) hears(want ...float64) bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	if len(e.frames) < window {
		return len(want) == 0
	}
	for _, hz := range []float64{greetingHz, musicHz, announceHz, citizenHz, anHz, boHz, bossHz, phoneHz} {
		for _, pcm := range e.frames {
			if (media.ToneShare(pcm, hz) > 0.15) != slices.Contains(want, hz) {
				return false
			}
		}
	}
	return true
}

// voice is a party of the tests: a stream whose far end speaks one tone and has ears.
type voice struct {
	*media.Stream
	ears
	silence func() // ends it
}

func newVoice(hz float64) *voice {
	v := &voice{}
	v.Stream = media.NewStream(media.StreamOptions{Write: func(packet []byte) error {
		var p rtp.Packet
		if err := p.Unmarshal(packet); err == nil && p.PayloadType == 8 {
			v.hear(media.PCMA.Decode(p.Payload))
		}
		return nil
	}})
	v.Start(media.Peer{Codec: media.PCMA, AudioType: 8, EventType: 101, Send: true, Receive: true})
	over, done := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(done)
		v.speak(hz, over)
	}()
	v.silence = sync.OnceFunc(func() { close(over); <-done; v.Close() })
	return v
}

func (v *voice) speak(hz float64, over chan struct{}) {
	tone := media.PCMA.Encode(media.Tone(hz, 8000, media.SampleRate)) // 50 packets, whole periods
	tick := time.NewTicker(media.FrameTime)
	defer tick.Stop()
	p := rtp.Packet{Header: rtp.Header{Version: 2, PayloadType: 8, SSRC: 1}}
	for n := 0; ; n++ {
		select {
		case <-over:
			return
		case now := <-tick.C:
			p.SequenceNumber, p.Timestamp = p.SequenceNumber+1, p.Timestamp+media.FrameSamples
			at := n % 50 * media.FrameSamples
			p.Payload = tone[at : at+media.FrameSamples]
			v.Receive(&p, now)
		}
	}
}

// desk is an agent at work: a seat in the real queue and a leg whose far end speaks.
type desk struct {
	*voice
	t        *testing.T
	id       area.StaffID
	login    string
	seat     *queue.Seat
	commands chan ivr.AgentCommand
	present  chan bool
	gone     chan struct{}

	mu        sync.Mutex
	news      []ivr.AgentNews
	offers    []acd.Offer
	withdrawn []string
	released  int
	answering bool // every offer is answered at once
	broken    bool // what it is told makes it panic
}

func (d *desk) Agent() area.StaffID               { return d.id }
func (d *desk) Login() string                     { return d.login }
func (d *desk) Commands() <-chan ivr.AgentCommand { return d.commands }
func (d *desk) Present() <-chan bool              { return d.present }
func (d *desk) Gone() <-chan struct{}             { return d.gone }

func (d *desk) Tell(n ivr.AgentNews) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.broken {
		panic("planted")
	}
	d.news = append(d.news, n)
}

// breakDown makes the leg panic at the next word of its call.
func (d *desk) breakDown() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.broken = true
}

func (d *desk) Release() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.released++
}

// watch follows the seat until it is given up.
func (d *desk) watch() {
	for c := range d.seat.Changes() {
		d.mu.Lock()
		switch c.Kind {
		case acd.SeatOffered:
			d.offers = append(d.offers, c.Offer)
		case acd.SeatWithdrawn:
			d.withdrawn = append(d.withdrawn, c.Why)
		case acd.SeatChanged: // asked for by in
		}
		answer := d.answering && c.Kind == acd.SeatOffered
		d.mu.Unlock()
		if answer {
			_ = d.seat.Answer(c.Offer.ID) // the caller may have left
		}
	}
}

// answerAll answers every offer at once from now on.
func (d *desk) answerAll() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.answering = true
}

// do wants something done with the call.
func (d *desk) do(verb ivr.AgentVerb, to ...ivr.Target) {
	cmd := ivr.AgentCommand{Verb: verb}
	if len(to) > 0 {
		cmd.Target = to[0]
	}
	d.commands <- cmd
}

func (d *desk) rung() (offer acd.Offer) {
	d.t.Helper()
	d.until("an offer to "+d.login, func() bool {
		if len(d.offers) == 0 {
			return false
		}
		offer = d.offers[len(d.offers)-1]
		return true
	})
	return offer
}

// answer takes the next offer.
func (d *desk) answer() acd.Offer {
	d.t.Helper()
	o := d.rung()
	if err := d.seat.Answer(o.ID); err != nil {
		d.t.Fatalf("%s answers: %v", d.login, err)
	}
	d.mu.Lock()
	d.offers = nil
	d.mu.Unlock()
	return o
}

// told waits for news of a state.
func (d *desk) told(state ivr.CallState) (n ivr.AgentNews) {
	d.t.Helper()
	d.until(fmt.Sprintf("%s is told %q", d.login, state), func() bool {
		if len(d.news) == 0 {
			return false
		}
		n = d.news[len(d.news)-1]
		return n.State == state
	})
	return n
}

func (d *desk) until(what string, reached func() bool) {
	d.t.Helper()
	await(d.t, what, func() bool {
		d.mu.Lock()
		defer d.mu.Unlock()
		return reached()
	})
}

func (d *desk) in(state acd.State) {
	d.t.Helper()
	await(d.t, fmt.Sprintf("%s to be %s", d.login, state), func() bool { return d.seat.Agent().State == state })
}

// await looks again and again until something holds.
func await(t *testing.T, what string, ok func() bool) {
	t.Helper()
	deadline := time.NewTimer(patience)
	defer deadline.Stop()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for !ok() {
		select {
		case <-deadline.C:
			t.Fatalf("waited in vain: %s", what)
		case <-tick.C:
		}
	}
}

// centre is a line with a queue and everything else that a call may need.
type centre struct {
	*line
	t     *testing.T
	hub   *queue.Hub
	tapes *tapeRack
	out   *exchange
	leave func() // the node leaves the queue

	mu   sync.Mutex
	legs map[area.StaffID]*desk
}

func (c *centre) Leg(agent area.StaffID) (ivr.AgentLeg, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	d, ok := c.legs[agent]
	return d, ok
}

// agentFlow is a queue with its ways out, short.
const agentFlow = `
version: agents-1
numbers: ["*"]
start: wait
after_answer: number
transfer_list: {fire: {number: "119", title: fire}}
nodes:
  wait:
    queue:
      name: aid
      opening: [greeting]
      music: music
      max_wait: 60s
      keys: {1: urgent, 2: promise, 3: secret, 9: fire}
      announcements: [{after: 5s, every: 30s, prompts: [announcement]}]
      timeout: duty
      no_agent: duty
  urgent: {set: {priority: P1, next: again}}
  again: {resume: {queue: wait, prompts: [one_pressed]}}
  promise: {callback: {prompts: [goodbye], next: number, failed: duty}}
  secret: {gather: {prompts: [number_please], min: 2, max: 6, terminator: "#", timeout: 5s, between: 5s, secret: true, retries: 0, next: again, otherwise: again}}
  fire: {transfer: {to: fire, failed: duty}}
  duty: {ring: {duty: [township, county], each: 25s, music: music, nobody: mail}}
  mail: {voicemail: {prompts: [announcement], longest: 30s, silence: 3s, next: number}}
  number: {say: {what: ticket, before: [ticket_number_is], next: goodbye}}
  goodbye: {hangup: {prompts: [goodbye]}}
`

func agentPrompts() media.PromptSet {
	set := testPrompts()
	tone := func(hz float64, length time.Duration) media.Prompt {
		return media.NewPrompt(media.Tone(hz, 8000, int(length*media.SampleRate/time.Second)))
	}
	set["music"], set["announcement"], set["number_please"] = tone(musicHz, 2*time.Second), tone(announceHz, 5*time.Second), tone(announceHz, 200*time.Millisecond)
	return set
}

func queueRules() acd.Config {
	return acd.Config{Queues: []acd.Queue{{Key: "aid", Zh: "救助", En: "aid", Ring: 2 * time.Minute, WrapUp: time.Hour, RejectDelay: 10 * time.Minute,
		BusyDelay: 10 * time.Minute, NoAnswerDelay: 10 * time.Minute, AutoPause: 3, PreferFor: 10 * time.Second}}}
}

// open runs a centre whose flow and settings may be changed.
func open(t *testing.T, settings ...setting) *centre {
	t.Helper()
	return openNode(t, "test", nil, settings...)
}

// openNode is a centre as one node of several, which share their queue in Redis.
func openNode(t *testing.T, name string, redis *pulse.Client, settings ...setting) *centre {
	t.Helper()
	c := &centre{t: t, legs: map[area.StaffID]*desk{}, tapes: newTapeRack(), out: newExchange(t)}
	c.hub = queue.New(queue.Options{Node: name, Redis: redis, Config: queueRules(), Logger: slog.New(slog.DiscardHandler)})
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() { defer close(done); _ = c.hub.Run(ctx) }()
	c.leave = func() { cancel(); <-done }
	c.line = start(t, append([]setting{func(cfg *ivr.Config, d *ivr.Deps) {
		cfg.NodeID = name
		d.Flows, d.Prompts = flowOf(agentFlow), agentPrompts()
		d.Queue, d.Legs, d.Recorder, d.Outbound, d.Contacts = c.hub, c, c.tapes, c.out, c.out
		d.Emergency = map[string]string{"120": "120"}
	}}, settings...)...)
	t.Cleanup(func() {
		c.stop()
		c.leave()
		c.mu.Lock()
		defer c.mu.Unlock()
		for _, d := range c.legs {
			d.silence()
		}
	})
	return c
}

// signOn seats an agent with a tone of their own.
func (c *centre) signOn(id area.StaffID, login string, hz float64) *desk {
	c.t.Helper()
	d := &desk{voice: newVoice(hz), t: c.t, id: id, login: login, commands: make(chan ivr.AgentCommand, 16), present: make(chan bool, 1), gone: make(chan struct{})}
	var err error
	if d.seat, err = c.hub.SignOn(acd.Agent{ID: id, Login: login, Name: login, Queues: []string{"aid"}}); err != nil {
		c.t.Fatal(err)
	}
	go d.watch()
	c.mu.Lock()
	defer c.mu.Unlock()
	c.legs[id] = d
	return d
}

func (c *centre) an() *desk { return c.signOn(1, "an", anHz) }
func (c *centre) bo() *desk { return c.signOn(2, "bo", boHz) }

// citizen is somebody who has called and speaks a tone all the time.
type citizen struct {
	ears
	t      *testing.T
	hangUp context.CancelFunc
	over   chan caller.Result
}

var citizenWAV = media.EncodeWAV(media.Tone(citizenHz, 8000, 90*media.SampleRate))

// call places a call and returns once it is answered.
func (c *centre) call(change ...func(*caller.Options)) *citizen {
	c.t.Helper()
	p := &citizen{t: c.t, over: make(chan caller.Result, 1)}
	ctx, cancel := context.WithCancel(context.Background())
	p.hangUp = cancel
	answered := make(chan struct{})
	o := caller.Options{Target: "12349@" + c.udp().String(), From: "13800000001", PlayWAV: citizenWAV, OnSound: p.hear, OnEvent: func(e caller.Event) {
		if e.Kind == caller.EventAnswered {
			close(answered)
		}
	}}
	for _, f := range change {
		f(&o)
	}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		r, err := caller.Dial(ctx, o)
		if err != nil {
			c.t.Errorf("call: %v", err)
		}
		p.over <- r
	}()
	c.t.Cleanup(func() { cancel(); <-ended })
	select {
	case <-answered:
	case <-time.After(patience):
		c.t.Fatal("the call was not answered")
	}
	return p
}

// ends waits for the end of the call, whoever ends it.
func (p *citizen) ends() caller.Result {
	p.t.Helper()
	select {
	case r := <-p.over:
		return r
	case <-time.After(patience):
		p.t.Fatal("the call did not end")
	}
	return caller.Result{}
}

// only waits until exactly these tones are heard.
func only(t *testing.T, who string, e *ears, want ...float64) {
	t.Helper()
	await(t, fmt.Sprintf("%s to hear %v only", who, want), func() bool { return e.hears(want...) })
}

// happened lists the kinds of what the call's record was told, with what tells
// them apart.
func (l logged) happened() (all []ticket.CallEventKind) {
	for _, e := range l.events {
		all = append(all, e.Kind)
	}
	return all
}

func (l logged) event(kind ticket.CallEventKind) (found ticket.CallEvent, times int) {
	for _, e := range l.events {
		if e.Kind == kind {
			found = e
			times++
		}
	}
	return found, times
}
