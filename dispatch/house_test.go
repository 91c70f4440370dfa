package dispatch_test

import (
	"context"
	"fmt"
	"log/slog"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"example.org/hotline/area"
	"example.org/hotline/configs"
	"example.org/hotline/dispatch"
	"example.org/hotline/dispatch/timer"
	"example.org/hotline/internal/act"
	"example.org/hotline/internal/pulse"
	"example.org/hotline/internal/seal"
	"example.org/hotline/store"
	"example.org/hotline/store/journal"
	"example.org/hotline/test/servers"
	"example.org/hotline/ticket"
)

func TestMain(m *testing.M) { servers.Main(m) }

// patience bounds each wait. It is long since a busy machine is no reason to fail.
const patience = 60 * time.Second

// The small city of these tests.
const (
	city     area.Code = "990100000000"
	county   area.Code = "990101000000"
	township area.Code = "990101101000"
)

// invited is 23:40 on a public holiday.
var invited = time.Date(2026, 10, 1, 15, 40, 0, 0, time.UTC)

// house is the small city on real servers, whose clock stands still until a test moves it.
type house struct {
	t       *testing.T
	db      *store.DB
	urls    servers.URLs
	clock   *store.Clock
	redis   *pulse.Client
	look    *pgx.Conn
	ladder  *dispatch.Policy
	rosters *dispatch.Rosters
	rules   store.Rules
	intake  *store.Intake
	calls   int
}

func newHouse(t *testing.T, absent ...string) *house {
	t.Helper()
	h, service := newStillHouse(t, absent...)
	var err error
	if h.redis, err = pulse.Open(pulse.Options{URL: servers.Redis(t).AppURL, Check: 20 * time.Millisecond}); err != nil {
		t.Fatal(err)
	}
	h.run(h.redis.Run)
	h.await("Redis to be used", h.redis.Up)
	for _, node := range []string{"a", "b"} { // every story runs under two engines
		h.engine(node, service)
	}
	return h
}

// newStillHouse is a house in which no timer fires by itself.
func newStillHouse(t *testing.T, absent ...string) (*house, *dispatch.Service) {
	t.Helper()
	policies, err := configs.LoadPolicies("")
	if err != nil {
		t.Fatal(err)
	}
	h := &house{t: t, urls: servers.Database(t, "hotline", store.Migrate)}
	h.open(policies.Calendar)
	h.at(invited)
	if err := h.db.ImportDirectory(t.Context(), people(absent)); err != nil {
		t.Fatal(err)
	}
	h.ladder, h.rosters = policies.Ladders["ladder-2026"], dispatch.NewRosters(policies.Calendar)
	line := func(number string, where area.Code, desk area.Role) store.ServiceNumber {
		return store.ServiceNumber{Number: number, Area: where, Desk: desk}
	}
	h.rules = store.Rules{Policy: h.ladder.Version, Terms: h.ladder.Terms(), Holds: ticket.Holds{Repeat: h.ladder.Repeat.Hold}, Calendar: policies.Calendar,
		Lines: map[string]store.ServiceNumber{"12349": line("12349", county, area.RoleCountyDuty), "1234901": line("1234901", township, area.RoleWorker)}}
	h.intake = store.NewIntake(h.db, h.rules)
	h.run(h.intake.Run)
	service, err := dispatch.NewService(policies.Ladders, h.ladder.Version, policies.Calendar, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	return h, service
}

func (h *house) open(calendar ticket.Calendar) {
	h.t.Helper()
	keys := filepath.Join(h.t.TempDir(), "keys")
	if err := seal.Generate(keys); err != nil {
		h.t.Fatal(err)
	}
	ring, err := seal.Load(keys)
	if err != nil {
		h.t.Fatal(err)
	}
	if h.db, err = store.Open(store.Options{URL: h.urls.AppURL, Sealer: ring, Calendar: calendar, Logger: slog.New(slog.DiscardHandler)}); err != nil {
		h.t.Fatal(err)
	}
	if h.look, err = pgx.Connect(h.t.Context(), h.urls.SuperURL); err != nil {
		h.t.Fatal(err)
	}
	h.t.Cleanup(func() {
		_ = h.look.Close(context.Background())
		if err := h.db.Close(); err != nil {
			h.t.Error(err)
		}
	})
	offset, err := journal.OpenOffset(h.t.TempDir())
	if err != nil {
		h.t.Fatal(err)
	}
	h.clock = store.NewClock(h.db, offset, slog.New(slog.DiscardHandler))
}

// people staffs the city; duty lasts for the whole holiday. absent names those on leave.
func people(absent []string) area.Directory {
	d := area.Directory{
		Divisions: []area.Division{{Code: city, Name: "测试市"}, {Code: county, Name: "甲县"}, {Code: township, Name: "甲镇"}},
		Desks: []area.Desk{{Area: county, Role: area.RoleCountyDuty, Name: "甲县值班台"}, {Area: township, Role: area.RoleWorker, Name: "甲镇值班台"},
			{Area: city, Role: area.RoleCityDuty, Name: "市值班台"}},
	}
	from, to := invited.AddDate(0, 0, -7), invited.AddDate(0, 0, 60)
	add := func(login string, role area.Role, where area.Code, position int) {
		phone := fmt.Sprintf("+86199%08d", len(d.Staff)+1)
		d.Staff = append(d.Staff, area.NewStaff{Login: login, Name: login, Role: role, Area: where, Phone: phone})
		if position > 0 {
			d.Shifts = append(d.Shifts, area.NewShift{Area: where, Role: role, Position: position, Login: login, From: from, To: to})
		}
	}
	add("worker1", area.RoleWorker, township, 1)
	add("worker2", area.RoleWorker, township, 2)
	add("head", area.RoleTownshipHead, township, 1)
	add("county", area.RoleCountyDuty, county, 1)
	add("cityduty", area.RoleCityDuty, city, 1)
	add("cityhead", area.RoleCityHead, city, 1)
	add("agent", area.RoleAgent, city, 0)
	add("supervisor", area.RoleSupervisor, city, 0)
	for _, login := range absent {
		d.Absences = append(d.Absences, area.NewAbsence{Login: login, Reason: "leave", From: from, To: to})
	}
	return d
}

func (h *house) engine(node string, service *dispatch.Service) {
	e := timer.New(h.db, h.redis, timer.Options{Node: node, Now: h.clock.Now, Scale: h.clock.Scale, LeaseEvery: 200 * time.Millisecond,
		SweepEvery: 100 * time.Millisecond, SweepGrace: 100 * time.Millisecond})
	for kind, handler := range service.Handlers() {
		e.Handle(kind, func(ctx context.Context, tx *store.Tx, t act.Timer) error { return handler(ctx, tx, t) })
	}
	h.db.OnArmed = e.Armed
	h.run(e.Run)
}

func (h *house) run(fn func(context.Context) error) {
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() {
		defer close(done)
		if err := fn(ctx); err != nil {
			h.t.Error(err)
		}
	}()
	h.t.Cleanup(func() { cancel(); <-done })
}

// at sets the city's clock and lets it stand still there.
func (h *house) at(when time.Time) {
	h.t.Helper()
	_, err := h.look.Exec(h.t.Context(), `UPDATE app_clock SET real_base = clock_timestamp(), app_base = $1, scale = 0.000001`, when)
	if err != nil {
		h.t.Fatal(err)
	}
	if err := h.clock.Measure(h.t.Context()); err != nil {
		h.t.Fatal(err)
	}
}

// after sets the clock to so long after the INVITE.
func (h *house) after(d time.Duration) { h.t.Helper(); h.at(invited.Add(d)) }

func (h *house) await(what string, ok func() bool) {
	h.t.Helper()
	deadline := time.After(patience)
	for !ok() {
		select {
		case <-deadline:
			h.t.Fatalf("waited in vain: %s\n%s", what, h.timeline())
		case <-time.After(10 * time.Millisecond):
		}
	}
}

// settled waits until nothing that is due is still pending.
func (h *house) settled() {
	h.t.Helper()
	h.await("everything due to have fired", func() bool { return h.count(`SELECT count(*) FROM timers WHERE due_at <= app_now()`) == 0 })
}

func (h *house) count(sql string, args ...any) (n int) {
	h.t.Helper()
	if err := h.look.QueryRow(h.t.Context(), sql, args...).Scan(&n); err != nil {
		h.t.Fatal(err)
	}
	return n
}

func (h *house) texts(sql string, args ...any) []string {
	h.t.Helper()
	rows, err := h.look.Query(h.t.Context(), sql, args...)
	if err != nil {
		h.t.Fatal(err)
	}
	list, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		h.t.Fatal(err)
	}
	return list
}

func (h *house) timeline() (all string) {
	for _, line := range h.texts(`SELECT ticket_id || ' +' || (at - '2026-10-01 15:40Z'::timestamptz)::text || ' ' || kind || ' ' || data::text FROM timeline ORDER BY id`) {
		all += line + "\n"
	}
	for _, line := range h.texts(`SELECT 'pending: ' || subject_id || ' ' || kind || ' ' || step || ' +' || (due_at - '2026-10-01 15:40Z'::timestamptz)::text || ' ' || coalesce(last_error, '') FROM timers ORDER BY due_at`) {
		all += line + "\n"
	}
	return all
}

// call takes a call to a number, as it came in at at.
func (h *house) call(to, from string, at time.Time) ticket.ID {
	h.t.Helper()
	h.calls++
	id := uuid.Must(uuid.NewV7()).String()
	c := ticket.Call{ID: ticket.CallID(id), NodeID: "node", SIPCallID: id, Trunk: "trunk", FromRaw: from, FromE164: ticket.ParsePhone(from).E164,
		To: to, Number: ticket.NewNumber(at, h.calls), InvitedAt: at}
	if _, err := h.intake.Register(h.t.Context(), c); err != nil {
		h.t.Fatal(err)
	}
	return ticket.ID(h.count(`SELECT id FROM tickets WHERE call_id = $1`, id))
}

// urgent is key 1 in the greeting.
func (h *house) urgent(id ticket.ID) {
	h.t.Helper()
	h.do(act.SystemIVR, func(tx *store.Tx) error { return ticket.RaiseByKey(h.t.Context(), tx, id, tx.Now(), h.rules.Terms) })
}

func (h *house) do(actor act.Actor, fn func(*store.Tx) error) {
	h.t.Helper()
	if err := h.db.InTx(h.t.Context(), actor, fn); err != nil {
		h.t.Fatal(err)
	}
}

func (h *house) actor(login string) (a act.Actor) {
	h.t.Helper()
	var id, post int64
	err := h.look.QueryRow(h.t.Context(), `SELECT id, post_id, name, role, area_code FROM staff WHERE login = $1`, login).Scan(&id, &post, &a.Name, &a.Role, &a.Area)
	if err != nil {
		h.t.Fatal(err)
	}
	a.StaffID, a.PostID = area.StaffID(id), area.PostID(post)
	return a
}

// offered lists the ladder's offers of a ticket in order: "+3m0s head".
func (h *house) offered(id ticket.ID) (list []string) {
	h.t.Helper()
	rows, err := h.look.Query(h.t.Context(), `SELECT p.name, o.offered_at FROM offers o JOIN posts p ON p.id = o.post_id WHERE o.ticket_id = $1 ORDER BY o.id`, int64(id))
	if err != nil {
		h.t.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		var name string
		var at time.Time
		if err := rows.Scan(&name, &at); err != nil {
			h.t.Fatal(err)
		}
		list = append(list, fmt.Sprintf("+%s %s", at.Sub(invited).Round(time.Second), name))
	}
	return list
}

// told lists who has a notice by a template, in order.
func (h *house) told(id ticket.ID, template string) []string {
	h.t.Helper()
	return h.texts(`SELECT CASE WHEN n.alarm THEN 'alarm number' ELSE coalesce(p.name, 'citizen') END FROM notices n LEFT JOIN posts p ON p.id = n.post_id
		WHERE n.ticket_id = $1 AND n.template = $2 ORDER BY n.id`, int64(id), template)
}
