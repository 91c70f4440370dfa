package notify

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"example.org/hotline/ticket"
)

// InboundPath is where a provider tells us of receipts and replies: the path of
// each is this with "receipts" or "replies".
const InboundPath = "/gateway/sms/"

// InboundStore keeps what comes in.
type InboundStore interface {
	// KeepReceipt records what a provider told of a message, once.
	KeepReceipt(ctx context.Context, r ticket.Receipt) (moved bool, err error)
	// KeepReply puts a reply down, once, before anything is made of it.
	KeepReply(ctx context.Context, r ticket.Reply) error
}

// Inbound takes what the gateway of short messages tells us. It authenticates
// every request by itself and acknowledges only what is kept.
type Inbound struct {
	Spec   *GatewaySpec
	Secret string
	Store  InboundStore
	Logger *slog.Logger
}

const (
	mostInbound  = 64 << 10        // bytes of a request
	inboundSkew  = 5 * time.Minute // between the provider's clock and ours
	longestReply = 1000            // characters of a reply that are kept
)

// ServeHTTP answers POST …/receipts and …/replies.
func (in *Inbound) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	kind := strings.TrimPrefix(r.URL.Path, InboundPath)
	spec := map[string]*InboundSpec{"receipts": in.Spec.Receipt, "replies": in.Spec.Reply}[kind]
	if spec == nil || in.Secret == "" {
		http.NotFound(w, r)
		return
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, mostInbound))
	if err != nil {
		http.Error(w, `{"error":"the request is too long or broke off"}`, http.StatusRequestEntityTooLarge)
		return
	}
	if !in.authentic(spec.Auth, r, body) {
		http.Error(w, `{"error":"the proof of who sends this does not fit"}`, http.StatusUnauthorized)
		return
	}
	items, ok := itemsOf(spec, body)
	if !ok {
		http.Error(w, `{"error":"the body cannot be read"}`, http.StatusUnprocessableEntity)
		return
	}
	for _, item := range items {
		if !ours(spec, item) {
			continue
		}
		if kind == "receipts" {
			err = in.receipt(r.Context(), spec, item)
		} else {
			err = in.reply(r.Context(), spec, item)
		}
		if err != nil {
			in.Logger.WarnContext(r.Context(), "what the SMS gateway told was not kept; it is to tell it again", "kind", kind, "error", err)
			http.Error(w, `{"error":"not kept; send it again"}`, http.StatusServiceUnavailable)
			return
		}
	}
	content := spec.Content
	if content == "" {
		content = "application/json; charset=utf-8"
	}
	w.Header().Set("Content-Type", content)
	_, _ = io.WriteString(w, spec.Answer)
}

// authentic checks the proof that a request carries.
func (in *Inbound) authentic(a AuthSpec, r *http.Request, body []byte) bool {
	if a.Kind == "token" {
		given := r.URL.Query().Get(a.Query)
		if a.Header != "" {
			given = r.Header.Get(a.Header)
		}
		mine, theirs := sha256.Sum256([]byte(in.Secret)), sha256.Sum256([]byte(given))
		return subtle.ConstantTimeCompare(mine[:], theirs[:]) == 1
	}
	at := r.Header.Get(a.Time)
	seconds, err := strconv.ParseInt(at, 10, 64)
	if off := time.Since(time.Unix(seconds, 0)); err != nil || off > inboundSkew || off < -inboundSkew {
		return false
	}
	content := fill(a.Content, map[string]string{"time": at, "body": string(body), "secret": in.Secret})
	var keys []string
	if strings.HasPrefix(a.Algorithm, "hmac-") {
		keys = []string{in.Secret}
	}
	return hmac.Equal([]byte(signature(a.Algorithm, keys, content, a.Encode)), []byte(r.Header.Get(a.Header)))
}

// itemsOf splits a body into what it tells of, each as JSON would hold it.
func itemsOf(spec *InboundSpec, body []byte) ([]any, bool) {
	if spec.Body == "form" {
		form, err := url.ParseQuery(string(body))
		one := map[string]any{}
		for name := range form {
			one[name] = form.Get(name)
		}
		return []any{one}, err == nil
	}
	parsed := parseJSON(body)
	if parsed == nil {
		return nil, false
	}
	if spec.Items == "" {
		return []any{parsed}, true
	}
	items, ok := at(parsed, spec.Items).([]any)
	return items, ok
}

func ours(spec *InboundSpec, item any) bool {
	for path, want := range spec.Only {
		if textAt(item, path) != want {
			return false
		}
	}
	return true
}

func (in *Inbound) receipt(ctx context.Context, spec *InboundSpec, item any) error {
	r := ticket.Receipt{Channel: ChannelSMS, Message: textAt(item, spec.ID), Ref: textAt(item, spec.Ref), Detail: short(textAt(item, spec.Detail), 80),
		Status: in.Spec.state(textAt(item, spec.Status))}
	r.Seq, _ = strconv.ParseInt(textAt(item, spec.Seq), 10, 64)
	if r.Status == "" || r.Message == "" && r.Ref == "" {
		in.Logger.WarnContext(ctx, "a receipt of the SMS gateway says nothing that is known; its shape may have changed")
		return nil
	}
	_, err := in.Store.KeepReceipt(ctx, r)
	return err //nolint:wrapcheck // the port's error is logged by the caller
}

func (in *Inbound) reply(ctx context.Context, spec *InboundSpec, item any) error {
	r := ticket.Reply{Provider: in.Spec.Name, Message: textAt(item, spec.ID), From: textAt(item, spec.From), Text: short(textAt(item, spec.Text), longestReply)}
	if r.Message == "" {
		whole, _ := json.Marshal(item) // of parsed JSON
		sum := sha256.Sum256(whole)
		r.Message = hex.EncodeToString(sum[:16])
	}
	if r.From == "" {
		in.Logger.WarnContext(ctx, "a reply of the SMS gateway has no sender; its shape may have changed")
		return nil
	}
	return in.Store.KeepReply(ctx, r) //nolint:wrapcheck // the port's error is logged by the caller
}

// short cuts a text to so many characters, and drops what PostgreSQL keeps in none.
func short(text string, most int) string {
	runes := []rune(strings.ReplaceAll(strings.ToValidUTF8(text, "?"), "\x00", ""))
	return string(runes[:min(most, len(runes))])
}
