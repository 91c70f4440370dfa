package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgconn"

	"example.org/hotline/area"
	"example.org/hotline/internal/act"
	"example.org/hotline/ledger"
)

// disbursementRow is a row of disbursements.
type disbursementRow struct {
	ID, TicketID                                             int64
	DecisionID                                               *int64
	PublicID, AidKind, Period, Channel, AreaCode, SourceArea string
	Fen                                                      int64
	PayeeIndex, HouseholdIndex, ContentHash, AccountIndex    []byte
	AccountID                                                *int64
	Policy, State, Level, LevelWhy, MakerRole, CancelNote    string
	CallTakerID, CheckerID, PayerID, CompanionID, SecondID   *int64
	MakerID                                                  int64
	Attempt                                                  int
	SubmittedAt                                              time.Time
	CountyFrom, CheckedAt, ReservedAt, IssuedAt, ReceiptedAt *time.Time
	EndedAt, SecondDue, SecondAt                             *time.Time
	Version                                                  int64

	DrawnAt, DueAt, ReviewedAt *time.Time // of its review; all empty where it was not drawn
	ReviewerID                 *int64
	Outcome, ReviewNote        *string
}

const disbursementSQL = `SELECT id, public_id, ticket_id, decision_id, aid_kind, period, channel, area_code, source_area, fen, payee_index, household_index, account_id, account_index, content_hash, policy,
	state, level, level_why, call_taker_id, maker_id, maker_role, checker_id, payer_id, companion_id, second_id, attempt, cancel_note, submitted_at, county_from,
	checked_at, reserved_at, issued_at, receipted_at, ended_at, second_due, second_at, version, ` + reviewColumns + ` FROM disbursements LEFT JOIN after_reviews ON disbursement_id = id`

// reviewColumns are those of after_reviews, none of which is named as a payout's.
const reviewColumns = `drawn_at, due_at, reviewer_id, outcome, review_note, reviewed_at`

func (r disbursementRow) disbursement() ledger.Disbursement {
	return ledger.Disbursement{
		ID: ledger.DisbursementID(r.ID), PublicID: r.PublicID, Case: ledger.CaseID(r.TicketID), Decision: ledger.DecisionID(deref(r.DecisionID)),
		AidKind: r.AidKind, Period: r.Period, Channel: ledger.Channel(r.Channel), Area: area.Code(r.AreaCode), Source: area.Code(r.SourceArea), Fen: r.Fen, Payee: r.PayeeIndex, Household: r.HouseholdIndex,
		Account: ledger.PayeeAccountID(deref(r.AccountID)), AccountIndex: r.AccountIndex,
		Content: r.ContentHash, Policy: r.Policy, State: ledger.State(r.State), Level: ledger.Level(r.Level), LevelWhy: ledger.LevelWhy(r.LevelWhy),
		CallTaker: area.StaffID(deref(r.CallTakerID)), Maker: area.StaffID(r.MakerID), MakerRole: area.Role(r.MakerRole),
		Checker: area.StaffID(deref(r.CheckerID)), Payer: area.StaffID(deref(r.PayerID)), Companion: area.StaffID(deref(r.CompanionID)),
		Second: area.StaffID(deref(r.SecondID)), Attempt: r.Attempt, CancelNote: r.CancelNote, SubmittedAt: r.SubmittedAt.UTC(),
		CountyMayCheckAt: orZero(r.CountyFrom), CheckedAt: orZero(r.CheckedAt), ReservedAt: orZero(r.ReservedAt), IssuedAt: orZero(r.IssuedAt),
		ReceiptedAt: orZero(r.ReceiptedAt), EndedAt: orZero(r.EndedAt), SecondSignatureBy: orZero(r.SecondDue), SecondSignedAt: orZero(r.SecondAt),
		AfterReview: ledger.AfterReview{DrawnAt: orZero(r.DrawnAt), DueAt: orZero(r.DueAt), Reviewer: area.StaffID(deref(r.ReviewerID)),
			Outcome: ledger.ReviewOutcome(deref(r.Outcome)), Note: deref(r.ReviewNote), At: orZero(r.ReviewedAt)},
		Version: r.Version,
	}
}

// byRef resolves a public id of a table to (id, ticket id); act.ErrNotFound
// for what is no UUID, is not there or lies outside the scope.
func (tx *Tx) byRef(ctx context.Context, table, noun, publicID string) (id, ticketID int64, err error) {
	if uuid.Validate(publicID) != nil {
		return 0, 0, act.NotFound(noun)
	}
	err = tx.scan(ctx, "find "+noun, `SELECT id, ticket_id FROM `+table+` WHERE public_id = ?`, []any{publicID}, &id, &ticketID)
	if errors.Is(err, act.ErrNotFound) {
		return 0, 0, act.NotFound(noun)
	}
	return id, ticketID, err
}

// one loads the only row of a query, or tells that there is none.
func one[T any](ctx context.Context, tx *Tx, noun, sql string, args ...any) (T, error) {
	var rows []T
	var zero T
	if err := tx.find(ctx, "load "+noun, &rows, sql, args...); err != nil {
		return zero, err
	}
	if len(rows) == 0 {
		return zero, act.NotFound(noun)
	}
	return rows[0], nil
}

// DisbursementByRef resolves a payout's public id.
func (tx *Tx) DisbursementByRef(ctx context.Context, publicID string) (ledger.DisbursementID, ledger.CaseID, error) {
	id, of, err := tx.byRef(ctx, "disbursements", "payout", publicID)
	return ledger.DisbursementID(id), ledger.CaseID(of), err
}

// DisbursementCase is the ticket of a payout.
func (tx *Tx) DisbursementCase(ctx context.Context, id ledger.DisbursementID) (ledger.CaseID, error) {
	var of int64
	err := tx.scan(ctx, "find payout", `SELECT ticket_id FROM disbursements WHERE id = ?`, []any{int64(id)}, &of)
	return ledger.CaseID(of), err
}

// DisbursementForUpdate locks and loads a payout.
func (tx *Tx) DisbursementForUpdate(ctx context.Context, id ledger.DisbursementID) (ledger.Disbursement, error) {
	r, err := one[disbursementRow](ctx, tx, "payout", disbursementSQL+` WHERE id = ? FOR UPDATE OF disbursements`, int64(id))
	if err != nil {
		return ledger.Disbursement{}, err
	}
	d := r.disbursement()
	if d.Channel == ledger.ChannelGoods {
		d.Basket, err = tx.basket(ctx, d.ID)
	}
	return d, err
}

// CaseDisbursements lists the payouts of a ticket, oldest first.
func (tx *Tx) CaseDisbursements(ctx context.Context, c ledger.CaseID) ([]ledger.Disbursement, error) {
	var rows []disbursementRow
	err := tx.find(ctx, "list payouts", &rows, disbursementSQL+` WHERE ticket_id = ? ORDER BY id`, int64(c))
	list := make([]ledger.Disbursement, 0, len(rows))
	if err != nil || len(rows) == 0 {
		return list, err
	}
	late, err := tx.lateOf(ctx, c)
	for _, r := range rows {
		d := r.disbursement()
		d.Late = late[r.ID]
		list = append(list, d)
	}
	return list, err
}

// lateSQL is what the bank has paid after all of payouts o that are called off or taken
// back, as far as it has not come back: the claim is the only trace of it in force.
const lateSQL = `SELECT coalesce(sum(greatest(c.fen - c.recovered_fen, 0)), 0)::bigint FROM claims c JOIN disbursements o ON o.id = c.disbursement_id
	WHERE c.why = 'late_success' AND o.state IN ('cancelled','reversed') AND `

// lateOf is that of each payout of a ticket.
func (tx *Tx) lateOf(ctx context.Context, of ledger.CaseID) (map[int64]int64, error) {
	var rows []struct{ ID, Fen int64 }
	err := tx.find(ctx, "sum up what arrived late", &rows, `SELECT o.id, sum(greatest(c.fen - c.recovered_fen, 0))::bigint AS fen FROM disbursements o JOIN claims c ON c.disbursement_id = o.id
		WHERE o.ticket_id = ? AND o.state IN ('cancelled','reversed') AND c.why = 'late_success' GROUP BY o.id`, int64(of))
	late := make(map[int64]int64, len(rows))
	for _, r := range rows {
		late[r.ID] = r.Fen
	}
	return late, err
}

// AddDisbursement writes a new payout.
func (tx *Tx) AddDisbursement(ctx context.Context, d *ledger.Disbursement) (created bool, err error) {
	var id int64
	err = tx.scan(ctx, "add payout", `INSERT INTO disbursements (public_id, ticket_id, decision_id, aid_kind, channel, area_code, source_area, fen, payee_index,
		household_index, account_id, account_index, content_hash, policy, state, level, level_why, call_taker_id, maker_id, maker_role, submitted_at, county_from, second_due, version)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (public_id) DO NOTHING RETURNING id`,
		[]any{d.PublicID, int64(d.Case), int64(d.Decision), d.AidKind, d.Channel, d.Area, d.Source, d.Fen, d.Payee, d.Household, nonZero(int64(d.Account)), d.AccountIndex, d.Content, d.Policy, d.State, d.Level, d.LevelWhy,
			nonZero(int64(d.CallTaker)), int64(d.Maker), d.MakerRole, d.SubmittedAt, null(d.CountyMayCheckAt), null(d.SecondSignatureBy), d.Version}, &id)
	switch {
	case errors.Is(err, act.ErrNotFound):
		return false, nil
	case violates(err, "disbursements_purpose"):
		return false, act.Refused("payout_exists", "A payout of this decision is under way already; reload the ticket to see it.")
	}
	d.ID = ledger.DisbursementID(id)
	return true, err
}

// violates reports whether err is the refusal of one named constraint or index.
func violates(err error, constraint string) bool {
	var pg *pgconn.PgError
	return errors.As(err, &pg) && pg.ConstraintName == constraint
}

// SaveDisbursement writes what may change of a payout, guarded by its version.
func (tx *Tx) SaveDisbursement(ctx context.Context, d *ledger.Disbursement) error {
	n, err := tx.exec(ctx, "save payout", `UPDATE disbursements SET state = ?, source_area = ?, account_id = ?, account_index = ?, call_taker_id = ?, checker_id = ?, payer_id = ?, companion_id = ?, second_id = ?,
		attempt = ?, cancel_note = ?, checked_at = ?, reserved_at = ?, issued_at = ?, receipted_at = ?, ended_at = ?, second_at = ?, version = version + 1
		WHERE id = ? AND version = ?`,
		d.State, d.Source, nonZero(int64(d.Account)), d.AccountIndex, nonZero(int64(d.CallTaker)), nonZero(int64(d.Checker)), nonZero(int64(d.Payer)), nonZero(int64(d.Companion)), nonZero(int64(d.Second)),
		d.Attempt, d.CancelNote, null(d.CheckedAt), null(d.ReservedAt), null(d.IssuedAt), null(d.ReceiptedAt), null(d.EndedAt), null(d.SecondSignedAt),
		int64(d.ID), d.Version)
	if err != nil {
		return err
	}
	if n == 0 {
		return act.Conflict("stale_version", "The payout changed while you were looking at it; reload and decide again.")
	}
	d.Version++
	return nil
}

// LockLimits makes a row for each key and locks them in one order for everybody.
func (tx *Tx) LockLimits(ctx context.Context, keys []ledger.LimitKey) error {
	rows := make([]map[string]any, 0, len(keys))
	for _, k := range keys {
		rows = append(rows, map[string]any{"kind": k.Kind, "key": k.Key})
	}
	wanted, err := json.Marshal(rows)
	if err != nil {
		return fmt.Errorf("write limits: %w", err)
	}
	_, err = tx.exec(ctx, "lock limits", `SELECT lock_limits(?::jsonb)`, string(wanted))
	return err
}

// CountedUnder reports whether a payout counts under a key already.
func (tx *Tx) CountedUnder(ctx context.Context, id ledger.DisbursementID, key ledger.LimitKey) (counted bool, err error) {
	err = tx.scan(ctx, "look for a limit's use", `SELECT EXISTS (SELECT 1 FROM limit_uses WHERE disbursement_id = ? AND kind = ? AND key = ? AND released_at IS NULL)`,
		[]any{int64(id), key.Kind, key.Key}, &counted)
	return counted, err
}

// LimitSums sums what counts under keys since a moment; without one it reads the
// sum that is kept beside the key.
func (tx *Tx) LimitSums(ctx context.Context, of []ledger.LimitSum) ([]int64, error) {
	columns, args := make([]string, 0, len(of)), make([]any, 0, 3*len(of))
	sums, dest := make([]int64, len(of)), make([]any, len(of))
	for i, s := range of {
		dest[i] = &sums[i]
		if s.Since.IsZero() {
			columns, args = append(columns, `coalesce((SELECT used_fen FROM limit_keys WHERE kind = ? AND key = ?), 0)`), append(args, s.Kind, s.Key)
			continue
		}
		columns = append(columns, `(SELECT coalesce(sum(fen), 0)::bigint FROM limit_uses WHERE kind = ? AND key = ? AND released_at IS NULL AND at > ?)`)
		args = append(args, s.Kind, s.Key, s.Since)
	}
	return sums, tx.scan(ctx, "sum limits", `SELECT `+strings.Join(columns, ", "), args, dest...)
}

// PaidAlone sums what somebody took out on a day for solo payouts of others.
func (tx *Tx) PaidAlone(ctx context.Context, staff area.StaffID, day area.Date) (fen int64, err error) {
	err = tx.scan(ctx, "sum what was paid alone", `SELECT coalesce(sum(fen), 0)::bigint FROM disbursements WHERE payer_id = ? AND maker_id <> payer_id AND level = 'solo'
		AND state NOT IN ('cancelled','reversed') AND issued_at >= ?::date::timestamp AT TIME ZONE 'Asia/Shanghai' AND issued_at < (?::date + 1)::timestamp AT TIME ZONE 'Asia/Shanghai'`,
		[]any{int64(staff), string(day), string(day)}, &fen)
	return fen, err
}

// Budget reads the newest budget.
func (tx *Tx) Budget(ctx context.Context, county area.Code, aidKind string, year int) (fen int64, set bool, err error) {
	err = tx.scan(ctx, "read a budget", `SELECT fen FROM budgets WHERE area_code = ? AND aid_kind = ? AND year = ? ORDER BY id DESC LIMIT 1`,
		[]any{string(county), aidKind, year}, &fen)
	if errors.Is(err, act.ErrNotFound) {
		return 0, false, nil
	}
	return fen, err == nil, err
}

// AddBudget writes a budget.
func (tx *Tx) AddBudget(ctx context.Context, b ledger.Budget) error {
	n, err := tx.exec(ctx, "set a budget", `INSERT INTO budgets (area_code, aid_kind, year, fen, voucher, set_by, set_at) VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
		string(b.County), b.AidKind, b.Year, b.Fen, b.Voucher, nonZero(int64(tx.actor.StaffID)), tx.now)
	if err == nil && n == 0 {
		err = act.Conflict("already_booked", "This has been booked before and was not booked again; reload to see it.")
	}
	return err
}

// AddLimitUse counts a payout.
func (tx *Tx) AddLimitUse(ctx context.Context, id ledger.DisbursementID, keys []ledger.LimitKey, fen int64) error {
	rows := make([]map[string]any, 0, len(keys))
	for _, k := range keys {
		rows = append(rows, map[string]any{"disbursement_id": int64(id), "kind": k.Kind, "key": k.Key, "fen": fen, "at": tx.now})
	}
	return translate("count limits", tx.gorm.WithContext(ctx).Table("limit_uses").Create(rows).Error)
}

// ReleaseLimitUse stops counting a payout.
func (tx *Tx) ReleaseLimitUse(ctx context.Context, id ledger.DisbursementID) error {
	_, err := tx.exec(ctx, "release limit", `UPDATE limit_uses SET released_at = ? WHERE disbursement_id = ? AND released_at IS NULL`, tx.now, int64(id))
	return err
}

// LimitFrozen looks at the freezes and, since a timer may be late, at the due times themselves.
func (tx *Tx) LimitFrozen(ctx context.Context, staff area.StaffID) (frozen bool, err error) {
	err = tx.scan(ctx, "look for a freeze", `SELECT EXISTS (SELECT 1 FROM limit_freezes WHERE staff_id = ? AND lifted_at IS NULL)
		OR EXISTS (SELECT 1 FROM disbursements WHERE level = 'solo' AND second_at IS NULL AND second_due < ? AND state NOT IN ('cancelled','reversed')
		           AND (maker_id = ? OR payer_id = ?))`, []any{int64(staff), tx.now, int64(staff), int64(staff)}, &frozen)
	return frozen, err
}

// FreezeLimit takes a solo limit.
func (tx *Tx) FreezeLimit(ctx context.Context, staff area.StaffID, because ledger.DisbursementID) error {
	_, err := tx.exec(ctx, "freeze limit", `INSERT INTO limit_freezes (staff_id, disbursement_id, frozen_at) VALUES (?, ?, ?) ON CONFLICT DO NOTHING`,
		int64(staff), int64(because), tx.now)
	return err
}

// LiftFreezes gives back what a payout had frozen.
func (tx *Tx) LiftFreezes(ctx context.Context, because ledger.DisbursementID) error {
	_, err := tx.exec(ctx, "lift freeze", `UPDATE limit_freezes SET lifted_at = ?, lifted_by = ? WHERE disbursement_id = ? AND lifted_at IS NULL`,
		tx.now, nonZero(int64(tx.actor.StaffID)), int64(because))
	return err
}

// Related looks into the relatives register.
func (tx *Tx) Related(ctx context.Context, payee []byte, people []area.StaffID) (related bool, err error) {
	if len(people) == 0 {
		return false, nil
	}
	err = tx.scan(ctx, "look for relatives", `SELECT EXISTS (SELECT 1 FROM staff_relatives WHERE identity_index = ? AND staff_id IN ?)`,
		[]any{payee, people}, &related)
	return related, err
}
