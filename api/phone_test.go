package api_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"example.org/hotline/api"
	"example.org/hotline/store"
	"example.org/hotline/ticket"
)

// callID is the call that a ticket was born from.
func (h *house) callID(public string) (id ticket.CallID) {
	h.t.Helper()
	h.as("dispatch", func(tx *store.Tx) error {
		ref, err := tx.TicketByRef(h.t.Context(), public)
		if err != nil {
			return err
		}
		t, err := tx.Ticket(h.t.Context(), ref)
		id = t.CallID
		return err
	})
	return id
}

func phoneRules() ticket.CallRules {
	return ticket.CallRules{Terms: terms(), Holds: ticket.Holds{Untriaged: 5 * time.Minute, Longest: 20 * time.Minute}, Callback: rules().Callback}
}

// steps tells of steps of a ticket's call by an agent, and then its end.
func (h *house) steps(public, login string, kinds ...ticket.CallEventKind) {
	h.t.Helper()
	call := h.callID(public)
	h.as("ivr", func(tx *store.Tx) error {
		staff, err := tx.StaffByLogin(h.t.Context(), login)
		if err != nil {
			return err
		}
		for _, kind := range kinds {
			if err := tx.CallHappened(h.t.Context(), call, ticket.CallEvent{Kind: kind, At: tx.Now(), Agent: staff.ID}, phoneRules()); err != nil {
				return err
			}
		}
		return nil
	})
}

func (h *house) hangUp(public string) {
	h.t.Helper()
	call := h.callID(public)
	h.as("ivr", func(tx *store.Tx) error {
		return tx.CallEnded(h.t.Context(), call, tx.Now(), ticket.EndCallerHung, phoneRules())
	})
}

// From the ring to the disposition, as the agent's page does it.
func TestAnAgentsCall(t *testing.T) {
	h := newHouse(t)
	id := h.call("12349001", "13812345678")
	call := string(h.callID(id))
	agent, far := h.signIn("agent"), h.signIn("agent.far")
	for who, id := range map[string]string{"an agent of the county": call, "whoever asks for a call that never was": uuid.NewString(), "or for none at all": "x"} {
		if a := decode[api.PopAnswer](t, agent.get("/calls/"+id+"/pop")); a.State != "pending" || a.Pop != nil {
			t.Errorf("%s is told %+v", who, a)
		}
	}
	h.steps(id, "agent.far", ticket.CallRangAgent)
	known := decode[api.PopAnswer](t, far.get("/calls/"+call+"/pop"))
	if known.State != "known" || known.Pop == nil {
		t.Fatalf("whoever is rung is told %+v", known)
	}
	pop := *known.Pop
	if pop.Ticket.ID != id || pop.Caller != "138****5678" || len(pop.Clocks) != 2 {
		t.Errorf("pop: %+v", pop)
	}
	h.steps(id, "agent.far", ticket.CallConnected)
	page := decode[api.Ticket](t, far.get("/tickets/"+id))
	if !page.WithAgent || page.Owner.Name != "agent.far" || page.CallTaker != "agent.far" || string(page.Call.ID) != call {
		t.Errorf("the page: %+v", page.View)
	}
	page = decode[api.Ticket](t, far.post("/tickets/"+id+"/triage", map[string]any{"version": page.Version, "area": string(township), "priority": "P1", "kind": "aid"}))
	if page.WithAgent || page.Owner.Name != "agent.far" {
		t.Errorf("after the triage: %+v", page.View)
	}
	h.hangUp(id)
	if a := far.post("/calls/"+call+"/disposition", map[string]any{"code": "lunch"}); a.status != http.StatusUnprocessableEntity {
		t.Errorf("an unknown code: %d %s", a.status, a.body)
	}
	if a := agent.post("/calls/"+call+"/disposition", map[string]any{"code": "registered"}); a.status != http.StatusNotFound {
		t.Errorf("of somebody else's call: %d %s", a.status, a.body)
	}
	decode[api.Disposition](t, far.post("/calls/"+call+"/disposition", map[string]any{"code": "registered", "note": "fire"}))
	mine := decode[api.CallPage](t, far.get("/calls?mine=today"))
	if len(mine.Items) != 1 || mine.Items[0].Disposition != "registered" || mine.Items[0].Outcome != ticket.CallSpoken || mine.Items[0].Agent != "agent.far" {
		t.Errorf("the agent's calls: %+v", mine.Items)
	}
	if list := decode[api.DispositionList](t, agent.get("/dispositions")); len(list.Items) != 2 {
		t.Errorf("dispositions: %+v", list.Items)
	}
}

// A visit over HTTP: seen and reported by the people of its place alone, decided by their head; who does not ring sees no call-backs else.
func TestAVisitOverHTTP(t *testing.T) {
	h := newHouse(t)
	near, far := h.call("12349001", "13812345678"), h.call("12349002", "13912345678")
	h.hangUp(near)
	h.hangUp(far)
	agent, assistant, head := h.signIn("agent"), h.signIn("village_assistant"), h.signIn("township_head")
	visits := func(c client) []ticket.CallbackView {
		return decode[api.CallbackItems](t, c.get("/callbacks?view=visits")).Items
	}
	path := "/callbacks/" + decode[api.CallbackItems](t, agent.get("/callbacks")).Items[0].ID
	if got := visits(assistant); len(got) != 0 {
		t.Errorf("to be visited before anybody was rung: %+v", got)
	}
	decode[ticket.CallbackView](t, agent.post(path+"/claims", nil))
	decode[ticket.CallbackView](t, agent.post(path+"/attempts", map[string]any{"result": "wrong_number"}))
	for _, login := range []string{"village_assistant", "worker", "township_head", "county_duty", "supervisor", "city_duty"} {
		got := visits(h.signIn(login))
		if len(got) != 1 || got[0].TicketID != near || got[0].Caller != "138****5678" || got[0].Visit == nil || got[0].Visit.Asked != 1 || got[0].Holder != "village_assistant" {
			t.Errorf("%s is to visit %+v", login, got)
		}
	}
	for _, login := range []string{"village_assistant.far", "worker.far", "township_head.far"} {
		if got := visits(h.signIn(login)); len(got) != 0 {
			t.Errorf("%s sees visits of another place: %+v", login, got)
		}
		if a := h.signIn(login).post(path+"/visit-result", map[string]any{"result": "reached", "note": "spoken"}); a.status != http.StatusNotFound {
			t.Errorf("%s reports: %d %s", login, a.status, a.body)
		}
	}
	for _, view := range []string{"open", "due", "mine"} {
		if a := assistant.get("/callbacks?view=" + view); a.status != http.StatusNotFound {
			t.Errorf("view %s as an assistant: %d", view, a.status)
		}
	}
	if a := assistant.post(path+"/visit-result", map[string]any{"result": "asleep", "note": "at home"}); a.status != http.StatusUnprocessableEntity {
		t.Errorf("an unknown result: %d %s", a.status, a.body)
	}
	if a := head.post(path+"/visit-decision", map[string]any{"again": true}); a.code() != "visit_under_way" {
		t.Errorf("decided before anybody reported: %d %s", a.status, a.body)
	}
	if got := decode[ticket.CallbackView](t, assistant.post(path+"/visit-result", map[string]any{"result": "moved", "note": "the house is empty"})); got.Visit.Result != ticket.VisitMoved {
		t.Errorf("after the report: %+v", got)
	}
	if got := visits(assistant); len(got) != 0 {
		t.Errorf("still theirs to visit: %+v", got)
	}
	if a := assistant.post(path+"/visit-decision", map[string]any{"again": true}); a.status != http.StatusNotFound {
		t.Errorf("an assistant decides: %d %s", a.status, a.body)
	}
	if got := visits(head); len(got) != 1 || got[0].Note != "the house is empty" || !slices.Contains(got[0].NextActs, "visit_decision") {
		t.Errorf("the head sees %+v", got)
	}
	if a := head.post(path+"/visit-decision", map[string]any{"again": false}); a.code() != "reason_required" {
		t.Errorf("ended without a reason: %d %s", a.status, a.body)
	}
	if got := decode[ticket.CallbackView](t, head.post(path+"/visit-decision", map[string]any{"again": true, "reason": "ask at the daughter's"})); got.Visit.Asked != 2 || got.Visit.Result != "" {
		t.Errorf("after the head's word: %+v", got)
	}
	if got := decode[ticket.CallbackView](t, assistant.post(path+"/visit-result", map[string]any{"result": "reached", "note": "needs coal"})); got.Outcome != ticket.OutcomeVisited || got.Note != "needs coal" {
		t.Errorf("after they met: %+v", got)
	}
	if page := h.signIn("worker").get("/tickets/" + near + "/timeline"); !strings.Contains(string(page.body), "ticket.noted") || !strings.Contains(string(page.body), "needs coal") {
		t.Errorf("the ticket has no note of the need: %s", page.body)
	}
}

// An agent answered, and nobody spoke, or the line broke: the caller is rung back, once however
// often it is said, and not where the agent corrects it (DOMAIN 1, 61).
func TestACutOffConversationIsRungBack(t *testing.T) {
	h := newHouse(t, func(_ *api.Config, d *api.Deps) { d.Rules.RingBack = []string{"silent"} })
	id := h.call("12349001", "13812345678")
	h.steps(id, "agent", ticket.CallConnected)
	agent := h.signIn("agent")
	call := string(decode[api.Ticket](t, agent.get("/tickets/"+id)).Call.ID)
	h.hangUp(id)
	due := func() []ticket.CallbackView {
		return decode[api.CallbackItems](t, agent.get("/callbacks?view=due")).Items
	}
	say := func(who client, code string) reply {
		return who.post("/calls/"+call+"/disposition", map[string]any{"code": code})
	}
	if list := due(); len(list) != 0 {
		t.Fatalf("before anybody said so: %+v", list)
	}
	if got := say(h.signIn("agent.far"), "silent"); got.status != http.StatusNotFound || len(due()) != 0 {
		t.Errorf("said by somebody who had not the call: %d %s", got.status, got.body)
	}
	decode[api.Disposition](t, say(agent, "silent"))
	decode[api.Disposition](t, say(agent, "silent"))
	list := due()
	if len(list) != 1 || list[0].TicketID != id || list[0].Origin != ticket.CallbackCutOff || list[0].Calls != 1 {
		t.Errorf("nobody spoke: %+v", list)
	}
	decode[api.Disposition](t, say(agent, "registered"))
	if list := due(); len(list) != 0 {
		t.Errorf("the agent corrected it: %+v", list)
	}
}

// Whoever owns the ticket has been there: nobody rings the citizen back any more, and the
// call-back of another number waits on.
func TestAWorkersVisitEndsTheCallback(t *testing.T) {
	h := newHouse(t)
	near, other := h.call("12349001", "13812345678"), h.call("12349001", "13912345678")
	h.hangUp(near)
	h.hangUp(other)
	agent, worker := h.signIn("agent"), h.signIn("worker")
	h.offer(near, "worker")
	decode[api.Ticket](t, worker.post("/tickets/"+near+"/acceptance", nil))
	due := func() []ticket.CallbackView {
		return decode[api.CallbackItems](t, agent.get("/callbacks?view=due")).Items
	}
	if list := due(); len(list) != 2 {
		t.Fatalf("accepted, and nobody has met them: %+v", list)
	}
	visit := map[string]any{"mode": "on_site", "arrived_at": time.Now(), "facts": "they have nothing to eat"}
	decode[api.Ticket](t, worker.post("/tickets/"+near+"/visits", visit))
	if list := due(); len(list) != 1 || list[0].TicketID != other {
		t.Errorf("after the visit: %+v", list)
	}
	if n := h.count(`SELECT count(*) FROM callbacks WHERE outcome = 'visited' AND state = 'done'`); n != 1 {
		t.Errorf("%d call-backs ended by the visit", n)
	}
	decode[api.Ticket](t, worker.post("/tickets/"+near+"/visits", visit)) // a second one has none to end
}

// A call-back over HTTP: listed in scope, claimed once, tried, and told to be visited.
func TestACallbackOverHTTP(t *testing.T) {
	h := newHouse(t)
	near, far := h.call("12349001", "13812345678"), h.call("12349002", "13912345678")
	h.hangUp(near)
	h.hangUp(far)
	agent := h.signIn("agent")
	list := decode[api.CallbackItems](t, agent.get("/callbacks?view=due"))
	if len(list.Items) != 1 || list.Items[0].TicketID != near || list.Items[0].Caller != "138****5678" || list.Items[0].State != ticket.CallbackOpen {
		t.Fatalf("due: %+v", list.Items)
	}
	path := "/callbacks/" + list.Items[0].ID
	if a := agent.post(path+"/attempts", map[string]any{"result": "busy"}); a.code() != "not_claimed" {
		t.Errorf("a try without a claim: %d %s", a.status, a.body)
	}
	if got := decode[ticket.CallbackView](t, agent.post(path+"/claims", nil)); !got.Mine || got.State != ticket.CallbackClaimed {
		t.Errorf("claimed: %+v", got)
	}
	if a := h.signIn("county_duty").post(path+"/claims", nil); a.status != http.StatusConflict || a.code() != "already_taken" {
		t.Errorf("claimed twice: %d %s", a.status, a.body)
	}
	if mine := decode[api.CallbackItems](t, agent.get("/callbacks?view=mine")); len(mine.Items) != 1 {
		t.Errorf("mine: %+v", mine.Items)
	}
	if got := decode[ticket.CallbackView](t, agent.post(path+"/attempts", map[string]any{"result": "wrong_number"})); got.State != ticket.CallbackVisit || got.Tries != 1 {
		t.Errorf("after a wrong number: %+v", got)
	}
	if got := decode[ticket.CallbackView](t, h.signIn("worker").post(path+"/visit-result", map[string]any{"result": "reached", "note": "met at home"})); got.Outcome != ticket.OutcomeVisited {
		t.Errorf("after the visit: %+v", got)
	}
	if a := agent.post(path+"/cancellation", map[string]any{"reason": "too late"}); a.status != http.StatusConflict || a.code() != "not_in_this_state" {
		t.Errorf("called off after its end: %d %s", a.status, a.body)
	}
}

// Whoever may pause a ticket is told how long it may still be paused.
func TestWhatIsLeftOfAPause(t *testing.T) {
	h := newHouse(t)
	id := h.call("12349001", "13812345678")
	head := h.signIn("township_head")
	page := decode[api.Ticket](t, head.get("/tickets/"+id))
	most := map[ticket.Priority]int{ticket.P1: 10, ticket.P2: 60}[page.Priority]
	if most == 0 || page.PauseLeft == nil || *page.PauseLeft != most {
		t.Fatalf("a %s ticket: %v", page.Priority, page.PauseLeft)
	}
	paused := decode[api.Ticket](t, head.post("/tickets/"+id+"/pauses", map[string]any{"minutes": 4, "reason": "the worker is at the door"}))
	if paused.PauseLeft != nil || paused.Pause == nil {
		t.Errorf("while it rests: %v", paused.PauseLeft)
	}
	decode[api.Ticket](t, head.post("/tickets/"+id+"/resumptions", nil))
	again := decode[api.Ticket](t, head.get("/tickets/"+id))
	if again.PauseLeft == nil || *again.PauseLeft > most || *again.PauseLeft < most-4 {
		t.Errorf("after a pause: %v", again.PauseLeft)
	}
	if worker := decode[api.Ticket](t, h.signIn("worker").get("/tickets/"+id)); worker.PauseLeft != nil {
		t.Errorf("a worker, who may not pause it: %v", *worker.PauseLeft)
	}
}

// People choose the language in which they are written to, each for themselves.
func TestTheLanguageOfNotices(t *testing.T) {
	h := newHouse(t)
	worker := h.signIn("worker")
	language := func(c client) string { return decode[api.ContactList](t, c.get("/contacts")).Language }
	if got := language(worker); got != "zh" {
		t.Errorf("before a choice: %q", got)
	}
	for _, choice := range []string{"en", "zh", "en"} {
		decode[api.Done](t, worker.post("/contacts/language", map[string]any{"language": choice}))
		if got := language(worker); got != choice {
			t.Errorf("after %s: %q", choice, got)
		}
	}
	if got := worker.post("/contacts/language", map[string]any{"language": "fr"}); got.status != http.StatusUnprocessableEntity {
		t.Errorf("a language that no text has: %d %s", got.status, got.body)
	}
	if got := language(h.signIn("worker.b")); got != "zh" {
		t.Errorf("a colleague: %q", got)
	}
}
