package ledger

import (
	"example.org/hotline/area"
	"example.org/hotline/internal/act"
)

// AccountID is the internal number of an account.
type AccountID int64

// Kind says what an account stands for (DOMAIN 4.3).
type Kind string

// The kinds of account. Debit balances are what we hold or spent, credit
// balances what we owe or were given.
const (
	Fund          Kind = "fund"          // 临时救助专户: the county's dedicated account
	Float         Kind = "float"         // 备用金: a township's cash float, or its county's
	Cash          Kind = "cash"          // in the hands of one worker
	Payable       Kind = "payable"       // approved for one case and not yet received
	InTransit     Kind = "in_transit"    // sent to a bank that has not answered
	Expense       Kind = "expense"       // spent, by kind of aid
	Returned      Kind = "returned"      // 退票: came back and waits for a repair
	Recovery      Kind = "recovery"      // 应追回: to be claimed back
	Suspense      Kind = "suspense"      // cannot be explained yet
	Rounding      Kind = "rounding"      // must stay zero
	Stock         Kind = "stock"         // goods
	Appropriation Kind = "appropriation" // where funds come from
)

// Kinds lists every Kind.
func Kinds() []Kind {
	return []Kind{Fund, Float, Cash, Payable, InTransit, Expense, Returned, Recovery, Suspense, Rounding, Stock, Appropriation}
}

// heldBack reports whether the account holds something real, which cannot be
// handed out twice or before it is there.
func (k Kind) heldBack() bool { return k == Fund || k == Float || k == Cash || k == Stock }

// AccountRef names an account by what it is. Holder tells accounts of one kind
// and area apart: "staff:7" for cash, "ticket:12" for a payable, the kind of
// aid for an expense, empty for a fund or float.
type AccountRef struct {
	Kind   Kind
	Area   area.Code
	Holder string
}

// Account is an account with its balances, debit positive, in fen.
type Account struct {
	ID AccountID
	AccountRef
	Posted     int64 // the sum of what has really moved
	PendingIn  int64 // reserved to arrive, never counted as there
	PendingOut int64 // reserved to leave, counted as gone
}

// Available is what can still be reserved or handed out, in fen.
func (a Account) Available() int64 { return a.Posted - a.PendingOut }

// with is the account after one posting. It refuses to hand out what is not
// there, and to pay more than was approved; the database refuses the same.
func (a Account) with(p Posting) (Account, error) {
	switch {
	case p.Layer == Posted:
		a.Posted += p.Fen
	case p.Layer == Pending && p.Fen > 0:
		a.PendingIn += p.Fen
	case p.Layer == Pending:
		a.PendingOut -= p.Fen
	case p.Fen > 0: // released: the mirror of a pending posting
		a.PendingOut -= p.Fen
	default:
		a.PendingIn += p.Fen
	}
	if a.Kind.heldBack() && a.Available() < 0 {
		return a, insufficient(a.Kind)
	}
	if a.Kind == Payable && a.Posted+a.PendingIn > 0 {
		return a, act.Refused("above_approved", "This would pay more than was approved for the case; nothing was written.")
	}
	return a, nil
}

func insufficient(k Kind) error {
	switch k {
	case Float:
		return act.Refused("float_empty", "The float does not hold enough. Nothing was written; ask county finance to fill it.")
	case Cash:
		return act.Refused("cash_short", "The worker does not hold that much cash. Nothing was written; issue the cash first.")
	case Stock:
		return GoodsShort()
	default:
		return act.Refused("fund_empty", "The fund does not hold enough. Nothing was written; ask county finance.")
	}
}
