package api_test

import (
	"net/http"
	"testing"
	"time"

	"example.org/hotline/api"
	"example.org/hotline/area"
)

// Whom a ticket can go to: the desks and people of its place and of what lies
// above it, the nearest first, those away marked; of one's own places only.
func TestWhoServesAnArea(t *testing.T) {
	h := newHouse(t)
	now := time.Now()
	away := area.NewAbsence{Login: "worker.b", Reason: "ill", From: now.Add(-time.Hour), To: now.Add(time.Hour)}
	if err := h.db.ImportDirectory(t.Context(), area.Directory{Absences: []area.NewAbsence{away}}); err != nil {
		t.Fatal(err)
	}
	worker := h.signInOnce("worker")
	list := decode[api.PostList](t, worker.get("/posts?area="+string(village)))
	at := map[string]int{}
	for i, p := range list.Items {
		name := p.Login
		if p.Kind == area.PostDesk {
			name = string(p.Area) + "/" + string(p.Role)
		}
		at[name] = i + 1
		if (p.AbsentUntil != nil) != (p.Login == "worker.b") {
			t.Errorf("%s is away until %v", name, p.AbsentUntil)
		}
	}
	nearestFirst := []string{string(township) + "/worker", "worker.b", string(county) + "/county_duty", "agent", string(city) + "/city_duty", "supervisor.b"}
	for i, name := range nearestFirst {
		if at[name] == 0 || i > 0 && at[name] < at[nearestFirst[i-1]] {
			t.Errorf("%s is at place %d of %v", name, at[name], at)
		}
	}
	for _, nobody := range []string{"worker.far", "auditor", "volunteer", "county_finance", string(county2) + "/county_duty"} {
		if at[nobody] != 0 {
			t.Errorf("%s is offered a ticket of this village", nobody)
		}
	}
	if a := worker.get("/posts?area=" + string(town2)); a.status != http.StatusNotFound {
		t.Errorf("the neighbours' people: %d %s", a.status, a.body)
	}
	if own := decode[api.PostList](t, worker.get("/posts")); len(own.Items) != len(list.Items) {
		t.Errorf("one's own area: %d, want %d", len(own.Items), len(list.Items))
	}
}
