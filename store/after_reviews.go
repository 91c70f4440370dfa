package store

import (
	"context"
	"encoding/binary"

	"example.org/hotline/area"
	"example.org/hotline/internal/act"
	"example.org/hotline/ledger"
)

// Draw is made of a blind index, so that whoever makes a payout's id cannot choose
// one that is not drawn.
func (tx *Tx) Draw(publicID string) uint64 {
	return binary.BigEndian.Uint64(tx.db.sealer.Index("after-review", publicID))
}

// AddAfterReview writes that a payout was drawn.
func (tx *Tx) AddAfterReview(ctx context.Context, d ledger.Disbursement) error {
	_, err := tx.exec(ctx, "draw a payout", `INSERT INTO after_reviews (disbursement_id, drawn_at, due_at) VALUES (?, ?, ?)`,
		int64(d.ID), d.AfterReview.DrawnAt, d.AfterReview.DueAt)
	return err
}

// SaveAfterReview writes the result of a review that is still open.
func (tx *Tx) SaveAfterReview(ctx context.Context, d ledger.Disbursement) error {
	r := d.AfterReview
	n, err := tx.exec(ctx, "save a review", `UPDATE after_reviews SET reviewer_id = ?, outcome = ?, review_note = ?, reviewed_at = ? WHERE disbursement_id = ? AND outcome IS NULL`,
		int64(r.Reviewer), r.Outcome, r.Note, r.At, int64(d.ID))
	switch {
	case violates(err, "after_reviews_bank"):
		return act.Refused("own_payout", "Who entered or verified the payout's account cannot review it.")
	case err == nil && n == 0:
		return ledger.AlreadyReviewed()
	default:
		return err
	}
}

// reviewView shows a review. That it is open, and what was found, is for those who
// review and audit.
func (tx *Tx) reviewView(r payoutRow) *ledger.ReviewView {
	v := r.Row.disbursement().AfterReview
	within := tx.actor.May(area.RoleCountyFinance, area.RoleAuditor)
	if v.DrawnAt.IsZero() || v.Open() && !within {
		return nil
	}
	view := &ledger.ReviewView{DrawnAt: v.DrawnAt, DueAt: v.DueAt, Outcome: v.Outcome, Reviewer: deref(r.Reviewer), At: utc(r.Row.ReviewedAt)}
	if within {
		view.Note = v.Note
	}
	return view
}
