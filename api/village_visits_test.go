package api_test

import (
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/uuid"

	"example.org/hotline/api"
	"example.org/hotline/area"
	"example.org/hotline/relief/discovery"
	"example.org/hotline/relief/people"
	"example.org/hotline/relief/statistics"
	"example.org/hotline/store"
	"example.org/hotline/ticket"
)

const village2 area.Code = "990101101202"

// villages adds a second village and an assistant to each: helper.one and helper.two.
func (h *house) villages() (one, two client) {
	h.t.Helper()
	h.count(`WITH x AS (INSERT INTO divisions (code, name) VALUES ($1, '乙村') RETURNING 1) SELECT count(*) FROM x`, string(village2))
	if err := h.areas.Refresh(h.t.Context()); err != nil {
		h.t.Fatal(err)
	}
	h.count(`WITH x AS (UPDATE staff SET active = false WHERE login = 'village_assistant' RETURNING 1) SELECT count(*) FROM x`) // who serves the whole township would go everywhere
	head := h.signIn("township_head")
	for login, place := range map[string]area.Code{"helper.one": village, "helper.two": village2} {
		if got := head.post("/assistants", map[string]any{"login": login, "name": login, "role": "village_assistant", "area": string(place)}); got.status != http.StatusOK {
			h.t.Fatalf("%s: %d %s", login, got.status, got.body)
		}
		h.count(`WITH x AS (UPDATE staff SET password_hash = (SELECT password_hash FROM staff WHERE login = 'worker') WHERE login = $1 RETURNING 1) SELECT count(*) FROM x`, login)
	}
	return h.signIn("helper.one"), h.signIn("helper.two")
}

// plan plans the township's visits as each day's round does.
func (h *house) plan() (made discovery.Made) {
	h.t.Helper()
	h.as("dispatch", func(tx *store.Tx) (err error) {
		made, err = discovery.MakePlans(h.t.Context(), tx, township, policies(h.t).Discovery.On(ticket.DateOf(tx.Now())))
		return err
	})
	return made
}

// tier gives the only household another tier.
func (h *house) tier(tier int) {
	h.t.Helper()
	id := h.count(`SELECT max(id)::int FROM households`)
	h.as("dispatch", func(tx *store.Tx) error {
		of, err := tx.HouseholdForUpdate(h.t.Context(), people.HouseholdID(id))
		if err != nil {
			return err
		}
		return people.SetTier(h.t.Context(), tx, &of, people.Tier{Tier: tier, Version: "aid-seed-2021", Because: people.TierAssessment}, people.MonitoringRules{EveryDays: 90})
	})
}

// visitBody is a visit with its proof; each photo is one of its own.
func visitBody(result string) map[string]any {
	content := append(picture(), []byte(uuid.NewString())...)
	sum := sha256.Sum256(content)
	body := map[string]any{"visited_at": "2026-11-02T07:30:00+08:00", "place": "at the well", "met": "head", "result": result, "found": "the roof is dry",
		"photo": map[string]any{"id": uuid.NewString(), "media_type": "image/jpeg", "sha256": hex.EncodeToString(sum[:]), "content": content}}
	switch result {
	case "needs_help":
		body["priority"] = "P2"
	case "not_met":
		body["met"] = "nobody"
	}
	return body
}

func mine(t *testing.T, who client) (list []discovery.SlotRow) {
	t.Helper()
	for _, s := range decode[api.PlannedVisitList](t, who.get("/planned-visits")).Items {
		if s.Mine {
			list = append(list, s)
		}
	}
	return list
}

// A village's households are planned by themselves, once for each period; a visit is made by who is
// asked, with its proof, once; who needs help has a ticket; a period that ends leaves who was missed.
func TestAVillageVisitsByPlan(t *testing.T) {
	h := newHouse(t)
	h.clock("2026-11-02 08:00")
	one, two := h.villages()
	worker, head := h.signIn("worker"), h.signIn("township_head")
	id := h.helped(worker)
	h.household("worker", id, family...)
	h.tier(people.TierEdge)
	decode[area.StaffRow](t, head.post("/staff/helper.one/households", map[string]any{"village": string(village), "reference": "门牌三"}))

	if made := h.plan(); made != (discovery.Made{Plans: 2, Added: 2}) {
		t.Fatalf("planned %+v, want a household of tier 2 and one of the village's own", made)
	}
	if again := h.plan(); again != (discovery.Made{}) {
		t.Errorf("planned twice: %+v", again)
	}
	if byHand := decode[discovery.Made](t, head.post("/visit-plans", map[string]any{})); byHand != (discovery.Made{}) {
		t.Errorf("and by hand: %+v", byHand)
	}
	list := mine(t, one)
	if len(list) != 2 || len(mine(t, two)) != 0 || list[0].Name != "周测试" || list[0].LastOn != "2026-11-30" || list[1].Name != "门牌三" || list[1].LastOn != "2026-12-31" {
		t.Fatalf("%+v; of the other village %+v", list, mine(t, two))
	}
	at := "/planned-visits/" + list[0].ID + "/visit"
	for code, change := range map[string]map[string]any{
		"proof_required": {"photo": nil}, "time_required": {"visited_at": "0001-01-01T00:00:00Z"}, "bad_time": {"visited_at": "2026-11-09T08:00:00+08:00"},
		"met_nobody": {"met": "nobody"}, "personal_number": {"found": "ring 13812345678"}, "unknown_priority": {"result": "needs_help"},
	} {
		if got := one.post(at, with(visitBody("nothing"), change)); got.code() != code {
			t.Errorf("%s: %d %s", code, got.status, got.body)
		}
	}
	for _, empty := range []string{"place", "found"} {
		if got := one.post(at, with(visitBody("nothing"), map[string]any{empty: " "})); got.code() != "proof_required" {
			t.Errorf("without %s: %d %s", empty, got.status, got.body)
		}
	}
	changed := visitBody("nothing")
	changed["photo"].(map[string]any)["sha256"] = someHash
	if got := one.post(at, changed); got.code() != "photo_changed" {
		t.Errorf("another photo than its hash says: %d %s", got.status, got.body)
	}
	if got := two.post(at, visitBody("nothing")); got.status != http.StatusNotFound {
		t.Errorf("of another village: %d %s", got.status, got.body)
	}
	decode[api.Visited](t, one.post(at, visitBody("not_met")))
	if list := mine(t, one); len(list) != 2 || list[0].Tries != 1 {
		t.Errorf("nobody was met: %+v", list)
	}

	// Two phones send two visits of one household at once: one is written.
	var wait sync.WaitGroup
	codes := make([]string, 2)
	for i := range codes {
		wait.Go(func() {
			got := one.post(at, visitBody("change"))
			if codes[i] = got.code(); got.status == http.StatusOK {
				codes[i] = "ok"
			}
		})
	}
	wait.Wait()
	slices.Sort(codes)
	if !slices.Equal(codes, []string{"ok", "visited_already"}) {
		t.Errorf("two at once: %v", codes)
	}
	for sql, want := range map[string]int{
		`SELECT count(*) FROM village_visits WHERE result = 'change'`:                                                     1,
		`SELECT count(*) FROM monitoring_checks WHERE way = 'visit' AND result = 'changed'`:                               1, // the look by the monitoring plan
		`SELECT count(*) FROM monitoring_checks WHERE result = 'not_met'`:                                                 1,
		`SELECT count(*) FROM change_alerts WHERE source = 'village'`:                                                     1,
		`SELECT count(*) FROM village_visits WHERE position('roof' IN encode(found_sealed, 'escape')) > 0`:                0,
		`SELECT count(*) FROM audit_records WHERE action = 'village.visited' AND data::text !~ 'roof|well|周'`:             2,
		`SELECT count(*) FROM report_pieces p JOIN village_visits v ON v.photo_ref = p.public_id AND v.sha256 = p.sha256`: 2,
	} {
		if n := h.count(sql); n != want {
			t.Errorf("%d, want %d: %s", n, want, sql)
		}
	}

	// Who needs help becomes a ticket of the township, with the photo.
	other := mine(t, one)[0]
	help := decode[api.Visited](t, one.post("/planned-visits/"+other.ID+"/visit", visitBody("needs_help")))
	page := decode[api.Ticket](t, worker.get("/tickets/"+string(help.Number)))
	if page.Source != ticket.SourceReport || page.Area != village || page.Priority != ticket.P2 || page.Report == nil || page.Report.Seen != "the roof is dry" || page.Report.Name != "门牌三" || len(page.Report.Pieces) != 1 {
		t.Errorf("%+v %+v", page.Row, page.Report)
	}
	if got := one.post("/planned-visits/"+other.ID+"/visit", visitBody("nothing")); got.code() != "visited_already" {
		t.Errorf("twice in its period: %d %s", got.status, got.body)
	}
	done := decode[api.VisitPlans](t, head.get("/visit-plans?view=done"))
	if len(done.Items) != 2 || len(done.Items[0].Visits)+len(done.Items[1].Visits) != 3 || len(done.Progress) != 2 || done.Progress[0].Done != 1 || done.Progress[0].ToVisit != 1 {
		t.Errorf("%+v", done)
	}
	photo := done.Items[0].Visits[0].Photo
	if got := worker.get("/report-photos/" + photo + "/content"); got.status != http.StatusOK {
		t.Errorf("the proof: %d", got.status)
	}
	if seen := decode[api.VisitPlans](t, h.signIn("county_duty").get("/visit-plans?view=done")); strings.Contains(seen.Items[0].Name+seen.Items[1].Name, "测试") {
		t.Errorf("above the township names are masked: %+v", seen.Items)
	}
	if far := decode[api.VisitPlans](t, h.signIn("township_head.far").get("/visit-plans?view=done")); len(far.Items)+len(far.Progress) != 0 {
		t.Errorf("another township sees %+v", far)
	}

	// The next month has its own plan; who was not visited in it was missed.
	h.clock("2026-12-01 00:10")
	if made := h.plan(); made != (discovery.Made{Plans: 1, Added: 1}) {
		t.Errorf("in December %+v", made)
	}
	h.clock("2026-12-31 23:00")
	if late := decode[api.VisitPlans](t, head.get("/visit-plans")); len(late.Items) != 0 {
		t.Errorf("due today and called overdue: %+v", late.Items)
	}
	h.clock("2027-01-01 00:10")
	if made := h.plan(); made != (discovery.Made{Plans: 2, Added: 2, Missed: 1}) {
		t.Errorf("in January %+v", made)
	}
	if missed := decode[api.VisitPlans](t, head.get("/visit-plans?view=missed")); len(missed.Items) != 1 || missed.Items[0].Line != discovery.LineTier2 {
		t.Errorf("%+v", missed.Items)
	}
}

// A look by the monitoring plan counts as the village's visit where somebody went there; a call does
// not. Who leaves tier 2 leaves its plan.
func TestALookCountsAsAVisit(t *testing.T) {
	h := newHouse(t)
	h.clock("2026-11-02 08:00")
	one, _ := h.villages()
	worker := h.signIn("worker")
	h.household("worker", h.helped(worker), family...)
	h.tier(people.TierEdge)
	h.plan()
	var ref string
	h.as("dispatch", func(tx *store.Tx) error {
		of, err := tx.HouseholdForUpdate(t.Context(), people.HouseholdID(h.count(`SELECT id::int FROM households`)))
		ref = of.PublicID
		return err
	})
	checks := "/people/households/" + ref + "/checks"
	if got := worker.post(checks, map[string]any{"way": "call", "result": "unchanged"}); got.status != http.StatusOK {
		t.Fatalf("%d %s", got.status, got.body)
	}
	if list := mine(t, one); len(list) != 1 {
		t.Fatalf("a call counts as a visit: %+v", list)
	}
	if got := worker.post(checks, map[string]any{"way": "visit", "result": "unchanged"}); got.status != http.StatusOK {
		t.Fatalf("%d %s", got.status, got.body)
	}
	if list := mine(t, one); len(list) != 0 {
		t.Errorf("looked at, and still to be visited: %+v", list)
	}
	done := decode[api.VisitPlans](t, worker.get("/visit-plans?view=done"))
	if len(done.Items) != 1 || !done.Items[0].ByLook {
		t.Errorf("%+v", done.Items)
	}
	h.clock("2026-12-01 00:10")
	h.plan()
	h.tier(people.TierEmergency)
	if made := h.plan(); made != (discovery.Made{Plans: 1, Added: 1, Dropped: 1}) {
		t.Errorf("out of tier 2: %+v", made)
	}
}

// Whoever covers a village for some days visits and reports there, and rings at its doors; afterwards
// what is to be visited is its own assistant's again. The head may give a single visit to another.
func TestAVillageIsCovered(t *testing.T) {
	h := newHouse(t)
	h.clock("2026-11-02 08:00")
	one, two := h.villages()
	worker, head := h.signIn("worker"), h.signIn("township_head")
	h.household("worker", h.helped(worker), family...)
	h.plan()
	report := map[string]any{"area": village, "priority": "P3", "seen": "a leaking roof"}
	if got := two.post("/reports", report); got.code() != "report_elsewhere" {
		t.Errorf("before the cover: %d %s", got.status, got.body)
	}
	cover := map[string]any{"village": village, "login": "helper.two", "from": "2026-11-03", "until": "2026-11-10", "reason": "in hospital"}
	for code, change := range map[string]map[string]any{
		"bad_date": {"until": "2026-11-01"}, "cover_too_long": {"until": "2027-11-01"}, "no_assistant": {"login": "worker"}, "covers_own": {"login": "helper.one"},
		"unknown_area": {"village": "990101101299"}, "village_required": {"village": township},
	} {
		if got := head.post("/village-covers", with(cover, change)); got.code() != code {
			t.Errorf("%s: %d %s", code, got.status, got.body)
		}
	}
	made := decode[api.CoverList](t, head.post("/village-covers", cover))
	if len(made.Items) != 1 || made.Items[0].Runs {
		t.Fatalf("%+v", made.Items)
	}
	if got := head.post("/village-covers", with(cover, map[string]any{"from": "2026-11-10", "until": "2026-11-12"})); got.code() != "covered_already" {
		t.Errorf("twice for one day: %d %s", got.status, got.body)
	}
	if len(mine(t, two)) != 0 || len(mine(t, one)) != 1 {
		t.Error("given away before its day")
	}
	h.clock("2026-11-03 00:10")
	h.plan()
	if len(mine(t, two)) != 1 || len(mine(t, one)) != 0 {
		t.Errorf("covered: %+v, their own %+v", mine(t, two), mine(t, one))
	}
	slot := mine(t, two)[0]
	if got := one.post("/planned-visits/"+slot.ID+"/visit", visitBody("nothing")); got.code() != "visit_not_yours" {
		t.Errorf("by who is covered: %d %s", got.status, got.body)
	}
	reported := decode[api.Reported](t, two.post("/reports", report))
	if got := worker.get("/tickets/" + string(reported.Number)); got.status != http.StatusOK {
		t.Errorf("reported from the village that is covered: %d", got.status)
	}
	h.as("dispatch", func(tx *store.Tx) error { // who is sent to a citizen of the village that cannot be rung back
		posts, err := tx.Assistants(t.Context(), village)
		if len(posts) != 2 {
			t.Errorf("at its doors: %+v", posts)
		}
		return err
	})
	if c := decode[area.Coverage](t, head.get("/figures/coverage")); c.VillagesCovered != 1 {
		t.Errorf("%+v", c)
	}
	if got := h.signIn("township_head.far").post("/village-covers/"+made.Items[0].ID+"/ending", map[string]any{"reason": "x"}); got.status != http.StatusNotFound {
		t.Errorf("ended from afar: %d", got.status)
	}
	ended := decode[api.CoverList](t, head.post("/village-covers/"+made.Items[0].ID+"/ending", map[string]any{"reason": "back again"}))
	if len(ended.Items) != 1 || ended.Items[0].EndedAt == nil {
		t.Errorf("%+v", ended.Items)
	}
	if len(mine(t, one)) != 1 || len(mine(t, two)) != 0 {
		t.Errorf("back again: %+v", mine(t, one))
	}
	if got := two.post("/reports", report); got.code() != "report_elsewhere" {
		t.Errorf("after the cover: %d %s", got.status, got.body)
	}
	if got := head.post("/planned-visits/"+slot.ID+"/visitor", map[string]any{"login": "worker"}); got.code() != "no_assistant" {
		t.Errorf("given to a worker: %d %s", got.status, got.body)
	}
	decode[api.PlannedVisitList](t, head.post("/planned-visits/"+slot.ID+"/visitor", map[string]any{"login": "helper.two"}))
	h.plan()
	if len(mine(t, two)) != 1 {
		t.Errorf("what the head gave away does not stay there: %+v", mine(t, two))
	}
	decode[api.Visited](t, two.post("/planned-visits/"+slot.ID+"/visit", visitBody("nothing")))
}

// How many of the households that are known somebody visited, village by village.
func TestASurveyIsCounted(t *testing.T) {
	h := newHouse(t)
	h.clock("2026-11-02 08:00")
	one, _ := h.villages()
	worker, head := h.signIn("worker"), h.signIn("township_head")
	h.household("worker", h.helped(worker), family...)
	figures := map[string]any{"villages": []any{map[string]any{"area": village, "households": 120}}}
	for code, change := range map[string]any{
		"unknown_village": []any{map[string]any{"area": town2, "households": 3}}, "validation_failed": []any{map[string]any{"area": village, "households": -1}},
	} {
		if got := head.post("/village-figures", map[string]any{"villages": change}); got.code() != code {
			t.Errorf("%s: %d %s", code, got.status, got.body)
		}
	}
	if got := head.post("/village-figures", with(figures, map[string]any{"as_of": "2026-11-03"})); got.code() != "bad_date" {
		t.Errorf("of a day to come: %d %s", got.status, got.body)
	}
	decode[api.FigureList](t, head.post("/village-figures", figures))
	before := decode[statistics.Report](t, head.get("/statistics"))
	if w := before.SurveyWhole; w.Registered != 1 || w.Counted != 120 || w.Known != 120 || w.Visited != 1 || w.Villages != 2 || w.WithoutSize != 1 || len(before.Survey) != 2 {
		t.Errorf("%+v of %+v", w, before.Survey) // the visit of the case is one at home
	}
	h.clock("2026-12-01 08:00")
	if w := decode[statistics.Report](t, head.get("/statistics")).SurveyWhole; w.Visited != 0 || w.Registered != 1 {
		t.Errorf("in December %+v", w)
	}
	h.plan()
	decode[api.Visited](t, one.post("/planned-visits/"+mine(t, one)[0].ID+"/visit", with(visitBody("nothing"), map[string]any{"visited_at": "2026-12-01T07:00:00+08:00"})))
	after := decode[statistics.Report](t, h.signIn("county_duty").get("/statistics"))
	if w := after.SurveyWhole; w.Visited != 1 || w.Known != 120 || len(after.Survey) != 1 || after.Survey[0].Area != township {
		t.Errorf("the county counts %+v", after.Survey)
	}
	if p := after.SurveyPlans; len(p) != 1 || p[0].ToVisit != 1 || p[0].Done != 1 {
		t.Errorf("%+v", p)
	}
	if far := decode[statistics.Report](t, h.signIn("county_duty.far").get("/statistics")); far.SurveyWhole.Registered != 0 {
		t.Errorf("another county counts %+v", far.SurveyWhole)
	}
}
