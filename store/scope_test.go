package store

import (
	"strings"
	"testing"
	"time"

	"example.org/hotline/ticket"
)

// A list reads fifty rows, however many there are: no policy makes the planner
// read all tickets first for the sake of a hash table.
func TestNoPolicyReadsAllTickets(t *testing.T) {
	h := newHouse(t)
	err := h.db.InTx(t.Context(), h.actor(t, "agent"), func(tx *Tx) error {
		for _, table := range []string{"calls", "reports", "clocks", "offers", "timeline", "notices", "call_events", "call_quality", "callbacks", "recordings",
			"recording_listens", "queue_calls", "visits", "findings", "decisions", "papers"} {
			var plan []struct {
				Line string `gorm:"column:QUERY PLAN"`
			}
			if err := tx.find(t.Context(), "explain", &plan, `EXPLAIN SELECT 1 FROM `+table); err != nil {
				return err
			}
			for _, row := range plan {
				if strings.Contains(row.Line, "hashed SubPlan") {
					t.Errorf("%s: %s", table, strings.TrimSpace(row.Line))
				}
			}
		}
		var jit string
		if err := tx.scan(t.Context(), "look for the compiler", `SHOW jit`, nil, &jit); err != nil || jit != "off" {
			t.Errorf("jit is %q (%v): it takes seconds for a list", jit, err)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// Which calls were put to an agent opens their tickets: only the line says so.
func TestAnAgentGivesThemselvesNoCall(t *testing.T) {
	h, in := newPhoneHouse(t)
	c := h.registered(t, in, "12349001", "13812345678", time.Now(), 1)
	far := h.actor(t, "agent.far")
	err := h.db.InTx(t.Context(), far, func(tx *Tx) error {
		_, err := tx.exec(t.Context(), "open a ticket", `INSERT INTO call_agents (call_id, ticket_id, staff_id, rang_at, sees_until) VALUES (?, ?, ?, ?, 'infinity')`,
			string(c.ID), h.count(t, `SELECT id FROM tickets`), int64(far.StaffID), time.Now())
		return err
	})
	if err == nil || !strings.Contains(err.Error(), "row-level security") {
		t.Errorf("an agent gave themselves a call: %v", err)
	}
	h.happens(t, c.ID, ticket.CallRangAgent, "agent.far")
	err = h.db.InTx(t.Context(), far, func(tx *Tx) error {
		n, err := tx.exec(t.Context(), "keep a ticket open", `UPDATE call_agents SET sees_until = 'infinity'`)
		if n != 0 {
			t.Error("an agent keeps a ticket open")
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
}

// An agent whose node dies while they ring a citizen back sees the ticket for no
// longer than any call can last, though nobody tells that they have left.
func TestAnAgentWhoseNodeDiesSeesNotForEver(t *testing.T) {
	h, in := newPhoneHouse(t)
	c := h.registered(t, in, "12349001", "13812345678", time.Now(), 1)
	h.ends(t, c.ID)
	h.happens(t, c.ID, ticket.CallConnected, "agent.far")
	if n := h.count(t, `SELECT count(*) FROM call_agents WHERE sees_until > app_now() AND sees_until < app_now() + interval '31 hours'`); n != 1 {
		t.Error("the agent sees the ticket for ever, or not at all")
	}
}
