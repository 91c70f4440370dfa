package ledger

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"example.org/hotline/area"
	"example.org/hotline/internal/act"
)

// bankHistory is one seeded history of payouts through a bank that says anything of
// any try it was ever given, in any order and any number of times, while people fix,
// re-issue, cancel, reverse and recover whatever they may.
type bankHistory struct {
	memory
	t       *testing.T
	seed    uint64
	dice    *rand.Rand
	people  map[area.Role]act.Actor
	tries   []Attempt       // all that the bank was ever given
	heard   map[string]Word // its last word of each that decides
	repaid  int64           // by payees
	fund    int64           // what it was given
	counted map[Turn]int
	covered int
}

func newBankHistory(t *testing.T, seed uint64) *bankHistory {
	t.Helper()
	h := &bankHistory{t: t, seed: seed, dice: rand.New(rand.NewPCG(seed, 736)), people: map[area.Role]act.Actor{}, heard: map[string]Word{}, counted: map[Turn]int{}, fund: 90_000_000}
	h.state = state{now: time.Date(2026, 11, 30, 1, 0, 0, 0, time.UTC), entries: map[string]Entry{}, frozen: map[area.StaffID][]DisbursementID{}, relatives: map[area.StaffID]string{}}
	for i, role := range []area.Role{area.RoleWorker, area.RoleTownshipHead, area.RoleCountyDuty, area.RoleCountyFinance, secondFinance} {
		who := act.Actor{StaffID: area.StaffID(i + 1), Name: string(role), Role: role, Area: town}
		if i > 2 {
			who.Role, who.Area = area.RoleCountyFinance, "990101000000"
		}
		h.people[role] = who
	}
	if seed%2 == 0 { // a county that is always short
		h.fund = 15_000
	}
	if err := h.do(act.Actor{System: "console"}, func(ctx context.Context) error { return AllocateFund(ctx, h, "990101000000", h.fund, "v") }); err != nil {
		t.Fatal(err)
	}
	return h
}

// secondFinance is a colleague of county finance.
const secondFinance area.Role = "second_finance"

// tries an act; one that is refused changes nothing.
func (h *bankHistory) try(role area.Role, fn func(context.Context) error) bool {
	h.t.Helper()
	err := h.do(h.people[role], fn)
	if err == nil {
		return true
	}
	if _, refused := err.(*act.Fault); !refused { //nolint:errorlint // a wrapped one is none of ours
		h.t.Fatalf("seed %d: %v", h.seed, err)
	}
	return false
}

// account is the newest verified account of a payee.
func account(of Disbursement, version int) PayeeAccount {
	return PayeeAccount{ID: PayeeAccountID(version), Case: of.Case, Payee: of.Payee, Index: fmt.Appendf(nil, "account-%d-%d", of.Case, version), EnteredBy: 1, VerifiedBy: 2}
}

func (h *bankHistory) step() {
	n := len(h.payouts) + 1
	if len(h.payouts) == 0 || h.dice.IntN(6) == 0 && n < 12 {
		d := Disbursement{Case: CaseID(n), Payee: fmt.Appendf(nil, "payee-%d", n)}
		h.try(area.RoleWorker, func(ctx context.Context) error {
			_, _, err := Start(ctx, h, StartInput{PublicID: fmt.Sprintf("%08d-0000-4000-8000-000000000000", n), Case: d.Case, Decision: DecisionID(n), AidKind: "urgent", Channel: ChannelBank,
				Area: town, Fen: int64(1000 * n), Payee: d.Payee, Household: d.Payee, Account: account(d, 1), Granted: int64(1000 * n), Limits: townLimits})
			return err
		})
		return
	}
	d := h.payouts[h.dice.IntN(len(h.payouts))]
	switch h.dice.IntN(17) {
	case 0, 1:
		h.send()
	case 2, 3, 4, 5, 6:
		h.bank()
	case 11, 12, 13:
		h.finance(d)
	case 7:
		h.try(area.RoleCountyFinance, func(ctx context.Context) error { _, err := LoseAnswer(ctx, h, []Line{h.line(d)}); return err })
	case 8:
		d = h.oneThatIs(d, StateFailed)
		h.try(area.RoleWorker, func(ctx context.Context) error {
			return Fix(ctx, h, &d, account(d, d.Attempt+1), townLimits)
		})
	case 9, 14:
		d = h.oneThatIs(d, StateFixed)
		h.try(area.RoleCountyDuty, func(ctx context.Context) error { return Reissue(ctx, h, &d, account(d, d.Attempt+1)) })
	case 10:
		if h.dice.IntN(3) == 0 {
			h.try(area.RoleTownshipHead, func(ctx context.Context) error { return Cancel(ctx, h, &d, "no longer") })
		} else if h.dice.IntN(3) == 0 {
			h.try(area.RoleCountyFinance, func(ctx context.Context) error { return Reverse(ctx, h, &d, "fraud") })
		}
	default:
		if h.dice.IntN(4) == 0 {
			h.recover()
		}
	}
}

// oneThatIs is the newest payout in a state, or the one given.
func (h *bankHistory) oneThatIs(otherwise Disbursement, s State) Disbursement {
	for _, d := range slices.Backward(h.payouts) {
		if d.State == s {
			return d
		}
	}
	return otherwise
}

// send batches what is reserved and lets it go, or throws the draft away.
func (h *bankHistory) send() {
	var lines []Line
	for _, d := range h.payouts {
		arrived := slices.ContainsFunc(h.attempts, func(a Attempt) bool { return a.Disbursement == d.ID && a.State == StateSucceeded })
		if d.State == StateReserved && h.dice.IntN(2) == 0 && (!arrived || h.dice.IntN(8) == 0) {
			lines = append(lines, h.line(d))
		}
	}
	h.try(area.RoleCountyFinance, func(ctx context.Context) error { return PutInBatch(ctx, h, 1, lines) })
	if h.dice.IntN(5) == 0 {
		h.try(area.RoleCountyFinance, func(ctx context.Context) error { return TakeOutOfBatch(ctx, h, lines) })
		return
	}
	if h.try(area.RoleCountyFinance, func(ctx context.Context) error { return SendToBank(ctx, h, lines, 4) }) {
		for _, l := range lines {
			h.tries = append(h.tries, *l.Attempt)
		}
	}
}

// bank says something of one try that it was given, maybe long ago.
func (h *bankHistory) bank() {
	if len(h.tries) == 0 {
		return
	}
	given := h.tries[h.dice.IntN(len(h.tries))]
	if h.dice.IntN(2) == 0 { // mostly of what was given lately, or few second tries would get anywhere
		given = h.tries[max(0, len(h.tries)-1-h.dice.IntN(4))]
	}
	word := []Word{WordAccepted, WordSucceeded, WordFailed}[h.dice.IntN(3)]
	reason := []string{"name_mismatch", "no_funds", "other"}[h.dice.IntN(3)]
	if h.try(area.RoleCountyFinance, func(ctx context.Context) error {
		turns, err := BankSays(ctx, h, []Said{h.said(given, word, reason)})
		for _, t := range turns {
			h.counted[t]++
		}
		return err
	}) && word != WordAccepted {
		h.heard[given.Reference] = word
	}
}

func (h *bankHistory) recover() {
	for _, c := range h.claims {
		if left := c.Fen - c.Recovered; left > 0 {
			fen := 1 + h.dice.Int64N(left)
			if h.try(area.RoleCountyFinance, func(ctx context.Context) error { return Recover(ctx, h, &c, fen, fmt.Sprint("r", len(h.entries))) }) {
				h.repaid += fen
			}
			return
		}
	}
}

// broken compares the books with what the bank has said and people have paid back.
func (h *bankHistory) broken() string {
	want := map[Kind]int64{Fund: h.fund + h.repaid}
	var held int64
	for _, given := range h.tries {
		if h.heard[given.Reference] == WordSucceeded {
			want[Fund] -= h.payouts[given.Disbursement-1].Fen
		}
	}
	for _, d := range h.payouts {
		alive := 0
		for _, a := range h.attempts {
			if a.Disbursement == d.ID && slices.Contains([]State{StateReserved, StateBatched, StateSent, StateAcked, StateUnknown}, a.State) {
				alive++
			}
		}
		if alive > 1 {
			return fmt.Sprintf("%d tries at payout %d are alive", alive, d.ID)
		}
		switch d.State {
		case StateReserved, StateBatched:
			want[Payable], held = want[Payable]-d.Fen, held+d.Fen
		case StateSent, StateAcked, StateUnknown:
			want[InTransit], held = want[InTransit]-d.Fen, held+d.Fen
		case StateFailed, StateFixed:
			want[Returned] -= d.Fen
		default:
		}
		if d.State.Live() && d.State != StateSubmitted {
			want[Expense] += d.Fen
		}
	}
	var all int64
	for _, a := range h.accounts {
		all += a.Posted
		switch a.Kind {
		case Payable:
			want[Payable] -= a.Posted
		case Fund:
			want[Fund] -= a.Posted // and what it could not cover, below
		case Suspense:
			want[Fund] -= a.Posted
			if a.Posted > 0 {
				return fmt.Sprintf("%s holds %d: more was covered than was owed", a.Holder, a.Posted)
			}
		case Expense:
			if a.Holder != HolderFees && a.Posted != want[Expense] {
				return fmt.Sprintf("%s holds %d, should hold %d", a.Kind, a.Posted, want[a.Kind])
			}
		case Recovery:
			for _, c := range h.claims {
				want[Recovery] += c.Fen - c.Recovered
			}
			if a.Posted != want[Recovery] {
				return fmt.Sprintf("%d is to be claimed back, the claims say %d", a.Posted, want[Recovery])
			}
		case InTransit, Returned:
			if a.Posted != want[a.Kind] {
				return fmt.Sprintf("%s holds %d, should hold %d", a.Kind, a.Posted, want[a.Kind])
			}
		default:
		}
		if a.Kind == Fund && a.PendingOut != held {
			return fmt.Sprintf("the fund holds %d back, should hold %d", a.PendingOut, held)
		}
	}
	if want[Fund] != 0 {
		return fmt.Sprintf("fund and suspense are off by %d", want[Fund])
	}
	if what := h.paidOnce(); what != "" {
		return what
	}
	if all != 0 || want[Payable] != 0 {
		return fmt.Sprintf("the books are off by %d, what is owed by %d", all, want[Payable])
	}
	return ""
}

// A bank that says anything in any order never brings the books apart, and never
// gets a second try while the first is alive.
func TestABankThatSaysAnything(t *testing.T) {
	total, first, covered := map[Turn]int{}, rand.Uint64(), 0
	for i := range uint64(400) {
		h := newBankHistory(t, first+i)
		for range 200 {
			h.step()
			if what := h.broken(); what != "" {
				t.Fatalf("seed %d: %s", h.seed, what)
			}
		}
		covered += h.covered
		for turn, n := range h.counted {
			total[turn] += n
		}
	}
	for _, turn := range []Turn{TurnAcked, TurnSucceeded, TurnFailed, TurnReturned, TurnLate, TurnPaidTwice, TurnNetted, TurnReplaced, TurnRecovered} {
		if total[turn] < 8 {
			t.Errorf("the histories come to %q only %d times", turn, total[turn])
		}
	}
	if covered < 8 {
		t.Errorf("only %d late successes were covered afterwards", covered)
	}
	t.Logf("from seed %d: %v, %d covered afterwards", first, total, covered)
}
