package softphone

import (
	"context"
	"fmt"
	"runtime/debug"
	"time"

	"example.org/hotline/area"
	"example.org/hotline/ivr"
	"example.org/hotline/ivr/acd"
	"example.org/hotline/ticket"
)

// obey does what a tab asks. A fault of ours costs the request, not the line.
func (d *desk) obey(k *socket, r Request) {
	defer func() {
		if cause := recover(); cause != nil {
			d.log.Error("panic in a softphone's request", "type", r.Type, "cause", cause, "stack", string(debug.Stack()))
			k.answer(r.ID, refuse(codeFailed, "try again"))
		}
	}()
	switch {
	case r.Type == "hello":
		d.arrive(k, r)
	case r.Type == "ping":
		k.say(Message{Type: "pong", ID: r.ID})
	case d.leader == nil:
		k.answer(r.ID, refuse(codeHelloFirst, "say hello first"))
	case d.leader != k:
		k.answer(r.ID, refuse(codeNotLeader, "another tab leads; say hello with take_over"))
	case r.Type == "sign_on":
		d.signOn(k, r)
	case r.Type == "supervise", r.Type == "force", r.Type == "watch":
		d.supervise(k, r)
	case d.leg == nil:
		k.answer(r.ID, refuse(codeNotSignedOn, "sign_on first"))
	default:
		d.obeySeated(k, r)
	}
}

func (d *desk) obeySeated(k *socket, r Request) {
	switch r.Type {
	case "sign_off":
		d.signOff(k, r)
	case "offer":
		d.connect(k, r)
	case "candidate":
		k.answer(r.ID, d.candidate(r))
	case "command":
		k.answer(r.ID, d.command(r))
	case "accept", "reject", "status", "wrap_up_done":
		d.obeyAtSeat(k, r)
	case "call_back":
		d.callBack(k, r)
	}
}

// ask does something at the queue and answers when it is done.
func (d *desk) ask(k *socket, r Request, f func(context.Context) error) {
	if d.tasks.size() >= taskRoom {
		k.answer(r.ID, refuse(codeBusy, "wait for the answers to what you asked"))
		return
	}
	d.tasks.add(func(ctx context.Context) {
		err := f(ctx)
		if err != nil {
			d.log.Info("a softphone's request was not done", "type", r.Type, "error", err)
		}
		k.answer(r.ID, err)
	})
}

// signOn gives the agent a leg. The seat is taken when the browser is
// connected, so that nobody is rung who could not answer. Who is signed on
// already is told so by the seat.
func (d *desk) signOn(k *socket, r Request) {
	if d.leg == nil {
		d.server.hold(d)
		d.staff = k.staff
		d.leg = newLeg(d.staff.ID, d.staff.Login, d.prod)
		d.keys = d.leg.Stream.Digits()
		d.standing.Store(d.leg)
		d.seated.Store(true)
		d.since, d.callTold = time.Now(), true
		d.agent = acd.Agent{ID: d.staff.ID, Login: d.staff.Login, Name: d.staff.Name, Area: d.staff.Area, Node: d.server.cfg.Node,
			Status: acd.StatusAvailable, State: acd.StateAway, Since: d.server.deps.Now()}
	}
	k.answer(r.ID, nil)
	d.saySeat()
}

// signOff gives the seat up, except from the middle of a call.
func (d *desk) signOff(k *socket, r Request) {
	if d.call != nil {
		k.answer(r.ID, refuse(codeInCall, "end the call first"))
		return
	}
	d.giveUp("")
	k.answer(r.ID, nil)
}

// offerSpacing keeps a page that goes round in circles from keeping us busy
// with handshakes.
const offerSpacing = 100 * time.Millisecond

// connect makes a peer of an offer, in place of the one before: each
// RTCPeerConnection of a page has its own.
func (d *desk) connect(k *socket, r Request) {
	if time.Since(d.offered) < offerSpacing {
		k.answer(r.ID, refuse(codeTooFast, "one offer at a time"))
		return
	}
	d.offered = time.Now()
	p, answer, err := d.server.engine.answer(r.SDP, d.leg, func(*peer) { d.prod() })
	if err != nil {
		d.log.Info("a browser's offer was refused", "error", err)
		k.answer(r.ID, err)
		return
	}
	d.dropPeer()
	d.peer = p
	d.leg.use(p)
	k.say(Message{Type: "answer", ID: r.ID, SDP: answer})
	for _, c := range d.queued {
		_ = p.candidate(c) // only a hint: a browser's address is learned from its checks
	}
	d.queued = nil
	d.look()
}

// candidate takes a browser's candidate, or keeps it until its description comes.
func (d *desk) candidate(r Request) error {
	if d.peer != nil && !d.peer.over.Load() {
		return d.peer.candidate(r.Candidate)
	}
	if len(d.queued) >= maxQueued {
		return refuse(codeBusy, "send the offer first")
	}
	d.queued = append(d.queued, r.Candidate)
	return nil
}

// obeyAtSeat does what takes a seat at the queue.
func (d *desk) obeyAtSeat(k *socket, r Request) {
	seat := d.seat
	switch {
	case seat == nil:
		k.answer(r.ID, refuse(codeNoAudio, "the audio is not connected"))
	case r.Type == "status":
		d.ask(k, r, func(context.Context) error { return seat.SetStatus(r.Status, r.Reason) })
	case r.Type == "wrap_up_done":
		d.ask(k, r, func(context.Context) error { seat.WrapUpDone(); return nil })
	case d.offer == nil || d.offer.ID != r.Offer:
		k.answer(r.ID, refuse(codeUnknownOffer, "the call is not offered here any more"))
	case r.Type == "reject":
		d.ask(k, r, func(context.Context) error { seat.Reject(r.Offer); return nil })
	case d.call != nil: // a supervisor who listens: a leg is in one conversation
		k.answer(r.ID, refuse(codeInCall, "end the call first"))
	case !d.heard:
		k.answer(r.ID, refuse(codeNoAudio, "the audio is not connected"))
	default:
		d.ask(k, r, func(context.Context) error { return seat.Answer(r.Offer) })
	}
}

// command hands a wish to the call, which answers by its news.
func (d *desk) command(r Request) error {
	if d.call == nil {
		return refuse(codeNoCall, "there is no call")
	}
	c := ivr.AgentCommand{Verb: r.Verb}
	if r.Key != "" {
		c.Key = rune(r.Key[0])
	}
	if r.Target != nil {
		c.Target = *r.Target
		if c.Target.Kind == ivr.TargetAgent {
			agent, ok := d.server.agent(c.Target.Login)
			if !ok {
				return refuse(codeNobody, "no such agent is signed on")
			}
			c.Target.Agent = agent.ID
		}
	}
	select {
	case d.leg.commands <- c:
		return nil
	default:
		return refuse(codeBusy, "the call has not done yet what you asked before")
	}
}

// supervise is what only supervisors may, each within the area they serve.
func (d *desk) supervise(k *socket, r Request) {
	if k.staff.Role != area.RoleSupervisor {
		k.answer(r.ID, refuse(codeForbidden, "only supervisors may"))
		return
	}
	seats := d.server.deps.Seats
	switch r.Type {
	case "watch":
		d.watch(r.On)
		k.answer(r.ID, nil)
	case "force":
		agent, ok := d.server.agent(r.Login)
		if !ok || !k.staff.Area.Contains(agent.Area) {
			k.answer(r.ID, refuse(codeNobody, "no such agent is signed on"))
			return
		}
		d.ask(k, r, func(context.Context) error { return seats.Force(agent.ID, r.Status, r.Reason) })
	case "supervise":
		switch {
		case d.leg == nil:
			k.answer(r.ID, refuse(codeNotSignedOn, "sign_on first: it takes a leg to listen"))
		case !d.heard && r.Mode != acd.JoinLeave:
			k.answer(r.ID, refuse(codeNoAudio, "the audio is not connected"))
		case d.call != nil && string(d.call.Call) != r.Call && r.Mode != acd.JoinLeave:
			k.answer(r.ID, refuse(codeInCall, "end the call first"))
		default:
			d.ask(k, r, func(ctx context.Context) error { return d.server.join(ctx, k.staff.ID, ticket.CallID(r.Call), r.Mode) })
		}
	}
}

// join brings a supervisor into a conversation, if it is one of their area, or
// out of it, wherever it is.
func (s *Server) join(ctx context.Context, who area.StaffID, call ticket.CallID, mode acd.JoinMode) error {
	switch {
	case mode == acd.JoinLeave:
	case s.deps.Supervise == nil:
		return refuse(codeUnavailable, "nobody comes into a conversation of this node")
	default:
		if err := s.deps.Supervise(ctx, who, call, mode); err != nil {
			return err
		}
	}
	return s.deps.Seats.AskJoin(call, who, s.cfg.Node, mode)
}

// callBack rings the citizen of a task.
func (d *desk) callBack(k *socket, r Request) {
	switch {
	case d.server.deps.CallBacks == nil:
		k.answer(r.ID, refuse(codeUnavailable, "this node rings no citizens"))
	case d.call != nil:
		k.answer(r.ID, refuse(codeInCall, "end the call first"))
	case !d.heard:
		k.answer(r.ID, refuse(codeNoAudio, "the audio is not connected"))
	default:
		d.ask(k, r, func(ctx context.Context) error {
			if err := d.server.deps.CallBacks.CallBack(ctx, d.staff.ID, r.Task); err != nil {
				return fmt.Errorf("ring for task %s: %w", r.Task, err)
			}
			return nil
		})
	}
}
