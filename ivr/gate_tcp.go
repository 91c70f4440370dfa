package ivr

import (
	"bytes"
	"errors"
	"net"
	"net/netip"
	"sync"
	"time"

	"github.com/emiago/sipgo/sip"
)

// How long a TCP peer may take. A whole message comes at once or is not worth
// waiting for; an idle connection is kept as long as a call may last.
const (
	partialTimeout = 30 * time.Second
	writeTimeout   = 5 * time.Second
)

var errFraming = errors.New("message on a TCP connection cannot be framed")

// gatedListener accepts connections of listed trunks only and closes others
// without a word.
type gatedListener struct {
	net.Listener
	gate  *gate
	max   int
	idle  time.Duration
	local netip.AddrPort

	mu   sync.Mutex
	open map[netip.Addr]int
}

func newGatedListener(l net.Listener, g *gate, max int, idle time.Duration) *gatedListener {
	return &gatedListener{Listener: l, gate: g, max: max, idle: idle, local: addrPort(l.Addr()), open: map[netip.Addr]int{}}
}

// Accept blocks until a listed trunk with connections to spare has connected.
func (l *gatedListener) Accept() (net.Conn, error) {
	for {
		conn, err := l.Listener.Accept()
		if err != nil {
			return nil, err
		}
		h := hop{transport: "TCP", src: addrPort(conn.RemoteAddr()), local: l.local}
		if !l.gate.listed(&h) || !l.enter(h.src.Addr()) {
			_ = conn.Close() // nothing was sent; nothing can be lost
			continue
		}
		c := &gatedConn{Conn: conn, listener: l, hop: h, stream: l.gate.parser.NewSIPStream()}
		c.hop.write = func(data []byte, _ netip.AddrPort) { _, _ = c.Write(data) } // a dead peer shows on the next read
		return c, nil
	}
}

func (l *gatedListener) enter(addr netip.Addr) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.open[addr] >= l.max {
		return false
	}
	l.open[addr]++
	return true
}

func (l *gatedListener) leave(addr netip.Addr) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.open[addr]--; l.open[addr] <= 0 {
		delete(l.open, addr)
	}
}

// gatedConn frames the stream, asks the gate about each message and hands the
// admitted ones to sipgo, written out anew.
type gatedConn struct {
	net.Conn
	listener *gatedListener
	hop      hop
	stream   *sip.ParserStream
	partial  bool
	admitted bytes.Buffer
	left     sync.Once
}

// Read blocks until an admitted message, or a part of one, can be returned.
func (c *gatedConn) Read(p []byte) (int, error) {
	buf := make([]byte, 4096)
	for c.admitted.Len() == 0 {
		wait := c.listener.idle
		if c.partial {
			wait = partialTimeout
		}
		if err := c.SetReadDeadline(time.Now().Add(wait)); err != nil {
			return 0, err
		}
		n, err := c.Conn.Read(buf)
		if err != nil {
			return 0, err
		}
		if err := c.take(buf[:n]); err != nil {
			return 0, err
		}
	}
	return c.admitted.Read(p)
}

func (c *gatedConn) take(data []byte) error {
	if !c.partial && string(data) == "\r\n\r\n" {
		_, err := c.Write([]byte("\r\n")) // keep-alive and its answer (RFC 5626 section 3.5.1)
		return err
	}
	err := c.stream.ParseSIPStream(data, func(msg sip.Message) { c.ask(msg) })
	c.partial = errors.Is(err, sip.ErrParseSipPartial)
	if err != nil && !c.partial {
		c.listener.gate.unreadable(data, c.hop)
		return errFraming // no boundary is left to go on from
	}
	return nil
}

// ask lets one message through. Over the rate the stream waits, which slows
// the sender down; nothing of a stream may be dropped.
func (c *gatedConn) ask(msg sip.Message) {
	g, pass := c.listener.gate, false
	defer g.recover(&pass)
	for !g.limits.allow(c.hop.src.Addr(), time.Now()) {
		g.limited.Add(1)
		time.Sleep(10 * time.Millisecond)
	}
	text := msg.String()
	if pass = g.message(msg, len(text), c.hop); pass {
		c.admitted.WriteString(text)
	}
}

// Write never waits for long on a peer that does not read.
func (c *gatedConn) Write(data []byte) (int, error) {
	if err := c.SetWriteDeadline(time.Now().Add(writeTimeout)); err != nil {
		return 0, err
	}
	return c.Conn.Write(data)
}

func (c *gatedConn) Close() error {
	c.left.Do(func() { c.listener.leave(c.hop.src.Addr()) })
	return c.Conn.Close()
}
