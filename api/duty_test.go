package api_test

import (
	"encoding/base64"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"example.org/hotline/api"
	"example.org/hotline/dispatch/duty"
	"example.org/hotline/store"
)

// now is the database's time, to the second.
func (h *house) now() (now time.Time) {
	h.t.Helper()
	h.as("dispatch", func(tx *store.Tx) error {
		now = tx.Now().Truncate(time.Second)
		return nil
	})
	return now
}

// turns is a plan in which the township's two workers take turns by the day.
func turns(expected int, required ...int) map[string]any {
	rule := func(name string, position, ahead int) map[string]any {
		return map[string]any{"name": name, "position": position, "start": "08:00", "end": "08:00", "rotation": "workers", "ahead": ahead}
	}
	return map[string]any{"area": string(township), "role": "worker", "expected": expected, "reason": "two take turns", "plan": map[string]any{
		"zone": "Asia/Shanghai", "required": required, "rules": []any{rule("first", 1, 0), rule("second", 2, 1)},
		"rotations": []any{map[string]any{"name": "workers", "unit": "daily", "length": 1, "anchor": "2026-10-01T08:00", "members": []string{"worker", "worker.b"}}}}}
}

func override(kind, remove, add string, from, to time.Time) map[string]any {
	b := map[string]any{"area": string(township), "role": "worker", "kind": kind, "from": from.Format(time.RFC3339), "to": to.Format(time.RFC3339), "reason": "a wedding"}
	if remove != "" {
		b["remove"] = remove
	}
	if add != "" {
		b["add"] = add
	}
	return b
}

// The head looks at what a plan would change, saves it, and sees the calendar,
// with the reason for each place; who keeps no rosters, does not.
func TestARosterIsLookedAtSavedAndShown(t *testing.T) {
	h := newHouse(t)
	head := h.signIn("township_head")
	preview := decode[api.RosterPreview](t, head.send(http.MethodPost, "/duty/rosters/previews", turns(0, 1, 3), nil))
	if len(preview.Before.Items) != 0 || len(preview.After.Items) < 80 || len(preview.After.Holes) != 1 || preview.After.Holes[0].Position != 3 {
		t.Errorf("the preview: before %d, after %d, holes %+v", len(preview.Before.Items), len(preview.After.Items), preview.After.Holes)
	}
	if c := decode[api.DutyCalendar](t, head.get("/duty/calendar")); c.Version != 0 || !c.MayKeep || c.Role != "township_head" {
		t.Errorf("a preview wrote: %+v", c)
	}
	if got := decode[api.DutyResult](t, head.post("/duty/rosters", turns(0))); len(got.Holes) != 0 {
		t.Errorf("saved: %+v", got)
	}
	if got := head.post("/duty/rosters", turns(0)); got.code() != "roster_changed" {
		t.Errorf("saved over somebody's version: %d %s", got.status, got.body)
	}
	c := decode[api.DutyCalendar](t, h.signIn("worker").get("/duty/calendar"))
	if c.Version != 1 || c.MayKeep || c.Role != "worker" || len(c.Days) != 28 || len(c.Items) < 54 || len(c.Holes) != 0 {
		t.Errorf("the calendar: version %d, %d days, %d items, holes %+v", c.Version, len(c.Days), len(c.Items), c.Holes)
	}
	if first := c.Items[0]; first.Reasons[0].Why.Source != duty.FromRule || first.Reasons[0].Why.Rotation != "workers" || first.Login == "" {
		t.Errorf("why: %+v", first)
	}
	versions := decode[api.RosterVersions](t, head.get("/duty/rosters?role=worker"))
	if len(versions.Items) != 1 || versions.Items[0].Plan.Rotations[0].Members[1] != "worker.b" || versions.Items[0].Reason != "two take turns" || len(versions.People) != 2 {
		t.Errorf("the versions: %+v", versions)
	}
	if rows := decode[api.DutyList](t, head.get("/duty?role=worker")).Items; len(rows) != 2 || rows[0].Because == nil || rows[0].Because.Rule != "first" {
		t.Errorf("who is on duty: %+v", rows)
	}
	faulty := turns(1)
	faulty["plan"].(map[string]any)["rules"].([]any)[0].(map[string]any)["start"] = "25:00"
	if got := head.post("/duty/rosters", faulty); got.status != http.StatusUnprocessableEntity || got.code() != "bad_plan" || !strings.Contains(string(got.body), "plan.rules[0].start") {
		t.Errorf("a faulty plan: %d %s", got.status, got.body)
	}
	for login, want := range map[string]int{"township_head.far": http.StatusNotFound, "worker": http.StatusNotFound} {
		if got := h.signIn(login).post("/duty/rosters", turns(1)); got.status != want {
			t.Errorf("saved as %s: %d %s", login, got.status, got.body)
		}
	}
}

// Leave makes a hole that everybody sees and is refused nobody; a swap has a
// reason; ending it brings the plan back; the same key does it once.
func TestLeaveSwapAndTheirEnd(t *testing.T) {
	h := newHouse(t)
	head, now := h.signIn("township_head"), h.now()
	decode[api.DutyResult](t, head.post("/duty/rosters", turns(0, 1, 2)))
	from, to := now.AddDate(0, 0, 3), now.AddDate(0, 0, 5)
	key := http.Header{"Idempotency-Key": {uuid.NewString()}}
	leave := decode[api.DutyResult](t, head.send(http.MethodPost, "/duty/overrides", override("leave", "worker", "", from, to), key))
	again := head.send(http.MethodPost, "/duty/overrides", override("leave", "worker", "", from, to), key)
	if len(leave.Holes) == 0 || again.header.Get("Idempotent-Replayed") != "true" || decode[api.DutyResult](t, again).ID != leave.ID {
		t.Errorf("leave: %+v, again %s", leave, again.body)
	}
	holes := decode[api.HoleList](t, h.signIn("county_duty").get("/duty/holes"))
	if len(holes.Items) == 0 || holes.Items[0].Area != township || holes.Items[0].AreaName != "甲镇" || holes.Items[0].Away[0].Reason != duty.SkipLeave {
		t.Errorf("the county sees the holes %+v", holes)
	}
	if got := h.signIn("agent.far").get("/duty/holes?area=" + string(township)); got.status != http.StatusNotFound {
		t.Errorf("the other county sees them: %d %s", got.status, got.body)
	}
	decode[api.DutyResult](t, head.send(http.MethodDelete, "/duty/overrides/"+leave.ID+"?reason=back", nil, http.Header{"Idempotency-Key": {uuid.NewString()}}))
	decode[api.DutyResult](t, head.post("/duty/overrides", override("swap", "worker", "worker.b", from, to)))
	c := decode[api.DutyCalendar](t, head.get("/duty/calendar?role=worker&from="+from.Format(time.RFC3339)+"&to="+to.Format(time.RFC3339)))
	for _, item := range c.Items {
		if item.Name != "worker.b" {
			t.Errorf("%+v serves while they are replaced", item)
		}
	}
	if len(c.Changes) != 2 || c.Changes[0].EndReason != "back" || c.Changes[0].MayEnd || !c.Changes[1].MayEnd || c.Changes[1].Add.Login != "worker.b" {
		t.Errorf("the changes: %+v", c.Changes)
	}
	at := decode[api.DutyList](t, head.get("/duty?role=worker&at="+from.Add(time.Hour).Format(time.RFC3339)))
	relieved := 0
	for _, row := range at.Items {
		if row.Absent {
			t.Errorf("a swap is shown as an absence: %+v", row)
		}
		if row.Relieved && row.By == "worker.b" {
			relieved++
		}
	}
	if relieved == 0 {
		t.Errorf("nobody says who does it instead: %+v", at.Items)
	}
	for id, want := range map[string]int{leave.ID: http.StatusConflict, "999999": http.StatusNotFound, "x": http.StatusNotFound} {
		if got := head.send(http.MethodDelete, "/duty/overrides/"+id, nil, http.Header{"Idempotency-Key": {uuid.NewString()}}); got.status != want {
			t.Errorf("end %s: %d %s", id, got.status, got.body)
		}
	}
}

// Who is on duty hands it over with the cash; the next one counts it and signs.
func TestADutyIsHandedOverAndSignedFor(t *testing.T) {
	h := newHouse(t)
	plan := turns(0)
	plan["plan"] = map[string]any{"zone": "Asia/Shanghai", "rules": []any{map[string]any{"name": "always", "position": 1, "start": "08:00", "end": "08:00", "login": "worker"}}}
	decode[api.DutyResult](t, h.signIn("township_head").post("/duty/rosters", plan))
	worker, next := h.signIn("worker"), h.signIn("worker.b")
	body := map[string]any{"area": string(township), "role": "worker", "to": "worker.b", "note": "one family waits for papers", "cash_fen": 350_000}
	if got := next.post("/duty/handovers", body); got.status == http.StatusOK {
		t.Error("somebody who is not on duty hands it over")
	}
	over := decode[api.DutyResult](t, worker.post("/duty/handovers", body))
	mine := decode[api.MyDuty](t, next.get("/duty/mine"))
	if len(mine.HandOver) != 1 || mine.HandOver[0].ID != over.ID || mine.HandOver[0].Note.CashFen != 350_000 || mine.HandOver[0].Note.HandedOverBy != "worker" || len(mine.Items) == 0 {
		t.Fatalf("what waits: %+v", mine)
	}
	path := "/duty/handovers/" + over.ID + "/confirmation"
	if got := worker.post(path, map[string]any{"counted_fen": 350_000}); got.status != http.StatusNotFound {
		t.Errorf("signed by the one who handed over: %d %s", got.status, got.body)
	}
	decode[api.Done](t, next.post(path, map[string]any{"counted_fen": 349_000}))
	if got := next.post(path, map[string]any{"counted_fen": 350_000}); got.code() != "already_confirmed" {
		t.Errorf("signed twice: %d %s", got.status, got.body)
	}
	c := decode[api.DutyCalendar](t, worker.get("/duty/calendar"))
	if len(c.Changes) != 1 || *c.Changes[0].Note.CountedFen != 349_000 || c.Changes[0].Note.ConfirmedBy != "worker.b" {
		t.Errorf("the calendar: %+v", c.Changes)
	}
	if !slices.ContainsFunc(c.Items, func(i api.CalendarSpan) bool {
		o := i.Reasons[0].Why.Overrides
		return i.Name == "worker.b" && len(o) == 1 && o[0].Kind == duty.HandOver && o[0].Instead == "worker"
	}) {
		t.Errorf("nobody took over: %+v", c.Items)
	}
}

// A file is looked at first; with a fault nothing is brought in.
func TestARosterComesFromAFile(t *testing.T) {
	h := newHouse(t)
	head := h.signIn("township_head")
	day := h.now().AddDate(0, 0, 2).Format(time.DateOnly)
	file := func(csv string) map[string]any {
		return map[string]any{"area": string(township), "role": "worker", "name": "flood", "format": "csv", "content": base64.StdEncoding.EncodeToString([]byte(csv))}
	}
	faulty := file("person,from,to\nworker," + day + " 08:00," + day + " 20:00\nnobody," + day + " 08:00,yesterday\n")
	for _, path := range []string{"/duty/imports/previews", "/duty/imports"} {
		looked := decode[api.DutyImport](t, head.post(path, faulty))
		if len(looked.Faults) != 2 || looked.Faults[0].Line != 3 || looked.Result != nil || len(looked.Places) != 0 {
			t.Errorf("%s: %+v", path, looked)
		}
	}
	good := file("person,from,to\nworker.b," + day + " 08:00," + day + " 20:00\n")
	looked := decode[api.DutyImport](t, head.post("/duty/imports/previews", good))
	if len(looked.Places) != 1 || looked.Places[0].Name != "worker.b" || looked.Result == nil {
		t.Errorf("the preview: %+v", looked)
	}
	if c := decode[api.DutyCalendar](t, head.get("/duty/calendar?role=worker")); len(c.Changes) != 0 {
		t.Errorf("a preview wrote %+v", c.Changes)
	}
	decode[api.DutyImport](t, head.post("/duty/imports", good))
	c := decode[api.DutyCalendar](t, head.get("/duty/calendar?role=worker"))
	if len(c.Changes) != 1 || c.Changes[0].Kind != "temporary" || len(c.Changes[0].Places) != 1 || len(c.Items) != 1 || c.Items[0].Reasons[0].Why.TemporaryName != "flood" {
		t.Errorf("brought in: %+v, %+v", c.Changes, c.Items)
	}
	if got := h.signIn("township_head.far").post("/duty/imports/previews", good); got.status != http.StatusNotFound {
		t.Errorf("the neighbour looks at a file for us: %d %s", got.status, got.body)
	}
}

// A city's standing rotations come from one table: looked at, then saved as new
// versions of the plans it names, unless somebody was there in between.
func TestStandingRotationsComeFromAFile(t *testing.T) {
	h := newHouse(t)
	head, office := h.signIn("township_head"), h.signIn("county_duty")
	decode[api.DutyResult](t, head.post("/duty/rosters", turns(0, 1, 2)))
	file := func(lines string) map[string]any {
		table := "区划代码,岗位,轮班名称,顺位,交接时间,每班时长,首班日期,人员\n" + lines
		return map[string]any{"reason": "from the spreadsheet", "content": base64.StdEncoding.EncodeToString([]byte(table))}
	}
	good := file(string(township) + ",经办人,每周轮班,1,08:00,1周,2026-09-28,worker.b、worker\n" + string(county) + ",县级值班,县值班,1,8:30,1天,2026-10-01,county_duty\n")
	if got := decode[api.PlanImport](t, head.post("/duty/rosters/imports/previews", good)); len(got.Faults) != 1 || got.Faults[0].Line != 3 || got.Faults[0].Code != "not_your_roster" {
		t.Errorf("a head looks at the county's roster: %+v", got)
	}
	looked := decode[api.PlanImport](t, office.post("/duty/rosters/imports/previews", good))
	if len(looked.Faults) != 0 || len(looked.Items) != 2 || looked.Items[0].Version != 1 || looked.Items[1].Version != 0 || len(looked.Items[0].Holes) != 0 {
		t.Fatalf("the preview: %+v", looked)
	}
	if r := looked.Items[0].Rotations; len(r) != 1 || r[0].Line != 2 || r[0].First == "" || len(r[0].Members) != 2 || r[0].Members[0].Login != "worker.b" {
		t.Errorf("the rotations: %+v", r)
	}
	if c := decode[api.DutyCalendar](t, head.get("/duty/calendar?role=worker")); c.Version != 1 {
		t.Errorf("a preview wrote version %d", c.Version)
	}
	faulty := file("000000000000,worker,a,1,08:00,1d,2026-10-01,worker\n" + string(township) + ",worker,b,1,08:00,long,2026-10-01,worker、nobody\n")
	for _, path := range []string{"/duty/rosters/imports/previews", "/duty/rosters/imports"} {
		got := decode[api.PlanImport](t, office.post(path, faulty))
		codes := ""
		for _, f := range got.Faults {
			codes += strconv.Itoa(f.Line) + " " + f.Code + ", "
		}
		if codes != "2 code_form, 3 length_form, 3 unknown_member, " || len(got.Items) != 0 {
			t.Errorf("%s: %s %+v", path, codes, got.Items)
		}
	}
	seen := func(version int) []any {
		return []any{map[string]any{"area": string(township), "role": "worker", "version": version}}
	}
	good["looked"] = seen(0)
	if got := office.post("/duty/rosters/imports", good); got.code() != "roster_changed" {
		t.Errorf("brought in over somebody's version: %d %s", got.status, got.body)
	}
	good["looked"] = seen(1)
	decode[api.PlanImport](t, office.post("/duty/rosters/imports", good))
	versions := decode[api.RosterVersions](t, head.get("/duty/rosters?role=worker"))
	if len(versions.Items) != 2 || versions.Items[0].Reason != "from the spreadsheet" || len(versions.Items[0].Plan.Required) != 1 {
		t.Fatalf("the versions: %+v", versions.Items)
	}
	if p := versions.Items[0].Plan; p.Rotations[0].Unit != "weekly" || p.Rotations[0].Anchor != "2026-09-28T08:00" || p.Rules[0].Rotation != "每周轮班" {
		t.Errorf("the plan: %+v", p)
	}
	if c := decode[api.DutyCalendar](t, office.get("/duty/calendar")); c.Version != 1 || len(c.Items) != 1 || c.Items[0].Name != "county_duty" {
		t.Errorf("the county's: version %d, %+v", c.Version, c.Items)
	}
}

// Whoever lends a shift out sees who does it, and whoever does it sees whose it is.
func TestShiftsLentAndTaken(t *testing.T) {
	h := newHouse(t)
	head, now := h.signIn("township_head"), h.now()
	plan := turns(0)
	plan["plan"] = map[string]any{"zone": "Asia/Shanghai", "rules": []any{map[string]any{"name": "always", "position": 1, "start": "08:00", "end": "08:00", "login": "worker"}}}
	decode[api.DutyResult](t, head.post("/duty/rosters", plan))
	from, to := now.AddDate(0, 0, 2), now.AddDate(0, 0, 3)
	decode[api.DutyResult](t, head.post("/duty/overrides", override("swap", "worker", "worker.b", from, to)))
	decode[api.DutyResult](t, head.post("/duty/overrides", override("leave", "worker", "", to.AddDate(0, 0, 2), to.AddDate(0, 0, 3))))
	lent := decode[api.MyDuty](t, h.signIn("worker").get("/duty/mine"))
	if len(lent.Lent) != 2 || len(lent.Taken) != 0 || lent.Lent[0].Reason != duty.SkipSwapped || lent.Lent[0].By != "worker.b" || !lent.Lent[0].Starts.Equal(from) ||
		!lent.Lent[0].Ends.Equal(to) || lent.Lent[1].Reason != duty.SkipLeave || lent.Lent[1].Detail != "a wedding" || lent.Lent[1].By != "" {
		t.Errorf("lent out: %+v, taken %+v", lent.Lent, lent.Taken)
	}
	taken := decode[api.MyDuty](t, h.signIn("worker.b").get("/duty/mine"))
	if len(taken.Taken) != 1 || len(taken.Lent) != 0 || taken.Taken[0].Kind != duty.Swap || taken.Taken[0].Instead != "worker" || !taken.Taken[0].From.Equal(from) || !taken.Taken[0].To.Equal(to) {
		t.Errorf("taken over: %+v, lent %+v", taken.Taken, taken.Lent)
	}
}

// A calendar is read by its address without a session, shows one person's posts
// and no more, ends when its owner says so, and is not read without end.
func TestACalendarIsReadByItsAddress(t *testing.T) {
	h := newHouse(t)
	decode[api.DutyResult](t, h.signIn("township_head").post("/duty/rosters", turns(0)))
	worker, nobody := h.signIn("worker"), client{h: h}
	first := decode[api.FeedAddress](t, worker.post("/duty/feeds", map[string]any{}))
	got := nobody.get("!" + first.Path)
	text := string(got.body)
	if got.status != http.StatusOK || !strings.HasPrefix(got.header.Get("Content-Type"), "text/calendar") || !strings.Contains(text, "worker") || !strings.Contains(text, "BEGIN:VEVENT") {
		t.Fatalf("the calendar: %d %s", got.status, text)
	}
	if strings.Contains(text, "worker.b") || strings.Contains(text, "199000") {
		t.Errorf("it tells of somebody else, or a number:\n%s", text)
	}
	if mine := decode[api.MyDuty](t, worker.get("/duty/mine")); mine.Feed == nil || mine.Feed.ReadAt.IsZero() {
		t.Errorf("its owner does not see that it was read: %+v", mine.Feed)
	}
	second := decode[api.FeedAddress](t, worker.post("/duty/feeds", map[string]any{}))
	if old, fresh := nobody.get("!"+first.Path), nobody.get("!"+second.Path); old.status != http.StatusNotFound || fresh.status != http.StatusOK {
		t.Errorf("after a new address: the old one %d, the new one %d", old.status, fresh.status)
	}
	decode[api.Done](t, worker.send(http.MethodDelete, "/duty/feeds", nil, http.Header{"Idempotency-Key": {uuid.NewString()}}))
	closed, never := nobody.get("!"+second.Path), nobody.get("/duty/feeds/"+strings.Repeat("A", 32)+".ics")
	if closed.status != http.StatusNotFound || string(closed.body) != string(never.body) {
		t.Errorf("after its end: %d %s; of one that never was: %s", closed.status, closed.body, never.body)
	}
	for i := range 200 {
		if got := nobody.get("/duty/feeds/x.ics"); got.status == http.StatusTooManyRequests {
			if wait, err := strconv.Atoi(got.header.Get("Retry-After")); err != nil || wait <= 0 || i < 100 {
				t.Errorf("stopped after %d, Retry-After %q", i, got.header.Get("Retry-After"))
			}
			return
		}
	}
	t.Error("an address is tried without end")
}
