package main

import (
	"context"

	"example.org/hotline/dispatch"
	"example.org/hotline/internal/act"
	"example.org/hotline/store"
)

var (
	_ dispatch.RosterTx    = (*store.Tx)(nil)
	_ dispatch.RosterReads = (*store.Tx)(nil)
	_ dispatch.HoleTx      = (*store.Tx)(nil)
)

// watchHoles tells of the holes in the rosters of the next day until ctx ends.
func (n *node) watchHoles(ctx context.Context) error {
	run := func(ctx context.Context, actor act.Actor, fn func(dispatch.HoleTx) error) error {
		return n.db.InTx(ctx, actor, func(tx *store.Tx) error { return fn(tx) })
	}
	return dispatch.NewRosters(n.policies.Calendar).WatchHoles(ctx, run, n.log)
}
