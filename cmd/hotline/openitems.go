package main

import (
	"context"

	"example.org/hotline/internal/act"
	"example.org/hotline/relief"
	"example.org/hotline/store"
)

// watchOpenItems tells of what has not agreed in the books for days, and of floats and funds that are low, until ctx ends.
func (n *node) watchOpenItems(ctx context.Context) error {
	run := func(ctx context.Context, actor act.Actor, fn func(relief.OpenItemsTx) error) error {
		return n.db.InTx(ctx, actor, func(tx *store.Tx) error { return fn(tx) })
	}
	return relief.WatchOpenItems(ctx, run, n.reliefRules, n.log)
}
