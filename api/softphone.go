package api

import (
	"context"
	"errors"
	"net/http"
	"runtime/debug"
	"sync"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/gofiber/contrib/websocket"
	"github.com/gofiber/fiber/v2"

	"example.org/hotline/area"
	"example.org/hotline/internal/act"
)

// Softphone is the phone side of an agent's browser. Serve talks with one tab
// until in is closed, ctx ends (with act.ErrSignIn as its cause where the
// session is over) or the tab misbehaves, which is its error.
type Softphone interface {
	Serve(ctx context.Context, staff area.Staff, in <-chan []byte, send func([]byte) error) error
}

// The limits of a softphone's socket.
const (
	socketMessage = 64 << 10         // octets of one message
	socketWrite   = 10 * time.Second // to write one
)

// Why a socket is closed, as the page sees it (RFC 6455 section 7.4).
const (
	closeSignedOut = 4401                     // of the private range: sign in again
	closeStopping  = websocket.CloseGoingAway // come back, to another node or in a while
	closeMisuse    = websocket.ClosePolicyViolation
)

// errStopping ends sockets when the server stops.
var errStopping = errors.New("the server is stopping")

// bindSoftphone adds the WebSocket as a plain Fiber route and describes it by
// hand. The guard before it has looked at origin, session and role.
func bindSoftphone(s *Server, r *route) {
	s.app.Add(r.method, fiberPath(r.path), s.upgrade)
	op := r.operation()
	op.Description = "A WebSocket (RFC 6455) for the agent's softphone: JSON messages, one object each, at most 64 KiB; ivr/softphone/message.go " +
		"describes them. Browsers of another origin are refused. Close code 4401 says that the session is over, 1001 that the server stops: come back."
	op.Responses = map[string]*huma.Response{
		"101":     {Description: "Switching protocols"},
		"default": {Description: "Error", Content: map[string]*huma.MediaType{problemType: {Schema: s.schemaOf(Problem{})}}},
	}
	s.api.OpenAPI().AddOperation(&op)
}

// upgrade makes a socket of a request. The handler returns at once; the socket
// lives on with its own deadlines, and those of the HTTP server hold no more.
func (s *Server) upgrade(c *fiber.Ctx) error {
	if !websocket.IsWebSocketUpgrade(c) {
		c.Set(fiber.HeaderUpgrade, "websocket")
		return newProblem(http.StatusUpgradeRequired, "upgrade_required", "This address is a WebSocket.")
	}
	if s.deps.Softphone == nil {
		return newProblem(http.StatusServiceUnavailable, "no_softphone", "This node takes no calls; ask another.")
	}
	req := requestOf(c.UserContext())
	return websocket.New(func(conn *websocket.Conn) { s.pipe(conn.Conn, req) }, websocket.Config{
		RecoverHandler: func(*websocket.Conn) {}, // pipe recovers; the default would tell the browser what broke
	})(c)
}

// pipe passes messages between a browser and the softphone, and looks after the
// session: whoever signs out is cut off at once on this node, elsewhere at the
// next ping.
func (s *Server) pipe(conn socketConn, req request) {
	defer func() {
		if cause := recover(); cause != nil {
			s.deps.Logger.Error("panic in a softphone's socket", "cause", cause, "stack", string(debug.Stack()))
		}
	}()
	ctx, end := context.WithCancelCause(s.base)
	defer end(nil)
	leave, ok := s.sockets.join(req.token, end)
	if !ok {
		end(errStopping)
	}
	defer leave()
	s.metrics.sockets.Inc()
	defer s.metrics.sockets.Dec()

	p := &pipe{conn: conn, idle: s.cfg.SocketIdle, in: make(chan []byte), end: end}
	var work sync.WaitGroup
	work.Go(func() { p.read(ctx) })
	work.Go(func() { s.watchSocket(ctx, p, req) })
	err := s.deps.Softphone.Serve(ctx, req.staff, p.in, p.send)
	code := closeCode(context.Cause(ctx), err)
	if err != nil {
		s.deps.Logger.Info("a softphone's socket was ended", "login", req.staff.Login, "error", err)
	}
	end(nil)
	if err := p.close(code); err != nil { // of no consequence: a browser that is gone cannot be told
		s.deps.Logger.Debug("a softphone's socket was not closed in order", "login", req.staff.Login, "error", err)
	}
	work.Wait()
}

func closeCode(cause, err error) int {
	switch {
	case errors.Is(cause, act.ErrSignIn):
		return closeSignedOut
	case errors.Is(cause, errStopping), errors.Is(cause, context.Canceled):
		return closeStopping
	case err != nil:
		return closeMisuse
	default: // the browser went, which hears nothing any more, or the phone side stops
		return closeStopping
	}
}

// watchSocket pings the browser and asks whether its session still holds. With
// the database away it holds.
func (s *Server) watchSocket(ctx context.Context, p *pipe, req request) {
	every := time.NewTicker(s.cfg.SocketPing)
	defer every.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-every.C:
		}
		if p.ping() != nil {
			return // the reader notices too, and ends it
		}
		look, cancel := context.WithTimeout(ctx, s.cfg.RequestTimeout)
		_, _, err := s.deps.Sessions.Session(look, req.token, s.cfg.SessionIdle, false)
		cancel()
		if errors.Is(err, act.ErrSignIn) {
			p.end(act.ErrSignIn)
			return
		}
	}
}

// socketConn is what a pipe needs of a WebSocket connection.
type socketConn interface {
	ReadMessage() (kind int, data []byte, err error)
	WriteMessage(kind int, data []byte) error
	WriteControl(kind int, data []byte, deadline time.Time) error
	SetReadLimit(int64)
	SetReadDeadline(time.Time) error
	SetWriteDeadline(time.Time) error
	SetPongHandler(func(string) error)
	Close() error
}

// pipe is one WebSocket.
type pipe struct {
	conn socketConn
	idle time.Duration
	in   chan []byte
	end  context.CancelCauseFunc
}

// after is a deadline of a connection.
func after(d time.Duration) time.Time {
	return time.Now().Add(d) //nolint:forbidigo // the connection compares it with the real clock
}

// read hands the browser's messages on until the connection ends. A browser
// that has not even answered a ping for a while is gone.
func (p *pipe) read(ctx context.Context) {
	defer close(p.in)
	p.conn.SetReadLimit(socketMessage)
	alive := func(string) error { return p.conn.SetReadDeadline(after(p.idle)) }
	p.conn.SetPongHandler(alive)
	for {
		if alive("") != nil {
			return
		}
		kind, data, err := p.conn.ReadMessage()
		if err != nil || kind != websocket.TextMessage {
			return
		}
		select {
		case p.in <- data:
		case <-ctx.Done():
			return
		}
	}
}

// send writes one message. It is called by one goroutine at a time.
func (p *pipe) send(data []byte) error {
	if err := p.conn.SetWriteDeadline(after(socketWrite)); err != nil {
		return err //nolint:wrapcheck // of a closed connection; the softphone wraps it
	}
	return p.conn.WriteMessage(websocket.TextMessage, data) //nolint:wrapcheck // as above
}

func (p *pipe) ping() error {
	return p.conn.WriteControl(websocket.PingMessage, nil, after(socketWrite)) //nolint:wrapcheck // only ends the watch
}

// close says why and closes, whether or not the browser still hears it.
func (p *pipe) close(code int) error {
	told := p.conn.WriteControl(websocket.CloseMessage, websocket.FormatCloseMessage(code, ""), after(time.Second))
	return errors.Join(told, p.conn.Close())
}

// sockets are the open softphones of this node, by session.
type sockets struct {
	mu     sync.Mutex
	open   map[string]map[*context.CancelCauseFunc]struct{}
	closed bool
	work   sync.WaitGroup
}

// join adds one. leave must be called once; ok is false once the server stops.
func (k *sockets) join(token []byte, end context.CancelCauseFunc) (leave func(), ok bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.closed {
		return func() {}, false
	}
	if k.open == nil {
		k.open = map[string]map[*context.CancelCauseFunc]struct{}{}
	}
	session := string(token)
	if k.open[session] == nil {
		k.open[session] = map[*context.CancelCauseFunc]struct{}{}
	}
	k.open[session][&end] = struct{}{}
	k.work.Add(1)
	return func() {
		k.mu.Lock()
		defer k.mu.Unlock()
		delete(k.open[session], &end)
		if len(k.open[session]) == 0 {
			delete(k.open, session)
		}
		k.work.Done()
	}, true
}

// revoke ends the sockets of a session that was signed out.
func (k *sockets) revoke(token []byte) {
	k.mu.Lock()
	defer k.mu.Unlock()
	for end := range k.open[string(token)] {
		(*end)(act.ErrSignIn)
	}
}

// close ends all and waits until they have ended, or ctx has.
func (k *sockets) close(ctx context.Context) {
	k.mu.Lock()
	k.closed = true
	for _, session := range k.open {
		for end := range session {
			(*end)(errStopping)
		}
	}
	k.mu.Unlock()
	ended := make(chan struct{})
	go func() { k.work.Wait(); close(ended) }()
	select {
	case <-ended:
	case <-ctx.Done():
	}
}
