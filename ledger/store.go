package ledger

import (
	"context"
	"errors"
	"slices"

	"github.com/google/uuid"

	"example.org/hotline/area"
	"example.org/hotline/internal/act"
)

// PurchaseInput is what county finance has bought of one kind of goods.
type PurchaseInput struct {
	PublicID string
	Goods    string // public id
	Pieces   int64
	Voucher  string // the invoice's number; it counts once for these goods
	Note     string
}

// BuyGoods writes a purchase down and holds its price in the county's fund. The goods are
// in the books once another person has seen invoice and goods.
func BuyGoods(ctx context.Context, tx Tx, in PurchaseInput) (StoreAct, error) {
	g, err := tx.GoodsByRef(ctx, in.Goods)
	if err != nil {
		return StoreAct{}, err
	}
	if err := checkPieces("pieces", in.Pieces); err != nil {
		return StoreAct{}, err
	}
	me := tx.Actor()
	if err := mayFund(me, g.Area, in.Pieces*g.CostFen, in.Voucher, area.LevelTownship, area.LevelCounty); err != nil {
		return StoreAct{}, err
	}
	if err := tx.LockLimits(ctx, storeKeys(g.Area)); err != nil {
		return StoreAct{}, err
	}
	a := StoreAct{PublicID: in.PublicID, Kind: StorePurchase, Area: g.Area, By: me.StaffID, Voucher: in.Voucher, Note: in.Note, At: tx.Now(),
		Lines: []StoreLine{{Goods: g.ID, PublicID: g.PublicID, Pieces: in.Pieces, CostFen: g.CostFen}}}
	if _, err := tx.LedgerEntryByKey(ctx, a.booking()[0].Key); !errors.Is(err, act.ErrNotFound) {
		if err == nil {
			err = act.Conflict("already_booked", "This has been booked before and was not booked again; reload to see it.")
		}
		return StoreAct{}, err
	}
	return a.offer(ctx, tx)
}

// TransferInput is what the county's store gives to a township's.
type TransferInput struct {
	PublicID string
	Goods    string    // public id, in the county's store
	To       area.Code // the township
	Pieces   int64
	Note     string
}

// GiveGoods sends goods of the county's store to a township's. They are held until somebody
// there has taken them, and are the township's then.
func GiveGoods(ctx context.Context, tx Tx, in TransferInput) (StoreAct, error) {
	me := tx.Actor()
	if !me.May(suppliers...) {
		return StoreAct{}, act.NotFound("goods")
	}
	g, err := tx.GoodsByRef(ctx, in.Goods)
	switch {
	case err != nil:
		return StoreAct{}, err
	case g.Area.Level() != area.LevelCounty:
		return StoreAct{}, act.Invalid("goods_id", "not_county_store", "Only goods of the county's store are given to townships.")
	case in.To.Level() != area.LevelTownship || !g.Area.Contains(in.To):
		return StoreAct{}, act.Invalid("to", "wrong_level", "Name a township of the county.")
	}
	if err := checkPieces("pieces", in.Pieces); err != nil {
		return StoreAct{}, err
	}
	if err := tx.LockLimits(ctx, storeKeys(g.Area, in.To)); err != nil {
		return StoreAct{}, err
	}
	there, err := tx.GoodsIn(ctx, g, in.To)
	if err != nil {
		return StoreAct{}, err
	}
	a := StoreAct{PublicID: in.PublicID, Kind: StoreTransfer, Area: in.To, From: g.Area, By: me.StaffID, Note: in.Note, At: tx.Now(),
		Lines: []StoreLine{{Goods: there.ID, PublicID: there.PublicID, Source: g.ID, Pieces: in.Pieces, CostFen: g.CostFen}}}
	return a.offer(ctx, tx)
}

// Found is so many pieces of one kind that a count has found.
type Found struct {
	Goods  string // public id
	Pieces int64
}

// StockCountInput is what somebody has counted in a store: every kind that the books know there.
type StockCountInput struct {
	PublicID string
	Area     area.Code
	Found    []Found
	Note     string // why it differs; required where it does
}

// CountStore writes down what lies in a store. What is held for payouts under way lies
// there as well, since nobody has it yet. Another person counts with them and signs;
// a difference is booked when county finance or its duty officer approves it.
func CountStore(ctx context.Context, tx Tx, in StockCountInput) (StoreAct, error) {
	me := tx.Actor()
	switch {
	case !me.May(counters...):
		return StoreAct{}, act.NotFound("goods")
	case !isStore(in.Area):
		return StoreAct{}, act.Invalid("area", "wrong_level", "Stores belong to the county and its townships.")
	}
	if err := tx.LockLimits(ctx, storeKeys(in.Area)); err != nil {
		return StoreAct{}, err
	}
	waits, err := tx.StoreWaits(ctx, in.Area)
	if err != nil {
		return StoreAct{}, err
	}
	if waits {
		return StoreAct{}, act.Refused("store_waits", "Something of this store still waits for a signature; have it signed, declined or withdrawn, then count.")
	}
	there, err := tx.StoreGoods(ctx, in.Area)
	if err != nil {
		return StoreAct{}, err
	}
	a := StoreAct{PublicID: in.PublicID, Kind: StoreCount, Area: in.Area, By: me.StaffID, Note: in.Note, At: tx.Now()}
	if a.Lines, err = compareGoods(there, in.Found); err != nil {
		return StoreAct{}, err
	}
	if missing, surplus := a.DifferenceFen(); missing+surplus > 0 && in.Note == "" {
		return StoreAct{}, &act.Fault{Kind: act.ErrInvalid, Code: "goods_differ", Field: "note", Detail: "The count differs from the books. Count again; where it stays so, write what you know of it.",
			Args: map[string]any{"missing_fen": missing, "surplus_fen": surplus}}
	}
	return a.offer(ctx, tx)
}

// compareGoods holds what was found against the books: each kind once, and none that should be there left out.
func compareGoods(there []Goods, found []Found) ([]StoreLine, error) {
	var lines []StoreLine
	for _, g := range there {
		at := slices.IndexFunc(found, func(f Found) bool { return f.Goods == g.PublicID })
		switch {
		case at < 0 && g.Pieces == 0:
			continue
		case at < 0:
			return nil, act.Invalid("lines", "goods_not_counted", "A kind of goods that should be there is not counted; write 0 where nothing of it is there.")
		case found[at].Pieces < 0 || found[at].Pieces > mostPieces:
			return nil, act.Invalid("lines", "bad_pieces", "Give the number of pieces, not below zero.")
		case found[at].Pieces < g.Held:
			return nil, &act.Fault{Kind: act.ErrRefused, Code: "held_not_there", Detail: "Fewer pieces are there than payouts under way hold. Call off or give back what cannot be handed over, then count.",
				Args: map[string]any{"goods": g.PublicID, "held": g.Held}}
		}
		lines = append(lines, StoreLine{Goods: g.ID, PublicID: g.PublicID, Pieces: found[at].Pieces, Book: g.Pieces, CostFen: g.CostFen})
	}
	if len(lines) == 0 {
		return nil, act.Refused("store_empty", "The books know no goods in this store; there is nothing to count.")
	}
	for i, f := range found {
		if slices.ContainsFunc(found[:i], func(o Found) bool { return o.Goods == f.Goods }) {
			return nil, act.Invalid("lines", "goods_twice", "Name each kind of goods once.")
		}
		if !slices.ContainsFunc(there, func(g Goods) bool { return g.PublicID == f.Goods }) {
			return nil, act.Invalid("lines", "unknown_goods", "This store has no such goods.")
		}
	}
	return lines, nil
}

// SucceedStore brings what lies free in the store of a township that was merged over to
// its successor's. What payouts of before hold, or name while they wait for their checker,
// stays until they have ended, and so does everything while something waits for a
// signature; it is brought over after that.
func SucceedStore(ctx context.Context, tx Tx, merged, successor area.Code) error {
	if !isStore(merged) || !isStore(successor) {
		return nil
	}
	if err := tx.LockLimits(ctx, storeKeys(merged, successor)); err != nil {
		return err
	}
	waits, err := tx.StoreWaits(ctx, merged)
	if err != nil || waits {
		return err
	}
	there, err := tx.StoreGoods(ctx, merged)
	if err != nil {
		return err
	}
	var a StoreAct
	a.Area, a.From, a.Kind, a.PublicID = successor, merged, StoreTransfer, uuid.NewString()
	for _, g := range there {
		free := g.Pieces - g.Held - g.Promised
		if free <= 0 {
			continue
		}
		same, err := tx.GoodsIn(ctx, g, successor)
		if err != nil {
			return err
		}
		a.Lines = append(a.Lines, StoreLine{Goods: same.ID, Source: g.ID, Pieces: free, CostFen: g.CostFen})
	}
	if len(a.Lines) == 0 {
		return nil
	}
	moved := a.booking()
	moved[0].Key = "succeeded:" + a.PublicID
	if err := post(ctx, tx, moved...); err != nil {
		return err
	}
	return tx.Audit(ctx, act.Record{Action: "goods.succeeded", Subject: act.Subject{Kind: "ledger"}, Area: successor,
		Data: map[string]any{"from_area": string(merged), "amount_fen": a.Fen(), "lines": len(a.Lines)}})
}
