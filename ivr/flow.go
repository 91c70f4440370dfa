package ivr

import (
	"context"
	"time"

	"example.org/hotline/ivr/media"
	"example.org/hotline/ticket"
)

// urgentKey is the one choice of the greeting.
const urgentKey = '1'

// converse is what the citizen hears: the greeting, during and after which key
// 1 makes the call urgent, then the number of the ticket, then good-bye.
func (c *call) converse() {
	if at, pressed := c.greet(); pressed {
		c.write("keyed", func(ctx context.Context) error {
			return c.endpoint.callLog.Keyed(ctx, c.record.ID, urgentKey, at)
		})
		c.say(PromptOnePressed)
	}
	c.say(append([]string{PromptTicketNumberIs}, digitPrompts(c.record.Number)...)...)
	c.say(PromptGoodbye)
	c.drain()
	c.end(ticket.EndCompleted)
}

// greet plays the greeting and waits for the key, from its first word until
// the key window after its last has passed. The key cuts the greeting short.
func (c *call) greet() (at time.Time, pressed bool) {
	if !c.alive() {
		return time.Time{}, false
	}
	greeting := c.audio.Play(c.endpoint.promptsOf([]string{PromptGreeting})...)
	defer greeting.Stop()
	wait := waits{played: greeting.Done(), keys: true}
	for {
		switch w := c.next(wait); {
		case w.key == urgentKey:
			return c.endpoint.now(), true
		case w.key != 0: // no choice: neither acted on nor kept
		case w.played:
			window := time.NewTimer(max(0, c.endpoint.cfg.KeyWindow))
			defer window.Stop()
			wait = waits{after: window.C, keys: true}
		default: // the window has passed, or the call is over
			return time.Time{}, false
		}
	}
}

// say plays prompts one after the other to their end.
func (c *call) say(names ...string) {
	if !c.alive() {
		return
	}
	speech := c.audio.Play(c.endpoint.promptsOf(names)...)
	defer speech.Stop()
	c.next(waits{played: speech.Done()})
}

// drain leaves the far end the time to hear what was sent; a BYE on the heels
// of the last packet clips the last word.
func (c *call) drain() {
	if !c.alive() {
		return
	}
	heard := time.NewTimer(media.DrainTime)
	defer heard.Stop()
	c.next(waits{after: heard.C})
}

// digitPrompts speaks a ticket number digit by digit.
func digitPrompts(number ticket.Number) []string {
	var names []string
	for _, digit := range number {
		if digit >= '0' && digit <= '9' {
			names = append(names, promptDigit+string(digit))
		}
	}
	return names
}
