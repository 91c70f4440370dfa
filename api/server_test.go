package api_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"example.org/hotline/api"
	"example.org/hotline/store"
	"example.org/hotline/test/servers"
)

// listen runs the server on a port of its own and gives its address. stop
// drains it and tells how Run ended.
func (h *house) listen() (address string, stop func() error) {
	h.t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		h.t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- h.server.Run(ctx, ln) }()
	stopped := false
	stop = func() error {
		if stopped {
			return nil
		}
		stopped = true
		cancel()
		return <-done
	}
	h.t.Cleanup(func() {
		if err := stop(); err != nil {
			h.t.Errorf("the server ended with %v", err)
		}
	})
	return ln.Addr().String(), stop
}

// raw sends octets as they are and gives the status line of the answer.
func raw(t *testing.T, address string, parts ...string) (status string, err error) {
	t.Helper()
	conn, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if err := conn.SetDeadline(time.Now().Add(time.Minute)); err != nil {
		t.Fatal(err)
	}
	for _, p := range parts {
		if _, err := io.WriteString(conn, p); err != nil {
			break // the server has stopped reading; its answer tells why
		}
	}
	return bufio.NewReader(conn).ReadString('\n')
}

func TestHugeAndSlowRequests(t *testing.T) {
	h := newHouse(t, func(c *api.Config, _ *api.Deps) { c.ReadTimeout = 300 * time.Millisecond })
	address, _ := h.listen()
	head := "POST /api/v1/session HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
	if status, err := raw(t, address, head, fmt.Sprintf("Content-Length: %d\r\n\r\n", 300<<10), strings.Repeat("x", 300<<10)); err != nil || !strings.Contains(status, "413") {
		t.Errorf("a body of 300 KiB: %q, %v", status, err)
	}
	if status, err := raw(t, address, head, "X-Long: "+strings.Repeat("x", 20<<10)+"\r\n\r\n"); err != nil || !strings.Contains(status, "431") {
		t.Errorf("a header of 20 KiB: %q, %v", status, err)
	}
	for name, parts := range map[string][]string{"headers": {head}, "body": {head, "Content-Length: 100\r\n\r\n{"}} {
		status, err := raw(t, address, parts...) // the rest never comes
		if netErr, ok := errors.AsType[net.Error](err); ok && netErr.Timeout() {
			t.Errorf("slow %s kept the connection", name)
		}
		if status != "" && !strings.Contains(status, "408") {
			t.Errorf("slow %s: %q", name, status)
		}
	}
}

func TestStopDrains(t *testing.T) {
	h := newHouse(t)
	address, stop := h.listen()
	resp, err := http.Get("http://" + address + "/healthz")
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	if err := stop(); err != nil {
		t.Errorf("Run ended with %v", err)
	}
	if a := (client{h: h}).get("/tickets"); a.status != http.StatusServiceUnavailable || a.code() != "stopping" || a.header.Get("Retry-After") == "" {
		t.Errorf("after the stop: %d %s", a.status, a.body)
	}
	if a := (client{h: h}).get("!/readyz"); a.status != http.StatusServiceUnavailable {
		t.Errorf("readyz after the stop: %d", a.status)
	}
}

// A stop that comes before the server has begun to listen is a stop all the same.
func TestStopRightAfterTheStart(t *testing.T) {
	h := newHouse(t)
	for range 20 {
		_, stop := (&house{t: t, server: newHouseOn(t, h.urls).server}).listen()
		if err := stop(); err != nil {
			t.Fatalf("Run ended with %v", err)
		}
	}
}

func TestHealth(t *testing.T) {
	h := newHouse(t, func(_ *api.Config, d *api.Deps) {
		d.Checks = append(d.Checks, api.Check{Name: "redis", Probe: func(context.Context) (string, error) {
			return "", errors.New("dial tcp 10.0.0.1:6379: refused")
		}})
	})
	c := client{h: h}
	if a := c.get("!/healthz"); a.status != http.StatusOK {
		t.Errorf("healthz: %d", a.status)
	}
	ready := c.get("!/readyz")
	if ready.status != http.StatusOK || !strings.Contains(string(ready.body), `"away"`) || strings.Contains(string(ready.body), "10.0.0.1") {
		t.Errorf("readyz with Redis away: %d %s", ready.status, ready.body)
	}
	if a := c.send(http.MethodGet, "!/metrics", nil, http.Header{"X-Forwarded-For": {"192.0.2.1"}}); a.status != http.StatusNotFound {
		t.Errorf("metrics through a proxy: %d", a.status)
	}
	address, _ := h.listen()
	resp, err := http.Get("http://" + address + "/metrics")
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode != http.StatusOK || !strings.Contains(string(body), `hotline_http_request_seconds_count{method="GET",route="/healthz",status="200"} 1`) {
		t.Errorf("metrics from loopback: %d %v\n%s", resp.StatusCode, err, body)
	}
}

// PostgreSQL stops and comes back: 503 that says when to try again, and then
// everybody is still signed in.
func TestDatabaseAwayIs503(t *testing.T) {
	private := servers.Private(t)
	if err := store.Migrate(t.Context(), private.Postgres.OwnerURL); err != nil {
		t.Fatal(err)
	}
	h := newHouseOn(t, servers.URLs{OwnerURL: private.Postgres.OwnerURL, AppURL: private.Postgres.AppURL})
	worker := h.signIn("worker")
	if err := private.Postgres.Stop(t.Context()); err != nil {
		t.Fatal(err)
	}
	a := worker.get("/tickets")
	if a.status != http.StatusServiceUnavailable || a.code() != "unavailable" || a.header.Get("Retry-After") == "" {
		t.Errorf("away: %d %s", a.status, a.body)
	}
	if ready := worker.get("!/readyz"); ready.status != http.StatusServiceUnavailable {
		t.Errorf("readyz while it is away: %d", ready.status)
	}
	if err := private.Postgres.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	if back := worker.get("/tickets"); back.status != http.StatusOK {
		t.Errorf("back again: %d %s", back.status, back.body)
	}
}

func TestConsoleAndDocs(t *testing.T) {
	console := fstest.MapFS{"index.html": {Data: []byte("<!doctype html><title>desk</title>")}, "assets/app-1a2b.js": {Data: []byte("1")}, ".gitkeep": {}}
	h := newHouse(t, func(_ *api.Config, d *api.Deps) { d.Console = console })
	c := client{h: h}
	tests := []struct {
		path   string
		status int
		kind   string
		cache  string
	}{
		{"/", 200, "text/html", "no-cache"},
		{"/tickets/123", 200, "text/html", "no-cache"},
		{"/assets/app-1a2b.js", 200, "text/javascript", "public, max-age=31536000, immutable"},
		{"/assets/gone.js", 404, "application/problem+json", ""},
		{"/.gitkeep", 404, "application/problem+json", ""},
		{"/../../etc/passwd", 200, "text/html", "no-cache"},
		{"/docs", 200, "text/html", "no-cache"},
		{"/docs/docs.js", 200, "text/javascript", "no-cache"},
		{"/docs/docs.css", 200, "text/css", "no-cache"},
		{"/openapi.json", 200, "application/openapi+json", ""},
		{"/api/v1/nowhere", 404, "application/problem+json", "no-store"},
		{"/api/nowhere", 404, "application/problem+json", ""},
	}
	for _, tt := range tests {
		a := c.get("!" + tt.path)
		if a.status != tt.status || !strings.HasPrefix(a.header.Get("Content-Type"), tt.kind) || a.header.Get("Cache-Control") != tt.cache {
			t.Errorf("%s: %d %q %q, want %d %q %q", tt.path, a.status, a.header.Get("Content-Type"), a.header.Get("Cache-Control"), tt.status, tt.kind, tt.cache)
		}
		policy := a.header.Get("Content-Security-Policy")
		if strings.Contains(policy, "unsafe") || strings.Contains(policy, "http") || !strings.Contains(policy, "frame-ancestors 'none'") || !strings.Contains(policy, "script-src 'self'") {
			t.Errorf("%s: policy %q", tt.path, policy)
		}
	}
	for _, name := range []string{"/docs", "/docs/docs.js", "/docs/docs.css"} {
		if body := string(c.get("!" + name).body); strings.Contains(body, "http://") || strings.Contains(body, "https://") {
			t.Errorf("%s loads from another origin", name)
		}
	}
	if a := c.send(http.MethodPost, "!/tickets/123", "{}", nil); a.status != http.StatusMethodNotAllowed {
		t.Errorf("POST to a page: %d", a.status)
	}
	bare := client{h: newHouse(t, func(_ *api.Config, d *api.Deps) { d.Console = fstest.MapFS{".gitkeep": {}} })}
	if a := bare.get("!/"); a.code() != "console_not_built" {
		t.Errorf("without a built console: %d %s", a.status, a.body)
	}
}
