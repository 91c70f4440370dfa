package store

import (
	"errors"
	"slices"
	"testing"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgconn"

	"example.org/hotline/area"
	"example.org/hotline/ledger"
	"example.org/hotline/relief"
)

func giving(t *testing.T, goods string, to area.Code, pieces int64, out *string) func(*Tx) error {
	return func(tx *Tx) error {
		a, err := ledger.GiveGoods(t.Context(), tx, ledger.TransferInput{PublicID: uuid.NewString(), Goods: goods, To: to, Pieces: pieces})
		if err == nil && out != nil {
			*out = a.PublicID
		}
		return err
	}
}

func countingStore(t *testing.T, store area.Code, found []ledger.Found, note string, out *string) func(*Tx) error {
	return func(tx *Tx) error {
		a, err := ledger.CountStore(t.Context(), tx, ledger.StockCountInput{PublicID: uuid.NewString(), Area: store, Found: found, Note: note})
		if err == nil && out != nil {
			*out = a.PublicID
		}
		return err
	}
}

// townshipGoods is the public id of a kind in the township's store.
func (m *till) townshipGoods(t *testing.T, store area.Code, name string) (id string) {
	t.Helper()
	m.must(t, "auditor", func(tx *Tx) error {
		list, err := tx.StoreGoods(t.Context(), store)
		at := slices.IndexFunc(list, func(g ledger.Goods) bool { return g.Name == name })
		if err == nil && at < 0 {
			t.Fatalf("the store of %s knows no %s", store, name)
		}
		if at >= 0 {
			id = list[at].PublicID
		}
		return err
	})
	return id
}

// Goods of the county's store go to a township's when one gives and another takes; on the
// way they are held, and nobody else's.
func TestTheCountysStoreGivesToATownships(t *testing.T) {
	m := newTill(t, 500_000)
	rice := m.stockedIn(t, testCounty, "大米", 5_000, 10)
	m.refuse(t, "head", "not_found", giving(t, rice, testTownship, 4, nil))
	m.refuse(t, "finance", "wrong_level", giving(t, rice, testCounty, 4, nil))
	m.refuse(t, "finance", "bad_pieces", giving(t, rice, testTownship, 0, nil))
	m.refuse(t, "finance", "goods_short", giving(t, rice, testTownship, 11, nil))
	var id, back string
	m.must(t, "finance", giving(t, rice, testTownship, 4, &id))
	m.must(t, "county", giving(t, rice, testTownship, 3, &back))
	m.lies(t, rice, 10, 7)
	m.refuse(t, "finance", "goods_short", giving(t, rice, testTownship, 4, nil))
	m.sound(t)
	m.refuse(t, "finance", "own_hands", signingStore(t, id, ledger.AdvanceSigned, ""))
	m.refuse(t, "county", "not_found", signingStore(t, id, ledger.AdvanceSigned, "")) // does not take it
	m.refuse(t, "stranger", "not_found", signingStore(t, id, ledger.AdvanceSigned, ""))
	m.must(t, "worker1", signingStore(t, id, ledger.AdvanceSigned, ""))
	m.must(t, "head", signingStore(t, back, ledger.AdvanceDeclined, "wet"))
	m.lies(t, rice, 6, 0)
	mine := m.townshipGoods(t, testTownship, "大米")
	m.lies(t, mine, 4, 0)
	m.refuse(t, "county", "not_county_store", giving(t, mine, testTownship, 1, nil))
	m.sound(t)
	_, d := m.decided(t, 1, 20_000)
	m.refuse(t, "worker1", "unknown_goods", inGoods(t, d, []relief.Pieces{{Goods: rice, Count: 4}}, nil)) // the county's are not the township's to give
	m.must(t, "worker1", inGoods(t, d, []relief.Pieces{{Goods: mine, Count: 4}}, nil))
	m.sound(t)
}

// settled does what a node does every minute about places that were merged.
func (m *till) settled(t *testing.T) {
	t.Helper()
	areas := NewAreas(m.db, nil, quiet)
	if err := errors.Join(areas.Refresh(t.Context()), areas.Settle(t.Context())); err != nil {
		t.Fatal(err)
	}
}

// What lies in a store is counted by two people, kind by kind. What is promised lies there
// as well. A difference is booked when a third person approves it, into suspense.
func TestAStoreIsCounted(t *testing.T) {
	m := newTill(t, 500_000)
	rice, oil := m.stocked(t, "大米", 5_000, 10), m.stocked(t, "食用油", 7_500, 4)
	_, d := m.decided(t, 1, 30_000)
	m.must(t, "worker1", inGoods(t, d, []relief.Pieces{{Goods: rice, Count: 6}}, nil))
	count := func(r, o int64, note string, out *string) func(*Tx) error {
		return countingStore(t, testTownship, []ledger.Found{{Goods: rice, Pieces: r}, {Goods: oil, Pieces: o}}, note, out)
	}
	m.refuse(t, "agent", "not_found", count(10, 4, "", nil))
	m.refuse(t, "worker1", "goods_not_counted", countingStore(t, testTownship, []ledger.Found{{Goods: rice, Pieces: 10}}, "", nil))
	m.refuse(t, "worker1", "unknown_goods", countingStore(t, testTownship, []ledger.Found{{Goods: rice, Pieces: 10}, {Goods: oil, Pieces: 4}, {Goods: uuid.NewString()}}, "", nil))
	m.refuse(t, "worker1", "goods_twice", countingStore(t, testTownship, []ledger.Found{{Goods: rice, Pieces: 10}, {Goods: oil, Pieces: 4}, {Goods: oil, Pieces: 4}}, "", nil))
	m.refuse(t, "worker1", "goods_differ", count(9, 4, "", nil))
	m.refuse(t, "worker1", "held_not_there", count(5, 4, "mice", nil))

	var id string
	m.must(t, "worker1", count(10, 4, "", &id))
	m.refuse(t, "worker2", "store_waits", count(10, 4, "", nil))
	m.refuse(t, "worker1", "own_hands", signingStore(t, id, ledger.AdvanceSigned, ""))
	m.must(t, "worker2", signingStore(t, id, ledger.AdvanceSigned, ""))
	m.refuse(t, "county", "already_answered", signingStore(t, id, ledger.AdvanceSigned, "")) // it agrees: nothing to approve
	m.sound(t)

	m.must(t, "worker1", count(8, 5, "mice, and one bottle was never written down", &id))
	m.must(t, "worker2", signingStore(t, id, ledger.AdvanceSigned, ""))
	m.lies(t, rice, 10, 6)
	m.refuse(t, "head", "not_found", signingStore(t, id, ledger.AdvanceSigned, ""))
	m.refuse(t, "worker2", "not_found", signingStore(t, id, ledger.AdvanceSigned, ""))
	m.must(t, "finance", signingStore(t, id, ledger.AdvanceSigned, "seen"))
	m.lies(t, rice, 8, 6)
	m.lies(t, oil, 5, 0)
	if n := m.count(t, `SELECT posted_fen FROM accounts WHERE kind = 'suspense' AND holder = 'goods'`); n != 10_000-7_500 {
		t.Errorf("%d fen of goods are unexplained", n)
	}
	m.sound(t)

	m.must(t, "county", count(7, 5, "wet", &id))
	m.must(t, "finance", signingStore(t, id, ledger.AdvanceSigned, ""))
	m.refuse(t, "finance", "counter_approves", signingStore(t, id, ledger.AdvanceSigned, ""))
	m.refuse(t, "county", "own_hands", signingStore(t, id, ledger.AdvanceSigned, ""))
	m.must(t, "county", signingStore(t, id, ledger.AdvanceWithdrawn, ""))
	m.lies(t, rice, 8, 6)
	m.sound(t)
	m.must(t, "auditor", func(tx *Tx) error {
		waiting, err := tx.StoreActs(t.Context(), testTownship, true)
		if err != nil {
			return err
		}
		done, err := tx.StoreActs(t.Context(), testTownship, false)
		if len(waiting) != 0 || len(done) != 5 || done[1].MissingFen != 10_000 || done[1].SurplusFen != 7_500 || len(done[1].Signatures) != 2 || done[1].Signatures[1].Step != ledger.StepApprove {
			t.Errorf("listed are %+v, and waiting %+v", done, waiting)
		}
		return err
	})
}

// The database refuses a signature of one person for two, and any change of an act.
func TestStoreGuards(t *testing.T) {
	m := newTill(t, 500_000)
	rice := m.stocked(t, "大米", 5_000, 10)
	m.must(t, "worker1", countingStore(t, testTownship, []ledger.Found{{Goods: rice, Pieces: 9}}, "mice", nil))
	sign := func(step, outcome, who string) string {
		return `INSERT INTO store_signatures (act_id, step, area_code, outcome, by_id, at) SELECT a.id, '` + step + `', a.area_code, '` + outcome + `', s.id, now() FROM (SELECT * FROM store_acts ORDER BY id DESC LIMIT 1) a, staff s WHERE s.login = '` + who + `'; `
	}
	for name, sql := range map[string]string{
		"one's own count":                 sign("second", "signed", "worker1"),
		"withdrawn by another":            sign("second", "withdrawn", "worker2"),
		"approved before it was signed":   sign("approve", "signed", "finance"),
		"the second approves":             sign("second", "signed", "worker2") + sign("approve", "signed", "worker2"),
		"approved though it was declined": sign("second", "withdrawn", "worker1") + sign("approve", "signed", "finance"),
	} {
		_, err := connect(t, m.urls.AppURL).Exec(t.Context(), "BEGIN; SELECT set_config('app.scope', '*', true); "+sql+"COMMIT")
		var pg *pgconn.PgError
		if !errors.As(err, &pg) || pg.ConstraintName != "store_signatures_two_people" {
			t.Errorf("%s: the database said %v", name, err)
		}
	}
	for _, table := range []string{"store_acts", "store_act_lines", "store_signatures"} {
		for _, sql := range []string{`UPDATE ` + table + ` SET act_id = 1`, `DELETE FROM ` + table} {
			if _, err := connect(t, m.urls.AppURL).Exec(t.Context(), sql); err == nil {
				t.Errorf("%s went through", sql)
			}
		}
	}
}

// A merged township's goods go to its successor: what lies free at once, what a payout
// holds or names when that has ended; the payouts of before are ended out of the old store.
func TestAMergedStoreGoesToItsSuccessor(t *testing.T) {
	m := newTill(t, 5_000_000)
	rice, oil := m.stocked(t, "大米", 5_000, 60), m.stocked(t, "食用油", 7_500, 4)
	tk, d := m.decided(t, 1, 30_000)
	var held, named ledger.Disbursement
	m.must(t, "worker1", inGoods(t, d, []relief.Pieces{{Goods: rice, Count: 6}}, &held))
	_, large := m.decided(t, 2, 200_000)
	m.must(t, "worker1", inGoods(t, large, []relief.Pieces{{Goods: rice, Count: 40}}, &named)) // waits for its checker
	var bought string
	m.must(t, "finance", purchasing(t, oil, 1, "v9", &bought))
	m.mergeTownship(t)
	m.lies(t, rice, 60, 6) // a purchase still waits: nothing moves under it
	m.must(t, "county", signingStore(t, bought, ledger.AdvanceSigned, ""))
	m.settled(t)
	m.lies(t, rice, 46, 6)
	m.lies(t, oil, 0, 0)
	rice2, oil2 := m.townshipGoods(t, mergedInto, "大米"), m.townshipGoods(t, mergedInto, "食用油")
	m.lies(t, rice2, 14, 0)
	m.lies(t, oil2, 5, 0)
	m.sound(t)
	m.must(t, "worker1", issuing(t, held))
	m.must(t, "worker1", m.receiving(t, "worker1", tk, held, ""))
	m.must(t, "county", func(tx *Tx) error {
		_, err := relief.CancelPayout(t.Context(), tx, named.PublicID, "moved away", moneyRules())
		return err
	})
	m.settled(t)
	m.settled(t) // again changes nothing
	m.lies(t, rice, 0, 0)
	m.lies(t, rice2, 54, 0)
	m.sound(t)
}
