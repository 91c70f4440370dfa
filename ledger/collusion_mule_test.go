package ledger

import (
	"slices"

	"example.org/hotline/area"
	"example.org/hotline/internal/act"
)

// Some histories are of one plan alone: a worker and their head invent people who all
// have one account, and leave the bank to pay. Only the account's own limit stands in
// their way; people who try everything at once hardly ever come to it.

// mayBeMules makes one history in eight such a one.
func (h *collusion) mayBeMules() {
	if h.mule = h.dice.IntN(8) == 0; h.mule {
		h.bad = []area.StaffID{pick(h, h.people[:3]).StaffID, pick(h, h.people[3:5]).StaffID}
	}
}

// maker is whoever comes to make a payout.
func (h *collusion) maker() act.Actor {
	if h.mule {
		return h.people[h.bad[0]-1]
	}
	return pick(h, h.people)
}

// wants reports whether an act on a payout is one that people would go on with; what
// goes backwards is seldom wanted, and never by those who have a mule's account to fill.
func (h *collusion) wants(name string, d Disbursement) bool {
	switch backwards := slices.Contains([]string{"cancel", "return_cash", "reverse"}, name); {
	case !backwards:
		return true
	case h.mule && h.theirs(d):
		return false
	default:
		return h.dice.IntN(8) == 0
	}
}

// owesASignature judges from the outside whether somebody has a solo payout whose
// second signature is overdue.
func (h *collusion) owesASignature(who area.StaffID) bool {
	return slices.ContainsFunc(h.payouts, func(d Disbursement) bool {
		return d.Solo() && d.State.Live() && (d.Maker == who || d.Payer == who) && d.SecondSignedAt.IsZero() && d.SecondSignatureBy.Before(h.now)
	})
}
