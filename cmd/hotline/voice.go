package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"example.org/hotline/configs"
	"example.org/hotline/dispatch"
	"example.org/hotline/dispatch/notify"
	"example.org/hotline/internal/act"
	"example.org/hotline/ivr"
	"example.org/hotline/ivr/flow"
	"example.org/hotline/ivr/media"
	"example.org/hotline/store"
	"example.org/hotline/ticket"
)

// voicePhone rings members of staff about urgent offers: it joins the notices, the
// line and the ticket's own commands. Key 1 accepts as that person, key 2 declines.
type voicePhone struct{ n *node }

var _ notify.Phone = voicePhone{}

// voice is the channel by telephone; none where this node makes no calls.
func (n *node) voice() []notify.Channel {
	if !n.has(configs.RolePhone) || n.cfg.SIP.Outbound.Trunk == "" {
		return nil
	}
	return []notify.Channel{n.telling.policy.Telephone(voicePhone{n})}
}

const (
	workerTimes = 3               // how often a worker is told what it is about
	workerWait  = 6 * time.Second // for a key, after each
)

// Ring implements notify.Phone. A message for nobody in particular is the alarm
// of a ladder, for the city's fixed number.
func (v voicePhone) Ring(ctx context.Context, m notify.Message) (notify.VoiceOutcome, error) {
	if m.Login == "" {
		return v.ring(ctx, m, store.Contact{Name: ticket.MaskPhone(m.Address)}, voiceCall.raiseAlarm)
	}
	who, err := v.n.db.StaffPhone(ctx, m.Login)
	if errors.Is(err, act.ErrNotFound) {
		return "", fmt.Errorf("nobody of that name may be rung: %w", notify.ErrRejected)
	}
	if err != nil {
		return "", fmt.Errorf("find who is rung: %w: %w", err, notify.ErrNotSent)
	}
	return v.ring(ctx, m, who, voiceCall.talk)
}

// ring calls and lets the two talk.
func (v voicePhone) ring(ctx context.Context, m notify.Message, who store.Contact, talk func(voiceCall, context.Context) (notify.VoiceOutcome, error)) (notify.VoiceOutcome, error) {
	number := ticket.Number(m.Fields["number"])
	leg, err := v.n.phone.Dial(ctx, ivr.OutboundCall{To: m.Address, Purpose: "notice", Ticket: number, Ring: 30 * time.Second})
	if err != nil {
		v.note(ctx, m, who, rungAs(err))
		if errors.Is(err, ivr.ErrForbidden) || errors.Is(err, ivr.ErrNotInService) {
			return "", fmt.Errorf("%w: %w", err, notify.ErrRejected)
		}
		return "", fmt.Errorf("%w: %w", err, notify.ErrNotSent)
	}
	defer leg.HangUp()
	outcome, err := talk(voiceCall{voicePhone: v, leg: leg, message: m, staff: who}, ctx)
	if err != nil {
		v.note(ctx, m, who, "ticket.rung_no_key")
		return "", fmt.Errorf("%w: %w", err, notify.ErrNotSent)
	}
	v.note(ctx, m, who, "ticket.rung_answered")
	return outcome, nil
}

// rungAs is how the timeline tells of a call that was not answered.
func rungAs(err error) string {
	switch {
	case errors.Is(err, ivr.ErrBusyHere):
		return "ticket.rung_busy"
	case errors.Is(err, ivr.ErrNoAnswer):
		return "ticket.rung_no_answer"
	}
	return "ticket.rung_failed"
}

// note leaves the call in the ticket's timeline: it makes no ticket of its own.
func (v voicePhone) note(ctx context.Context, m notify.Message, who store.Contact, kind string) {
	err := v.n.db.InTx(context.WithoutCancel(ctx), act.SystemDispatch, func(tx *store.Tx) error {
		id, err := tx.TicketByRef(ctx, m.Ticket)
		if err != nil {
			return err
		}
		t, err := tx.Ticket(ctx, id)
		if err != nil {
			return err
		}
		return ticket.Tell(ctx, tx, &t, kind, "", map[string]any{"to": who.Name})
	})
	if err != nil {
		v.n.log.Warn("a call to a worker is not in its ticket's timeline", slog.Any("error", err))
	}
}

// voiceCall is one worker on the telephone.
type voiceCall struct {
	voicePhone
	leg     ivr.PhoneLeg
	message notify.Message
	staff   store.Contact
}

var errNoKey = errors.New("the telephone was answered, and nobody pressed a key")

// talk tells what it is about until a key is pressed that decides.
func (c voiceCall) talk(ctx context.Context) (notify.VoiceOutcome, error) {
	aside := false
	for range workerTimes {
		t, err := c.ticket(ctx)
		if err != nil {
			return "", err
		}
		if !t.Status.Waiting() { // somebody was quicker while it rang
			c.say(ctx, flow.PromptWorkerTaken)
			return notify.VoiceTaken, nil
		}
		key, err := c.ask(ctx, t, "123", flow.PromptWorkerChoice)
		switch {
		case err != nil && aside: // hung up once it was said
			return notify.VoiceAside, nil
		case err != nil:
			return "", err
		}
		switch key {
		case '1':
			outcome, err := c.accept(ctx, t.ID)
			if outcome != notify.VoiceAside {
				return outcome, err
			}
			aside = true // they may still press 2, so that somebody else is asked at once
		case '2':
			return c.decline(ctx, t.ID)
		}
	}
	c.say(ctx, flow.PromptWorkerGoodbye)
	if aside { // they have heard it: the telephone does not ring again
		return notify.VoiceAside, nil
	}
	return "", errNoKey
}

// ask tells of the ticket and then the prompts, and waits for one of the keys.
func (c voiceCall) ask(ctx context.Context, t ticket.Ticket, keys string, then ...string) (key rune, err error) {
	names := flow.Essentials{Number: t.Number, Priority: t.Priority, Cause: t.Cause, Area: t.Area, Due: dispatch.Promise(t)}.Prompts(c.has)
	return ivr.AskKey(ctx, c.leg, c.prompts(append(names, then...)...), workerWait, keys)
}

// ticket reads how things stand now.
func (c voiceCall) ticket(ctx context.Context) (t ticket.Ticket, err error) {
	err = c.n.db.InTx(ctx, act.SystemDispatch, func(tx *store.Tx) error {
		id, err := tx.TicketByRef(ctx, c.message.Ticket)
		if err != nil {
			return err
		}
		t, err = tx.Ticket(ctx, id)
		return err
	})
	return t, err
}

// as does a command of the ticket as the worker.
func (c voiceCall) as(ctx context.Context, command func(ctx context.Context, tx *store.Tx) error) error {
	actor, err := c.n.db.Actor(ctx, c.staff.Staff)
	if err != nil {
		return err
	}
	return c.n.db.InTx(ctx, actor, func(tx *store.Tx) error { return command(ctx, tx) })
}

func (c voiceCall) accept(ctx context.Context, id ticket.ID) (notify.VoiceOutcome, error) {
	err := c.as(ctx, func(ctx context.Context, tx *store.Tx) error { _, err := ticket.Accept(ctx, tx, id); return err })
	return c.conclude(ctx, err, notify.VoiceAccepted, flow.PromptWorkerAccepted)
}

func (c voiceCall) decline(ctx context.Context, id ticket.ID) (notify.VoiceOutcome, error) {
	err := c.as(ctx, func(ctx context.Context, tx *store.Tx) error { return ticket.Decline(ctx, tx, id) })
	return c.conclude(ctx, err, notify.VoiceDeclined, flow.PromptWorkerDeclined)
}

// conclude tells the worker what has become of their key. Of two who press 1 the
// other is told that it is taken; a command that failed is rung about again.
func (c voiceCall) conclude(ctx context.Context, err error, done notify.VoiceOutcome, prompt string) (notify.VoiceOutcome, error) {
	switch {
	case err == nil:
		c.say(ctx, prompt)
		return done, nil
	case ticket.MustStandAside(err):
		c.say(ctx, flow.PromptWorkerAside)
		return notify.VoiceAside, nil
	case errors.Is(err, act.ErrConflict), errors.Is(err, act.ErrNotFound), errors.Is(err, act.ErrRefused):
		c.n.log.Info("a worker's key came too late", slog.String("ticket", c.message.Ticket), slog.Any("error", err))
		c.say(ctx, flow.PromptWorkerTaken)
		return notify.VoiceTaken, nil
	}
	c.say(ctx, flow.PromptWorkerGoodbye)
	return "", err
}

// say speaks to the end, or until the worker hangs up.
func (c voiceCall) say(ctx context.Context, names ...string) {
	_, _ = ivr.AskKey(ctx, c.leg, c.prompts(names...), 0, "") // nothing is asked
}

func (c voiceCall) has(name string) bool { _, ok := c.n.line.Prompt(name); return ok }

func (c voiceCall) prompts(names ...string) []media.Prompt {
	list := make([]media.Prompt, 0, len(names))
	for _, name := range names {
		if p, ok := c.n.line.Prompt(name); ok {
			list = append(list, p)
		} else {
			c.n.log.Error("ALARM: a prompt is missing; the worker hears nothing in its place", slog.String("prompt", name))
		}
	}
	return list
}
