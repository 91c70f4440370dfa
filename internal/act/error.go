package act

import (
	"errors"
	"fmt"
	"strings"
)

// The kinds of error an act can end with. One place (api) turns them into HTTP
// statuses; everything else wraps them with %w.
var (
	ErrInvalid     = errors.New("invalid input")              // 422: the request is wrong and repeating it will not help
	ErrNotFound    = errors.New("not found")                  // 404: also what lies outside the actor's scope or role
	ErrConflict    = errors.New("changed in the meantime")    // 409: stale version, or somebody was first
	ErrKeyReused   = errors.New("idempotency key reused")     // 409: same key, other body
	ErrRefused     = errors.New("not allowed now")            // 409: a rule of the domain forbids it in this state
	ErrUnavailable = errors.New("temporarily unavailable")    // 503: a dependency is away; nothing was changed
	ErrSignIn      = errors.New("sign-in required or failed") // 401
)

// Fault is an error with a stable code and what the person should do. It wraps
// one of the kinds above. Detail never repeats the offending value, which may
// be an identity number.
type Fault struct {
	Kind   error  // one of the sentinels above
	Code   string // stable, snake_case: "already_taken"; the console translates it
	Detail string // one sentence in English: what happened, what was kept, what to do
	Field  string // JSON name of the field at fault, if one is
	Args   map[string]any
}

func (f *Fault) Error() string {
	var b strings.Builder
	b.WriteString(f.Code)
	if f.Field != "" {
		fmt.Fprintf(&b, " (%s)", f.Field)
	}
	if f.Detail != "" {
		b.WriteString(": ")
		b.WriteString(f.Detail)
	}
	return b.String()
}

// Unwrap makes errors.Is(err, act.ErrConflict) work.
func (f *Fault) Unwrap() error { return f.Kind }

// Invalid is a Fault about one field.
func Invalid(field, code, detail string) *Fault {
	return &Fault{Kind: ErrInvalid, Code: code, Field: field, Detail: detail}
}

// Refused is a Fault about a rule that forbids the act in the present state.
func Refused(code, detail string) *Fault {
	return &Fault{Kind: ErrRefused, Code: code, Detail: detail}
}

// NotInState is the Fault of a transition that a table does not have: what is in
// state cannot take the act.
func NotInState[S, A ~string](what string, state S, act A) *Fault {
	return &Fault{Kind: ErrRefused, Code: "not_in_this_state",
		Detail: fmt.Sprintf("The %s is %s and cannot take the act %q; reload it to see what it can.", what, state, act),
		Args:   map[string]any{"state": state, "act": act}}
}

// Conflict is a Fault about somebody having been first.
func Conflict(code, detail string) *Fault {
	return &Fault{Kind: ErrConflict, Code: code, Detail: detail}
}

// NotFound is a Fault that hides whether the thing exists.
func NotFound(what string) *Fault {
	return &Fault{Kind: ErrNotFound, Code: "not_found", Detail: "No such " + what + ", or it is not yours to see or do."}
}
