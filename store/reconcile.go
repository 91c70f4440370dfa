package store

import (
	"context"

	"example.org/hotline/area"
	"example.org/hotline/ledger"
)

var _ ledger.ReconcileTx = (*Tx)(nil)

// ReconcilePayouts brings payouts that agree by now to their last state. A late success that the fund could not cover is on
// the statement's line with the entry that covered it.
func (tx *Tx) ReconcilePayouts(ctx context.Context, county area.Code) (int, error) {
	n, err := tx.exec(ctx, "reconcile payouts", `WITH short AS (SELECT i.area FROM (`+imprestSQL+`) i WHERE i.missing_fen <> 0 AND i.area LIKE ?),
			due AS (SELECT d.id FROM disbursements d WHERE d.area_code LIKE ? AND (
				d.state = 'succeeded' AND EXISTS (SELECT 1 FROM disbursement_attempts a, LATERAL (SELECT max(e.id) AS id FROM ledger_entries e WHERE e.disbursement_id = d.id
						AND e.event IN ('bank_succeeded', 'late_success') AND starts_with(e.key, 'disbursement:' || d.public_id || ':bank:' || a.number || ':')) e
					WHERE a.disbursement_id = d.id AND a.state = 'succeeded' AND NOT a.twice
					  AND (EXISTS (SELECT 1 FROM statement_lines l WHERE l.entry_id = e.id) OR a.reference IN (SELECT l.reference FROM statement_lines l WHERE l.fen < 0 AND l.entry_id IS NOT NULL)
					       AND EXISTS (SELECT 1 FROM statement_lines l WHERE l.reference = a.reference AND l.fen < 0 AND l.entry_id > e.id)))
				OR d.state = 'receipted' AND EXISTS (SELECT 1 FROM float_claim_items i WHERE i.disbursement_id = d.id AND i.kind = 'spent')
				OR d.state = 'receipted' AND ledger_day(d.receipted_at) <= (SELECT max(c.through) FROM ledger_closes c WHERE c.area_code = ? AND c.kind = 'day') AND d.source_area NOT IN (SELECT area FROM short))
			ORDER BY d.id FOR UPDATE OF d SKIP LOCKED)
		UPDATE disbursements d SET state = 'reconciled', version = d.version + 1 FROM due WHERE d.id = due.id`,
		county.Prefix()+"%", county.Prefix()+"%", string(county))
	return int(n), err
}
