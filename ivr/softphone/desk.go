package softphone

import (
	"context"
	"encoding/json"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"example.org/hotline/area"
	"example.org/hotline/ivr"
	"example.org/hotline/ivr/acd"
	"example.org/hotline/ivr/media"
	"example.org/hotline/ticket"
)

// lookEvery is how often a desk looks whether its agent is still there.
const lookEvery = 200 * time.Millisecond

// taskWithin bounds each act at the queue.
const taskWithin = 5 * time.Second

// signOnAgain is the pause after a seat could not be taken.
const signOnAgain = 2 * time.Second

// taskRoom is how many acts of a browser may wait for the queue.
const taskRoom = 32

// desk is all that is known of one agent who is here. Its fields belong to its
// goroutine (run); others post functions to it.
type desk struct {
	server *Server
	staff  area.Staff
	log    *slog.Logger
	do     chan func()
	poke   chan struct{}
	empty  chan struct{} // closed when nobody holds it any more
	ended  chan struct{} // closed when run has returned
	tasks  tasks

	holders  int                 // under the server's lock
	standing atomic.Pointer[leg] // the leg, for Leg
	seated   atomic.Bool         // signed on, for the patience of sockets

	leader  *socket
	tab     string
	queued  []json.RawMessage // candidates that came before their description
	offered time.Time         // when the last description came

	seat    Seat // nil until the agent is here
	changes <-chan acd.SeatChange
	agent   acd.Agent // the seat as last heard
	offer   *acd.Offer
	leg     *leg               // nil while signed off
	keys    <-chan media.Digit // pressed in the audio of leg
	peer    *peer
	call    *ivr.AgentNews // the present call; nil: none
	joined  ticket.CallID  // the present call, where it was come into as a supervisor
	toldIn  ticket.CallID  // joined, as the seat was last told

	here     bool      // the agent can be rung: heard, and with a socket
	heard    bool      // audio comes
	callTold bool      // whether the agent is heard, as the present call was last told
	wasHere  bool      // since sign-on
	since    time.Time // of here
	told     bool      // whether the agent is here, as the seat was last told
	retryAt  time.Time // not before: take the seat
	taking   bool      // the seat is being taken
}

func newDesk(s *Server, staff area.Staff) *desk {
	return &desk{server: s, staff: staff, log: s.log.With("agent", staff.Login), do: make(chan func()), poke: make(chan struct{}, 1),
		empty: make(chan struct{}), ended: make(chan struct{}), tasks: tasks{wake: make(chan struct{}, 1)}}
}

// run is the desk's goroutine.
func (d *desk) run() {
	defer close(d.ended)
	defer d.server.watch(d, false)
	look := time.NewTicker(lookEvery)
	defer look.Stop()
	for {
		select {
		case f := <-d.do:
			f()
		case c, open := <-d.changes:
			d.seatChanged(c, open)
		case key := <-d.keys:
			d.press(key.Key)
		case <-d.poke:
			d.readNews()
			d.look()
		case <-look.C:
			d.look()
		case <-d.empty:
			return
		case <-d.server.base.Done():
			d.giveUp("")
			return
		}
	}
}

// post runs f in the desk's goroutine. It waits for its turn; what comes after
// the end is dropped, and told so.
func (d *desk) post(f func()) bool {
	select {
	case d.do <- f:
		return true
	case <-d.ended:
		return false
	}
}

// within runs f in the desk's goroutine and waits until it has.
func (d *desk) within(f func()) bool {
	done := make(chan struct{})
	if !d.post(func() { defer close(done); f() }) {
		return false
	}
	<-done
	return true
}

// prod makes the desk look, from wherever; it never blocks.
func (d *desk) prod() {
	select {
	case d.poke <- struct{}{}:
	default:
	}
}

// patience is how long a tab may be silent.
func (d *desk) patience(k *socket) time.Duration {
	if d.seated.Load() && k.leads.Load() {
		return silenceOn
	}
	return silenceOff
}

// say tells the tab that leads, if any.
func (d *desk) say(m Message) {
	if d.leader != nil {
		d.leader.say(m)
	}
}

// arrive makes a tab the leader, unless another leads that it does not want to
// replace. The same tab on a new socket is a reload whose old socket has not
// been missed yet.
func (d *desk) arrive(k *socket, r Request) {
	if d.leader != nil && d.leader != k && d.tab != r.Tab && !r.TakeOver {
		k.say(Message{Type: "taken", ID: r.ID})
		return
	}
	if old := d.leader; old != nil && old != k {
		old.leads.Store(false)
		old.say(Message{Type: "taken"})
		d.watch(false)
	}
	d.leader, d.tab, d.queued = k, r.Tab, nil
	k.leads.Store(true)
	welcome := Message{Type: "welcome", ID: r.ID, Call: d.call}
	desk := d.server.cfg.Desk
	desk.ICEServers = d.server.iceServers()
	welcome.Desk = &desk
	if d.leg != nil {
		seat := d.agent
		welcome.Seat = &seat
	}
	k.say(welcome)
	if d.offer != nil {
		k.say(Message{Type: "ring", Offer: d.offer})
	}
	d.look()
}

// leave notices that a socket has ended.
func (d *desk) leave(k *socket) {
	k.leads.Store(false)
	if d.leader != k {
		return
	}
	d.leader = nil
	d.watch(false)
	d.look()
}

// revoke signs the agent off whose session was ended. A tab that does not lead
// only goes.
func (d *desk) revoke(k *socket) {
	if d.leader == k {
		d.giveUp("revoked")
	}
}

func (d *desk) watch(on bool) { d.server.watch(d, on) }

// seatChanged passes on what the queue says.
func (d *desk) seatChanged(c acd.SeatChange, open bool) {
	if !open { // the line itself gave the seat up
		d.changes = nil
		d.giveUp("")
		return
	}
	d.agent = c.Agent
	switch c.Kind {
	case acd.SeatOffered:
		offer := c.Offer
		d.offer = &offer
		d.say(Message{Type: "ring", Offer: &offer})
	case acd.SeatWithdrawn:
		if d.offer != nil && d.offer.ID == c.Offer.ID {
			d.offer = nil
		}
		d.say(Message{Type: "stop", Offer: &acd.Offer{ID: c.Offer.ID, Call: c.Offer.Call}, Why: c.Why})
	case acd.SeatChanged:
		if c.Agent.State != acd.StateRinging {
			d.offer = nil
		}
	}
	d.saySeat()
}

func (d *desk) saySeat() {
	seat := d.agent
	d.say(Message{Type: "seat", Seat: &seat})
}

// readNews passes on what the call says.
func (d *desk) readNews() {
	if d.leg == nil {
		return
	}
	for _, n := range d.leg.takeNews() {
		switch n.State {
		case released:
			if d.call == nil {
				continue
			}
			n = *d.call // a call that let go without a word
			n.State, n.Reason, n.At = ivr.CallEnded, "released", d.server.deps.Now()
			d.call = nil
		case ivr.CallEnded:
			d.call = nil
		case ivr.CallRefused: // the call itself stands as it did
		default:
			now := n
			d.call = &now
		}
		d.say(Message{Type: "call", Call: &n})
	}
	switch {
	case d.call == nil:
		d.joined = ""
	case d.call.Joined != "": // who takes it over stays in it
		d.joined = d.call.Call
	}
}

// look finds out whether the agent is there, and acts on it: the call is told
// at once, the seat too, and after the grace both are given up.
func (d *desk) look() {
	if d.leg == nil {
		return
	}
	now := time.Now()
	heard := d.leg.hears(now, d.server.cfg.Quiet)
	d.heard = heard
	d.tellCall()
	// A socket that broke in the middle of a conversation does not end it.
	here := heard && (d.leader != nil || d.call != nil)
	if here != d.here {
		d.here, d.since = here, now
		d.wasHere = d.wasHere || here
	}
	d.sit()
	grace := d.server.cfg.Grace
	if !d.wasHere {
		grace = max(grace, d.server.cfg.Connect)
	}
	if !here && now.Sub(d.since) >= grace {
		d.log.Warn("an agent's browser did not come back")
		d.giveUp(acd.PauseDisconnected)
	}
}

// press hands a key on that came in the audio. Between calls nobody wants it.
func (d *desk) press(key rune) {
	if d.call == nil {
		return
	}
	select {
	case d.leg.commands <- ivr.AgentCommand{Verb: ivr.VerbKey, Key: key}:
	default: // the call does not keep up; nobody presses so fast
	}
}

// tellCall keeps the present call told. Between calls nobody is told, so that
// the next does not begin with what happened before it.
func (d *desk) tellCall() {
	switch {
	case d.call == nil:
		d.callTold = true
		d.leg.forgetPresent()
	case d.callTold != d.heard:
		d.callTold = d.heard
		d.leg.tellPresent(d.heard)
	}
}

// sit keeps the seat: taken once the agent is here, told when they drop out and
// come back, and when they listen as a supervisor. What failed is tried again at the next look.
func (d *desk) sit() {
	switch {
	case d.seat != nil && d.told != d.here:
		d.told = d.here
		seat, here := d.seat, d.here
		d.tasks.add(func(context.Context) { seat.Away(!here) })
	case d.seat != nil && d.toldIn != d.joined:
		d.toldIn = d.joined
		seat, call := d.seat, d.joined
		d.tasks.add(func(context.Context) { seat.Join(call) })
	case d.seat == nil && d.here && !d.taking && time.Now().After(d.retryAt):
		d.taking = true
		leg, who := d.leg, d.staff
		d.tasks.add(func(ctx context.Context) { d.take(ctx, leg, who) })
	}
}

// take takes the seat, on the tasks' goroutine.
func (d *desk) take(ctx context.Context, l *leg, who area.Staff) {
	seat, err := d.server.deps.Seats.SignOn(ctx, who)
	if err != nil {
		d.log.Warn("an agent could not be signed on", "error", err)
		d.post(func() { d.taking, d.retryAt = false, time.Now().Add(signOnAgain) })
		return
	}
	taken := false
	d.within(func() {
		if d.taking = false; d.leg != l {
			return // signed off meanwhile
		}
		taken = true
		d.seat, d.changes, d.agent, d.told, d.toldIn = seat, seat.Changes(), seat.Agent(), true, ""
		d.saySeat()
		d.sit()
	})
	if !taken {
		seat.SignOff()
	}
}

// giveUp ends leg and seat, for a reason that the page is told. The queue hears
// that the agent is away before the call hears that the leg is gone.
func (d *desk) giveUp(why acd.PauseReason) {
	d.dropPeer()
	l, seat := d.leg, d.seat
	if l == nil {
		return
	}
	d.standing.Store(nil)
	d.seated.Store(false)
	d.leg, d.keys, d.seat, d.call, d.offer, d.changes = nil, nil, nil, nil, nil, nil
	d.heard, d.here, d.wasHere, d.joined = false, false, false, ""
	d.tasks.add(func(context.Context) {
		if seat != nil {
			seat.Away(true)
		}
		l.close()
		if seat != nil {
			seat.SignOff()
		}
		d.server.release(d)
	})
	d.agent.Status, d.agent.State, d.agent.Reason = acd.StatusSignedOff, acd.StateAway, why
	d.saySeat()
}

// dropPeer closes the present peer without waiting for it.
func (d *desk) dropPeer() {
	if p := d.peer; p != nil {
		d.peer = nil
		d.server.work.Go(p.close)
	}
}

// tasks is what waits to be done at the queue, in order.
type tasks struct {
	mu   sync.Mutex
	list []func(context.Context)
	wake chan struct{}
}

func (t *tasks) add(f func(context.Context)) {
	t.mu.Lock()
	t.list = append(t.list, f)
	t.mu.Unlock()
	select {
	case t.wake <- struct{}{}:
	default:
	}
}

func (t *tasks) size() int {
	t.mu.Lock()
	defer t.mu.Unlock()
	return len(t.list)
}

func (t *tasks) next() func(context.Context) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if len(t.list) == 0 {
		return nil
	}
	f := t.list[0]
	t.list = t.list[1:]
	return f
}

// labour does the tasks one by one, beside the desk's goroutine, which never
// waits for the queue. Once the desk has ended it does what is left: seats are
// given up even when the server stops.
func (d *desk) labour() {
	for {
		for f := d.tasks.next(); f != nil; f = d.tasks.next() {
			ctx, cancel := context.WithTimeout(context.WithoutCancel(d.server.base), taskWithin)
			f(ctx)
			cancel()
		}
		select {
		case <-d.tasks.wake:
		case <-d.ended:
			if d.tasks.size() == 0 {
				return
			}
		}
	}
}
