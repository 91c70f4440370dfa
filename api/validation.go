package api

import (
	"fmt"
	"net/http"
	"strings"
	"sync"

	"github.com/danielgtaylor/huma/v2"
)

// useProblems replaces huma's errors by ours, once for the process, since huma
// keeps them in package variables. Its own answer echoes the offending value.
var useProblems = sync.OnceFunc(func() {
	huma.ValidateStrictCasing = true // "Version" is not "version"
	huma.NewError = func(status int, message string, errs ...error) huma.StatusError {
		return problemFromHuma(status, message, errs)
	}
	huma.NewErrorWithContext = func(_ huma.Context, status int, message string, errs ...error) huma.StatusError {
		return problemFromHuma(status, message, errs)
	}
})

// problemFromHuma is a request that huma has refused before a handler saw it.
func problemFromHuma(status int, _ string, errs []error) *Problem {
	if status != http.StatusUnprocessableEntity {
		return statusProblem(status)
	}
	p := newProblem(status, "validation_failed", "Some fields are missing, unknown or wrong; nothing was done. The list tells which.")
	for _, err := range errs {
		detail := &huma.ErrorDetail{Message: "is wrong"}
		if d, ok := err.(huma.ErrorDetailer); ok {
			detail = d.ErrorDetail()
		}
		p.Errors = append(p.Errors, FieldProblem{Location: plainLocation(detail.Location), Message: plainMessage(detail)})
	}
	if len(p.Errors) == 1 {
		_, p.Field, _ = strings.Cut(p.Errors[0].Location, ".")
	}
	return p
}

// plainLocation keeps the names of fields and hides what somebody may have put
// in their place: {"11010119…": 1} is an unknown field too.
func plainLocation(location string) string {
	parts := strings.Split(location, ".")
	for i, part := range parts {
		name, _, _ := strings.Cut(part, "[")
		if !plainName(name) {
			parts[i] = "?"
		}
	}
	return strings.Join(parts, ".")
}

// plainName reports whether a text looks like the name of a field.
func plainName(s string) bool {
	digits := 0
	for _, r := range s {
		switch {
		case r >= '0' && r <= '9':
			digits++
		case r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z', r == '_', r == '-':
		default:
			return false
		}
	}
	return s != "" && len(s) <= 40 && digits <= 4
}

// plainMessage drops the tail in which some of huma's messages quote the value,
// and the whole message where it still does.
func plainMessage(d *huma.ErrorDetail) string {
	message, _, _ := strings.Cut(d.Message, ": ")
	if value := fmt.Sprint(d.Value); d.Value != nil && value != "" && strings.Contains(message, value) {
		return "is wrong"
	}
	return message
}
