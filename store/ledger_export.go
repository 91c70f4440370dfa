package store

import (
	"context"
	"fmt"

	"example.org/hotline/internal/act"
)

// exportSQL are the files of an export, a line of JSON for each row. They name staff, cases by their numbers and payouts by
// their public ids. Payees, identities, the numbers of bank accounts and their holders stand in none of them, nor do the
// blind indices by which the program knows them; of a bank's files there is the hash.
var exportSQL = []struct{ file, sql string }{
	{"accounts.jsonl", `SELECT a.public_id AS id, a.kind, a.area_code AS area, a.holder, a.posted_fen, a.pending_in_fen, a.pending_out_fen, a.opened_at FROM accounts a ORDER BY a.id`},
	{"entries.jsonl", `SELECT e.public_id AS id, e.key, e.event, e.area_code AS area, d.public_id AS payout, r.public_id AS resolves, v.public_id AS reverses, e.actor, e.reason, e.at
		FROM ledger_entries e LEFT JOIN disbursements d ON d.id = e.disbursement_id LEFT JOIN ledger_entries r ON r.id = e.resolves LEFT JOIN ledger_entries v ON v.id = e.reverses ORDER BY e.id`},
	{"postings.jsonl", `SELECT e.public_id AS entry, p.line, a.public_id AS account, p.layer, p.fen, p.at FROM postings p JOIN ledger_entries e ON e.id = p.entry_id JOIN accounts a ON a.id = p.account_id ORDER BY p.entry_id, p.line`},
	{"payouts.jsonl", `SELECT d.public_id AS id, t.number AS ticket, d.aid_kind, d.channel, d.area_code AS area, d.source_area, d.fen, d.state, d.level, d.level_why, encode(d.content_hash, 'hex') AS content_hash, d.policy,
			m.login AS maker, c.login AS checker, p.login AS payer, o.login AS companion, z.login AS second_signer, d.attempt, d.cancel_note, d.submitted_at, d.checked_at, d.reserved_at, d.issued_at,
			d.receipted_at, d.ended_at, d.second_due, d.second_at
		FROM disbursements d JOIN tickets t ON t.id = d.ticket_id JOIN staff m ON m.id = d.maker_id LEFT JOIN staff c ON c.id = d.checker_id LEFT JOIN staff p ON p.id = d.payer_id
		LEFT JOIN staff o ON o.id = d.companion_id LEFT JOIN staff z ON z.id = d.second_id ORDER BY d.id`},
	{"reimbursements.jsonl", `SELECT f.public_id AS id, f.area_code AS area, f.fen, f.voucher, s.login AS made_by, f.at,
			(SELECT jsonb_agg(jsonb_build_object('payout', d.public_id, 'kind', i.kind, 'fen', i.fen) ORDER BY d.id) FROM float_claim_items i JOIN disbursements d ON d.id = i.disbursement_id WHERE i.claim_id = f.id) AS items
		FROM float_claims f JOIN staff s ON s.id = f.made_by ORDER BY f.id`},
	{"closings.jsonl", `SELECT c.public_id AS id, c.area_code AS area, c.kind, c.through, c.note, c.report, encode(c.hash, 'hex') AS hash, s.login AS closed_by, c.closed_at
		FROM ledger_closes c JOIN staff s ON s.id = c.closed_by ORDER BY c.id`},
	{"budgets.jsonl", `SELECT b.area_code AS area, b.aid_kind, b.year, b.fen, b.voucher, s.login AS set_by, b.set_at FROM budgets b LEFT JOIN staff s ON s.id = b.set_by ORDER BY b.id`},
	{"limit-uses.jsonl", `SELECT d.public_id AS payout, u.kind, u.fen, u.at, u.released_at FROM limit_uses u JOIN disbursements d ON d.id = u.disbursement_id ORDER BY d.id, u.kind, u.at`},
	{"limit-freezes.jsonl", `SELECT s.login AS staff, d.public_id AS because, f.frozen_at, f.lifted_at, l.login AS lifted_by
		FROM limit_freezes f JOIN staff s ON s.id = f.staff_id JOIN disbursements d ON d.id = f.disbursement_id LEFT JOIN staff l ON l.id = f.lifted_by ORDER BY f.frozen_at, d.id, s.id`},
	{"after-reviews.jsonl", `SELECT d.public_id AS payout, r.drawn_at, r.due_at, s.login AS reviewer, r.outcome, r.review_note AS note, r.reviewed_at
		FROM after_reviews r JOIN disbursements d ON d.id = r.disbursement_id LEFT JOIN staff s ON s.id = r.reviewer_id ORDER BY d.id`},
	{"advance-acts.jsonl", `SELECT a.public_id AS id, d.public_id AS payout, a.receipt, a.kind, a.area_code AS area, b.login AS by, o.login AS "to", l.login AS holder, a.fen, a.book_fen, a.note, a.at, g.outcome, w.login AS answered_by, g.note AS answer_note, g.at AS answered_at
		FROM advance_acts a JOIN staff b ON b.id = a.by_id LEFT JOIN disbursements d ON d.id = a.disbursement_id LEFT JOIN staff o ON o.id = a.to_id LEFT JOIN advance_signatures g ON g.act_id = a.id LEFT JOIN staff w ON w.id = g.by_id LEFT JOIN staff l ON l.id = a.holder_id ORDER BY a.id`},
	{"goods.jsonl", `SELECT g.public_id AS id, g.area_code AS area, g.name, g.unit, g.cost_fen, g.pieces, g.held, s.login AS added_by, g.added_at FROM goods g LEFT JOIN staff s ON s.id = g.added_by ORDER BY g.id`},
	{"goods-moves.jsonl", `SELECT e.public_id AS entry, m.line, g.public_id AS goods, m.layer, m.pieces FROM goods_moves m JOIN ledger_entries e ON e.id = m.entry_id JOIN goods g ON g.id = m.goods_id ORDER BY m.entry_id, m.line`},
	{"store-acts.jsonl", `SELECT a.public_id AS id, a.kind, a.area_code AS area, a.from_area AS "from", b.login AS by, a.voucher, a.note, a.at,
			(SELECT jsonb_agg(jsonb_build_object('goods', g.public_id, 'source', o.public_id, 'pieces', l.pieces, 'book', l.book, 'cost_fen', l.cost_fen) ORDER BY l.line)
			   FROM store_act_lines l JOIN goods g ON g.id = l.goods_id LEFT JOIN goods o ON o.id = l.source_id WHERE l.act_id = a.id) AS lines
		FROM store_acts a JOIN staff b ON b.id = a.by_id ORDER BY a.id`},
	{"store-signatures.jsonl", `SELECT a.public_id AS act, s.step, s.outcome, b.login AS by, s.note, s.at FROM store_signatures s JOIN store_acts a ON a.id = s.act_id JOIN staff b ON b.id = s.by_id ORDER BY s.act_id, s.at, s.step DESC`},
	{"baskets.jsonl", `SELECT d.public_id AS payout, g.public_id AS goods, b.pieces, b.cost_fen FROM payout_goods b JOIN disbursements d ON d.id = b.disbursement_id JOIN goods g ON g.id = b.goods_id ORDER BY d.id, g.id`},
	{"payee-accounts.jsonl", `SELECT a.public_id AS id, t.number AS ticket, a.bank, e.login AS entered_by, a.entered_at, v.login AS verified_by, a.verified_at
		FROM payee_accounts a JOIN tickets t ON t.id = a.ticket_id JOIN staff e ON e.id = a.entered_by LEFT JOIN staff v ON v.id = a.verified_by ORDER BY a.id`},
	{"tries.jsonl", `SELECT d.public_id AS payout, a.number, a.reference, p.public_id AS payee_account, b.public_id AS batch, a.seq, a.state, a.twice, a.reason, a.code, a.made_at, a.answered_at
		FROM disbursement_attempts a JOIN disbursements d ON d.id = a.disbursement_id JOIN payee_accounts p ON p.id = a.account_id LEFT JOIN bank_batches b ON b.id = a.batch_id ORDER BY d.id, a.number`},
	{"batches.jsonl", `SELECT b.public_id AS id, b.area_code AS area, b.bank, b.state, b.payouts, b.fen, b.execute_on, b.file_name, encode(b.file_sha256, 'hex') AS file_sha256, m.login AS made_by, b.made_at,
			r.login AS released_by, b.released_at, b.answer_due, c.login AS closed_by, b.closed_at
		FROM bank_batches b JOIN staff m ON m.id = b.made_by LEFT JOIN staff r ON r.id = b.released_by LEFT JOIN staff c ON c.id = b.closed_by ORDER BY b.id`},
	{"bank-files.jsonl", `SELECT f.public_id AS id, b.public_id AS batch, f.direction, f.name, f.media_type, f.size, encode(f.sha256, 'hex') AS sha256, s.login AS loaded_by, f.at
		FROM bank_files f JOIN bank_batches b ON b.id = f.batch_id LEFT JOIN staff s ON s.id = f.loaded_by ORDER BY f.id`},
	{"claims.jsonl", `SELECT c.public_id AS id, d.public_id AS payout, c.attempt, h.login AS staff, c.area_code AS area, c.fen, c.recovered_fen, c.why, c.reason, s.login AS opened_by, c.opened_at, c.netted_at
		FROM claims c LEFT JOIN disbursements d ON d.id = c.disbursement_id LEFT JOIN staff h ON h.id = c.staff_id LEFT JOIN staff s ON s.id = c.opened_by ORDER BY c.id`},
	{"adjustments.jsonl", `SELECT j.public_id AS id, j.kind, j.area_code AS area, a.public_id AS account, l.public_id AS statement_line, j.fen, j.voucher, j.note, m.login AS proposed_by, j.at,
			g.outcome, s.login AS answered_by, g.note AS answer, g.at AS answered_at
		FROM adjustments j JOIN staff m ON m.id = j.by_id LEFT JOIN accounts a ON a.id = j.account_id LEFT JOIN statement_lines l ON l.id = j.line_id
		LEFT JOIN adjustment_signatures g ON g.adjustment_id = j.id LEFT JOIN staff s ON s.id = g.by_id ORDER BY j.id`},
	{"statements.jsonl", `SELECT b.public_id AS id, b.area_code AS area, b.bank, b.from_day, b.to_day, b.opening_fen, b.closing_fen, encode(b.sha256, 'hex') AS sha256, s.login AS loaded_by, b.loaded_at
		FROM bank_statements b JOIN staff s ON s.id = b.loaded_by ORDER BY b.id`},
	{"statement-lines.jsonl", `SELECT l.public_id AS id, b.public_id AS statement, l.line, l.day, l.fen, l.reference, l.bank_reference, l.came_back, e.public_id AS entry, l.explained, s.login AS settled_by, l.settled_at
		FROM statement_lines l JOIN bank_statements b ON b.id = l.statement_id LEFT JOIN ledger_entries e ON e.id = l.entry_id LEFT JOIN staff s ON s.id = l.settled_by ORDER BY l.statement_id, l.line`},
	{"audit.jsonl", `SELECT r.lane, r.seq, r.at, r.actor, r.actor_id, r.role, r.action, r.subject_kind, r.subject_id, r.area_code, r.reason, r.data, encode(r.prev_hash, 'hex') AS prev_hash, encode(r.hash, 'hex') AS hash
		FROM audit_records r ORDER BY r.lane, r.seq`},
	{"audit-heads.jsonl", `SELECT h.lane, h.seq, encode(h.hash, 'hex') AS hash FROM audit_heads h ORDER BY h.lane`},
}

// ExportLedger writes the books with the audit chain, as of one moment, into a folder:
// a file for each table, empty ones too, and a manifest of them. Versions of the policy
// of relief are lines of JSON, which lie in no table. It keeps nothing in memory.
func (db *DB) ExportLedger(ctx context.Context, folder string, policies [][]byte) (m ExportManifest, err error) {
	err = db.snapshot(ctx, act.SystemConsole, func(tx *Tx) error {
		if _, err := tx.exec(ctx, "take the time it takes", `SET LOCAL statement_timeout = 0`); err != nil {
			return err
		}
		m.At = tx.now.UTC()
		for _, e := range exportSQL {
			columns, err := tx.columns(ctx, e.sql)
			if err == nil {
				err = m.write(folder, e.file, columns, func(line func([]byte) error) error { return tx.eachLine(ctx, e.sql, line) })
			}
			if err != nil {
				return fmt.Errorf("export %s: %w", e.file, err)
			}
		}
		return nil
	})
	if err != nil {
		return m, err
	}
	err = m.write(folder, "policies.jsonl", []string{"version", "valid_from", "valid_until", "basis", "source", "limits", "fast_track", "papers"}, func(line func([]byte) error) error {
		for _, p := range policies {
			if err := line(p); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return m, fmt.Errorf("export the policies: %w", err)
	}
	return m, m.save(folder)
}

// eachLine runs a query and hands out its rows as JSON.
func (tx *Tx) eachLine(ctx context.Context, sql string, do func([]byte) error) error {
	rows, err := tx.gorm.WithContext(ctx).Raw(`SELECT row_to_json(x)::text FROM (` + sql + `) x`).Rows()
	if err != nil {
		return translate("read the books", err)
	}
	defer rows.Close() //nolint:errcheck // the transaction ends with it
	for rows.Next() {
		var text []byte
		if err := rows.Scan(&text); err != nil {
			return translate("read the books", err)
		}
		if err := do(text); err != nil {
			return err
		}
	}
	return translate("read the books", rows.Err())
}

// columns are the names of a query's columns.
func (tx *Tx) columns(ctx context.Context, sql string) ([]string, error) {
	rows, err := tx.gorm.WithContext(ctx).Raw(`SELECT * FROM (` + sql + `) x LIMIT 0`).Rows()
	if err != nil {
		return nil, translate("read the books", err)
	}
	defer rows.Close() //nolint:errcheck // it has no rows
	names, err := rows.Columns()
	if err == nil {
		err = rows.Err()
	}
	return names, translate("read the books", err)
}
