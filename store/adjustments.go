package store

import (
	"context"
	"errors"
	"time"

	"github.com/google/uuid"

	"example.org/hotline/area"
	"example.org/hotline/internal/act"
	"example.org/hotline/ledger"
)

var _ ledger.AdjustTx = (*Tx)(nil)

// suspenseSinceSQL is when something last came into suspense account a.
const suspenseSinceSQL = `(SELECT max(e.at) FROM postings p JOIN ledger_entries e ON e.id = p.entry_id WHERE p.account_id = a.id AND e.event IN ('cash_short', 'cash_over', 'goods_missing', 'goods_surplus', 'late_success'))`

// SuspenseByRef loads a suspense account.
func (tx *Tx) SuspenseByRef(ctx context.Context, publicID string) (ledger.Account, error) {
	if uuid.Validate(publicID) != nil {
		return ledger.Account{}, act.NotFound("account")
	}
	r, err := one[accountRow](ctx, tx, "account", `SELECT `+accountColumns+` FROM accounts WHERE kind = 'suspense' AND public_id = ?`, publicID)
	return r.account(), err
}

// OpenLine reads what a line moved.
func (tx *Tx) OpenLine(ctx context.Context, county area.Code, publicID string) (fen int64, err error) {
	if uuid.Validate(publicID) != nil {
		return 0, act.NotFound("line")
	}
	l, err := one[struct {
		Fen     int64
		Settled bool
	}](ctx, tx, "line", `SELECT fen, settled_at IS NOT NULL AS settled FROM statement_lines WHERE public_id = ? AND area_code = ?`, publicID, string(county))
	if err == nil && l.Settled {
		err = lineSettled()
	}
	return l.Fen, err
}

func lineSettled() error {
	return act.Conflict("line_settled", "This line is settled already; reload to see it.")
}

// SettleLineBy matches a line with its entry.
func (tx *Tx) SettleLineBy(ctx context.Context, line string, entry ledger.EntryID) error {
	n, err := tx.exec(ctx, "settle line", `UPDATE statement_lines SET entry_id = ?, settled_by = ?, settled_at = ? WHERE public_id = ? AND settled_at IS NULL`,
		int64(entry), int64(tx.actor.StaffID), tx.now, line)
	if err == nil && n == 0 {
		err = lineSettled()
	}
	return err
}

// AddAdjustment appends an adjustment.
func (tx *Tx) AddAdjustment(ctx context.Context, a *ledger.Adjustment) (created bool, err error) {
	var id int64
	err = tx.scan(ctx, "add an adjustment", `INSERT INTO adjustments (public_id, kind, area_code, account_id, line_id, fen, voucher, note, by_id, at)
		VALUES (?, ?, ?, (SELECT id FROM accounts WHERE kind = ? AND area_code = ? AND holder = ?), (SELECT id FROM statement_lines WHERE public_id = ?::uuid), ?, ?, ?, ?, ?)
		ON CONFLICT (public_id) DO NOTHING RETURNING id`,
		[]any{a.PublicID, string(a.Kind), string(a.County), string(a.Suspense.Kind), string(a.Suspense.Area), a.Suspense.Holder, nonZero(a.Line), a.Fen, a.Voucher, a.Note, int64(a.By), a.At}, &id)
	if errors.Is(err, act.ErrNotFound) {
		return false, nil
	}
	a.ID = ledger.AdjustmentID(id)
	return err == nil, err
}

// AdjustmentWaits looks for another adjustment of the same thing.
func (tx *Tx) AdjustmentWaits(ctx context.Context, a ledger.Adjustment) (waits bool, err error) {
	err = tx.scan(ctx, "look for an adjustment", `SELECT EXISTS (SELECT 1 FROM adjustments j LEFT JOIN accounts s ON s.id = j.account_id LEFT JOIN statement_lines l ON l.id = j.line_id
		WHERE (l.public_id = ?::uuid OR (s.kind, s.area_code, s.holder) = (?, ?, ?)) AND NOT EXISTS (SELECT 1 FROM adjustment_signatures g WHERE g.adjustment_id = j.id))`,
		[]any{nonZero(a.Line), string(a.Suspense.Kind), string(a.Suspense.Area), a.Suspense.Holder}, &waits)
	return waits, err
}

// adjustmentRow is an adjustment with its answer and what is shown beside it.
type adjustmentRow struct {
	ID, Fen, ByID                                                            int64
	PublicID, Kind, AreaCode, Voucher, Note, ByName                          string
	At                                                                       time.Time
	SuspenseKind, SuspenseArea, SuspenseHolder, Line, Holder, Number, Answer *string
	Outcome, Answerer                                                        *string
	AnsweredBy                                                               *int64
	AnsweredAt                                                               *time.Time
}

const adjustmentSQL = `SELECT j.id, j.public_id::text, j.kind, j.area_code, j.fen, j.voucher, j.note, j.by_id, j.at, a.kind AS suspense_kind, a.area_code AS suspense_area, a.holder AS suspense_holder,
	l.public_id::text AS line, g.outcome, g.by_id AS answered_by, g.note AS answer, g.at AS answered_at, m.name AS by_name, s.name AS answerer, w.name AS holder, t.number
	FROM adjustments j JOIN staff m ON m.id = j.by_id LEFT JOIN accounts a ON a.id = j.account_id LEFT JOIN statement_lines l ON l.id = j.line_id
	LEFT JOIN adjustment_signatures g ON g.adjustment_id = j.id LEFT JOIN staff s ON s.id = g.by_id
	LEFT JOIN staff w ON a.holder = 'advance:' || w.id LEFT JOIN disbursements d ON a.holder = 'payout:' || d.id LEFT JOIN tickets t ON t.id = d.ticket_id `

func (r adjustmentRow) adjustment() ledger.Adjustment {
	return ledger.Adjustment{ID: ledger.AdjustmentID(r.ID), PublicID: r.PublicID, Kind: ledger.AdjustmentKind(r.Kind), County: area.Code(r.AreaCode),
		Suspense: ledger.AccountRef{Kind: ledger.Kind(deref(r.SuspenseKind)), Area: area.Code(deref(r.SuspenseArea)), Holder: deref(r.SuspenseHolder)}, Line: deref(r.Line), Fen: r.Fen,
		Voucher: r.Voucher, Note: r.Note, By: area.StaffID(r.ByID), At: r.At.UTC(), Outcome: ledger.AdvanceOutcome(deref(r.Outcome)), AnsweredBy: area.StaffID(deref(r.AnsweredBy)),
		AnswerNote: deref(r.Answer), AnsweredAt: orZero(r.AnsweredAt)}
}

// Adjustment loads an adjustment.
func (tx *Tx) Adjustment(ctx context.Context, publicID string) (ledger.Adjustment, error) {
	if uuid.Validate(publicID) != nil {
		return ledger.Adjustment{}, act.NotFound("adjustment")
	}
	r, err := one[adjustmentRow](ctx, tx, "adjustment", adjustmentSQL+`WHERE j.public_id = ?`, publicID)
	return r.adjustment(), err
}

// AnswerAdjustment appends the answer.
func (tx *Tx) AnswerAdjustment(ctx context.Context, a ledger.Adjustment) error {
	n, err := tx.exec(ctx, "answer an adjustment", `INSERT INTO adjustment_signatures (adjustment_id, area_code, outcome, by_id, note, at) VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (adjustment_id) DO NOTHING`,
		int64(a.ID), string(a.County), string(a.Outcome), int64(a.AnsweredBy), a.AnswerNote, a.AnsweredAt)
	if err == nil && n == 0 {
		err = ledger.AlreadyAnswered()
	}
	return err
}

// mostAdjustments is how many one answer lists.
const mostAdjustments = 100

// Adjustments lists a county's adjustments: those that wait first, then the newest.
func (tx *Tx) Adjustments(ctx context.Context, county area.Code) ([]ledger.AdjustmentView, error) {
	var rows []adjustmentRow
	err := tx.find(ctx, "list adjustments", &rows, adjustmentSQL+`WHERE j.area_code = ? ORDER BY (g.outcome IS NULL) DESC, j.id DESC LIMIT ?`, string(county), mostAdjustments)
	views := make([]ledger.AdjustmentView, 0, len(rows))
	for _, r := range rows {
		a := r.adjustment()
		v := ledger.AdjustmentView{ID: a.PublicID, Kind: a.Kind, Area: string(a.Suspense.Area), Holder: deref(r.Holder), TicketNumber: deref(r.Number), Line: a.Line, AmountFen: a.Fen, Voucher: a.Voucher,
			Note: a.Note, By: r.ByName, At: a.At, Outcome: a.Outcome, AnsweredBy: deref(r.Answerer), AnsweredAt: utc(r.AnsweredAt), AnswerNote: a.AnswerNote, NextActs: a.NextActs(tx.actor)}
		if v.Area == "" {
			v.Area = string(a.County)
		}
		views = append(views, v)
	}
	return views, err
}

// SuspenseItems lists what stands in suspense in a county, the oldest first.
func (tx *Tx) SuspenseItems(ctx context.Context, county area.Code) ([]ledger.SuspenseView, error) {
	var rows []struct {
		View      ledger.SuspenseView `gorm:"embedded"`
		HolderRef string
	}
	err := tx.find(ctx, "list what stands in suspense", &rows, `SELECT a.public_id::text AS account_id, a.area_code AS area, a.holder NOT LIKE 'payout:%' AS count, coalesce(w.name, '') AS holder, a.holder AS holder_ref,
			coalesce(d.public_id::text, '') AS payout_id, coalesce(t.number, '') AS ticket_number, a.posted_fen AS fen, `+suspenseSinceSQL+` AT TIME ZONE 'UTC' AS since
		FROM accounts a LEFT JOIN staff w ON a.holder = 'advance:' || w.id LEFT JOIN disbursements d ON a.holder = 'payout:' || d.id LEFT JOIN tickets t ON t.id = d.ticket_id
		WHERE a.kind = 'suspense' AND a.posted_fen <> 0 AND a.area_code LIKE ? ORDER BY since, a.id LIMIT 500`, county.Prefix()+"%")
	views := make([]ledger.SuspenseView, 0, len(rows))
	for _, r := range rows {
		account := ledger.Account{AccountRef: ledger.AccountRef{Kind: ledger.Suspense, Holder: r.HolderRef}, Posted: r.View.Fen}
		r.View.Kinds = []string{}
		for _, kind := range ledger.AdjustmentsOf(account) {
			r.View.Kinds = append(r.View.Kinds, string(kind))
		}
		views = append(views, r.View)
	}
	return views, err
}
