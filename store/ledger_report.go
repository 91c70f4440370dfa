package store

import (
	"context"
	"strings"

	"example.org/hotline/area"
	"example.org/hotline/ledger"
)

// paidEvents are those by which money or goods reach a citizen, as a list for SQL.
const paidEvents = `('receipted', 'goods_given', 'bank_succeeded', 'late_success')`

// otherEvents are what a county has more or less by otherwise than by payouts, as lists for SQL: given, recovered, interest,
// fees, missed by counts, found by counts, claimed from people who are gone and paid back by them.
var otherEvents = []string{`'fund_allocated'`, `'recovered'`, `'bank_interest'`, `'bank_fee'`, `'suspense_claimed', 'suspense_spent'`, `'surplus_kept'`, `'advance_claimed'`, `'advance_repaid'`}

// MonthReport adds up what happened in a county's books between two days, both
// included: balances from the days, payouts from the entries, so that one can be
// held against the other.
func (tx *Tx) MonthReport(ctx context.Context, county area.Code, from, to area.Date) (ledger.MonthReport, error) {
	r := ledger.MonthReport{County: county, From: from, To: to, Balances: []ledger.ReportBalance{}, Paid: []ledger.ReportPaid{}, Open: []ledger.OpenItem{}}
	err := tx.throughout(ctx, county, func() error { return tx.addMonthUp(ctx, &r) })
	r.Settle()
	return r, err
}

func (tx *Tx) addMonthUp(ctx context.Context, r *ledger.MonthReport) error {
	from, to := r.From, r.To
	within := string(r.County[:6]) + "%"
	err := tx.find(ctx, "add balances up", &r.Balances, `SELECT a.kind, a.area_code AS area,
			coalesce(sum(d.debit_fen - d.credit_fen) FILTER (WHERE d.day < ?::date), 0)::bigint AS opening_fen, coalesce(sum(d.debit_fen) FILTER (WHERE d.day >= ?::date), 0)::bigint AS debit_fen,
			coalesce(sum(d.credit_fen) FILTER (WHERE d.day >= ?::date), 0)::bigint AS credit_fen, coalesce(sum(d.debit_fen - d.credit_fen), 0)::bigint AS closing_fen
		FROM accounts a JOIN account_days d ON d.account_id = a.id WHERE a.area_code LIKE ? AND d.day <= ?::date GROUP BY a.kind, a.area_code ORDER BY a.area_code, a.kind`,
		string(from), string(from), string(from), within, string(to))
	if err != nil {
		return err
	}
	const days = ` e.at >= ?::date::timestamp AT TIME ZONE 'Asia/Shanghai' AND e.at < (?::date + 1)::timestamp AT TIME ZONE 'Asia/Shanghai' `
	err = tx.find(ctx, "add payouts up", &r.Paid, `SELECT d.area_code AS area, d.aid_kind, d.channel,
			count(*) FILTER (WHERE m.paid) AS payouts, coalesce(sum(m.fen) FILTER (WHERE m.paid), 0)::bigint AS fen,
			count(*) FILTER (WHERE NOT m.paid) AS taken_back, coalesce(sum(m.fen) FILTER (WHERE NOT m.paid), 0)::bigint AS taken_back_fen
		FROM (SELECT e.disbursement_id, e.event IN `+paidEvents+` AS paid, (SELECT sum(p.fen) FROM postings p WHERE p.entry_id = e.id AND p.layer = 'posted' AND p.fen > 0) AS fen
				FROM ledger_entries e LEFT JOIN ledger_entries o ON o.id = e.reverses
			   WHERE`+days+`AND (e.event IN `+paidEvents+` OR e.event = 'bank_returned' OR o.event IN `+paidEvents+`)) m
		JOIN disbursements d ON d.id = m.disbursement_id WHERE d.area_code LIKE ? GROUP BY 1, 2, 3 ORDER BY 1, 2, 3`, string(from), string(to), within)
	if err != nil {
		return err
	}
	columns, dest := make([]string, 0, len(otherEvents)), make([]any, 0, len(otherEvents))
	for i, events := range otherEvents {
		columns = append(columns, `coalesce(sum(p.fen) FILTER (WHERE e.event IN (`+events+`)), 0)::bigint`)
		dest = append(dest, []any{&r.GivenFen, &r.RecoveredFen, &r.InterestFen, &r.FeesFen, &r.MissedFen, &r.FoundFen, &r.ClaimedFen, &r.RepaidFen}[i])
	}
	return tx.scan(ctx, "add up what came", `SELECT `+strings.Join(columns, ", ")+`
		FROM ledger_entries e JOIN postings p ON p.entry_id = e.id AND p.layer = 'posted' AND p.fen > 0 WHERE`+days+`AND e.event IN (`+strings.Join(otherEvents, ", ")+`) AND p.area_code LIKE ?`,
		[]any{string(from), string(to), within}, dest...)
}

// imprestSQL holds every float against what it was filled with. Cash that was taken out of a county's float for a township's
// payout lies with the township's worker, and counts where it came from.
const imprestSQL = `SELECT x.area_code AS area, n.name AS area_name, x.filled_fen, x.float_fen, x.cash_fen, x.suspense_fen, x.claimed_fen, x.vouchers_fen, x.vouchers,
		x.filled_fen - x.float_fen - x.cash_fen - x.suspense_fen - x.claimed_fen - x.vouchers_fen + x.set_off_fen AS missing_fen, x.vouchers_fen - x.set_off_fen AS claimable_fen
	FROM (SELECT f.area_code, f.posted_fen AS float_fen,
		(SELECT coalesce(sum(p.fen), 0)::bigint FROM postings p JOIN ledger_entries e ON e.id = p.entry_id WHERE p.account_id = f.id AND p.layer = 'posted' AND e.event IN ('float_funded', 'float_moved')) AS filled_fen,
		(SELECT coalesce(sum(c.posted_fen), 0)::bigint FROM accounts c WHERE c.kind = 'cash' AND c.area_code = f.area_code)
			+ (SELECT coalesce(sum(CASE WHEN d.source_area = f.area_code THEN d.fen ELSE -d.fen END), 0)::bigint FROM disbursements d
			    WHERE d.area_code <> d.source_area AND f.area_code IN (d.area_code, d.source_area) AND (d.state = 'cash_issued' OR ` + notGivenBackSQL + `)) AS cash_fen,
		(SELECT coalesce(sum(s.posted_fen), 0)::bigint FROM accounts s WHERE s.kind = 'suspense' AND s.holder LIKE 'advance:%' AND s.area_code = f.area_code) AS suspense_fen,
		(SELECT coalesce(sum(c.posted_fen), 0)::bigint FROM accounts c WHERE c.kind = 'recovery' AND c.holder LIKE 'advance:%' AND c.area_code = f.area_code) AS claimed_fen,
		(SELECT coalesce(sum(d.fen), 0)::bigint FROM disbursements d WHERE d.source_area = f.area_code AND ` + voucherSQL + `) AS vouchers_fen,
		(SELECT count(*) FROM disbursements d WHERE d.source_area = f.area_code AND ` + voucherSQL + `) AS vouchers,
		(SELECT coalesce(sum(d.fen), 0)::bigint FROM disbursements d WHERE d.source_area = f.area_code AND ` + setOffSQL + `) AS set_off_fen
	FROM accounts f WHERE f.kind = 'float' AND f.holder = '') x JOIN divisions n ON n.code = x.area_code `

// Payouts d of a float that the county has not repaid yet, and those it has repaid that were taken back since.
const (
	voucherSQL = `d.channel IN ('cash', 'advance') AND d.state IN ('receipted', 'reconciled') AND NOT EXISTS (SELECT 1 FROM float_claim_items i WHERE i.disbursement_id = d.id AND i.kind = 'spent')`
	setOffSQL  = `d.state = 'reversed' AND EXISTS (SELECT 1 FROM float_claim_items i WHERE i.disbursement_id = d.id AND i.kind = 'spent')
		AND NOT EXISTS (SELECT 1 FROM float_claim_items i WHERE i.disbursement_id = d.id AND i.kind = 'set_off')`
)

// notGivenBackSQL are payouts d whose receipt was reversed, and whose payer has the cash.
const notGivenBackSQL = `(d.state = 'reversed' AND d.channel = 'cash' AND d.receipted_at IS NOT NULL AND NOT EXISTS (SELECT 1 FROM advance_acts b JOIN advance_signatures s ON s.act_id = b.id WHERE b.disbursement_id = d.id AND s.outcome = 'signed') AND NOT ` + settledSQL + `)`

// settledSQL are reversed payouts d whose payer was settled since: their cash was handed back, or is claimed.
const settledSQL = `EXISTS (SELECT 1 FROM advance_acts l JOIN advance_signatures s ON s.act_id = l.id WHERE l.kind = 'settle' AND l.holder_id = d.payer_id AND l.area_code = d.area_code AND s.outcome = 'signed' AND s.at >= d.ended_at)`

// Imprest holds the floats in scope against what they were filled with.
func (tx *Tx) Imprest(ctx context.Context) ([]ledger.ImprestView, error) {
	views := []ledger.ImprestView{}
	return views, tx.find(ctx, "hold floats against what filled them", &views, imprestSQL+`ORDER BY x.area_code`)
}
