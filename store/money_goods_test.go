package store

import (
	"errors"
	"strings"
	"sync"
	"testing"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgconn"

	"example.org/hotline/area"
	"example.org/hotline/internal/act"
	"example.org/hotline/ledger"
	"example.org/hotline/relief"
)

// stocked puts goods into the township's store and gives their public id.
func (m *till) stocked(t *testing.T, name string, cost, pieces int64) string {
	t.Helper()
	return m.stockedIn(t, testTownship, name, cost, pieces)
}

func (m *till) stockedIn(t *testing.T, store area.Code, name string, cost, pieces int64) string {
	t.Helper()
	g := ledger.Goods{PublicID: uuid.NewString(), Area: store, Name: name, Unit: "袋", CostFen: cost}
	m.must(t, "finance", func(tx *Tx) error { return ledger.AddGoods(t.Context(), tx, &g) })
	var id string
	m.must(t, "finance", purchasing(t, g.PublicID, pieces, "v-"+name, &id))
	m.must(t, "county", signingStore(t, id, ledger.AdvanceSigned, ""))
	return g.PublicID
}

// purchasing is the first person's half of a purchase; its id comes out of it.
func purchasing(t *testing.T, goods string, pieces int64, voucher string, out *string) func(*Tx) error {
	return func(tx *Tx) error {
		a, err := ledger.BuyGoods(t.Context(), tx, ledger.PurchaseInput{PublicID: uuid.NewString(), Goods: goods, Pieces: pieces, Voucher: voucher})
		if err == nil && out != nil {
			*out = a.PublicID
		}
		return err
	}
}

func signingStore(t *testing.T, id string, o ledger.AdvanceOutcome, note string) func(*Tx) error {
	return func(tx *Tx) error {
		_, err := ledger.AnswerStore(t.Context(), tx, id, o, note)
		return err
	}
}

// rice is a sack of rice, of which the store has four hundred.
func (m *till) rice(t *testing.T) ledger.GoodsLine {
	t.Helper()
	id := m.stocked(t, "大米", 10_000, 400)
	var g ledger.Goods
	m.must(t, "finance", func(tx *Tx) (err error) { g, err = tx.GoodsByRef(t.Context(), id); return err })
	return ledger.GoodsLine{Goods: g.ID, PublicID: g.PublicID, CostFen: g.CostFen}
}

func inGoods(t *testing.T, d relief.Decision, basket []relief.Pieces, out *ledger.Disbursement) func(*Tx) error {
	return func(tx *Tx) error {
		p, err := relief.StartPayout(t.Context(), tx, relief.PayoutInput{PublicID: uuid.NewString(), Decision: d.PublicID, Fen: d.Fen, Channel: ledger.ChannelGoods, Basket: basket}, moneyRules())
		if err == nil && out != nil {
			*out = p
		}
		return err
	}
}

// lies is how many pieces of a kind the store has, and how many of them are held.
func (m *till) lies(t *testing.T, goods string, pieces, held int64) {
	t.Helper()
	m.must(t, "auditor", func(tx *Tx) error {
		g, err := tx.GoodsByRef(t.Context(), goods)
		if g.Pieces != pieces || g.Held != held {
			t.Errorf("%s: %d pieces with %d held, want %d with %d", g.Name, g.Pieces, g.Held, pieces, held)
		}
		return err
	})
}

// A decision is paid in goods of exactly its worth: held from the store, taken out, receipted.
func TestGoodsPay(t *testing.T) {
	m := newTill(t, 500_000)
	rice, oil := m.stocked(t, "大米", 5_000, 10), m.stocked(t, "食用油", 7_500, 4)
	if got := m.balance(t, ledger.Stock); got != 80_000 {
		t.Fatalf("the stock stands at %d", got)
	}
	tk, d := m.decided(t, 1, 40_000)
	m.refuse(t, "worker1", "basket_required", inGoods(t, d, nil, nil))
	m.refuse(t, "worker1", "basket_differs", inGoods(t, d, []relief.Pieces{{Goods: rice, Count: 5}}, nil))
	m.refuse(t, "worker1", "bad_pieces", inGoods(t, d, []relief.Pieces{{Goods: rice, Count: -5}}, nil))
	m.refuse(t, "worker1", "goods_twice", inGoods(t, d, []relief.Pieces{{Goods: rice, Count: 4}, {Goods: rice, Count: 4}}, nil))
	m.refuse(t, "worker1", "unknown_goods", inGoods(t, d, []relief.Pieces{{Goods: uuid.NewString(), Count: 8}}, nil))
	var p ledger.Disbursement
	m.must(t, "worker1", inGoods(t, d, []relief.Pieces{{Goods: rice, Count: 5}, {Goods: oil, Count: 2}}, &p))
	m.lies(t, rice, 10, 5)
	m.lies(t, oil, 4, 2)
	m.sound(t)
	m.must(t, "worker1", issuing(t, p))
	m.lies(t, rice, 10, 5)
	m.must(t, "worker1", returning(t, p))
	m.must(t, "worker1", issuing(t, p))
	receive := m.receiving(t, "worker1", tk, p, "")
	m.must(t, "worker1", receive)
	m.refuse(t, "worker1", "already_receipted", receive)
	m.lies(t, rice, 5, 0)
	m.lies(t, oil, 2, 0)
	if stock, spent, float := m.balance(t, ledger.Stock), m.balance(t, ledger.Expense), m.balance(t, ledger.Float); stock != 40_000 || spent != 40_000 || float != 500_000 {
		t.Errorf("stock %d, spent %d, float %d", stock, spent, float)
	}
	m.sound(t)
	m.must(t, "worker1", func(tx *Tx) error {
		views, err := tx.TicketDisbursements(t.Context(), tk.ID)
		if err == nil && (len(views) != 1 || len(views[0].Basket) != 2 || views[0].Basket[0].Pieces != 5) {
			t.Errorf("the page shows %+v", views)
		}
		return err
	})
	m.must(t, "finance", func(tx *Tx) error {
		_, err := relief.ReversePayout(t.Context(), tx, p.PublicID, "never came")
		return err
	})
	m.lies(t, rice, 10, 0)
	m.sound(t)

	_, d = m.decided(t, 2, 30_000)
	m.must(t, "worker1", inGoods(t, d, []relief.Pieces{{Goods: rice, Count: 6}}, &p))
	m.must(t, "worker1", func(tx *Tx) error {
		_, err := relief.CancelPayout(t.Context(), tx, p.PublicID, "came twice", moneyRules())
		return err
	})
	m.lies(t, rice, 10, 0)
	m.sound(t)
}

// The last pieces are promised once, whoever asks at the same moment.
func TestTwoRaceForTheLastGoods(t *testing.T) {
	m := newTill(t, 500_000)
	rice := m.stocked(t, "大米", 5_000, 10)
	oil := m.stocked(t, "食用油", 5_000, 100)
	worker := m.actor(t, "worker1")
	const many = 4
	errs := make([]error, many)
	var wg sync.WaitGroup
	for i := range many {
		_, d := m.decided(t, 10+i, 40_000)
		start := inGoods(t, d, []relief.Pieces{{Goods: rice, Count: 6}, {Goods: oil, Count: 2}}, nil)
		wg.Go(func() { errs[i] = m.db.InTx(t.Context(), worker, start) })
	}
	wg.Wait()
	done := 0
	for _, err := range errs {
		switch {
		case err == nil:
			done++
		case codeOf(err) != "goods_short":
			t.Errorf("not a refusal: %v", err)
		}
	}
	if done != 1 {
		t.Errorf("the last goods were promised %d times", done)
	}
	m.lies(t, rice, 10, 6)
	m.sound(t)
}

// Goods are county finance's to buy, once for each invoice, out of the fund, in which
// their price is held until another person has signed.
func TestBuyingGoods(t *testing.T) {
	m := newTill(t, 500_000)
	rice := m.stocked(t, "大米", 5_000, 10)
	buying := func(pieces int64, voucher string) func(*Tx) error {
		return purchasing(t, rice, pieces, voucher, nil)
	}
	m.refuse(t, "head", "not_found", buying(1, "v9"))
	m.refuse(t, "stranger", "not_found", buying(1, "v9"))
	m.refuse(t, "finance", "voucher_required", buying(1, ""))
	m.refuse(t, "finance", "bad_pieces", buying(0, "v9"))
	m.refuse(t, "finance", "already_booked", buying(1, "v-大米"))
	m.refuse(t, "finance", "fund_empty", buying(90_000, "v9"))
	again := ledger.Goods{PublicID: uuid.NewString(), Area: testTownship, Name: "大米", Unit: "袋", CostFen: 5_000}
	m.refuse(t, "finance", "goods_there", func(tx *Tx) error { return ledger.AddGoods(t.Context(), tx, &again) })
	m.refuse(t, "head", "not_found", func(tx *Tx) error { return ledger.AddGoods(t.Context(), tx, &again) })

	fund := m.balance(t, ledger.Fund)
	var id, twice string
	m.must(t, "finance", purchasing(t, rice, 4, "v2", &id))
	m.must(t, "finance", purchasing(t, rice, 4, "v2", &twice))
	if held := m.count(t, `SELECT pending_out_fen FROM accounts WHERE kind = 'fund'`); held != 40_000 || m.balance(t, ledger.Fund) != fund {
		t.Errorf("%d fen of the fund are held for two purchases", held)
	}
	m.lies(t, rice, 10, 0)
	m.sound(t)
	m.refuse(t, "finance", "own_hands", signingStore(t, id, ledger.AdvanceSigned, ""))
	m.refuse(t, "head", "not_found", signingStore(t, id, ledger.AdvanceSigned, ""))
	m.refuse(t, "county", "reason_required", signingStore(t, id, ledger.AdvanceDeclined, ""))
	m.must(t, "county", signingStore(t, id, ledger.AdvanceSigned, ""))
	m.refuse(t, "county", "already_answered", signingStore(t, id, ledger.AdvanceSigned, ""))
	m.refuse(t, "county", "already_booked", signingStore(t, twice, ledger.AdvanceSigned, "")) // the same invoice
	m.must(t, "finance", signingStore(t, twice, ledger.AdvanceWithdrawn, ""))
	m.lies(t, rice, 14, 0)
	if got := m.balance(t, ledger.Fund); got != fund-20_000 || m.count(t, `SELECT pending_out_fen FROM accounts WHERE kind = 'fund'`) != 0 {
		t.Errorf("the fund went from %d to %d", fund, got)
	}
	m.sound(t)
}

// The database refuses a store whose pieces and fen do not agree, and pieces that are not there.
func TestGoodsGuards(t *testing.T) {
	m := newTill(t, 500_000)
	m.stocked(t, "大米", 5_000, 10)
	const entry = `INSERT INTO ledger_entries (public_id, key, event, area_code, actor, at) VALUES (gen_random_uuid(), 'forged', 'goods_bought', '990101101000', 'x', now()); `
	const stock, fund = `kind = 'stock'`, `kind = 'fund'`
	const moved = `INSERT INTO goods_moves (entry_id, line, goods_id, area_code, layer, pieces) SELECT (SELECT max(id) FROM ledger_entries), 9, id, area_code, 'posted', # FROM goods; `
	for _, tt := range []struct{ name, sql, want string }{
		{"fen without pieces", entry + forgedPostings(5000, stock, -5000, fund), "goods_worth_their_account"},
		{"pieces without fen", strings.Replace(moved, "#", "1", 1), "goods_worth_their_account"},
		{"pieces worth something else", entry + forgedPostings(5000, stock, -5000, fund) + strings.Replace(moved, "#", "2", 1), "goods_worth_their_account"},
		{"pieces that are not there", strings.Replace(moved, "#", "-11", 1), "goods_never_below_zero"},
		{"pieces written by hand", `UPDATE goods SET pieces = 99`, "permission denied"},
		{"another price", `UPDATE goods SET cost_fen = 1`, "permission denied"},
		{"a move changed", `UPDATE goods_moves SET pieces = 1`, "permission denied"},
		{"a basket changed", `DELETE FROM payout_goods`, "permission denied"},
	} {
		_, err := connect(t, m.urls.AppURL).Exec(t.Context(), "BEGIN; SELECT set_config('app.scope', '*', true); "+tt.sql+"; COMMIT")
		var pg *pgconn.PgError
		if !errors.As(err, &pg) || (pg.ConstraintName != tt.want && !strings.Contains(pg.Message, tt.want)) {
			t.Errorf("%s: the database said %v, want %s", tt.name, err, tt.want)
		}
	}
	if err := m.db.InTx(t.Context(), act.Actor{}, func(tx *Tx) error {
		list, err := tx.Goods(t.Context(), testTownship)
		if len(list) > 0 {
			t.Error("nobody sees goods")
		}
		return err
	}); err != nil {
		t.Fatal(err)
	}
	m.sound(t)
}
