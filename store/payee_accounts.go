package store

import (
	"context"
	"time"

	"github.com/google/uuid"

	"example.org/hotline/area"
	"example.org/hotline/internal/act"
	"example.org/hotline/ledger"
	"example.org/hotline/relief"
	"example.org/hotline/ticket"
)

// accountIndexColumn keeps the blind index of account numbers apart from all others.
const accountIndexColumn = "payee_accounts.number"

// AccountIndex is the blind index under which an account number is found again.
func (tx *Tx) AccountIndex(number string) []byte {
	return tx.db.sealer.Index(accountIndexColumn, number)
}

// payeeAccountRow is a row of payee_accounts with what is read beside it.
type payeeAccountRow struct {
	ID, TicketID, EnteredBy                             int64
	PublicID, Bank                                      string
	PayeeIndex, NumberSealed, HolderSealed, NumberIndex []byte
	EnteredAt                                           time.Time
	VerifiedBy                                          *int64
	VerifiedAt                                          *time.Time
	Replaced                                            bool
	Enterer                                             string  // of pages only
	Verifier                                            *string // of pages only
}

const payeeAccountColumns = `p.id, p.public_id, p.ticket_id, p.payee_index, p.number_sealed, p.holder_sealed, p.number_index, p.bank, p.entered_by, p.entered_at, p.verified_by, p.verified_at,
	EXISTS (SELECT 1 FROM payee_accounts n WHERE n.ticket_id = p.ticket_id AND n.payee_index = p.payee_index AND n.id > p.id) AS replaced`

func (tx *Tx) payeeAccount(r payeeAccountRow) (a relief.PayeeAccount, err error) {
	a = relief.PayeeAccount{PayeeAccount: ledger.PayeeAccount{ID: ledger.PayeeAccountID(r.ID), PublicID: r.PublicID, Case: ledger.CaseID(r.TicketID), Payee: r.PayeeIndex,
		Index: r.NumberIndex, EnteredBy: area.StaffID(r.EnteredBy), VerifiedBy: area.StaffID(deref(r.VerifiedBy)), Replaced: r.Replaced},
		Bank: r.Bank, EnteredAt: r.EnteredAt.UTC(), VerifiedAt: orZero(r.VerifiedAt)}
	if a.Number, err = tx.openText("payee_accounts.number", r.PublicID, r.NumberSealed); err != nil {
		return a, err
	}
	a.Holder, err = tx.openText("payee_accounts.holder", r.PublicID, r.HolderSealed)
	return a, err
}

// AddPayeeAccount writes a version of an account.
func (tx *Tx) AddPayeeAccount(ctx context.Context, a *relief.PayeeAccount) error {
	number, err := tx.sealText("payee_accounts.number", a.PublicID, a.Number)
	if err != nil {
		return err
	}
	holder, err := tx.sealText("payee_accounts.holder", a.PublicID, a.Holder)
	if err != nil {
		return err
	}
	return tx.insert(ctx, "account", (*int64)(&a.ID), `INSERT INTO payee_accounts (public_id, ticket_id, payee_index, number_sealed, holder_sealed, number_index, bank, entered_by, entered_at)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (public_id) DO NOTHING RETURNING id`,
		a.PublicID, int64(a.Case), a.Payee, number, holder, a.Index, a.Bank, int64(a.EnteredBy), a.EnteredAt)
}

// PayeeAccountByRef loads an account by its public id.
func (tx *Tx) PayeeAccountByRef(ctx context.Context, publicID string) (relief.PayeeAccount, error) {
	if uuid.Validate(publicID) != nil {
		return relief.PayeeAccount{}, act.NotFound("account")
	}
	r, err := one[payeeAccountRow](ctx, tx, "account", `SELECT `+payeeAccountColumns+` FROM payee_accounts p WHERE p.public_id = ?`, publicID)
	if err != nil {
		return relief.PayeeAccount{}, err
	}
	return tx.payeeAccount(r)
}

// PayeeAccount loads an account by its number.
func (tx *Tx) PayeeAccount(ctx context.Context, id ledger.PayeeAccountID) (relief.PayeeAccount, error) {
	r, err := one[payeeAccountRow](ctx, tx, "account", `SELECT `+payeeAccountColumns+` FROM payee_accounts p WHERE p.id = ?`, int64(id))
	if err != nil {
		return relief.PayeeAccount{}, err
	}
	return tx.payeeAccount(r)
}

// SaveVerified writes who verified an account.
func (tx *Tx) SaveVerified(ctx context.Context, a relief.PayeeAccount) error {
	n, err := tx.exec(ctx, "verify an account", `UPDATE payee_accounts SET verified_by = ?, verified_at = ? WHERE id = ? AND verified_by IS NULL`,
		int64(a.VerifiedBy), a.VerifiedAt, int64(a.ID))
	if err == nil && n == 0 {
		err = act.Refused("account_verified", "This account is verified already.")
	}
	return err
}

// TicketAccounts lists the accounts that were entered on a ticket, newest first.
func (tx *Tx) TicketAccounts(ctx context.Context, id ticket.ID) ([]relief.AccountView, error) {
	var rows []payeeAccountRow
	err := tx.find(ctx, "list accounts", &rows, `SELECT `+payeeAccountColumns+`, e.name AS enterer, v.name AS verifier FROM payee_accounts p
		JOIN staff e ON e.id = p.entered_by LEFT JOIN staff v ON v.id = p.verified_by WHERE p.ticket_id = ? ORDER BY p.id DESC`, int64(id))
	if err != nil {
		return nil, err
	}
	views := make([]relief.AccountView, 0, len(rows))
	for _, r := range rows {
		a, err := tx.payeeAccount(r)
		if err != nil {
			return nil, err
		}
		v := relief.AccountView{ID: a.PublicID, LastFour: a.LastFour(), Bank: a.Bank, EnteredBy: r.Enterer, EnteredAt: a.EnteredAt, VerifiedBy: deref(r.Verifier),
			VerifiedAt: utc(r.VerifiedAt), Replaced: a.Replaced, NextActs: []string{}}
		if a.CheckVerifier(tx.actor) == nil {
			v.NextActs = append(v.NextActs, "verify")
		}
		views = append(views, v)
	}
	return views, nil
}
