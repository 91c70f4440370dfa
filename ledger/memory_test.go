package ledger

import (
	"context"
	"fmt"
	"hash/fnv"
	"maps"
	"slices"
	"time"

	"example.org/hotline/area"
	"example.org/hotline/internal/act"
)

// memory keeps books in memory by the same promises as the database, so that a
// hundred thousand histories take minutes. blind takes single promises away, to see
// that their breach is noticed.
type memory struct {
	state
	actor act.Actor
	blind blindness
}

// state is all that an act may change; a refused act leaves it as it was.
type state struct {
	now      time.Time
	payouts  []Disbursement
	accounts []Account
	entries  map[string]Entry
	uses     []use
	advances []AdvanceAct
	goods    []Goods
	stores   []StoreAct
	attempts []Attempt
	claims   []Claim
	lines    []bankLine
	runs     []filedRun

	adjustments []Adjustment
	frozen      map[area.StaffID][]DisbursementID
	relatives   map[area.StaffID]string // whose relative which payee is
	budgets     map[string]int64        // by kind of aid and year; what is missing has none
}

type use struct {
	of  DisbursementID
	key LimitKey
	fen int64
	at  time.Time
}

type blindness struct{ relatives, sums, freezes, accounts bool }

var _ Tx = (*memory)(nil)

func (s state) clone() state {
	s.payouts, s.accounts, s.uses, s.advances = slices.Clone(s.payouts), slices.Clone(s.accounts), slices.Clone(s.uses), slices.Clone(s.advances)
	s.goods, s.stores = slices.Clone(s.goods), slices.Clone(s.stores)
	s.lines, s.adjustments, s.runs = slices.Clone(s.lines), slices.Clone(s.adjustments), slices.Clone(s.runs)
	s.attempts, s.claims = slices.Clone(s.attempts), slices.Clone(s.claims)
	s.entries, s.frozen, s.budgets = maps.Clone(s.entries), maps.Clone(s.frozen), maps.Clone(s.budgets)
	return s
}

// do runs one act as somebody, all of it or nothing.
func (m *memory) do(who act.Actor, fn func(context.Context) error) error {
	before := m.clone()
	m.actor = who
	err := fn(context.Background())
	if err != nil {
		m.state = before
	}
	return err
}

func (m *memory) Now() time.Time                                       { return m.now }
func (m *memory) Actor() act.Actor                                     { return m.actor }
func (m *memory) Audit(context.Context, act.Record) error              { return nil }
func (m *memory) Emit(context.Context, act.Event) error                { return nil }
func (m *memory) Arm(context.Context, act.Timer) error                 { return nil }
func (m *memory) Cancel(context.Context, act.Subject, ...string) error { return nil }
func (m *memory) LockLimits(context.Context, []LimitKey) error         { return nil }
func (m *memory) DisbursementCase(_ context.Context, id DisbursementID) (CaseID, error) {
	return m.payouts[id-1].Case, nil
}

func (m *memory) DisbursementByRef(_ context.Context, publicID string) (DisbursementID, CaseID, error) {
	for _, d := range m.payouts {
		if d.PublicID == publicID {
			return d.ID, d.Case, nil
		}
	}
	return 0, 0, act.NotFound("payout")
}

func (m *memory) DisbursementForUpdate(_ context.Context, id DisbursementID) (Disbursement, error) {
	return m.payouts[id-1], nil
}

func (m *memory) AddDisbursement(_ context.Context, d *Disbursement) (bool, error) {
	d.ID = DisbursementID(len(m.payouts) + 1)
	m.payouts = append(m.payouts, *d)
	return true, nil
}

func (m *memory) SaveDisbursement(_ context.Context, d *Disbursement) error {
	d.Version++
	m.payouts[d.ID-1] = *d
	return nil
}

func (m *memory) CaseDisbursements(_ context.Context, c CaseID) (list []Disbursement, err error) {
	for _, d := range m.payouts {
		if d.Case == c {
			for _, claim := range m.claims {
				if claim.Disbursement == d.ID && claim.Why == ClaimLateSuccess && !d.State.Live() {
					d.Late += max(claim.Fen-claim.Recovered, 0)
				}
			}
			list = append(list, d)
		}
	}
	return list, nil
}

func (m *memory) LimitSums(_ context.Context, of []LimitSum) ([]int64, error) {
	sums := make([]int64, len(of))
	for i, s := range of {
		for _, u := range m.uses {
			if u.key == s.LimitKey && u.at.After(s.Since) && !m.blind.sums && (!m.blind.accounts || u.key.Kind != limitAccount) {
				sums[i] += u.fen
			}
		}
	}
	return sums, nil
}

func (m *memory) PaidAlone(_ context.Context, staff area.StaffID, day area.Date) (fen int64, err error) {
	for _, d := range m.payouts {
		if d.Payer == staff && d.Maker != staff && d.Solo() && d.State.Live() && area.DateOf(d.IssuedAt) == day && !m.blind.sums {
			fen += d.Fen
		}
	}
	return fen, nil
}

func budgetOf(aidKind string, year int) string { return fmt.Sprint(aidKind, " of ", year) }

func (m *memory) Budget(_ context.Context, _ area.Code, aidKind string, year int) (int64, bool, error) {
	fen, set := m.budgets[budgetOf(aidKind, year)]
	return fen, set, nil
}

func (m *memory) AddBudget(_ context.Context, b Budget) error {
	m.budgets[budgetOf(b.AidKind, b.Year)] = b.Fen
	return nil
}

func (m *memory) AddLimitUse(_ context.Context, id DisbursementID, keys []LimitKey, fen int64) error {
	for _, k := range keys {
		m.uses = append(m.uses, use{id, k, fen, m.now})
	}
	return nil
}

func (m *memory) ReleaseLimitUse(_ context.Context, id DisbursementID) error {
	m.uses = slices.DeleteFunc(m.uses, func(u use) bool { return u.of == id })
	return nil
}

func (m *memory) CountedUnder(_ context.Context, id DisbursementID, key LimitKey) (bool, error) {
	return slices.ContainsFunc(m.uses, func(u use) bool { return u.of == id && u.key == key }), nil
}

func (m *memory) AddAttempt(_ context.Context, a *Attempt) error {
	for _, old := range m.attempts {
		if old.Disbursement == a.Disbursement && (old.State != StateFailed && old.State != StateCancelled || old.Number >= a.Number) {
			return fmt.Errorf("a try while another is %s", old.State)
		}
	}
	m.attempts = append(m.attempts, *a)
	return nil
}

func (m *memory) attempt(id DisbursementID, number int) int {
	return slices.IndexFunc(m.attempts, func(a Attempt) bool { return a.Disbursement == id && a.Number == number })
}

// line is a payout with its newest try.
func (m *memory) line(d Disbursement) Line {
	a := m.attempts[m.attempt(d.ID, d.Attempt)]
	return Line{&d, &a}
}

// said is a word about a try that a bank was given, maybe long ago.
func (m *memory) said(given Attempt, word Word, reason string) Said {
	d, a := m.payouts[given.Disbursement-1], m.attempts[m.attempt(given.Disbursement, given.Number)]
	return Said{Line: Line{&d, &a}, Word: word, Reason: reason}
}

func (m *memory) AttemptForUpdate(_ context.Context, id DisbursementID, number int) (Attempt, error) {
	if at := m.attempt(id, number); at >= 0 {
		return m.attempts[at], nil
	}
	return Attempt{}, act.NotFound("attempt")
}

func (m *memory) SaveAttempt(_ context.Context, a *Attempt) error {
	a.Version++
	m.attempts[m.attempt(a.Disbursement, a.Number)] = *a
	return nil
}

func (m *memory) AddClaim(_ context.Context, c *Claim) error {
	c.ID = ClaimID(len(m.claims) + 1)
	m.claims = append(m.claims, *c)
	return nil
}

func (m *memory) NewestClaim(_ context.Context, id DisbursementID, attempt int) (Claim, error) {
	for _, c := range slices.Backward(m.claims) {
		if c.Disbursement == id && c.Attempt == attempt {
			return c, nil
		}
	}
	return Claim{}, act.NotFound("claim")
}

func (m *memory) TwiceClaim(_ context.Context, id DisbursementID) (Claim, error) {
	for _, c := range m.claims {
		if c.Disbursement == id && c.Why == ClaimLateSuccess && c.Recovered < c.Fen {
			return c, nil
		}
	}
	return Claim{}, act.NotFound("claim")
}

func (m *memory) ClaimedTwice(ctx context.Context, ids []DisbursementID) (map[DisbursementID]bool, error) {
	claimed := map[DisbursementID]bool{}
	for _, id := range ids {
		_, err := m.TwiceClaim(ctx, id)
		claimed[id] = err == nil
	}
	return claimed, nil
}

func (m *memory) SaveClaim(_ context.Context, c *Claim) error {
	c.Version++
	m.claims[c.ID-1] = *c
	return nil
}

func (m *memory) LimitFrozen(_ context.Context, staff area.StaffID) (bool, error) {
	if m.blind.freezes {
		return false, nil
	}
	overdue := slices.ContainsFunc(m.payouts, func(d Disbursement) bool {
		return d.Solo() && d.State.Live() && d.SecondSignedAt.IsZero() && d.SecondSignatureBy.Before(m.now) && (d.Maker == staff || d.Payer == staff)
	})
	return overdue || len(m.frozen[staff]) > 0, nil
}

func (m *memory) FreezeLimit(_ context.Context, staff area.StaffID, because DisbursementID) error {
	if !slices.Contains(m.frozen[staff], because) {
		m.frozen[staff] = append(slices.Clone(m.frozen[staff]), because)
	}
	return nil
}

func (m *memory) LiftFreezes(_ context.Context, because DisbursementID) error {
	for staff, list := range m.frozen {
		m.frozen[staff] = slices.DeleteFunc(slices.Clone(list), func(id DisbursementID) bool { return id == because })
	}
	return nil
}

func (m *memory) Related(_ context.Context, payee []byte, people []area.StaffID) (bool, error) {
	return !m.blind.relatives && slices.ContainsFunc(people, func(s area.StaffID) bool { return m.relatives[s] == string(payee) }), nil
}

// Draw knows no key: the histories need only a number.
func (m *memory) Draw(publicID string) uint64 {
	h := fnv.New64a()
	_, _ = h.Write([]byte(publicID))
	return h.Sum64()
}

func (m *memory) AddAfterReview(_ context.Context, d Disbursement) error {
	m.payouts[d.ID-1].AfterReview = d.AfterReview
	return nil
}

func (m *memory) SaveAfterReview(_ context.Context, d Disbursement) error {
	if !m.payouts[d.ID-1].AfterReview.Open() {
		return AlreadyReviewed()
	}
	m.payouts[d.ID-1].AfterReview = d.AfterReview
	return nil
}

func (m *memory) LockAccounts(_ context.Context, refs []AccountRef, ifThere ...AccountRef) (list []Account, err error) {
	for i, ref := range slices.Concat(refs, ifThere) {
		at := slices.IndexFunc(m.accounts, func(a Account) bool { return a.AccountRef == ref })
		if at < 0 && i >= len(refs) {
			continue
		}
		if at < 0 {
			at = len(m.accounts)
			m.accounts = append(m.accounts, Account{ID: AccountID(at + 1), AccountRef: ref})
		}
		list = append(list, m.accounts[at])
	}
	return list, nil
}

func (m *memory) AddLedgerEntries(_ context.Context, entries []*Entry) error {
	for _, e := range entries {
		if _, there := m.entries[e.Key]; there {
			return act.Conflict("already_booked", "booked before")
		}
		e.ID = EntryID(len(m.entries) + 1)
		m.entries[e.Key] = *e
		for _, p := range e.Postings {
			after, err := m.accounts[p.Account-1].with(p)
			if err != nil {
				return err
			}
			m.accounts[p.Account-1] = after
		}
		if err := m.movePieces(*e); err != nil {
			return err
		}
	}
	return nil
}

func (m *memory) LedgerEntryByKey(_ context.Context, key string) (EntryID, error) {
	e, there := m.entries[key]
	if !there {
		return 0, act.NotFound("entry")
	}
	return e.ID, nil
}

func (m *memory) Successor(context.Context, area.Code) (area.Code, error) {
	return "", act.NotFound("successor")
}

func (m *memory) AccountNow(_ context.Context, ref AccountRef) (Account, error) {
	for _, a := range m.accounts {
		if a.AccountRef == ref {
			return a, nil
		}
	}
	return Account{AccountRef: ref}, nil
}

func (m *memory) AddAdvanceAct(_ context.Context, a *AdvanceAct) (bool, error) {
	a.ID = AdvanceActID(len(m.advances) + 1)
	m.advances = append(m.advances, *a)
	return true, nil
}

func (m *memory) AdvanceAct(_ context.Context, publicID string) (AdvanceAct, error) {
	for _, a := range m.advances {
		if a.PublicID == publicID {
			return a, nil
		}
	}
	return AdvanceAct{}, act.NotFound("advance")
}

func (m *memory) WaitingAdvanceActs(_ context.Context, township area.Code, staff area.StaffID) (list []AdvanceAct, err error) {
	for _, a := range m.advances {
		if a.Outcome == "" && a.Area == township && (a.To == staff || a.By == staff && a.Kind != AdvanceIssue && a.Kind != AdvanceGiveBack && !a.inTheirName() || a.Kind == AdvanceSettle && a.Holder == staff) {
			list = append(list, a)
		}
	}
	return list, nil
}

func (m *memory) GivenBack(_ context.Context, payout DisbursementID) (bool, error) {
	d := m.payouts[payout-1]
	return slices.ContainsFunc(m.advances, func(a AdvanceAct) bool {
		return a.Payout == payout && (a.Outcome == "" || a.Outcome == AdvanceSigned) || a.settled(d)
	}), nil
}

// settled reports whether the act took over the cash of a reversed payout.
func (a AdvanceAct) settled(d Disbursement) bool {
	return a.Kind == AdvanceSettle && a.Outcome == AdvanceSigned && a.Holder == d.Payer && a.Area == d.Area && !a.AnsweredAt.Before(d.EndedAt)
}

func (m *memory) TakenOn(ctx context.Context, township area.Code, staff area.StaffID) (list []Taken, err error) {
	for _, d := range m.payouts {
		back, _ := m.GivenBack(ctx, d.ID)
		if d.Area == township && d.Payer == staff && (d.State == StateCashIssued || d.State == StateReversed && d.Channel == ChannelCash && !back) {
			list = append(list, Taken{d.ID, d.Case})
		}
	}
	return list, nil
}

func (m *memory) AnswerAdvanceAct(_ context.Context, a AdvanceAct) error {
	if m.advances[a.ID-1].Outcome != "" {
		return AlreadyAnswered()
	}
	m.advances[a.ID-1] = a
	return nil
}

func (m *memory) AddGoods(_ context.Context, g *Goods) (bool, error) {
	g.ID = GoodsID(len(m.goods) + 1)
	m.goods = append(m.goods, *g)
	return true, nil
}

func (m *memory) GoodsByRef(_ context.Context, publicID string) (Goods, error) {
	for _, g := range m.goods {
		if g.PublicID == publicID {
			return g, nil
		}
	}
	return Goods{}, act.NotFound("goods")
}

func (m *memory) StoreGoods(_ context.Context, store area.Code) (list []Goods, err error) {
	for _, g := range m.goods {
		if g.Area == store {
			list = append(list, g)
		}
	}
	return list, nil
}

func (m *memory) GoodsIn(ctx context.Context, g Goods, store area.Code) (Goods, error) {
	for _, same := range m.goods {
		if same.Area == store && same.Name == g.Name && same.CostFen == g.CostFen {
			return same, nil
		}
	}
	same := Goods{PublicID: g.PublicID + " in " + string(store), Area: store, Name: g.Name, Unit: g.Unit, CostFen: g.CostFen}
	_, err := m.AddGoods(ctx, &same)
	return same, err
}

func (m *memory) AddStoreAct(_ context.Context, a *StoreAct) (bool, error) {
	a.ID = StoreActID(len(m.stores) + 1)
	m.stores = append(m.stores, *a)
	return true, nil
}

func (m *memory) StoreAct(_ context.Context, publicID string) (StoreAct, error) {
	for _, a := range m.stores {
		if a.PublicID == publicID {
			return a, nil
		}
	}
	return StoreAct{}, act.NotFound("act")
}

func (m *memory) StoreWaits(_ context.Context, store area.Code) (bool, error) {
	return slices.ContainsFunc(m.stores, func(a StoreAct) bool { return (a.Area == store || a.From == store) && a.Waits() != "" }), nil
}

func (m *memory) AddStoreSignature(_ context.Context, a StoreAct, s StoreSignature) error {
	if m.stores[a.ID-1].Waits() != s.Step {
		return AlreadyAnswered()
	}
	m.stores[a.ID-1].Signatures = append(slices.Clone(a.Signatures), s)
	return nil
}

// AddBasket has nothing to do: the payout itself keeps its basket here.
func (m *memory) AddBasket(context.Context, DisbursementID, []GoodsLine) error { return nil }

// movePieces has the store follow an entry, as the database does by trigger.
func (m *memory) movePieces(e Entry) error {
	for _, l := range e.Goods {
		g := &m.goods[l.Goods-1]
		switch e.Postings[0].Layer {
		case Posted:
			g.Pieces += l.Pieces
		default: // held, or let go
			g.Held -= l.Pieces
		}
		if g.Held < 0 || g.Pieces < g.Held {
			return GoodsShort()
		}
	}
	return nil
}
