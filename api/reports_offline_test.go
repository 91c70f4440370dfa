package api_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"image"
	"image/jpeg"
	"maps"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"example.org/hotline/api"
	"example.org/hotline/area"
	"example.org/hotline/ticket"
)

// with is a body with some of it changed.
func with(body map[string]any, change map[string]any) map[string]any {
	changed := maps.Clone(body)
	maps.Copy(changed, change)
	return changed
}

func picture() []byte {
	var out bytes.Buffer
	_ = jpeg.Encode(&out, image.NewGray(image.Rect(0, 0, 8, 8)), nil)
	return out.Bytes()
}

func photoBody() map[string]any {
	content := picture()
	sum := sha256.Sum256(content)
	return map[string]any{"about": someID, "media_type": "image/jpeg", "sha256": hex.EncodeToString(sum[:]), "content": content}
}

// The same report is sent three times, by two phones at once, after another has signed in on
// both: one record, its author's, and each of the three is told the same number.
func TestAReportComesOnce(t *testing.T) {
	h := newHouse(t)
	author, other, far := h.signIn("village_assistant"), h.signIn("volunteer"), h.signIn("volunteer.far")
	claim := decode[api.ReportClaim](t, author.get("/reports/claim"))
	if claim.Login != "village_assistant" || time.Until(claim.Until) < 24*time.Hour {
		t.Fatalf("%+v", claim)
	}
	written := time.Now().Add(-26 * time.Hour).UTC().Truncate(time.Second)
	body := map[string]any{"id": uuid.NewString(), "area": village, "priority": "P2", "seen": "The roof has fallen in.", "phone": "13812345678", "name": "张大爷", "door": "三组 8 号",
		"claim": claim.Claim, "written_at": written}
	answers := make(chan string, 6)
	var phones sync.WaitGroup
	for i, phone := range []client{other, far, other, author, other, far} {
		phones.Go(func() {
			key := http.Header{"Idempotency-Key": {fmt.Sprintf("phone-%d-%s", i%3, body["id"])}} // two of each key, sent by different people
			got := phone.send(http.MethodPost, "/reports", body, key)
			answers <- fmt.Sprint(got.status, " ", decode[api.Reported](t, got).Number)
		})
	}
	phones.Wait()
	close(answers)
	first := <-answers
	for answer := range answers {
		if answer != first {
			t.Errorf("one was told %s, another %s", first, answer)
		}
	}
	for sql, want := range map[string]int{
		`SELECT count(*) FROM tickets`: 1,
		`SELECT count(*) FROM reports r JOIN staff s ON s.id = r.staff_id WHERE s.login = 'village_assistant' AND r.written_at < now() - interval '1 day' AND r.reported_at > r.written_at`: 1,
		`SELECT count(*) FROM report_pieces`: 0,
		`SELECT count(*) FROM audit_records WHERE action = 'ticket.reported' AND actor_id = (SELECT id FROM staff WHERE login = 'village_assistant')`: 1,
	} {
		if n := h.count(sql); n != want {
			t.Errorf("%d, want %d: %s", n, want, sql)
		}
	}
	mine := decode[api.ReportList](t, author.get("/reports")).Items
	if len(mine) != 1 || mine[0].WrittenAt == nil || !mine[0].WrittenAt.Equal(written) || mine[0].Name != "张大爷" || mine[0].Door != "三组 8 号" {
		t.Fatalf("%+v", mine)
	}
	for _, carrier := range []client{other, far} {
		if list := decode[api.ReportList](t, carrier.get("/reports")); len(list.Items) != 0 {
			t.Errorf("who only carried it has it for their own: %+v", list.Items)
		}
	}
}

// Who carried a report stands beside its author; a claim that was changed, or that is too old for
// another to use, brings nothing, and the author may still send.
func TestAReportKeepsItsAuthor(t *testing.T) {
	h := newHouse(t)
	author, carrier, worker := h.signIn("village_assistant"), h.signIn("volunteer"), h.signIn("worker")
	claim := decode[api.ReportClaim](t, author.get("/reports/claim")).Claim
	body := map[string]any{"id": uuid.NewString(), "area": village, "priority": "P1", "seen": "An old woman lies in a cold house.", "claim": claim}
	for _, wrong := range []string{"nonsense", claim + "A", "A" + claim, strings.Split(claim, ".")[0] + ".", "." + strings.Split(claim, ".")[1]} {
		if got := carrier.post("/reports", with(body, map[string]any{"claim": wrong})); got.code() != "claim_unknown" {
			t.Errorf("claim %q: %d %s", wrong, got.status, got.body)
		}
	}
	old := h.db.Claim(area.Staff{ID: area.StaffID(h.count(`SELECT id FROM staff WHERE login = 'village_assistant'`)), Role: area.RoleVillageAssistant, Area: village}, time.Now().AddDate(0, 0, -31))
	if got := carrier.post("/reports", with(body, map[string]any{"claim": old})); got.code() != "claim_expired" {
		t.Errorf("an old claim: %d %s", got.status, got.body)
	}
	if n := h.count(`SELECT count(*) FROM tickets`); n != 0 {
		t.Fatalf("%d tickets of what was refused", n)
	}
	made := decode[api.Reported](t, carrier.post("/reports", body))
	v := decode[api.Ticket](t, worker.get("/tickets/"+string(made.Number)))
	if v.Report.By != "village_assistant" || v.Report.CarriedBy != "volunteer" || made.State != ticket.ArrivedNew {
		t.Errorf("%+v, %+v", made, v.Report)
	}
	again := decode[api.Reported](t, author.post("/reports", with(body, map[string]any{"claim": old})))
	if again.Number != made.Number || again.State != ticket.ArrivedAgain {
		t.Errorf("the author with an old claim: %+v", again)
	}
	if n := h.count(`SELECT count(*) FROM timeline l WHERE l.kind = 'ticket.reported' AND l.data->>'carried_by' = 'volunteer' AND l.data->>'by' = 'village_assistant'`); n != 1 {
		t.Errorf("%d lines say who carried it", n)
	}
}

// Other words under an id that is taken: whoever sends is told, and both are on the ticket's page.
func TestOtherWordsUnderOneIDAreKept(t *testing.T) {
	h := newHouse(t)
	author, worker := h.signIn("village_assistant"), h.signIn("worker")
	body := map[string]any{"id": uuid.NewString(), "area": village, "priority": "P2", "seen": "No food in the house.", "phone": "13812345678"}
	made := decode[api.Reported](t, author.post("/reports", body))
	other := with(body, map[string]any{"seen": "No food, and the child is ill."})
	for range 2 {
		got := decode[api.Reported](t, author.post("/reports", other))
		if got.State != ticket.ArrivedConflict || got.Number != made.Number {
			t.Errorf("%+v, want the first's number and a conflict", got)
		}
	}
	stolen := decode[api.Reported](t, h.signIn("volunteer").post("/reports", body))
	if stolen.State != ticket.ArrivedConflict {
		t.Errorf("another's report under the id: %+v", stolen)
	}
	v := decode[api.Ticket](t, worker.get("/tickets/"+string(made.Number)))
	if v.Report.Seen != body["seen"] || len(v.Report.Pieces) != 2 || !strings.Contains(v.Report.Pieces[0].Text, "the child is ill") || v.Report.Pieces[1].By != "volunteer" {
		t.Fatalf("%+v", v.Report)
	}
	if text := v.Report.Pieces[0].Text; strings.Contains(text, "13812345678") || !strings.Contains(text, "138****5678") {
		t.Errorf("the telephone of the other words: %s", text)
	}
	if n := h.count(`SELECT count(*) FROM tickets`); n != 1 {
		t.Errorf("%d tickets, want one", n)
	}
}

// An addition and a photo that overtake their report wait for it, and stand on its ticket when it
// comes; one that comes later reaches whoever has the ticket, also where it is joined to another.
func TestWhatOvertakesItsReportWaits(t *testing.T) {
	h := newHouse(t)
	author, worker, far := h.signIn("village_assistant"), h.signIn("worker"), h.signIn("worker.far")
	report := uuid.NewString()
	addition := map[string]any{"about": report, "id": uuid.NewString(), "kind": "addition", "text": "The child is at the aunt's."}
	photo := with(photoBody(), map[string]any{"id": uuid.NewString(), "about": report})
	for range 2 { // twice each
		if got := decode[api.Added](t, author.post("/report-pieces", addition)); got.Joined {
			t.Error("an addition was joined to a report that is not there")
		}
		if got := decode[api.Added](t, author.post("/report-photos", photo)); got.Joined {
			t.Error("a photo was joined to a report that is not there")
		}
	}
	if got := author.post("/report-pieces", with(addition, map[string]any{"text": "other words"})); got.code() != "id_reused" {
		t.Errorf("another piece under the id: %d %s", got.status, got.body)
	}
	for what, change := range map[string]map[string]any{
		"photo_changed": {"sha256": strings.Repeat("0", 64)}, "photo_form": {"media_type": "image/png"},
	} {
		if got := author.post("/report-photos", with(photo, change)); got.code() != what {
			t.Errorf("%s: %d %s", what, got.status, got.body)
		}
	}
	body := map[string]any{"id": report, "area": village, "priority": "P2", "seen": "The kitchen has burnt.", "phone": "13812345678"}
	earlier := h.call("12349001", "13812345678")
	made := decode[api.Reported](t, author.post("/reports", body))
	v := decode[api.Ticket](t, worker.get("/tickets/"+string(made.Number)))
	if len(v.Report.Pieces) != 2 || v.Report.Pieces[0].Text != addition["text"] || v.Report.Pieces[1].Kind != ticket.PiecePhoto || v.Report.Pieces[1].SHA256 != photo["sha256"] {
		t.Fatalf("%+v", v.Report.Pieces)
	}
	path := "/report-photos/" + photo["id"].(string) + "/content"
	if got := worker.get(path); !bytes.Equal(got.body, picture()) {
		t.Errorf("the photo: %d, %d octets", got.status, len(got.body))
	}
	for _, stranger := range []client{far, h.signIn("volunteer")} {
		if got := stranger.get(path); got.status != http.StatusNotFound {
			t.Errorf("a stranger looks at the photo: %d", got.status)
		}
	}
	if n := h.count(`SELECT count(*) FROM audit_records WHERE action = 'photo.view'`); n != 1 {
		t.Errorf("%d records of looks at the photo, want one", n)
	}
	decode[api.Ticket](t, worker.post("/tickets/"+string(made.Number)+"/repeat", map[string]any{"same": true}))
	late := decode[api.Added](t, author.post("/report-pieces", map[string]any{"about": report, "kind": "correction", "text": "It is the house beside."}))
	if !late.Joined {
		t.Error("a correction was not joined")
	}
	if got := h.signIn("volunteer").post("/report-pieces", addition); got.status != http.StatusNotFound {
		t.Errorf("another adds to the report: %d %s", got.status, got.body)
	}
	for sql, want := range map[string]int{
		`SELECT count(*) FROM timeline l JOIN tickets t ON t.id = l.ticket_id WHERE l.kind = 'ticket.report_added' AND t.number = '` + string(made.Number) + `'`: 3,
		`SELECT count(*) FROM timeline l JOIN tickets t ON t.id = l.ticket_id WHERE l.kind = 'ticket.report_added' AND t.public_id = '` + earlier + `'`:          1,
		`SELECT count(*) FROM notices n JOIN tickets t ON t.id = n.ticket_id WHERE n.template = 'report_added' AND t.public_id = '` + earlier + `'`:              1,
		`SELECT count(*) FROM report_pieces WHERE ticket_id IS NULL`:                                                                                             0,
		`SELECT count(*) FROM report_pieces WHERE position('aunt' IN encode(body_sealed, 'escape')) > 0`:                                                         0,
	} {
		if n := h.count(sql); n != want {
			t.Errorf("%d, want %d: %s", n, want, sql)
		}
	}
}
