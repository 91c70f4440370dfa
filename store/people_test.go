package store

import (
	"bytes"
	"testing"

	"github.com/google/uuid"

	"example.org/hotline/ledger"
	"example.org/hotline/relief"
	"example.org/hotline/relief/people"
	"example.org/hotline/ticket"
)

var registerRules = people.RegisterRules{Version: "relief-test", Monitoring: people.MonitoringRules{EveryDays: 90}}

// somebody is the person with number n.
func somebody(n int, name string) people.PersonInput {
	return people.PersonInput{PublicID: uuid.NewString(), Name: name, Identity: people.IdentityInput{Type: people.IdentityResident, Number: identity(n)},
		Capacity: people.CapacityFull, WorkAbility: people.WorkFull}
}

// family is a household of the persons with these numbers; the first is its head.
func family(numbers ...int) people.HouseholdInput {
	in := people.HouseholdInput{PublicID: uuid.NewString(), Area: testTownship, Address: "三组 8 号"}
	for i, n := range numbers {
		m := people.MemberInput{Relation: people.RelationChild, Person: somebody(n, "甲某"+string(rune('一'+n)))}
		if i == 0 {
			m.Relation = people.RelationHead
		}
		in.Members = append(in.Members, m)
	}
	return in
}

func (m *till) registered(t *testing.T, tk ticket.Ticket, in people.HouseholdInput) (h people.Household) {
	t.Helper()
	m.must(t, "worker1", func(tx *Tx) (err error) {
		h, err = people.Register(t.Context(), tx, tk.ID, in, registerRules)
		return err
	})
	return h
}

// left is what a household may still receive under the test's limit.
func (m *till) left(t *testing.T, index []byte) (fen int64) {
	t.Helper()
	m.must(t, "worker1", func(tx *Tx) (err error) {
		fen, err = ledger.HouseholdLeft(t.Context(), tx, index, policyOf().Limits.Ledger("test"))
		return err
	})
	return fen
}

// A household that is registered counts what its people were paid before, and what its case
// pays from now on; so does a payout on another case to any of them (ADR 28).
func TestRegisteredHouseholdCounts(t *testing.T) {
	m := newTill(t, 5_000_000)
	_, d := m.decided(t, 2, 70_000) // the child, before anybody knew of the family
	m.started(t, "worker1", d)
	tk, d := m.decided(t, 1, 80_000)
	m.started(t, "worker1", d)
	h := m.registered(t, tk, family(1, 2, 3))
	if h.Tier.Tier != people.TierEmergency || h.Tier.Version != "relief-test" || h.Head() == nil {
		t.Errorf("registered %+v", h)
	}
	if left := m.left(t, h.Index); left != 1_000_000-150_000 {
		t.Errorf("left %d after the registration", left)
	}
	if n := m.count(t, `SELECT used_fen FROM limit_keys WHERE kind = 'household' AND key = ?`, ledger.HouseholdKey(h.Index).Key); n != 150_000 {
		t.Errorf("beside the key stand %d fen", n)
	}
	_, d = m.decided(t, 3, 60_000) // another case, not linked
	p := m.started(t, "worker1", d)
	if !bytes.Equal(p.Household, h.Index) || m.left(t, h.Index) != 1_000_000-210_000 {
		t.Errorf("the third person's payout counts under %x, %d left", p.Household, m.left(t, h.Index))
	}
	m.must(t, "worker1", func(tx *Tx) error {
		_, err := relief.CancelPayout(t.Context(), tx, p.PublicID, "not needed", moneyRules())
		return err
	})
	if left := m.left(t, h.Index); left != 1_000_000-150_000 {
		t.Errorf("left %d after one was called off", left)
	}
	m.must(t, "worker1", func(tx *Tx) error {
		got, err := tx.TicketHousehold(t.Context(), tk.ID)
		if err == nil && (got.ID != h.ID || len(got.Members) != 3 || got.Head().Person.Born != "1980-01-01" || string(got.Address) != "三组 8 号") {
			t.Errorf("loaded %+v", got)
		}
		return err
	})
}

// The CHECKs of the register's tables list exactly what the program knows.
func TestPeopleEnumsAgree(t *testing.T) {
	h := newHouse(t)
	for _, tt := range []enumColumn{
		{"memberships", "relation", texts(people.Relations())},
		{"memberships", "ended_why", texts(people.EndedWhys())},
		{"case_households", "basis", texts(people.Bases())},
		{"person_matches", "state", texts(people.MatchStates())},
		{"household_tiers", "because", texts(people.TierWhys())},
		{"monitoring_checks", "way", texts(people.Ways())},
		{"monitoring_checks", "result", texts(people.Results())},
		{"change_alerts", "kind", texts(people.AlertKinds())},
		{"change_alerts", "source", texts(people.AlertSources())},
		{"change_alerts", "outcome", texts(people.AlertOutcomes())},
		{"register_entries", "kind", texts(people.RegisterKinds())},
		{"lookups", "kind", texts(people.LookKinds())},
		{"lookups", "purpose", texts(people.Purposes())},
		{"people_acts", "kind", texts(people.ActKinds())},
		{"persons", "identity_type", texts([]people.IdentityType{people.IdentityResident, people.IdentityNone})},
	} {
		h.agrees(t, tt)
	}
}
