package relief

import (
	"context"
	"errors"

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
	a, err := ledger.OfferAdvance(ctx, tx, ledger.OfferInput{PublicID: in.PublicID, Kind: in.Kind, Area: in.Area, To: to, Fen: in.Fen, Note: in.Note, Most: p.Limits.AdvanceFen, Payout: in.Payout, Receipt: in.Receipt})
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

// tellOffer tells whoever is to sign: the colleague, or the township's head.
func tellOffer(ctx context.Context, tx Tx, a ledger.AdvanceAct, to area.Staff) error {
	m := message{"advance_waits", a.PublicID, map[string]string{"worker": tx.Actor().Name, "amount": ledger.Yuan(a.Fen)}}
	if to.ID != 0 {
		return tx.Notify(ctx, m.to(ticket.Ticket{}, to.PostID, true))
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
	a, err := ledger.AnswerAdvance(ctx, tx, publicID, o, note)
	if err != nil {
		return ledger.AdvanceAct{}, err
	}
	if a.Outcome == ledger.AdvanceSigned && a.Difference() != 0 {
		if err := tellDifference(ctx, tx, a); err != nil {
			return ledger.AdvanceAct{}, err
		}
	}
	failpoint.Hit(failpoint.AdvanceBeforeCommit)
	return a, nil
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
