package main

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"net"
	"net/netip"
	"strconv"
	"strings"
	"sync"
	"time"
)

// phone is a crowd of callers behind one UDP socket, as a trunk is: it dials at
// a steady rate whatever becomes of the calls (an open loop, so that a slow
// answer delays no other call), acknowledges, talks and hangs up. It notes when
// a datagram was read, not when somebody got round to it.
type phone struct {
	sip, rtp *net.UDPConn
	to       *net.UDPAddr
	number   string
	talk     time.Duration

	mu    sync.Mutex
	calls map[string]*dialled
	heard int // RTP packets

	answers  []time.Duration // INVITE to 200
	refused  map[string]int  // by status line
	repeated int             // INVITEs sent again for want of any answer
}

// dialled is one call of the crowd.
type dialled struct {
	id, invite  string
	sent, again time.Time
	tag         string // of the To header, once there is one
	audio       *net.UDPAddr
	until       time.Time // talks until then; zero before the answer
	done        bool
	counts      bool // not part of the warm-up
}

const (
	firstRepeat = 500 * time.Millisecond // T1 (RFC 3261 section 17.1.1.1)
	packetTime  = 20 * time.Millisecond
	packetBytes = 160 // of PCMA in 20 ms
)

func newPhone(to, number string, talk time.Duration) (*phone, error) {
	addr, err := net.ResolveUDPAddr("udp", to)
	if err != nil {
		return nil, fmt.Errorf("read the line's address: %w", err)
	}
	p := &phone{to: addr, number: number, talk: talk, calls: map[string]*dialled{}, refused: map[string]int{}}
	for _, socket := range []**net.UDPConn{&p.sip, &p.rtp} {
		if *socket, err = net.ListenUDP("udp", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)}); err != nil {
			return nil, fmt.Errorf("open a phone: %w", err)
		}
		if err := (*socket).SetReadBuffer(4 << 20); err != nil {
			return nil, fmt.Errorf("open a phone: %w", err)
		}
	}
	go p.listen()
	go p.hear()
	return p, nil
}

func (p *phone) close() {
	_ = p.sip.Close() // a socket of the bench
	_ = p.rtp.Close()
}

// dial places calls at rate for as long as it is told, and reports how many.
func (p *phone) dial(ctx context.Context, prefix string, rate int, length time.Duration, counts bool) int {
	gap := time.Second / time.Duration(rate)
	total := int(length / gap)
	tick := time.NewTicker(gap)
	defer tick.Stop()
	for n := range total {
		p.invite(fmt.Sprintf("%s-%d", prefix, n), n, counts)
		select {
		case <-tick.C:
		case <-ctx.Done():
			return n + 1
		}
	}
	return total
}

func (p *phone) invite(id string, n int, counts bool) {
	sip, rtp := portOf(p.sip), portOf(p.rtp)
	body := fmt.Sprintf("v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio %d RTP/AVP 8 101\r\n"+
		"a=rtpmap:8 PCMA/8000\r\na=rtpmap:101 telephone-event/8000\r\na=fmtp:101 0-15\r\n", rtp)
	c := &dialled{id: id, counts: counts}
	// Nobody has a number of the area code 0199: the callers are invented.
	c.invite = p.request(c, "INVITE", 1, fmt.Sprintf("<sip:0199%08d@127.0.0.1:%d>;tag=%s", n, sip, id),
		"Content-Type: application/sdp\r\n", body)
	p.mu.Lock()
	p.calls[id] = c
	c.sent, c.again = time.Now(), time.Now().Add(firstRepeat)
	p.mu.Unlock()
	p.send(c.invite)
}

// request writes a request of a call; from is empty for those that follow the INVITE.
func (p *phone) request(c *dialled, method string, cseq int, from, headers, body string) string {
	port := portOf(p.sip)
	if from == "" {
		from = header(c.invite, "From")
	}
	branch := c.id + method
	return fmt.Sprintf("%s sip:%s@%s SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1:%d;branch=z9hG4bK%s;rport\r\nMax-Forwards: 70\r\nFrom: %s\r\n"+
		"To: <sip:%s@%s>%s\r\nCall-ID: %s\r\nCSeq: %d %s\r\nContact: <sip:caller@127.0.0.1:%d>\r\n%sContent-Length: %d\r\n\r\n%s",
		method, p.number, p.to, port, branch, from, p.number, p.to, c.tag, c.id, cseq, method, port, headers, len(body), body)
}

func (p *phone) send(text string) {
	_, _ = p.sip.WriteToUDP([]byte(text), p.to) // a lost datagram is sent again
}

// listen reads what the line says.
func (p *phone) listen() {
	buf := make([]byte, 16<<10)
	for {
		n, _, err := p.sip.ReadFromUDP(buf)
		if err != nil {
			return
		}
		p.take(string(buf[:n]), time.Now())
	}
}

func (p *phone) take(text string, at time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	c := p.calls[header(text, "Call-ID")]
	if c == nil {
		return
	}
	status, isAnswer := strings.CutPrefix(text, "SIP/2.0 ")
	switch {
	case !isAnswer: // the line hangs up
		p.answerBye(text)
		c.done = true
	case strings.HasSuffix(header(text, "CSeq"), "BYE"):
		c.done = true
	case status[0] == '1':
		c.again = time.Time{}
	case status[0] == '2':
		p.answered(c, text, at)
	default:
		line, _, _ := strings.Cut(status, "\r\n")
		p.refused[line]++
		c.done = true
		c.tag = toTag(text)
		p.send(p.request(c, "ACK", 1, "", "", ""))
	}
}

func (p *phone) answered(c *dialled, text string, at time.Time) {
	if c.until.IsZero() {
		if c.counts {
			p.answers = append(p.answers, at.Sub(c.sent))
		}
		c.again, c.until, c.tag = time.Time{}, at.Add(p.talk), toTag(text)
		c.audio = &net.UDPAddr{IP: p.to.IP, Port: audioPort(text)}
	}
	p.send(p.request(c, "ACK", 1, "", "", ""))
}

func (p *phone) answerBye(text string) {
	var b strings.Builder
	b.WriteString("SIP/2.0 200 OK\r\n")
	for _, name := range []string{"Via", "From", "To", "Call-ID", "CSeq"} {
		b.WriteString(name + ": " + header(text, name) + "\r\n")
	}
	p.send(b.String() + "Content-Length: 0\r\n\r\n")
}

// hear counts the packets of the line's speech.
func (p *phone) hear() {
	buf := make([]byte, 2048)
	for {
		if _, _, err := p.rtp.ReadFromUDP(buf); err != nil {
			return
		}
		p.mu.Lock()
		p.heard++
		p.mu.Unlock()
	}
}

// live is talking and hanging up: every 20 ms one packet for each call that
// talks, a BYE for each that has talked long enough, and INVITEs once more that
// nobody has answered.
func (p *phone) live(ctx context.Context) {
	tick := time.NewTicker(packetTime)
	defer tick.Stop()
	speech := append([]byte{0x80, 8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1}, bytes.Repeat([]byte{0xD5}, packetBytes)...) // silence in A-law
	for n := uint16(0); ; n++ {
		select {
		case <-ctx.Done():
			return
		case now := <-tick.C:
			binary.BigEndian.PutUint16(speech[2:], n)
			binary.BigEndian.PutUint32(speech[4:], uint32(n)*packetBytes)
			p.turn(now, speech)
		}
	}
}

func (p *phone) turn(now time.Time, speech []byte) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for id, c := range p.calls {
		switch {
		case c.done:
			delete(p.calls, id)
		case c.until.IsZero():
			if !c.again.IsZero() && now.After(c.again) {
				p.repeated++
				c.again = now.Add(2 * now.Sub(c.sent))
				p.send(c.invite)
			}
		case now.Before(c.until):
			_, _ = p.rtp.WriteToUDP(speech, c.audio) // lost speech is lost
		case c.again.IsZero() || now.After(c.again):
			c.again = now.Add(firstRepeat)
			p.send(p.request(c, "BYE", 2, "", "", ""))
		}
	}
}

// left is how many calls have not ended.
func (p *phone) left() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	n := 0
	for _, c := range p.calls {
		if !c.done {
			n++
		}
	}
	return n
}

// header is the value of the first header of a name, as the line writes it.
func header(text, name string) string {
	_, rest, ok := strings.Cut(text, "\r\n"+name+": ")
	if !ok {
		return ""
	}
	value, _, _ := strings.Cut(rest, "\r\n")
	return value
}

func toTag(text string) string {
	_, tag, ok := strings.Cut(header(text, "To"), ";tag=")
	if !ok {
		return ""
	}
	return ";tag=" + tag
}

func portOf(c *net.UDPConn) int { return int(netip.MustParseAddrPort(c.LocalAddr().String()).Port()) }

func audioPort(text string) int {
	_, rest, _ := strings.Cut(text, "\r\nm=audio ")
	port, _, _ := strings.Cut(rest, " ")
	n, _ := strconv.Atoi(port)
	return n
}
