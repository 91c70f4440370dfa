package ivr

import (
	"time"

	"github.com/emiago/sipgo/sip"

	"example.org/hotline/ticket"
)

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
