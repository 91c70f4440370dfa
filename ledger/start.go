package ledger

import (
	"context"
	"fmt"

	"example.org/hotline/area"
	"example.org/hotline/internal/act"
)

// The timer kinds of a payout, on the subject "disbursement".
const (
	TimerSecondSignature = "second_signature" // a solo payout still lacks its second signature
	TimerCheckUnanswered = "check_unanswered" // the township head has not answered: the county may check
)

// StartInput is what a maker asks to be paid. The caller holds the case's lock.
type StartInput struct {
	PublicID  string
	Case      CaseID
	Decision  DecisionID
	AidKind   string
	Channel   Channel
	Area      area.Code // the township
	Fen       int64
	Payee     []byte
	Household []byte
	Account   PayeeAccount // of a payout by bank: where the money goes
	Basket    []GoodsLine  // of a payout in goods
	CallTaker area.StaffID
	Granted   int64 // what the decision allows in all; zero where it is not approved
	Limits    Limits
}

// Start makes a payout. Up to the solo limit the sum is reserved at once and a
// second signature falls due; above it the payout waits for its checker. The
// same id with the same content is a retry and changes nothing; with other
// content it is act.ErrKeyReused. retried tells which.
func Start(ctx context.Context, tx Tx, in StartInput) (d Disbursement, retried bool, err error) {
	if err := CheckAmount("amount_fen", in.Fen); err != nil {
		return Disbursement{}, false, err
	}
	me := tx.Actor()
	if !me.May(makers...) {
		return Disbursement{}, false, notYours()
	}
	d = Disbursement{PublicID: in.PublicID, Case: in.Case, Decision: in.Decision, AidKind: in.AidKind, Channel: in.Channel, Area: in.Area, Source: in.Area,
		Fen: in.Fen, Payee: in.Payee, Household: in.Household, Policy: in.Limits.Policy, CallTaker: in.CallTaker,
		Maker: me.StaffID, MakerRole: me.Role, State: StateDraft, SubmittedAt: tx.Now(), Version: 1}
	if in.Channel == ChannelBank {
		d.Account, d.AccountIndex = in.Account.ID, in.Account.Index
	}
	if in.Channel == ChannelGoods {
		d.Basket = in.Basket
	}
	if d.Content, err = d.contentHash(); err != nil {
		return Disbursement{}, false, err
	}
	others, err := tx.CaseDisbursements(ctx, d.Case)
	if err != nil {
		return Disbursement{}, false, err
	}
	if old, err := earlier(others, d); err != nil || old.ID != 0 {
		return old, true, err
	}
	if err := withinDecision(others, d, in.Granted); err != nil {
		return Disbursement{}, false, err
	}
	if err := d.checkBasket(); err != nil {
		return Disbursement{}, false, err
	}
	if in.Channel == ChannelBank {
		if err := in.Account.payable(d.Case, d.Payee); err != nil {
			return Disbursement{}, false, err
		}
	}
	if err := noKin(ctx, tx, d, d.Maker, in.Account.EnteredBy, in.Account.VerifiedBy); err != nil {
		return Disbursement{}, false, err
	}
	if err := measure(ctx, tx, &d, in.Limits); err != nil {
		return Disbursement{}, false, err
	}
	return d, false, submit(ctx, tx, &d, in.Limits)
}

// earlier finds the payout that a retry has made already.
func earlier(others []Disbursement, d Disbursement) (Disbursement, error) {
	for _, old := range others {
		if old.PublicID != d.PublicID {
			continue
		}
		if old.Maker != d.Maker || !old.sameContent(fmt.Sprintf("%x", d.Content)) {
			return Disbursement{}, idReused()
		}
		return old, nil
	}
	return Disbursement{}, nil
}

// withinDecision makes a payout carry out its decision exactly, and once.
func withinDecision(others []Disbursement, d Disbursement, granted int64) error {
	if granted == 0 {
		return act.Refused("not_approved", "The decision is not open for payment: it waits for approval, was declined, or has been paid.")
	}
	left, late := granted, int64(0)
	for _, other := range others {
		switch {
		case other.Decision != d.Decision:
		case other.State.Live():
			left -= other.Fen
		default:
			late += other.Late
		}
	}
	switch left -= late; {
	case left <= 0 && late > 0:
		return paidAfterAll(late)
	case left == 0:
		return payoutExists()
	}
	if d.Fen != left {
		return &act.Fault{Kind: act.ErrInvalid, Code: "amount_differs", Field: "amount_fen", Detail: "A payout pays exactly what was decided; decide again where another sum is due.",
			Args: map[string]any{"decided_fen": left}}
	}
	return nil
}

func payoutExists() error {
	return act.Refused("payout_exists", "A payout of this decision is under way already; reload the ticket to see it.")
}

func paidAfterAll(late int64) error {
	return &act.Fault{Kind: act.ErrRefused, Code: "paid_after_all", Args: map[string]any{"late_fen": late},
		Detail: "A payout of this decision that was called off has arrived at the bank after all. It is claimed back; the decision can be paid once that is settled."}
}

func idReused() error {
	return &act.Fault{Kind: act.ErrKeyReused, Code: "id_reused", Field: "id",
		Detail: "This id already names another payout; nothing was written. Make a new id for a new payout."}
}

// submit writes the payout, counts it, and reserves what needs no check.
func submit(ctx context.Context, tx Tx, d *Disbursement, l Limits) (err error) {
	if d.State, err = d.State.Next(StepSubmit); err != nil {
		return err
	}
	if d.Solo() {
		d.SecondSignatureBy = tx.Now().Add(l.SecondSignature)
	} else {
		d.CountyMayCheckAt = tx.Now().Add(l.CountyMayCheck)
	}
	created, err := tx.AddDisbursement(ctx, d)
	if err != nil {
		return err
	}
	if !created {
		return idReused()
	}
	if err := tx.AddBasket(ctx, d.ID, d.Basket); err != nil {
		return err
	}
	if err := tx.AddLimitUse(ctx, d.ID, d.countedUnder(), d.Fen); err != nil {
		return err
	}
	if !d.Solo() {
		return tx.Arm(ctx, act.Timer{Subject: d.Subject(), Kind: TimerCheckUnanswered, Epoch: 1, DueAt: d.CountyMayCheckAt})
	}
	if err := reserve(ctx, tx, d); err != nil {
		return err
	}
	return tx.Arm(ctx, act.Timer{Subject: d.Subject(), Kind: TimerSecondSignature, Epoch: 1, DueAt: d.SecondSignatureBy})
}

// reserve makes the sum owed and holds it where it is to be paid from.
func reserve(ctx context.Context, tx Tx, d *Disbursement) error {
	return reserveAfter(ctx, tx, d, d.entry("approve", EventApproved, d.expense(), d.payable()))
}

// reserveAfter books what makes the sum owed, and holds it where it is to be paid
// from; by bank that is one more try. What is to come out of a standing advance is
// held when somebody takes it on, since nobody knows before whose advance that is.
func reserveAfter(ctx context.Context, tx Tx, d *Disbursement, owed Entry) (err error) {
	if d.State, err = d.State.Next(StepReserve); err != nil {
		return err
	}
	d.Attempt, d.ReservedAt = d.Attempt+1, tx.Now()
	switch d.Channel {
	case ChannelAdvance:
		err = post(ctx, tx, owed)
	case ChannelCash:
		err = d.holdInFloat(ctx, tx, owed)
	default:
		err = post(ctx, tx, owed, d.reservation())
	}
	if err != nil {
		return err
	}
	if d.Channel == ChannelBank {
		if err := tx.AddAttempt(ctx, d.newAttempt()); err != nil {
			return err
		}
	}
	return tx.SaveDisbursement(ctx, d)
}

// holdInFloat makes the sum owed and holds it in the float that has it. Where the
// township's lacks it the county's pays: both are locked before that is decided.
func (d *Disbursement) holdInFloat(ctx context.Context, tx Tx, owed Entry) error {
	held, err := lock(ctx, tx, []AccountRef{d.expense(), d.payable(), FloatOf(d.Area)}, d.countyFloat())
	if err != nil {
		return err
	}
	if d.Source, err = held.payer(*d); err != nil {
		return err
	}
	return held.write(ctx, tx, owed, d.reservation())
}

// payer is whose float holds enough for a payout: the township's, else the county's.
func (held books) payer(d Disbursement) (area.Code, error) {
	for _, float := range []AccountRef{FloatOf(d.Area), d.countyFloat()} {
		if held[float].Available() >= d.Fen {
			return float.Area, nil
		}
	}
	return "", act.Refused("float_empty", "Neither the township's float nor the county's holds enough. Nothing was written; county finance can fill either.")
}
