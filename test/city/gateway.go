package city

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"slices"
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
	sent  []sink.Message // oldest first
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
	if r.Method != http.MethodPost {
		g.sink.ServeHTTP(w, r)
		return
	}
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return // the program died while it was sending
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	answer := httptest.NewRecorder()
	g.sink.ServeHTTP(answer, r)
	var m sink.Message
	if answer.Code == http.StatusOK && json.Unmarshal(body, &m) == nil {
		g.mu.Lock()
		if g.asked[m.ID]++; g.asked[m.ID] == 1 {
			g.sent = append(g.sent, m)
		}
		g.mu.Unlock()
	}
	w.WriteHeader(answer.Code)
	_, _ = w.Write(answer.Body.Bytes()) // the program is gone, or has it
}

// Sent lists the messages whose text contains part, newest first.
func (g *Gateway) Sent(part string) (found []sink.Message) {
	g.mu.Lock()
	defer g.mu.Unlock()
	for _, m := range slices.Backward(g.sent) {
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
