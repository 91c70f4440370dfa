package store

import (
	"slices"
	"testing"
	"time"

	"example.org/hotline/area"
	"example.org/hotline/relief/people"
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

// Who comes into a register and who leaves it is counted by its days, each person once in the whole (DOMAIN 53 and 55).
func TestEntriesAndWhoIsCovered(t *testing.T) {
	m := newTill(t, 5_000_000)
	tk, h := m.helpedFamily(t, 10_000, 1, 2)
	move := func(kind people.RegisterKind, from ticket.Date, members ...int) func(*Tx) error {
		return func(tx *Tx) error {
			h, err := tx.HouseholdForUpdate(t.Context(), h.ID)
			if err != nil {
				return err
			}
			var who []people.PersonID
			for _, n := range members {
				who = append(who, h.Members[n].Person.ID)
			}
			return people.Enter(t.Context(), tx, &h, people.RegisterEntry{Kind: kind, From: from, Version: "law-test", Ticket: tk.ID, Reason: "decided"}, who, registerRules.Monitoring)
		}
	}
	m.must(t, "worker1", move(people.RegisterDibao, "2026-05-01", 0, 1))
	m.must(t, "worker1", move(people.RegisterDisabledSubsidy, "2026-06-01", 1))
	m.must(t, "worker1", func(tx *Tx) error {
		h, err := tx.HouseholdForUpdate(t.Context(), h.ID)
		if err != nil {
			return err
		}
		return people.Exit(t.Context(), tx, &h, people.RegisterDibao, people.RegisterExit{Last: "2026-07-31", Version: "law-test", Ticket: tk.ID, Reason: "income rose", Tier: people.TierEdge},
			[]people.PersonID{h.Members[0].Person.ID}, registerRules.Monitoring)
	})
	for _, tt := range []struct {
		from, to area.Date
		entries  []statistics.EntryLine
		covered  []statistics.CoverLine
	}{
		{"2026-05-01", "2026-07-31", []statistics.EntryLine{
			{Month: "2026-05", Area: testTownship, Register: people.RegisterDibao, Entered: 2},
			{Month: "2026-06", Area: testTownship, Register: people.RegisterDisabledSubsidy, Entered: 1},
			{Month: "2026-07", Area: testTownship, Register: people.RegisterDibao, Left: 1},
		}, []statistics.CoverLine{{Register: people.RegisterDibao, Persons: 2, Households: 1}, {Register: people.RegisterDisabledSubsidy, Persons: 1, Households: 1}, {Persons: 2, Households: 1}}},
		{"2026-08-01", "2026-08-31", []statistics.EntryLine{}, []statistics.CoverLine{{Register: people.RegisterDibao, Persons: 1, Households: 1}, {Register: people.RegisterDisabledSubsidy, Persons: 1, Households: 1}, {Persons: 1, Households: 1}}},
		{"2026-04-01", "2026-04-30", []statistics.EntryLine{}, []statistics.CoverLine{{}}},
	} {
		r := m.counted(t, "finance", statistics.Filter{Area: testCounty, From: tt.from, To: tt.to})
		for i := range r.Entries {
			r.Entries[i].AreaName = ""
		}
		if !slices.Equal(r.Entries, tt.entries) {
			t.Errorf("%s to %s: entries %+v, want %+v", tt.from, tt.to, r.Entries, tt.entries)
		}
		if !slices.Equal(r.Covered, tt.covered) {
			t.Errorf("%s to %s: covered %+v, want %+v", tt.from, tt.to, r.Covered, tt.covered)
		}
	}
}
