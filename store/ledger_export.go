package store

import (
	"context"
	"fmt"

	"example.org/hotline/internal/act"
)

// exportSQL are the files of an export, a line of JSON for each row. They name staff, cases by their numbers and payouts by
// their public ids; payees, identities and bank accounts stand in none of them.
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
	{"audit.jsonl", `SELECT r.lane, r.seq, r.at, r.actor, r.actor_id, r.role, r.action, r.subject_kind, r.subject_id, r.area_code, r.reason, r.data, encode(r.prev_hash, 'hex') AS prev_hash, encode(r.hash, 'hex') AS hash
		FROM audit_records r ORDER BY r.lane, r.seq`},
	{"audit-heads.jsonl", `SELECT h.lane, h.seq, encode(h.hash, 'hex') AS hash FROM audit_heads h ORDER BY h.lane`},
}

// ExportLedger hands out the books with the audit chain, as of one moment, a line of
// JSON at a time and file by file. It keeps nothing in memory.
func (db *DB) ExportLedger(ctx context.Context, line func(file string, text []byte) error) error {
	return db.snapshot(ctx, act.SystemConsole, func(tx *Tx) error {
		if _, err := tx.exec(ctx, "take the time it takes", `SET LOCAL statement_timeout = 0`); err != nil {
			return err
		}
		for _, e := range exportSQL {
			if err := tx.eachLine(ctx, e.sql, func(text []byte) error { return line(e.file, text) }); err != nil {
				return fmt.Errorf("export %s: %w", e.file, err)
			}
		}
		return nil
	})
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
