package ledger

import (
	"slices"
	"testing"
	"time"
)

// The rail is chosen by the deadline: the payee's account where the bank is in time,
// else what is nearest to the citizen, and the reason is told.
func TestChooseRail(t *testing.T) {
	now := time.Date(2026, 11, 30, 9, 0, 0, 0, time.UTC)
	all := Channels()
	ready := RailFacts{Open: all, Fen: 80_000, Due: now.Add(2 * time.Hour), Float: 500_000, Advance: 100_000, Alone: true, Bank: true, Fund: 800_000, Account: AccountVerified, Credits: now.Add(6 * time.Hour)}
	with := func(change func(*RailFacts)) RailFacts { f := ready; change(&f); return f }
	for _, tt := range []struct {
		name  string
		facts RailFacts
		want  []RailWhy // the best first
	}{
		{"two hours, and the bank too late for them", ready, []RailWhy{WhyCarried, WhyFloat, WhyLate, WhyStockIsShort}},
		{"a day, and the bank today", with(func(f *RailFacts) { f.Due = now.Add(24 * time.Hour) }), []RailWhy{WhyInTime, WhyCarried, WhyFloat, WhyStockIsShort}},
		{"credited on the stroke", with(func(f *RailFacts) { f.Due = f.Credits }), []RailWhy{WhyInTime, WhyCarried, WhyFloat, WhyStockIsShort}},
		{"the deadline has passed", with(func(f *RailFacts) { f.Due = now.Add(-time.Minute) }), []RailWhy{WhyCarried, WhyFloat, WhyLate, WhyStockIsShort}},
		{"nothing is counted", with(func(f *RailFacts) { f.Due = time.Time{} }), []RailWhy{WhyNoDeadline, WhyCarried, WhyFloat, WhyStockIsShort}},
		{"nobody knows when the bank credits", with(func(f *RailFacts) { f.Due, f.Credits = now.Add(24*time.Hour), time.Time{} }), []RailWhy{WhyCarried, WhyFloat, WhyNoRun, WhyStockIsShort}},
		{"an account that one person alone has seen", with(func(f *RailFacts) { f.Due, f.Account = time.Time{}, AccountUnverified }), []RailWhy{WhyCarried, WhyFloat, WhyUnverified, WhyStockIsShort}},
		{"no account", with(func(f *RailFacts) { f.Account = AccountUnknown }), []RailWhy{WhyCarried, WhyFloat, WhyNoAccount, WhyStockIsShort}},
		{"no bank", with(func(f *RailFacts) { f.Bank = false }), []RailWhy{WhyCarried, WhyFloat, WhyNoBank, WhyStockIsShort}},
		{"the fund exactly holds it", with(func(f *RailFacts) { f.Due, f.Fund = time.Time{}, 80_000 }), []RailWhy{WhyNoDeadline, WhyCarried, WhyFloat, WhyStockIsShort}},
		{"the fund is a fen short", with(func(f *RailFacts) { f.Due, f.Fund = time.Time{}, 79_999 }), []RailWhy{WhyCarried, WhyFloat, WhyFundEmpty, WhyStockIsShort}},
		{"too little in the pocket", with(func(f *RailFacts) { f.Advance = 79_999 }), []RailWhy{WhyFloat, WhyLate, WhyShort, WhyStockIsShort}},
		{"a sum for three people", with(func(f *RailFacts) { f.Alone = false }), []RailWhy{WhyFloat, WhyLate, WhyAnother, WhyStockIsShort}},
		{"the township's float is empty", with(func(f *RailFacts) { f.Advance, f.Float, f.County = 0, 0, true }), []RailWhy{WhyCountyFloat, WhyLate, WhyShort, WhyStockIsShort}},
		{"both floats are", with(func(f *RailFacts) { f.Float = 79_999 }), []RailWhy{WhyCarried, WhyLate, WhyFloatsEmpty, WhyStockIsShort}},
		{"goods alone", with(func(f *RailFacts) { f.Float, f.Advance, f.Bank, f.Stock = 0, 0, false, 80_000 }), []RailWhy{WhyStock, WhyShort, WhyNoBank, WhyFloatsEmpty}},
		{"only cash is there", with(func(f *RailFacts) { f.Open, f.Due = []Channel{ChannelCash}, time.Time{} }), []RailWhy{WhyFloat}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var why []RailWhy
			for _, o := range ChooseRail(tt.facts) {
				why = append(why, o.Why)
				if !slices.Contains(tt.facts.Open, o.Channel) {
					t.Errorf("%s is not open", o.Channel)
				}
				if o.Fits && !o.Possible {
					t.Errorf("%+v fits and is not possible", o)
				}
			}
			if !slices.Equal(why, tt.want) {
				t.Errorf("%v, want %v", why, tt.want)
			}
		})
	}
}
