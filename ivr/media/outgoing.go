package media

import (
	"crypto/rand"
	"encoding/binary"
)

// rtpHeader is the length of an RTP header without sources and extensions
// (RFC 3550 section 5.1); maxFrame is 60 ms of G.711, the longest packet time
// that telephones agree on.
const (
	rtpHeader = 12
	maxFrame  = 3 * FrameSamples
)

// sameSource is how far sequence numbers of one source lie apart at most, and
// sameSourceTime their timestamps; anything else is a source that started anew.
const (
	sameSource     = 100
	sameSourceTime = 2 * SampleRate
)

// outgoing is the numbering of our RTP stream. The far end sees one stream
// without a seam, whatever source is switched to: numbers without a gap of our
// making, timestamps that never run back, the marker bit where a source begins.
//
// What is played is stamped with our own clock. What another party says keeps
// the distances of its own numbers and timestamps, so that a packet it lost is
// one that the far end knows to be lost.
type outgoing struct {
	ssrc     uint32
	sequence uint16 // of the next packet
	clock    uint32 // timestamp of the present turn of the pacer
	end      uint32 // timestamp after the last sample sent
	source   source // of the last packet

	// the party that is passed on
	theirs     uint16 // highest sequence number of its own so far
	theirTime  uint32 // and the timestamp that came with it
	begin      uint16 // our number of its first packet
	shift      uint16 // ours minus theirs
	timeShift  uint32
	octetsSent uint32 // of payload, for the sender report
}

// source is what is being sent.
type source byte

const (
	sourceNone source = iota
	sourceSilence
	sourcePlayback
	sourceKey
	sourceParty
)

func newOutgoing() outgoing {
	clock := random32()
	return outgoing{ssrc: random32(), sequence: uint16(random32()), clock: clock, end: clock}
}

// random32 draws what a stream begins with; who sees one of the three must not
// guess the others (RFC 3550 section 5.1).
func random32() uint32 {
	var b [4]byte
	rand.Read(b[:]) // never fails
	return binary.BigEndian.Uint32(b[:])
}

// next is the timestamp that the next packet of our own bears.
func (o *outgoing) next() uint32 {
	if int32(o.end-o.clock) > 0 {
		return o.end
	}
	return o.clock
}

// own numbers a packet of 20 ms of ours and tells whether it begins a source.
func (o *outgoing) own(from source) (sequence uint16, timestamp uint32, marker bool) {
	sequence, timestamp, marker = o.sequence, o.next(), from != o.source
	o.sequence++
	o.end = timestamp + FrameSamples
	o.source = from
	return sequence, timestamp, marker
}

// follow numbers a packet of another party. It reports false for one that came
// twice, and for one that belongs before the switch to this party.
func (o *outgoing) follow(f Frame) (sequence uint16, timestamp uint32, marker, ok bool) {
	step, moved := int16(f.Sequence-o.theirs), int32(f.Timestamp-o.theirTime)
	known := o.source == sourceParty && step > -sameSource && step < sameSource && moved > -sameSourceTime && moved < sameSourceTime
	switch {
	case !known || f.Marker && step > 0:
		marker = true
		o.begin, o.shift, o.timeShift = o.sequence, o.sequence-f.Sequence, o.next()-f.Timestamp
	case step == 0 && moved == 0:
		return 0, 0, false, false
	case step == 0:
		o.shift++ // a giver that does not number its frames
	}
	sequence, timestamp = f.Sequence+o.shift, f.Timestamp+o.timeShift
	if int16(sequence-o.begin) < 0 {
		return 0, 0, false, false
	}
	if int16(sequence-o.sequence) >= 0 {
		o.sequence, o.end = sequence+1, timestamp+uint32(len(f.ALaw))
		o.theirs, o.theirTime = f.Sequence, f.Timestamp
	}
	o.source = sourceParty
	return sequence, timestamp, marker, true
}

// putHeader writes an RTP header (RFC 3550 section 5.1).
func putHeader(b []byte, payloadType uint8, marker bool, sequence uint16, timestamp, ssrc uint32) {
	b[0], b[1] = 0x80, payloadType
	if marker {
		b[1] |= 0x80
	}
	binary.BigEndian.PutUint16(b[2:], sequence)
	binary.BigEndian.PutUint32(b[4:], timestamp)
	binary.BigEndian.PutUint32(b[8:], ssrc)
}
