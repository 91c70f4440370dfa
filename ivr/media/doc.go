// Package media carries the sound of a call: G.711 frames in RTP, telephone keys
// (RFC 4733), the session description that agrees on both (RFC 4566, RFC 3264),
// prompts and music, and conversations of several parties.
//
//	Party    one end of a conversation, as the call loop sees it
//	Stream   a Party without the way it travels: numbers, timestamps, prompts,
//	         keys, RTCP, time-outs. A browser's leg is one over WebRTC
//	Session  a Stream over UDP, on an even RTP port and the odd RTCP port above,
//	         that hears its locked source and nobody else
//	Pacer    gives every stream its turn each 20 ms, on one thread
//	Room     joins parties: packets untouched between two, a mix for who hears more
//	Tap      is told what one party says and hears: a recording
//
// What a party says travels on the thread that reads all ports, or its carrier's:
// the Session, the Room, the other Session's socket. What is played or mixed
// travels on the pacer's.
// Each lock is taken in that direction only: the party who speaks (hearing), the
// room, the party who hears (mu), its source lock.
//
// Inside, sound is A-law whatever a party speaks: A-law passes untouched, µ-law is
// translated by a table where it comes in and goes out.
package media

import "time"

// The fixed shape of telephone audio here (RFC 3551 section 4.5.14: 8 kHz, one
// octet a sample; 20 ms is the default packet time of section 4.2).
const (
	SampleRate   = 8000                  // samples a second, also the RTP clock
	FrameTime    = 20 * time.Millisecond // time one packet covers
	FrameSamples = 160                   // samples, and octets, in one packet
)
