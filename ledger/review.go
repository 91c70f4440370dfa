package ledger

import (
	"context"
	"time"

	"example.org/hotline/area"
	"example.org/hotline/internal/act"
)

// AfterReview is the look that county finance takes at a payout that was drawn for
// it once the money had reached the citizen (SECURITY T20).
type AfterReview struct {
	DrawnAt  time.Time // zero: the payout was not drawn
	DueAt    time.Time // from then an auditor sees that it is late
	Reviewer area.StaffID
	Outcome  ReviewOutcome // empty while it is open
	Note     string        // what was found, in the reviewer's words
	At       time.Time
}

// Open reports whether the payout was drawn and nobody has looked at it yet.
func (r AfterReview) Open() bool { return !r.DrawnAt.IsZero() && r.Outcome == "" }

// ReviewOutcome is what a review came to.
type ReviewOutcome string

// The outcomes.
const (
	ReviewOK      ReviewOutcome = "ok"      // receipt, sum and reason hold
	ReviewFinding ReviewOutcome = "finding" // something does not: the note says what
)

// ReviewOutcomes lists every ReviewOutcome.
func ReviewOutcomes() []ReviewOutcome { return []ReviewOutcome{ReviewOK, ReviewFinding} }

// ReviewRule says how many payouts are drawn, and until when one is looked at.
type ReviewRule struct {
	Percent int
	DueAt   time.Time
}

// Draws reports whether a payout with this number is one of those that are reviewed.
func (r ReviewRule) Draws(number uint64) bool { return number%10_000 < uint64(r.Percent)*100 }

// draw decides whether a payout whose money has just arrived is reviewed. The number
// comes from a key that nobody who makes payouts knows, and is the same each time,
// so that neither waiting nor a retry changes it. Who acts is not told.
func draw(ctx context.Context, tx Tx, d *Disbursement, rule ReviewRule) error {
	if !d.AfterReview.DrawnAt.IsZero() || !rule.Draws(tx.Draw(d.PublicID)) {
		return nil
	}
	d.AfterReview = AfterReview{DrawnAt: tx.Now(), DueAt: rule.DueAt}
	return tx.AddAfterReview(ctx, *d)
}

// DrawArrived is draw for a payout that a bank has said to have arrived.
func DrawArrived(ctx context.Context, tx Tx, d *Disbursement, rule ReviewRule) error {
	return draw(ctx, tx, d, rule)
}

// Review writes down what came of the look at a drawn payout, once.
func Review(ctx context.Context, tx Tx, d *Disbursement, outcome ReviewOutcome, note string) error {
	me := tx.Actor()
	if err := d.mayReview(me); err != nil {
		return err
	}
	switch {
	case outcome != ReviewOK && outcome != ReviewFinding:
		return act.Invalid("outcome", "unknown_outcome", "Say ok or finding.")
	case outcome == ReviewFinding && note == "":
		return act.Invalid("note", "note_required", "Say what you found; the auditor reads it.")
	}
	if err := noKin(ctx, tx, *d, me.StaffID); err != nil {
		return err
	}
	d.AfterReview.Reviewer, d.AfterReview.Outcome, d.AfterReview.Note, d.AfterReview.At = me.StaffID, outcome, note, tx.Now()
	return tx.SaveAfterReview(ctx, *d)
}
