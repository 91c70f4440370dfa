package softphone_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/alexedwards/argon2id"
	"github.com/fasthttp/websocket"
	"github.com/google/uuid"
	"github.com/prometheus/client_golang/prometheus"

	"example.org/hotline/api"
	"example.org/hotline/area"
	"example.org/hotline/internal/act"
	"example.org/hotline/internal/seal"
	"example.org/hotline/ivr"
	"example.org/hotline/ivr/acd"
	"example.org/hotline/ivr/queue"
	"example.org/hotline/ivr/softphone"
	"example.org/hotline/relief"
	"example.org/hotline/store"
	"example.org/hotline/test/servers"
	"example.org/hotline/ticket"
)

func TestMain(m *testing.M) { servers.Main(m) }

// patience bounds every wait of these tests; nothing is measured by it.
const patience = 60 * time.Second

const (
	county      area.Code = "990101000000"
	otherCounty area.Code = "990102000000"
	password              = "correct horse battery"
)

// agents is how many agents the test county has: agent0, agent1, …
const agents = 60

var passwordHash = sync.OnceValues(func() (string, error) {
	return argon2id.CreateHash(password, &argon2id.Params{Memory: 1024, Iterations: 1, Parallelism: 1, SaltLength: 16, KeyLength: 32})
})

// house is the real API on a real database with a softphone behind it.
type house struct {
	t       testing.TB
	db      *store.DB
	hub     *queue.Hub
	phone   *softphone.Server
	address string
	stopAPI func()
	stop    func() // all of it
}

type houseOptions struct {
	phone softphone.Config
	api   api.Config
}

func newHouse(t testing.TB, change ...func(*houseOptions)) *house {
	t.Helper()
	o := houseOptions{
		phone: softphone.Config{Node: "node-a", Listen: "127.0.0.1:0", Loopback: true, BoardTurn: 50 * time.Millisecond},
		api:   api.Config{Origin: "http://127.0.0.1", Dev: true, Version: "test"},
	}
	for _, c := range change {
		c(&o)
	}
	h := &house{t: t, db: openStore(t), hub: queue.New(queue.Options{Node: "node-a", Config: rules()})}
	logger := slog.New(slog.NewTextHandler(t.Output(), &slog.HandlerOptions{Level: slog.LevelWarn}))
	var err error
	if h.phone, err = softphone.New(o.phone, softphone.Deps{Seats: softphone.HubSeats{Hub: h.hub}, Supervise: h.supervise, Now: time.Now, Logger: logger}); err != nil {
		t.Fatal(err)
	}
	server, err := api.New(o.api, api.Deps{
		Run: func(ctx context.Context, actor act.Actor, fn func(api.Tx) error) error {
			return h.db.InTx(ctx, actor, func(tx *store.Tx) error { return fn(tx) })
		},
		Sessions: h.db, Metrics: prometheus.NewRegistry(), Logger: logger, Softphone: h.phone,
		Rules: api.Rules{Terms: ticket.Terms{TwoHour: 2 * time.Hour, Day: 24 * time.Hour, WorkingDays: 5},
			Calendar: ticket.Calendar{Version: "test", Opens: 9 * time.Hour, Closes: 17 * time.Hour, Years: map[int]bool{2026: true}, Special: map[ticket.Date]ticket.Day{}},
			Relief:   relief.Versions{{Version: "relief-test", ValidFrom: "2021-01-01"}}},
	})
	if err != nil {
		t.Fatal(err)
	}
	h.run(server)
	return h
}

// supervise is store.DB's Supervise for calls that lie in no database: each is the county's.
func (h *house) supervise(ctx context.Context, who area.StaffID, _ ticket.CallID, _ acd.JoinMode) error {
	actor, err := h.db.Actor(ctx, who)
	if err == nil && !actor.Area.Contains(county) {
		return acd.ErrNoCall
	}
	return err
}

// rules are a queue with times that no test reaches by itself.
func rules() acd.Config {
	return acd.Config{Queues: []acd.Queue{{Key: "12349", Zh: "救助热线", En: "line", Ring: 2 * time.Minute, WrapUp: time.Hour,
		RejectDelay: 10 * time.Minute, PreferFor: 10 * time.Second}}, Pauses: []acd.Term{{Key: "meal", Zh: "用餐", En: "meal"}}}
}

// run serves until stop, which ends the API before the phone, and that before the queue.
func (h *house) run(server *api.Server) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		h.t.Fatal(err)
	}
	h.address = ln.Addr().String()
	apiCtx, stopAPI := context.WithCancel(context.Background())
	phoneCtx, stopPhone := context.WithCancel(context.Background())
	hubCtx, stopHub := context.WithCancel(context.Background())
	ended := make(chan error, 3)
	apiEnded := make(chan struct{})
	go func() { ended <- server.Run(apiCtx, ln); close(apiEnded) }()
	phoneEnded := make(chan struct{})
	go func() { ended <- h.phone.Run(phoneCtx); close(phoneEnded) }()
	go func() { ended <- h.hub.Run(hubCtx) }()
	h.stopAPI = func() { stopAPI(); <-apiEnded }
	h.stop = sync.OnceFunc(func() {
		h.stopAPI()
		stopPhone()
		<-phoneEnded
		stopHub()
		for range 3 {
			if err := <-ended; err != nil {
				h.t.Errorf("stopped with %v", err)
			}
		}
	})
	h.t.Cleanup(h.stop)
}

func openStore(t testing.TB) *store.DB {
	t.Helper()
	path := filepath.Join(t.TempDir(), "keys")
	if err := seal.Generate(path); err != nil {
		t.Fatal(err)
	}
	keys, err := seal.Load(path)
	if err != nil {
		t.Fatal(err)
	}
	urls := servers.Database(t, "hotline", store.Migrate)
	db, err := store.Open(store.Options{URL: urls.AppURL, Sealer: keys, Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	hash, err := passwordHash()
	if err != nil {
		t.Fatal(err)
	}
	d := area.Directory{Divisions: []area.Division{{Code: "990100000000", Name: "测试市"}, {Code: county, Name: "甲县"}, {Code: otherCounty, Name: "乙县"}}}
	add := func(login string, role area.Role) {
		d.Staff = append(d.Staff, area.NewStaff{Login: login, Name: login, Role: role, Area: county, Phone: "+8619900000001", PasswordHash: hash})
	}
	for i := range agents {
		add(fmt.Sprintf("agent%d", i), area.RoleAgent)
	}
	add("supervisor", area.RoleSupervisor)
	add("worker", area.RoleWorker)
	d.Staff = append(d.Staff, area.NewStaff{Login: "far", Name: "far", Role: area.RoleSupervisor, Area: otherCounty, Phone: "+8619900000002", PasswordHash: hash})
	if err := db.ImportDirectory(t.Context(), d); err != nil {
		t.Fatalf("import the test county: %v", err)
	}
	return db
}

// signIn signs somebody in over HTTP and gives their cookie.
func (h *house) signIn(login string) string {
	h.t.Helper()
	resp := h.request(http.MethodPost, "/session", "", fmt.Sprintf(`{"login":%q,"password":%q}`, login, password))
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		h.t.Fatalf("sign in as %s: %s", login, resp.Status)
	}
	cookie, _, _ := strings.Cut(resp.Header.Get("Set-Cookie"), ";")
	return cookie
}

func (h *house) request(method, path, cookie, body string) *http.Response {
	h.t.Helper()
	req, err := http.NewRequestWithContext(h.t.Context(), method, "http://"+h.address+"/api/v1"+path, strings.NewReader(body))
	if err != nil {
		h.t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Idempotency-Key", uuid.NewString())
	if cookie != "" {
		req.Header.Set("Cookie", cookie)
	}
	client := http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	resp, err := client.Do(req)
	if err != nil {
		h.t.Fatal(err)
	}
	return resp
}

// tab is one tab of a browser: its socket and what came over it.
type tab struct {
	t    testing.TB
	conn *websocket.Conn

	write sync.Mutex
	mu    sync.Mutex
	grown chan struct{} // closed and made anew with each message
	got   []softphone.Message
	ended error // how the socket ended
	taken int   // messages that await has passed
}

// dial opens a socket; the error is of the handshake.
func (h *house) dial(cookie, origin string) (*tab, *http.Response, error) {
	h.t.Helper()
	header := http.Header{"Cookie": {cookie}}
	if origin != "" {
		header.Set("Origin", origin)
	}
	conn, resp, err := websocket.DefaultDialer.DialContext(h.t.Context(), "ws://"+h.address+"/api/v1/softphone", header)
	if err != nil {
		return nil, resp, err
	}
	b := &tab{t: h.t, conn: conn, grown: make(chan struct{})}
	read := make(chan struct{})
	go func() { defer close(read); b.read() }()
	h.t.Cleanup(func() { b.kill(); <-read })
	return b, resp, nil
}

// open opens a socket that must open.
func (h *house) open(cookie string) *tab {
	h.t.Helper()
	b, _, err := h.dial(cookie, "http://127.0.0.1")
	if err != nil {
		h.t.Fatal(err)
	}
	return b
}

func (b *tab) read() {
	for {
		_, data, err := b.conn.ReadMessage()
		var m softphone.Message
		if err == nil {
			err = json.Unmarshal(data, &m)
		}
		b.mu.Lock()
		if err != nil {
			b.ended = err
		} else {
			b.got = append(b.got, m)
		}
		close(b.grown)
		b.grown = make(chan struct{})
		b.mu.Unlock()
		if err != nil {
			return
		}
	}
}

// kill cuts the connection without a word, as a crash does.
func (b *tab) kill() { _ = b.conn.NetConn().Close() }

func (b *tab) say(r softphone.Request) {
	b.t.Helper()
	data, err := json.Marshal(r)
	if err != nil {
		b.t.Fatal(err)
	}
	b.raw(data)
}

func (b *tab) raw(data []byte) {
	b.write.Lock()
	defer b.write.Unlock()
	_ = b.conn.WriteMessage(websocket.TextMessage, data) // what comes back, or does not, is what tests look at
}

// await waits for the next message that fits; those before it are passed over.
func (b *tab) await(what string, fits func(softphone.Message) bool) softphone.Message {
	b.t.Helper()
	limit := time.After(patience)
	for {
		b.mu.Lock()
		for b.taken < len(b.got) {
			m := b.got[b.taken]
			b.taken++
			if fits(m) {
				b.mu.Unlock()
				return m
			}
		}
		ended, grown := b.ended, b.grown
		b.mu.Unlock()
		if ended != nil {
			b.t.Fatalf("%s: the socket ended with %v; it had brought %s", what, ended, b.heard())
		}
		select {
		case <-grown:
		case <-limit:
			b.t.Fatalf("waited in vain for %s; there came %s", what, b.heard())
		}
	}
}

func (b *tab) heard() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	var types []string
	for _, m := range b.got {
		types = append(types, strings.TrimSpace(m.Type+" "+m.Code))
	}
	return strings.Join(types, ", ")
}

func (b *tab) awaitType(kind string) softphone.Message {
	b.t.Helper()
	return b.await(kind, func(m softphone.Message) bool { return m.Type == kind })
}

// ask says something and waits for its answer.
func (b *tab) ask(r softphone.Request) softphone.Message {
	b.t.Helper()
	r.ID = uuid.NewString()
	b.say(r)
	return b.await("the answer to "+r.Type, func(m softphone.Message) bool { return m.ID == r.ID })
}

// must asks what has to be done.
func (b *tab) must(r softphone.Request) softphone.Message {
	b.t.Helper()
	m := b.ask(r)
	if m.Type == "error" {
		b.t.Fatalf("%s was answered %s: %s", r.Type, m.Code, m.Detail)
	}
	return m
}

// refused asks what must not be done.
func (b *tab) refused(r softphone.Request, code string) {
	b.t.Helper()
	if m := b.ask(r); m.Type != "error" || m.Code != code {
		b.t.Errorf("%s was answered %s %s, want error %s", r.Type, m.Type, m.Code, code)
	}
}

// awaitEnd waits for the socket's end and gives its close code; 1006 without one.
func (b *tab) awaitEnd() int {
	b.t.Helper()
	limit := time.After(patience)
	for {
		b.mu.Lock()
		ended, grown := b.ended, b.grown
		b.mu.Unlock()
		if closed, ok := errors.AsType[*websocket.CloseError](ended); ok {
			return closed.Code
		}
		if ended != nil {
			return websocket.CloseAbnormalClosure
		}
		select {
		case <-grown:
		case <-limit:
			b.t.Fatalf("the socket lives on; there came %s", b.heard())
		}
	}
}

// awaitAgent waits until the queue sees an agent as wanted; nil: not at all.
func (h *house) awaitAgent(login, what string, fits func(a *acd.Agent) bool) acd.Agent {
	h.t.Helper()
	deadline := time.After(patience)
	for {
		var found *acd.Agent
		for _, a := range h.hub.Board().Agents {
			if a.Login == login {
				found = &a
			}
		}
		if fits(found) {
			if found == nil {
				return acd.Agent{}
			}
			return *found
		}
		select {
		case <-time.After(2 * time.Millisecond):
		case <-deadline:
			h.t.Fatalf("%s never became %s: %+v", login, what, found)
		}
	}
}

func (h *house) awaitState(login string, state acd.State) acd.Agent {
	h.t.Helper()
	return h.awaitAgent(login, string(state), func(a *acd.Agent) bool { return a != nil && a.State == state })
}

func (h *house) awaitSignedOff(login string) {
	h.t.Helper()
	h.awaitAgent(login, "signed off", func(a *acd.Agent) bool { return a == nil })
}

// enter lets a call wait in the queue.
func (h *house) enter(call ticket.CallID) ivr.Place {
	h.t.Helper()
	return h.hub.Enter(acd.Caller{Call: call, Ticket: "2611240000017", Number: "12349", Queue: "12349", Priority: ticket.P2})
}

// placed waits for what happens to a call's place.
func placed(t testing.TB, p ivr.Place, kind acd.PlaceKind) acd.PlaceChange {
	t.Helper()
	deadline := time.After(patience)
	for {
		select {
		case c, open := <-p.Changes():
			if !open {
				t.Fatalf("the place ended; waited for %s", kind)
			}
			if c.Kind == kind {
				return c
			}
		case <-deadline:
			t.Fatalf("waited in vain for %s", kind)
		}
	}
}
