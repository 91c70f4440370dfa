package ledger

import (
	"fmt"
	"math/rand/v2"
	"os"
	"strconv"
	"strings"
	"testing"

	"example.org/hotline/area"
)

// broken judges the history from the outside, without the limits' own sums.
func (h *collusion) broken() string {
	for _, what := range []string{h.over, h.actedWrongly(), h.limitBroken(), h.sentWrongly(), h.handsBroken(), h.storesBroken(), h.floatsBroken()} {
		if what != "" {
			return what
		}
	}
	return ""
}

// actedWrongly judges who did what with which payout.
func (h *collusion) actedWrongly() string {
	for _, d := range h.payouts {
		for _, who := range []area.StaffID{d.Maker, d.Checker, d.Payer, d.Companion, d.Second} {
			if who != 0 && h.relatives[who] == string(d.Payee) {
				return fmt.Sprintf("person %d took part in a payout to a relative: %+v", who, d)
			}
		}
		if d.Source != d.Area && (d.Source != county || d.Attempt == 0) {
			return fmt.Sprintf("another place's float pays: %+v", d)
		}
		if who := d.AfterReview.Reviewer; who != 0 && d.involved(who) {
			return fmt.Sprintf("%d reviewed what they had a hand in: %+v", who, d)
		}
		if d.Level == LevelSolo {
			continue
		}
		if d.Attempt > 0 && (d.Checker == 0 || d.Checker == d.Maker || d.Checker == d.CallTaker) {
			return fmt.Sprintf("a large sum is owed on one person's word: %+v", d)
		}
		if d.Payer == 0 || d.IssuedAt.IsZero() {
			continue
		}
		if h.theirs(d) {
			return fmt.Sprintf("%d who collude took a large sum out: %+v", len(h.bad), d)
		}
		if d.Payer == d.Maker || d.Payer == d.Checker {
			return fmt.Sprintf("a large sum by fewer than three: %+v", d)
		}
	}
	return ""
}

// limitBroken holds the sums that count to the limits.
func (h *collusion) limitBroken() string {
	households, kinds, alone, towns := map[string]int64{}, map[string]int64{}, map[string]int64{}, map[string]int64{}
	for _, d := range h.payouts {
		if !d.State.Live() {
			continue
		}
		households[string(d.Household)] += d.Fen
		kinds[d.AidKind+" for "+string(d.Household)] += d.Fen
		day := area.DateOf(d.SubmittedAt)
		if d.Level == LevelSolo {
			alone[fmt.Sprint(d.Maker, " on ", day)] += d.Fen
			if d.Payer != 0 && d.Payer != d.Maker {
				alone[fmt.Sprint(d.Payer, " on ", area.DateOf(d.IssuedAt))] += d.Fen
			}
		}
		if d.Level != LevelCounty {
			towns[fmt.Sprint(d.Area, " on ", day)] += d.Fen
		}
	}
	for what, bound := range map[string]struct {
		sums map[string]int64
		most func(string) int64
	}{
		"household":                   {households, func(string) int64 { return townLimits.HouseholdFen }},
		"aid":                         {kinds, func(of string) int64 { kind, _, _ := strings.Cut(of, " "); return townLimits.AidKindFen[kind] }},
		"one person alone":            {alone, func(string) int64 { return townLimits.WorkerDayFen }},
		"township without the county": {towns, func(string) int64 { return townLimits.TownshipDayFen }},
	} {
		for who, fen := range bound.sums {
			if most := bound.most(who); fen > most {
				return fmt.Sprintf("%s %s: %d, the limit is %d", what, who, fen, most)
			}
		}
	}
	return ""
}

// spent is what counts against a budget of a year.
func (h *collusion) spent(aidKind string, year int) (fen int64) {
	for _, d := range h.payouts {
		if d.State.Live() && d.AidKind == aidKind && d.year() == year {
			fen += d.Fen
		}
	}
	return fen
}

// handsBroken judges the standing advances: nobody has signed for their
// own, and each advance holds what its acts, its payouts and its counts come to.
func (h *collusion) handsBroken() string {
	carried := map[AccountRef]int64{}
	for _, a := range h.advances {
		if a.Outcome != AdvanceSigned {
			continue
		}
		if a.AnsweredBy == a.By || a.To != 0 && a.AnsweredBy != a.To {
			return fmt.Sprintf("signed by the wrong person: %+v", a)
		}
		switch a.Kind {
		case AdvanceIssue:
			carried[a.taker()] += a.Fen
		case AdvanceHandOver:
			carried[a.taker()] += a.Fen
			carried[a.holder()] -= a.Fen
		case AdvanceReturn:
			carried[a.holder()] -= a.Fen
		case AdvanceCount:
			carried[a.holder()] += a.Fen - a.BookFen
		case AdvanceGiveBack, AdvanceSettle, AdvanceRepay: // of cash for single payouts; and nobody is gone here
		}
	}
	for _, d := range h.payouts {
		if d.Channel == ChannelAdvance && d.State == StateReceipted {
			carried[AdvanceOf(d.Area, d.Payer)] -= d.Fen
		}
	}
	for _, a := range h.accounts {
		if strings.HasPrefix(a.Holder, "advance:") && a.Kind == Cash && (a.Posted != carried[a.AccountRef] || a.Available() < 0) {
			return fmt.Sprintf("%s carries %d with %d held, the acts come to %d", a.Holder, a.Posted, a.PendingOut, carried[a.AccountRef])
		}
	}
	return ""
}

// Fewer people than the quorum, doing whatever they can think of, never pass a limit
// or pay a relative (SECURITY T20). HOTLINE_TEST_COLLUSIONS says how many histories;
// a seed that fails is printed and found again by HOTLINE_TEST_SEED.
func TestThoseWhoColludeGainNothing(t *testing.T) {
	many, first := 2000, rand.Uint64()
	if text := os.Getenv("HOTLINE_TEST_COLLUSIONS"); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil {
			t.Fatal(err)
		}
		many = n
	}
	if text := os.Getenv("HOTLINE_TEST_SEED"); text != "" {
		n, err := strconv.ParseUint(text, 10, 64)
		if err != nil {
			t.Fatal(err)
		}
		many, first = 1, n
	}
	seen := map[string]int{}
	for i := range uint64(many) {
		h := newCollusion(t, first+i, blindness{})
		if what := h.run(120); what != "" {
			t.Fatalf("seed %d: %s", first+i, what)
		}
		h.tally(seen)
	}
	t.Logf("%d histories from seed %d: %v", many, first, seen)
	for what, least := range map[string]int{"received": many / 2, "of those who collude": many / 20, "large": many / 20, "out of advances": many / 20, "signed for": many / 2, "out of the county's float": many / 40,
		"cash wanting": many / 20, "stopped at an account's limit": many / 20, "in goods": many / 40, "by bank": many / 10, "by bank, of those who collude": many / 80, "reviewed": many / 20, "tried anew": many / 100,
		"returned by the bank": many / 40, "arrived late": many / 200, "given back after a reversal": many / 50, "adjusted": many / 20, "moved to another post": many, "of another kind": many / 20, "in another township": many / 20,
		"goods by purchase": many / 20, "goods by transfer": many / 20, "goods by count": many / 10, "differences of goods": many / 40,
		"lines of runs reserved": many / 4, "lines of runs left_out": many / 4, "lines stopped by a limit": many / 40} {
		if seen[what] < least {
			t.Errorf("%d times %q: the histories prove nothing", seen[what], what)
		}
	}
}

// tally counts what a history came to.
func (h *collusion) tally(seen map[string]int) {
	seen["cash wanting"] += h.denied["float_empty"]
	seen["stopped at an account's limit"] += h.denied["account_cap"]
	seen["moved to another post"] += h.moves
	seen["returned by the bank"] += h.turns[TurnReturned]
	seen["arrived late"] += h.turns[TurnLate] + h.turns[TurnPaidTwice]
	for _, a := range h.stores[2:] { // the first two filled the stores
		if a.signed() {
			seen["goods by "+string(a.Kind)]++
			if a.Kind == StoreCount && len(a.Signatures) == 2 {
				seen["differences of goods"]++
			}
		}
	}
	for _, r := range h.runs {
		for _, l := range r.lines {
			seen["lines of runs "+string(l.State)]++
			if strings.HasSuffix(l.Why, "_cap") {
				seen["lines stopped by a limit"]++
			}
		}
	}
	for _, d := range h.payouts {
		if d.Channel == ChannelBank && d.Attempt > 1 {
			seen["tried anew"]++
		}
		if d.State != StateReceipted && d.State != StateSucceeded {
			continue
		}
		for what, is := range map[string]bool{"received": true, "out of the county's float": d.Source != d.Area, "of those who collude": h.theirs(d), "large": d.Level != LevelSolo,
			"out of advances": d.Channel == ChannelAdvance, "in goods": d.Channel == ChannelGoods, "by bank": d.Channel == ChannelBank, "by bank, of those who collude": d.Channel == ChannelBank && h.theirs(d),
			"reviewed": d.AfterReview.Outcome != "", "of another kind": d.AidKind != "urgent", "in another township": d.Area != town} {
			if is {
				seen[what]++
			}
		}
	}
	for _, a := range h.advances {
		if a.Outcome == AdvanceSigned {
			seen["signed for"]++
		}
		if a.Outcome == AdvanceSigned && a.Kind == AdvanceGiveBack {
			seen["given back after a reversal"]++
		}
	}
	for _, a := range h.adjustments {
		if a.Outcome == AdvanceSigned {
			seen["adjusted"]++
		}
	}
}

// Where a promise is taken away, the histories notice.
func TestTheHistoriesNoticeAMissingPromise(t *testing.T) {
	for name, blind := range map[string]blindness{"nobody looks into the register of relatives": {relatives: true}, "sums are not counted": {sums: true},
		"what goes to one account is not counted": {accounts: true}, "who owes a second signature is not frozen": {freezes: true}} {
		noticed := 0
		for seed := uint64(0); seed < 1000 && noticed < 3; seed++ {
			if newCollusion(t, seed, blind).run(100) != "" {
				noticed++
			}
		}
		if noticed < 3 {
			t.Errorf("%s: of 1000 histories %d notice", name, noticed)
		}
	}
}
