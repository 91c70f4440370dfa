package record

import (
	"encoding/binary"
	"io"
)

// A WAVE file of A-law (RFC 2361 section A.10): RIFF, an fmt chunk with an empty
// extension, the fact chunk that every format but PCM needs, and the data.
const (
	wavHeaderLen = 12 + 8 + 18 + 8 + 4 + 8
	waveALaw     = 6
)

// wavHeader is the head of a stereo A-law file of so many samples: left is what
// the party said, right what it heard.
func wavHeader(samples int64) []byte {
	b := make([]byte, 0, wavHeaderLen)
	le := binary.LittleEndian
	data := uint32(2 * samples)
	b = append(b, "RIFF"...)
	b = le.AppendUint32(b, wavHeaderLen-8+data)
	b = append(b, "WAVEfmt "...)
	b = le.AppendUint32(b, 18)
	b = le.AppendUint16(b, waveALaw)
	b = le.AppendUint16(b, 2)            // channels
	b = le.AppendUint32(b, SampleRate)   // samples a second
	b = le.AppendUint32(b, 2*SampleRate) // octets a second
	b = le.AppendUint16(b, 2)            // octets of one sample of all channels
	b = le.AppendUint16(b, 8)            // bits of one sample
	b = le.AppendUint16(b, 0)            // no extension
	b = append(b, "fact"...)
	b = le.AppendUint32(b, 4)
	b = le.AppendUint32(b, uint32(samples))
	b = append(b, "data"...)
	return le.AppendUint32(b, data)
}

// WAVSize is the size in octets of the recording as a stereo WAV file.
func (r *Reader) WAVSize() int64 { return wavHeaderLen + 2*r.samples }

// ReadWAVAt reads the recording as a stereo WAV file from any octet on; only the
// chunks it touches are opened.
func (r *Reader) ReadWAVAt(p []byte, off int64) (n int, err error) {
	if off < 0 {
		return 0, io.EOF
	}
	if off < wavHeaderLen {
		n = copy(p, wavHeader(r.samples)[off:])
		off = wavHeaderLen
	}
	if n == len(p) {
		return n, nil
	}
	m, err := r.ReadAt(p[n:], off-wavHeaderLen)
	return n + m, err
}
