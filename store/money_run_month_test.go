package store

import (
	"testing"

	"github.com/google/uuid"

	"example.org/hotline/ledger"
	"example.org/hotline/ledger/rail"
	"example.org/hotline/relief"
	"example.org/hotline/ticket"
)

// entitled gives a household so much a month, without the application that would have led to it.
func (m *runTill) entitled(t *testing.T, person int, fen int64, number, from string) (id int64) {
	t.Helper()
	tk := m.found(t, person)
	account := m.account(t, tk, number)
	super := connect(t, m.urls.SuperURL)
	if _, err := super.Exec(t.Context(), `SET session_replication_role = replica`); err != nil {
		t.Fatal(err)
	}
	err := super.QueryRow(t.Context(), `INSERT INTO entitlements (public_id, ticket_id, application_id, ruling_id, household_id, household_index, aid_kind, from_month, monthly_fen, payee_index, payee,
			account_id, area_code, members, rules, why, made_by, made_at, version)
		SELECT gen_random_uuid(), $1, 1, 1, $1, sha256($2::text::bytea), 'living', $3, $4, p.payee_index, gen_random_uuid(), p.id, rpad(left(t.area_code, 9), 12, '0'), '["x"]', 'r', 'entered', p.entered_by, now(), 1
		  FROM payee_accounts p JOIN tickets t ON t.id = p.ticket_id WHERE p.public_id = $5::uuid RETURNING id`, int64(tk.ID), identity(person), from, fen, account).Scan(&id)
	if err != nil {
		t.Fatal(err)
	}
	return id
}

func makingMonth(t *testing.T, month string, out *ledger.Run) func(*Tx) error {
	return func(tx *Tx) error {
		r, err := relief.MakeMonthRun(t.Context(), tx, uuid.NewString(), month)
		if err == nil && out != nil {
			*out = r
		}
		return err
	}
}

// A month is paid once to everybody who is entitled to it, whatever else the household has received; who was
// stopped before it was carried out is left out, and who has no account that two people have seen is counted.
func TestRunOfAMonth(t *testing.T) {
	m := newRunTill(t)
	m.entitled(t, 1, 144_000, card(1), "2026-01")
	stopped := m.entitled(t, 2, 90_000, card(2), "2026-01")
	m.entitled(t, 3, 1_200_000, card(3), "2026-01") // more than a household may receive of other aid
	m.entitled(t, 4, 90_000, card(4), "2099-01")
	month := "2026-11"
	m.must(t, "county", func(tx *Tx) error { month = tx.Now().Format("2006-01"); return nil })
	m.refuse(t, "county", "run_period", makingMonth(t, "2098-01", nil))
	m.refuse(t, "county", "run_period", makingMonth(t, "soon", nil))
	var r ledger.Run
	m.must(t, "county", makingMonth(t, month, &r))
	if r.Lines != 3 || r.Fen != 144_000+90_000+1_200_000 || r.Period != month {
		t.Fatalf("made %+v", r)
	}
	m.refuse(t, "county", "nothing_due", makingMonth(t, month, nil))
	m.must(t, "county2", signingRun(t, r))
	if _, err := connect(t, m.urls.SuperURL).Exec(t.Context(), `UPDATE entitlements SET until_month = '2026-02', end_why = 'suspended', ended_at = now(), version = version + 1 WHERE id = $1`, stopped); err != nil {
		t.Fatal(err)
	}
	m.carry(t)
	m.came(t, r, reservedLine, "not_approved", reservedLine)
	m.refuse(t, "county", "nothing_due", makingMonth(t, month, nil))
	if n := m.count(t, `SELECT count(*) FROM limit_uses WHERE kind = 'household'`); n != 0 {
		t.Errorf("%d months count beside what an emergency may take", n)
	}
	b := m.sent(t)
	var memo rail.Memo
	m.must(t, "county", func(tx *Tx) error {
		items, err := tx.BatchItems(t.Context(), b)
		memo = items[0].Memo
		return err
	})
	if want := rail.Memo("基本生活救助 " + month); memo != want {
		t.Errorf("the bank is told %q, want %q", memo, want)
	}
	got := m.loaded(t, b, m.says(t, b, nil, rail.Succeeded, rail.Succeeded))
	if got.Succeeded != 2 {
		t.Errorf("loaded %+v", got)
	}
	m.sound(t)
	if n := m.count(t, `SELECT count(*) FROM notices WHERE template = 'payment_citizen'`); n != 2 {
		t.Errorf("%d citizens were told of their money", n)
	}
	var back ledger.Disbursement // the same month is not due again because it was taken back
	if err := connect(t, m.urls.SuperURL).QueryRow(t.Context(), `SELECT public_id::text FROM disbursements WHERE state = 'succeeded' LIMIT 1`).Scan(&back.PublicID); err != nil {
		t.Fatal(err)
	}
	m.reversed(t, back)
	m.refuse(t, "county", "nothing_due", makingMonth(t, month, nil))
	m.entitled(t, 5, 90_000, card(5), "2026-01")
	m.must(t, "county", func(tx *Tx) error {
		lines, bare, err := tx.MonthDue(t.Context(), testCounty, month, 10)
		if err == nil && (len(lines) != 1 || bare != 0) {
			t.Errorf("%d are due, %d without an account", len(lines), bare)
		}
		return err
	})
	var newest ticket.Ticket
	m.must(t, "county", func(tx *Tx) (err error) {
		newest, err = tx.Ticket(t.Context(), ticket.ID(m.count(t, `SELECT max(ticket_id) FROM entitlements`)))
		return err
	})
	m.entered(t, "worker1", newest, card(55)) // nobody has seen it yet
	m.must(t, "county", func(tx *Tx) error {
		lines, bare, err := tx.MonthDue(t.Context(), testCounty, month, 10)
		if err == nil && (len(lines) != 0 || bare != 1) {
			t.Errorf("%d are due, %d without an account", len(lines), bare)
		}
		return err
	})
}
