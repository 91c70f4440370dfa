package store

import (
	"context"
	"encoding/hex"
	"errors"
	"slices"
	"time"

	"example.org/hotline/area"
	"example.org/hotline/internal/act"
	"example.org/hotline/ledger"
)

var (
	_ ledger.ReimburseTx = (*Tx)(nil)
	_ ledger.CloseTx     = (*Tx)(nil)
)

// LastClosed finds the newest closing of a kind.
func (tx *Tx) LastClosed(ctx context.Context, county area.Code, kind ledger.CloseKind) (last area.Date, err error) {
	err = tx.scan(ctx, "find the last closing", `SELECT coalesce(max(through)::text, '') FROM ledger_closes WHERE area_code = ? AND kind = ?`, []any{string(county), string(kind)}, &last)
	return last, err
}

// AddClosing writes a closing down.
func (tx *Tx) AddClosing(ctx context.Context, c ledger.Closing) error {
	n, err := tx.exec(ctx, "close the books", `INSERT INTO ledger_closes (public_id, area_code, kind, through, note, report, hash, closed_by, closed_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
		c.PublicID, string(c.County), string(c.Kind), string(c.Through), c.Note, string(c.Report), c.Hash, int64(tx.actor.StaffID), tx.now)
	if err == nil && n == 0 {
		err = act.Conflict("closed_already", "That stretch is closed already; reload to see it.")
	}
	return err
}

// Closings lists what is closed of a county, the newest first.
func (tx *Tx) Closings(ctx context.Context, county area.Code) ([]ledger.ClosingView, error) {
	var rows []struct {
		PublicID, AreaCode, Kind, Through, Note, ClosedBy string
		Hash                                              []byte
		ClosedAt                                          time.Time
	}
	err := tx.find(ctx, "list closings", &rows, `SELECT c.public_id, c.area_code, c.kind, c.through::text, c.note, c.hash, s.name AS closed_by, c.closed_at
		FROM ledger_closes c JOIN staff s ON s.id = c.closed_by WHERE c.area_code = ? ORDER BY c.id DESC LIMIT 400`, string(county))
	views := make([]ledger.ClosingView, 0, len(rows))
	for _, r := range rows {
		views = append(views, ledger.ClosingView{ID: r.PublicID, Area: r.AreaCode, Kind: ledger.CloseKind(r.Kind), Through: area.Date(r.Through), Note: r.Note,
			Hash: hex.EncodeToString(r.Hash), ClosedBy: r.ClosedBy, ClosedAt: r.ClosedAt.UTC()})
	}
	return views, err
}

// YearExpenses are a county's expense accounts with what was spent and not closed of, up to a day.
func (tx *Tx) YearExpenses(ctx context.Context, county area.Code, through area.Date) ([]ledger.Account, error) {
	var rows []accountRow
	err := tx.find(ctx, "add the year's expenses up", &rows, `SELECT a.id, a.public_id, a.kind, a.area_code, a.holder, sum(d.debit_fen - d.credit_fen)::bigint AS posted_fen
		FROM accounts a JOIN account_days d ON d.account_id = a.id WHERE a.kind = 'expense' AND a.area_code LIKE ? AND d.day <= ?::date
		GROUP BY a.id HAVING sum(d.debit_fen - d.credit_fen) <> 0 ORDER BY a.id`, string(county[:6])+"%", string(through))
	accounts := make([]ledger.Account, 0, len(rows))
	for _, r := range rows {
		accounts = append(accounts, r.account())
	}
	return accounts, err
}

// openSQL finds what does not agree in the books of a county, each kind by a statement of its own that takes the county's
// prefix and the last day it looks at.
var openSQL = []struct {
	kind ledger.OpenKind
	sql  string
}{
	{ledger.OpenUnknown, `SELECT d.area_code AS area, d.public_id::text AS what, d.fen, coalesce(d.reserved_at, d.submitted_at) AS since FROM disbursements d
		WHERE d.state = 'unknown' AND d.area_code LIKE ? AND ledger_day(coalesce(d.reserved_at, d.submitted_at)) <= ?::date`},
	{ledger.OpenLine, `SELECT l.area_code AS area, l.public_id::text AS what, l.fen, l.day::timestamp AT TIME ZONE 'Asia/Shanghai' AS since FROM statement_lines l
		WHERE l.settled_at IS NULL AND l.area_code LIKE ? AND l.day <= ?::date`},
	{ledger.OpenEntry, `SELECT e.area_code AS area, e.public_id::text AS what, p.fen, e.at AS since FROM ledger_entries e
		JOIN postings p ON p.entry_id = e.id AND p.layer = 'posted' JOIN accounts a ON a.id = p.account_id AND a.kind = 'fund'
		WHERE a.area_code LIKE ? AND ledger_day(e.at) <= ?::date AND EXISTS (SELECT 1 FROM bank_statements s WHERE s.area_code = a.area_code AND ledger_day(e.at) BETWEEN s.from_day AND s.to_day)
		  AND NOT EXISTS (SELECT 1 FROM statement_lines l WHERE l.entry_id = e.id)`},
	{ledger.OpenLate, `SELECT a.area_code AS area, d.public_id::text AS what, a.posted_fen AS fen, ` + suspenseSinceSQL + ` AS since
		FROM accounts a JOIN disbursements d ON a.holder = 'payout:' || d.id
		WHERE a.kind = 'suspense' AND a.area_code LIKE ? AND a.posted_fen <> 0 AND ledger_day(` + suspenseSinceSQL + `) <= ?::date`},
	{ledger.OpenReversed, `SELECT d.area_code AS area, d.public_id::text AS what, d.fen, d.ended_at AS since FROM disbursements d
		WHERE ` + notGivenBackSQL + ` AND d.area_code LIKE ? AND ledger_day(d.ended_at) <= ?::date`},
	{ledger.OpenCash, standingSQL(`a.kind = 'suspense' AND a.holder LIKE 'advance:%'`)},
	{ledger.OpenGoods, standingSQL(`a.kind = 'suspense' AND a.holder = 'goods'`)},
	{ledger.OpenClaim, standingSQL(`a.kind = 'recovery' AND a.holder LIKE 'advance:%'`)},
	{ledger.OpenImprest, `SELECT i.area, '' AS what, i.missing_fen AS fen, coalesce(m.seen_at, app_now()) AS since FROM (` + imprestSQL + `) i
		LEFT JOIN imprest_misses m ON m.area_code = i.area AND m.gone_at IS NULL WHERE i.missing_fen <> 0 AND i.area LIKE ? AND ?::date IS NOT NULL`},
}

// standingSQL finds accounts that should stand at zero and do not: open since the first day after the last on which they did.
func standingSQL(which string) string {
	return `WITH runs AS (SELECT a.id, a.area_code, d.day, sum(d.debit_fen - d.credit_fen) OVER (PARTITION BY a.id ORDER BY d.day) AS run FROM accounts a
			JOIN account_days d ON d.account_id = a.id WHERE ` + which + ` AND a.area_code LIKE ? AND d.day <= ?::date)
		SELECT r.area_code AS area, '' AS what, (array_agg(r.run ORDER BY r.day DESC))[1]::bigint AS fen, min(r.day)::timestamp AT TIME ZONE 'Asia/Shanghai' AS since FROM runs r
		WHERE NOT EXISTS (SELECT 1 FROM runs z WHERE z.id = r.id AND z.run = 0 AND z.day >= r.day) GROUP BY r.id, r.area_code`
}

// OpenItems lists what does not agree in a county's books as of the end of a day, the oldest first.
func (tx *Tx) OpenItems(ctx context.Context, county area.Code, through area.Date) ([]ledger.OpenItem, error) {
	items := []ledger.OpenItem{}
	for _, o := range openSQL {
		var rows []struct {
			Area, What string
			Fen        int64
			Since      time.Time
		}
		if err := tx.find(ctx, "look for "+string(o.kind), &rows, o.sql+` ORDER BY since LIMIT 1000`, string(county[:6])+"%", string(through)); err != nil {
			return nil, err
		}
		for _, r := range rows {
			items = append(items, ledger.OpenItem{Kind: o.kind, Area: r.Area, What: r.What, Fen: r.Fen, Since: r.Since.UTC(), AgeDays: int(tx.now.Sub(r.Since) / (24 * time.Hour))})
		}
	}
	slices.SortStableFunc(items, func(a, b ledger.OpenItem) int { return a.Since.Compare(b.Since) })
	return items, nil
}

// LockReimbursements takes a lock of the transaction. The float's account is locked later,
// with the fund's, in the order that everybody keeps.
func (tx *Tx) LockReimbursements(ctx context.Context, float area.Code) error {
	return tx.alone(ctx, "reimburse:"+string(float))
}

// LockClosing takes a lock of the transaction.
func (tx *Tx) LockClosing(ctx context.Context, county area.Code) error {
	return tx.alone(ctx, "closing:"+string(county))
}

// alone waits until no other transaction does the same.
func (tx *Tx) alone(ctx context.Context, what string) error {
	_, err := tx.exec(ctx, "wait for others who do the same", `SELECT pg_advisory_xact_lock(hashtextextended(?, 0))`, what)
	return err
}

// Unclaimed lists what a claim would hold now.
func (tx *Tx) Unclaimed(ctx context.Context, float area.Code) ([]ledger.ReimbursementItem, error) {
	var rows []struct {
		ID, Fen int64
		SetOff  bool
	}
	err := tx.find(ctx, "list vouchers", &rows, `SELECT d.id, d.fen, false AS set_off FROM disbursements d WHERE d.source_area = ? AND `+voucherSQL+`
		UNION ALL SELECT d.id, d.fen, true FROM disbursements d WHERE d.source_area = ? AND `+setOffSQL+` ORDER BY 1`, string(float), string(float))
	items := make([]ledger.ReimbursementItem, 0, len(rows))
	for _, r := range rows {
		items = append(items, ledger.ReimbursementItem{Disbursement: ledger.DisbursementID(r.ID), SetOff: r.SetOff, Fen: r.Fen})
	}
	return items, err
}

// AddReimbursement writes a reimbursement.
func (tx *Tx) AddReimbursement(ctx context.Context, c ledger.Reimbursement) error {
	var id int64
	err := tx.scan(ctx, "add claim", `INSERT INTO float_claims (public_id, area_code, fen, voucher, made_by, at) VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING RETURNING id`,
		[]any{c.PublicID, string(c.Float), c.Fen, c.Voucher, int64(tx.actor.StaffID), tx.now}, &id)
	if errors.Is(err, act.ErrNotFound) {
		return act.Conflict("already_booked", "This has been booked before and was not booked again; reload to see it.")
	}
	if err != nil {
		return err
	}
	rows := make([]map[string]any, 0, len(c.Items))
	for _, i := range c.Items {
		kind := "spent"
		if i.SetOff {
			kind = "set_off"
		}
		rows = append(rows, map[string]any{"claim_id": id, "disbursement_id": int64(i.Disbursement), "kind": kind, "fen": i.Fen})
	}
	return translate("add the claim's vouchers", tx.gorm.WithContext(ctx).Table("float_claim_items").CreateInBatches(rows, 1000).Error)
}
