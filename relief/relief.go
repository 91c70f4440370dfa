// Package relief is what help is given: the visit, what was found, the urgent
// decision, the payout with its receipt, and the papers that follow. It is pure
// domain over a transaction that store provides, and composes the rules of
// ticket and ledger: a receipt moves payout, ledger and clock in one commit.
//
// The story of an aid reads RecordVisit, RecordFindings, Decide, StartPayout,
// IssueCash, Receive; DESIGN.md promise 5 is Receive.
package relief

import (
	"time"

	"example.org/hotline/internal/act"
	"example.org/hotline/ledger"
	"example.org/hotline/relief/rule"
	"example.org/hotline/ticket"
)

// Rules are what a command judges by: amounts and papers of one policy
// version, the calendar that working days are counted on, and the catalogue of aids.
type Rules struct {
	Policy   Policy
	Calendar ticket.Calendar
	Aids     rule.Versions // empty where no command asks what an aid is for
}

// aids is the catalogue in force; false where there is none.
func (r Rules) aids(now time.Time) (*rule.Version, bool) {
	if len(r.Aids) == 0 {
		return nil, false
	}
	return r.Aids.At(now), true
}

// AfterReview is how many payouts are drawn for a review, and until when one that is
// drawn now is looked at.
func (r Rules) AfterReview(now time.Time) ledger.ReviewRule {
	return ledger.ReviewRule{Percent: r.Policy.Limits.AfterReviewPercent, DueAt: r.Calendar.Count(now, r.Policy.Limits.AfterReviewDays).Due}
}

// AidUrgent is the kind of aid of the fast track and the urgent path (急难型临时救助).
const AidUrgent = "urgent"

// Private is a text about a citizen: a name, an identity number, an address.
// store seals it.
type Private = act.Private
