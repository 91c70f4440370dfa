package ivr

import (
	"context"
	"time"

	"example.org/hotline/ivr/flow"
	"example.org/hotline/ticket"
)

// mark sets priority or kind of the ticket. Key 1 is told as a key: that is
// what raises a ticket to P1.
func (c *call) mark(i flow.Mark) flow.Event {
	at, id := c.endpoint.now(), c.record.ID
	byKey := i.Key == ticket.UrgentKey && i.Priority == ticket.P1
	if byKey || i.Key != 0 && i.Key != ticket.UrgentKey {
		c.diary.write("keyed", func(ctx context.Context) error { return c.endpoint.callLog.Keyed(ctx, id, i.Key, at) })
	}
	if i.Kind != "" || i.Priority != "" && !byKey {
		c.happened(ticket.CallEvent{Kind: ticket.CallMarked, At: at, Priority: i.Priority, CallKind: i.Kind})
	}
	c.raise(i.Priority)
	return flow.Event{Kind: flow.EventDone}
}

// raise makes the call more urgent where it waits.
func (c *call) raise(p ticket.Priority) {
	if p == "" || p == c.priority {
		return
	}
	c.priority = p
	if c.queued != nil {
		c.queued.place.Raise(p, time.Time{})
	}
}

// callback asks for a call-back on the same ticket, and promises it once it is on
// disk. Nobody can be called back whose number we were not sent.
func (c *call) callback(i flow.Callback) flow.Event {
	if c.record.FromE164 == "" {
		return flow.Event{Kind: flow.EventFailed}
	}
	kept := c.happened(ticket.CallEvent{Kind: ticket.CallbackAsked})
	if w := c.next(waits{played: kept.done}); !w.played || kept.err != nil {
		return flow.Event{Kind: flow.EventFailed}
	}
	c.say(i.Prompts...)
	return flow.Event{Kind: flow.EventDone}
}

// survey asks for one key. Who presses none, or another, is not asked again.
func (c *call) survey(i flow.Survey) flow.Event {
	choices := ""
	for key := range i.Scores {
		choices += string(key)
	}
	c.early = nil // pressed in the conversation, meant for somebody else
	e := c.play(flow.Play{Prompts: i.Prompts, Keys: choices})
	if e.Kind == flow.EventDone && c.alive() {
		e = c.awaitKey(flow.Wait{Keys: choices, For: i.For})
	}
	if score, scored := i.Scores[e.Key]; scored && e.Kind == flow.EventKey {
		c.happened(ticket.CallEvent{Kind: ticket.CallSurveyed, Score: score})
	}
	return flow.Event{Kind: flow.EventDone}
}
