package api

import (
	"cmp"
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
	// StoreActs lists acts with goods of those stores, newest first: those that wait, or those that have ended.
	StoreActs(ctx context.Context, under area.Code, waiting bool) ([]ledger.StoreActView, error)
}

// goodsTable is the part of the table about goods in stores.
func goodsTable() []*route {
	get, post := http.MethodGet, http.MethodPost
	finance := []area.Role{area.RoleCountyFinance}
	suppliers := []area.Role{area.RoleCountyFinance, area.RoleCountyDuty}
	keepers := []area.Role{area.RoleWorker, area.RoleTownshipHead, area.RoleCountyDuty, area.RoleCountyFinance}
	return []*route{
		{method: get, path: "/ledger/goods", who: readers, summary: "Goods in the stores of an area, with what is free of them, what waits for a signature, and what was done last", bind: read((*Server).listGoods)},
		{method: post, path: "/ledger/goods", who: finance, summary: "Put a kind of goods, at one price, into the catalogue of a store", bind: do((*Server).addGoods)},
		{method: post, path: "/ledger/goods/{id}/purchases", fresh: true, who: finance, committed: failpoint.PayoutAfterCommit,
			summary: "Write down goods that were bought out of your county's fund; they are in the store once another person has signed", bind: do((*Server).buyGoods)},
		{method: post, path: "/ledger/goods/{id}/transfers", fresh: true, who: suppliers, committed: failpoint.PayoutAfterCommit,
			summary: "Give goods of the county's store to a township's; somebody there signs for them", bind: do((*Server).giveGoods)},
		{method: post, path: "/ledger/goods/counts", who: keepers, committed: failpoint.PayoutAfterCommit,
			summary: "Say what you have counted in a store, kind by kind; another person counts with you and signs, a third approves a difference", bind: do((*Server).countGoods)},
		{method: post, path: "/ledger/goods/acts/{id}/signature", fresh: true, who: keepers, committed: failpoint.PayoutAfterCommit,
			summary: "Sign a purchase, a transfer or a count as the second person, or approve a difference as the third", bind: do(answering[GoodsList]((*Server).answerGoods).sign())},
		{method: post, path: "/ledger/goods/acts/{id}/refusal", who: keepers, committed: failpoint.PayoutAfterCommit,
			summary: "Say that you do not sign, and why; the goods stay where they are", bind: do(answering[GoodsList]((*Server).answerGoods).decline())},
		{method: post, path: "/ledger/goods/acts/{id}/withdrawal", who: keepers, committed: failpoint.PayoutAfterCommit,
			summary: "Take back what you have begun and nobody has brought to its end", bind: do(answering[GoodsList]((*Server).answerGoods).withdraw())},
	}
}

type listGoodsInput struct {
	Area string `query:"area" pattern:"^[0-9]{12}$" doc:"That division and all below it; default: your own"`
}

// GoodsList is what lies in stores, and what is done with it.
type GoodsList struct {
	Items   []ledger.GoodsView    `json:"items" doc:"At most 500"`
	Waiting []ledger.StoreActView `json:"waiting" doc:"Newest first, at most 100"`
	Done    []ledger.StoreActView `json:"done" doc:"Newest first, at most 100"`
}

func (s *Server) listGoods(ctx context.Context, tx Tx, in *listGoodsInput) (list GoodsList, err error) {
	under, err := ownArea(tx, in.Area)
	if err != nil {
		return GoodsList{}, err
	}
	if list.Items, err = tx.Goods(ctx, under); err != nil {
		return GoodsList{}, err
	}
	if list.Waiting, err = tx.StoreActs(ctx, under, true); err != nil {
		return GoodsList{}, err
	}
	list.Done, err = tx.StoreActs(ctx, under, false)
	return list, err
}

// goodsAfter is the list as it is once an act with goods is done.
func (s *Server) goodsAfter(ctx context.Context, tx Tx, err error) (GoodsList, error) {
	if err != nil {
		return GoodsList{}, err
	}
	failpoint.Hit(failpoint.PayoutBeforeCommit)
	return s.listGoods(ctx, tx, &listGoodsInput{})
}

type addGoodsInput struct {
	Body struct {
		ID      string `json:"id,omitempty" format:"uuid" doc:"Made by you before you send, kept for the retry"`
		Area    string `json:"area" pattern:"^[0-9]{12}$" doc:"The township or county whose store it is"`
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
	store, err := ownArea(tx, b.Area)
	if err != nil {
		return GoodsList{}, err
	}
	g := ledger.Goods{PublicID: newID(ctx, b.ID), Area: store, Name: b.Name, Unit: b.Unit, CostFen: b.CostFen}
	if err := ledger.AddGoods(ctx, tx, &g); err != nil {
		return GoodsList{}, err
	}
	return s.listGoods(ctx, tx, &listGoodsInput{Area: b.Area})
}

type buyGoodsInput struct {
	ThingRef
	Body struct {
		ID      string `json:"id,omitempty" format:"uuid" doc:"Made by you before you send, kept for the retry"`
		Pieces  int64  `json:"pieces" minimum:"1"`
		Voucher string `json:"voucher" minLength:"1" maxLength:"60" doc:"The invoice's number; it counts once for these goods"`
		Note    string `json:"note,omitempty" maxLength:"1000"`
	}
}

func (s *Server) buyGoods(ctx context.Context, tx Tx, in *buyGoodsInput) (GoodsList, error) {
	b := in.Body
	if err := cmp.Or(ticket.PlainText("voucher", b.Voucher), ticket.PlainText("note", b.Note)); err != nil {
		return GoodsList{}, err
	}
	err := relief.BuyGoods(ctx, tx, ledger.PurchaseInput{PublicID: newID(ctx, b.ID), Goods: in.ID, Pieces: b.Pieces, Voucher: b.Voucher, Note: b.Note}, s.policy(tx).Limits)
	return s.goodsAfter(ctx, tx, err)
}

type giveGoodsInput struct {
	ThingRef
	Body struct {
		ID     string `json:"id,omitempty" format:"uuid" doc:"Made by you before you send, kept for the retry"`
		To     string `json:"to" pattern:"^[0-9]{12}$" doc:"The township whose store takes them"`
		Pieces int64  `json:"pieces" minimum:"1"`
		Note   string `json:"note,omitempty" maxLength:"1000"`
	}
}

func (s *Server) giveGoods(ctx context.Context, tx Tx, in *giveGoodsInput) (GoodsList, error) {
	b := in.Body
	if err := ticket.PlainText("note", b.Note); err != nil {
		return GoodsList{}, err
	}
	to, err := ownArea(tx, b.To)
	if err != nil {
		return GoodsList{}, err
	}
	_, err = ledger.GiveGoods(ctx, tx, ledger.TransferInput{PublicID: newID(ctx, b.ID), Goods: in.ID, To: to, Pieces: b.Pieces, Note: b.Note})
	return s.goodsAfter(ctx, tx, err)
}

// FoundGoods is so many pieces of one kind that a count has found.
type FoundGoods struct {
	Goods  string `json:"goods_id" format:"uuid"`
	Pieces int64  `json:"pieces" minimum:"0" doc:"That lie there, those promised to payouts among them"`
}

type countGoodsInput struct {
	Body struct {
		ID    string       `json:"id,omitempty" format:"uuid" doc:"Made by you before you send, kept for the retry"`
		Area  string       `json:"area,omitempty" pattern:"^[0-9]{12}$" doc:"Whose store; default: your own"`
		Lines []FoundGoods `json:"lines" minItems:"1" maxItems:"500" doc:"Every kind that the books know there"`
		Note  string       `json:"note,omitempty" maxLength:"1000" doc:"What you know of a difference; required where there is one"`
	}
}

func (s *Server) countGoods(ctx context.Context, tx Tx, in *countGoodsInput) (GoodsList, error) {
	b := in.Body
	if err := ticket.PlainText("note", b.Note); err != nil {
		return GoodsList{}, err
	}
	store, err := ownArea(tx, b.Area)
	if err != nil {
		return GoodsList{}, err
	}
	count := ledger.StockCountInput{PublicID: newID(ctx, b.ID), Area: store, Note: b.Note}
	for _, l := range b.Lines {
		count.Found = append(count.Found, ledger.Found{Goods: l.Goods, Pieces: l.Pieces})
	}
	_, err = ledger.CountStore(ctx, tx, count)
	return s.goodsAfter(ctx, tx, err)
}

func (s *Server) answerGoods(ctx context.Context, tx Tx, id string, o ledger.AdvanceOutcome, note string) (GoodsList, error) {
	_, err := ledger.AnswerStore(ctx, tx, id, o, note)
	return s.goodsAfter(ctx, tx, err)
}
