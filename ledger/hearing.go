package ledger

import (
	"context"
	"errors"
	"fmt"

	"github.com/google/uuid"

	"example.org/hotline/internal/act"
)

// Hearing takes down what a bank says of many tries, in the order in which it is said,
// and books all of it at the end: locks on payouts come before those on accounts, however
// many batches are spoken of.
type Hearing struct {
	lines   []Line
	entries []Entry
	holds   map[string]EntryID // of what was on its way, by key
	keep    *kept              // what is written together; nil: each at once
}

// kept are payouts and tries that wait to be written.
type kept struct {
	payouts []*Disbursement
	tries   []*Attempt
}

// NewHearing begins with all tries that may be spoken of. They are locked, and those of one payout share it.
func NewHearing(lines []Line) *Hearing { return &Hearing{lines: lines} }

// BankSays hears and books at once.
func BankSays(ctx context.Context, tx Tx, all []Said) ([]Turn, error) {
	lines := make([]Line, 0, len(all))
	for _, s := range all {
		lines = append(lines, s.Line)
	}
	h := NewHearing(lines)
	turns, err := h.Say(ctx, tx, all)
	if err != nil {
		return nil, err
	}
	return turns, h.Book(ctx, tx)
}

// Say hears words and tells what each changed, in order.
func (h *Hearing) Say(ctx context.Context, tx Tx, all []Said) (turns []Turn, err error) {
	lines := make([]Line, 0, len(all))
	for _, s := range all {
		lines = append(lines, s.Line)
	}
	if h.holds, err = holdsOf(ctx, tx, lines, Disbursement.transitHold); err != nil {
		return nil, err
	}
	if eachOnce(all) {
		h.keep = &kept{}
	}
	if turns, err = h.say(ctx, tx, all); err != nil || h.keep == nil {
		return turns, err
	}
	written := h.keep
	h.keep = nil
	if err := tx.SaveDisbursements(ctx, written.payouts); err != nil {
		return nil, err
	}
	return turns, tx.SaveAttempts(ctx, written.tries)
}

// eachOnce reports whether every payout is spoken of once: what becomes of one then
// depends on no other, and all are written together.
func eachOnce(all []Said) bool {
	seen := make(map[DisbursementID]bool, len(all))
	for _, s := range all {
		if seen[s.Payout.ID] {
			return false
		}
		seen[s.Payout.ID] = true
	}
	return true
}

func (h *Hearing) say(ctx context.Context, tx Tx, all []Said) ([]Turn, error) {
	claimed, err := h.claimedTwice(ctx, tx, all)
	if err != nil {
		return nil, err
	}
	turns := make([]Turn, 0, len(all))
	for _, s := range all {
		t := s.hear()
		if t.mayNet() && (claimed == nil || claimed[s.Payout.ID]) {
			other, err := endClaim(ctx, tx, *s.Payout, h.attempt)
			if err != nil {
				return nil, err
			}
			if other != nil {
				t = t.netted()
			}
		}
		turns = append(turns, t.is)
		if t.is == TurnNone {
			continue
		}
		moved, err := s.moves(h.holds, t.is)
		if err != nil {
			return nil, err
		}
		h.entries = append(h.entries, moved...)
		if err := h.settle(ctx, tx, s, t); err != nil {
			return nil, err
		}
	}
	return turns, nil
}

// claimedTwice asks at once of which payouts an earlier try may have paid: nearly none. Where a payout is spoken of more
// than once, what is said first may open a claim for the next word, and each is asked by itself: nil.
func (h *Hearing) claimedTwice(ctx context.Context, tx Tx, all []Said) (map[DisbursementID]bool, error) {
	if h.keep == nil {
		return nil, nil //nolint:nilnil // nothing is known ahead
	}
	var dead []DisbursementID
	for _, s := range all {
		if s.hear().mayNet() {
			dead = append(dead, s.Payout.ID)
		}
	}
	return tx.ClaimedTwice(ctx, dead)
}

// Book posts what was heard, all of it or nothing.
func (h *Hearing) Book(ctx context.Context, tx Tx) error {
	if len(h.entries) == 0 {
		return nil
	}
	held, err := lock(ctx, tx, refsOf(h.entries), mayCover(h.entries)...)
	if err != nil {
		return err
	}
	entries, err := held.covered(ctx, tx, h.entries)
	if err != nil {
		return err
	}
	return held.write(ctx, tx, entries...)
}

// attempt is a try that the hearing holds, or else the row itself.
func (h *Hearing) attempt(ctx context.Context, tx Tx, id DisbursementID, number int) (*Attempt, error) {
	for _, l := range h.lines {
		if l.Payout.ID == id && l.Attempt.Number == number {
			return l.Attempt, nil
		}
	}
	a, err := tx.AttemptForUpdate(ctx, id, number)
	return &a, err
}

// endClaim ends the open claim to what another try at a payout has paid, now that one is
// dead: the payee was paid once, by that other, which it tells; nil where there is none. What
// the payee has given back of it meanwhile stands above the claim: it is owed to them.
func endClaim(ctx context.Context, tx Tx, d Disbursement, try func(context.Context, Tx, DisbursementID, int) (*Attempt, error)) (*Attempt, error) {
	c, err := tx.TwiceClaim(ctx, d.ID)
	if errors.Is(err, act.ErrNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	a, err := try(ctx, tx, d.ID, c.Attempt)
	if err != nil {
		return nil, err
	}
	a.Twice = false
	if err := tx.SaveAttempt(ctx, a); err != nil {
		return nil, err
	}
	c.Recovered, c.NettedAt = c.Recovered+c.Fen, tx.Now()
	return a, tx.SaveClaim(ctx, &c)
}

// mayNet reports whether a try is dead now, so that another one that has arrived is the payment.
func (t turn) mayNet() bool { return t.is == TurnFailed || t.is == TurnReturned }

// netted is the turn where another try has arrived as well.
func (t turn) netted() turn {
	if t.is == TurnReturned {
		return turn{TurnReplaced, ""}
	}
	return turn{TurnNetted, StateSucceeded}
}

// netting books that nothing is to be given back: what was owed, or what came back of the
// dead try, is settled by what the other one has paid.
func (d Disbursement) netting(version int64, of AccountRef) Entry {
	return d.entry(fmt.Sprintf("net:%d:%d", d.Attempt, version), EventClaimNetted, of, d.recovery())
}

// moves are the entries of a turn. A bank may change its mind any number of times,
// so that each is keyed by how often it was heard.
func (s Said) moves(holds map[string]EntryID, t Turn) ([]Entry, error) {
	d := *s.Payout
	d.Attempt = s.Attempt.Number
	entry := func(ev Event, debit, credit AccountRef) Entry {
		return d.entry(fmt.Sprintf("bank:%d:%d", s.Attempt.Number, s.Attempt.Version), ev, debit, credit)
	}
	switch t {
	case TurnSucceeded, TurnFailed, TurnNetted:
		release, err := d.endHeld(holds, d.transitHold(), fmt.Sprintf("arrive:%d", d.Attempt))
		if err != nil {
			return nil, err
		}
		if t == TurnSucceeded {
			return []Entry{release, entry(EventBankSucceeded, d.inTransit(), d.fund())}, nil
		}
		failed := []Entry{release, entry(EventBankFailed, d.inTransit(), d.returned())}
		if t == TurnNetted {
			failed = append(failed, d.netting(s.Attempt.Version, d.returned()))
		}
		return failed, nil
	case TurnLate:
		return []Entry{entry(EventLateSuccess, d.returned(), d.fund())}, nil
	case TurnPaidTwice:
		return []Entry{entry(EventLateSuccess, d.recovery(), d.fund())}, nil
	case TurnReturned:
		return []Entry{entry(EventBankReturned, d.fund(), d.returned())}, nil
	case TurnReplaced:
		return []Entry{entry(EventBankReturned, d.fund(), d.returned()), d.netting(s.Attempt.Version, d.returned())}, nil
	case TurnRecovered:
		return []Entry{entry(EventRecovered, d.fund(), d.recovery())}, nil
	default:
		return nil, nil
	}
}

// settle writes down what a turn makes of the try and its payout, and opens or
// ends the claim that follows of it.
func (h *Hearing) settle(ctx context.Context, tx Tx, s Said, t turn) error {
	d, a := s.Payout, s.Attempt
	if t.now != "" { // what has ended stays as it is
		d.State = t.now
		if err := h.savePayout(ctx, tx, d); err != nil {
			return err
		}
	}
	switch s.Word {
	case WordAccepted:
		a.State = StateAcked
		return h.saveTry(ctx, tx, a)
	case WordSucceeded:
		a.State, a.Reason, a.Code = StateSucceeded, "", s.Code
	case WordFailed:
		a.State, a.Reason, a.Code = StateFailed, s.Reason, s.Code
	}
	a.AnsweredAt, a.Twice = tx.Now(), t.is == TurnPaidTwice
	if err := h.saveTry(ctx, tx, a); err != nil {
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

func (h *Hearing) savePayout(ctx context.Context, tx Tx, d *Disbursement) error {
	if h.keep == nil {
		return tx.SaveDisbursement(ctx, d)
	}
	h.keep.payouts = append(h.keep.payouts, d)
	return nil
}

func (h *Hearing) saveTry(ctx context.Context, tx Tx, a *Attempt) error {
	if h.keep == nil {
		return tx.SaveAttempt(ctx, a)
	}
	h.keep.tries = append(h.keep.tries, a)
	return nil
}
