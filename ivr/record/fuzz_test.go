package record

import (
	"bytes"
	"errors"
	"io"
	"testing"

	"github.com/google/uuid"
)

// fuzzID and fuzzKey are of the recording that the fuzzer changes.
var (
	fuzzID  = uuid.MustParse("0191d2c0-0000-7000-8000-000000000001")
	fuzzKey = bytes.Repeat([]byte{7}, keyLen)
)

// sample is a whole file of so many chunks, and its sound.
func sample(tb testing.TB, chunks int) (file, sound []byte) {
	tb.Helper()
	c, err := newSealed(fuzzID, fuzzKey)
	if err != nil {
		tb.Fatal(err)
	}
	if file, err = c.header(Meta{Call: "c", Leg: "citizen"}); err != nil {
		tb.Fatal(err)
	}
	for i := range chunks {
		plain := bytes.Repeat([]byte{byte(i)}, plainLen)
		file = c.appendChunk(file, int64(i), plain)
		sound = append(sound, plain...)
	}
	e := end{samples: int64(chunks)*chunkSamples - 10, chunks: int64(chunks), state: endComplete}
	return append(file, c.trailer(e, make([]byte, nonceLen))...), sound[:2*max(e.samples, 0)]
}

// FuzzReader reads files that were cut, extended, mixed up and written over at
// random: nothing but what was sealed ever comes out, at its own place, and nothing panics.
func FuzzReader(f *testing.F) {
	whole, sound := sample(f, 3)
	f.Add(len(whole), 0, 0, 0, []byte(nil))                              // as it is
	f.Add(len(whole)-trailerLen, 0, 0, 0, []byte(nil))                   // without its end
	f.Add(headerLen+chunkLen+7, 0, 0, 0, []byte(nil))                    // cut
	f.Add(len(whole), 600, 0, 0, []byte{1, 2, 3})                        // written over
	f.Add(len(whole), headerLen, headerLen+chunkLen, chunkLen, []byte{}) // the second chunk twice
	f.Add(len(whole), len(whole), len(whole)-trailerLen, trailerLen, []byte(nil))
	f.Add(headerLen+2*chunkLen, headerLen+2*chunkLen, len(whole)-trailerLen, trailerLen, []byte(nil)) // an end too early
	f.Fuzz(func(t *testing.T, size, at, from, n int, over []byte) {
		within := func(i int) int { return max(0, min(i, len(whole))) }
		piece := append(bytes.Clone(whole[within(from):max(within(from), within(from+min(max(n, 0), len(whole))))]), over...)
		file := bytes.Clone(whole[:within(size)])
		at = max(0, min(at, len(file)))
		file = append(file[:at:at], append(piece, file[min(len(file), at+len(piece)):]...)...)
		r, err := NewReader(bytes.NewReader(file), int64(len(file)), fuzzID.String(), fuzzKey)
		if err != nil {
			if !errors.Is(err, ErrTampered) {
				t.Fatalf("refused with %v", err)
			}
			return
		}
		if r.Ended() && !bytes.Equal(file[len(file)-trailerLen:], whole[len(whole)-trailerLen:]) {
			t.Fatal("an end that was never sealed")
		}
		got := make([]byte, 2*r.samples)
		read, err := r.ReadAt(got, 0)
		if err != nil && !errors.Is(err, ErrTampered) && !errors.Is(err, io.EOF) {
			t.Fatalf("read: %v", err)
		}
		full := append(bytes.Clone(sound), bytes.Repeat([]byte{2}, 20)...) // what a file without an end plays beyond
		if read > len(full) || !bytes.Equal(got[:read], full[:read]) {
			t.Fatal("a sound that was never sealed")
		}
		_ = r.Verify()
		_, _ = r.Peaks(10)
		_, _ = r.ReadWAVAt(make([]byte, 100), 30)
	})
}

// BenchmarkLegs is one second of so many legs of a bridged call at 50 packets a
// second each way, with the writer's rounds: its time is the CPU of a second.
func BenchmarkLegs(b *testing.B) {
	const legs = 200
	h := newHouse(b, b.TempDir())
	var all []*recording
	for range legs {
		all = append(all, h.begin())
	}
	f := frame(0x55, 0)
	packets := 0
	for b.Loop() {
		for range 50 {
			at := h.at(duration(int64(packets * packet)))
			for _, r := range all {
				f.Timestamp = uint32(packets * packet)
				r.Said(f, at)
				r.Heard(f, at)
			}
			packets++
		}
	}
	b.ReportMetric(b.Elapsed().Seconds()/float64(b.N)/legs*1e6, "µs/leg-second")
	for _, r := range all {
		r.endAt(0)
	}
	h.write(h.clock())
	for range legs {
		h.finishOne(<-h.finishing)
	}
}
