package faults

import (
	"bufio"
	"bytes"
	"cmp"
	"fmt"
	"net"
	"net/textproto"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/google/uuid"

	"example.org/hotline/test/city"
)

// phone is a trunk's side of one call, spoken octet by octet, so that a test
// can repeat exactly the same INVITE to a program that has died meanwhile.
type phone struct {
	h      *house
	conn   *net.UDPConn
	to     string // the line's address, for one of several nodes
	number string
	from   string
	media  int // port of its audio; 0: nobody listens
	callID string
	fromID string // From tag
	branch string

	mu      sync.Mutex
	answers []sipAnswer
	changed chan struct{}
	hungUp  bool // the line said BYE
}

type sipAnswer struct {
	status     int
	method     string // of the request it answers
	tag        string // To tag
	retryAfter string
}

// repeatEvery is how long the trunk waits for a final answer before it sends its request again.
const repeatEvery = 500 * time.Millisecond

// phone makes a telephone with a number of its own that calls the township.
func (h *house) phone() *phone { return h.phoneTo(h.City) }

// phoneTo is phone, calling a node.
func (h *house) phoneTo(node *city.City) *phone {
	h.T.Helper()
	conn, err := net.ListenUDP("udp", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		h.T.Fatal(err)
	}
	n := h.callers.Add(1)
	p := &phone{h: h, conn: conn, to: node.SIP, number: city.Township, from: fmt.Sprintf("199%08d", 10000+n),
		callID: uuid.NewString() + "@trunk", fromID: uuid.NewString()[:8], branch: "z9hG4bK" + uuid.NewString(), changed: make(chan struct{})}
	h.T.Cleanup(func() { _ = conn.Close() }) // ends the reader; the call is long over
	go p.read()
	h.mu.Lock()
	h.phones = append(h.phones, p)
	h.mu.Unlock()
	return p
}

// read takes what the line sends until the socket is closed.
func (p *phone) read() {
	buf := make([]byte, 8192)
	for {
		n, from, err := p.conn.ReadFromUDP(buf)
		if err != nil {
			return
		}
		if bytes.HasPrefix(buf[:n], []byte("BYE ")) {
			p.mu.Lock()
			p.hungUp = true
			p.mu.Unlock()
			_, _ = p.conn.WriteToUDP(okTo(buf[:n]), from) // lost, the line asks again
			continue
		}
		if a, ok := parseAnswer(buf[:n]); ok {
			p.mu.Lock()
			p.answers = append(p.answers, a)
			close(p.changed)
			p.changed = make(chan struct{})
			p.mu.Unlock()
		}
	}
}

// okTo is the 200 to a request.
func okTo(request []byte) []byte {
	var b strings.Builder
	b.WriteString("SIP/2.0 200 OK\r\n")
	for _, line := range strings.Split(string(request), "\r\n")[1:] {
		switch name, _, _ := strings.Cut(line, ":"); name {
		case "Via", "From", "To", "Call-ID", "CSeq":
			b.WriteString(line + "\r\n")
		}
	}
	b.WriteString("Content-Length: 0\r\n\r\n")
	return []byte(b.String())
}

func parseAnswer(data []byte) (a sipAnswer, ok bool) {
	first, rest, _ := bytes.Cut(data, []byte("\r\n"))
	fields := strings.Fields(string(first))
	if len(fields) < 2 || fields[0] != "SIP/2.0" {
		return a, false
	}
	header, err := textproto.NewReader(bufio.NewReader(bytes.NewReader(rest))).ReadMIMEHeader()
	if err != nil {
		return a, false
	}
	a.status, _ = strconv.Atoi(fields[1])
	_, a.method, _ = strings.Cut(header.Get("CSeq"), " ")
	_, a.tag, _ = strings.Cut(header.Get("To"), ";tag=")
	a.retryAfter = header.Get("Retry-After")
	return a, true
}

// invite sends the INVITE, the same octets each time.
func (p *phone) invite() {
	port := p.conn.LocalAddr().(*net.UDPAddr).Port
	sdp := fmt.Sprintf("v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio %d RTP/AVP 8 101\r\n"+
		"a=rtpmap:8 PCMA/8000\r\na=rtpmap:101 telephone-event/8000\r\na=fmtp:101 0-16\r\n", cmp.Or(p.media, port+1))
	p.send("INVITE", p.branch, "", 1, fmt.Sprintf("Contact: <sip:%s@127.0.0.1:%d>\r\nMax-Forwards: 70\r\nContent-Type: application/sdp\r\n", p.from, port), sdp)
}

func (p *phone) send(method, branch, tag string, cseq int, headers, body string) {
	if tag != "" {
		tag = ";tag=" + tag
	}
	local := p.conn.LocalAddr().String()
	message := fmt.Sprintf("%s sip:%s@%s SIP/2.0\r\nVia: SIP/2.0/UDP %s;branch=%s\r\nFrom: <sip:%s@127.0.0.1>;tag=%s\r\nTo: <sip:%s@%s>%s\r\n"+
		"Call-ID: %s\r\nCSeq: %d %s\r\n%sContent-Length: %d\r\n\r\n%s",
		method, p.number, p.to, local, branch, p.from, p.fromID, p.number, p.to, tag, p.callID, cseq, method, headers, len(body), body)
	to, err := net.ResolveUDPAddr("udp", p.to)
	if err == nil {
		_, err = p.conn.WriteToUDP([]byte(message), to)
	}
	if err != nil {
		p.h.T.Logf("send %s: %v", method, err) // as good as lost: it is sent again
	}
}

// answer waits for an answer to method that fits, sending it again and again meanwhile; false when that takes too long.
func (p *phone) answer(method string, send func(), fits func(sipAnswer) bool) (sipAnswer, bool) {
	limit, again := time.NewTimer(patience), time.NewTicker(repeatEvery)
	defer limit.Stop()
	defer again.Stop()
	for {
		p.mu.Lock()
		changed := p.changed
		for _, a := range p.answers {
			if a.method == method && fits(a) {
				p.mu.Unlock()
				return a, true
			}
		}
		p.mu.Unlock()
		select {
		case <-changed:
		case <-again.C:
			send()
		case <-limit.C:
			return sipAnswer{}, false
		}
	}
}

func final(a sipAnswer) bool { return a.status >= 200 }

// connect calls, again and again as a trunk that hears nothing, until there is a final answer, and acknowledges it.
// What it has heard already it does not ask for again.
func (p *phone) connect() sipAnswer {
	if !p.answered() {
		p.invite()
	}
	a, ok := p.answer("INVITE", p.invite, final)
	switch {
	case !ok:
		p.h.T.Errorf("call %s was never answered", p.callID)
	case a.status < 300:
		p.send("ACK", "z9hG4bK"+uuid.NewString(), a.tag, 1, "", "")
	default:
		p.send("ACK", p.branch, a.tag, 1, "", "")
	}
	return a
}

// hangUp says BYE until somebody answers, if only that there is no such call any more.
func (p *phone) hangUp(tag string) {
	branch := "z9hG4bK" + uuid.NewString()
	bye := func() { p.send("BYE", branch, tag, 2, "", "") }
	bye()
	if _, ok := p.answer("BYE", bye, final); !ok {
		p.h.T.Errorf("the BYE of call %s was never answered", p.callID)
	}
}

// complete is a whole short call.
func (p *phone) complete() {
	if a := p.connect(); a.status == 200 {
		p.hangUp(a.tag)
	} else {
		p.h.T.Errorf("call %s was answered %d", p.callID, a.status)
	}
}

// leave hangs up where the line has answered, and tells whether the line knows.
func (p *phone) leave() (left bool) {
	p.mu.Lock()
	var answered sipAnswer
	for _, a := range p.answers {
		left = left || a.method == "BYE" && final(a)
		if a.method == "INVITE" && a.status == 200 {
			answered = a
		}
	}
	p.mu.Unlock()
	if answered.status == 200 && !left {
		p.send("ACK", "z9hG4bK"+uuid.NewString(), answered.tag, 1, "", "")
		p.send("BYE", "z9hG4bK"+uuid.NewString(), answered.tag, 2, "", "")
	}
	return left
}

// answered reports whether the call has its final answer.
func (p *phone) answered() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.ContainsFunc(p.answers, func(a sipAnswer) bool { return a.method == "INVITE" && final(a) })
}

// told reports whether the caller got any answer but 100.
func (p *phone) told() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, a := range p.answers {
		if a.method == "INVITE" && a.status != 100 {
			return true
		}
	}
	return false
}

// dropped reports whether the line has hung up.
func (p *phone) dropped() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.hungUp
}
