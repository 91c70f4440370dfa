package city

import (
	"bufio"
	"context"
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"
)

// Stream is what somebody has seen of the live events.
type Stream struct {
	mu     sync.Mutex
	seen   []int64
	came   map[arrival]time.Time
	last   string
	resets int
	ready  chan struct{} // closed with the first event
	once   sync.Once
}

// arrival is the first event of a kind about a ticket.
type arrival struct{ kind, ticket string }

// Follow reads live events as a browser does, coming back with the last number
// it saw whenever the stream is cut. It returns once it listens, and reads
// until the test ends.
func (cl *Client) Follow() *Stream {
	cl.city.T.Helper()
	s := &Stream{came: map[arrival]time.Time{}, ready: make(chan struct{})}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() {
		defer close(done)
		for ctx.Err() == nil {
			if s.read(ctx, cl) != nil {
				again := time.NewTimer(200 * time.Millisecond) // a browser's retry
				select {
				case <-again.C:
				case <-ctx.Done():
				}
				again.Stop()
			}
		}
	}()
	cl.city.T.Cleanup(func() { cancel(); <-done })
	cl.city.Until("the stream of events begins", func() bool {
		select {
		case <-s.ready:
			return true
		default:
			return false
		}
	})
	return s
}

// read is one connection.
func (s *Stream) read(ctx context.Context, cl *Client) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, cl.city.API+"/api/v1/events", nil)
	if err != nil {
		return err
	}
	s.mu.Lock()
	if s.last != "" {
		req.Header.Set("Last-Event-ID", s.last)
	}
	s.mu.Unlock()
	res, err := (&http.Client{Jar: cl.http.Jar}).Do(req)
	if err != nil {
		return err
	}
	defer res.Body.Close() // read until it is cut
	if res.StatusCode != http.StatusOK {
		return http.ErrNotSupported
	}
	named := false
	for lines := bufio.NewScanner(res.Body); ; {
		if !lines.Scan() {
			return lines.Err()
		}
		named = s.line(lines.Text(), named)
	}
}

// line takes one line of a stream; named tells that the event under way has a name, so that its number is only a place.
func (s *Stream) line(text string, named bool) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	key, value, _ := strings.Cut(text, ": ")
	switch key {
	case "id":
		s.last = value
	case "event":
		if value == "reset" {
			s.resets++
		}
		s.once.Do(func() { close(s.ready) })
		return true
	case "data":
		if seq, err := strconv.ParseInt(s.last, 10, 64); err == nil && !named {
			s.seen = append(s.seen, seq)
			s.note(value)
		}
		return false
	}
	return named
}

// note keeps when an event came.
func (s *Stream) note(data string) {
	var e struct{ Kind, Ticket string }
	if json.Unmarshal([]byte(data), &e) != nil {
		return
	}
	if of := (arrival{e.Kind, e.Ticket}); s.came[of].IsZero() {
		s.came[of] = time.Now()
	}
}

// Came tells when the first event of a kind about a ticket, by its public id, came in; zero as long as none has.
func (s *Stream) Came(kind, ticket string) time.Time {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.came[arrival{kind, ticket}]
}

// Seen lists the numbers of the events that came, in their order, and how often the reader was told to start anew.
func (s *Stream) Seen() (seqs []int64, resets int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]int64(nil), s.seen...), s.resets
}
