package bankhttp_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/rsa"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"example.org/hotline/ledger/rail"
	"example.org/hotline/ledger/rail/bankhttp"
)

const secret = "0123456789abcdef0123456789abcdef"

var clock = time.Date(2026, 10, 12, 9, 0, 0, 0, time.UTC)

func now() time.Time { return clock }

func mac(t testing.TB, secret string) bankhttp.Signer {
	t.Helper()
	s, err := bankhttp.NewHMAC(secret)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// bank is a server that answers as a test wants; it always reads the request whole first.
type bank struct {
	t      *testing.T
	signer bankhttp.Signer
	mu     sync.Mutex
	seen   []string
	behave func(b *bank, w http.ResponseWriter, r *http.Request, body []byte)
}

func (b *bank) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil || !bankhttp.VerifyRequest(r, body, b.signer, clock) {
		w.WriteHeader(http.StatusUnauthorized)
		return
	}
	b.mu.Lock()
	b.seen = append(b.seen, r.Method+" "+r.URL.Path+" "+string(body))
	b.mu.Unlock()
	b.behave(b, w, r, body)
}

func (b *bank) requests() []string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return slices.Clone(b.seen)
}

// answer signs an answer and writes it.
func (b *bank) answer(w http.ResponseWriter, r *http.Request, signer bankhttp.Signer, at time.Time, status int, body string) {
	if err := bankhttp.WriteAnswer(w, r, signer, at, status, []byte(body)); err != nil {
		b.t.Errorf("the bank cannot answer: %v", err)
	}
}

// says answers with a signed status and body.
func says(status int, body string) func(*bank, http.ResponseWriter, *http.Request, []byte) {
	return func(b *bank, w http.ResponseWriter, r *http.Request, _ []byte) {
		b.answer(w, r, b.signer, clock, status, body)
	}
}

func serve(t *testing.T, signer bankhttp.Signer, behave func(*bank, http.ResponseWriter, *http.Request, []byte)) (*bank, *httptest.Server) {
	t.Helper()
	b := &bank{t: t, signer: signer, behave: behave}
	srv := httptest.NewUnstartedServer(b)
	srv.Config.ErrorLog = log.New(io.Discard, "", 0)
	srv.Start()
	t.Cleanup(srv.Close)
	return b, srv
}

func client(t *testing.T, url string, signer bankhttp.Signer) *bankhttp.Client {
	t.Helper()
	c, err := bankhttp.New(bankhttp.Settings{URL: url + "/v1", KeyID: "k1", Signer: signer, Timeout: 10 * time.Second, Now: now})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

var sent = rail.File{Batch: "20261012-0001", Name: "DF_1.txt", Type: "text/plain", Body: []byte("H|20261012-0001\n")}

const taken = `{"batch":"20261012-0001","status":"accepted","reference":"B-77"}`

// Every answer a bank can give, and what is known after it. Only what it has
// signed for this request is an answer.
func TestWhatIsKnownAfterAnAnswer(t *testing.T) {
	other := mac(t, strings.Repeat("x", 32))
	for _, test := range []struct {
		name   string
		behave func(*bank, http.ResponseWriter, *http.Request, []byte)
		want   bankhttp.Outcome
		code   string
	}{
		{"accepted", says(200, taken), bankhttp.Accepted, ""},
		{"accepted, to be read later", says(202, taken), bankhttp.Accepted, ""},
		{"sent twice", says(409, taken), bankhttp.Accepted, ""},
		{"refused", says(422, `{"batch":"20261012-0001","status":"refused","code":"SUM"}`), bankhttp.Refused, "SUM"},
		{"refused in a good mood", says(200, `{"batch":"20261012-0001","status":"refused","code":"SUM"}`), bankhttp.Refused, "SUM"},
		{"accepted, yet a failure", says(400, taken), bankhttp.Unknown, bankhttp.WhyUnclear},
		{"too busy", says(429, `{"batch":"20261012-0001","status":"refused","code":"BUSY"}`), bankhttp.Unknown, "BUSY"},
		{"gave up waiting", says(408, `{"batch":"20261012-0001","status":"refused"}`), bankhttp.Unknown, bankhttp.WhyUnclear},
		{"of another batch", says(200, `{"batch":"20261012-0002","status":"accepted"}`), bankhttp.Unknown, bankhttp.WhyUnclear},
		{"of another word", says(200, `{"batch":"20261012-0001","status":"received"}`), bankhttp.Unknown, bankhttp.WhyUnclear},
		{"it knows none", says(404, `{"batch":"20261012-0001","status":"unknown","code":"UNKNOWN"}`), bankhttp.Unknown, bankhttp.WhyNotThere},
		{"it knows none, and yet it is well", says(200, `{"batch":"20261012-0001","status":"unknown","code":"UNKNOWN"}`), bankhttp.Unknown, "UNKNOWN"},
		{"no JSON", says(200, "<html>ok</html>"), bankhttp.Unknown, bankhttp.WhyUnclear},
		{"nothing", says(200, ""), bankhttp.Unknown, bankhttp.WhyUnclear},
		{"a signed failure of the server", says(500, taken), bankhttp.Unknown, bankhttp.WhyStatus},
		{"a proxy's failure", func(_ *bank, w http.ResponseWriter, _ *http.Request, _ []byte) { w.WriteHeader(http.StatusBadGateway) }, bankhttp.Unknown, bankhttp.WhyStatus},
		{"unsigned acceptance", func(_ *bank, w http.ResponseWriter, _ *http.Request, _ []byte) { _, _ = io.WriteString(w, taken) }, bankhttp.Unknown, bankhttp.WhyUnsigned},
		{"unsigned refusal", func(_ *bank, w http.ResponseWriter, _ *http.Request, _ []byte) {
			w.WriteHeader(http.StatusBadRequest)
			_, _ = io.WriteString(w, `{"batch":"20261012-0001","status":"refused"}`)
		}, bankhttp.Unknown, bankhttp.WhyUnsigned},
		{"signed by somebody else", func(b *bank, w http.ResponseWriter, r *http.Request, _ []byte) {
			b.answer(w, r, other, clock, 200, taken)
		}, bankhttp.Unknown, bankhttp.WhySignature},
		{"an old answer played again", func(b *bank, w http.ResponseWriter, r *http.Request, _ []byte) {
			r.Header.Set(bankhttp.HeaderNonce, "00000000000000000000000000000000")
			b.answer(w, r, b.signer, clock, 200, taken)
		}, bankhttp.Unknown, bankhttp.WhySignature},
		{"a status changed on the way", func(b *bank, w http.ResponseWriter, r *http.Request, _ []byte) {
			rec := httptest.NewRecorder()
			b.answer(rec, r, b.signer, clock, 422, taken)
			for name := range rec.Header() {
				w.Header().Set(name, rec.Header().Get(name))
			}
			_, _ = io.WriteString(w, taken)
		}, bankhttp.Unknown, bankhttp.WhySignature},
		{"a clock of another day", func(b *bank, w http.ResponseWriter, r *http.Request, _ []byte) {
			b.answer(w, r, b.signer, clock.Add(6*time.Minute), 200, taken)
		}, bankhttp.Unknown, bankhttp.WhyClock},
		{"sent elsewhere", func(_ *bank, w http.ResponseWriter, r *http.Request, _ []byte) {
			http.Redirect(w, r, "/v2/", http.StatusTemporaryRedirect)
		}, bankhttp.Unknown, bankhttp.WhyUnsigned},
		{"cut after the request was read", cut, bankhttp.Unknown, bankhttp.WhyCut},
		{"cut in the answer", func(b *bank, w http.ResponseWriter, r *http.Request, body []byte) {
			w.Header().Set("Content-Length", "1000")
			says(200, taken)(b, w, r, body)
		}, bankhttp.Unknown, bankhttp.WhyCut},
		{"without end", func(_ *bank, w http.ResponseWriter, _ *http.Request, _ []byte) {
			for part := bytes.Repeat([]byte("a"), 1<<20); ; {
				if _, err := w.Write(part); err != nil {
					return
				}
			}
		}, bankhttp.Unknown, bankhttp.WhyTooLarge},
	} {
		t.Run(test.name, func(t *testing.T) {
			b, srv := serve(t, mac(t, secret), test.behave)
			got := client(t, srv.URL, b.signer).Send(t.Context(), sent)
			if got.Outcome != test.want || got.Code != test.code {
				t.Errorf("%s %q, want %s %q", got.Outcome, got.Code, test.want, test.code)
			}
			if reqs := b.requests(); len(reqs) != 1 || reqs[0] != "POST /v1/batches/20261012-0001 H|20261012-0001\n" {
				t.Errorf("the bank got %q: one request, no retry of our own", reqs)
			}
		})
	}
}

func cut(_ *bank, w http.ResponseWriter, _ *http.Request, _ []byte) {
	conn, _, err := http.NewResponseController(w).Hijack()
	if err == nil {
		_ = conn.Close()
	}
}

func TestABankThatDoesNotAnswer(t *testing.T) {
	waiting := make(chan struct{})
	b, srv := serve(t, mac(t, secret), func(_ *bank, _ http.ResponseWriter, r *http.Request, _ []byte) {
		close(waiting)
		<-r.Context().Done()
	})
	ctx, cancel := context.WithCancel(t.Context())
	go func() { <-waiting; cancel() }() // given up only once the bank has it all
	if got := client(t, srv.URL, b.signer).Send(ctx, sent); got.Outcome != bankhttp.Unknown || got.Code != bankhttp.WhyTimeout {
		t.Errorf("%s %q", got.Outcome, got.Code)
	}
}

func TestTheTimeoutOfTheSettings(t *testing.T) {
	b, srv := serve(t, mac(t, secret), func(_ *bank, _ http.ResponseWriter, r *http.Request, _ []byte) { <-r.Context().Done() })
	c, err := bankhttp.New(bankhttp.Settings{URL: srv.URL, KeyID: "k1", Signer: b.signer, Timeout: time.Second, Now: now})
	if err != nil {
		t.Fatal(err)
	}
	if got := c.Query(t.Context(), sent.Batch); got.Outcome != bankhttp.Unknown || got.Code != bankhttp.WhyTimeout {
		t.Errorf("%s %q", got.Outcome, got.Code)
	}
}

func TestABankThatIsNotThere(t *testing.T) {
	_, srv := serve(t, mac(t, secret), says(200, taken))
	srv.Close()
	if got := client(t, srv.URL, mac(t, secret)).Send(t.Context(), sent); got.Outcome != bankhttp.NotSent || got.Code != bankhttp.WhyDial {
		t.Errorf("%s %q", got.Outcome, got.Code)
	}
}

// After an unknown outcome the bank is asked, and the same batch may be sent
// again: the bank has it once.
func TestUnknownThenAsked(t *testing.T) {
	held := map[string]int{}
	b, srv := serve(t, mac(t, secret), func(b *bank, w http.ResponseWriter, r *http.Request, body []byte) {
		b.mu.Lock()
		first := held[sent.Batch] == 0
		if r.Method == http.MethodPost {
			held[sent.Batch] = 1
		}
		b.mu.Unlock()
		switch {
		case r.Method == http.MethodPost && first:
			cut(b, w, r, body) // taken, and the answer lost
		case r.Method == http.MethodPost:
			says(409, taken)(b, w, r, body)
		case first:
			says(404, `{"batch":"20261012-0001","status":"absent","code":"NONE"}`)(b, w, r, body)
		default:
			says(200, taken)(b, w, r, body)
		}
	})
	c := client(t, srv.URL, b.signer)
	steps := []bankhttp.Answer{c.Query(t.Context(), sent.Batch), c.Send(t.Context(), sent), c.Query(t.Context(), sent.Batch), c.Send(t.Context(), sent)}
	want := []bankhttp.Outcome{bankhttp.Unknown, bankhttp.Unknown, bankhttp.Accepted, bankhttp.Accepted}
	for i, got := range steps {
		if got.Outcome != want[i] {
			t.Errorf("step %d: %s %q, want %s", i, got.Outcome, got.Code, want[i])
		}
	}
	if steps[0].Code != "NONE" || steps[2].Reference != "B-77" || held[sent.Batch] != 1 {
		t.Errorf("%+v, held %v", steps, held)
	}
}

func TestReturnsAreFetched(t *testing.T) {
	var status int
	var body string
	b, srv := serve(t, mac(t, secret), func(b *bank, w http.ResponseWriter, r *http.Request, _ []byte) { says(status, body)(b, w, r, nil) })
	c := client(t, srv.URL, b.signer)
	for _, test := range []struct {
		status int
		body   string
		want   bankhttp.Outcome
		code   string
	}{{200, "R|1\n", bankhttp.Accepted, ""}, {404, "", bankhttp.Unknown, "no_return_yet"}, {200, "", bankhttp.Unknown, bankhttp.WhyUnclear},
		{403, "no", bankhttp.Unknown, bankhttp.WhyUnclear}, {503, "R|1\n", bankhttp.Unknown, bankhttp.WhyStatus}} {
		status, body = test.status, test.body
		got := c.Returns(t.Context(), sent.Batch)
		if got.Outcome != test.want || got.Code != test.code || test.want == bankhttp.Accepted && string(got.Body) != test.body || test.want != bankhttp.Accepted && got.Body != nil {
			t.Errorf("%d: %s %q %q", test.status, got.Outcome, got.Code, got.Body)
		}
	}
	if got := b.requests()[0]; got != "GET /v1/batches/20261012-0001/return " {
		t.Error(got)
	}
}

func TestOverTLSWithRSA(t *testing.T) {
	ours, theirs := pair(t, 2048), pair(t, 2048)
	own, err := bankhttp.NewRSA(privatePEM(t, ours), publicPEM(t, theirs))
	if err != nil {
		t.Fatal(err)
	}
	bankSide, err := bankhttp.NewRSA(privatePEM(t, theirs), publicPEM(t, ours))
	if err != nil {
		t.Fatal(err)
	}
	b := &bank{t: t, signer: bankSide, behave: says(200, taken)}
	srv := httptest.NewUnstartedServer(b)
	srv.Config.ErrorLog = log.New(io.Discard, "", 0)
	srv.StartTLS()
	t.Cleanup(srv.Close)
	settings := bankhttp.Settings{URL: srv.URL, KeyID: "k1", Signer: own, Timeout: 10 * time.Second, Now: now}
	stranger, err := bankhttp.New(settings)
	if err != nil {
		t.Fatal(err)
	}
	if got := stranger.Send(t.Context(), sent); got.Outcome != bankhttp.NotSent {
		t.Errorf("a bank nobody vouches for: %s %q", got.Outcome, got.Code)
	}
	roots := x509.NewCertPool()
	roots.AddCert(srv.Certificate())
	settings.TLS = &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12}
	c, err := bankhttp.New(settings)
	if err != nil {
		t.Fatal(err)
	}
	if got := c.Send(t.Context(), sent); got.Outcome != bankhttp.Accepted || got.Reference != "B-77" {
		t.Errorf("%s %q", got.Outcome, got.Code)
	}
	if len(b.requests()) != 1 {
		t.Error("the stranger was sent the batch too")
	}
	if all := fmt.Sprintf("%v %+v %#v %v", own, own, own, settings); strings.Contains(all, ours.D.String()) || strings.Contains(all, fmt.Sprint(ours.Primes[0])) {
		t.Error("the key was printed")
	}
}

func pair(t *testing.T, bits int) *rsa.PrivateKey {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, bits)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func privatePEM(t *testing.T, key *rsa.PrivateKey) string {
	t.Helper()
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}))
}

func publicPEM(t *testing.T, key *rsa.PrivateKey) string {
	t.Helper()
	der, err := x509.MarshalPKIXPublicKey(&key.PublicKey)
	if err != nil {
		t.Fatal(err)
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der}))
}
