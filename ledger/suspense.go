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
// waits for it. What comes back of such a payout covers that first: the fund would hold
// more than the bank otherwise.
func (held books) covered(ctx context.Context, tx Tx, entries []Entry) ([]Entry, error) {
	then, open, out := maps.Clone(held), []AccountRef{}, make([]Entry, 0, len(entries))
	for _, e := range entries {
		for j := range e.Postings {
			p := &e.Postings[j]
			after, err := then[p.Ref].with(*p)
			if err != nil && e.Event == EventLateSuccess && p.Ref.Kind == Fund {
				p.Ref = suspenseOf(p.Ref, e.Disbursement)
				if _, there := held[p.Ref]; !there && !slices.Contains(open, p.Ref) {
					open = append(open, p.Ref)
				}
				after, err = then[p.Ref].with(*p)
			}
			if err != nil {
				return nil, err
			}
			then[p.Ref] = after
		}
		out = append(out, e)
		if c := e.cover(then); c.Key != "" {
			for _, p := range c.Postings {
				after, err := then[p.Ref].with(p)
				if err != nil {
					return nil, err
				}
				then[p.Ref] = after
			}
			out = append(out, c)
		}
	}
	if len(open) == 0 {
		return out, nil
	}
	opened, err := lock(ctx, tx, open)
	maps.Copy(held, opened)
	return out, err
}

// mayCover are the suspense accounts that what comes back by these entries may have to cover.
func mayCover(entries []Entry) (refs []AccountRef) {
	for _, e := range entries {
		if ref, back := e.comesBack(); back && !slices.Contains(refs, ref) {
			refs = append(refs, ref)
		}
	}
	return refs
}

// comesBack reports whether an entry brings money of a payout back into a fund, and where
// an uncovered late success of that payout would stand.
func (e Entry) comesBack() (AccountRef, bool) {
	if e.Disbursement == 0 || e.Event != EventBankReturned && e.Event != EventRecovered {
		return AccountRef{}, false
	}
	for _, p := range e.Postings {
		if p.Ref.Kind == Fund {
			return suspenseOf(p.Ref, e.Disbursement), true
		}
	}
	return AccountRef{}, false
}

// cover is the entry by which what has just come back covers what stands uncovered of the
// same payout; none where nothing does.
func (e Entry) cover(stands books) (c Entry) {
	ref, back := e.comesBack()
	if !back || stands[ref].Posted >= 0 {
		return c
	}
	for _, p := range e.Postings {
		if p.Ref.Kind == Fund {
			c = entry(e.Key+":covered", EventSuspenseCovered, e.Area, ref, p.Ref, min(p.Fen, -stands[ref].Posted))
			c.Disbursement = e.Disbursement
		}
	}
	return c
}
