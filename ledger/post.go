package ledger

import (
	"context"
	"fmt"
)

// books are locked accounts, by what they are.
type books map[AccountRef]Account

// post writes entries in order: it locks their accounts, applies each posting to its
// balance, and appends. One act calls it once, so that locks are taken in one order
// everywhere.
func post(ctx context.Context, tx Tx, entries ...Entry) error {
	if len(entries) == 0 {
		return nil
	}
	held, err := lock(ctx, tx, refsOf(entries))
	if err != nil {
		return err
	}
	return held.write(ctx, tx, entries...)
}

// refsOf are the accounts that entries move, each once.
func refsOf(entries []Entry) (refs []AccountRef) {
	known := map[AccountRef]bool{}
	for _, e := range entries {
		for _, p := range e.Postings {
			if !known[p.Ref] {
				known[p.Ref] = true
				refs = append(refs, p.Ref)
			}
		}
	}
	return refs
}

// lock takes accounts in one step, by ascending id, and opens what is missing. Those
// of ifThere are left out where nobody has opened them.
func lock(ctx context.Context, tx Tx, refs []AccountRef, ifThere ...AccountRef) (books, error) {
	locked, err := tx.LockAccounts(ctx, refs, ifThere...)
	if err != nil {
		return nil, err
	}
	held := books{}
	for _, a := range locked {
		held[a.AccountRef] = a
	}
	return held, nil
}

// write applies entries to the locked accounts and appends them.
func (held books) write(ctx context.Context, tx Tx, entries ...Entry) error {
	added := make([]*Entry, 0, len(entries))
	for i := range entries {
		e := &entries[i]
		if err := e.check(); err != nil {
			return err
		}
		for j := range e.Postings {
			p := &e.Postings[j]
			before, there := held[p.Ref]
			if !there {
				return fmt.Errorf("entry %s posts to an account of %s that is not locked", e.Key, p.Ref.Kind)
			}
			after, err := before.with(*p)
			if err != nil {
				return err
			}
			p.Account, held[p.Ref] = after.ID, after
		}
		added = append(added, e)
	}
	return tx.AddLedgerEntries(ctx, added)
}

// entry makes an entry of the payout, keyed so that it happens once.
func (d Disbursement) entry(effect string, ev Event, debit, credit AccountRef) Entry {
	e := entry(d.key(effect), ev, d.Area, debit, credit, d.Fen)
	e.Disbursement = d.ID
	if credit.Kind == Stock {
		e.Goods = d.leaving()
	}
	return e
}

// reservation is the hold of the present attempt: on the float, on the standing
// advance of the payer, or on goods in the store.
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
