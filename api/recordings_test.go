package api_test

import (
	"bytes"
	"context"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"example.org/hotline/api"
	"example.org/hotline/internal/seal"
	"example.org/hotline/ivr"
	"example.org/hotline/ivr/media"
	"example.org/hotline/ivr/record"
	"example.org/hotline/store"
	"example.org/hotline/ticket"
)

func init() {
	bodies["POST /recordings/{id}/listens"] = map[string]any{"purpose": "a complaint"}
	bodies["POST /recordings/{id}/legal-hold"] = map[string]any{"reason": "a complaint"}
	bodies["POST /recordings/{id}/legal-hold-release"] = map[string]any{"reason": "it is over"}
}

// library is what cmd joins the two with.
type library struct{ record.Library }

func (l library) OpenRecording(ctx context.Context, node, id string) (api.RecordedAudio, error) {
	return l.Open(ctx, node, id)
}

// recorder is a node that records into the house's database.
type recorder struct {
	*record.Store
	dir  string
	told chan ticket.Recording
}

// newRecorder makes a node's store of recordings; db is asked for late, since the house is built with it.
func newRecorder(t *testing.T, node string, keys seal.Sealer, db func() *store.DB) *recorder {
	t.Helper()
	r := &recorder{dir: t.TempDir(), told: make(chan ticket.Recording, 16)}
	s, err := record.Open(record.Options{Dir: r.dir, Node: node, Sealer: keys, Logger: slog.New(slog.DiscardHandler),
		Register: func(ctx context.Context, row ticket.Recording) error {
			if err := db().RegisterRecording(ctx, row, 24*time.Hour); err != nil {
				return err
			}
			if row.State != ticket.RecordingRunning {
				r.told <- row
			}
			return nil
		}})
	if err != nil {
		t.Fatal(err)
	}
	r.Store = s
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- s.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
	return r
}

// record keeps four seconds of a ticket's call and waits until the database knows.
func (r *recorder) record(h *house, public string, voicemail bool) string {
	h.t.Helper()
	var call ticket.CallID
	h.as("ivr", func(tx *store.Tx) error {
		id, err := tx.TicketByRef(h.t.Context(), public)
		if err != nil {
			return err
		}
		t, err := tx.Ticket(h.t.Context(), id)
		call = t.CallID
		return err
	})
	now := time.Now()
	rec := r.Begin(ivr.RecordingMeta{Call: call, Leg: "citizen", Voicemail: voicemail, StartedAt: now})
	for i := range 200 {
		f := media.Frame{ALaw: bytes.Repeat([]byte{0x2A}, 160), Timestamp: uint32(160 * i)}
		rec.Said(f, now.Add(time.Duration(i)*20*time.Millisecond))
	}
	rec.End(now.Add(4 * time.Second))
	select {
	case row := <-r.told:
		if row.ID != rec.ID() {
			h.t.Fatalf("the database was told of %s, want %s", row.ID, rec.ID())
		}
	case <-time.After(time.Minute):
		h.t.Fatal("the recording never reached the database")
	}
	return rec.ID()
}

// newRecordingHouse is a house with one node that records.
func newRecordingHouse(t *testing.T) (*house, *recorder) {
	t.Helper()
	var h *house
	r := newRecorder(t, "node-a", sealer(t), func() *store.DB { return h.db })
	h = newHouse(t, func(_ *api.Config, d *api.Deps) {
		d.Recordings = library{record.Library{Local: r.Store}}
		d.Internal = map[string]http.Handler{record.PeerPath: r.Peer()}
	})
	return h, r
}

func (c client) hear(id string) api.Listen {
	c.h.t.Helper()
	return decode[api.Listen](c.h.t, c.post("/recordings/"+id+"/listens", map[string]any{"purpose": "a complaint"}))
}

// audio asks for a listen's audio, with a Range header or without.
func (c client) audio(address, ranged string) reply {
	c.h.t.Helper()
	header := http.Header{}
	if ranged != "" {
		header.Set("Range", ranged)
	}
	return c.send(http.MethodGet, "!"+address, nil, header)
}

func TestARecordingIsHeardByRanges(t *testing.T) {
	h, r := newRecordingHouse(t)
	id := h.call("12349001", "13812345678")
	rec := r.record(h, id, false)
	supervisor := h.signIn("supervisor")

	list := decode[api.RecordingList](t, supervisor.get("/tickets/"+id+"/recordings"))
	if len(list.Items) != 1 || list.Items[0].ID != rec || list.Items[0].Seconds != 4 || !slices.Equal(list.Items[0].Acts, []string{"listen", "hold"}) {
		t.Fatalf("the list: %+v", list)
	}
	listen := supervisor.hear(rec)
	whole := supervisor.audio(listen.Audio, "")
	if whole.status != http.StatusOK || whole.header.Get("Content-Type") != "audio/wav" || int64(len(whole.body)) != listen.Bytes ||
		!bytes.HasPrefix(whole.body, []byte("RIFF")) || whole.body[5000] != 0x2A || whole.body[5001] != 0xD5 {
		t.Fatalf("the whole: %d, %d octets of %d, %v", whole.status, len(whole.body), listen.Bytes, whole.header)
	}
	size := len(whole.body)
	for _, tt := range []struct {
		ask, content string
		from, to     int
	}{
		{"bytes=0-0", "bytes 0-0/64058", 0, 1}, {"bytes=0-", "bytes 0-64057/64058", 0, size}, {"bytes=100-4999", "bytes 100-4999/64058", 100, 5000},
		{"bytes=40000-", "bytes 40000-64057/64058", 40000, size}, {"bytes=-16", "bytes 64042-64057/64058", size - 16, size},
		{"bytes=64057-99999", "bytes 64057-64057/64058", size - 1, size}, {"bytes=-999999", "bytes 0-64057/64058", 0, size},
	} {
		got := supervisor.audio(listen.Audio, tt.ask)
		if got.status != http.StatusPartialContent || got.header.Get("Content-Range") != tt.content || !bytes.Equal(got.body, whole.body[tt.from:tt.to]) {
			t.Errorf("%s: %d, %q, %d octets", tt.ask, got.status, got.header.Get("Content-Range"), len(got.body))
		}
	}
	for _, ask := range []string{"bytes=64058-", "bytes=99999-100000", "bytes=-0"} {
		if got := supervisor.audio(listen.Audio, ask); got.status != http.StatusRequestedRangeNotSatisfiable || got.header.Get("Content-Range") != "bytes */64058" {
			t.Errorf("%s: %d, %q", ask, got.status, got.header.Get("Content-Range"))
		}
	}
	for _, ask := range []string{"bytes=5-1", "bytes=a-b", "octets=0-1", "bytes=0-1,3-4", "bytes=", "bytes=-"} { // as if nothing had been asked
		if got := supervisor.audio(listen.Audio, ask); got.status != http.StatusOK || len(got.body) != size {
			t.Errorf("%s: %d, %d octets", ask, got.status, len(got.body))
		}
	}
	peaks := decode[ticket.RecordingPeaks](t, supervisor.get("/recordings/"+rec+"/peaks?stretches=10"))
	if len(peaks.Said) != 10 || peaks.Said[5] < 90 || peaks.Heard[5] > 1 {
		t.Errorf("peaks: %+v", peaks)
	}
}

// One listen is one record, however many ranges it was fetched in; its address opens nothing for anybody else.
func TestEachListenIsOneRecord(t *testing.T) {
	h, r := newRecordingHouse(t)
	id := h.call("12349001", "13812345678")
	rec := r.record(h, id, false)
	other := r.record(h, id, false)
	supervisor, again := h.signIn("supervisor"), h.signIn("supervisor")
	records := func() int {
		t.Helper()
		n := 0
		for _, row := range decode[api.AuditPage](t, h.signInOnce("auditor").get("/audit?limit=200")).Items {
			if row.Action == "recording.heard" && row.Reason == "a complaint" && row.Actor == "supervisor" {
				n++
			}
		}
		return n
	}
	first := supervisor.hear(rec)
	for range 5 {
		if a := supervisor.audio(first.Audio, "bytes=0-99"); a.status != http.StatusPartialContent {
			t.Fatalf("%d %s", a.status, a.body)
		}
	}
	if n := records(); n != 1 {
		t.Errorf("%d records of one listen", n)
	}
	second := supervisor.hear(rec)
	if n := records(); n != 2 || second.Audio == first.Audio {
		t.Errorf("%d records of two listens", n)
	}
	if list := decode[api.RecordingList](t, supervisor.get("/tickets/"+id+"/recordings")); list.Items[0].Listens != 2 {
		t.Errorf("the list tells of %d listens", list.Items[0].Listens)
	}
	line := decode[api.Timeline](t, supervisor.get("/tickets/"+id+"/timeline"))
	if last := line.Items[len(line.Items)-1]; last.Kind != "recording.heard" || last.Data["reason"] != "a complaint" {
		t.Errorf("the timeline ends with %+v", last)
	}
	for what, a := range map[string]reply{
		"another session of the same person": again.audio(first.Audio, ""),
		"another person":                     h.signInOnce("auditor").audio(first.Audio, ""),
		"nobody":                             client{h: h}.audio(first.Audio, ""),
		"another recording":                  supervisor.audio(strings.Replace(first.Audio, rec, other, 1), ""),
		"without a listen":                   supervisor.get("/recordings/" + rec + "/audio"),
		"with a made-up one":                 supervisor.get("/recordings/" + rec + "/audio?listen=" + strings.Repeat("A", 43)),
	} {
		if a.status != http.StatusNotFound && a.status != http.StatusUnauthorized {
			t.Errorf("%s: %d", what, a.status)
		}
	}
	for _, purpose := range []any{nil, "", "x", "  ", "his number is 13812345678"} {
		if a := supervisor.post("/recordings/"+rec+"/listens", map[string]any{"purpose": purpose}); a.status != http.StatusUnprocessableEntity {
			t.Errorf("purpose %q: %d %s", purpose, a.status, a.body)
		}
	}
	if n := records(); n != 2 {
		t.Errorf("what was refused left records: %d", n)
	}
}

// Who hears what (ticket.MayListen), before and after the ticket is owned.
func TestWhoMayListen(t *testing.T) {
	h, r := newRecordingHouse(t)
	id := h.call("12349001", "13812345678")
	call, voicemail := r.record(h, id, false), r.record(h, id, true)
	ask := func(login, rec string) int {
		t.Helper()
		return h.signInOnce(login).post("/recordings/"+rec+"/listens", map[string]any{"purpose": "call back"}).status
	}
	check := func(when string, want map[string][2]int) {
		t.Helper()
		for login, status := range want {
			if got := [2]int{ask(login, call), ask(login, voicemail)}; got != status {
				t.Errorf("%s, %s: call and voicemail answer %v, want %v", when, login, got, status)
			}
		}
	}
	const ok, no, none = http.StatusOK, http.StatusConflict, http.StatusNotFound
	check("unowned", map[string][2]int{"supervisor": {ok, ok}, "auditor": {ok, ok}, "agent": {no, ok}, "county_duty": {no, ok}, "city_duty": {no, ok},
		"worker": {no, no}, "worker.b": {no, no}, "township_head": {no, no}, "county_finance": {none, none}, "worker.far": {none, none},
		"supervisor.far": {none, none}, "village_assistant": {none, none}, "system_admin": {none, none}, "audit_admin": {none, none}})
	h.offer(id, "worker")
	check("offered", map[string][2]int{"worker": {ok, ok}, "worker.b": {no, no}})
	if a := h.signInOnce("worker").post("/tickets/"+id+"/acceptance", map[string]any{}); a.status != ok {
		t.Fatalf("accept: %s", a.body)
	}
	check("owned", map[string][2]int{"worker": {ok, ok}, "worker.b": {no, no}, "agent": {no, ok}})
}

func TestLegalHold(t *testing.T) {
	h, r := newRecordingHouse(t)
	rec := r.record(h, h.call("12349001", "13812345678"), false)
	supervisor, auditor := h.signIn("supervisor"), h.signIn("auditor")
	held := decode[ticket.RecordingView](t, supervisor.post("/recordings/"+rec+"/legal-hold", map[string]any{"reason": "court file 7"}))
	if held.Hold == nil || held.Hold.By != "supervisor" || held.Hold.Reason != "court file 7" || !slices.Contains(held.Acts, "release_hold") {
		t.Errorf("held: %+v", held)
	}
	if a := auditor.post("/recordings/"+rec+"/legal-hold", map[string]any{"reason": "again"}); a.code() != "already_held" {
		t.Errorf("held twice: %s", a.body)
	}
	if a := h.signIn("worker").post("/recordings/"+rec+"/legal-hold-release", map[string]any{"reason": "let go"}); a.status != http.StatusNotFound {
		t.Errorf("a worker lifts it: %s", a.body)
	}
	free := decode[ticket.RecordingView](t, auditor.post("/recordings/"+rec+"/legal-hold-release", map[string]any{"reason": "over"}))
	if free.Hold != nil || !slices.Contains(free.Acts, "hold") {
		t.Errorf("let go: %+v", free)
	}
}

// A flipped bit on the disk is refused before a sound is played, told as what it is, and leaves no listen behind.
func TestAFlippedBitIsRefused(t *testing.T) {
	h, r := newRecordingHouse(t)
	rec := r.record(h, h.call("12349001", "13812345678"), false)
	supervisor := h.signIn("supervisor")
	listen := supervisor.hear(rec)
	var path string
	if err := filepath.WalkDir(r.dir, func(p string, _ os.DirEntry, err error) error {
		if strings.HasSuffix(p, rec+".rec") {
			path = p
		}
		return err
	}); err != nil || path == "" {
		t.Fatalf("find the file: %v", err)
	}
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	data[len(data)/2] ^= 1
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
	if a := supervisor.post("/recordings/"+rec+"/listens", map[string]any{"purpose": "a complaint"}); a.status != http.StatusConflict || a.code() != "recording_tampered" {
		t.Errorf("a new listen: %d %s", a.status, a.body)
	}
	if a := supervisor.audio(listen.Audio, "bytes=0-"); a.status != http.StatusConflict || a.code() != "recording_tampered" {
		t.Errorf("a listen from before: %d, %d octets", a.status, len(a.body))
	}
	if a := supervisor.audio(listen.Audio, "bytes=0-999"); a.status != http.StatusPartialContent {
		t.Errorf("what is whole before it: %d", a.status)
	}
	if err := r.Shred(rec); err != nil {
		t.Fatal(err)
	}
	if a := supervisor.audio(listen.Audio, "bytes=0-9"); a.code() != "recording_shredded" {
		t.Errorf("after it was shredded: %d %s", a.status, a.body)
	}
}

// An API node without the file fetches it from the node that has it, as its own users ask; the inner address opens for no cookie.
func TestAnotherNodesRecordingIsHeard(t *testing.T) {
	keys := sealer(t)
	var h *house
	a, b := newRecorder(t, "node-a", keys, func() *store.DB { return h.db }), newRecorder(t, "node-b", keys, func() *store.DB { return h.db })
	peers := map[string]string{}
	h = newHouse(t, func(_ *api.Config, d *api.Deps) {
		d.Recordings = library{record.Library{Local: b.Store, Peers: peers}}
		d.Internal = map[string]http.Handler{record.PeerPath: b.Peer()}
	})
	holder := newHouseOn(t, h.urls, func(_ *api.Config, d *api.Deps) {
		d.Recordings = library{record.Library{Local: a.Store}}
		d.Internal = map[string]http.Handler{record.PeerPath: a.Peer()}
	})
	address, _ := holder.listen()
	peers["node-a"] = "http://" + address

	id := h.call("12349001", "13812345678")
	rec := a.record(h, id, false)
	supervisor := h.signIn("supervisor")
	listen := supervisor.hear(rec)
	whole, part := supervisor.audio(listen.Audio, ""), supervisor.audio(listen.Audio, "bytes=30000-40000")
	if whole.status != http.StatusOK || int64(len(whole.body)) != listen.Bytes || part.status != http.StatusPartialContent || !bytes.Equal(part.body, whole.body[30000:40001]) {
		t.Errorf("whole %d with %d octets of %d, part %d", whole.status, len(whole.body), listen.Bytes, part.status)
	}
	if peaks := decode[ticket.RecordingPeaks](t, supervisor.get("/recordings/"+rec+"/peaks")); len(peaks.Said) != 400 {
		t.Errorf("%d peaks", len(peaks.Said))
	}
	if in := holder.signIn("supervisor").send(http.MethodGet, "!"+record.PeerPath+rec+"/wav?from=0&n=1000", nil, nil); in.status != http.StatusNotFound || bytes.Contains(in.body, []byte("RIFF")) {
		t.Errorf("with a cookie from outside: %d %q", in.status, in.body)
	}
	delete(peers, "node-a")
	if away := supervisor.post("/recordings/"+rec+"/listens", map[string]any{"purpose": "a complaint"}); away.status != http.StatusServiceUnavailable {
		t.Errorf("with its node away: %d %s", away.status, away.body)
	}
}

// No such recording, or none of one's own scope, is told the same way on every route.
func TestRecordingsOutsideTheScopeAreNotThere(t *testing.T) {
	h, r := newRecordingHouse(t)
	rec := r.record(h, h.call("12349002", "13912345678"), true)
	for _, login := range []string{"agent", "supervisor", "worker", "township_head", "county_duty", "auditor"} {
		who := h.signIn(login)
		for _, route := range h.server.Routes() {
			if !strings.HasPrefix(route.Path, "/recordings/") {
				continue
			}
			var told [2]string
			for i, id := range []string{rec, uuid.NewString()} {
				path := strings.Replace(route.Path, "{id}", id, 1)
				a := who.send(route.Method, path, bodies[route.Method+" "+route.Path], http.Header{"Idempotency-Key": {uuid.NewString()}})
				if told[i] = string(a.body); a.status != http.StatusNotFound {
					t.Errorf("%s %s as %s: %d", route.Method, route.Path, login, a.status)
				}
			}
			if told[0] != told[1] {
				t.Errorf("%s tells them apart: %s and %s", route.Path, told[0], told[1])
			}
		}
	}
}
