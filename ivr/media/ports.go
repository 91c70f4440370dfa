package media

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"net/netip"
	"sync"
	"time"
)

// ErrNoPort is returned when every port of the pool is in use or draining.
var ErrNoPort = errors.New("no free RTP port")

// bindTries is how many ports are tried before giving up; others on the machine
// may hold some of our range.
const bindTries = 32

// PortPool hands out pairs of an even RTP port and the odd RTCP port above it
// (RFC 3550 section 11), at random so that they cannot be guessed. A returned
// pair rests for a while, so that late packets of one call never reach the next.
type PortPool struct {
	bind netip.Addr
	rest time.Duration

	mu      sync.Mutex
	free    []uint16
	resting []restingPort // oldest first
}

type restingPort struct {
	port  uint16
	until time.Time
}

// NewPortPool uses the even ports from first to last, bound on the address
// bind, each resting that long after use.
func NewPortPool(bind netip.Addr, first, last uint16, rest time.Duration) (*PortPool, error) {
	if first < 1024 || last <= first {
		return nil, fmt.Errorf("RTP ports %d to %d: want 1024 or above and at least one pair", first, last)
	}
	p := &PortPool{bind: bind, rest: rest}
	for port := int(first) + int(first)%2; port+1 <= int(last); port += 2 {
		p.free = append(p.free, uint16(port))
	}
	return p, nil
}

// Free returns how many pairs could be handed out now.
func (p *PortPool) Free() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.wake(time.Now())
	return len(p.free)
}

// open binds a random free pair, or fails with ErrNoPort.
func (p *PortPool) open() (*portPair, error) {
	for range bindTries {
		port, ok := p.take()
		if !ok {
			return nil, ErrNoPort
		}
		pair, err := bindPair(p.bind, port)
		if err == nil {
			return pair, nil
		}
		p.giveBack(port) // someone else's: ask again after the rest
	}
	return nil, ErrNoPort
}

func (p *PortPool) take() (uint16, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.wake(time.Now())
	if len(p.free) == 0 {
		return 0, false
	}
	i, end := rand.IntN(len(p.free)), len(p.free)-1 //nolint:gosec // G404: ChaCha8, which the system seeds; the port is told in clear anyway
	port := p.free[i]
	p.free[i] = p.free[end]
	p.free = p.free[:end]
	return port, true
}

func (p *PortPool) giveBack(port uint16) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.resting = append(p.resting, restingPort{port, time.Now().Add(p.rest)})
}

// wake moves ports that have rested to the free list. The lock is held.
func (p *PortPool) wake(now time.Time) {
	n := 0
	for n < len(p.resting) && !now.Before(p.resting[n].until) {
		p.free = append(p.free, p.resting[n].port)
		n++
	}
	p.resting = p.resting[n:]
}

type portPair struct {
	port      uint16
	rtp, rtcp *socket
}

func bindPair(addr netip.Addr, port uint16) (*portPair, error) {
	rtp, err := bindSocket(netip.AddrPortFrom(addr, port))
	if err != nil {
		return nil, fmt.Errorf("bind RTP port: %w", err)
	}
	rtcp, err := bindSocket(netip.AddrPortFrom(addr, port+1))
	if err != nil {
		return nil, errors.Join(fmt.Errorf("bind RTCP port: %w", err), rtp.close())
	}
	return &portPair{port: port, rtp: rtp, rtcp: rtcp}, nil
}

func (p *portPair) close() error { return errors.Join(p.rtp.close(), p.rtcp.close()) }
