package timer_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/prometheus/client_golang/prometheus"

	"example.org/hotline/area"
	"example.org/hotline/dispatch/timer"
	"example.org/hotline/internal/act"
	"example.org/hotline/store"
	"example.org/hotline/ticket"
)

// ticket registers one call as its ticket.
func (h *house) ticket() int64 {
	h.t.Helper()
	const county, township area.Code = "990101000000", "990101101000"
	err := h.db.ImportDirectory(h.t.Context(), area.Directory{
		Divisions: []area.Division{{Code: "990100000000", Name: "试市"}, {Code: county, Name: "甲县"}, {Code: township, Name: "甲镇"}},
		Desks:     []area.Desk{{Area: county, Role: area.RoleCountyDuty, Name: "甲县值班台"}, {Area: township, Role: area.RoleWorker, Name: "甲镇值班台"}}})
	if err != nil {
		h.t.Fatal(err)
	}
	line := store.ServiceNumber{Number: "12349", Area: township, Desk: area.RoleWorker}
	intake := store.NewIntake(h.db, store.Rules{Policy: "test", Terms: ticket.Terms{TwoHour: 2 * time.Hour, Day: 24 * time.Hour, WorkingDays: 5},
		Holds: ticket.Holds{Repeat: 3 * time.Minute}, Lines: map[string]store.ServiceNumber{line.Number: line}, Fallback: line})
	stop := run(h.t, intake.Run)
	defer stop()
	id := uuid.NewString()
	at := h.now().UTC().Truncate(time.Microsecond)
	if _, err := intake.Register(h.t.Context(), ticket.Call{ID: ticket.CallID(id), NodeID: "test", SIPCallID: id, Trunk: "test", FromRaw: "019900000001",
		FromE164: ticket.ParsePhone("019900000001").E164, To: "12349", Number: ticket.NewNumber(at, 1), InvitedAt: at}); err != nil {
		h.t.Fatal(err)
	}
	return int64(h.count(`SELECT max(id) FROM tickets`))
}

// caught is a server that notes who calls it.
type caught struct {
	*httptest.Server
	mu    sync.Mutex
	calls []string
	to    string // where it sends callers on
}

func catch(t *testing.T) *caught {
	c := &caught{}
	c.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c.mu.Lock()
		defer c.mu.Unlock()
		c.calls = append(c.calls, r.Method+" "+r.URL.Path)
		if c.to != "" {
			http.Redirect(w, r, c.to, http.StatusTemporaryRedirect)
		}
	}))
	t.Cleanup(c.Close)
	return c
}

func (c *caught) count() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.calls)
}

// looked is a store that counts the looks of a watch that have ended.
type looked struct {
	*store.DB
	mu sync.Mutex
	n  int
}

func (l *looked) OldestOverdue(ctx context.Context) (time.Duration, error) {
	l.mu.Lock()
	l.n++
	l.mu.Unlock()
	return l.DB.OldestOverdue(ctx)
}

func (l *looked) looks() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.n
}

// watch starts one that looks many times a second.
func (h *house) watch(url, method string) (*timer.Watch, *looked, *prometheus.Registry) {
	registry, db := prometheus.NewRegistry(), &looked{DB: h.db}
	w := timer.NewWatch(db, timer.WatchOptions{URL: url, Method: method, Every: 20 * time.Millisecond, Registerer: registry})
	run(h.t, w.Run)
	return w, db, registry
}

// silent fails if the URL is called while the watch looks a few more times.
func (h *house) silent(why string, c *caught, db *looked) {
	h.t.Helper()
	from := db.looks()
	h.await("the look that may have been under way", func() bool { return db.looks() >= from+2 })
	calls := c.count()
	h.await("some looks more", func() bool { return db.looks() >= from+5 })
	if n := c.count() - calls; n > 0 {
		h.t.Errorf("%s: the URL was called %d times", why, n)
	}
}

func (h *house) called(why string, c *caught) {
	h.t.Helper()
	from := c.count()
	h.await(why, func() bool { return c.count() > from })
}

// The dead man's URL is called while all is well, and only then: not while a
// timer is overdue, an open ticket has none, or the database is away. Nothing
// of an engine takes part.
func TestTheDeadMansURLIsCalledOnlyWhileAllIsWell(t *testing.T) {
	h := newHouse(t)
	server := catch(t)
	w, db, registry := h.watch(server.URL+"/alive", http.MethodGet)
	h.called("the first call", server)
	if got := server.calls[0]; got != "GET /alive" {
		t.Errorf("called with %s", got)
	}
	h.await("the answer to be noted", func() bool { at, err := w.DeadMan(); return !at.IsZero() && err == nil })

	h.fill(1, h.now().Add(-time.Minute), 0)
	h.silent("a timer is overdue", server, db)
	if age, err := w.Overdue(t.Context()); err == nil || age < time.Minute {
		t.Errorf("overdue by %s (%v)", age, err)
	}
	if got := gauge(t, registry, "hotline_dispatch_oldest_overdue_seconds"); got < 60 {
		t.Errorf("the metric says %v seconds", got)
	}
	h.exec(`DELETE FROM timers`)
	h.called("a call after it was fired", server)

	id := h.ticket()
	h.called("a call with a ticket that has its timers", server)
	h.exec(`DELETE FROM timers`)
	h.silent("an open ticket has no timer", server, db)
	if _, err := w.DeadMan(); err == nil {
		t.Error("the watch does not say what is wrong")
	}
	if got := gauge(t, registry, "hotline_dispatch_untimed_tickets"); got != 1 {
		t.Errorf("the metric says %v untimed tickets", got)
	}
	healed, err := h.db.AuditTimers(t.Context())
	if err != nil || len(healed) != 1 || healed[0] != (act.Subject{Kind: "ticket", ID: id}) {
		t.Fatalf("healed %v (%v)", healed, err)
	}
	h.called("a call after it was healed", server)
}

// gauge reads one metric.
func gauge(t *testing.T, r *prometheus.Registry, name string) float64 {
	t.Helper()
	families, err := r.Gather()
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range families {
		if f.GetName() == name {
			return f.GetMetric()[0].GetGauge().GetValue()
		}
	}
	t.Fatalf("there is no metric %s", name)
	return 0
}

// broken is a database that is away.
type broken struct{}

func (broken) OldestOverdue(context.Context) (time.Duration, error) {
	return 0, errors.New("the database is away")
}
func (broken) UntimedTickets(context.Context) (int, error) { return 0, nil }

func TestAWatchWithoutADatabaseCallsNobody(t *testing.T) {
	server, registry := catch(t), prometheus.NewRegistry()
	w := timer.NewWatch(broken{}, timer.WatchOptions{URL: server.URL, Every: time.Millisecond, Registerer: registry})
	run(t, w.Run)
	h := &house{t: t}
	h.await("the fault to be noted", func() bool { _, err := w.DeadMan(); return err != nil })
	if n := server.count(); n > 0 {
		t.Errorf("called %d times", n)
	}
	if got := gauge(t, registry, "hotline_dispatch_oldest_overdue_seconds"); got != -1 {
		t.Errorf("the metric says %v", got)
	}
}

// Whoever answers at the configured address cannot send us to another, such as one within the network.
func TestTheWatchFollowsNoRedirect(t *testing.T) {
	h := newHouse(t)
	inside, server := catch(t), catch(t)
	server.to = inside.URL + "/secret"
	w, _, _ := h.watch(server.URL, "")
	h.called("a call", server)
	h.await("the answer to be taken for none", func() bool { _, err := w.DeadMan(); return err != nil })
	if at, _ := w.DeadMan(); !at.IsZero() {
		t.Error("a redirection counts as an answer")
	}
	if n := inside.count(); n > 0 {
		t.Errorf("it was led elsewhere %d times", n)
	}
	if server.calls[0] != "POST /" {
		t.Errorf("called with %s", server.calls[0])
	}
}
