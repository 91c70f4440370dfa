package api_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"image"
	"image/png"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/google/uuid"

	"example.org/hotline/api"
	"example.org/hotline/area"
	"example.org/hotline/ledger"
	"example.org/hotline/store"
	"example.org/hotline/ticket"
)

// demoIdentity is invented: no division begins with 990101, and the check
// character fits.
var demoIdentity = withCheckCharacter("99010119900307001")

func withCheckCharacter(digits string) string {
	sum := 0
	for i, w := range [17]int{7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2} {
		sum += w * int(digits[i]-'0')
	}
	return digits + string("10X98765432"[sum%11])
}

// fund fills the township's float.
func (h *house) fund() {
	h.t.Helper()
	h.as("dispatch", func(tx *store.Tx) error {
		if err := ledger.AllocateFund(h.t.Context(), tx, county, 10_000_000, "budget 1"); err != nil {
			return err
		}
		return ledger.FundFloat(h.t.Context(), tx, township, 5_000_000, "voucher 1")
	})
}

// photo uploads a picture in parts and gives its id.
func (c client) photo(id string) string {
	c.h.t.Helper()
	var picture bytes.Buffer
	img := image.NewGray(image.Rect(0, 0, 300, 200))
	for i := range img.Pix {
		img.Pix[i] = byte(i * i >> 3) // noise, so that it has more than one part
	}
	c.h.photos++
	img.Pix[0], img.Pix[1] = byte(c.h.photos), byte(c.h.photos>>8) // no two are the same
	if err := png.Encode(&picture, img); err != nil {
		c.h.t.Fatal(err)
	}
	content, partSize := picture.Bytes(), 16_000
	sum := sha256.Sum256(content)
	begun := decode[api.Upload](c.h.t, c.post("/uploads", map[string]any{"ticket": id, "media_type": "image/png", "size": len(content),
		"sha256": hex.EncodeToString(sum[:]), "part_size": partSize}))
	for n := begun.Parts; n >= 1; n-- { // in any order
		part := content[(n-1)*partSize : min(n*partSize, len(content))]
		header := http.Header{"Idempotency-Key": {fmt.Sprintf("%s-p%d", begun.ID, n)}, "Content-Type": {"application/octet-stream"}}
		after := decode[api.Upload](c.h.t, c.send(http.MethodPut, fmt.Sprintf("/uploads/%s/parts/%d", begun.ID, n), string(part), header))
		if after.Complete != (n == 1) {
			c.h.t.Fatalf("after part %d of %d: %+v", n, begun.Parts, after)
		}
	}
	return begun.ID
}

// story takes a call to the decision: accepted, visited, found, decided. Each is another person's, the first demoIdentity's.
func (h *house) story(worker client, fen int64) (id string, page api.Ticket) {
	h.t.Helper()
	id = h.call("12349001", "13812345678")
	h.offer(id, "worker")
	for _, step := range []string{"acceptance", "visits"} {
		decode[api.Ticket](h.t, worker.post("/tickets/"+id+"/"+step, bodies["POST /tickets/{id}/"+step]))
	}
	found := findingsBody()
	if h.stories++; h.stories > 1 {
		found["id_number"] = withCheckCharacter(fmt.Sprintf("99010119900307%03d", h.stories))
	}
	decode[api.Ticket](h.t, worker.post("/tickets/"+id+"/findings", found))
	return id, decode[api.Ticket](h.t, worker.post("/tickets/"+id+"/decisions", map[string]any{"amount_fen": fen, "reason": "food and shelter", "missing_papers": []string{"id_copy"}}))
}

// The story: 800.00 in cash by one worker, from the call to the stopped clock,
// with a second signature afterwards and a paper handed in.
func TestFromDecisionToReceipt(t *testing.T) {
	h := newHouse(t)
	h.fund()
	worker, head := h.signIn("worker"), h.signIn("township_head")
	id, page := h.story(worker, 80_000)
	if page.Status != ticket.StatusAidDecided || len(page.Decisions) != 1 || !slices.Contains(page.Acts, "start_disbursement") {
		t.Fatalf("decided: %s, decisions %+v, acts %v", page.Status, page.Decisions, page.Acts)
	}
	if strings.Contains(string(worker.get("/tickets/"+id).body), demoIdentity) {
		t.Error("the identity number is on the page in full")
	}
	page = decode[api.Ticket](t, worker.post("/tickets/"+id+"/disbursements", map[string]any{"decision_id": page.Decisions[0].ID, "amount_fen": 80_000}))
	payout := page.Disbursements[0]
	if payout.State != ledger.StateReserved || payout.SecondSignBy == nil || !slices.Contains(page.Acts, "issue_cash") {
		t.Fatalf("started: %+v, acts %v", payout, page.Acts)
	}
	decode[api.Ticket](t, worker.post("/disbursements/"+payout.ID+"/cash", map[string]any{}))
	photo, signature := worker.photo(id), worker.photo(id)
	receipt := map[string]any{"photo": photo, "signature": "screen", "signature_upload": signature}
	key := uuid.NewString()
	first := worker.send(http.MethodPost, "/disbursements/"+payout.ID+"/receipt", receipt, withKey(key))
	page = decode[api.Ticket](t, first)
	if page.Status != ticket.StatusFollowUp || page.Disbursements[0].State != ledger.StateReceipted || len(page.Receipts) != 1 {
		t.Fatalf("receipted: %s %+v", page.Status, page.Disbursements)
	}
	for _, c := range page.Clocks {
		if c.StoppedAt == nil || c.Proof != ticket.ProofReceipt {
			t.Errorf("clock %+v runs on", c)
		}
	}
	if again := worker.send(http.MethodPost, "/disbursements/"+payout.ID+"/receipt", receipt, withKey(key)); string(again.body) != string(first.body) {
		t.Errorf("the receipt again: %d %s", again.status, again.body)
	}
	if second := worker.post("/disbursements/"+payout.ID+"/receipt", receipt); second.status != http.StatusConflict || second.code() != "already_receipted" {
		t.Errorf("a second receipt: %d %s", second.status, second.body)
	}

	inbox := decode[api.Inbox](t, head.get("/approvals"))
	if len(inbox.Items) != 1 || inbox.Items[0].Act != "second_signature" {
		t.Fatalf("the head's inbox: %+v", inbox.Items)
	}
	if a := head.post("/disbursements/"+payout.ID+"/second-signature", map[string]any{"content_hash": someHash}); a.code() != "content_changed" {
		t.Errorf("a signature under something else: %d %s", a.status, a.body)
	}
	page = decode[api.Ticket](t, head.post("/disbursements/"+payout.ID+"/second-signature", map[string]any{"content_hash": inbox.Items[0].ContentHash}))
	if page.Disbursements[0].SecondSigner != "township_head" {
		t.Errorf("second signature: %+v", page.Disbursements[0])
	}
	paper := page.Papers[0]
	decode[api.Ticket](t, worker.post("/papers/"+paper.ID+"/receipt", map[string]any{"photos": []string{photo}}))
	page = decode[api.Ticket](t, head.post("/papers/"+paper.ID+"/verification", map[string]any{}))
	if page.Papers[0].State != "verified" || page.Papers[0].DueAt == nil {
		t.Errorf("paper: %+v", page.Papers[0])
	}

	books := decode[api.TrialBalance](t, h.signIn("county_finance").get("/ledger/trial-balance"))
	if !books.Balanced || books.DebitFen == 0 || len(books.Floats) != 1 || books.Floats[0].PostedFen != 4_920_000 {
		t.Errorf("books: %+v", books)
	}
	if town := decode[api.TrialBalance](t, h.signInOnce("county_finance").get("/ledger/trial-balance?area="+string(township))); town.Whole || len(town.Accounts) >= len(books.Accounts) || len(town.Floats) != 1 {
		t.Errorf("the township's part: %+v", town)
	}
	account := books.Floats[0].ID
	statement := decode[ledger.Statement](t, head.get("/ledger/accounts/"+account+"/statement"))
	if len(statement.Lines) == 0 || statement.Account.PostedFen != 4_920_000 {
		t.Errorf("statement: %+v", statement)
	}
}

// Above the solo limit three people; sums that are no sums are told so.
func TestLargePayoutNeedsThree(t *testing.T) {
	h := newHouse(t)
	h.fund()
	worker, other, head := h.signIn("worker"), h.signIn("worker.b"), h.signIn("township_head")
	id, page := h.story(worker, 200_000)
	decision := page.Decisions[0].ID
	if page.Status != ticket.StatusFindings || slices.Contains(page.Acts, "start_disbursement") {
		t.Fatalf("before approval: %s, acts %v", page.Status, page.Acts)
	}
	if a := worker.post("/decisions/"+decision+"/approval", map[string]any{"approve": true}); a.status != http.StatusNotFound {
		t.Errorf("the worker approves: %d %s", a.status, a.body)
	}
	decode[api.Ticket](t, head.post("/decisions/"+decision+"/approval", map[string]any{"approve": true}))
	start := map[string]any{"decision_id": decision, "amount_fen": 200_000}
	for name, fen := range map[string]any{"negative": -1, "nothing": 0, "decimals": 1000.5, "another sum": 199_999, "text": "200000"} {
		if a := worker.post("/tickets/"+id+"/disbursements", map[string]any{"decision_id": decision, "amount_fen": fen}); a.status != 422 && a.code() != "amount_differs" {
			t.Errorf("%s: %d %s", name, a.status, a.body)
		}
	}
	page = decode[api.Ticket](t, worker.post("/tickets/"+id+"/disbursements", start))
	payout := page.Disbursements[0]
	if payout.State != ledger.StateSubmitted {
		t.Fatalf("started: %+v", payout)
	}
	if a := worker.post("/disbursements/"+payout.ID+"/check", map[string]any{"content_hash": payout.ContentHash}); a.status != http.StatusNotFound {
		t.Errorf("the maker checks: %d %s", a.status, a.body)
	}
	page = decode[api.Ticket](t, head.post("/disbursements/"+payout.ID+"/check", map[string]any{"content_hash": payout.ContentHash}))
	if page.Disbursements[0].Checker != "township_head" {
		t.Errorf("checked: %+v", page.Disbursements[0])
	}
	if a := worker.post("/disbursements/"+payout.ID+"/cash", map[string]any{}); a.code() != "maker_is_payer" {
		t.Errorf("the maker pays: %d %s", a.status, a.body)
	}
	page = decode[api.Ticket](t, other.post("/disbursements/"+payout.ID+"/cash", map[string]any{}))
	if page.Disbursements[0].Payer != "worker.b" || !slices.Contains(page.Acts, "return_cash") {
		t.Errorf("paid: %+v, acts %v", page.Disbursements[0], page.Acts)
	}
}

// With the real ids of another township's aid, money, papers and photos in
// hand, every route is as silent as for ids that never were.
func TestForeignIdsTellNothing(t *testing.T) {
	h := newHouse(t)
	h.fund()
	worker := h.signIn("worker")
	id, page := h.story(worker, 80_000)
	page = decode[api.Ticket](t, worker.post("/tickets/"+id+"/disbursements", map[string]any{"decision_id": page.Decisions[0].ID, "amount_fen": 80_000}))
	account := decode[api.TrialBalance](t, h.signIn("county_finance").get("/ledger/trial-balance")).Floats[0].ID
	real := map[string]string{"tickets": id, "decisions": page.Decisions[0].ID, "disbursements": page.Disbursements[0].ID,
		"papers": page.Papers[0].ID, "uploads": worker.photo(id), "ledger": account}
	for _, r := range h.server.Routes() {
		room, _, _ := strings.Cut(strings.TrimPrefix(r.Path, "/"), "/")
		if real[room] == "" || !strings.Contains(r.Path, "{id}") {
			continue
		}
		for _, role := range r.Who {
			login := string(role) + ".far"
			c, answers := h.signInOnce(login), []string{}
			for _, ref := range []string{real[room], uuid.NewString()} {
				path := strings.NewReplacer("{id}", ref, "{part}", "1").Replace(r.Path)
				a := c.send(r.Method, path, bodies[r.Method+" "+r.Path], http.Header{"Idempotency-Key": {uuid.NewString()}})
				answers = append(answers, fmt.Sprint(a.status, string(a.body)))
			}
			if answers[0] != answers[1] || !strings.HasPrefix(answers[0], "404") {
				t.Errorf("%s %s as %s: %s; of no such thing: %s", r.Method, r.Path, login, answers[0], answers[1])
			}
		}
	}
}

func TestPhotoIsLookedAtOnRecord(t *testing.T) {
	h := newHouse(t)
	h.fund()
	worker := h.signIn("worker")
	id, _ := h.story(worker, 80_000)
	photo := worker.photo(id)
	a := worker.get("/uploads/" + photo + "/content")
	if a.status != http.StatusOK || a.header.Get("Content-Type") != "image/png" || !strings.Contains(a.header.Get("Content-Security-Policy"), "sandbox") {
		t.Fatalf("%d %v", a.status, a.header)
	}
	if _, err := png.Decode(bytes.NewReader(a.body)); err != nil {
		t.Errorf("the photo does not open: %v", err)
	}
	if audit := string(h.signIn("auditor").get("/audit").body); !strings.Contains(audit, "photo.view") {
		t.Error("looking at the photo left no record")
	}
}

// What is wrong with an identity number is told, the number is not.
func TestBadIdentityNumbers(t *testing.T) {
	h := newHouse(t)
	worker := h.signIn("worker")
	id := h.call("12349001", "")
	h.offer(id, "worker")
	worker.post("/tickets/"+id+"/acceptance", map[string]any{})
	for number, code := range map[string]string{demoIdentity[:17] + "?": "id_length", "990101900307001": "id_fifteen_digits",
		"99010119901307001X": "id_birth_date", withCheckCharacter("99010119900307002")[:17] + "Y": "id_length"} {
		body := findingsBody()
		body["id_number"] = number
		a := worker.post("/tickets/"+id+"/findings", body)
		if a.status != http.StatusUnprocessableEntity || a.code() != code || strings.Contains(string(a.body), number) {
			t.Errorf("%s: %d %s, want %s", number, a.status, a.body, code)
		}
	}
}

// What lies in the float of a township that was merged stands by itself, with who
// answers for it now, and is no float that runs low.
func TestMoneyLeftBehindByAMerger(t *testing.T) {
	h := newHouse(t)
	h.fund()
	finance := h.signIn("county_finance")
	if before := decode[api.TrialBalance](t, finance.get("/ledger/trial-balance")); len(before.LeftBehind) != 0 || before.LeftFen != 0 || len(before.Floats) != 1 {
		t.Errorf("before the merger: %+v", before.LeftBehind)
	}
	admin := h.signIn("system_admin")
	p := decode[area.ImportPreview](t, admin.sendFile("code,name,valid_to,merged_into\n990101101000,甲镇,2026-01-01,990101102000\n990101102000,新甲镇,,\n990101101201,甲村,2026-01-01,990101102201\n990101102201,甲村,,\n"))
	if got := admin.post("/areas/imports/"+p.ID+"/application", nil); got.status != http.StatusOK {
		t.Fatalf("the merger: %d %s", got.status, got.body)
	}
	if err := h.areas.Refresh(t.Context()); err != nil {
		t.Fatal(err)
	}
	books := decode[api.TrialBalance](t, finance.get("/ledger/trial-balance"))
	if len(books.LeftBehind) != 1 || books.LeftFen != 5_000_000 || len(books.Floats) != 0 {
		t.Fatalf("after it: %+v, floats %+v", books.LeftBehind, books.Floats)
	}
	if l := books.LeftBehind[0]; l.AreaName != "甲镇" || l.Successor != "990101102000" || l.SuccessorName != "新甲镇" || l.Kind != ledger.Float || l.AvailableFen != 5_000_000 {
		t.Errorf("what is left: %+v", l)
	}
	moved := map[string]any{"area": string(township), "amount_fen": 5_000_000, "voucher": "merger 1"}
	if a := decode[ledger.AccountView](t, finance.post("/ledger/floats/moves", moved)); a.Area != "990101102000" || a.PostedFen != 5_000_000 {
		t.Errorf("moved: %+v", a)
	}
	if after := decode[api.TrialBalance](t, finance.get("/ledger/trial-balance")); len(after.LeftBehind) != 0 || !after.Balanced {
		t.Errorf("after it was moved: %+v", after.LeftBehind)
	}
}
