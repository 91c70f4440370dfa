package ivr

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"

	"example.org/hotline/area"
	"example.org/hotline/internal/act"
	"example.org/hotline/ivr/acd"
	"example.org/hotline/ivr/media"
	"example.org/hotline/ticket"
)

// CallBackOrder is a citizen who is owed a call, and the agent who makes it.
type CallBackOrder struct {
	Agent  area.StaffID
	Call   ticket.CallID // the call that it is owed for: events and recordings are kept with it
	Ticket ticket.Number
	To     string // the number bound to the ticket, E.164 (SECURITY T2)
	Queue  string // the queue that the agent's wrap-up goes by
}

// Why a citizen could not be rung back, beside what Outbound and Queue.Engage fail with.
var (
	ErrNoDesk   = act.Refused("no_desk", "Your desk is not connected to this server; wait for the sound and try again.")
	ErrGivenUp  = errors.New("the agent has given the call up")
	ErrDraining = act.Refused("draining", "This server is being stopped and begins no new calls; reload the page and try again.")
	errStopping = errors.New("the node is stopping")
)

// CallBack begins to ring a citizen, to join them to the agent's standing leg, or
// says why it does not. rung hears once, on a goroutine of its own, how the ringing
// ended: nil when they have answered. The conversation goes on by itself, with all
// that an agent may do, until either hangs up. While it rings the agent hears so,
// and hanging up gives it up. It makes no ticket.
func (e *Endpoint) CallBack(ctx context.Context, o CallBackOrder, rung func(error)) error {
	if e.deps.Outbound == nil {
		return errNoPhone
	}
	if e.draining.Load() {
		return ErrDraining
	}
	leg, ok := AgentLeg(nil), false
	if e.deps.Legs != nil {
		leg, ok = e.deps.Legs.Leg(o.Agent)
	}
	if !ok {
		return fmt.Errorf("call back by agent %d: %w", o.Agent, ErrNoDesk)
	}
	if e.deps.Queue != nil {
		if err := e.deps.Queue.Engage(o.Agent, acd.Offer{Call: o.Call, Ticket: o.Ticket, Queue: o.Queue, At: e.now()}); err != nil {
			return fmt.Errorf("call back by agent %d: %w", o.Agent, err)
		}
	}
	c := newActiveCall(e, callKey{}, ticket.Call{ID: o.Call, Number: o.Ticket, NodeID: e.cfg.NodeID, InvitedAt: e.now()}, hop{}, "")
	c.log = c.log.With(slog.String("ticket", string(o.Ticket)))
	c.diary.log, c.tapes.call, c.tapes.number = c.log, o.Call, o.Ticket
	c.accepted.Store(true)
	var once sync.Once
	tell := func(err error) { once.Do(func() { e.work.start(func() { rung(err) }) }) }
	e.calls.begin()
	e.work.start(func() {
		defer e.calls.finish()
		c.ringBack(ctx, deskMember(leg, roleAgent), o, tell)
	})
	return nil
}

// ringBack is the whole call-back. Its goroutine is the conversation's.
func (c *call) ringBack(ctx context.Context, agent *member, o CallBackOrder, tell func(error)) {
	defer func() {
		if p := recover(); p != nil {
			c.log.Error("call-back: panic", slog.Any("panic", p))
			c.end(ticket.EndFailed)
		}
		c.letGo()
		if c.rung != nil {
			c.rung.phone.HangUp()
			c.measure(legCitizen, c.rung.Stats())
		}
		c.diary.flush()
		tell(errStopping) // counts where nothing else has been said
	}()
	if err := c.fetchCitizen(ctx, agent, o); err != nil {
		c.dismiss(agent, reasonOf(err))
		c.free(agent)
		tell(err)
		return
	}
	c.tape = c.tapes.begin(c.rung.Party, legCitizen, false)
	tell(nil)
	c.talkTo(agent, false, 0) //nolint:contextcheck // the conversation goes on when who asked for it has been answered
}

// fetchCitizen rings the citizen, while the agent hears the tone of it.
func (c *call) fetchCitizen(ctx context.Context, agent *member, o CallBackOrder) error {
	tone := playing{agent.Loop(ringbackTone())}
	defer tone.stop()
	agent.tell(AgentNews{State: CallConsulting, Call: c.record.ID, Ticket: c.record.Number, At: c.endpoint.now()})
	//nolint:contextcheck // stopDialling ends it, and below does so when ctx ends
	c.dialing = c.dial(func(context.Context) ([]candidate, error) {
		return []candidate{c.phone(OutboundCall{To: o.To, Purpose: "callback", By: o.Agent, Ticket: o.Ticket, Ring: ringTime}, "", 0)}, nil
	})
	defer c.stopDialling()
	alone := &conversation{call: c, agent: agent}
	for c.alive() {
		w := c.next(waits{steps: c.ringSteps(), talk: alone, played: ctx.Done()})
		switch {
		case w.played:
			return context.Cause(ctx)
		case w.gone, w.command != nil && w.command.Verb == VerbHangUp:
			return ErrGivenUp
		case w.step != nil && w.step.member != nil:
			c.rung = w.step.member
			return nil
		case w.step != nil && w.step.failed != nil:
			return w.step.failed
		}
	}
	return errStopping
}

// citizen is the citizen's end: of the call that came in, or of the one we made.
func (c *call) citizen() media.Party {
	if c.rung != nil {
		return c.rung.Party
	}
	return c.audio
}
