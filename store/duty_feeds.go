package store

import (
	"context"
	"errors"
	"time"

	"example.org/hotline/area"
	"example.org/hotline/dispatch/duty"
	"example.org/hotline/internal/act"
)

// OpenFeed gives the actor's own calendar a new address and ends the one before.
func (tx *Tx) OpenFeed(ctx context.Context, tokenHash []byte) error {
	if _, err := tx.exec(ctx, "open a feed", `INSERT INTO duty_feeds (staff_id, token_hash, created_at) VALUES (?, ?, ?)
		ON CONFLICT (staff_id) DO UPDATE SET token_hash = excluded.token_hash, created_at = excluded.created_at, read_at = NULL`,
		int64(tx.actor.StaffID), tokenHash, tx.now); err != nil {
		return err
	}
	return tx.auditFeed(ctx, "duty.feed_opened")
}

// CloseFeed ends the actor's address; without one it does nothing.
func (tx *Tx) CloseFeed(ctx context.Context) error {
	n, err := tx.exec(ctx, "close a feed", `DELETE FROM duty_feeds WHERE staff_id = ?`, int64(tx.actor.StaffID))
	if err != nil || n == 0 {
		return err
	}
	return tx.auditFeed(ctx, "duty.feed_closed")
}

func (tx *Tx) auditFeed(ctx context.Context, action string) error {
	return tx.Audit(ctx, act.Record{Action: action, Subject: act.Subject{Kind: "staff", ID: int64(tx.actor.StaffID)}, Area: tx.actor.Area})
}

// Feed tells of the actor's address; false where there is none.
func (tx *Tx) Feed(ctx context.Context) (state duty.FeedState, open bool, err error) {
	row, err := one[struct {
		CreatedAt time.Time
		ReadAt    *time.Time
	}](ctx, tx, "feed", `SELECT created_at, read_at FROM duty_feeds WHERE staff_id = ?`, int64(tx.actor.StaffID))
	if errors.Is(err, act.ErrNotFound) {
		return state, false, nil
	}
	return duty.FeedState{Since: row.CreatedAt.UTC(), ReadAt: orZero(row.ReadAt).UTC()}, err == nil, err
}

// FeedReader finds whose address a token is and notes that it was read;
// act.ErrNotFound for one that is no longer, or of somebody who has left.
func (tx *Tx) FeedReader(ctx context.Context, tokenHash []byte) (area.Staff, error) {
	row, err := one[struct {
		ID, PostID           int64
		Name, Role, AreaCode string
		ReadAt               *time.Time
	}](ctx, tx, "feed", `SELECT s.id, s.post_id, s.name, s.role, s.area_code, f.read_at FROM duty_feeds f JOIN staff s ON s.id = f.staff_id
		WHERE f.token_hash = ? AND s.active`, tokenHash)
	if err != nil {
		return area.Staff{}, err
	}
	if row.ReadAt == nil || tx.now.Sub(*row.ReadAt) > time.Hour { // programs ask often, and it is no more than a hint
		if _, err := tx.exec(ctx, "note that a feed was read", `UPDATE duty_feeds SET read_at = ? WHERE staff_id = ?`, tx.now, row.ID); err != nil {
			return area.Staff{}, err
		}
	}
	return area.Staff{ID: area.StaffID(row.ID), PostID: area.PostID(row.PostID), Name: row.Name, Role: area.Role(row.Role), Area: area.Code(row.AreaCode)}, nil
}
