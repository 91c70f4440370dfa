package ledger

import (
	"bytes"
	"context"
	"encoding/hex"
	"slices"
	"strings"
	"time"

	"example.org/hotline/internal/act"
)

// Limits are the sums of one policy version, in fen.
type Limits struct {
	Policy          string        // version they came from
	SoloFen         int64         // up to this one person may make and pay
	TownshipFen     int64         // up to this the township checks; above it the county
	HouseholdFen    int64         // most a household may receive within HouseholdMonths
	HouseholdMonths int           // counted back from the act
	SecondSignature time.Duration // a solo payout is signed by another within this
	CountyMayCheck  time.Duration // after this the county may check in the township head's place
}

// LimitKey is one thing sums are counted for.
type LimitKey struct {
	Kind string // "household", "case"
	Key  string
}

// The kinds of limit of this version.
const (
	limitHousehold = "household"
	limitCase      = "case"
)

func (d Disbursement) limitKeys() []LimitKey {
	keys := []LimitKey{d.caseKey(), HouseholdKey(d.Household)}
	slices.SortFunc(keys, func(a, b LimitKey) int { return strings.Compare(a.Kind+a.Key, b.Kind+b.Key) })
	return keys
}

func (d Disbursement) caseKey() LimitKey {
	return LimitKey{Kind: limitCase, Key: strings.TrimPrefix(d.payable().Holder, "ticket:")}
}

// HouseholdKey is what a household's sums are counted under, in every area.
func HouseholdKey(household []byte) LimitKey {
	return LimitKey{Kind: limitHousehold, Key: hex.EncodeToString(household)}
}

// HouseholdLeft is what a household may still receive, in fen, without a lock:
// a hint for the person who decides. Start asks again under the lock.
func HouseholdLeft(ctx context.Context, tx Tx, household []byte, l Limits) (int64, error) {
	used, err := tx.LimitUsed(ctx, HouseholdKey(household), tx.Now().AddDate(0, -l.HouseholdMonths, 0))
	return l.HouseholdFen - used, err
}

// measure decides the level of a payout under its limits' lock: sums that were
// split over several payouts of the case, or of the household within the time
// that a second signature takes, count as one.
func measure(ctx context.Context, tx Tx, d *Disbursement, l Limits) error {
	if err := tx.LockLimits(ctx, d.limitKeys()); err != nil {
		return err
	}
	left, err := HouseholdLeft(ctx, tx, d.Household, l)
	if err != nil {
		return err
	}
	if d.Fen > left {
		return HouseholdCap(left)
	}
	ofCase, err := tx.LimitUsed(ctx, d.caseKey(), time.Time{})
	if err != nil {
		return err
	}
	recent, err := tx.LimitUsed(ctx, HouseholdKey(d.Household), tx.Now().Add(-l.SecondSignature))
	if err != nil {
		return err
	}
	d.Level = l.LevelOf(max(ofCase, recent) + d.Fen)
	if d.Level != LevelSolo {
		return nil
	}
	// Who owes a second signature past its time loses the solo limit, not the citizen the aid.
	frozen, err := tx.LimitFrozen(ctx, d.Maker)
	if frozen {
		d.Level = LevelTownship
	}
	return err
}

// LevelOf is whose word a sum needs.
func (l Limits) LevelOf(fen int64) Level {
	switch {
	case fen <= l.SoloFen:
		return LevelSolo
	case fen <= l.TownshipFen:
		return LevelTownship
	default:
		return LevelCounty
	}
}

// HouseholdCap is the refusal of a sum above what the household may still receive.
func HouseholdCap(left int64) error {
	return &act.Fault{Kind: act.ErrRefused, Code: "household_cap",
		Detail: "The household would receive more than the limit of the period allows; nothing was written. Pay at most what is left, or refer the case to the county.",
		Args:   map[string]any{"left_fen": max(left, 0)}}
}

// sameContent reports whether the checker signs exactly what is written.
func (d Disbursement) sameContent(signed string) bool {
	b, err := hex.DecodeString(signed)
	return err == nil && bytes.Equal(b, d.Content)
}
