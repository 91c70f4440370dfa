package ivr

import (
	"context"
	"log/slog"
	"time"

	"github.com/emiago/sipgo/sip"

	"example.org/hotline/internal/failpoint"
	"example.org/hotline/ticket"
)

// maxShedding is how many refused calls may be on their way to disk at once.
// Above it an INVITE is dropped as if lost: its sender repeats it.
const maxShedding = 256

// openTimeout bounds how long a call may take to get onto disk.
const openTimeout = 10 * time.Second

// verdict is what becomes of a request: on to sipgo, an answer, or neither.
type verdict struct {
	pass   bool
	answer *refusal
	tag    string // To tag of the answer, where the call has one
	then   func() // done after the answer was sent; nil for nothing
}

var (
	passOn  = verdict{pass: true}
	dropped = verdict{}
)

func answered(r *refusal) verdict { return verdict{answer: r} }

// admit decides about one request. It runs on the reader's goroutine and never
// waits for anything but the table's lock.
func (e *Endpoint) admit(req *sip.Request, size int, h hop) verdict {
	fault := validate(req)
	if size > maxMessage {
		fault = refuse(513, "Message Too Large")
	}
	if fault != nil && (req.IsAck() || !identified(req)) {
		return answered(fault)
	}
	tagged := req.To().Params.Has("tag")
	switch {
	case req.IsInvite() && !tagged && h.trunk.peer != nil:
		return e.admitNode(fault)
	case req.IsInvite() && !tagged:
		return e.admitInvite(req, h, fault)
	case fault != nil:
		return answered(fault)
	case req.IsCancel():
		return e.cancel(req, h)
	case req.IsAck():
		return e.acknowledge(req, h)
	case tagged:
		return e.admitInDialog(req, h)
	case req.Method == sip.OPTIONS:
		return answered(e.options())
	}
	return answered(refuse(481, "Call/Transaction Does Not Exist"))
}

// admitInvite decides about the first INVITE of a dialog.
func (e *Endpoint) admitInvite(req *sip.Request, h hop, fault *refusal) verdict {
	number, ours := e.numbers.target(&req.Recipient)
	if fault == nil && !ours {
		return answered(e.notOurs(req))
	}
	if !ours {
		return answered(fault)
	}
	k := callKey{h.trunk.Name, req.CallID().Value()}
	t := e.calls
	t.mu.Lock()
	defer t.mu.Unlock()
	if known := t.entries[k]; known != nil {
		if v, done := e.repeated(known, req); done {
			return v
		}
	}
	return e.newCall(k, req, h, number, fault)
}

// notOurs answers a call to a number that is not served. It is nobody's call:
// no ticket. Max-Forwards 0 matters only here, where a proxy would have to pass
// the request on (RFC 3261 section 16.3); calls to our own numbers are served
// whatever it says, as RFC 4475 wants of an endpoint.
func (e *Endpoint) notOurs(req *sip.Request) *refusal {
	if m := req.MaxForwards(); m != nil && m.Val() == 0 {
		return refuse(483, "Too Many Hops")
	}
	return refuse(404, "Not Found")
}

// repeated decides about an INVITE whose Call-ID is known: a retransmission
// goes to its transaction, one that came by another path is a loop (RFC 3261
// section 8.2.2.2), and a refused one gets its answer again. It reports false
// where the caller tries again. The table is locked.
func (e *Endpoint) repeated(known *entry, req *sip.Request) (verdict, bool) {
	branch, _ := req.Via().Params.Get("branch")
	switch {
	case known.refusal == nil && known.endedAt.IsZero() && known.call == nil:
		return dropped, true // still on its way to disk
	case e.triedAnew(known, req):
		return verdict{}, false
	case known.refusal != nil:
		return answered(known.refusal), true
	case known.branch == branch:
		return passOn, true
	}
	return answered(refuse(482, "Loop Detected")), true
}

// triedAnew recognises a caller whom we refused and who asks differently: the
// same Call-ID with the next CSeq, without the extension or with another offer
// (RFC 3261 section 8.1.3.5), after a 503 not before its Retry-After. It is the
// same call and has its ticket already.
func (e *Endpoint) triedAnew(known *entry, req *sip.Request) bool {
	if known.endedAt.IsZero() || known.answered || req.CSeq().SeqNo <= known.cseq {
		return false
	}
	return known.refusal == nil || known.refusal.status != 503 || time.Since(known.endedAt) >= e.cfg.RetryAfter
}

// newCall gives an INVITE a place, or refuses it once it is on disk. The table
// is locked.
func (e *Endpoint) newCall(k callKey, req *sip.Request, h hop, number string, fault *refusal) verdict {
	t := e.calls
	branch, _ := req.Via().Params.Get("branch")
	fromTag, _ := req.From().Params.Get("tag")
	known := &entry{branch: branch, fromTag: fromTag, cseq: req.CSeq().SeqNo, admittedAt: time.Now()}
	c := e.record(req, h, number)
	overCap := t.live >= e.cfg.MaxCalls || e.transactions.Load() >= int64(e.cfg.MaxTransactions)
	busy := refuse(503, "Service Unavailable", retryAfter(int(e.cfg.RetryAfter.Seconds())))
	shed := func(r *refusal, reason ticket.EndReason) verdict {
		return e.shed(k, known, c, r, reason, func() { e.gate.reply(req, h, r, "") })
	}
	switch {
	case fault != nil:
		return shed(fault, ticket.EndFailed)
	case e.draining.Load():
		return shed(busy, ticket.EndDraining)
	case overCap:
		return shed(busy, ticket.EndBusy)
	}
	known.call = newActiveCall(e, k, c, h, fromTag)
	t.entries[k] = known
	t.live++
	t.calls++
	return passOn
}

// record is the row of a call that has just come in.
func (e *Endpoint) record(req *sip.Request, h hop, number string) ticket.Call {
	phone := callerOf(req, h.trunk)
	return ticket.Call{ID: newCallID(), NodeID: e.cfg.NodeID, SIPCallID: req.CallID().Value(), Trunk: h.trunk.Name,
		FromRaw: phone.Raw, FromE164: phone.E164, To: number, InvitedAt: e.now()}
}

// shed puts a call on disk that will not be taken, and only then refuses it:
// the citizen has a ticket and is called back. The table is locked.
func (e *Endpoint) shed(k callKey, known *entry, c ticket.Call, r *refusal, reason ticket.EndReason, reply func()) verdict {
	select {
	case e.shedding <- struct{}{}:
	default:
		return dropped
	}
	e.calls.entries[k] = known
	e.calls.calls++
	e.work.start(func() {
		defer func() { <-e.shedding }()
		defer e.recoverShed(k)
		failpoint.Hit(failpoint.InviteBeforeOpen)
		ctx, cancel := context.WithTimeout(context.Background(), openTimeout)
		defer cancel()
		receipt, err := e.callLog.Open(ctx, c)
		if err != nil {
			e.log.Error("ALARM: a refused call could not be put on disk", slog.String("call_id", string(c.ID)), slog.Any("error", err))
		} else {
			e.logEnd(receiptID(receipt, c), reason)
		}
		e.calls.refusedWith(k, r, reason, time.Now())
		reply()
	})
	return dropped
}

// keepUnreadable puts a call on disk whose INVITE the parser gave up on, as far
// as it can be made out, before it is refused: a citizen has dialled all the same.
func (e *Endpoint) keepUnreadable(inv unreadInvite, h hop, reply func()) {
	number, ours := e.numbers[dialled(inv.user)]
	if !ours {
		reply()
		return
	}
	k := callKey{h.trunk.Name, inv.callID}
	t := e.calls
	t.mu.Lock()
	defer t.mu.Unlock()
	if known := t.entries[k]; known != nil {
		if known.call != nil || known.refusal != nil {
			reply()
		}
		return
	}
	c := ticket.Call{ID: newCallID(), NodeID: e.cfg.NodeID, SIPCallID: inv.callID, Trunk: h.trunk.Name, To: number, InvitedAt: e.now()}
	e.shed(k, &entry{admittedAt: time.Now()}, c, refuse(400, "Bad Request"), ticket.EndFailed, reply)
}

// keepLost records a call that was let through and never began.
func (e *Endpoint) keepLost(c *call) {
	e.log.Error("a call never began", slog.String("call_id", string(c.record.ID)))
	if c.open() {
		c.end(ticket.EndFailed)
	}
	close(c.over)
	c.settle()
}

// recoverShed forgets the INVITE after a fault of ours, so that its repetition is tried again.
func (e *Endpoint) recoverShed(k callKey) {
	if p := recover(); p != nil {
		e.calls.forget(k)
		e.log.Error("refused call: panic", slog.Any("panic", p))
	}
}

// dialogOf returns the live or lately ended call a request belongs to: its
// Call-ID, both tags and the trunk have to fit.
func (e *Endpoint) dialogOf(req *sip.Request, h hop) *call {
	known := e.calls.find(callKey{h.trunk.Name, req.CallID().Value()})
	if known == nil {
		return nil
	}
	from, _ := req.From().Params.Get("tag")
	to, _ := req.To().Params.Get("tag")
	c := e.calls.callOf(known)
	if c == nil || from != known.fromTag || to != c.localTag {
		return nil
	}
	return c
}

// admitInDialog lets the requests of a known dialog through.
func (e *Endpoint) admitInDialog(req *sip.Request, h hop) verdict {
	if e.dialogues.of(req, h) == nil && e.dialogOf(req, h) == nil {
		return answered(refuse(481, "Call/Transaction Does Not Exist"))
	}
	return passOn
}

// acknowledge hands an ACK of a 2xx to its call: such an ACK belongs to no
// transaction (RFC 3261 section 13.3.1.4). Every other goes to sipgo.
func (e *Endpoint) acknowledge(req *sip.Request, h hop) verdict {
	if d := e.dialogues.of(req, h); d != nil {
		select {
		case d.acks <- req:
		default: // a repetition
		}
		return dropped
	}
	if c := e.dialogOf(req, h); c != nil && c.accepted.Load() {
		select {
		case c.acks <- req:
		default: // a repetition while an earlier one is still unread
		}
		return dropped
	}
	return passOn
}

// cancel answers CANCEL and tells the call. sipgo would answer the INVITE by
// itself, in the middle of whatever the call is sending; here the call's own
// loop does it, so that 487 and 200 can never both go out (RFC 3261 9.2).
func (e *Endpoint) cancel(req *sip.Request, h hop) verdict {
	known := e.calls.find(callKey{h.trunk.Name, req.CallID().Value()})
	branch, _ := req.Via().Params.Get("branch")
	if known == nil || known.branch != branch || known.cseq != req.CSeq().SeqNo {
		return answered(refuse(481, "Call/Transaction Does Not Exist"))
	}
	v := answered(refuse(200, "OK"))
	if c := e.calls.callOf(known); c != nil {
		// The 200 leaves first: many user agents take the 487 before it for a fault.
		v.tag, v.then = c.localTag, c.cancel
	}
	return v
}

// options tells a trunk's monitor how we are (RFC 3261 section 11.2).
func (e *Endpoint) options() *refusal {
	if e.draining.Load() {
		return refuse(503, "Service Unavailable", retryAfter(int(e.cfg.RetryAfter.Seconds())))
	}
	return refuse(200, "OK", allowHeader(), sip.NewHeader("Accept", "application/sdp, application/dtmf-relay"), sip.NewHeader("Accept-Encoding", "identity"))
}
