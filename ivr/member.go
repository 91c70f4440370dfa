package ivr

import (
	"context"
	"fmt"

	"example.org/hotline/area"
	"example.org/hotline/ivr/acd"
	"example.org/hotline/ivr/media"
	"example.org/hotline/ticket"
)

// member is one person in a conversation beside the citizen: at a desk or on a
// telephone. The methods of a nil member are those of nobody.
type member struct {
	media.Party
	leg   string       // as the call's record names it: "agent:LOGIN", "third", "supervisor:LOGIN"
	name  string       // as the other people are shown
	staff area.StaffID // zero for who is no staff
	desk  AgentLeg     // nil for a telephone
	phone PhoneLeg     // nil for a desk

	away  bool         // the desk has dropped out and may come back
	mode  acd.JoinMode // of a supervisor
	tape  *tape
	sound playing // music while held, or the tone of ringing somebody
}

func deskMember(leg AgentLeg, role string) *member {
	return &member{Party: leg, desk: leg, leg: role + ":" + leg.Login(), name: leg.Login(), staff: leg.Agent()}
}

// The legs of a call as its record names them; a desk's leg is its role and login.
const (
	legCitizen = "citizen"
	legThird   = "third"
	roleAgent  = "agent"
	roleSuper  = "supervisor"
)

func (m *member) commands() <-chan AgentCommand {
	if m == nil || m.desk == nil {
		return nil
	}
	return m.desk.Commands()
}

func (m *member) presence() <-chan bool {
	if m == nil || m.desk == nil {
		return nil
	}
	return m.desk.Present()
}

// gone is closed when the member will not come back: a telephone hung up or fell
// silent, a desk is lost.
func (m *member) gone() <-chan struct{} {
	switch {
	case m == nil:
		return nil
	case m.desk != nil:
		return m.desk.Gone()
	}
	return m.phone.Ended()
}

// keyFaults tells of keys that did not reach the member's telephone; a desk is sent
// none.
func (m *member) keyFaults() <-chan error {
	if m == nil {
		return nil
	}
	if phone, ok := m.phone.(interface{ KeyFaults() <-chan error }); ok {
		return phone.KeyFaults()
	}
	return nil
}

// id is who it is; zero for nobody.
func (m *member) id() area.StaffID {
	if m == nil {
		return 0
	}
	return m.staff
}

// tell shows a desk what has become of the call; a telephone is shown nothing.
func (m *member) tell(news AgentNews) {
	if m != nil && m.desk != nil {
		m.desk.Tell(news)
	}
}

// admit is who has answered, their leg being recorded from now on.
func (c *call) admit(m *member) *member {
	if m.tape == nil {
		m.tape = c.tapes.begin(m.Party, m.leg, false)
	}
	return m
}

// dismiss lets a member go: recording and measuring end, the desk is told and
// free again, the telephone is hung up. The queue is not told; see free.
func (c *call) dismiss(m *member, reason string) {
	m.sound.stop()
	m.Hear(nil)
	c.tapes.end(m.tape)
	c.measure(m.leg, m.Stats())
	if m.desk != nil {
		m.tell(AgentNews{State: CallEnded, Call: c.record.ID, Ticket: c.record.Number, Reason: reason, At: c.endpoint.now()})
		m.desk.Release()
		return
	}
	c.endpoint.work.start(m.phone.HangUp) // it lets the far end hear the rest first
}

// free tells the queue that a member of staff has done with this call.
func (c *call) free(m *member) {
	if m.desk != nil && c.endpoint.deps.Queue != nil {
		c.endpoint.deps.Queue.Free(m.staff, c.record.ID)
	}
}

// takeDesk finds the leg of a member of staff: at once where it is on this node,
// else by a call to the other, while the citizen is served.
func (c *call) takeDesk(staff area.StaffID, node string, offer acd.OfferID, role string) (*member, error) {
	if leg, err := c.localDesk(staff); err == nil {
		return deskMember(leg, role), nil
	}
	d := c.dial(func(context.Context) ([]candidate, error) {
		return []candidate{{name: node, ring: func(ctx context.Context) (*member, error) {
			leg, err := c.dialNode(ctx, staff, node, offer)
			if err != nil {
				return nil, err
			}
			return deskMember(leg, role), nil
		}}}, nil
	})
	defer d.cancel()
	for c.alive() {
		switch step := c.next(waits{steps: d.steps}).step; {
		case step == nil:
		case step.member != nil:
			return step.member, nil
		case step.over != nil:
			return nil, step.over
		}
	}
	return nil, context.Canceled
}

// localDesk finds a leg that is connected to this node.
func (c *call) localDesk(staff area.StaffID) (AgentLeg, error) {
	if legs := c.endpoint.deps.Legs; legs != nil {
		if leg, ok := legs.Leg(staff); ok {
			return leg, nil
		}
	}
	return nil, fmt.Errorf("agent %d has no leg on this node", staff)
}

// deskOf finds a leg wherever it is; for those who may wait.
func (c *call) deskOf(ctx context.Context, staff area.StaffID, offer acd.OfferID) (AgentLeg, error) {
	leg, err := c.localDesk(staff)
	if err == nil {
		return leg, nil
	}
	board, ok := c.endpoint.deps.Queue.(interface{ Board() acd.Board })
	if !ok {
		return nil, err
	}
	for _, a := range board.Board().Agents {
		if a.ID == staff {
			return c.dialNode(ctx, staff, a.Node, offer)
		}
	}
	return nil, err
}

// measure records the quality of a leg, once, at its end.
func (c *call) measure(leg string, s media.Stats) {
	id := c.record.ID
	c.diary.write("measured", func(ctx context.Context) error { return c.endpoint.callLog.Measured(ctx, id, s.Quality(leg)) })
}

// event is an event of the call about one member.
func (m *member) event(kind ticket.CallEventKind, reason string) ticket.CallEvent {
	return ticket.CallEvent{Kind: kind, Leg: m.leg, Agent: m.staff, Reason: reason}
}
