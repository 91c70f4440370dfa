package store

import (
	"context"
	"fmt"
	"slices"

	"example.org/hotline/area"
	"example.org/hotline/internal/act"
	"example.org/hotline/ticket"
)

// LeaveStaff ends somebody's service: they cannot sign in any more, what was
// open to them closes, nobody stands in for them or they for anybody, the
// households are free to be entrusted to others, and the open tickets go to the
// desks that serve their places. Whoever still has cash counts it first.
func (tx *Tx) LeaveStaff(ctx context.Context, login, reason string) (l area.Leaving, err error) {
	if reason == "" {
		return l, act.Invalid("reason", "reason_required", "Say why they leave.")
	}
	r, err := tx.member(ctx, login)
	if err != nil {
		return l, err
	}
	if tx.actor.System == "" && !slices.Contains(area.MayName(tx.actor.Role), area.Role(r.Role)) {
		return l, act.NotFound("member of staff")
	}
	if err := tx.everywhere(ctx, func() error { l, err = tx.handOn(ctx, r, reason); return err }); err != nil {
		return area.Leaving{}, err
	}
	_, err = tx.exec(ctx, "end service", `UPDATE staff SET active = false, left_at = ?, left_reason = ?, password_hash = '' WHERE id = ?`, tx.now, reason, r.ID)
	if err != nil {
		return l, err
	}
	l.Login, l.LeftAt = login, tx.now
	return l, tx.auditStaff(ctx, "staff.left", login, reason, map[string]any{"tickets": l.Tickets, "households": l.Households, "accesses": l.Accesses})
}

// handOn frees everything that hangs on somebody.
func (tx *Tx) handOn(ctx context.Context, r staffRow, reason string) (l area.Leaving, err error) {
	var advance, payouts, waiting int64
	own := []string{fmt.Sprintf("advance:%d", r.ID), fmt.Sprintf("staff:%d", r.ID)}
	err = tx.scan(ctx, "count cash in hand", `SELECT coalesce(sum(posted_fen) FILTER (WHERE holder = ?), 0)::bigint, coalesce(sum(posted_fen) FILTER (WHERE holder = ?), 0)::bigint,
			coalesce(sum(pending_in_fen + pending_out_fen), 0)::bigint FROM accounts WHERE kind = 'cash' AND holder IN ?`, []any{own[0], own[1], own}, &advance, &payouts, &waiting)
	if err != nil {
		return l, err
	}
	if advance != 0 || payouts != 0 || waiting != 0 {
		return l, &act.Fault{Kind: act.ErrRefused, Code: "cash_in_hand", Detail: "They still have cash of the float, as a standing advance or for single payouts, or something of it waits. Let it be brought back or handed over first, or have it settled in their name; nothing was done.",
			Args: map[string]any{"advance_fen": advance, "payouts_fen": payouts, "waiting_fen": waiting}}
	}
	if l.Tickets, err = tx.passTicketsOn(ctx, r); err != nil {
		return l, err
	}
	for _, step := range []struct {
		what, sql string
		args      []any
		n         *int
	}{
		{"end sessions", `UPDATE sessions SET ended_at = clock_timestamp() WHERE staff_id = ? AND ended_at IS NULL`, []any{r.ID}, nil},
		{"forget invitations", `DELETE FROM invitations WHERE staff_id = ? AND used_at IS NULL`, []any{r.ID}, nil},
		{"end deputies", `UPDATE deputies SET ends_at = greatest(starts_at, ?) WHERE (staff_id = ? OR deputy_id = ?) AND (ends_at IS NULL OR ends_at > ?)`, []any{tx.now, r.ID, r.ID, tx.now}, nil},
		{"end accesses", `UPDATE agency_access SET ended_by = ?, ended_at = ?, end_reason = ? WHERE staff_id = ? AND ended_at IS NULL AND ends_at > ?`,
			[]any{nonZero(int64(tx.actor.StaffID)), tx.now, reason, r.ID, tx.now}, &l.Accesses},
		{"release households", `UPDATE households_entrusted SET released_by = ?, released_at = ?, release_reason = ? WHERE staff_id = ? AND released_at IS NULL`,
			[]any{nonZero(int64(tx.actor.StaffID)), tx.now, reason, r.ID}, &l.Households},
	} {
		n, err := tx.exec(ctx, step.what, step.sql, step.args...)
		if err != nil {
			return l, err
		}
		if step.n != nil {
			*step.n = int(n)
		}
	}
	return l, nil
}

// passTicketsOn hands somebody's open tickets to the nearest desk of their
// places, and ends what they are still asked.
func (tx *Tx) passTicketsOn(ctx context.Context, r staffRow) (int, error) {
	var owned []struct{ ID, Desk int64 }
	err := tx.find(ctx, "find the open tickets of somebody who leaves", &owned, `SELECT t.id, coalesce((SELECT p.id FROM posts p
			WHERE p.kind = 'desk' AND p.role IN ('worker', 'county_duty', 'city_duty') AND p.area_code IN (left(t.area_code, 9) || '000', left(t.area_code, 6) || '000000', left(t.area_code, 4) || '00000000')
			ORDER BY p.area_code DESC, p.role DESC LIMIT 1), 0) AS desk
		FROM tickets t WHERE t.owner_id = ? AND t.status NOT IN ('closed', 'duplicate') ORDER BY t.id`, r.PostID)
	if err != nil {
		return 0, err
	}
	for _, t := range owned {
		if t.Desk == 0 {
			return 0, act.Refused("no_desk", "One of their open tickets lies where no desk serves. Hand it over first; nothing was done.")
		}
		desk, err := tx.Post(ctx, area.PostID(t.Desk))
		if err != nil {
			return 0, err
		}
		if err := ticket.OwnerLeft(ctx, tx, ticket.ID(t.ID), desk, r.Name); err != nil {
			return 0, err
		}
	}
	var asked []int64
	if err := tx.find(ctx, "find what somebody who leaves is asked", &asked, `SELECT DISTINCT ticket_id FROM offers WHERE post_id = ? AND ended_at IS NULL ORDER BY 1`, r.PostID); err != nil {
		return 0, err
	}
	for _, id := range asked {
		if err := ticket.OffereeLeft(ctx, tx, ticket.ID(id), area.PostID(r.PostID), r.Name); err != nil {
			return 0, err
		}
	}
	return len(owned), nil
}
