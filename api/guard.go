package api

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"net"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"example.org/hotline/area"
	"example.org/hotline/internal/act"
)

// request is what the guard knows of a request once it has let it in. It holds
// copies only, so that a stream may keep it.
type request struct {
	staff area.Staff
	actor act.Actor
	token []byte // hash of the session's token
	key   act.IdempotencyKey
	body  []byte // hash of the canonical body
	path  string // method and path, by which a key is bound to its act
}

type requestKey struct{}

// requestOf is the request that the guard has let in; the zero request on a
// route without a session.
func requestOf(ctx context.Context) request {
	r, _ := ctx.Value(requestKey{}).(request)
	return r
}

// guard stands before the handler of a route: origin, session, role, characters
// that cannot be kept and Idempotency-Key, in this order, before the body is
// looked at for what it says.
func (s *Server) guard(r *route) fiber.Handler {
	return func(c *fiber.Ctx) error {
		if err := s.checkOrigin(c); err != nil {
			return err
		}
		var req request
		if !r.open {
			var err error
			if req, err = s.admit(c, r); err != nil {
				return err
			}
		}
		if holdsNul(c.Body()) {
			return act.Invalid("", "zero_character", "A text holds the character of code zero, which cannot be kept; remove it. Nothing was done.")
		}
		if r.needsKey() {
			req.key = act.IdempotencyKey(c.Get(headerKey))
			if err := checkKey(req.key); err != nil {
				return err
			}
			req.body = canonicalHash(c.Body())
		}
		req.path = c.Method() + " " + c.Path()
		c.SetUserContext(context.WithValue(c.UserContext(), requestKey{}, req))
		return c.Next()
	}
}

// holdsNul reports whether a text of a JSON body holds U+0000, which PostgreSQL
// keeps in no text. It looks closely only where the escape stands.
func holdsNul(body []byte) bool {
	if !bytes.Contains(body, []byte(`\u0000`)) {
		return false
	}
	var parsed any
	return json.Unmarshal(body, &parsed) == nil && nulWithin(parsed)
}

func nulWithin(v any) bool {
	switch v := v.(type) {
	case string:
		return strings.ContainsRune(v, 0)
	case []any:
		return slices.ContainsFunc(v, nulWithin)
	case map[string]any:
		for name, inner := range v {
			if nulWithin(name) || nulWithin(inner) {
				return true
			}
		}
	}
	return false
}

// freshSignIn is how long a password counts for what is signed for money.
const freshSignIn = 15 * time.Minute

// admit finds the session and asks whether its role may use the route. One that
// may not is told what a wrong address is told.
func (s *Server) admit(c *fiber.Ctx, r *route) (request, error) {
	token := c.Cookies(s.cookieName())
	if token == "" {
		return request{}, act.ErrSignIn
	}
	hash := tokenHash(token)
	staff, proved, err := s.deps.Sessions.Session(c.UserContext(), hash, s.cfg.SessionIdle, !r.background)
	if err != nil {
		return request{}, err
	}
	if !r.mayBeUsedBy(staff.Role) {
		return request{}, fiber.ErrNotFound
	}
	if r.fresh && proved > freshSignIn {
		return request{}, newProblem(http.StatusForbidden, "fresh_sign_in_required", "You gave your password too long ago for this; give it again at /session/proof and repeat the request. Nothing was done.")
	}
	return request{staff: staff, actor: actorOf(staff), token: hash}, nil
}

func actorOf(s area.Staff) act.Actor {
	return act.Actor{StaffID: s.ID, PostID: s.PostID, Name: s.Name, Role: s.Role, Area: s.Area}
}

// checkOrigin refuses what another site's page sends with our user's cookie.
// SameSite=Strict already keeps the cookie back; this is the second lock.
func (s *Server) checkOrigin(c *fiber.Ctx) error {
	origin := c.Get(fiber.HeaderOrigin)
	if origin == "" || origin == s.cfg.Origin || (s.cfg.Dev && loopbackOrigin(origin)) {
		return nil
	}
	return newProblem(http.StatusForbidden, "origin_refused", "The request comes from a page of another site; nothing was done.")
}

func loopbackOrigin(origin string) bool {
	u, err := url.Parse(origin)
	if err != nil {
		return false
	}
	host := u.Hostname()
	return host == "localhost" || net.ParseIP(host).IsLoopback()
}

const headerKey = "Idempotency-Key"

var keyForm = regexp.MustCompile(`^[A-Za-z0-9_-]{8,64}$`)

func checkKey(key act.IdempotencyKey) error {
	switch {
	case key == "":
		return act.Invalid(headerKey, "idempotency_key_required", "Send an Idempotency-Key (a new UUID for each act, the same one on a retry); nothing was done.")
	case !keyForm.MatchString(string(key)):
		return act.Invalid(headerKey, "idempotency_key_malformed", "An Idempotency-Key has 8 to 64 letters, digits, - or _; nothing was done.")
	default:
		return nil
	}
}

// canonicalHash is the same for bodies that say the same: the order of fields
// and the blanks between them do not count.
func canonicalHash(body []byte) []byte {
	var parsed any
	if json.Unmarshal(body, &parsed) == nil {
		if canonical, err := json.Marshal(parsed); err == nil {
			body = canonical
		}
	}
	sum := sha256.Sum256(body)
	return sum[:]
}

// tokenHash is all that the database keeps of a session's token.
func tokenHash(token string) []byte {
	sum := sha256.Sum256([]byte(token))
	return sum[:]
}

// tokenText is how a token travels in the cookie.
func tokenText(token []byte) string { return base64.RawURLEncoding.EncodeToString(token) }
