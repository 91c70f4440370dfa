package notify

import (
	"context"
	"time"
)

// VoiceOutcome is how a call to a member of staff ended, as the delivery keeps it
// in place of a provider's receipt.
type VoiceOutcome string

// The outcomes of a call at which somebody pressed a key.
const (
	VoiceAccepted VoiceOutcome = "accepted"    // key 1: theirs
	VoiceTaken    VoiceOutcome = "taken"       // key 1, and somebody else was first
	VoiceDeclined VoiceOutcome = "declined"    // key 2: cannot come
	VoiceHeard    VoiceOutcome = "heard"       // key 1 at the alarm number: they know
	VoiceAside    VoiceOutcome = "stand_aside" // key 1, and their register of relatives speaks against it; they did not press 2 then
)

// Phone rings people. It is the line's own; cmd joins the two.
type Phone interface {
	// Ring calls the address of an offer, tells what it is about and does what the
	// keys say. It returns when the call is over: ErrNotSent where nobody was
	// reached who pressed a key, ErrRejected where the number is never to be had.
	Ring(ctx context.Context, m Message) (VoiceOutcome, error)
}

const voiceLongest = 3 * time.Minute // ringing, telling and choosing together

// redial is when a telephone is rung again, from its first ringing on (DOMAIN
// 0a.4). Once somebody has accepted, what is left of it is void.
var redial = []time.Duration{time.Minute, 2 * time.Minute}

// Voice brings offers by telephone.
type Voice struct {
	Phone  Phone
	Redial []time.Duration // nil: after one minute and after two
}

// Name is "voice".
func (Voice) Name() string { return "voice" }

// Send rings, and returns the outcome in place of a provider's id.
func (v Voice) Send(ctx context.Context, m Message) (string, error) {
	outcome, err := v.Phone.Ring(ctx, m)
	return string(outcome), err //nolint:wrapcheck // the port's errors are the channel's own
}

// Timeout implements Paced.
func (Voice) Timeout() time.Duration { return voiceLongest }

// Again implements Paced. A call whose end nobody knows is not rung again sooner either.
func (v Voice) Again(attempt int) (time.Duration, bool) {
	times := v.Redial
	if times == nil {
		times = redial
	}
	if attempt > len(times) {
		return time.Minute, false
	}
	before := time.Duration(0)
	if attempt > 1 {
		before = times[attempt-2]
	}
	return times[attempt-1] - before, true
}

var _ Paced = Voice{}
