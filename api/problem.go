package api

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"strconv"
	"time"

	"github.com/gofiber/fiber/v2"

	"example.org/hotline/area"
	"example.org/hotline/internal/act"
	"example.org/hotline/ledger/rail"
)

// Problem is every error answer (RFC 9457). It never repeats a value that was
// sent, since that may be an identity number.
type Problem struct { //nolint:errname // RFC 9457 calls it so, and so does the document
	Type   string           `json:"type" doc:"urn:hotline:problem: followed by code"`
	Title  string           `json:"title"`
	Status int              `json:"status"`
	Detail string           `json:"detail" doc:"What happened, what was kept, what to do"`
	Code   string           `json:"code" doc:"Stable; clients translate it"`
	Field  string           `json:"field,omitempty" doc:"JSON name of the field at fault"`
	Args   map[string]any   `json:"args,omitempty" doc:"Facts for the translated message"`
	Faults []area.LineFault `json:"faults,omitempty" doc:"Of a file that was refused: every fault by its line"`
	Errors []FieldProblem   `json:"errors,omitempty" doc:"Every field at fault, where several are"`

	retryAfter time.Duration
}

// FieldProblem is one field at fault.
type FieldProblem struct {
	Location string `json:"location" doc:"Such as body.amount_fen or query.limit"`
	Message  string `json:"message"`
}

const problemType = "application/problem+json"

func newProblem(status int, code, detail string) *Problem {
	return &Problem{Type: "urn:hotline:problem:" + code, Title: http.StatusText(status), Status: status, Code: code, Detail: detail}
}

// Error is the text for logs.
func (p *Problem) Error() string { return p.Code + ": " + p.Detail }

// GetStatus is where huma reads the status from.
func (p *Problem) GetStatus() int { return p.Status }

// ContentType is RFC 9457's.
func (p *Problem) ContentType(string) string { return problemType }

// GetHeaders adds Retry-After where waiting helps.
func (p *Problem) GetHeaders() http.Header {
	h := http.Header{}
	if p.retryAfter > 0 {
		h.Set(fiber.HeaderRetryAfter, retrySeconds(p.retryAfter))
	}
	return h
}

func retrySeconds(d time.Duration) string {
	return strconv.Itoa(max(1, int((d+time.Second-1)/time.Second)))
}

// unavailableFor is how long a client waits before it tries again when a
// dependency is away.
const unavailableFor = 2 * time.Second

// kinds turns an error kind into a status, and names it where the error itself
// carries no code. It is the only such table.
var kinds = []struct {
	kind   error
	status int
	code   string
	detail string
}{
	{act.ErrSignIn, http.StatusUnauthorized, "sign_in_required", "Sign in and send it again; nothing was done."},
	{act.ErrNotFound, http.StatusNotFound, "not_found", "There is no such thing, or it is not yours to see or do."},
	{act.ErrInvalid, http.StatusUnprocessableEntity, "invalid", "The request is wrong as it stands; nothing was done."},
	{act.ErrKeyReused, http.StatusConflict, "key_reused", "This Idempotency-Key was used for another request; nothing was done."},
	{act.ErrConflict, http.StatusConflict, "conflict", "Somebody changed it in the meantime; nothing was done. Reload and decide again."},
	{act.ErrRefused, http.StatusConflict, "refused", "The rules do not allow this now; nothing was done."},
	{act.ErrUnavailable, http.StatusServiceUnavailable, "unavailable", "Part of the system is away for the moment. Nothing was lost; send it again with the same Idempotency-Key."},
	{context.DeadlineExceeded, http.StatusServiceUnavailable, "unavailable", "It took too long. Send it again with the same Idempotency-Key."},
	{context.Canceled, http.StatusServiceUnavailable, "stopping", "This server is stopping. Send it again with the same Idempotency-Key; another one answers."},
}

// problemOf turns any error into what the outside sees. What it does not know
// is a 500 whose text stays in the log.
func problemOf(err error) *Problem {
	if p, ok := errors.AsType[*Problem](err); ok {
		return p
	}
	if e, ok := errors.AsType[*fiber.Error](err); ok {
		return statusProblem(e.Code)
	}
	if refused, ok := errors.AsType[rail.Refused](err); ok {
		p := newProblem(http.StatusUnprocessableEntity, "file_refused", "The file was refused and nothing of it was loaded; its faults are listed by line.")
		p.Faults = refused
		return p
	}
	for _, k := range kinds {
		if !errors.Is(err, k.kind) {
			continue
		}
		p := newProblem(k.status, k.code, k.detail)
		if f, ok := errors.AsType[*act.Fault](err); ok {
			p = newProblem(k.status, f.Code, f.Detail)
			p.Field, p.Args = f.Field, f.Args
		}
		if k.status == http.StatusServiceUnavailable {
			p.retryAfter = unavailableFor
		}
		return p
	}
	return internalProblem()
}

// internalProblem is all that a fault of ours tells outside.
func internalProblem() *Problem {
	return newProblem(http.StatusInternalServerError, "internal", "Something went wrong on our side and was written down; nothing was done. Try again.")
}

// statusProblem gives the statuses that Fiber itself answers with our shape.
func statusProblem(status int) *Problem {
	switch status {
	case http.StatusNotFound:
		return newProblem(status, "not_found", "There is no such address, or it is not yours to see or do.")
	case http.StatusMethodNotAllowed:
		return newProblem(status, "method_not_allowed", "This address knows no such method.")
	case http.StatusRequestEntityTooLarge:
		return newProblem(status, "too_large", "The body is larger than 256 KiB; send photos in parts of at most 200 kB.")
	case http.StatusRequestHeaderFieldsTooLarge:
		return newProblem(status, "headers_too_large", "The headers are longer than 8 KiB.")
	case http.StatusRequestTimeout:
		return newProblem(status, "too_slow", "The request took too long to arrive.")
	case http.StatusBadRequest:
		return newProblem(status, "unparseable", "The request could not be parsed; nothing was done.")
	case http.StatusUnsupportedMediaType:
		return newProblem(status, "unsupported_media_type", "Send JSON with Content-Type: application/json.")
	default:
		if status >= http.StatusInternalServerError {
			return internalProblem()
		}
		return newProblem(status, "refused", "The request was refused; nothing was done.")
	}
}

// answerError is Fiber's error handler: whatever ends a request that no
// operation has answered.
func (s *Server) answerError(c *fiber.Ctx, err error) error {
	p := problemOf(err)
	s.logProblem(c.UserContext(), c.Method(), c.Route().Path, p, err)
	for name, values := range p.GetHeaders() {
		c.Set(name, values[0])
	}
	return c.Status(p.Status).JSON(p, problemType)
}

// logProblem writes down what is our fault. The path is the route's pattern:
// the real one may hold what somebody typed.
func (s *Server) logProblem(ctx context.Context, method, pattern string, p *Problem, err error) {
	if p.Status >= http.StatusInternalServerError {
		level := slog.LevelError
		if p.Status == http.StatusServiceUnavailable {
			level = slog.LevelWarn
		}
		s.deps.Logger.Log(ctx, level, "request failed", "method", method, "route", pattern, "code", p.Code, "error", err)
	}
}
