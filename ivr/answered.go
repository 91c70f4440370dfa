package ivr

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"example.org/hotline/ivr/flow"
)

// errUnconfirmed is a telephone that was answered by nobody: its mailbox, or
// somebody who did not press the key.
var errUnconfirmed = errors.New("the telephone was answered, and nobody confirmed it")

const (
	confirmKey   = '1'
	confirmTimes = 2               // how often the question is asked
	confirmWait  = 4 * time.Second // after each
)

// byPerson makes a telephone count as answered once somebody has pressed 1 there:
// a mailbox that takes the call must not be joined to a citizen in need.
func (c *call) byPerson(p candidate) candidate {
	ring := p.ring
	p.ring = func(ctx context.Context) (*member, error) {
		m, err := ring(ctx)
		if err != nil {
			return nil, err
		}
		if err := c.endpoint.askPerson(ctx, m.phone); err != nil {
			c.endpoint.work.start(m.phone.HangUp)
			return nil, err
		}
		return m, nil
	}
	return p
}

// askPerson asks who has answered to press 1. It fails with errUnconfirmed, or
// ctx's error.
func (e *Endpoint) askPerson(ctx context.Context, leg PhoneLeg) error {
	for range confirmTimes {
		question := leg.Play(e.promptsOf([]string{flow.PromptDutyAnswer})...)
		key, err := awaitKey(ctx, leg, question.Done(), confirmWait, string(confirmKey))
		question.Stop()
		if err != nil || key == confirmKey {
			return err
		}
	}
	e.log.Info("a telephone was answered, and nobody pressed the key", slog.Int("asked", confirmTimes))
	return errUnconfirmed
}

// awaitKey waits for one of keys: while something is played, and for a while
// after it. It returns zero where none comes, errUnconfirmed where the far end
// hangs up, and ctx's error.
func awaitKey(ctx context.Context, leg PhoneLeg, played <-chan struct{}, after time.Duration, keys string) (rune, error) {
	var late <-chan time.Time
	for {
		select {
		case d := <-leg.Digits():
			if among(keys, d.Key) {
				return d.Key, nil
			}
		case <-played:
			timer := time.NewTimer(after)
			defer timer.Stop()
			played, late = nil, timer.C
		case <-late:
			return 0, nil
		case <-leg.Ended():
			return 0, errUnconfirmed
		case <-ctx.Done():
			return 0, context.Cause(ctx)
		}
	}
}
