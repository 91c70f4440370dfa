package record

import (
	"crypto/aes"
	"crypto/cipher"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"time"

	"github.com/google/uuid"

	"example.org/hotline/internal/act"
)

// The file. Every part but the magic and the id is AES-256-GCM under the
// recording's own key, with the part's kind, number and finality and the id as
// additional data, so that nothing can be cut, moved, repeated or taken from
// another file without being noticed.
//
//	header   512 octets: magic 8 | id 16 | sealed Meta, padded
//	chunks   each 4,017 octets: kind 1 | 2,000 × (said, heard) sealed | tag 16
//	trailer  53 octets: kind 1 | nonce 12 | samples 8, chunks 8, state 8 sealed | tag 16
//
// Without a trailer a recording is being written, was cut off with its process,
// or has lost its end; the store knows which. All numbers are big-endian.
const (
	SampleRate = 8000 // samples a second of each track (G.711)

	chunkSamples = SampleRate / 4 // a quarter of a second
	plainLen     = 2 * chunkSamples
	tagLen       = 16
	keyLen       = 32

	magic      = "HLREC\x00\x00\x01" // the last octet is the version of the format
	idLen      = 16
	headerLen  = 512
	clearLen   = len(magic) + idLen
	metaLen    = headerLen - clearLen - tagLen
	chunkLen   = 1 + plainLen + tagLen
	nonceLen   = 12
	endLen     = 24
	trailerLen = 1 + nonceLen + endLen + tagLen
)

// silence is the A-law octet of a zero sample (ITU-T G.711).
const silence = 0xD5

// What a part of the file is.
const (
	partHeader  = 0
	partChunk   = 1
	partTrailer = 2
)

// How a recording ended, as its trailer says.
type ending uint64

const (
	endComplete ending = 1
	endCutOff   ending = 2 // its process died; written when it was found
	endDamaged  ending = 3 // the disk did not take all of it
)

// The errors of this package are of act's kinds, so that a page can say them.
var (
	// ErrTampered tells that a file was changed, cut, mixed with another, or has rotted.
	ErrTampered = act.Refused("recording_tampered", "The recording does not authenticate: its file was changed or damaged. It is not played; tell the security administrator and keep the disk.")
	// ErrShredded tells that the key is destroyed.
	ErrShredded = act.Refused("recording_shredded", "The recording's key was destroyed at the end of its time; nobody can open it any more.")
	// ErrRunning tells that the recording has no end yet.
	ErrRunning = act.Refused("recording_running", "The call is still being recorded; listen when it has ended.")
	// ErrMissing tells that the key is there and the file is not.
	ErrMissing = act.Refused("recording_missing", "The recording's file is not where it was put; tell the system administrator.")
)

// Meta is what the sealed header tells of a recording.
type Meta struct {
	Call      string    `json:"call"`
	Ticket    string    `json:"ticket"`
	Leg       string    `json:"leg"`
	Voicemail bool      `json:"voicemail,omitempty"`
	Node      string    `json:"node"`
	StartedAt time.Time `json:"started_at"`
}

// sealed is the cipher of one file.
type sealed struct {
	id   uuid.UUID
	aead cipher.AEAD
}

func newSealed(id uuid.UUID, key []byte) (sealed, error) {
	block, err := aes.NewCipher(key)
	if err != nil {
		return sealed{}, fmt.Errorf("set up a recording's key: %w", err)
	}
	aead, err := cipher.NewGCM(block)
	if err != nil {
		return sealed{}, fmt.Errorf("set up a recording's key: %w", err)
	}
	return sealed{id: id, aead: aead}, nil
}

// nonce numbers the parts (NIST SP 800-38D section 8.2.1: a fixed field and a
// counter). No number is ever used for two plaintexts: a chunk that is written
// again after a failed write is the same chunk.
func nonce(part byte, number int64) []byte {
	n := make([]byte, nonceLen)
	n[0] = part
	binary.BigEndian.PutUint64(n[4:], uint64(number))
	return n
}

// aad binds a part to its place.
func (s sealed) aad(part byte, number int64) []byte {
	out := append(make([]byte, 0, idLen+10), s.id[:]...)
	out = append(out, part)
	out = binary.BigEndian.AppendUint64(out, uint64(number))
	final := byte(0)
	if part == partTrailer {
		final = 1
	}
	return append(out, final)
}

// header seals m.
func (s sealed) header(m Meta) ([]byte, error) {
	text, err := json.Marshal(m)
	if err != nil {
		return nil, fmt.Errorf("write a recording's header: %w", err)
	}
	if len(text) > metaLen-2 {
		return nil, fmt.Errorf("write a recording's header: %d octets of %d", len(text), metaLen-2)
	}
	plain := make([]byte, metaLen)
	binary.BigEndian.PutUint16(plain, uint16(len(text)))
	copy(plain[2:], text)
	out := append(append(make([]byte, 0, headerLen), magic...), s.id[:]...)
	return s.aead.Seal(out, nonce(partHeader, 0), plain, append(s.aad(partHeader, 0), magic...)), nil
}

// openHeader is the inverse of header.
func (s sealed) openHeader(b []byte) (m Meta, err error) {
	if len(b) != headerLen || string(b[:len(magic)]) != magic || uuid.UUID(b[len(magic):clearLen]) != s.id {
		return m, fmt.Errorf("header: %w", ErrTampered)
	}
	plain, err := s.aead.Open(nil, nonce(partHeader, 0), b[clearLen:], append(s.aad(partHeader, 0), magic...))
	if err != nil {
		return m, fmt.Errorf("header: %w", ErrTampered)
	}
	n := int(binary.BigEndian.Uint16(plain))
	if n > metaLen-2 || json.Unmarshal(plain[2:2+n], &m) != nil {
		return m, fmt.Errorf("header: %w", ErrTampered)
	}
	return m, nil
}

// appendChunk seals one chunk behind out. plain holds plainLen octets.
func (s sealed) appendChunk(out []byte, number int64, plain []byte) []byte {
	out = append(out, partChunk)
	return s.aead.Seal(out, nonce(partChunk, number), plain, s.aad(partChunk, number))
}

// openChunk opens a chunk into dst.
func (s sealed) openChunk(dst, b []byte, number int64) ([]byte, error) {
	if len(b) != chunkLen || b[0] != partChunk {
		return nil, fmt.Errorf("chunk %d: %w", number, ErrTampered)
	}
	plain, err := s.aead.Open(dst[:0], nonce(partChunk, number), b[1:], s.aad(partChunk, number))
	if err != nil {
		return nil, fmt.Errorf("chunk %d: %w", number, ErrTampered)
	}
	return plain, nil
}

// end is what a trailer says.
type end struct {
	samples, chunks int64
	state           ending
}

// trailer seals the end. Its nonce is random: a process may die while it writes
// one, and the next process then writes another.
func (s sealed) trailer(e end, random []byte) []byte {
	plain := make([]byte, 0, endLen)
	for _, n := range []uint64{uint64(e.samples), uint64(e.chunks), uint64(e.state)} {
		plain = binary.BigEndian.AppendUint64(plain, n)
	}
	out := append(append(make([]byte, 0, trailerLen), partTrailer), random[:nonceLen]...)
	return s.aead.Seal(out, random[:nonceLen], plain, s.aad(partTrailer, e.chunks))
}

// openTrailer opens the trailer that stands behind so many chunks.
func (s sealed) openTrailer(b []byte, chunks int64) (e end, err error) {
	if len(b) != trailerLen || b[0] != partTrailer {
		return e, fmt.Errorf("trailer: %w", ErrTampered)
	}
	plain, err := s.aead.Open(nil, b[1:1+nonceLen], b[1+nonceLen:], s.aad(partTrailer, chunks))
	if err != nil {
		return e, fmt.Errorf("trailer: %w", ErrTampered)
	}
	e = end{samples: int64(binary.BigEndian.Uint64(plain)), chunks: int64(binary.BigEndian.Uint64(plain[8:])), state: ending(binary.BigEndian.Uint64(plain[16:]))}
	if e.chunks != chunks || e.samples < 0 || e.samples > chunks*chunkSamples || e.state < endComplete || e.state > endDamaged {
		return e, fmt.Errorf("trailer: %w", ErrTampered)
	}
	return e, nil
}

// chunkOffset is where a chunk begins in the file.
func chunkOffset(number int64) int64 { return headerLen + number*chunkLen }

// duration of so many samples.
func duration(samples int64) time.Duration {
	return time.Duration(samples) * time.Second / SampleRate
}
