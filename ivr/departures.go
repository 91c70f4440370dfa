package ivr

import (
	"log/slog"

	"example.org/hotline/ivr/media"
	"example.org/hotline/ticket"
)

// Who comes late and who leaves early.

// dialled takes how ringing the third goes.
func (t *conversation) dialled(s dialStep) {
	switch {
	case s.member != nil:
		t.arrived(s.member)
	case s.failed != nil:
		t.log.Info("a third did not answer", slog.String("third", s.ringing), slog.Any("error", s.failed))
		e := ticket.CallEvent{Kind: ticket.CallConsulted, Leg: legThird, To: s.ringing, Reason: reasonOf(s.failed)}
		t.happened(e)
	case s.over != nil:
		t.dialing = nil
		t.unreached(s.over)
	default:
		t.dialing.name = s.ringing
		t.tellAll()
	}
}

// arrived joins the third: to the agent who consults, or to the citizen who was
// handed over.
func (t *conversation) arrived(m *member) {
	t.dialing = nil
	t.third = t.admit(m)
	t.room.Join(m.Party, media.Apart)
	if t.agent == nil {
		t.blind = nil
		t.succeed()
		return
	}
	t.moved(CallConsulting)
	e := t.agent.event(ticket.CallConsulted, ticket.DutyAnswered)
	e.To = m.name
	t.happened(e)
}

// unreached goes back to the citizen, or brings the citizen whose agent has gone
// back to the queue, before everybody else.
func (t *conversation) unreached(why error) {
	if t.agent != nil {
		if t.state = CallTalking; t.third != nil {
			t.state = CallConsulting
		}
		t.arrange()
		t.refused(t.agent, why)
		t.tellAll()
		return
	}
	if t.blind == nil || t.queued == nil {
		return // nobody is left: the flow goes on
	}
	t.outcome = talkQueued
	t.queued.putBack(t.queued.order.Name, t.blind.staff)
}

// dropThird lets the third go.
func (t *conversation) dropThird(reason string) {
	if gone := t.third; gone != nil {
		t.third = nil
		t.drop(gone, reason)
	}
}

// lost is somebody who will not come back.
func (t *conversation) lost(m *member) {
	if m != t.agent {
		t.left(m)
		return
	}
	gone := t.agent
	t.agent = nil
	t.happened(gone.event(ticket.CallAgentLost, ""))
	t.room.Leave(gone.Party)
	t.dismiss(gone, "leg_lost")
	if t.third != nil && t.state == CallConferring {
		t.free(gone)
		t.succeed()
		return
	}
	t.stopDialling()
	t.dropThird("agent_lost")
	switch {
	case t.barging(): // the caller is not alone
		t.free(gone)
		t.moved(CallTalking)
	case t.queued == nil: // nowhere to wait: the flow goes on
		t.free(gone)
	case t.queued.talking.Agent == gone.staff:
		t.outcome = talkLost
	default: // who had taken the call over
		t.outcome = talkQueued
		t.queued.putBack(t.queued.order.Name, gone.staff)
	}
}

// left is a third or a supervisor who has gone.
func (t *conversation) left(m *member) {
	switch m {
	case t.boss:
		t.bossGoes("hung_up")
	case t.third:
		t.dropThird("hung_up")
		if t.agent != nil {
			t.moved(CallTalking)
		}
	}
}

// dropped is an agent whose browser is away for a moment, or back. The citizen
// hears music meanwhile.
func (t *conversation) dropped(m *member, away bool) {
	if m != t.agent {
		return
	}
	m.away = away
	t.arrange()
	if away {
		t.happened(m.event(ticket.CallHeld, "away"))
		return
	}
	t.happened(m.event(ticket.CallResumed, "away"))
	m.tell(t.news(CallReconnected))
	t.tellAll()
}
