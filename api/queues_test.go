package api_test

import (
	"net/http"
	"testing"
	"time"

	"example.org/hotline/api"
	"example.org/hotline/area"
	"example.org/hotline/ivr/acd"
	"example.org/hotline/store"
	"example.org/hotline/ticket"
)

// The queue's record as its leaders read it: each within their scope, a list and
// not only a percentage (PHONE complaint 6).
func TestFiguresSpansAndAbandonedCalls(t *testing.T) {
	h := newHouse(t, func(_ *api.Config, d *api.Deps) { d.Rules.Queues = []acd.Queue{{Key: "aid", Zh: "救助", En: "aid"}} })
	public := h.call("12349001", "13812345678")
	var number ticket.Number
	var agent area.Staff
	h.as("dispatch", func(tx *store.Tx) error {
		id, err := tx.TicketByRef(t.Context(), public)
		if err != nil {
			return err
		}
		of, err := tx.Ticket(t.Context(), id)
		number = of.Number
		if err != nil {
			return err
		}
		agent, err = tx.StaffByLogin(t.Context(), "agent")
		return err
	})
	ten := time.Date(2026, 10, 1, 10, 0, 0, 0, ticket.Shanghai)
	err := h.db.RecordQueue(t.Context(), []acd.Event{
		{Kind: acd.EventEntered, At: ten, From: ten, Call: "c1", Turn: 1, Ticket: number, Queue: "aid"},
		{Kind: acd.EventLeft, At: ten.Add(time.Minute), From: ten, Call: "c1", Turn: 1, Ticket: number, Queue: "aid", Reason: acd.LeftAbandoned, Waited: time.Minute},
		{Kind: acd.EventSpan, At: ten.Add(30 * time.Minute), From: ten, Agent: agent.ID, Area: county, Status: acd.StatusPaused, Pause: "meal", State: acd.StateIdle},
	})
	if err != nil {
		t.Fatal(err)
	}
	const day = "from=2026-10-01T00:00:00%2B08:00&to=2026-10-02T00:00:00%2B08:00"
	for login, sees := range map[string]bool{"supervisor": true, "city_duty": true, "auditor": true, "supervisor.far": false, "auditor.far": false} {
		who := h.signIn(login)
		figures := decode[api.FiguresList](t, who.get("/queues/figures?interval=60m&"+day)).Items
		lost := decode[api.AbandonedPage](t, who.get("/queues/abandoned?"+day)).Items
		spans := decode[api.SpanPage](t, who.get("/agents/spans?"+day)).Items
		if !sees {
			if len(figures)+len(lost)+len(spans) != 0 {
				t.Errorf("%s sees another county's: %v %v %v", login, figures, lost, spans)
			}
			continue
		}
		if len(figures) != 1 || !figures[0].From.Equal(ten) || figures[0].Abandoned != 1 || figures[0].ServiceLevel != 0 || figures[0].LongestWait != time.Minute {
			t.Errorf("%s: figures %+v", login, figures)
		}
		if len(lost) != 1 || lost[0].TicketID != public || lost[0].WaitedMs != 60_000 || !lost[0].LeftAt.Equal(ten.Add(time.Minute)) {
			t.Errorf("%s: abandoned %+v", login, lost)
		}
		if len(spans) != 1 || spans[0].Login != "agent" || spans[0].Reason != "meal" {
			t.Errorf("%s: spans %+v", login, spans)
		}
	}
	who := h.signIn("supervisor")
	if got := decode[api.QueueList](t, who.get("/queues")).Items; len(got) != 1 || got[0].Key != "aid" {
		t.Errorf("the queues: %+v", got)
	}
	if got := decode[api.FiguresList](t, who.get("/queues/figures?queue=other&"+day)).Items; len(got) != 0 {
		t.Errorf("figures of another queue: %+v", got)
	}
	for _, path := range []string{"/queues/figures?from=2026-10-02T00:00:00Z&to=2026-10-01T00:00:00Z", "/queues/figures?interval=15m&from=2026-01-01T00:00:00Z&to=2026-10-01T00:00:00Z",
		"/queues/figures?interval=7m", "/queues/abandoned?cursor=nonsense", "/agents/spans?cursor=nonsense", "/agents/spans?from=2020-01-01T00:00:00Z&to=2026-10-01T00:00:00Z"} {
		if got := who.get(path); got.status != http.StatusUnprocessableEntity {
			t.Errorf("%s: %d %s", path, got.status, got.body)
		}
	}
}
