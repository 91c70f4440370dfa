package relief

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"example.org/hotline/area"
	"example.org/hotline/ledger"
	"example.org/hotline/ticket"
)

// StoresTx is what watching floats, funds and budgets needs of a transaction.
type StoresTx interface {
	Tx
	// Stores lists the floats and funds in scope that anything was ever booked on.
	Stores(ctx context.Context) ([]ledger.AccountView, error)
	// BudgetsEnded counts, for each county in scope, the kinds of aid that had a budget in the year before and have none in this one.
	BudgetsEnded(ctx context.Context, year int) (map[area.Code]int, error)
}

// TellLow tells county finance, once a day, of each float and fund below the alarm's share. An act that
// takes money out tells at once where it knows the limits; this finds what went down by any other way:
// a payout that was checked, a list, an advance, a correction, the county's float in a township's stead.
func TellLow(ctx context.Context, tx StoresTx, l Limits) error {
	stores, err := tx.Stores(ctx)
	if err != nil {
		return err
	}
	for _, s := range stores {
		place, template, full, percent := area.Code(s.Area), "float_low", l.FloatFen, l.FloatLowPercent
		if s.Kind == ledger.Fund {
			template, full, percent = "fund_low", l.FundFen, l.FundLowPercent
		}
		if !ledger.Low(s.AvailableFen, full, percent) {
			continue
		}
		if err := tellLow(ctx, tx, ticket.Ticket{}, template, place, s.AvailableFen); err != nil {
			return err
		}
	}
	return nil
}

// tellLow tells county finance, once a day, how little a float or fund can still give.
func tellLow(ctx context.Context, tx Tx, t ticket.Ticket, template string, place area.Code, left int64) error {
	named, err := tx.Division(ctx, place)
	if err != nil {
		return err
	}
	_, err = tellRole(ctx, tx, t, place.At(area.LevelCounty), area.RoleCountyFinance, message{template,
		string(place) + ":" + string(ticket.DateOf(tx.Now())), map[string]string{"area": named.Name, "amount": ledger.Yuan(max(left, 0))}})
	return err
}

// TellBudgets tells county finance, once a week from December on, that kinds of aid which had a budget have
// none for the year that comes or has begun. Nobody in need is refused for that: without a budget the
// year is not bounded, which is why finance must know.
func TellBudgets(ctx context.Context, tx StoresTx) error {
	now := tx.Now().In(area.Shanghai)
	year := now.Year()
	if now.Month() == time.December {
		year++
	}
	ended, err := tx.BudgetsEnded(ctx, year)
	if err != nil {
		return err
	}
	isoYear, week := now.ISOWeek()
	for county, kinds := range ended {
		named, err := tx.Division(ctx, county)
		if err != nil {
			return err
		}
		if _, err := tellRole(ctx, tx, ticket.Ticket{}, county, area.RoleCountyFinance, message{"budget_ended",
			fmt.Sprintf("%s:%d:%d-%d", county, year, isoYear, week), map[string]string{"area": named.Name, "year": strconv.Itoa(year), "count": strconv.Itoa(kinds)}}); err != nil {
			return err
		}
	}
	return nil
}
