package media

import "time"

// Frame is what one packet of a party's audio holds: G.711 A-law, 8 kHz, mono
// (ITU-T G.711), usually 20 ms or 160 octets, whatever law the party itself
// speaks. The octets are the giver's: who keeps them copies them.
type Frame struct {
	ALaw      []byte
	Timestamp uint32 // of the source's RTP stream, in samples
	Marker    bool   // the first of a talkspurt, or of a source that was switched to
}

// Tap is told everything one party says and hears, for its recording. It is
// called on the media goroutines: it must not block, and copies what it keeps.
type Tap interface {
	Said(f Frame, at time.Time)
	Heard(f Frame, at time.Time)
}

// Party is one end of a conversation: a citizen's or worker's telephone (Session),
// an agent's browser (softphone) or another node. All methods may be called from
// any goroutine; none blocks on the network.
type Party interface {
	// Hear sets who is told what this party says; nil for nobody. Only one at a
	// time: the latest counts, and no earlier listener is called once Hear has returned.
	Hear(to func(Frame))
	// Say passes a frame of another party on at once. While a Playback is
	// sounding, or the far end holds us, it is dropped.
	Say(f Frame)
	// Play queues prompts after whatever is playing.
	Play(prompts ...Prompt) *Playback
	// Loop plays a prompt again and again until it is stopped: music.
	Loop(p Prompt) *Playback
	// Press sends a key as RFC 4733 events, held that long. It fails with ErrKey.
	Press(key rune, held time.Duration) (*Playback, error)
	// Digits gives each key the party presses, once. It is never closed.
	Digits() <-chan Digit
	// Tap sets who records the party; nil for nobody.
	Tap(t Tap)
	// Lost is closed when the party's media has been missing for its time-out.
	Lost() <-chan struct{}
	// Stats returns the counters so far.
	Stats() Stats
}
