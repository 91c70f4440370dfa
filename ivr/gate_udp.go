package ivr

import (
	"bytes"
	"context"
	"errors"
	"net"
	"net/netip"
	"sync"
)

// SignallingBuffer is what the kernel may hold of messages that are not read yet,
// in octets; it gives at most net.core.rmem_max. Its own default of 208 KiB is
// some hundred INVITEs: at 500 calls a second a pause of 60 ms would lose some,
// and each is repeated only half a second later (RFC 3261 section 17.1.1.2).
const SignallingBuffer = 4 << 20

// listenSignalling binds a UDP address with room for a pause of ours.
func listenSignalling(ctx context.Context, address string) (*net.UDPConn, error) {
	conn, err := new(net.ListenConfig).ListenPacket(ctx, "udp", address)
	if err != nil {
		return nil, err //nolint:wrapcheck // the caller says for what
	}
	udp := conn.(*net.UDPConn) //nolint:errcheck // what "udp" makes
	if err := udp.SetReadBuffer(SignallingBuffer); err != nil {
		return nil, errors.Join(err, udp.Close())
	}
	return udp, nil
}

// gatedUDP is the packet connection that sipgo reads: only what the gate lets
// through comes out of it. Nothing is remembered of other sources, which is
// also what keeps sipgo's map of source addresses small.
type gatedUDP struct {
	*net.UDPConn
	gate  *gate
	local netip.AddrPort

	once    sync.Once
	serving chan struct{} // closed when sipgo reads it, and so sends from it
}

func newGatedUDP(conn *net.UDPConn, g *gate) *gatedUDP {
	return &gatedUDP{UDPConn: conn, gate: g, local: addrPort(conn.LocalAddr()), serving: make(chan struct{})}
}

// ReadFrom blocks until an admitted message is there.
func (c *gatedUDP) ReadFrom(p []byte) (int, net.Addr, error) {
	c.once.Do(func() { close(c.serving) })
	for {
		n, src, err := c.ReadFromUDPAddrPort(p)
		if err != nil {
			return 0, nil, err
		}
		src = netip.AddrPortFrom(src.Addr().Unmap(), src.Port())
		n = skipBlankLines(p, n)
		if c.gate.datagram(p[:n], hop{transport: "UDP", src: src, local: c.local, write: c.reply}) {
			return n, net.UDPAddrFromAddrPort(src), nil
		}
	}
}

// skipBlankLines takes the empty lines off that some senders put before a
// message; the RFC forgives them on a stream (RFC 3261 section 7.5).
func skipBlankLines(p []byte, n int) int {
	message := bytes.TrimLeft(p[:n], "\r\n")
	if len(message) == 0 {
		return n // a keep-alive
	}
	return copy(p, message)
}

// reply sends one answer. A failure is that of a lost packet: the sender asks again.
func (c *gatedUDP) reply(data []byte, to netip.AddrPort) {
	_, _ = c.WriteToUDPAddrPort(data, to)
}

// addrPort reads the address of a socket.
func addrPort(a net.Addr) netip.AddrPort {
	switch a := a.(type) {
	case *net.UDPAddr:
		ap := a.AddrPort()
		return netip.AddrPortFrom(ap.Addr().Unmap(), ap.Port())
	case *net.TCPAddr:
		ap := a.AddrPort()
		return netip.AddrPortFrom(ap.Addr().Unmap(), ap.Port())
	}
	return netip.AddrPort{}
}
