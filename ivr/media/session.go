package media

import (
	"errors"
	"fmt"
	"net/netip"
	"sync"
	"time"

	"github.com/pion/rtp"
)

// DrainTime is how long a far end may still be playing after our last packet:
// its jitter buffer. Hanging up earlier clips the last word.
const DrainTime = 200 * time.Millisecond

// Peer is what the SDP agreed with the far end.
type Peer struct {
	Addr      netip.AddrPort // where it wants our RTP, and where its RTP must come from; of a Session only
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
	Pacer       *Pacer         // nil for the program's own
}

// Session is the audio of one leg over UDP: a Stream that hears its locked
// source and nobody else. Create it with Open, Start it once the SDP is agreed,
// Close it exactly once.
type Session struct {
	*Stream
	pool   *PortPool
	ports  *portPair
	once   sync.Once
	packet rtp.Packet // the one being taken

	lock sync.Mutex // of from; taken last of all
	from sourceLock
}

// errNowhere is why nothing is written before there is somewhere to write to.
var errNowhere = errors.New("no media address")

// Open takes a port pair from the pool and returns a session that is silent
// until Start. It fails with ErrNoPort.
func Open(pool *PortPool, limits Limits) (*Session, error) {
	ports, err := pool.open()
	if err != nil {
		return nil, err
	}
	s := &Session{pool: pool, ports: ports, from: sourceLock{learn: limits.Learn}}
	s.Stream = NewStream(StreamOptions{Write: s.write, WriteReport: s.writeReport,
		Timeout: limits.Timeout, HoldTimeout: limits.HoldTimeout, Pacer: limits.Pacer})
	return s, nil
}

// Port is the local RTP port, for the SDP.
func (s *Session) Port() uint16 { return s.ports.port }

// Start begins to send and to listen. Later calls are those of Update.
func (s *Session) Start(peer Peer) {
	s.follow(peer)
	s.Stream.Start(peer)
	s.once.Do(s.listen)
}

// Update applies a new agreement (re-INVITE, UPDATE). The source lock opens
// again only where the far end named another address or other payload types.
func (s *Session) Update(peer Peer) {
	s.follow(peer)
	s.Stream.Update(peer)
}

func (s *Session) follow(peer Peer) {
	s.lock.Lock()
	defer s.lock.Unlock()
	s.from.agree(peer.Addr, [2]uint8{peer.AudioType, peer.EventType}, time.Now())
}

// Close stops the session and returns the ports to rest; nothing that came in is
// being taken any more once it has returned. What is still playing ends as
// stopped. It must not be called from a listener or a tap.
func (s *Session) Close() error {
	s.Stream.Close()
	err := s.ports.close()
	s.pool.giveBack(s.ports.port)
	if err != nil {
		return fmt.Errorf("close media: %w", err)
	}
	return nil
}

// write sends to where the caller's packets come from. A write to a UDP socket
// does not wait.
func (s *Session) write(packet []byte) error {
	to, ok := s.source()
	if !ok {
		return errNowhere
	}
	return s.ports.rtp.send(packet, to)
}

// writeReport sends to the port above the far end's RTP port (RFC 3550 section 11).
func (s *Session) writeReport(packet []byte) error {
	to, ok := s.source()
	if !ok || to.Port() == 0xFFFF {
		return errNowhere
	}
	return s.ports.rtcp.send(packet, netip.AddrPortFrom(to.Addr(), to.Port()+1))
}

// source is where the caller is, and whether that is known.
func (s *Session) source() (netip.AddrPort, bool) {
	s.lock.Lock()
	defer s.lock.Unlock()
	to := s.from.source()
	return to, to.IsValid() && !to.Addr().IsUnspecified()
}

// listen begins to read both ports. A reader that cannot be opened hears
// nothing, and the time-out ends the call.
func (s *Session) listen() {
	_ = s.ports.rtp.listen(func(data []byte, src netip.AddrPort) bool { return s.receive(&s.packet, data, src, time.Now()) })
	_ = s.ports.rtcp.listen(func(data []byte, src netip.AddrPort) bool {
		s.receiveReport(data, src.Addr(), time.Now())
		return true
	})
}

// receive takes one packet, and reports whether it was the caller's. A parser that panics on one costs that packet and
// not the process: anyone who knows the port can send them.
func (s *Session) receive(packet *rtp.Packet, data []byte, src netip.AddrPort, now time.Time) (admitted bool) {
	defer func() {
		if recover() != nil {
			s.refuse()
		}
	}()
	if err := packet.Unmarshal(data); err != nil || packet.Version != 2 || !s.admits(src, packet, now) {
		s.refuse()
		return false
	}
	s.Receive(packet, now)
	return true
}

func (s *Session) admits(src netip.AddrPort, p *rtp.Packet, now time.Time) bool {
	s.lock.Lock()
	defer s.lock.Unlock()
	return s.from.admit(src, &p.Header, now)
}

// receiveReport takes one packet of the odd port. It hears the locked source's
// host and nobody else.
func (s *Session) receiveReport(data []byte, from netip.Addr, now time.Time) {
	if to, ok := s.source(); ok && from == to.Addr() {
		s.ReceiveReport(data, now)
	}
}
