package notify

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"

	"example.org/hotline/ticket"
)

// SMS sends short messages through an HTTP gateway, in the shape that a GatewaySpec describes.
type SMS struct {
	spec   *GatewaySpec
	setup  GatewaySetup
	client *http.Client
	now    func() time.Time
}

// NewSMS takes a shape that has passed Validate and the city's account. The
// caller's context bounds each request.
func NewSMS(spec *GatewaySpec, setup GatewaySetup) (*SMS, error) {
	if setup.URL != "" {
		u, err := url.Parse(setup.URL)
		if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" {
			return nil, errors.New("the SMS gateway's address must be an http or https URL")
		}
	}
	setup.URL = strings.TrimRight(setup.URL, "/")
	if setup.URL == "" && strings.Contains(spec.Send.URL, "{url}") {
		return nil, fmt.Errorf("the SMS gateway %s needs an address (sms.url)", spec.Name)
	}
	for _, name := range spec.Needs {
		if setup.Settings[name] == "" {
			return nil, fmt.Errorf("the SMS gateway %s needs sms.settings.%s", spec.Name, name)
		}
	}
	return &SMS{spec: spec, setup: setup, client: providerClient(nil), now: time.Now}, nil //nolint:forbidigo // a provider compares it with its own clock
}

// Name is "sms".
func (s *SMS) Name() string { return ChannelSMS }

// code is the provider's for the text of a message: of its language, where that
// is registered too (offer.en), else of the Chinese one.
func (s *SMS) code(m Message) string {
	return cmp.Or(s.setup.Codes[m.Template+"."+m.Language], s.setup.Codes[m.Template])
}

// Send posts the message.
func (s *SMS) Send(ctx context.Context, m Message) (string, error) {
	if m.Address == "" {
		return "", fmt.Errorf("%w: no number is known", ErrRejected)
	}
	code := s.code(m)
	if s.spec.Text == "registered" && code == "" {
		return "", fmt.Errorf("%w: template %s has no code with the provider (sms.codes)", ErrRejected, m.Template)
	}
	status, answer, values, err := s.call(ctx, &s.spec.Send, m, code)
	switch {
	case err != nil && neverConnected(err):
		return "", fmt.Errorf("%w: %w", ErrNotSent, err)
	case err != nil:
		return "", err // it may have arrived
	}
	id := textAt(answer, s.spec.Send.ID)
	switch meaning, said := meaningOf(s.spec.Send.Answers, status, answer, values); meaning {
	case "sent":
		return id, nil
	case "rejected":
		return "", fmt.Errorf("%w: it answered %s", ErrRejected, said)
	case "not_sent":
		return "", fmt.Errorf("%w: the gateway answered %s", ErrNotSent, said)
	default:
		return "", fmt.Errorf("the gateway answered %s", said)
	}
}

// Polls reports whether the gateway can be asked.
func (s *SMS) Polls() bool { return s.spec.Find != nil }

// Find asks the gateway for a message, by the day on which it went out: one of
// shortly before midnight may have reached the provider on the next.
func (s *SMS) Find(ctx context.Context, m Message) (Found, error) {
	times := []time.Time{m.Begun.Add(-sendingSkew), m.Begun.Add(sendingSkew)}
	if m.Begun.IsZero() {
		times = []time.Time{s.now().AddDate(0, 0, -1), s.now()}
	}
	if keeps := s.spec.Find.Keeps; keeps > 0 && s.now().Sub(times[0]) > keeps {
		return Found{}, fmt.Errorf("it went out %s ago, and the gateway knows messages for %s", s.now().Sub(times[0]).Round(time.Hour), keeps)
	}
	if !s.spec.Find.asksByDay() || sentDay(times[0]) == sentDay(times[1]) {
		times = times[:1]
	}
	for _, at := range times {
		asked := m
		asked.Begun = at
		if found, err := s.findAt(ctx, asked); err != nil || found.Known {
			return found, err
		}
	}
	return Found{}, nil
}

// sendingSkew is how far the provider's note of a sending may lie from ours: its
// clock, and how long the call took.
const sendingSkew = 5 * time.Minute

func sentDay(at time.Time) string { return at.In(ticket.Shanghai).Format("20060102") }

// findAt asks for a message of one day.
func (s *SMS) findAt(ctx context.Context, m Message) (Found, error) {
	spec := s.spec.Find
	status, answer, values, err := s.call(ctx, spec, m, s.code(m))
	if err != nil {
		return Found{}, err
	}
	switch meaning, said := meaningOf(spec.Answers, status, answer, values); meaning {
	case "absent":
		return Found{}, nil
	case "found":
	default:
		return Found{}, fmt.Errorf("the gateway answered %s", said)
	}
	item := answer
	if spec.Match != nil {
		items, _ := at(answer, spec.Items).([]any)
		want := fill(spec.Match.Is, values)
		i := slices.IndexFunc(items, func(v any) bool { return want != "" && textAt(v, spec.Match.Path) == want })
		if i < 0 {
			return Found{}, nil
		}
		item = items[i]
	}
	return Found{Known: true, Provider: cmp.Or(textAt(item, spec.ID), m.Provider), Status: s.spec.state(textAt(item, spec.State)), Detail: textAt(item, spec.Detail)}, nil
}

// state translates the provider's word for what became of a message.
func (g *GatewaySpec) state(word string) ticket.DeliveryState {
	if state, ok := g.Status[word]; ok {
		return ticket.DeliveryState(state)
	}
	if word == "" {
		return ""
	}
	return ticket.DeliveryState(g.Status["*"])
}

// meaningOf finds the first rule that fits an answer, and how to speak of it.
func meaningOf(rules []AnswerSpec, status int, answer any, values map[string]string) (meaning, said string) {
	said = strconv.Itoa(status)
	for _, r := range rules {
		if r.Path != "" {
			if code := textAt(answer, r.Path); code != "" && len(code) <= 80 {
				said = strconv.Itoa(status) + " " + code
			}
		}
		if r.Status != "" && !fits(strconv.Itoa(status), strings.Replace(r.Status, "xx", "*", 1)) {
			continue
		}
		found := textAt(answer, r.Path)
		if r.Path == "" || len(r.Is) == 0 && found != "" || slices.ContainsFunc(r.Is, func(p string) bool { return fits(found, fill(p, values)) }) {
			return r.Means, said
		}
	}
	return "unknown", said
}

// call fills in, signs and performs a request, and reads the answer's JSON.
func (s *SMS) call(ctx context.Context, spec *CallSpec, m Message, code string) (status int, answer any, values map[string]string, err error) {
	req, values, err := s.request(ctx, spec, m, code)
	if err != nil {
		return 0, nil, values, err
	}
	status, data, err := perform(s.client, req)
	if err != nil {
		return 0, nil, values, err
	}
	return status, parseJSON(data), values, nil
}

// request builds what spec describes. Values are made once, so that the
// signature is over what is sent.
func (s *SMS) request(ctx context.Context, spec *CallSpec, m Message, code string) (*http.Request, map[string]string, error) {
	values, list := s.values(m, code)
	target, err := url.Parse(fill(spec.URL, values))
	if err != nil {
		return nil, values, fmt.Errorf("%w: the gateway's address cannot be read", ErrNotSent)
	}
	values["host"], values["path"] = target.Host, target.EscapedPath()
	params := map[string]string{}
	for name, text := range spec.Query {
		params[name] = fill(text, values)
	}
	fields := map[string]string{}
	if spec.Body == "form" {
		for name, text := range spec.Fields {
			fields[name] = fill(text, values)
			params[name] = fields[name]
		}
	}
	values["sorted"], values["sorted_raw"] = sorted(params, percent), sorted(params, func(s string) string { return s })
	if spec.Body == "json" {
		body, err := jsonBody(spec.Fields, values, list)
		if err != nil {
			return nil, values, fmt.Errorf("%w: write the message: %w", ErrRejected, err)
		}
		values["body"] = string(body)
	}
	for _, d := range spec.Define {
		values[d.Name] = fill(d.Text, values)
	}
	if spec.Sign != nil {
		keys := make([]string, len(spec.Sign.Key))
		for i, key := range spec.Sign.Key {
			keys[i] = fill(key, values)
		}
		values["signature"] = signature(spec.Sign.Algorithm, keys, fill(spec.Sign.Content, values), spec.Sign.Encode)
	}
	query := target.Query()
	for name := range spec.Query {
		query.Set(name, params[name])
	}
	placed := fill(cmp.Or(signValue(spec.Sign), "{signature}"), values)
	switch {
	case spec.Sign == nil || spec.Sign.Field == "":
	case spec.Body == "form":
		fields[spec.Sign.Field] = placed
	default:
		query.Set(spec.Sign.Field, placed)
	}
	target.RawQuery = query.Encode()
	if spec.Body == "form" {
		form := url.Values{}
		for name, value := range fields {
			form.Set(name, value)
		}
		values["body"] = form.Encode()
	}
	req, err := http.NewRequestWithContext(ctx, spec.Method, target.String(), bytes.NewReader([]byte(values["body"])))
	if err != nil {
		return nil, values, fmt.Errorf("%w: %w", ErrNotSent, err)
	}
	switch spec.Body {
	case "json":
		req.Header.Set("Content-Type", "application/json; charset=utf-8")
	case "form":
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded; charset=utf-8")
	default:
		req.Body, req.ContentLength = http.NoBody, 0
	}
	for name, text := range spec.Headers {
		req.Header.Set(name, fill(text, values))
	}
	if spec.Sign != nil && spec.Sign.Header != "" {
		req.Header.Set(spec.Sign.Header, placed)
	}
	return req, values, nil
}

func signValue(s *SignSpec) string {
	if s == nil {
		return ""
	}
	return s.Value
}

// values are what templates may use; list holds the message's own, in the
// order in which its template declares them.
func (s *SMS) values(m Message, code string) (values map[string]string, list []string) {
	now := s.now()
	params := map[string]string{}
	list = []string{}
	for _, name := range m.Order {
		params[name] = m.Fields[name]
		list = append(list, m.Fields[name])
	}
	object, _ := json.Marshal(params) // texts alone
	values = maps.Clone(s.setup.Settings)
	if values == nil {
		values = map[string]string{}
	}
	maps.Copy(values, map[string]string{
		"ref": m.Ref, "id": m.Provider, "account": s.setup.Account, "secret": s.setup.Secret, "url": s.setup.URL, "to": m.Address, "text": m.Text,
		"template": m.Template, "code": code, "params": string(object),
		"time": strconv.FormatInt(now.Unix(), 10), "time_ms": strconv.FormatInt(now.UnixMilli(), 10), "date": now.UTC().Format(time.DateOnly),
		"sent_day": sentDay(m.Begun), "sent_from": strconv.FormatInt(m.Begun.Unix(), 10), "iso": now.UTC().Format("2006-01-02T15:04:05Z"), "nonce": uuid.NewString(),
	})
	return values, list
}

// parseJSON reads an answer; nil where it is none: then the status decides.
func parseJSON(data []byte) (v any) {
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.UseNumber()
	if dec.Decode(&v) != nil {
		return nil
	}
	return v
}

// maxAnswer bounds what is read of a provider's answer.
const maxAnswer = 256 << 10

// perform does a request and reads the answer.
func perform(client *http.Client, req *http.Request) (status int, answer []byte, err error) {
	resp, err := client.Do(req)
	if err != nil {
		return 0, nil, withoutAddress(err)
	}
	defer func() { _ = resp.Body.Close() }()
	answer, err = io.ReadAll(io.LimitReader(resp.Body, maxAnswer))
	if err != nil {
		return 0, nil, fmt.Errorf("read the provider's answer: %w", err)
	}
	return resp.StatusCode, answer, nil
}

var _ Poller = (*SMS)(nil)
