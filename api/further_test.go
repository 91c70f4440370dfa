package api_test

import (
	"strings"
	"testing"

	"example.org/hotline/api"
	"example.org/hotline/relief/application"
)

// Who was given temporary aid and has no monthly aid is looked at for it: the owner has a
// task, with a day, and the case stays open until it is answered (DOMAIN 1, 22).
func TestAfterTemporaryAidBasicAidIsLookedAt(t *testing.T) {
	h := newHouse(t)
	h.fund()
	worker, head := h.signIn("worker"), h.signIn("township_head")
	h.clock("2026-04-28 10:00")
	caseID := h.call("12349001", "13812345678")
	h.offer(caseID, "worker")
	decode[api.Ticket](t, worker.post("/tickets/"+caseID+"/acceptance", nil))
	ids := h.household("worker", caseID, family...)
	a := h.applied(worker, caseID, ids, "temporary_spending", path{version: "aid-seed-2021", incomes: [][]map[string]any{income("odd_jobs", 240_000)}})
	at := "/applications/" + a.ID
	h.checked(worker, caseID, a.ID)
	h.clock("2026-04-29 09:00")
	h.look(worker, caseID, a.ID)
	h.findingsOf(worker, caseID, family[0])
	decode[application.View](t, worker.post(at+"/assessments", map[string]any{}))
	a = decode[application.View](t, worker.post(at+"/rulings", map[string]any{"kind": "grant", "reason_code": "due", "reason": "the treatment costs more than they have", "override": "medical aid takes its time", "amount_fen": 150_000}))
	h.clock("2026-04-30 09:00")
	decode[application.View](t, worker.post(at+"/notices", map[string]any{"phone": "0537-12349", "photo": worker.photo(caseID)}))
	h.clock("2026-05-08 09:00")
	refused := map[string]any{"person": ids[0], "kind": "commitment", "signed": "refused"}
	if got := worker.post("/tickets/"+caseID+"/integrity-papers", refused); got.code() != "reason_required" {
		t.Errorf("refused without a reason: %s", got.body)
	}
	refused["reason"] = "wants to ask the son first"
	decode[api.IntegrityPaper](t, worker.post("/tickets/"+caseID+"/integrity-papers", refused))
	if got := decode[application.View](t, worker.get(at)); got.Commitment != application.CommitmentDeclined {
		t.Errorf("the commitment is %s", got.Commitment)
	}
	decode[application.View](t, head.post("/rulings/"+a.Rulings[0].ID+"/approval", map[string]any{"approve": true}))
	if n := h.count(`SELECT count(*) FROM case_tasks WHERE kind = 'screen' AND state = 'open' AND ref = $1 AND due_at > $2`, a.ID, h.now()); n != 1 {
		t.Fatalf("%d tasks to look at basic aid", n)
	}
	if got := worker.get("/tickets/" + caseID + "/loop"); !strings.Contains(string(got.body), `"code":"task"`) {
		t.Errorf("what is open on the case: %s", got.body)
	}
}
