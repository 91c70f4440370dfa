// Package media carries the sound of a call: G.711 frames in RTP at 20 ms,
// telephone keys (RFC 4733), the session description that agrees on both
// (RFC 4566, RFC 3264), prompts, and the recorder of the calling side.
//
// A Session owns one even RTP port and the odd RTCP port above it. Three
// goroutines serve it:
//
//	pump    sends one packet every 20 ms on an absolute schedule: the next
//	        frame of what is being played, or silence
//	reader  takes packets from the caller's locked source only, turns events
//	        into digits and notices when the caller has gone silent
//	rtcp    sends a sender report every few seconds and reads the caller's
//
// Whoever holds the Session waits on its channels; it calls nobody back except
// the optional Heard function.
package media

import "time"

// The fixed shape of telephone audio here (RFC 3551 section 4.5.14: 8 kHz, one
// octet a sample; 20 ms is the default packet time of section 4.2).
const (
	SampleRate   = 8000                  // samples a second, also the RTP clock
	FrameTime    = 20 * time.Millisecond // time one packet covers
	FrameSamples = 160                   // samples, and octets, in one packet
)
