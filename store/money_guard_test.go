package store

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"example.org/hotline/internal/act"
	"example.org/hotline/ledger"
	"example.org/hotline/relief"
)

// connect opens a plain connection, as someone who goes past the program.
func connect(t *testing.T, url string) *pgx.Conn {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close(context.Background()) })
	return conn
}

// forgedPostings are two postings of the entry whose key is "forged", to the accounts for which two conditions hold.
func forgedPostings(debit int64, debited string, credit int64, credited string) string {
	line := func(n int, fen int64, where string) string {
		return fmt.Sprintf(`(SELECT (SELECT id FROM ledger_entries WHERE key = 'forged'), now(), %d, id, area_code, 'posted', %d FROM accounts WHERE %s LIMIT 1)`, n, fen, where)
	}
	return `INSERT INTO postings (entry_id, at, line, account_id, area_code, layer, fen) ` + line(1, debit, debited) + ` UNION ALL ` + line(2, credit, credited) + `; `
}

// The database refuses, past the program, what the program must never do.
func TestLedgerGuards(t *testing.T) {
	m := newTill(t, 5_000_000)
	tk, d := m.decided(t, 1, 80_000)
	p := m.started(t, "worker1", d)
	m.must(t, "worker1", issuing(t, p))
	m.must(t, "worker1", m.receivingUnder(t, allReviewed(), "worker1", tk, p, ""))
	_, big := m.decided(t, 2, 300_000)
	open := m.started(t, "worker1", big)

	const everywhere = `SELECT set_config('app.scope', '*', true); `
	const newEntry = `INSERT INTO ledger_entries (public_id, key, event, area_code, actor, at) VALUES (gen_random_uuid(), 'forged', 'cash_issued', '990101101000', 'x', now()); `
	account := func(kind string) string { return `kind = '` + kind + `' AND area_code = '990101101000'` }
	for _, tt := range []struct{ name, sql, want string }{
		{"an entry off by one fen", newEntry + forgedPostings(100, account("cash"), -99, account("float")), "entries_zero_sum"},
		{"an entry without postings", newEntry, "entries_zero_sum"},
		{"a lone posting to an old entry", `INSERT INTO postings (entry_id, at, line, account_id, area_code, layer, fen)
			SELECT entry_id, at, 9, account_id, area_code, layer, 5 FROM postings LIMIT 1`, "entries_zero_sum"},
		{"a whole pair of postings to an old entry", `INSERT INTO postings (entry_id, at, line, account_id, area_code, layer, fen)
			SELECT entry_id, at, line, account_id, area_code, layer, fen FROM postings WHERE entry_id = (SELECT max(entry_id) FROM postings)`, "postings_pkey"},
		{"a pair of postings after the lines of an old entry", `INSERT INTO postings (entry_id, at, line, account_id, area_code, layer, fen)
			SELECT entry_id, at, line + 2, account_id, area_code, layer, fen FROM postings WHERE entry_id = (SELECT max(entry_id) FROM postings)`, "entries_zero_sum"},
		{"more than the float holds", newEntry + forgedPostings(900000000, account("expense"), -900000000, account("float")), "accounts_never_below_zero"},
		{"a payment nobody approved", newEntry + forgedPostings(100, account("payable"), -100, account("float")), "accounts_never_above_approved"},
		{"a hold ended twice", `INSERT INTO ledger_entries (public_id, key, event, area_code, resolves, actor, at)
			SELECT gen_random_uuid(), 'again', 'released', area_code, resolves, 'x', now() FROM ledger_entries WHERE resolves IS NOT NULL LIMIT 1`, "ledger_entries_resolves_key"},
		{"a changed posting", `UPDATE postings SET fen = fen + 1`, "permission denied"},
		{"a deleted posting", `DELETE FROM postings`, "permission denied"},
		{"a changed entry", `UPDATE ledger_entries SET at = now()`, "permission denied"},
		{"a balance written by hand", `UPDATE accounts SET posted_fen = 1`, "permission denied"},
		{"a limit's sum written by hand", `UPDATE limit_keys SET used_fen = 0`, "permission denied"},
		{"a limit that begins with a sum", `INSERT INTO limit_keys (kind, key, used_fen) VALUES ('budget', 'x', -5)`, "permission denied"},
		{"a sum let go of counted again", `UPDATE limit_uses SET released_at = now(); UPDATE limit_uses SET released_at = NULL`, "limit_uses_released"},
		{"a budget changed", `UPDATE budgets SET fen = 1`, "permission denied"},
		{"another amount", `UPDATE disbursements SET fen = 1`, "permission denied"},
		{"another payee", `UPDATE disbursements SET payee_index = '\x00'`, "permission denied"},
		{"a receipted payout called off", `UPDATE disbursements SET state = 'cancelled', version = version + 1 WHERE state = 'receipted'`, "disbursements_terminal"},
		{"a skipped version", `UPDATE disbursements SET version = version + 2`, "disbursements_version"},
		{"the maker as checker", `UPDATE disbursements SET checker_id = maker_id, version = version + 1 WHERE state = 'submitted'`, "disbursements_checker"},
		{"large cash without a checker", `UPDATE disbursements SET state = 'reserved', version = version + 1 WHERE state = 'submitted'`, "disbursements_two_people"},
		{"the maker as second signature", `UPDATE disbursements SET second_id = maker_id, second_at = now(), version = version + 1 WHERE level = 'solo'`, "disbursements_second"},
		{"a review by the maker", `UPDATE after_reviews r SET reviewer_id = d.maker_id, outcome = 'ok', reviewed_at = now() FROM disbursements d WHERE d.id = r.disbursement_id`, "after_reviews_uninvolved"},
		{"a finding that says nothing", `UPDATE after_reviews SET reviewer_id = (SELECT id FROM staff WHERE login = 'finance'), outcome = 'finding', reviewed_at = now()`, "after_reviews_finding_says_what"},
		{"a second result of a review", `UPDATE after_reviews SET reviewer_id = (SELECT id FROM staff WHERE login = 'finance'), outcome = 'ok', reviewed_at = now();
			UPDATE after_reviews SET outcome = 'finding', review_note = 'x'`, "after_reviews_once"},
		{"a review that begins with its result", `INSERT INTO after_reviews (disbursement_id, drawn_at, due_at, outcome, reviewer_id, reviewed_at)
			SELECT id, now(), now() + interval '1 day', 'ok', maker_id, now() FROM disbursements WHERE state = 'submitted'`, "after_reviews_begin_open"},
		{"the reviewer as second signature", `UPDATE after_reviews SET reviewer_id = (SELECT id FROM staff WHERE login = 'finance'), outcome = 'ok', reviewed_at = now();
			UPDATE disbursements SET second_id = (SELECT id FROM staff WHERE login = 'finance'), second_at = now(), version = version + 1 WHERE state = 'receipted'`, "disbursements_reviewer_signs"},
		{"a draw undone", `DELETE FROM after_reviews`, "permission denied"},
		{"a draw put off", `UPDATE after_reviews SET due_at = due_at + interval '1 year'`, "permission denied"},
		{"another float under a hold", `UPDATE disbursements SET source_area = left(area_code, 6) || '000000', version = version + 1 WHERE state = 'receipted'`, "disbursements_source_kept"},
		{"a stranger's float", `UPDATE disbursements SET source_area = (SELECT code FROM divisions WHERE code NOT LIKE left(area_code, 6) || '%' LIMIT 1), version = version + 1 WHERE state = 'submitted'`, "disbursements_source"},
		{"a decision approved by its maker", `UPDATE decisions SET approved_by = decided_by WHERE level = 'township'`, "decisions_two_people"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			conn := connect(t, m.urls.AppURL)
			_, err := conn.Exec(t.Context(), "BEGIN; "+everywhere+tt.sql+"; COMMIT")
			var pg *pgconn.PgError
			if !errors.As(err, &pg) || (pg.ConstraintName != tt.want && !strings.Contains(pg.Message, tt.want)) {
				t.Errorf("the database said %v, want %s", err, tt.want)
			}
		})
	}
	owner := connect(t, m.urls.OwnerURL)
	for _, sql := range []string{`UPDATE postings SET fen = fen`, `DELETE FROM ledger_entries`, `TRUNCATE postings`} {
		if _, err := owner.Exec(t.Context(), "BEGIN; "+everywhere+sql+"; COMMIT"); err == nil || !strings.Contains(err.Error(), "append-only") {
			t.Errorf("the owner's %s: %v", sql, err)
		}
		_, _ = owner.Exec(t.Context(), "ROLLBACK")
	}
	m.sound(t)
	if open.State != ledger.StateSubmitted {
		t.Errorf("large payout %s", open.State)
	}
}

// Nobody outside the area sees a payout, an account or what they hang on.
func TestMoneyScope(t *testing.T) {
	m := newTill(t, 5_000_000)
	tk, d := m.decided(t, 1, 80_000)
	p := m.started(t, "worker1", d)
	m.refuse(t, "stranger", "not_found", issuing(t, p))
	m.refuse(t, "stranger", "not_found", checking(t, p, p.Content))
	m.refuse(t, "stranger", "not_found", func(tx *Tx) error { _, err := relief.Approve(t.Context(), tx, d.PublicID); return err })
	m.refuse(t, "stranger", "not_found", starting(t, d, p.PublicID, nil))
	m.must(t, "stranger", func(tx *Tx) error {
		for _, table := range []string{"disbursements", "accounts", "postings", "ledger_entries", "after_reviews", "findings", "visits", "decisions", "papers", "uploads", "upload_parts", "receipts"} {
			var n int
			if err := tx.scan(t.Context(), "count", `SELECT count(*) FROM `+table, nil, &n); err != nil {
				return err
			}
			if n != 0 {
				t.Errorf("a stranger sees %d rows of %s", n, table)
			}
		}
		b, err := tx.TrialBalance(t.Context(), time.Time{})
		if len(b.Accounts) != 0 {
			t.Errorf("a stranger sees accounts %+v", b.Accounts)
		}
		return err
	})
	m.must(t, "auditor", func(tx *Tx) error {
		views, err := tx.TicketDisbursements(t.Context(), tk.ID)
		if err != nil || len(views) != 1 || len(views[0].NextActs) != 0 {
			t.Errorf("the auditor sees %+v (%v)", views, err)
		}
		found, err := tx.TicketFindings(t.Context(), tk.ID)
		if err != nil || len(found) != 1 || found[0].Applicant != "甲**" || found[0].IdentityMasked[:7] != "990****" || len(found[0].IdentityMasked) != 18 {
			t.Errorf("the auditor reads %+v (%v)", found, err)
		}
		return err
	})
	if err := m.db.InTx(t.Context(), act.Actor{}, func(tx *Tx) error {
		_, err := tx.DisbursementView(t.Context(), p.PublicID)
		return err
	}); codeOf(err) != "not_found" {
		t.Errorf("nobody sees a payout: %v", err)
	}
}
