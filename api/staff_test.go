package api_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"example.org/hotline/api"
	"example.org/hotline/area"
)

// From a file to somebody who signs in: looked at, applied, invited by another
// administrator, with a password that only they know.
func TestAFileOfPeopleAndTheirFirstPasswords(t *testing.T) {
	h := newHouse(t)
	admin, security := h.signIn("system_admin"), h.signIn("security_admin")
	send := func(raw string) reply {
		return admin.send(http.MethodPost, "/staff/imports?file=staff.csv", raw, http.Header{"Idempotency-Key": {uuid.NewString()}, "Content-Type": {"text/csv"}})
	}
	faulty := decode[area.StaffPreview](t, send("账号,姓名,角色,区划代码,电话\nhelper,新人,协理员,"+string(village)+",19900000009\nx,某,worker,"+string(town2)+",1\n"))
	var told []string
	for _, f := range faulty.Faults {
		told = append(told, fmt.Sprintf("%d %s", f.Line, f.Code))
	}
	if want := []string{"3 phone_form", "3 login_form", "3 place_not_yours"}; !slices.Equal(told, want) {
		t.Errorf("faults %v, want %v", told, want)
	}
	if got := admin.post("/staff/imports/"+faulty.ID+"/application", nil); got.code() != "import_faulty" {
		t.Errorf("a faulty file is applied: %d %s", got.status, got.body)
	}
	good := decode[area.StaffPreview](t, send("login,name,role,area,phone,skills\nhelper,新人,village_assistant,"+string(village)+",19900000009,方言=6\n"))
	if strings.Contains(fmt.Sprint(good), "19900000009") {
		t.Error("a preview shows a telephone")
	}
	if done := decode[area.StaffPreview](t, admin.post("/staff/imports/"+good.ID+"/application", nil)); done.Applied == nil || done.Counts.New != 1 {
		t.Errorf("%+v", done)
	}
	list := decode[api.StaffPage](t, admin.get("/staff?q=helper"))
	if len(list.Items) != 1 || list.Items[0].HasPassword || list.Items[0].Phone != "199****0009" || list.Items[0].Role != area.RoleVillageAssistant || list.Items[0].Skills["dialect:local"] != 6 {
		t.Errorf("%+v", list.Items)
	}
	if got := admin.post("/staff/helper/changes", map[string]any{"skills": map[string]int{"juggling": 3}}); got.code() != "skill_unknown" {
		t.Errorf("a skill that the line does not know: %d %s", got.status, got.body)
	}
	if row := decode[area.StaffRow](t, admin.post("/staff/helper/changes", map[string]any{"skills": map[string]int{"dialect:local": 9}})); row.Skills["dialect:local"] != 9 || row.Name != "新人" {
		t.Errorf("%+v", row)
	}
	if row := decode[area.StaffRow](t, admin.post("/staff/helper/changes", map[string]any{"skills": map[string]int{}})); len(row.Skills) != 0 {
		t.Errorf("%+v", row)
	}

	if got := admin.post("/staff/helper/invitations", map[string]any{}); got.status != http.StatusNotFound {
		t.Errorf("whoever makes accounts hands out codes: %d", got.status)
	}
	void := decode[api.Invitation](t, security.post("/staff/helper/invitations", nil))
	invited := decode[api.Invitation](t, security.post("/staff/helper/invitations", nil))
	nobody := client{h: h}
	accept := func(code, password string) reply {
		return nobody.send(http.MethodPost, "/session/invitation", map[string]string{"code": code, "password": password}, nil)
	}
	if got := accept(void.Code, "geheim 12345"); got.status != http.StatusUnauthorized || got.code() != "invitation_void" {
		t.Errorf("a code that was followed by another: %d %s", got.status, got.body)
	}
	for _, weak := range []string{"short1", "onlyletters", "1234567890123", "helper123456"} {
		if got := accept(invited.Code, weak); got.code() != "password_weak" {
			t.Errorf("%q is taken: %d %s", weak, got.status, got.body)
		}
	}
	if got := decode[api.Invited](t, accept(strings.ToLower(strings.ReplaceAll(invited.Code, "-", " ")), "a good one 2026")); got.Login != "helper" {
		t.Errorf("%+v", got)
	}
	if got := accept(invited.Code, "another one 2026"); got.code() != "invitation_void" {
		t.Errorf("a code counts twice: %d %s", got.status, got.body)
	}
	in := nobody.send(http.MethodPost, "/session", map[string]string{"login": "helper", "password": "a good one 2026"}, nil)
	if in.status != http.StatusOK {
		t.Errorf("sign in: %d %s", in.status, in.body)
	}
	if got := security.post("/staff/audit_admin/invitations", nil); got.status != http.StatusNotFound {
		t.Errorf("an administrator hands out another's password: %d", got.status)
	}
}

// A township's head names the people of the villages, entrusts households up to
// twenty, and touches nobody else.
func TestATownshipsHeadAndTheVillages(t *testing.T) {
	h := newHouse(t)
	head := h.signIn("township_head")
	helper := map[string]any{"login": "helper", "name": "新人", "role": "village_assistant", "area": village, "phone": "19900000009"}
	decode[area.StaffRow](t, head.post("/assistants", helper))
	for what, body := range map[string]map[string]any{
		"login_taken":     helper,
		"role_not_yours":  {"login": "w2", "name": "某", "role": "worker", "area": township},
		"place_not_yours": {"login": "w3", "name": "某", "role": "volunteer", "area": town2},
	} {
		if got := head.post("/assistants", body); got.code() != what {
			t.Errorf("%s: %d %s", what, got.status, got.body)
		}
	}
	for i := range area.MostHouseholds {
		row := decode[area.StaffRow](t, head.post("/staff/helper/households", map[string]any{"village": village, "reference": fmt.Sprint(i)}))
		if row.Households != i+1 {
			t.Fatalf("%+v", row)
		}
	}
	if got := head.post("/staff/helper/households", map[string]any{"village": village, "reference": "one more"}); got.code() != "households_full" {
		t.Errorf("a twenty-first: %d %s", got.status, got.body)
	}
	c := decode[area.Coverage](t, head.get("/figures/coverage"))
	if c.VillagesWithout != 0 || c.Assistants != 2 || c.Households != 20 || len(c.NearlyFull) != 1 || c.TownshipsUncovered != 1 {
		t.Errorf("%+v", c)
	}
	if c := decode[area.Coverage](t, h.signIn("township_head.far").get("/figures/coverage")); c.Households != 0 {
		t.Errorf("the other township sees %d households", c.Households)
	}
	households := decode[api.HouseholdList](t, head.get("/households?login=helper")).Items
	decode[area.StaffRow](t, head.post("/households/"+households[0].ID+"/release", map[string]any{"reason": "moved away"}))
	if got := head.post("/staff/worker/departure", map[string]any{"reason": "x"}); got.status != http.StatusNotFound {
		t.Errorf("a head sends a worker away: %d %s", got.status, got.body)
	}
	if l := decode[area.Leaving](t, head.post("/staff/helper/departure", map[string]any{"reason": "moved away"})); l.Households != 19 {
		t.Errorf("%+v", l)
	}
	row := decode[area.StaffRow](t, head.post("/staff/worker/deputies", map[string]any{"deputies": []string{"worker.b", "township_head"}}))
	if !slices.Equal(row.Deputies, []string{"worker.b", "township_head"}) {
		t.Errorf("%+v", row)
	}
	if got := head.post("/staff/worker/deputies", map[string]any{"deputies": []string{"worker.far"}}); got.code() != "deputy_unknown" {
		t.Errorf("a deputy of another township: %d %s", got.status, got.body)
	}
}

// A ticket is opened to somebody of an agency for a time, by who may, to who may;
// its page tells that it is. What they do with it: TestAnAgencyReportsBack.
func TestATicketIsOpenedToAnAgency(t *testing.T) {
	h := newHouse(t)
	open, duty := h.call("12349001", "13812345678"), h.signIn("county_duty")
	until := time.Now().AddDate(0, 0, 3)
	for what, body := range map[string]map[string]any{
		"access_too_long": {"login": "agency", "until": until.AddDate(0, 0, 30), "reason": "visit"},
		"no_agency_seat":  {"login": "worker", "until": until, "reason": "visit"},
	} {
		if got := duty.post("/tickets/"+open+"/agency-accesses", body); got.code() != what {
			t.Errorf("%s: %d %s", what, got.status, got.body)
		}
	}
	a := decode[area.AgencyAccess](t, duty.post("/tickets/"+open+"/agency-accesses", map[string]any{"login": "agency", "until": until, "reason": "visit"}))
	if c := decode[area.Coverage](t, duty.get("/figures/coverage")); c.AccessesRunning != 1 || len(c.AccessEnding) != 1 {
		t.Errorf("%+v", c)
	}
	decode[area.AgencyAccess](t, duty.post("/agency-accesses/"+a.ID+"/ending", map[string]any{"reason": "done"}))
	if c := decode[area.Coverage](t, duty.get("/figures/coverage")); c.AccessesRunning != 0 {
		t.Errorf("%+v", c)
	}
}

// An agency's name and whom to ask there can be corrected, and no two of a place
// have one name.
func TestAnAgencyIsCorrected(t *testing.T) {
	h := newHouse(t)
	admin := h.signIn("system_admin")
	add := map[string]any{"name": "一家机构", "area": county, "contract_from": "2026-01-01", "contract_until": "2099-01-01"}
	g := decode[area.Agency](t, admin.post("/agencies", add))
	if got := decode[area.Agency](t, admin.post("/agencies/"+g.ID+"/changes", map[string]any{"name": "晴川社工", "contact": "the office"})); got.Name != "晴川社工" || got.Contact != "the office" {
		t.Errorf("%+v", got)
	}
	if got := decode[area.Agency](t, admin.post("/agencies/"+g.ID+"/changes", map[string]any{"contact": ""})); got.Name != "晴川社工" || got.Contact != "" {
		t.Errorf("%+v", got)
	}
	decode[area.Agency](t, admin.post("/agencies", add))
	if got := admin.post("/agencies/"+g.ID+"/changes", map[string]any{"name": "一家机构"}); got.code() != "agency_name_taken" {
		t.Errorf("two of one name: %d %s", got.status, got.body)
	}
	if got := admin.post("/agencies/"+g.ID+"/changes", map[string]any{"contact": "ring 13812345678"}); got.code() != "personal_number" {
		t.Errorf("a number in a text: %d %s", got.status, got.body)
	}
}
