package ivr

import (
	"cmp"
	"slices"
	"time"

	"example.org/hotline/ticket"
)

// Stage is where a live call stands, for who looks on.
type Stage string

// The stages. In a conversation they are those of CallState.
const (
	StageArriving   Stage = "arriving" // not answered yet
	StageFlow       Stage = "flow"     // hears the line, chooses
	StageQueueing   Stage = "queueing"
	StageRinging    Stage = "ringing" // a duty phone or another number is being rung for the caller
	StageVoicemail  Stage = "voicemail"
	StageTalking    Stage = Stage(CallTalking)
	StageHolding    Stage = Stage(CallHolding)
	StageConsulting Stage = Stage(CallConsulting)
	StageConferring Stage = Stage(CallConferring)
)

// LiveCall is a call that has not ended, as a supervisor may see it: nothing in
// it tells who the caller is.
type LiveCall struct {
	Call      ticket.CallID   `json:"call"`
	Ticket    ticket.Number   `json:"ticket"`
	Number    string          `json:"number"` // dialled
	Trunk     string          `json:"trunk"`
	InvitedAt time.Time       `json:"invited_at"`
	Stage     Stage           `json:"stage"`
	Since     time.Time       `json:"since"` // of Stage
	Priority  ticket.Priority `json:"priority"`
	Queue     string          `json:"queue,omitempty"`
	People    []string        `json:"people,omitempty"` // legs in the conversation, as the record names them
	Recorded  bool            `json:"recorded"`
}

// show makes it known where the call stands.
func (c *call) show(stage Stage) {
	l := &LiveCall{Call: c.record.ID, Ticket: c.record.Number, Number: c.record.To, Trunk: c.record.Trunk, InvitedAt: c.record.InvitedAt,
		Stage: stage, Since: c.endpoint.now(), Priority: c.priority, Recorded: c.tape != nil && c.tapes.on()}
	if before := c.shown.Load(); before != nil && before.Stage == stage {
		l.Since = before.Since
	}
	if c.queued != nil {
		l.Queue = c.queued.order.Name
	}
	if c.talk != nil {
		for _, m := range []*member{c.talk.agent, c.talk.third, c.talk.boss} {
			if m != nil {
				l.People = append(l.People, m.leg)
			}
		}
	}
	c.shown.Store(l)
}

// Live lists the calls of this node that have not ended, oldest first.
func (e *Endpoint) Live() []LiveCall {
	var all []LiveCall
	e.calls.eachLive(func(c *call) {
		if l := c.shown.Load(); l != nil {
			all = append(all, *l)
		}
	})
	slices.SortFunc(all, func(a, b LiveCall) int { return cmp.Or(a.InvitedAt.Compare(b.InvitedAt), cmp.Compare(a.Call, b.Call)) })
	return all
}

// eachLive calls f for each live call, under the table's lock.
func (t *callTable) eachLive(f func(*call)) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, e := range t.entries {
		if e.call != nil && e.endedAt.IsZero() {
			f(e.call)
		}
	}
}
