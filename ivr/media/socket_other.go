//go:build !linux

package media

import (
	"errors"
	"net"
	"net/netip"
	"sync"
)

// socket is one bound UDP port, read by a goroutine of its own: good enough to
// develop with.
type socket struct {
	conn *net.UDPConn
	work sync.WaitGroup
}

func bindSocket(addr netip.AddrPort) (*socket, error) {
	conn, err := net.ListenUDP("udp", net.UDPAddrFromAddrPort(addr))
	if err != nil {
		return nil, err //nolint:wrapcheck // the caller says which port
	}
	return &socket{conn: conn}, nil
}

// listen hands each packet to take from now on, one at a time. The octets are
// take's until it returns, false for a stranger's packet.
func (s *socket) listen(take func(data []byte, src netip.AddrPort) bool) error {
	s.work.Go(func() {
		buf := make([]byte, 1500)
		for {
			n, src, err := s.conn.ReadFromUDPAddrPort(buf)
			switch {
			case err == nil:
				func() {
					defer survive("a packet")
					take(buf[:n], netip.AddrPortFrom(src.Addr().Unmap(), src.Port()))
				}()
			case errors.Is(err, net.ErrClosed):
				return
			} // any other is an ICMP error of an earlier send; the socket lives on
		}
	})
	return nil
}

// send writes one packet. It does not wait.
func (s *socket) send(packet []byte, to netip.AddrPort) error {
	_, err := s.conn.WriteToUDPAddrPort(packet, to)
	return err //nolint:wrapcheck // nobody reads it
}

// close frees the port; no packet is being taken once it has returned.
func (s *socket) close() error {
	err := s.conn.Close()
	s.work.Wait()
	return err //nolint:wrapcheck // says all
}
