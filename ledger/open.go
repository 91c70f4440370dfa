package ledger

import (
	"slices"
	"time"
)

// OpenItem is something that does not agree yet between our books, the bank and the cash.
type OpenItem struct {
	Kind    OpenKind  `json:"kind" enum:"unknown,unmatched_line,unmatched_entry,late_success,reversed_cash,cash_short,goods_short,advance_claim,imprest"`
	Area    string    `json:"area"`
	What    string    `json:"what,omitempty" doc:"The payout's id, the line's or the entry's; empty where it is about a whole account"`
	Fen     int64     `json:"amount_fen"`
	Since   time.Time `json:"since"`
	AgeDays int       `json:"age_days" doc:"Whole days since then; at 1, 3 and 7 somebody is told"`
}

// OpenKind is what kind of difference it is.
type OpenKind string

// The kinds of difference.
const (
	OpenUnknown  OpenKind = "unknown"         // sent to a bank that has not said what became of it
	OpenLine     OpenKind = "unmatched_line"  // the bank tells of a movement that our books do not know
	OpenEntry    OpenKind = "unmatched_entry" // our books tell of a movement that is on no statement, though one covers its day
	OpenLate     OpenKind = "late_success"    // a bank has paid what it had called dead, and the fund did not have it
	OpenReversed OpenKind = "reversed_cash"   // a receipt was reversed, and its payer has not brought the cash back
	OpenCash     OpenKind = "cash_short"      // a count found another sum, and nobody has explained it
	OpenGoods    OpenKind = "goods_short"     // a count of a store found other goods, and nobody has explained it
	OpenClaim    OpenKind = "advance_claim"   // somebody who is gone has not paid back what they did not hand back
	OpenImprest  OpenKind = "imprest"         // float, cash and vouchers do not come to what the float was filled with
)

// hinders says whether a month cannot be closed over it.
func (i OpenItem) hinders() bool {
	return i.Kind != OpenCash && i.Kind != OpenReversed && i.Kind != OpenGoods && i.Kind != OpenClaim
}

// TellingAges are the ages in days at which somebody is told of an open item: county
// finance first, then the head of the place, then the supervisor (DOMAIN 4.2).
func TellingAges() []int { return []int{1, 3, 7} }

// AgesReached are those that an item has come to.
func (i OpenItem) AgesReached() []int {
	return slices.DeleteFunc(TellingAges(), func(days int) bool { return i.AgeDays < days })
}

// Telling is an open item at an age of which somebody has to be told.
type Telling struct {
	OpenItem
	Days int // one of TellingAges
}
