package api

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"runtime/debug"
	"strconv"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/gofiber/fiber/v2"

	"example.org/hotline/area"
	"example.org/hotline/internal/act"
)

// Event is one line of the live stream. It says that something changed; the
// reader asks for the ticket if it wants to know more.
type Event struct {
	Kind   string         `json:"kind" doc:"Such as ticket.accepted"`
	Ticket string         `json:"ticket,omitempty" doc:"Public id"`
	Area   area.Code      `json:"area"`
	Data   map[string]any `json:"data,omitempty"`
}

// eventBatch is how many events a stream reads at a time.
const eventBatch = 200

// retryAfterCut tells the browser how soon to come back once a stream ends.
const retryAfterCut = 500 * time.Millisecond

// bindEvents adds the stream as a plain Fiber route, since huma's own event
// streams do not flush on Fiber (huma issue 888), and describes it by hand.
func bindEvents(s *Server, r *route) {
	s.app.Add(r.method, fiberPath(r.path), s.streamEvents)
	op := r.operation()
	op.Description = "A stream of server-sent events. Each has a number as its id; a client that comes back with the last one it saw as " +
		"Last-Event-ID misses none. The first event is `ready`, or `reset` where that id is not in the log any more: then reload what you show. " +
		"A comment comes every 15 seconds. The server ends a stream after less than half a minute; browsers come back by themselves."
	op.Parameters = append(op.Parameters, &huma.Param{Name: headerLastEvent, In: "header", Description: "id of the last event seen",
		Schema: &huma.Schema{Type: huma.TypeString}})
	op.Responses = map[string]*huma.Response{
		"200": {Description: "Events, each with an Event as its data", Content: map[string]*huma.MediaType{
			"text/event-stream": {Schema: s.schemaOf(Event{})}}},
		"default": {Description: "Error", Content: map[string]*huma.MediaType{problemType: {Schema: s.schemaOf(Problem{})}}},
	}
	s.api.OpenAPI().AddOperation(&op)
}

const headerLastEvent = "Last-Event-ID"

// streamEvents finds out where the stream begins and hands over to a writer
// that outlives this handler: whatever it needs is copied here.
func (s *Server) streamEvents(c *fiber.Ctx) error {
	st := stream{server: s, request: requestOf(c.UserContext())}
	if err := st.begin(c.UserContext(), c.Get(headerLastEvent)); err != nil {
		return err
	}
	c.Set(fiber.HeaderContentType, "text/event-stream")
	c.Set("X-Accel-Buffering", "no")
	c.Context().SetBodyStreamWriter(st.write)
	return nil
}

// stream is one reader of the event log.
type stream struct {
	server  *Server
	request request
	at      int64 // number of the last event sent
	reset   bool  // the reader asked to go on from where nobody can
}

// begin finds the place in the log.
func (st *stream) begin(ctx context.Context, last string) error {
	var oldest, newest int64
	err := st.server.deps.Run(ctx, act.SystemConsole, func(tx Tx) (err error) {
		oldest, newest, err = tx.LogSpan(ctx)
		return err
	})
	if err != nil {
		return err
	}
	st.at = newest
	if last == "" {
		return nil
	}
	seq, err := strconv.ParseInt(last, 10, 64)
	if st.reset = err != nil || seq < oldest-1 || seq > newest; !st.reset {
		st.at = seq
	}
	return nil
}

// write runs until the session, the server or the connection ends, and in any
// case before the write deadline would cut it in the middle of an event.
func (st *stream) write(w *bufio.Writer) {
	s := st.server
	defer func() { // no handler is above us to recover
		if cause := recover(); cause != nil {
			s.deps.Logger.Error("panic in an event stream", "cause", cause, "stack", string(debug.Stack()))
		}
	}()
	wakes, leave := s.hub.join()
	defer leave()
	s.metrics.streams.Inc()
	defer s.metrics.streams.Dec()
	ctx, cancel := context.WithTimeout(s.base, s.cfg.WriteTimeout*5/6)
	defer cancel()
	beat := time.NewTicker(s.cfg.Heartbeat)
	defer beat.Stop()

	name := "ready"
	if st.reset {
		name = "reset"
	}
	fmt.Fprintf(w, "retry: %d\nid: %d\nevent: %s\ndata: {}\n\n", retryAfterCut.Milliseconds(), st.at, name) //nolint:errcheck // Flush tells
	for {
		if err := st.catchUp(ctx, w); err != nil || w.Flush() != nil {
			return
		}
		select {
		case <-ctx.Done():
			return
		case <-s.hub.closed:
			return
		case <-wakes:
		case <-beat.C:
			fmt.Fprint(w, ": alive\n\n") //nolint:errcheck // Flush tells
		}
	}
}

// catchUp sends what was added to the log. With the database away the stream
// stays open and tries again at the next beat; with the session over it ends.
func (st *stream) catchUp(ctx context.Context, w *bufio.Writer) error {
	s, req := st.server, st.request
	_, _, err := s.deps.Sessions.Session(ctx, req.token, s.cfg.SessionIdle, false)
	if errors.Is(err, act.ErrSignIn) {
		return err // only ends the stream
	}
	for err == nil {
		var events []act.Logged
		err = s.deps.Run(ctx, req.actor, func(tx Tx) (err error) {
			events, err = tx.EventsAfter(ctx, st.at, eventBatch)
			return err
		})
		for _, e := range events {
			data, err := json.Marshal(Event{Kind: e.Kind, Ticket: e.Ticket, Area: e.Area, Data: e.Data})
			if err != nil {
				return fmt.Errorf("write event %d: %w", e.Seq, err)
			}
			fmt.Fprintf(w, "id: %d\ndata: %s\n\n", e.Seq, data) //nolint:errcheck // Flush tells
			st.at = e.Seq
		}
		if len(events) < eventBatch {
			break
		}
	}
	return nil
}

// lastEvent is the newest number of the log, for the hub's own look.
func (s *Server) lastEvent(ctx context.Context) (last int64, err error) {
	err = s.deps.Run(ctx, act.SystemConsole, func(tx Tx) (err error) {
		_, last, err = tx.LogSpan(ctx)
		return err
	})
	return last, err // the hub only asks whether
}
