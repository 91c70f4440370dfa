package record

import (
	"log/slog"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"github.com/google/uuid"

	"example.org/hotline/ivr"
	"example.org/hotline/ivr/media"
	"example.org/hotline/ticket"
)

// How a recording spends its second. What a crash costs is the longest time
// from a sample's arrival to the write of its chunk: a chunk's length, the
// patience for late packets and one round of the writer, 0.75 s together.
const (
	latePatience = 2 * SampleRate / 5     // 400 ms after a chunk's end it is sealed, whoever is still missing
	writeEvery   = 100 * time.Millisecond // a round of the writer
	maxOpen      = 40                     // chunks in memory while the writer is held up: 10 s
	maxQueued    = 20                     // chunks that wait for a disk that refuses them: 5 s
)

// The two tracks.
const (
	trackSaid  = 0 // left
	trackHeard = 1 // right
)

// chunk is a quarter of a second of both tracks, sample by sample in turns.
type chunk [plainLen]byte

var silentChunk = func() (c chunk) {
	for i := range c {
		c[i] = silence
	}
	return c
}()

var chunkPool = sync.Pool{New: func() any { return new(chunk) }}

func newChunk() *chunk {
	c := chunkPool.Get().(*chunk) //nolint:errcheck,forcetypeassert // the pool makes nothing else
	*c = silentChunk
	return c
}

// recording is one leg being recorded. The upper half belongs to whoever calls
// the tap and is guarded by mu, which is never held while anything waits; the
// lower half belongs to the writer and, once handed over, to the finisher.
type recording struct {
	store *Store
	id    uuid.UUID
	meta  Meta
	log   *slog.Logger
	zero  time.Time // the media's clock when it began
	call  time.Time // the call's clock at the same moment

	mu      sync.Mutex
	tracks  [2]track
	open    []*chunk // not yet taken by the writer, in order; nil is silence
	first   int64    // number of open[0]
	paused  bool
	ended   bool
	samples int64 // length, once ended
	lost    int64 // samples that came too late, or found no room

	given atomic.Bool // given up: nothing more is kept

	cipher    sealed
	wrapped   []byte // the key as it is kept
	file      *os.File
	queue     []*chunk  // taken and not written; nil is silence
	written   int64     // chunks in the file
	failing   bool      // the last write failed
	since     time.Time // of the first that did
	retryAt   time.Time
	dirty     atomic.Bool // written since the last sync
	synced    bool        // the key is on the disk's surface; the finisher's
	announced bool
}

var _ ivr.Recording = (*recording)(nil)

// ID is the recording's name, a UUID.
func (r *recording) ID() string { return r.id.String() }

// Said takes what the party said.
func (r *recording) Said(f media.Frame, at time.Time) { r.take(trackSaid, f, at) }

// Heard takes what the party heard.
func (r *recording) Heard(f media.Frame, at time.Time) { r.take(trackHeard, f, at) }

// take copies a frame to its place. It does not wait for anything but another
// copy.
func (r *recording) take(which int, f media.Frame, at time.Time) {
	if r.given.Load() || len(f.ALaw) == 0 {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.ended {
		return
	}
	pos := r.tracks[which].place(f, samplesIn(at.Sub(r.zero)))
	if r.paused {
		return // after the track has seen it: its time line goes on
	}
	for i, octet := range f.ALaw {
		at := pos + int64(i)
		slot := at/chunkSamples - r.first
		if at < 0 || slot < 0 || slot >= maxOpen {
			r.lost++
			continue
		}
		for int64(len(r.open)) <= slot {
			r.open = append(r.open, nil)
		}
		if r.open[slot] == nil {
			r.open[slot] = newChunk()
		}
		r.open[slot][2*(at%chunkSamples)+int64(which)] = octet
	}
}

// Pause keeps silence of the same length until Resume.
func (r *recording) Pause(time.Time) { r.setPaused(true) }

// Resume ends a Pause.
func (r *recording) Resume(time.Time) { r.setPaused(false) }

func (r *recording) setPaused(paused bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.paused = paused
}

// End closes the recording and returns its length.
func (r *recording) End(at time.Time) time.Duration { return r.endAt(samplesIn(at.Sub(r.call))) }

func (r *recording) endAt(samples int64) time.Duration {
	r.mu.Lock()
	defer r.mu.Unlock()
	if !r.ended {
		r.ended, r.samples = true, max(samples, 0, r.first*chunkSamples) // what is written stays
	}
	return duration(r.samples)
}

// due moves the chunks whose time is over to the writer's queue, and reports
// whether the recording has ended and everything of it was moved.
func (r *recording) due(now time.Time) (all bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	upTo := (samplesIn(now.Sub(r.zero)) - latePatience) / chunkSamples
	if r.ended {
		upTo = (r.samples + chunkSamples - 1) / chunkSamples
	}
	for r.first < upTo && len(r.queue) < maxQueued {
		var c *chunk
		if len(r.open) > 0 {
			c = r.open[0]
			copy(r.open, r.open[1:])
			r.open = r.open[:len(r.open)-1]
		}
		r.queue = append(r.queue, c)
		r.first++
	}
	return r.ended && r.first >= upTo
}

// giveUp forgets what was not written, and all that is to come.
func (r *recording) giveUp() {
	r.given.Store(true)
	r.mu.Lock()
	defer r.mu.Unlock()
	r.open, r.queue = nil, nil
}

// row is the recording as the database knows it. Not for use while the writer has it.
func (r *recording) row(state ticket.RecordingState, samples int64) ticket.Recording {
	kind := ticket.RecordingLeg
	if r.meta.Voicemail {
		kind = ticket.RecordingVoicemail
	}
	return ticket.Recording{ID: r.ID(), Call: ticket.CallID(r.meta.Call), Leg: r.meta.Leg, Kind: kind, Node: r.meta.Node,
		StartedAt: r.meta.StartedAt, Length: duration(samples), Bytes: chunkOffset(r.written), State: state}
}

// samplesIn is how many samples fit in a time, rounded down also below zero.
func samplesIn(d time.Duration) int64 {
	n := int64(d) * SampleRate
	if n < 0 {
		return (n - int64(time.Second) + 1) / int64(time.Second)
	}
	return n / int64(time.Second)
}
