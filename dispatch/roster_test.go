package dispatch_test

import (
	"context"
	"errors"
	"reflect"
	"strings"
	"testing"
	"time"

	"example.org/hotline/area"
	"example.org/hotline/dispatch"
	"example.org/hotline/dispatch/duty"
	"example.org/hotline/internal/act"
	"example.org/hotline/store"
	"example.org/hotline/ticket"
)

var (
	workerRoster = duty.Key{Area: township, Role: area.RoleWorker}
	headRoster   = duty.Key{Area: township, Role: area.RoleTownshipHead}
)

// try runs a command as a member of staff.
func (h *house) try(login string, fn func(context.Context, *store.Tx) error) error {
	h.t.Helper()
	return h.db.InTx(h.t.Context(), h.actor(login), func(tx *store.Tx) error { return fn(h.t.Context(), tx) })
}

func (h *house) must(login string, fn func(context.Context, *store.Tx) error) {
	h.t.Helper()
	if err := h.try(login, fn); err != nil {
		h.t.Fatal(err)
	}
}

func (h *house) tellHoles() (told []string) {
	h.t.Helper()
	h.do(act.SystemDispatch, func(tx *store.Tx) error {
		holes, err := h.rosters.TellHoles(h.t.Context(), tx)
		for _, x := range holes {
			told = append(told, string(x.Role)+" "+ticket.InWords(x.Starts)+" to "+ticket.InWords(x.Ends))
		}
		return err
	})
	return told
}

// alone lets one person keep a roster for two weeks, from their shifts' own times.
func (h *house) alone(k duty.Key, login string) {
	h.t.Helper()
	h.must("head", func(ctx context.Context, tx *store.Tx) error {
		_, err := h.rosters.AddTemporary(ctx, tx, dispatch.NewTemporary{Key: k, Name: "holiday", To: invited.AddDate(0, 0, 14),
			Places: []duty.Place{{Position: 1, Post: h.actor(login).PostID}}})
		return err
	})
}

func (h *house) leave(k duty.Key, login string, from, to time.Time) (r dispatch.Result) {
	h.t.Helper()
	h.must("head", func(ctx context.Context, tx *store.Tx) (err error) {
		r, err = h.rosters.AddOverride(ctx, tx, dispatch.NewOverride{Key: k, Kind: duty.Leave, Remove: h.actor(login).PostID, From: from, To: to, Reason: "family"})
		return err
	})
	return r
}

// A hole is told the day before it begins, once, to the head and the county's
// desk; while it lasts the county is asked at once.
func TestAHoleIsToldTheDayBeforeAndTheCountyAnswers(t *testing.T) {
	h := newHouse(t)
	h.alone(workerRoster, "worker1")
	h.alone(headRoster, "head")
	begins := invited.Add(30 * time.Hour)
	leave := h.leave(workerRoster, "worker1", begins, begins.Add(10*time.Hour))
	if len(leave.Holes) != 1 || !leave.Holes[0].Starts.Equal(begins) || len(leave.Holes[0].Away) == 0 {
		t.Errorf("who enters leave is not warned of the hole: %+v", leave)
	}
	h.leave(headRoster, "head", begins, begins.Add(4*24*time.Hour))
	if told := h.tellHoles(); len(told) != 0 {
		t.Errorf("told 30 hours before: %v", told)
	}
	h.after(7 * time.Hour)
	want := []string{"township_head 10月3日 05:40 to 10月7日 05:40", "worker 10月3日 05:40 to 10月3日 15:40"}
	if told := h.tellHoles(); !reflect.DeepEqual(told, want) {
		t.Errorf("told %v, want %v", told, want)
	}
	h.after(8 * time.Hour)
	if told := h.tellHoles(); len(told) != 0 {
		t.Errorf("told again: %v", told)
	}
	if n := h.count(`SELECT count(*) FROM outbox WHERE kind = 'duty.hole'`) + h.count(`SELECT count(*) FROM events WHERE kind = 'duty.hole'`); n != 2 {
		t.Errorf("%d events on the wallboard", n)
	}
	if told := strings.Join(h.texts(`SELECT p.name FROM notices n JOIN posts p ON p.id = n.post_id WHERE n.template = 'duty_hole' ORDER BY n.id`), " "); told != "head 甲县值班台 head 甲县值班台" {
		t.Errorf("told %s", told)
	}
	during := begins.Add(time.Hour)
	h.at(during)
	id := h.call("1234901", "13812345671", during)
	h.urgent(id)
	h.await("an offer", func() bool { return len(h.offered(id)) > 0 })
	if got := h.texts(`SELECT p.name FROM offers o JOIN posts p ON p.id = o.post_id WHERE o.ticket_id = $1 ORDER BY o.id`, int64(id)); got[0] != "甲县值班台" && got[0] != "county" {
		t.Errorf("offered to %v, want the county at once\n%s", got, h.timeline())
	}
	if h.count(`SELECT count(*) FROM offers WHERE ticket_id = $1 AND offered_at > $2`, int64(id), during.Add(time.Minute)) != 0 {
		t.Error("an empty step was waited out")
	}
	h.at(begins.Add(11 * time.Hour)) // the worker is back, the head is not
	back := h.call("1234901", "13812345672", begins.Add(11*time.Hour))
	h.urgent(back)
	h.await("an offer to the worker", func() bool {
		return len(h.texts(`SELECT 1::text FROM offers o JOIN posts p ON p.id = o.post_id WHERE o.ticket_id = $1 AND p.name = 'worker1'`, int64(back))) == 1
	})
	why := h.texts(`SELECT o.why->'duty'->>'temporary_name' FROM offers o JOIN posts p ON p.id = o.post_id WHERE o.ticket_id = $1 AND p.name = 'worker1'`, int64(back))
	if why[0] != "holiday" {
		t.Errorf("the offer does not say why: %v", why)
	}
}

// Two nodes that look at once tell once.
func TestOneNodeWatchesTheRosters(t *testing.T) {
	h := newHouse(t, "worker1", "worker2")
	h.do(act.SystemDispatch, func(tx *store.Tx) error {
		mine, err := tx.OnlyWatch(t.Context())
		if err != nil || !mine {
			t.Fatalf("nobody else watches: %v, %v", mine, err)
		}
		if told := h.tellHoles(); told != nil {
			t.Errorf("told beside another node: %v", told)
		}
		return nil
	})
	if told := h.tellHoles(); len(told) != 1 {
		t.Errorf("told %v, want the workers' hole that is there already", told)
	}
}

func TestWhatRosterCommandsRefuse(t *testing.T) {
	h := newHouse(t, "worker2")
	post := func(login string) area.PostID { return h.actor(login).PostID }
	hour := func(n int) time.Time { return invited.Add(time.Duration(n) * time.Hour) }
	override := func(change func(*dispatch.NewOverride)) func(context.Context, *store.Tx) error {
		o := dispatch.NewOverride{Key: workerRoster, Kind: duty.Swap, Remove: post("worker1"), Add: post("head"), From: hour(1), To: hour(5)}
		change(&o)
		return func(ctx context.Context, tx *store.Tx) error { _, err := h.rosters.AddOverride(ctx, tx, o); return err }
	}
	same := func(*dispatch.NewOverride) {}
	plan := func(change func(*dispatch.NewVersion)) func(context.Context, *store.Tx) error {
		v := dispatch.NewVersion{Key: workerRoster, Plan: duty.Plan{Zone: "Asia/Shanghai", Rules: []duty.Rule{{Name: "all", Position: 1, Post: post("worker1")}}}}
		change(&v)
		return func(ctx context.Context, tx *store.Tx) error { _, err := h.rosters.SaveRoster(ctx, tx, v); return err }
	}
	temporary := func(places ...duty.Place) func(context.Context, *store.Tx) error {
		return func(ctx context.Context, tx *store.Tx) error {
			_, err := h.rosters.AddTemporary(ctx, tx, dispatch.NewTemporary{Key: workerRoster, Name: "flood", From: hour(100), To: hour(120), Places: places})
			return err
		}
	}
	handOver := func(by, to string, note string, cash int64) func(context.Context, *store.Tx) error {
		return func(ctx context.Context, tx *store.Tx) error {
			_, err := h.rosters.HandOver(ctx, tx, dispatch.NewHandOver{Key: workerRoster, By: post(by), To: post(to), Note: note, CashFen: cash})
			return err
		}
	}
	h.must("head", override(same))
	for _, c := range []struct {
		name, login string
		do          func(context.Context, *store.Tx) error
		code        string
	}{
		{"a worker keeps no roster", "worker1", override(same), "not_a_roster_keeper"},
		{"the head keeps not the county's", "head", override(func(o *dispatch.NewOverride) { o.Key = duty.Key{Area: county, Role: area.RoleCountyDuty} }), "not_found"},
		{"workers serve in townships", "supervisor", override(func(o *dispatch.NewOverride) { o.Area = county }), "wrong_level"},
		{"agents have no duty", "supervisor", override(func(o *dispatch.NewOverride) { o.Role = area.RoleAgent }), "no_duty_role"},
		{"the same person twice", "head", override(func(o *dispatch.NewOverride) { o.From, o.To = hour(4), hour(8) }), "override_overlaps"},
		{"just after is no overlap", "head", override(func(o *dispatch.NewOverride) { o.From, o.To = hour(5), hour(8) }), ""},
		{"who is absent takes nothing over", "head", override(func(o *dispatch.NewOverride) { o.Add, o.From, o.To = post("worker2"), hour(20), hour(30) }), "person_away"},
		{"who has no duty then", "head", override(func(o *dispatch.NewOverride) {
			o.Remove, o.Add, o.From, o.To = post("head"), post("worker1"), hour(20), hour(30)
		}), "not_on_duty_then"},
		{"somebody unknown", "head", override(func(o *dispatch.NewOverride) { o.Add = 999_999 }), "unknown_person"},
		{"somebody of another area", "head", override(func(o *dispatch.NewOverride) { o.Add = post("county") }), "person_not_in_area"},
		{"lent by the county", "county", override(func(o *dispatch.NewOverride) { o.Add, o.From, o.To = post("county"), hour(20), hour(30) }), ""},
		{"those who answer the line may serve, those who watch do not", "supervisor", override(func(o *dispatch.NewOverride) { o.Add, o.From, o.To = post("agent"), hour(40), hour(50) }), ""},
		{"ends before it begins", "head", override(func(o *dispatch.NewOverride) { o.To = hour(1) }), "ends_before_it_begins"},
		{"longer than a year", "head", override(func(o *dispatch.NewOverride) { o.To = hour(24 * 400) }), "too_long"},
		{"leave adds nobody", "head", override(func(o *dispatch.NewOverride) { o.Kind = duty.Leave }), "not_of_this_kind"},
		{"a hand-over is not an override", "head", override(func(o *dispatch.NewOverride) { o.Kind = duty.HandOver }), "unknown_kind"},
		{"with oneself", "head", override(func(o *dispatch.NewOverride) { o.Add = o.Remove }), "same_person"},
		{"a cover without position", "head", override(func(o *dispatch.NewOverride) { o.Kind, o.Remove = duty.Cover, 0 }), "bad_position"},
		{"a plan in no zone", "head", plan(func(v *dispatch.NewVersion) { v.Plan.Zone = "Mars/Olympus" }), "bad_plan"},
		{"a rule for nobody", "head", plan(func(v *dispatch.NewVersion) { v.Plan.Rules[0].Post = 0 }), "bad_plan"},
		{"a version nobody saw", "head", plan(func(v *dispatch.NewVersion) { v.Expected = 3 }), "roster_changed"},
		{"a stranger in a plan", "head", plan(func(v *dispatch.NewVersion) { v.Plan.Rules[0].Post = 999_999 }), "unknown_person"},
		{"a temporary roster of nobody", "head", temporary(), "nobody"},
		{"a place outside its time", "head", temporary(duty.Place{Position: 1, Post: post("worker1"), Ends: hour(130)}), "outside"},
		{"two places at once", "head", temporary(duty.Place{Position: 1, Post: post("worker1")}, duty.Place{Position: 2, Post: post("worker1")}), "twice"},
		{"a temporary roster", "head", temporary(duty.Place{Position: 1, Post: post("worker1")}), ""},
		{"two temporary rosters", "head", temporary(duty.Place{Position: 1, Post: post("worker1")}), "temporary_overlaps"},
		{"hand over without a note", "worker1", handOver("worker1", "head", " ", 0), "note_missing"},
		{"hand over less than nothing", "worker1", handOver("worker1", "head", "all calm", -1), "bad_amount"},
		{"hand over what is another's", "worker2", handOver("worker1", "head", "all calm", 0), "not_a_roster_keeper"},
		{"hand over without being on duty", "worker2", handOver("worker2", "head", "all calm", 0), "not_on_duty"},
	} {
		err := h.try(c.login, c.do)
		fault, _ := errors.AsType[*act.Fault](err)
		switch {
		case c.code == "" && err != nil:
			t.Errorf("%s: %v", c.name, err)
		case c.code != "" && (fault == nil || fault.Code != c.code || fault.Detail == ""):
			t.Errorf("%s: %v, want %s", c.name, err, c.code)
		}
	}
}

// Whoever hands over is off duty at once, and the next is on it until the duty's end.
func TestHandOverGivesTheRestOfTheDuty(t *testing.T) {
	h := newHouse(t)
	worker, head := h.actor("worker1"), h.actor("head")
	until := invited.Add(6 * time.Hour)
	h.must("worker1", func(ctx context.Context, tx *store.Tx) error {
		r, err := h.rosters.HandOver(ctx, tx, dispatch.NewHandOver{Key: workerRoster, By: worker.PostID, To: head.PostID, Until: until, Note: "one ticket is open", CashFen: 300_000})
		if err == nil && !r.To.Equal(until) {
			t.Errorf("until %s, want %s", r.To, until)
		}
		return err
	})
	h.must("agent", func(ctx context.Context, tx *store.Tx) error {
		for at, want := range map[time.Time]area.PostID{invited.Add(time.Second): head.PostID, until.Add(-time.Second): head.PostID, until: worker.PostID} {
			a, err := tx.DutyAt(ctx, township, area.RoleWorker, 1, at)
			if err != nil {
				return err
			}
			if len(a.OnDuty) != 1 || a.OnDuty[0].Post != want {
				t.Errorf("at %s: %+v", at, a)
			}
			if want == head.PostID && (len(a.Skipped) != 1 || a.Skipped[0].Reason != duty.SkipHandedOver || a.Skipped[0].By != "head" || a.OnDuty[0].Why.Overrides[0].Instead != "worker1") {
				t.Errorf("at %s it is not told why: %+v", at, a)
			}
		}
		return nil
	})
}
