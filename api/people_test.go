package api_test

import (
	"maps"
	"net/http"
	"strings"
	"testing"

	"github.com/google/uuid"

	"example.org/hotline/relief/people"
)

func init() {
	maps.Copy(bodies, map[string]any{
		"POST /tickets/{id}/household":            householdBody(),
		"POST /tickets/{id}/household/lookups":    map[string]any{"id_number": demoIdentity},
		"POST /tickets/{id}/household/link":       map[string]any{"household": someID, "basis": "identity"},
		"POST /tickets/{id}/household/unlink":     map[string]any{"reason": "another family"},
		"POST /tickets/{id}/household/denials":    map[string]any{"household": someID, "reason": "another family"},
		"POST /tickets/{id}/household/members":    map[string]any{"relation": "child", "person": personBody("乙某", "")},
		"POST /tickets/{id}/household/arrivals":   map[string]any{"person": someID, "relation": "child", "why": "moved"},
		"POST /tickets/{id}/household/departures": map[string]any{"person": someID, "why": "moved"},
		"POST /tickets/{id}/household/address":    map[string]any{"area": string(township)},
		"POST /tickets/{id}/household/persons":    map[string]any{"person": someID, "version": 1, "facts": personBody("甲某", demoIdentity)},
		"POST /tickets/{id}/household/openings":   map[string]any{"person": someID, "what": "identity_number", "purpose": "the form of the insurance"},
		"POST /tickets/{id}/household/lookers":    map[string]any{"person": someID, "id_number": demoIdentity},
		"POST /people/households/{id}/merges":     map[string]any{"other": someID, "reason": "one family"},
		"POST /people/households/{id}/splits": map[string]any{"area": string(township), "reason": "lives alone",
			"members": []any{map[string]any{"person": someID, "relation": "head"}}},
		"POST /people/acts/{id}/undoing":      map[string]any{"reason": "two families"},
		"POST /people/households/{id}/checks": map[string]any{"way": "visit", "result": "unchanged"},
		"POST /people/households/{id}/alerts": map[string]any{"kind": "income", "source": "village"},
		"POST /people/alerts/{id}/settlement": map[string]any{"outcome": "no_effect", "reason": "one month alone"},
		"POST /people/matches/{id}/answer":    map[string]any{"same": false, "reason": "father and son"},
	})
}

// personBody is a person with a number, or without one.
func personBody(name, number string) map[string]any {
	if number == "" {
		return map[string]any{"name": name, "id_type": "none", "id_reason": "papers lost", "capacity": "full", "work_ability": "full"}
	}
	return map[string]any{"name": name, "id_type": "resident_id", "id_number": number, "phone": "138 1234 5678", "capacity": "full", "work_ability": "full"}
}

func householdBody() map[string]any {
	return map[string]any{"area": string(township), "address": "三组 8 号", "members": []any{
		map[string]any{"relation": "head", "person": personBody("甲测试", demoIdentity)},
		map[string]any{"relation": "child", "person": map[string]any{"name": "甲小", "id_type": "none", "id_reason": "newborn", "born": "2026-01-02", "capacity": "none", "work_ability": "none"}}}}
}

// ownedBy makes a ticket of our township whose owner is the worker.
func (h *house) ownedBy(login string) string {
	h.t.Helper()
	id := h.call("12349001", "13812345678")
	h.offer(id, login)
	if got := h.signIn(login).post("/tickets/"+id+"/acceptance", map[string]any{}); got.status != http.StatusOK {
		h.t.Fatalf("accept: %d %s", got.status, got.body)
	}
	return id
}

// From a call to a household: who called is found again, what is shown is masked, each
// look is kept, and the citizen is told of it.
func TestHouseholdOfACase(t *testing.T) {
	h := newHouse(t)
	id := h.ownedBy("worker")
	worker, colleague := h.signIn("worker"), h.signIn("worker.b")
	if got := decode[people.CaseCard](t, colleague.get("/tickets/"+id+"/household")); got.WhyNot != "not_owner" || got.Household != nil || len(got.Suggestions) != 0 {
		t.Errorf("a colleague's look: %+v", got)
	}
	empty := decode[people.CaseCard](t, worker.get("/tickets/"+id+"/household"))
	if empty.Household != nil || len(empty.Suggestions) != 0 {
		t.Errorf("the card before: %+v", empty)
	}
	key := http.Header{"Idempotency-Key": {uuid.NewString()}}
	first := worker.send(http.MethodPost, "/tickets/"+id+"/household", householdBody(), key)
	again := worker.send(http.MethodPost, "/tickets/"+id+"/household", householdBody(), key)
	card := decode[people.CaseCard](t, first)
	if card.Household == nil || len(card.Household.Members) != 2 || card.Household.Tier.Tier != 3 || string(first.body) != string(again.body) {
		t.Fatalf("registered: %s\nagain: %s", first.body, again.body)
	}
	head := card.Household.Members[0]
	if head.PhoneMasked != "138****5678" || head.IDMasked == "" || strings.Contains(string(first.body), demoIdentity) || strings.Contains(string(first.body), "13812345678") {
		t.Errorf("not masked: %s", first.body)
	}
	if head.Age == nil || head.Born == "" || card.Household.Members[1].Age == nil || *card.Household.Members[1].Age > 0 {
		t.Errorf("ages: %+v", card.Household.Members)
	}

	// Another call of the same telephone: perhaps the same; nothing is bound by itself.
	other := h.ownedBy("worker")
	card = decode[people.CaseCard](t, worker.get("/tickets/"+other+"/household"))
	if card.Household != nil || len(card.Suggestions) != 1 || len(card.Suggestions[0].Grounds) != 2 || card.Suggestions[0].Household.Head == "甲测试" {
		t.Fatalf("suggested: %+v", card)
	}
	found := decode[struct{ Items []people.FoundView }](t, worker.post("/tickets/"+other+"/household/lookups", map[string]any{"id_number": demoIdentity}))
	if len(found.Items) != 1 || found.Items[0].Household == nil || found.Items[0].Name == "甲测试" {
		t.Fatalf("found: %+v", found)
	}
	card = decode[people.CaseCard](t, worker.post("/tickets/"+other+"/household/link", map[string]any{"household": found.Items[0].Household.ID, "basis": "identity"}))
	if card.Household == nil || card.Basis != people.BasisIdentity {
		t.Errorf("linked: %+v", card)
	}

	full := decode[struct{ Value string }](t, worker.post("/tickets/"+other+"/household/openings", map[string]any{"person": head.ID, "what": "identity_number", "purpose": "the insurance asks for it"}))
	if full.Value != demoIdentity {
		t.Errorf("in full: %q", full.Value)
	}
	if got := worker.post("/tickets/"+other+"/household/lookers", map[string]any{"person": head.ID, "id_number": "11010519491231002X"}); got.code() != "not_verified" {
		t.Errorf("somebody else's list: %d %s", got.status, got.body)
	}
	list := decode[struct {
		Name  string
		Items []people.LookRow
	}](t, worker.post("/tickets/"+other+"/household/lookers", map[string]any{"person": head.ID, "id_number": demoIdentity}))
	kinds := map[people.LookKind]int{}
	for _, l := range list.Items {
		kinds[l.Kind]++
		if l.By == "" || l.Office == "" || l.Number == "" {
			t.Errorf("a look says too little: %+v", l)
		}
	}
	if kinds[people.LookByIdentity] != 1 || kinds[people.LookNumber] != 1 || kinds[people.LookHousehold] != 0 {
		t.Errorf("looked: %v", kinds)
	}
	// The page, opened twice on a day, is one look; without a case a worker does not open it.
	page := "/people/households/" + card.Household.ID
	for range 2 {
		if got := worker.get(page + "?ticket=" + other); got.status != http.StatusOK {
			t.Fatalf("page: %d %s", got.status, got.body)
		}
	}
	if got := worker.get(page); got.code() != "case_required" {
		t.Errorf("without a case: %d %s", got.status, got.body)
	}
	shown := decode[people.HouseholdPage](t, h.signIn("township_head").get(page))
	looks := 0
	for _, l := range shown.Looks {
		if l.Kind == people.LookHousehold && l.Purpose == people.PurposeCase {
			looks++
		}
	}
	if looks != 1 || len(shown.Cases) != 2 || len(shown.Tiers) != 1 {
		t.Errorf("%d looks for the case, page %+v", looks, shown)
	}
	if got := h.signIn("worker.far").get(page); got.status != http.StatusNotFound {
		t.Errorf("from another county: %d %s", got.status, got.body)
	}
}
