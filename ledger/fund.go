package ledger

import (
	"context"
	"errors"
	"slices"

	"example.org/hotline/area"
	"example.org/hotline/internal/act"
)

// Low reports whether what is left, in fen, lies below a share of what there is when full.
func Low(left, full int64, percent int) bool { return left*100 < full*int64(percent) }

// AllocateFund records money that a county's fund was given. key makes it
// happen once: a voucher's number.
func AllocateFund(ctx context.Context, tx Tx, county area.Code, fen int64, key string) error {
	if err := mayFund(tx.Actor(), county, fen, key, area.LevelCounty); err != nil {
		return err
	}
	e := entry("fund:"+string(county)+":"+key, EventFundAllocated, county, AccountRef{Kind: Fund, Area: county}, AccountRef{Kind: Appropriation, Area: county}, fen)
	return book(ctx, tx, e, key, fen)
}

// FundFloat moves money from the county's fund into a township's float, or into the
// county's own, which pays where a township's is empty.
func FundFloat(ctx context.Context, tx Tx, place area.Code, fen int64, key string) error {
	if err := mayFund(tx.Actor(), place, fen, key, area.LevelTownship, area.LevelCounty); err != nil {
		return err
	}
	county := place.At(area.LevelCounty)
	e := entry("float:"+string(place)+":"+key, EventFloatFunded, county, FloatOf(place), AccountRef{Kind: Fund, Area: county}, fen)
	return book(ctx, tx, e, key, fen)
}

// MoveFloat brings what lies in the float of a township that was merged over into the
// float of the one that answers for it today. What payouts of before still hold stays
// until they have ended.
func MoveFloat(ctx context.Context, tx Tx, merged area.Code, fen int64, key string) (successor area.Code, err error) {
	if err := mayFund(tx.Actor(), merged, fen, key, area.LevelTownship); err != nil {
		return "", err
	}
	successor, err = tx.Successor(ctx, merged)
	if errors.Is(err, act.ErrNotFound) {
		err = act.Refused("not_merged", "This township was not merged into another one; its float stays where it is.")
	}
	if err != nil {
		return "", err
	}
	e := entry("moved:"+string(merged)+":"+key, EventFloatMoved, merged.At(area.LevelCounty), AccountRef{Kind: Float, Area: successor}, AccountRef{Kind: Float, Area: merged}, fen)
	return successor, book(ctx, tx, e, key, fen)
}

// book posts an entry that belongs to no payout, with its audit record.
func book(ctx context.Context, tx Tx, e Entry, voucher string, fen int64) error {
	if err := post(ctx, tx, e); err != nil {
		return err
	}
	return tx.Audit(ctx, act.Record{Action: "ledger." + string(e.Event), Subject: act.Subject{Kind: "ledger"}, Area: e.Postings[0].Ref.Area,
		Data: map[string]any{"voucher": voucher, "amount_fen": fen}})
}

// mayFund lets county finance act, and the system that sets a new city up.
func mayFund(who act.Actor, place area.Code, fen int64, key string, levels ...area.Level) error {
	switch {
	case who.System == "" && !who.May(area.RoleCountyFinance):
		return act.NotFound("account")
	case !slices.Contains(levels, place.Level()):
		return act.Invalid("area", "wrong_level", "Funds belong to counties, floats to townships and counties.")
	case key == "":
		return act.Invalid("voucher", "voucher_required", "Give the voucher's number, so that it counts once.")
	default:
		return CheckAmount("amount_fen", fen)
	}
}

// Budget is what a county may spend on a kind of aid in a calendar year.
type Budget struct {
	County  area.Code
	AidKind string
	Year    int
	Fen     int64
	Voucher string // the document that says so, once for each kind and year
}

// SetBudget writes a county's budget of a year down; the newest counts. What was
// started before stays, even where the budget falls below it.
func SetBudget(ctx context.Context, tx Tx, b Budget) error {
	if err := mayFund(tx.Actor(), b.County, max(b.Fen, 1), b.Voucher, area.LevelCounty); err != nil {
		return err
	}
	switch year := tx.Now().In(area.Shanghai).Year(); {
	case b.Fen < 0:
		return act.Invalid("amount_fen", "amount_not_positive", "Give the budget in whole fen, not below zero.")
	case b.AidKind == "":
		return act.Invalid("aid_kind", "aid_kind_required", "Say for which kind of aid.")
	case b.Year < year-1 || b.Year > year+1:
		return act.Invalid("year", "year_out_of_range", "Budgets are set for this year, the last or the next.")
	}
	if err := tx.AddBudget(ctx, b); err != nil {
		return err
	}
	return tx.Audit(ctx, act.Record{Action: "ledger.budget_set", Subject: act.Subject{Kind: "ledger"}, Area: b.County,
		Data: map[string]any{"voucher": b.Voucher, "amount_fen": b.Fen, "aid_kind": b.AidKind, "year": b.Year}})
}
