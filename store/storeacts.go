package store

import (
	"context"
	"errors"
	"time"

	"github.com/google/uuid"

	"example.org/hotline/area"
	"example.org/hotline/internal/act"
	"example.org/hotline/ledger"
)

// storeActRow is an act with goods, with the names around it.
type storeActRow struct {
	ID, ByID                                      int64
	PublicID, Kind, AreaCode, Voucher, Note, Name string
	FromArea                                      *string
	At                                            time.Time
}

const storeActSQL = `SELECT a.id, a.public_id::text, a.kind, a.area_code, a.from_area, a.by_id, a.voucher, a.note, a.at, b.name FROM store_acts a JOIN staff b ON b.id = a.by_id `

// storeActWaits is true of an act a that still waits for somebody.
const storeActWaits = `(NOT EXISTS (SELECT 1 FROM store_signatures g WHERE g.act_id = a.id)
	OR a.kind = 'count' AND EXISTS (SELECT 1 FROM store_act_lines l WHERE l.act_id = a.id AND l.pieces <> l.book)
	   AND (SELECT count(*) = 1 AND bool_and(g.outcome = 'signed') FROM store_signatures g WHERE g.act_id = a.id))`

// GoodsIn finds the same kind in another store, or opens it there.
func (tx *Tx) GoodsIn(ctx context.Context, g ledger.Goods, store area.Code) (ledger.Goods, error) {
	same := ledger.Goods{PublicID: uuid.NewString(), Area: store, Name: g.Name, Unit: g.Unit, CostFen: g.CostFen}
	if _, err := tx.AddGoods(ctx, &same); err != nil {
		return ledger.Goods{}, err
	}
	r, err := one[goodsRow](ctx, tx, "goods", `SELECT `+goodsColumns+` FROM goods WHERE area_code = ? AND name = ? AND unit = ? AND cost_fen = ?`, string(store), g.Name, g.Unit, g.CostFen)
	return r.goods(), err
}

// StoreGoods lists what the catalogue of a store has.
func (tx *Tx) StoreGoods(ctx context.Context, store area.Code) ([]ledger.Goods, error) {
	var rows []goodsRow
	err := tx.find(ctx, "list the goods of a store", &rows, `SELECT `+goodsColumns+`, coalesce((SELECT sum(b.pieces) FROM payout_goods b JOIN disbursements d ON d.id = b.disbursement_id
			WHERE b.goods_id = goods.id AND d.state IN ('submitted', 'checked')), 0)::bigint AS promised FROM goods WHERE area_code = ? ORDER BY id`, string(store))
	list := make([]ledger.Goods, 0, len(rows))
	for _, r := range rows {
		list = append(list, r.goods())
	}
	return list, err
}

// AddStoreAct appends an act with its lines.
func (tx *Tx) AddStoreAct(ctx context.Context, a *ledger.StoreAct) (created bool, err error) {
	var from *string
	if a.From != "" {
		text := string(a.From)
		from = &text
	}
	var id int64
	err = tx.scan(ctx, "add an act with goods", `INSERT INTO store_acts (public_id, kind, area_code, from_area, by_id, voucher, note, at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (public_id) DO NOTHING RETURNING id`, []any{a.PublicID, string(a.Kind), string(a.Area), from, int64(a.By), a.Voucher, a.Note, a.At}, &id)
	if errors.Is(err, act.ErrNotFound) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	a.ID = ledger.StoreActID(id)
	rows := make([]map[string]any, 0, len(a.Lines))
	for i, l := range a.Lines {
		row := map[string]any{"act_id": id, "line": i + 1, "goods_id": int64(l.Goods), "source_id": nonZero(int64(l.Source)), "pieces": l.Pieces, "book": nil, "cost_fen": l.CostFen}
		if a.Kind == ledger.StoreCount {
			row["book"] = l.Book
		}
		rows = append(rows, row)
	}
	return true, translate("add the lines of an act with goods", tx.gorm.WithContext(ctx).Table("store_act_lines").Create(rows).Error)
}

// StoreAct loads an act.
func (tx *Tx) StoreAct(ctx context.Context, publicID string) (ledger.StoreAct, error) {
	if uuid.Validate(publicID) != nil {
		return ledger.StoreAct{}, act.NotFound("act")
	}
	r, err := one[storeActRow](ctx, tx, "act", storeActSQL+`WHERE a.public_id = ?`, publicID)
	if err != nil {
		return ledger.StoreAct{}, err
	}
	a, _, _, err := tx.wholeStoreAct(ctx, r)
	return a, err
}

// storeLineRow is a line of an act with what its goods are called.
type storeLineRow struct {
	GoodsID, Pieces, CostFen int64
	SourceID, Book           *int64
	PublicID, Name, Unit     string
}

// storeSignatureRow is a signature with the name under it.
type storeSignatureRow struct {
	Step, Outcome, Note, Name string
	ByID                      int64
	At                        time.Time
}

// wholeStoreAct fills in lines and signatures.
func (tx *Tx) wholeStoreAct(ctx context.Context, r storeActRow) (ledger.StoreAct, []storeLineRow, []storeSignatureRow, error) {
	a := ledger.StoreAct{ID: ledger.StoreActID(r.ID), PublicID: r.PublicID, Kind: ledger.StoreActKind(r.Kind), Area: area.Code(r.AreaCode), From: area.Code(deref(r.FromArea)),
		By: area.StaffID(r.ByID), Voucher: r.Voucher, Note: r.Note, At: r.At.UTC()}
	var lines []storeLineRow
	err := tx.find(ctx, "load the lines of an act with goods", &lines, `SELECT l.goods_id, l.source_id, l.pieces, l.book, l.cost_fen, g.public_id::text, g.name, g.unit
		FROM store_act_lines l JOIN goods g ON g.id = l.goods_id WHERE l.act_id = ? ORDER BY l.line`, r.ID)
	if err != nil {
		return a, nil, nil, err
	}
	for _, l := range lines {
		a.Lines = append(a.Lines, ledger.StoreLine{Goods: ledger.GoodsID(l.GoodsID), PublicID: l.PublicID, Source: ledger.GoodsID(deref(l.SourceID)), Pieces: l.Pieces, Book: deref(l.Book), CostFen: l.CostFen})
	}
	var signed []storeSignatureRow
	err = tx.find(ctx, "load the signatures of an act with goods", &signed, `SELECT g.step, g.outcome, g.note, g.by_id, g.at, s.name FROM store_signatures g JOIN staff s ON s.id = g.by_id
		WHERE g.act_id = ? ORDER BY g.at, g.step DESC`, r.ID)
	for _, s := range signed {
		a.Signatures = append(a.Signatures, ledger.StoreSignature{Step: ledger.StoreStep(s.Step), Outcome: ledger.AdvanceOutcome(s.Outcome), By: area.StaffID(s.ByID), Note: s.Note, At: s.At.UTC()})
	}
	return a, lines, signed, err
}

// StoreWaits looks for what waits around a store, on either side of it.
func (tx *Tx) StoreWaits(ctx context.Context, store area.Code) (waits bool, err error) {
	err = tx.scan(ctx, "look for what waits of a store", `SELECT EXISTS (SELECT 1 FROM store_acts a WHERE (a.area_code = ? OR a.from_area = ?) AND `+storeActWaits+`)`, []any{string(store), string(store)}, &waits)
	return waits, err
}

// AddStoreSignature appends an answer.
func (tx *Tx) AddStoreSignature(ctx context.Context, a ledger.StoreAct, s ledger.StoreSignature) error {
	n, err := tx.exec(ctx, "sign an act with goods", `INSERT INTO store_signatures (act_id, step, area_code, outcome, by_id, note, at) VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (act_id, step) DO NOTHING`,
		int64(a.ID), string(s.Step), string(a.Area), string(s.Outcome), int64(s.By), s.Note, s.At)
	if err == nil && n == 0 {
		err = ledger.AlreadyAnswered()
	}
	return err
}

// inStores is true of rows a of the stores at or below a place and, where it is the actor's own, of places that were merged into it.
const inStores = `(starts_with(a.area_code, ?) OR ? AND a.area_code = ANY ((SELECT app_succeeded())::text[]))`

// mostStoreActs is how many acts a list shows.
const mostStoreActs = 100

// StoreActs lists acts with goods of the stores at or below a place, the newest first:
// those that wait, or those that have ended.
func (tx *Tx) StoreActs(ctx context.Context, under area.Code, waiting bool) ([]ledger.StoreActView, error) {
	var rows []storeActRow
	err := tx.find(ctx, "list acts with goods", &rows, storeActSQL+`WHERE `+inStores+` AND `+storeActWaits+` = ? ORDER BY a.id DESC LIMIT ?`, under.Prefix(), under == tx.actor.Area, waiting, mostStoreActs)
	if err != nil {
		return nil, err
	}
	views := make([]ledger.StoreActView, 0, len(rows))
	for _, r := range rows {
		a, lines, signed, err := tx.wholeStoreAct(ctx, r)
		if err != nil {
			return nil, err
		}
		v := ledger.StoreActView{ID: a.PublicID, Kind: a.Kind, Area: string(a.Area), From: string(a.From), By: r.Name, Voucher: a.Voucher, Note: a.Note, At: a.At,
			WorthFen: a.Fen(), Lines: []ledger.StoreLineView{}, Signatures: []ledger.StoreSignatureView{}, Waits: a.Waits(), NextActs: a.NextActs(tx.actor)}
		v.MissingFen, v.SurplusFen = a.DifferenceFen()
		for _, l := range lines {
			v.Lines = append(v.Lines, ledger.StoreLineView{Goods: l.PublicID, Name: l.Name, Unit: l.Unit, Pieces: l.Pieces, Book: l.Book, CostFen: l.CostFen})
		}
		for _, s := range signed {
			v.Signatures = append(v.Signatures, ledger.StoreSignatureView{Step: ledger.StoreStep(s.Step), Outcome: ledger.AdvanceOutcome(s.Outcome), By: s.Name, Note: s.Note, At: s.At.UTC()})
		}
		views = append(views, v)
	}
	return views, nil
}
