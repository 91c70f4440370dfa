package api_test

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"example.org/hotline/api"
	"example.org/hotline/internal/act"
	"example.org/hotline/relief/application"
	"example.org/hotline/relief/people"
	"example.org/hotline/relief/rule"
	"example.org/hotline/store"
	"example.org/hotline/ticket"
)

// clock sets the line's clock; it runs on from there.
func (h *house) clock(at string) time.Time {
	h.t.Helper()
	when, err := time.ParseInLocation("2006-01-02 15:04", at, ticket.Shanghai)
	if err != nil {
		h.t.Fatal(err)
	}
	conn, err := pgx.Connect(h.t.Context(), h.urls.OwnerURL)
	if err != nil {
		h.t.Fatal(err)
	}
	defer conn.Close(context.WithoutCancel(h.t.Context()))
	if _, err := conn.Exec(h.t.Context(), `UPDATE app_clock SET real_base = clock_timestamp(), app_base = $1`, when); err != nil {
		h.t.Fatal(err)
	}
	return when
}

// fire fires the pending timers of the applications that are due.
func (h *house) fire() {
	h.t.Helper()
	handlers := map[string]func(context.Context, application.Tx, act.Timer) error{application.TimerNotice: application.NoticeOver,
		application.TimerFirstMonth: application.FirstMonthBegun, application.TimerLetter: application.LetterLate}
	shards := make([]int16, 16)
	for i := range shards {
		shards[i] = int16(i)
	}
	due, err := h.db.OverdueTimers(h.t.Context(), shards, 0, 1000)
	if err != nil {
		h.t.Fatal(err)
	}
	for _, timer := range due {
		if handler, ok := handlers[timer.Kind]; ok {
			h.as("dispatch", func(tx *store.Tx) error { return handler(h.t.Context(), tx, timer) })
		}
	}
}

// member is somebody of a household of these tests. Nobody has these numbers: no
// division begins with 990101.
type member struct {
	relation people.Relation
	name     string
	born     string // 19790307
	serial   string // three digits
	change   func(*people.PersonInput)
}

// household registers a household for a case and gives its members' public ids.
func (h *house) household(login, ticketRef string, members ...member) []string {
	h.t.Helper()
	in := people.HouseholdInput{PublicID: uuid.NewString(), Area: village}
	ids := make([]string, len(members))
	for i, m := range members {
		ids[i] = uuid.NewString()
		p := people.PersonInput{PublicID: ids[i], Name: m.name, Capacity: people.CapacityFull, WorkAbility: people.WorkFull,
			Identity: people.IdentityInput{Type: people.IdentityResident, Number: withCheckCharacter("990101" + m.born + m.serial)}}
		if m.change != nil {
			m.change(&p)
		}
		in.Members = append(in.Members, people.MemberInput{Relation: m.relation, Person: p})
	}
	staff := h.actor(login)
	err := h.db.InTx(h.t.Context(), staff, func(tx *store.Tx) error {
		id, err := tx.TicketByRef(h.t.Context(), ticketRef)
		if err != nil {
			return err
		}
		_, err = people.Register(h.t.Context(), tx, id, in, people.RegisterRules{Version: "aid-seed-2021", Monitoring: people.MonitoringRules{EveryDays: 90}})
		return err
	})
	if err != nil {
		h.t.Fatalf("register a household: %v", err)
	}
	return ids
}

// actor is somebody as the API would have them act.
func (h *house) actor(login string) (a act.Actor) {
	h.t.Helper()
	h.as("dispatch", func(tx *store.Tx) error {
		s, err := tx.StaffByLogin(h.t.Context(), login)
		a = act.Actor{StaffID: s.ID, PostID: s.PostID, Name: s.Name, Role: s.Role, Area: s.Area}
		return err
	})
	return a
}

// family is the family of the article with an invented name: father, mother, two children.
var family = []member{
	{people.RelationHead, "周测试", "19790307", "001", nil}, {people.RelationSpouse, "吴测试", "19810412", "002", nil},
	{people.RelationChild, "周小一", "20100901", "003", func(p *people.PersonInput) {
		p.Student, p.Capacity, p.WorkAbility = true, people.CapacityLimited, people.WorkNone
	}},
	{people.RelationChild, "周小二", "20180215", "004", func(p *people.PersonInput) { p.Capacity, p.WorkAbility = people.CapacityNone, people.WorkNone }},
}

func declaration(ids []string, incomes ...[]map[string]any) map[string]any {
	members := []map[string]any{}
	for i, id := range ids {
		m := map[string]any{"ref": id}
		if i < len(incomes) && incomes[i] != nil {
			m["incomes"] = incomes[i]
		}
		members = append(members, m)
	}
	return map[string]any{"months": 1, "members": members}
}

func income(code string, fen int64) []map[string]any {
	return []map[string]any{{"code": code, "fen": fen}}
}

// look is the visit of two people, and what the neighbours and the committee say.
func (h *house) look(worker client, caseID, id string) {
	h.t.Helper()
	at, now := "/applications/"+id, h.now()
	decode[application.View](h.t, worker.post(at+"/home-visits", map[string]any{"arrived_at": now, "left_at": now.Add(40 * time.Minute), "facts": "two rooms, no furniture to speak of",
		"gps": "35.40512,116.58731", "visitors": []string{"worker", "worker.b"}, "photos": []string{worker.photo(caseID)}, "signature": "signed", "signed_image": worker.photo(caseID)}))
	for role, name := range map[string]string{"neighbour": "钱邻居", "committee": "孙主任"} {
		decode[application.View](h.t, worker.post(at+"/statements", map[string]any{"role": role, "name": name, "text": "The father lies ill and earns nothing.", "said_at": now}))
	}
}

// The family of the article, under the rules of its time and under those of the law of
// 2026: the service that was refused, the screening, the visit of two, the notice, four
// times 360.00 a month from the month that the version says, a visit that finds it is
// not enough, and 2,000.00 beside, on the same case.
func TestTheFamilyOfTheArticle(t *testing.T) {
	for _, tt := range []struct {
		version, visit, home, confirmed, first string // days
		starts, ends                           string
		notYet                                 string
		monthly                                int64
		paid                                   string
	}{
		{"aid-seed-2021", "2026-04-28", "2026-04-29", "2026-05-07", "2026-05", "2026-04-30", "2026-05-06", "2026-05-06 23:50", 144_000, "2026-05-31"},
		{"aid-law-2026", "2027-04-28", "2027-04-29", "2027-05-08", "2027-06", "2027-05-01", "2027-05-07", "2027-05-07 23:50", 144_000 + 2*9_000, "2027-06-30"},
	} {
		t.Run(tt.version, func(t *testing.T) {
			h := newHouse(t)
			h.fund()
			worker, head := h.signIn("worker"), h.signIn("township_head")
			h.clock(tt.visit + " 10:00")
			caseID := h.call("12349001", "13812345678")
			h.offer(caseID, "worker")
			decode[api.Ticket](t, worker.post("/tickets/"+caseID+"/acceptance", nil))
			ids := h.household("worker", caseID, family...)

			a := decode[application.View](t, worker.post("/tickets/"+caseID+"/applications", map[string]any{"aid": "dibao", "person": ids[0]}))
			at := "/applications/" + a.ID
			// 2,400.00 of odd jobs less a tenth of work cost: 2,160.00, 540.00 a head.
			decode[application.View](t, worker.post(at+"/declarations", declaration(ids, income("odd_jobs", 240_000))))
			if got := worker.post(at+"/acceptance", nil); got.code() != "not_in_this_state" {
				t.Errorf("accepted before it was handed in: %s", got.body)
			}
			decode[application.View](t, worker.post(at+"/submission", nil))
			a = decode[application.View](t, worker.post(at+"/acceptance", nil))
			if a.Rules != tt.version || string(a.VisitDueOn) != tt.home {
				t.Fatalf("accepted under %s, the visit due on %s", a.Rules, a.VisitDueOn)
			}
			page := decode[api.Ticket](t, worker.get("/tickets/"+caseID))
			at20 := slices.IndexFunc(page.Clocks, func(c ticket.ClockView) bool { return c.Kind == ticket.ClockDecide })
			if at20 < 0 || page.Clocks[at20].Span != "20wd" || page.Clocks[at20].StoppedAt != nil {
				t.Fatalf("the 20 working days: %+v", page.Clocks)
			}

			h.clock(tt.home + " 09:00")
			propose := map[string]any{"kind": "grant", "reason_code": "due", "reason": "the father lies ill and earns nothing"}
			for _, first := range []struct {
				code string
				do   func()
			}{
				{"not_in_this_state", func() {
					decode[application.View](t, worker.post(at+"/checks", map[string]any{"reason": "as declared"}))
				}},
				{"visit_first", func() { h.look(worker, caseID, a.ID) }},
				{"assess_first", func() { a = decode[application.View](t, worker.post(at+"/assessments", map[string]any{})) }},
				{"cascade_advice", func() { propose["override"] = "as the family's case asks for" }},
			} {
				if got := worker.post(at+"/rulings", propose); got.code() != first.code {
					t.Fatalf("proposed: %s, want %s", got.body, first.code)
				}
				first.do()
			}
			if a.Assessment == nil || a.Assessment.DueFen != tt.monthly || a.Assessment.Result.PerCapitaFen != 54_000 {
				t.Fatalf("assessed %+v", a.Assessment)
			}
			each := slices.IndexFunc(a.Assessment.Result.Lines, func(l rule.Line) bool { return l.Code == rule.LineDifference })
			if each < 0 || a.Assessment.Result.Lines[each].Args["each"] != "360.00" || a.Assessment.Result.Lines[each].Fen != 144_000 {
				t.Fatalf("the arithmetic: %+v", a.Assessment.Result.Lines)
			}
			if told := a.Assessment.Zh; len(told) != len(a.Assessment.Result.Lines) || !slices.ContainsFunc(told, func(l rule.Told) bool {
				return strings.Contains(l.Text, "周测试") && strings.Contains(l.Text, "零工收入")
			}) ||
				told[each].Amount != "1440.00" || len(a.Assessment.En) != len(told) {
				t.Errorf("the arithmetic in words: %+v", told)
			}
			a = decode[application.View](t, worker.post(at+"/rulings", propose))
			if a.Rulings[0].Assessment != a.Assessment.ID {
				t.Errorf("the proposal rests on %q", a.Rulings[0].Assessment)
			}
			if seen := decode[application.View](t, h.signIn("auditor").get(at)); seen.Assessment != nil || seen.Declared != nil || len(seen.NextActs) != 0 || seen.State != application.StateReviewed {
				t.Errorf("the auditor reads %+v", seen)
			}
			ruling := "/rulings/" + a.Rulings[0].ID
			if got := head.post(ruling+"/approval", map[string]any{"approve": true}); got.code() != "notice_first" {
				t.Errorf("confirmed before the notice: %s", got.body)
			}

			h.clock(tt.home[:8] + "30 09:00")
			a = decode[application.View](t, worker.post(at+"/notices", map[string]any{"phone": "0537-12349", "photo": worker.photo(caseID)}))
			if n := a.Notices[0]; string(n.StartsOn) != tt.starts || string(n.EndsOn) != tt.ends {
				t.Fatalf("the notice hangs from %s to %s", n.StartsOn, n.EndsOn)
			}
			shown := client{h: h}.get("!" + a.Notices[0].Path)
			for _, want := range []string{"周测试", "甲村", "最低生活保障", "0537-12349", ">4<"} {
				if shown.status != http.StatusOK || !strings.Contains(string(shown.body), want) {
					t.Errorf("the notice does not show %s: %d %s", want, shown.status, shown.body)
				}
			}
			for _, never := range []string{"周小一", "周小二", "吴测试", "99010119", "13812345678", a.ID, caseID, ids[0]} {
				if strings.Contains(string(shown.body), never) {
					t.Errorf("the notice shows %s", never)
				}
			}

			h.clock(tt.notYet)
			if rows := decode[api.ApplicationRowList](t, head.get("/applications")).Items; len(rows) != 1 || rows[0].Waits || rows[0].DueAt == nil || rows[0].Late {
				t.Errorf("while the notice hangs the head's list is %+v", rows)
			}
			if got := head.post(ruling+"/approval", map[string]any{"approve": true}); got.code() != "notice_runs" {
				t.Errorf("confirmed while the notice hangs: %s", got.body)
			}
			h.clock(tt.confirmed + " 09:00")
			h.fire()
			if gone := (client{h: h}).get("!" + a.Notices[0].Path); gone.status != http.StatusGone || strings.Contains(string(gone.body), "周测试") {
				t.Errorf("after its term: %d %s", gone.status, gone.body)
			}
			for login, want := range map[string]int{"township_head": 1, "worker": 0, "county_duty": 0, "worker.far": 0} {
				rows := decode[api.ApplicationRowList](t, h.signIn(login).get("/applications?view=waiting")).Items
				if len(rows) != want || want == 1 && (rows[0].ID != a.ID || !rows[0].Waits || rows[0].State != application.StateNotice) {
					t.Errorf("of what waits for %s: %+v", login, rows)
				}
			}
			if got := worker.post(ruling+"/approval", map[string]any{"approve": true}); got.status != http.StatusNotFound {
				t.Errorf("the maker confirms: %d %s", got.status, got.body)
			}
			a = decode[application.View](t, head.post(ruling+"/approval", map[string]any{"approve": true}))
			if len(a.Entitlements) != 1 || string(a.FirstMonth) != tt.first || a.State != application.StateConfirmed {
				t.Fatalf("confirmed: %s from %s, %+v", a.State, a.FirstMonth, a.Entitlements)
			}
			if e := a.Entitlements[0]; e.MonthlyFen != tt.monthly || string(e.From) != tt.first || e.Until != "" || len(e.Members) != 4 || e.Rules != tt.version {
				t.Errorf("entitled: %+v", e)
			}
			page = decode[api.Ticket](t, worker.get("/tickets/"+caseID))
			if c := page.Clocks[at20]; c.Proof != ticket.ProofDecided {
				t.Errorf("the 20 days after the decision: %+v", c)
			}
			if n := h.count(`SELECT count(*) FROM household_tiers WHERE tier = 1 AND until IS NULL AND rule_version = $1`, tt.version); n != 1 {
				t.Errorf("%d households of the first tier under %s", n, tt.version)
			}

			h.clock(tt.paid + " 10:00")
			h.fire()
			a = decode[api.ApplicationList](t, worker.get("/tickets/"+caseID+"/applications")).Items[0]
			if a.State != application.StatePaying {
				t.Errorf("in the month that is paid: %s", a.State)
			}
		})
	}
}

// What becomes of an application that is objected to, refused and appealed against, and
// of what is paid: a new notice after the objection, a letter with its term, the look
// anew once a review has set the refusal aside, and no cut without a hearing.
func TestAnObjectionARefusalAndACut(t *testing.T) {
	h := newHouse(t)
	worker, head := h.signIn("worker"), h.signIn("township_head")
	h.clock("2026-04-28 10:00")
	caseID := h.call("12349001", "13812345678")
	h.offer(caseID, "worker")
	decode[api.Ticket](t, worker.post("/tickets/"+caseID+"/acceptance", nil))
	ids := h.household("worker", caseID, family...)
	a := decode[application.View](t, worker.post("/tickets/"+caseID+"/applications", map[string]any{"aid": "dibao", "person": ids[0]}))
	at := "/applications/" + a.ID
	for aid, want := range map[string]string{"dibao": "applied_already", "tekun": "double_aid", "medical": "not_monthly", "no_such": "unknown_aid"} {
		got := worker.post("/tickets/"+caseID+"/applications", map[string]any{"aid": aid, "person": ids[0]})
		if got.code() != want && (aid != "dibao" || got.code() != "double_aid") {
			t.Errorf("apply for %s beside dibao: %s, want %s", aid, got.body, want)
		}
	}
	if got := worker.post(at+"/declarations", declaration(ids[:3], income("odd_jobs", 240_000))); got.code() != "every_member" {
		t.Errorf("a member of whom nothing is said: %s", got.body)
	}
	for _, path := range []string{"/declarations", "/submission"} {
		decode[application.View](t, worker.post(at+path, map[string]any{"/declarations": declaration(ids, income("odd_jobs", 240_000)), "/submission": nil}[path]))
	}
	if got := worker.post(at+"/papers", map[string]any{"papers": []string{"income_proof"}}); got.code() != "may_not_ask" {
		t.Errorf("a paper that a source covers is asked for: %s", got.body)
	}
	decode[application.View](t, worker.post(at+"/papers", map[string]any{"papers": []string{"commitment"}}))
	decode[application.View](t, worker.post(at+"/supply", map[string]any{}))
	if got := worker.post(at+"/papers", map[string]any{"papers": []string{"check_consent"}}); got.code() != "asked_already" {
		t.Errorf("papers are asked for twice: %s", got.body)
	}
	decode[application.View](t, worker.post(at+"/acceptance", nil))
	decode[application.View](t, worker.post(at+"/pauses", map[string]any{"why": "illness", "reason": "the father is in hospital"}))
	clock := func() (c ticket.ClockView) {
		page := decode[api.Ticket](t, worker.get("/tickets/"+caseID))
		return page.Clocks[slices.IndexFunc(page.Clocks, func(c ticket.ClockView) bool { return c.Kind == ticket.ClockDecide })]
	}
	due := clock().DueAt
	h.clock("2026-04-30 09:00")
	decode[application.View](t, worker.post(at+"/resumption", nil))
	if after := clock(); !after.DueAt.After(due) || after.PausedAt != nil || after.Span != "20wd" {
		t.Errorf("after two days of rest: due %s, before %s (%s)", after.DueAt, due, after.Span)
	}
	decode[application.View](t, worker.post(at+"/checks", map[string]any{"reason": "as declared"}))
	h.look(worker, caseID, a.ID)
	grant := map[string]any{"kind": "grant", "reason_code": "due", "reason": "they are poor", "override": "nothing else helps a month"}
	notice := func() application.NoticeView {
		decode[application.View](t, worker.post(at+"/assessments", map[string]any{}))
		decode[application.View](t, worker.post(at+"/rulings", grant))
		return decode[application.View](t, worker.post(at+"/notices", map[string]any{"phone": "0537-12349", "photo": worker.photo(caseID)})).Notices[0]
	}
	first := notice()
	object := func(n application.NoticeView) reply {
		form := "id=" + uuid.NewString() + "&text=They+have+a+car"
		return client{h: h}.send(http.MethodPost, "!"+n.Path+"/objections", form, http.Header{"Content-Type": {"application/x-www-form-urlencoded"}})
	}
	if got := object(first); got.status != http.StatusOK {
		t.Fatalf("an objection without a name: %d %s", got.status, got.body)
	}
	if gone := (client{h: h}).get("!" + first.Path); gone.status != http.StatusGone {
		t.Errorf("the notice after an objection: %d", gone.status)
	}
	a = decode[api.ApplicationList](t, worker.get("/tickets/"+caseID+"/applications")).Items[0]
	if a.State != application.StateObjection || len(a.Objections) != 1 || !a.Objections[0].Anonymous || a.Objections[0].Text != "They have a car" {
		t.Fatalf("after the objection: %s %+v", a.State, a.Objections)
	}
	decode[application.View](t, worker.post("/objections/"+a.Objections[0].ID+"/answer", map[string]any{"outcome": "unfounded", "answer": "the car is a neighbour's"}))
	second := notice()
	h.clock("2026-05-08 09:00")
	if got := object(second); got.status != http.StatusGone {
		t.Errorf("an objection after the term: %d", got.status)
	}
	a = decode[api.ApplicationList](t, worker.get("/tickets/"+caseID+"/applications")).Items[0]
	a = decode[application.View](t, head.post("/rulings/"+a.Rulings[0].ID+"/approval", map[string]any{"approve": true}))
	if len(a.Entitlements) != 1 || a.Entitlements[0].From != "2026-05" {
		t.Fatalf("entitled %+v", a.Entitlements)
	}

	h.clock("2026-08-03 09:00") // the income has risen above the standard
	h.fire()
	end := map[string]any{"kind": "exit", "reason_code": "income_rose", "reason": "the father works again"}
	if got := worker.post(at+"/rulings", end); got.code() != "hearing_first" {
		t.Fatalf("an end without a hearing: %s", got.body)
	}
	decode[application.View](t, worker.post(at+"/hearings", map[string]any{"kind": "before_cut", "held_at": h.now().Add(-time.Hour), "present": 3, "attendance": "heard", "said": "I work again since July."}))
	a = decode[application.View](t, worker.post(at+"/rulings", end))
	a = decode[application.View](t, head.post("/rulings/"+a.Rulings[0].ID+"/approval", map[string]any{"approve": true}))
	if e := a.Entitlements; a.State != application.StateExited || len(e) != 2 || e[1].Until != "2026-08" || e[0].From != "2026-09" || e[0].Until != "2027-02" ||
		e[0].Why != application.WhyEasingOut || e[0].MonthlyFen != 144_000 {
		t.Fatalf("ended: %s %+v", a.State, e)
	}
	if r := a.Rulings[0]; r.LetterDue == nil || r.ReviewAt != "甲县" {
		t.Errorf("the letter of the end: %+v", r)
	}
	a = decode[application.View](t, worker.post("/rulings/"+a.Rulings[0].ID+"/letter", map[string]any{"way": "handed", "at": h.now()}))
	if r := a.Rulings[0]; string(r.ReviewBy) != "2026-10-03" {
		t.Errorf("a review may be asked for until %s", r.ReviewBy)
	}
	a = decode[application.View](t, worker.post("/rulings/"+a.Rulings[0].ID+"/appeals", map[string]any{"kind": "review", "office": "甲县人民政府", "filed_on": "2026-08-03", "text": "I earn less than they say."}))
	a = decode[application.View](t, worker.post("/appeals/"+a.Appeals[0].ID+"/outcome", map[string]any{"outcome": "upheld", "answer": "it stands"}))
	if !a.Appeals[0].InTerm || a.Appeals[0].Outcome != application.AppealUpheld {
		t.Errorf("the appeal: %+v", a.Appeals[0])
	}
	if n := h.count(`SELECT count(*) FROM timeline WHERE data::text ~ '1381234|99010119|周测试|有车|a car'`); n != 0 {
		t.Errorf("%d lines of the timeline tell what they must not", n)
	}
}
