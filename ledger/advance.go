package ledger

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"example.org/hotline/area"
	"example.org/hotline/internal/act"
)

// A worker's standing advance (DOMAIN 0a.11) is cash that they carry so as to help
// at once. It goes from hand to hand only when two people say so: one offers, which
// holds the sum, and the other signs, which moves it.

// AdvanceKind is what is done with a standing advance.
type AdvanceKind string

// The kinds.
const (
	AdvanceIssue    AdvanceKind = "issue"     // out of the float; the head or the county's duty officer offers, the worker signs
	AdvanceHandOver AdvanceKind = "hand_over" // to a colleague, who signs
	AdvanceReturn   AdvanceKind = "return"    // into the float; who keeps it signs
	AdvanceCount    AdvanceKind = "count"     // the worker has counted; who keeps the float signs, and a difference is booked
	AdvanceGiveBack AdvanceKind = "give_back" // the cash of a reversed receipt, from its payer into the float; who keeps it signs (giveback.go)
	AdvanceSettle   AdvanceKind = "settle"    // what somebody who is gone carried, in their name; county finance signs, and what is missing is claimed
	AdvanceRepay    AdvanceKind = "repay"     // of that claim, what came into the float; county finance signs
)

// AdvanceKinds lists every AdvanceKind.
func AdvanceKinds() []AdvanceKind {
	return []AdvanceKind{AdvanceIssue, AdvanceHandOver, AdvanceReturn, AdvanceCount, AdvanceGiveBack, AdvanceSettle, AdvanceRepay}
}

// AdvanceOutcome is how the second person answered.
type AdvanceOutcome string

// The outcomes; an act without one waits.
const (
	AdvanceSigned    AdvanceOutcome = "signed"
	AdvanceDeclined  AdvanceOutcome = "declined"  // by who was to sign
	AdvanceWithdrawn AdvanceOutcome = "withdrawn" // by who had offered
)

// AdvanceOutcomes lists every AdvanceOutcome.
func AdvanceOutcomes() []AdvanceOutcome {
	return []AdvanceOutcome{AdvanceSigned, AdvanceDeclined, AdvanceWithdrawn}
}

// AdvanceActID is the internal number of an AdvanceAct.
type AdvanceActID int64

// AdvanceAct is one thing that is done with a standing advance. It is never
// changed; the answer stands beside it.
type AdvanceAct struct {
	ID       AdvanceActID
	PublicID string // made by the client
	Kind     AdvanceKind
	Area     area.Code    // the township whose float it came from
	By       area.StaffID // who offered, or counted
	To       area.StaffID // who takes it; zero where whoever keeps the float signs
	Holder   area.StaffID // who is gone, of a settlement and a repayment
	Fen      int64        // what goes over; of a count: what was found; of a settlement: what was handed back
	BookFen  int64        // of a count and a settlement: what the books said
	Note     string
	At       time.Time
	Payout   DisbursementID // of what is given back
	Source   area.Code      // whose float it came from, and goes to
	Receipt  string         // number of the paper on which the float's keeper says that it came back

	Outcome    AdvanceOutcome // empty while it waits
	AnsweredBy area.StaffID
	AnswerNote string
	AnsweredAt time.Time

	GivenBack []Disbursement // of a settlement as it is signed: the payouts that a colleague may take on now
	reversed  []Disbursement // and those whose receipt was reversed, and whose cash the person still had
}

// AdvanceTx is what standing advances need of a transaction.
type AdvanceTx interface {
	// AccountNow is an account without a lock; one that was never opened holds nothing.
	AccountNow(ctx context.Context, ref AccountRef) (Account, error)
	// AddAdvanceAct writes an act and sets its ID. created is false where the public id exists already.
	AddAdvanceAct(ctx context.Context, a *AdvanceAct) (created bool, err error)
	// AdvanceAct loads an act with its answer; act.ErrNotFound outside the scope.
	AdvanceAct(ctx context.Context, publicID string) (AdvanceAct, error)
	// WaitingAdvanceActs lists the acts of a township without an answer in which a person gives, takes or counts, or is settled.
	WaitingAdvanceActs(ctx context.Context, township area.Code, staff area.StaffID) ([]AdvanceAct, error)
	// GivenBack reports whether the cash of a reversed payout was given back, or is offered.
	GivenBack(ctx context.Context, payout DisbursementID) (bool, error)
	// AnswerAdvanceAct writes the outcome of an act down, once: act.ErrConflict for whoever comes second.
	AnswerAdvanceAct(ctx context.Context, a AdvanceAct) error
	// TakenOn lists the payouts of a township that a person has taken on and not ended, and those whose receipt was
	// reversed and whose cash they still have, by their number, without a lock.
	TakenOn(ctx context.Context, township area.Code, staff area.StaffID) ([]Taken, error)
}

// AdvanceOf is the account of a worker's standing advance. It lies apart from what
// they carry for single payouts (CashOf), which is somebody's already: it must not be
// counted, handed over or paid to another citizen with the rest.
func AdvanceOf(township area.Code, staff area.StaffID) AccountRef {
	return AccountRef{Kind: Cash, Area: township, Holder: fmt.Sprintf("advance:%d", staff)}
}

// keepers sign for what comes back into a float, and for counts.
var keepers = []area.Role{area.RoleTownshipHead, area.RoleCountyDuty, area.RoleCountyFinance}

func (a AdvanceAct) float() AccountRef        { return AccountRef{Kind: Float, Area: a.Area} }
func (a AdvanceAct) key(effect string) string { return "advance:" + a.PublicID + ":" + effect }
func (a AdvanceAct) holder() AccountRef       { return AdvanceOf(a.Area, a.whose()) } // of a hand-over, return, count or settlement
func (a AdvanceAct) taker() AccountRef        { return AdvanceOf(a.Area, a.To) }
func (a AdvanceAct) suspense() AccountRef {
	return AccountRef{Kind: Suspense, Area: a.Area, Holder: a.holder().Holder}
}

// whose advance it is about, but for an issue: whoever began the act, or who is gone.
func (a AdvanceAct) whose() area.StaffID {
	if a.inTheirName() {
		return a.Holder
	}
	return a.By
}

// Difference is what a count or a settlement found above the books, in fen; below zero where cash is missing.
func (a AdvanceAct) Difference() int64 {
	if a.Kind != AdvanceCount && a.Kind != AdvanceSettle {
		return 0
	}
	return a.Fen - a.BookFen
}

// Subject names the act in audit and events.
func (a AdvanceAct) Subject() act.Subject { return act.Subject{Kind: "advance", ID: int64(a.ID)} }

// moved is the entry that the signature posts; none for a count that agrees. A settlement
// has entries of its own.
func (a AdvanceAct) moved() []Entry {
	switch {
	case a.Kind == AdvanceSettle:
		return nil
	case a.Kind == AdvanceRepay:
		return []Entry{entry(a.key("move"), EventAdvanceRepaid, a.Area, a.float(), ClaimOn(a.Area, a.Holder), a.Fen)}
	case a.Kind == AdvanceIssue:
		return []Entry{entry(a.key("move"), EventAdvanceIssued, a.Area, a.taker(), a.float(), a.Fen)}
	case a.Kind == AdvanceHandOver:
		return []Entry{entry(a.key("move"), EventAdvanceHandedOver, a.Area, a.taker(), a.holder(), a.Fen)}
	case a.Kind == AdvanceGiveBack:
		return []Entry{a.givenBack()}
	case a.Kind == AdvanceReturn:
		return []Entry{entry(a.key("move"), EventAdvanceReturned, a.Area, a.float(), a.holder(), a.Fen)}
	case a.Difference() < 0:
		return []Entry{entry(a.key("move"), EventCashShort, a.Area, a.suspense(), a.holder(), -a.Difference())}
	case a.Difference() > 0:
		return []Entry{entry(a.key("move"), EventCashOver, a.Area, a.holder(), a.suspense(), a.Difference())}
	default:
		return nil
	}
}

// hold is what an offer keeps from being spent twice until it is answered; none for
// a count, nor for what is done in the name of somebody who is gone, which is weighed again as it is signed.
func (a AdvanceAct) hold() []Entry {
	if a.Kind == AdvanceCount || a.inTheirName() {
		return nil
	}
	lines := a.moved()[0].Postings
	return []Entry{entry(a.key("hold"), EventReserved, a.Area, lines[0].Ref, lines[1].Ref, a.Fen)}
}

// advanceKeys are locked by whoever changes what the people of an act carry, so that a
// count never meets an act that is half done.
func advanceKeys(township area.Code, people ...area.StaffID) []LimitKey {
	var keys []LimitKey
	for _, p := range people {
		if p != 0 {
			keys = append(keys, LimitKey{Kind: "advance", Key: fmt.Sprintf("%s:%d", township, p)})
		}
	}
	slices.SortFunc(keys, func(a, b LimitKey) int { return strings.Compare(a.Key, b.Key) })
	return keys
}

// OfferInput is what somebody does with a standing advance.
type OfferInput struct {
	PublicID string
	Kind     AdvanceKind
	Area     area.Code    // the township whose float it came from
	To       area.Staff   // who takes it: for an issue and a hand-over
	Holder   area.StaffID // who is gone: for a settlement and a repayment, whose area may be the county as well
	Fen      int64        // of a count: what was found, which may be nothing; of a settlement: what was handed back
	Note     string       // why a count differs; why it is done in somebody's name
	Most     int64        // fen that anybody may carry; zero: nobody does
	Payout   string       // of a give-back: public id of the reversed payout, which says the township and the sum
	Receipt  string       // of a give-back
}

// OfferAdvance writes the act of the first of two people down and holds the sum.
func OfferAdvance(ctx context.Context, tx Tx, in OfferInput) (AdvanceAct, error) {
	a := AdvanceAct{PublicID: in.PublicID, Kind: in.Kind, Area: in.Area, By: tx.Actor().StaffID, To: in.To.ID, Holder: in.Holder, Fen: in.Fen, Note: in.Note, At: tx.Now(), Receipt: in.Receipt}
	if in.Kind == AdvanceGiveBack {
		if err := a.ofReversed(ctx, tx, in.Payout); err != nil {
			return AdvanceAct{}, err
		}
	} else if err := in.mayOffer(tx.Actor()); err != nil {
		return AdvanceAct{}, err
	}
	if err := tx.LockLimits(ctx, advanceKeys(a.Area, a.By, a.To, a.Holder)); err != nil {
		return AdvanceAct{}, err
	}
	if err := a.prove(ctx, tx, in.Most); err != nil {
		return AdvanceAct{}, err
	}
	created, err := tx.AddAdvanceAct(ctx, &a)
	if err != nil {
		return AdvanceAct{}, err
	}
	if !created {
		return AdvanceAct{}, idReused()
	}
	if hold := a.hold(); len(hold) > 0 {
		if err := post(ctx, tx, hold...); err != nil {
			return AdvanceAct{}, err
		}
	}
	return a, a.record(ctx, tx, "offered", a.Note)
}

// prove holds the act against the books.
func (a *AdvanceAct) prove(ctx context.Context, tx Tx, most int64) error {
	switch a.Kind {
	case AdvanceCount:
		return a.compare(ctx, tx)
	case AdvanceSettle:
		return a.weigh(ctx, tx)
	case AdvanceRepay:
		return a.fitsClaim(ctx, tx)
	default:
		return a.fits(ctx, tx, most)
	}
}

// mayOffer says whether this person may begin the act.
func (in OfferInput) mayOffer(who act.Actor) error {
	if in.Kind == AdvanceSettle || in.Kind == AdvanceRepay {
		return in.mayActFor(who)
	}
	begins := payers
	if in.Kind == AdvanceIssue {
		begins = signers
	}
	switch {
	case !who.May(begins...):
		return act.NotFound("advance")
	case in.Area.Level() != area.LevelTownship:
		return act.Invalid("area", "wrong_level", "A standing advance comes out of a township's float; name the township.")
	case in.Kind == AdvanceIssue && !who.Area.Contains(in.Area):
		return act.NotFound("area")
	case in.Kind == AdvanceCount:
		if in.Fen < 0 || in.Fen > MaxFen {
			return act.Invalid("counted_fen", "bad_amount", "Count the cash again: it is an amount in fen, zero where there is none.")
		}
		return nil
	case in.Kind == AdvanceReturn:
		return CheckAmount("amount_fen", in.Fen)
	case in.To.ID == who.StaffID:
		return act.Invalid("to", "own_hands", "Nobody hands money to themself; name the colleague who takes it.")
	case !slices.Contains(payers, in.To.Role) || in.To.Area.At(area.LevelTownship) != in.home(who):
		return act.Invalid("to", "unknown_staff", "Name a colleague of the township who pays out, by their sign-in name.")
	default:
		return CheckAmount("amount_fen", in.Fen)
	}
}

// home is the township whose people may take the money: after a merger that of the
// giver, while the money still stands under the old one.
func (in OfferInput) home(who act.Actor) area.Code {
	if in.Kind == AdvanceHandOver {
		return who.Area.At(area.LevelTownship)
	}
	return in.Area
}

// fits refuses what would make somebody carry more than they may.
func (a AdvanceAct) fits(ctx context.Context, tx Tx, most int64) error {
	if a.To == 0 {
		return nil
	}
	carried, err := tx.AccountNow(ctx, a.taker())
	if err != nil {
		return err
	}
	if left := most - carried.Posted - carried.PendingIn; a.Fen > left {
		return overLimit("advance_limit", "With this the person would carry more than a standing advance may hold; nothing was written. Hand out at most what is left.", left)
	}
	return nil
}

// compare looks up what the books say. While something waits for a signature nobody
// knows whose cash it is, so that is ended first.
func (a *AdvanceAct) compare(ctx context.Context, tx Tx) error {
	if err := a.nothingWaits(ctx, tx); err != nil {
		return err
	}
	account, err := tx.AccountNow(ctx, a.holder())
	if err != nil {
		return err
	}
	a.BookFen = account.Posted // in it what is held for payouts that were taken on: it lies there until the citizen has it
	if a.Fen < account.PendingOut {
		return &act.Fault{Kind: act.ErrRefused, Code: "held_not_carried", Detail: "Less cash is there than is set aside for payouts that were taken on. Give back those that cannot be paid out, then count.",
			Args: map[string]any{"held_fen": account.PendingOut}}
	}
	if a.Difference() != 0 && a.Note == "" {
		return &act.Fault{Kind: act.ErrInvalid, Code: "difference_unexplained", Field: "note", Detail: "The count differs from the books. Count again; where it stays so, write what you know of it.",
			Args: map[string]any{"book_fen": a.BookFen}}
	}
	return nil
}

// mayAnswer says whether this person may give the act this outcome. Nobody is both sides of it.
func (a AdvanceAct) mayAnswer(who act.Actor, o AdvanceOutcome) error {
	mine := who.StaffID == a.By
	switch {
	case who.StaffID == 0 || !who.May(slices.Concat(payers, keepers)...):
		return act.NotFound("advance")
	case o == AdvanceWithdrawn && !mine:
		return act.NotFound("advance")
	case o != AdvanceWithdrawn && (a.To != 0 && who.StaffID != a.To || a.To == 0 && !mine && !who.May(keepers...)):
		return act.NotFound("advance")
	case a.inTheirName() && !mine && (who.StaffID == a.Holder || !who.May(area.RoleCountyFinance)):
		return act.NotFound("advance")
	case a.Kind == AdvanceGiveBack && !mine && a.Source != a.Area && !who.May(area.RoleCountyDuty, area.RoleCountyFinance):
		return act.NotFound("advance") // it goes into the county's float, which they do not keep
	case a.Outcome != "":
		return AlreadyAnswered()
	case o != AdvanceWithdrawn && mine:
		return act.Refused("own_hands", "Who offered or counted the money cannot sign for it as well; another person must.")
	default:
		return nil
	}
}

// AlreadyAnswered refuses a second answer to one act.
func AlreadyAnswered() error {
	return act.Conflict("already_answered", "This was signed, declined or withdrawn before; reload to see it.")
}

// answers are the outcomes by the names the API uses for them.
var answers = []struct {
	name    string
	outcome AdvanceOutcome
}{{"sign", AdvanceSigned}, {"decline", AdvanceDeclined}, {"withdraw", AdvanceWithdrawn}}

// NextActs lists what this person could do with the act now, by the names the API uses.
func (a AdvanceAct) NextActs(who act.Actor) []string {
	return answersOpen(func(o AdvanceOutcome) error { return a.mayAnswer(who, o) })
}

// answersOpen names the answers that are not refused.
func answersOpen(may func(AdvanceOutcome) error) []string {
	acts := []string{}
	for _, next := range answers {
		if may(next.outcome) == nil {
			acts = append(acts, next.name)
		}
	}
	return acts
}

// AnswerAdvance is the act of the second person: the signature moves the money, or
// books what a count found; anything else lets the hold go.
func AnswerAdvance(ctx context.Context, tx Tx, publicID string, o AdvanceOutcome, note string) (AdvanceAct, error) {
	a, err := tx.AdvanceAct(ctx, publicID)
	if err != nil {
		return AdvanceAct{}, err
	}
	if err := a.mayAnswer(tx.Actor(), o); err != nil {
		return AdvanceAct{}, err
	}
	if o == AdvanceDeclined && note == "" {
		return AdvanceAct{}, act.Invalid("reason", "reason_required", "Say why you do not sign.")
	}
	if a.Kind == AdvanceSettle && o == AdvanceSigned {
		if err := a.lockTakenOn(ctx, tx); err != nil {
			return AdvanceAct{}, err
		}
	}
	if err := tx.LockLimits(ctx, advanceKeys(a.Area, a.By, a.To, a.Holder)); err != nil {
		return AdvanceAct{}, err
	}
	a.Outcome, a.AnsweredBy, a.AnswerNote, a.AnsweredAt = o, tx.Actor().StaffID, note, tx.Now()
	if err := tx.AnswerAdvanceAct(ctx, a); err != nil {
		return AdvanceAct{}, err
	}
	entries, err := a.effects(ctx, tx)
	if err != nil {
		return AdvanceAct{}, err
	}
	if len(entries) > 0 {
		if err := post(ctx, tx, entries...); err != nil {
			return AdvanceAct{}, err
		}
	}
	for i := range a.GivenBack {
		if err := tx.SaveDisbursement(ctx, &a.GivenBack[i]); err != nil {
			return AdvanceAct{}, err
		}
	}
	return a, a.record(ctx, tx, string(o), note)
}

// effects are the entries of the answer: the hold ends, and a signature moves the money.
func (a *AdvanceAct) effects(ctx context.Context, tx Tx) (entries []Entry, err error) {
	for _, hold := range a.hold() {
		held, err := tx.LedgerEntryByKey(ctx, hold.Key)
		if err != nil {
			return nil, err
		}
		release := hold.mirror(a.key("release"), EventReleased, Released)
		release.Resolves = held
		entries = append(entries, release)
	}
	if a.Outcome != AdvanceSigned {
		return entries, nil
	}
	moved := a.moved()
	switch a.Kind {
	case AdvanceSettle:
		moved, err = a.settlement(ctx, tx)
	case AdvanceRepay:
		err = a.fitsClaim(ctx, tx)
	default:
	}
	for _, m := range moved {
		m.Reason = a.Note
		entries = append(entries, m)
	}
	return entries, err
}

// record writes what happened into the audit chain and tells open pages.
func (a AdvanceAct) record(ctx context.Context, tx Tx, what, reason string) error {
	err := tx.Audit(ctx, act.Record{Action: "advance." + what, Subject: a.Subject(), Area: a.Area, Reason: reason,
		Data: map[string]any{"kind": string(a.Kind), "amount_fen": a.Fen, "by": int64(a.By), "to": int64(a.To), "holder": int64(a.Holder), "difference_fen": a.Difference()}})
	if err != nil {
		return err
	}
	return tx.Emit(ctx, act.Event{Kind: "advance." + what, Subject: a.Subject(), Area: a.Area, Data: map[string]any{"kind": string(a.Kind)}})
}
