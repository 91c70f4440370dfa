package ledger

import (
	"context"
	"fmt"
	"slices"
)

// post writes entries in order: it opens what accounts are missing, locks all
// of them by ascending id, applies each posting to its balance, and appends.
// One act calls it once, so that locks are taken in one order everywhere.
func post(ctx context.Context, tx Tx, entries ...Entry) error {
	accounts, ids, err := lockAccounts(ctx, tx, entries)
	if err != nil {
		return err
	}
	for i := range entries {
		e := &entries[i]
		if err := e.check(); err != nil {
			return err
		}
		for j := range e.Postings {
			p := &e.Postings[j]
			p.Account = ids[p.Ref]
			after, err := accounts[p.Account].with(*p)
			if err != nil {
				return err
			}
			accounts[p.Account] = after
		}
		if err := tx.AddLedgerEntry(ctx, e); err != nil {
			return err
		}
	}
	return nil
}

func lockAccounts(ctx context.Context, tx Tx, entries []Entry) (map[AccountID]Account, map[AccountRef]AccountID, error) {
	var refs []AccountRef
	ids := map[AccountRef]AccountID{}
	for _, e := range entries {
		for _, p := range e.Postings {
			if !slices.Contains(refs, p.Ref) {
				refs = append(refs, p.Ref)
			}
		}
	}
	opened, err := tx.OpenAccounts(ctx, refs)
	if err != nil {
		return nil, nil, err
	}
	for i, ref := range refs {
		ids[ref] = opened[i]
	}
	slices.Sort(opened)
	locked, err := tx.AccountsForUpdate(ctx, opened)
	if err != nil {
		return nil, nil, err
	}
	if len(locked) != len(refs) {
		return nil, nil, fmt.Errorf("lock accounts: found %d of %d", len(locked), len(refs))
	}
	accounts := map[AccountID]Account{}
	for _, a := range locked {
		accounts[a.ID] = a
	}
	return accounts, ids, nil
}

// entry makes an entry of the payout, keyed so that it happens once.
func (d Disbursement) entry(effect string, ev Event, debit, credit AccountRef) Entry {
	e := entry(d.key(effect), ev, d.Area, debit, credit, d.Fen)
	e.Disbursement = d.ID
	return e
}

// reservation is the hold of the present attempt.
func (d Disbursement) reservation() Entry {
	return d.entry(fmt.Sprintf("reserve:%d", d.Attempt), EventReserved, d.payable(), d.float())
}

// release ends the hold of the present attempt.
func (d Disbursement) release(ctx context.Context, tx Tx) (Entry, error) {
	held, err := tx.LedgerEntryByKey(ctx, d.reservation().Key)
	if err != nil {
		return Entry{}, err
	}
	out := d.reservation().mirror(d.key(fmt.Sprintf("release:%d", d.Attempt)), EventReleased, Released)
	out.Resolves = held.ID
	return out, nil
}
