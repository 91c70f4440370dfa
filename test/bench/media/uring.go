package main

import (
	"fmt"
	"net/netip"
	"sync/atomic"
	"unsafe"

	"golang.org/x/sys/unix"
)

// uring is (d): a queue shared with the kernel, io_uring(7), through which one
// system call sends the packets of many sockets.
type uring struct {
	sockets
	fd       int
	messages []unix.Msghdr

	entries        []sqe
	array          []uint32
	tail, mask     *uint32
	cqHead, cqTail *uint32
}

// sqe is struct io_uring_sqe.
type sqe struct {
	opcode, flags uint8
	ioprio        uint16
	fd            int32
	off, addr     uint64
	len, msgFlags uint32
	userData      uint64
	_             [3]uint64
}

// ringParams is struct io_uring_params.
type ringParams struct {
	sqEntries, cqEntries, flags, cpu, idle, features, wq uint32
	_                                                    [3]uint32
	sq                                                   struct {
		head, tail, mask, entries, flags, dropped, array, _ uint32
		_                                                   uint64
	}
	cq struct {
		head, tail, mask, entries, overflow, cqes, flags, _ uint32
		_                                                   uint64
	}
}

const (
	opSendmsg   = 9
	offSQ       = 0
	offCQ       = 0x8000000
	offSQE      = 0x10000000
	ringEntries = 256
)

func ring(to []netip.AddrPort, packets []*packet) (batch, error) {
	own, err := ownSockets(to, packets)
	if err != nil {
		return nil, err
	}
	base, _ := own.(*sockets)
	u := &uring{sockets: *base}
	for i := range to {
		u.messages = append(u.messages, message(u.to[i], packets[i]))
	}
	return u, u.setup()
}

func (u *uring) setup() error {
	var p ringParams
	fd, _, errno := unix.Syscall(unix.SYS_IO_URING_SETUP, ringEntries, uintptr(unsafe.Pointer(&p)), 0) //nolint:gosec // G103: as rawAddr
	if errno != 0 {
		return fmt.Errorf("io_uring_setup: %w", errno)
	}
	u.fd = int(fd)
	sq, err := unix.Mmap(u.fd, offSQ, int(p.sq.array+p.sqEntries*4), unix.PROT_READ|unix.PROT_WRITE, unix.MAP_SHARED|unix.MAP_POPULATE)
	if err != nil {
		return fmt.Errorf("map the submission ring: %w", err)
	}
	cq, err := unix.Mmap(u.fd, offCQ, int(p.cq.cqes+p.cqEntries*16), unix.PROT_READ|unix.PROT_WRITE, unix.MAP_SHARED|unix.MAP_POPULATE)
	if err != nil {
		return fmt.Errorf("map the completion ring: %w", err)
	}
	entries, err := unix.Mmap(u.fd, offSQE, int(p.sqEntries)*int(unsafe.Sizeof(sqe{})), unix.PROT_READ|unix.PROT_WRITE, unix.MAP_SHARED|unix.MAP_POPULATE)
	if err != nil {
		return fmt.Errorf("map the entries: %w", err)
	}
	at := func(ring []byte, offset uint32) *uint32 { return (*uint32)(unsafe.Pointer(&ring[offset])) } //nolint:gosec // G103: as rawAddr
	u.tail, u.mask = at(sq, p.sq.tail), at(sq, p.sq.mask)
	u.cqHead, u.cqTail = at(cq, p.cq.head), at(cq, p.cq.tail)
	u.array = unsafe.Slice(at(sq, p.sq.array), p.sqEntries)                    //nolint:gosec // G103: as rawAddr
	u.entries = unsafe.Slice((*sqe)(unsafe.Pointer(&entries[0])), p.sqEntries) //nolint:gosec // G103: as rawAddr
	return nil
}

func (u *uring) send(first, step int) error {
	tail, n := *u.tail, uint32(0)
	for i := first; i < len(u.fds); i += step {
		at := tail & *u.mask
		u.entries[at] = sqe{opcode: opSendmsg, fd: int32(u.fds[i]), addr: uint64(uintptr(unsafe.Pointer(&u.messages[i]))), len: 1, msgFlags: unix.MSG_DONTWAIT} //nolint:gosec // G103: as rawAddr
		u.array[at] = at
		tail++
		n++
	}
	atomic.StoreUint32(u.tail, tail)
	if n == 0 {
		return nil
	}
	if _, _, errno := unix.RawSyscall6(unix.SYS_IO_URING_ENTER, uintptr(u.fd), uintptr(n), 0, 0, 0, 0); errno != 0 {
		return errno
	}
	atomic.StoreUint32(u.cqHead, atomic.LoadUint32(u.cqTail)) // what became of them is nobody's concern
	return nil
}
