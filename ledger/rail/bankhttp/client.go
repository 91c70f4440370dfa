// Package bankhttp speaks to a bank's HTTP interface: it sends a batch, asks
// what became of it and fetches its return. What the file holds is the affair of
// ledger/rail/layout and ledger/rail/iso20022.
//
// An answer counts only if the bank has signed it for this very request. All
// else is Unknown: a timeout, a connection cut after the request had begun to
// leave, a status of 5xx, an answer unsigned or wrongly signed. Unknown is never
// a failure; the batch is asked for again, and nothing of it is sent anew under
// another id before the bank has said that it is dead.
package bankhttp

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
	"net/http/httptrace"
	"net/url"
	"regexp"
	"strconv"
	"sync/atomic"
	"time"

	"example.org/hotline/internal/act"
	"example.org/hotline/ledger/rail"
)

// Bank is a bank's interface. Every method may be called again for the same
// batch; the bank knows it by its id.
type Bank interface {
	// Send gives the bank the file of a batch.
	Send(ctx context.Context, f rail.File) Answer
	// Query asks what the bank knows of a batch.
	Query(ctx context.Context, batch string) Answer
	// Returns fetches the bank's return for a batch: with outcome Accepted the file is in Body.
	Returns(ctx context.Context, batch string) Answer
}

// Outcome is what is known after a request.
type Outcome string

// The outcomes.
const (
	Unknown  Outcome = "unknown"  // the bank may have it or not: ask, never pay anew
	Accepted Outcome = "accepted" // the bank has it, and has signed that
	Refused  Outcome = "refused"  // the bank does not take it, and has signed that
	NotSent  Outcome = "not_sent" // no connection came about, so not a byte left: it may be sent again
)

// Answer is what came of a request.
type Answer struct {
	Outcome   Outcome
	Reference string // the bank's own
	Code      string // the bank's, or why the outcome is unknown
	Body      []byte // of Returns
}

// String says what came of it, and nothing of what the bank wrote.
func (a Answer) String() string {
	return fmt.Sprintf("%s (%d bytes)", a.Outcome, len(a.Body))
}

// Why an outcome is Unknown or NotSent: these stand in Code.
const (
	WhyTimeout   = "timeout"
	WhyCut       = "connection_cut"
	WhyStatus    = "server_error"
	WhyUnsigned  = "unsigned"
	WhySignature = "wrong_signature"
	WhyClock     = "clock_differs"
	WhyTooLarge  = "answer_too_large"
	WhyUnclear   = "answer_unclear"
	WhyNoReturn  = "no_return_yet"
	WhyNotThere  = "not_there"     // the bank has signed that it knows no such batch; it may still be on its way
	WhyUs        = "not_prepared"  // with NotSent: the request could not be made
	WhyDial      = "no_connection" // with NotSent
)

// Settings are a city's account with a bank.
type Settings struct {
	URL     string        // of the interface: https, or http to this machine alone
	KeyID   string        // names our key to the bank
	Signer  Signer        // made of secrets that configs.Secret has read from files
	Timeout time.Duration // of one request from dial to the last byte of its answer
	Now     func() time.Time
	TLS     *tls.Config // its RootCAs and Certificates are used; nil: the system's authorities, no certificate of ours
}

// mostSkew is how far the bank's clock may be from ours.
const mostSkew = 5 * time.Minute

// Client is a Bank over HTTP.
type Client struct {
	base   *url.URL
	keyID  string
	signer Signer
	now    func() time.Time
	http   *http.Client
}

var _ Bank = (*Client)(nil)

// keyID is what may stand in a header.
var keyID = regexp.MustCompile(`^[0-9A-Za-z._:@/-]{1,128}$`)

// New is a client for a bank. It connects to nothing yet. What a person has to
// correct is an *act.Fault that names the setting.
func New(s Settings) (*Client, error) {
	base, err := url.Parse(s.URL)
	switch {
	case err != nil || base.Host == "" || base.User != nil || base.RawQuery != "" || base.Fragment != "":
		return nil, act.Invalid("url", "bank_url", "must be https://host/path, without a name, password or query")
	case base.Scheme != "https" && (base.Scheme != "http" || !onThisMachine(base.Hostname())):
		return nil, act.Invalid("url", "bank_url", "must begin with https://: http is for this machine alone")
	case !keyID.MatchString(s.KeyID):
		return nil, act.Invalid("key_id", "bank_key_id", "must be the name that the bank has given your key: requests are signed")
	case s.Signer == nil || s.Now == nil:
		return nil, errors.New("a bank's client needs a signer and a clock")
	case s.Timeout < time.Second || s.Timeout > 5*time.Minute:
		return nil, act.Invalid("timeout", "bank_timeout", "must lie between 1s and 5m")
	}
	if base.Path == "" {
		base.Path = "/" // what is signed begins with it
	}
	conf := &tls.Config{MinVersion: tls.VersionTLS12}
	if s.TLS != nil {
		conf.RootCAs, conf.Certificates = s.TLS.RootCAs, s.TLS.Certificates
	}
	dialer := &net.Dialer{Timeout: min(10*time.Second, s.Timeout)}
	return &Client{base: base, keyID: s.KeyID, signer: s.Signer, now: s.Now, http: &http.Client{
		Timeout: s.Timeout,
		// A connection of its own for each request: one that the bank has closed
		// meanwhile would leave open whether the request was read.
		Transport: &http.Transport{Proxy: nil, DialContext: dialer.DialContext, DisableKeepAlives: true, TLSClientConfig: conf, DisableCompression: true,
			TLSHandshakeTimeout: 10 * time.Second},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}, nil
}

func onThisMachine(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// Send gives the bank the file of a batch.
func (c *Client) Send(ctx context.Context, f rail.File) Answer {
	return c.do(ctx, http.MethodPost, "", f).plain()
}

// Query asks what the bank knows of a batch. That it knows none is Unknown too:
// the batch may still be on its way to it.
func (c *Client) Query(ctx context.Context, batch string) Answer {
	return c.do(ctx, http.MethodGet, "", rail.File{Batch: batch}).plain()
}

// Returns fetches the bank's return for a batch.
func (c *Client) Returns(ctx context.Context, batch string) Answer {
	return c.do(ctx, http.MethodGet, "/return", rail.File{Batch: batch}).file()
}

// do makes one request about a batch, with its file where it has one, and reads its answer, if the bank has signed it.
func (c *Client) do(ctx context.Context, method, more string, f rail.File) reply {
	at := c.base.JoinPath("batches", url.PathEscape(f.Batch)+more)
	nonce := make([]byte, 16)
	_, _ = rand.Read(nonce) // never fails (crypto/rand)
	sent := hex.EncodeToString(nonce)
	timestamp := strconv.FormatInt(c.now().Unix(), 10)
	signature, err := c.signer.Sign(RequestText(method, at.RequestURI(), timestamp, sent, f.Body))
	if err != nil {
		return reply{outcome: NotSent, why: WhyUs}
	}
	var connected atomic.Bool
	ctx = httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{GotConn: func(httptrace.GotConnInfo) { connected.Store(true) }})
	req, err := http.NewRequestWithContext(ctx, method, at.String(), bytes.NewReader(f.Body))
	if err != nil {
		return reply{outcome: NotSent, why: WhyUs}
	}
	for name, value := range map[string]string{HeaderKey: c.keyID, HeaderAlgorithm: c.signer.Algorithm(), HeaderTime: timestamp, HeaderNonce: sent, HeaderSignature: signature} {
		req.Header.Set(name, value)
	}
	if f.Name != "" {
		req.Header.Set("Content-Type", f.Type)
		req.Header.Set(HeaderFile, f.Name)
	}
	resp, err := c.http.Do(req)
	if err != nil {
		return failed(err, connected.Load())
	}
	defer func() { _ = resp.Body.Close() }()
	body, err := io.ReadAll(io.LimitReader(resp.Body, rail.MostFileBytes+1))
	if err != nil {
		return failed(err, true)
	}
	return c.judge(resp, f.Batch, sent, body)
}

// The headers of the interface.
const (
	HeaderKey       = "X-Bank-Key"
	HeaderAlgorithm = "X-Bank-Algorithm"
	HeaderTime      = "X-Bank-Timestamp"
	HeaderNonce     = "X-Bank-Nonce"
	HeaderSignature = "X-Bank-Signature"
	HeaderFile      = "X-Bank-File"
)

// failed is what is known when no whole answer came. Without a connection nothing
// has left; with one, the bank may have read everything.
func failed(err error, connected bool) reply {
	var timeout net.Error
	switch {
	case !connected:
		return reply{outcome: NotSent, why: WhyDial}
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, context.Canceled), errors.As(err, &timeout) && timeout.Timeout():
		return reply{outcome: Unknown, why: WhyTimeout}
	default:
		return reply{outcome: Unknown, why: WhyCut}
	}
}
