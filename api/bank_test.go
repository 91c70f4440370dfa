package api_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"example.org/hotline/api"
	"example.org/hotline/area"
	"example.org/hotline/ledger"
	"example.org/hotline/ledger/rail"
	"example.org/hotline/ledger/rail/gateway"
	"example.org/hotline/ledger/rail/iso20022"
	"example.org/hotline/relief"
	"example.org/hotline/ticket"
)

const card = "6200000000000000017"

// withBank gives the first county a bank that takes ISO 20022.
func withBank(t *testing.T) func(*api.Config, *api.Deps) {
	t.Helper()
	bank, err := gateway.New(gateway.Settings{ID: "rural-1", County: county, Statements: gateway.FormISO20022, Unit: "9901001", UnitName: "示例县民政局", Debit: "990100200300400",
		AgentBank: "990100000017", AnswerLimit: time.Hour})
	if err != nil {
		t.Fatal(err)
	}
	return func(_ *api.Config, d *api.Deps) { d.Banks = gateway.Banks{bank} }
}

// returned is a bank's return of one payout.
func returned(t *testing.T, b api.BatchPage, fen int64, status rail.Status) string {
	t.Helper()
	item := rail.ReturnItem{Seq: 1, Reference: b.Items[0].Reference, Fen: fen, Status: status}
	if status == rail.Failed {
		item.Reason, item.Code = rail.ReasonNameMismatch, "BE01"
	}
	file, err := iso20022.WriteStatus(rail.Return{Batch: b.ID, Unit: "9901001", Made: b.ExecuteOn, Items: []rail.ReturnItem{item}}, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	return string(file)
}

// A payout by bank from the entered account to the stopped clock: three people, a
// batch that two of county finance send, a return that is refused, one that is
// loaded, and loaded again.
func TestAPayoutByBank(t *testing.T) {
	h := newHouse(t, withBank(t))
	h.fund()
	worker, head, finance, second := h.signIn("worker"), h.signIn("township_head"), h.signIn("county_finance"), h.signIn("county_finance.b")
	id, page := h.story(worker, 80_000)
	if !slices.Contains(page.Acts, "enter_account") {
		t.Fatalf("acts %v", page.Acts)
	}
	page = decode[api.Ticket](t, worker.post("/tickets/"+id+"/payee-accounts", map[string]any{"account": "6200 0000 0000 0000 017", "holder": "张测试"}))
	account := page.Accounts[0]
	pay := map[string]any{"decision_id": page.Decisions[0].ID, "amount_fen": 80_000, "channel": "bank", "account_id": account.ID}
	if got := worker.post("/tickets/"+id+"/disbursements", pay); got.code() != "account_unverified" {
		t.Errorf("paid to an unverified account: %d %s", got.status, got.body)
	}
	if got := head.post("/payee-accounts/"+account.ID+"/verification", map[string]any{"account": "6200000000000000025"}); got.code() != "account_differs" || strings.Contains(string(got.body), "0025") {
		t.Errorf("another number: %s", got.body)
	}
	page = decode[api.Ticket](t, head.post("/payee-accounts/"+account.ID+"/verification", map[string]any{"account": card}))
	if a := page.Accounts[0]; a.LastFour != "0017" || a.VerifiedBy != "township_head" || strings.Contains(string(head.get("/tickets/"+id).body), card) {
		t.Errorf("verified: %+v", a)
	}
	if seen := decode[api.AccountOpened](t, head.post("/payee-accounts/"+account.ID+"/views", map[string]any{})); seen.Holder != "张测试" || seen.LastFour != "0017" {
		t.Errorf("a look: %+v", seen)
	}
	page = decode[api.Ticket](t, worker.post("/tickets/"+id+"/disbursements", pay))
	if p := page.Disbursements[0]; p.State != ledger.StateReserved || len(p.Tries) != 1 || p.Tries[0].LastFour != "0017" {
		t.Fatalf("started: %+v", p)
	}

	list := decode[api.BatchList](t, finance.get("/ledger/batches"))
	if list.Bank != "rural-1" || len(list.Waiting) != 1 || list.Waiting[0].AmountFen != 80_000 {
		t.Fatalf("waiting: %+v", list)
	}
	today := string(area.DateOf(time.Now()))
	b := decode[api.BatchPage](t, finance.post("/ledger/batches", map[string]any{"execute_on": today, "payouts": []string{list.Waiting[0].PayoutID}}))
	if got := finance.post("/ledger/batches/"+b.ID+"/release", map[string]any{}); got.code() != "own_batch" {
		t.Errorf("released by its maker: %s", got.body)
	}
	b = decode[api.BatchPage](t, second.post("/ledger/batches/"+b.ID+"/release", map[string]any{}))
	if b.State != relief.BatchSent || len(b.Files) != 1 || b.Open != 1 {
		t.Fatalf("released: %+v", b)
	}
	if file := finance.get("/ledger/bank-files/" + b.Files[0].ID + "/content"); file.status != http.StatusOK || !strings.Contains(string(file.body), card) {
		t.Errorf("the file: %d", file.status)
	}
	for _, login := range []string{"auditor", "worker"} {
		if got := h.signIn(login).get("/ledger/bank-files/" + b.Files[0].ID + "/content"); got.status != http.StatusNotFound {
			t.Errorf("%s reads the bank's file: %d", login, got.status)
		}
	}
	load := func(name, body string) reply {
		return second.send(http.MethodPost, "/ledger/batches/"+b.ID+"/returns?file="+name, body, http.Header{"Idempotency-Key": {uuid.NewString()}, "Content-Type": {"application/octet-stream"}})
	}
	off := load("off.xml", returned(t, b, 80_001, rail.Succeeded))
	if off.status != http.StatusUnprocessableEntity || off.code() != "file_refused" || !strings.Contains(string(off.body), `"amount_differs"`) {
		t.Errorf("one fen off: %d %s", off.status, off.body)
	}
	if got := load("hostile.xml", "<!DOCTYPE x>"); got.code() != "file_refused" {
		t.Errorf("a hostile file: %d %s", got.status, got.body)
	}
	file := returned(t, b, 80_000, rail.Succeeded)
	for _, repeated := range []bool{false, true} {
		got := decode[api.ReturnLoaded](t, load("back.xml", file))
		if got.Loaded.Repeated != repeated || got.Batch.Succeeded != 1 || !slices.Contains(got.Batch.NextActs, "close") {
			t.Errorf("loaded: %+v", got)
		}
	}
	if b = decode[api.BatchPage](t, second.post("/ledger/batches/"+b.ID+"/closure", map[string]any{})); b.State != relief.BatchClosed {
		t.Errorf("closed: %+v", b)
	}
	page = decode[api.Ticket](t, worker.get("/tickets/"+id))
	if page.Status != ticket.StatusFollowUp || page.Disbursements[0].State != ledger.StateSucceeded {
		t.Errorf("at the end: %s %+v", page.Status, page.Disbursements[0])
	}
	if got := h.signIn("county_finance.far").get("/ledger/batches/" + b.ID); got.status != http.StatusNotFound {
		t.Errorf("another county sees the batch: %d", got.status)
	}
}

// What the bank fails is repaired on the ticket's page and tried again; what is
// paid twice is claimed back.
func TestAFailedPayoutByTheAPI(t *testing.T) {
	h := newHouse(t, withBank(t))
	h.fund()
	worker, head, finance, second := h.signIn("worker"), h.signIn("township_head"), h.signIn("county_finance"), h.signIn("county_finance.b")
	id, page := h.story(worker, 80_000)
	enter := func(number string) string {
		page = decode[api.Ticket](t, worker.post("/tickets/"+id+"/payee-accounts", map[string]any{"account": number, "holder": "张测试"}))
		decode[api.Ticket](t, head.post("/payee-accounts/"+page.Accounts[0].ID+"/verification", map[string]any{"account": number}))
		return page.Accounts[0].ID
	}
	page = decode[api.Ticket](t, worker.post("/tickets/"+id+"/disbursements", map[string]any{"decision_id": page.Decisions[0].ID, "amount_fen": 80_000, "channel": "bank", "account_id": enter(card)}))
	payout := page.Disbursements[0].ID
	send := func() api.BatchPage {
		b := decode[api.BatchPage](t, finance.post("/ledger/batches", map[string]any{"execute_on": string(area.DateOf(time.Now()))}))
		return decode[api.BatchPage](t, second.post("/ledger/batches/"+b.ID+"/release", map[string]any{}))
	}
	load := func(b api.BatchPage, name string, status rail.Status) {
		decode[api.ReturnLoaded](t, second.send(http.MethodPost, "/ledger/batches/"+b.ID+"/returns?file="+name, returned(t, b, 80_000, status),
			http.Header{"Idempotency-Key": {uuid.NewString()}, "Content-Type": {"application/octet-stream"}}))
	}
	first := send()
	load(first, "1.xml", rail.Failed)
	other := enter("6200000000000000025")
	page = decode[api.Ticket](t, worker.post("/disbursements/"+payout+"/fix", map[string]any{"account_id": other}))
	page = decode[api.Ticket](t, finance.post("/disbursements/"+payout+"/reissue", map[string]any{}))
	if tries := page.Disbursements[0].Tries; len(tries) != 2 || tries[0].LastFour != "0025" || tries[1].Reason != "name_mismatch" {
		t.Fatalf("tries %+v", tries)
	}
	load(send(), "2.xml", rail.Succeeded)
	load(first, "3.xml", rail.Succeeded)
	claims := decode[api.ClaimList](t, finance.get("/ledger/claims")).Items
	if len(claims) != 1 || claims[0].Why != ledger.ClaimLateSuccess || claims[0].LeftFen != 80_000 {
		t.Fatalf("claims %+v", claims)
	}
	claims = decode[api.ClaimList](t, finance.post("/ledger/claims/"+claims[0].ID+"/repayments", map[string]any{"amount_fen": 80_000, "voucher": "r 1"})).Items
	if claims[0].LeftFen != 0 {
		t.Errorf("paid back: %+v", claims[0])
	}
}
