package bankhttp_test

import (
	"bytes"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"example.org/hotline/ledger/rail/bankhttp"
)

// TestSignatureOfARequest holds the signed text to what the bank's paper says,
// and one known signature to it.
func TestSignatureOfARequest(t *testing.T) {
	text := bankhttp.RequestText("POST", "/v1/batches/b1", "1791795600", "00ff", []byte("abc"))
	if want := "POST\n/v1/batches/b1\n1791795600\n00ff\nba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"; text != want {
		t.Errorf("%q", text)
	}
	got, err := mac(t, secret).Sign("abc")
	if err != nil || got != "pgyFmmgnxepXakjY02hnL7/kZnxqknQoKEoMs4WcwdY=" { // as openssl computes it
		t.Errorf("%q, %v", got, err)
	}
	if mac(t, strings.Repeat("x", 32)).Verify("abc", got) || mac(t, secret).Verify("abd", got) || mac(t, secret).Verify("abc", "") || mac(t, secret).Verify("abc", "!") {
		t.Error("a signature fits what it does not sign")
	}
}

func TestAChangedRequestIsNotOurs(t *testing.T) {
	s := mac(t, secret)
	body := []byte("H|1\n")
	for _, change := range []func(*http.Request){
		func(*http.Request) {},
		func(r *http.Request) { r.Method = "PUT" },
		func(r *http.Request) { r.URL.Path = "/v1/batches/b2" },
		func(r *http.Request) { r.URL.RawQuery = "x=1" },
		func(r *http.Request) { r.Header.Set(bankhttp.HeaderTime, "1791795601") },
		func(r *http.Request) { r.Header.Set(bankhttp.HeaderNonce, "00fe") },
		func(r *http.Request) { r.Header.Set(bankhttp.HeaderNonce, "") },
		func(r *http.Request) { r.Header.Set(bankhttp.HeaderAlgorithm, "none") },
		func(r *http.Request) { r.Header.Del(bankhttp.HeaderSignature) },
	} {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "http://127.0.0.1/v1/batches/b1", bytes.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		timestamp := fmt.Sprint(clock.Unix())
		signature, err := s.Sign(bankhttp.RequestText("POST", "/v1/batches/b1", timestamp, "00ff", body))
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set(bankhttp.HeaderTime, timestamp)
		r.Header.Set(bankhttp.HeaderNonce, "00ff")
		r.Header.Set(bankhttp.HeaderAlgorithm, s.Algorithm())
		r.Header.Set(bankhttp.HeaderSignature, signature)
		before := fmt.Sprint(r.Method, r.URL, r.Header)
		change(r)
		untouched := fmt.Sprint(r.Method, r.URL, r.Header) == before
		if bankhttp.VerifyRequest(r, body, s, clock) != untouched {
			t.Errorf("untouched: %v, and yet the other: %s %s %v", untouched, r.Method, r.URL, r.Header)
		}
		if bankhttp.VerifyRequest(r, []byte("H|2\n"), s, clock) || bankhttp.VerifyRequest(r, body, s, clock.Add(6*time.Minute)) {
			t.Error("another body or another time passed")
		}
	}
}

func TestSettingsThatAreRefused(t *testing.T) {
	good := bankhttp.Settings{URL: "https://bank.example/v1", KeyID: "k1", Signer: mac(t, secret), Timeout: time.Minute, Now: now}
	if _, err := bankhttp.New(good); err != nil {
		t.Fatal(err)
	}
	for name, spoil := range map[string]func(*bankhttp.Settings){
		"no URL":     func(s *bankhttp.Settings) { s.URL = "" },
		"no https":   func(s *bankhttp.Settings) { s.URL = "http://bank.example" },
		"a password": func(s *bankhttp.Settings) { s.URL = "https://a:b@bank.example" },
		"a query":    func(s *bankhttp.Settings) { s.URL = "https://bank.example?x=1" },
		"a file":     func(s *bankhttp.Settings) { s.URL = "file:///etc/passwd" },
		"no key":     func(s *bankhttp.Settings) { s.Signer = nil },
		"no key id":  func(s *bankhttp.Settings) { s.KeyID = "" },
		"no clock":   func(s *bankhttp.Settings) { s.Now = nil },
		"no time":    func(s *bankhttp.Settings) { s.Timeout = 0 },
		"for ever":   func(s *bankhttp.Settings) { s.Timeout = time.Hour },
	} {
		s := good
		spoil(&s)
		if c, err := bankhttp.New(s); err == nil || c != nil {
			t.Errorf("%s: accepted", name)
		}
	}
}

func TestKeysThatAreRefused(t *testing.T) {
	if _, err := bankhttp.NewHMAC("short"); err == nil || strings.Contains(err.Error(), "short\"") {
		t.Errorf("%v", err)
	}
	c, err := bankhttp.New(bankhttp.Settings{URL: "https://bank.example/v1", KeyID: "k1", Signer: mac(t, secret), Timeout: time.Minute, Now: now})
	if err != nil {
		t.Fatal(err)
	}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d"} {
		for _, what := range []any{mac(t, secret), []bankhttp.Signer{mac(t, secret)}, bankhttp.Settings{Signer: mac(t, secret)}, c, struct{ c *bankhttp.Client }{c}} {
			all := fmt.Sprintf(verb, what)
			for _, form := range []string{secret, fmt.Sprintf("%x", secret), fmt.Sprintf("%d", []byte(secret)), fmt.Sprintf("%#v", []byte(secret))} {
				if strings.Contains(all, form) || strings.Contains(all, strings.Trim(form, "[]")) {
					t.Errorf("%s of %T prints the secret", verb, what)
				}
			}
		}
	}
	weak, strong := pair(t, 1024), pair(t, 2048)
	for name, keys := range map[string][2]string{
		"no PEM":      {"x", publicPEM(t, strong)},
		"public only": {publicPEM(t, strong), publicPEM(t, strong)},
		"private":     {privatePEM(t, strong), privatePEM(t, strong)},
		"bank's none": {privatePEM(t, strong), ""},
		"ours weak":   {privatePEM(t, weak), publicPEM(t, strong)},
		"bank's weak": {privatePEM(t, strong), publicPEM(t, weak)},
	} {
		if s, err := bankhttp.NewRSA(keys[0], keys[1]); err == nil || s != nil {
			t.Errorf("%s: accepted", name)
		}
	}
}
