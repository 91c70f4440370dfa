package media

import (
	"net/netip"
	"time"

	"github.com/pion/rtp"
)

// How a source is locked. The gap is five packet times: a stream that still
// flows cannot be displaced by another SSRC from the same address, one that
// stopped can (networks change the SSRC in mid-call without saying so).
const (
	learnPackets = 5
	ssrcGap      = 100 * time.Millisecond
)

// The window of RFC 3550 appendix A.1 for sequence numbers, and a bound on the
// timestamp: one minute of audio.
const (
	maxDropout   = 3000
	maxMisorder  = 100
	maxTimestamp = 60 * SampleRate
)

// oldSource is how long the source before a re-INVITE that named another address
// teaches nothing: what it has sent until then is still on its way, and it goes on
// until our answer has reached it (RFC 3264 section 8.3.1).
const oldSource = time.Second

// comfortNoise is the static payload type of RFC 3389. Gateways that send nothing
// in pauses send it there, whether or not the description names it.
const comfortNoise = 13

// sourceLock admits the packets of one caller and of nobody else. Until it is
// locked, a packet must come from the address and port the SDP named. Where the
// trunk allows learning, one of the first five packets that come from inside
// its media networks may teach another port or address instead, once, for
// callers behind NAT. From then on address, SSRC and payload types are fixed.
type sourceLock struct {
	expect netip.AddrPort
	learn  []netip.Prefix
	types  [2]uint8 // audio, events

	before netip.AddrPort // the source before a new address was named; invalid for none
	named  time.Time      // when that was

	locked   netip.AddrPort
	learning int // packets that were weighed for learning
	window   sequenceWindow
}

// source is where the caller's packets come from, and so where ours go: the
// locked address, or that of the SDP before the first packet.
func (l *sourceLock) source() netip.AddrPort {
	if l.locked.IsValid() {
		return l.locked
	}
	return l.expect
}

// admit tells whether a packet is the caller's, and locks on the first that is.
func (l *sourceLock) admit(src netip.AddrPort, h *rtp.Header, now time.Time) bool {
	if l.locked.IsValid() {
		return src == l.locked && l.knownType(h) && l.window.admit(h, now)
	}
	if src != l.expect && !l.mayLearn(src, now) {
		return false
	}
	if !l.knownType(h) {
		return false
	}
	l.locked = src
	return l.window.admit(h, now)
}

// agree takes a new agreement. The lock opens again only where the far end named
// another address or other payload types.
func (l *sourceLock) agree(expect netip.AddrPort, types [2]uint8, now time.Time) {
	moved := expect != l.expect && !expect.Addr().IsUnspecified()
	if !moved && types == l.types {
		return
	}
	next := sourceLock{expect: l.expect, learn: l.learn, types: types, before: l.before, named: l.named}
	if moved {
		next.expect, next.before, next.named = expect, l.source(), now
	}
	*l = next
}

func (l *sourceLock) knownType(h *rtp.Header) bool {
	return h.PayloadType == l.types[0] || h.PayloadType == l.types[1] || h.PayloadType == comfortNoise
}

func (l *sourceLock) mayLearn(src netip.AddrPort, now time.Time) bool {
	if src == l.before && now.Sub(l.named) < oldSource {
		return false
	}
	for _, network := range l.learn {
		if network.Contains(src.Addr()) {
			l.learning++
			return l.learning <= learnPackets
		}
	}
	return false
}

// sequenceWindow follows one SSRC (RFC 3550 appendix A.1).
type sequenceWindow struct {
	started   bool
	ssrc      uint32
	sequence  uint16
	timestamp uint32
	bad       uint16 // the number that would make two outsiders in a row
	haveBad   bool
	lastAt    time.Time
}

func (w *sequenceWindow) admit(h *rtp.Header, now time.Time) bool {
	switch {
	case !w.started:
		w.restart(h)
	case h.SSRC != w.ssrc:
		if now.Sub(w.lastAt) < ssrcGap {
			return false
		}
		w.restart(h)
	case !w.inside(h):
		if !w.haveBad || h.SequenceNumber != w.bad {
			w.bad, w.haveBad = h.SequenceNumber+1, true
			return false
		}
		w.restart(h) // two in a row: the sender started anew
	default:
		w.haveBad = false
		if int16(h.SequenceNumber-w.sequence) > 0 {
			w.sequence, w.timestamp = h.SequenceNumber, h.Timestamp
		}
	}
	w.lastAt = now
	return true
}

func (w *sequenceWindow) inside(h *rtp.Header) bool {
	ahead, moved := int16(h.SequenceNumber-w.sequence), int32(h.Timestamp-w.timestamp)
	return ahead <= maxDropout && ahead >= -maxMisorder && moved <= maxTimestamp && moved >= -maxTimestamp
}

func (w *sequenceWindow) restart(h *rtp.Header) {
	*w = sequenceWindow{started: true, ssrc: h.SSRC, sequence: h.SequenceNumber, timestamp: h.Timestamp}
}
