package main

import (
	"context"

	"example.org/hotline/internal/act"
	"example.org/hotline/relief/care"
	"example.org/hotline/relief/loop"
	"example.org/hotline/relief/referral"
	"example.org/hotline/store"
)

// handleLoop joins the timers of what a case waits for elsewhere to their handlers.
func (n *node) handleLoop() {
	n.engine.Handle(referral.TimerReferral, func(ctx context.Context, tx *store.Tx, t act.Timer) error { return referral.Due(ctx, tx, t) })
	n.engine.Handle(loop.TimerTask, func(ctx context.Context, tx *store.Tx, t act.Timer) error { return loop.TaskDue(ctx, tx, t) })
	rules := care.Rules{Catalogues: n.policies.Care, Calendar: n.policies.Calendar}
	n.engine.Handle(care.TimerFollow, func(ctx context.Context, tx *store.Tx, t act.Timer) error { return care.FollowDue(ctx, tx, t, rules) })
	n.engine.Handle(care.TimerOrder, func(ctx context.Context, tx *store.Tx, t act.Timer) error { return care.OrderDue(ctx, tx, t) })
}
