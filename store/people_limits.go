package store

import (
	"context"
	"time"

	"example.org/hotline/area"
	"example.org/hotline/ledger"
	"example.org/hotline/relief/people"
	"example.org/hotline/ticket"
)

// PastPayouts locks the payouts of before that still count.
func (tx *Tx) PastPayouts(ctx context.Context, of ledger.Past, to []byte) (list []ledger.Carried, err error) {
	where, arg := `d.ticket_id = ?`, any(int64(of.Case))
	switch {
	case of.Household != nil:
		where, arg = `d.id IN (SELECT u.disbursement_id FROM limit_uses u WHERE u.kind IN ('household','entitled') AND u.key = ?)`, ledger.HouseholdKey(of.Household).Key
	case of.Payee != nil:
		where, arg = `d.payee_index = ?`, of.Payee
	}
	var rows []struct {
		ID      int64
		Kind    string
		AidKind string
		Fen     int64
		At      time.Time
	}
	err = tx.everywhere(ctx, func() error {
		// The lock first: who calls a payout off holds it, and lets all go that it counts under.
		if _, err := tx.exec(ctx, "hold payouts", `SELECT 1 FROM disbursements d WHERE `+where+` ORDER BY d.id FOR SHARE`, arg); err != nil {
			return err
		}
		return tx.find(ctx, "list what counts", &rows, `SELECT d.id, u.kind, d.aid_kind, min(u.fen) AS fen, min(u.at) AS at FROM disbursements d JOIN limit_uses u ON u.disbursement_id = d.id AND u.kind IN ('household','entitled')
			AND u.released_at IS NULL WHERE `+where+` AND NOT EXISTS (SELECT 1 FROM limit_uses n WHERE n.disbursement_id = d.id AND n.kind = u.kind AND n.key = ?)
			GROUP BY d.id, u.kind, d.aid_kind ORDER BY d.id`, arg, ledger.HouseholdKey(to).Key)
	})
	for _, r := range rows {
		list = append(list, ledger.Carried{ID: ledger.DisbursementID(r.ID), Kind: r.Kind, AidKind: r.AidKind, Fen: r.Fen, At: r.At.UTC()})
	}
	return list, err
}

// CarryLimitUse counts a payout under further keys since when it was started.
func (tx *Tx) CarryLimitUse(ctx context.Context, c ledger.Carried, keys []ledger.LimitKey) error {
	for _, k := range keys {
		if _, err := tx.exec(ctx, "carry a limit's use", `INSERT INTO limit_uses (disbursement_id, kind, key, fen, at) VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
			int64(c.ID), k.Kind, k.Key, c.Fen, c.At); err != nil {
			return err
		}
	}
	return nil
}

// CasePayees lists whom a case paid or decided to pay.
func (tx *Tx) CasePayees(ctx context.Context, t ticket.ID) (payees [][]byte, err error) {
	var rows []struct{ Payee []byte }
	err = tx.everywhere(ctx, func() error {
		return tx.find(ctx, "list a case's payees", &rows, `SELECT payee_index AS payee FROM disbursements WHERE ticket_id = ? UNION SELECT payee_index FROM decisions WHERE ticket_id = ? ORDER BY 1`, int64(t), int64(t))
	})
	for _, r := range rows {
		payees = append(payees, r.Payee)
	}
	return payees, err
}

// PaidByMonth lists the cases by which money is due to somebody each month, wherever they are.
func (tx *Tx) PaidByMonth(ctx context.Context, payee []byte) (cases []people.MonthlyCase, err error) {
	var rows []struct {
		ID, OwnerID int64
		Number      string
	}
	err = tx.everywhere(ctx, func() error {
		return tx.find(ctx, "list what is due to somebody each month", &rows, `SELECT t.id, t.number, t.owner_id FROM tickets t WHERE t.id IN (SELECT e.ticket_id FROM entitlements e WHERE e.payee_index = ?::bytea
			AND coalesce(e.until_month, '9999-12') > to_char(?::timestamptz AT TIME ZONE 'Asia/Shanghai', 'YYYY-MM')) ORDER BY t.id`, payee, tx.now)
	})
	for _, r := range rows {
		cases = append(cases, people.MonthlyCase{Ticket: ticket.ID(r.ID), Number: ticket.Number(r.Number), Owner: area.PostID(r.OwnerID)})
	}
	return cases, err
}
