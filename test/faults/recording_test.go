package faults

import (
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/uuid"

	"example.org/hotline/ivr/media"
	"example.org/hotline/test/agent"
)

// recorded is one recording as the API plays it.
type recorded struct {
	id, leg, state string
	size           time.Duration
	wav            []byte
}

// sides are what the party said and what it heard.
func (r recorded) sides() [2][]int16 {
	var octets [2][]byte // stereo A-law, left said and right heard
	_, data, _ := strings.Cut(string(r.wav), "data")
	for i := 4; i < len(data); i++ { // after the length
		octets[i%2] = append(octets[i%2], data[i])
	}
	return [2][]int16{media.PCMA.Decode(octets[0]), media.PCMA.Decode(octets[1])}
}

// recordings waits for so many recordings in the table and plays each over the API.
func (h *house) recordings(n int) (all []recorded) {
	h.T.Helper()
	h.Until(fmt.Sprintf("%d recordings are known and ended", n), func() bool {
		return h.Count(`SELECT count(*) FROM recordings WHERE state <> 'recording'`) >= n
	})
	boss := h.As("supervisor")
	var ids []string
	h.Query(`SELECT array_agg(public_id::text ORDER BY id) FROM recordings WHERE state <> 'recording'`, nil, &ids)
	for _, id := range ids {
		r := recorded{id: id}
		var millis int64
		h.Query(`SELECT leg, state, millis FROM recordings WHERE public_id::text = $1`, []any{id}, &r.leg, &r.state, &millis)
		r.size = time.Duration(millis) * time.Millisecond
		listen := boss.Post("/recordings/"+id+"/listens", map[string]any{"purpose": "复核录音"})
		a, err := boss.Try(http.MethodGet, strings.TrimPrefix(listen.Body["audio"].(string), "/api/v1"), "", nil)
		if err != nil || a.Status >= 300 {
			h.T.Fatalf("play %s: %d %v", id, a.Status, err)
		}
		r.wav = []byte(a.Raw)
		all = append(all, r)
	}
	return all
}

// share is which part of a side is a tone, by its packets.
func share(side []int16, hz float64) float64 {
	n, of := 0, 0
	for ; len(side) >= media.FrameSamples; side = side[media.FrameSamples:] {
		if of++; media.ToneShare(side[:media.FrameSamples], hz) > 0.9 {
			n++
		}
	}
	return float64(n) / float64(max(1, of))
}

// kill -9 in the middle of a conversation: after the start both legs play over the
// API to within a second of what was heard, and the table says how they ended. A
// recording with one bit changed is refused.
func TestRecordingsOfAKilledNode(t *testing.T) {
	t.Parallel()
	h := newHouse(t, realFlow(t))
	h.Serve()
	one := h.sitDown(h.City, "agent1", oneHz)
	citizen := h.citizen(h.City, agent.Tone(citizenHz, 10*time.Minute))
	one.Accept()
	h.hears("the citizen", &citizen.Ears, oneHz)
	h.hears("the agent", &one.Ears, citizenHz)
	one.ListenFor(citizenHz)
	citizen.ListenFor(oneHz)
	h.Until("they have talked for ten seconds", func() bool { return one.Heard(citizenHz) > 500 && citizen.Heard(oneHz) > 500 })
	h.kill()
	heard := map[string]time.Duration{ // of each leg's own tone, by the other
		"agent:agent1": time.Duration(citizen.Heard(oneHz)) * media.FrameTime,
		"citizen":      time.Duration(one.Heard(citizenHz)) * media.FrameTime,
	}
	h.Serve()
	all := h.recordings(2)
	if len(all) != 2 {
		t.Fatalf("%d recordings", len(all))
	}
	for _, r := range all {
		if r.state != "cut_off" {
			t.Errorf("the leg %s is %s in the table", r.leg, r.state)
		}
		want := map[string]float64{"agent:agent1": oneHz, "citizen": citizenHz}[r.leg]
		sides := r.sides()
		sounds := time.Duration(share(sides[0], want) * float64(len(sides[0])) / media.SampleRate * float64(time.Second))
		t.Logf("%s: %s in the table, %s of its tone play, %s were heard", r.leg, r.size, sounds, heard[r.leg])
		if sounds < heard[r.leg]-time.Second {
			t.Errorf("of the leg %s %s play, and %s were heard", r.leg, sounds, heard[r.leg])
		}
	}
	h.flipABit(t, all[0].id)
	a, err := h.As("supervisor").Try(http.MethodPost, "/recordings/"+all[0].id+"/listens", uuid.NewString(), map[string]any{"purpose": "复核录音"})
	if err != nil || a.Status < 400 || a.Code() != "recording_tampered" {
		t.Errorf("a recording with a changed bit: %d %s (%v)", a.Status, a.Raw, err)
	}
	h.part()
	one.Leave()
	h.promises()
}

// flipABit changes one bit in the middle of a recording's file.
func (h *house) flipABit(t *testing.T, id string) {
	t.Helper()
	found, err := filepath.Glob(filepath.Join(h.Dir, "node", "recordings", "*", "*", "*", id+".rec"))
	if err != nil || len(found) != 1 {
		t.Fatalf("the file of recording %s: %v, %v", id, found, err)
	}
	f, err := os.OpenFile(found[0], os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	info, err := f.Stat()
	if err != nil {
		t.Fatal(err)
	}
	one := make([]byte, 1)
	_, err = f.ReadAt(one, info.Size()/2)
	one[0] ^= 4
	if err == nil {
		_, err = f.WriteAt(one, info.Size()/2)
	}
	if err := errors.Join(err, f.Close()); err != nil {
		t.Fatal(err)
	}
}

// The disk of the recordings is full in the middle of a conversation: nobody on
// the line notices, and the table says that the recordings are damaged.
func TestFullDiskOfRecordings(t *testing.T) {
	t.Parallel()
	h := newHouse(t, realFlow(t))
	dir := filepath.Join(h.Dir, "node", "recordings")
	if err := os.MkdirAll(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, "size=160k"); err != nil {
		t.Fatalf("this test needs the right to mount a small disk: %v", err)
	}
	t.Cleanup(func() {
		if err := syscall.Unmount(dir, syscall.MNT_DETACH); err != nil {
			t.Error(err)
		}
	})
	h.Serve("HOTLINE_RECORDING_RESERVE_MB=0")
	one := h.sitDown(h.City, "agent1", oneHz)
	citizen := h.citizen(h.City, agent.Tone(citizenHz, 10*time.Minute))
	one.Accept()
	h.Until("the disk is full", func() bool { return strings.Contains(h.Log(), "alarm=true") })
	one.ListenFor(citizenHz)
	citizen.ListenFor(oneHz)
	h.Until("they talk on", func() bool { return one.Heard(citizenHz) > 250 && citizen.Heard(oneHz) > 250 })
	h.hears("the citizen", &citizen.Ears, oneHz)
	h.hears("the agent", &one.Ears, citizenHz)
	h.part()
	one.WriteUp()
	one.Leave()
	h.Until("the table knows of the damage", func() bool { return h.Count(`SELECT count(*) FROM recordings WHERE state = 'damaged'`) > 0 })
	h.promises()
}
