package main

import (
	"context"

	"example.org/hotline/internal/act"
	"example.org/hotline/relief/application"
	"example.org/hotline/store"
)

// handleApplications gives the timers of applications their handlers.
func (n *node) handleApplications() {
	for kind, handler := range map[string]func(context.Context, application.Tx, act.Timer) error{
		application.TimerNotice:     application.NoticeOver,
		application.TimerFirstMonth: application.FirstMonthBegun,
		application.TimerLetter:     application.LetterLate,
	} {
		n.engine.Handle(kind, func(ctx context.Context, tx *store.Tx, t act.Timer) error { return handler(ctx, tx, t) })
	}
}
