package ivr

import (
	"log/slog"
	"time"

	"example.org/hotline/area"
	"example.org/hotline/ivr/acd"
	"example.org/hotline/ivr/flow"
	"example.org/hotline/ivr/media"
	"example.org/hotline/ticket"
)

const (
	// shortAbandon is the wait under which hanging up counts apart: nobody could have answered by then.
	shortAbandon = 5 * time.Second
	// returnGrace is how long a caller whose agent's leg broke waits for them
	// before "nobody is signed on" counts: the agent is reloading a page.
	returnGrace = 15 * time.Second
)

// queued is a caller's place in a queue from entering it to leaving it, the
// conversation with the agent included.
type queued struct {
	order   flow.Queue
	place   Place
	since   time.Time     // of this wait, by the machine's clock
	due     []time.Time   // of each announcement, zero for never again
	speech  playing       // opening or announcement
	music   playing       // when nothing is spoken
	alone   bool          // nobody who could answer is signed on
	grace   time.Time     // until then being alone does not count
	talking acd.Offer     // the offer that was answered last; zero before
	joined  bool          // its agent is with the caller
	waited  time.Duration // until that answer
}

// playing is something that sounds, or nothing.
type playing struct{ *media.Playback }

func (p *playing) stop() {
	if p.Playback != nil {
		p.Stop()
		p.Playback = nil
	}
}

func (p *playing) done() <-chan struct{} {
	if p.Playback == nil {
		return nil
	}
	return p.Done()
}

func (q *queued) changes() <-chan acd.PlaceChange {
	if q == nil {
		return nil
	}
	return q.place.Changes()
}

// noPlace is the place of a caller on a line that has no queue.
type noPlace struct{}

func (noPlace) Changes() <-chan acd.PlaceChange  { return nil }
func (noPlace) Position() acd.Position           { return acd.Position{Wait: -1} }
func (noPlace) Raise(ticket.Priority, time.Time) {}
func (noPlace) Lost()                            {}
func (noPlace) PutBack(string, area.StaffID)     {}
func (noPlace) Leave(acd.LeaveReason)            {}

// enterQueue takes a place and waits there. Agents ring while the opening plays.
func (c *call) enterQueue(i flow.Queue) flow.Event {
	if !c.alive() {
		return flow.Event{}
	}
	c.leaveQueue(acd.LeftKey)
	c.last, c.tune = i, i.Music
	q := &queued{order: i, place: noPlace{}, alone: c.endpoint.deps.agentsOn(i.Name) == 0}
	if queue := c.endpoint.deps.Queue; queue != nil {
		q.place = queue.Enter(c.caller(i))
	}
	c.queued = q
	c.happened(ticket.CallEvent{Kind: ticket.CallQueued, Queue: i.Name})
	q.speech.Playback = c.audio.Play(c.endpoint.promptsOf(i.Opening)...)
	q.begin()
	return c.wait()
}

// caller is the call as the queue sees it. Who was in this queue before keeps
// the time of entry.
func (c *call) caller(i flow.Queue) acd.Caller {
	entered := c.endpoint.now()
	if before, ok := c.entered[i.Name]; ok && i.Again {
		entered = before
	}
	if c.entered == nil {
		c.entered = map[string]time.Time{}
	}
	c.entered[i.Name] = entered
	return acd.Caller{Call: c.record.ID, Ticket: c.record.Number, Number: c.record.To, Node: c.endpoint.cfg.NodeID, Queue: i.Name,
		Priority: c.priority, InvitedAt: c.record.InvitedAt, EnteredAt: entered, Wants: i.Wants}
}

// resumeQueue goes on waiting after a key, or enters again where the place is gone.
func (c *call) resumeQueue(i flow.Resume) flow.Event {
	if !c.alive() {
		return flow.Event{}
	}
	c.raise(i.Priority)
	if c.queued == nil {
		again := c.last
		again.Opening, again.Again = i.Prompts, true
		return c.enterQueue(again)
	}
	if len(i.Prompts) > 0 {
		c.queued.speech.Playback = c.audio.Play(c.endpoint.promptsOf(i.Prompts)...)
	}
	return c.wait()
}

// begin starts a wait: the longest one, and the announcements, count from now.
func (q *queued) begin() {
	q.since = time.Now()
	q.due = q.due[:0]
	for _, a := range q.order.Announcements {
		q.due = append(q.due, q.since.Add(a.After))
	}
}

// loop plays music to the caller; nothing where there is none of that name.
func (c *call) loop(name string) *media.Playback {
	if name == "" {
		return nil
	}
	for _, music := range c.endpoint.promptsOf([]string{name}) {
		return c.audio.Loop(music)
	}
	return nil
}

// wait keeps the caller company until an agent answers or the wait ends
// otherwise. Answer and keys interrupt whatever is heard.
func (c *call) wait() flow.Event {
	q := c.queued
	c.show(StageQueueing)
	defer q.hush()
	for c.alive() {
		if q.speech.Playback == nil && q.music.Playback == nil {
			q.music.Playback = c.loop(q.order.Music)
		}
		if q.speech.Playback == nil && c.deserted() {
			c.leaveQueue(acd.LeftNoAgent)
			return flow.Event{Kind: flow.EventNoAgent}
		}
		timer := time.NewTimer(time.Until(q.next()))
		w := c.next(waits{played: q.speech.done(), after: timer.C, keys: true})
		timer.Stop()
		switch {
		case w.offer != nil:
			return c.connect(*w.offer)
		case w.key != 0 && among(q.order.Keys, w.key):
			return flow.Event{Kind: flow.EventKey, Key: w.key}
		case w.played:
			q.speech.Playback = nil
		case w.passed && q.tooLong(time.Now()):
			c.leaveQueue(acd.LeftTimeout)
			return flow.Event{Kind: flow.EventTimeout}
		case w.passed:
			c.announce(time.Now())
		}
	}
	return flow.Event{}
}

// hush stops what the caller hears of the queue.
func (q *queued) hush() {
	q.speech.stop()
	q.music.stop()
}

// deserted reports that nobody is signed on who could answer. An agent who has
// just broken off is waited for.
func (c *call) deserted() bool {
	q := c.queued
	if !q.alone || time.Now().Before(q.grace) {
		return false
	}
	q.alone = c.endpoint.deps.agentsOn(q.order.Name) == 0
	return q.alone
}

// never is later than any wait.
const never = 24 * time.Hour

// next is when the wait has to be looked at again at the latest.
func (q *queued) next() time.Time {
	at := q.since.Add(never)
	earlier := func(t time.Time) {
		if !t.IsZero() && t.Before(at) {
			at = t
		}
	}
	if q.order.MaxWait > 0 {
		earlier(q.since.Add(q.order.MaxWait))
	}
	if q.speech.Playback == nil {
		if q.alone {
			earlier(q.grace)
		}
		for _, due := range q.due {
			earlier(due)
		}
	}
	return at
}

func (q *queued) tooLong(now time.Time) bool {
	return q.order.MaxWait > 0 && now.Sub(q.since) >= q.order.MaxWait
}

// words is an announcement made out for who waits: where they stand, how long it
// will take where that can be told, and the rest.
func (q *queued) words(a flow.Announcement) (names []string) {
	at := q.place.Position()
	if a.Position {
		names = append(names, flow.SayPosition(at.Ahead)...)
	}
	if a.Wait && at.Wait >= 0 {
		names = append(names, flow.SayWait(at.Wait)...)
	}
	return append(names, a.Prompts...)
}

// announce speaks the first announcement that is due.
func (c *call) announce(now time.Time) {
	q := c.queued
	for n, a := range q.order.Announcements {
		if q.due[n].IsZero() || now.Before(q.due[n]) {
			continue
		}
		if q.due[n] = now.Add(a.Every); a.Every == 0 {
			q.due[n] = time.Time{}
		}
		if words := c.endpoint.promptsOf(q.words(a)); len(words) > 0 {
			q.music.stop()
			q.speech.Playback = c.audio.Play(words...)
			return
		}
	}
}

// placed takes what happens to the caller's place. It reports what the step has
// to know of.
func (c *call) placed(change acd.PlaceChange, open bool) (w wake, news bool) {
	q := c.queued
	if !open {
		c.log.Error("ALARM: the queue gave a caller's place up by itself")
		q.place, q.alone = noPlace{}, true
		return wake{alone: true}, true
	}
	switch change.Kind {
	case acd.PlaceRinging:
		q.alone = false
		c.happened(ticket.CallEvent{Kind: ticket.CallRangAgent, Agent: change.Offer.Agent, Queue: change.Offer.Queue})
	case acd.PlaceUnanswered:
		c.happened(ticket.CallEvent{Kind: ticket.CallUnanswered, Agent: change.Offer.Agent, Queue: change.Offer.Queue})
	case acd.PlaceConnected:
		q.alone = false
		return wake{offer: &change.Offer}, c.talk == nil
	case acd.PlaceAlone:
		q.alone = true
		return wake{alone: true}, true
	case acd.PlaceJoinAsked:
		return wake{join: &change}, c.talk != nil
	}
	return wake{}, false
}

// connect joins the caller with the agent who has answered, at once.
func (c *call) connect(o acd.Offer) flow.Event {
	q := c.queued
	q.hush()
	agent, err := c.takeDesk(o.Agent, o.AgentNode, o.ID, roleAgent)
	if err != nil && !c.alive() {
		q.joined = true // it was answered, and the caller left meanwhile
		return flow.Event{}
	}
	if err != nil {
		c.log.Error("an agent answered whose leg is not there; the caller waits at the front", slog.Int64("agent", int64(o.Agent)), slog.Any("error", err))
		c.happened(ticket.CallEvent{Kind: ticket.CallUnanswered, Agent: o.Agent, Queue: o.Queue, Reason: "no_leg"})
		q.putBack(q.order.Name, 0) // not Lost: the same agent would be rung again and again
		return c.waitAgain()
	}
	q.waited = time.Since(q.since)
	back := q.talking.Agent == o.Agent // whose leg had broken
	q.talking, q.joined = o, true
	how := c.talkTo(agent, back, q.waited)
	if !c.alive() {
		return flow.Event{}
	}
	q.joined = false
	switch how {
	case talkOver:
	case talkLost:
		q.place.Lost()
		q.grace = time.Now().Add(returnGrace)
		return c.waitAgain()
	case talkQueued:
		q.talking = acd.Offer{}
		return c.waitAgain()
	}
	c.leaveQueue(acd.LeftAnswered)
	return flow.Event{Kind: flow.EventAnswered}
}

// waitAgain is the wait of a caller who has been talking; the place is kept.
func (c *call) waitAgain() flow.Event {
	c.queued.begin()
	return c.wait()
}

// leaveQueue gives the place up, and with it whatever rings for it.
func (c *call) leaveQueue(why acd.LeaveReason) {
	q := c.queued
	if q == nil {
		return
	}
	c.queued = nil
	q.hush()
	q.place.Leave(why)
	waited := time.Since(q.since)
	if why == acd.LeftAnswered {
		waited = q.waited
	}
	c.happened(ticket.CallEvent{Kind: ticket.CallLeftQueue, Queue: q.order.Name, Reason: string(why), Seconds: int(waited.Seconds())})
}

// whyLeft is the reason for which an instruction ends the wait.
func whyLeft(step flow.Instruction) acd.LeaveReason {
	if _, back := step.(flow.Callback); back {
		return acd.LeftCallback
	}
	return acd.LeftKey
}

// whyHung is the reason where the caller's leg has ended.
func (q *queued) whyHung() acd.LeaveReason {
	switch {
	case q.joined:
		return acd.LeftAnswered
	case time.Since(q.since) < shortAbandon && q.talking.Agent == 0:
		return acd.LeftShort
	}
	return acd.LeftAbandoned
}
