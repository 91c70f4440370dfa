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

// The cash of a receipt that was reversed is brought back by its payer, against a receipt, and signed for by the float's keeper.
func TestTheCashOfAReversedReceipt(t *testing.T) {
	h := newHouse(t)
	h.fund()
	head, worker, other := h.signIn("township_head"), h.signIn("worker"), h.signIn("worker.b")
	id, page := h.story(worker, 80_000)
	payout := decode[api.Ticket](t, worker.post("/tickets/"+id+"/disbursements", map[string]any{"decision_id": page.Decisions[0].ID, "amount_fen": 80_000})).Disbursements[0].ID
	decode[api.Ticket](t, worker.post("/disbursements/"+payout+"/cash", map[string]any{}))
	decode[api.Ticket](t, worker.post("/disbursements/"+payout+"/receipt", map[string]any{"photo": worker.photo(id), "signature": "screen", "signature_upload": worker.photo(id)}))
	back := map[string]any{"receipt": "q-1"}
	if got := worker.post("/disbursements/"+payout+"/give-back", back); got.code() != "not_reversed" {
		t.Errorf("before it was reversed: %d %s", got.status, got.body)
	}
	decode[api.Ticket](t, h.signIn("county_finance").post("/disbursements/"+payout+"/reversal", map[string]any{"reason": "the photo shows somebody else"}))
	if list := decode[api.AdvanceList](t, other.get("/ledger/advances")); len(list.Reversed) != 0 {
		t.Errorf("a colleague sees %+v", list.Reversed)
	}
	list := decode[api.AdvanceList](t, worker.get("/ledger/advances"))
	if len(list.Reversed) != 1 || list.Reversed[0].PayoutID != payout || list.Reversed[0].Fen != 80_000 {
		t.Fatalf("the payer sees %+v", list.Reversed)
	}
	if got := other.post("/disbursements/"+payout+"/give-back", back); got.code() != "not_payer" {
		t.Errorf("a colleague: %d %s", got.status, got.body)
	}
	list = decode[api.AdvanceList](t, worker.post("/disbursements/"+payout+"/give-back", back))
	if len(list.Waiting) != 1 || list.Waiting[0].Kind != ledger.AdvanceGiveBack || list.Waiting[0].Receipt != "q-1" || !list.Reversed[0].Offered {
		t.Fatalf("offered: %+v", list)
	}
	list = decode[api.AdvanceList](t, head.post("/ledger/advances/"+list.Waiting[0].ID+"/signature", map[string]any{}))
	if len(list.Reversed)+len(list.Waiting)+len(list.Carried) != 0 || len(list.Done) != 1 {
		t.Errorf("given back: %+v", list)
	}
}

// What a count missed is ended by two people of county finance.
func TestSuspenseEnds(t *testing.T) {
	h := newHouse(t)
	h.fund()
	head, worker, finance, second := h.signIn("township_head"), h.signIn("worker"), h.signIn("county_finance"), h.signIn("county_finance.b")
	issued := decode[api.AdvanceList](t, head.post("/ledger/advances", map[string]any{"to": "worker", "amount_fen": 100_000})).Waiting[0].ID
	decode[api.AdvanceList](t, worker.post("/ledger/advances/"+issued+"/signature", map[string]any{}))
	counted := decode[api.AdvanceList](t, worker.post("/ledger/advances/counts", map[string]any{"counted_fen": 90_000, "note": "a note fell into the river"})).Waiting[0].ID
	decode[api.AdvanceList](t, head.post("/ledger/advances/"+counted+"/signature", map[string]any{}))

	open := decode[api.Reconciliation](t, finance.get("/ledger/reconciliation"))
	if len(open.Suspense) != 1 || open.Suspense[0].Fen != 10_000 || open.Suspense[0].Holder == "" || len(open.Suspense[0].Kinds) != 3 {
		t.Fatalf("in suspense: %+v", open.Suspense)
	}
	if got := head.get("/ledger/reconciliation"); got.status != http.StatusNotFound {
		t.Errorf("the head reads it: %d", got.status)
	}
	of := map[string]any{"kind": "write_off", "account_id": open.Suspense[0].AccountID, "amount_fen": 4_000, "voucher": "a-1", "note": "washed away"}
	open = decode[api.Reconciliation](t, finance.post("/ledger/adjustments", of))
	if len(open.Adjustments) != 1 || len(open.Adjustments[0].NextActs) != 1 || open.Adjustments[0].NextActs[0] != "withdraw" {
		t.Fatalf("proposed: %+v", open.Adjustments)
	}
	id := open.Adjustments[0].ID
	if got := finance.post("/ledger/adjustments/"+id+"/signature", map[string]any{}); got.code() != "own_adjustment" {
		t.Errorf("one's own: %d %s", got.status, got.body)
	}
	if got := second.post("/ledger/adjustments", of); got.code() != "adjustment_waits" {
		t.Errorf("another about the same: %d %s", got.status, got.body)
	}
	if got := h.signIn("county_finance.far").post("/ledger/adjustments/"+id+"/signature", map[string]any{}); got.status != http.StatusNotFound {
		t.Errorf("another county's: %d %s", got.status, got.body)
	}
	open = decode[api.Reconciliation](t, second.post("/ledger/adjustments/"+id+"/signature", map[string]any{}))
	if len(open.Suspense) != 1 || open.Suspense[0].Fen != 6_000 || open.Adjustments[0].Outcome != ledger.AdvanceSigned || open.Imprest[0].MissingFen != 0 {
		t.Errorf("signed: %+v", open)
	}
	of["kind"], of["amount_fen"] = "claim", 6_000
	id = decode[api.Reconciliation](t, finance.post("/ledger/adjustments", of)).Adjustments[0].ID
	decode[api.Reconciliation](t, second.post("/ledger/adjustments/"+id+"/refusal", map[string]any{"reason": "ask the worker first"}))
	id = decode[api.Reconciliation](t, finance.post("/ledger/adjustments", of)).Adjustments[0].ID
	decode[api.Reconciliation](t, finance.post("/ledger/adjustments/"+id+"/withdrawal", map[string]any{}))
	id = decode[api.Reconciliation](t, finance.post("/ledger/adjustments", of)).Adjustments[0].ID
	if open = decode[api.Reconciliation](t, second.post("/ledger/adjustments/"+id+"/signature", map[string]any{})); len(open.Suspense) != 0 {
		t.Errorf("still in suspense: %+v", open.Suspense)
	}
	claims := decode[api.ClaimList](t, finance.get("/ledger/claims")).Items
	if len(claims) != 1 || claims[0].Why != ledger.ClaimShortage || claims[0].Holder == "" || claims[0].LeftFen != 6_000 {
		t.Errorf("claims: %+v", claims)
	}
}

// What a worker who is gone carried is settled by the head and county finance; the rest is claimed and paid back.
func TestALeaversAdvanceIsSettled(t *testing.T) {
	h := newHouse(t)
	h.fund()
	head, worker, finance := h.signIn("township_head"), h.signIn("worker"), h.signIn("county_finance")
	id := decode[api.AdvanceList](t, head.post("/ledger/advances", map[string]any{"to": "worker", "amount_fen": 150_000})).Waiting[0].ID
	decode[api.AdvanceList](t, worker.post("/ledger/advances/"+id+"/signature", map[string]any{}))
	settle := map[string]any{"holder": "worker", "returned_fen": 110_000, "note": "has died; the family brought it"}
	waiting := decode[api.AdvanceList](t, head.post("/ledger/advances/settlements", settle)).Waiting[0]
	if waiting.Kind != ledger.AdvanceSettle || waiting.Holder != "worker" || waiting.DifferenceFen != -40_000 || len(waiting.NextActs) != 1 {
		t.Fatalf("waits for finance: %+v", waiting)
	}
	if got := worker.post("/ledger/advances/"+waiting.ID+"/signature", map[string]any{}); got.status != http.StatusNotFound {
		t.Errorf("the worker signs for themself: %d %s", got.status, got.body)
	}
	list := decode[api.AdvanceList](t, finance.post("/ledger/advances/"+waiting.ID+"/signature", map[string]any{}))
	if len(list.Carried) != 0 || len(list.Claims) != 1 || list.Claims[0].OpenFen != 40_000 || list.Claims[0].Login != "worker" {
		t.Fatalf("settled: %+v", list)
	}
	if got := head.post("/ledger/advances/repayments", map[string]any{"holder": "worker", "amount_fen": 40_100, "note": "receipt 7"}); got.code() != "above_claim" {
		t.Errorf("more than is claimed: %d %s", got.status, got.body)
	}
	id = decode[api.AdvanceList](t, head.post("/ledger/advances/repayments", map[string]any{"holder": "worker", "amount_fen": 40_000, "note": "receipt 7"})).Waiting[0].ID
	if list = decode[api.AdvanceList](t, finance.post("/ledger/advances/"+id+"/signature", map[string]any{})); len(list.Claims) != 0 || len(list.Done) != 3 {
		t.Errorf("paid back: %+v", list)
	}
}
