package media

import (
	"bytes"
	"encoding/binary"
	"errors"
	"os"
	"path/filepath"
	"testing"
	"testing/fstest"
	"time"
)

func alawWAV(octets []byte) []byte {
	w := wavHeader(0)[:44]
	binary.LittleEndian.PutUint16(w[20:], waveALaw)
	binary.LittleEndian.PutUint16(w[34:], 8)
	binary.LittleEndian.PutUint32(w[40:], uint32(len(octets)))
	return append(w, octets...)
}

func TestReadPrompt(t *testing.T) {
	tone := Tone(440, 10000, 1000)
	p, err := ReadPrompt(EncodeWAV(tone))
	if err != nil || p.Duration() != 140*time.Millisecond {
		t.Errorf("PCM: %v %v", p.Duration(), err)
	}
	if share := ToneShare(PCMU.Decode(p.octets(PCMU))[:960], 440); share < 0.99 {
		t.Errorf("the µ-law prompt holds %.2f of its tone", share)
	}
	p, err = ReadPrompt(alawWAV(PCMA.Encode(tone)))
	if err != nil || !bytes.Equal(p.alaw[:1000], PCMA.Encode(tone)) {
		t.Errorf("A-law: %v", err)
	}
	stereo := EncodeWAV(tone)
	stereo[22] = 2
	odd := append(EncodeWAV(nil)[:36], "LIST\x03\x00\x00\x00abc\x00"...) // an odd chunk before the data
	odd = append(odd, EncodeWAV(tone)[36:]...)
	for _, c := range []struct {
		name string
		wav  []byte
		want error
	}{
		{"odd chunk", odd, nil},
		{"cut off", EncodeWAV(tone)[:200], nil},
		{"nothing", nil, ErrWAVFormat},
		{"no RIFF", []byte("some text that is long enough"), ErrWAVFormat},
		{"stereo", stereo, ErrWAVFormat},
		{"no sound", EncodeWAV(nil), ErrWAVEmpty},
	} {
		if _, err := ReadPrompt(c.wav); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", c.name, err, c.want)
		}
	}
}

func TestLoadPromptsReportsEveryFault(t *testing.T) {
	set, err := LoadPrompts(fstest.MapFS{
		"greeting.wav": {Data: EncodeWAV(Tone(440, 10000, 800))},
		"bad.wav":      {Data: []byte("x")},
		"worse.wav":    {Data: EncodeWAV(nil)},
		"prompts.yaml": {Data: []byte("greeting: text")},
	})
	if !errors.Is(err, ErrWAVFormat) || !errors.Is(err, ErrWAVEmpty) {
		t.Errorf("faults: %v", err)
	}
	if p, ok := set.Prompt("greeting"); !ok || p.Duration() != 100*time.Millisecond || len(set) != 1 {
		t.Errorf("set %v", set)
	}
}

func TestRecorderKeepsLostPacketsAsSilence(t *testing.T) {
	path := filepath.Join(t.TempDir(), "x.wav")
	file, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	r, err := NewRecorder(file)
	if err != nil {
		t.Fatal(err)
	}
	loud := Tone(1000, 10000, FrameSamples)
	for _, timestamp := range []uint32{1000, 1160, 1480 /* one lost */, 1320 /* late */, 900_000_000 /* a new stream */} {
		if err := r.Write(loud, timestamp); err != nil {
			t.Fatal(err)
		}
	}
	if err := errors.Join(r.Close(), file.Close()); err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	pcm, err := ReadWAV(data)
	if err != nil || len(pcm) != 5*FrameSamples {
		t.Fatalf("%d samples, %v", len(pcm), err)
	}
	for i := range 5 {
		level := Level(pcm[i*FrameSamples : (i+1)*FrameSamples])
		if quiet := level < -60; quiet != (i == 2) {
			t.Errorf("frame %d is at %.0f dBov", i, level)
		}
	}
}

func FuzzReadPrompt(f *testing.F) {
	f.Add(EncodeWAV(Tone(440, 1000, 200)))
	f.Add(alawWAV(make([]byte, 200)))
	f.Fuzz(func(t *testing.T, wav []byte) {
		p, err := ReadPrompt(wav)
		if err == nil && (len(p.alaw) == 0 || len(p.alaw)%FrameSamples != 0 || len(p.ulaw) != len(p.alaw)) {
			t.Fatalf("%d octets", len(p.alaw))
		}
	})
}
