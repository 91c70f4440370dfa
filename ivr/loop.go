package ivr

import (
	"time"

	"github.com/emiago/sipgo/sip"

	"example.org/hotline/ivr/media"
	"example.org/hotline/ticket"
)

// waits is what a step of the flow waits for; an empty field for nothing.
type waits struct {
	ack    bool
	played <-chan struct{}
	after  <-chan time.Time
	keys   bool
}

// wake is what came first. The zero value means the call is over or the
// waits.after has passed.
type wake struct {
	acked, played bool
	key           rune
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
			return wake{}
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
	if c.audio == nil {
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

// pendingOK is a 200 to an INVITE or re-INVITE that has not been acknowledged.
type pendingOK struct {
	res      *sip.Response
	tx       sip.ServerTransaction
	in       *inbound // the re-INVITE whose handler waits; nil for the first INVITE
	cseq     uint32
	interval time.Duration
	until    time.Time
	timer    *time.Timer
}

func (p *pendingOK) due() <-chan time.Time {
	if p == nil {
		return nil
	}
	return p.timer.C
}

func (p *pendingOK) stop() {
	p.timer.Stop()
	if p.in != nil {
		close(p.in.done)
	}
}

// sendOK answers an INVITE and starts the retransmission that is the user
// agent's own duty (RFC 3261 section 13.3.1.4). sipgo has one, which neither
// doubles nor ends.
func (c *call) sendOK(req *sip.Request, tx sip.ServerTransaction, body []byte, in *inbound) {
	res := c.response(req, 200, "OK", body)
	first := c.endpoint.cfg.T1
	c.pending = &pendingOK{res: res, tx: tx, in: in, cseq: req.CSeq().SeqNo, interval: first,
		until: time.Now().Add(64 * first), timer: time.NewTimer(first)}
	_ = tx.Respond(res) // a lost answer is sent again below
}

// repeatOK sends the 200 again, T1 doubling up to T2, and after 64*T1 gives up:
// the call then ends with a BYE.
func (c *call) repeatOK() {
	p, now := c.pending, time.Now()
	if !now.Before(p.until) {
		c.end(ticket.EndNoACK)
		return
	}
	_ = p.tx.Respond(p.res)
	p.interval = min(2*p.interval, c.endpoint.cfg.T2)
	p.timer.Reset(min(p.interval, p.until.Sub(now)))
}

// acknowledged takes an ACK. It reports whether it is that of the 200 we wait
// for; where that carried our offer, the ACK must bring the answer.
func (c *call) acknowledged(ack *sip.Request) bool {
	if c.pending == nil || ack.CSeq().SeqNo != c.pending.cseq {
		return false
	}
	c.pending.stop()
	c.pending = nil
	if c.owed {
		c.owed = false
		if err := c.takeAnswer(ack); err != nil {
			c.log.Warn("the answer to our offer is refused", "error", err)
			c.end(ticket.EndBadSDP)
			return false
		}
	}
	c.audio.Start(c.peer) // and from now on its silence counts
	return true
}

func (c *call) takeAnswer(ack *sip.Request) error {
	if len(ack.Body()) == 0 || contentType(ack) != "application/sdp" {
		return errNoAnswer
	}
	peer, err := c.endpoint.rules.Accept(ack.Body(), c.local)
	if err != nil {
		return err
	}
	c.peer = peer
	return nil
}
