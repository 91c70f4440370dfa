package ledger

import (
	"context"

	"example.org/hotline/area"
	"example.org/hotline/internal/act"
)

// GoodsID is the internal number of one kind of goods.
type GoodsID int64

// Goods are one kind of goods in the store of a township or county, bought at one price.
// What is bought at another price is another kind, so that pieces and fen always agree.
type Goods struct {
	ID       GoodsID
	PublicID string
	Area     area.Code // the township or county whose store it lies in
	Name     string    // "大米 10 公斤"
	Unit     string    // "袋"
	CostFen  int64     // of one piece
	Pieces   int64     // there
	Held     int64     // of them for payouts under way, or on their way to another store
	Promised int64     // of the rest, in the baskets of payouts that wait for their checker; where a statement asks for it
}

// GoodsLine is so many pieces of a kind: in a citizen's basket, or on their way into or
// out of the store, below zero where they leave it.
type GoodsLine struct {
	Goods    GoodsID
	PublicID string
	Pieces   int64
	CostFen  int64     // of one piece
	Store    area.Code // of a line of an entry: whose store
}

// mostPieces bounds one line, so that no value comes near the end of int64.
const mostPieces = 100_000

// GoodsTx is what goods need of a transaction. Pieces follow the entries that move
// them, under the lock of the store's account.
type GoodsTx interface {
	// AddGoods writes a kind of goods and sets its ID. created is false where the store has it already at this price.
	AddGoods(ctx context.Context, g *Goods) (created bool, err error)
	// GoodsByRef finds a kind of goods; act.ErrNotFound outside the scope.
	GoodsByRef(ctx context.Context, publicID string) (Goods, error)
	// StoreGoods lists every kind of goods of a store.
	StoreGoods(ctx context.Context, store area.Code) ([]Goods, error)
	// GoodsIn finds the same kind at the same price in another store, and puts it into its catalogue where it is missing.
	GoodsIn(ctx context.Context, g Goods, store area.Code) (Goods, error)
	// AddStoreAct writes an act with its lines and sets its ID. created is false where the public id exists already.
	AddStoreAct(ctx context.Context, a *StoreAct) (created bool, err error)
	// StoreAct loads an act with its lines and signatures; act.ErrNotFound outside the scope.
	StoreAct(ctx context.Context, publicID string) (StoreAct, error)
	// StoreWaits reports whether an act with goods of a store still waits for somebody.
	StoreWaits(ctx context.Context, store area.Code) (bool, error)
	// AddStoreSignature writes an answer down, once for each step: act.ErrConflict for whoever comes second.
	AddStoreSignature(ctx context.Context, a StoreAct, s StoreSignature) error
	// AddBasket writes down what a payout hands over.
	AddBasket(ctx context.Context, id DisbursementID, basket []GoodsLine) error
}

func stockOf(store area.Code) AccountRef { return AccountRef{Kind: Stock, Area: store} }
func (d Disbursement) stock() AccountRef { return stockOf(d.Area) }

// AddGoods puts a kind of goods into the catalogue of a store.
func AddGoods(ctx context.Context, tx Tx, g *Goods) error {
	switch {
	case !tx.Actor().May(area.RoleCountyFinance):
		return act.NotFound("goods")
	case !isStore(g.Area) || !tx.Actor().Area.Contains(g.Area):
		return act.Invalid("area", "wrong_level", "Stores belong to the county and its townships.")
	case g.Name == "" || g.Unit == "":
		return act.Invalid("name", "name_required", "Give the goods a name and a unit.")
	}
	if err := CheckAmount("cost_fen", g.CostFen); err != nil {
		return err
	}
	created, err := tx.AddGoods(ctx, g)
	if err != nil {
		return err
	}
	if !created {
		return act.Conflict("goods_there", "The store has these goods at this price already; buy more of them.")
	}
	return tx.Audit(ctx, act.Record{Action: "goods.added", Subject: g.subject(), Area: g.Area, Data: map[string]any{"cost_fen": g.CostFen}})
}

func (g Goods) subject() act.Subject { return act.Subject{Kind: "goods", ID: int64(g.ID)} }

func isStore(place area.Code) bool {
	return place.Level() == area.LevelTownship || place.Level() == area.LevelCounty
}

// GoodsShort refuses goods that the store does not have.
func GoodsShort() error {
	return act.Refused("goods_short", "The store does not have so many pieces free. Nothing was written; choose other goods, or ask county finance to buy more.")
}

func checkPieces(field string, pieces int64) error {
	if pieces <= 0 || pieces > mostPieces {
		return act.Invalid(field, "bad_pieces", "Give the number of pieces, above zero.")
	}
	return nil
}

// checkBasket holds a basket to the sum that was decided: goods of the township's own
// store, each named once, worth exactly what is granted.
func (d Disbursement) checkBasket() error {
	if d.Channel != ChannelGoods {
		return nil
	}
	if len(d.Basket) == 0 || len(d.Basket) > 50 {
		return act.Invalid("basket", "basket_required", "Say which goods are handed over.")
	}
	var worth int64
	seen := map[GoodsID]bool{}
	for _, l := range d.Basket {
		if err := checkPieces("basket", l.Pieces); err != nil {
			return err
		}
		if seen[l.Goods] {
			return act.Invalid("basket", "goods_twice", "Name each kind of goods once.")
		}
		seen[l.Goods] = true
		worth += l.Pieces * l.CostFen
		if worth > MaxFen {
			break
		}
	}
	if worth != d.Fen {
		return &act.Fault{Kind: act.ErrInvalid, Code: "basket_differs", Field: "basket", Detail: "The goods are not worth what was decided; choose others, or decide again.",
			Args: map[string]any{"basket_fen": min(worth, MaxFen), "decided_fen": d.Fen}}
	}
	return nil
}

// leaving is the basket as it leaves the store.
func (d Disbursement) leaving() []GoodsLine {
	lines := make([]GoodsLine, 0, len(d.Basket))
	for _, l := range d.Basket {
		l.Pieces, l.Store = -l.Pieces, d.Area
		lines = append(lines, l)
	}
	return lines
}
