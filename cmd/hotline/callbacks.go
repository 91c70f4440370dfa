package main

import (
	"context"
	"errors"

	"example.org/hotline/area"
	"example.org/hotline/ivr"
	"example.org/hotline/ivr/softphone"
	"example.org/hotline/store"
	"example.org/hotline/ticket"
)

var _ softphone.CallBacks = callBacks{}

// callBacks rings the citizens of call-back tasks: the task gives the number,
// the phone dials, and what became of it goes back to the task.
type callBacks struct {
	db    *store.DB
	phone func() *ivr.Endpoint // asked when it is needed: the softphone is made before the phone
	rules ticket.CallbackRules
}

// CallBack claims a task for the agent, rings its citizen and joins the two. Nobody
// there or busy counts as a try; what failed on our side does not.
func (b callBacks) CallBack(ctx context.Context, agent area.StaffID, task string) error {
	dial, err := b.db.CallbackNumber(ctx, task, agent, b.rules)
	if err != nil {
		return err
	}
	failed := b.phone().CallBack(ctx, ivr.CallBackOrder{Agent: agent, Call: dial.Call, Ticket: dial.Ticket, To: dial.To})
	result := ticket.TryReached
	switch {
	case errors.Is(failed, ivr.ErrNoAnswer):
		result = ticket.TryNoAnswer
	case errors.Is(failed, ivr.ErrBusyHere):
		result = ticket.TryBusy
	case failed != nil:
		return failed // the claim stays for another go, and lapses by itself
	}
	return errors.Join(failed, b.db.CallbackTried(context.WithoutCancel(ctx), task, agent, result, b.rules))
}
