package banksim

import (
	"fmt"
	"slices"

	"example.org/hotline/area"
	"example.org/hotline/ledger/rail"
	"example.org/hotline/ledger/rail/iso20022"
)

// booking is one movement on the account that pays, debit negative.
type booking struct {
	Day       area.Date `json:"day"`
	Fen       int64     `json:"fen"`
	Reference string    `json:"reference"` // end-to-end id; empty for what the county paid in
	Account   string    `json:"account"`   // the payee's
	Returned  bool      `json:"returned"`
}

// book writes down what a payout's new status means for the money. Silent is
// paid as any other; only nobody says so.
func (b *Bank) book(day area.Date, i rail.Item, q Quirk, was, is rail.Status) {
	switch {
	case is == rail.Succeeded && was != rail.Succeeded:
		for range 1 + count(q == BookedTwice) {
			b.kept.Bookings = append(b.kept.Bookings, booking{Day: day, Fen: -i.Fen, Reference: i.Reference, Account: string(i.Account)})
		}
	case was == rail.Succeeded && is == rail.Failed:
		next := area.DateOf(noon(day).AddDate(0, 0, 1))
		b.kept.Bookings = append(b.kept.Bookings, booking{Day: next, Fen: i.Fen, Reference: i.Reference, Account: string(i.Account), Returned: true})
	default:
	}
}

func count(yes bool) int {
	if yes {
		return 1
	}
	return 0
}

func (b *Bank) balance() int64 {
	sum := b.o.Opening
	for _, k := range b.kept.Bookings {
		sum += k.Fen
	}
	return sum
}

// credited reports whether the bank has ever paid under an end-to-end id.
func (b *Bank) credited(reference string) bool {
	return slices.ContainsFunc(b.kept.Bookings, func(k booking) bool { return k.Reference == reference && !k.Returned })
}

// Deposit puts money on the account that pays.
func (b *Bank) Deposit(day area.Date, fen int64) error {
	if fen <= 0 {
		return fmt.Errorf("a deposit must be above zero")
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.kept.Bookings = append(b.kept.Bookings, booking{Day: day, Fen: fen})
	return b.keep()
}

// Balance is what lies on the account that pays, in fen.
func (b *Bank) Balance() int64 {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.balance()
}

// Received is what each payee's account has got, in fen, less what came back.
func (b *Bank) Received() map[string]int64 {
	b.mu.Lock()
	defer b.mu.Unlock()
	got := map[string]int64{}
	for _, k := range b.kept.Bookings {
		if k.Account != "" {
			got[k.Account] -= k.Fen
		}
	}
	return got
}

// Batches is how many batches the bank has taken.
func (b *Bank) Batches() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return len(b.kept.Batches)
}

// Statement is the camt.053 of a day. Entries stand in it in the order of
// booking; its opening balance is that of all days before.
func (b *Bank) Statement(day area.Date) ([]byte, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	s := rail.Statement{ID: "S-" + string(day), Account: b.o.Debit, From: day, To: day, Opening: b.o.Opening}
	for n, k := range b.kept.Bookings {
		switch {
		case k.Day < day:
			s.Opening += k.Fen
		case k.Day == day:
			s.Lines = append(s.Lines, line(n, k))
		default:
		}
	}
	s.Closing = s.Opening + s.Moved()
	return iso20022.WriteStatements(s.ID, noon(day), []rail.Statement{s})
}

func line(n int, k booking) rail.StatementLine {
	l := rail.StatementLine{Date: k.Day, Fen: k.Fen, Direction: rail.Credit, Reference: k.Reference, BankReference: fmt.Sprintf("SIM-%06d", n+1), Returned: k.Returned}
	if k.Fen < 0 {
		l.Fen, l.Direction = -k.Fen, rail.Debit
	}
	if k.Returned {
		l.Reason = rail.ReasonAccountClosed
	}
	return l
}
