package faults

import (
	"testing"
	"time"

	"example.org/hotline/test/city"
)

// The clock jumps an hour ahead, back and ahead again: what is due fires, once, and nothing before its time.
func TestClockJumps(t *testing.T) {
	t.Parallel()
	h := newHouse(t, city.KeyWindow(2*time.Second)) // for the caller's key 1
	h.Serve()
	if r, err := h.place("+8619900000088", map[rune]time.Duration{'1': 300 * time.Millisecond}, nil); err != nil || !r.Answered() {
		t.Fatalf("the call: %+v (%v)", r, err)
	}
	var urgent string
	h.Query(`SELECT number FROM tickets WHERE priority = 'P1'`, nil, &urgent)
	p := h.phone()
	p.complete()
	usual := h.ticketOf(p.callID)
	h.offered(urgent, 1)
	h.offered(usual, 1)

	h.Advance(time.Hour)
	h.offered(urgent, 5+4) // both workers, head, county and city, then the turn that tells all of them again
	h.offered(usual, 3)    // both workers and the head
	h.promises()
	breaches := func() int { return h.Count(`SELECT count(*) FROM timeline WHERE kind = 'ticket.breached'`) }
	if n := breaches(); n != 0 {
		t.Errorf("%d breaches after an hour", n)
	}

	h.Advance(time.Hour)
	h.Until("the two hours are over", func() bool { return breaches() == 1 })
	h.Until("the county hears of the other one", func() bool { return h.Count(`SELECT count(*) FROM timeline WHERE kind = 'ticket.rose'`) == 1 })
	h.promises()

	before := h.Count(`SELECT count(*) FROM timer_log WHERE outcome = 'fired'`)
	h.Advance(-time.Hour)
	again := h.phone() // a call of the hour that comes twice
	again.complete()
	h.offered(h.ticketOf(again.callID), 1)
	h.Advance(time.Hour)
	h.offered(h.ticketOf(again.callID), 3)
	h.promises()
	if n := breaches(); n != 1 {
		t.Errorf("%d breaches after the clock went back and forth, want still one", n)
	}
	if after := h.Count(`SELECT count(*) FROM timer_log WHERE outcome = 'fired'`); after <= before {
		t.Error("nothing fired any more")
	}
	if n := h.Count(`SELECT count(*) FROM notices WHERE template = 'breach' AND ticket_id = (SELECT id FROM tickets WHERE number = $1)`, urgent); n == 0 {
		t.Error("nobody was told of the breach")
	}
}
