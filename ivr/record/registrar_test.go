package record

import (
	"bytes"
	"context"
	"log/slog"
	"strings"
	"testing"

	"github.com/google/uuid"

	"example.org/hotline/internal/act"
	"example.org/hotline/ticket"
)

// Where the calls of a thousand recordings wait for the database themselves, a
// pass asks for a few only, and says so in one line of a line's length.
func TestAPassEndsAfterSomeRefusals(t *testing.T) {
	asked := 0
	var log bytes.Buffer
	s := &Store{o: Options{Logger: slog.New(slog.NewTextHandler(&log, nil)), Register: func(context.Context, ticket.Recording) error {
		asked++
		return act.NotFound("call")
	}}}
	g := newRegistrar(s)
	for range 1000 {
		g.tell(ticket.Recording{ID: uuid.NewString(), State: ticket.RecordingRunning})
	}
	if !g.tellAll(t.Context()) || asked != refusedOfAPass || len(g.rows) != 1000 {
		t.Errorf("asked %d times, %d rows wait", asked, len(g.rows))
	}
	if line := log.String(); len(line) > 300 || !strings.Contains(line, "waiting=1000") {
		t.Errorf("the log has %d bytes: %.300s", len(line), line)
	}
	known := map[string]bool{}
	s.o.Register = func(_ context.Context, r ticket.Recording) error { known[r.ID] = true; return nil }
	if g.tellAll(t.Context()) || len(known) != 1000 || len(g.rows) != 0 {
		t.Errorf("%d told, %d rows wait", len(known), len(g.rows))
	}
}
