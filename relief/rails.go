package relief

import (
	"context"
	"time"

	"example.org/hotline/area"
	"example.org/hotline/ledger"
	"example.org/hotline/ticket"
)

// BankStanding is what a bank means for a payee: whether the county has one, how far
// the payee's account is known, and when the next run credits.
type BankStanding struct {
	There   bool
	Account ledger.AccountStanding
	Credits time.Time // zero: not agreed
}

// Rails weighs the rails that are open for a sum, as the actor would start it now. It
// locks nothing: what it says is a hint, and the payout asks again.
func Rails(ctx context.Context, tx Tx, t ticket.Ticket, fen int64, bank BankStanding, l Limits) ([]ledger.RailOption, error) {
	township := t.Area.At(area.LevelTownship)
	f := ledger.RailFacts{Open: ledger.OpenChannels(), Fen: fen, Due: helpDue(t), Alone: fen <= l.SoloFen, Bank: bank.There, Account: bank.Account, Credits: bank.Credits}
	float, err := tx.AccountNow(ctx, ledger.FloatOf(township))
	if err != nil {
		return nil, err
	}
	carried, err := tx.AccountNow(ctx, ledger.AdvanceOf(township, tx.Actor().StaffID))
	if err != nil {
		return nil, err
	}
	stock, err := tx.AccountNow(ctx, ledger.AccountRef{Kind: ledger.Stock, Area: township})
	if err != nil {
		return nil, err
	}
	f.Float, f.Advance, f.Stock = float.Available(), carried.Available(), stock.Available()
	if bank.There {
		if f.Fund, err = tx.FundLeft(ctx, township.At(area.LevelCounty)); err != nil {
			return nil, err
		}
	}
	if f.Float < fen {
		if f.County, err = tx.CountyFloatHolds(ctx, township.At(area.LevelCounty), fen); err != nil {
			return nil, err
		}
	}
	return ledger.ChooseRail(f), nil
}

// helpDue is the first deadline by which help has to have been received, whether or
// not it has passed; zero where none runs.
func helpDue(t ticket.Ticket) (due time.Time) {
	for _, kind := range []ticket.ClockKind{ticket.ClockTwoHour, ticket.ClockDay} {
		if c := t.Clock(kind); c.Running() && !c.DueAt.IsZero() && (due.IsZero() || c.DueAt.Before(due)) {
			due = c.DueAt
		}
	}
	return due
}
