package store

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/uuid"

	"example.org/hotline/area"
	"example.org/hotline/ledger"
	"example.org/hotline/ledger/rail"
	"example.org/hotline/ledger/rail/gateway"
	"example.org/hotline/ledger/rail/iso20022"
	"example.org/hotline/relief"
	"example.org/hotline/ticket"
)

// bankTill is a house whose county pays through a bank that takes ISO 20022.
type bankTill struct {
	*till
	bank  *gateway.Bank
	files int
}

const cardNumber = "6200000000000000017"

func newBankTill(t *testing.T) *bankTill {
	t.Helper()
	m := newTill(t, 5_000_000)
	dir := area.Directory{Staff: []area.NewStaff{{Login: "finance2", Name: "finance2", Role: area.RoleCountyFinance, Area: testCounty, Phone: "+8619900000002"}}}
	if err := m.db.ImportDirectory(t.Context(), dir); err != nil {
		t.Fatal(err)
	}
	bank, err := gateway.New(gateway.Settings{ID: "rural-1", County: testCounty, Statements: gateway.FormISO20022, Unit: "9901001", UnitName: "示例县民政局",
		Debit: "990100200300400", AgentBank: "990100000017", AnswerLimit: 24 * time.Hour})
	if err != nil {
		t.Fatal(err)
	}
	return &bankTill{till: m, bank: bank}
}

// account enters an account on a ticket and has the head verify it.
func (m *bankTill) account(t *testing.T, tk ticket.Ticket, number string) string {
	t.Helper()
	return m.verifiedBy(t, "head", tk, number)
}

func (m *bankTill) verifiedBy(t *testing.T, login string, tk ticket.Ticket, number string) string {
	t.Helper()
	id := m.entered(t, "worker1", tk, number)
	m.must(t, login, func(tx *Tx) error { _, err := relief.VerifyAccount(t.Context(), tx, id, number); return err })
	return id
}

func (m *bankTill) entered(t *testing.T, login string, tk ticket.Ticket, number string) string {
	t.Helper()
	id := uuid.NewString()
	m.must(t, login, func(tx *Tx) error {
		_, err := relief.EnterAccount(t.Context(), tx, tk.ID, relief.AccountInput{PublicID: id, Number: number, Holder: "甲某"})
		return err
	})
	return id
}

func byBank(t *testing.T, d relief.Decision, account, id string, out *ledger.Disbursement) func(*Tx) error {
	return func(tx *Tx) (err error) {
		got, err := relief.StartPayout(t.Context(), tx, relief.PayoutInput{PublicID: id, Decision: d.PublicID, Fen: d.Fen, Channel: ledger.ChannelBank, Account: account}, moneyRules())
		if err == nil && out != nil {
			*out = got
		}
		return err
	}
}

// paying is a payout of one person that waits for a batch.
func (m *bankTill) paying(t *testing.T, person int, fen int64, number string) (tk ticket.Ticket, p ledger.Disbursement) {
	t.Helper()
	tk, d := m.decided(t, person, fen)
	m.must(t, "worker1", byBank(t, d, m.verifiedBy(t, "county", tk, number), uuid.NewString(), &p)) // so that the head may check
	if p.State == ledger.StateSubmitted {
		m.must(t, "head", checking(t, p, p.Content))
	}
	return tk, p
}

// batched makes a batch of all that waits and, where released, lets it go.
func (m *bankTill) batched(t *testing.T) (b relief.Batch) {
	t.Helper()
	m.must(t, "finance", func(tx *Tx) (err error) {
		b, err = relief.MakeBatch(t.Context(), tx, m.bank, relief.BatchInput{PublicID: uuid.NewString(), Execute: area.DateOf(tx.Now())})
		return err
	})
	return b
}

func (m *bankTill) sent(t *testing.T) (b relief.Batch) {
	t.Helper()
	b = m.batched(t)
	m.must(t, "finance2", func(tx *Tx) (err error) {
		b, err = relief.ReleaseBatch(t.Context(), tx, m.bank, b.PublicID)
		return err
	})
	return b
}

// says is a return of the bank's about a batch, in its own form: a status for each payout, in order.
func (m *bankTill) says(t *testing.T, b relief.Batch, change func(*rail.Return), statuses ...rail.Status) relief.BankFile {
	t.Helper()
	var items []rail.Item
	m.must(t, "supervisor", func(tx *Tx) (err error) { items, err = tx.BatchItems(t.Context(), b); return err })
	r := rail.Return{Batch: b.PublicID, Unit: "9901001", Made: b.Execute}
	for i, s := range statuses {
		if s == "" {
			continue
		}
		told := rail.ReturnItem{Seq: items[i].Seq, Reference: items[i].Reference, Account: items[i].Account, Holder: items[i].Holder, Fen: items[i].Fen, Status: s}
		if s == rail.Failed {
			told.Reason, told.Code = rail.ReasonNameMismatch, "BE01"
		}
		r.Items = append(r.Items, told)
	}
	if change != nil {
		change(&r)
	}
	m.files++
	body, err := iso20022.WriteStatus(r, time.Date(2026, 12, 1, 9, m.files/60, m.files%60, 0, time.UTC))
	if err != nil {
		t.Fatal(err)
	}
	return relief.BankFile{Name: fmt.Sprintf("return-%d.xml", m.files), Type: "application/xml", Body: body}
}

func (m *bankTill) loading(t *testing.T, b relief.Batch, f relief.BankFile, out *relief.Loaded) func(*Tx) error {
	return func(tx *Tx) error {
		got, err := relief.LoadReturn(t.Context(), tx, m.bank, b.PublicID, f, moneyRules())
		if err == nil && out != nil {
			*out = got
		}
		return err
	}
}

func (m *bankTill) loaded(t *testing.T, b relief.Batch, f relief.BankFile) (got relief.Loaded) {
	t.Helper()
	m.must(t, "finance", m.loading(t, b, f, &got))
	return got
}

// state is a payout's state, and the one of its newest try.
func (m *bankTill) state(t *testing.T, p ledger.Disbursement) (now ledger.State) {
	t.Helper()
	m.must(t, "finance", func(tx *Tx) error {
		d, err := tx.DisbursementForUpdate(t.Context(), p.ID)
		if err != nil {
			return err
		}
		now = d.State
		_, err = tx.AttemptForUpdate(t.Context(), p.ID, d.Attempt)
		return err
	})
	return now
}

// stands compares the balances of kinds of account, debit positive.
func (m *bankTill) stands(t *testing.T, when string, want map[ledger.Kind]int) {
	t.Helper()
	for kind, fen := range want {
		if got := m.balance(t, kind); got != fen {
			t.Errorf("%s: %s stands at %d, want %d", when, kind, got, fen)
		}
	}
	m.sound(t)
}

const fundAtFirst = 100_000_000 - 5_000_000

// The whole way of a payout through a bank: entered, verified, reserved in the
// county's fund, sent by two people, on its way, arrived, and the clock stops.
func TestBankStory(t *testing.T) {
	m := newBankTill(t)
	tk, p := m.paying(t, 1, 80_000, cardNumber)
	if p.State != ledger.StateReserved || p.Level != ledger.LevelSolo {
		t.Fatalf("payout %+v", p)
	}
	m.refuse(t, "worker1", "paid_by_bank", issuing(t, p))
	m.stands(t, "reserved", map[ledger.Kind]int{ledger.Fund: fundAtFirst, ledger.Payable: -80_000, ledger.Expense: 80_000})
	if n := m.count(t, `SELECT pending_out_fen FROM accounts WHERE kind = 'fund'`); n != 80_000 {
		t.Errorf("the fund holds %d back", n)
	}
	b := m.batched(t)
	m.refuse(t, "finance", "own_batch", func(tx *Tx) error { _, err := relief.ReleaseBatch(t.Context(), tx, m.bank, b.PublicID); return err })
	m.refuse(t, "head", "in_batch", func(tx *Tx) error {
		_, err := relief.CancelPayout(t.Context(), tx, p.PublicID, "no", moneyRules())
		return err
	})
	m.must(t, "finance", func(tx *Tx) error { _, err := relief.DiscardBatch(t.Context(), tx, m.bank, b.PublicID); return err })
	b = m.sent(t)
	m.stands(t, "sent", map[ledger.Kind]int{ledger.Fund: fundAtFirst, ledger.Payable: 0, ledger.InTransit: -80_000})
	if n := m.count(t, `SELECT pending_out_fen FROM accounts WHERE kind = 'fund'`); n != 80_000 {
		t.Errorf("with the money on its way the fund holds %d back", n)
	}
	m.refuse(t, "head", "not_in_this_state", func(tx *Tx) error {
		_, err := relief.CancelPayout(t.Context(), tx, p.PublicID, "no", moneyRules())
		return err
	})
	m.refuse(t, "finance", "batch_open", func(tx *Tx) error { _, err := relief.CloseBatch(t.Context(), tx, m.bank, b.PublicID); return err })
	if got := m.loaded(t, b, m.says(t, b, nil, rail.Accepted)); got.Accepted != 1 || m.state(t, p) != ledger.StateAcked {
		t.Errorf("accepted: %+v", got)
	}
	success := m.says(t, b, nil, rail.Succeeded)
	if got := m.loaded(t, b, success); got.Succeeded != 1 || m.state(t, p) != ledger.StateSucceeded {
		t.Errorf("succeeded: %+v", got)
	}
	m.stands(t, "arrived", map[ledger.Kind]int{ledger.Fund: fundAtFirst - 80_000, ledger.Payable: 0, ledger.InTransit: 0, ledger.Expense: 80_000})
	entries := m.count(t, `SELECT count(*) FROM ledger_entries`)
	if got := m.loaded(t, b, success); !got.Repeated {
		t.Errorf("the same file again: %+v", got)
	}
	if got := m.loaded(t, b, m.says(t, b, nil, rail.Succeeded)); got.Succeeded != 0 || got.Unchanged != 1 || m.count(t, `SELECT count(*) FROM ledger_entries`) != entries {
		t.Errorf("the same word in another file: %+v", got)
	}
	m.must(t, "finance", func(tx *Tx) error { _, err := relief.CloseBatch(t.Context(), tx, m.bank, b.PublicID); return err })
	m.must(t, "worker1", func(tx *Tx) error {
		got, err := tx.Ticket(t.Context(), tk.ID)
		if err == nil && (got.Status != ticket.StatusFollowUp || got.Clock(ticket.ClockTwoHour).Proof != ticket.ProofBank) {
			t.Errorf("ticket %s, clock %+v", got.Status, got.Clock(ticket.ClockTwoHour))
		}
		return err
	})
	if n := m.count(t, `SELECT count(*) FROM notices WHERE template = 'payment_citizen' AND fields->>'amount' = '800.00'`); n != 1 {
		t.Errorf("the citizen was told %d times", n)
	}
	m.signed(t, p)
}

// An account is entered by one person and verified by another, who types it once
// more; what is shown of it are four digits, and each look leaves a record.
func TestPayeeAccount(t *testing.T) {
	m := newBankTill(t)
	tk, d := m.decided(t, 1, 80_000)
	for code, in := range map[string]relief.AccountInput{"account_form": {Number: "62-17", Holder: "甲某"}, "holder_form": {Number: cardNumber, Holder: "9"}, "bank_form": {Number: cardNumber, Holder: "甲某", Bank: "12"}} {
		in.PublicID = uuid.NewString()
		m.refuse(t, "worker1", code, func(tx *Tx) error { _, err := relief.EnterAccount(t.Context(), tx, tk.ID, in); return err })
	}
	m.refuse(t, "worker2", "not_owner", func(tx *Tx) error {
		_, err := relief.EnterAccount(t.Context(), tx, tk.ID, relief.AccountInput{PublicID: uuid.NewString(), Number: cardNumber, Holder: "甲某"})
		return err
	})
	verify := func(id, number string) func(*Tx) error {
		return func(tx *Tx) error { _, err := relief.VerifyAccount(t.Context(), tx, id, number); return err }
	}
	id := m.entered(t, "worker1", tk, "6200 0000 0000 0000 017")
	m.refuse(t, "worker1", "account_unverified", byBank(t, d, id, uuid.NewString(), nil))
	m.refuse(t, "worker1", "not_found", verify(id, cardNumber))
	m.refuse(t, "head", "account_differs", verify(id, "6200000000000000025"))
	m.must(t, "head", verify(id, cardNumber))
	m.refuse(t, "county", "account_verified", verify(id, cardNumber))
	own := m.entered(t, "finance", tk, cardNumber)
	m.refuse(t, "finance", "own_account", verify(own, cardNumber))
	m.refuse(t, "worker1", "account_replaced", byBank(t, d, id, uuid.NewString(), nil))
	m.must(t, "head", func(tx *Tx) error {
		a, err := relief.ViewAccount(t.Context(), tx, id)
		if err == nil && (a.LastFour() != "0017" || string(a.Holder) != "甲某") {
			t.Errorf("shown %s", a.LastFour())
		}
		return err
	})
	if n := m.count(t, `SELECT count(*) FROM audit_records WHERE action = 'account.view'`); n != 1 {
		t.Errorf("%d records of the look", n)
	}
	for what, sql := range map[string]string{"rows": `SELECT count(*) FROM payee_accounts WHERE encode(number_sealed, 'escape') LIKE '%6200%'`,
		"the timeline": `SELECT count(*) FROM timeline WHERE data::text LIKE '%6200000%'`, "the audit chain": `SELECT count(*) FROM audit_records WHERE data::text LIKE '%6200000%'`} {
		if n := m.count(t, sql); n != 0 {
			t.Errorf("the number stands in %s", what)
		}
	}
}
