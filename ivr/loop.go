package ivr

import (
	"time"

	"example.org/hotline/ivr/acd"
	"example.org/hotline/ivr/media"
	"example.org/hotline/ticket"
)

// waits is what a step of the call waits for; an empty field for nothing.
type waits struct {
	ack    bool
	played <-chan struct{}
	after  <-chan time.Time
	keys   bool
	facts  <-chan CallerFacts
	steps  <-chan dialStep // how ringing somebody goes
	talk   *conversation   // what its people want, and whether they are still there
}

// wake is what came first. The zero value means that the call is over.
type wake struct {
	acked, played bool
	passed        bool // waits.after
	key           rune
	facts         CallerFacts
	offer         *acd.Offer       // an agent has answered: join them now
	alone         bool             // nobody who could answer is signed on
	join          *acd.PlaceChange // a supervisor wants to come in, or to leave
	step          *dialStep
	from          *member       // who wants something, or of whom something is known
	command       *AgentCommand // their wish
	gone          bool          // they will not come back
	present       *bool         // an agent dropped out, or is back
	unsent        error         // a key that did not reach a telephone
}

// next is the call's only select. It deals with whatever the far end and the
// node want meanwhile, and returns when the step gets what it waits for or the
// call has a reason to end. A key that comes before a step asks for one (its
// packet may overtake the ACK) waits for that step.
func (c *call) next(w waits) wake {
	if w.keys && c.alive() && len(c.early) > 0 {
		key := c.early[0]
		c.early = c.early[1:]
		return wake{key: key}
	}
	agent, third, boss := w.talk.people()
	for c.alive() {
		select {
		case <-c.whenCancelled():
			c.end(ticket.EndAbandoned)
		case in := <-c.inbox:
			if key := c.serve(in); key != 0 && w.keys {
				return wake{key: key}
			} else if key != 0 {
				c.keep(key)
			}
		case ack := <-c.acks:
			if c.acknowledged(ack) && w.ack {
				return wake{acked: true}
			}
		case <-c.pending.due():
			c.repeatOK()
		case d := <-c.digits():
			if c.rung == nil && !c.presses.Take(d) {
				continue // told before by INFO
			}
			if w.keys {
				return wake{key: d.Key}
			}
			c.keep(d.Key)
		case <-c.mediaLost():
			c.end(ticket.EndMediaLost)
		case <-c.tooLong():
			c.end(ticket.EndMaxDuration)
		case <-c.endpoint.stopping:
			c.end(ticket.EndNodeStopped)
		case <-w.played:
			return wake{played: true}
		case <-w.after:
			return wake{passed: true}
		case facts := <-w.facts:
			return wake{facts: facts}
		case change, open := <-c.queued.changes():
			if w, news := c.placed(change, open); news {
				return w
			}
		case step := <-w.steps:
			return wake{step: &step}
		case cmd := <-agent.commands():
			return wake{from: agent, command: &cmd}
		case cmd := <-third.commands():
			return wake{from: third, command: &cmd}
		case cmd := <-boss.commands():
			return wake{from: boss, command: &cmd}
		case here := <-agent.presence():
			return wake{from: agent, present: &here}
		case err := <-w.talk.keyFaults():
			return wake{unsent: err}
		case err := <-third.keyFaults():
			return wake{unsent: err}
		case <-agent.gone():
			return wake{from: agent, gone: true}
		case <-third.gone():
			return wake{from: third, gone: true}
		case <-boss.gone():
			return wake{from: boss, gone: true}
		case <-c.rung.gone():
			c.end(ticket.EndCallerHung)
		}
	}
	return wake{}
}

// keep holds a key for the step that asks for one. Nobody presses maxEarly keys
// that nobody asked for.
func (c *call) keep(key rune) {
	if len(c.early) < maxEarly {
		c.early = append(c.early, key)
	}
}

const maxEarly = 32

// The channels of what may happen at this stage; nil, which never fires, for
// what may not.

// whenCancelled counts before the answer only (RFC 3261 section 9.2).
func (c *call) whenCancelled() <-chan struct{} {
	if c.accepted.Load() {
		return nil
	}
	return c.cancelled
}

func (c *call) digits() <-chan media.Digit {
	switch {
	case c.rung != nil:
		return c.rung.Digits()
	case c.audio == nil:
		return nil
	}
	return c.audio.Digits()
}

// mediaLost waits for the ACK: a caller that never confirms is no_ack.
func (c *call) mediaLost() <-chan struct{} {
	if c.audio == nil || c.pending != nil {
		return nil
	}
	return c.audio.Lost()
}

func (c *call) tooLong() <-chan time.Time {
	if c.limit == nil {
		return nil
	}
	return c.limit.C
}
