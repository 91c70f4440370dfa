package notify_test

import (
	"crypto/ecdh"
	"crypto/rand"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"

	"github.com/emersion/go-smtp"

	"example.org/hotline/area"
	"example.org/hotline/dispatch/notify"
	"example.org/hotline/dispatch/notify/sink"
)

// weCom is the API of WeCom, as far as we call it.
type weCom struct {
	tokens   int
	stale    int // so many sendings are told that their token is no longer good
	errcode  int
	invalid  string
	messages []string
}

func (w *weCom) ServeHTTP(rw http.ResponseWriter, r *http.Request) {
	switch r.URL.Path {
	case "/cgi-bin/gettoken":
		w.tokens++
		_, _ = fmt.Fprintf(rw, `{"errcode":0,"access_token":"token-%d","expires_in":7200}`, w.tokens)
	case "/cgi-bin/message/send":
		if w.stale > 0 || r.URL.Query().Get("access_token") != fmt.Sprintf("token-%d", w.tokens) {
			w.stale--
			_, _ = io.WriteString(rw, `{"errcode":42001}`)
			return
		}
		body, _ := io.ReadAll(r.Body)
		w.messages = append(w.messages, string(body))
		_, _ = fmt.Fprintf(rw, `{"errcode":%d,"invaliduser":%q,"msgid":"m1"}`, w.errcode, w.invalid)
	}
}

// One token serves many messages, a stale one is renewed once, and the same
// notice is the same JSON, which WeCom drops within half an hour.
func TestWeComWritesToPersons(t *testing.T) {
	api := &weCom{}
	server := httptest.NewServer(api)
	t.Cleanup(server.Close)
	channel := notify.NewWeCom(notify.WeComSetup{URL: server.URL, Corp: "corp", Agent: 7, Secret: "s", Origin: "https://hotline.example"})
	m := aMessage
	m.Address, m.Ticket = "zhang", "t-1"
	for range 2 {
		if id, err := channel.Send(t.Context(), m); err != nil || id != "m1" {
			t.Fatalf("%q, %v", id, err)
		}
	}
	if api.tokens != 1 || len(api.messages) != 2 || api.messages[0] != api.messages[1] {
		t.Errorf("%d tokens for %q", api.tokens, api.messages)
	}
	for _, want := range []string{`"touser":"zhang"`, `"agentid":7`, `"enable_duplicate_check":1`, `"duplicate_check_interval":1800`, "https://hotline.example/tickets/t-1?notice=0191-ref"} {
		if !strings.Contains(api.messages[0], want) {
			t.Errorf("%s is not in %s", want, api.messages[0])
		}
	}
	again := m
	again.Ref = "0192-ref"
	if _, err := channel.Send(t.Context(), again); err != nil || api.messages[2] == api.messages[0] {
		t.Errorf("another notice of the same words is taken for the same: %v", err)
	}
	api.stale = 1
	if _, err := channel.Send(t.Context(), m); err != nil || api.tokens != 2 {
		t.Errorf("a stale token: %v, %d tokens", err, api.tokens)
	}
	for _, c := range []struct {
		errcode int
		invalid string
		want    string
	}{{0, "zhang", "rejected"}, {45009, "", "not_sent"}, {-1, "", "not_sent"}, {81013, "", "rejected"}, {60020, "", "not_sent"}} {
		api.errcode, api.invalid = c.errcode, c.invalid
		if _, err := channel.Send(t.Context(), m); outcome(err) != c.want {
			t.Errorf("errcode %d: %v, want %s", c.errcode, err, c.want)
		}
	}
	server.Close()
	away := notify.NewWeCom(notify.WeComSetup{URL: server.URL, Corp: "corp", Agent: 7, Secret: "s"})
	if _, err := away.Send(t.Context(), m); outcome(err) != "not_sent" || strings.Contains(err.Error(), "token-") {
		t.Errorf("with WeCom away: %v", err)
	}
}

// The nearest group that an area lies in shows its notices.
func TestRobotsWriteInTheNearestGroup(t *testing.T) {
	p, address := newProvider(t)
	robots := notify.NewRobots(map[string]string{"990100000000": address + "/city", "990101000000": address + "/county"})
	for code, want := range map[area.Code]string{"990101101000": "/county", "990102101000": "/city", "990100000000": "/city", "": "/city"} {
		p.answer = `{"errcode":0}`
		m := aMessage
		m.Area = code
		if _, err := robots.Send(t.Context(), m); err != nil || p.request.URL.Path != want {
			t.Errorf("%q went to %s (%v), want %s", code, p.request.URL.Path, err, want)
		}
	}
	tens := notify.NewRobots(map[string]string{"990110000000": address + "/county10"})
	if !tens.Serves("990110101000") || tens.Serves("990115101000") {
		t.Error("county 10 and county 15 are mixed up")
	}
	if robots.Serves("880000000000") {
		t.Error("another city's area has a group")
	}
	p.answer = `{"errcode":45009}`
	m := aMessage
	m.Area = "990100000000"
	if _, err := robots.Send(t.Context(), m); outcome(err) != "not_sent" {
		t.Errorf("over the robot's pace: %v", err)
	}
}

// postman is a mail server that can misbehave.
type postman struct {
	fail error
	at   string
	got  []string
}

func (p *postman) step(at string) error {
	if p.at == at {
		return p.fail
	}
	return nil
}
func (p *postman) Mail(string, *smtp.MailOptions) error { return p.step("mail") }
func (p *postman) Rcpt(string, *smtp.RcptOptions) error { return p.step("rcpt") }
func (p *postman) Data(r io.Reader) error {
	text, err := io.ReadAll(r)
	p.got = append(p.got, string(text))
	if err != nil {
		return err
	}
	return p.step("data")
}
func (*postman) Reset()        {}
func (*postman) Logout() error { return nil }

// Mail goes out encrypted or not at all; the server's code decides what is tried again.
func TestMailGoesOutEncrypted(t *testing.T) {
	kept, err := sink.Open(filepath.Join(t.TempDir(), "kept.jsonl"), "secret")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = kept.Close() })
	server, err := sink.NewMail(kept)
	if err != nil {
		t.Fatal(err)
	}
	address := listenMail(t, server.Serve, server.Close)
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM(server.CA)
	channel, err := notify.NewEmail(notify.EmailSetup{Server: address, From: "hotline@demo.invalid", Trust: pool, Origin: "https://hotline.example"})
	if err != nil {
		t.Fatal(err)
	}
	m := aMessage
	m.Address, m.Ticket, m.Text = "zhang@demo.invalid", "t-1", "【12349】工单0424，须尽快办理。请登录。"
	id, err := channel.Send(t.Context(), m)
	if err != nil || id != "0191-ref@demo.invalid" {
		t.Fatalf("%q, %v", id, err)
	}
	if _, err := channel.Send(t.Context(), m); err != nil { // the same notice again is known by its Message-ID
		t.Fatal(err)
	}
	got := kept.Messages()
	if len(got) != 1 || got[0].Channel != "email" || got[0].To != "zhang@demo.invalid" || !strings.HasPrefix(got[0].Text, "工单0424，须尽快办理\n") ||
		!strings.Contains(got[0].Text, "https://hotline.example/tickets/t-1?notice=0191-ref") {
		t.Errorf("kept %+v", got)
	}
	stranger, err := notify.NewEmail(notify.EmailSetup{Server: address, From: "hotline@demo.invalid"})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := stranger.Send(t.Context(), m); outcome(err) != "not_sent" {
		t.Errorf("a certificate that nobody vouches for: %v", err)
	}
	m.Address = "zhang@demo.invalid>\r\nBcc: x@demo.invalid"
	if _, err := channel.Send(t.Context(), m); outcome(err) != "rejected" {
		t.Errorf("an address with a line of its own: %v", err)
	}
}

// A server without STARTTLS gets nothing, and each refusal is what it is.
func TestHowAMailEnds(t *testing.T) {
	bare := &postman{}
	plain := smtp.NewServer(smtp.BackendFunc(func(*smtp.Conn) (smtp.Session, error) { return bare, nil }))
	plain.Domain = "localhost"
	channel, err := notify.NewEmail(notify.EmailSetup{Server: listenMail(t, plain.Serve, plain.Close), From: "hotline@demo.invalid"})
	if err != nil {
		t.Fatal(err)
	}
	m := aMessage
	m.Address = "zhang@demo.invalid"
	if _, err := channel.Send(t.Context(), m); outcome(err) != "not_sent" || len(bare.got) != 0 {
		t.Errorf("in the clear: %v, %d mails", err, len(bare.got))
	}
	for _, c := range []struct {
		at   string
		code int
		want string
	}{{"rcpt", 550, "rejected"}, {"rcpt", 451, "not_sent"}, {"mail", 421, "not_sent"}, {"data", 554, "rejected"}, {"data", 452, "not_sent"}} {
		p := &postman{at: c.at, fail: &smtp.SMTPError{Code: c.code, Message: "no"}}
		certified := httptest.NewTLSServer(http.NotFoundHandler()) // for its certificate
		server := smtp.NewServer(smtp.BackendFunc(func(*smtp.Conn) (smtp.Session, error) { return p, nil }))
		server.Domain, server.TLSConfig = "localhost", certified.TLS
		pool := x509.NewCertPool()
		pool.AddCert(certified.Certificate())
		certified.Close()
		channel, err := notify.NewEmail(notify.EmailSetup{Server: listenMail(t, server.Serve, server.Close), From: "hotline@demo.invalid", Trust: pool})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := channel.Send(t.Context(), m); outcome(err) != c.want || strings.Contains(err.Error(), "zhang@") {
			t.Errorf("%d at %s: %v, want %s", c.code, c.at, err, c.want)
		}
	}
}

func listenMail(t *testing.T, serve func(net.Listener) error, stop func() error) string {
	t.Helper()
	l, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	go func() { defer close(done); _ = serve(l) }()
	t.Cleanup(func() { _ = stop(); <-done })
	return l.Addr().String()
}

// browser is the far end of a web push with a push service before it.
type browser struct {
	key    *ecdh.PrivateKey
	auth   []byte
	status int
	body   []byte
	head   http.Header
}

func (b *browser) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	b.body, _ = io.ReadAll(r.Body)
	b.head = r.Header
	w.WriteHeader(b.status)
}

func (b *browser) subscription(origin string) string {
	text, _ := json.Marshal(map[string]any{"endpoint": origin + "/push/1", "keys": map[string]string{
		"p256dh": base64.RawURLEncoding.EncodeToString(b.key.PublicKey().Bytes()), "auth": base64.RawURLEncoding.EncodeToString(b.auth)}})
	return string(text)
}

func newBrowser(t *testing.T) (*browser, *notify.WebPush, string) {
	t.Helper()
	key, err := ecdh.P256().GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	b := &browser{key: key, auth: []byte("0123456789abcdef"), status: http.StatusCreated}
	server := httptest.NewTLSServer(b)
	t.Cleanup(server.Close)
	public, private, err := notify.NewVAPID()
	if err != nil {
		t.Fatal(err)
	}
	push, err := notify.NewWebPush(notify.WebPushSetup{Contact: "hotline@demo.invalid", PublicKey: public, PrivateKey: private, Hosts: []string{server.URL, "*.push.example"}, HTTP: server.Client()})
	if err != nil {
		t.Fatal(err)
	}
	return b, push, server.URL
}

// The browser opens what was sent by RFC 8291, and the service sees neither
// text nor ticket.
func TestABrowserReadsItsPush(t *testing.T) {
	b, push, origin := newBrowser(t)
	m := aMessage
	m.Address, m.Ticket, m.Urgent, m.Text = b.subscription(origin), "t-1", true, "【12349】工单0424，须尽快办理。请登录。"
	if _, err := push.Send(t.Context(), m); err != nil {
		t.Fatal(err)
	}
	plain, err := sink.Decrypt(b.body, b.key, b.auth)
	var shown notify.PushPayload
	if err != nil || json.Unmarshal(plain, &shown) != nil {
		t.Fatalf("the browser reads %q (%v)", plain, err)
	}
	if shown.Body != "工单0424，须尽快办理" || shown.URL != "/tickets/t-1?notice=0191-ref" || !shown.Urgent {
		t.Errorf("shown: %+v", shown)
	}
	topic := b.head.Get("Topic")
	if len(topic) != 32 || b.head.Get("Urgency") != "high" || b.head.Get("Ttl") != "3600" || !strings.HasPrefix(b.head.Get("Authorization"), "vapid t=") || strings.Contains(topic, "t-1") {
		t.Errorf("head: %v", b.head)
	}
	m.Ref = "0192-ref"
	if _, err := push.Send(t.Context(), m); err != nil || b.head.Get("Topic") != topic {
		t.Errorf("a later notice of the same ticket does not take the place of the first: %v", err)
	}
	for status, want := range map[int]string{404: "rejected", 410: "rejected", 429: "not_sent", 400: "rejected", 503: "unknown"} {
		b.status = status
		_, err := push.Send(t.Context(), m)
		if outcome(err) != want || errors.Is(err, notify.ErrGone) != (status == 404 || status == 410) || strings.Contains(err.Error(), origin) {
			t.Errorf("%d: %v, want %s", status, err, want)
		}
	}
}

// Whoever is signed in gives an endpoint: it must be a push service, and no
// address within.
func TestAnEndpointIsAPushService(t *testing.T) {
	b, push, _ := newBrowser(t)
	for endpoint, ok := range map[string]bool{
		"https://a.push.example/x": true, "https://a.push.example:443/x": true,
		"https://push.example/x": false, "https://a.push.example.evil.test/x": false, "http://a.push.example/x": false, "https://a.push.example:8443/x": false,
		"https://127.0.0.1/x": false, "https://[::1]/x": false, "https://169.254.169.254/latest": false, "https://u:p@a.push.example/x": false, "file:///etc/passwd": false, "": false,
	} {
		var s notify.Subscription
		if err := json.Unmarshal([]byte(b.subscription("")), &s); err != nil {
			t.Fatal(err)
		}
		s.Endpoint = endpoint
		if err := push.Check(s); (err == nil) != ok {
			t.Errorf("%s: %v", endpoint, err)
		}
		s.Keys.Auth = "short"
		if push.Check(s) == nil {
			t.Errorf("%s: a key that is none was taken", endpoint)
		}
	}
	m := aMessage
	m.Address = b.subscription("https://localhost.push.example") // does not exist: nothing is called
	if _, err := push.Send(t.Context(), m); outcome(err) != "not_sent" {
		t.Errorf("a name that leads nowhere: %v", err)
	}
	if notify.CheckVAPID("x", "y") == nil {
		t.Error("keys that are none were taken")
	}
}
