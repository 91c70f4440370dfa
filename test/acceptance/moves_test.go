package acceptance

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"example.org/hotline/test/city"
)

// townDesk is the desk of the township that the story's calls come from.
const townDesk = "990101101000/worker"

// clocksOf lists a ticket's deadlines as its page shows them.
func clocksOf(page map[string]any) (list []string) {
	clocks, _ := page["clocks"].([]any)
	for _, one := range clocks {
		c := one.(map[string]any)
		list = append(list, fmt.Sprint(c["kind"], " ", c["due_at"], " ", c["stopped_at"]))
	}
	return list
}

// mover plays moves on one ticket.
type mover struct {
	c  *city.City
	id string
}

func (m mover) path(move string) string { return "/tickets/" + m.id + "/" + move }

// move acts, and returns the ticket's page.
func (m mover) move(login, move string, body map[string]any) map[string]any {
	m.c.T.Helper()
	return m.c.As(login).Post(m.path(move), body).Body
}

func (m mover) refused(login, move string, body map[string]any, status int, code string) {
	m.c.T.Helper()
	m.c.As(login).Refused(m.path(move), body, status, code)
}

func (m mover) owner(page map[string]any) string {
	owner, _ := page["owner"].(map[string]any)
	return fmt.Sprint(owner["name"])
}

// told waits until somebody's telephone has got a text of a template about the ticket.
func (m mover) told(login, template string) {
	m.c.T.Helper()
	m.c.Until(login+" is told: "+template, func() bool {
		return m.c.Count(`SELECT count(*) FROM deliveries d JOIN notices n ON n.id = d.notice_id JOIN tickets t ON t.id = n.ticket_id JOIN staff s ON s.id = d.staff_id
			WHERE t.public_id = $1 AND n.template = $2 AND s.login = $3 AND d.channel = 'sms' AND d.state = 'sent'`, m.id, template, login) > 0
	})
}

// asked waits until the post of a person or a desk is asked to accept the ticket.
func (m mover) asked(name string) {
	m.c.T.Helper()
	m.c.Until(name+" is asked", func() bool {
		return m.c.Count(`SELECT count(*) FROM offers o JOIN tickets t ON t.id = o.ticket_id JOIN posts p ON p.id = o.post_id
			WHERE t.public_id = $1 AND p.name = $2 AND o.ended_at IS NULL`, m.id, name) > 0
	})
}

// same checks that a move has left the ticket's clocks as they were.
func (m mover) same(move string, before []string, page map[string]any) {
	m.c.T.Helper()
	if got := clocksOf(page); !slices.Equal(got, before) {
		m.c.T.Errorf("%s changed the clocks: %v, want %v", move, got, before)
	}
}

func reason(text string) map[string]any { return map[string]any{"reason": text} }

// Every move of a ticket, played on the program: the next person is asked or
// told, the clocks show the same deadlines after each, and what may not be is
// refused by its code.
func TestMovesOfATicket(t *testing.T) {
	t.Parallel()
	c := city.Start(t, city.At(clock(1, "23:30:00")))
	ref := urgentCall(t, c)
	first := c.OfferedTo(ref)[0]
	second := map[string]string{"town2-worker1": "town2-worker2", "town2-worker2": "town2-worker1"}[first]
	names := map[string]string{}
	for _, login := range []string{first, second} {
		var name string
		c.Query(`SELECT name FROM staff WHERE login = $1`, []any{login}, &name)
		names[login] = name
	}
	page := c.As("supervisor").Ticket(ref)
	m := mover{c, page["id"].(string)}
	before := clocksOf(page)
	if len(before) != 2 {
		t.Fatalf("the clocks: %v", before)
	}

	// Cannot come: the next is asked at once.
	m.refused(second, "declines", map[string]any{}, http.StatusNotFound, "not_found")
	m.same("a decline", before, m.move(first, "declines", map[string]any{}))
	m.refused(first, "declines", map[string]any{}, http.StatusNotFound, "not_found")
	m.asked(names[second])
	m.told(second, "offer")
	m.move(second, "acceptance", map[string]any{})

	// Back to the county: its desk owns it and is asked.
	c.SetClock(clock(1, "23:45:00"))
	m.refused(first, "returns", reason("枫林乡的"), http.StatusConflict, "not_owner")
	m.refused(second, "returns", reason(""), http.StatusUnprocessableEntity, "validation_failed")
	m.refused("agent1", "returns", reason("枫林乡的"), http.StatusNotFound, "not_found")
	page = m.move(second, "returns", reason("枫林乡的"))
	m.same("a return", before, page)
	if m.owner(page) != "晴东区值班室" || page["returned"] != true {
		t.Errorf("after the return: owned by %s, returned %v", m.owner(page), page["returned"])
	}
	m.told("county1-duty", "offer")

	// The county takes it, and gives it to a worker: first asked, then forced.
	m.refused(second, "pulls", reason("我来"), http.StatusNotFound, "not_found")
	m.refused("county2-duty", "pulls", reason("我来"), http.StatusNotFound, "not_found")
	page = m.move("county1-duty", "pulls", reason("我来"))
	m.same("a pull", before, page)
	m.refused("county1-duty", "pulls", reason("我来"), http.StatusConflict, "already_yours")
	m.refused("county1-duty", "pushes", map[string]any{"to_login": first, "to_post": townDesk, "reason": "近"}, http.StatusUnprocessableEntity, "one_owner")
	m.refused("county1-duty", "pushes", map[string]any{"to_post": townDesk, "forced": true, "reason": "近"}, http.StatusUnprocessableEntity, "needs_a_person")
	m.refused("county1-duty", "pushes", map[string]any{"to_login": "town3-worker1", "reason": "近"}, http.StatusUnprocessableEntity, "cannot_own")
	page = m.move("county1-duty", "pushes", map[string]any{"to_login": first, "reason": "离得近"})
	m.same("a push", before, page)
	if m.owner(page) == names[first] {
		t.Error("who is only asked owns it already")
	}
	m.told(first, "handover")
	page = m.move("county1-duty", "pushes", map[string]any{"to_login": second, "forced": true, "reason": "在现场"})
	m.same("a forced push", before, page)
	if m.owner(page) != names[second] {
		t.Errorf("after the forced push: owned by %s", m.owner(page))
	}
	m.told(second, "assigned")
	m.refused(first, "acceptance", map[string]any{}, http.StatusConflict, "already_taken")

	// The watch for silence rests for ten minutes and no longer; the two hours do not.
	pause := func(minutes int) map[string]any { return map[string]any{"minutes": minutes, "reason": "正在入户"} }
	m.refused("supervisor", "resumptions", map[string]any{}, http.StatusConflict, "not_paused")
	m.refused("supervisor", "pauses", pause(11), http.StatusUnprocessableEntity, "pause_too_long")
	page = m.move("town2-head", "pauses", pause(8))
	m.same("a pause", before, page)
	m.refused("supervisor", "pauses", pause(1), http.StatusConflict, "already_paused")
	m.told("supervisor", "paused")
	c.SetClock(clock(1, "23:50:00")) // five of the ten minutes are used up
	m.same("a resumption", before, m.move("supervisor", "resumptions", map[string]any{}))
	m.refused("supervisor", "pauses", pause(6), http.StatusUnprocessableEntity, "pause_too_long")
}

// A joined ticket has stopped clocks, asks nobody and breaches nothing while its
// deadlines pass; split, it stands where it stood, with the same deadlines, and
// the one that has passed is told once. A second matter is a ticket with clocks of
// its own from the same INVITE.
func TestJoinedAndSplit(t *testing.T) {
	t.Parallel()
	c := city.Start(t, city.At(clock(1, "23:30:00")))
	ref := urgentCall(t, c)
	if r := c.Call(city.Township, "+8619900000078", map[rune]time.Duration{'1': time.Second}); !r.Answered() {
		t.Fatalf("the second call: %+v", r)
	}
	var other string
	c.Query(`SELECT number FROM tickets WHERE number <> $1`, []any{ref}, &other)
	c.Until("somebody is asked about the second", func() bool { return len(c.OfferedTo(other)) == 1 })
	page := c.As("supervisor").Ticket(other)
	m, into := mover{c, page["id"].(string)}, mover{c, c.As("supervisor").Ticket(ref)["id"].(string)}
	before := clocksOf(page)

	join := map[string]any{"into": ref, "reason": "同一场火"}
	m.refused("town2-worker1", "merges", join, http.StatusNotFound, "not_found")
	m.refused("agent1", "merges", map[string]any{"into": other, "reason": "同一场火"}, http.StatusUnprocessableEntity, "same_ticket")
	m.refused("agent1", "merges", map[string]any{"into": "2026000000000", "reason": "同一场火"}, http.StatusUnprocessableEntity, "unknown_ticket")
	m.refused("agent1", "splits", reason("两场火"), http.StatusConflict, "not_joined")
	page = m.move("agent1", "merges", join)
	if page["status"] != "duplicate" || slices.ContainsFunc(clocksOf(page), func(c string) bool { return strings.HasSuffix(c, "<nil>") }) {
		t.Errorf("joined: %v, clocks %v", page["status"], clocksOf(page))
	}
	m.refused("agent1", "merges", join, http.StatusConflict, "not_in_this_state")
	into.refused("agent1", "merges", map[string]any{"into": other, "reason": "同一场火"}, http.StatusConflict, "original_not_open")

	c.SetClock(clock(2, "03:00:00")) // both deadlines of two hours have passed
	c.Until("the ticket that goes on breaches", func() bool {
		return c.Count(`SELECT count(*) FROM timeline WHERE kind = 'ticket.breached' AND ticket_id = (SELECT id FROM tickets WHERE number = $1)`, ref) == 1
	})
	quiet := func() int {
		return c.Count(`SELECT (SELECT count(*) FROM timers WHERE subject_kind = 'ticket' AND subject_id = t.id) + (SELECT count(*) FROM offers WHERE ticket_id = t.id AND ended_at IS NULL)
			+ (SELECT count(*) FROM timeline WHERE ticket_id = t.id AND kind = 'ticket.breached') FROM tickets t WHERE number = $1`, other)
	}
	if n := quiet(); n != 0 {
		t.Errorf("the joined ticket has %d timers, open offers and breaches", n)
	}

	page = m.move("agent1", "splits", reason("两场火"))
	m.same("joining and splitting", before, page)
	if page["status"] == "duplicate" {
		t.Error("split, and still joined")
	}
	c.Until("the split ticket's deadline falls", func() bool {
		return c.Count(`SELECT count(*) FROM timeline WHERE kind = 'ticket.breached' AND ticket_id = (SELECT id FROM tickets WHERE number = $1)`, other) == 1
	})
	c.Until("somebody is asked about it again", func() bool { return len(c.OfferedTo(other)) > 0 })
	m.told("city-duty", "breach")

	matter := map[string]any{"area": "990101101000", "priority": "P1", "kind": "aid", "cause": "fire"}
	m.refused("agent1", "splits", map[string]any{"reason": "邻居", "matter": map[string]any{"area": "990101199000", "priority": "P2", "kind": "aid"}}, http.StatusUnprocessableEntity, "unknown_area")
	made := m.move("agent1", "splits", map[string]any{"reason": "邻居家也着火", "matter": matter})
	if made["id"] == m.id || !slices.Equal(clocksOf(made), before) {
		t.Errorf("the second matter: clocks %v, want those of the same INVITE %v", clocksOf(made), before)
	}
	c.Until("somebody is asked about the second matter", func() bool { return len(c.OfferedTo(fmt.Sprint(made["number"]))) > 0 })
}

// A township returns a ticket until the second working day after it was taken
// closes, not a minute later. The night of 1 October is in the holiday, so that is
// 9 October at half past five.
func TestAReturnHasTwoWorkingDays(t *testing.T) {
	t.Parallel()
	c := city.Start(t, city.At(clock(1, "23:30:00")))
	ref := urgentCall(t, c)
	worker := c.OfferedTo(ref)[0]
	m := mover{c, c.As(worker).Ticket(ref)["id"].(string)}
	page := m.move(worker, "acceptance", map[string]any{})
	if by, err := time.Parse(time.RFC3339, fmt.Sprint(page["return_by"])); err != nil || !by.Equal(clock(9, "17:30:00")) {
		t.Errorf("may be returned until %v, want %v", page["return_by"], clock(9, "17:30:00"))
	}
	c.SetClock(clock(9, "17:31:00"))
	m.refused(worker, "returns", reason("枫林乡的"), http.StatusConflict, "too_late_to_return")
}
