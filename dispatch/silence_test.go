package dispatch_test

import (
	"testing"
	"time"

	"example.org/hotline/store"
	"example.org/hotline/ticket"
)

// A ticket sleeps nowhere between its acceptance and its end: once help has
// come people are asked, again and again, to hear from the citizen; where the
// citizen says that nothing came the worker's silence is watched again; and the
// audit finds a ticket on which nobody looks.
func TestATicketIsWatchedUntilItIsClosed(t *testing.T) {
	h := newHouse(t)
	id := h.call(townLine, "", invited)
	h.urgent(id)
	h.settled()
	h.do(h.actor("worker1"), func(tx *store.Tx) error { _, err := ticket.Accept(t.Context(), tx, id); return err })
	h.do(h.actor("worker1"), func(tx *store.Tx) error {
		own, err := ticket.Owned(t.Context(), tx, id)
		if err != nil {
			return err
		}
		for _, ev := range []ticket.Event{ticket.EventArrive, ticket.EventFind, ticket.EventDecide} {
			if err := ticket.Advance(t.Context(), tx, &own, ev, "ticket.noted", "", nil); err != nil {
				return err
			}
		}
		return ticket.ConfirmAid(t.Context(), tx, &own, ticket.StoppedBy{Proof: ticket.ProofReceipt})
	})
	h.settled()
	for n, opening := range []time.Time{h.opening(invited, 2), h.opening(h.opening(invited, 2), 2)} {
		h.at(opening.Add(-time.Minute))
		h.settled()
		if got := h.told(id, "follow_up_late"); len(got) != n {
			t.Errorf("a minute before the opening: told %q", got)
		}
		h.at(opening)
		h.await("the word that nobody has asked the citizen", func() bool { return len(h.told(id, "follow_up_late")) == n+1 })
	}
	equal(t, "told", h.told(id, "follow_up_late"), []string{"甲县值班台", "甲县值班台"})
	if got := h.told(id, "silence"); len(got) > 0 {
		t.Errorf("the worker, who has done their part, was asked: %q", got)
	}

	asked := h.opening(h.opening(invited, 2), 2).Add(time.Hour)
	h.at(asked)
	h.do(h.actor("supervisor"), func(tx *store.Tx) error {
		now, err := tx.Ticket(t.Context(), id)
		if err != nil {
			return err
		}
		_, err = ticket.Close(t.Context(), tx, id, now.Version, "not_received", "nothing came")
		return err
	})
	h.at(asked.Add(30 * time.Minute))
	h.await("the word of the worker's silence", func() bool { return len(h.told(id, "silence")) == 2 })
	h.settled()
	equal(t, "told", h.told(id, "silence"), []string{"worker1", "head"})
	if n, err := h.db.UntimedTickets(t.Context()); err != nil || n != 0 {
		t.Errorf("%d tickets without a timer (%v)", n, err)
	}

	if _, err := h.look.Exec(t.Context(), `DELETE FROM timers`); err != nil {
		t.Fatal(err)
	}
	if n, err := h.db.UntimedTickets(t.Context()); err != nil || n != 1 {
		t.Errorf("with no timer at all %d tickets are without one (%v)", n, err)
	}
	if mended, err := h.db.AuditTimers(t.Context()); err != nil || len(mended) != 1 || mended[0] != ticket.SubjectOf(id) {
		t.Fatalf("mended %v (%v)", mended, err)
	}
	h.at(asked.Add(time.Hour))
	h.await("the word of silence again", func() bool { return len(h.told(id, "silence")) == 4 })
}

// An ordinary application that somebody has taken is asked after too, but at an
// opening of the office: two working days without a word.
func TestAnApplicationThatWasTakenIsAskedAfter(t *testing.T) {
	h := newHouse(t)
	id := h.call(townLine, "", invited)
	h.settled()
	h.do(h.actor("worker1"), func(tx *store.Tx) error { _, err := ticket.Accept(t.Context(), tx, id); return err })
	version := func(tx *store.Tx) int64 {
		now, err := tx.Ticket(t.Context(), id)
		if err != nil {
			t.Error(err)
		}
		return now.Version
	}
	h.do(h.actor("agent"), func(tx *store.Tx) error {
		_, err := ticket.DoTriage(t.Context(), tx, id, ticket.Triage{Version: version(tx), Area: township, Priority: ticket.P3, Kind: ticket.KindAid,
			Reason: "no emergency", Terms: h.rules.Terms, Calendar: h.rules.Calendar})
		return err
	})
	h.do(h.actor("supervisor"), func(tx *store.Tx) error {
		_, err := ticket.ApproveLowering(t.Context(), tx, id, version(tx), true, "", h.rules.Terms, h.rules.Calendar)
		return err
	})
	h.after(4 * time.Hour) // the watch of the emergency that it was
	h.settled()
	second := h.opening(invited, 2)
	h.at(second.Add(-time.Minute))
	h.settled()
	if got := h.told(id, "silence"); len(got) > 0 {
		t.Errorf("told before the second opening: %q", got)
	}
	h.at(second)
	h.await("the word of silence", func() bool { return len(h.told(id, "silence")) == 2 })
	h.settled()
	equal(t, "told", h.told(id, "silence"), []string{"worker1", "head"})
	h.at(h.opening(second, 2))
	h.await("the second word", func() bool { return len(h.told(id, "silence")) == 4 })
}

// opening is when the office opens on the n-th working day after a time.
func (h *house) opening(from time.Time, n int) time.Time {
	return ticket.Span{WorkingDays: n, AtOpening: true}.Due(from, h.rules.Calendar).Due
}
