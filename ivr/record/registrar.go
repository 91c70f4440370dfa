package record

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"sync"
	"time"

	"example.org/hotline/internal/failpoint"
	"example.org/hotline/ticket"
)

// How the database is told: one at a time, again after a while when it is away,
// and a last time when the node stops.
const (
	registerEvery   = 5 * time.Second
	registerTimeout = 5 * time.Second
	warnEvery       = time.Minute
	// A pass ends after so many refusals: their calls wait for the database too, and
	// asking for each again and again would keep it from taking them. The order is
	// by chance, so every row has its turn.
	refusedOfAPass = 20
)

// registrar tells the database of recordings. What it has not been told lies
// under pending on the disk, so nothing is lost with the process.
type registrar struct {
	store *Store
	wake  chan struct{}

	warned time.Time // when the log last heard that the database does not listen; run's

	mu   sync.Mutex
	rows map[string]ticket.Recording // the latest news of each
}

func newRegistrar(s *Store) registrar {
	return registrar{store: s, wake: make(chan struct{}, 1), rows: map[string]ticket.Recording{}}
}

// tell puts news in the queue. It does not wait.
func (g *registrar) tell(row ticket.Recording) {
	if g.store.o.Register == nil {
		g.done(row)
		return
	}
	g.mu.Lock()
	g.rows[row.ID] = row
	g.mu.Unlock()
	select {
	case g.wake <- struct{}{}:
	default:
	}
}

// run tells until ctx ends, and once more then.
func (g *registrar) run(ctx context.Context) {
	every := time.NewTicker(registerEvery)
	defer every.Stop()
	failed := false
	for ctx.Err() == nil {
		select {
		case <-ctx.Done():
		case <-g.wake:
			if failed {
				continue // the database is away; the ticker asks again
			}
		case <-every.C:
		}
		failed = g.tellAll(context.WithoutCancel(ctx))
	}
}

// tellAll registers what waits and reports whether the database refused any.
func (g *registrar) tellAll(ctx context.Context) (failed bool) {
	ctx, cancel := context.WithTimeout(ctx, registerTimeout)
	defer cancel()
	g.mu.Lock()
	waiting := make([]ticket.Recording, 0, len(g.rows))
	for _, row := range g.rows {
		waiting = append(waiting, row)
	}
	g.mu.Unlock()
	refused := 0
	var first error
	for _, row := range waiting {
		ended := row.State != ticket.RecordingRunning
		if ended {
			failpoint.Hit(failpoint.RecordingBeforeRegister)
		}
		if err := g.store.o.Register(ctx, row); err != nil {
			if refused++; first == nil {
				first = err
			}
			if ctx.Err() != nil || refused == refusedOfAPass {
				break
			}
			continue // its call may only come with the journal; others may be known
		}
		if ended {
			failpoint.Hit(failpoint.RecordingAfterRegister)
		}
		g.done(row)
	}
	if now := time.Now(); refused > 0 && now.Sub(g.warned) > warnEvery {
		g.warned = now
		g.store.o.Logger.Warn("recordings are not in the database yet; their marks are on the disk", "waiting", len(waiting), "refused", refused, "error", first)
	}
	return refused > 0
}

// done forgets news that the database has, and the mark of a recording that has ended.
func (g *registrar) done(row ticket.Recording) {
	g.mu.Lock()
	if g.rows[row.ID] == row {
		delete(g.rows, row.ID)
	}
	g.mu.Unlock()
	if row.State == ticket.RecordingRunning {
		return
	}
	id, err := parseID(row.ID)
	if err == nil {
		err = os.Remove(g.store.pendingPath(id))
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		g.store.o.Logger.Warn("the mark of a finished recording is still there", "recording", row.ID, "error", err)
	}
}

// sweep shreds what is due, at the start and now and then.
func (s *Store) sweep(ctx context.Context) {
	if s.o.Sweep == nil {
		return
	}
	every := time.NewTicker(s.o.SweepEvery)
	defer every.Stop()
	for {
		n, err := s.o.Sweep(ctx, s.Shred)
		switch {
		case ctx.Err() != nil:
			return
		case err != nil:
			s.o.Logger.Warn("recordings that are due are not all shredded", "shredded", n, "error", err)
		case n > 0:
			s.o.Logger.Info("recordings reached the end of their time", "shredded", n)
		}
		select {
		case <-ctx.Done():
			return
		case <-every.C:
		}
	}
}
