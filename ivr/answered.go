package ivr

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"example.org/hotline/ivr/flow"
	"example.org/hotline/ivr/media"
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
		key, err := AskKey(ctx, leg, e.promptsOf([]string{flow.PromptDutyAnswer}), confirmWait, string(confirmKey))
		switch {
		case errors.Is(err, ErrFarEndLeft):
			return errUnconfirmed
		case err != nil || key == confirmKey:
			return err
		}
	}
	e.log.Info("a telephone was answered, and nobody pressed the key", slog.Int("asked", confirmTimes))
	return errUnconfirmed
}

// ErrFarEndLeft is a telephone that hung up while it was asked something.
var ErrFarEndLeft = errors.New("the far end has hung up")

// askSlack is how much longer than their length prompts may take to be heard.
const askSlack = time.Second

// AskKey plays prompts and waits for one of keys, which cuts them short: while
// they are heard and, where after is not zero, for so long after them. It returns
// zero where none comes; a telephone that holds us, which hears nothing, is waited
// for no longer. It fails with ErrFarEndLeft, or with the cause of ctx.
func AskKey(ctx context.Context, leg PhoneLeg, prompts []media.Prompt, after time.Duration, keys string) (rune, error) {
	speech := leg.Play(prompts...)
	defer speech.Stop()
	length := after + askSlack
	for _, p := range prompts {
		length += p.Duration()
	}
	longest := time.NewTimer(length)
	defer longest.Stop()
	played, late := speech.Done(), (<-chan time.Time)(nil)
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
		case <-longest.C:
			return 0, nil
		case <-leg.Ended():
			return 0, ErrFarEndLeft
		case <-ctx.Done():
			return 0, context.Cause(ctx)
		}
	}
}
