package api

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"strconv"
	"sync"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/gofiber/fiber/v2/middleware/adaptor"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// metrics are the numbers of this package.
type metrics struct {
	requests *prometheus.HistogramVec
	streams  prometheus.Gauge
	sockets  prometheus.Gauge
}

func newMetrics(registry *prometheus.Registry) (metrics, error) {
	m := metrics{
		requests: prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: "hotline_http_request_seconds", Help: "Time to answer, by route.",
			Buckets: []float64{.005, .01, .025, .05, .1, .25, .5, 1, 2.5, 10}}, []string{"method", "route", "status"}),
		streams: prometheus.NewGauge(prometheus.GaugeOpts{Name: "hotline_event_streams", Help: "Open streams of live events."}),
		sockets: prometheus.NewGauge(prometheus.GaugeOpts{Name: "hotline_softphone_sockets", Help: "Open WebSockets of softphones."}),
	}
	for _, c := range []prometheus.Collector{m.requests, m.streams, m.sockets} {
		if err := registry.Register(c); err != nil {
			return metrics{}, fmt.Errorf("register the API's metrics: %w", err)
		}
	}
	return m, nil
}

// measure times every answer under its route's pattern, never its real path.
func (s *Server) measure(c *fiber.Ctx) error {
	began := time.Now() //nolint:forbidigo // how long it really took
	err := c.Next()
	if err != nil { // answer now, so that the status is known
		if err := s.answerError(c, err); err != nil {
			return err
		}
	}
	pattern := c.Route().Path
	if pattern == "/" {
		pattern = "other"
	}
	s.metrics.requests.WithLabelValues(c.Method(), pattern, strconv.Itoa(c.Response().StatusCode())).Observe(time.Since(began).Seconds())
	return nil
}

// mountHealth adds what machines ask. The paths lie outside the API, and carry
// nothing that the network may not know.
func (s *Server) mountHealth() {
	s.app.Get("/healthz", func(c *fiber.Ctx) error { return c.JSON(fiber.Map{"status": "alive"}) })
	s.app.Get("/readyz", s.ready)
	s.app.Get("/metrics", s.loopbackOnly, adaptor.HTTPHandler(promhttp.HandlerFor(s.deps.Metrics, promhttp.HandlerOpts{})))
}

// checkLimit is how long a dependency may take to say that it is there.
const checkLimit = 2 * time.Second

// checked is what /readyz says of one dependency.
type checked struct {
	Name     string `json:"name"`
	OK       bool   `json:"ok"`
	Required bool   `json:"required"`
	Detail   string `json:"detail,omitempty"`
}

// ready asks every dependency at once. Redis away is told and does not make a
// node unready: it serves without.
func (s *Server) ready(c *fiber.Ctx) error {
	ctx, cancel := context.WithTimeout(c.UserContext(), checkLimit)
	defer cancel()
	results := make([]checked, len(s.deps.Checks))
	var all sync.WaitGroup
	for i, check := range s.deps.Checks {
		all.Go(func() { results[i] = s.check(ctx, check) })
	}
	all.Wait()
	status, word := http.StatusOK, "ready"
	for _, r := range results {
		if r.Required && !r.OK {
			status, word = http.StatusServiceUnavailable, "not ready"
		}
	}
	if s.draining.Load() {
		status, word = http.StatusServiceUnavailable, "stopping"
	}
	return c.Status(status).JSON(fiber.Map{"status": word, "checks": results})
}

func (s *Server) check(ctx context.Context, check Check) checked {
	detail, err := check.Probe(ctx)
	if err != nil { // its text may name hosts and users: it goes to the log
		s.deps.Logger.WarnContext(ctx, "a check failed", "name", check.Name, "detail", detail, "error", err)
		detail = cmp.Or(detail, "away")
	}
	return checked{Name: check.Name, OK: err == nil, Required: check.Required, Detail: detail}
}

// loopbackOnly hides a path from everyone but this machine, and from whatever a
// proxy on this machine passes on.
func (s *Server) loopbackOnly(c *fiber.Ctx) error {
	proxied := c.Get(fiber.HeaderXForwardedFor) != "" || c.Get(fiber.HeaderForwarded) != "" || c.Get(fiber.HeaderVia) != ""
	if proxied || !c.Context().RemoteIP().IsLoopback() {
		return fiber.ErrNotFound
	}
	return c.Next()
}
