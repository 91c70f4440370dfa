package notify

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// SMS sends short messages through an HTTP gateway:
//
//	POST {url}       {"id": our ref, "account": …, "to": "+86…", "text": …}  → 2xx {"id": the gateway's}
//	GET  {url}/{ref}                                                        → 200 {"id": …}, 404 never seen
//
// Both carry HeaderTime (Unix seconds) and HeaderSignature: HMAC-SHA256, in
// hex, over the time, a newline, and the body (POST) or the ref (GET). A
// gateway that has seen a ref takes it again without sending it again (409 or 2xx).
type SMS struct {
	url     string
	account string
	secret  []byte
	client  *http.Client
}

// The headers of a signed request.
const (
	HeaderTime      = "X-Hotline-Time"
	HeaderSignature = "X-Hotline-Signature"
)

// maxAnswer bounds what is read of a gateway's answer.
const maxAnswer = 64 << 10

// NewSMS takes the gateway's address, our account there and the secret that
// signs. The caller's context bounds each request.
func NewSMS(gateway, account, secret string) (*SMS, error) {
	u, err := url.Parse(gateway)
	if err != nil || (u.Scheme != "http" && u.Scheme != "https") || u.Host == "" {
		return nil, errors.New("the SMS gateway's address must be an http or https URL")
	}
	client := &http.Client{
		Transport:     &http.Transport{Proxy: nil, MaxIdleConnsPerHost: 8, IdleConnTimeout: time.Minute, ResponseHeaderTimeout: 30 * time.Second},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }, // a number goes where it was meant to go
	}
	return &SMS{url: strings.TrimRight(gateway, "/"), account: account, secret: []byte(secret), client: client}, nil
}

// Name is "sms".
func (s *SMS) Name() string { return "sms" }

// Sign makes the signature of a request's time and content.
func Sign(secret []byte, at, content string) string {
	mac := hmac.New(sha256.New, secret)
	mac.Write([]byte(at + "\n" + content))
	return hex.EncodeToString(mac.Sum(nil))
}

// Send posts the message.
func (s *SMS) Send(ctx context.Context, m Message) (string, error) {
	if m.Address == "" {
		return "", fmt.Errorf("%w: no number is known", ErrRejected)
	}
	body, err := json.Marshal(map[string]string{"id": m.Ref, "account": s.account, "to": m.Address, "text": m.Text})
	if err != nil {
		return "", fmt.Errorf("write message: %w", err)
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, s.url, bytes.NewReader(body))
	if err != nil {
		return "", fmt.Errorf("%w: %w", ErrNotSent, err)
	}
	req.Header.Set("Content-Type", "application/json")
	status, id, err := s.do(req, string(body))
	switch {
	case err != nil && neverConnected(err):
		return "", fmt.Errorf("%w: %w", ErrNotSent, err)
	case err != nil:
		return "", err // it may have arrived
	case status >= 200 && status < 300, status == http.StatusConflict:
		return id, nil
	case status == http.StatusTooManyRequests, status == http.StatusTooEarly, status == http.StatusRequestTimeout:
		return "", fmt.Errorf("%w: the gateway answered %d", ErrNotSent, status)
	case status >= 400 && status < 500:
		return "", fmt.Errorf("%w: it answered %d", ErrRejected, status)
	default:
		return "", fmt.Errorf("the gateway answered %d", status)
	}
}

// Find asks the gateway for a message by our ref.
func (s *SMS) Find(ctx context.Context, ref string) (string, bool, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, s.url+"/"+url.PathEscape(ref), nil)
	if err != nil {
		return "", false, fmt.Errorf("ask the gateway: %w", err)
	}
	status, id, err := s.do(req, ref)
	switch {
	case err != nil:
		return "", false, err
	case status == http.StatusOK:
		return id, true, nil
	case status == http.StatusNotFound:
		return "", false, nil
	default:
		return "", false, fmt.Errorf("the gateway answered %d", status)
	}
}

// do signs and performs a request and reads the id out of its answer.
func (s *SMS) do(req *http.Request, content string) (status int, id string, err error) {
	at := strconv.FormatInt(time.Now().Unix(), 10) //nolint:forbidigo // the gateway compares it with its own clock
	req.Header.Set(HeaderTime, at)
	req.Header.Set(HeaderSignature, Sign(s.secret, at, content))
	resp, err := s.client.Do(req)
	if err != nil {
		return 0, "", fmt.Errorf("call the gateway: %w", err)
	}
	defer func() { _ = resp.Body.Close() }()
	answer, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswer))
	if err != nil {
		return 0, "", fmt.Errorf("read the gateway's answer: %w", err)
	}
	var body struct {
		ID string `json:"id"`
	}
	_ = json.Unmarshal(answer, &body) // the status decides; a gateway without ids of its own is fine
	return resp.StatusCode, body.ID, nil
}

// neverConnected reports whether a request failed before a byte of it left.
func neverConnected(err error) bool {
	op, ok := errors.AsType[*net.OpError](err)
	return ok && op.Op == "dial"
}
