package record

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"example.org/hotline/internal/act"
	"example.org/hotline/ivr"
	"example.org/hotline/ticket"
)

// killedDir tells the test binary that it is the process to be killed, and where it records.
const killedDir = "HOTLINE_TEST_RECORD_INTO"

func TestMain(m *testing.M) {
	if dir := os.Getenv(killedDir); dir != "" {
		recordUntilKilled(dir)
	}
	os.Exit(m.Run())
}

// recordUntilKilled records in real time and writes the id, then after each
// packet how many there were.
func recordUntilKilled(dir string) {
	s, err := Open(Options{Dir: dir, Node: "node-a", Sealer: ring(fatal{}), Logger: slog.New(slog.NewTextHandler(os.Stderr, nil))})
	if err != nil {
		panic(err)
	}
	go func() { panic(s.Run(context.Background())) }()
	r := s.Begin(ivr.RecordingMeta{Call: "c", Leg: "citizen"})
	fmt.Println(r.ID())
	packets := time.NewTicker(20 * time.Millisecond)
	for n := 0; ; n++ {
		at := <-packets.C
		r.Said(frame(byte(n), uint32(n*packet)), at)
		r.Heard(frame(7, uint32(n*packet)), at)
		fmt.Println(n)
	}
}

// fatal is a testing.TB that panics.
type fatal struct{ testing.TB }

func (fatal) Helper()           {}
func (fatal) Fatal(args ...any) { panic(fmt.Sprint(args...)) }

// kill -9 in the middle: the recording is found, and plays to within a second of the last packet.
func TestKilledInTheMiddleItPlaysToWithinASecond(t *testing.T) {
	for _, packets := range []int{90, 113, 160} {
		dir := t.TempDir()
		id, last := killAfter(t, dir, packets)
		h := newHouse(t, dir)
		if _, err := h.Open(id); !errors.Is(err, ErrRunning) {
			t.Errorf("before anybody looked at it: %v", err)
		}
		h.recover(t.Context(), h.left())
		h.registrar.tellAll(t.Context())
		if len(h.rows) != 1 || h.rows[0].State != ticket.RecordingCutOff || h.rows[0].ID != id || h.rows[0].Leg != "citizen" {
			t.Fatalf("registered %+v\n%s", h.rows, h.logged())
		}
		said, _ := h.sound(id)
		at := strings.LastIndexByte(string(said), byte(last))
		// The last packet may be missing; then some packet of the last second is the last one there.
		missing := -1
		for back := 0; back < 50 && at < 0; back++ {
			at, missing = strings.LastIndexByte(string(said), byte(last-back)), back
		}
		if at < 0 {
			t.Errorf("after %d packets, of the last second nothing is there; it plays %s", last, h.rows[0].Length)
		}
		t.Logf("killed after %d packets (%s): plays %s, lost %d packets", last, time.Duration(last)*20*time.Millisecond, h.rows[0].Length, missing)
	}
}

// killAfter lets a process of its own record so many packets and kills it.
func killAfter(t *testing.T, dir string, packets int) (id string, last int) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), os.Args[0])
	cmd.Env = append(os.Environ(), killedDir+"="+dir)
	cmd.Stderr = t.Output()
	out, err := cmd.StdoutPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		if id == "" {
			id = lines.Text()
			continue
		}
		if _, err := fmt.Sscan(lines.Text(), &last); err != nil {
			t.Fatal(err)
		}
		if last == packets {
			if err := cmd.Process.Signal(syscall.SIGKILL); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := cmd.Wait(); err == nil || last < packets {
		t.Fatalf("the process ended by itself after %d packets: %v", last, err)
	}
	return id, last
}

// A torn write at the end is dropped, whatever of it reached the disk.
func TestATornEndIsDropped(t *testing.T) {
	for _, tear := range []struct {
		first byte
		torn  int64
	}{{partChunk, 1}, {partChunk, trailerLen}, {partTrailer, trailerLen}, {0, trailerLen}, {partTrailer, 20}, {partChunk, chunkLen - 1}, {partChunk, chunkLen}, {0, 2*chunkLen + 5}} {
		dir := t.TempDir()
		h := newHouse(t, dir)
		r := h.begin()
		h.speak(r, 0, 2*time.Second, 1, 2)
		whole := r.written
		f, err := os.OpenFile(h.filePath(r.id), os.O_RDWR, 0)
		if err != nil {
			t.Fatal(err)
		}
		_, err = f.WriteAt(append([]byte{tear.first}, make([]byte, tear.torn-1)...), chunkOffset(whole))
		if err := errors.Join(err, f.Close()); err != nil {
			t.Fatal(err)
		}
		next := newHouse(t, dir)
		for range 2 { // the second time it has its end and only is not registered
			row, err := next.recoverOne(r.id)
			if err != nil || row.Length != duration(whole*chunkSamples) || row.State != ticket.RecordingCutOff {
				t.Fatalf("torn: %+v: %+v, %v", tear, row, err)
			}
		}
	}
}

// What was only begun when the process died leaves nothing behind.
func TestWhatNeverBeganLeavesNothing(t *testing.T) {
	dir := t.TempDir()
	h := newHouse(t, dir)
	r := h.begin()
	for _, step := range []string{h.pendingPath(r.id), h.keyPath(r.id)} {
		if err := os.WriteFile(step, r.wrapped, 0o600); err != nil {
			t.Fatal(err)
		}
		next := newHouse(t, dir)
		next.recover(t.Context(), next.left())
		for _, path := range []string{h.pendingPath(r.id), h.keyPath(r.id)} {
			if _, err := os.Stat(path); !errors.Is(err, os.ErrNotExist) {
				t.Errorf("%s is still there", path)
			}
		}
		if err := os.WriteFile(h.pendingPath(r.id), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

// The disk is full: the tap goes on at its speed, the recording is marked
// damaged, one alarm is raised, and what was kept plays.
func TestAFullDiskDoesNotTouchTheCall(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "small")
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, "size=128k"); err != nil {
		t.Fatalf("this test needs the right to mount a small disk: %v", err)
	}
	t.Cleanup(func() {
		if err := syscall.Unmount(dir, syscall.MNT_DETACH); err != nil {
			t.Error(err)
		}
	})
	h := newHouse(t, dir)
	r := h.begin()
	h.speak(r, 0, 30*time.Second, 1, 2) // each packet returns, or the test's time is over
	if !r.given.Load() || r.written == 0 {
		t.Fatalf("after 30 s on 128 kB: given up %v, %d chunks written", r.given.Load(), r.written)
	}
	r.End(began.Add(30*time.Second + ahead))
	h.at(30 * time.Second)
	if h.finishOne(<-h.finishing) {
		h.registrar.tellAll(t.Context()) // there was room for the end: the last chunk may not have fitted and it did
	} else {
		if err := os.Remove(firstBallast(t, h, r)); err != nil {
			t.Fatal(err)
		}
		if !h.finishOne(r) {
			t.Fatalf("with room again there is still no end:\n%s", h.logged())
		}
		h.registrar.tellAll(t.Context())
	}
	last := h.rows[len(h.rows)-1]
	if last.State != ticket.RecordingDamaged || last.Length != duration(r.written*chunkSamples) {
		t.Errorf("registered %+v", last)
	}
	if said, _ := h.sound(r.ID()); share(said, 0, last.Length, 1) != 1 {
		t.Error("what was kept does not play")
	}
	if n := strings.Count(h.logged(), "alarm=true"); n != 1 {
		t.Errorf("%d alarms:\n%s", n, h.logged())
	}
}

// Recordings leave the journal its room: a disk with less than the reserve is as a full one.
func TestTheReserveIsLeftFree(t *testing.T) {
	h := newHouse(t, t.TempDir(), func(o *Options) { o.Reserve = 1 << 60 })
	r := h.begin()
	h.speak(r, 0, 10*time.Second, 1, 2)
	if !r.given.Load() || r.written != 0 || strings.Count(h.logged(), "alarm=true") != 1 {
		t.Errorf("given up %v after %d chunks:\n%s", r.given.Load(), r.written, h.logged())
	}
	h.o.Reserve = 1
	r = h.begin()
	h.speak(r, 10*time.Second, 13*time.Second, 1, 2)
	if r.given.Load() || r.written == 0 {
		t.Error("with room again nothing is recorded")
	}
}

// firstBallast is a file that may be removed to make room: the mark needs none, so a second recording's file.
func firstBallast(t *testing.T, h *house, r *recording) string {
	t.Helper()
	var found string
	err := filepath.WalkDir(h.o.Dir, func(path string, d os.DirEntry, err error) error {
		if err == nil && !d.IsDir() && !strings.Contains(path, r.ID()) {
			found = path
		}
		return err
	})
	if err != nil || found == "" {
		t.Fatalf("the disk has no room for a trailer and nothing else on it (%v):\n%s", err, h.logged())
	}
	return found
}

// The whole store under its own clock: begun, ended, registered, and what still ran is ended with the node.
func TestRunEndsWhatStillRuns(t *testing.T) {
	told := make(chan ticket.Recording, 100)
	refused := 0
	h := newHouse(t, t.TempDir(), func(o *Options) {
		o.Now = time.Now
		o.SyncEvery = 50 * time.Millisecond
		o.Register = func(_ context.Context, r ticket.Recording) error {
			if refused == 0 {
				refused++
				return act.ErrUnavailable
			}
			if r.State != ticket.RecordingRunning { // told or not, as the clock will have it
				told <- r
			}
			return nil
		}
	})
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- h.Run(ctx) }()
	short, long := h.Begin(ivr.RecordingMeta{Call: "a", Leg: "citizen", Voicemail: true}), h.Begin(ivr.RecordingMeta{Call: "b", Leg: "agent:x"})
	short.Said(frame(1, 0), time.Now())
	long.Said(frame(2, 0), time.Now())
	if d := short.End(time.Now().Add(time.Second)); d < time.Second || d > 30*time.Second {
		t.Errorf("End tells %s", d)
	}
	if got := <-told; got.ID != short.ID() || got.Kind != ticket.RecordingVoicemail || got.State != ticket.RecordingComplete {
		t.Errorf("told %+v", got)
	}
	cancel()
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	if got := <-told; got.ID != long.ID() || got.State != ticket.RecordingComplete {
		t.Errorf("told %+v", got)
	}
	if said, _ := h.sound(long.ID()); share(said, 0, 20*time.Millisecond, 2) == 0 {
		t.Error("the packet of the second is missing")
	}
}

// A node opens what another one holds, by a request that nobody else can make or repeat.
func TestAnotherNodesRecordingIsOpened(t *testing.T) {
	a, b := newHouse(t, t.TempDir()), newHouse(t, t.TempDir(), func(o *Options) { o.Node = "node-b" })
	r, running := a.begin(), a.begin()
	a.speak(r, 0, 40*time.Second, 1, 2)
	a.end(r, 40*time.Second)
	b.mu.Lock()
	b.now = a.clock()
	b.mu.Unlock()
	var caught *http.Request
	peer := a.Peer()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		caught = req.Clone(context.Background())
		peer.ServeHTTP(w, req)
	}))
	defer server.Close()
	library := Library{Local: b.Store, Peers: map[string]string{"node-a": server.URL + "/", "node-dead": "http://127.0.0.1:1"}}

	far, err := library.Open(t.Context(), "node-a", r.ID())
	if err != nil {
		t.Fatal(err)
	}
	near, err := (&Library{Local: a.Store}).Open(t.Context(), "node-a", r.ID())
	if err != nil {
		t.Fatal(err)
	}
	defer near.Close()
	wantWAV, gotWAV := make([]byte, near.WAVSize()), make([]byte, far.WAVSize())
	_, nearErr := near.ReadWAVAt(wantWAV, 0)
	_, farErr := far.ReadWAVAt(gotWAV, 0)
	if string(wantWAV) != string(gotWAV) || nearErr != nil || farErr != nil {
		t.Errorf("%d octets (%v) are not the %d there (%v)", len(gotWAV), farErr, len(wantWAV), nearErr)
	}
	peaks, err := far.Peaks(10)
	if err != nil || len(peaks.Said) != 10 || far.Verify() != nil {
		t.Errorf("peaks %+v, %v", peaks, err)
	}
	for what, tt := range map[string]struct {
		node, id string
		kind     error
	}{
		"running":         {"node-a", running.ID(), ErrRunning},
		"unknown":         {"node-a", "0191d2c0-0000-7000-8000-000000000000", ErrShredded},
		"a node away":     {"node-dead", r.ID(), act.ErrUnavailable},
		"an unknown node": {"node-x", r.ID(), act.ErrUnavailable},
	} {
		_, err := library.Open(t.Context(), tt.node, tt.id)
		want(t, what, err, tt.kind)
	}

	for what, change := range map[string]func(*http.Request){
		"the same again":   func(*http.Request) {},
		"unsigned":         func(q *http.Request) { q.Header.Del(headMAC) },
		"another id":       func(q *http.Request) { q.URL.Path = strings.Replace(q.URL.Path, r.ID(), running.ID(), 1) },
		"another range":    func(q *http.Request) { q.URL.RawQuery = "n=11" },
		"another method":   func(q *http.Request) { q.Method = http.MethodPost },
		"for another node": func(q *http.Request) { signRequest(b.o.Sealer, q, "node-b", b.clock()) },
		"too old":          func(q *http.Request) { signRequest(b.o.Sealer, q, "node-a", b.clock().Add(-31*time.Second)) },
		"of the future":    func(q *http.Request) { signRequest(b.o.Sealer, q, "node-a", b.clock().Add(31*time.Second)) },
		"under another key": func(q *http.Request) {
			signRequest(ring(t, 3), q, "node-a", b.clock())
			q.Header.Set(headMAC, strings.Repeat("0", 64))
		},
		"with a cookie only": func(q *http.Request) { q.Header = http.Header{"Cookie": {"hotline_session=x"}} },
	} {
		q := caught.Clone(t.Context())
		change(q)
		answer := httptest.NewRecorder()
		peer.ServeHTTP(answer, q)
		if answer.Code != http.StatusNotFound {
			t.Errorf("%s: %d %s", what, answer.Code, answer.Body)
		}
	}
	fresh := caught.Clone(t.Context())
	signRequest(b.o.Sealer, fresh, "node-a", b.clock())
	answer := httptest.NewRecorder()
	peer.ServeHTTP(answer, fresh)
	if answer.Code != http.StatusConflict { // it asked for the one that runs
		t.Errorf("signed anew: %d %s", answer.Code, answer.Body)
	}
}
