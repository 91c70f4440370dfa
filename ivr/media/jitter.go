package media

// The delay of a mixed party: none at first, 20 ms more each time its packets
// come too late, at most 60 ms. What was gained is given back in a pause of the
// party once two seconds have shown that less would do.
const (
	ringSize    = 2048 // samples, 256 ms
	maxDelay    = 3 * FrameSamples
	dryTurns    = 10 // turns without a packet after which the party has stopped
	weighTurns  = 100
	quietSample = 256 // a frame with no sample above this, -42 dBov, is a pause
)

// jitterBuffer puts one party's packets back in order and takes up what they
// came early or late, for the mixer that needs 20 ms of it at each turn.
//
// The place in the ring is the timestamp; what is missing when its time comes
// is concealed by the last frame, fainter each time (ITU-T G.711 appendix I in
// its simplest form).
type jitterBuffer struct {
	ring    [ringSize]byte // A-law
	have    [ringSize]bool
	started bool
	next    uint32 // timestamp of what is pulled next
	end     uint32 // timestamp after the last sample
	number  uint16 // sequence number of the last packet
	packet  uint32 // its length in samples
	dry     int    // turns without anything

	last    [FrameSamples]int16
	weight  int32              // of last, in 1/256
	tailEnd [FrameSamples]byte // the end of what was passed on, A-law; it becomes last
	tail    int                // how much of it counts

	turns  int
	lowest uint32 // depth within the present two seconds
}

// passed notes a frame that was passed on while nobody mixes the party, so that
// mixing begins where the packets passed on have ended.
func (b *jitterBuffer) passed(f Frame) {
	if b.depth() > 0 {
		b.empty()
	}
	b.started, b.dry = true, 0
	b.next = f.Timestamp + uint32(len(f.ALaw))
	b.end, b.number, b.packet = b.next, f.Sequence, uint32(len(f.ALaw))
	b.tail = copy(b.tailEnd[:], f.ALaw[max(0, len(f.ALaw)-FrameSamples):])
}

// push takes a frame to be mixed.
func (b *jitterBuffer) push(f Frame) {
	size := uint32(len(f.ALaw))
	ahead := int32(f.Timestamp - b.next)
	if !b.started || ahead < -ringSize || ahead > ringSize-maxFrame {
		b.empty()
		b.started, b.next, b.end = true, f.Timestamp, f.Timestamp
		b.number, b.packet = f.Sequence, size
		ahead = 0
	}
	for i, octet := range f.ALaw {
		if ahead+int32(i) < 0 {
			continue // too late: concealed already
		}
		at := (f.Timestamp + uint32(i)) % ringSize
		b.ring[at], b.have[at] = octet, true
	}
	if after := f.Timestamp + size; int32(after-b.end) > 0 {
		b.end, b.number, b.packet = after, f.Sequence, size
	}
	b.dry = 0
	if b.depth() > maxDelay+size {
		b.skip(b.end - maxDelay)
	}
}

// depth is how many samples wait.
func (b *jitterBuffer) depth() uint32 { return uint32(max(0, int32(b.end-b.next))) }

// skip throws away what lies before a timestamp.
func (b *jitterBuffer) skip(to uint32) {
	for ; int32(to-b.next) > 0; b.next++ {
		b.have[b.next%ringSize] = false
	}
}

// empty forgets everything.
func (b *jitterBuffer) empty() { *b = jitterBuffer{} }

// pull gives the next 20 ms, and reports false where the party is silent.
func (b *jitterBuffer) pull(into *[FrameSamples]int16) bool {
	if !b.started {
		return false
	}
	if b.tail == FrameSamples {
		for i, octet := range b.tailEnd {
			b.last[i] = alawToLinear[octet]
		}
		b.tail, b.weight = 0, 256
	}
	if b.depth() == 0 {
		if b.dry++; b.dry > dryTurns {
			b.empty()
			return false
		}
		b.conceal(into) // and what comes late is still played: the delay grows
		return true
	}
	b.weigh()
	whole := true
	for i := range into {
		at := b.next % ringSize
		if b.have[at] {
			into[i] = alawToLinear[b.ring[at]]
		} else {
			into[i], whole = int16(int32(b.last[i])*b.weight/512), false
		}
		b.have[at] = false
		b.next++
	}
	if whole {
		b.weight = 256
	} else {
		b.weight /= 2
	}
	b.last = *into
	return true
}

func (b *jitterBuffer) conceal(into *[FrameSamples]int16) {
	b.weight /= 2
	for i := range into {
		into[i] = int16(int32(b.last[i]) * b.weight / 256)
	}
}

// weigh gives 20 ms of delay back in a pause, once they were not needed for two
// seconds.
func (b *jitterBuffer) weigh() {
	if b.turns == 0 {
		b.lowest = b.depth()
	}
	b.lowest = min(b.lowest, b.depth())
	if b.turns++; b.turns < weighTurns {
		return
	}
	if b.lowest < FrameSamples+b.packet {
		b.turns = 0
	} else if b.pause() {
		b.turns = 0
		b.skip(b.next + FrameSamples)
	}
}

func (b *jitterBuffer) pause() bool {
	for i := range uint32(FrameSamples) {
		if sample := alawToLinear[b.ring[(b.next+i)%ringSize]]; sample > quietSample || sample < -quietSample {
			return false
		}
	}
	return true
}

// rest gives what still waits, as the frames that it came in.
func (b *jitterBuffer) rest(give func(Frame)) {
	if !b.started || b.packet == 0 {
		return
	}
	octets := make([]byte, 0, ringSize)
	for at, left := b.next, b.depth(); left > 0; left-- {
		octet := PCMA.Silence()
		if b.have[at%ringSize] {
			octet = b.ring[at%ringSize]
		}
		octets = append(octets, octet)
		at++
	}
	for len(octets) > 0 {
		behind := (uint32(len(octets)) - 1) / b.packet // packets after this one
		size := uint32(len(octets)) - behind*b.packet
		give(Frame{ALaw: octets[:size], Sequence: b.number - uint16(behind), Timestamp: b.end - uint32(len(octets))})
		octets = octets[size:]
	}
}
