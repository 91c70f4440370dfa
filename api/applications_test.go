package api_test

import (
	"context"
	"net/http"
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"example.org/hotline/api"
	"example.org/hotline/internal/act"
	"example.org/hotline/relief/application"
	"example.org/hotline/relief/people"
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
	for aid, want := range map[string]string{"dibao": "applied_already", "tekun": "double_aid", "medical": "not_applied_for", "no_such": "unknown_aid"} {
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
	h.checked(worker, caseID, a.ID)
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
	h.promised(worker, caseID, a.Person)
	a = decode[application.View](t, head.post("/rulings/"+a.Rulings[0].ID+"/approval", map[string]any{"approve": true}))
	if len(a.Entitlements) != 1 || a.Entitlements[0].From != "2026-05" {
		t.Fatalf("entitled %+v", a.Entitlements)
	}
	const inRegister = `SELECT count(*) FROM register_entries e JOIN persons p ON p.id = e.person_id WHERE e.kind = 'dibao' AND e.since = '2026-05-01' AND `
	if n := h.count(inRegister + `e.until IS NULL AND e.exit_reason IS NULL`); n != 4 {
		t.Errorf("%d of the four are in the register from the first month that is paid", n)
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
	if n := h.count(inRegister + `e.until = '2027-02-28' AND e.exit_reason = 'income_rose'`); n != 4 {
		t.Errorf("%d of the four leave the register with the last month that is paid", n)
	}
	if n := h.count(`SELECT tier FROM household_tiers WHERE until IS NULL AND because = 'register'`); n != people.TierEdge {
		t.Errorf("the household is of tier %d afterwards", n)
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
