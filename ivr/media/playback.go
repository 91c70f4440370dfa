package media

import (
	"errors"
	"fmt"
	"slices"
	"time"
)

// ErrKey is returned for a key that telephones do not have.
var ErrKey = errors.New("not a telephone key")

// endPackets is how often the end of a key is sent (RFC 4733 section 2.5.1.4).
const endPackets = 3

// Playback is something on its way to the far end: a prompt, music or a key.
type Playback struct {
	stream *Stream
	done   chan struct{}

	prompt  Prompt
	at      int  // octets sent
	forever bool // music

	key      rune   // 0 for a prompt
	left     int    // packets of the key still to send
	started  uint32 // timestamp of the key
	duration uint16
}

// Done is closed when the last packet was sent or the playback was stopped.
func (p *Playback) Done() <-chan struct{} { return p.done }

// Stop ends the playback now. Stopping what has ended does nothing.
func (p *Playback) Stop() {
	p.stream.mu.Lock()
	defer p.stream.mu.Unlock()
	if i := slices.Index(p.stream.queue, p); i >= 0 {
		p.stream.queue = slices.Delete(p.stream.queue, i, i+1)
		close(p.done)
	}
}

// Play queues prompts as one playback, after whatever is playing. While the
// far end holds us, playing waits.
func (s *Stream) Play(prompts ...Prompt) *Playback {
	if len(prompts) == 1 {
		return s.enqueue(&Playback{prompt: prompts[0]})
	}
	var joined Prompt
	for _, p := range prompts {
		joined.alaw = append(joined.alaw, p.alaw...)
		joined.ulaw = append(joined.ulaw, p.ulaw...)
	}
	return s.enqueue(&Playback{prompt: joined})
}

// Loop plays a prompt again and again until it is stopped. What Play and Press
// queue goes first; the music then goes on.
func (s *Stream) Loop(p Prompt) *Playback {
	return s.enqueue(&Playback{prompt: p, forever: true})
}

// KeysBy names another way for keys to a far end that takes no RFC 4733 events:
// SIP INFO, beside the audio. Where send returns false the key goes as tones. It is
// called by Press, and must not block.
func (s *Stream) KeysBy(send func(key rune, held time.Duration) bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.keysBy = send
}

// otherWay is how keys go that do not go in the audio; nil where they do.
func (s *Stream) otherWay() func(key rune, held time.Duration) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.peer.EventType != NoEvents {
		return nil
	}
	return s.keysBy
}

// Press queues a key, held for the given time, as RFC 4733 events. Where the far
// end takes none it goes by KeysBy, at once and done with, or is queued as the two
// tones of ITU-T Q.23. It fails with ErrKey.
func (s *Stream) Press(key rune, held time.Duration) (*Playback, error) {
	if _, ok := eventPayload(key, false, 0); !ok {
		return nil, fmt.Errorf("press %q: %w", key, ErrKey)
	}
	if send := s.otherWay(); send != nil && send(key, held) {
		p := &Playback{stream: s, done: make(chan struct{})}
		close(p.done)
		return p, nil
	}
	return s.enqueue(&Playback{key: key, left: max(2, int(held/FrameTime))}), nil
}

// enqueue puts a playback behind the others but before the music.
func (s *Stream) enqueue(p *Playback) *Playback {
	p.stream, p.done = s, make(chan struct{})
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.state == streamClosed || p.key == 0 && p.prompt.Duration() == 0 {
		close(p.done)
		return p
	}
	at := len(s.queue)
	if i := slices.IndexFunc(s.queue, func(q *Playback) bool { return q.forever }); i >= 0 && !p.forever {
		at = i
	}
	s.queue = slices.Insert(s.queue, at, p)
	return p
}

// sound turns what is left of a key into its tones. The lock is held.
func (p *Playback) sound() {
	p.prompt, p.key = keyTones(p.key, time.Duration(p.left)*FrameTime), 0
}

// finish takes the head off the queue. The lock is held.
func (s *Stream) finish(p *Playback) {
	s.queue[0] = nil
	s.queue = s.queue[1:]
	close(p.done)
}
