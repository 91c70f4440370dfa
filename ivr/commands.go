package ivr

import (
	"cmp"
	"context"
	"errors"

	"example.org/hotline/area"
	"example.org/hotline/ivr/acd"
	"example.org/hotline/ivr/media"
	"example.org/hotline/ticket"
)

// What an agent may want, and how it is done. A command that cannot be done is
// refused with a reason and changes nothing.

var (
	errNotNow   = errors.New("the call is in another state")
	errNotYours = errors.New("only the agent whose call it is may do that")
	errUnknown  = errors.New("no such command")
)

// obey does one command of one of the people.
func (t *conversation) obey(from *member, cmd AgentCommand) {
	var err error
	switch {
	case from == t.agent && t.agent != nil:
		err = t.command(cmd)
	case cmd.Verb == VerbHangUp: // a colleague who was consulted, a supervisor
		t.left(from)
	case cmd.Verb == VerbKey:
		err = t.passKey(from.Party, cmd.Key)
	default:
		err = errNotYours
	}
	if err != nil {
		t.refused(from, err)
	}
}

// refused tells somebody that what they wanted cannot be, and why.
func (t *conversation) refused(to *member, why error) {
	news := t.news(CallRefused)
	news.Reason = reasonOf(why)
	to.tell(news)
}

// command is what the agent whose call it is may want.
func (t *conversation) command(cmd AgentCommand) error {
	switch cmd.Verb {
	case VerbHangUp:
		return t.hangUp()
	case VerbHold:
		return t.hold()
	case VerbResume:
		return t.resume()
	case VerbKey:
		return t.passKey(t.agent.Party, cmd.Key)
	case VerbConsult:
		return t.consult(cmd.Target)
	case VerbConsultEnd:
		return t.consultEnd()
	case VerbSwap:
		return t.swap()
	case VerbTransfer:
		return t.handOn(cmd.Target)
	case VerbConference:
		return t.confer()
	case VerbRecordPause, VerbRecordResume:
		return t.recordPause(cmd.Verb == VerbRecordPause)
	}
	return errUnknown
}

// hangUp lets the agent go. In a conference the others go on; who hangs up on a
// consult has handed the caller to the third. Nobody is left alone on hold.
func (t *conversation) hangUp() error {
	if t.third != nil && t.state != CallConferring || t.dialing != nil {
		return t.handOn(Target{})
	}
	t.agentGoes("hung_up")
	if t.third != nil || t.barging() {
		t.succeed()
	}
	return nil
}

// agentGoes takes the agent out of the call and into wrap-up.
func (t *conversation) agentGoes(reason string) {
	gone := t.agent
	t.agent = nil
	t.drop(gone, reason)
	t.happened(gone.event(ticket.CallAgentLeft, reason))
}

// succeed makes the third the one who has the call: an agent takes the agent's
// part, a telephone stays as it is.
func (t *conversation) succeed() {
	if t.third != nil && t.third.desk != nil {
		t.agent, t.third = t.third, nil
		t.agent.sound.stop()
		t.happened(t.agent.event(ticket.CallConnected, ""))
	}
	t.moved(CallTalking)
}

// hold lets the citizen hear music. In a conference agent and third go on.
func (t *conversation) hold() error {
	switch t.state {
	case CallTalking:
		t.moved(CallHolding)
	case CallConferring:
		t.moved(CallConsulting)
	default:
		return errNotNow
	}
	t.happened(t.agent.event(ticket.CallHeld, ""))
	return nil
}

func (t *conversation) resume() error {
	if t.state != CallHolding {
		return errNotNow
	}
	t.moved(CallTalking)
	t.happened(t.agent.event(ticket.CallResumed, ""))
	return nil
}

// consult holds the citizen and calls somebody in.
func (t *conversation) consult(to Target) error {
	if t.third != nil || t.dialing != nil || t.state != CallTalking && t.state != CallHolding {
		return errNotNow
	}
	find, err := t.whom(to, "consult")
	if err != nil {
		return err
	}
	t.dialing = t.dial(find)
	t.moved(CallConsulting)
	return nil
}

// consultEnd gives the consult up and goes back to the citizen.
func (t *conversation) consultEnd() error {
	if t.third == nil && t.dialing == nil {
		return errNotNow
	}
	t.stopDialling()
	t.dropThird("consult_ended")
	t.moved(CallTalking)
	return nil
}

// swap goes from the citizen to the third, or back.
func (t *conversation) swap() error {
	switch {
	case t.third == nil:
		return errNotNow
	case t.state == CallConsulting:
		t.moved(CallTalking)
	case t.state == CallTalking, t.state == CallHolding:
		t.moved(CallConsulting)
	default:
		return errNotNow
	}
	return nil
}

// confer brings all three together.
func (t *conversation) confer() error {
	if t.third == nil || t.state == CallConferring {
		return errNotNow
	}
	t.moved(CallConferring)
	e := t.agent.event(ticket.CallConferenced, "")
	e.To = t.third.name
	t.happened(e)
	return nil
}

// handOn hands the caller over: to the third of a consult, to whom the consult
// is still ringing, or to a target without a consult. The agent is free at once;
// where nobody answers the caller is first in the queue again.
func (t *conversation) handOn(to Target) error {
	switch {
	case t.third != nil:
		return t.handOver()
	case t.dialing != nil:
		t.leaveRinging(t.dialing.name)
		return nil
	case to.Kind == TargetQueue:
		return t.toQueue(to.Queue)
	}
	find, err := t.whom(to, "transfer")
	if err != nil {
		return err
	}
	t.dialing = t.dial(find)
	t.leaveRinging(to.label())
	return nil
}

// handOver is the attended transfer.
func (t *conversation) handOver() error {
	e := t.agent.event(ticket.CallTransferred, "attended")
	e.To = t.third.name
	t.agentGoes("transferred")
	t.happened(e)
	t.succeed()
	return nil
}

// leaveRinging is the blind transfer: the agent goes while the next one is rung.
func (t *conversation) leaveRinging(name string) {
	t.blind = t.agent
	e := t.agent.event(ticket.CallTransferred, "blind")
	e.To = name
	t.agentGoes("transferred")
	t.happened(e)
	t.moved(CallTalking)
}

// toQueue puts the caller at the front of a queue.
func (t *conversation) toQueue(queue string) error {
	if t.queued == nil || queue == "" {
		return errNotNow
	}
	e := t.agent.event(ticket.CallTransferred, "queue")
	e.To, e.Queue = queue, queue
	t.outcome = talkQueued
	t.agentGoes("transferred")
	t.happened(e)
	t.queued.putBack(queue, 0)
	return nil
}

// recordPause silences the recordings of all legs, or lets them go on.
func (t *conversation) recordPause(pause bool) error {
	if t.tapes.recorder == nil {
		return errNotNow
	}
	if pause {
		t.tapes.pause(t.endpoint.now())
	} else {
		t.tapes.resume(t.endpoint.now())
	}
	t.tellAll()
	return nil
}

// whom finds out how to reach a target. A number never comes from outside
// (SECURITY T2): it is looked up by name.
func (t *conversation) whom(to Target, purpose string) (func(context.Context) ([]candidate, error), error) {
	by := t.agent.staff
	one := func(p candidate) func(context.Context) ([]candidate, error) {
		return func(context.Context) ([]candidate, error) { return []candidate{p}, nil }
	}
	phone := OutboundCall{Purpose: purpose, By: by, Ticket: t.record.Number, Ring: ringTime}
	switch to.Kind {
	case TargetAgent:
		if to.Agent == 0 || to.Agent == by {
			return nil, errNoTarget
		}
		return one(t.colleague(to.Agent, to.Login, t.queueName())), nil
	case TargetEmergency:
		number, ok := t.endpoint.deps.Emergency[to.Name]
		if !ok {
			return nil, errNoTarget
		}
		phone.To = number
		return one(t.phone(phone, to.Name, 0)), nil
	case TargetDuty:
		return t.duty([]string{to.Duty}, ringTime, by, purpose), nil
	case TargetStaff:
		return func(ctx context.Context) ([]candidate, error) {
			contacts := t.endpoint.deps.Contacts
			if contacts == nil {
				return nil, errNobody
			}
			ctx, cancel := context.WithTimeout(ctx, lookUp)
			defer cancel()
			who, err := contacts.StaffPhone(ctx, to.Login)
			phone.To = who.Phone
			return []candidate{t.byPerson(t.phone(phone, who.Name, who.Staff))}, err
		}, nil
	case TargetQueue: // a queue is somewhere to hand a caller to; nobody in particular can be consulted there
	}
	return nil, errNoTarget
}

// label is a target as the timeline shows it before anybody has answered.
func (to Target) label() string {
	return cmp.Or(to.Login, to.Name, to.Duty, to.Queue)
}

func (t *conversation) queueName() string {
	if t.queued == nil {
		return ""
	}
	return t.queued.order.Name
}

// putBack puts the caller at the front of a queue, where the wait begins anew.
func (q *queued) putBack(queue string, prefer area.StaffID) {
	q.joined = false
	q.order.Name, q.alone = queue, false
	q.talking = acd.Offer{}
	q.place.PutBack(queue, prefer)
}

// ringbackTone is what an agent hears while somebody is rung: 450 Hz, one second
// on and four off, as telephones in China sound (YD/T 729).
func ringbackTone() media.Prompt { return ringback }

var ringback = media.NewPrompt(append(media.Tone(450, 4000, media.SampleRate), make([]int16, 4*media.SampleRate)...))
