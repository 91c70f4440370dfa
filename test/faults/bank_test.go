package faults

import (
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"example.org/hotline/area"
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

// aided takes a fresh call to its decision, and knows the account that the payee has.
func aided(h *house, ending string) (b payoutByBank, worker *city.Client, decision string) {
	h.T.Helper()
	b.payment, worker, decision = begin(h, 10_000, 1)
	h.bank.paid++
	b.account = fmt.Sprintf("6200%07d%s", h.bank.paid, ending)
	return b, worker, decision
}

// reserveForBank takes a fresh call to a draft of a batch, which waits for its release.
func reserveForBank(h *house, ending string) payoutByBank {
	h.T.Helper()
	b, worker, decision := aided(h, ending)
	account := uuid.NewString()
	worker.Post("/tickets/"+b.ticket+"/payee-accounts", map[string]any{"id": account, "account": b.account, "holder": payee})
	h.As("town2-head").Post("/payee-accounts/"+account+"/verification", map[string]any{"account": b.account})
	order := b.order(decision, 10_000, "bank")
	order["account_id"] = account
	worker.Post("/tickets/"+b.ticket+"/disbursements", order)
	made := h.As("county1-finance").Post("/ledger/batches", map[string]any{"execute_on": h.day("0 days"), "payouts": []string{b.id}})
	b.batch, _ = made.Body["id"].(string)
	return b
}

// day is a day of the city's, so long from today.
func (h *house) day(from string) (day string) {
	h.T.Helper()
	h.Query(`SELECT ((app_now() AT TIME ZONE 'Asia/Shanghai')::date + $1::interval)::date::text`, []any{from}, &day)
	return day
}

// byBank takes a payout through every act of the people about it: the account, two
// batches of which one is thrown away, the release, the end of the batch, the
// statement, the day and the month.
func byBank(h *house) {
	b, worker, decision := aided(h, sound)
	head, finance, second := h.As("town2-head"), h.As("county1-finance"), h.As("county1-finance2")
	account := uuid.NewString()
	h.dying(dyingFinance, worker, "/tickets/"+b.ticket+"/payee-accounts", map[string]any{"id": account, "account": b.account, "holder": payee})
	h.dying(dyingFinance, head, "/payee-accounts/"+account+"/verification", map[string]any{"account": b.account})
	order := b.order(decision, 10_000, "bank")
	order["account_id"] = account
	h.dying(dyingPayout, worker, "/tickets/"+b.ticket+"/disbursements", order)
	drafts := map[string]any{"execute_on": h.day("0 days"), "payouts": []string{b.id}}
	thrownAway := h.dying(dyingFinance, finance, "/ledger/batches", drafts).Body["id"].(string)
	h.dying(dyingFinance, finance, "/ledger/batches/"+thrownAway+"/discard", map[string]any{})
	b.batch = h.dying(dyingFinance, finance, "/ledger/batches", drafts).Body["id"].(string)
	h.dying(dyingPayout, second, "/ledger/batches/"+b.batch+"/release", map[string]any{})
	b.comes("succeeded")
	h.dying(dyingFinance, finance, "/ledger/batches/"+b.batch+"/closure", map[string]any{})
	b.paidOnce("fund", 10_000)
	if got := h.bank.Received()[b.account]; got != 10_000 {
		h.T.Errorf("the payee has got %d fen", got)
	}
	statement, err := h.bank.Statement(area.Date(h.day("0 days")))
	if err != nil {
		h.T.Fatal(err)
	}
	h.dyingWith(dyingPayout, finance, "/ledger/statements", "application/octet-stream", statement)
	if n := h.Count(`SELECT count(*) FROM statement_lines WHERE entry_id IS NULL`); n != 0 {
		h.T.Errorf("%d lines of the statement agree with no entry", n)
	}
	h.dying(dyingFinance, finance, "/ledger/closings", map[string]any{"kind": "day", "through": h.day("-1 days")})
	var month string
	h.Query(`SELECT (date_trunc('month', app_now() AT TIME ZONE 'Asia/Shanghai')::date - 1)::text`, nil, &month)
	h.dying(dyingFinance, finance, "/ledger/closings", map[string]any{"kind": "month", "through": month})
	if n := h.Count(`SELECT count(*) FROM ledger_closes`); n != 2 {
		h.T.Errorf("%d closings, want a day's and a month's", n)
	}
	folder := filepath.Join(h.T.TempDir(), "for-the-auditor")
	if out, err := h.Command("ledger", "export", folder); err != nil {
		h.T.Fatalf("ledger export: %v\n%s", err, out)
	}
	if out, err := h.Command("ledger", "verify", "--export", folder, "--keys", h.Keys()); err != nil {
		h.T.Errorf("the export does not hold: %v\n%s", err, out)
	}
}

// payee is whose account it is.
const payee = "甲收款"

// release lets the batch go; the program may die with it.
func (b payoutByBank) release() {
	b.h.T.Helper()
	_, _ = b.h.As("county1-finance2").Try(http.MethodPost, "/ledger/batches/"+b.batch+"/release", uuid.NewString(), map[string]any{}) // what came of it the database says
}

// comes waits until the payout is in a state. What the courier is to do later it may do
// now: the claim of one that has died, and the time between two questions, are over.
func (b payoutByBank) comes(to string) {
	b.h.T.Helper()
	b.h.Until("the payout is "+to, func() bool {
		b.h.Exec(`UPDATE bank_errands SET due_at = clock_timestamp() WHERE due_at > clock_timestamp()`)
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
