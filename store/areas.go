package store

import (
	"context"
	"fmt"
	"log/slog"
	"sync/atomic"
	"time"

	"example.org/hotline/area"
	"example.org/hotline/internal/act"
)

// systemAreas hands over what merged places have left when their day has come.
var systemAreas = act.Actor{System: "areas", Name: "areas"}

// Areas keeps the area tree of this node in memory, with its names ready to be
// searched.
type Areas struct {
	db    *DB
	log   *slog.Logger
	now   atomic.Pointer[loadedTree]
	wakes <-chan struct{} // the tree was changed somewhere; nil: it is only looked at
}

type loadedTree struct {
	index   *area.Index
	version int64
}

// How often a node looks for itself whether the tree has changed, and whether
// something has come to lie in a place that was merged.
const (
	lookAtTree  = 5 * time.Second
	settleEvery = time.Minute
)

// NewAreas makes an empty tree, which Run fills.
func NewAreas(db *DB, wakes <-chan struct{}, log *slog.Logger) *Areas {
	a := &Areas{db: db, wakes: wakes, log: log}
	a.now.Store(&loadedTree{index: area.NewIndex(area.NewTree(nil))})
	return a
}

// Index is the tree as it was last loaded.
func (a *Areas) Index() *area.Index { return a.now.Load().index }

// Run keeps the tree fresh until ctx ends. With the database away the last one stays.
func (a *Areas) Run(ctx context.Context) error {
	look, settle := time.NewTicker(lookAtTree), time.NewTicker(settleEvery)
	defer look.Stop()
	defer settle.Stop()
	for {
		if err := a.Refresh(ctx); err != nil && ctx.Err() == nil {
			a.log.WarnContext(ctx, "the area tree cannot be looked at; the last one stays", "error", err)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-look.C:
		case <-a.wakes:
		case <-settle.C:
			if err := a.Settle(ctx); err != nil && ctx.Err() == nil {
				a.log.WarnContext(ctx, "what merged places have left is not handed over yet", "error", err)
			}
		}
	}
}

// Refresh loads the tree where it has changed since.
func (a *Areas) Refresh(ctx context.Context) error {
	return a.db.InTx(ctx, systemAreas, func(tx *Tx) error {
		version, err := tx.treeVersion(ctx, "")
		if err != nil || version == a.now.Load().version {
			return err
		}
		tree, version, err := tx.Tree(ctx)
		if err != nil {
			return fmt.Errorf("load the area tree: %w", err)
		}
		a.now.Store(&loadedTree{index: area.NewIndex(tree), version: version})
		return nil
	})
}

// Settle hands over what lies in places whose merger was announced before, or
// came to lie there since. One node at a time does it.
func (a *Areas) Settle(ctx context.Context) error {
	return a.db.InTx(ctx, systemAreas, func(tx *Tx) error {
		if _, err := tx.treeVersion(ctx, " FOR UPDATE"); err != nil {
			return err
		}
		return tx.settle(ctx, a.Index().Tree)
	})
}
