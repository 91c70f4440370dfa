package store

import (
	"context"
	"errors"

	"github.com/google/uuid"

	"example.org/hotline/area"
	"example.org/hotline/internal/act"
	"example.org/hotline/ledger"
)

// goodsRow is a row of goods.
type goodsRow struct {
	ID, CostFen, Pieces, Held      int64
	Promised                       int64 // where a statement asks for it
	PublicID, AreaCode, Name, Unit string
}

func (r goodsRow) goods() ledger.Goods {
	return ledger.Goods{ID: ledger.GoodsID(r.ID), PublicID: r.PublicID, Area: area.Code(r.AreaCode), Name: r.Name, Unit: r.Unit, CostFen: r.CostFen, Pieces: r.Pieces, Held: r.Held, Promised: r.Promised}
}

const goodsColumns = `id, public_id::text, area_code, name, unit, cost_fen, pieces, held`

// AddGoods writes a kind of goods.
func (tx *Tx) AddGoods(ctx context.Context, g *ledger.Goods) (created bool, err error) {
	var id int64
	err = tx.scan(ctx, "add goods", `INSERT INTO goods (public_id, area_code, name, unit, cost_fen, added_by, added_at) VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING RETURNING id`,
		[]any{g.PublicID, string(g.Area), g.Name, g.Unit, g.CostFen, nonZero(int64(tx.actor.StaffID)), tx.now}, &id)
	if errors.Is(err, act.ErrNotFound) {
		return false, nil
	}
	g.ID = ledger.GoodsID(id)
	return err == nil, err
}

// GoodsByRef finds a kind of goods.
func (tx *Tx) GoodsByRef(ctx context.Context, publicID string) (ledger.Goods, error) {
	if uuid.Validate(publicID) != nil {
		return ledger.Goods{}, act.NotFound("goods")
	}
	r, err := one[goodsRow](ctx, tx, "goods", `SELECT `+goodsColumns+` FROM goods WHERE public_id = ?`, publicID)
	return r.goods(), err
}

// AddBasket writes a payout's basket.
func (tx *Tx) AddBasket(ctx context.Context, id ledger.DisbursementID, basket []ledger.GoodsLine) error {
	for _, l := range basket {
		if _, err := tx.exec(ctx, "add to a basket", `INSERT INTO payout_goods (disbursement_id, goods_id, pieces, cost_fen) VALUES (?, ?, ?, ?)`, int64(id), int64(l.Goods), l.Pieces, l.CostFen); err != nil {
			return err
		}
	}
	return nil
}

// basket loads what a payout hands over.
func (tx *Tx) basket(ctx context.Context, id ledger.DisbursementID) ([]ledger.GoodsLine, error) {
	var lines []ledger.GoodsLine
	err := tx.find(ctx, "load a basket", &lines, `SELECT b.goods_id AS goods, g.public_id::text, b.pieces, b.cost_fen FROM payout_goods b JOIN goods g ON g.id = b.goods_id WHERE b.disbursement_id = ? ORDER BY b.goods_id`, int64(id))
	return lines, err
}

// movePieces appends the pieces of an entry; the store follows by trigger.
func (tx *Tx) movePieces(ctx context.Context, e *ledger.Entry) error {
	if len(e.Goods) == 0 {
		return nil
	}
	rows := make([]map[string]any, 0, len(e.Goods))
	for i, l := range e.Goods {
		rows = append(rows, map[string]any{"entry_id": int64(e.ID), "line": i + 1, "goods_id": int64(l.Goods), "area_code": string(l.Store), "layer": string(e.Postings[0].Layer), "pieces": l.Pieces})
	}
	err := translate("move goods", tx.gorm.WithContext(ctx).Table("goods_moves").Create(rows).Error)
	if violates(err, "goods_never_below_zero") {
		return ledger.GoodsShort()
	}
	return err
}

// Goods lists what lies in the stores at or below a place.
func (tx *Tx) Goods(ctx context.Context, under area.Code) ([]ledger.GoodsView, error) {
	views := []ledger.GoodsView{}
	err := tx.find(ctx, "list goods", &views, `SELECT a.public_id::text AS id, a.area_code AS area, d.name AS area_name, a.name, a.unit, a.cost_fen, a.pieces, a.held, a.pieces - a.held AS free, a.pieces * a.cost_fen AS worth_fen
		FROM goods a JOIN divisions d ON d.code = a.area_code WHERE `+inStores+` ORDER BY a.area_code, a.name, a.cost_fen LIMIT 500`, under.Prefix(), under == tx.actor.Area)
	return views, err
}

// withBaskets fills in what payouts in goods hand over.
func (tx *Tx) withBaskets(ctx context.Context, views []ledger.View) error {
	for i, v := range views {
		if v.Channel != ledger.ChannelGoods {
			continue
		}
		err := tx.find(ctx, "load a basket", &views[i].Basket, `SELECT g.public_id::text AS goods, g.name, g.unit, b.pieces, b.cost_fen FROM payout_goods b JOIN goods g ON g.id = b.goods_id
			JOIN disbursements d ON d.id = b.disbursement_id WHERE d.public_id = ? ORDER BY b.goods_id`, v.ID)
		if err != nil {
			return err
		}
	}
	return nil
}
