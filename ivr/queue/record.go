package queue

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"example.org/hotline/ivr/acd"
)

// book hands events to whoever keeps them, and holds them while that fails.
type book struct {
	record func(context.Context, []acd.Event) error
	log    *slog.Logger

	mu      sync.Mutex
	waiting []acd.Event
	dropped int
	ready   chan struct{}
}

// How much is held back, and how it is written.
const (
	mostHeld    = 20_000
	mostAtOnce  = 200
	recordLimit = 10 * time.Second
	recordAgain = time.Second
	lastLimit   = 3 * time.Second // when the node stops
)

func newBook(record func(context.Context, []acd.Event) error, log *slog.Logger) *book {
	return &book{record: record, log: log, ready: make(chan struct{}, 1)}
}

// put never waits. Past mostHeld the oldest are lost, which is an alarm.
func (b *book) put(events []acd.Event) {
	if b.record == nil || len(events) == 0 {
		return
	}
	b.mu.Lock()
	b.waiting = append(b.waiting, events...)
	if over := len(b.waiting) - mostHeld; over > 0 {
		if b.dropped == 0 {
			b.log.Error("the queue's record overflows while nobody takes it; the oldest events are lost", "alarm", true)
		}
		b.dropped += over
		b.waiting = append([]acd.Event(nil), b.waiting[over:]...)
	}
	b.mu.Unlock()
	select {
	case b.ready <- struct{}{}:
	default:
	}
}

// lost counts the events that were dropped.
func (b *book) lost() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.dropped
}

func (b *book) run(ctx context.Context) {
	if b.record == nil {
		return
	}
	for {
		select {
		case <-ctx.Done():
			return
		case <-b.ready:
		}
		for b.write(ctx) {
		}
	}
}

// last writes what is left when the hub has ended.
func (b *book) last(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, lastLimit)
	defer cancel()
	for b.record != nil && ctx.Err() == nil && b.write(ctx) {
	}
}

// write hands the oldest events over. It reports whether there is more to do.
func (b *book) write(ctx context.Context) bool {
	b.mu.Lock()
	batch := b.waiting[:min(len(b.waiting), mostAtOnce)]
	dropped := b.dropped
	b.mu.Unlock()
	if len(batch) == 0 {
		return false
	}
	limited, cancel := context.WithTimeout(ctx, recordLimit)
	err := b.record(limited, batch)
	cancel()
	if err != nil {
		b.log.Warn("the queue's record cannot be kept now; it is tried again", "error", err)
		select {
		case <-ctx.Done():
			return false
		case <-time.After(recordAgain): // not a wait for a result: the pace of trying again
		}
		return true
	}
	b.mu.Lock()
	done := max(0, len(batch)-(b.dropped-dropped)) // some of the batch may have been dropped meanwhile
	b.waiting = b.waiting[done:]
	b.mu.Unlock()
	return true
}
