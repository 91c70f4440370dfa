package city

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"example.org/hotline/dispatch/notify/sink"
)

// Gateway is the SMS provider of a city under test. It survives the program.
type Gateway struct {
	URL  string
	sink *sink.Sink

	mu    sync.Mutex
	asked map[string]int // how often each message was handed in, by our own id for it
}

func newGateway(t testing.TB) *Gateway {
	t.Helper()
	s, err := sink.Open(filepath.Join(t.TempDir(), "sms.jsonl"), "test-secret")
	if err != nil {
		t.Fatal(err)
	}
	g := &Gateway{sink: s, asked: map[string]int{}}
	server := httptest.NewServer(g)
	t.Cleanup(func() {
		server.Close()
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	g.URL = server.URL + "/messages"
	return g
}

// ServeHTTP counts what is handed in and leaves the rest to the sink, which takes an id once.
func (g *Gateway) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method == http.MethodPost {
		body, err := io.ReadAll(r.Body)
		var m sink.Message
		if err == nil && json.Unmarshal(body, &m) == nil {
			g.mu.Lock()
			g.asked[m.ID]++
			g.mu.Unlock()
		}
		r.Body = io.NopCloser(bytes.NewReader(body))
	}
	g.sink.ServeHTTP(w, r)
}

// Sent lists the messages whose text contains part, newest first.
func (g *Gateway) Sent(part string) (found []sink.Message) {
	for _, m := range g.sink.Messages() {
		if strings.Contains(m.Text, part) {
			found = append(found, m)
		}
	}
	return found
}

// Asked is how often a message was handed in under an id of ours.
func (g *Gateway) Asked(id string) int {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.asked[id]
}
