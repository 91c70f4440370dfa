package faults

import (
	"sync"
	"testing"
	"time"

	"example.org/hotline/test/city"
	"example.org/hotline/test/servers"
)

// The primary is lost while calls arrive and tickets wait on the ladder, and its
// standby is promoted. The program, whose address lists both, goes on by itself:
// every call has its ticket, every step of the ladder comes once, and whatever
// the primary had acknowledged is there.
func TestDatabaseFailsOverWhileCallsArrive(t *testing.T) {
	t.Parallel()
	pair := servers.Pair(t)
	h := newHouse(t, city.OnPair(pair))
	p := h.Serve()
	l := ladder{h: h}
	for range 4 {
		l.call(h.phone())
	}
	l.arrived()
	l.move(h.City, 15*time.Minute) // the second worker's step is under way as the primary dies

	var wave sync.WaitGroup
	calls := h.ring(&wave, 3, nil, func(answered <-chan struct{}) { <-answered })
	if err := pair.FailOver(t.Context()); err != nil {
		t.Fatal(err)
	}
	calls = append(calls, h.ring(&wave, 3, nil, nil)...)
	wave.Wait()
	l.arrived()
	for _, c := range calls {
		h.Until("the call is in the database", func() bool { return h.known()[c.result.CallID] })
		h.offered(h.ticketOf(c.result.CallID), 1)
		c.heardItsNumber(h)
	}
	l.call(h.phone())
	l.move(h.City, 91*time.Minute)
	l.arrived()
	h.promises()
	if died(p) {
		t.Errorf("the program ended: %v", p.Err())
	}
}
