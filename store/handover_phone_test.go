package store

import (
	"testing"
	"time"

	"example.org/hotline/ticket"
)

// After a late try the next is still some time away: three calls within a minute
// reach nobody whom one does not.
func TestLateTriesAreSpaced(t *testing.T) {
	h, in := newPhoneHouse(t)
	c := h.registered(t, in, "12349001", "13812345678", time.Now(), 1)
	h.ends(t, c.ID)
	rules := agentRules().Callback
	rules.Tries = []time.Duration{0, 10 * time.Minute, 30 * time.Minute}
	try := func() {
		t.Helper()
		err := h.db.InTx(t.Context(), h.actor(t, "agent"), func(tx *Tx) error {
			list, err := tx.Callbacks(t.Context(), ticket.CallbacksDue, 10)
			if err != nil || len(list) != 1 {
				t.Fatalf("%+v, %v", list, err)
			}
			id, err := tx.CallbackByRef(t.Context(), list[0].ID)
			if err != nil {
				return err
			}
			if _, err := ticket.ClaimCallback(t.Context(), tx, id, rules); err != nil {
				return err
			}
			_, err = ticket.TryCallback(t.Context(), tx, id, ticket.TryNoAnswer, "", rules)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	try()
	h.db.mustExec(t, `UPDATE callbacks SET first_try_at = app_now() - interval '31 minutes', try_at = app_now() - interval '21 minutes'`)
	try()
	if n := h.count(t, `SELECT count(*) FROM callbacks WHERE state = 'open' AND tries = 2 AND try_at > app_now() + interval '9 minutes'`); n != 1 {
		t.Error("the third try may be made at once after the second")
	}
}

// A call-back that is handed on has another agent: that the first one leaves says
// nothing about the triage. It is when nobody talks any more that its time runs.
func TestHandedOnIsNotLeft(t *testing.T) {
	h, in := newPhoneHouse(t)
	c := h.registered(t, in, "12349001", "13812345678", time.Now(), 1)
	h.ends(t, c.ID)
	lapses := func() int {
		t.Helper()
		return h.count(t, `SELECT count(*) FROM timers WHERE kind = 'agent' AND step = 1`)
	}
	h.happens(t, c.ID, ticket.CallConnected, "agent") // rung back
	h.happens(t, c.ID, ticket.CallConnected, "agent.far")
	h.happens(t, c.ID, ticket.CallAgentLeft, "agent")
	if n := lapses(); n != 0 {
		t.Error("the time for the triage runs while an agent talks")
	}
	h.happens(t, c.ID, ticket.CallAgentLeft, "agent.far")
	if n := lapses(); n != 1 {
		t.Errorf("%d times for the triage run after the last has left", n)
	}
}
