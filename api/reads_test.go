package api_test

import (
	"context"
	"net/http"
	"slices"
	"testing"
	"time"

	"example.org/hotline/api"
	"example.org/hotline/area"
	"example.org/hotline/ticket"
)

func TestWhatPagesReadBesideTickets(t *testing.T) {
	h := newHouse(t, func(_ *api.Config, d *api.Deps) {
		d.SMS = func(context.Context) ([]api.SMS, error) {
			return []api.SMS{{At: time.Unix(0, 0).UTC(), To: "138****5678", Text: "工单已受理"}}, nil
		}
	})
	worker := h.signIn("worker")
	system := decode[api.System](t, worker.get("/system"))
	if system.Version != "test" || !system.Dev || system.TimeScale != 1 || time.Since(system.AppNow).Abs() > time.Hour {
		t.Errorf("system %+v", system)
	}
	policy := decode[api.PolicyView](t, worker.get("/policy"))
	if policy.Limits.SoloFen != 100_000 || policy.FastCapFenPerPerson != 90_000 || policy.FastCapFen != 0 || len(policy.Papers) != 1 || len(policy.Causes) != 7 {
		t.Errorf("policy %+v", policy)
	}
	all := decode[api.PlaceList](t, worker.get("/areas?under="+string(city)))
	if len(all.Items) != 6 || all.Items[2].Code != township || all.Items[2].Parent != county || all.Items[2].Level != area.LevelTownship {
		t.Errorf("areas %+v", all.Items)
	}
	if own := decode[api.PlaceList](t, worker.get("/areas")); len(own.Items) != 2 {
		t.Errorf("own area %+v", own.Items)
	}
	if sms := decode[api.SMSList](t, worker.get("/sms")); len(sms.Items) != 1 || sms.Items[0].Text != "工单已受理" {
		t.Errorf("sms %+v", sms.Items)
	}
	if a := (client{h: newHouse(t)}); a.h.signIn("worker").get("/sms").status != http.StatusNotFound {
		t.Error("outside development the sink is shown")
	}
}

// Who is on duty, who is passed over and why; of one's own area and what lies
// above it, not of the neighbours.
func TestDuty(t *testing.T) {
	h := newHouse(t)
	at := time.Date(2026, 10, 1, 15, 40, 0, 0, time.UTC)
	from, to := at.Add(-time.Hour), at.Add(time.Hour)
	err := h.db.ImportDirectory(t.Context(), area.Directory{
		Shifts: []area.NewShift{{Area: township, Role: area.RoleWorker, Position: 1, Login: "worker", From: from, To: to},
			{Area: township, Role: area.RoleWorker, Position: 2, Login: "worker.b", From: from, To: to},
			{Area: county, Role: area.RoleCountyDuty, Position: 1, Login: "county_duty", From: from, To: to},
			{Area: town2, Role: area.RoleWorker, Position: 1, Login: "worker.far", From: from, To: to}},
		Absences: []area.NewAbsence{{Login: "worker", Reason: "ill", From: from, To: to}},
	})
	if err != nil {
		t.Fatal(err)
	}
	query := "at=" + at.Format(time.RFC3339)
	list := decode[api.DutyList](t, h.signIn("county_duty").get("/duty?"+query))
	if len(list.Items) != 3 {
		t.Fatalf("%+v", list.Items)
	}
	if on, off := list.Items[1], list.Items[2]; on.Name != "worker.b" || on.Position != 2 || on.Absent || off.Name != "worker" || !off.Absent || off.Detail != "ill" {
		t.Errorf("township: %+v", list.Items)
	}
	worker := h.signInOnce("worker")
	if above := decode[api.DutyList](t, worker.get("/duty?area="+string(city)+"&"+query)); len(above.Items) != 3 {
		t.Errorf("as a worker sees the city: %+v", above.Items)
	}
	if a := worker.get("/duty?area=" + string(town2) + "&" + query); a.status != http.StatusNotFound {
		t.Errorf("the neighbours' duty: %d %s", a.status, a.body)
	}
	if later := decode[api.DutyList](t, worker.get("/duty?at="+to.Format(time.RFC3339))); len(later.Items) != 0 {
		t.Errorf("after the shift: %+v", later.Items)
	}
}

// The audit chain pages through all its lanes without a gap or a repetition.
func TestAuditIsPaged(t *testing.T) {
	h := newHouse(t)
	for range 5 {
		id := h.call("12349001", "")
		h.offer(id, "worker")
		h.signInOnce("worker").post("/tickets/"+id+"/acceptance", map[string]any{})
	}
	auditor := h.signIn("auditor")
	whole := decode[api.AuditPage](t, auditor.get("/audit?limit=200"))
	var paged []any
	for path := "/audit?limit=3"; path != ""; {
		page := decode[api.AuditPage](t, auditor.get(path))
		for _, row := range page.Items {
			paged = append(paged, [2]int64{int64(row.Lane), row.Seq})
		}
		path = ""
		if page.Next != "" {
			path = "/audit?limit=3&cursor=" + page.Next
		}
	}
	if len(paged) != len(whole.Items) || len(paged) < 10 {
		t.Errorf("%d records in pages, %d at once", len(paged), len(whole.Items))
	}
	for i, row := range whole.Items {
		if i < len(paged) && paged[i] != [2]int64{int64(row.Lane), row.Seq} {
			t.Errorf("record %d differs", i)
		}
	}
}

// Calling again from the number of an open ticket: the page shows the earlier
// one, and a person's word decides.
func TestRepeatIsDecided(t *testing.T) {
	h := newHouse(t)
	first := h.call("12349001", "13812345678")
	second := h.call("12349001", "13812345678")
	agent := h.signIn("agent")
	page := decode[api.Ticket](t, agent.get("/tickets/"+second))
	if page.Repeat == nil || page.Repeat.OfID != first || page.Repeat.State != ticket.RepeatSuggested {
		t.Fatalf("repeat %+v", page.Repeat)
	}
	merged := decode[api.Ticket](t, agent.post("/tickets/"+second+"/repeat", map[string]any{"same": true}))
	if merged.Status != ticket.StatusDuplicate || merged.Repeat.State != ticket.RepeatConfirmed || !slices.Equal(merged.Acts, []string{"split"}) {
		t.Errorf("merged: %s %+v acts %v", merged.Status, merged.Repeat, merged.Acts)
	}
	if a := agent.post("/tickets/"+second+"/repeat", map[string]any{"same": false}); a.status != http.StatusConflict {
		t.Errorf("decided twice: %d %s", a.status, a.body)
	}
}

// A consultation is answered, closed by somebody else, and comes back.
func TestAnswerCloseReopen(t *testing.T) {
	h := newHouse(t)
	id := h.call("12349", "")
	agent, supervisor := h.signIn("agent"), h.signIn("supervisor.b")
	page := decode[api.Ticket](t, agent.get("/tickets/"+id))
	page = decode[api.Ticket](t, agent.post("/tickets/"+id+"/triage", map[string]any{"version": page.Version, "area": string(township),
		"priority": "INFO", "kind": "consultation", "reason": "a question about the rules"}))
	if page.PendingChange != ticket.PInfo {
		t.Fatalf("%+v", page)
	}
	decode[api.Ticket](t, supervisor.post("/tickets/"+id+"/lowering", map[string]any{"version": page.Version, "approve": true, "reason": "agreed"}))
	page = decode[api.Ticket](t, agent.post("/tickets/"+id+"/answer", map[string]any{"answer": "told which papers"}))
	if page.Status != ticket.StatusFollowUp {
		t.Fatalf("answered: %s", page.Status)
	}
	if a := agent.post("/tickets/"+id+"/closure", map[string]any{"version": page.Version, "reached": true, "satisfied": true}); a.code() != "own_work" {
		t.Errorf("closing one's own work: %d %s", a.status, a.body)
	}
	page = decode[api.Ticket](t, supervisor.post("/tickets/"+id+"/closure", map[string]any{"version": page.Version, "reached": true, "satisfied": true}))
	if page.Status != ticket.StatusClosed || page.ClosedAt == nil {
		t.Errorf("closed: %s", page.Status)
	}
	page = decode[api.Ticket](t, agent.post("/tickets/"+id+"/reopening", map[string]any{"reason": "called again"}))
	if page.Status != ticket.StatusReopened {
		t.Errorf("reopened: %s", page.Status)
	}
}
