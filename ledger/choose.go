package ledger

import (
	"cmp"
	"slices"
	"time"
)

// RailFacts are what the choice of a rail rests on, at one moment.
type RailFacts struct {
	Open []Channel // the rails that are there: OpenChannels
	Fen  int64
	Due  time.Time // by when help has to have been received; zero: nothing is counted

	Float   int64 // what the township's float can still give
	County  bool  // its county's holds the sum
	Advance int64 // what the person who asks carries and may give
	Alone   bool  // one person may make and pay the sum
	Stock   int64 // goods that can still be given, at cost

	Bank    bool  // the county has one
	Fund    int64 // what the county's fund can still give
	Account AccountStanding
	Credits time.Time // when its next run credits payees; zero: not agreed
}

// AccountStanding is how far a payee's account is known.
type AccountStanding int

// The standings.
const (
	AccountUnknown    AccountStanding = iota
	AccountUnverified                 // entered by one person
	AccountVerified                   // and compared with the card by another
)

// RailWhy is why a rail fits or does not.
type RailWhy string

// The reasons.
const (
	WhyInTime       RailWhy = "bank_in_time"       // the bank credits before the deadline
	WhyNoDeadline   RailWhy = "bank_no_deadline"   // nothing is counted: the safest rail will do
	WhyLate         RailWhy = "bank_late"          // the bank credits after the deadline, or after it has passed
	WhyNoRun        RailWhy = "bank_no_run"        // nobody knows when the bank credits
	WhyNoBank       RailWhy = "no_bank"            // the county pays through none
	WhyNoAccount    RailWhy = "account_unknown"    // the payee's account was not entered
	WhyUnverified   RailWhy = "account_unverified" // another person has not verified it
	WhyFundEmpty    RailWhy = "fund_empty"         // the county's fund, out of which the bank pays, holds less
	WhyCarried      RailWhy = "advance_holds"      // who asks carries the sum
	WhyShort        RailWhy = "advance_short"      // who asks carries less; a colleague may take it on
	WhyAnother      RailWhy = "advance_another"    // above the solo limit another person has to pay
	WhyFloat        RailWhy = "float_holds"
	WhyCountyFloat  RailWhy = "county_float_holds"
	WhyFloatsEmpty  RailWhy = "float_empty"
	WhyStock        RailWhy = "stock_holds"
	WhyStockIsShort RailWhy = "stock_short"
)

// RailOption is one rail with the reason for or against it.
type RailOption struct {
	Channel  Channel    `json:"channel" enum:"cash,advance,goods,bank"`
	Fits     bool       `json:"fits" doc:"Help comes in time by it"`
	Possible bool       `json:"possible" doc:"A payout can be started on it, in time or not"`
	Why      RailWhy    `json:"why" enum:"bank_in_time,bank_no_deadline,bank_late,bank_no_run,no_bank,account_unknown,account_unverified,fund_empty,advance_holds,advance_short,advance_another,float_holds,county_float_holds,float_empty,stock_holds,stock_short"`
	HoldsFen int64      `json:"holds_fen,omitempty" doc:"What the float, the advance or the stock can give now"`
	At       *time.Time `json:"at,omitempty" doc:"When the bank is expected to credit the payee"`
}

// rank is the order of preference among rails of which each fits: to the payee's own
// account where that is in time, since no cash changes hands; then what is nearest to
// the citizen.
var rank = map[Channel]int{ChannelBank: 1, ChannelAdvance: 2, ChannelCash: 3, ChannelGoods: 4}

// ChooseRail weighs every rail that is open, the best first. The first is the one to
// take where it fits.
func ChooseRail(f RailFacts) []RailOption {
	options := make([]RailOption, 0, len(f.Open))
	for _, c := range f.Open {
		options = append(options, f.weigh(c))
	}
	slices.SortStableFunc(options, func(a, b RailOption) int {
		return cmp.Or(order(a.Fits, b.Fits), order(a.Possible, b.Possible), cmp.Compare(rank[a.Channel], rank[b.Channel]))
	})
	return options
}

// order puts what is so before what is not.
func order(a, b bool) int {
	switch {
	case a == b:
		return 0
	case a:
		return -1
	default:
		return 1
	}
}

func (f RailFacts) weigh(c Channel) RailOption {
	switch c {
	case ChannelBank:
		return f.byBank()
	case ChannelAdvance:
		return f.byAdvance()
	case ChannelGoods:
		o := RailOption{Channel: c, Why: WhyStockIsShort, HoldsFen: f.Stock}
		if f.Stock >= f.Fen {
			o.Fits, o.Possible, o.Why = true, true, WhyStock
		}
		return o
	default:
		return f.byCash()
	}
}

func (f RailFacts) byCash() RailOption {
	o := RailOption{Channel: ChannelCash, Fits: true, Possible: true, Why: WhyFloat, HoldsFen: f.Float}
	switch {
	case f.Float >= f.Fen:
	case f.County:
		o.Why = WhyCountyFloat
	default:
		o.Fits, o.Possible, o.Why = false, false, WhyFloatsEmpty
	}
	return o
}

func (f RailFacts) byAdvance() RailOption {
	o := RailOption{Channel: ChannelAdvance, Possible: true, HoldsFen: f.Advance}
	switch {
	case !f.Alone:
		o.Why = WhyAnother
	case f.Advance < f.Fen:
		o.Why = WhyShort
	default:
		o.Fits, o.Why = true, WhyCarried
	}
	return o
}

func (f RailFacts) byBank() RailOption {
	o := RailOption{Channel: ChannelBank}
	switch {
	case !f.Bank:
		o.Why = WhyNoBank
		return o
	case f.Account == AccountUnknown:
		o.Why = WhyNoAccount
		return o
	case f.Account == AccountUnverified:
		o.Why = WhyUnverified
		return o
	case f.Fund < f.Fen:
		o.Why = WhyFundEmpty
		return o
	}
	o.Possible = true
	if !f.Credits.IsZero() {
		at := f.Credits.UTC()
		o.At = &at
	}
	switch {
	case f.Due.IsZero():
		o.Fits, o.Why = true, WhyNoDeadline
	case f.Credits.IsZero():
		o.Why = WhyNoRun
	case f.Credits.After(f.Due):
		o.Why = WhyLate
	default:
		o.Fits, o.Why = true, WhyInTime
	}
	return o
}
