package ivr

import (
	"context"
	"net/netip"
	"strings"
	"time"

	"github.com/emiago/sipgo"
	"github.com/emiago/sipgo/sip"

	"example.org/hotline/ivr/media"
	"example.org/hotline/ticket"
)

// inbound is a request of the far end within the dialog; done is closed when
// it has been answered.
type inbound struct {
	req  *sip.Request
	tx   sip.ServerTransaction
	at   time.Time // when it came
	done chan struct{}
}

// deliver hands a request to the loop and waits until it is answered, because
// sipgo ends the transaction when its handler returns.
func (c *call) deliver(in *inbound) {
	select {
	case c.inbox <- in:
	case <-c.over:
		answerLate(in)
		return
	}
	select {
	case <-in.done:
		return
	case <-c.over:
	}
	select {
	case <-in.done:
	default:
		answerLate(in)
	}
}

// answerLate answers what came when the call was over: our BYE and theirs may cross.
func answerLate(in *inbound) {
	if in.req.Method == sip.BYE {
		respond(in.tx, in.req, 200, "OK")
		return
	}
	respond(in.tx, in.req, 481, "Call/Transaction Does Not Exist")
}

// dialogSide is the far end of a dialog (RFC 3261 section 12.1.1).
type dialogSide struct {
	target sip.Uri  // remote target: its Contact
	routes []string // route set, as written
	first  *sip.Uri // first route
	cseq   uint32   // last of theirs
	ours   uint32   // last of ours
	info   bool     // its Allow names INFO
}

// learn reads Allow. A message without it says nothing about what is allowed
// (RFC 3261 section 20.5).
func (s *dialogSide) learn(msg interface{ GetHeaders(string) []sip.Header }) {
	if headers := msg.GetHeaders("Allow"); len(headers) > 0 {
		s.info = listed(headers, func(method string) bool { return method == string(sip.INFO) })
	}
}

func newDialogSide(invite *sip.Request) dialogSide {
	side := dialogSide{target: invite.From().Address, cseq: invite.CSeq().SeqNo, ours: 1}
	if contact := invite.Contact(); contact != nil && !contact.Address.Wildcard {
		side.target = contact.Address
	}
	for _, h := range invite.GetHeaders("Record-Route") {
		if rr, ok := h.(*sip.RecordRouteHeader); ok && side.first == nil {
			side.first = &rr.Address
		}
		side.routes = append(side.routes, h.Value())
	}
	side.learn(invite)
	return side
}

// serve answers one request within the dialog and returns the key it presses,
// if it is an INFO that presses one that no other way has told.
func (c *call) serve(in *inbound) (key rune) {
	req := in.req
	c.remote.learn(req)
	if req.Method == sip.INVITE {
		c.reinvite(in)
		return 0
	}
	defer close(in.done)
	if !c.inOrder(req) {
		respond(in.tx, req, 500, "Server Internal Error", retryAfter(1)) // RFC 3261 section 12.2.2
		return 0
	}
	switch req.Method {
	case sip.BYE:
		c.byeReceived(in)
	case sip.INFO:
		return c.info(in)
	case sip.UPDATE:
		c.update(in)
	case sip.OPTIONS:
		respond(in.tx, req, 200, "OK", allowHeader(), sip.NewHeader("Accept", "application/sdp, application/dtmf-relay"))
	default: // PRACK: we never ask for one
		respond(in.tx, req, 481, "Call/Transaction Does Not Exist")
	}
	return 0
}

// inOrder keeps the far end's CSeq growing (RFC 3261 section 12.2.2).
func (c *call) inOrder(req *sip.Request) bool {
	n := req.CSeq().SeqNo
	if n < c.remote.cseq {
		return false
	}
	c.remote.cseq = n
	return true
}

// byeReceived ends the call. Before the answer it is as good as a CANCEL
// (RFC 3261 section 15 allows it on an early dialog).
func (c *call) byeReceived(in *inbound) {
	respond(in.tx, in.req, 200, "OK")
	c.said, c.byeTx = true, in.tx
	if c.accepted.Load() {
		c.end(ticket.EndCallerHung)
	} else {
		c.end(ticket.EndAbandoned)
	}
}

func (c *call) info(in *inbound) rune {
	key, ok := media.DigitFromInfo(contentType(in.req), in.req.Body())
	if !ok && len(in.req.Body()) > 0 {
		respond(in.tx, in.req, 415, "Unsupported Media Type", sip.NewHeader("Accept", "application/dtmf-relay, application/dtmf"))
		return 0
	}
	respond(in.tx, in.req, 200, "OK")
	if !ok || !c.presses.Take(media.Digit{Key: key, At: in.at, By: media.KeyByINFO}) {
		return 0
	}
	return key
}

// update changes the media without a new INVITE (RFC 3311), or only keeps the
// dialog alive.
func (c *call) update(in *inbound) {
	if len(in.req.Body()) == 0 {
		_ = in.tx.Respond(c.response(in.req, 200, "OK", nil))
		return
	}
	if c.owed {
		respond(in.tx, in.req, 491, "Request Pending") // an offer of ours is open (RFC 3311 section 5.2)
		return
	}
	body, err := c.describe(in.req.Body())
	if err != nil {
		respond(in.tx, in.req, 488, "Not Acceptable Here")
		return
	}
	c.apply(in.req)
	_ = in.tx.Respond(c.response(in.req, 200, "OK", body))
}

// reinvite changes the media: hold, resume, another address, or our offer
// where the far end sends none. A refused offer leaves all as it was.
func (c *call) reinvite(in *inbound) {
	switch {
	case !c.inOrder(in.req):
		respond(in.tx, in.req, 500, "Server Internal Error", retryAfter(1))
		close(in.done)
		return
	case c.pending != nil || !c.accepted.Load():
		respond(in.tx, in.req, 491, "Request Pending")
		close(in.done)
		return
	}
	body, err := c.describe(in.req.Body())
	if err != nil {
		respond(in.tx, in.req, 488, "Not Acceptable Here")
		close(in.done)
		return
	}
	if c.owed = len(in.req.Body()) == 0; !c.owed {
		c.apply(in.req)
	}
	c.sendOK(in.req, in.tx, body, in)
}

// apply takes a new agreement and, from a target refresh, the new Contact.
func (c *call) apply(req *sip.Request) {
	if contact := req.Contact(); contact != nil && !contact.Address.Wildcard {
		c.remote.target = contact.Address
	}
	if c.accepted.Load() {
		c.audio.Update(c.peer)
	}
}

// send answers the INVITE.
func (c *call) send(status int, reason string, headers []sip.Header) {
	res := c.response(c.invite, status, reason, nil)
	for _, h := range headers {
		res.AppendHeader(h)
	}
	_ = c.inviteTx.Respond(res) // the transaction repeats it; a dead network shows elsewhere
}

// response is an answer with what a dialog needs in it.
func (c *call) response(req *sip.Request, status int, reason string, body []byte) *sip.Response {
	res := sip.NewResponseFromRequest(req, status, reason, body)
	tagged(res, req, c.localTag)
	res.AppendHeader(c.contact())
	res.AppendHeader(allowHeader())
	if len(body) > 0 {
		res.AppendHeader(sip.NewHeader("Content-Type", "application/sdp"))
	}
	return res
}

// tagged makes an answer one of our dialog. The request itself stays as it came:
// sipgo's own 100 is made of it after 200 ms, on another goroutine.
func tagged(res *sip.Response, req *sip.Request, tag string) {
	if !req.To().Params.Has("tag") {
		res.To().Params.Add("tag", tag) // in place of the one that sipgo makes up for each answer
	}
}

// contact is where the far end finds us for the rest of the dialog.
func (c *call) contact() *sip.ContactHeader {
	h := &sip.ContactHeader{Address: sip.Uri{Scheme: "sip", User: "hotline", Host: uriHost(c.ourIP()), Port: int(c.hop.local.Port())}}
	if c.hop.transport == "TCP" {
		h.Address.UriParams = sip.NewParams()
		h.Address.UriParams.Add("transport", "tcp")
	}
	return h
}

func (c *call) ourIP() netip.Addr {
	return c.endpoint.addressOf(c.hop.local)
}

func uriHost(a netip.Addr) string {
	if a.Is6() {
		return "[" + a.String() + "]"
	}
	return a.String()
}

// refuse answers an INVITE that we did not accept.
func (c *call) refuse() {
	busy := []sip.Header{retryAfter(int(c.endpoint.cfg.RetryAfter.Seconds()))}
	switch {
	case c.reason == ticket.EndAbandoned:
		c.send(487, "Request Terminated", nil)
	case c.reason == ticket.EndBadSDP:
		c.send(488, "Not Acceptable Here", nil)
	case c.reason == ticket.EndFailed && c.stored:
		c.send(500, "Server Internal Error", nil)
	default: // busy, node_stopped, or kept nowhere: another node may do better
		c.send(503, "Service Unavailable", busy)
	}
}

// request builds the next request of ours within the dialog.
func (c *call) request(method sip.RequestMethod, contentType string, body []byte) *sip.Request {
	c.remote.ours++
	req := sip.NewRequest(method, c.remote.target)
	via := &sip.ViaHeader{ProtocolName: "SIP", ProtocolVersion: "2.0", Transport: c.hop.transport, Host: uriHost(c.ourIP()), Port: int(c.hop.local.Port())}
	via.Params.Add("branch", sip.GenerateBranchN(16))
	via.Params.Add("rport", "")
	from, to := c.invite.To().AsFrom(), c.invite.From().AsTo()
	from.Params.Add("tag", c.localTag)
	maxForwards := sip.MaxForwardsHeader(70)
	for _, h := range []sip.Header{via, &from, &to, sip.HeaderClone(c.invite.CallID()), &sip.CSeqHeader{SeqNo: c.remote.ours, MethodName: method}, &maxForwards} {
		req.AppendHeader(h)
	}
	for _, route := range c.remote.routes {
		req.AppendHeader(sip.NewHeader("Route", route))
	}
	if len(body) > 0 {
		req.AppendHeader(sip.NewHeader("Content-Type", contentType))
	}
	req.SetBody(body)
	req.SetTransport(c.hop.transport)
	req.SetDestination(c.destination().String())
	if c.hop.transport == "UDP" { // from the socket the far end knows
		req.Laddr = sip.Addr{IP: c.hop.local.Addr().AsSlice(), Port: int(c.hop.local.Port())}
	}
	return req
}

// sendBYE hangs up. It returns nil where the BYE could not even be sent.
func (c *call) sendBYE() sip.ClientTransaction {
	tx, err := c.endpoint.client.TransactionRequest(context.Background(), c.request(sip.BYE, "", nil), asBuilt)
	if err != nil {
		c.log.Warn("BYE could not be sent", "error", err)
		return nil
	}
	return tx
}

// asBuilt tells sipgo to add nothing.
func asBuilt(*sipgo.Client, *sip.Request) error { return nil }

// destination is where requests of ours go: the first route or the remote
// target, if it is an address inside the trunk's networks; else, and always on
// TCP, back to where the INVITE came from. A caller cannot make us send
// packets to an address of his choice, nor look up a name.
func (c *call) destination() netip.AddrPort {
	uri := &c.remote.target
	if c.remote.first != nil {
		uri = c.remote.first
	}
	addr, err := netip.ParseAddr(strings.Trim(uri.Host, "[]"))
	if c.hop.transport != "UDP" || err != nil || c.endpoint.gate.trunkOf(addr) != c.hop.trunk {
		return c.hop.src
	}
	port := uri.Port
	if port <= 0 || port > 0xFFFF {
		port = sip.DefaultUdpPort
	}
	return netip.AddrPortFrom(addr, uint16(port))
}

// awaitBYE reads the answer, whatever it is, so that the transaction ends; the
// call is long recorded.
func (c *call) awaitBYE(tx sip.ClientTransaction) {
	defer tx.Terminate()
	for {
		select {
		case res := <-tx.Responses():
			if res == nil || !res.IsProvisional() {
				return
			}
		case <-tx.Done():
			return
		case <-c.endpoint.closing:
			return
		}
	}
}
