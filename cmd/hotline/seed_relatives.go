package main

import (
	"context"
	"errors"
	"fmt"

	"example.org/hotline/area"
	"example.org/hotline/configs"
	"example.org/hotline/internal/act"
	"example.org/hotline/store"
)

// demoRelatives are what the first workers of the demo city have declared: invented
// people, whose numbers begin with a division that there is not and pass the check.
var demoRelatives = []struct {
	relation area.Relation
	name     string
	identity string
}{
	{area.RelationSelf, "本人", "990101198506121019"},
	{area.RelationParent, "甲父", "990101195606121039"},
	{area.RelationSelf, "本人", "990101198803032047"},
	{area.RelationSpouse, "乙偶", "990101198903032060"},
}

// seedRelatives declares them, once: two of the first worker, two of the second.
func seedRelatives(ctx context.Context, db *store.DB, city configs.City) error {
	workers := make([]string, 0, 2)
	for _, s := range city.Staff {
		if s.Role == area.RoleWorker && len(workers) < cap(workers) {
			workers = append(workers, s.Login)
		}
	}
	for i, r := range demoRelatives {
		if i/2 >= len(workers) {
			return nil
		}
		err := db.InTx(ctx, act.SystemConsole, func(tx *store.Tx) error {
			return tx.DeclareRelativeOf(ctx, workers[i/2], area.Relative{Relation: r.relation, Name: r.name, Identity: r.identity})
		})
		if fault, ok := errors.AsType[*act.Fault](err); ok && fault.Code == "relative_declared" {
			continue // an earlier start has
		}
		if err != nil {
			return fmt.Errorf("of %s: %w", workers[i/2], err)
		}
	}
	return nil
}
