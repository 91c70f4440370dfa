package store

import (
	"fmt"
	"testing"
	"time"

	"example.org/hotline/area"
	"example.org/hotline/internal/act"
	"example.org/hotline/ledger"
	"example.org/hotline/relief"
)

// looked has the program look through the county's books.
func (m *till) looked(t *testing.T) {
	t.Helper()
	if err := m.db.InTx(t.Context(), act.SystemDispatch, func(tx *Tx) error { return relief.TellOpenItems(t.Context(), tx, testCounty) }); err != nil {
		t.Fatal(err)
	}
}

// toldOfBooks is who was told of how many items for how many days, in all so far: "finance 2 items 1 days".
func (m *till) toldOfBooks(t *testing.T) map[string]int {
	t.Helper()
	var rows []struct {
		Who, Count, Days string
		Notices          int
	}
	err := m.db.InTx(t.Context(), act.SystemConsole, func(tx *Tx) error {
		return tx.find(t.Context(), "read notices", &rows, `SELECT coalesce(s.login, 'desk of ' || p.area_code) AS who, n.fields->>'count' AS count, n.fields->>'days' AS days, count(*) AS notices
			FROM notices n JOIN posts p ON p.id = n.post_id LEFT JOIN staff s ON s.post_id = p.id WHERE n.template = 'open_items' GROUP BY 1, 2, 3`)
	})
	if err != nil {
		t.Fatal(err)
	}
	told := map[string]int{}
	for _, r := range rows {
		told[fmt.Sprintf("%s: %s for %s", r.Who, r.Count, r.Days)] = r.Notices
	}
	return told
}

// What does not agree is told of once at each age: county finance, the head of the place, the supervisor. A float that
// does not agree has an age from when that was found.
func TestOpenItemsAreTold(t *testing.T) {
	m := tillAtNoon(t)
	super := connect(t, m.urls.SuperURL)
	run := func(sql string, args ...any) {
		t.Helper()
		if _, err := super.Exec(t.Context(), sql, args...); err != nil {
			t.Fatal(err)
		}
	}
	var noon time.Time
	m.must(t, "finance", func(tx *Tx) error { noon = tx.Now().Add(48 * time.Hour); return nil })
	m.setClock(t, noon) // the fund and the float were filled on an earlier day, of which no statement tells
	today := area.DateOf(noon)
	run(`INSERT INTO bank_statements (public_id, area_code, bank, from_day, to_day, opening_fen, closing_fen, sha256, loaded_by, loaded_at)
		SELECT gen_random_uuid(), $1, 'b', $2::text::date, $2::text::date, 0, 1, sha256('x'), id, now() FROM staff LIMIT 1`, string(testCounty), string(today))
	run(`INSERT INTO statement_lines (public_id, statement_id, area_code, line, day, fen) SELECT gen_random_uuid(), id, area_code, 1, to_day, 1 FROM bank_statements`)
	run(`UPDATE accounts SET posted_fen = posted_fen - 1 WHERE kind = 'float'`)
	expect := func(when string, want map[string]int) {
		t.Helper()
		m.looked(t)
		m.looked(t)
		got := m.toldOfBooks(t)
		if fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("%s: told %v, want %v", when, got, want)
		}
	}
	desk := "desk of " + string(testCounty)
	want := map[string]int{}
	expect("the same day", want)
	m.setClock(t, noon.Add(23*time.Hour)) // the line is of the day before, the miss is 23 hours old
	want["finance: 1 for 1"] = 1
	expect("the next morning", want)
	m.setClock(t, noon.Add(24*time.Hour+time.Minute))
	want["finance: 1 for 1"] = 2
	expect("a day after the miss was found", want)
	m.setClock(t, noon.Add(72*time.Hour+time.Minute))
	want["head: 1 for 3"], want[desk+": 1 for 3"] = 1, 1
	expect("three days", want)
	m.must(t, "finance", func(tx *Tx) error {
		items, err := tx.OpenItems(t.Context(), testCounty, area.DateOf(tx.Now()))
		for _, i := range items {
			if i.AgeDays != 3 {
				t.Errorf("three days later %+v", i)
			}
		}
		if len(items) != 2 {
			t.Errorf("open: %+v", items)
		}
		return err
	})
	m.setClock(t, noon.Add(7*24*time.Hour+time.Minute))
	want["supervisor: 2 for 7"] = 1
	expect("seven days", want)

	// What agrees again ends; a new miss is told of anew, after a day of its own. What was away for a week is told to all at once.
	run(`UPDATE accounts SET posted_fen = posted_fen + 1 WHERE kind = 'float'`)
	run(`UPDATE statement_lines SET explained = 'interest', settled_at = now(), settled_by = (SELECT min(id) FROM staff)`)
	expect("settled", want)
	run(`UPDATE accounts SET posted_fen = posted_fen - 1 WHERE kind = 'float'`)
	expect("a new miss", want)
	m.setClock(t, noon.Add(15*24*time.Hour))
	want["finance: 1 for 1"], want["head: 1 for 3"], want["supervisor: 1 for 7"] = 3, 2, 1
	expect("after eight days in which nobody looked", want)
	if n := m.count(t, `SELECT count(*) FROM imprest_misses WHERE gone_at IS NOT NULL`); n != 1 {
		t.Errorf("%d misses have ended", n)
	}
	for _, sql := range []string{`UPDATE open_item_tellings SET days = 7`, `DELETE FROM open_item_tellings`, `DELETE FROM imprest_misses`, `UPDATE imprest_misses SET gone_at = now() WHERE gone_at IS NOT NULL`} {
		if err := m.db.InTx(t.Context(), act.SystemConsole, func(tx *Tx) error { _, err := tx.exec(t.Context(), "x", sql); return err }); err == nil {
			t.Errorf("%s was let through", sql)
		}
	}
}

// A cash difference is as old as the day since which the account is not even, whatever was counted afterwards.
func TestTheAgeOfACashDifference(t *testing.T) {
	m := tillAtNoon(t)
	var noon time.Time
	m.must(t, "finance", func(tx *Tx) error { noon = tx.Now(); return nil })
	super := connect(t, m.urls.SuperURL)
	if _, err := super.Exec(t.Context(), `INSERT INTO accounts (public_id, kind, area_code, holder, opened_at) VALUES (gen_random_uuid(), 'suspense', $1, 'advance:1', now())`, string(testTownship)); err != nil {
		t.Fatal(err)
	}
	for offset, fen := range map[int]int64{-9: 500, -8: -500, -5: 300, -4: 200, -1: -100} {
		day := area.DateOf(noon.AddDate(0, 0, offset))
		if _, err := super.Exec(t.Context(), `INSERT INTO account_days (account_id, day, area_code, debit_fen, credit_fen) SELECT id, $1::text::date, area_code, greatest($2::bigint, 0), greatest(-$2::bigint, 0) FROM accounts WHERE kind = 'suspense'`,
			string(day), fen); err != nil {
			t.Fatal(err)
		}
	}
	m.must(t, "finance", func(tx *Tx) error {
		items, err := tx.OpenItems(t.Context(), testCounty, area.DateOf(noon))
		if len(items) != 1 || items[0].Kind != ledger.OpenCash || items[0].Fen != 400 || items[0].AgeDays != 5 {
			t.Errorf("open: %+v", items)
		}
		return err
	})
}
