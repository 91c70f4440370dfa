package media

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
)

// Why a WAV file is refused.
var (
	ErrWAVFormat = errors.New("not a WAV file of 8 kHz, one channel, 16-bit PCM or A-law")
	ErrWAVEmpty  = errors.New("the WAV file holds no sound")
)

// The format tags of a WAVE fmt chunk that are read here (RFC 2361).
const (
	wavePCM  = 1
	waveALaw = 6
)

// ReadPrompt reads a WAV file of 8 kHz mono sound, 16-bit PCM or A-law, and
// fails with ErrWAVFormat or ErrWAVEmpty.
func ReadPrompt(wav []byte) (Prompt, error) {
	tag, data, err := wavData(wav)
	if err != nil {
		return Prompt{}, err
	}
	if tag == waveALaw {
		return newAlawPrompt(bytes.Clone(data)), nil
	}
	pcm := make([]int16, len(data)/2)
	for i := range pcm {
		pcm[i] = int16(binary.LittleEndian.Uint16(data[2*i:]))
	}
	return NewPrompt(pcm), nil
}

// ReadWAV reads the samples of a WAV file that ReadPrompt would take.
func ReadWAV(wav []byte) ([]int16, error) {
	p, err := ReadPrompt(wav)
	if err != nil {
		return nil, err
	}
	return PCMA.Decode(p.alaw), nil
}

// wavData walks the RIFF chunks and returns the format tag and the data chunk.
func wavData(wav []byte) (tag uint16, data []byte, err error) {
	if len(wav) < 12 || string(wav[:4]) != "RIFF" || string(wav[8:12]) != "WAVE" {
		return 0, nil, ErrWAVFormat
	}
	for rest := wav[12:]; len(rest) >= 8; {
		id, size := string(rest[:4]), int(binary.LittleEndian.Uint32(rest[4:]))
		body := rest[8:]
		if size < 0 || size > len(body) {
			size = len(body) // a recorder that died, or a stream, leaves a wrong size
		}
		switch id {
		case "fmt ":
			if tag, err = wavFormat(body[:size]); err != nil {
				return 0, nil, err
			}
		case "data":
			data = body[:size]
		}
		rest = body[min(size+size%2, len(body)):]
	}
	if tag == 0 {
		return 0, nil, ErrWAVFormat
	}
	if len(data) < 2 {
		return 0, nil, ErrWAVEmpty
	}
	return tag, data, nil
}

func wavFormat(f []byte) (tag uint16, err error) {
	if len(f) < 16 {
		return 0, ErrWAVFormat
	}
	tag = binary.LittleEndian.Uint16(f)
	channels, rate, bits := binary.LittleEndian.Uint16(f[2:]), binary.LittleEndian.Uint32(f[4:]), binary.LittleEndian.Uint16(f[14:])
	pcm := tag == wavePCM && bits == 16
	alaw := tag == waveALaw && bits == 8
	if !pcm && !alaw || channels != 1 || rate != SampleRate {
		return 0, fmt.Errorf("format %d, %d channels, %d Hz, %d bits: %w", tag, channels, rate, bits, ErrWAVFormat)
	}
	return tag, nil
}

// EncodeWAV returns a WAV file of 8 kHz mono 16-bit PCM.
func EncodeWAV(pcm []int16) []byte {
	out := wavHeader(len(pcm) * 2)
	for _, s := range pcm {
		out = binary.LittleEndian.AppendUint16(out, uint16(s))
	}
	return out
}

func wavHeader(dataSize int) []byte {
	le := binary.LittleEndian
	h := append(make([]byte, 0, 44+dataSize), "RIFF"...)
	h = le.AppendUint32(h, uint32(36+dataSize))
	h = append(h, "WAVEfmt "...)
	h = le.AppendUint32(h, 16)
	h = le.AppendUint16(h, wavePCM)
	h = le.AppendUint16(h, 1)
	h = le.AppendUint32(h, SampleRate)
	h = le.AppendUint32(h, SampleRate*2)
	h = le.AppendUint16(h, 2)
	h = le.AppendUint16(h, 16)
	h = append(h, "data"...)
	return le.AppendUint32(h, uint32(dataSize))
}

// longestGap bounds the silence a Recorder fills in for lost packets; a larger
// jump of the timestamp is taken as a new stream that follows at once.
const longestGap = 10 * SampleRate

// Recorder writes what a Session hears as WAV, each packet at the place its
// timestamp gives, so that lost packets are heard as silence and not as haste.
// It is used from one goroutine.
type Recorder struct {
	to      io.WriteSeeker
	next    uint32 // timestamp expected
	started bool
	samples int
}

// NewRecorder writes the header to w; Close corrects its lengths.
func NewRecorder(w io.WriteSeeker) (*Recorder, error) {
	if _, err := w.Write(wavHeader(0)); err != nil {
		return nil, fmt.Errorf("start recording: %w", err)
	}
	return &Recorder{to: w}, nil
}

// Write adds the samples of one packet. A packet that comes after its place
// has been written is dropped.
func (r *Recorder) Write(pcm []int16, timestamp uint32) error {
	gap := int32(timestamp - r.next)
	switch {
	case !r.started || gap > longestGap || gap < -longestGap:
		gap = 0
	case gap < 0:
		return nil
	}
	r.started = true
	r.next = timestamp + uint32(len(pcm))
	return r.append(make([]int16, gap), pcm)
}

func (r *Recorder) append(parts ...[]int16) error {
	var out []byte
	for _, part := range parts {
		r.samples += len(part)
		for _, s := range part {
			out = binary.LittleEndian.AppendUint16(out, uint16(s))
		}
	}
	if _, err := r.to.Write(out); err != nil {
		return fmt.Errorf("record: %w", err)
	}
	return nil
}

// Close writes the final lengths into the header. It does not close the file.
func (r *Recorder) Close() error {
	if _, err := r.to.Seek(0, io.SeekStart); err != nil {
		return fmt.Errorf("finish recording: %w", err)
	}
	if _, err := r.to.Write(wavHeader(r.samples * 2)); err != nil {
		return fmt.Errorf("finish recording: %w", err)
	}
	return nil
}
