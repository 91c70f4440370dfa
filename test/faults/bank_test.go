package faults

import (
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"example.org/hotline/internal/failpoint"
	"example.org/hotline/ledger/rail/bankhttp"
	"example.org/hotline/ledger/rail/banksim"
	"example.org/hotline/test/city"
)

// Endings of an account, as the simulated bank understands them.
const (
	sound        = "0017"
	cutOffAnswer = "9025"
)

// bankOfTheCity is the county's bank: a simulated one, which outlives the program.
type bankOfTheCity struct {
	*banksim.Bank
	url  string
	paid int // payouts so far
}

// What the county has agreed with it.
const (
	bankSecret  = "0123456789abcdef0123456789abcdef"
	bankUnit    = "9901011"
	bankAccount = "990101200300400"
)

func newBank(t *testing.T) *bankOfTheCity {
	t.Helper()
	signer, err := bankhttp.NewHMAC(bankSecret)
	if err != nil {
		t.Fatal(err)
	}
	sim, err := banksim.New(banksim.Options{Signer: signer, Now: time.Now, Unit: bankUnit, Debit: bankAccount, Opening: 1_000_000_00})
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewUnstartedServer(sim)
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	server.Start()
	t.Cleanup(server.Close)
	return &bankOfTheCity{Bank: sim, url: server.URL}
}

// settings are the bank as hotline.yaml has it.
func (b *bankOfTheCity) settings() string {
	return fmt.Sprintf(`banks: [{id: sim, county: 990101000000, form: iso20022, unit: %q, unit_name: 示例县民政局, debit_account: %q, agent_bank: "990101000017", transport: http,
  http: {url: %q, key_id: k1, signing: hmac-sha256, secret: %q, timeout: 1s, counts_once: true}}]`, bankUnit, bankAccount, b.url, bankSecret)
}

// payoutByBank is urgent aid that travels through the bank.
type payoutByBank struct {
	*payment
	batch   string // its public id
	account string
}

// reserveForBank takes a fresh call to a draft of a batch, which waits for its release.
func reserveForBank(h *house, ending string) payoutByBank {
	h.T.Helper()
	p, worker, decision := begin(h, "", "", 10_000, 1)
	h.bank.paid++
	b := payoutByBank{payment: p, account: fmt.Sprintf("6200%07d%s", h.bank.paid, ending)}
	account := uuid.NewString()
	worker.Post("/tickets/"+p.ticket+"/payee-accounts", map[string]any{"id": account, "account": b.account, "holder": payee})
	h.As("town2-head").Post("/payee-accounts/"+account+"/verification", map[string]any{"account": b.account})
	order := p.order(decision, 10_000, "bank")
	order["account_id"] = account
	worker.Post("/tickets/"+p.ticket+"/disbursements", order)
	today := ""
	h.Query(`SELECT ((app_now() AT TIME ZONE 'Asia/Shanghai')::date)::text`, nil, &today)
	made := h.As("county1-finance").Post("/ledger/batches", map[string]any{"execute_on": today, "payouts": []string{p.id}})
	b.batch, _ = made.Body["id"].(string)
	return b
}

// payee is whose account it is.
const payee = "甲收款"

// release lets the batch go; the program may die with it.
func (b payoutByBank) release() {
	b.h.T.Helper()
	_, _ = b.h.As("county1-finance2").Try(http.MethodPost, "/ledger/batches/"+b.batch+"/release", uuid.NewString(), map[string]any{}) // what came of it the database says
}

// comes waits until the payout is in a state.
func (b payoutByBank) comes(to string) {
	b.h.T.Helper()
	b.h.Until("the payout is "+to, func() bool {
		return b.h.Count(`SELECT count(*) FROM disbursements WHERE public_id = $1 AND state = $2`, b.id, to) == 1
	})
}

// sentToBank releases a batch and lets the program die while it carries it; then
// the bank has paid once and the books say the same.
func sentToBank(arm, ending string) func(*house, failpoint.Name) {
	return func(h *house, step failpoint.Name) {
		b := reserveForBank(h, ending)
		before := h.bank.Batches()
		h.killAt(step, arm, b.release)
		h.Serve()
		b.comes("succeeded")
		b.paidOnce("fund", 10_000)
		if got := h.bank.Received()[b.account]; got != 10_000 || h.bank.Batches() != before+1 {
			h.T.Errorf("the payee has got %d fen, the bank %d batches more", got, h.bank.Batches()-before)
		}
		if n := h.Count(`SELECT count(*) FROM disbursement_attempts WHERE state IN ('sent', 'acked', 'unknown')`); n != 0 {
			h.T.Errorf("%d tries are open", n)
		}
	}
}

// rowsWith counts the rows of a table in which a text stands, whatever the column.
// Octets are shown as hex, and looked for as such.
func (h *house) rowsWith(table, text string) int {
	h.T.Helper()
	return h.Count(`SELECT count(*) FROM `+table+` x WHERE x::text LIKE '%' || $1 || '%' OR x::text LIKE '%' || encode(convert_to($1, 'UTF8'), 'hex') || '%'`, text)
}

// An account's number and its holder's name stand nowhere where they are not
// sealed: in no row of any table, no log, no message, no page and no metric, from
// the card that is read to the money that comes back.
func TestABankPayoutNamesNobody(t *testing.T) {
	t.Parallel()
	bank := newBank(t)
	h := newHouse(t, city.Section(bank.settings()), city.Section("log: {level: debug}"))
	h.bank = bank
	h.Serve()
	b := reserveForBank(h, "9013") // arrives, and comes back later
	if b.release(); h.Count(`SELECT count(*) FROM bank_errands`) != 1 {
		t.Fatalf("the batch was not released\n%s", h.Log())
	}
	b.comes("succeeded")
	if err := bank.Settle(); err != nil {
		t.Fatal(err)
	}
	h.Exec(`UPDATE bank_errands SET due_at = clock_timestamp()`)
	b.comes("failed")
	finance := h.As("county1-finance")
	h.promises()

	private := map[string]string{"the account's number": b.account, "its beginning": b.account[:12], "the holder's name": payee}
	look := func(where, text string) {
		t.Helper()
		for what, secret := range private {
			if strings.Contains(text, secret) {
				t.Errorf("%s stands in %s", what, where)
			}
		}
	}
	var tables []string
	h.Query(`SELECT array_agg(quote_ident(relname)) FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace`, nil, &tables)
	if len(tables) < 50 {
		t.Fatalf("%d tables", len(tables))
	}
	shown := 0
	for _, table := range tables {
		for what, secret := range private {
			if n := h.rowsWith(table, secret); n > 0 {
				t.Errorf("%s stands in %d rows of %s", what, n, table)
			}
		}
		shown += h.rowsWith(table, b.batch)
	}
	if shown < 3 || h.rowsWith("bank_batches", b.batch[:9]) != 1 {
		t.Errorf("the batch's id stands in %d rows: nothing is found that way", shown)
	}
	look("the log", h.Log())
	for _, m := range h.Gateway.Sent("") {
		look("a message", m.Text)
	}
	head := h.As("town2-head")
	for who, paths := range map[*city.Client][]string{finance: {"/ledger/batches", "/ledger/batches/" + b.batch, "/ledger/claims", "/ledger/trial-balance", "/tickets/" + b.ticket}, head: {"/tickets/" + b.ticket, "/tickets/" + b.ticket + "/timeline", "/events"}, h.As("auditor"): {"/ledger/batches", "/ledger/signals"}} {
		for _, path := range paths {
			look("GET "+path, path+who.Get(path).Raw)
		}
	}
	resp, err := http.Get(h.API + "/metrics")
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	metrics, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(metrics), `hotline_bank_requests_total{bank="sim"`) {
		t.Error("the metrics do not count the requests to the bank")
	}
	look("the metrics", string(metrics))
	look("the bank's page", fmt.Sprint(bank.Overview()))
}
