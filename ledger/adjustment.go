package ledger

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"

	"example.org/hotline/area"
	"example.org/hotline/internal/act"
)

// An adjustment ends what stands in suspense, or books what a bank took or paid of its own
// accord. One person of county finance proposes it against a voucher, another signs.

// AdjustmentKind is what an adjustment does.
type AdjustmentKind string

// The kinds.
const (
	AdjustCover    AdjustmentKind = "cover"     // the fund pays for a late success that it could not cover
	AdjustPaidIn   AdjustmentKind = "paid_in"   // what a count had missed was brought into the float
	AdjustClaim    AdjustmentKind = "claim"     // who carried it is to make it good; the county refills the float meanwhile
	AdjustWriteOff AdjustmentKind = "write_off" // nobody makes it good; the county refills the float
	AdjustSurplus  AdjustmentKind = "surplus"   // what a count found too much goes from the float to the bank, and is the county's
	AdjustFee      AdjustmentKind = "fee"       // a line of the bank's statement: a fee
	AdjustInterest AdjustmentKind = "interest"  // a line of the bank's statement: interest
)

// AdjustmentKinds lists every AdjustmentKind.
func AdjustmentKinds() []AdjustmentKind {
	return []AdjustmentKind{AdjustCover, AdjustPaidIn, AdjustClaim, AdjustWriteOff, AdjustSurplus, AdjustFee, AdjustInterest}
}

// ofLine reports whether the kind books a line of a statement, and not what stands in suspense.
func (k AdjustmentKind) ofLine() bool { return k == AdjustFee || k == AdjustInterest }

// What is spent or given otherwise than as aid stands in accounts of its own.
const (
	HolderFees     = "bank_fee" // of an expense
	HolderShortage = "shortage" // of an expense
	HolderInterest = "interest" // of an appropriation
	HolderSurplus  = "surplus"  // of an appropriation
)

// AdjustmentID is the internal number of an Adjustment.
type AdjustmentID int64

// Adjustment is one of them. It is never changed; the answer stands beside it.
type Adjustment struct {
	ID       AdjustmentID
	PublicID string // made by the client
	Kind     AdjustmentKind
	County   area.Code
	Suspense AccountRef // whose balance it ends; zero where it books a line
	Line     string     // public id of the line that it books; empty where it ends a suspense
	Fen      int64      // above zero
	Voucher  string     // the document that says so
	Note     string
	By       area.StaffID
	At       time.Time

	Outcome    AdvanceOutcome // as with an advance: empty while it waits
	AnsweredBy area.StaffID
	AnswerNote string
	AnsweredAt time.Time
}

// AdjustTx is what adjustments need beside the rest.
type AdjustTx interface {
	Tx
	// SuspenseByRef loads a suspense account by its public id, without a lock; act.ErrNotFound outside the scope.
	SuspenseByRef(ctx context.Context, publicID string) (Account, error)
	// OpenLine is what a line of a county's statement moved, below zero what left; act.ErrNotFound outside the scope, act.ErrConflict where it is settled.
	OpenLine(ctx context.Context, county area.Code, publicID string) (fen int64, err error)
	// SettleLineBy matches a line with the entry that was made of it. act.ErrConflict where it is settled. It comes after the accounts.
	SettleLineBy(ctx context.Context, line string, entry EntryID) error
	// AddAdjustment writes an adjustment and sets its ID. created is false where the public id exists already.
	AddAdjustment(ctx context.Context, a *Adjustment) (created bool, err error)
	// AdjustmentWaits reports whether another adjustment of the same suspense or line has no answer yet.
	AdjustmentWaits(ctx context.Context, a Adjustment) (bool, error)
	// Adjustment loads an adjustment with its answer; act.ErrNotFound outside the scope.
	Adjustment(ctx context.Context, publicID string) (Adjustment, error)
	// AnswerAdjustment writes the outcome down, once: act.ErrConflict for whoever comes second.
	AnswerAdjustment(ctx context.Context, a Adjustment) error
}

// AdjustInput is what somebody of county finance proposes.
type AdjustInput struct {
	PublicID string
	Kind     AdjustmentKind
	Suspense string // public id of the account
	Line     string // or of the line
	Fen      int64  // zero: all of it
	Voucher  string
	Note     string
}

// ProposeAdjustment writes down what the first person says; nothing moves until another signs.
func ProposeAdjustment(ctx context.Context, tx AdjustTx, in AdjustInput) (Adjustment, error) {
	me := tx.Actor()
	a := Adjustment{PublicID: in.PublicID, Kind: in.Kind, County: me.Area, Line: in.Line, Fen: in.Fen, Voucher: in.Voucher, Note: in.Note, By: me.StaffID, At: tx.Now()}
	switch {
	case !me.May(area.RoleCountyFinance):
		return a, act.NotFound("account")
	case in.Voucher == "":
		return a, act.Invalid("voucher", "voucher_required", "Give the voucher's number, so that it counts once.")
	case in.Kind.ofLine() != (in.Line != "") || in.Kind.ofLine() == (in.Suspense != ""):
		return a, act.Invalid("kind", "adjustment_of", "A fee or interest is of a line of the statement; anything else ends what stands in suspense.")
	}
	if err := CheckID("id", in.PublicID); err != nil {
		return a, err
	}
	if err := a.look(ctx, tx, in); err != nil {
		return a, err
	}
	if err := a.notTheirs(me); err != nil {
		return a, err
	}
	waits, err := tx.AdjustmentWaits(ctx, a)
	if err != nil {
		return a, err
	}
	if waits {
		return a, act.Refused("adjustment_waits", "A colleague has proposed something about this already; sign, decline or withdraw that first.")
	}
	created, err := tx.AddAdjustment(ctx, &a)
	if err != nil {
		return a, err
	}
	if !created {
		return a, idReused()
	}
	return a, a.record(ctx, tx, "proposed", a.Note)
}

// look finds what is to be ended and refuses a kind or sum that does not fit it.
func (a *Adjustment) look(ctx context.Context, tx AdjustTx, in AdjustInput) error {
	var stands int64 // debit positive
	var err error
	if a.Kind.ofLine() {
		stands, err = tx.OpenLine(ctx, a.County, a.Line)
	} else {
		var account Account
		account, err = tx.SuspenseByRef(ctx, in.Suspense)
		a.Suspense, stands = account.AccountRef, account.Posted
	}
	if err != nil {
		return err
	}
	if !slices.Contains(a.fitting(stands), a.Kind) {
		return act.Refused("adjustment_kind", "That does not fit what stands there: look at the sum and its sign, and choose again.")
	}
	if stands < 0 {
		stands = -stands
	}
	most := stands
	if a.Kind == AdjustCover {
		if most, err = a.oneTry(ctx, tx, stands); err != nil {
			return err
		}
	}
	if a.Fen == 0 || a.Kind.ofLine() {
		a.Fen = most
	}
	if err := CheckAmount("amount_fen", a.Fen); err != nil {
		return err
	}
	if a.Kind == AdjustCover && a.Fen != most {
		return &act.Fault{Kind: act.ErrInvalid, Code: "cover_whole", Field: "amount_fen", Detail: "A late success is covered whole, one at a time, so that it agrees with its line of the bank's statement.", Args: map[string]any{"left_fen": most}}
	}
	if a.Fen > stands {
		return &act.Fault{Kind: act.ErrInvalid, Code: "above_suspense", Field: "amount_fen", Detail: "This is more than stands there.", Args: map[string]any{"left_fen": stands}}
	}
	return nil
}

// oneTry is what the bank has paid by one late success: the payout's sum, of which several
// may stand there.
func (a Adjustment) oneTry(ctx context.Context, tx AdjustTx, stands int64) (int64, error) {
	id, err := strconv.ParseInt(strings.TrimPrefix(a.Suspense.Holder, "payout:"), 10, 64)
	if err != nil {
		return 0, fmt.Errorf("read which payout stands in suspense: %w", err)
	}
	d, err := tx.DisbursementForUpdate(ctx, DisbursementID(id))
	return min(d.Fen, stands), err
}

// notTheirs keeps whoever has the shortage from ending it, whatever post they hold by now.
func (a Adjustment) notTheirs(who act.Actor) error {
	if a.Suspense.Holder == fmt.Sprintf("advance:%d", who.StaffID) {
		return act.Refused("own_shortage", "This was found in what you carry or carried yourself; two colleagues must end it.")
	}
	return nil
}

// fitting are the kinds that can end what stands where the adjustment looks, debit positive.
func (a Adjustment) fitting(stands int64) []AdjustmentKind {
	switch {
	case a.Line != "" && stands < 0:
		return []AdjustmentKind{AdjustFee}
	case a.Line != "":
		return []AdjustmentKind{AdjustInterest}
	case stands < 0 && strings.HasPrefix(a.Suspense.Holder, "payout:"):
		return []AdjustmentKind{AdjustCover}
	case strings.HasPrefix(a.Suspense.Holder, "payout:"):
		return nil
	case stands > 0 && a.ofGoods():
		return []AdjustmentKind{AdjustWriteOff}
	case stands > 0:
		return []AdjustmentKind{AdjustPaidIn, AdjustClaim, AdjustWriteOff}
	case stands < 0:
		return []AdjustmentKind{AdjustSurplus}
	default:
		return nil
	}
}

// ofGoods reports whether a store's count has found it: no float has lost or won anything.
func (a Adjustment) ofGoods() bool { return a.Suspense.Holder == "goods" }

// AdjustmentsOf are the kinds by which what stands in a suspense account can be ended.
func AdjustmentsOf(suspense Account) []AdjustmentKind {
	return Adjustment{Suspense: suspense.AccountRef}.fitting(suspense.Posted)
}

// ofDebit reports whether the kind ends a debit: cash that is missing, or money that came in by a line.
func (a Adjustment) ofDebit() bool {
	return a.Kind == AdjustPaidIn || a.Kind == AdjustClaim || a.Kind == AdjustWriteOff || a.Kind == AdjustInterest
}

// mayAnswer says whether this person may give the adjustment this outcome.
func (a Adjustment) mayAnswer(who act.Actor, o AdvanceOutcome) error {
	switch mine := who.StaffID == a.By; {
	case !who.May(area.RoleCountyFinance) || who.Area != a.County, o == AdvanceWithdrawn && !mine:
		return act.NotFound("adjustment")
	case a.Outcome != "":
		return AlreadyAnswered()
	case o != AdvanceWithdrawn && mine:
		return act.Refused("own_adjustment", "Who proposed the adjustment cannot sign it; another person must.")
	case o == AdvanceSigned:
		return a.notTheirs(who)
	default:
		return nil
	}
}

// NextActs lists what this person could do with the adjustment now, by the names the API uses.
func (a Adjustment) NextActs(who act.Actor) []string {
	return answersOpen(func(o AdvanceOutcome) error { return a.mayAnswer(who, o) })
}

// AnswerAdjustment is the act of the second person: the signature books it.
func AnswerAdjustment(ctx context.Context, tx AdjustTx, publicID string, o AdvanceOutcome, note string) (Adjustment, error) {
	a, err := tx.Adjustment(ctx, publicID)
	if err != nil {
		return a, err
	}
	if err := a.mayAnswer(tx.Actor(), o); err != nil {
		return a, err
	}
	if o == AdvanceDeclined && note == "" {
		return a, act.Invalid("reason", "reason_required", "Say why you do not sign.")
	}
	a.Outcome, a.AnsweredBy, a.AnswerNote, a.AnsweredAt = o, tx.Actor().StaffID, note, tx.Now()
	if err := tx.AnswerAdjustment(ctx, a); err != nil {
		return a, err
	}
	if o == AdvanceSigned {
		if err := a.book(ctx, tx); err != nil {
			return a, err
		}
	}
	return a, a.record(ctx, tx, string(o), note)
}

// book posts what was signed. What stands in suspense may have changed since it was proposed.
func (a Adjustment) book(ctx context.Context, tx AdjustTx) error {
	if a.Kind == AdjustClaim {
		staff, err := strconv.ParseInt(strings.TrimPrefix(a.Suspense.Holder, "advance:"), 10, 64)
		if err != nil {
			return fmt.Errorf("read whose the shortage is: %w", err)
		}
		err = tx.AddClaim(ctx, &Claim{PublicID: uuid.NewString(), Staff: area.StaffID(staff), Area: a.County, Fen: a.Fen, Why: ClaimShortage, Reason: a.Note,
			OpenedBy: a.By, OpenedAt: tx.Now(), Version: 1})
		if err != nil {
			return err
		}
	}
	entries := a.entries()
	held, err := lock(ctx, tx, refsOf(entries))
	if err != nil {
		return err
	}
	if left := held[a.Suspense].Posted; !a.Kind.ofLine() && (a.ofDebit() && left < a.Fen || !a.ofDebit() && left > -a.Fen) {
		return act.Conflict("suspense_changed", "What stands there has changed since this was proposed; decline it and look again.")
	}
	if err := held.write(ctx, tx, entries...); err != nil || !a.Kind.ofLine() {
		return err
	}
	id, err := tx.LedgerEntryByKey(ctx, entries[0].Key)
	if err != nil {
		return err
	}
	return tx.SettleLineBy(ctx, a.Line, id)
}

// entries are what the signature posts.
func (a Adjustment) entries() []Entry {
	at := func(k Kind, holder string) AccountRef { return AccountRef{Kind: k, Area: a.County, Holder: holder} }
	entry := func(effect string, ev Event, debit, credit AccountRef) Entry {
		e := entry("adjustment:"+a.PublicID+":"+effect, ev, a.County, debit, credit, a.Fen)
		e.Reason = a.Note
		return e
	}
	fund, float := at(Fund, ""), FloatOf(a.Suspense.Area)
	refill := func(ev Event, debit AccountRef) []Entry {
		return []Entry{entry("clear", ev, debit, a.Suspense), entry("refill", EventFloatRefilled, float, fund)}
	}
	spent, kept := AccountRef{Kind: Expense, Area: a.Suspense.Area, Holder: HolderShortage}, at(Appropriation, HolderSurplus)
	switch {
	case a.ofGoods() && a.Kind == AdjustWriteOff:
		return []Entry{entry("clear", EventSuspenseSpent, spent, a.Suspense)}
	case a.ofGoods():
		return []Entry{entry("clear", EventSurplusKept, a.Suspense, kept)}
	}
	switch a.Kind {
	case AdjustCover:
		return []Entry{entry("clear", EventSuspenseCovered, a.Suspense, fund)}
	case AdjustPaidIn:
		return []Entry{entry("clear", EventSuspensePaidIn, float, a.Suspense)}
	case AdjustClaim:
		return refill(EventSuspenseClaimed, at(Recovery, ""))
	case AdjustWriteOff:
		return refill(EventSuspenseSpent, spent)
	case AdjustSurplus:
		return []Entry{entry("clear", EventSurplusKept, a.Suspense, kept), entry("deposit", EventSurplusDeposited, fund, float)}
	case AdjustFee:
		return []Entry{entry("book", EventBankFee, at(Expense, HolderFees), fund)}
	default:
		return []Entry{entry("book", EventBankInterest, fund, at(Appropriation, HolderInterest))}
	}
}

// record writes what happened into the audit chain and tells open pages.
func (a Adjustment) record(ctx context.Context, tx Tx, what, reason string) error {
	subject := act.Subject{Kind: "adjustment", ID: int64(a.ID)}
	err := tx.Audit(ctx, act.Record{Action: "adjustment." + what, Subject: subject, Area: a.County, Reason: reason,
		Data: map[string]any{"kind": string(a.Kind), "amount_fen": a.Fen, "voucher": a.Voucher, "by": int64(a.By)}})
	return errors.Join(err, tx.Emit(ctx, act.Event{Kind: "ledger.adjustment_" + what, Subject: subject, Area: a.County, Data: map[string]any{"kind": string(a.Kind)}}))
}
