package api_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/google/uuid"

	"example.org/hotline/api"
	"example.org/hotline/relief/application"
	"example.org/hotline/relief/people"
	"example.org/hotline/relief/source"
	"example.org/hotline/relief/source/sourcesim"
	"example.org/hotline/store"
)

// accepted is an application for dibao that was taken in, of a family of whom the sources
// know nothing but what the test says.
func (h *house) accepted(worker client) (caseID, id string, ids []string) {
	h.t.Helper()
	caseID = h.call("12349001", "13812345678")
	h.offer(caseID, "worker")
	decode[api.Ticket](h.t, worker.post("/tickets/"+caseID+"/acceptance", nil))
	ids = h.household("worker", caseID, family...)
	h.promised(worker, caseID, ids[0])
	h.urgentOver(caseID)
	id = decode[application.View](h.t, worker.post("/tickets/"+caseID+"/applications", map[string]any{"aid": "dibao", "person": ids[0]})).ID
	at := "/applications/" + id
	decode[application.View](h.t, worker.post(at+"/declarations", declaration(ids, income("odd_jobs", 240_000))))
	decode[application.View](h.t, worker.post(at+"/submission", nil))
	decode[application.View](h.t, worker.post(at+"/acceptance", nil))
	return caseID, id, ids
}

// computed is such an application that was checked and looked into, with its sum.
func (h *house) computed(worker client) (caseID, id string, ids []string) {
	h.t.Helper()
	caseID, id, ids = h.accepted(worker)
	h.checked(worker, caseID, id)
	h.look(worker, caseID, id)
	decode[application.View](h.t, worker.post("/applications/"+id+"/assessments", map[string]any{}))
	return caseID, id, ids
}

// unknown lets the sources know nothing of a family.
func unknown(sim *sourcesim.Sim) {
	for _, m := range family {
		sim.Know(withCheckCharacter("990101"+m.born+m.serial), source.Data{})
	}
}

// An application is checked on a data check that has ended: a source that was silent is
// asked again, or let go by the head for that check alone; and what differs is explained or
// corrected before anything is computed (DOMAIN 1, 43 and 44).
func TestAnApplicationRestsOnItsCheck(t *testing.T) {
	h := newHouse(t)
	sim, ask := h.departments()
	unknown(sim)
	father := withCheckCharacter("990101" + family[0].born + family[0].serial)
	sim.Know(father, source.Data{Vehicles: []source.Vehicle{{Plate: "测A·D0001", Type: "car"}}})
	worker, head := h.signIn("worker"), h.signIn("township_head")
	h.clock("2026-04-28 10:00")
	caseID, id, ids := h.accepted(worker)
	at := "/applications/" + id
	checked := func() reply { return worker.post(at+"/checks", map[string]any{"reason": "looked at"}) }
	if got := checked(); got.code() != "no_check" {
		t.Fatalf("without a check: %s", got.body)
	}
	consent := h.consented(worker, caseID)
	asked := func(tax sourcesim.Behaviour) {
		if err := sim.Behave("tax", tax); err != nil {
			t.Fatal(err)
		}
		decode[api.Checks](t, worker.post("/tickets/"+caseID+"/checks", map[string]any{"consent": consent}))
		if got := checked(); got.code() != "check_running" {
			t.Errorf("while it runs: %s", got.body)
		}
		ask()
	}
	asked(sourcesim.Down)
	if got := checked(); got.code() != "sources_unknown" || !strings.Contains(string(got.body), `"sources":["tax"]`) {
		t.Fatalf("with the tax office silent: %s", got.body)
	}
	if got := head.post(at+"/waivers", map[string]any{"sources": []string{"vehicles"}, "reason": "never mind"}); got.code() != "source_not_silent" {
		t.Errorf("a source that has spoken is let go: %s", got.body)
	}
	if got := worker.post(at+"/waivers", map[string]any{"sources": []string{"tax"}, "reason": "never mind"}); got.status != http.StatusNotFound {
		t.Errorf("the owner lets it go: %d", got.status)
	}
	decode[application.View](t, head.post(at+"/waivers", map[string]any{"sources": []string{"tax"}, "reason": "the tax office is closed until May"}))
	asked(sourcesim.Down) // asked again, and silent again: the word was of the check before
	if got := checked(); got.code() != "sources_unknown" {
		t.Errorf("by a word on an earlier check: %s", got.body)
	}
	decode[application.View](t, head.post(at+"/waivers", map[string]any{"sources": []string{"tax"}, "reason": "the tax office is closed until May"}))
	a := decode[application.View](t, checked())
	if n := h.count(`SELECT count(*) FROM applications a JOIN source_checks c ON c.id = a.check_id WHERE c.public_id::text = $1 AND a.checked_at IS NOT NULL`, a.Check); n != 1 {
		t.Fatalf("it rests on check %q", a.Check)
	}

	if got := worker.post(at+"/assessments", map[string]any{}); got.code() != "flags_open" || a.OpenFlags != 1 {
		t.Fatalf("computed over a difference (%d open): %s", a.OpenFlags, got.body)
	}
	looks := `SELECT count(*) FROM audit_records WHERE action = 'check.viewed'`
	before := h.count(looks)
	seen := decode[application.CheckingView](t, worker.get(at+"/checking"))
	if len(seen.Flags) != 1 || seen.Flags[0].Code != source.FlagVehicles || *seen.Flags[0].Found != 1 || seen.Flags[0].Answer != "" || len(seen.Silent) != 1 || !seen.Silent[0].Waived || len(seen.Waivers) != 2 {
		t.Fatalf("what is open: %+v", seen)
	}
	if n := h.count(looks); n != before+1 {
		t.Errorf("%d looks are kept", n-before)
	}
	for login, want := range map[string]int{"auditor": 404, "volunteer": 404, "worker.far": 404, "county_finance": 404} {
		if got := h.signInOnce(login).get(at + "/checking"); got.status != want {
			t.Errorf("%s reads it: %d", login, got.status)
		}
	}
	explain := func(code string) reply {
		return worker.post(at+"/explanations", map[string]any{"code": code, "source": "vehicles", "text": "He drives it for his brother, who owns it."})
	}
	if got := explain("homes"); got.code() != "no_such_flag" {
		t.Errorf("what does not differ is explained: %s", got.body)
	}
	decode[application.View](t, explain("vehicles"))
	a = decode[application.View](t, worker.post(at+"/assessments", map[string]any{}))
	if a.OpenFlags != 0 || a.Assessment == nil {
		t.Errorf("explained: %d open", a.OpenFlags)
	}
	// A second car is another difference, until it is declared.
	sim, ask = h.departments() // the tax office has rested, too
	unknown(sim)
	sim.Know(father, source.Data{Vehicles: []source.Vehicle{{Plate: "测A·D0001", Type: "car"}, {Plate: "测A·D0002", Type: "car"}}})
	asked(sourcesim.Well)
	a = decode[application.View](t, checked())
	if got := worker.post(at+"/assessments", map[string]any{}); got.code() != "flags_open" || a.Silent != 0 {
		t.Errorf("over another difference (%d silent): %s", a.Silent, got.body)
	}
	said := declaration(ids, income("odd_jobs", 240_000))
	said["property"] = []any{map[string]any{"kind": "vehicle", "count": 2, "exempt": "disability"}}
	if got := worker.post(at+"/declarations", said); got.status != http.StatusOK {
		delete(said["property"].([]any)[0].(map[string]any), "exempt")
		decode[application.View](t, worker.post(at+"/declarations", said))
	}
	decode[application.View](t, worker.post(at+"/assessments", map[string]any{}))
	if n := h.count(`SELECT count(*) FROM timeline WHERE data::text ~ '测A|his brother'`); n != 0 {
		t.Errorf("%d lines of the timeline tell what they must not", n)
	}
}

// What was computed of a household that has changed since is not confirmed unseen: the
// answer names what differs, and the head computes on or keeps it with a reason. The case
// keeps the version of its acceptance.
func TestAHouseholdThatChangedIsNotConfirmedUnseen(t *testing.T) {
	h := newHouse(t)
	worker, head := h.signIn("worker"), h.signIn("township_head")
	h.clock("2026-04-28 10:00")
	caseID, id, _ := h.computed(worker)
	at := "/applications/" + id
	grant := map[string]any{"kind": "grant", "reason_code": "due", "reason": "they are poor", "override": "nothing else helps a month"}
	a := decode[application.View](t, worker.post(at+"/rulings", grant))
	decode[application.View](t, worker.post(at+"/notices", map[string]any{"phone": "0537-12349", "photo": worker.photo(caseID)}))
	h.clock("2026-05-06 09:00")
	born := uuid.NewString()
	h.joins("worker", caseID, people.MemberInput{Relation: people.RelationChild, Person: people.PersonInput{PublicID: born, Name: "周小三", Capacity: people.CapacityNone, WorkAbility: people.WorkNone,
		Identity: people.IdentityInput{Type: people.IdentityNone, Reason: "newborn"}, Born: "2026-05-01"}})
	ruling := "/rulings/" + a.Rulings[0].ID + "/approval"
	got := head.post(ruling, map[string]any{"approve": true})
	if got.code() != "household_changed" || !strings.Contains(string(got.body), `"joined":["`+born+`"]`) {
		t.Fatalf("confirmed with a child that was not computed: %s", got.body)
	}
	if n := h.count(`SELECT count(*) FROM entitlements`); n != 0 {
		t.Fatalf("%d entitlements", n)
	}
	a = decode[application.View](t, head.post(ruling, map[string]any{"approve": true, "keep": "the newborn is added by an adjustment; the rest may not wait for it"}))
	if len(a.Entitlements) != 1 || len(a.Entitlements[0].Members) != 4 || a.Rulings[0].Kept == "" || a.Entitlements[0].Rules != "aid-seed-2021" || a.Rules != "aid-seed-2021" {
		t.Errorf("kept: %+v %q", a.Entitlements, a.Rulings[0].Kept)
	}
}

// joins writes a new member into the household of a case.
func (h *house) joins(login, caseID string, m people.MemberInput) {
	h.t.Helper()
	err := h.db.InTx(h.t.Context(), h.actor(login), func(tx *store.Tx) error {
		of, err := tx.TicketByRef(h.t.Context(), caseID)
		if err != nil {
			return err
		}
		_, err = people.AddMember(h.t.Context(), tx, of, m)
		return err
	})
	if err != nil {
		h.t.Fatalf("join: %v", err)
	}
}

// A consent that is taken back stops the check and lets the application rest: it is told
// what that means, papers stand in for the sources once the head has let them go, or it
// is refused with that reason (社会救助法 Art 40).
func TestAConsentTakenBackRestsTheApplication(t *testing.T) {
	h := newHouse(t)
	worker, head := h.signIn("worker"), h.signIn("township_head")
	h.clock("2026-04-28 10:00")
	caseID, id, _ := h.accepted(worker)
	at := "/applications/" + id
	consent := h.consented(worker, caseID)
	decode[api.Checks](t, worker.post("/tickets/"+caseID+"/checks", map[string]any{"consent": consent}))
	page := decode[api.Checks](t, worker.post("/consents/"+consent+"/withdrawal", map[string]any{"reason": "they want no bank asked"}))
	for _, a := range page.Checks[0].Answers {
		if a.Status != source.Error || a.Code != source.WhyWithdrawn || a.Known {
			t.Fatalf("%s after it was taken back: %s %s", a.Source, a.Status, a.Code)
		}
	}
	a := decode[application.View](t, worker.get(at))
	if a.Pause != application.PauseConsent || h.count(`SELECT count(*) FROM clocks WHERE kind = 'decide' AND paused_at IS NOT NULL`) != 1 {
		t.Fatalf("it rests for %q", a.Pause)
	}
	for template, want := range map[string]int{"consent_withdrawn_citizen": 1, "consent_withdrawn": 2} {
		if n := h.told(template); n != want {
			t.Errorf("%d told of %s, want %d", n, template, want)
		}
	}
	if got := worker.post(at+"/checks", map[string]any{"reason": "papers"}); got.code() != "sources_unknown" {
		t.Errorf("checked on nothing: %s", got.body)
	}
	if got := worker.post(at+"/rulings", map[string]any{"kind": "refuse", "reason_code": "no_consent", "reason": "no consent and no papers"}); got.status != http.StatusOK {
		t.Errorf("a refusal for it: %s", got.body)
	}
	decode[application.View](t, worker.post(at+"/resumption", nil)) // they bring papers
	var silent []string
	for _, s := range decode[application.CheckingView](t, head.get(at+"/checking")).Silent {
		silent = append(silent, s.Source)
	}
	if len(silent) != 16 {
		t.Fatalf("%d sources are silent", len(silent))
	}
	decode[application.View](t, head.post(at+"/waivers", map[string]any{"sources": silent, "reason": "they prove it with papers"}))
	a = decode[application.View](t, worker.post(at+"/checks", map[string]any{"reason": "by the papers"}))
	if a.CheckedAt == nil || a.Pause != application.PauseNone {
		t.Errorf("by papers: %v %q", a.CheckedAt, a.Pause)
	}
}

// The page of a notice takes so many objections without a name; beyond that they are
// counted and told, and whoever gives a name, or says it to the office, is heard.
func TestNamelessObjectionsHaveALimit(t *testing.T) {
	h := newHouse(t)
	worker := h.signIn("worker")
	h.clock("2026-04-28 10:00")
	caseID, id, _ := h.computed(worker)
	at := "/applications/" + id
	decode[application.View](t, worker.post(at+"/rulings", map[string]any{"kind": "grant", "reason_code": "due", "reason": "they are poor", "override": "nothing else helps a month"}))
	n := decode[application.View](t, worker.post(at+"/notices", map[string]any{"phone": "0537-12349", "photo": worker.photo(caseID)})).Notices[0]
	object := func(contact string) string {
		form := url.Values{"id": {uuid.NewString()}, "text": {"They have a car"}, "contact": {contact}}
		got := client{h: h}.send(http.MethodPost, "!"+n.Path+"/objections", form.Encode(), http.Header{"Content-Type": {"application/x-www-form-urlencoded"}})
		switch {
		case got.status == http.StatusOK && strings.Contains(string(got.body), "已收到"):
			return "taken"
		case got.status == http.StatusOK && strings.Contains(string(got.body), "已计数"):
			return "counted"
		default:
			return string(got.body)
		}
	}
	for i := range 5 {
		if got := object(""); got != "taken" {
			t.Fatalf("number %d of the day: %s", i+1, got)
		}
	}
	for range 2 {
		if got := object("  "); got != "counted" { // blanks are no name
			t.Errorf("beyond the day's: %s", got)
		}
	}
	if got := object("孙某 13900000009"); got != "taken" {
		t.Errorf("with a name: %s", got)
	}
	decode[api.Done](t, worker.post("/public-notices/"+n.ID+"/objections", map[string]any{"text": "a neighbour says so on the telephone"}))
	a := decode[application.View](t, worker.get(at))
	if len(a.Objections) != 7 || a.Notices[0].Beyond != 2 || a.Notices[0].BeyondAt == nil {
		t.Errorf("%d taken, %d beyond", len(a.Objections), a.Notices[0].Beyond)
	}
	if n := h.told("objections_beyond"); n != 1 {
		t.Errorf("the owner is told %d times a day", n)
	}
	h.clock("2026-04-29 10:00")
	if got := object(""); got != "taken" {
		t.Errorf("on the next day: %s", got)
	}
}
