package store

import (
	"context"
	"encoding/hex"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"
	"pgregory.net/rapid"

	"example.org/hotline/area"
	"example.org/hotline/internal/act"
	"example.org/hotline/ledger"
	"example.org/hotline/relief"
	"example.org/hotline/ticket"
)

// history is one random stretch of payouts in which everybody tries everything,
// and the plain model of what may have come of it.
type history struct {
	m       *till
	ctx     context.Context
	people  []act.Actor
	related map[area.StaffID]string // whose relative which payee is
	taker   area.StaffID
	limits  ledger.Limits

	dice    *rand.Rand
	payouts []*ledger.Disbursement
	granted map[ledger.DecisionID]int64
	ready   []relief.Decision

	floats      map[area.Code]purse // the township's and the county's
	spent, owed int64               // spent, owed to cases
	cash        map[area.StaffID]int64
	hands       map[area.StaffID]carried // standing advances
	rice        ledger.GoodsLine         // a sack of it, in the township's store
	store       carried                  // what the store is worth
	offers      []ledger.AdvanceAct

	moments []booked
}

// purse is what lies in a float, and what of it is reserved.
type purse struct{ in, held int64 }

// moves changes a float.
func (h *history) moves(place area.Code, in, held int64) {
	f := h.floats[place]
	h.floats[place] = purse{f.in + in, f.held + held}
}

// both is the two floats together.
func (h *history) both() (sum purse) {
	for _, f := range h.floats {
		sum.in, sum.held = sum.in+f.in, sum.held+f.held
	}
	return sum
}

// pays is whose float has to pay a sum: the township's while it can, else the county's.
func (h *history) pays(fen int64) area.Code {
	for _, place := range []area.Code{testTownship, testCounty} {
		if f := h.floats[place]; f.in-f.held >= fen {
			return place
		}
	}
	return ""
}

// booked is what the model said at a moment.
type booked struct {
	at                             time.Time
	float, spent, owed, held, cash int64
}

// TestRandomHistory runs random histories against the database and the model:
// every balance agrees after every act, whatever was refused changed nothing,
// and no history breaks the limits or the separation of duties.
func TestRandomHistory(t *testing.T) {
	m := newTill(t, 500_000)
	m.must(t, "finance", func(tx *Tx) error { return ledger.FundFloat(t.Context(), tx, testCounty, 3_000_000, "county 1") })
	seed, d := m.decided(t, 1, 80_000)
	var people []act.Actor
	for _, login := range []string{"worker1", "worker2", "head", "county", "agent", "finance", "auditor"} {
		people = append(people, m.actor(t, login))
	}
	sack := m.rice(t)
	run := 0
	histories := func(rt *rapid.T) {
		run++
		h := &history{m: m, ctx: context.Background(), people: people, granted: map[ledger.DecisionID]int64{}, cash: map[area.StaffID]int64{}, hands: map[area.StaffID]carried{}, rice: sack,
			limits: moneyRules().Policy.Limits.Ledger("relief-test"), taker: people[4].StaffID}
		if run%2 == 0 {
			h.taker = people[2].StaffID // the head took the call
		}
		h.begin(rt, seed, d, run)
		h.dice = rand.New(rand.NewPCG(rapid.Uint64().Draw(rt, "dice"), 1)) // rapid itself prefers small numbers: the first person, the first payout
		for range rapid.IntRange(30, 60).Draw(rt, "acts") {
			h.step(rt)
			h.agrees(rt)
		}
		h.windUp(rt)
		h.keptTheRules(rt)
		h.rememberedRight(rt)
	}
	const most = 5 // rounds: the rarest comes up in one history of ten
	for round, missing := 1, []string{"all"}; len(missing) > 0; round++ {
		rapid.Check(t, histories)
		if missing = neverCame(t, m); len(missing) > 0 && round == most {
			t.Fatalf("no history of %d came to %v", run, missing)
		}
	}
	m.sound(t)
}

// neverCame tells which of what the histories are about none has come to so far.
func neverCame(t *testing.T, m *till) (missing []string) {
	t.Helper()
	for what, where := range map[string]string{"a large payout receipted": `receipted_at IS NOT NULL AND level = 'township'`, "a solo payout receipted": `receipted_at IS NOT NULL AND level = 'solo'`,
		"a payout out of the county's float": `source_area <> area_code AND receipted_at IS NOT NULL`, "a reversal": `state = 'reversed'`, "a review": `id IN (SELECT disbursement_id FROM after_reviews WHERE outcome IS NOT NULL)`, "a cancellation": `state = 'cancelled'`, "a second signature": `second_id IS NOT NULL`,
		"a payout in goods": `channel = 'goods' AND receipted_at IS NOT NULL`, "a payout out of an advance": `channel = 'advance' AND receipted_at IS NOT NULL`, "a reversal into an advance": `channel = 'advance' AND state = 'reversed'`} {
		n := m.count(t, `SELECT count(*) FROM disbursements WHERE `+where)
		if t.Logf("%s: %d times", what, n); n == 0 {
			missing = append(missing, what)
		}
	}
	return missing
}

// begin makes three tickets with four decisions each, two of them about one household.
func (h *history) begin(rt *rapid.T, seed ticket.Ticket, d relief.Decision, run int) {
	h.related = map[area.StaffID]string{h.people[1].StaffID: fmt.Sprintf("payee-%d-2", run)}
	err := h.m.db.InTx(h.ctx, act.SystemDispatch, func(tx *Tx) error {
		for i := range 3 {
			var id int64
			err := tx.scan(h.ctx, "copy ticket", `INSERT INTO tickets (public_id, number, call_id, kind, priority, cause, status, area_code, owner_id, invited_at, repeat_state,
				policy, epoch, version, created_at) SELECT gen_random_uuid(), lpad((? + 10 * ?)::text, 13, '0'), gen_random_uuid(), kind, priority, cause, status, area_code,
				owner_id, invited_at, repeat_state, policy, epoch, 1, created_at FROM tickets WHERE id = ? RETURNING id`, []any{i, run, int64(seed.ID)}, &id)
			if err != nil {
				return err
			}
			payee := fmt.Sprintf("payee-%d-%d", run, i)
			household := fmt.Sprintf("household-%d-%d", run, i/2)
			for range 4 {
				dec := d
				dec.PublicID, dec.Ticket, dec.Fen = uuid.NewString(), ticket.ID(id), rapid.SampledFrom([]int64{300_000, 80_000, 40_000, 100_000, 600_000}).Draw(rt, "fen")
				dec.Payee, dec.Household, dec.Track, dec.Level = []byte(payee), []byte(household), relief.TrackFast, ledger.LevelSolo
				if _, err := tx.AddDecision(h.ctx, &dec); err != nil {
					return err
				}
				h.granted[dec.ID], h.ready = dec.Fen, append(h.ready, dec)
			}
		}
		if _, err := tx.exec(h.ctx, "register", `INSERT INTO staff_relatives (staff_id, identity_index) VALUES (?, ?)`, int64(h.people[1].StaffID),
			[]byte(h.related[h.people[1].StaffID])); err != nil {
			return err
		}
		return h.read(tx)
	})
	if err != nil {
		rt.Fatal(err)
	}
}

// read takes the balances over from the histories before.
func (h *history) read(tx *Tx) error {
	if err := tx.scan(h.ctx, "spent", `SELECT coalesce(sum(posted_fen), 0)::bigint FROM accounts WHERE kind = 'expense'`, nil, &h.spent); err != nil {
		return err
	}
	h.floats = map[area.Code]purse{}
	for _, place := range []area.Code{testTownship, testCounty} {
		var f purse
		if err := tx.scan(h.ctx, "float", `SELECT coalesce(sum(posted_fen), 0)::bigint, coalesce(sum(pending_out_fen), 0)::bigint FROM accounts WHERE kind = 'float' AND area_code = ?`,
			[]any{string(place)}, &f.in, &f.held); err != nil {
			return err
		}
		h.floats[place] = f
	}
	if err := tx.scan(h.ctx, "owed", `SELECT coalesce(-sum(posted_fen), 0)::bigint FROM accounts WHERE kind = 'payable'`, nil, &h.owed); err != nil {
		return err
	}
	stock, err := tx.AccountNow(h.ctx, ledger.AccountRef{Kind: ledger.Stock, Area: testTownship})
	if err != nil {
		return err
	}
	h.store = carried{stock.Posted, stock.PendingOut}
	for _, p := range h.people {
		var fen int64
		err := tx.scan(h.ctx, "cash", `SELECT coalesce(sum(posted_fen), 0)::bigint FROM accounts WHERE kind = 'cash' AND holder = ?`, []any{fmt.Sprintf("staff:%d", p.StaffID)}, &fen)
		if err != nil {
			return err
		}
		h.cash[p.StaffID] = fen
		account, err := tx.AccountNow(h.ctx, ledger.AdvanceOf(testTownship, p.StaffID))
		if err != nil {
			return err
		}
		h.hands[p.StaffID] = carried{account.Posted, account.PendingOut}
	}
	return nil
}

// agrees compares the model with the database.
func (h *history) agrees(rt *rapid.T) {
	got := &history{ctx: h.ctx, people: h.people, cash: map[area.StaffID]int64{}, hands: map[area.StaffID]carried{}}
	now := booked{float: h.both().in, spent: h.spent, owed: h.owed, held: h.both().held}
	if err := h.m.db.InTx(h.ctx, act.SystemDispatch, func(tx *Tx) error { now.at = tx.Now(); return got.read(tx) }); err != nil {
		rt.Fatal(err)
	}
	for _, p := range h.people {
		now.cash += h.cash[p.StaffID] + h.hands[p.StaffID].fen
	}
	h.moments = append(h.moments, now)
	if !maps.Equal(got.floats, h.floats) || got.spent != h.spent || got.owed != h.owed {
		rt.Fatalf("floats %v, spent %d, owed %d; the model says %v, %d, %d", got.floats, got.spent, got.owed, h.floats, h.spent, h.owed)
	}
	for who, fen := range h.cash {
		if got.cash[who] != fen {
			rt.Fatalf("person %d carries %d, the model says %d", who, got.cash[who], fen)
		}
	}
	if got.store != h.store {
		rt.Fatalf("the store is worth %+v, the model says %+v", got.store, h.store)
	}
	for who, c := range h.hands {
		if got.hands[who] != c || c.fen < c.held {
			rt.Fatalf("person %d carries an advance of %+v, the model says %+v", who, got.hands[who], c)
		}
	}
	for place, f := range h.floats {
		if f.in < f.held {
			rt.Fatalf("the float of %s holds %d with %d reserved", place, f.in, f.held)
		}
	}
}

// rememberedRight looks back: the books at moments of the history say what the
// model said then, whatever came later, and each statement leads from one to the next.
func (h *history) rememberedRight(rt *rapid.T) {
	then := h.moments[rapid.IntRange(0, len(h.moments)-1).Draw(rt, "moment")]
	err := h.m.db.InTx(h.ctx, act.SystemDispatch, func(tx *Tx) error {
		b, err := tx.TrialBalance(h.ctx, then.at)
		if err != nil {
			return err
		}
		got := booked{at: then.at}
		for _, a := range b.Accounts {
			switch a.Kind {
			case ledger.Float:
				got.float, got.held = got.float+a.PostedFen, got.held+a.PendingOutFen
				if err := h.leadsThere(tx, a, then.at); err != nil {
					return err
				}
			case ledger.Expense:
				got.spent += a.PostedFen
			case ledger.Payable:
				got.owed -= a.PostedFen
			case ledger.Cash:
				got.cash += a.PostedFen
			default: // the county's side, which the model does not keep
			}
		}
		if got != then || !b.Balanced {
			rt.Fatalf("looking back the books say %+v, the model said %+v", got, then)
		}
		return nil
	})
	if err != nil {
		rt.Fatal(err)
	}
}

// leadsThere reads an account's statement since a moment in small pages: it opens
// with the balance of then, closes with that of now, and every line adds up.
func (h *history) leadsThere(tx *Tx, then ledger.AccountView, at time.Time) error {
	f := ledger.StatementFilter{From: at, Limit: 7}
	s, err := tx.AccountStatement(h.ctx, then.ID, f)
	if err != nil {
		return err
	}
	if s.OpeningFen != then.PostedFen || s.ClosingFen != s.Account.PostedFen || s.OpeningFen+s.DebitFen-s.CreditFen != s.ClosingFen {
		return fmt.Errorf("a statement from %d: %+v", then.PostedFen, s)
	}
	for balance := s.ClosingFen; ; {
		for _, l := range s.Lines {
			if l.BalanceFen != balance {
				return fmt.Errorf("after a line stands %d, it should be %d", l.BalanceFen, balance)
			}
			if l.Layer == ledger.Posted {
				balance -= l.AmountFen
			}
		}
		if s.Next == "" {
			if balance != then.PostedFen {
				return fmt.Errorf("the lines lead back to %d, not %d", balance, then.PostedFen)
			}
			return nil
		}
		f.Cursor = s.Next
		if s, err = tx.AccountStatement(h.ctx, then.ID, f); err != nil {
			return err
		}
	}
}

// choice is one act that somebody could try.
type choice struct {
	act string
	d   *ledger.Disbursement
	who act.Actor
}

// step lets anybody try anything on any payout one time in three; else it
// chooses among what is allowed, or the histories would hardly get anywhere.
func (h *history) step(rt *rapid.T) {
	names := []string{"start", "fund", "check", "issue_cash", "receipt", "return_cash", "cancel", "second_signature", "reverse", "after_review"}
	c := choice{act: pickOf(h, names), who: pickOf(h, h.people)}
	if len(h.payouts) == 0 {
		c.act = "start"
	} else {
		c.d = pickOf(h, h.payouts)
	}
	switch {
	case h.dice.IntN(4) == 0:
		h.advance(rt)
		return
	case c.d != nil && h.dice.IntN(3) > 0:
		c = h.allowed(c)
	}
	h.do(rt, c)
}

// allowed looks for somebody who may do something; what goes backwards is seldom wanted.
func (h *history) allowed(otherwise choice) choice {
	var list []choice
	for _, d := range h.payouts {
		for _, who := range h.people {
			for _, name := range d.NextActs(who, time.Now()) {
				backwards := name == "cancel" || name == "return_cash" || name == "reverse"
				carries := h.hands[who.StaffID]
				if short := name == "issue_cash" && d.Channel == ledger.ChannelAdvance && carries.fen-carries.held < d.Fen; short {
					continue
				}
				if !backwards || h.dice.IntN(8) == 0 {
					list = append(list, choice{name, d, who})
				}
			}
		}
	}
	if len(list) == 0 {
		return otherwise
	}
	return pickOf(h, list)
}

func pickOf[T any](h *history, list []T) T { return list[h.dice.IntN(len(list))] }

func (h *history) do(rt *rapid.T, c choice) {
	switch c.act {
	case "start":
		h.start(rt, c.who)
	case "fund":
		h.fund(rt, c.who)
	case "check":
		h.check(rt, c)
	case "issue_cash":
		h.issue(rt, c)
	case "receipt":
		h.settle(rt, c)
	case "return_cash":
		h.giveBack(rt, c)
	case "cancel":
		h.cancel(rt, c)
	case "second_signature":
		h.sign(rt, c)
	case "reverse":
		h.reverse(rt, c)
	case "after_review":
		h.review(rt, c)
	}
}

// try runs an act; a refusal is fine and changes nothing, any other error is not fine.
func (h *history) try(rt *rapid.T, c choice, do func(*Tx, *ledger.Disbursement) error) (d *ledger.Disbursement, before ledger.Disbursement, done bool) {
	d, before = c.d, *c.d
	err := h.m.db.InTx(h.ctx, c.who, func(tx *Tx) (err error) {
		if *d, err = tx.DisbursementForUpdate(h.ctx, d.ID); err != nil {
			return err
		}
		return do(tx, d)
	})
	if err != nil {
		*d = before
		if codeOf(err) == "" {
			rt.Fatalf("%s as %s: %v", c.act, c.who.Name, err)
		}
	}
	return d, before, err == nil
}

func (h *history) start(rt *rapid.T, who act.Actor) {
	dec := pickOf(h, h.ready)
	sacks := h.rice
	sacks.Pieces = dec.Fen / sacks.CostFen
	var d ledger.Disbursement
	payer := h.pays(dec.Fen)
	err := h.m.db.InTx(h.ctx, who, func(tx *Tx) (err error) {
		if _, err := tx.TicketForUpdate(h.ctx, dec.Ticket); err != nil {
			return err
		}
		d, _, err = ledger.Start(h.ctx, tx, ledger.StartInput{PublicID: uuid.NewString(), Case: ledger.CaseID(dec.Ticket), Decision: dec.ID, AidKind: relief.AidUrgent,
			Channel: pickOf(h, []ledger.Channel{ledger.ChannelCash, ledger.ChannelCash, ledger.ChannelAdvance, ledger.ChannelAdvance, ledger.ChannelGoods}), Basket: []ledger.GoodsLine{sacks}, Area: testTownship, Fen: dec.Fen, Payee: dec.Payee, Household: dec.Household, CallTaker: h.taker, Limits: h.limits, Granted: dec.Fen})
		return err
	})
	if err != nil {
		if codeOf(err) == "" || codeOf(err) == "float_empty" && payer != "" {
			rt.Fatalf("start as %s: %v", who.Name, err)
		}
		return
	}
	h.payouts = append(h.payouts, &d)
	if d.State == ledger.StateReserved {
		h.approved(rt, &d, payer)
	}
}

// approved is what the books say once a sum is owed: it is held in the float that had to
// pay. What comes out of an advance is held only when somebody takes it on.
func (h *history) approved(rt *rapid.T, d *ledger.Disbursement, payer area.Code) {
	h.spent, h.owed = h.spent+d.Fen, h.owed+d.Fen
	if d.Channel == ledger.ChannelGoods {
		h.store.held += d.Fen
	}
	if d.Channel != ledger.ChannelCash {
		return
	}
	if d.Source != payer {
		rt.Fatalf("the float of %s pays %d, it should be that of %s: %v", d.Source, d.Fen, payer, h.floats)
	}
	h.moves(d.Source, 0, d.Fen)
}

func (h *history) check(rt *rapid.T, c choice) {
	payer := h.pays(c.d.Fen)
	if d, _, ok := h.try(rt, c, func(tx *Tx, d *ledger.Disbursement) error {
		return ledger.Check(h.ctx, tx, d, hex.EncodeToString(d.Content), ledger.PayeeAccount{})
	}); ok {
		h.approved(rt, d, payer)
	}
}

func (h *history) issue(rt *rapid.T, c choice) {
	if d, _, ok := h.try(rt, c, func(tx *Tx, d *ledger.Disbursement) error { return ledger.IssueCash(h.ctx, tx, d, h.limits) }); ok {
		if d.Channel == ledger.ChannelAdvance {
			h.carry(d.Payer, 0, d.Fen)
			return
		}
		if d.Channel == ledger.ChannelGoods {
			return
		}
		h.moves(d.Source, -d.Fen, -d.Fen)
		h.cash[d.Payer] += d.Fen
	}
}

func (h *history) settle(rt *rapid.T, c choice) {
	companion := pickOf(h, h.people).StaffID
	if d, _, ok := h.try(rt, c, func(tx *Tx, d *ledger.Disbursement) error {
		return ledger.Settle(h.ctx, tx, d, companion, ledger.ReviewRule{Percent: 50, DueAt: tx.Now().Add(time.Hour)})
	}); ok {
		h.owed -= d.Fen
		if d.Channel == ledger.ChannelAdvance {
			h.carry(d.Payer, -d.Fen, -d.Fen)
			return
		}
		if d.Channel == ledger.ChannelGoods {
			h.store = carried{h.store.fen - d.Fen, h.store.held - d.Fen}
			return
		}
		h.cash[d.Payer] -= d.Fen
	}
}

func (h *history) giveBack(rt *rapid.T, c choice) {
	if d, before, ok := h.try(rt, c, func(tx *Tx, d *ledger.Disbursement) error { return ledger.ReturnCash(h.ctx, tx, d) }); ok {
		if d.Channel == ledger.ChannelAdvance {
			h.carry(before.Payer, 0, -d.Fen)
			return
		}
		if d.Channel == ledger.ChannelGoods {
			return
		}
		h.moves(d.Source, d.Fen, d.Fen)
		h.cash[before.Payer] -= d.Fen
	}
}

func (h *history) cancel(rt *rapid.T, c choice) {
	if d, before, ok := h.try(rt, c, func(tx *Tx, d *ledger.Disbursement) error { return ledger.Cancel(h.ctx, tx, d, "history") }); ok && before.State == ledger.StateReserved {
		h.spent, h.owed = h.spent-d.Fen, h.owed-d.Fen
		switch d.Channel {
		case ledger.ChannelCash:
			h.moves(d.Source, 0, -d.Fen)
		case ledger.ChannelGoods:
			h.store.held -= d.Fen
		default: // an advance holds nothing before somebody has taken the payout on
		}
	}
}

func (h *history) sign(rt *rapid.T, c choice) {
	h.try(rt, c, func(tx *Tx, d *ledger.Disbursement) error {
		return ledger.SecondSign(h.ctx, tx, d, hex.EncodeToString(d.Content))
	})
}

func (h *history) reverse(rt *rapid.T, c choice) {
	if d, _, ok := h.try(rt, c, func(tx *Tx, d *ledger.Disbursement) error { return ledger.Reverse(h.ctx, tx, d, "history") }); ok {
		h.spent -= d.Fen
		if d.Channel == ledger.ChannelAdvance {
			h.carry(d.Payer, d.Fen, 0)
			return
		}
		if d.Channel == ledger.ChannelGoods {
			h.store.fen += d.Fen
			return
		}
		h.cash[d.Payer] += d.Fen
	}
}

func (h *history) review(rt *rapid.T, c choice) {
	h.try(rt, c, func(tx *Tx, d *ledger.Disbursement) error {
		return ledger.Review(h.ctx, tx, d, ledger.ReviewFinding, "history")
	})
}

func (h *history) fund(rt *rapid.T, who act.Actor) {
	fen, place := h.dice.Int64N(300_000)+1, pickOf(h, []area.Code{testTownship, testTownship, testTownship, testCounty})
	err := h.m.db.InTx(h.ctx, who, func(tx *Tx) error {
		if err := ledger.AllocateFund(h.ctx, tx, testCounty, fen, uuid.NewString()); err != nil {
			return err
		}
		return ledger.FundFloat(h.ctx, tx, place, fen, uuid.NewString())
	})
	if (err == nil) != (who.Role == area.RoleCountyFinance) {
		rt.Fatalf("%s funds the float: %v", who.Name, err)
	}
	if err == nil {
		h.moves(place, fen, 0)
	}
}

// windUp gives back what was taken and not handed over, and calls off what is owed or
// offered: or each history would leave a little more held, until later ones can do nothing.
func (h *history) windUp(rt *rapid.T) {
	for _, d := range h.payouts {
		for _, name := range []string{"return_cash", "cancel"} {
			for _, who := range h.people {
				if slices.Contains(d.NextActs(who, time.Now()), name) {
					h.do(rt, choice{name, d, who})
				}
			}
		}
	}
	for _, a := range h.offers {
		for _, who := range h.people {
			if who.StaffID == a.By {
				h.decide(rt, a, who, ledger.AdvanceWithdrawn)
			}
		}
	}
	h.agrees(rt)
}

// keptTheRules judges the whole history from the outside.
func (h *history) keptTheRules(rt *rapid.T) {
	households := map[string]int64{}
	alone := map[string]int64{}
	for _, d := range h.payouts {
		for _, who := range []area.StaffID{d.Maker, d.Checker, d.Payer, d.Companion, d.Second} {
			if who != 0 && h.related[who] == string(d.Payee) {
				rt.Fatalf("person %d took part in a payout to a relative: %+v", who, d)
			}
		}
		if d.Checker != 0 && (d.Checker == d.Maker || d.Checker == h.taker) || d.Payer != 0 && (d.Payer == h.taker || d.Payer == d.Checker) {
			rt.Fatalf("duties mixed: %+v", d)
		}
		if d.Level != ledger.LevelSolo && d.Payer != 0 && (d.Payer == d.Maker || d.Checker == 0) {
			rt.Fatalf("large payout without three people: %+v", d)
		}
		if d.Second != 0 && (d.Second == d.Maker || d.Second == d.Payer) {
			rt.Fatalf("signed by its own people: %+v", d)
		}
		if who := d.AfterReview.Reviewer; who != 0 && slices.Contains([]area.StaffID{h.taker, d.Maker, d.Checker, d.Payer, d.Companion, d.Second}, who) {
			rt.Fatalf("reviewed by its own people: %+v", d)
		}
		if d.State.Live() {
			households[string(d.Household)] += d.Fen
			if d.Level == ledger.LevelSolo {
				alone[string(d.Household)] += d.Fen
			}
		}
	}
	for household, fen := range households {
		if fen > h.limits.HouseholdFen {
			rt.Fatalf("%s received %d", household, fen)
		}
	}
	for household, fen := range alone {
		if fen > h.limits.SoloFen {
			rt.Fatalf("%s received %d on one person's word", household, fen)
		}
	}
}
