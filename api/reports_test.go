package api_test

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"example.org/hotline/api"
	"example.org/hotline/area"
	"example.org/hotline/ticket"
)

// What a volunteer has seen becomes a ticket like a call's: with an owner, clocks
// and timers, told to the township, with the telephone sealed. They see their own
// report with number and state, and nothing else.
func TestAVolunteerReportsAHousehold(t *testing.T) {
	h := newHouse(t)
	volunteer, worker := h.signIn("volunteer"), h.signIn("worker")
	body := map[string]any{"area": village, "priority": "P1", "seen": "An old woman lies in a cold house and has not eaten.", "phone": "138 1234 5678"}
	for what, change := range map[string]map[string]any{
		"report_elsewhere": {"area": town2}, "report_too_wide": {"area": county}, "phone_form": {"phone": "12"},
		"personal_number": {"seen": "her number is 13812345678"}, "unknown_area": {"area": "990101101299"},
	} {
		wrong := map[string]any{}
		for _, m := range []map[string]any{body, change} {
			for k, v := range m {
				wrong[k] = v
			}
		}
		if got := volunteer.post("/reports", wrong); got.code() != what {
			t.Errorf("%s: %d %s", what, got.status, got.body)
		}
	}
	key := http.Header{"Idempotency-Key": {uuid.NewString()}}
	made := decode[api.Reported](t, volunteer.send(http.MethodPost, "/reports", body, key))
	again := volunteer.send(http.MethodPost, "/reports", body, key)
	if twice := decode[api.Reported](t, again); twice != made || again.header.Get("Idempotent-Replayed") != "true" {
		t.Errorf("the same key again: %+v, first %+v", twice, made)
	}

	v := decode[api.Ticket](t, worker.get("/tickets/"+string(made.Number)))
	if v.Source != ticket.SourceReport || v.Report == nil || v.Report.By != "volunteer" || v.Report.Seen != body["seen"] || v.CallerMasked != "138****5678" ||
		v.Status != ticket.StatusNew || v.Priority != ticket.P1 || v.Owner.Name != "甲镇值班台" || len(v.Clocks) != 2 || v.Area != village {
		t.Errorf("%+v, report %+v", v.Row, v.Report)
	}
	for sql, want := range map[string]int{
		`SELECT count(*) FROM timers r JOIN tickets t ON t.id = r.subject_id AND r.subject_kind = 'ticket' WHERE t.number = $1`:                                3, // the route and two deadlines
		`SELECT count(*) FROM audit_records a JOIN tickets t ON t.id = a.subject_id WHERE a.action = 'ticket.reported' AND t.number = $1`:                      1,
		`SELECT count(*) FROM outbox o JOIN tickets t ON t.id = o.subject_id WHERE o.kind = 'ticket.reported' AND t.number = $1`:                               1,
		`SELECT count(*) FROM notices n JOIN tickets t ON t.id = n.ticket_id WHERE n.template = 'reported_citizen' AND t.number = $1`:                          1,
		`SELECT count(*) FROM reports r JOIN tickets t ON t.id = r.ticket_id WHERE position('eaten' IN encode(r.seen_sealed, 'escape')) > 0 AND t.number = $1`: 0,
		`SELECT count(*) FROM timeline l JOIN tickets t ON t.id = l.ticket_id WHERE l.data::text ~ '13812345678|eaten' AND t.number = $1`:                      0,
	} {
		if n := h.count(sql, string(made.Number)); n != want {
			t.Errorf("%d, want %d: %s", n, want, sql)
		}
	}

	mine := decode[api.ReportList](t, volunteer.get("/reports"))
	if len(mine.Items) != 1 || mine.Items[0].Number != made.Number || mine.Items[0].Status != ticket.StatusNew || mine.Items[0].Phone != "138****5678" {
		t.Errorf("%+v", mine.Items)
	}
	for _, other := range []string{"volunteer.far", "village_assistant"} {
		if list := decode[api.ReportList](t, h.signIn(other).get("/reports")); len(list.Items) != 0 {
			t.Errorf("%s sees %d reports of others", other, len(list.Items))
		}
	}
	for _, path := range []string{"/tickets", "/tickets/" + string(made.Number), "/tickets/" + string(made.Number) + "/timeline"} {
		if got := volunteer.get(path); got.status != http.StatusNotFound {
			t.Errorf("a volunteer reads %s: %d", path, got.status)
		}
	}
	if calls := decode[api.CallPage](t, h.signIn("agent").get("/calls")); len(calls.Items) != 0 {
		t.Errorf("a report stands in the list of calls: %+v", calls.Items)
	}
}

// A telephone that has an open ticket: whoever works on it is asked whether it is
// one matter, before the ladder starts.
func TestAReportOfWhoHasCalledBefore(t *testing.T) {
	h := newHouse(t)
	earlier := h.call("12349001", "13812345678")
	assistant, worker := h.signIn("village_assistant"), h.signIn("worker")
	body := map[string]any{"area": village, "priority": "P2", "seen": "The roof has fallen in.", "phone": "13812345678"}
	made := decode[api.Reported](t, assistant.post("/reports", body))
	v := decode[api.Ticket](t, worker.get("/tickets/"+string(made.Number)))
	if v.Repeat == nil || v.Repeat.OfID != earlier || v.Repeat.State != ticket.RepeatSuggested {
		t.Fatalf("repeat %+v", v.Repeat)
	}
	merged := decode[api.Ticket](t, worker.post("/tickets/"+string(made.Number)+"/repeat", map[string]any{"same": true}))
	if merged.Status != ticket.StatusDuplicate {
		t.Errorf("%s", merged.Status)
	}
	body["priority"] = "P1"
	urgent := decode[api.Reported](t, assistant.post("/reports", body))
	if v := decode[api.Ticket](t, worker.get("/tickets/"+string(urgent.Number))); v.Repeat == nil || v.Repeat.State != ticket.RepeatLapsed {
		t.Errorf("one of life and death waits: %+v", v.Repeat)
	}
}

// count asks the database itself.
func (h *house) count(sql string, args ...any) (n int) {
	h.t.Helper()
	conn, err := pgx.Connect(h.t.Context(), h.urls.SuperURL)
	if err != nil {
		h.t.Fatal(err)
	}
	defer func() { _ = conn.Close(context.Background()) }()
	if err := conn.QueryRow(h.t.Context(), sql, args...).Scan(&n); err != nil {
		h.t.Fatal(err)
	}
	return n
}

// Somebody of an agency sees what is open to them on pages of their own, reports
// back with a photo, and is refused once it is over.
func TestAnAgencyReportsBack(t *testing.T) {
	h := newHouse(t)
	open, other := h.call("12349001", "13812345678"), h.call("12349001", "13912345678")
	agency, duty, worker := h.signIn("agency"), h.signIn("county_duty"), h.signIn("worker")
	if list := decode[api.AgencyTickets](t, agency.get("/agency-tickets")); len(list.Items) != 0 {
		t.Fatalf("an agency lists %d tickets before any was opened", len(list.Items))
	}
	access := decode[area.AgencyAccess](t, duty.post("/tickets/"+open+"/agency-accesses", map[string]any{"login": "agency", "until": time.Now().AddDate(0, 0, 3), "reason": "visit the family"}))
	list := decode[api.AgencyTickets](t, agency.get("/agency-tickets"))
	if len(list.Items) != 1 || list.Items[0].ID != access.ID || list.Items[0].Task != "visit the family" || !list.Items[0].Until.Equal(access.Until) {
		t.Fatalf("%+v", list.Items)
	}
	reports := "/agency-tickets/" + access.ID + "/reports"
	for what, body := range map[string]map[string]any{
		"report_required": {"text": " "}, "personal_number": {"text": "her identity number is 990101194910010014"}, "photo_not_ready": {"text": "done", "photo": someID},
	} {
		if got := agency.post(reports, body); got.code() != what {
			t.Errorf("%s: %d %s", what, got.status, got.body)
		}
	}
	photo := agency.photo(open)
	key := http.Header{"Idempotency-Key": {uuid.NewString()}}
	said := map[string]any{"text": "We were there, the children are with an aunt.", "photo": photo}
	page := decode[api.AgencyTicket](t, agency.send(http.MethodPost, reports, said, key))
	decode[api.AgencyTicket](t, agency.send(http.MethodPost, reports, said, key))
	if len(page.Reports) != 1 || page.Reports[0].Text != said["text"] || !page.Reports[0].Photo {
		t.Errorf("%+v", page.Reports)
	}
	raw := agency.get("/agency-tickets/" + access.ID)
	for _, hidden := range []string{"138****", "amount", "decision", "id_number", "applicant"} {
		if strings.Contains(string(raw.body), hidden) {
			t.Errorf("the agency's page holds %q: %s", hidden, raw.body)
		}
	}
	var seen int
	for _, e := range decode[api.Timeline](t, worker.get("/tickets/"+open+"/timeline")).Items {
		if e.Kind == "agency.reported" {
			seen++
			if e.Data["reason"] != said["text"] || e.Data["photo"] != photo || e.Data["agency"] != "机构 "+string(county) {
				t.Errorf("%+v", e)
			}
		}
	}
	if seen != 1 {
		t.Errorf("%d reports in the timeline, want one", seen)
	}
	if got := worker.get("/uploads/" + photo + "/content"); got.status != http.StatusOK {
		t.Errorf("the owner looks at the photo: %d %s", got.status, got.body)
	}
	if n := h.count(`SELECT count(*) FROM notices WHERE template = 'agency_reported'`); n != 1 {
		t.Errorf("%d notices to the owner, want one", n)
	}
	if got := h.signIn("agency.far").post(reports, said); got.status != http.StatusNotFound {
		t.Errorf("another agency reports on it: %d %s", got.status, got.body)
	}
	for _, path := range []string{"/tickets", "/tickets/" + open, "/tickets/" + other, "/tickets/" + open + "/timeline"} {
		if got := agency.get(path); got.status != http.StatusNotFound {
			t.Errorf("an agency reads %s: %d", path, got.status)
		}
	}
	decode[area.AgencyAccess](t, duty.post("/agency-accesses/"+access.ID+"/ending", map[string]any{"reason": "done"}))
	if got := agency.post(reports, map[string]any{"text": "one more thing"}); got.status != http.StatusConflict || got.code() != "access_over" {
		t.Errorf("after its end: %d %s", got.status, got.body)
	}
	if got := agency.get("/agency-tickets/" + access.ID); got.status != http.StatusNotFound {
		t.Errorf("its page after its end: %d", got.status)
	}
}
