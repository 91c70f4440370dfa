package faults

import (
	"syscall"
	"testing"
	"time"

	"example.org/hotline/internal/failpoint"
)

// A node stands still, as a paused virtual machine does, while timers fall due.
// The other takes its shards; awake again, the first doubles nothing.
func TestPausedNode(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	first := h.Serve()
	twin := h.Twin()
	twin.Serve()
	h.Until("both look after shards", func() bool { return h.owners() == 2 })
	l := ladder{h: h}
	for range 8 {
		l.call(h.phone())
		l.call(h.phoneTo(twin))
	}
	l.arrived()

	l.move(h.City, 15*time.Minute)
	if err := first.Signal(syscall.SIGSTOP); err != nil { // in the middle of firing, as like as not
		t.Fatal(err)
	}
	h.Until("the twin looks after every shard", func() bool {
		return h.Count(`SELECT count(*) FROM timer_shards WHERE owner LIKE 'test-twin/%' AND expires_at > clock_timestamp()`) == 16
	})
	l.arrived() // whoever had begun to fire
	l.call(h.phoneTo(twin))
	l.move(twin, 15*time.Minute) // the first could not say that it has seen the new time
	l.arrived()

	if err := first.Signal(syscall.SIGCONT); err != nil {
		t.Fatal(err)
	}
	h.Until("both look after shards again", func() bool { return h.owners() == 2 })
	l.call(h.phone())
	l.move(h.City, 91*time.Minute)
	l.arrived()
	h.promises()
}

// A node stops in the middle of its work, with a transaction or a message in its
// hands, and goes on with it long after the other has done it.
func TestPausedInTheMiddle(t *testing.T) { //nolint:tparallel // the steps share one city, one after the other
	t.Parallel()
	h := newHouse(t)
	twin := h.Twin()
	twin.Serve()
	for _, step := range []failpoint.Name{failpoint.TimerBeforeCommit, failpoint.NoticeBeforeSend} {
		t.Run(string(step), func(t *testing.T) {
			h.within(t)
			h.kill()
			first := h.Serve("HOTLINE_FAILPOINT=" + string(step) + ":1:stop")
			h.Until("both look after shards", func() bool { return h.owners() == 2 })
			l := ladder{h: h}
			for !first.Stopped() { // each call is a chance that the step is the first's
				l.call(h.phoneTo(twin))
				last := l.calls[len(l.calls)-1].number
				h.Until("either has the call's work", func() bool { return first.Stopped() || len(h.Gateway.Sent(last+"，")) > 0 })
			}
			l.arrived()
			for _, w := range l.calls {
				h.Until("the worker has the message", func() bool { return len(h.Gateway.Sent(w.number+"，")) > 0 })
			}
			if err := first.Signal(syscall.SIGCONT); err != nil {
				t.Fatal(err)
			}
			h.Until("both look after shards again", func() bool { return h.owners() == 2 })
			l.call(h.phone())
			l.arrived()
			h.promises()
		})
	}
}

// owners is how many processes look after shards now, all of them being looked after.
func (h *house) owners() int {
	h.T.Helper()
	return h.Count(`SELECT CASE WHEN count(*) = 16 THEN count(DISTINCT owner) ELSE 0 END FROM timer_shards WHERE expires_at > clock_timestamp()`)
}
