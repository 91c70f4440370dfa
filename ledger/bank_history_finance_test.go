package ledger

import (
	"context"
	"fmt"

	"example.org/hotline/area"
)

// finance books money, reconciles what has arrived, or proposes and signs adjustments.
func (h *bankHistory) finance(d Disbursement) {
	switch h.dice.IntN(6) {
	case 0:
		fen := int64(1 + h.dice.IntN(20_000))
		if h.try(area.RoleCountyFinance, func(ctx context.Context) error {
			return AllocateFund(ctx, h, "990101000000", fen, fmt.Sprint("more", len(h.entries)))
		}) {
			h.fund += fen
		}
	case 1:
		h.try(area.RoleCountyFinance, func(ctx context.Context) (err error) {
			if d.State, err = d.State.Next(StepReconcile); err != nil {
				return err
			}
			return h.SaveDisbursement(ctx, &d)
		})
	case 2:
		h.lines = append(h.lines, bankLine{fen: int64(h.dice.IntN(300) - 100)})
	default:
		before := len(h.adjustments)
		do := h.nextAdjustment(h.dice)
		if h.try([]area.Role{area.RoleCountyFinance, secondFinance}[h.dice.IntN(2)], do) && before > 0 {
			a := h.adjustments[len(h.adjustments)-1]
			if a.Outcome != AdvanceSigned {
				return
			}
			switch a.Kind {
			case AdjustFee:
				h.fund -= a.Fen
			case AdjustInterest:
				h.fund += a.Fen
			case AdjustCover:
				h.covered++
			default:
			}
		}
	}
}

// paidOnce holds each payout against its tries: one that has succeeded stands on one of
// them, and what any other has paid is claimed back.
func (h *bankHistory) paidOnce() string {
	for _, d := range h.payouts {
		once, twice := 0, 0
		for _, a := range h.attempts {
			switch {
			case a.Disbursement != d.ID || a.State != StateSucceeded:
			case a.Twice:
				twice++
			default:
				once++
			}
		}
		open := 0
		for _, c := range h.claims {
			if c.Disbursement == d.ID && c.Why == ClaimLateSuccess && c.Recovered < c.Fen {
				open++
			}
		}
		arrived := d.State == StateSucceeded || d.State == StateReconciled
		if arrived && once != 1 || !arrived && d.State != StateReversed && once != 0 || open > twice {
			return fmt.Sprintf("payout %d is %s by %d tries, %d have paid it twice and %d claims are open", d.ID, d.State, once, twice, open)
		}
	}
	return ""
}
