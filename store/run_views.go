package store

import (
	"context"
	"encoding/hex"

	"github.com/google/uuid"

	"example.org/hotline/internal/act"
	"example.org/hotline/ledger"
	"example.org/hotline/relief"
)

// runViewRow is a run with the names and figures around it.
type runViewRow struct {
	Row                              runRow `gorm:"embedded"`
	Maker                            string
	Signer                           *string
	ForBank, AtBank, Arrived, Failed int
}

const runViewSQL = `SELECT ` + runColumns + `, m.name AS maker, s.name AS signer, n.for_bank, n.at_bank, n.arrived, n.failed
	FROM payment_runs r JOIN staff m ON m.id = r.made_by LEFT JOIN staff s ON s.id = r.signed_by,
	LATERAL (SELECT count(*) FILTER (WHERE d.state IN ('reserved','batched')) AS for_bank, count(*) FILTER (WHERE d.state IN ('sent','acked','unknown')) AS at_bank,
		count(*) FILTER (WHERE d.state IN ('succeeded','reconciled')) AS arrived, count(*) FILTER (WHERE d.state IN ('failed','fixed')) AS failed
		FROM run_lines l JOIN disbursements d ON d.id = l.disbursement_id WHERE l.run_id = r.id) n `

func (tx *Tx) runView(w runViewRow) relief.RunView {
	r := w.Row.run()
	return relief.RunView{ID: r.PublicID, Source: r.Source, Period: r.Period, State: r.State, Lines: r.Lines, AmountFen: r.Fen, ContentHash: hex.EncodeToString(r.Content), MadeBy: w.Maker, MadeAt: r.MadeAt,
		SignedBy: deref(w.Signer), SignedAt: utc(w.Row.SignedAt), EndedAt: utc(w.Row.EndedAt), Worked: r.Worked, Reserved: r.Reserved, ReservedFen: r.ReservedFen, LeftOut: r.Worked - r.Reserved,
		ForBank: w.ForBank, AtBank: w.AtBank, Arrived: w.Arrived, Failed: w.Failed, Tries: r.Tries, Trouble: r.Trouble, NextAt: utc(w.Row.NextAt), NextActs: r.NextActs(tx.actor)}
}

// Runs lists runs: those that wait for a signature first, then the newest.
func (tx *Tx) Runs(ctx context.Context, limit int) ([]relief.RunView, error) {
	var rows []runViewRow
	if err := tx.find(ctx, "list runs", &rows, runViewSQL+`ORDER BY (r.state = 'draft') DESC, r.id DESC LIMIT ?`, limit); err != nil {
		return nil, err
	}
	views := make([]relief.RunView, 0, len(rows))
	for _, r := range rows {
		views = append(views, tx.runView(r))
	}
	return views, nil
}

// RunView shows one run.
func (tx *Tx) RunView(ctx context.Context, publicID string) (relief.RunView, error) {
	if uuid.Validate(publicID) != nil {
		return relief.RunView{}, act.NotFound("run")
	}
	r, err := one[runViewRow](ctx, tx, "run", runViewSQL+`WHERE r.public_id = ?`, publicID)
	if err != nil {
		return relief.RunView{}, err
	}
	return tx.runView(r), nil
}

// RunLineViews lists lines of a run in their order, on from one.
func (tx *Tx) RunLineViews(ctx context.Context, publicID string, only ledger.LineState, after, limit int) ([]relief.RunLineView, error) {
	var rows []struct {
		Account                                 payeeAccountRow `gorm:"embedded"`
		Seq                                     int
		TicketPublic, Number, AidKind, AreaCode string
		Fen                                     int64
		LineState, Why                          string
		LeftFen                                 *int64
		Payout, PayoutState                     *string
	}
	filter, args := ``, []any{publicID, after}
	if only != "" {
		filter, args = `AND l.state = ? `, append(args, only)
	}
	err := tx.find(ctx, "list the lines of a run", &rows, `SELECT `+payeeAccountColumns+`, l.seq, t.public_id AS ticket_public, t.number, l.aid_kind, l.area_code, l.fen, l.state AS line_state, l.why, l.left_fen,
			d.public_id AS payout, d.state AS payout_state
		FROM run_lines l JOIN payment_runs r ON r.id = l.run_id JOIN tickets t ON t.id = l.ticket_id JOIN payee_accounts p ON p.id = l.account_id LEFT JOIN disbursements d ON d.id = l.disbursement_id
		WHERE r.public_id = ? AND l.seq > ? `+filter+`ORDER BY l.seq LIMIT ?`, append(args, limit)...)
	if err != nil {
		return nil, err
	}
	views := make([]relief.RunLineView, 0, len(rows))
	for _, r := range rows {
		a, err := tx.payeeAccount(r.Account)
		if err != nil {
			return nil, err
		}
		views = append(views, relief.RunLineView{Seq: r.Seq, TicketID: r.TicketPublic, TicketNumber: r.Number, AidKind: r.AidKind, Area: r.AreaCode, AmountFen: r.Fen, LastFour: a.LastFour(),
			State: ledger.LineState(r.LineState), Why: r.Why, LeftFen: r.LeftFen, PayoutID: deref(r.Payout), PayoutState: ledger.State(deref(r.PayoutState))})
	}
	return views, nil
}
