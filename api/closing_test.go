package api_test

import (
	"testing"
	"time"

	"example.org/hotline/api"
	"example.org/hotline/area"
	"example.org/hotline/ledger"
	"example.org/hotline/store"
)

// A county that pays through a bank is shown the days of which the bank has not told, and cannot close their month.
func TestDaysWithoutAStatement(t *testing.T) {
	h := newHouse(t, withBank(t))
	h.fund()
	first := area.DateOf(time.Now())
	start, err := time.ParseInLocation(time.DateOnly, string(first), area.Shanghai)
	if err != nil {
		t.Fatal(err)
	}
	nextMonth := time.Date(start.Year(), start.Month()+1, 3, 12, 0, 0, 0, area.Shanghai)
	if _, err := store.MoveClock(t.Context(), h.urls.OwnerURL, func(time.Time, float64) (time.Time, float64) { return nextMonth, 1 }); err != nil {
		t.Fatal(err)
	}
	finance := h.signInOnce("county_finance")
	yesterday, monthEnd := area.DateOf(nextMonth.AddDate(0, 0, -1)), area.DateOf(nextMonth.AddDate(0, 0, -3))
	r := decode[api.Reconciliation](t, finance.get("/ledger/reconciliation"))
	if len(r.Missing) != 1 || r.Missing[0] != (ledger.Days{FromDay: first, ToDay: yesterday}) {
		t.Errorf("missing %+v, want %s to %s", r.Missing, first, yesterday)
	}
	decode[api.Reconciliation](t, finance.post("/ledger/closings", map[string]any{"kind": "day", "through": string(monthEnd)}))
	if got := finance.post("/ledger/closings", map[string]any{"kind": "month", "through": string(monthEnd)}); got.code() != "statements_missing" {
		t.Errorf("the month closes: %d %s", got.status, got.body)
	}
	far := h.signInOnce("county_finance.far")
	if other := decode[api.Reconciliation](t, far.get("/ledger/reconciliation")); len(other.Missing) != 0 || other.Bank != nil || other.Banked || !r.Banked {
		t.Errorf("a county without a bank: %+v", other)
	}
	// It names the paper against which the fund's balance was held.
	month := map[string]any{"kind": "month", "through": string(monthEnd)}
	decode[api.Reconciliation](t, far.post("/ledger/closings", map[string]any{"kind": "day", "through": string(monthEnd)}))
	if got := far.post("/ledger/closings", month); got.code() != "paper_required" {
		t.Errorf("without a paper: %d %s", got.status, got.body)
	}
	month["note"] = "passbook, page 12"
	decode[api.Reconciliation](t, far.post("/ledger/closings", month))
}
