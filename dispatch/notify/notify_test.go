package notify_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"example.org/hotline/area"
	"example.org/hotline/configs"
	"example.org/hotline/dispatch/notify"
	"example.org/hotline/dispatch/notify/sink"
	"example.org/hotline/internal/act"
	"example.org/hotline/internal/pulse"
	"example.org/hotline/internal/seal"
	"example.org/hotline/store"
	"example.org/hotline/test/servers"
	"example.org/hotline/ticket"
)

func TestMain(m *testing.M) { servers.Main(m) }

const (
	patience           = 60 * time.Second
	county   area.Code = "990101000000"
	township area.Code = "990101101000"
	alarm              = "+8619900009999"
)

// gateway is an SMS provider that can misbehave, and knows what it has got.
type gateway struct {
	mu    sync.Mutex
	sends map[string]int    // by our ref: how often it was given to us
	texts map[string]string // by number: the last text
	has   map[string]bool   // refs it will admit to
	mode  func(ref string, nth int) (status int, keep bool)
	asked int
}

func newGateway(t *testing.T, mode func(ref string, nth int) (int, bool)) (*gateway, *notify.SMS) {
	t.Helper()
	g := &gateway{sends: map[string]int{}, texts: map[string]string{}, has: map[string]bool{}, mode: mode}
	server := httptest.NewServer(g)
	t.Cleanup(server.Close)
	return g, plainSMS(t, server.URL+"/messages", "secret")
}

// shape is a built-in request shape.
func shape(t *testing.T, name string) *notify.GatewaySpec {
	t.Helper()
	policies, err := configs.LoadPolicies("")
	if err != nil {
		t.Fatal(err)
	}
	return policies.Gateways[name]
}

func plainSMS(t *testing.T, url, secret string) *notify.SMS {
	t.Helper()
	sms, err := notify.NewSMS(shape(t, "plain"), notify.GatewaySetup{URL: url, Account: "account", Secret: secret})
	if err != nil {
		t.Fatal(err)
	}
	return sms
}

func (g *gateway) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if r.Method == http.MethodGet {
		g.asked++
		if !g.has[filepath.Base(r.URL.Path)] {
			w.WriteHeader(http.StatusNotFound)
		}
		return
	}
	var m struct{ ID, To, Text string }
	if err := json.NewDecoder(r.Body).Decode(&m); err != nil {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	g.sends[m.ID]++
	status, keep := g.mode(m.ID, g.sends[m.ID])
	if keep {
		g.has[m.ID], g.texts[m.To] = true, m.Text
	}
	w.WriteHeader(status)
	_, _ = fmt.Fprintf(w, `{"id":"gw-%s"}`, m.ID)
}

func (g *gateway) total() (n int) {
	g.mu.Lock()
	defer g.mu.Unlock()
	for _, one := range g.sends {
		n += one
	}
	return n
}

func takes(string, int) (int, bool) { return http.StatusOK, true }

// house is a database with a desk, two workers and a ticket.
type house struct {
	t      *testing.T
	db     *store.DB
	look   *pgx.Conn
	asking sync.Mutex // of look: the exchange's calls ask from goroutines of their own
	redis  *pulse.Client
	ticket ticket.ID
}

func newHouse(t *testing.T, caller string) *house {
	t.Helper()
	urls := servers.Database(t, "hotline", store.Migrate)
	keys := filepath.Join(t.TempDir(), "keys")
	if err := seal.Generate(keys); err != nil {
		t.Fatal(err)
	}
	ring, err := seal.Load(keys)
	if err != nil {
		t.Fatal(err)
	}
	h := &house{t: t}
	if h.db, err = store.Open(store.Options{URL: urls.AppURL, Sealer: ring, Logger: slog.New(slog.DiscardHandler)}); err != nil {
		t.Fatal(err)
	}
	if h.look, err = pgx.Connect(t.Context(), urls.SuperURL); err != nil {
		t.Fatal(err)
	}
	if h.redis, err = pulse.Open(pulse.Options{}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = h.look.Close(context.Background())
		if err := h.db.Close(); err != nil {
			t.Error(err)
		}
	})
	now := time.Now()
	person := func(login, phone string, where area.Code, role area.Role) area.NewStaff {
		return area.NewStaff{Login: login, Name: login, Role: role, Area: where, Phone: phone}
	}
	err = h.db.ImportDirectory(t.Context(), area.Directory{
		Divisions: []area.Division{{Code: county, Name: "甲县"}, {Code: township, Name: "甲镇"}},
		Desks:     []area.Desk{{Area: township, Role: area.RoleWorker, Name: "甲镇值班台"}, {Area: county, Role: area.RoleCountyDuty, Name: "甲县值班台"}},
		Staff: []area.NewStaff{person("worker1", "+8619900000001", township, area.RoleWorker), person("worker2", "+8619900000002", township, area.RoleWorker),
			person("county1", "+8619900000003", county, area.RoleCountyDuty), person("county2", "+8619900000004", county, area.RoleCountyDuty)},
		Shifts: []area.NewShift{{Area: township, Role: area.RoleWorker, Position: 1, Login: "worker2", From: now.Add(-time.Hour), To: now.Add(24 * time.Hour)}},
	})
	if err != nil {
		t.Fatal(err)
	}
	h.takeCall(caller, now)
	return h
}

func (h *house) takeCall(caller string, at time.Time) {
	h.t.Helper()
	line := store.ServiceNumber{Number: "1234901", Area: township, Desk: area.RoleWorker}
	in := store.NewIntake(h.db, store.Rules{Policy: "p", Terms: ticket.Terms{TwoHour: 2 * time.Hour, Day: 24 * time.Hour, WorkingDays: 5},
		Lines: map[string]store.ServiceNumber{line.Number: line}})
	h.run(in.Run)
	id := uuid.Must(uuid.NewV7()).String()
	_, err := in.Register(h.t.Context(), ticket.Call{ID: ticket.CallID(id), NodeID: "n", SIPCallID: id, Trunk: "t", FromRaw: caller,
		FromE164: ticket.ParsePhone(caller).E164, To: line.Number, Number: ticket.NewNumber(at, 1), InvitedAt: at})
	if err != nil {
		h.t.Fatal(err)
	}
	h.ticket = ticket.ID(h.count(`SELECT id FROM tickets`))
}

func (h *house) run(fn func(context.Context) error) (stop func()) {
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() {
		defer close(done)
		if err := fn(ctx); err != nil {
			h.t.Error(err)
		}
	}()
	stop = sync.OnceFunc(func() { cancel(); <-done })
	h.t.Cleanup(stop)
	return stop
}

// notifier starts one; its texts show template and number.
func (h *house) notifier(channels ...notify.Channel) (stop func()) {
	return h.notifierWith(notify.Options{Channels: channels})
}

func (h *house) notifierWith(o notify.Options) (stop func()) {
	o.Texts = func(template, language string, fields map[string]string) (notify.Text, bool) {
		return notify.Text{Body: language + " " + template + " " + fields["number"], Fields: fields}, template != "unknown"
	}
	o.AlarmNumber, o.Poll, o.Backoff, o.Most = alarm, 20*time.Millisecond, 10*time.Millisecond, 4
	if o.Timeout == 0 {
		o.Timeout = 2 * time.Second
	}
	return h.run(notify.New(h.db, h.redis, o).Run)
}

func (h *house) notice(n ticket.Notice) {
	h.t.Helper()
	n.Ticket, n.Fields = h.ticket, map[string]string{"number": "77"}
	if n.Key == "" {
		n.Key = uuid.NewString()
	}
	if err := h.db.InTx(h.t.Context(), act.SystemDispatch, func(tx *store.Tx) error { return tx.Notify(h.t.Context(), n) }); err != nil {
		h.t.Fatal(err)
	}
}

func (h *house) post(name string) area.PostID {
	h.t.Helper()
	h.asking.Lock()
	defer h.asking.Unlock()
	var id int64
	if err := h.look.QueryRow(h.t.Context(), `SELECT id FROM posts WHERE name = $1`, name).Scan(&id); err != nil {
		h.t.Fatal(err)
	}
	return area.PostID(id)
}

func (h *house) count(sql string, args ...any) (n int) {
	h.t.Helper()
	h.asking.Lock()
	defer h.asking.Unlock()
	if err := h.look.QueryRow(h.t.Context(), sql, args...).Scan(&n); err != nil {
		h.t.Fatal(err)
	}
	return n
}

func (h *house) exec(sql string) {
	h.t.Helper()
	h.asking.Lock()
	defer h.asking.Unlock()
	if _, err := h.look.Exec(h.t.Context(), sql); err != nil {
		h.t.Fatal(err)
	}
}

func (h *house) await(what string, ok func() bool) {
	h.t.Helper()
	deadline := time.After(patience)
	for !ok() {
		select {
		case <-deadline:
			h.t.Fatalf("waited in vain: %s", what)
		case <-time.After(10 * time.Millisecond):
		}
	}
}

// ends waits until so many deliveries are in a state and none is under way.
func (h *house) ends(state ticket.DeliveryState, n int) {
	h.t.Helper()
	h.await(fmt.Sprintf("%d deliveries to be %s", n, state), func() bool {
		return h.count(`SELECT count(*) FROM notices WHERE done_at IS NULL`) == 0 &&
			h.count(`SELECT count(*) FROM deliveries WHERE state = $1`, string(state)) == n &&
			h.count(`SELECT count(*) FROM deliveries WHERE state IN ('queued', 'sending', 'unknown')`) == 0
	})
}

func (g *gateway) numbers() (list []string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	for number := range g.texts {
		list = append(list, number)
	}
	slices.Sort(list)
	return list
}

// Who gets it: a person's post its holder, a desk whoever is on duty, an
// unstaffed desk all its people, the citizen's mobile, the alarm number.
func TestEveryNoticeFindsItsReaders(t *testing.T) {
	h := newHouse(t, "13812345678")
	g, sms := newGateway(t, takes)
	live := notify.Live{Emit: func(ctx context.Context, e act.Event) error {
		return h.db.InTx(ctx, act.SystemDispatch, func(tx *store.Tx) error { return tx.Emit(ctx, e) })
	}}
	h.notice(ticket.Notice{Post: h.post("worker1"), Template: "offer", Key: "once"})
	h.notice(ticket.Notice{Post: h.post("worker1"), Template: "offer", Key: "once"})
	h.notice(ticket.Notice{Post: h.post("甲镇值班台"), Template: "called_again"})
	h.notice(ticket.Notice{Post: h.post("甲县值班台"), Template: "breach"})
	h.notice(ticket.Notice{Citizen: true, Template: "accepted_citizen"})
	h.notice(ticket.Notice{Alarm: true, Template: "loop_alarm"})
	h.notifier(live, sms)
	h.ends(ticket.DeliverySent, 11) // seven by SMS, two of them to the citizen (the number of the ticket, then who has it), four on screens as well
	if got, want := g.numbers(), []string{"+8613812345678", "+8619900000001", "+8619900000002", "+8619900000003", "+8619900000004", alarm}; !slices.Equal(got, want) {
		t.Errorf("sent to %q, want %q", got, want)
	}
	if n := g.total(); n != 7 {
		t.Errorf("%d messages, want 7", n)
	}
	if text := g.texts["+8619900000002"]; text != "zh called_again 77" {
		t.Errorf("worker2 reads %q", text)
	}
	if n := h.count(`SELECT count(*) FROM outbox WHERE kind = 'notice.live' AND data->>'login' = 'worker1' AND data->>'template' = 'offer'`); n != 1 {
		t.Errorf("%d notices on worker1's screen, want 1", n)
	}
}

// Each reader is written to in the language that they chose; citizens and the
// alarm number in the line's own.
func TestEachIsWrittenToInTheirOwnLanguage(t *testing.T) {
	h := newHouse(t, "13812345678")
	g, sms := newGateway(t, takes)
	worker, err := h.db.Actor(t.Context(), area.StaffID(h.count(`SELECT id FROM staff WHERE login = 'worker1'`)))
	if err != nil {
		t.Fatal(err)
	}
	if err := h.db.InTx(t.Context(), worker, func(tx *store.Tx) error { return tx.SetContactLanguage(t.Context(), "en") }); err != nil {
		t.Fatal(err)
	}
	h.notice(ticket.Notice{Post: h.post("worker1"), Template: "offer"})
	h.notice(ticket.Notice{Post: h.post("worker2"), Template: "offer"})
	h.notice(ticket.Notice{Citizen: true, Template: "payment_citizen"})
	h.notifier(sms)
	h.ends(ticket.DeliverySent, 4) // the ticket's own to the citizen as well
	if one, two, citizen := g.texts["+8619900000001"], g.texts["+8619900000002"], g.texts["+8613812345678"]; one != "en offer 77" || two != "zh offer 77" || !strings.HasPrefix(citizen, "zh ") {
		t.Errorf("worker1 reads %q, worker2 %q, the citizen %q", one, two, citizen)
	}
}

// A landline takes no SMS, and a withheld number has none.
func TestOnlyMobilesGetMessages(t *testing.T) {
	for _, caller := range []string{"02112345678", ""} {
		h := newHouse(t, caller)
		g, sms := newGateway(t, takes)
		h.notice(ticket.Notice{Citizen: true, Template: "accepted_citizen"})
		h.notifier(sms)
		h.await("the notice to be looked at", func() bool { return h.count(`SELECT count(*) FROM notices WHERE done_at IS NULL`) == 0 })
		if n := h.count(`SELECT count(*) FROM deliveries`) + g.total(); n != 0 {
			t.Errorf("%d deliveries to %q", n, caller)
		}
	}
}

// Someone without a mobile reads it on the screen; a number that does not open
// is a dead letter, and holds up nobody.
func TestSomebodyWithoutAWorkingNumber(t *testing.T) {
	h := newHouse(t, "13812345678")
	g, sms := newGateway(t, takes)
	live := notify.Live{Emit: func(context.Context, act.Event) error { return nil }}
	h.exec(`UPDATE staff SET phone_sealed = NULL WHERE login = 'worker1'`)
	h.exec(`UPDATE staff SET phone_sealed = '\x00' WHERE login = 'county1'`)
	h.exec(`UPDATE calls SET caller_sealed = '\x00'`)
	h.notice(ticket.Notice{Citizen: true, Template: "accepted_citizen"})
	for _, who := range []string{"worker1", "county1", "worker2"} {
		h.notice(ticket.Notice{Post: h.post(who), Template: "offer"})
	}
	h.notifier(live, sms)
	h.ends(ticket.DeliverySent, 4) // three screens and worker2's phone
	h.ends(ticket.DeliveryDead, 3) // both of the citizen's, and county1's
	if got := g.numbers(); !slices.Equal(got, []string{"+8619900000002"}) {
		t.Errorf("sent to %q", got)
	}
}

// An offer that is void when its turn comes is not sent.
func TestAVoidNoticeIsNotSent(t *testing.T) {
	h := newHouse(t, "")
	g, sms := newGateway(t, takes)
	h.notice(ticket.Notice{Post: h.post("worker1"), Template: "offer", Epoch: 1, Voidable: true})
	h.notice(ticket.Notice{Post: h.post("worker2"), Template: "offer", Epoch: 2, Voidable: true})
	if n, err := h.db.ExpandNotices(t.Context(), ticket.Reach{Channels: []string{"sms"}}, 10); err != nil || n != 2 {
		t.Fatalf("expanded %d (%v)", n, err)
	}
	h.exec(`UPDATE tickets SET epoch = 2`) // somebody has accepted meanwhile
	h.notice(ticket.Notice{Post: h.post("worker1"), Template: "offer", Epoch: 1, Voidable: true})
	h.notifier(sms)
	h.ends(ticket.DeliverySent, 1)
	h.ends(ticket.DeliveryVoid, 1)
	if got := g.numbers(); !slices.Equal(got, []string{"+8619900000002"}) {
		t.Errorf("sent to %q", got)
	}
}

// What the provider does, what becomes of it, and how often it was sent.
func TestHowADeliveryEnds(t *testing.T) {
	for _, c := range []struct {
		name  string
		mode  func(ref string, nth int) (int, bool)
		state ticket.DeliveryState
		sends int
	}{
		{"taken", takes, ticket.DeliverySent, 1},
		{"known already", func(string, int) (int, bool) { return http.StatusConflict, true }, ticket.DeliverySent, 1},
		{"refused", func(string, int) (int, bool) { return http.StatusUnprocessableEntity, false }, ticket.DeliveryFailed, 1},
		{"throttled twice", func(_ string, nth int) (int, bool) {
			if nth < 3 {
				return http.StatusTooManyRequests, false
			}
			return http.StatusOK, true
		}, ticket.DeliverySent, 3},
		{"throttled for ever", func(string, int) (int, bool) { return http.StatusTooManyRequests, false }, ticket.DeliveryDead, 4},
		{"an error, yet it was sent", func(string, int) (int, bool) { return http.StatusBadGateway, true }, ticket.DeliverySent, 1},
		{"an error, and it was lost", func(_ string, nth int) (int, bool) {
			if nth == 1 {
				return http.StatusBadGateway, false
			}
			return http.StatusOK, true
		}, ticket.DeliverySent, 2},
		{"lost twice", func(string, int) (int, bool) { return http.StatusInternalServerError, false }, ticket.DeliveryDead, 2},
	} {
		t.Run(c.name, func(t *testing.T) {
			h := newHouse(t, "")
			g, sms := newGateway(t, c.mode)
			h.notice(ticket.Notice{Post: h.post("worker1"), Template: "offer"})
			h.notifier(sms)
			h.ends(c.state, 1)
			if n := g.total(); n != c.sends {
				t.Errorf("sent %d times, want %d", n, c.sends)
			}
			bad := c.state == ticket.DeliveryFailed || c.state == ticket.DeliveryDead
			if list := h.deadLetters(); (len(list) == 1) != bad {
				t.Errorf("dead letters: %+v", list)
			}
			if n := h.count(`SELECT count(*) FROM timeline WHERE kind = 'notice.undelivered'`); (n == 1) != bad {
				t.Errorf("%d entries of it in the timeline", n)
			}
		})
	}
}

// A process died with a message in its hands. The provider is asked; what it
// has is not sent again, what it has not is.
func TestAMessageInDeadHands(t *testing.T) {
	for _, arrived := range []bool{true, false} {
		h := newHouse(t, "")
		g, sms := newGateway(t, takes)
		h.notice(ticket.Notice{Post: h.post("worker1"), Template: "offer"})
		if _, err := h.db.ExpandNotices(t.Context(), ticket.Reach{Channels: []string{"sms"}}, 10); err != nil {
			t.Fatal(err)
		}
		list, err := h.db.ClaimDeliveries(t.Context(), ticket.Claim{Channel: "sms", Limit: 10, Length: time.Millisecond})
		if err != nil || len(list) != 1 || list[0].Address != "+8619900000001" {
			t.Fatalf("claimed %d (%v)", len(list), err)
		}
		if arrived {
			if _, err := sms.Send(t.Context(), notify.Message{Ref: list[0].Ref, Address: list[0].Address, Text: "x"}); err != nil {
				t.Fatal(err)
			}
		}
		h.notifier(sms)
		h.ends(ticket.DeliverySent, 1)
		if n := g.total(); n != 1 {
			t.Errorf("arrived before: %v; given to the provider %d times, want once", arrived, n)
		}
		if g.asked == 0 {
			t.Error("the provider was not asked")
		}
		// The dead hands come back to life and report: too late, nobody listens.
		if err := h.db.SettleDelivery(t.Context(), list[0], ticket.DeliveryResult{State: ticket.DeliveryFailed}); err != nil {
			t.Fatal(err)
		}
		h.ends(ticket.DeliverySent, 1)
	}
}

// With the gateway away nothing is lost and nothing counts as sent.
func TestTheGatewayIsAway(t *testing.T) {
	sms := plainSMS(t, "http://127.0.0.1:1/messages", "s")
	if _, err := sms.Send(t.Context(), notify.Message{Ref: "r", Address: "+8619900000001"}); !errors.Is(err, notify.ErrNotSent) {
		t.Errorf("got %v, want ErrNotSent", err)
	}
	if _, err := sms.Send(t.Context(), notify.Message{Ref: "r"}); !errors.Is(err, notify.ErrRejected) {
		t.Errorf("without a number: %v", err)
	}
	for _, bad := range []string{"", "gateway", "ftp://gateway/x"} {
		if _, err := notify.NewSMS(shape(t, "plain"), notify.GatewaySetup{URL: bad, Account: "a", Secret: "s"}); err == nil {
			t.Errorf("%q was taken for an address", bad)
		}
	}
}

func (h *house) deadLetters() (list []ticket.DeadLetter) {
	h.t.Helper()
	err := h.db.InTx(h.t.Context(), act.SystemDispatch, func(tx *store.Tx) (err error) {
		list, _, err = tx.DeadLetters(h.t.Context(), "", "", ticket.Cursor{}, 100)
		return err
	})
	if err != nil {
		h.t.Fatal(err)
	}
	return list
}

// Two nodes, many notices: each message once.
func TestTwoNotifiersSendOnce(t *testing.T) {
	h := newHouse(t, "")
	g, sms := newGateway(t, takes)
	const n = 100
	for range n {
		h.notice(ticket.Notice{Post: h.post("worker1"), Template: "offer", Urgent: true})
	}
	h.notifier(sms)
	h.notifier(sms)
	h.ends(ticket.DeliverySent, n)
	if got := g.total(); got != n {
		t.Errorf("%d messages for %d notices", got, n)
	}
}

// The sink of the demo city is a gateway like any other, and keeps what it has over a restart.
func TestTheSinkIsAGateway(t *testing.T) {
	path := filepath.Join(t.TempDir(), "sms.jsonl")
	for round := range 2 {
		kept, err := sink.Open(path, "secret")
		if err != nil {
			t.Fatal(err)
		}
		server := httptest.NewServer(kept)
		good, bad := plainSMS(t, server.URL+"/messages/", "secret"), plainSMS(t, server.URL+"/messages", "guessed")
		m := notify.Message{Ref: "one", Address: "+8619900000001", Text: "工单"}
		if _, err := bad.Send(t.Context(), m); !errors.Is(err, notify.ErrRejected) {
			t.Errorf("a wrong signature: %v", err)
		}
		if id, err := good.Send(t.Context(), m); err != nil || id != "sink-one" {
			t.Errorf("round %d: %q, %v", round, id, err)
		}
		if found, err := good.Find(t.Context(), notify.Message{Ref: "one"}); err != nil || !found.Known || found.Provider != "sink-one" {
			t.Errorf("not found: %+v, %v", found, err)
		}
		if found, err := good.Find(t.Context(), notify.Message{Ref: "two"}); err != nil || found.Known {
			t.Errorf("found what was never sent: %v", err)
		}
		if got := kept.Messages(); len(got) != 1 || got[0].Text != "工单" {
			t.Errorf("round %d: kept %+v", round, got)
		}
		server.Close()
		if err := kept.Close(); err != nil {
			t.Fatal(err)
		}
	}
}
