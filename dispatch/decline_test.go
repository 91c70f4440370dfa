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

// A ladder that has begun anew and waits for the office to open keeps its hour
// when somebody declines an offer from before. It was hastened once, its timer's
// key was spent, and nobody was ever asked (found by hotline simulate).
func TestADeclinedOfferFromBeforeLeavesTheNewLadderItsHour(t *testing.T) {
	h := newHouse(t)
	id := h.call(townLine, "", invited)
	h.settled()
	equal(t, "asked while it seemed urgent", h.offered(id), []string{"+0s worker1"})
	version := func() (v int64) {
		return int64(h.count(`SELECT version FROM tickets WHERE id = $1`, int64(id)))
	}
	h.do(h.actor("agent"), func(tx *store.Tx) error {
		_, err := ticket.DoTriage(t.Context(), tx, id, ticket.Triage{Version: version(), Area: township, Priority: ticket.P3, Kind: ticket.KindAid,
			Reason: "no emergency", Terms: h.rules.Terms, Calendar: h.rules.Calendar})
		return err
	})
	h.settled()
	h.do(h.actor("supervisor"), func(tx *store.Tx) error {
		_, err := ticket.ApproveLowering(t.Context(), tx, id, version(), true, "", h.rules.Terms, h.rules.Calendar)
		return err
	})
	h.settled()
	before := h.texts(`SELECT kind || due_at::text FROM timers WHERE kind = 'offer'`)
	if len(before) != 1 {
		t.Fatalf("the new ladder waits with %q", before)
	}
	if err := h.decline(id, "worker1"); err != nil {
		t.Fatal(err)
	}
	h.settled()
	equal(t, "the ladder waits for", h.texts(`SELECT kind || due_at::text FROM timers WHERE kind = 'offer'`), before)
}
