package store

import (
	"testing"
	"time"

	"github.com/google/uuid"

	"example.org/hotline/area"
	"example.org/hotline/ledger"
	"example.org/hotline/ledger/rail"
	"example.org/hotline/relief"
	"example.org/hotline/ticket"
)

func proposing(t *testing.T, in ledger.AdjustInput, out *string) func(*Tx) error {
	if in.PublicID == "" {
		in.PublicID = uuid.NewString()
	}
	return func(tx *Tx) error {
		a, err := relief.ProposeAdjustment(t.Context(), tx, in)
		if err == nil && out != nil {
			*out = a.PublicID
		}
		return err
	}
}

func deciding(t *testing.T, id string, o ledger.AdvanceOutcome, note string) func(*Tx) error {
	return func(tx *Tx) error {
		_, err := relief.AnswerAdjustment(t.Context(), tx, id, o, note)
		return err
	}
}

// inSuspense is what stands in suspense in the county.
func (m *till) inSuspense(t *testing.T) (items []ledger.SuspenseView) {
	t.Helper()
	m.must(t, "finance", func(tx *Tx) (err error) {
		items, err = tx.SuspenseItems(t.Context(), testCounty)
		return err
	})
	return items
}

// adjusted has two people of county finance end what stands in suspense.
func (m *bankTill) adjusted(t *testing.T, kind ledger.AdjustmentKind, suspense string, fen int64, voucher string) {
	t.Helper()
	var id string
	m.must(t, "finance", proposing(t, ledger.AdjustInput{Kind: kind, Suspense: suspense, Fen: fen, Voucher: voucher, Note: "as the file says"}, &id))
	m.must(t, "finance2", deciding(t, id, ledger.AdvanceSigned, ""))
}

func (m *till) open(t *testing.T, kind ledger.OpenKind) (items []ledger.OpenItem) {
	t.Helper()
	m.must(t, "finance", func(tx *Tx) error {
		all, err := tx.OpenItems(t.Context(), testCounty, area.DateOf(tx.Now()))
		for _, i := range all {
			if i.Kind == kind {
				items = append(items, i)
			}
		}
		return err
	})
	return items
}

// twiceTried is a payout whose first try has failed and whose second is with the bank.
func (m *bankTill) twiceTried(t *testing.T) (p ledger.Disbursement, first, second relief.Batch) {
	t.Helper()
	tk, p := m.paying(t, 1, 80_000, cardNumber)
	first = m.sent(t)
	m.loaded(t, first, m.says(t, first, nil, rail.Failed))
	m.repaired(t, tk, p)
	m.must(t, "finance", reissuing(t, p))
	return p, first, m.batched(t)
}

func (m *bankTill) released(t *testing.T, b relief.Batch) {
	t.Helper()
	m.must(t, "finance2", func(tx *Tx) error {
		_, err := relief.ReleaseBatch(t.Context(), tx, m.bank, b.PublicID)
		return err
	})
}

// drained leaves a county's fund with nothing but what it holds back.
func (m *till) drained(t *testing.T) {
	t.Helper()
	free := m.count(t, `SELECT posted_fen - pending_out_fen FROM accounts WHERE kind = 'fund'`)
	m.must(t, "finance", func(tx *Tx) error {
		return ledger.FundFloat(t.Context(), tx, testTownship, int64(free), "all of it")
	})
}

// A late success is a fact: the alarm and the claim are there whether or not the fund has the money. What it lacks stands
// in suspense until finance has booked money and two of its people cover it; then the bank's line agrees as well.
func TestALateSuccessThatTheFundCannotCover(t *testing.T) {
	m := newBankTill(t)
	p, first, second := m.twiceTried(t)
	m.released(t, second)
	m.drained(t)
	if got := m.loaded(t, first, m.says(t, first, nil, rail.Succeeded)); got.PaidTwice != 1 || m.state(t, p) != ledger.StateSent {
		t.Fatalf("late: %+v", got)
	}
	m.stands(t, "not covered", map[ledger.Kind]int{ledger.Fund: 80_000, ledger.Recovery: 80_000, ledger.Suspense: -80_000, ledger.InTransit: -80_000})
	if n := m.count(t, `SELECT count(*) FROM notices WHERE template = 'bank_paid_twice'`); n == 0 || m.count(t, `SELECT count(*) FROM claims WHERE why = 'late_success'`) != 1 {
		t.Errorf("%d were alarmed", n)
	}
	m.loaded(t, second, m.says(t, second, nil, rail.Succeeded))
	m.imprest(t)
	open := m.open(t, ledger.OpenLate)
	if len(open) != 1 || open[0].What != p.PublicID || open[0].Fen != -80_000 {
		t.Fatalf("what is open: %+v", open)
	}
	items := m.inSuspense(t)
	if len(items) != 1 || items[0].PayoutID != p.PublicID || items[0].Count || len(items[0].Kinds) != 1 {
		t.Fatalf("in suspense: %+v", items)
	}
	it := ledger.AdjustInput{Kind: ledger.AdjustCover, Suspense: items[0].AccountID, Voucher: "a-1", Note: "booked"}
	for code, spoil := range map[string]func(*ledger.AdjustInput){"adjustment_kind": func(in *ledger.AdjustInput) { in.Kind = ledger.AdjustWriteOff }, "voucher_required": func(in *ledger.AdjustInput) { in.Voucher = "" },
		"cover_whole": func(in *ledger.AdjustInput) { in.Fen = 79_999 }, "not_found": func(in *ledger.AdjustInput) { in.Suspense = uuid.NewString() }, "adjustment_of": func(in *ledger.AdjustInput) { in.Line = uuid.NewString() }} {
		bad := it
		spoil(&bad)
		m.refuse(t, "finance", code, proposing(t, bad, nil))
	}
	m.refuse(t, "head", "not_found", proposing(t, it, nil))
	var id string
	m.must(t, "finance", proposing(t, it, &id))
	m.refuse(t, "finance2", "adjustment_waits", proposing(t, it, nil))
	m.refuse(t, "finance", "own_adjustment", deciding(t, id, ledger.AdvanceSigned, ""))
	m.refuse(t, "finance2", "reason_required", deciding(t, id, ledger.AdvanceDeclined, ""))
	m.refuse(t, "head", "not_found", deciding(t, id, ledger.AdvanceSigned, ""))
	m.refuse(t, "finance2", "fund_empty", deciding(t, id, ledger.AdvanceSigned, ""))
	m.must(t, "finance", func(tx *Tx) error { return ledger.AllocateFund(t.Context(), tx, testCounty, 80_000, "more") })

	line := rail.StatementLine{Fen: 80_000, Direction: rail.Debit, Reference: m.references(t, first)[0]}
	if got, err := m.takes(t, m.statement(t, "late", line)); err != nil || got.Matched != 0 {
		t.Fatalf("the bank's line before it is covered: %+v (%v)", got, err)
	}
	m.must(t, "finance2", deciding(t, id, ledger.AdvanceSigned, ""))
	m.refuse(t, "finance2", "already_answered", deciding(t, id, ledger.AdvanceSigned, ""))
	m.stands(t, "covered", map[ledger.Kind]int{ledger.Fund: 0, ledger.Recovery: 80_000, ledger.Suspense: 0})
	if len(m.openLines(t)) != 0 || len(m.open(t, ledger.OpenLate)) != 0 || len(m.inSuspense(t)) != 0 {
		t.Error("covered, and something of it is still open")
	}
	m.must(t, "finance", func(tx *Tx) error {
		r, err := tx.MonthReport(t.Context(), testCounty, area.DateOf(tx.Now()), area.DateOf(tx.Now()))
		if !r.Agrees {
			t.Errorf("the report does not agree: %+v", r)
		}
		return err
	})
}

// Before it was paid anew, too: the payout has arrived, and the fund owes the bank's account.
func TestALateSuccessBeforeTheRepairThatTheFundCannotCover(t *testing.T) {
	m := newBankTill(t)
	_, p := m.paying(t, 1, 80_000, cardNumber)
	b := m.sent(t)
	m.loaded(t, b, m.says(t, b, nil, rail.Failed))
	m.drained(t)
	if got := m.loaded(t, b, m.says(t, b, nil, rail.Succeeded)); got.Succeeded != 1 || m.state(t, p) != ledger.StateSucceeded {
		t.Fatalf("late: %+v", got)
	}
	m.stands(t, "not covered", map[ledger.Kind]int{ledger.Fund: 0, ledger.Returned: 0, ledger.Suspense: -80_000})
	if got, err := m.takes(t, m.statement(t, "late", rail.StatementLine{Fen: 80_000, Direction: rail.Debit, Reference: m.references(t, b)[0]})); err != nil || got.Matched != 0 {
		t.Fatalf("%+v (%v)", got, err)
	}
	m.must(t, "finance", func(tx *Tx) error { return ledger.AllocateFund(t.Context(), tx, testCounty, 100_000, "more") })
	m.adjusted(t, ledger.AdjustCover, m.inSuspense(t)[0].AccountID, 0, "a-1")
	if m.state(t, p) != ledger.StateReconciled {
		t.Errorf("covered and on the statement, the payout is %s", m.state(t, p))
	}
	m.loaded(t, b, m.says(t, b, nil, rail.Failed)) // it comes back in the end
	if m.state(t, p) != ledger.StateFailed {
		t.Errorf("come back, the payout is %s", m.state(t, p))
	}
	m.stands(t, "came back", map[ledger.Kind]int{ledger.Fund: 100_000, ledger.Returned: -80_000, ledger.Suspense: 0})
}

// What comes back of a late success that the fund could not cover covers it: the fund never holds more than the bank.
func TestAnUncoveredLateSuccessThatComesBackLeavesNothing(t *testing.T) {
	m := newBankTill(t)
	_, first, second := m.twiceTried(t)
	m.released(t, second)
	m.drained(t)
	m.loaded(t, first, m.says(t, first, nil, rail.Succeeded))
	m.stands(t, "not covered", map[ledger.Kind]int{ledger.Fund: 80_000, ledger.Recovery: 80_000, ledger.Suspense: -80_000, ledger.InTransit: -80_000})
	m.loaded(t, first, m.says(t, first, nil, rail.Failed))
	m.stands(t, "come back", map[ledger.Kind]int{ledger.Fund: 80_000, ledger.Recovery: 0, ledger.Suspense: 0, ledger.InTransit: -80_000})
	if open := m.open(t, ledger.OpenLate); len(open) != 0 {
		t.Errorf("still open: %+v", open)
	}
	m.sound(t)
}

// Where the first try has arrived, the second is called off or fails: the payee was paid once, the claim ends by itself, and
// the payout has succeeded by the first. What the bank takes back afterwards is repaired as ever.
func TestASecondTryThatIsDeadEndsTheClaim(t *testing.T) {
	for name, ends := range map[string]func(*testing.T, *bankTill, ledger.Disbursement, relief.Batch, relief.Batch){
		"called off": func(t *testing.T, m *bankTill, p ledger.Disbursement, first, second relief.Batch) {
			if got := m.loaded(t, first, m.says(t, first, nil, rail.Succeeded)); got.PaidTwice != 1 {
				t.Fatalf("late: %+v", got)
			}
			m.must(t, "finance", func(tx *Tx) error {
				_, err := relief.DiscardBatch(t.Context(), tx, m.bank, second.PublicID)
				return err
			})
			m.must(t, "head", func(tx *Tx) error {
				_, err := relief.CancelPayout(t.Context(), tx, p.PublicID, "the first has arrived", moneyRules())
				return err
			})
		},
		"failed": func(t *testing.T, m *bankTill, _ ledger.Disbursement, first, second relief.Batch) {
			m.released(t, second)
			m.loaded(t, first, m.says(t, first, nil, rail.Succeeded))
			m.loaded(t, second, m.says(t, second, nil, rail.Failed))
		},
		"failed before": func(t *testing.T, m *bankTill, _ ledger.Disbursement, first, second relief.Batch) {
			m.released(t, second)
			m.loaded(t, second, m.says(t, second, nil, rail.Failed))
			if got := m.loaded(t, first, m.says(t, first, nil, rail.Succeeded)); got.Succeeded != 1 {
				t.Fatalf("nothing of it is alive or has arrived, and the first is %+v", got)
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			m := newBankTill(t)
			p, first, second := m.twiceTried(t)
			ends(t, m, p, first, second)
			if m.state(t, p) != ledger.StateSucceeded {
				t.Errorf("the payout is %s", m.state(t, p))
			}
			m.stands(t, "netted", map[ledger.Kind]int{ledger.Fund: fundAtFirst - 80_000, ledger.Recovery: 0, ledger.Payable: 0, ledger.Returned: 0, ledger.InTransit: 0, ledger.Expense: 80_000})
			if n := m.count(t, `SELECT count(*) FROM claims WHERE recovered_fen < fen`); n != 0 {
				t.Errorf("%d claims are open", n)
			}
			if n := m.count(t, `SELECT count(*) FROM notices WHERE template = 'payment_citizen'`); n != 1 {
				t.Errorf("the citizen was told %d times", n)
			}
			if n := m.count(t, `SELECT count(*) FROM limit_uses WHERE released_at IS NULL`); n == 0 {
				t.Error("what was paid counts against no limit")
			}
			m.loaded(t, first, m.says(t, first, nil, rail.Failed))
			m.stands(t, "came back", map[ledger.Kind]int{ledger.Fund: fundAtFirst, ledger.Recovery: 0, ledger.Returned: -80_000})
			account := m.account(t, ticket.Ticket{ID: ticket.ID(p.Case)}, "6200000000000000033")
			m.must(t, "worker1", func(tx *Tx) error {
				_, err := relief.FixPayout(t.Context(), tx, p.PublicID, account, policyOf())
				return err
			})
			m.must(t, "finance", reissuing(t, p))
			third := m.sent(t)
			m.loaded(t, third, m.says(t, third, nil, rail.Succeeded))
			m.stands(t, "the third", map[ledger.Kind]int{ledger.Fund: fundAtFirst - 80_000, ledger.Recovery: 0, ledger.Returned: 0, ledger.Expense: 80_000})
		})
	}
}

// What counts miss or find too much is ended in one of four ways; the float comes to what filled it each time, and the report agrees.
func TestWhatCountsFoundIsEnded(t *testing.T) {
	m := newBankTill(t)
	m.advanced(t, "worker1", 200_000)
	counted := func(fen int64) string {
		id := m.offered(t, "worker1", ledger.AdvanceCount, "", fen, "as it lay there")
		m.must(t, "head", answering(t, id, ledger.AdvanceSigned, ""))
		return m.inSuspense(t)[0].AccountID
	}
	account := counted(140_000)
	if items := m.inSuspense(t); len(items) != 1 || items[0].Fen != 60_000 || items[0].Holder != "worker1" || !items[0].Count || len(items[0].Kinds) != 3 {
		t.Fatalf("in suspense: %+v", items)
	}
	m.adjusted(t, ledger.AdjustPaidIn, account, 10_000, "a-1")
	m.stands(t, "paid in", map[ledger.Kind]int{ledger.Suspense: 50_000, ledger.Float: 4_810_000})
	m.imprest(t)
	m.adjusted(t, ledger.AdjustWriteOff, account, 20_000, "a-2")
	m.stands(t, "written off", map[ledger.Kind]int{ledger.Suspense: 30_000, ledger.Float: 4_830_000, ledger.Expense: 20_000, ledger.Fund: fundAtFirst - 20_000})
	m.imprest(t)
	m.adjusted(t, ledger.AdjustClaim, account, 0, "a-3")
	m.stands(t, "claimed", map[ledger.Kind]int{ledger.Suspense: 0, ledger.Float: 4_860_000, ledger.Recovery: 30_000, ledger.Fund: fundAtFirst - 50_000})
	m.imprest(t)
	var claim ledger.Claim
	m.must(t, "finance", func(tx *Tx) error {
		all, err := tx.Claims(t.Context(), 10)
		if err != nil || len(all) != 1 || all[0].Holder != "worker1" || all[0].LeftFen != 30_000 || all[0].Why != ledger.ClaimShortage {
			t.Fatalf("claims %+v (%v)", all, err)
		}
		claim, err = tx.ClaimForUpdate(t.Context(), all[0].ID)
		return err
	})
	m.must(t, "finance", func(tx *Tx) error { return ledger.Recover(t.Context(), tx, &claim, 30_000, "wages") })
	m.stands(t, "made good", map[ledger.Kind]int{ledger.Recovery: 0, ledger.Fund: fundAtFirst - 20_000})

	account = counted(145_000)
	if items := m.inSuspense(t); len(items) != 1 || items[0].Fen != -5_000 {
		t.Fatalf("too much: %+v", items)
	}
	var stale string
	m.must(t, "finance", proposing(t, ledger.AdjustInput{Kind: ledger.AdjustSurplus, Suspense: account, Voucher: "a-4"}, &stale))
	counted(147_000) // two people have looked again meanwhile
	m.must(t, "finance2", deciding(t, stale, ledger.AdvanceSigned, ""))
	m.stands(t, "kept", map[ledger.Kind]int{ledger.Suspense: -2_000, ledger.Float: 4_855_000, ledger.Fund: fundAtFirst - 15_000})
	m.imprest(t)
	m.must(t, "finance", proposing(t, ledger.AdjustInput{Kind: ledger.AdjustSurplus, Suspense: account, Voucher: "a-5"}, &stale))
	m.must(t, "worker1", offering(t, ledger.AdvanceCount, "", 146_000, "one note was counted twice", &stale))
	m.must(t, "head", answering(t, stale, ledger.AdvanceSigned, ""))
	m.must(t, "finance", func(tx *Tx) error {
		all, err := tx.Adjustments(t.Context(), testCounty)
		if err == nil && (len(all) != 5 || all[0].Outcome != "" || all[0].Holder != "worker1") {
			t.Errorf("adjustments: %+v", all)
		}
		stale = all[0].ID
		return err
	})
	m.refuse(t, "finance2", "suspense_changed", deciding(t, stale, ledger.AdvanceSigned, ""))
	m.must(t, "finance", deciding(t, stale, ledger.AdvanceWithdrawn, ""))
	m.must(t, "finance", func(tx *Tx) error {
		r, err := tx.MonthReport(t.Context(), testCounty, area.DateOf(tx.Now()), area.DateOf(tx.Now()))
		if !r.Agrees || r.MissedFen != 50_000 || r.FoundFen != 5_000 {
			t.Errorf("the report: %+v", r)
		}
		return err
	})
}

// A bank's fee and interest are booked from the statement's line by two people, and agree with it.
func TestFeesAndInterest(t *testing.T) {
	m := newBankTill(t)
	if _, err := m.takes(t, m.statement(t, "own", rail.StatementLine{Fen: 1_500, Direction: rail.Debit, BankReference: "F-1"}, rail.StatementLine{Fen: 2_345, Direction: rail.Credit, BankReference: "I-1"})); err != nil {
		t.Fatal(err)
	}
	lines := m.openLines(t)
	if len(lines) != 2 {
		t.Fatalf("lines %+v", lines)
	}
	fee, interest := lines[0].ID, lines[1].ID
	m.refuse(t, "finance", "adjustment_kind", proposing(t, ledger.AdjustInput{Kind: ledger.AdjustFee, Line: interest, Voucher: "f-1"}, nil))
	m.refuse(t, "finance", "outflow_explained", func(tx *Tx) error { return relief.SettleStatementLine(t.Context(), tx, fee, "", "a fee") })
	var first, second, declined string
	m.must(t, "finance", proposing(t, ledger.AdjustInput{Kind: ledger.AdjustFee, Line: fee, Voucher: "f-1"}, &declined))
	m.must(t, "finance2", deciding(t, declined, ledger.AdvanceDeclined, "ask the bank first"))
	m.must(t, "finance", proposing(t, ledger.AdjustInput{Kind: ledger.AdjustFee, Line: fee, Voucher: "f-1"}, &first))
	m.must(t, "finance2", proposing(t, ledger.AdjustInput{Kind: ledger.AdjustInterest, Line: interest, Voucher: "i-1"}, &second))
	m.must(t, "finance2", deciding(t, first, ledger.AdvanceSigned, ""))
	m.must(t, "finance", deciding(t, second, ledger.AdvanceSigned, ""))
	m.stands(t, "booked", map[ledger.Kind]int{ledger.Fund: fundAtFirst - 1_500 + 2_345, ledger.Expense: 1_500, ledger.Appropriation: -100_000_000 - 2_345})
	if left := m.openLines(t); len(left) != 0 {
		t.Errorf("lines left %+v", left)
	}
	m.refuse(t, "finance", "line_settled", proposing(t, ledger.AdjustInput{Kind: ledger.AdjustFee, Line: fee, Voucher: "f-2"}, nil))
	m.must(t, "finance", func(tx *Tx) error {
		r, err := tx.MonthReport(t.Context(), testCounty, area.DateOf(tx.Now()), area.DateOf(tx.Now()))
		if !r.Agrees || r.FeesFen != 1_500 || r.InterestFen != 2_345 {
			t.Errorf("the report: %+v", r)
		}
		return err
	})
	for what, sql := range map[string]string{"adjustments": `UPDATE adjustments SET fen = fen + 1`, "its signatures": `DELETE FROM adjustment_signatures`} {
		if err := m.as(t, "finance", func(tx *Tx) error { _, err := tx.exec(t.Context(), "change "+what, sql); return err }); err == nil {
			t.Errorf("%s can be changed", what)
		}
	}
}

// The cash of a reversed receipt goes from its payer back into the float, on two people's word, and is open until then.
func TestTheCashOfAReversedReceiptComesBack(t *testing.T) {
	m := newTill(t, 5_000_000)
	p := m.paid(t, 1, 80_000)
	giving := func(receipt string, out *string) func(*Tx) error {
		return func(tx *Tx) error {
			a, err := relief.OfferAdvance(t.Context(), tx, relief.AdvanceInput{PublicID: uuid.NewString(), Kind: ledger.AdvanceGiveBack, Payout: p.PublicID, Receipt: receipt}, policyOf())
			if err == nil && out != nil {
				*out = a.PublicID
			}
			return err
		}
	}
	m.refuse(t, "worker1", "not_reversed", giving("q-1", nil))
	m.reversed(t, p)
	if open := m.open(t, ledger.OpenReversed); len(open) != 1 || open[0].What != p.PublicID || open[0].Fen != 80_000 {
		t.Fatalf("open: %+v", open)
	}
	m.must(t, "worker1", func(tx *Tx) error {
		mine, err := tx.ReversedCash(t.Context(), true)
		if err == nil && (len(mine) != 1 || mine[0].PayoutID != p.PublicID || mine[0].Offered) {
			t.Errorf("the payer's list: %+v", mine)
		}
		return err
	})
	m.refuse(t, "worker1", "receipt_required", giving("", nil))
	m.refuse(t, "worker2", "not_payer", giving("q-1", nil))
	m.refuse(t, "finance", "not_found", giving("q-1", nil))
	var id string
	m.must(t, "worker1", giving("q-1", &id))
	m.refuse(t, "worker1", "given_back", giving("q-2", nil))
	m.refuse(t, "worker1", "own_hands", answering(t, id, ledger.AdvanceSigned, ""))
	m.must(t, "head", answering(t, id, ledger.AdvanceDeclined, "I count 700"))
	m.must(t, "worker1", giving("q-2", &id))
	m.must(t, "head", answering(t, id, ledger.AdvanceSigned, ""))
	if m.balance(t, ledger.Cash) != 0 || m.balance(t, ledger.Float) != 5_000_000 || len(m.open(t, ledger.OpenReversed)) != 0 {
		t.Errorf("cash %d, float %d", m.balance(t, ledger.Cash), m.balance(t, ledger.Float))
	}
	m.imprest(t)
	m.sound(t)
	m.refuse(t, "worker1", "given_back", giving("q-3", nil))
	if m.moveClock(t, time.Hour); len(m.open(t, ledger.OpenReversed)) != 0 {
		t.Error("open again")
	}
}
