package store

import (
	"errors"
	"testing"

	"github.com/google/uuid"

	"example.org/hotline/area"
	"example.org/hotline/internal/act"
	"example.org/hotline/relief/people"
	"example.org/hotline/ticket"
)

// reload reads a household as the county sees it.
func (m *till) reload(t *testing.T, h people.Household) (got people.Household) {
	t.Helper()
	m.must(t, "county", func(tx *Tx) (err error) { got, err = tx.HouseholdByRef(t.Context(), h.PublicID); return err })
	return got
}

// helpedFamily is a case of a person with a payout, and a household that is registered for it.
func (m *till) helpedFamily(t *testing.T, fen int64, numbers ...int) (ticket.Ticket, people.Household) {
	t.Helper()
	tk, d := m.decided(t, numbers[0], fen)
	m.started(t, "worker1", d)
	return tk, m.registered(t, tk, family(numbers...))
}

// Joined records count all that either received, parted ones too; who came and which cases came goes back again (ADR 28).
func TestMergeAndUnmergeHouseholds(t *testing.T) {
	m := newTill(t, 5_000_000)
	_, a := m.helpedFamily(t, 80_000, 1, 2)
	tb, b := m.helpedFamily(t, 70_000, 3, 4)
	actID := uuid.NewString()
	merge := func(tx *Tx) error {
		_, err := people.MergeHouseholds(t.Context(), tx, actID, a.PublicID, b.PublicID, "one roof", mergeRules)
		return err
	}
	m.refuse(t, "worker1", "not_found", merge)
	m.refuse(t, "stranger", "not_found", merge)
	m.must(t, "head", merge)
	m.refuse(t, "head", "merged_elsewhere", func(tx *Tx) error {
		_, err := people.MergeHouseholds(t.Context(), tx, uuid.NewString(), a.PublicID, b.PublicID, "again", mergeRules)
		return err
	})
	kept, gone := m.reload(t, a), m.reload(t, b)
	if len(kept.Members) != 4 || len(gone.Members) != 0 || gone.MergedInto != a.ID || kept.Head().Person.PublicID != a.Head().Person.PublicID {
		t.Errorf("kept %d members, gone %+v", len(kept.Members), gone)
	}
	if left := m.left(t, a.Index); left != 850_000 {
		t.Errorf("left %d after the joining", left)
	}
	if n := m.count(t, `SELECT count(*) FROM case_households WHERE household_id = ? AND unlinked_at IS NULL`, int64(a.ID)); n != 2 {
		t.Errorf("%d cases point to the kept one", n)
	}
	if n := m.count(t, `SELECT count(*) FROM limit_uses WHERE household_limit_index(?) = decode(key, 'hex') AND kind = 'household'`, int64(b.ID)); n != 2 {
		t.Errorf("the gone household counts under %d payouts of the kept one", n)
	}
	// A payout of a case that was the other's counts for the kept one now.
	d := m.decide(t, m.found(t, 4), 60_000)
	m.started(t, "worker1", d)
	if left := m.left(t, a.Index); left != 790_000 {
		t.Errorf("left %d after the joint payout", left)
	}
	undo := func(tx *Tx) error {
		_, err := people.UnmergeHouseholds(t.Context(), tx, uuid.NewString(), actID, "two families after all", registerRules.Monitoring)
		return err
	}
	m.refuse(t, "worker1", "not_found", undo)
	m.must(t, "county", undo)
	m.refuse(t, "county", "undone_already", undo)
	kept, back := m.reload(t, a), m.reload(t, b)
	if len(kept.Members) != 2 || len(back.Members) != 2 || back.MergedInto != 0 || back.Head() == nil || back.Head().Person.PublicID != b.Head().Person.PublicID || back.Tier.Tier == 0 {
		t.Errorf("parted again: %+v and %+v", kept, back)
	}
	if m.left(t, a.Index) != 790_000 || m.left(t, b.Index) != 790_000 {
		t.Errorf("left %d and %d: parting made a sum smaller", m.left(t, a.Index), m.left(t, b.Index))
	}
	m.must(t, "worker1", func(tx *Tx) error {
		h, err := tx.TicketHousehold(t.Context(), tb.ID)
		if err == nil && h.ID != b.ID {
			t.Error("the case did not go back")
		}
		return err
	})
	m.sound(t)
}

// A household that is parted counts everything on both sides; moving one by one gains nothing either.
func TestSplitAndMoveKeepTheSums(t *testing.T) {
	m := newTill(t, 5_000_000)
	_, a := m.helpedFamily(t, 80_000, 1, 2, 3)
	parted := uuid.NewString()
	in := people.SplitInput{PublicID: parted, Area: testTownship, Members: []people.SplitMember{{Person: a.Members[1].Person.PublicID, Relation: people.RelationHead}}, Reason: "lives alone"}
	split := func(in people.SplitInput) func(*Tx) error {
		return func(tx *Tx) error {
			_, err := people.SplitHousehold(t.Context(), tx, uuid.NewString(), a.PublicID, in, registerRules.Monitoring)
			return err
		}
	}
	bad := in
	bad.Members = []people.SplitMember{{Person: a.Head().Person.PublicID, Relation: people.RelationHead}}
	m.refuse(t, "head", "head_stays", split(bad))
	bad.Members = []people.SplitMember{{Person: a.Members[1].Person.PublicID, Relation: people.RelationChild}}
	m.refuse(t, "head", "one_head", split(bad))
	m.must(t, "head", split(in))
	b := m.reload(t, people.Household{PublicID: parted})
	if len(m.reload(t, a).Members) != 2 || len(b.Members) != 1 || b.Tier.Tier != people.TierEmergency {
		t.Errorf("parted %+v", b)
	}
	if m.left(t, a.Index) != 920_000 || m.left(t, b.Index) != 920_000 {
		t.Errorf("left %d and %d", m.left(t, a.Index), m.left(t, b.Index))
	}
	// The head of the first moves into a household of their own case: all comes along.
	_, c := m.helpedFamily(t, 10_000, 7)
	tc := m.count(t, `SELECT ticket_id FROM case_households WHERE household_id = ?`, int64(c.ID))
	move := func(head string) func(*Tx) error {
		return func(tx *Tx) error {
			_, err := people.MoveIn(t.Context(), tx, ticket.ID(tc), people.MoveInput{Person: a.Head().Person.PublicID, Relation: people.RelationSpouse, Why: people.EndedMarried, Head: head})
			return err
		}
	}
	m.refuse(t, "worker1", "not_found", move("")) // nobody looked them up for the case
	m.must(t, "worker1", func(tx *Tx) error {
		found, err := people.FindByIdentity(t.Context(), tx, ticket.ID(tc), identity(1))
		if err == nil && (len(found) != 1 || found[0].Household == nil) {
			t.Errorf("found %+v", found)
		}
		return err
	})
	m.refuse(t, "worker1", "head_required", move(""))
	m.must(t, "worker1", move(a.Members[2].Person.PublicID))
	if left := m.left(t, c.Index); left != 1_000_000-90_000 {
		t.Errorf("left %d after the head came", left)
	}
	if rest := m.reload(t, a); len(rest.Members) != 1 || rest.Head() == nil {
		t.Errorf("who stayed: %+v", rest)
	}
}

// Two records that may be one person are shown, never joined by themselves; joined by a
// person, and parted again, each has what was theirs.
func TestMatchesAreAnsweredByPeople(t *testing.T) {
	m := newTill(t, 5_000_000)
	_, a := m.helpedFamily(t, 80_000, 1)
	tk := m.found(t, 5)
	twin := people.PersonInput{PublicID: uuid.NewString(), Name: string(a.Head().Person.Name), Born: "1980-01-01", Identity: people.IdentityInput{Type: people.IdentityNone, Reason: "papers lost"},
		Capacity: people.CapacityFull, WorkAbility: people.WorkFull}
	other := family(5)
	other.Members = append(other.Members, people.MemberInput{Relation: people.RelationSibling, Person: twin})
	b := m.registered(t, tk, other)
	var list []people.MatchView
	m.must(t, "head", func(tx *Tx) (err error) { list, err = tx.OpenMatches(t.Context(), testTownship, 10); return err })
	if len(list) != 1 || len(list[0].Grounds) != 1 || list[0].Grounds[0] != people.GroundNameBirth || !list[0].MayJoin || list[0].A.Name == string(a.Head().Person.Name) {
		t.Fatalf("suggested %+v", list)
	}
	actID := uuid.NewString()
	answer := func(keep string, same bool) func(*Tx) error {
		return func(tx *Tx) error {
			_, err := people.AnswerMatch(t.Context(), tx, list[0].ID, actID, keep, same, "known to the village")
			return err
		}
	}
	m.refuse(t, "worker1", "not_found", answer(twin.PublicID, true))
	m.refuse(t, "head", "unknown_record", answer(uuid.NewString(), true))
	m.must(t, "head", answer(twin.PublicID, true)) // the record without a number stays, and takes the number
	m.refuse(t, "head", "answered_already", answer(twin.PublicID, false))
	var kept people.Person
	m.must(t, "head", func(tx *Tx) (err error) { kept, err = tx.PersonByRef(t.Context(), twin.PublicID); return err })
	if kept.Identity.Type != people.IdentityResident || string(kept.Identity.Number) != identity(1) {
		t.Errorf("the record that stays: %+v", kept.Identity.Type)
	}
	if left := m.left(t, b.Index); left != 920_000 {
		t.Errorf("left %d: what the other record was paid does not count", left)
	}
	m.must(t, "head", func(tx *Tx) error {
		_, err := people.SplitPersons(t.Context(), tx, uuid.NewString(), actID, "two people after all")
		return err
	})
	m.must(t, "head", func(tx *Tx) (err error) { kept, err = tx.PersonByRef(t.Context(), twin.PublicID); return err })
	if back := m.reload(t, a); kept.Identity.Type != people.IdentityNone || kept.Identity.Reason != "papers lost" || len(back.Members) != 1 || back.Head() == nil {
		t.Errorf("parted again: %v, household %+v", kept.Identity.Type, back)
	}
}

// Tier 2 brings a plan with a timer, which tells the township until somebody has looked; tier 1 comes and goes with its registers.
func TestTiersAndMonitoring(t *testing.T) {
	m := newTill(t, 5_000_000)
	tk, a := m.helpedFamily(t, 10_000, 1, 2)
	set := func(tier int, because people.TierWhy) {
		t.Helper()
		m.must(t, "worker1", func(tx *Tx) error {
			h, err := tx.HouseholdForUpdate(t.Context(), a.ID)
			if err != nil {
				return err
			}
			return people.SetTier(t.Context(), tx, &h, people.Tier{Tier: tier, Version: "law-test", Because: because, Ticket: tk.ID}, registerRules.Monitoring)
		})
	}
	set(people.TierEdge, people.TierAssessment)
	plan := m.count(t, `SELECT id FROM monitoring_plans WHERE household_id = ? AND ended_at IS NULL`, int64(a.ID))
	fire := func() {
		t.Helper()
		err := m.db.InTx(t.Context(), act.SystemDispatch, func(tx *Tx) error {
			return people.Due(t.Context(), tx, act.Timer{Subject: act.Subject{Kind: "monitoring", ID: int64(plan)}, Kind: people.TimerMonitoring, Epoch: 1})
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	fire()
	told := `SELECT count(*) FROM notices WHERE template = 'household_due'`
	if n := m.count(t, told); n != 1 {
		t.Errorf("the township was told %d times", n)
	}
	check := people.CheckInput{PublicID: uuid.NewString(), Way: people.WayVisit, Result: people.ResultChanged, Note: "has found work"}
	m.must(t, "worker1", func(tx *Tx) error { _, err := people.RecordCheck(t.Context(), tx, a.PublicID, check); return err })
	fire() // the timer of before the look
	if n := m.count(t, told); n != 1 {
		t.Errorf("told %d times after the look", n)
	}
	if n := m.count(t, `SELECT count(*) FROM timers WHERE kind = 'monitoring'`); n != 1 {
		t.Errorf("%d timers of the plan run", n)
	}
	alert := people.AlertInput{PublicID: uuid.NewString(), Kind: people.AlertEmployment, Source: people.AlertData, SourceRef: "hr:1"}
	for range 2 {
		m.must(t, "worker1", func(tx *Tx) error { _, err := people.Raise(t.Context(), tx, a.PublicID, alert); return err })
		alert.PublicID = uuid.NewString()
	}
	if n := m.count(t, `SELECT count(*) FROM change_alerts`); n != 1 {
		t.Errorf("one source, %d alerts", n)
	}
	var ref string
	m.must(t, "worker1", func(tx *Tx) error {
		return tx.scan(t.Context(), "find", `SELECT public_id FROM change_alerts`, nil, &ref)
	})
	m.refuse(t, "worker1", "case_required", func(tx *Tx) error {
		return people.Settle(t.Context(), tx, ref, people.OutcomeAssess, "", "to be assessed")
	})
	m.refuse(t, "stranger", "not_found", func(tx *Tx) error { return people.Settle(t.Context(), tx, ref, people.OutcomeNoEffect, "", "none") })
	m.must(t, "worker1", func(tx *Tx) error {
		return people.Settle(t.Context(), tx, ref, people.OutcomeAssess, tk.PublicID, "to be assessed")
	})

	entry := people.RegisterEntry{Kind: people.RegisterDibao, From: "2026-11-01", Version: "law-test", Ticket: tk.ID, Reason: "decided"}
	enter := func(tx *Tx) error {
		h, err := tx.HouseholdForUpdate(t.Context(), a.ID)
		if err != nil {
			return err
		}
		return people.Enter(t.Context(), tx, &h, entry, []people.PersonID{h.Members[0].Person.ID, h.Members[1].Person.ID}, registerRules.Monitoring)
	}
	m.must(t, "worker1", enter)
	m.refuse(t, "worker1", "in_register", enter)
	if h := m.reload(t, a); h.Tier.Tier != people.TierRegister || m.count(t, `SELECT count(*) FROM monitoring_plans WHERE ended_at IS NULL`) != 0 {
		t.Errorf("in the register: %+v", h.Tier)
	}
	m.must(t, "worker1", func(tx *Tx) error {
		h, err := tx.HouseholdForUpdate(t.Context(), a.ID)
		if err != nil {
			return err
		}
		return people.Exit(t.Context(), tx, &h, people.RegisterDibao, people.RegisterExit{Last: "2026-11-30", Version: "law-test", Ticket: tk.ID, Reason: "income rose", Tier: people.TierEdge},
			[]people.PersonID{h.Members[0].Person.ID, h.Members[1].Person.ID}, registerRules.Monitoring)
	})
	h := m.reload(t, a)
	if n := m.count(t, `SELECT count(*) FROM household_tiers WHERE household_id = ?`, int64(a.ID)); h.Tier.Tier != people.TierEdge || n != 4 {
		t.Errorf("after the exit: %+v, %d tiers", h.Tier, n)
	}
	var page people.HouseholdPage
	m.must(t, "worker1", func(tx *Tx) (err error) { page, err = tx.HouseholdPage(t.Context(), h, 12); return err })
	if len(page.Tiers) != 4 || len(page.Entries) != 2 || page.Plan == nil || len(page.Alerts) != 1 || page.Received.Fen != 10_000 || len(page.Received.Kinds) != 1 {
		t.Errorf("page %+v", page)
	}
}

// Nobody of the villages or of an agency sees a row, whatever asks; another township does not either, until a case of theirs is about it.
func TestPeopleAreSeenByDuty(t *testing.T) {
	m := newTill(t, 5_000_000)
	m.helpedFamily(t, 10_000, 1)
	see := func(who act.Actor) (n int) {
		t.Helper()
		err := m.db.InTx(t.Context(), who, func(tx *Tx) error {
			return tx.scan(t.Context(), "count", `SELECT (SELECT count(*) FROM households) + (SELECT count(*) FROM persons) + (SELECT count(*) FROM memberships) + (SELECT count(*) FROM household_tiers)`, nil, &n)
		})
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	if n := see(m.actor(t, "worker1")); n != 4 {
		t.Errorf("the worker sees %d rows", n)
	}
	if n := see(m.actor(t, "stranger")); n != 0 {
		t.Errorf("another township sees %d rows", n)
	}
	for _, role := range []area.Role{area.RoleVillageAssistant, area.RoleVolunteer, area.RoleAgency, area.RoleSystemAdmin, area.RoleSecurityAdmin, area.RoleAuditAdmin} {
		who := m.actor(t, "worker1")
		who.Role = role
		if n := see(who); n != 0 {
			t.Errorf("%s sees %d rows", role, n)
		}
	}
	err := m.as(t, "worker1", func(tx *Tx) error {
		_, err := tx.exec(t.Context(), "delete", `DELETE FROM persons`)
		return err
	})
	if err == nil {
		t.Error("a person may be deleted")
	}
	// A household without a tier does not come to be.
	err = m.as(t, "worker1", func(tx *Tx) error {
		h := people.Household{PublicID: uuid.NewString(), Area: testTownship, Register: testTownship, Index: []byte("x"), OpenedAt: tx.Now(), Version: 1}
		return tx.AddHousehold(t.Context(), &h)
	})
	if err == nil || errors.Is(err, act.ErrRefused) {
		t.Errorf("a household without a tier: %v", err)
	}
}
