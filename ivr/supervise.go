package ivr

import (
	"log/slog"

	"example.org/hotline/ivr/acd"
	"example.org/hotline/ivr/media"
	"example.org/hotline/ticket"
)

// supervise lets a supervisor in, changes what they may say and hear, or lets
// them out. One at a time: a second one is told so.
func (t *conversation) supervise(ask acd.PlaceChange) {
	switch {
	case ask.Mode == acd.JoinLeave:
		if t.boss != nil && t.boss.staff == ask.Agent {
			t.bossGoes("left")
		}
		return
	case t.boss == nil || t.boss.staff != ask.Agent:
		if !t.bossComes(ask) {
			return
		}
	}
	t.boss.mode = ask.Mode
	t.happened(t.boss.event(ticket.CallSupervised, string(ask.Mode)))
	if ask.Mode == acd.JoinTakeOver {
		t.takeOver()
		return
	}
	t.recordBoss()
	t.arrange()
	t.tellAll("")
}

// bossComes finds the supervisor's leg and seats it. It reports false where that
// cannot be.
func (t *conversation) bossComes(ask acd.PlaceChange) bool {
	m, err := t.takeDesk(ask.Agent, ask.Node, "", roleSuper)
	if err != nil {
		t.log.Warn("a supervisor wants to come in whose leg is not there", slog.Any("error", err))
		return false
	}
	if t.boss != nil || m.staff == t.agent.id() || m.staff == t.third.id() {
		news := t.news(CallRefused)
		news.Reason = "occupied"
		m.tell(news)
		if remote, ok := m.desk.(*nodeLeg); ok {
			remote.Release() // called for this alone
		}
		return false
	}
	t.boss = m
	t.room.Join(m.Party, media.Apart)
	return true
}

// recordBoss records a supervisor as soon as the citizen hears them. Coaching is
// no part of the conversation.
func (t *conversation) recordBoss() {
	if t.boss.mode == acd.JoinBarge {
		t.admit(t.boss)
	}
}

// takeOver puts the supervisor in the agent's place.
func (t *conversation) takeOver() {
	m := t.boss
	t.boss = nil
	if t.agent != nil {
		t.agentGoes("taken_over")
	}
	m.leg, m.mode = roleAgent+":"+m.name, ""
	t.agent = t.admit(m)
	t.happened(m.event(ticket.CallConnected, string(acd.JoinTakeOver)))
	if t.state == CallHolding {
		t.state = CallTalking
	}
	t.arrange()
	t.tellAll("")
}

func (t *conversation) bossGoes(reason string) {
	gone := t.boss
	t.boss = nil
	t.drop(gone, reason)
	t.happened(gone.event(ticket.CallSupervised, string(acd.JoinLeave)))
	t.arrange()
	t.tellAll("")
}
