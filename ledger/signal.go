package ledger

import "time"

// SignalKind is why an auditor may want to look at payouts. A signal proves nothing
// (SECURITY T20).
type SignalKind string

// The kinds of signal.
const (
	SignalSamePair      SignalKind = "same_pair"      // two people sign nearly only for one another, though others could
	SignalTwoHouseholds SignalKind = "two_households" // one person was paid as a member of several households
	SignalSameAccount   SignalKind = "same_account"   // one bank account for two persons
	SignalYoungTicket   SignalKind = "young_ticket"   // money was asked for within ten minutes of the call
	SignalOffHours      SignalKind = "off_hours"      // somebody checks or signs between ten at night and six
	SignalJustBelow     SignalKind = "just_below"     // again and again within 5 % below what one person pays alone
	SignalFinding       SignalKind = "review_finding" // a review of a drawn payout found something
	SignalReviewLate    SignalKind = "review_late"    // drawn payouts that nobody has reviewed in time, however old
)

// Signal is one thing to look at, with the payouts that it rests on.
type Signal struct {
	Kind    SignalKind `json:"kind" enum:"same_pair,two_households,same_account,young_ticket,off_hours,just_below,review_finding,review_late"`
	Who     string     `json:"who,omitempty" doc:"Names of staff, or of the county whose reviews are late; empty where it is about a payee, who is not named"`
	Count   int        `json:"count"`
	Fen     int64      `json:"amount_fen"`
	Latest  time.Time  `json:"latest"`
	Payouts []string   `json:"payouts" doc:"Public ids, the earliest first"`
	Tickets []CaseRef  `json:"tickets" doc:"Of these payouts, each once, the latest first: where to look"`
}

// CaseRef is a ticket by its public id and its number.
type CaseRef struct {
	ID     string `json:"id"`
	Number string `json:"number"`
}
