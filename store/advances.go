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

// advanceRow is an act with standing advances, with its answer and the names around it.
type advanceRow struct {
	ID, ByID, Fen                                       int64
	PublicID, Kind, AreaCode, Note                      string
	ToID, HolderID, BookFen, AnsweredBy, DisbursementID *int64
	At                                                  time.Time
	Outcome, AnswerNote, ToName, Answerer, Holder       *string
	ByName, Receipt                                     string
	SourceArea                                          *string
	AnsweredAt                                          *time.Time
}

const advanceSQL = `SELECT a.id, a.public_id::text, a.kind, a.area_code, a.by_id, a.to_id, a.holder_id, a.fen, a.book_fen, a.note, a.at, a.receipt, a.disbursement_id, (SELECT d.source_area FROM disbursements d WHERE d.id = a.disbursement_id) AS source_area,
	g.outcome, g.by_id AS answered_by, g.note AS answer_note, g.at AS answered_at, b.name AS by_name, t.name AS to_name, s.name AS answerer, l.name AS holder
	FROM advance_acts a LEFT JOIN advance_signatures g ON g.act_id = a.id JOIN staff b ON b.id = a.by_id
	LEFT JOIN staff t ON t.id = a.to_id LEFT JOIN staff s ON s.id = g.by_id LEFT JOIN staff l ON l.id = a.holder_id `

func (r advanceRow) act() ledger.AdvanceAct {
	return ledger.AdvanceAct{ID: ledger.AdvanceActID(r.ID), PublicID: r.PublicID, Kind: ledger.AdvanceKind(r.Kind), Area: area.Code(r.AreaCode),
		By: area.StaffID(r.ByID), To: area.StaffID(deref(r.ToID)), Holder: area.StaffID(deref(r.HolderID)), Fen: r.Fen, BookFen: deref(r.BookFen), Note: r.Note, At: r.At.UTC(),
		Payout: ledger.DisbursementID(deref(r.DisbursementID)), Source: area.Code(deref(r.SourceArea)), Receipt: r.Receipt,
		Outcome: ledger.AdvanceOutcome(deref(r.Outcome)), AnsweredBy: area.StaffID(deref(r.AnsweredBy)), AnswerNote: deref(r.AnswerNote), AnsweredAt: orZero(r.AnsweredAt)}
}

// AccountNow reads an account without a lock.
func (tx *Tx) AccountNow(ctx context.Context, ref ledger.AccountRef) (ledger.Account, error) {
	r, err := one[accountRow](ctx, tx, "account", `SELECT `+accountColumns+` FROM accounts WHERE kind = ? AND area_code = ? AND holder = ?`, string(ref.Kind), string(ref.Area), ref.Holder)
	if errors.Is(err, act.ErrNotFound) {
		return ledger.Account{AccountRef: ref}, nil
	}
	return r.account(), err
}

// AddAdvanceAct appends an act.
func (tx *Tx) AddAdvanceAct(ctx context.Context, a *ledger.AdvanceAct) (created bool, err error) {
	var book *int64
	if a.Kind == ledger.AdvanceCount || a.Kind == ledger.AdvanceSettle {
		book = &a.BookFen
	}
	var id int64
	err = tx.scan(ctx, "add an act with an advance", `INSERT INTO advance_acts (public_id, kind, area_code, by_id, to_id, holder_id, fen, book_fen, note, at, disbursement_id, receipt) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (public_id) DO NOTHING RETURNING id`,
		[]any{a.PublicID, string(a.Kind), string(a.Area), int64(a.By), nonZero(int64(a.To)), nonZero(int64(a.Holder)), a.Fen, book, a.Note, a.At, nonZero(int64(a.Payout)), a.Receipt}, &id)
	if errors.Is(err, act.ErrNotFound) {
		return false, nil
	}
	a.ID = ledger.AdvanceActID(id)
	return err == nil, err
}

// AdvanceAct loads an act.
func (tx *Tx) AdvanceAct(ctx context.Context, publicID string) (ledger.AdvanceAct, error) {
	if uuid.Validate(publicID) != nil {
		return ledger.AdvanceAct{}, act.NotFound("advance")
	}
	r, err := one[advanceRow](ctx, tx, "advance", advanceSQL+`WHERE a.public_id = ?`, publicID)
	return r.act(), err
}

// WaitingAdvanceActs lists what waits around one person's advance.
func (tx *Tx) WaitingAdvanceActs(ctx context.Context, township area.Code, staff area.StaffID) ([]ledger.AdvanceAct, error) {
	var rows []advanceRow
	err := tx.find(ctx, "list what waits of an advance", &rows, advanceSQL+`WHERE g.act_id IS NULL AND a.area_code = ? AND (a.to_id = ? OR (a.by_id = ? AND a.kind NOT IN ('issue', 'give_back', 'settle', 'repay')) OR (a.holder_id = ? AND a.kind = 'settle')) ORDER BY a.id`,
		string(township), int64(staff), int64(staff), int64(staff))
	list := make([]ledger.AdvanceAct, 0, len(rows))
	for _, r := range rows {
		list = append(list, r.act())
	}
	return list, err
}

// GivenBack looks for an offer of a reversed payout's cash that was not refused.
func (tx *Tx) GivenBack(ctx context.Context, payout ledger.DisbursementID) (given bool, err error) {
	err = tx.scan(ctx, "look whether cash was given back", `SELECT EXISTS (SELECT 1 FROM advance_acts a LEFT JOIN advance_signatures g ON g.act_id = a.id
		WHERE a.disbursement_id = ? AND (g.outcome IS NULL OR g.outcome = 'signed'))
		OR EXISTS (SELECT 1 FROM disbursements d WHERE d.id = ? AND `+settledSQL+`)`, []any{int64(payout), int64(payout)}, &given)
	return given, err
}

// ReversedCash lists payouts whose receipt was reversed and whose payer has not brought the cash back, the oldest first; own: the actor's.
func (tx *Tx) ReversedCash(ctx context.Context, own bool) ([]ledger.ReversedCashView, error) {
	views := []ledger.ReversedCashView{}
	err := tx.find(ctx, "list cash of reversed receipts", &views, `SELECT d.public_id::text AS payout_id, coalesce(t.number, '') AS ticket_number, d.area_code AS area, d.source_area AS float, p.name AS holder, p.login, d.fen,
			d.cancel_note AS reason, d.ended_at AT TIME ZONE 'UTC' AS since,
			EXISTS (SELECT 1 FROM advance_acts a LEFT JOIN advance_signatures g ON g.act_id = a.id WHERE a.disbursement_id = d.id AND g.act_id IS NULL) AS offered
		FROM disbursements d JOIN staff p ON p.id = d.payer_id LEFT JOIN tickets t ON t.id = d.ticket_id WHERE `+notGivenBackSQL+` AND (NOT ? OR d.payer_id = ?) ORDER BY d.ended_at, d.id LIMIT 200`,
		own, int64(tx.actor.StaffID))
	return views, err
}

// TakenOn lists what somebody has taken on, and reversed payouts whose cash they still have.
func (tx *Tx) TakenOn(ctx context.Context, township area.Code, staff area.StaffID) ([]ledger.Taken, error) {
	var rows []struct{ ID, TicketID int64 }
	err := tx.find(ctx, "list the payouts that somebody has taken on", &rows, `SELECT d.id, d.ticket_id FROM disbursements d WHERE d.area_code = ? AND d.payer_id = ? AND (d.state = 'cash_issued' OR `+notGivenBackSQL+`) ORDER BY d.id`, string(township), int64(staff))
	list := make([]ledger.Taken, 0, len(rows))
	for _, r := range rows {
		list = append(list, ledger.Taken{ID: ledger.DisbursementID(r.ID), Case: ledger.CaseID(r.TicketID)})
	}
	return list, err
}

// EverStaff finds somebody by their sign-in name, whether or not they still serve.
func (tx *Tx) EverStaff(ctx context.Context, login string) (id area.StaffID, err error) {
	err = tx.scan(ctx, "find who is gone", `SELECT id FROM staff WHERE login = ?`, []any{login}, (*int64)(&id))
	return id, err
}

// AnswerAdvanceAct appends the answer.
func (tx *Tx) AnswerAdvanceAct(ctx context.Context, a ledger.AdvanceAct) error {
	n, err := tx.exec(ctx, "answer an act with an advance", `INSERT INTO advance_signatures (act_id, area_code, outcome, by_id, note, at) VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (act_id) DO NOTHING`,
		int64(a.ID), string(a.Area), string(a.Outcome), int64(a.AnsweredBy), a.AnswerNote, a.AnsweredAt)
	if err == nil && n == 0 {
		err = ledger.AlreadyAnswered()
	}
	return err
}

// mostAdvanceActs is how many acts a list shows.
const mostAdvanceActs = 100

// AdvanceActs lists the acts with standing advances that the actor has to do with, the newest
// first: what waits for anybody, and what was answered last.
func (tx *Tx) AdvanceActs(ctx context.Context, waiting, own bool) ([]ledger.AdvanceActView, error) {
	var rows []advanceRow
	me := int64(tx.actor.StaffID)
	err := tx.find(ctx, "list acts with advances", &rows, advanceSQL+`WHERE (g.act_id IS NULL) = ? AND (NOT ? OR a.by_id = ? OR a.to_id = ? OR a.holder_id = ?) ORDER BY a.id DESC LIMIT ?`, waiting, own, me, me, me, mostAdvanceActs)
	views := make([]ledger.AdvanceActView, 0, len(rows))
	for _, r := range rows {
		a := r.act()
		v := ledger.AdvanceActView{ID: a.PublicID, Kind: a.Kind, Area: string(a.Area), By: r.ByName, To: deref(r.ToName), Holder: deref(r.Holder), AmountFen: a.Fen, BookFen: r.BookFen, DifferenceFen: a.Difference(),
			Note: a.Note, Receipt: a.Receipt, At: a.At, Outcome: a.Outcome, AnsweredBy: deref(r.Answerer), AnsweredAt: utc(r.AnsweredAt), AnswerNote: a.AnswerNote, NextActs: a.NextActs(tx.actor)}
		views = append(views, v)
	}
	return views, err
}

// Advances lists what people in scope carry, or the actor's own: standing advances, and cash
// that was taken out for single payouts.
func (tx *Tx) Advances(ctx context.Context, own bool) ([]ledger.AdvanceView, error) {
	views := []ledger.AdvanceView{}
	err := tx.find(ctx, "list what people carry", &views, `SELECT a.public_id::text AS account_id, a.area_code AS area, d.name AS area_name, s.name AS holder, s.login, a.holder LIKE 'advance:%' AS advance,
			a.posted_fen, a.pending_in_fen, a.pending_out_fen, a.posted_fen - a.pending_out_fen AS available_fen
		FROM accounts a JOIN staff s ON s.id = CASE WHEN a.kind = 'cash' THEN split_part(a.holder, ':', 2)::bigint END JOIN divisions d ON d.code = a.area_code
		WHERE a.kind = 'cash' AND (a.posted_fen <> 0 OR a.pending_in_fen <> 0 OR a.pending_out_fen <> 0) AND (NOT ? OR s.id = ?)
		ORDER BY a.area_code, s.name, s.id, a.holder LIMIT 500`, own, int64(tx.actor.StaffID))
	return views, err
}

// AdvanceClaims lists what is still to be had from people who are gone, in scope, or from the actor.
func (tx *Tx) AdvanceClaims(ctx context.Context, own bool) ([]ledger.AdvanceClaimView, error) {
	views := []ledger.AdvanceClaimView{}
	err := tx.find(ctx, "list what is claimed of advances", &views, `SELECT a.public_id::text AS account_id, a.area_code AS area, d.name AS area_name, s.name AS holder, s.login, a.posted_fen AS open_fen
		FROM accounts a JOIN staff s ON s.id = CASE WHEN a.holder LIKE 'advance:%' THEN split_part(a.holder, ':', 2)::bigint END JOIN divisions d ON d.code = a.area_code
		WHERE a.kind = 'recovery' AND a.posted_fen <> 0 AND (NOT ? OR s.id = ?) ORDER BY a.area_code, s.name, s.id LIMIT 500`, own, int64(tx.actor.StaffID))
	return views, err
}
