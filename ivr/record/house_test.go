package record

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"io"
	"log/slog"
	"os"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"example.org/hotline/internal/seal"
	"example.org/hotline/ivr"
	"example.org/hotline/ivr/media"
	"example.org/hotline/ticket"
)

// began is when the calls of these tests begin, by the media's clock; the call's
// own clock is an hour ahead, as a corrected clock may be.
var (
	began = time.Date(2026, 11, 25, 3, 0, 0, 0, time.UTC)
	ahead = time.Hour
)

const packet = 160 // samples of 20 ms

// house is a store whose clock the test moves.
type house struct {
	*Store
	t   testing.TB
	log *bytes.Buffer

	mu   sync.Mutex
	now  time.Time
	rows []ticket.Recording
}

func newHouse(t testing.TB, dir string, change ...func(*Options)) *house {
	t.Helper()
	h := &house{t: t, now: began, log: &bytes.Buffer{}}
	o := Options{Dir: dir, Node: "node-a", Sealer: ring(t), Logger: slog.New(slog.NewTextHandler(h, nil)), Now: h.clock, Register: h.register}
	for _, c := range change {
		c(&o)
	}
	s, err := Open(o)
	if err != nil {
		t.Fatal(err)
	}
	h.Store = s
	return h
}

// Write makes the house its own log.
func (h *house) Write(p []byte) (int, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.log.Write(p)
}

func (h *house) logged() string {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.log.String()
}

func (h *house) clock() time.Time {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.now
}

func (h *house) register(_ context.Context, r ticket.Recording) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.rows = append(h.rows, r)
	return nil
}

// at moves the clock to so long after the beginning and lets the writer do its round.
func (h *house) at(d time.Duration) time.Time {
	h.mu.Lock()
	h.now = began.Add(d)
	now := h.now
	h.mu.Unlock()
	h.write(now)
	return now
}

// begin starts a recording at the clock's time.
func (h *house) begin() *recording {
	h.t.Helper()
	r, ok := h.Begin(ivr.RecordingMeta{Call: ticket.CallID(uuid.Must(uuid.NewV7()).String()), Ticket: "2611250000017", Leg: "citizen", StartedAt: h.clock().Add(ahead)}).(*recording)
	if !ok {
		h.t.Fatal("Begin gave no recording of this package")
	}
	return r
}

// end ends a recording and waits for nothing: what the finisher would do is done here.
func (h *house) end(r *recording, d time.Duration) {
	h.t.Helper()
	if got := r.End(began.Add(d + ahead)); got != d {
		h.t.Errorf("End tells %s, want %s", got, d)
	}
	h.at(d)
	h.finishAll()
}

func (h *house) finishAll() {
	h.t.Helper()
	for {
		select {
		case r := <-h.finishing:
			if !h.finishOne(r) {
				h.t.Fatalf("recording %s has no end:\n%s", r.ID(), h.logged())
			}
			h.registrar.tellAll(context.Background())
		default:
			return
		}
	}
}

// speak feeds 20 ms packets of the two octets from one time to another, in order and on time, with rounds of the writer.
func (h *house) speak(r *recording, from, to time.Duration, said, heard byte) {
	for d := from; d < to; d += 20 * time.Millisecond {
		at := h.at(d)
		ts := uint32(d / time.Microsecond / 125)
		r.Said(frame(said, ts), at)
		r.Heard(frame(heard, ts+77_000), at)
	}
}

func frame(octet byte, ts uint32) media.Frame {
	return media.Frame{ALaw: bytes.Repeat([]byte{octet}, packet), Timestamp: ts}
}

// sound reads both tracks of a finished recording.
func (h *house) sound(id string) (said, heard []byte) {
	h.t.Helper()
	f, err := h.Open(id)
	if err != nil {
		h.t.Fatalf("open: %v", err)
	}
	defer f.Close()
	b, err := io.ReadAll(io.NewSectionReader(f, 0, 2*f.samples))
	if err != nil {
		h.t.Fatalf("read: %v", err)
	}
	for i := 0; i < len(b); i += 2 {
		said, heard = append(said, b[i]), append(heard, b[i+1])
	}
	return said, heard
}

// share counts which part of a stretch of a track is an octet.
func share(track []byte, from, to time.Duration, octet byte) float64 {
	a, b := samplesIn(from), min(samplesIn(to), int64(len(track)))
	if a >= b {
		return 0
	}
	return float64(bytes.Count(track[a:b], []byte{octet})) / float64(b-a)
}

func ring(t testing.TB, versions ...int) *seal.Keyring {
	t.Helper()
	keys := map[int][]byte{}
	for _, v := range append(versions, 1) {
		sum := sha256.Sum256([]byte{byte(v)})
		keys[v] = sum[:]
	}
	k, err := seal.NewKeyring(keys)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

// want reports an error that is not of a kind.
func want(t testing.TB, what string, err, kind error) {
	t.Helper()
	if !errors.Is(err, kind) {
		t.Errorf("%s: %v, want %v", what, err, kind)
	}
}

// copyFile copies a file, as a backup does.
func copyFile(t testing.TB, from, to string) {
	t.Helper()
	data, err := os.ReadFile(from)
	if err == nil {
		err = os.WriteFile(to, data, 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
}
