package pulse

import (
	"context"
	"log/slog"
	"time"

	"example.org/hotline/internal/failpoint"
)

// Outbox is what the relay needs of the database.
type Outbox interface {
	// RelayOutbox moves up to limit rows of the outbox into the event log, numbered without gaps, in one
	// transaction, one relay at a time. It tells how many it moved.
	RelayOutbox(ctx context.Context, limit int) (int, error)
	// TrimEvents forgets events older than keep.
	TrimEvents(ctx context.Context, keep time.Duration) (int64, error)
}

// Relay moves committed events from the outbox to the numbered event log and
// tells the world that it has grown. Every node may run one.
type Relay struct {
	Outbox Outbox
	Client *Client
	Logger *slog.Logger
	Keep   time.Duration // how long events can be resumed from; default 7 days
}

const (
	relayBatch = 500
	relayPoll  = time.Second // for what another process left behind
	trimEvery  = time.Hour

	// relayPause lets the events of a busy line share a transaction. Nobody sees so short a delay, and without
	// it every event would have one of its own.
	relayPause = 10 * time.Millisecond
)

// Run relays until ctx ends. It returns nil: whatever fails is tried again.
func (r Relay) Run(ctx context.Context) error {
	if r.Keep <= 0 {
		r.Keep = 7 * 24 * time.Hour
	}
	wake := r.Client.Listen(WakeOutbox)
	defer wake.Close()
	poll, trim, pause := time.NewTicker(relayPoll), time.NewTicker(trimEvery), time.NewTimer(relayPause)
	defer poll.Stop()
	defer pause.Stop()
	defer trim.Stop()
	for {
		r.drain(ctx)
		pause.Reset(relayPause)
		select {
		case <-ctx.Done():
			return nil
		case <-pause.C:
		}
		select {
		case <-ctx.Done():
			return nil
		case <-wake.C:
			wake.Take()
		case <-poll.C:
		case <-trim.C:
			if _, err := r.Outbox.TrimEvents(ctx, r.Keep); err != nil {
				r.Logger.Warn("old events could not be removed; trying again in an hour", "error", err)
			}
		}
	}
}

// drain moves all there is. The wake-up follows the commit: told before it,
// listeners would look and find nothing. Dying in between loses nothing but
// that hint, since the rows have moved and listeners poll as well; moving and
// numbering are one transaction, so nothing is doubled.
func (r Relay) drain(ctx context.Context) {
	for ctx.Err() == nil {
		moved, err := r.Outbox.RelayOutbox(ctx, relayBatch)
		if err != nil {
			if ctx.Err() == nil {
				r.Logger.Warn("events wait in the outbox", "error", err)
			}
			return
		}
		if moved == 0 {
			return
		}
		r.Client.Wake(ctx, WakeEvents, "")
		r.Client.Wake(ctx, WakeNotices, "") // an act that tells somebody tells the world as well; their notifier may be elsewhere
		failpoint.Hit(failpoint.RelayAfterPublish)
		if moved < relayBatch {
			return // whoever has committed meanwhile wakes us
		}
	}
}
