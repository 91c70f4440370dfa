package store

import (
	"errors"
	"testing"
	"time"

	"example.org/hotline/area"
	"example.org/hotline/ledger"
	"example.org/hotline/ledger/rail"
	"example.org/hotline/ledger/rail/iso20022"
	"example.org/hotline/relief"
)

// statement is the bank's statement of a day with these lines.
func (m *bankTill) statement(t *testing.T, name string, lines ...rail.StatementLine) relief.BankFile {
	t.Helper()
	var day area.Date
	m.must(t, "finance", func(tx *Tx) error { day = area.DateOf(tx.Now()); return nil })
	s := rail.Statement{ID: name, Account: "990100200300400", From: day, To: day, Opening: 0, Lines: lines}
	for i := range s.Lines {
		s.Lines[i].Date = day
	}
	s.Closing = s.Moved()
	body, err := iso20022.WriteStatements(name, time.Date(2026, 12, 1, 9, 0, 0, 0, time.UTC), []rail.Statement{s})
	if err != nil {
		t.Fatal(err)
	}
	return relief.BankFile{Name: name + ".xml", Body: body}
}

func (m *bankTill) takes(t *testing.T, f relief.BankFile) (got relief.StatementLoaded, err error) {
	t.Helper()
	err = m.as(t, "finance", func(tx *Tx) (err error) {
		got, err = relief.LoadStatement(t.Context(), tx, m.bank, f, moneyRules())
		return err
	})
	return got, err
}

func (m *bankTill) openLines(t *testing.T) (lines []ledger.BankLine) {
	t.Helper()
	m.must(t, "finance", func(tx *Tx) (err error) { lines, err = tx.BankLines(t.Context(), testCounty); return err })
	return lines
}

func (m *bankTill) settles(t *testing.T, line, entry, words string) error {
	t.Helper()
	return m.as(t, "finance", func(tx *Tx) error {
		return relief.SettleStatementLine(t.Context(), tx, line, entry, words)
	})
}

func (m *bankTill) references(t *testing.T, b relief.Batch) (refs []string) {
	t.Helper()
	m.must(t, "finance", func(tx *Tx) error {
		items, err := tx.BatchItems(t.Context(), b)
		for _, i := range items {
			refs = append(refs, i.Reference)
		}
		return err
	})
	return refs
}

// The bank's statement is held against the books: what agrees is matched, what it alone knows of a payout counts as
// the bank's word, what came back comes back, and the rest waits for a person.
func TestAStatementIsHeldAgainstTheBooks(t *testing.T) {
	m := newBankTill(t)
	_, told := m.paying(t, 1, 80_000, cardNumber)
	_, untold := m.paying(t, 2, 30_000, "6200000000000000025")
	_, back := m.paying(t, 3, 20_000, "6200000000000000033")
	b := m.sent(t)
	refs := m.references(t, b)
	m.loaded(t, b, m.says(t, b, nil, rail.Succeeded, "", ""))
	out := func(ref string, fen int64) rail.StatementLine {
		return rail.StatementLine{Fen: fen, Direction: rail.Debit, Reference: ref}
	}

	for name, lines := range map[string][]rail.StatementLine{"one fen off": {out(refs[0], 80_000), out(refs[1], 30_001)}} {
		var refused rail.Refused
		if _, err := m.takes(t, m.statement(t, "off", lines...)); !errors.As(err, &refused) || len(refused) != 1 || refused[0].Line == 0 {
			t.Errorf("%s: %v", name, err)
		}
		if m.state(t, untold) != ledger.StateSent || len(m.openLines(t)) != 0 {
			t.Errorf("%s: something of a refused file was booked", name)
		}
	}

	good := m.statement(t, "good", out(refs[0], 80_000), out(refs[1], 30_000), out(refs[2], 20_000),
		rail.StatementLine{Fen: 20_000, Direction: rail.Credit, Reference: refs[2], Returned: true, Reason: rail.ReasonAccountClosed, Code: "AC04"},
		rail.StatementLine{Fen: 100_000_000, Direction: rail.Credit, BankReference: "B-1"}, rail.StatementLine{Fen: 1_250, Direction: rail.Credit, BankReference: "B-2"})
	got, err := m.takes(t, good)
	if err != nil || got.Lines != 6 || got.Matched != 4 || got.Succeeded != 1 || got.Failed != 1 {
		t.Fatalf("loaded %+v (%v)", got, err)
	}
	for p, want := range map[*ledger.Disbursement]ledger.State{&told: ledger.StateReconciled, &untold: ledger.StateReconciled, &back: ledger.StateFailed} {
		if is := m.state(t, *p); is != want {
			t.Errorf("the payout of %d fen is %s, want %s", p.Fen, is, want)
		}
	}
	if n := m.count(t, `SELECT count(*) FROM notices WHERE template = 'payment_citizen'`); n != 2 {
		t.Errorf("%d citizens were told that they have been paid, and two have", n)
	}
	m.stands(t, "after the statement", map[ledger.Kind]int{ledger.Fund: fundAtFirst - 110_000, ledger.InTransit: 0, ledger.Returned: -20_000})
	if again, err := m.takes(t, good); err != nil || !again.Repeated || again.Lines != 0 {
		t.Errorf("the same file again: %+v (%v)", again, err)
	}
	if _, err := m.takes(t, m.statement(t, "other", out(refs[0], 80_000))); codeOf(err) != "statement_overlaps" {
		t.Errorf("another file of the same day: %v", err)
	}

	lines := m.openLines(t)
	if len(lines) != 2 || len(lines[0].Candidates) != 1 || lines[0].Candidates[0].Event != ledger.EventFundAllocated || len(lines[1].Candidates) != 0 {
		t.Fatalf("what waits: %+v", lines)
	}
	entry := lines[0].Candidates[0].EntryID
	for code, err := range map[string]error{"entry_or_words": m.settles(t, lines[1].ID, "", ""), "entry_differs": m.settles(t, lines[1].ID, entry, "")} {
		if codeOf(err) != code {
			t.Errorf("%v, want %s", err, code)
		}
	}
	if err := errors.Join(m.settles(t, lines[0].ID, entry, ""), m.settles(t, lines[1].ID, "", "interest of the quarter")); err != nil {
		t.Fatal(err)
	}
	if err := m.settles(t, lines[1].ID, "", "again"); codeOf(err) != "line_settled" {
		t.Errorf("a settled line: %v", err)
	}
	gap := m.statement(t, "gap")
	m.moveClock(t, 24*time.Hour)
	if _, err := m.takes(t, m.statement(t, "next day, another balance")); codeOf(err) != "statement_gap" {
		t.Errorf("a statement that does not go on where the last one ended: %v", err)
	}
	if _, err := m.takes(t, gap); codeOf(err) != "statement_overlaps" {
		t.Errorf("another statement of the first day: %v", err)
	}
	m.must(t, "finance", func(tx *Tx) error {
		items, err := tx.OpenItems(t.Context(), testCounty, area.DateOf(tx.Now()))
		if len(items) != 1 || items[0].Kind != ledger.OpenEntry || items[0].Fen != -5_000_000 { // the float was filled, and no statement shows it
			t.Errorf("what does not agree: %+v", items)
		}
		return err
	})
}

// One file may hold the statements of several days.
func TestAFileOfSeveralStatements(t *testing.T) {
	m := newBankTill(t)
	var today area.Date
	m.must(t, "finance", func(tx *Tx) error { today = area.DateOf(tx.Now()); return nil })
	day, err := time.Parse(time.DateOnly, string(today))
	if err != nil {
		t.Fatal(err)
	}
	var all []rail.Statement
	for n := range 3 {
		of := area.Date(day.AddDate(0, 0, -n).Format(time.DateOnly))
		all = append(all, rail.Statement{ID: string(of), Account: "990100200300400", From: of, To: of, Opening: int64(200 - 100*n), Closing: int64(300 - 100*n),
			Lines: []rail.StatementLine{{Date: of, Fen: 100, Direction: rail.Credit, BankReference: string(of)}}})
	}
	body, err := iso20022.WriteStatements("week", time.Date(2026, 12, 1, 9, 0, 0, 0, time.UTC), all)
	if err != nil {
		t.Fatal(err)
	}
	f := relief.BankFile{Body: body}
	if got, err := m.takes(t, f); err != nil || got.Lines != 3 || len(m.openLines(t)) != 3 {
		t.Errorf("loaded %+v (%v)", got, err)
	}
	if got, err := m.takes(t, f); err != nil || !got.Repeated {
		t.Errorf("again: %+v (%v)", got, err)
	}
}

// Who is not of the county's finance loads no statement, and one of another account is refused.
func TestWhoLoadsAStatement(t *testing.T) {
	m := newBankTill(t)
	f := m.statement(t, "empty")
	m.refuse(t, "head", "not_found", func(tx *Tx) error {
		_, err := relief.LoadStatement(t.Context(), tx, m.bank, f, moneyRules())
		return err
	})
	if got, err := m.takes(t, f); err != nil || got.Lines != 0 {
		t.Errorf("a day on which nothing happened: %+v (%v)", got, err)
	}
	if _, err := m.takes(t, relief.BankFile{Name: "x.xml", Body: []byte("<Document>")}); err == nil {
		t.Error("half a file was taken")
	}
}
