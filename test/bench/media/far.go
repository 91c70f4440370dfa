package main

import (
	"encoding/binary"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"time"

	"golang.org/x/sys/unix"
)

// frameTime is what each packet covers; talkSlots spreads those that the far
// ends send over it.
const (
	frameTime = 20 * time.Millisecond
	talkSlots = 20
)

var loopback = netip.MustParseAddr("127.0.0.1")

// farEnds are the telephones: one socket each.
type farEnds struct {
	ends    []*farEnd
	work    sync.WaitGroup
	hushed  chan struct{}
	talking sync.WaitGroup
}

// farEnd is one telephone. It writes the time at which it sent a packet and its
// number into the packet's sound, which comes out at the other's untouched.
type farEnd struct {
	conn   *net.UDPConn
	to     netip.AddrPort
	sent   uint32
	mu     sync.Mutex
	counts bool
	last   time.Time
	since  time.Time
	got    int
	talked int // of got, those of the other telephone
	off    []time.Duration
	delay  []time.Duration
}

// summary is what all of them saw.
type summary struct {
	worstRate      float64 // packets a second of the call that got fewest
	off, delay     []time.Duration
	received, lost int
}

func newFarEnds(n int) (*farEnds, error) {
	f := &farEnds{hushed: make(chan struct{})}
	for range n {
		conn, err := net.ListenUDP("udp4", net.UDPAddrFromAddrPort(netip.AddrPortFrom(loopback, 0)))
		if err != nil {
			f.close()
			return nil, fmt.Errorf("open a far end: %w", err)
		}
		if err := stampArrivals(conn); err != nil {
			f.close()
			return nil, err
		}
		e := &farEnd{conn: conn}
		f.ends = append(f.ends, e)
		f.work.Go(e.read)
	}
	return f, nil
}

// stampArrivals asks the kernel for the time at which each packet arrived.
func stampArrivals(conn *net.UDPConn) error {
	raw, err := conn.SyscallConn()
	if err != nil {
		return fmt.Errorf("stamp arrivals: %w", err)
	}
	var set error
	err = raw.Control(func(fd uintptr) {
		set = unix.SetsockoptInt(int(fd), unix.SOL_SOCKET, unix.SO_TIMESTAMPNS, 1)
	})
	return errors.Join(err, set)
}

func (f *farEnds) ports() string {
	var all []string
	for _, e := range f.ends {
		addr, _ := e.conn.LocalAddr().(*net.UDPAddr)
		all = append(all, strconv.Itoa(addr.Port))
	}
	return strings.Join(all, ",")
}

func (f *farEnds) close() {
	for _, e := range f.ends {
		_ = e.conn.Close()
	}
	f.work.Wait()
}

// begin starts to count.
func (f *farEnds) begin() {
	now := time.Now()
	for _, e := range f.ends {
		e.mu.Lock()
		e.counts, e.since, e.last, e.got, e.off, e.delay = true, now, time.Time{}, 0, nil, nil
		e.mu.Unlock()
	}
}

// end stops counting and sums up.
func (f *farEnds) end() (s summary) {
	now := time.Now()
	s.worstRate = 1e9
	sent := 0
	for _, e := range f.ends {
		e.mu.Lock()
		e.counts = false
		s.worstRate = min(s.worstRate, float64(e.got)/now.Sub(e.since).Seconds())
		s.off, s.delay = append(s.off, e.off...), append(s.delay, e.delay...)
		s.received += e.talked
		sent += int(e.sent)
		e.mu.Unlock()
	}
	s.lost = sent - s.received
	return s
}

func (e *farEnd) read() {
	buf, control := make([]byte, 1500), make([]byte, 256)
	for {
		n, c, _, _, err := e.conn.ReadMsgUDPAddrPort(buf, control)
		if errors.Is(err, net.ErrClosed) {
			return
		}
		if err == nil && n >= 12 && buf[1]&0x7F == 8 { // no report, which goes to the port above and that may be ours
			e.take(buf[12:n], arrival(control[:c]))
		}
	}
}

func arrival(control []byte) time.Time {
	messages, err := unix.ParseSocketControlMessage(control)
	if err != nil || len(messages) == 0 || len(messages[0].Data) < 16 {
		return time.Now()
	}
	data := messages[0].Data
	return time.Unix(int64(binary.NativeEndian.Uint64(data)), int64(binary.NativeEndian.Uint64(data[8:])))
}

// mark is what the sound of a far end begins with.
const mark = 0x6D61726B

func (e *farEnd) take(sound []byte, at time.Time) {
	e.mu.Lock()
	defer e.mu.Unlock()
	talked := len(sound) > 16 && binary.BigEndian.Uint32(sound) == mark
	if talked {
		e.talked++
	}
	if !e.counts {
		return
	}
	e.got++
	if !e.last.IsZero() {
		e.off = append(e.off, (at.Sub(e.last) - frameTime).Abs())
	}
	e.last = at
	if talked {
		e.delay = append(e.delay, at.Sub(time.Unix(0, int64(binary.BigEndian.Uint64(sound[4:])))))
	}
}

// talk lets every far end send, from now until hush.
func (f *farEnds) talk(ports []int) {
	for i, e := range f.ends {
		e.to = netip.AddrPortFrom(loopback, uint16(ports[i]))
	}
	f.talking.Go(func() {
		runtime.LockOSThread() // and before others, so that the delay measured is not the measurer's own
		_ = unix.SchedSetAttr(0, &unix.SchedAttr{Size: unix.SizeofSchedAttr, Policy: unix.SCHED_FIFO, Priority: 1}, 0)
		began := time.Now()
		for slot := 0; ; slot++ {
			due := time.Duration(slot) * frameTime / talkSlots
			select {
			case <-f.hushed:
				return
			case <-time.After(due - time.Since(began)):
			}
			for i := slot % talkSlots; i < len(f.ends); i += talkSlots {
				f.ends[i].say()
			}
		}
	})
}

// hush ends the talking and waits until what is under way has arrived.
func (f *farEnds) hush() {
	close(f.hushed)
	f.talking.Wait()
	time.Sleep(200 * time.Millisecond)
}

func (e *farEnd) say() {
	var packet [172]byte
	packet[0], packet[1] = 0x80, 8
	binary.BigEndian.PutUint16(packet[2:], uint16(e.sent))
	binary.BigEndian.PutUint32(packet[4:], e.sent*160)
	binary.BigEndian.PutUint32(packet[8:], 7)
	binary.BigEndian.PutUint32(packet[12:], mark)
	binary.BigEndian.PutUint64(packet[16:], uint64(time.Now().UnixNano()))
	if _, err := e.conn.WriteToUDPAddrPort(packet[:], e.to); err == nil {
		e.mu.Lock()
		e.sent++
		e.mu.Unlock()
	}
}
