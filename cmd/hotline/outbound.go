package main

import (
	"context"
	"errors"
	"log/slog"
	"maps"
	"slices"

	"example.org/hotline/area"
	"example.org/hotline/configs"
	"example.org/hotline/internal/failpoint"
	"example.org/hotline/ivr"
	"example.org/hotline/ivr/softphone"
	"example.org/hotline/store"
	"example.org/hotline/ticket"
)

var _ ivr.Outbound = (*ivr.Endpoint)(nil)

// outboundConfig turns the settings of our own calls into the phone room's.
func outboundConfig(s configs.SIPConfig) ivr.OutboundConfig {
	o := s.Outbound
	c := ivr.OutboundConfig{Trunk: o.Trunk, Proxy: o.Proxy, From: o.From, User: o.User, National: o.National, Allow: o.Allow,
		Emergency: s.Emergency, PerPurpose: o.Hourly.ByPurpose(), PerAgent: o.PerAgent, PerDay: o.Daily, AtOnce: o.AtOnce}
	if o.User != "" {
		c.Password = o.Password.Reveal
	}
	return c
}

// emergencyNames are those that an agent's page offers; none where the line makes
// no calls of its own.
func emergencyNames(s configs.SIPConfig) []string {
	if s.Outbound.Trunk == "" {
		return nil
	}
	return slices.Sorted(maps.Keys(s.Emergency))
}

// callBacks rings the citizens of call-back tasks. The number is looked up by the
// task, never given by a page (SECURITY T2).
type callBacks struct{ n *node }

// callBacks is nil where the line makes no calls of its own.
func (n *node) callBacks() softphone.CallBacks {
	if n.cfg.SIP.Outbound.Trunk == "" {
		return nil
	}
	return callBacks{n}
}

// CallBack claims a task for the agent and begins to ring its citizen. It returns
// before anybody has answered, since a telephone rings for longer than a page is
// kept waiting; the call itself shows the agent how it goes. Where it cannot begin,
// the page is told and the claim stays for another go; it lapses by itself.
func (c callBacks) CallBack(ctx context.Context, agent area.StaffID, task string) error {
	dial, err := c.n.db.CallbackNumber(ctx, task, agent, c.n.ladder.Callback.Rules())
	if err != nil {
		return err
	}
	failpoint.Hit(failpoint.CallbackBeforeDial)
	ctx = context.WithoutCancel(ctx) // the page's question is over long before the ringing is
	return c.n.phone.CallBack(ctx, ivr.CallBackOrder{Agent: agent, Call: dial.Call, Ticket: dial.Ticket, To: dial.To},
		func(err error) { c.rung(ctx, agent, task, dial, err) })
}

// rung notes how the ringing ended. Nobody there, busy or a number that is not in
// service counts as a try; what failed on our side does not.
func (c callBacks) rung(ctx context.Context, agent area.StaffID, task string, dial store.CallbackDial, err error) {
	log := c.n.log.With(slog.String("ticket", string(dial.Ticket)))
	result, known := triedAs(err)
	if !known {
		log.Info("a citizen was not rung back", slog.Any("error", err))
		return
	}
	if err := c.n.db.CallbackTried(ctx, task, agent, result, c.n.ladder.Callback.Rules()); err != nil {
		log.Error("how a call-back went could not be recorded", slog.Any("error", err))
	}
}

// triedAs is what the end of ringing means for the task.
func triedAs(err error) (ticket.TryResult, bool) {
	switch {
	case err == nil:
		return ticket.TryReached, true
	case errors.Is(err, ivr.ErrNoAnswer):
		return ticket.TryNoAnswer, true
	case errors.Is(err, ivr.ErrBusyHere):
		return ticket.TryBusy, true
	case errors.Is(err, ivr.ErrNotInService):
		return ticket.TryWrongNumber, true
	}
	return "", false
}
