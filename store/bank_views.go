package store

import (
	"context"
	"encoding/hex"
	"strings"
	"time"

	"github.com/google/uuid"

	"example.org/hotline/area"
	"example.org/hotline/internal/act"
	"example.org/hotline/ledger"
	"example.org/hotline/relief"
)

// tries lists the tries at a payout, newest first.
func (tx *Tx) tries(ctx context.Context, payout int64) ([]ledger.TryView, error) {
	var rows []struct {
		Account                        payeeAccountRow `gorm:"embedded"`
		Number                         int
		Reference, State, Reason, Code string
		Batch                          *string
		MadeAt                         time.Time
		AnsweredAt                     *time.Time
	}
	err := tx.find(ctx, "list tries", &rows, `SELECT `+payeeAccountColumns+`, a.number, a.reference, a.state, a.reason, a.code, b.public_id AS batch, a.made_at, a.answered_at
		FROM disbursement_attempts a JOIN payee_accounts p ON p.id = a.account_id LEFT JOIN bank_batches b ON b.id = a.batch_id WHERE a.disbursement_id = ? ORDER BY a.number DESC`, payout)
	if err != nil {
		return nil, err
	}
	views := make([]ledger.TryView, 0, len(rows))
	for _, r := range rows {
		a, err := tx.payeeAccount(r.Account)
		if err != nil {
			return nil, err
		}
		views = append(views, ledger.TryView{Number: r.Number, Reference: r.Reference, AccountID: a.PublicID, LastFour: a.LastFour(), State: ledger.State(r.State), Reason: r.Reason,
			Code: r.Code, BatchID: deref(r.Batch), MadeAt: r.MadeAt.UTC(), AnsweredAt: utc(r.AnsweredAt)})
	}
	return views, nil
}

// batchViewRow is a batch with the names and figures around it.
type batchViewRow struct {
	Row                                batchRow `gorm:"embedded"`
	Maker                              string
	Releaser, Closer                   *string
	Succeeded, Failed, Unknown, Untold int
	Step, Said                         *string // nil: the program does not carry it
	Tries                              *int
	SaidAt                             *time.Time
}

const batchViewSQL = `SELECT ` + batchColumns + `, m.name AS maker, r.name AS releaser, c.name AS closer, n.succeeded, n.failed, n.unknown, n.untold, e.step, e.said, e.tries, e.said_at
	FROM bank_batches b LEFT JOIN bank_errands e ON e.batch_id = b.id JOIN staff m ON m.id = b.made_by LEFT JOIN staff r ON r.id = b.released_by LEFT JOIN staff c ON c.id = b.closed_by,
	LATERAL (SELECT count(*) FILTER (WHERE a.state = 'succeeded') AS succeeded, count(*) FILTER (WHERE a.state = 'failed') AS failed, count(*) FILTER (WHERE a.state = 'unknown') AS unknown,
		count(*) FILTER (WHERE a.state IN ('sent', 'acked')) AS untold FROM disbursement_attempts a WHERE a.batch_id = b.id) n `

func (tx *Tx) batchView(r batchViewRow) relief.BatchView {
	b := r.Row.batch()
	mine := tx.actor.May(area.RoleCountyFinance) && tx.actor.Area == b.County
	v := relief.BatchView{ID: b.PublicID, Bank: b.Bank, State: b.State, Payouts: b.Payouts, AmountFen: b.Fen, ExecuteOn: b.Execute, FileName: b.FileName, MadeBy: r.Maker, MadeAt: b.MadeAt,
		ReleasedBy: deref(r.Releaser), ReleasedAt: utc(r.Row.ReleasedAt), AnswerDue: utc(r.Row.AnswerDue), ClosedBy: deref(r.Closer), ClosedAt: utc(r.Row.ClosedAt),
		Succeeded: r.Succeeded, Failed: r.Failed, Unknown: r.Unknown, Open: r.Untold, NextActs: b.Next(tx.actor.StaffID, mine, r.Unknown+r.Untold)}
	if r.Step != nil {
		v.Wire = &relief.WireView{Step: relief.ErrandStep(*r.Step), Tries: deref(r.Tries), Said: deref(r.Said), SaidAt: utc(r.SaidAt)}
	}
	return v
}

// Batches lists batches: those with something unknown first, then the newest.
func (tx *Tx) Batches(ctx context.Context, limit int) ([]relief.BatchView, error) {
	var rows []batchViewRow
	if err := tx.find(ctx, "list batches", &rows, batchViewSQL+`ORDER BY (n.unknown > 0) DESC, b.id DESC LIMIT ?`, limit); err != nil {
		return nil, err
	}
	views := make([]relief.BatchView, 0, len(rows))
	for _, r := range rows {
		views = append(views, tx.batchView(r))
	}
	return views, nil
}

// BatchView shows one batch.
func (tx *Tx) BatchView(ctx context.Context, publicID string) (relief.BatchView, error) {
	if !batchRef.MatchString(publicID) {
		return relief.BatchView{}, act.NotFound("batch")
	}
	r, err := one[batchViewRow](ctx, tx, "batch", batchViewSQL+`WHERE b.public_id = ?`, publicID)
	if err != nil {
		return relief.BatchView{}, err
	}
	return tx.batchView(r), nil
}

// BatchItemViews lists the payouts of a batch in sight: what nobody knows first, then in the batch's order. Their tickets may
// have moved to another county since; the payouts stay the one's that pays.
func (tx *Tx) BatchItemViews(ctx context.Context, publicID string) (views []relief.BatchItemView, err error) {
	if _, err := one[struct{ ID int64 }](ctx, tx, "batch", `SELECT id FROM bank_batches WHERE public_id = ?`, publicID); err != nil {
		return nil, err
	}
	err = tx.everywhere(ctx, func() error { views, err = tx.batchItemViews(ctx, publicID); return err })
	return views, err
}

func (tx *Tx) batchItemViews(ctx context.Context, publicID string) ([]relief.BatchItemView, error) {
	var rows []struct {
		Account                                   payeeAccountRow `gorm:"embedded"`
		Payout, TicketPublic, Ticket, PayoutState string
		Reference, State, Reason, Code            string
		Seq, Number                               int
		Fen                                       int64
		AnsweredAt                                *time.Time
	}
	err := tx.find(ctx, "list a batch's payouts", &rows, `SELECT `+payeeAccountColumns+`, d.public_id AS payout, t.public_id AS ticket_public, t.number AS ticket, d.state AS payout_state,
			a.reference, a.state, a.reason, a.code, a.seq, a.number, d.fen, a.answered_at
		FROM bank_batches b JOIN disbursement_attempts a ON a.batch_id = b.id JOIN disbursements d ON d.id = a.disbursement_id JOIN tickets t ON t.id = d.ticket_id
		JOIN payee_accounts p ON p.id = a.account_id WHERE b.public_id = ? ORDER BY (a.state = 'unknown') DESC, (a.state = 'failed') DESC, a.seq`, publicID)
	if err != nil {
		return nil, err
	}
	views := make([]relief.BatchItemView, 0, len(rows))
	for _, r := range rows {
		a, err := tx.payeeAccount(r.Account)
		if err != nil {
			return nil, err
		}
		views = append(views, relief.BatchItemView{PayoutID: r.Payout, TicketID: r.TicketPublic, TicketNumber: r.Ticket, Seq: r.Seq, Try: r.Number, Reference: r.Reference, AmountFen: r.Fen,
			LastFour: a.LastFour(), State: ledger.State(r.State), PayoutState: ledger.State(r.PayoutState), Reason: r.Reason, Code: r.Code, AnsweredAt: utc(r.AnsweredAt)})
	}
	return views, nil
}

// BatchFiles lists the files of a batch, oldest first.
func (tx *Tx) BatchFiles(ctx context.Context, publicID string) ([]relief.BankFileView, error) {
	var rows []struct {
		PublicID, Direction, Name string
		Size                      int
		Sha256                    []byte
		Loader                    *string
		At                        time.Time
	}
	err := tx.find(ctx, "list a batch's files", &rows, `SELECT f.public_id, f.direction, f.name, f.size, f.sha256, s.name AS loader, f.at FROM bank_files f
		JOIN bank_batches b ON b.id = f.batch_id LEFT JOIN staff s ON s.id = f.loaded_by WHERE b.public_id = ? ORDER BY f.id`, publicID)
	views := make([]relief.BankFileView, 0, len(rows))
	for _, r := range rows {
		views = append(views, relief.BankFileView{ID: r.PublicID, Direction: relief.FileDirection(r.Direction), Name: r.Name, Size: r.Size, SHA256: hex.EncodeToString(r.Sha256),
			By: deref(r.Loader), At: r.At.UTC()})
	}
	return views, err
}

// WaitingForBank lists what is reserved for the bank in the actor's area and in no batch, oldest first, wherever its ticket is.
func (tx *Tx) WaitingForBank(ctx context.Context, limit int) (views []relief.WaitingPayout, err error) {
	err = tx.everywhere(ctx, func() error { views, err = tx.waitingForBank(ctx, limit); return err })
	return views, err
}

// ownAreas is the pattern of the codes that the actor's area holds; nothing is like it where they have none.
func (tx *Tx) ownAreas() string {
	scope := tx.actor.Scope()
	if scope == "" {
		return ""
	}
	return strings.TrimSuffix(scope, "*") + "%"
}

func (tx *Tx) waitingForBank(ctx context.Context, limit int) ([]relief.WaitingPayout, error) {
	var rows []struct {
		Account                            payeeAccountRow `gorm:"embedded"`
		Payout, TicketPublic, Ticket, Area string
		Number                             int
		Fen                                int64
		Since                              time.Time
	}
	err := tx.find(ctx, "list what waits for the bank", &rows, `SELECT `+payeeAccountColumns+`, d.public_id AS payout, t.public_id AS ticket_public, t.number AS ticket, d.area_code AS area, a.number, d.fen, a.made_at AS since
		FROM disbursements d JOIN disbursement_attempts a ON a.disbursement_id = d.id AND a.number = d.attempt JOIN tickets t ON t.id = d.ticket_id
		JOIN payee_accounts p ON p.id = a.account_id WHERE d.channel = 'bank' AND d.state = 'reserved' AND d.area_code LIKE ? ORDER BY d.id LIMIT ?`, tx.ownAreas(), limit)
	if err != nil {
		return nil, err
	}
	views := make([]relief.WaitingPayout, 0, len(rows))
	for _, r := range rows {
		a, err := tx.payeeAccount(r.Account)
		if err != nil {
			return nil, err
		}
		views = append(views, relief.WaitingPayout{PayoutID: r.Payout, TicketID: r.TicketPublic, TicketNumber: r.Ticket, Area: r.Area, AmountFen: r.Fen, LastFour: a.LastFour(), Try: r.Number, Since: r.Since.UTC()})
	}
	return views, nil
}

// Claims lists what is to be given back to the actor's area, what is open first, then the newest, wherever its ticket is.
func (tx *Tx) Claims(ctx context.Context, limit int) (views []relief.ClaimView, err error) {
	err = tx.everywhere(ctx, func() error { views, err = tx.claims(ctx, limit); return err })
	return views, err
}

func (tx *Tx) claims(ctx context.Context, limit int) ([]relief.ClaimView, error) {
	var rows []struct {
		Row                                          claimRow `gorm:"embedded"`
		Payout, TicketPublic, Ticket, Opener, Holder *string
	}
	err := tx.find(ctx, "list claims", &rows, `SELECT `+claimColumns+`, d.public_id AS payout, t.public_id AS ticket_public, t.number AS ticket, s.name AS opener, h.name AS holder FROM claims c
		LEFT JOIN disbursements d ON d.id = c.disbursement_id LEFT JOIN tickets t ON t.id = d.ticket_id LEFT JOIN staff s ON s.id = c.opened_by LEFT JOIN staff h ON h.id = c.staff_id
		WHERE c.area_code LIKE ? ORDER BY (c.recovered_fen < c.fen) DESC, c.id DESC LIMIT ?`, tx.ownAreas(), limit)
	views := make([]relief.ClaimView, 0, len(rows))
	for _, r := range rows {
		c := r.Row.claim()
		views = append(views, relief.ClaimView{ID: c.PublicID, PayoutID: deref(r.Payout), TicketID: deref(r.TicketPublic), TicketNumber: deref(r.Ticket), Holder: deref(r.Holder), AmountFen: c.Fen,
			RecoveredFen: c.Recovered, NettedAt: utc(r.Row.NettedAt), LeftFen: c.Fen - c.Recovered, Why: c.Why, Reason: c.Reason, OpenedBy: deref(r.Opener), OpenedAt: c.OpenedAt})
	}
	return views, err
}

// ClaimForUpdate locks and loads a claim by its public id.
func (tx *Tx) ClaimForUpdate(ctx context.Context, publicID string) (ledger.Claim, error) {
	if uuid.Validate(publicID) != nil {
		return ledger.Claim{}, act.NotFound("claim")
	}
	r, err := one[claimRow](ctx, tx, "claim", `SELECT `+claimColumns+` FROM claims c WHERE c.public_id = ? FOR UPDATE`, publicID)
	return r.claim(), err
}
