package media

import "testing"

// step is one packet of a case: what is sent, and what it must bear, counted
// from the stream's beginning.
type step struct {
	turns     uint32 // of the pacer that pass before
	own       source // of ours; or
	theirs    Frame  // of another party
	sequence  uint16
	timestamp uint32
	marker    bool
	dropped   bool
}

// The far end sees one stream, whatever is switched to: no number missing that
// the source did not miss, no timestamp that runs back.
func TestOutgoingHasNoSeam(t *testing.T) {
	frame := func(sequence uint16, timestamp uint32, samples int, marker bool) Frame {
		return Frame{ALaw: make([]byte, samples), Sequence: sequence, Timestamp: timestamp, Marker: marker}
	}
	const f = FrameSamples
	for name, steps := range map[string][]step{
		"silence, then a prompt": {
			{own: sourceSilence, sequence: 0, timestamp: 0, marker: true},
			{turns: 1, own: sourceSilence, sequence: 1, timestamp: f},
			{turns: 1, own: sourcePlayback, sequence: 2, timestamp: 2 * f, marker: true},
		},
		"a party between turns, and back": {
			{own: sourceSilence, sequence: 0, timestamp: 0, marker: true},
			{theirs: frame(65535, 9000, f, false), sequence: 1, timestamp: f, marker: true},
			{turns: 1, theirs: frame(0, 9000+f, f, false), sequence: 2, timestamp: 2 * f},
			{turns: 1, own: sourcePlayback, sequence: 3, timestamp: 3 * f, marker: true},
		},
		"a party of 30 ms packets": {
			{theirs: frame(1, 0, 240, false), sequence: 0, timestamp: 0, marker: true},
			{turns: 1, theirs: frame(2, 240, 240, false), sequence: 1, timestamp: 240},
			{turns: 2, own: sourceSilence, sequence: 2, timestamp: 480, marker: true},
		},
		"what the party lost stays lost": {
			{theirs: frame(10, 0, f, false), sequence: 0, timestamp: 0, marker: true},
			{turns: 2, theirs: frame(12, 2*f, f, false), sequence: 2, timestamp: 2 * f},
			{turns: 1, own: sourceSilence, sequence: 3, timestamp: 3 * f, marker: true},
		},
		"out of order stays so": {
			{theirs: frame(10, 0, f, false), sequence: 0, timestamp: 0, marker: true},
			{theirs: frame(12, 2*f, f, false), sequence: 2, timestamp: 2 * f},
			{theirs: frame(11, f, f, false), sequence: 1, timestamp: f},
			{theirs: frame(13, 3*f, f, false), sequence: 3, timestamp: 3 * f},
		},
		"twice is once": {
			{theirs: frame(10, 0, f, false), sequence: 0, timestamp: 0, marker: true},
			{theirs: frame(10, 0, f, false), dropped: true},
			{theirs: frame(11, f, f, false), sequence: 1, timestamp: f},
		},
		"late from before the switch": {
			{theirs: frame(10, 1600, f, false), sequence: 0, timestamp: 0, marker: true},
			{theirs: frame(9, 1600-f, f, false), dropped: true},
		},
		"a talkspurt after a pause is in time": {
			{theirs: frame(10, 0, f, true), sequence: 0, timestamp: 0, marker: true},
			{turns: 8, theirs: frame(11, 8*f+3, f, true), sequence: 1, timestamp: 8 * f, marker: true},
		},
		"another party": {
			{theirs: frame(10, 0, f, false), sequence: 0, timestamp: 0, marker: true},
			{turns: 1, theirs: frame(40000, 77777, f, false), sequence: 1, timestamp: f, marker: true},
			{turns: 1, theirs: frame(40001, 77777+f, f, false), sequence: 2, timestamp: 2 * f},
		},
		"a giver without numbers": {
			{theirs: frame(0, 0, f, false), sequence: 0, timestamp: 0, marker: true},
			{turns: 1, theirs: frame(0, f, f, false), sequence: 1, timestamp: f},
			{turns: 1, theirs: frame(0, 2*f, f, false), sequence: 2, timestamp: 2 * f},
		},
	} {
		t.Run(name, func(t *testing.T) {
			o := newOutgoing()
			o.sequence, o.clock = 65530, 0xFFFFFF00 // it wraps soon
			o.end = o.clock
			firstSequence, firstTime := o.sequence, o.clock
			for i, s := range steps {
				o.clock += s.turns * FrameSamples
				var sequence uint16
				var timestamp uint32
				var marker bool
				ok := true
				if s.own != sourceNone {
					sequence, timestamp, marker = o.own(s.own)
				} else {
					sequence, timestamp, marker, ok = o.follow(s.theirs)
				}
				if ok == s.dropped {
					t.Fatalf("packet %d: sent %v", i, ok)
				}
				if ok && (sequence-firstSequence != s.sequence || timestamp-firstTime != s.timestamp || marker != s.marker) {
					t.Errorf("packet %d: number %d, timestamp %d, marker %v; want %d, %d, %v", i,
						sequence-firstSequence, timestamp-firstTime, marker, s.sequence, s.timestamp, s.marker)
				}
			}
		})
	}
}
