package api_test

import (
	"testing"
	"time"

	"example.org/hotline/relief/application"
	"example.org/hotline/ticket"
)

// A refusal that a review sets aside is looked into anew: the case has new working days,
// what was known of the household still counts, and it may be granted (DOMAIN 1, 68).
func TestARefusalThatAReviewSetsAside(t *testing.T) {
	h := newHouse(t)
	worker, head := h.signIn("worker"), h.signIn("township_head")
	h.clock("2026-04-28 10:00")
	caseID, id, _ := h.computed(worker)
	at := "/applications/" + id
	a := decode[application.View](t, worker.post(at+"/rulings", map[string]any{"kind": "refuse", "reason_code": "income_above", "reason": "they earn more than they say"}))
	h.clock("2026-05-06 09:00")
	a = decode[application.View](t, head.post("/rulings/"+a.Rulings[0].ID+"/approval", map[string]any{"approve": true}))
	decided := `SELECT count(*) FROM clocks WHERE kind = 'decide' AND proof = 'decided'`
	if a.State != application.StateRefused || h.count(decided) != 1 {
		t.Fatalf("refused: %s", a.State)
	}
	decode[application.View](t, worker.post("/rulings/"+a.Rulings[0].ID+"/letter", map[string]any{"way": "handed", "at": h.now()}))
	appeal := func() application.AppealView {
		a := decode[application.View](t, worker.post("/rulings/"+a.Rulings[0].ID+"/appeals", map[string]any{"kind": "review", "office": "甲县人民政府", "filed_on": string(ticket.DateOf(h.now())), "text": "We are poor."}))
		return a.Appeals[len(a.Appeals)-1]
	}
	a = decode[application.View](t, worker.post("/appeals/"+appeal().ID+"/outcome", map[string]any{"outcome": "upheld", "answer": "it stands"}))
	if a.State != application.StateRefused {
		t.Fatalf("after a review that let it stand: %s", a.State)
	}
	h.clock("2026-06-10 09:00")
	won := appeal()
	a = decode[application.View](t, worker.post("/appeals/"+won.ID+"/outcome", map[string]any{"outcome": "overturned", "answer": "the income was counted twice"}))
	if a.State != application.StateInvestigating || a.Rules != "aid-seed-2021" || h.count(decided) != 0 ||
		h.count(`SELECT count(*) FROM clocks WHERE kind = 'decide' AND stopped_at IS NULL AND started_at > '2026-06-01'`) != 1 {
		t.Fatalf("set aside: %s under %s", a.State, a.Rules)
	}
	if got := worker.post("/appeals/"+won.ID+"/outcome", map[string]any{"outcome": "upheld", "answer": "it stands"}); got.code() != "answered_already" {
		t.Errorf("answered twice: %s", got.body)
	}
	decode[application.View](t, worker.post(at+"/assessments", map[string]any{}))
	a = decode[application.View](t, worker.post(at+"/rulings", map[string]any{"kind": "grant", "reason_code": "due", "reason": "the review says so", "override": "nothing else helps a month"}))
	decode[application.View](t, worker.post(at+"/notices", map[string]any{"phone": "0537-12349", "photo": worker.photo(caseID)}))
	h.clock("2026-06-18 09:00")
	if a = decode[application.View](t, head.post("/rulings/"+a.Rulings[0].ID+"/approval", map[string]any{"approve": true})); a.State != application.StateConfirmed || a.Entitlements[0].From != "2026-06" {
		t.Errorf("granted at last: %s %+v", a.State, a.Entitlements)
	}
}

// What is paid changes with a new sum, a stop and a return, each from its month on; of a
// new sum and of a stop the person has a letter with the last day of a review (DOMAIN 1, 47).
func TestSumsThatChangeStopAndReturn(t *testing.T) {
	h := newHouse(t)
	worker, head := h.signIn("worker"), h.signIn("township_head")
	h.clock("2026-04-28 10:00")
	caseID, id, ids := h.computed(worker)
	at := "/applications/" + id
	assess := func() { decode[application.View](t, worker.post(at+"/assessments", map[string]any{})) }
	confirmed := func(ruling map[string]any) application.View {
		a := decode[application.View](t, worker.post(at+"/rulings", ruling))
		if ruling["kind"] == "grant" {
			decode[application.View](t, worker.post(at+"/notices", map[string]any{"phone": "0537-12349", "photo": worker.photo(caseID)}))
			h.clock("2026-05-06 09:00")
		}
		return decode[application.View](t, head.post("/rulings/"+a.Rulings[0].ID+"/approval", map[string]any{"approve": true}))
	}
	assess()
	confirmed(map[string]any{"kind": "grant", "reason_code": "due", "reason": "they are poor", "override": "nothing else helps a month"})

	h.clock("2026-08-03 09:00") // a job that pays more: less is due
	h.fire()
	less := map[string]any{"kind": "adjust", "reason_code": "income_rose", "reason": "the mother works by the day"}
	if got := worker.post(at+"/rulings", less); got.code() != "nothing_changes" {
		t.Errorf("another sum without another income: %s", got.body)
	}
	decode[application.View](t, worker.post(at+"/declarations", declaration(ids, income("odd_jobs", 320_000))))
	if got := worker.post(at+"/rulings", less); got.code() != "household_changed" {
		t.Errorf("a sum of what was declared before: %s", got.body)
	}
	h.explained(worker, id)
	assess()
	if got := worker.post(at+"/rulings", less); got.code() != "hearing_first" {
		t.Errorf("less without a hearing: %s", got.body)
	}
	hear := func() {
		decode[application.View](t, worker.post(at+"/hearings", map[string]any{"kind": "before_cut", "held_at": h.now().Add(-time.Hour), "present": 2, "attendance": "heard", "said": "It is so."}))
	}
	hear()
	a := confirmed(less)
	e := a.Entitlements
	if a.State != application.StateAdjusted || len(e) != 2 || e[1].Until != "2026-08" || e[0].From != "2026-09" || e[0].Why != application.WhyAdjusted || e[0].MonthlyFen != 4*(90_000-72_500) {
		t.Fatalf("another sum: %s %+v", a.State, e)
	}
	if r := a.Rulings[0]; r.LetterDue == nil || r.ReviewAt != "甲县" {
		t.Fatalf("the letter of another sum: %+v", r)
	}
	a = decode[application.View](t, worker.post("/rulings/"+a.Rulings[0].ID+"/letter", map[string]any{"way": "posted", "at": h.now()}))
	if string(a.Rulings[0].ReviewBy) != "2026-10-03" {
		t.Errorf("a review may be asked for until %s", a.Rulings[0].ReviewBy)
	}

	h.clock("2026-10-09 09:00")
	hear()
	a = confirmed(map[string]any{"kind": "suspend", "reason_code": "no_cooperation", "reason": "nobody is at home for months"})
	if a.State != application.StateSuspended || a.Entitlements[0].Until != "2026-10" || a.Rulings[0].LetterDue == nil {
		t.Fatalf("stopped: %s %+v", a.State, a.Entitlements[0])
	}
	h.clock("2026-12-02 09:00")
	h.explained(worker, id)
	assess()
	a = confirmed(map[string]any{"kind": "resume", "reason_code": "due", "reason": "they are back from the hospital"})
	if e := a.Entitlements; a.State != application.StatePaying || e[0].From != "2026-12" || e[0].Until != "" || e[0].Why != application.WhyResumed || e[0].MonthlyFen != 4*(90_000-72_500) || a.Rulings[0].LetterDue != nil {
		t.Errorf("paid again: %s %+v", a.State, e[0])
	}
}
