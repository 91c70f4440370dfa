package store

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"example.org/hotline/area"
	"example.org/hotline/internal/act"
	"example.org/hotline/test/places"
)

// preview looks at a file as somebody.
func (h house) preview(t *testing.T, who act.Actor, csv string) (p area.ImportPreview) {
	t.Helper()
	err := h.db.InTx(t.Context(), who, func(tx *Tx) (err error) {
		p, err = tx.PreviewDivisions(t.Context(), "places.csv", []byte(csv))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// applyPlaces applies a file that was looked at.
func (h house) applyPlaces(t *testing.T, who act.Actor, id string) (p area.ImportPreview, err error) {
	t.Helper()
	err = h.db.InTx(t.Context(), who, func(tx *Tx) (err error) {
		p, err = tx.ApplyDivisions(t.Context(), id)
		return err
	})
	return p, err
}

// ticketOf places a call to a number and gives its ticket.
func (h house) ticketOf(t *testing.T, in *Intake, to string, n int) int64 {
	t.Helper()
	c := newCall(to, fmt.Sprintf("1390000%04d", n), time.Now(), n)
	if _, err := in.Register(t.Context(), c); err != nil {
		t.Fatal(err)
	}
	return int64(h.count(t, `SELECT id FROM tickets WHERE call_id = ?`, string(c.ID)))
}

// The whole city comes in at once; with a fault in its last line nothing does,
// and every other fault is told as well.
func TestAWholeCityIsImportedOrNothing(t *testing.T) {
	h := newHouse(t)
	before := h.count(t, `SELECT count(*) FROM divisions`)
	whole := string(places.CSV(places.Generate(places.Counties, places.Townships, places.Villages)))
	lines := strings.Split(strings.TrimSuffix(whole, "\n"), "\n")
	faulty := append([]string{}, lines...)
	faulty[99] = strings.Replace(faulty[99], ",", ",,", 1)
	faulty[2000] = "9.90101E+11" + faulty[2000][12:]
	faulty[3000] = faulty[2999]
	faulty[len(faulty)-1] = "990199999201,天外村,,,"

	p := h.preview(t, systemAreas, strings.Join(faulty, "\n"))
	var told []string
	for _, f := range p.Faults {
		told = append(told, fmt.Sprintf("%d %s", f.Line, f.Code))
	}
	want := []string{"100 cell_count", "2001 number_in_powers", "3001 code_twice", fmt.Sprintf("%d no_parent", len(faulty))}
	if strings.Join(told, ", ") != strings.Join(want, ", ") || p.Counts.Faults != len(want) {
		t.Errorf("faults %v, want %v", told, want)
	}
	if _, err := h.applyPlaces(t, systemAreas, p.ID); !errors.Is(err, act.ErrRefused) {
		t.Errorf("a faulty file is applied: %v", err)
	}
	if after := h.count(t, `SELECT count(*) FROM divisions`); after != before {
		t.Fatalf("a faulty file changed the tree: %d places, were %d", after, before)
	}

	p = h.preview(t, systemAreas, whole)
	done, err := h.applyPlaces(t, systemAreas, p.ID)
	if err != nil {
		t.Fatalf("%v; %v", err, p.Faults)
	}
	if done.Applied == nil || done.Counts.Lines != 4569 || done.Counts.New != 4569-before || done.Counts.Changed != before {
		t.Errorf("applied %+v", done.Counts)
	}
	areas := NewAreas(h.db, nil, quiet)
	if err := areas.Refresh(t.Context()); err != nil {
		t.Fatal(err)
	}
	if f := areas.Index().Figures(testCity, area.DateOf(time.Now())); f != (area.Figures{Cities: 1, Counties: 11, Townships: 156, Villages: 4401}) {
		t.Errorf("the tree in memory has %+v", f)
	}
	if again := h.preview(t, systemAreas, whole); again.Counts.Same != 4569 || len(again.Changes) > 0 {
		t.Errorf("the same file again: %+v", again.Counts)
	}
	if n := h.count(t, `SELECT count(*) FROM audit_records WHERE action = 'areas.imported'`); n != 1 {
		t.Errorf("%d records of the import", n)
	}
	if n := h.count(t, `SELECT count(*) FROM imports WHERE applied_at IS NOT NULL AND content_sealed IS NULL`); n != 1 {
		t.Errorf("%d applied imports without their content", n)
	}
}

func TestAnImportIsAppliedOnceAndToTheTreeThatWasLookedAt(t *testing.T) {
	h := newHouse(t)
	first := h.preview(t, systemAreas, "code,name\n990103000000,丙县\n")
	second := h.preview(t, systemAreas, "code,name\n990104000000,丁县\n")
	if _, err := h.applyPlaces(t, systemAreas, first.ID); err != nil {
		t.Fatal(err)
	}
	for id, want := range map[string]error{first.ID: act.ErrRefused, second.ID: act.ErrConflict, "nonsense": act.ErrNotFound, "00000000-0000-4000-8000-000000000001": act.ErrNotFound} {
		if _, err := h.applyPlaces(t, systemAreas, id); !errors.Is(err, want) {
			t.Errorf("%s: %v, want %v", id, err, want)
		}
	}
	old := h.preview(t, systemAreas, "code,name\n990104000000,丁县\n")
	if _, err := connect(t, h.urls.SuperURL).Exec(t.Context(), `UPDATE imports SET created_at = created_at - interval '25 hours'`); err != nil {
		t.Fatal(err)
	}
	h.preview(t, systemAreas, "code,name\n")
	if _, err := h.applyPlaces(t, systemAreas, old.ID); !errors.Is(err, act.ErrRefused) {
		t.Errorf("a file of yesterday: %v", err)
	}
}

func TestOnlyTheAdministratorOfAnAreaImportsIt(t *testing.T) {
	h := newHouse(t)
	admin := act.Actor{StaffID: 1, PostID: 1, Role: area.RoleSystemAdmin, Area: testCounty}
	p := h.preview(t, admin, "code,name\n990101105000,新镇\n990102105000,别镇\n")
	if len(p.Faults) != 1 || p.Faults[0].Line != 3 || p.Faults[0].Code != "not_yours" {
		t.Errorf("faults: %v", p.Faults)
	}
	neighbour := admin
	neighbour.Area = "990102000000"
	if _, err := h.applyPlaces(t, neighbour, p.ID); !errors.Is(err, act.ErrNotFound) {
		t.Errorf("the neighbour finds the file: %v", err)
	}
	worker := admin
	worker.Role = area.RoleWorker
	if _, err := h.applyPlaces(t, worker, p.ID); !errors.Is(err, act.ErrNotFound) {
		t.Errorf("a worker finds the file: %v", err)
	}
}

// A merger keeps the old code where something has ended, and hands what is open
// to the successor: tickets, desks, people and duty.
func TestAMergerHandsOverWhatIsOpen(t *testing.T) {
	h := newHouse(t)
	in := h.runIntake(t)
	open, closed, elsewhere := h.ticketOf(t, in, "12349001", 1), h.ticketOf(t, in, "12349001", 2), h.ticketOf(t, in, "12349", 3)
	super := connect(t, h.urls.SuperURL)
	if _, err := super.Exec(t.Context(), `UPDATE tickets SET status = 'closed', closed_at = app_now() WHERE id = $1`, closed); err != nil {
		t.Fatal(err)
	}
	if _, err := super.Exec(t.Context(), `INSERT INTO shifts (area_code, role, position, post_id, starts_at, ends_at)
		SELECT $1, 'worker', 1, post_id, app_now() - interval '1 hour', app_now() + interval '1 day' FROM staff WHERE login = 'worker1'`, testTownship); err != nil {
		t.Fatal(err)
	}
	if fault := h.preview(t, systemAreas, "code,name,valid_to\n990101101000,甲镇,2020-01-01\n"); len(fault.Faults) != 1 || fault.Faults[0].Code != "still_busy" {
		t.Errorf("ended with all that hangs on it: %v", fault.Faults)
	}
	successor := area.Code("990101102000")
	p := h.preview(t, systemAreas, "code,name,valid_to,merged_into\n990101101000,甲镇,2026-01-01,990101102000\n990101102000,新甲镇,,\n")
	if _, err := h.applyPlaces(t, systemAreas, p.ID); err != nil {
		t.Fatalf("%v; %v", err, p.Faults)
	}
	for id, want := range map[int64]area.Code{open: successor, closed: testTownship, elsewhere: testCounty} {
		if n := h.count(t, `SELECT count(*) FROM tickets WHERE id = ? AND area_code = ?`, id, want); n != 1 {
			t.Errorf("ticket %d is not of %s", id, want)
		}
	}
	if n := h.count(t, `SELECT count(*) FROM timeline WHERE ticket_id = ? AND kind = 'ticket.area_merged' AND data->>'from_area' = ?`, open, testTownship); n != 1 {
		t.Errorf("%d entries tell where it happened", n)
	}
	if n := h.count(t, `SELECT count(*) FROM posts WHERE area_code = ?`, testTownship); n != 0 {
		t.Errorf("%d posts are left behind", n)
	}
	if n := h.count(t, `SELECT count(*) FROM staff WHERE area_code = ?`, successor); n != 3 {
		t.Errorf("%d people serve the successor, want the worker twice and the head", n)
	}
	err := h.db.InTx(t.Context(), systemAreas, func(tx *Tx) error {
		answer, err := tx.DutyAt(t.Context(), successor, area.RoleWorker, 1, tx.Now())
		if err == nil && len(answer.OnDuty) != 1 {
			t.Errorf("on duty for the successor: %+v", answer)
		}
		before, err2 := tx.DutyAt(t.Context(), testTownship, area.RoleWorker, 1, tx.Now().Add(-time.Minute))
		if err2 == nil && len(before.OnDuty) != 1 {
			t.Errorf("who was on duty before is forgotten: %+v", before)
		}
		return errors.Join(err, err2)
	})
	if err != nil {
		t.Fatal(err)
	}
}

// The successor's own desk takes the place of the old one's; a merger that was
// announced is carried out when its day has come, and not twice.
func TestAMergerThatWasAnnouncedComesOnItsDay(t *testing.T) {
	h := newHouse(t)
	id := h.ticketOf(t, h.runIntake(t), "12349001", 1)
	super := connect(t, h.urls.SuperURL)
	now := area.DateOf(time.Now())
	tomorrow := area.DateOf(time.Now().AddDate(0, 0, 1))
	if _, err := super.Exec(t.Context(), `INSERT INTO divisions (code, name) VALUES ('990101102000', '新甲镇');
		INSERT INTO posts (kind, area_code, role, name) VALUES ('desk', '990101102000', 'worker', '新甲镇值班台')`); err != nil {
		t.Fatal(err)
	}
	p := h.preview(t, systemAreas, fmt.Sprintf("code,name,valid_to,merged_into\n990101101000,甲镇,%s,990101102000\n", tomorrow))
	if _, err := h.applyPlaces(t, systemAreas, p.ID); err != nil {
		t.Fatalf("%v; %v", err, p.Faults)
	}
	areas := NewAreas(h.db, nil, quiet)
	turn := func() {
		t.Helper()
		if err := errors.Join(areas.Refresh(t.Context()), areas.Settle(t.Context())); err != nil {
			t.Fatal(err)
		}
	}
	turn()
	if n := h.count(t, `SELECT count(*) FROM tickets WHERE id = ? AND area_code = ?`, id, testTownship); n != 1 {
		t.Errorf("on %s the merger of %s has come", now, tomorrow)
	}
	if _, err := super.Exec(t.Context(), `UPDATE app_clock SET real_base = clock_timestamp(), app_base = app_now() + interval '1 day'`); err != nil {
		t.Fatal(err)
	}
	turn()
	turn()
	if n := h.count(t, `SELECT count(*) FROM tickets t JOIN posts p ON p.id = t.owner_id WHERE t.id = ? AND t.area_code = '990101102000' AND p.name = '新甲镇值班台'`, id); n != 1 {
		t.Error("the ticket is not at the successor's desk")
	}
	if n := h.count(t, `SELECT count(*) FROM audit_records WHERE action = 'areas.succeeded'`); n != 1 {
		t.Errorf("it was handed over %d times", n)
	}
}
