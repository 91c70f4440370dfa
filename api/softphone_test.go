package api_test

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/fasthttp/websocket"
	"github.com/google/uuid"

	"example.org/hotline/api"
	"example.org/hotline/area"
	"example.org/hotline/internal/act"
)

// echo is a phone side that sends back what it hears, and tells who came and how it ended.
type echo struct {
	came  chan area.Staff
	ended chan error // the cause of the context's end; nil where the browser went
}

var errMisuse = errors.New("misuse")

func (e *echo) Serve(ctx context.Context, staff area.Staff, in <-chan []byte, send func([]byte) error) error {
	e.came <- staff
	for {
		select {
		case data, open := <-in:
			if !open {
				e.ended <- nil
				return nil
			}
			if string(data) == "misuse" {
				e.ended <- errMisuse
				return errMisuse
			}
			if err := send(data); err != nil {
				e.ended <- err
				return err
			}
		case <-ctx.Done():
			e.ended <- context.Cause(ctx)
			return nil
		}
	}
}

func newSoftphoneHouse(t *testing.T, change ...func(*api.Config)) (*house, *echo, string) {
	t.Helper()
	e := &echo{came: make(chan area.Staff, 16), ended: make(chan error, 16)}
	h := newHouse(t, func(c *api.Config, d *api.Deps) {
		d.Softphone = e
		for _, f := range change {
			f(c)
		}
	})
	address, stop := h.listen()
	t.Cleanup(func() { _ = stop() })
	return h, e, address
}

func (c client) socket(address, origin string) (*websocket.Conn, *http.Response, error) {
	header := http.Header{"Cookie": {c.cookie}}
	if origin != "" {
		header.Set("Origin", origin)
	}
	conn, resp, err := websocket.DefaultDialer.DialContext(c.h.t.Context(), "ws://"+address+"/api/v1/softphone", header)
	if err == nil {
		c.h.t.Cleanup(func() { _ = conn.Close() })
	}
	return conn, resp, err
}

func (c client) openSocket(address string) *websocket.Conn {
	c.h.t.Helper()
	conn, _, err := c.socket(address, "http://127.0.0.1")
	if err != nil {
		c.h.t.Fatal(err)
	}
	return conn
}

// exchange says something and waits for its echo, answering pings meanwhile.
func exchange(t *testing.T, conn *websocket.Conn, text string) {
	t.Helper()
	if err := conn.WriteMessage(websocket.TextMessage, []byte(text)); err != nil {
		t.Fatal(err)
	}
	if _, data, err := conn.ReadMessage(); err != nil || string(data) != text {
		t.Fatalf("echo %q, %v", data, err)
	}
}

func closeCode(t *testing.T, conn *websocket.Conn) int {
	t.Helper()
	_ = conn.SetReadDeadline(time.Now().Add(time.Minute))
	for {
		if _, _, err := conn.ReadMessage(); err != nil {
			closed, ok := errors.AsType[*websocket.CloseError](err)
			if !ok {
				t.Fatalf("ended with %v", err)
			}
			return closed.Code
		}
	}
}

func (e *echo) awaitEnd(t *testing.T) error {
	t.Helper()
	select {
	case err := <-e.ended:
		return err
	case <-time.After(time.Minute):
		t.Fatal("the softphone still serves")
		return nil
	}
}

// Agents and supervisors get in; nobody else, not from a page of another site,
// and not without a session. SECURITY T14 (CSWSH).
func TestSoftphoneLetsTheRightOnesIn(t *testing.T) {
	h, e, address := newSoftphoneHouse(t)
	for _, role := range area.Roles() {
		conn, resp, err := h.signInOnce(string(role)).socket(address, "http://127.0.0.1")
		if role != area.RoleAgent && role != area.RoleSupervisor {
			if err == nil || resp.StatusCode != http.StatusNotFound {
				t.Errorf("%s: %v %v", role, resp, err)
			}
			continue
		}
		if err != nil {
			t.Errorf("%s: %v", role, err)
			continue
		}
		if staff := <-e.came; staff.Login != string(role) || staff.Role != role || staff.ID == 0 {
			t.Errorf("%s came as %+v", role, staff)
		}
		exchange(t, conn, `{"type":"ping"}`)
	}
	agent := h.signInOnce("agent")
	for _, origin := range []string{"https://evil.example", "http://127.0.0.1.evil.example", "null"} {
		if _, resp, err := agent.socket(address, origin); err == nil || resp.StatusCode != http.StatusForbidden {
			t.Errorf("from %s: %v %v", origin, resp, err)
		}
	}
	if _, resp, err := (client{h: h, cookie: "hotline_session=nonsense"}).socket(address, "http://127.0.0.1"); err == nil || resp.StatusCode != http.StatusUnauthorized {
		t.Errorf("without a session: %v %v", resp, err)
	}
	if got := agent.get("/softphone"); got.status != http.StatusUpgradeRequired || got.header.Get("Upgrade") != "websocket" {
		t.Errorf("without an upgrade: %d %v", got.status, got.header)
	}
}

// A node without phones says so.
func TestNoSoftphone(t *testing.T) {
	h := newHouse(t)
	address, stop := h.listen()
	defer func() { _ = stop() }()
	if _, resp, err := h.signIn("agent").socket(address, ""); err == nil || resp.StatusCode != http.StatusServiceUnavailable {
		t.Errorf("%v %v", resp, err)
	}
}

// Signing out ends the session's sockets at once, and no others.
func TestSignOutEndsTheSocket(t *testing.T) {
	h, e, address := newSoftphoneHouse(t, func(c *api.Config) { c.SocketPing = time.Hour })
	leaving, staying := h.signIn("agent"), h.signIn("agent")
	conn, other := leaving.openSocket(address), staying.openSocket(address)
	<-e.came
	<-e.came
	leaving.send(http.MethodDelete, "/session", nil, http.Header{"Idempotency-Key": {uuid.NewString()}})
	if err := e.awaitEnd(t); !errors.Is(err, act.ErrSignIn) {
		t.Errorf("ended for %v", err)
	}
	if code := closeCode(t, conn); code != 4401 {
		t.Errorf("closed with %d", code)
	}
	exchange(t, other, `{"type":"ping"}`)
}

// A session that ends elsewhere (another node, the security admin) ends the
// socket at the next ping.
func TestEndedSessionEndsTheSocket(t *testing.T) {
	h, e, address := newSoftphoneHouse(t, func(c *api.Config) { c.SocketPing = 50 * time.Millisecond })
	agent := h.signIn("agent")
	conn := agent.openSocket(address)
	<-e.came
	other := newHouseOn(t, h.urls) // another node on the same database
	(client{h: other, cookie: agent.cookie}).send(http.MethodDelete, "/session", nil, http.Header{"Idempotency-Key": {uuid.NewString()}})
	if code := closeCode(t, conn); code != 4401 {
		t.Errorf("closed with %d", code)
	}
	if err := e.awaitEnd(t); !errors.Is(err, act.ErrSignIn) {
		t.Errorf("ended for %v", err)
	}
}

// The deadlines of HTTP requests hold no more for a socket: it outlives each of
// them several times over, silent or not.
func TestSocketOutlivesHTTPDeadlines(t *testing.T) {
	const deadline = time.Second
	h, e, address := newSoftphoneHouse(t, func(c *api.Config) {
		c.ReadTimeout, c.WriteTimeout, c.IdleTimeout = deadline, deadline, deadline
		c.SocketPing, c.SocketIdle = 50*time.Millisecond, 30*time.Second
	})
	conn := h.signIn("agent").openSocket(address)
	<-e.came
	pings := 0
	enough := make(chan struct{})
	conn.SetPingHandler(func(data string) error {
		if pings++; pings == 80 { // four seconds at least, of nothing but pings
			close(enough)
		}
		return conn.WriteControl(websocket.PongMessage, []byte(data), time.Now().Add(time.Minute))
	})
	read := make(chan string, 1)
	go func() {
		_, data, err := conn.ReadMessage()
		if err != nil {
			data = []byte(err.Error())
		}
		read <- string(data)
	}()
	select {
	case <-enough:
	case got := <-read:
		t.Fatalf("the socket brought %s", got)
	case <-time.After(time.Minute):
		t.Fatal("no pings came")
	}
	if err := conn.WriteMessage(websocket.TextMessage, []byte("still here")); err != nil {
		t.Fatal(err)
	}
	if got := <-read; got != "still here" {
		t.Errorf("echo %q", got)
	}
}

// A browser that answers no ping is gone.
func TestDeadBrowserIsNoticed(t *testing.T) {
	h, e, address := newSoftphoneHouse(t, func(c *api.Config) { c.SocketPing, c.SocketIdle = 20*time.Millisecond, 300*time.Millisecond })
	h.signIn("agent").openSocket(address) // nobody reads: no ping is answered
	<-e.came
	if err := e.awaitEnd(t); err != nil {
		t.Errorf("ended for %v", err)
	}
}

// What is too long or no text ends the socket; misuse is told by its code.
func TestSocketLimits(t *testing.T) {
	h, e, address := newSoftphoneHouse(t)
	agent := h.signIn("agent")
	for name, say := range map[string]func(*websocket.Conn) error{
		"too long": func(c *websocket.Conn) error {
			return c.WriteMessage(websocket.TextMessage, []byte(strings.Repeat("x", 64<<10+1)))
		},
		"binary": func(c *websocket.Conn) error { return c.WriteMessage(websocket.BinaryMessage, []byte("x")) },
	} {
		conn := agent.openSocket(address)
		<-e.came
		if err := say(conn); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if err := e.awaitEnd(t); err != nil {
			t.Errorf("%s: ended for %v", name, err)
		}
	}
	conn := agent.openSocket(address)
	exchange(t, conn, strings.Repeat("x", 64<<10))
	if err := conn.WriteMessage(websocket.TextMessage, []byte("misuse")); err != nil {
		t.Error(err)
	}
	if code := closeCode(t, conn); code != websocket.ClosePolicyViolation {
		t.Errorf("misuse: closed with %d", code)
	}
}

// A stop sends the browsers to another node, and waits for their end.
func TestStopEndsTheSockets(t *testing.T) {
	h := newHouse(t, func(_ *api.Config, d *api.Deps) {
		d.Softphone = &echo{came: make(chan area.Staff, 16), ended: make(chan error, 16)}
	})
	address, stop := h.listen()
	var sockets []*websocket.Conn
	for range 10 {
		sockets = append(sockets, h.signInOnce("agent").openSocket(address))
	}
	var codes sync.WaitGroup
	for _, conn := range sockets {
		codes.Go(func() {
			if code := closeCode(t, conn); code != websocket.CloseGoingAway {
				t.Errorf("closed with %d", code)
			}
		})
	}
	if err := stop(); err != nil {
		t.Errorf("Run ended with %v", err)
	}
	codes.Wait()
}
