// Package connect speaks to data sources: HTTP with JSON, every request signed,
// no answer believed that is not the answer to this very request. A source that
// fails is tried again within its time, and one that goes on failing is left alone
// for a while, so that it costs nobody's patience.
package connect

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/tls"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"sync"
	"time"

	"github.com/cenkalti/backoff/v5"
	"github.com/sony/gobreaker/v2"

	"example.org/hotline/internal/act"
	"example.org/hotline/ledger/rail/bankhttp"
	"example.org/hotline/relief/source"
)

// The headers of a request and its answer.
const (
	HeaderKey       = "X-Source-Key"
	HeaderTime      = "X-Source-Timestamp"
	HeaderNonce     = "X-Source-Nonce"
	HeaderSignature = "X-Source-Signature"
)

// Way is how a source is reached.
type Way struct {
	URL           string // what stands before the path of the request
	KeyID         string
	Signer        bankhttp.Signer
	SignedAnswers bool
	TLS           *tls.Config // nil: the system's authorities, no certificate of ours
	Now           func() time.Time
}

var keyID = regexp.MustCompile(`^[0-9A-Za-z._:@/-]{1,128}$`)

// Check says what a person has to correct, as an *act.Fault with the setting's name.
func (w Way) Check() error {
	base, err := url.Parse(w.URL)
	switch {
	case err != nil || base.Host == "" || base.User != nil || base.RawQuery != "" || base.Fragment != "":
		return act.Invalid("url", "source_url", "must be https://host/path, without a name, password or query")
	case base.Scheme != "https" && (base.Scheme != "http" || !onThisMachine(base.Hostname())):
		return act.Invalid("url", "source_url", "must begin with https://: http is for this machine alone")
	case !keyID.MatchString(w.KeyID):
		return act.Invalid("key_id", "source_key_id", "must be the name that the department has given our key: requests are signed")
	default:
		return nil
	}
}

func onThisMachine(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// Connector is one source, reached.
type Connector struct {
	source  source.Source
	tries   uint
	way     Way
	http    *http.Client
	breaker *gobreaker.CircuitBreaker[[]byte]

	mu      sync.Mutex
	changed func(source string, state string)
}

// firstWait is the wait before the second try; it doubles.
const firstWait = 250 * time.Millisecond

// New is a connector of a source; the way is sound (Check).
func New(s source.Source, c source.Catalogue, w Way) *Connector {
	conf := &tls.Config{MinVersion: tls.VersionTLS12}
	if w.TLS != nil {
		conf.RootCAs, conf.Certificates = w.TLS.RootCAs, w.TLS.Certificates
	}
	n := &Connector{source: s, tries: uint(c.Tries), way: w, http: &http.Client{
		Transport: &http.Transport{Proxy: nil, TLSClientConfig: conf, DisableCompression: true, TLSHandshakeTimeout: 10 * time.Second, ForceAttemptHTTP2: true,
			MaxIdleConnsPerHost: c.Parallel, IdleConnTimeout: time.Minute},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
	n.breaker = gobreaker.NewCircuitBreaker[[]byte](gobreaker.Settings{Name: s.Code, MaxRequests: 1, Timeout: c.BreakerRest,
		ReadyToTrip: func(counts gobreaker.Counts) bool { return int(counts.ConsecutiveFailures) >= c.BreakerFailures },
		// A question that the source refuses was heard; that we gave up waiting for our own reasons is not its failure.
		IsSuccessful:  func(err error) bool { return err == nil || codeOf(err) == source.WhyRefused },
		IsExcluded:    func(err error) bool { return errors.Is(err, context.Canceled) },
		OnStateChange: func(name string, _, to gobreaker.State) { n.tell(name, to.String()) }})
	return n
}

// OnChange is told of every change of the breaker: closed, half-open, open.
func (n *Connector) OnChange(fn func(source, state string)) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.changed = fn
}

func (n *Connector) tell(name, state string) {
	n.mu.Lock()
	fn := n.changed
	n.mu.Unlock()
	if fn != nil {
		fn(name, state)
	}
}

// fault is a request that came to nothing, with one of source's codes.
type fault struct {
	code  string
	again bool // another try may bring more
}

func (f fault) Error() string { return f.code }

func codeOf(err error) string {
	if f, ok := errors.AsType[fault](err); ok {
		return f.code
	}
	return ""
}

// Ask asks once, with tries, within the source's time and ctx. It always comes back
// with a reading: what failed says so in it.
func (n *Connector) Ask(ctx context.Context, q source.Question) source.Reading {
	began := time.Now() //nolint:forbidigo // how long it really took
	ctx, cancel := context.WithTimeout(ctx, n.source.Timeout)
	defer cancel()
	tries := 0
	wait := backoff.NewExponentialBackOff()
	wait.InitialInterval, wait.Multiplier = firstWait, 2
	body, err := backoff.Retry(ctx, func() ([]byte, error) {
		answer, err := n.breaker.Execute(func() ([]byte, error) {
			tries++
			return n.request(ctx, q)
		})
		if f, ok := errors.AsType[fault](err); err != nil && (!ok || !f.again) {
			return nil, backoff.Permanent(err)
		}
		return answer, err
	}, backoff.WithBackOff(wait), backoff.WithMaxTries(n.tries), backoff.WithMaxElapsedTime(0))
	r := n.reading(ctx, q, body, err)
	r.Tries, r.Took = tries, time.Since(began)
	return r
}

func (n *Connector) reading(ctx context.Context, q source.Question, body []byte, err error) source.Reading {
	switch {
	case err == nil:
		return n.source.Read(body, q, n.way.Now())
	case errors.Is(err, gobreaker.ErrOpenState), errors.Is(err, gobreaker.ErrTooManyRequests):
		return source.Failed(source.WhyBreaker)
	case ctx.Err() != nil, errors.Is(err, context.DeadlineExceeded):
		return source.Late()
	case codeOf(err) != "":
		return source.Failed(codeOf(err))
	default:
		return source.Failed(source.WhyConnection)
	}
}

// request asks once and gives back a body that the source has sent for this request.
func (n *Connector) request(ctx context.Context, q source.Question) ([]byte, error) {
	body, err := n.source.Request.Write(q)
	if err != nil {
		return nil, fault{code: source.WhyUnclear}
	}
	req, err := http.NewRequestWithContext(ctx, n.source.Request.Method, n.way.URL+n.source.Request.Path, bytes.NewReader(body))
	if err != nil {
		return nil, fault{code: source.WhyConnection}
	}
	nonce, err := Sign(req, body, n.way.KeyID, n.way.Signer, n.way.Now())
	if err != nil {
		return nil, fault{code: source.WhySignature}
	}
	resp, err := n.http.Do(req)
	if err != nil {
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		return nil, fault{code: source.WhyConnection, again: true}
	}
	defer func() { _ = resp.Body.Close() }()
	answer, err := io.ReadAll(io.LimitReader(resp.Body, source.MostAnswerBytes+1))
	switch {
	case err != nil && ctx.Err() != nil:
		return nil, ctx.Err()
	case err != nil:
		return nil, fault{code: source.WhyConnection, again: true}
	case len(answer) > source.MostAnswerBytes:
		return nil, fault{code: source.WhyTooLarge}
	case resp.StatusCode >= http.StatusInternalServerError, resp.StatusCode == http.StatusTooManyRequests:
		return nil, fault{code: source.WhyStatus, again: true}
	case n.way.SignedAnswers && !signed(resp, answer, nonce, n.way):
		return nil, fault{code: source.WhySignature}
	case resp.StatusCode != http.StatusOK:
		return nil, fault{code: source.WhyRefused}
	default:
		return answer, nil
	}
}

// Sign puts our name, the time, a nonce and a signature over all of it on a request.
func Sign(req *http.Request, body []byte, keyID string, s bankhttp.Signer, now time.Time) (nonce string, err error) {
	raw := make([]byte, 16)
	_, _ = rand.Read(raw) // never fails (crypto/rand)
	nonce = hex.EncodeToString(raw)
	timestamp := strconv.FormatInt(now.Unix(), 10)
	signature, err := s.Sign(bankhttp.RequestText(req.Method, req.URL.RequestURI(), timestamp, nonce, body))
	if err != nil {
		return "", fmt.Errorf("sign a question: %w", err)
	}
	req.Header.Set("Content-Type", "application/json; charset=utf-8")
	req.Header.Set(HeaderKey, keyID)
	req.Header.Set(HeaderTime, timestamp)
	req.Header.Set(HeaderNonce, nonce)
	req.Header.Set(HeaderSignature, signature)
	return nonce, nil
}

// mostSkew is how far a source's clock may be from ours.
const mostSkew = 5 * time.Minute

func near(timestamp string, now time.Time) bool {
	seconds, err := strconv.ParseInt(timestamp, 10, 64)
	return err == nil && now.Sub(time.Unix(seconds, 0)).Abs() <= mostSkew
}

// signed reports whether the source has signed the answer for the request of a nonce.
func signed(resp *http.Response, body []byte, nonce string, w Way) bool {
	timestamp := resp.Header.Get(HeaderTime)
	return near(timestamp, w.Now()) && w.Signer.Verify(bankhttp.AnswerText(strconv.Itoa(resp.StatusCode), timestamp, nonce, body), resp.Header.Get(HeaderSignature))
}

// VerifyRequest is the source's half: whether a request carries a signature that fits
// it and a time close to now.
func VerifyRequest(r *http.Request, body []byte, s bankhttp.Signer, now time.Time) bool {
	timestamp, nonce := r.Header.Get(HeaderTime), r.Header.Get(HeaderNonce)
	return nonce != "" && near(timestamp, now) && s.Verify(bankhttp.RequestText(r.Method, r.URL.RequestURI(), timestamp, nonce, body), r.Header.Get(HeaderSignature))
}

// WriteAnswer signs an answer for one request and writes it: the source's half.
func WriteAnswer(w http.ResponseWriter, r *http.Request, s bankhttp.Signer, now time.Time, status int, body []byte) error {
	timestamp := strconv.FormatInt(now.Unix(), 10)
	signature, err := s.Sign(bankhttp.AnswerText(strconv.Itoa(status), timestamp, r.Header.Get(HeaderNonce), body))
	if err != nil {
		return fmt.Errorf("sign an answer: %w", err)
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.Header().Set(HeaderTime, timestamp)
	w.Header().Set(HeaderSignature, signature)
	w.WriteHeader(status)
	_, err = w.Write(body)
	return err
}
