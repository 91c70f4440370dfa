package dispatch_test

import (
	"slices"
	"testing"
	"time"

	"example.org/hotline/ticket"
)

// A roster that cannot be read (a zone that nobody knows, a plan that is none)
// holds up nobody: the ladder goes on to the next level at once and says why,
// a notice to the desk reaches all its people, and those who can mend the roster
// are told of it as of a hole.
func TestADamagedRosterHoldsUpNobody(t *testing.T) {
	for name, plan := range map[string]string{"zone": `{"zone": "Mars/Olympus", "rules": []}`, "shape": `"no plan at all"`} {
		t.Run(name, func(t *testing.T) {
			h := newHouse(t)
			if _, err := h.look.Exec(t.Context(), `SET session_replication_role = replica`); err != nil { // past the triggers of the table
				t.Fatal(err)
			}
			_, err := h.look.Exec(t.Context(), `INSERT INTO duty_versions (area_code, role, number, valid_from, plan, created_by, created_at)
				VALUES ($1, 'worker', 1, $2, $3, 'somebody', $2)`, string(township), invited, plan)
			if err != nil {
				t.Fatal(err)
			}
			id := h.call(townLine, "", invited)
			h.urgent(id)
			h.await("the head to be asked", func() bool { return slices.Contains(h.offered(id), "+0s head") })
			h.settled()
			if got := h.offered(id); slices.Contains(got, "+0s worker1") {
				t.Errorf("offered %v", got)
			}
			if n := h.count(`SELECT count(*) FROM timeline WHERE kind = 'ticket.offer_skipped' AND data->>'reason' = 'roster_damaged'`); n == 0 {
				t.Errorf("the timeline does not say why:\n%s", h.timeline())
			}
			h.after(10 * time.Minute)
			h.await("the county at its minute", func() bool { return slices.Contains(h.offered(id), "+10m0s county") })

			if told := h.tellHoles(); !slices.Contains(told, "worker 10月1日 23:50 to 10月10日 23:50") {
				t.Errorf("told of %v", told)
			}
			if told := h.tellHoles(); len(told) > 0 {
				t.Errorf("told again of %v", told)
			}

			h.after(45 * time.Minute) // the desk, which owns the ticket, is warned that nobody has arrived
			h.await("the warning", func() bool { return slices.Contains(h.told(id, "warning"), "甲镇值班台") })
			if _, err := h.db.ExpandNotices(t.Context(), ticket.Reach{Channels: []string{"sms"}}, 1000); err != nil {
				t.Fatal(err)
			}
			equal(t, "who is warned", h.texts(`SELECT DISTINCT s.login FROM deliveries d JOIN notices n ON n.id = d.notice_id JOIN staff s ON s.id = d.staff_id
				JOIN posts p ON p.id = n.post_id WHERE n.template = 'warning' AND p.kind = 'desk' ORDER BY 1`), []string{"worker1", "worker2"})
		})
	}
}

// The policy that a ticket was born under is no longer among the files: the
// present one takes over, and the next step comes at its minute.
func TestATicketOfAForgottenPolicyGoesOn(t *testing.T) {
	h := newHouse(t)
	id := h.call(townLine, "", invited)
	h.settled()
	if _, err := h.look.Exec(t.Context(), `UPDATE tickets SET policy = 'ladder-1999'`); err != nil {
		t.Fatal(err)
	}
	h.after(15 * time.Minute)
	h.await("the second worker", func() bool { return slices.Contains(h.offered(id), "+15m0s worker2") })
	h.after(24 * time.Hour)
	h.await("the breach", func() bool { return len(h.told(id, "breach")) == 1 })
}
