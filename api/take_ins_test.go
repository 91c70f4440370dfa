package api_test

import (
	"maps"
	"testing"

	"example.org/hotline/api"
	"example.org/hotline/ticket"
)

// Somebody comes to the counter for school meals and is told no: the matter becomes a ticket of
// whoever sat there, with clocks and a ladder as any other, and they look whether another
// aid is due (DOMAIN 1, 7). Another province's office sends a matter over, and is named (30).
func TestAMatterIsTakenInAtACounter(t *testing.T) {
	h := newHouse(t)
	worker, head := h.signIn("worker"), h.signIn("township_head")
	body := map[string]any{"source": "counter", "area": string(village), "priority": "P3", "said": "School meals were refused: no dibao household, no stamp.", "phone": "13812345678",
		"speaker": "吴测试", "relation": "spouse", "refused_service": "学生营养餐补助"}
	with := func(more map[string]any) map[string]any {
		b := maps.Clone(body)
		maps.Copy(b, more)
		return b
	}
	for code, more := range map[string]map[string]any{"report_elsewhere": {"area": "990102101000"}, "report_too_wide": {"area": string(county)}, "said_required": {"said": " x"[:1]},
		"office_required": {"source": "province"}, "personal_number": {"said": "her number is 99010119800101123X"}} {
		if got := worker.post("/intakes", with(more)); got.code() != code {
			t.Errorf("%v: %s, want %s", more, got.body, code)
		}
	}
	made := decode[api.TakenIn](t, worker.post("/intakes", body))
	v := decode[api.Ticket](t, head.get("/tickets/"+string(made.Number)))
	if v.ID != made.ID || v.Source != ticket.SourceCounter || v.Report != nil || v.TakenIn == nil || v.TakenIn.By != "worker" || v.TakenIn.Said != body["said"] || v.TakenIn.Speaker != "吴测试" ||
		v.TakenIn.Relation != ticket.RelationSpouse || v.TakenIn.Refused != body["refused_service"] || v.CallerMasked != "138****5678" || v.Owner.Name != "worker" || len(v.Clocks) == 0 {
		t.Fatalf("the ticket: %+v, taken in %+v", v, v.TakenIn)
	}
	if n := h.count(`SELECT count(*) FROM case_tasks k JOIN staff s ON s.post_id = k.post_id WHERE k.kind = 'screen' AND k.state = 'open' AND s.login = 'worker'`); n != 1 {
		t.Errorf("%d tasks to look whether another aid is due", n)
	}
	if n := h.count(`SELECT count(*) FROM notices WHERE template = 'reported_citizen'`); n != 1 {
		t.Errorf("the citizen was told the number %d times", n)
	}
	if n := h.count(`SELECT count(*) FROM timers WHERE kind = 'route' AND subject_id = (SELECT id FROM tickets WHERE number = $1)`, string(made.Number)); n != 1 {
		t.Errorf("%d ladders begin", n)
	}
	if n := h.count(`SELECT (SELECT count(*) FROM timeline WHERE data::text ~ '吴测试|stamp|1381234') + (SELECT count(*) FROM intakes WHERE encode(said_sealed, 'escape') ~ 'stamp')`); n != 0 {
		t.Errorf("%d rows tell what was said", n)
	}
	sent := decode[api.TakenIn](t, worker.post("/intakes", with(map[string]any{"source": "province", "office": "某省某县民政局", "their_number": "2026-17", "refused_service": "", "relation": "official"})))
	if v := decode[api.Ticket](t, worker.get("/tickets/"+sent.ID)); v.Source != ticket.SourceProvince || v.TakenIn.Office != "某省某县民政局" || v.TakenIn.TheirNumber != "2026-17" {
		t.Errorf("from another province: %+v", v.TakenIn)
	}
	if n := h.count(`SELECT count(*) FROM case_tasks`); n != 1 {
		t.Errorf("%d tasks where nothing was refused", n)
	}
}
