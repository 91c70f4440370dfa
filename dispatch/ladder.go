package dispatch

import (
	"context"
	"fmt"
	"time"

	"example.org/hotline/area"
	"example.org/hotline/internal/act"
	"example.org/hotline/ticket"
)

// climbLadder fires the timers "route" (the ladder begins) and "offer" (its
// next step or turn is due). It makes every offer whose time has come, in
// order, and arms one timer for the next. "route" also lets a paused ladder go
// on. A ticket born late, from a journal or after an outage, is offered to
// everybody who would have been asked by now.
//
//	route ──▶ step 0 ──▶ step 1 ──▶ … last step ──▶ turn 1 ──▶ turn 2 ──▶ … until somebody accepts
//	           └ nobody on duty: the next step takes its minute; the one after that keeps its own
func (s *Service) climbLadder(ctx context.Context, tx Tx, timer act.Timer) error {
	t, err := tx.TicketForUpdate(ctx, ticket.ID(timer.Subject.ID))
	if err != nil {
		return err
	}
	if t.Epoch != timer.Epoch || !t.Status.Waiting() {
		return nil
	}
	if timer.Kind == ticket.TimerRoute {
		if err := s.armWarnings(ctx, tx, t); err != nil {
			return err
		}
	}
	c := climb{s: s, tx: tx, t: &t, ladder: s.ladder(t), now: tx.Now()}
	c.steps = c.ladder.StepsFor(t.AskedIn())
	if c.empty, err = allDeclined(ctx, tx, t); err != nil {
		return err
	}
	if c.empty {
		if c.empty, err = c.nobodyElse(ctx); err != nil {
			return err
		}
	}
	return c.run(ctx)
}

// allDeclined reports whether everybody who was asked so far has said that they
// cannot come: then the next step does not wait for its minute.
func allDeclined(ctx context.Context, tx Tx, t ticket.Ticket) (bool, error) {
	if t.Step == 0 || t.Loop > 0 {
		return false, nil
	}
	offers, err := tx.OpenOffers(ctx, t.ID)
	return err == nil && len(offers) == 0, err
}

// nobodyElse asks the next of several who share a position, where all before
// have declined; it reports whether there was none.
func (c *climb) nobodyElse(ctx context.Context) (bool, error) {
	number := c.t.Step - 1
	if number >= len(c.steps) || c.steps[number].To.Position == 0 {
		return true, nil
	}
	asked, err := c.tx.AskedAt(ctx, c.t.ID, c.t.Loop, number)
	if err != nil {
		return false, err
	}
	found, err := resolve(ctx, c.tx, *c.t, []Target{c.steps[number].To}, &asking{asked: asked, wants: c.wants()})
	if err != nil || len(found.posts) == 0 {
		return true, err
	}
	c.again = len(asked)
	made, err := c.ask(ctx, number, found, c.template(number, c.steps[number].To))
	return made == 0, err
}

// climb is one pass over the ladder of one ticket.
type climb struct {
	s      *Service
	tx     Tx
	t      *ticket.Ticket
	ladder Ladder
	steps  []Step
	now    time.Time

	empty bool // the step before had nobody: its minute goes to the next
	dirty bool // t has changed since it was saved
	again int  // how many were asked before at the step whose others are asked now: the next timer needs a key of its own
}

// wants are the skills that the matter asks for.
func (c *climb) wants() area.Skills { return c.s.policy(*c.t).Skills[c.t.Cause] }

func (c *climb) run(ctx context.Context) error {
	for c.t.Step < len(c.steps) {
		step := c.steps[c.t.Step]
		if due := c.due(step.After); !c.empty && due.After(c.now) {
			return c.rest(ctx, c.t.Step, due)
		}
		number := c.t.Step
		c.t.Step, c.dirty = number+1, true
		made, err := c.offer(ctx, number, []Target{step.To}, c.template(number, step.To))
		if err != nil {
			return err
		}
		c.empty = made == 0
	}
	return c.turn(ctx)
}

// due is when a step falls due: it counts from the INVITE.
func (c *climb) due(after ticket.Span) time.Time {
	return after.Due(ladderFrom(*c.t), c.s.calendar).Due
}

func ladderFrom(t ticket.Ticket) time.Time {
	if t.LadderFrom.IsZero() {
		return t.InvitedAt
	}
	return t.LadderFrom
}

// turn is what follows the last step: everybody again, with an alarm, for
// ever. The first falls one interval after the last step's own time, the others
// on the same beat; turns that were missed while nobody could fire are one now.
func (c *climb) turn(ctx context.Context) error {
	every := c.ladder.Loop.Every
	next := every.Due(c.due(c.steps[len(c.steps)-1].After), c.s.calendar).Due
	if c.t.Loop == 0 && !c.empty && next.After(c.now) {
		return c.rest(ctx, len(c.steps), next)
	}
	c.t.Loop, c.dirty = c.t.Loop+1, true
	if err := c.alarm(ctx); err != nil {
		return err
	}
	if _, err := c.offer(ctx, len(c.steps), c.ladder.Loop.To, "loop_alarm"); err != nil {
		return err
	}
	for !next.After(c.now) {
		next = every.Due(next, c.s.calendar).Due
	}
	return c.rest(ctx, len(c.steps)+c.t.Loop, next)
}

// alarm tells the wallboard, and the fixed number where the city has one, that
// a whole ladder has not answered (DOMAIN 0a.13).
func (c *climb) alarm(ctx context.Context) error {
	if !c.ladder.Loop.Alarm {
		return nil
	}
	if err := ticket.Tell(ctx, c.tx, c.t, "ticket.ladder_alarm", "", map[string]any{"loop": c.t.Loop}); err != nil {
		return err
	}
	fields, err := c.fields(ctx)
	if err != nil {
		return err
	}
	return c.tx.Notify(ctx, ticket.Notice{Key: key(*c.t, fmt.Sprintf("alarm:%d:%d", c.t.Epoch, c.t.Loop)), Ticket: c.t.ID, Alarm: true, Template: "loop_alarm",
		Fields: fields, Epoch: c.t.Epoch, Voidable: true, Urgent: true})
}

// againStep keeps the timers apart that wait for one step's minute, one after another.
const againStep = 10_000

// rest saves what changed and arms the timer of the next step or turn.
func (c *climb) rest(ctx context.Context, step int, due time.Time) error {
	if c.dirty {
		if err := c.tx.SaveTicket(ctx, c.t); err != nil {
			return err
		}
	}
	return c.tx.Arm(ctx, act.Timer{Subject: c.t.Subject(), Kind: ticket.TimerOffer, Step: step + againStep*c.again, Epoch: c.t.Epoch, DueAt: due})
}

// template is how a step is worded: an offer to those whose task it is, a rise
// to those above who hear of it because nobody below has accepted.
func (c *climb) template(number int, to Target) string {
	if number == 0 || to.Role == area.RoleWorker {
		return "offer"
	}
	return "rise"
}

// offer asks everybody whom the targets name, and tells of those who were
// passed over. It returns how many offers were made.
func (c *climb) offer(ctx context.Context, step int, targets []Target, template string) (made int, err error) {
	found, err := resolve(ctx, c.tx, *c.t, targets, &asking{wants: c.wants()})
	if err != nil {
		return 0, err
	}
	return c.ask(ctx, step, found, template)
}

func (c *climb) ask(ctx context.Context, step int, found found, template string) (made int, err error) {
	for _, nobody := range found.nobody {
		if err := ticket.Tell(ctx, c.tx, c.t, "ticket.offer_skipped", "", c.place(step, nobody)); err != nil {
			return made, err
		}
	}
	fields, err := c.fields(ctx)
	if err != nil {
		return made, err
	}
	for _, to := range found.posts {
		if err := c.offerTo(ctx, step, to, template, fields); err != nil {
			return made, err
		}
		made++
	}
	return made, nil
}

// place says where on the ladder something happened.
func (c *climb) place(step int, data map[string]any) map[string]any {
	all := map[string]any{"step": step, "loop": c.t.Loop}
	for k, v := range data {
		all[k] = v
	}
	return all
}

func (c *climb) offerTo(ctx context.Context, step int, to recipient, template string, fields map[string]string) error {
	o := ticket.Offer{Ticket: c.t.ID, Loop: c.t.Loop, Step: step, Post: to.post.ID, Role: to.post.Role, OfferedAt: c.now, Why: to.why}
	if err := c.tx.AddOffer(ctx, o); err != nil {
		return err
	}
	data := c.place(step, map[string]any{"to": to.post.Name, "role": string(to.post.Role), "why": to.why})
	if err := ticket.Advance(ctx, c.tx, c.t, ticket.EventOffer, "ticket.offered", "", data); err != nil {
		return err
	}
	c.dirty = false
	return c.tx.Notify(ctx, ticket.Notice{Key: key(*c.t, fmt.Sprintf("offer:%d:%d:%d:post:%d", c.t.Epoch, c.t.Loop, step, to.post.ID)), Ticket: c.t.ID,
		Post: to.post.ID, Template: template, Fields: fields, Epoch: c.t.Epoch, Voidable: true, Urgent: c.t.Priority.Urgent()})
}

// fields fill in the templates of offers, rises and alarms. No name, phone or
// matter of the caller is among them: a message is read on a lock screen.
func (c *climb) fields(ctx context.Context) (map[string]string, error) {
	return fields(ctx, c.tx, *c.t)
}

func fields(ctx context.Context, tx Tx, t ticket.Ticket) (map[string]string, error) {
	place, err := tx.Division(ctx, t.Area)
	if err != nil {
		place = area.Division{Code: t.Area, Name: string(t.Area)} // a division that was merged away still needs help
	}
	return map[string]string{"priority": string(t.Priority), "number": string(t.Number), "area": place.Name,
		"at": ticket.InWords(t.InvitedAt), "due": ticket.InWords(Promise(t))}, nil
}

// Promise is the deadline that staff must meet: the next one whose passing is a
// breach; zero where none runs.
func Promise(t ticket.Ticket) (due time.Time) {
	for _, c := range t.Clocks {
		if !c.Running() || t.Priority == ticket.P2 && c.Kind == ticket.ClockTwoHour {
			continue
		}
		if due.IsZero() || c.DueAt.Before(due) {
			due = c.DueAt
		}
	}
	return due
}

// key makes the key of a notice about a ticket.
func key(t ticket.Ticket, what string) string { return fmt.Sprintf("ticket:%d:%s", t.ID, what) }
