package api_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/alexedwards/argon2id"
	"github.com/google/uuid"
	"github.com/prometheus/client_golang/prometheus"

	"example.org/hotline/api"
	"example.org/hotline/area"
	"example.org/hotline/configs"
	"example.org/hotline/dispatch/notify"
	"example.org/hotline/internal/act"
	"example.org/hotline/internal/seal"
	"example.org/hotline/ivr/acd"
	"example.org/hotline/relief"
	"example.org/hotline/relief/form"
	"example.org/hotline/store"
	"example.org/hotline/test/servers"
	"example.org/hotline/ticket"
)

func TestMain(m *testing.M) { servers.Main(m) }

// The city of these tests: one city, two counties with a township each.
const (
	city     area.Code = "990100000000"
	county   area.Code = "990101000000"
	township area.Code = "990101101000"
	village  area.Code = "990101101201"
	county2  area.Code = "990102000000"
	town2    area.Code = "990102101000"

	password = "correct horse battery"
)

// One cheap hash for everybody: a stored hash carries its own cost, and these
// tests sign in a hundred times.
var passwordHash = sync.OnceValues(func() (string, error) {
	return argon2id.CreateHash(password, &argon2id.Params{Memory: 1024, Iterations: 1, Parallelism: 1, SaltLength: 16, KeyLength: 32})
})

// house is a server on a database of its own.
type house struct {
	t       *testing.T
	db      *store.DB
	urls    servers.URLs
	server  *api.Server
	areas   *store.Areas
	intake  *store.Intake
	wakes   chan struct{}
	calls   int
	photos  int
	stories int
	signed  map[string]client
}

// newHouse builds one. change may alter the configuration or what it rests on.
func newHouse(t *testing.T, change ...func(*api.Config, *api.Deps)) *house {
	t.Helper()
	return newHouseOn(t, servers.Database(t, "hotline", store.Migrate), change...)
}

// newHouseOn builds one on a database that is there already.
func newHouseOn(t *testing.T, urls servers.URLs, change ...func(*api.Config, *api.Deps)) *house {
	t.Helper()
	h := &house{t: t, urls: urls, wakes: make(chan struct{}, 1)}
	db, err := store.Open(store.Options{URL: h.urls.AppURL, Sealer: sealer(t), Skills: area.KnownSkills{"dialect:local": "dialect:local", "方言": "dialect:local"}, Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	h.db = db
	if err := db.ImportDirectory(t.Context(), directory(t)); err != nil {
		t.Fatalf("import the test city: %v", err)
	}
	areas := store.NewAreas(db, nil, slog.New(slog.DiscardHandler))
	if err := areas.Refresh(t.Context()); err != nil {
		t.Fatal(err)
	}
	h.areas = areas
	cfg := api.Config{Origin: "http://127.0.0.1", Dev: true, Version: "test"}
	deps := api.Deps{
		Run: func(ctx context.Context, actor act.Actor, fn func(api.Tx) error) error {
			return db.InTx(ctx, actor, func(tx *store.Tx) error { return fn(tx) })
		},
		Places: areas, Sessions: db, Rules: rules(), Wakes: h.wakes, Metrics: prometheus.NewRegistry(),
		Telling: api.Telling{Channels: []string{"sms", "wecom", "email", "webpush"}, PushKey: "key", CheckPush: func(notify.Subscription) error { return nil }},
		Logger:  slog.New(slog.NewTextHandler(t.Output(), &slog.HandlerOptions{Level: slog.LevelWarn})),
		Forms:   api.Forms{Set: policies(t).Forms, Font: form.Font{Path: form.DefaultFont}},
		Checks:  []api.Check{{Name: "postgres", Required: true, Probe: func(ctx context.Context) (string, error) { return "", db.Ping(ctx) }}},
	}
	deps.Rules.Sources = policies(t).Sources
	deps.Rules.Aids, deps.Rules.Knowledge = policies(t).Aids, policies(t).Knowledge
	deps.Rules.Referrals, deps.Rules.Care = policies(t).Referrals, policies(t).Care
	deps.Rules.Integrity, deps.Rules.Discovery, deps.Rules.Stages = policies(t).Integrity, policies(t).Discovery, policies(t).Stages
	for _, c := range change {
		c(&cfg, &deps)
	}
	if h.server, err = api.New(cfg, deps); err != nil {
		t.Fatal(err)
	}
	h.runIntake()
	return h
}

// policies are those that are built in, read once: they never change.
func policies(t *testing.T) *configs.Policies {
	t.Helper()
	p, err := builtIn()
	if err != nil {
		t.Fatal(err)
	}
	return p
}

var builtIn = sync.OnceValues(func() (*configs.Policies, error) { return configs.LoadPolicies("") })

func rules() api.Rules {
	limits := relief.Limits{SoloFen: 100_000, TownshipFen: 500_000, FloatFen: 5_000_000, FloatLowPercent: 20, AdvanceFen: 200_000, HouseholdFen: 1_000_000, HouseholdMonths: 12,
		SecondSignature: 24 * time.Hour, CountyMayCheck: 10 * time.Minute, LargeCashTwoPeople: true}
	policy := &relief.Policy{Version: "relief-test", ValidFrom: "2021-01-01", Limits: limits, Fast: relief.FastTrack{DibaoMonthFen: 90_000, CapMonths: 1, CapPer: relief.CapPerPerson},
		Papers: relief.Papers{DueWorkingDays: 10, RemindBefore: []int{5, 2}, Kinds: []relief.PaperKind{{Code: "id_copy", Zh: "身份证复印件", En: "copy of the identity card"}}}}
	calendar := ticket.Calendar{Version: "test", Opens: 9 * time.Hour, Closes: 17 * time.Hour, Years: map[int]bool{2026: true}, Special: map[ticket.Date]ticket.Day{}}
	return api.Rules{Terms: terms(), Calendar: calendar, Relief: relief.Versions{policy},
		Report: ticket.ReportRules{Policy: "ladder-test", Terms: terms(), Holds: ticket.Holds{Repeat: 3 * time.Minute}, Calendar: calendar},
		Moves:  ticket.MoveRules{Terms: terms(), Calendar: calendar, ReturnDays: 2, PauseMost: map[ticket.Priority]time.Duration{ticket.P1: 10 * time.Minute, ticket.P2: time.Hour}},
		Callback: ticket.CallbackRules{Urgent: 15 * time.Minute, Ordinary: time.Hour, Tries: []time.Duration{0, 10 * time.Minute, 30 * time.Minute},
			Late: 5 * time.Minute, Claim: 10 * time.Minute, VisitUrgent: 2 * time.Hour, VisitOrdinary: 24 * time.Hour},
		Dispositions: []acd.Term{{Key: "registered", Zh: "已登记", En: "registered"}, {Key: "silent", Zh: "无声", En: "silent"}}}
}

func terms() ticket.Terms {
	return ticket.Terms{TwoHour: 2 * time.Hour, Day: 24 * time.Hour, WorkingDays: 5}
}

func sealer(t *testing.T) seal.Sealer {
	t.Helper()
	path := filepath.Join(t.TempDir(), "keys")
	if err := seal.Generate(path); err != nil {
		t.Fatal(err)
	}
	ring, err := seal.Load(path)
	if err != nil {
		t.Fatal(err)
	}
	return ring
}

// directory has somebody of every role here, in the other county too, and logins that tell: worker@town2.
func directory(t *testing.T) area.Directory {
	t.Helper()
	hash, err := passwordHash()
	if err != nil {
		t.Fatal(err)
	}
	d := area.Directory{
		Divisions: []area.Division{{Code: city, Name: "测试市"}, {Code: county, Name: "甲县"}, {Code: county2, Name: "乙县"}, {Code: township, Name: "甲镇"},
			{Code: town2, Name: "乙镇"}, {Code: village, Name: "甲村"}},
		Desks: []area.Desk{{Area: county, Role: area.RoleCountyDuty, Name: "甲县值班台"}, {Area: county2, Role: area.RoleCountyDuty, Name: "乙县值班台"},
			{Area: township, Role: area.RoleWorker, Name: "甲镇值班台"}, {Area: town2, Role: area.RoleWorker, Name: "乙镇值班台"},
			{Area: township, Role: area.RoleTownshipHead, Name: "甲镇负责人"}, {Area: city, Role: area.RoleCityDuty, Name: "市值班台"}},
	}
	for _, place := range homes(area.RoleAgency) {
		d.Agencies = append(d.Agencies, area.Agency{Name: "机构 " + string(place), Area: place, ContractFrom: "2020-01-01", ContractUntil: "2099-12-31"})
	}
	for _, role := range area.Roles() {
		for suffix, place := range homes(role) {
			login, agency := string(role)+suffix, ""
			if role == area.RoleAgency {
				agency = "机构 " + string(place)
			}
			d.Staff = append(d.Staff, area.NewStaff{Login: login, Name: login, Role: role, Area: place, Phone: "+8619900000001", PasswordHash: hash, Agency: agency})
		}
	}
	d.Staff = append(d.Staff, area.NewStaff{Login: "worker.b", Name: "worker.b", Role: area.RoleWorker, Area: township, Phone: "+8619900000002", PasswordHash: hash})
	d.Staff = append(d.Staff, area.NewStaff{Login: "supervisor.b", Name: "supervisor.b", Role: area.RoleSupervisor, Area: city, Phone: "+8619900000003", PasswordHash: hash})
	d.Staff = append(d.Staff, area.NewStaff{Login: "county_finance.b", Name: "county_finance.b", Role: area.RoleCountyFinance, Area: county, Phone: "+8619900000004", PasswordHash: hash})
	d.Staff = append(d.Staff, area.NewStaff{Login: "county_finance.c", Name: "county_finance.c", Role: area.RoleCountyFinance, Area: county, Phone: "+8619900000005", PasswordHash: hash})
	return d
}

// homes tells where a role's two people of the tests serve: in the first county and in the other.
func homes(role area.Role) map[string]area.Code {
	switch role {
	case area.RoleWorker, area.RoleTownshipHead, area.RoleVillageAssistant, area.RoleVolunteer:
		return map[string]area.Code{"": township, ".far": town2}
	case area.RoleCityDuty, area.RoleCityHead:
		return map[string]area.Code{"": city, ".far": county2}
	default:
		return map[string]area.Code{"": county, ".far": county2}
	}
}

func (h *house) runIntake() {
	h.t.Helper()
	near := store.ServiceNumber{Number: "12349001", Area: township, Desk: area.RoleWorker}
	far := store.ServiceNumber{Number: "12349002", Area: town2, Desk: area.RoleWorker}
	plain := store.ServiceNumber{Number: "12349", Area: county, Desk: area.RoleCountyDuty}
	h.intake = store.NewIntake(h.db, store.Rules{Policy: "ladder-test", Terms: terms(), Holds: ticket.Holds{Repeat: 3 * time.Minute}, Fallback: plain,
		Lines: map[string]store.ServiceNumber{near.Number: near, far.Number: far, plain.Number: plain}})
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() {
		defer close(done)
		if err := h.intake.Run(ctx); err != nil {
			h.t.Error(err)
		}
	}()
	h.t.Cleanup(func() { cancel(); <-done })
}

// call places a call and gives its ticket's public id.
func (h *house) call(to, from string) string {
	h.t.Helper()
	h.calls++
	id, now := uuid.Must(uuid.NewV7()).String(), time.Now().UTC().Truncate(time.Microsecond)
	number := ticket.NewNumber(now, 500_000+h.calls) // beside the numbers of what is split off or reported
	_, err := h.intake.Register(h.t.Context(), ticket.Call{ID: ticket.CallID(id), NodeID: "node-a", SIPCallID: "sip-" + id, Trunk: "trunk", FromRaw: from,
		FromE164: ticket.ParsePhone(from).E164, To: to, Number: number, InvitedAt: now})
	if err != nil {
		h.t.Fatal(err)
	}
	var public string
	h.as("dispatch", func(tx *store.Tx) error {
		ref, err := tx.TicketByRef(h.t.Context(), string(number))
		if err != nil {
			return err
		}
		t, err := tx.Ticket(h.t.Context(), ref)
		public = t.PublicID
		return err
	})
	return public
}

// offer asks people for a ticket, as the ladder would.
func (h *house) offer(public string, logins ...string) {
	h.t.Helper()
	h.as("dispatch", func(tx *store.Tx) error {
		id, err := tx.TicketByRef(h.t.Context(), public)
		if err != nil {
			return err
		}
		t, err := tx.TicketForUpdate(h.t.Context(), id)
		if err != nil {
			return err
		}
		for i, login := range logins {
			s, err := tx.StaffByLogin(h.t.Context(), login)
			if err != nil {
				return err
			}
			if err := tx.AddOffer(h.t.Context(), ticket.Offer{Ticket: id, Step: i, Post: s.PostID, Role: s.Role, OfferedAt: tx.Now()}); err != nil {
				return err
			}
		}
		return ticket.Advance(h.t.Context(), tx, &t, ticket.EventOffer, "ticket.offered", "", nil)
	})
}

// as runs something in the database as a system actor.
func (h *house) as(system string, fn func(*store.Tx) error) {
	h.t.Helper()
	if err := h.db.InTx(h.t.Context(), act.Actor{System: system, Name: system}, fn); err != nil {
		h.t.Fatal(err)
	}
}

// client is a browser with somebody signed in.
type client struct {
	h      *house
	cookie string
}

// signIn signs somebody in over HTTP.
func (h *house) signIn(login string) client {
	h.t.Helper()
	a := client{h: h}.send(http.MethodPost, "/session", map[string]string{"login": login, "password": password}, nil)
	if a.status != http.StatusOK {
		h.t.Fatalf("sign in as %s: %d %s", login, a.status, a.body)
	}
	cookie, _, _ := strings.Cut(a.header.Get("Set-Cookie"), ";")
	return client{h: h, cookie: cookie}
}

// signInOnce signs somebody in, or finds them still signed in.
func (h *house) signInOnce(login string) client {
	h.t.Helper()
	if c, ok := h.signed[login]; ok {
		return c
	}
	if h.signed == nil {
		h.signed = map[string]client{}
	}
	h.signed[login] = h.signIn(login)
	return h.signed[login]
}

// reply is an answer that was read to its end.
type reply struct {
	status int
	header http.Header
	body   []byte
}

func (r reply) code() string {
	var p struct{ Code string }
	_ = json.Unmarshal(r.body, &p)
	return p.Code
}

func decode[T any](t *testing.T, r reply) (v T) {
	t.Helper()
	if r.status != http.StatusOK {
		t.Fatalf("status %d: %s", r.status, r.body)
	}
	if err := json.Unmarshal(r.body, &v); err != nil {
		t.Fatalf("read %s: %v", r.body, err)
	}
	return v
}

func (c client) get(path string) reply { return c.send(http.MethodGet, path, nil, nil) }

// post sends an act with a new key.
func (c client) post(path string, body any) reply {
	return c.send(http.MethodPost, path, body, http.Header{"Idempotency-Key": {uuid.NewString()}})
}

// send sends a body: a string as it is, anything else as JSON.
func (c client) send(method, path string, body any, header http.Header) reply {
	c.h.t.Helper()
	var reader io.Reader = http.NoBody
	switch b := body.(type) {
	case nil:
	case string:
		reader = strings.NewReader(b)
	default:
		raw, err := json.Marshal(b)
		if err != nil {
			c.h.t.Fatal(err)
		}
		reader = bytes.NewReader(raw)
	}
	target := path
	if !strings.HasPrefix(path, "!") {
		target = "/api/v1" + path
	}
	req, err := http.NewRequestWithContext(context.Background(), method, "http://127.0.0.1"+strings.TrimPrefix(target, "!"), reader)
	if err != nil {
		c.h.t.Fatal(err)
	}
	for name, values := range header {
		req.Header[name] = values
	}
	if body != nil && req.Header.Get("Content-Type") == "" {
		req.Header.Set("Content-Type", "application/json")
	}
	if c.cookie != "" {
		req.Header.Set("Cookie", c.cookie)
	}
	return c.h.roundTrip(req)
}

func (h *house) roundTrip(req *http.Request) reply {
	h.t.Helper()
	resp, err := h.server.Test(req)
	if err != nil {
		h.t.Errorf("%s %s: %v", req.Method, req.URL.Path, err)
		return reply{}
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		h.t.Errorf("%s %s: read the answer: %v", req.Method, req.URL.Path, err)
	}
	return reply{status: resp.StatusCode, header: resp.Header, body: body}
}
