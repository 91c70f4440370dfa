package main

import (
	"context"

	"example.org/hotline/api"
	"example.org/hotline/internal/pulse"
	"example.org/hotline/store"
)

var (
	_ api.Places    = (*store.Areas)(nil)
	_ api.PlaceRows = (*store.Tx)(nil)
)

// buildPlaces keeps the area tree in memory: an import on any node is told to all.
func (n *node) buildPlaces(ctx context.Context) error {
	n.places = store.NewAreas(n.db, n.redis.Listen(pulse.WakePlaces).C, n.log)
	told := context.WithoutCancel(ctx)
	n.db.OnPlaces = func() { go n.redis.Wake(told, pulse.WakePlaces, "") }
	return nil
}
