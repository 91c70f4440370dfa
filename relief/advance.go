package relief

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"

	"example.org/hotline/area"
	"example.org/hotline/internal/act"
	"example.org/hotline/internal/failpoint"
	"example.org/hotline/ledger"
	"example.org/hotline/ticket"
)

// AdvanceInput is what somebody does with a standing advance.
type AdvanceInput struct {
	PublicID string
	Kind     ledger.AdvanceKind
	Area     area.Code // the township whose float it came from
	To       string    // login of who takes it: for an issue and a hand-over
	Holder   string    // login of who is gone: for a settlement and a repayment
	Fen      int64
	Note     string
	Payout   string // of a give-back: the reversed payout, by its public id
	Receipt  string // of a give-back: number of the float's receipt
}

// OfferAdvance is the act of the first of two people; the second is told.
func OfferAdvance(ctx context.Context, tx Tx, in AdvanceInput, p *Policy) (ledger.AdvanceAct, error) {
	if err := ledger.CheckID("id", in.PublicID); err != nil {
		return ledger.AdvanceAct{}, err
	}
	if err := lengths([]text{{"note", in.Note, 1000}, {"receipt", in.Receipt, 60}}, "", nil, 0); err != nil {
		return ledger.AdvanceAct{}, err
	}
	to, err := taker(ctx, tx, in)
	if err != nil {
		return ledger.AdvanceAct{}, err
	}
	holder, err := gone(ctx, tx, in)
	if err != nil {
		return ledger.AdvanceAct{}, err
	}
	a, err := ledger.OfferAdvance(ctx, tx, ledger.OfferInput{PublicID: in.PublicID, Kind: in.Kind, Area: in.Area, To: to, Holder: holder, Fen: in.Fen, Note: in.Note, Most: p.Limits.AdvanceFen, Payout: in.Payout, Receipt: in.Receipt})
	if err != nil {
		return ledger.AdvanceAct{}, err
	}
	if err := tellOffer(ctx, tx, a, to); err != nil {
		return ledger.AdvanceAct{}, err
	}
	failpoint.Hit(failpoint.AdvanceBeforeCommit)
	return a, nil
}

// taker finds who is to take the money; nobody for what goes back into the float.
func taker(ctx context.Context, tx Tx, in AdvanceInput) (area.Staff, error) {
	if in.Kind != ledger.AdvanceIssue && in.Kind != ledger.AdvanceHandOver {
		return area.Staff{}, nil
	}
	s, err := tx.StaffByLogin(ctx, in.To)
	if errors.Is(err, act.ErrNotFound) {
		return area.Staff{}, act.Invalid("to", "unknown_staff", "Name a colleague of the township who pays out, by their sign-in name.")
	}
	return s, err
}

// gone finds in whose name it is done; nobody where somebody acts for themself.
func gone(ctx context.Context, tx Tx, in AdvanceInput) (area.StaffID, error) {
	if in.Kind != ledger.AdvanceSettle && in.Kind != ledger.AdvanceRepay {
		return 0, nil
	}
	id, err := tx.EverStaff(ctx, in.Holder)
	if errors.Is(err, act.ErrNotFound) {
		return 0, act.Invalid("holder", "unknown_staff", "Name the person who is gone, by their sign-in name.")
	}
	return id, err
}

// tellOffer tells whoever is to sign: the colleague, the township's head, or county finance
// of what is done in the name of somebody who is gone.
func tellOffer(ctx context.Context, tx Tx, a ledger.AdvanceAct, to area.Staff) error {
	m := message{"advance_waits", a.PublicID, map[string]string{"worker": tx.Actor().Name, "amount": ledger.Yuan(a.Fen)}}
	if to.ID != 0 {
		return tx.Notify(ctx, m.to(ticket.Ticket{}, to.PostID, true))
	}
	if a.Holder != 0 {
		_, err := tellRole(ctx, tx, ticket.Ticket{}, a.Area.At(area.LevelCounty), area.RoleCountyFinance, m)
		return err
	}
	level := ledger.LevelTownship
	if tx.Actor().Role == area.RoleTownshipHead {
		level = ledger.LevelCounty // nobody signs for their own
	}
	return tellSigner(ctx, tx, ticket.Ticket{}, tx.Actor().Area, level, m)
}

// AnswerAdvance is the act of the second person. County finance is told of what a
// count found missing or too much.
func AnswerAdvance(ctx context.Context, tx Tx, publicID string, o ledger.AdvanceOutcome, note string) (ledger.AdvanceAct, error) {
	if err := lengths([]text{{"reason", note, 1000}}, "", nil, 0); err != nil {
		return ledger.AdvanceAct{}, err
	}
	tickets, err := ticketsOf(ctx, tx, publicID)
	if err != nil {
		return ledger.AdvanceAct{}, err
	}
	a, err := ledger.AnswerAdvance(ctx, tx, publicID, o, note)
	if err != nil {
		return ledger.AdvanceAct{}, err
	}
	if err := tx.Wherever(ctx, func() error { return tellGivenBack(ctx, tx, a, tickets) }); err != nil {
		return ledger.AdvanceAct{}, err
	}
	if a.Kind == ledger.AdvanceCount && a.Outcome == ledger.AdvanceSigned && a.Difference() != 0 {
		if err := tellDifference(ctx, tx, a); err != nil {
			return ledger.AdvanceAct{}, err
		}
	}
	failpoint.Hit(failpoint.AdvanceBeforeCommit)
	return a, nil
}

// ticketsOf locks the tickets whose payouts somebody who is gone has taken on, as a
// settlement gives those back, wherever the tickets have moved to; none for any other act.
func ticketsOf(ctx context.Context, tx Tx, publicID string) (map[ledger.CaseID]ticket.Ticket, error) {
	a, err := tx.AdvanceAct(ctx, publicID)
	if err != nil || a.Kind != ledger.AdvanceSettle {
		return nil, err
	}
	taken, err := tx.TakenOn(ctx, a.Area, a.Holder)
	if err != nil {
		return nil, err
	}
	slices.SortFunc(taken, func(a, b ledger.Taken) int { return cmp.Compare(a.Case, b.Case) })
	tickets := map[ledger.CaseID]ticket.Ticket{}
	err = tx.Wherever(ctx, func() error {
		for _, t := range taken {
			if _, locked := tickets[t.Case]; locked {
				continue
			}
			if tickets[t.Case], err = tx.TicketForUpdate(ctx, ticket.ID(t.Case)); err != nil {
				return err
			}
		}
		return nil
	})
	return tickets, err
}

// tellGivenBack writes into the tickets that their payouts wait for a colleague, and tells their owners.
func tellGivenBack(ctx context.Context, tx Tx, a ledger.AdvanceAct, tickets map[ledger.CaseID]ticket.Ticket) error {
	for _, d := range a.GivenBack {
		t, locked := tickets[d.Case]
		if !locked { // taken on between the two looks
			return act.Conflict("settlement_changed", "Since this was written the person has paid out, or money has moved. Withdraw or decline it, and settle what the books say now.")
		}
		if err := told(ctx, tx, t, d, "cash.returned", a.Note, nil); err != nil {
			return err
		}
		if err := tellOwner(ctx, tx, t, message{"payout_checked", fmt.Sprintf("%s:%d", d.PublicID, d.Attempt), nil}); err != nil {
			return err
		}
	}
	return nil
}

func tellDifference(ctx context.Context, tx Tx, a ledger.AdvanceAct) error {
	place, err := tx.Division(ctx, a.Area)
	if err != nil {
		return err
	}
	holder, err := tx.StaffName(ctx, a.By)
	if err != nil {
		return err
	}
	_, err = tellRole(ctx, tx, ticket.Ticket{}, a.Area.At(area.LevelCounty), area.RoleCountyFinance, message{"cash_difference", a.PublicID,
		map[string]string{"area": place.Name, "worker": holder, "amount": ledger.Yuan(a.Difference())}})
	return err
}
