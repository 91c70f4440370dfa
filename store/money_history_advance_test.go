package store

import (
	"github.com/google/uuid"
	"pgregory.net/rapid"

	"example.org/hotline/area"
	"example.org/hotline/internal/act"
	"example.org/hotline/ledger"
)

// carried is a standing advance as the model of a history keeps it, in fen.
type carried struct{ fen, held int64 }

func (h *history) carry(who area.StaffID, fen, held int64) {
	c := h.hands[who]
	h.hands[who] = carried{c.fen + fen, c.held + held}
}

// advance does something with a standing advance: what waits is answered, or something new begun.
func (h *history) advance(rt *rapid.T) {
	if len(h.offers) > 0 && h.dice.IntN(3) > 0 {
		h.answer(rt)
		return
	}
	who, to := pickOf(h, h.people), pickOf(h, h.people)
	in := ledger.OfferInput{PublicID: uuid.NewString(), Kind: pickOf(h, append(ledger.AdvanceKinds(), ledger.AdvanceIssue, ledger.AdvanceIssue)), Area: testTownship,
		Fen: pickOf(h, []int64{10_000, 80_000, 150_000, 0}), Most: 200_000}
	if in.Kind == ledger.AdvanceIssue && h.dice.IntN(3) > 0 {
		who, to = h.people[2], h.people[h.dice.IntN(2)]
	}
	if in.Kind == ledger.AdvanceIssue || in.Kind == ledger.AdvanceHandOver {
		in.To = area.Staff{ID: to.StaffID, Role: to.Role, Area: to.Area}
	}
	if in.Kind == ledger.AdvanceCount {
		in.Fen, in.Note = max(0, h.hands[who.StaffID].fen+pickOf(h, []int64{0, 0, 5_000, -5_000})), "as it lay there"
	}
	var a ledger.AdvanceAct
	err := h.m.db.InTx(h.ctx, who, func(tx *Tx) (err error) { a, err = ledger.OfferAdvance(h.ctx, tx, in); return err })
	if err != nil {
		if codeOf(err) == "" {
			rt.Fatalf("%s as %s: %v", in.Kind, who.Name, err)
		}
		return
	}
	h.offers = append(h.offers, a)
	h.heldFor(a, a.Fen)
}

// heldFor moves the hold of an act that waits.
func (h *history) heldFor(a ledger.AdvanceAct, fen int64) {
	switch a.Kind {
	case ledger.AdvanceIssue:
		h.moves(testTownship, 0, fen)
	case ledger.AdvanceHandOver, ledger.AdvanceReturn:
		h.carry(a.By, 0, fen)
	case ledger.AdvanceCount, ledger.AdvanceGiveBack, ledger.AdvanceSettle, ledger.AdvanceRepay: // a count holds nothing, nothing is given back and nobody is gone here
	}
}

// answer has somebody sign, decline or withdraw; mostly one who may.
func (h *history) answer(rt *rapid.T) {
	a, who := pickOf(h, h.offers), pickOf(h, h.people)
	outcome := pickOf(h, []ledger.AdvanceOutcome{ledger.AdvanceSigned, ledger.AdvanceSigned, ledger.AdvanceDeclined, ledger.AdvanceWithdrawn})
	if outcome == ledger.AdvanceSigned && h.dice.IntN(4) > 0 {
		for _, p := range h.people {
			if p.StaffID == a.To || a.To == 0 && p.Role == area.RoleCountyFinance {
				who = p
			}
		}
	}
	h.decide(rt, a, who, outcome)
}

func (h *history) decide(rt *rapid.T, a ledger.AdvanceAct, who act.Actor, outcome ledger.AdvanceOutcome) {
	var done ledger.AdvanceAct
	err := h.m.db.InTx(h.ctx, who, func(tx *Tx) (err error) {
		done, err = ledger.AnswerAdvance(h.ctx, tx, a.PublicID, outcome, "seen")
		return err
	})
	if err != nil {
		if codeOf(err) == "" {
			rt.Fatalf("%s of %s as %s: %v", outcome, a.Kind, who.Name, err)
		}
		return
	}
	if who.StaffID == a.By && outcome != ledger.AdvanceWithdrawn {
		rt.Fatalf("signed by its own maker: %+v", done)
	}
	h.heldFor(a, -a.Fen)
	if outcome != ledger.AdvanceSigned {
		return
	}
	switch a.Kind {
	case ledger.AdvanceIssue:
		h.moves(testTownship, -a.Fen, 0)
		h.carry(a.To, a.Fen, 0)
	case ledger.AdvanceHandOver:
		h.carry(a.By, -a.Fen, 0)
		h.carry(a.To, a.Fen, 0)
	case ledger.AdvanceReturn:
		h.carry(a.By, -a.Fen, 0)
		h.moves(testTownship, a.Fen, 0)
	case ledger.AdvanceCount:
		h.carry(a.By, a.Fen-a.BookFen, 0)
	case ledger.AdvanceGiveBack, ledger.AdvanceSettle, ledger.AdvanceRepay: // need a payout or a person, which these acts do not name
	}
}
