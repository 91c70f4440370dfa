package main

import (
	"encoding/binary"
	"errors"
	"fmt"
	"net/netip"
	"runtime"
	"unsafe"

	"golang.org/x/sys/unix"
)

// The bare ways of sending on one thread, without an engine round them, so that
// the system calls are what is compared: (b), (c) and (d) of ADR 13.

// packet is one call's present packet.
type packet [172]byte

func newPacket(ssrc uint32) *packet {
	var p packet
	p[0], p[1] = 0x80, 8
	binary.BigEndian.PutUint32(p[8:], ssrc)
	for i := 12; i < len(p); i++ {
		p[i] = byte(i)
	}
	return &p
}

// next numbers the packet anew.
func (p *packet) next() []byte {
	binary.BigEndian.PutUint16(p[2:], binary.BigEndian.Uint16(p[2:])+1)
	binary.BigEndian.PutUint32(p[4:], binary.BigEndian.Uint32(p[4:])+160)
	return p[:]
}

// batch sends the packets of the calls first, first+step and so on.
type batch interface {
	send(first, step int) error
}

const slots = 10

// wheel turns a way of sending batches into one of sending: a thread that sleeps
// by clock_nanosleep and sends each slot's packets.
func wheel(open func(to []netip.AddrPort, packets []*packet) (batch, error)) way {
	return func(to []netip.AddrPort) ([]uint16, error) {
		packets := make([]*packet, len(to))
		for i := range packets {
			packets[i] = newPacket(uint32(i))
		}
		b, err := open(to, packets)
		if err != nil {
			return nil, err
		}
		go turn(b, packets)
		return nil, nil
	}
}

func turn(b batch, packets []*packet) {
	runtime.LockOSThread()
	_ = unix.Prctl(unix.PR_SET_TIMERSLACK, 1, 0, 0, 0)
	_ = unix.SchedSetAttr(0, &unix.SchedAttr{Size: unix.SizeofSchedAttr, Policy: unix.SCHED_FIFO, Priority: 1}, 0) // as the engine's pacer
	var began unix.Timespec
	_ = unix.ClockGettime(unix.CLOCK_MONOTONIC, &began)
	for slot := 0; ; slot++ {
		due := unix.NsecToTimespec(began.Nano() + int64(slot)*int64(frameTime)/slots)
		for errors.Is(unix.ClockNanosleep(unix.CLOCK_MONOTONIC, unix.TIMER_ABSTIME, &due, nil), unix.EINTR) {
			continue
		}
		for i := slot % slots; i < len(packets); i += slots {
			packets[i].next()
		}
		if err := b.send(slot%slots, slots); err != nil {
			fmt.Println("send:", err)
			return
		}
	}
}

func openUDP() (int, error) {
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_DGRAM|unix.SOCK_NONBLOCK|unix.SOCK_CLOEXEC, 0)
	if err == nil {
		err = unix.Bind(fd, &unix.SockaddrInet4{Addr: loopback.As4()})
	}
	if err != nil {
		return 0, fmt.Errorf("open a socket: %w", err)
	}
	return fd, nil
}

func rawAddr(to netip.AddrPort) *unix.RawSockaddrInet4 {
	a := &unix.RawSockaddrInet4{Family: unix.AF_INET, Addr: to.Addr().As4()}
	binary.BigEndian.PutUint16((*[2]byte)(unsafe.Pointer(&a.Port))[:], to.Port()) //nolint:gosec // G103: the kernel's own layout
	return a
}

// sockets is (b): one sendto for each packet.
type sockets struct {
	fds     []int
	to      []*unix.RawSockaddrInet4
	packets []*packet
}

func ownSockets(to []netip.AddrPort, packets []*packet) (batch, error) {
	s := &sockets{packets: packets}
	for _, addr := range to {
		fd, err := openUDP()
		if err != nil {
			return nil, err
		}
		s.fds, s.to = append(s.fds, fd), append(s.to, rawAddr(addr))
	}
	return s, nil
}

func (s *sockets) send(first, step int) error {
	for i := first; i < len(s.fds); i += step {
		_, _, _ = unix.RawSyscall6(unix.SYS_SENDTO, uintptr(s.fds[i]), uintptr(unsafe.Pointer(s.packets[i])), uintptr(len(s.packets[i])), //nolint:gosec // G103: as rawAddr
			unix.MSG_DONTWAIT, uintptr(unsafe.Pointer(s.to[i])), unix.SizeofSockaddrInet4) //nolint:gosec // G103: as rawAddr
	}
	return nil
}

// mmsghdr is struct mmsghdr of sendmmsg(2).
type mmsghdr struct {
	hdr unix.Msghdr
	len uint32
	_   uint32
}

func message(to *unix.RawSockaddrInet4, p *packet) unix.Msghdr {
	vector := &unix.Iovec{Base: &p[0], Len: uint64(len(p))}
	return unix.Msghdr{Name: (*byte)(unsafe.Pointer(to)), Namelen: unix.SizeofSockaddrInet4, Iov: vector, Iovlen: 1} //nolint:gosec // G103: as rawAddr
}

// shared is (c): one socket for all calls, and one sendmmsg for each slot.
type shared struct {
	fd    int
	slots [slots][]mmsghdr
}

func sharedSocket(to []netip.AddrPort, packets []*packet) (batch, error) {
	fd, err := openUDP()
	if err != nil {
		return nil, err
	}
	s := &shared{fd: fd}
	for i, addr := range to {
		s.slots[i%slots] = append(s.slots[i%slots], mmsghdr{hdr: message(rawAddr(addr), packets[i])})
	}
	return s, nil
}

func (s *shared) send(first, _ int) error {
	for all := s.slots[first]; len(all) > 0; {
		n, _, errno := unix.RawSyscall6(unix.SYS_SENDMMSG, uintptr(s.fd), uintptr(unsafe.Pointer(&all[0])), uintptr(len(all)), unix.MSG_DONTWAIT, 0, 0) //nolint:gosec // G103: as rawAddr
		if errno != 0 {
			return errno
		}
		all = all[n:]
	}
	return nil
}
