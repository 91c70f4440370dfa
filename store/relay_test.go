package store

import (
	"context"
	"log/slog"
	"sync"
	"testing"
	"time"

	"example.org/hotline/internal/act"
	"example.org/hotline/internal/pulse"
)

// Two relays, many writers: every committed event has a number, none twice, no
// gap, and whoever reads on from the last number they saw misses none.
func TestRelaysNumberEventsWithoutGaps(t *testing.T) {
	h := newHouse(t)
	client, err := pulse.Open(pulse.Options{})
	if err != nil {
		t.Fatal(err)
	}
	h.db.OnEvents = func() { client.WakeLocal(pulse.WakeOutbox, "") }
	ctx, cancel := context.WithCancel(context.Background())
	var relays sync.WaitGroup
	for range 2 {
		relays.Go(func() { _ = pulse.Relay{Outbox: h.db, Client: client, Logger: slog.New(slog.DiscardHandler)}.Run(ctx) })
	}
	t.Cleanup(func() { cancel(); relays.Wait() })
	heard := client.Listen(pulse.WakeEvents)
	defer heard.Close()

	const writers, each = 8, 40
	var wg sync.WaitGroup
	for w := range writers {
		wg.Go(func() {
			for i := range each {
				err := h.db.InTx(t.Context(), act.SystemDispatch, func(tx *Tx) error {
					return tx.Emit(t.Context(), act.Event{Kind: "probe", Subject: act.Subject{Kind: "probe", ID: int64(w*each + i)}, Area: testTownship})
				})
				if err != nil {
					t.Error(err)
				}
			}
		})
	}
	seen := map[int64]bool{}
	var last int64
	for deadline := time.After(time.Minute); len(seen) < writers*each; {
		select {
		case <-heard.C:
		case <-deadline:
			t.Fatalf("%d of %d events arrived", len(seen), writers*each)
		}
		err := h.db.InTx(t.Context(), act.SystemDispatch, func(tx *Tx) error {
			events, err := tx.EventsAfter(t.Context(), last, 1000)
			for _, e := range events {
				if e.Seq != last+1 || seen[e.Subject.ID] {
					t.Errorf("after %d came %d (seen before: %v)", last, e.Seq, seen[e.Subject.ID])
				}
				last, seen[e.Subject.ID] = e.Seq, true
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	wg.Wait()
	if n := h.count(t, `SELECT count(*) FROM outbox`); n != 0 {
		t.Errorf("%d events are left in the outbox", n)
	}
}

// Numbers go on where they were although the log has been emptied.
func TestTrimmedEventsKeepTheirNumbers(t *testing.T) {
	h := newHouse(t)
	emit := func() {
		t.Helper()
		err := h.db.InTx(t.Context(), act.SystemDispatch, func(tx *Tx) error {
			return tx.Emit(t.Context(), act.Event{Kind: "probe", Subject: act.Subject{Kind: "probe", ID: 1}, Area: testTownship})
		})
		if err != nil {
			t.Fatal(err)
		}
		if moved, err := h.db.RelayOutbox(t.Context(), 10); err != nil || moved != 1 {
			t.Fatalf("moved %d (%v)", moved, err)
		}
	}
	emit()
	emit()
	if gone, err := h.db.TrimEvents(t.Context(), time.Hour); err != nil || gone != 0 {
		t.Fatalf("fresh events: %d trimmed (%v)", gone, err)
	}
	if _, err := MoveClock(t.Context(), h.urls.OwnerURL, func(now time.Time, scale float64) (time.Time, float64) { return now.Add(2 * time.Hour), scale }); err != nil {
		t.Fatal(err)
	}
	if gone, err := h.db.TrimEvents(t.Context(), time.Hour); err != nil || gone != 2 {
		t.Fatalf("%d trimmed (%v), want 2", gone, err)
	}
	emit()
	if n := h.count(t, `SELECT max(seq) FROM events`); n != 3 {
		t.Errorf("the next event is number %d, want 3", n)
	}
	if moved, err := h.db.RelayOutbox(t.Context(), 10); err != nil || moved != 0 {
		t.Errorf("an empty outbox moved %d (%v)", moved, err)
	}
}
