package faults

import (
	"math/rand/v2"
	"strings"
	"syscall"
	"testing"
	"time"
)

// kill -9 at random points under load: whoever heard anything has a ticket.
func TestKilledAtRandom(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.Serve()
	load := h.load()
	n, _ := rounds(t)
	for range n {
		load.calls(1 + rand.Int64N(25))
		if rand.IntN(2) == 0 { // somebody accepts while it happens
			h.acceptOne()
		}
		h.kill()
		if rand.IntN(2) == 0 { // the ladder has gone on meanwhile
			h.Advance(16 * time.Minute)
		}
		h.Serve()
	}
	load.answers(10)
	load.stop()
	h.promises()
}

// acceptOne has a worker accept the newest ticket that was offered, if there is one.
func (h *house) acceptOne() {
	h.T.Helper()
	var number, login string
	err := h.TryQuery(`SELECT t.number, s.login FROM offers o JOIN tickets t ON t.id = o.ticket_id JOIN staff s ON s.post_id = o.post_id
		WHERE o.ended_at IS NULL AND s.role = 'worker' ORDER BY o.id DESC LIMIT 1`, nil, &number, &login)
	if err != nil {
		return // nothing was offered yet
	}
	h.As(login).Post("/tickets/"+number+"/acceptance", map[string]any{})
}

// SIGTERM: the live call ends by itself, a new one gets 503 and still is a ticket.
func TestDrain(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	p := h.Serve("HOTLINE_DRAIN_TIMEOUT=2m")
	live := h.phone()
	a := live.connect()
	if err := p.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	h.Until("the program stops", func() bool { return strings.Contains(h.Log(), "stopping") })
	late := h.phone()
	for {
		refused := late.connect()
		if refused.status == 503 {
			if refused.retryAfter == "" {
				t.Error("the 503 says nothing of when to call again")
			}
			break
		}
		if late.hangUp(refused.tag); refused.status != 200 { // a moment too early
			t.Fatalf("answered %d", refused.status)
		}
		late = h.phone()
	}
	select {
	case <-p.Died():
		t.Fatalf("the program ended while somebody was on the line: %v", p.Err())
	default:
	}
	if live.dropped() {
		t.Error("the line hung up on the live call")
	}
	live.hangUp(a.tag)
	select {
	case <-p.Died():
	case <-time.After(patience):
		t.Fatal("the program does not end though the last call has")
	}
	if p.Err() != nil {
		t.Errorf("the program ended with %v", p.Err())
	}
	if n := h.Count(`SELECT count(*) FROM calls WHERE sip_call_id = $1 AND end_reason = 'caller_hung'`, live.callID); n != 1 {
		t.Error("the live call did not end by itself")
	}
	if n := h.Count(`SELECT count(*) FROM calls WHERE sip_call_id = $1 AND end_reason = 'draining'`, late.callID); n != 1 {
		t.Error("the refused call has no ticket")
	}
	h.Serve() // what was left to dispatch comes with the next start
	h.offered(h.ticketOf(late.callID), 1)
	h.promises()
}
