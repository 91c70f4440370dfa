package store

import (
	"context"
	"errors"
	"time"

	"github.com/google/uuid"

	"example.org/hotline/area"
	"example.org/hotline/internal/act"
	"example.org/hotline/ledger"
	"example.org/hotline/relief"
)

var _ relief.StatementTx = (*Tx)(nil)

// StatementsAround looks at what was loaded around some days.
func (tx *Tx) StatementsAround(ctx context.Context, bank string, from, to area.Date) (a relief.StatementsAround, err error) {
	if err := tx.alone(ctx, "statements:"+bank); err != nil {
		return a, err
	}
	err = tx.scan(ctx, "look at the statements around", `SELECT coalesce((SELECT max(least(to_day, ?::date))::text FROM bank_statements WHERE bank = ? AND from_day <= ?::date AND to_day >= ?::date), ''),
			coalesce(b.to_day::text, ''), coalesce(b.closing_fen, 0), coalesce(n.from_day::text, ''), coalesce(n.opening_fen, 0)
		FROM (SELECT 1) x LEFT JOIN (SELECT to_day, closing_fen FROM bank_statements WHERE bank = ? AND to_day < ?::date ORDER BY to_day DESC LIMIT 1) b ON true
		LEFT JOIN (SELECT from_day, opening_fen FROM bank_statements WHERE bank = ? AND from_day > ?::date ORDER BY from_day LIMIT 1) n ON true`,
		[]any{string(to), bank, string(to), string(from), bank, string(from), bank, string(to)}, &a.Overlaps, &a.Before, &a.Closing, &a.After, &a.Opening)
	return a, err
}

// NamedAfter looks for references on the lines of later statements.
func (tx *Tx) NamedAfter(ctx context.Context, bank string, day area.Date, references []string) (named []string, err error) {
	return named, tx.find(ctx, "look for later lines", &named, `SELECT DISTINCT l.reference FROM statement_lines l JOIN bank_statements s ON s.id = l.statement_id
		WHERE s.bank = ? AND s.from_day > ?::date AND l.reference IN ?`, bank, string(day), references)
}

// MissingStatements lists the stretches of days of which no statement tells, from the first on which the county's fund
// moved, or from the first statement where it begins with what the books held the evening before: the account was taken over then. Where
// no bank is set up and none was ever loaded, nothing is missing.
func (tx *Tx) MissingStatements(ctx context.Context, county area.Code, from, through area.Date, banked bool) ([]ledger.Days, error) {
	missing := []ledger.Days{}
	return missing, tx.find(ctx, "look for days without a statement", &missing, `WITH taken_over AS (
			SELECT s.from_day, s.opening_fen, (SELECT coalesce(sum(d.debit_fen - d.credit_fen), 0)::bigint FROM account_days d JOIN accounts a ON a.id = d.account_id
				WHERE a.kind = 'fund' AND a.area_code = s.area_code AND d.day < s.from_day) AS books_fen FROM bank_statements s WHERE s.area_code = ? ORDER BY s.from_day, s.id LIMIT 1),
		asked AS (
			SELECT generate_series(greatest(?::date, f.first, (SELECT t.from_day FROM taken_over t WHERE t.opening_fen = t.books_fen)), ?::date, '1 day')::date AS day
			  FROM (SELECT min(d.day) AS first FROM account_days d JOIN accounts a ON a.id = d.account_id WHERE a.kind = 'fund' AND a.area_code = ?) f
			 WHERE f.first IS NOT NULL AND (?::boolean OR EXISTS (SELECT 1 FROM bank_statements WHERE area_code = ?))),
		missing AS (SELECT a.day, a.day - row_number() OVER (ORDER BY a.day)::int AS stretch FROM asked a
			 WHERE NOT EXISTS (SELECT 1 FROM bank_statements s WHERE s.area_code = ? AND a.day BETWEEN s.from_day AND s.to_day))
		SELECT min(day)::text AS from_day, max(day)::text AS to_day FROM missing GROUP BY stretch ORDER BY 1`, string(county), string(from), string(through), string(county), banked, string(county), string(county))
}

// StatementLoaded looks for a statement by its content.
func (tx *Tx) StatementLoaded(ctx context.Context, bank string, sha256 []byte) (loaded bool, err error) {
	err = tx.scan(ctx, "look for a statement", `SELECT EXISTS (SELECT 1 FROM bank_statements WHERE bank = ? AND sha256 = ?)`, []any{bank, sha256}, &loaded)
	return loaded, err
}

// BatchesOfReferences locks a bank's batches of tries.
func (tx *Tx) BatchesOfReferences(ctx context.Context, bank string, references []string) (ids []ledger.BatchID, err error) {
	err = tx.find(ctx, "lock batches of tries", &ids, `SELECT b.id FROM bank_batches b WHERE b.bank = ? AND b.id IN (SELECT a.batch_id FROM disbursement_attempts a WHERE a.reference IN ?) ORDER BY b.id FOR UPDATE`, bank, references)
	return ids, err
}

// AddBankStatement writes a statement. Its file is not kept: what of it counts stands in the lines, which name nobody.
func (tx *Tx) AddBankStatement(ctx context.Context, s relief.BankStatement) error {
	var id int64
	err := tx.scan(ctx, "add statement", `INSERT INTO bank_statements (public_id, area_code, bank, from_day, to_day, opening_fen, closing_fen, sha256, loaded_by, loaded_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING id`,
		[]any{uuid.NewString(), string(s.County), s.Bank, string(s.From), string(s.To), s.Opening, s.Closing, s.SHA256, int64(tx.actor.StaffID), tx.now}, &id)
	if err != nil || len(s.Lines) == 0 {
		return err
	}
	rows := make([]map[string]any, 0, len(s.Lines))
	for i, l := range s.Lines {
		rows = append(rows, map[string]any{"public_id": uuid.NewString(), "statement_id": id, "area_code": string(s.County), "line": i + 1, "day": string(l.Date), "fen": l.Signed(),
			"reference": l.Reference, "bank_reference": l.BankReference, "came_back": l.Returned || l.Reversal})
	}
	return translate("add lines", tx.gorm.WithContext(ctx).Table("statement_lines").CreateInBatches(rows, 1000).Error)
}

// fundEntries are the entries that move a county's fund, with how they move it and the line of a statement that tells the same.
const fundEntries = `SELECT e.id, e.public_id, e.key, e.event, e.at, a.area_code, sum(p.fen)::bigint AS fen FROM ledger_entries e
	JOIN postings p ON p.entry_id = e.id AND p.layer = 'posted' JOIN accounts a ON a.id = p.account_id AND a.kind = 'fund'
	WHERE NOT EXISTS (SELECT 1 FROM statement_lines l WHERE l.entry_id = e.id) `

// MatchStatementLines matches by end-to-end ids and by amount, each line and each entry once. It goes from each line to the entries of its
// payout: from the county's entries to the lines would hold everything against everything.
func (tx *Tx) MatchStatementLines(ctx context.Context, county area.Code) (n int, err error) {
	err = tx.throughout(ctx, county, func() error { n, err = tx.matchLines(ctx, county); return err })
	return n, err
}

func (tx *Tx) matchLines(ctx context.Context, county area.Code) (int, error) {
	n, err := tx.exec(ctx, "match lines", `WITH open AS MATERIALIZED (
			SELECT l.id AS line, l.day, l.fen, l.area_code, a.number, d.id AS payout, d.public_id FROM statement_lines l
			  JOIN disbursement_attempts a ON a.reference = l.reference JOIN disbursements d ON d.id = a.disbursement_id
			 WHERE l.settled_at IS NULL AND l.reference <> '' AND l.area_code = ?),
		paid AS MATERIALIZED (
			SELECT o.line, o.day, o.fen, o.area_code, e.id AS entry FROM open o JOIN ledger_entries e ON e.disbursement_id = o.payout
			   AND starts_with(e.key, 'disbursement:' || o.public_id || ':bank:' || o.number || ':')
			UNION SELECT o.line, o.day, o.fen, o.area_code, e.id FROM open o JOIN accounts s ON s.kind = 'suspense' AND s.holder = 'payout:' || o.payout
			  JOIN postings p ON p.account_id = s.id JOIN ledger_entries e ON e.id = p.entry_id AND e.event = 'suspense_covered'),
		told AS (
			SELECT c.line, c.entry, row_number() OVER (PARTITION BY c.line ORDER BY c.entry) AS nth, row_number() OVER (PARTITION BY c.entry ORDER BY c.day, c.line) AS of FROM paid c
			 WHERE NOT EXISTS (SELECT 1 FROM statement_lines x WHERE x.entry_id = c.entry)
			   AND c.fen = (SELECT sum(p.fen)::bigint FROM postings p JOIN accounts a ON a.id = p.account_id AND a.kind = 'fund' AND a.area_code = c.area_code WHERE p.entry_id = c.entry AND p.layer = 'posted'))
		UPDATE statement_lines l SET entry_id = t.entry, settled_at = ? FROM told t WHERE t.line = l.id AND t.nth = t.of AND NOT EXISTS (SELECT 1 FROM told x WHERE x.line = l.id AND x.nth < t.nth AND x.nth = x.of)`,
		string(county), tx.now)
	return int(n), err
}

// SettleLine settles a line by hand.
func (tx *Tx) SettleLine(ctx context.Context, line, entry, explained string) error {
	if uuid.Validate(line) != nil || entry != "" && uuid.Validate(entry) != nil {
		return act.NotFound("line")
	}
	l, err := one[struct {
		ID, Fen   int64
		AreaCode  string
		SettledAt *time.Time
	}](ctx, tx, "line", `SELECT id, fen, area_code, settled_at FROM statement_lines WHERE public_id = ? FOR UPDATE`, line)
	if err != nil {
		return err
	}
	if l.SettledAt != nil {
		return lineSettled()
	}
	if explained != "" && l.Fen < 0 { // words of one person would take it out of sight, and the books would keep it
		return act.Refused("outflow_explained", "Money that left the account is matched with its entry, or booked as taken by the bank, which two people do.")
	}
	var id *int64
	if entry != "" {
		e, err := one[struct{ ID, Fen int64 }](ctx, tx, "entry", `SELECT id, fen FROM (`+fundEntries+`AND e.public_id = ? AND a.area_code = ? GROUP BY e.id, a.area_code) x`, entry, l.AreaCode)
		if err != nil {
			return err
		}
		if e.Fen != l.Fen {
			return act.Invalid("entry_id", "entry_differs", "The entry moves another sum than the line; choose one of the same sum, or say why none belongs to it.")
		}
		id = &e.ID
	}
	_, err = tx.exec(ctx, "settle line", `UPDATE statement_lines SET entry_id = ?, explained = ?, settled_by = ?, settled_at = ? WHERE id = ?`, id, explained, int64(tx.actor.StaffID), tx.now, l.ID)
	if violates(err, "statement_lines_entry") {
		return act.Conflict("entry_taken", "That entry is on another line of a statement already; reload to see it.")
	}
	return err
}

// mostStatementLines is how many lines one answer lists.
const mostStatementLines = 500

// mostCandidates is how many entries are offered for one line.
const mostCandidates = 5

// BankLines lists the lines that nothing settles yet, each with the entries of the same sum that are on no line, the nearest by day first.
func (tx *Tx) BankLines(ctx context.Context, county area.Code) ([]ledger.BankLine, error) {
	lines := []ledger.BankLine{}
	err := tx.find(ctx, "list open lines", &lines, `SELECT l.public_id AS id, s.bank, l.day::text AS day, l.fen, l.reference, l.bank_reference, l.came_back FROM statement_lines l JOIN bank_statements s ON s.id = l.statement_id
		WHERE l.settled_at IS NULL AND l.area_code = ? ORDER BY l.day, l.id LIMIT ?`, string(county), mostStatementLines)
	if err != nil {
		return nil, err
	}
	var entries []struct {
		LineID, PublicID, Event string
		At                      time.Time
	}
	err = tx.find(ctx, "list entries on no line", &entries, `SELECT l.public_id AS line_id, c.public_id, c.event, c.at FROM statement_lines l, LATERAL (
			SELECT x.public_id, x.event, x.at FROM (`+fundEntries+`AND a.area_code = l.area_code GROUP BY e.id, a.area_code HAVING sum(p.fen) = l.fen) x
			ORDER BY abs(ledger_day(x.at) - l.day), x.id LIMIT ?) c
		WHERE l.settled_at IS NULL AND l.area_code = ?`, mostCandidates, string(county))
	of := map[string]*ledger.BankLine{}
	for i := range lines {
		lines[i].Candidates = []ledger.BankCandidate{}
		of[lines[i].ID] = &lines[i]
	}
	for _, e := range entries {
		if line := of[e.LineID]; line != nil {
			line.Candidates = append(line.Candidates, ledger.BankCandidate{EntryID: e.PublicID, Event: ledger.Event(e.Event), At: e.At.UTC()})
		}
	}
	return lines, err
}

// BankStatements lists what was loaded, the newest first.
func (tx *Tx) BankStatements(ctx context.Context, county area.Code) ([]ledger.BankStatementView, error) {
	views := []ledger.BankStatementView{}
	return views, tx.find(ctx, "list statements", &views, `SELECT s.public_id AS id, s.bank, s.from_day::text AS from_day, s.to_day::text AS to_day, s.opening_fen, s.closing_fen, p.name AS loaded_by,
			s.loaded_at AT TIME ZONE 'UTC' AS loaded_at, (SELECT count(*) FROM statement_lines l WHERE l.statement_id = s.id) AS lines, (SELECT count(*) FROM statement_lines l WHERE l.statement_id = s.id AND l.settled_at IS NULL) AS open
		FROM bank_statements s JOIN staff p ON p.id = s.loaded_by WHERE s.area_code = ? ORDER BY s.to_day DESC, s.id DESC LIMIT 100`, string(county))
}

// balanceSQL follows the fund of a county as the bank and as the books tell it, day by day: a row for each day on which one of them moved. A sum that
// both tell, each on its day, is on its way between the two. A bank whose statements have a gap between them, or do not add up to their
// closing balance, moves by what is missing on the day after; so each day ends with what the bank says.
const balanceSQL = `WITH asked AS (SELECT ?::text AS county, ?::date AS through),
	statements AS (
		SELECT s.id, s.from_day, s.to_day, s.opening_fen, s.closing_fen, lag(s.closing_fen) OVER (PARTITION BY s.bank ORDER BY s.from_day) AS before_fen,
			(SELECT coalesce(sum(l.fen), 0) FROM statement_lines l WHERE l.statement_id = s.id) AS moved_fen
		  FROM bank_statements s WHERE s.area_code = (SELECT county FROM asked)),
	lines AS (
		SELECT l.day, l.fen, l.explained <> '' AS explained, ledger_day(e.at) AS booked FROM statement_lines l LEFT JOIN ledger_entries e ON e.id = l.entry_id WHERE l.area_code = (SELECT county FROM asked)),
	moved (day, bank, books, bank_first, books_first, explained) AS (
		SELECT from_day, opening_fen - coalesce(before_fen, 0), 0, 0, 0, 0 FROM statements
		UNION ALL SELECT to_day, closing_fen - opening_fen - moved_fen, 0, 0, 0, 0 FROM statements
		UNION ALL SELECT day, fen, 0, 0, 0, CASE WHEN explained THEN fen ELSE 0 END FROM lines
		UNION ALL SELECT d.day, 0, d.debit_fen - d.credit_fen, 0, 0, 0 FROM account_days d JOIN accounts a ON a.id = d.account_id WHERE a.kind = 'fund' AND a.area_code = (SELECT county FROM asked)
		UNION ALL SELECT unnest(ARRAY[day, booked]), 0, 0, unnest(ARRAY[fen, -fen]), 0, 0 FROM lines WHERE booked > day
		UNION ALL SELECT unnest(ARRAY[booked, day]), 0, 0, 0, unnest(ARRAY[fen, -fen]), 0 FROM lines WHERE booked < day),
	days AS (SELECT day, sum(bank) AS bank, sum(books) AS books, sum(bank_first) AS bank_first, sum(books_first) AS books_first, sum(explained) AS explained FROM moved GROUP BY day)
	SELECT * FROM (SELECT day::text AS day, (sum(bank) OVER w)::bigint AS bank_fen, (sum(books) OVER w)::bigint AS books_fen, (sum(bank_first) OVER w)::bigint AS bank_first_fen,
			(sum(books_first) OVER w)::bigint AS books_first_fen, (sum(explained) OVER w)::bigint AS explained_fen FROM days WINDOW w AS (ORDER BY day)) run
	WHERE day::date BETWEEN (SELECT min(from_day) FROM statements) AND (SELECT through FROM asked) ORDER BY day`

// BankBalance holds the bank's balance against the books.
func (tx *Tx) BankBalance(ctx context.Context, county area.Code, through area.Date) (*ledger.BankBalance, error) {
	told, err := one[struct {
		PublicID, Last string
	}](ctx, tx, "fund", `SELECT a.public_id, (SELECT coalesce(max(least(s.to_day, ?::date))::text, '') FROM bank_statements s WHERE s.area_code = a.area_code AND s.from_day <= ?::date) AS last
		FROM accounts a WHERE a.kind = 'fund' AND a.holder = '' AND a.area_code = ?`, string(through), string(through), string(county))
	if errors.Is(err, act.ErrNotFound) || err == nil && told.Last == "" {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var days []struct {
		Day                                                          string
		BankFen, BooksFen, BankFirstFen, BooksFirstFen, ExplainedFen int64
	}
	err = tx.find(ctx, "hold the bank's balance against the books", &days, balanceSQL, string(county), told.Last)
	b := ledger.BankBalance{Since: []ledger.BankDifference{}}
	for _, d := range days {
		b = b.Follow(ledger.BankBalance{Day: area.Date(d.Day), BankFen: d.BankFen, BooksFen: d.BooksFen, BankFirstFen: d.BankFirstFen, BooksFirstFen: d.BooksFirstFen, ExplainedFen: d.ExplainedFen})
	}
	b.AccountID, b.Day = told.PublicID, area.Date(told.Last)
	return &b, err
}
