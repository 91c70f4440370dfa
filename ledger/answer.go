package ledger

import (
	"context"
	"fmt"

	"github.com/google/uuid"

	"example.org/hotline/area"
	"example.org/hotline/internal/act"
)

// Word is what a bank says of one try at a payout.
type Word string

// The words. What a bank does not say has no word: it stays unknown.
const (
	WordAccepted  Word = "accepted"  // it has it, and has not decided
	WordSucceeded Word = "succeeded" // the money is on the payee's account
	WordFailed    Word = "failed"    // it did not arrive, or came back
)

// Said is a word about one try.
type Said struct {
	Line
	Word   Word
	Reason string // of a failure (rail.Reason)
	Code   string // the bank's own
}

// Turn is what a word changed.
type Turn string

// The turns.
const (
	TurnNone      Turn = ""
	TurnAcked     Turn = "acked"
	TurnSucceeded Turn = "succeeded"
	TurnFailed    Turn = "failed"
	TurnReturned  Turn = "returned"   // it had arrived and came back
	TurnLate      Turn = "late"       // it had failed and arrived after all; nothing had been paid anew
	TurnPaidTwice Turn = "paid_twice" // it had failed and arrived after all, when the payout was paid anew or called off
	TurnRecovered Turn = "recovered"  // what was to be claimed back came back through the bank
)

// turn is what a word changes for a try at a payout, and how the payout goes on;
// an empty state: it stays as it is.
type turn struct {
	is  Turn
	now State
}

// hear judges a word by what the bank has said of this very try before. The same
// word again changes nothing.
func (s Said) hear() (turn, error) {
	open := s.Attempt.State == StateSent || s.Attempt.State == StateAcked || s.Attempt.State == StateUnknown
	newest := s.Attempt.Number == s.Payout.Attempt
	switch {
	case s.Word == WordAccepted && s.Attempt.State == StateSent:
		return turn{TurnAcked, StateAcked}, nil
	case s.Word == WordSucceeded && open:
		return turn{TurnSucceeded, StateSucceeded}, nil
	case s.Word == WordFailed && open:
		return turn{TurnFailed, StateFailed}, nil
	case s.Word == WordSucceeded && s.Attempt.State == StateFailed && newest && (s.Payout.State == StateFailed || s.Payout.State == StateFixed):
		return turn{TurnLate, StateSucceeded}, nil
	case s.Word == WordSucceeded && s.Attempt.State == StateFailed:
		return turn{TurnPaidTwice, ""}, nil
	case s.Word == WordFailed && s.Attempt.State == StateSucceeded && newest && s.Payout.State == StateSucceeded:
		return turn{TurnReturned, StateFailed}, nil
	case s.Word == WordFailed && s.Attempt.State == StateSucceeded && s.Payout.State == StateReconciled && newest:
		return turn{}, act.Refused("reconciled_already", "A payout of this file was reconciled with the statement and the bank now says that it failed; nothing was loaded. Ask the bank.")
	case s.Word == WordFailed && s.Attempt.State == StateSucceeded:
		return turn{TurnRecovered, ""}, nil
	default:
		return turn{}, nil
	}
}

// BankSays books what a bank says of many tries, all of it or nothing, and tells
// what each word changed, in order. The payouts are locked and each stands there once.
func BankSays(ctx context.Context, tx Tx, all []Said) ([]Turn, error) {
	turns := make([]Turn, 0, len(all))
	var entries []Entry
	for _, s := range all {
		t, err := s.hear()
		if err != nil {
			return nil, err
		}
		turns = append(turns, t.is)
		if t.is == TurnNone {
			continue
		}
		moved, err := s.moves(ctx, tx, t.is)
		if err != nil {
			return nil, err
		}
		entries = append(entries, moved...)
		if err := s.settle(ctx, tx, t); err != nil {
			return nil, err
		}
	}
	if len(entries) == 0 {
		return turns, nil
	}
	return turns, post(ctx, tx, entries...)
}

// moves are the entries of a turn. A bank may change its mind any number of times,
// so that each is keyed by how often it was heard.
func (s Said) moves(ctx context.Context, tx Tx, t Turn) ([]Entry, error) {
	d := *s.Payout
	d.Attempt = s.Attempt.Number
	entry := func(ev Event, debit, credit AccountRef) Entry {
		return d.entry(fmt.Sprintf("bank:%d:%d", s.Attempt.Number, s.Attempt.Version), ev, debit, credit)
	}
	switch t {
	case TurnSucceeded, TurnFailed:
		release, err := d.releaseTransit(ctx, tx)
		if err != nil {
			return nil, err
		}
		if t == TurnFailed {
			return []Entry{release, entry(EventBankFailed, d.inTransit(), d.returned())}, nil
		}
		return []Entry{release, entry(EventBankSucceeded, d.inTransit(), d.fund())}, nil
	case TurnLate:
		return []Entry{entry(EventLateSuccess, d.returned(), d.fund())}, nil
	case TurnPaidTwice:
		return []Entry{entry(EventLateSuccess, d.recovery(), d.fund())}, nil
	case TurnReturned:
		return []Entry{entry(EventBankReturned, d.fund(), d.returned())}, nil
	case TurnRecovered:
		return []Entry{entry(EventRecovered, d.fund(), d.recovery())}, nil
	default:
		return nil, nil
	}
}

// settle writes down what a turn makes of the try and its payout, and opens or
// ends the claim that follows of it.
func (s Said) settle(ctx context.Context, tx Tx, t turn) error {
	d, a := s.Payout, s.Attempt
	if t.now != "" { // what has ended stays as it is
		d.State = t.now
		if err := tx.SaveDisbursement(ctx, d); err != nil {
			return err
		}
	}
	switch s.Word {
	case WordAccepted:
		a.State = StateAcked
		return tx.SaveAttempt(ctx, a)
	case WordSucceeded:
		a.State, a.Reason, a.Code = StateSucceeded, "", s.Code
	case WordFailed:
		a.State, a.Reason, a.Code = StateFailed, s.Reason, s.Code
	}
	a.AnsweredAt = tx.Now()
	if err := tx.SaveAttempt(ctx, a); err != nil {
		return err
	}
	switch t.is {
	case TurnPaidTwice:
		return tx.AddClaim(ctx, &Claim{PublicID: uuid.NewString(), Disbursement: d.ID, Attempt: a.Number, Area: d.fund().Area, Fen: d.Fen,
			Why: ClaimLateSuccess, OpenedBy: tx.Actor().StaffID, OpenedAt: tx.Now(), Version: 1})
	case TurnRecovered:
		c, err := tx.NewestClaim(ctx, d.ID, a.Number)
		if err != nil {
			return err
		}
		c.Recovered += d.Fen // above the claim where the payee had given it back as well
		return recovered(ctx, tx, &c)
	default:
		return nil
	}
}

// recovered writes a claim. A reversed payout that is paid back whole does not count
// against its limits any more.
func recovered(ctx context.Context, tx Tx, c *Claim) error {
	if c.Why == ClaimReversed && c.Recovered >= c.Fen {
		if err := tx.ReleaseLimitUse(ctx, c.Disbursement); err != nil {
			return err
		}
	}
	return tx.SaveClaim(ctx, c)
}

// Recover books what a payee has paid back of a claim. voucher makes it happen once.
func Recover(ctx context.Context, tx Tx, c *Claim, fen int64, voucher string) error {
	switch {
	case !tx.Actor().May(area.RoleCountyFinance):
		return act.NotFound("claim")
	case voucher == "":
		return act.Invalid("voucher", "voucher_required", "Give the voucher's number, so that it counts once.")
	}
	if err := CheckAmount("amount_fen", fen); err != nil {
		return err
	}
	if left := c.Fen - c.Recovered; fen > left {
		return &act.Fault{Kind: act.ErrInvalid, Code: "above_claim", Field: "amount_fen", Detail: "This is more than is still to be paid back.", Args: map[string]any{"left_fen": left}}
	}
	county := c.Area
	c.Recovered += fen
	if err := recovered(ctx, tx, c); err != nil {
		return err
	}
	e := entry("claim:"+c.PublicID+":"+voucher, EventRecovered, county, AccountRef{Kind: Fund, Area: county}, AccountRef{Kind: Recovery, Area: county}, fen)
	if err := post(ctx, tx, e); err != nil {
		return err
	}
	return tx.Audit(ctx, act.Record{Action: "ledger.recovered", Subject: act.Subject{Kind: "claim", ID: int64(c.ID)}, Area: county,
		Data: map[string]any{"claim": c.PublicID, "voucher": voucher, "amount_fen": fen}})
}
