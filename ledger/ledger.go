// Package ledger is the money: double entry in integer fen, payouts and their
// states, limits and who may pay whom. It is pure domain over a transaction
// that store provides, and knows nothing of tickets beyond a number.
//
// A payout is read in the order it happens: Start, Check, IssueCash, Settle.
// The rows it writes are in entry.go; what nobody may do is in duties.go. Cash
// moves by rows alone, so its steps are here; ledger/rail is for the rails that
// speak to a bank.
package ledger

import (
	"fmt"

	"github.com/google/uuid"

	"example.org/hotline/internal/act"
)

// MaxFen bounds one amount: 100 million yuan, far above any aid, so that no
// sum of amounts comes near the end of int64.
const MaxFen int64 = 100_000_000_00

// CheckAmount refuses what is no payable amount, naming the field. The value
// is never repeated.
func CheckAmount(field string, fen int64) error {
	switch {
	case fen <= 0:
		return act.Invalid(field, "amount_not_positive", "Give the amount in whole fen, above zero.")
	case fen > MaxFen:
		return act.Invalid(field, "amount_too_large", "The amount is larger than any payout; check the number of digits (it is in fen, not yuan).")
	default:
		return nil
	}
}

// Yuan writes fen as yuan with two decimals, for messages and pages. It never rounds.
func Yuan(fen int64) string {
	sign := ""
	if fen < 0 {
		sign, fen = "-", -fen
	}
	return fmt.Sprintf("%s%d.%02d", sign, fen/100, fen%100)
}

// CheckID refuses what is no UUID, naming the field. Clients make the ids of
// what they create, so that a retry finds it again.
func CheckID(field, id string) error {
	if len(id) != 36 || uuid.Validate(id) != nil {
		return act.Invalid(field, "bad_id", "Make a UUID for it, written with hyphens, and keep it for the retry.")
	}
	return nil
}
