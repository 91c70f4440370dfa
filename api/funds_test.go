package api_test

import (
	"net/http"
	"net/url"
	"testing"
	"time"

	"example.org/hotline/api"
	"example.org/hotline/area"
	"example.org/hotline/ledger"
	"example.org/hotline/relief"
)

// County finance fills the fund and a float, each by a voucher that counts once,
// and sets the year's budget, which bounds payouts from then on.
func TestFundsAndBudgets(t *testing.T) {
	h := newHouse(t)
	finance, worker := h.signIn("county_finance"), h.signIn("worker")
	fund := decode[ledger.AccountView](t, finance.post("/ledger/funds", map[string]any{"amount_fen": 10_000_000, "voucher": "treasury 7"}))
	if fund.PostedFen != 10_000_000 || fund.Kind != ledger.Fund {
		t.Errorf("fund %+v", fund)
	}
	if got := finance.post("/ledger/funds", map[string]any{"amount_fen": 1, "voucher": "treasury 7"}); got.status != http.StatusConflict || got.code() != "already_booked" {
		t.Errorf("a voucher twice: %d %s", got.status, got.body)
	}
	before := time.Now().UTC()
	float := decode[ledger.AccountView](t, finance.post("/ledger/floats", map[string]any{"area": string(township), "amount_fen": 5_000_000, "voucher": "imprest 1"}))
	if float.AvailableFen != 5_000_000 || float.Area != string(township) {
		t.Errorf("float %+v", float)
	}
	standby := decode[ledger.AccountView](t, finance.post("/ledger/floats", map[string]any{"area": string(county), "amount_fen": 1_000_000, "voucher": "imprest 2"}))
	if standby.AvailableFen != 1_000_000 || standby.Area != string(county) {
		t.Errorf("the county's float %+v", standby)
	}
	if got := finance.post("/ledger/floats", map[string]any{"area": string(county.At(area.LevelCity)), "amount_fen": 1, "voucher": "imprest 4"}); got.status < 400 {
		t.Errorf("a float of a city: %d %s", got.status, got.body)
	}
	if got := finance.post("/ledger/floats", map[string]any{"area": string(township), "amount_fen": 99_000_000, "voucher": "imprest 3"}); got.code() != "fund_empty" {
		t.Errorf("more than the fund holds: %d %s", got.status, got.body)
	}

	year := time.Now().In(area.Shanghai).Year()
	limits := decode[api.LimitList](t, finance.post("/ledger/budgets", map[string]any{"aid_kind": "urgent", "year": year, "amount_fen": 100_000, "voucher": "budget 1"}))
	if len(limits.Budgets) != 1 || limits.Budgets[0].LeftFen != 100_000 || limits.Limits[0].Name != relief.LimitSolo || limits.Limits[0].Value != 100_000 || limits.Budgets[0].SetBy == "" {
		t.Errorf("limits %+v", limits)
	}
	id, page := h.story(worker, 80_000)
	decode[api.Ticket](t, worker.post("/tickets/"+id+"/disbursements", map[string]any{"decision_id": page.Decisions[0].ID, "amount_fen": 80_000}))
	id, page = h.story(worker, 80_000)
	if got := worker.post("/tickets/"+id+"/disbursements", map[string]any{"decision_id": page.Decisions[0].ID, "amount_fen": 80_000}); got.code() != "budget_spent" {
		t.Errorf("above the budget: %d %s", got.status, got.body)
	}
	limits = decode[api.LimitList](t, h.signInOnce("township_head").get("/ledger/limits"))
	if len(limits.Budgets) != 1 || limits.Budgets[0].UsedFen != 80_000 || limits.Budgets[0].LeftFen != 20_000 {
		t.Errorf("what the head sees of it: %+v", limits.Budgets)
	}

	// The books of before the float was filled, and the way from there to now.
	then := decode[api.TrialBalance](t, finance.get("/ledger/trial-balance?at="+url.QueryEscape(before.Format(time.RFC3339Nano))))
	if !then.Balanced || then.DebitFen != 10_000_000 || len(then.Floats) != 0 {
		t.Errorf("before the float was filled: %+v", then)
	}
	s := decode[ledger.Statement](t, finance.get("/ledger/accounts/"+float.ID+"/statement?from="+url.QueryEscape(before.Format(time.RFC3339Nano))))
	if s.OpeningFen != 0 || s.ClosingFen != 5_000_000 || s.DebitFen != 5_000_000 || s.CreditFen != 0 || len(s.Lines) != 2 || s.Lines[0].Layer != ledger.Pending {
		t.Errorf("statement since then: %+v", s)
	}
	if got := finance.get("/ledger/accounts/" + float.ID + "/statement?cursor=x"); got.code() != "bad_cursor" {
		t.Errorf("a cursor that is none: %d %s", got.status, got.body)
	}
}
