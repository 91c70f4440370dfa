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
