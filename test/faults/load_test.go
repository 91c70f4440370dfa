package faults

import (
	"sync"
	"sync/atomic"
	"time"
)

// load is calls that keep arriving, each a short one.
type load struct {
	h      *house
	placed atomic.Int64
	done   atomic.Int64
	end    chan struct{}
	wg     sync.WaitGroup
}

const (
	loadEvery   = 60 * time.Millisecond // a new call
	loadAtATime = 40                    // calls on the line; above that it waits
)

// load begins to call.
func (h *house) load() *load {
	l := &load{h: h, end: make(chan struct{})}
	places := make(chan struct{}, loadAtATime)
	l.wg.Go(func() {
		tick := time.NewTicker(loadEvery)
		defer tick.Stop()
		for {
			select {
			case <-l.end:
				return
			case <-tick.C:
			}
			select {
			case <-l.end:
				return
			case places <- struct{}{}:
			}
			p := h.phone()
			l.placed.Add(1)
			l.wg.Go(func() {
				if a := p.connect(); a.status == 200 {
					p.hangUp(a.tag)
				}
				_ = p.conn.Close() // rounds without end must not run out of sockets
				l.done.Add(1)
				<-places
			})
		}
	})
	return l
}

// answers waits until so many more calls have been answered and ended.
func (l *load) answers(n int64) {
	l.h.T.Helper()
	want := l.done.Load() + n
	l.h.Until("calls go on", func() bool { return l.done.Load() >= want })
}

// calls waits until so many more calls have come in, whatever becomes of them.
func (l *load) calls(n int64) {
	l.h.T.Helper()
	want := l.placed.Load() + n
	l.h.Until("calls come in", func() bool { return l.placed.Load() >= want })
}

// stop ends the load once every call has been answered.
func (l *load) stop() {
	close(l.end)
	l.wg.Wait()
}
