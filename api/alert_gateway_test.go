package api_test

import (
	"bytes"
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"example.org/hotline/api"
	"example.org/hotline/ledger/rail/bankhttp"
	"example.org/hotline/relief/discovery"
	"example.org/hotline/relief/people"
	"example.org/hotline/relief/source/connect"
	"example.org/hotline/store"
	"example.org/hotline/ticket"
)

// withHospital lets a hospital tell of people of the county.
func withHospital(t *testing.T) (func(*api.Config, *api.Deps), bankhttp.Signer) {
	t.Helper()
	signer, err := bankhttp.NewHMAC(strings.Repeat("h", 32))
	if err != nil {
		t.Fatal(err)
	}
	return func(_ *api.Config, d *api.Deps) {
		from := discovery.Sender{Name: "hospital", Office: "甲县医院", Area: county, County: county, Kinds: []ticket.AlertKind{ticket.AlertMedicalBill, ticket.AlertDisability}}
		d.Alerts = map[string]api.AlertSender{"hospital": {Sender: from, Signer: signer}}
	}, signer
}

// alertAnswer is what a sender is told.
type alertAnswer struct {
	ID, State, Code, Field string
	status                 int
}

// alert sends an alert as the hospital does; change may spoil the signed request.
func (h *house) alert(signer bankhttp.Signer, body any, change func(*http.Request)) alertAnswer {
	h.t.Helper()
	raw, err := json.Marshal(body)
	if err != nil {
		h.t.Fatal(err)
	}
	req, err := http.NewRequestWithContext(h.t.Context(), http.MethodPost, "http://127.0.0.1"+api.AlertPath, bytes.NewReader(raw))
	if err != nil {
		h.t.Fatal(err)
	}
	if _, err := connect.Sign(req, raw, "hospital", signer, time.Now()); err != nil {
		h.t.Fatal(err)
	}
	if change != nil {
		change(req)
	}
	resp, err := h.server.Test(req)
	if err != nil {
		h.t.Fatal(err)
	}
	defer resp.Body.Close()
	answer := alertAnswer{status: resp.StatusCode}
	if err := json.NewDecoder(resp.Body).Decode(&answer); err != nil {
		h.t.Fatal(err)
	}
	return answer
}

var bill = map[string]any{"ref": "HIS-1", "kind": "medical_bill", "area": string(village), "name": "周测试", "id_number": withCheckCharacter("99010119800101123"), "phone": "13812345678", "happened_on": "2026-01-02",
	"fen": 1_500_000, "note": "thirty days in hospital"}

func billWith(more map[string]any) map[string]any {
	b := maps.Clone(bill)
	maps.Copy(b, more)
	return b
}

// A hospital's large bill becomes a ticket with an owner and the clocks of its urgency, once
// however often it is sent, also when it is sent twice at the same moment; nobody without the
// hospital's key can send one, and the other county sees none of it (DOMAIN 1, 3).
func TestADataAlertBecomesATicket(t *testing.T) {
	change, signer := withHospital(t)
	h := newHouse(t, change)
	forged, err := bankhttp.NewHMAC(strings.Repeat("x", 32))
	if err != nil {
		t.Fatal(err)
	}
	for name, got := range map[string]alertAnswer{
		"another key": h.alert(forged, bill, nil),
		"another body": h.alert(signer, bill, func(r *http.Request) {
			other := `{"ref":"HIS-9","kind":"disability","name":"x"}`
			r.Body, r.ContentLength = io.NopCloser(strings.NewReader(other)), int64(len(other))
		}),
		"an unknown sender": h.alert(signer, bill, func(r *http.Request) { r.Header.Set(connect.HeaderKey, "clinic") }),
		"an old request":    h.alert(signer, bill, func(r *http.Request) { r.Header.Set(connect.HeaderTime, "1700000000") }),
	} {
		if got.status != http.StatusUnauthorized || got.Code != "alert_signature" {
			t.Errorf("%s: %+v", name, got)
		}
	}
	for code, body := range map[string]map[string]any{"unknown_alert_kind": billWith(map[string]any{"kind": "unemployment"}), "alert_elsewhere": billWith(map[string]any{"area": string(town2)}),
		"id_check_character": billWith(map[string]any{"id_number": "990101198001011235"}), "personal_number": billWith(map[string]any{"note": "her number is 13812345678"}),
		"alert_body": {"ref": "HIS-1", "kind": "medical_bill", "name": "x", "diagnosis": "x"}} {
		if got := h.alert(signer, body, nil); got.Code != code || got.status != http.StatusUnprocessableEntity {
			t.Errorf("%s: %+v", code, got)
		}
	}
	if n := h.count(`SELECT count(*) FROM tickets`); n != 0 {
		t.Fatalf("%d tickets of what was refused", n)
	}
	states := make([]alertAnswer, 4)
	var all sync.WaitGroup
	for i := range states {
		all.Go(func() { states[i] = h.alert(signer, bill, nil) })
	}
	all.Wait()
	fresh := 0
	for _, s := range states {
		if s.ID != states[0].ID || s.State != "new" && s.State != "again" {
			t.Errorf("sent at once: %+v", states)
		}
		if s.State == "new" {
			fresh++
		}
	}
	if n := h.count(`SELECT count(*) FROM tickets`); n != 1 || fresh != 1 {
		t.Fatalf("%d tickets, %d times new", n, fresh)
	}
	if got := h.alert(signer, billWith(map[string]any{"fen": 2}), nil); got.Code != "alert_changed" {
		t.Errorf("other words under the same reference: %+v", got)
	}
	worker := h.signIn("worker")
	list := decode[api.TicketPage](t, worker.get("/tickets?view=open")).Items
	if len(list) != 1 || list[0].Source != ticket.SourceDataAlert || list[0].Priority != ticket.P3 || list[0].Owner.Name != "甲镇值班台" || list[0].Area != village || list[0].NextDueAt == nil {
		t.Fatalf("the list: %+v", list)
	}
	v := decode[api.Ticket](t, worker.get("/tickets/"+list[0].ID))
	if len(v.Alerts) != 1 || !v.Alerts[0].Born || v.Alerts[0].Identity != "990***********1236" || v.Alerts[0].Name != "周**" || v.Alerts[0].Phone != "138****5678" || v.Alerts[0].Office != "甲县医院" || v.Alerts[0].Fen != 1_500_000 || v.TakenIn != nil {
		t.Errorf("the page: %+v", v.Alerts)
	}
	if n := h.count(`SELECT count(*) FROM timers WHERE kind = 'route'`); n != 1 {
		t.Errorf("%d ladders begin", n)
	}
	if got := h.signIn("worker.far").get("/tickets/" + list[0].ID); got.status != http.StatusNotFound {
		t.Errorf("the other county: %d", got.status)
	}
	if n := h.count(`SELECT (SELECT count(*) FROM timeline WHERE data::text ~ '周测试|99010119|1381234|thirty') + (SELECT count(*) FROM audit_records WHERE data ~ '周测试|99010119|1381234|thirty')
		+ (SELECT count(*) FROM data_alerts WHERE encode(body_sealed, 'escape') ~ 'thirty')`); n != 0 {
		t.Errorf("%d rows tell whom it is about", n)
	}
	place := h.alert(signer, billWith(map[string]any{"ref": "HIS-2", "area": "990101999999", "id_number": "", "phone": ""}), nil)
	if n := h.count(`SELECT count(*) FROM tickets WHERE call_id = $1 AND area_code = $2`, place.ID, string(county)); n != 1 {
		t.Errorf("a place that nobody knows: %d tickets of the county, %+v", n, place)
	}
}

// What comes of the same household within days goes onto the open ticket, and its owner hears
// of it; what is more urgent has its own ticket and clock. That it is this household nobody
// but a person says.
func TestAlertsOfOneHouseholdMeet(t *testing.T) {
	change, signer := withHospital(t)
	h := newHouse(t, change)
	worker := h.signIn("worker")
	earlier := h.call("12349001", "13900000001")
	h.offer(earlier, "worker")
	decode[api.Ticket](t, worker.post("/tickets/"+earlier+"/acceptance", nil))
	h.household("worker", earlier, family...)
	h.age() // that case is no longer within the window

	first := h.alert(signer, billWith(map[string]any{"id_number": withCheckCharacter("990101" + family[0].born + family[0].serial)}), nil)
	second := h.alert(signer, billWith(map[string]any{"ref": "HIS-2", "kind": "disability", "fen": 0, "id_number": withCheckCharacter("990101" + family[1].born + family[1].serial)}), nil)
	if first.State != "new" || second.State != "joined" {
		t.Fatalf("first %+v, second %+v", first, second)
	}
	list := decode[api.TicketPage](t, worker.get("/tickets?view=open")).Items
	if len(list) != 2 || list[0].Source != ticket.SourceDataAlert {
		t.Fatalf("the tickets: %+v", list)
	}
	v := decode[api.Ticket](t, worker.get("/tickets/"+list[0].ID))
	if len(v.Alerts) != 2 || v.Alerts[1].Born || v.Alerts[1].Kind != ticket.AlertDisability {
		t.Errorf("on the ticket: %+v", v.Alerts)
	}
	if n := h.count(`SELECT count(*) FROM notices WHERE template = 'data_alert_joined'`); n != 1 {
		t.Errorf("the owner was told %d times", n)
	}
	if n := h.count(`SELECT count(*) FROM case_households WHERE ticket_id = (SELECT id FROM tickets WHERE call_id = $1)`, first.ID); n != 0 {
		t.Errorf("%d households were bound by nobody's word", n)
	}
	decode[api.Ticket](t, h.taken(worker, list[0].ID))
	if card := decode[people.CaseCard](t, worker.get("/tickets/"+list[0].ID+"/household")); card.Household != nil || len(card.Suggestions) != 1 || card.Suggestions[0].Grounds[0].Source != people.SourceAlert {
		t.Errorf("suggested: %+v", card)
	}
	urgent := h.alert(signer, billWith(map[string]any{"ref": "HIS-3", "fen": 9_000_000, "id_number": withCheckCharacter("990101" + family[0].born + family[0].serial)}), nil)
	if n := h.count(`SELECT count(*) FROM tickets t JOIN clocks k ON k.ticket_id = t.id WHERE t.call_id = $1 AND t.priority = 'P2' AND t.repeat_of IS NOT NULL AND t.repeat_state = 'lapsed' AND k.kind = 'day'`, urgent.ID); n != 1 || urgent.State != "new" {
		t.Errorf("what is more urgent: %+v, %d tickets with the clock of an emergency", urgent, n)
	}
}

// age moves the clock on beyond the window of alerts.
func (h *house) age() {
	h.t.Helper()
	if _, err := store.MoveClock(h.t.Context(), h.urls.OwnerURL, func(now time.Time, rate float64) (time.Time, float64) { return now.AddDate(0, 0, 20), rate }); err != nil {
		h.t.Fatal(err)
	}
}

// taken asks a worker for a ticket, who takes it.
func (h *house) taken(worker client, id string) reply {
	h.t.Helper()
	h.offer(id, "worker")
	return worker.post("/tickets/"+id+"/acceptance", nil)
}
