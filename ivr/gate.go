package ivr

import (
	"hash/maphash"
	"log/slog"
	"net/netip"
	"runtime/debug"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"github.com/emiago/sipgo/sip"
)

// maxMessage is the largest message acted on, in octets; a trunk's INVITE has
// one to two thousand. Larger ones, as far as maxRead, are read to be refused:
// a call among them has its ticket.
const (
	maxMessage = 8 << 10
	maxRead    = 32 << 10 // what sipgo reads at once
)

// gate decides about every message before sipgo sees it.
type gate struct {
	trunks   []Trunk
	peers    []Trunk // the other nodes, each with its one address
	limits   *packetLimits
	parser   *sip.Parser
	endpoint *Endpoint
	seed     maphash.Seed

	unlisted, limited, malformed, refused atomic.Uint64
}

// hop is where a message came from and the way back.
type hop struct {
	transport string // "UDP" or "TCP"
	src       netip.AddrPort
	local     netip.AddrPort // listener
	trunk     *Trunk
	write     func([]byte, netip.AddrPort) // to the source; errors are the network's
}

// trunkOf returns the trunk an address belongs to, or nil.
func (g *gate) trunkOf(addr netip.Addr) *Trunk {
	for i := range g.trunks {
		for _, network := range g.trunks[i].CIDRs {
			if network.Contains(addr) {
				return &g.trunks[i]
			}
		}
	}
	return nil
}

// listed is the first question about a packet: who is not on a list gets
// silence, whatever was sent.
func (g *gate) listed(h *hop) bool {
	h.trunk = g.trunkAt(h.src)
	if h.trunk == nil {
		g.unlisted.Add(1)
	}
	return h.trunk != nil
}

// datagram tells whether a UDP packet goes on to sipgo.
func (g *gate) datagram(data []byte, h hop) (pass bool) {
	defer g.recover(&pass)
	if !g.listed(&h) {
		return false
	}
	if !g.limits.allow(h.src.Addr(), time.Now()) {
		g.limited.Add(1)
		return false
	}
	if len(data) <= 4 && strings.Trim(string(data), "\r\n\x00") == "" {
		return false // keep-alive (RFC 5626 section 3.5.1)
	}
	msg, err := g.parser.ParseSIP(data)
	if err != nil {
		g.unreadable(data, h)
		return false
	}
	return g.message(msg, len(data), h)
}

// unreadable answers what the parser gave up on, if it can be answered, and
// keeps the call that it may have been.
func (g *gate) unreadable(data []byte, h hop) {
	g.malformed.Add(1)
	answer, ok := badRequest(data)
	if !ok {
		return
	}
	reply := func() { h.write(answer, h.src) }
	if inv, ok := unreadableInvite(data); ok {
		g.endpoint.keepUnreadable(inv, h, reply)
		return
	}
	reply()
}

// message tells whether a parsed message of size octets goes on to sipgo, and
// answers it if not.
func (g *gate) message(msg sip.Message, size int, h hop) bool {
	req, ok := msg.(*sip.Request)
	if !ok {
		return size <= maxMessage && msg.Via() != nil && msg.CSeq() != nil
	}
	req.SetTransport(h.transport)
	req.SetSource(h.src.String())
	v := g.endpoint.admit(req, size, h)
	if v.answer != nil {
		g.refused.Add(1)
		g.reply(req, h, v.answer, v.tag)
	}
	if v.then != nil {
		v.then()
	}
	return v.pass
}

// reply answers without a transaction (RFC 3261 section 8.2.7). The tag is the
// call's, or one made of the request, so that a repetition gets the same.
func (g *gate) reply(req *sip.Request, h hop, r *refusal, tag string) {
	if req.IsAck() {
		return
	}
	if to := req.To(); to != nil && !to.Params.Has("tag") {
		if tag == "" {
			tag = g.statelessTag(req)
		}
		to.Params.Add("tag", tag)
	}
	res := sip.NewResponseFromRequest(req, r.status, r.reason, nil)
	res.SipVersion = "SIP/2.0"
	for _, header := range r.headers {
		res.AppendHeader(header)
	}
	h.write([]byte(res.String()), replyTo(req, h))
}

func (g *gate) statelessTag(req *sip.Request) string {
	var m maphash.Hash
	m.SetSeed(g.seed)
	_, _ = m.WriteString(req.Via().Value())
	if id := req.CallID(); id != nil {
		_, _ = m.WriteString(id.Value())
	}
	return strconv.FormatUint(m.Sum64(), 36)
}

// replyTo is the address of RFC 3261 section 18.2.2 and RFC 3581 section 4:
// always the source's address; its port with rport, else the one in Via.
func replyTo(req *sip.Request, h hop) netip.AddrPort {
	via := req.Via()
	if h.transport != "UDP" || via.Params.Has("rport") {
		return h.src
	}
	port := via.Port
	if port <= 0 || port > 0xFFFF {
		port = sip.DefaultUdpPort
	}
	return netip.AddrPortFrom(h.src.Addr(), uint16(port))
}

// recover keeps a fault of ours about one packet from ending every call.
func (g *gate) recover(pass *bool) {
	if p := recover(); p != nil {
		*pass = false
		g.endpoint.log.Error("gate: panic on a message; it was dropped", slog.Any("panic", p), slog.String("stack", string(debug.Stack())))
	}
}
