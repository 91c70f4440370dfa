package faults

import (
	"bufio"
	"context"
	"fmt"
	"net"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"
)

// FLUSHALL while tickets wait on the ladder, then Redis stopped and started:
// every step of the ladder comes, nobody is signed out, no event is skipped.
func TestRedisForgetsAndGoesAway(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.Serve()
	watcher := h.As("supervisor") // sees the whole city
	stream := watcher.Follow()
	l := ladder{h: h}
	for range 3 {
		l.call(h.phone())
	}
	l.arrived()

	h.flushRedis()
	l.call(h.phone())
	l.move(h.City, 15*time.Minute)
	l.arrived()

	h.Servers.Redis.Kill()
	l.call(h.phone())
	l.move(h.City, 15*time.Minute)
	l.arrived()

	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	if err := h.Servers.Redis.Start(ctx); err != nil {
		t.Fatal(err)
	}
	h.flushRedis()
	l.call(h.phone())
	l.move(h.City, 91*time.Minute)
	l.arrived()
	h.promises()

	if a := watcher.Get("/session"); a.Status != 200 {
		t.Errorf("signed out: %d %s", a.Status, a.Raw)
	}
	h.sawEverything(stream.Seen)
}

// sawEverything waits until a watcher of the whole city has seen every event since the first it saw, once and in order.
func (h *house) sawEverything(seen func() ([]int64, int)) {
	h.T.Helper()
	var all []int64
	h.Query(`SELECT coalesce(array_agg(seq ORDER BY seq), '{}') FROM events`, nil, &all)
	var got []int64
	h.Until("the watcher has seen the last event", func() bool {
		got, _ = seen()
		return len(got) > 0 && len(all) > 0 && got[len(got)-1] >= all[len(all)-1]
	})
	if _, resets := seen(); resets > 0 {
		h.T.Errorf("the watcher was told %d times to start anew", resets)
	}
	want := all[slices.Index(all, got[0]):]
	if !slices.Equal(got[:min(len(got), len(want))], want) {
		h.T.Errorf("the watcher saw %v\nof %v", got, want)
	}
}

// flushRedis is FLUSHALL by the administrator.
func (h *house) flushRedis() {
	h.T.Helper()
	at, err := url.Parse(h.Servers.Redis.AdminURL)
	if err != nil {
		h.T.Fatal(err)
	}
	conn, err := net.DialTimeout("tcp", at.Host, 5*time.Second)
	if err != nil {
		h.T.Fatal(err)
	}
	defer conn.Close()
	password, _ := at.User.Password()
	answers := bufio.NewReader(conn)
	for _, command := range []string{"AUTH " + at.User.Username() + " " + password, "FLUSHALL"} {
		if _, err := fmt.Fprintf(conn, "%s\r\n", command); err != nil {
			h.T.Fatal(err)
		}
		if line, err := answers.ReadString('\n'); err != nil || !strings.HasPrefix(line, "+OK") {
			h.T.Fatalf("Redis: %q (%v)", line, err)
		}
	}
}
