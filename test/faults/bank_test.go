package faults

import (
	"fmt"
	"io"
	"log"
	"log/slog"
	"net/http/httptest"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/uuid"

	"example.org/hotline/area"
	"example.org/hotline/configs"
	"example.org/hotline/internal/act"
	"example.org/hotline/internal/failpoint"
	"example.org/hotline/internal/seal"
	"example.org/hotline/ledger"
	"example.org/hotline/ledger/rail/bankhttp"
	"example.org/hotline/ledger/rail/banksim"
	"example.org/hotline/ledger/rail/gateway"
	"example.org/hotline/relief"
	"example.org/hotline/store"
	"example.org/hotline/ticket"
)

// Endings of an account, as the simulated bank understands them.
const (
	sound        = "0017"
	cutOffAnswer = "9025"
)

// bankOfTheCity is the county's bank: a simulated one, outlives the program.
type bankOfTheCity struct {
	*banksim.Bank
	form gateway.Settings
	url  string
	paid int // payouts so far
}

const bankSecret = "0123456789abcdef0123456789abcdef"

func newBank(t *testing.T) *bankOfTheCity {
	t.Helper()
	signer, err := bankhttp.NewHMAC(bankSecret)
	if err != nil {
		t.Fatal(err)
	}
	b := &bankOfTheCity{form: gateway.Settings{ID: "sim", County: "990101000000", Statements: gateway.FormISO20022, Unit: "9901011", UnitName: "示例县民政局", Debit: "990101200300400",
		AgentBank: "990101000017", AnswerLimit: 24 * time.Hour}}
	if b.Bank, err = banksim.New(banksim.Options{Signer: signer, Now: time.Now, Unit: b.form.Unit, Debit: b.form.Debit, Opening: 1_000_000_00}); err != nil {
		t.Fatal(err)
	}
	server := httptest.NewUnstartedServer(b.Bank)
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	server.Start()
	t.Cleanup(server.Close)
	b.url = server.URL
	if b.form.Wire, err = bankhttp.New(bankhttp.Settings{URL: b.url, KeyID: "k1", Signer: signer, Timeout: time.Second, Now: time.Now}); err != nil {
		t.Fatal(err)
	}
	return b
}

// settings are the bank as hotline.yaml has it.
func (b *bankOfTheCity) settings() string {
	f := b.form
	return fmt.Sprintf(`banks: [{id: %s, county: %s, form: iso20022, unit: %q, unit_name: %s, debit_account: %q, agent_bank: %q, transport: http,
  http: {url: %q, key_id: k1, signing: hmac-sha256, secret: %q, timeout: 1s, counts_once: true}}]`, f.ID, f.County, f.Unit, f.UnitName, string(f.Debit), f.AgentBank, b.url, bankSecret)
}

// sentToBank releases a batch and lets the program die while it carries it; then
// the bank is paid out once and the books say the same.
func sentToBank(arm, ending string) func(*house, failpoint.Name) {
	return func(h *house, step failpoint.Name) {
		p, worker, decision := begin(h, "", "", 10_000, 1)
		h.bank.paid++
		account := fmt.Sprintf("6200%07d%s", h.bank.paid, ending)
		before := h.bank.Batches()
		release := h.reservedForBank(p, worker.Name, decision, account)
		h.killAt(step, arm, release)
		h.Serve()
		h.Until("the bank has said that the money arrived", func() bool {
			return h.Count(`SELECT count(*) FROM disbursements WHERE public_id = $1 AND state = 'succeeded'`, p.id) == 1
		})
		p.paidOnce("fund", 10_000)
		if got := h.bank.Received()[account]; got != 10_000 || h.bank.Batches() != before+1 {
			h.T.Errorf("the payee has got %d fen, the bank %d batches more", got, h.bank.Batches()-before)
		}
		if n := h.Count(`SELECT count(*) FROM disbursement_attempts WHERE state IN ('sent', 'acked', 'unknown')`); n != 0 {
			h.T.Errorf("%d tries are open", n)
		}
	}
}

// reservedForBank takes a decision to a batch that waits for its release, which it returns.
func (h *house) reservedForBank(p *payment, worker, decision, account string) (release func()) {
	h.T.Helper()
	keys, err := seal.Load(filepath.Join(h.Dir, "keys"))
	if err != nil {
		h.T.Fatal(err)
	}
	db, err := store.Open(store.Options{URL: h.Servers.Postgres.AppURL, MaxConns: 2, Sealer: keys, Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		h.T.Fatal(err)
	}
	h.T.Cleanup(func() { _ = db.Close() })
	colleague := area.NewStaff{Login: "county1-finance2", Name: "乙某", Role: area.RoleCountyFinance, Area: h.bank.form.County, Phone: "+8619900000099"}
	if err := db.ImportDirectory(h.T.Context(), area.Directory{Staff: []area.NewStaff{colleague}}); err != nil {
		h.T.Fatal(err)
	}
	bank, err := gateway.New(h.bank.form)
	if err != nil {
		h.T.Fatal(err)
	}
	policies, err := configs.LoadPolicies("")
	if err != nil {
		h.T.Fatal(err)
	}
	rules := relief.Rules{Policy: *policies.Reliefs["relief-2026"], Calendar: policies.Calendar}
	does := func(login string, fn func(*store.Tx) error) {
		h.T.Helper()
		if err := db.InTx(h.T.Context(), h.actor(login), fn); err != nil {
			h.T.Fatalf("%s: %v", login, err)
		}
	}
	var of int64
	h.Query(`SELECT id FROM tickets WHERE public_id = $1`, []any{p.ticket}, &of)
	id := uuid.NewString()
	does(worker, func(tx *store.Tx) error {
		_, err := relief.EnterAccount(h.T.Context(), tx, ticket.ID(of), relief.AccountInput{PublicID: id, Number: account, Holder: "甲某"})
		return err
	})
	does("town2-head", func(tx *store.Tx) error { _, err := relief.VerifyAccount(h.T.Context(), tx, id, account); return err })
	does(worker, func(tx *store.Tx) error {
		_, err := relief.StartPayout(h.T.Context(), tx, relief.PayoutInput{PublicID: p.id, Decision: decision, Fen: 10_000, Channel: ledger.ChannelBank, Account: id}, rules)
		return err
	})
	var b relief.Batch
	does("county1-finance", func(tx *store.Tx) (err error) {
		b, err = relief.MakeBatch(h.T.Context(), tx, bank, relief.BatchInput{PublicID: uuid.NewString(), Execute: area.DateOf(tx.Now()), Payouts: []string{p.id}})
		return err
	})
	return func() {
		does(colleague.Login, func(tx *store.Tx) error {
			_, err := relief.ReleaseBatch(h.T.Context(), tx, bank, b.PublicID)
			return err
		})
	}
}

// actor is somebody of the city, as the program would know them.
func (h *house) actor(login string) (a act.Actor) {
	h.T.Helper()
	var id, post int64
	h.Query(`SELECT id, post_id, name, role, area_code FROM staff WHERE login = $1`, []any{login}, &id, &post, &a.Name, &a.Role, &a.Area)
	a.StaffID, a.PostID = area.StaffID(id), area.PostID(post)
	return a
}
