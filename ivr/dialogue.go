package ivr

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"sync"
	"time"

	"github.com/emiago/sipgo/sip"

	"example.org/hotline/ivr/media"
)

// dialogue is a SIP dialog beside the citizens' calls: with another node of the
// line, or with a telephone that we have called. Its owner's loop reads inbox and
// acks; whoever sends within it does so one request at a time.
type dialogue struct {
	endpoint *Endpoint
	hop      hop
	callID   sip.CallIDHeader
	from     sip.FromHeader // ours, with our tag
	to       sip.ToHeader   // theirs; with their tag once they have answered
	localTag string
	media    media.Local

	inbox chan *inbound
	acks  chan *sip.Request
	over  chan struct{} // closed when the loop takes nothing any more
	once  sync.Once

	mu   sync.Mutex
	side dialogSide
}

func (e *Endpoint) newDialogue(h hop, callID string, from sip.FromHeader, to sip.ToHeader, localTag string) *dialogue {
	return &dialogue{endpoint: e, hop: h, callID: sip.CallIDHeader(callID), from: from, to: to, localTag: localTag,
		inbox: make(chan *inbound, 8), acks: make(chan *sip.Request, 4), over: make(chan struct{})}
}

// dialogues finds those of this node by Call-ID and our tag.
type dialogues struct {
	mu  sync.Mutex
	all map[string]*dialogue
}

func (t *dialogues) add(d *dialogue) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.all == nil {
		t.all = map[string]*dialogue{}
	}
	t.all[string(d.callID)+" "+d.localTag] = d
}

// of finds the dialogue a request belongs to; it must come from the same trunk or node.
func (t *dialogues) of(req *sip.Request, h hop) *dialogue {
	tag, _ := req.To().Params.Get("tag")
	t.mu.Lock()
	defer t.mu.Unlock()
	d := t.all[req.CallID().Value()+" "+tag]
	if d == nil || d.hop.trunk != h.trunk {
		return nil
	}
	return d
}

// end closes the dialogue to whatever still comes. It is safe to call again.
func (d *dialogue) end() {
	d.once.Do(func() {
		close(d.over)
		t := &d.endpoint.dialogues
		t.mu.Lock()
		defer t.mu.Unlock()
		delete(t.all, string(d.callID)+" "+d.localTag)
	})
}

// deliver hands a request to the loop and waits until it is answered, because
// sipgo ends the transaction when its handler returns.
func (d *dialogue) deliver(in *inbound) {
	select {
	case d.inbox <- in:
	case <-d.over:
		answerLate(in)
		return
	}
	select {
	case <-in.done:
		return
	case <-d.over:
	}
	select {
	case <-in.done:
	default:
		answerLate(in)
	}
}

// request builds the next request of ours within the dialog.
func (d *dialogue) request(method sip.RequestMethod, contentType string, body []byte) *sip.Request {
	d.mu.Lock()
	defer d.mu.Unlock()
	if method != sip.ACK {
		d.side.ours++
	}
	ip := d.endpoint.addressOf(d.hop.local)
	req := sip.NewRequest(method, d.side.target)
	via := &sip.ViaHeader{ProtocolName: "SIP", ProtocolVersion: "2.0", Transport: d.hop.transport, Host: uriHost(ip), Port: int(d.hop.local.Port())}
	via.Params.Add("branch", sip.GenerateBranchN(16))
	via.Params.Add("rport", "")
	from, to, callID, maxForwards := d.from, d.to, d.callID, sip.MaxForwardsHeader(70)
	for _, h := range []sip.Header{via, &from, &to, &callID, &sip.CSeqHeader{SeqNo: d.side.ours, MethodName: method}, &maxForwards} {
		req.AppendHeader(h)
	}
	for _, route := range d.side.routes {
		req.AppendHeader(sip.NewHeader("Route", route))
	}
	req.AppendHeader(&sip.ContactHeader{Address: sip.Uri{Scheme: "sip", User: "hotline", Host: uriHost(ip), Port: int(d.hop.local.Port())}})
	if len(body) > 0 {
		req.AppendHeader(sip.NewHeader("Content-Type", contentType))
	}
	req.SetBody(body)
	req.SetTransport(d.hop.transport)
	req.SetDestination(d.hop.src.String())
	if d.hop.transport == "UDP" { // from the socket the far end knows
		req.Laddr = sip.Addr{IP: d.hop.local.Addr().AsSlice(), Port: int(d.hop.local.Port())}
	}
	return req
}

// What becomes of a request of ours within a dialog, other than success.
var (
	errUnanswered = errors.New("request was not answered, or refused")
	errNotTaken   = errors.New("the far end does not take this kind of request") // nor will it later
)

// ask is Endpoint.ask for a request of this dialog.
func (d *dialogue) ask(ctx context.Context, method sip.RequestMethod, contentType string, body []byte) error {
	return d.endpoint.ask(ctx, d.request(method, contentType, body))
}

// ask sends a request and waits for its final answer. It fails with
// errUnanswered, errNotTaken or ctx's error.
func (e *Endpoint) ask(ctx context.Context, req *sip.Request) error {
	method := req.Method
	tx, err := e.client.TransactionRequest(context.WithoutCancel(ctx), req, asBuilt)
	if err != nil {
		return fmt.Errorf("send %s: %w", method, err)
	}
	defer tx.Terminate()
	for {
		select {
		case res := <-tx.Responses():
			switch {
			case res == nil:
				return fmt.Errorf("%s: %w", method, errUnanswered)
			case res.IsProvisional():
			case res.IsSuccess():
				return nil
			case res.StatusCode == 405, res.StatusCode == 415, res.StatusCode == 501: //nolint:usestdlibvars // SIP has its own (RFC 3261 section 21): method, body, either
				return fmt.Errorf("%s: answer %d: %w", method, res.StatusCode, errNotTaken)
			default:
				return fmt.Errorf("%s: answer %d: %w", method, res.StatusCode, errUnanswered)
			}
		case <-tx.Done():
			return fmt.Errorf("%s: %w", method, errUnanswered)
		case <-ctx.Done():
			return fmt.Errorf("%s: %w", method, ctx.Err())
		}
	}
}

// bye hangs up, with a moment for the answer.
func (d *dialogue) bye() {
	ctx, cancel := context.WithTimeout(context.Background(), stopByes)
	defer cancel()
	_ = d.ask(ctx, sip.BYE, "", nil) // a far end that does not answer is gone anyhow
}

// confirmed takes the answer to our INVITE: the far end's tag, target and routes.
func (d *dialogue) confirmed(res *sip.Response) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.to = *res.To()
	if contact := res.Contact(); contact != nil && !contact.Address.Wildcard {
		d.side.target = contact.Address
	}
	d.side.learn(res)
	d.side.routes = nil
	routes := res.GetHeaders("Record-Route")
	for i := len(routes) - 1; i >= 0; i-- { // RFC 3261 section 12.1.2: reversed
		d.side.routes = append(d.side.routes, routes[i].Value())
	}
}

// learn takes what a request of the far end says it allows.
func (d *dialogue) learn(req *sip.Request) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.side.learn(req)
}

// takesINFO tells whether the far end allows INFO.
func (d *dialogue) takesINFO() bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.side.info
}

// inOrder keeps the far end's CSeq growing (RFC 3261 section 12.2.2).
func (d *dialogue) inOrder(req *sip.Request) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	n := req.CSeq().SeqNo
	if n < d.side.cseq {
		return false
	}
	d.side.cseq = n
	return true
}

// untilACK repeats a 200 to an INVITE until it is acknowledged, T1 doubling up to
// T2, for 64*T1 (RFC 3261 section 13.3.1.4).
type untilACK struct {
	tx       sip.ServerTransaction
	res      *sip.Response
	interval time.Duration
	until    time.Time
	timer    *time.Timer
}

func (e *Endpoint) repeatUntilACK(tx sip.ServerTransaction, res *sip.Response) *untilACK {
	_ = tx.Respond(res) // a lost answer is sent again
	return &untilACK{tx: tx, res: res, interval: e.cfg.T1, until: time.Now().Add(64 * e.cfg.T1), timer: time.NewTimer(e.cfg.T1)}
}

func (u *untilACK) due() <-chan time.Time {
	if u == nil {
		return nil
	}
	return u.timer.C
}

// again sends it once more; false after the last time.
func (u *untilACK) again(most time.Duration) bool {
	if !time.Now().Before(u.until) {
		return false
	}
	_ = u.tx.Respond(u.res)
	u.interval = min(2*u.interval, most)
	u.timer.Reset(u.interval)
	return true
}

// addressOf is what we tell others as the address of a listener of ours.
func (e *Endpoint) addressOf(local netip.AddrPort) netip.Addr {
	switch {
	case e.cfg.AdvertiseIP.IsValid():
		return e.cfg.AdvertiseIP
	case local.Addr().IsUnspecified():
		return e.cfg.MediaIP
	}
	return local.Addr()
}
