package media

import (
	"bytes"
	"time"
)

// One frame of silence in each law, shared by all.
var (
	silentAlaw = bytes.Repeat([]byte{PCMA.Silence()}, FrameSamples)
	silentUlaw = bytes.Repeat([]byte{PCMU.Silence()}, FrameSamples)
)

// sendTurn sends what belongs to this 20 ms: the head of the queue, or silence
// unless another party is being passed on. The lock is held, as it is for all
// that follows.
func (s *Stream) sendTurn(now time.Time) {
	switch {
	case !s.peer.Send:
		s.out.source = sourceNone
	case len(s.queue) > 0 && s.queue[0].key != 0 && s.peer.EventType != NoEvents:
		s.sendKey(s.queue[0])
	case len(s.queue) > 0 && s.queue[0].key != 0:
		s.queue[0].sound()
		s.sendFrame(s.queue[0], now)
	case len(s.queue) > 0:
		s.sendFrame(s.queue[0], now)
	case s.out.source != sourceParty || now.Sub(s.saidAt) >= silentAfter:
		// Networks and NATs on the way drop a call whose audio stops.
		sequence, timestamp, marker := s.out.own(sourceSilence)
		quiet := silentAlaw
		if s.peer.Codec == PCMU {
			quiet = silentUlaw
		}
		s.send(s.peer.AudioType, marker, sequence, timestamp, quiet)
	}
}

func (s *Stream) sendFrame(p *Playback, now time.Time) {
	octets := p.prompt.octets(s.peer.Codec)
	sequence, timestamp, marker := s.out.own(sourcePlayback)
	marker = marker || p.at == 0 && !p.forever
	s.send(s.peer.AudioType, marker, sequence, timestamp, octets[p.at:p.at+FrameSamples])
	if s.heardBy != nil {
		s.heardBy.Heard(Frame{ALaw: p.prompt.alaw[p.at : p.at+FrameSamples], Sequence: sequence, Timestamp: timestamp, Marker: marker}, now)
	}
	if p.at += FrameSamples; p.at < len(octets) {
		return
	}
	if p.at = 0; !p.forever {
		s.finish(p)
	}
}

// sendKey sends 20 ms of a key: all packets bear the timestamp of its start
// (RFC 4733 section 2.3), and the last is repeated.
func (s *Stream) sendKey(p *Playback) {
	sequence, timestamp, _ := s.out.own(sourceKey)
	first := p.duration == 0
	if first {
		p.started = timestamp
	}
	p.duration += FrameSamples
	p.left--
	payload, _ := eventPayload(p.key, p.left == 0, p.duration)
	s.send(s.peer.EventType, first, sequence, p.started, payload)
	if p.left > 0 {
		return
	}
	for range endPackets - 1 {
		s.send(s.peer.EventType, false, s.out.sequence, p.started, payload)
		s.out.sequence++
	}
	s.finish(p)
}

// Say passes a frame of another party on at once. While a Playback is sounding,
// or the far end holds us, it is dropped.
func (s *Stream) Say(f Frame) {
	now := time.Now()
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.state != streamRunning || !s.peer.Send || len(s.queue) > 0 || len(f.ALaw) == 0 || len(f.ALaw) > maxFrame {
		return
	}
	sequence, timestamp, marker, ok := s.out.follow(f)
	if !ok {
		return
	}
	s.saidAt = now
	if s.peer.Codec == PCMU {
		translate(s.packet[rtpHeader:rtpHeader], f.ALaw, &alawToUlaw)
		s.sendBody(s.peer.AudioType, marker, sequence, timestamp, len(f.ALaw))
	} else {
		s.send(s.peer.AudioType, marker, sequence, timestamp, f.ALaw)
	}
	if s.heardBy != nil {
		s.heardBy.Heard(Frame{ALaw: f.ALaw, Sequence: sequence, Timestamp: timestamp, Marker: marker}, now)
	}
}

// send writes one packet.
func (s *Stream) send(payloadType uint8, marker bool, sequence uint16, timestamp uint32, payload []byte) {
	s.sendBody(payloadType, marker, sequence, timestamp, copy(s.packet[rtpHeader:], payload))
}

// sendBody writes one packet whose payload is in its place already. A failed
// write is not told here: an unreachable far end shows as lost media.
func (s *Stream) sendBody(payloadType uint8, marker bool, sequence uint16, timestamp uint32, size int) {
	putHeader(s.packet[:], payloadType, marker, sequence, timestamp, s.out.ssrc)
	if s.options.Write(s.packet[:rtpHeader+size]) != nil {
		return
	}
	s.stats.Sent++
	s.out.octetsSent += uint32(size)
}
