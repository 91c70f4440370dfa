package api_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"example.org/hotline/api"
	"example.org/hotline/internal/act"
	"example.org/hotline/relief/care"
	"example.org/hotline/relief/loop"
	"example.org/hotline/relief/people"
	"example.org/hotline/relief/referral"
	"example.org/hotline/store"
	"example.org/hotline/ticket"
)

// fireCare fires the timers of follow-ups and service orders that are due, once each.
func (h *house) fireCare() {
	h.t.Helper()
	rules := care.Rules{Catalogues: policies(h.t).Care, Calendar: policies(h.t).Calendar}
	handlers := map[string]func(context.Context, *store.Tx, act.Timer) error{
		care.TimerFollow: func(ctx context.Context, tx *store.Tx, t act.Timer) error { return care.FollowDue(ctx, tx, t, rules) },
		care.TimerOrder:  func(ctx context.Context, tx *store.Tx, t act.Timer) error { return care.OrderDue(ctx, tx, t) },
	}
	shards := make([]int16, 16)
	for i := range shards {
		shards[i] = int16(i)
	}
	due, err := h.db.OverdueTimers(h.t.Context(), shards, 0, 1000)
	if err != nil {
		h.t.Fatal(err)
	}
	for _, timer := range due {
		if handler, ok := handlers[timer.Kind]; ok {
			h.count(`WITH fired AS (DELETE FROM timers WHERE id = $1 RETURNING 1) SELECT count(*) FROM fired`, timer.ID)
			h.as("dispatch", func(tx *store.Tx) error { return handler(h.t.Context(), tx, timer) })
		}
	}
}

// told counts the notices of a template.
func (h *house) told(template string) int {
	h.t.Helper()
	return h.count(`SELECT count(*) FROM notices WHERE template = $1`, template)
}

// caseOf is what is done for the household of a case.
func caseOf(t *testing.T, r reply) care.Case {
	t.Helper()
	return decode[care.Case](t, r)
}

func openCodes(t *testing.T, r reply) (codes []string) {
	t.Helper()
	return loop.Holding(decode[api.CaseLoop](t, r).Open)
}

// A household is looked at again on the day of the plan: who looks is told, then the
// head, and again every week; what is found to be too little is a question on this very
// case, a household of tier 2 counts as looked at, and what runs holds the case.
func TestALookFindsThatItIsNotEnough(t *testing.T) {
	h := newHouse(t)
	h.clock("2026-10-12 10:00")
	worker, head := h.signIn("worker"), h.signIn("township_head")
	id := h.helped(worker)
	h.household("worker", id, family...)
	home := h.count(`SELECT household_id::int FROM case_households`)
	h.as("dispatch", func(tx *store.Tx) error { // as the assessment does that finds tier 2
		of, err := tx.HouseholdForUpdate(t.Context(), people.HouseholdID(home))
		if err != nil {
			return err
		}
		return people.SetTier(t.Context(), tx, &of, people.Tier{Tier: people.TierEdge, Version: "aid-seed-2021", Because: people.TierAssessment}, people.MonitoringRules{EveryDays: 90})
	})
	plans := "/tickets/" + id + "/follow-ups"
	for code, body := range map[string]map[string]any{
		"unknown_kind":    {"kind": "magic", "reason": "is the roof mended"},
		"bad_date":        {"kind": "after_aid", "reason": "is the roof mended", "first_on": "2026-10-11"},
		"personal_number": {"kind": "after_aid", "reason": "ring 13812345678"},
	} {
		if got := worker.post(plans, body); got.code() != code {
			t.Errorf("%s: %d %s", code, got.status, got.body)
		}
	}
	made := caseOf(t, worker.post(plans, map[string]any{"kind": "after_aid", "reason": "is the roof mended"}))
	if got := made.FollowUps; len(got) != 1 || got[0].NextOn != "2026-10-26" || !got[0].Holds || !got[0].Look || got[0].End {
		t.Fatalf("%+v", got)
	}
	if got := worker.post(plans, map[string]any{"kind": "after_aid", "reason": "once more"}); got.code() != "planned_already" {
		t.Errorf("twice: %d %s", got.status, got.body)
	}
	if codes := openCodes(t, head.get("/tickets/"+id+"/loop")); !slices.Contains(codes, "follow_up") {
		t.Errorf("held by %v", codes)
	}
	h.fireCare()
	if n := h.told("follow_due"); n != 0 {
		t.Errorf("told before the day: %d", n)
	}
	h.clock("2026-10-26 08:01")
	h.fireCare()
	if due, late := h.told("follow_due"), h.told("follow_late"); due != 1 || late != 0 {
		t.Errorf("on the day %d, late %d", due, late)
	}
	for i, day := range []string{"2026-10-29 08:01", "2026-11-05 08:02"} {
		h.clock(day)
		h.fireCare()
		if n := h.told("follow_late"); n != 2*(i+1) {
			t.Errorf("%s: told %d times, want whoever looks and the head each week", day, n)
		}
	}
	if list := decode[api.FollowUpList](t, head.get("/follow-ups?view=late")); len(list.Items) != 1 || list.Items[0].State != care.FollowLate {
		t.Errorf("%+v", list.Items)
	}
	at := "/follow-ups/" + made.FollowUps[0].ID
	if got := worker.post(at+"/looks", map[string]any{"way": "visit", "outcome": "not_enough", "found": "no money for the winter", "end": true}); got.code() != "not_the_last" {
		t.Errorf("the last, and not enough: %d %s", got.status, got.body)
	}
	made = caseOf(t, worker.post(at+"/looks", map[string]any{"way": "visit", "outcome": "not_enough", "found": "no money for the winter"}))
	if f := made.FollowUps[0]; f.State != care.FollowPlanned || f.NextOn != "2026-11-12" || len(f.Looks) != 1 || f.Looks[0].Found == "" {
		t.Errorf("%+v", f)
	}
	tasks := decode[api.CaseReferrals](t, worker.get("/tickets/"+id+"/referrals")).Tasks
	if i := slices.IndexFunc(tasks, func(k loop.TaskView) bool { return k.Kind == loop.TaskFollowUp }); i < 0 || tasks[i].Ref != made.FollowUps[0].ID {
		t.Errorf("no question whether more is due: %+v", tasks)
	} else {
		decode[api.CaseReferrals](t, worker.post("/case-tasks/"+tasks[i].ID+"/completion", map[string]any{"outcome": "due", "reason": "heating"}))
	}
	if n := h.count(`SELECT count(*) FROM monitoring_checks WHERE result = 'changed'`); n != 1 {
		t.Errorf("%d looks count for tier 2", n)
	}
	// More aid is decided on this very case, not on a new one (DOMAIN 1, 27).
	decode[api.Ticket](t, worker.post("/tickets/"+id+"/findings", findingsBody()))
	if page := decode[api.Ticket](t, worker.post("/tickets/"+id+"/decisions", map[string]any{"amount_fen": 20_000, "reason": "heating"})); page.Status != ticket.StatusAidDecided {
		t.Errorf("more aid: %s", page.Status)
	}
	made = caseOf(t, worker.post(at+"/looks", map[string]any{"way": "call", "outcome": "fine", "found": "warm now"}))
	if f := made.FollowUps[0]; f.State != care.FollowEnded {
		t.Errorf("%+v", f)
	}
	if codes := openCodes(t, head.get("/tickets/"+id+"/loop")); slices.Contains(codes, "follow_up") {
		t.Errorf("ended, and held by %v", codes)
	}
	h.clock("2027-03-01 08:01")
	h.fireCare()
	if n := h.told("follow_late"); n != 4 {
		t.Errorf("told of a plan that has ended: %d", n)
	}
}

// A plan that goes on by the rules does not hold the case; what it finds brings the
// closed case back.
func TestAStandingPlanOutlivesTheCase(t *testing.T) {
	h := newHouse(t)
	worker, agent, head := h.signIn("worker"), h.signIn("agent"), h.signIn("township_head")
	id := h.helped(worker)
	task := decode[api.CaseReferrals](t, worker.get("/tickets/"+id+"/referrals")).Tasks[0]
	decode[api.CaseReferrals](t, worker.post("/case-tasks/"+task.ID+"/completion", map[string]any{"outcome": "not_due", "reason": "looked", "tests": map[string]any{"spend_too_high": false, "income_fell": false}}))
	made := caseOf(t, worker.post("/tickets/"+id+"/follow-ups", map[string]any{"kind": "standing", "reason": "two small children", "login": "worker.b"}))
	if f := made.FollowUps[0]; f.Holds || f.For != "worker.b" {
		t.Errorf("%+v", f)
	}
	if page := decode[api.Ticket](t, agent.closing(id, map[string]any{"reached": true, "satisfied": true})); page.Status != ticket.StatusClosed {
		t.Fatalf("with a plan that goes on: %s", page.Status)
	}
	at := "/follow-ups/" + made.FollowUps[0].ID
	caseOf(t, h.signIn("worker.b").post(at+"/looks", map[string]any{"way": "visit", "outcome": "fine", "found": "all well"}))
	caseOf(t, h.signIn("worker.b").post(at+"/looks", map[string]any{"way": "visit", "outcome": "not_enough", "found": "the father has lost his work"}))
	if page := decode[api.Ticket](t, worker.get("/tickets/"+id)); page.Status != ticket.StatusReopened {
		t.Errorf("brought back: %s", page.Status)
	}
	if got := worker.post(at+"/end", map[string]any{"reason": "moved away"}); got.code() != "head_only" {
		t.Errorf("ended by the worker: %d %s", got.status, got.body)
	}
	if f := caseOf(t, head.post(at+"/end", map[string]any{"reason": "moved away"})).FollowUps[0]; f.State != care.FollowEnded || f.EndReason != "moved away" {
		t.Errorf("%+v", f)
	}
}

// From the case to the township's station and back: consent first, the station sees the
// fields of the service and no ticket, each limit is told, and its outcome is on the case.
func TestAServiceOfTheStation(t *testing.T) {
	h := newHouse(t)
	h.clock("2026-10-12 10:00")
	worker, head, lead := h.signIn("worker"), h.signIn("township_head"), h.signIn("volunteer")
	id := h.found(worker)
	orders := "/tickets/" + id + "/service-orders"
	body := map[string]any{"service": "comfort", "request": "she lives alone", "consent": "spoken"}
	if got := worker.post(orders, body); got.code() != "no_station" {
		t.Errorf("no station: %d %s", got.status, got.body)
	}
	decode[map[string]any](t, head.post("/stations", map[string]any{"area": string(township), "name": "甲镇社工站", "lead": "volunteer", "opened_on": "2026-01-01"}))
	for code, more := range map[string]map[string]any{
		"unknown_service":  {"service": "magic", "request": "she lives alone", "consent": "spoken"},
		"consent_required": {"service": "comfort", "request": "she lives alone"},
		"personal_number":  {"service": "comfort", "request": "ring 13812345678", "consent": "spoken"},
	} {
		if got := worker.post(orders, more); got.code() != code {
			t.Errorf("%s: %d %s", code, got.status, got.body)
		}
	}
	made := caseOf(t, worker.post(orders, body))
	if len(made.Services) != 1 || made.Services[0].Letter != nil || strings.Join(made.Services[0].NextActs, " ") != "cancel" || made.Station != "甲镇社工站" {
		t.Fatalf("%+v", made)
	}
	if got := worker.post(orders, body); got.code() != "ordered_already" {
		t.Errorf("twice: %d %s", got.status, got.body)
	}
	if n := h.told("service_ordered"); n != 1 {
		t.Errorf("the station was told %d times", n)
	}
	seen := decode[api.StationOrderList](t, lead.get("/station-orders")).Items
	if len(seen) != 1 || seen[0].Letter == nil || seen[0].Letter.Name != "张测试" || seen[0].Letter.Identity != "" || seen[0].Letter.Cause != "" {
		t.Fatalf("%+v", seen)
	}
	if slices.Contains(seen[0].Fields, referral.FieldIdentity) || strings.Contains(string(lead.get("/station-orders").body), demoIdentity) {
		t.Error("the station sees an identity number")
	}
	if got := lead.get("/tickets/" + id); got.code() != "not_found" {
		t.Errorf("the station's lead on the ticket: %d", got.status)
	}
	for _, other := range []string{"volunteer.far", "worker", "agency"} { // none of whom leads it
		if list := decode[api.StationOrderList](t, h.signIn(other).get("/station-orders")); len(list.Items) != 0 {
			t.Errorf("%s sees %+v", other, list.Items)
		}
		if got := h.signIn(other).post("/station-orders/"+seen[0].ID+"/answers", map[string]any{"event": "accept"}); got.code() != "not_found" {
			t.Errorf("%s answers: %d %s", other, got.status, got.body)
		}
	}
	h.clock("2026-10-20 09:00") // two working days have passed
	h.fireCare()
	if n := h.told("service_late"); n != 3 {
		t.Errorf("late: %d told, want station, owner and head", n)
	}
	at := "/station-orders/" + seen[0].ID + "/answers"
	if got := lead.post(at, map[string]any{"event": "return"}); got.code() != "reason_required" {
		t.Errorf("returned without a word: %d %s", got.status, got.body)
	}
	if list := decode[api.StationOrderList](t, lead.post(at, map[string]any{"event": "return", "note": "our worker is ill"})); list.Items[0].State != care.OrderReturned {
		t.Errorf("%+v", list.Items)
	}
	caseOf(t, worker.post("/service-orders/"+seen[0].ID+"/changes", map[string]any{"event": "send", "note": "she can wait a week"}))
	for _, step := range []map[string]any{{"event": "accept"}, {"event": "done", "outcome": "helped", "note": "visited her three times"}} {
		decode[api.StationOrderList](t, lead.post(at, step))
	}
	if codes := openCodes(t, worker.get("/tickets/"+id+"/loop")); slices.Contains(codes, "service") {
		t.Errorf("done, and held by %v", codes)
	}
	after := decode[api.StationOrderList](t, lead.get("/station-orders")).Items
	if after[0].Letter != nil || after[0].Request != "" {
		t.Errorf("done, and the station still reads who it was: %+v", after[0])
	}
	got := caseOf(t, worker.get("/tickets/"+id+"/care")).Services[0]
	if got.Outcome != care.OutcomeHelped || len(got.Steps) != 5 || got.Steps[4].Note != "visited her three times" || h.told("service_done") != 1 {
		t.Errorf("%+v", got)
	}
}

// A household's plan: a need and a measure for a member, and what came of it; work ends
// with a result of work.
func TestAPlanForTheHousehold(t *testing.T) {
	h := newHouse(t)
	worker := h.signIn("worker")
	id := h.found(worker)
	members := h.household("worker", id, family...)
	plan, due := "/tickets/"+id+"/plan-items", h.now().AddDate(0, 3, 0).Format(time.DateOnly)
	for code, body := range map[string]map[string]any{
		"unknown_need":    {"need": "magic", "measure": "training", "due_on": due},
		"unknown_measure": {"need": "work", "measure": "magic", "due_on": due},
		"bad_date":        {"need": "work", "measure": "training", "due_on": "2020-01-01"},
		"not_a_member":    {"need": "work", "measure": "training", "due_on": due, "person": someID},
	} {
		if got := worker.post(plan, body); got.code() != code {
			t.Errorf("%s: %d %s", code, got.status, got.body)
		}
	}
	caseOf(t, worker.post(plan, map[string]any{"need": "work", "measure": "training", "due_on": due, "person": members[1], "goal": "a certificate as a cook"}))
	made := caseOf(t, worker.post(plan, map[string]any{"need": "food", "measure": "aid", "due_on": due})).Plan
	if len(made) != 2 || made[0].Name != "吴测试" || !made[0].Work || made[1].Person != "" || made[1].Work {
		t.Fatalf("%+v", made)
	}
	at := "/plan-items/" + made[0].ID + "/completion"
	if got := worker.post(at, map[string]any{"result": "solved", "came": "she has the certificate"}); got.code() != "unknown_result" {
		t.Errorf("no result of work: %d %s", got.status, got.body)
	}
	done := caseOf(t, worker.post(at, map[string]any{"result": "employed", "came": "she cooks in the school"})).Plan[0]
	if done.State != care.PlanDone || done.Result != "employed" || done.DoneBy != "worker" {
		t.Errorf("%+v", done)
	}
	if got := worker.post(at, map[string]any{"came": "no"}); got.code() != "not_in_this_state" {
		t.Errorf("done, and dropped: %d %s", got.status, got.body)
	}
	if auditor := caseOf(t, h.signIn("auditor").get("/tickets/"+id+"/care")).Plan[0]; auditor.Name != "" || auditor.Came != "" {
		t.Errorf("the auditor reads %+v", auditor)
	}
}

// The citizen's ways are counted against the most that a case should cost; one of ours
// goes by a mandate that names the errand, until it is taken back.
func TestWaysToOffices(t *testing.T) {
	h := newHouse(t)
	worker := h.signIn("worker")
	id := h.found(worker)
	trips, today := "/tickets/"+id+"/trips", h.now().Format(time.DateOnly)
	caseOf(t, worker.post(trips, map[string]any{"on": today, "place": "township", "for": "apply"}))
	given := caseOf(t, worker.post("/tickets/"+id+"/mandates", map[string]any{"for": []string{"papers", "papers"}, "consent": "recorded"})).Mandates[0]
	if len(given.For) != 1 {
		t.Errorf("%+v", given)
	}
	if got := worker.post(trips, map[string]any{"on": today, "place": "bank", "for": "collect", "mandate": given.ID}); got.code() != "no_mandate" {
		t.Errorf("another errand: %d %s", got.status, got.body)
	}
	made := caseOf(t, worker.post(trips, map[string]any{"on": today, "place": "hospital", "for": "papers", "mandate": given.ID}))
	if made.MadeTrips != 1 || made.MostTrips != 1 || len(made.Trips) != 2 || !made.Trips[1].Ours {
		t.Errorf("%+v", made)
	}
	if ended := caseOf(t, worker.post("/mandates/"+given.ID+"/end", map[string]any{})).Mandates[0]; ended.EndedAt == nil {
		t.Errorf("%+v", ended)
	}
	if got := worker.post(trips, map[string]any{"on": today, "place": "hospital", "for": "papers", "mandate": given.ID}); got.code() != "no_mandate" {
		t.Errorf("taken back: %d %s", got.status, got.body)
	}
	if got := worker.post(trips, map[string]any{"on": "2031-01-01", "place": "hospital", "for": "papers"}); got.code() != "bad_date" {
		t.Errorf("in days to come: %d %s", got.status, got.body)
	}
}
