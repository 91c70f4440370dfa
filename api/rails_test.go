package api_test

import (
	"net/http"
	"testing"
	"time"

	"example.org/hotline/api"
	"example.org/hotline/ledger"
	"example.org/hotline/ledger/rail/gateway"
)

// The rail is suggested by the deadline and by what is really there.
func TestRailsOfADecision(t *testing.T) {
	h := newHouse(t, withRuns(t))
	worker, head, finance := h.signIn("worker"), h.signIn("township_head"), h.signIn("county_finance")
	id, page := h.story(worker, 80_000)
	decision := page.Decisions[0].ID
	rails := func() map[ledger.Channel]ledger.RailOption {
		t.Helper()
		list := decode[api.RailList](t, worker.get("/decisions/"+decision+"/rails"))
		if len(list.Items) != len(ledger.OpenChannels()) {
			t.Errorf("rails %+v", list.Items)
		}
		of := map[ledger.Channel]ledger.RailOption{"first": list.Items[0]}
		for _, o := range list.Items {
			of[o.Channel] = o
		}
		return of
	}
	want := func(c ledger.Channel, why ledger.RailWhy) ledger.RailOption {
		t.Helper()
		o := rails()[c]
		if o.Why != why {
			t.Errorf("%s: %+v, want %s", c, o, why)
		}
		return o
	}
	want(ledger.ChannelCash, ledger.WhyFloatsEmpty)
	want(ledger.ChannelBank, ledger.WhyNoAccount)
	if got := want(ledger.ChannelAdvance, ledger.WhyShort); got.Fits || !got.Possible {
		t.Errorf("a colleague's advance: %+v", got)
	}
	decode[ledger.AccountView](t, finance.post("/ledger/funds", map[string]any{"amount_fen": 10_000_000, "voucher": "treasury 7"}))
	decode[ledger.AccountView](t, finance.post("/ledger/floats", map[string]any{"area": string(county), "amount_fen": 1_000_000, "voucher": "county 1"}))
	if got := want("first", ledger.WhyCountyFloat); got.Channel != ledger.ChannelCash || got.HoldsFen != 0 {
		t.Errorf("the county's float: %+v", got)
	}
	decode[ledger.AccountView](t, finance.post("/ledger/floats", map[string]any{"area": string(township), "amount_fen": 500_000, "voucher": "township 1"}))
	if got := want("first", ledger.WhyFloat); got.HoldsFen != 500_000 || !got.Fits {
		t.Errorf("the township's float: %+v", got)
	}

	page = decode[api.Ticket](t, worker.post("/tickets/"+id+"/payee-accounts", map[string]any{"account": card, "holder": "张测试"}))
	want(ledger.ChannelBank, ledger.WhyUnverified)
	decode[api.Ticket](t, head.post("/payee-accounts/"+page.Accounts[0].ID+"/verification", map[string]any{"account": card}))
	// With its runs at every hour of every working day the bank is in time, or it is a day on which it does not work.
	if got := rails()[ledger.ChannelBank]; got.At == nil || !got.Possible || got.Fits != (got.Why == ledger.WhyInTime) || !got.Fits && got.Why != ledger.WhyLate {
		t.Errorf("by bank: %+v", got)
	}
	if list := decode[api.RailList](t, worker.get("/decisions/"+decision+"/rails")); list.AccountID != page.Accounts[0].ID {
		t.Errorf("the verified account: %+v", list)
	}
	if got := h.signIn("worker.far").get("/decisions/" + decision + "/rails"); got.status != http.StatusNotFound {
		t.Errorf("a stranger asks: %d %s", got.status, got.body)
	}
}

// withRuns gives the first county's bank a run in every hour.
func withRuns(t *testing.T) func(*api.Config, *api.Deps) {
	t.Helper()
	return func(c *api.Config, d *api.Deps) {
		withBank(t)(c, d)
		settings := d.Banks[0].Settings
		for hour := range 24 {
			settings.Runs = append(settings.Runs, time.Duration(hour)*time.Hour)
		}
		bank, err := gateway.New(settings)
		if err != nil {
			t.Fatal(err)
		}
		d.Banks = gateway.Banks{bank}
	}
}
