package media

import (
	"crypto/rand"
	"encoding/binary"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"sync"
	"time"

	"github.com/pion/rtp"
)

// DrainTime is how long a far end may still be playing after our last packet:
// its jitter buffer. Hanging up earlier clips the last word.
const DrainTime = 200 * time.Millisecond

// Peer is what the SDP agreed with the far end.
type Peer struct {
	Addr      netip.AddrPort // where it wants our RTP, and where its RTP must come from
	Codec     Codec
	AudioType uint8 // RTP payload type of the codec
	EventType uint8 // payload type of telephone-event; NoEvents where it has none
	Send      bool  // we send audio; false while it holds us
	Receive   bool  // it sends audio
}

// NoEvents is the EventType of a peer that takes no RFC 4733 events.
const NoEvents uint8 = 0xFF

// Limits are the time-outs and permissions of a Session. The zero value never
// times out and never learns.
type Limits struct {
	Timeout     time.Duration  // media is lost after so long without a packet of the caller; 0 never
	HoldTimeout time.Duration  // the same while the caller holds and need not send; 0 never
	Learn       []netip.Prefix // networks from inside which one of the first packets may teach a NAT address
	// Heard, when set, gets each audio packet on the reader's goroutine.
	Heard func(pcm []int16, timestamp uint32)
}

// Stats counts packets of one Session.
type Stats struct {
	Sent      uint64 // RTP packets sent
	Received  uint64 // RTP packets of the caller
	Refused   uint64 // packets of other sources, or outside the window
	FarLost   uint32 // packets the far end reports lost (RTCP)
	LastHeard time.Time
}

// Session is the audio of one leg. Create it with Open, Start it once the SDP
// is agreed, Close it exactly once.
type Session struct {
	pool   *PortPool
	ports  *portPair
	limits Limits

	digits chan Digit
	lost   chan struct{}
	done   chan struct{}
	work   sync.WaitGroup

	mu       sync.Mutex
	peer     Peer
	started  bool
	from     sourceLock
	detector digitDetector
	stats    Stats
	quietAt  time.Time // since when the present time-out runs
	queue    []*Playback
	out      outgoing
}

// Open takes a port pair from the pool and returns a session that is silent
// until Start. It fails with ErrNoPort.
func Open(pool *PortPool, limits Limits) (*Session, error) {
	ports, err := pool.open()
	if err != nil {
		return nil, err
	}
	return &Session{pool: pool, ports: ports, limits: limits,
		digits: make(chan Digit, 32), lost: make(chan struct{}), done: make(chan struct{}),
		out: outgoing{ssrc: random32(), sequence: uint16(random32()), timestamp: random32()},
	}, nil
}

// random32 draws what a stream begins with; who sees one of the three must not
// guess the others (RFC 3550 section 5.1).
func random32() uint32 {
	var b [4]byte
	rand.Read(b[:]) // never fails
	return binary.BigEndian.Uint32(b[:])
}

// Port is the local RTP port, for the SDP.
func (s *Session) Port() uint16 { return s.ports.port }

// Digits gives each key the caller presses, once. It is never closed.
func (s *Session) Digits() <-chan Digit { return s.digits }

// Lost is closed when the caller's media has been missing for the time-out.
func (s *Session) Lost() <-chan struct{} { return s.lost }

// Stats returns the counters so far.
func (s *Session) Stats() Stats {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.stats
}

// Start begins to send and to listen. Later calls are those of Update.
func (s *Session) Start(peer Peer) {
	s.mu.Lock()
	first := !s.started
	s.started = true
	s.mu.Unlock()
	s.Update(peer)
	if !first {
		return
	}
	s.work.Go(s.pump)
	s.work.Go(s.read)
	s.work.Go(s.rtcp)
}

// Update applies a new agreement (re-INVITE, UPDATE). The source lock opens
// again only where the far end named another address or other payload types.
func (s *Session) Update(peer Peer) {
	s.mu.Lock()
	defer s.mu.Unlock()
	types := [2]uint8{peer.AudioType, peer.EventType}
	if peer.Addr != s.from.expect && !peer.Addr.Addr().IsUnspecified() || types != s.from.types {
		s.from = sourceLock{expect: peer.Addr, learn: s.limits.Learn, types: types}
	}
	s.peer = peer
	s.quietAt = time.Now()
	_ = s.ports.rtp.SetReadDeadline(s.deadline()) // fails only on a closed socket
}

// Close stops the session, waits for its goroutines and returns the ports to
// rest. What is still playing ends as stopped.
func (s *Session) Close() error {
	close(s.done)
	err := s.ports.close()
	s.work.Wait()
	s.mu.Lock()
	for _, p := range s.queue {
		close(p.done)
	}
	s.queue = nil
	s.mu.Unlock()
	s.pool.giveBack(s.ports.port)
	if err != nil {
		return fmt.Errorf("close media: %w", err)
	}
	return nil
}

// timeout is the time-out that applies now. The lock is held.
func (s *Session) timeout() time.Duration {
	if !s.peer.Receive {
		return s.limits.HoldTimeout
	}
	return s.limits.Timeout
}

// deadline is when the caller's silence becomes a loss. The lock is held.
func (s *Session) deadline() time.Time {
	if t := s.timeout(); t > 0 {
		return s.quietAt.Add(t)
	}
	return time.Time{}
}

// read is the reader goroutine.
func (s *Session) read() {
	buf := make([]byte, 2048)
	for {
		n, src, err := s.ports.rtp.ReadFromUDPAddrPort(buf)
		now := time.Now()
		switch {
		case err == nil:
			s.receive(buf[:n], netip.AddrPortFrom(src.Addr().Unmap(), src.Port()), now)
		case errors.Is(err, net.ErrClosed):
			return
		case !errors.Is(err, os.ErrDeadlineExceeded):
			continue // an ICMP error of an earlier send; the socket lives on
		}
		if !s.checkSilence(now, err != nil) {
			return
		}
	}
}

// checkSilence reports false once the media is lost, and moves the read
// deadline along when it has passed too early. Packets of strangers keep
// nothing alive.
func (s *Session) checkSilence(now time.Time, passed bool) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	due := s.deadline()
	if !due.IsZero() && !now.Before(due) {
		close(s.lost)
		return false
	}
	if passed {
		_ = s.ports.rtp.SetReadDeadline(due) // fails only on a closed socket
	}
	return true
}

// receive takes one packet. A parser that panics on one costs that packet and
// not the process: anyone who knows the port can send them.
func (s *Session) receive(data []byte, src netip.AddrPort, now time.Time) {
	defer func() {
		if recover() != nil {
			s.refuse()
		}
	}()
	var packet rtp.Packet
	if err := packet.Unmarshal(data); err != nil || packet.Version != 2 {
		s.refuse()
		return
	}
	if pcm := s.take(&packet, src, now); pcm != nil {
		s.limits.Heard(pcm, packet.Timestamp)
	}
}

func (s *Session) refuse() {
	s.mu.Lock()
	s.stats.Refused++
	s.mu.Unlock()
}

// take admits a packet, presses its key, and returns its samples if it is
// audio that somebody wants to hear.
func (s *Session) take(p *rtp.Packet, src netip.AddrPort, now time.Time) []int16 {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.from.admit(src, &p.Header, now) {
		s.stats.Refused++
		return nil
	}
	s.stats.Received++
	s.stats.LastHeard, s.quietAt = now, now
	if p.PayloadType == s.peer.EventType {
		s.press(p, now)
		return nil
	}
	if s.limits.Heard == nil {
		return nil
	}
	return s.peer.Codec.Decode(p.Payload)
}

// press hands a new key on. Nobody presses 32 keys that nobody reads; if so
// the rest are dropped rather than the reader blocked. The lock is held.
func (s *Session) press(p *rtp.Packet, now time.Time) {
	key, pressed := s.detector.take(p.Payload, p.Timestamp, now)
	if !pressed {
		return
	}
	select {
	case s.digits <- Digit{Key: key, At: now}:
	default:
	}
}
