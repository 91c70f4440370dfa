package api_test

import (
	"bytes"
	"net/http"
	"strings"
	"testing"

	"example.org/hotline/api"
	"example.org/hotline/relief/form"
	"example.org/hotline/test/paper"
)

// A payee's receipt is printed before they sign it, a refusal after it was decided; each print is on record.
func TestFormsArePrinted(t *testing.T) {
	h := newHouse(t)
	h.fund()
	worker := h.signIn("worker")
	id, page := h.story(worker, 80_000)
	page = decode[api.Ticket](t, worker.post("/tickets/"+id+"/disbursements", map[string]any{"decision_id": page.Decisions[0].ID, "amount_fen": 80_000}))
	receipt := worker.get("/disbursements/" + page.Disbursements[0].ID + "/form")
	if receipt.status != http.StatusOK || receipt.header.Get("Content-Type") != "application/pdf" || receipt.header.Get("Cache-Control") != "no-store" || !bytes.HasPrefix(receipt.body, []byte("%PDF-")) {
		t.Fatalf("the receipt: %d %v %.60q", receipt.status, receipt.header, receipt.body)
	}
	if granted := worker.get("/decisions/" + page.Decisions[0].ID + "/form"); granted.code() != "not_found" {
		t.Errorf("a refusal of what was granted: %d %s", granted.status, granted.body)
	}
	if foreign := h.signIn("worker.far").get("/disbursements/" + page.Disbursements[0].ID + "/form"); foreign.code() != "not_found" {
		t.Errorf("another township prints it: %d", foreign.status)
	}

	other := h.call("12349001", "13912345678")
	h.offer(other, "worker")
	for _, step := range []string{"acceptance", "visits", "findings"} {
		decode[api.Ticket](t, worker.post("/tickets/"+other+"/"+step, bodies["POST /tickets/{id}/"+step]))
	}
	refused := decode[api.Ticket](t, worker.post("/tickets/"+other+"/refusals", map[string]any{"reason": "helped by relatives"}))
	if letter := worker.get("/decisions/" + refused.Decisions[0].ID + "/form"); letter.status != http.StatusOK || !bytes.HasPrefix(letter.body, []byte("%PDF-")) {
		t.Errorf("the letter: %d %.60q", letter.status, letter.body)
	}
	prints := 0
	for _, row := range decode[api.AuditPage](t, h.signIn("auditor").get("/audit?limit=50")).Items {
		if row.Action == "form.print" {
			prints++
		}
	}
	if prints != 2 {
		t.Errorf("%d prints are on record, want 2", prints)
	}
}

// Without a font nothing is printed, and whoever runs the server is told what to install.
func TestWithoutAFontNothingIsPrinted(t *testing.T) {
	h := newHouse(t, func(_ *api.Config, d *api.Deps) { d.Forms.Font = form.Font{Path: "/nowhere.ttf"} })
	h.fund()
	worker := h.signIn("worker")
	id, page := h.story(worker, 80_000)
	page = decode[api.Ticket](t, worker.post("/tickets/"+id+"/disbursements", map[string]any{"decision_id": page.Decisions[0].ID, "amount_fen": 80_000}))
	if got := worker.get("/disbursements/" + page.Disbursements[0].ID + "/form"); got.status != http.StatusServiceUnavailable || got.code() != "font_missing" {
		t.Errorf("%d %s", got.status, got.body)
	}
}

// The papers of the integrity procedure are printed for one of the household, masked, with what the file says and none of its notes.
func TestThePapersOfIntegrityArePrinted(t *testing.T) {
	h := newHouse(t)
	worker := h.signIn("worker")
	id := h.call("12349001", "13812345678")
	h.offer(id, "worker")
	decode[api.Ticket](t, worker.post("/tickets/"+id+"/acceptance", nil))
	ids := h.household("worker", id, family...)
	decode[api.IntegrityEntry](t, worker.post("/tickets/"+id+"/integrity-entries", map[string]any{"person": ids[0], "kind": "kept", "behaviour": "told_change", "note": "急性病好转后来电"}))
	for path, want := range map[string][]string{
		"commitment-form":       {"社会救助诚信承诺书", family[0].name, "990***********", "甲镇", "forms-2026-2"},
		"integrity-notice-form": {"社会救助诚信告知书", family[0].name, "隐瞒收入", "简化复核程序", "7日内说明情况", "60日内申诉"},
		"integrity-record-form": {"守信和失信行为记录表", "1. 主动报告收入或家庭变化（已上报，未认定）", "失信行为：（无）"},
	} {
		at := "/tickets/" + id + "/" + path + "?member="
		sheet, err := paper.Read(worker.get(at + ids[0]).body)
		if err != nil {
			t.Errorf("%s: %v", path, err)
		}
		for _, w := range want {
			if !strings.Contains(sheet.Flat(), w) {
				t.Errorf("%s does not say %q: %s", path, w, sheet.Text)
			}
		}
		for _, never := range []string{"急性病", family[1].name, withCheckCharacter("990101" + family[0].born + family[0].serial)} {
			if strings.Contains(sheet.Flat(), never) {
				t.Errorf("%s says %s", path, never)
			}
		}
		for _, who := range []string{"", someID} {
			if got := worker.get(at + who); got.code() != "not_found" {
				t.Errorf("%s of %q: %d", path, who, got.status)
			}
		}
		if got := h.signIn("worker.far").get(at + ids[0]); got.code() != "not_found" {
			t.Errorf("%s from another township: %d", path, got.status)
		}
	}
}
