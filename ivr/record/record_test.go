package record

import (
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"example.org/hotline/ivr"
	"example.org/hotline/ivr/media"
	"example.org/hotline/ticket"
)

func TestBothTracksLieOnOneTimeLine(t *testing.T) {
	h := newHouse(t, t.TempDir())
	r := h.begin()
	h.speak(r, 0, time.Second, 1, 2)
	h.speak(r, 3*time.Second, 4*time.Second, 3, 4) // two seconds of nothing: on hold, say
	h.end(r, 5*time.Second)

	said, heard := h.sound(r.ID())
	if len(said) != 5*SampleRate || len(heard) != 5*SampleRate {
		t.Fatalf("%d and %d samples, want 5 s", len(said), len(heard))
	}
	for _, p := range []struct {
		track    []byte
		from, to time.Duration
		octet    byte
	}{
		{said, 0, time.Second, 1}, {heard, 0, time.Second, 2}, {said, time.Second, 3 * time.Second, silence}, {heard, time.Second, 3 * time.Second, silence},
		{said, 3 * time.Second, 4 * time.Second, 3}, {heard, 3 * time.Second, 4 * time.Second, 4}, {said, 4 * time.Second, 5 * time.Second, silence},
	} {
		if got := share(p.track, p.from, p.to, p.octet); got != 1 {
			t.Errorf("%s to %s: %.3f of it is %d", p.from, p.to, got, p.octet)
		}
	}
	if n := len(h.rows); n == 0 || h.rows[n-1].State != ticket.RecordingComplete || h.rows[n-1].Length != 5*time.Second || h.rows[n-1].Node != "node-a" {
		t.Errorf("registered: %+v", h.rows)
	}
	info, err := os.Stat(h.filePath(r.id))
	if err != nil || info.Size() != h.rows[len(h.rows)-1].Bytes {
		t.Errorf("file of %v octets (%v), registered %d", info, err, h.rows[len(h.rows)-1].Bytes)
	}
	if left, err := os.ReadDir(filepath.Join(h.o.Dir, "pending")); err != nil || len(left) != 0 {
		t.Errorf("marks left: %v, %v", left, err)
	}
}

// Packets out of order and 200 ms late stand where they were spoken.
func TestJitterDoesNotMoveTheSound(t *testing.T) {
	h := newHouse(t, t.TempDir())
	r := h.begin()
	for i := range 200 {
		n := i ^ 1 // every pair the wrong way round
		spoken := time.Duration(n) * 20 * time.Millisecond
		late := time.Duration(i%10) * 20 * time.Millisecond
		if i == 0 || n == 0 {
			late = 0
		}
		r.Said(frame(byte(n), uint32(n*packet)), h.at(max(spoken+late, time.Duration(i)*20*time.Millisecond)))
	}
	h.end(r, 5*time.Second)
	said, _ := h.sound(r.ID())
	for n := range 200 {
		from := time.Duration(n)*20*time.Millisecond + 20*time.Millisecond // the first to arrive was spoken second
		if got := share(said, from-20*time.Millisecond, from, byte(n)); got < 0.9 && share(said, from, from+20*time.Millisecond, byte(n)) < 0.9 {
			t.Errorf("packet %d is not where it was spoken (%.2f)", n, got)
		}
	}
}

// A telephone whose clock is 500 ppm off stays within a tenth of a second of
// the other side, however long the call.
func TestDriftIsCorrected(t *testing.T) {
	for _, ppm := range []int64{500, -500} {
		h := newHouse(t, t.TempDir())
		r := h.begin()
		const minutes = 20
		var last time.Duration
		packets := int64(minutes * 60 * 50)
		for i := range packets {
			d := time.Duration(i) * 20 * time.Millisecond
			d += d * time.Duration(ppm) / 1_000_000
			octet := byte(1)
			if i == packets-1 {
				octet, last = 2, d
			}
			r.Said(frame(octet, uint32(i*packet)), h.at(d))
		}
		h.end(r, (last + time.Second).Truncate(time.Millisecond))
		said, _ := h.sound(r.ID())
		at := duration(int64(bytes.IndexByte(said, 2)))
		if off := at - last; off < -100*time.Millisecond || off > 100*time.Millisecond {
			t.Errorf("at %d ppm the last packet stands at %s, arrived at %s", ppm, at, last)
		}
		if got := share(said, 0, last, silence); got > 0.002 {
			t.Errorf("at %d ppm %.4f of the sound is gaps", ppm, got)
		}
	}
}

// A source that was switched begins where it arrived, whatever its timestamps are.
func TestASwitchedSourceBeginsWhereItArrives(t *testing.T) {
	h := newHouse(t, t.TempDir())
	r := h.begin()
	h.speak(r, 0, time.Second, 1, 2)
	for d := time.Second; d < 2*time.Second; d += 20 * time.Millisecond {
		f := frame(5, 4_000_000_000+uint32(d/time.Microsecond/125))
		f.Marker = d == time.Second
		r.Heard(f, h.at(d))
	}
	h.end(r, 2*time.Second)
	if _, heard := h.sound(r.ID()); share(heard, 0, time.Second, 2) != 1 || share(heard, time.Second, 2*time.Second, 5) != 1 {
		t.Error("the second source does not follow the first")
	}
}

// Secret digits: what is said and heard while paused is nowhere, and the rest stays in its place.
func TestPauseKeepsSilenceOfTheSameLength(t *testing.T) {
	h := newHouse(t, t.TempDir())
	r := h.begin()
	h.speak(r, 0, time.Second, 1, 2)
	r.Pause(h.clock())
	r.Pause(h.clock())
	h.speak(r, time.Second, 3*time.Second, 66, 67)
	r.Resume(h.clock())
	r.Resume(h.clock())
	h.speak(r, 3*time.Second, 4*time.Second, 1, 2)
	h.end(r, 4*time.Second)
	said, heard := h.sound(r.ID())
	if bytes.IndexByte(said, 66) >= 0 || bytes.IndexByte(heard, 67) >= 0 {
		t.Error("the paused part was kept")
	}
	if share(said, time.Second, 3*time.Second, silence) != 1 || share(said, 3*time.Second, 4*time.Second, 1) != 1 || share(heard, 0, time.Second, 2) != 1 {
		t.Error("the rest has moved")
	}
}

// The file and its name hold nothing of who called, and no sound.
func TestNothingIsReadableOnTheDisk(t *testing.T) {
	h := newHouse(t, t.TempDir())
	secret := "990101199001011234"
	r, _ := h.Begin(ivr.RecordingMeta{Call: ticket.CallID(uuid.NewString()), Ticket: "2611250000017", Leg: "agent:" + secret, StartedAt: began.Add(ahead)}).(*recording)
	loud := bytes.Repeat([]byte(secret), packet/len(secret)+1)[:packet]
	for d := time.Duration(0); d < time.Second; d += 20 * time.Millisecond {
		r.Said(media.Frame{ALaw: loud, Timestamp: uint32(d / time.Microsecond / 125)}, h.at(d))
	}
	h.end(r, time.Second)
	err := filepath.WalkDir(h.o.Dir, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := os.ReadFile(path)
		for _, canary := range []string{secret, "2611250000017", r.meta.Call} {
			if bytes.Contains(data, []byte(canary)) || strings.Contains(path, canary) {
				t.Errorf("%s holds %s", path, canary)
			}
		}
		if info, _ := d.Info(); info.Mode().Perm() != 0o600 {
			t.Errorf("%s has mode %v", path, info.Mode())
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	f, err := h.Open(r.ID())
	if err != nil || f.Meta().Leg != "agent:"+secret {
		t.Errorf("the header: %+v, %v", f, err)
	}
}

// Whatever is done to a file, it is refused; what was sealed comes out or nothing.
func TestChangedFilesAreRefused(t *testing.T) {
	h := newHouse(t, t.TempDir())
	r, other := h.begin(), h.begin()
	for d := time.Duration(0); d < 3*time.Second; d += 20 * time.Millisecond {
		at := h.at(d)
		r.Said(frame(byte(d/time.Second), uint32(d/time.Microsecond/125)), at)
		other.Said(frame(9, uint32(d/time.Microsecond/125)), at)
	}
	h.end(r, 3*time.Second)
	h.end(other, 3*time.Second)
	whole, err := os.ReadFile(h.filePath(r.id))
	if err != nil {
		t.Fatal(err)
	}
	foreign, err := os.ReadFile(h.filePath(other.id))
	if err != nil {
		t.Fatal(err)
	}
	part := func(b []byte, n int64) []byte { return b[chunkOffset(n):chunkOffset(n+1)] }
	changes := map[string]func(b []byte) []byte{
		"a bit of the header":    func(b []byte) []byte { b[100] ^= 1; return b },
		"the magic":              func(b []byte) []byte { b[7]++; return b },
		"the id":                 func(b []byte) []byte { b[12] ^= 1; return b },
		"a bit of a chunk":       func(b []byte) []byte { b[chunkOffset(5)+1000] ^= 4; return b },
		"the kind of a chunk":    func(b []byte) []byte { b[chunkOffset(5)] = partTrailer; return b },
		"a bit of the trailer":   func(b []byte) []byte { b[len(b)-20] ^= 1; return b },
		"without its trailer":    func(b []byte) []byte { return b[:len(b)-trailerLen] },
		"without its last chunk": func(b []byte) []byte { return append(b[:chunkOffset(11)], b[chunkOffset(12):]...) },
		"cut in the middle":      func(b []byte) []byte { return b[:len(b)/2] },
		"cut to its header":      func(b []byte) []byte { return b[:headerLen] },
		"cut to nothing":         func([]byte) []byte { return nil },
		"two chunks swapped": func(b []byte) []byte {
			x := bytes.Clone(part(b, 2))
			copy(part(b, 2), part(b, 3))
			copy(part(b, 3), x)
			return b
		},
		"a chunk twice":              func(b []byte) []byte { copy(part(b, 3), part(b, 2)); return b },
		"a chunk of another":         func(b []byte) []byte { copy(part(b, 3), part(foreign, 3)); return b },
		"another's whole body":       func(b []byte) []byte { return append(b[:headerLen], foreign[headerLen:]...) },
		"another's file":             func([]byte) []byte { return bytes.Clone(foreign) },
		"something behind its end":   func(b []byte) []byte { return append(b, 0) },
		"a chunk behind its end":     func(b []byte) []byte { return append(b, part(b, 2)...) },
		"its trailer a second time":  func(b []byte) []byte { return append(b, b[len(b)-trailerLen:]...) },
		"a chunk of zeros":           func(b []byte) []byte { clear(part(b, 4)); return b },
		"the first chunk taken away": func(b []byte) []byte { return append(b[:headerLen], b[chunkOffset(1):]...) },
	}
	for what, change := range changes {
		if err := os.WriteFile(h.filePath(r.id), change(bytes.Clone(whole)), 0o600); err != nil {
			t.Fatal(err)
		}
		f, err := h.Open(r.ID())
		if err == nil {
			err = f.Verify()
			if _, readErr := io.ReadAll(io.NewSectionReader(f, 0, 2*f.samples)); (readErr == nil) != (err == nil) {
				t.Errorf("%s: Verify says %v, reading says %v", what, err, readErr)
			}
		}
		want(t, what, err, ErrTampered)
	}
	// A key of another recording opens nothing either.
	if err := os.WriteFile(h.filePath(r.id), whole, 0o600); err != nil {
		t.Fatal(err)
	}
	copyFile(t, h.keyPath(other.id), h.keyPath(r.id))
	_, err = h.Open(r.ID())
	want(t, "another's key", err, ErrTampered)
}

// Up to a flipped bit a recording can be read, and behind it as well; the chunk itself is not given out.
func TestAFlippedBitIsRefusedAndTold(t *testing.T) {
	h := newHouse(t, t.TempDir())
	r := h.begin()
	h.speak(r, 0, 3*time.Second, 1, 2)
	h.end(r, 3*time.Second)
	f, err := os.OpenFile(h.filePath(r.id), os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	b := make([]byte, 1)
	at := chunkOffset(6) + 55
	_, err = f.ReadAt(b, at)
	b[0] ^= 0x10
	_, werr := f.WriteAt(b, at)
	if err := errors.Join(err, werr, f.Close()); err != nil {
		t.Fatal(err)
	}
	file, err := h.Open(r.ID())
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	err = file.Verify()
	want(t, "Verify", err, ErrTampered)
	if !strings.Contains(err.Error(), "1.5s") {
		t.Errorf("Verify does not tell where: %v", err)
	}
	sound := make([]byte, 2*3*SampleRate)
	n, err := file.ReadAt(sound, 0)
	if want(t, "ReadAt", err, ErrTampered); n != 6*plainLen {
		t.Errorf("%d octets before the damage, want %d", n, 6*plainLen)
	}
	if n, err := file.ReadAt(sound, 7*plainLen); n != 5*plainLen || !errors.Is(err, io.EOF) {
		t.Errorf("behind it: %d octets, %v", n, err)
	}
}

// After the key is gone, no copy of the audio opens, wherever it was kept.
func TestShreddedIsGoneEvenWithABackup(t *testing.T) {
	h := newHouse(t, t.TempDir())
	r := h.begin()
	h.speak(r, 0, time.Second, 1, 2)
	want(t, "shred while it runs", h.Shred(r.ID()), ErrRunning)
	h.end(r, time.Second)
	backup := filepath.Join(t.TempDir(), "backup")
	copyFile(t, h.filePath(r.id), backup)
	for range 2 {
		if err := h.Shred(r.ID()); err != nil {
			t.Fatal(err)
		}
	}
	_, err := h.Open(r.ID())
	want(t, "open", err, ErrShredded)
	copyFile(t, backup, h.filePath(r.id))
	_, err = h.Open(r.ID())
	want(t, "open with the audio restored", err, ErrShredded)
	if _, err := os.Stat(h.keyPath(r.id)); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the key is still there: %v", err)
	}
	want(t, "a wrong id", h.Shred("../keys"), ErrMissing)
}

// A rotation of the master key reaches the keys of recordings.
func TestRewrap(t *testing.T) {
	dir := t.TempDir()
	h := newHouse(t, dir)
	r := h.begin()
	h.speak(r, 0, time.Second, 1, 2)
	h.end(r, time.Second)
	rotated := newHouse(t, dir, func(o *Options) { o.Sealer = ring(t, 2) })
	for _, n := range []int{1, 0} {
		if got, err := rotated.Rewrap(); got != n || err != nil {
			t.Errorf("Rewrap = %d, %v; want %d", got, err, n)
		}
	}
	if said, _ := rotated.sound(r.ID()); share(said, 0, time.Second, 1) != 1 {
		t.Error("it sounds different afterwards")
	}
	_, err := h.Open(r.ID())
	if err == nil {
		t.Error("the old master key alone still opens it")
	}
}

func TestWAV(t *testing.T) {
	h := newHouse(t, t.TempDir())
	r := h.begin()
	h.speak(r, 0, 2*time.Second, 0x2A, 0xAA)
	h.end(r, 2300*time.Millisecond)
	f, err := h.Open(r.ID())
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	whole := make([]byte, f.WAVSize())
	if n, err := f.ReadWAVAt(whole, 0); n != len(whole) || err != nil {
		t.Fatalf("read %d of %d: %v", n, len(whole), err)
	}
	if string(whole[:4]) != "RIFF" || string(whole[8:16]) != "WAVEfmt " || len(whole) != 58+2*18400 || whole[58] != 0x2A || whole[59] != 0xAA {
		t.Errorf("a WAV of %d octets: % x", len(whole), whole[:64])
	}
	for _, off := range []int64{0, 1, 57, 58, 59, 5000, int64(len(whole)) - 1} {
		for _, n := range []int{1, 7, 9000} {
			got := make([]byte, n)
			m, err := f.ReadWAVAt(got, off)
			if end := min(int(off)+n, len(whole)); !bytes.Equal(got[:m], whole[off:end]) || (m < n) != errors.Is(err, io.EOF) {
				t.Errorf("%d octets from %d: %d, %v", n, off, m, err)
			}
		}
	}
	if n, err := f.ReadWAVAt(make([]byte, 1), int64(len(whole))); n != 0 || !errors.Is(err, io.EOF) {
		t.Errorf("behind the end: %d, %v", n, err)
	}
	peaks, err := f.Peaks(23)
	if err != nil || len(peaks.Said) != 23 || peaks.Said[0] < 95 || peaks.Heard[0] < 95 || peaks.Said[21] > 1 {
		t.Errorf("peaks %+v, %v", peaks, err)
	}
}

// A disk that was away for three seconds costs nothing; the alarm is one.
func TestADiskThatComesBackLosesNothing(t *testing.T) {
	dir := t.TempDir()
	h := newHouse(t, dir)
	r := h.begin()
	day := filepath.Dir(h.filePath(r.id))
	blocked := filepath.Join(dir, strings.Split(strings.TrimPrefix(day, dir+"/"), "/")[0])
	if err := os.WriteFile(blocked, nil, 0o600); err != nil { // a file where the folder should be
		t.Fatal(err)
	}
	h.speak(r, 0, 3*time.Second, 1, 2)
	if err := os.Remove(blocked); err != nil {
		t.Fatal(err)
	}
	h.speak(r, 3*time.Second, 6*time.Second, 1, 2)
	h.end(r, 6*time.Second)
	if said, _ := h.sound(r.ID()); share(said, 0, 6*time.Second, 1) != 1 {
		t.Error("something is missing")
	}
	if n := strings.Count(h.logged(), "alarm=true"); n != 1 {
		t.Errorf("%d alarms:\n%s", n, h.logged())
	}
}
