package api_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"example.org/hotline/api"
	"example.org/hotline/ticket"
)

func TestAcceptAndTheTicketPage(t *testing.T) {
	h := newHouse(t)
	id := h.call("12349001", "13812345678")
	h.offer(id, "worker", "worker.b")
	worker, other := h.signIn("worker"), h.signIn("worker.b")

	page := decode[api.Ticket](t, worker.get("/tickets/"+id))
	if !page.OfferedToMe || !slices.Contains(page.Acts, "accept") || page.CallerMasked != "138****5678" || page.Call.To != "12349001" {
		t.Errorf("before: %+v", page)
	}
	if len(page.Clocks) != 2 || page.NextDueAt == nil || page.NextDueClock != ticket.ClockTwoHour || len(page.Offers) != 2 {
		t.Errorf("clocks %+v, next %v, offers %+v", page.Clocks, page.NextDueAt, page.Offers)
	}
	if list := decode[api.TicketPage](t, worker.get("/tickets?view=offered")); len(list.Items) != 1 || !list.Items[0].OfferedToMe {
		t.Errorf("offered to me: %+v", list)
	}
	taken := decode[api.Ticket](t, worker.post("/tickets/"+id+"/acceptance", map[string]any{}))
	if taken.Status != ticket.StatusAccepted || taken.Owner.Name != "worker" || slices.Contains(taken.Acts, "accept") || !slices.Contains(taken.Acts, "hand_over") {
		t.Errorf("after: %+v", taken)
	}
	late := other.post("/tickets/"+id+"/acceptance", nil)
	if late.status != http.StatusConflict || late.code() != "already_taken" || !strings.Contains(string(late.body), `"owner":"worker"`) {
		t.Errorf("the second: %d %s", late.status, late.body)
	}
	if mine := decode[api.TicketPage](t, worker.get("/tickets?view=mine")); len(mine.Items) != 1 {
		t.Errorf("mine: %+v", mine)
	}
	byNumber := decode[api.Ticket](t, worker.get("/tickets/"+string(page.Number)))
	if byNumber.ID != id {
		t.Errorf("by number: %s, want %s", byNumber.ID, id)
	}
	line := decode[api.Timeline](t, worker.get("/tickets/"+id+"/timeline"))
	last := line.Items[len(line.Items)-1]
	if last.Kind != "ticket.accepted" || last.Actor != "worker" {
		t.Errorf("timeline ends with %+v", last)
	}
	if rest := decode[api.Timeline](t, worker.get("/tickets/"+id+"/timeline?after="+last.ID)); len(rest.Items) != 0 {
		t.Errorf("after the last: %+v", rest.Items)
	}
}

// Of people who accept at the same instant one wins, and each of the others is told who.
func TestAcceptAtTheSameInstant(t *testing.T) {
	h := newHouse(t)
	id := h.call("12349001", "")
	h.offer(id, "worker", "worker.b", "township_head", "county_duty")
	logins := []string{"worker", "worker.b", "township_head", "county_duty"}
	var clients []client
	for _, login := range logins {
		clients = append(clients, h.signIn(login))
	}
	got := inParallel(len(clients), func(i int) string {
		a := clients[i].post("/tickets/"+id+"/acceptance", map[string]any{})
		if a.status == http.StatusOK {
			return "won"
		}
		return a.code()
	})
	if got["won"] != 1 || got["already_taken"] != len(clients)-1 {
		t.Errorf("%v", got)
	}
}

func TestTriage(t *testing.T) {
	h := newHouse(t)
	id := h.call("12349", "13812345678")
	agent := h.signIn("agent")
	page := decode[api.Ticket](t, agent.get("/tickets/"+id))
	body := map[string]any{"version": page.Version, "area": string(township), "priority": "P1", "kind": "aid", "cause": "fire"}
	done := decode[api.Ticket](t, agent.post("/tickets/"+id+"/triage", body))
	if done.Priority != ticket.P1 || done.Area != township || done.Owner.Name != "agent" || done.CallTaker != "agent" {
		t.Errorf("after triage: %+v", done)
	}
	stale := agent.post("/tickets/"+id+"/triage", body)
	if stale.status != http.StatusConflict || stale.code() != "stale_version" {
		t.Errorf("the same version again: %d %s", stale.status, stale.body)
	}
	body["version"] = done.Version
	body["area"] = "990101199000"
	if a := agent.post("/tickets/"+id+"/triage", body); a.status != http.StatusUnprocessableEntity || a.code() != "unknown_area" {
		t.Errorf("an unknown area: %d %s", a.status, a.body)
	}
	body["area"] = string(town2)
	if a := agent.post("/tickets/"+id+"/triage", body); a.status != http.StatusConflict || a.code() != "out_of_scope" {
		t.Errorf("out of one's own county: %d %s", a.status, a.body)
	}
	if now := decode[api.Ticket](t, agent.get("/tickets/"+id)); now.Version != done.Version || now.Area != township {
		t.Errorf("what was refused changed the ticket: %+v", now)
	}
}

func TestLoweringNeedsASupervisor(t *testing.T) {
	h := newHouse(t)
	id := h.call("12349001", "")
	agent, supervisor := h.signIn("agent"), h.signIn("supervisor.b")
	page := decode[api.Ticket](t, agent.get("/tickets/"+id))
	body := map[string]any{"version": page.Version, "area": string(township), "priority": "P3", "kind": "aid"}
	if a := agent.post("/tickets/"+id+"/triage", body); a.status != http.StatusUnprocessableEntity || a.code() != "reason_required" {
		t.Errorf("without a reason: %d %s", a.status, a.body)
	}
	body["reason"] = "no hurry, the caller says"
	pending := decode[api.Ticket](t, agent.post("/tickets/"+id+"/triage", body))
	if pending.Priority != ticket.P2 || pending.PendingChange != ticket.P3 {
		t.Errorf("pending: %+v", pending)
	}
	seen := decode[api.Ticket](t, supervisor.get("/tickets/"+id))
	if !slices.Contains(seen.Acts, "approve_lowering") {
		t.Errorf("the supervisor may %v", seen.Acts)
	}
	low := decode[api.Ticket](t, supervisor.post("/tickets/"+id+"/lowering", map[string]any{"version": seen.Version, "approve": true, "reason": "agreed"}))
	if low.Priority != ticket.P3 || low.PendingChange != "" {
		t.Errorf("lowered: %+v", low)
	}
}

func TestHandOver(t *testing.T) {
	h := newHouse(t)
	id := h.call("12349001", "")
	h.offer(id, "worker")
	worker, other := h.signIn("worker"), h.signIn("worker.b")
	worker.post("/tickets/"+id+"/acceptance", map[string]any{})
	for _, body := range []map[string]any{{"reason": "x"}, {"reason": "x", "to_login": "nobody"}, {"reason": "x", "to_post": "990101101000/volunteer"},
		{"reason": "x", "to_login": "worker.far"}, {"reason": "x", "to_login": "county_finance"}} {
		if a := worker.post("/tickets/"+id+"/handovers", body); a.status != http.StatusUnprocessableEntity {
			t.Errorf("%v: %d %s", body, a.status, a.body)
		}
	}
	offered := decode[api.Ticket](t, worker.post("/tickets/"+id+"/handovers", map[string]any{"to_login": "worker.b", "reason": "end of shift"}))
	if offered.Owner.Name != "worker" {
		t.Error("the owner changed before the other accepted")
	}
	taken := decode[api.Ticket](t, other.post("/tickets/"+id+"/acceptance", map[string]any{}))
	if taken.Owner.Name != "worker.b" || taken.Status != ticket.StatusAccepted {
		t.Errorf("after: %+v", taken)
	}
}

func TestCallerIsLookedUpOnDutyOnly(t *testing.T) {
	h := newHouse(t)
	id := h.call("12349001", "13812345678")
	h.offer(id, "worker")
	worker, other := h.signIn("worker"), h.signIn("worker.b")
	ask := map[string]any{"purpose": "call back, the line was cut"}
	if a := other.post("/tickets/"+id+"/caller-views", ask); a.status != http.StatusConflict || a.code() != "no_duty" {
		t.Errorf("without a duty: %d %s", a.status, a.body)
	}
	if a := worker.post("/tickets/"+id+"/caller-views", map[string]any{}); a.status != http.StatusUnprocessableEntity {
		t.Errorf("without a purpose: %d %s", a.status, a.body)
	}
	caller := decode[api.Caller](t, worker.post("/tickets/"+id+"/caller-views", ask))
	if !strings.HasSuffix(caller.Phone, "13812345678") {
		t.Errorf("phone %q", caller.Phone)
	}
	audit := string(h.signIn("auditor").get("/audit").body)
	if !strings.Contains(audit, "phone.view") || !strings.Contains(audit, "call back, the line was cut") || strings.Contains(audit, "13812345678") {
		t.Errorf("the record of the look-up: %s", audit)
	}
	timeline := string(worker.get("/tickets/" + id + "/timeline").body)
	if !strings.Contains(timeline, "caller.viewed") || strings.Contains(timeline, "13812345678") {
		t.Errorf("timeline: %s", timeline)
	}
	withheld := h.call("12349001", "")
	h.offer(withheld, "worker")
	if a := worker.post("/tickets/"+withheld+"/caller-views", ask); a.code() != "number_withheld" {
		t.Errorf("a withheld number: %d %s", a.status, a.body)
	}
}

func TestListsArePaged(t *testing.T) {
	h := newHouse(t)
	want := map[string]bool{}
	for range 7 {
		want[h.call("12349001", "")] = true
	}
	worker, path := h.signIn("worker"), "/tickets?limit=3"
	seen := map[string]bool{}
	for pages := 0; ; pages++ {
		page := decode[api.TicketPage](t, worker.get(path))
		for _, row := range page.Items {
			if seen[row.ID] {
				t.Errorf("%s came twice", row.ID)
			}
			seen[row.ID] = true
		}
		if page.Next == "" {
			if pages != 2 {
				t.Errorf("%d pages, want 3", pages+1)
			}
			break
		}
		path = "/tickets?limit=3&cursor=" + page.Next
	}
	if len(seen) != len(want) {
		t.Errorf("%d tickets, want %d", len(seen), len(want))
	}
	if a := worker.get("/tickets?cursor=bm9uc2Vuc2U"); a.status != http.StatusUnprocessableEntity || a.code() != "bad_cursor" {
		t.Errorf("nonsense for a cursor: %d %s", a.status, a.body)
	}
	if p1 := decode[api.TicketPage](t, worker.get("/tickets?priority=P1")); len(p1.Items) != 0 {
		t.Errorf("P1: %d", len(p1.Items))
	}
	if here := decode[api.TicketPage](t, worker.get("/tickets?area="+string(township))); len(here.Items) != 7 {
		t.Errorf("in the township: %d", len(here.Items))
	}
}

// Text that a caller or a worker wrote comes back as the same text, in JSON
// that no browser takes for a page.
func TestHostileTextStaysText(t *testing.T) {
	h := newHouse(t)
	id := h.call("12349001", `"><script>alert(1)</script>`)
	h.offer(id, "worker")
	worker := h.signIn("worker")
	worker.post("/tickets/"+id+"/acceptance", map[string]any{})
	hostile := "</script><img src=x onerror=alert(1)> \u2028 '; DROP TABLE tickets; --"
	if a := worker.post("/tickets/"+id+"/handovers", map[string]any{"to_login": "worker.b", "reason": hostile}); a.status != http.StatusOK {
		t.Fatalf("%d %s", a.status, a.body)
	}
	answer := worker.get("/tickets/" + id + "/timeline")
	line := decode[api.Timeline](t, answer)
	if got := line.Items[len(line.Items)-1].Data["reason"]; got != hostile {
		t.Errorf("came back as %q", got)
	}
	for name, want := range map[string]string{"Content-Type": "application/json", "X-Content-Type-Options": "nosniff", "Cache-Control": "no-store"} {
		if got := answer.header.Get(name); !strings.HasPrefix(got, want) {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
}

// What a page offers and what the command decides agree, for every role that
// sees the ticket, in several states of its life.
func TestActsOnAPageCanBeDone(t *testing.T) {
	h := newHouse(t)
	fresh, offered := h.call("12349001", "13812345678"), h.call("12349001", "13912345678")
	h.offer(offered, "worker")
	for _, id := range []string{fresh, offered} {
		for _, login := range []string{"worker", "worker.b", "agent", "supervisor", "township_head", "county_duty"} {
			c := h.signInOnce(login)
			acts := decode[api.Ticket](t, c.get("/tickets/"+id)).Acts
			for act, path := range map[string]string{"accept": "acceptance", "answer": "answer", "reopen": "reopening", "close": "closure", "decide_repeat": "repeat", "hand_over": "handovers"} {
				body := bodies["POST /tickets/{id}/"+path]
				if slices.Contains(acts, act) || act == "accept" && id == offered {
					continue // doing it would change the next question
				}
				if a := c.post("/tickets/"+id+"/"+path, body); a.status == http.StatusOK {
					t.Errorf("%s did %s though the page did not offer it", login, act)
				}
			}
		}
	}
}
