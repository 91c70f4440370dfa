package store

import (
	"slices"
	"strings"
	"testing"

	"github.com/pressly/goose/v3"
)

// booksInUse are books with a payout that was received, one that is held, and one
// that came back to the float.
func booksInUse(t *testing.T) *till {
	t.Helper()
	m := newTill(t, 5_000_000)
	paidTicket, paid := m.decided(t, 1, 80_000)
	p := m.started(t, "worker1", paid)
	m.must(t, "worker1", issuing(t, p))
	m.must(t, "worker1", m.receiving(t, "worker1", paidTicket, p, ""))
	_, open := m.decided(t, 2, 70_000)
	m.started(t, "worker1", open)
	return m
}

func (m *till) holds(t *testing.T) {
	t.Helper()
	v, err := m.db.VerifyLedger(t.Context())
	if err != nil || len(v.Faults) != 0 || v.Entries < 6 || v.Payouts != 2 || len(v.Checks) != len(ledgerChecks) {
		t.Fatalf("%+v (%v)", v, err)
	}
}

// runOfOne is a run that is through, whose only line became a payout of this sum for this payee.
const runOfOne = `WITH r AS (INSERT INTO payment_runs (public_id, area_code, source, period, state, lines, fen, content_hash, made_by, made_role, made_at, signed_by, signed_at, worked, reserved, reserved_fen, ended_at, version)
		SELECT gen_random_uuid(), d.area_code, 'decisions', '', 'done', 1, d.fen, sha256('x'), d.maker_id, d.maker_role, now(), d.maker_id + 1, now(), 1, 1, d.fen, now(), 1 FROM disbursements d LIMIT 1 RETURNING id)
	INSERT INTO run_lines (run_id, seq, payout_id, ticket_id, decision_id, aid_kind, area_code, household_index, account_id, account_index, state, disbursement_id, fen, payee_index)
	SELECT r.id, 1, d.public_id, d.ticket_id, d.decision_id, d.aid_kind, d.area_code, d.household_index, 1, '\x00', 'reserved', d.id, `

// Every check of the books finds the one thing that was spoilt. It takes the
// database's superuser with the triggers off to spoil it.
func TestTheBooksAreSummedUpAnew(t *testing.T) {
	m := booksInUse(t)
	m.holds(t)
	planted := map[string][]string{
		"entry_sum": {`UPDATE postings SET fen = fen + 1 WHERE (entry_id, line) = (SELECT entry_id, min(line) FROM postings GROUP BY entry_id ORDER BY entry_id LIMIT 1)`},
		"balance":   {`UPDATE accounts SET posted_fen = posted_fen + 1 WHERE kind = 'float'`},
		"day": {`DELETE FROM account_days WHERE (account_id, day) = (SELECT account_id, day FROM account_days LIMIT 1)`,
			`UPDATE account_days SET debit_fen = debit_fen + 1, credit_fen = credit_fen + 1 WHERE (account_id, day) = (SELECT account_id, day FROM account_days LIMIT 1)`,
			`UPDATE account_days SET pending_in_fen = pending_in_fen + 1 WHERE (account_id, day) = (SELECT account_id, day FROM account_days LIMIT 1)`},
		"below_zero": {`UPDATE accounts SET pending_out_fen = posted_fen + 1 WHERE kind = 'float'`},
		"rounding":   {`INSERT INTO accounts (public_id, kind, area_code, holder, posted_fen, opened_at) SELECT gen_random_uuid(), 'rounding', area_code, '', 3, opened_at FROM accounts WHERE kind = 'fund'`},
		"mirror":     {`UPDATE postings SET fen = fen * 2 WHERE layer = 'released'`},
		"hold":       {`UPDATE disbursements SET state = 'checked' WHERE state = 'reserved'`},
		"paid_once":  {`UPDATE disbursements SET state = 'cash_issued' WHERE state = 'receipted'`},
		"amount":     {`UPDATE disbursements SET fen = fen + 1 WHERE state = 'receipted'`},
		"owed":       {`UPDATE disbursements SET fen = fen + 1 WHERE state = 'reserved'`},
		"advance":    {`INSERT INTO advance_acts (public_id, kind, area_code, by_id, fen, at) SELECT gen_random_uuid(), 'return', area_code, maker_id, 500, now() FROM disbursements LIMIT 1`},
		"leaver": {`WITH a AS (INSERT INTO advance_acts (public_id, kind, area_code, by_id, holder_id, fen, book_fen, note, at) SELECT gen_random_uuid(), 'settle', area_code, maker_id, (SELECT min(id) FROM staff WHERE id <> maker_id), 500, 700, 'x', now() FROM disbursements LIMIT 1 RETURNING id, area_code, by_id)
			INSERT INTO advance_signatures (act_id, area_code, outcome, by_id, at) SELECT id, area_code, 'signed', by_id, now() FROM a`},
		"advance_claim": {`INSERT INTO accounts (public_id, kind, area_code, holder, posted_fen, opened_at) SELECT gen_random_uuid(), 'recovery', area_code, 'advance:1', 3, opened_at FROM accounts WHERE kind = 'fund'`},
		"source":        {`UPDATE disbursements SET source_area = left(area_code, 6) || '000000' WHERE state = 'receipted'`, `UPDATE disbursements SET source_area = left(area_code, 6) || '000000' WHERE state = 'reserved'`},
		"in_transit":    {`INSERT INTO accounts (public_id, kind, area_code, holder, posted_fen, opened_at) SELECT gen_random_uuid(), 'in_transit', area_code, '', 3, opened_at FROM accounts WHERE kind = 'fund'`},
		"returned":      {`INSERT INTO accounts (public_id, kind, area_code, holder, posted_fen, opened_at) SELECT gen_random_uuid(), 'returned', area_code, '', 3, opened_at FROM accounts WHERE kind = 'fund'`},
		"recovery":      {`INSERT INTO accounts (public_id, kind, area_code, holder, posted_fen, opened_at) SELECT gen_random_uuid(), 'recovery', area_code, '', 3, opened_at FROM accounts WHERE kind = 'fund'`},
		"suspense":      {`INSERT INTO accounts (public_id, kind, area_code, holder, posted_fen, opened_at) SELECT gen_random_uuid(), 'suspense', area_code, 'payout:1', -3, opened_at FROM accounts WHERE kind = 'fund'`},
		"in_hands":      {`UPDATE disbursements SET state = 'cash_issued' WHERE state = 'receipted'`, `UPDATE disbursements SET state = 'reversed' WHERE state = 'receipted'`},
		"arrived": {`INSERT INTO disbursement_attempts (disbursement_id, number, reference, account_id, batch_id, seq, state, made_at, version)
			SELECT id, 1, 'x', 1, 1, 1, 'succeeded', now(), 1 FROM disbursements WHERE state = 'receipted'`},
		"goods": {`INSERT INTO accounts (public_id, kind, area_code, holder, posted_fen, opened_at) SELECT gen_random_uuid(), 'stock', area_code, '', 3, opened_at FROM accounts WHERE kind = 'fund'`,
			`INSERT INTO goods (public_id, area_code, name, unit, cost_fen, pieces, added_at) SELECT gen_random_uuid(), area_code, 'rice', 'bag', 100, 5, opened_at FROM accounts WHERE kind = 'float' LIMIT 1`},
		"store": {`WITH a AS (INSERT INTO store_acts (public_id, kind, area_code, by_id, voucher, at) SELECT gen_random_uuid(), 'purchase', area_code, maker_id, 'v', now() FROM disbursements LIMIT 1 RETURNING id, area_code),
			g AS (INSERT INTO goods (public_id, area_code, name, unit, cost_fen, added_at) SELECT gen_random_uuid(), area_code, 'rice', 'bag', 100, now() FROM a RETURNING id)
			INSERT INTO store_act_lines (act_id, line, goods_id, pieces, cost_fen) SELECT a.id, 1, g.id, 5, 100 FROM a, g`},
		"run": {`INSERT INTO payment_runs (public_id, area_code, source, period, state, lines, fen, content_hash, made_by, made_role, made_at, version)
				SELECT gen_random_uuid(), area_code, 'decisions', '', 'draft', 1, 500, sha256('x'), maker_id, 'county_duty', now(), 1 FROM disbursements LIMIT 1`,
			runOfOne + `d.fen + 1, d.payee_index FROM r, (SELECT * FROM disbursements LIMIT 1) d`, runOfOne + `d.fen, '\x00' FROM r, (SELECT * FROM disbursements LIMIT 1) d`},
		"closing": {`INSERT INTO ledger_closes (public_id, area_code, kind, through, report, hash, closed_by, closed_at)
			SELECT gen_random_uuid(), area_code, 'day', '2026-01-01', '{}', sha256('[]'), 1, now() FROM accounts WHERE kind = 'fund'`},
		"imprest": {`UPDATE disbursements SET source_area = (SELECT area_code FROM accounts WHERE kind = 'fund') WHERE state = 'receipted'`},
		"limit":   {`UPDATE limit_uses SET released_at = now()`},
	}
	super := connect(t, m.urls.SuperURL)
	for _, c := range ledgerChecks {
		if len(planted[c.name]) == 0 {
			t.Errorf("nothing spoils what %s looks at", c.name)
		}
		for _, spoil := range planted[c.name] {
			tx, err := super.Begin(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			for _, sql := range []string{`ALTER TABLE accounts DROP CONSTRAINT accounts_never_below_zero`, `SET LOCAL session_replication_role = replica`, spoil} {
				if _, err := tx.Exec(t.Context(), sql); err != nil {
					t.Fatalf("%s: %v", c.name, err)
				}
			}
			var found []string
			if err := tx.QueryRow(t.Context(), `SELECT array_agg(what) FROM (`+c.sql+`) x (what)`).Scan(&found); err != nil || len(found) == 0 {
				t.Errorf("%s finds nothing after %s (%v)", c.name, spoil, err)
			}
			if err := tx.Rollback(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
	}
	m.holds(t)
}

// Books of before the moments were kept have them afterwards, and what was paid
// before counts against the limits that came with them.
func TestBooksOfBeforeTheirMoments(t *testing.T) {
	m := booksInUse(t)
	super := connect(t, m.urls.SuperURL)
	uses := func() (list []string) {
		t.Helper()
		if err := super.QueryRow(t.Context(), `SELECT array_agg(concat_ws(' ', disbursement_id, kind, key, fen, at, released_at, used_fen) ORDER BY disbursement_id, kind, key)
			FROM limit_uses JOIN limit_keys USING (kind, key)`).Scan(&list); err != nil {
			t.Fatal(err)
		}
		return list
	}
	counted := uses()
	err := withGoose(m.urls.OwnerURL, func(p *goose.Provider) error {
		if _, err := p.DownTo(t.Context(), 29); err != nil {
			return err
		}
		for _, table := range []string{"limit_uses", "limit_keys"} {
			if _, err := super.Exec(t.Context(), `DELETE FROM `+table+` WHERE kind NOT IN ('case', 'household')`); err != nil {
				return err
			}
		}
		_, err := p.Up(t.Context())
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	m.holds(t)
	if got := uses(); len(counted) != 12 || !slices.Equal(got, counted) {
		t.Errorf("counted are\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(counted, "\n"))
	}
	if n := m.count(t, `SELECT count(*) FROM postings p JOIN ledger_entries e ON e.id = p.entry_id WHERE p.at <> e.at`); n != 0 {
		t.Errorf("%d postings have another time than their entry", n)
	}
	if n := m.count(t, `SELECT count(*) FROM account_days`); n < 4 {
		t.Errorf("%d days", n)
	}
}
