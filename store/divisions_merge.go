package store

import (
	"context"
	"strings"

	"example.org/hotline/area"
	"example.org/hotline/internal/act"
	"example.org/hotline/ledger"
	"example.org/hotline/ticket"
)

// settle hands what is open in places that were merged to whoever answers for
// them today: desks and people, the plan of duty where the successor has none,
// and the tickets. What has ended keeps the code under which it happened. Doing
// it again changes nothing; it is done at an import, and every day by each node
// for mergers that were announced before.
func (tx *Tx) settle(ctx context.Context, tree *area.Tree) error {
	var left []string
	err := tx.find(ctx, "look for what merged places have left", &left, `SELECT d.code FROM divisions d WHERE d.merged_into IS NOT NULL AND d.valid_to <= ?::date
		AND (EXISTS (SELECT 1 FROM posts p WHERE p.area_code = d.code AND (p.kind = 'person'
		        OR NOT EXISTS (SELECT 1 FROM posts q WHERE q.kind = 'desk' AND q.area_code = d.merged_into AND q.role = p.role)))
		  OR EXISTS (SELECT 1 FROM tickets t WHERE t.area_code = d.code AND t.status NOT IN ('closed', 'duplicate'))
		  OR EXISTS (SELECT 1 FROM households h WHERE h.area_code = d.code AND h.merged_into IS NULL)
		  OR EXISTS (SELECT 1 FROM goods g WHERE g.area_code = d.code AND g.pieces > g.held + coalesce((SELECT sum(b.pieces) FROM payout_goods b JOIN disbursements x ON x.id = b.disbursement_id
		        WHERE b.goods_id = g.id AND x.state IN ('submitted', 'checked')), 0)) AND NOT EXISTS (SELECT 1 FROM store_acts a WHERE (a.area_code = d.code OR a.from_area = d.code) AND `+storeActWaits+`)) ORDER BY d.code`, string(area.DateOf(tx.now)))
	if err != nil {
		return err
	}
	for _, code := range left {
		from := area.Code(code)
		to, answered := tree.Resolve(from, area.DateOf(tx.now))
		if !answered {
			continue // a circle or a gap, which no import lets through
		}
		if err := tx.succeed(ctx, from, to); err != nil {
			return err
		}
	}
	return nil
}

// succeed hands everything of one place to another.
func (tx *Tx) succeed(ctx context.Context, from, to area.Code) error {
	desks, err := tx.succeedDesks(ctx, from, to)
	if err != nil {
		return err
	}
	for what, sql := range map[string]string{
		"move posts":      `UPDATE posts SET area_code = ? WHERE area_code = ? AND kind = 'person'`,
		"move staff":      `UPDATE staff SET area_code = ? WHERE area_code = ?`,
		"move households": `UPDATE households SET area_code = ? WHERE area_code = ? AND merged_into IS NULL`,
		"move persons":    `UPDATE persons SET area_code = ? WHERE area_code = ? AND merged_into IS NULL`,
	} {
		if _, err := tx.exec(ctx, what, sql, string(to), string(from)); err != nil {
			return err
		}
	}
	changes, err := tx.succeedDuty(ctx, from, to)
	if err != nil {
		return err
	}
	var open []struct{ ID, OwnerID int64 }
	err = tx.find(ctx, "find open tickets of a merged place", &open, `SELECT id, owner_id FROM tickets WHERE area_code = ? AND status NOT IN ('closed', 'duplicate') ORDER BY id`, string(from))
	if err != nil {
		return err
	}
	for _, t := range open {
		if err := ticket.Succeed(ctx, tx, ticket.ID(t.ID), to, desks[area.PostID(t.OwnerID)]); err != nil {
			return err
		}
	}
	if err := ledger.SucceedStore(ctx, tx, from, to); err != nil {
		return err
	}
	return tx.Audit(ctx, act.Record{Action: "areas.succeeded", Subject: act.Subject{Kind: "area"}, Area: to,
		Data: map[string]any{"from_area": string(from), "area": string(to), "tickets": len(open), "duty_changes": changes}})
}

// succeedDesks moves the desks of a place, or puts the successor's own desk of
// the role in their place: what was offered to the old one is offered to that.
func (tx *Tx) succeedDesks(ctx context.Context, from, to area.Code) (map[area.PostID]area.PostID, error) {
	var desks []struct{ Old, New int64 }
	err := tx.find(ctx, "find the desks of a merged place", &desks, `SELECT p.id AS old, coalesce(q.id, 0) AS new FROM posts p
		LEFT JOIN posts q ON q.kind = 'desk' AND q.area_code = ? AND q.role = p.role WHERE p.kind = 'desk' AND p.area_code = ?`, string(to), string(from))
	replaced := map[area.PostID]area.PostID{}
	for _, d := range desks {
		if err != nil {
			return nil, err
		}
		if d.New == 0 {
			_, err = tx.exec(ctx, "move a desk", `UPDATE posts SET area_code = ? WHERE id = ?`, string(to), d.Old)
			continue
		}
		replaced[area.PostID(d.Old)] = area.PostID(d.New)
		_, err = tx.exec(ctx, "move the offers of a desk", `UPDATE offers o SET post_id = ? WHERE post_id = ? AND ended_at IS NULL AND NOT EXISTS (SELECT 1 FROM offers x
			WHERE (x.ticket_id, x.epoch, x.loop, x.step, x.post_id) = (o.ticket_id, o.epoch, o.loop, o.step, ?))`, d.New, d.Old, d.New)
	}
	return replaced, err
}

// AnswersFor reports whether a place lies in the actor's area, or was merged into one that does. The actor's own area
// counts, however far the transaction sees at this moment.
func (tx *Tx) AnswersFor(ctx context.Context, place area.Code) (mine bool, err error) {
	scope := tx.actor.Scope()
	if scope == "" || scope == "*" || strings.HasPrefix(string(place), scope) {
		return scope != "", nil
	}
	err = tx.scan(ctx, "look who answers for a place", `WITH RECURSIVE on_the_way AS (
			SELECT merged_into AS code FROM divisions WHERE code = ? AND merged_into IS NOT NULL AND valid_to <= ledger_day(?)
			UNION SELECT d.merged_into FROM divisions d JOIN on_the_way w ON d.code = w.code WHERE d.merged_into IS NOT NULL AND d.valid_to <= ledger_day(?))
		SELECT EXISTS (SELECT 1 FROM on_the_way WHERE starts_with(code, ?))`, []any{string(place), tx.now, tx.now, scope}, &mine)
	return mine, err
}

// Successor follows the mergers of a division up to today.
func (tx *Tx) Successor(ctx context.Context, merged area.Code) (area.Code, error) {
	var code string
	err := tx.scan(ctx, "find a successor", `WITH RECURSIVE on_the_way AS (
			SELECT merged_into AS code FROM divisions WHERE code = ? AND merged_into IS NOT NULL AND valid_to <= ledger_day(?)
			UNION SELECT d.merged_into FROM divisions d JOIN on_the_way w ON d.code = w.code WHERE d.merged_into IS NOT NULL AND d.valid_to <= ledger_day(?))
		SELECT d.code FROM on_the_way w JOIN divisions d ON d.code = w.code WHERE d.valid_to IS NULL OR d.valid_to > ledger_day(?)`,
		[]any{string(merged), tx.now, tx.now, tx.now}, &code)
	return area.Code(code), err
}
