package notify

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"html"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"example.org/hotline/area"
)

// WeComSetup is the city's application in its corporation's WeCom.
type WeComSetup struct {
	URL    string // of the API, https://qyapi.weixin.qq.com
	Corp   string
	Agent  int
	Secret string
	Origin string // of our console, for a link to the ticket; empty: none
}

// WeCom writes to persons as an application (发送应用消息). A Message's Address
// is the person's user id. The provider drops the same message within
// half an hour, so that one whose fate nobody knows may be sent again.
type WeCom struct {
	setup  WeComSetup
	client *http.Client

	mu      sync.Mutex
	token   string
	expires time.Time
}

// NewWeCom makes the channel.
func NewWeCom(setup WeComSetup) *WeCom {
	setup.URL = strings.TrimRight(setup.URL, "/")
	return &WeCom{setup: setup, client: providerClient(nil)}
}

// Name is "wecom".
func (*WeCom) Name() string { return ChannelWeCom }

// duplicateCheck is how long, in seconds, WeCom drops the same message again.
const duplicateCheck = 1800

// weComAnswer is what every call of the API answers.
type weComAnswer struct {
	ErrCode     int    `json:"errcode"`
	AccessToken string `json:"access_token"`
	ExpiresIn   int    `json:"expires_in"`
	InvalidUser string `json:"invaliduser"`
	MsgID       string `json:"msgid"`
}

// The errcodes that say more than no (the API's list of global codes).
var (
	weComStale = []int{40001, 40014, 41001, 42001, 42007, 42009}         // the token is no longer good
	weComLater = []int{-1, 45009, 45033, 45047, 6000, 301019, 846607}    // busy, or too many calls
	weComToken = []int{40013, 40001, 40056, 60020, 301002, 48002, 50001} // our own settings are wrong: somebody must mend them, the message waits
)

// Send posts a text; with a ticket it carries a link, in whose address our ref
// makes two notices of the same words two messages.
func (w *WeCom) Send(ctx context.Context, m Message) (string, error) {
	if m.Address == "" {
		return "", fmt.Errorf("%w: the person is not known there", ErrRejected)
	}
	body, err := json.Marshal(map[string]any{"touser": m.Address, "msgtype": "text", "agentid": w.setup.Agent, "text": map[string]string{"content": w.content(m)},
		"enable_duplicate_check": 1, "duplicate_check_interval": duplicateCheck})
	if err != nil {
		return "", fmt.Errorf("write message: %w", err)
	}
	for fresh := range 2 {
		token, err := w.accessToken(ctx, fresh == 1)
		if err != nil {
			return "", err
		}
		answer, err := weComCall(ctx, w.client, w.setup.URL+"/cgi-bin/message/send?access_token="+url.QueryEscape(token), body)
		switch {
		case err != nil:
			return "", err
		case slices.Contains(weComStale, answer.ErrCode) && fresh == 0:
			continue
		case answer.ErrCode == 0 && slices.Contains(strings.Split(answer.InvalidUser, "|"), strings.ToLower(m.Address)),
			answer.ErrCode == 0 && slices.Contains(strings.Split(answer.InvalidUser, "|"), m.Address):
			return "", fmt.Errorf("%w: the person is not known there", ErrRejected)
		case answer.ErrCode == 0:
			return answer.MsgID, nil
		}
		return "", weComFault(answer.ErrCode)
	}
	return "", fmt.Errorf("%w: WeCom does not take the token it has just given", ErrNotSent)
}

// weComFault sorts an errcode.
func weComFault(code int) error {
	if slices.Contains(weComLater, code) || slices.Contains(weComToken, code) {
		return fmt.Errorf("%w: WeCom answered %d", ErrNotSent, code)
	}
	return fmt.Errorf("%w: WeCom answered %d", ErrRejected, code)
}

func (w *WeCom) content(m Message) string {
	text := html.EscapeString(m.Text)
	if w.setup.Origin == "" || m.Ticket == "" {
		return text + " #" + m.Ref[:min(6, len(m.Ref))]
	}
	words := "查看工单"
	if m.Language == "en" {
		words = "Open the ticket"
	}
	return fmt.Sprintf("%s\n<a href=\"%s\">%s</a>", text, ticketLink(w.setup.Origin, m), words)
}

// ticketLink leads to the ticket of a message; the ref tells the page which notice was read.
func ticketLink(origin string, m Message) string {
	return origin + "/tickets/" + url.PathEscape(m.Ticket) + "?notice=" + url.QueryEscape(m.Ref)
}

// accessToken is good for two hours; one serves all calls, as WeCom bounds how often it is asked for.
func (w *WeCom) accessToken(ctx context.Context, anew bool) (string, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if !anew && w.token != "" && time.Now().Before(w.expires) { //nolint:forbidigo // the provider's time is real
		return w.token, nil
	}
	answer, err := weComCall(ctx, w.client, w.setup.URL+"/cgi-bin/gettoken?corpid="+url.QueryEscape(w.setup.Corp)+"&corpsecret="+url.QueryEscape(w.setup.Secret), nil)
	if err != nil {
		return "", fmt.Errorf("%w: ask WeCom for a token: %w", ErrNotSent, err) // nothing was sent
	}
	if answer.ErrCode != 0 || answer.AccessToken == "" {
		return "", fmt.Errorf("%w: %w", ErrNotSent, noTokenError(answer.ErrCode))
	}
	w.token = answer.AccessToken
	w.expires = time.Now().Add(time.Duration(answer.ExpiresIn)*time.Second - 5*time.Minute) //nolint:forbidigo // as above
	return w.token, nil
}

// Check asks for a token and sends nothing. The code of an error is WeCom's
// own, zero where it was not reached.
func (w *WeCom) Check(ctx context.Context) (code int, err error) {
	_, err = w.accessToken(ctx, true)
	var refused noTokenError
	if errors.As(err, &refused) {
		code = int(refused)
	}
	return code, err
}

// noTokenError is the errcode with which a token is refused.
type noTokenError int

func (e noTokenError) Error() string { return fmt.Sprintf("WeCom gives no token: %d", int(e)) }

// weComCall posts a body, or gets where there is none.
func weComCall(ctx context.Context, client *http.Client, address string, body []byte) (a weComAnswer, err error) {
	method := http.MethodPost
	if body == nil {
		method = http.MethodGet
	}
	req, err := http.NewRequestWithContext(ctx, method, address, bytes.NewReader(body))
	if err != nil {
		return a, fmt.Errorf("%w: WeCom's address cannot be read", ErrNotSent)
	}
	req.Header.Set("Content-Type", "application/json; charset=utf-8")
	status, data, err := perform(client, req)
	switch {
	case err != nil && neverConnected(err):
		return a, fmt.Errorf("%w: %w", ErrNotSent, err)
	case err != nil:
		return a, err
	case status == http.StatusTooManyRequests:
		return a, fmt.Errorf("%w: WeCom answered %d", ErrNotSent, status)
	case status != http.StatusOK:
		return a, fmt.Errorf("WeCom answered %d", status)
	}
	if err := json.Unmarshal(data, &a); err != nil {
		return a, fmt.Errorf("WeCom's answer is no JSON") //nolint:err113 // its text is the provider's
	}
	return a, nil
}

// Robots write in group chats (群机器人): each in the one of an area.
type Robots struct {
	client *http.Client
	urls   map[string]string // webhook by area code
}

// NewRobots takes the webhook of each area's group.
func NewRobots(urls map[string]string) *Robots {
	return &Robots{client: providerClient(nil), urls: urls}
}

// Name is "wecom_group".
func (*Robots) Name() string { return ChannelGroup }

// Serves reports whether an area has a group, of its own or of an area it lies in.
func (r *Robots) Serves(where string) bool { return r.webhook(where) != "" }

// webhook is the nearest group's: that of the lowest area that holds the place;
// for what lies nowhere the widest group's.
func (r *Robots) webhook(where string) (address string) {
	best := -1
	for text, candidate := range r.urls {
		code := area.Code(text)
		near := len(code.Prefix())
		if where == "" {
			near = len(code) - near
		} else if !code.Contains(area.Code(where)) {
			continue
		}
		if near > best {
			address, best = candidate, near
		}
	}
	return address
}

// Send posts the text. Robots know no ids: one whose fate nobody knows is written twice at worst.
func (r *Robots) Send(ctx context.Context, m Message) (string, error) {
	address := r.webhook(string(m.Area))
	if address == "" {
		return "", fmt.Errorf("%w: no group serves this area", ErrRejected)
	}
	body, err := json.Marshal(map[string]any{"msgtype": "text", "text": map[string]string{"content": m.Text}})
	if err != nil {
		return "", fmt.Errorf("write message: %w", err)
	}
	answer, err := weComCall(ctx, r.client, address, body)
	switch {
	case err != nil:
		return "", err
	case answer.ErrCode != 0:
		return "", weComFault(answer.ErrCode)
	}
	return "", nil
}
