package ledger

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"example.org/hotline/area"
	"example.org/hotline/internal/act"
)

// The bank's part of the histories. Nobody at county finance sees the citizen: who
// does not collude sends what the books hold out in good faith, and verifies any card
// that they are shown.

// sentBatch is a batch with the two people who let it go.
type sentBatch struct {
	maker, releaser area.StaffID
	payouts         []DisbursementID
}

// card enters an account and has it verified by somebody, who may not be somebody who
// may. Those who collude have money of many people go to one account, or to a new one each time.
func (h *collusion) card(of CaseID, payee []byte, by act.Actor) PayeeAccount {
	number := "card of " + string(payee)
	if h.colludes(by.StaffID) {
		number = pick(h, []string{"mule 1", "mule 1", "mule 2", fmt.Sprint("mule", len(h.cards))})
		if h.mule {
			number = "mule 1"
		}
	}
	for i, old := range h.cards {
		if old.Case == of && string(old.Payee) == string(payee) {
			h.cards[i].Replaced = true
		}
	}
	a := PayeeAccount{ID: PayeeAccountID(len(h.cards) + 1), Case: of, Payee: payee, Index: []byte(number), EnteredBy: by.StaffID}
	who := pick(h, h.people)
	for range 3 { // seldom somebody who may not
		if a.CheckVerifier(who) != nil {
			who = pick(h, h.people)
		}
	}
	if h.colludes(by.StaffID) && h.dice.IntN(4) == 0 {
		who = h.people[pick(h, h.bad)-1]
	}
	h.tries(who, func(context.Context) error {
		if err := errors.Join(a.CheckVerifier(who), noKin(context.Background(), h, Disbursement{Payee: payee}, who.StaffID, by.StaffID)); err != nil {
			return err
		}
		a.VerifiedBy = who.StaffID
		return nil
	})
	h.cards = append(h.cards, a)
	return a
}

// accountOf is the account of the present try at a payout.
func (h *collusion) accountOf(d Disbursement) PayeeAccount {
	if d.Account == 0 {
		return PayeeAccount{}
	}
	return h.cards[d.Account-1]
}

// batch has somebody make a batch, or somebody decide on the one that waits.
func (h *collusion) batch() {
	who := pick(h, h.people)
	if !who.May(area.RoleCountyFinance) {
		who = h.people[pick(h, []int{6, 10})]
	}
	if !who.May(area.RoleCountyFinance) {
		return
	}
	if h.draft == nil {
		b := sentBatch{maker: who.StaffID}
		var lines []Line
		for _, d := range h.payouts {
			if d.State == StateReserved && d.Channel == ChannelBank && h.dice.IntN(4) > 0 {
				lines, b.payouts = append(lines, h.line(d)), append(b.payouts, d.ID)
			}
		}
		if h.tries(who, func(ctx context.Context) error { return PutInBatch(ctx, h, BatchID(len(h.batches)+1), lines) }) && len(lines) > 0 {
			h.draft = &b
		}
		return
	}
	b := *h.draft
	var lines []Line
	for _, id := range b.payouts {
		lines = append(lines, h.line(h.payouts[id-1]))
	}
	switch b.releaser = who.StaffID; {
	case b.releaser == b.maker:
	case h.dice.IntN(5) > 0 && h.tries(who, func(ctx context.Context) error { return SendToBank(ctx, h, lines, b.maker, b.releaser) }):
		h.draft, h.batches = nil, append(h.batches, b)
		for _, l := range lines {
			h.given = append(h.given, *l.Attempt)
		}
	case h.tries(who, func(ctx context.Context) error { return TakeOutOfBatch(ctx, h, lines) }):
		h.draft = nil
	}
}

// bank says something of one try that it was given, maybe long ago; or says nothing
// for too long; or a payee gives money back.
func (h *collusion) bank() {
	finance := h.people[6]
	if !finance.May(area.RoleCountyFinance) || len(h.given) == 0 {
		return
	}
	given := pick(h, h.given)
	switch h.dice.IntN(8) {
	case 0:
		h.tries(act.Actor{System: "dispatch"}, func(ctx context.Context) error {
			_, err := LoseAnswer(ctx, h, []Line{h.line(h.payouts[given.Disbursement-1])})
			return err
		})
	case 1:
		for _, c := range h.claims {
			if left := c.Fen - c.Recovered; left > 0 {
				h.tries(finance, func(ctx context.Context) error {
					return Recover(ctx, h, &c, 1+h.dice.Int64N(left), fmt.Sprint("r", len(h.entries)))
				})
				return
			}
		}
	default:
		word, reason := pick(h, []Word{WordAccepted, WordSucceeded, WordSucceeded, WordFailed}), pick(h, []string{"name_mismatch", "no_funds"})
		h.tries(finance, func(ctx context.Context) error {
			said := h.said(given, word, reason)
			turns, err := BankSays(ctx, h, []Said{said})
			if err == nil {
				h.turns[turns[0]]++
			}
			if err == nil && (turns[0] == TurnSucceeded || turns[0] == TurnLate) {
				return DrawArrived(ctx, h, said.Payout, ReviewRule{Percent: 40, DueAt: h.now.AddDate(0, 0, 14)})
			}
			return err
		})
	}
}

// failed lists what a bank has failed and nobody has called off or tried anew.
func (h *collusion) failed() (list []Disbursement) {
	for _, d := range h.payouts {
		if d.State == StateFailed || d.State == StateFixed {
			list = append(list, d)
		}
	}
	return list
}

// sentWrongly judges who let payouts go to the bank, and to what account.
func (h *collusion) sentWrongly() string {
	for _, b := range h.batches {
		for _, id := range b.payouts {
			d := h.payouts[id-1]
			for _, who := range []area.StaffID{b.maker, b.releaser} {
				if who == d.Maker || who == d.Checker || who == d.CallTaker || b.maker == b.releaser {
					return fmt.Sprintf("person %d sent what they had a hand in: %+v", who, d)
				}
				if h.relatives[who] == string(d.Payee) {
					return fmt.Sprintf("person %d sent money to a relative: %+v", who, d)
				}
			}
		}
	}
	for _, given := range h.given {
		card, d := h.cards[given.Account-1], h.payouts[given.Disbursement-1]
		if card.VerifiedBy == 0 || card.VerifiedBy == card.EnteredBy || string(card.Payee) != string(d.Payee) {
			return fmt.Sprintf("money went to an account that one person alone vouches for: %+v", card)
		}
		if given.Number == 1 && !d.Solo() && d.Checker == card.VerifiedBy {
			return fmt.Sprintf("person %d has checked a payout to an account for which they vouch themselves: %+v", d.Checker, d)
		}
		for _, who := range []area.StaffID{card.EnteredBy, card.VerifiedBy} {
			if h.relatives[who] == string(d.Payee) {
				return fmt.Sprintf("person %d vouches for a relative's account: %+v", who, card)
			}
		}
	}
	return h.triesBroken()
}

// triesBroken judges the tries: one at a time, and no account gets more than its cap,
// counted by every account that a payout was ever sent to.
func (h *collusion) triesBroken() string {
	sums := map[string]int64{}
	for _, d := range h.payouts {
		if d.Channel != ChannelBank {
			continue
		}
		alive, accounts := 0, map[string]bool{}
		for _, a := range h.attempts {
			if a.Disbursement != d.ID {
				continue
			}
			if slices.Contains([]State{StateReserved, StateBatched, StateSent, StateAcked, StateUnknown}, a.State) {
				alive++
			}
			accounts[string(h.cards[a.Account-1].Index)] = true
		}
		if alive > 1 {
			return fmt.Sprintf("%d tries at a payout are alive: %+v", alive, d)
		}
		for number := range accounts {
			if d.State.Live() {
				sums[number] += d.Fen
			}
		}
	}
	for number, fen := range sums {
		if fen > townLimits.AccountFen {
			return fmt.Sprintf("account %s: %d, the limit is %d", number, fen, townLimits.AccountFen)
		}
	}
	return ""
}
