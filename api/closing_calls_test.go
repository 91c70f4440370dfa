package api_test

import (
	"slices"
	"testing"
	"time"

	"example.org/hotline/api"
	"example.org/hotline/relief/loop"
	"example.org/hotline/ticket"
)

// helped takes a call to follow-up by another department's aid, with the task that follows
// from it still open.
func (h *house) helped(worker client) (id string) {
	h.t.Helper()
	id = h.found(worker)
	made := decode[api.CaseReferrals](h.t, worker.post("/tickets/"+id+"/referrals", map[string]any{"item": "legal_aid", "request": "advice", "sending": map[string]any{"via": "phone", "to": "李某某"}}))
	on := "/referrals/" + made.Items[0].ID
	for _, step := range []map[string]any{said("accept", nil), said("result", map[string]any{"result": "granted"})} {
		decode[api.CaseReferrals](h.t, worker.post(on+"/answers", step))
	}
	decode[api.CaseReferrals](h.t, worker.post(on+"/confirmation", map[string]any{"so": true}))
	return id
}

func (c client) closing(id string, body map[string]any) reply {
	body["version"] = decode[api.Ticket](c.h.t, c.get("/tickets/"+id)).Version
	return c.post("/tickets/"+id+"/closure", body)
}

// A case stays open while something of it is: the page lists it beforehand, the closing
// is refused with the list, the head waives what may be waived, and a no goes back.
func TestACaseClosesOnceNothingIsOpen(t *testing.T) {
	h := newHouse(t)
	worker, agent, head := h.signIn("worker"), h.signIn("agent"), h.signIn("township_head")
	id := h.helped(worker)
	open := decode[api.CaseLoop](t, head.get("/tickets/"+id+"/loop"))
	if len(open.Open) != 1 || open.Open[0].Code != loop.OpenToDo || !open.MayWaive || open.Paid {
		t.Fatalf("%+v", open)
	}
	if got := agent.closing(id, map[string]any{"reached": true}); got.code() != "satisfied_required" {
		t.Errorf("not asked: %d %s", got.status, got.body)
	}
	if got := agent.closing(id, map[string]any{"reached": true, "satisfied": true}); got.code() != "loops_open" {
		t.Errorf("with a task open: %d %s", got.status, got.body)
	}
	if n := h.count(`SELECT count(*) FROM closing_calls`); n != 0 {
		t.Errorf("%d calls of refused closings", n)
	}
	// "No" is always taken, and sends it back to the owner.
	if page := decode[api.Ticket](t, agent.closing(id, map[string]any{"reached": true, "satisfied": false})); page.Status != ticket.StatusFindings {
		t.Errorf("not content: %s", page.Status)
	}
	if n := h.count(`SELECT count(*) FROM notices WHERE template = 'closing_no'`); n != 1 {
		t.Errorf("the owner was told %d times", n)
	}
	decode[api.Ticket](t, worker.post("/tickets/"+id+"/refusals", map[string]any{"reason": "all that is due was given"}))
	ref := open.Open[0].Ref
	for what, body := range map[string]map[string]any{
		"not_waivable": {"code": "payout", "ref": ref, "reason": "no"}, "not_found": {"code": "referral", "ref": ref, "reason": "no"},
	} {
		if got := head.post("/tickets/"+id+"/loop-waivers", body); got.code() != what {
			t.Errorf("%s: %d %s", what, got.status, got.body)
		}
	}
	waived := decode[api.CaseLoop](t, head.post("/tickets/"+id+"/loop-waivers", map[string]any{"code": "task", "ref": ref, "reason": "the family has moved away"}))
	if !slices.ContainsFunc(waived.Open, func(i loop.Item) bool { return i.Ref == ref && i.Waived }) {
		t.Errorf("%+v", waived.Open)
	}
	if page := decode[api.Ticket](t, agent.closing(id, map[string]any{"reached": true, "satisfied": true})); page.Status != ticket.StatusClosed {
		t.Errorf("closed: %s", page.Status)
	}
}

// Tries in vain are kept with their times and keep their distance; the last one closes
// with that mark.
func TestWhoIsNotReachedInThreeTries(t *testing.T) {
	far := newHouse(t)
	worker, agent := far.signIn("worker"), far.signIn("agent")
	id := far.helped(worker)
	decode[api.Ticket](t, agent.closing(id, map[string]any{"reached": false}))
	if got := agent.closing(id, map[string]any{"reached": false}); got.code() != "too_soon" {
		t.Errorf("the next moment: %d %s", got.status, got.body)
	}
	h := newHouse(t, func(_ *api.Config, d *api.Deps) { d.Rules.Callback.Tries = []time.Duration{0, 0, 0} })
	worker, agent = h.signIn("worker"), h.signIn("agent")
	id = h.helped(worker)
	task := decode[api.CaseReferrals](t, worker.get("/tickets/"+id+"/referrals")).Tasks[0]
	decode[api.CaseReferrals](t, worker.post("/case-tasks/"+task.ID+"/completion", map[string]any{"outcome": "not_due", "reason": "looked", "tests": map[string]any{"spend_too_high": false, "income_fell": false}}))
	for try := range 3 {
		page := decode[api.Ticket](t, agent.closing(id, map[string]any{"reached": false}))
		if closed := page.Status == ticket.StatusClosed; closed != (try == 2) {
			t.Errorf("after try %d: %s", try+1, page.Status)
		}
	}
	got := decode[api.CaseLoop](t, agent.get("/tickets/"+id+"/loop"))
	if len(got.Calls) != 3 || got.Calls[2].Reached || len(got.Open) != 0 {
		t.Errorf("%+v", got)
	}
	if n := h.count(`SELECT count(*) FROM timeline WHERE kind = 'ticket.closed' AND data->>'outcome' = 'unreachable'`); n != 1 {
		t.Error("the mark is missing")
	}
}
