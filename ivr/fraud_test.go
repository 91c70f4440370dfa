package ivr_test

import (
	"fmt"
	"math/rand/v2"
	"net"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/emiago/sipgo/sip"

	"example.org/hotline/ivr"
)

// farEnd is a SIP peer made of a bare socket: it sends what it likes and answers as
// it is told.
type farEnd struct {
	t      *testing.T
	conn   *net.UDPConn
	answer func(*farEnd, sip.Message, netip.AddrPort)
	done   chan struct{}

	mu      sync.Mutex
	got     []string // "INVITE number", "BYE number", …, "200 INVITE", …
	changed chan struct{}
}

func newFarEnd(t *testing.T, answer func(*farEnd, sip.Message, netip.AddrPort)) *farEnd {
	t.Helper()
	conn, err := net.ListenUDP("udp", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		t.Fatal(err)
	}
	f := &farEnd{t: t, conn: conn, answer: answer, done: make(chan struct{}), changed: make(chan struct{})}
	go f.read()
	t.Cleanup(func() { _ = conn.Close(); <-f.done })
	return f
}

func (f *farEnd) addr() netip.AddrPort { return netip.MustParseAddrPort(f.conn.LocalAddr().String()) }

func (f *farEnd) read() {
	defer close(f.done)
	buf := make([]byte, 64<<10)
	for {
		n, src, err := f.conn.ReadFromUDPAddrPort(buf)
		if err != nil {
			return
		}
		msg, err := sip.ParseMessage(slices.Clone(buf[:n]))
		if err != nil {
			continue
		}
		what := ""
		switch m := msg.(type) {
		case *sip.Request:
			what = string(m.Method) + " " + m.Recipient.User
		case *sip.Response:
			what = fmt.Sprint(m.StatusCode, " ", m.CSeq().MethodName)
		}
		f.mu.Lock()
		f.got = append(f.got, what)
		close(f.changed)
		f.changed = make(chan struct{})
		f.mu.Unlock()
		f.answer(f, msg, src)
	}
}

func (f *farEnd) send(to netip.AddrPort, text string) {
	_, _ = f.conn.WriteToUDPAddrPort([]byte(crlf(text)), to)
}

// crlf is a message as it is written here made one for the wire.
func crlf(text string) string {
	head, body, _ := strings.Cut(strings.ReplaceAll(text, "\n", "\r\n"), "\r\n\r\n")
	return fmt.Sprintf("%s\r\nContent-Length: %d\r\n\r\n%s", strings.TrimRight(head, "\r\n"), len(body), body)
}

// reply answers a request, with a tag of its own unless one is given.
func (f *farEnd) reply(req *sip.Request, to netip.AddrPort, status, tag, more string) {
	toLine := req.To().Value()
	if !req.To().Params.Has("tag") && tag != "" {
		toLine += ";tag=" + tag
	}
	f.send(to, fmt.Sprintf("SIP/2.0 %s\nVia: %s\nFrom: %s\nTo: %s\nCall-ID: %s\nCSeq: %s\n%s",
		status, req.Via().Value(), req.From().Value(), toLine, req.CallID().Value(), req.CSeq().Value(), more))
}

// media is a description of an audio stream that nobody reads.
func (f *farEnd) media(direction string) string {
	return "v=0\no=- 1 1 IN IP4 127.0.0.1\ns=-\nc=IN IP4 127.0.0.1\nt=0 0\nm=audio 39998 RTP/AVP 8 101\na=rtpmap:8 PCMA/8000\na=rtpmap:101 telephone-event/8000\na=" + direction + "\n"
}

func (f *farEnd) count(what string) (n int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, g := range f.got {
		if strings.HasPrefix(g, what) {
			n++
		}
	}
	return n
}

func (f *farEnd) awaits(what string, n int) {
	f.t.Helper()
	await(f.t, what, func() bool { return f.count(what) >= n })
}

// premium is where a fraudster wants our calls to go.
var premium = []string{"0019005550123", "+19005550123", "16897654321", "008821612345678", "4001234567", "110;isub=+19005550123", "+8619900000009"}

// SECURITY T2: whatever comes in, be it calls with odd headers, REFER, or answers
// to our own calls that name another telephone, the line dials its own lists alone.
func TestNoMessageFromOutsideMakesUsDialElsewhere(t *testing.T) {
	seed := uint64(time.Now().UnixNano())
	random := rand.New(rand.NewPCG(seed, 1))
	var lock sync.Mutex
	pick := func(list []string) string {
		lock.Lock()
		defer lock.Unlock()
		return list[random.IntN(len(list))]
	}
	proxy := newFarEnd(t, func(f *farEnd, msg sip.Message, src netip.AddrPort) {
		req, ok := msg.(*sip.Request)
		if !ok || req.IsAck() {
			return
		}
		bad := "Contact: <sip:" + pick(premium) + "@" + f.addr().String() + ">\n"
		switch {
		case !req.IsInvite():
			f.reply(req, src, "200 OK", "", "")
		case req.To().Params.Has("tag"):
			f.reply(req, src, "488 Not Acceptable Here", "", "")
		default:
			status := pick([]string{"300 Multiple Choices", "301 Moved Permanently", "302 Moved Temporarily", "305 Use Proxy", "380 Alternative Service", "486 Busy Here", "200 OK"})
			if status == "200 OK" {
				f.reply(req, src, status, "far", bad+"Content-Type: application/sdp\n\n"+f.media("sendrecv"))
				f.send(src, inDialog(req, "REFER", "far", "Refer-To: <sip:"+pick(premium)+"@127.0.0.1>\n"))
				return
			}
			f.reply(req, src, status, "far", bad)
		}
	})
	duty := newExchange(t)
	duty.duty["county"] = []ivr.Contact{{Staff: 6, Name: "county duty", Phone: workerPhone}}
	l := start(t, outbound(proxy.addr(), func(c *ivr.OutboundConfig) {
		c.Emergency = map[string]string{"fire": "119"}
		c.PerPurpose, c.PerDay, c.AtOnce = map[string]int{"duty": 1e6, "transfer": 1e6}, 1e6, 1e6
	}), func(_ *ivr.Config, d *ivr.Deps) {
		d.Contacts = duty
		d.Flows = flowOf("version: t2\nnumbers: [\"*\"]\nstart: duty\ntransfer_list: {fire: {number: \"119\", title: fire}}\nnodes:\n" +
			"  duty: {ring: {duty: [county], each: 5s, answered: bye, nobody: fire}}\n  fire: {transfer: {to: fire, answered: bye, failed: mail}}\n" +
			"  mail: {voicemail: {prompts: [greeting], longest: 30s, silence: 3s, next: bye}}\n  bye: {hangup: {prompts: [goodbye]}}\n")
	})
	fraudster := newFarEnd(t, func(f *farEnd, msg sip.Message, src netip.AddrPort) {
		if res, ok := msg.(*sip.Response); ok && res.StatusCode == sip.StatusOK && res.CSeq().MethodName == sip.INVITE {
			within := fmt.Sprintf("Via: SIP/2.0/UDP %s;branch=z9hG4bK%d\nFrom: %s\nTo: %s\nCall-ID: %s\nMax-Forwards: 70\n", f.addr(), time.Now().UnixNano(),
				res.From().Value(), res.To().Value(), res.CallID().Value())
			f.send(src, "ACK sip:12349@"+src.String()+" SIP/2.0\n"+within+"CSeq: 1 ACK\n")
			f.send(src, "REFER sip:12349@"+src.String()+" SIP/2.0\n"+within+"CSeq: 2 REFER\nRefer-To: <sip:"+pick(premium)+"@127.0.0.1>\n")
		}
	})
	for n := range 250 {
		fraudster.send(l.udp(), fraud(n, fraudster, pick))
	}
	proxy.awaits("INVITE", 20)
	fraudster.awaits("405 REFER", 1) // nobody transfers a call of a trunk
	l.stop()
	proxy.mu.Lock()
	defer proxy.mu.Unlock()
	for _, got := range proxy.got {
		if number, ok := strings.CutPrefix(got, "INVITE "); ok && number != workerPhone && number != "119" {
			t.Errorf("seed %d: %q was dialled", seed, number)
		}
	}
}

// fraud is one message that tries to have a number dialled.
func fraud(n int, f *farEnd, pick func([]string) string) string {
	method := pick([]string{"INVITE", "INVITE", "INVITE", "INVITE", "REFER", "NOTIFY", "MESSAGE", "SUBSCRIBE", "UPDATE", "OPTIONS", "INFO", "302"})
	bad := pick(premium)
	odd := pick([]string{"Diversion: <sip:%s@127.0.0.1>;reason=unconditional\n", "History-Info: <sip:%s@127.0.0.1>;index=1\n", "Refer-To: <sip:%s@127.0.0.1>\n",
		"P-Asserted-Identity: <tel:%s>\n", "Referred-By: <sip:%s@127.0.0.1>\n", "Route: <sip:%s@127.0.0.1;lr>\n", "X-Transfer: %s\n", "Alert-Info: <sip:%s>\n",
		"Target-Dialog: %s\n", "Replaces: %s;to-tag=a;from-tag=b\n"})
	common := fmt.Sprintf("Via: SIP/2.0/UDP %s;branch=z9hG4bKfraud%d\nFrom: <sip:%s@127.0.0.1>;tag=f%d\nTo: <sip:%s@127.0.0.1>\nCall-ID: fraud-%d\nMax-Forwards: 70\n"+
		"Contact: <sip:%s@%s>\n"+odd, f.addr(), n, bad, n, pick([]string{"12349", bad}), n, bad, f.addr(), bad)
	if method == "302" {
		return "SIP/2.0 302 Moved Temporarily\n" + common + "CSeq: 1 INVITE\n"
	}
	first := fmt.Sprintf("%s sip:%s@127.0.0.1 SIP/2.0\n%sCSeq: 1 %s\n", method, pick([]string{"12349", "12349", "12349", bad}), common, method)
	if method == "INVITE" {
		return first + "Content-Type: application/sdp\n\n" + f.media("sendrecv")
	}
	return first
}

// inDialog is a request of the one we called, within the dialog of our INVITE.
func inDialog(invite *sip.Request, method, tag, more string) string {
	return fmt.Sprintf("%s sip:hotline@%s SIP/2.0\nVia: SIP/2.0/UDP %s;branch=z9hG4bK%d\nFrom: %s;tag=%s\nTo: %s\nCall-ID: %s\nCSeq: %d %s\nMax-Forwards: 70\n%s",
		method, invite.Contact().Address.HostPort(), invite.Recipient.HostPort(), time.Now().UnixNano(), invite.To().Value(), tag, invite.From().Value(),
		invite.CallID().Value(), farCSeq.Add(1), method, more)
}

// farCSeq numbers the far ends' requests: each is above those before it.
var farCSeq atomic.Uint32
