package notify

import (
	"context"
	"crypto/ecdh"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strings"

	webpush "github.com/SherClockHolmes/webpush-go"
)

// WebPushSetup is the line's identity before the push services (RFC 8292).
type WebPushSetup struct {
	Contact    string
	PublicKey  string
	PrivateKey string
	Hosts      []string // "push.example", "*.push.example", or a whole origin with its scheme for one that is ours
	HTTP       *http.Client
}

// WebPush shows notices on a device whose browser has subscribed, also with no
// page open (RFC 8030, encrypted by RFC 8291). A Message's Address is the JSON
// of the subscription. A new notice of a ticket takes the place of the one
// before that still waits for the device.
type WebPush struct {
	setup WebPushSetup
	open  *http.Client // to services on the internet
	own   *http.Client // to origins that the settings name
}

// NewWebPush makes the channel.
func NewWebPush(setup WebPushSetup) (*WebPush, error) {
	if err := CheckVAPID(setup.PublicKey, setup.PrivateKey); err != nil {
		return nil, err
	}
	w := &WebPush{setup: setup, open: providerClient(publicOnly), own: providerClient(nil)}
	if setup.HTTP != nil { // a client that trusts the service's certificate
		w.own = setup.HTTP
	}
	return w, nil
}

// CheckVAPID holds the two keys to each other.
func CheckVAPID(public, private string) error {
	secret, err := base64.RawURLEncoding.DecodeString(private)
	if err != nil {
		return errors.New("the private key must be base64url without =, as hotline notices keys makes it")
	}
	key, err := ecdh.P256().NewPrivateKey(secret)
	if err != nil {
		return errors.New("the private key is no key of P-256")
	}
	if base64.RawURLEncoding.EncodeToString(key.PublicKey().Bytes()) != public {
		return errors.New("the public key does not belong to the private key")
	}
	return nil
}

// NewVAPID makes a key pair.
func NewVAPID() (public, private string, err error) {
	private, public, err = webpush.GenerateVAPIDKeys()
	if err != nil {
		return "", "", fmt.Errorf("make keys: %w", err)
	}
	return public, private, nil
}

// Name is "webpush".
func (*WebPush) Name() string { return ChannelWebPush }

// Subscription is what a browser gives when somebody subscribes (Push API).
type Subscription struct {
	Endpoint string `json:"endpoint"`
	Keys     struct {
		Auth   string `json:"auth"`
		P256dh string `json:"p256dh"`
	} `json:"keys"`
}

// Check refuses a subscription whose endpoint is no push service of the list, or
// whose keys are none: whoever is signed in could else make us call any address.
func (w *WebPush) Check(s Subscription) error {
	if _, err := w.client(s.Endpoint); err != nil {
		return err
	}
	point, err := base64.RawURLEncoding.DecodeString(strings.TrimRight(s.Keys.P256dh, "="))
	if err == nil {
		_, err = ecdh.P256().NewPublicKey(point)
	}
	auth, authErr := base64.RawURLEncoding.DecodeString(strings.TrimRight(s.Keys.Auth, "="))
	if err != nil || authErr != nil || len(auth) != 16 { // RFC 8291 section 3.2
		return errors.New("the subscription's keys cannot be read")
	}
	return nil
}

// client is the one that may call an endpoint.
func (w *WebPush) client(endpoint string) (*http.Client, error) {
	u, err := url.Parse(endpoint)
	if err != nil || u.Host == "" || u.User != nil || len(endpoint) > 2000 {
		return nil, errors.New("the endpoint cannot be read")
	}
	if slices.Contains(w.setup.Hosts, u.Scheme+"://"+u.Host) {
		return w.own, nil
	}
	host := strings.ToLower(u.Hostname())
	if _, err := netip.ParseAddr(host); err == nil || u.Scheme != "https" || u.Port() != "" && u.Port() != "443" {
		return nil, errors.New("the endpoint is no push service of the list webpush.hosts")
	}
	for _, allowed := range w.setup.Hosts {
		tail, any := strings.CutPrefix(allowed, "*")
		if host == allowed || any && strings.HasSuffix(host, tail) && len(host) > len(tail) {
			return w.open, nil
		}
	}
	return nil, errors.New("the endpoint is no push service of the list webpush.hosts")
}

// PushPayload is what the service worker of the console shows.
type PushPayload struct {
	Title  string `json:"title"`
	Body   string `json:"body"`
	URL    string `json:"url"`
	Tag    string `json:"tag"`
	Urgent bool   `json:"urgent"`
}

// How long a push service keeps a notice for a device that is away, in seconds.
const (
	urgentTTL = 3600 // after that the ladder has gone on to others
	plainTTL  = 86400
)

// Send posts the notice, encrypted for the one browser.
func (w *WebPush) Send(ctx context.Context, m Message) (string, error) {
	var s Subscription
	if json.Unmarshal([]byte(m.Address), &s) != nil {
		return "", fmt.Errorf("%w: there is no subscription", ErrRejected)
	}
	client, err := w.client(s.Endpoint)
	if err != nil {
		return "", fmt.Errorf("%w: %w", ErrRejected, err)
	}
	topic := pushTopic(m)
	payload, err := json.Marshal(PushPayload{Title: "12349", Body: subject(m.Text), URL: pushPage(m), Tag: topic, Urgent: m.Urgent})
	if err != nil {
		return "", fmt.Errorf("write notice: %w", err)
	}
	o := &webpush.Options{HTTPClient: client, Subscriber: w.setup.Contact, Topic: topic, TTL: plainTTL, Urgency: webpush.UrgencyNormal,
		VAPIDPublicKey: w.setup.PublicKey, VAPIDPrivateKey: w.setup.PrivateKey}
	if m.Urgent {
		o.TTL, o.Urgency = urgentTTL, webpush.UrgencyHigh
	}
	resp, err := webpush.SendNotificationWithContext(ctx, payload, &webpush.Subscription{Endpoint: s.Endpoint, Keys: webpush.Keys{Auth: s.Keys.Auth, P256dh: s.Keys.P256dh}}, o)
	if err != nil {
		err = withoutAddress(err)
		if neverConnected(err) || isNotCalled(err) {
			return "", fmt.Errorf("%w: %w", ErrNotSent, err)
		}
		return "", err
	}
	defer func() { _ = resp.Body.Close() }()
	_, _ = io.Copy(io.Discard, io.LimitReader(resp.Body, maxAnswer))
	switch {
	case resp.StatusCode >= 200 && resp.StatusCode < 300:
		return resp.Header.Get("Location"), nil
	case resp.StatusCode == http.StatusNotFound, resp.StatusCode == http.StatusGone: // RFC 8030 section 7.3
		return "", fmt.Errorf("%w: the browser has ended its subscription", ErrGone)
	case resp.StatusCode == http.StatusTooManyRequests:
		return "", fmt.Errorf("%w: the push service answered %d", ErrNotSent, resp.StatusCode)
	case resp.StatusCode < 500:
		return "", fmt.Errorf("%w: the push service answered %d", ErrRejected, resp.StatusCode)
	}
	return "", fmt.Errorf("the push service answered %d", resp.StatusCode)
}

// isNotCalled reports an error of before any request: a look-up that failed, a private address.
func isNotCalled(err error) bool {
	var dns *net.DNSError
	return errors.Is(err, errPrivate) || errors.As(err, &dns)
}

// pushTopic is one for each ticket, 32 characters of base64url (RFC 8030 section
// 5.4): a hash, since the push service reads it.
func pushTopic(m Message) string {
	about := "notice|" + m.Ref
	if m.Ticket != "" {
		about = "ticket|" + m.Ticket
	}
	sum := sha256.Sum256([]byte(about))
	return base64.RawURLEncoding.EncodeToString(sum[:])[:32]
}

func pushPage(m Message) string {
	if m.Ticket == "" {
		return "/contact"
	}
	return ticketLink("", m)
}
