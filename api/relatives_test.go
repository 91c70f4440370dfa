package api_test

import (
	"net/http"
	"strings"
	"testing"

	"example.org/hotline/api"
	"example.org/hotline/area"
)

func declare(t *testing.T, who client, relation, number string) api.RelativeList {
	t.Helper()
	return decode[api.RelativeList](t, who.post("/relatives", map[string]any{"relation": relation, "name": "张测试", "id_number": number, "phone": "13812345678"}))
}

// refusedAsRelative expects that the act is refused because of the register.
func refusedAsRelative(t *testing.T, what string, got reply) {
	t.Helper()
	if got.status != http.StatusConflict && got.status != http.StatusUnprocessableEntity || got.code() != "relative" {
		t.Errorf("%s of a relative: %d %s", what, got.status, got.body)
	}
}

// Whoever has declared the payee neither decides, makes, pays, signs nor checks; a colleague does.
func TestWhoDeclaredThePayeeTakesNoPart(t *testing.T) {
	h := newHouse(t)
	h.fund()
	worker, colleague, head := h.signIn("worker"), h.signIn("worker.b"), h.signIn("township_head")
	id, page := h.story(worker, 80_000)
	path := "/tickets/" + id + "/disbursements"
	start := map[string]any{"decision_id": page.Decisions[0].ID, "amount_fen": 80_000}

	// A checker: above the solo limit, for the household of somebody else.
	other, second := h.story(worker, 300_000)
	number := withCheckCharacter("99010119900307002") // the second story's
	for _, d := range second.Decisions {
		if d.State != "approved" {
			decode[api.Ticket](t, worker.post("/decisions/"+d.ID+"/short-check", map[string]any{"identity_seen": true, "phone_reached": true, "witness": "neighbour"}))
			decode[api.Ticket](t, head.post("/decisions/"+d.ID+"/approval", map[string]any{"approve": true}))
		}
	}
	big := decode[api.Ticket](t, worker.post("/tickets/"+other+"/disbursements", map[string]any{"decision_id": second.Decisions[0].ID, "amount_fen": 300_000})).Disbursements[0]
	declare(t, head, "in_law", number)
	refusedAsRelative(t, "a check", head.post("/disbursements/"+big.ID+"/check", map[string]any{"content_hash": big.ContentHash}))

	list := declare(t, worker, "sibling", demoIdentity) // after the decision, before the money
	if len(list.Items) != 1 || strings.Contains(string(worker.get("/relatives").body), demoIdentity[:14]) || !strings.HasSuffix(list.Items[0].Identity, demoIdentity[14:]) {
		t.Fatalf("declared: %+v", list.Items)
	}
	refusedAsRelative(t, "a payout", worker.post(path, start))
	refusedAsRelative(t, "another decision", worker.post("/tickets/"+id+"/decisions", map[string]any{"amount_fen": 10_000, "reason": "more"}))

	// The register is looked into at each act: the head's own number, the colleague's declaration that comes last.
	ended := decode[api.RelativeEnded](t, head.post("/relatives/"+list.Items[0].ID+"/ending", map[string]any{"reason": "a namesake"}))
	if ended.ID != list.Items[0].ID {
		t.Fatalf("ended %+v", ended)
	}
	payout := decode[api.Ticket](t, worker.post(path, start)).Disbursements[0]
	declare(t, colleague, "parent", demoIdentity)
	refusedAsRelative(t, "cash", colleague.post("/disbursements/"+payout.ID+"/cash", map[string]any{}))
	declare(t, head, "self", demoIdentity)
	refusedAsRelative(t, "a second signature", head.post("/disbursements/"+payout.ID+"/second-signature", map[string]any{"content_hash": payout.ContentHash}))
	declare(t, worker, "self", demoIdentity) // a worker who would pay themself
	refusedAsRelative(t, "cash", worker.post("/disbursements/"+payout.ID+"/cash", map[string]any{}))
}

// Nobody ends their own declaration, nobody one of another area, and what has ended stays to be read.
func TestADeclarationIsEndedBySomebodyElse(t *testing.T) {
	h := newHouse(t)
	worker, head := h.signIn("worker"), h.signIn("township_head")
	number := withCheckCharacter("99010119850101003")
	mine := declare(t, worker, "spouse", number).Items[0]
	if again := worker.post("/relatives", map[string]any{"relation": "child", "name": "李测试", "id_number": strings.ToLower(number)}); again.code() != "relative_declared" {
		t.Errorf("the same number again: %d %s", again.status, again.body)
	}
	if bad := worker.post("/relatives", map[string]any{"relation": "child", "name": "李测试", "id_number": number[:17] + "A"}); bad.status != http.StatusUnprocessableEntity {
		t.Errorf("no identity number: %d %s", bad.status, bad.body)
	}
	ending, reason := "/relatives/"+mine.ID+"/ending", map[string]any{"reason": "divorced"}
	for _, login := range []string{"worker", "worker.b", "township_head.far", "county_duty.far", "county_finance"} {
		if got := h.signIn(login).post(ending, reason); got.status != http.StatusNotFound {
			t.Errorf("%s ends it: %d %s", login, got.status, got.body)
		}
	}
	if got := h.signIn("township_head.far").get("/staff/worker/relatives"); got.status != http.StatusNotFound {
		t.Errorf("the head of another township reads it: %d %s", got.status, got.body)
	}
	own := declare(t, head, "child", number).Items[0]
	if got := head.post("/relatives/"+own.ID+"/ending", reason); got.status != http.StatusNotFound && got.code() != "own_declaration" {
		t.Errorf("the head ends their own: %d %s", got.status, got.body)
	}
	decode[api.RelativeEnded](t, head.post(ending, reason))
	if got := head.post(ending, reason); got.code() != "declaration_ended" {
		t.Errorf("ended twice: %d %s", got.status, got.body)
	}
	history := decode[api.RelativeList](t, head.get("/staff/worker/relatives")).Items
	if len(history) != 1 || history[0].EndedAt == nil || history[0].EndedBy != "township_head" || history[0].EndReason != "divorced" || history[0].Relation != area.RelationSpouse {
		t.Errorf("the history: %+v", history)
	}
	declare(t, worker, "spouse", number) // and it may be declared again
	if n := h.count(`SELECT count(*) FROM audit_records WHERE action IN ('relative.declared', 'relative.ended')`); n != 4 {
		t.Errorf("%d records of it", n)
	}
}
