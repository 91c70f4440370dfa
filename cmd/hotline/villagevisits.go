package main

import (
	"context"

	"example.org/hotline/internal/act"
	"example.org/hotline/relief/discovery"
	"example.org/hotline/store"
)

// watchVisits plans the visits of villages on each day until ctx ends.
func (n *node) watchVisits(ctx context.Context) error {
	run := func(ctx context.Context, actor act.Actor, fn func(discovery.WatchTx) error) error {
		return n.db.InTx(ctx, actor, func(tx *store.Tx) error { return fn(tx) })
	}
	return discovery.Watch(ctx, run, n.policies.Discovery, n.log)
}
