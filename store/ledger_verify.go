package store

import (
	"context"
	"fmt"

	"example.org/hotline/internal/act"
	"example.org/hotline/ledger"
)

// ledgerCheck is one thing that must hold of the books. Its statement lists what
// does not, as kind and text.
type ledgerCheck struct{ name, sql string }

// ledgerChecks are one statement each, so that nobody who pays meanwhile disturbs them. None trusts a figure that the program
// keeps: what is compared is summed up anew from the postings.
var ledgerChecks = []ledgerCheck{
	{"entry_sum", `SELECT 'entry ' || e.public_id || ' (' || e.event || ') does not sum to zero, or has fewer than two lines' FROM ledger_entries e
		LEFT JOIN (SELECT entry_id, sum(n) AS lines, bool_or(s <> 0) AS off FROM (SELECT entry_id, layer, count(*) AS n, sum(fen) AS s FROM postings GROUP BY entry_id, layer) l GROUP BY entry_id) p
		  ON p.entry_id = e.id WHERE p.entry_id IS NULL OR p.off OR p.lines < 2`},
	{"balance", `SELECT 'account ' || a.public_id || ' (' || a.kind || ') shows ' || a.posted_fen || ' fen, its postings sum to ' || coalesce(p.posted, 0)
		FROM accounts a LEFT JOIN (SELECT account_id, sum(fen) FILTER (WHERE layer = 'posted') AS posted,
			sum(fen) FILTER (WHERE (layer = 'pending' AND fen > 0) OR (layer = 'released' AND fen < 0)) AS pin,
			-sum(fen) FILTER (WHERE (layer = 'pending' AND fen < 0) OR (layer = 'released' AND fen > 0)) AS pout FROM postings GROUP BY account_id) p ON p.account_id = a.id
		WHERE a.posted_fen <> coalesce(p.posted, 0) OR a.pending_in_fen <> coalesce(p.pin, 0) OR a.pending_out_fen <> coalesce(p.pout, 0)`},
	{"day", `SELECT 'account ' || a.public_id || ' (' || a.kind || ') on ' || coalesce(d.day, p.day) || ': the day says ' || coalesce(d.moved::text, 'nothing') || ', the postings ' || coalesce(p.moved::text, 'nothing')
			|| ' (fen of debits, credits, pending in and out)'
		FROM (SELECT account_id, day, ROW(debit_fen::numeric, credit_fen::numeric, pending_in_fen::numeric, pending_out_fen::numeric) AS moved FROM account_days) d
		FULL JOIN (SELECT account_id, ledger_day(at) AS day, ROW(coalesce(sum(fen) FILTER (WHERE layer = 'posted' AND fen > 0), 0), coalesce(sum(-fen) FILTER (WHERE layer = 'posted' AND fen < 0), 0),
			coalesce(sum(fen) FILTER (WHERE (layer = 'pending' AND fen > 0) OR (layer = 'released' AND fen < 0)), 0),
			coalesce(sum(-fen) FILTER (WHERE (layer = 'pending' AND fen < 0) OR (layer = 'released' AND fen > 0)), 0)) AS moved FROM postings GROUP BY 1, 2) p USING (account_id, day)
		JOIN accounts a ON a.id = coalesce(d.account_id, p.account_id) WHERE d.moved IS DISTINCT FROM p.moved`},
	{"below_zero", `SELECT 'account ' || public_id || ' (' || kind || ') holds ' || posted_fen || ' fen with ' || pending_out_fen || ' reserved' FROM accounts
		WHERE kind IN ('fund', 'float', 'cash', 'stock') AND posted_fen - pending_out_fen < 0 OR kind = 'payable' AND posted_fen + pending_in_fen > 0`},
	{"rounding", `SELECT 'account ' || public_id || ' (rounding) holds ' || posted_fen || ' fen, and must hold none' FROM accounts WHERE kind = 'rounding' AND posted_fen <> 0`},
	{"mirror", `SELECT 'entry ' || e.public_id || ' (' || e.event || ') is not the mirror of the one that it ends or takes back' FROM ledger_entries e
		JOIN ledger_entries o ON o.id = coalesce(e.resolves, e.reverses)
		WHERE EXISTS (SELECT 1 FROM postings p WHERE (p.entry_id = e.id AND p.layer = CASE WHEN e.resolves IS NULL THEN 'posted' ELSE 'released' END)
		   OR (p.entry_id = o.id AND p.layer = CASE WHEN e.resolves IS NULL THEN 'posted' ELSE 'pending' END) GROUP BY p.account_id HAVING sum(p.fen) <> 0)`},
	{"hold", `SELECT 'payout ' || d.public_id || ' is ' || d.state || ' and has ' || count(e.id) || ' open holds' FROM disbursements d
		LEFT JOIN ledger_entries e ON e.disbursement_id = d.id AND e.event = 'reserved' AND NOT EXISTS (SELECT 1 FROM ledger_entries r WHERE r.resolves = e.id)
		GROUP BY d.id, d.public_id, d.state, d.channel HAVING count(e.id) <> CASE WHEN d.state IN ('reserved', 'batched', 'sent', 'acked', 'unknown') AND d.channel <> 'advance' OR d.state = 'cash_issued' AND d.channel IN ('advance', 'goods') THEN 1 ELSE 0 END`},
	{"paid_once", `SELECT 'payout ' || d.public_id || ' is ' || d.state || ' and was received ' || count(e.id) || ' times' FROM disbursements d
		LEFT JOIN ledger_entries e ON e.disbursement_id = d.id AND e.event IN ('receipted', 'goods_given') AND NOT EXISTS (SELECT 1 FROM ledger_entries r WHERE r.reverses = e.id)
		GROUP BY d.id, d.public_id, d.state, d.channel HAVING count(e.id) <> CASE WHEN d.channel <> 'bank' AND d.state IN ('receipted', 'reconciled') THEN 1 ELSE 0 END`},
	{"advance", `SELECT 'act ' || a.public_id || ' with an advance (' || a.kind || ', ' || coalesce(g.outcome, 'waits') || ') has ' || count(e.id) FILTER (WHERE e.key LIKE '%:move') || ' movements and '
			|| count(e.id) FILTER (WHERE e.event = 'reserved') - count(e.id) FILTER (WHERE e.event = 'released') || ' open holds'
		FROM advance_acts a LEFT JOIN advance_signatures g ON g.act_id = a.id LEFT JOIN ledger_entries e ON e.key IN ('advance:' || a.public_id || ':hold', 'advance:' || a.public_id || ':release', 'advance:' || a.public_id || ':move')
		GROUP BY a.id, a.public_id, a.kind, a.fen, a.book_fen, g.outcome
		HAVING count(e.id) FILTER (WHERE e.key LIKE '%:move') <> CASE WHEN g.outcome = 'signed' AND a.fen IS DISTINCT FROM a.book_fen AND a.kind <> 'settle' THEN 1 ELSE 0 END
		    OR count(e.id) FILTER (WHERE e.event = 'reserved') - count(e.id) FILTER (WHERE e.event = 'released') <> CASE WHEN g.outcome IS NULL AND a.kind NOT IN ('count', 'settle', 'repay') THEN 1 ELSE 0 END`},
	{"leaver", `SELECT 'act ' || a.public_id || ' settles ' || a.fen || ' of ' || a.book_fen || ' fen (' || coalesce(g.outcome, 'waits') || '), its entries bring back ' || m.back || ' and claim ' || m.claimed
		FROM advance_acts a LEFT JOIN advance_signatures g ON g.act_id = a.id,
		LATERAL (SELECT coalesce(sum(p.fen) FILTER (WHERE e.event IN ('advance_returned', 'cash_returned')), 0) AS back, coalesce(sum(p.fen) FILTER (WHERE e.event = 'advance_claimed'), 0) AS claimed
		         FROM ledger_entries e JOIN postings p ON p.entry_id = e.id AND p.layer = 'posted' AND p.fen > 0 WHERE starts_with(e.key, 'advance:' || a.public_id || ':')) m
		WHERE a.kind = 'settle' AND (m.back <> CASE WHEN g.outcome = 'signed' THEN a.fen ELSE 0 END OR m.claimed <> CASE WHEN g.outcome = 'signed' THEN greatest(a.book_fen - a.fen, 0) ELSE 0 END)`},
	{"advance_claim", `SELECT 'the accounts of what is claimed from ' || coalesce(a.holder, c.holder) || ' show ' || coalesce(a.fen, 0) || ' fen, the acts say ' || coalesce(c.fen, 0)
		FROM (SELECT holder, sum(posted_fen) AS fen FROM accounts WHERE kind = 'recovery' AND holder LIKE 'advance:%' GROUP BY 1) a
		FULL JOIN (SELECT 'advance:' || x.holder_id AS holder, sum(CASE x.kind WHEN 'settle' THEN greatest(x.book_fen - x.fen, 0) ELSE -x.fen END) AS fen
		           FROM advance_acts x JOIN advance_signatures g ON g.act_id = x.id AND g.outcome = 'signed' WHERE x.holder_id IS NOT NULL GROUP BY 1) c ON c.holder = a.holder
		WHERE coalesce(a.fen, 0) <> coalesce(c.fen, 0) OR a.fen < 0`},
	{"goods", `SELECT 'the store of ' || coalesce(g.area_code, a.area_code) || ' holds goods worth ' || coalesce(g.worth, 0) || ' fen, its account says ' || coalesce(a.posted_fen, 0)
		FROM (SELECT g.area_code, sum(m.pieces * g.cost_fen) FILTER (WHERE m.layer = 'posted') AS worth, coalesce(sum(-m.pieces * g.cost_fen) FILTER (WHERE m.layer <> 'posted'), 0) AS held
		      FROM goods_moves m JOIN goods g ON g.id = m.goods_id GROUP BY g.area_code) g
		FULL JOIN (SELECT * FROM accounts WHERE kind = 'stock') a ON a.area_code = g.area_code WHERE coalesce(g.worth, 0) <> coalesce(a.posted_fen, 0) OR coalesce(g.held, 0) <> coalesce(a.pending_out_fen, 0)
		UNION ALL SELECT 'goods ' || g.public_id || ' show ' || g.pieces || ' pieces with ' || g.held || ' held, their moves sum to ' || coalesce(m.posted, 0) || ' with ' || coalesce(m.held, 0)
		FROM goods g LEFT JOIN (SELECT goods_id, sum(pieces) FILTER (WHERE layer = 'posted') AS posted, sum(-pieces) FILTER (WHERE layer <> 'posted') AS held FROM goods_moves GROUP BY goods_id) m ON m.goods_id = g.id
		WHERE g.pieces <> coalesce(m.posted, 0) OR g.held <> coalesce(m.held, 0) OR g.pieces < g.held
		UNION ALL SELECT 'payout ' || d.public_id || ' in goods hands over what is not worth its sum' FROM disbursements d LEFT JOIN payout_goods b ON b.disbursement_id = d.id
		WHERE d.channel = 'goods' GROUP BY d.id, d.public_id, d.fen HAVING coalesce(sum(b.pieces * b.cost_fen), 0) <> d.fen`},
	{"store", `SELECT 'act ' || x.public_id || ' with goods (' || x.kind || CASE WHEN x.waits THEN ', waits' ELSE '' END || ') is worth ' || x.worth || ' fen; booked are ' || b.booked || ', held ' || b.held
		FROM (SELECT a.*, ` + storeActWaits + ` AS waits, (SELECT bool_and(g.outcome = 'signed') FROM store_signatures g WHERE g.act_id = a.id) AS signed, l.worth, l.goods
		      FROM store_acts a JOIN (SELECT l.act_id, sum(CASE WHEN l.book IS NULL THEN l.pieces ELSE abs(l.pieces - l.book) END * l.cost_fen) AS worth, min(g.public_id::text) AS goods
		                              FROM store_act_lines l JOIN goods g ON g.id = l.goods_id GROUP BY l.act_id) l ON l.act_id = a.id) x,
		LATERAL (SELECT coalesce(sum(p.fen) FILTER (WHERE p.layer = 'posted' AND p.fen > 0), 0) AS booked,
		                coalesce(sum(p.fen) FILTER (WHERE p.layer = 'pending' AND p.fen > 0 OR p.layer = 'released' AND p.fen < 0), 0) AS held
		         FROM ledger_entries e JOIN postings p ON p.entry_id = e.id
		         WHERE e.key IN ('store:' || x.public_id || ':hold', 'store:' || x.public_id || ':release', 'store:' || x.public_id || ':move', 'store:' || x.public_id || ':missing',
		                         'store:' || x.public_id || ':surplus') OR x.kind = 'purchase' AND x.signed AND e.key = 'goods:' || x.goods || ':' || x.voucher) b
		WHERE b.booked <> CASE WHEN x.signed AND NOT x.waits THEN x.worth ELSE 0 END OR b.held <> CASE WHEN x.waits AND x.kind <> 'count' THEN x.worth ELSE 0 END`},
	{"amount", `SELECT 'entry ' || e.public_id || ' moves another sum than payout ' || d.public_id || ' says' FROM ledger_entries e JOIN disbursements d ON d.id = e.disbursement_id
		WHERE (SELECT max(abs(fen)) FROM postings p WHERE p.entry_id = e.id) <> d.fen`},
	{"source", `SELECT 'payout ' || d.public_id || ' says that the float of ' || d.source_area || ' pays, and moves ' || sum(abs(p.fen)) || ' fen of ' || a.public_id || ', the float of ' || a.area_code
		FROM disbursements d JOIN ledger_entries e ON e.disbursement_id = d.id JOIN postings p ON p.entry_id = e.id JOIN accounts a ON a.id = p.account_id
		WHERE a.kind = 'float' AND a.area_code <> d.source_area GROUP BY d.public_id, d.source_area, a.public_id, a.area_code
		HAVING coalesce(sum(p.fen) FILTER (WHERE p.layer = 'posted'), 0) <> 0 OR coalesce(sum(p.fen) FILTER (WHERE p.layer <> 'posted'), 0) <> 0`},
	{"owed", `SELECT 'case ' || t.number || ' is owed ' || -a.posted_fen || ' fen, its open payouts say ' || coalesce(o.fen, 0) FROM accounts a
		JOIN tickets t ON 'ticket:' || t.id = a.holder
		LEFT JOIN (SELECT ticket_id, area_code, sum(fen) AS fen FROM disbursements WHERE state IN ('reserved', 'cash_issued', 'batched') GROUP BY 1, 2) o
		  ON o.ticket_id = t.id AND o.area_code = a.area_code
		WHERE a.kind = 'payable' AND -a.posted_fen <> coalesce(o.fen, 0)`},
	{"in_transit", `SELECT 'account ' || a.public_id || ' (in_transit) shows ' || -a.posted_fen || ' fen on the way, the payouts say ' || coalesce(d.fen, 0) FROM accounts a
		LEFT JOIN (SELECT left(area_code, 6) || '000000' AS county, sum(fen) AS fen FROM disbursements WHERE state IN ('sent', 'acked', 'unknown') GROUP BY 1) d ON d.county = a.area_code
		WHERE a.kind = 'in_transit' AND -a.posted_fen <> coalesce(d.fen, 0)`},
	{"returned", `SELECT 'account ' || a.public_id || ' (returned) shows ' || -a.posted_fen || ' fen that came back, the payouts say ' || coalesce(d.fen, 0) FROM accounts a
		LEFT JOIN (SELECT left(area_code, 6) || '000000' AS county, sum(fen) AS fen FROM disbursements WHERE state IN ('failed', 'fixed') GROUP BY 1) d ON d.county = a.area_code
		WHERE a.kind = 'returned' AND -a.posted_fen <> coalesce(d.fen, 0)`},
	{"recovery", `SELECT 'account ' || a.public_id || ' (recovery) shows ' || a.posted_fen || ' fen, the claims say ' || coalesce(c.fen, 0) FROM accounts a
		LEFT JOIN (SELECT area_code, sum(fen - recovered_fen) AS fen FROM claims GROUP BY 1) c ON c.area_code = a.area_code WHERE a.kind = 'recovery' AND a.holder = '' AND a.posted_fen <> coalesce(c.fen, 0)`},
	{"arrived", `SELECT 'payout ' || d.public_id || ' is ' || d.state || ', the bank has paid ' || t.paid || ' of its tries and the books ' || coalesce(e.paid, 0) FROM disbursements d
		JOIN (SELECT disbursement_id, count(*) FILTER (WHERE state = 'succeeded') AS paid, count(*) FILTER (WHERE state = 'succeeded' AND NOT twice) AS counts, (array_agg(state ORDER BY number DESC))[1] AS newest FROM disbursement_attempts GROUP BY 1) t ON t.disbursement_id = d.id
		LEFT JOIN (SELECT disbursement_id, sum(CASE WHEN event IN ('bank_succeeded', 'late_success') THEN 1 WHEN event IN ('bank_returned', 'recovered') THEN -1 ELSE 0 END) AS paid FROM ledger_entries GROUP BY 1) e ON e.disbursement_id = d.id
		WHERE t.paid <> coalesce(e.paid, 0) OR d.state IN ('succeeded', 'reconciled') AND t.counts <> 1 OR d.state IN ('reserved', 'batched', 'sent', 'acked', 'unknown') AND t.newest <> d.state
			OR d.state IN ('failed', 'fixed') AND t.newest NOT IN ('failed', 'cancelled')`},
	{"suspense", `SELECT 'account ' || a.public_id || ' (suspense, ' || a.holder || ') stands at ' || a.posted_fen || ' fen, what came into it and went out of it comes to ' || coalesce(m.fen, 0)
		FROM accounts a LEFT JOIN (SELECT p.account_id, sum(p.fen) AS fen FROM postings p JOIN ledger_entries e ON e.id = p.entry_id WHERE e.event IN ('cash_short', 'cash_over', 'goods_missing', 'goods_surplus', 'late_success') OR e.event = 'suspense_covered' AND e.disbursement_id IS NOT NULL
			OR EXISTS (SELECT 1 FROM adjustments j JOIN adjustment_signatures s ON s.adjustment_id = j.id AND s.outcome = 'signed' WHERE j.account_id = p.account_id AND e.key = 'adjustment:' || j.public_id || ':clear')
			GROUP BY 1) m ON m.account_id = a.id WHERE a.kind = 'suspense' AND a.posted_fen <> coalesce(m.fen, 0)`},
	{"in_hands", `SELECT 'account ' || a.public_id || ' (cash, ' || a.holder || ') holds ' || a.posted_fen || ' fen, the payouts say ' || coalesce(d.fen, 0) FROM accounts a
		LEFT JOIN (SELECT d.area_code, 'staff:' || d.payer_id AS holder, sum(d.fen) AS fen FROM disbursements d WHERE d.channel = 'cash' AND d.state = 'cash_issued' OR ` + notGivenBackSQL + ` GROUP BY 1, 2) d
		  ON d.area_code = a.area_code AND d.holder = a.holder WHERE a.kind = 'cash' AND a.holder LIKE 'staff:%' AND a.posted_fen <> coalesce(d.fen, 0)`},
	{"limit", `SELECT 'payout ' || d.public_id || ' is ' || d.state || ' and ' || CASE WHEN bool_or(u.released_at IS NULL) THEN 'still counts' ELSE 'does not count' END || ' against its limits'
		FROM disbursements d LEFT JOIN limit_uses u ON u.disbursement_id = d.id GROUP BY d.id, d.public_id, d.state
		HAVING bool_or(u.released_at IS NULL) IS DISTINCT FROM (d.state NOT IN ('cancelled', 'reversed')
			OR d.state = 'reversed' AND EXISTS (SELECT 1 FROM claims c WHERE c.disbursement_id = d.id AND c.why = 'reversed' AND c.recovered_fen < c.fen))`},
	{"run", `SELECT 'line ' || l.seq || ' of run ' || r.public_id || ' is ' || l.state || ' while the run is ' || r.state FROM run_lines l JOIN payment_runs r ON r.id = l.run_id
		WHERE (l.state = 'waits') <> (l.seq > r.worked) OR l.seq > r.lines
		UNION ALL SELECT 'run ' || r.public_id || ' says ' || r.reserved || ' of ' || r.lines || ' lines with ' || r.reserved_fen || ' of ' || r.fen || ' fen, its lines come to ' || count(l.*) FILTER (WHERE l.state = 'reserved')
			|| ' of ' || count(l.*) || ' with ' || coalesce(sum(l.fen) FILTER (WHERE l.state = 'reserved'), 0) || ' of ' || coalesce(sum(l.fen), 0)
		FROM payment_runs r LEFT JOIN run_lines l ON l.run_id = r.id GROUP BY r.id, r.public_id, r.reserved, r.lines, r.reserved_fen, r.fen
		HAVING count(l.*) <> r.lines OR count(l.*) FILTER (WHERE l.state = 'reserved') <> r.reserved OR coalesce(sum(l.fen), 0) <> r.fen OR coalesce(sum(l.fen) FILTER (WHERE l.state = 'reserved'), 0) <> r.reserved_fen
		UNION ALL SELECT 'payout ' || d.public_id || ' is not what line ' || l.seq || ' of run ' || r.public_id || ' says' FROM run_lines l JOIN payment_runs r ON r.id = l.run_id JOIN disbursements d ON d.id = l.disbursement_id
		WHERE (d.public_id, d.ticket_id, d.aid_kind, d.period, d.area_code, d.fen, d.payee_index, d.maker_id, d.checker_id)
		      IS DISTINCT FROM (l.payout_id, l.ticket_id, l.aid_kind, r.period, l.area_code, l.fen, l.payee_index, r.made_by, r.signed_by) OR d.decision_id IS DISTINCT FROM l.decision_id`},
	{"closing", `SELECT 'the closing of ' || area_code || ' (' || kind || ' through ' || through || ') is not the one that was hashed' FROM ledger_closes WHERE sha256(convert_to(report, 'UTF8')) <> hash`},
	{"imprest", `SELECT 'the float of ' || i.area || ' was filled with ' || i.filled_fen || ' fen; float, cash, what counts did not find and vouchers miss ' || i.missing_fen
		FROM (` + imprestSQL + `) i WHERE i.missing_fen <> 0`},
}

// mostFaults is how many faults of one kind are named.
const mostFaults = 100

// VerifyLedger sums the books up anew from their postings and compares: every entry,
// balance, day, hold, payout and limit. Each check reads one snapshot; nothing changes.
func (db *DB) VerifyLedger(ctx context.Context) (ledger.Verification, error) {
	v := ledger.Verification{Faults: []ledger.BookFault{}}
	err := db.InTx(ctx, act.SystemConsole, func(tx *Tx) error {
		if _, err := tx.exec(ctx, "take the time it takes", `SET LOCAL statement_timeout = 0`); err != nil {
			return err
		}
		v.At = tx.now.UTC()
		err := tx.scan(ctx, "count the books", `SELECT (SELECT count(*) FROM ledger_entries), (SELECT count(*) FROM postings), (SELECT count(*) FROM accounts), (SELECT count(*) FROM disbursements)`,
			nil, &v.Entries, &v.Postings, &v.Accounts, &v.Payouts)
		if err != nil {
			return err
		}
		for _, c := range ledgerChecks {
			var found []string
			if err := tx.find(ctx, "check "+c.name, &found, c.sql+fmt.Sprintf(" LIMIT %d", mostFaults)); err != nil {
				return err
			}
			for _, text := range found {
				v.Faults = append(v.Faults, ledger.BookFault{Check: c.name, What: text})
			}
			v.Checks = append(v.Checks, c.name)
		}
		return nil
	})
	return v, err
}
