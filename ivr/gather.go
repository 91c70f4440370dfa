package ivr

import (
	"log/slog"
	"time"

	"example.org/hotline/ivr/flow"
	"example.org/hotline/ticket"
)

// Sensitive is what a caller has keyed in. It shows as "***" wherever it might
// be printed, logged or encoded by mistake (SECURITY T10).
type Sensitive []byte

const hidden = "***"

// String hides the digits.
func (Sensitive) String() string { return hidden }

// GoString hides them from %#v.
func (Sensitive) GoString() string { return hidden }

// LogValue hides them from slog.
func (Sensitive) LogValue() slog.Value { return slog.StringValue(hidden) }

// MarshalText hides them from every encoder.
func (Sensitive) MarshalText() ([]byte, error) { return []byte(hidden), nil }

// wipe overwrites the digits.
func (s Sensitive) wipe() { clear(s) }

// gather collects digits until there are Max, the terminator, or silence. Secret
// ones leave no trace: the recordings are silent meanwhile, and what was pressed
// besides is forgotten.
func (c *call) gather(i flow.Gather) flow.Event {
	if i.Secret {
		c.happened(ticket.CallEvent{Kind: ticket.CallSecretDigits})
		c.tapes.pause(c.endpoint.now())
		defer func() {
			c.early = nil
			c.tapes.resume(c.endpoint.now())
		}()
	}
	digits := make(Sensitive, 0, i.Max)
	defer func() { digits.wipe() }()
	e := c.firstDigit(i)
	for e.Kind == flow.EventKey && e.Key != i.Terminator {
		if digits = append(digits, byte(e.Key)); len(digits) >= i.Max {
			break
		}
		e = c.awaitKey(flow.Wait{For: i.Between})
	}
	if e.Kind == flow.EventAnswered || len(digits) == 0 && e.Kind != flow.EventKey {
		return e
	}
	return flow.Event{Kind: flow.EventDigits, Digits: string(digits)}
}

// firstDigit asks, and cuts the question short when the answer begins.
func (c *call) firstDigit(i flow.Gather) flow.Event {
	if e := c.play(flow.Play{Prompts: i.Prompts, Keys: "*"}); e.Kind != flow.EventDone || !c.alive() {
		return e
	}
	return c.awaitKey(flow.Wait{For: max(i.First, time.Millisecond)})
}
