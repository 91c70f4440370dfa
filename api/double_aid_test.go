package api_test

import (
	"testing"

	"example.org/hotline/api"
)

// One household, two emergencies: the second is decided while the first one's money is still
// under way; what they may receive altogether, the caps hold. On one case a sum may be decided anew.
func TestASecondEmergencyWaitsForNothing(t *testing.T) {
	h := newHouse(t)
	h.fund()
	worker := h.signIn("worker")
	first, _ := h.story(worker, 40_000)
	second := h.call("12349001", "13812345679")
	h.offer(second, "worker")
	for _, step := range []string{"acceptance", "visits", "findings"} {
		decode[api.Ticket](t, worker.post("/tickets/"+second+"/"+step, bodies["POST /tickets/{id}/"+step]))
	}
	again := map[string]any{"amount_fen": 30_000, "reason": "the roof has come down as well"}
	decode[api.Ticket](t, worker.post("/tickets/"+second+"/decisions", again)) // the first one's is not paid yet
	page := decode[api.Ticket](t, worker.post("/tickets/"+first+"/decisions", again))
	if len(page.Decisions) != 2 {
		t.Fatalf("decided anew on the first case: %+v", page.Decisions)
	}
	for _, d := range page.Decisions {
		page = decode[api.Ticket](t, worker.post("/tickets/"+first+"/disbursements", map[string]any{"decision_id": d.ID, "amount_fen": d.AmountFen}))
		payout := page.Disbursements[0].ID
		decode[api.Ticket](t, worker.post("/disbursements/"+payout+"/cash", map[string]any{}))
		decode[api.Ticket](t, worker.post("/disbursements/"+payout+"/receipt", map[string]any{"photo": worker.photo(first), "signature": "screen", "signature_upload": worker.photo(first)}))
	}
}
