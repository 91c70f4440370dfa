package ledger

import (
	"context"
	"fmt"
	"maps"
	"slices"
)

// Each thing that cannot be explained yet stands in a suspense account of its own until
// an adjustment ends it: what a count of a standing advance found missing or too much, by
// who carries it ("advance:7"), and what a bank has paid unforeseen when the fund did not
// have it ("payout:12").

// suspenseOf is where a sum stands that a bank has paid of a payout, and its fund cannot.
func suspenseOf(fund AccountRef, id DisbursementID) AccountRef {
	return AccountRef{Kind: Suspense, Area: fund.Area, Holder: fmt.Sprintf("payout:%d", id)}
}

// covered are the entries as the fund can bear them: a late success is a fact, whether or
// not the fund has the money, so that what it cannot cover stands in suspense until it can.
// That account is the payout's own and is opened under the payout's lock, so that nobody
// waits for it.
func (held books) covered(ctx context.Context, tx Tx, entries []Entry) ([]Entry, error) {
	then, open := maps.Clone(held), []AccountRef{}
	for i := range entries {
		e := &entries[i]
		for j := range e.Postings {
			p := &e.Postings[j]
			after, err := then[p.Ref].with(*p)
			if err != nil && e.Event == EventLateSuccess && p.Ref.Kind == Fund {
				p.Ref = suspenseOf(p.Ref, e.Disbursement)
				if !slices.Contains(open, p.Ref) {
					open = append(open, p.Ref)
				}
				continue
			}
			if err != nil {
				return nil, err
			}
			then[p.Ref] = after
		}
	}
	if len(open) == 0 {
		return entries, nil
	}
	opened, err := lock(ctx, tx, open)
	maps.Copy(held, opened)
	return entries, err
}
