package ledger

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"example.org/hotline/area"
	"example.org/hotline/internal/act"
)

const (
	neighbours  area.Code = "990101102000" // the township beside town
	county      area.Code = "990101000000"
	mostAdvance           = 200_000
	rice                  = 10_000 // fen for a sack
)

// The limits of these histories, as the demo city has them.
var townLimits = Limits{Policy: "test", SoloFen: 100_000, TownshipFen: 500_000, HouseholdFen: 1_000_000, HouseholdMonths: 12, AccountFen: 700_000, AidKindFen: map[string]int64{"urgent": 900_000, "heating": 400_000},
	WorkerDayFen: 300_000, TownshipDayFen: 2_000_000, SecondSignature: 24 * time.Hour, CountyMayCheck: 10 * time.Minute}

// collusion is one seeded history in which one or two of a township's people do
// whatever they can think of, with invented households and with their relatives,
// while their honest colleagues do honest work and sign nothing of theirs.
type collusion struct {
	memory
	t      *testing.T
	seed   uint64
	dice   *rand.Rand
	people []act.Actor
	bad    []area.StaffID
	mule   bool // a worker and their head invent people who all have one account
	taker  area.StaffID
	cases  int
	offers int
	wares  int
	denied map[string]int // refusals by their code
	moves  int            // people who changed their post
	over   string         // what a payout passed when it was started: its budget, or a freeze

	cards   []PayeeAccount // every version of every payee's account
	draft   *sentBatch     // waits for a second person
	batches []sentBatch
	given   []Attempt // all that the bank was ever given
	turns   map[Turn]int
	filled  int64 // what the floats were given
}

func newCollusion(t *testing.T, seed uint64, blind blindness) *collusion {
	t.Helper()
	h := &collusion{t: t, seed: seed, dice: rand.New(rand.NewPCG(seed, 12349)), turns: map[Turn]int{}, denied: map[string]int{}}
	h.blind = blind
	h.state = state{now: time.Date(2026, 12, 28, 1, 0, 0, 0, time.UTC), entries: map[string]Entry{}, frozen: map[area.StaffID][]DisbursementID{}, relatives: map[area.StaffID]string{},
		budgets: map[string]int64{budgetOf("urgent", 2026): 4_000_000, budgetOf("urgent", 2027): 3_000_000, budgetOf("heating", 2026): 1_000_000}}
	for i, post := range []struct {
		role area.Role
		at   area.Code
	}{{area.RoleWorker, town}, {area.RoleWorker, town}, {area.RoleWorker, town}, {area.RoleTownshipHead, town}, {area.RoleTownshipHead, town}, {area.RoleCountyDuty, county},
		{area.RoleCountyFinance, county}, {area.RoleAgent, county}, {area.RoleWorker, neighbours}, {area.RoleTownshipHead, neighbours}, {area.RoleCountyFinance, county}, {area.RoleCountyDuty, county}} {
		h.people = append(h.people, act.Actor{StaffID: area.StaffID(i + 1), Name: fmt.Sprint(post.role, i), Role: post.role, Area: post.at})
		h.relatives[area.StaffID(i+1)] = fmt.Sprintf("relative-of-%d", i+1)
	}
	h.taker = h.people[7].StaffID
	for range 1 + h.dice.IntN(2) {
		h.bad = append(h.bad, pick(h, h.people).StaffID)
	}
	h.mayBeMules()
	h.fill()
	return h
}

// fill puts money and goods where the history begins with them.
func (h *collusion) fill() {
	h.t.Helper()
	system := act.Actor{System: "console", Name: "console"}
	begin := func(who act.Actor, fn func(context.Context) error) {
		h.t.Helper()
		if err := h.do(who, fn); err != nil {
			h.t.Fatal(err)
		}
	}
	begin(system, func(ctx context.Context) error { return AllocateFund(ctx, h, county, 50_000_000, "v") })
	for _, float := range []struct {
		place area.Code
		fen   int64
	}{{town, pick(h, []int64{3 * mostAdvance, 1_000_000, 20_000_000})}, {neighbours, pick(h, []int64{mostAdvance, 5_000_000})}, {county, pick(h, []int64{100, 1_000_000, 15_000_000})}} {
		begin(system, func(ctx context.Context) error { return FundFloat(ctx, h, float.place, float.fen, "v") })
		h.filled += float.fen
	}
	for _, worker := range h.people[:3] {
		h.issue(h.people[3], worker)
	}
	begin(h.people[6], func(ctx context.Context) error {
		return AddGoods(ctx, h, &Goods{PublicID: "rice", Area: town, Name: "rice", Unit: "sack", CostFen: rice})
	})
	begin(h.people[6], func(ctx context.Context) error {
		return AddGoods(ctx, h, &Goods{PublicID: "county rice", Area: county, Name: "rice", Unit: "sack", CostFen: rice})
	})
	begin(h.people[6], h.buys("rice", 40))
	begin(h.people[6], h.buys("county rice", 400))
	for _, a := range h.stores {
		begin(h.people[5], func(ctx context.Context) error {
			_, err := AnswerStore(ctx, h, a.PublicID, AdvanceSigned, "")
			return err
		})
	}
}

// issue gives somebody the advance they begin with.
func (h *collusion) issue(head, worker act.Actor) {
	h.t.Helper()
	h.offers++
	id := fmt.Sprintf("%08d-0000-4000-8000-000000000001", h.offers)
	in := OfferInput{PublicID: id, Kind: AdvanceIssue, Area: town, To: area.Staff{ID: worker.StaffID, Role: worker.Role, Area: town}, Fen: mostAdvance, Most: mostAdvance}
	if err := h.do(head, func(ctx context.Context) error { _, err := OfferAdvance(ctx, h, in); return err }); err != nil {
		h.t.Fatal(err)
	}
	if err := h.do(worker, func(ctx context.Context) error { _, err := AnswerAdvance(ctx, h, id, AdvanceSigned, ""); return err }); err != nil {
		h.t.Fatal(err)
	}
}

// tries runs an act that may be refused; whatever else ends it is a fault of the books.
func (h *collusion) tries(who act.Actor, fn func(context.Context) error) (done bool) {
	h.t.Helper()
	err := h.do(who, fn)
	if err == nil {
		return true
	}
	fault, refused := errors.AsType[*act.Fault](err)
	if !refused {
		h.t.Fatalf("seed %d: an act ended without a refusal: %v", h.seed, err)
	}
	h.denied[fault.Code]++
	return false
}

func (h *collusion) colludes(who area.StaffID) bool { return slices.Contains(h.bad, who) }

// theirs reports whether a payout was made by somebody who colludes: no honest person touches it.
func (h *collusion) theirs(d Disbursement) bool { return h.colludes(d.Maker) }

func pick[T any](h *collusion, list []T) T { return list[h.dice.IntN(len(list))] }

// run plays a history and tells what it broke; empty where nothing.
func (h *collusion) run(acts int) string {
	for range acts {
		switch h.dice.IntN(30) {
		case 0, 1:
			h.now = h.now.Add(time.Duration(h.dice.Int64N(int64(30 * time.Hour))))
			h.lapse()
		case 2, 3, 4:
			h.start(h.maker())
		case 5:
			h.start(h.people[pick(h, h.bad)-1])
		case 6, 7:
			h.advance()
		case 8, 9:
			if len(h.payouts) > 0 { // anybody tries anything
				h.move(pick(h, h.people), pick(h, h.payouts), pick(h, []string{"check", "issue_cash", "receipt", "second_signature", "return_cash", "cancel", "reverse", "after_review", "fix", "reissue"}))
			}
		case 19:
			h.afterwards()
		case 10:
			h.transfer()
		case 11, 12, 13:
			h.batch()
		case 14, 15, 16:
			h.bank()
		case 17, 18:
			h.store()
		case 20, 21:
			h.payRuns()
		default:
			h.goOn()
		}
	}
	return h.broken()
}

// transfer gives somebody another role, in another place, or has finance raise what there is to spend.
func (h *collusion) transfer() {
	if h.dice.IntN(3) > 0 {
		finance, voucher := pick(h, h.people), fmt.Sprint("v", len(h.entries))
		kind, year := pick(h, []string{"urgent", "heating"}), h.now.In(area.Shanghai).Year()
		more := h.budgets[budgetOf(kind, year)] + 300_000
		if h.tries(finance, func(ctx context.Context) error {
			return FundFloat(ctx, h, pick(h, []area.Code{town, neighbours}), 300_000, voucher)
		}) {
			h.filled += 300_000
		}
		h.tries(finance, func(ctx context.Context) error {
			return SetBudget(ctx, h, Budget{County: county, AidKind: kind, Year: year, Fen: more, Voucher: voucher})
		})
		return
	}
	who := &h.people[h.dice.IntN(len(h.people))]
	who.Role = pick(h, []area.Role{area.RoleWorker, area.RoleWorker, area.RoleTownshipHead, area.RoleTownshipHead, area.RoleCountyDuty, area.RoleCountyFinance})
	who.Area = county
	if who.Role == area.RoleWorker || who.Role == area.RoleTownshipHead {
		who.Area = pick(h, []area.Code{town, town, neighbours})
	}
	h.moves++
}

// goOn does something that somebody may do; what goes backwards is seldom wanted.
func (h *collusion) goOn() {
	for range 12 {
		if len(h.payouts) == 0 {
			return
		}
		d := h.payouts[max(0, len(h.payouts)-1-h.dice.IntN(8))]
		if failed := h.failed(); len(failed) > 0 && h.dice.IntN(3) == 0 {
			d = pick(h, failed)
		}
		who := pick(h, h.people)
		if h.theirs(d) {
			who = h.people[pick(h, h.bad)-1]
		}
		if !who.Area.Contains(d.Area) || !d.State.Live() {
			continue
		}
		next := d.NextActs(who, h.now)
		if len(next) == 0 {
			continue
		}
		if name := pick(h, next); h.wants(name, d) {
			h.move(who, d, name)
			return
		}
	}
}

// lapse is what the timers of missing signatures do.
func (h *collusion) lapse() {
	for _, d := range h.payouts {
		if d.Solo() && d.SecondSignatureBy.Before(h.now) {
			h.tries(act.Actor{System: "dispatch", Name: "dispatch"}, func(ctx context.Context) error { _, err := LapseSecondSignature(ctx, h, d); return err })
		}
	}
}

// start asks for money: the honest for people who came, the others for their
// relatives, for a household again and again, or for people they invent.
func (h *collusion) start(who act.Actor) {
	h.cases++
	n := h.dice.IntN(6)
	in := StartInput{PublicID: fmt.Sprintf("%08d-0000-4000-8000-000000000000", h.cases), Case: CaseID(h.dice.IntN(h.cases) + 1), Decision: DecisionID(h.cases), AidKind: pick(h, []string{"urgent", "urgent", "heating"}),
		Channel: pick(h, []Channel{ChannelCash, ChannelCash, ChannelAdvance, ChannelAdvance, ChannelGoods, ChannelBank, ChannelBank, ChannelBank, ChannelBank}), Area: who.Area, CallTaker: h.taker, Limits: townLimits,
		Fen: pick(h, []int64{20_000, 50_000, 99_900, 100_000, 100_100, 300_000, 500_000, 600_000}), Payee: fmt.Appendf(nil, "citizen-%d", n), Household: fmt.Appendf(nil, "household-%d", n/2)}
	if in.Area == county {
		in.Area = pick(h, []area.Code{town, neighbours})
	}
	if h.colludes(who.StaffID) {
		switch invented := h.dice.IntN(3); {
		case invented == 1 || h.mule:
			in.Payee = fmt.Appendf(nil, "nobody-%d", h.cases)
			in.Household = in.Payee
		case invented == 0:
			in.Payee = []byte(h.relatives[pick(h, h.bad)])
			in.Household = in.Payee
		}
		if h.mule {
			in.Channel, in.AidKind = ChannelBank, "urgent"
		}
	}
	in.Granted = in.Fen
	switch {
	case in.Channel == ChannelBank:
		in.Account = h.card(in.Case, in.Payee, who)
	case in.Channel == ChannelGoods && in.Area == town:
		in.Basket = []GoodsLine{{Goods: 1, PublicID: "rice", Pieces: in.Fen / rice, CostFen: rice}}
	}
	owing := h.owesASignature(who.StaffID)
	var d Disbursement
	started := h.tries(who, func(ctx context.Context) (err error) {
		d, _, err = Start(ctx, h, in)
		return err
	})
	if started && d.Solo() && owing {
		h.over = fmt.Sprintf("%d pays alone again and owes a second signature: %+v", who.StaffID, d)
	}
	year := h.now.In(area.Shanghai).Year()
	if most, set := h.budgets[budgetOf(in.AidKind, year)]; started && set && h.spent(in.AidKind, year) > most {
		h.over = fmt.Sprintf("the budget of %d for %s: %d of %d", year, in.AidKind, h.spent(in.AidKind, year), most)
	}
}

// advance tries something with a standing advance: anybody anything, and honest people
// sign for nothing that those who collude have offered.
func (h *collusion) advance() {
	if h.dice.IntN(2) > 0 && len(h.advances) > 0 {
		a, who := pick(h, h.advances), pick(h, h.people)
		if h.dice.IntN(3) > 0 { // the one it waits for, or the histories would hardly get anywhere
			who = h.people[max(int(a.To), 4)-1]
		}
		if h.colludes(a.By) && !h.colludes(who.StaffID) || !who.Area.Contains(a.Area) && who.StaffID != a.By && who.StaffID != a.To {
			return
		}
		h.tries(who, func(ctx context.Context) error {
			_, err := AnswerAdvance(ctx, h, a.PublicID, pick(h, []AdvanceOutcome{AdvanceSigned, AdvanceSigned, AdvanceDeclined, AdvanceWithdrawn}), "so it is")
			return err
		})
		return
	}
	h.offers++
	to := pick(h, h.people)
	in := OfferInput{PublicID: fmt.Sprintf("%08d-0000-4000-8000-000000000001", h.offers), Kind: pick(h, append(AdvanceKinds(), AdvanceIssue, AdvanceIssue)), Area: pick(h, []area.Code{town, town, town, neighbours}), Fen: pick(h, []int64{0, 20_000, 100_000, mostAdvance}),
		Note: "as it lay there", Most: mostAdvance}
	who := pick(h, h.people)
	if in.Kind == AdvanceGiveBack && len(h.payouts) > 0 {
		in.Payout, in.Receipt = pick(h, h.payouts).PublicID, "r"
	}
	if in.Kind == AdvanceIssue {
		who = h.people[3+h.dice.IntN(2)]
	}
	if in.Kind == AdvanceIssue || in.Kind == AdvanceHandOver {
		in.To = area.Staff{ID: to.StaffID, Role: to.Role, Area: to.Area}
	}
	if in.Kind == AdvanceCount && !h.colludes(who.StaffID) {
		mine, _ := h.AccountNow(context.Background(), AdvanceOf(in.Area, who.StaffID))
		in.Fen = mine.Posted
	}
	h.tries(who, func(ctx context.Context) error { _, err := OfferAdvance(ctx, h, in); return err })
}

// move tries an act on a payout.
func (h *collusion) move(who act.Actor, d Disbursement, name string) {
	if h.theirs(d) && !h.colludes(who.StaffID) || !who.Area.Contains(d.Area) {
		return
	}
	companion := pick(h, h.people).StaffID
	if h.theirs(d) {
		companion = pick(h, h.bad)
	}
	if companion == who.StaffID && d.Solo() {
		companion = 0
	}
	var card PayeeAccount
	if name == "fix" && d.Channel == ChannelBank {
		card = h.card(d.Case, d.Payee, who)
	}
	signed := hex.EncodeToString(d.Content)
	h.tries(who, func(ctx context.Context) error {
		switch name {
		case "check":
			return Check(ctx, h, &d, signed, h.accountOf(d))
		case "issue_cash":
			return IssueCash(ctx, h, &d, townLimits)
		case "receipt":
			return Settle(ctx, h, &d, companion, ReviewRule{Percent: 40, DueAt: h.now.AddDate(0, 0, 14)})
		case "second_signature":
			return SecondSign(ctx, h, &d, signed)
		case "return_cash":
			return ReturnCash(ctx, h, &d)
		case "cancel":
			return Cancel(ctx, h, &d, "no longer")
		case "after_review":
			return Review(ctx, h, &d, pick(h, ReviewOutcomes()), "as found")
		case "fix":
			return Fix(ctx, h, &d, card, townLimits)
		case "reissue":
			return Reissue(ctx, h, &d, h.accountOf(d))
		default:
			return Reverse(ctx, h, &d, "never came")
		}
	})
}
