package ivr

import (
	"log/slog"
	"runtime/debug"
	"sync"
)

// tracker counts goroutines so that the stop can wait for them: those that
// serve calls, which may begin at any moment until the sockets are closed, and
// all of them. A sync.WaitGroup forbids what this needs, adding while waiting.
// A panic on one of them ends that goroutine and not the process with every call
// in it: whoever starts one that others wait for lets them know by a defer.
type tracker struct {
	log        *slog.Logger
	mu         sync.Mutex
	calls, all int
	changed    chan struct{}
}

func (t *tracker) add(calls, all int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.calls += calls
	t.all += all
	if t.changed != nil {
		close(t.changed)
		t.changed = nil
	}
}

// start runs f on a goroutine of its own.
func (t *tracker) start(f func()) {
	t.add(0, 1)
	go func() {
		defer t.add(0, -1)
		defer t.recover()
		f()
	}()
}

// startCall is start for a call of our own, which needs the sockets to its end.
func (t *tracker) startCall(f func()) {
	t.add(1, 1)
	go func() {
		defer t.add(-1, -1)
		defer t.recover()
		f()
	}()
}

// recover is the last to catch a panic of ours. To be deferred.
func (t *tracker) recover() {
	if p := recover(); p != nil {
		t.log.Error("phone: panic", slog.Any("panic", p), slog.String("stack", string(debug.Stack())))
	}
}

// during runs f, a handler, on the caller's goroutine.
func (t *tracker) during(f func()) {
	t.add(1, 1)
	defer t.add(-1, -1)
	f()
}

func (t *tracker) waitCalls() { t.until(func() bool { return t.calls == 0 }) }
func (t *tracker) wait()      { t.until(func() bool { return t.all == 0 }) }

func (t *tracker) until(reached func() bool) {
	for {
		t.mu.Lock()
		if reached() {
			t.mu.Unlock()
			return
		}
		if t.changed == nil {
			t.changed = make(chan struct{})
		}
		changed := t.changed
		t.mu.Unlock()
		<-changed
	}
}
