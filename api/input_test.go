package api_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/google/uuid"

	"example.org/hotline/api"
)

// What is wrong with a body is told without repeating it, and nothing is done.
func TestWrongBodies(t *testing.T) {
	h := newHouse(t)
	id := h.call("12349001", "")
	agent := h.signIn("agent")
	secret := "990101199003070011" // the kind of value that must not come back
	version := decode[api.Ticket](t, agent.get("/tickets/"+id)).Version
	good := fmt.Sprintf(`"version":%d,"area":"%s","priority":"P2","kind":"aid"`, version, township)
	tests := []struct {
		name, body string
		status     int
		code       string
	}{
		{"no JSON", `{"version": 1, ` + secret, 400, "unparseable"},
		{"empty", "", 400, "unparseable"},
		{"two documents", `{` + good + `}{}`, 400, "unparseable"},
		{"unknown field", `{` + good + `,"id_number":"` + secret + `"}`, 422, "validation_failed"},
		{"unknown field that is itself a secret", `{` + good + `,"` + secret + `":1}`, 422, "validation_failed"},
		{"other case", `{` + good + `,"Reason":"x"}`, 422, "validation_failed"},
		{"missing", `{"version":1}`, 422, "validation_failed"},
		{"wrong type", `{"version":"` + secret + `","area":"` + string(township) + `","priority":"P2","kind":"aid"}`, 422, "validation_failed"},
		{"not one of", strings.Replace(`{`+good+`}`, "P2", secret, 1), 422, "validation_failed"},
		{"bad form", strings.Replace(`{`+good+`}`, string(township), secret, 1), 422, "validation_failed"},
		{"too long", `{` + good + `,"reason":"` + strings.Repeat(secret, 100) + `"}`, 422, "validation_failed"},
		{"a list", `[]`, 422, "validation_failed"},
		{"null", `null`, 422, "validation_failed"},
		{"a zero character", `{` + good + `,"reason":"a\u0000` + secret + `"}`, 422, "zero_character"},
		{"a personal number", `{` + strings.Replace(good, "P2", "P1", 1) + `,"reason":"` + withCheckCharacter("99010119900307001") + `"}`, 422, "personal_number"},
		{"decimals", strings.Replace(`{`+good+`}`, fmt.Sprint(version), fmt.Sprint(version)+".5", 1), 422, "validation_failed"},
	}
	for _, tt := range tests {
		a := agent.send(http.MethodPost, "/tickets/"+id+"/triage", tt.body, http.Header{"Idempotency-Key": {uuid.NewString()}})
		if a.status != tt.status || a.code() != tt.code {
			t.Errorf("%s: %d %s, want %d %s", tt.name, a.status, a.body, tt.status, tt.code)
		}
		if strings.Contains(string(a.body), secret) {
			t.Errorf("%s: the answer repeats the value: %s", tt.name, a.body)
		}
		if got := a.header.Get("Content-Type"); got != "application/problem+json" {
			t.Errorf("%s: Content-Type %q", tt.name, got)
		}
	}
	if a := (client{h: h}).send(http.MethodPost, "/session", `{"login":"a\u0000b","password":"x"}`, nil); a.code() != "zero_character" {
		t.Errorf("a zero character in a login: %d %s", a.status, a.body)
	}
	for _, coding := range []string{"gzip", "br", "deflate", "zstd", "gzip, gzip"} { // before sign-in as well
		a := (client{h: h}).send(http.MethodPost, "/session", `{"login":"agent","password":"x"}`, http.Header{"Content-Encoding": {coding}})
		if a.status != http.StatusUnsupportedMediaType || a.code() != "encoded_body" {
			t.Errorf("a body in %s: %d %s", coding, a.status, a.body)
		}
	}
	xml := agent.send(http.MethodPost, "/tickets/"+id+"/triage", "<a/>", http.Header{"Idempotency-Key": {uuid.NewString()}, "Content-Type": {"application/xml"}})
	if xml.status != http.StatusUnsupportedMediaType {
		t.Errorf("XML: %d %s", xml.status, xml.body)
	}
	for path, want := range map[string]int{"/tickets?limit=0": 422, "/tickets?limit=201": 422, "/tickets?sort=id": 422, "/tickets?view=secret": 422,
		"/tickets?area=" + secret: 422, "/nowhere": 404, "/tickets/" + strings.Repeat("x", 40): 422, "/tickets/%00": 404} {
		a := agent.get(path)
		if a.status != want || strings.Contains(string(a.body), secret) {
			t.Errorf("GET %s: %d %s, want %d", path, a.status, a.body, want)
		}
	}
	if a := agent.send(http.MethodPatch, "/tickets/"+id, "{}", nil); a.status != http.StatusMethodNotAllowed {
		t.Errorf("a method it does not know: %d %s", a.status, a.body)
	}
	if now := decode[api.Ticket](t, agent.get("/tickets/"+id)); now.Version != version {
		t.Errorf("one of them changed the ticket: %+v", now)
	}
}
