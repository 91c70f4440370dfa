package media

import "time"

// Frame is what one packet of a party's audio holds: G.711 A-law, 8 kHz, mono
// (ITU-T G.711), usually 20 ms or 160 octets, at most 60 ms, whatever law the
// party itself speaks. The octets are the giver's: who keeps them copies them.
type Frame struct {
	ALaw      []byte
	Sequence  uint16 // of the source's RTP stream: a number left out was lost on the way
	Timestamp uint32 // of the source's RTP stream, in samples
	Marker    bool   // the first of a talkspurt, or of a source that was switched to
}

// Tap is told everything one party says and hears, for its recording: Said
// after the source lock and in the order of arrival, Heard as it was sent
// (prompts, music, what others said, mixed or not), numbered by the stream it
// went out in. Silence that only keeps a stream going is left out. It is called
// on the media goroutines: it must not block, copies what it keeps, and calls
// no method of the party.
type Tap interface {
	Said(f Frame, at time.Time)
	Heard(f Frame, at time.Time)
}

// Party is one end of a conversation: a citizen's or worker's telephone (Session),
// an agent's browser (softphone) or another node. All methods may be called from
// any goroutine; none blocks on the network. A Stream is the whole of a Party.
type Party interface {
	// Hear sets who is told what this party says; nil for nobody. Only one at a
	// time: the latest counts, and no earlier listener is called once Hear has
	// returned. The listener must not block, and calls neither Hear nor Tap of the
	// same party.
	Hear(to func(Frame))
	// Say passes a frame of another party on at once. While a Playback is
	// sounding, or the far end holds us, it is dropped.
	Say(f Frame)
	// Play queues prompts after whatever is playing.
	Play(prompts ...Prompt) *Playback
	// Loop plays a prompt again and again until it is stopped: music. What is
	// queued by Play or Press goes first; the music then goes on.
	Loop(p Prompt) *Playback
	// Press sends a key, held that long, as RFC 4733 events or, where the far end
	// takes none, by SIP INFO or as tones. It fails with ErrKey.
	Press(key rune, held time.Duration) (*Playback, error)
	// Digits gives each key the party presses, once, be it an RFC 4733 event or,
	// where none was agreed on, a pair of tones. It is never closed.
	Digits() <-chan Digit
	// Tap sets who records the party; nil for nobody. No earlier tap is called
	// once Tap has returned.
	Tap(t Tap)
	// Lost is closed when the party's media has been missing for its time-out.
	Lost() <-chan struct{}
	// Stats returns the counters so far.
	Stats() Stats
}

var (
	_ Party = (*Stream)(nil)
	_ Party = (*Session)(nil)
)
