package store

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"maps"
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
		opened, err := tx.openAccounts(ctx, missing)
		if err != nil {
			return nil, err
		}
		maps.Copy(locked, opened)
		if len(opened) < len(missing) { // somebody was first: theirs are locked in the order of all
			if locked, err = tx.lockAccounts(ctx, all); err != nil {
				return nil, err
			}
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

// openAccounts makes accounts, which are this transaction's alone until it commits. Those that somebody else has made
// meanwhile are left out.
func (tx *Tx) openAccounts(ctx context.Context, missing []ledger.AccountRef) (map[ledger.AccountRef]ledger.Account, error) {
	slices.SortFunc(missing, func(a, b ledger.AccountRef) int {
		return cmp.Or(cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Area, b.Area), cmp.Compare(a.Holder, b.Holder))
	})
	rows := make([]map[string]any, 0, len(missing))
	for _, ref := range missing {
		rows = append(rows, map[string]any{"public_id": uuid.NewString(), "kind": ref.Kind, "area_code": ref.Area, "holder": ref.Holder})
	}
	wanted, err := json.Marshal(rows)
	if err != nil {
		return nil, fmt.Errorf("write accounts: %w", err)
	}
	return tx.accounts(ctx, "open accounts", `INSERT INTO accounts (public_id, kind, area_code, holder, opened_at)
		SELECT a.public_id, a.kind, a.area_code, a.holder, ? FROM jsonb_to_recordset(?::jsonb) AS a (public_id uuid, kind text, area_code text, holder text)
		ON CONFLICT (kind, area_code, holder) DO NOTHING RETURNING `+accountColumns, tx.now, string(wanted))
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

// fewAccounts are those of a single act: their statement names each, and is planned once for each number of them.
const fewAccounts = 16

func (tx *Tx) lockAccounts(ctx context.Context, refs []ledger.AccountRef) (map[ledger.AccountRef]ledger.Account, error) {
	if len(refs) > fewAccounts {
		rows := make([]map[string]any, 0, len(refs))
		for _, r := range refs {
			rows = append(rows, map[string]any{"kind": r.Kind, "area_code": r.Area, "holder": r.Holder})
		}
		return tx.accounts(ctx, "lock many accounts", `SELECT a.id, a.public_id, a.kind, a.area_code, a.holder, a.posted_fen, a.pending_in_fen, a.pending_out_fen
			FROM accounts a JOIN jsonb_to_recordset(?::jsonb) AS k(kind text, area_code text, holder text) ON a.kind = k.kind AND a.area_code = k.area_code AND a.holder = k.holder
			ORDER BY a.id FOR UPDATE OF a`, jsonOf(rows))
	}
	keys := make([][]any, 0, len(refs))
	for _, r := range refs {
		keys = append(keys, []any{string(r.Kind), string(r.Area), r.Holder})
	}
	return tx.accounts(ctx, "lock accounts", `SELECT `+accountColumns+` FROM accounts WHERE (kind, area_code, holder) IN ? ORDER BY id FOR UPDATE`, keys)
}

// accounts reads what a statement gives of accounts, by what they are.
func (tx *Tx) accounts(ctx context.Context, what, sql string, args ...any) (map[ledger.AccountRef]ledger.Account, error) {
	var rows []accountRow
	if err := tx.find(ctx, what, &rows, sql, args...); err != nil {
		return nil, err
	}
	found := make(map[ledger.AccountRef]ledger.Account, len(rows))
	for _, r := range rows {
		found[r.ref()] = r.account()
	}
	return found, nil
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
	byKey := map[string]*ledger.Entry{}
	heads, lines := make([]map[string]any, 0, len(entries)), make([]map[string]any, 0, 2*len(entries))
	for _, e := range entries {
		byKey[e.Key] = e
		heads = append(heads, map[string]any{"public_id": uuid.NewString(), "key": e.Key, "event": e.Event, "area_code": e.Area, "disbursement_id": nonZero(int64(e.Disbursement)),
			"resolves": nonZero(int64(e.Resolves)), "reverses": nonZero(int64(e.Reverses)), "reason": e.Reason})
		for i, p := range e.Postings {
			lines = append(lines, map[string]any{"key": e.Key, "line": i + 1, "account_id": int64(p.Account), "area_code": p.Ref.Area, "layer": p.Layer, "fen": p.Fen})
		}
	}
	h, err := json.Marshal(heads)
	if err != nil {
		return fmt.Errorf("write entries: %w", err)
	}
	l, err := json.Marshal(lines)
	if err != nil {
		return fmt.Errorf("write postings: %w", err)
	}
	var added []struct {
		ID  int64
		Key string
	}
	// One text for any number of entries, so that it is planned once.
	if err := tx.find(ctx, "add entries", &added, `WITH entries AS (
			INSERT INTO ledger_entries (public_id, key, event, area_code, disbursement_id, resolves, reverses, actor, actor_id, reason, at)
			SELECT e.public_id, e.key, e.event, e.area_code, e.disbursement_id, e.resolves, e.reverses, ?, ?, e.reason, ?
			  FROM jsonb_to_recordset(?::jsonb) AS e (public_id uuid, key text, event text, area_code text, disbursement_id bigint, resolves bigint, reverses bigint, reason text)
			ON CONFLICT DO NOTHING RETURNING id, key, at),
		lines AS (
			INSERT INTO postings (entry_id, line, account_id, area_code, layer, fen, at)
			SELECT e.id, p.line, p.account_id, p.area_code, p.layer, p.fen, e.at
			  FROM jsonb_to_recordset(?::jsonb) AS p (key text, line smallint, account_id bigint, area_code text, layer text, fen bigint) JOIN entries e ON e.key = p.key)
		SELECT id, key FROM entries`, tx.actor.Name, nonZero(int64(tx.actor.StaffID)), tx.now, string(h), string(l)); err != nil {
		return err
	}
	if len(added) < len(entries) {
		return act.Conflict("already_booked", "This has been booked before and was not booked again; reload to see it.")
	}
	for _, a := range added {
		byKey[a.Key].ID = ledger.EntryID(a.ID)
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
