package store

import (
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"

	"example.org/hotline/area"
	"example.org/hotline/ledger"
	"example.org/hotline/relief/application"
	"example.org/hotline/relief/people"
	"example.org/hotline/ticket"
)

// mergeRules say that an aid serves the purpose of itself alone.
var mergeRules = people.MergeRules{Monitoring: registerRules.Monitoring, Double: func(aid string, had []string) (other, purpose string, doubled bool) {
	return aid, "food", slices.Contains(had, aid)
}}

// applies opens an application of a household for monthly aid.
func (m *till) applies(t *testing.T, tk ticket.Ticket, h people.Household) application.Application {
	t.Helper()
	a := m.application(t, tk, h)
	m.must(t, "worker1", func(tx *Tx) error { return tx.AddApplication(t.Context(), &a) })
	return a
}

func (m *till) worker(t *testing.T) area.StaffID {
	t.Helper()
	return area.StaffID(m.count(t, `SELECT id FROM staff WHERE login = 'worker1'`))
}

func (m *till) application(t *testing.T, tk ticket.Ticket, h people.Household) application.Application {
	t.Helper()
	return application.Application{PublicID: uuid.NewString(), Ticket: tk.ID, Aid: "dibao", State: application.StateDraft, Household: h.ID, Index: h.Index, Payee: h.Index,
		Person: h.Head().Person.PublicID, Village: h.Area, By: m.worker(t), At: time.Now(), Version: 1}
}

// Two households that both have an aid are not made one, which would have it twice; and what was joined to another is
// that one when aid is applied for, granted and counted (DOMAIN 1, 24).
func TestTwoHouseholdsWithOneAidAreNotJoined(t *testing.T) {
	m := newTill(t, 5_000_000)
	ta, a := m.helpedFamily(t, 80_000, 1, 2)
	tb, b := m.helpedFamily(t, 70_000, 3, 4)
	merge := func(tx *Tx) error {
		_, err := people.MergeHouseholds(t.Context(), tx, uuid.NewString(), a.PublicID, b.PublicID, "one roof", mergeRules)
		return err
	}
	m.applies(t, ta, a)
	of := m.applies(t, tb, b)
	m.refuse(t, "head", "aid_of_both", merge)
	m.must(t, "worker1", func(tx *Tx) error {
		of.State = application.StateWithdrawn
		return tx.SaveApplication(t.Context(), &of)
	})
	super := connect(t, m.urls.SuperURL)
	if _, err := super.Exec(t.Context(), `SET session_replication_role = replica`); err != nil {
		t.Fatal(err)
	}
	entitled := func(h people.Household, from, until string) (id int64) {
		t.Helper()
		if err := super.QueryRow(t.Context(), `INSERT INTO entitlements (public_id, ticket_id, application_id, ruling_id, household_id, household_index, aid_kind, from_month, until_month, monthly_fen, payee_index,
				payee, area_code, members, rules, why, end_why, ended_at, made_by, made_at, version)
			SELECT gen_random_uuid(), $1, $2, 1, $3, '\x00', 'dibao', $4, nullif($5, ''), 36000, '\x00', gen_random_uuid(), t.area_code, '["x"]', 'r', 'entered',
				CASE WHEN $5 <> '' THEN 'exited' END, CASE WHEN $5 <> '' THEN now() END, s.id, now(), 1 FROM tickets t, staff s WHERE t.id = $1 AND s.login = 'worker1' RETURNING id`,
			int64(tb.ID), int64(of.ID), int64(h.ID), from, until).Scan(&id); err != nil {
			t.Fatal(err)
		}
		return id
	}
	easing := entitled(b, "2026-01", "2999-12") // what eases out is paid for months to come as well
	m.refuse(t, "head", "aid_of_both", merge)
	if _, err := super.Exec(t.Context(), `UPDATE entitlements SET until_month = '2026-03' WHERE id = $1`, easing); err != nil {
		t.Fatal(err)
	}
	m.must(t, "head", merge)

	// What is the joined record's is the household's that stands for it.
	again := m.application(t, tb, b)
	m.refuse(t, "worker1", "applied_already", func(tx *Tx) error { return tx.AddApplication(t.Context(), &again) })
	m.must(t, "worker1", func(tx *Tx) error {
		got, err := tx.ApplicationForUpdate(t.Context(), of.ID)
		if err == nil && got.Household != a.ID {
			t.Errorf("the application is of household %d, not of %d", got.Household, a.ID)
		}
		return err
	})
	running := entitled(b, "2026-06", "")
	twice := application.Entitlement{PublicID: uuid.NewString(), Ticket: ta.ID, Application: of.ID, Ruling: 1, Household: a.ID, Index: a.Index, Aid: "dibao", From: "2026-08", Fen: 36_000,
		Payee: a.Index, Person: a.Head().Person.PublicID, Area: testTownship, Members: []string{"x"}, Rules: "r", Why: application.WhyEntered, By: m.worker(t), At: time.Now(), Version: 1}
	m.refuse(t, "worker1", "entitled_already", func(tx *Tx) error { return tx.AddEntitlement(t.Context(), &twice) })
	m.must(t, "worker1", func(tx *Tx) error {
		granted, err := tx.GrantedAids(t.Context(), a.Index, time.Now().AddDate(-1, 0, 0))
		if _, has := granted["dibao"]; err == nil && !has {
			t.Errorf("granted %v", granted)
		}
		return err
	})
	// It can end all the same, and ends for good.
	m.must(t, "worker1", func(tx *Tx) error {
		return tx.EndEntitlement(t.Context(), &application.Entitlement{ID: running, Until: "2026-09", EndWhy: application.EndExited, EndReason: "voluntary", EndedAt: time.Now(), Version: 1})
	})
	if _, err := connect(t, m.urls.AppURL).Exec(t.Context(), `BEGIN; SELECT set_config('app.scope', '*', true); UPDATE entitlements SET until_month = NULL, end_why = NULL, ended_at = NULL WHERE aid_kind = 'dibao'; COMMIT`); !violates(err, "entitlements_ended") {
		t.Errorf("an entitlement that had ended was opened again: %v", err)
	}
}

// Who unbinds a case from its household gains nothing by it: what the case paid counts for its payee as well from then on.
func TestAnUnboundCaseCountsForItsPayee(t *testing.T) {
	m := newTill(t, 5_000_000)
	tk, d := m.decided(t, 1, 80_000)
	h := m.registered(t, tk, family(2, 3)) // the payee is none of them
	m.started(t, "worker1", d)
	var own []byte
	m.must(t, "worker1", func(tx *Tx) error { own = tx.IdentityIndex(identity(1)); return nil })
	if left := m.left(t, own); left != 1_000_000 {
		t.Fatalf("left %d to the payee before", left)
	}
	m.must(t, "worker1", func(tx *Tx) error { return people.Unlink(t.Context(), tx, tk.ID, "the wrong family") })
	if left := m.left(t, own); left != 920_000 {
		t.Errorf("left %d to the payee", left)
	}
	if left := m.left(t, h.Index); left != 920_000 {
		t.Errorf("left %d to the household: what was counted stays counted", left)
	}
	m.sound(t)
}

// A month is not due to who has died, and a line of a run to them is left out.
func TestNothingIsDueToTheDead(t *testing.T) {
	m := newRunTill(t)
	m.entitled(t, 1, 144_000, card(1), "2026-01")
	var tk ticket.Ticket
	var month string
	m.must(t, "county", func(tx *Tx) (err error) {
		month = tx.Now().Format("2006-01")
		tk, err = tx.Ticket(t.Context(), ticket.ID(m.count(t, `SELECT max(ticket_id) FROM entitlements`)))
		return err
	})
	h := m.registered(t, tk, family(1, 2))
	due := func(lines, bare int) {
		t.Helper()
		m.must(t, "county", func(tx *Tx) error {
			got, without, err := tx.MonthDue(t.Context(), testCounty, month, 10)
			if err == nil && (len(got) != lines || without != bare) {
				t.Errorf("%d are due and %d more cannot be paid, want %d and %d", len(got), without, lines, bare)
			}
			return err
		})
	}
	due(1, 0)
	var r ledger.Run
	m.must(t, "county", makingMonth(t, month, &r))
	m.must(t, "county2", signingRun(t, r))
	m.must(t, "worker1", func(tx *Tx) error {
		_, err := people.Leave(t.Context(), tx, tk.ID, people.LeaveInput{Person: h.Members[0].Person.PublicID, Why: people.EndedDied, Head: h.Members[1].Person.PublicID})
		return err
	})
	if n := m.count(t, `SELECT count(*) FROM notices n JOIN staff s ON s.post_id = n.post_id WHERE n.template = 'payee_died' AND s.login = 'worker1'`); n != 1 {
		t.Errorf("the owner was told %d times", n)
	}
	m.carry(t)
	m.came(t, r, "not_approved")
	due(0, 1)
	m.refuse(t, "county", "nothing_due", makingMonth(t, month, nil))
}
