package api_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"example.org/hotline/api"
	"example.org/hotline/ledger"
	"example.org/hotline/ledger/rail"
	"example.org/hotline/relief"
	"example.org/hotline/relief/application"
	"example.org/hotline/relief/loop"
	"example.org/hotline/relief/paymaster"
	"example.org/hotline/relief/rule"
	"example.org/hotline/test/paper"
	"example.org/hotline/ticket"
)

// path is a family's way through the whole loop, with what the rules must make of it.
type path struct {
	version                          string
	refused                          string // the service that a counter refused them; empty: they call
	visit, home, posted              string // days: the first talk, the home, the notice
	starts, ends, notYet, granted    string // the notice; a minute too early; the second person's word
	first, paid                      string // the first month; a day in it on which it is paid
	members                          []member
	incomes                          [][]map[string]any
	perCapita, each, monthly         int64
	later, laterPosted, laterGranted string // the look again, its notice, its grant
	added, tooMuch                   int64  // the temporary aid; a sum above its cap
	level                            string // whose word the temporary aid needs
	head                             string // who reads on the notice
	never                            []string
	double                           string // an aid for the same purpose
}

// The family of the article, under the rules of its time and under those of the law of
// 2026: the service that was refused, the screening, the visit of two, the notice, four
// times 360.00 a month from the month that the version says and paid by a run, a visit
// that finds it is not enough, and 2,000.00 beside, on the same case, paid as well.
func TestTheFamilyOfTheArticle(t *testing.T) {
	odd := [][]map[string]any{income("odd_jobs", 240_000)} // less a tenth of work cost: 2,160.00, 540.00 a head
	never := []string{"周小一", "周小二", "吴测试", "99010119", "13812345678"}
	for _, tt := range []path{
		{version: "aid-seed-2021", refused: "学生营养餐补助", visit: "2026-04-28", home: "2026-04-29", posted: "2026-04-30", starts: "2026-04-30", ends: "2026-05-06", notYet: "2026-05-06 23:50", granted: "2026-05-07",
			first: "2026-05", paid: "2026-05-20", members: family, incomes: odd, perCapita: 54_000, each: 36_000, monthly: 144_000,
			later: "2026-05-28", laterPosted: "2026-05-29", laterGranted: "2026-06-05", added: 200_000, tooMuch: 900_001, level: "township", head: "周测试", never: never, double: "tekun"},
		{version: "aid-law-2026", refused: "学生营养餐补助", visit: "2027-04-28", home: "2027-04-29", posted: "2027-04-30", starts: "2027-05-01", ends: "2027-05-07", notYet: "2027-05-07 23:50", granted: "2027-05-08",
			first: "2027-06", paid: "2027-06-20", members: family, incomes: odd, perCapita: 54_000, each: 36_000, monthly: 144_000 + 2*9_000,
			later: "2027-06-28", laterPosted: "2027-06-29", laterGranted: "2027-07-07", added: 200_000, tooMuch: 1_080_001, level: "township", head: "周测试", never: never, double: "tekun"},
	} {
		t.Run(tt.version, func(t *testing.T) { newHouse(t, withBank(t)).walk(tt) })
	}
}

// Other families, other sums, other days: nothing above rests on the article's numbers.
func TestOtherFamiliesGoTheSameWay(t *testing.T) {
	mother := []member{{"head", "郑测试", "19880214", "102", nil}, {"child", "郑小一", "20190805", "103", nil}}
	three := append(slices.Clone(mother), member{"parent", "冯测试", "19550630", "104", nil})
	for name, tt := range map[string]path{
		"a mother with a child": {version: "aid-seed-2021", visit: "2026-01-12", home: "2026-01-13", posted: "2026-01-14", starts: "2026-01-14", ends: "2026-01-20", notYet: "2026-01-20 23:59",
			granted: "2026-01-21", first: "2026-01", paid: "2026-01-25", members: mother, incomes: [][]map[string]any{income("alimony", 100_000)}, perCapita: 50_000, each: 40_000, monthly: 80_000,
			later: "2026-02-10", laterPosted: "2026-02-11", laterGranted: "2026-02-18", added: 350_000, tooMuch: 900_001, level: "county", head: "郑测试", never: []string{"郑小一"}, double: "orphan"},
		"three generations": {version: "aid-law-2026", visit: "2026-11-26", home: "2026-11-27", posted: "2026-11-28", starts: "2026-11-29", ends: "2026-12-05", notYet: "2026-12-05 23:59",
			granted: "2026-12-06", first: "2027-01", paid: "2027-01-15", members: three, incomes: [][]map[string]any{income("salary", 150_000), nil, income("basic_pension", 20_000)},
			perCapita: 48_333, each: 41_667, monthly: 3*41_667 + 9_000 + 9_000,
			later: "2027-02-01", laterPosted: "2027-02-02", laterGranted: "2027-02-10", added: 123_456, tooMuch: 1_080_001, level: "township", head: "郑测试", never: []string{"郑小一", "冯测试"}, double: "tekun"},
	} {
		t.Run(name, func(t *testing.T) { newHouse(t, withBank(t)).walk(tt) })
	}
}

// walk takes a family from the first talk to the sum that is added.
func (h *house) walk(p path) {
	h.t.Helper()
	h.fund()
	worker, head := h.signIn("worker"), h.signIn("township_head")
	h.clock(p.visit + " 10:00")
	caseID := h.came(worker, p)
	ids := h.household("worker", caseID, p.members...)

	a := h.applied(worker, caseID, ids, "dibao", p)
	page := decode[api.Ticket](h.t, worker.get("/tickets/"+caseID))
	at20 := slices.IndexFunc(page.Clocks, func(c ticket.ClockView) bool { return c.Kind == ticket.ClockDecide })
	if at20 < 0 || page.Clocks[at20].Span != "20wd" || page.Clocks[at20].StoppedAt != nil {
		h.t.Fatalf("the 20 working days: %+v", page.Clocks)
	}
	h.clock(p.home + " 09:00")
	a = h.weighed(worker, caseID, a.ID, p)
	h.findingsOf(worker, caseID, p.members[0])
	h.carded(worker, h.signInOnce("county_finance"), caseID) // who verifies the card does not check what goes to it
	a = h.noticed(worker, head, caseID, a, p)

	if got := head.post("/rulings/"+a.Rulings[0].ID+"/approval", map[string]any{"approve": true}); got.code() != "commitment_first" || a.Commitment != application.CommitmentMissing {
		h.t.Errorf("granted before anybody promised to tell the truth (%s): %s", a.Commitment, got.body)
	}
	h.promised(worker, caseID, ids[0])
	a = decode[application.View](h.t, head.post("/rulings/"+a.Rulings[0].ID+"/approval", map[string]any{"approve": true}))
	if len(a.Entitlements) != 1 || string(a.FirstMonth) != p.first || a.State != application.StateConfirmed {
		h.t.Fatalf("confirmed: %s from %s, %+v", a.State, a.FirstMonth, a.Entitlements)
	}
	if e := a.Entitlements[0]; e.MonthlyFen != p.monthly || string(e.From) != p.first || e.Until != "" || len(e.Members) != len(p.members) || e.Rules != p.version {
		h.t.Errorf("entitled: %+v", e)
	}
	page = decode[api.Ticket](h.t, worker.get("/tickets/"+caseID))
	if c := page.Clocks[at20]; c.Proof != ticket.ProofDecided {
		h.t.Errorf("the 20 days after the decision: %+v", c)
	}
	if n := h.count(`SELECT count(*) FROM household_tiers WHERE tier = 1 AND until IS NULL AND rule_version = $1`, p.version); n != 1 {
		h.t.Errorf("%d households of the first tier under %s", n, p.version)
	}

	h.clock(p.paid + " 10:00")
	h.fire()
	a = decode[api.ApplicationList](h.t, worker.get("/tickets/"+caseID+"/applications")).Items[0]
	if a.State != application.StatePaying {
		h.t.Errorf("in the month that is paid: %s", a.State)
	}
	h.monthPaid(caseID, p.first, p.monthly)
	h.topUp(worker, caseID, ids, p)
}

// came is how a family comes to be a case: by a call, or by a counter where something else was
// refused them. Nobody sends them to another office: whoever sat at the counter looks whether
// another aid is due, and finds that it is.
func (h *house) came(worker client, p path) string {
	h.t.Helper()
	if p.refused == "" {
		caseID := h.call("12349001", "13812345678")
		h.offer(caseID, "worker")
		decode[api.Ticket](h.t, worker.post("/tickets/"+caseID+"/acceptance", nil))
		return caseID
	}
	made := decode[api.TakenIn](h.t, worker.post("/intakes", map[string]any{"source": "counter", "area": string(village), "priority": "P3", "said": "No stamp for the school meals: the household has no dibao.",
		"phone": "13812345678", "speaker": p.members[1].name, "relation": "spouse", "refused_service": p.refused}))
	h.offer(made.ID, "worker")
	decode[api.Ticket](h.t, worker.post("/tickets/"+made.ID+"/acceptance", nil))
	tasks := decode[api.CaseReferrals](h.t, worker.get("/tickets/"+made.ID+"/referrals")).Tasks
	if len(tasks) != 1 || tasks[0].Kind != loop.TaskScreen || tasks[0].State != loop.TaskOpen || tasks[0].For != "worker" {
		h.t.Fatalf("of a service that was refused: %+v", tasks)
	}
	if open := h.count(`SELECT count(*) FROM case_tasks WHERE kind = 'screen' AND state = 'open'`); open != 1 {
		h.t.Errorf("%d screenings", open)
	}
	tasks = decode[api.CaseReferrals](h.t, worker.post("/case-tasks/"+tasks[0].ID+"/completion", map[string]any{"outcome": "due", "reason": "the father lies ill and earns nothing: dibao"})).Tasks
	if tasks[0].Outcome != loop.OutcomeDue || tasks[0].DoneBy != "worker" {
		h.t.Errorf("after the screening: %+v", tasks)
	}
	return made.ID
}

// applied opens an application, declares and hands it in, and takes it in.
func (h *house) applied(worker client, caseID string, ids []string, aid string, p path) application.View {
	h.t.Helper()
	a := decode[application.View](h.t, worker.post("/tickets/"+caseID+"/applications", map[string]any{"aid": aid, "person": ids[0]}))
	at := "/applications/" + a.ID
	decode[application.View](h.t, worker.post(at+"/declarations", declaration(ids, p.incomes...)))
	if got := worker.post(at+"/acceptance", nil); got.code() != "not_in_this_state" {
		h.t.Errorf("accepted before it was handed in: %s", got.body)
	}
	decode[application.View](h.t, worker.post(at+"/submission", nil))
	a = decode[application.View](h.t, worker.post(at+"/acceptance", nil))
	if next := string(ticket.DateOf(h.now()).Next()); a.Rules != p.version || string(a.VisitDueOn) != next {
		h.t.Fatalf("accepted under %s, the visit due on %s", a.Rules, a.VisitDueOn)
	}
	return a
}

// weighed looks the family up, asks around, computes and proposes: each is asked for.
func (h *house) weighed(worker client, caseID, id string, p path) (a application.View) {
	h.t.Helper()
	at := "/applications/" + id
	propose := map[string]any{"kind": "grant", "reason_code": "due", "reason": "the father lies ill and earns nothing"}
	for _, first := range []struct {
		code string
		do   func()
	}{
		{"not_in_this_state", func() { h.checked(worker, caseID, id) }},
		{"visit_first", func() { h.look(worker, caseID, id) }},
		{"assess_first", func() { a = decode[application.View](h.t, worker.post(at+"/assessments", map[string]any{})) }},
		{"cascade_advice", func() { propose["override"] = "as the family's case asks for" }},
	} {
		if got := worker.post(at+"/rulings", propose); got.code() != first.code {
			h.t.Fatalf("proposed: %s, want %s", got.body, first.code)
		}
		first.do()
	}
	if a.Assessment == nil || a.Assessment.DueFen != p.monthly || a.Assessment.Result.PerCapitaFen != p.perCapita {
		h.t.Fatalf("assessed %+v", a.Assessment)
	}
	each := slices.IndexFunc(a.Assessment.Result.Lines, func(l rule.Line) bool { return l.Code == rule.LineDifference })
	if each < 0 || a.Assessment.Result.Lines[each].Args["each"] != ledger.Yuan(p.each) || a.Assessment.Result.Lines[each].Fen != p.each*int64(len(p.members)) {
		h.t.Fatalf("the arithmetic: %+v", a.Assessment.Result.Lines)
	}
	if told := a.Assessment.Zh; len(told) != len(a.Assessment.Result.Lines) || told[each].Amount != strings.ReplaceAll(ledger.Yuan(p.each*int64(len(p.members))), ",", "") ||
		len(a.Assessment.En) != len(told) || !slices.ContainsFunc(told, func(l rule.Told) bool { return strings.Contains(l.Text, p.head) }) {
		h.t.Errorf("the arithmetic in words: %+v", told)
	}
	a = decode[application.View](h.t, worker.post(at+"/rulings", propose))
	if a.Rulings[0].Assessment != a.Assessment.ID {
		h.t.Errorf("the proposal rests on %q", a.Rulings[0].Assessment)
	}
	if seen := decode[application.View](h.t, h.signInOnce("auditor").get(at)); seen.Assessment != nil || seen.Declared != nil || len(seen.NextActs) != 0 || seen.State != application.StateReviewed {
		h.t.Errorf("the auditor reads %+v", seen)
	}
	if got := h.signInOnce("township_head").post("/rulings/"+a.Rulings[0].ID+"/approval", map[string]any{"approve": true}); got.code() != "notice_first" {
		h.t.Errorf("confirmed before the notice: %s", got.body)
	}
	return a
}

// noticed hangs the notice out, and reads it to its end.
func (h *house) noticed(worker, head client, caseID string, a application.View, p path) application.View {
	h.t.Helper()
	ruling := "/rulings/" + a.Rulings[0].ID
	h.clock(p.posted + " 09:00")
	a = decode[application.View](h.t, worker.post("/applications/"+a.ID+"/notices", map[string]any{"phone": "0537-12349", "photo": worker.photo(caseID)}))
	if n := a.Notices[0]; string(n.StartsOn) != p.starts || string(n.EndsOn) != p.ends {
		h.t.Fatalf("the notice hangs from %s to %s", n.StartsOn, n.EndsOn)
	}
	shown := client{h: h}.get("!" + a.Notices[0].Path)
	for _, want := range []string{p.head, "甲村", "最低生活保障", "0537-12349", ">" + string(rune('0'+len(p.members))) + "<"} {
		if shown.status != http.StatusOK || !strings.Contains(string(shown.body), want) {
			h.t.Errorf("the notice does not show %s: %d %s", want, shown.status, shown.body)
		}
	}
	board := worker.get("/public-notices/" + a.Notices[0].ID + "/form")
	sheet, err := paper.Read(board.body)
	if err != nil || len(sheet.Codes) != 1 || !strings.HasSuffix(sheet.Codes[0], a.Notices[0].Path) || !strings.HasPrefix(sheet.Codes[0], "http") {
		h.t.Errorf("the square code of the board: %v %q %.200s", err, sheet.Codes, board.body)
	}
	for _, want := range []string{p.head, "甲村", "最低生活保障", "0537-12349", ledger.Yuan(p.monthly)} {
		if !strings.Contains(strings.ReplaceAll(sheet.Flat(), ",", ""), strings.ReplaceAll(want, ",", "")) {
			h.t.Errorf("the board does not show %s: %s", want, sheet.Text)
		}
	}
	for _, never := range append([]string{a.ID, caseID, a.Person}, p.never...) {
		if strings.Contains(string(shown.body), never) || strings.Contains(sheet.Flat(), never) {
			h.t.Errorf("the notice shows %s", never)
		}
	}
	h.clock(p.notYet)
	if rows := decode[api.ApplicationRowList](h.t, head.get("/applications")).Items; len(rows) != 1 || rows[0].Waits || rows[0].DueAt == nil || rows[0].Late {
		h.t.Errorf("while the notice hangs the head's list is %+v", rows)
	}
	if got := head.post(ruling+"/approval", map[string]any{"approve": true}); got.code() != "notice_runs" {
		h.t.Errorf("confirmed while the notice hangs: %s", got.body)
	}
	h.clock(p.granted + " 09:00")
	h.fire()
	if gone := (client{h: h}).get("!" + a.Notices[0].Path); gone.status != http.StatusGone || strings.Contains(string(gone.body), p.head) {
		h.t.Errorf("after its term: %d %s", gone.status, gone.body)
	}
	if again := worker.get("/public-notices/" + a.Notices[0].ID + "/form"); again.code() != "notice_down" {
		h.t.Errorf("printed again after its term: %d", again.status)
	}
	for login, want := range map[string]int{"township_head": 1, "worker": 0, "county_duty": 0, "worker.far": 0} {
		rows := decode[api.ApplicationRowList](h.t, h.signInOnce(login).get("/applications?view=waiting")).Items
		if len(rows) != want || want == 1 && (rows[0].ID != a.ID || !rows[0].Waits || rows[0].State != application.StateNotice) {
			h.t.Errorf("of what waits for %s: %+v", login, rows)
		}
	}
	if got := worker.post(ruling+"/approval", map[string]any{"approve": true}); got.status != http.StatusNotFound {
		h.t.Errorf("the maker confirms: %d %s", got.status, got.body)
	}
	return a
}

// promised writes down that somebody promises to tell the truth.
func (h *house) promised(worker client, caseID, person string) {
	h.t.Helper()
	decode[api.IntegrityPaper](h.t, worker.post("/tickets/"+caseID+"/integrity-papers", map[string]any{"person": person, "kind": "commitment", "signed": "voice"}))
}

// findingsOf writes down what was found of a person.
func (h *house) findingsOf(worker client, caseID string, m member) {
	h.t.Helper()
	body := findingsBody()
	body["applicant"], body["id_number"] = m.name, withCheckCharacter("990101"+m.born+m.serial)
	decode[api.Ticket](h.t, worker.post("/tickets/"+caseID+"/findings", body))
}

// carded enters the payee's card, and another person verifies it.
func (h *house) carded(worker, other client, caseID string) {
	h.t.Helper()
	page := decode[api.Ticket](h.t, worker.post("/tickets/"+caseID+"/payee-accounts", map[string]any{"account": card, "holder": "周测试"}))
	decode[api.Ticket](h.t, other.post("/payee-accounts/"+page.Accounts[0].ID+"/verification", map[string]any{"account": card}))
}

// monthPaid lets a run pay a month, through the bank, to the day it succeeded.
func (h *house) monthPaid(caseID, month string, fen int64) {
	h.t.Helper()
	finance, duty := h.signInOnce("county_finance"), h.signInOnce("county_duty")
	run := decode[api.RunPage](h.t, finance.post("/ledger/runs", map[string]any{"period": month}))
	if run.Lines != 1 || run.AmountFen != fen {
		h.t.Fatalf("the run of %s: %+v", month, run)
	}
	decode[api.RunPage](h.t, duty.post("/ledger/runs/"+run.ID+"/signature", map[string]any{"content_hash": run.ContentHash}))
	if got := finance.post("/ledger/runs", map[string]any{"period": month}); got.code() != "nothing_due" {
		h.t.Errorf("the month once more: %s", got.body)
	}
	h.carryRuns()
	h.sentToBank(fen)
	page := decode[api.Ticket](h.t, h.signInOnce("worker").get("/tickets/"+caseID))
	if d := page.Disbursements[0]; d.State != ledger.StateSucceeded || d.AmountFen != fen {
		h.t.Fatalf("the month's payout: %+v", d)
	}
}

func (h *house) carryRuns() {
	h.t.Helper()
	master := paymaster.New(h.db, paymaster.Options{Rules: func(time.Time) relief.Rules {
		return relief.Rules{Policy: *rules().Relief[0], Calendar: rules().Calendar}
	}})
	for carried := true; carried; {
		var err error
		if carried, err = master.Carry(h.t.Context()); err != nil {
			h.t.Fatal(err)
		}
	}
}

// sentToBank batches what waits, lets it go and loads the bank's word that it arrived.
func (h *house) sentToBank(fen int64) {
	h.t.Helper()
	finance, second := h.signInOnce("county_finance.b"), h.signInOnce("county_finance.c") // neither has made a run
	b := decode[api.BatchPage](h.t, finance.post("/ledger/batches", map[string]any{"execute_on": string(ticket.DateOf(h.now()))}))
	b = decode[api.BatchPage](h.t, second.post("/ledger/batches/"+b.ID+"/release", map[string]any{}))
	header := http.Header{"Idempotency-Key": {uuid.NewString()}, "Content-Type": {"application/octet-stream"}}
	back := decode[api.ReturnLoaded](h.t, second.send(http.MethodPost, "/ledger/batches/"+b.ID+"/returns?file="+b.ID+".xml", returned(h.t, b, fen, rail.Succeeded), header))
	if back.Batch.Succeeded != 1 {
		h.t.Fatalf("the bank's answer: %+v", back.Batch)
	}
}

// topUp is the look again that finds the month is not enough, and the temporary aid that
// is added on the same case: with a notice, within its cap, by another person's word.
func (h *house) topUp(worker client, caseID string, ids []string, p path) {
	h.t.Helper()
	signer := h.signInOnce(map[string]string{"township": "township_head", "county": "county_duty"}[p.level])
	h.clock(p.later + " 09:00")
	if got := worker.post("/tickets/"+caseID+"/applications", map[string]any{"aid": p.double, "person": ids[0]}); got.code() != "double_aid" {
		h.t.Errorf("aid for the same purpose: %s", got.body)
	}
	a := h.applied(worker, caseID, ids, "temporary_spending", p)
	at := "/applications/" + a.ID
	grant := map[string]any{"kind": "grant", "reason_code": "due", "reason": "treatment eats up what they get", "override": "medical aid was asked for and takes its time", "amount_fen": p.added}
	h.findingsOf(worker, caseID, p.members[0])
	now := h.now()
	decode[application.View](h.t, worker.post(at+"/home-visits", map[string]any{"arrived_at": now, "left_at": now.Add(30 * time.Minute), "facts": "the medicine is paid on credit",
		"gps": "35.40512,116.58731", "visitors": []string{"worker", "worker.b"}, "photos": []string{worker.photo(caseID)}, "signature": "signed", "signed_image": worker.photo(caseID)}))
	h.explained(worker, a.ID)
	decode[application.View](h.t, worker.post(at+"/assessments", map[string]any{}))
	for change, want := range map[int64]string{0: "amount_not_positive", p.tooMuch: "aid_cap"} {
		grant["amount_fen"] = change
		if got := worker.post(at+"/rulings", grant); got.code() != want {
			h.t.Errorf("%d fen: %s, want %s", change, got.body, want)
		}
	}
	grant["amount_fen"] = p.added
	a = decode[application.View](h.t, worker.post(at+"/rulings", grant))
	if r := a.Rulings[0]; r.AmountFen != p.added || r.Level != p.level {
		h.t.Fatalf("proposed: %+v", r)
	}
	h.clock(p.laterPosted + " 09:00")
	decode[application.View](h.t, worker.post(at+"/notices", map[string]any{"phone": "0537-12349", "photo": worker.photo(caseID)}))
	h.clock(p.laterGranted + " 09:00")
	a = decode[application.View](h.t, signer.post("/rulings/"+a.Rulings[0].ID+"/approval", map[string]any{"approve": true}))
	if a.State != application.StateGranted || len(a.Entitlements) != 0 || a.FirstMonth != "" {
		h.t.Fatalf("granted: %s %+v", a.State, a.Entitlements)
	}
	if n := h.count(`SELECT count(*) FROM case_tasks WHERE kind = 'screen' AND state <> 'done'`); n != 0 {
		h.t.Errorf("%d tasks to see whether basic aid is due to who has it", n)
	}
	page := decode[api.Ticket](h.t, worker.get("/tickets/"+caseID))
	d := page.Decisions[0]
	if len(page.Decisions) != 1 || d.Track != relief.TrackRuled || d.AidKind != "temporary_spending" || d.AmountFen != p.added || d.ApprovedBy == "" || d.ApprovedBy == d.DecidedBy {
		h.t.Fatalf("the decision: %+v", page.Decisions)
	}
	pay := map[string]any{"decision_id": d.ID, "amount_fen": p.added, "channel": "bank", "account_id": page.Accounts[0].ID}
	page = decode[api.Ticket](h.t, worker.post("/tickets/"+caseID+"/disbursements", pay))
	decode[api.Ticket](h.t, h.signInOnce("township_head").post("/disbursements/"+page.Disbursements[0].ID+"/check", map[string]any{"content_hash": page.Disbursements[0].ContentHash}))
	h.sentToBank(p.added)
	if got := worker.post("/tickets/"+caseID+"/disbursements", pay); got.status == http.StatusOK {
		h.t.Error("the sum was paid twice")
	}
	page = decode[api.Ticket](h.t, worker.get("/tickets/"+caseID))
	total := int64(0)
	for _, d := range page.Disbursements {
		total += d.AmountFen
	}
	if total != p.monthly+p.added || len(page.Disbursements) != 2 {
		h.t.Errorf("paid on the case: %d", total)
	}
	list := decode[api.ApplicationList](h.t, worker.get("/tickets/"+caseID+"/applications")).Items
	if len(list) != 2 || list[0].State != application.StateGranted || list[1].State != application.StatePaying {
		h.t.Errorf("the case's applications: %+v", list)
	}
	decode[application.View](h.t, worker.post("/tickets/"+caseID+"/applications", map[string]any{"aid": "temporary_spending", "person": ids[0]})) // and again, within the cap
	if tier := h.count(`SELECT tier FROM household_tiers WHERE until IS NULL`); tier != 1 {
		h.t.Errorf("tier %d after the temporary aid", tier)
	}
}
