package sim

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"example.org/hotline/area"
	"example.org/hotline/configs"
	"example.org/hotline/dispatch"
	"example.org/hotline/internal/act"
	"example.org/hotline/internal/seal"
	"example.org/hotline/store"
	"example.org/hotline/test/servers"
	"example.org/hotline/ticket"
)

func TestMain(m *testing.M) { servers.Main(m) }

// invited is 23:40 on a public holiday.
var invited = time.Date(2026, 10, 1, 15, 40, 0, 0, time.UTC)

const (
	testCity     area.Code = "990100000000"
	testCounty   area.Code = "990101000000"
	testTownship area.Code = "990101101000"
)

// pair is one small city twice: on real PostgreSQL and in memory.
type pair struct {
	t        *testing.T
	db       *store.DB
	look     *pgx.Conn
	rules    Rules
	intake   *store.Intake
	handlers map[string]dispatch.Handler
	leases   map[int16]act.Lease
	m        *Memory
	posts    map[string]area.PostID
	calls    int
}

func newPair(t *testing.T) *pair {
	t.Helper()
	policies, err := configs.LoadPolicies("")
	if err != nil {
		t.Fatal(err)
	}
	p := &pair{t: t, rules: NewRules(policies.Ladders["ladder-2026"], policies.Calendar), posts: map[string]area.PostID{}, leases: map[int16]act.Lease{}}
	p.open(servers.Database(t, "hotline", store.Migrate))
	p.clock(invited)
	if err := p.db.ImportDirectory(t.Context(), smallCity()); err != nil {
		t.Fatal(err)
	}
	service, err := dispatch.NewService(policies.Ladders, "ladder-2026", policies.Calendar, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	p.handlers = service.Handlers()
	line := func(number string, where area.Code, desk area.Role) store.ServiceNumber {
		return store.ServiceNumber{Number: number, Area: where, Desk: desk}
	}
	p.intake = store.NewIntake(p.db, store.Rules{Policy: "ladder-2026", Terms: p.rules.Ladder.Terms(), Holds: p.rules.Holds, Calendar: p.rules.Calendar,
		Lines: map[string]store.ServiceNumber{"12349": line("12349", testCounty, area.RoleCountyDuty), "1234901": line("1234901", testTownship, area.RoleWorker)}})
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- p.intake.Run(ctx) }()
	t.Cleanup(func() { cancel(); <-done })
	p.copyCity()
	p.m.keep = true
	return p
}

func (p *pair) open(urls servers.URLs) {
	p.t.Helper()
	keys := filepath.Join(p.t.TempDir(), "keys")
	if err := seal.Generate(keys); err != nil {
		p.t.Fatal(err)
	}
	ring, err := seal.Load(keys)
	if err != nil {
		p.t.Fatal(err)
	}
	if p.db, err = store.Open(store.Options{URL: urls.AppURL, Sealer: ring, Calendar: p.rules.Calendar, Logger: slog.New(slog.DiscardHandler)}); err != nil {
		p.t.Fatal(err)
	}
	if p.look, err = pgx.Connect(p.t.Context(), urls.SuperURL); err != nil {
		p.t.Fatal(err)
	}
	p.t.Cleanup(func() { _ = p.look.Close(context.Background()); _ = p.db.Close() })
}

func smallCity() area.Directory {
	d := area.Directory{
		Divisions: []area.Division{{Code: testCity, Name: "测试市"}, {Code: testCounty, Name: "甲县"}, {Code: testTownship, Name: "甲镇"}},
		Desks: []area.Desk{{Area: testCounty, Role: area.RoleCountyDuty, Name: "甲县值班台"}, {Area: testTownship, Role: area.RoleWorker, Name: "甲镇值班台"},
			{Area: testCity, Role: area.RoleCityDuty, Name: "市值班台"}},
	}
	from, to := invited.AddDate(0, 0, -7), invited.AddDate(0, 0, 60)
	add := func(login string, role area.Role, where area.Code, position int) {
		d.Staff = append(d.Staff, area.NewStaff{Login: login, Name: login, Role: role, Area: where, Phone: fmt.Sprintf("+86199%08d", len(d.Staff)+1)})
		if position > 0 {
			d.Shifts = append(d.Shifts, area.NewShift{Area: where, Role: role, Position: position, Login: login, From: from, To: to})
		}
	}
	add("worker1", area.RoleWorker, testTownship, 1)
	add("worker2", area.RoleWorker, testTownship, 2)
	add("worker3", area.RoleWorker, testTownship, 2)
	add("head", area.RoleTownshipHead, testTownship, 1)
	add("county", area.RoleCountyDuty, testCounty, 1)
	add("cityduty", area.RoleCityDuty, testCity, 1)
	add("cityhead", area.RoleCityHead, testCity, 1)
	add("agent", area.RoleAgent, testCity, 0)
	add("supervisor", area.RoleSupervisor, testCity, 1)
	d.Absences = []area.NewAbsence{{Login: "head", Reason: "leave", From: from, To: invited.Add(5 * time.Hour)}}
	return d
}

// copyCity makes the memory's city of what the database holds.
func (p *pair) copyCity() {
	p.t.Helper()
	city := NewCity()
	for _, d := range smallCity().Divisions {
		city.AddPlace(d)
	}
	rows, err := p.look.Query(p.t.Context(), `SELECT p.id, p.kind, p.area_code, p.role, p.name, coalesce(s.id, 0) FROM posts p LEFT JOIN staff s ON s.post_id = p.id`)
	if err != nil {
		p.t.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		var id, staff int64
		var kind, where, role, name string
		if err := rows.Scan(&id, &kind, &where, &role, &name, &staff); err != nil {
			p.t.Fatal(err)
		}
		p.posts[name] = city.AddPost(area.Post{ID: area.PostID(id), Kind: area.PostKind(kind), Area: area.Code(where), Role: area.Role(role), Name: name, StaffID: area.StaffID(staff)})
	}
	err = p.db.InTx(p.t.Context(), act.SystemDispatch, func(tx *store.Tx) error {
		rosters, err := tx.Rosters(p.t.Context(), testCity, invited.AddDate(0, 0, -1), invited.AddDate(0, 0, 50))
		for _, r := range rosters {
			city.AddRoster(r)
		}
		return err
	})
	if err != nil {
		p.t.Fatal(err)
	}
	if err := city.Ready(p.rules.Calendar); err != nil {
		p.t.Fatal(err)
	}
	p.m = NewMemory(city, invited)
}

// clock sets the database's clock and lets it stand still there.
func (p *pair) clock(at time.Time) {
	p.t.Helper()
	if _, err := p.look.Exec(p.t.Context(), `UPDATE app_clock SET real_base = clock_timestamp(), app_base = $1, scale = 0.000001`, at); err != nil {
		p.t.Fatal(err)
	}
}

// after moves both to so long after the INVITE, from due time to due time, and compares.
func (p *pair) after(d time.Duration) {
	p.t.Helper()
	until := invited.Add(d)
	for len(p.m.pending) > 0 && !p.m.pending[0].DueAt.After(until) {
		next := p.m.pending[0].DueAt
		if next.After(p.m.now) {
			p.m.now = next
			p.clock(next.Add(time.Microsecond)) // the database keeps whole microseconds
		}
		p.settle()
	}
	p.m.now = until
	p.clock(until)
	p.settle()
	p.compare()
}

// settle fires what is due on both sides.
func (p *pair) settle() {
	p.t.Helper()
	for len(p.m.pending) > 0 && !p.m.pending[0].DueAt.After(p.m.now) {
		if _, err := p.m.Fire(p.t.Context(), p.m.pending[0].ID, p.handlers, nil); err != nil {
			p.t.Fatal(err)
		}
	}
	for {
		due, err := p.db.OverdueTimers(p.t.Context(), allShards, 0, 1)
		if err != nil {
			p.t.Fatal(err)
		}
		if len(due) == 0 {
			return
		}
		_, err = p.db.FireTimers(p.t.Context(), []act.Lease{p.lease(int16(due[0].Subject.ID & 15))}, "sweep", []int64{due[0].ID},
			func(ctx context.Context, tx *store.Tx, t act.Timer) error { return p.handlers[t.Kind](ctx, tx, t) })
		if err != nil {
			p.t.Fatal(err)
		}
	}
}

var allShards = []int16{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15}

func (p *pair) lease(shard int16) act.Lease {
	p.t.Helper()
	if _, held := p.leases[shard]; !held {
		leases, err := p.db.LeaseShards(p.t.Context(), "conformance", time.Hour)
		if err != nil {
			p.t.Fatal(err)
		}
		for _, l := range leases {
			p.leases[l.Shard] = l
		}
	}
	return p.leases[shard]
}

// call takes a call on both sides.
func (p *pair) call(to, from string) ticket.ID {
	p.t.Helper()
	p.calls++
	id := fmt.Sprintf("00000000-0000-7000-8000-%012d", p.calls)
	c := ticket.Call{ID: ticket.CallID(id), NodeID: "node", SIPCallID: id, Trunk: "trunk", FromRaw: from, FromE164: ticket.ParsePhone(from).E164,
		To: to, Number: ticket.NewNumber(p.m.now, p.calls), InvitedAt: p.m.now}
	if _, err := p.intake.Register(p.t.Context(), c); err != nil {
		p.t.Fatal(err)
	}
	var real int64
	if err := p.look.QueryRow(p.t.Context(), `SELECT id FROM tickets WHERE call_id = $1`, id).Scan(&real); err != nil {
		p.t.Fatal(err)
	}
	p.m.nextTicket = ticket.ID(real - 1)
	line := ticket.Line{Number: to, Area: testTownship, Owner: p.posts["甲镇值班台"]}
	if to == "12349" {
		line.Area, line.Owner = testCounty, p.posts["甲县值班台"]
	}
	if got := p.m.Birth(c, line, p.rules); got != ticket.ID(real) {
		p.t.Fatalf("in memory it is ticket %d, in the database %d", got, real)
	}
	return ticket.ID(real)
}

// do runs one act on both sides, which must end the same way.
func (p *pair) do(login string, fn func(ctx context.Context, tx dispatch.Tx) error) {
	p.t.Helper()
	who := act.SystemIVR
	if login != "" {
		who = p.m.city.Actor(p.posts[login])
	}
	inDatabase := p.db.InTx(p.t.Context(), who, func(tx *store.Tx) error { return fn(p.t.Context(), tx) })
	inMemory := p.m.InTx(p.t.Context(), who, func(tx *Tx) error { return fn(p.t.Context(), tx) })
	if code(inDatabase) != code(inMemory) {
		p.t.Errorf("%s: the database says %v, the memory %v", login, inDatabase, inMemory)
	}
	p.settle()
	p.compare()
}

// code is how an act ended.
func code(err error) string {
	if err == nil {
		return "done"
	}
	if fault, ok := errors.AsType[*act.Fault](err); ok {
		return fault.Code
	}
	return err.Error()
}

// hangUp and answer are steps of a call.
func (p *pair) hangUp(id ticket.ID) {
	p.t.Helper()
	c := p.m.tickets[id].call.ID
	r := ticket.CallRules{Terms: p.rules.Ladder.Terms(), Holds: p.rules.Holds, Callback: p.rules.Ladder.Callback.Rules()}
	if err := p.db.InTx(p.t.Context(), act.SystemIVR, func(tx *store.Tx) error {
		return tx.CallEnded(p.t.Context(), c, p.m.now, ticket.EndCallerHung, r)
	}); err != nil {
		p.t.Fatal(err)
	}
	var last int64
	if err := p.look.QueryRow(p.t.Context(), `SELECT coalesce(max(id), 1) FROM callbacks`).Scan(&last); err != nil {
		p.t.Fatal(err)
	}
	p.m.nextCallback = ticket.CallbackID(last - 1)
	if err := p.m.InTx(p.t.Context(), act.SystemIVR, func(tx *Tx) error { return tx.endCall(p.t.Context(), id, p.rules) }); err != nil {
		p.t.Fatal(err)
	}
	p.settle()
	p.compare()
}

func (p *pair) answer(id ticket.ID) {
	p.t.Helper()
	agent := p.m.city.Posts[p.posts["agent"]]
	e := ticket.CallEvent{Kind: ticket.CallConnected, At: p.m.now, Agent: agent.StaffID}
	r := ticket.CallRules{Terms: p.rules.Ladder.Terms(), Holds: p.rules.Holds, Callback: p.rules.Ladder.Callback.Rules()}
	if err := p.db.InTx(p.t.Context(), act.SystemIVR, func(tx *store.Tx) error {
		return tx.CallHappened(p.t.Context(), p.m.tickets[id].call.ID, e, r)
	}); err != nil {
		p.t.Fatal(err)
	}
	if err := p.m.InTx(p.t.Context(), act.SystemIVR, func(tx *Tx) error { return tx.connect(p.t.Context(), id, agent, p.rules) }); err != nil {
		p.t.Fatal(err)
	}
	p.settle()
	p.compare()
}

// compare holds the two against each other, line by line.
func (p *pair) compare() {
	p.t.Helper()
	database, memory := p.database(), p.memory()
	if slices.Equal(database, memory) {
		return
	}
	for _, line := range database {
		if !slices.Contains(memory, line) {
			p.t.Errorf("only in the database: %s", line)
		}
	}
	for _, line := range memory {
		if !slices.Contains(database, line) {
			p.t.Errorf("only in memory: %s", line)
		}
	}
	p.t.FailNow()
}

func (p *pair) database() (all []string) {
	p.t.Helper()
	for _, sql := range []string{
		`SELECT format('ticket %s %s %s owner %s epoch %s version %s step %s loop %s %s accepted %s from %s agent %s ended %s repeat %s pending %s', id, status, priority, owner_id, epoch, version, step, loop, area_code,
			coalesce(extract(epoch FROM date_trunc('second', accepted_at))::bigint, 0), coalesce(extract(epoch FROM date_trunc('second', ladder_from))::bigint, 0), with_agent, call_ended, repeat_state, coalesce(pending_priority, '')) FROM tickets`,
		`SELECT format('clock %s %s due %s revision %s stopped %s breached %s rose %s', ticket_id, kind, extract(epoch FROM date_trunc('second', due_at))::bigint, revision, stopped_at IS NOT NULL, breached_at IS NOT NULL, rose_at IS NOT NULL) FROM clocks`,
		`SELECT format('offer %s %s/%s/%s post %s at %s %s', ticket_id, epoch, loop, step, post_id, extract(epoch FROM date_trunc('second', offered_at))::bigint, coalesce(outcome, 'open')) FROM offers`,
		`SELECT format('notice %s %s', key, template) FROM notices`,
		`SELECT format('timer %s %s %s/%s/%s due %s', subject_kind, subject_id, kind, step, epoch, extract(epoch FROM date_trunc('second', due_at))::bigint) FROM timers`,
		`SELECT format('ended %s %s %s/%s/%s %s', subject_kind, subject_id, kind, step, epoch, outcome) FROM timer_log`,
		`SELECT format('callback %s of %s %s tries %s calls %s epoch %s %s', id, ticket_id, state, tries, calls, epoch, coalesce(outcome, '')) FROM callbacks`,
	} {
		rows, err := p.look.Query(p.t.Context(), sql)
		if err != nil {
			p.t.Fatal(err)
		}
		lines, err := pgx.CollectRows(rows, pgx.RowTo[string])
		if err != nil {
			p.t.Fatal(err)
		}
		all = append(all, lines...)
	}
	slices.Sort(all)
	return all
}

func (p *pair) memory() (all []string) {
	unix := func(t time.Time) int64 {
		if t.IsZero() {
			return 0
		}
		return t.Unix()
	}
	truth := func(b bool) string { return fmt.Sprint(b)[:1] }
	add := func(format string, args ...any) { all = append(all, fmt.Sprintf(format, args...)) }
	for id, r := range p.m.tickets {
		t := r.t
		add("ticket %d %s %s owner %d epoch %d version %d step %d loop %d %s accepted %d from %d agent %s ended %s repeat %s pending %s", id, t.Status, t.Priority, t.Owner, t.Epoch, t.Version,
			t.Step, t.Loop, t.Area, unix(t.AcceptedAt), unix(t.LadderFrom), truth(t.WithAgent), truth(t.CallEnded), t.RepeatState, t.PendingPriority)
		for _, c := range t.Clocks {
			add("clock %d %s due %d revision %d stopped %s breached %s rose %s", id, c.Kind, unix(c.DueAt), c.Revision, truth(!c.StoppedAt.IsZero()), truth(!c.BreachedAt.IsZero()), truth(!c.RoseAt.IsZero()))
		}
		for _, o := range r.offers {
			outcome := o.outcome
			if outcome == "" {
				outcome = "open"
			}
			add("offer %d %d/%d/%d post %d at %d %s", id, o.epoch, o.Loop, o.Step, o.Post, unix(o.OfferedAt), outcome)
		}
		for key, n := range r.notices {
			add("notice %s %s", key, n.Template)
		}
		for key, outcome := range r.ended {
			add("ended %s %d %s/%d/%d %s", key.subject.Kind, key.subject.ID, key.kind, key.step, key.epoch, outcome)
		}
	}
	for id, c := range p.m.callbacks {
		add("callback %d of %d %s tries %d calls %d epoch %d %s", id, c.Ticket, c.State, c.Tries, c.Calls, c.Epoch, c.Outcome)
		for key, outcome := range c.ended {
			add("ended %s %d %s/%d/%d %s", key.subject.Kind, key.subject.ID, key.kind, key.step, key.epoch, outcome)
		}
	}
	for _, t := range p.m.pending {
		add("timer %s %d %s/%d/%d due %d", t.Subject.Kind, t.Subject.ID, t.Kind, t.Step, t.Epoch, unix(t.DueAt))
	}
	slices.Sort(all)
	return all
}

// Memory does what PostgreSQL does: the same story on both, compared after every step down to
// each offer, notice, pending and ended timer. Where they part a simulation would tell of another program.
func TestMemoryDoesWhatPostgreSQLDoes(t *testing.T) {
	p := newPair(t)
	accept := func(id ticket.ID) func(context.Context, dispatch.Tx) error {
		return func(ctx context.Context, tx dispatch.Tx) error { _, err := ticket.Accept(ctx, tx, id); return err }
	}
	decline := func(id ticket.ID) func(context.Context, dispatch.Tx) error {
		return func(ctx context.Context, tx dispatch.Tx) error { return ticket.Decline(ctx, tx, id) }
	}
	step := func(id ticket.ID, ev ticket.Event) func(context.Context, dispatch.Tx) error {
		return func(ctx context.Context, tx dispatch.Tx) error {
			mine, err := ticket.Owned(ctx, tx, id)
			if err != nil {
				return err
			}
			return ticket.Advance(ctx, tx, &mine, ev, "ticket."+string(ev), "", nil)
		}
	}
	triage := func(id ticket.ID, p1 ticket.Priority, kind ticket.Kind) func(context.Context, dispatch.Tx) error {
		return func(ctx context.Context, tx dispatch.Tx) error {
			now, err := tx.Ticket(ctx, id)
			if err != nil {
				return err
			}
			_, err = ticket.DoTriage(ctx, tx, id, ticket.Triage{Version: now.Version, Area: testTownship, Priority: p1, Kind: kind, Reason: "said so",
				Terms: p.rules.Ladder.Terms(), Calendar: p.rules.Calendar})
			return err
		}
	}

	// Key 1 on the township's line; the first declines, nobody else comes, the ladder turns, the county accepts.
	first := p.call("1234901", "13812345678")
	p.after(8 * time.Second)
	p.do("", func(ctx context.Context, tx dispatch.Tx) error {
		return ticket.RaiseByKey(ctx, tx, first, tx.Now(), p.rules.Ladder.Terms())
	})
	p.do("worker2", accept(first)) // was not asked
	p.after(time.Minute)
	p.do("worker1", decline(first))
	p.do("worker1", decline(first))
	p.hangUp(first)
	p.after(31 * time.Minute)
	p.do("county", accept(first))
	p.do("cityduty", accept(first)) // too late
	p.do("cityduty", decline(first))
	p.do("county", step(first, ticket.EventArrive))

	// The same number again, on the county's line: a suggested repeat, answered by the agent, who says where it is.
	second := p.call("12349", "13812345678")
	p.after(32 * time.Minute)
	p.answer(second)
	p.after(34 * time.Minute)
	p.do("agent", triage(second, ticket.P2, ticket.KindAid))
	p.hangUp(second)
	p.after(40 * time.Minute)
	p.do("worker1", accept(second))

	// Nobody answers: an unplaced ladder, a call-back, three tries in vain, a visit.
	third := p.call("12349", "13912345678")
	p.after(41 * time.Minute)
	p.hangUp(third)
	ring := func(result ticket.TryResult) {
		t.Helper()
		var id ticket.CallbackID
		for one, c := range p.m.callbacks {
			if c.Ticket == third {
				id = one
			}
		}
		p.do("agent", func(ctx context.Context, tx dispatch.Tx) error {
			_, err := ticket.ClaimCallback(ctx, tx, id, p.rules.Ladder.Callback.Rules())
			return err
		})
		p.do("agent", func(ctx context.Context, tx dispatch.Tx) error {
			_, err := ticket.TryCallback(ctx, tx, id, result, "", p.rules.Ladder.Callback.Rules())
			return err
		})
	}
	ring(ticket.TryNoAnswer)
	p.after(52 * time.Minute)
	ring(ticket.TryBusy)
	p.after(100 * time.Minute)
	ring(ticket.TryNoAnswer)

	// A question: lowered with a supervisor's word while an offer is open, which is declined afterwards.
	fourth := p.call("1234901", "")
	p.after(102 * time.Minute)
	p.hangUp(fourth)
	p.do("agent", triage(fourth, ticket.P3, ticket.KindAid))
	approve := func(ctx context.Context, tx dispatch.Tx) error {
		now, err := tx.Ticket(ctx, fourth)
		if err != nil {
			return err
		}
		_, err = ticket.ApproveLowering(ctx, tx, fourth, now.Version, true, "", p.rules.Ladder.Terms(), p.rules.Calendar)
		return err
	}
	p.do("supervisor", approve)
	p.do("worker1", decline(fourth))

	// It turns out to be urgent after all, and then not: what the change of priority stopped runs on.
	deadlines := func(want ...string) {
		t.Helper()
		var got []string
		for _, one := range p.m.tickets[fourth].timers {
			if one.Kind == ticket.TimerDeadline {
				got = append(got, string(ticket.ClockByOrdinal(one.Step)))
			}
		}
		if slices.Sort(got); !slices.Equal(got, want) {
			t.Errorf("deadlines armed: %q, want %q", got, want)
		}
	}
	p.after(103 * time.Minute)
	p.do("agent", triage(fourth, ticket.P1, ticket.KindAid))
	deadlines("day", "two_hour")
	p.do("agent", triage(fourth, ticket.P3, ticket.KindAid))
	p.do("supervisor", approve)
	deadlines("accepted")

	// The first is helped in the end, after its deadline; the third waits a day.
	p.after(3 * time.Hour)
	p.do("county", step(first, ticket.EventFind))
	p.do("county", step(first, ticket.EventDecide))
	p.do("county", func(ctx context.Context, tx dispatch.Tx) error {
		mine, err := ticket.Owned(ctx, tx, first)
		if err != nil {
			return err
		}
		return ticket.ConfirmAid(ctx, tx, &mine, ticket.StoppedBy{Proof: ticket.ProofReceipt, Ref: "receipt"})
	})
	p.after(26 * time.Hour)
	p.do("agent", func(ctx context.Context, tx dispatch.Tx) error {
		now, err := tx.Ticket(ctx, first)
		if err != nil {
			return err
		}
		_, err = ticket.Close(ctx, tx, first, now.Version, "satisfied", "")
		return err
	})
	p.after(7 * 24 * time.Hour) // the office has opened
	kinds := map[string]bool{}
	for _, line := range p.memory() {
		if name, isNotice := strings.CutPrefix(line, "notice "); isNotice {
			kinds[name[strings.LastIndex(name, " ")+1:]] = true
		}
	}
	for _, want := range []string{"offer", "rise", "loop_alarm", "warning", "breach", "silence", "called_again", "accepted_citizen", "callback_late", "callback_visit"} {
		if !kinds[want] {
			t.Errorf("the story never came to a notice %q", want)
		}
	}
}

// Two share the second place of a roster. One declines, the ladder rests and goes on, the other declines: who has
// said no is not asked again because of the pause, neither by the program nor in the simulation.
func TestAPauseForgetsNoDecline(t *testing.T) {
	p := newPair(t)
	id := p.call("1234901", "")
	p.after(16 * time.Minute)
	decline := func() (who string) {
		t.Helper()
		for _, o := range p.m.tickets[id].offers {
			if post := p.m.city.Posts[o.Post]; o.outcome == "" && post.Name != "worker1" {
				who = post.Name
			}
		}
		p.do(who, func(ctx context.Context, tx dispatch.Tx) error { return ticket.Decline(ctx, tx, id) })
		return who
	}
	p.do("worker1", func(ctx context.Context, tx dispatch.Tx) error { return ticket.Decline(ctx, tx, id) })
	first := decline()
	p.do("supervisor", func(ctx context.Context, tx dispatch.Tx) error {
		_, err := ticket.DoPause(ctx, tx, id, 5*time.Minute, "on the way", p.rules.Ladder.MoveRules(p.rules.Calendar))
		return err
	})
	p.after(22 * time.Minute)
	if second := decline(); first == second || first == "" || second == "" {
		t.Fatalf("%q and then %q said that they cannot come", first, second)
	}
	asked := map[area.PostID]int{}
	for _, o := range p.m.tickets[id].offers {
		asked[o.Post]++
	}
	for post, n := range asked {
		if n > 1 {
			t.Errorf("%s was asked %d times", p.m.city.Posts[post].Name, n)
		}
	}
}
