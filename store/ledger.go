package store

import (
	"cmp"
	"context"
	"errors"
	"slices"

	"github.com/google/uuid"

	"example.org/hotline/area"
	"example.org/hotline/internal/act"
	"example.org/hotline/ledger"
)

var _ ledger.Tx = (*Tx)(nil)

// accountRow is a row of accounts.
type accountRow struct {
	ID            int64
	PublicID      string
	Kind          string
	AreaCode      string
	Holder        string
	PostedFen     int64
	PendingInFen  int64
	PendingOutFen int64
}

const accountColumns = `id, public_id, kind, area_code, holder, posted_fen, pending_in_fen, pending_out_fen`

func (r accountRow) ref() ledger.AccountRef {
	return ledger.AccountRef{Kind: ledger.Kind(r.Kind), Area: area.Code(r.AreaCode), Holder: r.Holder}
}

func (r accountRow) account() ledger.Account {
	return ledger.Account{ID: ledger.AccountID(r.ID), AccountRef: r.ref(), Posted: r.PostedFen, PendingIn: r.PendingInFen, PendingOut: r.PendingOutFen}
}

// OpenAccounts finds accounts and opens the missing ones, in one order for
// everybody, so that two who open the same pair do not wait for each other.
func (tx *Tx) OpenAccounts(ctx context.Context, refs []ledger.AccountRef) ([]ledger.AccountID, error) {
	found, err := tx.findAccounts(ctx, refs)
	if err != nil {
		return nil, err
	}
	if len(found) < len(refs) {
		sorted := slices.SortedFunc(slices.Values(refs), func(a, b ledger.AccountRef) int {
			return cmp.Or(cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Area, b.Area), cmp.Compare(a.Holder, b.Holder))
		})
		for _, ref := range sorted {
			if _, ok := found[ref]; ok {
				continue
			}
			if _, err := tx.exec(ctx, "open account", `INSERT INTO accounts (public_id, kind, area_code, holder, opened_at) VALUES (?, ?, ?, ?, ?)
				ON CONFLICT (kind, area_code, holder) DO NOTHING`, uuid.NewString(), ref.Kind, ref.Area, ref.Holder, tx.now); err != nil {
				return nil, err
			}
		}
		if found, err = tx.findAccounts(ctx, refs); err != nil {
			return nil, err
		}
	}
	ids := make([]ledger.AccountID, 0, len(refs))
	for _, ref := range refs {
		id, ok := found[ref]
		if !ok {
			return nil, act.NotFound("account")
		}
		ids = append(ids, id)
	}
	return ids, nil
}

func (tx *Tx) findAccounts(ctx context.Context, refs []ledger.AccountRef) (map[ledger.AccountRef]ledger.AccountID, error) {
	keys := make([][]any, 0, len(refs))
	for _, r := range refs {
		keys = append(keys, []any{string(r.Kind), string(r.Area), r.Holder})
	}
	var rows []accountRow
	if err := tx.find(ctx, "find accounts", &rows, `SELECT `+accountColumns+` FROM accounts WHERE (kind, area_code, holder) IN ?`, keys); err != nil {
		return nil, err
	}
	found := map[ledger.AccountRef]ledger.AccountID{}
	for _, r := range rows {
		found[r.ref()] = ledger.AccountID(r.ID)
	}
	return found, nil
}

// AccountsForUpdate locks accounts by ascending id.
func (tx *Tx) AccountsForUpdate(ctx context.Context, ids []ledger.AccountID) ([]ledger.Account, error) {
	var rows []accountRow
	err := tx.find(ctx, "lock accounts", &rows, `SELECT `+accountColumns+` FROM accounts WHERE id IN ? ORDER BY id FOR UPDATE`, ids)
	if err != nil {
		return nil, err
	}
	accounts := make([]ledger.Account, 0, len(rows))
	for _, r := range rows {
		accounts = append(accounts, r.account())
	}
	return accounts, nil
}

// AddLedgerEntry appends an entry with its postings. The balances follow by trigger.
func (tx *Tx) AddLedgerEntry(ctx context.Context, e *ledger.Entry) error {
	var id int64
	err := tx.scan(ctx, "add entry", `INSERT INTO ledger_entries (public_id, key, event, area_code, disbursement_id, resolves, reverses, actor, actor_id, reason, at)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING RETURNING id`,
		[]any{uuid.NewString(), e.Key, e.Event, e.Area, nonZero(int64(e.Disbursement)), nonZero(int64(e.Resolves)), nonZero(int64(e.Reverses)),
			tx.actor.Name, nonZero(int64(tx.actor.StaffID)), e.Reason, tx.now}, &id)
	if errors.Is(err, act.ErrNotFound) {
		return act.Conflict("already_booked", "This has been booked before and was not booked again; reload to see it.")
	}
	if err != nil {
		return err
	}
	e.ID = ledger.EntryID(id)
	rows := make([]map[string]any, 0, len(e.Postings))
	for i, p := range e.Postings {
		rows = append(rows, map[string]any{"entry_id": id, "line": i + 1, "account_id": int64(p.Account), "area_code": string(p.Ref.Area),
			"layer": string(p.Layer), "fen": p.Fen, "at": tx.now})
	}
	return translate("add postings", tx.gorm.WithContext(ctx).Table("postings").Create(rows).Error)
}

// LedgerEntryByKey finds an entry with its postings.
func (tx *Tx) LedgerEntryByKey(ctx context.Context, key string) (ledger.Entry, error) {
	e := ledger.Entry{Key: key}
	var id int64
	var of, resolves, reverses *int64
	err := tx.scan(ctx, "find entry", `SELECT id, event, area_code, disbursement_id, resolves, reverses, reason FROM ledger_entries WHERE key = ?`,
		[]any{key}, &id, &e.Event, &e.Area, &of, &resolves, &reverses, &e.Reason)
	if err != nil {
		return ledger.Entry{}, err
	}
	e.ID, e.Disbursement = ledger.EntryID(id), ledger.DisbursementID(deref(of))
	e.Resolves, e.Reverses = ledger.EntryID(deref(resolves)), ledger.EntryID(deref(reverses))
	var rows []struct {
		AccountID, Fen                int64
		Kind, AreaCode, Holder, Layer string
	}
	err = tx.find(ctx, "load postings", &rows, `SELECT p.account_id, p.fen, p.layer, a.kind, a.area_code, a.holder
		FROM postings p JOIN accounts a ON a.id = p.account_id WHERE p.entry_id = ? ORDER BY p.line`, id)
	for _, r := range rows {
		e.Postings = append(e.Postings, ledger.Posting{Account: ledger.AccountID(r.AccountID), Fen: r.Fen, Layer: ledger.Layer(r.Layer),
			Ref: ledger.AccountRef{Kind: ledger.Kind(r.Kind), Area: area.Code(r.AreaCode), Holder: r.Holder}})
	}
	return e, err
}
