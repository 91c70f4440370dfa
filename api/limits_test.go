package api_test

import (
	"testing"
	"time"

	"example.org/hotline/api"
	"example.org/hotline/ledger"
	"example.org/hotline/relief"
	"example.org/hotline/store"
	"example.org/hotline/ticket"
)

// A limit that was announced is told with its day, and counts from that midnight on.
func TestLimitsOnBothSidesOfMidnight(t *testing.T) {
	midnight := ticket.DateOf(time.Now().Add(48 * time.Hour)).At(0)
	h := newHouse(t, func(_ *api.Config, d *api.Deps) {
		low := *d.Rules.Relief[0]
		high := low
		low.Version, low.Limits.SoloFen = "relief-low", 50_000
		high.Version, high.ValidFrom, high.Basis = "relief-high", ticket.DateOf(midnight), relief.Basis{Zh: "新文件", En: "the new document"}
		d.Rules.Relief = relief.Versions{&low, &high}
	})
	h.fund()
	at := func(when time.Time) {
		t.Helper()
		if _, err := store.MoveClock(t.Context(), h.urls.OwnerURL, func(time.Time, float64) (time.Time, float64) { return when, 1 }); err != nil {
			t.Fatal(err)
		}
	}
	level := func(worker client) ledger.Level {
		t.Helper()
		_, page := h.story(worker, 80_000)
		return page.Decisions[0].Level
	}
	at(midnight.Add(-5 * time.Minute))
	worker, head := h.signInOnce("worker"), h.signInOnce("township_head")
	solo := decode[api.LimitList](t, head.get("/ledger/limits")).Limits[0]
	if solo.Name != relief.LimitSolo || solo.Value != 50_000 || solo.From != "2021-01-01" || solo.Until != ticket.DateOf(midnight).Before() ||
		solo.Next == nil || solo.Next.Value != 100_000 || solo.Next.From != ticket.DateOf(midnight) || solo.Next.Basis.Zh != "新文件" {
		t.Errorf("before midnight: %+v, next %+v", solo, solo.Next)
	}
	if got := decode[api.PolicyView](t, worker.get("/policy")); got.Version != "relief-low" || got.Limits.SoloFen != 50_000 {
		t.Errorf("before midnight pages explain %+v", got)
	}
	if got := level(worker); got != ledger.LevelTownship {
		t.Errorf("before midnight 800.00 need the word of %s", got)
	}
	at(midnight)
	list := decode[api.LimitList](t, head.get("/ledger/limits"))
	if solo := list.Limits[0]; list.Policy != "relief-high" || solo.Value != 100_000 || solo.From != ticket.DateOf(midnight) || solo.Next != nil {
		t.Errorf("after midnight: %s, %+v", list.Policy, solo)
	}
	if got := level(worker); got != ledger.LevelSolo {
		t.Errorf("after midnight 800.00 need the word of %s", got)
	}
}
