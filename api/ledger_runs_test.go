package api_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"example.org/hotline/api"
	"example.org/hotline/ledger"
	"example.org/hotline/relief"
	"example.org/hotline/relief/paymaster"
)

// A run from what is due to what is reserved: made by county finance, signed by the county's duty officer by its
// hash after a fresh sign-in, carried out by the program; one line is left out, and the page says why.
func TestARunByTheAPI(t *testing.T) {
	h := newHouse(t, withBank(t))
	h.fund()
	worker, head, finance, second, duty := h.signIn("worker"), h.signIn("township_head"), h.signIn("county_finance"), h.signIn("county_finance.b"), h.signIn("county_duty")
	due := func(fen int) (string, api.Ticket) {
		id, _ := h.story(worker, int64(fen))
		page := decode[api.Ticket](t, worker.post("/tickets/"+id+"/payee-accounts", map[string]any{"account": card, "holder": "张测试"}))
		return id, decode[api.Ticket](t, head.post("/payee-accounts/"+page.Accounts[0].ID+"/verification", map[string]any{"account": card}))
	}
	first, page := due(80_000)
	_, other := due(70_000)
	list := decode[api.RunList](t, finance.get("/ledger/runs"))
	if len(list.Due) != 2 || list.Due[0].Lines != 2 || list.Due[0].AmountFen != 150_000 || list.Due[1].Lines != 0 || list.Due[1].Period == "" {
		t.Fatalf("due: %+v", list)
	}
	of := func(p api.Ticket, fen int) map[string]any {
		return map[string]any{"decision_id": p.Decisions[0].ID, "amount_fen": fen}
	}
	if got := finance.post("/ledger/runs", map[string]any{"decisions": []any{of(page, 80_001)}}); got.code() != "amount_differs" {
		t.Errorf("another sum: %d %s", got.status, got.body)
	}
	if got := finance.post("/ledger/runs", map[string]any{"decisions": []any{of(page, 80_000), of(page, 80_000)}}); got.code() != "line_not_due" {
		t.Errorf("twice on one list: %d %s", got.status, got.body)
	}
	if got := finance.post("/ledger/runs", map[string]any{"period": time.Now().Format("2006-01")}); got.code() != "nothing_due" {
		t.Errorf("a month without entitlements: %d %s", got.status, got.body)
	}
	id := uuid.NewString()
	body := map[string]any{"id": id, "decisions": []any{of(other, 70_000), of(page, 80_000)}}
	run := decode[api.RunPage](t, finance.post("/ledger/runs", body))
	if run.Lines != 2 || run.AmountFen != 150_000 || run.State != ledger.RunDraft || run.MadeBy != "county_finance" || len(run.Items) != 2 || run.Items[0].LastFour != "0017" || run.Items[1].AmountFen != 80_000 ||
		!slices.Equal(run.NextActs, []string{"discard"}) {
		t.Fatalf("made: %+v", run)
	}
	if got := second.post("/ledger/runs", body); got.code() != "id_reused" {
		t.Errorf("the same id by somebody else: %d %s", got.status, got.body)
	}
	for _, login := range []string{"auditor", "county_duty"} {
		got := h.signIn(login).get("/ledger/runs/" + id)
		if got.status != http.StatusOK || strings.Contains(string(got.body), card) || strings.Contains(string(got.body), "张测试") {
			t.Errorf("%s reads the run: %d %s", login, got.status, got.body)
		}
	}
	sign := func(who client, hash string) reply {
		return who.post("/ledger/runs/"+id+"/signature", map[string]any{"content_hash": hash})
	}
	if got := sign(finance, run.ContentHash); got.status != http.StatusNotFound {
		t.Errorf("signed by county finance: %d", got.status)
	}
	if got := sign(duty, someHash); got.code() != "content_changed" {
		t.Errorf("another list was signed: %s", got.body)
	}
	run = decode[api.RunPage](t, sign(duty, run.ContentHash))
	if run.State != ledger.RunSigned || run.SignedBy != "county_duty" || run.Worked != 0 {
		t.Fatalf("signed: %+v", run)
	}
	if got := finance.post("/ledger/runs/"+id+"/discard", map[string]any{}); got.status != http.StatusConflict && got.status != http.StatusUnprocessableEntity {
		t.Errorf("discarded after it was signed: %d %s", got.status, got.body)
	}
	decode[api.Ticket](t, worker.post("/tickets/"+first+"/disbursements", map[string]any{"decision_id": page.Decisions[0].ID, "amount_fen": 80_000, "channel": "cash"})) // meanwhile
	master := paymaster.New(h.db, paymaster.Options{Rules: func(time.Time) relief.Rules {
		return relief.Rules{Policy: *rules().Relief[0], Calendar: rules().Calendar}
	}})
	for _, want := range []bool{true, false} {
		if carried, err := master.Carry(t.Context()); err != nil || carried != want {
			t.Fatalf("carried %v (%v)", carried, err)
		}
	}
	run = decode[api.RunPage](t, finance.get("/ledger/runs/"+id+"?state=left_out"))
	if run.State != ledger.RunDone || run.Reserved != 1 || run.ReservedFen != 70_000 || run.LeftOut != 1 || run.ForBank != 1 || len(run.Items) != 1 || run.Items[0].Why != "payout_exists" {
		t.Errorf("carried out: %+v", run)
	}
	if got := finance.get("/ledger/runs/" + id + "?cursor=1"); !strings.Contains(string(got.body), `"seq":2`) || strings.Contains(string(got.body), `"seq":1,`) {
		t.Errorf("on from the first line: %s", got.body)
	}
	if got := h.signIn("county_duty.far").get("/ledger/runs/" + id); got.status != http.StatusNotFound {
		t.Errorf("another county sees the run: %d", got.status)
	}
}
