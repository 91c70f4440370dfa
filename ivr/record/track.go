package record

import "example.org/hotline/ivr/media"

// How far a frame may be from where its arrival says before its place is thought over, in samples.
const (
	jumpSlack   = SampleRate      // a stream that is a second off began anew
	markerSlack = SampleRate / 10 // and one that says so may be less
	driftSlack  = SampleRate / 25 // 40 ms: less is jitter
	driftFrames = 100             // how many frames a drift is judged by, 2 s
)

// track puts the frames of one direction on the time line. Within a stream the
// RTP timestamp tells the place: packets arrive early and late, what they hold
// was spoken evenly. Where the stream begins or jumps, and when its clock has
// run away from ours, the arrival tells it.
type track struct {
	begun    bool
	ts       uint32 // of the last frame placed
	at       int64  // its place, in samples
	earliest int64  // the smallest lateness in this window: what is left when the jitter is taken off
	frames   int    // in this window
}

// place tells at which sample a frame that arrived at a sample begins.
func (t *track) place(f media.Frame, arrival int64) int64 {
	pos := t.at + int64(int32(f.Timestamp-t.ts))
	late := arrival - pos
	if far := max(late, -late); !t.begun || far > jumpSlack || f.Marker && far > markerSlack {
		*t = track{begun: true}
		pos, late = arrival, 0
	}
	if t.frames == 0 || late < t.earliest {
		t.earliest = late
	}
	if t.frames++; t.frames == driftFrames {
		if max(t.earliest, -t.earliest) > driftSlack {
			pos += t.earliest
		}
		t.frames = 0
	}
	t.ts, t.at = f.Timestamp, pos
	return pos
}
