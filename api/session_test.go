package api_test

import (
	"net/http"
	"strconv"
	"strings"
	"testing"

	"github.com/google/uuid"

	"example.org/hotline/api"
)

func TestSignInAndOut(t *testing.T) {
	h := newHouse(t)
	worker := h.signIn("worker")
	me := decode[api.Me](t, worker.get("/session"))
	if me.Role != "worker" || me.AreaName != "甲镇" || me.Area != township || len(me.Acts) == 0 {
		t.Errorf("me = %+v", me)
	}
	if out := worker.send(http.MethodDelete, "/session", nil, http.Header{"Idempotency-Key": {uuid.NewString()}}); out.status != http.StatusNoContent {
		t.Fatalf("sign out: %d %s", out.status, out.body)
	}
	if again := worker.get("/session"); again.status != http.StatusUnauthorized || again.code() != "sign_in_required" {
		t.Errorf("after signing out: %d %s", again.status, again.body)
	}
	if none := (client{h: h}).get("/tickets"); none.status != http.StatusUnauthorized {
		t.Errorf("without a session: %d", none.status)
	}
}

func TestCookie(t *testing.T) {
	signIn := func(h *house) string {
		a := client{h: h}.send(http.MethodPost, "/session", map[string]string{"login": "worker", "password": password}, nil)
		return a.header.Get("Set-Cookie")
	}
	plain := signIn(newHouse(t))
	if !strings.HasPrefix(plain, "hotline_session=") || strings.Contains(plain, "Secure") {
		t.Errorf("on http: %q", plain)
	}
	secure := signIn(newHouse(t, func(c *api.Config, _ *api.Deps) { c.Origin, c.Dev = "https://hotline.example", false }))
	for _, part := range []string{"__Host-hotline_session=", "; Path=/", "; HttpOnly", "; Secure", "; SameSite=Strict"} {
		if !strings.Contains(secure, part) {
			t.Errorf("on https %q lacks %q", secure, part)
		}
	}
}

// A wrong password, an unknown login and, after five of them, a locked login.
func TestLockOut(t *testing.T) {
	h := newHouse(t)
	try := func(login, word string) reply {
		return client{h: h}.send(http.MethodPost, "/session", map[string]string{"login": login, "password": word}, nil)
	}
	for _, login := range []string{"worker", "nobody.here"} {
		for range 5 {
			if a := try(login, "wrong"); a.status != http.StatusUnauthorized || a.code() != "sign_in_failed" {
				t.Fatalf("%s: %d %s", login, a.status, a.body)
			}
		}
		locked := try(login, password)
		wait, err := strconv.Atoi(locked.header.Get("Retry-After"))
		if locked.status != http.StatusTooManyRequests || err != nil || wait < 1 || wait > 900 {
			t.Errorf("%s locked out: %d, Retry-After %q", login, locked.status, locked.header.Get("Retry-After"))
		}
	}
	if a := try("worker.b", password); a.status != http.StatusOK {
		t.Errorf("somebody else: %d %s", a.status, a.body)
	}
	if strings.Contains(string(try("worker", "wrong").body), "worker") {
		t.Error("the answer repeats the login")
	}
}

// Guesses that arrive together are counted before any of them is looked at.
func TestLockOutOfParallelGuesses(t *testing.T) {
	h := newHouse(t)
	statuses := inParallel(20, func(int) int {
		return client{h: h}.send(http.MethodPost, "/session", map[string]string{"login": "worker", "password": "wrong"}, nil).status
	})
	if statuses[http.StatusUnauthorized] != 5 || statuses[http.StatusTooManyRequests] != 15 {
		t.Errorf("of 20 guesses: %v, want 5 looked at", statuses)
	}
}

func TestForeignOrigin(t *testing.T) {
	h := newHouse(t, func(c *api.Config, _ *api.Deps) { c.Origin, c.Dev = "https://hotline.example", false })
	worker := h.signIn("worker")
	for origin, want := range map[string]int{"": 200, "https://hotline.example": 200, "https://evil.example": 403, "null": 403, "http://127.0.0.1:80": 403} {
		header := http.Header{}
		if origin != "" {
			header.Set("Origin", origin)
		}
		if a := worker.send(http.MethodGet, "/session", nil, header); a.status != want {
			t.Errorf("Origin %q: %d, want %d", origin, a.status, want)
		}
	}
}

// inParallel runs fn n times at once and counts what it returned.
func inParallel[T comparable](n int, fn func(int) T) map[T]int {
	results := make(chan T)
	for i := range n {
		go func() { results <- fn(i) }()
	}
	counts := map[T]int{}
	for range n {
		counts[<-results]++
	}
	return counts
}

// What is signed for money asks for a password that was given lately. Giving it
// again is enough, a wrong one is counted like any other, and nothing else asks.
func TestASignatureAsksForAFreshPassword(t *testing.T) {
	h := newHouse(t)
	h.fund()
	worker, head := h.signIn("worker"), h.signIn("township_head")
	id, page := h.story(worker, 80_000)
	page = decode[api.Ticket](t, worker.post("/tickets/"+id+"/disbursements", map[string]any{"decision_id": page.Decisions[0].ID, "amount_fen": 80_000}))
	sign := func() reply {
		return head.post("/disbursements/"+page.Disbursements[0].ID+"/second-signature", map[string]any{"content_hash": page.Disbursements[0].ContentHash})
	}
	prove := func(with string) reply {
		return head.send(http.MethodPost, "/session/proof", map[string]string{"password": with}, nil)
	}
	h.count(`WITH old AS (UPDATE sessions SET proved_at = proved_at - interval '16 minutes' RETURNING 1) SELECT count(*) FROM old`)
	if got := sign(); got.status != http.StatusForbidden || got.code() != "fresh_sign_in_required" {
		t.Fatalf("a signature by a password of long ago: %d %s", got.status, got.body)
	}
	if got := head.post("/ledger/advances/"+page.Disbursements[0].ID+"/signature", nil); got.code() != "fresh_sign_in_required" {
		t.Errorf("cash that changes hands by a password of long ago: %d %s", got.status, got.body)
	}
	if got := head.get("/tickets/" + id); got.status != http.StatusOK {
		t.Errorf("reading asks for it, too: %d %s", got.status, got.body)
	}
	if got := prove("not the password"); got.status != http.StatusUnprocessableEntity || got.code() != "password_wrong" {
		t.Errorf("a wrong password: %d %s", got.status, got.body)
	}
	if got := sign(); got.code() != "fresh_sign_in_required" {
		t.Errorf("after a wrong password: %d %s", got.status, got.body)
	}
	if got := prove(password); got.status != http.StatusNoContent {
		t.Errorf("the password: %d %s", got.status, got.body)
	}
	if got := decode[api.Ticket](t, sign()); got.Disbursements[0].SecondSigner != "township_head" {
		t.Errorf("signed: %+v", got.Disbursements[0])
	}
	for range signInFailures {
		prove("not the password")
	}
	if got := prove(password); got.status != http.StatusTooManyRequests || got.code() != "locked_out" {
		t.Errorf("guessing at it: %d %s", got.status, got.body)
	}
}

// signInFailures is after how many failures a login waits.
const signInFailures = 5
