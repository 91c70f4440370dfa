package api_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"example.org/hotline/api"
	"example.org/hotline/internal/act"
	"example.org/hotline/relief/loop"
	"example.org/hotline/relief/referral"
	"example.org/hotline/store"
	"example.org/hotline/ticket"
)

// found takes a call to its findings: somebody in need whom other departments can help.
func (h *house) found(worker client) (id string) {
	h.t.Helper()
	id = h.call("12349001", "13812345678")
	h.offer(id, "worker")
	for _, step := range []string{"acceptance", "visits", "findings"} {
		decode[api.Ticket](h.t, worker.post("/tickets/"+id+"/"+step, bodies["POST /tickets/{id}/"+step]))
	}
	return id
}

func said(event string, more map[string]any) map[string]any {
	body := map[string]any{"event": event, "via": "phone", "said_by": "李某某"}
	for k, v := range more {
		body[k] = v
	}
	return body
}

// From the findings through another department and back to the citizen: consent first,
// only what the item names leaves, a special aid asks for temporary aid to be looked at,
// and the citizen's word stops the clocks.
func TestAReferralGoesRound(t *testing.T) {
	h := newHouse(t)
	worker := h.signIn("worker")
	id := h.found(worker)
	refer := "/tickets/" + id + "/referrals"
	sending := map[string]any{"via": "letter", "to": "李某某"}
	for what, body := range map[string]map[string]any{
		"consent_required": {"item": "medical_aid", "request": "help with the bill"},
		"unknown_item":     {"item": "magic", "request": "help"},
		"personal_number":  {"item": "legal_aid", "request": "ring 13812345678"},
	} {
		if got := worker.post(refer, body); got.code() != what {
			t.Errorf("%s: %d %s", what, got.status, got.body)
		}
	}
	key := withKey(uuid.NewString())
	body := map[string]any{"item": "medical_aid", "request": "help with the bill", "consent": "spoken", "sending": sending}
	made := decode[api.CaseReferrals](t, worker.send(http.MethodPost, refer, body, key))
	decode[api.CaseReferrals](t, worker.send(http.MethodPost, refer, body, key))
	if got := worker.post(refer, body); got.code() != "referred_already" {
		t.Errorf("the same item again: %d %s", got.status, got.body)
	}
	r := made.Items[0]
	if len(made.Items) != 1 || r.State != referral.StateSent || r.Department != "medical_security" || r.DeptName.Zh != "医保" || len(r.Steps) != 1 || r.DueAt == nil ||
		!slices.Equal(r.Fields, []referral.Field{"area", "cause", "people", "name", "phone", "identity"}) { // no medical cost was declared
		t.Fatalf("%+v", r)
	}
	page := decode[api.Ticket](t, worker.get("/tickets/"+id))
	if page.Status != ticket.StatusReferred || page.Clocks[0].StoppedAt != nil {
		t.Errorf("referred: %s, clock %+v", page.Status, page.Clocks[0])
	}
	sheet := decode[referral.Sheet](t, worker.get("/referrals/"+r.ID+"/sheet"))
	if sheet.Letter.Identity != demoIdentity || sheet.Letter.Name != "张测试" || sheet.Letter.Medical != nil || sheet.Letter.Needs != nil || sheet.Department.Zh != "医保" {
		t.Errorf("%+v", sheet)
	}
	if n := h.count(`SELECT count(*) FROM audit_records WHERE action = 'referral.sheet_viewed'`); n != 1 {
		t.Errorf("%d records of the look", n)
	}

	on := "/referrals/" + r.ID
	if got := worker.post(on+"/answers", said("result", map[string]any{"result": "granted"})); got.code() != "not_in_state" && got.status != http.StatusConflict {
		t.Errorf("a result before it is accepted: %d %s", got.status, got.body)
	}
	if got := worker.post(on+"/answers", said("return", nil)); got.code() != "reason_required" {
		t.Errorf("returned without a reason: %d %s", got.status, got.body)
	}
	for _, step := range []map[string]any{said("accept", nil), said("extend", map[string]any{"reason": "the file is thick"}), said("start", nil)} {
		decode[api.CaseReferrals](t, worker.post(on+"/answers", step))
	}
	if got := worker.post(on+"/answers", said("extend", map[string]any{"reason": "thicker"})); got.code() != "extended_before" {
		t.Errorf("extended twice: %d %s", got.status, got.body)
	}
	got := decode[api.CaseReferrals](t, worker.post(on+"/answers", said("result", map[string]any{"result": "granted"})))
	if r = got.Items[0]; r.Result != referral.ResultGranted || len(got.Tasks) != 1 || got.Tasks[0].Kind != loop.TaskReassess || got.Tasks[0].For != "worker" {
		t.Fatalf("granted: %+v, tasks %+v", r, got.Tasks)
	}
	task := "/case-tasks/" + got.Tasks[0].ID + "/completion"
	for what, body := range map[string]map[string]any{
		"tests_required":  {"outcome": "not_due", "reason": "looked"},
		"tests_say_no":    {"outcome": "due", "reason": "looked", "tests": map[string]any{"spend_too_high": false, "income_fell": false}},
		"unknown_outcome": {"outcome": "handled", "reason": "looked"},
	} {
		if got := worker.post(task, body); got.code() != what {
			t.Errorf("%s: %d %s", what, got.status, got.body)
		}
	}
	got = decode[api.CaseReferrals](t, worker.post(task, map[string]any{"outcome": "due", "reason": "the bill eats the income", "tests": map[string]any{"spend_too_high": true, "income_fell": false}}))
	if k := got.Tasks[0]; k.State != loop.TaskDone || k.Outcome != loop.OutcomeDue || k.Tests == nil || !k.Tests.SpendTooHigh {
		t.Errorf("%+v", k)
	}
	// "It is not so": the department is asked again. Then it is.
	got = decode[api.CaseReferrals](t, worker.post(on+"/confirmation", map[string]any{"so": false, "reason": "the hospital knows of nothing"}))
	if got.Items[0].State != referral.StateInProgress {
		t.Errorf("contested: %s", got.Items[0].State)
	}
	decode[api.CaseReferrals](t, worker.post(on+"/answers", said("result", map[string]any{"result": "granted"})))
	got = decode[api.CaseReferrals](t, worker.post(on+"/confirmation", map[string]any{"so": true}))
	page = decode[api.Ticket](t, worker.get("/tickets/"+id))
	if got.Items[0].State != referral.StateConfirmed || page.Status != ticket.StatusFollowUp {
		t.Errorf("confirmed: %s, ticket %s", got.Items[0].State, page.Status)
	}
	for _, c := range page.Clocks {
		if c.StoppedAt == nil || c.Proof != ticket.ProofReferral {
			t.Errorf("clock %+v runs on", c)
		}
	}
	if n := h.count(`SELECT count(*) FROM timeline WHERE data::text ~ '李某某|hospital|bill|张测试|99010119'`); n != 0 {
		t.Errorf("%d lines of the timeline tell more than codes", n)
	}
	if n := h.count(`SELECT count(*) FROM referrals r, referral_steps s WHERE position('99010119' IN encode(r.letter_sealed, 'escape')) > 0 OR position('bill' IN encode(r.request_sealed, 'escape')) > 0`); n != 0 {
		t.Error("a letter lies open in the table")
	}
}

// What is not theirs comes back to the first owner, whoever owns the ticket by now, as a
// task that sending it again settles; what was refused asks for another aid.
func TestAReturnedReferralComesBackToItsFirstOwner(t *testing.T) {
	h := newHouse(t)
	worker, second := h.signIn("worker"), h.signIn("worker.b")
	id := h.found(worker)
	made := decode[api.CaseReferrals](t, worker.post("/tickets/"+id+"/referrals", map[string]any{"item": "legal_aid", "request": "advice on a debt", "sending": map[string]any{"via": "letter", "to": "李某某"}}))
	r := made.Items[0]
	decode[api.Ticket](t, worker.post("/tickets/"+id+"/handovers", map[string]any{"to_login": "worker.b", "reason": "end of shift"}))
	decode[api.Ticket](t, second.post("/tickets/"+id+"/acceptance", map[string]any{}))
	got := decode[api.CaseReferrals](t, second.post("/referrals/"+r.ID+"/answers", said("return", map[string]any{"reason": "it is a matter of the bank's"})))
	if k := got.Tasks[0]; got.Items[0].State != referral.StateReturned || k.Kind != loop.TaskReturned || k.For != "worker" || k.State != loop.TaskOpen {
		t.Fatalf("%+v, tasks %+v", got.Items[0], got.Tasks)
	}
	if n := h.count(`SELECT count(*) FROM notices n JOIN posts p ON p.id = n.post_id WHERE n.template = 'task_referral_returned' AND p.name = 'worker'`); n != 1 {
		t.Errorf("the first owner was told %d times", n)
	}
	got = decode[api.CaseReferrals](t, worker.post("/referrals/"+r.ID+"/sending", map[string]any{"via": "in_person", "to": "王某某"}))
	if got.Items[0].State != referral.StateSent || got.Tasks[0].State != loop.TaskDone || got.Tasks[0].Outcome != loop.OutcomeHandled {
		t.Errorf("sent again: %+v, tasks %+v", got.Items[0], got.Tasks)
	}
	decode[api.CaseReferrals](t, second.post("/referrals/"+r.ID+"/answers", said("accept", nil)))
	got = decode[api.CaseReferrals](t, second.post("/referrals/"+r.ID+"/answers", said("result", map[string]any{"result": "refused", "reason": "income above the line"})))
	if i := slices.IndexFunc(got.Tasks, func(k loop.TaskView) bool { return k.Kind == loop.TaskScreen && k.For == "worker.b" }); i < 0 {
		t.Errorf("a refusal asks for nothing: %+v", got.Tasks)
	}
	decode[api.CaseReferrals](t, second.post("/referrals/"+r.ID+"/confirmation", map[string]any{"so": true}))
	page := decode[api.Ticket](t, second.get("/tickets/"+id))
	if page.Status != ticket.StatusReferred || !slices.Contains(page.Acts, "decide") || !slices.Contains(page.Acts, "refuse") {
		t.Errorf("refused elsewhere: %s, acts %v", page.Status, page.Acts)
	}
	// An auditor sees that it was so, and nothing of what was written.
	seen := decode[api.CaseReferrals](t, h.signIn("auditor").get("/tickets/"+id+"/referrals"))
	if len(seen.Items) != 1 || seen.Items[0].Request != "" || seen.Items[0].Steps[1].SaidBy != "" || len(seen.Items[0].NextActs) != 0 {
		t.Errorf("an auditor sees %+v", seen.Items)
	}
	if far := h.signIn("worker.far").get("/referrals/" + r.ID + "/sheet"); far.status != http.StatusNotFound {
		t.Errorf("another township looks at the sheet: %d", far.status)
	}
}

// A limit that passes is told to owner and head once, and leaves the referral where it is.
func TestALateReferralIsTold(t *testing.T) {
	h := newHouse(t)
	worker := h.signIn("worker")
	id := h.found(worker)
	r := decode[api.CaseReferrals](t, worker.post("/tickets/"+id+"/referrals", map[string]any{"item": "legal_aid", "request": "advice", "sending": map[string]any{"via": "phone", "to": "李某某"}})).Items[0]
	fire := func(do func(*store.Tx, act.Timer) error, kind string) {
		t.Helper()
		h.as("dispatch", func(tx *store.Tx) error {
			subject := h.count(`SELECT subject_id::int FROM timers WHERE kind = $1`, kind)
			epoch := h.count(`SELECT epoch::int FROM timers WHERE kind = $1`, kind)
			return do(tx, act.Timer{Subject: act.Subject{ID: int64(subject)}, Kind: kind, Epoch: int64(epoch), DueAt: time.Now()})
		})
	}
	for range 2 { // the second time its version has passed
		fire(func(tx *store.Tx, timer act.Timer) error { return referral.Due(t.Context(), tx, timer) }, referral.TimerReferral)
	}
	if n := h.count(`SELECT count(*) FROM notices WHERE template = 'referral_late'`); n != 2 {
		t.Errorf("%d were told, want owner and head", n)
	}
	if n := h.count(`SELECT count(*) FROM timeline WHERE kind = 'referral.late'`); n != 1 {
		t.Errorf("%d entries", n)
	}
	list := decode[api.ReferralList](t, worker.get("/referrals?view=open"))
	if len(list.Items) != 1 || list.Items[0].ID != r.ID || strings.Join(list.Items[0].NextActs, " ") != "accept return withdraw" {
		t.Errorf("%+v", list.Items)
	}
	decode[api.CaseReferrals](t, worker.post("/referrals/"+r.ID+"/withdrawal", map[string]any{"reason": "the citizen wants it no more"}))
	if list = decode[api.ReferralList](t, worker.get("/referrals?view=open")); len(list.Items) != 0 {
		t.Errorf("withdrawn, and still open: %+v", list.Items)
	}
}
