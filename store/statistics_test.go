package store

import (
	"testing"
	"time"

	"example.org/hotline/area"
	"example.org/hotline/relief/statistics"
	"example.org/hotline/ticket"
)

func (m *till) counted(t *testing.T, login string, f statistics.Filter) (r statistics.Report) {
	t.Helper()
	m.must(t, login, func(tx *Tx) (err error) {
		r, err = tx.Statistics(t.Context(), f)
		return err
	})
	return r
}

// Person-times, persons and households are counted apart, what is taken back shows beside
// what was paid, and all of it is the ledger's to the fen.
func TestStatisticsEqualTheLedger(t *testing.T) {
	m := newTill(t, 5_000_000)
	m.paid(t, 1, 80_000)
	m.reversed(t, m.paid(t, 2, 30_000))
	_, again := m.decided(t, 1, 20_000) // the same person, another case
	p := m.started(t, "worker1", again)
	m.must(t, "worker1", issuing(t, p))
	m.must(t, "worker1", m.receiving(t, "worker1", ticket.Ticket{ID: ticket.ID(p.Case)}, p, ""))
	today := area.DateOf(time.Now())
	m.must(t, "head", func(tx *Tx) error { today = area.DateOf(tx.Now()); return nil })

	for _, who := range []struct {
		login string
		place area.Code
	}{{"finance", testCounty}, {"head", testTownship}} {
		r := m.counted(t, who.login, statistics.Filter{Area: who.place, From: today, To: today})
		if w := r.Whole; w.PersonTimes != 3 || w.Persons != 2 || w.Households != 2 || w.Fen != 130_000 || w.TakenBack != 1 || w.TakenBackFen != 30_000 {
			t.Errorf("%s counts %+v", who.login, w)
		}
		if len(r.Aid) != 1 || r.Aid[0].Area != testTownship || r.Aid[0].Month != string(today[:7]) || r.Aid[0].AidKind != "urgent" || r.Aid[0].Fen != 130_000 {
			t.Errorf("%s reads the months %+v", who.login, r.Aid)
		}
		if !r.Agrees || r.LedgerFen != 130_000 || r.LedgerTakenBackFen != 30_000 {
			t.Errorf("%s: the ledger says %d and %d, agrees %t", who.login, r.LedgerFen, r.LedgerTakenBackFen, r.Agrees)
		}
		if len(r.Kinds) != 1 || r.Kinds[0] != (statistics.AidSum{AidKind: "urgent", PersonTimes: 3, Persons: 2, Households: 2, Fen: 130_000, TakenBack: 1, TakenBackFen: 30_000}) {
			t.Errorf("%s reads the kinds %+v", who.login, r.Kinds)
		}
		if r.Calls.Calls != 3 || len(r.Intake) != 1 || r.Intake[0].Tickets != 3 {
			t.Errorf("%s counts the calls %+v and the intake %+v", who.login, r.Calls, r.Intake)
		}
	}
	tomorrow := today.Next()
	if r := m.counted(t, "finance", statistics.Filter{Area: testCounty, From: tomorrow, To: tomorrow}); r.Whole != (statistics.AidSum{}) || len(r.Aid) != 0 || !r.Agrees {
		t.Errorf("a day on which nothing happened: %+v", r)
	}
}

// Whoever asks for more than their area gets their area.
func TestStatisticsKeepToTheScope(t *testing.T) {
	m := newTill(t, 5_000_000)
	m.paid(t, 1, 80_000)
	if err := m.db.ImportDirectory(t.Context(), area.Directory{Staff: []area.NewStaff{{Login: "sup.far", Name: "sup.far", Role: area.RoleSupervisor, Area: "990102000000"}}}); err != nil {
		t.Fatal(err)
	}
	var today area.Date
	m.must(t, "head", func(tx *Tx) error { today = area.DateOf(tx.Now()); return nil })
	if r := m.counted(t, "sup.far", statistics.Filter{Area: testCounty, From: today, To: today}); r.Whole.PersonTimes != 0 || r.Calls.Calls != 0 || len(r.Intake) != 0 {
		t.Errorf("another township's worker counts %+v", r)
	}
}
