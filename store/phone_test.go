package store

import (
	"errors"
	"testing"
	"time"

	"example.org/hotline/area"
	"example.org/hotline/internal/act"
	"example.org/hotline/ivr/acd"
	"example.org/hotline/ticket"
)

// agentRules are what the calls of these tests are judged by.
func agentRules() ticket.CallRules {
	return ticket.CallRules{Terms: testRules().Terms, Holds: ticket.Holds{Answer: 45 * time.Second, Untriaged: 5 * time.Minute, Longest: 20 * time.Minute},
		Callback: ticket.CallbackRules{Urgent: 15 * time.Minute, Ordinary: time.Hour, Tries: []time.Duration{0, 10 * time.Minute}, Late: 5 * time.Minute, Claim: 10 * time.Minute,
			VisitUrgent: 2 * time.Hour, VisitOrdinary: 24 * time.Hour}}
}

// line is a house with an agent of the other county, whose area is not the caller's.
func newPhoneHouse(t *testing.T) (house, *Intake) {
	t.Helper()
	h := newHouse(t)
	far := area.Directory{Staff: []area.NewStaff{
		{Login: "agent.far", Name: "agent.far", Role: area.RoleAgent, Area: "990102000000", Phone: "+8619900000009"},
		{Login: "admin", Name: "admin", Role: area.RoleSystemAdmin, Area: testCity, Phone: "+8619900000008"},
		{Login: "silent", Name: "silent", Role: area.RoleWorker, Area: testTownship}},
		Shifts: []area.NewShift{
			{Area: testTownship, Role: area.RoleWorker, Position: 2, Login: "worker2", From: time.Now().Add(-time.Hour), To: time.Now().Add(24 * time.Hour)},
			{Area: testTownship, Role: area.RoleWorker, Position: 1, Login: "worker1", From: time.Now().Add(-time.Hour), To: time.Now().Add(24 * time.Hour)},
			{Area: testTownship, Role: area.RoleWorker, Position: 3, Login: "silent", From: time.Now().Add(-time.Hour), To: time.Now().Add(24 * time.Hour)},
			{Area: testCounty, Role: area.RoleCountyDuty, Position: 1, Login: "county", From: time.Now().Add(-time.Hour), To: time.Now().Add(24 * time.Hour)}}}
	if err := h.db.ImportDirectory(t.Context(), far); err != nil {
		t.Fatal(err)
	}
	return h, h.runIntake(t)
}

func (h house) registered(t *testing.T, in *Intake, to, from string, at time.Time, n int) ticket.Call {
	t.Helper()
	c := newCall(to, from, at, n)
	if _, err := in.Register(t.Context(), c); err != nil {
		t.Fatal(err)
	}
	return c
}

func (h house) happens(t *testing.T, call ticket.CallID, kind ticket.CallEventKind, login string) {
	t.Helper()
	e := ticket.CallEvent{Kind: kind, At: time.Now(), Leg: "citizen"}
	if login != "" {
		e.Agent = h.actor(t, login).StaffID
	}
	err := h.db.InTx(t.Context(), act.SystemIVR, func(tx *Tx) error { return tx.CallHappened(t.Context(), call, e, agentRules()) })
	if err != nil {
		t.Fatalf("%s: %v", kind, err)
	}
}

func (h house) ends(t *testing.T, call ticket.CallID) {
	t.Helper()
	err := h.db.InTx(t.Context(), act.SystemIVR, func(tx *Tx) error {
		return tx.CallEnded(t.Context(), call, time.Now(), ticket.EndCallerHung, agentRules())
	})
	if err != nil {
		t.Fatal(err)
	}
}

func (h house) pop(t *testing.T, login string, call ticket.CallID) (p ticket.Pop, err error) {
	t.Helper()
	err = h.db.InTx(t.Context(), h.actor(t, login), func(tx *Tx) (err error) {
		p, err = tx.CallPop(t.Context(), call)
		return err
	})
	return p, err
}

// An agent sees the ticket of a call that is put to them, wherever it lies: not
// before, not any more once another takes it, and for a day after they had it.
func TestAnAgentSeesTheCallsPutToThem(t *testing.T) {
	h, in := newPhoneHouse(t)
	c := h.registered(t, in, "12349001", "13812345678", time.Now(), 1)
	sees := func(login string) bool {
		t.Helper()
		_, err := h.try(t, login, func(tx *Tx) (ticket.Ticket, error) {
			id, err := tx.TicketByRef(t.Context(), string(c.Number))
			return ticket.Ticket{ID: id}, err
		})
		if err != nil && !errors.Is(err, act.ErrNotFound) {
			t.Fatal(err)
		}
		_, popErr := h.pop(t, login, c.ID)
		if (err == nil) != (popErr == nil) {
			t.Errorf("%s: ticket %v, pop %v", login, err, popErr)
		}
		return err == nil
	}
	if sees("agent.far") {
		t.Error("seen before the call rang there")
	}
	h.happens(t, c.ID, ticket.CallRangAgent, "agent.far")
	if !sees("agent.far") {
		t.Error("the ticket of a ringing call is not seen")
	}
	h.happens(t, c.ID, ticket.CallUnanswered, "agent.far")
	if sees("agent.far") {
		t.Error("still seen after it rang in vain")
	}
	h.happens(t, c.ID, ticket.CallRangAgent, "agent.far")
	h.happens(t, c.ID, ticket.CallConnected, "agent.far")
	h.ends(t, c.ID)
	if !sees("agent.far") {
		t.Error("the owner does not see the ticket")
	}
	got := h.do(t, "agent.far", func(tx *Tx) (ticket.Ticket, error) {
		id, err := tx.TicketByRef(t.Context(), string(c.Number))
		if err != nil {
			return ticket.Ticket{}, err
		}
		seen, err := tx.TicketForUpdate(t.Context(), id)
		if err != nil {
			return ticket.Ticket{}, err
		}
		return triage(t, id, ticket.Triage{Version: seen.Version, Area: testTownship, Priority: ticket.P2, Kind: ticket.KindAid})(tx)
	})
	if got.WithAgent || got.Owner != h.actor(t, "agent.far").PostID || got.LadderFrom.IsZero() {
		t.Errorf("after the triage: %+v", got)
	}
	h.db.mustExec(t, `UPDATE tickets SET owner_id = (SELECT post_id FROM staff WHERE login = 'worker1')`)
	if !sees("agent.far") {
		t.Error("the disposition could not be written")
	}
	h.db.mustExec(t, `UPDATE call_agents SET sees_until = app_now() - interval '1 second'`)
	if sees("agent.far") {
		t.Error("seen for ever")
	}
	if n := h.count(t, `SELECT count(*) FROM audit_records WHERE action = 'caller.pop'`); n < 3 {
		t.Errorf("%d looks on record", n)
	}
}

// mustExec changes rows behind everybody's back.
func (db *DB) mustExec(t *testing.T, sql string, args ...any) {
	t.Helper()
	err := db.InTx(t.Context(), act.SystemDispatch, func(tx *Tx) error { _, err := tx.exec(t.Context(), "change", sql, args...); return err })
	if err != nil {
		t.Fatal(err)
	}
}

// What a number suggests: open tickets, times and outcomes, the call-back; nothing for a withheld one.
func TestWhatANumberSuggests(t *testing.T) { // PHONE complaint 15: the agent does not know who the caller is
	h, in := newPhoneHouse(t)
	at := time.Now().Add(-time.Hour)
	first := h.registered(t, in, "12349001", "13812345678", at, 1)
	h.ends(t, first.ID)
	other := h.registered(t, in, "12349001", "13912345678", at, 2)
	h.ends(t, other.ID)
	c := h.registered(t, in, "12349001", "13812345678", time.Now(), 3)
	h.happens(t, c.ID, ticket.CallRangAgent, "agent")
	p, err := h.pop(t, "agent", c.ID)
	if err != nil {
		t.Fatal(err)
	}
	if p.Caller != "138****5678" || p.Withheld || len(p.Clocks) != 2 || p.Ticket.Number != c.Number {
		t.Errorf("%+v", p)
	}
	if len(p.Open) != 1 || p.Open[0].Number != first.Number || p.Open[0].Source != ticket.SourceSameNumber {
		t.Errorf("open tickets: %+v", p.Open)
	}
	if len(p.History) != 1 || p.History[0].Outcome != ticket.CallInVain || p.Callback == nil || p.Callback.Number != first.Number {
		t.Errorf("history %+v, call-back %+v", p.History, p.Callback)
	}
	withheld := h.registered(t, in, "12349001", "", time.Now(), 4)
	h.happens(t, withheld.ID, ticket.CallRangAgent, "agent")
	if p, err := h.pop(t, "agent", withheld.ID); err != nil || !p.Withheld || len(p.Open)+len(p.History) != 0 || p.Callback != nil || p.Household != nil {
		t.Errorf("a withheld number suggests %+v (%v)", p, err)
	}
	if _, err := h.pop(t, "worker1", c.ID); !errors.Is(err, act.ErrNotFound) {
		t.Errorf("a worker sees an agent's screen: %v", err)
	}
}

// Only who had the call says what it was; the newest word counts, all stand in the timeline.
func TestDisposition(t *testing.T) {
	h, in := newPhoneHouse(t)
	c := h.registered(t, in, "12349001", "", time.Now(), 1)
	h.happens(t, c.ID, ticket.CallRangAgent, "supervisor")
	h.happens(t, c.ID, ticket.CallConnected, "agent")
	dispose := func(code, note string) func(*Tx) (ticket.Ticket, error) {
		return func(tx *Tx) (ticket.Ticket, error) {
			return ticket.Ticket{}, ticket.Dispose(t.Context(), tx, c.ID, code, note, []string{"registered", "silent"})
		}
	}
	h.refused(t, "supervisor", "not_found", dispose("registered", ""))
	h.refused(t, "agent", "unknown_disposition", dispose("lunch", ""))
	h.refused(t, "agent", "personal_number", dispose("registered", "ring 13812345678"))
	h.do(t, "agent", dispose("silent", ""))
	h.do(t, "agent", dispose("registered", "a burnt kitchen"))
	if n := h.count(t, `SELECT count(*) FROM calls WHERE disposition = 'registered' AND disposed_by IS NOT NULL`); n != 1 {
		t.Error("the newest word does not count")
	}
	if n := h.count(t, `SELECT count(*) FROM timeline WHERE kind = 'call.disposed'`); n != 2 {
		t.Errorf("%d dispositions in the timeline", n)
	}
	err := h.db.InTx(t.Context(), h.actor(t, "agent"), func(tx *Tx) error {
		mine, _, err := tx.CallRows(t.Context(), tx.today(), ticket.Cursor{}, 10)
		if err != nil || len(mine) != 1 || mine[0].Agent != "agent" || mine[0].Outcome != ticket.CallSpoken || mine[0].Disposition != "registered" {
			t.Errorf("the agent's own calls: %+v, %v", mine, err)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := h.db.InTx(t.Context(), h.actor(t, "supervisor"), func(tx *Tx) error {
		mine, _, err := tx.CallRows(t.Context(), tx.today(), ticket.Cursor{}, 10)
		if len(mine) != 0 {
			t.Errorf("calls of one who spoke to nobody: %+v", mine)
		}
		return err
	}); err != nil {
		t.Fatal(err)
	}
}

// The dialler is given a number only for a task in scope, and for one person at a time; each time is a record.
func TestCallbackNumber(t *testing.T) {
	h, in := newPhoneHouse(t)
	c := h.registered(t, in, "12349001", "13812345678", time.Now(), 1)
	h.ends(t, c.ID)
	var task string
	err := h.db.InTx(t.Context(), h.actor(t, "agent"), func(tx *Tx) error {
		list, err := tx.Callbacks(t.Context(), ticket.CallbacksDue, 10)
		if err != nil || len(list) != 1 || list[0].Caller != "138****5678" || list[0].Mine || len(list[0].NextActs) != 2 {
			t.Fatalf("%+v, %v", list, err)
		}
		task = list[0].ID
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	number := func(login string) (CallbackDial, error) {
		return h.db.CallbackNumber(t.Context(), task, h.actor(t, login).StaffID, agentRules().Callback)
	}
	for _, login := range []string{"agent.far", "worker1"} {
		if _, err := number(login); !errors.Is(err, act.ErrNotFound) {
			t.Errorf("%s is given the number: %v", login, err)
		}
	}
	if d, err := number("agent"); err != nil || d != (CallbackDial{Call: c.ID, Ticket: c.Number, To: "+8613812345678"}) {
		t.Errorf("%+v, %v", d, err)
	}
	if _, err := number("agent"); err != nil {
		t.Errorf("dialled again in the same claim: %v", err)
	}
	if _, err := number("supervisor"); !errors.Is(err, act.ErrConflict) {
		t.Errorf("two people ring one citizen: %v", err)
	}
	h.refused(t, "supervisor", "already_taken", func(tx *Tx) (ticket.Ticket, error) { // nor does anybody call off what somebody is at
		id, err := tx.CallbackByRef(t.Context(), task)
		if err == nil {
			_, err = ticket.CancelCallback(t.Context(), tx, id, "spite")
		}
		return ticket.Ticket{}, err
	})
	if n := h.count(t, `SELECT count(*) FROM audit_records WHERE action = 'phone.dial'`); n != 2 {
		t.Errorf("%d records of a dialled number", n)
	}
	if err := h.db.CallbackTried(t.Context(), task, h.actor(t, "supervisor").StaffID, ticket.TryReached, agentRules().Callback); !errors.Is(err, act.ErrRefused) {
		t.Errorf("somebody else says how it went: %v", err)
	}
	if err := h.db.CallbackTried(t.Context(), task, h.actor(t, "agent").StaffID, ticket.TryReached, agentRules().Callback); err != nil {
		t.Error(err)
	}
	if n := h.count(t, `SELECT count(*) FROM callbacks WHERE state = 'done' AND outcome = 'reached'`); n != 1 {
		t.Error("the call-back is not over")
	}
}

// A wrong number is not rung again; where nobody in the village is known the worker on duty is asked to go.
func TestAVillageAssistantVisits(t *testing.T) {
	h, in := newPhoneHouse(t)
	village := area.Code("990101101201")
	if err := h.db.ImportDirectory(t.Context(), area.Directory{Divisions: []area.Division{{Code: village, Name: "甲村"}},
		Staff: []area.NewStaff{{Login: "assistant", Name: "assistant", Role: area.RoleVillageAssistant, Area: village, Phone: "+8619900000007"}}}); err != nil {
		t.Fatal(err)
	}
	for n, where := range []area.Code{testTownship, village} {
		c := h.registered(t, in, "12349001", []string{"13812345678", "13912345678"}[n], time.Now(), n)
		h.ends(t, c.ID)
		h.db.mustExec(t, `UPDATE tickets SET area_code = ? WHERE number = ?`, string(where), string(c.Number))
		h.do(t, "agent", func(tx *Tx) (ticket.Ticket, error) {
			b, err := tx.AliveCallback(t.Context(), c.ID)
			if err != nil {
				return ticket.Ticket{}, err
			}
			if _, err = ticket.ClaimCallback(t.Context(), tx, b.ID, agentRules().Callback); err != nil {
				return ticket.Ticket{}, err
			}
			_, err = ticket.TryCallback(t.Context(), tx, b.ID, ticket.TryWrongNumber, "", agentRules().Callback)
			return ticket.Ticket{}, err
		})
	}
	for name, want := range map[string]int{"worker1": 1, "assistant": 1} {
		if n := h.count(t, `SELECT count(*) FROM notices n JOIN posts p ON p.id = n.post_id WHERE n.template = 'callback_visit' AND p.name = ?`, name); n != want {
			t.Errorf("%s is asked %d times, want %d", name, n, want)
		}
	}
	if n := h.count(t, `SELECT count(*) FROM notices WHERE template = 'callback_missed'`); n != 0 {
		t.Error("a message went to a wrong number")
	}
}

// Whom a call may ring besides agents.
func TestContacts(t *testing.T) {
	h, in := newPhoneHouse(t)
	c := h.registered(t, in, "12349001", "13812345678", time.Now(), 1)
	plain := h.registered(t, in, "12349", "", time.Now(), 2)
	names := func(call ticket.CallID, level string) (list []string) {
		t.Helper()
		phones, err := h.db.DutyPhones(t.Context(), call, level)
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range phones {
			list = append(list, p.Name+" "+p.Phone)
		}
		return list
	}
	if got := names(c.ID, "township"); len(got) != 2 || got[0] != "worker 甲镇 +8619900000001" {
		t.Errorf("township: %q", got)
	}
	if got := names(plain.ID, "township"); len(got) != 0 {
		t.Errorf("the township of a call without one: %q", got)
	}
	if got := names(plain.ID, "county"); len(got) != 1 || got[0] != "county_duty 甲县 +8619900000001" {
		t.Errorf("county: %q", got)
	}
	if _, err := h.db.DutyPhones(t.Context(), c.ID, "moon"); !errors.Is(err, act.ErrInvalid) {
		t.Errorf("an unknown level: %v", err)
	}
	if p, err := h.db.StaffPhone(t.Context(), "worker1"); err != nil || p.Phone != "+8619900000001" {
		t.Errorf("worker1: %+v, %v", p, err)
	}
	for _, login := range []string{"admin", "auditor", "silent", "nobody"} {
		if _, err := h.db.StaffPhone(t.Context(), login); !errors.Is(err, act.ErrNotFound) {
			t.Errorf("%s may be rung: %v", login, err)
		}
	}
	h.ends(t, c.ID)
	again := h.registered(t, in, "12349001", "13812345678", time.Now(), 3)
	if f, err := h.db.CallerFacts(t.Context(), again); err != nil || !f.Known || !f.OpenTicket || !f.CallbackDue || f.CallsToday != 2 {
		t.Errorf("%+v, %v", f, err)
	}
	if f, err := h.db.CallerFacts(t.Context(), plain); err != nil || f != (CallerFacts{}) {
		t.Errorf("a withheld number: %+v, %v", f, err)
	}
}

// Survey, message and quality stand with the call and its ticket.
func TestWhatACallLeaves(t *testing.T) {
	h, in := newPhoneHouse(t)
	c := h.registered(t, in, "12349001", "13812345678", time.Now(), 1)
	err := h.db.InTx(t.Context(), act.SystemIVR, func(tx *Tx) error {
		for _, e := range []ticket.CallEvent{{Kind: ticket.CallVoicemail, At: time.Now(), Recording: "r", Seconds: 12}, {Kind: ticket.CallSurveyed, At: time.Now(), Score: 4}} {
			if err := tx.CallHappened(t.Context(), c.ID, e, agentRules()); err != nil {
				return err
			}
		}
		return tx.CallMeasured(t.Context(), c.ID, ticket.CallQuality{Leg: "citizen", Sent: 100, Received: 98, Lost: 2, Jitter: 3 * time.Millisecond})
	})
	if err != nil {
		t.Fatal(err)
	}
	h.ends(t, c.ID)
	err = h.db.InTx(t.Context(), h.actor(t, "agent"), func(tx *Tx) error {
		id, err := tx.TicketByRef(t.Context(), string(c.Number))
		if err != nil {
			return err
		}
		v, err := tx.TicketView(t.Context(), id)
		if err != nil || !v.Call.Voicemail || v.Call.SurveyScore != 4 || v.Call.ID != c.ID || v.Call.ReachedAt != nil {
			t.Errorf("%+v, %v", v.Call, err)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if n := h.count(t, `SELECT count(*) FROM call_quality WHERE jitter_us = 3000 AND lost = 2`); n != 1 {
		t.Error("the quality is lost")
	}
	if n := h.count(t, `SELECT count(*) FROM callbacks`); n != 0 {
		t.Error("who left a message is rung back without anybody having heard it")
	}
}

// A conversation is listened to by supervisors of where it belongs, and each time is in the audit chain.
func TestSupervisionEndsWithTheArea(t *testing.T) {
	h, in := newPhoneHouse(t)
	call := h.registered(t, in, "12349001", "13812345678", time.Now(), 1)
	people := area.Directory{Staff: []area.NewStaff{{Login: "sup.near", Name: "sup.near", Role: area.RoleSupervisor, Area: testCounty},
		{Login: "sup.far", Name: "sup.far", Role: area.RoleSupervisor, Area: "990102000000"}}}
	if err := h.db.ImportDirectory(t.Context(), people); err != nil {
		t.Fatal(err)
	}
	for login, want := range map[string]error{"sup.far": acd.ErrNoCall, "agent.far": acd.ErrNoCall, "worker1": acd.ErrNoCall, "sup.near": nil} {
		if err := h.db.Supervise(t.Context(), h.actor(t, login).StaffID, call.ID, acd.JoinListen); !errors.Is(err, want) {
			t.Errorf("%s listens: %v, want %v", login, err, want)
		}
	}
	if err := h.db.Supervise(t.Context(), h.actor(t, "sup.near").StaffID, "no such", acd.JoinListen); !errors.Is(err, acd.ErrNoCall) {
		t.Errorf("a call that is none: %v", err)
	}
	if n := h.count(t, `SELECT count(*) FROM audit_records WHERE action = 'call.supervised'`); n != 1 {
		t.Errorf("%d records of one listening", n)
	}
}

// A call-back whose ticket was closed meanwhile is over: whoever calls in vain
// after that is rung back all the same, and not by a task that no list shows.
func TestACallInVainAfterTheTicketIsClosed(t *testing.T) {
	h, in := newPhoneHouse(t)
	first := h.registered(t, in, "12349001", "13812345678", time.Now().Add(-time.Hour), 1)
	h.ends(t, first.ID)
	h.db.mustExec(t, `UPDATE tickets SET status = 'closed' WHERE number = ?`, string(first.Number))
	again := h.registered(t, in, "12349001", "13812345678", time.Now(), 2)
	h.ends(t, again.ID)
	err := h.db.InTx(t.Context(), h.actor(t, "agent"), func(tx *Tx) error {
		list, err := tx.Callbacks(t.Context(), ticket.CallbacksDue, 10)
		if err != nil || len(list) != 1 || list[0].Number != again.Number || list[0].Calls != 1 {
			t.Errorf("who is to be rung back: %+v, %v", list, err)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if n := h.count(t, `SELECT count(*) FROM callbacks WHERE state = 'done' AND outcome = 'moot'`); n != 1 {
		t.Error("the task of the closed ticket goes on")
	}
}
