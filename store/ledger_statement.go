package store

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"

	"example.org/hotline/area"
	"example.org/hotline/internal/act"
	"example.org/hotline/ledger"
)

// movedSQL sums up what had moved on an account, a.id, before a moment: whole days
// from account_days, the moment's own day from the postings. It takes the moment
// three times.
const movedSQL = `(SELECT coalesce(sum(m.debit), 0)::bigint AS debit, coalesce(sum(m.credit), 0)::bigint AS credit, coalesce(sum(m.pending_in), 0)::bigint AS pending_in,
		coalesce(sum(m.pending_out), 0)::bigint AS pending_out FROM (
		SELECT sum(d.debit_fen) AS debit, sum(d.credit_fen) AS credit, sum(d.pending_in_fen) AS pending_in, sum(d.pending_out_fen) AS pending_out
		  FROM account_days d WHERE d.account_id = a.id AND d.day < ledger_day(?)
		UNION ALL
		SELECT sum(fen) FILTER (WHERE layer = 'posted' AND fen > 0), sum(-fen) FILTER (WHERE layer = 'posted' AND fen < 0),
		       sum(fen) FILTER (WHERE (layer = 'pending' AND fen > 0) OR (layer = 'released' AND fen < 0)),
		       sum(-fen) FILTER (WHERE (layer = 'pending' AND fen < 0) OR (layer = 'released' AND fen > 0))
		  FROM postings p WHERE p.account_id = a.id AND p.at >= ledger_day(?)::timestamp AT TIME ZONE 'Asia/Shanghai' AND p.at < ?) m)`

// moment are the parameters of movedSQL for everything before a time.
func moment(before time.Time) []any { return []any{before, before, before} }

// movedRow is what movedSQL finds.
type movedRow struct{ Debit, Credit, PendingIn, PendingOut int64 }

func (m movedRow) posted() int64 { return m.Debit - m.Credit }

// TrialBalance lists the accounts in the actor's scope with their balances as they
// were just before a moment; what is owed to cases is one line for each place. Debits
// and credits are equal where the scope holds whole entries: a county's or the city's.
// A moment that lies further back than the longest transaction does not change any more.
func (tx *Tx) TrialBalance(ctx context.Context, before time.Time) (ledger.TrialBalance, error) {
	before = tx.atMostNow(before)
	var rows []struct {
		Row   accountRow `gorm:"embedded"`
		Moved movedRow   `gorm:"embedded"`
		Cases int
	}
	args := moment(before)
	err := tx.find(ctx, "list accounts", &rows, `WITH moved AS (`+accountSQL+`WHERE a.kind <> 'payable'), at AS (
			SELECT a.*, m.* FROM moved a, LATERAL `+movedSQL+` m)
		SELECT id, public_id::text, kind, area_code, holder, advance, debit, credit, pending_in, pending_out, 0 AS cases FROM at
		UNION ALL
		SELECT 0, '', 'payable', a.area_code, '', false, sum(m.debit)::bigint, sum(m.credit)::bigint, sum(m.pending_in)::bigint, sum(m.pending_out)::bigint,
		       count(*) FILTER (WHERE m.debit <> m.credit)
		  FROM accounts a, LATERAL `+movedSQL+` m WHERE a.kind = 'payable' GROUP BY a.area_code
		ORDER BY area_code, kind, id`, append(args, args...)...)
	if err != nil {
		return ledger.TrialBalance{}, err
	}
	b := ledger.TrialBalance{At: before.UTC(), Accounts: make([]ledger.AccountView, 0, len(rows))}
	for _, r := range rows {
		if r.Moved == (movedRow{}) && before.Before(tx.now) {
			continue // nothing had moved yet
		}
		v := r.Row.at(r.Moved)
		v.Cases = r.Cases
		b.Add(v)
	}
	b.Whole = tx.actor.System != "" || tx.actor.Area.Level() <= area.LevelCounty // floats are filled out of the county's fund
	return b, nil
}

// atMostNow is the moment up to which is read: now where none is given, with what
// this very transaction has written.
func (tx *Tx) atMostNow(before time.Time) time.Time {
	if before.IsZero() || before.After(tx.now) {
		return tx.now.Add(time.Microsecond)
	}
	return before
}

// at shows an account with other balances than it has now.
func (r accountRow) at(m movedRow) ledger.AccountView {
	r.PostedFen, r.PendingInFen, r.PendingOutFen = m.posted(), m.PendingIn, m.PendingOut
	return r.view()
}

// AccountStatement reads an account's postings of a stretch of time, newest first,
// with the balance before and after the stretch and after each line.
func (tx *Tx) AccountStatement(ctx context.Context, accountID string, f ledger.StatementFilter) (ledger.Statement, error) {
	if uuid.Validate(accountID) != nil {
		return ledger.Statement{}, act.NotFound("account")
	}
	r, err := one[accountRow](ctx, tx, "account", accountSQL+`WHERE a.public_id = ?`, accountID)
	if err != nil {
		return ledger.Statement{}, err
	}
	s := ledger.Statement{Account: r.view(), From: f.From.UTC(), Until: tx.atMostNow(f.Until).UTC(), Lines: []ledger.StatementLine{}}
	opening, err := tx.movedBefore(ctx, r.ID, s.From)
	if err != nil {
		return ledger.Statement{}, err
	}
	closing, err := tx.movedBefore(ctx, r.ID, s.Until)
	if err != nil {
		return ledger.Statement{}, err
	}
	s.OpeningFen, s.ClosingFen = opening.posted(), closing.posted()
	s.DebitFen, s.CreditFen = closing.Debit-opening.Debit, closing.Credit-opening.Credit
	err = tx.statementLines(ctx, r.ID, f, &s)
	return s, err
}

// movedBefore is what had moved on an account before a moment; nothing before the zero time.
func (tx *Tx) movedBefore(ctx context.Context, id int64, before time.Time) (movedRow, error) {
	if before.IsZero() {
		return movedRow{}, nil
	}
	return one[movedRow](ctx, tx, "balance at a moment", `SELECT m.* FROM (SELECT ?::bigint AS id) a, LATERAL `+movedSQL+` m`, append([]any{id}, moment(before)...)...)
}

// place is where a line stands in an account: by time, entry and line.
type place struct {
	at    time.Time
	entry int64
	line  int
}

func (p place) cursor() string {
	return fmt.Sprintf("%d.%d.%d", p.at.UnixMicro(), p.entry, p.line)
}

func placeOf(cursor string) (p place, err error) {
	var micros int64
	if n, err := fmt.Sscanf(cursor, "%d.%d.%d", &micros, &p.entry, &p.line); n != 3 || err != nil {
		return place{}, act.Invalid("cursor", "bad_cursor", "Use the cursor of the page before.")
	}
	p.at = time.UnixMicro(micros).UTC()
	return p, nil
}

// statementLines reads one page of lines into a statement.
func (tx *Tx) statementLines(ctx context.Context, id int64, f ledger.StatementFilter, s *ledger.Statement) error {
	from, after := place{at: s.Until}, s.ClosingFen
	if f.Cursor != "" {
		var err error
		if from, err = placeOf(f.Cursor); err != nil {
			return err
		}
		if from.at.After(s.Until) {
			return act.Invalid("cursor", "bad_cursor", "Use the cursor of the page before.")
		}
		if after, err = tx.balanceBefore(ctx, id, from); err != nil {
			return err
		}
	}
	var rows []struct {
		EntryID, Fen                     int64
		Line                             int
		Public, Event, Layer, By, Reason string
		At                               time.Time
		Disbursement                     *string
	}
	err := tx.find(ctx, "read statement", &rows, `SELECT p.entry_id, p.line, p.fen, p.layer, e.public_id AS public, e.event, e.actor AS by, e.reason, p.at, d.public_id AS disbursement
		FROM postings p JOIN ledger_entries e ON e.id = p.entry_id LEFT JOIN disbursements d ON d.id = e.disbursement_id
		WHERE p.account_id = ? AND (p.at, p.entry_id, p.line) < (?, ?, ?) AND p.at >= ? ORDER BY p.at DESC, p.entry_id DESC, p.line DESC LIMIT ?`,
		id, from.at, from.entry, from.line, s.From, f.Limit+1)
	if err != nil {
		return err
	}
	for i, l := range rows {
		if i == f.Limit {
			last := rows[i-1]
			s.Next = place{at: last.At, entry: last.EntryID, line: last.Line}.cursor()
			break
		}
		s.Lines = append(s.Lines, ledger.StatementLine{EntryID: l.Public, At: l.At.UTC(), Event: ledger.Event(l.Event), Layer: ledger.Layer(l.Layer), AmountFen: l.Fen,
			BalanceFen: after, Disbursement: deref(l.Disbursement), By: l.By, Reason: l.Reason})
		if l.Layer == string(ledger.Posted) {
			after -= l.Fen
		}
	}
	return nil
}

// balanceBefore is the posted balance of an account before a line.
func (tx *Tx) balanceBefore(ctx context.Context, id int64, p place) (int64, error) {
	moved, err := tx.movedBefore(ctx, id, p.at)
	if err != nil {
		return 0, err
	}
	var fen int64
	err = tx.scan(ctx, "balance before a line", `SELECT coalesce(sum(fen), 0)::bigint FROM postings WHERE account_id = ? AND layer = 'posted' AND at = ? AND (entry_id, line) < (?, ?)`,
		[]any{id, p.at, p.entry, p.line}, &fen)
	return moved.posted() + fen, err
}
