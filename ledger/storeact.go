package ledger

import (
	"context"
	"slices"
	"strings"
	"time"

	"example.org/hotline/area"
	"example.org/hotline/internal/act"
)

// Goods come into a store, go to another and are counted only when two people say so:
// one begins the act, another signs it. What a count finds differently is booked by a third.

// StoreActKind is what is done with goods of a store.
type StoreActKind string

// The kinds.
const (
	StorePurchase StoreActKind = "purchase" // county finance has bought, against an invoice; another person who keeps the county's books signs
	StoreTransfer StoreActKind = "transfer" // out of the county's store into a township's; who takes it there signs
	StoreCount    StoreActKind = "count"    // somebody has counted the store, and another person with them
)

// StoreActKinds lists every StoreActKind.
func StoreActKinds() []StoreActKind {
	return []StoreActKind{StorePurchase, StoreTransfer, StoreCount}
}

// StoreStep is whose signature it is.
type StoreStep string

// The steps, in their order.
const (
	StepSecond  StoreStep = "second"  // of the second person
	StepApprove StoreStep = "approve" // of whoever approves that a count's difference is booked
)

// StoreSteps lists every StoreStep.
func StoreSteps() []StoreStep { return []StoreStep{StepSecond, StepApprove} }

// StoreActID is the internal number of a StoreAct.
type StoreActID int64

// StoreAct is one thing that is done with goods. It is never changed; the signatures stand beside it.
type StoreAct struct {
	ID       StoreActID
	PublicID string // made by the client
	Kind     StoreActKind
	Area     area.Code // the store that is counted, or that the goods come into
	From     area.Code // of a transfer: the county's store
	By       area.StaffID
	Voucher  string // of a purchase: the invoice
	Note     string // of a count: why it differs
	At       time.Time
	Lines    []StoreLine

	Signatures []StoreSignature // in the order they were given
}

// StoreLine is so many pieces of one kind.
type StoreLine struct {
	Goods    GoodsID // in the store of the act
	PublicID string
	Source   GoodsID // of a transfer: the same kind in the county's store
	Pieces   int64   // of a count: what was found
	Book     int64   // of a count: what the books said
	CostFen  int64   // of one piece
}

// StoreSignature is an answer to an act.
type StoreSignature struct {
	Step    StoreStep
	Outcome AdvanceOutcome
	By      area.StaffID
	Note    string
	At      time.Time
}

// Difference is what a line of a count found above the books, in pieces.
func (l StoreLine) Difference() int64 { return l.Pieces - l.Book }

// Fen is what the goods of an act are worth; of a count what was found.
func (a StoreAct) Fen() (fen int64) {
	for _, l := range a.Lines {
		fen += l.Pieces * l.CostFen
	}
	return fen
}

// DifferenceFen is what a count found too little and too much, each above zero.
func (a StoreAct) DifferenceFen() (missing, surplus int64) {
	for _, l := range a.Lines {
		switch d := l.Difference(); {
		case a.Kind != StoreCount:
		case d < 0:
			missing -= d * l.CostFen
		default:
			surplus += d * l.CostFen
		}
	}
	return missing, surplus
}

// Waits is the step that the act waits for; empty where it has ended.
func (a StoreAct) Waits() StoreStep {
	if slices.ContainsFunc(a.Signatures, func(s StoreSignature) bool { return s.Outcome != AdvanceSigned }) {
		return ""
	}
	missing, surplus := a.DifferenceFen()
	switch {
	case len(a.Signatures) == 0:
		return StepSecond
	case len(a.Signatures) == 1 && missing+surplus > 0:
		return StepApprove
	default:
		return ""
	}
}

// Subject names the act in audit and events.
func (a StoreAct) Subject() act.Subject { return act.Subject{Kind: "goods", ID: int64(a.ID)} }

func (a StoreAct) key(effect string) string { return "store:" + a.PublicID + ":" + effect }

// storeKeys are locked by whoever changes what waits around a store, so that a count never meets a transfer that is half done.
func storeKeys(stores ...area.Code) []LimitKey {
	var keys []LimitKey
	for _, s := range stores {
		if s != "" {
			keys = append(keys, LimitKey{Kind: "store", Key: string(s)})
		}
	}
	slices.SortFunc(keys, func(a, b LimitKey) int { return strings.Compare(a.Key, b.Key) })
	return keys
}

// booking is what the last signature posts; nothing for a count that agrees.
func (a StoreAct) booking() []Entry {
	county := a.Area.At(area.LevelCounty)
	switch a.Kind {
	case StorePurchase:
		e := entry("goods:"+a.Lines[0].PublicID+":"+a.Voucher, EventGoodsBought, county, stockOf(a.Area), AccountRef{Kind: Fund, Area: county}, a.Fen())
		e.Goods = a.into()
		return []Entry{e}
	case StoreTransfer:
		e := entry(a.key("move"), EventGoodsMoved, county, stockOf(a.Area), stockOf(a.From), a.Fen())
		e.Goods = slices.Concat(a.into(), a.outOf())
		return []Entry{e}
	case StoreCount:
		return a.differences()
	default:
		return nil
	}
}

// differences are what a count that differs posts.
func (a StoreAct) differences() (entries []Entry) {
	suspense := AccountRef{Kind: Suspense, Area: a.Area, Holder: StoreSuspense}
	missing, surplus := a.DifferenceFen()
	if missing > 0 {
		e := entry(a.key("missing"), EventGoodsMissing, a.Area, suspense, stockOf(a.Area), missing)
		e.Goods = a.differing(func(pieces int64) bool { return pieces < 0 })
		entries = append(entries, e)
	}
	if surplus > 0 {
		e := entry(a.key("surplus"), EventGoodsSurplus, a.Area, stockOf(a.Area), suspense, surplus)
		e.Goods = a.differing(func(pieces int64) bool { return pieces > 0 })
		entries = append(entries, e)
	}
	return entries
}

// StoreSuspense is the holder of what counts of a store have found differently, apart from what counts of cash have.
const StoreSuspense = "goods"

// hold is what an offer keeps from being spent or given out twice until it is answered; none for a count.
func (a StoreAct) hold() []Entry {
	if a.Kind == StoreCount {
		return nil
	}
	lines := a.booking()[0].Postings
	e := entry(a.key("hold"), EventReserved, a.Area.At(area.LevelCounty), lines[0].Ref, lines[1].Ref, a.Fen())
	if a.Kind == StoreTransfer {
		e.Goods = a.outOf()
	}
	return []Entry{e}
}

func (a StoreAct) into() (lines []GoodsLine) {
	for _, l := range a.Lines {
		lines = append(lines, GoodsLine{Goods: l.Goods, Pieces: l.Pieces, CostFen: l.CostFen, Store: a.Area})
	}
	return lines
}

func (a StoreAct) outOf() (lines []GoodsLine) {
	for _, l := range a.Lines {
		lines = append(lines, GoodsLine{Goods: l.Source, Pieces: -l.Pieces, CostFen: l.CostFen, Store: a.From})
	}
	return lines
}

func (a StoreAct) differing(which func(int64) bool) (lines []GoodsLine) {
	for _, l := range a.Lines {
		if d := l.Difference(); which(d) {
			lines = append(lines, GoodsLine{Goods: l.Goods, Pieces: d, CostFen: l.CostFen, Store: a.Area})
		}
	}
	return lines
}

// Who does what in a store.
var (
	counters  = append(slices.Clone(payers), area.RoleCountyFinance) // count it
	suppliers = []area.Role{area.RoleCountyFinance, area.RoleCountyDuty}
	receivers = []area.Role{area.RoleWorker, area.RoleTownshipHead} // take goods into a township's store
)

// mayAnswer says whether this person may give the act this outcome, as the step that it waits for.
func (a StoreAct) mayAnswer(who act.Actor, o AdvanceOutcome) error {
	step := a.Waits()
	mine := who.StaffID == a.By
	signs := suppliers // of a purchase, or of a difference
	switch {
	case step == StepSecond && a.Kind == StoreTransfer:
		signs = receivers
	case step == StepSecond && a.Kind == StoreCount:
		signs = counters
	}
	switch {
	case who.StaffID == 0 || !who.May(slices.Concat(counters, suppliers)...):
		return act.NotFound("act")
	case o == AdvanceWithdrawn && !mine:
		return act.NotFound("act")
	case step == "":
		return AlreadyAnswered()
	case o == AdvanceWithdrawn:
		return nil
	case !who.May(signs...) && !mine:
		return act.NotFound("act")
	case mine:
		return act.Refused("own_hands", "Who bought, gave or counted the goods cannot sign for it as well; another person must.")
	case slices.ContainsFunc(a.Signatures, func(s StoreSignature) bool { return s.By == who.StaffID }):
		return act.Refused("counter_approves", "Who counted with them cannot approve the difference; a third person must.")
	default:
		return nil
	}
}

// NextActs lists what this person could do with the act now, by the names the API uses.
func (a StoreAct) NextActs(who act.Actor) []string {
	acts := []string{}
	for _, next := range answers {
		if a.mayAnswer(who, next.outcome) == nil {
			acts = append(acts, next.name)
		}
	}
	return acts
}

// AnswerStore is the act of the second person, or of the third: the last signature moves
// the goods, or books what a count found; anything else lets the hold go.
func AnswerStore(ctx context.Context, tx Tx, publicID string, o AdvanceOutcome, note string) (StoreAct, error) {
	a, err := tx.StoreAct(ctx, publicID)
	if err != nil {
		return StoreAct{}, err
	}
	if err := tx.LockLimits(ctx, storeKeys(a.Area, a.From)); err != nil {
		return StoreAct{}, err
	}
	if a, err = tx.StoreAct(ctx, publicID); err != nil { // as it stands under the lock
		return StoreAct{}, err
	}
	if err := a.mayAnswer(tx.Actor(), o); err != nil {
		return StoreAct{}, err
	}
	if o == AdvanceDeclined && note == "" {
		return StoreAct{}, act.Invalid("reason", "reason_required", "Say why you do not sign.")
	}
	s := StoreSignature{Step: a.Waits(), Outcome: o, By: tx.Actor().StaffID, Note: note, At: tx.Now()}
	if err := tx.AddStoreSignature(ctx, a, s); err != nil {
		return StoreAct{}, err
	}
	a.Signatures = append(a.Signatures, s)
	if err := a.carryOut(ctx, tx, o); err != nil {
		return StoreAct{}, err
	}
	return a, a.record(ctx, tx, string(o), note)
}

// carryOut books what follows of an answer.
func (a StoreAct) carryOut(ctx context.Context, tx Tx, o AdvanceOutcome) error {
	if a.Waits() != "" {
		return nil
	}
	var entries []Entry
	for _, hold := range a.hold() {
		held, err := tx.LedgerEntryByKey(ctx, hold.Key)
		if err != nil {
			return err
		}
		release := hold.mirror(a.key("release"), EventReleased, Released)
		release.Resolves = held
		entries = append(entries, release)
	}
	if o == AdvanceSigned {
		for _, e := range a.booking() {
			e.Reason = a.Note
			entries = append(entries, e)
		}
	}
	return post(ctx, tx, entries...)
}

// record writes what happened into the audit chain and tells open pages.
func (a StoreAct) record(ctx context.Context, tx Tx, what, reason string) error {
	missing, surplus := a.DifferenceFen()
	data := map[string]any{"kind": string(a.Kind), "amount_fen": a.Fen(), "by": int64(a.By), "lines": len(a.Lines)}
	if a.Kind == StoreCount {
		data["missing_fen"], data["surplus_fen"] = missing, surplus
	}
	if a.Kind == StorePurchase {
		data["voucher"] = a.Voucher
	}
	if err := tx.Audit(ctx, act.Record{Action: "goods." + what, Subject: a.Subject(), Area: a.Area, Reason: reason, Data: data}); err != nil {
		return err
	}
	return tx.Emit(ctx, act.Event{Kind: "goods." + what, Subject: a.Subject(), Area: a.Area, Data: map[string]any{"kind": string(a.Kind)}})
}

// offer writes the act of the first person down and holds what it moves.
func (a StoreAct) offer(ctx context.Context, tx Tx) (StoreAct, error) {
	if worth := a.Fen(); a.Kind != StoreCount {
		if err := CheckAmount("pieces", worth); err != nil {
			return StoreAct{}, err
		}
	}
	created, err := tx.AddStoreAct(ctx, &a)
	if err != nil {
		return StoreAct{}, err
	}
	if !created {
		return StoreAct{}, idReused()
	}
	if err := post(ctx, tx, a.hold()...); err != nil {
		return StoreAct{}, err
	}
	return a, a.record(ctx, tx, "offered", a.Note)
}
