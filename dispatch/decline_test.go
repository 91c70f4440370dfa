package dispatch_test

import (
	"errors"
	"testing"
	"time"

	"example.org/hotline/internal/act"
	"example.org/hotline/store"
	"example.org/hotline/ticket"
)

func (h *house) decline(id ticket.ID, login string) error {
	return h.db.InTx(h.t.Context(), h.actor(login), func(tx *store.Tx) error { return ticket.Decline(h.t.Context(), tx, id) })
}

// Who says that they cannot come is not waited for: the next step is taken at
// once, and the one after that keeps its minute.
func TestWhoCannotComeIsNotWaitedFor(t *testing.T) {
	h := newLine(t)
	id := h.call(townLine, "13812345678", invited)
	h.after(20 * time.Second)
	h.urgent(id)
	h.await("the first offer", func() bool { return len(h.offered(id)) == 1 })
	h.after(50 * time.Second)
	if err := h.decline(id, "worker2"); !errors.Is(err, act.ErrNotFound) {
		t.Errorf("declined by somebody who was not asked: %v", err)
	}
	if err := h.decline(id, "worker1"); err != nil {
		t.Fatal(err)
	}
	h.await("the second offer", func() bool { return len(h.offered(id)) == 2 })
	h.settled()
	equal(t, "offered", h.offered(id), []string{"+20s worker1", "+50s worker2"})
	if err := h.decline(id, "worker1"); !errors.Is(err, act.ErrNotFound) {
		t.Errorf("declined twice: %v", err)
	}
	h.after(5 * time.Minute)
	h.settled()
	equal(t, "offered before the head's minute", h.offered(id), []string{"+20s worker1", "+50s worker2"})
	h.after(6 * time.Minute)
	h.await("the head to be asked", func() bool { return len(h.offered(id)) == 3 })
	if n := h.count(`SELECT count(*) FROM offers WHERE outcome = 'declined'`); n != 1 {
		t.Errorf("%d declined offers", n)
	}
	if err := h.decline(id, "worker2"); err != nil { // the head is still asked
		t.Fatal(err)
	}
	h.settled()
	equal(t, "offered", h.offered(id), []string{"+20s worker1", "+50s worker2", "+6m0s head"})
	h.do(h.actor("head"), func(tx *store.Tx) error { _, err := ticket.Accept(t.Context(), tx, id); return err })
	if err := h.decline(id, "head"); !errors.Is(err, act.ErrConflict) {
		t.Errorf("declined after it was accepted: %v", err)
	}
}
