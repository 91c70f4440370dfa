package api_test

import (
	"net/http"
	"testing"

	"example.org/hotline/api"
	"example.org/hotline/ledger"
)

// Goods are bought by county finance and given to a citizen against a receipt.
func TestGoodsForACitizen(t *testing.T) {
	h := newHouse(t)
	h.fund()
	finance, worker := h.signIn("county_finance"), h.signIn("worker")
	list := decode[api.GoodsList](t, finance.post("/ledger/goods", map[string]any{"area": string(township), "name": "大米", "unit": "袋", "cost_fen": 8_000}))
	if len(list.Items) != 1 || list.Items[0].Pieces != 0 {
		t.Fatalf("added: %+v", list)
	}
	goods := list.Items[0].ID
	if got := finance.post("/ledger/goods", map[string]any{"area": string(township), "name": "大米", "unit": "袋", "cost_fen": 8_000}); got.code() != "goods_there" {
		t.Errorf("the same again: %d %s", got.status, got.body)
	}
	id, page := h.story(worker, 80_000)
	start := map[string]any{"decision_id": page.Decisions[0].ID, "amount_fen": 80_000, "channel": "goods", "basket": []any{map[string]any{"goods_id": goods, "pieces": 10}}}
	if got := worker.post("/tickets/"+id+"/disbursements", start); got.code() != "goods_short" {
		t.Errorf("out of an empty store: %d %s", got.status, got.body)
	}
	list = decode[api.GoodsList](t, finance.post("/ledger/goods/"+goods+"/purchases", map[string]any{"pieces": 12, "voucher": "goods 1"}))
	if len(list.Waiting) != 1 || list.Waiting[0].Lines[0].Name != "大米" || list.Waiting[0].WorthFen != 96_000 || list.Items[0].Pieces != 0 {
		t.Fatalf("bought, and not signed for: %+v", list)
	}
	if got := finance.post("/ledger/goods/acts/"+list.Waiting[0].ID+"/signature", map[string]any{}); got.code() != "own_hands" {
		t.Errorf("signed by who bought: %d %s", got.status, got.body)
	}
	list = decode[api.GoodsList](t, h.signIn("county_duty").post("/ledger/goods/acts/"+list.Waiting[0].ID+"/signature", map[string]any{}))
	if g := list.Items[0]; g.Pieces != 12 || g.Free != 12 || g.WorthFen != 96_000 {
		t.Fatalf("bought: %+v", list)
	}
	page = decode[api.Ticket](t, worker.post("/tickets/"+id+"/disbursements", start))
	payout := page.Disbursements[0]
	if len(payout.Basket) != 1 || payout.Basket[0].Pieces != 10 || payout.Basket[0].Name != "大米" {
		t.Errorf("started: %+v", payout)
	}
	if mine := decode[api.GoodsList](t, worker.get("/ledger/goods")); mine.Items[0].Free != 2 || mine.Items[0].Held != 10 {
		t.Errorf("the store holds %+v", mine.Items)
	}
	decode[api.Ticket](t, worker.post("/disbursements/"+payout.ID+"/cash", map[string]any{}))
	page = decode[api.Ticket](t, worker.post("/disbursements/"+payout.ID+"/receipt", map[string]any{"photo": worker.photo(id), "signature": "screen", "signature_upload": worker.photo(id)}))
	if page.Disbursements[0].State != ledger.StateReceipted {
		t.Errorf("receipted: %+v", page.Disbursements[0])
	}
	if theirs := decode[api.GoodsList](t, h.signIn("worker.b").get("/ledger/goods")); len(theirs.Items) != 1 || theirs.Items[0].Pieces != 2 {
		t.Errorf("afterwards the store holds %+v", theirs.Items)
	}
	if got := worker.post("/ledger/goods/"+goods+"/purchases", map[string]any{"pieces": 1, "voucher": "x"}); got.status != http.StatusNotFound {
		t.Errorf("a worker buys: %d", got.status)
	}
}

// Goods go from the county's store to a township's, and what lies there is counted: the
// difference is booked once three people stand for it.
func TestGoodsMoveAndAreCounted(t *testing.T) {
	h := newHouse(t)
	h.fund()
	finance, duty, worker, colleague := h.signIn("county_finance"), h.signIn("county_duty"), h.signIn("worker"), h.signIn("worker.b")
	decode[api.GoodsList](t, finance.post("/ledger/goods", map[string]any{"area": string(county), "name": "棉被", "unit": "床", "cost_fen": 12_000}))
	goods := decode[api.GoodsList](t, finance.get("/ledger/goods")).Items[0].ID
	list := decode[api.GoodsList](t, finance.post("/ledger/goods/"+goods+"/purchases", map[string]any{"pieces": 20, "voucher": "invoice 7"}))
	decode[api.GoodsList](t, duty.post("/ledger/goods/acts/"+list.Waiting[0].ID+"/signature", map[string]any{}))
	list = decode[api.GoodsList](t, duty.post("/ledger/goods/"+goods+"/transfers", map[string]any{"to": string(township), "pieces": 5}))
	if len(list.Waiting) != 1 || list.Waiting[0].From != string(county) || list.Waiting[0].Area != string(township) {
		t.Fatalf("given: %+v", list.Waiting)
	}
	if got := worker.post("/ledger/goods/"+goods+"/transfers", map[string]any{"to": string(township), "pieces": 5}); got.status != http.StatusNotFound {
		t.Errorf("a worker gives of the county's store: %d", got.status)
	}
	mine := decode[api.GoodsList](t, worker.post("/ledger/goods/acts/"+list.Waiting[0].ID+"/signature", map[string]any{}))
	if len(mine.Items) != 1 || mine.Items[0].Pieces != 5 || mine.Items[0].Area != string(township) || len(mine.Done) != 1 {
		t.Fatalf("taken: %+v", mine)
	}
	lines := []any{map[string]any{"goods_id": mine.Items[0].ID, "pieces": 4}}
	if got := worker.post("/ledger/goods/counts", map[string]any{"lines": lines}); got.code() != "goods_differ" {
		t.Errorf("a difference without a word: %d %s", got.status, got.body)
	}
	mine = decode[api.GoodsList](t, worker.post("/ledger/goods/counts", map[string]any{"lines": lines, "note": "one was torn"}))
	if a := mine.Waiting[0]; a.MissingFen != 12_000 || a.Waits != ledger.StepSecond || *a.Lines[0].Book != 5 {
		t.Fatalf("counted: %+v", a)
	}
	mine = decode[api.GoodsList](t, colleague.post("/ledger/goods/acts/"+mine.Waiting[0].ID+"/signature", map[string]any{}))
	if mine.Items[0].Pieces != 5 || mine.Waiting[0].Waits != ledger.StepApprove || len(mine.Waiting[0].NextActs) != 0 {
		t.Fatalf("counted by two: %+v", mine)
	}
	list = decode[api.GoodsList](t, finance.get("/ledger/goods"))
	list = decode[api.GoodsList](t, finance.post("/ledger/goods/acts/"+list.Waiting[0].ID+"/signature", map[string]any{}))
	if list.Items[1].Pieces != 4 || len(list.Waiting) != 0 || len(list.Done[0].Signatures) != 2 {
		t.Errorf("approved: %+v", list)
	}
	if got := finance.post("/ledger/goods/acts/"+list.Done[0].ID+"/refusal", map[string]any{"reason": "no"}); got.code() != "already_answered" {
		t.Errorf("answered once more: %d %s", got.status, got.body)
	}
	if got := finance.post("/ledger/goods/acts/"+list.Done[0].ID+"/withdrawal", map[string]any{}); got.status < 400 {
		t.Errorf("withdrawn by another: %d", got.status)
	}
}
