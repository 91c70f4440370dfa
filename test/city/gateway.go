package city

import (
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"

	"example.org/hotline/dispatch/notify/sink"
)

// Gateway is the SMS provider of a city under test. It survives the program.
type Gateway struct {
	URL  string
	sink *sink.Sink
}

func newGateway(t testing.TB) *Gateway {
	t.Helper()
	s, err := sink.Open(filepath.Join(t.TempDir(), "sms.jsonl"), "test-secret")
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(s)
	t.Cleanup(func() {
		server.Close()
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return &Gateway{URL: server.URL + "/messages", sink: s}
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
