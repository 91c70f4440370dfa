package store

import (
	"testing"
	"time"

	"github.com/pressly/goose/v3"

	"example.org/hotline/ticket"
)

// Visits that were asked for before anybody watched them get a time and a timer with the migration that brings these.
func TestVisitsFromBeforeAreWatched(t *testing.T) {
	h, in := newPhoneHouse(t)
	c := h.registered(t, in, "12349001", "13812345678", time.Now(), 1)
	h.ends(t, c.ID)
	h.do(t, "agent", func(tx *Tx) (ticket.Ticket, error) {
		b, err := tx.AliveCallback(t.Context(), c.ID)
		if err != nil {
			return ticket.Ticket{}, err
		}
		if _, err = ticket.ClaimCallback(t.Context(), tx, b.ID, agentRules().Callback); err != nil {
			return ticket.Ticket{}, err
		}
		_, err = ticket.TryCallback(t.Context(), tx, b.ID, ticket.TryWrongNumber, "", agentRules().Callback)
		return ticket.Ticket{}, err
	})
	if err := withGoose(h.urls.OwnerURL, func(p *goose.Provider) error { _, err := p.DownTo(t.Context(), 9); return err }); err != nil {
		t.Fatal(err)
	}
	if n := h.count(t, `SELECT count(*) FROM timers WHERE subject_kind = 'callback'`); n != 0 {
		t.Fatalf("%d timers before the migration", n)
	}
	if err := Migrate(t.Context(), h.urls.OwnerURL); err != nil {
		t.Fatal(err)
	}
	if n := h.count(t, `SELECT count(*) FROM callbacks b JOIN timers m ON m.subject_kind = 'callback' AND m.subject_id = b.id AND m.kind = 'callback_visit'
		AND m.epoch = b.epoch AND m.due_at = b.due_at AND m.shard = b.id & 15
		WHERE b.state = 'visit' AND b.visits_asked = 1 AND b.due_at > app_now() + interval '23 hours'`); n != 1 {
		t.Error("nobody watches the visit")
	}
}
