package notify

import (
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"time"

	"example.org/hotline/internal/act"
	"example.org/hotline/ticket"
)

// GatewaySpec is how one provider of short messages is spoken to: its request
// shapes as data (configs/gateways/*.yaml). Texts are templates, see Template.
type GatewaySpec struct {
	Name    string            `yaml:"name"`
	Source  string            `yaml:"source"`  // where the shape is described
	Needs   []string          `yaml:"needs"`   // settings that a city must give
	Text    string            `yaml:"text"`    // what a message may be: "free", or "registered" where each template has a code with the provider
	Send    CallSpec          `yaml:"send"`    // gives a message to the provider
	Find    *CallSpec         `yaml:"find"`    // asks for one; nil: it cannot be asked
	Receipt *InboundSpec      `yaml:"receipt"` // what the provider tells us afterwards
	Reply   *InboundSpec      `yaml:"reply"`   // what people write back
	Status  map[string]string `yaml:"status"`  // the provider's words for sent, delivered, read and failed; "*" for any other
}

// CallSpec is one request and what its answers mean.
type CallSpec struct {
	Method  string            `yaml:"method"`
	URL     string            `yaml:"url"`
	Headers map[string]string `yaml:"headers"`
	Query   map[string]string `yaml:"query"`
	Body    string            `yaml:"body"`   // "json", "form" or "" for none
	Fields  map[string]string `yaml:"fields"` // of the body; in JSON a.b and a.0 reach into objects and lists
	Define  []Definition      `yaml:"define"` // further names, in order, made after the body
	Sign    *SignSpec         `yaml:"sign"`
	Answers []AnswerSpec      `yaml:"answers"` // the first that fits decides; none: nobody knows
	ID      string            `yaml:"id"`      // path of the provider's id in the answer
	State   string            `yaml:"state"`   // path of its word for what became of the message
	Detail  string            `yaml:"detail"`  // path of its code for that
	Items   string            `yaml:"items"`   // path of a list in the answer: ID, State and Detail are of the item that Match fits
	Match   *MatchSpec        `yaml:"match"`
	Keeps   time.Duration     `yaml:"keeps"` // of a question: how long the provider knows a message; zero: for ever
}

// Definition names a text that later ones may use.
type Definition struct {
	Name string `yaml:"name"`
	Text string `yaml:"text"`
}

// SignSpec is a signature: where it goes, over what, by which key.
type SignSpec struct {
	Algorithm string   `yaml:"algorithm"` // hmac-sha256, hmac-sha1, sha256 or md5
	Key       []string `yaml:"key"`       // several: each is keyed by the MAC of those before (hmac only)
	Content   string   `yaml:"content"`
	Encode    string   `yaml:"encode"` // hex (default), HEX or base64
	Header    string   `yaml:"header"` // it goes there as Value says, or
	Field     string   `yaml:"field"`  // into the form or query under this name
	Value     string   `yaml:"value"`  // {signature} stands for it; empty: it alone
}

// AnswerSpec says what an answer means.
type AnswerSpec struct {
	Status string   `yaml:"status"` // "200", "2xx"; empty: any
	Path   string   `yaml:"path"`   // a place in the JSON answer
	Is     []string `yaml:"is"`     // what stands there, * for any rest; empty: whatever stands there
	Means  string   `yaml:"means"`  // sent, rejected, not_sent, unknown; of a question found or absent
}

// MatchSpec finds an item of a list.
type MatchSpec struct {
	Path string `yaml:"path"`
	Is   string `yaml:"is"`
}

// InboundSpec is a request that the provider sends to us. Paths are places in
// its JSON body, or names of its form.
type InboundSpec struct {
	Auth    AuthSpec          `yaml:"auth"`
	Body    string            `yaml:"body"`  // json or form
	Items   string            `yaml:"items"` // path of the list; ".": the body is one; empty: the body is a single item
	ID      string            `yaml:"id"`    // of a reply: empty where the provider gives it none; the same words at the same time are then one
	Ref     string            `yaml:"ref"`
	Status  string            `yaml:"status"`
	Detail  string            `yaml:"detail"`
	Seq     string            `yaml:"seq"`
	From    string            `yaml:"from"`
	Text    string            `yaml:"text"`
	Only    map[string]string `yaml:"only"` // items are ours only where these places hold these values
	Answer  string            `yaml:"answer"`
	Content string            `yaml:"content_type"`
}

// AuthSpec is how an inbound request proves whose it is. The secret is sms.inbound_secret.
type AuthSpec struct {
	Kind      string `yaml:"kind"`      // "token": the secret stands in Header or Query; "sign": Header holds a signature
	Header    string `yaml:"header"`    // token or signature
	Query     string `yaml:"query"`     // token
	Time      string `yaml:"time"`      // sign: the header with Unix seconds, at most five minutes off
	Algorithm string `yaml:"algorithm"` // sign
	Content   string `yaml:"content"`   // sign: {time}, {body}
	Encode    string `yaml:"encode"`
}

// GatewaySetup is a city's account with a gateway.
type GatewaySetup struct {
	URL           string // of the provider, where the shape does not know it
	Account       string
	Secret        string
	InboundSecret string
	Settings      map[string]string
	Codes         map[string]string // the provider's code of each template
}

var codeName = regexp.MustCompile(`^[a-z][a-z0-9_]*$`)

// builtInNames are what templates may use besides settings and definitions.
var builtInNames = []string{"ref", "id", "account", "secret", "url", "to", "text", "template", "code", "values", "params", "time", "time_ms", "date", "sent_day", "sent_from", "iso", "nonce",
	"host", "path", "body", "sorted", "sorted_raw", "signature"}

// Validate reports every fault of the shape, each an *act.Fault with its path.
func (g *GatewaySpec) Validate() error {
	c := &gatewayCheck{names: slices.Concat(builtInNames, g.Needs)}
	if !codeName.MatchString(g.Name) {
		c.fault("name", "must be a-z, 0-9 and _")
	}
	if g.Text != "free" && g.Text != "registered" {
		c.fault("text", "must be free, or registered where the provider knows each template by a code")
	}
	c.call("send", &g.Send, []string{"sent", "rejected", "not_sent", "unknown"}, "sent")
	if g.Find != nil {
		c.call("find", g.Find, []string{"found", "absent", "unknown"}, "found")
	}
	if g.Receipt != nil {
		c.inbound("receipt", g.Receipt, map[string]string{"status": g.Receipt.Status})
		if g.Receipt.ID == "" && g.Receipt.Ref == "" {
			c.fault("receipt", "needs id or ref, or no message is found by it")
		}
	}
	if g.Reply != nil {
		c.inbound("reply", g.Reply, map[string]string{"from": g.Reply.From, "text": g.Reply.Text})
	}
	states := []string{string(ticket.DeliverySent), string(ticket.DeliveryDelivered), string(ticket.DeliveryRead), string(ticket.DeliveryFailed)}
	for word, state := range g.Status {
		if !slices.Contains(states, state) {
			c.fault("status."+word, "must be one of %s", strings.Join(states, ", "))
		}
	}
	if (g.Receipt != nil || g.Find != nil && g.Find.State != "") && len(g.Status) == 0 {
		c.fault("status", "is missing: what are the provider's words?")
	}
	return errors.Join(c.faults...)
}

type gatewayCheck struct {
	names  []string
	faults []error
}

func (c *gatewayCheck) fault(path, format string, args ...any) {
	c.faults = append(c.faults, act.Invalid(path, "gateway", fmt.Sprintf(format, args...)))
}

func (c *gatewayCheck) template(path, text string, names []string) {
	for _, use := range templateUse.FindAllStringSubmatch(text, -1) {
		name, filters, _ := strings.Cut(use[1], "|")
		if !slices.Contains(names, name) && name[0] > '9' {
			c.fault(path, "{%s} is unknown here; known are %s", name, strings.Join(names, ", "))
		}
		for f := range strings.SplitSeq(filters, "|") {
			if _, ok := templateFilters[f]; !ok && f != "" {
				c.fault(path, "the filter %s is unknown; known are %s", f, strings.Join(filterNames(), ", "))
			}
		}
	}
}

func (c *gatewayCheck) call(path string, s *CallSpec, meanings []string, good string) {
	if s.Method != http.MethodGet && s.Method != http.MethodPost {
		c.fault(path+".method", "must be GET or POST")
	}
	if s.Body != "" && s.Body != "json" && s.Body != "form" {
		c.fault(path+".body", "must be json, form or absent")
	}
	if s.Body == "" && len(s.Fields) > 0 {
		c.fault(path+".body", "is missing although there are fields")
	}
	names := slices.Clone(c.names)
	for i, d := range s.Define {
		at := fmt.Sprintf("%s.define[%d]", path, i)
		if !codeName.MatchString(d.Name) || slices.Contains(names, d.Name) {
			c.fault(at+".name", "must be a new name of a-z, 0-9 and _")
		}
		c.template(at+".text", d.Text, names)
		names = append(names, d.Name)
	}
	if s.URL == "" {
		c.fault(path+".url", "is missing")
	}
	c.template(path+".url", s.URL, names)
	for place, texts := range map[string]map[string]string{"headers": s.Headers, "query": s.Query, "fields": s.Fields} {
		for name, text := range texts {
			c.template(path+"."+place+"."+name, text, names)
		}
	}
	if s.Sign != nil {
		c.sign(path+".sign", s, names)
	}
	means := false
	for i, a := range s.Answers {
		at := fmt.Sprintf("%s.answers[%d]", path, i)
		if !slices.Contains(meanings, a.Means) {
			c.fault(at+".means", "must be one of %s", strings.Join(meanings, ", "))
		}
		if a.Status != "" && !statusForm.MatchString(a.Status) {
			c.fault(at+".status", "must be a status such as 200, or 2xx")
		}
		if len(a.Is) > 0 && a.Path == "" {
			c.fault(at+".path", "is missing: where does it stand?")
		}
		means = means || a.Means == good
	}
	if !means {
		c.fault(path+".answers", "no answer means %s", good)
	}
	if (s.Items == "") != (s.Match == nil) {
		c.fault(path, "items and match belong together")
	}
	if s.Match != nil {
		c.template(path+".match.is", s.Match.Is, names)
	}
}

var statusForm = regexp.MustCompile(`^[1-5]([0-9]{2}|xx)$`)

func (c *gatewayCheck) sign(path string, s *CallSpec, names []string) {
	if _, ok := digests[s.Sign.Algorithm]; !ok {
		c.fault(path+".algorithm", "must be one of %s", strings.Join(digestNames(), ", "))
	}
	if strings.HasPrefix(s.Sign.Algorithm, "hmac-") != (len(s.Sign.Key) > 0) {
		c.fault(path+".key", "an hmac needs a key; a plain digest has its secret in the content")
	}
	if (s.Sign.Header == "") == (s.Sign.Field == "") {
		c.fault(path, "name a header or a field for the signature")
	}
	for i, key := range s.Sign.Key {
		c.template(fmt.Sprintf("%s.key[%d]", path, i), key, names)
	}
	c.template(path+".content", s.Sign.Content, names)
	c.template(path+".value", s.Sign.Value, names)
	if !slices.Contains([]string{"", "hex", "HEX", "base64"}, s.Sign.Encode) {
		c.fault(path+".encode", "must be hex, HEX or base64")
	}
}

func (c *gatewayCheck) inbound(path string, s *InboundSpec, needed map[string]string) {
	if s.Body != "json" && s.Body != "form" {
		c.fault(path+".body", "must be json or form")
	}
	for name, value := range needed {
		if value == "" {
			c.fault(path+"."+name, "is missing")
		}
	}
	switch s.Auth.Kind {
	case "token":
		if (s.Auth.Header == "") == (s.Auth.Query == "") {
			c.fault(path+".auth", "a token stands in a header or in the query: name one")
		}
	case "sign":
		if _, ok := digests[s.Auth.Algorithm]; !ok || s.Auth.Header == "" || s.Auth.Time == "" {
			c.fault(path+".auth", "a signature needs header, time and algorithm (%s)", strings.Join(digestNames(), ", "))
		}
		c.template(path+".auth.content", s.Auth.Content, []string{"time", "body", "secret"})
	default:
		c.fault(path+".auth.kind", "must be token or sign: nobody may tell us of messages without proof")
	}
}
