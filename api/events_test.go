package api_test

import (
	"bufio"
	"context"
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"example.org/hotline/api"
)

// live is one event of a stream as a browser would see it.
type live struct{ id, event, data string }

// stream opens the live events and gives them one by one. The channel closes
// when the server ends the stream.
func (c client) stream(t *testing.T, address, lastID string) <-chan live {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	t.Cleanup(cancel)
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+address+"/api/v1/events", http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Cookie", c.cookie)
	if lastID != "" {
		req.Header.Set("Last-Event-ID", lastID)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	if resp.StatusCode != http.StatusOK || resp.Header.Get("Content-Type") != "text/event-stream" {
		t.Fatalf("%d %v", resp.StatusCode, resp.Header)
	}
	events := make(chan live)
	go func() {
		defer close(events)
		defer resp.Body.Close()
		lines, e := bufio.NewScanner(resp.Body), live{}
		for lines.Scan() {
			name, value, _ := strings.Cut(lines.Text(), ": ")
			switch name {
			case "id":
				e.id = value
			case "event":
				e.event = value
			case "data":
				e.data = value
			case "":
				if e != (live{}) || value != "" {
					select {
					case events <- e:
					case <-ctx.Done():
						return
					}
				}
				e = live{}
			}
		}
	}()
	return events
}

// next waits for the next event that is not a heartbeat.
func next(t *testing.T, events <-chan live) live {
	t.Helper()
	select {
	case e, open := <-events:
		if !open {
			t.Fatal("the stream ended")
		}
		return e
	case <-time.After(time.Minute):
		t.Fatal("no event came")
		return live{}
	}
}

// log moves the outbox to the event log, as the relay does after each commit.
func (h *house) log() {
	h.t.Helper()
	if _, err := h.db.RelayOutbox(h.t.Context(), 1000); err != nil {
		h.t.Fatal(err)
	}
}

// A stream tells what happens in one's own area; it is resumed without a gap,
// and told so where it cannot be.
func TestEventsAreResumed(t *testing.T) {
	h := newHouse(t, func(c *api.Config, _ *api.Deps) { c.WriteTimeout = 2 * time.Minute })
	address, _ := h.listen()
	h.call("12349001", "")
	h.log()
	worker := h.signIn("worker")
	events := worker.stream(t, address, "")
	ready := next(t, events)
	if ready.event != "ready" || ready.id == "" {
		t.Fatalf("first: %+v", ready)
	}
	h.call("12349002", "") // not theirs
	id := h.call("12349001", "")
	h.offer(id, "worker")
	h.log()
	h.wakes <- struct{}{}
	got := next(t, events)
	var e api.Event
	if err := json.Unmarshal([]byte(got.data), &e); err != nil || e.Ticket == "" || e.Area != township || got.event != "" {
		t.Errorf("event %+v, %v", got, err)
	}
	// A second reader that saw only the first of them is sent the rest, in order, and nothing from elsewhere.
	resumed := worker.stream(t, address, got.id)
	if r := next(t, resumed); r.event != "ready" || r.id != got.id {
		t.Errorf("resumed with %+v, want ready at %s", r, got.id)
	}
	before, _ := strconv.Atoi(got.id)
	rest := next(t, resumed)
	after, _ := strconv.Atoi(rest.id)
	if after <= before || !strings.Contains(rest.data, id) {
		t.Errorf("after %d came %+v", before, rest)
	}
	for _, unknown := range []string{"999999", "-3", "nonsense"} {
		if r := next(t, worker.stream(t, address, unknown)); r.event != "reset" {
			t.Errorf("Last-Event-ID %s: %+v, want reset", unknown, r)
		}
	}
}

// Without any wake-up (Redis away) the log is found to have grown all the same.
func TestEventsComeWithoutWakeUps(t *testing.T) {
	h := newHouse(t, func(c *api.Config, d *api.Deps) { c.WriteTimeout, d.Wakes = 2*time.Minute, nil })
	address, _ := h.listen()
	events := h.signIn("worker").stream(t, address, "")
	next(t, events)
	h.offer(h.call("12349001", ""), "worker")
	h.log()
	if e := next(t, events); e.data == "" {
		t.Errorf("%+v", e)
	}
}

func TestStreamEndsWithTheSession(t *testing.T) {
	h := newHouse(t, func(c *api.Config, _ *api.Deps) { c.WriteTimeout = 2 * time.Minute })
	address, _ := h.listen()
	worker := h.signIn("worker")
	events := worker.stream(t, address, "")
	next(t, events)
	worker.send(http.MethodDelete, "/session", nil, http.Header{"Idempotency-Key": {uuid.NewString()}})
	awaitEnd(t, events)
}

// The server ends a stream before its own write deadline would cut it, and
// when it stops; heartbeats come in between.
func TestStreamEndsInTime(t *testing.T) {
	h := newHouse(t, func(c *api.Config, _ *api.Deps) {
		c.WriteTimeout, c.Heartbeat = 1200*time.Millisecond, 50*time.Millisecond
	})
	address, _ := h.listen()
	events := h.signIn("worker").stream(t, address, "")
	next(t, events)
	awaitEnd(t, events)
}

func TestStreamEndsWithTheServer(t *testing.T) {
	h := newHouse(t, func(c *api.Config, _ *api.Deps) { c.WriteTimeout = 2 * time.Minute })
	address, stop := h.listen()
	events := h.signIn("worker").stream(t, address, "")
	next(t, events)
	if err := stop(); err != nil {
		t.Errorf("Run ended with %v", err)
	}
	awaitEnd(t, events)
}

func awaitEnd(t *testing.T, events <-chan live) {
	t.Helper()
	limit := time.After(time.Minute)
	for {
		select {
		case _, open := <-events:
			if !open {
				return
			}
		case <-limit:
			t.Fatal("the stream went on")
		}
	}
}
