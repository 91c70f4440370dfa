package store

import (
	"cmp"
	"context"
	"slices"
	"strings"

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
	Advance       bool // the standing advance of the holder, where a statement asks for it
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

// books runs fn with a county's accounts in sight where an act of one of its townships
// moves them: to find, lock and book them, and for nothing else. What the bounds of the
// actor's area would have refused beside that is refused here.
func (tx *Tx) books(ctx context.Context, refs []ledger.AccountRef, fn func() error) error {
	scope := tx.actor.Scope()
	seen := func(place area.Code) bool {
		return scope == "*" || scope != "" && strings.HasPrefix(string(place), scope)
	}
	beyond := slices.IndexFunc(refs, func(r ledger.AccountRef) bool { return r.Area.Level() == area.LevelCounty && !seen(r.Area) })
	if beyond < 0 {
		return fn()
	}
	county, own := refs[beyond].Area, false
	for _, ref := range refs {
		if ref.Area == county {
			continue
		}
		own = seen(ref.Area)
		if !own { // of a place that was merged, perhaps
			var err error
			if own, err = tx.AnswersFor(ctx, ref.Area); err != nil {
				return err
			}
		}
		if !own || ref.Area.At(area.LevelCounty) != county {
			return act.NotFound("account")
		}
	}
	if !own {
		return act.NotFound("account")
	}
	return tx.everywhere(ctx, fn)
}

// LockAccounts locks accounts by ascending id, and opens the missing ones before,
// in one order for everybody, so that two who open the same pair do not wait for
// each other. They come in the order asked for, those of ifThere only where they are there.
func (tx *Tx) LockAccounts(ctx context.Context, refs []ledger.AccountRef, ifThere ...ledger.AccountRef) (accounts []ledger.Account, err error) {
	err = tx.books(ctx, slices.Concat(refs, ifThere), func() error {
		accounts, err = tx.openAndLock(ctx, refs, ifThere)
		return err
	})
	return accounts, err
}

func (tx *Tx) openAndLock(ctx context.Context, refs, ifThere []ledger.AccountRef) ([]ledger.Account, error) {
	all := slices.Concat(refs, ifThere)
	locked, err := tx.lockAccounts(ctx, all)
	if err != nil {
		return nil, err
	}
	missing := slices.DeleteFunc(slices.Clone(refs), func(r ledger.AccountRef) bool { _, there := locked[r]; return there })
	if len(missing) > 0 {
		slices.SortFunc(missing, func(a, b ledger.AccountRef) int {
			return cmp.Or(cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Area, b.Area), cmp.Compare(a.Holder, b.Holder))
		})
		for _, ref := range missing {
			if _, err := tx.exec(ctx, "open account", `INSERT INTO accounts (public_id, kind, area_code, holder, opened_at) VALUES (?, ?, ?, ?, ?)
				ON CONFLICT (kind, area_code, holder) DO NOTHING`, uuid.NewString(), ref.Kind, ref.Area, ref.Holder, tx.now); err != nil {
				return nil, err
			}
		}
		if locked, err = tx.lockAccounts(ctx, all); err != nil {
			return nil, err
		}
	}
	accounts := make([]ledger.Account, 0, len(all))
	for i, ref := range all {
		a, there := locked[ref]
		if !there && i < len(refs) {
			return nil, act.NotFound("account")
		}
		if there {
			accounts = append(accounts, a)
		}
	}
	return accounts, nil
}

// CountyFloatHolds looks at the float of a county that the actor lies in.
func (tx *Tx) CountyFloatHolds(ctx context.Context, county area.Code, fen int64) (holds bool, err error) {
	if !county.Contains(tx.actor.Area) && !tx.actor.Area.Contains(county) {
		return false, nil
	}
	err = tx.everywhere(ctx, func() error {
		a, err := tx.AccountNow(ctx, ledger.FloatOf(county))
		holds = a.Available() >= fen
		return err
	})
	return holds, err
}

// FundLeft looks at the fund of a county that the actor lies in.
func (tx *Tx) FundLeft(ctx context.Context, county area.Code) (fen int64, err error) {
	if !county.Contains(tx.actor.Area) && !tx.actor.Area.Contains(county) {
		return 0, act.NotFound("account")
	}
	err = tx.everywhere(ctx, func() error {
		a, err := tx.AccountNow(ctx, ledger.AccountRef{Kind: ledger.Fund, Area: county})
		fen = a.Available()
		return err
	})
	return fen, err
}

func (tx *Tx) lockAccounts(ctx context.Context, refs []ledger.AccountRef) (map[ledger.AccountRef]ledger.Account, error) {
	keys := make([][]any, 0, len(refs))
	for _, r := range refs {
		keys = append(keys, []any{string(r.Kind), string(r.Area), r.Holder})
	}
	var rows []accountRow
	if err := tx.find(ctx, "lock accounts", &rows, `SELECT `+accountColumns+` FROM accounts WHERE (kind, area_code, holder) IN ? ORDER BY id FOR UPDATE`, keys); err != nil {
		return nil, err
	}
	locked := map[ledger.AccountRef]ledger.Account{}
	for _, r := range rows {
		locked[r.ref()] = r.account()
	}
	return locked, nil
}

// AddLedgerEntries appends entries with their postings. The balances follow by trigger.
func (tx *Tx) AddLedgerEntries(ctx context.Context, entries []*ledger.Entry) error {
	var refs []ledger.AccountRef
	for _, e := range entries {
		for _, p := range e.Postings {
			refs = append(refs, p.Ref)
		}
	}
	return tx.books(ctx, refs, func() error { return tx.addLedgerEntries(ctx, entries) })
}

func (tx *Tx) addLedgerEntries(ctx context.Context, entries []*ledger.Entry) error {
	byKey, values := map[string]*ledger.Entry{}, make([]any, 0, 11*len(entries))
	for _, e := range entries {
		byKey[e.Key] = e
		values = append(values, uuid.NewString(), e.Key, e.Event, e.Area, nonZero(int64(e.Disbursement)), nonZero(int64(e.Resolves)), nonZero(int64(e.Reverses)),
			tx.actor.Name, nonZero(int64(tx.actor.StaffID)), e.Reason, tx.now)
	}
	var added []struct {
		ID  int64
		Key string
	}
	if err := tx.find(ctx, "add entries", &added, `INSERT INTO ledger_entries (public_id, key, event, area_code, disbursement_id, resolves, reverses, actor, actor_id, reason, at)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`+strings.Repeat(", (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", len(entries)-1)+` ON CONFLICT DO NOTHING RETURNING id, key`, values...); err != nil {
		return err
	}
	if len(added) < len(entries) {
		return act.Conflict("already_booked", "This has been booked before and was not booked again; reload to see it.")
	}
	for _, a := range added {
		byKey[a.Key].ID = ledger.EntryID(a.ID)
	}
	var postings []map[string]any
	for _, e := range entries {
		for i, p := range e.Postings {
			postings = append(postings, map[string]any{"entry_id": int64(e.ID), "line": i + 1, "account_id": int64(p.Account), "area_code": string(p.Ref.Area),
				"layer": string(p.Layer), "fen": p.Fen, "at": tx.now})
		}
	}
	if err := translate("add postings", tx.gorm.WithContext(ctx).Table("postings").Create(postings).Error); err != nil {
		return err
	}
	for _, e := range entries {
		if err := tx.movePieces(ctx, e); err != nil {
			return err
		}
	}
	return nil
}

// LedgerEntryByKey finds an entry's id.
func (tx *Tx) LedgerEntryByKey(ctx context.Context, key string) (id ledger.EntryID, err error) {
	err = tx.scan(ctx, "find entry", `SELECT id FROM ledger_entries WHERE key = ?`, []any{key}, &id)
	return id, err
}
