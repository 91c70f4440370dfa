package ledger

import (
	"context"
	"fmt"
	"slices"

	"example.org/hotline/area"
	"example.org/hotline/internal/act"
)

// buys is a purchase of so many pieces, which somebody is yet to sign.
func (h *collusion) buys(goods string, pieces int64) func(context.Context) error {
	h.wares++
	in := PurchaseInput{PublicID: fmt.Sprintf("%08d-0000-4000-8000-000000000002", h.wares), Goods: goods, Pieces: pieces, Voucher: fmt.Sprint("invoice ", h.wares)}
	return func(ctx context.Context) error { _, err := BuyGoods(ctx, h, in); return err }
}

// serving is somebody who has the role now.
func (h *collusion) serving(role area.Role) act.Actor {
	for _, p := range h.people {
		if p.Role == role {
			return p
		}
	}
	return pick(h, h.people)
}

// signed reports whether an act has come to its end.
func (a StoreAct) signed() bool {
	return len(a.Signatures) > 0 && a.Waits() == "" && a.Signatures[len(a.Signatures)-1].Outcome == AdvanceSigned
}

// store tries something with the goods of a store: anybody anything. Honest people find
// what lies there, and sign for nothing that those who collude have begun.
func (h *collusion) store() {
	who := pick(h, h.people)
	if h.dice.IntN(3) > 0 && len(h.stores) > 2 {
		a := pick(h, h.stores[2:])
		if !slices.Contains(a.NextActs(who), "sign") && h.dice.IntN(3) > 0 {
			who = h.serving(pick(h, []area.Role{area.RoleTownshipHead, area.RoleCountyDuty, area.RoleCountyFinance}))
		}
		if h.colludes(a.By) && !h.colludes(who.StaffID) {
			return
		}
		h.tries(who, func(ctx context.Context) error {
			_, err := AnswerStore(ctx, h, a.PublicID, pick(h, []AdvanceOutcome{AdvanceSigned, AdvanceSigned, AdvanceSigned, AdvanceDeclined, AdvanceWithdrawn}), "so it is")
			return err
		})
		return
	}
	switch pick(h, StoreActKinds()) {
	case StorePurchase:
		if h.dice.IntN(2) == 0 {
			who = h.serving(area.RoleCountyFinance)
		}
		h.tries(who, h.buys(pick(h, []string{"rice", "county rice"}), pick(h, []int64{1, 30, 100_001})))
	case StoreTransfer:
		if h.dice.IntN(2) == 0 {
			who = h.serving(pick(h, []area.Role{area.RoleCountyDuty, area.RoleCountyFinance}))
		}
		h.wares++
		in := TransferInput{PublicID: fmt.Sprintf("%08d-0000-4000-8000-000000000002", h.wares), Goods: pick(h, []string{"county rice", "county rice", "rice"}), To: town, Pieces: pick(h, []int64{1, 20, 500})}
		h.tries(who, func(ctx context.Context) error { _, err := GiveGoods(ctx, h, in); return err })
	case StoreCount:
		h.wares++
		in := StockCountInput{PublicID: fmt.Sprintf("%08d-0000-4000-8000-000000000002", h.wares), Area: town, Note: "as it lay there", Found: []Found{{Goods: "rice", Pieces: h.goods[0].Pieces}}}
		if h.colludes(who.StaffID) || h.dice.IntN(3) == 0 { // or mice were at it
			in.Found[0].Pieces += pick(h, []int64{-20, -1, 1, 50})
		}
		h.tries(who, func(ctx context.Context) error { _, err := CountStore(ctx, h, in); return err })
	}
}

// storesBroken judges the stores: what each holds is what its acts and its payouts come
// to, nobody has signed twice for one thing, and no difference was booked by fewer than
// three people, of whom one is honest.
func (h *collusion) storesBroken() string {
	lie := map[area.Code]int64{}
	for _, a := range h.stores {
		people := []area.StaffID{a.By}
		for _, s := range a.Signatures {
			if s.Outcome != AdvanceWithdrawn && slices.Contains(people, s.By) {
				return fmt.Sprintf("%d signed twice: %+v", s.By, a)
			}
			people = append(people, s.By)
		}
		if !a.signed() {
			continue
		}
		switch a.Kind {
		case StorePurchase:
			lie[a.Area] += a.Lines[0].Pieces
		case StoreTransfer:
			lie[a.Area] += a.Lines[0].Pieces
			lie[a.From] -= a.Lines[0].Pieces
		case StoreCount:
			lie[a.Area] += a.Lines[0].Difference()
			if a.Lines[0].Difference() != 0 && (len(people) < 3 || !slices.ContainsFunc(people, func(s area.StaffID) bool { return !h.colludes(s) })) {
				return fmt.Sprintf("a difference that nobody honest has seen: %+v", a)
			}
		}
	}
	for _, d := range h.payouts {
		if d.Channel == ChannelGoods && d.State == StateReceipted {
			lie[d.Area] -= d.Fen / rice
		}
	}
	for _, g := range h.goods {
		stock, _ := h.AccountNow(context.Background(), stockOf(g.Area))
		if g.Pieces != lie[g.Area] || stock.Posted != g.Pieces*rice || stock.PendingOut != g.Held*rice || g.Pieces < g.Held {
			return fmt.Sprintf("the stock stands at %+v, the store has %+v, the acts come to %d", stock, g, lie[g.Area])
		}
	}
	return ""
}
