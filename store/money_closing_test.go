package store

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"example.org/hotline/area"
	"example.org/hotline/internal/act"
	"example.org/hotline/ledger"
	"example.org/hotline/relief"
)

// paid is a payout that its citizen has received.
func (m *till) paid(t *testing.T, person int, fen int64) ledger.Disbursement {
	t.Helper()
	tk, d := m.decided(t, person, fen)
	p := m.started(t, "worker1", d)
	m.must(t, "worker1", issuing(t, p))
	m.must(t, "worker1", m.receiving(t, "worker1", tk, p, ""))
	return p
}

func (m *till) reversed(t *testing.T, p ledger.Disbursement) {
	t.Helper()
	m.must(t, "finance", func(tx *Tx) error {
		_, err := relief.ReversePayout(t.Context(), tx, p.PublicID, "the photo shows somebody else")
		return err
	})
}

// imprest is the township's float held against what filled it.
func (m *till) imprest(t *testing.T) (v ledger.ImprestView) {
	t.Helper()
	m.must(t, "finance", func(tx *Tx) error {
		all, err := tx.Imprest(t.Context())
		for _, i := range all {
			if i.Area == string(testTownship) {
				v = i
			}
		}
		return err
	})
	if v.MissingFen != 0 {
		t.Errorf("the float misses %d fen: %+v", v.MissingFen, v)
	}
	return v
}

func (m *till) claims(t *testing.T, voucher string) (c ledger.Reimbursement, err error) {
	t.Helper()
	err = m.as(t, "finance", func(tx *Tx) (err error) {
		c, err = ledger.Reimburse(t.Context(), tx, testTownship, voucher)
		return err
	})
	return c, err
}

// What a float has paid out is repaid once, and what is taken back afterwards is set off.
func TestVouchersAreRepaidOnce(t *testing.T) {
	m := newTill(t, 5_000_000)
	first, second := m.paid(t, 1, 80_000), m.paid(t, 2, 30_000)
	if v := m.imprest(t); v.Vouchers != 2 || v.ClaimableFen != 110_000 || v.FilledFen != 5_000_000 {
		t.Errorf("before the claim: %+v", v)
	}
	m.refuse(t, "head", "not_found", func(tx *Tx) error { _, err := ledger.Reimburse(t.Context(), tx, testTownship, "c0"); return err })
	if c, err := m.claims(t, "c1"); err != nil || c.Fen != 110_000 || len(c.Items) != 2 {
		t.Fatalf("the claim: %+v (%v)", c, err)
	}
	if got := m.balance(t, ledger.Float); got != 5_000_000 {
		t.Errorf("the float holds %d after the claim", got)
	}
	if _, err := m.claims(t, "c2"); codeOf(err) != "nothing_to_claim" {
		t.Errorf("a second claim: %v", err)
	}
	m.reversed(t, second)
	if v := m.imprest(t); v.ClaimableFen != -30_000 || v.CashFen != 30_000 {
		t.Errorf("a repaid payout is taken back: %+v", v)
	}
	third := m.paid(t, 3, 50_000)
	if _, err := m.claims(t, "c1"); codeOf(err) != "already_booked" {
		t.Errorf("the same voucher again: %v", err)
	}
	if c, err := m.claims(t, "c2"); err != nil || c.Fen != 20_000 || len(c.Items) != 2 {
		t.Errorf("the next claim: %+v (%v)", c, err)
	}
	m.reversed(t, third)
	m.reversed(t, first)
	m.imprest(t)
	m.sound(t)
	if _, err := connect(t, m.urls.SuperURL).Exec(t.Context(), `UPDATE accounts SET posted_fen = posted_fen - 1 WHERE kind = 'float'`); err != nil {
		t.Fatal(err)
	}
	v, err := m.db.VerifyLedger(t.Context())
	if err != nil || !strings.Contains(checksOf(v), "imprest") {
		t.Errorf("a fen is missing from the float, and verify says %v (%v)", v.Faults, err)
	}
}

func checksOf(v ledger.Verification) string {
	var checks []string
	for _, f := range v.Faults {
		checks = append(checks, f.Check)
	}
	return strings.Join(checks, " ")
}

// A month's report equals the ledger to the fen, and stays so when what it tells of is taken back later.
func TestTheMonthsReportEqualsTheLedger(t *testing.T) {
	m := newTill(t, 5_000_000)
	year := time.Now().In(area.Shanghai).Year() + 1 // the till was funded today
	day := func(month time.Month, day int) area.Date {
		return area.DateOf(time.Date(year, month, day, 12, 0, 0, 0, area.Shanghai))
	}
	m.setClock(t, time.Date(year, 10, 20, 4, 0, 0, 0, time.UTC))
	m.must(t, "finance", func(tx *Tx) error { return ledger.AllocateFund(t.Context(), tx, testCounty, 7_000_00, "oct") })
	kept, wrong := m.paid(t, 1, 80_000), m.paid(t, 2, 30_000)
	if _, err := m.claims(t, "c1"); err != nil {
		t.Fatal(err)
	}
	report := func(from, to area.Date) (r ledger.MonthReport) {
		m.must(t, "finance", func(tx *Tx) (err error) {
			r, err = tx.MonthReport(t.Context(), testCounty, from, to)
			return err
		})
		if !r.Agrees {
			t.Errorf("the report of %s to %s does not agree: %+v", from, to, r)
		}
		return r
	}
	before := report(day(10, 1), day(10, 31))
	if before.PaidFen != kept.Fen+wrong.Fen || before.TakenBackFen != 0 || before.GivenFen != 7_000_00 || len(before.Paid) != 1 || before.Paid[0].Payouts != 2 {
		t.Errorf("october: %+v", before)
	}
	m.setClock(t, time.Date(year, 11, 3, 4, 0, 0, 0, time.UTC))
	m.reversed(t, wrong)
	if after := report(day(10, 1), day(10, 31)); after.PaidFen != before.PaidFen || after.HeldFen != before.HeldFen || after.TakenBackFen != 0 {
		t.Errorf("october has changed in november: %+v", after)
	}
	if r := report(day(11, 1), day(11, 30)); r.TakenBackFen != wrong.Fen || r.PaidFen != 0 || r.HeldFen != before.HeldFen+wrong.Fen {
		t.Errorf("november: %+v", r)
	}
	whole := report(day(1, 1), day(12, 31))
	for _, b := range whole.Balances { // the other way round: out of the postings, account by account
		var posted int64
		m.must(t, "finance", func(tx *Tx) error {
			return tx.scan(t.Context(), "sum postings", `SELECT coalesce(sum(p.fen), 0)::bigint FROM postings p JOIN accounts a ON a.id = p.account_id WHERE p.layer = 'posted' AND a.kind = ? AND a.area_code = ?
				AND ledger_day(p.at) BETWEEN ?::date AND ?::date`, []any{string(b.Kind), b.Area, string(day(1, 1)), string(day(12, 31))}, &posted)
		})
		if b.DebitFen-b.CreditFen != posted || b.ClosingFen-b.OpeningFen != posted {
			t.Errorf("%s of %s: the report says %+v, its postings sum to %d", b.Kind, b.Area, b, posted)
		}
	}
}

// Days, months and years close in their order, and stay as they were.
func TestClosing(t *testing.T) {
	m := newTill(t, 5_000_000)
	year := time.Now().In(area.Shanghai).Year() + 1 // the till was funded today
	at := func(month time.Month, day int) time.Time {
		return time.Date(year, month, day, 12, 0, 0, 0, area.Shanghai)
	}
	m.setClock(t, at(12, 30))
	p := m.paid(t, 1, 80_000)
	closing := func(kind ledger.CloseKind, through time.Time) error {
		return m.as(t, "finance", func(tx *Tx) error {
			_, err := ledger.Close(t.Context(), tx, kind, area.DateOf(through), "", false)
			return err
		})
	}
	refused := func(code string, kind ledger.CloseKind, through time.Time) {
		t.Helper()
		if err := closing(kind, through); codeOf(err) != code {
			t.Errorf("%s through %s: %v, want %s", kind, area.DateOf(through), err, code)
		}
	}
	refused("day_not_over", ledger.CloseDay, at(12, 30))
	m.setClock(t, at(12, 30).AddDate(0, 0, 3))
	refused("not_month_end", ledger.CloseMonth, at(12, 30))
	refused("not_year_end", ledger.CloseYear, at(11, 30))
	refused("close_first", ledger.CloseMonth, at(12, 31))
	if err := closing(ledger.CloseDay, at(12, 31)); err != nil {
		t.Fatal(err)
	}
	refused("closed_already", ledger.CloseDay, at(12, 30))
	refused("close_first", ledger.CloseYear, at(12, 31))

	line := `INSERT INTO bank_statements (public_id, area_code, bank, from_day, to_day, opening_fen, closing_fen, sha256, loaded_by, loaded_at)
			SELECT gen_random_uuid(), '` + string(testCounty) + `', 'b', $1, $1, ` + fmt.Sprint(fundAtFirst) + `, ` + fmt.Sprint(fundAtFirst+1) + `, sha256('x'), id, now() FROM staff LIMIT 1;`
	super := connect(t, m.urls.SuperURL)
	if _, err := super.Exec(t.Context(), strings.NewReplacer("$1", "'"+string(area.DateOf(at(12, 1)))+"'", ", "+fmt.Sprint(fundAtFirst+1), ", "+fmt.Sprint(fundAtFirst)).Replace(line)+strings.ReplaceAll(line, "$1", "'"+string(area.DateOf(at(12, 31)))+"'")+`
		INSERT INTO statement_lines (public_id, statement_id, area_code, line, day, fen) SELECT gen_random_uuid(), id, area_code, 1, to_day, 1 FROM bank_statements WHERE closing_fen > opening_fen`); err != nil {
		t.Fatal(err)
	}
	refused("month_open", ledger.CloseMonth, at(12, 31))
	if _, err := super.Exec(t.Context(), `UPDATE statement_lines SET explained = 'interest', settled_at = now(), settled_by = (SELECT min(id) FROM staff)`); err != nil {
		t.Fatal(err)
	}
	if _, err := super.Exec(t.Context(), `UPDATE statement_lines SET explained = 'another word'`); err == nil {
		t.Error("a settled line was settled anew")
	}
	// Every day of the month has to be on a statement.
	missing, _ := errors.AsType[*act.Fault](closing(ledger.CloseMonth, at(12, 31)))
	if missing == nil || missing.Code != "statements_missing" || missing.Args["days"] != fmt.Sprintf("%d-12-02/%d-12-30", year, year) {
		t.Errorf("twenty-nine days without a statement: %+v", missing)
	}
	if _, err := super.Exec(t.Context(), `INSERT INTO bank_statements (public_id, area_code, bank, from_day, to_day, opening_fen, closing_fen, sha256, loaded_by, loaded_at)
			SELECT gen_random_uuid(), area_code, 'b', to_day - 29, to_day - 1, opening_fen, opening_fen, sha256('y'), loaded_by, loaded_at FROM bank_statements WHERE closing_fen > opening_fen`); err != nil {
		t.Fatal(err)
	}
	if err := closing(ledger.CloseMonth, at(12, 31)); err != nil {
		t.Fatal(err)
	}
	if err := closing(ledger.CloseYear, at(12, 31)); err != nil {
		t.Fatal(err)
	}
	refused("closed_already", ledger.CloseYear, at(12, 31))
	if got := m.balance(t, ledger.Expense); got != 0 {
		t.Errorf("%d fen of the year's expenses were not carried", got)
	}
	m.sound(t)

	// A clock that is set back books nothing into what is closed; a reversal of today's does no harm to it.
	m.setClock(t, at(12, 31))
	err := m.as(t, "finance", func(tx *Tx) error { return ledger.AllocateFund(t.Context(), tx, testCounty, 100, "late") })
	if !violates(err, "entries_day_open") {
		t.Errorf("money was booked into a closed day: %v", err)
	}
	m.setClock(t, at(12, 31).AddDate(0, 0, 5))
	m.reversed(t, p)
	m.sound(t)
	m.must(t, "finance", func(tx *Tx) error {
		list, err := tx.Closings(t.Context(), testCounty)
		if len(list) != 3 || list[0].Kind != ledger.CloseYear || len(list[0].Hash) != 64 {
			t.Errorf("closings: %+v", list)
		}
		return err
	})
	for _, sql := range []string{`UPDATE ledger_closes SET note = 'x'`, `DELETE FROM ledger_closes`} {
		if err := m.db.InTx(t.Context(), act.SystemConsole, func(tx *Tx) error { _, err := tx.exec(t.Context(), "x", sql); return err }); err == nil {
			t.Errorf("%s was let through", sql)
		}
	}
}
