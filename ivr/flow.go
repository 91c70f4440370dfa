package ivr

import (
	"context"
	"fmt"
	"log/slog"
	"strings"
	"time"

	"example.org/hotline/ivr/flow"
	"example.org/hotline/ivr/media"
	"example.org/hotline/ticket"
)

// Flows gives the call flow in force. A call keeps the one it entered with.
type Flows interface {
	// For returns the flow of a service number, or nil where there is none.
	For(number string) *flow.Flow
}

// converse takes the citizen through the flow of the number they dialled. The
// machine says what is next and is told what came of it; how it is done is here.
func (c *call) converse() {
	c.show(StageFlow)
	if c.script == nil {
		c.log.Error("ALARM: no call flow for a service number; the caller is told the ticket's number alone")
		c.do(flow.Hangup{Prompts: append(append([]string{PromptTicketNumberIs}, digitPrompts(c.record.Number)...), PromptGoodbye)})
		return
	}
	facts := c.facts()
	if !c.alive() {
		return
	}
	machine := c.script.Start(facts)
	c.happened(ticket.CallEvent{Kind: ticket.CallFlowEntered, Flow: c.script.Version()})
	for step := machine.First(); c.alive(); {
		step = machine.Next(c.do(step))
	}
}

// do does one instruction and tells what came of it. Once the call is over that
// means nothing any more.
func (c *call) do(step flow.Instruction) flow.Event {
	if !keepsPlace(step) {
		c.leaveQueue(whyLeft(step))
		c.show(StageFlow)
	}
	switch i := step.(type) {
	case flow.Play:
		return c.play(i)
	case flow.Wait:
		return c.awaitKey(i)
	case flow.Gather:
		return c.gather(i)
	case flow.Mark:
		return c.mark(i)
	case flow.Queue:
		return c.enterQueue(i)
	case flow.Resume:
		return c.resumeQueue(i)
	case flow.Ring:
		return c.ringDuty(i)
	case flow.Transfer:
		return c.transfer(i)
	case flow.Voicemail:
		return c.voicemail(i)
	case flow.Callback:
		return c.callback(i)
	case flow.Survey:
		return c.survey(i)
	case flow.Hangup:
		c.say(i.Prompts...)
		c.drain()
		c.end(ticket.EndCompleted)
		return flow.Event{Kind: flow.EventDone}
	}
	c.log.Error("ALARM: the call flow asks for what this line cannot do", slog.String("instruction", fmt.Sprintf("%T", step)))
	return flow.Event{Kind: flow.EventFailed}
}

// keepsPlace tells whether a caller holds their place in a queue through a step.
// Whatever is not named here gives it up.
func keepsPlace(step flow.Instruction) bool {
	switch step.(type) {
	case flow.Play, flow.Wait, flow.Gather, flow.Mark, flow.Queue, flow.Resume:
		return true
	}
	return false
}

// factsPatience is how long the flow waits for what is known of a caller. It
// was asked for when the call came in, so nobody waits but with the database away.
const factsPatience = time.Second

// facts is what the flow may branch on.
func (c *call) facts() flow.Facts {
	known := c.callerFacts()
	d := c.endpoint.deps
	return flow.Facts{Number: c.record.To, Ticket: c.record.Number, Withheld: c.record.FromE164 == "",
		Known: known.Known, OpenTicket: known.OpenTicket, CallbackDue: known.CallbackDue, CallsToday: max(1, known.CallsToday),
		Now: d.Now, Holiday: d.Holiday, AgentsOn: d.agentsOn}
}

// chooseFlow takes the flow in force. Where it goes by what is known of the
// caller, that is asked for while it still rings.
func (c *call) chooseFlow() {
	c.script = c.endpoint.deps.Flows.For(c.record.To)
	if c.endpoint.deps.Contacts == nil || c.script == nil || !c.script.AsksOfCaller() {
		return
	}
	found, record := make(chan CallerFacts, 1), c.record
	c.looked = found
	c.endpoint.work.start(func() {
		ctx, cancel := context.WithTimeout(context.Background(), logTimeout)
		defer cancel()
		facts, err := c.endpoint.deps.Contacts.Caller(ctx, record)
		if err != nil {
			c.log.Warn("what is known of a caller could not be read", slog.Any("error", err))
		}
		found <- facts
	})
}

func (c *call) callerFacts() CallerFacts {
	if c.looked == nil {
		return CallerFacts{}
	}
	late := time.NewTimer(factsPatience)
	defer late.Stop()
	return c.next(waits{facts: c.looked, after: late.C}).facts
}

// play speaks prompts. A key among Keys cuts them short; any other key is then
// no choice, neither acted on nor kept. Where no key means anything they are kept.
// An agent who answers a caller that holds a place in a queue is joined at once.
func (c *call) play(i flow.Play) flow.Event {
	if !c.alive() {
		return flow.Event{}
	}
	speech := c.audio.Play(c.endpoint.promptsOf(i.Prompts)...)
	defer speech.Stop()
	for {
		switch w := c.next(waits{played: speech.Done(), keys: i.Keys != ""}); {
		case w.offer != nil:
			speech.Stop()
			return c.connect(*w.offer)
		case w.key != 0 && among(i.Keys, w.key):
			return flow.Event{Kind: flow.EventKey, Key: w.key}
		case w.played || !c.alive():
			return flow.Event{Kind: flow.EventDone}
		}
	}
}

// among tells whether a key is one of keys; "*" alone stands for any.
func among(keys string, key rune) bool { return keys == "*" || strings.ContainsRune(keys, key) }

// awaitKey waits for one key, whatever key it is.
func (c *call) awaitKey(i flow.Wait) flow.Event {
	window := time.NewTimer(max(0, i.For))
	defer window.Stop()
	for {
		switch w := c.next(waits{after: window.C, keys: true}); {
		case w.offer != nil:
			return c.connect(*w.offer)
		case w.key != 0:
			return flow.Event{Kind: flow.EventKey, Key: w.key}
		case w.passed || !c.alive():
			return flow.Event{Kind: flow.EventTimeout}
		}
	}
}

// say plays prompts one after the other to their end.
func (c *call) say(names ...string) {
	if !c.alive() || len(names) == 0 {
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
