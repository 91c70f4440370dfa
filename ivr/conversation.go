package ivr

import (
	"log/slog"
	"time"

	"example.org/hotline/ivr/acd"
	"example.org/hotline/ivr/media"
	"example.org/hotline/ticket"
)

// conversation is the citizen with the people who help: an agent, a third whom
// the agent has called in, a supervisor. The agent may go and leave the citizen
// with the third. The citizen's own goroutine runs it; who hears whom is decided
// in arrange and nowhere else.
type conversation struct {
	*call
	room    *media.Room
	agent   *member
	third   *member
	boss    *member
	state   CallState // as the agent sees it
	since   time.Time
	blind   *member // the agent who has handed the caller over and gone, while the next one is rung
	music   playing // the citizen's
	outcome outcome // not zero: the conversation is over
}

// outcome is how a conversation ended while the citizen is still there.
type outcome int

const (
	talkOver   outcome = iota + 1 // all who helped have gone
	talkLost                      // the agent's leg broke; the place in the queue is to be had back
	talkQueued                    // handed over: the caller is in a queue again
)

// talkTo is a conversation from its first word to its end. The two are joined
// before anything is written down.
func (c *call) talkTo(m *member, back bool, waited time.Duration) outcome {
	t := &conversation{call: c, room: media.NewRoom(nil), state: CallTalking, since: time.Now()}
	c.talk = t
	if c.tapes.paused { // the answer came in the middle of secret digits
		c.tapes.resume(c.endpoint.now())
	}
	if t.agent, t.third = m, nil; m.desk == nil {
		t.agent, t.third = nil, m
	}
	t.room.Join(c.citizen(), media.Talker)
	t.room.Join(m.Party, media.Talker)
	c.admit(m)
	t.arrange()
	if t.agent != nil {
		t.greet(back, waited)
	}
	for c.alive() && t.outcome == 0 {
		t.hear(c.next(waits{keys: true, talk: t, steps: t.ringSteps()}))
		t.anyoneLeft()
	}
	t.close()
	return t.outcome
}

// people are those whom the loop listens to.
func (t *conversation) people() (agent, third, boss *member) {
	if t == nil {
		return nil, nil, nil
	}
	return t.agent, t.third, t.boss
}

// greet tells an agent that the caller is theirs.
func (t *conversation) greet(back bool, waited time.Duration) {
	news := t.news(CallTalking)
	if back {
		news.State = CallReconnected
	}
	t.agent.tell(news)
	e := t.agent.event(ticket.CallConnected, "")
	e.Seconds = int(waited.Seconds())
	if t.queued != nil {
		e.Queue = t.queued.order.Name
	}
	t.happened(e)
}

// hear takes one thing that has come up.
func (t *conversation) hear(w wake) {
	switch {
	case w.key != 0:
		if err := t.passKey(t.citizen(), w.key); err != nil { // a third's own menu may ask for it
			t.log.Warn("a key could not be passed on", slog.Any("error", err))
		}
	case w.unsent != nil:
		t.refused(t.agent, w.unsent)
	case w.command != nil:
		t.obey(w.from, *w.command)
	case w.present != nil:
		t.dropped(w.from, !*w.present)
	case w.gone:
		t.lost(w.from)
	case w.step != nil:
		t.dialled(*w.step)
	case w.join != nil:
		t.supervise(*w.join)
	}
}

// anyoneLeft finds out whether anybody is left to talk with.
func (t *conversation) anyoneLeft() {
	if t.outcome == 0 && t.agent == nil && t.third == nil && t.dialing == nil && !t.barging() {
		t.outcome = talkOver
	}
}

// barging tells whether a supervisor talks with the citizen.
func (t *conversation) barging() bool { return t.boss != nil && t.boss.mode == acd.JoinBarge }

// arrange decides who hears whom, and who hears music or a ringing tone instead.
//
//	state       citizen  agent   third
//	talking     talks    talks   music
//	holding     music    talks   music
//	consulting  music    talks   talks, once there
//	conferring  talks    talks   talks
//	agent away  as if there were none, but the citizen never hears a third who was apart
//	agent gone  talks            talks
func (t *conversation) arrange() {
	agentIn := t.agent != nil && !t.agent.away
	thirdIn := t.third != nil && (t.agent == nil || t.state == CallConsulting || t.state == CallConferring)
	citizenIn := (t.state == CallTalking || t.state == CallConferring) && (agentIn || t.barging() || thirdIn && (t.agent == nil || t.state == CallConferring))

	t.seat(t.citizen(), &t.music, citizenIn, media.Talker)
	if t.agent != nil {
		role := media.Talker
		if t.boss != nil && t.boss.mode == acd.JoinWhisper {
			role = media.Coached
		}
		t.room.Set(t.agent.Party, roleIf(agentIn, role))
		t.ringTone(t.agent, agentIn && t.dialing != nil)
	}
	if t.third != nil {
		t.seat(t.third.Party, &t.third.sound, thirdIn, media.Talker)
	}
	if t.boss != nil {
		t.room.Set(t.boss.Party, bossRoles[t.boss.mode])
	}
	t.show(Stage(t.state))
}

// bossRoles is what a supervisor may say and hear.
var bossRoles = map[acd.JoinMode]media.Role{acd.JoinListen: media.Listener, acd.JoinWhisper: media.Whisperer, acd.JoinBarge: media.Talker}

func roleIf(in bool, role media.Role) media.Role {
	if in {
		return role
	}
	return media.Apart
}

// seat lets somebody talk, or holds them with music.
func (t *conversation) seat(p media.Party, sound *playing, in bool, role media.Role) {
	t.room.Set(p, roleIf(in, role))
	switch {
	case in:
		sound.stop()
	case sound.Playback == nil:
		for _, music := range t.endpoint.promptsOf(nonEmpty(t.tune)) {
			sound.Playback = p.Loop(music)
		}
	}
}

// ringTone lets the agent hear that somebody is being rung.
func (t *conversation) ringTone(m *member, on bool) {
	switch {
	case !on:
		m.sound.stop()
	case m.sound.Playback == nil:
		m.sound.Playback = m.Loop(ringbackTone())
	}
}

// news is how the call stands, for one of its people.
func (t *conversation) news(state CallState) AgentNews {
	n := AgentNews{State: state, Call: t.record.ID, Ticket: t.record.Number, Recorded: t.tapes.on(), At: t.endpoint.now()}
	switch {
	case t.third != nil:
		n.Third = t.third.name
	case t.dialing != nil:
		n.Third = t.dialing.name
	}
	if t.boss != nil {
		n.Joined = t.boss.mode
	}
	return n
}

// moved rearranges who hears whom and tells everybody where things stand.
func (t *conversation) moved(state CallState) {
	t.state = state
	t.arrange()
	t.tellAll()
}

// tellAll shows each desk its own side of it.
func (t *conversation) tellAll() {
	news := t.news(t.state)
	t.agent.tell(news)
	if t.third != nil {
		side := AgentNews{State: CallTalking, Call: news.Call, Ticket: news.Ticket, Recorded: news.Recorded, At: news.At}
		if t.agent != nil && t.state != CallConsulting && t.state != CallConferring {
			side.State = CallHolding
		}
		if t.agent != nil {
			side.Third = t.agent.name
		}
		t.third.tell(side)
	}
	t.boss.tell(news)
}

// close lets everybody go, because the citizen has gone or the conversation is over.
func (t *conversation) close() {
	reason := string(t.reason)
	if t.alive() {
		reason = "handed_on"
		if t.outcome == talkOver {
			reason = "over"
		}
	}
	t.stopDialling()
	t.music.stop()
	everybody := []*member{t.agent, t.third, t.boss}
	t.agent, t.third, t.boss = nil, nil, nil
	for _, m := range everybody {
		if m != nil {
			t.drop(m, reason)
		}
		if m != nil && m.desk != nil && m != everybody[2] {
			t.happened(m.event(ticket.CallAgentLeft, reason))
		}
	}
	t.room.Close()
	if t.tapes.paused {
		t.tapes.resume(t.endpoint.now())
	}
	t.talk = nil
}

// drop takes somebody out of the room and lets them go.
func (t *conversation) drop(m *member, reason string) {
	t.room.Leave(m.Party)
	t.dismiss(m, reason)
	if t.outcome != talkLost {
		t.free(m)
	}
}

// passKey sends a key on to the telephones that hear the party who pressed it: there
// may be a menu. A desk has none, and there the key would take the place of 100 ms of
// what its presser says.
func (t *conversation) passKey(from media.Party, key rune) error {
	telephones := []media.Party{t.citizen()}
	if t.third != nil && t.third.phone != nil {
		telephones = append(telephones, t.third.Party)
	}
	return t.room.PassKey(from, key, keyHeld, telephones...)
}

// keyFaults tells of keys that did not reach the citizen's telephone.
func (t *conversation) keyFaults() <-chan error {
	switch {
	case t == nil:
		return nil
	case t.rung != nil:
		return t.rung.keyFaults()
	case t.infoKeys != nil:
		return t.infoKeys.faults
	}
	return nil
}

// keyHeld is how long a key is passed on for.
const keyHeld = 100 * time.Millisecond
