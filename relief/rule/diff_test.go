package rule_test

import (
	"slices"
	"testing"

	"example.org/hotline/relief/rule"
)

func TestDiff(t *testing.T) {
	seed, law := named(t, "aid-seed-2021"), named(t, "aid-law-2026")
	changes := rule.Diff(seed, law)
	for _, want := range []rule.Change{
		{Path: "version", Was: "aid-seed-2021", Is: "aid-law-2026"},
		{Path: "edge[].percent", Was: "200"},
		{Path: "edge[99].percent", Is: "150"},
		{Path: "single.percent", Is: "60"},
		{Path: "tekun.minor_below", Was: "16", Is: "18"},
		{Path: "amount.top_ups[minor].percent", Is: "10"},
		{Path: "tiers[2].groups", Was: "edge at_risk", Is: "edge hardship at_risk"},
		{Path: "catalogue[temporary_spending].cap.standard_months", Was: "10", Is: "12"},
		{Path: "authority[temporary_spending township 2021-01-01].up_to_fen", Was: "300000", Is: "500000"},
		{Path: "first_pay", Was: "same", Is: "next"},
		{Path: "fines.most_percent", Was: "300", Is: "200"},
	} {
		if !slices.Contains(changes, want) {
			t.Errorf("no %+v in %+v", want, changes)
		}
	}
	if len(changes) > 32 {
		t.Errorf("%d changes: the lists were not told apart", len(changes))
	}
	fewer := *law
	fewer.AuthorityTable = fewer.AuthorityTable[1:]
	if got := rule.Diff(law, &fewer); !slices.Equal(got, []rule.Change{{Path: "authority[dibao county 2014-05-01]", Was: "listed"}}) {
		t.Errorf("without one line: %+v", got)
	}
	if same := rule.Diff(law, law); len(same) != 0 {
		t.Errorf("of itself it differs by %+v", same)
	}
}
