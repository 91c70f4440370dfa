package media

import (
	"errors"
	"fmt"
	"net/netip"
	"time"

	"github.com/pion/rtp"
)

// ErrKey is returned for a key that telephones do not have.
var ErrKey = errors.New("not a telephone key")

// lateAt is how far behind its schedule the pump may fall, on a machine that
// stood still, before it skips time instead of sending a burst.
const lateAt = 200 * time.Millisecond

// endPackets is how often the end of a key is sent (RFC 4733 section 2.5.1.4).
const endPackets = 3

// outgoing is the numbering of our RTP stream.
type outgoing struct {
	ssrc      uint32
	sequence  uint16
	timestamp uint32
	octets    uint32
	buf       [12 + FrameSamples]byte
}

// Playback is something on its way to the far end: a prompt or a key.
type Playback struct {
	session *Session
	done    chan struct{}

	prompt Prompt
	at     int // octets sent

	key      rune   // 0 for a prompt
	left     int    // packets of the key still to send
	started  uint32 // timestamp of the key
	duration uint16
}

// Done is closed when the last packet was sent or the playback was stopped.
func (p *Playback) Done() <-chan struct{} { return p.done }

// Stop ends the playback now. Stopping what has ended does nothing.
func (p *Playback) Stop() {
	p.session.mu.Lock()
	defer p.session.mu.Unlock()
	for i, q := range p.session.queue {
		if q == p {
			p.session.queue = append(p.session.queue[:i], p.session.queue[i+1:]...)
			close(p.done)
			return
		}
	}
}

// Play queues prompts as one playback, after whatever is playing. While the
// far end holds us, playing waits.
func (s *Session) Play(prompts ...Prompt) *Playback {
	var joined Prompt
	if len(prompts) == 1 {
		joined = prompts[0]
	} else {
		for _, p := range prompts {
			joined.alaw = append(joined.alaw, p.alaw...)
			joined.ulaw = append(joined.ulaw, p.ulaw...)
		}
	}
	p := &Playback{session: s, done: make(chan struct{}), prompt: joined}
	if joined.Duration() == 0 {
		close(p.done)
		return p
	}
	s.enqueue(p)
	return p
}

// Press queues a key, held for the given time, as RFC 4733 events. It fails
// with ErrKey.
func (s *Session) Press(key rune, held time.Duration) (*Playback, error) {
	if _, ok := eventPayload(key, false, 0); !ok {
		return nil, fmt.Errorf("press %q: %w", key, ErrKey)
	}
	p := &Playback{session: s, done: make(chan struct{}), key: key, left: max(2, int(held/FrameTime))}
	s.enqueue(p)
	return p, nil
}

func (s *Session) enqueue(p *Playback) {
	s.mu.Lock()
	defer s.mu.Unlock()
	select {
	case <-s.done:
		close(p.done)
	default:
		s.queue = append(s.queue, p)
	}
}

// pump is the sending goroutine. Each deadline is counted from the last one,
// never from the moment of sending, so the stream does not drift.
func (s *Session) pump() {
	due := time.Now()
	timer := time.NewTimer(0)
	defer timer.Stop()
	for first := true; ; first = false {
		select {
		case <-s.done:
			return
		case <-timer.C:
		}
		s.tick(first)
		due = due.Add(FrameTime)
		if late := time.Since(due); late > lateAt {
			skipped := late.Truncate(FrameTime)
			due = due.Add(skipped)
			s.skip(uint32(skipped / FrameTime))
		}
		timer.Reset(time.Until(due))
	}
}

// tick sends what belongs to this 20 ms.
func (s *Session) tick(first bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	defer func() { s.out.timestamp += FrameSamples }()
	to := s.from.source()
	if !s.peer.Send || !to.IsValid() || to.Addr().IsUnspecified() {
		return
	}
	if len(s.queue) == 0 {
		s.sendSilence(to, first)
		return
	}
	p := s.queue[0]
	if p.key != 0 {
		s.sendKey(p, to)
	} else {
		s.sendFrame(p, to, first)
	}
}

func (s *Session) skip(frames uint32) {
	s.mu.Lock()
	s.out.timestamp += frames * FrameSamples
	s.mu.Unlock()
}

// sendSilence keeps the stream going between prompts: networks and NATs on the
// way drop a call whose audio stops.
func (s *Session) sendSilence(to netip.AddrPort, first bool) {
	var quiet [FrameSamples]byte
	for i := range quiet {
		quiet[i] = s.peer.Codec.Silence()
	}
	s.send(to, rtp.Header{Marker: first, PayloadType: s.peer.AudioType, Timestamp: s.out.timestamp}, quiet[:])
}

func (s *Session) sendFrame(p *Playback, to netip.AddrPort, first bool) {
	octets := p.prompt.octets(s.peer.Codec)
	frame := octets[p.at : p.at+FrameSamples]
	s.send(to, rtp.Header{Marker: first, PayloadType: s.peer.AudioType, Timestamp: s.out.timestamp}, frame)
	if p.at += FrameSamples; p.at >= len(octets) {
		s.finish(p)
	}
}

func (s *Session) sendKey(p *Playback, to netip.AddrPort) {
	if s.peer.EventType == NoEvents {
		s.finish(p)
		return
	}
	h := rtp.Header{Marker: p.duration == 0, PayloadType: s.peer.EventType}
	if h.Marker {
		p.started = s.out.timestamp
	}
	h.Timestamp = p.started
	p.duration += FrameSamples
	p.left--
	copies := 1
	if p.left == 0 {
		copies = endPackets
	}
	payload, _ := eventPayload(p.key, p.left == 0, p.duration)
	for range copies {
		s.send(to, h, payload)
	}
	if p.left == 0 {
		s.finish(p)
	}
}

// finish takes the head off the queue. The lock is held.
func (s *Session) finish(p *Playback) {
	s.queue = s.queue[1:]
	close(p.done)
}

// send numbers and writes one packet. The lock is held, as it is for all of a
// tick: a write to a UDP socket does not wait.
func (s *Session) send(to netip.AddrPort, h rtp.Header, payload []byte) {
	h.Version, h.SSRC, h.SequenceNumber = 2, s.out.ssrc, s.out.sequence
	n, err := h.MarshalTo(s.out.buf[:])
	if err != nil {
		return // a header without extensions always fits
	}
	n += copy(s.out.buf[n:], payload)
	s.out.sequence++
	if _, err := s.ports.rtp.WriteToUDPAddrPort(s.out.buf[:n], to); err != nil {
		return // an unreachable far end shows as lost media, not here
	}
	s.stats.Sent++
	s.out.octets += uint32(len(payload))
}
