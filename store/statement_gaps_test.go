package store

import (
	"testing"
	"time"

	"example.org/hotline/area"
	"example.org/hotline/ledger"
	"example.org/hotline/ledger/rail"
	"example.org/hotline/ledger/rail/iso20022"
	"example.org/hotline/relief"
)

// A day that was left out is missed, by name, and can be loaded afterwards where it fits between its neighbours. What a
// later day has said of a payout stands.
func TestAMissingDayIsLoadedAfterwards(t *testing.T) {
	m := newBankTill(t)
	_, p := m.paying(t, 1, 80_000, cardNumber)
	ref := m.references(t, m.sent(t))[0]
	var first area.Date
	m.must(t, "finance", func(tx *Tx) error { first = area.DateOf(tx.Now()); return nil })
	second, third := first.Next(), first.Next().Next()
	m.moveClock(t, 72*time.Hour)
	file := func(day area.Date, opening int64, lines ...rail.StatementLine) relief.BankFile {
		t.Helper()
		s := rail.Statement{ID: string(day), Account: "990100200300400", From: day, To: day, Opening: opening, Lines: lines}
		for i := range s.Lines {
			s.Lines[i].Date = day
		}
		s.Closing = opening + s.Moved()
		body, err := iso20022.WriteStatements(string(day), writtenAt(t, day), []rail.Statement{s})
		if err != nil {
			t.Fatal(err)
		}
		return relief.BankFile{Body: body}
	}
	out := rail.StatementLine{Fen: 80_000, Direction: rail.Debit, Reference: ref}
	missing := func(banked bool) (words string) {
		m.must(t, "finance", func(tx *Tx) error {
			days, err := tx.MissingStatements(t.Context(), testCounty, area.Founding, third, banked)
			words = ledger.InWords(days)
			return err
		})
		return words
	}
	if got := missing(false); got != "" {
		t.Errorf("a county without a bank misses %s", got)
	}
	if got, want := missing(true), string(first)+"/"+string(third); got != want {
		t.Errorf("before the first statement %q are missing, want %q", got, want)
	}
	for _, f := range []relief.BankFile{file(first, 0), file(third, 0, out, rail.StatementLine{Fen: 80_000, Direction: rail.Credit, Reference: ref, Returned: true, Reason: rail.ReasonAccountClosed, Code: "AC04"})} {
		if _, err := m.takes(t, f); err != nil {
			t.Fatal(err)
		}
	}
	if got := missing(false); got != string(second) {
		t.Errorf("missing is %q, want %s", got, second)
	}
	if got := m.state(t, p); got != ledger.StateFailed {
		t.Fatalf("what came back is %s", got)
	}
	back := rail.StatementLine{Fen: 80_000, Direction: rail.Credit, BankReference: "B-1"}
	for code, f := range map[string]relief.BankFile{"statement_gap_after": file(second, 0, out), "statement_gap": file(second, 1, back), "statement_overlaps": file(third, 0),
		"statement_ahead": file("2099-01-01", 0, out)} {
		if _, err := m.takes(t, f); codeOf(err) != code {
			t.Errorf("%v, want %s", err, code)
		}
	}
	got, err := m.takes(t, file(second, 0, out, back))
	if err != nil || got.Lines != 2 || got.Succeeded != 0 || got.PaidTwice != 0 {
		t.Errorf("the day between: %+v (%v)", got, err)
	}
	if is := m.state(t, p); is != ledger.StateFailed {
		t.Errorf("an earlier day has overturned what a later one had said: the payout is %s", is)
	}
	if got := missing(true); got != "" {
		t.Errorf("still missing: %s", got)
	}
	m.sound(t)
}

// writtenAt is when a bank writes the statement of a day.
func writtenAt(t *testing.T, day area.Date) time.Time {
	t.Helper()
	at, err := time.ParseInLocation(time.DateOnly, string(day), area.Shanghai)
	if err != nil {
		t.Fatal(err)
	}
	return at.Add(30 * time.Hour)
}
