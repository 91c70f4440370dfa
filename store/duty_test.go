package store

import (
	"context"
	"errors"
	"reflect"
	"strings"
	"testing"
	"time"

	"example.org/hotline/area"
	"example.org/hotline/dispatch"
	"example.org/hotline/dispatch/duty"
	"example.org/hotline/internal/act"
	"example.org/hotline/ticket"
)

// dutyDay is a Monday in Shanghai on which the rosters of these tests begin.
var dutyDay = time.Date(2026, 9, 28, 0, 0, 0, 0, ticket.Shanghai)

var (
	workers = duty.Key{Area: testTownship, Role: area.RoleWorker}
	holiday = ticket.Calendar{Special: map[ticket.Date]ticket.Day{
		"2026-10-01": {Date: "2026-10-01", Kind: ticket.DayHoliday, Name: "国庆节"}, "2026-10-10": {Date: "2026-10-10", Kind: ticket.DayMakeUp, Name: "国庆节"}}}
	rosters = dispatch.NewRosters(holiday)
)

func newDutyHouse(t *testing.T) house {
	t.Helper()
	h := newHouse(t)
	h.db.calendar = holiday
	h.setClock(t, dutyDay)
	return h
}

// setClock lets the house's clock stand still at a time.
func (h house) setClock(t *testing.T, at time.Time) {
	t.Helper()
	_, err := MoveClock(t.Context(), h.urls.OwnerURL, func(time.Time, float64) (time.Time, float64) { return at, 0.000001 })
	if err != nil {
		t.Fatal(err)
	}
}

func (h house) post(t *testing.T, login string) area.PostID { return h.actor(t, login).PostID }

// as runs fn for a member of staff.
func (h house) as(t *testing.T, login string, fn func(*Tx) error) error {
	t.Helper()
	return h.db.InTx(t.Context(), h.actor(t, login), fn)
}

func (h house) mustAs(t *testing.T, login string, fn func(*Tx) error) {
	t.Helper()
	if err := h.as(t, login, fn); err != nil {
		t.Fatal(err)
	}
}

// turns lets two people take turns day by day at 08:00: one first, the other second.
func turns(from time.Time, expected int, members ...area.PostID) dispatch.NewVersion {
	return dispatch.NewVersion{Key: workers, From: from, Expected: expected, Plan: duty.Plan{Zone: "Asia/Shanghai", Required: []int{1},
		Rotations: []duty.Rotation{{Name: "turns", Unit: duty.Daily, Length: 1, Anchor: duty.LocalTime{Date: "2026-09-28", Clock: 8 * 60}, Members: members}},
		Rules: []duty.Rule{{Name: "first", Position: 1, Class: duty.Workday, Start: 8 * 60, End: 8 * 60, Rotation: "turns"},
			{Name: "rest", Position: 1, Class: duty.RestDay, Start: 8 * 60, End: 8 * 60, Post: members[0]},
			{Name: "second", Position: 2, Start: 8 * 60, End: 8 * 60, Rotation: "turns", Ahead: 1}}}}
}

// saveTurns is the roster most tests begin with.
func (h house) saveTurns(t *testing.T) (one, two area.PostID) {
	t.Helper()
	one, two = h.post(t, "worker1"), h.post(t, "worker2")
	h.mustAs(t, "head", func(tx *Tx) error {
		_, err := rosters.SaveRoster(t.Context(), tx, turns(time.Time{}, 0, one, two))
		return err
	})
	return one, two
}

// What a transaction asks of the database is what the whole roster answers by itself.
func TestDutyAtIsThePureAnswer(t *testing.T) {
	h := newDutyHouse(t)
	one, two := h.saveTurns(t)
	at := func(hours int) time.Time { return dutyDay.Add(time.Duration(hours) * time.Hour) }
	h.mustAs(t, "head", func(tx *Tx) error {
		second := turns(at(100), 1, two, one)
		second.Plan.Required = nil
		if _, err := rosters.SaveRoster(t.Context(), tx, second); err != nil {
			return err
		}
		for _, o := range []dispatch.NewOverride{
			{Kind: duty.Leave, Remove: one, From: at(30), To: at(40), Reason: "exam"}, {Kind: duty.Swap, Remove: two, Add: one, From: at(52), To: at(60)},
			{Kind: duty.Cover, Add: h.post(t, "head"), Position: 1, From: at(300), To: at(310)}} {
			o.Key = workers
			if _, err := rosters.AddOverride(t.Context(), tx, o); err != nil {
				return err
			}
		}
		temporary := dispatch.NewTemporary{Key: workers, Name: "flood", From: at(200), To: at(260), Places: []duty.Place{{Position: 1, Post: two}, {Position: 2, Post: one, Ends: at(230)}}}
		_, err := rosters.AddTemporary(t.Context(), tx, temporary)
		return err
	})
	if err := h.db.ImportDirectory(t.Context(), area.Directory{Shifts: []area.NewShift{{Area: testTownship, Role: area.RoleWorker, Position: 3, Login: "worker1", From: at(-30), To: at(20)}},
		Absences: []area.NewAbsence{{Login: "worker2", Reason: "ill", From: at(120), To: at(150)}}}); err != nil {
		t.Fatal(err)
	}
	answers, away := map[int]bool{}, map[duty.SkipReason]bool{}
	h.mustAs(t, "agent", func(tx *Tx) error {
		whole, err := tx.Roster(t.Context(), workers, at(-100), at(500))
		if err != nil {
			return err
		}
		s, err := duty.New(whole, holiday.Day)
		if err != nil {
			return err
		}
		for minutes := -48 * 60; minutes < 400*60; minutes += 60 {
			when := dutyDay.Add(time.Duration(minutes) * time.Minute).UTC()
			for position := range 3 {
				got, err := tx.DutyAt(t.Context(), testTownship, area.RoleWorker, position, when)
				if err != nil {
					return err
				}
				if want := s.Who(when, position); !reflect.DeepEqual(got, want) {
					t.Fatalf("at %s position %d:\n got %+v\nwant %+v", when, position, got, want)
				}
				answers[len(got.OnDuty)] = true
				for _, x := range got.Skipped {
					away[x.Reason] = true
				}
			}
		}
		return nil
	})
	if len(answers) < 3 || len(away) < 4 {
		t.Errorf("the roster is too dull to prove anything: %v people, %v", answers, away)
	}
}

func TestDutyIsReadByIndex(t *testing.T) {
	h := newDutyHouse(t)
	h.saveTurns(t)
	h.mustAs(t, "agent", func(tx *Tx) error {
		if _, err := tx.exec(t.Context(), "no scans", `SET LOCAL enable_seqscan = off`); err != nil {
			return err
		}
		var plan []struct {
			Line string `gorm:"column:QUERY PLAN"`
		}
		sql := strings.ReplaceAll(rosterParts, "%[1]s", `x.area_code = ? AND x.role = ?`)
		k := []any{string(testTownship), "worker"}
		args := append(append(append(append(append(append([]any{}, k...), tx.now, tx.now), k...), tx.now, tx.now, tx.now), k...), tx.now, tx.now)
		if err := tx.find(t.Context(), "explain", &plan, "EXPLAIN "+sql, args...); err != nil {
			return err
		}
		for _, row := range plan {
			if strings.Contains(row.Line, "Seq Scan") {
				t.Errorf("not by index: %s", row.Line)
			}
		}
		return nil
	})
}

// Whatever is written later, who was on duty at a time that is over stays the same.
func TestTheDutyOfThePastIsNeverRewritten(t *testing.T) {
	h := newDutyHouse(t)
	one, two := h.saveTurns(t)
	past := func() (all []duty.Answer) {
		h.mustAs(t, "agent", func(tx *Tx) error {
			for hours := range 72 {
				a, err := tx.DutyAt(t.Context(), testTownship, area.RoleWorker, 0, dutyDay.Add(time.Duration(hours)*time.Hour).UTC())
				if err != nil {
					return err
				}
				a.Idle = nil
				for i := range a.OnDuty { // only how long it would have gone on may change
					a.OnDuty[i].Ends = time.Time{}
				}
				all = append(all, a)
			}
			return nil
		})
		return all
	}
	h.setClock(t, dutyDay.Add(73*time.Hour))
	before := past()
	var swap int64
	h.mustAs(t, "head", func(tx *Tx) error {
		if _, err := rosters.SaveRoster(t.Context(), tx, turns(time.Time{}, 1, two)); err != nil {
			return err
		}
		r, err := rosters.AddOverride(t.Context(), tx, dispatch.NewOverride{Key: workers, Kind: duty.Swap, Remove: two, Add: one, To: dutyDay.Add(200 * time.Hour)})
		swap = r.ID
		return err
	})
	if after := past(); !reflect.DeepEqual(after, before) {
		t.Errorf("the past was rewritten:\n%+v\n%+v", before, after)
	}
	for name, late := range map[string]func(*Tx) error{
		"a version": func(tx *Tx) error {
			_, err := rosters.SaveRoster(t.Context(), tx, turns(dutyDay.Add(time.Hour), 2, one))
			return err
		},
		"an override": func(tx *Tx) error {
			_, err := rosters.AddOverride(t.Context(), tx, dispatch.NewOverride{Key: workers, Kind: duty.Leave, Remove: one, From: dutyDay, To: dutyDay.Add(300 * time.Hour)})
			return err
		},
		"a temporary roster": func(tx *Tx) error {
			_, err := rosters.AddTemporary(t.Context(), tx, dispatch.NewTemporary{Key: workers, Name: "x", From: dutyDay, To: dutyDay.Add(300 * time.Hour), Places: []duty.Place{{Position: 1, Post: one}}})
			return err
		},
	} {
		if err := h.as(t, "head", late); faultCode(err) != "in_the_past" {
			t.Errorf("%s that begins in the past: %v", name, err)
		}
	}
	// The database holds whoever passes the commands by.
	for name, sql := range map[string]string{
		"version":           `INSERT INTO duty_versions (area_code, role, number, valid_from, plan, created_by, created_at) VALUES ('990101101000', 'worker', 9, '2026-09-28Z', '{}', 'x', '2026-09-28Z')`,
		"override":          `INSERT INTO duty_changes (area_code, role, kind, remove_post, starts_at, ends_at, created_by, created_at) SELECT '990101101000', 'worker', 'leave', min(id), '2026-09-28Z', '2027-01-01Z', 'x', '2026-09-28Z' FROM posts`,
		"end in the past":   `UPDATE duty_changes SET ended_at = starts_at - interval '1 hour', ended_by = 'x'`,
		"plan":              `UPDATE duty_versions SET plan = '{}'`,
		"when it begins":    `UPDATE duty_changes SET starts_at = starts_at + interval '1 hour'`,
		"delete a version":  `DELETE FROM duty_versions`,
		"delete a change":   `DELETE FROM duty_changes`,
		"a concrete shift":  `UPDATE shifts SET ends_at = ends_at + interval '1 hour'`,
		"delete a handover": `DELETE FROM duty_handovers`,
	} {
		err := h.as(t, "head", func(tx *Tx) error { _, err := tx.exec(t.Context(), name, sql); return err })
		if err == nil {
			t.Errorf("%s could be written past the commands", name)
		}
	}
	end := func(tx *Tx) error { _, err := rosters.EndOverride(t.Context(), tx, swap, "back"); return err }
	h.setClock(t, dutyDay.Add(74*time.Hour))
	h.mustAs(t, "head", end)
	if err := h.as(t, "head", end); faultCode(err) != "already_over" {
		t.Errorf("ended twice: %v", err)
	}
	h.mustAs(t, "head", func(tx *Tx) error {
		for hours, want := range map[float64]area.PostID{73.5: one, 74: two} {
			a, err := tx.DutyAt(t.Context(), testTownship, area.RoleWorker, 1, dutyDay.Add(time.Duration(hours*float64(time.Hour))))
			if err != nil {
				return err
			}
			if len(a.OnDuty) != 1 || a.OnDuty[0].Post != want {
				t.Errorf("after %v hours: %+v, want post %d", hours, a.OnDuty, want)
			}
		}
		return nil
	})
}

func faultCode(err error) string {
	if f, ok := errors.AsType[*act.Fault](err); ok {
		return f.Code
	}
	return ""
}

// A roster is written by who keeps it, seen from below, and its hand-over notes
// are seen by nobody from below or beside.
func TestWhoSeesAndKeepsARoster(t *testing.T) {
	h := newDutyHouse(t)
	one, _ := h.saveTurns(t)
	countyKey := duty.Key{Area: testCounty, Role: area.RoleCountyDuty}
	county := h.post(t, "county")
	h.mustAs(t, "supervisor", func(tx *Tx) error {
		_, err := rosters.SaveRoster(t.Context(), tx, dispatch.NewVersion{Key: countyKey, Plan: duty.Plan{Zone: "Asia/Shanghai",
			Rules: []duty.Rule{{Name: "always", Position: 1, Post: county}}}})
		return err
	})
	var handed int64
	h.mustAs(t, "county", func(tx *Tx) error {
		_, err := rosters.HandOver(t.Context(), tx, dispatch.NewHandOver{Key: countyKey, By: county, To: h.post(t, "supervisor"), Note: "nothing open", CashFen: 50_000})
		if faultCode(err) != "person_not_in_area" {
			t.Errorf("a county lends the city's supervisor to itself: %v", err)
		}
		r, err := rosters.HandOver(t.Context(), tx, dispatch.NewHandOver{Key: countyKey, By: county, To: one, Note: "nothing open", CashFen: 50_000})
		handed = r.ID
		return err
	})
	sees := func(login string, k duty.Key) (versions int, note bool) {
		h.mustAs(t, login, func(tx *Tx) error {
			v, err := tx.RosterVersions(t.Context(), k, 10)
			if err != nil {
				return err
			}
			versions = len(v)
			c, err := tx.RosterChanges(t.Context(), k, tx.now, 10)
			note = len(c) == 1 && c[0].HandOver != nil && c[0].HandOver.CashFen == 50_000 && c[0].Names[county] == "county"
			return err
		})
		return versions, note
	}
	for _, c := range []struct {
		login    string
		k        duty.Key
		versions int
		note     bool
	}{{"worker1", workers, 1, false}, {"stranger", workers, 0, false}, {"worker1", countyKey, 1, false}, {"stranger", countyKey, 0, false}, {"county", countyKey, 1, true}, {"agent", countyKey, 1, true}} {
		if versions, note := sees(c.login, c.k); versions != c.versions || note != c.note {
			t.Errorf("%s sees %d versions of %v and a note %v, want %d and %v", c.login, versions, c.k, note, c.versions, c.note)
		}
	}
	for login, want := range map[string]error{"worker1": act.ErrRefused, "stranger": act.ErrNotFound, "auditor": act.ErrRefused, "agent": act.ErrRefused} {
		err := h.as(t, login, func(tx *Tx) error {
			_, err := rosters.SaveRoster(t.Context(), tx, turns(time.Time{}, 1, one))
			return err
		})
		if !errors.Is(err, want) {
			t.Errorf("%s saves a roster: %v", login, err)
		}
	}
	err := h.as(t, "stranger", func(tx *Tx) error {
		_, err := tx.exec(t.Context(), "write", `INSERT INTO duty_versions (area_code, role, number, valid_from, plan, created_by, created_at) VALUES ('990101101000', 'worker', 9, '2030-01-01Z', '{}', 'x', app_tx_now())`)
		return err
	})
	if err == nil || !strings.Contains(err.Error(), "row-level security") {
		t.Errorf("a stranger writes a roster past the commands: %v", err)
	}
	h.signHandOver(t, handed)
}

// signHandOver lets worker1, who took over, sign once for another amount.
func (h house) signHandOver(t *testing.T, id int64) {
	t.Helper()
	sign := func(login string) error {
		a := h.actor(t, login)
		a.Area = testCounty // who took over for the county works for it meanwhile
		return h.db.InTx(t.Context(), a, func(tx *Tx) error { return rosters.ConfirmHandOver(t.Context(), tx, id, 49_000) })
	}
	if err := sign("county"); !errors.Is(err, act.ErrNotFound) {
		t.Errorf("who handed over signs for the other: %v", err)
	}
	if err := sign("worker1"); err != nil {
		t.Fatal(err)
	}
	if err := sign("worker1"); faultCode(err) != "already_confirmed" {
		t.Errorf("signed twice: %v", err)
	}
	if n := h.count(t, `SELECT count(*) FROM outbox WHERE kind = 'duty.hand_over_confirmed' AND (data->>'differs')::boolean`); n != 1 {
		t.Errorf("%d events of a difference", n)
	}
	if n := h.count(t, `SELECT count(*) FROM audit_records WHERE action LIKE 'duty.%'`); n != 4 {
		t.Errorf("%d audit records, want two rosters, a hand-over and a signature", n)
	}
}

// Of two who edit the same version one is told to look again.
func TestTwoEditorsOfARoster(t *testing.T) {
	h := newDutyHouse(t)
	one, two := h.saveTurns(t)
	results := make(chan error, 2)
	for range 2 {
		go func() {
			results <- h.as(t, "head", func(tx *Tx) error {
				_, err := rosters.SaveRoster(context.WithoutCancel(t.Context()), tx, turns(time.Time{}, 1, one, two))
				return err
			})
		}()
	}
	a, b := <-results, <-results
	if (a == nil) == (b == nil) || faultCode(errors.Join(a, b)) != "roster_changed" {
		t.Errorf("two saves of the same version end with %v and %v", a, b)
	}
}
