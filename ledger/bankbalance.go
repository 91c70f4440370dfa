package ledger

import (
	"fmt"
	"strings"

	"example.org/hotline/area"
	"example.org/hotline/internal/act"
)

// BankBalance holds the balance that the bank says a county's fund has against the books, as of the end of the last day
// of which a statement tells. The bank and the books may tell the same sum on different days; what is on its way
// like that is known and taken off. What is left over is a difference that nobody can explain yet.
type BankBalance struct {
	AccountID string    `json:"account_id" doc:"The county's fund"`
	Day       area.Date `json:"day" doc:"The last day of which a statement tells"`
	BankFen   int64     `json:"bank_fen" doc:"What the bank says is there at the end of that day"`
	BooksFen  int64     `json:"books_fen" doc:"What the books say"`

	BankFirstFen  int64 `json:"bank_first_fen" doc:"On a statement by then, in the books on a later day"`
	BooksFirstFen int64 `json:"books_first_fen" doc:"In the books by then, on a statement of a later day"`
	ExplainedFen  int64 `json:"explained_fen" doc:"Came in and was explained: it is in no books"`
	DifferenceFen int64 `json:"difference_fen" doc:"What the bank has more than all this; below zero what it has less. A month closes at 0 only"`

	Since []BankDifference `json:"since" doc:"The days on which the difference changed, since it last was 0; the oldest first"`
}

// BankDifference is a day at whose end the difference was another than the day before.
type BankDifference struct {
	Day area.Date `json:"day"`
	Fen int64     `json:"difference_fen"`
}

// Settle makes the difference of the other figures.
func (b *BankBalance) Settle() {
	b.DifferenceFen = b.BankFen - b.BooksFen - b.BankFirstFen + b.BooksFirstFen - b.ExplainedFen
}

// Follow takes one day after the other, and remembers on which the difference changed.
func (b BankBalance) Follow(next BankBalance) BankBalance {
	next.Settle()
	switch next.Since = b.Since; {
	case next.DifferenceFen == 0:
		next.Since = []BankDifference{}
	case next.DifferenceFen != b.DifferenceFen:
		next.Since = append(next.Since, BankDifference{next.Day, next.DifferenceFen})
	}
	return next
}

// agrees refuses a month whose end the bank and the books tell differently.
func (b *BankBalance) agrees() error {
	if b.DifferenceFen == 0 {
		return nil
	}
	days := make([]string, 0, len(b.Since))
	for _, s := range b.Since {
		days = append(days, fmt.Sprintf("%s (%s)", s.Day, Yuan(s.Fen)))
	}
	return &act.Fault{Kind: act.ErrRefused, Code: "bank_differs", Detail: "The bank's closing balance of the fund's account is another than the books', beyond what is known to be on its way; the reconciliation shows since which day. Find it, then close.",
		Args: map[string]any{"account": b.AccountID, "day": string(b.Day), "difference": Yuan(b.DifferenceFen), "days": strings.Join(days, ", ")}}
}
