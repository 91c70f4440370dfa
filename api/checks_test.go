package api_test

import (
	"io"
	"log"
	"log/slog"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"example.org/hotline/api"
	"example.org/hotline/area"
	"example.org/hotline/internal/act"
	"example.org/hotline/ledger/rail/bankhttp"
	"example.org/hotline/relief"
	"example.org/hotline/relief/application"
	"example.org/hotline/relief/people"
	"example.org/hotline/relief/source"
	"example.org/hotline/relief/source/asking"
	"example.org/hotline/relief/source/connect"
	"example.org/hotline/relief/source/sourcesim"
	"example.org/hotline/store"
	"example.org/hotline/ticket"
)

// departments are all sources, simulated, and what asks them.
func (h *house) departments() (*sourcesim.Sim, func()) {
	h.t.Helper()
	c := policies(h.t).Sources
	signer, err := bankhttp.NewHMAC(strings.Repeat("s", 32))
	if err != nil {
		h.t.Fatal(err)
	}
	sim := sourcesim.New(sourcesim.Options{Catalogue: c, Signer: signer, Now: time.Now})
	server := httptest.NewUnstartedServer(sim)
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	server.Start()
	h.t.Cleanup(server.Close)
	sources := map[string]asking.Source{}
	for _, one := range c.Sources {
		sources[one.Code] = connect.New(one, *c, connect.Way{URL: server.URL + "/" + one.Department, KeyID: "k1", Signer: signer, SignedAnswers: true, Now: time.Now})
	}
	desk := store.SourceDesk{DB: h.db, Catalogue: c}
	asker := asking.New(desk, asking.Options{Node: "test", Sources: sources, Parallel: 4, Logger: slog.New(slog.DiscardHandler)})
	return sim, func() {
		claim, due, err := desk.ClaimCheck(h.t.Context(), "test")
		if err != nil || !due {
			h.t.Fatalf("nothing to ask: %v", err)
		}
		asker.Check(h.t.Context(), claim)
	}
}

// applies is a case that is not urgent, of a household with one person, owned by the worker.
func (h *house) applies(worker client) (id, person string) {
	h.t.Helper()
	made := decode[api.Reported](h.t, h.signIn("volunteer").post("/reports", map[string]any{"area": township, "priority": "P3", "seen": "A family that has little to live on."}))
	id = decode[api.Ticket](h.t, worker.get("/tickets/"+string(made.Number))).ID
	h.offer(id, "worker")
	decode[api.Ticket](h.t, worker.post("/tickets/"+id+"/acceptance", map[string]any{}))
	person = uuid.NewString()
	var me act.Actor
	h.as("test", func(tx *store.Tx) error {
		staff, err := tx.StaffByLogin(h.t.Context(), "worker")
		me = act.Actor{StaffID: staff.ID, PostID: staff.PostID, Name: staff.Name, Role: area.RoleWorker, Area: staff.Area}
		return err
	})
	err := h.db.InTx(h.t.Context(), me, func(tx *store.Tx) error {
		of, err := tx.TicketByRef(h.t.Context(), id)
		if err != nil {
			return err
		}
		_, err = people.Register(h.t.Context(), tx, of, people.HouseholdInput{PublicID: uuid.NewString(), Area: township, Members: []people.MemberInput{{Relation: people.RelationHead,
			Person: people.PersonInput{PublicID: person, Name: "张测试", Identity: people.IdentityInput{Type: people.IdentityResident, Number: demoIdentity}, Capacity: people.CapacityFull, WorkAbility: people.WorkFull}}}},
			people.RegisterRules{Version: "relief-test", Monitoring: people.MonitoringRules{EveryDays: 90}})
		return err
	})
	if err != nil {
		h.t.Fatal(err)
	}
	return id, person
}

// urgentOver ends the urgent help of a case, which no data check goes before.
func (h *house) urgentOver(caseID string) {
	h.t.Helper()
	err := h.db.InTx(h.t.Context(), h.actor("worker"), func(tx *store.Tx) error {
		id, err := tx.TicketByRef(h.t.Context(), caseID)
		if err != nil {
			return err
		}
		t, err := tx.TicketForUpdate(h.t.Context(), id)
		if err != nil {
			return err
		}
		return ticket.StopClocks(h.t.Context(), tx, &t, ticket.StoppedBy{Proof: ticket.ProofNoAid, Ref: uuid.NewString()})
	})
	if err != nil {
		h.t.Fatal(err)
	}
}

// consented writes down that everybody of a case's household consents.
func (h *house) consented(worker client, caseID string) string {
	h.t.Helper()
	persons := []any{}
	for _, m := range decode[api.Checks](h.t, worker.get("/tickets/"+caseID+"/checks")).Members {
		one := map[string]any{"person": m.Person, "by": "self"}
		if m.GuardianNeeded {
			one["by"], one["guardian"] = "guardian", "周测试"
		}
		persons = append(persons, one)
	}
	given := map[string]any{"form": "on_site", "given_at": h.now(), "persons": persons}
	return decode[api.Checks](h.t, worker.post("/tickets/"+caseID+"/consents", given)).Consents[0].ID
}

// checked has every source asked about everybody of an application's household, notes that
// it was looked at, and explains whatever differs.
func (h *house) checked(worker client, caseID, applicationID string) application.View {
	h.t.Helper()
	h.urgentOver(caseID)
	_, ask := h.departments()
	decode[api.Checks](h.t, worker.post("/tickets/"+caseID+"/checks", map[string]any{"consent": h.consented(worker, caseID)}))
	ask()
	a := decode[application.View](h.t, worker.post("/applications/"+applicationID+"/checks", map[string]any{"reason": "as declared"}))
	h.explained(worker, applicationID)
	return a
}

// explained writes an explanation down of everything that differs.
func (h *house) explained(worker client, applicationID string) {
	h.t.Helper()
	for _, f := range decode[application.CheckingView](h.t, worker.get("/applications/"+applicationID+"/checking")).Flags {
		body := map[string]any{"code": f.Code, "source": f.Source, "text": "It is their cousin's."}
		if f.Person != "" {
			body["person"] = f.Person
		}
		decode[application.View](h.t, worker.post("/applications/"+applicationID+"/explanations", body))
	}
}

// From the consent to the answers: nothing is asked before it, every source once, what
// differs is shown, each look is kept, and a paper that a source covers is not asked for.
func TestADataCheckOfACase(t *testing.T) {
	h := newHouse(t)
	sim, ask := h.departments()
	worker := h.signIn("worker")
	id, person := h.applies(worker)
	sim.Know(demoIdentity, source.Data{HouseholdRegister: []source.Registered{{Name: "张测试", State: "active", Members: 1}}, Vehicles: []source.Vehicle{{Plate: "测A·D0001", Type: "car"}}})
	if err := sim.Behave("tax", sourcesim.Down); err != nil {
		t.Fatal(err)
	}
	if got := worker.post("/tickets/"+id+"/checks", map[string]any{"consent": uuid.NewString()}); got.code() != "check_consent_required" {
		t.Errorf("without a consent: %d %s", got.status, got.body)
	}
	given := map[string]any{"form": "on_site", "given_at": time.Now().Format(time.RFC3339), "persons": []any{map[string]any{"person": person, "by": "self"}}}
	page := decode[api.Checks](t, worker.post("/tickets/"+id+"/consents", given))
	if len(page.Sources) != 16 || len(page.Members) != 1 || len(page.Consents) != 1 || !page.Consents[0].Counts || !page.Open {
		t.Fatalf("consented: %+v", page)
	}
	body := map[string]any{"id": uuid.NewString(), "consent": page.Consents[0].ID}
	page = decode[api.Checks](t, worker.post("/tickets/"+id+"/checks", body))
	if len(page.Checks) != 1 || page.Checks[0].Why != source.Assessment || page.Checks[0].Answers[0].Status != source.Asking {
		t.Fatalf("started: %+v", page.Checks)
	}
	if got := worker.post("/tickets/"+id+"/checks", body); got.code() != "id_reused" {
		t.Errorf("the same check again: %d %s", got.status, got.body)
	}
	ask()
	shown := worker.get("/tickets/" + id + "/checks")
	for _, secret := range []string{"测A·D0001", demoIdentity} {
		if strings.Contains(string(shown.body), secret) {
			t.Errorf("the list says %s", secret)
		}
	}
	check := decode[api.Checks](t, shown).Checks[0]
	for _, a := range check.Answers {
		if known := a.Source != "tax"; a.Known != known || known == (a.Code != "") {
			t.Errorf("%s: %s %s", a.Source, a.Status, a.Code)
		}
	}
	looks := `SELECT count(*) FROM audit_records WHERE action = 'check.viewed'`
	before := h.count(looks)
	results := decode[source.Results](t, worker.get("/checks/"+check.ID))
	if len(results.Flags) != 1 || results.Flags[0].Code != source.FlagVehicles || *results.Flags[0].Found != 1 || results.Flags[0].Declared != nil || len(results.Said) < 2 {
		t.Errorf("results: %+v", results.Flags)
	}
	if n := h.count(looks); n != before+1 {
		t.Errorf("%d looks are kept", n-before)
	}
	if n := h.count(`SELECT count(*) FROM lookups WHERE kind = 'household' AND purpose = 'case'`); n != 1 {
		t.Errorf("the citizen is told of %d looks", n)
	}
	for _, login := range []string{"agent", "volunteer", "county_finance", "auditor"} {
		if got := h.signIn(login).get("/checks/" + check.ID); got.status != 404 {
			t.Errorf("%s sees it: %d", login, got.status)
		}
	}

	if got := worker.post("/tickets/"+id+"/papers", map[string]any{"kind": "id_copy"}); got.code() != "paper_covered" {
		t.Errorf("a paper that the register covers: %d %s", got.status, got.body)
	}
	h.as("test", func(tx *store.Tx) error { // one that was asked for before
		of, err := tx.TicketByRef(t.Context(), id)
		if err != nil {
			return err
		}
		return tx.AddPaper(t.Context(), &relief.Paper{PublicID: uuid.NewString(), Ticket: of, Kind: "id_copy", State: relief.PaperOpen, AddedAt: tx.Now(), Version: 1})
	})
	broken := decode[api.ViolationList](t, h.signIn("county_duty").get("/paper-violations"))
	if len(broken.Items) != 1 || broken.Items[0].Paper != "id_copy" || broken.Items[0].Source != "household_register" {
		t.Errorf("violations: %+v", broken.Items)
	}

	health := decode[api.SourceStates](t, h.signIn("system_admin").get("/sources"))
	for _, s := range health.Items {
		switch {
		case s.Code == "tax" && (s.Failed != 1 || s.FailedPercent == nil || *s.FailedPercent != 100 || s.LastFailure == nil),
			s.Code == "vehicles" && (s.Known != 1 || *s.FailedPercent != 0 || s.LastAnswer == nil):
			t.Errorf("%+v", s)
		}
	}
	if len(health.Items) != 16 {
		t.Errorf("%d sources", len(health.Items))
	}

	decode[api.Checks](t, worker.post("/consents/"+page.Consents[0].ID+"/withdrawal", map[string]any{"reason": "taken back"}))
	if got := worker.post("/tickets/"+id+"/checks", map[string]any{"consent": page.Consents[0].ID}); got.code() != "consent_withdrawn" {
		t.Errorf("after it was taken back: %d %s", got.status, got.body)
	}
}
