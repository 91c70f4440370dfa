package media

import (
	"encoding/binary"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"sync"
	"unsafe"

	"golang.org/x/sys/unix"
)

// socket is one bound UDP port. It is read by the one thread of reader and not
// by Go's poller: under foreign load a goroutine may wait tens of milliseconds
// for a processor, a thread before ordinary ones does not (ADR 13).
type socket struct {
	fd  int
	six bool // of the family IPv6, which takes IPv4 as mapped addresses

	mu     sync.Mutex // held while a packet is taken
	closed bool
	take   func(data []byte, src netip.AddrPort) bool
}

// bindSocket opens a port by Go's own ways and takes it out of Go's poller.
func bindSocket(addr netip.AddrPort) (*socket, error) {
	conn, err := net.ListenUDP("udp", net.UDPAddrFromAddrPort(addr))
	if err != nil {
		return nil, err //nolint:wrapcheck // the caller says which port
	}
	defer conn.Close() //nolint:errcheck // its duplicate lives on
	raw, err := conn.SyscallConn()
	if err != nil {
		return nil, err //nolint:wrapcheck // as above
	}
	s := &socket{}
	var failed error
	err = raw.Control(func(fd uintptr) {
		domain, err := unix.GetsockoptInt(int(fd), unix.SOL_SOCKET, unix.SO_DOMAIN)
		if err == nil {
			s.six = domain == unix.AF_INET6
			s.fd, err = unix.FcntlInt(fd, unix.F_DUPFD_CLOEXEC, 0)
		}
		failed = err
	})
	if err := errors.Join(err, failed); err != nil {
		return nil, err
	}
	return s, nil
}

// listen hands each packet to take from now on, one at a time, on the reader's
// thread. The octets are take's until it returns, false for a stranger's packet.
func (s *socket) listen(take func(data []byte, src netip.AddrPort) bool) error {
	s.take = take
	return sharedReader.add(s)
}

// send writes one packet. It does not wait.
func (s *socket) send(packet []byte, to netip.AddrPort) error {
	if !s.six {
		return unix.Sendto(s.fd, packet, unix.MSG_DONTWAIT, &unix.SockaddrInet4{Port: int(to.Port()), Addr: to.Addr().As4()}) //nolint:wrapcheck // nobody reads it
	}
	return unix.Sendto(s.fd, packet, unix.MSG_DONTWAIT, &unix.SockaddrInet6{Port: int(to.Port()), Addr: to.Addr().As16()}) //nolint:wrapcheck // as above
}

// close frees the port; no packet is being taken once it has returned.
func (s *socket) close() error {
	sharedReader.remove(s)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.closed = true
	if err := unix.Close(s.fd); err != nil {
		return fmt.Errorf("close a port: %w", err)
	}
	return nil
}

// junkAtOnce is how many packets of strangers are thrown away to get at one of
// the caller's: a flood on one port must cost neither the caller nor the others.
const junkAtOnce = 32

// receive takes one packet of the far end, if there is one. It reports true where
// it met junk only and there may be more. A panic costs that packet alone.
func (s *socket) receive(buf []byte) (flood bool) {
	defer survive("a packet")
	s.mu.Lock()
	defer s.mu.Unlock()
	for range junkAtOnce {
		if s.closed {
			return false
		}
		var from unix.RawSockaddrInet6 // large enough for either family
		size := uint32(unsafe.Sizeof(from))
		n, _, errno := unix.RawSyscall6(unix.SYS_RECVFROM, uintptr(s.fd), uintptr(unsafe.Pointer(&buf[0])), uintptr(len(buf)), //nolint:gosec // G103: the kernel's own layout; Recvfrom would make garbage of each address
			unix.MSG_DONTWAIT, uintptr(unsafe.Pointer(&from)), uintptr(unsafe.Pointer(&size))) //nolint:gosec // G103: as above
		if errno != 0 || s.take(buf[:n], addrPort(&from)) {
			return false
		}
	}
	return true
}

func addrPort(from *unix.RawSockaddrInet6) netip.AddrPort {
	port := binary.BigEndian.Uint16((*[2]byte)(unsafe.Pointer(&from.Port))[:]) //nolint:gosec // G103: as receive
	if from.Family == unix.AF_INET {
		four := (*unix.RawSockaddrInet4)(unsafe.Pointer(from)) //nolint:gosec // G103: as receive
		return netip.AddrPortFrom(netip.AddrFrom4(four.Addr), port)
	}
	return netip.AddrPortFrom(netip.AddrFrom16(from.Addr).Unmap(), port)
}
