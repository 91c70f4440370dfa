package ivr

import (
	"context"
	"fmt"
	"log/slog"
	"sync"

	"example.org/hotline/ticket"
)

// diary puts the steps of one call on disk in their order, away from the loop:
// while the database thinks, the caller is still served. It has a goroutine only
// while there is something to write.
type diary struct {
	endpoint *Endpoint
	log      *slog.Logger

	mu      sync.Mutex
	pending []*note
	writing bool
	idle    chan struct{} // closed when nothing is left to write; nil while nobody waits
}

// note is one step. done is closed once it is on disk or could not be put
// there; err says which, and may be read only then.
type note struct {
	step string
	do   func(context.Context) error
	done chan struct{}
	err  error
}

// write takes a step down. It never waits.
func (d *diary) write(step string, do func(context.Context) error) *note {
	w := &note{step: step, do: do, done: make(chan struct{})}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.pending = append(d.pending, w)
	if !d.writing {
		d.writing = true
		d.endpoint.work.start(d.drain)
	}
	return w
}

// drain is the writer's goroutine.
func (d *diary) drain() {
	for {
		d.mu.Lock()
		if len(d.pending) == 0 {
			d.writing = false
			if d.idle != nil {
				close(d.idle)
				d.idle = nil
			}
			d.mu.Unlock()
			return
		}
		w := d.pending[0]
		d.pending = d.pending[1:]
		d.mu.Unlock()
		d.put(w)
	}
}

// put writes one step. A step that cannot be recorded is an alarm and does not
// stop the call: the citizen is still on the line.
func (d *diary) put(w *note) {
	defer close(w.done)
	defer func() {
		if p := recover(); p != nil {
			w.err = fmt.Errorf("panic: %v", p)
		}
		if w.err != nil {
			d.log.Error("ALARM: a step of a call could not be recorded", slog.String("step", w.step), slog.Any("error", w.err))
		}
	}()
	ctx, cancel := context.WithTimeout(context.Background(), logTimeout)
	defer cancel()
	w.err = w.do(ctx)
}

// flush waits until all is written. The loop calls it last, when there is
// nobody left to serve.
func (d *diary) flush() {
	d.mu.Lock()
	if !d.writing {
		d.mu.Unlock()
		return
	}
	if d.idle == nil {
		d.idle = make(chan struct{})
	}
	idle := d.idle
	d.mu.Unlock()
	<-idle
}

// happened takes down a step after the answer.
func (c *call) happened(e ticket.CallEvent) *note {
	if e.At.IsZero() {
		e.At = c.endpoint.now()
	}
	id := c.record.ID
	return c.diary.write(string(e.Kind), func(ctx context.Context) error { return c.endpoint.callLog.Happened(ctx, id, e) })
}
