package ivr_test

import (
	"fmt"
	"net"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/emiago/sipgo/sip"
	"github.com/pion/rtcp"
	"github.com/pion/rtp"

	"example.org/hotline/ivr/media"
)

// gateway is a trunk's far end made of bare sockets: what it says, sends and answers
// is what a test wants it to.
type gateway struct {
	*farEnd
	ears
	line     netip.AddrPort
	sound    *net.UDPConn // RTP
	reports  *net.UDPConn // RTCP
	invite   string       // what the dialog is made of: From and Call-ID of our INVITE
	to       string       // with the line's tag
	answered chan uint16  // the line's RTP port
	infos    chan *sip.Request
	out      rtp.Header
	port     uint16
	seen     map[uint32]bool // CSeq of INFOs that have come; the reader's
}

// offers is what a gateway says of itself: its Allow header, "" for none, and
// whether it takes telephone-event.
type offers struct {
	allow  string
	events bool
}

const allowsInfo = "INVITE, ACK, BYE, CANCEL, UPDATE, INFO"

func newGateway(t *testing.T, line netip.AddrPort) *gateway {
	t.Helper()
	g := &gateway{line: line, answered: make(chan uint16, 1), infos: make(chan *sip.Request, 16), seen: map[uint32]bool{},
		sound: udpAt(t, "127.0.0.1"), reports: udpAt(t, "127.0.0.1"),
		out: rtp.Header{Version: 2, PayloadType: 8, SSRC: 77}}
	g.farEnd = newFarEnd(t, g.hears)
	listening := make(chan struct{})
	go func() { defer close(listening); g.listen() }()
	t.Cleanup(func() { _ = g.sound.Close(); <-listening })
	return g
}

func udpAt(t *testing.T, host string) *net.UDPConn {
	t.Helper()
	conn, err := net.ListenUDP("udp", &net.UDPAddr{IP: net.ParseIP(host)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	return conn
}

// description is the gateway's SDP.
func (g *gateway) description(o offers) string {
	port := netip.MustParseAddrPort(g.sound.LocalAddr().String()).Port()
	formats, more := "8", ""
	if o.events {
		formats, more = "8 101", "a=rtpmap:101 telephone-event/8000\n"
	}
	return fmt.Sprintf("v=0\no=- 1 1 IN IP4 127.0.0.1\ns=-\nc=IN IP4 127.0.0.1\nt=0 0\nm=audio %d RTP/AVP %s\na=rtpmap:8 PCMA/8000\n%s", port, formats, more)
}

// about is what a message says of the gateway itself, its description last.
func (g *gateway) about(o offers) string {
	text := "Contact: <sip:gw@" + g.addr().String() + ">\n"
	if o.allow != "" {
		text += "Allow: " + o.allow + "\n"
	}
	return text + "Content-Type: application/sdp\n\n" + g.description(o)
}

// dial places a call and returns once it is answered.
func (g *gateway) dial(o offers) {
	g.t.Helper()
	g.invite = fmt.Sprintf("From: <sip:13800000001@127.0.0.1>;tag=gw\nCall-ID: gw-%d\nMax-Forwards: 70\n", time.Now().UnixNano())
	g.send(g.line, fmt.Sprintf("INVITE sip:12349@%s SIP/2.0\nVia: SIP/2.0/UDP %s;branch=z9hG4bKgw1\nTo: <sip:12349@127.0.0.1>\nCSeq: 1 INVITE\n%s%s",
		g.line, g.addr(), g.invite, g.about(o)))
	select {
	case g.port = <-g.answered:
	case <-time.After(patience):
		g.t.Fatal("the call is not answered")
	}
}

// ask sends a request within the dialog.
func (g *gateway) ask(method, more string) {
	n := farCSeq.Add(1) + 1
	g.send(g.line, fmt.Sprintf("%s sip:12349@%s SIP/2.0\nVia: SIP/2.0/UDP %s;branch=z9hG4bKgw%d\nTo: %s\nCSeq: %d %s\n%s%s",
		method, g.line, g.addr(), time.Now().UnixNano(), g.to, n, method, g.invite, more))
}

// hears takes what the line says: it is acknowledged, and INFOs wait for the test.
func (g *gateway) hears(_ *farEnd, msg sip.Message, src netip.AddrPort) {
	switch m := msg.(type) {
	case *sip.Response:
		if m.StatusCode == sip.StatusOK && m.CSeq().MethodName == sip.INVITE {
			g.to = m.To().Value()
			g.send(src, fmt.Sprintf("ACK sip:12349@%s SIP/2.0\nVia: SIP/2.0/UDP %s;branch=z9hG4bKgwack\nTo: %s\nCSeq: 1 ACK\n%s", g.line, g.addr(), g.to, g.invite))
			select {
			case g.answered <- audioPort(m.Body()):
			default: // repeated
			}
		}
	case *sip.Request:
		g.asked(m, src)
	}
}

func (g *gateway) asked(req *sip.Request, src netip.AddrPort) {
	switch {
	case req.IsAck():
	case req.Method == sip.INFO:
		if n := req.CSeq().SeqNo; !g.seen[n] { // not one that is repeated
			g.seen[n] = true
			g.infos <- req
		}
	default:
		g.reply(req, src, "200 OK", "", "")
	}
}

// audioPort reads the port of the audio line of a description.
func audioPort(sdp []byte) (port uint16) {
	_, rest, _ := strings.Cut(string(sdp), "m=audio ")
	_, _ = fmt.Sscan(rest, &port)
	return port
}

// key waits for the next key by INFO.
func (g *gateway) key() *sip.Request {
	g.t.Helper()
	select {
	case req := <-g.infos:
		return req
	case <-time.After(patience):
		g.t.Fatal("no key by INFO")
	}
	return nil
}

// listen takes the line's sound.
func (g *gateway) listen() {
	buf := make([]byte, 1500)
	for {
		n, _, err := g.sound.ReadFromUDPAddrPort(buf)
		if err != nil {
			return
		}
		var p rtp.Packet
		if p.Unmarshal(buf[:n]) == nil && p.PayloadType == 8 {
			g.hear(media.PCMA.Decode(p.Payload))
		}
	}
}

// say sends one RTP packet; sound moves the clock on.
func (g *gateway) say(kind uint8, payload []byte) {
	g.out.SequenceNumber++
	g.out.PayloadType = kind
	if kind == 8 {
		g.out.Timestamp += media.FrameSamples
	}
	g.sendFrom(g.sound, g.port, rtp.Packet{Header: g.out, Payload: payload})
}

// report sends an RTCP report as a source that has spoken, from a socket.
func (g *gateway) report(from *net.UDPConn) {
	data, err := rtcp.Marshal([]rtcp.Packet{&rtcp.ReceiverReport{SSRC: g.out.SSRC}, rtcp.NewCNAMESourceDescription(g.out.SSRC, "gw")})
	if err == nil {
		_, err = from.WriteToUDPAddrPort(data, netip.AddrPortFrom(g.line.Addr(), g.port+1))
	}
	if err != nil {
		g.t.Error(err)
	}
}

func (g *gateway) sendFrom(conn *net.UDPConn, port uint16, p rtp.Packet) {
	data, err := p.Marshal()
	if err == nil {
		_, err = conn.WriteToUDPAddrPort(data, netip.AddrPortFrom(g.line.Addr(), port))
	}
	if err != nil {
		g.t.Error(err)
	}
}

// press is a key as RFC 4733 tells it, with the end thrice.
func (g *gateway) press(key byte) {
	start := g.out.Timestamp
	for n := range 5 {
		payload := []byte{key - '0', 10, 0, byte(n)}
		if n >= 2 {
			payload[1] |= 0x80
		}
		g.say(101, payload)
	}
	g.out.Timestamp = start + 5*media.FrameSamples
}

// pressINFO is the same key beside the audio.
func (g *gateway) pressINFO(key byte) {
	g.ask("INFO", fmt.Sprintf("Content-Type: application/dtmf-relay\n\nSignal=%c\nDuration=160\n", key))
}
