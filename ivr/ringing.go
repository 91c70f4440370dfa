package ivr

import (
	"cmp"
	"context"
	"errors"
	"log/slog"
	"time"

	"github.com/google/uuid"

	"example.org/hotline/area"
	"example.org/hotline/ivr/acd"
	"example.org/hotline/ivr/flow"
	"example.org/hotline/ivr/media"
	"example.org/hotline/ticket"
)

// Why nobody could be reached, beside what Outbound and Queue fail with.
var (
	errNobody   = errors.New("nobody is there to be rung")
	errNoPhone  = errors.New("this line makes no calls of its own")
	errNoTarget = errors.New("nobody can be called by that name")
)

// ringTime is how long a telephone or a desk rings where nobody says otherwise.
const ringTime = 30 * time.Second

// lookUp bounds the wait for whom to ring: with the database stuck the caller
// goes on in the flow, and does not hear music for ever.
const lookUp = 3 * time.Second

// candidate is one person who may be rung.
type candidate struct {
	name string
	ring func(context.Context) (*member, error)
}

// dialStep is one step of ringing people one after the other.
type dialStep struct {
	ringing string  // this one is being rung now
	failed  error   // and did not come, for this reason
	member  *member // or answered
	over    error   // nobody is left; why
}

// dialing rings candidates one after the other on a goroutine of its own. The
// call's loop reads the steps; whoever answers is either read by the loop or, where
// that has turned away, let go at once.
type dialing struct {
	steps  chan dialStep
	cancel context.CancelFunc
	name   string // who is being rung
}

// dial begins to ring. find is asked on that goroutine too: it may wait for a database.
func (c *call) dial(find func(context.Context) ([]candidate, error)) *dialing {
	ctx, cancel := context.WithCancel(context.Background())
	d := &dialing{steps: make(chan dialStep), cancel: cancel}
	c.endpoint.work.start(func() {
		defer cancel()
		if answered, err := d.ringAll(ctx, c, find); !answered {
			d.report(ctx, dialStep{over: cmp.Or(err, errNobody)})
		}
	})
	return d
}

// report hands a step to the loop; false where that has turned away.
func (d *dialing) report(ctx context.Context, s dialStep) bool {
	select {
	case d.steps <- s:
		return true
	case <-ctx.Done():
		return false
	}
}

// ringAll rings one candidate after the other until somebody answers.
func (d *dialing) ringAll(ctx context.Context, c *call, find func(context.Context) ([]candidate, error)) (answered bool, err error) {
	defer func() {
		if p := recover(); p != nil {
			c.log.Error("ringing: panic", slog.Any("panic", p))
			answered, err = false, errNobody
		}
	}()
	people, err := find(ctx)
	for _, person := range people {
		if !d.report(ctx, dialStep{ringing: person.name}) {
			return false, ctx.Err()
		}
		var m *member
		if m, err = person.ring(ctx); err == nil {
			m.name = cmp.Or(m.name, person.name)
			if !d.report(ctx, dialStep{member: m}) {
				c.turnAway(m)
			}
			return true, nil
		}
		d.report(ctx, dialStep{ringing: person.name, failed: err})
	}
	return false, err
}

// turnAway lets somebody go who answered too late.
func (c *call) turnAway(m *member) {
	if m.desk == nil {
		m.phone.HangUp()
		return
	}
	m.tell(AgentNews{State: CallEnded, Call: c.record.ID, Ticket: c.record.Number, Reason: "caller_left", At: c.endpoint.now()})
	m.desk.Release()
	c.free(m)
}

// phone is a telephone that may be rung.
func (c *call) phone(o OutboundCall, name string, staff area.StaffID) candidate {
	return candidate{name: name, ring: func(ctx context.Context) (*member, error) {
		if c.endpoint.deps.Outbound == nil {
			return nil, errNoPhone
		}
		leg, err := c.endpoint.deps.Outbound.Dial(ctx, o)
		if err != nil {
			return nil, err
		}
		return &member{Party: leg, phone: leg, leg: legThird, name: name, staff: staff}, nil
	}}
}

// colleague is another agent's desk that may be rung.
func (c *call) colleague(agent area.StaffID, login, queue string) candidate {
	offer := acd.Offer{ID: acd.OfferID(uuid.NewString()), Call: c.record.ID, Ticket: c.record.Number, Queue: queue,
		CallerNode: c.endpoint.cfg.NodeID, Agent: agent, Priority: c.priority, At: c.endpoint.now(), Expires: c.endpoint.now().Add(ringTime)}
	return candidate{name: login, ring: func(ctx context.Context) (*member, error) {
		if c.endpoint.deps.Queue == nil {
			return nil, errNoTarget
		}
		if err := c.endpoint.deps.Queue.Seize(ctx, agent, offer); err != nil {
			return nil, err
		}
		leg, err := c.deskOf(ctx, agent, offer.ID)
		if err != nil {
			c.endpoint.deps.Queue.Free(agent, offer.Call)
			return nil, err
		}
		return deskMember(leg, roleAgent), nil
	}}
}

// duty finds the telephones of who is on duty, level by level.
func (c *call) duty(levels []string, each time.Duration, by area.StaffID, purpose string) func(context.Context) ([]candidate, error) {
	contacts := c.endpoint.deps.Contacts
	return func(ctx context.Context) (people []candidate, err error) {
		if contacts == nil {
			return nil, errNobody
		}
		ctx, cancel := context.WithTimeout(ctx, lookUp)
		defer cancel()
		for _, level := range levels {
			phones, fault := contacts.DutyPhones(ctx, c.record.ID, level)
			err = errors.Join(err, fault)
			for _, p := range phones {
				o := OutboundCall{To: p.Phone, Purpose: purpose, By: by, Ticket: c.record.Number, Ring: cmp.Or(each, ringTime)}
				people = append(people, c.byPerson(c.phone(o, p.Name, p.Staff)))
			}
		}
		return people, err
	}
}

// ringDuty rings duty phones one after the other, with music, and joins the first that answers.
func (c *call) ringDuty(i flow.Ring) flow.Event {
	c.say(i.Prompts...)
	return c.reach(c.duty(i.Duty, i.Each, 0, "duty"), i.Music, ticket.CallRangDuty)
}

// transfer joins a number of the flow's own list.
func (c *call) transfer(i flow.Transfer) flow.Event {
	c.say(i.Prompts...)
	to, ok := c.script.Destination(i.To)
	if !ok {
		c.log.Error("ALARM: the call flow transfers to a name that is not on its list", slog.String("name", i.To))
		return flow.Event{Kind: flow.EventFailed}
	}
	return c.reach(func(context.Context) ([]candidate, error) {
		return []candidate{c.phone(OutboundCall{To: to.Number, Purpose: "transfer", Ticket: c.record.Number, Ring: ringTime}, i.To, 0)}, nil
	}, "", ticket.CallTransferred)
}

// reach rings people while the caller hears music, and lets the two talk.
func (c *call) reach(find func(context.Context) ([]candidate, error), music string, kind ticket.CallEventKind) flow.Event {
	if !c.alive() {
		return flow.Event{}
	}
	c.tune = cmp.Or(music, c.tune)
	c.show(StageRinging)
	heard := playing{c.loop(c.tune)}
	defer heard.stop()
	c.dialing = c.dial(find)
	for c.alive() {
		switch step := c.next(waits{steps: c.ringSteps()}).step; {
		case step == nil: // not about this
		case step.member != nil:
			c.rang(kind, c.dialing.name, ticket.DutyAnswered)
			c.dialing = nil
			heard.stop()
			c.talkTo(step.member, false, 0)
			return flow.Event{Kind: flow.EventAnswered}
		case step.failed != nil:
			c.rang(kind, step.ringing, reasonOf(step.failed))
		case step.over != nil:
			c.log.Info("nobody could be reached", slog.Any("error", step.over))
			c.dialing = nil
			return flow.Event{Kind: flow.EventFailed}
		default:
			c.dialing.name = step.ringing
		}
	}
	return flow.Event{}
}

// rang notes how ringing somebody went.
func (c *call) rang(kind ticket.CallEventKind, to, reason string) {
	c.happened(ticket.CallEvent{Kind: kind, To: to, Reason: reason})
}

// stopDialling cancels whatever is being rung. Who has answered meanwhile is let go.
func (c *call) stopDialling() {
	if c.dialing != nil {
		c.dialing.cancel()
		c.dialing = nil
	}
}

// ringSteps is how ringing somebody goes; nil while nobody is rung.
func (c *call) ringSteps() <-chan dialStep {
	if c.dialing == nil {
		return nil
	}
	return c.dialing.steps
}

// reasonOf is why something could not be done, as a word that pages translate.
func reasonOf(err error) string {
	for _, known := range reasons {
		if errors.Is(err, known.err) {
			return known.word
		}
	}
	return "failed"
}

var reasons = []struct {
	err  error
	word string
}{
	{errNotNow, "not_now"}, {errNotYours, "not_yours"}, {errUnknown, "unknown_verb"}, {errNobody, "nobody"},
	{errNoPhone, "no_outbound"}, {ErrNoTrunk, "no_outbound"}, {ErrForbidden, "forbidden"}, {ErrCapped, "capped"}, {ErrBusyHere, "busy"},
	{ErrNoAnswer, "no_answer"}, {ErrNotInService, "not_in_service"}, {ErrTrunkFailed, "trunk_failed"}, {errUnconfirmed, "not_confirmed"}, {errNoTarget, "no_target"}, {acd.ErrNotSignedOn, "nobody"}, {acd.ErrNotFree, "busy"}, {acd.ErrUnanswered, "no_answer"}, {media.ErrKey, "no_key"}, {errKeyUnsent, "no_key"}, {context.Canceled, "cancelled"},
	{context.DeadlineExceeded, "no_answer"},
}
