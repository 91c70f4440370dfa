package relief

import (
	"context"
	"errors"
	"slices"

	"example.org/hotline/area"
	"example.org/hotline/internal/act"
	"example.org/hotline/internal/failpoint"
	"example.org/hotline/ledger"
	"example.org/hotline/ticket"
)

// PayoutInput asks for a payout of an approved decision.
type PayoutInput struct {
	PublicID string // UUID made by the client before it sends, and kept for the retry
	Decision string // public id
	Fen      int64
	Channel  ledger.Channel
	Basket   []Pieces // of a payout in goods
	Account  string   // public id of the payee's account; by bank only
}

// StartPayout makes a payout, as its maker. The owner may, and the agent who
// took the call. Up to the solo limit it is reserved at once; above it a second
// person is asked to check it. A retry with the same id changes nothing.
func StartPayout(ctx context.Context, tx Tx, in PayoutInput, r Rules) (ledger.Disbursement, error) {
	if err := ledger.CheckID("id", in.PublicID); err != nil {
		return ledger.Disbursement{}, err
	}
	if !slices.Contains(ledger.OpenChannels(), in.Channel) {
		return ledger.Disbursement{}, act.Invalid("channel", "unknown_channel", "Pay by one of the rails that are open here.")
	}
	dec, t, err := decisionOf(ctx, tx, in.Decision)
	if err != nil {
		return ledger.Disbursement{}, err
	}
	if err := mayMake(tx.Actor(), t); err != nil {
		return ledger.Disbursement{}, err
	}
	var account PayeeAccount
	if in.Channel == ledger.ChannelBank {
		if account, err = tx.PayeeAccountByRef(ctx, in.Account); err != nil {
			return ledger.Disbursement{}, err
		}
	}
	household, err := countsUnder(ctx, tx, dec, in.PublicID)
	if err != nil {
		return ledger.Disbursement{}, err
	}
	township := t.Area.At(area.LevelTownship)
	basket, err := basketOf(ctx, tx, township, in)
	if err != nil {
		return ledger.Disbursement{}, err
	}
	d, retried, err := ledger.Start(ctx, tx, ledger.StartInput{PublicID: in.PublicID, Case: ledger.CaseID(t.ID), Decision: dec.ID, AidKind: dec.AidKind,
		Channel: in.Channel, Area: township, Fen: in.Fen, Basket: basket, Payee: dec.Payee, Household: household, Account: account.PayeeAccount,
		CallTaker: t.CallTaker, Limits: r.Policy.Limits.Ledger(r.Policy.Version), Granted: dec.grants()})
	if err != nil || retried {
		return d, err
	}
	if err := told(ctx, tx, t, d, "disbursement.submitted", "", nil); err != nil {
		return ledger.Disbursement{}, err
	}
	if err := afterStart(ctx, tx, t, d); err != nil {
		return ledger.Disbursement{}, err
	}
	if err := warnLow(ctx, tx, t, d, r.Policy.Limits); err != nil {
		return ledger.Disbursement{}, err
	}
	failpoint.Hit(failpoint.PayoutBeforeCommit)
	return d, nil
}

// countsUnder is the household that a payout counts for. It may have been registered, or
// joined to another, since the decision; a payout that was started before keeps its own.
func countsUnder(ctx context.Context, tx Tx, dec Decision, publicID string) ([]byte, error) {
	before, err := tx.CaseDisbursements(ctx, ledger.CaseID(dec.Ticket))
	if err != nil {
		return nil, err
	}
	for _, d := range before {
		if d.PublicID == publicID {
			return d.Household, nil
		}
	}
	return tx.LimitIndex(ctx, dec.Ticket, dec.Payee)
}

// Pieces is so many of one kind of goods.
type Pieces struct {
	Goods string // public id
	Count int64
}

// basketOf looks the goods of a basket up in the township's store.
func basketOf(ctx context.Context, tx Tx, township area.Code, in PayoutInput) ([]ledger.GoodsLine, error) {
	if in.Channel != ledger.ChannelGoods {
		return nil, nil
	}
	var lines []ledger.GoodsLine
	for _, p := range in.Basket {
		g, err := tx.GoodsByRef(ctx, p.Goods)
		if errors.Is(err, act.ErrNotFound) || err == nil && g.Area != township {
			return nil, act.Invalid("basket", "unknown_goods", "The township's store has no such goods.")
		}
		if err != nil {
			return nil, err
		}
		lines = append(lines, ledger.GoodsLine{Goods: g.ID, PublicID: g.PublicID, Pieces: p.Count, CostFen: g.CostFen})
	}
	return lines, nil
}

func mayMake(who act.Actor, t ticket.Ticket) error {
	switch {
	case who.PostID != t.Owner && (who.StaffID != t.CallTaker || who.StaffID == 0):
		return act.Refused("not_owner", "Only the ticket's owner, or the agent who took the call, may start its payout.")
	case !t.TownshipKnown():
		return act.Refused("township_unknown", "Say first in which township it happened; its float pays.")
	default:
		return nil
	}
}

// grants is what the ledger may pay out under a decision, in fen.
func (d Decision) grants() int64 {
	if d.State != DecisionApproved {
		return 0
	}
	return d.Fen
}

// afterStart tells the next person, or that the sum is held.
func afterStart(ctx context.Context, tx Tx, t ticket.Ticket, d ledger.Disbursement) error {
	if !d.Solo() {
		return tellSigner(ctx, tx, t, d.Area, d.Level, wanted(d, ""))
	}
	if err := reservedNow(ctx, tx, t, d); err != nil {
		return err
	}
	return tellSigner(ctx, tx, t, d.Area, d.Level, message{"second_signature", d.PublicID,
		map[string]string{"amount": ledger.Yuan(d.Fen), "due": ticket.InWords(d.SecondSignatureBy)}})
}

// reservedNow says that the sum is held: of one by bank to those who send it, too, and
// to county finance where its float has to pay.
func reservedNow(ctx context.Context, tx Tx, t ticket.Ticket, d ledger.Disbursement) error {
	if d.Source != d.Area {
		return countyPays(ctx, tx, t, d)
	}
	if err := told(ctx, tx, t, d, "disbursement.reserved", "", nil); err != nil || d.Channel != ledger.ChannelBank {
		return err
	}
	return tellWaiting(ctx, tx, t, d)
}

// countyPays says that the county's float pays in the township's stead.
func countyPays(ctx context.Context, tx Tx, t ticket.Ticket, d ledger.Disbursement) error {
	if err := told(ctx, tx, t, d, "disbursement.reserved", "", map[string]any{"source_area": string(d.Source)}); err != nil {
		return err
	}
	place, err := tx.Division(ctx, d.Area)
	if err != nil {
		return err
	}
	_, err = tellRole(ctx, tx, t, d.Source, area.RoleCountyFinance, message{"county_float_used", d.PublicID,
		map[string]string{"area": place.Name, "amount": ledger.Yuan(d.Fen)}})
	return err
}

// wanted asks for a check.
func wanted(d ledger.Disbursement, again string) message {
	return message{"check_wanted", d.PublicID + again, map[string]string{"amount": ledger.Yuan(d.Fen)}}
}

// warnLow tells county finance, once a day, that a payout takes the float, or the fund
// where it is paid by bank, below the alarm's share.
func warnLow(ctx context.Context, tx Tx, t ticket.Ticket, d ledger.Disbursement, l Limits) error {
	about := d.Fen // not held yet
	if d.Solo() {
		about = 0
	}
	switch d.Channel {
	case ledger.ChannelCash:
		return warnFloat(ctx, tx, t, d, about, l)
	case ledger.ChannelBank:
		return warnFund(ctx, tx, d.Area.At(area.LevelCounty), about, l)
	default:
		return nil
	}
}

func warnFloat(ctx context.Context, tx Tx, t ticket.Ticket, d ledger.Disbursement, about int64, l Limits) error {
	float, err := tx.Float(ctx, d.Area, l.FloatFen, l.FloatLowPercent)
	if errors.Is(err, act.ErrNotFound) {
		return nil // never funded: the check will be refused, which is said there
	}
	left := float.AvailableFen - about
	if err != nil || !ledger.Low(left, l.FloatFen, l.FloatLowPercent) {
		return err
	}
	return tellLow(ctx, tx, t, "float_low", d.Area, left)
}

// CheckPayout is the checker's signature under the exact content.
func CheckPayout(ctx context.Context, tx Tx, publicID, contentHash string) (ledger.Disbursement, error) {
	return payoutAct(ctx, tx, publicID, func(t ticket.Ticket, d *ledger.Disbursement) error {
		var to PayeeAccount // zero where no bank pays
		if d.Account != 0 {
			var err error
			if to, err = tx.PayeeAccount(ctx, d.Account); err != nil {
				return err
			}
		}
		if err := ledger.Check(ctx, tx, d, contentHash, to.PayeeAccount); err != nil {
			return err
		}
		if err := told(ctx, tx, t, *d, "disbursement.checked", "", nil); err != nil {
			return err
		}
		if err := reservedNow(ctx, tx, t, *d); err != nil {
			return err
		}
		if d.Channel == ledger.ChannelBank {
			return nil // nobody takes cash out
		}
		return tellOwner(ctx, tx, t, message{"payout_checked", d.PublicID, nil})
	})
}

// IssueCash hands the cash to the actor, who thereby is the payer.
func IssueCash(ctx context.Context, tx Tx, publicID string, p *Policy) (ledger.Disbursement, error) {
	return payoutAct(ctx, tx, publicID, func(t ticket.Ticket, d *ledger.Disbursement) error {
		if err := ledger.IssueCash(ctx, tx, d, p.Limits.Ledger(p.Version)); err != nil {
			return err
		}
		return told(ctx, tx, t, *d, "cash.issued", "", nil)
	})
}

// ReturnCash brings cash that could not be handed over back to the float.
func ReturnCash(ctx context.Context, tx Tx, publicID, reason string) (ledger.Disbursement, error) {
	if err := reasonGiven(reason); err != nil {
		return ledger.Disbursement{}, err
	}
	return payoutAct(ctx, tx, publicID, func(t ticket.Ticket, d *ledger.Disbursement) error {
		if err := ledger.ReturnCash(ctx, tx, d); err != nil {
			return err
		}
		return told(ctx, tx, t, *d, "cash.returned", reason, nil)
	})
}

// CancelPayout calls a payout off before the cash was issued. Of one by bank whose earlier
// try has arrived meanwhile it calls off the try that waits: the payout has succeeded.
func CancelPayout(ctx context.Context, tx Tx, publicID, reason string, r Rules) (ledger.Disbursement, error) {
	if err := reasonGiven(reason); err != nil {
		return ledger.Disbursement{}, err
	}
	return payoutAct(ctx, tx, publicID, func(t ticket.Ticket, d *ledger.Disbursement) error {
		if err := ledger.Cancel(ctx, tx, d, reason); err != nil {
			return err
		}
		if d.State == ledger.StateSucceeded {
			return arrivedBefore(ctx, tx, &t, d, "disbursement.netted", reason, r)
		}
		return told(ctx, tx, t, *d, "disbursement.cancelled", reason, nil)
	})
}

// SecondSign is the second signature under a solo payout.
func SecondSign(ctx context.Context, tx Tx, publicID, contentHash string) (ledger.Disbursement, error) {
	return payoutAct(ctx, tx, publicID, func(t ticket.Ticket, d *ledger.Disbursement) error {
		if err := ledger.SecondSign(ctx, tx, d, contentHash); err != nil {
			return err
		}
		return told(ctx, tx, t, *d, "disbursement.second_signed", "", nil)
	})
}

// ReversePayout takes a receipted payout back by mirror entries, on county
// finance's word. The clocks' history stays; the owner is told.
func ReversePayout(ctx context.Context, tx Tx, publicID, reason string) (ledger.Disbursement, error) {
	if err := reasonGiven(reason); err != nil {
		return ledger.Disbursement{}, err
	}
	return payoutAct(ctx, tx, publicID, func(t ticket.Ticket, d *ledger.Disbursement) error {
		if err := ledger.Reverse(ctx, tx, d, reason); err != nil {
			return err
		}
		// What a bank has paid is with the payee: the decision is carried out until it is paid back.
		if d.Channel != ledger.ChannelBank {
			if err := unpay(ctx, tx, *d); err != nil {
				return err
			}
		}
		if err := told(ctx, tx, t, *d, "disbursement.reversed", reason, nil); err != nil {
			return err
		}
		return tellOwner(ctx, tx, t, message{"payout_reversed", d.PublicID, nil})
	})
}

// ReviewPayout is the word of county finance on a payout that was drawn for a review.
func ReviewPayout(ctx context.Context, tx Tx, publicID string, outcome ledger.ReviewOutcome, note string) (ledger.Disbursement, error) {
	if err := lengths([]text{{"note", note, 1000}}, "", nil, 0); err != nil {
		return ledger.Disbursement{}, err
	}
	return payoutAct(ctx, tx, publicID, func(t ticket.Ticket, d *ledger.Disbursement) error {
		if err := ledger.Review(ctx, tx, d, outcome, note); err != nil {
			return err
		}
		// What was found is for finance and the auditor: those it is about read the timeline.
		return told(ctx, tx, t, *d, "disbursement.reviewed", "", map[string]any{"review": string(outcome)})
	})
}

// payoutAct locks the ticket, then the payout, does the act, and passes the
// step at which a process may die with everything written and nothing committed.
func payoutAct(ctx context.Context, tx Tx, publicID string, do func(ticket.Ticket, *ledger.Disbursement) error) (ledger.Disbursement, error) {
	t, d, err := payoutOf(ctx, tx, publicID)
	if err != nil {
		return ledger.Disbursement{}, err
	}
	if err := do(t, &d); err != nil {
		return ledger.Disbursement{}, err
	}
	failpoint.Hit(failpoint.PayoutBeforeCommit)
	return d, nil
}

func payoutOf(ctx context.Context, tx Tx, publicID string) (ticket.Ticket, ledger.Disbursement, error) {
	id, of, err := tx.DisbursementByRef(ctx, publicID)
	if err != nil {
		return ticket.Ticket{}, ledger.Disbursement{}, err
	}
	t, err := tx.TicketForUpdate(ctx, ticket.ID(of))
	if err != nil {
		return ticket.Ticket{}, ledger.Disbursement{}, err
	}
	d, err := tx.DisbursementForUpdate(ctx, id)
	if err != nil {
		return ticket.Ticket{}, ledger.Disbursement{}, err
	}
	mine, err := tx.AnswersFor(ctx, d.Area)
	if err != nil {
		return ticket.Ticket{}, ledger.Disbursement{}, err
	}
	if !mine { // the ticket has moved since
		return ticket.Ticket{}, ledger.Disbursement{}, act.Refused("other_township", "This payout hangs on another township's float; its people must end it or call it off.")
	}
	d.CallTaker = t.CallTaker // may have become known since the payout was made
	return t, d, nil
}

// told writes a line about a payout in its ticket's timeline.
func told(ctx context.Context, tx Tx, t ticket.Ticket, d ledger.Disbursement, kind, reason string, more map[string]any) error {
	data := map[string]any{"by": tx.Actor().Name, "disbursement": d.PublicID, "amount_fen": d.Fen, "state": string(d.State)}
	for k, v := range more {
		data[k] = v
	}
	return ticket.Tell(ctx, tx, &t, kind, reason, data)
}
