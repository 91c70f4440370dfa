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
	t.tellAll()
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
	t.tellAll()
	t.engage(m)
}

// engage takes a seat for this call, so that nobody else is offered to it. The
// citizen is served meanwhile. A supervisor who takes no calls has no free seat,
// and needs none.
func (t *conversation) engage(m *member) {
	queue := t.endpoint.deps.Queue
	if queue == nil {
		return
	}
	done := make(chan struct{})
	t.endpoint.work.start(func() {
		defer close(done)
		offer := acd.Offer{Call: t.record.ID, Ticket: t.record.Number, Queue: t.queueName(), Priority: t.priority, At: t.endpoint.now()}
		if err := queue.Engage(m.staff, offer); err != nil {
			t.log.Info("who took a call over has no free seat", slog.Any("error", err))
		}
	})
	for t.alive() {
		if t.next(waits{played: done}).played {
			return
		}
	}
	t.endpoint.work.start(func() { // the seat must not be taken after it was freed
		<-done
		t.free(m)
	})
}

func (t *conversation) bossGoes(reason string) {
	gone := t.boss
	t.boss = nil
	t.drop(gone, reason)
	t.happened(gone.event(ticket.CallSupervised, string(acd.JoinLeave)))
	t.arrange()
	t.tellAll()
}
