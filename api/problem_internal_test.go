package api

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/gofiber/fiber/v2"

	"example.org/hotline/internal/act"
)

// Every kind of error has one status, and what is unknown stays inside.
func TestErrorBecomesStatus(t *testing.T) {
	tests := []struct {
		err    error
		status int
		code   string
		retry  bool
	}{
		{act.ErrSignIn, 401, "sign_in_required", false},
		{&act.Fault{Kind: act.ErrSignIn, Code: "sign_in_failed"}, 401, "sign_in_failed", false},
		{act.NotFound("ticket"), 404, "not_found", false},
		{fmt.Errorf("find ticket: %w", act.ErrNotFound), 404, "not_found", false},
		{act.Invalid("area", "bad_area", "An area code has 12 digits."), 422, "bad_area", false},
		{act.Conflict("stale_version", "Reload."), 409, "stale_version", false},
		{fmt.Errorf("save: %w", act.ErrConflict), 409, "conflict", false},
		{act.Refused("clock_running", "A clock runs."), 409, "clock_running", false},
		{&act.Fault{Kind: act.ErrKeyReused, Code: "key_reused"}, 409, "key_reused", false},
		{fmt.Errorf("begin: %w: %w", act.ErrUnavailable, errors.New("dial tcp: refused")), 503, "unavailable", true},
		{fmt.Errorf("wait: %w", context.DeadlineExceeded), 503, "unavailable", true},
		{context.Canceled, 503, "stopping", true},
		{fiber.ErrNotFound, 404, "not_found", false},
		{fiber.ErrMethodNotAllowed, 405, "method_not_allowed", false},
		{fiber.ErrRequestEntityTooLarge, 413, "too_large", false},
		{fiber.ErrRequestHeaderFieldsTooLarge, 431, "headers_too_large", false},
		{fiber.ErrRequestTimeout, 408, "too_slow", false},
		{fiber.NewError(400, `error when parsing "GET /11010119900307`+"..."), 400, "unparseable", false},
		{errors.New("duplicate key 110101199003070000"), 500, "internal", false},
	}
	for _, tt := range tests {
		p := problemOf(tt.err)
		if p.Status != tt.status || p.Code != tt.code || p.Type != "urn:hotline:problem:"+tt.code {
			t.Errorf("%v became %d %s, want %d %s", tt.err, p.Status, p.Code, tt.status, tt.code)
		}
		if got := p.GetHeaders().Get("Retry-After") != ""; got != tt.retry {
			t.Errorf("%v: Retry-After is there: %v, want %v", tt.err, got, tt.retry)
		}
	}
	for _, kind := range []error{act.ErrInvalid, act.ErrNotFound, act.ErrConflict, act.ErrKeyReused, act.ErrRefused, act.ErrUnavailable, act.ErrSignIn} {
		if problemOf(kind).Status == 500 {
			t.Errorf("the kind %v has no status of its own", kind)
		}
	}
	p := problemOf(act.Invalid("amount_fen", "too_much", "At most 1000.00."))
	if p.Field != "amount_fen" || p.Detail != "At most 1000.00." {
		t.Errorf("a fault lost its field or detail: %+v", p)
	}
}

func TestLocationsHideWhatWasTyped(t *testing.T) {
	for location, want := range map[string]string{
		"body.amount_fen": "body.amount_fen", "body.visitors[0]": "body.visitors[0]", "body.990101199003070011": "body.?",
		"body.张三": "body.?", "query.cursor": "query.cursor", "body.a b": "body.?", "body": "body", "body.x.990101199003070011": "body.x.?",
	} {
		if got := plainLocation(location); got != want {
			t.Errorf("plainLocation(%q) = %q, want %q", location, got, want)
		}
	}
}
