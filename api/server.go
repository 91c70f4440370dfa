package api

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"runtime/debug"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humafiber"
	"github.com/gofiber/fiber/v2"
	fiberrecover "github.com/gofiber/fiber/v2/middleware/recover"

	"example.org/hotline/relief/source"
)

// Server is the HTTP side of one node.
type Server struct {
	cfg      Config
	deps     Deps
	app      *fiber.App
	api      huma.API
	routes   []*route
	hub      *hub
	sockets  sockets
	gate     keyGate
	verifier verifier
	metrics  metrics
	draining atomic.Bool

	// base is what every request's context descends from, since Fiber's own ends with nothing. stop ends it after the drain.
	base context.Context // see above
	stop context.CancelFunc
}

// New builds the application; it listens only in Run. Its error is a metric
// that is registered already.
func New(cfg Config, deps Deps) (*Server, error) {
	useProblems()
	s := &Server{cfg: cfg.withDefaults(), deps: deps, hub: newHub(), verifier: newVerifier()}
	if s.deps.Rules.Sources == nil {
		s.deps.Rules.Sources = new(source.Catalogue) // none is asked
	}
	s.base, s.stop = context.WithCancel(context.Background())
	var err error
	if s.metrics, err = newMetrics(deps.Metrics); err != nil {
		return nil, err
	}
	s.app = fiber.New(s.fiberConfig())
	s.app.Use(fiberrecover.New(fiberrecover.Config{EnableStackTrace: true, StackTraceHandler: s.logPanic}))
	s.app.Use(s.measure, s.secure, s.withDeadline, s.refuseWhileDraining, refuseEncoded)
	s.mountHealth()
	s.api = humafiber.New(s.app, openAPIConfig())
	s.mountRoutes()
	s.mountDocs()
	s.mountNotices()
	s.mountInternal()
	s.mountInbound()
	s.mountAlerts()
	s.app.Use(s.otherwise)
	return s, nil
}

func (s *Server) fiberConfig() fiber.Config {
	return fiber.Config{
		Immutable:     true, // strings of a request would otherwise change under whoever keeps them
		CaseSensitive: true, StrictRouting: true,
		BodyLimit: bodyLimit, ReadBufferSize: readBuffer, Concurrency: maxConnections,
		ReadTimeout: s.cfg.ReadTimeout, WriteTimeout: s.cfg.WriteTimeout, IdleTimeout: s.cfg.IdleTimeout,
		EnableTrustedProxyCheck: true, TrustedProxies: s.cfg.TrustedProxies, ProxyHeader: fiber.HeaderXForwardedFor, EnableIPValidation: true,
		ErrorHandler:          s.answerError,
		DisableStartupMessage: true,
	}
}

// Run serves until ctx ends, and then drains for at most the write timeout. Its
// error is that of the listener, or of a drain that was cut short.
func (s *Server) Run(ctx context.Context, ln net.Listener) error {
	running, cancel := context.WithCancel(ctx)
	defer cancel()
	var background sync.WaitGroup
	background.Go(func() { s.hub.run(running, s.deps.Wakes, s.lastEvent) })
	background.Go(func() { s.tidyUp(running) })
	listening := make(chan error, 1)
	go func() { listening <- s.app.Listener(ln) }()
	var err error
	select {
	case err = <-listening:
		s.stop()
	case <-ctx.Done():
		grace, release := context.WithTimeout(context.WithoutCancel(ctx), s.cfg.WriteTimeout)
		defer release()
		err = s.Shutdown(grace)
		_ = ln.Close() // Fiber has closed it, unless the stop came before it had begun to listen
		if ended := <-listening; !errors.Is(ended, net.ErrClosed) {
			err = errors.Join(err, ended)
		}
	}
	cancel()
	background.Wait()
	if err != nil {
		return fmt.Errorf("serve the API: %w", err)
	}
	return nil
}

// Shutdown refuses new requests, ends the event streams and sockets, lets what runs finish
// and closes the listener, in this order. When ctx ends it stops waiting and
// cuts what is left.
func (s *Server) Shutdown(ctx context.Context) error {
	s.draining.Store(true)
	s.hub.close()
	s.sockets.close(ctx)
	err := s.app.ShutdownWithContext(ctx)
	s.stop()
	if err != nil {
		return fmt.Errorf("drain: %w", err)
	}
	return nil
}

// tidyUp forgets old sessions and kept answers now and then.
func (s *Server) tidyUp(ctx context.Context) {
	every := time.NewTicker(10 * time.Minute)
	defer every.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-every.C:
			if err := s.deps.Sessions.Tidy(ctx, s.cfg.SessionIdle, s.cfg.KeepAnswers); err != nil {
				s.deps.Logger.WarnContext(ctx, "old sessions and answers are still there", "error", err)
			}
		}
	}
}

// withDeadline gives the request a context that ends: Fiber's never does, not
// even when the client has gone.
func (s *Server) withDeadline(c *fiber.Ctx) error {
	ctx, cancel := context.WithTimeout(s.base, s.cfg.RequestTimeout)
	defer cancel()
	c.SetUserContext(ctx)
	return c.Next()
}

// refuseWhileDraining turns new requests of kept-alive connections away, so
// that a load balancer sends them elsewhere.
func (s *Server) refuseWhileDraining(c *fiber.Ctx) error {
	if !s.draining.Load() || !strings.HasPrefix(c.Path(), base) {
		return c.Next()
	}
	c.Set(fiber.HeaderConnection, "close")
	return problemOf(context.Canceled)
}

// refuseEncoded refuses a body with a Content-Encoding: Fiber would unpack it
// without a bound, for whoever asks, and a small body becomes gigabytes. A file
// that may come packed says so by itself, and its route unpacks it with a bound.
func refuseEncoded(c *fiber.Ctx) error {
	if c.Get(fiber.HeaderContentEncoding) == "" {
		return c.Next()
	}
	return newProblem(http.StatusUnsupportedMediaType, "encoded_body", "Send the body without Content-Encoding. Nothing was done.")
}

// contentPolicy lets the console load what this server has and nothing else,
// and nothing inline.
const contentPolicy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; font-src 'self'; connect-src 'self'; " +
	"media-src 'self' blob:; manifest-src 'self'; worker-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"

// secure sets what every answer carries.
func (s *Server) secure(c *fiber.Ctx) error {
	c.Set(fiber.HeaderContentSecurityPolicy, contentPolicy)
	c.Set(fiber.HeaderXContentTypeOptions, "nosniff")
	c.Set(fiber.HeaderXFrameOptions, "DENY")
	c.Set(fiber.HeaderReferrerPolicy, "no-referrer")
	c.Set("Cross-Origin-Opener-Policy", "same-origin")
	c.Set("Cross-Origin-Resource-Policy", "same-origin")
	c.Set("Permissions-Policy", "camera=(self), geolocation=(self), microphone=(self)")
	if s.overHTTPS() {
		c.Set(fiber.HeaderStrictTransportSecurity, "max-age=31536000; includeSubDomains")
	}
	if strings.HasPrefix(c.Path(), base) {
		c.Set(fiber.HeaderCacheControl, "no-store")
	}
	return c.Next()
}

func (s *Server) logPanic(c *fiber.Ctx, cause any) {
	s.deps.Logger.Error("panic in a handler", "route", c.Route().Path, "cause", cause, "stack", string(debug.Stack()))
}

func (s *Server) overHTTPS() bool { return strings.HasPrefix(s.cfg.Origin, "https://") }

// Test answers one request without a network, for tests.
func (s *Server) Test(req *http.Request) (*http.Response, error) {
	resp, err := s.app.Test(req, -1)
	if err != nil {
		return nil, fmt.Errorf("answer a test request: %w", err)
	}
	return resp, nil
}
