package store

import (
	"errors"
	"testing"
	"time"

	"github.com/google/uuid"

	"example.org/hotline/area"
	"example.org/hotline/internal/act"
	"example.org/hotline/ledger"
	"example.org/hotline/ledger/rail"
	"example.org/hotline/relief"
	"example.org/hotline/ticket"
)

const otherCard = "6200000000000000025"

// repaired fixes a failed payout with another version of the account.
func (m *bankTill) repaired(t *testing.T, tk ticket.Ticket, p ledger.Disbursement) {
	t.Helper()
	account := m.account(t, tk, otherCard)
	m.must(t, "worker1", func(tx *Tx) error {
		_, err := relief.FixPayout(t.Context(), tx, p.PublicID, account, policyOf())
		return err
	})
}

func reissuing(t *testing.T, p ledger.Disbursement) func(*Tx) error {
	return func(tx *Tx) error { _, err := relief.ReissuePayout(t.Context(), tx, p.PublicID); return err }
}

// What came back is repaired by one person, verified by another, and tried again
// under a new end-to-end id; then it is called off or arrives.
func TestBankFailureIsRepaired(t *testing.T) {
	m := newBankTill(t)
	tk, p := m.paying(t, 1, 80_000, cardNumber)
	first := m.sent(t)
	m.refuse(t, "head", "not_in_this_state", reissuing(t, p))
	m.loaded(t, first, m.says(t, first, nil, rail.Failed))
	m.stands(t, "failed", map[ledger.Kind]int{ledger.Fund: fundAtFirst, ledger.InTransit: 0, ledger.Returned: -80_000, ledger.Payable: 0, ledger.Expense: 80_000})
	if n := m.count(t, `SELECT count(DISTINCT s.login) FROM notices n JOIN staff s ON s.post_id = n.post_id WHERE n.template = 'bank_failed' AND s.login IN ('worker1', 'finance', 'finance2')`); n != 3 {
		t.Errorf("%d of the owner and county finance were told", n)
	}
	m.refuse(t, "head", "not_in_this_state", reissuing(t, p))
	var same string
	m.must(t, "worker1", func(tx *Tx) error { v, err := tx.TicketAccounts(t.Context(), tk.ID); same = v[0].ID; return err })
	m.refuse(t, "worker1", "same_account", func(tx *Tx) error {
		_, err := relief.FixPayout(t.Context(), tx, p.PublicID, same, policyOf())
		return err
	})
	raw := m.entered(t, "worker1", tk, otherCard)
	m.refuse(t, "worker1", "account_unverified", func(tx *Tx) error {
		_, err := relief.FixPayout(t.Context(), tx, p.PublicID, raw, policyOf())
		return err
	})
	m.repaired(t, tk, p)
	m.refuse(t, "worker1", "not_found", reissuing(t, p))
	m.must(t, "finance", reissuing(t, p))
	m.stands(t, "re-issued", map[ledger.Kind]int{ledger.Fund: fundAtFirst, ledger.Returned: 0, ledger.Payable: -80_000})
	if n := m.count(t, `SELECT count(DISTINCT reference) FROM disbursement_attempts`); n != 2 {
		t.Errorf("%d end-to-end ids", n)
	}
	second := m.sent(t)
	m.loaded(t, second, m.says(t, second, nil, rail.Succeeded))
	m.stands(t, "arrived", map[ledger.Kind]int{ledger.Fund: fundAtFirst - 80_000, ledger.InTransit: 0, ledger.Expense: 80_000})
	m.loaded(t, second, m.says(t, second, nil, rail.Failed)) // 退票 after it had arrived
	m.stands(t, "came back", map[ledger.Kind]int{ledger.Fund: fundAtFirst, ledger.Returned: -80_000})
	m.must(t, "head", func(tx *Tx) error {
		_, err := relief.CancelPayout(t.Context(), tx, p.PublicID, "the citizen has died", moneyRules())
		return err
	})
	m.stands(t, "called off", map[ledger.Kind]int{ledger.Fund: fundAtFirst, ledger.Returned: 0, ledger.Payable: 0, ledger.Expense: 0})
}

// What the bank does not answer is unknown: nobody can pay it again, and a batch
// with it stays open, until the bank says what became of it.
func TestUnknownIsNeverPaidAgain(t *testing.T) {
	m := newBankTill(t)
	_, p := m.paying(t, 1, 80_000, cardNumber)
	b := m.sent(t)
	lose := func(tx *Tx) error {
		return relief.BankUnanswered(t.Context(), tx, act.Timer{Subject: b.Subject(), Kind: relief.TimerBankUnanswered, Epoch: 1})
	}
	for range 2 {
		if err := m.db.InTx(t.Context(), act.SystemDispatch, lose); err != nil {
			t.Fatal(err)
		}
	}
	if m.state(t, p) != ledger.StateUnknown || m.count(t, `SELECT count(*) FROM timers WHERE kind = 'bank_unanswered'`) != 1 {
		t.Errorf("payout %s", m.state(t, p))
	}
	if n := m.count(t, `SELECT count(*) FROM notices n JOIN staff s ON s.post_id = n.post_id WHERE n.template = 'bank_unanswered' AND s.login = 'finance'`); n != 1 {
		t.Errorf("county finance heard %d times", n)
	}
	m.refuse(t, "finance", "batch_open", func(tx *Tx) error { _, err := relief.CloseBatch(t.Context(), tx, m.bank, b.PublicID); return err })
	m.refuse(t, "head", "not_in_this_state", reissuing(t, p))
	if err := m.as(t, "finance", func(tx *Tx) error {
		_, err := tx.exec(t.Context(), "a try of one's own", `INSERT INTO disbursement_attempts (disbursement_id, number, reference, account_id, state, made_at, version)
			SELECT disbursement_id, 2, 'x', account_id, 'reserved', made_at, 1 FROM disbursement_attempts`)
		return err
	}); !violates(err, "disbursement_attempts_one_alive") {
		t.Errorf("a second try beside an unknown one: %v", err)
	}
	m.stands(t, "unknown", map[ledger.Kind]int{ledger.Fund: fundAtFirst, ledger.InTransit: -80_000})
	m.loaded(t, b, m.says(t, b, nil, rail.Succeeded))
	m.must(t, "finance", func(tx *Tx) error { _, err := relief.CloseBatch(t.Context(), tx, m.bank, b.PublicID); return err })
	m.stands(t, "found", map[ledger.Kind]int{ledger.Fund: fundAtFirst - 80_000, ledger.InTransit: 0})
}

// A try that had failed arrives after all: before it was paid anew that is the
// payout; afterwards it is paid twice, which raises the alarm and opens a claim.
func TestLateSuccess(t *testing.T) {
	m := newBankTill(t)
	tk, p := m.paying(t, 1, 80_000, cardNumber)
	first := m.sent(t)
	m.loaded(t, first, m.says(t, first, nil, rail.Failed))
	if got := m.loaded(t, first, m.says(t, first, nil, rail.Succeeded)); got.Succeeded != 1 || m.state(t, p) != ledger.StateSucceeded {
		t.Errorf("late: %+v", got)
	}
	m.stands(t, "late", map[ledger.Kind]int{ledger.Fund: fundAtFirst - 80_000, ledger.Returned: 0})
	m.loaded(t, first, m.says(t, first, nil, rail.Failed))
	m.repaired(t, tk, p)
	m.must(t, "finance", reissuing(t, p))
	second := m.sent(t)
	if got := m.loaded(t, first, m.says(t, first, nil, rail.Succeeded)); got.PaidTwice != 1 || m.state(t, p) != ledger.StateSent {
		t.Errorf("paid twice: %+v", got)
	}
	m.loaded(t, second, m.says(t, second, nil, rail.Succeeded))
	m.stands(t, "paid twice", map[ledger.Kind]int{ledger.Fund: fundAtFirst - 160_000, ledger.Recovery: 80_000, ledger.Expense: 80_000})
	for _, login := range []string{"finance", "finance2", "supervisor"} {
		n := m.count(t, `SELECT count(*) FROM notices n JOIN staff s ON s.post_id = n.post_id WHERE n.template = 'bank_paid_twice' AND s.login = ?`, login)
		if n != 1 && m.count(t, `SELECT count(*) FROM staff WHERE login = ?`, login) == 1 {
			t.Errorf("%s heard the alarm %d times", login, n)
		}
	}
	if n := m.count(t, `SELECT count(*) FROM claims WHERE why = 'late_success' AND recovered_fen = 0`); n != 1 {
		t.Fatalf("%d claims", n)
	}
	recovering := func(fen int64, voucher string) func(*Tx) error {
		return func(tx *Tx) error {
			c, err := tx.NewestClaim(t.Context(), p.ID, 1)
			if err != nil {
				return err
			}
			return ledger.Recover(t.Context(), tx, &c, fen, voucher)
		}
	}
	m.must(t, "finance", recovering(30_000, "r-1"))
	m.refuse(t, "finance", "already_booked", recovering(30_000, "r-1"))
	m.refuse(t, "finance", "above_claim", recovering(50_001, "r-2"))
	m.refuse(t, "head", "not_found", recovering(50_000, "r-2"))
	m.must(t, "finance", recovering(50_000, "r-2"))
	m.stands(t, "recovered", map[ledger.Kind]int{ledger.Fund: fundAtFirst - 80_000, ledger.Recovery: 0})
	m.must(t, "finance", func(tx *Tx) error { _, err := relief.ReversePayout(t.Context(), tx, p.PublicID, "fraud"); return err })
	m.stands(t, "claimed back", map[ledger.Kind]int{ledger.Recovery: 80_000, ledger.Expense: 0})
	m.loaded(t, second, m.says(t, second, nil, rail.Failed))
	m.stands(t, "came back by itself", map[ledger.Kind]int{ledger.Fund: fundAtFirst, ledger.Recovery: 0, ledger.Expense: 0})
}

// Any difference to what was sent refuses the whole file, and nothing of it is booked.
func TestAReturnOneFenOffIsRefusedWhole(t *testing.T) {
	m := newBankTill(t)
	for person := 1; person <= 3; person++ {
		m.paying(t, person, 80_000, cardNumber[:18]+string(rune('0'+person)))
	}
	b := m.sent(t)
	entries := m.count(t, `SELECT count(*) FROM ledger_entries`)
	for code, change := range map[string]func(*rail.Return){
		"amount_differs": func(r *rail.Return) { r.Items[1].Fen++ },
		"not_in_batch":   func(r *rail.Return) { r.Items[2].Reference = "somebody-else" },
		"other_batch":    func(r *rail.Return) { r.Batch = "another" },
	} {
		err := m.as(t, "finance", m.loading(t, b, m.says(t, b, change, rail.Succeeded, rail.Succeeded, rail.Succeeded), nil))
		refused, is := errors.AsType[rail.Refused](err)
		if !is || refused[0].Code != code {
			t.Errorf("%s: %v", code, err)
		}
	}
	if m.count(t, `SELECT count(*) FROM ledger_entries`) != entries || m.count(t, `SELECT count(*) FROM bank_files WHERE direction = 'in'`) != 0 {
		t.Error("something of a refused file was kept")
	}
	f := m.says(t, b, nil, rail.Succeeded, rail.Succeeded, rail.Succeeded)
	f.Body = f.Body[:len(f.Body)/2]
	if _, is := errors.AsType[rail.Refused](m.as(t, "finance", m.loading(t, b, f, nil))); !is {
		t.Error("a truncated file was taken")
	}
	part := m.says(t, b, nil, rail.Succeeded, "", rail.Failed)
	if got := m.loaded(t, b, part); got.Succeeded != 1 || got.Failed != 1 || got.Unchanged != 1 {
		t.Errorf("a part: %+v", got)
	}
	again := m.says(t, b, nil, rail.Succeeded, rail.Succeeded, rail.Failed)
	again.Name = part.Name
	m.refuse(t, "finance", "file_used", m.loading(t, b, again, nil))
	m.refuse(t, "county", "not_found", m.loading(t, b, m.says(t, b, nil, rail.Succeeded), nil))
	m.sound(t)
}

// Sums to one bank account count together, whoever's name they are in, and an
// auditor sees that two people share it.
func TestOneAccountForMany(t *testing.T) {
	m := newBankTill(t)
	for person := 1; person <= 3; person++ {
		m.paying(t, person, 300_000, cardNumber)
	}
	tk, d := m.decided(t, 4, 300_000)
	account := m.account(t, tk, cardNumber)
	m.refuse(t, "worker1", "account_cap", byBank(t, d, account, uuid.NewString(), nil))
	m.must(t, "worker1", byBank(t, d, m.account(t, tk, otherCard), uuid.NewString(), nil))
	m.must(t, "auditor", func(tx *Tx) error {
		list, err := tx.Signals(t.Context(), tx.Now().Add(-time.Hour), 100_000)
		found := false
		for _, s := range list {
			found = found || s.Kind == ledger.SignalSameAccount && s.Count == 3 && s.Fen == 900_000
		}
		if !found {
			t.Errorf("signals %+v", list)
		}
		return err
	})
}

// A thousand sends of one payout by bank pay once.
func TestAThousandSendsPayOnce(t *testing.T) {
	m := newBankTill(t)
	tk, d := m.decided(t, 1, 80_000)
	account, id := m.account(t, tk, cardNumber), uuid.NewString()
	acts := make([]func(*Tx) error, 1000)
	for i := range acts {
		acts[i] = byBank(t, d, account, id, nil)
	}
	if got := tally(m.together(t, "worker1", acts)); got[""] != len(acts) {
		t.Errorf("retries ended %v", got)
	}
	if n := m.count(t, `SELECT count(*) FROM disbursement_attempts`); n != 1 {
		t.Errorf("%d tries", n)
	}
	if err := m.as(t, "worker1", byBank(t, d, m.account(t, tk, otherCard), id, nil)); !errors.Is(err, act.ErrKeyReused) {
		t.Errorf("the same id to another account: %v", err)
	}
	m.sound(t)
}

// A first try that arrives while the second waits keeps it from being sent: by the program, and by the database.
func TestASecondTryIsNotSentWhereTheFirstArrived(t *testing.T) {
	m := newBankTill(t)
	tk, p := m.paying(t, 1, 80_000, cardNumber)
	first := m.sent(t)
	m.loaded(t, first, m.says(t, first, nil, rail.Failed))
	m.repaired(t, tk, p)
	m.must(t, "finance", reissuing(t, p))
	second := m.batched(t)
	if got := m.loaded(t, first, m.says(t, first, nil, rail.Succeeded)); got.PaidTwice != 1 {
		t.Fatalf("late: %+v", got)
	}
	m.refuse(t, "finance2", "arrived_before", func(tx *Tx) error {
		_, err := relief.ReleaseBatch(t.Context(), tx, m.bank, second.PublicID)
		return err
	})
	err := m.as(t, "finance", func(tx *Tx) error {
		_, err := tx.exec(t.Context(), "send it past the program", `UPDATE disbursement_attempts SET state = 'sent', version = version + 1 WHERE number = 2`)
		return err
	})
	if !violates(err, "disbursement_attempts_one_alive") {
		t.Errorf("the database lets the second try go: %v", err)
	}
	m.must(t, "finance", func(tx *Tx) error {
		_, err := relief.DiscardBatch(t.Context(), tx, m.bank, second.PublicID)
		return err
	})
	m.refuse(t, "finance", "nothing_reserved", func(tx *Tx) error {
		_, err := relief.MakeBatch(t.Context(), tx, m.bank, relief.BatchInput{PublicID: uuid.NewString(), Execute: area.DateOf(tx.Now())})
		return err
	})
	m.sound(t)
}

// What a bank has paid goes on counting against the limits until it is paid back.
func TestAReversedBankPayoutCountsUntilItIsPaidBack(t *testing.T) {
	m := newBankTill(t)
	_, p := m.paying(t, 1, 80_000, cardNumber)
	b := m.sent(t)
	m.loaded(t, b, m.says(t, b, nil, rail.Succeeded))
	m.reversed(t, p)
	counts := func() int {
		return m.count(t, `SELECT count(*) FROM limit_uses WHERE kind = 'household' AND released_at IS NULL`)
	}
	if counts() != 1 {
		t.Error("the payee has the money, and it counts no more")
	}
	m.sound(t)
	for n, fen := range []int64{50_000, 30_000} {
		m.must(t, "finance", func(tx *Tx) error {
			c, err := tx.NewestClaim(t.Context(), p.ID, 1)
			if err != nil {
				return err
			}
			return ledger.Recover(t.Context(), tx, &c, fen, string(rune('a'+n)))
		})
	}
	if counts() != 0 {
		t.Error("paid back whole, and it still counts")
	}
	m.sound(t)
}

// Who made, checked or signed a payout does not let it go to the bank as well, whatever
// post they hold by then: the program says so, and the database where it does not.
func TestANewPostAtFinanceTakesNoPayoutAlong(t *testing.T) {
	m := newBankTill(t)
	_, p := m.paying(t, 1, 80_000, cardNumber)
	was := m.actor(t, "worker1")
	now := was
	now.Role, now.Area = area.RoleCountyFinance, testCounty
	release := func(who act.Actor, batch string) error {
		return m.db.InTx(t.Context(), who, func(tx *Tx) error { _, err := relief.ReleaseBatch(t.Context(), tx, m.bank, batch); return err })
	}
	err := m.db.InTx(t.Context(), now, func(tx *Tx) error {
		_, err := relief.MakeBatch(t.Context(), tx, m.bank, relief.BatchInput{PublicID: uuid.NewString(), Execute: area.DateOf(tx.Now())})
		return err
	})
	if codeOf(err) != "own_payout_in_batch" {
		t.Errorf("the maker batches their own: %v", err)
	}
	b := m.batched(t)
	if err := release(now, b.PublicID); codeOf(err) != "own_payout_in_batch" {
		t.Errorf("the maker releases their own: %v", err)
	}
	err = m.as(t, "finance2", func(tx *Tx) error {
		_, err := tx.exec(t.Context(), "let it go past the program", `UPDATE bank_batches SET state = 'sent', released_by = ?, released_at = now(), file_name = 'x', file_sha256 = '\x00' WHERE public_id = ?`, was.StaffID, b.PublicID)
		return err
	})
	if !violates(err, "bank_batches_payer") {
		t.Errorf("the database lets it go: %v", err)
	}
	if err := release(m.actor(t, "finance2"), b.PublicID); err != nil || m.state(t, p) != ledger.StateSent {
		t.Errorf("a colleague's release: %v", err)
	}
}

// A payout whose account was replaced since it was started is not sent there: it is left out
// of new batches, and a draft that has it is not released.
func TestAReplacedAccountIsNotPaid(t *testing.T) {
	m := newBankTill(t)
	tk, p := m.paying(t, 1, 80_000, "6217001234567890123")
	_, sound := m.paying(t, 2, 70_000, "6217001234567890131")
	b := m.batched(t)
	m.account(t, tk, "6217009876543210987")
	release := func(b relief.Batch) func(*Tx) error {
		return func(tx *Tx) error {
			_, err := relief.ReleaseBatch(t.Context(), tx, m.bank, b.PublicID)
			return err
		}
	}
	m.refuse(t, "finance2", "replaced_in_batch", release(b))
	m.must(t, "finance", func(tx *Tx) error {
		_, err := relief.DiscardBatch(t.Context(), tx, m.bank, b.PublicID)
		return err
	})
	m.refuse(t, "finance", "replaced_in_batch", func(tx *Tx) error {
		_, err := relief.MakeBatch(t.Context(), tx, m.bank, relief.BatchInput{PublicID: uuid.NewString(), Execute: area.DateOf(tx.Now()), Payouts: []string{p.PublicID}})
		return err
	})
	rest := m.batched(t)
	if rest.Payouts != 1 || rest.Fen != sound.Fen {
		t.Errorf("the next batch has %d payouts over %d fen", rest.Payouts, rest.Fen)
	}
	m.must(t, "finance2", release(rest))
	m.must(t, "worker1", func(tx *Tx) error {
		_, err := relief.CancelPayout(t.Context(), tx, p.PublicID, "another account", moneyRules())
		return err
	})
	m.sound(t)
}

// Whoever mended an account wrongly mends it again, before the next try.
func TestAnAccountIsMendedTwice(t *testing.T) {
	m := newBankTill(t)
	tk, p := m.paying(t, 1, 80_000, "6217001234567890123")
	b := m.sent(t)
	m.loaded(t, b, m.says(t, b, nil, rail.Failed))
	fixing := func(account string) func(*Tx) error {
		return func(tx *Tx) error {
			_, err := relief.FixPayout(t.Context(), tx, p.PublicID, account, policyOf())
			return err
		}
	}
	wrong := m.account(t, tk, "6217009876543210987")
	m.must(t, "worker1", fixing(wrong))
	right := m.account(t, tk, "6217009876543210995")
	m.refuse(t, "finance", "account_replaced", reissuing(t, p))
	m.refuse(t, "worker1", "account_replaced", fixing(wrong))
	m.must(t, "worker1", fixing(right))
	m.must(t, "finance", reissuing(t, p))
	m.sound(t)
}
