package api_test

import (
	"net/http"
	"testing"

	"example.org/hotline/api"
	"example.org/hotline/ledger"
)

// An advance is issued, signed for, counted, handed over and given back; each sees their part.
func TestAdvances(t *testing.T) {
	h := newHouse(t)
	h.fund()
	head, worker, other := h.signIn("township_head"), h.signIn("worker"), h.signIn("worker.b")
	issue := map[string]any{"to": "worker", "amount_fen": 150_000}
	list := decode[api.AdvanceList](t, head.post("/ledger/advances", issue))
	if len(list.Waiting) != 1 || list.MostFen != 200_000 || len(list.Carried) != 1 || list.Carried[0].PostedFen != 0 || list.Carried[0].PendingInFen != 150_000 {
		t.Fatalf("issued: %+v", list)
	}
	id := list.Waiting[0].ID
	mine := decode[api.AdvanceList](t, worker.get("/ledger/advances"))
	if len(mine.Waiting) != 1 || len(mine.Waiting[0].NextActs) != 2 || mine.Waiting[0].Kind != ledger.AdvanceIssue {
		t.Fatalf("what waits for the worker: %+v", mine.Waiting)
	}
	if theirs := decode[api.AdvanceList](t, other.get("/ledger/advances")); len(theirs.Waiting)+len(theirs.Carried)+len(theirs.Done) != 0 {
		t.Errorf("a colleague sees %+v", theirs)
	}
	if got := other.post("/ledger/advances/"+id+"/signature", map[string]any{}); got.status != http.StatusNotFound {
		t.Errorf("a colleague signs: %d %s", got.status, got.body)
	}
	mine = decode[api.AdvanceList](t, worker.post("/ledger/advances/"+id+"/signature", map[string]any{}))
	if len(mine.Waiting) != 0 || len(mine.Done) != 1 || mine.Carried[0].AvailableFen != 150_000 {
		t.Fatalf("signed: %+v", mine)
	}
	if got := worker.post("/ledger/advances/counts", map[string]any{"counted_fen": 140_000}); got.code() != "difference_unexplained" {
		t.Errorf("a difference without a word: %d %s", got.status, got.body)
	}
	id = decode[api.AdvanceList](t, worker.post("/ledger/advances/counts", map[string]any{"counted_fen": 140_000, "note": "a note fell into the river"})).Waiting[0].ID
	if got := worker.post("/ledger/advances/"+id+"/signature", map[string]any{}); got.code() != "own_hands" {
		t.Errorf("one's own count: %d %s", got.status, got.body)
	}
	list = decode[api.AdvanceList](t, head.post("/ledger/advances/"+id+"/signature", map[string]any{}))
	if list.Carried[0].PostedFen != 140_000 || list.Done[0].DifferenceFen != -10_000 {
		t.Errorf("counted: %+v", list)
	}
	id = decode[api.AdvanceList](t, worker.post("/ledger/advances/handovers", map[string]any{"to": "worker.b", "amount_fen": 40_000})).Waiting[0].ID
	decode[api.AdvanceList](t, other.post("/ledger/advances/"+id+"/refusal", map[string]any{"reason": "I count 30"}))
	id = decode[api.AdvanceList](t, worker.post("/ledger/advances/returns", map[string]any{"amount_fen": 140_000})).Waiting[0].ID
	decode[api.AdvanceList](t, worker.post("/ledger/advances/"+id+"/withdrawal", map[string]any{}))
	id = decode[api.AdvanceList](t, worker.post("/ledger/advances/returns", map[string]any{"amount_fen": 140_000})).Waiting[0].ID
	list = decode[api.AdvanceList](t, h.signIn("county_finance").post("/ledger/advances/"+id+"/signature", map[string]any{}))
	if len(list.Carried) != 0 || len(list.Done) != 5 || len(list.Waiting) != 0 {
		t.Errorf("given back: %+v", list)
	}
}

// A payout out of what the worker carries, from the decision to the receipt.
func TestAnAdvancePaysTheCitizen(t *testing.T) {
	h := newHouse(t)
	h.fund()
	head, worker := h.signIn("township_head"), h.signIn("worker")
	issued := decode[api.AdvanceList](t, head.post("/ledger/advances", map[string]any{"to": "worker", "amount_fen": 100_000})).Waiting[0].ID
	decode[api.AdvanceList](t, worker.post("/ledger/advances/"+issued+"/signature", map[string]any{}))
	id, page := h.story(worker, 80_000)
	start := map[string]any{"decision_id": page.Decisions[0].ID, "amount_fen": 80_000, "channel": "advance"}
	payout := decode[api.Ticket](t, worker.post("/tickets/"+id+"/disbursements", start)).Disbursements[0]
	decode[api.Ticket](t, worker.post("/disbursements/"+payout.ID+"/cash", map[string]any{}))
	page = decode[api.Ticket](t, worker.post("/disbursements/"+payout.ID+"/receipt", map[string]any{"photo": worker.photo(id), "signature": "screen", "signature_upload": worker.photo(id)}))
	if d := page.Disbursements[0]; d.State != ledger.StateReceipted || d.Channel != ledger.ChannelAdvance {
		t.Errorf("receipted: %+v", d)
	}
	if mine := decode[api.AdvanceList](t, worker.get("/ledger/advances")); mine.Carried[0].PostedFen != 20_000 {
		t.Errorf("the worker still carries %+v", mine.Carried)
	}
}
