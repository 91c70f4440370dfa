package store

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"example.org/hotline/area"
	"example.org/hotline/dispatch"
	"example.org/hotline/dispatch/duty"
	"example.org/hotline/internal/act"
)

const mergedInto area.Code = "990101102000"

// hourly tells who serves a roster in every hour of a fortnight, and why not others.
func (h house) hourly(t *testing.T, k duty.Key, from time.Time) (hours []string) {
	t.Helper()
	h.mustAs(t, "county", func(tx *Tx) error {
		for i := range 14 * 24 {
			at := from.Add(time.Duration(i) * time.Hour)
			answer, err := tx.DutyAt(t.Context(), k.Area, k.Role, 0, at)
			if err != nil {
				return err
			}
			hour := at.Format("01-02 15")
			for _, d := range answer.OnDuty {
				hour += fmt.Sprintf(" %d:%s", d.Position, d.Name)
			}
			for _, s := range answer.Skipped {
				hour += fmt.Sprintf(" -%s %s %s", s.Name, s.Reason, s.By)
			}
			hours = append(hours, hour)
		}
		return nil
	})
	return hours
}

// mergeTownship merges the township of these tests into a new one.
func (h house) mergeTownship(t *testing.T) {
	t.Helper()
	p := h.preview(t, systemAreas, "code,name,valid_to,merged_into\n990101101000,甲镇,2026-01-01,990101102000\n990101102000,新甲镇,,\n")
	if _, err := h.applyPlaces(t, systemAreas, p.ID); err != nil {
		t.Fatalf("%v; %v", err, p.Faults)
	}
}

// Whatever was planned for a merged place holds for its successor from the hour
// of the merger on, leave, swaps, hand-overs and temporary rosters among it; what
// was stays, and doing it again changes nothing.
func TestAMergerCarriesWhatWasPlannedOver(t *testing.T) {
	h := newDutyHouse(t)
	one, two := h.saveTurns(t)
	later := turns(dutyDay.AddDate(0, 0, 11), 1, two)
	for _, do := range []func(tx *Tx) error{
		func(tx *Tx) error { _, err := rosters.SaveRoster(t.Context(), tx, later); return err },
		func(tx *Tx) error {
			_, err := rosters.AddOverride(t.Context(), tx, dispatch.NewOverride{Key: workers, Kind: duty.Swap, Remove: one, Add: two, From: dutyDay.AddDate(0, 0, 2), To: dutyDay.AddDate(0, 0, 3)})
			return err
		},
		func(tx *Tx) error {
			_, err := rosters.AddOverride(t.Context(), tx, dispatch.NewOverride{Key: workers, Kind: duty.Leave, Remove: two, From: dutyDay.AddDate(0, 0, 3), To: dutyDay.AddDate(0, 0, 4), Reason: "体检"})
			return err
		},
		func(tx *Tx) error {
			_, err := rosters.AddTemporary(t.Context(), tx, dispatch.NewTemporary{Key: workers, Name: "防汛", From: dutyDay.AddDate(0, 0, 5), To: dutyDay.AddDate(0, 0, 7),
				Places: []duty.Place{{Position: 1, Post: two}, {Position: 2, Post: one, Starts: dutyDay.AddDate(0, 0, 6)}}})
			return err
		},
		func(tx *Tx) error {
			_, err := rosters.AddOverride(t.Context(), tx, dispatch.NewOverride{Key: workers, Kind: duty.Swap, Remove: two, Add: one, From: dutyDay.AddDate(0, 0, 6), To: dutyDay.AddDate(0, 0, 7)})
			return err
		},
		func(tx *Tx) error {
			r, err := rosters.AddOverride(t.Context(), tx, dispatch.NewOverride{Key: workers, Kind: duty.Leave, Remove: one, From: dutyDay.AddDate(0, 0, 9), To: dutyDay.AddDate(0, 0, 10)})
			if err == nil {
				_, err = rosters.EndOverride(t.Context(), tx, r.ID, "not needed")
			}
			return err
		},
	} {
		h.mustAs(t, "head", do)
	}
	h.setClock(t, dutyDay.Add(9*time.Hour))
	h.mustAs(t, "worker1", func(tx *Tx) error {
		_, err := rosters.HandOver(t.Context(), tx, dispatch.NewHandOver{Key: workers, By: one, To: two, Until: dutyDay.Add(30 * time.Hour), Note: "one family waits", CashFen: 120_000})
		return err
	})
	merger := dutyDay.Add(12 * time.Hour)
	h.setClock(t, merger)
	past, planned := h.hourly(t, workers, dutyDay.AddDate(0, 0, -14).Add(12*time.Hour)), h.hourly(t, workers, merger.Add(time.Hour))
	h.mergeTownship(t)
	successor := duty.Key{Area: mergedInto, Role: area.RoleWorker}
	if got := h.hourly(t, successor, merger.Add(time.Hour)); !slices.Equal(got, planned) {
		for i := range got {
			if got[i] != planned[i] {
				t.Fatalf("the successor in %s, planned was %s", got[i], planned[i])
			}
		}
	}
	if joined := strings.Join(planned, "\n"); !strings.Contains(joined, "handed_over") || !strings.Contains(joined, "swapped") || !strings.Contains(joined, "leave") || !strings.Contains(joined, "replaced") {
		t.Fatalf("the plan holds too little:\n%s", joined)
	}
	if got := h.hourly(t, workers, dutyDay.AddDate(0, 0, -14).Add(12*time.Hour)); !slices.Equal(got, past) {
		t.Error("who served the old place before the merger has changed")
	}
	h.mustAs(t, "worker2", func(tx *Tx) error {
		changes, err := tx.RosterChanges(t.Context(), successor, merger, 100)
		if err != nil {
			return err
		}
		for _, c := range changes {
			if c.HandOver == nil {
				continue
			}
			if c.HandOver.CashFen != 120_000 || c.HandOver.HandedOverBy != "worker1" {
				t.Errorf("the hand-over's note: %+v", c.HandOver)
			}
			return rosters.ConfirmHandOver(t.Context(), tx, c.Override.ID, 120_000)
		}
		t.Errorf("nobody can sign for the cash: %+v", changes)
		return nil
	})
	before := h.count(t, `SELECT count(*) FROM duty_changes`)
	if err := h.db.InTx(t.Context(), systemAreas, func(tx *Tx) error { return tx.succeed(t.Context(), testTownship, mergedInto) }); err != nil {
		t.Fatal(err)
	}
	if n := h.count(t, `SELECT count(*) FROM duty_changes`); n != before {
		t.Errorf("a second time it wrote %d more", n-before)
	}
}

// A successor with a plan of its own keeps it: the merged place's temporary
// roster adds its people beside it, and leave follows whom it is about.
func TestAMergerLeavesTheSuccessorsOwnPlan(t *testing.T) {
	h := newDutyHouse(t)
	one, two := h.saveTurns(t)
	if _, err := connect(t, h.urls.SuperURL).Exec(t.Context(), `INSERT INTO divisions (code, name) VALUES ('990101102000', '新甲镇')`); err != nil {
		t.Fatal(err)
	}
	successor := duty.Key{Area: mergedInto, Role: area.RoleWorker}
	own := turns(time.Time{}, 0, two)
	own.Key = successor
	if err := h.db.InTx(t.Context(), act.SystemConsole, func(tx *Tx) error { _, err := rosters.SaveRoster(t.Context(), tx, own); return err }); err != nil {
		t.Fatal(err)
	}
	flood, over := dutyDay.AddDate(0, 0, 5), dutyDay.AddDate(0, 0, 6)
	h.mustAs(t, "head", func(tx *Tx) error {
		if _, err := rosters.AddTemporary(t.Context(), tx, dispatch.NewTemporary{Key: workers, Name: "防汛", From: flood, To: over, Places: []duty.Place{{Position: 3, Post: one}}}); err != nil {
			return err
		}
		_, err := rosters.AddOverride(t.Context(), tx, dispatch.NewOverride{Key: workers, Kind: duty.Leave, Remove: two, From: dutyDay.AddDate(0, 0, 8), To: dutyDay.AddDate(0, 0, 9)})
		return err
	})
	h.setClock(t, dutyDay.Add(12*time.Hour))
	h.mergeTownship(t)
	for at, want := range map[time.Time]string{dutyDay.Add(13 * time.Hour): "1:worker2", flood.Add(12 * time.Hour): "1:worker2 3:worker1", over.Add(12 * time.Hour): "1:worker2", dutyDay.AddDate(0, 0, 8).Add(12 * time.Hour): "-worker2 leave"} {
		hour := h.hourly(t, successor, at)[0]
		if !strings.HasPrefix(strings.TrimSpace(hour[len("01-02 15"):]), want) {
			t.Errorf("%s, want %s", hour, want)
		}
	}
}
