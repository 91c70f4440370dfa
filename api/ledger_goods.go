package api

import (
	"context"
	"net/http"

	"example.org/hotline/area"
	"example.org/hotline/internal/failpoint"
	"example.org/hotline/ledger"
	"example.org/hotline/relief"
	"example.org/hotline/ticket"
)

// GoodsRows is what routes about goods ask of the store.
type GoodsRows interface {
	// Goods lists what lies in the stores at or below a place, within the scope.
	Goods(ctx context.Context, under area.Code) ([]ledger.GoodsView, error)
}

// goodsTable is the part of the table about goods in stores.
func goodsTable() []*route {
	get, post := http.MethodGet, http.MethodPost
	finance := []area.Role{area.RoleCountyFinance}
	return []*route{
		{method: get, path: "/ledger/goods", who: readers, summary: "Goods in the stores of an area, with what is free of them", bind: read((*Server).listGoods)},
		{method: post, path: "/ledger/goods", who: finance, summary: "Put a kind of goods, at one price, into a township's catalogue", bind: do((*Server).addGoods)},
		{method: post, path: "/ledger/goods/{id}/purchases", fresh: true, who: finance, committed: failpoint.PayoutAfterCommit,
			summary: "Book goods that were bought for a store out of your county's fund", bind: do((*Server).buyGoods)},
	}
}

type listGoodsInput struct {
	Area string `query:"area" pattern:"^[0-9]{12}$" doc:"That division and all below it; default: your own"`
}

// GoodsList is what lies in stores.
type GoodsList struct {
	Items []ledger.GoodsView `json:"items" doc:"At most 500"`
}

func (s *Server) listGoods(ctx context.Context, tx Tx, in *listGoodsInput) (GoodsList, error) {
	under, err := ownArea(tx, in.Area)
	if err != nil {
		return GoodsList{}, err
	}
	items, err := tx.Goods(ctx, under)
	return GoodsList{Items: items}, err
}

type addGoodsInput struct {
	Body struct {
		ID      string `json:"id,omitempty" format:"uuid" doc:"Made by you before you send, kept for the retry"`
		Area    string `json:"area" pattern:"^[0-9]{12}$" doc:"The township whose store it is"`
		Name    string `json:"name" minLength:"1" maxLength:"60"`
		Unit    string `json:"unit" minLength:"1" maxLength:"20" doc:"Of one piece: a sack, a bottle"`
		CostFen int64  `json:"cost_fen" minimum:"1" doc:"Of one piece; the same goods at another price are another kind"`
	}
}

func (s *Server) addGoods(ctx context.Context, tx Tx, in *addGoodsInput) (GoodsList, error) {
	b := in.Body
	for field, text := range map[string]string{"name": b.Name, "unit": b.Unit} {
		if err := ticket.PlainText(field, text); err != nil {
			return GoodsList{}, err
		}
	}
	township, err := ownArea(tx, b.Area)
	if err != nil {
		return GoodsList{}, err
	}
	g := ledger.Goods{PublicID: newID(ctx, b.ID), Area: township, Name: b.Name, Unit: b.Unit, CostFen: b.CostFen}
	if err := ledger.AddGoods(ctx, tx, &g); err != nil {
		return GoodsList{}, err
	}
	return s.listGoods(ctx, tx, &listGoodsInput{Area: b.Area})
}

type buyGoodsInput struct {
	ThingRef
	Body struct {
		Pieces  int64  `json:"pieces" minimum:"1"`
		Voucher string `json:"voucher" minLength:"1" maxLength:"60" doc:"Counts once for these goods"`
	}
}

func (s *Server) buyGoods(ctx context.Context, tx Tx, in *buyGoodsInput) (GoodsList, error) {
	if err := ticket.PlainText("voucher", in.Body.Voucher); err != nil {
		return GoodsList{}, err
	}
	if err := relief.BuyGoods(ctx, tx, in.ID, in.Body.Pieces, in.Body.Voucher, s.policy(tx).Limits); err != nil {
		return GoodsList{}, err
	}
	failpoint.Hit(failpoint.PayoutBeforeCommit)
	return s.listGoods(ctx, tx, &listGoodsInput{})
}
