package ledger

import (
	"context"
	"fmt"
	"strings"

	"example.org/hotline/area"
)

// afterwards has somebody count what they carry, which the head signs, county finance end what
// counts have left, and a payer bring back the cash of a receipt that was reversed.
func (h *collusion) afterwards() {
	who, head := h.people[h.dice.IntN(3)], h.people[3+h.dice.IntN(2)]
	if mine, _ := h.AccountNow(context.Background(), AdvanceOf(town, who.StaffID)); mine.Posted > 0 && h.colludes(head.StaffID) == h.colludes(who.StaffID) {
		in := OfferInput{PublicID: h.offer(), Kind: AdvanceCount, Area: town, Fen: max(0, mine.Posted+pick(h, []int64{0, 5_000, -5_000})), Note: "so it lay there"}
		h.tries(who, func(ctx context.Context) error { _, err := OfferAdvance(ctx, h, in); return err })
		h.tries(head, func(ctx context.Context) error {
			_, err := AnswerAdvance(ctx, h, in.PublicID, AdvanceSigned, "")
			return err
		})
	}
	for range 2 {
		h.tries(h.people[pick(h, []int{6, 10})], h.nextAdjustment(h.dice))
	}
	for _, d := range h.payouts {
		switch {
		case d.Channel != ChannelCash || h.dice.IntN(2) > 0:
		case d.State == StateReceipted && h.dice.IntN(8) == 0:
			h.move(h.people[6], d, "reverse")
		case d.State == StateReversed:
			in := OfferInput{PublicID: h.offer(), Kind: AdvanceGiveBack, Payout: d.PublicID, Receipt: "r"}
			h.tries(h.people[d.Payer-1], func(ctx context.Context) error { _, err := OfferAdvance(ctx, h, in); return err })
			if h.colludes(head.StaffID) || !h.colludes(d.Payer) {
				h.tries(head, func(ctx context.Context) error {
					_, err := AnswerAdvance(ctx, h, in.PublicID, AdvanceSigned, "")
					return err
				})
			}
		}
	}
}

// offer is the id of the next act with an advance.
func (h *collusion) offer() string {
	h.offers++
	return fmt.Sprintf("%08d-0000-4000-8000-000000000001", h.offers)
}

// floatsBroken holds the floats against what filled them: what lies there, what people carry,
// what counts missed and what citizens have received come to that, whoever did what.
func (h *collusion) floatsBroken() string {
	var come int64
	single := map[AccountRef]int64{}
	for _, a := range h.accounts {
		if a.Kind == Float || a.Kind == Cash || a.Kind == Suspense && strings.HasPrefix(a.Holder, "advance:") {
			come += a.Posted
		}
	}
	for _, d := range h.payouts {
		if (d.Channel == ChannelCash || d.Channel == ChannelAdvance) && d.State == StateReceipted {
			come += d.Fen
		}
		if d.Channel == ChannelCash && (d.State == StateCashIssued || d.State == StateReversed) {
			single[CashOf(d.Area, d.Payer)] += d.Fen
		}
	}
	if come != h.filled {
		return fmt.Sprintf("the floats were filled with %d, and %d are there or accounted for", h.filled, come)
	}
	for _, a := range h.advances {
		if a.Kind == AdvanceGiveBack && a.Outcome == AdvanceSigned {
			single[CashOf(a.Area, a.By)] -= a.Fen
		}
	}
	for _, a := range h.accounts {
		if a.Kind == Cash && strings.HasPrefix(a.Holder, "staff:") && a.Posted != single[a.AccountRef] {
			return fmt.Sprintf("%s holds %d for single payouts, these come to %d", a.Holder, a.Posted, single[a.AccountRef])
		}
	}
	return h.adjustedAlone()
}

// adjustedAlone finds an adjustment that one person has both proposed and signed.
func (h *collusion) adjustedAlone() string {
	for _, a := range h.adjustments {
		signer := area.StaffID(0)
		if a.Outcome == AdvanceSigned {
			signer = a.AnsweredBy
		}
		if signer == a.By {
			return fmt.Sprintf("one person alone: %+v", a)
		}
	}
	return ""
}
