package ivr

import (
	"log/slog"
	"net/netip"
	"runtime/debug"
	"time"

	"github.com/emiago/sipgo"
	"github.com/emiago/sipgo/sip"
)

// handle wraps a handler: it is counted, and a panic ends the transaction with
// 500 instead of the process with every call in it.
func (e *Endpoint) handle(handler func(*sip.Request, sip.ServerTransaction)) sipgo.RequestHandler {
	return func(req *sip.Request, tx sip.ServerTransaction) {
		e.countTransaction(tx)
		e.work.during(func() {
			defer func() {
				if p := recover(); p != nil {
					e.log.Error("phone: handler panic", slog.Any("panic", p), slog.String("method", string(req.Method)), slog.String("stack", string(debug.Stack())))
					respond(tx, req, 500, "Server Internal Error")
				}
			}()
			handler(req, tx)
		})
	}
}

func (e *Endpoint) countTransaction(tx sip.ServerTransaction) {
	e.transactions.Add(1)
	if !tx.OnTerminate(func(string, error) { e.transactions.Add(-1) }) {
		e.transactions.Add(-1)
	}
}

// onInvite runs a call, or hands a re-INVITE to one.
func (e *Endpoint) onInvite(req *sip.Request, tx sip.ServerTransaction) {
	if req.To().Params.Has("tag") {
		e.onInDialog(req, tx)
		return
	}
	h := e.hopOf(req)
	if h.trunk == nil {
		return
	}
	if h.trunk.peer != nil {
		e.joinNode(req, tx, h)
		return
	}
	known := e.calls.find(callKey{h.trunk.Name, req.CallID().Value()})
	if known != nil {
		if c := e.calls.callOf(known); c != nil && c.claimed.CompareAndSwap(false, true) {
			c.run(req, tx)
			return
		}
	}
	respond(tx, req, 482, "Loop Detected") // its transaction is gone, its call is not new
}

// onInDialog hands a request to its call and waits until it is answered.
func (e *Endpoint) onInDialog(req *sip.Request, tx sip.ServerTransaction) {
	h := e.hopOf(req)
	if h.trunk == nil {
		return
	}
	in := &inbound{req: req, tx: tx, at: time.Now(), done: make(chan struct{})}
	if d := e.dialogues.of(req, h); d != nil {
		d.deliver(in)
		return
	}
	c := e.dialogOf(req, h)
	if c == nil {
		respond(tx, req, 481, "Call/Transaction Does Not Exist")
		return
	}
	c.deliver(in)
}

// hopOf finds the trunk of a request that the gate has let through.
func (e *Endpoint) hopOf(req *sip.Request) hop {
	src, err := netip.ParseAddrPort(req.Source())
	if err != nil {
		return hop{}
	}
	src = netip.AddrPortFrom(src.Addr().Unmap(), src.Port())
	return hop{transport: req.Transport(), src: src, trunk: e.gate.trunkAt(src)}
}

// respond sends a plain answer. A failure is the network's; the transaction
// or the far end's timer deals with it.
func respond(tx sip.ServerTransaction, req *sip.Request, status int, reason string, headers ...sip.Header) {
	res := sip.NewResponseFromRequest(req, status, reason, nil)
	for _, h := range headers {
		res.AppendHeader(h)
	}
	_ = tx.Respond(res)
}
