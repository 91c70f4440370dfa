package ledger

import (
	"context"
	"encoding/hex"
	"time"
)

// Past names payouts of before, by what they were counted under or made for.
type Past struct {
	Household []byte // counted for this household
	Payee     []byte // paid to this person, by the blind index of their identity
	Case      CaseID // made on this case
}

// Carried is a payout that counts, and is to count for another household as well.
type Carried struct {
	ID      DisbursementID
	Kind    string // of the limit of a household that it counts under
	AidKind string
	Fen     int64
	At      time.Time // when it was started: what is carried grows no younger
}

// CarryTx is what carrying needs of a transaction.
type CarryTx interface {
	// PastPayouts locks the payouts that still count, by ascending id, wherever they were made. Those that count for to already are left out.
	PastPayouts(ctx context.Context, of Past, to []byte) ([]Carried, error)
	// LockLimits is as in Tx.
	LockLimits(ctx context.Context, keys []LimitKey) error
	// CarryLimitUse counts a payout under keys since when it was started. What counts there already stays.
	CarryLimitUse(ctx context.Context, c Carried, keys []LimitKey) error
}

// CountAlso lets payouts of before count for a household as well. Nothing is taken off
// what they counted for until now: joining records and parting them never makes a sum
// smaller (ADR 28). A payout counts for a household once, however often it is carried.
func CountAlso(ctx context.Context, tx CarryTx, to []byte, of Past) error {
	past, err := tx.PastPayouts(ctx, of, to)
	if err != nil || len(past) == 0 {
		return err
	}
	var keys []LimitKey
	for _, c := range past {
		keys = append(keys, c.under(to)...)
	}
	if err := tx.LockLimits(ctx, keys); err != nil {
		return err
	}
	for _, c := range past {
		if err := tx.CarryLimitUse(ctx, c, c.under(to)); err != nil {
			return err
		}
	}
	return nil
}

// under are the keys by which it counts for another household.
func (c Carried) under(to []byte) []LimitKey {
	return []LimitKey{{Kind: c.Kind, Key: HouseholdKey(to).Key}, aidKindOf(c.AidKind, to)}
}

// aidKindOf is what a household's sums of one kind of aid are counted under.
func aidKindOf(kind string, household []byte) LimitKey {
	return LimitKey{Kind: limitAidKind, Key: kind + ":" + hex.EncodeToString(household)}
}
