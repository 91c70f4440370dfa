package ledger

import (
	"context"
	"fmt"
	"slices"
)

// post writes entries in order: it locks all their accounts by ascending id,
// those that are missing opened before, applies each posting to its balance, and
// appends. One act calls it once, so that locks are taken in one order everywhere.
func post(ctx context.Context, tx Tx, entries ...Entry) error {
	accounts, err := lockAccounts(ctx, tx, entries)
	if err != nil {
		return err
	}
	added := make([]*Entry, 0, len(entries))
	for i := range entries {
		e := &entries[i]
		if err := e.check(); err != nil {
			return err
		}
		for j := range e.Postings {
			p := &e.Postings[j]
			after, err := accounts[p.Ref].with(*p)
			if err != nil {
				return err
			}
			p.Account, accounts[p.Ref] = after.ID, after
		}
		added = append(added, e)
	}
	return tx.AddLedgerEntries(ctx, added)
}

func lockAccounts(ctx context.Context, tx Tx, entries []Entry) (map[AccountRef]Account, error) {
	var refs []AccountRef
	for _, e := range entries {
		for _, p := range e.Postings {
			if !slices.Contains(refs, p.Ref) {
				refs = append(refs, p.Ref)
			}
		}
	}
	locked, err := tx.LockAccounts(ctx, refs)
	if err != nil {
		return nil, err
	}
	accounts := map[AccountRef]Account{}
	for _, a := range locked {
		accounts[a.AccountRef] = a
	}
	return accounts, nil
}

// entry makes an entry of the payout, keyed so that it happens once.
func (d Disbursement) entry(effect string, ev Event, debit, credit AccountRef) Entry {
	e := entry(d.key(effect), ev, d.Area, debit, credit, d.Fen)
	e.Disbursement = d.ID
	return e
}

// reservation is the hold of the present attempt: on the float, or on the standing
// advance of the payer.
func (d Disbursement) reservation() Entry {
	return d.entry(fmt.Sprintf("reserve:%d", d.Attempt), EventReserved, d.payable(), d.source())
}

// release ends the hold of the present attempt.
func (d Disbursement) release(ctx context.Context, tx Tx) (Entry, error) {
	return d.endHold(ctx, tx, d.reservation(), fmt.Sprintf("release:%d", d.Attempt))
}

// endHold mirrors a hold of the payout.
func (d Disbursement) endHold(ctx context.Context, tx Tx, hold Entry, effect string) (Entry, error) {
	held, err := tx.LedgerEntryByKey(ctx, hold.Key)
	if err != nil {
		return Entry{}, err
	}
	out := hold.mirror(d.key(effect), EventReleased, Released)
	out.Resolves = held
	return out, nil
}
