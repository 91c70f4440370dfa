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
	"example.org/hotline/ticket"
)

var _ relief.RunTx = (*Tx)(nil)

// runRow is a row of payment_runs.
type runRow struct {
	ID, Fen, MadeBy, ReservedFen, Version     int64
	PublicID, AreaCode, Source, Period, State string
	MadeRole, Trouble                         string
	Lines, Worked, Reserved, Tries            int
	ContentHash                               []byte
	SignedBy                                  *int64
	MadeAt                                    time.Time
	SignedAt, EndedAt, NextAt                 *time.Time
}

const runColumns = `r.id, r.public_id, r.area_code, r.source, r.period, r.state, r.lines, r.fen, r.content_hash, r.made_by, r.made_role, r.made_at, r.signed_by, r.signed_at,
	r.worked, r.reserved, r.reserved_fen, r.ended_at, r.next_at, r.tries, r.trouble, r.version`

func (r runRow) run() ledger.Run {
	return ledger.Run{ID: ledger.RunID(r.ID), PublicID: r.PublicID, County: area.Code(r.AreaCode), Source: ledger.RunSource(r.Source), Period: r.Period, State: ledger.RunState(r.State),
		Lines: r.Lines, Fen: r.Fen, Content: r.ContentHash, MadeBy: area.StaffID(r.MadeBy), MadeRole: area.Role(r.MadeRole), MadeAt: r.MadeAt.UTC(), SignedBy: area.StaffID(deref(r.SignedBy)),
		SignedAt: orZero(r.SignedAt), EndedAt: orZero(r.EndedAt), Worked: r.Worked, Reserved: r.Reserved, ReservedFen: r.ReservedFen, NextAt: orZero(r.NextAt),
		Tries: r.Tries, Trouble: r.Trouble, Version: r.Version}
}

// lineOfRun is a row of run_lines.
type lineOfRun struct {
	Seq                                       int
	PayoutID, AidKind, AreaCode, State, Why   string
	TicketID, Fen, AccountID                  int64
	DecisionID, EntitlementID, DisbursementID *int64
	LeftFen                                   *int64
	PayeeIndex, HouseholdIndex, AccountIndex  []byte
}

const runLineColumns = `l.seq, l.payout_id, l.ticket_id, l.decision_id, l.entitlement_id, l.aid_kind, l.area_code, l.fen, l.payee_index, l.household_index, l.account_id, l.account_index,
	l.state, l.why, l.left_fen, l.disbursement_id`

func (r lineOfRun) line() ledger.RunLine {
	return ledger.RunLine{Seq: r.Seq, Payout: r.PayoutID, Case: ledger.CaseID(r.TicketID), Decision: ledger.DecisionID(deref(r.DecisionID)), Entitlement: ledger.EntitlementID(deref(r.EntitlementID)),
		AidKind: r.AidKind, Area: area.Code(r.AreaCode), Fen: r.Fen, Payee: r.PayeeIndex, Household: r.HouseholdIndex, Account: ledger.PayeeAccountID(r.AccountID), Index: r.AccountIndex,
		State: ledger.LineState(r.State), Why: r.Why, LeftFen: r.LeftFen, Disbursement: ledger.DisbursementID(deref(r.DisbursementID))}
}

// AddRun writes a run with its lines.
func (tx *Tx) AddRun(ctx context.Context, r *ledger.Run, lines []ledger.RunLine) (created bool, err error) {
	created, err = tx.insertNew(ctx, "run", (*int64)(&r.ID), `INSERT INTO payment_runs (public_id, area_code, source, period, state, lines, fen, content_hash, made_by, made_role, made_at, version)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (public_id) DO NOTHING RETURNING id`,
		r.PublicID, r.County, r.Source, r.Period, r.State, r.Lines, r.Fen, r.Content, int64(r.MadeBy), r.MadeRole, r.MadeAt, r.Version)
	if err != nil || !created {
		return false, err
	}
	rows := make([]map[string]any, 0, len(lines))
	for _, l := range lines {
		rows = append(rows, map[string]any{"seq": l.Seq, "payout_id": l.Payout, "ticket_id": l.Case, "decision_id": nonZero(int64(l.Decision)), "entitlement_id": nonZero(int64(l.Entitlement)),
			"aid_kind": l.AidKind, "area_code": l.Area, "fen": l.Fen, "payee_index": octets(l.Payee), "household_index": octets(l.Household), "account_id": l.Account, "account_index": octets(l.Index),
			"state": l.State})
	}
	_, err = tx.exec(ctx, "add the lines of a run", `INSERT INTO run_lines (run_id, seq, payout_id, ticket_id, decision_id, entitlement_id, aid_kind, area_code, fen, payee_index, household_index,
			account_id, account_index, state)
		SELECT ?::bigint, x.* FROM jsonb_to_recordset(?::jsonb) AS x(seq integer, payout_id uuid, ticket_id bigint, decision_id bigint, entitlement_id bigint, aid_kind text, area_code text, fen bigint,
			payee_index bytea, household_index bytea, account_id bigint, account_index bytea, state text)`, int64(r.ID), jsonOf(rows))
	return true, err
}

// RunForUpdate locks and loads a run.
func (tx *Tx) RunForUpdate(ctx context.Context, publicID string) (ledger.Run, error) {
	if uuid.Validate(publicID) != nil {
		return ledger.Run{}, act.NotFound("run")
	}
	r, err := one[runRow](ctx, tx, "run", `SELECT `+runColumns+` FROM payment_runs r WHERE r.public_id = ? FOR UPDATE`, publicID)
	return r.run(), err
}

// RunLines lists the lines of a run.
func (tx *Tx) RunLines(ctx context.Context, id ledger.RunID) ([]ledger.RunLine, error) {
	var rows []lineOfRun
	err := tx.find(ctx, "list the lines of a run", &rows, `SELECT `+runLineColumns+` FROM run_lines l WHERE l.run_id = ? ORDER BY l.seq`, int64(id))
	lines := make([]ledger.RunLine, 0, len(rows))
	for _, r := range rows {
		lines = append(lines, r.line())
	}
	return lines, err
}

// SaveRun writes what may change of a run.
func (tx *Tx) SaveRun(ctx context.Context, r *ledger.Run) error {
	n, err := tx.exec(ctx, "save a run", `UPDATE payment_runs SET state = ?, signed_by = ?, signed_at = ?, worked = ?, reserved = ?, reserved_fen = ?, ended_at = ?,
		next_at = ?, tries = ?, trouble = ?, version = version + 1 WHERE id = ? AND version = ?`, r.State, nonZero(int64(r.SignedBy)), null(r.SignedAt), r.Worked, r.Reserved, r.ReservedFen, null(r.EndedAt), null(r.NextAt), r.Tries, r.Trouble, int64(r.ID), r.Version)
	return moved(n, err, &r.Version, "The run changed while you were looking at it; reload and decide again.")
}

// SaveRunLines writes what lines came to.
func (tx *Tx) SaveRunLines(ctx context.Context, id ledger.RunID, lines []ledger.RunLine) error {
	rows := make([]map[string]any, 0, len(lines))
	for _, l := range lines {
		rows = append(rows, map[string]any{"seq": l.Seq, "state": l.State, "why": l.Why, "left_fen": l.LeftFen, "disbursement_id": nonZero(int64(l.Disbursement))})
	}
	n, err := tx.exec(ctx, "save the lines of a run", `UPDATE run_lines l SET state = x.state, why = x.why, left_fen = x.left_fen, disbursement_id = x.disbursement_id
		FROM jsonb_to_recordset(?::jsonb) AS x(seq integer, state text, why text, left_fen bigint, disbursement_id bigint) WHERE l.run_id = ? AND l.seq = x.seq`, jsonOf(rows), int64(id))
	return allMoved(n, len(lines), err, "The run changed while you were looking at it; reload and decide again.")
}

// dueDecisionRow is a decision that a run could pay.
type dueDecisionRow struct {
	PublicID string
	Line     lineOfRun `gorm:"embedded"`
}

// DecisionsDue lists the decisions that a run could pay.
func (tx *Tx) DecisionsDue(ctx context.Context, county area.Code, decisions []string, most int) ([]relief.DueDecision, error) {
	only, args := ``, []any{county.Prefix() + "%"}
	if len(decisions) > 0 {
		for _, d := range decisions {
			if uuid.Validate(d) != nil {
				return nil, act.NotFound("decision")
			}
		}
		only, args = `AND d.public_id = ANY (ARRAY(SELECT jsonb_array_elements_text(?::jsonb)::uuid)) `, append(args, jsonOf(decisions))
	}
	var rows []dueDecisionRow
	err := tx.find(ctx, "list decisions that are due", &rows, `SELECT d.public_id, gen_random_uuid() AS payout_id, d.ticket_id, d.id AS decision_id, d.aid_kind, rpad(left(t.area_code, 9), 12, '0') AS area_code,
			d.fen - coalesce(x.fen, 0) AS fen, d.payee_index, d.household_index, p.id AS account_id, p.number_index AS account_index
		FROM decisions d JOIN tickets t ON t.id = d.ticket_id
		JOIN LATERAL (SELECT a.id, a.number_index, a.verified_by FROM payee_accounts a WHERE a.ticket_id = d.ticket_id AND a.payee_index = d.payee_index ORDER BY a.id DESC LIMIT 1) p ON p.verified_by IS NOT NULL
		LEFT JOIN LATERAL (SELECT sum(o.fen)::bigint AS fen FROM disbursements o WHERE o.decision_id = d.id AND o.state NOT IN ('cancelled','reversed')) y ON true
		CROSS JOIN LATERAL (SELECT coalesce(y.fen, 0) + (`+lateSQL+`o.decision_id = d.id) AS fen) x
		WHERE d.state = 'approved' AND t.area_code LIKE ? AND substr(t.area_code, 7, 3) <> '000' AND d.fen > coalesce(x.fen, 0)
		  AND NOT EXISTS (SELECT 1 FROM run_lines l JOIN payment_runs r ON r.id = l.run_id WHERE l.ticket_id = d.ticket_id AND l.decision_id = d.id AND l.state = 'waits' AND r.state IN ('draft','signed'))
		  `+only+`ORDER BY d.id LIMIT ?`, append(args, most)...)
	due := make([]relief.DueDecision, 0, len(rows))
	for _, r := range rows {
		due = append(due, relief.DueDecision{PublicID: r.PublicID, RunLine: r.Line.line()})
	}
	return due, err
}

// monthDueSQL is what is due of a month (twice a parameter) in a county and not paid, with the payee's newest account beside it. A
// month that was paid and taken back is not due again: people decide what becomes of it.
const monthDueSQL = `FROM entitlements e JOIN tickets t ON t.id = e.ticket_id
		LEFT JOIN LATERAL (SELECT a.id, a.number_index, a.verified_by FROM payee_accounts a WHERE a.ticket_id = e.ticket_id AND a.payee_index = e.payee_index ORDER BY a.id DESC LIMIT 1) p ON true
		WHERE e.from_month <= ? AND ? <= coalesce(e.until_month, ?) AND e.area_code LIKE ?
		  AND NOT EXISTS (SELECT 1 FROM disbursements o WHERE o.ticket_id = e.ticket_id AND o.aid_kind = e.aid_kind AND o.period = ? AND o.payee_index = e.payee_index AND (o.state <> 'cancelled' OR EXISTS (
			SELECT 1 FROM claims c WHERE c.disbursement_id = o.id AND c.why = 'late_success' AND c.recovered_fen < c.fen)))
		  AND NOT EXISTS (SELECT 1 FROM run_lines l JOIN payment_runs r ON r.id = l.run_id WHERE l.ticket_id = e.ticket_id AND l.entitlement_id = e.id AND r.period = ? AND l.state = 'waits' AND r.state IN ('draft','signed')) `

// MonthDue lists what is due of a month.
func (tx *Tx) MonthDue(ctx context.Context, county area.Code, month string, most int) (lines []ledger.RunLine, bare int, err error) {
	args := []any{month, month, month, county.Prefix() + "%", month, month}
	if err := tx.scan(ctx, "count who is due and has no account", `SELECT count(*) `+monthDueSQL+`AND (p.verified_by IS NULL OR payee_died(e.payee_index))`, args, &bare); err != nil {
		return nil, 0, err
	}
	var rows []lineOfRun
	err = tx.find(ctx, "list what is due of a month", &rows, `SELECT gen_random_uuid() AS payout_id, e.ticket_id, e.id AS entitlement_id, e.aid_kind, e.area_code, e.monthly_fen AS fen, e.payee_index,
		e.household_index, p.id AS account_id, p.number_index AS account_index `+monthDueSQL+`AND p.verified_by IS NOT NULL AND NOT payee_died(e.payee_index) ORDER BY e.id LIMIT ?`, append(args, most)...)
	for _, r := range rows {
		lines = append(lines, r.line())
	}
	return lines, bare, err
}

// RunTickets lists the tickets of the next lines of a run.
func (tx *Tx) RunTickets(ctx context.Context, r ledger.Run, most int) (ids []ticket.ID, err error) {
	err = tx.find(ctx, "list the tickets of a run", &ids, `SELECT DISTINCT ticket_id FROM run_lines WHERE run_id = ? AND seq > ? AND seq <= ? ORDER BY 1`, int64(r.ID), r.Worked, r.Worked+most)
	return ids, err
}

// dueLineRow is a line of a run with what stands beside it.
type dueLineRow struct {
	Line                 lineOfRun `gorm:"embedded"`
	Granted, Live        int64
	CallTakerID          *int64
	Township, AccountRef string
	AccountTicket        int64
	AccountPayee         []byte
	EnteredBy            int64
	VerifiedBy           *int64
	Replaced             bool
}

// DueLines loads the next lines of a run.
func (tx *Tx) DueLines(ctx context.Context, r ledger.Run, most int) ([]ledger.DueLine, error) {
	var rows []dueLineRow
	err := tx.find(ctx, "load the next lines of a run", &rows, `SELECT `+runLineColumns+`, CASE WHEN l.entitlement_id IS NULL THEN rpad(left(t.area_code, 9), 12, '0') ELSE l.area_code END AS township, t.call_taker_id,
			`+grantedSQL+` AS granted,
			(SELECT coalesce(sum(o.fen), 0)::bigint FROM disbursements o WHERE o.ticket_id = l.ticket_id AND o.state <> 'cancelled'
				AND (o.decision_id = l.decision_id AND o.state <> 'reversed' OR l.decision_id IS NULL AND o.period = ? AND o.aid_kind = l.aid_kind AND o.payee_index = l.payee_index))
				+ (`+lateSQL+`o.ticket_id = l.ticket_id AND (o.decision_id = l.decision_id OR l.decision_id IS NULL AND o.state = 'cancelled' AND o.period = ? AND o.aid_kind = l.aid_kind AND o.payee_index = l.payee_index)) AS live,
			p.public_id AS account_ref, p.ticket_id AS account_ticket, p.payee_index AS account_payee, p.entered_by, p.verified_by,
			EXISTS (SELECT 1 FROM payee_accounts n WHERE n.ticket_id = p.ticket_id AND n.payee_index = p.payee_index AND n.id > p.id) AS replaced
		FROM run_lines l JOIN tickets t ON t.id = l.ticket_id JOIN payee_accounts p ON p.id = l.account_id
		WHERE l.run_id = ? AND l.seq > ? AND l.seq <= ? ORDER BY l.seq`, r.Period, r.Period, r.Period, r.Period, r.Period, int64(r.ID), r.Worked, r.Worked+most)
	due := make([]ledger.DueLine, 0, len(rows))
	for _, w := range rows {
		l := w.Line.line()
		due = append(due, ledger.DueLine{RunLine: l, Granted: w.Granted, Live: w.Live, CallTaker: area.StaffID(deref(w.CallTakerID)), Moved: area.Code(w.Township) != l.Area,
			To: ledger.PayeeAccount{ID: l.Account, PublicID: w.AccountRef, Case: ledger.CaseID(w.AccountTicket), Payee: w.AccountPayee, Index: l.Index, EnteredBy: area.StaffID(w.EnteredBy),
				VerifiedBy: area.StaffID(deref(w.VerifiedBy)), Replaced: w.Replaced}})
	}
	return due, err
}

// grantedSQL is what the decision of a line allows now, or the month (three times a parameter) of its entitlement: nothing
// to who has died since.
const grantedSQL = `coalesce(CASE WHEN l.entitlement_id IS NULL THEN (SELECT d.fen FROM decisions d WHERE d.id = l.decision_id AND d.state = 'approved')
			ELSE (SELECT e.monthly_fen FROM entitlements e WHERE e.id = l.entitlement_id AND e.from_month <= ? AND ? <= coalesce(e.until_month, ?) AND NOT payee_died(e.payee_index)) END, 0)`

// CarryRun takes the signed run that is due, has waited longest and that nobody else has in hand, and does
// something with it in one transaction; false where none waits.
func (db *DB) CarryRun(ctx context.Context, do func(context.Context, relief.RunTx, *ledger.Run) error) (carried bool, err error) {
	err = db.InTx(ctx, act.SystemRuns, func(tx *Tx) error {
		r, err := one[runRow](ctx, tx, "run", `SELECT `+runColumns+` FROM payment_runs r WHERE r.next_at <= (SELECT app_now()) ORDER BY r.next_at, r.id LIMIT 1 FOR UPDATE SKIP LOCKED`)
		if errors.Is(err, act.ErrNotFound) {
			return nil
		}
		if err != nil {
			return err
		}
		carried = true
		run := r.run()
		return do(ctx, tx, &run)
	})
	return carried && err == nil, err
}

// RunFailed takes a run of which a part was rolled back, in a transaction of its own, unless somebody has
// changed it since.
func (db *DB) RunFailed(ctx context.Context, failed ledger.Run, do func(context.Context, relief.RunTx, *ledger.Run) error) error {
	return db.InTx(ctx, act.SystemRuns, func(tx *Tx) error {
		run, err := tx.RunForUpdate(ctx, failed.PublicID)
		if err != nil || run.Version != failed.Version {
			return err
		}
		return do(ctx, tx, &run)
	})
}
