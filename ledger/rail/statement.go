package rail

import (
	"example.org/hotline/area"
)

// Direction is whether money came to the account or left it.
type Direction string

// The directions, as the bank's customer sees them.
const (
	Credit Direction = "credit" // came
	Debit  Direction = "debit"  // left
)

// Statement is what a bank says happened on one account, in fen.
type Statement struct {
	ID      string
	Account Private
	From    area.Date // day of the opening balance
	To      area.Date // day of the closing balance
	Opening int64
	Closing int64
	Lines   []StatementLine
}

// StatementLine is one movement.
type StatementLine struct {
	Line          int       // of the file
	Date          area.Date // booked
	Fen           int64     // above zero
	Direction     Direction
	Reference     string // our end-to-end id; empty where the movement has none
	BankReference string
	Reversal      bool   // takes an earlier movement back
	Returned      bool   // a payout that came back
	Reason        Reason // why it came back
	Code          string
	Text          Private // the bank's words
}

// Signed is the movement as it changes the balance.
func (l StatementLine) Signed() int64 {
	if l.Direction == Debit {
		return -l.Fen
	}
	return l.Fen
}

// Moved is the sum of all movements.
func (s Statement) Moved() int64 {
	var sum int64
	for _, l := range s.Lines {
		sum += l.Signed()
	}
	return sum
}

// Balanced reports whether the closing balance is the opening balance and the
// movements, to the fen.
func (s Statement) Balanced() bool { return s.Opening+s.Moved() == s.Closing }
