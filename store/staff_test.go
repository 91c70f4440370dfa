package store

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"example.org/hotline/area"
	"example.org/hotline/internal/act"
	"example.org/hotline/test/places"
	"example.org/hotline/ticket"
)

const testVillage area.Code = "990101101201"

// village adds a village with an assistant, who is called "helper".
func (h house) village(t *testing.T) {
	t.Helper()
	err := h.db.ImportDirectory(t.Context(), area.Directory{Divisions: []area.Division{{Code: testVillage, Name: "甲村"}, {Code: "990101101202", Name: "空村"}},
		Staff: []area.NewStaff{{Login: "helper", Name: "helper", Role: area.RoleVillageAssistant, Area: testVillage, Phone: "+8619900000007"},
			{Login: "keeper", Name: "keeper", Role: area.RoleSystemAdmin, Area: testCity}}})
	if err != nil {
		t.Fatal(err)
	}
}

// acting runs fn as somebody.
func (h house) acting(t *testing.T, who act.Actor, fn func(*Tx) error) {
	t.Helper()
	if err := h.db.InTx(t.Context(), who, fn); err != nil {
		t.Fatal(err)
	}
}

// faultOf is the code of a fault; empty where there is none.
func faultOf(err error) string {
	if f, ok := errors.AsType[*act.Fault](err); ok {
		return f.Code
	}
	if err != nil {
		return err.Error()
	}
	return ""
}

// tree loads the places as they are.
func (h house) tree(t *testing.T) (tree *area.Tree) {
	t.Helper()
	h.acting(t, systemAreas, func(tx *Tx) (err error) {
		tree, _, err = tx.Tree(t.Context())
		return err
	})
	return tree
}

// Twenty people who entrust the last place at the same moment: one of them does,
// and past the command the table itself refuses the twenty-first.
func TestNobodyLooksAfterMoreThanTwentyHouseholds(t *testing.T) {
	h := newHouse(t)
	h.village(t)
	head := h.actor(t, "head")
	entrust := func(reference string) error {
		return h.db.InTx(t.Context(), head, func(tx *Tx) error {
			_, err := tx.Entrust(t.Context(), "helper", testVillage, reference)
			return err
		})
	}
	for i := range area.MostHouseholds - 1 {
		if err := entrust(fmt.Sprintf("门牌 %d", i)); err != nil {
			t.Fatal(err)
		}
	}
	if err := entrust("门牌 0"); faultOf(err) != "household_taken" {
		t.Errorf("the same household again: %v", err)
	}
	var wg sync.WaitGroup
	refused := make(chan error, 20)
	for i := range 20 {
		wg.Go(func() { refused <- entrust(fmt.Sprintf("新 %d", i)) })
	}
	wg.Wait()
	close(refused)
	full := 0
	for err := range refused {
		if faultOf(err) == "households_full" {
			full++
		} else if err != nil {
			t.Error(err)
		}
	}
	if n := h.count(t, `SELECT count(*) FROM households_entrusted WHERE released_at IS NULL`); n != area.MostHouseholds || full != 19 {
		t.Errorf("%d households, %d refused", n, full)
	}
	err := h.db.InTx(t.Context(), head, func(tx *Tx) error {
		_, err := tx.exec(t.Context(), "past the command", `INSERT INTO households_entrusted (area_code, reference, staff_id, entrusted_at) SELECT ?, 'x', id, now() FROM staff WHERE login = 'helper'`, string(testVillage))
		return err
	})
	if err == nil || !strings.Contains(err.Error(), "more than 20 households") {
		t.Errorf("a twenty-first household past the command: %v", err)
	}
	h.acting(t, head, func(tx *Tx) error {
		list, err := tx.Households(t.Context(), testTownship, "helper", 100)
		if err != nil || len(list) != 20 {
			t.Errorf("%d households (%v)", len(list), err)
		}
		_, err = tx.Release(t.Context(), list[0].ID, "moved away")
		return err
	})
	if err := entrust("after one was released"); err != nil {
		t.Error(err)
	}
	h.acting(t, h.actor(t, "stranger"), func(tx *Tx) error {
		if list, err := tx.Households(t.Context(), "", "", 100); err != nil || len(list) != 0 {
			t.Errorf("another township sees %d households (%v)", len(list), err)
		}
		return nil
	})
}

// Somebody of an agency sees the tickets that are open to them, while they are,
// with their history; nothing else; and opens none to themselves.
func TestAnAgencySeesWhatIsOpenToItForATime(t *testing.T) {
	h, in := newPhoneHouse(t)
	h.village(t)
	open, other := h.ticketOf(t, in, "12349001", 1), h.ticketOf(t, in, "12349001", 2)
	now := time.Now()
	h.acting(t, h.actor(t, "keeper"), func(tx *Tx) error {
		g, err := tx.AddAgency(t.Context(), area.Agency{Name: "一家机构", Area: testCounty, ContractFrom: area.DateOf(now.AddDate(0, 0, -1)), ContractUntil: area.DateOf(now.AddDate(0, 0, 10))})
		if err != nil {
			return err
		}
		_, err = tx.AddAgencySeat(t.Context(), h.tree(t), g.ID, area.Person{Login: "visitor", Name: "visitor"})
		return err
	})
	visitor, county := h.actor(t, "visitor"), h.actor(t, "county")
	sees := func() (ids []int64) {
		h.acting(t, visitor, func(tx *Tx) error {
			return tx.find(t.Context(), "look", &ids, `SELECT id FROM tickets ORDER BY id`)
		})
		return ids
	}
	if got := sees(); len(got) != 0 {
		t.Fatalf("an agency sees %v before anything was opened", got)
	}
	grant := func(who act.Actor, days int) (a area.AgencyAccess, err error) {
		err = h.db.InTx(t.Context(), who, func(tx *Tx) (err error) {
			a, err = tx.GrantAccess(t.Context(), ticket.ID(open), "visitor", now.AddDate(0, 0, days), "visit the household")
			return err
		})
		return a, err
	}
	for days, want := range map[int]string{-1: "already_past", 31: "access_too_long", 20: "beyond_contract"} {
		if _, err := grant(county, days); faultOf(err) != want {
			t.Errorf("for %d days: %v, want %s", days, err, want)
		}
	}
	if _, err := grant(h.actor(t, "stranger"), 3); !errors.Is(err, act.ErrNotFound) {
		t.Errorf("another township opens it: %v", err)
	}
	if _, err := grant(h.actor(t, "worker1"), 3); faultOf(err) != "no_agency_seat" {
		t.Errorf("a worker opens it: %v", err)
	}
	a, err := grant(county, 3)
	if err != nil {
		t.Fatal(err)
	}
	if got := sees(); len(got) != 1 || got[0] != open {
		t.Errorf("the agency sees %v, want %d and not %d", got, open, other)
	}
	h.acting(t, visitor, func(tx *Tx) error {
		var entries, others int
		if err := tx.scan(t.Context(), "read", `SELECT count(*) FILTER (WHERE ticket_id = ?), count(*) FILTER (WHERE ticket_id <> ?) FROM timeline`, []any{open, open}, &entries, &others); err != nil {
			return err
		}
		if entries == 0 || others != 0 {
			t.Errorf("the agency reads %d entries of its ticket and %d of others", entries, others)
		}
		_, err := tx.exec(t.Context(), "prolong", `UPDATE agency_access SET ended_at = now(), end_reason = 'x' WHERE ends_at > now()`)
		return err
	})
	err = h.db.InTx(t.Context(), visitor, func(tx *Tx) error {
		_, err := tx.exec(t.Context(), "open another", `INSERT INTO agency_access (ticket_id, staff_id, area_code, starts_at, ends_at, reason, granted_at) VALUES (?, ?, '', now(), now() + interval '1 day', 'x', now())`, open, int64(visitor.StaffID))
		return err
	})
	if err == nil {
		t.Error("an agency opened a ticket to itself")
	}
	if _, err := connect(t, h.urls.SuperURL).Exec(t.Context(), `UPDATE app_clock SET app_base = app_base + interval '4 days'`); err != nil {
		t.Fatal(err)
	}
	if got := sees(); len(got) != 0 {
		t.Errorf("after its time the agency sees %v", got)
	}
	if _, err := connect(t, h.urls.SuperURL).Exec(t.Context(), `UPDATE app_clock SET app_base = app_base - interval '4 days'`); err != nil {
		t.Fatal(err)
	}
	h.acting(t, county, func(tx *Tx) error {
		_, err := tx.EndAccess(t.Context(), a.ID, "done")
		return err
	})
	if got := sees(); len(got) != 0 {
		t.Errorf("after its end the agency sees %v", got)
	}
	if n := h.count(t, `SELECT count(*) FROM audit_records WHERE action IN ('ticket.opened_to_agency', 'ticket.closed_to_agency', 'agency.added', 'agency.seat_added')`); n != 4 {
		t.Errorf("%d records", n)
	}
}

// Whoever leaves leaves nothing without an owner, and nothing open behind.
func TestWhoLeavesLeavesNothingBehind(t *testing.T) {
	h, in := newPhoneHouse(t)
	h.village(t)
	id := h.ticketOf(t, in, "12349001", 1)
	worker := h.actor(t, "worker1")
	h.acting(t, act.SystemDispatch, func(tx *Tx) error {
		_, err := tx.exec(t.Context(), "own", `UPDATE tickets SET owner_id = ?, status = 'accepted', accepted_at = now() WHERE id = ?`, int64(worker.PostID), id)
		return err
	})
	h.acting(t, h.actor(t, "head"), func(tx *Tx) error {
		if _, err := tx.Entrust(t.Context(), "helper", testVillage, "1"); err != nil {
			return err
		}
		_, err := tx.SetDeputies(t.Context(), "worker1", []string{"worker2", "head"}, time.Time{})
		return err
	})
	keeper := h.actor(t, "keeper")
	h.acting(t, keeper, func(tx *Tx) error {
		if _, err := tx.ChangeStaff(t.Context(), h.tree(t), "worker1", func(p *area.Person) { p.Role = area.RoleTownshipHead }); faultOf(err) != "still_has_work" {
			t.Errorf("with open tickets they get another role: %v", err)
		}
		l, err := tx.LeaveStaff(t.Context(), "worker1", "retired")
		if err == nil && l.Tickets != 1 {
			t.Errorf("%+v", l)
		}
		if err != nil {
			return err
		}
		l, err = tx.LeaveStaff(t.Context(), "helper", "moved away")
		if err == nil && l.Households != 1 {
			t.Errorf("%+v", l)
		}
		return err
	})
	for what, sql := range map[string]string{
		"tickets at the desk":    `SELECT count(*) FROM tickets t JOIN posts p ON p.id = t.owner_id WHERE p.kind = 'desk' AND p.area_code = '` + string(testTownship) + `'`,
		"offers to the desk":     `SELECT count(*) FROM offers o JOIN posts p ON p.id = o.post_id WHERE o.ended_at IS NULL AND p.kind = 'desk' AND o.step < 0`,
		"lines of the timeline":  `SELECT count(*) FROM timeline WHERE kind = 'ticket.owner_left'`,
		"deputies that are over": `SELECT count(DISTINCT staff_id) FROM deputies WHERE ends_at IS NOT NULL`,
		"released households":    `SELECT count(*) FROM households_entrusted WHERE released_at IS NOT NULL`,
	} {
		if n := h.count(t, sql); n != 1 {
			t.Errorf("%d %s, want 1", n, what)
		}
	}
	err := h.db.InTx(t.Context(), h.actor(t, "head"), func(tx *Tx) error {
		_, err := tx.LeaveStaff(t.Context(), "worker2", "x")
		return err
	})
	if !errors.Is(err, act.ErrNotFound) {
		t.Errorf("a township's head sends a worker away: %v", err)
	}
	err = h.db.InTx(t.Context(), keeper, func(tx *Tx) error {
		_, err := tx.LeaveStaff(t.Context(), "keeper", "x")
		return err
	})
	if !errors.Is(err, act.ErrNotFound) {
		t.Errorf("an administrator sends an administrator away: %v", err)
	}
}

// cityStaff is a file of one assistant for each village and a second one for
// some, with a worker in each township who has a deputy.
func cityStaff(city []area.Division, assistants int) string {
	var b strings.Builder
	b.WriteString("login,name,role,area,phone,deputies\n")
	line := func(n int, role area.Role, where area.Code, deputies string) {
		fmt.Fprintf(&b, "%s%05d,人%d,%s,%s,199%08d,%s\n", map[area.Role]string{area.RoleWorker: "w", area.RoleVillageAssistant: "a"}[role], n, n, role, where, n, deputies)
	}
	towns := 0
	for _, d := range city {
		if d.Code.Level() == area.LevelTownship {
			line(2*towns, area.RoleWorker, d.Code, fmt.Sprintf("w%05d", 2*towns+1))
			line(2*towns+1, area.RoleWorker, d.Code, "")
			towns++
		}
	}
	for n := 0; n < assistants; {
		for _, d := range city {
			if d.Code.Level() == area.LevelVillage && n < assistants {
				line(n, area.RoleVillageAssistant, d.Code, "")
				n++
			}
		}
	}
	return b.String()
}

// The people of a whole city come in at once or not at all, nobody of them with
// a password, and the same file again changes nothing.
func TestTheStaffOfAWholeCity(t *testing.T) {
	h := newHouse(t)
	h.village(t)
	city := places.Generate(places.Counties, places.Townships, places.Villages)
	p := h.preview(t, systemAreas, string(places.CSV(city)))
	if _, err := h.applyPlaces(t, systemAreas, p.ID); err != nil {
		t.Fatal(err)
	}
	before := h.count(t, `SELECT count(*) FROM staff`)
	keeper := h.actor(t, "keeper")
	file := cityStaff(city, 4543)
	took := time.Now()
	preview := func(file string) (p area.StaffPreview) {
		h.acting(t, keeper, func(tx *Tx) (err error) {
			p, err = tx.PreviewStaff(t.Context(), "staff.csv", []byte(file))
			return err
		})
		return p
	}
	apply := func(id string) (p area.StaffPreview, err error) {
		err = h.db.InTx(t.Context(), keeper, func(tx *Tx) (err error) {
			p, err = tx.ApplyStaff(t.Context(), id)
			return err
		})
		return p, err
	}
	faulty := preview(file + "zz,某,worker,990101999000,,\n")
	if faulty.Counts.Faults != 1 || faulty.Faults[0].Line != 2*156+4543+2 || faulty.Faults[0].Code != "no_such_place" {
		t.Fatalf("%+v", faulty.Counts)
	}
	if _, err := apply(faulty.ID); faultOf(err) != "import_faulty" {
		t.Errorf("a faulty file is applied: %v", err)
	}
	if n := h.count(t, `SELECT count(*) FROM staff`); n != before {
		t.Fatalf("a faulty file made %d people", n-before)
	}
	good := preview(file)
	t.Logf("looked at twice after %s", time.Since(took))
	took = time.Now()
	done, err := apply(good.ID)
	if err != nil {
		t.Fatalf("%v %v", err, good.Faults)
	}
	t.Logf("applied after %s", time.Since(took))
	if done.Counts.New != 2*156+4543 || done.Counts.Assistants != 4543 || done.Applied == nil {
		t.Errorf("%+v", done.Counts)
	}
	if n := h.count(t, `SELECT count(*) FROM staff s JOIN posts p ON p.id = s.post_id AND p.name = s.name AND p.area_code = s.area_code AND p.role = s.role WHERE s.password_hash = '' AND s.phone_sealed IS NOT NULL AND s.login ~ '^[aw][0-9]+$'`); n != 2*156+4543 {
		t.Errorf("%d people with a post, a telephone and no password", n)
	}
	if n := h.count(t, `SELECT count(*) FROM deputies WHERE ends_at IS NULL`); n != 156 {
		t.Errorf("%d deputies", n)
	}
	if again := preview(file); again.Counts.Same != again.Counts.Lines {
		t.Errorf("the same file again: %+v", again.Counts)
	}
	took = time.Now()
	h.acting(t, keeper, func(tx *Tx) error {
		list, next, err := tx.StaffList(t.Context(), area.StaffFilter{Under: testCity, Role: area.RoleVillageAssistant, Limit: 50})
		if err != nil || len(list) != 50 || next == "" || !strings.HasPrefix(list[0].Phone, "199****") {
			t.Errorf("%d listed (%v): %+v", len(list), err, list[0])
		}
		seen := 50
		for next != "" {
			list, next, err = tx.StaffList(t.Context(), area.StaffFilter{Under: testCity, Role: area.RoleVillageAssistant, Limit: 200, After: next})
			if err != nil {
				return err
			}
			seen += len(list)
		}
		if seen != 4543+1 {
			t.Errorf("%d assistants are listed", seen)
		}
		return nil
	})
	t.Logf("listed after %s", time.Since(took))
	took = time.Now()
	h.acting(t, keeper, func(tx *Tx) error {
		c, err := tx.Coverage(t.Context(), h.tree(t), testCity)
		if c.Villages != 4401 || c.VillagesWithout != 0 || c.Assistants != 4544 || c.Townships != 156 || c.TownshipsUncovered != 156 || c.TownshipsNoStation != 156 {
			t.Errorf("%+v", c)
		}
		return err
	})
	t.Logf("figures after %s", time.Since(took))
}

// A township is covered by whoever is on duty there; a village by whoever lives in it.
func TestCoverage(t *testing.T) {
	h := newHouse(t)
	h.village(t)
	worker, from := h.actor(t, "worker1"), time.Now().Add(-time.Hour)
	h.acting(t, act.SystemDispatch, func(tx *Tx) error {
		_, err := tx.exec(t.Context(), "roster", `INSERT INTO shifts (area_code, role, position, post_id, starts_at, ends_at) VALUES (?, 'worker', 1, ?, ?, ?), (?, 'worker', 1, ?, ?, ?)`,
			string(testTownship), int64(worker.PostID), from, from.AddDate(0, 0, 2), string(testTownship), int64(worker.PostID), from.AddDate(0, 0, 3), from.AddDate(0, 0, 30))
		return err
	})
	figures := func(login string, under area.Code) (c area.Coverage) {
		h.acting(t, h.actor(t, login), func(tx *Tx) (err error) {
			c, err = tx.Coverage(t.Context(), h.tree(t), under)
			return err
		})
		return c
	}
	c := figures("keeper", testCity)
	if c.Villages != 2 || c.VillagesWithout != 1 || c.Without[0].Code != "990101101202" || c.Townships != 2 || c.TownshipsUncovered != 2 {
		t.Errorf("%+v", c)
	}
	if u := c.Uncovered[0]; u.Area != testTownship || u.Holes != 1 || u.Until.Sub(u.From).Round(time.Minute) != 24*time.Hour {
		t.Errorf("the hole of the township: %+v", u)
	}
	h.acting(t, h.actor(t, "keeper"), func(tx *Tx) error {
		_, err := tx.SetStation(t.Context(), area.Station{Area: testTownship, Name: "甲镇社工站", OpenedOn: "2026-01-01"})
		return err
	})
	if c := figures("head", testTownship); c.Townships != 1 || c.TownshipsNoStation != 0 {
		t.Errorf("%+v", c)
	}
}

// Whoever is away is stood in for on duty by the deputy that was named, and the roster has no hole.
func TestADeputyIsOnDuty(t *testing.T) {
	h := newHouse(t)
	h.village(t)
	worker, from := h.actor(t, "worker1"), time.Now().Add(-time.Hour)
	h.acting(t, h.actor(t, "head"), func(tx *Tx) error {
		_, err := tx.SetDeputies(t.Context(), "worker1", []string{"worker2"}, time.Time{})
		return err
	})
	h.acting(t, act.SystemDispatch, func(tx *Tx) error {
		if _, err := tx.exec(t.Context(), "roster", `INSERT INTO shifts (area_code, role, position, post_id, starts_at, ends_at) VALUES (?, 'worker', 1, ?, ?, ?)`,
			string(testTownship), int64(worker.PostID), from, from.AddDate(0, 0, 10)); err != nil {
			return err
		}
		if _, err := tx.exec(t.Context(), "absence", `INSERT INTO absences (post_id, reason, starts_at, ends_at) VALUES (?, 'ill', ?, ?)`, int64(worker.PostID), from, from.AddDate(0, 0, 3)); err != nil {
			return err
		}
		a, err := tx.DutyAt(t.Context(), testTownship, area.RoleWorker, 1, time.Now())
		if err != nil {
			return err
		}
		if len(a.OnDuty) != 1 || a.OnDuty[0].Name != "worker2" || len(a.OnDuty[0].Why.Overrides) != 1 || a.OnDuty[0].Why.Overrides[0].Kind != "deputy" || a.Skipped[0].By != "worker2" {
			t.Errorf("%+v", a)
		}
		return nil
	})
	h.acting(t, h.actor(t, "head"), func(tx *Tx) error {
		if c, err := tx.Coverage(t.Context(), h.tree(t), testTownship); err != nil || c.TownshipsUncovered != 0 {
			t.Errorf("%+v (%v)", c.Uncovered, err)
		}
		return nil
	})
}
