package media

import (
	"sync"
	"time"

	"github.com/pion/rtp"
)

// silentAfter is how long nothing may come from a party that is passed on before
// silence keeps the stream going in its place: longer than a burst of jitter, so
// that none is mixed in between its frames.
const silentAfter = 200 * time.Millisecond

// StreamOptions say what carries a Stream and what bounds it. Only Write is needed.
type StreamOptions struct {
	// Write sends one RTP packet. It is called by one goroutine at a time, under
	// the stream's lock: it must not block, keeps no octet and calls no method of
	// the stream. A packet it fails to send is not counted and lost.
	Write func(packet []byte) error
	// WriteReport sends one compound RTCP packet in the same way. Nil where the
	// carrier makes its own reports.
	WriteReport func(packet []byte) error
	// Timeout is how long media may be missing before Lost; 0 for ever.
	Timeout time.Duration
	// HoldTimeout is the same while the far end holds us and need not send.
	HoldTimeout time.Duration
	// Pacer gives the stream its turns; nil for the program's own.
	Pacer *Pacer
}

// Stream is the audio of one Party without the way it travels: what goes out is
// numbered, timed and encoded here and handed to Write, what came in and was
// found to be the far end's own is handed to Receive. A Session is a Stream over
// UDP; a browser's leg is one over WebRTC.
type Stream struct {
	options StreamOptions
	digits  chan Digit
	lost    chan struct{}

	// hearing orders what the party says. It is taken before mu, never after.
	hearing  sync.Mutex
	listener func(Frame)
	saidTo   Tap
	alaw     [maxFrame]byte // of a party that speaks µ-law; Receive's

	mu         sync.Mutex
	peer       Peer
	state      streamState
	turns      uint64 // of the pacer, when the clock was last set
	quietAt    time.Time
	lostMedia  bool
	saidAt     time.Time // when another party was last passed on
	nextReport uint64    // turn of the next RTCP report
	queue      []*Playback
	keysBy     func(key rune, held time.Duration) bool
	heardBy    Tap
	detector   digitDetector
	inband     *toneDetector // only of a far end that takes no events
	incoming   reception
	far        farReport
	stats      Stats
	out        outgoing
	packet     [rtpHeader + maxFrame]byte
}

// streamState is where a Stream stands in its life.
type streamState byte

const (
	streamIdle streamState = iota
	streamRunning
	streamClosed
)

// NewStream returns a stream that is silent until Start.
func NewStream(o StreamOptions) *Stream {
	o.Pacer = o.Pacer.orShared()
	return &Stream{options: o, digits: make(chan Digit, 32), lost: make(chan struct{}), out: newOutgoing()}
}

// Start begins to send, and to count silence. Later calls are those of Update.
func (s *Stream) Start(peer Peer) {
	s.mu.Lock()
	first := s.state == streamIdle
	if first {
		s.state = streamRunning
	}
	s.mu.Unlock()
	s.Update(peer)
	if first {
		s.options.Pacer.add(s)
	}
}

// Update applies a new agreement (re-INVITE, UPDATE). The time-out that then
// holds begins anew.
func (s *Stream) Update(peer Peer) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.peer = peer
	s.quietAt = time.Now()
	s.incoming.pause()
	switch {
	case peer.EventType != NoEvents:
		s.inband = nil
	case s.inband == nil:
		s.inband = &toneDetector{}
	}
}

// Close ends the stream: nothing is written once it has returned. What is still
// playing ends as stopped. It is safe to call again.
func (s *Stream) Close() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.state = streamClosed
	for _, p := range s.queue {
		close(p.done)
	}
	s.queue = nil
}

// Digits gives each key the party presses, once. It is never closed.
func (s *Stream) Digits() <-chan Digit { return s.digits }

// Lost is closed when the party's media has been missing for the time-out.
func (s *Stream) Lost() <-chan struct{} { return s.lost }

// turn is the stream's 20 ms on the pacer.
func (s *Stream) turn(number uint64, now time.Time) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.state == streamClosed {
		return false
	}
	if s.turns == 0 {
		s.nextReport = number + reportTurns()
	} else {
		s.out.clock += uint32(number-s.turns) * FrameSamples
	}
	s.turns = number
	s.checkSilence(now)
	if number >= s.nextReport {
		s.nextReport = number + reportTurns()
		s.report(now)
	}
	s.sendTurn(now)
	return true
}

// checkSilence closes lost once nothing has come from the far end for the time-out
// that holds now: neither sound nor, where it sends none in pauses (voice activity
// detection), comfort noise or a report (RTCP). Only the inbound direction counts:
// whether we send says nothing about whether anybody is there. Who holds us may send
// music or nothing at all, sendonly as well as inactive.
func (s *Stream) checkSilence(now time.Time) {
	limit := s.options.Timeout
	if !s.peer.Receive || !s.peer.Send {
		limit = s.options.HoldTimeout
	}
	if !s.lostMedia && limit > 0 && now.Sub(s.quietAt) >= limit {
		s.lostMedia = true
		close(s.lost)
	}
}

// Hear sets who is told what this party says; nil for nobody. No earlier
// listener is called once it has returned.
func (s *Stream) Hear(to func(Frame)) {
	s.hearing.Lock()
	defer s.hearing.Unlock()
	s.listener = to
}

// Tap sets who records the party; nil for nobody. No earlier tap is called once
// it has returned.
func (s *Stream) Tap(t Tap) {
	s.hearing.Lock()
	defer s.hearing.Unlock()
	s.mu.Lock()
	defer s.mu.Unlock()
	s.saidTo, s.heardBy = t, t
}

// Receive takes one packet that is known to be the far end's: it came from the
// locked source, or was authenticated. It is called by one goroutine at a time.
func (s *Stream) Receive(p *rtp.Packet, now time.Time) {
	f, ok := s.admit(p, now)
	if !ok {
		return
	}
	s.hearing.Lock()
	defer s.hearing.Unlock()
	if s.saidTo != nil {
		s.saidTo.Said(f, now)
	}
	if s.listener != nil {
		s.listener(f)
	}
}

// admit counts a packet, presses its key, and returns its frame if it is audio.
// Comfort noise is no sound: nobody hears it nor records it, and silence is sent in
// its place.
func (s *Stream) admit(p *rtp.Packet, now time.Time) (Frame, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.state != streamRunning || len(p.Payload) > maxFrame {
		s.stats.Refused++
		return Frame{}, false
	}
	s.stats.Received++
	s.stats.LastHeard, s.quietAt = now, now
	audio := p.PayloadType == s.peer.AudioType
	s.incoming.count(&p.Header, audio, s.peer.Receive, now)
	if p.PayloadType == s.peer.EventType {
		if key, pressed := s.detector.take(p.Payload, p.Timestamp, now); pressed {
			s.press(Digit{Key: key, At: now, By: KeyByEvent})
		}
	}
	if p.PayloadType == comfortNoise && !audio {
		s.incoming.pause() // it says that nothing follows for a while: no gap
	}
	if !audio || len(p.Payload) == 0 {
		return Frame{}, false
	}
	f := Frame{ALaw: p.Payload, Sequence: p.SequenceNumber, Timestamp: p.Timestamp, Marker: p.Marker}
	if s.peer.Codec == PCMU {
		f.ALaw = translate(s.alaw[:0], p.Payload, &ulawToAlaw)
	}
	if s.inband != nil {
		if key, pressed := s.inband.take(f.ALaw); pressed {
			s.press(Digit{Key: key, At: now, By: KeyByTone})
		}
	}
	return f, true
}

// press hands a new key on. Nobody presses 32 keys that nobody reads; if so
// the rest are dropped rather than the reader blocked. The lock is held.
func (s *Stream) press(d Digit) {
	select {
	case s.digits <- d:
	default:
	}
}

func (s *Stream) refuse() {
	s.mu.Lock()
	s.stats.Refused++
	s.mu.Unlock()
}
