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
	"example.org/hotline/ledger/rail"
	"example.org/hotline/ledger/rail/iso20022"
	"example.org/hotline/relief"
)

// tells loads the bank's statement of days: the balance it begins with, and what moved it.
func (m *bankTill) tells(t *testing.T, from, to area.Date, opening int64, lines ...rail.StatementLine) (closing int64) {
	t.Helper()
	s := rail.Statement{ID: string(from), Account: "990100200300400", From: from, To: to, Opening: opening, Lines: lines}
	s.Closing = opening + s.Moved()
	body, err := iso20022.WriteStatements(string(from), time.Date(2026, 12, 1, 9, 0, 0, 0, time.UTC), []rail.Statement{s})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := m.takes(t, relief.BankFile{Name: string(from), Body: body}); err != nil {
		t.Fatalf("the statement of %s to %s: %v", from, to, err)
	}
	return s.Closing
}

func (m *bankTill) bankBalance(t *testing.T, through area.Date) (b ledger.BankBalance) {
	t.Helper()
	m.must(t, "finance", func(tx *Tx) error {
		got, err := tx.BankBalance(t.Context(), testCounty, through)
		if err == nil {
			b = *got
		}
		return err
	})
	return b
}

func (m *till) closes(t *testing.T, kind ledger.CloseKind, through area.Date, note string, banked bool) error {
	t.Helper()
	return m.as(t, "finance", func(tx *Tx) error {
		_, err := ledger.Close(t.Context(), tx, kind, through, note, banked)
		return err
	})
}

// A month closes at the balance that the bank's statement ends with, apart from what the bank and the books tell on different days.
func TestAMonthClosesAtTheBanksBalance(t *testing.T) {
	m := newBankTill(t)
	year := time.Now().In(area.Shanghai).Year() + 1
	day := func(month time.Month, day int) area.Date {
		return area.DateOf(time.Date(year, month, day, 12, 0, 0, 0, area.Shanghai))
	}
	at := func(month time.Month, day int) {
		m.setClock(t, time.Date(year, month, day, 12, 0, 0, 0, area.Shanghai))
	}
	const first = fundAtFirst // the float was filled out of it before; the account begins with what is left
	at(10, 30)
	_, early := m.paying(t, 1, 80_000, cardNumber)
	_, late := m.paying(t, 2, 30_000, "6200000000000000025")
	b := m.sent(t)
	refs := m.references(t, b)
	m.loaded(t, b, m.says(t, b, nil, rail.Succeeded, "")) // the first is in the books on the 30th; the bank shows it on the 1st
	if early.Fen != 80_000 || late.Fen != 30_000 {
		t.Fatal("the payouts are not those of the story")
	}

	// The county's account was taken over on the 1st of October, with what the books held: nothing before it is missing.
	closing := m.tells(t, day(10, 1), day(10, 30), first)
	if got := m.bankBalance(t, day(10, 31)); got.Day != day(10, 30) || got.BankFen != first || got.BooksFen != first-80_000 || got.DifferenceFen != 80_000 || len(got.Since) != 1 || got.Since[0].Day != day(10, 30) {
		t.Errorf("the books are ahead of the bank: %+v", got)
	}
	at(11, 2)
	closing = m.tells(t, day(10, 31), day(10, 31), closing, rail.StatementLine{Date: day(10, 31), Fen: 30_000, Direction: rail.Debit, Reference: refs[1]}) // the bank's word comes into the books on the 2nd
	closing = m.tells(t, day(11, 1), day(11, 1), closing, rail.StatementLine{Date: day(11, 1), Fen: 80_000, Direction: rail.Debit, Reference: refs[0]})
	if got := m.bankBalance(t, day(10, 31)); got.DifferenceFen != 0 || len(got.Since) != 0 || got.BankFirstFen != -30_000 || got.BooksFirstFen != -80_000 || got.BankFen != first-30_000 || got.BooksFen != first-80_000 {
		t.Errorf("each tells one of the two: %+v", got)
	}
	if err := m.closes(t, ledger.CloseDay, day(10, 31), "", true); err != nil {
		t.Fatal(err)
	}

	// Where the bank's balance is another, whatever its lines say, the month does not close.
	super := connect(t, m.urls.SuperURL)
	wrong := func(by int) {
		t.Helper()
		for _, sql := range []string{`ALTER TABLE bank_statements DISABLE TRIGGER USER`, `UPDATE bank_statements SET closing_fen = closing_fen + ` + fmt.Sprint(by) + ` WHERE from_day = '` + string(day(10, 31)) + `'`,
			`UPDATE bank_statements SET opening_fen = opening_fen + ` + fmt.Sprint(by) + `, closing_fen = closing_fen + ` + fmt.Sprint(by) + ` WHERE from_day > '` + string(day(10, 31)) + `'`, `ALTER TABLE bank_statements ENABLE TRIGGER USER`} {
			if _, err := super.Exec(t.Context(), sql); err != nil {
				t.Fatal(err)
			}
		}
	}
	wrong(-500)
	refused, _ := errors.AsType[*act.Fault](m.closes(t, ledger.CloseMonth, day(10, 31), "", true))
	if refused == nil || refused.Code != "bank_differs" || refused.Args["difference"] != "-5.00" || refused.Args["days"] != string(day(10, 31))+" (-5.00)" || refused.Args["account"] != m.bankBalance(t, day(10, 31)).AccountID {
		t.Fatalf("the bank has five yuan less than the books: %+v", refused)
	}
	if got := m.bankBalance(t, day(11, 1)); got.DifferenceFen != -500 || len(got.Since) != 1 {
		t.Errorf("and still has on the day after: %+v", got)
	}
	wrong(500)
	if err := m.closes(t, ledger.CloseMonth, day(10, 31), "", true); err != nil {
		t.Fatal(err)
	}
	var report string
	m.must(t, "finance", func(tx *Tx) error {
		return tx.scan(t.Context(), "the report", `SELECT report FROM ledger_closes WHERE kind = 'month'`, nil, &report)
	})
	if !strings.Contains(report, fmt.Sprintf(`"bank_fen":%d`, first-30_000)) {
		t.Errorf("the month's report does not keep the bank's balance: %s", report)
	}

	// What came in and was explained is in no books, and is named so.
	at(11, 3)
	m.tells(t, day(11, 2), day(11, 2), closing, rail.StatementLine{Date: day(11, 2), Fen: 700, Direction: rail.Credit, BankReference: "B-7"})
	if got := m.bankBalance(t, day(11, 3)); got.DifferenceFen != 700 || got.ExplainedFen != 0 {
		t.Errorf("a line that nobody has settled: %+v", got)
	}
	if err := m.settles(t, m.openLines(t)[0].ID, "", "a gift that goes back"); err != nil {
		t.Fatal(err)
	}
	if got := m.bankBalance(t, day(11, 3)); got.DifferenceFen != 0 || got.ExplainedFen != 700 {
		t.Errorf("once it is explained: %+v", got)
	}
	m.sound(t)
}

// An account that does not begin with what the books held that evening differs from its first day on.
func TestAnAccountBeginsWithWhatTheBooksHold(t *testing.T) {
	m := newBankTill(t)
	year := time.Now().In(area.Shanghai).Year() + 1
	last := area.DateOf(time.Date(year, 10, 31, 12, 0, 0, 0, area.Shanghai))
	m.setClock(t, time.Date(year, 11, 2, 12, 0, 0, 0, area.Shanghai))
	m.tells(t, last[:8]+"30", last, fundAtFirst+5_000_000)
	if got := m.bankBalance(t, last); got.DifferenceFen != 5_000_000 || got.Since[0].Day != last[:8]+"30" {
		t.Errorf("the bank knows nothing of a float: %+v", got)
	}
	if err := m.closes(t, ledger.CloseDay, last, "", true); err != nil {
		t.Fatal(err)
	}
	if err := m.closes(t, ledger.CloseMonth, last, "", true); codeOf(err) != "statements_missing" {
		t.Errorf("a month whose account begins otherwise: %v", err)
	}
}

// A county without a bank closes its month against a paper that it names.
func TestAMonthWithoutABankNamesItsPaper(t *testing.T) {
	m := newTill(t, 5_000_000)
	year := time.Now().In(area.Shanghai).Year() + 1
	last := area.DateOf(time.Date(year, 10, 31, 12, 0, 0, 0, area.Shanghai))
	m.setClock(t, time.Date(year, 11, 2, 12, 0, 0, 0, area.Shanghai))
	if err := m.closes(t, ledger.CloseDay, last, "", false); err != nil {
		t.Fatal(err)
	}
	for _, note := range []string{"", "  "} {
		if err := m.closes(t, ledger.CloseMonth, last, note, false); codeOf(err) != "paper_required" {
			t.Errorf("with %q: %v", note, err)
		}
	}
	if err := m.closes(t, ledger.CloseMonth, last, "passbook, page 12", false); err != nil {
		t.Fatal(err)
	}
}
