package store

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"example.org/hotline/area"
)

// An import on one node is seen by all, by the wake-up or, where that is lost, by
// each node's own look.
func TestEveryNodeTakesAChangedTreeOver(t *testing.T) {
	h := newHouse(t)
	wake := make(chan struct{}, 1)
	h.db.OnPlaces = func() { wake <- struct{}{} }
	woken, alone := NewAreas(h.db, wake, quiet), NewAreas(h.db, nil, quiet)
	ctx, cancel := context.WithCancel(t.Context())
	var nodes sync.WaitGroup
	for _, a := range []*Areas{woken, alone} {
		if err := a.Refresh(ctx); err != nil {
			t.Fatal(err)
		}
		nodes.Go(func() {
			if err := a.Run(ctx); err != nil {
				t.Error(err)
			}
		})
	}
	defer func() { cancel(); nodes.Wait() }()
	p := h.preview(t, systemAreas, "code,name\n990103000000,丙县\n")
	if _, err := h.applyPlaces(t, systemAreas, p.ID); err != nil {
		t.Fatal(err)
	}
	for name, a := range map[string]*Areas{"the node that was woken": woken, "the node that was not": alone} {
		if err := eventually(func() bool { _, there := a.Index().Get("990103000000"); return there }); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	if hits := alone.Index().Search(area.Query{Text: "bingxian", On: area.DateOf(time.Now())}); len(hits) != 1 {
		t.Errorf("the search finds %v", hits)
	}
}

// eventually asks until something holds; nothing fails by being slow within a minute.
func eventually(holds func() bool) error {
	every, late := time.NewTicker(20*time.Millisecond), time.NewTimer(time.Minute)
	defer every.Stop()
	defer late.Stop()
	for !holds() {
		select {
		case <-every.C:
		case <-late.C:
			return errors.New("it has not come within a minute")
		}
	}
	return nil
}
