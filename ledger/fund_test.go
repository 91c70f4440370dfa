package ledger

import (
	"context"
	"errors"
	"testing"
	"time"

	"example.org/hotline/area"
	"example.org/hotline/internal/act"
)

// The year of a budget begins in Shanghai, as that of the payouts which it bounds.
func TestTheYearOfABudgetBeginsInShanghai(t *testing.T) {
	finance := act.Actor{StaffID: 1, Name: "finance", Role: area.RoleCountyFinance, Area: "990101000000"}
	newYear := time.Date(2026, 12, 31, 16, 0, 0, 0, time.UTC) // the first instant of 2027 there
	for _, test := range []struct {
		now  time.Time
		year int
		want string
	}{
		{newYear.Add(-time.Second), 2025, ""}, {newYear.Add(-time.Second), 2027, ""}, {newYear.Add(-time.Second), 2028, "year_out_of_range"},
		{newYear, 2025, "year_out_of_range"}, {newYear, 2026, ""}, {newYear, 2028, ""},
	} {
		m := &memory{state: state{now: test.now, budgets: map[string]int64{}}}
		err := m.do(finance, func(ctx context.Context) error {
			return SetBudget(ctx, m, Budget{County: finance.Area, AidKind: "urgent", Year: test.year, Fen: 100, Voucher: "b1"})
		})
		var code string
		if fault, ok := errors.AsType[*act.Fault](err); ok {
			code = fault.Code
		}
		if code != test.want || test.want == "" && err != nil {
			t.Errorf("%d, set at %s: %v, want %q", test.year, test.now, err, test.want)
		}
	}
	if year := (Disbursement{SubmittedAt: newYear}).year(); year != 2027 {
		t.Errorf("a payout of the first instant of 2027 counts for %d", year)
	}
}
